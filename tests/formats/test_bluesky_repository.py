"""Bluesky repositories as CAR files: records by key, damage named, bounds kept, nothing of other collections read."""

import pytest

from analysis import limits
from analysis.corpora.dag_cbor import MalformedCborError, decoded
from analysis.corpora.posts import PostKind, TextSource, Visibility
from analysis.errors import ExportError
from tests.formats.miniatures import Read
from tests.formats.repositories import cbor, cid_of, length, node, repository, section

DID = "did:plc:invented"
POST = {
    "$type": "app.bsky.feed.post",
    "text": "سلام دنیا",
    "createdAt": "2030-01-01T00:00:00.000Z",
    "langs": ["fa"],
    "reply": {"parent": {"uri": "at://did:plc:other/app.bsky.feed.post/1", "cid": "b"}},
}
REPOST = {
    "$type": "app.bsky.feed.repost",
    "createdAt": "2030-01-02T00:00:00Z",
    "subject": {"uri": "at://did:plc:other/app.bsky.feed.post/2", "cid": "b"},
}
RECORDS = {
    "app.bsky.actor.profile/self": {"$type": "app.bsky.actor.profile", "displayName": "Leak One"},
    "app.bsky.feed.like/3a": {"$type": "app.bsky.feed.like", "subject": {"uri": "at://leak"}},
    "app.bsky.feed.post/3b": POST,
    "app.bsky.feed.post/3c": {**POST, "text": "b", "reply": None},
    "app.bsky.feed.repost/3d": REPOST,
}


def test_posts_and_reposts_of_a_repository_are_read_and_its_other_records_counted():
    found = Read(repository(RECORDS))
    first, second, repost = found.posts
    assert found.code == "bluesky"
    assert (first.post_id, first.author_id) == (f"at://{DID}/app.bsky.feed.post/3b", DID)
    assert (first.text, first.language, first.post_kind) == ("سلام دنیا", "fa", PostKind.REPLY)
    assert (first.visibility, second.post_kind) == (Visibility.PUBLIC, PostKind.POST)
    assert (repost.post_kind, repost.text_source) == (PostKind.REPOST, TextSource.TRUNCATED)
    assert repost.repost_of_id == "at://did:plc:other/app.bsky.feed.post/2"
    assert found.asides == {"record of type app.bsky.actor.profile": 1, "record of type app.bsky.feed.like": 1}
    assert "Leak" not in repr(found.entries)


def test_an_account_that_asks_to_be_shown_to_members_only_is_unlisted():
    asks = {"$type": "app.bsky.actor.profile", "labels": {"values": [{"val": "!no-unauthenticated"}]}}
    found = Read(repository({**RECORDS, "app.bsky.actor.profile/self": asks}))
    assert {post.visibility for post in found.posts} == {Visibility.UNLISTED}


def test_a_record_with_a_wrong_value_is_set_aside_alone():
    found = Read(repository({**RECORDS, "app.bsky.feed.post/3c": {**POST, "createdAt": "yesterday"}}))
    assert (len(found.posts), [each.column for each in found.quarantined]) == (2, ["createdAt"])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-5], "it ends too early"),
        (lambda data: data.replace("دنیا".encode(), "دنيا".encode()), "is not what its address says"),
        (lambda data: data[: data.index(b"app.bsky.feed.repost") - 60], "too early|is not in it"),
        (lambda data: data + b"\xff\xff\xff\xff\xff\xff", "a length is no length"),
    ],
)
def test_damage_is_named(damage, words):
    with pytest.raises(ExportError, match=rf"the repository is damaged: .*(?:{words}).*; download it again"):
        Read(damage(repository(RECORDS)))


def test_a_tree_that_names_a_missing_record_is_refused():
    record = cbor(POST)
    tree = node([(b"app.bsky.feed.post/1", cid_of(record), None)])
    commit = cbor({"did": DID, "data": cid_of(tree), "version": 3})
    start = cbor({"roots": [cid_of(commit)], "version": 1})
    whole = length(len(start)) + start + section(commit) + section(tree)
    assert len(Read(whole + section(record)).posts) == 1
    with pytest.raises(ExportError, match="a block that it names is not in it"):
        Read(whole)


@pytest.mark.parametrize(
    ("bound", "value", "words"),
    [
        ("CAR_BLOCKS", 3, "holds more than 3 blocks"),
        ("CAR_BLOCK", 100, "a block is longer than 100 bytes"),
        ("CBOR_DEPTH", 1, "nested deeper than 1 levels"),
    ],
)
def test_a_repository_is_bounded(bound, value, words, monkeypatch):
    data = repository(RECORDS)
    monkeypatch.setattr(limits, bound, value)
    with pytest.raises(ExportError, match=words):
        Read(data)


@pytest.mark.parametrize(
    "value", [0, 23, 24, 2**40, -1, -300, "", "متن", b"\0\1", [], [1, [2]], {"a": None, "b": [True, False]}]
)
def test_values_come_back_as_they_were_written(value):
    assert decoded(cbor(value)) == value


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\x01\x01", b"\x9f\xff", b"\x62a", b"\x62\xff\xfe", b"\xc1\x01", b"\xa1\x01\x01", b"\xa2\x61a\x01\x61a\x02",
        b"\xf7", b"\xf9\x3c\x00", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    ],
)  # fmt: skip
def test_what_is_no_dag_cbor_is_refused(block):
    with pytest.raises(MalformedCborError, match="byte"):
        decoded(block)
