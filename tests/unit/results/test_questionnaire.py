"""The questionnaire as a table: every item once, in the instrument's order, with what may be answered."""

from analysis.results.questionnaire import answers, questionnaire_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check
from tests.studies import SHIPPED


def test_every_item_is_a_row_in_order():
    rows = check(questionnaire_rows(SHIPPED), TABLES["questionnaire_items"])
    assert rows.item_id.tolist() == list(SHIPPED.items)
    assert rows.item_rank.tolist() == list(range(1, len(SHIPPED.items) + 1))


def test_answers_are_codes_a_range_or_free_text():
    items = SHIPPED.items
    assert answers(items["SC4"]) == "m | f | other"
    assert answers(items["NW1"]) == "a whole number from 0 to 200"
    assert answers(items["EX5"]) == "free text"
    assert answers(items["SC9"]).endswith(", several may be chosen")
