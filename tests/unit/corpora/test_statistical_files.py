"""What the library makes of a damaged file is refused in our own words."""

from types import SimpleNamespace

import pytest

from analysis.corpora.sources import source_at
from analysis.corpora.statistical_files import library_blocks
from analysis.errors import ExportError

META = SimpleNamespace(column_names=["a"], variable_storage_width={"a": 8})


def blocks(tmp_path, columns):
    path = tmp_path / "a.dta"
    path.write_bytes(b"any")
    return list(library_blocks(source_at(path), "Stata", lambda stream, **_: (columns, META)))


def test_a_variable_without_a_name_is_damage(tmp_path):
    assert blocks(tmp_path, {"a": [1.0]}) == [({"a": [1.0]}, META)]
    with pytest.raises(ExportError, match=r"not a readable Stata file \(a variable without a name\); it is damaged"):
        blocks(tmp_path, {"a": [1.0], None: [2.0]})
