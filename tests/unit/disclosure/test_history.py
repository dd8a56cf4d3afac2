"""Withdrawals between two releases: what the files say together speaks of no small group."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.audit.differencing import differencing, earlier_releases
from analysis.disclosure.audit.findings import Finding
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


@pytest.mark.parametrize(
    ("count", "earlier", "shown"),
    [
        (20, [], 20),
        (20, [15], 15),
        (29, [20], 20),
        (30, [20], 30),
        (20, [29], 29),
        (20, [30], 20),
        (24, [15, 30], 30),
        (20, [15, 25], 25),
        (20, [25, 15], 15),
        (20, [20, 15], 20),
    ],
)
def test_the_nearest_published_count_is_held_and_of_two_the_later(count, earlier, shown):
    assert held(count, earlier, MINIMUM) == shown


def packaged(folder, frame, *, day="2030-01-01"):
    """A release of one frequency table, and of a table of texts that is not kept."""
    folder.mkdir(parents=True)
    notes = TABLES["series_breaks"]
    frame.to_csv(folder / "groups.csv", index=False)
    (folder / "notes.csv").write_text("made up\n", encoding="utf-8")
    resources = [
        frictionless_resource(TABLE, "groups.csv", "0" * 64, 1),
        frictionless_resource(notes, "notes.csv", "0" * 64, 1),
    ]
    package = {"created": f"{day}T00:00:00Z", "title": "Übung", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return folder


def test_the_archive_keeps_what_speaks_of_persons_and_nothing_else(tmp_path):
    release = packaged(tmp_path / "release", counted(people(1)))
    history = tmp_path / "history"
    (history / ".1").mkdir(parents=True)
    (history / ".1/left.csv").write_text("of an archive that was interrupted")
    assert archive_release(release, history, "1") == ["by-place-and-answer"]
    assert sorted(path.name for path in history.rglob("*")) == ["1", "datapackage.json", "groups.csv"]
    assert (history / "1/groups.csv").read_bytes() == (release / "groups.csv").read_bytes()
    kept = (history / "1/datapackage.json").read_text(encoding="utf-8")
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert kept == json.dumps(package | {"resources": package["resources"][:1]}, indent=2, ensure_ascii=False) + "\n"
    with pytest.raises(DisclosureError) as caught:
        archive_release(release, history, "1")
    assert str(caught.value) == (
        f"{history / '1'} exists; a published release is not replaced: raise the version in params.yaml"
    )


def test_earlier_frequencies_are_read_the_oldest_first(tmp_path, monkeypatch):
    first, second = counted(people(1)), counted(people(2))
    packaged(tmp_path / "1", first)
    packaged(tmp_path / "2", second)
    found = load_history(tmp_path)
    assert list(found) == [TABLE.name]
    assert [frame.members_n.tolist() for frame in found[TABLE.name]] == [
        first.members_n.tolist(), second.members_n.tolist(),
    ]  # fmt: skip
    monkeypatch.delitem(TABLES, TABLE.name)
    assert load_history(tmp_path) == {}


@pytest.mark.parametrize(("moved", "found"), [(0, 0), (1, 1), (9, 1), (10, 0)])
def test_a_change_below_the_threshold_is_named(tmp_path, moved, found):
    frame = with_margins({("a", "x"): 100, ("b", "x"): 200})
    packaged(tmp_path / "history/1", frame)
    later = frame.assign(members_n=frame.members_n.mask((frame.place == "a") & (frame.answer == "x"), 100 + moved))
    release = packaged(tmp_path / "release", later)
    told = differencing(release, tmp_path / "history", MINIMUM, 1)
    assert [finding for finding in told if "differs" in finding.text] == [
        Finding(
            "differencing", "datapackage.json",
            f"members: members_n of answer x, place a differs by {moved} from release 1: fewer than 10 persons",
        )
    ] * found  # fmt: skip


def test_a_changed_total_is_called_the_total_and_a_hidden_one_is_not_compared(tmp_path):
    frame = with_margins({("a", "x"): 100, ("b", "x"): 200})
    hidden = frame.assign(members_n=frame.members_n.astype("Int64").mask(frame.answer == "x"))
    packaged(tmp_path / "history/1", hidden)
    moved = hidden.assign(members_n=hidden.members_n.mask((frame.place == "all") & (frame.answer == "all"), 303))
    release = packaged(tmp_path / "release", moved)
    assert [finding.text for finding in differencing(release, tmp_path / "history", MINIMUM, 1)] == [
        "members: members_n of the total differs by 3 from release 1: fewer than 10 persons",
        "the hidden frequency of answer x can only be 303, given release 1",
    ]


def test_what_two_releases_pin_down_together_is_named_with_the_earlier_one(tmp_path):
    """What the first hides, the second shows; the other hidden answer may have been held, and stays open."""
    frame = with_margins({("a", "x"): 30, ("a", "y"): 40})
    by_answer = frame.answer.isin(["x", "y"])
    first = frame.assign(members_n=frame.members_n.astype("Int64").mask(by_answer))
    second = frame.assign(members_n=frame.members_n.astype("Int64").mask(by_answer & (frame.answer == "y")))
    packaged(tmp_path / "history/1", first)
    release = packaged(tmp_path / "release", second)
    assert differencing(release, tmp_path / "history", MINIMUM, 1) == [
        Finding("differencing", "groups.csv", f"the hidden frequency of {cell} can only be 30, given release 1")
        for cell in ("answer x", "answer x, place a")
    ]


def test_a_folder_without_a_package_is_no_release(tmp_path):
    packaged(tmp_path / "2", counted(people(1)))
    packaged(tmp_path / "1", counted(people(1)))
    (tmp_path / "notes").mkdir()
    assert [folder.name for folder in earlier_releases(tmp_path)] == ["1", "2"]
