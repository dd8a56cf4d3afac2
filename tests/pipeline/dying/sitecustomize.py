"""Python imports this at its start when its folder is on the path: a stage dies or waits before it places a file.

DIES_IN, DIES_BEFORE: stage, and which of its renames it does not live to make. WAITS_IN, WAITS_FOR: stage, and the file
without which it makes none. PLACED_LOG: a line with the stage's name for every rename.
"""

import os
import signal
import sys
import time
from pathlib import Path

POLL_SECONDS = 0.05


def watch(stage):
    """Replace the two calls by which files are put in place."""
    made = []

    def watched(call):
        def put(source, target, **how):
            if Path.cwd() in Path(target).absolute().parents:
                made.append(target)
                if os.environ.get("PLACED_LOG"):
                    with Path(os.environ["PLACED_LOG"]).open("a", encoding="utf-8") as log:
                        log.write(f"{stage}\n")
                while os.environ.get("WAITS_IN") == stage and not Path(os.environ["WAITS_FOR"]).exists():
                    time.sleep(POLL_SECONDS)
                if os.environ.get("DIES_IN") == stage and len(made) == int(os.environ["DIES_BEFORE"]):
                    os.killpg(0, signal.SIGKILL)
            return call(source, target, **how)

        return put

    os.rename, os.replace = watched(os.rename), watched(os.replace)


if sys.orig_argv[-2:-1] == ["stage"]:
    watch(sys.orig_argv[-1])
