"""One person's rows out of every format that the fictional world is written in, and nobody else's."""

import pytest

from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post
from analysis.corpora.surveys import Respondent
from analysis.custody.erasure import erase_account, erase_respondent
from analysis.custody.manifest import load_manifest
from analysis.errors import CustodyError
from tests.pipeline.vaults import small_fiction

SURVEYS = ("spss", "stata", "kobo", "qualtrics", "limesurvey")
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
