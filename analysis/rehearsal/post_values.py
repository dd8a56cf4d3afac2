"""The value of everything that a plan wants to know of its posts, as its truths state it.

Shares are those of a world without end, from which accounts and posts are drawn. What must not be here: an estimate.
"""

from collections.abc import Iterator
from math import fsum

from analysis.rehearsal.post_texts import Texts
from analysis.rehearsal.post_truths import PostTruths
from analysis.rehearsal.truth import ALL, Truth
from analysis.reserved import NO_FRAME
from analysis.study.posts import PostEvidence, Posts

FRAME, STANCE, JUMP = "frame_share", "stance_share", "jump"
"""What a value is of."""


def post_values(plan: Posts, truths: PostTruths) -> list[Truth]:
    """Every value, in the order of the plan; of a jump its factor, where no other frame's posts hold the frame too."""
    found = _Found(plan, truths)
    return [*found.frames(), *found.stances(), *found.jumps(), *found.evidence()]


class _Found:
    def __init__(self, plan: Posts, truths: PostTruths) -> None:
        self.plan, self.truths = plan, truths
        self.kinds = [kind.code for kind in plan.read_kinds]
        self.carried = _carried(plan, truths)
        self.codes = [frame.code for frame in plan.frames]

    def share(self, frames: tuple[str, ...]) -> float:
        """Posts in which any of some frames stands, or none of all."""
        chances = ((chance, standing) for _, chance, standing in self.carried)
        return fsum(chance for chance, standing in chances if (standing & set(frames)) or (
            NO_FRAME in frames and not standing))  # fmt: skip

    def frames(self) -> Iterator[Truth]:
        """Shares of frames, of none, and of frames taken together."""
        if self.plan.frame_share is None:
            return
        named: dict[str, tuple[str, ...]] = {code: (code,) for code in (*self.codes, NO_FRAME)}
        named |= {together.name: together.frames for together in self.plan.together}
        for kind in self.kinds:
            for name, frames in named.items():
                yield Truth(self.plan.frame_share.estimand, FRAME, "accounts", kind, self.share(frames), name)

    def stances(self) -> Iterator[Truth]:
        """Shares of labels, and of sides of several labels."""
        if self.plan.stance_share is None:
            return
        for kind in self.kinds:
            for name in self.plan.measured_stances():
                yield Truth(self.plan.stance_share.estimand, STANCE, "accounts", kind, self.stance(kind, name), name)

    def stance(self, kind: str, name: str) -> float:
        """Share of a label or a side."""
        shares = self.truths.stance_shares(self.plan, kind)
        return fsum(shares[code] for code in sorted(self.plan.measured_stances()[name]))

    def jumps(self) -> Iterator[Truth]:
        """Factors of weekly volumes."""
        if self.plan.frame_change is None:
            return
        for frame in (*self.codes, NO_FRAME):
            for event, factor in self.factors(frame).items():
                yield Truth(self.plan.frame_change.estimand, JUMP, "event", event, factor, frame)

    def factors(self, frame: str) -> dict[str, float]:
        """Event to factor; none where posts about something else hold the frame too."""
        foreign = any(about != frame and (frame in standing or (frame == NO_FRAME and not standing))
                      for about, chance, standing in self.carried if chance)  # fmt: skip
        if foreign:
            return {}
        factors = self.truths.factors(self.plan, frame)
        return {event.name: factor for event, factor in zip(self.plan.dated, factors, strict=True)}

    def evidence(self) -> Iterator[Truth]:
        """What verdicts are judged by, under estimands of their own."""
        for each in self.plan.evidence:
            value = self._value(each)
            if value is not None:
                yield Truth(each.estimand, "evidence", ALL, ALL, value, each.item)

    def _value(self, each: PostEvidence) -> float | None:
        if each.event:
            return self.factors(each.item).get(each.event)
        if each.stance and each.accounts:
            return self.stance(each.accounts, each.stance)
        together = {together.name: together.frames for together in self.plan.together}
        return self.share(together.get(each.item, (each.item,)))


def _carried(plan: Posts, truths: PostTruths) -> list[tuple[str, float, frozenset[str]]]:
    """What a post is about, how often so, and the frames that stand in it; by language and phrase."""
    texts = Texts(plan)
    found = []
    for frame, share in truths.frame_shares(plan).items():
        for language, spoken in truths.language_shares(plan).items():
            standing = texts.carried(frame, language)
            found += [(frame, share * spoken / len(standing), each) for each in standing]
    return found
