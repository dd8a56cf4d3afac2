"""Which corpora enter: none while the study is `published`."""

import pandas as pd

from analysis.errors import CustodyError
from analysis.params import Params
from analysis.store import Store

ABSENT = "No {} entered this release: every number in it is published or recomputed from published files."


def run(store: Store, params: Params) -> None:
    """Refuse a vault study, which has no reader here, and otherwise record that no corpus is part of the study."""
    if params.study == "vault":
        raise CustodyError(
            "params.yaml: study is 'vault', but this version has no reader, consent ledger or scrubber to admit "
            "exports with; nothing in data/vault was read or changed. Set study: published to build the release"
        )
    corpora = {"survey": "survey answers", "posts": "posts"}
    rows = [(code, "not_part_of_study", ABSENT.format(noun)) for code, noun in corpora.items()]
    store.write("candidate__corpora", pd.DataFrame(rows, columns=["corpus_code", "admission_code", "admission_text"]))
