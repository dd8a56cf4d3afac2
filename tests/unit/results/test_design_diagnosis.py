"""Verdict probabilities are exact where they can be, agree with the register's own figures, and follow the rules."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.claims.register import load_register
from analysis.claims.rules import Effect, Threshold, quantity_rules
from analysis.design import studies, verdict_probabilities
from analysis.design.studies import Answer, characteristics, simulate_study, simulation
from analysis.design.verdict_probabilities import (
    VERDICTS,
    PlannedStudy,
    effect_probabilities,
    required_n,
    searched_verdicts,
    threshold_probabilities,
)
from analysis.errors import EstimationError
from analysis.estimators.robust_interval import robust_interval
from analysis.estimators.weighting.design import survey_design
from analysis.params import load_params
from analysis.reading.design_tables import ELSEWHERE, OF_POSTS, simulated_as
from analysis.results.design_diagnosis import (
    PRIVATE_WAYS,
    characteristic_rows,
    merged,
    required_size_rows,
    verdict_probability_rows,
)
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import Store
from analysis.synthetic import answers as asked
from tests.studies import SHIPPED

ROOT = Path(__file__).resolve().parents[3]
REGISTER = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
RULES = {claim.id: quantity_rules(claim.rule) for claim in REGISTER.claims if claim.rule}
PUBLIC_SUPPORT = RULES["C01.2"][0]
STATED = 0.06  # the register states simulated figures, rounded to two decimals, of a slightly different interval


@pytest.mark.parametrize(
    ("truth", "bogus", "verdict", "stated"),
    [
        (0.08, 0.0, "supported", 0.77),
        (0.03, 0.0, "contradicted", 0.57),
        (0.01, 0.0, "contradicted", 1.00),
        (0.08, 0.04, "supported", 0.0),
        (0.12, 0.04, "supported", 0.63),
    ],
)
def test_the_registers_own_figures_come_back(truth, bogus, verdict, stated):
    found = threshold_probabilities(PUBLIC_SUPPORT, truth, PlannedStudy(1000, 2.0, bogus))
    assert getattr(found, verdict) == pytest.approx(stated, abs=STATED)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 0.99), st.integers(50, 400), st.sampled_from([1.0, 2.0, 4.0]), st.sampled_from([0.0, 0.04]))
def test_probabilities_add_up_and_wider_plans_decide_less(truth, n, effect, bogus):
    found = threshold_probabilities(PUBLIC_SUPPORT, truth, PlannedStudy(n, effect, bogus))
    assert found.supported + found.inconclusive + found.contradicted == pytest.approx(1)
    envelope = threshold_probabilities(PUBLIC_SUPPORT, truth, PlannedStudy(n, effect, 0.04))
    plain = threshold_probabilities(PUBLIC_SUPPORT, truth, PlannedStudy(n, effect, 0.0))
    assert envelope.supported <= plain.supported + 1e-12


def test_the_interval_is_the_one_that_claims_are_judged_by():
    """Simulated answers through the register's own interval give the same probability within sampling error."""
    generator, n, truth, worlds = np.random.default_rng(4), 400, 0.09, 300
    above = 0
    for _ in range(worlds):
        answers = (generator.random(n) < truth).astype(float)
        made = robust_interval(answers, {"none": survey_design(n)}, bogus_shares=[0.0], design_effect=1)
        above += made.low > PUBLIC_SUPPORT.threshold
    exact = threshold_probabilities(PUBLIC_SUPPORT, truth, PlannedStudy(n, 1.0, 0.0)).supported
    assert above / worlds == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / worlds))


def test_a_null_effect_is_rarely_supported_and_a_large_one_is():
    rule = next(rule for rule in RULES["C02.1"] if isinstance(rule, Effect))
    plan = PlannedStudy(2000, 2.0, 0.0)
    assert effect_probabilities(rule, 0.0, 0.1, plan).supported < 0.03
    assert effect_probabilities(rule, 0.09, 0.1, plan).supported > 0.95
    assert effect_probabilities(rule, 0.0, 0.1, PlannedStudy(40_000, 1.0, 0.0)).contradicted > 0.9


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))
def test_searched_verdicts_are_those_of_every_place(first, second, size):
    """Wherever the two changes lie, outside the series too, the search finds what asking everywhere finds."""
    order = [VERDICTS.index(name) for name in ("contradicted", "inconclusive", "supported")]
    verdicts = [VERDICTS[order[(place >= min(first, second)) + (place >= max(first, second))]] for place in range(size)]
    asked_places: list[int] = []

    def verdict_at(place):
        asked_places.append(place)
        return verdicts[place]

    assert [VERDICTS[code] for code in searched_verdicts(verdict_at, size)] == verdicts
    assert set(asked_places) <= set(range(size))


