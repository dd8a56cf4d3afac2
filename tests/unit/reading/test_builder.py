"""Building and publishing; the builder itself is replaced by a small stand-in."""

import datetime
import sys

import pytest

from analysis.errors import ReleaseError
from analysis.reading import builder

DAY = datetime.date(2030, 1, 1)
GOOD = """
import os, pathlib, sys
html = pathlib.Path(sys.argv[sys.argv.index("--path-output") + 1]) / "_build" / "html"
(html / "_sources").mkdir(parents=True)
(html / "index.html").write_text(os.environ["SOURCE_DATE_EPOCH"] + os.environ["TZ"] + os.environ["PYTHONHASHSEED"])
(html / "objects.inv").write_text("not needed")
"""
BAD = "import sys; print('chapter.md:3: WARNING: undefined substitution'); sys.exit(1)"


def test_the_book_is_replaced_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "BUILD", GOOD)
    published = tmp_path / "dist" / "book"
    published.mkdir(parents=True)
    (published / "old.html").write_text("old")
    builder.build_book(tmp_path, tmp_path / "workshop", published, DAY)
    assert [path.name for path in published.iterdir()] == ["index.html"]
    assert (published / "index.html").read_text() == "1893499200UTC0"


def test_a_failed_build_leaves_the_old_book_and_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "BUILD", BAD)
    published = tmp_path / "dist" / "book"
    published.mkdir(parents=True)
    (published / "old.html").write_text("old")
    with pytest.raises(ReleaseError, match=r"chapter\.md:3: WARNING: undefined substitution"):
        builder.build_book(tmp_path, tmp_path / "workshop", published, DAY)
    assert (published / "old.html").read_text() == "old"


def test_the_readers_own_configuration_stays_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    monkeypatch.setenv("LC_MESSAGES", "de_DE.UTF-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    environment = builder._environment(tmp_path, DAY)
    assert "JUPYTER_PATH" not in environment
    assert "LC_MESSAGES" not in environment
    assert environment["SOURCE_DATE_EPOCH"] == "1893499200"
    assert sys.executable


def test_a_reference_that_was_not_rendered_stops_the_book(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<img alt="what {{ text_card }} says">')
    with pytest.raises(ReleaseError, match=r"page\.html: \{\{ text_card \}\}"):
        builder.require_rendered(tmp_path)
    page.write_text("<code>author = {Somebody {and} others}</code>")
    builder.require_rendered(tmp_path)
