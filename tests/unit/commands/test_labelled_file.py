"""SPSS, Stata and Parquet files on the command line: the same answers as from CSV, values by code or by label."""

import json

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.commands.labelled_file import as_code
from analysis.commands.table_file import read_rows
from analysis.errors import InputError

RNG = np.random.default_rng(4)
N = 240
FRAME = pd.DataFrame(
    {
        "count": (RNG.binomial(3, 0.4, N) + (np.arange(N) % 2) * (RNG.random(N) < 0.3)).astype(float),
        "arm": np.where(np.arange(N) % 2 == 1, 2.0, 1.0),
        "open": np.where(RNG.random(N) < 0.3, 1.0, 2.0),
        "place": np.where(np.arange(N) % 3 == 0, 1.0, 2.0),
        "w": RNG.uniform(0.5, 2, N).round(3),
    }
)
LABELS = {
    "arm": {1.0: "Short list", 2.0: "Long list"},
    "open": {1.0: "Yes", 2.0: "No"},
    "place": {1.0: "City", 2.0: "Land"},
}
WRITERS = {
    "sav": lambda path: pyreadstat.write_sav(FRAME, str(path), variable_value_labels=LABELS),
    "dta": lambda path: pyreadstat.write_dta(
        FRAME, str(path), variable_value_labels={k: {int(c): t for c, t in v.items()} for k, v in LABELS.items()}
    ),
}


def run(path, command, *options):
    found = CliRunner().invoke(estimate, [command, str(path), *options, "--json"])
    if found.exception is not None:
        raise found.exception
    return json.loads(found.stdout)


@pytest.fixture(params=sorted(WRITERS))
def labelled(request, tmp_path):
    path = tmp_path / f"answers.{request.param}"
    WRITERS[request.param](path)
    return path


LIST = ("--response", "count", "--treatment", "arm", "--items", "3")


def test_arms_by_code_and_by_label_are_the_same_arms(labelled, tmp_path):
    plain = tmp_path / "answers.csv"
    FRAME.to_csv(plain, index=False)
    wanted = run(plain, "list-experiment", *LIST, "--control", "1", "--treated", "2")["estimates"]
    for control, treated in (("1", "2"), ("Short list", "Long list"), ("short LIST", "2")):
        made = run(labelled, "list-experiment", *LIST, "--control", control, "--treated", treated)
        assert made["estimates"] == wanted
    with pytest.raises(InputError, match="never holds 'Middle list'"):
        run(labelled, "list-experiment", *LIST, "--control", "Middle list", "--treated", "Long list")


def test_yes_and_no_are_understood_by_their_labels(labelled):
    made = run(labelled, "survey-mean", "--outcome", "open", "--weights", "w", "--by", "place")
    for code, estimate_ in zip((1.0, 2.0), made["estimates"], strict=True):
        rows = FRAME[FRAME.place == code]
        assert estimate_["value"] == pytest.approx(np.average(rows.open == 1, weights=rows.w))
    options = ("--control", "1", "--treated", "2", "--direct", "open")
    assert run(labelled, "list-experiment", *LIST, *options)["estimates"][1]["value"] == pytest.approx(
        (FRAME.open == 1).mean()
    )


def test_predictions_take_labels(labelled):
    options = ("--control", "1", "--treated", "2", "--estimator", "linear", "--covariates", "place", "--predict")
    by_label = run(labelled, "list-experiment", *LIST, *options, "place=City")["estimates"]
    by_code = run(labelled, "list-experiment", *LIST, *options, "place=1")["estimates"]
    assert by_label == by_code


def test_numbers_without_labels_of_yes_stay_numbers(labelled):
    made = run(labelled, "survey-mean", "--outcome", "place")
    assert made["estimates"][0]["value"] == pytest.approx(FRAME.place.mean())


def test_categories_of_a_parquet_file_are_their_values(tmp_path):
    path = tmp_path / "answers.parquet"
    FRAME.assign(place=FRAME.place.map({1.0: "city", 2.0: "land"}).astype("category")).to_parquet(path)
    made = run(path, "survey-mean", "--outcome", "w", "--by", "place")
    assert [e["term"] for e in made["estimates"]] == ["w[city]", "w[land]"]


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "answers.sav"
    path.write_text("y,w\n1,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot be read .* SPSS or Stata"):
        read_rows(path)


def test_a_label_of_two_codes_is_refused():
    rows = pd.DataFrame({"x": [1.0, 2.0]})
    rows.attrs["value_labels"] = {"x": {"1": "Other", "2": "other"}}
    with pytest.raises(InputError, match="has label 'other' for 1 and 2; name the code"):
        as_code(rows, "x", "other")
