"""Where a number that a reader sees comes from: the release table that holds it, or nothing.

A number in a table must stand with the others of its row in one row of the table that the page names beneath it; a
number in a sentence must be one that the table in its class holds or adds up to; a number in words that the release
itself says must stand between the same words there. Anything else is not found.
"""

import functools
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup, Tag

from analysis.params import load_params
from analysis.reading.survey_tables import recovered
from analysis.reading.tables import Release
from analysis.reading.wording import day, in_words

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?:\s?%)?(?![\w])")
NAMES = (
    re.compile(r"\bdoi:10\.\S+"),
    re.compile(r"\b[A-Z]{1,3}\d{1,3}(?:\.\d)?[a-z]?\b"),  # claims, estimands, benchmarks, events
    re.compile(r"\b95\s?%\s(?:interval|level)|\ball 95\s?%"),  # the level of every interval
    re.compile(r"\bper 1,000\b|\b1,000 (?:people|dots)\b"),  # the base of the base-rate arithmetic
    re.compile(r"\b[Aa]rticles? \d+(?: [A-F])?(?:\(\d\))?|\b[Pp]aragraphs? \d+(?: to \d+)?"),  # law
    re.compile(r"\bDirective 2011/95/EU|\bRegulation \(EU\) 2024/1347|\bGeneral comment No\. 34"),
    re.compile(r"\bshare of 1\.0\b|\bthe year 2100\b"),  # a sentence of every base rate; the year of the fiction
    re.compile(r"\bversion 4\.0\b|\bCC BY 4\.0\b|\bBSD 3-Clause\b|\bSHA-256\b|\bx86-64\b|\bPython 3\b"),
)
YEAR = re.compile(r"(?:19|20)\d\d")  # in prose only: names a survey, a study or a month
EDGES = {"over 99%": 0.9975, "under 1%": 0.0025}
"""How a page says a share that would round to all or to none, and the middle of what it can stand for."""
CLAUSE = re.compile(r"[;:.!?()|]+(?=\s|$)|(?<=\s)[(|]")
WORD = re.compile(r"[a-z]{3}")
BEGINS_LIKE_A_NUMBER = re.compile(r"[-−+]?\d")
UNSEEN = "script, style, code, pre, nav, .provenance, .headerlink, .toctree-wrapper, .prev-next-footer, .footer-article"
WIDE = {"required_sizes", "synthetic_deep_diagnosis", "recovery"}
"""Tables that a page shows with several rows side by side, or summed up: their numbers are looked for one by one."""
TINY = 1e-9


@dataclass(frozen=True)
class Shown:
    """A number as shown: its value, half a unit of its last digit, and whether it is a percentage."""

    text: str
    value: float
    half_unit: float
    is_percent: bool

    @property
    def readings(self) -> list[tuple[float, float]]:
        """(value, tolerance) that the release may hold: as it stands, and as a share where it may be per cent."""
        as_share = (self.value / 100, self.half_unit / 100)
        return [(self.value, self.half_unit), as_share]


def numbers(text: str) -> list[Shown]:
    """Numbers of a text, without the names that look like numbers."""
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    edges = [Shown(words, 100 * share, 0.25, True) for words, share in EDGES.items() if words in text]
    for words in EDGES:
        text = text.replace(words, " ")
    for pattern in NAMES:
        text = pattern.sub(" ", text)
    return [*edges, *(_shown(found) for found in NUMBER.findall(text))]


def _shown(text: str) -> Shown:
    bare = text.replace("−", "-").replace(",", "").rstrip("% ")
    mantissa, _, exponent = bare.partition("e")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    # A number of six digits as `:g` prints it is rounded too; whole numbers below that are exact.
    return Shown(text, float(bare), 0.5 * 10.0**-places, "%" in text)


Slot = tuple[int, int]
"""Where a number stands in the rows of a shown table: the cell, and the how manieth number of that cell."""
Plan = dict[Slot, np.ndarray]
"""For each place, which columns of the release table it is from."""


