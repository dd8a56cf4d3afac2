#!/bin/sh
# pyreadstat's `read_por` gives a missing value that the user declared ("refused") as NaN, like no answer at all, says in its
# metadata that none is declared, and loses every byte of text beyond ASCII, in UTF-8 too.
#
# For the same data as .sav, `read_sav(user_missing=True)` keeps the 9 and lists it in `missing_ranges`. `read_por` has
# neither `user_missing` nor `encoding`; its documentation says that files are taken to be UTF-8, but of the two files below,
# in UTF-8 and in Latin-1, both come back with U+FFFD for each such byte, so that no later decoding helps. A study that
# compares refusals has none left. The files are written byte by byte, after PSPP's description of the format.
# Seen with pyreadstat 1.3.7, CPython 3.11 on x86-64 Linux. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: pyreadstat==1.3.7 pandas==3.1.1 numpy==2.4.6 \
    2>/dev/null || exit 3
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PYTHON'
import inspect
import sys

import pandas
import pyreadstat

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"  # numbers of the format are in base 30
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:$@'=\""
ANSWERS, TOWNS, LABELS = [1, 9, 8], ["Köln", "Kiel", "Ulm"], {1: "größer", 9: "refused"}


def portable(encoding):
    def text(words):
        packed = words.encode(encoding)
        return f"{DIGITS[len(packed)]}/".encode() + packed

    head = "ASCII SPSS PORT FILE".ljust(40) * 5 + ("0" * 64 + LETTERS).ljust(256, "0") + "SPSSPORT"
    parts = [head.encode(), b"A8/202601016/120000", b"42/", b"5B/"]  # date and time, two variables, precision
    parts += [b"70/", text("ANSWER"), b"5/8/0/5/8/0/", b"89/", b"C", text("Größe")]  # a number: 9 is missing; its label
    parts += [b"78/", text("TOWN"), b"1/8/0/1/8/0/"]  # a text of 8 bytes
    parts += [b"D1/", text("ANSWER"), b"2/"] + [f"{code}/".encode() + text(label) for code, label in LABELS.items()]
    parts += [b"F"] + [f"{answer}/".encode() + text(town) for answer, town in zip(ANSWERS, TOWNS)]
    whole = b"".join(parts) + b"Z"
    return b"".join(whole[at : at + 80].ljust(80, b"Z") + b"\r\n" for at in range(0, len(whole), 80))


frame = pandas.DataFrame({"ANSWER": ANSWERS, "TOWN": TOWNS})
pyreadstat.write_sav(frame, "answers.sav", missing_ranges={"ANSWER": [9]})
kept, stated = pyreadstat.read_sav("answers.sav", user_missing=True)
print(f".sav, user_missing=True: {kept['ANSWER'].tolist()}, declared {stated.missing_ranges}, {kept['TOWN'].tolist()}")
as_described = kept["ANSWER"].tolist() == ANSWERS and kept["TOWN"].tolist() == TOWNS and "ANSWER" in stated.missing_ranges

options = {"user_missing", "encoding"} & set(inspect.signature(pyreadstat.read_por).parameters)
print(f"read_por's options for either: {sorted(options)}")
as_described &= not options
for encoding in ("utf-8", "latin-1"):
    open("answers.por", "wb").write(portable(encoding))
    read, stated = pyreadstat.read_por("answers.por")
    declared, label = {**stated.missing_ranges, **stated.missing_user_values}, stated.column_names_to_labels["ANSWER"]
    print(f".por in {encoding}: {read['ANSWER'].tolist()}, declared {declared}, {read['TOWN'].tolist()}, label {label!r}")
    as_described &= read["ANSWER"].isna().tolist() == [False, True, False] and not declared
    lost = "\ufffd" * len("ö".encode(encoding))
    as_described &= read["TOWN"].tolist() == [f"K{lost}ln", "Kiel", "Ulm"] and label == f"Gr{lost * 2}e"
sys.exit(not as_described)
PYTHON
