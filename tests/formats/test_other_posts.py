import json

import pyarrow as pa
import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.posts import PostKind, TextSource
from analysis.corpora.times import DateSource
from analysis.errors import ExportError
from tests.formats.miniatures import (
    BIG,
    BLUESKY,
    BLUESKY_POST,
    CROWDTANGLE,
    FOUR_CAT,
    MASTODON_OUTBOX,
    MASTODON_STATUS,
    META,
    REDDIT_COMMENT,
    REDDIT_GONE,
    REDDIT_LISTING,
    TIKTOK,
    TIKTOK_VIDEO,
    Read,
    as_json,
    as_lines,
)


class TestMetaContentLibrary:
    def test_ids_above_two_to_the_53_keep_every_digit(self):
        first, second = Read(META).posts
        assert (first.post_id, first.author_id, first.container_id) == (str(BIG), str(BIG + 1), str(BIG + 2))
        assert (second.author_id, second.repost_of_id) == (Absence.EMPTY, str(BIG))
        assert (first.text, second.text) == ("two\nlines", Absence.EMPTY)
        assert (first.views_n, first.created_at) == (1234, "2030-01-01T00:00:00Z")
        assert [post.post_kind for post in (first, second)] == [PostKind.POST, PostKind.REPOST]

    def test_a_column_the_download_lacks_is_not_exported(self):
        assert Read(META).posts[0].replies_n is Absence.NOT_EXPORTED

    @pytest.mark.parametrize("bad", ["9.00719925474099E+15", "", " "])
    def test_ids_that_a_spreadsheet_rounded_are_set_aside(self, bad):
        found = Read(META.replace(str(BIG + 3).encode(), bad.encode()))
        assert (len(found.posts), len(found.quarantined)) == (1, 1)
        assert found.quarantined[0].column == "id"

    def test_a_row_with_another_number_of_cells_is_set_aside(self):
        found = Read(META + b"1,2\n" + META.splitlines(keepends=True)[-1])
        assert (len(found.posts), len(found.quarantined)) == (3, 1)
        assert "as many cells" in found.quarantined[0].rule

    def test_a_comment_file_names_its_parent(self):
        data = (
            f"id,creation_time,text,parent_id,root_post_id,author_id\n{BIG},2030-01-01T00:00:00+0000,x,5,6,\n".encode()
        )
        post = Read(data).posts[0]
        assert (post.post_kind, post.reply_to_id, post.author_id) == (PostKind.COMMENT, "5", Absence.EMPTY)


class TestCrowdTangle:
    def test_marks_commas_quotes_and_zones(self):
        first, second = Read(CROWDTANGLE).posts
        assert (first.created_at, first.date_source) == ("2030-03-01T00:59:59Z", DateSource.ZONED)
        assert (first.reactions_n, first.text) == (1000, 'say "so"\nagain')
        assert (second.created_at, second.date_source) == ("2030-03-01T01:59:59", DateSource.NAIVE_LOCAL)

    def test_instagram_columns(self):
        data = (
            b"Account,User Name,Followers at Posting,Post Created,Type,Likes,Comments,URL,Description\n"
            b"A,a,1,2030-01-01 00:00:00 EST,Photo,5,1,https://i.example/p/1,cap\n"
        )
        post = Read(data).posts[0]
        assert (post.text, post.created_at) == ("cap", "2030-01-01T05:00:00Z")

    def test_a_time_without_a_word_for_its_zone_and_no_reactions_are_understood(self):
        data = (
            b"Account,User Name,Followers at Posting,Post Created,Type,Comments,URL,Description\n"
            b"A,a,1,2030-01-01T05:00:00+04:30,Photo,1,https://i.example/p/1,cap\n"
        )
        post = Read(data).posts[0]
        assert (post.created_at, post.reactions_n) == ("2030-01-01T00:30:00Z", Absence.NOT_EXPORTED)

    def test_a_row_without_time_is_set_aside(self):
        found = Read(CROWDTANGLE.replace(b"2030-03-01 01:59:59 XQT", b"soon"))
        assert [entry.column for entry in found.quarantined] == ["Post Created"]


