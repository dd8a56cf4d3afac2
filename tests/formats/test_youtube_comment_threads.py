import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.posts import PostKind
from tests.formats.miniatures import YOUTUBE, YOUTUBE_THREAD, Read, as_json, as_lines, youtube_comment


def test_threads_and_embedded_replies_are_items_and_the_rest_is_said():
    found = Read(as_json(YOUTUBE))
    assert [(post.post_id, post.post_kind) for post in found.posts] == [
        ("t1", PostKind.COMMENT),
        ("t1.r1", PostKind.REPLY),
    ]
    assert all(post.container_id == "v1" for post in found.posts)
    assert "4 replies" in found.notices[0]


def test_no_notice_when_all_replies_are_there():
    thread = {**YOUTUBE_THREAD, "snippet": {**YOUTUBE_THREAD["snippet"], "totalReplyCount": 1}}
    assert Read(as_json({**YOUTUBE, "items": [thread]})).notices == []


def test_html_serves_only_where_the_original_is_missing():
    comment = youtube_comment("c")
    del comment["snippet"]["textOriginal"]
    comment["snippet"]["textDisplay"] = 'see <a href="https://a.example">this</a><br>1 &lt; 2'
    found = Read(as_json({"kind": "youtube#commentListResponse", "items": [comment, youtube_comment("d")]}))
    assert [post.text for post in found.posts] == ["see this\n1 < 2", "a\nb & c"]
    assert found.posts[0].links == ("https://a.example",)
    assert found.posts[0].language is Absence.NOT_EXPORTED


def test_edits_show_in_the_time_of_update():
    edited = youtube_comment("c", updatedAt="2030-01-02T00:00:00Z")
    first, second = Read(
        as_json({"kind": "youtube#commentListResponse", "items": [edited, youtube_comment("d")]})
    ).posts
    assert (first.is_edited, first.edited_at) == (True, "2030-01-02T00:00:00Z")
    assert (second.is_edited, second.edited_at) == (False, Absence.NULL)


@pytest.mark.parametrize(
    "data", [as_lines(YOUTUBE, YOUTUBE), as_json([YOUTUBE, YOUTUBE]), as_lines(YOUTUBE_THREAD, YOUTUBE_THREAD)]
)
def test_pages_come_in_lists_and_lines(data):
    assert len(Read(data).posts) == 4


def test_broken_comments_are_set_aside_and_their_replies_kept():
    broken = {
        **YOUTUBE_THREAD,
        "snippet": {"videoId": "v1", "topLevelComment": {"kind": "youtube#comment", "id": "t9"}},
    }
    undated = youtube_comment("u", publishedAt="then")
    found = Read(as_json({**YOUTUBE, "items": [broken, undated, "text"]}))
    assert [post.post_id for post in found.posts] == ["t1.r1"]
    assert len(found.quarantined) == 3


def test_other_resources_and_a_page_whose_items_are_no_list():
    found = Read(as_json({**YOUTUBE, "items": [YOUTUBE_THREAD, {"kind": "youtube#video", "id": "v"}]}))
    assert found.asides == {"video resource": 1}
    assert Read(as_json({**YOUTUBE, "items": {"a": 1}})).quarantined[0].column == "items"


def test_error_replies_are_no_items_and_a_lacking_time_of_edit_is_said():
    comment = youtube_comment("c")
    del comment["snippet"]["updatedAt"]
    page = {"kind": "youtube#commentListResponse", "items": [comment]}
    found = Read(as_lines(page, {"error": {"code": 403, "message": "commentsDisabled"}}))
    assert [post.edited_at for post in found.posts] == [Absence.NOT_EXPORTED]
    assert found.asides == {"error reply of the interface": 1}
