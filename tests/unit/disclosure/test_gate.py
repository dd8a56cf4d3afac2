from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.disclosure import gate
from analysis.disclosure.gate import Clearance, clear, review
from analysis.disclosure.policy import Review, load_policy, pooled_groups
from analysis.disclosure.tabular import protect_frequencies
from analysis.errors import DisclosureError
from analysis.schemas import TABLES, Table
from analysis.schemas.declaration import Column
from analysis.store import canonical, content_hash, parquet_bytes
from tests.studies import SHIPPED

POLICY = load_policy(Path(__file__).resolve().parents[3] / "data/codelists/disclosure_policy.yml")
POLICY = replace(POLICY, pooled=pooled_groups(SHIPPED))
GROUPS = Table(
    name="made_up_groups",
    title="Made-up groups",
    row_is="one group",
    columns=(
        Column("group_code", "text", "Group", "key"),
        Column("members_n", "integer", "Members", "measure", "persons", minimum=0, null_means="suppressed"),
    ),
    key=("group_code",),
    output_kind="frequency",
    source="made up",
)


def groups(*counts):
    return pd.DataFrame({"group_code": list("abcdefgh"[: len(counts)]), "members_n": pd.array(counts, "Int64")})


@pytest.fixture
def declared(monkeypatch):
    """The made-up table is declared, so that the whole gate can run on it."""
    monkeypatch.setitem(TABLES, GROUPS.name, GROUPS)


def texts():
    row = {"host_iso3": "AAA", "year": 2001, "series_break_note": "none", "source": "made up"}
    return pd.DataFrame([row])


def outcomes(frame, table, policy=POLICY):
    return {record.check: record.outcome for record in review(frame, table, policy)}


def test_small_cells_and_empty_groups_are_suppressed_before_rounding():
    frames = {GROUPS.name: groups(0, 9, 10, 12, 13, 1000)}
    found = protect_frequencies(frames, {GROUPS.name: GROUPS}, minimum_cell=10, rounding_base=5)
    assert found.frames[GROUPS.name].members_n.tolist() == [pd.NA, pd.NA, 10, 10, 15, 1000]


@pytest.mark.parametrize(
    ("counts", "check", "outcome"),
    [
        ((10, 25), "minimum_cell", "pass"),
        ((5, 25), "minimum_cell", "fail"),
        ((None, 25), "minimum_cell", "pass"),
        ((10, 25), "rounding", "pass"),
        ((10, 23), "rounding", "fail"),
    ],
)
def test_frequency_checks_judge_the_table_as_it_would_leave(counts, check, outcome):
    assert outcomes(groups(*counts), GROUPS)[check] == outcome


def test_a_number_without_a_role_fails():
    hidden = replace(GROUPS, columns=(GROUPS.columns[0], replace(GROUPS.columns[1], role="explanation")))
    assert outcomes(groups(10), hidden, replace(POLICY, checks={"frequency": ("roles",)})) == {"roles": "fail"}
    assert outcomes(groups(10), GROUPS)["roles"] == "pass"


def test_a_frequency_table_leaves_rounded(declared):
    cleared = clear({GROUPS.name: groups(12, 99)}, POLICY)
    assert cleared.tables[GROUPS.name].members_n.tolist() == [10, 100]


def test_a_table_with_a_suppressed_cell_says_how_it_was_audited(declared):
    records = clear({GROUPS.name: groups(3, 99)}, POLICY).tables["disclosure_records"]
    texts = records.set_index("gate_check_code").outcome_text
    assert texts["minimum_cell"] == "no cell below 10 is shown; 1 cell(s) empty"
    assert texts["secondary_suppression"].startswith("2 cells of all tables in one system; hidden: 1 small, 0 beside")


def test_a_hidden_cell_that_can_be_worked_out_stops_the_release(declared, monkeypatch):
    def careless(*arguments):
        return replace(protect_frequencies(*arguments), exposed_n=1)

    monkeypatch.setattr(gate, "protect_frequencies", careless)
    with pytest.raises(DisclosureError, match=r"fail: made_up_groups, secondary_suppression: 1 hidden cell"):
        clear({GROUPS.name: groups(3, 99)}, POLICY)


