"""`publish` prepares a deposit of a finished run, under the names of who made it, and once a version."""

import hashlib
import shutil

import pytest
import yaml

from analysis.__main__ import command_line
from analysis.commands import publish
from analysis.commands.vault_pipeline import PLACE
from analysis.errors import InputError, ReleaseError
from tests.pipeline.own_posts import FRAMES, PLAN
from tests.unit.release.conftest import EDITION, ROOT, cleared, release  # noqa: F401 - fixtures
from tests.unit.release.test_deposit import AUTHORS, finished, sealed  # noqa: F401 - a fixture


@pytest.fixture
def project(finished, monkeypatch):  # noqa: F811 - the fixture
    """A finished project of the shipped study, where the command is called."""
    root = finished.root
    for name in ("params.yaml", "CITATION.cff", "data/study/study.yml", "data/study/frames.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    monkeypatch.chdir(root)
    monkeypatch.setattr(publish, "archive_release", lambda: archived(root))
    return root


def archived(root):
    """What `archive-release` leaves of a version, all tables instead of those on persons."""
    shutil.copytree(root / "data/release", root / "data/release_history" / EDITION.version)


def of_a_vault(root, plan=PLAN):
    text = (root / "params.yaml").read_text(encoding="utf-8").replace("study: synthetic", "study: vault")
    (root / "params.yaml").write_text(text, encoding="utf-8")
    (root / PLACE).mkdir(parents=True)
    shutil.move(root / "dvc.lock", root / PLACE / "dvc.lock")
    (root / "data/vault/study.yml").write_text(plan, encoding="utf-8")
    (root / "data/vault/frames.csv").write_text(FRAMES, encoding="utf-8")


def own_citation(root):
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    (root / "CITATION.cff").write_text(text.replace(AUTHORS, "  - name: The Team\n"), encoding="utf-8")


def rebuilt(root):
    """What a run leaves after an edit of the citation, as far as `publish` looks."""
    out = root / "data/release"
    before, after = ((folder / "CITATION.cff").read_bytes() for folder in (out, root))
    (out / "CITATION.cff").write_bytes(after)
    sums = (out / "SHA256SUMS").read_text(encoding="utf-8")
    digests = (hashlib.sha256(content).hexdigest() for content in (before, after))
    (out / "SHA256SUMS").write_text(sums.replace(*digests), encoding="utf-8")
    shutil.move(sealed(root), root / PLACE / "dvc.lock")


def run(to):
    command_line(["publish"])(["publish", "--to", str(to)], standalone_mode=False)


def test_a_deposit_is_written_and_the_next_steps_are_said(project, tmp_path, capsys):
    run(tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    top = f"afghan-diaspora-attitudes-{EDITION.version}"
    assert names == {"SHA256SUMS", "zenodo.json", f"{top}.zip", f"{top}-book.zip"}
    said = capsys.readouterr().out
    assert "raise the version" in said
    assert (project / "data/release_history" / EDITION.version).is_dir()
    assert "fictional" in (tmp_path / "out/zenodo.json").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="holds files; name a new or empty folder"):
        run(tmp_path / "out")


def test_a_teams_study_has_its_own_name_and_makers(project, tmp_path):
    of_a_vault(project)
    with pytest.raises(ReleaseError, match="write the title, abstract, keywords and authors of your own study"):
        run(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    own_citation(project)
    with pytest.raises(ReleaseError, match=r"^CITATION.cff: is not the one in the bundle; start ./run repro"):
        run(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    rebuilt(project)
    run(tmp_path / "out")
    assert (tmp_path / f"out/reach-{EDITION.version}.zip").is_file()
    notes = yaml.safe_load((tmp_path / "out/zenodo.json").read_text(encoding="utf-8"))["metadata"]["notes"]
    assert notes.startswith("What foundations write about. Population: posts of foundations")


def test_a_rehearsal_is_never_published(project, tmp_path):
    of_a_vault(
        project, PLAN.replace("title: What", "title: 'REHEARSAL, invented: What").replace("about\n", "about'\n", 1)
    )
    own_citation(project)
    with pytest.raises(ReleaseError, match="is a rehearsal; nothing of it is published"):
        run(tmp_path / "out")


def test_nothing_is_written_into_the_project(project):
    with pytest.raises(InputError, match="lies in the project"):
        run(project / "dist/deposit")


def test_other_tables_under_a_published_version_are_refused(project, tmp_path):
    """As after a withdrawal and a second build of the version that is out."""
    past = project / "data/release_history" / EDITION.version
    run(tmp_path / "first")
    run(tmp_path / "same")
    table = next((past / "tables").glob("*.csv"))
    table.write_bytes(table.read_bytes() + b"x")
    with pytest.raises(ReleaseError, match=f"differs from what was published as version {EDITION.version}; raise the"):
        run(tmp_path / "other")


def test_a_citation_of_another_version_is_refused(project, tmp_path):
    text = (project / "CITATION.cff").read_text(encoding="utf-8")
    (project / "CITATION.cff").write_text(
        text.replace(f"version: {EDITION.version}", "version: 9.0.0"), encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match="make them agree"):
        run(tmp_path / "out")
