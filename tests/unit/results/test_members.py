"""Digests of who stands behind a release: everything that rows say counts, and nothing of it can be read."""

import pandas as pd

from analysis.results.members import digest, post_members, survey_members
from analysis.schemas import TABLES
from analysis.store import canonical
from tests.studies import SHIPPED
from tests.unit.results.surveys import responses


def members(rows, excluded=()):
    is_out = pd.Series({name: name in excluded for name in rows.respondent_pseudonym})
    return survey_members(SHIPPED, rows, is_out)


def content(found):
    return found.drop_duplicates("member_digest").set_index("member_digest").content_digest


def test_every_group_that_a_number_may_be_about_is_named():
    found = members(responses(40))
    canonical(found, TABLES["synthetic_release_members"])
    kinds = {group.partition(" = ")[0] for group in found.member_group_text}
    assert kinds == {
        "all",
        "host",
        "cohort",
        "language",
        "sample",
        "mode",
        "ballot_version",
        "service_household",
        "screen",
    }
    assert (found.member_group_text == "host = Host A").sum() == 20


def test_an_answer_that_changes_changes_one_member_and_a_new_order_of_columns_nobody():
    rows = responses(40)
    changed = rows.copy()
    changed.loc[7, "ta1"] = "very_favourable"
    differs = content(members(rows)) != content(members(changed))
    assert differs[differs].index.tolist() == [digest(rows.respondent_pseudonym[7])]
    assert members(rows[sorted(rows.columns)]).equals(members(rows))


def test_the_screen_is_a_group():
    rows = responses(40)
    found = members(rows, excluded=[rows.respondent_pseudonym[3]])
    assert (found.member_group_text == "screen = True").sum() == 1


def test_no_pseudonym_and_no_answer_is_in_the_table():
    rows = responses(40)
    text = members(rows).to_csv()
    assert not any(name in text for name in rows.respondent_pseudonym)
    assert "f,18-24" not in text


def posts(label="against"):
    table = pd.DataFrame({"post_pseudonym": ["p1", "p2", "p3"], "channel_pseudonym": ["a", "a", "b"],
                          "account_kind_code": "consented", "language_code": ["fa", "en", "fa"],
                          "week_index": pd.array([0, 9, None], "Int64")})  # fmt: skip
    frames = pd.DataFrame({"post_pseudonym": ["p1", "p3"], "frame_code": ["NU", "FE"], "is_negated": False})
    labels = pd.DataFrame({"post_pseudonym": ["p3"], "coder_text": ["x"], "stance_label_code": [label]})
    return {"posts": table, "frames": frames, "labels": labels}


def test_accounts_stand_in_kinds_languages_periods_and_frames():
    found = post_members(posts())
    mine = set(found[found.member_digest == digest("a")].member_group_text)
    assert mine == {"consented", "consented, language = fa", "consented, language = en", "consented, period = 0",
                    "consented, period = 2", "consented, frame = NU"}  # fmt: skip


def test_a_label_changes_the_account_whose_post_it_is():
    differs = content(post_members(posts())) != content(post_members(posts("neutral")))
    assert differs[differs].index.tolist() == [digest("b")]
