import pandas as pd
import pytest

from analysis.measures.published import named_as_context, rated, shown_as_numbers


def benchmarks():
    uses = ["figure", "context_until_original_read", "context_until_source_replaced"]
    return pd.DataFrame(
        {
            "benchmark_id": ["B001", "B002", "B003"], "quantity_text": "q", "population_text": "p", "period_text": "t",
            "figure_value": [1.0, 2.0, 3.0], "grade_code": ["A", "C", "C"], "use_code": uses, "source": "s",
            "source_address": "a",
        }
    )  # fmt: skip


def test_only_rows_meant_as_figures_keep_their_number():
    assert shown_as_numbers(benchmarks()).benchmark_id.tolist() == ["B001"]
    context = named_as_context(benchmarks())
    assert context.benchmark_id.tolist() == ["B002", "B003"]
    assert "figure_value" not in context.columns


def event(name, day, kind="host_policy", *, host=None, status="seen", sources=1):
    return {"event_id": name, "event_date": pd.Timestamp(day), "event_category_code": kind, "hosts_text": host,
            "date_status_code": status, "good_sources_n": sources}  # fmt: skip


def test_a_break_date_needs_two_good_sources():
    events = pd.DataFrame([event(f"V0{n}", "2025-01-01", sources=n) for n in range(4)])
    assert rated(events).is_break_date_eligible.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("status", "sources", "grade"),
    [("seen", 1, "B"), ("seen", 0, "C"), ("day_recalled", 0, "C"), ("day_recalled", 1, "C"), ("recalled", 0, "none")],
)
def test_an_event_is_graded_by_how_it_was_seen(status, sources, grade):
    assert rated(pd.DataFrame([event("V01", "2025-01-01", status=status, sources=sources)])).grade_code.tolist() == [
        grade
    ]


def test_what_a_host_did_within_a_week_of_the_clashes_is_named():
    found = rated(
        pd.DataFrame(
            [
                event("V01", "2025-10-09", "afg_pak"),
                event("V02", "2025-10-16", host="DEU"),
                event("V03", "2025-10-17", host="DEU"),
                event("V04", "2025-10-02", "host_attack", host="USA"),
                event("V05", "2025-10-09"),
            ]
        )
    ).set_index("event_id")
    assert found.confounders_text["V01"] == "V02 in DEU, +7 d; V04 in USA, -7 d"
    assert found.confounders_text.drop("V01").isna().all()
