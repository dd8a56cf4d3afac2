from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.measures.frame_codebook import codebook_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check

TEXT = (Path(__file__).resolve().parents[3] / "data/codelists/frame_codebook.csv").read_text(encoding="utf-8")


def test_every_frame_has_a_row_in_every_language():
    rows = codebook_rows(TEXT)
    check(rows, TABLES["frame_codebook"])
    assert len(rows) == 8 * 4
    border = rows[(rows.frame_code == "FE") & (rows.language_code == "en")].iloc[0]
    assert "Durand Line" in border.phrases_text
    assert rows[rows.frame_code == "IB"].excluded_phrases_text.notna().all()
    assert rows[rows.frame_code == "NU"].excluded_phrases_text.isna().all()


def test_a_broken_codebook_is_refused():
    with pytest.raises(InputError, match="the frame codebook has no column 'phrases_de'"):
        codebook_rows(TEXT.replace("phrases_de", "phrases_xx"))
