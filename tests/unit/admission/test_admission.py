"""The guarded door on a small fictional world, and on single rows."""

import contextlib
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import yaml

from analysis.admission.posts import admit_posts, plain_address, week_index
from analysis.admission.study import open_study
from analysis.admission.survey import _day, admit_survey
from analysis.admission.tally import released
from analysis.custody.governance import Anchors, write_anchors
from analysis.custody.ledger import ConsentEvent, append, wording_hash
from analysis.custody.pseudonyms import create_key
from analysis.errors import CustodyError
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.stages import refuse_public_lock
from analysis.synthetic.answers import interview
from analysis.synthetic.fiction import RDS_SHARE
from analysis.synthetic.recruitment import recruit
from analysis.synthetic.responses import responses
from analysis.synthetic.world import populate
from tests.pipeline.vaults import SEED, SIZES, small_fiction
from tests.studies import RESPONSES, SHIPPED, edited, posts_only
from tests.unit.custody.test_governance import VALID

CUT_OFF = date(2026, 11, 23)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    for name, content in small_fiction().files.items():
        path = root / "data/fiction" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.fixture(scope="module")
def study(world):
    return open_study("synthetic", world, CUT_OFF, {})


@pytest.fixture(scope="module")
def survey(study):
    return admit_survey(study, SHIPPED)


@pytest.fixture(scope="module")
def posts(study):
    return admit_posts(study, SHIPPED.posts)


def test_respondents_keep_their_declaration(survey):
    rows = check(survey.rows, RESPONSES)
    assert rows.respondent_pseudonym.is_unique
    assert not (rows == ".unknown_option").any(axis=None)


def test_every_row_of_the_exports_has_one_outcome(survey):
    outcomes = Counter()
    for (_, outcome), count in survey.tally.items():
        outcomes[outcome] += count
    assert outcomes["admitted"] == len(survey.rows)
    assert {
        "admitted",
        "no_consent",
        "repeats_an_earlier_row",
        "unreadable",
        "preview_or_test",
        "interview_not_complete",
    } <= set(outcomes)


def test_nobody_without_consent_enters(study, survey):
    allowed = {
        study.key.pseudonym("survey", f"SYNR{subject.removeprefix('SYNK-')}\n{period}")
        for period in SHIPPED.periods
        for subject, consent in study.consents.items()
        if {"survey_analysis", "aggregate_publication"} <= consent.scopes and subject.startswith("SYNK-")
    }
    assert set(survey.rows.respondent_pseudonym) <= allowed


def test_recruiters_are_named_only_where_their_row_is_here(survey):
    named = survey.rows.recruiter_pseudonym.dropna()
    assert len(named) > 50
    assert set(named) <= set(survey.rows.respondent_pseudonym)
    assert {"seed", "recruited", "recruiter_not_admitted", "volunteer"} == set(survey.rows.recruitment_code)


def test_free_answers_leave_only_how_they_screened(survey):
    kinds = {"given", "too_short", "repeated", ".refused", ".dont_know", ".not_asked", ".no_answer"}
    assert set(survey.rows.ex5) | set(survey.rows.qc2) <= kinds
    assert (survey.rows.qc2 == "repeated").any()


def test_linkage_is_for_those_who_allowed_it_and_joins_both_corpora(study, survey, posts):
    linked = set(survey.rows.linkage_pseudonym.dropna())
    allowed = {subject for subject, consent in study.consents.items() if "linkage_to_posts" in consent.scopes}
    assert 0 < len(linked) <= len(allowed)
    assert linked & set(posts.rows.linkage_pseudonym.dropna())
    assert not set(survey.rows.respondent_pseudonym) & set(posts.rows.channel_pseudonym)


def test_posts_keep_their_declaration(posts):
    rows = check(posts.rows, TABLES["synthetic_posts"])
    assert rows.post_pseudonym.is_unique
    assert set(rows.account_kind_code) == {"institutional", "consented"}
    assert {outcome for _, outcome in posts.tally} == {
        "admitted", "account_not_admissible", "no_platform_terms_basis", "repeats_an_earlier_row", "unreadable",
    }  # fmt: skip


def test_the_planted_cluster_shares_objects_across_platforms(posts):
    shared = posts.rows[posts.rows.account_kind_code == "institutional"].groupby("shared_object_pseudonym")
    assert (shared.channel_pseudonym.nunique() >= 6).any()
    assert (shared.platform_code.nunique() > 1).any()


