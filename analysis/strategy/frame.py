"""The survey as arrays: who answered what, in which group, with which weight.

What belongs here: coding of items into yes, no and undecided as the plan states it, and its groups. What must not:
estimates, or a name of any study's item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.estimators.weighting.design import SurveyDesign, survey_design
from analysis.strategy.weights import Recruitment, reaches_everywhere, recruitment
from analysis.study.estimands import Question
from analysis.study.plan import Group, Plan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

UNDECIDED = (".refused", ".dont_know")
"""Asked, and neither yes nor no; other missing kinds were not asked or not exported and count nowhere."""

ALL = "all"
"""Kind and name of the group of everybody."""


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

    @property
    def is_denied(self) -> Bools:
        """One no settles that not all of several hold."""
        return np.asarray(self.is_decided & ~self.yes)

    def among(self, rows: Bools) -> Coded:
        """The same for some respondents; nobody else was asked."""
        return Coded(self.yes & rows, self.is_decided & rows, self.is_undecided & rows)


@dataclass(frozen=True, eq=False)
class Survey:
    """Respondents whom the screen left in, in key order.

    Attributes
    ----------
    plan : what the answers are made into
    rows : (n) answers, index 0 to n − 1
    study : `synthetic` or `vault`
    weights : weighting → (n,) weights, 0 for who does not count
    partial : the same of samples that do not reach every place: they describe nobody but their own
    recruited : the respondent-driven sample, of all admitted respondents
    other_degree : (m,) acquaintances by the other wording of the question; None where it was not asked
    in_sample : (m,) for each of those, the position in `rows`, −1 for who was left out
    stratum, cluster : (n,) codes of stratum and primary unit; None where everybody is a unit of its own
    """

    plan: Plan
    rows: pd.DataFrame
    study: str
    weights: Mapping[str, Floats]
    recruited: Recruitment | None
    other_degree: Floats | None
    in_sample: npt.NDArray[np.int64]
    stratum: npt.NDArray[np.int64] | None = None
    cluster: npt.NDArray[np.int64] | None = None
    partial: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.rows)

    def design(self, weighting: str, rows: Bools | None = None) -> SurveyDesign:
        """How respondents came into the sample under a weighting, for everybody or for some of them.

        Primary units and strata are those of the probability samples, and persons who answered in several periods;
        everybody else is taken as drawn independently.
        """
        chosen = slice(None) if rows is None else rows
        weights = self.weights[weighting][chosen]
        if self.cluster is None or self.stratum is None:
            return survey_design(len(weights), weights=weights)
        strata, clusters = self.stratum[chosen], self.cluster[chosen]
        return survey_design(len(weights), weights=weights, strata=strata, clusters=clusters, lonely="adjust")

    def answer(self, item: str) -> pd.Series[str]:
        """Answer codes of one item."""
        return self.rows[item]

    def coded(self, question: Question) -> Coded:
        """Yes, decided and undecided answers to a question."""
        if question.of and question.given:
            condition = self.coded(self.plan.by_estimand[question.given])
            return self.coded(self.plan.by_estimand[question.of]).among(condition.yes & condition.is_decided)
        if question.all_of:
            return _all_hold([self.coded(self.plan.by_estimand[each]) for each in question.all_of])
        answers = self.rows[question.item]
        undecided = answers.isin(UNDECIDED).to_numpy()
        return Coded(answers.isin(question.yes).to_numpy(), ~answers.str.startswith(".").to_numpy(), undecided)

    def groups(self) -> Iterator[tuple[Group | None, str, Bools]]:
        """Kind (None: everybody), name and members of every group that is large enough; no kind crosses another."""
        yield None, ALL, np.ones(self.n, dtype=bool)
        for group in self.plan.groups:
            for name, members in self.levels(group):
                if members.sum() >= self.plan.least(group):
                    yield group, name, members

    def levels(self, group: Group) -> tuple[tuple[str, Bools], ...]:
        """Released name and members of the groups of one kind, the small ones too."""
        if group.kind not in self._levels:
            self._levels[group.kind] = tuple(self._named(group))
        return self._levels[group.kind]

    @cached_property
    def _levels(self) -> dict[str, tuple[tuple[str, Bools], ...]]:
        """What was asked for already: every question asks for every group."""
        return {}

    def _named(self, group: Group) -> Iterator[tuple[str, Bools]]:
        answers = self.rows[group.item]
        said = ~answers.str.startswith(".").to_numpy()
        if group.holder:
            code = group.holder.code
            holds = answers.str.split(" ").map(lambda codes: code in codes).to_numpy(dtype=bool)
            yield from ((group.holder.who, said & holds), (group.holder.others, said & ~holds))
            return
        for level in sorted(set(answers[said])):
            yield group.names.get(level, level), (answers == level).to_numpy()

    def group(self, kind: str) -> Group:
        """A kind of group of the plan."""
        return next(group for group in self.plan.groups if group.kind == kind)

    def domains(self) -> Iterator[tuple[str, Bools]]:
        """Name and members of every group of the kind for which models are estimated too."""
        return ((name, members) for group, name, members in self.groups() if group and group.is_domain)

    @property
    def domain_kind(self) -> str:
        """The kind of the domains, `all` where there are none."""
        return self.plan.domain.kind if self.plan.domain else ALL

    def covariates(self) -> tuple[Floats, tuple[str, ...]]:
        """Intercept and the plan's covariates as indicators, without the first level and without rare ones."""
        columns, names = [np.ones(self.n)], ["Intercept"]
        for item in self.plan.covariates:
            answers = self.rows[item]
            common = [
                level
                for level, n in answers.value_counts().sort_index().items()
                if n >= self.plan.disclosure.least_in_group
            ]
            for level in common[1:]:
                columns.append((answers == level).to_numpy("float64"))
                names.append(f"{item}={level}")
        return np.column_stack(columns), tuple(names)


