"""How many items repeat one that came before, in memory that does not grow with the export.

Only keyed digests leave memory, into an unnamed temporary file; the key is random and dies with the process.
"""

import hashlib
import secrets
import tempfile
from typing import IO

import numpy as np

_DIGEST_BYTES = 8
_KEPT_IN_MEMORY = 4 * 2**20
_PART_ROWS = 2**20


class RepeatCounter:
    """Counts identities seen more than once; at 64 bits, 100 million items collide with a chance below 1 in 3,000."""

    def __init__(self) -> None:
        """Start with a fresh key and no items."""
        self._key = secrets.token_bytes(16)
        self._digests: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def add(self, identity: str) -> None:
        """Note one item."""
        data = identity.encode("utf-8", "surrogatepass")
        self._digests.write(hashlib.blake2b(data, digest_size=_DIGEST_BYTES, key=self._key).digest())
        self._count += 1

    def repeated(self) -> int:
        """Items whose identity an earlier item had."""
        parts = 1 + self._count // _PART_ROWS
        return self._count - sum(self._distinct(part, parts) for part in range(parts))

    def _distinct(self, part: int, parts: int) -> int:
        """Distinct digests among those that fall into one of several parts of equal size."""
        self._digests.seek(0)
        kept = []
        while block := self._digests.read(_DIGEST_BYTES * _PART_ROWS):
            digests = np.frombuffer(block, dtype="<u8")
            kept.append(digests[digests % parts == part])
        self._digests.seek(0, 2)
        return len(np.unique(np.concatenate(kept))) if kept else 0
