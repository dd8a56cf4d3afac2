"""Who could read a post, and whether it still stands: for every vendor, in its own words."""

import pytest

from analysis.corpora.audience import audience, narrowest, protected
from analysis.corpora.exports import open_export
from analysis.corpora.posts import PostState, TextSource, Visibility
from analysis.corpora.sources import source_at
from tests.formats.miniatures import (
    BLUESKY_POST,
    CROWDTANGLE,
    FOUR_CAT,
    MASTODON_OUTBOX,
    MASTODON_STATUS,
    META,
    REDDIT_COMMENT,
    TELEGRAM,
    TELEGRAM_MESSAGE,
    TIKTOK_VIDEO,
    X_ARCHIVE_POST,
    X_POST,
    X_V1,
    YOUTUBE_THREAD,
    Read,
    as_json,
    as_lines,
    youtube_comment,
)

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = "https://m.example/u/followers"


def standing(data: bytes) -> list[tuple[str, str]]:
    return [(post.visibility.value, post.state.value) for post in Read(data).posts]


@pytest.mark.parametrize(
    ("kind", "visibility"),
    [
        ("public_channel", "public"),
        ("public_supergroup", "public"),
        ("private_channel", "followers"),
        ("private_supergroup", "followers"),
        ("private_group", "followers"),
        ("personal_chat", "direct"),
        ("saved_messages", "direct"),
        ("bot_chat", "direct"),
        ("of_tomorrow", "unknown"),
    ],
)
def test_a_telegram_chats_type_says_who_could_read(kind, visibility):
    chat = {**TELEGRAM, "type": kind}
    assert {each for each, _ in standing(as_json(chat))} == {visibility}
    account = {"about": "x", "personal_information": {}, "chats": {"list": [chat, {**TELEGRAM, "id": 2}]}}
    assert {each for each, _ in standing(as_json(account))} == {visibility, "public"}


def test_a_telegram_chat_does_not_inherit_the_type_of_the_one_before():
    untyped = {"id": 3, "messages": [TELEGRAM_MESSAGE]}
    account = {"about": "x", "personal_information": {}, "chats": {"list": [TELEGRAM, untyped]}}
    assert standing(as_json(account))[-1] == ("unknown", "present")


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], [FOLLOWERS], "public"),
        (["as:Public"], [], "public"),
        ([FOLLOWERS], [PUBLIC], "unlisted"),
        ([FOLLOWERS], [], "followers"),
        (["https://o.example/f"], [], "direct"),
        (PUBLIC, None, "public"),
        ([], [], "direct"),
    ],
)
def test_an_activitys_addressees_say_who_could_read(to, cc, visibility):
    create, announce, _ = MASTODON_OUTBOX["orderedItems"]
    note = {**create, "to": to, "cc": cc, "object": {**create["object"], "to": to, "cc": cc}}
    outbox = {**MASTODON_OUTBOX, "orderedItems": [note, {**announce, "to": to, "cc": cc}]}
    assert standing(as_json(outbox)) == [(visibility, "present")] * 2


def test_the_narrower_of_two_addresses_holds_and_no_address_is_unknown():
    create = MASTODON_OUTBOX["orderedItems"][0]
    note = {**create, "to": [PUBLIC], "object": {**create["object"], "to": [FOLLOWERS], "cc": []}}
    assert standing(as_json({**MASTODON_OUTBOX, "orderedItems": [note]})) == [("followers", "present")]
    assert standing(as_json(MASTODON_OUTBOX))[0] == ("unknown", "present")


@pytest.mark.parametrize(
    ("word", "visibility"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("private", "followers"),
        ("limited", "followers"),
        ("direct", "direct"),
        ("of_tomorrow", "unknown"),
    ],
)
def test_a_mastodon_statuss_visibility(word, visibility):
    assert standing(as_json([{**MASTODON_STATUS, "visibility": word}])) == [(visibility, "present")]


