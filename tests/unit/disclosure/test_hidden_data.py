"""Each carrier is clean as we write it and caught when somebody's tool adds to it."""

import io
import json
import struct
import zipfile
import zlib

import matplotlib.figure
import pytest

from analysis.disclosure.audit.hidden_data import hidden_data


def texts(tmp_path, name, data):
    folder = tmp_path / "product"
    folder.mkdir()
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return [finding.text for finding in hidden_data([folder])]


def picture(**metadata):
    sink = io.BytesIO()
    figure = matplotlib.figure.Figure(figsize=(1, 1))
    figure.savefig(sink, format="png", metadata=metadata)
    return sink.getvalue()


def bundle(comment=b"", time=(2026, 11, 23, 0, 0, 0), inner=b"a,b\n"):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(zipfile.ZipInfo("top/a.csv", date_time=time), inner)
        archive.comment = comment
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", picture(Software=None)),
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>dated</text></svg>"),
        ("a.csv", "day,text\n2026-11-23,plain\n2026-11-23T00:00:00Z,midnight\n"),
        ("a.ipynb", json.dumps({"cells": [{"metadata": {}, "source": ""}]})),
        ("a.zip", bundle()),
    ],
)
def test_clean_files_pass(tmp_path, name, data):
    assert texts(tmp_path, name, data) == []


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.png", picture(Author="somebody"), "carries a chunk 'tEXt' beside the picture"),
        ("a.png", picture(Software=None) + b"rest of a file", "carries a chunk ' of ' beside the picture"),
        ("b.png", b"GIF89a", "is no PNG although its name says so"),
        ("a.svg", "<svg><dc:date>2026-11-23T10:11:12</dc:date></svg>", "carries '<dc:date>'"),
        ("a.pdf", b"%PDF-1.7 << /CreationDate (D:2026) >>", "carries '/CreationDate ('"),
        ("a.ipynb", json.dumps({"cells": [{"metadata": {"execution": {}}}]}), "a cell carries 'execution'"),
        ("a.csv", "x\n2025-10-12T08:31:09Z\n", "holds a day with a time of day: 2025-10-12"),
        ("a.html", "<p>posted 2025-10-12 08:31</p>", "holds a day with a time of day: 2025-10-12"),
        ("a.zip", bundle(comment=b"made by"), "carries a comment"),
        ("a.zip", bundle(time=(2026, 11, 23, 9, 8, 6)), "entry 'top/a.csv' carries a time of day"),
        ("a.zip", bundle(inner=b"2025-10-12 08:31"), "entry 'top/a.csv' holds a day with a time of day: 2025-10-12"),
    ],
)
def test_what_stands_beside_the_content_is_found(tmp_path, name, data, text):
    assert text in texts(tmp_path, name, data)


def test_a_time_chunk_is_found(tmp_path):
    whole = picture(Software=None)
    body = b"tIME" + struct.pack(">HBBBBB", 2026, 11, 23, 9, 8, 7)
    chunk = struct.pack(">I", 7) + body + struct.pack(">I", zlib.crc32(body))
    assert "carries a chunk 'tIME' beside the picture" in texts(tmp_path, "a.png", whole[:-12] + chunk + whole[-12:])