def test_a_kind_of_output_without_a_rule_is_reviewed_and_never_passes():
    policy = replace(POLICY, checks={})
    assert outcomes(texts(), TABLES["series_breaks"], policy) == {"output_kind": "review"}
    with pytest.raises(DisclosureError, match="no rule for outputs of kind 'reference_text'"):
        clear({"series_breaks": texts()}, policy)


def test_a_review_counts_for_the_content_that_was_read_and_for_no_other():
    decision = Review(content_hash(texts(), TABLES["series_breaks"]), "two contributors", "holds no person")
    policy = replace(POLICY, checks={}, reviewed={"series_breaks": decision})
    assert outcomes(texts(), TABLES["series_breaks"], policy) == {"output_kind": "pass"}
    changed = texts().assign(series_break_note="some")
    assert outcomes(changed, TABLES["series_breaks"], policy) == {"output_kind": "review"}


def estimates(respondents_n):
    row = {
        "experiment_code": "afghanistan_2011", "arm_code": "isaf", "answer_count": 0,
        "respondents_n": respondents_n, "source": "s",
    }  # fmt: skip
    table = replace(TABLES["list_experiment_counts"], output_kind="estimate")
    return outcomes(pd.DataFrame([row]), table)["minimum_respondents"]


def test_an_estimate_on_few_respondents_fails():
    assert estimates(9) == "fail"
    assert estimates(10) == "pass"


def test_a_text_table_that_measures_people_fails():
    assert outcomes(groups(10), replace(GROUPS, output_kind="reference_text"))["no_measure"] == "fail"
    assert outcomes(texts(), TABLES["series_breaks"])["no_measure"] == "pass"


def test_the_result_of_an_attack_counts_cells_and_nothing_else():
    cells = replace(GROUPS, columns=(GROUPS.columns[0], replace(GROUPS.columns[1], unit="cells")))
    assert outcomes(groups(3), replace(cells, output_kind="attack_result")) == {"roles": "pass", "cells_only": "pass"}
    assert outcomes(groups(3), replace(GROUPS, output_kind="attack_result"))["cells_only"] == "fail"


def test_a_verdict_with_counts_fails():
    assert outcomes(groups(10), replace(GROUPS, output_kind="verdict"))["whole_points"] == "fail"


def test_a_published_figure_without_a_source_fails():
    assert outcomes(groups(10), replace(GROUPS, output_kind="published_figure"))["source_cited"] == "fail"


def test_the_clearance_names_exact_bytes():
    cleared = clear({"series_breaks": texts()}, POLICY)
    data = parquet_bytes(canonical(texts(), TABLES["series_breaks"]), TABLES["series_breaks"])
    cleared.clearance.demand("series_breaks", data)
    with pytest.raises(DisclosureError, match="series_breaks: these bytes were not cleared"):
        cleared.clearance.demand("series_breaks", data + b"x")
    with pytest.raises(DisclosureError, match="estimates: these bytes were not cleared"):
        cleared.clearance.demand("estimates", data)


def test_counts_of_posts_are_protected_like_counts_of_persons():
    posts = replace(GROUPS, columns=(GROUPS.columns[0], replace(GROUPS.columns[1], unit="posts")))
    assert protected(groups(9, 13), posts) == [pd.NA, 15]
    other = replace(GROUPS, columns=(GROUPS.columns[0], replace(GROUPS.columns[1], unit="kilometres")))
    assert protected(groups(9, 13), other) == [9, 13]


def protected(frame, table):
    return protect_frequencies({table.name: frame}, {table.name: table}, 10, 5).frames[table.name].members_n.tolist()


def test_a_table_without_rows_or_without_a_count_left_passes():
    assert set(outcomes(groups(), GROUPS).values()) == {"pass"}
    assert set(outcomes(groups(None, None), GROUPS).values()) == {"pass"}


def test_rows_about_persons_have_no_rule_and_never_pass():
    assert TABLES["synthetic_posts"].output_kind == "microdata"
    assert outcomes(pd.DataFrame(), TABLES["synthetic_posts"]) == {"output_kind": "review"}


def test_every_check_is_recorded_and_released():
    cleared = clear({"series_breaks": texts()}, POLICY)
    assert cleared.tables["disclosure_records"].gate_check_code.tolist() == ["no_measure"]


SURVEY = TABLES["synthetic_survey_estimates"]


