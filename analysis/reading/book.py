"""Stage the book: chapters as written, and beside them every page, figure, table and value that the release makes.

What must not be here: wording, drawing, or running the builder.
"""

import csv
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.errors import ReleaseError
from analysis.reading.claim_pages import claim_pages, contents
from analysis.reading.dictionary import dictionary_pages, dictionary_sections
from analysis.reading.edition import Edition
from analysis.reading.feed import verdict_feed
from analysis.reading.figures import Drawing
from analysis.reading.figures_attacks import attack_results
from analysis.reading.figures_design import privacy_price, verdict_curves
from analysis.reading.figures_evidence import events_timeline, published_attitudes
from analysis.reading.figures_hosts import host_tiles
from analysis.reading.figures_labels import base_rate_dots
from analysis.reading.figures_lists import count_profiles, list_profiles
from analysis.reading.figures_performance import performance_ratios
from analysis.reading.figures_pipeline import pipeline_flow
from analysis.reading.figures_population import disaggregation, population_series, protected_by_host, protection_frame
from analysis.reading.figures_posts import coordination_null, frame_weeks, stance_periods, text_quality
from analysis.reading.figures_power import list_power, masked_power
from analysis.reading.figures_real import list_practice, protection_rates
from analysis.reading.figures_sampling import rds_coverage
from analysis.reading.figures_shocks import shock_forest, specification_curve
from analysis.reading.figures_survey import (
    defect_curve,
    endorsement_forest,
    estimate_ladder,
    robust_steps,
    weighting_comparison,
)
from analysis.reading.parts import absent_chapters, absent_page
from analysis.reading.questionnaire_page import questionnaire_page
from analysis.reading.share_card import share_card
from analysis.reading.study_front import study_front
from analysis.reading.substitutions import substitutions
from analysis.reading.tables import Release
from analysis.reading.terms import own_title
from analysis.reading.translations import complete_translations, read_languages, translated_pages, translated_values
from analysis.reading.wording import day

FIGURES: tuple[Callable[[Release], Drawing], ...] = (
    population_series,
    protected_by_host,
    host_tiles,
    protection_frame,
    disaggregation,
    published_attitudes,
    events_timeline,
    count_profiles,
    list_profiles,
    list_practice,
    protection_rates,
    list_power,
    masked_power,
    base_rate_dots,
    verdict_curves,
    privacy_price,
    attack_results,
    pipeline_flow,
    rds_coverage,
    weighting_comparison,
    robust_steps,
    defect_curve,
    estimate_ladder,
    endorsement_forest,
    performance_ratios,
    frame_weeks,
    text_quality,
    stance_periods,
    coordination_null,
    specification_curve,
    shock_forest,
)
CARD, FEED, BUNDLE = "share_card.png", "verdicts.xml", "afghan-diaspora-attitudes.zip"
DRAWERS = 4
CLAIMS_CHAPTER, DICTIONARY_CHAPTER = "claims", "dictionary"
DOCUMENTS = (
    "datapackage.json",
    "codebook.md",
    "disclosure_report.md",
    "SHA256SUMS",
    "CITATION.cff",
    "RESPONSIBLE_USE.md",
    "LICENSE-data.md",
)
"""Files of the release that readers download as they are; one that a release lacks fails the build as a broken link."""


