import pyarrow as pa
import pytest

from analysis.custody.names import residual_risk
from analysis.custody.scrub import scrub


@pytest.mark.parametrize(
    "text", ["داکتر رحیمی آمد", "Herr Rahimi kam", "با احمد رفتم", "I met Fatima.", "ښاغلی رحیمی راغی"]
)
def test_a_pattern_for_names_is_counted(text):
    assert residual_risk(pa.array([text])).either_n == 1


@pytest.mark.parametrize("text", ["کسی نیامد", "nobody came", "Alignment of general terms", "", "گلستان"])
def test_other_words_are_not(text):
    assert residual_risk(pa.array([text])).either_n == 0


def test_counts_and_share():
    risk = residual_risk(pa.array(["Dr. Ahmad", "Dr. Rahimi", "Ali", "none", None]))
    assert (risk.texts_n, risk.titled_n, risk.given_n, risk.either_n, risk.share) == (4, 2, 2, 3, 0.75)
    assert residual_risk(pa.array([], pa.string())).share == 0.0


def test_scrubbing_does_not_pretend_to_remove_names():
    assert scrub("Dr. Ahmad, 0701234567").text == "Dr. Ahmad, [PHONE]"
