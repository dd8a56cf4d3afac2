"""Attacks on the files themselves: what stands beside the tables, in them, and around them."""

import hashlib
import math
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.disclosure.audit.findings import Finding

SHORTEST_PATH = 6
SHARE_COLUMNS = ("value", "ci_low", "ci_high", "bound_low", "bound_high")
STUDIES = ("synthetic", "vault")
SHARE_ENDING, LABEL_ENDINGS, FLAG_BEGINNINGS = "_share", ("_code", "estimand_id"), ("is_", "has_", "holds_")
SHARE_ROUNDING = 1e-6
ALLOWED_PARQUET_METADATA = {b"title", b"row_is", b"source"}


def attack_release(folder: Path, forbidden: Iterable[str]) -> list[Finding]:
    """Every attack on the files of a release; `forbidden` are strings of this machine that no byte may hold."""
    return [
        *parquet_metadata(folder),
        *checksums(folder),
        *strings(folder, forbidden),
        *failed_designs(folder, folder),
        *failed_designs_in_parts(folder),
    ]


def attack_publication(release: Path, book: Path, bundle: Path, forbidden: Iterable[str]) -> list[Finding]:
    """Every attack on the finished book and bundle."""
    searched = list(forbidden)
    return [
        *strings(book, searched),
        *strings_in_bundle(bundle, searched),
        *failed_designs(release, book),
        *bundle_differences(release, bundle),
    ]


def parquet_metadata(folder: Path) -> list[Finding]:
    """Anything in a Parquet file beside the table: foreign key-value entries, statistics, dictionaries, clocks."""
    findings = []
    for file in sorted(folder.rglob("*.parquet")):
        for text in _parquet_leaks(pq.ParquetFile(file)):
            findings.append(Finding("parquet_metadata", file.name, text))
    return findings


def _parquet_leaks(parquet: pq.ParquetFile) -> Iterable[str]:
    for key in set(parquet.metadata.metadata or {}) - ALLOWED_PARQUET_METADATA:
        yield f"key-value entry {key.decode(errors='replace')!r}"
    for field in parquet.schema_arrow:
        if pa.types.is_timestamp(field.type) or pa.types.is_time(field.type):
            yield f"column {field.name!r} holds times finer than a day"
        if pa.types.is_dictionary(field.type):
            yield f"column {field.name!r} carries a dictionary, which can list unused values"
    for group in range(parquet.metadata.num_row_groups):
        for index in range(parquet.metadata.num_columns):
            chunk = parquet.metadata.row_group(group).column(index)
            if chunk.is_stats_set:
                yield f"column {chunk.path_in_schema!r} carries statistics"


def checksums(folder: Path) -> list[Finding]:
    """A file that is changed, missing or added since SHA256SUMS was written."""
    listed = {}
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, path = line.partition("  ")
        listed[path] = digest
    found = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    found.pop("SHA256SUMS", None)
    texts = {path: "listed but missing" for path in listed.keys() - found.keys()}
    texts |= {path: "present but not listed" for path in found.keys() - listed.keys()}
    for path in listed.keys() & found.keys():
        if hashlib.sha256(found[path].read_bytes()).hexdigest() != listed[path]:
            texts[path] = "bytes differ from the listed hash"
    return [Finding("checksums", path, text) for path, text in sorted(texts.items())]


def strings(folder: Path, forbidden: Iterable[str]) -> list[Finding]:
    """Strings of the machine that built it: folders, user and host names."""
    searched = [text for text in forbidden if text]
    findings = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        found = _found(file.read_bytes(), searched)
        findings += [Finding("strings", file.relative_to(folder).as_posix(), f"holds {text!r}") for text in found]
    return findings


def strings_in_bundle(bundle: Path, forbidden: Iterable[str]) -> list[Finding]:
    """The same search in every entry of the zip, and in the names of the entries."""
    searched = [text for text in forbidden if text]
    findings = []
    with zipfile.ZipFile(bundle) as archive:
        for entry in archive.infolist():
            found = _found(entry.filename.encode() + b"\n" + archive.read(entry), searched)
            findings += [Finding("strings", f"{bundle.name}:{entry.filename}", f"holds {text!r}") for text in found]
    return findings


def _found(data: bytes, texts: list[str]) -> list[str]:
    return [text for text in texts if text.encode() in data]


def failed_designs(release: Path, searched: Path) -> list[Finding]:
    """A difference from a design that failed its diagnostics, dressed up as a percentage anywhere in the text."""
    findings = []
    patterns = {value: _percentage_of(value) for value in _values_of_failed_designs(release)}
    holders = {value: _other_tables_with(release, value) for value in patterns}
    for file in sorted(
        file for file in searched.rglob("*") if file.suffix in {".html", ".md", ".csv", ".js", ".svg", ".txt", ".ipynb"}
    ):
        text = file.read_text(encoding="utf-8")
        for value, pattern in patterns.items():
            if any(table in text for table in holders[value]):
                continue
            findings += [
                Finding("failed_designs", file.relative_to(searched).as_posix(), f"shows {match.group(0)!r}")
                for match in pattern.finditer(text)
            ]
    return findings


