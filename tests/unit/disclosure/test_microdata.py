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
    monkeypatch.setattr(microdata, "suppress_locally", lambda codes, k, **_: Suppression(codes, np.zeros(2, dtype=int)))
    with pytest.raises(DisclosureError, match="smallest class 1, want 11"):
        restricted_product(persons(900, 1, rare=2), RULES)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  k: 11 ", "  k: 3 ", "microdata: k is 3; want a whole number of at least 11"),
        ("mean_risk: 0.03 ", "mean_risk: 0.2 ", "microdata: mean_risk is 0.2; want a share above 0, at most 0.03"),
        ("  distinct_l", "  l", "microdata: got .*want exactly the keys"),
    ],
)
def test_a_weak_policy_is_refused(tmp_path, old, new, reason):
    text = (ROOT / "data/codelists/disclosure_policy.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "policy.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DisclosureError, match=reason):
        load_policy(tmp_path / "policy.yml")


SMALL = pd.DataFrame(
    {
        "age": ["young", "young", "young", "old", "very old", "old", "very old", ".refused"],
        "view": ["for", "against", "neither", "for", "against", "for", "neither", "for"],
    }
)
LOOSE = MicrodataRules(3, 2, 0.8, 0.4, {"age": {"very old": "old"}}, ("view",))


def test_a_small_file_is_protected_as_by_hand():
    """Three young, four old, one who refused: she stands alone until one of the old is blanked, then another."""
    product = restricted_product(SMALL.iloc[:7], LOOSE)
    assert product.rows.to_numpy().tolist() == [
        ["old", "against"], ["old", "for"], ["old", "for"], ["old", "neither"],
        ["young", "against"], ["young", "for"], ["young", "neither"],
    ]  # fmt: skip
    assert [(f.rule, f.found, f.allowed, f.holds, f.text) for f in product.findings] == [
        ("k", 3, 3, True, "smallest class 3, want 3"),
        ("mean_risk", pytest.approx(2 / 7), 0.4, True, "mean risk 0.286, want below 0.4"),
        ("distinct_l[view]", 3, 2, True, "a class has 3 different answers to view, want 2"),
        (
            "largest_answer_share[view]", 0.5, 0.8, True,
            "one answer to view holds 50% of a class, want at most 80%",
        ),
    ]  # fmt: skip
    assert product.loss.blanked_share == {"age": 0.0}
    assert product.loss.recoded == {"age": (3, 2)}
    before = -(3 * np.log2(3 / 7) + 2 * 2 * np.log2(2 / 7)) / 7
    after = -(3 * np.log2(3 / 7) + 4 * np.log2(4 / 7)) / 7
    assert product.loss.entropy_kept_share == {"age": pytest.approx(after / before, rel=1e-12)}


def test_a_blank_takes_others_with_it_and_its_share_is_counted():
    """The one who refused is blank from the start; the four old can spare one, and then all of them go."""
    product = restricted_product(SMALL, LOOSE)
    assert product.rows.age.isna().sum() == 5
    assert product.rows.age.dropna().tolist() == ["young"] * 3
    assert product.loss.blanked_share == {"age": 4 / 7}


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (replace(LOOSE, mean_risk=2 / 7), "mean risk 0.286, want below 0.2857142857142857"),
        (replace(LOOSE, distinct_l=4), "a class has 3 different answers to view, want 4"),
        (
            replace(LOOSE, largest_answer_share=0.49, mean_risk=0.1),
            "mean risk 0.286, want below 0.1; one answer to view holds 50% of a class, want at most 49%",
        ),
    ],
)
def test_a_refusal_lists_the_broken_rules(rules, reason):
    with pytest.raises(DisclosureError) as caught:
        restricted_product(SMALL.iloc[:7], rules)
    assert str(caught.value) == (f"no restricted file is made: {reason}. Coarsen the keys in the plan, or release none")


def test_rules_at_their_bounds_hold():
    rules = replace(LOOSE, distinct_l=3, largest_answer_share=0.5)
    assert all(finding.holds for finding in restricted_product(SMALL.iloc[:7], rules).findings)


def test_as_few_persons_as_k_are_enough():
    three = SMALL.iloc[:3]
    assert len(restricted_product(three, replace(LOOSE, mean_risk=0.5)).rows) == 3
    with pytest.raises(DisclosureError) as caught:
        restricted_product(three, replace(LOOSE, k=4))
    assert str(caught.value) == "3 persons allow this use, fewer than k = 4: no restricted file is made"


@pytest.mark.parametrize(("changed", "column"), [({"keys": {"town": {}}}, "town"), ({"sensitive": ("vote",)}, "vote")])
def test_a_missing_column_is_named(changed, column):
    with pytest.raises(DisclosureError) as caught:
        restricted_product(SMALL, replace(LOOSE, **changed))
    assert str(caught.value) == f"the restricted file wants column '{column}', which the table does not have"


def test_a_key_that_never_varies_loses_nothing():
    rows = SMALL.iloc[:3].assign(sex="f")
    rules = replace(LOOSE, keys={"sex": {}}, mean_risk=0.5)
    assert restricted_product(rows, rules).loss.entropy_kept_share == {"sex": 1.0}


def test_reasons_for_a_missing_answer_become_blanks_and_other_dots_stay():
    rows = pd.DataFrame({"age": ["18-34", ".refused", None, "a.b"]})
    recoded = microdata.recoded_keys(rows, replace(LOOSE, keys={"age": {"18-34": "under 45"}}))
    assert recoded.age.fillna("blank").tolist() == ["under 45", "blank", "blank", "a.b"]
