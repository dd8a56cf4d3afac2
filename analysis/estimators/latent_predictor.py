"""An outcome that depends on a trait nobody observes directly: what every such regression shares.

What belongs here: the outcome's check and the starting points of the search. What must not: how the trait was asked
about, which each design brings itself.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray

OutcomeModel = Literal["logistic", "linear"]
# Starting effects of the trait, in logits or outcome standard deviations: the surface may have a peak on either side.
EFFECT_STARTS = (-1.0, 1.0)


def checked_outcome(outcome: npt.ArrayLike, n: int, outcome_model: str) -> FloatArray:
    """Give the outcome as (n,) floats; EstimationError for another model, length or value than the model allows."""
    if outcome_model not in ("logistic", "linear"):
        raise EstimationError(f"outcome_model is '{outcome_model}'; choose 'logistic' or 'linear'")
    o = np.asarray(outcome, dtype=np.float64)
    if o.shape != (n,) or not np.isfinite(o).all():
        raise EstimationError(f"outcome must be one finite number for each of the {n} respondents; drop or code others")
    if outcome_model == "logistic" and not np.isin(o, (0.0, 1.0)).all():
        raise EstimationError("outcome holds other values than 0 and 1; use the linear outcome model, or recode it")
    return o


def outcome_starts(
    trait: FloatArray, X: FloatArray, w: FloatArray, o: FloatArray, outcome_model: OutcomeModel
) -> list[FloatArray]:
    """Give starting points: the trait fitted alone (`trait`), the outcome without it, an effect on either side."""
    if outcome_model == "logistic":
        return [np.concatenate([trait, np.zeros(X.shape[1]), [effect]]) for effect in EFFECT_STARTS]
    root = np.sqrt(w)
    beta = np.linalg.lstsq(X * root[:, None], o * root, rcond=None)[0]
    sigma = float(np.std(o - X @ beta)) or 1.0
    return [np.concatenate([trait, beta, [effect * sigma, np.log(sigma)]]) for effect in EFFECT_STARTS]
