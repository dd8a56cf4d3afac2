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
