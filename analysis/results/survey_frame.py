"""The survey as arrays: who answered what, in which group, with which weight.

What belongs here: coding of items into yes, no and undecided; groups; the names under which levels are released.
What must not: estimates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.results.survey_weights import Recruitment, recruitment

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

UNDECIDED = (".refused", ".dont_know")
"""Asked, and neither yes nor no; other missing kinds were not asked or not exported and count nowhere."""

COHORTS = ("<2001", "2001-14", "2015-20", "Aug2021-22", "2023+")
LANGUAGES = ("dari", "pashto", "uzbek", "english", "german", "other")
GROUP_ITEMS = {"host": "sc2", "cohort": "sc5", "language": "sc6"}
LEAST_IN_GROUP = 100
"""Smallest group that is reported by itself."""

SERVICE = "state_security"
SERVICE_GROUPS = ("service household", "no service household")
MESSAGES = ("ex2_return_safe", "ex2_unite_foreign_aggression", "ex2_brotherhood", "ex2_end_school_ban")
FOIL = "ex2_foil"
OFTEN = ("weekly", "daily")


def level_names(study: str) -> dict[str, dict[str, str]]:
    """Item → answer → its name in a release. Cohorts and languages of the fictional world lose their real names."""
    if study != "synthetic":
        return {"sc6": {language: language.capitalize() for language in LANGUAGES}}
    return {
        "sc5": {code: f"cohort {number}" for number, code in enumerate(COHORTS, start=1)},
        "sc6": {code: f"language {number}" for number, code in enumerate(LANGUAGES, start=1)},
    }


@dataclass(frozen=True)
class Question:
    """A direct question: its estimand, the items in it, what counts as yes, and what everything else is.

    Attributes
    ----------
    estimand_id : as in the claims register, or K… for context
    item : the item, or the items that are combined
    words : what the share is a share of
    """

    estimand_id: str
    item: str
    words: str


FAVOURABLE = Question("K20_approval_share", "ta1", "view the authorities favourably")
NOT_FAVOURABLE = Question("E13a_share_not_favourable", "ta1", "do not view the authorities favourably")
IN_PUBLIC = Question("K22_expression_share", "re4", "commented in public on politics")
GIVEN_DEFENCE = Question(
    "E03_regime_given_defence", "ta1 given ta6", "view the authorities favourably, among those who support the response"
)
PUBLIC_SUPPORT = Question(
    "E01b_public_support_service_household", "ta1 and re4", "view the authorities favourably and commented in public"
)
MESSAGE_SEEN = Question("K46_message_seen", "ex2", "saw a given message")
QUESTIONS = (
    FAVOURABLE,
    NOT_FAVOURABLE,
    Question("K41_emirate_preferred", "ta2", "prefer an Islamic emirate"),
    Question("K42_sympathy", "ta3", "have some sympathy with the movement"),
    Question("K43_recognition_unconditional", "ta4", "want the authorities recognised unconditionally"),
    Question("K44_response_support", "ta6", "support the response in the clashes"),
    IN_PUBLIC,
    Question("K45_contacted", "ex3", "were contacted by an organisation of the authorities"),
    GIVEN_DEFENCE,
    PUBLIC_SUPPORT,
)
YES = {
    "K20_approval_share": ("somewhat_favourable", "very_favourable"),
    "E13a_share_not_favourable": ("somewhat_unfavourable", "very_unfavourable"),
    "K41_emirate_preferred": ("islamic_emirate",),
    "K42_sympathy": ("a_lot", "a_little"),
    "K43_recognition_unconditional": ("unconditionally",),
    "K44_response_support": ("support",),
    "K22_expression_share": ("yes",),
    "K45_contacted": ("yes",),
}


@dataclass(frozen=True, eq=False)
class Coded:
    """Answers to a question: yes, and whether there is an answer, or a reason that stands between yes and no."""

    yes: Bools
    is_decided: Bools
    is_undecided: Bools

    @property
    def is_asked(self) -> Bools:
        """Decided or undecided: everybody whom the question was put to."""
        return np.asarray(self.is_decided | self.is_undecided)

    def among(self, rows: Bools) -> Coded:
        """The same for some respondents; nobody else was asked."""
        return Coded(self.yes & rows, self.is_decided & rows, self.is_undecided & rows)


@dataclass(frozen=True, eq=False)
class Survey:
    """Respondents whom the screen left in, in key order.

    Attributes
    ----------
    rows : (n) answers, index 0 to n − 1
    study : `synthetic` or `vault`
    weights : weighting → (n,) weights, 0 for who does not count
    recruited : the respondent-driven sample, of all admitted respondents
    other_degree : (m,) acquaintances by the other wording of the question; None where it was not asked
    in_sample : (m,) for each of those, the position in `rows`, −1 for who was left out
    """

    rows: pd.DataFrame
    study: str
    weights: Mapping[str, Floats]
    recruited: Recruitment | None
    other_degree: Floats | None
    in_sample: npt.NDArray[np.int64]

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.rows)

    def answer(self, item: str) -> pd.Series[str]:
        """Answer codes of one item."""
        return self.rows[item]

    def coded(self, question: Question) -> Coded:
        """Yes, decided and undecided answers to a question."""
        if question is GIVEN_DEFENCE:
            defends = self._plain("ta6", YES["K44_response_support"])
            return self.coded(FAVOURABLE).among(defends.yes)
        if question is PUBLIC_SUPPORT:
            view, public = self.coded(FAVOURABLE), self.coded(IN_PUBLIC)
            decided = (view.is_decided & public.is_decided) | self._denied(view) | self._denied(public)
            asked = view.is_asked & public.is_asked
            return Coded(view.yes & public.yes, decided & asked, asked & ~decided)
        return self._plain(question.item, YES[question.estimand_id])

    @staticmethod
    def _denied(answers: Coded) -> Bools:
        """One no settles that not both hold."""
        return answers.is_decided & ~answers.yes

    def _plain(self, item: str, yes: tuple[str, ...]) -> Coded:
        answers = self.rows[item]
        undecided = answers.isin(UNDECIDED).to_numpy()
        return Coded(answers.isin(yes).to_numpy(), ~answers.str.startswith(".").to_numpy(), undecided)

    @property
    def service(self) -> Mapping[str, Bools]:
        """Who lives in a household with state-security service, and who does not; the others did not say."""
        answers = self.rows.sc9
        said = ~answers.str.startswith(".").to_numpy()
        holds = answers.str.split(" ").map(lambda codes: SERVICE in codes).to_numpy(dtype=bool)
        return dict(zip(SERVICE_GROUPS, (said & holds, said & ~holds), strict=True))

    def groups(self) -> Iterator[tuple[str, str, Bools]]:
        """Kind, name and members of every group that is large enough; never service by host."""
        yield "all", "all", np.ones(self.n, dtype=bool)
        names = level_names(self.study)
        for kind, item in GROUP_ITEMS.items():
            answers = self.rows[item]
            for level in sorted(set(answers[~answers.str.startswith(".")])):
                members = (answers == level).to_numpy()
                if members.sum() >= LEAST_IN_GROUP:
                    yield kind, names.get(item, {}).get(level, level), members
        for name, members in self.service.items():
            if members.sum() >= LEAST_IN_GROUP:
                yield "service_household", name, members

    def hosts(self) -> Iterator[tuple[str, Bools]]:
        """Name and members of every host that is large enough."""
        return ((name, members) for kind, name, members in self.groups() if kind == "host")

    def covariates(self) -> tuple[Floats, tuple[str, ...]]:
        """Intercept, sex, age, host and cohort as indicators without the first level and without rare ones."""
        columns, names = [np.ones(self.n)], ["Intercept"]
        for item in ("sc4", "sc3", "sc2", "sc5"):
            answers = self.rows[item]
            common = [level for level, n in answers.value_counts().sort_index().items() if n >= LEAST_IN_GROUP]
            for level in common[1:]:
                columns.append((answers == level).to_numpy("float64"))
                names.append(f"{item}={level}")
        return np.column_stack(columns), tuple(names)


def read_survey(responses: pd.DataFrame, weights: pd.DataFrame, study: str) -> Survey:
    """The survey of one study.

    Parameters
    ----------
    responses, weights : DataFrame
        Tables `survey_responses` and `respondent_weights`; whoever has no weight was left out by the screen.
    study : str
        `synthetic` or `vault`.
    """
    position = pd.Series(range(len(weights)), index=weights.respondent_pseudonym)
    rows = responses[responses.respondent_pseudonym.isin(position.index)].reset_index(drop=True)
    ordered = weights.set_index("respondent_pseudonym").loc[rows.respondent_pseudonym]
    made = {"unweighted": np.ones(len(rows))}
    for name in ("rds", "raked", "blended"):
        column = ordered[f"{name}_weight"].to_numpy("float64")
        if np.isfinite(column).any():
            made[name] = np.nan_to_num(column)
    chain, other = recruitment(responses), None
    inside = np.empty(0, dtype=np.int64)
    if chain is not None:
        inside = responses.respondent_pseudonym.iloc[chain.rows].map(position).fillna(-1).to_numpy("int64")
        if not responses.nw2.str.startswith(".").all():
            again = recruitment(responses, "nw2")
            other = again.degree if again is not None else None
    return Survey(rows, study, made, chain, other, inside)
