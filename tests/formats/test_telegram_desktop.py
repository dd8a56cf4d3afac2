import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.posts import PostKind
from analysis.corpora.times import DateSource
from tests.formats.miniatures import BIG, TELEGRAM, TELEGRAM_MESSAGE, TELEGRAM_SERVICE, Read, as_json


def read(*messages):
    return Read(as_json({**TELEGRAM, "messages": list(messages)}))


def test_mixed_text_is_flattened_and_service_messages_are_no_items():
    found = Read(as_json(TELEGRAM))
    assert [post.text for post in found.posts] == ["سلام دنیا x", "plain"]
    assert found.posts[0].links == ("https://a.example",)
    assert found.posts[0].container_id == str(BIG)
    assert found.posts[0].reactions_n == 3
    assert found.asides == {"service message": 1}


def test_unix_time_is_preferred_and_its_lack_is_said():
    old = {key: value for key, value in TELEGRAM_MESSAGE.items() if key != "date_unixtime"}
    new_post, old_post = read(TELEGRAM_MESSAGE, old).posts
    assert (new_post.created_at, new_post.date_source) == ("2030-01-01T00:00:00Z", DateSource.UNIX)
    assert (old_post.created_at, old_post.date_source) == ("2030-01-01T03:30:00", DateSource.NAIVE_LOCAL)


@pytest.mark.parametrize("leak", ["Leak", "user66", "user67", "12.3456", "65.4321", "0000", "Invented Person"])
def test_nobody_elses_data_reaches_a_row(leak):
    account = {"personal_information": {"first_name": "Leak Five"}, "chats": {"list": [TELEGRAM]}}
    for data in (as_json(TELEGRAM), as_json(account)):
        assert leak not in repr(Read(data).entries)


def test_a_row_does_repeat_what_its_author_wrote():
    assert "دنیا" in repr(read(TELEGRAM_MESSAGE).entries)


def test_edits_are_never_reliable_and_1970_means_none():
    edited = {**TELEGRAM_MESSAGE, "edited": "2030-01-01T04:00:00", "edited_unixtime": "1893457800"}
    never = {**TELEGRAM_MESSAGE, "edited": "1970-01-01T05:30:00"}
    plain, with_edit, without = read(TELEGRAM_MESSAGE, edited, never).posts
    assert [post.is_edited for post in (plain, with_edit, without)] == [False, True, False]
    assert with_edit.edited_at == "2030-01-01T00:30:00Z"
    assert not with_edit.is_edited_reliable


def test_account_exports_hold_several_chats_and_left_ones():
    other = {**TELEGRAM, "id": 5}
    found = Read(
        as_json({"about": "", "chats": {"about": "", "list": [TELEGRAM, other]}, "left_chats": {"list": [other]}})
    )
    assert [post.container_id for post in found.posts] == [str(BIG)] * 2 + ["5"] * 4
    assert len({post.identity for post in found.posts}) == 4


def test_a_chat_without_id_does_not_take_its_neighbours():
    nameless = {key: value for key, value in TELEGRAM.items() if key != "id"}
    found = Read(as_json({"chats": {"list": [TELEGRAM, nameless]}}))
    assert [post.container_id for post in found.posts][2:] == [Absence.NOT_EXPORTED] * 2
    assert "2 messages" in found.notices[0] or "3 messages" in found.notices[0]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"id": None}, "id"),
        ({"id": 1.5}, "id"),
        ({"date_unixtime": "soon"}, "date_unixtime"),
        ({"text": 5}, "text"),
        ({"text": [["nested"]]}, "text"),
        ({"type": "surprise"}, "type"),
        ({"text": "\ud800"}, "text"),
    ],
)
def test_a_broken_message_is_set_aside_with_its_value_and_the_rest_is_kept(change, column):
    message = {**TELEGRAM_MESSAGE, **change}
    data = (
        as_json({**TELEGRAM, "messages": [message, TELEGRAM_MESSAGE]})
        if column != "text" or change["text"] != "\ud800"
        else None
    )
    if data is None:
        import json

        data = json.dumps({**TELEGRAM, "messages": [message, TELEGRAM_MESSAGE]}).encode()
    found = Read(data)
    if change.get("text") == "\ud800" and not found.quarantined:
        # The parser itself replaces half of a pair; nothing broken may reach a row.
        assert all(post.text.encode() for post in found.posts)
        return
    assert len(found.posts) == 1
    assert [entry.column for entry in found.quarantined] == [column]
    assert found.quarantined[0].position == "messages[0]"
    assert found.quarantined[0].raw


@pytest.mark.parametrize("element", ["text", 5, None, ["list"]])
def test_something_that_is_no_message_is_set_aside(element):
    found = read(element, TELEGRAM_MESSAGE)
    assert (len(found.quarantined), len(found.posts)) == (1, 1)


def test_forwards_replies_polls_and_old_numeric_authors():
    forward = {**TELEGRAM_MESSAGE, "forwarded_from": "Leak Name", "from_id": 4394012345}
    reply = {**TELEGRAM_MESSAGE, "reply_to_message_id": 3}
    poll = {**TELEGRAM_MESSAGE, "text": "", "poll": {"question": "why?", "answers": []}}
    first, second, third = read(forward, reply, poll).posts
    assert (first.post_kind, first.author_id) == (PostKind.REPOST, "4394012345")
    assert (second.post_kind, second.reply_to_id) == (PostKind.REPLY, "3")
    assert (third.text, third.title) == (Absence.EMPTY, "why?")


def test_messages_that_telegram_could_not_export_are_counted_beside():
    found = read({"id": 1, "type": "unsupported"}, TELEGRAM_SERVICE)
    assert found.posts == []
    assert sum(found.asides.values()) == 2


def test_an_html_export_is_refused_with_the_right_advice():
    with pytest.raises(Exception, match="machine-readable JSON"):
        Read(b"<!DOCTYPE html><html><head><title>Exported Data</title></head><body class='tgme'>")
