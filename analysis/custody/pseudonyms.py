"""Keyed pseudonyms: one key from outside the repository, one derived key for each purpose.

Survey and posts have different keys, so that their rows cannot be joined; only who allowed linkage gets a pseudonym
under the third. Who holds the key can recompute a pseudonym from an identity, nobody else. What must not be here: a
study's key, a table that leads back.
"""

import contextlib
import hashlib
import os
import secrets
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import CustodyError

KEY_VARIABLE = "STUDY_KEY_FILE"
MINIMUM_BYTES = 32
MAXIMUM_BYTES = 4_096
PURPOSES = ("survey", "posts", "linkage")
PSEUDONYM_BYTES = 16
DISTINCT_BYTES = 8
"""A key of 32 random bytes with fewer distinct ones than this does not occur."""

PUBLISHED_TEST_KEY = b"published test key of the synthetic study: it protects nobody"
"""For the fictional world only: whoever reads this file can recompute its pseudonyms."""


@dataclass(frozen=True)
class StudyKey:
    """A study's key; it never shows itself, in a log or a traceback."""

    _secret: bytes = field(repr=False)
    is_published: bool = False

    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that tell one key from another and nothing about either."""
        return hashlib.blake2b(key=self._derived("fingerprint"), digest_size=8).hexdigest()

    def pseudonym(self, purpose: str, identity: str) -> str:
        """The pseudonym of an identity for one purpose.

        Parameters
        ----------
        purpose : str
            One of PURPOSES.
        identity : str
            The vendor's or the survey's id as text; compared in Unicode's composed form.

        Returns
        -------
        str
            32 hexadecimal digits, always the same for the same key, purpose and identity.

        Raises
        ------
        CustodyError
            Unknown purpose, or an empty identity.

        Examples
        --------
        >>> len(published_test_key().pseudonym("survey", "respondent 1"))
        32
        """
        if purpose not in PURPOSES:
            raise CustodyError(f"pseudonym for purpose {purpose!r}; allowed: {', '.join(PURPOSES)}")
        if not identity:
            raise CustodyError(f"pseudonym for purpose {purpose!r}: the identity is empty; quarantine the row")
        data = unicodedata.normalize("NFC", identity).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._derived(purpose), digest_size=PSEUDONYM_BYTES).hexdigest()

    def _derived(self, purpose: str) -> bytes:
        master = hashlib.blake2b(self._secret, digest_size=64).digest()
        return hashlib.blake2b(key=master, person=purpose.encode(), digest_size=64).digest()


def published_test_key() -> StudyKey:
    """The key of the synthetic study, which everybody knows."""
    return StudyKey(PUBLISHED_TEST_KEY, is_published=True)


def key_from_environment(environment: Mapping[str, str], repository: Path) -> StudyKey:
    """The key in the file that STUDY_KEY_FILE names.

    Raises
    ------
    CustodyError
        The variable is not set, or `load_key` refuses the file.
    """
    name = environment.get(KEY_VARIABLE, "")
    if not name:
        advice = f"create a key with `python -m analysis create-key FILE` and set {KEY_VARIABLE}=FILE"
        raise CustodyError(f"{KEY_VARIABLE} is not set; {advice}")
    return load_key(Path(name), repository)


def load_key(path: Path, repository: Path) -> StudyKey:
    """Read a key file.

    Parameters
    ----------
    path : Path
        A file with the hexadecimal digits that `create_key` writes, or with at least 32 raw bytes; links are followed
        and what they lead to is judged.
    repository : Path
        The project's folder, in which no key may lie.

    Raises
    ------
    CustodyError
        Inside the repository, readable by anybody but its owner, shorter than 32 bytes, not random, or not a file.
    """
    target = _outside(path, repository)
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise CustodyError(f"{path}: key file cannot be opened: {error.strerror}; check {KEY_VARIABLE}") from error
    try:
        _refuse_unsafe(os.fstat(descriptor), path, target)
        return StudyKey(_secret_of(os.read(descriptor, MAXIMUM_BYTES), path))
    finally:
        os.close(descriptor)


def _refuse_unsafe(status: os.stat_result, path: Path, target: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise CustodyError(f"{path}: is not a file; name the key file itself in {KEY_VARIABLE}")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(status.st_mode)
        raise CustodyError(f"{path}: key file has mode {mode:04o}, others can use it; run: chmod 600 {target}")


def create_key(path: Path, repository: Path) -> StudyKey:
    """Write a new random key to a new file that only its owner can read.

    Raises
    ------
    CustodyError
        Inside the repository, the file exists already, or its folder does not.
    """
    target = _outside(path, repository)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        advice = "name a new file in a folder that exists; a key is never overwritten"
        raise CustodyError(f"{path}: key file cannot be created: {error.strerror}; {advice}") from error
    secret = secrets.token_bytes(MINIMUM_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(secret.hex().encode() + b"\n")
    return StudyKey(secret)


def _outside(path: Path, repository: Path) -> Path:
    """The file that a path leads to; neither it nor the path itself may lie in the repository."""
    root = repository.resolve()
    target, named = path.resolve(), path.parent.resolve() / path.name
    if target.is_relative_to(root) or named.is_relative_to(root):
        raise CustodyError(f"{path}: a key inside the repository could be published; move it out of {root}")
    return target


def _secret_of(content: bytes, path: Path) -> bytes:
    """The bytes that a key file stands for."""
    secret = content.rstrip(b"\r\n")
    with contextlib.suppress(ValueError):
        secret = bytes.fromhex(secret.decode("ascii"))
    advice = "create one with `python -m analysis create-key FILE`"
    if len(secret) < MINIMUM_BYTES:
        raise CustodyError(f"{path}: key has {len(secret)} bytes, want at least {MINIMUM_BYTES}; {advice}")
    if len(set(secret)) < DISTINCT_BYTES:
        raise CustodyError(f"{path}: key repeats a few bytes and is not random; {advice}")
    if secret == PUBLISHED_TEST_KEY:
        raise CustodyError(f"{path}: this is the published test key, which protects nobody; {advice}")
    return secret
