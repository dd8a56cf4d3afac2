"""The governance file of a study on real exports: who answers for it, on which ground, until when.

`study: vault` does not start without it. What must not be here: a default for any field.
"""

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


@dataclass(frozen=True)
class Governance:
    """A valid governance file: section → field → answer (text or day)."""

    answers: Mapping[str, Mapping[str, str | date]]

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
    return Governance(
        {section: {name: content[section][name] for name in fields} for section, fields in FIELDS.items()}
    )


def _violations(content: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"want sections {', '.join(FIELDS)}"
        return
    yield from (f"{section}: unknown section" for section in content if section not in FIELDS)
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
