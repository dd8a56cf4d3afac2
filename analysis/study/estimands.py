"""What a plan estimates from answers: shares, wordings, batteries, lists, endorsements, devices, comparisons, scales.

What belongs here: the shapes of single estimands. What must not: the plan that holds them (`plan`), arithmetic.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from analysis.study.entry import Column, Day, Entry, EstimandId, Kind, Text

NetworkEstimate = Literal["rds-ii", "domains", "degree", "successive"]


class Question(Entry):
    """A share of direct answers: of one item, of one question given another, or of several together."""

    estimand: EstimandId
    words: Text
    """What the share is a share of: view …, were …"""
    item: Column | None = None
    yes: tuple[str, ...] = ()
    """Codes of the item that count as yes; other codes are no."""
    of: EstimandId | None = None
    given: EstimandId | None = None
    """`of` among those who said yes to `given`."""
    all_of: tuple[EstimandId, ...] = ()
    """Questions that are all answered yes; one no settles that they are not."""
    groups: tuple[Kind, ...] | None = None
    """Kinds of groups for which it is reported; for all kinds and everybody where the key is absent."""
    modelled: bool = False
    """Also poststratified by a multilevel model, and raked by domain."""
    network: tuple[NetworkEstimate, ...] = ()
    """Estimates from the recruitment: rds-ii, the same by domain and by other degrees, successive sampling."""
    robust: str = ""
    """Group for which the robust interval is computed: `all`, or the name of a group."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = {
            "item with yes": bool(self.item) and bool(self.yes),
            "of with given": bool(self.of) and bool(self.given),
            "all_of": len(self.all_of) > 1,
        }
        stray = (self.item is None) != (not self.yes) or (self.of is None) != (self.given is None)
        if stray or sum(forms.values()) != 1:
            raise ValueError(f"got {[name for name, has in forms.items() if has]}; give exactly one of {list(forms)}")
        return self


class SplitBallot(Entry):
    """A question that is worded in two ways at random: the first version's share minus the second's."""

    estimand: EstimandId
    words: Text
    question: EstimandId
    version: Column
    first: str
    second: str
    kind: Kind
    """Kind of group under which the share of each version is listed."""
    is_evidence: bool = False
    """Its robust interval is evidence on the claim that names the estimand; one way of asking an estimand at most."""


class Battery(Entry):
    """Messages that may have been seen, one of them invented."""

    estimand: EstimandId
    """Mean over real messages of who saw them often, minus the same of the invented one."""
    words: Text
    seen: EstimandId
    """Mean over real messages of who saw them at all."""
    seen_words: Text
    name: Column
    """How tables name the battery."""
    messages: tuple[Column, ...] = Field(min_length=1)
    foil: Column
    often: tuple[str, ...] = Field(min_length=1)
    never: str
    is_evidence: bool = False


class ItemList(Entry):
    """One list: the count, who was treated, how many items everybody saw."""

    item: Column
    label: Text
    arm: Column
    control: str = "control"
    treatment: str = "treatment"
    control_items: int = Field(ge=1)
    """Items that everybody saw, without the sensitive one and without a placebo item."""
    design: Literal["conventional", "placebo-list"] = "conventional"
    """`placebo-list`: the control list holds an item that nobody can hold, so that both lists are equally long."""


class ListExperiment(Entry):
    """One list, or two with opposite assignment (a double list); a placebo list tests what length alone does."""

    estimand: EstimandId
    lists: tuple[ItemList, ...] = Field(min_length=1, max_length=2)
    placebo: ItemList | None = None
    is_evidence: bool = False

    @model_validator(mode="after")
    def _equal_length_alone(self) -> Self:
        equal = [each.item for each in self.all_lists if each.design == "placebo-list"]
        if equal and len(self.all_lists) > 1:
            raise ValueError(
                f"list '{equal[0]}' has the design placebo-list; it is one list, without a second one and without "
                "`placebo`, which measures what a longer list does: write it as an experiment of its own"
            )
        return self

    @property
    def first_item(self) -> str:
        """Column of the first list."""
        return self.lists[0].item

    @property
    def name(self) -> str:
        """How tables name the lists together."""
        return " and ".join(each.item for each in self.lists)

    @property
    def all_lists(self) -> tuple[ItemList, ...]:
        """The lists and the placebo list."""
        return (*self.lists, *((self.placebo,) if self.placebo else ()))


class Policy(Entry):
    """A policy whose support is asked, with an endorser at random."""

    item: Column
    label: Text
    endorser: Column


class Endorsement(Entry):
    """Support for policies, with and without a named endorser."""

    estimand: EstimandId
    words: Text
    policies: tuple[Policy, ...] = Field(min_length=1)
    control: str
    """Code of the assignment that names nobody."""
    endorsers: dict[str, Text] = Field(min_length=1)
    """Code of the assignment to the endorser's name in tables."""

    @property
    def name(self) -> str:
        """How tables name the policies together."""
        items = [each.item for each in self.policies]
        return f"{items[0]} to {items[-1]}" if len(items) > 2 else " and ".join(items)


class Device(Entry):
    """A question whose answer is masked by chance."""

    estimand: EstimandId
    item: Column
    design: Literal["forced", "mirrored", "disguised", "unrelated", "crosswise", "triangular"]
    p: float = Field(ge=0, le=1)
    p1: float | None = Field(default=None, ge=0, le=1)
    p0: float | None = Field(default=None, ge=0, le=1)
    q: float | None = Field(default=None, ge=0, le=1)
    yes: str
    """Code of the answer that speaks for the sensitive statement."""
    no: str
    groups: tuple[Kind, ...] = ()
    """Kinds of groups for which it is reported, beside everybody."""
    is_evidence: bool = False

    @property
    def first_item(self) -> str:
        """Its column."""
        return self.item


class Period(Entry):
    """Days of interviews that belong together: a wave, or what lies before or after an event."""

    words: Text
    first: Day
    last: Day
    """Both days belong to it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last: got {self.last}; a period ends on or after its first day, {self.first}")
        return self


class Asked(Entry):
    """A share as one way of asking gives it: by the direct question, by the lists, or behind a device."""

    of: EstimandId
    how: Literal["direct", "list", "device"] = "direct"
    by: Column | None = None
    """Which list or device, where several ask for the estimand: its item, or its first list's."""
    periods: tuple[str, ...] = ()
    """Codes of periods; the whole study where there are none."""


class Difference(Entry):
    """One share minus another among the same study: a change between periods, or two ways of asking."""

    estimand: EstimandId
    words: Text
    share: Asked
    minus: Asked
    is_evidence: bool = False


class Gradient(Entry):
    """By how much a share of yes rises with a standard deviation of a numbered answer, other answers held fixed."""

    estimand: EstimandId
    words: Text
    of: EstimandId
    """Direct question."""
    on: Column
    """Item whose answers are numbers."""
    given: tuple[EstimandId, ...] = ()
    """Direct questions that are held fixed."""
    is_evidence: bool = False


class Contrast(Entry):
    """The same question in two modes or languages."""

    estimand: EstimandId
    words: Text
    method: Text
    """The second side minus the first, in words."""
    question: EstimandId
    by: Column
    first: str
    second: str


class Scale(Entry):
    """Items that measure one thing, and two groups in which they should measure it alike."""

    name: Text
    items: tuple[Column, ...] = Field(min_length=3)
    by: Column
    first: str
    second: str
    words: Text
    """What the two groups are: two languages, …"""

    @property
    def range(self) -> str:
        """How tables name the items together."""
        return f"{self.items[0]} to {self.items[-1]}"
