"""What chapters may quote: every value, text, figure and table under a key that names its origin.

A chapter writes `{{ value_… }}`; a key that is not made here fails the build. What must not be here: drawing, files.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.errors import ReleaseError
from analysis.reading.chapter_tables import chapter_tables, host_names, series_breaks
from analysis.reading.claim_pages import first_sayings, overview, verdict_chips
from analysis.reading.corpora_tables import corpora_sentences
from analysis.reading.design_tables import ENVELOPE
from analysis.reading.edition import Edition, edition_values
from analysis.reading.figures import Drawing
from analysis.reading.figures_design import shown_probabilities
from analysis.reading.figures_labels import base_rate_case
from analysis.reading.figures_population import frame_pairs
from analysis.reading.fragments import escaped, figure_block, quoted
from analysis.reading.posts_tables import posts_values
from analysis.reading.privacy_tables import privacy_values
from analysis.reading.real_tables import real_data, real_values
from analysis.reading.register_tiles import tile_board
from analysis.reading.share_card import QUESTION, card_sentence
from analysis.reading.source_tables import source_tables
from analysis.reading.survey_tables import survey_values
from analysis.reading.tables import Release
from analysis.reading.wording import VERDICTS, beside, claim_order, count, day, half_up, listing, percent, plain

ALL_HOSTS = "all hosts"
"""In the quantity of the published figure that leaves out no host."""
VALUE, RELEASE = "value_", "release"
"""Keys of single values begin with the first; a value about the release as a whole is from the second."""


def substitutions(release: Release, drawings: Mapping[str, Drawing], edition: Edition) -> dict[str, str]:
    """Every key that a chapter may use.

    Parameters
    ----------
    release : Release
    drawings : mapping
        Figures by name; each becomes `figure_<name>`.
    edition : Edition
        Which release, and where it and its source are found.
    """
    values = {
        **edition_values(edition),
        **{f"figure_{name}": figure_block(drawing, release) for name, drawing in drawings.items()},
        **chapter_tables(release),
        "text_register_tiles": tile_board(release),
        **claim_values(release),
        **population_values(release),
        **evidence_values(release),
        **experiment_values(release),
        **base_rate_values(release),
        **source_tables(release),
        **performance_values(release),
        **price_values(release),
        **diagnosis_values(release),
        **attack_values(release),
        **privacy_values(release),
        **statement_values(release),
        "figure_share_card": share_picture(release),
        "text_citation": citation(release, edition),
        **corpora_sentences(release),
        **survey_values(release),
        **posts_values(release),
        **real_values(release),
        "table_real_data": real_data(verdict_chips(release)),
    }
    origins = (*release.names, RELEASE)
    return {key: sourced(key, text, origins, release.study) for key, text in values.items()}


def sourced(key: str, text: str, origins: Sequence[str], study: str) -> str:
    """A value with the table that its key names; texts, tables and figures carry their own provenance.

    Raises
    ------
    ReleaseError
        The key of a value begins with no table of the release.
    """
    if not key.startswith(VALUE):
        return text
    rest = key.removeprefix(VALUE)
    named = {name.removeprefix(f"{study}_"): name for name in origins}
    found = [name for name in named if rest.startswith(f"{name}_")]
    if not found:
        raise ReleaseError(f"value {key!r}: its name begins with no table of the release; call it value_<table>_<what>")
    return quoted(text, named[max(found, key=len)])


def share_picture(release: Release) -> str:
    """The card for sharing with what it says as its alternative text."""
    return f":::{{image}} /figures/share_card.png\n:alt: {QUESTION} {card_sentence(release)}\n:::"


def citation(release: Release, edition: Edition) -> str:
    """The citation to copy, with version, year and hash, and the same for BibTeX."""
    named = release.package
    authors, year = listing([one["title"] for one in named["contributors"]]), str(named["created"])[:4]
    version, digest = edition.version, release.sha256("SHA256SUMS")
    place = edition.repository_address or edition.book_address
    words = f"{authors} ({year}). {named['title']}. Version {version}. SHA-256 of SHA256SUMS begins with {digest[:12]}."
    words = f"{words} {place}"
    entry = "\n".join(
        [
            f"@misc{{afghan_diaspora_attitudes_{year},",
            f'  author = "{{{authors}}}",',
            f"  title = {{{named['title']}}},",
            f"  year = {{{year}}},",
            f"  version = {{{version}}},",
            *([f"  url = {{{place}}},"] if place else []),
            f"  note = {{SHA-256 of SHA256SUMS: {digest}}},",
            "}",
        ]
    )
    return f"```text\n{words.strip()}\n```\n\n```bibtex\n{entry}\n```"


def claim_values(release: Release) -> dict[str, str]:
    """Verdicts, what may be said, and the overview of the claims."""
    verdicts, register = release.table("claim_verdicts"), release.table("claims_register")
    tally = verdicts.verdict_code.value_counts()
    family = sorted(register.claim_id[register.is_confirmatory], key=claim_order)
    return {
        **{f"verdict_{_key(claim)}": text for claim, text in verdict_chips(release).items()},
        **{f"can_say_{_key(claim)}": escaped(text) for claim, text in first_sayings(release).items()},
        **{f"value_claim_verdicts_{code}": count(tally.get(code, 0)) for code in VERDICTS},
        "value_claims_register_claims": count(len(register)),
        "value_claim_verdicts_all": count(len(verdicts)),
        "text_claims_overview": overview(release),
        "text_confirmatory_family": listing(family),
    }


def _key(claim_id: str) -> str:
    return claim_id.replace(".", "_")


def population_values(release: Release) -> dict[str, str]:
    """Counts of the protection frame and how far they are broken down."""
    rows, levels = release.table("population_host_year"), release.table("population_host_disaggregation")
    last, pair = int(rows.year.max()), frame_pairs(release).iloc[-1]
    tally = levels.disaggregation_code.value_counts()
    return {
        **{
            f"value_population_host_disaggregation_{code}": count(tally.get(code, 0))
            for code in ("full", "partial", "none")
        },
        "value_population_host_year_last": str(last),
        "value_population_host_year_hosts": count(rows.host_iso3.nunique()),
        "value_population_host_year_total_last": count(rows.protected_n[rows.year == last].sum()),
        "value_population_host_year_waiting_last": count(rows.asylum_seekers_n[rows.year == last].sum()),
        "value_population_host_year_smallest": count(rows.registered_n[rows.year == last].min()),
        "value_population_host_year_usa_waiting": count(pair.asylum_seekers_n),
        "value_benchmarks_shown_registered_everywhere": _registered_everywhere(release),
        "value_population_host_year_usa_census_year": count(pair.protected_n),
        "value_benchmarks_shown_usa_born": count(pair.born_n),
        "value_benchmarks_shown_usa_census_year": f"{pair.year:.0f}",
        "text_series_breaks": series_breaks(rows),
    }


def _registered_everywhere(release: Release) -> str:
    """The published total of everybody registered, in every host, of the last year of the series."""
    shown, last = release.table("benchmarks_shown"), int(release.table("population_host_year").year.max())
    found = shown[shown.quantity_text.str.contains(ALL_HOSTS, regex=False) & shown.period_text.eq(str(last))]
    return count(found.figure_value.iloc[0]) if len(found) else "not in this release"


def evidence_values(release: Release) -> dict[str, str]:
    """How many figures are context, and how many days could serve as break dates."""
    events = release.table("events_dated")
    return {
        "value_benchmarks_context_rows": count(len(release.table("benchmarks_context"))),
        "value_events_dated_rows": count(len(events)),
        "value_events_dated_eligible": count(events.is_break_date_eligible.sum())
        if any(events.is_break_date_eligible)
        else "none",
        "text_confounded": _confounded(release),
        "value_events_dated_one_source": count((events.good_sources_n >= 1).sum()),
    }


def _confounded(release: Release) -> str:
    """Which of the days that may be break dates have a host's own event within a week."""
    events, hosts = release.table("events_dated"), host_names(release)
    named = events[events.is_break_date_eligible & events.confounders_text.notna()]
    told = [
        f"*{escaped(row.event_text)}* ({escaped(beside(row.confounders_text, hosts))})" for row in named.itertuples()
    ]
    return f"Of the days that may be break dates this concerns {'; '.join(told)}." if told else ""


