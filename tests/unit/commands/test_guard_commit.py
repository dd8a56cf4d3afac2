"""What looks like a vault's is refused by where it lies and by what it holds; what the project publishes is not."""

import subprocess
from pathlib import Path

import pytest
import yaml

from analysis.commands.guard_commit import guard_commit, reasons
from analysis.custody.ledger import append
from analysis.custody.pseudonyms import create_key
from analysis.errors import CustodyError
from tests.formats.miniatures import WHATSAPP
from tests.formats.portables import MINIATURE as PORTABLE
from tests.unit.custody.test_governance import VALID
from tests.unit.custody.test_ledger import GRANT

ROOT = Path(__file__).resolve().parents[3]


def test_the_project_itself_may_be_committed(monkeypatch):
    monkeypatch.chdir(ROOT)
    if not (ROOT / ".git").exists():
        pytest.skip("no git repository")
    guard_commit()


def ledger(folder):
    append(folder / "a.txt", GRANT)


def key(folder):
    create_key(folder / "a.txt", ROOT)


def text(content):
    return lambda folder: (folder / "a.txt").write_text(content)


LOCK = "outs:\n    - path: data/restricted/restricted__vault_posts.parquet\n      hash: md5\n      md5: 0\n"


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (ledger, "a line of a consent ledger"),
        (key, "a key"),
        (text(yaml.safe_dump(VALID)), "a governance file"),
        (text("accounts:\n - {account: '1', consent_subject: A}\n"), "a manifest of exports"),
        (text(LOCK), "the lock of a vault study"),
        (text("$FL2 and more"), "an SPSS file"),
        (lambda folder: (folder / "a.txt").write_bytes(PORTABLE), "an SPSS file"),
        (lambda folder: (folder / "a.txt").write_bytes(WHATSAPP), "an exported chat"),
        (lambda folder: (folder / "a.txt").write_bytes(b"\x1f\x8b\x08"), "a packed file"),
    ],
)
def test_a_file_is_known_by_what_it_holds(tmp_path, make, what):
    make(tmp_path)
    assert [each for each in reasons(tmp_path / "a.txt") if what in each]
    with pytest.raises(CustodyError, match=r"1 file.s. may not be committed: .*a\.txt"):
        guard_commit([tmp_path / "a.txt"])


@pytest.mark.parametrize("name", ["data/vault/a.csv", "data/restricted/a", "data/new/a.csv", "data/a.csv"])
def test_a_folder_of_data_is_closed_unless_it_is_listed(name):
    assert list(reasons(Path(name))) == ["lies in a folder of data/ that is never committed"]
    assert list(reasons(Path("data/reference/a.csv"))) == []


def test_what_was_forced_into_the_index_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CustodyError, match="looks at a git repository"):
        guard_commit()
    (tmp_path / "data/vault").mkdir(parents=True)
    (tmp_path / "data/vault/a.csv").write_text("x")
    for arguments in (["init", "-q"], ["add", "-f", "."]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    with pytest.raises(CustodyError, match=r"data/vault/a\.csv: lies in a folder of data/"):
        guard_commit()


def test_words_about_such_files_are_no_such_files(tmp_path):
    (tmp_path / "a.py").write_text("consent_subject: x\n")
    (tmp_path / "a.txt").write_text("the consent ledger and its wording_sha256\n")
    assert list(reasons(tmp_path / "a.py")) == list(reasons(tmp_path / "a.txt")) == []
