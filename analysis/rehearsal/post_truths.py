"""What is true of the posts of a rehearsal: the part `posts` of `truths.yml`, and defaults.

What must not be here: an account, a post.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import Field

from analysis.reserved import NO_FRAME
from analysis.study.entry import Entry, Text
from analysis.study.faults import nearest
from analysis.study.posts import FrameCode, LabelCode, Language, Posts

ABOUT_NOTHING = 0.25
"""Of posts that no frame is about, where nothing is stated."""

JUMP = 3.0
"""Of the main frame at every event, where nothing is stated: by how much its weekly volume is multiplied."""

ACCOUNTS = 30
"""Of every kind, where neither the truths nor the manifest name enough."""

Share = float


class PostTruths(Entry):
    """What accounts write; whatever is left out has the default that the report prints."""

    frames: dict[FrameCode, Share] = Field(default_factory=dict)
    """Share of posts that are about a frame, over all weeks; the frames that are not named share what is left."""
    stances: dict[LabelCode, dict[LabelCode, Share]] = Field(default_factory=dict)
    """Kind of account to the shares of all its labels; equal ones where nothing is stated."""
    jumps: dict[FrameCode, dict[Text, float]] = Field(default_factory=dict)
    """Frame to event to the factor of its weekly volume in the week of the event; 1 where nothing is stated."""
    languages: dict[Language, Share] = Field(default_factory=dict)
    accounts: dict[LabelCode, int] = Field(default_factory=dict)
    """Number of accounts of a kind."""
    sharing: int = Field(default=4, ge=0)
    """Institutional accounts that share the same things together, where the plan looks for such."""
    labelled: int = Field(default=400, ge=20)
    """Posts of each kind of account that are drawn for two readers."""
    misread: Share = Field(default=0.03, ge=0, le=0.5)
    """Labels that a reader gives by chance."""

    def frame_shares(self, plan: Posts) -> dict[str, float]:
        """Every frame, and `NONE`, to the share of posts about it."""
        codes = [frame.code for frame in plan.frames]
        left = 1 - math.fsum(self.frames.values())
        silent = [code for code in codes if code not in self.frames]
        none = left if not silent else min(ABOUT_NOTHING, left)
        even = {code: (left - none) / len(silent) for code in silent}
        return {code: self.frames.get(code, even.get(code, 0.0)) for code in codes} | {NO_FRAME: none}

    def stance_shares(self, plan: Posts, kind: str) -> dict[str, float]:
        """Every label to the share of the posts of a kind of account."""
        even = {stance.code: 1 / len(plan.stances) for stance in plan.stances}
        return {code: self.stances.get(kind, even).get(code, 0.0) for code in even}

    def language_shares(self, plan: Posts) -> dict[Language, float]:
        """Every language that posts are written in to its share."""
        spoken: tuple[Language, ...] = plan.languages or ("en",)
        return {language: self.languages.get(language, 0.0) if self.languages else 1 / len(spoken)
                for language in spoken}  # fmt: skip

    def factors(self, plan: Posts, frame: str) -> list[float]:
        """Factor of a frame's weekly volume at every event, in order of time."""
        default = JUMP if not self.jumps and frame == main_frame(plan) else 1.0
        return [self.jumps.get(frame, {}).get(event.name, default) for event in plan.dated]


def main_frame(plan: Posts) -> str:
    """The frame that a plan puts first; empty without frames."""
    return plan.main_frame or next((frame.code for frame in plan.frames), "")


def post_faults(truths: PostTruths, plan: Posts | None) -> Iterator[str]:
    """Everything in the truths that the plan does not have, or that cannot be."""
    if plan is None:
        if truths != PostTruths():
            yield "posts: the plan has no posts; remove this part, or add posts to the plan"
        return
    codes, events = [frame.code for frame in plan.frames], [event.name for event in plan.events]
    kinds, labels = [kind.code for kind in plan.accounts], [stance.code for stance in plan.stances]
    named: list[tuple[str, Collection[str], Collection[str]]] = [
        ("frames", truths.frames, codes), ("jumps", truths.jumps, codes), ("stances", truths.stances, kinds),
        ("accounts", truths.accounts, kinds), ("languages", truths.languages, plan.languages or ("en",)),
        *((f"stances: {kind}", shares, labels) for kind, shares in truths.stances.items()),
        *((f"jumps: {frame}", factors, events) for frame, factors in truths.jumps.items()),
    ]  # fmt: skip
    for where, given, known in named:
        yield from (f"posts: {where}: {each!r}: {nearest(each, known)}" for each in given if each not in known)
    if math.fsum(truths.frames.values()) > 1 or min(truths.frames.values(), default=0) < 0:
        yield "posts: frames: give shares of 0 or more that add up to 1 at most"
    if truths.languages:
        yield from _whole("languages", truths.languages)
    for kind, shares in truths.stances.items():
        yield from _whole(f"stances: {kind}", shares)
    if min((factor for factors in truths.jumps.values() for factor in factors.values()), default=1) <= 0:
        yield "posts: jumps: give factors above 0; 1 is no jump"


def _whole(where: str, shares: Mapping[Any, float]) -> Iterator[str]:
    if min(shares.values(), default=-1) < 0 or abs(math.fsum(shares.values()) - 1) > 1e-6:
        yield f"posts: {where}: give shares of 0 or more that add up to 1"
