from pathlib import Path

import pytest

from analysis.errors import ParameterError
from analysis.params import load_params

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


def load(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return load_params(path)


def test_the_committed_parameters_load(tmp_path):
    assert load(tmp_path, TEXT).study == "synthetic"


def test_they_are_frozen(tmp_path):
    with pytest.raises(AttributeError):
        load(tmp_path, TEXT).study = "vault"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("study: synthetic", "study: public", "study is 'public'; allowed: synthetic, vault"),
        ("study: synthetic", "study: synthetic\nseed: 1", "unknown key 'seed'"),
        ("seed: 20261123", "seed: soon", "simulate_study: seed: got 'soon'; want a value of type int"),
        ("  version: 0.1.0\n", "", "release: key 'version' is missing"),
        ("version: 0.1.0", "version: 1", "release: version: got 1; want a value of type str"),
        ('date: "2026-11-30"', "date: soon", "release: date: got 'soon'; want a day in quotation marks"),
        ('date: "2026-11-30"', "date: 2026-11-23", "release: date: got datetime.date.*; want a day in quotation marks"),
        ("prevalences: [0.001,", "prevalences: [few,", r"prevalences\[0\]: got 'few'; want a value of type float"),
        ("specificity: 0.9}", "accuracy: 0.9}", r"label_qualities\[0\]: unknown key 'accuracy'"),
        ("prevalences: [0.001, 0.005, 0.01, 0.02, 0.05, 0.1]", "prevalences: 0.1", "got 0.1; want a list"),
        ("release:\n", "release: now\n#", "not readable as YAML|want a block"),
        ("study:", "study: [", "not readable as YAML"),
    ],
)
def test_a_wrong_key_or_value_is_named(tmp_path, old, new, reason):
    assert old in TEXT
    with pytest.raises(ParameterError, match=reason):
        load(tmp_path, TEXT.replace(old, new))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ParameterError, match="not readable as YAML"):
        load_params(tmp_path / "params.yaml")
