"""A study of posts alone, from an empty vault to its own tables and book, by the commands that a team would type."""

import shutil

import pandas as pd
import pytest

from tests.pipeline.own_posts import FOUNDATIONS, furnish_posts, label_sheet
from tests.pipeline.vaults import SMALLER, outside_key

ANALYSIS = ("python", "-m", "analysis")
DRAW = ("draw", "--seed", "7", "--probability", "foundation=0.25", "--probability", "person=0.25", "--coder", "anna",
        "--coder", "omid")  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The whole way once; who reads it changes nothing."""
    from tests.pipeline.conftest import Project, made_through_run

    made_through_run()
    folder = tmp_path_factory.mktemp("posts")
    project = Project(folder / "project")
    key = outside_key(folder, project.folder)

    def done(*arguments):
        finished = project.run(*arguments, STUDY_KEY_FILE=str(key))
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    project.edit("params.yaml", "study: synthetic", "study: vault")
    for old, new in SMALLER.items():
        project.edit("params.yaml", old, new)
    said = {"new": done(*ANALYSIS, "new-study", "reach", "--has", "posts")}
    vault = furnish_posts(project.folder)
    said["check"] = done(*ANALYSIS, "check-study", "data/vault/study.yml")
    done(*ANALYSIS, "freeze-claims", "--own")
    done("repro", "admit_posts")
    said["draw"] = done(*ANALYSIS, "sheet", *DRAW)
    for coder in ("anna", "omid"):
        label_sheet(vault / f"sheets/{coder}.csv")
    said["import"] = done(*ANALYSIS, "sheet", "import")
    done("repro")
    project.said, project.done = said, done
    return project


def table(study, name):
    return pd.read_csv(study.folder / f"data/release/tables/open__{name}.csv", keep_default_na=False)


def page(study, name):
    return (study.folder / f"dist/book/{name}.html").read_text(encoding="utf-8")


def test_the_plan_says_what_seventy_weeks_can_conclude(study):
    assert "posts: weeks: 70, 2025-06-02 to 2026-10-04" in study.said["check"]
    assert "described only" in study.said["check"]


def test_every_number_is_under_the_studys_own_codes(study):
    shares = table(study, "vault_post_estimates")
    assert {"ED", "NONE", "RM", "RM or VI", "VI"} == set(shares.frames_text) - {""}
    assert set(shares.estimand_id) <= {"K60_frame_share", "K61_frame_change", "K62_stance_share", "K63_together"}
    prevalence = table(study, "vault_text_prevalence")
    assert set(prevalence.account_kind_code) == {"foundation", "person"}
    assert set(prevalence.stance_label_code) == {"critical", "favourable", "praise", "thanks", "unclear"}
    dsl = prevalence[(prevalence.estimator_text == "dsl") & (prevalence.account_kind_code == "foundation")]
    dsl = dsl.set_index("stance_label_code")
    for label, truth in (("favourable", 0.6), ("critical", 0.1)):
        assert float(dsl.ci_low[label]) < truth < float(dsl.ci_high[label])


def test_an_event_moves_what_it_moved_and_a_short_study_replicates_nothing(study):
    rows = table(study, "vault_shock_inference")
    moved = rows[rows.rank_p_value.astype(float) <= 0.05]
    assert set(moved.frame_code) == {"RM"}
    assert rows.may_conclude_text.str.startswith("described only").all()
    assert not rows.is_replicated.astype(str).str.lower().eq("true").any()


def test_shares_of_posts_move_the_verdicts_of_the_studys_own_claims_both_ways(study):
    verdicts = table(study, "claim_verdicts").set_index("claim_id")
    assert verdicts.verdict_code[["C50", "C51"]].tolist() == ["supported", "contradicted"]
    assert not verdicts.is_post_hoc[["C50", "C51"]].astype(str).str.lower().eq("true").any()
    evidence = table(study, "claim_evidence").set_index("claim_id")
    assert evidence.is_admissible[["C50", "C51"]].astype(str).str.lower().tolist() == ["true", "true"]
    assert (
        "praise or thank: interval of this study (posts of Foundations, 2025-06-02 to" in evidence.evidence_text["C50"]
    )
    shown = table(study, "vault_post_estimates").set_index("estimate_id")
    low, high = (float(verdicts[end]["C50"]) / 100 for end in ("low_points", "high_points"))
    row = shown.loc["K62_stance_foundation_favourable_dsl"]
    assert low <= float(row.ci_low) < 0.6 < float(row.ci_high) <= high < low + 0.1


def test_what_the_study_does_not_have_says_so(study):
    for name in ("survey_results", "questionnaire"):
        assert "Nobody was asked in this study" in page(study, name)
    assert table(study, "vault_survey_estimates").empty
    assert "No posts were read" not in page(study, "posts")


def test_the_book_speaks_of_the_study_and_not_of_the_shipped_one(study):
    posts, shocks = page(study, "posts"), page(study, "shocks")
    assert "money sent home" in posts
    assert "money or papers" in posts
    assert "the flood" in shocks
    assert "the closure" in shocks
    for foreign in ("national unity", "Islamic brotherhood", "favourable to the regime", "shock 1"):
        assert foreign.lower() not in posts.lower()
        assert foreign.lower() not in shocks.lower()


def test_no_number_of_the_sheets_leaves_the_vault(study):
    key = pd.read_csv(study.folder / "data/vault/sheets/key.csv", dtype=str)
    sheet = pd.read_csv(study.folder / "data/vault/sheets/anna.csv", dtype=str)
    assert not sheet.isin(set(key["item"])).to_numpy().any()
    labels = pd.read_csv(study.folder / "data/vault/annotations.csv", dtype=str)
    assert set(labels["item"]) == set(key["item"])
    assert (study.folder / "data/vault/sheets/key.csv").stat().st_mode & 0o077 == 0


def test_a_person_who_withdraws_is_on_no_sheet_any_more(study):
    """Last, since it changes the vault: the person's posts go from exports, key, sheets and labels; others stay."""
    vault = study.folder / "data/vault"
    names = ("sheets/key", "sheets/anna", "annotations")
    before = {name: pd.read_csv(vault / f"{name}.csv", dtype=str) for name in names}
    # The fictional world numbers its accounts as these do.
    shutil.rmtree(study.folder / "data/fiction")
    said = study.done(*ANALYSIS, "withdraw", "P-3", "--erase")
    assert "Nothing of the person is left" in said
    after = {name: pd.read_csv(vault / f"{name}.csv", dtype=str) for name in before}
    gone = set(before["sheets/key"].number) - set(after["sheets/key"].number)
    assert gone
    assert set(before["sheets/anna"].number) - set(after["sheets/anna"].number) == gone
    left = before["annotations"]["item"].nunique() - after["annotations"]["item"].nunique()
    assert left == len(gone)
    assert str(9_000_000_000_000 + FOUNDATIONS + 3) not in (vault / "exports/x.jsonl").read_text(encoding="utf-8")
