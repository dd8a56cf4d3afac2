"""`field-kit`: a plan as the files that survey systems take in, and as a questionnaire to print in each language.

What must not be here: a system's format.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.commands.rehearsal_folder import open_design, plan_file
from analysis.errors import StudyError
from analysis.fieldkit import limesurvey, printed, qualtrics, xlsform
from analysis.fieldkit.prompts import kit_of, languages_of, unworded
from analysis.rehearsal.exports import Source
from analysis.study import Plan, load_plan

Files = dict[str, bytes]
DEFAULT_OFFICE = ("consent_key", "respondent_id")
NAMED = 8
"""Items without wording that are named; the others are counted."""


def field_kit(
    study: Annotated[Path, typer.Argument(help="Folder of a study, or its plan, such as data/vault/study.yml")],
    to: Annotated[Path, typer.Option(help="Folder of the kit; files of an earlier kit are replaced")],
) -> None:
    """Write XLSForm, LimeSurvey and Qualtrics files and printable questionnaires of a plan.

    Codes and names are those under which the plan reads the exports that come back. A format that cannot hold the plan
    is left out, with the reason. Example: ./run field-kit data/vault --to kit. Exit code 0; 2 when no format can.
    """
    plan, sources = load_plan(plan_file(study)), open_design(study).sources
    files: Files = {}
    for title, make in _formats(plan, sources).items():
        try:
            files |= make()
        except StudyError as error:
            print(f"{title}: not written: {error}")
    if not files:
        raise StudyError("no survey system can hold this plan; mend what is named above")
    for name, content in files.items():
        write_atomically(to / name, content)
        print(f"written: {to / name}")
    for line in _warnings(plan):
        print(line)


def _formats(plan: Plan, sources: tuple[Source, ...]) -> dict[str, Callable[[], Files]]:
    return {
        "XLSForm": lambda: {"xlsform.xlsx": _xlsform(plan, sources)},
        "LimeSurvey": lambda: {"limesurvey.txt": limesurvey.limesurvey(kit_of(plan, "limesurvey", limesurvey.NAMES))},
        "Qualtrics": lambda: _qualtrics(plan),
        "print": lambda: _printed(plan),
    }


def _xlsform(plan: Plan, sources: tuple[Source, ...]) -> bytes:
    own = next((each for each in sources if each.vendor == "kobo"), None)
    length = own.variables.get("duration", "") if own else ""
    duration = (length, own.duration_unit) if own and length else None
    return xlsform.xlsform(kit_of(plan, "kobo", xlsform.NAMES), _office(own), duration)


def _qualtrics(plan: Plan) -> Files:
    kit = kit_of(plan, "qualtrics", qualtrics.NAMES)
    files = {f"qualtrics_{language}.txt": qualtrics.qualtrics(kit, language) for language in kit.languages}
    return files | {"qualtrics_steps.md": qualtrics.steps(kit)}


def _printed(plan: Plan) -> Files:
    kit = kit_of(plan, "qualtrics")
    return {f"questionnaire_{language}.html": printed.printed(kit, language) for language in kit.languages}


def _office(own: Source | None) -> tuple[str, ...]:
    """Variables that the field office fills in, as the study's own KoboToolbox export has them."""
    if own is None:
        return DEFAULT_OFFICE
    roles = ("consent_subject", "respondent", "recruiter", "wave")
    return tuple(name for role in roles if (name := own.variables.get(role, "")) and not name.startswith("_"))


def _warnings(plan: Plan) -> list[str]:
    """What is not worded, and in which state wordings are."""
    lines = []
    for language, names in unworded(plan).items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        lines.append(f"not worded in {language}, do not field: {', '.join(names[:NAMED])}{more}")
    for language in languages_of(plan):
        states = [item.wording[language].status for item in plan.items.values() if language in item.wording]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        lines += [f"{language}: {counts}"] if counts else []
    return lines
