"""The plan of a study: what is asked, what is estimated from it, for whom, and what is shown.

What belongs here: the shapes of a plan. What must not: a value of any study, arithmetic, a file.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from analysis.errors import StudyError
from analysis.study.entry import Code, Column, Day, Entry, EstimandId, ItemId, Kind, Text
from analysis.study.estimands import (
    Asked,
    Battery,
    Contrast,
    Device,
    Difference,
    Endorsement,
    Gradient,
    ListExperiment,
    Period,
    Question,
    Scale,
    SplitBallot,
)
from analysis.study.items import Item, Missing, by_column
from analysis.study.posts import Posts

LEAST_FLOOR = 100
"""Smallest group that any study may report by itself: below, steps of published shares no longer hide counts."""

LEAST_PER_SIDE_FLOOR = 10
"""Fewest respondents on one side of an answer, and behind any estimate."""

SHARE = Field(gt=0, lt=1)


class Holder(Entry):
    """Two groups from an item that may be answered by several codes: who named one of them, and who did not."""

    code: str
    who: Text
    others: Text


class Group(Entry):
    """Groups that are reported beside everybody."""

    kind: Kind
    """Code of the kind in tables: region, cohort, …"""
    item: Column
    words: Text
    """What the groups are made by, for readers."""
    names: dict[str, Text] = Field(default_factory=dict)
    """Answer to the name under which it is released; the code itself where there is none."""
    holder: Holder | None = None
    """Groups by one code of an item of several answers."""
    is_domain: bool = False
    """Models, lists and recruitment are estimated for these groups too; one kind at most."""
    is_sensitive: bool = False
    """Never crossed with another group, and counted by who answered, not by who is in it."""
    least: int = Field(default=LEAST_FLOOR, ge=LEAST_FLOOR)
    """Fewest respondents of a group of this kind that is reported."""


class Level(Entry):
    """An item whose groups may recruit among themselves."""

    item: Column
    question: EstimandId | None = None
    """Its yes and no are the groups."""
    yes: str = "yes"
    no: str = "no"


class Recruitment(Entry):
    """Respondents who recruit each other."""

    degree: Column
    """Number of acquaintances."""
    other_degree: Column | None = None
    """The same by another wording."""
    homophily: tuple[Level, ...] = ()


class Margins(Entry):
    """Population totals: which items they cross, and how a model uses them."""

    crossed: tuple[Column, ...] = Field(min_length=1)
    """Items in the order in which a level of the margins file names them."""
    words: Text
    joined: Column | None = None
    """The item of which offices may join answers with a plus."""
    fixed: Column | None = None
    """Of two answers; a covariate of the model. The domain and `joined` are its groupings."""


class Attention(Entry):
    """An item that tells what to answer."""

    item: Column
    answer: str


class Foil(Entry):
    """An item about something that was invented."""

    item: Column
    absent: str
    """The answer of who does not claim it."""
    is_excluding: bool = True
    """Whether a claim counts towards leaving somebody out; never where a battery is estimated net of the item."""


class Quality(Entry):
    """The fraud and quality screen, fixed before there are data; a rule that is absent flags nobody."""

    agreement: tuple[Column, ...] = ()
    """A block in which one answer throughout contradicts itself."""
    attention: Attention | None = None
    foil: Foil | None = None
    free_text: Column | None = None
    """A sentence of one's own that no two people should share."""
    speeder_share: float = SHARE
    """Of the sample's median length, under which an interview is too short."""
    excluding_flags: int = Field(ge=1)
    """Rules broken from which on a respondent is left out; duplicates always are."""


class Disclosure(Entry):
    """Thresholds of what is shown; a study may ask for more than the floors, never for less."""

    least_in_group: int = Field(default=LEAST_FLOOR, ge=LEAST_FLOOR)
    """Respondents of a group that is reported, compared or adjusted for by itself."""
    least_per_side: int = Field(default=LEAST_PER_SIDE_FLOOR, ge=LEAST_PER_SIDE_FLOOR)
    """Respondents on either side of an answer."""
    least_answers: int = Field(default=LEAST_PER_SIDE_FLOOR, ge=LEAST_PER_SIDE_FLOOR)
    """Respondents behind any estimate."""


class Microdata(Entry):
    """The person-level file for researchers under an agreement; its thresholds stand in the disclosure policy."""

    keys: dict[Column, dict[str, Text]] = Field(min_length=1, max_length=4)
    """What an attacker may know of a person: item to answer to coarser category."""
    sensitive: tuple[Column, ...] = Field(min_length=1)
    """Answers that nobody may learn about a person."""


class Robust(Entry):
    """The robust interval: what is let go at once."""

    bogus_shares: tuple[float, ...] = Field(default=(0.0, 0.04, 0.07), min_length=1)
    design_effect: float = Field(default=2.0, ge=1)


SURVEY = ("missing", "items", "main_question", "quality", "questions")
"""What every survey has."""


