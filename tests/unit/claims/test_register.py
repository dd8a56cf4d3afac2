"""The committed register says what the conventions promise."""

import re
import subprocess

import pytest

from analysis.claims.entries import Register
from analysis.claims.rules import Conjunction, Effect, Existence, Threshold, Unanswerable, quantity_rules
from analysis.estimators.list_experiment.length_error import LENGTH_ERRORS
from tests.unit.claims.registers import CLAIMS, FAMILY, FOLDER, FROZEN, IDS, claim


def test_every_sub_claim_is_there_once_and_in_order(register: Register) -> None:
    assert [one.id for one in register.claims] == IDS


def test_confirmatory_family_is_the_fixed_one(register: Register) -> None:
    assert register.conventions.confirmatory_family == FAMILY


def test_hash_file_is_in_the_format_of_sha256sum() -> None:
    result = subprocess.run(["sha256sum", "-c", FROZEN.name], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "claims.yml: OK\n")


@pytest.mark.parametrize(("claim_id", "threshold"), [("C01.2", 0.05), ("C03", 0.5), ("C06.1", 0.10), ("C13.1", 0.80)])
def test_thresholds(register: Register, claim_id: str, threshold: float) -> None:
    parts = quantity_rules(claim(register, claim_id).rule)
    assert [part.threshold for part in parts if isinstance(part, Threshold)] == [threshold] * len(parts)


@pytest.mark.parametrize(
    ("claim_id", "smallest"),
    [
        ("C02.1", [{"share_difference": 0.03}]),
        ("C04", [{"share_difference": 0.03}]),
        ("C05.2", [{"share_difference": 0.05}]),
        ("C06.2", [{"share_difference": 0.05}] * 4),
        ("C07", [{"share_difference": 0.02}, {"share_difference": 0.015}]),
        ("C08", [{"share_difference": 0.03, "standard_deviation": 0.5}] * 2),
        ("C11", [{"ratio": 1.25}]),
        ("C13.2", [{"standard_deviation": 0.10}]),
        ("C02.2", [{"ratio": 1.25}]),
        ("C16", [{"share_difference": 0.05}]),
        ("C17", [{"share_difference": 0.05}]),
    ],
)
def test_smallest_effects(register: Register, claim_id: str, smallest: list[dict[str, float]]) -> None:
    parts = quantity_rules(claim(register, claim_id).rule)
    assert [dict(part.smallest_effect) for part in parts if isinstance(part, Effect)] == smallest


@pytest.mark.parametrize("claim_id", ["C06.1", "C07", "C08"])
def test_split_level_where_one_part_is_enough(register: Register, claim_id: str) -> None:
    rule = claim(register, claim_id).rule
    assert isinstance(rule, Conjunction)
    assert (rule.contradicted_when, rule.split_confidence) == ("any_part", 0.975)


def test_existence_rules_say_that_a_search_contradicts_nothing(register: Register) -> None:
    existence = [one for one in register.claims if isinstance(one.rule, Existence)]
    assert [one.id for one in existence] == ["C01.1", "C05.1"]
    assert all(one.contradicted_if.startswith("Never, because no finite search") for one in existence)


def test_unanswerable_claims_and_scopes(register: Register) -> None:
    whole = [one.id for one in register.claims if isinstance(one.rule, Unanswerable)]
    scopes = {(one.id, entry.scope) for one in register.claims for entry in one.not_answerable}
    assert whole == ["C05.3", "C09", "C10", "C14.2", "C15"]
    assert scopes - {(one, "claim") for one in whole} == {(one, "events_2025") for one in ("C02.1", "C02.2", "C08")}


@pytest.mark.parametrize(
    ("claim_id", "words"),
    [
        ("C01.2", "17-fold|17,000|1,000|27%|.005|2.4 percentage|1 million|0 to 12.5%|s = .4"),
        ("C02.1", "2,000|2.7|3.9|6 months|3 waves|26 to 28 November 2025"),
        ("C03", "400|10 percentage points|HTMT|.8"),
        ("C04", "1,500|3 percentage points|E-value"),
        ("C05.1", "2 independent sources|2022-03-16|V04|B201|B202"),
        ("C05.2", "2,000|5 percentage points"),
        ("C06.1", "1,500|20 channels|26 weeks|.667|10%|97.5%"),
        ("C06.2", "39 placebo dates|.05|5 percentage points|26 weeks before"),
        ("C07", "2,000|5,000|6 percentage points|2 percentage points|1.5 percentage points|97.5%"),
        ("C08", "7, 14 and 21|39 placebo dates|8 weeks|74 to 88%|60 to 156|SC5 and SC7|.5 pre-period|97.5%"),
        ("C10", ".909|.10|.99|1%"),
        ("C11", "24 months|1.25|4 weeks|39 placebo dates|28 Afghans|2024-08-30"),
        ("C13.1", "2,000|80%|4.8%|0 to 5.2%|4 to 7%"),
        ("C13.2", "1,500 per arm|.10 standard"),
        ("C14.1", "21,764|195,000|USA|DEU, FRA, GBR, AUT, SWE"),
    ],
)
def test_figures_of_the_refereed_rules_are_carried_over(register: Register, claim_id: str, words: str) -> None:
    text = str(claim(register, claim_id))
    assert [word for word in words.split("|") if word not in text] == []


