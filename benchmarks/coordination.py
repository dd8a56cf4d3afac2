"""`bench coordination`: pairs of shares, edges and components beside R's CooRTweet, in one run on the same file.

What belongs here: made-up shares, both calls, whether they found the same. What must not: installing anything.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.commands.cpu_time import cpu_seconds
from analysis.commands.estimate_coordination import CoordinationOptions, coordination_of
from benchmarks.estimators import r_output
from benchmarks.report import Comparison

SHARES, ACCOUNTS, SEED = 40_000, 2_000, 5
TAIL = 0.8
"""Shape of the Pareto distribution of how often an object is shared: a few are shared by nearly everybody."""
SECONDS, WINDOW, LEAST = 7 * 86_400, 60, 2
REPEATS = 3
COORTWEET = """
suppressMessages({{library(CooRTweet); library(data.table)}}); ids <- c("object_id", "account_id", "content_id")
d <- fread("{file}", colClasses = list(character = ids)); setDTthreads(1)
seconds <- replicate({repeats}, {{
  x <- copy(d); t <- proc.time(); r <<- detect_groups(x, time_window = {window}, min_participation = {least})
  g <<- generate_coordinated_network(r); sum((proc.time() - t)[1:2])
}})
cat(median(seconds), nrow(r), igraph::ecount(g), igraph::components(g)$no)
"""


def shares(size: int) -> pd.DataFrame:
    """Made-up shares, the same for everybody.

    Parameters
    ----------
    size
        Rows.
    """
    generator = np.random.default_rng(SEED)
    objects = (generator.pareto(TAIL, size) * 10).astype(np.int64) % (size // 2)
    return pd.DataFrame(
        {
            "object_id": [f"o{o}" for o in objects],
            "account_id": [f"a{a}" for a in generator.integers(0, ACCOUNTS, size)],
            "content_id": [f"c{c}" for c in range(size)],
            "timestamp_share": generator.integers(0, SECONDS, size),
        }
    )


def measure(size: int = SHARES) -> list[Comparison]:
    """Ours, from rows of text to counts, beside the package's two steps on the same rows; the median of three each.

    Parameters
    ----------
    size
        Number of shares.
    """
    what = f"coordination of {size:,} shares, window {WINDOW} s"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "shares.csv"
        rows, options = shares(size), CoordinationOptions(file, WINDOW, LEAST)
        rows.to_csv(file, index=False)
        found = coordination_of(rows, options).diagnostics
        ours = float(np.median([cpu_seconds(lambda: coordination_of(rows, options)) for _ in range(REPEATS)]))
        said, why = r_output(COORTWEET.format(file=file, window=WINDOW, least=LEAST, repeats=REPEATS), "CooRTweet")
    counts = tuple(found[name] for name in ("pairs", "edges", "components"))
    if said is None:
        return [Comparison(what, "R, package CooRTweet", "CPU seconds", ours, None, why)]
    seconds, *theirs = said.split()
    agree = "the same" if tuple(map(int, theirs)) == counts else f"OTHER COUNTS ({', '.join(theirs)}):"
    note = f"{agree} {counts[0]:,} pairs, {counts[1]:,} edges, {counts[2]:,} components"
    return [Comparison(what, "R, package CooRTweet", "CPU seconds", ours, float(seconds), note)]
