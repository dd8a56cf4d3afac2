"""REDCap, Google Forms, SurveyMonkey, twarc's tables, Zeeschuimer, and what Facebook and Instagram give an owner."""

import io
import json

import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.exports import open_export
from analysis.corpora.interviews import InterviewState
from analysis.corpora.posts import PostKind, PostState, TextSource, Visibility
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent
from tests.formats import downloads
from tests.formats.downloads import (
    BIG,
    FACEBOOK,
    INSTAGRAM,
    INSTAGRAM_DOWNLOAD,
    REDCAP,
    REDCAP_DICTIONARY,
    TIKTOK,
    shown,
)
from tests.formats.miniatures import MINIATURES, Read, as_json, as_lines


def beside(data, **others):
    neighbours = [Source(name, lambda content=content: io.BytesIO(content)) for name, content in others.items()]
    return open_export(Source("export.csv", lambda: io.BytesIO(data), neighbours=lambda: neighbours))


@pytest.mark.parametrize("code", downloads.MINIATURES)
def test_nothing_about_other_people_is_read(code):
    found = Read(MINIATURES[code])
    assert found.code == code
    hidden = repr(found.entries) if code != "redcap" else ""
    assert "Leak" not in hidden
    assert "192.0.2" not in hidden
    assert found.quarantined == []


def test_redcap_rows_of_repeats_and_later_events_do_not_count_and_every_instrument_has_a_state():
    found = Read(REDCAP)
    assert [(each.respondent_id, each.state) for each in found.respondents] == [
        ("1", InterviewState.COMPLETE), ("2", InterviewState.PARTIAL), ("2", InterviewState.FURTHER),
        ("1", InterviewState.FURTHER), ("3", InterviewState.COMPLETE),
    ]  # fmt: skip
    assert found.respondents[1].answers["sc3"] == "بلی"
    assert found.respondents[1].answers["news___2"] is Absence.EMPTY
    assert "export each event into a file of its own" in found.notices[0]


def test_redcap_takes_wording_and_choices_from_its_dictionary_and_leaves_identifiers_out():
    entries = list(beside(REDCAP, **{"study_DataDictionary_2030.csv": REDCAP_DICTIONARY}).entries())
    codebook = next(each for each in entries if isinstance(each, Codebook))
    known = {each.name: each for each in codebook.variables}
    assert "name" not in known
    assert "Leak" not in repr(entries)
    assert (known["sc3"].label, known["sc3"].value_labels) == ("How old, in years?", {"1": "young", "2": "old"})
    assert known["news___1"].choice_of == "news"


def test_redcap_identifiers_are_left_out_under_their_labels_too():
    labelled = b"Number,Event Name,Repeat Instrument,Name,Name of it,Complete?\n1,Baseline,,Leak One,kept,Complete\n"
    entries = list(beside(labelled, **{"study_DataDictionary_2030.csv": REDCAP_DICTIONARY}).entries())
    assert "Leak" not in repr(entries)
    respondent = next(each for each in entries if isinstance(each, Respondent))
    assert (respondent.respondent_id, respondent.answers["Name of it"]) == ("1", "kept")


@pytest.mark.parametrize(
    ("mark", "state"),
    [("1", InterviewState.ON_HOLD), ("Incomplete", InterviewState.PARTIAL), ("", InterviewState.PARTIAL),
     ("Complete", InterviewState.COMPLETE), ("9", InterviewState.UNKNOWN)],
)  # fmt: skip
def test_redcap_marks_are_read_in_codes_and_in_words(mark, state):
    found = Read(f"record_id,a,form_complete\n1,x,{mark}\n".encode())
    assert found.respondents[0].state is state


def test_google_forms_are_known_by_their_first_column_in_any_listed_language():
    found = Read(downloads.GOOGLE_FORMS)
    assert [each.respondent_id for each in found.respondents] == ["one@invented.example", "two@invented.example"]
    assert found.respondents[0].answers["Which news?"] == "tv, radio"
    german = Read(b"Zeitstempel,Wie?\n05.01.2030 10:00:00,gut\n")
    assert (german.code, german.respondents[0].respondent_id) == ("google_forms", Absence.NOT_EXPORTED)


def test_a_table_that_only_begins_with_a_timestamp_is_no_form():
    with pytest.raises(Exception, match="of no known format"):
        Read(b"Timestamp,value\n17,3\n")


def test_surveymonkey_names_columns_by_question_and_choice_and_leaves_the_person_out():
    found = Read(downloads.SURVEYMONKEY)
    first, second = found.respondents
    assert (first.respondent_id, first.state, second.state) == (
        str(BIG),
        InterviewState.COMPLETE,
        InterviewState.PARTIAL,
    )
    assert first.answers["How do you view them?"] == "بد"
    assert (first.answers["Which of these? [tv]"], second.answers["Which of these? [radio]"]) == ("tv", "radio")
    codebook = next(each for each in found.entries if isinstance(each, Codebook))
    assert {each.name: each.choice_of for each in codebook.variables}["Which of these? [Other]"] == "Which of these?"
    assert not {"IP Address", "First Name"} & first.answers.keys()


