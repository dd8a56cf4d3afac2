"""What each estimator says in a study of a fictional world, beside what is true there.

One function per estimand and way of asking. What must not be here: drawing worlds, summaries over studies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.estimators.estimate import Estimate, quantile
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.randomised_response.designs import Device, device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.rds.weights import volz_heckathorn_weights
from analysis.estimators.robust_interval import robust_interval
from analysis.estimators.variance import design_covariance, least_squares
from analysis.estimators.weighting.calibration import rake
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_mean
from analysis.estimators.weighting.margins import margin
from analysis.synthetic import answers as asked
from analysis.synthetic.answers import Answers
from analysis.synthetic.world import HOSTS, Population

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LIST_ITEMS = len(asked.LIST_ITEM_SHARES)
REAL_MESSAGES = tuple(name for name in asked.MESSAGES if name != "foil")
OFTEN = ("weekly", "daily")
OFTEN_SHARE = 0.75
"""Of those who saw a message, in the rules of the world."""

SEEN_SHARE = 0.6
"""Of the exposed, for each message, in the rules of the world."""

BOGUS_SHARES = (0.0, 0.04, 0.07)
Z = quantile(0.975)


@dataclass(frozen=True)
class Answer:
    """One estimator in one study: the truth there, and the estimate with its interval; None where it was withheld."""

    truth: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False)
class Sample:
    """Respondents of one study.

    Attributes
    ----------
    population, answers
        The world, and what its respondents said.
    kept, is_second
        (n,) whose answers are used, and who belongs to the second of two waves.
    """

    population: Population
    answers: Answers
    kept: Bools
    is_second: Bools

    @cached_property
    def _read(self) -> tuple[dict[str, npt.NDArray[np.str_]], dict[str, Floats]]:
        """What was asked for already: many estimators read the same items."""
        return {}, {}

    def item(self, name: str) -> npt.NDArray[np.str_]:
        """Answers of the kept respondents."""
        texts, _ = self._read
        if name not in texts:
            texts[name] = self.answers.by_item[name][self.kept]
        return texts[name]

    def number(self, name: str) -> Floats:
        """The same as numbers, of an item that everybody answers with one."""
        _, numbers = self._read
        if name not in numbers:
            numbers[name] = np.array([float(text) for text in self.item(name).tolist()])
        return numbers[name]

    @cached_property
    def is_recruited(self) -> Bools:
        """Came through the network."""
        return np.asarray(self.answers.source[self.kept] == "web_rds")

    @cached_property
    def is_genuine(self) -> Bools:
        """Passed the instructed item: what a quality screen can do."""
        return np.asarray(self.item("QC1") == asked.INSTRUCTED)

    @cached_property
    def size(self) -> int:
        """Kept respondents."""
        return int(self.kept.sum())

    @cached_property
    def network_weights(self) -> Floats:
        """Volz–Heckathorn weights; 0 for those who did not come through the network."""
        degree, chosen = np.maximum(self.number("NW1"), 1.0), self.is_recruited
        weights = np.zeros(self.size)
        weights[chosen] = volz_heckathorn_weights(degree[chosen])
        return weights

    @cached_property
    def raked_weights(self) -> Floats:
        """Weights by host and sex."""
        people = self.population
        counts = np.bincount(people.host, minlength=len(HOSTS))
        women = float(people.is_woman.sum())
        hosts = {name: float(count) for name, count in zip(HOSTS, counts, strict=True)}
        margins = [
            margin("host", self.item("SC2"), hosts),
            margin("sex", self.item("SC4"), {"female": women, "male": people.size - women}),
        ]
        return rake(np.full(self.size, people.size / self.size), margins).weights

    @cached_property
    def favourable(self) -> tuple[Floats, Bools]:
        """Approval as reported to the direct question, and who answered it."""
        item = self.item("TA1")
        return np.isin(item, ("3", "4")).astype(np.float64), ~np.isin(item, ("dk", "pns"))


def _normal(truth: float, value: float, error: float) -> Answer:
    return Answer(truth, value, value - Z * error, value + Z * error)


def _reported(truth: float, made: Estimate) -> Answer:
    return Answer(truth, made.value, made.low, made.high)


def _mean(values: Floats, rows: Bools, weights: Floats | None) -> tuple[float, float]:
    """Weighted mean of some rows and its standard error, respondents taken as independent."""
    design = survey_design(int(rows.sum()), weights=None if weights is None else weights[rows])
    made = survey_mean(values[rows], design)
    return float(made.values[0]), float(np.sqrt(made.covariance[0, 0]))


def _weighted(truth: float, values: Floats, rows: Bools, weights: Floats | None) -> Answer:
    return _normal(truth, *_mean(values, rows, weights))


def _approval(sample: Sample) -> float:
    return float(sample.population.approves.mean())


def _direct(sample: Sample, chosen: Bools | None, weights: Floats | None) -> Answer:
    yes, answered = sample.favourable
    return _weighted(_approval(sample), yes, answered if chosen is None else answered & chosen, weights)


def _direct_unweighted(sample: Sample) -> Answer:
    return _direct(sample, None, None)


def _direct_opt_in(sample: Sample) -> Answer:
    return _direct(sample, ~sample.is_recruited, None)


def _direct_network(sample: Sample) -> Answer:
    return _direct(sample, sample.is_recruited, sample.network_weights)


def _direct_raked(sample: Sample) -> Answer:
    return _direct(sample, None, sample.raked_weights)


def _not_favourable(sample: Sample) -> Answer:
    yes, answered = sample.favourable
    return _weighted(1 - _approval(sample), 1 - yes, answered, sample.raked_weights)


def _in_public(sample: Sample) -> Answer:
    item = sample.item("RE4")
    truth = float(sample.population.speaks_in_public.mean())
    return _weighted(truth, (item == "yes").astype(np.float64), item != "pns", sample.raked_weights)


def _robust(sample: Sample, truth: float, yes: Bools, is_undecided: Bools, rows: Bools) -> Answer:
    """The interval that claims are judged by: two weightings, bogus shares, undecided both ways, design effect 2."""
    designs = {
        name: survey_design(int(rows.sum()), weights=weights[rows])
        for name, weights in (("rds", sample.network_weights), ("raked", sample.raked_weights))
    }
    answers, undecided = yes[rows].astype(np.float64), is_undecided[rows]
    made = robust_interval(answers, designs, undecided=undecided, bogus_shares=BOGUS_SHARES)
    decided, weights = rows & ~is_undecided, sample.raked_weights
    share = float(weights[decided] @ yes[decided] / weights[decided].sum())
    return Answer(truth, share, made.low, made.high)


def _approval_robust(sample: Sample) -> Answer:
    yes, answered = sample.favourable
    return _robust(sample, _approval(sample), yes == 1, ~answered, np.ones(sample.size, dtype=bool))


def _not_favourable_robust(sample: Sample) -> Answer:
    yes, answered = sample.favourable
    return _robust(sample, 1 - _approval(sample), (yes == 0) & answered, ~answered, np.ones(sample.size, dtype=bool))


def _regime_given_defence(sample: Sample) -> Answer:
    yes, answered = sample.favourable
    return _weighted(_approval_of_defenders(sample), yes, answered & (sample.item("TA6") == "support"), None)


def _regime_given_defence_robust(sample: Sample) -> Answer:
    yes, answered = sample.favourable
    return _robust(sample, _approval_of_defenders(sample), yes == 1, ~answered, sample.item("TA6") == "support")


def _approval_of_defenders(sample: Sample) -> float:
    return float(sample.population.approves[sample.population.defends].mean())


def _public_support_robust(sample: Sample) -> Answer:
    """Favourable and commented in public, among adults of households with state-security service."""
    people, (favourable, answered) = sample.population, sample.favourable
    commented = sample.item("RE4")
    yes = (favourable == 1) & (commented == "yes")
    is_no = (answered & (favourable == 0)) | (commented == "no")
    service = people.in_service_household
    truth = float((people.approves & people.speaks_in_public)[service].mean())
    return _robust(sample, truth, yes, ~yes & ~is_no, sample.item("SC9") == "state_security")


def _lists(sample: Sample, chosen: Bools) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    counts = [sample.number(name)[chosen] for name in ("LX1", "LX2")]
    treated = (sample.item("LX1_arm")[chosen] == "treatment").astype(np.int64)
    return counts[0], counts[1], treated


def _single_list(sample: Sample) -> Answer:
    first, _, treated = _lists(sample, sample.is_genuine)
    return _reported(_approval(sample), difference_in_means(first, treated, LIST_ITEMS).difference)


def _double_list(sample: Sample) -> Answer:
    first, second, treated = _lists(sample, sample.is_genuine)
    return _reported(_approval(sample), double_list(first, second, treated, LIST_ITEMS).average)


def _placebo_list(sample: Sample) -> Answer:
    chosen = sample.is_genuine
    treated = (sample.item("LX3_arm")[chosen] == "treatment").astype(np.int64)
    counts = sample.number("LX3")[chosen]
    return _reported(0.0, difference_in_means(counts, treated, LIST_ITEMS).difference)


def _crosswise_device() -> Device:
    return device("crosswise", p=asked.CROSSWISE_INNOCUOUS_SHARE)


def _said_same(sample: Sample, chosen: Bools) -> Floats:
    return np.asarray(sample.item("RR1")[chosen] == "same", dtype=np.float64)


def _public_support(sample: Sample) -> float:
    return float((sample.population.approves & sample.population.speaks_in_public).mean())


def _crosswise(sample: Sample) -> Answer:
    return _reported(_public_support(sample), prevalence(_said_same(sample, sample.is_genuine), _crosswise_device()))


def _public_minus_private(sample: Sample) -> Answer:
    """Crosswise share minus the first list's difference, on the same respondents: their scores are subtracted."""
    chosen, how = sample.is_genuine, _crosswise_device()
    same, (count, _, treated) = _said_same(sample, chosen), _lists(sample, chosen)
    public = (same - how.c0) / how.c1
    scores = (public - public.mean()) / len(public)
    private = 0.0
    for arm, sign in ((1, 1.0), (0, -1.0)):
        inside = treated == arm
        private += sign * float(count[inside].mean())
        scores[inside] -= sign * (count[inside] - count[inside].mean()) / inside.sum()
    error = float(np.sqrt(design_covariance(scores[:, None]).matrix[0, 0]))
    return _normal(_public_support(sample) - _approval(sample), float(public.mean()) - private, error)


