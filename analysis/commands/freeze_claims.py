"""`freeze-claims`: record the hash of a new version of the register."""

from pathlib import Path

from analysis.claims.register import freeze


def freeze_claims() -> None:
    """Freeze data/claims/claims.yml after a dated entry was added to its history."""
    folder = Path.cwd() / "data/claims"
    print(f"frozen: {freeze(folder / 'claims.yml', folder / 'FROZEN.sha256')}")
