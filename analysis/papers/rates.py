"""Outcome rates by the definitions of the American Association for Public Opinion Research.

Source: AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th edition
(2023): response rates 1 to 6, cooperation rates 1 and 3, refusal rates 1 to 3, contact rates 1 to 3. What must not be
here: a disposition that nobody stated.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.errors import EstimationError

COUNTS = ("I", "P", "R", "NC", "O", "UH", "UO")
"""Complete and partial interviews, refusals and break-offs, non-contacts, others; unknown whether there is a household
or whether it is eligible; unknown otherwise."""
ELIGIBLE = "e"
"""Estimated share of the unknown cases that are eligible."""


@dataclass(frozen=True)
class Dispositions:
    """Final dispositions of the cases that were drawn.

    Attributes
    ----------
    counts : code of `COUNTS` to cases
    eligible : e, between 0 and 1; None where nobody estimated it
    """

    counts: Mapping[str, int]
    eligible: float | None = None


def outcome_rates(made: Dispositions) -> dict[str, float]:
    """Every rate that the dispositions give, by AAPOR's abbreviation, as a fraction of 1.

    Without `e` the rates that need it (RR3, RR4, REF2, CON2) are absent. A rate whose denominator is zero is absent.

    Raises
    ------
    EstimationError
        A count is missing or negative, or `e` lies outside 0 and 1.

    Examples
    --------
    >>> rates = outcome_rates(Dispositions({"I": 50, "P": 10, "R": 20, "NC": 10, "O": 0, "UH": 10, "UO": 0}))
    >>> rates["RR1"], rates["COOP1"]
    (0.5, 0.625)
    """
    _demand(made)
    i, p, r, nc, o, uh, uo = (made.counts[code] for code in COUNTS)
    interviews, contacts, known = i + p, i + p + r + o, i + p + r + nc + o
    every = known + uh + uo
    likely = math.nan if made.eligible is None else known + made.eligible * (uh + uo)
    families: dict[str, dict[int, tuple[int, float]]] = {
        "RR": {1: (i, every), 2: (interviews, every), 3: (i, likely), 4: (interviews, likely), 5: (i, known),
               6: (interviews, known)},
        "COOP": {1: (i, contacts), 3: (i, interviews + r)},
        "REF": {1: (r, every), 2: (r, likely), 3: (r, known)},
        "CON": {1: (contacts, every), 2: (contacts, likely), 3: (contacts, known)},
    }  # fmt: skip
    return {
        f"{family}{number}": above / below
        for family, rates in families.items()
        for number, (above, below) in rates.items()
        if below > 0
    }


def _demand(made: Dispositions) -> None:
    if set(made.counts) != set(COUNTS):
        raise EstimationError(f"dispositions {', '.join(sorted(made.counts))}; give exactly {', '.join(COUNTS)}")
    for code, count in made.counts.items():
        if count < 0:
            raise EstimationError(f"{code} is {count}; a disposition counts 0 cases or more")
    if made.eligible is not None and not (math.isfinite(made.eligible) and 0 <= made.eligible <= 1):
        raise EstimationError(f"e is {made.eligible}; it is a share between 0 and 1")