def test_a_deleted_status_a_tombstone_an_undone_boost_and_an_update():
    gone = {key: value for key, value in MASTODON_STATUS.items() if key != "content"} | {"text": "typed"}
    assert standing(as_json([gone])) == [("public", "deleted")]
    outbox = [
        {"type": "Undo", "id": "u", "actor": "a", "object": {"type": "Announce", "id": "https://m.example/2/activity"}},
        {"type": "Delete", "id": "d", "actor": "a", "object": {"type": "Tombstone", "id": "https://m.example/9"}},
        {**MASTODON_OUTBOX["orderedItems"][0], "type": "Update"},
    ]
    found = Read(as_json({**MASTODON_OUTBOX, "orderedItems": outbox}))
    assert [each.name for each in found.gone] == ["https://m.example/2/activity", "https://m.example/9"]
    assert found.posts[0].replaces == (found.posts[0].post_id,)


@pytest.mark.parametrize(("said", "visibility"), [(False, "public"), (True, "followers"), (None, "unknown")])
def test_an_x_accounts_protection_says_who_could_read(said, visibility):
    author = {} if said is None else {"author": {"protected": said, "username": "inv"}}
    assert standing(as_lines({**X_POST, **author}))[0][0] == visibility
    page = {"data": [X_POST], "includes": {"users": [{"id": "11", "username": "inv", "protected": said}]}}
    assert standing(as_json(page))[0][0] == visibility
    assert standing(as_lines({**X_V1, "user": {"id_str": "1", "protected": said}}))[0][0] == visibility


def test_x_versions_withheld_posts_errors_and_compliance():
    first = {**X_POST, "id": "1", "edit_history_tweet_ids": ["1", "2"]}
    held = {**X_POST, "id": "3", "withheld": {"country_codes": ["DE"]}}
    assert [state for _, state in standing(as_lines(first, {**first, "id": "2"}, held))] == [
        "edited",
        "present",
        "removed",
    ]
    errors = [
        {"resource_type": "tweet", "resource_id": "8", "title": "Not Found Error"},
        {"resource_type": "user", "resource_id": "9", "title": "Forbidden"},
    ]
    gone = Read(as_json({"data": [X_POST], "errors": errors})).gone
    assert [(each.name, each.state, each.is_account) for each in gone] == [
        ("8", PostState.DELETED, False),
        ("9", PostState.REMOVED, True),
    ]
    line = {"id": "5", "action": "delete", "created_at": "x", "redacted_at": "y", "reason": "suspended"}
    assert [(each.name, each.state) for each in Read(as_lines(line, line)).gone] == [("5", PostState.REMOVED)] * 2


def test_streams_of_x_say_which_posts_and_accounts_are_gone():
    notices = [
        {"delete": {"status": {"id_str": "5", "user_id_str": "1"}}},
        {"user_suspend": {"id": 6, "timestamp_ms": "7"}},
        {"status_withheld": {"id": 8, "withheld_in_countries": ["DE"]}},
    ]
    gone = Read(as_lines(X_V1, *notices)).gone
    assert [(each.name, each.state.value, each.is_account) for each in gone] == [
        ("5", "deleted", False),
        ("6", "removed", True),
        ("8", "removed", False),
    ]


def assignment(name: str, *values: object) -> bytes:
    return f"window.YTD.{name}.part0 = ".encode() + as_json(list(values))


def x_archive(folder, **files: bytes):
    (folder / "tweets.js").write_bytes(assignment("tweets", X_ARCHIVE_POST))
    for name, content in files.items():
        (folder / f"{name.replace('_', '-')}.js").write_bytes(content)
    return source_at(folder / "tweets.js")


def read_archive(source):
    return list(open_export(source).entries())


@pytest.mark.parametrize(
    ("history", "visibility"),
    [
        ([], "public"),
        ([("2030-01-01", "Protect")], "followers"),
        ([("2030-01-01", "Protect"), ("2030-02-01", "Unprotect")], "public"),
        (None, "unknown"),
    ],
)
def test_an_x_archives_history_of_protection_says_who_could_read(tmp_path, history, visibility):
    entries = [{"protectedHistory": {"protectedAt": day, "action": action}} for day, action in history or []]
    files = {} if history is None else {"protected_history": assignment("protected_history", *entries)}
    (post,) = read_archive(x_archive(tmp_path, **files))
    assert post.visibility is Visibility(visibility)


