"""What leaves a file, said in the words of its reader.

What must not be here: bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MARK = "erased"
"""What stands where another person's row named the one who left: nobody, and yet not nothing."""
MARK_NUMBER = -101
"""The same in a column of numbers, the narrowest of which end at −127; no id is negative."""


@dataclass(frozen=True)
class Cut:
    """Rows that go, and cells of other rows that no longer name the person.

    Attributes
    ----------
    rows : rows that go, as the reader counts them: the line on which a row of text starts, the row of a sheet, the case
    marks : number of a row that stays → its columns that are overwritten
    labels : variable → codes whose value labels go: the person's own
    """

    rows: frozenset[int]
    marks: Mapping[int, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the file stays as it is."""
        return not self.rows and not self.marks
