"""Files and options of `estimate agreement | text-regression | coordination`: values by hand, or one clear sentence."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.commands.estimate_agreement import AgreementOptions, estimate_agreement
from analysis.commands.estimate_coordination import CoordinationOptions, estimate_coordination
from analysis.errors import AnalysisError, InputError
from tests.unit.commands.test_estimate_sampling import call as call_on_text


def call(tmp_path, command, frame, *options):
    return call_on_text(tmp_path, command, frame.to_csv(index=False), *options)


def labels(*rows):
    return pd.DataFrame(rows, columns=["post", "who", "said"])


FIRST, SECOND = ["pro"] * 12 + ["con"] * 8, ["con" if post in (2, 7) else "pro" for post in range(12)] + ["con"] * 8
PAIRS = labels(*((post, who, said[post]) for post in range(20) for who, said in (("a", FIRST), ("b", SECOND))))


def agreement(tmp_path, frame=PAIRS, *more):
    return call(tmp_path, "agreement", frame, "--item", "post", "--coder", "who", "--label", "said",
                "--draws", "200", *more)  # fmt: skip


def alpha_by_hand(values):
    """Nominal alpha of two coders without gaps: 1 - (n - 1) disagreeing / expected values (Krippendorff)."""
    first, second = (np.array([v[i] for v in values]) for i in (0, 1))
    counts = pd.Series(np.concatenate([first, second])).value_counts().to_numpy()
    n = counts.sum()
    return 1 - (n - 1) * 2 * (first != second).sum() / (n**2 - (counts**2).sum())


def test_alpha_of_words_is_that_by_hand_with_a_row_for_each_group(tmp_path):
    said = list(zip(PAIRS[PAIRS.who == "a"].said, PAIRS[PAIRS.who == "b"].said, strict=True))
    tongue = PAIRS.assign(tongue=np.where(PAIRS.post < 10, "fa", "de"))
    made = agreement(tmp_path, tongue, "--by", "tongue")
    value = {each["term"]: each["value"] for each in made["estimates"]}
    assert value["alpha"] == pytest.approx(alpha_by_hand(said))
    assert value["alpha[tongue=fa]"] == pytest.approx(alpha_by_hand(said[:10]))
    assert made["diagnostics"]["label_counts"] == {"con": 18, "pro": 22}
    assert [(k["first"], k["second"], k["items"]) for k in made["diagnostics"]["pairwise_kappa"]] == [("a", "b", 20)]
    assert all("another label than the commonest" in w for w in made["warnings"])


def test_numbers_are_worth_what_they_say_and_ordered_words_their_place(tmp_path):
    worth = PAIRS.assign(said=PAIRS.said.map({"con": "10", "pro": "9"}))
    ranks = agreement(tmp_path, worth, "--level", "interval")["estimates"][0]["value"]
    assert ranks == pytest.approx(agreement(tmp_path)["estimates"][0]["value"])
    assert list(agreement(tmp_path, worth)["diagnostics"]["label_counts"]) == ["9", "10"]
    placed = agreement(tmp_path, PAIRS, "--level", "ordinal", "--order", "pro,con")
    assert list(placed["diagnostics"]["label_counts"]) == ["pro", "con"]


def test_gaps_and_repetitions_are_counted_and_said(tmp_path):
    holes = pd.concat([PAIRS, PAIRS.head(3), labels((30, "a", None), (None, "b", "pro"))], ignore_index=True)
    made = agreement(tmp_path, holes)
    assert made["n"] == len(PAIRS)
    assert made["warnings"] == [
        "2 row(s) lack an item, a coder or a label and are left out",
        "3 row(s) repeat another one and are counted once",
    ]


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (PAIRS, ("--level", "metric"), "--level is 'metric'; choose one of nominal"),
        (labels((1, "a", None)), (), "no row has all of post, who, said; give one row for each label"),
        (pd.concat([PAIRS, labels((0, "a", "con"))], ignore_index=True), (),
         r"'who' holds 'a' with two different labels for item '0' \(row 41\); keep one label of each coder"),
        (PAIRS, ("--order", "pro"), r"--order is 'pro'; column 'said' holds .*: name each once"),
        (PAIRS, ("--order", "pro,con,con"), "name each once"),
        (PAIRS, ("--level", "interval"), "column 'said' holds 'con'; --level interval needs numbers, or --order"),
    ],
)  # fmt: skip
def test_labels_that_cannot_be_compared_are_refused(tmp_path, frame, options, words):
    with pytest.raises(AnalysisError, match=words):
        agreement(tmp_path, frame, *options)


N = 600
RNG = np.random.default_rng(3)
OLD = np.arange(N) % 2
TRUE = (RNG.random(N) < 0.3 + 0.3 * OLD).astype(int)
DRAWN = RNG.random(N) < 0.4
POSTS = pd.DataFrame(
    {
        "old": OLD,
        "pro": np.where(DRAWN, TRUE, np.nan),
        "has": DRAWN.astype(int),
        "p": 0.4,
        "score": np.clip(0.25 + 0.5 * TRUE + RNG.normal(0, 0.1, N), 0.01, 0.99),
        "channel": np.arange(N) // 6,
        "views": RNG.normal(size=N) + TRUE,
    }
)


def texts(tmp_path, frame=POSTS, *more):
    given = ("--outcome", "pro", "--labelled", "has", "--probability", "p", "--predictions", "score")
    return call(tmp_path, "text-regression", frame, *given, *more)


def test_a_share_is_corrected_by_hand_and_says_what_more_labels_would_give(tmp_path):
    made = texts(tmp_path)
    corrected = POSTS.score + np.where(DRAWN, (TRUE - POSTS.score) / 0.4, 0)
    assert made["estimates"][0]["value"] == pytest.approx(corrected.mean())
    assert list(made["diagnostics"]["dsl_se_if_labels_times"]) == ["0.5", "1", "2", "4"]
    assert made["diagnostics"]["labelled"] == DRAWN.sum()


def test_strata_of_the_prediction_have_a_weight_each_and_are_for_means(tmp_path):
    made = texts(tmp_path, POSTS, "--estimator", "ppi++-strata")
    strata = int(made["diagnostics"]["strata"])
    assert strata > 1
    assert {f"lambda_{h + 1}" for h in range(strata)} <= set(made["diagnostics"])
    with pytest.raises(AnalysisError, match="is for shares without covariates"):
        texts(tmp_path, POSTS, "--estimator", "ppi++-strata", "--covariates", "views")


def test_probabilities_may_be_brought_to_the_share_that_was_labelled(tmp_path):
    off = POSTS.assign(p=0.5)
    with pytest.raises(AnalysisError, match="promise"):
        texts(tmp_path, off.assign(p=0.9))
    made = texts(tmp_path, off, "--rescale-probability")
    assert made["diagnostics"]["probability_mean"] == pytest.approx(DRAWN.mean())
    corrected = POSTS.score + np.where(DRAWN, (TRUE - POSTS.score) / DRAWN.mean(), 0)
    assert made["estimates"][0]["value"] == pytest.approx(corrected.mean())


def test_a_regression_has_no_forecast_of_errors_and_leaves_incomplete_rows_out(tmp_path):
    holes = POSTS.assign(old=POSTS.old.where(POSTS.index != 4))
    made = texts(tmp_path, holes, "--covariates", "old", "--clusters", "channel")
    assert [each["term"] for each in made["estimates"]] == ["Intercept", "old"]
    assert "dsl_se_if_labels_times" not in made["diagnostics"]
    assert made["diagnostics"]["clusters"] == N // 6
    assert made["warnings"] == ["1 row(s) lack a covariate, the observed outcome or a cluster and are left out"]


def test_words_true_and_false_are_labels(tmp_path):
    words = POSTS.assign(pro=np.where(DRAWN, np.where(TRUE == 1, "true", "False"), None))
    assert texts(tmp_path, words)["estimates"] == texts(tmp_path)["estimates"]


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (POSTS, ("--estimator", "guess"), "--estimator is 'guess'; choose one of "),
        (POSTS, ("--family", "poisson"), "--family is 'poisson'; choose one of mean, linear, logistic"),
        (POSTS, ("--family", "mean", "--covariates", "old"), "--family mean takes no --covariates; leave 'old' out"),
        (POSTS.assign(old=np.nan), ("--covariates", "old"), "no row has all of old; fill them in"),
        (POSTS.assign(has=POSTS.has.where(POSTS.index != 6)), (), "column 'has' is empty in row 7; use 1 and 0"),
        (POSTS.assign(p="often"), (), "column 'p' holds 'often'.*above 0 and at most 1"),
        (POSTS, ("--outcome", "views", "--predicted", "pro", "--covariates", "exp(pro)"),
         "transforms 'pro', which is predicted; let it enter as it is, once"),
    ],
)  # fmt: skip
def test_texts_that_cannot_be_corrected_are_refused(tmp_path, frame, options, words):
    with pytest.raises(AnalysisError, match=words):
        texts(tmp_path, frame, *options)


def test_labels_need_known_probabilities(tmp_path):
    with pytest.raises(AnalysisError, match="--probability is not given: labels must be a probability sample"):
        call(tmp_path, "text-regression", POSTS, "--outcome", "pro", "--labelled", "has", "--predictions", "score")


SHARES = pd.DataFrame(
    [
        ("u", "a", "1", "2100-01-01T10:00:00Z"),
        ("u", "b", "2", "2100-01-01T10:00:20Z"),
        ("u", "c", "3", "2100-01-01T12:00:00Z"),
        ("v", "a", "4", "2100-01-02T10:00:00Z"),
        ("v", "b", "5", "2100-01-02T10:00:59Z"),
    ],
    columns=["object_id", "account_id", "content_id", "timestamp_share"],
)


def coordination(tmp_path, frame=SHARES, *more):
    return call(tmp_path, "coordination", frame, "--window", "60", *more)


def test_dates_with_or_without_a_zone_and_seconds_are_one_time(tmp_path):
    seconds = (pd.to_datetime(SHARES.timestamp_share) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    made = coordination(tmp_path)
    assert (made["diagnostics"]["pairs"], made["diagnostics"]["edges"], made["diagnostics"]["accounts"]) == (2, 1, 2)
    for times in (seconds, SHARES.timestamp_share.str.removesuffix("Z")):
        assert coordination(tmp_path, SHARES.assign(timestamp_share=times)) == made


def test_times_of_a_parquet_file_may_be_dates(tmp_path):
    for name, dates in (
        ("zoned", pd.to_datetime(SHARES.timestamp_share).dt.tz_convert("Asia/Kabul")),
        ("plain", pd.to_datetime(SHARES.timestamp_share).dt.tz_localize(None)),
    ):
        file = tmp_path / f"{name}.parquet"
        SHARES.assign(timestamp_share=dates).to_parquet(file)
        result = CliRunner().invoke(estimate, ["coordination", str(file), "--window", "60", "--json"])
        assert json.loads(result.stdout)["diagnostics"]["pairs"] == 2


def test_incomplete_shares_are_left_out_and_said(tmp_path):
    more = pd.concat([SHARES, SHARES.tail(1), SHARES.head(2).assign(object_id=None)], ignore_index=True)
    said = coordination(tmp_path, more)["warnings"]
    assert said[0] == "2 row(s) lack an object, account, content or time and are left out"
    assert said[1] == "1 exact repetition(s) of a share are counted once"


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (SHARES.assign(object_id=None), "no row has all of object_id, account_id, content_id, timestamp_share; fill"),
        (SHARES.assign(timestamp_share=["yesterday", *SHARES.timestamp_share[1:]]),
         "column 'timestamp_share' holds 'yesterday' in row 1; give Unix seconds in every row, or ISO dates"),
        (SHARES.assign(timestamp_share=["4102480800", *SHARES.timestamp_share[1:]]),
         "holds '2100-01-01T10:00:20Z' in row 2; give Unix seconds in every row"),
    ],
)  # fmt: skip
def test_shares_without_a_time_are_refused(tmp_path, frame, words):
    with pytest.raises(AnalysisError, match=words):
        coordination(tmp_path, frame)


def test_numbers_beyond_any_calendar_are_refused_until_their_unit_is_stated(tmp_path):
    path = tmp_path / "shares.csv"
    rows = "".join(f"{o},u{n},{o}{n},{1736070000000 + 5000 * n}\n" for o in "xy" for n in range(2))
    path.write_text("object_id,account_id,content_id,timestamp_share\n" + rows, encoding="utf-8")
    with pytest.raises(InputError, match="as seconds lie beyond the year 5000; state --time-unit"):
        estimate_coordination(CoordinationOptions(path, window=10))
    found = estimate_coordination(CoordinationOptions(path, window=10, time_unit="milliseconds"))
    assert found.diagnostics["pairs"] == 2
    with pytest.raises(InputError, match="--time-unit is 'days'; choose one of seconds"):
        estimate_coordination(CoordinationOptions(path, window=10, time_unit="days"))


@pytest.mark.parametrize("items", [6, 7, 49])
def test_kappa_of_coders_with_one_label_is_undefined_and_says_so(tmp_path, items):
    path = tmp_path / "labels.csv"
    rows = "".join(f"{n},{coder},favour\n" for n in range(items) for coder in "ab")
    path.write_text(f"item,coder,label\n{rows}x,c,against\nx,d,favour\n", encoding="utf-8")
    found = estimate_agreement(AgreementOptions(path, "item", "coder", "label", draws=100))
    assert {(each["first"], each["second"]): each["kappa"] for each in found.diagnostics["pairwise_kappa"]}[
        "a", "b"
    ] is None
    assert any("kappa of a and b is undefined" in said for said in found.warnings)