def test_identifiers_become_placeholders(posts):
    assert posts.rows.post_text.str.contains(r"\[PHONE\]").any()
    assert not posts.rows.post_text.str.contains("@mail.example.org").any()


def one_post_study(root, accounts, basis="account_holder_export", **fields):
    folder = root / "data/fiction"
    folder.mkdir(parents=True)
    tweet = {"id": "11", "author_id": "7", "conversation_id": "11", "created_at": "2026-01-06T10:00:00.000Z",
             "author": {"protected": False}, "text": "Call +4917139200123", **fields}  # fmt: skip
    (folder / "tweets.jsonl").write_text(json.dumps(tweet) + "\n" + json.dumps(tweet | {"id": "12"}) + "\n")
    (folder / "ledger.jsonl").write_text("")
    source = {"source_id": "x", "file": "tweets.jsonl", "platform_terms_basis": basis, "accounts": accounts}
    manifest = {"week_zero": date(2026, 1, 5), "hosts": [], "ledger": "ledger.jsonl", "surveys": [], "posts": [source]}
    (folder / "synthetic_sources.yml").write_text(yaml.safe_dump(manifest))
    return open_study("synthetic", root, CUT_OFF, {})


INSTITUTION = [{"account": "7", "kind": "foundation"}]
PLAN = posts_only().posts


@pytest.mark.parametrize(
    ("accounts", "basis", "outcome"),
    [
        (INSTITUTION, "account_holder_export", "admitted"),
        (INSTITUTION, None, "no_platform_terms_basis"),
        ([], "account_holder_export", "account_not_admissible"),
        ([{"account": "7", "kind": "shop"}], "account_holder_export", "account_not_admissible"),
        ([{"account": "7", "kind": "person", "consent_subject": "A"}], "account_holder_export",
         "account_not_admissible"),
    ],
    ids=["institution", "no terms", "not listed", "another kind", "no consent in the ledger"],
)  # fmt: skip
def test_who_may_be_read(tmp_path, accounts, basis, outcome):
    admitted = admit_posts(one_post_study(tmp_path, accounts, basis), PLAN)
    assert admitted.tally == {("x_api_v2", outcome): 2}
    assert len(admitted.rows) == (2 if outcome == "admitted" else 0)


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ([{"account": "7", "kind": "foundatoin"}], r"accounts\[0\]: kind: got 'foundatoin'; did you mean 'foundation'"),
        ([{"account": "7", "kind": "person"}], "kind 'person' without consent_subject"),
    ],
)
def test_a_kind_that_the_plan_does_not_have_is_refused(tmp_path, accounts, said):
    with pytest.raises(CustodyError, match=said):
        admit_posts(one_post_study(tmp_path, accounts), PLAN)


def test_exports_of_posts_need_a_plan_with_posts(tmp_path):
    with pytest.raises(CustodyError, match=r"`posts` names 1 export\(s\), and the plan of the study has no `posts`"):
        admit_posts(one_post_study(tmp_path, INSTITUTION), None)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2026-01-04", "outside_period"),
        ("2026-01-05", "admitted"),
        ("2027-01-03", "admitted"),
        ("2027-01-04", "outside_period"),
    ],
)
def test_posts_of_days_outside_the_period_are_counted_and_left(tmp_path, day, outcome):
    admitted = admit_posts(one_post_study(tmp_path, INSTITUTION, created_at=f"{day}T10:00:00.000Z"), PLAN)
    assert admitted.tally == {("x_api_v2", outcome): 2}
    assert len(admitted.rows) == (2 if outcome == "admitted" else 0)


def test_a_first_day_of_its_own_in_the_manifest_is_refused(tmp_path):
    study = one_post_study(tmp_path, INSTITUTION)
    other = replace(study, manifest=replace(study.manifest, week_zero=date(2026, 1, 6)))
    with pytest.raises(CustodyError, match="week_zero: got 2026-01-06; the plan's posts begin on 2026-01-05"):
        admit_posts(other, PLAN)


def test_a_post_of_nobody_does_not_enter(tmp_path):
    admitted = admit_posts(one_post_study(tmp_path, INSTITUTION, author_id=None), PLAN)
    assert admitted.tally == {("x_api_v2", "no_identity"): 2}
    assert admitted.rows.empty


