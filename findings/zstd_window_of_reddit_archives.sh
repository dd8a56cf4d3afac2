#!/bin/sh
# Archives of Reddit are packed with `zstd --long=31`. No common reader of tables opens one, however small: pandas, pyarrow,
# polars, DuckDB and zstandard stop at three lines packed into 50 bytes with "Frame requires too much memory for decoding".
#
# A Zstandard frame states the window that its writer was allowed, not the one that its content needs: `--long=31` writes
# 2 GiB on three lines too. Decoders take at most 128 MiB (`--long=27`) unless they are told otherwise, and of these five
# only zstandard has a parameter for it (max_window_size). So a filtered extract of a few kilobytes, made with the tools
# of the archive, is as closed as the whole; `zstd -d --long=31` opens it, or packing it anew.
# Seen with CPython 3.11 on x86-64 Linux. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: zstandard==0.25.0 pandas==3.1.1 pyarrow==26.0.1 \
    polars==2.1.0 duckdb==2.0.1 2>/dev/null || exit 3
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import duckdb
import pandas
import polars
import pyarrow
import zstandard

LINES = b'{"id": "a1", "body": "invented"}\n' * 3
READERS = {
    "zstandard": lambda name: zstandard.ZstdDecompressor().stream_reader(open(name, "rb")).read(),
    "pandas": lambda name: pandas.read_json(name, lines=True),
    "pyarrow": lambda name: pyarrow.CompressedInputStream(name, "zstd").read(),
    "polars": lambda name: polars.read_ndjson(name),
    "duckdb": lambda name: duckdb.sql(f"SELECT * FROM '{name}'").fetchall(),
}


def outcome(read, name):
    try:
        return f"reads {len(read(name))}"
    except Exception as error:
        return "too much memory" if "Frame requires too much memory" in str(error) else f"other: {error}"


changed = False
for window in (27, 31):
    parameters = zstandard.ZstdCompressionParameters(window_log=window)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(LINES) + packer.flush()
    name = f"window{window}.jsonl.zst"
    open(name, "wb").write(packed)
    for reader, read in READERS.items():
        seen = outcome(read, name)
        print(f"{len(packed)} bytes, window 2^{window}: {reader}: {seen}")
        changed |= seen.startswith("reads") != (window == 27) or seen.startswith("other")
told = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(open(name, "rb")).read()
print(f"zstandard with max_window_size=2**31 reads {len(told)} of {len(LINES)} bytes")
sys.exit(changed or told != LINES)
PYTHON