class TestTikTok:
    def test_64_bit_ids_become_text(self):
        post = Read(as_json(TIKTOK)).posts[0]
        assert (post.post_id, post.created_at, post.text) == (str(BIG), "2030-01-01T00:00:00Z", "d")

    @pytest.mark.parametrize(
        "data", [as_json([TIKTOK, TIKTOK]), as_lines(TIKTOK, TIKTOK), as_lines(TIKTOK_VIDEO, TIKTOK_VIDEO)]
    )
    def test_pages_come_in_lists_and_lines(self, data):
        assert len(Read(data).posts) == 2

    def test_comments_and_their_replies(self):
        top = {
            "id": 1,
            "video_id": BIG,
            "text": "c",
            "parent_comment_id": BIG,
            "create_time": 1893456000,
            "like_count": 1,
        }
        found = Read(
            as_json({"data": {"comments": [top, {**top, "id": 2, "parent_comment_id": 1}]}, "error": {"code": "ok"}})
        )
        assert [post.post_kind for post in found.posts] == [PostKind.COMMENT, PostKind.REPLY]
        assert found.posts[0].container_id == str(BIG)

    def test_rounded_ids_are_set_aside_and_error_replies_are_no_items(self):
        broken = as_json(TIKTOK).replace(str(BIG).encode(), b"1.15e18")
        assert Read(broken).quarantined[0].column == "id"
        error = Read(as_json({"data": {}, "error": {"code": "rate_limit_exceeded", "log_id": "1"}}))
        assert (error.posts, sum(error.asides.values())) == ([], 1)

    def test_a_page_whose_list_is_none_and_something_else_are_set_aside(self):
        page = {"data": {"videos": {"id": 1}}, "error": {"code": "ok"}}
        found = Read(as_lines(TIKTOK, page, {"what": "else"}))
        assert [entry.column for entry in found.quarantined] == ["videos", "item"]
        assert len(found.posts) == 1

    def test_profiles_are_no_items(self):
        found = Read(
            as_lines(TIKTOK, {"data": {"display_name": "Nobody", "follower_count": 3}, "error": {"code": "ok"}})
        )
        assert (len(found.posts), found.asides) == (1, {"profile": 1})


class TestBluesky:
    def test_feeds_hold_posts_and_reposts(self):
        post, repost = Read(as_json(BLUESKY)).posts
        assert (post.language, post.date_source, post.links) == ("fa,en", DateSource.CLIENT_SET, ("https://a.example",))
        assert (repost.post_kind, repost.author_id, repost.repost_of_id) == (
            PostKind.REPOST,
            "did:plc:other",
            post.post_id,
        )
        assert repost.text_source is TextSource.REFERENCED

    def test_an_unreadable_client_time_falls_back_to_the_servers(self):
        record = {**BLUESKY_POST["record"], "createdAt": "last week"}
        post = Read(as_json({"posts": [{**BLUESKY_POST, "record": record}]})).posts[0]
        assert (post.created_at, post.date_source) == ("2030-01-01T00:00:05Z", DateSource.SERVER_INDEXED)
        lost = {key: value for key, value in BLUESKY_POST.items() if key != "indexedAt"}
        assert Read(as_json({"posts": [{**lost, "record": record}]})).quarantined[0].column == "createdAt"

    def test_threads_records_and_events(self):
        thread = {
            "thread": {
                "post": BLUESKY_POST,
                "replies": [
                    {"post": {**BLUESKY_POST, "uri": "at://did:plc:x/app.bsky.feed.post/2"}, "replies": []},
                    {"blocked": True},
                ],
            }
        }
        assert len(Read(as_json(thread)).posts) == 2
        listing = {
            "records": [{"uri": BLUESKY_POST["uri"], "cid": "c", "value": BLUESKY_POST["record"]}],
            "cursor": "x",
        }
        assert Read(as_json(listing)).posts[0].author_id == "did:plc:inv"
        event = {
            "did": "did:plc:e",
            "kind": "commit",
            "commit": {
                "operation": "create",
                "collection": "app.bsky.feed.post",
                "rkey": "9",
                "record": BLUESKY_POST["record"],
            },
        }
        like = {
            **event,
            "commit": {
                **event["commit"],
                "collection": "app.bsky.feed.like",
                "record": {"$type": "app.bsky.feed.like", "createdAt": "x"},
            },
        }
        found = Read(as_lines(event, like))
        assert (found.posts[0].post_id, sum(found.asides.values())) == ("at://did:plc:e/app.bsky.feed.post/9", 1)

    def test_a_thread_is_read_upwards_and_what_is_quoted_stays_aside(self):
        quoting = {**BLUESKY_POST, "embed": {"record": {"uri": "at://did:plc:q/app.bsky.feed.post/7"}}}
        parent = {"post": {**BLUESKY_POST, "uri": "at://did:plc:p/app.bsky.feed.post/0"}}
        found = Read(as_json({"thread": {"post": quoting, "parent": parent, "replies": None}}))
        assert [post.post_id for post in found.posts] == [BLUESKY_POST["uri"], "at://did:plc:p/app.bsky.feed.post/0"]
        assert found.asides == {"included original": 1}

    def test_a_reply_in_a_feed_brings_its_parents_which_are_no_items(self):
        entry = {"post": BLUESKY_POST, "reply": {"root": BLUESKY_POST, "parent": BLUESKY_POST, "grandparent": None}}
        found = Read(as_json({"feed": [entry]}))
        assert (len(found.posts), found.asides) == (1, {"included original": 2})

    @pytest.mark.parametrize(
        ("languages", "read"), [("fa", Absence.UNPARSEABLE), (None, Absence.NULL), ([], Absence.EMPTY)]
    )
    def test_languages_that_are_no_list_are_not_guessed(self, languages, read):
        record = {**BLUESKY_POST["record"], "langs": languages}
        assert Read(as_json({"posts": [{**BLUESKY_POST, "record": record}]})).posts[0].language is read

    def test_a_post_without_address_is_set_aside(self):
        found = Read(as_lines(BLUESKY_POST, {key: value for key, value in BLUESKY_POST.items() if key != "uri"}))
        assert (len(found.posts), found.quarantined[0].column) == (1, "uri")


