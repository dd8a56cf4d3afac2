"""Whether the posts' parts of a plan fit each other: frames, labels, kinds and days that one names, another declares.

What must not be here: the shape of a single part, which its declaration refuses by itself.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from analysis.reserved import RESERVED
from analysis.study.faults import Fault, Place, nearest
from analysis.study.posts import PostEvidence, Posts

POSTS: Place = ("posts",)


def post_faults(posts: Posts | None) -> Iterator[Fault]:
    """Everything that does not fit, in the order of the plan."""
    if posts is None:
        return
    yield from _codes_once(posts)
    yield from _frames(posts)
    yield from _stances(posts)
    yield from _named(posts)
    yield from _events(posts)
    yield from _estimands(posts)


def _codes_once(posts: Posts) -> Iterator[Fault]:
    """A code names one thing."""
    for part in ("accounts", "frames", "stances"):
        counts = Counter(each.code for each in getattr(posts, part))
        for number, each in enumerate(getattr(posts, part)):
            if counts[each.code] > 1:
                yield Fault((*POSTS, part, number, "code"), each.code, "listed twice; every code names one thing")
    if not posts.read_kinds:
        yield Fault((*POSTS, "accounts"), None, "no kind is read; give one with basis institution or consent")


def _frames(posts: Posts) -> Iterator[Fault]:
    for number, frame in enumerate(posts.frames):
        place = (*POSTS, "frames", number)
        if frame.code in RESERVED:
            fix = f"stands for {RESERVED[frame.code]}; give the frame another code"
            yield Fault((*place, "code"), frame.code, fix)
        for language in sorted(set(posts.languages) ^ set(frame.phrases)):
            fix = f"every frame has phrases in the same languages, {', '.join(posts.languages)}; mend {language!r}"
            yield Fault((*place, "phrases"), frame.code, fix)


def _stances(posts: Posts) -> Iterator[Fault]:
    if len(posts.stances) == 1:
        yield Fault((*POSTS, "stances"), None, "one label tells nothing; give two or more, or none")
    for number, stance in enumerate(posts.stances):
        several = [each for each in posts.stances if each.side == stance.code]
        if len(several) > 1:
            fix = f"{len(several)} labels are reported together as {stance.code!r}; give the label another code"
            yield Fault((*POSTS, "stances", number, "code"), stance.code, fix)


def _named(posts: Posts) -> Iterator[Fault]:
    """Frames, labels and languages that other parts name."""
    frames = [frame.code for frame in posts.frames]
    named: list[tuple[Place, str | None, Collection[str], str]] = [
        (("main_frame",), posts.main_frame, frames, "frame"),
        (("main_stance",), posts.main_stance, list(posts.measured_stances()), "label"),
        (("main_language",), posts.main_language, posts.languages, "language of the codebook"),
    ]
    for number, together in enumerate(posts.together):
        named += [(("together", number, "frames", n), code, frames, "frame") for n, code in enumerate(together.frames)]
    kinds = [kind.code for kind in posts.read_kinds]
    jumping: tuple[tuple[str, Collection[str], str], ...] = (
        ("accounts", kinds, "kind of account that is read"),
        ("languages", posts.languages, "language of the codebook"),
    )
    for key, known, what in jumping:
        each = getattr(posts.must_not_jump, key)
        named += [(("must_not_jump", key, n), value, known, what) for n, value in enumerate(each)]
    for place, value, known, what in named:
        if value is not None and value not in known:
            yield Fault((*POSTS, *place), value, f"no such {what}; {nearest(value, known)}")
    yield from _evidence(posts, kinds)
    counts = Counter(together.name for together in posts.together)
    for number, together in enumerate(posts.together):
        if counts[together.name] > 1 or len(set(together.frames)) < len(together.frames):
            fix = "the same frames stand twice; keep one of them"
            yield Fault((*POSTS, "together", number, "frames"), together.name, fix)


def _evidence(posts: Posts, kinds: Collection[str]) -> Iterator[Fault]:
    """Evidence is of a kind that is read, of a share or a jump that is estimated, at an event of the plan."""
    counts = Counter(estimand for estimand, _ in posts.estimands())
    events = [event.name for event in posts.events]
    for number, each in enumerate(posts.evidence):
        place = (*POSTS, "evidence", number)
        if each.accounts is not None and each.accounts not in kinds:
            yield Fault((*place, "accounts"), each.accounts, f"no kind that is read; {nearest(each.accounts, kinds)}")
        key, known, needed = _of_evidence(posts, each)
        if each.item not in known:
            yield Fault((*place, key), each.item, f"no such {key}; {nearest(each.item, known)}")
        if each.event is not None and each.event not in events:
            yield Fault((*place, "event"), each.event, f"no such event; {nearest(each.event, events)}")
        if getattr(posts, needed) is None:
            yield Fault((*place, key), each.item, f"needs {needed}, which says that such numbers are estimated; add it")
        if counts[each.estimand] > 1:
            yield Fault((*place, "estimand"), each.estimand, "names two quantities; each has an estimand of its own")


def _of_evidence(posts: Posts, each: PostEvidence) -> tuple[str, Collection[str], str]:
    """The key under which evidence names its item, the items it may name, the estimand that the plan has to have."""
    frames = [frame.code for frame in posts.frames]
    if each.stance:
        return "stance", list(posts.measured_stances()), "stance_share"
    if each.event:
        return "frame", frames, "frame_change"
    return "frame", [*frames, *(together.name for together in posts.together)], "frame_share"


def _events(posts: Posts) -> Iterator[Fault]:
    """An event lies in the period, and no two in one week."""
    weeks = Counter(posts.event_weeks)
    names = Counter(event.name for event in posts.events)
    for number, event in enumerate(posts.events):
        place = (*POSTS, "events", number)
        if not posts.first_day <= event.on <= posts.last_day:
            fix = f"outside the period {posts.first_day} to {posts.last_day}; correct the day, or leave the event out"
            yield Fault((*place, "on"), str(event.on), fix)
        elif weeks[(event.on - posts.first_day).days // 7] > 1:
            yield Fault((*place, "on"), str(event.on), "another event falls into the same week; name them as one")
        if names[event.name] > 1:
            yield Fault((*place, "name"), event.name, "two events have this name; every event has its own")


def _estimands(posts: Posts) -> Iterator[Fault]:
    """What is estimated has what it is estimated from."""
    needs: tuple[tuple[str, str, Collection[object]], ...] = (
        ("frame_share", "frames", posts.frames),
        ("frame_change", "frames", posts.frames),
        ("frame_change", "events", posts.events),
        ("stance_share", "stances", posts.stances),
        ("coordination", "accounts with basis institution", posts.institutions),
    )
    for key, part, found in needs:
        if getattr(posts, key) is not None and not found:
            yield Fault((*POSTS, key), None, f"needs {part}; give them, or leave {key} out")
    counts = Counter(estimand for estimand, _ in posts.estimands())
    for key in ("frame_share", "frame_change", "stance_share", "coordination"):
        part = getattr(posts, key)
        if part is not None and counts[part.estimand] > 1:
            yield Fault(
                (*POSTS, key, "estimand"), part.estimand, "names two quantities; each has an estimand of its own"
            )