def test_what_an_x_archive_lists_as_deleted_is_handed_on(tmp_path):
    deleted = {"tweet": {**X_ARCHIVE_POST["tweet"], "id_str": "77", "deleted_at": "Tue Jan 01 00:00:00 +0000 2030"}}
    files = {
        "deleted_tweets": assignment("deleted_tweets", deleted),
        "deleted_tweet_headers": assignment("deleted_tweet_headers", {"tweet": {"tweet_id": "78", "user_id": "1"}}),
    }
    found = read_archive(x_archive(tmp_path, **files))
    assert sorted(each.name for each in found[1:]) == ["77", "78"]
    assert standing(files["deleted_tweets"]) == [("unknown", "deleted")]
    assert Read(assignment("direct_messages", {"dmConversation": {"messages": []}})).posts == []


LONG = "A long post that goes on " * 20


@pytest.mark.parametrize(
    ("note", "text_source"),
    [
        ({"text": LONG, "created": "2030-01-09T00:00:00.000Z"}, TextSource.OWN),
        ({"text": "The same second.", "created": "2030-01-01T00:00:00.000Z"}, TextSource.OWN),
        ({"text": "Another day and other words.", "created": "2030-01-09T00:00:00.000Z"}, TextSource.TRUNCATED),
        (None, TextSource.TRUNCATED),
    ],
    ids=["by its beginning", "by its second", "of another post", "no file"],
)
def test_a_long_post_is_joined_or_called_cut(tmp_path, note, text_source):
    cut = {"tweet": {**X_ARCHIVE_POST["tweet"], "full_text": f"{LONG[:270]}… https://t.co/abc"}}
    source = x_archive(tmp_path)
    (tmp_path / "tweets.js").write_bytes(assignment("tweets", cut))
    if note:
        content = {"noteTweet": {"createdAt": note["created"], "core": {"text": note["text"]}}}
        (tmp_path / "note-tweet.js").write_bytes(assignment("note_tweet", content))
    (post,) = read_archive(source)
    assert post.text_source is text_source
    assert (post.text == note["text"]) if text_source is TextSource.OWN else post.text.endswith("abc")


def test_a_streams_deletions_accounts_updates_and_labels():
    def event(operation, rkey="1", **more):
        record = {"record": {**BLUESKY_POST["record"], "text": operation}} if operation != "delete" else {}
        commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey, **record}
        return {"did": "did:plc:inv", "time_us": 5, "kind": "commit", "commit": commit, **more}

    account = {"did": "did:plc:inv", "time_us": 9, "kind": "account"}
    found = Read(
        as_lines(
            event("create"),
            event("update"),
            event("delete"),
            {**account, "account": {"active": False, "did": "did:plc:inv", "status": "takendown"}},
            {"src": "did:plc:l", "uri": "at://did:plc:inv/app.bsky.feed.post/2", "val": "!takedown"},
        )
    )
    assert [(post.text, len(post.replaces)) for post in found.posts] == [("create", 0), ("update", 1)]
    assert [(each.name.rpartition("/")[2], each.state.value, each.is_account) for each in found.gone] == [
        ("1", "deleted", False),
        ("did:plc:inv", "removed", True),
        ("2", "removed", False),
    ]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("!takedown", ("public", "removed")),
        ("!no-unauthenticated", ("unlisted", "present")),
        ("nudity", ("public", "present")),
    ],
)
def test_bluesky_labels(label, expected):
    author = {**BLUESKY_POST["author"], "labels": [{"val": label}]}
    assert standing(as_json({"posts": [{**BLUESKY_POST, "author": author}]})) == [expected]


