"""The protection frame: Afghans under UNHCR's mandate by host, with its breaks and its unbroken-down zeros told apart.

UNHCR counts people under protection, not a diaspora: the naturalised, special-visa holders and parolees stand outside.
"""

import pandas as pd


def protected_by_year(population: pd.DataFrame, breaks: pd.DataFrame) -> pd.DataFrame:
    """Add who is under protection, and with asylum-seekers who is registered; mark the breaks of a series.

    Parameters
    ----------
    population : DataFrame
        Table `unhcr_population_host_year`.
    breaks : DataFrame
        Table `series_breaks`: host and first year after each documented break.

    Returns
    -------
    DataFrame
        Table `population_host_year`.
    """
    protected = population.refugees_n + population.other_protection_n.fillna(0)
    marked = population.assign(protected_n=protected, registered_n=protected + population.asylum_seekers_n).merge(
        breaks.drop(columns="source"), on=["host_iso3", "year"], how="left", validate="one_to_one"
    )
    return marked.assign(is_series_break=marked.series_break_note.notna())


def disaggregation(cells: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """How far each host's total is broken down by sex and by age.

    Parameters
    ----------
    cells : DataFrame
        Table `unhcr_population_host_sex_age`: zeros as printed.
    population : DataFrame
        Table `population_host_year`, for the hosts' names.

    Returns
    -------
    DataFrame
        Table `population_host_disaggregation`: `full` when everybody has a sex and an age band, `none` when nobody has
        a sex, `partial` otherwise.
    """
    is_sex_known, is_age_known = cells.sex_code != "not_stated", cells.age_band_code != "not_stated"
    counts = cells.assign(
        sex_known_n=cells.persons_n.where(is_sex_known, 0), age_known_n=cells.persons_n.where(is_age_known, 0)
    )
    hosts = counts.groupby(["host_iso3", "year", "source"], as_index=False)[
        ["persons_n", "sex_known_n", "age_known_n"]
    ].sum()
    hosts = hosts.merge(population[["host_iso3", "year", "host_name"]], on=["host_iso3", "year"], validate="one_to_one")
    code = pd.Series("partial", index=hosts.index)
    code[hosts.age_known_n == hosts.persons_n] = "full"
    code[hosts.sex_known_n == 0] = "none"
    return hosts.assign(
        registered_n=hosts.persons_n,
        sex_known_share=(hosts.sex_known_n / hosts.persons_n).astype("float64"),
        age_known_share=(hosts.age_known_n / hosts.persons_n).astype("float64"),
        disaggregation_code=code,
    ).drop(columns=["persons_n", "sex_known_n", "age_known_n"])


def without_false_zeros(cells: pd.DataFrame, hosts: pd.DataFrame) -> pd.DataFrame:
    """Empty every zero that may stand for 'not disaggregated'.

    A zero is a count only where the host's whole total is broken down; the residual without sex and age is always one.

    Parameters
    ----------
    cells : DataFrame
        Table `unhcr_population_host_sex_age`.
    hosts : DataFrame
        Table `population_host_disaggregation`.

    Returns
    -------
    DataFrame
        Table `population_host_sex_age`.
    """
    level = cells.host_iso3.map(hosts.set_index("host_iso3").disaggregation_code)
    is_doubtful = (cells.persons_n == 0) & (level != "full") & (cells.sex_code != "not_stated")
    status = pd.Series("reported", index=cells.index).mask(is_doubtful, "not_disaggregated")
    return cells.assign(persons_n=cells.persons_n.mask(is_doubtful), persons_status_code=status)


def frames_side_by_side(stock: pd.DataFrame, by_year: pd.DataFrame) -> pd.DataFrame:
    """Migrants from Afghanistan beside persons under protection, in the last year that both sources count.

    Parameters
    ----------
    stock : DataFrame
        Table `migrant_stock`: women and men.
    by_year : DataFrame
        Table `population_host_year`.

    Returns
    -------
    DataFrame
        Table `diaspora_frames`: hosts that both sources have in that year.
    """
    year = max(set(stock.year) & set(by_year.year))
    of_host = ["host_iso3", "year", "stock_basis_code", "has_refugees_added", "is_imputed", "source"]
    migrants = stock[stock.year == year].groupby(of_host, as_index=False).migrants_n.sum()
    protected = by_year[by_year.year == year][["host_iso3", "host_name", "protected_n", "source"]]
    both = migrants.merge(protected, on="host_iso3", suffixes=("", "_protected"), validate="one_to_one")
    ratio = both.protected_n / both.migrants_n.where(both.migrants_n > 0)
    sources = both.source + "; " + both.source_protected
    return both.assign(protected_to_migrants_ratio=ratio.astype("float64"), source=sources).drop(
        columns="source_protected"
    )
