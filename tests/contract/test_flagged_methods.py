"""A method whose interval fails in simulation is flagged in table, page and its command's output, and no other is."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.errors import AnalysisError
from analysis.reading.chapter_tables import METHOD_KINDS
from analysis.results.method_coverage import METHODS, coverage_row
from analysis.results.method_flags import FLAGS, told
from analysis.schemas import TABLES
from analysis.store import Store, canonical
from tests.contract.closure import ROOT

TRACKED = Store(ROOT).read("reference__method_coverage").set_index("method_id")
FAILED = sorted(TRACKED.index[TRACKED.is_failed])
RNG = np.random.default_rng(5)
N = 400
ARM, TRAIT = np.arange(N) % 2, (RNG.random(N) < 0.3).astype(int)
ROWS = pd.DataFrame(
    {
        "id": np.arange(1, N + 1), "by": [0, *RNG.integers(0, np.maximum(np.arange(1, N), 1)) + 1],
        "degree": np.sort(1 + RNG.negative_binomial(2, 0.2, N))[::-1], "when": np.arange(N), "arm": ARM,
        "y": RNG.binomial(3, 0.5, N) + ARM * TRAIT,
        "equal": RNG.binomial(3, 0.5, N) + np.where(ARM, TRAIT, RNG.random(N) < 0.1),
        "said": (RNG.random(N) < 0.2 + 0.6 * TRAIT).astype(int), "anchor": (RNG.random(N) < 0.8).astype(int),
        "answer": np.where(np.arange(N) % 7 == 0, np.nan, TRAIT), "is_read": (np.arange(N) % 4 == 0).astype(int),
        "read": np.where(np.arange(N) % 4 == 0, TRAIT, np.nan), "chance": 0.25,
        "guess": np.clip(0.2 + 0.6 * TRAIT, 0, 1),
    }
)  # fmt: skip
LIST = "list-experiment --treatment arm --items 3 --response"
TEXTS = "text-regression --outcome read --labelled is_read --probability chance --predictions guess --estimator"
OUTPUTS = {
    "list_longer": (f"{LIST} y", f"{LIST} equal --design placebo-list"),
    "list_ml_unconstrained_coefficient": (f"{LIST} y --estimator ml --model unconstrained", f"{LIST} y --estimator ml"),
    "list_ml_unconstrained_difference": (f"{LIST} y --estimator ml --model unconstrained", f"{LIST} y --estimator ml"),
    "list_prior_wrong": (f"{LIST} y --estimator bayes --prior 2,18", f"{LIST} y --estimator bayes"),
    "masked_crosswise_inattentive": (
        "randomised-response --design crosswise --p 0.2 --response said",
        "randomised-response --design crosswise --p 0.2 --response said --anchor anchor --anchor-p 0.2",
    ),
    "share_silent_at_random": ("nonresponse-bounds --outcome answer", "survey-mean --outcome said"),
    "size_homophily": (
        "rds-size --id id --recruiter by --degree degree --time when --prior-median 800",
        "rds --id id --recruiter by --degree degree --outcome said --estimator rds-ii",
    ),
    "text_naive": (f"{TEXTS} naive", f"{TEXTS} dsl"),
}
"""Failed row → the command that uses the method, and one that does not."""


def output(tmp_path, words):
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    command, *options = words.split()
    found = CliRunner().invoke(estimate, [command, str(tmp_path / "rows.csv"), *options, "--json"])
    if found.exception is not None:
        raise found.exception
    return json.loads(found.stdout)["warnings"]


def test_every_failed_row_has_a_flag_and_an_output_and_no_other_has():
    assert FAILED == sorted(FLAGS) == sorted(OUTPUTS)


@pytest.mark.parametrize("row", FAILED)
def test_the_output_of_the_method_says_so_and_that_of_another_does_not(tmp_path, row):
    failed, other = OUTPUTS[row]
    (flag,) = told(row)
    assert flag in output(tmp_path, failed)
    assert flag not in output(tmp_path, other)


@pytest.mark.parametrize("row", FAILED)
def test_the_table_says_why(row):
    assert TRACKED.failure_text[row] == FLAGS[row]


def test_a_page_shows_every_kind_of_method():
    shown = "\n".join(page.read_text(encoding="utf-8") for page in sorted((ROOT / "book").glob("*.md")))
    kinds = {row.partition("_")[0] for row in TRACKED.index}
    assert kinds <= set(METHOD_KINDS)
    assert [kind for kind in sorted(kinds) if f"{{{{ table_coverage_{kind} }}}}" not in shown] == []


def test_a_failure_that_nobody_explains_cannot_be_tracked():
    """Negative twin: a method that always misses, and has no flag."""
    passing = next(method for method in METHODS if method.method_id == "masked_forced")
    row = coverage_row(replace(passing, method_id="masked_missing", trial=lambda rng: _missed(passing.trial(rng))), 20)
    assert row["is_failed"]
    with pytest.raises(AnalysisError, match="a method that fails says why"):
        canonical(pd.DataFrame([row | {"source": "made up"}]), TABLES["method_coverage"])
    canonical(pd.DataFrame([row | {"source": "made up", "failure_text": "a reason"}]), TABLES["method_coverage"])


def _missed(trial):
    return replace(trial, truth=2.0)
