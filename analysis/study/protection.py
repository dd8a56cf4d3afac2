"""What no plan can ask for: sensitive groups crossed or compared, groups by another name, answers that name a person.

What belongs here: floors that are fixed in code. What must not: a threshold that a plan may choose (`plan.Disclosure`).
"""

import re
from collections.abc import Iterator

from analysis.study.faults import COLUMN_KEYS, Fault, Place, texts_under
from analysis.study.items import Item
from analysis.study.plan import Plan

MOST_SENSITIVE_ANSWERS = 20
"""Different answers to a sensitive item of the person-level file: more of them tell one person from another."""

WIDEST_NUMBER = 100_000
"""Numbers that an answer may be one of: a wider range holds telephones, documents and case files."""

IDENTIFYING = frozenset((
    "ipaddress", "ipaddr", "ip_address", "recipientfirstname", "recipientlastname", "recipientemail",
    "firstname", "lastname", "first_name", "last_name", "email", "email_address", "emailaddress",
    "e-mail-adresse", "e-mail", "phonenumber", "phone", "subscriberid", "simserial", "deviceid", "username",
    "submittername", "_submitted_by", "externalreference", "externaldatareference", "locationlatitude",
    "locationlongitude", "_geolocation", "token", "redcap_survey_identifier", "ip address", "first name",
    "last name", "email address", "adresse e-mail", "آدرس ایمیل", "نشانی ایمیل",
))  # fmt: skip
"""Names under which survey systems export who answered; casefolded."""

SENSITIVE_WORDS = re.compile(
    r"service|soldier|army|armed|military|police|intelligence|state[_ ]security|security[_ ]forces", re.IGNORECASE
)
"""Groups by what people or their families served in are sensitive, whatever a plan says."""

_ASSIGNMENTS = {"version", "arm", "endorser"}
"""Keys of what is drawn at random, so never something that people are."""


def protected(plan: Plan) -> Iterator[Fault]:
    """Everything that a plan asks for and no study may have."""
    yield from _items(plan)
    yield from _said_sensitive(plan)
    yield from _sensitive_used(plan)
    yield from _free_texts(plan)
    yield from _assignments(plan)
    yield from _conditions(plan)
    yield from _microdata(plan)


def _items(plan: Plan) -> Iterator[Fault]:
    for item_id, item in plan.items.items():
        for name in item.variables or (item_id,):
            if name.casefold() in IDENTIFYING:
                yield Fault(("items", item_id), name, "the variable points at a person; list it under identifying")
        if item.whole_number and _answers(item) > WIDEST_NUMBER:
            fix = f"more than {WIDEST_NUMBER} numbers can be somebody's; give a narrower range or options"
            yield Fault(("items", item_id, "whole_number"), None, fix)


def _said_sensitive(plan: Plan) -> Iterator[Fault]:
    for number, group in enumerate(plan.groups):
        held = (group.holder.code, group.holder.who, group.holder.others) if group.holder else ()
        codes = plan.columns[group.item][0].codes if group.item in plan.columns else ()
        said = next(
            filter(SENSITIVE_WORDS.search, (group.kind, group.words, *held, *group.names.values(), *codes)), None
        )
        if said and not group.is_sensitive:
            yield Fault(("groups", number, "kind"), group.kind, f"{said!r} is sensitive; add is_sensitive: true")


def _free_texts(plan: Plan) -> Iterator[Fault]:
    """Words of one's own are deleted at admission: nothing but the screen and the list of places can read them."""
    if plan.place in plan.columns and not plan.columns[plan.place][0].free_text:
        yield Fault(("place",), plan.place, "the place is an item with free_text: true")
    keys = [(("microdata", "keys", column), column) for column in (plan.microdata.keys if plan.microdata else ())]
    for place, column in (*texts_under(plan, (), COLUMN_KEYS), *keys):
        is_free = column in plan.columns and plan.columns[column][0].free_text and column != plan.place
        if is_free and place[0] != "quality":
            yield Fault(place, column, "free text is deleted at admission; name an item with options or numbers")


def _sensitive_used(plan: Plan) -> Iterator[Fault]:
    """The item of a sensitive group makes that group, and nothing that would cross it or name it otherwise."""
    own = {group.item: number for number, group in enumerate(plan.groups) if group.is_sensitive}
    for number in own.values():
        if plan.groups[number].is_domain:
            yield Fault(("groups", number, "is_domain"), True, "a sensitive kind of group is no domain")
    items = [plan.columns[column][0] for column in own if column in plan.columns]
    keys = [(("microdata", "keys", column), column) for column in (plan.microdata.keys if plan.microdata else ())]
    for place, column in (*texts_under(plan, (), COLUMN_KEYS), *keys):
        is_own = column in own and place == ("groups", own[column], "item")
        is_held = any(plan.columns[column][0] is item for item in items) if column in plan.columns else False
        if is_held and not is_own and not _is_an_answer(place):
            yield Fault(place, column, "a sensitive group is made of this item; nothing else may be")


def _is_an_answer(place: Place) -> bool:
    return place[:2] == ("microdata", "sensitive") or place[0] == "quality"


def _traits(plan: Plan) -> set[str]:
    """Columns that say what people are, and by which groups are made or an attacker may know them."""
    known = {group.item for group in plan.groups} | set(plan.microdata.keys if plan.microdata else ())
    return known | ({plan.place} if plan.place else set()) | set(plan.margins.crossed if plan.margins else ())


def _assignments(plan: Plan) -> Iterator[Fault]:
    for place, column in texts_under(plan, (), _ASSIGNMENTS):
        if column in _traits(plan):
            yield Fault(place, column, "what is drawn at random is none of the items that groups are made by")


def _conditions(plan: Plan) -> Iterator[Fault]:
    """A share among people of one trait is a group, whose floor it would pass by."""
    for number, question in enumerate(plan.questions):
        named = [(("given",), question.given)] if question.given else []
        parts: list[tuple[Place, str]] = [*named, *((("all_of", n), each) for n, each in enumerate(question.all_of))]
        for key, estimand in parts:
            part = plan.by_estimand.get(estimand)
            if part is not None and part.item in _traits(plan):
                fix = f"{part.item} makes groups; report the question under `groups`, which have a floor"
                yield Fault(("questions", number, *key), estimand, fix)


def _microdata(plan: Plan) -> Iterator[Fault]:
    """Keys are protected by the size of their classes; a sensitive answer must not be a key of its own."""
    for number, column in enumerate(plan.microdata.sensitive if plan.microdata else ()):
        item = plan.columns[column][0] if column in plan.columns else None
        if item is not None and (item.free_text or _answers(item) > MOST_SENSITIVE_ANSWERS):
            fix = f"give an item with at most {MOST_SENSITIVE_ANSWERS} different answers; more tell people apart"
            yield Fault(("microdata", "sensitive", number), column, fix)


def _answers(item: Item) -> int:
    """How many different answers there can be."""
    if item.whole_number:
        return item.whole_number[1] - item.whole_number[0] + 1
    return 2 ** len(item.codes) if item.multiple else len(item.codes)