def _change(truth: float, first: tuple[float, float], second: tuple[float, float]) -> Answer:
    """Difference of two independent estimates, each with its standard error."""
    return _normal(truth, second[0] - first[0], float(np.hypot(first[1], second[1])))


def _change_in_public_support(sample: Sample) -> Answer:
    """Second wave minus first, in a world that stands still: what is wrong in both waves drops out."""
    second, waves = sample.is_second[sample.kept], []
    for wave in (~second, second):
        made = prevalence(_said_same(sample, sample.is_genuine & wave), _crosswise_device())
        assert made.value is not None and made.se is not None  # noqa: S101, PT018 - this estimator always gives both
        waves.append((made.value, made.se))
    return _change(0.0, waves[0], waves[1])


def _jump_in_approval(sample: Sample) -> Answer:
    """Unexpected event during the survey: those who answered after it, minus those before; nothing happened."""
    (yes, answered), second = sample.favourable, sample.is_second[sample.kept]
    before, after = (_mean(yes, answered & wave, sample.raked_weights) for wave in (~second, second))
    return _change(0.0, before, after)


def _label_effect(sample: Sample) -> Answer:
    """Support for the response when the own side is named minus when the authorities' forces are."""
    people, item, label = sample.population, sample.item("TA6"), sample.item("TA6_label")
    touched = float(np.mean(people.defends & ~people.approves))
    yes, answered = (item == "support").astype(np.float64), ~np.isin(item, ("dk", "pns"))
    theirs, ours = (
        _mean(yes, answered & (label == name), sample.raked_weights) for name in ("authorities_forces", "afghan_side")
    )
    return _change(touched * asked.SUPPORT_RESPONSE_IF_DEFENDS * asked.TRUE_LABEL_EFFECT, theirs, ours)


