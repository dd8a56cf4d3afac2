from analysis.reading import fragments
from analysis.reading.figures_register import register_tiles


def test_text_from_tables_stays_text():
    assert fragments.escaped("a | b *c* {{ d }} <e> [f](g)") == r"a \| b \*c\* \{\{ d \}\} \<e\> \[f\](g)"
    assert fragments.escaped("two\nlines") == "two lines"
    assert fragments.escaped("between 5 % and 10 %, n % 2") == "between 5\u00a0% and 10\u00a0%, n % 2"


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
    drawing = register_tiles(release)
    block = fragments.figure_block(drawing, release)
    assert block.count(f":alt: {drawing.alt}") == 2
    for origin in ("figures_register.py", "open__claim_verdicts.csv", release.fingerprint("claim_verdicts"), ".png"):
        assert origin in block


def test_a_verdict_is_a_word():
    assert fragments.verdict_word("not_answerable") == "[not answerable]{.verdict .verdict-not-answerable}"


def test_numbers_are_aligned_right():
    assert fragments.pipe_table(("a", "b"), [("x", "1")], (1,)) == "| a | b |\n| --- | --: |\n| x | 1 |"
    brief, long = "s" * 60, "s" * 61
    assert fragments.pipe_table(("a", "b"), [(brief, long)]).endswith(f"| {brief} | [{long}]{{.roomy}} |")
