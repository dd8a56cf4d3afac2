"""The compiled part: one file of C, made into a library where there is a compiler, once for each version of the file.

Every caller has another way to the same answers; without a compiler, or with `ANALYSIS_COMPILED=no`, all of them take
it. What must not be here: what the loops are for.
"""

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

SOURCE = resources.files("analysis.texts") / "scan.c"
SWITCH = "ANALYSIS_COMPILED"
FLAGS = ("-O3", "-std=c99", "-shared", "-fPIC")
LONGEST_SECONDS = 120
POINTER, LONG, INT = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
SIGNATURES = {
    "fold": (LONG, (POINTER, POINTER, LONG, *(POINTER,) * 6)),
    "known_words": (
        LONG,
        (POINTER, POINTER, LONG, POINTER, LONG, INT, INT, POINTER, POINTER, LONG, *(POINTER,) * 4, LONG, POINTER),
    ),
    "pick": (None, (POINTER, POINTER, POINTER, LONG, POINTER)),
    "put": (None, (POINTER, LONG, *(POINTER,) * 3, LONG, *(POINTER,) * 3)),
    "automaton_new": (POINTER, (*(POINTER,) * 3, INT, *(POINTER,) * 3, INT, INT, LONG)),
    "automaton_free": (None, (POINTER,)),
    "automaton_scan": (INT, (POINTER, POINTER, POINTER, LONG, POINTER)),
    "automaton_states": (INT, (POINTER,)),
}
"""Function → what it answers and takes, as in the C file."""


@cache
def library() -> ctypes.PyDLL | None:
    """The library, made if this version of it is not there yet; none without a compiler.

    The interpreter's lock is kept while a function of it works: an automaton is changed by being asked.
    """
    if os.environ.get(SWITCH) == "no":
        return None
    name = f"scan-{_version()}.so"
    places = [folder / name for folder in _folders()]
    made = next((place for place in places if place.is_file()), None) or _made(places)
    return _loaded(made) if made else None


def why_slow() -> str | None:
    """Why everything goes the slow way; none where it does not."""
    if library() is not None:
        return None
    if os.environ.get(SWITCH) == "no":
        return f"{SWITCH}=no: texts are read the slow way, with the same results"
    return "no C compiler (cc, gcc or clang) made the fast part: texts are read the slow way, with the same results"


def _version() -> str:
    """Changes with the source, the flags and the machine."""
    told = "\n".join((SOURCE.read_text(encoding="utf-8"), *FLAGS, sys.platform, platform.machine()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _folders() -> list[Path]:
    """The environment's own folder, where there is an environment; the user's cache, where there is a home."""
    own = [Path(sys.prefix) / "share/analysis"] if sys.prefix != sys.base_prefix else []
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expandvars("$HOME/.cache")
    return [*own, *([Path(cache) / "analysis"] if Path(cache).is_absolute() else [])]


def _made(places: list[Path]) -> Path | None:
    """Compiled under a temporary name, then renamed: several processes may do this at once."""
    compiler = next(filter(None, map(shutil.which, (os.environ.get("CC") or "cc", "gcc", "clang"))), None)
    for place in places if compiler else ():
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place.parent) as folder:
                built = Path(folder) / place.name
                with resources.as_file(SOURCE) as source:
                    command = [str(compiler), *FLAGS, "-o", str(built), str(source)]
                    subprocess.run(command, capture_output=True, check=True, timeout=LONGEST_SECONDS)
                built.replace(place)
            return place
        except (OSError, subprocess.SubprocessError):
            continue
    return None


def _loaded(path: Path) -> ctypes.PyDLL | None:
    try:
        held = ctypes.PyDLL(str(path))
    except OSError:
        return None
    for name, (answer, taken) in SIGNATURES.items():
        function = getattr(held, name)
        function.restype, function.argtypes = answer, taken
    return held


def address(array: Any) -> int:
    """Where the library finds an array, which must live as long as it is used there."""
    return int(array.ctypes.data)
