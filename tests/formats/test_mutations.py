"""Mutated bytes of every format: a reader yields entries or raises an error of our own family, nothing else."""

import contextlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.corpora.detect import FORMATS
from analysis.errors import AnalysisError
from tests.formats.miniatures import MINIATURES, Read, as_json

EXAMPLES = 25
"""Per format; the long run is a matter for the fuzz command."""

NASTY = [
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"null",
    b"1e999",
    b"-1",
    b"9" * 30,
    b"\\ud800",
    b"\n",
    b"NaN",
]
JSON_CODES = [code for code in FORMATS if MINIATURES[code][:1] in b"{[" and MINIATURES[code][:1]]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def survives(data: bytes, code: str | None) -> None:
    with contextlib.suppress(AnalysisError):
        assert all(entry.rule and entry.position for entry in Read(data, code).quarantined)


@pytest.mark.parametrize("code", FORMATS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), count=st.integers(1, 6), is_stated=st.booleans())
def test_no_reader_falls_over_changed_bytes(code, seed, count, is_stated):
    random_source = random.Random(seed)  # noqa: S311
    data = MINIATURES[code]
    for _ in range(count):
        place = random_source.randrange(len(data) + 1)
        width = random_source.choice([0, 1, 4, 40])
        data = data[:place] + random_source.choice([*NASTY, b"", data[:20]]) + data[place + width :]
    survives(data, code if is_stated else None)


@pytest.mark.parametrize("code", JSON_CODES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_reader_falls_over_changed_values(code, data):
    import json

    tree = json.loads(MINIATURES[code].splitlines()[0])
    node, parent, key = tree, None, None
    for _ in range(data.draw(st.integers(1, 8))):
        keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
        if not keys:
            break
        parent, key = node, data.draw(st.sampled_from(keys))
        node = node[key]
    if parent is not None:
        parent[key] = data.draw(json_values)
    survives(json.dumps(tree).encode(), code)
    survives(as_json([tree]) if data.draw(st.booleans()) else json.dumps(tree).encode() * 2, code)


@pytest.mark.parametrize("code", ["qualtrics", "kobo", "limesurvey", "crowdtangle", "meta_content_library", "4cat"])
@pytest.mark.parametrize("start", [b"a\rb,c\n", b"sep=\n", b"sep=\r\n", b"sep=", b'"a\r\n', b"sep=a\na,b\n"])
def test_a_first_line_that_is_no_header_is_survived(code, start):
    survives(start + MINIATURES[code], code)
    survives(start, code)


@pytest.mark.parametrize("code", JSON_CODES)
def test_deep_nesting_is_survived(code):
    survives(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, code)
    survives(b'{"id": 1}\n' + b"[" * 100_000 + b"]" * 100_000 + b"\n", code)
