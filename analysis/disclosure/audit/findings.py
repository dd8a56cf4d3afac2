"""What an attack returns, and how the audit reports it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What one attack found in one file."""

    attack: str
    file: str
    text: str


def report(findings: list[Finding], attacks: Iterable[str]) -> bytes:
    """The audit as JSON: one entry per attack with what it found."""
    entries = [
        {"attack": attack, "findings": [vars(finding) for finding in findings if finding.attack == attack]}
        for attack in attacks
    ]
    return (json.dumps({"passed": not findings, "attacks": entries}, indent=2, ensure_ascii=False) + "\n").encode()


def refusal(what: str, findings: list[Finding]) -> str:
    """The error text for findings that stop a release."""
    lines = "\n".join(f"  {finding.attack}: {finding.file}: {finding.text}" for finding in findings)
    return f"the audit found {len(findings)} leak(s) in {what}; mend the source and rebuild:\n{lines}"
