"""Who withdraws leaves no trace, and nothing that was planted leaves the folder of the exports; each with a mutant."""

import json
import shutil
from datetime import date

import pandas as pd
import pytest

from analysis.admission.persons import in_period
from analysis.admission.posts import author_of
from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post
from analysis.corpora.surveys import Respondent
from analysis.custody.clock import utc_day
from analysis.custody.ledger import read_ledger, standing_consents
from analysis.custody.manifest import load_manifest
from analysis.custody.pseudonyms import load_key
from analysis.study import load_plan
from tests.pipeline.conftest import ROOT, Project
from tests.pipeline.vaults import SMALLER, furnish, outside_key
from tests.privacy.traces import inventory, traces, written_since


@pytest.fixture(scope="module")
def make_project(tmp_path_factory):
    if not (ROOT / ".venv/.key").is_file():
        pytest.skip("no .venv made by ./run: these tests run the pipeline through it")
    return lambda: Project(tmp_path_factory.mktemp("traces") / "project")


def ran(project, *arguments, **environment):
    result = project.run(*arguments, **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def vault_run(make_project):
    project = make_project()
    before = inventory(project.folder)
    vault = furnish(project.folder)
    key = outside_key(project.folder.parent, project.folder)
    project.edit("params.yaml", "study: synthetic", "study: vault")
    for old, new in SMALLER.items():
        project.edit("params.yaml", old, new)
    ran(project, "repro", STUDY_KEY_FILE=str(key))
    return project, vault, key, before


@pytest.fixture(scope="module")
def synthetic_run(make_project):
    project = make_project()
    for old, new in SMALLER.items():
        project.edit("params.yaml", old, new)
    before = inventory(project.folder)
    said = ran(project, "repro")
    return project, before, said


OF_THE_TEAM = ["data/vault/exports", "data/vault/synthetic_ledger.jsonl", "data/vault/sources.yml", "data/fiction"]
"""What the vault holds by right; DVC's own folder inside the vault is no such thing."""


class TestWithdrawal:
    """Through `withdraw`, a new run, and a search of everything that runs wrote, DVC's folders included."""

    def traces_of(self, vault, key, manifest, consents):
        """Key of a respondent and of an account in force, with everything that could be left of them."""
        survey = manifest.surveys[0]
        row = next(
            entry
            for entry in open_export(vault / survey.file).entries()
            if isinstance(entry, Respondent)
            and "aggregate_publication" in getattr(consents.get(entry.answers["consent_key"]), "scopes", ())
        )
        source, account = next(
            (source, account)
            for source in manifest.posts
            for account in source.accounts.values()
            if account.consent_subject
            and account.consent_subject.startswith("SYNA")
            and "aggregate_publication" in getattr(consents.get(account.consent_subject), "scopes", ())
            and source.platform_terms_basis
        )
        export = open_export(vault / source.file)
        own = [
            post for post in export.entries() if isinstance(post, Post) and author_of(post, source) == account.account
        ]
        assert own
        study_key = load_key(key, vault.parent.parent)
        day = date.fromisoformat(row.answers[survey.variables.interviewed][:10])
        period = next(
            code for code, each in load_plan(vault / "study.yml").periods.items() if each.first <= day <= each.last
        )
        pseudonyms = [
            study_key.pseudonym("survey", in_period(row.answers["respondent_id"], period)),
            study_key.pseudonym("posts", f"{export.format.code}|account|{account.account}"),
            *(study_key.pseudonym("posts", f"{export.format.code}|{post.identity}") for post in own),
        ]
        raw = [row.answers["consent_key"], row.answers["respondent_id"], account.consent_subject, account.account]
        raw += [post.post_id for post in own if len(post.post_id) > 6]
        words = [post.text.partition(" token")[0] for post in own if " token" in post.text]
        return row.answers["consent_key"], account.consent_subject, pseudonyms, raw, words

    def release_today(self, project):
        """No release may be older than the newest event of its ledger."""
        for name, written in (("params.yaml", 'date: "{}"'), ("CITATION.cff", "date-released: {}")):
            path = project.folder / name
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(written.format("2026-11-30"), written.format(utc_day())), encoding="utf-8")

    def test_no_trace_remains(self, vault_run):
        project, vault, key, before = vault_run
        manifest = load_manifest(vault / "sources.yml")
        consents = standing_consents(read_ledger(vault / manifest.ledger), pd.Timestamp("2026-11-30").date())
        respondent, account, pseudonyms, raw, words = self.traces_of(vault, key, manifest, consents)
        files = written_since(project.folder, before, ["data/vault", "data/fiction"])
        assert set.union(*traces(files, pseudonyms + words).values()) > set(pseudonyms[:2]), "they were there before"
        # The vault of this test is a copy of the fiction: a copy elsewhere in the project is a trace, and is reported.
        shutil.rmtree(project.folder / "data/fiction")
        said = ""
        for subject in (respondent, account):
            said += ran(project, "python", "-m", "analysis", "withdraw", subject, "--erase", STUDY_KEY_FILE=str(key))
        self.release_today(project)
        said += ran(project, "repro", STUDY_KEY_FILE=str(key))
        files = written_since(project.folder, before, OF_THE_TEAM)
        assert any(".dvc" in str(path) for path in files)
        assert any("restricted__vault_posts" in str(path) for path in files)
        assert traces(files, pseudonyms + raw + words) == {}
        exports = [path for path in (vault / "exports").rglob("*") if path.is_file()]
        assert traces(exports, [respondent, *words]) == {}
        assert not any(string in said for string in (*pseudonyms, *raw))

    def test_a_door_that_overlooks_withdrawals_is_caught(self, vault_run):
        """The mutant: consent is what it was on the first day."""
        project, vault, key, _ = vault_run
        manifest = load_manifest(vault / "sources.yml")
        consents = standing_consents(read_ledger(vault / manifest.ledger), pd.Timestamp("2026-11-30").date())
        respondent, _, pseudonyms, *_ = self.traces_of(vault, key, manifest, consents)
        ran(project, "python", "-m", "analysis", "withdraw", respondent, STUDY_KEY_FILE=str(key))
        self.release_today(project)
        module = "analysis/custody/ledger.py"
        ends = '() if event.event == "granted" else'
        overlooks = '() if event.event in ("granted", "withdrawn") else'
        project.edit(module, ends, overlooks)
        ran(project, "repro", "admit_survey", STUDY_KEY_FILE=str(key))
        admitted = [project.folder / "data/restricted/restricted__vault_survey_responses.parquet"]
        assert traces(admitted, pseudonyms[:1]) != {}
        project.edit(module, overlooks, ends)
        ran(project, "repro", "admit_survey", STUDY_KEY_FILE=str(key))
        assert traces(admitted, pseudonyms[:1]) == {}

    def test_a_misspelled_key_withdraws_nobody(self, vault_run):
        project, vault, key, _ = vault_run
        ledger = (vault / "synthetic_ledger.jsonl").read_bytes()
        result = project.run("python", "-m", "analysis", "withdraw", "SYNK-nobody", STUDY_KEY_FILE=str(key))
        assert result.returncode == 2
        assert "a misspelled one withdraws nobody" in result.stderr
        assert (vault / "synthetic_ledger.jsonl").read_bytes() == ledger


