import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.estimate import unusable_estimate, usable_estimate
from analysis.estimators.list_experiment import analyse, difference_in_means
from analysis.estimators.list_experiment.double import placebo_list
from analysis.estimators.list_experiment.length_error import (
    LENGTH_ERRORS,
    LengthEnvelope,
    as_share,
    length_envelope,
    length_warning,
    own_errors,
    placebo_check,
)
from analysis.estimators.list_experiment.power import list_standard_error, power_beyond_length
from analysis.estimators.list_experiment.responses import list_responses
from analysis.estimators.list_experiment.standing import PLACEBO_REASON

J = 3


def made(value=0.24, se=0.03):
    return usable_estimate("difference", value, se, n=1000, unit="items", method="by hand")


def people(rng, n=4000, share=0.2, surplus=0.0, arm="treated"):
    """Honest counts of three unrelated items, and some who add one because their list is longer."""
    y = rng.binomial(J, 0.4, n)
    if arm == "control":
        return y
    held = rng.random(n) < (share if arm == "treated" else 0.0)
    return np.minimum(y + held + (rng.random(n) < surplus), J + 1)


def counts(design, rng, surplus):
    first = people(rng, surplus=surplus, arm="control" if design == "conventional" else "placebo")
    second = people(rng, surplus=surplus)
    return np.concatenate([first, second]), np.repeat([0, 1], 4000)


def test_equal_length_takes_out_what_both_lists_add_and_the_conventional_list_does_not():
    rng = np.random.default_rng(20261130)
    y, z = counts("placebo-list", rng, 0.15)
    equal = analyse(y, z, J, design="placebo-list")
    y, z = counts("conventional", rng, 0.15)
    unequal = analyse(y, z, J)
    assert equal.prevalence.value == pytest.approx(0.2, abs=0.06)
    assert unequal.prevalence.value == pytest.approx(0.35, abs=0.06)
    assert unequal.length.low < 0.2 < unequal.prevalence.low


def test_the_difference_of_equal_lists_is_that_of_the_means_by_hand():
    y = np.array([0, 1, 2, 3, 4] * 4 + [1, 2, 3, 4, 4] * 4)
    z = np.repeat([0, 1], 20)
    found = difference_in_means(y, z, J, design="placebo-list").difference
    assert found.value == pytest.approx(2.8 - 2.0)
    # HC3 of a mean: the variance with n - 1 in both places.
    by_hand = sum(((g - g.mean()) ** 2).sum() / 19**2 for g in (y[:20], y[20:]))
    assert found.se == pytest.approx(by_hand**0.5)


def test_a_control_may_name_the_placebo_item_only_in_the_design_that_has_one():
    y, z = [0, 1, 2, 4] * 5 + [1, 2, 3, 4] * 5, np.repeat([0, 1], 20)
    with pytest.raises(EstimationError, match=r"control arm answers 0..3 .*the design is placebo-list"):
        list_responses(y, z, J)
    assert list_responses(y, z, J, design="placebo-list").control_counts[-1] == 5
    with pytest.raises(EstimationError, match=r"response is 5 .*control arm answers 0..4 when items is 3$"):
        list_responses([5, *y[1:]], z, J, design="placebo-list")


def test_controls_who_name_the_placebo_item_are_counted_and_do_not_block():
    y, z = [0, 1, 2, 4] * 10 + [1, 2, 3, 3] * 10, np.repeat([0, 1], 40)
    found = analyse(y, z, J, design="placebo-list")
    check = next(c for c in found.screen.checks if c.code == "placebo_item_named")
    assert (check.statistic, check.passed, check.is_blocking) == (0.25, False, False)
    clean = analyse([0, 1, 2, 3] * 10 + [1, 2, 3, 3] * 10, z, J, design="placebo-list")
    assert next(c for c in clean.screen.checks if c.code == "placebo_item_named").passed


