"""Build the staged book and publish it in one step.

The builder runs in a process of its own whose environment is stated here, so that folder, time, language and user leave
no trace in the pages. What must not be here: anything about what the pages say.
"""

import datetime
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from analysis.errors import ReleaseError

BUILD = "from jupyter_book.cli.main import main; main()"
STRICT = ("-W", "-n", "--keep-going", "--quiet")
LEFTOVERS = (".buildinfo", ".buildinfo.bak", "objects.inv", "_sources", "searchindex.js")
LEFTOVER_PATTERNS = ("_static/**/*.map", "_static/**/*.LICENSE.txt", "_static/*-macros.html")
SHOWN_LINES = 25
UNRENDERED = re.compile(r"\{\{ ?\w+ ?\}\}")


def build_book(staging: Path, workshop: Path, published: Path, day: date) -> None:
    """Build the staged sources and move the finished pages to where they are read.

    Parameters
    ----------
    staging : Path
        Sources.
    workshop : Path
        Folder for everything that is thrown away.
    published : Path
        Where the finished book stands; it is replaced only by a complete one.
    day : date
        Day of the release, the only clock that the builder sees.

    Raises
    ------
    ReleaseError
        The builder warned or failed; the message ends with its last lines.
    """
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    html = _run(staging, workshop, day)
    require_rendered(html)
    _tidy(html)
    _publish(html, published, workshop / "previous")


def _run(staging: Path, workshop: Path, day: date) -> Path:
    command = [sys.executable, "-c", BUILD, "build", *STRICT, "--path-output", str(workshop), str(staging)]
    finished = subprocess.run(  # noqa: S603 (our own interpreter and paths)
        command, env=_environment(workshop, day), cwd=workshop, capture_output=True, text=True, check=False
    )
    html = workshop / "_build" / "html"
    if finished.returncode != 0 or not (html / "index.html").is_file():
        said = [line for line in (finished.stdout + finished.stderr).splitlines() if line.strip()]
        raise ReleaseError("the book does not build; mend what the builder names:\n" + "\n".join(said[-SHOWN_LINES:]))
    return html


def require_rendered(html: Path) -> None:
    """ReleaseError where a page shows a reference that nothing was put in place of, in a text or an attribute."""
    left = [
        f"{path.relative_to(html)}: {match[0]}"
        for path in sorted(html.rglob("*.html"))
        for match in [UNRENDERED.search(path.read_text(encoding="utf-8"))]
        if match
    ]
    if left:
        raise ReleaseError("references that were not rendered; a directive's option takes none:\n" + "\n".join(left))


def _environment(workshop: Path, day: date) -> dict[str, str]:
    """What the builder and the notebook's kernel see: no user configuration, one language, one clock."""
    noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "SPHINX", "LC_"))
    }
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return (
        kept
        | {name: str(workshop / name.lower()) for name in folders}
        | {
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SOURCE_DATE_EPOCH": str(int(noon.timestamp())),
            "NO_COLOR": "1",
            "COLUMNS": "120",
        }
    )


def _tidy(html: Path) -> None:
    """Remove what no reader needs, and give every file the mode of a new one."""
    for name in LEFTOVERS:
        path = html / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for pattern in LEFTOVER_PATTERNS:
        for path in html.glob(pattern):
            path.unlink()
    taken = os.umask(0o077)
    os.umask(taken)
    for path in (html, *sorted(html.rglob("*"))):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~taken)


def _publish(html: Path, published: Path, previous: Path) -> None:
    """Two renames: readers see the old book or the whole new one."""
    published.parent.mkdir(parents=True, exist_ok=True)
    if published.exists():
        published.rename(previous)
    html.rename(published)
    shutil.rmtree(previous, ignore_errors=True)
