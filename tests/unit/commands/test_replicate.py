import functools
import math
import os
import shutil
from pathlib import Path

import pytest

from analysis.commands import replicate as command
from analysis.commands.replicate import replicate
from analysis.commands.verify_compare import ABSENT, DIFFERS, IDENTICAL
from analysis.commands.verify_evidence import replications
from analysis.errors import ReplicationError
from analysis.estimators.list_experiment.length_error import (
    ABOVE_DIRECT,
    EQUAL_LENGTH,
    KNOWN_TRUTH,
    LENGTH_ERRORS,
    PLACEBO_ITEM,
)
from analysis.estimators.list_experiment.power import DIFFERENCES, PRACTICE_SPREADS
from analysis.store import Store

ROOT = Path(__file__).resolve().parents[3]
MIRROR = os.environ.get("EXTERNAL_MIRROR")
needs_mirror = pytest.mark.skipif(not MIRROR, reason="third-party files: name their folder in EXTERNAL_MIRROR")
TOLERANCE = 5e-6
"""The published figures have five decimals."""

EXPECTED = {
    "R01_list_isaf_respondents": (0.04902, 0.04981),
    "R02_list_isaf_villages": (0.04902, 0.03992),
    "R03_list_taliban_respondents": (0.22440, 0.04329),
    "R04_list_taliban_villages": (0.22440, 0.03634),
    "R05_list_race_difference": (0.06780, 0.04962),
    "R06_list_race_coefficient": (1.67541, 0.55851),
    "R07_list_race_south": (0.31819, 0.07895),
    "R08_list_race_elsewhere": (0.10643, 0.02407),
    "R09_list_race_gap": (0.21176, None),
    "R10_masked_nigeria_share": (0.26191, None),
    "R11_masked_nigeria_female": (-0.55439, 0.16244),
}
"""What the reference packages give; None where they give no standard error."""
LIKELIHOOD_TOLERANCE = 2e-3
"""The reference stops its search early, and one of its standard errors is an outer product of scores."""
FIGURES = 50
TABLES_BESIDE = ("list_practice", "asylum_decisions", "asylum_decisions_uk", "migrant_stock")
KNOWN_LIST_ERRORS = {
    "R17_list_zodiac_placebo_item": PLACEBO_ITEM,
    "R18_list_zodiac_equal_length": EQUAL_LENGTH,
    "R21_lists_rare": ABOVE_DIRECT,
}


ONCE = {
    table: {file: functools.cache(recompute) for file, recompute in parts.items()}
    for table, parts in command.RECOMPUTED.items()
}
"""Equal bytes are recomputed once in this file: what the tests below differ in is what is tracked."""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "RECOMPUTED", ONCE)
    for name in ("data/reference", "data/external"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for kept in (tmp_path / "data/external").iterdir():
        if kept.name != "sources.yml":
            kept.unlink()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tracked(project):
    return (project / "data/reference/replication_results.csv").read_bytes()


@pytest.mark.parametrize("figure", EXPECTED)
def test_the_tracked_result_is_the_published_one(figure):
    row = Store(ROOT).read("reference__replication_results").set_index("replication_id").loc[figure]
    value, error = EXPECTED[figure]
    tolerance = TOLERANCE if "afghanistan" in row.estimand_id or figure.endswith("difference") else LIKELIHOOD_TOLERANCE
    assert row.value == pytest.approx(value, abs=tolerance)
    assert error is None or row.standard_error == pytest.approx(error, abs=tolerance)


def test_endorsement_effects_are_average_differences_over_spreads():
    """No package gives this figure: tracked values are signed, small, and have errors of this survey's size."""
    rows = Store(ROOT).read("reference__replication_results").query("quantity_code == 'standardised_effect'")
    assert len(rows) == 4
    assert rows.standard_error.between(0.02, 0.03).all()


@pytest.mark.parametrize("figure", KNOWN_LIST_ERRORS)
def test_the_errors_of_length_that_the_estimators_name_are_the_tracked_ones(figure):
    row = Store(ROOT).read("reference__replication_results").set_index("replication_id").loc[figure]
    named = KNOWN_LIST_ERRORS[figure]
    assert (named.value, named.low, named.high) == pytest.approx((row.value, row.ci_low, row.ci_high), abs=5e-4)
    assert named.source.split("doi:")[1] in row.source


PRACTICE = {
    "R45_lists_spread_of_one_answer_lower": PRACTICE_SPREADS[0],
    "R44_lists_spread_of_one_answer": PRACTICE_SPREADS[1],
    "R46_lists_spread_of_one_answer_upper": PRACTICE_SPREADS[2],
    "R48_lists_everywhere": DIFFERENCES["all topics"].mean,
    "R49_lists_everywhere_spread": DIFFERENCES["all topics"].spread,
    "R22_lists_autocracies": DIFFERENCES["support for authoritarian regimes"].mean,
    "R50_lists_autocracies_spread": DIFFERENCES["support for authoritarian regimes"].spread,
}


@pytest.mark.parametrize(("figure", "planned"), PRACTICE.items())
def test_what_planning_takes_from_published_lists_is_the_tracked_figure(figure, planned):
    row = Store(ROOT).read("reference__replication_results").set_index("replication_id").loc[figure]
    assert planned == pytest.approx(row.value, abs=5e-4)
    assert planned != pytest.approx(row.value + 0.002, abs=5e-4)


def test_the_assumed_errors_are_the_measured_ones_in_whole_points():
    def outward(value):
        return math.copysign(math.ceil(round(abs(value) * 100, 6)) / 100, value)

    assert LENGTH_ERRORS["conventional"] == (0.0, outward(ABOVE_DIRECT.value), outward(PLACEBO_ITEM.value))
    assert LENGTH_ERRORS["placebo-list"] == (outward(round(EQUAL_LENGTH.value - KNOWN_TRUTH, 3)), 0.0)


def test_where_the_truth_is_known_neither_list_finds_it_and_both_envelopes_hold_it():
    rows = Store(ROOT).read("reference__replication_results").set_index("replication_id")
    unequal, equal = rows.loc["R16_list_zodiac_conventional"], rows.loc["R18_list_zodiac_equal_length"]
    assert equal.ci_high < 1 / 6 < unequal.ci_low
    assert unequal.ci_low - max(LENGTH_ERRORS["conventional"]) < 1 / 6
    assert equal.ci_high - min(LENGTH_ERRORS["placebo-list"]) > 1 / 6


@needs_mirror
def test_recomputing_gives_the_tracked_result(project, capsys):
    before = tracked(project)
    replicate()
    told = capsys.readouterr().out
    assert f"equal to the tracked result: {FIGURES} figures" in told
    assert all(f"rows of {table}" in told for table in TABLES_BESIDE)
    assert tracked(project) == before


@needs_mirror
def test_another_tracked_result_is_an_error_and_stays(project):
    path = project / "data/reference/replication_results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.049020,", "0.049021,"), encoding="utf-8")
    before = tracked(project)
    with pytest.raises(ReplicationError, match=r"R01_list_isaf_respondents: recomputed 0.04902 .*tracked 0.049021"):
        replicate()
    assert tracked(project) == before