def changed_world(world, root, old, new):
    """The small world with other words in its manifest; `old` is a regular expression."""
    shutil.copytree(world, root, dirs_exist_ok=True)
    manifest = root / "data/fiction/synthetic_sources.yml"
    text, changes = re.subn(old, new, manifest.read_text(encoding="utf-8"))
    assert changes
    manifest.write_text(text, encoding="utf-8")
    return open_study("synthetic", root, CUT_OFF, {})


def test_a_variable_that_the_export_lacks_is_named(world, tmp_path):
    study = changed_world(world, tmp_path, "consent_subject: consent_key", "consent_subject: consent_kex")
    with pytest.raises(CustodyError, match=r"no variable 'consent_kex' for consent_subject, and \d+ others; write it"):
        admit_survey(study, SHIPPED)


def test_without_a_variable_for_it_the_respondent_is_the_vendors_within_one_export(world, tmp_path):
    without = changed_world(world, tmp_path, r"\n *respondent: respondent_id|\n *recruiter: recruiter_id", "")
    found = admit_survey(without, SHIPPED)
    assert found.rows.respondent_pseudonym.is_unique
    assert set(found.rows.recruitment_code) == {"volunteer", "seed"}


def test_recruiters_whom_no_respondent_is_stop_the_run(world, tmp_path):
    """Ids of two kinds: every chain would be cut without a word."""
    with pytest.raises(CustodyError, match=r"respondents name a recruiter, and none of these names is a respondent's"):
        admit_survey(changed_world(world, tmp_path, r"\n *respondent: respondent_id", ""), SHIPPED)


def test_every_interview_lies_in_a_period_of_the_plan(survey):
    counts = survey.rows.interview_period_text.value_counts()
    assert sorted(counts.index) == sorted(SHIPPED.periods)
    assert counts.min() > counts.max() / 2


def test_days_outside_every_period_are_counted_and_unreadable_ones_refused(world, study, tmp_path):
    found = admit_survey(study, edited(("last: 2100-04-29", "last: 2100-04-15")))
    assert sum(count for (_, outcome), count in found.tally.items() if outcome == "outside_every_period") > 10
    wrong = changed_world(world, tmp_path, "interviewed: interview_day", "interviewed: respondent_id")
    with pytest.raises(CustodyError, match=r"'respondent_id' holds no day that can be read as year-month-day"):
        admit_survey(wrong, SHIPPED)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2027-05-31", "year-month-day", date(2027, 5, 31)),
        ("2027-05-31T10:00:00+02:00", "year-month-day", date(2027, 5, 31)),
        ("05/31/2027 10:00:00 AM", "month/day/year", date(2027, 5, 31)),
        ("31/05/2027", "day/month/year", date(2027, 5, 31)),
        ("31.5.2027, 10:00", "day.month.year", date(2027, 5, 31)),
        ("05/31/2027", "day/month/year", None),
        ("05/31/2027", "year-month-day", None),
        ("2027-05-31x", "year-month-day", None),
        ("", "year-month-day", None),
    ],
)
def test_a_day_is_read_in_the_order_that_the_source_states(text, order, day):
    assert _day(text, order) == day


def drawn(root, *weights):
    """A probability sample of one respondent per weight, admitted."""
    folder = root / "data/fiction"
    folder.mkdir(parents=True)
    lines = [f'uuid:{n},uuid:{n},S{n},North,"{weight}"' for n, weight in enumerate(weights)]
    (folder / "drawn.csv").write_text("\n".join(["KEY,meta-instanceID,consent_key,region,w", *lines, ""]))
    scopes = ("survey_analysis", "aggregate_publication")
    for n, _ in enumerate(weights):
        event = ConsentEvent(f"S{n}", "granted", scopes, "1", wording_hash("x"), "prs", date(2026, 1, 5), "form 1")
        append(folder / "ledger.jsonl", event, CUT_OFF)
    names = {"consent_subject": "consent_key", "weight": "w", "stratum": "region"}
    source = {"source_id": "d", "file": "drawn.csv", "sample_source": "probability", "mode": "web",
              "period": "first", "variables": names}  # fmt: skip
    manifest = {"week_zero": date(2026, 1, 5), "hosts": [], "ledger": "ledger.jsonl", "surveys": [source], "posts": []}
    (folder / "synthetic_sources.yml").write_text(yaml.safe_dump(manifest))
    return admit_survey(open_study("synthetic", root, CUT_OFF, {}), SHIPPED)


