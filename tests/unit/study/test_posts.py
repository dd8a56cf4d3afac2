"""The posts of a plan: what does not fit is refused with its line, and a study may have posts, a survey, or both."""

import pytest

from analysis.errors import StudyError
from analysis.study import load_plan
from analysis.study.codebook import frame_entries
from analysis.study.loading import json_schema, parse_plan, study_files
from tests.studies import POSTS_ONLY, ROOT, SHIPPED, posts_only, survey_only

FRAMES = """frame_code,frame_name,definition,phrases_en,phrases_de,source
RM,money_sent_home,Sending money,remittances; hawala,Hawala,own
VI,visas,Visas,visas,Visa,own
"""


def refused(old, new):
    assert old in POSTS_ONLY
    with pytest.raises(StudyError) as caught:
        parse_plan(POSTS_ONLY.replace(old, new, 1), "reach.yml")
    return str(caught.value)


def test_a_study_has_posts_alone():
    plan = posts_only()
    assert not plan.has_survey
    assert plan.main_question is plan.quality is None
    assert plan.columns == {}
    assert (plan.posts.weeks, plan.posts.event_weeks) == (52, (16, 34))
    assert [event.name for event in plan.posts.dated] == ["the flood", "the closure"]
    assert plan.posts.languages == ("en", "de")


def test_labels_of_one_side_count_together_and_alone():
    assert posts_only().posts.measured_stances() == {
        "critical": {"critical"}, "favourable": {"praise", "thanks"}, "praise": {"praise"}, "thanks": {"thanks"},
        "unclear": {"unclear"},
    }  # fmt: skip
    assert set(SHIPPED.posts.measured_stances()) == {"against", "favourable", "neutral"}


def test_evidence_may_need_so_many_posts():
    evidence = "  evidence: [{estimand: E50_x, words: w, accounts: person, frame: RM}]\n  must_not_jump"
    asked = ("study: reach", "study: reach\nplanned_n: {E50_x: 1000}")
    assert posts_only(("  must_not_jump", evidence), asked).planned_n == {"E50_x": 1000}
    assert "got 'E50_x': nothing estimates it" in refused(*asked)


def test_a_survey_has_no_posts():
    assert survey_only().posts is None
    assert survey_only().has_survey


MISSING = "period: own\nmain_question: K01_trust\n"


