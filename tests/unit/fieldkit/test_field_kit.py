"""What a field kit asks has the names and codes under which the plan reads what comes back."""

import csv
import io
import re
import subprocess
from collections import Counter

import openpyxl
import pytest
from bs4 import BeautifulSoup

from analysis.__main__ import command_line
from analysis.corpora.instrument import instrument_of
from analysis.errors import StudyError
from analysis.fieldkit import limesurvey, printed, qualtrics, xlsform
from analysis.fieldkit.prompts import NOT_WORDED, kit_of, unworded
from analysis.study import load_plan
from analysis.study.loading import parse_plan
from tests.rehearsals import PLANS, ROOT

XLS2XFORM = ROOT / "build/validators/bin/xls2xform"
STUDIES = {name: PLANS / name / "study.yml" for name in ("trust", "returns", "worded")}
STUDIES |= {"shipped": ROOT / "data/study/study.yml"}
TEXT = STUDIES["worded"].read_text(encoding="utf-8")


def sheets(plan):
    content = xlsform.xlsform(kit_of(plan, "kobo", xlsform.NAMES), ("consent_key",), ("minutes", "minutes"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = {}
    for sheet in book:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def structure(plan):
    content = limesurvey.limesurvey(kit_of(plan, "limesurvey", limesurvey.NAMES))
    return list(csv.DictReader(io.StringIO(content.decode()), delimiter="\t"))


@pytest.mark.parametrize("name", STUDIES)
def test_every_column_of_the_plan_is_asked_or_drawn_once_under_a_name_that_it_reads(name):
    plan = load_plan(STUDIES[name])
    instrument, columns = instrument_of(plan), Counter()
    for row in sheets(plan)["survey"]:
        place = instrument.place(row["name"])
        if row["type"] not in ("note", "start", "end") and place and place.item:
            columns["_".join(filter(None, (place.item.item_id, place.part))).lower()] += 1
    assert columns == Counter(list(plan.columns))


@pytest.mark.parametrize("name", STUDIES)
def test_every_choice_comes_back_as_its_code_or_as_missing(name):
    plan = load_plan(STUDIES[name])
    instrument, seen = instrument_of(plan), {}
    for row in sheets(plan)["choices"]:
        place = instrument.place(row["list_name"])
        reading = instrument.read(place, row["name"])
        assert reading.unknown is None, row
        if reading.code:
            seen.setdefault(place.item.item_id, set()).update(reading.code.split())
    assigned = {name for name, item in plan.items.items() if item.measures == "assignment"}
    assert seen == {name: set(item.codes) for name, item in plan.items.items() if item.codes and name not in assigned}


def test_what_chance_decides_is_drawn_once_and_has_the_plan_s_codes():
    rows = {row["name"]: row for row in sheets(load_plan(STUDIES["shipped"]))["survey"]}
    assert rows["draw_LX1_ARM"]["calculation"] == "once(random())"
    assert rows["LX1_ARM"]["calculation"] == "if(${draw_LX1_ARM} < 1 div 2, 'control', 'treatment')"
    assert rows["LX2_ARM"]["calculation"] == "if(${LX1_ARM} = 'treatment', 'control', 'treatment')"
    assert "draw_LX2_ARM" not in rows
    four = rows["EN1_ENDORSER"]["calculation"]
    assert re.findall(r"'(\w+)'", four) == ["none", "current_authorities", "un_agency", "diaspora_council"]
    assert re.findall(r"< (\d) div 4", four) == ["1", "2", "3"]


def test_a_longer_list_is_shown_to_its_arm_only_and_counts_one_more():
    rows = {row["name"]: row for row in sheets(load_plan(STUDIES["worded"]))["survey"]}
    short, long = rows["LIST_short"], rows["LIST_long"]
    assert (short["relevant"], long["relevant"]) == ("${LISTARM} = 'short'", "${LISTARM} = 'long'")
    assert "The union" in long["label::English (en)"]
    assert "The union" not in short["label::English (en)"]
    assert rows["LIST"]["constraint"] == "(. >= 0 and . <= if(${LISTARM} = 'long', 3, 2)) or . = -98"


@pytest.mark.parametrize("name", STUDIES)
def test_the_xlsform_is_valid(name, tmp_path):
    if not XLS2XFORM.exists():
        pytest.skip("no xls2xform: install requirements-validators.lock into build/validators")
    kit = kit_of(load_plan(STUDIES[name]), "kobo", xlsform.NAMES)
    (tmp_path / "form.xlsx").write_bytes(xlsform.xlsform(kit, ("consent_key",)))
    done = convert(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "form.xlsx").write_bytes(xlsform.xlsform(kit, ("consent_key", "consent_key")))
    assert "consent_key" in convert(tmp_path).stdout + convert(tmp_path).stderr


def convert(folder):
    command = [XLS2XFORM, "--skip_validate", "form.xlsx", "form.xml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_limesurvey_s_codes_come_back_as_the_plan_s():
    plan = load_plan(STUDIES["worded"])
    instrument, rows = instrument_of(plan), structure(plan)
    question, seen = "", {}
    for row in rows:
        question = row["name"] if row["class"] == "Q" else question
        if row["class"] == "A":
            seen.setdefault(question, set()).add(instrument.read(instrument.place(question), row["name"]).code)
        if row["class"] == "SQ":
            seen.setdefault(question, set()).add(instrument.place(f"{question}[{row['name']}]").part)
    assert seen == {"TRUST": {"low", "high"}, "NEWS": {"tv", "web"}}
    draws = {row["name"]: row["text"] for row in rows if row["type/scale"] == "*"}
    assert draws["LISTARM"] == "{if(is_empty(self.NAOK), rand(0, 1), self.NAOK)}"
    assert {instrument.read(instrument.place("LISTARM"), number).code for number in "01"} == {"short", "long"}
    assert {row["max_num_value_n"] for row in rows if row["name"] == "LIST"} == {'{if(LISTARM.NAOK == "1", 3, 2)}'}


def test_limesurvey_has_every_question_in_every_language():
    counts = Counter(
        (row["language"], row["class"]) for row in structure(load_plan(STUDIES["worded"])) if row["class"] in "QA"
    )
    assert {key: count for (language, key), count in counts.items() if language == "en"} == {
        key: count for (language, key), count in counts.items() if language == "fa"
    }


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("LISTARM: {", "LIST_ARM: {", "items.LIST_ARM: limesurvey holds no variable 'LIST_ARM'"),
        ('options: {low: ["1"], high: ["2"]}', "options: {low: [], high: []}", "TRUST: .*give every option a number"),
        ('short: ["0"], long: ["1"]', 'short: ["2"], long: ["5"]', "LISTARM: .*draws numbers in a row"),
        ('short: ["0"], long: ["1"]', "short: [], long: []", "LISTARM: .*needs a number for 'short'"),
    ],
)
def test_what_limesurvey_cannot_hold_is_refused_with_the_fix(old, new, reason):
    text = TEXT.replace(old, new).replace("arm: listarm", "arm: list_arm" if "LIST_ARM" in new else "arm: listarm")
    with pytest.raises(StudyError, match=reason):
        structure(parse_plan(text, "study.yml"))


def test_qualtrics_words_come_back_as_the_plan_s_codes():
    plan = load_plan(STUDIES["worded"])
    instrument, kit = instrument_of(plan), kit_of(plan, "qualtrics", qualtrics.NAMES)
    for language in kit.languages:
        text = qualtrics.qualtrics(kit, language).decode()
        for block in text.split("[[Question:")[1:]:
            name = re.search(r"\[\[ID:(.+?)\]\]", block)[1]
            words = re.findall(r"\[\[Choice:\d+\]\]\n(.+)", block)
            readings = [instrument.read(instrument.place(name), each) for each in words]
            assert all(each.code or each.missing for each in readings), (name, words)
            if name == "TRUST":
                assert [each.code for each in readings][:2] == ["low", "high"]
    assert "evenly presents 1 of 2 embedded data LISTARM = short, long" in qualtrics.steps(kit).decode()


def test_a_printed_page_runs_as_its_script_does_and_its_text_is_text():
    kit = kit_of(load_plan(STUDIES["worded"]), "qualtrics")
    pages = {language: BeautifulSoup(printed.printed(kit, language), "html.parser") for language in kit.languages}
    assert {language: page.html["dir"] for language, page in pages.items()} == {"en": "ltr", "fa": "rtl"}
    assert "Do you trust <them>?" in pages["en"].get_text()
    assert not pages["en"].find("them")
    said = [item.get_text() for item in pages["fa"].find_all("li")]
    assert [words for words in said if not words.startswith(tuple(kit.missing.values()))][:2] == ["کم low", "زیاد high"]


@pytest.mark.parametrize("study", sorted(STUDIES))
def test_every_question_on_paper_can_be_declined(study):
    """In the plan's own words, or in ours, marked, where it has a code only."""
    kit = kit_of(load_plan(STUDIES[study]), "qualtrics")
    assert kit.missing
    assert not any(words.lstrip("-").isdigit() for words in kit.missing.values())
    page = BeautifulSoup(printed.printed(kit, kit.languages[0]), "html.parser")
    for section in page.find_all("section"):
        said = [item.get_text() for item in section.find_all("li")]
        assert all(f"{words} {code}" in said for code, words in kit.missing.items())


def test_what_is_not_worded_says_so_and_is_named():
    plan = parse_plan(TEXT.replace("      fa: {asks: در کدام شهر زندگی می‌کنید؟}\n", ""), "study.yml")
    assert unworded(plan) == {"fa": ["TOWN"]}
    assert unworded(load_plan(STUDIES["worded"])) == {}
    assert f"{NOT_WORDED}Town" in printed.printed(kit_of(plan, "qualtrics"), "fa").decode()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "options: {low: A little, high: A lot}",
            "options: {lo: A little}",
            "wording.en.options.lo.*did you mean 'low'",
        ),
        ("shown: [A park, A road]", "shown: [A park]", "the list shows everybody 2 items; give as many"),
        ("versions: {nobody: There", "versions: {nobodi: There", "did you mean 'nobody'"),
        ("status: reviewed}", "status: perfect}", "wording.en.status"),
        ("      fa: {asks: در", "      Farsi: {asks: در", "wording"),
        ("{tv: تلویزیون, web: انترنت}", "{tv: انترنت, web: انترنت}", None),
    ],
)
def test_words_that_belong_to_nothing_are_refused(old, new, reason):
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    if reason is None:
        with pytest.raises(StudyError, match="stands for 'tv' and for 'web'"):
            instrument_of(parse_plan(changed, "study.yml"))
        return
    with pytest.raises(StudyError, match=reason):
        parse_plan(changed, "study.yml")


def test_the_command_writes_a_kit_and_says_what_it_left_out(tmp_path, capsys):
    arguments = ["field-kit", str(PLANS / "returns"), "--to", str(tmp_path / "kit")]
    command_line(["field-kit"])(arguments, standalone_mode=False)
    said = capsys.readouterr().out
    names = {path.name for path in (tmp_path / "kit").iterdir()}
    assert names == {"xlsform.xlsx", "qualtrics_en.txt", "qualtrics_steps.md", "questionnaire_en.html"}
    assert "LimeSurvey: not written: items.GROUPS_HALF: limesurvey holds no variable" in said
    assert "not worded in en, do not field: LAND, SEX" in said
    book = openpyxl.load_workbook(tmp_path / "kit/xlsform.xlsx")
    asked = [row[1] for row in book["survey"].iter_rows(values_only=True)]
    assert {"consent_key", "person", "invited_by", "step", "minutes"} <= set(asked)
