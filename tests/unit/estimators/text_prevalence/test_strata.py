"""Stratified PPI and chances that follow doubt: against their formulas, and over repeated draws."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence import estimate_text, labelled_texts, labelling_chances
from analysis.estimators.text_prevalence.strata import FEWEST_IN_STRATUM, prediction_strata


def corpus(seed=1, n=2000):
    """A classifier that is right where it is sure, and guesses for a half."""
    g = np.random.default_rng(seed)
    said = np.clip(
        np.where(g.random(n) < 0.5, 0.5, np.where(g.random(n) < 0.4, 0.95, 0.05)) + g.normal(0, 0.02, n), 0, 1
    )
    so = (g.random(n) < np.where(np.abs(said - 0.5) < 0.15, 0.2, said)).astype(float)
    return g, said, so


def texts(seed=1, chance=0.2, n=2000, cluster=None):
    g, said, so = corpus(seed, n)
    chances = np.broadcast_to(chance, n).astype(float)
    labelled = g.random(n) < chances
    return labelled_texts(np.where(labelled, so, np.nan), labelled, chances, said, cluster), so


def test_one_stratum_is_ppi_itself():
    """Predictions that are all alike cannot be cut."""
    g = np.random.default_rng(3)
    labelled, so = g.random(600) < 0.3, (g.random(600) < 0.4).astype(float)
    given = labelled_texts(np.where(labelled, so, np.nan), labelled, np.full(600, 0.3), np.full(600, 0.4))
    plain, cut = (estimate_text(given, e).estimates[0] for e in ("ppi++", "ppi++-strata"))
    assert (cut.value, cut.se) == pytest.approx((plain.value, plain.se))


def test_it_is_the_mean_of_its_strata_by_their_parts_of_all_rows():
    given, _ = texts()
    stratum = prediction_strata(given.predictions[0], given.labelled)
    parts, shares = [], []
    for h in range(stratum.max() + 1):
        rows = stratum == h
        part = labelled_texts(
            given.value[rows], given.labelled[rows], given.probability[rows], given.predictions[0][rows]
        )
        parts.append(estimate_text(part, "ppi++").estimates[0])
        shares.append(rows.mean())
    made = estimate_text(given, "ppi++-strata")
    (one,) = made.estimates
    assert made.details["strata"] == len(parts) > 2
    assert one.value == pytest.approx(sum(w * p.value for w, p in zip(shares, parts, strict=True)))
    inside = sum((w * p.se) ** 2 for w, p in zip(shares, parts, strict=True))
    between = sum(w * (p.value - one.value) ** 2 for w, p in zip(shares, parts, strict=True)) / len(given)
    assert one.se**2 == pytest.approx(inside + between, rel=0.02)


def test_where_a_classifier_is_good_in_parts_strata_are_more_precise():
    runs = [(texts(seed)[0], corpus(seed)[2].mean()) for seed in range(150)]
    away = {e: [estimate_text(t, e).estimates[0].value - truth for t, truth in runs] for e in ("ppi++", "ppi++-strata")}
    assert np.std(away["ppi++-strata"]) < np.std(away["ppi++"])
    assert abs(np.mean(away["ppi++-strata"])) < 3 * np.std(away["ppi++-strata"]) / np.sqrt(150)


def test_few_clusters_widen_it_and_are_said():
    given, _ = texts(cluster=np.arange(2000) % 6)
    (clustered,), (plain,) = (estimate_text(t, "ppi++-strata").estimates for t in (given, texts()[0]))
    assert clustered.degrees_of_freedom <= 5
    assert any("6 clusters only" in w for w in clustered.warnings)
    assert clustered.value == pytest.approx(plain.value)


def test_strata_hold_enough_labels_or_join():
    g = np.random.default_rng(4)
    said, labelled = np.linspace(0, 1, 1000), g.random(1000) < np.linspace(0.01, 0.5, 1000)
    stratum = prediction_strata(said, labelled)
    assert (np.diff(stratum) >= 0).all()
    assert np.bincount(stratum[labelled]).min() >= FEWEST_IN_STRATUM
    assert stratum.max() < 3
    with pytest.raises(EstimationError, match="labelled leaves 5 rows on one side"):
        prediction_strata(said, np.arange(1000) < 5)


@pytest.mark.parametrize(("mean", "floor"), [(0.1, 0.3), (0.5, 0.1), (0.9, 0.5), (1.0, 0.2), (0.2, 1.0)])
def test_chances_have_their_mean_their_floor_and_follow_doubt(mean, floor):
    said = np.random.default_rng(5).beta(0.4, 0.6, 3000)
    made = labelling_chances(said, mean, floor)
    assert made.mean() == pytest.approx(mean)
    assert made.min() >= floor * mean - 1e-12
    assert made.max() <= 1
    by_doubt = made[np.argsort(np.abs(said - 0.5))]
    assert (np.diff(by_doubt) <= 1e-12).all()
    if floor < 1 and mean < 0.5:
        assert made.max() > 1.3 * made.min()
    else:
        assert floor < 1 or made == pytest.approx(np.full(3000, mean))


def test_predictions_that_are_never_in_doubt_give_equal_chances():
    assert labelling_chances(np.array([0.0, 1.0, 1.0]), 0.4, 0.2).tolist() == [0.4] * 3


@pytest.mark.parametrize(
    ("said", "mean", "floor", "message"),
    [
        ([0.2, 1.2], 0.1, 0.5, "predictions hold 1.2 at position 2"),
        ([0.2, np.nan], 0.1, 0.5, "predictions hold nan at position 2"),
        ([0.2], 0.0, 0.5, "probability is 0 and floor 0.5"),
        ([0.2], 0.1, 0.0, "floor 0; give both above 0"),
    ],
)
def test_chances_that_cannot_be_are_refused(said, mean, floor, message):
    with pytest.raises(EstimationError, match=message):
        labelling_chances(np.array(said), mean, floor)


@pytest.mark.parametrize("flip", [False, True])
def test_labels_drawn_by_doubt_stay_unbiased_even_if_predictions_are_wrong(flip):
    """Over 400 draws from one corpus; without the chances the labelled rows are far off."""
    _, said, so = corpus(n=4000)
    chances = labelling_chances(1 - said if flip else said, 0.1, 0.3)
    found = {"dsl": [], "labelled": []}
    raw = []
    for seed in range(400):
        labelled = np.random.default_rng([9, seed]).random(4000) < chances
        given = labelled_texts(np.where(labelled, so, np.nan), labelled, chances, said)
        for name, values in found.items():
            values.append(estimate_text(given, name).estimates[0].value)
        raw.append(so[labelled].mean())
    for values in found.values():
        assert abs(np.mean(values) - so.mean()) < 3.5 * np.std(values) / 20
    assert abs(np.mean(raw) - so.mean()) > 10 * np.std(raw) / 20


def test_labels_drawn_by_doubt_are_worth_more_than_equal_ones():
    _, said, so = corpus(n=4000)
    spread = {}
    for floor in (0.2, 1.0):
        chances, values = labelling_chances(said, 0.1, floor), []
        for seed in range(300):
            labelled = np.random.default_rng([10, seed]).random(4000) < chances
            given = labelled_texts(np.where(labelled, so, np.nan), labelled, chances, said)
            values.append(estimate_text(given, "dsl").estimates[0].value)
        spread[floor] = np.std(values)
    assert spread[0.2] < 0.93 * spread[1.0]
