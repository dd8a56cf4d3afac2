import re

import pandas as pd

from analysis.reading import fragments
from analysis.reading.figures_hosts import host_tiles


def test_text_from_tables_stays_text():
    assert fragments.escaped("a | b *c* {{ d }} <e> [f](g)") == r"a \| b \*c\* \{\{ d \}\} \<e\> \[f\](g)"
    assert fragments.escaped("two\nlines") == "two lines"
    assert fragments.escaped("between 5 % and 10 %, n % 2") == "between 5% and 10%, n % 2"


def test_dois_and_addresses_become_links():
    text = fragments.cited("Nobody* 2011, doi:10.1234/made.up; https://www.example.org/x_y (p. 3).")
    assert text == (
        r"Nobody\* 2011, [doi:10.1234/made.up](https://doi.org/10.1234/made.up); "
        "[example.org](https://www.example.org/x_y) (p. 3)."
    )


def test_the_head_of_a_fictional_table_says_so(release):
    name = next(name for name in release.names if name.startswith("synthetic_"))
    shown = fragments.table_block("| A | B |\n| --- | --- |\n| 1 | 2 |", release, name, "x.py").split("\n")
    assert shown[0] == "| [Fictional]{.fictional} A | B |"
    assert fragments.table_block("| A | B |", release, "claim_verdicts", "x.py").startswith("| A | B |")


def test_a_figure_has_two_pictures_with_text_and_its_provenance(release):
    drawing = host_tiles(release)
    block = fragments.figure_block(drawing, release)
    assert block.count(f":alt: {drawing.message}") == 2
    for origin in (
        "figures_hosts.py",
        "open__population_host_year.csv",
        release.fingerprint("population_host_year"),
        ".png",
    ):
        assert origin in block


def test_a_verdict_is_a_word():
    assert fragments.verdict_word("not_answerable") == "[not answerable]{.verdict .verdict-not-answerable}"


def test_numbers_are_aligned_right():
    assert fragments.pipe_table(("a", "b"), [("x", "1")], (1,)) == "| a | b |\n| --- | --: |\n| x | 1 |"
    brief, long = "s" * 60, "s" * 61
    assert fragments.pipe_table(("a", "b"), [(brief, long)]).endswith(f"| {brief} | [{long}]{{.roomy}} |")


def test_the_line_before_folded_checks_names_what_failed_and_what_was_not_judged():
    checks = pd.DataFrame(
        {"item_text": ["lx1", "lx1", "lx2"], "check_code": ["thin_floor_cell", "balance", "balance"],
         "is_passed": pd.array([False, True, None], dtype="boolean")}
    )  # fmt: skip
    said = fragments.checks_summary(checks, "a_table", lambda row: row.item_text, "the fictional world")
    plain = re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", said)
    assert (
        plain == "Of 3 checks of the fictional world, 1 failed and 1 could not be judged. Failed: lx1: thin floor cell."
    )
    good = fragments.checks_summary(checks[1:2], "a_table", lambda row: row.item_text)
    assert re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", good) == "Of 1 checks, 0 failed."


def test_what_was_not_judged_is_not_called_passed():
    assert [fragments.outcome_word(one) for one in (True, False, None, pd.NA)] == [
        "passed", "**failed**", "*not judged*", "*not judged*",
    ]  # fmt: skip
