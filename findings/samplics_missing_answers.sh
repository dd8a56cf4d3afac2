#!/bin/sh
# samplics' `remove_nan=True` takes rows without an answer out of the design before it counts clusters. Below, a question that
# two of eight clusters were not asked has a standard error of 0.19; R's `svymean(na.rm = TRUE)` gives 0.86 for the same data.
#
# Who answers is chance, as who is sampled is: those with an answer are a domain, and clusters without one belong to the
# variance with a total of nought. samplics gives R's 0.86 too if the gaps are filled with any number and the answered rows
# are named as a domain; a domain beside `remove_nan=True` does not help. Gaps that are left in give a mean of nan, so that
# the option is what one takes; the mean is then the same in all, and only the interval is a quarter as wide.
# Seen with samplics 0.6.1 (archived; "svy" follows it), R's survey 4.1.1, CPython 3.11 on x86-64 Linux. R is run where it
# and survey are installed. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: samplics==0.6.1 pandas==3.1.1 numpy==2.4.6 \
    2>/dev/null || exit 3
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import pandas
from samplics import PopParam
from samplics.estimation import TaylorEstimator

ANSWERS = [8, 9, 9, 8, None, None, None, None, 2, 1, 2, 3, 1, 2, 3, 2]
frame = pandas.DataFrame({"answer": ANSWERS, "stratum": [1] * 8 + [2] * 8, "weight": 1.0})
frame["cluster"] = frame.index // 2 + 1
frame.to_csv("answers.csv", index=False)
answered = frame["answer"].notna().astype(int)


def estimate(answers, **options):
    estimator = TaylorEstimator(PopParam.mean)
    design = {"samp_weight": frame["weight"], "stratum": frame["stratum"], "psu": frame["cluster"]}
    estimator.estimate(answers, **design, **options)
    found = (estimator.point_est, estimator.stderror)
    return tuple(round(float(part[1] if isinstance(part, dict) else part), 4) for part in found)


CASES = {
    "gaps left in": (estimate(frame["answer"]), None),
    "remove_nan=True": (estimate(frame["answer"], remove_nan=True), 0.1925),
    "remove_nan=True, domain=answered": (estimate(frame["answer"], remove_nan=True, domain=answered), 0.1925),
    "filled, domain=answered": (estimate(frame["answer"].fillna(1), domain=answered), 0.8559),
}
for case, (seen, _) in CASES.items():
    print(f"samplics, {case}: mean {seen[0]}, standard error {seen[1]}")
(empty, _), *estimated = CASES.values()
sys.exit(empty[0] == empty[0] or any(seen != (4.1667, error) for seen, error in estimated))
PYTHON
Rscript -e 'stopifnot(requireNamespace("survey", quietly = TRUE))' > /dev/null 2>&1 || exit 0
Rscript --vanilla - <<'R'
suppressPackageStartupMessages(library(survey))
answers <- read.csv("answers.csv")
design <- svydesign(~cluster, strata = ~stratum, weights = ~weight, data = answers)
seen <- svymean(~answer, design, na.rm = TRUE)
found <- round(c(coef(seen), SE(seen)), 4)
cat("survey", as.character(packageVersion("survey")), "na.rm = TRUE: mean", found[1], "standard error", found[2], "\n")
quit(status = as.integer(any(found != c(4.1667, 0.8559))))
R