def _all_hold(parts: list[Coded]) -> Coded:
    """Whether every part is yes: settled when all are answered, and by one no."""
    asked = np.all([part.is_asked for part in parts], axis=0)
    answered = np.all([part.is_decided for part in parts], axis=0)
    decided = answered | np.any([part.is_denied for part in parts], axis=0)
    return Coded(np.all([part.yes for part in parts], axis=0), decided & asked, asked & ~decided)


def _units(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | tuple[None, None]:
    """Stratum and primary unit of each respondent; none where nobody shares a unit or a stratum."""
    person = rows.get("person_pseudonym", pd.Series(None, index=rows.index, dtype="object"))
    unit = rows.get("cluster_pseudonym", person)
    unit = unit.fillna(person).fillna(rows.respondent_pseudonym)
    stratum = rows.get("stratum_pseudonym", person).fillna(rows.sample_source_code)
    if not unit.duplicated().any() and not rows.get("stratum_pseudonym", person).notna().any():
        return None, None
    # A person whose sample changed between periods stays one unit, in the stratum of the first row.
    stratum = stratum.groupby(unit.to_numpy(), sort=False).transform("first")
    return pd.factorize(stratum)[0].astype(np.int64), pd.factorize(unit)[0].astype(np.int64)


def read_survey(plan: Plan, responses: pd.DataFrame, weights: pd.DataFrame, study: str) -> Survey:
    """The survey of one study.

    Parameters
    ----------
    plan : Plan
    responses, weights : DataFrame
        Tables `survey_responses` and `respondent_weights`; whoever has no weight was left out by the screen.
    study : str
        `synthetic` or `vault`.
    """
    position = pd.Series(range(len(weights)), index=weights.respondent_pseudonym)
    rows = responses[responses.respondent_pseudonym.isin(position.index)].reset_index(drop=True)
    ordered = weights.set_index("respondent_pseudonym").loc[rows.respondent_pseudonym]
    made = {"unweighted": np.ones(len(rows))}
    partial: dict[str, Floats] = {}
    for name in ("rds", "raked", "design", "blended"):
        column = ordered[f"{name}_weight"].to_numpy("float64")
        if np.isfinite(column).any():
            kept = made if reaches_everywhere(plan, rows, np.isfinite(column)) else partial
            kept[name] = np.nan_to_num(column)
    chain, other = recruitment(plan, responses), None
    inside = np.empty(0, dtype=np.int64)
    if chain is not None and plan.recruitment:
        inside = responses.respondent_pseudonym.iloc[chain.rows].map(position).fillna(-1).to_numpy("int64")
        item = plan.recruitment.other_degree
        if item and not responses[item].str.startswith(".").all():
            again = recruitment(plan, responses, item)
            other = again.degree if again is not None else None
    stratum, cluster = _units(rows)
    return Survey(plan, rows, study, made, chain, other, inside, stratum, cluster, partial)