def survey_row(**changed):
    row = {
        "quantity_code": "answer_share", "group_kind_code": "all", "group_text": "all", "value": 0.25,
        "standard_error": 0.02, "ci_low": 0.2, "ci_high": 0.3, "respondents_n": 200, "source": "made up",
    }  # fmt: skip
    return pd.DataFrame([row | changed])


POOLED = {"group_kind_code": "service_household", "group_text": "service household"}


@pytest.mark.parametrize(
    ("changed", "check", "outcome"),
    [
        ({}, "respondents_rounded", "pass"),
        ({"respondents_n": 203}, "respondents_rounded", "fail"),
        ({"value": 0.3}, "published_steps", "pass"),
        ({"value": 0.25}, "published_steps", "fail"),
        ({"value": 0.25, "respondents_n": 220}, "published_steps", "pass"),
        ({"value": 0.3, "respondents_n": 105}, "published_steps", "fail"),
        ({"value": 0.251, "respondents_n": 9000}, "published_steps", "fail"),
        ({"value": 0.255, "respondents_n": 2200}, "published_steps", "pass"),
        ({"value": 0.2513, "quantity_code": "prevalence"}, "published_steps", "pass"),
        ({"value": 0.25131, "quantity_code": "prevalence"}, "published_steps", "fail"),
        ({"value": 0.3, "ci_low": 0.20001}, "published_steps", "fail"),
        ({"value": None}, "published_steps", "pass"),
        ({}, "minimum_respondents", "pass"),
        ({"respondents_n": 5}, "minimum_respondents", "fail"),
        ({"value": 0.05}, "both_sides", "pass"),
        ({"value": 0.049}, "both_sides", "fail"),
        ({"value": 0.951}, "both_sides", "fail"),
        ({"value": 0.0, "quantity_code": "prevalence"}, "both_sides", "pass"),
        (POOLED, "sensitive_pooled", "pass"),
        (POOLED | {"respondents_n": 95}, "sensitive_pooled", "fail"),
        (POOLED | {"respondents_n": 95, "value": None}, "sensitive_pooled", "pass"),
        (POOLED | {"group_text": "service household, Host A"}, "sensitive_pooled", "fail"),
        (POOLED | {"group_text": "Host A"}, "sensitive_pooled", "fail"),
        ({"group_kind_code": "host", "group_text": "service household in Host A"}, "sensitive_pooled", "fail"),
        ({"group_kind_code": "renamed", "group_text": "families of the police"}, "sensitive_pooled", "fail"),
        ({"group_kind_code": "host", "group_text": "state security, Host A"}, "sensitive_pooled", "fail"),
        ({"group_kind_code": "host", "group_text": "Host A"}, "sensitive_pooled", "pass"),
        ({"source": None}, "source_cited", "fail"),
    ],
)
def test_estimates_of_the_survey_are_judged_row_by_row(changed, check, outcome):
    assert outcomes(survey_row(**changed), SURVEY)[check] == outcome


def test_a_survey_table_that_does_not_say_on_whom_it_rests_fails():
    frame = survey_row().drop(columns="respondents_n")
    assert outcomes(frame, SURVEY)["respondents_rounded"] == "fail"


def test_a_level_that_names_service_without_a_kind_of_group_fails():
    frame = pd.DataFrame([{"level_text": "service household", "respondents_n": 200, "source": "made up"}])
    assert outcomes(frame, TABLES["synthetic_recruitment_homophily"])["sensitive_pooled"] == "fail"


def test_an_empty_table_of_survey_estimates_passes():
    empty = survey_row().astype({"respondents_n": "Int64"}).iloc[:0]
    assert set(outcomes(empty, SURVEY).values()) == {"pass"}


def texts_of(frame, table, *checks):
    policy = replace(POLICY, checks={table.output_kind: checks})
    return [(record.outcome, record.text) for record in review(frame, table, policy)]


SENSITIVE = "sensitive groups pool all others and hold at least as many respondents as the plan asks for"


