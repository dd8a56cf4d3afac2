"""What channels publish: templates in four languages that carry a frame and a neutral stance token.

Templates use topic words of the codebook and no slogan; stance is marked by made-up tokens. Some posts share an object
(a link of the fictional world); a planted cluster of institutional channels shares the same ones within seconds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.synthetic.world import Bools, Ints

Texts = npt.NDArray[np.str_]

WEEKS = 104
SHOCK_WEEKS = (40, 80)
SHOCK_LIFT = 1.9
"""Factor on the weekly volume of the defence frame in the week of a shock; it halves every two weeks."""
SECONDS_PER_WEEK = 7 * 24 * 3600
EPOCH_SECONDS = 4_102_444_800
"""Week 0 begins on the first day of the year 2100: a date that nobody can take for a real one."""

INSTITUTIONAL, CONSENTED, OTHER = "institutional", "consented", "other"
CHANNELS_BY_KIND = {INSTITUTIONAL: 36, CONSENTED: 80, OTHER: 24}
CLUSTER_SIZE = 6
CLUSTER_OBJECTS = 25
CLUSTER_WINDOW_SECONDS = 20
SHARED_OBJECT_SHARE = 0.15
OBJECTS = 4_000

FRAMES = ("NU", "IB", "IR", "FE", "AR", "RC", "WR", "HS", "NONE")
FRAME_SHARES = (0.12, 0.08, 0.05, 0.14, 0.07, 0.16, 0.12, 0.10, 0.16)
STANCES = ("favourable", "against", "neutral")
STANCE_TOKENS = {"favourable": "tokenalpha", "against": "tokenbeta", "neutral": "tokengamma"}
STANCE_SHARES = {INSTITUTIONAL: (0.55, 0.10, 0.35), CONSENTED: (0.24, 0.46, 0.30), OTHER: (0.34, 0.33, 0.33)}
LANGUAGES = ("fa", "ps", "en", "de")
LANGUAGE_SHARES = (0.40, 0.32, 0.20, 0.08)

WORDS = {
    "fa": {
        "NU": "وحدت ملی", "IB": "برادری اسلامی", "IR": "نظام اسلامی", "FE": "دفاع از وطن", "AR": "بازگشت به وطن",
        "RC": "حکومت فراگیر", "WR": "تحصیل دختران", "HS": "پناهندگی", "NONE": "هوای امروز",
    },
    "ps": {
        "NU": "ملي یووالی", "IB": "اسلامي وروري", "IR": "اسلامي نظام", "FE": "د هېواد دفاع",
        "AR": "هېواد ته راستنېدل",
        "RC": "ټولشموله حکومت", "WR": "د نجونو زده کړې", "HS": "پناه غوښتنه", "NONE": "د نن هوا",
    },
    "en": {
        "NU": "national unity", "IB": "Muslim brotherhood of faith", "IR": "Islamic system",
        "FE": "defend the homeland",
        "AR": "return to the homeland", "RC": "inclusive government", "WR": "girls education", "HS": "residence permit",
        "NONE": "the weather today",
    },
    "de": {
        "NU": "nationale Einheit", "IB": "islamische Brüderlichkeit", "IR": "islamisches System",
        "FE": "Verteidigung der Heimat", "AR": "Rückkehr in die Heimat", "RC": "inklusive Regierung",
        "WR": "Bildung für Mädchen", "HS": "Aufenthaltstitel", "NONE": "das Wetter heute",
    },
}  # fmt: skip
SENTENCES = {
    "fa": "متن ساختگی شماره {number} درباره {word} است {token}",
    "ps": "جوړ شوی متن {number} د {word} په اړه دی {token}",
    "en": "Made-up text {number} is about {word} {token}",
    "de": "Erfundener Text {number} handelt von {word} {token}",
}


@dataclass(frozen=True)
class Channels:
    """Who publishes: arrays of one length."""

    kind: Texts
    handle: Texts
    followers: Ints


@dataclass(frozen=True)
class Posts:
    """Posts in order of time: arrays of one length.

    Attributes
    ----------
    channel : (n,) int
        Index into the channels.
    second : (n,) int
        Seconds since week 0 began.
    language, frame, stance, text : (n,) str
    shared_object : (n,) int
        Object that the post links to; -1 for none.
    is_planted_cluster : (n,) bool
    """

    channel: Ints
    second: Ints
    language: Texts
    frame: Texts
    stance: Texts
    text: Texts
    shared_object: Ints
    is_planted_cluster: Bools

    @property
    def week(self) -> Ints:
        """Week of each post."""
        return self.second // SECONDS_PER_WEEK


def open_channels(generator: np.random.Generator) -> Channels:
    """Institutional channels, persons who consented, and others whose posts may not be read."""
    kind = np.repeat(list(CHANNELS_BY_KIND), list(CHANNELS_BY_KIND.values()))
    serial = generator.permutation(10_000)[: len(kind)]
    handle = np.array([f"fiction_channel_{number:04d}" for number in serial])
    return Channels(kind, handle, np.rint(generator.lognormal(6, 1.5, len(kind))).astype(np.int64))


def publish(channels: Channels, size: int, generator: np.random.Generator) -> Posts:
    """Draw the posts, the planted cluster among them, and put them in order of time.

    Parameters
    ----------
    channels : Channels
    size : int
        Posts in all.
    generator : Generator
    """
    planted_channel, planted_second, planted_object = _planted_cluster(channels, generator)
    ordinary = size - len(planted_channel)
    frame = generator.choice(FRAMES, ordinary, p=FRAME_SHARES)
    channel = generator.choice(len(channels.kind), ordinary, p=_activity(channels))
    second = _weeks(frame, generator) * SECONDS_PER_WEEK + generator.integers(0, SECONDS_PER_WEEK, ordinary)
    shared = np.where(generator.random(ordinary) < SHARED_OBJECT_SHARE, generator.integers(0, OBJECTS, ordinary), -1)
    all_channels = np.concatenate([channel, planted_channel])
    all_frames = np.concatenate([frame, np.full(len(planted_channel), "NU")])
    language = generator.choice(LANGUAGES, size, p=LANGUAGE_SHARES)
    stance = _stances(channels.kind[all_channels], generator)
    text = _texts(language, all_frames, stance, generator)
    order = np.argsort(np.concatenate([second, planted_second]), kind="stable")
    return Posts(
        channel=all_channels[order],
        second=np.concatenate([second, planted_second])[order],
        language=language[order],
        frame=all_frames[order],
        stance=stance[order],
        text=text[order],
        shared_object=np.concatenate([shared, planted_object])[order],
        is_planted_cluster=(np.arange(size) >= ordinary)[order],
    )


def _activity(channels: Channels) -> npt.NDArray[np.float64]:
    weights = np.sqrt(channels.followers + 1.0)
    return np.asarray(weights / weights.sum())


def _weeks(frame: Texts, generator: np.random.Generator) -> Ints:
    """Weeks drawn evenly, but for the defence frame, which jumps at each shock and decays."""
    week = np.arange(WEEKS)[:, None]
    since = week - np.array(SHOCK_WEEKS)
    lifted = 1 + np.where(since >= 0, SHOCK_LIFT * 0.5 ** (since / 2), 0.0).sum(axis=1)
    even = np.ones(WEEKS) / WEEKS
    drawn = generator.choice(WEEKS, len(frame), p=even)
    return np.where(frame == "FE", generator.choice(WEEKS, len(frame), p=lifted / lifted.sum()), drawn)


def _stances(kind: Texts, generator: np.random.Generator) -> Texts:
    bounds = np.array([np.cumsum(STANCE_SHARES[name]) for name in kind])
    return np.asarray(np.array(STANCES)[(generator.random((len(kind), 1)) > bounds[:, :2]).sum(axis=1)])


def _texts(language: Texts, frame: Texts, stance: Texts, generator: np.random.Generator) -> Texts:
    numbers = generator.permutation(len(language))
    return np.array(
        [
            SENTENCES[spoken].format(number=number, word=WORDS[spoken][about], token=STANCE_TOKENS[side])
            for spoken, about, side, number in zip(language, frame, stance, numbers, strict=True)
        ]
    )


def _planted_cluster(channels: Channels, generator: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """A few institutional channels that share the same objects within seconds of each other."""
    institutional = np.flatnonzero(channels.kind == INSTITUTIONAL)
    members = generator.choice(institutional, CLUSTER_SIZE, replace=False)
    start = generator.integers(0, WEEKS * SECONDS_PER_WEEK - CLUSTER_WINDOW_SECONDS, CLUSTER_OBJECTS)
    second = start[:, None] + generator.integers(0, CLUSTER_WINDOW_SECONDS, (CLUSTER_OBJECTS, CLUSTER_SIZE))
    channel = np.broadcast_to(members, second.shape)
    shared = np.broadcast_to(OBJECTS + np.arange(CLUSTER_OBJECTS)[:, None], second.shape)
    return channel.ravel().copy(), second.ravel(), shared.ravel().copy()
