"""Which tiers each stage reads and writes, from the file that runs them, through a link: DVC tracks no `dvc.yaml`."""

from analysis.measures.pipeline import pipeline_flow
from analysis.params import Params
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Count the files of every tier per stage."""
    store.write("candidate__pipeline_flow", pipeline_flow(store.root / "data/codelists/pipeline.yaml"))
