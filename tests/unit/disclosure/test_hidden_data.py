"""Each carrier is clean as we write it and caught when somebody's tool adds to it."""

import io
import json
import struct
import zipfile
import zlib

import matplotlib.figure
import pytest

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.hidden_data import PNG_ALLOWED, hidden_data


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


def entry(name="top/a.csv", data=b"a,b\n", **changed):
    """A zip of one entry whose head says what is given."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        info = zipfile.ZipInfo(name, date_time=(2026, 11, 23, 0, 0, 0))
        for field, value in changed.items():
            setattr(info, field, value)
        archive.writestr(info, data)
    return sink.getvalue()


PNG = picture(Software=None)
EXTRA = struct.pack("<HH", 0x5455, 5) + b"\x01\x00\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.png", PNG + b"1234567", ["carries bytes behind the picture"]),
        ("a.png", PNG + b"\0\0\0\0IEND\0\0\0\0", []),
        ("A.PNG", b"GIF89a", ["is no PNG although its name says so"]),
        ("a.svg", "<svg INKSCAPE:version='1' sodipodi:x=''>", ["carries 'INKSCAPE:'", "carries 'sodipodi:'"]),
        *(
            ("a.svg", f"<dc:{name}>", [f"carries '<dc:{name}>'"])
            for name in ("date", "creator", "publisher", "contributor", "source")
        ),
        ("a.svg", "<dc:title>", []),
        *(
            ("a.pdf", f"%PDF /{name} (x) /{name} <78>", [f"carries '/{name} ('", f"carries '/{name} <'"])
            for name in ("Author", "Creator", "Producer", "CreationDate", "ModDate")
        ),
        ("a.pdf", "%PDF /Title (x) Author (y)", []),
        *(
            ("a.ipynb", json.dumps({"cells": [{"metadata": {name: 1}}, {}]}), [f"a cell carries {name!r}"])
            for name in ("execution", "ExecuteTime", "papermill")
        ),
        ("a.ipynb", "{}", []),
        ("a.zip", entry(extra=EXTRA), ["entry 'top/a.csv' carries an extra field or a comment"]),
        ("a.zip", entry(comment=b"x"), ["entry 'top/a.csv' carries an extra field or a comment"]),
        *(
            ("a.zip", entry(date_time=(2026, 11, 23, *clock)), ["entry 'top/a.csv' carries a time of day"])
            for clock in ((1, 0, 0), (0, 1, 0), (0, 0, 2))
        ),
        ("a.zip", entry("top/B.PNG", b"GIF"), ["entry 'top/B.PNG' is no PNG although its name says so"]),
        *(
            (f"a{suffix}", "2025-10-12 08:31", ["holds a day with a time of day: 2025-10-12"])
            for suffix in (".csv", ".json", ".xml", ".md", ".html")
        ),
        ("a.txt", "2025-10-12 08:31", []),
        ("a.csv", "2025-10-12T08:31:09Z 2025-10-12T08:31:09 2024-01-01 09:00", [
            "holds a day with a time of day: 2024-01-01", "holds a day with a time of day: 2025-10-12",
        ]),
        ("a.csv", "2025-10-12T00:00:00Z 2025-10-12 00:00", []),
        ("a.csv", "2025-10-12T00:00:01Z", ["holds a day with a time of day: 2025-10-12"]),
        ("a.csv", "2025-10-12T10:00", ["holds a day with a time of day: 2025-10-12"]),
        ("a.csv", "1825-10-12 08:31 2025-20-12 08:31 2025-10-42 08:31 2025-10-12 38:31 x2025-10-12 08:31", []),
        ("a.csv", b"\xff 1999-10-12 08:31", ["holds a day with a time of day: 1999-10-12"]),
        ("a.csv", "2125-10-12 08:31", ["holds a day with a time of day: 2125-10-12"]),
    ],
)  # fmt: skip
def test_a_carrier_is_judged_like_this(tmp_path, name, data, found):
    assert texts(tmp_path, name, data) == found


def test_files_are_named_within_their_folder_and_alone(tmp_path):
    (tmp_path / "book/deep").mkdir(parents=True)
    for name in ("book/b.csv", "book/deep/a.csv", "alone.csv"):
        (tmp_path / name).write_text("2025-10-12 08:31", encoding="utf-8")
    text = "holds a day with a time of day: 2025-10-12"
    assert hidden_data([tmp_path / "book", tmp_path / "alone.csv"]) == [
        Finding("hidden_data", name, text) for name in ("b.csv", "deep/a.csv", f"{tmp_path.as_posix()}/alone.csv")
    ]


def test_only_chunks_of_the_picture_are_allowed():
    assert sorted(PNG_ALLOWED) == [
        b"IDAT", b"IEND", b"IHDR", b"PLTE", b"bKGD", b"cHRM", b"gAMA", b"pHYs", b"sBIT", b"sRGB", b"tRNS",
    ]  # fmt: skip