def test_twarc_tables_tell_reposts_edits_protection_and_what_is_withheld():
    post, reply, repost = Read(downloads.TWARC_CSV).posts
    assert (post.post_id, post.text, post.author_handle, post.links) == (
        str(BIG),
        "one & سلام",
        "inv",
        ("https://a.example",),
    )
    assert (post.visibility, post.reactions_n, post.is_edited) == (Visibility.PUBLIC, 4, False)
    assert (reply.post_kind, reply.reply_to_id, reply.visibility) == (PostKind.REPLY, "8", Visibility.FOLLOWERS)
    assert (reply.state, reply.is_edited) == (PostState.EDITED, True)
    assert (repost.post_kind, repost.text_source, repost.state) == (
        PostKind.REPOST,
        TextSource.REFERENCED,
        PostState.REMOVED,
    )
    assert repost.visibility is Visibility.UNKNOWN


def test_a_broken_row_of_twarc_is_set_aside_alone():
    found = Read(downloads.TWARC_CSV.replace(b"2030-01-01T00:00:01.000Z", b"yesterday"))
    assert (len(found.posts), [each.column for each in found.quarantined]) == (2, ["created_at"])


def test_zeeschuimer_reads_two_platforms_and_counts_the_others():
    found = Read(downloads.ZEESCHUIMER)
    video, picture, older, _ = found.posts
    assert (video.post_id, video.text, video.author_handle, video.views_n) == (str(BIG), "ویدیو", "inv", 9)
    assert (video.visibility, picture.visibility, older.visibility) == (
        Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.UNKNOWN,
    )  # fmt: skip
    assert (picture.text, older.text) == ("caption", "older shape")
    assert found.asides == {"item of 9gag.com": 1}


PRIVATE = {"author": {**TIKTOK["author"], "privateAccount": True}}
OPEN = {"author": {**TIKTOK["author"], "privateAccount": False}}


@pytest.mark.parametrize(
    ("platform", "changed", "seen_by"),
    [
        ("tiktok.com", {**TIKTOK, "secret": False}, Visibility.PUBLIC),
        ("tiktok.com", {**TIKTOK, "forFriend": True}, Visibility.FOLLOWERS),
        ("tiktok.com", {**TIKTOK, "secret": 1}, Visibility.UNKNOWN),
        ("tiktok.com", {**TIKTOK, **PRIVATE}, Visibility.FOLLOWERS),
        ("tiktok.com", {**TIKTOK, **OPEN, "privateItem": None}, Visibility.UNKNOWN),
        ("instagram.com", {**INSTAGRAM, "user": {"is_private": False}}, Visibility.PUBLIC),
        ("instagram.com", {**INSTAGRAM, "user": {"is_private": False}, "audience": "besties"}, Visibility.FOLLOWERS),
    ],
)
def test_only_what_a_platform_marks_as_open_is_public(platform, changed, seen_by):
    assert Read(as_lines(shown(platform, changed))).posts[0].visibility is seen_by


def test_a_broken_item_of_zeeschuimer_is_set_aside_without_the_collectors_browser():
    found = Read(as_lines(shown("tiktok.com", TIKTOK), shown("tiktok.com", {**TIKTOK, "createTime": "x"})))
    assert (len(found.posts), [each.column for each in found.quarantined]) == (1, ["createTime"])
    assert "Leak Four" not in repr(found.quarantined)


def test_owners_downloads_are_put_together_and_say_not_who_could_read():
    facebook, instagram = Read(as_json(FACEBOOK)), Read(as_json(INSTAGRAM_DOWNLOAD))
    assert [post.text for post in facebook.posts] == ["سلام دنیا", "plain"]
    assert facebook.posts[0].links == ("https://a.example",)
    assert facebook.asides == {"entry without words of its owner": 1}
    assert [post.text for post in instagram.posts] == ["عکس", "two"]
    assert instagram.posts[1].created_at == "2030-01-01T00:00:05Z"
    assert {post.visibility for post in (*facebook.posts, *instagram.posts)} == {Visibility.UNKNOWN}
    assert [len({post.post_id for post in found.posts}) for found in (facebook, instagram)] == [2, 2]


@pytest.mark.parametrize(
    ("good", "broken"),
    [(FACEBOOK, {"timestamp": "x", "data": [{"post": "a"}]}), (INSTAGRAM_DOWNLOAD, {"media": [], "title": "a"})],
)
def test_an_entry_without_time_is_set_aside_without_the_friends_it_names(good, broken):
    found = Read(json.dumps([*good, {**broken, "tags": ["Leak Five"]}]).encode())
    assert len(found.quarantined) == 1
    assert "Leak Five" not in repr(found.entries)


def test_respondents_keep_their_place():
    assert next(each for each in Read(REDCAP).entries if isinstance(each, Respondent)).position == "line 2"
