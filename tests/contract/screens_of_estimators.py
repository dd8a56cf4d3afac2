"""Tests and screens of the estimators, on small invented data."""

from functools import partial

import numpy as np

from analysis.estimators import agreement, event_study, invariance, item_function, multiverse
from analysis.estimators.coordination import Shares, coordination_null
from analysis.estimators.list_experiment import direct, double, length_error
from analysis.estimators.list_experiment.agreement import hausman_test, model_gap
from analysis.estimators.list_experiment.balance import balance_test
from analysis.estimators.list_experiment.design_effect import design_effect_test
from analysis.estimators.list_experiment.misreport import misreport_likelihood
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.list_experiment.responses import list_responses
from analysis.estimators.list_experiment.screen import floor_ceiling_screen
from analysis.estimators.randomised_response.anchored import anchored_prevalence
from analysis.estimators.randomised_response.cheating import detect_cheating
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.rds import diagnostics, estimates, size
from analysis.estimators.rds.tree import recruitment_tree
from tests.contract.screens import Rank, Screen, passes

LEVEL = 0.05
WEEKS, EVENT = 104, 60
FEWEST = Rank(event_study.FEWEST_PLACEBOS)
BY_DATES = "39 placebo dates at least"
CLOSED = "any: a tail of a distribution"
ITEMS = 3


def posts(lifted, seed=1):
    y = np.random.default_rng(seed).poisson(50, WEEKS).astype(float)
    y[EVENT : EVENT + 4] *= 3 if lifted else 1
    return y


def one_study(lifted):
    return event_study.event_study(posts(lifted), EVENT)


def many(lifted, seed=1):
    windows = (event_study.Window(8, 3), event_study.Window(10, 4))
    series = posts(lifted, seed)
    return multiverse.multiverse([multiverse.Specification(str(w), series, None, w) for w in windows], EVENT)


def covariates(jump):
    g = np.random.default_rng(2)
    made = {name: g.normal(35, 1, WEEKS) for name in ("age", "years abroad", "size of household")}
    made["age"][EVENT:] += jump
    return all(not one.jumps for one in event_study.predetermined_jumps(made, EVENT))


def sources(lost):
    counts = np.full((2, WEEKS), 5.0)
    counts[0, EVENT:] = 0.0 if lost else 5.0
    return passes(lambda: event_study.demand_same_sources(counts, EVENT, event_study.Window()))


def null(together, level=LEVEL):
    g = np.random.default_rng(2)
    n, objects, members = 300, 12 if together else 0, 5
    apart = [g.integers(0, 40, n), g.integers(0, 30, n), 40 + np.arange(n), g.integers(0, 60 * 86400, n)]
    second = (g.integers(0, 10**6, objects)[:, None] + g.integers(0, 15, (objects, members))).ravel()
    thing = np.repeat(10**6 + np.arange(objects), members)
    account = np.tile(np.arange(members), objects)
    joint = [thing, account, 2 * 10**6 + np.arange(len(second)), second]
    shares = Shares(*(np.concatenate(pair).astype(np.int64) for pair in zip(apart, joint, strict=True)))
    return coordination_null(shares, 20, 2, generator=np.random.default_rng(3), draws=19, level=level)


def counts(control, treated):
    """Answers and arms from numbers of respondents who answer 0, 1, …"""
    y = np.concatenate([np.repeat(np.arange(len(c)), c) for c in (control, treated)])
    return y, np.repeat([0, 1], [sum(control), sum(treated)])


SOUND = ((60, 120, 120, 60, 0), (40, 100, 120, 80, 20))
OF_SCREEN = {
    "thin_floor_cell": ((120, 120, 60, 60, 0), (0, 180, 100, 60, 20), "nobody avoids the answer of no item"),
    "thin_ceiling_cell": ((60, 60, 120, 120, 0), (20, 50, 90, 200, 0), "nobody avoids the answer of every item"),
    "supporters_at_floor": ((100, 100, 100, 60, 0), (20, 180, 100, 60, 0), "holders are not only those without others"),
    "supporters_at_ceiling": ((60, 100, 100, 100, 0), (60, 100, 100, 20, 80), "holders are not only those with all"),
    "unreached_extremes": ((0, 180, 120, 60, 0), (0, 140, 120, 80, 20), "both ends of the list are reached"),
}


def of_screen(code, cells):
    (check,) = [c for c in floor_ceiling_screen(*counts(*cells), ITEMS).checks if c.code == code]
    return check.passed and check.is_judged


