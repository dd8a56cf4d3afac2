"""Who came, left or changed, group by group: the gate holds, and the audit finds a gate that does not."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.audit.movement import movement
from analysis.disclosure.history import (
    Past,
    archive_evidence,
    archive_members,
    forget,
    held_evidence,
    hold,
    members_file,
    small_changes,
)
from analysis.errors import DisclosureError
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import canonical, parquet_bytes

TABLE = "synthetic_survey_estimates"
MEMBERS = TABLES["synthetic_release_members"]


def digest(number):
    return f"{number:032x}"


def members(people, corpus="survey"):
    """`people`: number → (what the rows say, groups)."""
    rows = [
        (corpus, digest(number), digest(content), group)
        for number, (content, groups) in people.items()
        for group in ("all", *groups)
    ]
    return pd.DataFrame(rows, columns=["corpus_code", "member_digest", "content_digest", "member_group_text"])


def study(n=400, *, without=(), edited=(), added=0):
    """Half in host A, half in host B; the last ten of everybody in host C."""
    people = {
        number: (number, (f"host = {'AB'[number % 2]}" if number < n - 10 else "host = C",)) for number in range(n)
    }
    people |= {number: (n + number, groups) for number, (_, groups) in people.items() if number in edited}
    people |= {1000 + number: (number, ("host = A",)) for number in range(added)}
    return members({number: one for number, one in people.items() if number not in without})


@pytest.mark.parametrize(
    ("changed", "groups"),
    [
        ({}, []),
        ({"without": [2]}, ["all", "host = A"]),
        ({"edited": [3]}, ["all", "host = B"]),
        ({"added": 9}, ["all", "host = A"]),
        ({"added": 10}, []),
        ({"without": range(0, 20, 2)}, []),
        ({"without": range(0, 20, 2), "edited": [31]}, ["all", "host = B"]),
        ({"without": range(10)}, ["host = A", "host = B"]),
        ({"without": [399]}, ["all", "host = the rest"]),
        ({"without": range(390, 400)}, []),
        ({"without": [2], "added": 9}, []),  # ten came or left in all, and all ten in A
        ({"edited": range(390), "without": [399]}, ["all", "host = the rest"]),
    ],
)
def test_a_change_of_few_is_found_in_every_group_that_shows_it(changed, groups):
    assert small_changes(study(), study(**changed), 10) == groups


def past(version, people, value):
    return Past(version, {TABLE: pd.DataFrame({"value": [value]})}, people)


def test_a_corpus_moves_as_a_whole_or_stays():
    moved = hold([past("1", study(), 1)], study(added=10), 10)
    assert (dict(moved.since), dict(moved.tables)) == ({}, {})
    assert len(moved.members) == len(study(added=10))
    held = hold([past("1", study(), 1)], study(without=[5]), 10)
    assert held.since == {"survey": "1"}
    assert held.tables[TABLE].value.tolist() == [1]
    assert len(held.members) == len(study())


def test_every_earlier_release_counts_and_the_last_is_kept():
    """Compared with the second alone ten came; the first shows that nine of them had been there before."""
    first, second = study(added=9), study()
    held = hold([past("1", first, 1), past("2", second, 2)], study(added=10), 10)
    assert held.since == {"survey": "2"}
    assert held.tables[TABLE].value.tolist() == [2]


def test_members_that_nobody_knows_hold_the_corpus():
    assert hold([past("1", None, 1)], study(), 10).since == {"survey": "1"}


def test_another_corpus_is_not_held():
    accounts = members({number: (number, ()) for number in range(20)}, "posts")
    found = hold([past("1", study(), 1)], pd.concat([study(without=[5]), accounts]), 10)
    assert found.since == {"survey": "1"}
    assert set(found.members.corpus_code) == {"survey", "posts"}


def evidence(low):
    row = ("E50_share", "vote", "all", "answer_share", 0.95, 0.4, low, 0.5, 400, True, True)
    names = [column.name for column in TABLES["vault_survey_evidence"].columns]
    return pd.DataFrame([row], columns=names)


def test_verdicts_on_a_corpus_that_stays_are_judged_by_what_its_release_was(tmp_path):
    """New rows beside held estimates: the verdict's interval would show that somebody went."""
    archive_members(study(), tmp_path, "vault", "1")
    archive_evidence({"survey": evidence(0.31)}, tmp_path, "vault", "1")
    kept = members_file(tmp_path, "vault", "1").with_name("vault_survey_evidence.parquet")
    assert kept.stat().st_mode & 0o777 == 0o600
    now = {"survey": evidence(0.29), "posts": evidence(0.29)}
    held = held_evidence(tmp_path, "vault", {"survey": "1"}, now)
    assert (held["survey"].robust_low.tolist(), held["posts"].robust_low.tolist()) == ([0.31], [0.29])
    assert held_evidence(tmp_path, "vault", {}, now)["survey"].robust_low.tolist() == [0.29]


