"""The register: read strictly, guarded by its hash, and saying what the conventions promise."""

import copy
import hashlib
import re
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.claims.entries import Claim, Register
from analysis.claims.register import LINK_COLUMNS, freeze, load_links, load_register
from analysis.claims.rules import Conjunction, Effect, Existence, Threshold, Unanswerable, quantity_rules
from analysis.errors import ClaimsError

FOLDER = Path(__file__).resolve().parents[3] / "data" / "claims"
CLAIMS = FOLDER / "claims.yml"
FROZEN = FOLDER / "FROZEN.sha256"
LINKS = FOLDER / "evidence_links.csv"
LAST_PART = {1: 2, 5: 3, 6: 2, 13: 2, 14: 2}  # claims that come in parts, with the number of parts
IDS = [
    f"C{number:02d}" + (f".{part}" if number in LAST_PART else "")
    for number in range(1, 17)
    for part in range(1, LAST_PART.get(number, 1) + 1)
]
RAW: dict[str, Any] = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))
FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FAMILY = ("C01.2", "C02", "C03", "C04", "C05.2", "C06.1", "C07", "C08", "C11", "C13.1")


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(CLAIMS, FROZEN)


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], object]], Register]:
    """Load a copy of the register with one alteration, under a hash that fits the copy."""

    def load(alter: Callable[[dict[str, Any]], object]) -> Register:
        raw = copy.deepcopy(RAW)
        alter(raw)
        return load_text(tmp_path, as_yaml(raw))

    return load


def as_yaml(raw: dict[str, Any]) -> str:
    return str(yaml.dump(raw, Dumper=FAST_DUMPER, allow_unicode=True, sort_keys=False))


def load_text(folder: Path, text: str) -> Register:
    path = folder / "claims.yml"
    path.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "FROZEN.sha256").write_text(f"{digest}  claims.yml\n", encoding="utf-8")
    return load_register(path, folder / "FROZEN.sha256")


