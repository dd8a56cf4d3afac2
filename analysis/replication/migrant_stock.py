"""People born in Afghanistan, or holding its nationality, by country of residence and sex: the estimates of UN DESA.

Aggregates as published. The series counts migrants and not persons under protection: who naturalised is in it where
countries count by birth, children born abroad are not.
"""

import pandas as pd

from analysis.replication.figures import r_frame
from analysis.replication.files import Source

FIRST_YEAR = 1990


def by_host(data: bytes, source: Source) -> pd.DataFrame:
    """Table `migrant_stock`: host, year and sex, with what the host's count rests on.

    Parameters
    ----------
    data : bytes
        `undesa_stocks.rda` of the R package gdidata.
    source : Source
        Where the bytes come from.
    """
    rows = r_frame(data, "undesa_stocks")
    chosen = rows[(rows["from"] == "AFG") & (rows.t >= FIRST_YEAR) & rows.geo.str.fullmatch("[A-Z]{3}")]
    kept = pd.DataFrame(
        {
            "host_iso3": chosen.geo.astype(str),
            "year": chosen.t.astype("int64"),
            "sex_code": chosen.sex.astype(str),
            "migrants_n": chosen.n.astype("int64"),
            "stock_basis_code": _basis(chosen),
            "has_refugees_added": chosen.type_r.astype("bool"),
            "is_imputed": chosen.type_i.astype("bool"),
        }
    )
    return kept.assign(source=source.citation).reset_index(drop=True)


def _basis(rows: pd.DataFrame) -> "pd.Series[str]":
    """What the host's count rests on; where it uses both, the births are the base and citizens fill gaps."""
    basis = pd.Series("not_stated", index=rows.index)
    return basis.mask(rows.type_c == 1, "citizenship").mask(rows.type_b == 1, "country_of_birth")
