import pandas as pd

from analysis.measures.population import disaggregation, protected_by_year, without_false_zeros


def population(**changes):
    row = {
        "host_iso3": "AAA", "host_name": "A", "region_name": "R", "year": 2025, "refugees_n": 90,
        "asylum_seekers_n": 10,
        "other_protection_n": pd.NA, "source": "s",
    }  # fmt: skip
    return pd.DataFrame([{**row, **changes}]).astype({"other_protection_n": "Int64"})


def breaks(year):
    return pd.DataFrame([{"host_iso3": "AAA", "year": year, "series_break_note": "counted anew", "source": "s"}])


def cells(female, male, rest, *, unknown_age=0):
    rows = [
        ("female", "18_59", female),
        ("male", "18_59", male),
        ("male", "not_stated", unknown_age),
        ("not_stated", "not_stated", rest),
    ]
    frame = pd.DataFrame(rows, columns=["sex_code", "age_band_code", "persons_n"]).assign(
        host_iso3="AAA", year=2025, source="s"
    )
    return frame.astype({"persons_n": "Int64"})


def level(frame):
    return disaggregation(frame, population()).iloc[0]


def test_an_unreported_category_counts_as_nothing():
    assert protected_by_year(population(), breaks(2020)).protected_n.tolist() == [90]
    assert protected_by_year(population(other_protection_n=7), breaks(2020)).protected_n.tolist() == [97]


def test_who_waits_for_a_decision_is_registered_and_not_protected():
    row = protected_by_year(population(other_protection_n=7), breaks(2020)).iloc[0]
    assert row.registered_n - row.protected_n == row.asylum_seekers_n == 10


def test_a_break_is_marked_in_its_own_year_only():
    marked = protected_by_year(pd.concat([population(), population(year=2024)]), breaks(2025))
    assert marked.set_index("year").is_series_break.to_dict() == {2025: True, 2024: False}


def test_levels_of_disaggregation():
    assert level(cells(40, 60, 0)).disaggregation_code == "full"
    assert level(cells(40, 30, 30)).disaggregation_code == "partial"
    assert level(cells(40, 30, 0, unknown_age=30)).disaggregation_code == "partial"
    assert level(cells(0, 0, 100)).disaggregation_code == "none"


def test_shares_of_known_sex_and_age():
    host = level(cells(40, 30, 20, unknown_age=10))
    assert (host.sex_known_share, host.age_known_share) == (0.8, 0.7)


def status(frame):
    told = without_false_zeros(frame, disaggregation(frame, population()))
    assert (told.persons_n.isna() == (told.persons_status_code == "not_disaggregated")).all()
    return told.persons_status_code.tolist()


def test_a_zero_is_a_count_only_where_everybody_is_broken_down():
    assert status(cells(0, 100, 0)) == ["reported"] * 4
    assert status(cells(0, 70, 30)) == ["not_disaggregated", "reported", "not_disaggregated", "reported"]
    assert status(cells(0, 0, 100)) == ["not_disaggregated"] * 3 + ["reported"]
