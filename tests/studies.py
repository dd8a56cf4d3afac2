"""Plans for tests: the shipped one, that of the rehearsal, and small ones of other studies."""

from pathlib import Path

from analysis.corpora.instrument import instrument_of
from analysis.schemas import TABLES, with_items
from analysis.study import load_plan
from analysis.study.loading import parse_plan

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = load_plan(ROOT / "data/study/study.yml")
REHEARSAL = load_plan(ROOT / "data/study/rehearsal.yml")
INSTRUMENT = instrument_of(SHIPPED)
RESPONSES = with_items(TABLES["synthetic_survey_responses"], SHIPPED)


def edited(*changes):
    """The shipped plan after edits of its text: (what stands there, what shall)."""
    text = (ROOT / "data/study/study.yml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text, "study.yml")


def question(estimand, plan=SHIPPED):
    return plan.by_estimand[estimand]
