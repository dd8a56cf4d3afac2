"""Whether the parts of a plan fit each other: every item, code, estimand and group that one names, another declares.

What must not be here: the shape of a single part, which its declaration refuses by itself.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from analysis.study.comparisons import comparison_faults
from analysis.study.estimands import Question
from analysis.study.faults import COLUMN_KEYS, Fault, Place, nearest, texts_under
from analysis.study.items import by_column
from analysis.study.plan import Group, Plan
from analysis.study.post_references import post_faults
from analysis.study.protection import protected


def faults(plan: Plan) -> Iterator[Fault]:
    """Everything that does not fit, in the order of the plan."""
    yield from _columns_twice(plan)
    yield from _variables_twice(plan)
    yield from _estimands(plan)
    yield from _groups(plan)
    yield from _sensitive(plan)
    yield from protected(plan)
    yield from _named(plan)
    yield from _codes(plan)
    yield from comparison_faults(plan)
    yield from post_faults(plan.posts)
    yield from _shared(plan)
    yield from _wordings(plan)


def _columns_twice(plan: Plan) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for item_id, item in plan.items.items():
        for column in by_column({item_id: item}):
            if seen.setdefault(column, item_id) != item_id:
                fix = f"item {seen[column]} has the same column {column!r}; rename one of them"
                yield Fault(("items", item_id), item_id, fix)


def _variables_twice(plan: Plan) -> Iterator[Fault]:
    """A name of an export has one meaning."""
    named: list[tuple[Place, str]] = [
        (("items", item_id), name) for item_id, item in plan.items.items() for name in item.variables or (item_id,)
    ]
    named += [((kind,), name) for kind in ("identifying", "technical") for name in getattr(plan, kind)]
    counts = Counter(name for _, name in {(place, name.casefold()) for place, name in named})
    for place, name in named:
        if counts[name.casefold()] > 1:
            yield Fault(place, name, "the variable has two places; a name has one meaning")


def _estimands(plan: Plan) -> Iterator[Fault]:
    counts = Counter(question.estimand for question in plan.questions)
    for number, question in enumerate(plan.questions):
        if counts[question.estimand] > 1:
            yield Fault(("questions", number, "estimand"), question.estimand, "a direct question stands twice")
        for place, estimand in _used(question):
            if estimand == question.estimand or _is_combined(plan, estimand):
                yield Fault(("questions", number, *place), estimand, "name questions of one item, none of several")
    if plan.main_question and _is_combined(plan, plan.main_question):
        yield Fault(("main_question",), plan.main_question, "name a question of one item, none of several")
    yield from _planned(plan)
    for place, estimand in _estimands_named(plan):
        if estimand not in counts:
            yield Fault(place, estimand, f"no such direct question; {nearest(estimand, counts)}")


def _planned(plan: Plan) -> Iterator[Fault]:
    known = [estimand for estimand, _ in plan.estimands()]
    known += [each.estimand for each in plan.posts.evidence] if plan.posts else []
    for estimand in plan.planned_n:
        if estimand not in known:
            yield Fault(("planned_n", estimand), estimand, f"nothing estimates it; {nearest(estimand, known)}")


def _is_combined(plan: Plan, estimand: str) -> bool:
    return estimand in plan.by_estimand and plan.by_estimand[estimand].item is None


def _used(question: Question) -> Iterator[tuple[Place, str]]:
    yield from (((key,), each) for key in ("of", "given") if (each := getattr(question, key)))
    yield from ((("all_of", number), each) for number, each in enumerate(question.all_of))


def _estimands_named(plan: Plan) -> Iterator[tuple[Place, str]]:
    if plan.main_question:
        yield ("main_question",), plan.main_question
    if plan.sensitivity:
        yield ("sensitivity",), plan.sensitivity
    for number, question in enumerate(plan.questions):
        yield from (((("questions", number, *place)), each) for place, each in _used(question))
    for part in ("split_ballots", "contrasts"):
        yield from (((part, number, "question"), each.question) for number, each in enumerate(getattr(plan, part)))
    levels = plan.recruitment.homophily if plan.recruitment else ()
    for number, level in enumerate(levels):
        if level.question:
            yield ("recruitment", "homophily", number, "question"), level.question


def _groups(plan: Plan) -> Iterator[Fault]:
    kinds = [group.kind for group in plan.groups] + [ballot.kind for ballot in plan.split_ballots]
    for number, group in enumerate(plan.groups):
        if group.kind == "all" or kinds.count(group.kind) > 1:
            yield Fault(
                ("groups", number, "kind"), group.kind, "every kind of group has a name of its own, none is 'all'"
            )
    domains = [number for number, group in enumerate(plan.groups) if group.is_domain]
    for number in domains[1:]:
        yield Fault(("groups", number, "is_domain"), True, "one kind of group at most is the domain")
    reported = [group.kind for group in plan.groups]
    for place, kind in _kinds_named(plan):
        if kind not in reported:
            yield Fault(place, kind, f"no such kind of group; {nearest(kind, reported)}")
    holders = [group.holder for group in plan.groups if group.holder]
    names = ["all", *(name for holder in holders for name in (holder.who, holder.others))]
    for number, question in enumerate(plan.questions):
        if question.robust and question.robust not in names:
            fix = f"no such group; {nearest(question.robust, names)}"
            yield Fault(("questions", number, "robust"), question.robust, fix)


def _sensitive(plan: Plan) -> Iterator[Fault]:
    """Every group of a sensitive kind has a released name, so that the gate knows it again."""
    for number, group in enumerate(plan.groups):
        codes = plan.columns[group.item][0].codes if group.item in plan.columns else ()
        held = (
            (group.holder.who, group.holder.others) if group.holder else (group.names.get(each, each) for each in codes)
        )
        twice = next(
            (name for name, count in Counter(["all", *held, *_unlisted(group, codes)]).items() if count > 1), None
        )
        if twice:
            yield Fault(("groups", number, "names"), twice, "every group has a name of its own, none is 'all'")
        unnamed = set(codes) - set(group.names)
        if group.is_sensitive and not group.holder and unnamed:
            fix = f"a sensitive group has a holder or a name for every answer; {sorted(unnamed)[0]!r} has none"
            yield Fault(("groups", number, "names"), group.kind, fix)


def _unlisted(group: Group, codes: Collection[str]) -> list[str]:
    """Names of answers that no option lists: places."""
    return [name for code, name in group.names.items() if code not in codes]


def _kinds_named(plan: Plan) -> Iterator[tuple[Place, str]]:
    """Kinds for which something is reported; those of a split ballot have rows of their own only."""
    for number, question in enumerate(plan.questions):
        yield from ((("questions", number, "groups", n), kind) for n, kind in enumerate(question.groups or ()))
    for number, device in enumerate(plan.devices):
        yield from ((("devices", number, "groups", n), kind) for n, kind in enumerate(device.groups))


COLUMNS_BESIDE_ITEMS = ("survey_mode_code", "sample_source_code")
"""Of the table of responses: what contrasts and scales may compare too."""


def _named(plan: Plan) -> Iterator[Fault]:
    """Every column that a part names."""
    known = set(plan.columns)
    keys = [(("microdata", "keys", item), item) for item in (plan.microdata.keys if plan.microdata else ())]
    for place, column in (*texts_under(plan, (), COLUMN_KEYS), *keys):
        allowed = known | set(COLUMNS_BESIDE_ITEMS) if place[-1] == "by" else known
        if column not in allowed:
            yield Fault(place, column, f"no item has this column; {nearest(column, allowed)}")


def _codes(plan: Plan) -> Iterator[Fault]:
    """Every code of an answer that a part names."""
    for place, column, code in _answers(plan):
        if column not in plan.columns:
            continue
        item, _ = plan.columns[column]
        if not item.may_be(code):
            known = item.codes or tuple(map(str, item.whole_number or ()))
            yield Fault(place, code, f"{column} has no such answer; {nearest(code, known)}")


def _answers(plan: Plan) -> Iterator[tuple[Place, str, str]]:
    for number, question in enumerate(plan.questions):
        yield from ((("questions", number, "yes", n), question.item or "", code) for n, code in enumerate(question.yes))
    for number, group in enumerate(plan.groups):
        place: Place = ("groups", number)
        yield from (((*place, "names", code), group.item, code) for code in group.names)
        if group.holder:
            yield (*place, "holder", "code"), group.item, group.holder.code
    yield from _pairs(plan, "split_ballots", "version", ("first", "second"))
    yield from _pairs(plan, "devices", "item", ("yes", "no"))
    for part in ("contrasts", "scales"):
        yield from _pairs(plan, part, "by", ("first", "second"))
    yield from _experiments(plan)
    for item, coarser in (plan.microdata.keys if plan.microdata else {}).items():
        yield from ((("microdata", "keys", item, code), item, code) for code in coarser)
    for key, code in (("attention", "answer"), ("foil", "absent")):
        rule = getattr(plan.quality, key, None)
        if rule:
            yield ("quality", key, code), rule.item, getattr(rule, code)


def _wordings(plan: Plan) -> Iterator[Fault]:
    """Words belong to answers, parts and versions that there are, and a list shows as many items as it says."""
    lists = {each.item: each for experiment in plan.list_experiments for each in experiment.all_lists}
    for item_id, item in plan.items.items():
        for language, words in item.wording.items():
            place: Place = ("items", item_id, "wording", language)
            known = {"options": item.codes, "parts": item.parts, "versions": plan.versions(item_id)}
            for key, codes in known.items():
                strange = [code for code in getattr(words, key) if code not in codes]
                yield from (Fault((*place, key, code), code, nearest(code, codes) if codes else "there are none; "
                                  "leave it out") for code in strange)  # fmt: skip
            declared = lists.get(item_id.lower())
            if words.shown and (declared is None or len(words.shown) != declared.control_items):
                count = declared.control_items if declared else 0
                yield Fault((*place, "shown"), None, f"the list shows everybody {count} items; give as many")


def _pairs(plan: Plan, part: str, column: str, codes: tuple[str, str]) -> Iterator[tuple[Place, str, str]]:
    for number, each in enumerate(getattr(plan, part)):
        yield from (((part, number, code), getattr(each, column), getattr(each, code)) for code in codes)


def _experiments(plan: Plan) -> Iterator[tuple[Place, str, str]]:
    for number, experiment in enumerate(plan.list_experiments):
        for each in experiment.all_lists:
            yield from ((("list_experiments", number), each.arm, code) for code in (each.control, each.treatment))
    for number, endorsement in enumerate(plan.endorsements):
        for policy in endorsement.policies:
            codes = (endorsement.control, *endorsement.endorsers)
            yield from ((("endorsements", number), policy.endorser, code) for code in codes)
    for number, battery in enumerate(plan.batteries):
        for column in (*battery.messages, battery.foil):
            yield from ((("batteries", number), column, code) for code in (*battery.often, battery.never))


def _shared(plan: Plan) -> Iterator[Fault]:
    """An estimand is of the survey or of the posts: one id, one quantity."""
    asked = dict(plan.estimands())
    for estimand, _ in plan.posts.estimands() if plan.posts else ():
        if estimand in asked:
            yield Fault(("posts",), estimand, "a question has this estimand; give the posts one of their own")
