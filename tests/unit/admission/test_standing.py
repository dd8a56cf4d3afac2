"""Only public words that still stand enter, whatever file says that they do not."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from analysis.admission.posts import admit_posts
from analysis.admission.standing import NOT_PUBLIC, NOT_STANDING, REFUSALS, refusal
from analysis.admission.study import open_study
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.custody.manifest import PostSource
from analysis.schemas.columns import ADMISSIONS
from tests.studies import posts_only

CUT_OFF = date(2026, 11, 23)
DAY = "2026-01-06T10:00:00.000Z"
DID = "did:plc:inv"
URI = f"at://{DID}/app.bsky.feed.post/1"


def study(root, *sources):
    """A study of one institution; each source is (file's content, more keys of the manifest)."""
    folder = root / "data/fiction"
    folder.mkdir(parents=True)
    listed = []
    for number, (content, more) in enumerate(sources):
        (folder / f"{number}.json").write_text(content, encoding="utf-8")
        accounts = [{"account": name, "kind": "foundation"} for name in ("7", DID)]
        listed.append(
            {
                "source_id": str(number),
                "file": f"{number}.json",
                "accounts": accounts,
                "platform_terms_basis": "account_holder_export",
                **more,
            }
        )
    (folder / "ledger.jsonl").write_text("")
    manifest = {"week_zero": date(2026, 1, 5), "hosts": [], "ledger": "ledger.jsonl", "surveys": [], "posts": listed}
    (folder / "synthetic_sources.yml").write_text(yaml.safe_dump(manifest))
    return admit_posts(open_study("synthetic", root, CUT_OFF, {}), posts_only().posts)


def lines(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def tweet(name, **fields):
    author = {"protected": False}
    return {
        "id": name,
        "author_id": "7",
        "conversation_id": name,
        "created_at": DAY,
        "text": "words",
        "author": author,
        **fields,
    }


def event(operation, text="words", rkey="1"):
    record = {"$type": "app.bsky.feed.post", "createdAt": DAY, "text": text}
    commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey}
    return {"did": DID, "kind": "commit", "time_us": 1, "commit": commit | ({"record": record} if text else {})}


def outcomes(admitted):
    return {outcome: count for (_, outcome), count in sorted(admitted.tally.items())}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, "admitted"),
        ({"author": {"protected": True}}, "not_public_followers"),
        ({"author": {}}, "visibility_unknown"),
        ({"withheld": {"country_codes": ["DE"]}}, "removed_by_platform"),
        ({"edit_history_tweet_ids": ["1", "9"]}, "earlier_version"),
    ],
)
def test_what_may_not_enter_is_counted_by_its_reason(tmp_path, fields, outcome):
    admitted = study(tmp_path, (lines(tweet("1", **fields), tweet("2", **fields, text="more")), {}))
    expected = {outcome: 2} if outcome != "earlier_version" else {"admitted": 1, "earlier_version": 1}
    assert outcomes(admitted) == expected
    assert len(admitted.rows) == expected.get("admitted", 0)
    assert set(admitted.rows.post_state_code) <= {"present"}


def test_unknown_enters_only_where_the_manifest_says_why(tmp_path):
    content = lines(tweet("1", author={}), tweet("2", author={"protected": True}))
    admitted = study(tmp_path, (content, {"public_because": "collected without an account"}))
    assert outcomes(admitted) == {"admitted": 1, "not_public_followers": 1}
    assert admitted.rows.visibility_code.tolist() == ["unknown"]


def test_a_deletion_in_any_file_reaches_every_file_of_the_network(tmp_path):
    deletion = lines({"delete": {"status": {"id_str": "1"}}}, {"delete": {"status": {"id_str": "5"}}})
    admitted = study(tmp_path, (lines(tweet("1"), tweet("2")), {}), (deletion, {}))
    assert outcomes(admitted) == {"admitted": 1, "deleted_by_author": 1}
    assert len(admitted.rows) == 1


def test_a_later_version_in_any_file_turns_out_the_earlier_one(tmp_path):
    earlier, later = tweet("1"), tweet("2", edit_history_tweet_ids=["1", "2"])
    admitted = study(tmp_path, (lines(later, later), {}), (lines(earlier, tweet("3")), {}))
    assert outcomes(admitted) == {"admitted": 2, "earlier_version": 1, "repeats_an_earlier_row": 1}


def test_a_stream_keeps_the_last_version_and_drops_what_is_deleted(tmp_path):
    stream = lines(
        event("create", "first"), event("update", "second"), event("create", "x", "2"), event("delete", "", "2")
    )
    admitted = study(tmp_path, (stream, {}))
    assert outcomes(admitted) == {"admitted": 1, "deleted_by_author": 1, "earlier_version": 1}
    assert admitted.rows.post_text.tolist() == ["second"]


@pytest.mark.parametrize(
    ("words", "outcome"),
    [([False], "deleted_by_author"), ([False, True], "admitted"), ([True, False], "deleted_by_author")],
)
def test_the_last_word_about_an_account_holds(tmp_path, words, outcome):
    accounts = [
        {
            "did": DID,
            "time_us": number,
            "kind": "account",
            "account": {"did": DID, "active": word, "status": "deactivated"},
        }
        for number, word in enumerate(words)
    ]
    admitted = study(tmp_path, (lines(event("create"), event("create", "y", "2"), *accounts), {}))
    assert outcomes(admitted) == {outcome: 2}


def test_the_default_is_no():
    def post(visibility, state):
        return Post("", "1", visibility=visibility, state=state)

    source = PostSource("s", "f", public_because="said so")
    entering = {
        (visibility, state)
        for visibility in Visibility
        for state in PostState
        if refusal(post(visibility, state), source) is None
    }
    assert entering == {(Visibility.PUBLIC, PostState.PRESENT), (Visibility.UNKNOWN, PostState.PRESENT)}
    assert refusal(post(Visibility.UNKNOWN, PostState.PRESENT), None) == "visibility_unknown"


def test_the_privacy_page_promises_what_is_decided_here():
    page = (Path(__file__).parents[3] / "book/privacy.md").read_text(encoding="utf-8")
    assert "We do not read posts that were not public, or that their author or the platform took away." in page
    assert set(NOT_PUBLIC) == set(Visibility) - {Visibility.PUBLIC}
    assert set(NOT_STANDING) == set(PostState) - {PostState.PRESENT}
    assert set(REFUSALS) <= set(ADMISSIONS)
