import os
import shutil
from pathlib import Path

import pytest

from analysis.commands.replicate import replicate
from analysis.commands.verify_compare import ABSENT, DIFFERS, IDENTICAL
from analysis.commands.verify_evidence import replications
from analysis.errors import ReplicationError
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
FIGURES = 15


@pytest.fixture
def project(tmp_path, monkeypatch):
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


@needs_mirror
def test_recomputing_gives_the_tracked_result(project, capsys):
    before = tracked(project)
    replicate()
    assert f"equal to the tracked result: {FIGURES} figures" in capsys.readouterr().out
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
    (comparison,) = replications(project)
    assert (comparison.outcome, comparison.detail) == (IDENTICAL, f"{FIGURES} figures")
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
