"""Simulation-based calibration of the ideal-point model: parameters from the prior, a survey from the parameters.

Source: Talts, Betancourt, Simpson, Vehtari & Gelman 2018, arXiv:1804.06788. Surveys that lack an answer category are
drawn again: what is thrown away depends on the answers alone, so ranks stay uniform.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.ideal_points import ideal_points
from analysis.estimators.endorsement.posterior import Prior

PRIOR = Prior(normal_variance=1.0, largest_variance=2.0, gap_rate=1.0)
J, K, CATEGORIES, RESPONDENTS = 3, 1, 3, 160
DRAWS, THINNED = 250, 100
NAMES = ("Intercept", "g")
POLICIES = ("a", "b", "c")


def from_prior(rng):
    """Parameters by the names of the reported terms."""
    phi2 = rng.uniform(0, PRIOR.largest_variance, 2)
    mean = rng.normal(size=2)
    lam = mean + np.sqrt(phi2) * rng.normal(size=(J, 2))
    beta, omega2 = np.abs(rng.normal(size=J)), rng.uniform(0, PRIOR.largest_variance, J)
    first = rng.normal(size=J)
    second = first + rng.exponential(1 / PRIOR.gap_rate, J)
    delta = rng.normal()
    told = {"theta[e.Intercept]": mean[0], "theta[e.g]": mean[1], "delta[g]": delta, "support[e]": lam[:, 0].mean()}
    for j, policy in enumerate(POLICIES):
        told |= {
            f"beta[{policy}]": beta[j], f"alpha[{policy}]": first[j], f"cut[{policy}.2]": second[j],
            f"omega2[{policy}.e]": omega2[j], f"lambda[{policy}.e.Intercept]": lam[j, 0],
            f"lambda[{policy}.e.g]": lam[j, 1],
        }  # fmt: skip
    return told, (beta, np.column_stack([first, second]), lam, omega2, delta)


def survey(rng, parameters):
    """Answers, endorsers and the covariate of one survey."""
    beta, cuts, lam, omega2, delta = parameters
    g, arm = rng.integers(0, 2, RESPONDENTS), rng.integers(0, 2, (RESPONDENTS, J))
    x = g * delta + rng.normal(size=RESPONDENTS)
    support = lam[:, 0] + np.outer(g, lam[:, 1]) + np.sqrt(omega2) * rng.normal(size=(RESPONDENTS, J))
    latent = beta * (x[:, None] + arm * support) + rng.normal(size=(RESPONDENTS, J))
    return 1.0 + (latent[:, :, None] > cuts).sum(axis=2), arm, np.column_stack([np.ones(RESPONDENTS), g])


def ranks(seed):
    """Rank of each true value among thinned posterior draws, 0 to THINNED; how many surveys were drawn."""
    rng = np.random.default_rng([20261125, seed])
    for tried in range(1, 200):
        told, parameters = from_prior(rng)
        y, arm, matrix = survey(rng, parameters)
        if any(len(np.unique(y[:, j])) < CATEGORIES for j in range(J)):
            continue
        try:
            answers = endorsement_answers(y, arm, POLICIES, ("e",))
        except EstimationError:
            continue
        result = ideal_points(answers, rng, matrix, NAMES, draws=DRAWS, prior=PRIOR, extensions=0)
        kept = {t: v.ravel()[np.linspace(0, v.size - 1, THINNED).astype(int)] for t, v in result.sampled.items()}
        return {term: int((kept[term] < value).sum()) for term, value in told.items()}, tried
    raise AssertionError("no survey had all categories")


def extend(path, worlds):
    """Add worlds to the tracked ranks until there are so many; each is written as soon as it is done."""
    found = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    with path.open("a", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        for world in range(max(len(found) - 1, 0), worlds):
            told, _ = ranks(world)
            if not found and world == 0:
                table.writerow(["world", *told])
            table.writerow([world, *told.values()])
            lines.flush()


if __name__ == "__main__":  # ./run python -m tests.recovery.ideal_point_worlds 200
    extend(Path(__file__).with_name("ideal_point_ranks.csv"), int(sys.argv[1]))
