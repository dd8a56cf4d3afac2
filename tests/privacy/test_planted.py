"""Plant identifiers of every kind in every script, and demand that they are gone."""

from collections import Counter
from random import Random

import pyarrow as pa
import pytest

from analysis.custody.scrub import KINDS, find_all, scrub_batch
from analysis.custody.scrub.prefilter import may_hold
from tests.privacy.planted import CARRIERS, MAKERS, plant

TEXTS = 100_000
AT_ONCE = 2_048
SHARE_FOUND = 0.99
"""Some dotted national numbers read like decimals and are found only from the second group on."""


@pytest.fixture(scope="module")
def planted():
    random = Random(20261123)  # noqa: S311
    return [plant(random) for _ in range(TEXTS)]


@pytest.fixture(scope="module")
def spans(planted):
    texts = [one.text for one in planted]
    return [found for first in range(0, TEXTS, AT_ONCE) for found in find_all(texts[first : first + AT_ONCE])]


def test_the_prefilter_loses_nothing(planted, spans):
    kept = may_hold(pa.array([one.text for one in planted])).to_pylist()
    assert [one for one, found, is_kept in zip(planted, spans, kept, strict=True) if found and not is_kept] == []


def test_the_prefilter_does_leave_ordinary_texts_alone():
    assert (
        may_hold(pa.array(["سلام، امروز هوا خوب است.", "nothing to see", "im Jahr 2021", None])).to_pylist()
        == [False] * 4
    )


@pytest.mark.parametrize("group", [*KINDS, *CARRIERS])
def test_planted_identifiers_are_covered(planted, spans, group):
    wanted = [(one, found) for one, found in zip(planted, spans, strict=True) if group in (one.kind, one.language)]
    covered = [any(span.start <= one.start and span.end >= one.end for span in found) for one, found in wanted]
    assert sum(covered) / len(covered) >= SHARE_FOUND


def test_the_carriers_hold_nothing_of_their_own(planted, spans):
    stray = [
        (one.text, span)
        for one, found in zip(planted, spans, strict=True)
        for span in found
        if span.end <= one.start or span.start >= one.end
    ]
    assert stray == []


def test_a_column_loses_what_single_texts_lose(planted, spans):
    batch = scrub_batch(pa.array([one.text for one in planted[:AT_ONCE]]))
    assert Counter(batch.counts) == Counter(dict.fromkeys(KINDS, 0)) + Counter() | Counter(
        span.type for found in spans[:AT_ONCE] for span in found
    )
    for one, text in zip(planted[:AT_ONCE], batch.texts.to_pylist(), strict=True):
        assert one.text[one.start : one.end] not in text or one.kind == "PHONE"


def test_every_kind_is_planted():
    assert set(MAKERS) == set(KINDS)
