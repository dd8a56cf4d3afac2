from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.claims.register import load_links, load_register
from analysis.claims.rules import EverySeriesPositive
from analysis.claims.verdict import judge_register
from analysis.measures import population, published
from analysis.results import claims
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import Store

ROOT = Path(__file__).resolve().parents[3]
STORE = Store(ROOT)
REGISTER = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
POPULATION = population.protected_by_year(
    STORE.read("reference__unhcr_population_host_year"), STORE.read("reference__series_breaks")
)
TABLES_OF_THIRD_PARTIES = {name: pd.DataFrame({"source": [f"source of {name}"]}) for name in claims.REPLICATED} | {
    "replication_results": STORE.read("reference__replication_results")
}
RULE = EverySeriesPositive("E14_protected_afghans_by_host", "USA", ("DEU", "AUT"))


def pieces(hosts: pd.DataFrame = POPULATION) -> list[claims.Piece]:
    return claims.pieces(
        REGISTER,
        load_links(ROOT / "data/claims/evidence_links.csv", REGISTER),
        figures=STORE.read("reference__benchmarks"),
        events=published.rated(STORE.read("reference__events")),
        population=hosts,
        tables=TABLES_OF_THIRD_PARTIES,
    )


def verdicts(found: list[claims.Piece]) -> dict[tuple[str, str], str]:
    rows = claims.verdict_rows(judge_register(REGISTER, [piece.evidence for piece in found]))
    return rows.set_index(["claim_id", "scope_code"]).verdict_code.to_dict()


def test_todays_verdicts_follow_from_todays_tables():
    today = verdicts(pieces())
    assert today["C01.1", "claim"] == "inconclusive"
    assert today["C05.1", "claim"] == today["C14.1", "claim"] == "supported"
    never = {claim for (claim, scope), code in today.items() if code == "not_answerable" and scope == "claim"}
    assert never == {"C05.3", "C09", "C10", "C14.2", "C15"}
    assert {claim for claim, scope in today if scope == "events_2025"} == {"C02.1", "C02.2", "C08"}
    assert sorted(set(today.values())) == ["inconclusive", "not_answerable", "not_yet_answerable", "supported"]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda rows: rows[rows.host_iso3 != "USA"], "inconclusive"),
        (lambda rows: rows.assign(refugees_n=rows.refugees_n.mask(rows.host_iso3 == "USA", 0)), "contradicted"),
    ],
)
def test_another_series_gives_another_verdict(change, verdict):
    assert verdicts(pieces(change(POPULATION)))["C14.1", "claim"] == verdict


def test_a_host_series_starts_in_the_year_of_the_takeover_and_is_empty_without_rows():
    series = claims.host_series(POPULATION[POPULATION.host_iso3 != "AUT"], RULE)
    assert len(series["USA"]) == len(series["DEU"]) == 5
    assert series["USA"][-1] == 46611
    assert series["AUT"] == ()


def test_rows_fit_their_tables():
    found = pieces()
    assert len(check(claims.register_rows(REGISTER, {}), TABLES["claims_register"])) == 25
    evidence = check(claims.evidence_rows(found), TABLES["claim_evidence"])
    counted = evidence[evidence.is_admissible]
    assert set(zip(counted.claim_id, counted.evidence_id, strict=True)) == {
        ("C05.1", "B201"),
        ("C05.1", "B202"),
        ("C05.1", "V04"),
        ("C14.1", "asylum_protection"),
        ("C14.1", "population_host_year"),
    }
    check(claims.verdict_rows(judge_register(REGISTER, [piece.evidence for piece in found])), TABLES["claim_verdicts"])


def test_a_context_row_carries_no_number_of_its_figure():
    rows = claims.evidence_rows(pieces()).set_index(["claim_id", "evidence_id"])
    assert "0.2244" not in rows.loc[("C13.1", "B020")].evidence_text


def test_the_history_holds_every_release():
    past = pd.DataFrame([{"claim_id": "C01.1", "scope_code": "claim", "verdict_code": "not_yet_answerable", "x": 1}])
    now = past.assign(verdict_code="inconclusive")
    found = claims.verdict_history([("0.1.0", date(2030, 1, 1), past), ("0.2.0", date(2031, 1, 1), now)])
    assert list(found.verdict_code) == ["not_yet_answerable", "inconclusive"]
    assert list(found.release_version_text) == ["0.1.0", "0.2.0"]
    assert "x" not in found


@pytest.mark.parametrize("left_out", [{"B201", "V04"}, {"B202"}])
def test_one_report_alone_leaves_the_programme_open(left_out):
    found = [piece for piece in pieces() if piece.evidence_id not in left_out]
    assert verdicts(found)["C05.1", "claim"] == "inconclusive"


def test_an_event_that_was_read_counts_as_the_report_that_it_is():
    """V04 is the day that B201 reports: without the report it counts in its place, beside it once."""
    found = [piece for piece in pieces() if piece.evidence_id != "B201"]
    assert verdicts(found)["C05.1", "claim"] == "supported"
    recalled = published.rated(STORE.read("reference__events").assign(date_status_code="recalled"))
    assert set(recalled.grade_code) == {"none"}


def test_two_copies_of_one_report_are_one():
    copies = [piece for piece in pieces() if piece.evidence.claim_id != "C05.1" or piece.evidence_id == "B201"]
    twice = [*copies, *(piece for piece in copies if piece.evidence_id == "B201")]
    assert verdicts(twice)["C05.1", "claim"] == "inconclusive"


def test_tables_of_third_parties_never_move_a_verdict_by_themselves():
    names = {*claims.REPLICATED, *claims.FIGURES}
    found = pieces()
    assert verdicts(found) == verdicts([piece for piece in found if piece.evidence_id not in names])
    assert {piece.evidence_id for piece in found} >= names


def test_a_figure_names_the_studies_that_it_comes_from_and_no_others():
    source = {piece.evidence_id: piece.source for piece in pieces()}
    assert "Agerberg" in source["known_truth_list"]
    assert "Bencek" in source["incidents_germany"]
    assert "Toronto" in source["hate_crimes"]
    assert not any("Toronto" in source[name] for name in ("known_truth_list", "incidents_germany"))
    assert "Blair" not in source["known_truth_list"]


def test_paragraphs_are_released_as_written():
    rows = claims.register_rows(REGISTER, {}).set_index("claim_id").article_paragraphs_text
    assert (rows["C18"], rows["C02.2"]) == ("7, 10", "9")