def screen_row(code, text, cells):
    level, limit, fails_when = 0.05, "judged where the difference is positive", "the extreme cell holds too many"
    if code.startswith("thin"):
        level, limit, fails_when = 0.01, "judged where 5 % of controls are there", "hardly anybody treated is there"
    elif code == "unreached_extremes":
        level, limit, fails_when = None, "one end", "an end that nobody reaches"
    return Screen(
        f"list: {code.replace('_', ' ')}", "analysis.estimators.list_experiment.screen:screen_of", text, level, limit,
        fails_when, "the cells agree with truthful answers", partial(of_screen, code, SOUND),
        partial(of_screen, code, cells),
    )  # fmt: skip


def no_design_effect(cells):
    return design_effect_test(*counts(*cells), ITEMS).p_value >= LEVEL


def respondents(seed=4, n=600):
    g = np.random.default_rng(seed)
    return g, g.integers(0, 2, n), g.binomial(ITEMS, 0.4, n)


def balanced(shift):
    g, treat, others = respondents()
    x = g.normal(size=len(treat)) + shift * treat
    data = regression_data(others, treat, ITEMS, np.column_stack([np.ones(len(treat)), x]), ("Intercept", "age"))
    return balance_test(data).p_value >= LEVEL


def lists_agree(second_share):
    g, treat, others = respondents(n=2000)
    other_list = g.binomial(ITEMS, 0.5, len(treat))
    first = others + treat * (g.random(len(treat)) < 0.3)
    second = other_list + (1 - treat) * (g.random(len(treat)) < second_share)
    return double.double_list(first, second, treat, ITEMS).p_disagreement >= LEVEL


def placebo(added):
    g, treat, others = respondents()
    return length_error.placebo_check(
        double.placebo_list(others + treat * (g.random(600) < added), treat, ITEMS)
    ).passed


def placebo_named(named):
    y, treat = counts((20, 20, 20, 20 - named, named), (20, 20, 20, 10, 10))
    return length_error.named_placebo_check(list_responses(y, treat, ITEMS, design="placebo-list")).passed


def with_direct(which, *, false_yes=0.0, moved=0.0):
    g, treat, others = respondents(seed=3, n=2000)
    held = g.random(2000) < 0.4
    says = held & (g.random(2000) < 0.6 - moved * treat)
    says |= ~held & (g.random(2000) < false_yes)
    made = direct.combine_with_direct(others + treat * held, treat, ITEMS, says.astype(int))
    found = getattr(made, which)
    return found is not None and found.p_value >= LEVEL


def everybody_follows(cheaters):
    g = np.random.default_rng(5)
    how = [device("forced", p, p1=1 - p) for p in (0.75, 0.25)]
    group = g.integers(0, 2, 1000)
    said = (g.random(1000) < np.where(group == 1, 0.75, 0.25)) | (g.random(1000) < 0.1)
    said &= g.random(1000) >= cheaters
    return detect_cheating(said.astype(int), group, *how).p_no_cheating >= LEVEL


def attentive(share):
    g = np.random.default_rng(6)
    follows = g.random(800) < share
    answer, anchor = (np.where(follows, g.random(800) < 0.85, g.random(800) < 0.5).astype(int) for _ in "ab")
    return anchored_prevalence(answer, anchor, 0.15, 0.15).corrected.is_usable


def modelled(dependence):
    """A list with a covariate whose other items holders endorse less often."""
    g = np.random.default_rng(7)
    treat, x = g.integers(0, 2, 2000), g.normal(size=2000)
    held = g.random(2000) < 1 / (1 + np.exp(-x))
    y = g.binomial(ITEMS, np.where(held, 0.4 - dependence, 0.4 + dependence)) + treat * held
    return regression_data(y, treat, ITEMS, np.column_stack([np.ones(2000), x]), ("Intercept", "x"))


def model_agrees(dependence):
    return not model_gap(maximum_likelihood(modelled(dependence))).is_flagged


def likelihood_agrees(dependence):
    data = modelled(dependence)
    return hausman_test(maximum_likelihood(data), nonlinear_least_squares(data)).p_value >= LEVEL


def no_misreports(cells):
    data = regression_data(*counts(*cells), ITEMS)
    return any("misreports" in words for words in misreport_likelihood(data, "top-code").warnings)


