"""One person's rows out of every format that the fictional world is written in, and nobody else's."""

import json

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post
from analysis.corpora.surveys import Respondent
from analysis.custody.erasure import erase_account, erase_respondent
from analysis.custody.manifest import load_manifest
from analysis.errors import CustodyError
from tests.pipeline.vaults import small_fiction

SURVEYS = ("spss", "stata", "kobo", "qualtrics", "limesurvey")
AUTHOR_KEYS = (
    "account acct actor actor_id author author_fullname author_id did from_id handle id id_str screen_name "
    "uniqueId user_id username value"
)
POSTS = ("telegram_desktop", "x_api_v2", "youtube_comment_threads", "mastodon", "bluesky", "meta_content_library")


@pytest.fixture(scope="module")
def fiction():
    return small_fiction()


@pytest.fixture
def folder(fiction, tmp_path):
    for name, content in fiction.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def respondents(path):
    return [entry for entry in open_export(path).entries() if isinstance(entry, Respondent)]


def posts(path):
    return [entry for entry in open_export(path).entries() if isinstance(entry, Post)]


@pytest.mark.parametrize("vendor", SURVEYS)
def test_a_respondent_is_erased_and_the_others_keep_every_answer(folder, vendor):
    source = next(
        each for each in load_manifest(folder / "synthetic_sources.yml").surveys if each.source_id.endswith(vendor)
    )
    path = folder / source.file
    before = respondents(path)
    subject = before[len(before) // 2].answers["consent_key"]
    erase_respondent(path, "consent_key", subject)
    after = respondents(path)
    assert [row.answers for row in after] == [row.answers for row in before if row.answers["consent_key"] != subject]
    assert len(after) < len(before)
    assert open_export(path).format.code == vendor


@pytest.mark.parametrize("vendor", POSTS)
def test_an_account_is_erased_and_the_others_keep_every_post(folder, vendor):
    source = next(
        each
        for each in load_manifest(folder / "synthetic_sources.yml").posts
        if each.source_id == f"synthetic_posts_{vendor}"
    )
    path = folder / source.file
    before = posts(path)
    gone = before[len(before) // 2].author_id
    erase_account(path, [gone])
    kept = [(post.post_id, post.text) for post in before if post.author_id != gone]
    assert [(post.post_id, post.text) for post in posts(path)] == kept
    assert len(kept) < len(before)


def test_replies_to_the_account_stay(tmp_path):
    path = tmp_path / "tweets.jsonl"
    path.write_text('{"id": "1", "author_id": "7"}\n{"id": "2", "author_id": "8", "in_reply_to_user_id": "7"}\n')
    erase_account(path, ["7"])
    assert path.read_text() == '{"id": "2", "author_id": "8", "in_reply_to_user_id": "7"}\n'


def test_words_inside_somebody_elses_item_go_with_it(tmp_path):
    path = tmp_path / "statuses.json"
    path.write_text('[{"id": "1", "account": {"id": "8"}, "reblog": {"id": "2", "account": {"id": "7"}}}]')
    erase_account(path, ["7"])
    assert path.read_text().split() == ["[]"]


def test_a_packed_file_is_left_as_it_was(tmp_path):
    path = tmp_path / "posts.json.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00 and more")
    with pytest.raises(CustodyError, match="is packed; unpack it"):
        erase_account(path, ["7"])
    assert path.read_bytes() == b"\x1f\x8b\x08\x00 and more"


def test_a_file_that_cannot_be_written_anew_is_left_as_it_was(tmp_path):
    path = tmp_path / "survey.sav"
    path.write_bytes(b"$FL2 broken")
    with pytest.raises(CustodyError, match="cannot be written anew"):
        erase_respondent(path, "consent_key", "x")
    assert [each.name for each in tmp_path.iterdir()] == ["survey.sav"]


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("key,answer\nx,1\ny,2\n", "key,answer\ny,2\n"),
        ("key;answer\r\ny;2\r\n x ;1\r\n", "key;answer\r\ny;2\r\n"),
        ("a\tkey\n1\tx\n2\ty\n", "a\tkey\n2\ty\n"),
        ("\ufeffkey,answer\nx,1\n", "\ufeffkey,answer\n"),
        # The key in another column is another person's answer.
        ("answer, key \nx,y\ny,x\n", "answer, key \nx,y\n"),
        # A row too short for its column is broken: it is searched whole.
        ("answer,key\nx\ny\n", "answer,key\ny\n"),
        # A table without the variable is searched whole.
        ("one,two\nx,1\n1,x\n2,2\n", "one,two\n2,2\n"),
        ('key,answer\ny,"a, ""b""\nc"\nx,1\n', 'key,answer\ny,"a, ""b""\nc"\n'),
        # The head stays, whatever it says.
        ("x,key\ny,z\n", "x,key\ny,z\n"),
    ],
)
def test_rows_of_a_table_go_by_the_variables_cell(tmp_path, text, left):
    path = table(tmp_path, text)
    erase_respondent(path, "key", "x")
    assert path.read_bytes().decode() == left


def test_a_table_of_posts_is_searched_in_every_cell(tmp_path):
    path = table(tmp_path, "name,text\na,1\nb, 7 \nc,77\n")
    erase_account(path, ["7", "a"])
    assert path.read_text() == "name,text\nc,77\n"


def test_a_table_in_utf_16_is_read(tmp_path):
    path = table(tmp_path, "key,answer\nx,1\nü,2\n", "utf-16")
    erase_respondent(path, "key", "x")
    assert path.read_text(encoding="utf-8") == "key,answer\nü,2\n"


