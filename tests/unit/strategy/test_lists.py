from analysis.disclosure.tabular import protect_frequencies
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.strategy.lists import impossible_counts, list_answers, list_counts
from tests.studies import SHIPPED, edited
from tests.unit.results.surveys import responses
from tests.unit.strategy.test_survey import survey_of

SHORT = edited(("control_items: 4", "control_items: 2"))
TABLE = TABLES["synthetic_list_counts"]


def lists(n=100):
    """Half in each arm of the first list; every twentieth did not answer; nobody was given the other lists."""
    return responses(
        n,
        lx1=lambda i: ".refused" if i % 20 == 0 else str((i // 2) % (2 + i % 2)),
        lx1_arm=lambda i: ("control", "treatment")[i % 2],
    )


def test_every_possible_answer_has_a_row_and_they_add_up():
    rows = list_counts(survey_of(lists(), plan=SHORT))
    check(rows, TABLE)
    assert list(rows.itertuples(index=False, name=None)) == [
        ("lx1", "control", "0", 20), ("lx1", "control", "1", 25), ("lx1", "control", "2", 0),
        ("lx1", "control", "all answers", 45),
        ("lx1", "treatment", "0", 17), ("lx1", "treatment", "1", 17), ("lx1", "treatment", "2", 16),
        ("lx1", "treatment", "3", 0), ("lx1", "treatment", "all answers", 50),
    ]  # fmt: skip


def test_the_gate_hides_an_empty_answer_and_another_beside_it():
    rows = list_counts(survey_of(lists(), plan=SHORT))
    shown = protect_frequencies({TABLE.name: rows}, {TABLE.name: TABLE}, 10, 5).frames[TABLE.name]
    hidden = shown[shown.list_answers_n.isna()]
    assert set(zip(hidden.list_arm_code, hidden.list_answer_text, strict=True)) == {
        ("control", "2"), ("control", "0"), ("treatment", "3"), ("treatment", "2"),
    }  # fmt: skip


def test_a_survey_without_lists_has_no_row():
    assert list_counts(survey_of(responses(40))).empty


def test_a_count_that_an_arm_cannot_give_leaves_out_that_respondent_alone():
    declared = SHIPPED.list_experiments[0].lists[0]
    counts = ["5", "5", "4", "0", "x"]
    arms = ["control", "treatment", "control", "treatment", "control"]
    rows = responses(5, lx1=lambda i: counts[i], lx1_arm=lambda i: arms[i])
    survey = survey_of(rows)
    assert list_answers(survey, declared).rows.tolist() == [False, True, True, True, False]
    assert impossible_counts(survey, declared) == 1
    even = declared.model_copy(update={"design": "placebo-list"})
    assert list_answers(survey, even).rows.tolist() == [True, True, True, True, False]