def failed_designs_in_parts(release: Path) -> list[Finding]:
    """Shares that speak of a failed design, or add up to its difference: the percentage, cut into pieces.

    Rows of one design are told by their labels: cells that the name of its estimand holds. Every released table is
    read, and every column whose name ends in `_share`.
    """
    failed = _failed_designs(release)
    findings = []
    for path in sorted((release / "tables").glob("open__*.parquet")):
        table = pq.read_table(path)
        shares = [name for name in table.column_names if name.endswith(SHARE_ENDING)]
        rows = table.to_pylist() if shares else []
        for design, value in failed.items():
            own = [row for row in rows if _speaks_of(row, design)]
            findings += [
                Finding("failed_designs", f"tables/{path.name}", f"column {name!r} {_in_parts(own, name, value)}")
                for name in shares
                if any(row[name] is not None for row in own)
            ]
    return findings


def _failed_designs(release: Path) -> dict[str, float]:
    """Name of the estimand of every failed design → its difference."""
    table = pq.read_table(release / "tables/open__estimates.parquet").to_pylist()
    failed = {row["estimand_id"] for row in table if not row["is_usable"]}
    return {
        row["estimand_id"]: row["value"] for row in table if row["estimand_id"] in failed and row["value"] is not None
    }


def _speaks_of(row: dict[str, object], design: str) -> bool:
    """The row has labels, and the name of the design's estimand holds each of them."""
    labels = [text for name, text in row.items() if name.endswith(LABEL_ENDINGS) and isinstance(text, str)]
    return bool(labels) and all(text in design for text in labels)


def _in_parts(rows: list[dict[str, object]], column: str, value: float) -> str:
    """What the shares give away: their sum over one of the answers yes and no, or that they are there at all."""
    flags = [name for name in rows[0] if name.startswith(FLAG_BEGINNINGS)]
    groups = [[row for row in rows if row[name] is flag] for name in flags for flag in (True, False)]
    sums = [math.fsum(float(str(row[column])) for row in group if row[column] is not None) for group in (rows, *groups)]
    if any(abs(one - value) < len(rows) * SHARE_ROUNDING for one in sums):
        return f"adds up to the difference {value:.4f} of a failed design"
    return "has shares of a failed design"


def _other_tables_with(release: Path, value: float) -> list[str]:
    """Tables of the study that hold the same number as a share: a page that names one of them may show it."""
    same = f"{value * 100:.1f}"
    found = []
    for path in sorted(path for study in STUDIES for path in (release / "tables").glob(f"open__{study}_*.parquet")):
        table = pq.read_table(path)
        shares = [table[name].to_pylist() for name in SHARE_COLUMNS if name in table.column_names]
        if any(f"{share * 100:.1f}" == same for column in shares for share in column if share is not None):
            found.append(path.stem)
    return found


def _values_of_failed_designs(release: Path) -> list[float]:
    """Differences whose estimand also has a row that was found unusable."""
    table = pq.read_table(release / "tables/open__estimates.parquet").to_pylist()
    failed = {row["estimand_id"] for row in table if not row["is_usable"]}
    return [row["value"] for row in table if row["estimand_id"] in failed and row["value"] is not None]


def _percentage_of(value: float) -> re.Pattern[str]:
    """The value times 100 with 1 or 2 decimals, before a per cent sign or word."""
    numbers = {f"{value * 100:.{decimals}f}" for decimals in (1, 2)}
    spelled = "|".join(re.escape(number).replace(r"\.", "[.,]") for number in sorted(numbers))
    return re.compile(rf"(?<![\d.,])(?:{spelled})\s*(?:%|&#37;|per\s?cent)", re.IGNORECASE)


def bundle_differences(release: Path, bundle: Path) -> list[Finding]:
    """Files of the bundle that are not the release's, and the other way round."""
    with zipfile.ZipFile(bundle) as archive:
        zipped = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    found = {file.relative_to(release).as_posix(): file.read_bytes() for file in release.rglob("*") if file.is_file()}
    differing = sorted(path for path in zipped.keys() | found.keys() if zipped.get(path) != found.get(path))
    return [Finding("bundle_differences", path, "differs between release and bundle") for path in differing]


def strings_of_this_machine(root: Path) -> list[str]:
    """The project's folder and the home folder: what a build must not leave in its product.

    A path shorter than `SHORTEST_PATH` characters is left out: it would be found by chance.
    """
    paths = [str(root.resolve()), str(Path.home())]
    return [path for path in paths if len(path) >= SHORTEST_PATH]
