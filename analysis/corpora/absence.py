"""Why a value is not there: one code per reason, because a hole and a refusal are different findings.

What must not be here: an instrument's own missing codes (`instrument`), or mending a missing value.
"""

from dataclasses import dataclass
from enum import Enum


class Absence(Enum):
    """Reasons that an export itself shows; never a text, so that a text can never be taken for one."""

    NOT_EXPORTED = "not_exported"
    """The vendor, or this version of its export, has no such field."""
    NULL = "null"
    """The field is there and says that there is no value (JSON null, SPSS or Stata system-missing)."""
    EMPTY = "empty"
    """The field is there and holds an empty text."""
    DELETED = "deleted_by_author"
    """The author took it away before the export."""
    REMOVED = "removed_by_platform"
    """A moderator or the platform took it away before the export."""
    UNPARSEABLE = "unparseable"
    """A value is there and cannot be what the field is for."""


@dataclass(frozen=True)
class UserMissing:
    """A value that the survey's own file declares as missing: its code as text and the label the file gives it."""

    code: str
    label: str


Text = str | Absence
Count = int | Absence
Flag = bool | Absence
Answer = str | Absence | UserMissing
