"""Stata's long strings (strL): texts of any script, and a file whose rows do not find theirs."""

import gzip

import pandas as pd
import pytest

from analysis.corpora.absence import Absence
from analysis.errors import ExportError
from tests.formats.miniatures import Read

TEXTS = ["کابل", "é", "ü" * 3000, "", "کابل"]


def written(folder, version):
    frame = pd.DataFrame({"caseid": list("abcde"), "t": TEXTS, "s": ["müde", "", "x", "y", "z"]})
    frame.to_stata(folder / "a.dta", version=version, convert_strl=["t"], write_index=False)
    return (folder / "a.dta").read_bytes()


@pytest.mark.parametrize("version", [118, 119])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_long_texts_are_read_in_every_script(version, pack, tmp_path):
    answers = [each.answers for each in Read(pack(written(tmp_path, version))).respondents]
    assert [each["t"] for each in answers] == [text or Absence.EMPTY for text in TEXTS]
    assert answers[0]["s"] == "müde"


def test_a_file_whose_rows_do_not_find_their_long_texts_is_refused(tmp_path):
    data = written(tmp_path, 119)
    for row in (1, 2, 3):
        sound = (2).to_bytes(3, "little") + row.to_bytes(5, "little")
        assert data.count(sound) == 1 + (row == 1)
        data = data.replace(sound, (2).to_bytes(2, "little") + row.to_bytes(6, "little"))
    with pytest.raises(ExportError, match=r"which row the long texts \(strL\) belong to"):
        Read(data)
