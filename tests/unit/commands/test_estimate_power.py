"""`estimate power`: numbers against simulated surveys and against R, and what it refuses."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.errors import EstimationError, InputError
from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.quick import quick_endorsement
from analysis.estimators.list_experiment.power import PRACTICE_SPREADS, list_power
from analysis.estimators.sample_size import normal_power
from analysis.estimators.scale_up import scale_up
from analysis.estimators.text_prevalence.estimators import estimate_text
from analysis.estimators.text_prevalence.sample import labelled_texts
from analysis.estimators.weighting.design import survey_design

RUN = CliRunner()
FORCED = ("--design", "forced", "--p", 2 / 3, "--p1", 1 / 6, "--p0", 1 / 6)


def told(*arguments):
    done = RUN.invoke(estimate, ["power", *map(str, arguments), "--json"])
    if done.exception:
        raise done.exception
    return json.loads(done.stdout)["diagnostics"]


def test_a_list_has_the_power_of_its_closed_form():
    found = told("--design", "list", "--share", 0.2, "--n", 1000, "--item-shares", "0.5,0.5,0.5,0.5")
    assert found["power"] == pytest.approx(list_power(1000, 0.2, 1.0))
    assert told("--design", "list", "--share", 0.2, "--n", 1000, "--count-variance", 0.5)["power"] > found["power"]


def test_a_double_list_needs_half_as_many():
    one, two = (told("--design", design, "--share", 0.1)["n"] for design in ("list", "double-list"))
    assert two == pytest.approx(one / 2, abs=1)


def test_a_device_has_the_power_of_power_rr_test():
    """power.rr.test(p=2/3, p1=1/6, p0=1/6, n=200, presp=.2, presp.null=0, sig.level=.01), R rr 1.4.2."""
    found = told(*FORCED, "--share", 0.2, "--n", 200, "--alpha", 0.01, "--one-sided")
    assert found["power"] == pytest.approx(0.98688715819542, abs=1e-10)


def test_the_required_number_is_the_smallest():
    asked = (*FORCED, "--share", 0.2, "--null", 0.1)
    n = told(*asked)["n"]
    assert told(*asked, "--n", n)["power"] >= 0.8 > told(*asked, "--n", n - 1)["power"]


@pytest.mark.parametrize("is_shared", [False, True])
def test_an_endorsement_spreads_as_its_standard_error_says(is_shared):
    """One endorser for all policies, or drawn for each: answers of one person correlate by a half."""
    rng, n, J, effect = np.random.default_rng(1), 400, 4, 0.3
    found = []
    for _ in range(400):
        arm = rng.integers(0, 2, (n, 1 if is_shared else J)) * np.ones((1, J), dtype=int)
        y = np.sqrt(0.5) * (rng.normal(size=(n, 1)) + rng.normal(size=(n, J))) + effect * arm
        answers = endorsement_answers(y, arm, tuple("abcd"), ("e",))
        found.append(quick_endorsement(answers).pooled[0].value)
    options = ("--design", "endorsement", "--effect", effect, "--policies", J, "--n", n)
    want = told(*options, *(("--correlation", 0.5) if is_shared else ()))["standard_error"]
    assert np.std(found) == pytest.approx(want, rel=0.12)  # 400 surveys: a standard error of 3.5 %


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--design", "dice"), "--design is 'dice'; choose one of list"),
        (("--design", "list"), "needs --share"),
        (("--design", "forced", "--share", 0.1), "needs --p"),
        (("--design", "endorsement"), "needs --effect"),
        (("--design", "list", "--share", 0.1, "--item-shares", "a"), "--item-shares is 'a'"),
        (("--design", "list", "--share", 0.1, "--n", 1), "--n is 1; give 2 or more"),
        (("--design", "list", "--share", 0.1, "--null", 0.1), "no n reaches power"),
        (("--design", "list", "--share", 0.1, "--power", 1), "power is 1; give"),
        ((*FORCED, "--share", 2), "shares"),
    ],
)
def test_what_has_no_power_is_refused(arguments, message):
    with pytest.raises((InputError, EstimationError), match=message):
        told(*arguments)


def test_lists_say_what_they_see_beyond_an_error_of_length():
    long = told("--design", "list", "--share", 0.1, "--n", 10**6)
    equal = told("--design", "placebo-list", "--share", 0.1, "--n", 10**6)
    assert (long["power"], long["power_beyond_length_error"]) == (pytest.approx(1), pytest.approx(0))
    assert equal["power_beyond_length_error"] == pytest.approx(1)
    assert equal["standard_error"] == long["standard_error"]
    careless = told("--design", "placebo-list", "--share", 0.1, "--n", 10**6, "--placebo-share", 0.02)
    assert careless["standard_error"] > equal["standard_error"]


def test_a_placebo_share_belongs_to_the_placebo_list():
    with pytest.raises(InputError, match="--placebo-share belongs to --design placebo-list"):
        told("--design", "list", "--share", 0.1, "--placebo-share", 0.02)


def test_a_list_is_planned_by_the_book_and_as_lists_went_in_practice():
    found = told("--design", "list", "--share", 0.1, "--n", 1000)
    assert found["standard_error_in_practice"] == pytest.approx(PRACTICE_SPREADS[1] / 1000**0.5)
    assert found["power_in_practice"] == pytest.approx(
        normal_power(0.1, found["standard_error_in_practice"]), abs=1e-12
    )
    assert found["power_in_practice"] != pytest.approx(found["power"], abs=0.01)
    assert "power_in_practice" not in told("--design", "placebo-list", "--share", 0.1, "--n", 1000)


@pytest.mark.parametrize("barrier", [0.0, 0.6])
def test_a_scale_up_spreads_as_its_standard_error_says(barrier):
    """Poisson acquaintances, log-normal degrees, and respondents who mix with the group more or less."""
    rng, n, sizes = np.random.default_rng(4), 300, [3000.0, 5000.0, 4000.0]
    spread = np.sqrt(np.exp(0.5**2) - 1)
    found = []
    for _ in range(400):
        degree = np.exp(rng.normal(np.log(150) - 0.125, 0.5, n))
        mixing = rng.gamma(1 / barrier**2, barrier**2, n) if barrier else 1.0
        known = rng.poisson(degree[:, None] * np.array(sizes) / 100_000)
        hidden = rng.poisson(degree * mixing * 800 / 100_000)
        found.append(scale_up(hidden, known, sizes, list("abc"), survey_design(n)).size.value / 100_000)
    options = ("--share", 0.008, "--degree", 150, "--known-share", 0.12, "--degree-spread", spread)
    error = told("--design", "scale-up", *options, "--barrier", barrier, "--n", n)["standard_error"]
    assert np.std(found) == pytest.approx(error, rel=4.5 / np.sqrt(2 * 400))


@pytest.mark.parametrize("estimator", ["ppi++", "ppi++-strata"])
def test_a_corrected_share_of_texts_spreads_as_its_standard_error_says(estimator):
    """A classifier of two values; strata by its value explain as much of the labels as the value does."""
    rng, texts, labels = np.random.default_rng(6), 2000, 300
    found, together = [], []
    for _ in range(300):
        so = (rng.random(texts) < 0.3).astype(float)
        said = np.where(rng.random(texts) < np.where(so == 1, 0.8, 0.1), 0.9, 0.1)
        read = np.isin(np.arange(texts), rng.choice(texts, labels, replace=False))
        given = labelled_texts(np.where(read, so, np.nan), read, np.full(texts, labels / texts), said)
        found.append(estimate_text(given, estimator).estimates[0].value)
        together.append(np.corrcoef(so, said)[0, 1])
    options = ("--share", 0.3, "--texts", texts, "--correlation", np.mean(together), "--n", labels)
    error = told("--design", "text", *options)["standard_error"]
    assert np.std(found) == pytest.approx(error, rel=4.5 / np.sqrt(2 * 300))
    assert told("--design", "text", "--share", 0.3, "--texts", texts, "--n", labels)["standard_error"] > 1.2 * error


def test_designs_without_a_formula_are_simulated():
    """Far from the null nearly every world tells, at the truth hardly one does; and again the same."""
    mrp = ("--design", "mrp", "--share", 0.3, "--n", 150, "--worlds", 20)
    assert told(*mrp, "--null", 0.02)["power"] > 0.9
    at_truth = told(*mrp, "--null", 0.3)
    assert at_truth["power"] <= 0.3
    assert at_truth == told(*mrp, "--null", 0.3)
    size = ("--design", "rds-size", "--size", 300, "--n", 200, "--prior-median", 300, "--worlds", 20)
    assert told(*size, "--null", 20_000)["power"] > 0.9
    assert told(*size, "--null", 300)["power"] <= 0.3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("mrp", "--share", 0.1), "has no formula for n; give --n"),
        (("mrp", "--share", 0.1, "--n", 100, "--worlds", 5), "--worlds is 5; give 20 or more"),
        (("mrp", "--n", 100), "mrp needs the true share"),
        (("mrp", "--share", 0.1, "--n", 100, "--one-sided"), "leave --alpha and --one-sided out"),
        (("rds-size", "--n", 100, "--size", 90), "rds-size needs the true size, above --n"),
        (("rds-size", "--n", 100, "--size", 900, "--prior-median", 500), "in --null a size to be told from"),
        (("scale-up", "--share", 0.1, "--degree", 100), "this design needs --known-share"),
        (("scale-up", "--share", 0.1, "--degree", 0, "--known-share", 0.1, "--n", 100), "degree above 0"),
        (("text", "--share", 0.1), "this design needs --texts"),
        (("text", "--share", 0.1, "--texts", 100, "--correlation", 2, "--n", 50), "correlation 2"),
    ],
)
def test_what_a_design_lacks_is_named(options, message):
    with pytest.raises((InputError, EstimationError), match=message):
        told("--design", *options)
