"""Who may read a vault: its owner, and nobody else on the machine.

What must not be here: the content of a file.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import CustodyError

OTHERS = stat.S_IRWXG | stat.S_IRWXO
PRIVATE_UMASK = 0o077


def close_to_others(folder: Path) -> int:
    """Take every right of other users from a folder and all in it; links are left, what they lead to is not followed.

    Returns
    -------
    int
        Files and folders that others could use before.

    Raises
    ------
    CustodyError
        The file system does not let the rights be taken away: somebody else owns a file, or it knows no rights.
    """
    opened = [path for path in (folder, *_inside(folder)) if path.lstat().st_mode & OTHERS]
    for path in opened:
        mode = stat.S_IMODE(path.stat().st_mode) & ~OTHERS
        try:
            path.chmod(mode)
        except OSError as error:
            raise CustodyError(
                f"{path}: others can use it, and it cannot be closed ({error.strerror}); own it"
            ) from error
        if stat.S_IMODE(path.stat().st_mode) != mode:
            raise CustodyError(f"{path}: this file system keeps no rights; put the vault on one that does")
    return len(opened)


def _inside(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        yield from (path for name in (*folders, *files) if not (path := Path(place, name)).is_symlink())