def test_evidence_behind_a_release_that_is_kept_has_to_be_there(tmp_path):
    with pytest.raises(
        DisclosureError, match=r"vault_survey_evidence.parquet: not there, and the survey keeps the numb"
    ):
        held_evidence(tmp_path, "vault", {"survey": "1"}, {"survey": evidence(0.3)})


def test_members_of_a_real_study_lie_in_the_vault_and_are_read_by_nobody_else(tmp_path):
    path = archive_members(study(), tmp_path, "vault", "1")
    assert path == members_file(tmp_path, "vault", "1")
    assert path.relative_to(tmp_path).parts[:2] == ("data", "vault")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]
    assert archive_members(study(), tmp_path, "synthetic", "1").stat().st_mode & 0o777 == 0o644


def test_a_forgotten_member_still_counts_as_gone_and_is_found_no_more():
    kept = forget(study(), [digest(4)], np.random.default_rng(1))
    check(canonical(kept, MEMBERS), MEMBERS)
    assert digest(4) not in set(kept.member_digest) | set(kept.content_digest)
    assert small_changes(kept, study(without=[4]), 10) == ["all", "host = A"]
    assert len(kept) == len(study())


def released(folder, value, people, where):
    """A release with one table of the survey, and the file of who stands behind it."""
    folder.mkdir(parents=True)
    (folder / "table.csv").write_text(f"value\n{value}\n", encoding="utf-8")
    entry = {"name": TABLE, "path": "table.csv", "corpus": "survey"}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
    if people is not None:
        where.write_bytes(parquet_bytes(canonical(people, MEMBERS), MEMBERS))
    return where


@pytest.mark.parametrize(
    ("value", "now", "words"),
    [
        (1, {"without": [5]}, []),
        (2, {}, []),
        (2, {"added": 10}, []),
        (2, {"without": [4]}, ["in 2 group(s) fewer than 10 came or left"]),
        (2, {"edited": [5]}, ["in 2 group(s) fewer than 10 changed"]),
        (2, {"without": [399]}, ["in 2 group(s) fewer than 10 came or left"]),
    ],
)
def test_the_audit_finds_numbers_that_moved_with_few(tmp_path, value, now, words):
    before = released(tmp_path / "history/1", 1, study(), tmp_path / "before.parquet")
    after = released(tmp_path / "release", value, study(**now), tmp_path / "now.parquet")
    found = movement(tmp_path / "release", tmp_path / "history", {"1": before, "now": after}, 10)
    assert [finding.text for finding in found] == [f"1 table(s) moved since 1: {text}" for text in words]


def test_the_audit_trusts_no_movement_since_a_release_of_unknown_members(tmp_path):
    released(tmp_path / "history/1", 1, None, tmp_path / "none")
    after = released(tmp_path / "release", 2, study(), tmp_path / "now.parquet")
    found = movement(tmp_path / "release", tmp_path / "history", {"now": after}, 10)
    assert [finding.text for finding in found] == ["1 table(s) moved since 1: and nobody knows who stood behind it"]
