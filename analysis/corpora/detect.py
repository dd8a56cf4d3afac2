"""Which vendor's export a file is, told from its content; the one list of all formats that are read here.

What must not be here: decoding. A file's name and suffix are not looked at: people rename files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from analysis.corpora.entries import Entry
from analysis.corpora.formats import (
    bluesky,
    crowdtangle,
    four_cat,
    kobo,
    limesurvey,
    mastodon,
    meta_content_library,
    pushshift,
    qualtrics,
    spss,
    stata,
    telegram_desktop,
    tiktok_research,
    x_api_v2,
    x_archive,
    x_v1_1,
    youtube_comment_threads,
)
from analysis.corpora.outline import Outline, outline_of
from analysis.corpora.sources import Source, damage_named
from analysis.errors import ExportError, shown


@dataclass(frozen=True)
class Format:
    """One vendor format: its code, a person's name for it, the two functions of its module.

    `network` is shared by formats that know a post under the same id, so that a deletion in one is heard in all.
    """

    code: str
    title: str
    is_survey: bool
    network: str
    recognises: Callable[[Outline], bool]
    read: Callable[[Source], Iterator[Entry]]


def _format(code: str, title: str, module: ModuleType, is_survey: bool = False, network: str = "") -> Format:
    return Format(code, title, is_survey, network or code, module.recognises, module.read)


# The order matters where one vendor's fields are a subset of another's: the more particular signature comes first.
FORMATS: dict[str, Format] = {
    each.code: each
    for each in (
        _format("spss", "SPSS .sav", spss, is_survey=True),
        _format("stata", "Stata .dta", stata, is_survey=True),
        _format("qualtrics", "Qualtrics CSV/TSV", qualtrics, is_survey=True),
        _format("kobo", "KoboToolbox/ODK CSV or XLSX", kobo, is_survey=True),
        _format("limesurvey", "LimeSurvey CSV", limesurvey, is_survey=True),
        _format("x_archive", "X archive tweets.js", x_archive, network="x"),
        _format("bluesky", "Bluesky records, feeds, threads", bluesky),
        _format("youtube_comment_threads", "YouTube commentThreads", youtube_comment_threads),
        _format("telegram_desktop", "Telegram Desktop result.json", telegram_desktop),
        _format("tiktok_research", "TikTok Research API", tiktok_research),
        _format("mastodon", "Mastodon statuses or outbox.json", mastodon),
        _format("pushshift", "Pushshift/Reddit", pushshift),
        _format("x_v1_1", "X API v1.1", x_v1_1, network="x"),
        _format("x_api_v2", "X API v2 (twarc2)", x_api_v2, network="x"),
        _format("crowdtangle", "CrowdTangle CSV", crowdtangle),
        _format("meta_content_library", "Meta Content Library CSV", meta_content_library),
        _format("4cat", "4CAT CSV", four_cat),
    )
}
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
            "a repeat group's table of ODK, SurveyCTO or Kobo: its rows belong to interviews of another file; read it"
        )
    if outline.rows:
        return f"a table of {len(outline.rows[0])} columns [{_listed(outline.rows[0])}] is of no known format"
    names = sorted(path for path in outline.paths if path and "." not in path)
    return f"{outline.kind.upper()} of {len(names)} fields [{_listed(names)}] is of no known format"


def _listed(names: Sequence[str]) -> str:
    """The first names as far as they may be shown: a file without a header has a person's answers in their place."""
    return "; ".join(map(shown, names[:8])) + ("; …" if len(names) > 8 else "")
