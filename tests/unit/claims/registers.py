"""The committed register, and copies of it with one alteration."""

import hashlib
from pathlib import Path
from typing import Any

import yaml

from analysis.claims.entries import Claim, Register
from analysis.claims.register import load_register

FOLDER = Path(__file__).resolve().parents[3] / "data" / "claims"
CLAIMS = FOLDER / "claims.yml"
FROZEN = FOLDER / "FROZEN.sha256"
LINKS = FOLDER / "evidence_links.csv"
LAST_PART = {1: 2, 2: 2, 5: 3, 6: 2, 13: 2, 14: 2}  # claims that come in parts, with the number of parts
IDS = [
    f"C{number:02d}" + (f".{part}" if number in LAST_PART else "")
    for number in range(1, 19)
    for part in range(1, LAST_PART.get(number, 1) + 1)
]
RAW: dict[str, Any] = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))
FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FAMILY = ("C01.2", "C02.1", "C03", "C04", "C05.2", "C06.1", "C07", "C08", "C11", "C13.1")


def as_yaml(raw: dict[str, Any]) -> str:
    return str(yaml.dump(raw, Dumper=FAST_DUMPER, allow_unicode=True, sort_keys=False))


def load_text(folder: Path, text: str) -> Register:
    path = folder / "claims.yml"
    path.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "FROZEN.sha256").write_text(f"{digest}  claims.yml\n", encoding="utf-8")
    return load_register(path, folder / "FROZEN.sha256")


def entry(raw: dict[str, Any], claim_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(claim for claim in raw["claims"] if claim["id"] == claim_id)
    return found


def claim(register: Register, claim_id: str) -> Claim:
    return next(one for one in register.claims if one.id == claim_id)