def test_a_repository_holds_reposts():
    uri = "at://did:plc:inv/app.bsky.feed.repost/1"
    value = {
        "$type": "app.bsky.feed.repost",
        "createdAt": "2030-01-01T00:00:00Z",
        "subject": {"uri": "at://did:plc:o/x/1"},
    }
    (post,) = Read(as_json({"records": [{"uri": uri, "value": value}]})).posts
    assert (post.post_kind.value, post.repost_of_id, post.author_id) == ("repost", "at://did:plc:o/x/1", "did:plc:inv")


def test_a_post_that_a_thread_does_not_find_is_gone():
    thread = {"thread": {"post": BLUESKY_POST, "replies": [{"uri": "at://did:plc:o/x/2", "notFound": True}]}}
    assert [each.name for each in Read(as_json(thread)).gone] == ["at://did:plc:o/x/2"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"subreddit_type": "public"}, ("public", "present")),
        ({"subreddit_type": "private"}, ("followers", "present")),
        ({}, ("unknown", "present")),
        ({"body": "[deleted]"}, ("unknown", "deleted")),
        ({"body": "[removed]"}, ("unknown", "removed")),
        ({"removed_by_category": "moderator"}, ("unknown", "removed")),
        ({"removed_by_category": "deleted"}, ("unknown", "deleted")),
        ({"_meta": {"was_deleted_later": True}}, ("unknown", "deleted")),
        ({"banned_by": "AutoModerator"}, ("unknown", "removed")),
        ({"removed_by_category": None, "removed": False}, ("unknown", "present")),
    ],
)
def test_reddits_marks(fields, expected):
    assert standing(as_lines({**REDDIT_COMMENT, **fields})) == [expected]


@pytest.mark.parametrize(
    ("is_public", "status", "expected"),
    [
        (True, None, ("public", "present")),
        (False, None, ("direct", "present")),
        (None, None, ("unknown", "present")),
        (True, "published", ("public", "present")),
        (True, "heldForReview", ("public", "removed")),
        (True, "rejected", ("public", "removed")),
        (True, "likelySpam", ("public", "removed")),
    ],
)
def test_youtube_threads_and_moderation(is_public, status, expected):
    more = {} if status is None else {"moderationStatus": status}
    snippet = {**YOUTUBE_THREAD["snippet"], "topLevelComment": youtube_comment("t1", **more)}
    snippet |= {} if is_public is None else {"isPublic": is_public}
    found = standing(
        as_json({"kind": "youtube#commentThreadListResponse", "items": [{**YOUTUBE_THREAD, "snippet": snippet}]})
    )
    assert found == [expected, (expected[0], "present")]


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({}, "public"),
        ({"is_private": True}, "followers"),
        ({"privacy_level": "SELF_ONLY"}, "direct"),
        ({"privacy_level": "PUBLIC_TO_EVERYONE"}, "public"),
        ({"privacy_level": "of tomorrow"}, "unknown"),
    ],
)
def test_tiktok(fields, visibility):
    assert standing(as_json({"data": {"videos": [{**TIKTOK_VIDEO, **fields}]}})) == [(visibility, "present")]


def test_tables_that_hold_public_content_and_one_that_does_not_say():
    assert set(standing(META)) == set(standing(CROWDTANGLE)) == {("public", "present")}
    assert set(standing(FOUR_CAT)) == {("unknown", "present")}
    private = (
        META.replace(b"statistics.views", b"audience").replace(b'"1,234"', b"FRIENDS").replace(b",9\n", b",Public\n")
    )
    assert [visibility for visibility, _ in standing(private)] == ["followers", "public"]


def test_words_for_an_audience():
    assert audience("Only me") is Visibility.DIRECT
    assert audience("All-Friends") is Visibility.FOLLOWERS
    assert audience(None) is audience("x") is Visibility.UNKNOWN
    assert protected("False") is Visibility.PUBLIC
    assert narrowest([Visibility.PUBLIC, Visibility.UNKNOWN]) is Visibility.UNKNOWN
    assert narrowest([Visibility.UNKNOWN, Visibility.DIRECT, Visibility.UNLISTED]) is Visibility.DIRECT
    assert narrowest([]) is Visibility.UNKNOWN
