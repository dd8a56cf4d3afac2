"""`rehearse`: a plan tried on invented people before anybody is asked, from vendors' exports to verdicts.

What must not be here: a world, arithmetic, a file of the real vault that is written.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.markdown import Markdown
from rich.progress import Progress

from analysis.atomic import write_atomically
from analysis.claims.entries import Register
from analysis.claims.register import OWN, project_register, with_own
from analysis.commands import rehearsal_pipeline
from analysis.commands.rehearsal_folder import MARGINS, SOURCES, TRUTHS, open_design, plan_file
from analysis.commands.rehearsal_report import REPORT, Gated, Rehearsal, report, write_report
from analysis.commands.rehearsal_studies import Studied, repeated, study_once, tally_of, together_rows
from analysis.commands.screen import screen
from analysis.custody.modes import PRIVATE_UMASK
from analysis.errors import InputError
from analysis.params import load_params
from analysis.rehearsal.world import Design, World, make_world
from analysis.results.rehearsal import beside_truth, claimed, posts_beside_truth
from analysis.store import Store
from analysis.study.loading import named_codebook

ROOT = Path(__file__).resolve().parents[2]
STAMP = "rehearsal.json"


def rehearse(
    study: Annotated[Path, typer.Argument(help="Folder of a study, or its plan, such as data/vault/study.yml")],
    *,
    respondents: Annotated[int, typer.Option(min=1, help="Interviews over all exports")] = 1_000,
    posts: Annotated[int, typer.Option(min=0, help="Posts over all exports; 0 for none")] = 8_000,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn")] = 1,
    draws: Annotated[int, typer.Option(min=0, help="Repeated studies, from exports to estimates")] = 0,
    to: Annotated[
        Path | None, typer.Option(help="Keep report, tables and the throw-away project here; goes on there")
    ] = None,
    pipeline: Annotated[bool, typer.Option(help="Run the whole pipeline, to its book")] = True,
) -> None:
    """Make an invented world from a plan, run the pipeline on its exports, and hold every estimate against the truth.

    People answer where the plan has a survey, accounts write where it has posts. Example: ./run rehearse data/vault
    --respondents 1500 --posts 20000 --draws 50 --to /tmp/rehearsal. What is true is stated in
    truths.yml beside the plan, or has a default. The study's own files are read and never written. Exit code 0; 2 with
    what has to be mended, or with the stage that stopped.
    """
    os.umask(PRIVATE_UMASK)
    design = open_design(study, posts)
    world = make_world(design, respondents, seed)
    run = partial(_studied, _register(plan_file(study).parent))
    sizes = (respondents, posts if design.press else 0, seed)
    with _place(to, study, sizes) as folder, Progress(transient=True) as progress:
        if pipeline:
            once, gated = _through_pipeline(design, world, folder, plan_file(study), progress)
        else:
            once, gated = run(design, world), None
        studies = _repeated(design, (respondents, seed, draws), run)
        others = list(progress.track(studies, total=draws, description="studies"))
        found = Rehearsal(design, respondents, seed, once, gated, others)
        if to:
            write_report(found, to)
    _print(report(found))
    if to:
        print(f"written: {to / REPORT} and its tables")


def _print(text: str) -> None:
    console = screen()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        print(text, end="")


@contextmanager
def _place(to: Path | None, study: Path, asked: tuple[int, int, int]) -> Iterator[Path]:
    """A folder for the throw-away project: the one that is named, or one that is deleted afterwards."""
    if to is None:
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
            yield Path(folder)
        return
    inside = to.resolve()
    if inside.is_relative_to(ROOT):
        raise InputError(
            f"--to {to}: lies in the project, where invented exports could be taken for real ones; move it"
        )
    to.mkdir(parents=True, exist_ok=True)
    stamp = _stamp(study, asked)
    if (to / STAMP).is_file() and (to / STAMP).read_bytes() != stamp:
        raise InputError(f"--to {to}: holds another rehearsal; name another folder, or remove this one")
    if not (to / STAMP).is_file() and any(to.iterdir()):
        raise InputError(f"--to {to}: holds other files; name an empty folder")
    write_atomically(to / STAMP, stamp)
    yield to


def _stamp(study: Path, asked: tuple[int, int, int]) -> bytes:
    """By what a rehearsal is known again: the study's files, its sizes, its seed."""
    path = plan_file(study)
    named = (SOURCES, TRUTHS, MARGINS, Path(OWN).name, named_codebook(path))
    files = [path, *(path.parent / name for name in named if name)]
    hashes = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files if each.is_file()}
    sizes = dict(zip(("respondents", "posts", "seed"), asked, strict=True))
    return (json.dumps({"files": hashes, **sizes}, sort_keys=True) + "\n").encode()


def _through_pipeline(
    design: Design, world: World, folder: Path, plan: Path, progress: Progress
) -> tuple[Studied, Gated]:
    project = folder / "project"
    if not project.is_dir():
        rehearsal_pipeline.lay_out(ROOT, folder, plan, design, world)
    rehearsal_pipeline.run(project, design, progress)
    store = Store(project)
    rows = beside_truth(store.read("candidate__vault_survey_estimates"), world.values)
    evidence = [store.read(f"restricted__vault_{part}_evidence") for part in ("survey", "post")]
    claims = claimed(_register(plan.parent), together_rows(*evidence), design.plan, world.values)
    tally = tally_of(store.read("open__vault_survey_admission"), "sample_source_code", "respondents_n")
    tally += tally_of(store.read("open__vault_posts_admission"), "platform_code", "posts_n")
    read = store.read("candidate__vault_post_estimates")
    posts = posts_beside_truth(read, world.values, design.press.plan) if design.press else pd.DataFrame()
    return Studied(rows, claims, tally, posts), _gated(store)


def _gated(store: Store) -> Gated:
    """Checks of the gate, and cells of the study's own counts that it left empty."""
    records = store.read("open__disclosure_records")
    own = [name for name in records.table_name.unique() if name.startswith("vault_")]
    rows = []
    for name in own:
        counts = store.read(f"open__{name}").filter(regex=r"_n$")
        if int(counts.isna().sum().sum()):
            rows.append((name, int(counts.isna().sum().sum()), counts.size))
    return Gated(records, pd.DataFrame(rows, columns=["table_name", "empty_n", "cells_n"]))


def _register(study: Path) -> Register:
    """The register, with the claims that lie beside the plan, frozen or not."""
    register, own = project_register(ROOT), study / Path(OWN).name
    return with_own(register, own, is_frozen=False) if own.is_file() else register


def _studied(register: Register, design: Design, world: World) -> Studied:
    params = load_params(ROOT / "params.yaml")
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        return study_once(design, world, Path(folder), register, params.weight_respondents.cut_at)


def _repeated(
    design: Design, asked: tuple[int, int, int], run: Callable[[Design, World], Studied]
) -> Iterator[Studied]:
    respondents, seed, draws = asked
    yield from repeated(design, respondents, seed, draws, run) if draws else ()
