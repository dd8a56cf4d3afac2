"""The auditor's linear programs find what careless suppression leaves open, from the released files alone."""

import json

import pandas as pd
import pytest

from analysis.disclosure.audit.reconstruction import reconstruction
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