@needs_mirror
def test_another_row_of_a_tracked_table_is_an_error_that_shows_both(project):
    path = project / "data/reference/asylum_decisions_uk.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("4104,37,170", "4104,38,170"), encoding="utf-8")
    with pytest.raises(ReplicationError, match=r"(?s)asylum_decisions_uk.csv, line .*4104,37,170.*4104,38,170"):
        replicate()


@needs_mirror
def test_a_corrupted_file_changes_nothing(project, tmp_path_factory, monkeypatch):
    mirror = tmp_path_factory.mktemp("mirror")
    (mirror / "afghan.csv").write_bytes((Path(MIRROR) / "afghan.csv").read_bytes()[:-1])
    monkeypatch.setenv("EXTERNAL_MIRROR", str(mirror))
    before = tracked(project)
    with pytest.raises(ReplicationError, match="SHA-256 is"):
        replicate(update=True)
    assert tracked(project) == before


def test_a_missing_file_changes_nothing(project, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("EXTERNAL_MIRROR", str(tmp_path_factory.mktemp("empty")))
    before = tracked(project)
    with pytest.raises(ReplicationError, match="not in EXTERNAL_MIRROR"):
        replicate(update=True)
    assert tracked(project) == before


@needs_mirror
def test_update_writes_what_was_recomputed(project):
    path = project / "data/reference/replication_results.csv"
    before = tracked(project)
    path.write_text(path.read_text(encoding="utf-8").replace("0.049020,", "0.049021,"), encoding="utf-8")
    replicate(update=True)
    assert tracked(project) == before


@needs_mirror
def test_verify_recomputes_every_figure_and_keeps_no_file(project):
    found = replications(project)
    assert {one.outcome for one in found} == {IDENTICAL}
    assert found[0].detail == f"{FIGURES} figures"
    assert len(found) == 1 + len(TABLES_BESIDE)
    assert [path.name for path in (project / "data/external").iterdir()] == ["sources.yml"]


@needs_mirror
def test_verify_sees_a_tracked_figure_that_was_edited(project):
    path = project / "data/reference/replication_results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.049020,", "0.049021,"), encoding="utf-8")
    assert replications(project)[0].outcome == DIFFERS


def test_verify_says_which_files_are_not_at_hand(project, monkeypatch):
    monkeypatch.delenv("EXTERNAL_MIRROR", raising=False)
    (comparison,) = replications(project)
    assert comparison.outcome == ABSENT
    assert "not at hand: afghan.csv" in comparison.detail