class TestPlanted:
    """The whole pipeline on a fictional world; every planted string is looked for in all that it wrote."""

    def planted(self, project):
        fiction = project.folder / "data/fiction"
        canaries = json.loads((fiction / "synthetic_canaries.json").read_text(encoding="utf-8"))
        ids = set()
        for source in load_manifest(fiction / "synthetic_sources.yml").posts:
            posts = [entry for entry in open_export(fiction / source.file).entries() if isinstance(entry, Post)]
            ids |= {post.post_id for post in posts if len(post.post_id) > 6}
            ids |= {name for post in posts for name in (post.author_id, post.author_handle) if isinstance(name, str)}
        return canaries["everywhere"], canaries["restricted_text"], sorted(ids)

    def test_nothing_that_was_planted_leaves_the_exports(self, synthetic_run):
        project, before, said = synthetic_run
        everywhere, _, ids = self.planted(project)
        assert len(everywhere) > 2000
        assert len(ids) > 3000
        files = written_since(project.folder, before, ["data/fiction"])
        assert {"data/restricted", "data/candidate", "data/release", "dist", ".dvc"} <= {
            folder
            for path in files
            for folder in ("data/restricted", "data/candidate", "data/release", "dist", ".dvc")
            if path.is_relative_to(project.folder / folder)
        }
        assert traces(files, everywhere + ids) == {}
        assert not any(string in said for string in everywhere)

    def test_names_and_phrases_of_admitted_posts_stay_in_the_restricted_tier(self, synthetic_run):
        project, before, _ = synthetic_run
        _, inside, _ = self.planted(project)
        files = written_since(project.folder, before, ["data/fiction", "data/restricted"])
        assert traces(files, inside) == {}
        restricted = written_since(project.folder, before, ["data/fiction"])
        assert {path.rpartition("/")[2] for path in traces(restricted, inside)} == {
            "restricted__synthetic_posts.parquet"
        }, "the search sees into Parquet"

    @pytest.mark.parametrize(
        ("module", "line", "mutant", "stage"),
        [
            ("analysis/admission/posts.py", "else placed(text, spans) for text", "else text for text",
             "admit_posts"),
            ("analysis/admission/posts.py", "if not source.platform_terms_basis:", "if False:", "admit_posts"),
            ("analysis/admission/survey.py", 'self.study.key.pseudonym("survey", identity_of(respondent, self.source))',
             'identity_of(respondent, self.source).encode().hex().ljust(32, "0")[:32]', "admit_survey"),
        ],
        ids=["not scrubbed", "no terms needed", "ids in disguise"],
    )  # fmt: skip
    def test_a_door_that_lets_through_is_caught(self, synthetic_run, module, line, mutant, stage):
        project, before, _ = synthetic_run
        everywhere, _, ids = self.planted(project)
        strings = everywhere + ids + [string.encode().hex() for string in everywhere if string.startswith("SYNR")]
        project.edit(module, line, mutant)
        ran(project, "repro", stage)
        assert traces(written_since(project.folder, before, ["data/fiction"]), strings) != {}
        project.edit(module, mutant, line)