def entry(raw: dict[str, Any], claim_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(claim for claim in raw["claims"] if claim["id"] == claim_id)
    return found


def claim(register: Register, claim_id: str) -> Claim:
    return next(one for one in register.claims if one.id == claim_id)


# --- the real register ------------------------------------------------------------------------------------------------


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
        ("C02", [{"share_difference": 0.03}]),
        ("C04", [{"share_difference": 0.03}]),
        ("C05.2", [{"share_difference": 0.05}]),
        ("C06.2", [{"share_difference": 0.05}] * 4),
        ("C07", [{"share_difference": 0.02}, {"share_difference": 0.015}]),
        ("C08", [{"share_difference": 0.03, "standard_deviation": 0.5}] * 2),
        ("C11", [{"ratio": 1.25}]),
        ("C13.2", [{"standard_deviation": 0.10}]),
        ("C16", [{"share_difference": 0.05}]),
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
    assert scopes - {(one, "claim") for one in whole} == {("C02", "events_2025"), ("C08", "events_2025")}


@pytest.mark.parametrize(
    ("claim_id", "words"),
    [
        ("C01.2", ".77|.57|1.00|.63|17-fold|17,000|1,000|27 %|.005|2.4 percentage|1 million|0 to 12.5 %|s = .4"),
        ("C02", "2,000|2.7|3.9|6 months|3 waves|26 to 28 November 2025"),
        ("C03", "400|10 percentage points|HTMT|.8"),
        ("C04", "1,500|3 percentage points|E-value"),
        ("C05.1", "2 independent sources|2022-03-16|V04"),
        ("C05.2", "2,000|5 percentage points"),
        ("C06.1", "1,500|20 channels|26 weeks|.667|10 %|97.5 %"),
        ("C06.2", "39 placebo dates|.05|5 percentage points|26 weeks before"),
        ("C07", "2,000|5,000|6 percentage points|2 percentage points|1.5 percentage points|97.5 %"),
        ("C08", "7, 14 and 21|39 placebo dates|8 weeks|74 to 88 %|60 to 156|SC5 and SC7|.5 pre-period|97.5 %"),
        ("C10", ".909|.10|.99|1 %"),
        ("C11", "24 months|1.25|4 weeks|39 placebo dates|28 Afghans|2024-08-30"),
        ("C13.1", "2,000|80 %|4.8 %|0 to 5.2 %|4 to 7 %"),
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


# --- the guard --------------------------------------------------------------------------------------------------------


def copy_of_register(folder: Path) -> tuple[Path, Path]:
    path, frozen = folder / "claims.yml", folder / "FROZEN.sha256"
    path.write_bytes(CLAIMS.read_bytes())
    frozen.write_bytes(FROZEN.read_bytes())
    return path, frozen


def test_untouched_copy_loads(tmp_path: Path, register: Register) -> None:
    assert load_register(*copy_of_register(tmp_path)).sha256 == register.sha256


def test_one_changed_threshold_is_refused_with_both_hashes_and_the_way_out(tmp_path: Path) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("threshold: 0.05", "threshold: 0.04"), encoding="utf-8")
    with pytest.raises(ClaimsError, match="is frozen") as caught:
        load_register(path, frozen)
    message = str(caught.value)
    assert FROZEN.read_text()[:64] in message
    assert hashlib.sha256(path.read_bytes()).hexdigest() in message
    assert [way for way in ("restore", "python -m analysis freeze-claims", "`history`") if way not in message] == []


def test_one_added_blank_is_refused(tmp_path: Path) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ClaimsError, match="is frozen"):
        load_register(path, frozen)


@pytest.mark.parametrize("content", ["", "abc  claims.yml\n", "0" * 64 + "  other.yml\n", "0" * 64 + " claims.yml\n"])
def test_hash_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path, frozen = copy_of_register(tmp_path)
    frozen.write_text(content)
    with pytest.raises(ClaimsError, match=r"FROZEN\.sha256.*freeze-claims"):
        load_register(path, frozen)


@pytest.mark.parametrize("name", ["claims.yml", "FROZEN.sha256"])
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    path, frozen = copy_of_register(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ClaimsError, match=f"{re.escape(name)}: cannot be read"):
        load_register(path, frozen)


def test_freeze_makes_a_changed_register_loadable(tmp_path: Path, register: Register) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_bytes(path.read_bytes() + b"\n")
    digest = freeze(path, frozen)
    assert load_register(path, frozen).sha256 == digest != register.sha256
    assert sorted(one.name for one in tmp_path.iterdir()) == ["FROZEN.sha256", "claims.yml"]


def test_freeze_refuses_a_malformed_register_and_leaves_the_hash_alone(tmp_path: Path) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("kind: premise", "kind: hunch"), encoding="utf-8")
    with pytest.raises(ClaimsError, match="hunch"):
        freeze(path, frozen)
    assert frozen.read_bytes() == FROZEN.read_bytes()


# --- malformed registers ----------------------------------------------------------------------------------------------


def test_copy_without_alteration_loads(altered: Callable[..., Register]) -> None:
    assert [one.id for one in altered(lambda raw: None).claims] == IDS


