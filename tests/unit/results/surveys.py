"""Hand-made surveys: everybody's answers are written out by rules that a reader can follow."""

import pandas as pd

from tests.studies import SHIPPED

HOSTS = ("Host A", "Host B")
WHOM = {"population": "everybody", "source": "made up"}


def responses(n=400, plan=SHIPPED, **items):
    """n respondents, half of them recruited; every item without a rule was not exported."""
    ids = [f"{number:032x}" for number in range(n)]
    is_rds = [number < n // 2 for number in range(n)]
    rows = pd.DataFrame({column: [".not_exported"] * n for column in plan.columns})
    rows["respondent_pseudonym"] = ids
    rows["sample_source_code"] = ["rds" if rds else "opt_in" for rds in is_rds]
    # The first four are seeds; each later one was recruited by the respondent at a quarter of its place.
    rows["recruiter_pseudonym"] = [
        ids[number // 4] if rds and number >= 4 else None for number, rds in enumerate(is_rds)
    ]
    rows["wave"] = pd.array([wave(number) if rds else None for number, rds in enumerate(is_rds)], dtype="Int64")
    rows["survey_mode_code"] = "web"
    for name in ("person_pseudonym", "interview_period_text", "base_weight", "stratum_pseudonym", "cluster_pseudonym"):
        rows[name] = None
    rows["nw1"] = [str(1 + number % 7) for number in range(n)]
    rows["sc2"] = [HOSTS[number % 2] for number in range(n)]
    rows["sc4"] = ["f" if number % 4 < 2 else "m" for number in range(n)]
    rows["sc3"] = ["18-24" if number % 8 < 4 else "25-34" for number in range(n)]
    rows["sc9"] = ["state_security civil_service" if number % 3 == 0 else "none" for number in range(n)]
    for item, answers in items.items():
        rows[item] = [answers(number) for number in range(n)]
    return rows


def wave(number):
    return 0 if number < 4 else 1 + wave(number // 4)


def margins(**totals):
    """Totals by host; sex and age band are even."""
    hosts = totals or {"Host A": 600, "Host B": 200}
    cells = [
        {
            "sc2": host.replace("_", " "),
            "sc4": sex,
            "sc3": band,
            "total": total / 4,
            "population": "everybody",
            "source": "made up",
        }
        for host, total in hosts.items()
        for sex in ("f", "m")
        for band in ("18-24", "25-34")
    ]
    return pd.DataFrame(cells)


def quality(rows, excluded=()):
    return pd.Series([number in excluded for number in range(len(rows))]).to_numpy(bool)
