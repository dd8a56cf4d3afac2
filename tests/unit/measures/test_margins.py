import pytest

from analysis.errors import InputError
from analysis.measures.margins import coverage, read_margins
from tests.studies import SHIPPED

MARGINS = SHIPPED.margins

GOOD = """variable,level,total,population,source
sc2:sc4:sc3,Here:f:18-24,30,everybody,an office
sc2:sc4:sc3,Here:m:18-24,20,everybody,an office
"""


def written(tmp_path, text):
    path = tmp_path / "margins.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_cells_are_taken_apart(tmp_path):
    rows = read_margins(written(tmp_path, GOOD), MARGINS)
    assert rows[["sc2", "sc4", "sc3", "total"]].to_numpy().tolist() == [
        ["Here", "f", "18-24", 30.0],
        ["Here", "m", "18-24", 20.0],
    ]
    assert coverage(rows, MARGINS).population_text.tolist() == ["everybody"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sc2:sc4:sc3,Here:m", "sc2,Here:m", r"line 3, column variable: got 'sc2'; cross sc2:sc4:sc3"),
        ("Here:m:18-24", "Here:m", r"line 3, column level: got 'Here:m'"),
        ("Here:m:18-24", "Here:f:18-24", r"line 3, column level: got 'Here:f:18-24'; give every cell once"),
        (",20,", ",-1,", r"line 3, column total: got '-1'; a total is a number of 0 or more"),
        (",20,", ",many,", r"line 3, column total: got 'many'"),
        ("20,everybody", "20,", r"line 3, column population: got ''; say whom"),
        ("total", "count", r"no column 'total'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(InputError, match=message):
        read_margins(written(tmp_path, GOOD.replace(old, new, 1)), MARGINS)


def test_margins_of_nobody_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="adds up to 0"):
        read_margins(written(tmp_path, GOOD.replace(",30,", ",0,").replace(",20,", ",0,")), MARGINS)
    with pytest.raises(InputError, match=r"margins.csv: No such file"):
        read_margins(tmp_path / "margins.csv.not" / "margins.csv", MARGINS)