@dataclass(frozen=True, eq=False)
class Holdings:
    """What one table holds: the numbers of each row by column, and every number that it holds or adds up to.

    `rows` is (rows, numbers); `column` says for each number of a row which column it is from, with one number for all
    texts.
    """

    rows: np.ndarray
    column: np.ndarray
    all: np.ndarray

    def cells(self, number: Shown) -> np.ndarray:
        """(rows, columns) whether a row holds the number in a column."""
        near = np.logical_or.reduce([_near(self.rows, *reading) for reading in number.readings])
        return np.stack([near[:, self.column == c].any(axis=1) for c in range(self.column.max() + 1)], axis=1)

    def plan(self, shown_rows: list[dict[Slot, Shown]]) -> Plan:
        """Which columns each place of a shown table is from: those that fit most of its rows."""
        fits: Plan = {}
        for shown in shown_rows:
            cells = {slot: self.cells(number) for slot, number in shown.items()}
            if not cells:
                continue
            whole_rows = np.logical_and.reduce([held.any(axis=1) for held in cells.values()])
            for slot, held in cells.items():
                fits[slot] = fits.get(slot, np.zeros(held.shape[1])) + held[whole_rows].any(axis=0)
        return {slot: counts == counts.max() for slot, counts in fits.items()}

    def has_row(self, shown: dict[Slot, Shown], plan: Plan) -> bool:
        """Whether one row holds every number in the columns that the plan gives to its place."""
        kept = np.ones(len(self.rows), dtype=bool)
        for slot, number in shown.items():
            if slot not in plan:
                return False
            kept &= self.cells(number)[:, plan[slot]].any(axis=1)
        return bool(kept.any())

    def masks(self, shown: list[Shown]) -> set[int]:
        """For each row, which of the numbers it holds, as the bits of one number."""
        bits = np.zeros(len(self.rows), dtype=np.int64)
        for place, number in enumerate(shown):
            bits |= _near(self.rows, number.value, number.half_unit).any(axis=1).astype(np.int64) << place
        return set(bits.tolist())

    def holds(self, number: Shown) -> bool:
        """Whether the table holds the number, or it is a count, sum, smallest or largest of its rows."""
        return any(bool(_near(self.all, *reading).any()) for reading in number.readings)


def _near(values: np.ndarray, value: float, tolerance: float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(values - value) <= tolerance * (1 + 1e-6) + TINY


def _cell_numbers(value: object) -> list[float]:
    if isinstance(value, (bool, np.bool_)) or value is None or value is pd.NA:
        return []
    if isinstance(value, (int, float, np.integer, np.floating)):
        return [float(value)]
    return [number.value for number in numbers(str(value))]


def holdings(frame: pd.DataFrame) -> Holdings:
    """The numbers of a table; texts count by the numbers in them."""
    numeric = frame.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)
    words = frame.select_dtypes(exclude=["number", "bool"])
    said = [[x for cell in row for x in _cell_numbers(cell)] for row in words.itertuples(index=False)]
    width = max((len(row) for row in said), default=0)
    texts = np.full((len(frame), width), np.nan)
    for place, row in enumerate(said):
        texts[place, : len(row)] = row
    column = np.concatenate([np.arange(numeric.shape[1]), np.full(width, numeric.shape[1])]).astype(int)
    rows = np.concatenate([numeric, texts], axis=1)
    return Holdings(rows, column, np.concatenate([rows.ravel(), np.array(list(_sums(frame)), dtype=float)]))


def _sums(frame: pd.DataFrame) -> Iterator[float]:
    """What a table adds up to, overall and by one or two columns of groups.

    Counts of rows, and sums, means, smallest and largest of numbers; and changes from row to row within a group.
    """
    measures = [name for name in frame.columns if frame[name].dtype.kind in "if"]
    levels = {name: frame[name].nunique(dropna=False) for name in frame.columns}  # empty is an answer too
    groups = [name for name in frame.columns if frame[name].dtype.kind not in "f" and 1 < levels[name] <= 60]
    yield from (float(len(frame)), *(float(frame[name].nunique()) for name in groups))
    for name in measures:
        yield from (float(frame[name].sum()), float(frame[name].min()), float(frame[name].max()))
    for group, name in itertools.product(groups, measures):
        yield from frame.groupby(group)[name].sum().astype(float)
        yield from frame.groupby(group)[name].diff().dropna().astype(float)
    for size in (1, 2):
        for chosen in itertools.combinations(groups, size):
            by = frame.groupby(list(chosen))
            yield from frame.groupby(list(chosen), dropna=False).size().astype(float)
            yield from by[measures].mean().to_numpy().ravel().astype(float)
            if len(by) < np.prod([frame[name].nunique() for name in chosen]):
                yield 0.0


@dataclass(frozen=True)
class Lost:
    """A number that was not found, with the page and the words around it."""

    page: str
    number: str
    words: str