def _messages(sample: Sample, answers: tuple[str, ...], names: tuple[str, ...]) -> Floats:
    """Mean over messages of who gave one of the answers, (n,)."""
    given = [np.isin(sample.item(f"EX2_{name}"), answers) for name in names]
    return np.asarray(np.mean(given, axis=0, dtype=np.float64))


def _reach_net_of_foil(sample: Sample) -> Answer:
    net = _messages(sample, OFTEN, REAL_MESSAGES) - _messages(sample, OFTEN, ("foil",))
    seen = SEEN_SHARE * float(sample.population.is_exposed.mean())
    truth = OFTEN_SHARE * (seen - asked.FOIL_CLAIM_SHARE)
    return _weighted(truth, net, np.ones(sample.size, dtype=bool), sample.raked_weights)


def _message_seen(sample: Sample) -> Answer:
    seen = _messages(sample, ("once", *OFTEN), REAL_MESSAGES)
    truth = SEEN_SHARE * float(sample.population.is_exposed.mean())
    return _weighted(truth, seen, np.ones(sample.size, dtype=bool), sample.raked_weights)


def _status_gradient(sample: Sample) -> Answer:
    """Speaking in public on the motive as answered, one question for it, given approval; truth on the traits."""
    people, (favourable, answered) = sample.population, sample.favourable
    traits = np.column_stack([np.ones(people.size), people.status_motive, people.approves])
    truth = float(np.linalg.lstsq(traits, people.speaks_in_public.astype(np.float64), rcond=None)[0][1])
    motive, commented = sample.item("RE1"), sample.item("RE4")
    rows = answered & np.isin(motive, tuple("12345")) & np.isin(commented, ("yes", "no"))
    x = np.array([float(text) for text in motive[rows].tolist()])
    matrix = np.column_stack([np.ones(len(x)), (x - x.mean()) / x.std(), favourable[rows]])
    made = least_squares((commented[rows] == "yes").astype(np.float64), matrix)
    return _normal(truth * float(people.status_motive.std()), float(made.coefficients[1]), made.standard_errors[1])


