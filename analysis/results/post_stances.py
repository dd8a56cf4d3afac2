"""Stance of posts: every estimator side by side, on scores of our own and on predictions that were brought along.

What belongs here: which posts, labels and predictions go together. What must not: arithmetic of an estimator; a stance
in a language whose annotators do not agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate
from analysis.estimators.text_prevalence import (
    ESTIMATORS,
    LabelledTexts,
    Model,
    TextFit,
    at_level,
    estimate_from_texts,
    estimate_text,
    labelled_texts,
)
from analysis.measures.annotations import decide, inclusion_probabilities
from analysis.results.post_precision import is_carried
from analysis.results.post_rows import (
    PERIOD,
    WEEKS_OF_A_PERIOD,
    AtLevels,
    PostRow,
    PostTables,
    Settings,
    basis,
    numbers_of,
    released,
    unusable,
)
from analysis.schemas.evidence_levels import LEVELS
from analysis.schemas.precision import floored
from analysis.study.codebook import LANGUAGES

OWN = "own"
SPLITS = 2
CUT = 0.5
FURTHER = "by period"
DSL = "design-based supervised learning"

PREVALENCE_NAMES = (
    "account_kind_code", "stance_label_code", "classifier_text", "estimator_text", "balanced_accuracy_share", "value",
    "standard_error", "ci_low", "ci_high", "known_truth_value", "known_error_value", "labelled_posts_n",
    "basis_posts_n",
    "basis_channels_n", "is_usable", "unusable_reason", "source",
)  # fmt: skip
PERIOD_NAMES = (
    "study_period_index", "account_kind_code", "stance_label_code", "estimator_text", "value", "standard_error",
    "ci_low", "ci_high", "labelled_posts_n", "basis_posts_n", "basis_channels_n", "source",
)  # fmt: skip


@dataclass
class Stances:
    """What there is to say about stance: rows of three tables."""

    estimates: list[PostRow] = field(default_factory=list)
    prevalence: list[dict[str, object]] = field(default_factory=list)
    periods: list[dict[str, object]] = field(default_factory=list)
    levels: dict[tuple[str, str], AtLevels] = field(default_factory=dict)
    """Kind of account and stance → the share at every level, where the plan names it as evidence."""

    @property
    def prevalence_table(self) -> pd.DataFrame:
        """Table `text_prevalence`."""
        return released(self.prevalence, PREVALENCE_NAMES)

    @property
    def period_table(self) -> pd.DataFrame:
        """Table `stance_periods`."""
        return released(self.periods, PERIOD_NAMES)


@dataclass(frozen=True, eq=False)
class _Corpus:
    """Posts of one kind of account in the languages that are reported, with their labels.

    `given` is the label of each post or missing; `chance` the probability with which it was drawn to be labelled.
    """

    kind: str
    languages: Sequence[str]
    posts: pd.DataFrame
    given: pd.Series
    chance: npt.NDArray[np.float64]

    @property
    def labelled(self) -> npt.NDArray[np.bool_]:
        """(n,) which posts have a label."""
        return np.asarray(self.given.notna(), dtype=np.bool_)

    def values(self, labels: Collection[str]) -> npt.NDArray[np.float64]:
        """(n,) 1 for one of the labels, 0 for another, missing without a label."""
        return np.where(self.given.notna(), self.given.isin(labels), np.nan).astype(float)

    def is_carried(self, rows: npt.NDArray[np.bool_]) -> bool:
        """Whether enough accounts wrote these posts, and enough of them wrote labelled ones."""
        channels = self.posts.channel_pseudonym
        counts = [channels[chosen].value_counts().to_numpy(float) for chosen in (rows, rows & self.labelled)]
        return all(len(posts) > 0 and is_carried(posts) for posts in counts)

    @property
    def about(self) -> dict[str, object]:
        """What every row says of the posts behind it."""
        return {
            "labelled_posts_n": floored(int(self.labelled.sum())),
            **basis(len(self.posts), self.posts.channel_pseudonym.nunique()),
        }


def stances(tables: PostTables, settings: Settings, agreement: pd.DataFrame) -> Stances:
    """Stance by kind of account, for languages whose labels may be reported.

    Parameters
    ----------
    tables, settings
        The study.
    agreement
        Table `label_agreement`: languages whose labels are not to be reported stay out of every stance.

    Returns
    -------
    Stances
        Empty without labels, or where the annotators do not agree.
    """
    found = Stances()
    scopes = set(agreement[agreement.standing_code != "not_reported"].agreement_scope_text)
    languages = [language for language in LANGUAGES if f"language {language}" in scopes]
    if tables.labels.empty or tables.plan.stance_share is None or not languages or "all labels" not in scopes:
        return found
    generator = np.random.default_rng([settings.seed, 2])
    label, drawn = _labels(tables)
    measured = tables.plan.measured_stances()
    for kind in tables.kinds:
        posts = tables.posts[tables.posts.post_text.notna() & (tables.posts.account_kind_code == kind)]
        sampled = posts[posts.post_pseudonym.isin(label.index)]
        posts = posts[posts.language_code.isin(languages)]
        given = posts.post_pseudonym.map(label)
        try:
            chance = inclusion_probabilities(
                posts.account_kind_code, sampled.account_kind_code, sampled.post_pseudonym.map(drawn)
            )
        except InputError as error:
            empty = _Corpus(kind, languages, posts, given, np.ones(len(posts)))
            found.estimates += [_estimate_row(empty, tables, stance, unusable(error, DSL)) for stance in measured]
            continue
        corpus = _Corpus(kind, languages, posts, given, chance)
        if not corpus.is_carried(np.ones(len(posts), dtype=np.bool_)):
            continue
        _add_own(found, corpus, tables, generator)
        found.prevalence += list(_brought(corpus, tables))
    return found


def _labels(tables: PostTables) -> tuple[pd.Series, pd.Series]:
    """The one label, and the inclusion probability, of every labelled post."""
    decided = decide(
        tables.labels.rename(columns={"post_pseudonym": "item", "coder_text": "coder", "stance_label_code": "label"})
    )
    drawn = tables.labels.drop_duplicates("post_pseudonym").set_index("post_pseudonym").inclusion_probability
    return decided.labels.set_index("item").label, drawn


def _add_own(found: Stances, corpus: _Corpus, tables: PostTables, generator: np.random.Generator) -> None:
    """Scores that live inside one call."""
    model, periods = _period_model(corpus.posts)
    measured = tables.plan.measured_stances()
    asked = {each.stance for each in tables.plan.evidence if each.stance and each.accounts == corpus.kind}
    try:
        fits = estimate_from_texts(
            corpus.posts.post_text.tolist(),
            {stance: corpus.values(labels) for stance, labels in measured.items()},
            labelled=corpus.labelled,
            probability=corpus.chance,
            channel=corpus.posts.channel_pseudonym.to_numpy(),
            estimators=ESTIMATORS,
            generator=generator,
            splits=SPLITS,
            further={FURTHER: model} if periods else None,
            levels=LEVELS if asked else (),
        )
    except EstimationError as error:
        found.estimates += [_estimate_row(corpus, tables, stance, unusable(error, DSL)) for stance in measured]
        return
    for stance, by_estimator in fits.items():
        dsl = by_estimator["dsl"].estimates[0]
        found.estimates.append(_estimate_row(corpus, tables, stance, replace(dsl, method=f"dsl: {dsl.method}")))
        for estimator in ESTIMATORS:
            row = _prevalence_row(corpus, tables, stance, (OWN, estimator, None), by_estimator[estimator].estimates[0])
            found.prevalence.append(row)
        if stance in asked:
            by_level = {level: by_estimator[at_level(level)].estimates[0] for level in LEVELS}
            accounts_n = corpus.posts.channel_pseudonym.nunique()
            found.levels[corpus.kind, stance] = AtLevels(by_level, len(corpus.posts), accounts_n)
        if periods:
            found.periods += list(_period_rows(corpus, tables, stance, by_estimator[FURTHER], periods))


def stance_estimand(tables: PostTables) -> str:
    """The estimand of shares of stance; empty where the plan has none."""
    return tables.plan.stance_share.estimand if tables.plan.stance_share else ""


def _estimate_row(corpus: _Corpus, tables: PostTables, stance: str, estimate: Estimate) -> PostRow:
    return PostRow(
        f"stance_{corpus.kind}_{stance}_dsl",
        stance_estimand(tables),
        "post_share",
        f"posts of {corpus.kind} accounts in {', '.join(corpus.languages)}: {stance}",
        PERIOD,
        estimate,
        len(corpus.posts),
        corpus.posts.channel_pseudonym.nunique(),
    )


def _prevalence_row(
    corpus: _Corpus, tables: PostTables, stance: str, how: tuple[str, str, float | None], estimate: Estimate
) -> dict[str, object]:
    classifier, estimator, accuracy = how
    truth = tables.truth.get((stance_estimand(tables), f"{corpus.kind}, {stance}"))
    return {
        "account_kind_code": corpus.kind,
        "stance_label_code": stance,
        "classifier_text": classifier,
        "estimator_text": estimator,
        "balanced_accuracy_share": accuracy,
        **numbers_of(estimate),
        "known_truth_value": truth,
        "known_error_value": None if truth is None or estimate.value is None else estimate.value - truth,
        **corpus.about,
        "source": tables.source,
    }


def _period_model(posts: pd.DataFrame) -> tuple[Model, list[int]]:
    """Shares by period as the coefficients of a linear model with one indicator for each period."""
    week = posts.week_index.to_numpy(dtype=float)
    period = np.floor(week / WEEKS_OF_A_PERIOD)
    periods = [int(number) for number in np.unique(period[~np.isnan(period)])]
    design = (period[:, None] == np.array(periods)[None, :]).astype(np.float64)
    return Model("linear", design, tuple(f"period {number}" for number in periods)), periods


def _period_rows(
    corpus: _Corpus, tables: PostTables, stance: str, fit: TextFit, periods: list[int]
) -> Iterator[dict[str, object]]:
    """A period without enough labels has no row: its share would rest on scores alone."""
    period = corpus.posts.week_index // WEEKS_OF_A_PERIOD
    for number, estimate in zip(periods, fit.estimates, strict=True):
        inside = (period == number).to_numpy(dtype=bool, na_value=False)
        if not corpus.is_carried(inside) or not estimate.is_usable:
            continue
        yield {
            "study_period_index": number,
            "account_kind_code": corpus.kind,
            "stance_label_code": stance,
            "estimator_text": "dsl",
            **numbers_of(estimate),
            "labelled_posts_n": floored(int((corpus.labelled & inside).sum())),
            **basis(int(inside.sum()), corpus.posts.channel_pseudonym[inside].nunique()),
            "source": tables.source,
        }


def _brought(corpus: _Corpus, tables: PostTables) -> Iterator[dict[str, object]]:
    """Every estimator on the predictions of every classifier of the file."""
    for (classifier, stance), rows in tables.predictions.groupby(["classifier_text", "stance_label_code"], sort=True):
        share = rows.set_index("post_pseudonym").predicted_share
        predicted = corpus.posts.post_pseudonym.map(share).to_numpy(dtype=float)
        missing = int(np.isnan(predicted).sum())
        labels = tables.plan.measured_stances()[str(stance)]
        accuracy = None if missing else _balanced_accuracy(corpus, labels, predicted)
        for estimator in ESTIMATORS:
            try:
                if missing:
                    raise InputError(
                        f"classifier '{classifier}' has no prediction for {missing} of {len(predicted)} posts; "
                        "predict all"
                    )
                estimate = estimate_text(_sample(corpus, labels, predicted), estimator).estimates[0]
            except (EstimationError, InputError) as error:
                estimate = unusable(error, estimator)
            yield _prevalence_row(corpus, tables, str(stance), (str(classifier), estimator, accuracy), estimate)


def _sample(corpus: _Corpus, labels: Collection[str], predicted: npt.NDArray[np.float64]) -> LabelledTexts:
    channel = corpus.posts.channel_pseudonym.to_numpy()
    return labelled_texts(corpus.values(labels), corpus.labelled, corpus.chance, predicted, channel)


def _balanced_accuracy(corpus: _Corpus, labels: Collection[str], predicted: npt.NDArray[np.float64]) -> float | None:
    """Mean of the shares put right among labelled posts with and without the stance, weighted by 1/π."""
    weight = corpus.labelled / corpus.chance
    is_so, said_so = corpus.given.isin(labels).to_numpy(dtype=bool), predicted > CUT
    yes, no = weight * is_so, weight * ~is_so
    if yes.sum() == 0 or no.sum() == 0:
        return None
    return float((yes @ said_so / yes.sum() + no @ ~said_so / no.sum()) / 2)
