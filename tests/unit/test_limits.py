"""Bounds on what a file may unpack to, hold and nest, each tried at a small configured value with harmless input."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from analysis import limits
from analysis.corpora import statistical_files
from analysis.corpora.exports import open_export
from analysis.corpora.quarantine import Quarantined
from analysis.corpora.sources import Source
from analysis.errors import ExportError, LimitError, ReleaseError
from analysis.limits import JsonScanner, ZipBounds, demand_small_record, demand_small_zip
from analysis.release import verification
from analysis.release.verification import verify_bundle


def zstd(content):
    return pa.compress(content, "zstd", asbytes=True)


PACKERS = (gzip.compress, bz2.compress, lzma.compress, zstd)


def source(content):
    return Source("a.file", lambda: io.BytesIO(content))


def all_bytes(content):
    with source(content).open_bytes() as stream:
        return stream.read()


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_files_unpack_whole(pack):
    text = b"".join(b"%d," % number for number in range(200_000))
    assert all_bytes(pack(text)) == text
    assert all_bytes(pack(text) + pack(b"and more")) == text + b"and more"
    with pytest.raises((EOFError, OSError, ExportError)):
        all_bytes(pack(text)[:-20])


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_files_can_be_read_from_any_byte(pack):
    text = b"".join(b"%d," % number for number in range(90_000))
    with source(pack(text)).open_bytes() as stream:
        assert stream.seek(0, io.SEEK_END) == len(text)
        for place in (400_000, 10, 399_999, 0):
            assert stream.seek(place) == place
            assert stream.read(7) == text[place : place + 7]


@pytest.mark.parametrize("pack", PACKERS)
def test_a_ratio_that_no_export_has_is_refused_before_it_is_unpacked(pack, monkeypatch):
    monkeypatch.setattr(limits, "RATIO_FROM", 2**18)
    monkeypatch.setattr(limits, "RATIO", 5)
    with pytest.raises(LimitError, match=r"^a\.file: unpacks to more than 5 times its size, as no export does; do not"):
        all_bytes(pack(bytes(2**22)))
    assert len(all_bytes(pack(bytes(2**17)))) == 2**17


@pytest.mark.parametrize("pack", PACKERS)
def test_no_stream_unpacks_without_end(pack, monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED", 10_000)
    with pytest.raises(LimitError, match=r"^a\.file: unpacks to more than 10000 bytes; unpack it and split it$"):
        all_bytes(pack(bytes(10_001)))
    assert len(all_bytes(pack(bytes(10_000)))) == 10_000


def test_zstandard_gets_no_more_memory_than_it_may():
    """The head of a frame that wants 2 GiB, as archives of Reddit are packed with `--long=31`."""
    content = b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x09\x00\x00x"
    with pytest.raises(
        LimitError, match=r"^a\.file: unpacking takes more than 128 MiB .*`zstd -d --long=31` on it first"
    ):
        all_bytes(content)


def test_xz_gets_no_more_memory_than_it_may(monkeypatch):
    content = lzma.compress(b"x" * 1_000, preset=6)
    assert all_bytes(content) == b"x" * 1_000
    monkeypatch.setattr(limits, "DICTIONARY", 2**20)
    with pytest.raises(
        ExportError, match=r"^a\.file: unpacking takes more than 1048576 bytes of memory; pack it anew$"
    ):
        open_export(source(content))


def test_a_refusal_of_a_reader_is_one_sentence_of_the_reader(monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED", 100)
    with pytest.raises(ExportError, match=r"^a\.file: unpacks to more than 100 bytes; unpack it and split it$"):
        open_export(source(gzip.compress(b"_uuid,_id\n" + b"1,1\n" * 100)))


def zipped(members, method=zipfile.ZIP_DEFLATED):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return io.BytesIO(sink.getvalue())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PACKAGE", ZipBounds(2, 2**31, 2**22), "holds more than 2 members"),
        ("PACKAGE", ZipBounds(9, 2**31, 50), "holds more than 9 members"),
        ("PACKAGE", ZipBounds(9, 999, 2**22), "unpacks to more than 999 bytes"),
        ("RATIO", 10, "unpacks to more than 10 times its size"),
    ],
)
def test_a_zip_is_looked_at_before_it_is_opened(name, value, words, monkeypatch):
    members = {"a": bytes(600), "b": b"1", "c": bytes(400)}
    demand_small_zip(zipped(members), "a.zip")
    monkeypatch.setattr(limits, "RATIO_FROM", 100)
    monkeypatch.setattr(limits, name, value)
    with pytest.raises(LimitError, match=rf"^a\.zip: {words}"):
        demand_small_zip(zipped(members), "a.zip")


def test_a_bundle_is_bounded_before_it_is_compared(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"top/SHA256SUMS": b"", "top/a": bytes(4_000)}).getvalue())
    monkeypatch.setattr(verification, "LARGEST", 3_999)
    with pytest.raises(ReleaseError, match="unpacks to more than 3999 bytes; this is no bundle of this project"):
        verify_bundle(path)
    monkeypatch.setattr(verification, "LARGEST", 10)
    with pytest.raises(ReleaseError, match="is larger than 10 bytes; this is no bundle of this project"):
        verify_bundle(path)


def scanned(text, *cuts):
    scanner, start = JsonScanner("a.json"), 0
    for cut in (*cuts, len(text)):
        scanner.take(text[start:cut])
        start = cut


HARMLESS = json.dumps({"a": [1, 2.5, None, 'a "quoted" \\ text', {"[[[": "]]]", "b": ["", "\\", '\\"']}]}).encode()


def test_honest_json_passes_wherever_it_is_cut(monkeypatch):
    monkeypatch.setattr(limits, "JSON_DEPTH", 4)
    for cut in range(len(HARMLESS)):
        for other in range(cut, len(HARMLESS), 7):
            scanned(HARMLESS, cut, other)


@pytest.mark.parametrize(
    ("name", "value", "text", "words"),
    [
        ("JSON_DEPTH", 3, b'{"a": [[["deep"]]]}', "nested deeper than 3 levels"),
        ("JSON_NUMBER", 8, b'{"a": 123456789}', "a number of more than 8 digits"),
        ("JSON_STRING", 8, b'{"a": "123456789 12"}', "a text of more than 8 bytes"),
    ],
)
def test_every_bound_holds_wherever_the_text_is_cut(name, value, text, words, monkeypatch):
    monkeypatch.setattr(limits, name, value)
    for size in (1, 2, 3, 5):
        with pytest.raises(LimitError, match=rf"^a\.json: .*{words}"):
            scanned(text, *range(size, len(text), size))


def test_signs_inside_of_texts_count_nothing(monkeypatch):
    monkeypatch.setattr(limits, "JSON_DEPTH", 2)
    text = b'["[[[[[ \\" [[[[ 123456789", "\\\\"]'
    for cut in range(len(text)):
        scanned(text, cut)


def test_a_record_of_too_many_values_is_not_built(monkeypatch):
    monkeypatch.setattr(limits, "JSON_TOKENS", 10)
    demand_small_record(b"[1,2,3,4,5,6,7,8]", "a")
    with pytest.raises(LimitError, match=r"^a: a record holds more than 10 values"):
        demand_small_record(b"[1,2,3,4,5,6,7,8,9,10,11,12]", "a")


def tweets(*texts):
    fixed = {"author_id": "7", "conversation_id": "1", "created_at": "2026-01-06T10:00:00.000Z"}
    return [{"id": str(number), **fixed, "text": text} for number, text in enumerate(texts)]


def test_a_line_beyond_measure_is_set_aside_and_the_others_stay(monkeypatch):
    lines = "".join(json.dumps(each) + "\n" for each in tweets("a", "b", [[[[[["deep"]]]]]], "c")).encode()
    monkeypatch.setattr(limits, "JSON_DEPTH", 4)
    found = list(open_export(source(lines), "x_api_v2").entries())
    assert [isinstance(each, Quarantined) for each in found] == [False, False, True, False]
    assert "beyond every measure" in found[2].rule


def test_a_document_beyond_measure_is_refused(monkeypatch):
    content = json.dumps({"data": tweets("a", [[[[[["deep"]]]]]])}, indent=1).encode()
    monkeypatch.setattr(limits, "JSON_DEPTH", 4)
    with pytest.raises(ExportError, match=r"^a\.file: nested deeper than 4 levels"):
        list(open_export(source(content), "x_api_v2").entries())


def test_a_document_of_one_enormous_record_is_refused(monkeypatch):
    content = json.dumps({"data": [], "more": {"a": list(range(200))}}, indent=1).encode()
    monkeypatch.setattr(limits, "JSON_TOKENS", 100)
    with pytest.raises(ExportError, match="a record holds more than 100 values"):
        list(open_export(source(content), "x_api_v2").entries())


def test_a_line_of_too_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "CELLS_IN_ROW", 20)
    with pytest.raises(ExportError, match=r"^a\.file, line 2: holds more than 20 cells; export it again"):
        list(open_export(source(b"_uuid,_id\n" + b"," * 30 + b"\n"), "kobo").entries())


def workbook(rows=2, sheets=1):
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if not number else book.create_sheet()
        for row in range(rows):
            sheet.append(["_uuid", "_id"] if not row else [f"u{row}", row])
    sink = io.BytesIO()
    book.save(sink)
    with zipfile.ZipFile(sink, "a") as package:  # which other writers keep texts in
        package.writestr("xl/sharedStrings.xml", "<sst/>" * 9)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SHEETS", 1, "holds more than 1 sheets"), ("SHEET_ROWS", 5, "holds more rows or cells"),
        ("CELLS", 9, "holds more rows or cells"), ("SHARED_STRINGS", 10, "holds more than 10 bytes of texts"),
        ("PACKAGE", ZipBounds(3, 2**31, 2**22), "holds more than 3 members"),
    ],
)  # fmt: skip
def test_a_workbook_is_bounded(name, value, words, monkeypatch):
    content = workbook(rows=4, sheets=2)
    assert len(list(open_export(source(content), "kobo").entries())) >= 3
    monkeypatch.setattr(limits, name, value)
    with pytest.raises(ExportError, match=rf"^a\.file: {words}"):
        list(open_export(source(content), "kobo").entries())


def test_rows_of_wide_files_are_read_in_smaller_blocks(tmp_path, monkeypatch):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"id": [1.0, 2.0, 3.0], "text": ["x" * 400, "y", "z"]}), path)
    whole = list(open_export(path).entries())
    monkeypatch.setattr(statistical_files, "BLOCK_BYTES", 500)
    assert list(open_export(path).entries()) == whole
    monkeypatch.setattr(limits, "CELLS_IN_ROW", 1)
    with pytest.raises(ExportError, match="holds more than 1 variables; export fewer"):
        list(open_export(path).entries())