ESTIMATORS: dict[str, Callable[[Sample], Answer]] = {
    "K20_approval_share: direct question, unweighted": _direct_unweighted,
    "K20_approval_share: direct question, opt-in only": _direct_opt_in,
    "K20_approval_share: direct question, RDS-II": _direct_network,
    "K20_approval_share: direct question, raked": _direct_raked,
    "K20_approval_share: robust interval": _approval_robust,
    "K20_approval_share: single list": _single_list,
    "K20_approval_share: double list": _double_list,
    "K22_expression_share: direct question, raked": _in_public,
    "K29_placebo_item: placebo list": _placebo_list,
    "K46_message_seen: direct question, raked": _message_seen,
    "E01b_public_support: crosswise question": _crosswise,
    "E01b_public_support_service_household: robust interval": _public_support_robust,
    "E02_change_public_support: crosswise question, two waves": _change_in_public_support,
    "E03_regime_given_defence: direct question, unweighted": _regime_given_defence,
    "E03_regime_given_defence: robust interval": _regime_given_defence_robust,
    "E03b_label_effect: split ballot, raked": _label_effect,
    "E05b_reach_net_of_foil: real messages minus foil, raked": _reach_net_of_foil,
    "E07a_public_minus_private: crosswise question minus list": _public_minus_private,
    "E07b_status_gradient: linear regression, one item for the motive": _status_gradient,
    "E08_jump_in_approval: direct question, before and after": _jump_in_approval,
    "E13a_share_not_favourable: direct question, raked": _not_favourable,
    "E13a_share_not_favourable: robust interval": _not_favourable_robust,
}