def experiment_values(release: Release) -> dict[str, str]:
    """Who answered what in the list experiment; counts of respondents only, never a share of the failed list."""
    counts = release.table("list_experiment_counts")
    profile = counts.pivot(index="arm_code", columns="answer_count", values="respondents_n")
    sizes = {f"value_list_experiment_counts_{arm}_n": count(profile.loc[arm].sum()) for arm in profile.index}
    floors = {f"value_list_experiment_counts_{arm}_0": count(profile.loc[arm, 0]) for arm in profile.index}
    return sizes | floors


def base_rate_values(release: Release) -> dict[str, str]:
    """The arithmetic of labels: the shown case, and the frame of the interactive version."""
    case, rows = base_rate_case(release), release.table("base_rates")
    return {
        "value_base_rates_prevalence": percent(case.prevalence_share),
        "value_base_rates_right": plain(case.right_labels_per_1000),
        "value_base_rates_wrong": plain(case.wrong_labels_per_1000),
        "value_base_rates_best_share": percent(rows.predictive_value_share.max(), 1),
        "widget_base_rates": _widget(case),
    }


def performance_values(release: Release) -> dict[str, str]:
    """When and where the last measurement was made."""
    rows = release.table("performance")
    last = rows[rows.measured_date == rows.measured_date.max()].iloc[0]
    return {
        "value_performance_day": day(last.measured_date),
        "text_performance_machine": escaped(last.machine_text),
    }


