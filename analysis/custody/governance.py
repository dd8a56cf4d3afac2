"""The governance file of a study on real exports: who answers for it, on which ground, until when.

`study: vault` does not start without it. It also anchors what nobody may exchange unseen: the key, by its fingerprint,
and the ledger, by the hash of a line that it must still hold. What must not be here: a default for any field.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import CustodyError

TEMPLATE = "data/codelists/governance_template.yml"
UNFILLED = "FILL IN"
"""What the template holds where an answer belongs."""
MINIMUM_PLAN = 80
"""Characters under which a plan or an explanation cannot say who does what."""

ARTICLE_6 = ("consent", "public_task", "legitimate_interests")
ARTICLE_9 = ("explicit_consent", "research_with_safeguards", "manifestly_public")
FIELDS: Mapping[str, Mapping[str, str]] = {
    "controller": {"name": "text", "country": "text", "contact": "text", "data_protection_officer": "text"},
    "approval_reference": {"board": "text", "number": "text", "approved_on": "day"},
    "dpia": {"reference": "text", "completed_on": "day", "residual_risk": "low|medium"},
    "legal_basis": {"article_6": "|".join(ARTICLE_6), "article_9": "|".join(ARTICLE_9), "explanation": "plan"},
    "retention": {"raw_exports_until": "day", "key_until": "day", "restricted_rows_until": "day"},
    "compelled_disclosure_plan": {"responsible": "text", "steps": "plan"},
}


ANCHORS = "anchors"
"""The one section that `./run` writes by itself, at a study's first run and after each further one."""
ANCHORED = {"key_fingerprint": re.compile("[0-9a-f]{16}"), "ledger_head": re.compile("[0-9a-f]{64}")}
_BLOCK = re.compile(rf"^{ANCHORS}:.*\n(?:[ \t]+.*\n?)*", re.MULTILINE)


@dataclass(frozen=True)
class Anchors:
    """The key's fingerprint, and the hash of the ledger's last line when the study was last opened."""

    key_fingerprint: str
    ledger_head: str


@dataclass(frozen=True)
class Governance:
    """A valid governance file: section → field → answer (text or day); its anchors, once there are any."""

    answers: Mapping[str, Mapping[str, str | date]]
    anchors: Anchors | None = None

    def overdue(self, day: date) -> tuple[str, ...]:
        """Retention days that have passed, as `section.field`."""
        retention = self.answers["retention"].items()
        return tuple(f"retention.{name}" for name, until in retention if isinstance(until, date) and until < day)


def load_governance(path: Path) -> Governance:
    """Read and check a governance file.

    Raises
    ------
    CustodyError
        Missing, not YAML, or with unknown, missing or unanswered fields; the message lists every field.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        advice = f"copy {TEMPLATE} there and answer every field"
        raise CustodyError(f"{path}: cannot be read: {error.strerror}; {advice}") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CustodyError(f"{path}: not YAML in UTF-8: {' '.join(str(error).split())}") from error
    found = [*_violations(content)]
    if found:
        raise CustodyError(f"{path}: {len(found)} field(s) to mend: {'; '.join(found)}")
    answers = {section: {name: content[section][name] for name in fields} for section, fields in FIELDS.items()}
    return Governance(answers, Anchors(**content[ANCHORS]) if ANCHORS in content else None)


def write_anchors(path: Path, anchors: Anchors) -> None:
    """Put anchors into a governance file, in place of earlier ones; every other byte stays."""
    block = "".join(f'  {name}: "{getattr(anchors, name)}"\n' for name in ANCHORED)
    text = path.read_text(encoding="utf-8")
    kept = _BLOCK.sub("", text)
    new = f"{kept}{'' if kept.endswith(chr(10)) or not kept else chr(10)}{ANCHORS}:\n{block}"
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(new)
    beside.replace(path)


def _violations(content: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"want sections {', '.join(FIELDS)}"
        return
    yield from (f"{section}: unknown section" for section in content if section not in (*FIELDS, ANCHORS))
    yield from _anchor_violations(content.get(ANCHORS, ...))
    for section, fields in FIELDS.items():
        if not isinstance(content.get(section), dict):
            yield f"{section}: want a section with {', '.join(fields)}"
            continue
        answers = content[section]
        yield from (f"{section}.{name}: unknown field" for name in answers if name not in fields)
        for name, kind in fields.items():
            problem = _problem(answers.get(name), kind)
            if problem:
                yield f"{section}.{name}: {problem}"
    yield from _order(content)


def _anchor_violations(anchors: Any) -> Iterator[str]:
    """What is wrong with the anchors; a file that has none yet is at its first run."""
    if anchors is ...:
        return
    if not isinstance(anchors, dict) or anchors.keys() != ANCHORED.keys():
        yield f"{ANCHORS}: want exactly {', '.join(ANCHORED)}, as ./run wrote them; restore the file from a backup"
        return
    for name, pattern in ANCHORED.items():
        if not isinstance(anchors[name], str) or not pattern.fullmatch(anchors[name]):
            yield f"{ANCHORS}.{name}: not as ./run wrote it; restore the file from a backup"


def _problem(answer: Any, kind: str) -> str:
    """What is wrong with one answer, or nothing."""
    if kind == "day":
        return "" if type(answer) is date else "want a day such as 2027-12-31"
    if not isinstance(answer, str) or not answer.strip():
        return "want a text"
    if UNFILLED in answer:
        return "still as in the template; answer it"
    if kind == "plan" and len(answer.strip()) < MINIMUM_PLAN:
        return f"want at least {MINIMUM_PLAN} characters: who does what, in which order"
    if "|" in kind and answer not in kind.split("|"):
        return f"got {answer!r}; allowed: {', '.join(kind.split('|'))}"
    return ""


def _order(content: dict[str, Any]) -> Iterator[str]:
    """Days that contradict each other."""
    retention = content.get("retention")
    if not isinstance(retention, dict):
        return
    raw, key = retention.get("raw_exports_until"), retention.get("key_until")
    if type(raw) is date and type(key) is date and key < raw:
        yield "retention.key_until: before raw_exports_until; withdrawal needs the key while raw rows exist"
