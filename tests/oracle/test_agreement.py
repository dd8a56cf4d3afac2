"""Agreement on our own synthetic annotations: the library krippendorff, kappa by hand; and textbook cases."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.estimators.agreement import Annotations, krippendorff_alpha, pairwise_kappa
from tests.oracle.post_files import write_csv
from tests.oracle.survey_files import cases, own_columns

OWN = {case["id"]: case for case in cases("own_synthetic", "annotations.json")}
LABELS = ["against", "neutral", "favor"]
EXACT = 1e-12


def long_form():
    wide = own_columns("annotations.csv")
    coders = [name for name in wide if name.startswith("ann_")]
    rows = [(i, c, wide[c][at]) for at, i in enumerate(wide["item_id"]) for c in coders if wide[c][at]]
    return [list(column) for column in zip(*rows, strict=True)]


@pytest.fixture(scope="module")
def annotations():
    item, coder, label = long_form()
    return Annotations(
        np.unique(item, return_inverse=True)[1],
        np.unique(coder, return_inverse=True)[1],
        np.array([LABELS.index(each) for each in label]),
        np.arange(3.0),
    )


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha(annotations, level):
    alpha = krippendorff_alpha(annotations, level, generator=np.random.default_rng(1), draws=100)
    assert alpha.value == pytest.approx(OWN[f"krippendorff_{level}"]["estimate"], abs=EXACT)
    assert alpha.low < alpha.value < alpha.high


def test_kappa(annotations):
    found = {(p.first + 1, p.second + 1): p for p in pairwise_kappa(annotations)}
    assert len(found) == 6
    for (first, second), pair in found.items():
        case = OWN[f"cohen_kappa_{first}_{second}"]
        assert (pair.items_n, pair.kappa) == (case["n"], pytest.approx(case["estimate"], abs=EXACT))


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_own_example(level, value):
    """Krippendorff 2011, Computing Krippendorff's alpha-reliability, section D: four observers, twelve units."""
    table = [
        ["1", "2", "3", "3", "2", "1", "4", "1", "2", ".", ".", "."],
        ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", ".", "3"],
        [".", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", "."],
        ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", "."],
    ]  # fmt: skip
    rows = [(i, c, int(cell) - 1) for c, row in enumerate(table) for i, cell in enumerate(row) if cell != "."]
    item, coder, label = (np.array(column) for column in zip(*rows, strict=True))
    found = krippendorff_alpha(
        Annotations(item, coder, label, np.arange(1.0, 6.0)), level, generator=np.random.default_rng(1), draws=100
    )
    assert round(found.value, 3) == value


def test_the_command_line(tmp_path):
    item, coder, label = long_form()
    file = write_csv(tmp_path / "labels.csv", {"i": item, "c": coder, "l": label})
    for level, more in (("nominal", []), ("ordinal", ["--order", "against,neutral,favor"])):
        options = ["--item", "i", "--coder", "c", "--label", "l", "--level", level, "--draws", "200", *more, "--json"]
        found = json.loads(CliRunner().invoke(estimate, ["agreement", str(file), *options]).stdout)
        assert found["estimates"][0]["term"] == "alpha"
        assert found["estimates"][0]["value"] == pytest.approx(OWN[f"krippendorff_{level}"]["estimate"], abs=EXACT)
        assert found["diagnostics"]["standing"] == "not reported"
