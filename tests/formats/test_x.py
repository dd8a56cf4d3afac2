import json

import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.posts import PostKind, TextSource
from analysis.errors import ExportError
from tests.formats.miniatures import BIG, X_ARCHIVE_POST, X_PAGE, X_POST, X_REPOST, X_V1, Read, as_json, as_lines


def test_pages_take_a_reposts_text_from_the_included_original():
    found = Read(as_json(X_PAGE))
    post, repost = found.posts
    assert (post.text, post.post_id, post.author_handle) == ("one & two", str(BIG), "inv")
    assert (repost.text, repost.text_source) == ("whole text", TextSource.REFERENCED)
    assert found.asides == {"included original": 1}


def test_profiles_counts_and_notes_of_errors_are_no_items():
    profile, period = {"id": "1", "username": "inv"}, {"start": "a", "end": "b", "tweet_count": 3}
    gone = [{"title": "Not Found Error", "resource_id": "31"}] * 2
    found = Read(as_json({**X_PAGE, "includes": {}, "data": [X_POST, profile, period], "errors": gone}))
    assert len(found.posts) == 1
    assert found.asides == {
        "profile": 1,
        "count of posts per period": 1,
        "error note of the interface": 2,
    }


def test_references_that_are_no_list_are_set_aside():
    found = Read(as_json({**X_PAGE, "data": [X_POST, {**X_POST, "id": "8", "referenced_tweets": {"type": "quoted"}}]}))
    assert [(entry.column, len(found.posts)) for entry in found.quarantined] == [("referenced_tweets", 1)]


def test_flat_posts_carry_the_original_themselves():
    flat = {**X_REPOST, "referenced_tweets": [{"type": "retweeted", "id": "31", "text": "whole text"}], "__twarc": {}}
    found = Read(as_lines(flat, {**X_POST, "__twarc": {}}))
    assert [post.text for post in found.posts] == ["whole text", "one & two"]


def test_a_missing_original_leaves_a_text_marked_as_cut():
    page = {**X_PAGE, "includes": {}}
    repost = Read(as_json(page)).posts[1]
    assert (repost.text, repost.text_source) == ("RT @a: cut…", TextSource.TRUNCATED)


def test_long_posts_and_edits():
    long = {**X_POST, "note_tweet": {"text": "long &lt;text&gt;"}, "edit_history_tweet_ids": ["1", "2"]}
    bare = {"id": "9", "text": "t", "author_id": "1"}
    first, second = Read(as_lines(long, bare)).posts
    assert (first.text, first.is_edited, first.is_edited_reliable) == ("long <text>", True, True)
    assert (second.is_edited, second.is_edited_reliable) == (Absence.NOT_EXPORTED, False)


def test_lists_of_pages_single_objects_and_empty_pages():
    assert len(Read(as_json([X_PAGE, X_PAGE])).posts) == 4
    assert len(Read(as_json({"data": X_POST, "includes": {}})).posts) == 1
    assert Read(as_json({"meta": {"result_count": 0}, "__twarc": {}})).posts == []
    assert len(Read(json.dumps(X_PAGE, indent=2).encode()).posts) == 2


@pytest.mark.parametrize(
    "broken", [{"text": "no id", "author_id": "1"}, {**X_POST, "created_at": "yesterday"}, {**X_POST, "text": 5}, 7]
)
def test_broken_posts_are_set_aside_and_good_ones_kept(broken):
    found = Read(as_json({**X_PAGE, "data": [broken, X_POST]}))
    assert (len(found.quarantined), len(found.posts)) == (1, 1)


def test_a_broken_line_between_good_ones_is_set_aside_and_a_broken_last_line_is_a_cut_file():
    good = as_lines(X_PAGE)
    found = Read(good + b'{"data": [\n' + good)
    assert (len(found.posts), found.quarantined[0].position) == (4, "line 2")
    with pytest.raises(ExportError, match="line 3, byte"):
        Read(good + good + good[:40])


def test_an_invalid_byte_costs_one_line():
    good = as_lines(X_PAGE)
    assert len(Read(good + b'{"x": "\xff"}\n' + good).quarantined) == 1


@pytest.mark.parametrize(
    "start", ["window.YTD.tweets.part0 = ", "window.YTD.tweet.part12=\n", "Grailbird.data.tweets_2012_01 = \n", ""]
)
def test_archives_stand_behind_an_assignment(start):
    found = Read(start.encode() + as_json([X_ARCHIVE_POST, X_ARCHIVE_POST]))
    assert found.code == "x_archive"
    post = found.posts[0]
    assert (post.text, post.reactions_n, post.post_id, post.is_edited) == ("a & b <3", 4, str(BIG), True)
    assert post.author_id is Absence.NOT_EXPORTED


