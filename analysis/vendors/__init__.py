"""How survey systems and platforms write out respondents and posts: one writer a format, for whatever it is given.

What must not be here: a questionnaire, a plan, a reader of what is written.
"""

from collections.abc import Sequence
from typing import Protocol

from analysis.vendors.form import Form, Row
from analysis.vendors.platforms import POST_WRITERS
from analysis.vendors.post import PostRow
from analysis.vendors.servers import google_forms, kobo, limesurvey, qualtrics, redcap, surveymonkey
from analysis.vendors.statistical import spss, stata


class Writer(Protocol):
    """Respondents under a form's names and spellings, as the bytes of a file."""

    def __call__(self, rows: Sequence[Row], form: Form) -> bytes: ...


WRITERS: dict[str, tuple[str, Writer]] = {
    "spss": (".sav", spss),
    "stata": (".dta", stata),
    "kobo": (".xlsx", kobo),
    "qualtrics": (".csv", qualtrics),
    "limesurvey": (".csv", limesurvey),
    "redcap": (".csv", redcap),
    "surveymonkey": (".csv", surveymonkey),
    "google_forms": (".csv", google_forms),
}
"""Format → ending of its files, and its writer."""

__all__ = ["POST_WRITERS", "WRITERS", "Form", "PostRow", "Row"]
