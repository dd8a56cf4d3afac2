import pandas as pd
import pyreadstat
import pytest

from analysis.corpora.absence import Absence, UserMissing
from analysis.corpora.quarantine import Quarantined
from analysis.corpora.surveys import Codebook
from analysis.errors import ExportError
from tests.formats.miniatures import BIG, KOBO, LIMESURVEY, QUALTRICS, Read, kobo_workbook, spss, stata


def variables(found):
    return {each.name: each for entry in found.entries if isinstance(entry, Codebook) for each in entry.variables}


class TestSpss:
    def test_user_missing_keeps_code_and_label_and_system_missing_is_null(self):
        found = Read(spss())
        assert [row.answers["TA1"] for row in found.respondents] == ["1", UserMissing("98", "refused"), Absence.NULL]
        assert [row.answers["note"] for row in found.respondents] == ["text", Absence.EMPTY, "x"]
        assert [row.respondent_id for row in found.respondents] == ["1", "2", "3"]

    def test_a_letter_is_a_code_of_a_text_variable(self, tmp_path):
        frame = pd.DataFrame({"caseid": [1.0, 2.0], "way": ["x", "zz"]})
        spans = {"way": [{"lo": "x", "hi": "x"}]}
        labels = {"way": {"x": "by letter", "zz": "other"}}
        pyreadstat.write_sav(frame, tmp_path / "a.sav", missing_ranges=spans, variable_value_labels=labels)
        found = Read((tmp_path / "a.sav").read_bytes())
        assert [row.answers["way"] for row in found.respondents] == [UserMissing("x", "by letter"), "zz"]
        variable = found.entries[0].variables[1]
        assert (variable.value_labels, variable.user_missing) == (labels["way"], ("x",))

    def test_labels_and_declared_ranges_are_kept(self):
        variable = variables(Read(spss()))["TA1"]
        assert variable.label == "How do you view …"
        assert variable.value_labels == {"1": "very unfavourable", "98": "refused"}
        assert variable.user_missing == ("97 to 99",)

    @pytest.mark.parametrize("cut", [20, 300, -3])
    def test_a_cut_file_is_refused(self, cut):
        with pytest.raises(ExportError, match="SPSS"):
            Read(spss()[:cut])


class TestStata:
    def test_extended_missings_keep_their_letter(self):
        found = Read(stata())
        assert [row.answers["ta1"] for row in found.respondents] == [
            "1",
            UserMissing(".a", "DK"),
            UserMissing(".z", ""),
        ]

    def test_a_letter_in_a_text_variable_is_a_text(self):
        assert Read(stata()).respondents[2].answers["note"] == "x"

    @pytest.mark.parametrize("cut", [60, 500, -10])
    def test_a_cut_file_is_refused(self, cut):
        with pytest.raises(ExportError):
            Read(stata()[:cut], "stata")


class TestQualtrics:
    def test_three_header_rows_are_no_respondents(self):
        found = Read(QUALTRICS)
        assert [row.respondent_id for row in found.respondents] == ["R_1", "R_2", "R_2"]
        assert variables(found)["TA1"].label == "How do you, overall,\nview …"
        assert found.respondents[1].answers["EX1_1"] is Absence.EMPTY
        assert [row.state.value for row in found.respondents] == ["complete", "trial", "complete"]

    def test_older_downloads_have_two_header_rows_or_one(self):
        lines = QUALTRICS.decode().split("\n")
        two = "\n".join(lines[:3] + lines[4:]).encode()
        one = "\n".join(lines[:1] + lines[4:]).encode()
        assert [len(Read(data).respondents) for data in (two, one)] == [3, 3]

    def test_tab_separated_utf_16_is_read(self):
        text = QUALTRICS.decode("utf-8-sig").replace(",TA1", "\tTA1")
        header = "StartDate\tStatus\tResponseId\tTA1\n"
        body = (
            '"S"\t"R"\t"Response ID"\t"Q"\n'
            + '"{""ImportId"":""a""}"\t' * 3
            + '"{""ImportId"":""b""}"\n2030\t0\tR_1\t1\n'
        )
        assert text
        assert len(Read((header + body).encode("utf-16")).respondents) == 1

    def test_a_short_row_is_set_aside(self):
        found = Read(QUALTRICS + b"2030,0\n2030-01-01 00:00:00,0,R_9,1,7,a\n")
        assert (len(found.respondents), len(found.quarantined)) == (4, 1)


class TestKobo:
    def test_group_paths_and_choices(self):
        found = Read(KOBO)
        first, second = found.respondents
        assert (first.answers["grp/SC9"], first.answers["grp/SC9/none"]) == ("ngo_international none", "1")
        assert (second.answers["_id"], second.respondent_id) == (str(BIG), "u-2")
        assert variables(found)["grp/SC9/none"].choice_of == "grp/SC9"
        assert variables(found)["grp/SC1"].choice_of == ""
        assert found.asides == {"row of HXL tags": 1}

    def test_commas_instead_of_semicolons_and_odk_central(self):
        assert len(Read(KOBO.replace(b";", b",")).respondents) == 2
        central = b"SubmissionDate,grp-SC1,meta-instanceID,KEY,SubmitterID,FormVersion\n"
        central += b"2030-01-01T00:00:00Z,yes,uuid:1,uuid:1,5,1\n"
        found = Read(central)
        assert (found.code, found.respondents[0].respondent_id) == ("kobo", "uuid:1")

    def test_workbooks(self):
        found = Read(kobo_workbook())
        first, second = found.respondents
        assert (found.code, first.answers["grp/SC1"], first.answers["_id"]) == ("kobo", "TRUE", "5")
        assert (second.answers["start"], second.answers["_id"]) == (Absence.EMPTY, "6")
        assert sum(found.asides.values()) == 1

    def test_a_cut_workbook_is_refused(self):
        with pytest.raises(ExportError, match="damaged"):
            Read(kobo_workbook()[:-30])


class TestLimeSurvey:
    def test_codes_and_unsubmitted_responses(self):
        found = Read(LIMESURVEY)
        assert found.respondents[0].answers["EX1[SQ001]"] == "7"
        assert found.respondents[0].answers["TA3"] == "N/A"
        assert variables(found)["EX1[SQ001]"].choice_of == "EX1"
        assert len(found.quarantined) == 1
        assert isinstance(found.quarantined[0], Quarantined)
        assert [row.state.value for row in found.respondents] == ["complete", "partial"]

    def test_headers_as_code_and_wording_or_as_wording(self):
        both = b'"id. Response ID";"submitdate. Date submitted";"lastpage. Last page";"TA1. How do you view"\n'
        both += b'"1";"";"1";"2"\n'
        found = Read(both)
        assert (found.code, found.respondents[0].answers["TA1"]) == ("limesurvey", "2")
        assert variables(found)["TA1"].label == "How do you view"
        wording = b'"Response ID","Date submitted","Last page","Start language","How?"\n"1","2030","1","fa","2"\n'
        assert Read(wording).respondents[0].respondent_id == "1"


def test_a_last_row_without_line_end_is_kept_and_said():
    assert any("no line end" in notice for notice in Read(KOBO.rstrip(b"\n")).notices)
    assert not Read(KOBO).notices
