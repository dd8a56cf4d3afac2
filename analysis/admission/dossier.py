"""Where one person is in a vault: every row, cell, item and label, found by reading each export as admission does.

Only a withdrawal opens a dossier. What must not be here: writing a file, or a name in a message.
"""

import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from analysis.admission.persons import every_row, identity_of, text_of
from analysis.admission.posts import author_of
from analysis.corpora.absence import UserMissing
from analysis.corpora.digits import folded
from analysis.corpora.entries import Entry
from analysis.corpora.exports import Export, open_export
from analysis.corpora.posts import Post, PostKind
from analysis.corpora.quarantine import Quarantined
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent
from analysis.custody.erasure.cut import Cut
from analysis.custody.erasure.items import without_name
from analysis.custody.manifest import Manifest, PostSource, SurveySource
from analysis.custody.pseudonyms import StudyKey
from analysis.custody.traces import SHORTEST_PHRASE
from analysis.errors import AnalysisError, CustodyError

SUBMISSION_IDS = ("_uuid", "_id", "_index", "KEY", "meta/instanceID")
"""Columns of a submission by which the rows of a repeat group name it."""
MOST_OPTIONS = 60
"""Different words of all answers up to which a variable is taken for a list to choose from."""
FEWEST_OTHERS = 2
"""Persons who chose an option too before it leads to nobody."""
_PIECES = re.compile(r"[\s,;|]+")
_NUMBER_AT_END = re.compile(r"(\d+)$")


@dataclass(frozen=True)
class SurveyPart:
    """What one survey export holds of the person; `own`: column → values that make a row of any sheet theirs."""

    source: SurveySource
    cut: Cut
    own: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class PostPart:
    """What one post export holds of the person: rows they wrote, and names by which others speak of them."""

    source: PostSource
    rows: frozenset[int]
    names: frozenset[str]
    is_whole: bool


@dataclass(frozen=True)
class Dossier:
    """What a vault holds of a person, and what to search for when it no longer should."""

    subject: str
    surveys: tuple[SurveyPart, ...]
    posts: tuple[PostPart, ...]
    items: frozenset[str]
    needles: Mapping[str, str]


def open_dossier(
    vault: Path, manifest: Manifest, subject: str, key: StudyKey | None, periods: Collection[str] = ()
) -> Dossier:
    """Find a person in every export of a manifest, and in exports of the same kinds that it does not name.

    Parameters
    ----------
    vault : Path
        The folder.
    manifest : Manifest
        Its exports.
    subject : str
        The ledger's key.
    key : StudyKey or None
        Gives the pseudonyms under which tables, sheets and earlier releases know the person.
    periods : collection of str
        Every period that the study has or had: a person has a pseudonym in each.

    Raises
    ------
    ExportError, CustodyError
        A listed export cannot be read: nothing may be erased before everything can be found.
    """
    desk = _Desk(vault, subject, key, periods)
    surveys, posts = list(manifest.surveys), list(manifest.posts)
    for path in unlisted(vault, manifest):
        kin = _kin(path, vault, manifest)
        if isinstance(kin, SurveySource):
            surveys.append(kin)
        elif isinstance(kin, PostSource):
            posts.append(kin)
    for survey in surveys:
        desk.note_ids(survey)
    survey_parts = tuple(desk.survey(survey) for survey in surveys)
    post_parts = tuple(part for source in posts if (part := desk.post(source)))
    desk.keep_phrases_that_nobody_else_wrote(surveys, posts)
    return Dossier(subject, survey_parts, post_parts, frozenset(desk.items), desk.needles)


def unlisted(vault: Path, manifest: Manifest) -> list[Path]:
    """Files of a vault that no entry of its manifest names, but for its papers."""
    named = {(vault / file).resolve() for file in manifest.files}
    papers = {vault.resolve() / name for name in ("sources.yml", "governance.yml", "margins.csv", manifest.ledger)}
    found = sorted(path for path in vault.rglob("*") if path.is_file())
    return [
        path
        for path in found
        if path.resolve() not in named | papers and not any(p.startswith(".") for p in path.relative_to(vault).parts)
    ]


def _kin(path: Path, vault: Path, manifest: Manifest) -> SurveySource | PostSource | None:
    """An entry for a file that the manifest does not name, after one that it does: a copy, a wave, an original."""
    file = path.relative_to(vault).as_posix()
    try:
        export = open_export(path)
        names = {
            variable.name for entry in export.entries() if isinstance(entry, Codebook) for variable in entry.variables
        }
    except AnalysisError:
        return None
    if not export.format.is_survey:
        accounts = {name: account for source in manifest.posts for name, account in source.accounts.items()}
        return PostSource(file, file, accounts=accounts)
    for source in manifest.surveys:
        if source.variables.consent_subject in names:
            known = {role: name if name in names else "" for role, name in vars(source.variables).items()}
            return replace(source, source_id=file, file=file, format="", variables=replace(source.variables, **known))
    return None


