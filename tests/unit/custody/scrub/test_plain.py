"""Plain shapes are what the finders find, in every company; the finders are the oracle."""

from random import Random

import pyarrow as pa
import pytest

from analysis.custody.scrub import KINDS, find_all, placed, scrub_batch
from analysis.custody.scrub.column import TracedColumn
from analysis.custody.scrub.plain import settled
from analysis.custody.scrub.rules import Rule
from tests.unit.custody.scrub.mixtures import KNOWN, mixture

AT_ONCE = 4_000


def differences(texts):
    """Texts that the column and the finders do not scrub alike, or do not count alike."""
    batch = scrub_batch(pa.array(texts, pa.string()))
    spans = find_all(texts)
    wanted = [placed(text, found) for text, found in zip(texts, spans, strict=True)]
    assert batch.counts == {kind: sum(span.type == kind for found in spans for span in found) for kind in KINDS}
    return [pair for pair in zip(batch.texts.to_pylist(), wanted, strict=True) if pair[0] != pair[1]]


def settled_share(texts):
    return settled(TracedColumn.of(pa.array(texts)))[1].mean()


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("see https://a.example/b/c?d=1 now", "see [URL] now"),
        ("https://www.example.org/x/status/1790000000000000000", "[URL]"),
        ("https://a.example/1,\nhttps://b.example/2!", "[URL],\n[URL]!"),
        ("ask user.name@mail.example.org, @user_1 or @other now", "ask [EMAIL], [HANDLE] or [HANDLE] now"),
        ("تماس +93 70 123 4567 ایمیل a@example.org", "تماس [PHONE] ایمیل [EMAIL]"),
        ("شماره ۰۷۰۰ ۱۲۳ ۴۵۶ است", "شماره [PHONE] است"),
        ("call 0700123456!", "call [PHONE]!"),
        ("am 12.6.2024 waren 12,500 dort, 1,250,000 hier", "am 12.6.2024 waren 12,500 dort, 1,250,000 hier"),
        ("هوا 12.61.2024 خوب است", "هوا 12.61.2024 خوب است"),
        ("@user_1 #tag12 #other3 fine", "[HANDLE] #tag12 #other3 fine"),
    ],
)
def test_plain_texts_are_settled_without_a_finder(text, scrubbed, monkeypatch):
    assert settled_share([text]) == 1
    assert differences([text]) == []
    monkeypatch.setattr("analysis.custody.scrub.engine.find_all", lambda texts: [()] * len(texts))
    assert scrub_batch(pa.array([text])).texts.to_pylist() == [scrubbed]


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/abc now", "https://example.org/hawala code 1234 it is", "https://a.example/telegram foo_bar",
        "underscore user@example.org", "@telegram foo_b", "id number 0700123456 is", "msc 0700123456 is",
        "+93 70 123 4567 ext 12", "+93 70 123 4567 / 68", "passport 12.6.2024 b", "12 12.6.2024 x", "12.6.2024 5",
        "https://a.example/12 Baker Street", "https://x.example/de89 3704 0044 0532 0130 00", "call 12.61.2024 now",
        "+93 70 123 4567\u0301", "ﷺ @user_1", "https://a.example/tazkira/12 page 12 entry 5", "@user 0 https://a.example",
        "0700 123 456 7890 123 x", "user@example.org . com",
        "99.99.1999\nهفده https://example.org/12 شمېر", "every, @passport\u200c0701234567 ext 12",
        "@passport0701234567 b now", "https://a.example/0701234567 x5",
        "https://a.example/b?", "see https://a.example/b?id=1؟ now", "https://a.example/?!",
        "شارع النيل، مبنى 5-first.last@mail.example.com", "House 1, Street a-5@example.org",
    ],
)  # fmt: skip
def test_whatever_else_a_text_holds_goes_to_the_finders(text):
    assert settled_share([text]) == 0
    assert differences([text]) == []


@pytest.mark.parametrize(
    "text",
    [
        "plate https://a.example AB 12345", "https://a.example/9 az 12 gef", "com / https://a.example/b now",
        "hawala @user_1 in 12 days", "am 12.61.2024 https://a.example/b waren wir da",
    ],
)  # fmt: skip
def test_a_cue_that_no_rule_goes_on_from_needs_no_finder(text):
    assert settled_share([text]) == 1
    assert differences([text]) == []


@pytest.mark.parametrize(
    ("before", "text", "behind"),
    [
        ("x", "https://a.example/c?id=02759 a", "and what stands in another text"),
        ("and", ", 0701234567", "x"),
        ("x", "https://a.example/02759 #", "other text"),
        ("x", "0701234567 d", "other text"),
    ],
)
def test_no_text_is_read_with_the_letters_of_its_neighbours(before, text, behind):
    assert differences([before, text, behind]) == []
    assert settled(TracedColumn.of(pa.array([before, text, behind])))[1][1] == settled_share([text])


def test_known_identifiers_alone_and_among_plain_shapes():
    assert differences(KNOWN) == []
    assert differences([f"@user_1 {text} https://a.example/b" for text in KNOWN]) == []


@pytest.mark.parametrize(
    "count", [12_000, pytest.param(1_000_000, marks=[pytest.mark.slow, pytest.mark.deep])], ids=["some", "million"]
)
def test_mixtures_are_scrubbed_as_the_finders_do_it(count):
    random = Random(20261130)  # noqa: S311
    held, clear = 0, 0.0
    for _ in range(count // AT_ONCE):
        texts = [mixture(random) for _ in range(AT_ONCE)]
        assert differences(texts) == []
        held += sum(map(bool, find_all(texts)))
        clear += settled_share(texts)
    assert held > count / 2
    assert clear > count / AT_ONCE / 20


def test_a_shape_too_wide_is_seen(monkeypatch):
    assert differences(["https://t.me/abc now"]) == []
    monkeypatch.setattr("analysis.custody.scrub.plain.NOT_A_LINK", Rule("(?:never)"))
    with pytest.raises(AssertionError, match="TGLINK"):
        differences(["https://t.me/abc now"])
