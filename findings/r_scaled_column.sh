#!/bin/sh
# A data frame of R with one column made by `scale()` can be read by neither Python reader of R's files: rdata stops at
# "Data must be 1-dimensional", pyreadr at "matrix, array or table object with more than one vector".
#
# `scale(x)` returns a matrix of one column, and `d$z <- scale(d$x)` keeps it as such inside the frame: an everyday line of
# social science, which R prints, models and saves like any other column. One such column closes the whole file, the
# plain ones too. rdata lets a caller pass a constructor for `data.frame` that flattens it; pyreadr has no such door.
# The frame below (ids 1 to 3, z as a 3 × 1 matrix) is written as R writes it, first in R's text form, without R.
# Seen with CPython 3.11 on x86-64 Linux. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: rdata==1.1.0 pyreadr==0.5.8 pandas==3.1.1 \
    numpy==2.4.6 2>/dev/null || exit 3
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pyreadr
import rdata


def text(word):
    return f"262153\n{len(word)}\n{word}"


def attribute(name, value):
    return f"1026\n1\n{text(name)}\n{value}"


def frame(column):
    names = f"16\n2\n{text('id')}\n{text('z')}"
    parts = ["A", "2", "263168", "131840", "787", "2", "13\n3\n1\n2\n3", column, attribute("names", names)]
    parts += [attribute("class", f"16\n1\n{text('data.frame')}"), attribute("row.names", "13\n2\nNA\n-3"), "254", ""]
    return "\n".join(parts)


def outcome(read):
    try:
        return f"reads {[float(z) for z in read()['z']]}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


COLUMNS = {"plain": "14\n3\n-1\n0\n1", "scaled": f"526\n3\n-1\n0\n1\n{attribute('dim', chr(10).join(['13', '2', '3', '1']))}\n254"}
EXPECTED = {("plain", "rdata"): "reads", ("plain", "pyreadr"): "reads", ("scaled", "rdata"): "ValueError: Data must be",
            ("scaled", "pyreadr"): "PyreadrError: matrix, array"}
changed = False
for kind, column in COLUMNS.items():
    open("frame.rds", "w").write(frame(column))
    parsed = rdata.parser.parse_file("frame.rds")
    rdata.unparser.unparse_file(f"{kind}.rds", parsed, file_format="xdr", file_type="rds", compression="gzip")
    for reader, read in (("rdata", lambda: rdata.read_rds(f"{kind}.rds")), ("pyreadr", lambda: pyreadr.read_r(f"{kind}.rds")[None])):
        seen = outcome(read)
        print(f"{kind} column, {reader}: {seen}")
        changed |= not seen.startswith(EXPECTED[kind, reader])
sys.exit(changed)
PYTHON
