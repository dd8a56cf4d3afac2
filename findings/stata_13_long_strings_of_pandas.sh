#!/bin/sh
# pandas' `to_stata(version=117)` writes short texts in Latin-1 and long ones (strL) in UTF-8 into one file, and its own
# `read_stata` takes both as Latin-1: "Größe" comes back as "GrÃ¶Ã\x9fe", without a word.
#
# 117 is the release for Stata 13. A text that Latin-1 lacks is refused in a column of fixed width (UnicodeEncodeError); one
# would expect the same of a long one, of which pandas' own notes say "117 uses 'latin-1'", but any text is taken and
# garbled. There is no encoding in which such a file is right as a whole. Release 118 (Stata 14), which is UTF-8
# throughout, comes back as it was.
# Seen with pandas 3.1.1, CPython 3.11 on x86-64 Linux. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: pandas==3.1.1 numpy==2.4.6 2>/dev/null || exit 3
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pandas


def round_trip(text, version, kind):
    frame = pandas.DataFrame({"answer": [text]})
    try:
        frame.to_stata("answers.dta", version=version, write_index=False, convert_strl=["answer"] if kind == "long" else [])
    except UnicodeEncodeError:
        return "refused: UnicodeEncodeError"
    return f"comes back as {pandas.read_stata('answers.dta')['answer'][0]!r}"


changed = False
for text in ("Größe", "کابل"):
    garbled = text.encode("utf-8").decode("latin-1")
    whole = f"comes back as {text!r}"
    fixed = whole if text == "Größe" else "refused: UnicodeEncodeError"
    for version, kind, expected in (
        (117, "fixed", fixed),
        (117, "long", f"comes back as {garbled!r}"),
        (118, "fixed", whole),
        (118, "long", whole),
    ):
        seen = round_trip(text, version, kind)
        print(f"version={version}, {kind}, {text!r}: {seen}")
        changed |= seen != expected
sys.exit(changed)
PYTHON
