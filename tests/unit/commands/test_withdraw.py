"""A withdrawal takes a person out of everything, or says what it left; the others keep every answer."""

import gzip
import json
import os
import re
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest
import yaml

from analysis.admission.dossier import open_dossier
from analysis.admission.study import Study
from analysis.admission.survey import admit_survey
from analysis.commands import erase_person
from analysis.commands.withdraw import record, withdraw
from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post
from analysis.corpora.surveys import Respondent
from analysis.custody.governance import load_governance, write_anchors
from analysis.custody.ledger import ConsentEvent, append, read_ledger, standing_consents, wording_hash
from analysis.custody.manifest import load_manifest
from analysis.custody.pseudonyms import create_key, key_from_environment, published_test_key
from analysis.disclosure.history import archive_members
from analysis.errors import CustodyError
from analysis.results.members import COLUMNS
from analysis.study import load_plan
from tests.formats.miniatures import WHATSAPP
from tests.formats.portables import MINIATURE as PORTABLE
from tests.pipeline.vaults import ROOT, furnish, small_fiction

KEY, OTHER = "P-00017", "P-00018"
WORDS = "my brother still lives beside the old bridge"
POST = "nobody asked us what we wanted, said the baker of our street"
MADE = (
    "data/restricted/restricted__vault_posts.parquet",
    "data/restricted/product/restricted__vault_persons.csv",
    "data/candidate/candidate__vault_recovery.parquet",
    "data/vault/.run/dvc.lock",
    ".dvc/cache/files/md5/aa/b",
)
"""What a run leaves of a vault."""
TODAY = date(2026, 11, 30)
GRANT = ConsentEvent(KEY, "granted", ("survey_analysis",), "1", wording_hash("x"), "prs", date(2026, 1, 5), "form 1")
MAIN = ["_uuid", "_id", "_submission_time", "consent_key", "recruiter", "SC9"]


def kobo(path):
    book = openpyxl.Workbook()
    for row in (
        MAIN,
        ["u-aa11", 1, "2026-01-01", KEY, None, WORDS],
        ["u-bb22", 2, "2026-01-02", OTHER, "u-aa11", "no"],
    ):
        book.active.append(row)
    household = book.create_sheet("household")
    for row in (["member", "_parent_index"], ["Invented Sister of the first", 1], ["Invented Uncle of the second", 2]):
        household.append(row)
    book.save(path)


