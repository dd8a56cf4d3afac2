"""`rehearse` reads a study folder, writes only where it is told to, and says plainly what would come of the plan."""

import csv
import hashlib
import io
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import command_line
from analysis.commands import new_study, rehearse
from analysis.commands.rehearsal_folder import open_design
from analysis.commands.rehearsal_report import ESTIMATES, POSTS, REPEATED, REPORT, VERDICTS
from analysis.errors import CustodyError, InputError, StudyError
from analysis.rehearsal.world import make_world
from tests.rehearsals import PLANS, ROOT
from tests.unit.results.test_jumps_as_evidence import LONG
from tests.unit.results.test_jumps_as_evidence import claims as claims_on_posts


def run(*arguments):
    command_line(["rehearse"])(["rehearse", *map(str, arguments), "--no-pipeline"], standalone_mode=False)


def state(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def study(tmp_path):
    return Path(shutil.copytree(PLANS / "trust", tmp_path / "study"))


@pytest.mark.parametrize(
    ("plan", "respondents"), [("trust", 300), ("returns", 400), ("election", 600), ("../../data/study", 300)]
)
def test_every_plan_is_rehearsed_at_once(plan, respondents, tmp_path, capsys):
    before = state(PLANS / plan)
    run(PLANS / plan, "--respondents", respondents, "--to", tmp_path / "out")
    said = capsys.readouterr().out
    assert "nothing here is evidence" in said
    assert (tmp_path / "out" / REPORT).read_text(encoding="utf-8") in said
    rows = pd.read_csv(tmp_path / "out" / ESTIMATES)
    assert rows.truth.notna().sum() > 5
    assert rows[rows.truth.notna() & rows.is_usable].is_covered.astype("boolean").mean() > 0.7
    assert state(PLANS / plan) == before


def test_claims_that_lie_beside_a_plan_are_rehearsed(tmp_path):
    """An election study: its own claim decides, both ways; the article's has no estimate in it."""
    study = Path(shutil.copytree(PLANS / "election", tmp_path / "study"))
    for share, verdict in ((0.9, "supported"), (0.1, "contradicted")):
        (study / "truths.yml").write_text(f"shares: {{E50_vote_share: {share}}}\n", encoding="utf-8")
        run(study, "--respondents", 2000, "--to", tmp_path / verdict)
        said = (tmp_path / verdict / REPORT).read_text(encoding="utf-8")
        assert f"| C50 | E50_vote_share | {share:.3f} | {verdict} | {verdict} |" in said
        assert "C13.1" not in said


def make_study(root, monkeypatch, has):
    monkeypatch.setattr(new_study, "ROOT", root)
    shutil.copytree(ROOT / "data/codelists", root / "data/codelists")
    command_line(["new-study"])(["new-study", "trust_2027", "--has", has], standalone_mode=False)
    return root / "data/vault"


@pytest.mark.parametrize("has", ["survey", "posts", "both"])
def test_a_new_study_is_rehearsed_at_once(has, tmp_path, monkeypatch, capsys):
    study = make_study(tmp_path, monkeypatch, has)
    run(study, "--respondents", 200, "--posts", 3000, "--to", tmp_path / "out")
    said = capsys.readouterr().out
    assert "Rehearsal of trust_2027" in said
    assert ("## Estimates for everybody" in said, "## Posts" in said) == (has != "posts", has != "survey")
    written = {name for name in (ESTIMATES, POSTS) if (tmp_path / "out" / name).exists()}
    assert written == {"survey": {ESTIMATES}, "posts": {POSTS}, "both": {ESTIMATES, POSTS}}[has]
    if has != "survey":
        rows = pd.read_csv(tmp_path / "out" / POSTS)
        assert rows[rows.truth.notna()].is_covered.astype("boolean").mean() > 0.8


def test_posts_are_left_out_where_none_are_asked_for(tmp_path, monkeypatch, capsys):
    run(make_study(tmp_path / "both", monkeypatch, "both"), "--respondents", 200, "--posts", 0)
    assert "## Posts" not in capsys.readouterr().out
    with pytest.raises(StudyError, match="the plan has posts only, and none are to be rehearsed; give a number by"):
        run(make_study(tmp_path / "posts", monkeypatch, "posts"), "--posts", 0)


def test_claims_on_posts_are_decided_over_studies_of_other_accounts(tmp_path):
    """A jump is decided both ways, and a change of the codebook is another rehearsal."""
    study = tmp_path / "study"
    study.mkdir()
    (study / "claims.yml").write_text(claims_on_posts(), encoding="utf-8")
    plan = LONG.replace("  frames:\n", "  frames: frames.csv\n  unread:\n")
    (study / "frames.csv").write_text(
        "frame_code,frame_name,definition,phrases_ur,phrases_uz,source\nHO,housing,Housing,مکان,uy-joy,own\n"
        "JO,jobs,Work,ملازمت,ish haqi,own\n", encoding="utf-8",
    )  # fmt: skip
    start, end = plan.index("  unread:\n"), plan.index("  together:")
    (study / "study.yml").write_text(plan[:start] + plan[end:], encoding="utf-8")
    for factor, verdict in ((5.0, "supported"), (1.0, "contradicted")):
        (study / "truths.yml").write_text(
            f"posts: {{frames: {{JO: 0.5}}, jumps: {{JO: {{the strike: {factor}}}}}}}\n", encoding="utf-8"
        )
        out = tmp_path / verdict
        run(study, "--posts", 20_000, "--draws", 2, "--to", out)
        verdicts = pd.read_csv(out / VERDICTS)
        assert verdicts.deserved.tolist() == [verdict]
        assert verdicts[verdict].tolist() == [1.0]
        assert "Other accounts and posts each time." in (out / REPORT).read_text(encoding="utf-8")
    (study / "frames.csv").write_text((study / "frames.csv").read_text("utf-8").replace("uy-joy", "ijara"), "utf-8")
    with pytest.raises(InputError, match="holds another rehearsal"):
        run(study, "--posts", 20_000, "--to", out)


def test_a_probability_sample_in_waves_is_drawn_weighted_and_dated(tmp_path):
    study = Path(shutil.copytree(PLANS / "trust", tmp_path / "study"))
    plan = (study / "study.yml").read_text(encoding="utf-8")
    waves = (
        "periods: {w1: {words: first, first: 2027-05-01, last: 2027-05-20}, "
        "w2: {words: second, first: 2027-06-01, last: 2027-06-20}}"
    )
    (study / "study.yml").write_text(f"{plan}{waves}\n", encoding="utf-8")
    text = (study / "sources.yml").read_text(encoding="utf-8")
    text = text.replace("sample_source: opt_in", "sample_source: probability").replace(
        "variables: {", "variables: {weight: w, stratum: region_code, cluster: psu, interviewed: EndDate, "
    )
    (study / "sources.yml").write_text(text, encoding="utf-8")
    design = open_design(study)
    world = make_world(design, 800, 3)
    rows = list(csv.DictReader(io.StringIO(next(iter(world.files.values())).decode("utf-8-sig"))))
    kept = [row for row in rows[2:] if row["psu"]]
    assert {row["EndDate"][:7] for row in kept} == {"2027-05", "2027-06"}
    total = {row["ResponseId"]: float(row["w"]) for row in kept}
    assert sum(total.values()) == pytest.approx(20_000, rel=0.02)
    assert len({row["psu"] for row in kept}) == 100
    assert len({(row["region_code"], row["w"]) for row in kept}) == 2
    run(study, "--respondents", 800, "--to", tmp_path / "out")
    found = pd.read_csv(tmp_path / "out" / ESTIMATES)
    assert found[found.truth.notna() & found.is_usable].is_covered.astype("boolean").mean() > 0.6


def test_the_same_plan_and_seed_give_the_same_bytes(study, tmp_path):
    for name in ("first", "second"):
        run(study, "--respondents", 200, "--draws", 2, "--to", tmp_path / name)
    for name in (ESTIMATES, REPEATED, VERDICTS, REPORT):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    run(study, "--respondents", 200, "--draws", 2, "--seed", 2, "--to", tmp_path / "third")
    assert (tmp_path / "first" / ESTIMATES).read_bytes() != (tmp_path / "third" / ESTIMATES).read_bytes()


def test_repeated_studies_say_what_could_be_decided(study, tmp_path):
    (study / "truths.yml").write_text("shares: {E13a_share_not_favourable: 0.2}\n", encoding="utf-8")
    run(study, "--respondents", 600, "--draws", 4, "--to", tmp_path / "out")
    assert (
        "C13.1 can be decided with so many respondents: 100% of the studies" in (tmp_path / "out" / REPORT).read_text()
    )
    (study / "truths.yml").write_text("shares: {E13a_share_not_favourable: 0.79}\n", encoding="utf-8")
    run(study, "--respondents", 600, "--draws", 4, "--to", tmp_path / "near")
    assert "C13.1 cannot be decided with so many respondents" in (tmp_path / "near" / REPORT).read_text()


def test_a_folder_that_holds_something_else_is_refused(study, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/other.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files; name an empty folder"):
        run(study, "--respondents", 200, "--to", tmp_path / "out")
    assert state(tmp_path / "out").keys() == {tmp_path / "out/other.txt"}


def test_a_folder_of_another_rehearsal_is_refused_and_of_the_same_goes_on(study, tmp_path):
    run(study, "--respondents", 200, "--to", tmp_path / "out")
    run(study, "--respondents", 200, "--to", tmp_path / "out")
    with pytest.raises(InputError, match="holds another rehearsal"):
        run(study, "--respondents", 201, "--to", tmp_path / "out")
    (study / "truths.yml").write_text("together: 0.1\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds another rehearsal"):
        run(study, "--respondents", 200, "--to", tmp_path / "out")


def test_nothing_is_written_into_the_project(study):
    with pytest.raises(InputError, match="lies in the project"):
        run(study, "--to", ROOT / "data/vault/rehearsal")
    assert not (ROOT / "data/vault/rehearsal").exists()


def test_too_few_respondents_are_refused(study):
    with pytest.raises(StudyError, match="give at least 30 for each, by --respondents"):
        run(study, "--respondents", 20)


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"holds no study\.yml; write a plan with `new-study NAME`"):
        run(tmp_path)


def test_a_manifest_that_cannot_be_read_stops_it(study):
    (study / "sources.yml").write_text("surveys: 1\n", encoding="utf-8")
    with pytest.raises(CustodyError, match=r"sources\.yml"):
        run(study)


def test_a_format_that_cannot_be_written_is_named(study):
    text = (study / "sources.yml").read_text(encoding="utf-8")
    (study / "sources.yml").write_text(text.replace("mode: web", "mode: web\n    format: x_archive"), encoding="utf-8")
    with pytest.raises(StudyError, match="x_archive cannot be rehearsed; formats: spss, stata"):
        run(study)


def test_a_name_that_a_system_cannot_hold_is_named_with_the_fix(study):
    text = (study / "study.yml").read_text(encoding="utf-8")
    (study / "study.yml").write_text(text.replace("variables: [TRUST, Q2.1]", "variables: [Q2.1]"), encoding="utf-8")
    text = (study / "sources.yml").read_text(encoding="utf-8")
    (study / "sources.yml").write_text(text.replace("web.csv", "web.dta"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"items\.TRUST: stata holds no variable 'Q2\.1'; add the name it has there"):
        run(study, "--respondents", 100)


def test_totals_of_the_study_are_taken_and_joined_answers_shared(tmp_path):
    study = Path(shutil.copytree(PLANS / "returns", tmp_path / "study"))
    plan = (study / "study.yml").read_text(encoding="utf-8")
    (study / "study.yml").write_text(plan.replace("crossed: [land, sex]", "crossed: [land, age], joined: age"), "utf-8")
    (study / "margins.csv").write_text(
        "variable,level,total,population,source\n"
        "land:age,Northland:young+middle,300,adults,office\nland:age,Northland:old,100,adults,office\n",
        encoding="utf-8",
    )
    assert open_design(study).cells == {
        ("Northland", "middle"): 150.0, ("Northland", "old"): 100.0, ("Northland", "young"): 150.0,
    }  # fmt: skip


def test_the_place_of_the_project_is_where_it_looks_for_parameters():
    assert (rehearse.ROOT / "params.yaml").is_file()
