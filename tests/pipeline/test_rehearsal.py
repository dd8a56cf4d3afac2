"""A rehearsal goes through the whole pipeline, to a book that says that it is invented, and touches no real vault."""

import pandas as pd
import pytest

from analysis.__main__ import command_line
from analysis.commands import rehearsal_pipeline
from analysis.commands.rehearsal_folder import open_design, plan_file
from analysis.commands.rehearsal_report import ESTIMATES, POSTS, REPORT
from analysis.errors import StoreError
from analysis.rehearsal.world import make_world
from tests.pipeline.conftest import made_through_run
from tests.rehearsals import PLANS, ROOT
from tests.unit.rehearsal.test_posts import PLAN, TRUTHS

RESPONDENTS = 600


@pytest.mark.slow
def test_a_plan_is_rehearsed_to_its_book_and_a_second_call_goes_on_there(tmp_path, monkeypatch):
    made_through_run()
    vault = ROOT / "data/vault"
    before = sorted(vault.rglob("*"))
    arguments = ["rehearse", str(PLANS / "returns"), "--respondents", str(RESPONDENTS), "--to", str(tmp_path / "out")]
    command_line(["rehearse"])(arguments, standalone_mode=False)
    said = (tmp_path / "out" / REPORT).read_text(encoding="utf-8")
    assert "Every table passes." in said
    assert "C13.1" in said
    rows = pd.read_csv(tmp_path / "out" / ESTIMATES)
    assert rows[rows.truth.notna() & rows.is_usable].is_covered.astype("boolean").mean() > 0.7
    project = tmp_path / "out/project"
    assert "REHEARSAL, invented" in "".join(page.read_text("utf-8") for page in (project / "dist/book").rglob("*.html"))
    verdicts = pd.read_parquet(project / "data/release/tables/open__claim_verdicts.parquet")
    assert set(verdicts[verdicts.claim_id == "C13.1"].verdict_code) == {"not_yet_answerable"}
    assert sorted(vault.rglob("*")) == before
    monkeypatch.setattr(rehearsal_pipeline, "lay_out", lambda *_: pytest.fail("it begins anew"))
    command_line(["rehearse"])(arguments, standalone_mode=False)
    assert (tmp_path / "out" / REPORT).read_text(encoding="utf-8") == said


@pytest.mark.slow
def test_a_plan_of_posts_alone_is_rehearsed_to_its_book(tmp_path):
    """Readers come in once posts are admitted; nothing of an invented account is released."""
    made_through_run()
    study = tmp_path / "study"
    study.mkdir()
    for name, text in (("study.yml", PLAN), ("truths.yml", TRUTHS), ("sources.yml", POST_SOURCES)):
        (study / name).write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    command_line(["rehearse"])(["rehearse", str(study), "--posts", "6000", "--to", str(out)], standalone_mode=False)
    said = (out / REPORT).read_text(encoding="utf-8")
    assert "Every table passes." in said
    assert "| telegram_desktop | admitted |" in said
    rows = pd.read_csv(out / POSTS)
    assert rows[rows.truth.notna()].is_covered.astype("boolean").mean() > 0.8
    assert rows.estimate_id.str.contains("_stance_").any()
    folder = out / "project/dist/book"
    book = {page.relative_to(folder).as_posix(): page.read_text("utf-8") for page in folder.rglob("*.html")}
    assert len(book) > 20
    assert not [name for name, text in book.items() if "navbar" in text and rehearsal_pipeline.BANNER not in text]
    assert "Nobody was asked in this study" in book["survey_results.html"]
    assert not [name for name, text in book.items() if "invented_account_" in text or "inv.account" in text]


POST_SOURCES = """\
ledger: ledger.jsonl
posts:
  - {source_id: t, file: exports/result.json, format: telegram_desktop, platform_terms_basis: account_holder_export}
  - {source_id: m, file: exports/statuses.json, format: mastodon, platform_terms_basis: written_permission}
"""


@pytest.mark.slow
def test_a_stage_that_stops_is_told_with_its_last_words(tmp_path):
    from rich.progress import Progress

    made_through_run()
    study = PLANS / "trust"
    design = open_design(study)
    project = rehearsal_pipeline.lay_out(ROOT, tmp_path, plan_file(study), design, make_world(design, 100, 1))
    (project / "data/vault/governance.yml").unlink()
    with Progress(disable=True) as progress, pytest.raises(StoreError, match=r"(?s)pipeline stopped.*governance\.yml"):
        rehearsal_pipeline.run(project, design, progress)


def test_what_an_interrupted_copy_left_is_made_anew(tmp_path):
    study = PLANS / "trust"
    design = open_design(study)
    (tmp_path / "project.unfinished").mkdir()
    (tmp_path / "project.unfinished/half.txt").write_text("half", encoding="utf-8")
    (tmp_path / rehearsal_pipeline.KEY).write_text("half", encoding="utf-8")
    project = rehearsal_pipeline.lay_out(ROOT, tmp_path, plan_file(study), design, make_world(design, 100, 1))
    assert not (project / "half.txt").exists()
    assert "study: vault" in (project / "params.yaml").read_text(encoding="utf-8")
    assert "REHEARSAL, invented" in (project / "data/vault/study.yml").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"project", rehearsal_pipeline.KEY}