def post(number, author, text):
    return {"id": str(number), "author_id": author, "conversation_id": str(number), "text": text,
            "created_at": "2026-01-06T10:00:00.000Z"}  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A vault with a workbook, a packed wave, posts, a sheet of annotators; and what a run left of them."""
    root = tmp_path / "project"
    vault = root / "data/vault"
    (vault / "exports").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setattr("analysis.commands.withdraw.CACHES", ())
    create_key(tmp_path / "study.key", root)
    monkeypatch.setenv("STUDY_KEY_FILE", str(tmp_path / "study.key"))
    kobo(vault / "exports/kobo.xlsx")
    wave = f"_uuid,_id,_submission_time,consent_key,SC9\nw1,1,2026-02-01,{KEY},later\nw2,2,2026-02-01,{OTHER},x\n"
    (vault / "exports/wave.csv.gz").write_bytes(gzip.compress(wave.encode()))
    lines = [
        post(1, "900017", POST),
        post(2, "900018", "an answer to 900017 and @baker17"),
        post(3, "900018", "weather"),
    ]
    (vault / "exports/posts.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    (vault / "exports/own.jsonl").write_text(json.dumps(post(9, "900017", "all of this is mine")) + "\n")
    sheet = {"item": ["1", "2"], "coder": ["a", "a"], "label": ["x", "y"], "inclusion_probability": [1, 1]}
    pd.DataFrame(sheet).to_csv(vault / "annotations.csv", index=False)
    for subject in (KEY, OTHER):
        append(vault / "ledger.jsonl", replace(GRANT, subject=subject))
    variables = {"consent_subject": "consent_key"}
    surveys = [
        {
            "source_id": "k",
            "file": "exports/kobo.xlsx",
            "sample_source": "opt_in",
            "mode": "web",
            "variables": variables,
        },
        {
            "source_id": "w",
            "file": "exports/wave.csv.gz",
            "sample_source": "opt_in",
            "mode": "web",
            "variables": variables,
        },
    ]
    accounts = [{"account": f"9000{n}", "kind": "consented", "consent_subject": f"P-000{n}"} for n in (17, 18)]
    posts = [{"source_id": name, "file": f"exports/{name}.jsonl", "platform_terms_basis": "written_permission",
              "accounts": accounts} for name in ("posts", "own")]  # fmt: skip
    content = {"week_zero": date(2026, 1, 5), "hosts": [], "ledger": "ledger.jsonl", "surveys": surveys, "posts": posts}
    (vault / "sources.yml").write_text(yaml.safe_dump(content))
    for name in MADE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"a row of {KEY}")
    return root


def texts(root):
    """Everything under a project but its ledger, unpacked, as one text."""
    found = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.name != "ledger.jsonl":
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            found.append(content.decode("latin-1"))
            if path.suffix == ".xlsx":
                book = openpyxl.load_workbook(path)
                found += [str(cell) for sheet in book for row in sheet.values for cell in row]
    return "\n".join(found)


def test_everything_of_the_person_goes_and_the_others_stay(project, capsys):
    withdraw(KEY, erase=True)
    said = capsys.readouterr().out
    assert "Nothing of the person is left" in said
    left = texts(project)
    for trace in (KEY, "u-aa11", WORDS, "Invented Sister", POST, "900017", "all of this is mine"):
        assert trace not in left, trace
        assert trace not in said, trace
    for kept in (OTHER, "u-bb22", "Invented Uncle of the second", "weather", "an answer to 0 and @baker17"):
        assert kept in left, kept
    vault = project / "data/vault"
    assert pd.read_csv(vault / "annotations.csv").item.tolist() == [2]
    assert {each.file for each in load_manifest(vault / "sources.yml").posts} == {"exports/posts.jsonl"}
    assert not (vault / "exports/own.jsonl").exists()
    assert {path.name for path in project.rglob("*") if "__vault_" in path.name or path.name in (".run", "b")} == set()
    row = next(each for each in open_export(vault / "exports/kobo.xlsx").entries() if isinstance(each, Respondent))
    assert row.answers["recruiter"] == "erased"
    assert {path.stat().st_mode & 0o077 for path in (vault, *vault.rglob("*"))} == {0}


def test_what_remains_is_listed_without_a_name_and_fails_until_it_is_mended(project, capsys):
    copy = project / f"data/vault/exports/letter of {KEY}.txt"
    copy.write_text(f"{WORDS}\n{KEY}")
    with pytest.raises(CustodyError, match=r"^1 place\(s\) still hold something of the person; mend each"):
        withdraw(KEY, erase=True)
    said = capsys.readouterr().out
    assert "remains: data/vault/exports/(a file whose name names the person): key × 2, phrase × 1: stands in no" in said
    assert KEY not in said
    assert WORDS not in said
    # The exports no longer say what to look for, and still it is looked for.
    copy.write_text(WORDS)
    copy = copy.rename(copy.with_name("letter.txt"))
    with pytest.raises(CustodyError):
        withdraw(KEY, erase=True)
    assert "remains: data/vault/exports/letter.txt: phrase × 1" in capsys.readouterr().out
    copy.unlink()
    withdraw(KEY, erase=True)
    assert "Nothing of the person is left" in capsys.readouterr().out
    assert not (project / "data/vault/.erasing").exists()
    assert sum(each.event.event == "withdrawn" for each in read_ledger(project / "data/vault/ledger.jsonl")) == 1


def test_a_file_that_cannot_be_rewritten_is_found_before_the_first_is_touched(project):
    path = project / "data/vault/exports/kobo.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["C1"] = "=1+1"
    book.save(path)
    before = {each: each.read_bytes() for each in project.rglob("*") if each.is_file() and each.name != "ledger.jsonl"}
    with pytest.raises(CustodyError, match=r"^kobo\.xlsx: holds formulas"):
        withdraw(KEY, erase=True)
    assert {each: each.read_bytes() for each in before} == before
    assert read_ledger(project / "data/vault/ledger.jsonl")[-1].event.event == "withdrawn"


@pytest.mark.parametrize(
    ("rewrite", "content", "words"),
    [
        (erase_person.rewritten_survey, PORTABLE, "a portable file cannot be rewritten; save it as .sav"),
        (erase_person.rewritten_posts, WHATSAPP, "a chat cannot be rewritten; take the person's lines out by hand"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_formats_that_nothing_rewrites_say_so(rewrite, content, words, pack, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(pack(content))
    with pytest.raises(CustodyError, match=words):
        rewrite(path, None)
    assert path.read_bytes() == pack(content)


def test_a_reader_that_finds_others_changed_stops_everything(project, monkeypatch):
    monkeypatch.setattr(erase_person.text, "without_rows", lambda content, name, cut: content.replace(b",x\n", b",z\n"))
    with pytest.raises(CustodyError, match=r"wave\.csv\.gz: cannot be rewritten without changing what others said"):
        withdraw(KEY, erase=True)
    assert KEY in texts(project)


def behind_a_release(project):
    """Digests of the person, in two groups, and of another one, behind an earlier release."""
    vault, key = project / "data/vault", key_from_environment(os.environ, project)
    dossier = open_dossier(vault, load_manifest(vault / "sources.yml"), KEY, key)
    own = sorted(erase_person.member_digests(dossier))
    rows = [("survey", own[0], "ab" * 16, group) for group in ("all", "host = DEU")] + [
        ("survey", "cd" * 16, "ef" * 16, "all")
    ]
    members = pd.DataFrame(rows, columns=COLUMNS)
    path = archive_members(members.sort_values(COLUMNS[:2], ignore_index=True), project, "vault", "1.0")
    return path, own[0]


def test_whoever_is_erased_still_counts_as_gone_and_no_digest_leads_back(project):
    path, own = behind_a_release(project)
    withdraw(KEY, erase=True)
    left = pd.read_parquet(path)
    assert own not in left.to_csv()
    assert "ab" * 16 not in left.to_csv()
    assert left.member_group_text.tolist().count("all") == 2
    assert left.member_digest.nunique() == 2
    assert "cd" * 16 in set(left.member_digest)


def phrases_with(project, others, own):
    """What is looked for of somebody who answered `own` beside `others` in a closed and an open variable."""
    rows = [
        ["w1", "1", KEY, *own],
        *(["w" + n, n, "P-9" + n, *each] for n, each in zip("23456789", others, strict=False)),
    ]
    text = "\n".join(",".join(row) for row in [["_uuid", "_id", "consent_key", "SC9", "EX5"], *rows])
    (project / "data/vault/exports/wave.csv.gz").write_bytes(gzip.compress(text.encode()))
    vault = project / "data/vault"
    needles = open_dossier(vault, load_manifest(vault / "sources.yml"), KEY, None).needles
    return {text for text, kind in needles.items() if kind == "phrase" and text in own}


def test_options_that_others_chose_too_lead_to_nobody(project):
    words, both = "the bread was cold that winter", "state_security civil_service"
    others = [
        ("state_security", "nothing"),
        ("civil_service teacher", "the bread was warm"),
        ("teacher", "cold winter"),
    ]
    assert phrases_with(project, [*others, *others], (both, words)) == {words}
    assert phrases_with(project, others, (both, words)) == {both, words}
    many = [("teacher " + " ".join(f"{word}{n}" for n in range(40)), "no") for word in ("a", "b")]
    assert phrases_with(project, [*others, *others, *many], (both, words)) == {both, words}


def test_an_answer_of_the_questionnaire_is_no_trace(project, capsys):
    (project / "data/study").mkdir()
    (project / "data/study/own.yml").write_text(f"options: [{WORDS}]\n")
    withdraw(KEY, erase=True)
    assert "Nothing of the person is left" in capsys.readouterr().out
    assert WORDS not in texts(project / "data/vault")


def test_a_digest_that_stays_is_found(project, monkeypatch, capsys):
    behind_a_release(project)
    monkeypatch.setattr(erase_person, "_members", lambda vault, digests: [])
    with pytest.raises(CustodyError, match=r"^1 place\(s\) still hold"):
        withdraw(KEY, erase=True)
    assert "vault_release_members.parquet: hash of a pseudonym × 2" in capsys.readouterr().out


def test_an_earlier_release_needs_the_key(project, monkeypatch):
    behind_a_release(project)
    (project / "data/vault/annotations.csv").unlink()
    monkeypatch.delenv("STUDY_KEY_FILE")
    with pytest.raises(CustodyError, match="earlier releases may know the person by pseudonym: set STUDY_KEY_FILE"):
        withdraw(KEY, erase=True)


def test_sheets_by_pseudonym_need_the_key(project, monkeypatch):
    monkeypatch.delenv("STUDY_KEY_FILE")
    with pytest.raises(
        CustodyError, match="earlier releases may know the person by pseudonym: set STUDY_KEY_FILE; nothing"
    ):
        withdraw(KEY, erase=True)
    assert KEY in texts(project)


def test_originals_behind_links_and_unlisted_copies_are_erased(project, tmp_path, capsys):
    exports = project / "data/vault/exports"
    original = tmp_path / "original.csv.gz"
    original.write_bytes((exports / "wave.csv.gz").read_bytes())
    (exports / "wave.csv.gz").unlink()
    (exports / "wave.csv.gz").symlink_to(original)
    copy = exports / "raw_original.csv"
    copy.write_bytes(gzip.decompress(original.read_bytes()))
    repeats = exports / "raw-household.csv"
    repeats.write_text("member,_submission__uuid\nInvented Niece,u-aa11\nInvented Nephew,u-bb22\n")
    withdraw(KEY, erase=True)
    assert (exports / "wave.csv.gz").is_symlink()
    for content in (gzip.decompress(original.read_bytes()).decode(), copy.read_text()):
        assert content == f"_uuid,_id,_submission_time,consent_key,SC9\nw2,2,2026-02-01,{OTHER},x\n"
    assert repeats.read_text() == "member,_submission__uuid\nInvented Nephew,u-bb22\n"


def test_a_second_name_of_an_export_remains(project, tmp_path, capsys):
    os.link(project / "data/vault/exports/kobo.xlsx", tmp_path / "elsewhere.xlsx")
    withdraw(KEY, erase=True)
    assert "Invented Sister" not in str(
        [list(s.values) for s in openpyxl.load_workbook("data/vault/exports/kobo.xlsx")]
    )


def test_a_misspelled_key_withdraws_nobody_and_is_not_repeated(project):
    with pytest.raises(CustodyError, match=r"holds no event of the key given \(7 characters\)") as caught:
        withdraw("P-00071", erase=True)
    assert "P-00071" not in str(caught.value)


def test_a_withdrawal_is_anchored(project):
    vault = project / "data/vault"
    from tests.unit.custody.test_governance import ANCHORS, VALID

    (vault / "governance.yml").write_text(yaml.safe_dump(VALID))
    write_anchors(vault / "governance.yml", replace(ANCHORS, ledger_head=read_ledger(vault / "ledger.jsonl")[0].hash))
    withdraw(KEY)
    assert load_governance(vault / "governance.yml").anchors.ledger_head == read_ledger(vault / "ledger.jsonl")[-1].hash


def test_a_grant_of_today_is_undone_today(tmp_path):
    path = tmp_path / "ledger"
    append(path, replace(GRANT, day=TODAY), TODAY)
    record(path, KEY, TODAY)
    assert read_ledger(path)[-1].event.event == "withdrawn"


@pytest.fixture(scope="module")
def fiction(tmp_path_factory):
    root = tmp_path_factory.mktemp("fiction")
    return furnish(root, small_fiction())


def subjects_of(vault):
    """A person of every survey's format, and the account of every platform's."""
    manifest = load_manifest(vault / "sources.yml")
    for source in manifest.surveys:
        rows = [e for e in open_export(vault / source.file).entries() if isinstance(e, Respondent)]
        yield source.source_id, rows[len(rows) // 2].answers["consent_key"]
    for source in manifest.posts:
        authors = {e.author_id for e in open_export(vault / source.file).entries() if isinstance(e, Post)}
        listed = [each for name, each in source.accounts.items() if name in authors and each.consent_subject]
        yield from [(source.source_id, listed[0].consent_subject)] if listed else []


def test_whoever_withdraws_from_the_fictional_world_can_be_erased(fiction):
    """Every format: each plan is read again by its reader, which demands that the others are as they were."""
    manifest = load_manifest(fiction / "sources.yml")
    seen = dict(subjects_of(fiction))
    assert len(seen) >= 10
    for source_id, subject in seen.items():
        dossier = open_dossier(fiction, manifest, subject, published_test_key())
        plan = erase_person.plan_erasure(fiction, dossier)
        file = next(each.file for each in (*manifest.surveys, *manifest.posts) if each.source_id == source_id)
        content = plan.contents[(fiction / file).resolve()]
        assert content is not None
        assert content != (fiction / file).read_bytes()
        assert not re.search(rb"(?<!\w)" + re.escape(subject.encode()) + rb"(?!\w)", content)


def test_a_dossier_knows_whatever_name_admission_gives_a_person(fiction):
    """Also in a study with periods, where somebody has a pseudonym in each: digests behind releases are of these."""
    plan, manifest, key = load_plan(fiction / "study.yml"), load_manifest(fiction / "sources.yml"), published_test_key()
    assert len(plan.periods) == 3
    consents = standing_consents(read_ledger(fiction / manifest.ledger), TODAY)
    alone = [replace(each, variables=replace(each.variables, recruiter="")) for each in manifest.surveys]
    manifest = replace(manifest, surveys=tuple(alone))
    people = [subject for subject, consent in consents.items() if "recontact" in consent.scopes][:40:8]
    for subject in people:
        rows = admit_survey(Study(fiction, manifest, {subject: consents[subject]}, key), plan).rows
        columns = ["respondent_pseudonym", "person_pseudonym", "linkage_pseudonym"]
        made = set(rows[columns].stack().dropna())
        assert len(made) >= 2
        assert made <= open_dossier(fiction, manifest, subject, key, plan.periods).needles.keys()
    assert people


def test_periods_are_those_of_the_plan_and_of_earlier_releases(project):
    assert erase_person.periods_of(project, project / "data/vault") == set()
    rows = [("survey", "ab" * 16, "cd" * 16, group) for group in ("all", "time = before", "time = first")]
    archive_members(pd.DataFrame(rows, columns=COLUMNS), project, "vault", "1.0")
    (project / "data/vault/study.yml").write_bytes((ROOT / "data/study/study.yml").read_bytes())
    (project / "data/vault/frames.csv").write_bytes((ROOT / "data/study/frames.csv").read_bytes())
    periods = erase_person.periods_of(project, project / "data/vault")
    assert periods == {"before", "first", "second", "third"}


def test_a_key_in_digits_of_another_script_is_the_same_persons(project):
    eastern = KEY.translate({ord("0") + n: 0x06F0 + n for n in range(10)})
    wave = f"_uuid,_id,_submission_time,consent_key,SC9\nw1,1,2026-02-01,{eastern},later\nw2,2,2026-02-01,{OTHER},x\n"
    path = project / "data/vault/exports/wave.csv.gz"
    path.write_bytes(gzip.compress(wave.encode()))
    withdraw(KEY, erase=True)
    left = gzip.decompress(path.read_bytes()).decode()
    assert eastern not in left
    assert "later" not in left
    assert OTHER in left


def test_a_zip_of_tables_loses_the_persons_row_and_their_repeats_and_keeps_the_rest(project):
    vault = project / "data/vault"
    (vault / "exports/kobo.xlsx").unlink()
    sources = (vault / "sources.yml").read_text(encoding="utf-8").replace("kobo.xlsx", "odk.zip")
    (vault / "sources.yml").write_text(sources, encoding="utf-8")
    form = f"SubmissionDate,consent_key,SC9,KEY\n2026-01-01,{KEY},{WORDS},uuid:aa\n2026-01-02,{OTHER},no,uuid:bb\n"
    members = (
        "member,PARENT_KEY,KEY\nInvented Sister of the first,uuid:aa,uuid:aa/m[1]\n"
        "Invented Uncle of the second,uuid:bb,uuid:bb/m[1]\n"
    )
    with zipfile.ZipFile(vault / "exports/odk.zip", "w") as package:
        for name, content in (("form.csv", form), ("form-members.csv", members), ("media/a.txt", "kept")):
            package.writestr(name, content)
    withdraw(KEY, erase=True)
    with zipfile.ZipFile(vault / "exports/odk.zip") as package:
        left = {name: package.read(name).decode() for name in package.namelist()}
    assert left["form.csv"] == f"SubmissionDate,consent_key,SC9,KEY\n2026-01-02,{OTHER},no,uuid:bb\n"
    assert left["form-members.csv"] == "member,PARENT_KEY,KEY\nInvented Uncle of the second,uuid:bb,uuid:bb/m[1]\n"
    assert left["media/a.txt"] == "kept"