def labels(copied, positive):
    g = np.random.default_rng(8)
    first = (np.arange(200) < positive).astype(np.int64)
    second = np.where(g.random(200) < copied, first, g.integers(0, 2, 200)).astype(np.int64)
    given = agreement.Annotations(
        np.repeat(np.arange(200), 2),
        np.tile([0, 1], 200),
        np.column_stack([first, second]).ravel(),
        np.array([0.0, 1.0]),
    )
    return agreement.standing(agreement.krippendorff_alpha(given, "nominal", generator=g, draws=200)) == "good"


def scale(shift):
    g = np.random.default_rng(9)
    group = np.repeat([0, 1], 400)
    x = 3 + np.array([0.8, 0.7, 0.9, 0.6]) * g.normal(size=(800, 1)) + g.normal(0, 0.6, (800, 4))
    x[:, 2] += shift * group
    return x, group


def invariant(shift):
    x, group = scale(shift)
    return invariance.measurement_invariance(x, group.astype(str)).highest == "scalar"


def works_alike(shift):
    x, group = scale(shift)
    return not item_function.item_functions(np.clip(np.round(x), 1, 5), group)[2].flagged


def recruited(groups, recruiters=None):
    n = len(groups)
    tree = recruitment_tree(range(1, n + 1), recruiters or ["", *range(1, n)])
    return estimates.rds_sample(tree, np.full(n, 3.0), group=np.array(groups), levels=("no", "yes"))


MIXED, TORN = [0, 1] * 20, [0] * 20 + [1] * 20
TWO_CHAINS = ["", *range(1, 20), "", *range(21, 40)]
EVEN = np.full(40, 1 / 40)


def settled(groups):
    return all(one.passed for one in diagnostics.convergence(recruited(groups), EVEN))


def no_bottleneck(groups):
    return all(one.passed is True for one in diagnostics.bottlenecks(recruited(groups, TWO_CHAINS), EVEN))


def mixes(groups):
    found = diagnostics.mixing(recruited(groups))
    return found is not None and found.passed


def recruitment(groups, recruiters):
    sample = recruited(groups, recruiters)
    point = estimates.rds_point(sample, "rds-ii")
    shape = diagnostics.seeds_and_waves(sample.tree)
    paths = diagnostics.convergence(sample, EVEN)
    return diagnostics.failed_checks(sample, point, shape, paths, diagnostics.bottlenecks(sample, EVEN)) == []


def of_size(population, n, median):
    g = np.random.default_rng(11)
    degree = 1.0 + g.negative_binomial(2, 0.2, population)
    order = np.argsort(g.exponential(size=population) / degree)[:n]
    return size.population_size(degree[order], size.SizePrior(median=median))


