"""What a formula may hold, and that nothing else is ever handed on."""

import numpy as np
import pandas as pd
import pytest

from analysis.commands import survey_file, table_file
from analysis.commands.formula import FUNCTIONS, columns_of
from analysis.commands.survey_file import design_matrix
from analysis.errors import InputError

FRAME = pd.DataFrame({"age": np.arange(1.0, 13.0), "g": list("abc") * 4, "a column": np.arange(12.0) ** 2 + 1})


@pytest.mark.parametrize(
    "formula",
    [
        "age", "age + g", "1 + age - g", "age*g", "age:g + g", "(age + g)^2", "(age + g)**2", "age/g", "C(g)",
        "C(g, contr.treatment('b'))", "C(g, contr.sum)", "C(g, levels=['a', 'b', 'c'])", "poly(age, 2)",
        "bs(age, df=4, degree=3)", "cs(age, df=4)", "log(age + 1)", "log(sqrt(age) * 2)", "scale(age) + center(age)",
        "`a column` + age", "standardize(age)", "exp(-age / 10)", "log(age**2 + 0.5)",
    ],
)  # fmt: skip
def test_formulas_of_columns_and_listed_functions_are_taken(formula):
    assert set(columns_of(formula)) <= set(FRAME.columns)
    assert len(design_matrix(FRAME, formula).names) >= 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_listed_function_is_one_that_the_package_knows(function):
    argument = {"C": "g", "poly": "age, 2"}.get(
        function, "age, df=4" if function in ("bs", "cr", "cs", "cc") else "age"
    )
    assert len(design_matrix(FRAME, f"{function}({argument})").names) >= 2


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("marker(age)", "a call of another function at character 1"),
        ("age + np.log(age)", "something that is no column, number or call at character 7"),
        ("{age}", "a sign that no formula has at character 1"),
        ("I(age)", "a call of another function at character 1"),
        ("log(age.real)", "something that is no column, number or call at character 5"),
        ("log(age)(age)", "something that does not belong"),
        ("log(marker(age))", "a call of another function at character 5"),
        ("log(age if g else age)", "something that does not belong at character 9"),
        ("C(g, levels=marker)", "something that is no number, text or list at character 13"),
        ("C(g, contr.marker)", "a coding of another kind"),
        ("age == 1", "something that"),
        ("age[0]", "something that is no column, number or call"),
        ("'text'", "something that is no column"),
        ("age +", "something that is no column, number or call at its end"),
        ("age ~ g", "a sign that no formula has at character 4"),
        ("age | g", "a sign that no formula has"),
        ("(age", "something that does not belong at its end"),
        ("age)", "something that does not belong at character 4"),
        ("age ** 9", "a power that is no whole number from 1 to 5"),
        ("age ** age", "a power that is no whole number"),
        ("poly(age, 99999)", "a number above 10000"),
        ("log(age ** 6)", "a power that is no"),
        ("log(lambda: age)", "something that does not belong"),
        ("1e3 + age", "something that does not belong"),
        ("age; g", "a sign that no formula has"),
        ("age\n@g", "a sign that no formula has"),
        ("", "something that is no column, number or call at its end"),
        ("(" * 30 + "age" + ")" * 30, "parentheses deeper than 20"),
        ("C(g, levels=" + "[" * 30 + "]" * 30 + ")", "parentheses deeper than 20"),
    ],
)
def test_everything_else_is_refused_in_one_sentence(formula, what):
    with pytest.raises(InputError) as caught:
        columns_of(formula)
    assert str(caught.value).startswith(f"--covariates cannot be parsed, it holds {what}")
    assert "\n" not in str(caught.value).replace(formula, "")


def test_a_formula_is_neither_long_nor_of_many_products():
    with pytest.raises(InputError, match="is 2001 characters long; write a formula of at most 2000"):
        columns_of("a" * 2001)
    columns_of("*".join("abcdefghi"))
    for formula in ("*".join("abcdefghij"), "((a+b)^5 + c)^5"):
        with pytest.raises(InputError, match=r"--covariates multiplies \d+ times .* at most 8: write terms out"):
            columns_of(formula)


def test_nothing_reaches_the_package_before_it_was_looked_at(monkeypatch):
    """Wherever a formula enters: the package would run what it is given."""
    monkeypatch.setattr(survey_file.formulaic, "Formula", lambda text: pytest.fail("was handed on"))
    for enter in (survey_file.formula_columns, survey_file.design_matrix):
        with pytest.raises(InputError, match="a call of another function"):
            enter(FRAME, "marker(age)")


def test_names_of_this_program_are_no_columns():
    with pytest.raises(InputError, match=r"column 'frame' .* is not in the file"):
        design_matrix(FRAME, "age + frame")


def test_a_file_that_would_not_fit_into_memory_is_refused(tmp_path, monkeypatch):
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    FRAME.to_csv(tmp_path / "a.csv.gz", index=False)
    FRAME.to_parquet(tmp_path / "a.parquet")
    names = ("a.csv", "a.csv.gz", "a.parquet")
    assert {len(table_file.read_rows(tmp_path / name)) for name in names} == {len(FRAME)}
    monkeypatch.setattr(table_file, "LARGEST", 40)
    for name in names:
        with pytest.raises(InputError, match=r"holds more than .*40 bytes"):
            table_file.read_rows(tmp_path / name)


def test_a_packed_file_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.limits.RATIO_FROM", 10)
    monkeypatch.setattr("analysis.limits.RATIO", 1)
    FRAME.to_csv(tmp_path / "a.csv.gz", index=False)
    with pytest.raises(InputError, match="unpacks to more than 1 times its size"):
        table_file.read_rows(tmp_path / "a.csv.gz")
