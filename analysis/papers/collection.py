"""How a study asks or reads, in the words that every paper uses.

What must not be here: a standard's heading.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.study import Plan
from analysis.study.estimands import ItemList

SAMPLES = {
    "probability": "drawn with known chances from a sampling frame",
    "rds": "respondent-driven: respondents recruit others whom they know, with numbered coupons",
    "opt_in": "volunteers: nobody's chance of taking part is known",
}
MODES = {"web": "self-administered on the web", "telephone": "by telephone", "face_to_face": "face to face"}


@dataclass(frozen=True)
class Collected:
    """One export of a survey, as the manifest describes it.

    Attributes
    ----------
    sample, mode : codes of the manifest
    system : the survey system's format
    stages : variables of weight, stratum and primary unit that a probability sample has
    """

    sample: str
    mode: str
    system: str
    stages: tuple[str, ...] = ()


def estimands(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every estimand of the survey and of the posts, with its words."""
    yield from plan.estimands()
    if plan.posts:
        yield from plan.posts.estimands()


def sources(plan: Plan, collected: tuple[Collected, ...]) -> list[str]:
    """A line for every way in which respondents come, and one for the posts."""
    posts = plan.posts
    if posts is None:
        return samples(collected)
    kinds = ", ".join(kind.words for kind in posts.read_kinds)
    return [*samples(collected), f"posts of {posts.first_day} to {posts.last_day}, from exports: {kinds}"]


def samples(collected: tuple[Collected, ...]) -> list[str]:
    """A line for every way in which respondents come."""
    kinds = dict.fromkeys((each.sample, each.mode, each.stages) for each in collected)
    found = []
    for sample, mode, stages in kinds:
        drawn = f"; the exports state {', '.join(stages)}" if stages else ""
        found.append(f"{SAMPLES[sample]}, {MODES[mode]}{drawn}")
    return found


def randomised(plan: Plan) -> Iterator[str]:
    """A line for everything that chance decides in an interview."""
    for experiment in plan.list_experiments:
        for each in experiment.all_lists:
            yield _list(each, "an item that nobody can hold" if each is experiment.placebo else "the sensitive item")
    for endorsement in plan.endorsements:
        names = ", ".join(endorsement.endorsers.values())
        for policy in endorsement.policies:
            shown = f"Endorsement {policy.item} ({policy.label}): nobody is named, or {names}"
            yield f"{shown}; the arm stands in {policy.endorser}."
    for ballot in plan.split_ballots:
        shown = f"Wording of {ballot.question}: `{ballot.first}` or `{ballot.second}`"
        yield f"{shown}; the version stands in {ballot.version}."
    for device in plan.devices:
        given = {name: getattr(device, name) for name in ("p", "p1", "p0", "q")}
        chances = ", ".join(f"{name} = {chance:g}" for name, chance in given.items() if chance is not None)
        yield f"Randomised response {device.item}: {device.design} design, {chances}; chance masks each answer."


def _list(each: ItemList, added: str) -> str:
    other = " and an item that nobody can hold" if each.design == "placebo-list" else ""
    return (
        f"List {each.item} ({each.label}): arm `{each.control}` sees {each.control_items} control items{other}, arm "
        f"`{each.treatment}` {each.control_items} and {added}; the arm stands in {each.arm}."
    )
