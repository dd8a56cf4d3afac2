"""The auditor's linear programs find what careless suppression leaves open, from the released files alone."""

import json

import pandas as pd
import pytest

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.reconstruction import kept_counts, reconstruction, what_is_known
from analysis.disclosure.tabular import protect_frequencies
from analysis.schemas.publish import frictionless_resource
from tests.unit.disclosure.test_tabular import BASE, INNER, MINIMUM, TABLE, with_margins


def written(folder, frame):
    path = folder / f"{TABLE.name}.csv"
    frame.to_csv(path, index=False)
    resource = frictionless_resource(TABLE, path.name, "0" * 64, 1)
    (folder / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    return folder


def rounded(counts):
    return ((counts + BASE // 2) // BASE * BASE).astype("Int64")


def test_what_the_gate_protects_withstands(tmp_path):
    frames = protect_frequencies({TABLE.name: with_margins(INNER)}, {TABLE.name: TABLE}, MINIMUM, BASE).frames
    assert reconstruction(written(tmp_path, frames[TABLE.name]), MINIMUM, BASE) == []


def test_primary_suppression_alone_gives_the_cell_away(tmp_path):
    """The mutant: only the small cell is hidden, and its row total says that it is small."""
    frame = with_margins(INNER)
    frame["members_n"] = rounded(frame.members_n).mask(frame.members_n < MINIMUM)
    found = reconstruction(written(tmp_path, frame), MINIMUM, BASE)
    assert [finding.text for finding in found] == ["the hidden frequency of answer x, place a is known to lie below 10"]


def test_unrounded_tables_give_the_exact_value_away(tmp_path):
    frame = with_margins(INNER)
    frame["members_n"] = frame.members_n.astype("Int64").mask(frame.members_n < MINIMUM)
    found = reconstruction(written(tmp_path, frame), MINIMUM, 1)
    assert [finding.text for finding in found] == ["the hidden frequency of answer x, place a can only be 3"]


def test_frequencies_that_contradict_each_other_are_found(tmp_path):
    frame = with_margins(INNER)
    frame["members_n"] = rounded(frame.members_n).mask(frame.members_n < MINIMUM)
    frame.loc[frame.place.eq("all") & frame.answer.eq("all"), "members_n"] = 5000
    found = reconstruction(written(tmp_path, frame), MINIMUM, BASE)
    assert [finding.text for finding in found] == ["the published frequencies contradict each other"]


@pytest.mark.parametrize("kind", ["estimate", "published_figure"])
def test_other_kinds_of_output_are_not_frequencies(tmp_path, kind):
    folder = written(tmp_path, with_margins(INNER).assign(members_n=pd.NA))
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"][0]["outputKind"] = kind
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert reconstruction(folder, MINIMUM, BASE) == []


class TestKnowledge:
    """What the auditor takes from the files, cell by cell."""

    A_X = ("members: members_n", (("answer", "x"), ("place", "a")))

    def known(self, folder, value, **options):
        frame = with_margins(INNER)
        frame["members_n"] = rounded(frame.members_n)
        frame.loc[(frame.place == "a") & (frame.answer == "x"), "members_n"] = value
        return what_is_known([written(folder, frame)], MINIMUM, BASE, **options)

    def test_a_shown_count_lies_within_its_rounding(self, tmp_path):
        known = self.known(tmp_path, 20)
        assert (known.low[self.A_X], known.high[self.A_X]) == (18.0, 22.0)
        assert known.hidden == {}

    def test_a_shown_count_is_no_smaller_than_the_threshold(self, tmp_path):
        known = self.known(tmp_path, 10)
        assert (known.low[self.A_X], known.high[self.A_X]) == (10.0, 12.0)

    def test_a_kept_count_may_have_moved_by_less_than_the_threshold(self, tmp_path):
        known = self.known(tmp_path, 20, kept={(self.A_X, 20)})
        assert (known.low[self.A_X], known.high[self.A_X]) == (13.0, 27.0)
        assert self.known(tmp_path, 20, kept={(self.A_X, 25)}).high[self.A_X] == 22.0

    def test_a_hidden_count_is_anything(self, tmp_path):
        known = self.known(tmp_path, pd.NA)
        assert (known.low[self.A_X], known.high[self.A_X]) == (0.0, float("inf"))
        assert known.hidden == {self.A_X: "by_place_and_answer.csv"}

    def test_a_second_release_narrows_the_first(self, tmp_path):
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        self.known(tmp_path / "one", 20)
        self.known(tmp_path / "two", 25)
        known = what_is_known([tmp_path / "one", tmp_path / "two"], MINIMUM, 10)
        assert (known.low[self.A_X], known.high[self.A_X]) == (20.0, 24.0)

    def test_totals_are_the_sums_of_their_parts(self, tmp_path):
        known = self.known(tmp_path, 20)
        subject = "members: members_n"
        equations = {(whole, tuple(sorted(parts))) for whole, parts in known.equations}
        parts = tuple((subject, (("answer", answer), ("place", "a"))) for answer in "xy")
        assert ((subject, (("place", "a"),)), parts) in equations
        assert ((subject, ()), tuple((subject, (("answer", answer),)) for answer in "xy")) in equations
        # Three places and the whole by answer, two answers and the whole by place.
        assert len(known.equations) == 4 + 3

    def test_a_total_that_no_file_shows_is_anything(self, tmp_path):
        frame = with_margins({("a", "x"): 20, ("b", "x"): 30})
        known = what_is_known([written(tmp_path, frame[frame.place != "all"])], MINIMUM, BASE)
        unseen = ("members: members_n", (("answer", "x"),))
        assert (known.low[unseen], known.high[unseen]) == (0.0, float("inf"))
        assert unseen not in known.hidden

    def test_every_count_of_earlier_releases_is_collected(self, tmp_path):
        frame = with_margins({("a", "x"): 20, ("a", "y"): 30})
        frame["members_n"] = frame.members_n.astype("Int64").mask(frame.answer == "y")
        subject = "members: members_n"
        assert kept_counts([written(tmp_path, frame)]) == {
            (self.A_X, 20),
            ((subject, (("place", "a"),)), 50),
            ((subject, (("answer", "x"),)), 20),
            ((subject, ()), 50),
        }
        assert kept_counts([]) == set()


def test_two_rows_that_hide_one_cell_each_are_safe_from_a_gap_of_one(tmp_path):
    """A hidden cell that may be one of two numbers is not pinned; one that may be none but one is."""
    frame = with_margins({("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60})
    exact = frame.members_n.astype("Int64").mask((frame.place == "a") & (frame.answer == "x"))
    found = reconstruction(written(tmp_path, frame.assign(members_n=exact)), 1, 1)
    assert found == [
        Finding("reconstruction", "by_place_and_answer.csv", "the hidden frequency of answer x, place a can only be 3")
    ]
    wide = reconstruction(written(tmp_path, frame.assign(members_n=exact)), 1, 2)
    assert wide == []


def test_a_hidden_total_is_called_the_total(tmp_path):
    frame = with_margins({("a", "x"): 20, ("b", "x"): 30})
    frame = frame.assign(
        members_n=frame.members_n.astype("Int64").mask((frame.place == "all") & (frame.answer == "all"))
    )
    found = reconstruction(written(tmp_path, frame), 1, 1)
    assert [finding.text for finding in found] == ["the hidden frequency of the total can only be 50"]


def test_an_unbounded_hidden_cell_is_safe(tmp_path):
    frame = with_margins({("a", "x"): 20, ("b", "x"): 30})
    hidden = (frame.place != "b") & (frame.answer == "x") | (frame.answer == "all") & (frame.place != "b")
    frame = frame.assign(members_n=frame.members_n.astype("Int64").mask(hidden))
    assert reconstruction(written(tmp_path, frame), MINIMUM, 1) == []
