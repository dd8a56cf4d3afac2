"""Archives as vendors hand them out, and files of another kind named for what they are."""

import io
import tarfile
import zipfile

import pytest

from analysis import limits
from analysis.corpora.posts import TextSource, Visibility
from analysis.errors import ExportError
from tests.formats.miniatures import KOBO, MASTODON_OUTBOX, MINIATURES, X_ARCHIVE, X_ARCHIVE_POST, Read, as_json
from tests.formats.test_visibility import LONG, assignment


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


def test_an_x_archive_is_read_with_the_files_beside_its_posts():
    cut = {"tweet": {**X_ARCHIVE_POST["tweet"], "full_text": f"{LONG[:270]}… https://t.co/abc"}}
    note = {"noteTweet": {"createdAt": "2030-01-09T00:00:00.000Z", "core": {"text": LONG}}}
    found = Read(
        zipped(
            data__tweets_dot_js=assignment("tweets", cut),
            **{"data__note-tweet_dot_js": assignment("note_tweet", note)},
            **{"data__protected-history_dot_js": assignment("protected_history")},
            **{"data__direct-messages_dot_js": assignment("direct_messages", {"dmConversation": {}})},
        )
    )
    (post,) = found.posts
    assert (post.text, post.text_source, post.visibility) == (LONG, TextSource.OWN, Visibility.PUBLIC)


def test_a_mastodon_archive_and_a_zip_with_one_table_are_read():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in (("actor.json", b"{}"), ("outbox.json", as_json(MASTODON_OUTBOX))):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    assert Read(stream.getvalue()).entries == Read(as_json(MASTODON_OUTBOX)).entries
    assert Read(zipped(form_dot_csv=KOBO, media__a_dot_jpg=b"x")).respondents == Read(KOBO).respondents


def test_the_further_parts_of_an_archives_posts_are_read_with_the_first():
    parts = {
        name: assignment("tweets", {"tweet": {**X_ARCHIVE_POST["tweet"], "id_str": number}})
        for number, name in (("1", "data__tweets_dot_js"), ("2", "data__tweets-part1_dot_js"))
    }
    assert [post.post_id for post in Read(zipped(**parts)).posts] == ["1", "2"]


def test_a_member_without_a_name_is_passed_by():
    nameless = zipped(QQ=b"x", form_dot_csv=KOBO).replace(b"QQ", b"\0Q")
    assert Read(nameless).respondents == Read(KOBO).respondents
    with pytest.raises(ExportError):
        Read(zipped(QQ=KOBO).replace(b"QQ", b"\0Q"))


SUBMISSIONS = b"SubmissionDate,age,KEY\n2030-01-01T00:00:00Z,34,uuid:a\n2030-01-01T00:00:00Z,51,uuid:b\n"
MEMBERS = b"name,PARENT_KEY,KEY\nLeak One,uuid:a,uuid:a/m[1]\nLeak Two,uuid:a,uuid:a/m[2]\n"


def test_submissions_are_read_out_of_a_zip_with_repeat_groups_logs_and_what_programs_add():
    found = Read(
        zipped(
            form_dot_csv=SUBMISSIONS,
            **{"form-members_dot_csv": MEMBERS, "form - audit_dot_csv": b"event,node,start,end\nx,y,1,2\n"},
            **{"media__a_dot_jpg": b"x", "__MACOSX__._form_dot_csv": b"\0\5"},
        )
    )
    assert (found.code, [each.respondent_id for each in found.respondents]) == ("kobo", ["uuid:a", "uuid:b"])
    assert found.asides == {"row of a repeat group's table": 2}
    assert "Leak" not in repr(found.entries)


def test_a_zipped_folder_of_telegram_is_read():
    folder = {"ChatExport__result_dot_json": MINIATURES["telegram_desktop"], "ChatExport__photos__a_dot_jpg": b"x"}
    assert Read(zipped(**folder)).entries == Read(MINIATURES["telegram_desktop"]).entries


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a_dot_csv": KOBO, "b_dot_csv": KOBO}, "2 exports"),
        ({"a__result_dot_json": b"{}", "b__result_dot_json": b"{}"}, "2 exports"),
        ({"a_dot_jpg": b"x"}, "no export"),
    ],
)
def test_an_archive_that_is_not_one_export_is_refused(files, words):
    with pytest.raises(ExportError, match=f"an archive with {words}; unpack it and name each file"):
        Read(zipped(**files))


def tarred(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("_dot_", "."))
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def test_archives_are_bounded_where_all_files_are(monkeypatch):
    packed = zipped(tweets_dot_js=b" " * 6000)
    monkeypatch.setattr(limits, "RATIO_FROM", 100)
    monkeypatch.setattr(limits, "RATIO", 3)
    with pytest.raises(ExportError, match="unpacks to more than 3 times its size"):
        Read(packed)
    monkeypatch.setattr(limits, "ARCHIVE", limits.ZipBounds(0, 2**30, 2**20))
    with pytest.raises(ExportError, match="holds more than 0 members"):
        Read(zipped(tweets_dot_js=X_ARCHIVE))
    with pytest.raises(ExportError, match="holds more than 0 files"):
        Read(tarred(tweets_dot_js=X_ARCHIVE))
    monkeypatch.setattr(limits, "LONGEST_READ", 100)
    with pytest.raises(ExportError, match="states a header of more than 100 bytes"):
        Read(tarred(tweets_dot_js=X_ARCHIVE))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"%PDF-1.7", "is a PDF"),
        (b"SQLite format 3\x00", "is a SQLite database"),
        (b"name,PARENT_KEY,KEY\nx,uuid:1,uuid:1/m[1]\n", "a repeat group's table of ODK"),
        (b"name,_index,_parent_table_name,_parent_index\nx,1,form,1\n", "a repeat group's table of ODK"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(data, words):
    with pytest.raises(ExportError, match=words):
        Read(data)


def test_a_zip_of_a_later_version_of_the_format_is_refused_in_our_own_words():
    whole = zipped(form_dot_csv=SUBMISSIONS)
    place = whole.index(b"PK\1\2") + 6
    with pytest.raises(ExportError, match=r"not a readable XLSX workbook .*download it again"):
        Read(whole[:place] + b"\xff" + whole[place + 1 :])


def test_a_damaged_or_encrypted_member_is_refused_in_our_own_words():
    whole = zipped(form_dot_csv=SUBMISSIONS)
    place = whole.index(b"PK\1\2") + 8
    with pytest.raises(ExportError, match="its files are encrypted"):
        Read(whole[:place] + b"\1\0" + whole[place + 2 :])
    with pytest.raises(ExportError, match="damaged or ends too early"):
        Read(whole[: place + 8] + b"\0\0\0\0" + whole[place + 12 :])
