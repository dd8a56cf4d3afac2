import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.measures.margin_levels import answers_of, under_levels
from analysis.measures.margins import HEADER, read_margins
from analysis.measures.migrant_margins import CHILDREN, migrant_margins
from tests.studies import SHIPPED

AGES = {"0_4": 10, "5_11": 10, "12_17": 20, "18_59": 40, "60_plus": 20}
YOUNG, OLD = "18-24+25-34+35-44+45-59", "60+"


def stock(**changes):
    rows = [(host, year, sex, 1000) for host in ("DEU", "USA") for year in (2020, 2024) for sex in ("female", "male")]
    frame = pd.DataFrame(rows, columns=["host_iso3", "year", "sex_code", "migrants_n"])
    basis = {"stock_basis_code": "country_of_birth", "is_imputed": False, "source": "desa"} | changes
    return frame.assign(**basis)


def cells():
    rows = [
        ("DEU", sex, band, n * (2 if sex == "male" else 1)) for sex in ("female", "male") for band, n in AGES.items()
    ]
    rows += [("USA", sex, band, 0) for sex in ("female", "male") for band in AGES]
    rows += [("FRA", "male", "18_59", 100), ("FRA", "male", "60_plus", 0), ("DEU", "not_stated", "not_stated", 9)]
    return pd.DataFrame(rows, columns=["host_iso3", "sex_code", "age_band_code", "persons_n"]).assign(source="unhcr")


def test_adults_are_the_migrants_in_the_share_of_adults_among_the_registered():
    made = migrant_margins(stock(), cells(), {"DEU": "Germany"})
    assert {row.level: row.total for row in made.rows} == {
        f"Germany:m:{YOUNG}": 400,
        f"Germany:m:{OLD}": 200,
        f"Germany:f:{YOUNG}": 400,
        f"Germany:f:{OLD}": 200,
    }
    assert {row.source for row in made.rows} == {"desa; unhcr"}
    assert made.notes == (CHILDREN,)


def test_a_host_without_ages_is_refused_or_gets_those_of_all_hosts_and_says_so():
    with pytest.raises(InputError, match="USA, whose ages UNHCR does not break down"):
        migrant_margins(stock(), cells(), {"USA": "United States"})
    made = migrant_margins(stock(), cells(), {"USA": "United States"}, is_pooled=True)
    men = {row.level: row.total for row in made.rows if ":m:" in row.level}
    assert men == {
        f"United States:m:{YOUNG}": round(1000 * 180 / 300),
        f"United States:m:{OLD}": round(1000 * 40 / 300),
    }
    assert made.notes == (
        CHILDREN,
        "USA: ages are those of all hosts together",
    )


def test_what_a_count_rests_on_is_noted():
    made = migrant_margins(stock(stock_basis_code="citizenship", is_imputed=True), cells(), {"DEU": "Germany"})
    assert len(made.notes) == 3


@pytest.mark.parametrize(
    ("hosts", "message"),
    [({"XXX": "Nowhere"}, "names XXX"), ({"DEU": "There", "USA": "There"}, "one name to two hosts")],
)
def test_hosts_that_cannot_be_are_refused(hosts, message):
    with pytest.raises(InputError, match=message):
        migrant_margins(stock(), cells(), hosts)


def test_a_level_may_hold_several_answers_and_an_open_band_keeps_its_sign():
    assert answers_of(YOUNG) == ("18-24", "25-34", "35-44", "45-59")
    assert (answers_of("60+"), answers_of("45-59+60+"), answers_of("60++45-59")) == (
        ("60+",), ("45-59", "60+"), ("60+", "45-59"))  # fmt: skip
    held = under_levels(pd.Series(["25-34", "60+", ".refused"]), [YOUNG, OLD])
    assert held.tolist() == [YOUNG, OLD, ".refused"]


def margins_file(path, *levels):
    rows = [("sc2:sc4:sc3", level, "5", "somebody", "somewhere") for level in levels]
    pd.DataFrame(rows, columns=list(HEADER)).to_csv(path, index=False)
    return path


def test_an_answer_in_two_levels_is_refused_with_its_line(tmp_path):
    read_margins(margins_file(tmp_path / "good.csv", f"A:m:{YOUNG}", "A:m:60+", f"B:m:{YOUNG}"), SHIPPED.margins)
    with pytest.raises(InputError, match=r"line 2, column level: .*one level only"):
        read_margins(margins_file(tmp_path / "bad.csv", f"A:m:{YOUNG}", "B:m:25-34"), SHIPPED.margins)
