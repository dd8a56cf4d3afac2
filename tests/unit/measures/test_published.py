import pandas as pd

from analysis.measures.published import named_as_context, shown_as_numbers, with_break_eligibility


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


def test_a_break_date_needs_two_good_sources():
    events = pd.DataFrame({"good_sources_n": [0, 1, 2, 3]})
    assert with_break_eligibility(events).is_break_date_eligible.tolist() == [False, False, True, True]
