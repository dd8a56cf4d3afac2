"""Take one person's rows out of the raw exports of a vault: the only thing here that changes an export.

A row is a case, a line of a table, or an element of a list in JSON. The file is written anew beside the old one, then
takes its place. What must not be here: deciding who withdrew, or counting how many did.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat

from analysis.errors import CustodyError

AUTHOR_KEYS = frozenset(
    (
        "account", "acct", "actor", "actor_id", "author", "author_fullname", "author_id", "did", "from_id", "handle",
        "id", "id_str", "screen_name", "uniqueId", "user_id", "username", "value",
    )
)  # fmt: skip
"""Fields in which an export names the account behind an item; a field that names whom it answers is none of them."""

BESIDE = ".erasing."
"""How the name of a file begins that is written beside the one it replaces."""
PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
UTF8_MARK = "\ufeff"
csv.field_size_limit(2**31 - 1)

Rewritten = bytes


def erase_respondent(path: Path, variable: str, subject: str) -> None:
    """Take out every row of a survey export in which a variable holds a key.

    Parameters
    ----------
    path : Path
        The export; replaced.
    variable : str
        The variable that holds the ledger's key.
    subject : str
        The key.

    Raises
    ------
    CustodyError
        A packed file, or a file that cannot be read; it stays as it was.
    """
    start = _start(path)
    if start[:4] in (b"$FL2", b"$FL3"):
        _replace_table(path, lambda target: _spss(path, target, variable, subject))
    elif start.startswith(b"<stata") or start[:1] in (b"\x71", b"\x72", b"\x73"):
        _replace_table(path, lambda target: _stata(path, target, variable, subject))
    elif start.startswith(b"PK\x03\x04"):
        _replace_table(path, lambda target: _workbook(path, target, variable, subject))
    else:
        _replace(path, _without_rows(_text(path), frozenset([subject]), variable))


def erase_account(path: Path, names: Collection[str]) -> None:
    """Take out every item of a post export that an account made, or that carries the account's own words inside it.

    Parameters
    ----------
    path : Path
        The export; replaced.
    names : collection of str
        Id and handle of the account, as the export writes them.

    Raises
    ------
    CustodyError
        A packed file, or text that is neither JSON nor a table; it stays as it was.
    """
    wanted = frozenset(names)
    text = _text(path)
    opening = text.lstrip(UTF8_MARK).lstrip()[:1]
    if opening not in ("{", "["):
        _replace(path, _without_rows(text, wanted, None))
        return
    _replace(path, _without_items(path, text, wanted))


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise CustodyError(f"{path}: cannot be read: {error.strerror}; nothing was erased in it") from error
    if start.startswith(PACKED):
        raise CustodyError(f"{path}: is packed; unpack it, name the unpacked file in the manifest, and erase again")
    return start


def _text(path: Path) -> str:
    start = _start(path)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise CustodyError(f"{path}: not {encoding.upper()} at byte {error.start}; nothing was erased in it") from error


def _replace(path: Path, content: Rewritten) -> None:
    _replace_table(path, lambda target: target.write_bytes(content))


def _replace_table(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the file, keep its rights, put it in the file's place."""
    for left in path.parent.glob(f"{BESIDE}*"):  # by a withdrawal that was killed
        left.unlink()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=BESIDE, suffix=path.suffix)
    os.close(handle)
    target = Path(name)
    try:
        write(target)
        target.chmod(path.stat().st_mode & 0o777)
        target.replace(path)
    except Exception as error:  # three libraries, each with failures of its own
        raise CustodyError(
            f"{path}: cannot be written anew ({type(error).__name__}); nothing was erased in it"
        ) from error
    finally:
        target.unlink(missing_ok=True)