def price_values(release: Release) -> dict[str, str]:
    """What each way of asking costs at the lowest prevalence of the table."""
    rows = release.table("technique_price")
    rare = rows[rows.prevalence_share == rows.prevalence_share.min()].set_index("method_id")
    return {
        "value_technique_price_prevalence": percent(rows.prevalence_share.min()),
        "value_technique_price_margin": plain(100 * rows.margin_share.iloc[0]),
        **{f"value_technique_price_{name}_n": count(row.required_n) for name, row in rare.iterrows()},
        **{f"value_technique_price_{name}_ratio": plain(half_up(row.variance_ratio)) for name, row in rare.iterrows()},
    }


def diagnosis_values(release: Release) -> dict[str, str]:
    """How often the smallest share above the threshold is called supported when answers may be bogus, at best."""
    rows = shown_probabilities(release, ENVELOPE)
    small = rows[rows.true_value > rows.rule_limit]
    small = small[small.true_value == small.true_value.min()]
    return {
        "value_verdict_probabilities_small_truth": percent(small.true_value.min()),
        "value_verdict_probabilities_small_supported": percent(small.p_supported.max()),
    }


def attack_values(release: Release) -> dict[str, str]:
    """What attacks learnt from the rehearsed table, by protection."""
    rows = release.table("attack_results").set_index(["attack_code", "protection_code"])
    solved, seen = rows.loc["reconstruction"], rows.loc["differencing"]
    ways = {"counted": "as_counted", "empty": "small_hidden", "rounded": "small_hidden_rounded", "gate": "gate"}
    return {
        "value_attack_results_small": count(solved.attacked_n["gate"]),
        "value_attack_results_departures": count(seen.attacked_n["gate"]),
        **{f"value_attack_results_{word}_exact": count(solved.exact_n[way]) for word, way in ways.items()},
        **{f"value_attack_results_{word}_bounded": count(solved.bounded_n[way]) for word, way in ways.items()},
        **{f"value_attack_results_{word}_seen": count(seen.exact_n[way]) for word, way in ways.items()},
    }


def _widget(case: pd.Series) -> str:
    starts = {name: f"{case[f'{name}_share']:g}" for name in ("prevalence", "sensitivity", "specificity")}
    attributes = " ".join(f'data-{name}="{value}"' for name, value in starts.items())
    return f'```{{raw}} html\n<div id="base-rate-sliders" {attributes}></div>\n```'


def statement_values(release: Release) -> dict[str, str]:
    """Statements that travel with the release."""
    return {
        "text_responsible_use": _statement(release, "RESPONSIBLE_USE.md"),
        "text_known_issues": _statement(release, "KNOWN_ISSUES.md"),
        "value_release_tables": count(len(release.names)),
        "text_release_tables": released_tables(release),
    }


def _statement(release: Release, name: str) -> str:
    """A document of the release without its heading."""
    path = release.folder / name
    if not path.is_file():
        raise ReleaseError(f"{name}: the release does not hold it; run `./run repro`")
    return path.read_text(encoding="utf-8").partition("\n")[2].strip()


def released_tables(release: Release) -> str:
    """How many tables speak of whom."""
    of_study = [name for name in release.names if name.startswith(f"{release.study}_")]
    fictional = [name for name in release.names if "synthetic" in name]
    own = len(of_study) if release.study != "synthetic" else 0
    parts = [
        (len(release.names) - len(fictional) - own, "of published or recomputed evidence, rules and methods"),
        (own, "of this study"),
        (len(fictional), "of the fictional world, which are evidence about nobody"),
    ]
    return listing([f"{quoted(count(number), RELEASE)} {words}" for number, words in parts if number])