def test_old_archives_have_no_wrapper_and_other_lists_hold_no_posts():
    bare = Read(b"window.YTD.tweet.part0 = " + as_json([X_ARCHIVE_POST["tweet"]]))
    likes = Read(b"window.YTD.like.part0 = " + as_json([{"like": {"tweetId": "1", "fullText": "x"}}]))
    assert len(bare.posts) == 1
    assert (likes.posts, sum(likes.asides.values())) == ([], 1)


def test_archive_reposts_are_cut_and_broken_posts_set_aside():
    repost = {"tweet": {**X_ARCHIVE_POST["tweet"], "full_text": "RT @a: and so o…"}}
    broken = {"tweet": {**X_ARCHIVE_POST["tweet"], "created_at": "Tue Foo 01 00:00:00 +0000 2030"}}
    found = Read(b"window.YTD.tweets.part0 = " + as_json([repost, broken]))
    assert (found.posts[0].post_kind, found.posts[0].text_source) == (PostKind.REPOST, TextSource.TRUNCATED)
    assert found.quarantined[0].column == "created_at"


def test_v1_ids_come_from_text_and_reposts_from_the_original():
    found = Read(as_json([X_V1]))
    post = found.posts[0]
    assert (post.post_id, post.text, post.text_source) == (str(BIG), "whole & text", TextSource.REFERENCED)
    assert found.asides == {"included original": 1}


def test_v1_streams_searches_and_extended_texts():
    extended = {**X_V1, "text": "cut…", "truncated": True, "extended_tweet": {"full_text": "all of it"}}
    del extended["full_text"], extended["retweeted_status"]
    cut = {key: value for key, value in extended.items() if key != "extended_tweet"}
    stream = Read(as_lines(extended, {"delete": {"status": {"id": 1}}}, cut))
    assert [(post.text, post.text_source) for post in stream.posts] == [
        ("all of it", TextSource.OWN),
        ("cut…", TextSource.TRUNCATED),
    ]
    assert [(each.name, each.state.value) for each in stream.gone] == [("1", "deleted")]
    assert len(Read(as_json({"statuses": [X_V1], "search_metadata": {"count": 1}})).posts) == 1


def test_v1_broken_posts_are_set_aside():
    broken = {key: value for key, value in X_V1.items() if key not in ("id", "id_str")}
    found = Read(as_lines(X_V1, broken, X_V1))
    assert (len(found.posts), len(found.quarantined)) == (2, 1)


LONG = "This post goes on and on " * 40


@pytest.mark.parametrize("cut", [LONG[:230] + "… https://t.co/abc", LONG[:275] + "…", LONG[:280].rstrip() + "x"])
def test_a_long_post_without_its_whole_text_is_called_cut_in_every_format(cut):
    page = Read(as_json({**X_PAGE, "data": [{**X_POST, "text": cut}]}))
    older = Read(as_json([{**{k: v for k, v in X_V1.items() if k != "retweeted_status"}, "full_text": cut}]))
    archive = Read(b"window.YTD.tweets.part0 = " + as_json([{"tweet": {**X_ARCHIVE_POST["tweet"], "full_text": cut}}]))
    assert [each.posts[0].text_source for each in (page, older, archive)] == [TextSource.TRUNCATED] * 3


def test_a_note_holds_the_whole_text_and_its_links_also_for_an_original():
    whole = {"text": LONG, "entities": {"urls": [{"expanded_url": "https://far.example/end"}]}}
    post = {**X_POST, "text": LONG[:270] + "…", "note_tweet": whole}
    original = {"id": "31", "text": LONG[:270] + "…", "note_tweet": whole, "author_id": "2"}
    found = Read(as_json({**X_PAGE, "data": [post, X_REPOST], "includes": {"tweets": [original]}})).posts
    assert [each.text for each in found] == [LONG, LONG]
    assert [each.text_source for each in found] == [TextSource.OWN, TextSource.REFERENCED]
    assert "https://far.example/end" in found[0].links


def test_an_original_that_is_cut_itself_leaves_a_cut_repost():
    original = {"id": "31", "text": LONG[:270] + "…", "author_id": "2"}
    found = Read(as_json({**X_PAGE, "data": [X_REPOST], "includes": {"tweets": [original]}})).posts
    assert found[0].text_source is TextSource.TRUNCATED


def test_a_text_that_ends_at_a_word_near_the_limit_is_counted_as_doubtful_and_a_short_one_is_not():
    near = Read(as_json({**X_PAGE, "data": [{**X_POST, "text": LONG[:268].rstrip() + "."}, X_POST]}))
    assert near.posts[0].text_source is TextSource.OWN
    assert [each.split()[0] for each in near.notices] == ["1"]
    assert Read(as_json(X_PAGE)).notices == []