class Tracer:
    """Looks numbers up in one release."""

    def __init__(self, release: Release):
        self.release = release
        self.study = release.study
        self._named = {name.replace("_", "-"): name for name in release.names}

    @functools.cache  # noqa: B019 (one tracer lives as long as the tests)
    def held(self, name: str) -> Holdings:
        """Holdings of one table."""
        found = holdings(self.release.table(name))
        if name.endswith("_recovery"):  # a page sums up those of them that are shares with a known truth
            return replace(found, all=np.append(found.all, holdings(recovered(self.release)).all))
        return found

    @functools.cached_property
    def edition(self) -> set[str]:
        """What may be said of the release as a whole: its version, its day, its number of tables."""
        package = self.release.package
        written = date.fromisoformat(package["created"][:10])
        fictional = sum("synthetic" in name for name in self.release.names)
        tables = (len(self.release.names), fictional, len(self.release.names) - fictional)
        looked = load_params(ROOT / "params.yaml").publication.evidence_day
        return {package["version"], day(written), day(looked), *(str(number) for number in tables)}

    @functools.cached_property
    def everything(self) -> list[Holdings]:
        """Holdings of every table."""
        return [self.held(name) for name in self.release.names]

    @functools.cached_property
    def words(self) -> str:
        """Everything that the release says in words, normalised."""
        texts = [path.read_text(encoding="utf-8") for path in sorted(self.release.folder.glob("*.*")) if path.is_file()]
        texts += [", ".join(sorted(self.edition)), *self.edition]
        for name in self.release.names:
            frame = self.release.table(name)
            texts += [in_words(column) for column in frame.columns]
            for column in frame.select_dtypes(exclude=["number", "bool"]).columns:
                texts += [str(text) for text in frame[column].dropna().unique()]
        return f" {' | '.join(normal(text) for text in texts)} "

    def says(self, before: str, number: str, after: str) -> bool:
        """Whether the release has the number between the same words."""
        return f" {' '.join(part for part in (before, number, after) if part)} " in self.words

    def lost_on(self, name: str, page: BeautifulSoup) -> list[Lost]:
        """Numbers of a built page that are nowhere in the release."""
        article = page.select_one("article")
        if article is None:
            raise ValueError(f"{name}: no article, so nothing to read")
        found = [*self._outputs(name, article)]
        for tag in article.select(UNSEEN):
            if "provenance" not in (tag.get("class") or []):
                tag.replace_with(" | ")
        found += self._tables(name, article)
        found += self._values(name, article)
        for tag in article.select("table, .value, .provenance"):
            tag.decompose()
        return [*found, *self._prose(name, article)]

    def _outputs(self, page: str, article: Tag) -> Iterator[Lost]:
        """Output of the notebook: computed from the release, so every number is in some table."""
        for output in article.select(".cell_output"):
            text = output.get_text(" ")
            for number in numbers(text):
                if not any(held.holds(number) for held in self.everything):
                    yield Lost(page, number.text, text[:80])
            output.decompose()

    def _tables(self, page: str, article: Tag) -> Iterator[Lost]:
        for table in article.find_all("table"):
            source = self.source(table)
            yield from self.lost_in(page, table.find_all("tr"), source, self.plan(table, source))

    def plan(self, table: Tag, source: str | None) -> Plan:
        """Which columns of its release table each place of a shown table is from."""
        return self.held(source).plan([self._slots(row) for row in table.find_all("tr")]) if source else {}

    def lost_in(self, page: str, rows: list[Tag], source: str | None, plan: Plan) -> Iterator[Lost]:
        """Numbers of rows of one table that are nowhere."""
        for row in rows:
            yield from self._row(page, row, source, plan)

    def _slots(self, row: Tag) -> dict[Slot, Shown]:
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        return {
            (place, rank): number
            for place, cell in enumerate(cells)
            if not self.quotes(cell)
            for rank, number in enumerate(numbers(whole(cell)))
        }

    def source(self, table: Tag) -> str | None:
        """The release table that the line beneath names; a heading in between means that there is none."""
        for tag in table.find_all_next(["div", "h1", "h2", "h3"]):
            if tag.name != "div":
                return None
            if "provenance" in (tag.get("class") or []):
                links = [a for a in tag.find_all("a") if "#table-" in (a.get("href") or "")]
                return self._named[links[0]["href"].partition("#table-")[2]] if links else None
        return None

    def _row(self, page: str, row: Tag, source: str | None, plan: Plan) -> Iterator[Lost]:
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"]) if not cell.select(".value")]
        is_heading = row.find("td") is None
        if not is_heading and source is not None and self._found(self._slots(row), source, plan):
            return
        for cell in cells:
            if is_heading or WORD.search(normal(cell)):
                yield from self._said(page, cell, is_row=not is_heading)
            else:
                yield from (Lost(page, number.text, " | ".join(cells)[:120]) for number in numbers(whole(cell)))

    def _found(self, shown: dict[Slot, Shown], source: str, plan: Plan) -> bool:
        held = self.held(source)
        if source in WIDE or source.removeprefix(f"{self.study}_") in WIDE:
            return all(held.holds(number) for number in shown.values())
        return held.has_row(shown, plan)

    def quotes(self, cell: str) -> bool:
        """Whether a cell is words of the release, from a list of codes, say."""
        said = normal(cell)
        return bool(WORD.search(said)) and f" {said} " in self.words

    def _values(self, page: str, article: Tag) -> Iterator[Lost]:
        for tag in article.select(".value"):
            source = next(name.removeprefix("from-") for name in tag["class"] if name.startswith("from-"))
            text = tag.get_text()
            if source == "release":
                if text not in self.edition:
                    yield Lost(page, text, "value from the release")
                continue
            for number in numbers(text):
                if not self.held(self._named[source]).holds(number):
                    yield Lost(page, number.text, f"value from {source}")

    def _prose(self, page: str, article: Tag) -> Iterator[Lost]:
        for tag in article.find_all(["p", "li", "h1", "h2", "h3", "dt", "dd", "summary"]):
            if not tag.find(["p", "li", "dd"]):
                yield from self._said(page, tag.get_text(" "), is_row=False)

    def _said(self, page: str, text: str, is_row: bool) -> Iterator[Lost]:
        """Numbers in words: each must stand between the same words somewhere in the release."""
        text = whole(text)
        for pattern in NAMES:
            text = pattern.sub(" | ", text)
        for clause in CLAUSE.split(text):
            parts = normal(clause).split()
            for place, part in enumerate(parts):
                if not BEGINS_LIKE_A_NUMBER.match(part) or (not is_row and YEAR.fullmatch(part)):
                    continue
                before, after = (" ".join(parts[place - 1 : place]), " ".join(parts[place + 1 : place + 2]))
                if not self.says(before, part, after):
                    yield Lost(page, part, text[:120])