MALFORMED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "unknown key of the file": (lambda raw: raw.update(extra=1), "field extra: received 1"),
    "unknown key of a claim": (
        lambda raw: entry(raw, "C02").update(verdict="supported"),
        "claim C02, field verdict: received 'supported'",
    ),
    "unknown key of a rule": (
        lambda raw: entry(raw, "C03")["rule"].update(treshold=0.4),
        "claim C03, field rule.treshold: received 0.4",
    ),
    "missing key of a claim": (lambda raw: entry(raw, "C04").pop("threats"), "claim C04, field threats: is missing"),
    "missing key of a rule": (
        lambda raw: entry(raw, "C03")["rule"].pop("threshold"),
        "claim C03, field rule.threshold: is missing",
    ),
    "number as text": (
        lambda raw: entry(raw, "C03")["rule"].update(threshold="half"),
        "claim C03, field rule.threshold: received 'half'",
    ),
    "truth value as number": (
        lambda raw: entry(raw, "C03")["rule"].update(threshold=True),
        "field rule.threshold: received True",
    ),
    "number that is not finite": (
        lambda raw: entry(raw, "C03")["rule"].update(threshold=float("nan")),
        "field rule.threshold: received nan",
    ),
    "number for text": (lambda raw: entry(raw, "C03").update(period=2025), "field period: received 2025"),
    "empty text": (lambda raw: entry(raw, "C03").update(article=" "), "claim C03, field article: received ' '"),
    "text for a list": (lambda raw: entry(raw, "C03").update(threats="none"), "field threats: received 'none'"),
    "list for a mapping": (lambda raw: raw["conventions"].update(grades=[]), r"conventions\.grades: received \[\]"),
    "text for an entry": (lambda raw: entry(raw, "C03").update(evidence_needed="survey"), "received 'survey'"),
    "unknown kind": (lambda raw: entry(raw, "C03").update(kind="hunch"), "allowed: claim, premise"),
    "unknown construct": (lambda raw: entry(raw, "C03").update(constructs=["loyalty"]), "received 'loyalty'"),
    "unknown rule": (lambda raw: entry(raw, "C03")["rule"].update(type="feeling"), "rule.type: received 'feeling'"),
    "rule that is no mapping": (lambda raw: entry(raw, "C03").update(rule="yes"), "rule.type: received 'yes'"),
    "existence as part of a conjunction": (
        lambda raw: entry(raw, "C07")["rule"]["parts"][0].update(type="existence"),
        "allowed: threshold, effect",
    ),
    "duplicate claim": (lambda raw: raw["claims"].append(entry(raw, "C02")), "claim id: received 'C02'"),
    "duplicate estimand": (
        lambda raw: entry(raw, "C03")["estimands"].append(entry(raw, "C03")["estimands"][0]),
        "estimand id: received 'E03_regime_given_defence'",
    ),
    "family member that does not exist": (
        lambda raw: raw["conventions"]["confirmatory_family"].append("C99"),
        "confirmatory_family: received 'C99'",
    ),
    "family member twice": (
        lambda raw: raw["conventions"]["confirmatory_family"].append("C02"),
        "confirmatory_family: received 'C02'",
    ),
    "claim id of another form": (lambda raw: entry(raw, "C09").update(id="C9"), "field id: received 'C9'"),
    "estimand of another claim": (
        lambda raw: entry(raw, "C03")["estimands"][1].update(id="E04b_label_effect"),
        "claim C03, field estimands: received 'E04b_label_effect'",
    ),
    "estimand that the claim lacks": (
        lambda raw: entry(raw, "C03")["rule"].update(estimand="E03_other"),
        "claim C03, field rule: received 'E03_other'",
    ),
    "undeclared topic": (lambda raw: entry(raw, "C03").update(topic="mood"), "field topic: received 'mood'"),
    "undeclared screen": (
        lambda raw: entry(raw, "C03")["rule"]["screens"].append("gut_feeling"),
        "claim C03, field rule: received 'gut_feeling'",
    ),
    "undeclared support condition": (
        lambda raw: entry(raw, "C02")["rule"]["support_conditions"].append("gut_feeling"),
        "claim C02, field rule: received 'gut_feeling'",
    ),
    "same estimand in two parts": (
        lambda raw: entry(raw, "C07")["rule"]["parts"][1].update(estimand="E07a_public_minus_private"),
        "rule.parts, estimand: received 'E07a_public_minus_private'",
    ),
    "conjunction with one part": (lambda raw: entry(raw, "C07")["rule"]["parts"].pop(), "parts: received 1"),
    "split level that does not fit": (
        lambda raw: entry(raw, "C07")["rule"].update(split_confidence=0.95),
        "claim C07, field rule.split_confidence: received 0.95",
    ),
    "split level where none is needed": (
        lambda raw: entry(raw, "C06.2")["rule"].update(split_confidence=0.975),
        "split_confidence: received 0.975",
    ),
    "null that does not fit the unit": (
        lambda raw: entry(raw, "C11")["rule"].update(null_value=0.0),
        "claim C11, field rule.null_value: received 0.0",
    ),
    "smallest effect at the null": (
        lambda raw: entry(raw, "C02")["rule"].update(smallest_effect={"share_difference": 0.0}),
        "smallest_effect: received",
    ),
    "no smallest effect": (
        lambda raw: entry(raw, "C02")["rule"].update(smallest_effect={}),
        "smallest_effect: received",
    ),
    "unknown unit": (
        lambda raw: entry(raw, "C02")["rule"].update(smallest_effect={"points": 3}),
        "smallest_effect: received 'points'",
    ),
    "blocked scope that does not exist": (
        lambda raw: entry(raw, "C02")["not_answerable"][0].update(scope="past"),
        "claim C02, field not_answerable: received 'past'",
    ),
    "scope twice": (
        lambda raw: entry(raw, "C02")["scopes"].append(entry(raw, "C02")["scopes"][0]),
        "claim C02, field scopes: received 'events_2025'",
    ),
    "scope blocked twice": (
        lambda raw: entry(raw, "C02")["not_answerable"].append(entry(raw, "C02")["not_answerable"][0]),
        "claim C02, field not_answerable: received 'events_2025'",
    ),
    "unanswerable claim with an open scope": (
        lambda raw: entry(raw, "C09").update(not_answerable=[]),
        "claim C09, field scopes: received 1",
    ),
    "answerable claim whose only scope is blocked": (
        lambda raw: entry(raw, "C03").update(not_answerable=[{"scope": "claim", "reason": "because"}]),
        "claim C03, field scopes: received 0",
    ),
    "no scope at all": (lambda raw: entry(raw, "C03").update(scopes=[]), "claim C03, field scopes: received 0"),
    "no history": (lambda raw: raw.update(history=[]), r"field history: received \[\]"),
    "history that skips a version": (lambda raw: raw["history"][0].update(version=2), r"history: received \[2\]"),
    "history without a date": (
        lambda raw: raw["history"][0].update(frozen_on="soon"),
        r"history\[1\].frozen_on: received 'soon'",
    ),
    "history out of order": (
        lambda raw: raw["history"].append({**raw["history"][0], "version": 2, "frozen_on": "2020-01-01"}),
        r"history\[2\].frozen_on",
    ),
    "time stamp that is no entry": (lambda raw: raw.update(external_time_stamp="yes"), "received 'yes'"),
    "empty claim": (lambda raw: raw["claims"].append(None), "received None"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_register_is_refused_with_place_and_value(case: str, altered: Callable[..., Register]) -> None:
    alter, message = MALFORMED[case]
    with pytest.raises(ClaimsError, match=message) as caught:
        altered(alter)
    assert str(caught.value).startswith("claims.yml")


def test_dates_out_of_order_are_refused(altered: Callable[..., Register]) -> None:
    def go_back(raw: dict[str, Any]) -> None:
        first = raw["history"][0]
        raw["history"].append({**first, "version": 2, "frozen_on": first["frozen_on"].replace(year=2020)})

    with pytest.raises(ClaimsError, match="dates in order"):
        altered(go_back)


def test_second_version_and_time_stamp_load(altered: Callable[..., Register]) -> None:
    def add(raw: dict[str, Any]) -> None:
        day = raw["history"][0]["frozen_on"]
        raw["history"].append({"version": 2, "frozen_on": day, "change": "Stamped."})
        stamp = {"kind": "osf", "reference": "osf.io/xxxxx", "stamped_sha256": "0" * 64, "stamped_on": day}
        raw["external_time_stamp"] = stamp

    register = altered(add)
    assert register.external_time_stamp is not None
    assert (register.external_time_stamp.kind, register.history[-1].version) == ("osf", 2)


def test_duplicate_key_is_refused(tmp_path: Path) -> None:
    text = CLAIMS.read_text(encoding="utf-8").replace("  alpha: 0.05\n", "  alpha: 0.05\n  alpha: 0.50\n")
    with pytest.raises(ClaimsError, match="key: received 'alpha'"):
        load_text(tmp_path, text)


@pytest.mark.parametrize("text", ["claims: [", "just words", "", "- a\n- b\n", "a: !!python/object:os.system {}\n"])
def test_file_that_is_no_register_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ClaimsError, match=r"claims\.yml"):
        load_text(tmp_path, text)