def stage_book(chapters: Path, release: Release, bundle: Path, edition: Edition, staging: Path) -> None:
    """Write everything that the builder reads into an empty folder.

    Parameters
    ----------
    chapters : Path
        The `book` folder: chapters, `_config.yml`, `_toc.yml`, `_static`, `_ext`.
    release : Release
        The cleared release; nothing else is read.
    bundle : Path
        The release as one file, for readers to download.
    edition : Edition
        Version and day.
    staging : Path
        Replaced.
    """
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(chapters, staging, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    require_past(release, edition.day)
    for name, part in absent_chapters(release).items():
        page = staging / f"{name}.md"
        _write(page, absent_page(page.read_text(encoding="utf-8"), part))
    drawings = drawn(release)
    _write_figures(drawings, staging)
    languages = read_languages(staging)
    complete_translations(staging, languages)
    card = share_card(release, f"Release {edition.version}, {day(edition.day)}")
    for folder in ("figures", "_extra"):
        (staging / folder / CARD).write_bytes(card)
    _write(staging / "_extra" / FEED, verdict_feed(release, edition))
    _write_explorer(release, staging / "_extra" / "tables")
    _copy_release(release, staging)
    shutil.copy(bundle, staging / "data" / BUNDLE)
    pages = claim_pages(release, drawings, edition) | dictionary_pages(release) | translated_pages(release, languages)
    pages["questionnaire"] = questionnaire_page(release)
    if title := own_title(release):
        pages["index"] = study_front(release)
    for name, text in pages.items():
        _write(staging / f"{name}.md", text)
    sections = {CLAIMS_CHAPTER: contents(release), DICTIONARY_CHAPTER: dictionary_sections(release)}
    _complete_contents(staging / "_toc.yml", sections)
    values = substitutions(release, drawings, edition) | translated_values(release, languages)
    _complete_config(staging / "_config.yml", values, edition, title)


def drawn(release: Release) -> dict[str, Drawing]:
    """Every figure by its name; each is drawn once, on as many processors as there are, up to `DRAWERS`."""
    with ProcessPoolExecutor(min(DRAWERS, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        return {drawing.name: drawing for drawing in pool.map(_draw, FIGURES, repeat(release))}


def _draw(figure: Callable[[Release], Drawing], release: Release) -> Drawing:
    return figure(release)


def require_past(release: Release, edition_day: date) -> None:
    """ReleaseError where a table holds a day after the one that the release is dated."""
    late = [
        f"table {name!r}, column {column}: {rows[column].max():%Y-%m-%d}"
        for name in release.names
        for rows in [release.table(name)]
        for column in rows.columns
        if column.endswith("_date") and len(rows) and pd.Timestamp(rows[column].max()) > pd.Timestamp(edition_day)
    ]
    if late:
        raise ReleaseError(
            f"the release is dated {edition_day}, before days that it holds; set release.date in params.yaml:\n"
            + "\n".join(late)
        )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_figures(drawings: dict[str, Drawing], staging: Path) -> None:
    """Pictures, what they show as CSV, and the scripts that drew them."""
    (staging / "figures").mkdir()
    for name, drawing in drawings.items():
        (staging / "figures" / f"{name}.svg").write_bytes(drawing.page_svg)
        (staging / "figures" / f"{name}_phone.svg").write_bytes(drawing.phone_svg)
        (staging / "figures" / f"{name}.png").write_bytes(drawing.page_png)
        (staging / "figures" / drawing.csv_name).write_bytes(drawing.data_csv)
    scripts = Path(__file__).parent
    shutil.copytree(scripts, staging / "scripts", ignore=shutil.ignore_patterns("__pycache__", "__init__.py"))


def _write_explorer(release: Release, folder: Path) -> None:
    """Every table as a script that a page can load from disk, and the list of them."""
    listed = []
    for name in release.names:
        resource = release.resource(name)
        with release.path(name, "csv").open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        data = json.dumps({"columns": columns, "rows": rows}, ensure_ascii=False, separators=(",", ":"))
        _write(folder / f"{name}.js", f"window.TABLE_DATA = {data};\n")
        listed.append({"name": name, "title": resource["title"]})
    _write(folder / "tables.js", f"window.TABLES = {json.dumps(listed, ensure_ascii=False)};\n")


def _copy_release(release: Release, staging: Path) -> None:
    """The tables for readers to download, and the release as the notebook reads it."""
    (staging / "data").mkdir()
    for name in release.names:
        for suffix in ("csv", "parquet"):
            shutil.copy(release.path(name, suffix), staging / "data")
    for name in DOCUMENTS:
        if (release.folder / name).is_file():
            shutil.copy(release.folder / name, staging / "data")
    shutil.copytree(release.folder, staging / "release")


def _complete_contents(path: Path, sections: dict[str, list[dict[str, str]]]) -> None:
    """Put the pages that the release makes under their chapters."""
    toc: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            if chapter["file"] in sections:
                chapter["sections"] = sections[chapter["file"]]
    _write(path, yaml.safe_dump(toc, allow_unicode=True, sort_keys=False))


def _complete_config(path: Path, values: dict[str, str], edition: Edition, title: str) -> None:
    """Add the values that chapters quote, the edition in the footer, and a team's own title."""
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["title"] = title or config["title"]
    settings = config["sphinx"]["config"]
    settings["myst_substitutions"] = values
    settings["book_address"] = edition.book_address
    settings["version"] = settings["release"] = edition.version
    theme = settings["html_theme_options"]
    theme["extra_footer"] = theme["extra_footer"].format(**edition.words)
    _write(path, yaml.safe_dump(config, allow_unicode=True, sort_keys=False))
