"""Which vendor's export a file is, told from its content. The formats are the modules of `formats`.

What must not be here: decoding. A file's name and suffix are not looked at: people rename files.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analysis.corpora import formats
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline, outline_of
from analysis.corpora.sources import Source, damage_named
from analysis.errors import ExportError, shown


@dataclass(frozen=True)
class Format:
    """One vendor format: what it declares, and the two functions of its module."""

    about: About
    recognises: Callable[[Outline], bool]
    read: Callable[[Source], Iterator[Entry]]

    @property
    def code(self) -> str:
        """Its code."""
        return self.about.code

    @property
    def title(self) -> str:
        """A person's name for it."""
        return self.about.title

    @property
    def is_survey(self) -> bool:
        """Whether its items are respondents."""
        return self.about.is_survey

    @property
    def network(self) -> str:
        """Shared by formats that know a post under the same id."""
        return self.about.network or self.about.code


def _declared() -> Iterator[Format]:
    """Every module of the room of formats, in the order in which they are tried."""
    names = sorted(each.name for each in pkgutil.iter_modules(formats.__path__))
    modules = [importlib.import_module(f"{formats.__name__}.{name}") for name in names]
    for module in sorted(modules, key=lambda module: (module.ABOUT.rank, module.ABOUT.code)):
        yield Format(module.ABOUT, module.recognises, module.read)


FORMATS: dict[str, Format] = {each.code: each for each in _declared()}
"""Format code → format."""


def detect(source: Source) -> Format:
    """The format of a file.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Format
        The first whose signature the content shows.

    Raises
    ------
    ExportError
        The file is empty, unreadable or of no format understood here; the message lists those that are.
    """
    with damage_named(source):
        outline = outline_of(source)
    found = next((each for each in FORMATS.values() if each.recognises(outline)), None)
    if found:
        return found
    if outline.fault:
        raise ExportError(outline.fault)
    raise ExportError(
        f"{source.name}: {_seen(outline)}; understood are {understood()}; name one with --format to insist"
    )


def stated(code: str) -> Format:
    """The format of a code that a person stated.

    Raises
    ------
    ExportError
        No such code.
    """
    if code not in FORMATS:
        raise ExportError(f"--format {code}: no such format; understood are {understood()}")
    return FORMATS[code]


def understood() -> str:
    """The codes of all formats, as a sentence part."""
    return ", ".join(FORMATS)


def _seen(outline: Outline) -> str:
    if {"PARENT_KEY", "KEY"} <= outline.header or {"_parent_index", "_parent_table_name"} <= outline.header:
        return (
            "a repeat group's table of ODK, SurveyCTO or Kobo: its rows speak of people who were not asked, and are "
            "not read; read the interviews' own file, and let the form calculate what is needed of the group, such as "
            "count(${group})"
        )
    if outline.rows:
        return f"a table of {len(outline.rows[0])} columns [{_listed(outline.rows[0])}] is of no known format"
    names = sorted(path for path in outline.paths if path and "." not in path)
    return f"{outline.kind.upper()} of {len(names)} fields [{_listed(names)}] is of no known format"


def _listed(names: Sequence[str]) -> str:
    """The first names as far as they may be shown: a file without a header has a person's answers in their place."""
    return "; ".join(map(shown, names[:8])) + ("; …" if len(names) > 8 else "")
