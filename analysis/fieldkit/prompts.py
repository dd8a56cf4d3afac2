"""A questionnaire prompt by prompt: what is drawn, what is shown to whom, what may be answered, in every language.

What must not be here: a system's file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from analysis.rehearsal.exports import Source, form_of
from analysis.study import Plan
from analysis.study.items import Item, Wording
from analysis.vendors.form import Question

NOT_WORDED = "[not worded] "
"""Stands before what the plan has no wording of in a language: the plan's own paraphrase, which nobody may field."""

PARAPHRASES = {"refused": "prefer not to say", "dont_know": "don't know"}

Words = Mapping[str, str]
"""Language → text."""

Picked = Callable[[Wording], str | None]


@dataclass(frozen=True)
class Drawn:
    """Something that chance decides before it is asked: variable, codes; or the other one of another draw."""

    name: str
    codes: tuple[str, ...]
    opposite_of: str = ""


@dataclass(frozen=True)
class Shown:
    """A text that is shown where a variable was drawn with a code, or to everybody."""

    name: str
    text: Words
    variable: str = ""
    code: str = ""


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes
    ----------
    question : name, kind, codes and numbers as exports have them
    text : what is asked
    choices : code to its words
    bounds : lowest and highest number
    longer : variable and code under which one more may be counted
    section : heading that begins here
    """

    question: Question
    text: Words
    choices: Mapping[str, Words] = field(default_factory=dict)
    bounds: tuple[int, int] | None = None
    longer: tuple[str, str] | None = None
    section: str = ""


Prompt = Drawn | Shown | Asked


@dataclass(frozen=True)
class Kit:
    """Everything that a file of a system is made from; `missing` is spelling → words of answers that are none."""

    plan: Plan
    languages: tuple[str, ...]
    prompts: tuple[Prompt, ...]
    missing: Mapping[str, str]


def languages_of(plan: Plan) -> tuple[str, ...]:
    """Languages in which an item is worded, in the order of the plan; English where none is."""
    return tuple(dict.fromkeys(name for item in plan.items.values() for name in item.wording)) or ("en",)


def kit_of(plan: Plan, vendor: str, names: str = "") -> Kit:
    """The questionnaire under the names and codes of one survey system.

    Parameters
    ----------
    plan : Plan
    vendor : str
        Code of a format of `vendors`.
    names : str
        Pattern of names that the system's designer takes, where it is stricter than its exports.

    Raises
    ------
    StudyError
        The system cannot hold the name of an item.
    """
    form = form_of(Source("", "", "", "", vendor, {}), plan, names)
    by_column: dict[str, list[Question]] = {}
    for question in form.questions:
        by_column.setdefault(question.source.partition("/")[0], []).append(question)
    named = {column: found[0].flat_name for column, found in by_column.items()}
    prompts = _Writer(plan, languages_of(plan), by_column, named).prompts()
    spelled = {".refused": "refused", ".dont_know": "dont_know"}
    missing = {form.missing[answer]: _said(plan, kind) for answer, kind in spelled.items() if form.missing.get(answer)}
    return Kit(plan, languages_of(plan), tuple(prompts), missing)


def _said(plan: Plan, kind: str) -> str:
    """The spelling of a missing answer that reads most like words; a paraphrase, marked, where none is words."""
    known = [text for text in getattr(plan.missing, kind) if not text.startswith(".")]
    best = max(known, key=lambda text: (" " in text, text.isalpha()))
    return str(best) if any(letter.isalpha() for letter in best) else f"{NOT_WORDED}{PARAPHRASES[kind]}"


def unworded(plan: Plan) -> dict[str, list[str]]:
    """By language: items that are asked and have no wording in it."""
    drawn = _drawn(plan)
    asked = {name: item for name, item in plan.items.items() if name.lower() not in drawn}
    found = {language: [name for name, item in asked.items() if language not in item.wording]
             for language in languages_of(plan)}  # fmt: skip
    return {language: names for language, names in found.items() if names}


def _drawn(plan: Plan) -> dict[str, Drawn]:
    """Columns that chance decides."""
    found: dict[str, Drawn] = {}
    for experiment in plan.list_experiments:
        first = experiment.lists[0]
        for number, each in enumerate(experiment.all_lists):
            is_second = number == 1 and len(experiment.lists) == 2
            found[each.arm] = Drawn(each.arm, (each.control, each.treatment), first.arm if is_second else "")
    for endorsement in plan.endorsements:
        codes = (endorsement.control, *endorsement.endorsers)
        found |= {policy.endorser: Drawn(policy.endorser, codes) for policy in endorsement.policies}
    return found | {each.version: Drawn(each.version, (each.first, each.second)) for each in plan.split_ballots}


@dataclass
class _Writer:
    plan: Plan
    languages: tuple[str, ...]
    questions: Mapping[str, list[Question]]
    named: Mapping[str, str]

    def prompts(self) -> list[Prompt]:
        """Draws first: what is shown may depend on any of them."""
        drawn = _drawn(self.plan)
        found: list[Prompt] = [
            Drawn(self.named[each.name], each.codes, self.named.get(each.opposite_of, "")) for each in drawn.values()
        ]
        for item_id, item in self.plan.items.items():
            if item_id.lower() not in drawn:
                found += self._item(item_id, item)
        return found

    def _item(self, item_id: str, item: Item) -> Iterator[Prompt]:
        column = item_id.lower()
        longer = None
        lists = [each for experiment in self.plan.list_experiments for each in experiment.all_lists]
        for each in lists:
            if each.item == column:
                arm = self.named[each.arm]
                longer = (arm, each.treatment)
                yield Shown(f"{self.named[column]}_short", self._list(item, added=False), arm, each.control)
                yield Shown(f"{self.named[column]}_long", self._list(item, added=True), *longer)
        variable = self._versions_by(column)
        for code in self.plan.versions(item_id):
            name = f"{self.named[column]}_{code}"
            yield Shown(name, self._words(item, partial(_version, code), code), variable, code)
        yield from self._questions(column, item, longer)

    def _versions_by(self, column: str) -> str:
        for ballot in self.plan.split_ballots:
            if self.plan.by_estimand[ballot.question].item == column:
                return self.named[ballot.version]
        policies = [policy for experiment in self.plan.endorsements for policy in experiment.policies]
        return next((self.named[policy.endorser] for policy in policies if policy.item == column), "")

    def _questions(self, column: str, item: Item, longer: tuple[str, str] | None) -> Iterator[Asked]:
        parts = [""] if item.multiple or not item.parts else list(item.parts)
        section = item.section
        for part in parts:
            name = f"{column}_{part}".lower() if part else column
            choices = {code: self._words(item, partial(_option, code), code)
                       for code in item.codes}  # fmt: skip
            bounds = item.whole_number
            if longer and bounds:
                bounds = (0, self._control_items(column))
            yield Asked(self.questions[name][0], self._asks(item, part), choices, bounds, longer, section)
            section = ""

    def _control_items(self, column: str) -> int:
        lists = [each for experiment in self.plan.list_experiments for each in experiment.all_lists]
        return next(each.control_items for each in lists if each.item == column)

    def _asks(self, item: Item, part: str) -> Words:
        asks = self._words(item, lambda words: words.asks, item.asks)
        if not part:
            return asks
        said = self._words(item, lambda words: words.parts.get(part), part)
        return {language: f"{asks[language]} {said[language]}" for language in self.languages}

    def _list(self, item: Item, *, added: bool) -> Words:
        found = {}
        for language in self.languages:
            words = item.wording.get(language)
            lines = [*words.shown, *([words.added] if added else [])] if words and words.shown and words.added else []
            found[language] = "\n".join(f"• {line}" for line in lines) or f"{NOT_WORDED}the items of the list"
        return found

    def _words(self, item: Item, pick: Picked, instead: str) -> Words:
        found = {}
        for language in self.languages:
            words = item.wording.get(language)
            found[language] = (pick(words) if words else None) or f"{NOT_WORDED}{instead}"
        return found


def _option(code: str, words: Wording) -> str | None:
    return words.options.get(code)


def _version(code: str, words: Wording) -> str | None:
    return words.versions.get(code)
