"""The scorer of texts lives inside one call: nothing to keep, nothing saved, no way to ask it about a text."""

import ast
import inspect
import pickle
import types
from pathlib import Path

import numpy as np
import pytest

import analysis.estimators.text_prevalence as room
from analysis.errors import EstimationError
from analysis.estimators.text_prevalence import TextFit, estimate_from_texts, scorer

ROOT = Path(__file__).resolve().parents[2]
MODEL_PACKAGES = ("sklearn", "transformers", "torch", "joblib", "onnx", "xgboost", "lightgbm")
SCORER = "analysis/estimators/text_prevalence/scorer.py"


def corpus(seed=1, n=600):
    g = np.random.default_rng(seed)
    y = g.random(n) < 0.4
    labelled = g.random(n) < 0.4
    texts = [f"{'tokenalpha' if (a != (g.random() < 0.1)) else 'tokenbeta'} {g.integers(10**6)}" for a in y]
    return {
        "texts": texts,
        "values": {"prevalence": np.where(labelled, y.astype(float), np.nan)},
        "labelled": labelled,
        "probability": np.full(n, 0.4),
        "channel": g.integers(0, 25, n),
        "estimators": ["naive", "dsl"],
        "generator": g,
        "splits": 1,
    }


def held(value, seen=None):
    """Everything that can be reached from a value."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, (str, bytes, type, types.ModuleType)):
        return
    seen.add(id(value))
    yield value
    inner = list(value) if isinstance(value, (list, tuple, set)) else []
    inner += list(value.values()) if isinstance(value, dict) else []
    inner += list(vars(value).values()) if hasattr(value, "__dict__") else []
    for each in inner:
        yield from held(each, seen)


def test_what_comes_back_holds_estimates_and_nothing_as_long_as_the_texts():
    given = corpus()
    found = estimate_from_texts(**given)
    assert set(map(type, found["prevalence"].values())) == {TextFit}
    for each in held(found):
        assert not type(each).__module__.startswith(MODEL_PACKAGES)
        assert np.size(each) < len(given["texts"]) or not isinstance(each, np.ndarray)
        assert not hasattr(each, "predict")
    assert len(pickle.dumps(found)) < 5000


def test_nothing_is_saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr("builtins.open", lambda *a, **k: opened.append(a))
    estimate_from_texts(**corpus())
    assert opened == []
    assert list(tmp_path.iterdir()) == []
    kept = {n for n, v in vars(scorer).items() if isinstance(v, (dict, list, set)) and not n.startswith("__")}
    assert kept == set(), "a module variable could keep a model between calls"


def test_nothing_predicts():
    """No function or method of the room is called predict, score or fit, and one function alone touches a model."""
    for path in sorted((ROOT / "analysis/estimators/text_prevalence").glob("*.py")):
        names = [
            n.name
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        ]
        assert not [
            n
            for n in names
            if n.lstrip("_").startswith(("predict_", "predicts", "classify", "train")) or n == "predict"
        ], path
    public = {
        n for n, v in vars(scorer).items() if inspect.isfunction(v) and v.__module__ == scorer.__name__ and n[0] != "_"
    }
    assert public == {"estimate_from_texts"}
    assert "scorer" not in room.__all__


def test_only_the_scorer_imports_a_model():
    importers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "analysis").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if name.split(".")[0] in MODEL_PACKAGES
    }
    assert importers == {SCORER}


def test_a_planted_predictor_would_be_caught():
    tree = ast.parse("class Scorer:\n    def predict(self): ...\n")
    names = [n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    assert [n for n in names if n.startswith("predict")] == ["predict"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"probability": np.zeros(600)}, "probability is 0.0"),
        ({"labelled": np.zeros(600, dtype=bool)}, "channel"),
        ({"probability": np.full(600, 0.9)}, "no probability sample"),
        ({"channel": np.zeros(600, dtype=int)}, "whole channels"),
        ({"values": {"prevalence": np.full(600, 3.0)}}, "labels are 1 and 0"),
    ],
)
def test_without_a_probability_sample_of_labels_it_refuses(change, words):
    with pytest.raises(EstimationError, match=words):
        estimate_from_texts(**(corpus() | change))


def test_refusal_comes_before_anything_is_fitted(monkeypatch):
    monkeypatch.setattr(scorer, "LogisticRegression", lambda **_: pytest.fail("a model was made"))
    with pytest.raises(EstimationError):
        estimate_from_texts(**(corpus() | {"probability": np.full(600, 0.9)}))


def test_no_channel_is_scored_by_a_model_that_saw_it(monkeypatch):
    """Folds are made of whole channels: training rows and scored rows share none."""
    given, pairs = corpus(), []

    class Spy(scorer.LogisticRegression):
        def fit(self, features, value):
            self.seen = features
            return super().fit(features, value)

        def predict_proba(self, features):
            pairs.append((self.seen, features))
            return super().predict_proba(features)

    monkeypatch.setattr(scorer, "LogisticRegression", Spy)
    given["texts"] = [f"{text} channel{c:04d}x" for text, c in zip(given["texts"], given["channel"], strict=True)]
    found = scorer._balanced_folds(given["channel"], given["labelled"], 5, np.random.default_rng(1))
    assert sorted(np.bincount(found)) == [5, 5, 5, 5, 5]
    estimate_from_texts(**given)
    assert len(pairs) == 5
    assert sum(test.shape[0] for _, test in pairs) == len(given["texts"])


def test_it_corrects_what_it_scores():
    """Over 20 corpora the corrected interval covers the true share; 14 or fewer has a chance below 1 in 3000."""
    covered = []
    for seed in range(20):
        found = estimate_from_texts(**corpus(seed))["prevalence"]["dsl"].estimates[0]
        covered.append(found.low <= 0.4 <= found.high)
    assert np.sum(covered) >= 15
