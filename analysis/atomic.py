"""Files and folders that appear whole or not at all, and what a run that was killed left behind.

Everything is written under a temporary name in the folder where it will stand, then renamed. What must not be here:
what the bytes mean, or an import that takes long: every run starts by clearing away.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.errors import StoreError

UNFINISHED = ".part"
"""How every temporary name ends; none of them is ever read."""


def write_atomically(path: Path, data: bytes) -> None:
    """Write under a temporary name in the same folder, then rename: a reader sees the old file or the whole new one.

    Raises
    ------
    StoreError
        The machine does not let the file be written (full disk, read-only folder); the old one is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o666 & ~_umask())
                Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(
            f"{path}: not written, and what was there is untouched ({error.strerror}); "
            "make room or permit writing, then run the same again"
        ) from error


def _umask() -> int:
    """What the process takes from the rights of a new file: it can only be read by being set."""
    current = os.umask(0o077)
    os.umask(current)
    return current


def _remove_abandoned(path: Path) -> None:
    """Temporary files of this name whose writer was killed."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{UNFINISHED}"):
        remove_if_abandoned(left)


def remove_if_abandoned(left: Path) -> bool:
    """Remove a temporary file or folder unless its writer lives, which then holds its lock; True when it is gone."""
    with contextlib.suppress(FileNotFoundError, BlockingIOError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
        return True
    return False


@contextlib.contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    """Hold the lock of a file or a folder; the system gives it back when the process dies."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a whole folder under a temporary name, then rename: a reader sees the old one or the whole new one.

    Parameters
    ----------
    folder : Path
        Its old content is gone afterwards.
    files : mapping
        Path within the folder → content.

    Raises
    ------
    StoreError
        Another process writes the same folder, or the machine does not let it be written.
    """
    new, old = (folder.with_name(f".{folder.name}.{word}{UNFINISHED}") for word in ("new", "old"))
    for left in (new, old):
        if left.exists() and not remove_if_abandoned(left):
            raise StoreError(f"{folder}: another process is writing it; wait for that one")
    new.mkdir(parents=True)
    with _locked(new, fcntl.LOCK_EX):
        for name, data in files.items():
            write_atomically(new / name, data)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
