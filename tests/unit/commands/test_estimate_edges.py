"""Every estimator of sensitive questions on every awkward file: it works, or says in one line what to change."""

import json
import math
from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import command_line
from analysis.errors import AnalysisError

N = 240


def survey(n=N):
    """A list, a direct question, a masked answer, endorsements and covariates, without anything awkward."""
    rng = np.random.default_rng(20261125)
    x, g, treat = rng.normal(size=n), rng.integers(0, 2, n), np.arange(n) % 2
    held = rng.random(n) < 1 / (1 + np.exp(0.8 - 0.5 * x))
    level = np.arange(n) % 3
    forced = rng.random(n)
    masked = np.where(forced < 2 / 3, held, forced < 5 / 6).astype(int)
    items = rng.integers(0, 2, (n, 3))
    frame = pd.DataFrame(
        {
            "y": items.sum(axis=1) + treat * held,
            "treat": treat,
            "level": level,
            "y_level": items.sum(axis=1) + (level == 1) * held + (level == 2) * (rng.random(n) < 0.4),
            "x": x,
            "g": g,
            "said": held & (rng.random(n) < 0.6),
            "masked": masked,
            "w": rng.uniform(0.5, 2, n),
            "area": np.arange(n) % 4,
            "village": np.arange(n) // 6,
        }
    ).astype({"said": int})
    shift = rng.normal(size=n)
    for policy in ("a", "b"):
        arm = rng.integers(0, 2, n)
        answer = 1.0 + np.digitize(shift + 0.3 * arm + rng.normal(size=n), [-1, 0, 1])
        frame[f"{policy}0"], frame[f"{policy}1"] = (
            np.where(arm == 0, answer, np.nan),
            np.where(arm == 1, answer, np.nan),
        )
    return frame


def _list(*more):
    return ("list-experiment", "--response", "y", "--treatment", "treat", "--items", "3", *more)


def _masked(design, p, *more):
    return ("randomised-response", "--response", "masked", "--design", design, "--p", p, *more)


COMMANDS = {
    "difference": _list("--weights", "w"),
    "clusters": _list("--strata", "area", "--clusters", "village"),
    "linear": _list("--estimator", "linear", "--covariates", "x + g", "--predict", "g=1"),
    "nls": _list("--estimator", "nls", "--covariates", "x + g"),
    "ml": _list("--estimator", "ml", "--covariates", "x + g", "--weights", "w", "--predict", "g=1"),
    "unconstrained": _list("--estimator", "ml", "--model", "unconstrained", "--covariates", "x"),
    "beta-binomial": _list("--estimator", "ml", "--model", "beta-binomial", "--covariates", "x"),
    "ceiling": _list("--estimator", "ml", "--model", "ceiling", "--covariates", "x"),
    "top-code": _list("--estimator", "ml", "--model", "top-code", "--covariates", "x"),
    "uniform": _list("--estimator", "ml", "--model", "uniform", "--covariates", "x"),
    "robust-ml": _list("--estimator", "ml", "--robust", "--covariates", "x"),
    "robust-nls": _list("--estimator", "nls", "--robust", "--covariates", "x"),
    "direct": _list("--direct", "said"),
    "predictor": _list("--estimator", "ml", "--outcome", "said", "--covariates", "x"),
    "design-effect": _list("--test", "design-effect"),
    "multi": (
        "list-experiment", "--response", "y_level", "--treatment", "level", "--items", "3", "--estimator", "multi",
        "--sensitive-levels", "1,2", "--covariates", "x", "--weights", "w",
    ),
    "forced": _masked("forced", "0.6667", "--p1", "0.1667", "--p0", "0.1667", "--covariates", "x", "--weights", "w"),
    "mirrored": _masked("mirrored", "0.75", "--covariates", "x + g"),
    "disguised": _masked("disguised", "0.75"),
    "unrelated": _masked("unrelated", "0.7", "--q", "0.5", "--clusters", "village"),
    "crosswise": _masked("crosswise", "0.25", "--covariates", "x"),
    "triangular": _masked("triangular", "0.25"),
    "masked-predictor": _masked("mirrored", "0.75", "--outcome", "x", "--outcome-model", "linear"),
    "endorsement": ("endorsement", "--spec", "{spec}", "--draws", "0"),
    "ideal-points": ("endorsement", "--spec", "{spec}", "--draws", "100"),
}  # fmt: skip
SPEC = "policies:\n  a: {control: a0, actor: a1}\n  b: {control: b0, actor: b1}\n"


