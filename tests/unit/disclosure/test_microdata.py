from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import microdata
from analysis.disclosure.classes import encode, partition
from analysis.disclosure.local_suppression import Suppression
from analysis.disclosure.microdata import restricted_product
from analysis.disclosure.policy import MicrodataRules, load_policy
from analysis.errors import DisclosureError

ROOT = Path(__file__).resolve().parents[3]
RULES = MicrodataRules(
    keys={"age": {"60+": "45 and over", "45-59": "45 and over"}, "sex": {}},
    sensitive=("view",),
    k=11,
    distinct_l=3,
    largest_answer_share=0.8,
    mean_risk=0.03,
)


def persons(n, seed, rare=0):
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": generator.choice(["18-34", "35-44", "45-59", "60+"], n),
            "sex": generator.choice(["f", "m"], n),
            "view": generator.choice(["for", "against", "neither", ".refused"], n),
            "respondent_pseudonym": [f"p{i}" for i in range(n)],
        }
    )
    frame.loc[: rare - 1, "sex"] = "other"
    return frame


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 4))
def test_what_is_handed_out_meets_every_rule(seed, rare):
    product = restricted_product(persons(900, seed, rare), RULES)
    classes = partition(encode([product.rows[key] for key in RULES.keys]))
    assert classes.size.min() >= RULES.k
    assert all(finding.holds for finding in product.findings)
    assert list(product.rows.columns) == ["age", "sex", "view"]
    assert set(product.rows.age.dropna()) == {"18-34", "35-44", "45 and over"}


def test_rows_have_no_order_of_arrival():
    rows = persons(900, 1, 2)
    shuffled = rows.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(restricted_product(rows, RULES).rows, restricted_product(shuffled, RULES).rows)


def test_the_loss_is_counted():
    product = restricted_product(persons(900, 1, 3), RULES)
    assert product.loss.recoded["age"] == (4, 3)
    assert product.loss.blanked_share["sex"] > 0
    assert 0 < product.loss.entropy_kept_share["age"] < 1


@pytest.mark.parametrize(
    ("change", "rules", "reason"),
    [
        ({"view": "for"}, RULES, "1 different answers to view, want 3; one answer to view holds 100%"),
        ({}, replace(RULES, mean_risk=0.0001), "mean risk 0.007, want below 0.0001"),
        ({}, replace(RULES, keys={"town": {}}), "column 'town'"),
        ({}, replace(RULES, k=901), "900 persons allow this use, fewer than k = 901"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(change, rules, reason):
    with pytest.raises(DisclosureError, match=reason):
        restricted_product(persons(900, 1).assign(**change), rules)


def test_without_suppression_it_is_refused(monkeypatch):
    """Negative twin: the rules are checked on the result, whatever the suppression did."""
    monkeypatch.setattr(microdata, "suppress_locally", lambda codes, k: Suppression(codes, np.zeros(2, dtype=int)))
    with pytest.raises(DisclosureError, match="smallest class 1, want 11"):
        restricted_product(persons(900, 1, rare=2), RULES)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  k: 11 ", "  k: 3 ", "microdata: k is 3; want a whole number of at least 11"),
        ("mean_risk: 0.03 ", "mean_risk: 0.2 ", "microdata: mean_risk is 0.2; want a share above 0, at most 0.03"),
        ("    sc4: {}", "    sc4: {}\n    sc6: {}\n    sc7: {}", "microdata: 5 keys; want 1 to 4"),
        ("  distinct_l", "  l", "microdata: got .*want exactly the keys"),
    ],
)
def test_a_weak_policy_is_refused(tmp_path, old, new, reason):
    text = (ROOT / "data/codelists/disclosure_policy.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "policy.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DisclosureError, match=reason):
        load_policy(tmp_path / "policy.yml")
