"""`restricted-file`: the person-level file for researchers under an agreement, or the reasons why there is none."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.table import Table

from analysis.atomic import write_atomically
from analysis.commands.screen import display
from analysis.disclosure.audit.findings import refusal
from analysis.disclosure.audit.linkage import Target, attack_persons
from analysis.disclosure.microdata import Product, recoded_keys, restricted_product
from analysis.disclosure.policy import MicrodataRules, load_policy
from analysis.errors import DisclosureError
from analysis.params import load_params
from analysis.schemas import study_table
from analysis.spreadsheet import csv_text, inert
from analysis.store import Store
from analysis.study import PLANS, load_plan

FOLDER = "data/restricted/product"
FEWEST_CONTROLS = 100
ATTACK_SEED = 1


def restricted_file(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables")] = False,
) -> None:
    """Make the restricted person-level file from the admitted respondents; it never becomes part of the bundle.

    Only persons whose consent names this use are in it. It is refused unless every rule for microdata in the
    disclosure policy holds; at few respondents a refusal is the right answer.
    """
    root = Path.cwd()
    study = load_params(root / "params.yaml").study
    rows = Store(root).read(study_table(study, "restricted__survey_responses"))
    rules = _rules(root, study)
    product = restricted_product(rows[rows.is_microdata_allowed], rules)
    _attack(product, rows, rules)
    stem = root / FOLDER / f"restricted__{study}_persons"
    write_atomically(stem.with_suffix(".csv"), csv_text(inert(product.rows)).encode())
    report = _report(product)
    write_atomically(stem.with_suffix(".json"), (json.dumps(report, indent=2) + "\n").encode())
    if as_json:
        print(json.dumps(report))
    else:
        _show(product, stem.with_suffix(".csv").relative_to(root))


def _rules(root: Path, study: str) -> MicrodataRules:
    """The policy's thresholds for the items that the plan names."""
    path = root / PLANS[study]
    declared = load_plan(path).microdata
    if declared is None:
        raise DisclosureError(f"{path}: the plan has no `microdata`; name keys and sensitive items there")
    thresholds = load_policy(root / "data/codelists/disclosure_policy.yml").microdata
    return MicrodataRules(**vars(thresholds), keys=declared.keys, sensitive=declared.sensitive)


def _attack(product: Product, rows: pd.DataFrame, rules: MicrodataRules) -> None:
    """DisclosureError when somebody who knows persons learns more from the file than from others' answers."""
    members, controls = rows[rows.is_microdata_allowed], rows[~rows.is_microdata_allowed]
    if len(controls) < FEWEST_CONTROLS:
        raise DisclosureError(
            f"{len(controls)} persons are outside the file; {FEWEST_CONTROLS} are needed to attack it fairly"
        )
    for answer in rules.sensitive:
        findings = attack_persons(
            _target(product.rows[list(rules.keys)], product.rows[answer]),
            members=_target(recoded_keys(members, rules), members[answer]),
            controls=_target(recoded_keys(controls, rules), controls[answer]),
            generator=np.random.default_rng(ATTACK_SEED),
        )
        if findings:
            raise DisclosureError(refusal("the restricted file", findings))


def _target(keys: pd.DataFrame, answers: pd.Series) -> Target:
    rows = keys.astype(object).where(keys.notna(), None)
    return Target(list(rows.itertuples(index=False, name=None)), answers.tolist())


def _report(product: Product) -> dict[str, Any]:
    return {
        "persons": len(product.rows) // 5 * 5,
        "rules": [asdict(finding) for finding in product.findings],
        "information_loss": asdict(product.loss),
    }


def _show(product: Product, path: Path) -> None:
    shown = Table(title=f"{path}: every rule holds")
    for heading in ("rule", "found", "allowed"):
        shown.add_column(heading)
    for finding in product.findings:
        shown.add_row(finding.rule, f"{finding.found:.4g}", f"{finding.allowed:.4g}")
    display(shown)
    lost = Table(title="What protection cost")
    for heading in ("key", "categories before → after", "cells blanked", "entropy kept"):
        lost.add_column(heading)
    for key, (before, after) in product.loss.recoded.items():
        blanked, kept = product.loss.blanked_share[key], product.loss.entropy_kept_share[key]
        lost.add_row(key, f"{before} → {after}", f"{blanked:.1%}", f"{kept:.0%}")
    display(lost)
