"""`estimate rds-size`, and `estimate rds --estimator ss` with a size that it estimates itself."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.estimators.rds.size import SizePrior, population_size
from tests.unit.commands.test_estimate_inference import run, written

COLUMNS = ("--id", "id", "--recruiter", "by", "--degree", "degree")


def recruited(population=400, n=250, seed=3):
    """Recruited in proportion to degree; who handed the coupon is any earlier respondent. Half hold the trait."""
    g = np.random.default_rng(seed)
    degree = 1 + g.negative_binomial(2, 0.2, population)
    first = np.argsort(g.exponential(size=population) / degree)[:n]
    by = [0, 0, *(int(g.integers(max(0, k - 40), k)) + 1 for k in range(2, n))]
    return pd.DataFrame(
        {"id": np.arange(1, n + 1), "by": by, "degree": degree[first], "when": np.arange(n), "y": g.integers(0, 2, n)}
    )


SAMPLE = recruited()


def test_the_size_is_that_of_the_library_whatever_the_order_of_rows(tmp_path):
    wanted = population_size(SAMPLE.degree, SizePrior(median=800))
    mixed = SAMPLE.sample(frac=1, random_state=1)
    for frame in (SAMPLE, mixed):
        made = run(written(tmp_path, frame), "rds-size", *COLUMNS, "--time", "when", "--prior-median", "800")
        (size,) = made["estimates"]
        assert (size["value"], size["low"], size["high"]) == pytest.approx(
            (wanted.size.value, wanted.size.low, wanted.size.high)
        )
    found = made["diagnostics"]
    assert found["prior"]["0.5"] == pytest.approx(800, rel=0.02)
    assert set(found["posterior_under_prior_median"]) == {"400", "1600"}
    assert found["posterior_under_prior_median"]["400"]["0.5"] < size["value"]
    assert any("leans on the prior" in w for w in made["warnings"])
    assert not any("without --time" in w for w in made["warnings"])


def test_nothing_learnt_is_no_estimate_and_without_times_it_is_said(tmp_path):
    frame = SAMPLE.head(100).assign(degree=5)  # who all know as many come in any order
    made = run(written(tmp_path, frame), "rds-size", *COLUMNS, "--prior-median", "300")
    assert made["estimates"][0]["value"] is None
    assert "of the posterior is the prior" in made["warnings"][0]
    assert any("without --time" in w for w in made["warnings"])
    assert made["diagnostics"]["tied_in_order_n"] > 50


def test_who_has_no_degree_is_counted_and_no_part_of_the_order(tmp_path):
    frame = SAMPLE.assign(degree=SAMPLE.degree.where(SAMPLE.id != 7))
    made = run(written(tmp_path, frame), "rds-size", *COLUMNS, "--time", "when", "--prior-median", "800")
    assert made["n"] == 249
    assert any("1 respondent(s) have no degree, or a degree of 0: they are no part" in w for w in made["warnings"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--prior-median states nothing"),
        (("--prior-median", "100"), "--prior-median is 100 where 250 were sampled"),
        (("--prior-largest", "200"), "--prior-largest is 200 where 250"),
    ],
)
def test_a_prior_that_says_nothing_is_refused(tmp_path, options, message):
    with pytest.raises(AnalysisError, match=message):
        run(written(tmp_path, SAMPLE), "rds-size", *COLUMNS, *options)


def share(tmp_path, *options):
    path = written(tmp_path, SAMPLE)
    shown = ("--outcome", "y", "--estimator", "ss", "--bootstrap", "90")
    return run(path, "rds", *COLUMNS, "--time", "when", *shown, *options)


def test_successive_sampling_takes_its_size_from_the_posterior(tmp_path):
    made = share(tmp_path, "--prior-median", "800")
    told = made["diagnostics"]["population"]
    assert told["low"] < 400 < told["high"]
    known = share(tmp_path, "--population", str(round(told["median"])))
    assert known["diagnostics"]["population"] is None
    assert made["estimates"][0]["value"] == pytest.approx(known["estimates"][0]["value"], abs=0.01)
    assert made["diagnostics"]["bootstrap"]["draws"] == 90
    assert any("size is estimated from the order" in w for w in made["warnings"])
    assert not any("size is estimated from the order" in w for w in known["warnings"])
    assert made == share(tmp_path, "--prior-median", "800")


def test_a_size_that_is_hardly_known_widens_the_interval(tmp_path):
    """A trait of those who know few: its share depends on the size."""
    frame = SAMPLE.assign(y=(SAMPLE.degree <= SAMPLE.degree.median()).astype(int))
    path = written(tmp_path, frame)
    how = ("--time", "when", "--outcome", "y", "--estimator", "ss", "--bootstrap", "450")
    known = run(path, "rds", *COLUMNS, *how, "--population", "400")["estimates"][0]["se"]
    guessed = run(path, "rds", *COLUMNS, *how, "--prior-median", "800")["estimates"][0]["se"]
    assert guessed > 1.1 * known
