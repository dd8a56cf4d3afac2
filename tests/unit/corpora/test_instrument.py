import csv
from pathlib import Path

import pytest

from analysis.corpora.absence import Absence, UserMissing
from analysis.corpora.instrument import Instrument, Item, instrument_of
from analysis.errors import StudyError
from analysis.study.items import MissingKind
from tests.studies import INSTRUMENT as BLUEPRINT
from tests.studies import SHIPPED, edited


def read(variable, answer):
    place = BLUEPRINT.place(variable)
    assert place
    return BLUEPRINT.read(place, answer)


def test_the_blueprint_has_63_items_and_the_assignments_of_its_experiments():
    assignments = {name for name, item in SHIPPED.items.items() if item.measures == "assignment"}
    assert len(BLUEPRINT.items) - len(assignments) == 63
    assert {name.rsplit("_", 1)[0] for name in assignments} == {
        "LX1",
        "LX2",
        "LX3",
        "LX4",
        "EN1",
        "EN2",
        "EN3",
        "EN4",
        "TA6",
    }


CHOICES = Instrument(
    "choices",
    {
        "NEWS": Item(
            "NEWS",
            ("NEWS",),
            options={
                "tv": "tv", "1": "tv", "television": "tv", "web": "web", "2": "web", "church or mosque": "church",
                "yes, a paper": "paper", "both": "both", "ends": "ends", "both ends apart": "apart", "apart": "alone",
            },
            is_multiple=True,
        )
    },
    {}, {}, {},
)  # fmt: skip

ADDED = {"LX4"}
"""What the project added to the blueprint: the list whose control list is as long."""


def test_it_says_what_the_questionnaire_says():
    facts = Path(__file__).resolve().parents[4] / "shared/facts/questionnaire_blueprint.csv"
    if not facts.exists():
        pytest.skip("the questionnaire's table is not beside this repository")
    rows = list(csv.DictReader(facts.open(encoding="utf-8")))
    assert [row["item_id"] for row in rows] == [
        name for name in BLUEPRINT.items if "_" not in name and name not in ADDED
    ]
    for row in rows:
        item = SHIPPED.items[row["item_id"]]
        assert (item.asks, item.role, item.measures) == (row["content_paraphrase"], row["role"], row["construct"])


@pytest.mark.parametrize(
    ("variable", "item", "part"),
    [
        ("TA1", "TA1", ""),
        ("ta1", "TA1", ""),
        ("grp/sub/TA1", "TA1", ""),
        ("grp-TA1", "TA1", ""),
        ("EX1_tv", "EX1", "tv"),
        ("EX1_2", "EX1", "facebook"),
        ("EX1[SQ006]", "EX1", "mosque_community"),
        ("grp/EX1/tv", "EX1", "tv"),
        ("SC9/ngo", "SC9", "ngo_international"),
        ("LX1_arm", "LX1_ARM", ""),
        ("sc9___3", "SC9", "ngo_international"),
        ("sc9___state_security", "SC9", "state_security"),
        ("EX1 [tv]", "EX1", "tv"),
    ],
)
def test_names_are_found_in_every_systems_spelling(variable, item, part):
    place = BLUEPRINT.place(variable)
    assert place
    assert place.item
    assert (place.item.item_id, place.part) == (item, part)


def test_a_number_that_the_plan_gives_to_an_option_is_that_option_wherever_it_stands():
    moved = instrument_of(
        edited(('"state_security": ["1"]', '"state_security": ["4"]'), ('"none": ["4"]', '"none": ["1"]'))
    )
    assert moved.place("sc9___1").part == moved.place("SC9_1").part == "none"
    assert moved.place("SC9[SQ001]").part == "state_security"


@pytest.mark.parametrize(
    "variable",
    ["TA9", "EX1_7", "sc9___7", "TA1 [tv]", "EX1_0", "EX1[SQ099]", "TA1_tv", "", "grp/", "TA1/a/b/c", "XTA1"],
)
def test_other_names_are_not_guessed(variable):
    assert BLUEPRINT.place(variable) is None


@pytest.mark.parametrize(("variable", "kind"), [("IPAddress", "identifying"), ("responseid", "technical")])
def test_variables_of_the_survey_systems_are_known(variable, kind):
    place = BLUEPRINT.place(variable)
    assert place
    assert (place.item, place.other_class) == (None, kind)


@pytest.mark.parametrize(
    ("variable", "answer", "code"),
    [
        ("TA1", "1", "very_unfavourable"),
        ("TA1", " Very Unfavourable ", "very_unfavourable"),
        ("NW1", "98", "98"),
        ("SC9", "ngo_international none", "ngo_international none"),
        ("SC9/none", "TRUE", "chosen"),
        ("SC9/none", "0", "not_chosen"),
        ("EX5", "anything at all", "anything at all"),
    ],
)
def test_answers_become_codes(variable, answer, code):
    assert read(variable, answer).code == code


