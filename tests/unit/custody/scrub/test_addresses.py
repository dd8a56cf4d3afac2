"""Mail addresses, links and names of accounts at the borders of what tells them from words."""

import pytest

from tests.unit.custody.scrub.finding import found


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("user@example.org", ["user@example.org"]),
        ("mailto:user@example.org?subject=x", ["mailto:user@example.org?subject=x"]),
        ("'user@example.org'", ["user@example.org"]),
        ("--user@example.org", ["user@example.org"]),
        ("~{|}user@example.org", ["user@example.org"]),
        ("@example.org", []),
        (".@example.org", []),
        ("user@example.org.Then", ["user@example.org"]),
        ("user@example.co.uk", ["user@example.co.uk"]),
        ("user@a.b.Then", ["user@a.b.Then"]),
        ("user@localhost", ["user@localhost"]),
        ("user@[192.0.2.1]", ["user@[192.0.2.1]"]),
        ("user@example", []),
        ("user at example dot org", ["user at example dot org"]),
        ("USER AT EXAMPLE DOT ORG", ["USER AT EXAMPLE DOT ORG"]),
        ("user (at) example (dot) org", ["user (at) example (dot) org"]),
        ("user (at) example (dot) zzz", []),
        ("user(at)example.orgx", []),
        ("user(at)example.org1", []),
        ("user @ example . org", ["user @ example . org"]),
        ("user @ 10", []),
        ("write user at example.org", ["user at example.org"]),
        ("user at example.org", []),
        (f"email {'x' * 40} user at example.org", []),
        ("علی در example dot org", []),
        ("علی ات جیمیل دات کام", ["علی ات جیمیل دات کام"]),
        ("first dot last at example dot org", ["first dot last at example dot org"]),
    ],
)
def test_a_mail_address(text, addresses):
    assert found(text, "EMAIL") == addresses


NOT_A_NAME = (
    "am are is was were be been me us you him her it them he she they i we look looks looking meet meeting "
    "here there available live found works work working worked call only now see visit online page more posted "
    "published the a"
)


@pytest.mark.parametrize("word", NOT_A_NAME.split())
def test_a_word_that_makes_a_place_of_what_follows_is_no_name(word):
    assert found(f"{word} at example dot org", "EMAIL") == []


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("example.org", ["example.org"]),
        ("see example.org", ["example.org"]),
        ("the example.org", []),
        ("an example.org", []),
        ("eine example.org", []),
        ("the www.example.org", ["www.example.org"]),
        ("the sub.example.org", ["sub.example.org"]),
        ("www.example", ["www.example"]),
        ("www.example.zzz", ["www.example.zzz"]),
        ("example.zzz", []),
        ("example.org.zzz", ["example.org"]),
        ("example.org.Then", ["example.org"]),
        ("example.md/path", ["example.md/path"]),
        ("example.online", []),
        ("a.example.online", ["a.example.online"]),
        ("site example.online", ["example.online"]),
        (f"site {'x' * 25} example.online", []),
        ("192.0.2.1/path", ["192.0.2.1/path"]),
        ("192.0.2.1", []),
        ("e.g/x", []),
        ("a.org", []),
        ("ab.org", ["ab.org"]),
        ("12.org", []),
        ("example.org:80", ["example.org:80"]),
        ("example.org:8", ["example.org"]),
        ("_example.org", ["_example.org"]),
        ("http://", []),
        ("http://x", ["http://x"]),
        ("ftp://example.org/a.", ["ftp://example.org/a"]),
        ("(http://example.org/a)", ["http://example.org/a"]),
        ("http://example.org/a(b)", ["http://example.org/a(b)"]),
        ("http://example.org/a[b]]", ["http://example.org/a[b]"]),
        ("http://example.org/a{b}}", ["http://example.org/a{b}"]),
        ("http://example.org/a))", ["http://example.org/a"]),
        ("http://example.org/a.,;:!?*|([{", ["http://example.org/a"]),
        ("example[.]org/a", ["example[.]org/a"]),
        ("example[dot]org", ["example[dot]org"]),
        ("sub{punkt}example(نقطه)org/a", ["sub{punkt}example(نقطه)org/a"]),
        ("example[dot]zzz", []),
        ("a[dot]b.zzz/c.org", []),
        ("example[.]zzz", []),
        ("hxxps://example[.]org", ["hxxps://example[.]org"]),
        ("example . org", []),
        ("xt.me/abc", ["xt.me/abc"]),
    ],
)
def test_a_link(text, links):
    assert found(text, "URL") == links


