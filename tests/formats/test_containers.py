"""Archives as vendors hand them out, and files of another kind named for what they are."""

import io
import tarfile
import zipfile

import pytest

from analysis.corpora import containers
from analysis.corpora.posts import TextSource, Visibility
from analysis.errors import ExportError
from tests.formats.miniatures import KOBO, MASTODON_OUTBOX, X_ARCHIVE, X_ARCHIVE_POST, Read, as_json
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


@pytest.mark.parametrize(
    ("files", "words"),
    [({"a_dot_csv": KOBO, "b_dot_csv": KOBO}, "2 data files"), ({"a_dot_jpg": b"x"}, "no data file")],
)
def test_an_archive_that_is_not_one_export_is_refused(files, words):
    with pytest.raises(ExportError, match=f"an archive with {words}; unpack it and name the export inside"):
        Read(zipped(**files))


def test_a_member_that_is_packed_beyond_measure_is_refused_unread(monkeypatch):
    monkeypatch.setattr(containers, "MOST_PACKED", 3)
    with pytest.raises(ExportError, match=r"would unpack to 6000 bytes from \d+; no export packs so well"):
        Read(zipped(tweets_dot_js=b" " * 6000))
    monkeypatch.setattr(containers, "MOST_MEMBERS", 0)
    with pytest.raises(ExportError, match="holds 1 files"):
        Read(zipped(tweets_dot_js=X_ARCHIVE))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"ASCII SPSS PORT FILE                    ", "is an SPSS portable file"),
        (b"\x3a\xa2eroots\x81", "is a repository of Bluesky"),
        (b"%PDF-1.7", "is a PDF"),
        (b"SQLite format 3\x00", "is a SQLite database"),
        (b"name,PARENT_KEY,KEY\nx,uuid:1,uuid:1/m[1]\n", "a repeat group's table of ODK"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(data, words):
    with pytest.raises(ExportError, match=words):
        Read(data)