@pytest.mark.parametrize(
    ("variable", "answer"), [("TA1", "7"), ("NW1", "201"), ("NW1", "many"), ("SC9", "none and all")]
)
def test_unknown_answers_are_said_and_never_mapped(variable, answer):
    reading = read(variable, answer)
    assert (reading.code, reading.missing, reading.unknown) == (None, None, answer)


@pytest.mark.parametrize(
    ("variable", "answer", "kind"),
    [
        ("TA1", "PNS", MissingKind.REFUSED),
        ("TA1", "-97", MissingKind.DONT_KNOW),
        ("TA1", "N/A", MissingKind.NOT_ASKED),
        ("TA1", Absence.EMPTY, MissingKind.NO_ANSWER),
        ("TA1", Absence.NULL, MissingKind.SYSTEM_MISSING),
        ("TA1", Absence.NOT_EXPORTED, MissingKind.NOT_EXPORTED),
        ("TA1", UserMissing("98", ""), MissingKind.REFUSED),
        ("TA1", UserMissing("5", "Refused"), MissingKind.REFUSED),
        ("NW1", UserMissing(".a", ""), MissingKind.DONT_KNOW),
    ],
)
def test_kinds_of_missing_stay_apart(variable, answer, kind):
    assert read(variable, answer).missing is kind


def test_a_declared_missing_code_without_kind_is_unknown():
    assert read("TA1", UserMissing("95", "?")).unknown == "declared missing 95"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"m": ["1",', '"m": ["1", "2",', "item SC4: '2' stands for 'm' and for 'f'"),
        ('refused: ["PNS",', 'refused: ["PNS", "DK",', "missing: 'DK' stands for"),
        ('"m": ["1",', '"m": ["1", "۲",', "item SC4: '2' stands for"),
    ],
)
def test_one_spelling_has_one_meaning_in_any_script(old, new, sentence):
    with pytest.raises(StudyError, match=sentence):
        instrument_of(edited((old, new)))


def test_a_name_with_dots_that_the_plan_writes_out_is_that_item():
    """Qualtrics numbers questions as Q2.1: no path of groups."""
    made = instrument_of(edited(("  TA2:\n", '  TA2:\n    variables: ["Q2.1", "Q2.2"]\n')))
    assert [made.place(name).item.item_id for name in ("Q2.1", "q2.2")] == ["TA2", "TA2"]
    assert BLUEPRINT.place("Q2.1") is None


@pytest.mark.parametrize(
    ("variable", "answer", "code"),
    [
        ("NW1", "۳", "3"),
        ("NW1", "٠٣", "3"),
        ("NW1", "\u200e۱۲\u200f", "12"),
        ("NW1", "१२", "12"),
        ("NW1", "１２", "12"),
        ("NW1", "12.0", "12"),
        ("TA1", "۱", BLUEPRINT.items["TA1"].options["1"]),
        ("EX1_tv", "۷", "7"),
        ("SC9/ngo", "۱", "chosen"),
        ("SC9/ngo", "۰", "not_chosen"),
    ],
)
def test_digits_of_any_script_mean_the_same_in_every_kind_of_item(variable, answer, code):
    assert read(variable, answer).code == code


@pytest.mark.parametrize("answer", ["۳۰۰۰", "۳ نفر", "۳٫۵", "¾", "³"])
def test_what_is_no_whole_number_in_the_range_stays_unknown_in_any_script(answer):
    assert read("NW1", answer).unknown


def test_free_text_keeps_its_own_digits():
    assert read("EX5", "ساعت ۳").code == "ساعت ۳"


def test_a_missing_code_in_other_digits_is_that_missing_code():
    known = next(code for code, kind in BLUEPRINT.missing.items() if code.lstrip("-").isdigit())
    other = known.translate({ord(str(n)): chr(0x06F0 + n) for n in range(10)})
    assert read("NW1", other).missing is read("NW1", known).missing is not None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Web,Church or mosque", "web church"),
        ("church or mosque Television", "church tv"),
        ("Yes, a paper; web", "paper web"),
        ("1 2", "tv web"),
        ("Web;;Web", "web"),
    ],
)
def test_labels_of_several_choices_may_hold_what_parts_them(answer, code):
    assert CHOICES.read(CHOICES.place("NEWS"), answer).code == code


@pytest.mark.parametrize(
    "answer", ["Church", "or mosque", "Web Church or", "Web, a leaflet", "web both ends apart", ","]
)
def test_labels_that_can_be_read_in_two_ways_or_none_are_unknown(answer):
    assert CHOICES.read(CHOICES.place("NEWS"), answer).unknown == answer
