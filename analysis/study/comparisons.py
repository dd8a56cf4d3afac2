"""Whether periods, differences and gradients of a plan fit what they compare, and which estimate is evidence.

What must not be here: rules on questions, groups and codes (`references`), rules that protect people (`protection`).
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from analysis.study.estimands import Asked
from analysis.study.faults import Fault, Place, nearest
from analysis.study.plan import Plan

EVIDENCE_PARTS = ("list_experiments", "devices", "split_ballots", "batteries", "differences", "gradients")


def comparison_faults(plan: Plan) -> Iterator[Fault]:
    """Everything that does not fit, part by part."""
    yield from _periods(plan)
    for number, difference in enumerate(plan.differences):
        place: Place = ("differences", number)
        yield from _asked(plan, difference.share, (*place, "share"))
        yield from _asked(plan, difference.minus, (*place, "minus"))
        if difference.share == difference.minus:
            yield Fault((*place, "minus"), difference.minus.of, "both sides are the same share; change one of them")
    yield from _gradients(plan)
    yield from _foil(plan)
    yield from _evidence(plan)


def _periods(plan: Plan) -> Iterator[Fault]:
    """No day lies in two periods."""
    for (_, first), (code, second) in pairwise(sorted(plan.periods.items(), key=lambda pair: pair[1].first)):
        if second.first <= first.last:
            fix = f"the period before it ends on {first.last}; a day lies in one period"
            yield Fault(("periods", code, "first"), str(second.first), fix)


def _asked(plan: Plan, asked: Asked, place: Place) -> Iterator[Fault]:
    if asked.how == "direct" and asked.of not in plan.by_estimand:
        yield Fault((*place, "of"), asked.of, f"no such direct question; {nearest(asked.of, plan.by_estimand)}")
    if asked.how != "direct":
        yield from _experiment(plan, asked, place)
    for number, code in enumerate(asked.periods):
        if code not in plan.periods:
            yield Fault((*place, "periods", number), code, f"no such period; {nearest(code, plan.periods)}")


def _experiment(plan: Plan, asked: Asked, place: Place) -> Iterator[Fault]:
    """The list or device that is meant is there, and no other could be meant."""
    kind = {"list": "list experiment", "device": "device"}[asked.how]
    found = plan.experiments_of(asked)
    items = [each.first_item for each in plan.experiments_of(asked.model_copy(update={"by": None}))]
    if not items:
        known = [each.estimand for each in (plan.list_experiments if asked.how == "list" else plan.devices)]
        yield Fault((*place, "of"), asked.of, f"no {kind} has this estimand; {nearest(asked.of, known)}")
    elif not found:
        yield Fault(
            (*place, "by"), asked.by, f"no {kind} of this estimand begins with it; {nearest(str(asked.by), items)}"
        )
    elif len(found) > 1:
        fix = f"{len(found)} could be meant; say by which item, one of {', '.join(items)}"
        yield Fault((*place, "of"), asked.of, fix)


def _gradients(plan: Plan) -> Iterator[Fault]:
    for number, gradient in enumerate(plan.gradients):
        place: Place = ("gradients", number)
        named = [((*place, "of"), gradient.of)]
        named += [((*place, "given", n), each) for n, each in enumerate(gradient.given)]
        for where, estimand in named:
            if estimand not in plan.by_estimand:
                yield Fault(where, estimand, f"no such direct question; {nearest(estimand, plan.by_estimand)}")
        item = plan.columns[gradient.on][0] if gradient.on in plan.columns else None
        if item is not None and not (item.whole_number or all(code.isdecimal() for code in item.codes)):
            yield Fault((*place, "on"), gradient.on, "its answers are no numbers; name an item with whole_number")


def _foil(plan: Plan) -> Iterator[Fault]:
    """Whoever is left out for claiming the invented message is missing from the share that claims it."""
    rule = plan.quality.foil if plan.quality else None
    if rule and rule.is_excluding and rule.item in {battery.foil for battery in plan.batteries}:
        fix = "a battery is estimated net of this item, so that nobody may be left out for it; add is_excluding: false"
        yield Fault(("quality", "foil", "item"), rule.item, fix)


def _evidence(plan: Plan) -> Iterator[Fault]:
    """An estimand has one estimate at most that can move a verdict: otherwise one could choose after seeing them."""
    marked: list[tuple[Place, str]] = [
        (("questions", number, "robust"), question.estimand)
        for number, question in enumerate(plan.questions)
        if question.robust
    ]
    for part in EVIDENCE_PARTS:
        marked += [
            ((part, number, "is_evidence"), each.estimand)
            for number, each in enumerate(getattr(plan, part))
            if each.is_evidence
        ]
    counts = Counter(estimand for _, estimand in marked)
    for place, estimand in marked:
        if counts[estimand] > 1:
            yield Fault(place, estimand, "two estimates of one estimand would be evidence; keep one of them")
