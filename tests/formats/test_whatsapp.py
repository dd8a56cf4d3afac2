"""WhatsApp chats: line shapes of phones and languages, the order of dates, and words that are nobody's own."""

import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.chat_lines import stamp_of
from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.corpora.times import DateSource
from analysis.errors import ExportError
from tests.formats.miniatures import WHATSAPP, Read, source
from tests.formats.test_containers import zipped

LRM, RLM, NARROW = "\u200e", "\u200f", "\u202f"


def chat(*lines, end="\n"):
    return Read("".join(f"{line}{end}" for line in lines).encode())


def test_every_field_of_the_miniature():
    found = Read(WHATSAPP)
    text, media, edited, deleted = found.posts
    assert found.asides == {"line of the program": 1}
    assert (text.text, text.author_id, text.position) == ("متن نمونه\nsecond line", "Invented One", "line 2")
    assert (text.created_at, text.date_source) == ("2029-12-31T21:15:00", DateSource.NAIVE_LOCAL)
    assert (media.text, media.media_kind) == (Absence.EMPTY, "omitted")
    assert (edited.text, edited.is_edited, edited.author_id) == ("12345678901234567890", True, "+49 30 000000")
    assert (text.is_edited, text.media_kind) == (False, Absence.NOT_EXPORTED)
    assert (deleted.state, deleted.text) == (PostState.DELETED, Absence.DELETED)
    assert {each.visibility for each in found.posts} == {Visibility.UNKNOWN}


def test_a_chat_of_two_is_direct_whatever_the_program_adds():
    two = ["31/12/2029, 21:15 - A: x", "31/12/2029, 21:16 - B: y", "31/12/2029, 21:16 - You changed the subject"]
    assert {each.visibility for each in chat(*two).posts} == {Visibility.DIRECT}
    assert {each.visibility for each in chat(*two, "31/12/2029, 21:17 - C: z").posts} == {Visibility.UNKNOWN}


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("31.12.29, 21:15 - A: x", "2029-12-31T21:15:00"),
        ("31.12.2029 21:15 - A: x", "2029-12-31T21:15:00"),
        ("12/31/29, 9:15 PM - A: x", "2029-12-31T21:15:00"),
        (f"12/31/29, 9:15{NARROW}PM - A: x", "2029-12-31T21:15:00"),
        (f"12/31/29, 12:15{NARROW}AM - A: x", "2029-12-31T00:15:00"),
        ("31/12/29, 12:15 p.m. - A: x", "2029-12-31T12:15:00"),
        ("31/12/29 9:15\u00a0p.\u00a0m. - A: x", "2029-12-31T21:15:00"),
        ("2029-12-31, 21:15 - A: x", "2029-12-31T21:15:00"),
        ("31-12-2029 21:15 - A: x", "2029-12-31T21:15:00"),
        ("31/12/2029 à 21:15 - A: x", "2029-12-31T21:15:00"),
        ("31.12.2029 klo 21.15 - A: x", "2029-12-31T21:15:00"),
        ("2029. 12. 31. 21:15 - A: x", "2029-12-31T21:15:00"),
        ("[31.12.29, 21:15:03] A: x", "2029-12-31T21:15:03"),
        (f"{LRM}[12/31/29, 9:15:03{NARROW}PM] A: x", "2029-12-31T21:15:03"),
        ("[2029/12/31, 21:15:03] A: x", "2029-12-31T21:15:03"),
        (f"٣١{RLM}/١٢{RLM}/٢٠٢٩، ٩:١٥ م - A: x", "2029-12-31T21:15:00"),
        (f"۲۰۲۹/۱۲/۳۱،{RLM} ۲۱:۱۵ - A: x", "2029-12-31T21:15:00"),
        (f"۲۰۲۹/۱۲/۳۱،{RLM} ۹:۱۵ ب.ظ. - A: x", "2029-12-31T21:15:00"),
    ],
)
def test_the_shapes_in_which_phones_write_a_line(line, at):
    (post,) = chat(line).posts
    assert (post.created_at, post.author_id, post.text) == (at, "A", "x")


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (["01/02/30", "13/02/30"], "2030-02-01"),
        (["01/02/30", "01/13/30"], "2030-01-02"),
        (["01/02/30", "05/02/30", "01/03/30"], "2030-02-01"),
        (["02/01/30", "02/05/30", "03/01/30"], "2030-02-01"),
        (["05/05/30"], "2030-05-05"),
        (["01.02.30"], "2030-02-01"),
    ],
)
def test_rows_decide_the_order_of_day_and_month(days, first):
    assert chat(*(f"{day}, 10:00 - A: x" for day in days)).posts[0].created_at == f"{first}T10:00:00"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["01/02/30, 10:00 - A: x", "03/02/30, 10:00 - A: x"], "every date can be read as day/month/year and as month"),
        (["31/01/30, 10:00 - A: x", "02/13/30, 10:00 - A: x"], "line 2: the date stands in another order"),
        (["31/01/30, 9:15 AM - A: x", "31/01/30, 9:15 XY - A: x"], r"line 2: .*U\+0078 U\+0079, which is not known"),
    ],
)
def test_what_the_rows_do_not_decide_is_refused(lines, words):
    with pytest.raises(ExportError, match=words):
        chat(*lines)