def test_design_weights_are_read_as_statistical_programs_write_them(tmp_path):
    """Stata's `export delimited` leaves out the zero before the point, R writes small numbers with an exponent."""
    found = drawn(tmp_path, "2", "1.25", ".85", "5e-04", "1E+02", "3.", "۱.۵")
    assert found.rows.base_weight.tolist() == [2, 1.25, 0.85, 0.0005, 100, 3, 1.5]
    assert found.rows.stratum_pseudonym.nunique() == 1


def test_respondents_without_a_design_weight_are_counted(tmp_path):
    found = drawn(tmp_path, "1.5", "", "0", "-1", "1,5", "inf", "nan", ".")
    assert found.tally == {("probability", "admitted"): 1, ("probability", "no_design_weight"): 7}


def test_weights_that_nobody_can_read_stop_the_run(tmp_path):
    with pytest.raises(
        CustodyError, match=r"drawn\.csv: 'w' holds no number that can be read as a design weight; write"
    ):
        drawn(tmp_path, "0,85", "1,2")


def test_the_short_way_of_simulated_studies_is_what_admission_makes_of_exports(survey):
    """Respondents of the same world, by admission and without it: the same answers for the same people."""
    generator = np.random.default_rng(SEED)
    population = populate(SIZES.population, generator)
    recruits = recruit(population, round(RDS_SHARE * SIZES.respondents), generator)
    opt_in = generator.choice(population.size, SIZES.respondents - len(recruits.person), replace=False)
    drawn = responses(interview(population, recruits, opt_in, generator))
    compared = [column for column in SHIPPED.columns if column not in ("qc2", "ex5", "nw3")]
    said = set(drawn[[*compared, "interview_period_text"]].itertuples(index=False, name=None))
    admitted = set(survey.rows[[*compared, "interview_period_text"]].itertuples(index=False, name=None))
    assert len(admitted) > 100
    assert len(admitted - said) <= 0.02 * len(admitted)  # who answered twice has a day of its own


TODAY = date(2026, 11, 20)


@pytest.fixture
def papers(tmp_path):
    """A vault with one grant and a key, and a function that opens it."""
    root = tmp_path / "project"
    folder = root / "data/vault"
    folder.mkdir(parents=True)
    (folder / "governance.yml").write_text(yaml.safe_dump(VALID), encoding="utf-8")
    manifest = {"week_zero": date(2026, 1, 5), "hosts": [], "ledger": "ledger.jsonl", "surveys": [], "posts": []}
    (folder / "sources.yml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    append(folder / "ledger.jsonl", GRANT)
    create_key(tmp_path / "study.key", root)
    return root


def opened(root, *, cut_off=CUT_OFF, today=TODAY, key="study.key"):
    return open_study("vault", root, cut_off, {"STUDY_KEY_FILE": str(root.parent / key)}, today)


GRANT = ConsentEvent(
    "r1", "granted", ("survey_analysis", "aggregate_publication"), "1", wording_hash("x"), "prs", date(2026, 1, 5),
    "form 1", date(2026, 11, 23),
)  # fmt: skip


def test_a_vault_with_its_papers_opens_and_is_closed_to_others(papers):
    folder = papers / "data/vault"
    (folder / "exports").mkdir(mode=0o755)
    (folder / "exports/a.csv").write_text("x")
    (folder / "exports/a.csv").chmod(0o644)
    assert opened(papers).allows("r1", "survey_analysis")
    assert {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))} == {
        "vault": 0o700, "exports": 0o700, "a.csv": 0o600, "governance.yml": 0o600, "sources.yml": 0o600,
        "ledger.jsonl": 0o600,
    }  # fmt: skip


def test_expiry_is_judged_by_todays_clock_and_not_by_the_day_of_the_release(papers):
    assert not opened(papers, cut_off=date(2026, 11, 20), today=date(2026, 11, 24)).consents
    assert not open_study(
        "vault", papers, date(2026, 2, 1), {"STUDY_KEY_FILE": str(papers.parent / "study.key")}
    ).consents