def _without_rows(text: str, wanted: frozenset[str], variable: str | None) -> Rewritten:
    """Delimited text without the rows in which a cell, or the variable's cell, is one of the names."""
    lines = io.StringIO(text.removeprefix(UTF8_MARK), newline="")
    first = lines.readline()
    delimiter = max(",;\t", key=first.count)
    lines.seek(0)
    rows = list(csv.reader(lines, delimiter=delimiter))
    column = next((n for n, name in enumerate(rows[0]) if name.strip() == variable), None) if variable else None
    kept = [row for n, row in enumerate(rows) if n == 0 or not _names_any(row, column, wanted)]
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter, lineterminator="\r\n" if first.endswith("\r\n") else "\n").writerows(kept)
    return (UTF8_MARK * text.startswith(UTF8_MARK) + sink.getvalue()).encode()


def _names_any(row: list[str], column: int | None, wanted: frozenset[str]) -> bool:
    """A row too short for its column is broken: it is searched whole."""
    cells = row if column is None or column >= len(row) else [row[column]]
    return any(cell.strip() in wanted for cell in cells)


def _without_items(path: Path, text: str, wanted: frozenset[str]) -> Rewritten:
    """JSON without the account's items: a document, or one value a line."""
    body = text.removeprefix(UTF8_MARK)
    try:
        return (json.dumps(_cleaned(json.loads(body), wanted), ensure_ascii=False, indent=1) + "\n").encode()
    except RecursionError as error:
        raise CustodyError(f"{path}: nested too deeply; nothing was erased in it") from error
    except ValueError:
        return "".join(_kept_lines(body, wanted)).encode()


def _kept_lines(body: str, wanted: frozenset[str]) -> Iterator[str]:
    for line in body.splitlines(keepends=True):
        try:
            value = json.loads(line)
        except ValueError:
            # A broken line cannot be told apart: it goes when it holds a name at all.
            if not any(name in line for name in wanted):
                yield line
            continue
        if not _is_of(value, wanted):
            cleaned = _cleaned(value, wanted)
            yield line if cleaned == value else json.dumps(cleaned, ensure_ascii=False) + "\n"


def _cleaned(value: Any, wanted: frozenset[str]) -> Any:
    """The value with the account's elements taken out of every list in it."""
    if isinstance(value, dict):
        return {key: _cleaned(each, wanted) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each, wanted) for each in value if not _is_of(each, wanted)]
    return value


def _is_of(value: Any, wanted: frozenset[str]) -> bool:
    """Whether an element names the account as its author, itself or in an object inside it; lists are judged apart."""
    if not isinstance(value, dict):
        return False
    own = any(key in AUTHOR_KEYS and str(each) in wanted for key, each in value.items())
    return own or any(_is_of(each, wanted) for each in value.values())


def _workbook(path: Path, target: Path, variable: str, subject: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    names = [str(cell.value).strip() if cell.value is not None else "" for cell in sheet[1]]
    column = names.index(variable) + 1
    for row in range(sheet.max_row, 1, -1):
        if str(sheet.cell(row, column).value).strip() == subject:
            sheet.delete_rows(row)
    book.save(target)


def _spss(path: Path, target: Path, variable: str, subject: str) -> None:
    read: Callable[..., tuple[Any, Any]] = pyreadstat.read_sav
    frame, meta = read(path, user_missing=True, disable_datetime_conversion=True)
    kept = frame[frame[variable].astype("str").str.strip() != subject]
    pyreadstat.write_sav(
        kept, target, file_label=meta.file_label or "", column_labels=dict(meta.column_names_to_labels),
        variable_value_labels=meta.variable_value_labels, missing_ranges=meta.missing_ranges,
        variable_format=meta.original_variable_types, variable_measure=meta.variable_measure,
        variable_display_width=meta.variable_display_width,
    )  # fmt: skip


def _stata(path: Path, target: Path, variable: str, subject: str) -> None:
    read: Callable[..., tuple[Any, Any]] = pyreadstat.read_dta
    frame, meta = read(path, user_missing=True, disable_datetime_conversion=True)
    kept = frame[frame[variable].astype("str").str.strip() != subject]
    pyreadstat.write_dta(
        kept, target, file_label=meta.file_label or "", column_labels=dict(meta.column_names_to_labels),
        variable_value_labels=meta.variable_value_labels, missing_user_values=meta.missing_user_values,
        variable_format=meta.original_variable_types, version=15,
    )  # fmt: skip
