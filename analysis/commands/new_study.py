"""`new-study`: the files of a study on real exports, commented, to be filled in; nothing that is there is touched."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from analysis.admission.study import GOVERNANCE, MANIFESTS, VAULT
from analysis.atomic import write_atomically
from analysis.claims.register import FIELD_COLUMNS
from analysis.custody.modes import close_to_others
from analysis.errors import InputError
from analysis.study import PLANS
from analysis.study.loading import parse_plan

ROOT = Path(__file__).resolve().parents[2]
PLAN = PLANS["vault"]
CODEBOOK = f"{VAULT}/frames.csv"
SURVEY, POSTS = "data/codelists/study_template.yml", "data/codelists/posts_template.yml"
TRUTHS = f"{VAULT}/truths.yml"
TEMPLATES = {
    MANIFESTS["vault"]: "data/codelists/sources_template.yml",
    GOVERNANCE: "data/codelists/governance_template.yml",
    TRUTHS: "data/codelists/truths_template.yml",
}
FRAMES = "data/codelists/frames.csv"
Part = Literal["survey", "posts", "both"]
ABSENT = {"survey": r"\nposts:\n(.|\n)*", "posts": r"hosts: .*\n|\nsurveys:\n(.|\n)*(?=\nposts:\n)", "both": r"(?!)"}
"""What the manifest of a study of one part leaves out."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
NEXT = f"""next:
 1. say in {PLAN} what was asked and what is estimated, then ./run python -m analysis check-study {PLAN}
 2. ./run rehearse {VAULT} tries the plan on invented people and posts before anything is collected
 3. put the exports into {VAULT}/exports, and name each in {MANIFESTS["vault"]}
 4. answer every field of {GOVERNANCE}
 5. ./run python -m analysis check EXPORT --study {PLAN} --sources {MANIFESTS["vault"]}
The page "Bring your own corpora" of the book goes on from there."""


def new_study(
    name: Annotated[str, typer.Argument(help="Short name of the study: small letters, digits, underscores")],
    *,
    has: Annotated[Part, typer.Option(help="What the study has: a survey, posts, or both")] = "survey",
) -> None:
    """Write a commented plan, manifest, governance file and table of links into data/vault, to be filled in.

    Example: ./run python -m analysis new-study trust_2027 --has posts. The plan fits together as it is; what is already
    there is kept, and named. Exit code 0, or 2 with what has to be moved away.
    """
    if not NAME.fullmatch(name):
        raise InputError(f"NAME is {name!r}; write small letters, digits and underscores, as trust_2027")
    files = contents(name, has)
    there = [path for path in files if (ROOT / path).exists()]
    if there:
        raise InputError(f"{', '.join(there)}: exists; move it away, or go on with the study that is there")
    for path, text in files.items():
        write_atomically(ROOT / path, text.encode())
    (ROOT / VAULT / "exports").mkdir(exist_ok=True)
    close_to_others(ROOT / VAULT)
    print("\n".join([f"written: {path}" for path in files]))
    print(NEXT)


def contents(name: str, has: Part = "survey") -> dict[str, str]:
    """Path to text of every file of a new study."""
    texts = {path: _text(template) for path, template in TEMPLATES.items()}
    texts[MANIFESTS["vault"]] = re.sub(ABSENT[has], "", texts[MANIFESTS["vault"]])
    texts[PLAN] = _plan(has).replace("study: NAME", f"study: {name}", 1)
    if has != "survey":
        texts[CODEBOOK] = _text(FRAMES)
    parse_plan(texts[PLAN], PLAN, (ROOT / FRAMES).parent)
    return texts | {f"{VAULT}/evidence_links.csv": ",".join(FIELD_COLUMNS) + "\n"}


def _plan(has: Part) -> str:
    """The template of the part, or that of a survey with the posts below."""
    if has == "both":
        posts = _text(POSTS)
        return _text(SURVEY) + posts[posts.index("\nposts:\n") :]
    return _text(POSTS if has == "posts" else SURVEY)


def _text(template: str) -> str:
    return (ROOT / template).read_text(encoding="utf-8")
