"""The fictional world, written out as real vendor exports."""

import pandas as pd

from analysis.atomic import replace_folder
from analysis.params import Params
from analysis.store import Store
from analysis.synthetic.fiction import Sizes, write_fiction
from analysis.synthetic.truth import HEADER


def run(store: Store, params: Params) -> None:
    """Write `data/fiction` anew, and the values that the world was made with as a table."""
    chosen = params.simulate_study
    fiction = write_fiction(chosen.seed, Sizes(chosen.population, chosen.respondents, chosen.posts))
    replace_folder(store.root / "data/fiction", fiction.files)
    truths = [(each.estimand_id, each.group, each.quantity, each.value) for each in fiction.truths]
    store.write("restricted__synthetic_truth", pd.DataFrame(truths, columns=list(HEADER)))
