"""`papers`: what a study owes in writing, as drafts from its plan, its manifest, its governance file and its release.

What must not be here: what a paper says.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from analysis.admission.study import MANIFESTS
from analysis.atomic import write_atomically
from analysis.claims.entries import Claim
from analysis.claims.register import project_register, with_own
from analysis.claims.rules import rule_estimands
from analysis.commands.rehearsal_folder import SOURCES, plan_file
from analysis.custody.governance import load_governance
from analysis.custody.manifest import PROBABILITY, SurveySource, load_manifest
from analysis.errors import CustodyError, EstimationError, InputError
from analysis.papers.collection import Collected, estimands
from analysis.papers.methods import Numbers, methods_statement
from analysis.papers.preregistration import Hypothesis, preregistration
from analysis.papers.protection import Governance, data_management, data_protection
from analysis.papers.rates import COUNTS, ELIGIBLE, Dispositions, outcome_rates
from analysis.papers.tables import latex, workbook
from analysis.rehearsal.exports import vendor_of
from analysis.study import PLANS, Plan, load_plan

ROOT = Path(__file__).resolve().parents[2]
GOVERNANCE, OWN_CLAIMS, DISPOSITIONS = "governance.yml", "claims.yml", "dispositions.csv"
SAMPLE = "sample_source"
OPEN = "open__"


def papers(
    study: Annotated[Path, typer.Argument(help="Folder of a study, or its plan, such as data/vault/study.yml")],
    *,
    to: Annotated[Path, typer.Option(help="Folder of the drafts; earlier drafts are replaced")],
) -> None:
    """Draft pre-registration, methods statement, data management plan and data protection assessment of a study.

    What plan, manifest, governance file and release say is filled in; what only the team can say is marked. A file
    dispositions.csv beside the plan (sample_source, I, P, R, NC, O, UH, UO and, if it was estimated, e) gives AAPOR's
    outcome rates of probability samples. Example: ./run python -m analysis papers data/vault --to drafts. Exit code 0,
    or 2 with what has to be mended. Once the study has a release, its tables come along as a workbook, and the main
    estimates in LaTeX.
    """
    path = plan_file(study)
    plan, folder = load_plan(path), path.parent
    collected = tuple(_collected(_manifest(path), plan))
    register = project_register(ROOT)
    own = folder / OWN_CLAIMS
    register = with_own(register, own, is_frozen=False) if own.is_file() else register
    governance = _governance(folder / GOVERNANCE)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    hypotheses = list(_hypotheses(plan, register.claims))
    numbers = _numbers(path)
    made = {
        "preregistration.md": preregistration(plan, sha256, collected, hypotheses, register.conventions.alpha),
        "methods.md": methods_statement(plan, collected, numbers),
        "data_management.md": data_management(plan, collected, governance),
        "data_protection.md": data_protection(plan, collected, governance),
    }
    for name, paper in made.items():
        write_atomically(to / name, paper.text().encode())
        print(f"written: {to / name}; points left to the team: {paper.open_points}")
    for name, content in _tables(plan, numbers):
        write_atomically(to / name, content)
        print(f"written: {to / name}")


def _study(plan: Path) -> str:
    """`synthetic` or `vault` where the plan is that study's; empty for a plan that lies elsewhere."""
    return next((name for name, file in PLANS.items() if (ROOT / file).resolve() == plan.resolve()), "")


def _manifest(plan: Path) -> Path:
    return ROOT / MANIFESTS[_study(plan)] if _study(plan) else plan.parent / SOURCES


def _collected(path: Path, plan: Plan) -> Iterator[Collected]:
    for each in load_manifest(path).surveys if path.is_file() else ():
        yield Collected(each.sample_source, each.mode, each.format or vendor_of(each.file, plan), _stages(each))


def _stages(source: SurveySource) -> tuple[str, ...]:
    words = {"weight": "design weights", "stratum": "strata", "cluster": "primary sampling units"}
    return tuple(words[role] for role in words if getattr(source.variables, role))


def _hypotheses(plan: Plan, claims: tuple[Claim, ...]) -> Iterator[Hypothesis]:
    """Claims whose rule reads an estimand of the plan."""
    planned = {estimand for estimand, _ in estimands(plan)}
    for claim in claims:
        for estimand in rule_estimands(claim.rule):
            if estimand in planned:
                yield Hypothesis(claim.id, estimand, claim.statement, claim.supported_if, claim.contradicted_if)


def _governance(path: Path) -> Governance:
    """Its answers; none, said aloud, before it is filled in."""
    try:
        return load_governance(path).answers
    except CustodyError as error:
        print(f"left open, as the governance file does not say it yet: {error}")
        return {}


def _numbers(plan: Path) -> Numbers:
    """Tables of the release that was built from this very plan, and the rates of stated dispositions."""
    rates = dict(_rates(plan.parent / DISPOSITIONS))
    study, folder = _study(plan), ROOT / "data/release/tables"
    found = sorted(folder.glob(f"{OPEN}{study}_*.parquet")) if study else []
    tables = {path.stem.removeprefix(f"{OPEN}{study}_"): pd.read_parquet(path) for path in found}
    return Numbers(tables, rates, is_fictional=study == "synthetic")


def _tables(plan: Plan, numbers: Numbers) -> Iterator[tuple[str, bytes]]:
    """Files of the release; in the name and above the table stands whether the study is fictional."""
    mark, released = "fictional_" if numbers.is_fictional else "", numbers.tables
    if released:
        yield f"{mark}tables.xlsx", workbook(released)
    if len(released.get("survey_estimates", ())):
        asked = "Fictional, nobody was asked. " if numbers.is_fictional else ""
        caption = f"{asked}{plan.title}: estimates for {plan.population}, with 95% intervals."
        yield f"{mark}estimates.tex", latex(released["survey_estimates"], caption).encode()


def _rates(path: Path) -> Iterator[tuple[str, Mapping[str, float]]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        wanted = [SAMPLE, *COUNTS]
        if not set(wanted) <= set(rows.fieldnames or ()):
            raise InputError(
                f"{path}: columns {', '.join(rows.fieldnames or ['none'])}; give {', '.join(wanted)} and, if known, e"
            )
        for number, row in enumerate(rows, 2):
            yield row[SAMPLE], _rate(row, f"{path}, line {number}")


def _rate(row: Mapping[str, str], where: str) -> Mapping[str, float]:
    if row[SAMPLE] != PROBABILITY:
        raise InputError(
            f"{where}: {SAMPLE} is {row[SAMPLE]!r}; outcome rates are of samples that were drawn with known chances "
            f"({PROBABILITY}), and of no others"
        )
    try:
        counts = {code: int(row[code]) for code in COUNTS}
        eligible = float(row[ELIGIBLE]) if row.get(ELIGIBLE) else None
        return outcome_rates(Dispositions(counts, eligible))
    except ValueError as error:
        raise InputError(
            f"{where}: holds something that is no number: {error}; give whole numbers, and e as 0.35"
        ) from error
    except EstimationError as error:
        raise InputError(f"{where}: {error}") from error