def _with(**columns):
    return lambda d: d.assign(**{name: make(d) for name, make in columns.items()})


def _holes(d, columns, share=0.2):
    rng = np.random.default_rng(3)
    return d.assign(**{c: d[c].astype(float).where(rng.random(len(d)) > share) for c in columns})


def _everywhere(*columns):
    return lambda make: _with(**dict.fromkeys(columns, make))


FILES = {
    "as it is": lambda d: d,
    "empty extreme cells": _with(y=lambda d: d.y.clip(1, 2), y_level=lambda d: d.y_level.clip(1, 2)),
    "all the same answer": _with(
        y=lambda d: 1, y_level=lambda d: 1, masked=lambda d: 1, **{c: lambda d, c=c: d[c] * 0 + 2 for c in ("a0", "a1")}
    ),
    "separation": _with(x=lambda d: (d.y - d.treat > 0).astype(float), g=lambda d: d.masked),
    "only controls": _with(treat=lambda d: 0, level=lambda d: 0, a1=lambda d: np.nan),
    "only treated": _with(treat=lambda d: 1, level=lambda d: 1, a0=lambda d: np.nan),
    "treatment is text": _with(
        treat=lambda d: np.where(d.treat, "long", "short"), level=lambda d: "L" + d.level.astype(str)
    ),
    "treatment is true or false": _with(treat=lambda d: d.treat.astype(bool), level=lambda d: d.level > 0),
    "weights of zero": _with(w=lambda d: np.where(d.index % 5, d.w, 0)),
    "all weights zero": _with(w=lambda d: 0),
    "negative weight": _with(w=lambda d: np.where(d.index, d.w, -1.0)),
    "infinite weight": _with(w=lambda d: np.where(d.index, d.w, np.inf)),
    "constant covariate": _with(x=lambda d: 3.0),
    "huge covariate": _with(x=lambda d: d.x * 1e12),
    "infinite covariate": _with(x=lambda d: np.where(d.index, d.x, np.inf)),
    "covariate is text": _with(x=lambda d: np.where(d.x > 0, "up", "down")),
    "missing covariates": lambda d: _holes(d, ("x", "g")),
    "missing answers": lambda d: _holes(d, ("y", "y_level", "masked", "said", "a0", "b1")),
    "nothing but missing": _with(**{c: lambda d: np.nan for c in ("y", "y_level", "masked", "a0", "a1", "b0", "b1")}),
    "answers above the items": _with(
        y=lambda d: d.y + 2, y_level=lambda d: d.y_level + 2, masked=lambda d: d.masked + 2
    ),
    "negative answers": _with(y=lambda d: d.y - 1, y_level=lambda d: d.y_level - 1, masked=lambda d: -d.masked),
    "answers between whole numbers": _with(
        y=lambda d: d.y + 0.5, y_level=lambda d: d.y_level + 0.5, masked=lambda d: d.masked / 2, a0=lambda d: d.a0 + 0.5
    ),
    "answers are words": _with(
        y=lambda d: "two", y_level=lambda d: "two", masked=lambda d: "maybe", a0=lambda d: "for"
    ),
    "four rows": lambda d: d.head(4),
    "one row": lambda d: d.head(1),
    "no rows": lambda d: d.head(0),
    "one cluster": _with(village=lambda d: 1, area=lambda d: 1),
    "one cluster in a stratum": _with(area=lambda d: d.village),
    "infinite treatment": _with(treat=lambda d: np.where(d.index, d.treat, np.inf)),
    "infinite answers": _with(**{c: lambda d, c=c: np.where(d.index, d[c], np.inf) for c in ("y", "masked")}),
    "columns are lacking": lambda d: d[["x"]],
    "two columns of one name": lambda d: d.rename(columns={"area": "y", "village": "masked"}),
    "two covariates of one name": lambda d: d.rename(columns={"area": "x"}),
    "parquet": lambda d: d,
}


