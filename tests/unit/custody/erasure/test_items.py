"""One account out of JSON, and out of what others wrote."""

import json

import pytest

from analysis.custody.erasure.items import is_telling, without_items, without_name
from analysis.errors import CustodyError

AUTHOR_KEYS = (
    "account acct actor actor_id author author_fullname author_id did from_id handle id id_str screen_name "
    "uniqueId user_id username value"
)


def left(text, *names):
    content = text if isinstance(text, bytes) else text.encode()
    return without_items(content, "a.json", names).decode()


def test_replies_to_the_account_stay_and_name_nobody():
    lines = '{"id": "1", "author_id": "7"}\n{"id": "2", "author_id": "8", "in_reply_to_user_id": "7"}\n'
    assert left(lines, "7") == '{"id": "2", "author_id": "8", "in_reply_to_user_id": "0"}\n'


def test_words_inside_somebody_elses_item_go_with_it():
    assert left(
        '[{"id": "1", "account": {"id": "8"}, "reblog": {"id": "2", "account": {"id": "7"}}}]', "7"
    ).split() == ["[]"]


@pytest.mark.parametrize("key", AUTHOR_KEYS.split())
def test_each_field_that_names_an_author_is_looked_at(key):
    found = left(json.dumps([{key: 7}, {key: "77"}, {"text": "8 7"}, {"in": [{key: "7"}, {key: "8"}]}]), "7")
    assert json.loads(found) == [{key: "77"}, {"text": "8 7"}, {"in": [{key: "8"}]}]


def test_a_document_is_written_one_item_a_line_in_any_script():
    found = left('\ufeff {"items": [{"id": "7"}, {"id": "8", "text": "ü"}]}', "7")
    assert found == '\ufeff{\n "items": [\n  {\n   "id": "8",\n   "text": "ü"\n  }\n ]\n}\n'


def test_lines_are_judged_one_by_one_and_kept_as_they_were():
    kept = '{"id":"8",  "text": "ü"}\r\n'
    lines = f'{{"id": "7"}}\n{kept}{{broken 7\n{{broken 8\n{{"all": [{{"id": "7"}}], "ü": 1}}\n'
    assert left(lines, "7") == f'{kept}{{broken 8\n{{"all": [], "ü": 1}}\n'


def test_the_assignment_of_an_archive_stays_before_its_list():
    found = left('window.YTD.tweets.part0 = [{"id": "1", "user": {"id": "7"}}, {"id": "2"}]', "7")
    assert found.startswith("window.YTD.tweets.part0 = [")
    assert json.loads(found.partition("= ")[2]) == [{"id": "2"}]


def test_what_is_not_text_is_refused():
    with pytest.raises(CustodyError, match=r"^a\.json: not UTF-8 at byte 1$"):
        left(b"{\xff}", "7")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("kabul", "erased"),
        ("in kabul", "in kabul"),
        ("@kabul and @kabulnews", "@erased and @kabulnews"),
        ("https://example.org/kabul/1", "https://example.org/erased/1"),
        ("of 9000000123, not 90000001234", "of 0, not 90000001234"),
        ("did:plc:abc1 wrote", "erased wrote"),
    ],
)
def test_a_name_goes_out_of_a_text_where_it_means_the_account(text, cleaned):
    assert without_name(["kabul", "9000000123", "did:plc:abc1"])(text) == cleaned


def test_numbers_that_are_the_id_are_nobodys():
    found = left('[{"id": "8", "reply_to": 9000000123, "likes": 12, "ok": true}]', "9000000123")
    assert json.loads(found) == [{"id": "8", "reply_to": 0, "likes": 12, "ok": True}]


def test_a_word_and_a_small_number_tell_nobody():
    assert [is_telling(each) for each in ("kabul", "12345", "channel9", "123456", "did:plc:x")] == [
        False, False, True, True, True,
    ]  # fmt: skip
