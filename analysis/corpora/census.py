"""What an export holds, counted: what a researcher looks at before anything else is done with it.

What must not be here: rows. Only counts and names of variables leave this module; memory does not grow with the export.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from analysis.corpora.absence import Absence, UserMissing
from analysis.corpora.entries import Entry, Item
from analysis.corpora.exports import Export
from analysis.corpora.instrument import Instrument, Place
from analysis.corpora.posts import Gone, Post
from analysis.corpora.quarantine import Aside, Notice, Quarantined
from analysis.corpora.repeats import RepeatCounter
from analysis.corpora.surveys import Codebook, Respondent
from analysis.errors import shown

IdentifierFinder = Callable[[str], Iterable[str]]
"""Gives the kind of each identifier in a text, once per place where it stands; never the identifier."""

DISTINCT_OPTIONS = 20
"""Unknown answers of one variable that are told apart; further ones are counted together."""

_POST_FIELDS = tuple(
    each.name for each in fields(Post) if each.name not in ("position", "post_id", "links", "visibility", "state")
)


@dataclass(frozen=True)
class Census:
    """Counts of one export.

    `items` are posts, comments, replies or respondents, those in quarantine included; `duplicates` repeat the identity
    of an earlier item; `unmapped` are variables that neither instrument nor manifest knows, by their place from 1;
    `absent` are items of the instrument without a variable, `lacking` roles of the manifest without theirs;
    `standing` counts posts by visibility and state, interviews by state; `gone` what the export says is gone or back;
    `missing` reasons per field; `missing_kinds` what the instrument calls them.
    """

    items: int
    quarantined: int
    reasons: Mapping[str, int]
    identifiers: Mapping[str, int]
    duplicates: int
    asides: Mapping[str, int]
    standing: Mapping[str, int]
    gone: Mapping[str, int]
    missing: Mapping[str, Mapping[str, int]]
    missing_kinds: Mapping[str, int]
    unmapped: Mapping[int, str]
    absent: tuple[str, ...]
    lacking: Mapping[str, str]
    unknown_options: Mapping[str, Mapping[str, int]]
    notices: tuple[str, ...]
    is_searched: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything that a person should look at, as sentences."""
        return tuple(_warnings(self))


def _warnings(census: Census) -> Iterator[str]:
    if not census.items:
        yield "the export holds no items"
    if census.duplicates:
        yield f"{census.duplicates} items repeat an item that came before"
    for what, count in census.asides.items():
        yield f"not items: {count} × {what}"
    yield from census.notices
    if "visibility unknown" in census.standing:
        yield (
            f"{census.standing['visibility unknown']} posts do not say who could read them: they enter only where the "
            "manifest states why they were public (public_because)"
        )
    yield from _unmatched(census)
    for name, options in census.unknown_options.items():
        answers = "; ".join(f"{option} × {count}" for option, count in options.items())
        yield f"variable {name} has answers that the instrument does not know: {answers}"
    if not census.is_searched:
        yield "identifiers were not searched for: no finder is connected"


def _unmatched(census: Census) -> Iterator[str]:
    """Variables that the instrument does not know, and items that the export does not have."""
    for place, name in census.unmapped.items():
        yield f"variable {place}, of {shown(name)}, is not in the instrument"
    for role, name in census.lacking.items():
        yield f"no variable {name!r}, which the manifest names for {role}: admission stops; write it as the export does"
    if census.absent:
        yield f"in no variable of this export, items of the instrument: {', '.join(census.absent)}"