@pytest.mark.parametrize("design", ["conventional", "placebo-list"])
def test_every_list_says_its_error_of_length(design):
    y, z = [0, 1, 2, 3] * 10 + [1, 2, 3, 3] * 10, np.repeat([0, 1], 40)
    found = analyse(y, z, J, design=design)
    assert found.warnings[-1].startswith("list-length error")
    assert ("1/6" in found.warnings[-1]) == (design == "placebo-list")
    assert found.prevalence.warnings == found.warnings
    assert found.length.errors == LENGTH_ERRORS[design]


def test_the_envelope_takes_out_the_largest_error_below_and_the_smallest_above():
    found = length_envelope(made(), "conventional")
    assert found.low == pytest.approx(made().low - 0.16)
    assert found.high == made().high
    equal = length_envelope(made(), "placebo-list")
    assert (equal.low, equal.high) == (made().low, pytest.approx(made().high + 0.08))
    own = length_envelope(made(), "conventional", (-0.02, 0.05))
    assert (own.low, own.high) == (pytest.approx(made().low - 0.05), pytest.approx(made().high + 0.02))


def test_what_has_no_interval_has_no_envelope():
    nothing = unusable_estimate("difference", "no reason", n=1, unit="items", method="none")
    assert length_envelope(nothing).low is None
    assert as_share(length_envelope(nothing)) is None
    assert "no interval" in length_warning(nothing, "conventional")


def test_a_share_ends_at_its_ends():
    assert as_share(LengthEnvelope("conventional", (0.0,), 0.9, 1.2)).high == 1.0
    assert as_share(LengthEnvelope("conventional", (0.0,), -0.3, -0.1)).high == 0.0


@pytest.mark.parametrize("errors", [[], [2.0], [float("nan")]])
def test_impossible_errors_are_refused(errors):
    with pytest.raises(EstimationError, match="give one or more shares"):
        length_envelope(made(), "conventional", errors)


def test_a_study_that_measured_its_own_error_uses_both_limits_and_none():
    assert own_errors(made(0.2, 0.02)) == (0.0, made(0.2, 0.02).high)
    both = made(0.0, 0.05)
    assert own_errors(both) == (both.low, both.high)
    with pytest.raises(EstimationError, match="no interval"):
        own_errors(unusable_estimate("difference", "none", n=1, unit="items", method="none"))


def test_a_placebo_list_that_moves_blocks_the_prevalence_and_one_that_does_not_stays():
    rng = np.random.default_rng(5)
    y, z = counts("conventional", rng, 0.15)
    moved = np.concatenate([people(rng, arm="control"), people(rng, surplus=0.15, arm="placebo")])
    still = np.concatenate([people(rng, arm="control"), people(rng, arm="placebo")])
    blocked = analyse(y, z, J, placebo=placebo_list(moved, z, J))
    assert (blocked.prevalence.is_usable, blocked.prevalence.unusable_reason) == (False, PLACEBO_REASON)
    assert blocked.means.difference.value is not None
    free = analyse(y, z, J, placebo=placebo_list(still, z, J))
    assert free.prevalence.is_usable
    assert free.length.errors == own_errors(placebo_list(still, z, J).difference)
    assert not placebo_check(placebo_list(moved, z, J)).passed


def test_no_number_of_respondents_sees_past_an_error_as_large_as_the_distance():
    assert power_beyond_length(0.1, 1e-9, 0.16) == pytest.approx(0.0)
    assert power_beyond_length(0.2, 1e-9, 0.16) == pytest.approx(1.0)
    assert power_beyond_length(0.16, 0.02, 0.16) == pytest.approx(0.025)


def test_the_placebo_item_adds_its_variance_to_the_control_arm_alone():
    plain, careless = list_standard_error(1000, 0.2, 1.0), list_standard_error(1000, 0.2, 1.0, placebo_share=0.5)
    assert careless**2 - plain**2 == pytest.approx(0.25 / 500)
    with pytest.raises(EstimationError, match="placebo share: 2"):
        list_standard_error(1000, 0.2, 1.0, placebo_share=2)