@dataclass
class _Desk:
    """What is known of the person so far."""

    vault: Path
    subject: str
    key: StudyKey | None
    periods: Collection[str]
    ids: set[str] = field(default_factory=set)
    local: dict[str, set[str]] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)
    needles: dict[str, str] = field(default_factory=dict)
    columns: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Phrase → where it was said: source and variable."""

    def __post_init__(self) -> None:
        self.needles[self.subject] = "key"

    def _export(self, source: SurveySource | PostSource) -> Export:
        order = source.day_order if isinstance(source, PostSource) else ""
        return open_export(self.vault / source.file, source.format or None, source.encoding, order)

    def note_ids(self, source: SurveySource) -> None:
        """The ids of the person's rows: of the study where a variable gives them, else of this export alone."""
        local = self.local.setdefault(source.source_id, set())
        for entry in self._export(source).entries():
            if isinstance(entry, Respondent) and text_of(entry, source.variables.consent_subject) == self.subject:
                self.ids |= {text_of(entry, source.variables.respondent)} - {""}
                local |= {entry.identity.strip()} - {""} if entry.identity else set()
        for each in self.ids | local:
            self.needles.setdefault(each, "id")

    def survey(self, source: SurveySource) -> SurveyPart:
        """Rows, cells and labels of the person in one export."""
        rows, marks, own = set[int](), dict[int, frozenset[str]](), dict[str, set[str]]()
        for entry in self._export(source).entries():
            if isinstance(entry, Respondent) and self._is_own(entry, source):
                rows.add(_row(entry.position))
                self._note(entry, source, own)
            elif isinstance(entry, Respondent) and (named := self._naming(entry, source)):
                marks[_row(entry.position)] = named
            elif isinstance(entry, Quarantined) and _holds(folded(entry.raw), {self.subject}):
                rows.add(_row(entry.position))
        names = source.variables
        keys = {names.consent_subject: {self.subject}, names.respondent: self.ids}
        labels = {name: frozenset(codes | own.get(name, set())) for name, codes in keys.items() if name}
        everywhere = {name: frozenset(values) for name, values in own.items() if name not in SUBMISSION_IDS}
        return SurveyPart(source, Cut(frozenset(rows), marks, labels), everywhere)

    def _naming(self, row: Respondent, source: SurveySource) -> frozenset[str]:
        """Variables of somebody else's row that name the person: the recruiter, or an id that is no plain number."""
        known = self.ids | self.local[source.source_id] | {self.subject}
        recruiter = source.variables.recruiter
        return frozenset(
            name
            for name in row.answers
            if (text := text_of(row, name)) in known and (name == recruiter or not text.isdigit())
        )

    def _is_own(self, row: Respondent, source: SurveySource) -> bool:
        named = text_of(row, source.variables.respondent) in self.ids
        same = bool(row.identity) and row.identity.strip() in self.local[source.source_id] if row.identity else False
        return text_of(row, source.variables.consent_subject) == self.subject or named or same

    def _note(self, row: Respondent, source: SurveySource, own: dict[str, set[str]]) -> None:
        roles = {source.variables.consent_subject: "key", source.variables.respondent: "id"}
        for name, answer in row.answers.items():
            text = answer.label if isinstance(answer, UserMissing) else answer
            if not isinstance(text, str):
                continue
            if name in roles and text.strip():
                own.setdefault(name, set()).add(text.strip())
                self.needles.setdefault(text.strip(), roles[name])
            if len(text.strip()) >= SHORTEST_PHRASE:
                self.needles.setdefault(text.strip(), "phrase")
                self.columns.setdefault(text.strip(), set()).add((source.source_id, name))
        if self.key:
            identity = identity_of(row, source)
            for whose in every_row(identity, self.periods) if identity else ():
                self.needles.setdefault(self.key.pseudonym("survey", whose), "pseudonym")
            self.needles.setdefault(self.key.pseudonym("linkage", self.subject), "pseudonym")

    def post(self, source: PostSource) -> PostPart | None:
        """Items of the person's accounts in one export; None when it knows none of them."""
        accounts = {each.account for each in source.accounts.values() if each.consent_subject == self.subject}
        if not accounts:
            return None
        export, names, rows, others = self._export(source), set(accounts), set[int](), 0
        for entry in export.entries():
            if isinstance(entry, Post) and author_of(entry, source) in accounts:
                names |= {name for name in (entry.author_id, entry.author_handle) if isinstance(name, str) and name}
                rows.add(_row(entry.position))
                self._note_post(entry, export.format.code)
            else:
                others += isinstance(entry, Post | Quarantined)
        for name in names:
            self.needles.setdefault(name, "account")
            self._pseudonym(f"{export.format.code}|account|{name}")
        return PostPart(source, frozenset(rows), frozenset(names), bool(rows) and not others)

    def _note_post(self, post: Post, platform: str) -> None:
        self._pseudonym(f"{platform}|{post.identity}")
        self.items.add(post.post_id)
        for text in (post.text, post.title):
            if isinstance(text, str) and post.post_kind is not PostKind.REPOST and len(text) >= SHORTEST_PHRASE:
                self.needles.setdefault(text, "phrase")

    def _pseudonym(self, identity: str) -> None:
        if self.key:
            pseudonym = self.key.pseudonym("posts", identity)
            self.items.add(pseudonym)
            self.needles.setdefault(pseudonym, "pseudonym")

    def keep_phrases_that_nobody_else_wrote(self, surveys: list[SurveySource], posts: list[PostSource]) -> None:
        """A sentence, a date or a region that stands in somebody else's row as well leads to nobody."""
        options: Options = {}
        for source in surveys:
            for entry in self._export(source).entries():
                if isinstance(entry, Respondent) and not self._is_own(entry, source):
                    answers = {name: each.strip() for name, each in entry.answers.items() if isinstance(each, str)}
                    self._forget(iter(answers.values()))
                    _count_pieces(options, source.source_id, answers)
        for post in posts:
            accounts = {each.account for each in post.accounts.values() if each.consent_subject == self.subject}
            for entry in self._export(post).entries():
                if isinstance(entry, Post) and author_of(entry, post) not in accounts:
                    self._forget(text for text in (entry.text, entry.title) if isinstance(text, str))
        self._forget(phrase for phrase, places in self.columns.items() if _is_choice(phrase, places, options))

    def _forget(self, texts: Iterator[str]) -> None:
        for text in texts:
            if self.needles.get(text) == "phrase":
                del self.needles[text]


