"""What the generator writes, the readers read; what it plants, the scrubber finds. The two sides share no code."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post
from analysis.custody.scrub import scrub
from analysis.synthetic import canaries, posts
from analysis.synthetic.exports.post_rows import post_rows
from analysis.vendors import POST_WRITERS
from analysis.vendors.post import PostRow

SIZE = 300


@pytest.fixture(scope="module")
def planted():
    generator = np.random.default_rng(5)
    channels = posts.open_channels(generator)
    found = posts.publish(channels, SIZE, generator)
    text, hatched = canaries.plant(found.text, found.language, found.channel % 2 == 0, generator)
    return post_rows(found, channels, text), hatched


def written(rows, vendor, folder):
    ending, write = POST_WRITERS[vendor]
    path = folder / f"posts/export{ending}"
    path.parent.mkdir(parents=True)
    path.write_bytes(write(rows))
    return path


@pytest.mark.parametrize("vendor", POST_WRITERS)
def test_the_readers_detect_the_format_and_read_every_post(planted, vendor, tmp_path):
    rows, _ = planted
    export = open_export(written(rows, vendor, tmp_path))
    assert export.format.code == vendor
    found = [entry for entry in export.entries() if isinstance(entry, Post)]
    assert len(found) == SIZE
    texts = sorted(" ".join(str(part) for part in post.searched_texts) for post in found)
    assert all(any(row.text in text for text in texts) for row in rows[:20])


@pytest.mark.parametrize("vendor", POST_WRITERS)
def test_equal_rows_give_equal_bytes(planted, vendor):
    rows, _ = planted
    assert POST_WRITERS[vendor][1](rows) == POST_WRITERS[vendor][1](rows)


def test_every_planted_number_address_and_handle_is_scrubbed(planted):
    rows, hatched = planted
    assert len(hatched) >= 5
    scrubbed = "\n".join(scrub(row.full_text).text for row in rows)
    for canary in hatched:
        assert canary.phone not in scrubbed
        assert canary.email not in scrubbed
        assert f"@{canary.handle}" not in scrubbed


def test_the_search_would_see_what_is_not_scrubbed(planted):
    rows, hatched = planted
    assert all(any(canary.phone in row.text for row in rows) for canary in hatched)


def words_of(text):
    """What a reader sees: markup and platforms fold runs of space, so words are compared."""
    return " ".join(text.split())


WRITTEN = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60)
ROWS = st.lists(
    st.tuples(
        WRITTEN, st.integers(0, 40), st.integers(0, 10**8), st.sampled_from(["fa", "ps", "en", "de"]), st.booleans()
    ),
    min_size=1,
    max_size=6,
)


def as_rows(drawn):
    return [
        PostRow(
            number=number,
            channel_number=channel,
            handle=f"channel_{channel}",
            followers=10 * channel,
            at=posts.EPOCH_SECONDS + second,
            language=language,
            text=f"x{text}x",
            link=f"https://fiction.example/object/{number}" if has_link else "",
        )
        for number, (text, channel, second, language, has_link) in enumerate(drawn)
    ]


@pytest.mark.parametrize("vendor", POST_WRITERS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=ROWS)
def test_whatever_is_written_comes_back_with_its_id_time_and_words(vendor, drawn, tmp_path_factory):
    rows = as_rows(drawn)
    export = open_export(written(rows, vendor, tmp_path_factory.mktemp("export")))
    found = [post for post in export.entries() if isinstance(post, Post)]
    assert export.format.code == vendor
    assert len(found) == len(rows)
    assert len({post.identity for post in found}) == len(rows)
    times = sorted(int(datetime.fromisoformat(post.created_at).timestamp()) for post in found)
    assert times == sorted(row.at for row in rows)
    texts = [words_of(str(post.text)) for post in found]
    for row in rows:
        assert any(words_of(row.text) in text for text in texts)
