"""What a study folder says about its rehearsal: the plan, its truths, the exports and accounts it expects, its margins.

Everything is read, nothing written. What must not be here: a world.
"""

from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

from analysis.custody.manifest import Manifest, SurveySource, load_manifest
from analysis.errors import StudyError
from analysis.measures import margins
from analysis.measures.margin_levels import answers_of
from analysis.rehearsal.exports import Source, vendor_of
from analysis.rehearsal.post_exports import EXPECTED, PostSource, Press, numbers_of_accounts, post_source
from analysis.rehearsal.truths import load_truths
from analysis.rehearsal.world import Design
from analysis.study import Plan, load_plan
from analysis.vendors import WRITERS

PLAN, SOURCES, TRUTHS, MARGINS = "study.yml", "sources.yml", "truths.yml", "margins.csv"
ROLES = {"consent_subject": "consent_key", "respondent": "respondent_id", "duration": "interview_seconds"}
RECRUITED = {"recruiter": "recruiter_id", "wave": "wave"}
PLACES = ("Place A", "Place B", "Place C")


def plan_file(study: Path) -> Path:
    """The plan's file: the argument itself, or `study.yml` in it.

    Raises
    ------
    StudyError
        A folder without a plan.
    """
    path = study / PLAN if study.is_dir() else study
    if study.is_dir() and not path.is_file():
        raise StudyError(f"{study}: holds no {PLAN}; write a plan with `new-study NAME`, or name its file")
    return path


def open_design(study: Path, posts: int = 0) -> Design:
    """Read what a study folder says.

    Parameters
    ----------
    study : Path
        The folder, or its plan.
    posts : int
        Posts to rehearse, where the plan has posts; with 0 its survey alone is rehearsed.

    Raises
    ------
    StudyError, CustodyError, InputError
        A file that is there cannot be read or does not fit.
    """
    path = plan_file(study)
    plan, folder = load_plan(path), path.parent
    if not plan.has_survey and not posts:
        raise StudyError(f"{path}: the plan has posts only, and none are to be rehearsed; give a number by --posts")
    truths = load_truths(folder / TRUTHS, plan)
    manifest = load_manifest(folder / SOURCES) if (folder / SOURCES).is_file() else None
    hosts = manifest.hosts if manifest and manifest.hosts else PLACES
    if plan.place and plan.place in truths.answers:
        hosts = tuple(truths.answers[plan.place])
    design = Design(plan, truths, _sources(manifest, plan) if plan.has_survey else (), hosts)
    if plan.posts and posts:
        accounts = numbers_of_accounts(plan.posts, truths.posts, _listed(manifest))
        design = replace(design, press=Press(plan.posts, posts, accounts, _post_sources(manifest)))
    return replace(design, cells=_cells(folder / MARGINS, plan)) if (folder / MARGINS).is_file() else design


def _sources(manifest: Manifest | None, plan: Plan) -> tuple[Source, ...]:
    if manifest is None:
        return _expected(plan)
    if not manifest.surveys:
        raise StudyError("sources.yml names no survey export; a rehearsal needs one at least")
    return tuple(_source(each, plan) for each in manifest.surveys)


def _post_sources(manifest: Manifest | None) -> tuple[PostSource, ...]:
    """Exports of posts under the manifest's names, each of a file of its own."""
    if manifest is None or not manifest.posts:
        return (EXPECTED,)
    found = [
        post_source(each.source_id, each.file, each.platform_terms_basis, each.format,
                    [account.kind for account in each.accounts.values()])
        for each in manifest.posts
    ]  # fmt: skip
    files = Counter(each.file for each in found)
    own = (f"exports/{each.source_id}/{Path(each.file).name}" for each in found)
    return tuple(
        each if files[each.file] == 1 else replace(each, file=file) for each, file in zip(found, own, strict=True)
    )


def _listed(manifest: Manifest | None) -> dict[str, int]:
    accounts = (account for each in (manifest.posts if manifest else ()) for account in each.accounts.values())
    return Counter(account.kind for account in accounts)


def _source(given: SurveySource, plan: Plan) -> Source:
    """An export under a name whose ending is that of its format."""
    vendor = given.format or vendor_of(given.file, plan)
    if vendor not in WRITERS:
        raise StudyError(f"{given.file}: {vendor} cannot be rehearsed; formats: {', '.join(WRITERS)}")
    file = str(Path(given.file).with_suffix(WRITERS[vendor][0]))
    names = {role: name for role, name in vars(given.variables).items() if name}
    return Source(given.source_id, file, given.sample_source, given.mode, vendor, names, given.duration_unit,
                  given.period, given.sample)  # fmt: skip


def _expected(plan: Plan) -> tuple[Source, ...]:
    """Where no manifest says anything: one export of volunteers, and one of recruits where the plan has recruitment."""
    roles = {**ROLES, **({"interviewed": "interview_day"} if plan.periods else {})}
    found = [Source("volunteers", "exports/volunteers.csv", "opt_in", "web", vendor_of("volunteers.csv", plan), roles)]
    if plan.recruitment:
        names = {**roles, **RECRUITED}
        found.insert(0, Source("recruits", "exports/recruits.xlsx", "rds", "web", "kobo", names))
    return tuple(found)


def _cells(path: Path, plan: Plan) -> dict[tuple[str, ...], float] | None:
    """The study's own totals by cell; a level that joins answers is shared among them evenly."""
    if plan.margins is None:
        return None
    totals = margins.read_margins(path, plan.margins)
    found: dict[tuple[str, ...], float] = {}
    for row in totals.to_dict("records"):
        cells = list(product(*(answers_of(str(row[column])) for column in plan.margins.crossed)))
        for cell in cells:
            found[cell] = found.get(cell, 0.0) + float(row["total"]) / len(cells)
    return dict(sorted(found.items()))