Options = dict[tuple[str, str], Counter[str]]
"""Source and variable → word → how many others have it in their answer."""


def _count_pieces(options: Options, source_id: str, answers: Mapping[str, str]) -> None:
    for name, answer in answers.items():
        counted = options.setdefault((source_id, name), Counter())
        if len(counted) <= MOST_OPTIONS:
            counted.update(set(_PIECES.split(answer)))


def _is_choice(phrase: str, places: Iterable[tuple[str, str]], options: Options) -> bool:
    """Whether all that a phrase says was chosen from a list, in whatever company others chose it."""
    counts = [options.get(place, Counter()) for place in places]
    return all(
        len(counted) <= MOST_OPTIONS and all(counted[piece] >= FEWEST_OTHERS for piece in _PIECES.split(phrase))
        for counted in counts
    )


def _row(position: str) -> int:
    """The number that a reader ends a position with; 0 where it has none."""
    match = _NUMBER_AT_END.search(position)
    return int(match.group(1)) if match else 0


def _holds(text: str, names: set[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


def demand_others_unchanged(path: Path, content: bytes, part: SurveyPart | PostPart) -> None:
    """Read a rewritten export as admission would: the person is gone, and everybody else says what they said.

    Raises
    ------
    CustodyError
        They are not, or others' rows are no longer the same: the file may not be put in place.
    """
    encoding = part.source.encoding
    before = open_export(path, part.source.format or None, encoding)
    after = open_export(Source(str(path), lambda: cast(BinaryIO, io.BytesIO(content))), before.format.code, encoding)
    kept = _survey_rows if isinstance(part, SurveyPart) else _posts
    try:
        same = kept(before, part, is_new=False) == kept(after, part, is_new=True)
    except AnalysisError as error:
        raise CustodyError(f"{path}: cannot be rewritten: its reader no longer understands it") from error
    if not same:
        raise CustodyError(f"{path}: cannot be rewritten without changing what others said; take the rows out by hand")


def _survey_rows(export: Export, part: Any, *, is_new: bool) -> list[Any]:
    """What an export says of everybody else, without what the cut marks."""
    found: list[Any] = []
    marked = {column for columns in part.cut.marks.values() for column in columns}
    for entry in export.entries():
        if isinstance(entry, Codebook):
            found.append(
                [
                    (
                        v.name,
                        v.label,
                        v.user_missing,
                        v.choice_of,
                        None if v.name in part.cut.labels else v.value_labels,
                    )
                    for v in entry.variables
                ]
            )
        elif isinstance(entry, Respondent | Quarantined) and (is_new or _row(entry.position) not in part.cut.rows):
            found.append(_said(entry, marked))
    return found


def _said(entry: Entry, marked: set[str]) -> Any:
    if isinstance(entry, Respondent):
        # That somebody was recruited by a person who was erased is nobody's answer.
        return [entry.respondent_id, {n: a for n, a in entry.answers.items() if n not in marked}, entry.state]
    return entry.raw if isinstance(entry, Quarantined) else None


def _posts(export: Export, part: Any, *, is_new: bool) -> list[Any]:
    """Everybody else's own posts; those that hold the person's words inside theirs went with them."""
    clean = without_name(part.names)
    found = []
    for entry in export.entries():
        if isinstance(entry, Post) and author_of(entry, part.source) not in part.names:
            if entry.post_kind is PostKind.REPOST or isinstance(entry.quote_of_id, str):
                continue
            found.append((entry.post_id, clean(entry.text) if isinstance(entry.text, str) else entry.text))
        elif isinstance(entry, Post) and is_new:
            found.append((entry.post_id, "is still there"))
    return found
