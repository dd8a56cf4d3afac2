#!/bin/sh
# pyreadstat decodes long texts (strL) of a Stata file as UTF-8 whatever `encoding` it is asked for. One Persian word in a
# long text of Stata 13 makes the file unreadable: UnicodeDecodeError under each encoding, the right one too.
#
# Stata 13 (release 117) keeps text in the encoding of the machine that wrote it, here Windows-1256; UTF-8 came with release
# 118. `encoding` is heeded for texts of fixed width, so the same word in such a column is read, and open answers, which
# are the long ones, are not. pandas has no such option; it reads both as Latin-1, from which the bytes can be had back.
# The file is pandas' own of that release, with four bytes of an ASCII text changed into the word's.
# Seen with pyreadstat 1.3.7, pandas 3.1.1, CPython 3.11 on x86-64 Linux. Exit 0: as described; 1: it has changed; 3: no
# package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: pyreadstat==1.3.7 pandas==3.1.1 numpy==2.4.6 \
    2>/dev/null || exit 3
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pandas
import pyreadstat

WORD = "کابل"


def write(name, long_columns):
    frame = pandas.DataFrame({"town": ["@@@@", "Kiel"]})
    frame.to_stata(name, version=117, write_index=False, convert_strl=long_columns)
    packed = open(name, "rb").read()
    open(name, "wb").write(packed.replace(b"@@@@", WORD.encode("cp1256")))


def outcome(read):
    try:
        return f"reads {read()}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def with_pandas(name):
    return [town.encode("latin-1").decode("cp1256") for town in pandas.read_stata(name)["town"]]


RIGHT = f"reads {[WORD, 'Kiel']}"
changed = False
for name, long_columns in (("fixed.dta", []), ("long.dta", ["town"])):
    write(name, long_columns)
    seen = outcome(lambda: with_pandas(name))
    print(f"{name}: pandas, decoded anew: {seen}")
    changed |= seen != RIGHT
    for encoding in ("WINDOWS-1256", "ISO-8859-1", None):
        seen = outcome(lambda: pyreadstat.read_dta(name, encoding=encoding)[0]["town"].tolist())
        print(f"{name}: pyreadstat, encoding={encoding!r}: {seen}")
        if long_columns:
            changed |= not seen.startswith("UnicodeDecodeError: 'utf-8'")
        else:
            changed |= (seen == RIGHT) != (encoding == "WINDOWS-1256")
sys.exit(changed)
PYTHON
