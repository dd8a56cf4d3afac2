"""What no estimator may depend on: the order of rows, names, units, and rows that are counted twice at half weight.

List experiments, randomised response, endorsement, coordination and base rates have theirs beside their other tests.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimators.agreement import Annotations, krippendorff_alpha, pairwise_kappa
from analysis.estimators.dawid_skene import dawid_skene
from analysis.estimators.event_study import event_study
from analysis.estimators.rds.estimates import rds_point, rds_sample
from analysis.estimators.rds.tree import recruitment_tree
from analysis.estimators.selection import data_defect_curve, unadjusted_bias
from analysis.estimators.text_prevalence import ESTIMATORS, estimate_text, labelled_texts
from analysis.estimators.weighting.calibration import calibrate, rake
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import kish_effect, survey_mean, survey_total
from analysis.estimators.weighting.margins import margin

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def close(found, wanted, relative=1e-9):
    return found == pytest.approx(wanted, rel=relative, abs=1e-12)


class Survey:
    """Answers with weights in three strata of six clusters each."""

    def __init__(self, seed):
        g = np.random.default_rng(seed)
        self.n = 90
        self.cluster = np.repeat(np.arange(18), 5)
        self.stratum = self.cluster // 6
        self.weight = g.uniform(0.5, 3.0, self.n)
        self.y = (g.random(self.n) < 0.2 + 0.2 * (self.stratum == 1)).astype(float)
        self.y[:2] = 0.0, 1.0
        self.order = g.permutation(self.n)

    def mean(self, rows=None, y=None, weight=None, cluster=None, stratum=None):
        rows = np.arange(self.n) if rows is None else rows
        chosen = [self.weight if weight is None else weight, self.stratum if stratum is None else stratum]
        chosen.append(self.cluster if cluster is None else cluster)
        weights, strata, clusters = (each[rows] for each in chosen)
        design = survey_design(len(rows), weights=weights, strata=strata, clusters=clusters)
        return survey_mean((self.y if y is None else y)[rows], design)


def figures(statistic):
    return float(statistic.values[0]), float(np.sqrt(statistic.covariance[0, 0]))


@few
@given(seeds)
def test_a_survey_mean_knows_no_order_no_names_and_no_unit_of_weight(seed):
    survey = Survey(seed)
    wanted = figures(survey.mean())
    assert close(figures(survey.mean(rows=survey.order)), wanted)
    assert close(figures(survey.mean(cluster=1000 - survey.cluster, stratum=survey.stratum * 7 + 3)), wanted)
    assert close(figures(survey.mean(weight=survey.weight * 1e5)), wanted)


@few
@given(seeds, st.floats(-50, 50), st.floats(0.01, 100))
def test_a_survey_mean_moves_and_stretches_with_the_answers(seed, shift, scale):
    survey = Survey(seed)
    value, error = figures(survey.mean())
    assert close(figures(survey.mean(y=shift + scale * survey.y)), (shift + scale * value, scale * error), 1e-7)


@few
@given(seeds)
def test_a_row_twice_at_half_weight_in_its_cluster_is_one_row(seed):
    survey = Survey(seed)
    twice = np.repeat(np.arange(survey.n), 2)
    assert close(figures(survey.mean(rows=twice, weight=survey.weight / 2)), figures(survey.mean()))


@few
@given(seeds)
def test_a_share_and_its_complement_have_one_error(seed):
    survey = Survey(seed)
    value, error = figures(survey.mean())
    assert close(figures(survey.mean(y=1 - survey.y)), (1 - value, error))


@few
@given(seeds)
def test_totals_double_with_the_weights_and_kish_does_not_move(seed):
    survey = Survey(seed)
    once, twice = (
        survey_total(survey.y, survey_design(survey.n, weights=survey.weight * factor, clusters=survey.cluster))
        for factor in (1, 2)
    )
    assert close(figures(twice), tuple(2 * each for each in figures(once)))
    assert close(kish_effect(survey.weight * 3).design_effect, kish_effect(survey.weight).design_effect)


@few
@given(seeds)
def test_raking_knows_no_order_of_rows_and_no_scale_of_the_start(seed):
    g = np.random.default_rng(seed)
    sex, age = g.permutation(np.arange(60) % 2).astype(str), g.permutation(np.arange(60) % 3).astype(str)
    totals = ({"0": 400.0, "1": 600.0}, {"0": 300.0, "1": 300.0, "2": 400.0})
    start, order = g.uniform(1, 5, 60), g.permutation(60)

    def weights(rows, begin):
        return rake(begin[rows], [margin("sex", sex[rows], totals[0]), margin("age", age[rows], totals[1])]).weights

    wanted = weights(np.arange(60), start)
    assert np.allclose(weights(order, start), wanted[order], rtol=1e-7)
    assert np.allclose(weights(np.arange(60), start * 40), wanted, rtol=1e-7)


@few
@given(seeds)
def test_linear_calibration_knows_no_unit_of_a_covariate(seed):
    g = np.random.default_rng(seed)
    start = g.uniform(1, 3, 80)
    x = np.column_stack([np.ones(80), g.normal(40, 10, 80)])
    asked = start @ x * np.array([1.1, 1.15])
    unit = np.array([1.0, 365.25])
    plain = calibrate(start, x, asked, ("one", "age")).weights
    assert np.allclose(calibrate(start, x * unit, asked * unit, ("one", "age")).weights, plain, rtol=1e-7)


class Chain:
    """Recruitment of 60 respondents from four seeds."""

    def __init__(self, seed):
        g = np.random.default_rng(seed)
        self.n = 60
        self.ids = [f"r{i}" for i in range(self.n)]
        self.recruiters = ["" if i < 4 else f"r{g.integers(0, i)}" for i in range(self.n)]
        self.degree = g.integers(1, 30, self.n).astype(float)
        self.group = g.permutation(np.arange(self.n) % 2)
        self.order = g.permutation(self.n)

    def shares(self, estimator, rows=None, rename=lambda name: name, group=None):
        rows = np.arange(self.n) if rows is None else rows
        tree = recruitment_tree([rename(self.ids[i]) for i in rows], [rename(self.recruiters[i]) for i in rows])
        chosen = (self.group if group is None else group)[rows]
        sample = rds_sample(tree, self.degree[rows], group=chosen, levels=("no", "yes"), population=5_000)
        return rds_point(sample, estimator).values


@pytest.mark.parametrize("estimator", ["rds-i", "rds-ii", "ss"])
@few
@given(seeds)
def test_respondent_driven_shares_know_no_order_no_names_and_swap_with_the_labels(estimator, seed):
    chain = Chain(seed)
    wanted = chain.shares(estimator)
    assert np.allclose(chain.shares(estimator, rows=chain.order), wanted, rtol=1e-9)
    assert np.allclose(chain.shares(estimator, rename=lambda name: name and f"x{name}"), wanted, rtol=1e-9)
    assert np.allclose(chain.shares(estimator, group=1 - chain.group), wanted[::-1], rtol=1e-9)


class Texts:
    """Four hundred texts, a third of them labelled, with predictions that lean."""

    def __init__(self, seed):
        g = np.random.default_rng(seed)
        self.n = 400
        truth = (g.random(self.n) < 0.3).astype(float)
        self.score = np.clip(0.15 + 0.6 * truth + g.normal(0, 0.15, self.n), 0.01, 0.99)
        self.labelled = np.zeros(self.n, dtype=bool)
        self.labelled[g.permutation(self.n)[:130]] = True
        self.value = np.where(self.labelled, truth, np.nan)
        self.order = g.permutation(self.n)

    def estimate(self, estimator, rows=None, *, is_swapped=False):
        rows = np.arange(self.n) if rows is None else rows
        value, score = (1 - self.value, 1 - self.score) if is_swapped else (self.value, self.score)
        texts = labelled_texts(value[rows], self.labelled[rows], np.full(len(rows), 130 / 400), score[rows])
        fitted = estimate_text(texts, estimator).estimates[0]
        return fitted.value, fitted.se


@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(seeds)
def test_a_prevalence_in_texts_knows_no_order_and_swaps_with_the_label(estimator, seed):
    texts = Texts(seed)
    value, error = texts.estimate(estimator)
    again, error_again = texts.estimate(estimator, texts.order)
    swapped, error_swapped = texts.estimate(estimator, is_swapped=True)
    assert close(again, value, 1e-6)
    assert swapped == pytest.approx(1 - value, abs=1e-5)
    if error is not None:
        assert (error_again, error_swapped) == (pytest.approx(error, rel=1e-6), pytest.approx(error, rel=1e-4))


class Labels:
    """Forty items by three coders."""

    def __init__(self, seed):
        g = np.random.default_rng(seed)
        truth = np.repeat(g.permutation(np.arange(40) % 3), 3)
        self.item, self.coder = np.repeat(np.arange(40), 3), np.tile(np.arange(3), 40)
        wrong = g.random(120) < 0.25
        self.label = np.where(wrong, (truth + 1) % 3, truth)
        self.order = g.permutation(120)

    def annotations(self, rows=None, item=None, coder=None, label=None):
        rows = np.arange(120) if rows is None else rows
        chosen = ((self.item if item is None else item), (self.coder if coder is None else coder))
        codes = [each[rows] for each in (*chosen, self.label if label is None else label)]
        return Annotations(*codes, np.arange(3.0))


def alpha(annotations):
    return krippendorff_alpha(annotations, "nominal", generator=np.random.default_rng(1), draws=100).value


@few
@given(seeds)
def test_agreement_knows_no_order_no_coder_and_no_name_of_a_label(seed):
    labels = Labels(seed)
    wanted = alpha(labels.annotations())
    assert close(alpha(labels.annotations(rows=labels.order)), wanted)
    assert close(alpha(labels.annotations(coder=(labels.coder + 1) % 3)), wanted)
    assert close(alpha(labels.annotations(label=(labels.label + 1) % 3)), wanted)
    assert close(alpha(labels.annotations(item=39 - labels.item)), wanted)


@few
@given(seeds)
def test_pairwise_kappa_is_symmetric(seed):
    labels = Labels(seed)
    there = {(pair.first, pair.second): pair.kappa for pair in pairwise_kappa(labels.annotations())}
    back = {
        (2 - pair.second, 2 - pair.first): pair.kappa
        for pair in pairwise_kappa(labels.annotations(coder=2 - labels.coder))
    }
    assert there.keys() == back.keys()
    assert all(close(back[pair], kappa) for pair, kappa in there.items())


@few
@given(seeds)
def test_the_likelihood_of_coders_knows_no_order_and_no_name(seed):
    labels = Labels(seed)
    wanted = dawid_skene(labels.annotations())
    shuffled = dawid_skene(labels.annotations(rows=labels.order))
    renamed = dawid_skene(labels.annotations(label=(labels.label + 1) % 3))
    assert shuffled.log_likelihood == pytest.approx(wanted.log_likelihood, rel=1e-8)
    assert np.allclose(np.roll(wanted.prior, 1), renamed.prior, atol=1e-5)


@few
@given(seeds, st.floats(0.5, 20))
def test_a_jump_of_counts_is_a_ratio_and_knows_no_unit_of_exposure(seed, unit):
    g = np.random.default_rng(seed)
    exposure = g.uniform(800, 1_200, 110)
    series = g.poisson(0.05 * exposure).astype(float)
    plain = event_study(series, 60, exposure=exposure)
    scaled = event_study(series, 60, exposure=exposure * unit)
    assert scaled.jump.value == pytest.approx(plain.jump.value, abs=1e-6)
    assert scaled.p_value == plain.p_value


@few
@given(seeds, st.floats(0.1, 50), st.floats(-100, 100))
def test_a_jump_of_numbers_stretches_with_the_series_and_its_rank_does_not_move(seed, scale, shift):
    series = np.random.default_rng(seed).normal(0, 1, 110)
    plain = event_study(series, 60, response="number")
    moved = event_study(shift + scale * series, 60, response="number")
    assert moved.jump.value == pytest.approx(scale * plain.jump.value, rel=1e-3, abs=1e-3 * scale)
    assert moved.p_value == pytest.approx(plain.p_value, abs=2.1 / 40)


@few
@given(st.floats(0.02, 0.98), st.floats(-0.02, 0.02))
def test_a_data_defect_turns_its_sign_with_the_answer(share, rho):
    (point,) = data_defect_curve(share, 2_000, 100_000, [rho])
    (mirrored,) = data_defect_curve(1 - share, 2_000, 100_000, [-rho])
    assert close(mirrored.bias, -point.bias, 1e-6)


@few
@given(seeds, st.floats(0.5, 30), st.floats(-10, 10))
def test_the_unadjusted_bias_knows_no_unit_of_its_proxy(seed, scale, shift):
    g = np.random.default_rng(seed)
    proxy = g.normal(size=200)
    y = (proxy + g.normal(size=200) > 0).astype(float)
    plain = [case.bias for case in unadjusted_bias(y, proxy, 0.3)]
    moved = [case.bias for case in unadjusted_bias(y, shift + scale * proxy, shift + scale * 0.3)]
    assert moved == pytest.approx(plain, rel=1e-6)
