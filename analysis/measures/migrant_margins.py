"""Margins of a survey of Afghans abroad: UN DESA's migrants by host and sex, in the age bands that UNHCR registers.

No source has migrants by host, sex and age. The migrant stock gives host and sex; who is adult, and who is 60 or older,
is taken from the ages of those under UNHCR protection in the same host and of the same sex. Children born in the host
are among those, and no migrants: the totals of adults come out too low, most where there are many such children.
UNHCR's band from 18 to 59 is not split: the level joins the survey's bands.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import InputError

BANDS = {"18_59": "18-24+25-34+35-44+45-59", "60_plus": "60+"}
LETTERS = {"male": "m", "female": "f"}
CHILDREN = "registered ages include children born in the host, who are no migrants: totals of adults are low"
AGES = ("0_4", "5_11", "12_17", "18_59", "60_plus")


@dataclass(frozen=True)
class Total:
    """One row of a margins file."""

    level: str
    total: int
    population: str
    source: str


@dataclass(frozen=True)
class MigrantMargins:
    """Rows in the order of hosts as asked for, and what a reader has to know about single hosts."""

    rows: tuple[Total, ...]
    notes: tuple[str, ...]


def migrant_margins(
    stock: pd.DataFrame, cells: pd.DataFrame, hosts: dict[str, str], *, is_pooled: bool = False
) -> MigrantMargins:
    """Totals of adults by host, sex and age band.

    Parameters
    ----------
    stock : DataFrame
        Table `migrant_stock`; its last year is used.
    cells : DataFrame
        Table `unhcr_population_host_sex_age`.
    hosts : dict
        ISO3 code → the host's name in the survey's answers.
    is_pooled : bool
        Hosts whose ages UNHCR does not break down get the ages of all hosts together.

    Raises
    ------
    InputError
        A host that the migrant stock does not have, a name given twice, or a host without ages and no pooling.
    """
    if len(set(hosts.values())) < len(hosts):
        raise InputError("--hosts gives one name to two hosts; name every host as the survey does")
    last = stock[stock.year == stock.year.max()]
    ages = cells[cells.age_band_code.isin(AGES) & cells.sex_code.isin(LETTERS)]
    pooled = ages.groupby(["sex_code", "age_band_code"]).persons_n.sum()
    rows: list[Total] = []
    notes: list[str] = []
    for code, name in hosts.items():
        own = last[last.host_iso3 == code].set_index("sex_code")
        if own.empty or not set(LETTERS) <= set(own.index):
            raise InputError(f"--hosts names {code}; the migrant stock has {', '.join(sorted(set(last.host_iso3)))}")
        counted = ages[ages.host_iso3 == code].groupby(["sex_code", "age_band_code"]).persons_n.sum()
        has_ages = all(any(counted.get((sex, band), 0) > 0 for band in AGES) for sex in LETTERS)
        if not has_ages and not is_pooled:
            raise InputError(
                f"--hosts names {code}, whose ages UNHCR does not break down; leave it out, or --pool-ages"
            )
        rows += _host_rows(name, own, counted if has_ages else pooled, cells.source.iloc[0], has_ages=has_ages)
        notes += _notes(code, own, has_ages=has_ages)
    return MigrantMargins(tuple(rows), (CHILDREN, *notes))


def _host_rows(name: str, own: pd.DataFrame, ages: "pd.Series[int]", age_source: str, *, has_ages: bool) -> list[Total]:
    whose = "persons under UNHCR protection there" if has_ages else "persons under UNHCR protection in all hosts"
    rows = []
    for sex, letter in LETTERS.items():
        everybody = int(np.sum([ages.get((sex, band), 0) for band in AGES]))
        population = f"migrants from Afghanistan, {name}, middle of {own.year[sex]}; adults by the ages of {whose}"
        for band, level in BANDS.items():
            share = int(ages.get((sex, band), 0)) / everybody
            total = round(int(own.migrants_n[sex]) * share)
            rows.append(Total(f"{name}:{letter}:{level}", total, population, f"{own.source[sex]}; {age_source}"))
    return rows


def _notes(code: str, own: pd.DataFrame, *, has_ages: bool) -> list[str]:
    basis, found = own.stock_basis_code.iloc[0], []
    if basis != "country_of_birth":
        found.append(f"{code}: counted by {basis.replace('_', ' ')}; who naturalised is not in it")
    if own.is_imputed.any():
        found.append(f"{code}: estimated by UN DESA from other countries")
    if not has_ages:
        found.append(f"{code}: ages are those of all hosts together")
    return found
