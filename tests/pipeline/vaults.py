"""A small vault with everything that a study on real exports needs; its rows are the fictional world's."""

import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from analysis.custody.ledger import append_all, read_ledger
from analysis.custody.pseudonyms import create_key
from analysis.synthetic.fiction import Fiction, Sizes, write_fiction
from tests.unit.custody.test_governance import VALID

SIZES = Sizes(population=6_000, respondents=600, posts=4_000)
SEED = 77
ROOT = Path(__file__).resolve().parents[2]
SMALLER = {
    "population: 40000": f"population: {SIZES.population}",
    "respondents: 3000": f"respondents: {SIZES.respondents}",
    "posts: 60000": f"posts: {SIZES.posts}",
    "worlds: 20": "worlds: 4",
    "bootstrap_draws: 300": "bootstrap_draws: 40",
    "model_draws: 400": "model_draws: 120",
    "permutations: 199": "permutations: 39",
}
"""Edits of params.yaml after which the fictional world is no larger than the vault, and nothing is drawn for long."""

LAST_DAY = date(2026, 11, 20)
"""Of an event in a vault of the tests: before the day of the release in params.yaml."""

MADE_OF_IT = (
    "synthetic_annotations.csv",
    "synthetic_predictions.csv",
    "synthetic_truth.csv",
    "synthetic_canaries.json",
    "README.md",
    "synthetic_pseudonym_test_key.txt",
)


def furnish(project: Path, fiction: Fiction | None = None) -> Path:
    """Write `data/vault` with exports, ledger, manifest and governance file."""
    vault = project / "data/vault"
    for name, content in (fiction or small_fiction()).files.items():
        if name not in MADE_OF_IT:
            path = vault / name.replace("synthetic_sources", "sources").replace("synthetic_margins", "margins")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (vault / "study.yml").write_text(plan_of_a_vault(), encoding="utf-8")
    (vault / "frames.csv").write_bytes((ROOT / "data/study/frames.csv").read_bytes())
    (vault / "governance.yml").write_text(yaml.safe_dump(VALID), encoding="utf-8")
    bring_to_the_past(vault / "synthetic_ledger.jsonl")
    return vault


def plan_of_a_vault() -> str:
    """The shipped plan with the words of a study on real people."""
    text = (ROOT / "data/study/study.yml").read_text(encoding="utf-8")
    return text.replace("respondents of the fictional survey", "respondents of this study").replace(
        "the fictional interviews", "the study's interviews"
    )


def bring_to_the_past(ledger: Path) -> None:
    """The fictional world withdraws in a future that no vault may know."""
    events = [entry.event for entry in read_ledger(ledger)]
    ledger.unlink()
    append_all(ledger, [replace(event, day=min(event.day, LAST_DAY)) for event in events])


def small_fiction() -> Fiction:
    return write_fiction(SEED, SIZES)


def outside_key(folder: Path, project: Path) -> Path:
    """A new key outside the project."""
    path = folder / "study.key"
    create_key(path, project)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path
