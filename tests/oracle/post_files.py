"""Shares, labels and annotations that the oracle tests share; no test of its own."""

import csv
import warnings

import numpy as np
import pandas as pd

from analysis.estimators.coordination import Shares
from tests.oracle.survey_files import external, own_columns


def as_shares(objects, accounts, contents, times):
    things = pd.factorize(pd.Series([*objects, *contents], dtype=str))[0].astype(np.int64)
    n = len(objects)
    return Shares(
        things[:n],
        pd.factorize(pd.Series(accounts, dtype=str))[0].astype(np.int64),
        things[n:],
        np.asarray(times, dtype=float).astype(np.int64),
    )


def own_shares():
    c = own_columns("cosharing.csv")
    return as_shares(c["object_id"], c["account_id"], c["content_id"], c["timestamp"])


def r_table(name, inside):
    import rdata

    path = external(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rdata.read_rda(path)[inside].reset_index(drop=True)


def write_csv(path, columns):
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path
