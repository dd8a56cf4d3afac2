import bz2
import gzip
import lzma
import os
from pathlib import Path

import pytest

from analysis.corpora.detect import FORMATS
from analysis.corpora.exports import open_export
from analysis.corpora.quarantine import Quarantined
from analysis.errors import AnalysisError, ExportError
from analysis.schemas.columns import PLATFORMS
from tests.formats.miniatures import MINIATURES, Read, source

FIXTURES = Path(os.environ.get("FIXTURES_DIR", Path(__file__).resolve().parents[3] / "shared/fixtures"))
NOT_EXPORTS = {"4cat_import/import_formats_columns.json", "instagram_dm/instagram_export.json"}
"""A list of column names and a vendor that is not read here: both have to be refused."""


@pytest.mark.parametrize("code", FORMATS)
def test_each_format_is_detected_from_its_content(code):
    read = Read(MINIATURES[code])
    assert read.code == code
    assert read.posts or read.respondents


@pytest.mark.parametrize("code", [code for code in FORMATS if code != "whatsapp"])  # prose can end anywhere
def test_a_file_cut_in_the_middle_is_refused_with_its_place(code):
    data = MINIATURES[code]
    cut = data[: len(data) * 2 // 3]
    while cut.endswith((b"\n", b"}", b";")):
        cut = cut[:-3]
    with pytest.raises(ExportError) as error:
        Read(cut, code)
    assert "export" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("code", FORMATS)
@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"<!DOCTYPE html><html><body>Sign in</body></html>", b"\x00\x01\x02\x03"]
)
def test_what_is_no_export_is_refused(code, data):
    with pytest.raises(ExportError):
        Read(data)


@pytest.mark.parametrize("code", FORMATS)
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files_read_like_plain_ones(code, pack):
    assert Read(pack(MINIATURES[code])).entries == Read(MINIATURES[code]).entries


@pytest.mark.parametrize("code", FORMATS)
def test_a_damaged_package_is_refused(code):
    packed = gzip.compress(MINIATURES[code])
    with pytest.raises(ExportError):
        Read(packed[: len(packed) // 2], code)


@pytest.mark.parametrize("code", [code for code in FORMATS if code not in ("spss", "spss_portable", "stata")])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(code, encoding):
    text = MINIATURES[code].decode("utf-8-sig")
    read = Read(text.encode(encoding))
    assert read.entries == Read(text.encode()).entries


@pytest.mark.parametrize("code", ["meta_content_library", "crowdtangle", "4cat", "qualtrics", "kobo", "limesurvey"])
def test_a_table_in_another_encoding_is_refused_with_line_and_byte(code):
    data = MINIATURES[code].decode("utf-8-sig").rstrip("\n").encode() + b"\xfc\n"
    with pytest.raises(ExportError, match=r"line \d+, byte \d+.*UTF-8"):
        Read(data)


def test_a_stated_format_overrides_and_an_unknown_one_is_refused():
    export = open_export(source(MINIATURES["pushshift"]), "x_api_v2")
    assert (export.format.code, export.is_stated) == ("x_api_v2", True)
    with pytest.raises(ExportError, match=r"facebook.*understood are spss"):
        open_export(source(b"{}"), "facebook")


@pytest.mark.parametrize("data", [b'{"a": 1}', b"a,b,c\n1,2,3\n", b'[{"id": 1, "message": "x"}]', b"just some words\n"])
def test_an_unknown_file_is_refused_with_the_list_of_formats(data):
    with pytest.raises(ExportError, match=r"understood are .*telegram_desktop"):
        Read(data)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ExportError, match=str(path)):
            open_export(path)


def _fixture_files():
    found = [path for path in sorted(FIXTURES.rglob("*")) if path.is_file() and path.suffix != ".md"]
    missing = pytest.mark.skip(reason=f"no folder {FIXTURES}: set FIXTURES_DIR to one with exports")
    return found or [pytest.param(None, marks=missing)]


@pytest.mark.parametrize(
    "path", _fixture_files(), ids=lambda path: f"{path.parent.name}/{path.name}" if path else "none"
)
def test_every_fixture_reads_or_quarantines_precisely(path):
    if f"{path.parent.name}/{path.name}" in NOT_EXPORTS:
        with pytest.raises(AnalysisError, match="understood are"):
            open_export(path)
        return
    entries = list(open_export(path).entries())
    assert entries
    assert all(entry.rule and entry.raw for entry in entries if isinstance(entry, Quarantined))


def test_every_format_of_posts_is_a_platform_of_the_tables_and_no_other():
    assert set(PLATFORMS) == {code for code, each in FORMATS.items() if not each.is_survey}
