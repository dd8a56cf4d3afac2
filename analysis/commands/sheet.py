"""`sheet`: annotation sheets from the study's own posts, and the filled ones as labels; nothing leaves the vault.

What belongs here: options and files. What must not: drawing, and what a sheet may hold (`measures.sheets`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from analysis.admission.study import VAULT
from analysis.atomic import write_atomically
from analysis.custody.modes import close_to_others
from analysis.errors import EstimationError, InputError
from analysis.estimators.text_prevalence import labelling_chances
from analysis.measures import sheets
from analysis.measures.annotations import ADJUDICATOR, FEWEST_CODERS
from analysis.measures.predictions import read_predictions
from analysis.params import load_params
from analysis.schemas import study_table
from analysis.spreadsheet import csv_text, inert
from analysis.store import Store
from analysis.study import open_plan
from analysis.study.posts import Posts

FOLDER, KEY = f"{VAULT}/sheets", f"{VAULT}/sheets/key.csv"
ANNOTATIONS = f"{VAULT}/annotations.csv"
PREDICTIONS = f"{VAULT}/predictions.csv"
FLOOR = 0.3
TO_DECIDE = f"{FOLDER}/{ADJUDICATOR}.csv"

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.command("draw")
def draw_sheets(
    probability: Annotated[
        list[str], typer.Option(help="Kind of account and its inclusion probability, as institution=0.1; once per kind")
    ],
    *,
    seed: Annotated[int, typer.Option(help="Of the draw; the same posts and seed give the same sheets")],
    coder: Annotated[list[str] | None, typer.Option(help="Name of a coder; two or more")] = None,
    by_doubt: Annotated[
        str | None,
        typer.Option(
            help="Classifier and label of data/vault/predictions.csv, as dictionary=hostile: label doubts more"
        ),
    ] = None,
    floor: Annotated[float, typer.Option(help="by-doubt: least part of a kind's probability that a post has")] = FLOOR,
) -> None:
    """Draw posts of the vault for annotation, and write a sheet per coder and the key into data/vault/sheets.

    Example: ./run python -m analysis sheet draw --seed 7 --probability institution=0.1 --probability person=0.05
    --coder anna --coder omid. Sheets hold scrubbed texts under numbers that say nothing; which post a number is stands
    in the key alone. Both stay in the vault: coders read them there. With --by-doubt posts whose prediction is doubtful
    are drawn more often; a kind keeps its mean probability, and estimates stay unbiased. Exit code 0, or 2 with what to
    mend.
    """
    study, coders = _opened(), coder or ["coder_1", "coder_2"]
    _demand_coders(coders)
    if (study.root / KEY).exists():
        raise InputError(
            f"{KEY}: exists; a second draw would part numbers from posts: import it, or move {FOLDER} away"
        )
    chances = _probabilities(probability, study.plan)
    spread = None if by_doubt is None else _by_doubt(study, by_doubt, floor)
    key = sheets.draw(_readable(study), chances, np.random.default_rng(seed), spread)
    written = {f"{FOLDER}/{name}.csv": sheets.sheet_of(key, name) for name in coders} | {KEY: inert(key)}
    for path, rows in written.items():
        write_atomically(study.root / path, csv_text(rows).encode())
    close_to_others(study.root / VAULT)
    print("\n".join([*(f"written: {path}, {len(rows)} posts" for path, rows in written.items()), "labels:"]))
    print("\n".join(f"  {stance.code}: {stance.words}" for stance in study.plan.stances))
    print("next: have every row labelled by every coder, then ./run python -m analysis sheet import")


@app.command("import")
def import_sheets(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Filled sheets; all of data/vault/sheets without it", metavar="FILE…")
    ] = None,
) -> None:
    """Hold filled sheets against the plan and the key, and write data/vault/annotations.csv for the pipeline.

    Example: ./run python -m analysis sheet import. Where coders disagree without a majority, nothing is taken in and
    data/vault/sheets/adjudicator.csv lists the posts to be decided; fill it and import again. Exit code 0, or 2 with
    what to mend.
    """
    study = _opened()
    if not (study.root / KEY).is_file():
        raise InputError(f"{KEY}: no such file; draw a sample with `./run python -m analysis sheet draw`")
    key = sheets.read_key((study.root / KEY).read_bytes(), KEY)
    given = files or [path for path in sorted((study.root / FOLDER).glob("*.csv")) if path.name != Path(KEY).name]
    rows = sheets.filled({str(path): _bytes(path) for path in given}, key, {each.code for each in study.plan.stances})
    open_ones = sheets.without_majority(rows, key)
    if len(open_ones):
        _keep_apart(study.root, open_ones)
    write_atomically(study.root / ANNOTATIONS, csv_text(inert(rows)).encode())
    close_to_others(study.root / VAULT)
    print(
        f"written: {ANNOTATIONS}, {len(rows)} labels of {rows['item'].nunique()} posts by {rows.coder.nunique()} coders"
    )
    print("next: ./run")


@dataclass(frozen=True)
class _Opened:
    """A study on real exports with posts that are labelled."""

    root: Path
    plan: Posts


def _opened() -> _Opened:
    root = Path.cwd()
    study = load_params(root / "params.yaml").study
    if study != "vault":
        raise InputError(f"params.yaml: study is {study!r}; sheets are drawn from a team's own posts: set study: vault")
    plan = open_plan(root, study).posts
    if plan is None or not plan.stances:
        raise InputError("data/vault/study.yml: the plan has no `posts` with `stances`; say there what is labelled")
    return _Opened(root, plan)


def _readable(study: _Opened) -> pd.DataFrame:
    """Posts with words of their own, in a language that the study reads."""
    posts = Store(study.root).read(study_table("vault", "restricted__posts"))
    posts = posts[posts.post_text.notna()]
    return posts[posts.language_code.isin(study.plan.languages)] if study.plan.languages else posts


def _probabilities(given: list[str], plan: Posts) -> dict[str, float]:
    kinds = [kind.code for kind in plan.read_kinds]
    found = {}
    for each in given:
        kind, _, number = each.partition("=")
        try:
            found[kind] = float(number)
        except ValueError as error:
            raise InputError(f"--probability is {each!r}; write KIND=NUMBER, as {kinds[0]}=0.1") from error
        if kind not in kinds:
            raise InputError(f"--probability names kind {kind!r}; the plan reads {', '.join(kinds)}")
    return found


def _by_doubt(study: _Opened, named: str, floor: float) -> sheets.Spread:
    """Chances that follow one classifier's doubt about one label; every post that may be drawn needs a prediction."""
    if not (study.root / PREDICTIONS).is_file():
        raise InputError(f"{PREDICTIONS}: no such file; --by-doubt needs a classifier's predictions there")
    held = read_predictions((study.root / PREDICTIONS).read_bytes(), PREDICTIONS)
    classifier, _, label = named.partition("=")
    of_one = held[(held.classifier == classifier) & (held.label == label)]
    if of_one.empty:
        pairs = sorted({f"{c}={s}" for c, s in zip(held.classifier, held.label, strict=True)})
        raise InputError(f"--by-doubt is {named!r}; {PREDICTIONS} has {', '.join(pairs)}")
    share = of_one.set_index("item").share.astype(float)

    def spread(posts: pd.DataFrame, mean_chance: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        predicted = posts.post_pseudonym.map(share)
        if predicted.isna().any():
            raise InputError(f"{PREDICTIONS}: {int(predicted.isna().sum())} of {len(posts)} posts have no prediction "
                             f"of {named}; predict all")  # fmt: skip
        try:
            return labelling_chances(predicted.to_numpy(dtype=float), mean_chance, floor)
        except EstimationError as error:
            raise InputError(f"--by-doubt {named}: {error}") from error

    return spread


def _demand_coders(coders: list[str]) -> None:
    if len(set(coders)) < FEWEST_CODERS or len(set(coders)) < len(coders):
        raise InputError(f"--coder names {', '.join(coders)}; give {FEWEST_CODERS} or more, each by a name of its own")
    odd = [name for name in coders if not name.replace("_", "").isalnum() or name in (ADJUDICATOR, Path(KEY).stem)]
    if odd:
        raise InputError(f"--coder names {odd[0]!r}; write letters, digits and underscores, and none of the names "
                         f"{ADJUDICATOR}, {Path(KEY).stem}")  # fmt: skip


def _keep_apart(root: Path, undecided: pd.DataFrame) -> None:
    """Write the sheet of what an adjudicator has to decide, and stop."""
    path = root / TO_DECIDE
    if path.exists():
        raise InputError(
            f"{TO_DECIDE}: exists, and {len(undecided)} posts have no label of most coders and none there; add them to "
            "it, or move it away and import again"
        )
    write_atomically(path, csv_text(sheets.sheet_of(undecided, ADJUDICATOR)).encode())
    close_to_others(root / VAULT)
    raise InputError(
        f"{len(undecided)} posts have no label of most coders; nothing was taken in: fill {TO_DECIDE} and import again"
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a sheet that `sheet draw` wrote") from error