def write(frame, folder, name):
    """Parquet where the file is to be Parquet and its columns allow it, else CSV."""
    path = folder / ("survey.parquet" if name == "parquet" else "survey.csv")
    frame.to_parquet(path) if name == "parquet" else frame.to_csv(path, index=False)
    return path


def run(arguments, capsys):
    """Exit code, standard output, and the one line of an error; anything else escapes and fails the test."""
    try:
        command_line(["estimate", *arguments])(["estimate", *arguments], standalone_mode=False)
    except AnalysisError as error:
        return 2, capsys.readouterr().out, str(error)
    return 0, capsys.readouterr().out, ""


# The sampler is slow, and these files leave what it reads as it was.
UNREAD = (
    "covariate", "weight", "treatment", "cluster", "negative", "above", "extreme", "parquet", "separation",
    "two columns", "infinite answers",
)  # fmt: skip
SAME_ENDORSEMENTS = {name for name in FILES if any(word in name for word in UNREAD)}
CASES = [
    (file, command)
    for file, command in product(FILES, COMMANDS)
    if not (command == "ideal-points" and file in SAME_ENDORSEMENTS)
]


@pytest.mark.parametrize(("file", "command"), CASES)
def test_works_or_says_in_one_line_what_to_change(file, command, tmp_path, capsys):
    spec = tmp_path / "spec.yml"
    spec.write_text(SPEC)
    path = write(FILES[file](survey()), tmp_path, file)
    name, *options = (word.format(spec=spec) for word in COMMANDS[command])
    code, out, error = run([name, str(path), *options, "--json"], capsys)
    if code:
        assert error
        assert "\n" not in error
        assert len(error) < 400
        return
    report = json.loads(out)
    numbers = [e[k] for e in report["estimates"] for k in ("value", "se", "low", "high") if e[k] is not None]
    assert numbers or report["warnings"] or report["diagnostics"]
    assert all(math.isfinite(v) for v in numbers)
    assert report["n"] <= N


SENTENCES = [
    ("two columns of one name", "difference", "column 'y' (--response) is in the file 2 times; rename all but one"),
    ("two columns of one name", "crosswise", "column 'masked' (--response) is in the file 2 times; rename all but one"),
    ("two covariates of one name", "ml", "column 'x' (--covariates x) is in the file 2 times; rename all but one"),
    ("answers between whole numbers", "forced", "column 'masked' holds '0.5'"),
    ("infinite treatment", "ml", "column 'treat' holds '0', '1', 'inf'"),
    ("four rows", "ml", "column 'treat' (treat) has 2 respondent(s) in the control"),
    ("negative weight", "ml", "column 'w' (weights) is -1 at row 1; weights are 0 or more"),
    ("constant covariate", "nls", "covariate 'x' is constant"),
    ("answers above the items", "ml", "column 'y' (response) is 4 at row 1; the control arm answers 0..3"),
    ("treatment is text", "ml", "name two of them with --control LEVEL and --treated LEVEL"),
]


@pytest.mark.parametrize(("file", "command", "sentence"), SENTENCES)
def test_the_line_names_column_value_and_fix(file, command, sentence, tmp_path, capsys):
    path = write(FILES[file](survey()), tmp_path, file)
    name, *options = COMMANDS[command]
    code, _, error = run([name, str(path), *options, "--json"], capsys)
    assert code == 2
    assert sentence in error


def test_a_column_that_is_there_twice_and_is_not_asked_for_does_no_harm(tmp_path, capsys):
    path = write(FILES["two columns of one name"](survey()), tmp_path, "csv")
    name, *options = COMMANDS["multi"]
    code, out, _ = run([name, str(path), *options, "--json"], capsys)
    assert code == 0
    assert json.loads(out)["n"] == N