@pytest.mark.parametrize("bogus", [0.0, 0.04])
@pytest.mark.parametrize("n", [2, 7, 125, 400])
def test_no_rule_takes_a_verdict_back_when_more_people_say_yes(n, bogus):
    """What the search rests on: ask the frozen rules at every number of yes answers."""
    rules = [rule for parts in RULES.values() for rule in parts if isinstance(rule, Threshold)]
    order = ["contradicted", "inconclusive", "supported"]
    for rule in rules:
        verdicts = [
            order.index(verdict_probabilities._verdict(rule, "share", yes / n, *_limits(yes, n, bogus)))
            for yes in range(n + 1)
        ]
        assert verdicts == sorted(verdicts)
        found = verdict_probabilities._threshold_verdicts(rule, n, bogus)
        assert [order.index(VERDICTS[code]) for code in found] == verdicts


def _limits(yes, n, bogus):
    return verdict_probabilities._share_limits(yes, n, bogus)


def test_more_people_do_not_narrow_an_envelope():
    rule = PUBLIC_SUPPORT
    assert required_n(rule, 0.08, 2.0, 0.0, (500, 1000, 2000, 4000)) == 2000
    assert required_n(rule, 0.08, 2.0, 0.04, (500, 1000, 2000, 4000)) is None


def test_rows_match_their_declarations():
    for name, frame in (
        ("verdict_probabilities", verdict_probability_rows(REGISTER, (500,), (2.0,))),
        ("required_sizes", required_size_rows(REGISTER, (500, 1000), (2.0,))),
    ):
        assert len(check(frame, TABLES[name]))
    found = verdict_probability_rows(REGISTER, (500,), (2.0,))
    assert {"C01.2", "C02.1", "C03", "C13.1"} <= set(found.claim_id)
    assert not found.estimand_id.str.startswith("E06").any()


SMALL = simulation(SHIPPED, 600, 6.0, 10)


@pytest.fixture(scope="module")
def honest_studies():
    """Studies without bogus answers, hiding and feigning, with everybody in one panel: errors are chance alone."""
    with pytest.MonkeyPatch.context() as patch:
        for constant in ("BOGUS_SHARE", "HIDDEN_SHARE", "FEIGNED_SHARE"):
            patch.setattr(asked, constant, 0.0)
        patch.setattr(studies, "RDS_SHARE", 0.02)
        what = simulation(SHIPPED, 1500, 6.0, 10)
        return [simulate_study(what, g) for g in np.random.default_rng(5).spawn(HONEST)]


HONEST = 24


