"""What each random device does to the probability of the answer yes.

What belongs here: the two constants of each design, Pr(yes) = c0 + c1 π. What must not: estimates.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import EstimationError

DESIGNS = ("forced", "mirrored", "disguised", "unrelated", "crosswise", "triangular")
# Below this |c1| an answer carries next to nothing about the respondent, and errors explode.
MIN_SIGNAL = 1e-3
# Thirds are written with few decimals on a command line.
ROUNDING = 5e-3


@dataclass(frozen=True, slots=True)
class Device:
    """A random device.

    Attributes
    ----------
    design
        One of `DESIGNS`.
    c0, c1
        Pr(yes) = c0 + c1 π, where π is the probability of holding the sensitive trait.
    """

    design: str
    c0: float
    c1: float

    def yes_given(self, held: int) -> float:
        """Probability of the answer yes for holders (1) and others (0)."""
        return self.c0 + self.c1 * held


def device(
    design: str, p: float, *, p1: float | None = None, p0: float | None = None, q: float | None = None
) -> Device:
    """Describe a random device by its probabilities.

    Parameters
    ----------
    design
        `forced`: p answer truthfully, p1 are told to say yes, p0 to say no. `mirrored` (Warner): p get the question,
        1 − p its opposite. `disguised`: as mirrored, with coloured piles. `unrelated`: p get the question, 1 − p an
        unrelated one with probability q of yes. `crosswise`: p is the probability of the innocuous trait, yes means
        that both or neither hold. `triangular`: p likewise, yes means that at least one holds.
    p, p1, p0, q
        Between 0 and 1; only those of the design.

    Returns
    -------
    Device

    Raises
    ------
    EstimationError
        When the design is unknown, a probability is missing, superfluous or impossible, or the answers carry nothing.

    Source
        Blair, Imai & Zhou 2015, JASA 110(511), 1304–1319, section 2; crosswise and triangular: Yu, Tian & Tang 2008,
        Metrika 67(3), 251–263.

    Example
    -------
    >>> device("mirrored", 0.75).c1
    0.5
    """
    if design not in DESIGNS:
        raise EstimationError(f"design is '{design}'; choose one of {', '.join(DESIGNS)}")
    _refuse_impossible({"p": p, "p1": p1, "p0": p0, "q": q})
    _refuse_superfluous(design, p1, p0, q)
    c0, c1 = _constants(design, p, p1, p0, q)
    if abs(c1) < MIN_SIGNAL:
        raise EstimationError(f"p is {p:g}: with this device the {design} design says nothing; choose another p")
    return Device(design, c0, c1)


def _refuse_impossible(given: dict[str, float | None]) -> None:
    for name, value in given.items():
        if value is not None and not 0 <= value <= 1:
            raise EstimationError(f"{name} is {value:g}; a probability lies between 0 and 1")


def _refuse_superfluous(design: str, p1: float | None, p0: float | None, q: float | None) -> None:
    if design != "forced" and (p1 is not None or p0 is not None):
        raise EstimationError(f"p1 and p0 belong to the forced design, not to {design}; leave them out")
    if design != "unrelated" and q is not None:
        raise EstimationError(f"q belongs to the unrelated design, not to {design}; leave it out")


def _constants(design: str, p: float, p1: float | None, p0: float | None, q: float | None) -> tuple[float, float]:
    if design == "forced":
        return _forced(p, p1, p0), p
    if design == "unrelated":
        if q is None:
            raise EstimationError("q is missing; give the probability of yes to the unrelated question")
        return (1 - p) * q, p
    return (p, 1 - p) if design == "triangular" else (1 - p, 2 * p - 1)


def _forced(p: float, p1: float | None, p0: float | None) -> float:
    """Probability of a forced yes; of p, p1 and p0 two give the third."""
    if p1 is None and p0 is None:
        raise EstimationError("p1 and p0 are missing; give the probabilities of a forced yes and a forced no")
    yes = 1 - p - float(p0 or 0.0) if p1 is None else p1
    no = 1 - p - yes if p0 is None else p0
    if yes < -ROUNDING or abs(p + yes + no - 1) > ROUNDING:
        raise EstimationError(f"p, p1 and p0 are {p:g}, {yes:g} and {no:g}; they must add up to 1")
    return max(yes, 0.0)