LIST = "analysis.estimators.list_experiment."
RDS = "analysis.estimators.rds.diagnostics:"
ESTIMATORS = [
    Screen(
        "rank of an event study", "analysis.estimators.event_study:event_study", "whether a series jumps at its event",
        LEVEL,
        BY_DATES, "the jump is among the largest of all dates (a finding)", "dates without event jump as far",
        lambda: one_study(False).p_value > LEVEL, lambda: one_study(True).p_value > LEVEL, FEWEST,
    ),
    Screen(
        "interval of an event study", "analysis.estimators.event_study:placebo_interval",
        "whether there is an interval at the confidence asked for", LEVEL, "refused below 1/level − 1 placebo dates",
        "too few placebo dates", "the order statistic exists",
        lambda: passes(lambda: event_study.placebo_interval(1.0, np.arange(19.0), 0.95)),
        lambda: passes(lambda: event_study.placebo_interval(1.0, np.arange(18.0), 0.95)), Rank(19),
    ),
    Screen(
        "multiverse: median", "analysis.estimators.multiverse:multiverse",
        "whether specifications together show a jump", LEVEL,
        BY_DATES, "the median jump is among the largest of all dates (a finding)", "dates without event do as well",
        lambda: many(False).median_p_value > LEVEL, lambda: many(True).median_p_value > LEVEL, FEWEST,
    ),
    Screen(
        "multiverse: share significant", "analysis.estimators.multiverse:multiverse",
        "whether more specifications are significant than dates without event give", LEVEL, BY_DATES,
        "the share is among the largest of all dates (a finding)", "dates without event do as well",
        lambda: many(False).significant_p_value > LEVEL, lambda: many(True).significant_p_value > LEVEL, FEWEST,
    ),
    Screen(
        "predetermined covariates", "analysis.estimators.event_study:predetermined_jumps",
        "whether the same people are observed on both sides", LEVEL,
        f"Westfall–Young, however many covariates; {BY_DATES}",
        "one covariate jumps more than the largest of them at other dates", "none does",
        lambda: covariates(0.0), lambda: covariates(9.0), FEWEST,
    ),
    Screen(
        "replication at a second event", "analysis.estimators.event_study:replication", "whether a jump repeats", LEVEL,
        BY_DATES + "; refused below the level", "sign or rank differs", "same sign, both at the level",
        lambda: event_study.replication(one_study(True), one_study(True)).is_replicated,
        lambda: event_study.replication(one_study(True), one_study(False)).is_replicated, FEWEST,
    ),
    Screen(
        "mix of sources", "analysis.estimators.event_study:demand_same_sources",
        "whether a series breaks by its sources", None,
        f"distance of shares above {event_study.MOST_MIX_DISTANCE:g}", "sources stop or start at the event (refused)",
        "shares stay", lambda: sources(False), lambda: sources(True),
    ),
    Screen(
        "coordination: pairs", "analysis.estimators.coordination.null:coordination_null",
        "more pairs than chance makes", LEVEL,
        "19 permutations at least; refused below the level", "accounts share within seconds (a finding)",
        "permutations have as many pairs", lambda: null(False).p_value > LEVEL, lambda: null(True).p_value > LEVEL,
        Rank(19),
    ),
    Screen(
        "coordination: edges", "analysis.estimators.coordination.null:coordination_null",
        "pairs of accounts above the largest of the null", LEVEL,
        "family-wise, by the largest edge of each permutation",
        "two accounts share more than any two by chance (a finding)", "no pair stands out",
        lambda: null(False).edges_above == 0, lambda: null(True).edges_above == 0, Rank(19),
    ),
    *(screen_row(code, text, cells) for code, (*cells, text) in OF_SCREEN.items()),
    Screen(
        "list: no design effect", LIST + "design_effect:design_effect_test", "whether the item changes other answers",
        LEVEL,
        "any: a chi-bar-square tail, doubled", "implied shares are negative", "all may be non-negative",
        lambda: no_design_effect(SOUND), lambda: no_design_effect(((60, 120, 120, 60, 0), (140, 120, 60, 30, 10))),
    ),
    Screen(
        "list: balance", LIST + "balance:balance_test", "whether covariates tell the arms apart", LEVEL, CLOSED,
        "a covariate differs between the arms", "arms are alike", lambda: balanced(0.0), lambda: balanced(1.0),
    ),
    Screen(
        "double list: agreement", LIST + "double:double_list", "whether both lists give one share", LEVEL, CLOSED,
        "the shares differ", "they agree", lambda: lists_agree(0.3), lambda: lists_agree(0.9),
    ),
    Screen(
        "list: placebo list", LIST + "length_error:placebo_check", "whether a longer list alone moves the count",
        LEVEL, CLOSED,
        "an item that nobody holds moves the count", "it does not", lambda: placebo(0.0), lambda: placebo(0.5),
    ),
    Screen(
        "list: placebo item named", LIST + "length_error:named_placebo_check",
        "whether controls name what nobody holds", None,
        "one control", "a control named every item", "none did", lambda: placebo_named(0), lambda: placebo_named(5),
    ),
    Screen(
        "list and direct: among those who said yes", LIST + "direct:combine_with_direct",
        "whether the list differs by exactly 1 there", LEVEL, "not judged with fewer than two in an arm",
        "yes was said falsely", "the difference may be 1", lambda: with_direct("treatment_among_admitters"),
        lambda: with_direct("treatment_among_admitters", false_yes=0.4),
    ),
    Screen(
        "list and direct: direct answer", LIST + "direct:combine_with_direct",
        "whether the list changes the direct answer",
        LEVEL, "not judged where all gave one direct answer", "arms answer differently", "they do not",
        lambda: with_direct("treatment_on_direct"), lambda: with_direct("treatment_on_direct", moved=0.5),
    ),
    Screen(
        "list: model against difference", LIST + "agreement:model_gap", "whether the model's average is the list's",
        LEVEL,
        "1.96 standard errors or 10 points", "holders endorse the other items less often", "both agree",
        lambda: model_agrees(0.0), lambda: model_agrees(0.35),
    ),
    Screen(
        "list: likelihood against least squares", LIST + "agreement:hausman_test", "whether both have one truth",
        LEVEL, CLOSED,
        "the likelihood's distribution fails", "both agree", lambda: likelihood_agrees(0.0),
        lambda: likelihood_agrees(0.35),
    ),
    Screen(
        "list: misreports", LIST + "misreport:misreport_likelihood", "whether a share of misreports is needed", None,
        "estimated share 0, which a warning says; without misreports it is so about every second time",
        "answers are top-coded", "the share is estimated as 0",
        lambda: no_misreports(((100, 200, 100, 0, 0), (70, 170, 130, 30, 0))),
        lambda: no_misreports(((100, 200, 100, 80, 0), (70, 170, 130, 30, 80))),
    ),
    Screen(
        "randomised response: cheating", "analysis.estimators.randomised_response.cheating:detect_cheating",
        "whether everybody follows the device", LEVEL, CLOSED, "some say no whatever it demands", "both halves fit",
        lambda: everybody_follows(0.0), lambda: everybody_follows(0.5),
    ),
    Screen(
        "crosswise: attention", "analysis.estimators.randomised_response.anchored:anchored_prevalence",
        "whether the anchor shows attention", LEVEL, CLOSED, "answers are given at random (no estimate)",
        "the anchor's share is seen", lambda: attentive(0.9), lambda: attentive(0.0),
    ),
    Screen(
        "agreement gate", "analysis.estimators.agreement:standing", "whether labels may be used", None,
        f"lower limit {agreement.GOOD:g}, {agreement.FEWEST_MINORITY} items of a rarer label", "coders differ",
        "coders agree on enough items", lambda: labels(1.0, 100), lambda: labels(0.3, 100),
    ),
    Screen(
        "agreement gate: rare label", "analysis.estimators.agreement:minority_items",
        "whether agreement on it tells anything",
        None, f"{agreement.FEWEST_MINORITY} items", "one positive item", "half of the items",
        lambda: labels(1.0, 100), lambda: labels(1.0, 1),
    ),
    Screen(
        "invariance of a scale", "analysis.estimators.invariance:measurement_invariance", "what languages may compare",
        None,
        f"loss of CFI above {invariance.LARGEST_CFI_LOSS:g} or of RMSEA above {invariance.LARGEST_RMSEA_GAIN:g}",
        "an item is shifted in one group", "scalar invariance holds", lambda: invariant(0.0), lambda: invariant(1.0),
    ),
    Screen(
        "functioning of an item", "analysis.estimators.item_function:item_functions", "whether an item works alike",
        LEVEL,
        "Holm over items, and a change of R² of .035", "an item is shifted in one group", "it is not",
        lambda: works_alike(0.0), lambda: works_alike(2.0),
    ),
    Screen(
        "RDS: convergence", RDS + "convergence", "whether the estimate has settled", None,
        "moves by .02 in the last fifth",
        "groups came one after the other", "groups came mixed", lambda: settled([1, 0, 1, 0] * 10),
        lambda: settled(TORN),
    ),
    Screen(
        "RDS: bottleneck", RDS + "bottlenecks", "whether large chains differ", None, "differ by .1; two large chains",
        "each chain stays in its group", "chains agree", lambda: no_bottleneck(MIXED), lambda: no_bottleneck(TORN),
    ),
    Screen(
        "RDS: mixing", RDS + "mixing", "whether recruitment forgets its seeds", None, "more waves than to equilibrium",
        "groups recruit their own", "groups recruit each other", lambda: mixes([0, 0, 1, 1] * 10), lambda: mixes(TORN),
    ),
    Screen(
        "RDS: all diagnostics", RDS + "failed_checks", "whether an estimate may be read", None, "any of its sentences",
        "seeds recruited nobody further", "nothing speaks against it",
        lambda: recruitment([0, 1] * 10 + [1, 0] * 10, TWO_CHAINS),
        lambda: recruitment(MIXED, ["", "", *[1, 2] * 19]),
    ),
    Screen(
        "RDS: size learnt", "analysis.estimators.rds.size:population_size", "whether the order tells the size", None,
        f"{size.MOST_OVERLAP:.0%} of the posterior is the prior", "the sample is a small part (no estimate)",
        "degrees fall as the population is used up", lambda: of_size(500, 400, 2000).size.is_usable,
        lambda: of_size(100_000, 100, 300).size.is_usable,
    ),
    Screen(
        "RDS: size bounded above", "analysis.estimators.rds.size:population_size",
        "whether the upper limit is the sample's", LEVEL, "any: half of a chi-square quantile below the best size",
        "any larger size fits as well (said, no standard error)", "large sizes fit worse",
        lambda: of_size(500, 400, 2000).fall >= size.BOUNDED, lambda: of_size(5000, 400, 2000).fall >= size.BOUNDED,
    ),
]  # fmt: skip