class TestMastodon:
    def test_html_becomes_text_and_links_are_kept(self):
        post = Read(as_json([MASTODON_STATUS])).posts[0]
        assert post.text == "one & two\nthree\n\nhttps://a"
        assert post.links == ("https://a.example/x",)
        assert (post.is_edited, post.edited_at, post.title) == (False, Absence.NULL, Absence.EMPTY)

    def test_boosts_take_the_originals_text(self):
        boost = {**MASTODON_STATUS, "id": "2", "content": "", "reblog": MASTODON_STATUS}
        post = Read(as_lines(boost, MASTODON_STATUS)).posts[0]
        assert (post.post_kind, post.repost_of_id, post.text_source) == (
            PostKind.REPOST,
            str(BIG),
            TextSource.REFERENCED,
        )

    def test_outbox_contexts_and_searches(self):
        found = Read(as_json(MASTODON_OUTBOX))
        assert [post.post_kind for post in found.posts] == [PostKind.POST, PostKind.REPOST]
        assert [each.name for each in found.gone] == ["https://m.example/9"]
        assert len(Read(as_json({"ancestors": [], "descendants": [MASTODON_STATUS]})).posts) == 1
        assert len(Read(as_json({"accounts": [], "statuses": [MASTODON_STATUS], "hashtags": []})).posts) == 1

    def test_accounts_and_errors_are_no_items(self):
        account = {"id": "3", "acct": "nobody@a.example", "username": "nobody"}
        found = Read(as_lines(MASTODON_STATUS, account, {"error": "Record not found"}))
        assert (len(found.posts), found.asides) == (1, {"account": 1, "error reply of the interface": 1})

    def test_a_note_without_its_activity_has_the_language_that_its_text_is_mapped_to(self):
        activity = MASTODON_OUTBOX["orderedItems"][0]
        note = {**activity["object"], "attributedTo": activity["actor"], "published": activity["published"]}
        listed = [activity, {**note, "contentMap": {"fa": "<p>hi</p>"}}, {**note, "contentMap": "fa"}]
        found = Read(as_json({**MASTODON_OUTBOX, "orderedItems": listed}))
        assert [post.language for post in found.posts] == [Absence.NOT_EXPORTED, "fa", Absence.UNPARSEABLE]

    def test_statuses_without_id_or_content_are_set_aside(self):
        nameless = {**MASTODON_STATUS, "id": None}
        found = Read(as_json([MASTODON_STATUS, nameless, {"a": 1}, "x"]))
        assert (len(found.posts), len(found.quarantined)) == (1, 3)


