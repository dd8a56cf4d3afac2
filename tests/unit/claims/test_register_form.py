"""A malformed register is refused with the place, the value and the rule."""

import copy
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from analysis.claims.entries import Claim, Register
from analysis.errors import ClaimsError
from tests.unit.claims.registers import CLAIMS, IDS, RAW, as_yaml, entry, load_text


def test_copy_without_alteration_loads(altered: Callable[..., Register]) -> None:
    assert [one.id for one in altered(lambda raw: None).claims] == IDS


MALFORMED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "unknown key of the file": (lambda raw: raw.update(extra=1), "field extra: received 1"),
    "unknown key of a claim": (
        lambda raw: entry(raw, "C02.1").update(verdict="supported"),
        "claim C02.1, field verdict: received 'supported'",
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
    "no paragraph": (lambda raw: entry(raw, "C03").update(paragraphs=[]), "claim C03, field paragraphs: received"),
    "paragraph nought": (lambda raw: entry(raw, "C03").update(paragraphs=[0]), "claim C03, field paragraphs: received"),
    "paragraph twice": (lambda raw: entry(raw, "C03").update(paragraphs=[4, 4]), "paragraphs: received 4"),
    "duplicate claim": (lambda raw: raw["claims"].append(entry(raw, "C02.1")), "claim id: received 'C02.1'"),
    "duplicate estimand": (
        lambda raw: entry(raw, "C03")["estimands"].append(entry(raw, "C03")["estimands"][0]),
        "estimand id: received 'E03_regime_given_defence'",
    ),
    "family member that does not exist": (
        lambda raw: raw["conventions"]["confirmatory_family"].append("C99"),
        "confirmatory_family: received 'C99'",
    ),
    "family member twice": (
        lambda raw: raw["conventions"]["confirmatory_family"].append("C02.1"),
        "confirmatory_family: received 'C02.1'",
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
        lambda raw: entry(raw, "C02.1")["rule"]["support_conditions"].append("gut_feeling"),
        "claim C02.1, field rule: received 'gut_feeling'",
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
        lambda raw: entry(raw, "C02.1")["rule"].update(smallest_effect={"share_difference": 0.0}),
        "smallest_effect: received",
    ),
    "no smallest effect": (
        lambda raw: entry(raw, "C02.1")["rule"].update(smallest_effect={}),
        "smallest_effect: received",
    ),
    "unknown unit": (
        lambda raw: entry(raw, "C02.1")["rule"].update(smallest_effect={"points": 3}),
        "smallest_effect: received 'points'",
    ),
    "blocked scope that does not exist": (
        lambda raw: entry(raw, "C02.1")["not_answerable"][0].update(scope="past"),
        "claim C02.1, field not_answerable: received 'past'",
    ),
    "scope twice": (
        lambda raw: entry(raw, "C02.1")["scopes"].append(entry(raw, "C02.1")["scopes"][0]),
        "claim C02.1, field scopes: received 'events_2025'",
    ),
    "scope blocked twice": (
        lambda raw: entry(raw, "C02.1")["not_answerable"].append(entry(raw, "C02.1")["not_answerable"][0]),
        "claim C02.1, field not_answerable: received 'events_2025'",
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
    "history that skips a version": (lambda raw: raw["history"][0].update(version=2), r"history: received \[2, 2"),
    "history without a date": (
        lambda raw: raw["history"][0].update(frozen_on="soon"),
        r"history\[1\].frozen_on: received 'soon'",
    ),
    "history out of order": (
        lambda raw: raw["history"].append(
            {**raw["history"][0], "version": len(raw["history"]) + 1, "frozen_on": "2020-01-01"}
        ),
        r"history\[\d\].frozen_on",
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
        last = {"version": len(raw["history"]) + 1, "frozen_on": first["frozen_on"].replace(year=2020)}
        raw["history"].append(first | last)

    with pytest.raises(ClaimsError, match="dates in order"):
        altered(go_back)


def test_another_version_and_a_time_stamp_load(altered: Callable[..., Register]) -> None:
    def add(raw: dict[str, Any]) -> None:
        day = raw["history"][-1]["frozen_on"]
        raw["history"].append({"version": len(raw["history"]) + 1, "frozen_on": day, "change": "Stamped."})
        stamp = {"kind": "osf", "reference": "osf.io/xxxxx", "stamped_sha256": "0" * 64, "stamped_on": day}
        raw["external_time_stamp"] = stamp

    register = altered(add)
    assert register.external_time_stamp is not None
    assert (register.external_time_stamp.kind, register.history[-1].change) == ("osf", "Stamped.")


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
