"""Verdicts: the frozen rules applied to everything known."""

import pandas as pd

from analysis.claims.entries import FieldLink, Register
from analysis.claims.register import load_field_links, load_links, open_register
from analysis.claims.verdict import judge_register
from analysis.disclosure.history import held_evidence, hold, load_past, load_verdicts
from analysis.disclosure.policy import load_policy
from analysis.params import Params
from analysis.results import claims
from analysis.results.field_evidence import field_pieces, links_to
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

FIELD_LINKS = "data/vault/evidence_links.csv"
"""A study's own: which of its estimates bear on which claim, decided in writing by its investigators."""


def _published(store: Store, params: Params, register: Register) -> tuple[pd.DataFrame, list[FieldLink]]:
    """The evidence behind the numbers that the release will hold, and the links to it."""
    now = {
        "survey": store.read(study_table(params.study, "restricted__survey_evidence")),
        "posts": store.read(study_table(params.study, "restricted__post_evidence")),
    }
    members = store.read(study_table(params.study, "restricted__release_members"))
    minimum = load_policy(store.root / "data/codelists/disclosure_policy.yml").minimum_cell
    since = hold(load_past(store.root, params.study), members, minimum).since
    rows = pd.concat(held_evidence(store.root, params.study, since, now).values(), ignore_index=True)
    links = load_field_links(store.root / FIELD_LINKS, register)
    return rows, links_to(rows, links, set().union(*(each.estimand_id for each in now.values())))


def run(store: Store, params: Params) -> None:
    """Judge the register and write it with its evidence and its verdicts."""
    folder = store.root / "data/claims"
    register = open_register(store.root, params.study)
    shown, context = store.read("candidate__benchmarks_shown"), store.read("candidate__benchmarks_context")
    found = claims.pieces(
        register,
        links=load_links(folder / "evidence_links.csv", register),
        figures=pd.concat([shown, context]),
        events=store.read("candidate__events_dated"),
        population=store.read("candidate__population_host_year"),
        tables={
            "asylum_protection": store.read("candidate__asylum_protection"),
            "asylum_protection_uk": store.read("candidate__asylum_protection_uk"),
            "diaspora_frames": store.read("candidate__diaspora_frames"),
            "list_practice": store.read("candidate__list_practice"),
            "replication_results": store.read("candidate__replication_results"),
        },
    )
    plan = open_plan(store.root, params.study)
    if params.study == "vault":
        found += field_pieces(register, *_published(store, params, register), plan)
    verdicts = judge_register(register, [piece.evidence for piece in found])
    store.write("candidate__claims_register", claims.register_rows(register, dict(plan.estimands())))
    store.write("candidate__claim_evidence", claims.evidence_rows(found))
    judged = claims.verdict_rows(verdicts)
    earlier = [(past.version, past.day, past.verdicts) for past in load_verdicts(store.root / "data/release_history")]
    edition = (params.release.version, params.release.date, judged)
    store.write("candidate__claim_verdicts", judged)
    store.write("candidate__verdict_history", claims.verdict_history([*earlier, edition]))
