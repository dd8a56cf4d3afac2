"""A bundle that was changed in any way is noticed."""

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from analysis.errors import ReleaseError
from analysis.release.bundle import bundle_bytes
from analysis.release.verification import verify_bundle

ROOT = Path(__file__).resolve().parents[3]
FILES = {"tables/a.csv": b"x\n1\n", "README.md": b"hello\n"}


def bundle(path, files, sums=None, extra=()):
    sums = FILES if sums is None else sums
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sums.items())
    content = {f"name-1/{name}": data for name, data in [*files.items(), ("SHA256SUMS", lines.encode())]}
    path.write_bytes(bundle_bytes(content, date(2026, 11, 23)))
    with zipfile.ZipFile(path, "a") as archive:
        for name, data in extra:
            archive.writestr(f"name-1/{name}", data)
    return path


def test_a_whole_bundle_has_no_problem(tmp_path):
    found = verify_bundle(bundle(tmp_path / "a.zip", FILES))
    assert (found.top, found.files_n, found.problems) == ("name-1", 2, ())


@pytest.mark.parametrize(
    ("files", "extra", "problem"),
    [
        (FILES | {"tables/a.csv": b"x\n2\n"}, (), ("tables/a.csv", "differs from its checksum")),
        ({"README.md": b"hello\n"}, (), ("tables/a.csv", "is listed but missing")),
        (FILES | {"more.txt": b"!"}, (), ("more.txt", "was added: it is not listed")),
    ],
)
def test_a_change_is_noticed(tmp_path, files, extra, problem):
    assert verify_bundle(bundle(tmp_path / "a.zip", files, extra=extra)).problems == (problem,)


def test_a_zip_with_a_member_without_a_name_is_refused(tmp_path):
    path = bundle(tmp_path / "a.zip", FILES, extra=[("QQQQ", b"x")])
    path.write_bytes(path.read_bytes().replace(b"name-1/QQQQ", b"\0name-1QQQQ"))
    with pytest.raises(ReleaseError, match="no bundle of this project"):
        verify_bundle(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_hides_another_is_noticed(tmp_path):
    found = verify_bundle(bundle(tmp_path / "a.zip", FILES, extra=[("README.md", b"other\n")]))
    assert ("README.md", "is in the zip more than once") in found.problems


def test_every_flipped_byte_is_noticed(tmp_path):
    path = bundle(tmp_path / "a.zip", FILES)
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert is_refused(path), f"byte {position}"
    path.write_bytes(whole)
    assert not is_refused(path)


def is_refused(path):
    try:
        return bool(verify_bundle(path).problems)
    except ReleaseError:
        return True


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"not a zip")
    with pytest.raises(ReleaseError, match="not a readable zip"):
        verify_bundle(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x/y", b"")
    with pytest.raises(ReleaseError, match="no bundle of this project"):
        verify_bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("x/SHA256SUMS", b"rubbish")
    with pytest.raises(ReleaseError, match="no checksum: 'rubbish'"):
        verify_bundle(tmp_path / "c.zip")


def run(*arguments):
    command = [sys.executable, "-m", "analysis", "verify-bundle", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_says_so(tmp_path):
    good = run(bundle(tmp_path / "a.zip", FILES))
    assert (good.returncode, good.stdout) == (0, "name-1: all 2 files match their checksums\n")
    bad = run(bundle(tmp_path / "b.zip", {"README.md": b"hello\n"}), "--json")
    assert bad.returncode == 2
    assert bad.stderr.count("\n") == 1
    assert "tables/a.csv is listed but missing" in bad.stderr
    assert json.loads(bad.stdout)["whole"] is False


@pytest.fixture
def folder(tmp_path):
    with zipfile.ZipFile(bundle(tmp_path / "a.zip", FILES)) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_an_unpacked_bundle_is_compared_too(folder):
    top = next(folder.iterdir())
    for place in (folder, top):
        found = verify_bundle(place)
        assert (found.top, found.files_n, found.problems) == (top.name, len(FILES), ())


def test_an_unpacked_bundle_that_was_changed_is_refused(folder):
    top = next(folder.iterdir())
    changed, gone = sorted(FILES)[:2]
    (top / changed).write_bytes(b"other")
    (top / gone).unlink()
    (top / "more.txt").write_bytes(b"more")
    assert dict(verify_bundle(folder).problems) == {
        changed: "differs from its checksum", gone: "is listed but missing", "more.txt": "was added: it is not listed",
    }  # fmt: skip


def test_a_folder_that_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="want one folder with SHA256SUMS in it; this is no bundle"):
        verify_bundle(tmp_path)