class Plan(Entry):
    """A study: its questionnaire, its posts or both, and what is made of them."""

    study: Text
    """Short name."""
    title: Text
    provenance: Text
    """Where the questionnaire comes from, and what its wording is."""
    population: Text
    """Whom the estimates describe."""
    period: Text
    """When they were asked."""
    posts: Posts | None = None
    """Posts of accounts; a study without them has none of their tables and pages."""
    missing: Missing = Missing()
    """Spellings that mean missing in every item."""
    declared_missing: Missing = Missing()
    """Codes that mean missing where the file itself declares them so; elsewhere they can be answers."""
    identifying: tuple[str, ...] = ()
    """Variables that survey systems add and that point at a person: known, counted, never an item."""
    technical: tuple[str, ...] = ()
    """Variables that survey systems add about the response."""
    items: dict[ItemId, Item] = Field(default_factory=dict)
    """Item id to item, in the order of the questionnaire."""
    place: Column | None = None
    """The free-text item that is kept where it names a place of the manifest's list."""
    planned_n: dict[EstimandId, int] = Field(default_factory=dict)
    """Respondents, or posts, that a claim's requirements ask for: with fewer, the estimate moves no verdict."""
    asked_from: Day | None = None
    """First day of the interviews: verdicts are post hoc where the register was frozen later."""
    periods: dict[Code, Period] = Field(default_factory=dict)
    """Waves, or days before and after an event; whoever answers in two of them has two rows."""
    main_question: EstimandId | None = None
    """The share by which weights are judged, and with which the book begins."""
    sensitivity: EstimandId | None = None
    """The share whose assumptions are varied one by one."""
    covariates: tuple[Column, ...] = ()
    """Items whose answers adjust comparisons and should not tell randomised arms apart."""
    recruitment: Recruitment | None = None
    margins: Margins | None = None
    quality: Quality | None = None
    robust: Robust = Robust()
    disclosure: Disclosure = Disclosure()
    microdata: Microdata | None = None
    groups: tuple[Group, ...] = ()
    questions: tuple[Question, ...] = ()
    split_ballots: tuple[SplitBallot, ...] = ()
    batteries: tuple[Battery, ...] = ()
    list_experiments: tuple[ListExperiment, ...] = ()
    endorsements: tuple[Endorsement, ...] = ()
    devices: tuple[Device, ...] = ()
    differences: tuple[Difference, ...] = ()
    gradients: tuple[Gradient, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    scales: tuple[Scale, ...] = ()

    @model_validator(mode="after")
    def _survey_or_posts(self) -> Self:
        lacking = [key for key in SURVEY if key not in self.model_fields_set or not getattr(self, key)]
        if lacking == [*SURVEY] and self.posts:
            return self
        if lacking:
            raise ValueError(f"key {lacking[0]!r} is missing or empty: a survey has {', '.join(SURVEY)}; add it")
        return self

    @property
    def has_survey(self) -> bool:
        """Whether anybody is asked."""
        return bool(self.items)

    @property
    def screen(self) -> Quality:
        """The quality screen of a survey; StudyError where nobody is asked."""
        if self.quality is None:
            raise StudyError(f"study {self.study}: nobody is asked, so that there is nobody to screen")
        return self.quality

    @property
    def main(self) -> Question:
        """The main question of a survey; StudyError where nobody is asked."""
        if self.main_question is None:
            raise StudyError(f"study {self.study}: nobody is asked, so that there is no main question")
        return self.by_estimand[self.main_question]

    @cached_property
    def columns(self) -> dict[str, tuple[Item, str]]:
        """Column of the table of responses to its item and part."""
        return by_column(self.items)

    @cached_property
    def by_estimand(self) -> dict[str, Question]:
        """Direct questions by their estimand."""
        return {question.estimand: question for question in self.questions}

    @property
    def domain(self) -> Group | None:
        """The kind of group for which models are estimated too."""
        return next((group for group in self.groups if group.is_domain), None)

    def least(self, group: Group) -> int:
        """Fewest respondents of a group of this kind that is reported."""
        return max(group.least, self.disclosure.least_in_group)

    def least_answers(self, kind: str) -> int:
        """Fewest answers in a group: of a sensitive kind, as many as its groups must have members."""
        least = (self.least(group) for group in self.groups if group.kind == kind and group.is_sensitive)
        return max((self.disclosure.least_answers, *least))

    def experiments_of(self, asked: Asked) -> tuple[ListExperiment | Device, ...]:
        """The lists or devices that a way of asking may mean; one where the plan fits together."""
        known: tuple[ListExperiment | Device, ...] = self.list_experiments if asked.how == "list" else self.devices
        return tuple(each for each in known if each.estimand == asked.of and asked.by in (None, each.first_item))

    def versions(self, item_id: str) -> tuple[str, ...]:
        """Codes under which an item is shown in different ways: versions of its wording, or endorsers."""
        column = item_id.lower()
        for ballot in self.split_ballots:
            if self.by_estimand[ballot.question].item == column:
                return (ballot.first, ballot.second)
        for experiment in self.endorsements:
            if column in {policy.item for policy in experiment.policies}:
                return (experiment.control, *experiment.endorsers)
        return ()

    def label(self, column: str) -> str:
        """A word or two for a column; the column itself where the plan has none."""
        item, part = self.columns[column]
        words = f"{item.label} {part.replace('_', ' ')}".strip()
        return words if item.label else column

    def item_text(self, question: Question) -> str:
        """How tables name the items of a question."""
        if question.of and question.given:
            parts = (self.item_text(self.by_estimand[each]) for each in (question.of, question.given))
            return " given ".join(parts)
        named = (self.item_text(self.by_estimand[each]) for each in question.all_of)
        return question.item or " and ".join(named)

    def estimands(self) -> Iterator[tuple[str, str]]:
        """Every estimand with its words, in the order of the plan, each once."""
        found = {question.estimand: question.words for question in self.questions}
        for ballot in self.split_ballots:
            found.setdefault(ballot.estimand, ballot.words)
        for battery in self.batteries:
            found |= {battery.estimand: battery.words, battery.seen: battery.seen_words}
        for listed in self.list_experiments:
            found.setdefault(listed.estimand, " and ".join(each.label for each in listed.lists))
        for device in self.devices:
            found.setdefault(device.estimand, self.label(device.item))
        for endorsement in self.endorsements:
            found.setdefault(endorsement.estimand, endorsement.words)
        compared: tuple[Difference | Gradient | Contrast, ...] = (*self.differences, *self.gradients, *self.contrasts)
        for part in compared:
            found.setdefault(part.estimand, part.words)
        yield from found.items()
