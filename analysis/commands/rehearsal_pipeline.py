"""The pipeline on a rehearsal: a copy of the project with a throw-away vault, whose book says that it is invented.

What must not be here: a path of the real vault, a link between an invented estimate and a claim.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.progress import Progress, TaskID
from ruamel.yaml import YAML

from analysis.admission.identities import PLANTED
from analysis.atomic import write_atomically
from analysis.claims.register import FIELD_COLUMNS, OWN, freeze_own, project_register
from analysis.commands.rehearsal_posts import read_out
from analysis.commands.rehearsal_studies import write_vault
from analysis.commands.verify import copy_source
from analysis.custody.pseudonyms import create_key
from analysis.errors import StoreError
from analysis.rehearsal.world import Design, World
from analysis.store import Store
from analysis.study.loading import named_codebook, parse_plan

KEY = "rehearsal.key"
ANNOTATIONS = "data/vault/annotations.csv"
READING = 1
"""Seed of what the invented readers say."""

SAID = "REHEARSAL, invented: "
BANNER = "REHEARSAL: everybody, every account and every number of this study is invented."
WORDS = ("title", "population", "period", "provenance")
"""Words of a plan that stand in its book and in every row of its tables."""

SMALLER: dict[str, dict[str, Any]] = {
    "simulate_study": {"population": 6_000, "respondents": 600, "posts": 4_000},
    "diagnose_design": {"worlds": 4},
    "estimate_survey": {"bootstrap_draws": 100, "model_draws": 200},
    "estimate_posts": {"permutations": 39},
}
"""What the pipeline does beside the study, no larger than it has to be."""

NEVER = date(2999, 1, 1)
_STEPS = (
    "The rehearsal is deleted by whoever started it; nothing in it came from a person, so nothing can be disclosed."
)
_PAPERS = {
    "controller": dict.fromkeys(("name", "country", "contact", "data_protection_officer"), "a rehearsal"),
    "approval_reference": {"board": "a rehearsal", "number": "0", "approved_on": date(2026, 1, 2)},
    "dpia": {"reference": "a rehearsal", "completed_on": date(2026, 1, 2), "residual_risk": "low"},
    "legal_basis": {"article_6": "consent", "article_9": "explicit_consent", "explanation": _STEPS},
    "retention": dict.fromkeys(("raw_exports_until", "key_until", "restricted_rows_until"), NEVER),
    "compelled_disclosure_plan": {"responsible": "a rehearsal", "steps": _STEPS},
}


def lay_out(root: Path, folder: Path, plan: Path, design: Design, world: World) -> Path:
    """A copy of the project with everything that a vault study needs; where it lies.

    Parameters
    ----------
    root : Path
        The project, which is only read.
    folder : Path
        Of the rehearsal.
    plan : Path
        File of the plan.
    design, world
    """
    project, unfinished, key = folder / "project", folder / "project.unfinished", folder / KEY
    shutil.rmtree(unfinished, ignore_errors=True)
    key.unlink(missing_ok=True)
    copy_source(root, unfinished)
    vault = unfinished / "data/vault"
    vault.mkdir(parents=True)
    write_vault(design, world, vault)
    (vault / "study.yml").write_text(_said(plan, has_posts=design.press is not None), encoding="utf-8")
    if design.press and (table := named_codebook(plan)):
        shutil.copyfile(plan.parent / table, vault / table)
    (vault / "governance.yml").write_text(yaml.safe_dump(_PAPERS), encoding="utf-8")
    (vault / PLANTED).write_text(json.dumps({"everywhere": list(world.traces)}), encoding="utf-8")
    (vault / "evidence_links.csv").write_text(",".join(FIELD_COLUMNS) + "\n", encoding="utf-8")
    _bring_claims(plan.parent / Path(OWN).name, unfinished)
    write_atomically(unfinished / "params.yaml", _parameters(unfinished / "params.yaml"))
    _announce(unfinished / "book/_config.yml")
    create_key(key, unfinished)
    unfinished.rename(project)
    return project


def _bring_claims(own: Path, project: Path) -> None:
    """Claims of the study, frozen as they are today."""
    if own.is_file():
        shutil.copyfile(own, project / OWN)
        freeze_own(project_register(project), project / OWN)


def _said(path: Path, *, has_posts: bool) -> str:
    """The plan with words that say that all is invented, and without posts where none are rehearsed."""
    reader = YAML()
    reader.preserve_quotes, reader.width = True, 10_000
    tree = reader.load(path.read_text(encoding="utf-8"))
    for name in WORDS:
        tree[name] = SAID + str(tree[name])
    if not has_posts:
        tree.pop("posts", None)
    sink = io.StringIO()
    reader.dump(tree, sink)
    parse_plan(sink.getvalue(), f"{path}, as it is rehearsed", path.parent)
    return sink.getvalue()


def _announce(config: Path) -> None:
    """Say on every page of the book that the study is invented."""
    reader = YAML()
    tree = reader.load(config.read_text(encoding="utf-8"))
    tree["sphinx"]["config"]["html_theme_options"]["announcement"] = BANNER
    sink = io.BytesIO()
    reader.dump(tree, sink)
    write_atomically(config, sink.getvalue())


def _parameters(path: Path) -> bytes:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["study"] = "vault"
    for stage, changes in SMALLER.items():
        content.setdefault(stage, {}).update(changes)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode()


def run(project: Path, design: Design, progress: Progress) -> None:
    """Run the pipeline in the copy, its readers once posts are admitted; what was interrupted goes on where it stood.

    Raises
    ------
    StoreError
        A stage stopped; with its last words.
    """
    stages = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    task = progress.add_task("the pipeline", total=len(stages))
    if design.press and design.press.plan.stances:
        _run(project, progress, task, "admit_posts")
        labels = read_out(Store(project).read("restricted__vault_posts"), design, np.random.default_rng(READING))
        write_atomically(project / ANNOTATIONS, labels.to_csv(index=False).encode())
    _run(project, progress, task)
    progress.update(task, completed=len(stages), description="the pipeline")


def _run(project: Path, progress: Progress, task: TaskID, *stages: str) -> None:
    command = [sys.executable, "-m", "analysis", "repro", *stages]
    process = subprocess.Popen(
        command, cwd=project, env=_environment(project), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    last: list[str] = []
    for line in _lines(process):
        last = [*last[-40:], line]
        if line.startswith(("Running stage", "Stage '")):
            progress.update(task, advance=1, description=line.split("'")[1])
    if process.wait():
        said = [line for line in last if line.strip()]
        raise StoreError("the pipeline stopped on the rehearsal; what it said last:\n" + "\n".join(said[-12:]))


def _lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    yield from (line.rstrip() for line in process.stdout)


def _environment(project: Path) -> dict[str, str]:
    binaries = str(Path(sys.executable).parent)
    return os.environ | {
        "PYTHONPATH": str(project),
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        "STUDY_KEY_FILE": str(project.parent / KEY),
    }
