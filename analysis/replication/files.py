"""Third-party files: taken from a folder or from their public address, accepted by hash only."""

import hashlib
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis.atomic import write_atomically
from analysis.errors import ReplicationError

MIRROR_VARIABLE = "EXTERNAL_MIRROR"
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Source:
    """Where a third-party file comes from and which bytes it has."""

    name: str
    address: str
    repository: str
    commit: str
    licence: str
    citation: str
    sha256: str
    size_bytes: int


def load_sources(path: Path) -> dict[str, Source]:
    """Read `sources.yml`: file name → Source; ReplicationError for an entry that lacks, empties or adds a field."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        sources = {name: Source(name=name, **fields) for name, fields in content.items()}
    except TypeError as error:
        raise ReplicationError(f"{path}: an entry does not have exactly the fields of a source: {error}") from error
    for name, source in sources.items():
        empty = [field for field, value in vars(source).items() if not str(value or "").strip()]
        if empty:
            raise ReplicationError(f"{path}: {name} has no {empty[0]}; state it, or say in words that it is not known")
    return sources


def obtain(source: Source, folder: Path) -> bytes:
    """The file's bytes, from `folder` if they are there, else from the mirror or the public address.

    Parameters
    ----------
    source : Source
        What is wanted.
    folder : Path
        Where an earlier run may have kept the file; a file that was fetched is kept there.

    Raises
    ------
    ReplicationError
        The file is missing from the mirror, the address cannot be reached, or the bytes have another hash. A file with
        another hash is never kept.
    """
    kept = _if_it_is(source, folder / source.name)
    if kept is not None:
        return kept
    mirror = os.environ.get(MIRROR_VARIABLE)
    data = _from_mirror(source, Path(mirror)) if mirror else _from_address(source)
    _demand_hash(source, data, mirror or source.address)
    write_atomically(folder / source.name, data)
    return data


def at_hand(source: Source, folder: Path) -> bytes | None:
    """The file's bytes from `folder` or the mirror, None where neither holds them; nothing is fetched or kept."""
    mirror = os.environ.get(MIRROR_VARIABLE)
    places = [folder, *([Path(mirror)] if mirror else [])]
    found = (_if_it_is(source, place / source.name) for place in places)
    return next((data for data in found if data is not None), None)


def _if_it_is(source: Source, path: Path) -> bytes | None:
    """A file's bytes when they have the source's hash."""
    data = path.read_bytes() if path.is_file() else b""
    return data if _sha256(data) == source.sha256 else None


def _from_mirror(source: Source, mirror: Path) -> bytes:
    try:
        return (mirror / source.name).read_bytes()
    except OSError as error:
        raise ReplicationError(
            f"{source.name}: not in {MIRROR_VARIABLE}={mirror} ({error.strerror}); put the file there, or unset "
            f"{MIRROR_VARIABLE} to fetch it from {source.address}"
        ) from error


def _from_address(source: Source) -> bytes:
    if not source.address.startswith("https://"):
        raise ReplicationError(
            f"{source.name}: address {source.address} is not https; correct data/external/sources.yml"
        )
    try:
        with urllib.request.urlopen(source.address, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 (https only)
            return bytes(response.read())
    except (urllib.error.URLError, OSError) as error:
        raise ReplicationError(
            f"{source.name}: {source.address} cannot be reached ({error}); connect to the network, or name a folder "
            f"that holds the file in {MIRROR_VARIABLE}"
        ) from error


def _demand_hash(source: Source, data: bytes, origin: str) -> None:
    found = _sha256(data)
    if found != source.sha256:
        raise ReplicationError(
            f"{source.name} from {origin}: SHA-256 is {found}, want {source.sha256} ({source.size_bytes} bytes, got "
            f"{len(data)}); the file was changed or cut: fetch commit {source.commit} of {source.repository} again"
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
