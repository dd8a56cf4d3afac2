"""Samples, recruitment between groups, and point estimates, by hand on five respondents."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.estimates import rds_point, rds_sample
from analysis.estimators.rds.homophily_configuration import homophily_configuration
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import (
    equilibrium,
    group_codes,
    recruitment_homophily,
    transition_counts,
)
from analysis.estimators.rds.tree import checked_degrees, recruitment_tree
from analysis.estimators.rds.weights import (
    harmonic_degrees,
    salganik_heckathorn_shares,
    spread_over_groups,
    volz_heckathorn_weights,
)

DEGREE = np.array([2.0, 4.0, 5.0, 10.0, 4.0, 8.0])
GROUP = np.array([0, 1, 0, 1, -1, 1])
TREE = recruitment_tree(range(1, 7), ["", 1, 1, 2, 3, 4])


def sample(**changed):
    given = {"group": GROUP, "levels": ("no", "yes"), "population": 40, **changed}
    return rds_sample(TREE, DEGREE, **given)


def test_a_sample_of_groups():
    made = sample()
    assert made.values.tolist() == [[1, 0], [0, 1], [1, 0], [0, 1], [0, 0], [0, 1]]
    assert made.answered.tolist() == [True, True, True, True, False, True]
    assert made.order.tolist() == [0, 1, 2, 3, 4, 5]
    assert (made.n, made.population, made.levels, made.warnings) == (6, 40, ("no", "yes"), ())
    assert made.degree.tolist() == DEGREE.tolist()


def test_a_sample_of_a_number():
    made = sample(group=None, number=[1.0, np.nan, 3.0, 4.0, np.inf, 6.0], levels=("age",))
    assert made.values.tolist() == [[1], [0], [3], [4], [0], [6]]
    assert made.answered.tolist() == [True, False, True, True, False, True]
    assert made.group is None


def test_respondents_come_by_time_or_by_wave():
    assert sample(time=[5, 1, 9, 2, 2, 0]).order.tolist() == [5, 1, 3, 4, 0, 2]
    tree = recruitment_tree([1, 2, 3, 4], [2, "", 1, ""])
    made = rds_sample(tree, np.full(4, 2.0), group=np.array([0, 1, 0, 1]), levels=("a", "b"))
    assert made.order.tolist() == [1, 3, 0, 2]
    assert made.population is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"number": np.ones(6)}, "y is given twice or not at all; give groups or a number"),
        ({"group": None}, "y is given twice or not at all"),
        ({"group": np.array([0, 0, -1, -1, 0, 0])}, "y has one level only; a share needs at least two"),
        ({"group": None, "number": [np.nan] * 6}, "y is missing for every respondent"),
        ({"time": [1, 2, 3]}, "time is missing for a respondent; leave the column out to go by wave"),
        ({"time": [1, 2, np.nan, 4, 5, 6]}, "time is missing for a respondent"),
    ],
)
def test_samples_that_say_nothing_are_refused(changed, message):
    with pytest.raises(EstimationError, match=message):
        sample(**changed)


def test_each_estimator_weights_by_its_own_rule():
    answered = GROUP >= 0
    inverse = np.where(answered, 1 / DEGREE, 0)
    two = rds_point(sample(), "rds-ii")
    assert two.weights == pytest.approx(inverse / inverse.sum())
    assert two.values == pytest.approx([0.7, 0.25 + 0.1 + 0.125] / inverse.sum())
    ss = np.where(answered, successive_weights(DEGREE, 40).weights, 0)
    assert rds_point(sample(), "ss").weights == pytest.approx(ss / ss.sum())
    one = rds_point(sample(), "rds-i")
    # 0 recruits 1 and 0, 1 recruits 1 and 1: a group that never leaves itself holds everybody in equilibrium
    assert one.values == pytest.approx([0, 1])
    assert one.weights == pytest.approx([0, 1 / 3, 0, 1 / 3, 0, 1 / 3])
    hcg = homophily_configuration(
        DEGREE, GROUP, TREE.recruiter, order=np.arange(6), population=40.0, groups_n=2
    ).weights
    assert rds_point(sample(), "hcg").weights == pytest.approx(hcg)
    assert [rds_point(sample(), name).estimator for name in ("rds-i", "rds-ii", "ss", "hcg")] == [
        "rds-i", "rds-ii", "ss", "hcg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "estimator", "message"),
    [
        ({}, "rds-iii", "estimator is 'rds-iii'; choose one of rds-i, rds-ii, ss, hcg"),
        ({"population": None}, "ss", "population is missing; ss needs its size, try several"),
        ({"population": None}, "hcg", "population is missing; hcg needs its size, try several"),
        ({"group": None, "number": np.ones(6)}, "rds-i", "y is a number; rds-i is for groups, use rds-ii or ss"),
        ({"group": None, "number": np.ones(6)}, "hcg", "y is a number; hcg is for groups, use rds-ii or ss"),
    ],
)
def test_estimators_that_do_not_fit_are_refused(changed, estimator, message):
    with pytest.raises(EstimationError, match=message):
        rds_point(sample(**changed), estimator)


def test_recruitments_count_where_both_groups_are_known():
    assert transition_counts(GROUP, TREE.recruiter, 2).tolist() == [[1, 1], [0, 2]]
    assert transition_counts(GROUP, TREE.recruiter, 3).tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]


def test_stacked_rates_have_one_equilibrium_each():
    rates = np.array([[[0.5, 0.5], [0.25, 0.75]], [[0.9, 0.1], [0.3, 0.7]]])
    assert equilibrium(rates) == pytest.approx(np.array([[1 / 3, 2 / 3], [3 / 4, 1 / 4]]))
    with pytest.raises(
        EstimationError, match="y splits recruitment into groups that never recruit each other; no equi"
    ):
        equilibrium(np.stack([rates[0], np.eye(2)]))


def test_homophily_compares_with_independence():
    group = np.array([0, 0, 1, 0, 1, 1, 0, 1])
    tree = recruitment_tree(range(1, 9), ["", 1, 1, 2, 3, 3, 3, 5])
    made = recruitment_homophily(group, tree, 3)
    # 0 → 0 2, 0 → 1 1, 1 → 0 1, 1 → 1 3
    assert made.counts.tolist() == [[2, 1, 0], [1, 3, 0], [0, 0, 0]]
    assert made.rates == ((2 / 3, 1 / 3, 0.0), (0.25, 0.75, 0.0), None)
    expected = [3 * 3 / 7, 4 * 4 / 7]
    assert made.by_group == (pytest.approx(2 / expected[0]), pytest.approx(3 / expected[1]), None)
    assert made.index == pytest.approx(5 / sum(expected))
    nobody = recruitment_homophily(np.array([0, 1]), recruitment_tree([1, 2], ["", ""]), 2)
    assert (nobody.index, nobody.by_group, nobody.rates) == (None, (None, None), (None, None))


def test_levels_are_coded_in_order_with_numbers_first():
    codes, levels = group_codes(["b", "a", None, "", "b", float("nan"), 3, 2.0, 2.5])
    assert levels == ("2", "2.5", "3", "a", "b")
    assert codes.tolist() == [4, 3, -1, -1, 4, -1, 2, 0, 1]
    assert group_codes([True, False])[1] == ("False", "True")


def test_weights_in_closed_form():
    assert volz_heckathorn_weights(np.array([[1.0, 3.0], [2.0, 2.0]])).tolist() == [[0.75, 0.25], [0.5, 0.5]]
    counts = np.array([[6.0, 2.0], [1.0, 3.0]])
    q = np.array([0.25, 0.25]) / 0.5
    raw = q / [4.0, 2.0]
    assert salganik_heckathorn_shares(counts, np.array([4.0, 2.0])) == pytest.approx(raw / raw.sum())
    stacked = salganik_heckathorn_shares(np.stack([counts, counts[::-1, ::-1]]), np.array([[4.0, 2.0], [2.0, 4.0]]))
    assert stacked == pytest.approx(np.array([raw / raw.sum(), (raw / raw.sum())[::-1]]))
    with pytest.raises(
        EstimationError, match="y has a group that recruited nobody, so rds-i is not defined; use rds-ii"
    ):
        salganik_heckathorn_shares(np.array([[1.0, 1.0], [0.0, 0.0]]), np.ones(2))


def test_smoothed_flows_are_reciprocal():
    counts = np.array([[4.0, 3.0, 1.0], [1.0, 5.0, 2.0], [3.0, 1.0, 4.0]])
    rates = counts / counts.sum(axis=1, keepdims=True)
    flows = equilibrium(rates)[:, None] * rates
    both = (flows + flows.T) / 2
    q = equilibrium(both / both.sum(axis=1, keepdims=True))
    raw = q / [2.0, 3.0, 4.0]
    made = salganik_heckathorn_shares(counts, np.array([2.0, 3.0, 4.0]), smoothed=True)
    assert made == pytest.approx(raw / raw.sum())


def test_groups_have_harmonic_degrees_and_equal_parts():
    assert harmonic_degrees(DEGREE, GROUP, 2) == pytest.approx([2 / 0.7, 3 / 0.475])
    assert spread_over_groups(np.array([0.4, 0.6, 0.0]), GROUP) == pytest.approx([0.2, 0.2, 0.2, 0.2, 0.0, 0.2])


@pytest.mark.parametrize(
    ("ids", "recruiters", "message"),
    [
        ([1, 2], [""], "id has 2 rows and recruiter 1; give one recruiter for each respondent"),
        ([], [], "id has 0 rows and recruiter 0"),
        ([1, ""], ["", 1], "id is missing at position 2; every respondent needs one"),
        ([None, 2], ["", 2], "id is missing at position 1"),
        ([1, "nan"], ["", 1], "id is missing at position 2"),
        ([1, "none"], ["", 1], "id is missing at position 2"),
        ([1, 2, 1.0], ["", 1, 2], r"id '1' is given twice \(second at position 3\); drop the repeated row"),
        ([1, 2], ["", 2], r"recruiter of '2' is '2' \(position 2\); leave a seed's recruiter empty"),
        (
            [1, 2],
            ["", 9],
            r"recruiter '9' \(position 2\) is not in the sample; add the respondent, or leave the recruiter empty to "
            "treat the coupon's holder as a seed",
        ),
        ([1, 2], [2, 1], "recruiter leaves no seed; a chain begins with a respondent whom nobody recruited"),
        (
            [1, 2, 3],
            ["", 3, 2],
            r"recruiter of '2' \(position 2\) runs in a circle; nobody can be recruited by a descendant",
        ),
    ],
)
def test_recruitments_that_are_no_tree_are_refused(ids, recruiters, message):
    with pytest.raises(EstimationError, match=message):
        recruitment_tree(ids, recruiters)


def test_identifiers_are_compared_as_text():
    made = recruitment_tree([1.0, " x ", "3"], ["-1", 1, "x"])
    assert made.recruiter.tolist() == [-1, 0, 1]
    assert made.wave.tolist() == [0, 1, 2]
    assert made.recruits.tolist() == [1, 1, 0]
    assert made.seed.tolist() == [0, 0, 0]
    assert made.n == 3
    assert recruitment_tree(["a", 2.5], ["SEED", "a"]).recruiter.tolist() == [-1, 0]
    assert recruitment_tree(["nobody", float("inf")], ["", "nobody"]).n == 2


@pytest.mark.parametrize(
    ("degree", "population", "message"),
    [
        ([2, 3], 30, r"degree has shape \(2,\); give one network size for each of the 3 respondents"),
        ([2, 3, 4], 2, "population is 2 where 3 were sampled; give a size of 3 or more"),
        ([2, 3, 4], np.inf, "population is inf where 3 were sampled"),
        ([2, np.nan, 4], 30, "degree is nan at position 2; give a number, or leave the respondent out"),
        (
            [2, 0.5, 4],
            30,
            "degree is 0.5 at position 2; a member of the network knows at least 1; correct it, or leave",
        ),
        ([2, 30, 4], 30, "degree is 30 at position 2; nobody knows all 30 members"),
    ],
)
def test_degrees_are_checked(degree, population, message):
    with pytest.raises(EstimationError, match=message):
        checked_degrees(degree, 3, population)


def test_extreme_degrees_are_told():
    assert checked_degrees([1, 2, 2, 100], 4).warnings == ()
    made = checked_degrees([2, 2, 2, 2, 101, 300], 6)
    assert made.values.tolist() == [2, 2, 2, 2, 101, 300]
    assert made.warnings == (
        "2 degree(s) exceed 50 times the median of 2 (largest 300): check them; they get next to no weight",
    )
    assert checked_degrees([1.0, 1.0, 2.0], 3, 3).values.tolist() == [1, 1, 2]