@pytest.mark.parametrize(("order", "day"), [("day/month/year", "2030-02-01"), ("month/day/year", "2030-01-02")])
def test_what_the_rows_do_not_decide_may_be_stated(order, day):
    data = b"01/02/30, 10:00 - A: x\n03/02/30, 10:00 - A: x\n"
    (post, _) = [each for each in open_export(source(data), None, "", order).entries() if isinstance(each, Post)]
    assert post.created_at == f"{day}T10:00:00"


def test_a_stated_order_that_the_rows_contradict_is_refused():
    with pytest.raises(ExportError, match="the rows show day/month/year, and month/day/year is stated"):
        list(open_export(source(b"31/01/30, 10:00 - A: x\n"), None, "", "month/day/year").entries())


def test_a_date_that_no_calendar_has_costs_its_message():
    found = chat("31/12/29, 10:00 - A: x", "32/13/29, 10:00 - A: y", "31/12/29, 25:00 - A: z", "31/12/29, 10:01 - A: u")
    assert [each.text for each in found.posts] == ["x", "u"]
    assert [(each.position, each.value) for each in found.quarantined] == [("line 2", "A: "), ("line 3", "A: ")]


def test_pieces_of_chats_that_a_message_quotes_are_not_the_words_of_others():
    android = chat("31/12/29, 10:00 - A: look:", "[30/12, 09:00] B: quoted", "[30/12/29, 09:00:00] B: quoted")
    assert [each.author_id for each in android.posts] == ["A"]
    apple = chat("[31.12.29, 10:00:00] A: look:", "[12.12.29, 09:00:00] B: quoted", "[31.12.29, 10:00:01] C: own")
    assert [(each.author_id, each.text) for each in apple.posts] == [
        ("A", "look:\n[12.12.29, 09:00:00] B: quoted"),
        ("C", "own"),
    ]
    assert "go back in time" in apple.notices[0]
    back = chat("[31.12.29, 10:00:00] A: x", "[31.12.29, 09:30:00] B: a clock set back")
    assert (len(back.posts), back.notices) == (2, [])


@pytest.mark.parametrize(
    ("body", "text", "media"),
    [
        (f"{LRM}image omitted", Absence.EMPTY, "omitted"),
        (f"{LRM}Bild weggelassen", Absence.EMPTY, "omitted"),
        ("<Medien ausgeschlossen>", Absence.EMPTY, "omitted"),
        (f"{LRM}<attached: 00000012-PHOTO-2029.jpg>", Absence.EMPTY, "file"),
        ("IMG-2029-WA0001.jpg (Datei angehängt)\nDazu ein Satz", "Dazu ein Satz", "file"),
        ("Invented Person.vcf (file attached)", Absence.EMPTY, "file"),
        (f"{LRM}Standort: https://maps.google.com/?q=1.25,2.5", Absence.EMPTY, "place"),
        ("the image omitted something", "the image omitted something", Absence.NOT_EXPORTED),
        ("a < b and c > d", "a < b and c > d", Absence.NOT_EXPORTED),
        ("see https://maps.google.com/", "see https://maps.google.com/", Absence.NOT_EXPORTED),
        ("", Absence.EMPTY, Absence.NOT_EXPORTED),
    ],
)
def test_what_the_program_puts_in_place_of_things_is_no_text(body, text, media):
    (post,) = chat(f"[31.12.29, 21:15:03] A: {body}").posts
    assert (post.text, post.media_kind) == (text, media)


@pytest.mark.parametrize(
    "body",
    [f"{LRM}This message was deleted.", "Du hast diese Nachricht gelöscht.", "این پیام حذف شد", "تم حذف هذه الرسالة"],
)
def test_deleted_messages_are_deleted(body):
    (post,) = chat(f"31.12.29, 21:15 - A: {body}").posts
    assert (post.state, post.text) == (PostState.DELETED, Absence.DELETED)
    (kept,) = chat(f"31.12.29, 21:15 - A: they say: {body}").posts
    assert kept.state is PostState.PRESENT


@pytest.mark.parametrize(
    "line",
    [
        "[31.12.29, 21:15:03] Group: \u200eYou created this group",
        "[31.12.29, 21:15:03] A: \u200ePOLL:",
        "[31.12.29, 21:15:03] A changed the subject from “x: y” to “z”",
    ],
)
def test_lines_of_the_program_are_counted(line):
    found = chat(line)
    assert (found.posts, found.asides) == ([], {"line of the program": 1})


def test_ids_are_those_of_the_message_in_every_export():
    lines = ["31.12.29, 21:15 - A: yes", "31.12.29, 21:15 - A: yes", "31.12.29, 21:16 - A: yes"]
    ids = [each.post_id for each in chat(*lines).posts]
    assert len(set(ids)) == 3
    assert [each.post_id for each in chat("30.12.29, 21:15 - B: earlier", *lines).posts][1:] == ids


def test_a_last_line_without_its_end_is_named():
    assert "does not end" in Read(WHATSAPP[:-1]).notices[0]
    assert not Read(WHATSAPP).notices


def test_a_chat_is_found_in_the_zip_of_a_phone():
    read = Read(zipped(_chat_dot_txt=WHATSAPP, photo_dot_jpg=b"\xff\xd8\xff"))
    assert [each.post_id for each in read.posts] == [each.post_id for each in Read(WHATSAPP).posts]


@pytest.mark.parametrize(
    "line",
    [
        "1.2.3 is a version",
        "2029/12/31 下午9:15 - A: x",
        "12:30 - lunch",
        "2029-12-31",
        "x 31/12/2029, 21:15 - A: x",
        "",
    ],
)
def test_other_lines_begin_no_message(line):
    assert stamp_of(line) is None