@pytest.mark.parametrize(
    ("old", "new", "at", "told"),
    [
        ("2027-01-03", "2027-01-04", "posts:", "posts are counted by whole weeks: write 2027-01-03"),
        ("2027-01-03", "2025-01-05", "posts:", "posts are counted by whole weeks"),
        ("on: 2026-09-02", "on: 2027-09-02", "", "got '2027-09-02': outside the period 2026-01-05 to 2027-01-03"),
        ("on: 2026-09-02", "on: 2026-05-03", "", "another event falls into the same week"),
        ("the flood", "the closure", "", "every event has its own"),
        ("frames: [VI, RM]", "frames: [VI, RN]", "", "got 'RN': no such frame; known: ED, RM, VI"),
        ("frames: [VI, RM]", "frames: [VI, VI]", "", "the same frames stand twice"),
        ("code: VI", "code: RM", "", "listed twice"),
        *(
            ("  must_not_jump", f"  evidence: [{{estimand: {estimand}, words: w, {rest}}}]\n  must_not_jump", "", told)
            for estimand, rest, told in (
                ("E50_x", "accounts: shop, frame: RM", "got 'shop': no kind that is read; known: foundation, person"),
                ("E50_x", "accounts: person, frame: RN", "got 'RN': no such frame; "),
                ("E50_x", "accounts: person, stance: prais", "got 'prais': no such stance; "),
                ("E50_x", "accounts: person", "give exactly one of stance, frame"),
                ("E50_x", "accounts: person, stance: praise, frame: RM", "give exactly one of stance, frame"),
                ("K60_frame_share", "accounts: person, frame: RM", "names two quantities"),
                ("E50_x", "frame: RM", "a share is that of one kind of account: name it"),
                ("E50_x", "frame: RM, event: the flod", "got 'the flod': no such event; did you mean 'the flood'"),
                ("E50_x", "frame: RM or VI, event: the flood", "got 'RM or VI': no such frame"),
                ("E50_x", "accounts: person, stance: praise, event: the flood", "a jump is that of a frame"),
            )
        ),
        ("code: VI", "code: NONE", "", "got 'NONE': stands for none of the frames"),
        ("de: [Visa]", "ps: [ویزه]", "", "every frame has phrases in the same languages, en, de"),
        ("code: thanks", "code: favourable", "", "2 labels are reported together as 'favourable'"),
        ("languages: [de]", "languages: [fa]", "", "got 'fa': no such language of the codebook"),
        ("accounts: [foundation]", "accounts: [shop]", "", "got 'shop': no such kind of account that is read"),
        ("basis: institution", "basis: not_read", "  coordination:", "needs accounts with basis institution"),
        ("K62_stance_share", "K60_frame_share", "", "names two quantities"),
        ("basis: consent}", "basis: asked}", "", "basis: got 'asked'"),
        ("side: opposed", "side: against", "", "side: got 'against'"),
        ("stances:", "stance:", "", "unknown key; did you mean 'stances'?"),
        ("period: January to December 2026\n", MISSING, "study:", "key 'missing' is missing or empty"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line_and_the_fix(old, new, at, told):
    changed = POSTS_ONLY.replace(old, new, 1)
    message = refused(old, new)
    assert told in message
    line = 1 + changed[: changed.index(at or new)].count("\n")
    assert f"reach.yml, line {line}: " in message


def test_an_estimand_belongs_to_the_survey_or_to_the_posts():
    text = (ROOT / "data/study/study.yml").read_text(encoding="utf-8")
    with pytest.raises(StudyError, match="a question has this estimand"):
        parse_plan(text.replace("K30_stance_share", "K42_sympathy"), "study.yml", ROOT / "data/study")


def test_the_order_of_the_plan_changes_no_measured_stance():
    praise, unclear = "    - {code: praise, words: praises them, side: favourable}\n", "    - {code: unclear"
    turned = posts_only((praise, ""), (unclear, praise + unclear))
    assert list(turned.posts.measured_stances()) == list(posts_only().posts.measured_stances())


@pytest.fixture
def folder(tmp_path):
    start, end = POSTS_ONLY.index("  frames:\n"), POSTS_ONLY.index("  together:")
    (tmp_path / "study.yml").write_text(
        (POSTS_ONLY[:start] + "  frames: own.csv\n" + POSTS_ONLY[end:]), encoding="utf-8"
    )
    (tmp_path / "own.csv").write_text(FRAMES, encoding="utf-8")
    return tmp_path


def test_a_codebook_lies_in_a_table_beside_the_plan(folder):
    frames = load_plan(folder / "study.yml").posts.frames
    assert [(frame.code, frame.words) for frame in frames] == [("RM", "money sent home"), ("VI", "visas")]
    assert frames[0].phrases == {"en": ("remittances", "hawala"), "de": ("Hawala",)}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("VI,visas", "RM,visas", "own.csv, row 3: frame_code is 'RM', which is listed already"),
        ("VI,visas", "ALL,visas", "row 3: frame_code is 'ALL', which stands for all posts"),
        (",Visa,", ",,", "row 3: column 'phrases_de' is empty; give one, or drop the frame VI"),
        (",Visa,", ", ; ,", "row 3: column 'phrases_de' is empty"),
        ("phrases_de", "phrases_xx", "column 'phrases_xx' is of no language that is told apart; known: phrases_fa"),
        ("source", "quelle", "no column 'source'"),
        ("phrases_en,phrases_de", "en,de", "no column of phrases"),
        ("RM,money", "rm,money", "string should match pattern"),
    ],
)
def test_a_broken_table_is_refused_by_row_and_column(folder, old, new, told):
    (folder / "own.csv").write_text(FRAMES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_plan(folder / "study.yml")
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["../own.csv", "/etc/hostname.csv", "other.csv"])
def test_a_table_lies_beside_the_plan_and_nowhere_else(folder, name):
    text = (folder / "study.yml").read_text(encoding="utf-8").replace("own.csv", name)
    (folder / "study.yml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"line 13: posts\.frames: got .*(beside the plan|No such file)"):
        load_plan(folder / "study.yml")


def test_a_table_in_utf_8_with_a_mark_is_read(folder):
    (folder / "own.csv").write_text("\ufeff" + FRAMES, encoding="utf-8")
    assert len(load_plan(folder / "study.yml").posts.frames) == 2


def test_an_empty_table_is_refused():
    with pytest.raises(Exception, match="no column 'frame_code'"):
        frame_entries("", "own.csv")


def test_the_files_of_a_study_are_its_plan_and_the_table_that_it_names(tmp_path, folder):
    (tmp_path / "data/vault").mkdir(parents=True)
    assert study_files(ROOT, "synthetic") == ("data/study/study.yml", "data/study/frames.csv")
    assert study_files(tmp_path, "vault") == ("data/vault/study.yml",)
    (tmp_path / "data/vault/study.yml").write_text((folder / "study.yml").read_text(encoding="utf-8"), encoding="utf-8")
    assert study_files(tmp_path, "vault") == ("data/vault/study.yml", "data/vault/own.csv")


def test_the_schema_lets_frames_be_a_table():
    assert '"pattern": "\\\\.csv$"' in json_schema()