def test_operating_characteristics_of_the_size_rule_can_be_recomputed(register: Register) -> None:
    """Clopper-Pearson on n = 1,000 at design effect 2, which is an effective n of 500."""
    from scipy.stats import beta, binom

    n, t = 500, 0.05

    def lower(k: int) -> float:
        return float(beta.ppf(0.025, k, n - k + 1))

    first_above = min(k for k in range(1, n) if lower(k) > t)
    last_below = max(k for k in range(1, n) if beta.ppf(0.975, k + 1, n - k) < t)
    bogus_above = min(k for k in range(1, n) if (lower(k) - 0.04) / 0.96 > t)
    found = [
        binom.sf(first_above - 1, n, 0.08),
        binom.cdf(last_below, n, 0.03),
        binom.cdf(last_below, n, 0.01),
        binom.sf(bogus_above - 1, n, 0.08),
        binom.sf(bogus_above - 1, n, 0.12),
    ]
    assert [round(float(p), 2) for p in found] == [0.77, 0.57, 1.0, 0.0, 0.63]


def sentences_for_journalists(register: Register) -> list[str]:
    return [sentence for one in register.claims for sentence in (*one.can_say, *one.cannot_say)]


def test_sentences_for_journalists_hold_no_figures(register: Register) -> None:
    assert [s for s in sentences_for_journalists(register) if re.search(r"\d|%|per ?cent", s)] == []
    assert all(one.can_say and one.cannot_say for one in register.claims)


ALARM = re.compile(r"radicalis|red flag|extremis|terroris|alarming|shocking|infiltrat|sleeper", re.IGNORECASE)


def unquoted_alarm(text: str) -> list[str]:
    return ALARM.findall(re.sub(r"“[^”]*”", "", text))


def test_words_of_alarm_stand_only_in_quotation(register: Register) -> None:
    assert unquoted_alarm(CLAIMS.read_text(encoding="utf-8")) == []


def test_the_check_for_words_of_alarm_can_fail() -> None:
    assert unquoted_alarm("It is a red flag, not a “red flag”.") == ["red flag"]


def test_every_screen_that_is_declared_is_described_and_every_claim_has_a_known_topic(register: Register) -> None:
    assert {one.topic for one in register.claims} == set(register.conventions.topics)
    assert set(register.conventions.constructs) == {"defend_the_country", "approve_the_regime", "speak_in_public"}


def test_no_time_stamp_is_claimed(register: Register) -> None:
    assert register.external_time_stamp is None


def test_every_paragraph_of_the_article_is_restated_and_none_is_made_up(register: Register) -> None:
    assert {number for one in register.claims for number in one.paragraphs} == set(range(1, 12))


def test_no_statement_says_that_the_article_was_seen_in_part(register: Register) -> None:
    text = CLAIMS.read_text(encoding="utf-8")
    assert "Only the opening" not in text
    assert "part of the article that we have seen" not in text
    assert "The whole text was read" in register.conventions.source


def test_the_errors_of_lists_are_those_of_the_estimators(register: Register) -> None:
    assert dict(register.conventions.robust_interval.list_length_errors) == LENGTH_ERRORS


def test_a_claim_that_leans_on_a_list_requires_its_screens(register: Register) -> None:
    rule = claim(register, "C07").rule
    assert isinstance(rule, Conjunction)
    assert {"list_floor_ceiling", "list_length"} <= set(rule.screens)


def test_the_split_claim_about_all_adults_kept_its_rule(register: Register) -> None:
    whole, article = claim(register, "C02.1"), claim(register, "C02.2")
    assert whole.estimands[0].id == "E02_change_public_support"
    assert "Nobody can sample this population" in article.evidence_needed.requirements[0]