def test_retention_is_judged_by_todays_clock(papers):
    with pytest.raises(
        CustodyError, match=r"governance.yml: retention.raw_exports_until, .* lies before today \(2098-"
    ):
        opened(papers, today=date(2098, 1, 1))


def test_a_release_is_not_older_than_the_newest_event(papers):
    append(papers / "data/vault/ledger.jsonl", replace(GRANT, event="withdrawn", scopes=(), day=TODAY, expires=None))
    assert not opened(papers, cut_off=TODAY).consents
    with pytest.raises(
        CustodyError, match=r"newest event is of 2026-11-20, after the release of 2026-11-19; set release"
    ):
        opened(papers, cut_off=date(2026, 11, 19))


def test_an_event_of_tomorrow_stops_the_study(papers):
    append(papers / "data/vault/ledger.jsonl", replace(GRANT, day=date(2026, 11, 21)))
    with pytest.raises(CustodyError, match="holds an event of 2026-11-21, and today is 2026-11-20 in UTC"):
        opened(papers)


def test_a_second_key_and_a_rewritten_ledger_stop_the_study(papers):
    folder = papers / "data/vault"
    withdrawal = replace(GRANT, event="withdrawn", scopes=(), day=date(2026, 2, 1), expires=None)
    last = append(folder / "ledger.jsonl", withdrawal)
    write_anchors(folder / "governance.yml", Anchors(opened(papers).key.fingerprint(), last.hash))
    assert not opened(papers).consents
    create_key(papers.parent / "other.key", papers)
    with pytest.raises(CustodyError, match=r"anchors\.key_fingerprint is that of another key"):
        opened(papers, key="other.key")
    (folder / "ledger.jsonl").unlink()
    append(folder / "ledger.jsonl", GRANT)
    with pytest.raises(CustodyError, match="of an earlier release is gone; restore the ledger"):
        opened(papers)


@pytest.mark.parametrize(("place", "is_refused"), [("", True), ("data/vault/.run", False)])
def test_dvc_runs_a_vault_study_from_inside_the_vault_only(tmp_path, place, is_refused):
    refused = pytest.raises(CustodyError, match=r"into dvc\.lock; start it with `./run repro`")
    with refused if is_refused else contextlib.nullcontext():
        refuse_public_lock(tmp_path, {"DVC_STAGE": "admit_survey", "DVC_ROOT": str(tmp_path / place)})
    refuse_public_lock(tmp_path, {})


def test_a_post_keeps_week_time_and_a_scrubbed_text(tmp_path):
    row = admit_posts(one_post_study(tmp_path, INSTITUTION), PLAN).rows.iloc[0]
    assert row.post_text == "Call [PHONE]"
    assert (row.week_index, row.posted_at_utc) == (0, "2026-01-06T10:00:00Z")


def test_somebody_elses_words_are_not_kept(tmp_path):
    referenced = [{"type": "retweeted", "id": "99"}]
    row = admit_posts(one_post_study(tmp_path, INSTITUTION, referenced_tweets=referenced), PLAN).rows.iloc[0]
    assert row.is_repost
    assert row.post_text is None
    assert row.shared_object_pseudonym


def test_an_unknown_basis_is_refused(tmp_path):
    with pytest.raises(CustodyError, match="platform_terms_basis: got 'scraped'; allowed: account_holder_export"):
        one_post_study(tmp_path, INSTITUTION, "scraped")


def test_addresses_that_mean_the_same_are_one_object():
    assert plain_address("https://www.Fiction.example/a/") == plain_address("fiction.example/a")
    assert plain_address("fiction.example/a") != plain_address("fiction.example/b")


def test_weeks_start_at_the_studys_first_day():
    assert week_index("2026-01-11T23:59:59Z", date(2026, 1, 5)) == 0
    assert week_index("2026-01-12T00:00:00Z", date(2026, 1, 5)) == 1
    assert week_index("2026-01-04T00:00:00Z", date(2026, 1, 5)) == -1


def test_small_outcomes_and_outcomes_of_few_accounts_are_not_listed():
    tally = Counter({("a", "admitted"): 500, ("a", "unreadable"): 9, ("b", "admitted"): 700})
    rows = released(
        tally, ("platform_code", "admission_code", "posts_n"), 10, {("a", "admitted"): 30, ("b", "admitted"): 2}
    )
    assert rows.to_numpy().tolist() == [["a", "admitted", 500]]
