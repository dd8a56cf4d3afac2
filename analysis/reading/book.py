"""Stage the book: chapters as written, and beside them every page, figure, table and value that the release makes.

What must not be here: wording, drawing, or running the builder.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.reading.claim_pages import claim_pages, contents
from analysis.reading.dictionary import dictionary_page
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
from analysis.reading.figures_register import register_tiles
from analysis.reading.figures_sampling import rds_coverage
from analysis.reading.figures_shocks import shock_forest, specification_curve
from analysis.reading.figures_survey import (
    defect_curve,
    endorsement_forest,
    estimate_ladder,
    robust_steps,
    weighting_comparison,
)
from analysis.reading.share_card import share_card
from analysis.reading.substitutions import substitutions
from analysis.reading.tables import Release
from analysis.reading.wording import day

FIGURES: tuple[Callable[[Release], Drawing], ...] = (
    register_tiles,
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
CARD = "share_card.png"
CLAIMS_CHAPTER = "claims"
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


@dataclass(frozen=True)
class Edition:
    """Version and day of the release that the book describes."""

    version: str
    day: date

    @property
    def words(self) -> dict[str, str]:
        """Version and day as a reader says them."""
        return {"version": self.version, "date": day(self.day)}


def stage_book(chapters: Path, release: Release, edition: Edition, staging: Path) -> None:
    """Write everything that the builder reads into an empty folder.

    Parameters
    ----------
    chapters : Path
        The `book` folder: chapters, `_config.yml`, `_toc.yml`, `_static`, `_ext`.
    release : Release
        The cleared release; nothing else is read.
    edition : Edition
        Version and day.
    staging : Path
        Replaced.
    """
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(chapters, staging, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    drawings = {drawing.name: drawing for drawing in (draw(release) for draw in FIGURES)}
    _write_figures(drawings, staging)
    (staging / "figures" / CARD).write_bytes(share_card(release, f"Release {edition.version}, {day(edition.day)}"))
    _copy_release(release, staging)
    pages = claim_pages(release, drawings)
    pages["dictionary"] = dictionary_page(release)
    for name, text in pages.items():
        _write(staging / f"{name}.md", text)
    _complete_contents(staging / "_toc.yml", contents(release))
    _complete_config(staging / "_config.yml", substitutions(release, drawings, edition.words), edition)


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


def _complete_contents(path: Path, claims: list[dict[str, str]]) -> None:
    """Put the pages of the claims under their chapter."""
    toc: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            if chapter["file"] == CLAIMS_CHAPTER:
                chapter["sections"] = claims
    _write(path, yaml.safe_dump(toc, allow_unicode=True, sort_keys=False))


def _complete_config(path: Path, values: dict[str, str], edition: Edition) -> None:
    """Add the values that chapters quote, and the edition in the footer."""
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings = config["sphinx"]["config"]
    settings["myst_substitutions"] = values
    settings["version"] = settings["release"] = edition.version
    theme = settings["html_theme_options"]
    theme["extra_footer"] = theme["extra_footer"].format(**edition.words)
    _write(path, yaml.safe_dump(config, allow_unicode=True, sort_keys=False))