@pytest.mark.parametrize("key", AUTHOR_KEYS.split())
def test_each_field_that_names_an_author_is_looked_at(tmp_path, key):
    path = tmp_path / "items.json"
    path.write_text(json.dumps([{key: 7}, {key: "77"}, {"text": "7"}, {"in": [{key: "7"}, {key: "8"}]}]))
    erase_account(path, ["7"])
    assert json.loads(path.read_text()) == [{key: "77"}, {"text": "7"}, {"in": [{key: "8"}]}]


def test_a_document_is_written_one_item_a_line_in_any_script(tmp_path):
    path = tmp_path / "items.json"
    path.write_text('\ufeff {"items": [{"id": "7"}, {"id": "8", "text": "ü"}]}', encoding="utf-8")
    erase_account(path, ["7"])
    assert path.read_text(encoding="utf-8") == '{\n "items": [\n  {\n   "id": "8",\n   "text": "ü"\n  }\n ]\n}\n'


def test_lines_are_judged_one_by_one_and_kept_as_they_were(tmp_path):
    path = tmp_path / "items.jsonl"
    kept = '{"id":"8",  "text": "ü"}\r\n'
    path.write_text(
        f'{{"id": "7"}}\n{kept}{{broken 7\n{{broken 8\n{{"all": [{{"id": "7"}}], "ü": 1}}\n',
        encoding="utf-8",
        newline="",
    )
    erase_account(path, ["7"])
    assert path.read_bytes().decode() == f'{kept}{{broken 8\n{{"all": [], "ü": 1}}\n'


def test_a_document_that_is_nested_too_deeply_is_left(tmp_path):
    path = tmp_path / "items.json"
    deep = "[" * 100_000 + "]" * 100_000
    path.write_text(deep)
    with pytest.raises(CustodyError) as caught:
        erase_account(path, ["7"])
    assert str(caught.value) == f"{path}: nested too deeply; nothing was erased in it"
    assert path.read_text() == deep


def test_rights_stay_and_what_a_killed_withdrawal_left_goes(tmp_path):
    path = table(tmp_path, "key\nx\ny\n")
    path.chmod(0o640)
    (tmp_path / ".erasing.left.csv").write_text("half of a file")
    erase_respondent(path, "key", "x")
    assert path.read_text() == "key\ny\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"])
def test_every_packing_is_refused_with_what_to_do(tmp_path, start):
    path = tmp_path / "a.csv"
    path.write_bytes(start + b" and more")
    for erase in (lambda: erase_account(path, ["7"]), lambda: erase_respondent(path, "key", "7")):
        with pytest.raises(CustodyError) as caught:
            erase()
        assert str(caught.value) == (
            f"{path}: is packed; unpack it, name the unpacked file in the manifest, and erase again"
        )


def test_what_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "a.csv"
    with pytest.raises(CustodyError) as caught:
        erase_account(path, ["7"])
    assert str(caught.value) == f"{path}: cannot be read: No such file or directory; nothing was erased in it"
    path.write_bytes(b"a,b\n\xff")
    with pytest.raises(CustodyError) as caught:
        erase_account(path, ["7"])
    assert str(caught.value) == f"{path}: not UTF-8 at byte 4; nothing was erased in it"
    path.write_bytes(b"\xff\xfea")
    with pytest.raises(CustodyError) as caught:
        erase_account(path, ["7"])
    assert str(caught.value) == f"{path}: not UTF-16 at byte 2; nothing was erased in it"
    for start in (b"$FL3 broken", b"<stata_dta>broken", b"PK\x03\x04broken"):
        path.write_bytes(start)
        with pytest.raises(CustodyError, match=r"a\.csv: cannot be written anew \(\w+\); nothing was erased in it$"):
            erase_respondent(path, "key", "7")
        assert path.read_bytes() == start


def test_a_workbook_loses_every_row_of_the_key(tmp_path):
    path = tmp_path / "survey.xlsx"
    book = openpyxl.Workbook()
    for row in ([None, " key "], ["a", "x"], ["b", " x "], ["x", "y"], ["c", 7]):
        book.active.append(row)
    book.create_sheet("more").append(["key", "x"])
    book.save(path)
    erase_respondent(path, "key", "x")
    found = openpyxl.load_workbook(path)
    assert [list(row) for row in found.worksheets[0].values] == [[None, " key "], ["x", "y"], ["c", 7]]
    assert [list(row) for row in found.worksheets[1].values] == [["key", "x"]]
    erase_respondent(path, "key", "7")
    assert openpyxl.load_workbook(path).worksheets[0].max_row == 2


@pytest.mark.parametrize(("suffix", "write", "read"), [
    ("sav", pyreadstat.write_sav, pyreadstat.read_sav), ("dta", pyreadstat.write_dta, pyreadstat.read_dta),
])  # fmt: skip
def test_a_statistical_file_keeps_labels_and_the_other_rows(tmp_path, suffix, write, read):
    path = tmp_path / f"a.{suffix}"
    frame = pd.DataFrame({"key": ["x", "y", "x "], "q": [1.0, 2.0, 1.0]})
    write(
        frame,
        path,
        file_label="A file",
        column_labels={"key": "Key", "q": "Question"},
        variable_value_labels={"q": {1.0: "yes"}},
    )
    erase_respondent(path, "key", "x")
    kept, meta = read(path)
    assert kept.to_numpy().tolist() == [["y", 2.0]]
    assert meta.file_label == "A file"
    assert meta.column_names_to_labels == {"key": "Key", "q": "Question"}
    assert meta.variable_value_labels == {"q": {1.0: "yes"}}