@pytest.mark.parametrize(
    ("check", "frame", "table", "said"),
    [
        ("output_kind", groups(10), GROUPS, ("pass", "kind 'frequency': no data about people enter")),
        ("source_cited", groups(10), GROUPS, ("fail", "the table has no column 'source'")),
        ("source_cited", survey_row(), SURVEY, ("pass", "every row names its source")),
        ("source_cited", survey_row(source=None), SURVEY, ("fail", "1 row(s) without a source")),
        ("no_measure", groups(10), GROUPS, ("fail", "declared as text but measures people in members_n")),
        ("no_measure", texts(), TABLES["series_breaks"], ("pass", "texts only")),
        ("roles", groups(10), GROUPS, ("pass", "every number is a key or a measure")),
        ("minimum_cell", groups(8, 25), GROUPS, ("pass", "no cell below 10 is shown; 0 cell(s) empty")),
        ("minimum_cell", groups(7, 25), GROUPS, ("fail", "a count of 7 lies below 10")),
        ("minimum_cell", groups(None, None, 10), GROUPS, ("pass", "no cell below 10 is shown; 2 cell(s) empty")),
        ("rounding", groups(10, None), GROUPS, ("pass", "counts rounded to 5")),
        ("rounding", groups(10, 11), GROUPS, ("fail", "a count is not rounded to 5")),
        ("minimum_respondents", groups(10), GROUPS, ("pass", "no row rests on respondents of its own")),
        (
            "minimum_respondents", survey_row(respondents_n=10), SURVEY,
            ("pass", "every estimate rests on at least 10 respondents"),
        ),
        (
            "minimum_respondents", survey_row(respondents_n=9), SURVEY,
            ("fail", "an estimate rests on 9 respondents; want at least 10"),
        ),
        ("minimum_respondents", survey_row(respondents_n=None), SURVEY, ("pass", "no row")),
        ("respondents_rounded", survey_row(), SURVEY, ("pass", "numbers of respondents rounded to 5")),
        (
            "respondents_rounded", survey_row(respondents_n=201), SURVEY,
            ("fail", "column respondents_n: a count is not rounded to 5"),
        ),
        (
            "respondents_rounded", groups(10), GROUPS,
            ("fail", "the table has no column 'respondents_n': say on how many respondents each row rests"),
        ),
        (
            "published_steps", survey_row(value=0.3), SURVEY,
            ("pass", "every share stands on a step that leaves enough counts possible"),
        ),
        (
            "published_steps", survey_row(value=0.31), SURVEY,
            ("fail", "a share of 200 is given more finely than hides the count behind it"),
        ),
        (
            "published_steps", survey_row(value=0.12345), SURVEY,
            ("fail", "column value: a value has more than 4 decimals"),
        ),
        ("published_steps", groups(10), GROUPS, ("pass", "measured values have at most 4 decimals")),
        ("complements", groups(10), GROUPS, ("pass", "no row is a group of respondents")),
        (
            "both_sides", survey_row(), SURVEY,
            ("pass", "every share stands for at least 10 respondents on either side of the answer"),
        ),
        (
            "both_sides", survey_row(value=0.96), SURVEY,
            ("fail", "a share stands for fewer than 10 respondents on one side of the answer"),
        ),
        ("both_sides", groups(10), GROUPS, ("pass", "no row is a share of answers")),
        ("sensitive_pooled", groups(10), GROUPS, ("pass", "no row is about a sensitive group")),
        ("sensitive_pooled", survey_row(**POOLED), SURVEY, ("pass", SENSITIVE)),
        ("sensitive_pooled", survey_row(**POOLED).assign(respondents_n=100), SURVEY, ("pass", SENSITIVE)),
        (
            "sensitive_pooled", survey_row(**POOLED).assign(respondents_n=99), SURVEY,
            ("fail", "a group by service_household has fewer than 100 respondents"),
        ),
        (
            "sensitive_pooled", survey_row(**POOLED).drop(columns="respondents_n"), SURVEY,
            ("fail", "a group by service_household has fewer than 100 respondents"),
        ),
        (
            "sensitive_pooled", survey_row(**POOLED | {"group_text": "no service household"}), SURVEY,
            ("pass", SENSITIVE),
        ),
        (
            "sensitive_pooled", survey_row(**POOLED | {"group_text": "SERVICE of Host A"}), SURVEY,
            ("fail", "groups by service_household are crossed with another; pool everything else"),
        ),
        (
            "sensitive_pooled", survey_row(**POOLED).drop(columns=["value"]).assign(respondents_n=95), SURVEY,
            ("fail", "a group by service_household has fewer than 100 respondents"),
        ),
        (
            "sensitive_pooled", pd.DataFrame([{"level_text": "Service household"}]), SURVEY,
            ("fail", "a sensitive group is named without its kind"),
        ),
        (
            "sensitive_pooled", pd.DataFrame([{"group_text": "Service household", "level_text": "all"}]), SURVEY,
            ("fail", "a sensitive group is named without its kind"),
        ),
        ("whole_points", texts(), TABLES["series_breaks"], ("pass", "intervals in whole percentage points, no counts")),
        (
            "whole_points", groups(10), GROUPS, ("fail", "a verdict may carry whole points only, not members_n"),
        ),
        (
            "minimum_basis", pd.DataFrame({"basis_posts_n": [10, 40], "basis_channels_n": [12, 10]}), GROUPS,
            ("pass", "every number rests on at least 10 posts and as many accounts"),
        ),
        (
            "minimum_basis", pd.DataFrame({"basis_posts_n": [40, 40], "basis_channels_n": [12, 9]}), GROUPS,
            ("fail", "a number rests on 9 posts or accounts; want at least 10"),
        ),
        (
            "minimum_basis", pd.DataFrame({"basis_posts_n": [9], "basis_channels_n": [40]}), GROUPS,
            ("fail", "a number rests on 9 posts or accounts; want at least 10"),
        ),
        (
            "minimum_basis", pd.DataFrame({"basis_posts_n": [None], "basis_channels_n": [None]}), GROUPS,
            ("pass", "no row, or no number in any"),
        ),
    ],
)  # fmt: skip
def test_a_check_says_what_it_saw(check, frame, table, said):
    assert texts_of(frame, table, check) == [said]


