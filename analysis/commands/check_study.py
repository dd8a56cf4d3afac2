"""`check-study`: whether a plan fits together, and what would be estimated from it; nothing else is read or written."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.study import Plan, load_plan
from analysis.study.loading import json_schema


def check_study(
    file: Annotated[Path, typer.Argument(help="The plan of a study, such as data/vault/study.yml")],
    schema: Annotated[Path | None, typer.Option(help="Also write the JSON Schema of plans here, for an editor")] = None,
) -> None:
    """Read a plan as strictly as the pipeline does, and say what it holds: every fault with its line and the fix."""
    for line in summary(load_plan(file)):
        print(line)
    if schema:
        write_atomically(schema, json_schema().encode())


def summary(plan: Plan) -> list[str]:
    """A plan in a few lines."""
    parts = {
        "direct questions": len(plan.questions),
        "groups": len(plan.groups),
        "split ballots": len(plan.split_ballots),
        "batteries of messages": len(plan.batteries),
        "list experiments": len(plan.list_experiments),
        "endorsement experiments": len(plan.endorsements),
        "randomised devices": len(plan.devices),
        "contrasts": len(plan.contrasts),
        "scales": len(plan.scales),
    }
    held = ", ".join(f"{count} {words}" for words, count in parts.items() if count)
    absent = [words for words, part in (("recruitment", plan.recruitment), ("margins", plan.margins)) if part is None]
    return [
        f"{plan.study}: {len(plan.items)} items in {len(plan.columns)} columns; {held}",
        *(f"no {words}: what rests on it is left out" for words in absent),
        *(f"{estimand}: {words}" for estimand, words in plan.estimands()),
    ]