class TestStudies:
    """Small studies, repeatable, estimated by the pipeline's own code, honest about an estimator that never answers."""

    def test_a_study_depends_on_its_generator_alone(self, monkeypatch):
        monkeypatch.setattr(studies, "POPULATION", 2000)
        first, again = (simulate_study(SMALL, np.random.default_rng(7)) for _ in range(2))
        assert first == again
        assert first != simulate_study(SMALL, np.random.default_rng(8))

    def test_rows_match_their_declaration_and_the_order_of_worlds_does_not_matter(self, monkeypatch):
        monkeypatch.setattr(studies, "POPULATION", 2000)
        parts = {n: simulate_study(SMALL, g) for n, g in enumerate(np.random.default_rng(1).spawn(4))}
        rows = characteristic_rows(merged(parts), SHIPPED)
        assert len(check(rows, TABLES["synthetic_design_diagnosis"])) > 60
        assert set(rows.privacy_step_text) == {"all answers", "consenting only", "after the gate"}
        backwards = characteristic_rows(merged(dict(reversed(parts.items()))), SHIPPED)
        pd.testing.assert_frame_equal(rows, backwards)

    @pytest.mark.parametrize(
        ("estimand", "estimator", "weighting"),
        [
            ("E02_change_public_support", "device, third minus first", "blended"),
            ("E02_change_public_support", "robust interval", "envelope"),
            ("E03b_label_effect", "difference in shares", "blended"),
            ("E05b_reach_net_of_foil", "real messages minus foil", "blended"),
            ("E07a_public_minus_private", "device minus list", "blended"),
            ("E08a_jump", "direct, second minus first", "blended"),
            ("E13a_share_not_favourable", "robust interval", "envelope"),
            ("K20_approval_share", "double list", "unweighted"),
            ("K22_expression_share", "share of answers", "blended"),
            ("K46_message_seen", "share of answers", "blended"),
        ],
    )
    def test_estimators_find_the_truth_where_nobody_is_bogus(self, honest_studies, estimand, estimator, weighting):
        found = [
            answer
            for study in honest_studies
            for key, answer in study.items()
            if (key.estimand_id, key.estimator_text, key.weighting_code) == (estimand, estimator, weighting)
            and (key.group_text, key.privacy_step_text) == ("all", "all answers")
            and answer.value is not None
        ]
        assert len(found) > HONEST // 2
        errors = np.array([answer.value - answer.truth for answer in found])
        assert abs(errors.mean()) < 4 * errors.std(ddof=1) / np.sqrt(len(found))
        held = [answer.low <= answer.truth <= answer.high for answer in found]
        assert stats.binom.cdf(sum(held), len(held), 0.95) > 5e-4

    def test_characteristics_are_those_of_the_answers(self):
        found = characteristics(
            [Answer(0.2, 0.3, 0.1, 0.5), Answer(0.2, 0.2, 0.25, 0.4), Answer(0.2, None, None, None)]
        )
        assert (found.worlds_n, found.answered_n, found.coverage) == (3, 2, 0.5)
        assert found.bias == pytest.approx(0.05)
        assert found.rmse == pytest.approx(np.sqrt(0.005))
        assert found.power == 1.0
        with pytest.raises(EstimationError, match="answered in no simulated study"):
            characteristics([Answer(0.2, None, None, None)])

    def test_the_kept_table_is_what_the_first_worlds_begin(self):
        """A spot check of the table of many worlds: the first worlds of the same seed lie within its spread."""
        keys, chosen = list(studies.Key._fields), load_params(ROOT / "params.yaml")
        kept = Store(ROOT).read("reference__synthetic_deep_diagnosis").set_index(keys).sort_index()
        what = simulation(
            SHIPPED,
            chosen.diagnose_design.respondents,
            chosen.weight_respondents.cut_at,
            chosen.diagnose_design.bootstrap_draws,
        )
        made = [simulate_study(what, g) for g in np.random.default_rng(chosen.diagnose_design.seed).spawn(12)]
        rows = characteristic_rows(made, SHIPPED).set_index(keys).sort_index()
        both = rows.join(kept, how="inner", rsuffix="_kept")
        assert len(both) == len(rows)
        spread = 5 * both.rmse_share_kept / np.sqrt(both.answered_n) + 1e-3
        assert ((both.bias_share - both.bias_share_kept).abs() <= spread).all()


def test_a_threshold_rule_is_what_is_diagnosed():
    assert isinstance(PUBLIC_SUPPORT, Threshold)


def test_every_estimand_of_the_register_is_simulated_or_says_why_not():
    kept = set(Store(ROOT).read("reference__synthetic_deep_diagnosis").estimand_id)
    names = [estimand.id for claim in REGISTER.claims for estimand in claim.estimands]
    assert len(names) > 20
    elsewhere = {*ELSEWHERE, *(getattr(SHIPPED.posts, part).estimand for part in OF_POSTS)}
    for name in names:
        assert (simulated_as(name) in kept) != (name.partition("[")[0] in elsewhere), name


def test_a_public_share_minus_a_private_one_is_diagnosed_by_how_the_private_one_is_asked():
    """A list sees far less of it than two direct questions of as many people would, which nobody can ask here."""
    rows = verdict_probability_rows(REGISTER, (2000,), (1.0,))
    found = rows[(rows.claim_id == "C07") & (rows.true_value == 0.06)].set_index(["estimand_id", "private_way_code"])
    public = found.loc["E07a_public_minus_private"].p_supported
    assert set(public.index) == set(PRIVATE_WAYS)
    assert public["list_practice"] < 0.4 < public["crosswise"]
    assert public["list"] < public["crosswise"]
    assert set(rows.private_way_code[rows.estimand_id != "E07a_public_minus_private"]) == {"direct"}


def test_the_error_of_the_private_answer_is_added_to_that_of_the_public_one():
    """With a private answer as precise as a direct one, the two diagnoses agree."""
    rule = next(rule for rule in RULES["C02.1"] if isinstance(rule, Effect))
    plan = PlannedStudy(2000, 2.0, 0.0)
    as_direct = effect_probabilities(rule, 0.05, 0.1, plan, lambda n, _: (0.15 * 0.85 / n) ** 0.5)
    assert as_direct.supported == pytest.approx(effect_probabilities(rule, 0.05, 0.1, plan).supported)
    loose = effect_probabilities(rule, 0.05, 0.1, plan, lambda n, _: 0.04)
    assert loose.supported < as_direct.supported