def test_a_number_without_a_role_is_named():
    hidden = replace(GROUPS, columns=(GROUPS.columns[0], replace(GROUPS.columns[1], role="explanation")))
    assert texts_of(groups(10), hidden, "roles") == [
        ("fail", "numbers without a role, so that no rule speaks of them: members_n")
    ]


def test_a_measure_of_sources_is_no_measure_of_people():
    sources = replace(GROUPS, columns=(GROUPS.columns[0], replace(GROUPS.columns[1], unit="sources")))
    assert texts_of(groups(10), sources, "no_measure") == [("pass", "texts only")]


def test_every_row_and_column_is_judged():
    two = pd.concat([survey_row(), survey_row(value=0.049)], ignore_index=True)
    assert outcomes(two, SURVEY)["both_sides"] == "fail"
    groups_of_two = pd.concat([survey_row(**POOLED), survey_row(**POOLED | {"respondents_n": 95})], ignore_index=True)
    assert outcomes(groups_of_two, SURVEY)["sensitive_pooled"] == "fail"
    mixed = pd.concat([survey_row(value=0.3), survey_row(value=0.2512)], ignore_index=True)
    assert outcomes(mixed, SURVEY)["published_steps"] == "fail"


@pytest.mark.parametrize(
    ("whole", "parts", "outcome"),
    [
        (300, (150, 150), "pass"),
        (300, (150, 140), "pass"),  # 2 to 14 are left: it may be enough
        (300, (150, 130), "pass"),
        (305, (300,), "fail"),  # 1 to 9 are left
        (310, (300,), "pass"),
    ],
)
def test_a_whole_without_its_groups_leaves_nobody_or_possibly_enough(whole, parts, outcome):
    line = {"estimand_id": "K", "item_text": "x", "weighting_code": "blended", "estimator_text": "s", "value": 0.3}
    rows = [survey_row(**line, respondents_n=whole)]
    rows += [survey_row(**line, respondents_n=n, group_kind_code="host", group_text=f"{n}") for n in parts]
    assert outcomes(pd.concat(rows, ignore_index=True), SURVEY)["complements"] == outcome


def test_records_name_table_check_outcome_and_evidence():
    record = gate.Record("a_table", "roles", "pass", "every number is a key or a measure")
    frame = gate.records_frame([record])
    assert frame.columns.tolist() == ["table_name", "gate_check_code", "outcome_code", "outcome_text"]
    assert frame.to_numpy().tolist() == [["a_table", "roles", "pass", "every number is a key or a measure"]]