class TestReddit:
    def test_codes_for_what_is_gone_and_both_types_of_time(self):
        first, second = Read(as_lines(REDDIT_COMMENT, REDDIT_GONE)).posts
        assert first.created_at == second.created_at == "2030-01-01T00:00:00Z"
        assert (first.text, first.is_edited, first.edited_at) == ("a < b", True, "2030-01-01T00:05:00Z")
        assert (second.author_id, second.author_handle, second.text) == (
            Absence.DELETED,
            Absence.DELETED,
            Absence.REMOVED,
        )
        assert second.is_edited is False

    def test_listings_hold_nested_replies(self):
        found = Read(as_json(REDDIT_LISTING))
        assert [post.post_id for post in found.posts] == ["s1", "c1", "c2"]
        assert (found.posts[0].text, found.posts[0].title) == (Absence.EMPTY, "T")
        assert found.asides == {"stub for more comments": 1}

    def test_api_pages_and_broken_lines(self):
        assert len(Read(as_json({"data": [REDDIT_COMMENT, REDDIT_GONE]})).posts) == 2
        broken = {**REDDIT_COMMENT, "created_utc": "never"}
        found = Read(as_lines(REDDIT_COMMENT, broken, {"foo": 1}, REDDIT_GONE))
        assert (len(found.posts), [entry.column for entry in found.quarantined]) == (2, ["created_utc", "item"])

    def test_dumps_are_read_packed(self):
        plain = as_lines(REDDIT_COMMENT, REDDIT_GONE)
        assert Read(pa.compress(plain, "zstd", asbytes=True)).posts == Read(plain).posts
        with pytest.raises(ExportError):
            Read(b"\x28\xb5\x2f\xfd" + b"0" * 50)

    def test_half_a_surrogate_pair_is_set_aside(self):
        line = json.dumps({**REDDIT_COMMENT, "body": "\ud800"}).encode() + b"\n"
        found = Read(line + as_lines(REDDIT_GONE))
        assert "surrogate" in found.quarantined[0].rule


class TestFourCat:
    def test_unix_time_is_preferred_and_zoneless_time_is_utc(self):
        first, second = Read(FOUR_CAT).posts
        assert (first.created_at, first.date_source) == ("2030-01-01T00:00:00Z", DateSource.UNIX)
        assert (second.created_at, second.date_source) == ("2030-01-01T00:00:01Z", DateSource.UTC_BY_CONVENTION)
        assert (second.text, second.title, first.post_id) == (Absence.EMPTY, "S", str(BIG))

    def test_layouts_of_youtube_data_tools(self):
        data = (
            b"id,isReplyTo,authorName,text,publishedAt\n"
            b"c1,,inv,x,2030-01-01T00:00:00Z\nc2,c1,inv,y,2030-01-01T00:00:00Z\n"
        )
        assert [post.post_kind for post in Read(data).posts] == [PostKind.POST, PostKind.REPLY]

    def test_a_row_without_a_time_is_set_aside(self):
        found = Read(FOUR_CAT.replace(b"2030-01-01 00:00:01", b"?"))
        assert (len(found.posts), len(found.quarantined)) == (1, 1)


def test_a_quote_in_the_wrong_place_costs_one_row_and_an_open_one_the_file():
    good = META.splitlines(keepends=True)[-1]
    found = Read(META + b'"1"x,2030-01-01T00:00:00+0000,,,,,,,,\n' + good)
    assert (len(found.posts), len(found.quarantined)) == (3, 1)
    assert '"1"x' in found.quarantined[0].raw
    with pytest.raises(ExportError, match="never closed"):
        Read(META + b'5,2030-01-01T00:00:00+0000,"open')


def test_two_columns_of_one_name_are_both_kept():
    data = META.replace(b"lang,", b"lang,lang,", 1).replace(b",fa,", b",fa,xx,").replace(b",ps,", b",ps,yy,")
    assert [post.language for post in Read(data).posts] == ["fa", "ps"]