@pytest.mark.parametrize("ending", ["md", "py", "pl", "rs", "sh", "ps", "so", "cc", "am", "pm", "mov", "zip"])
def test_the_ending_of_a_file_is_none_of_a_page(ending):
    assert found(f"readme.{ending}", "URL") == []
    assert found(f"a.readme.{ending}", "URL") == []


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("t.me/abc", ["t.me/abc"]),
        ("t.me", ["t.me"]),
        ("t.me/abc.", ["t.me/abc"]),
        ("telegram.me/abc", ["telegram.me/abc"]),
        ("telegram.dog/abc", ["telegram.dog/abc"]),
        ("telesco.pe/x", ["telesco.pe/x"]),
        ("x.t.me/", ["x.t.me/"]),
        ("t dot me/abc", ["t dot me/abc"]),
        ("t . me / abc", ["t . me / abc"]),
        ("t.me / s / abc", ["t.me / s / abc"]),
        ("joinchat/AAAAAAAA", ["joinchat/AAAAAAAA"]),
        ("joinchat/AAAAAAA", []),
        ("tg://x", ["tg://x"]),
        ("ton://x", ["ton://x"]),
        ("xt.me/abc", []),
    ],
)
def test_a_link_of_telegram(text, links):
    assert found(text, "TGLINK") == links


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ab", ["@ab"]),
        ("@abc", ["@abc"]),
        ("@a1", []),
        ("@12345", []),
        ("@123456", ["@123456"]),
        ("x1@abc", []),
        ("abc@def", ["abc@def"]),
        ("abc@de", []),
        ("abc@123", []),
        ("@abc.", ["@abc"]),
        ("@abc-#", ["@abc"]),
        ("@ user_1", ["@ user_1"]),
        ("@  user1", ["@  user1"]),
        ("@   user1", []),
        ("@ user", []),
        ("@ 1user_", []),
        ("@user@mastodon.example", ["@user@mastodon.example"]),
        ("@کاربر", ["@کاربر"]),
        ("u/abc", ["u/abc"]),
        ("/u/abc", ["/u/abc"]),
        ("u/ab", []),
        (".u/abc", []),
        (f"u/{'a' * 21}", [f"u/{'a' * 21}"]),
        (f"u/{'a' * 22}", []),
        ("discord abc#1234", ["abc#1234"]),
        (f"discord {'x' * 30} abc#1234", []),
        ("abc#1234", []),
        ("insta: abc", ["abc"]),
        ("insta: abc def", []),
        ("insta: abc, def", ["abc"]),
        ("insta: a--", []),
        ("insta abc", []),
        ("insta abc_def", ["abc_def"]),
        ("insta abc1", ["abc1"]),
        ("insta ab1", []),
        ("insta my name is abc_def", ["abc_def"]),
        ("telegram: instagram", []),
        ("insta: 12345", ["12345"]),
        ("insta: 1234", []),
        ("insta 12345", []),
        ("ig = abc", ["abc"]),
        ("twitter > abc", ["abc"]),
        ("insta is abc", []),
        ("instaabc: x", []),
        ("username: abc.", ["abc"]),
        ("id: abc", []),
        ("آیدی: abc", ["abc"]),
    ],
)
def test_a_name_of_an_account(text, names):
    assert found(text, "HANDLE") == names
