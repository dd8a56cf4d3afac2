"""Many files rewritten together: all of them are written beside the old ones before the first takes its place.

What must not be here: what is written.
"""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import CustodyError

BESIDE = ".erasing."
"""How the name of a file begins that is written beside the one it replaces."""


def replace_all(contents: Mapping[Path, bytes | None]) -> None:
    """Give every file its new content, or none any.

    Parameters
    ----------
    contents : mapping
        File, links followed, → new content; None: the file goes. Put in place in this order, after all are written.

    Raises
    ------
    CustodyError
        A file cannot be written; every file is then as it was.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            if content is not None:
                staged[path] = _written(path, content)
        for path, content in contents.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                staged[path].replace(path)
    except OSError as error:
        raise CustodyError(f"{error.filename}: cannot be written ({error.strerror}); run the same again") from error
    finally:
        for left in staged.values():
            left.unlink(missing_ok=True)


def remove_left(folder: Path) -> None:
    """Files that a withdrawal wrote and did not live to put in place."""
    for left in folder.rglob(f"{BESIDE}*"):
        with contextlib.suppress(FileNotFoundError):
            left.unlink()


def _written(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=BESIDE, suffix=path.suffix)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
    return Path(name)
