"""What every part of a plan has in common: it is frozen, strict about types, and refuses a key that nobody declared."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(pattern=r"\S")]
"""Words that are printed as they stand."""

Column = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""Where answers stand: an item's id in small letters, for a part `item_part`."""

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
"""Name of an item in the questionnaire."""

Code = Annotated[str, StringConstraints(pattern=r"^[^.\s]\S*$")]
"""An answer as tables hold it: one word, that starts with no dot."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""An ISO 639 code."""

Day = date
"""A day, written 2027-05-01."""

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
"""What groups are made by."""

EstimandId = Annotated[str, StringConstraints(pattern=r"^[EK]\d{2}[a-z]?_[a-z0-9_]+$")]
"""E… stands in the claims register, K… is context."""


class Entry(BaseModel):
    """A part of a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)
