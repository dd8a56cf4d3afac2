"""Markup to text: the short way and the parser say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.corpora import markup
from analysis.corpora.markup import plain_text

PIECES = st.lists(
    st.sampled_from(["<p>", "</p>", "<br>", "<br />", "<br/>", "a", " ", "&amp;", "&lt;p&gt;", "&", "\n", "ب"])
)


@given(PIECES.map("".join))
def test_paragraphs_and_breaks_read_alike_with_and_without_the_parser(text):
    short = plain_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_USUAL", markup._GAP)
        assert plain_text(text + "<b>") == short


def test_the_parser_is_asked_where_there_are_links():
    assert plain_text('<p>a <a href="https://x.example">b</a></p>').links == ("https://x.example",)
