"""A package index of another day: every locked package is there, and a newer version of each beside it.

    python3 tests/environment/newer_index.py WHEELS INDEX

WHEELS is a folder made by `./run fetch-wheels`, INDEX becomes a tree in the shape of PEP 503 that pip takes as
`PIP_INDEX_URL=file://…/INDEX`. Whoever resolves instead of installing what the locks state gets an empty package.
"""

import html
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

NEWER = "9999.0"


def normalised(name: str) -> str:
    """A project's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def project_of(file: str) -> str:
    """The project that a wheel or a source archive belongs to."""
    if file.endswith(".whl"):
        return normalised(file.split("-", maxsplit=1)[0])
    return normalised(re.sub(r"-\d[^-]*\.(tar\.gz|zip)$", "", file))


def newer_wheel(folder: Path, project: str) -> Path:
    """A wheel of a later version that holds nothing."""
    name = project.replace("-", "_")
    wheel, info = folder / f"{name}-{NEWER}-py3-none-any.whl", f"{name}-{NEWER}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: {NEWER}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: invented\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def write_index(wheels: Path, index: Path) -> list[str]:
    """Write the tree, and give the projects in it."""
    files: dict[str, list[Path]] = {}
    for file in sorted(path for path in wheels.resolve().iterdir() if path.suffix in {".whl", ".gz", ".zip"}):
        files.setdefault(project_of(file.name), []).append(file)
    for project, known in files.items():
        folder = index.resolve() / project
        folder.mkdir(parents=True, exist_ok=True)
        links = [
            f'<a href="file://{quote(str(path))}">{html.escape(path.name)}</a>'
            for path in (*known, newer_wheel(folder, project))
        ]
        (folder / "index.html").write_text("<!DOCTYPE html>\n" + "<br>\n".join(links) + "\n", encoding="utf-8")
    return sorted(files)


if __name__ == "__main__":
    print(len(write_index(Path(sys.argv[1]), Path(sys.argv[2]))), "projects")