@pytest.mark.parametrize("name", [one.name for one in fields(Claim)])
def test_every_field_of_a_claim_is_required(tmp_path: Path, name: str) -> None:
    raw = copy.deepcopy(RAW)
    raw["conventions"]["confirmatory_family"] = []
    raw["claims"] = [{key: value for key, value in RAW["claims"][0].items() if key != name}]
    with pytest.raises(ClaimsError, match=f"{name}: is missing"):
        load_text(tmp_path, as_yaml(raw))


# --- links ------------------------------------------------------------------------------------------------------------


def write_links(folder: Path, *rows: str, header: str = ",".join(LINK_COLUMNS)) -> Path:
    path = folder / "evidence_links.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


GOOD_LINK = "C01.1,B060,dw,E01a_existence,false,true,false,It does not state residence."


def test_committed_links_name_only_what_the_register_has(register: Register) -> None:
    links = load_links(LINKS, register)
    assert {link.claim_id for link in links} >= {"C01.1", "C05.1", "C09", "C13.1", "C14.1", "C14.2"}
    matched = [link.source_id for link in links if link.is_population_matched and link.is_period_matched]
    assert matched == ["V04", "B051", "B052", "population_host_year"]


def test_good_link_loads(tmp_path: Path, register: Register) -> None:
    (link,) = load_links(write_links(tmp_path, GOOD_LINK), register)
    assert (link.report_group, link.is_period_matched, link.is_qualifying) == ("dw", True, False)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (GOOD_LINK.replace("C01.1", "C99"), "row 2, column claim_id: received 'C99'"),
        (GOOD_LINK.replace("B060", "60"), "row 2, column source_id: received '60'"),
        (GOOD_LINK.replace("E01a_existence", "E02_change"), "row 2, column estimand_id: received 'E02_change'"),
        (GOOD_LINK.replace("E01a_existence", ""), "row 2, column estimand_id: received ''"),
        (GOOD_LINK.replace("false,true", "no,true"), "row 2, column is_population_matched: received 'no'"),
        (GOOD_LINK.replace("It does not state residence.", " "), "row 2, column relation"),
        (GOOD_LINK + ",more", "row 2: received 'another number of cells'"),
        (GOOD_LINK.rsplit(",", 1)[0], "row 2: received 'another number of cells'"),
        ("C09,B049,,E09_any,false,false,false,No estimand.", "row 2, column estimand_id: received 'E09_any'"),
    ],
)
def test_malformed_link_is_refused(tmp_path: Path, register: Register, row: str, message: str) -> None:
    with pytest.raises(ClaimsError, match=re.escape(message)):
        load_links(write_links(tmp_path, row), register)


def test_same_source_twice_for_one_estimand_is_refused(tmp_path: Path, register: Register) -> None:
    with pytest.raises(ClaimsError, match="B060"):
        load_links(write_links(tmp_path, GOOD_LINK, GOOD_LINK), register)


def test_other_header_is_refused(tmp_path: Path, register: Register) -> None:
    with pytest.raises(ClaimsError, match="restore the header"):
        load_links(write_links(tmp_path, GOOD_LINK, header="claim_id,source_id"), register)
