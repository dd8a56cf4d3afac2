"""The fiction's questionnaire under the names and spellings of five survey systems; `vendors` writes the files.

What must not be here: the bytes of a format.
"""

from collections.abc import Callable, Sequence
from functools import partial

from analysis.synthetic.questionnaire import QUESTIONS
from analysis.vendors import WRITERS
from analysis.vendors.form import Form, Row

MISSING = ("pns", "dk", "not_asked")
OFFICE = {"respondent_id": "respondent_id", "consent_key": "consent_key"}
WHOLE_OFFICE = {**OFFICE, "recruiter_id": "recruiter_id", "wave": "wave", "interview_seconds": "seconds"}
PACKAGES = {**WHOLE_OFFICE, "interview_day": "day"}
KOBO_OFFICE = {"consent_key": "consent_key", **WHOLE_OFFICE}
DECLARED = {"pns": (998.0, "refused"), "dk": (997.0, "do not know"), "not_asked": (996.0, "not applicable")}
LETTERS = {"pns": "r", "dk": "d", "not_asked": "n"}


def _spelled(*spellings: str) -> dict[str, str]:
    return dict(zip(MISSING, spellings, strict=True))


FORMS = {
    "spss": Form(QUESTIONS, PACKAGES, {}, declared=DECLARED),
    "stata": Form(QUESTIONS, PACKAGES, {}, letters=LETTERS),
    "kobo": Form(QUESTIONS, KOBO_OFFICE, _spelled("PNS", "DK", "N/A")),
    "qualtrics": Form(QUESTIONS, OFFICE, _spelled("Prefer not to say", "Don't know", "Not asked")),
    "limesurvey": Form(QUESTIONS, {**OFFICE, "interview_seconds": "seconds"}, _spelled("-98", "-97", "-96")),
}
VENDORS: dict[str, tuple[str, Callable[[Sequence[Row]], bytes]]] = {
    code: (f"surveys/synthetic_survey_{code}{WRITERS[code][0]}", partial(WRITERS[code][1], form=form))
    for code, form in FORMS.items()
}
"""Format → file under the exports folder, and its writer."""
