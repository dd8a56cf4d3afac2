"""Changes, ways of asking and gradients: against closed forms, with persons and clusters in common, as evidence."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.errors import StudyError
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_mean
from analysis.strategy import weights as weighting
from analysis.strategy.comparisons import comparison_rows, comparisons, robust_comparison
from analysis.strategy.evidence import LEVELS, evidence_rows
from analysis.strategy.experiments import SCREEN_FAILS
from analysis.strategy.frame import read_survey
from analysis.strategy.rows import Rows
from tests.studies import SHIPPED, edited
from tests.unit.results.surveys import margins, quality, responses

N = 1200
PERIODS = ("first", "second", "third")
RNG = np.random.default_rng(11)
FAVOURABLE = RNG.random(N) < 0.3
COUNTS, COIN = RNG.integers(0, 4, N), RNG.integers(0, 2, N)
SEEN = RNG.integers(1, 6, N)


def answers(**columns):
    """Three periods of four hundred; the view, the lists, the device and the wish to be seen follow the seed."""
    rows = responses(
        N,
        ta1=lambda i: "very_favourable" if FAVOURABLE[i] else ".refused" if i % 17 == 0 else "very_unfavourable",
        re4=lambda i: "yes" if (SEEN[i] + i) % 5 > 2 else "no",
        re1=lambda i: str(SEEN[i]),
        rr1=lambda i: "both_or_neither" if RNG.random() < 0.4 else "exactly_one",
        lx1=lambda i: str(COUNTS[i] + (COIN[i] and FAVOURABLE[i])),
        lx2=lambda i: str(COUNTS[(i + 1) % N] + (not COIN[i] and FAVOURABLE[i])),
        lx1_arm=lambda i: ("control", "treatment")[COIN[i]],
        lx2_arm=lambda i: ("treatment", "control")[COIN[i]],
        lx4=lambda i: str(COUNTS[(i + 2) % N] + (COIN[(i + 5) % N] and FAVOURABLE[i])),
        lx4_arm=lambda i: ("control", "treatment")[COIN[(i + 5) % N]],
    )
    return rows.assign(**{"interview_period_text": [PERIODS[i % 3] for i in range(N)]} | columns)


def survey_of(rows, plan=SHIPPED):
    weights = weighting.weight_rows(plan, rows, quality(rows), margins(), 100.0)
    return read_survey(plan, rows, weights, "vault")


@pytest.fixture(scope="module")
def survey():
    return survey_of(answers())


def made(survey, estimand, failed=None):
    return next(each for each in comparisons(survey, failed or {}) if each.place.estimand_id == estimand)


def row(survey, estimand, failed=None):
    rows = Rows(survey, "made up")
    comparison_rows(rows, failed or {})
    return next(number for place, number in rows.exact if place.estimand_id == estimand)


def test_a_change_is_the_difference_of_two_weighted_shares_and_their_errors_add_up(survey):
    number, weights = row(survey, "E08a_jump"), survey.weights["blended"]
    design, answer = survey_design(N, weights=weights), survey.rows.ta1
    sides = [
        survey_mean(
            (answer == "very_favourable").to_numpy(float),
            design,
            (~answer.str.startswith(".") & (survey.rows.interview_period_text == period)).to_numpy(),
        )
        for period in ("second", "first")
    ]
    assert number.value == pytest.approx(sides[0].values[0] - sides[1].values[0], abs=1e-12)
    assert number.se == pytest.approx(np.hypot(*(side.standard_errors[0] for side in sides)), rel=1e-9)


def test_persons_who_answer_twice_make_a_change_more_precise_by_what_they_have_in_common():
    """Everybody of the first period comes back in the second and says the same: the change is nothing, and known."""
    person = [f"{i // 3 * 3:032x}" if i % 3 < 2 else None for i in range(N)]
    same = [("very_favourable" if FAVOURABLE[i // 3] else "very_unfavourable") for i in range(N)]
    linked = survey_of(answers(person_pseudonym=person, ta1=same))
    apart = survey_of(answers(ta1=same))
    even = {"blended": np.ones(N)}
    linked.weights.update(even)
    apart.weights.update(even)
    assert row(linked, "E08a_jump").value == pytest.approx(0.0)
    assert row(linked, "E08a_jump").se == pytest.approx(0.0, abs=1e-12)
    assert row(apart, "E08a_jump").se > 0.02


def test_clusters_and_strata_of_a_probability_sample_are_in_the_error():
    cluster = [f"{i % 40:032x}" for i in range(N)]
    stratum = [f"{i % 40 // 10:032x}" for i in range(N)]
    drawn = answers(
        sample_source_code="probability",
        recruiter_pseudonym=None,
        base_weight=[1.0 + i % 3 for i in range(N)],
        cluster_pseudonym=cluster,
        stratum_pseudonym=stratum,
    )
    # Within a cluster people think alike.
    drawn["ta1"] = ["very_favourable" if (i % 40) % 3 == 0 else "very_unfavourable" for i in range(N)]
    survey = survey_of(drawn)
    assert "design" in survey.weights
    assert survey.design("blended").degrees_of_freedom() == 36
    yes = (survey.rows.ta1 == "very_favourable").to_numpy(float)
    own = survey_mean(yes, survey_design(N, weights=survey.weights["design"], strata=stratum, clusters=cluster))
    mine = survey_mean(yes, survey.design("design"))
    assert mine.standard_errors[0] == pytest.approx(own.standard_errors[0], rel=1e-12)
    assert mine.standard_errors[0] > 3 * survey_mean(yes, survey_design(N)).standard_errors[0]


@pytest.mark.parametrize("which", ["lx4", "lx1"])
def test_an_even_list_and_a_device_are_what_their_estimators_say(which):
    """Device minus list, equal weights: the crosswise prevalence minus one list, or the mean of two."""
    survey = survey_of(answers(), edited(("how: list, by: lx4", f"how: list, by: {which}")))
    found = made(survey, "E07a_public_minus_private").estimator(np.ones(N), None)
    rows = survey.rows
    counts = {item: rows[item].astype(int).to_numpy() for item in ("lx1", "lx2", "lx4")}
    arms = {item: (rows[f"{item}_arm"] == "treatment").to_numpy(int) for item in ("lx1", "lx4")}
    lists = (
        double_list(counts["lx1"], counts["lx2"], arms["lx1"], 4, weights=np.ones(N)).average
        if which == "lx1"
        else difference_in_means(counts["lx4"], arms["lx4"], 4, design="placebo-list").difference
    )
    masked = prevalence((rows.rr1 == "both_or_neither").to_numpy(float), device("crosswise", p=0.25))
    assert found.value == pytest.approx(masked.value - lists.value, abs=1e-12)
    assert lists.se < np.sqrt(N / (N - 1) * (found.scores @ found.scores)) < masked.se + lists.se


def test_a_gradient_is_a_regression(survey):
    found = made(survey, "E07b_status_gradient").estimator(np.ones(N), None)
    rows = survey.rows[~survey.rows.ta1.str.startswith(".")]
    x = rows.re1.astype(float).to_numpy()
    design = sm.add_constant(np.column_stack([x / x.std(), (rows.ta1 == "very_favourable").to_numpy(float)]))
    fit = sm.OLS((rows.re4 == "yes").to_numpy(float), design).fit(cov_type="HC0")
    assert found.value == pytest.approx(fit.params[1], rel=1e-9)
    assert np.sqrt(found.scores @ found.scores) == pytest.approx(fit.bse[1], rel=1e-9)


def test_the_robust_interval_holds_every_weighting_and_both_counts_of_the_undecided(survey):
    wanted = made(survey, "E02_change_public_support")
    wide = robust_comparison(survey, wanted)
    plain = wanted.estimator(survey.weights["blended"], None)
    assert wide.low < plain.value < wide.high
    assert wide.high - wide.low > 2 * 1.96 * np.sqrt(2) * np.sqrt(plain.scores @ plain.scores) * 0.99
    narrower = robust_comparison(survey, wanted, 0.5)
    assert wide.low < narrower.low < narrower.high < wide.high


@pytest.mark.parametrize(("which", "errors"), [("lx4", (0.0, 0.08)), ("lx1", (-0.16, 0.0))])
def test_what_the_length_of_a_list_may_add_is_taken_out(which, errors):
    """Of a list that is subtracted: too high a list makes the difference too small."""
    survey = survey_of(answers(), edited(("how: list, by: lx4", f"how: list, by: {which}")))
    wanted = made(survey, "E07a_public_minus_private")
    assert (min(wanted.errors), max(wanted.errors)) == errors
    found = robust_comparison(survey, wanted)
    plain = wanted.estimator(survey.weights["blended"], None)
    assert found.low < plain.value - errors[1]
    assert found.high > plain.value - errors[0]


def test_a_list_that_failed_gives_no_difference_and_no_evidence(survey):
    failed = {"lx4": SCREEN_FAILS}
    rows = Rows(survey, "made up")
    comparison_rows(rows, failed)
    own = next(each for each in rows.found if each["estimand_id"] == "E07a_public_minus_private")
    assert own["unusable_reason"] == SCREEN_FAILS
    found = evidence_rows(survey, failed).set_index("estimand_id")
    assert not found.loc["E07a_public_minus_private"].is_publishable.any()
    assert found.loc["E02_change_public_support"].is_publishable.all()
    assert found.loc["E02_change_public_support"].confidence_level.tolist() == list(LEVELS)


def test_a_period_with_few_respondents_is_not_compared():
    few = answers(interview_period_text=["second" if i < 60 else "first" for i in range(N)])
    rows = Rows(survey_of(few), "made up")
    comparison_rows(rows, {})
    assert not [place for place, _ in rows.exact if place.estimand_id == "E08a_jump"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("periods: [third]}", "periods: [fourth]}"), r"differences\[0\]\.share\.periods\[0\].*no such period"),
        (("how: list, by: lx4}", "how: list}"), r"differences\[1\]\.minus\.of.*2 could be meant; say by which item"),
        (("by: lx4}", "by: lx3}"), r"differences\[1\]\.minus\.by.*no list experiment of this estimand begins with it"),
        (("how: list, by: lx4}", "how: device}"), r"differences\[1\]\.minus\.of.*no device has this estimand"),
        (("    on: re1\n", "    on: ta1\n"), r"gradients\[0\]\.on.*no numbers"),
        (("first: 2100-03-21", "first: 2100-03-19"), r"periods\.second\.first.*ends on 2100-03-20"),
        (("absent: never, is_excluding: false", "absent: never"), r"quality\.foil\.item.*nobody may be left out"),
        (
            ("design: crosswise\n", "design: crosswise\n    is_evidence: true\n"),
            r"devices\[0\]\.is_evidence.*two estimates",
        ),
        (("last: 2100-03-20", "last: 2100-02-20"), r"periods\.first.*ends on or after its first day"),
    ],
)
def test_a_plan_that_compares_what_is_not_there_is_refused(change, said):
    with pytest.raises(StudyError, match=said):
        edited(change)
