"""`check-study`: whether a plan fits together, and what would be estimated from it; nothing else is read or written."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.estimators.event_study import Window, placebo_dates
from analysis.results.post_shocks import conclusion
from analysis.study import Plan, load_plan
from analysis.study.loading import json_schema
from analysis.study.posts import LEAST_PLACEBOS, Posts


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
    survey = _survey(plan) if plan.has_survey else ["no survey: nobody is asked"]
    posts = _posts(plan.posts) if plan.posts else ["no posts: none are read"]
    return [f"{plan.study}: {plan.title}", *survey, *posts]


def _survey(plan: Plan) -> list[str]:
    parts = {
        "direct questions": len(plan.questions),
        "groups": len(plan.groups),
        "periods": len(plan.periods),
        "split ballots": len(plan.split_ballots),
        "batteries of messages": len(plan.batteries),
        "list experiments": len(plan.list_experiments),
        "endorsement experiments": len(plan.endorsements),
        "randomised devices": len(plan.devices),
        "differences": len(plan.differences),
        "gradients": len(plan.gradients),
        "contrasts": len(plan.contrasts),
        "scales": len(plan.scales),
    }
    absent = [words for words, part in (("recruitment", plan.recruitment), ("margins", plan.margins)) if part is None]
    return [
        f"survey: items: {len(plan.items)}, columns: {len(plan.columns)}, {_held(parts)}",
        *(f"no {words}: what rests on it is left out" for words in absent),
        *(f"{estimand}: {words}" for estimand, words in plan.estimands()),
    ]


def _posts(posts: Posts) -> list[str]:
    parts = {
        "kinds of accounts": len(posts.read_kinds),
        "frames": len(posts.frames),
        "languages": len(posts.languages),
        "labels of stance": len(posts.stances),
        "events": len(posts.events),
    }
    events = zip(posts.dated, posts.event_weeks, strict=True)
    return [
        f"posts: weeks: {posts.weeks}, {posts.first_day} to {posts.last_day}, {_held(parts)}",
        *(f"{event.name}: {event.on}, week {week}" for event, week in events),
        *_placebos(posts),
        *(f"{estimand}: {words}" for estimand, words in posts.estimands()),
    ]


def _placebos(posts: Posts) -> list[str]:
    """What a study of so many weeks can conclude about each event, if every week has posts."""
    widest = Window(max(each.before for each in posts.windows), max(each.after for each in posts.windows))
    dates = len(placebo_dates(posts.weeks, posts.event_weeks, widest)) if posts.frame_change else None
    if dates is None:
        return []
    if dates < LEAST_PLACEBOS:
        fix = "give more weeks, fewer events or narrower windows"
        return [f"{dates} dates without an event: fewer than {LEAST_PLACEBOS} tell nothing about chance; {fix}"]
    return [f"placebo dates: {conclusion(dates, posts.fewest_placebos)}"]


def _held(parts: dict[str, int]) -> str:
    return ", ".join(f"{words}: {count}" for words, count in parts.items() if count)
