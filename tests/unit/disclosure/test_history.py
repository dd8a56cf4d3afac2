"""Withdrawals between two releases: what the files say together speaks of no small group."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.audit.differencing import differencing, earlier_releases
from analysis.disclosure.audit.reconstruction import reconstruction
from analysis.disclosure.history import archive_release, held, load_history, load_verdicts
from analysis.disclosure.tabular import protect_frequencies
from analysis.errors import DisclosureError
from analysis.schemas import TABLES
from analysis.schemas.publish import frictionless_resource
from analysis.store import csv_bytes
from tests.unit.disclosure.test_tabular import BASE, MINIMUM, TABLE, with_margins

PERSONS = 600


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    monkeypatch.setitem(TABLES, TABLE.name, TABLE)


def people(seed):
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "place": generator.choice(list("abcd"), PERSONS, p=[0.5, 0.3, 0.17, 0.03]),
            "answer": generator.choice(["x", "y"], PERSONS, p=[0.8, 0.2]),
        }
    )


def counted(persons):
    inner = {(place, answer): 0 for place in "abcd" for answer in "xy"}
    inner |= persons.groupby(["place", "answer"]).size().to_dict()
    return with_margins({cell: int(n) for cell, n in inner.items()})


def released(folder, persons, history, protect=protect_frequencies):
    folder.mkdir(parents=True)
    frames = protect({TABLE.name: counted(persons)}, {TABLE.name: TABLE}, MINIMUM, BASE, load_history(history)).frames
    path = folder / f"{TABLE.name}.csv"
    frames[TABLE.name].to_csv(path, index=False)
    resource = frictionless_resource(TABLE, path.name, "0" * 64, 1)
    (folder / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("withdrawn", [1, 10])
@pytest.mark.parametrize("seed", range(4))
def test_withdrawals_between_two_releases_reveal_nobody(tmp_path, seed, withdrawn):
    history, persons = tmp_path / "history", people(seed)
    archive_release(released(tmp_path / "first", persons, history), history, "1")
    second = released(tmp_path / "second", persons.iloc[withdrawn:], history)
    assert differencing(second, history, MINIMUM, BASE) == []
    assert reconstruction(second, MINIMUM, BASE, earlier_releases(history)) == []


def test_a_gate_without_memory_is_caught(tmp_path):
    """The mutant: each release is protected as if it were the first."""

    def forgetful(frames, tables, minimum, base, earlier):
        return protect_frequencies(frames, tables, minimum, base)

    history = tmp_path / "history"
    found = []
    for seed in range(4):
        persons = people(seed)
        archive_release(released(tmp_path / f"a{seed}", persons, history), history, str(seed))
        second = released(tmp_path / f"b{seed}", persons.iloc[7:], history, forgetful)
        found += differencing(second, history, MINIMUM, BASE)
    assert any("fewer than 10 persons" in finding.text for finding in found)


def test_a_release_without_rounding_is_caught(tmp_path):
    """The other mutant: unrounded counts give one withdrawal away exactly."""
    history, persons = tmp_path / "history", people(1)

    def unrounded(frames, tables, minimum, base, earlier):
        return protect_frequencies(frames, tables, minimum, 1)

    archive_release(released(tmp_path / "first", persons, history, unrounded), history, "1")
    second = released(tmp_path / "second", persons.iloc[1:], history, unrounded)
    assert any("differs by 1" in finding.text for finding in differencing(second, history, MINIMUM, 1))


@settings(max_examples=50)
@given(st.lists(st.integers(2, 60), min_size=1, max_size=8))
def test_published_counts_stay_a_threshold_apart(counts):
    published = []
    for count in counts:
        published.append(held(count * BASE, published, MINIMUM))
    gaps = {abs(a - b) for a in published for b in published}
    assert all(gap == 0 or gap >= MINIMUM for gap in gaps)


def test_a_published_version_is_never_replaced(tmp_path):
    history = tmp_path / "history"
    first = released(tmp_path / "first", people(1), history)
    assert archive_release(first, history, "1") == [TABLE.name.replace("_", "-")]
    before = (history / "1" / f"{TABLE.name}.csv").read_bytes()
    with pytest.raises(DisclosureError, match="a published release is not replaced"):
        archive_release(released(tmp_path / "second", people(2), history), history, "1")
    assert (history / "1" / f"{TABLE.name}.csv").read_bytes() == before


def test_verdicts_of_earlier_releases_are_read_the_oldest_first(tmp_path):
    for version, day, verdict in (("0.10.0", "2031-01-01", "supported"), ("0.9.0", "2030-01-01", "inconclusive")):
        folder = tmp_path / version
        folder.mkdir()
        rows = pd.DataFrame(
            [{"claim_id": "C01.1", "scope_code": "claim", "verdict_code": verdict, "verdict_reason": "x",
              "is_post_hoc": False, "low_points": None, "high_points": None, "intervals_text": None}]
        )  # fmt: skip
        (folder / "verdicts.csv").write_bytes(csv_bytes(rows, TABLES["claim_verdicts"]))
        resource = frictionless_resource(TABLES["claim_verdicts"], "verdicts.csv", "0" * 64, 1)
        package = {"created": f"{day}T00:00:00Z", "resources": [resource]}
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    found = load_verdicts(tmp_path)
    assert [one.version for one in found] == ["0.9.0", "0.10.0"]
    assert [one.verdicts.verdict_code[0] for one in found] == ["inconclusive", "supported"]
    assert load_verdicts(tmp_path / "empty") == []