def test_whatever_is_held_is_listed_and_nothing_leaves(declared):
    policy = replace(POLICY, checks={"frequency": ("source_cited", "roles")})
    with pytest.raises(DisclosureError) as caught:
        clear({GROUPS.name: groups(12), "series_breaks": texts()}, policy)
    assert str(caught.value) == (
        "the gate holds 2 record(s) that do not pass; nothing was released:\n"
        "  fail: made_up_groups, source_cited: the table has no column 'source'\n"
        "  review: series_breaks, output_kind: no rule for outputs of kind 'reference_text': "
        "a person has to read it and decide"
    )


def test_what_is_handed_over_has_the_bytes_that_were_cleared(declared):
    cleared = clear({GROUPS.name: groups(12, 3), "series_breaks": texts()}, POLICY)
    assert list(cleared.tables) == ["disclosure_records", "made_up_groups", "series_breaks"]
    for name, frame in cleared.tables.items():
        cleared.clearance.demand(name, parquet_bytes(frame, TABLES[name]))
    records = cleared.tables["disclosure_records"]
    said = records[records.gate_check_code == "secondary_suppression"]
    assert said.table_name.tolist() == ["made_up_groups"]
    assert said.outcome_text.tolist() == [
        "2 cells of all tables in one system; hidden: 1 small, 0 beside them (exact choice); none can be worked out"
    ]


def test_a_clearance_refuses_with_a_way_out():
    with pytest.raises(DisclosureError) as caught:
        Clearance({}).demand("estimates", b"")
    assert str(caught.value) == (
        "estimates: these bytes were not cleared; run the gate again and release what it cleared"
    )


def test_counts_of_earlier_releases_are_kept(declared):
    earlier = {GROUPS.name: [groups(20, 60)]}
    cleared = clear({GROUPS.name: groups(27, 99)}, POLICY, earlier)
    assert cleared.tables[GROUPS.name].members_n.tolist() == [20, 100]
    alone = clear({GROUPS.name: groups(27, 99)}, POLICY)
    assert alone.tables[GROUPS.name].members_n.tolist() == [25, 100]


def test_a_review_names_who_decided_and_why():
    decision = Review(content_hash(texts(), TABLES["series_breaks"]), "two contributors", "holds no person")
    policy = replace(POLICY, checks={}, reviewed={"series_breaks": decision})
    (record,) = review(texts(), TABLES["series_breaks"], policy)
    assert record == gate.Record(
        "series_breaks", "output_kind", "pass", "reviewed by two contributors: holds no person"
    )


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(("role", "outcome"), [("key", "pass"), ("measure", "pass"), ("explanation", "fail")])
def test_a_number_is_a_key_or_a_measure(kind, role, outcome):
    decimals = 1 if kind == "number" else None
    column = replace(GROUPS.columns[1], name="number_of_it", kind=kind, role=role, decimals=decimals)
    assert texts_of(groups(10), replace(GROUPS, columns=(GROUPS.columns[0], column)), "roles")[0][0] == outcome


def test_a_text_needs_no_role():
    column = replace(GROUPS.columns[0], name="note_text", role="explanation")
    assert texts_of(groups(10), replace(GROUPS, columns=(*GROUPS.columns, column)), "roles")[0][0] == "pass"


def with_two(**changed):
    """The made-up table with a second column like its last one."""
    second = replace(GROUPS.columns[1], name="others_n")
    columns = (GROUPS.columns[0], *(replace(column, **changed) for column in (GROUPS.columns[1], second)))
    return groups(10).assign(others_n=10), replace(GROUPS, columns=columns)


def test_every_column_that_fails_is_named():
    for check, changed, text in (
        ("roles", {"role": "explanation"}, "numbers without a role, so that no rule speaks of them: "),
        ("no_measure", {}, "declared as text but measures people in "),
        ("whole_points", {}, "a verdict may carry whole points only, not "),
    ):
        assert texts_of(*with_two(**changed), check) == [("fail", f"{text}members_n, others_n")]


def test_decimals_are_counted_of_measured_numbers_alone():
    number = replace(GROUPS.columns[1], name="x", kind="number", decimals=4, unit="")
    frame = pd.DataFrame({"group_code": ["a"], "x": [0.12345]})
    for role, outcome in (("key", "pass"), ("measure", "fail")):
        table = replace(GROUPS, columns=(GROUPS.columns[0], replace(number, role=role)))
        assert texts_of(frame, table, "published_steps")[0][0] == outcome
