"""Which corpora enter: none while the study is `published`."""

import pandas as pd

from analysis.custody.governance import load_governance
from analysis.errors import CustodyError
from analysis.params import Params
from analysis.store import Store

ABSENT = "No {} entered this release: every number in it is published or recomputed from published files."


def run(store: Store, params: Params) -> None:
    """Refuse a vault study, which this version cannot admit; otherwise record that the study holds no corpus."""
    if params.study == "vault":
        load_governance(store.root / "data/vault/governance.yml")
        raise CustodyError(
            "params.yaml: study is 'vault', and this version reads, checks and scrubs exports but does not yet admit "
            "them into the pipeline; nothing in data/vault was changed. Set study: published to build the release"
        )
    corpora = {"survey": "survey answers", "posts": "posts"}
    rows = [(code, "not_part_of_study", ABSENT.format(noun)) for code, noun in corpora.items()]
    store.write("candidate__corpora", pd.DataFrame(rows, columns=["corpus_code", "admission_code", "admission_text"]))