@dataclass
class _Tally:
    """Counts while an export is being read."""

    instrument: Instrument | None
    find: IdentifierFinder | None
    named: Mapping[str, str] = field(default_factory=dict)
    items: int = 0
    quarantined: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    identifiers: Counter[str] = field(default_factory=Counter)
    asides: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    missing: dict[str, Counter[str]] = field(default_factory=dict)
    missing_kinds: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    places: dict[str, Place | None] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    repeats: RepeatCounter = field(default_factory=RepeatCounter)

    def take(self, entry: Entry) -> None:
        """Count one entry."""
        if isinstance(entry, Quarantined):
            self.items += 1
            self.quarantined += 1
            self.reasons[entry.rule] += 1
        elif isinstance(entry, Aside):
            self.asides[entry.what] += entry.count
        elif isinstance(entry, Notice):
            self.notices.append(entry.sentence)
        elif isinstance(entry, Gone):
            self.gone[f"{'account' if entry.is_account else 'post'} {entry.state.value}"] += 1
        elif isinstance(entry, Codebook):
            if self.instrument:
                self.places = {each.name: self.instrument.place(each.name) for each in entry.variables}
            held = {each.name for each in entry.variables}
            self.lacking = {role: name for role, name in self.named.items() if name not in held}
        else:
            self._item(entry)

    def absent(self) -> tuple[str, ...]:
        """Items of the instrument that the export has no variable of; none before a codebook was read."""
        held = {place.item.item_id for place in self.places.values() if place and place.item}
        known = self.instrument.items if self.instrument and self.places else {}
        return tuple(name for name in known if name not in held)

    def unmapped(self) -> dict[int, str]:
        """Variables that are no item, of no known class, and not named by the manifest, by their place from 1."""
        strange = ((number, name) for number, (name, place) in enumerate(self.places.items(), start=1) if place is None)
        return {number: name for number, name in strange if name not in self.named.values()}

    def _item(self, item: Item) -> None:
        self.items += 1
        if item.identity is not None:
            self.repeats.add(item.identity)
        if self.find:
            for text in item.searched_texts:
                self.identifiers.update(self.find(text))
        if isinstance(item, Respondent):
            self.standing[f"interview {item.state.value}"] += 1
            self._answers(item)
        else:
            self.standing[f"visibility {item.visibility.value}"] += 1
            self.standing[f"state {item.state.value}"] += 1
            for name in _POST_FIELDS:
                self._absence(name, getattr(item, name))

    def _absence(self, name: str, value: object) -> None:
        if isinstance(value, Absence):
            self.missing.setdefault(name, Counter())[value.value] += 1
        elif isinstance(value, UserMissing):
            code = f"declared missing {value.code}" + (f" ({value.label})" if value.label else "")
            self.missing.setdefault(name, Counter())[code] += 1

    def _answers(self, respondent: Respondent) -> None:
        for name, answer in respondent.answers.items():
            self._absence(name, answer)
            place = self.places.get(name)
            if self.instrument and place and place.item:
                reading = self.instrument.read(place, answer)
                if reading.missing:
                    self.missing_kinds[reading.missing.value] += 1
                if reading.unknown is not None:
                    self._unknown(name, reading.unknown)

    def _unknown(self, name: str, answer: str) -> None:
        options = self.unknown.setdefault(name, Counter())
        described = shown(answer)
        options[described if described in options or len(options) < DISTINCT_OPTIONS else "others"] += 1


def take_census(
    export: Export,
    instrument: Instrument | None = None,
    find_identifiers: IdentifierFinder | None = None,
    named: Mapping[str, str] | None = None,
) -> Census:
    """Read a whole export and count.

    Parameters
    ----------
    export : Export
        An opened export.
    instrument : Instrument or None
        For surveys: reports unmapped variables, unknown answers and kinds of missing.
    find_identifiers : callable or None
        Called with every text a person wrote; None searches nothing, and a warning says so.
    named : mapping or None
        Role to the variable that the manifest names for it.

    Returns
    -------
    Census
        Counts only.

    Raises
    ------
    ExportError
        The file is damaged or ends too early.
    """
    tally = _Tally(instrument, find_identifiers, named or {})
    for entry in export.entries():
        tally.take(entry)
    return Census(
        tally.items,
        tally.quarantined,
        dict(tally.reasons.most_common()),
        dict(sorted(tally.identifiers.items())),
        tally.repeats.repeated(),
        dict(tally.asides.most_common()),
        dict(sorted(tally.standing.items())),
        dict(sorted(tally.gone.items())),
        {name: dict(counts.most_common()) for name, counts in tally.missing.items()},
        dict(tally.missing_kinds.most_common()),
        tally.unmapped(),
        tally.absent(),
        tally.lacking,
        {name: dict(counts.most_common()) for name, counts in tally.unknown.items()},
        tuple(tally.notices),
        find_identifiers is not None,
    )