def whole(text: str) -> str:
    """A cell without the word or number that an ellipsis cut off."""
    return re.sub(r"\S*\s?…", " ", text)


@functools.cache
def normal(text: str) -> str:
    """Words and numbers, one space apart, without punctuation around them."""
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("%", " % ")
    parts = (part.strip("()[]{}<>|;:,.?!\"'“”‘’`*_\\/") for part in text.lower().split())
    return " ".join(part for part in parts if part)


def read_figure(data: bytes) -> pd.DataFrame:
    """The rows beside a figure; days as ordinals, as they are drawn."""
    rows = pd.read_csv(io.BytesIO(data))
    for name in rows.columns:
        if name.endswith("_date"):
            rows[name] = [date.fromisoformat(text).toordinal() for text in rows[name]]
    return rows


def drawn_beside(plotted: Iterable[float], rows: pd.DataFrame) -> list[float]:
    """Drawn positions that the rows beside the figure do not hold, as they are or in per cent."""
    held = np.unique(rows.select_dtypes("number").to_numpy(dtype=float).ravel())
    both = np.concatenate([held, 100 * held])
    return [x for x in plotted if not _near(both, x, 0.0).any()]


def lost_rows(rows: pd.DataFrame, held: list[Holdings]) -> list[int]:
    """Positions of the rows beside a figure whose numbers do not stand together in a row of one table.

    A row may join two tables (an estimate and its truth): then a row of each holds at least two of its numbers.
    """
    exact = [
        [Shown(str(x), float(x), 0.0, False) for x in row if pd.notna(x)]
        for row in rows.select_dtypes("number").itertuples(index=False)
    ]
    return [place for place, shown in enumerate(exact) if not _joined(shown, held)]


def _joined(shown: list[Shown], held: list[Holdings]) -> bool:
    masks = {mask for one in held for mask in one.masks(shown)}
    whole_row = (1 << len(shown)) - 1
    pairs = [mask for mask in masks if mask.bit_count() > 1]
    return whole_row in masks or any(a | b == whole_row for a, b in itertools.combinations(pairs, 2))


def pages(built: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    """Every built page of the book with its name; the search page has nothing of its own."""
    for path in sorted(built.rglob("*.html")):
        if not path.relative_to(built).parts[0].startswith("_") and path.name != "search.html":
            yield path.relative_to(built).as_posix(), BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
