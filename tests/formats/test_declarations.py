"""What formats declare about themselves is true of their modules, and the book's page says nothing else."""

import importlib
import inspect
import pkgutil
import re
from dataclasses import fields
from pathlib import Path

import pytest

from analysis.corpora import field_values, formats, interviews
from analysis.corpora.detect import FORMATS
from analysis.corpora.format_page import format_page

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    name: importlib.import_module(f"{formats.__name__}.{name}") for _, name, _ in pkgutil.iter_modules(formats.__path__)
}
SHARED = inspect.getsource(interviews) + inspect.getsource(field_values)


def test_every_module_of_the_room_is_a_format_of_its_own():
    assert len(FORMATS) == len(MODULES)
    assert [each.about for each in FORMATS.values()] == sorted(
        (module.ABOUT for module in MODULES.values()), key=lambda about: (about.rank, about.code)
    )
    assert len({each.about.rank for each in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize("name", MODULES)
def test_a_declaration_is_whole_and_names_fields_that_the_module_reads(name):
    about, source = MODULES[name].ABOUT, inspect.getsource(MODULES[name])
    code = source.replace(source[source.index("ABOUT = About(") : source.index("def recognises")], "")
    assert all(
        getattr(about, each.name)
        for each in fields(about)
        if each.name not in ("never", "standing", "network", "is_survey")
    )
    assert about.is_survey or about.standing
    named = [part for text in about.fields for quoted in re.findall(r"`([^`]+)`", text) for part in quoted.split(".")]
    assert [part for part in named if part.casefold() not in (code + SHARED).casefold()] == []


def test_the_books_page_is_made_from_the_declarations():
    page = format_page(each.about for each in FORMATS.values())
    assert (ROOT / "book/formats.md").read_text(encoding="utf-8") == page, "./run python -m analysis describe-formats"
    assert all(f"`{each.code}`" in page for each in FORMATS.values())
