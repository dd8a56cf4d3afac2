"""`bench estimators`: the endorsement model in numpyro, whose no-U-turn sampler mixes well.

What belongs here: the model as a careful user would write it, ideal points sampled and support integrated out, run by
another Python that has numpyro (named in NUMPYRO_PYTHON). What must not: installing anything; our own sampler.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from analysis.estimators.endorsement.answers import EndorsementAnswers
from analysis.estimators.variance import FloatArray

VARIABLE = "NUMPYRO_PYTHON"
# Non-centred, since a centred one stops at small variances; priors as in `posterior.Prior`.
MODEL = """
import sys, time
import numpy as np, jax, jax.numpy as jnp, numpyro
import numpyro.distributions as dist
from jax.scipy.stats import norm
from numpyro.infer import MCMC, NUTS
numpyro.set_host_device_count(1)
numpyro.enable_x64()
data = np.load(sys.argv[1])
y, arm = jnp.asarray(data["y"]), jnp.asarray(data["arm"])
n, J = y.shape
L = int(y.max()) + 1

def model():
    beta = numpyro.sample("beta", dist.HalfNormal(5.0).expand([J]).to_event(1))
    first = numpyro.sample("first", dist.Normal(0.0, 5.0).expand([J]).to_event(1))
    gaps = numpyro.sample("gaps", dist.Exponential(0.1).expand([J, L - 2]).to_event(2))
    cuts = numpyro.deterministic("cuts", first[:, None] + jnp.concatenate([jnp.zeros((J, 1)), jnp.cumsum(gaps, 1)], 1))
    theta = numpyro.sample("theta", dist.Normal(0.0, 5.0))
    phi2 = numpyro.sample("phi2", dist.Uniform(0.0, 10.0))
    raw = numpyro.sample("raw", dist.Normal(0.0, 1.0).expand([J]).to_event(1))
    lam = numpyro.deterministic("lam", theta + jnp.sqrt(phi2) * raw)
    omega2 = numpyro.sample("omega2", dist.Uniform(0.0, 10.0).expand([J]).to_event(1))
    x = numpyro.sample("x", dist.Normal(0.0, 1.0).expand([n]).to_event(1))
    mean = beta * (x[:, None] + arm * lam)
    spread = jnp.sqrt(1.0 + arm * beta**2 * omega2)
    edges = jnp.concatenate([jnp.full((J, 1), -1e4), cuts, jnp.full((J, 1), 1e4)], 1)
    rows = jnp.arange(J)
    p = norm.cdf((edges[rows, y + 1] - mean) / spread) - norm.cdf((edges[rows, y] - mean) / spread)
    numpyro.factor("answers", jnp.sum(jnp.log(jnp.maximum(p, 1e-300))))

begin = time.process_time()
mcmc = MCMC(NUTS(model), num_warmup=int(sys.argv[3]), num_samples=int(sys.argv[3]), num_chains=4,
            chain_method="sequential", progress_bar=False)
mcmc.run(jax.random.PRNGKey(1), extra_fields=())
found = mcmc.get_samples(group_by_chain=True)
kept = [np.asarray(found[k]).reshape(4, int(sys.argv[3]), -1) for k in ("beta", "cuts", "lam", "omega2", "theta")]
np.savez(sys.argv[2], draws=np.concatenate(kept, axis=2).transpose(2, 0, 1), seconds=time.process_time() - begin)
"""
DRAWS = 500


def nuts_output(answers: EndorsementAnswers) -> tuple[FloatArray | None, float, str]:
    """Sample the model with numpyro: (quantities, chains, draws) and CPU seconds, or why it was skipped.

    Parameters
    ----------
    answers
        One endorser, no missing answer.

    Returns
    -------
    tuple
        Draws or None, seconds, reason.
    """
    python = os.environ.get(VARIABLE)
    if not python:
        return None, 0.0, f"skipped: name a Python that has numpyro in {VARIABLE}"
    if subprocess.run([python, "-c", "import numpyro"], capture_output=True, check=False).returncode:
        return None, 0.0, f"skipped: '{python}' has no numpyro"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        given, out = Path(folder) / "answers.npz", Path(folder) / "draws.npz"
        np.savez(given, y=answers.y.astype(np.int64) - 1, arm=answers.endorser)
        call = [python, "-c", MODEL, str(given), str(out), str(DRAWS)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            return None, 0.0, f"numpyro ended in an error: {lines[-1] if lines else ''}"
        made = np.load(out)
        return np.asarray(made["draws"], dtype=np.float64), float(made["seconds"]), ""
