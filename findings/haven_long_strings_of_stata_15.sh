#!/bin/sh
# R's `haven::write_dta(version = 15)` states release 119 of Stata's format and refers to long texts (strL) as release 118
# does: pandas stops with a KeyError, and pyreadstat reads every long text as empty without a word.
#
# A text of more than 2045 bytes, as an open answer or a post may be, is kept apart and referred to by two numbers, of 2 and
# 6 bytes in release 118 (`version = 14`), of 3 and 5 in release 119, which `version = 15` states however few the variables
# are. haven packs both as 2 and 6. It reads its own file, since it reads as it writes: a round trip in R shows nothing.
# Seen with haven 2.5.1 as Debian 12 packs it (later ones were not tried), pandas 3.1.1, pyreadstat 1.3.7, x86-64 Linux.
# Exit 0: as described; 1: it has changed; 3: no package index, or R or its haven is not installed.
set -eu
Rscript -e 'stopifnot(requireNamespace("haven", quietly = TRUE))' > /dev/null 2>&1 ||
    { echo 'skipped: R with its package haven is not installed'; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: pyreadstat==1.3.7 pandas==3.1.1 numpy==2.4.6 \
    2>/dev/null || exit 3
cd "$folder"
Rscript --vanilla - <<'R'
cat("haven", as.character(packageVersion("haven")), "\n")
invented <- data.frame(id = 1:2, story = c(strrep("a", 3000), strrep("b", 2500)))
for (version in c(14, 15)) {
  name <- paste0("stata", version, ".dta")
  haven::write_dta(invented, name, version = version)
  stopifnot(identical(nchar(haven::read_dta(name)$story), c(3000L, 2500L)))
  cat(name, ": haven reads its own file as it was\n", sep = "")
}
R
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pandas
import pyreadstat


def outcome(read, name):
    try:
        return f"lengths {[len(story) for story in read(name)['story']]}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


READERS = {"pandas": pandas.read_stata, "pyreadstat": lambda name: pyreadstat.read_dta(name)[0]}
WHOLE = "lengths [3000, 2500]"
EXPECTED = {(14, "pandas"): WHOLE, (14, "pyreadstat"): WHOLE}
EXPECTED |= {(15, "pandas"): "KeyError: '65538'", (15, "pyreadstat"): "lengths [0, 0]"}
changed = False
for (version, reader), expected in EXPECTED.items():
    name = f"stata{version}.dta"
    release = open(name, "rb").read(60).split(b"release>")[1][:3].decode()
    seen = outcome(READERS[reader], name)
    print(f"{name}, release {release}: {reader}: {seen}")
    changed |= seen != expected
sys.exit(changed)
PYTHON
