"""The whole command line inside the test's own process: exit code, standard output and error, as a shell would see."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from analysis import __main__ as entry


def run(*arguments):
    """`python -m analysis ARGUMENTS`; the interpreter and its imports are there already."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    as_told = mock.patch.object(sys, "argv", ["analysis", *map(str, arguments)])
    with redirect_stdout(out), redirect_stderr(err), as_told, mock.patch.object(entry, "enter_stated_environment"):
        try:
            entry.main()
            code = 0
        except SystemExit as stopped:
            code = stopped.code or 0
    said, complained = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(arguments, code, said, complained)
