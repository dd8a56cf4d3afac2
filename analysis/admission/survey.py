"""Respondents of a study's survey exports: consented, pseudonymised, answers as codes, free text deleted."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from analysis.admission.persons import identity_of, in_period, text_of
from analysis.admission.study import MICRODATA, PUBLICATION, RECONTACT, SURVEY, Study
from analysis.admission.tally import (
    ADMITTED,
    NO_CONSENT,
    NO_IDENTITY,
    NO_NETWORK_SIZE,
    NO_PERIOD,
    NO_WEIGHT,
    NOT_COUNTING,
    REPEATED,
    UNREADABLE,
    Tally,
)
from analysis.corpora.entries import Entry
from analysis.corpora.exports import open_export
from analysis.corpora.instrument import Instrument, Item, Place, Reading, instrument_of
from analysis.corpora.interviews import InterviewState
from analysis.corpora.quarantine import Quarantined
from analysis.corpora.surveys import Codebook, Respondent
from analysis.custody.manifest import DURATION_UNITS, PROBABILITY, SurveySource
from analysis.errors import CustodyError
from analysis.measures.quality import screened
from analysis.study import Plan

_NAMES = [
    "respondent_pseudonym", "linkage_pseudonym", "person_pseudonym", "sample_source_code", "interview_period_text",
    "base_weight", "stratum_pseudonym", "cluster_pseudonym", "recruitment_code", "recruiter_pseudonym", "wave",
    "survey_mode_code", "interview_minutes", "is_recontact_allowed", "is_microdata_allowed",
]  # fmt: skip
LONGEST_HOURS = 24
_NUMBER = re.compile(r"([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})?")
_DAY = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?=$|[T ,])", re.ASCII)


@dataclass(frozen=True)
class AdmittedSurvey:
    """Rows of table `survey_responses`, and what happened to every row of the exports."""

    rows: pd.DataFrame
    tally: Tally


def admit_survey(study: Study, plan: Plan) -> AdmittedSurvey:
    """Admit every survey export of a study, its answers read as the plan states them.

    Raises
    ------
    CustodyError
        An export lacks a variable that the manifest names, or the plan has no survey and the manifest has exports.
    ExportError
        An export is missing or damaged.
    """
    if study.manifest.surveys and not plan.has_survey:
        raise CustodyError(
            f"sources.yml: `surveys` names {len(study.manifest.surveys)} export(s), and the plan of the study has no "
            "`items`; add the questionnaire to the plan, or remove the exports from the manifest"
        )
    desk = _Desk(study, plan)
    for source in study.manifest.surveys:
        desk.take(source)
    rows = desk.frame()
    if plan.recruitment:
        desk.tally += _without_network_size(rows, plan.recruitment.degree)
    return AdmittedSurvey(rows, desk.tally)


def _without_network_size(rows: pd.DataFrame, degree: str) -> Tally:
    """Of those who entered the respondent-driven sample: how many state no number of acquaintances."""
    chosen = rows[rows.sample_source_code == "rds"]
    return Counter({("rds", NO_NETWORK_SIZE): int((~chosen[degree].astype(str).str.fullmatch("[0-9]+")).sum())})


@dataclass
class _Desk:
    """Rows admitted so far, by the respondent's identity: in a study with periods, by the identity and the period."""

    study: Study
    plan: Plan
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    recruiters: dict[str, str] = field(default_factory=dict)
    first_rows: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Counter)

    def take(self, source: SurveySource) -> None:
        """Admit one export; afterwards name the recruiters that are here."""
        export = open_export(self.study.folder / source.file, source.format or None, source.encoding)
        reader = _Reader(source, self.plan, self.study)
        admitted: list[dict[str, Any]] = []
        for entry in export.entries():
            outcome = self._outcome(entry, reader)
            if outcome:
                self.tally[source.sample_source, outcome] += 1
            if outcome == ADMITTED and isinstance(entry, Respondent):
                admitted.append(self._admit(entry, reader))
        reader.close()
        _screen_free_text(admitted, reader)

    def _outcome(self, entry: Entry, reader: "_Reader") -> str | None:
        """What happens to an entry; None when it is no row."""
        if isinstance(entry, Codebook):
            reader.open(entry)
        if isinstance(entry, Respondent):
            return self._outcome_of(entry, reader)
        return UNREADABLE if isinstance(entry, Quarantined) else None

    def _outcome_of(self, entry: Respondent, reader: "_Reader") -> str:
        if entry.state is not InterviewState.COMPLETE and entry.state.value not in reader.source.also_admit:
            return NOT_COUNTING[entry.state]
        subject = text_of(entry, reader.source.variables.consent_subject)
        if not subject or not identity_of(entry, reader.source):
            return NO_IDENTITY
        if not self.study.allows(subject, SURVEY, PUBLICATION):
            return NO_CONSENT
        if self.plan.periods and not reader.period(entry):
            return NO_PERIOD
        if reader.source.sample_source == PROBABILITY and not reader.base_weight(entry):
            return NO_WEIGHT
        return REPEATED if reader.row_key(entry) in self.rows else ADMITTED

    def frame(self) -> pd.DataFrame:
        """Every row, with its recruiter where that person's row is here: nobody else may leave a trace."""
        named = [self._row_of(recruiter) for recruiter in self.recruiters.values() if recruiter]
        if named and not any(name in self.rows for name in named):
            raise CustodyError(
                f"sources.yml: {len(named)} respondents name a recruiter, and none of these names is a respondent's; "
                "`respondent` and `recruiter` have to name variables that hold the same kind of id"
            )
        for key, row in self.rows.items():
            recruiter = self._row_of(self.recruiters.get(key))
            row["recruitment_code"] = _recruitment(recruiter, self.rows)
            is_here = row["recruitment_code"] == "recruited"
            row["recruiter_pseudonym"] = self.rows[recruiter]["respondent_pseudonym"] if is_here and recruiter else None
        return pd.DataFrame(list(self.rows.values()), columns=[*_NAMES, *self.plan.columns])

    def _admit(self, respondent: Respondent, reader: "_Reader") -> dict[str, Any]:
        key = reader.row_key(respondent)
        self.rows[key] = reader.row(respondent)
        recruiter = text_of(respondent, reader.source.variables.recruiter)
        self.first_rows.setdefault(identity_of(respondent, reader.source), key)
        if reader.source.sample_source == "rds":
            self.recruiters[key] = in_period(recruiter, reader.period(respondent)) if recruiter else ""
        return self.rows[key]

    def _row_of(self, recruiter: str | None) -> str | None:
        """The recruiter's row in the same period, otherwise the first one: chains may run across periods."""
        if not recruiter or recruiter in self.rows:
            return recruiter
        return self.first_rows.get(recruiter.partition("\n")[0], recruiter)


def _recruitment(recruiter: str | None, rows: Mapping[str, object]) -> str:
    if recruiter is None:
        return "volunteer"
    if not recruiter:
        return "seed"
    return "recruited" if recruiter in rows else "recruiter_not_admitted"


def _day(text: str, order: str) -> date | None:
    """A day from the beginning of a text, in a stated order of its parts; None where there is none."""
    found, sign = _DAY.match(text), re.sub("[a-z]", "", order)[0]
    if not found or found[2] != sign:
        return None
    parts = dict(zip(order.split(sign), map(int, found.group(1, 3, 4)), strict=True))
    try:
        return date(parts["year"], parts["month"], parts["day"])
    except ValueError:
        return None


class _Reader:
    """One export's names and answers as the instrument understands them."""

    def __init__(self, source: SurveySource, plan: Plan, study: Study) -> None:
        self.source, self.plan, self.study = source, plan, study
        self.instrument: Instrument = instrument_of(plan)
        self.hosts = {host.casefold(): host for host in study.manifest.hosts}
        self.duration_unit = source.duration_unit
        self.places: dict[str, list[tuple[str, Place]]] = {}
        self.days_seen, self.days_read = 0, 0
        self.weights_seen, self.weights_read = 0, 0
        if source.period and source.period not in plan.periods:
            known = ", ".join(plan.periods) or "it has none"
            raise CustodyError(f"{source.file}: period {source.period!r} is none of the plan's: {known}")
        if plan.periods and not source.period and not source.variables.interviewed:
            raise CustodyError(
                f"{source.file}: the plan has periods; name the variable with the day of the interview under variables "
                "(interviewed), or the period of the whole file (period)"
            )

    def open(self, codebook: Codebook) -> None:
        """Find the place of every variable; a variable that the manifest names has to be there."""
        names = [variable.name for variable in codebook.variables]
        units = {variable.name: variable.unit for variable in codebook.variables if variable.unit}
        self.duration_unit = units.get(self.source.variables.duration, self.source.duration_unit)
        for role, name in vars(self.source.variables).items():
            if name and name not in names:
                raise CustodyError(
                    f"{self.source.file}: no variable {name!r} for {role}, and {len(names)} others; write it in "
                    "sources.yml as the export does"
                )
        for name in names:
            place = self.instrument.place(name)
            if place and place.item and place.part != "other_text":
                column = place.item.item_id.lower()
                whole = column if place.item.is_multiple or not place.part else f"{column}_{place.part}"
                self.places.setdefault(whole, []).append((name, place))

    def period(self, respondent: Respondent) -> str:
        """Code of the period in which the interview falls; empty where the plan has none, or the day lies in none."""
        if self.source.period or not self.plan.periods:
            return self.source.period
        self.days_seen += 1
        day = _day(text_of(respondent, self.source.variables.interviewed), self.source.day_order)
        if day is None:
            return ""
        self.days_read += 1
        return next((code for code, each in self.plan.periods.items() if each.first <= day <= each.last), "")

    def close(self) -> None:
        """After the last row: a file whose days or weights nobody can read is refused, not counted away row by row."""
        if self.days_seen and not self.days_read:
            raise CustodyError(
                f"{self.source.file}: {self.source.variables.interviewed!r} holds no day that can be read as "
                f"{self.source.day_order}; give its day_order, or the period of the whole file (period)"
            )
        if self.weights_seen and not self.weights_read:
            raise CustodyError(
                f"{self.source.file}: {self.source.variables.weight!r} holds no number that can be read as a design "
                "weight; write weights above zero with a decimal point, and without a sign between thousands"
            )

    def row_key(self, respondent: Respondent) -> str:
        """Whose row this is, in the period of the interview."""
        return in_period(identity_of(respondent, self.source), self.period(respondent))

    def base_weight(self, respondent: Respondent) -> float | None:
        """The design weight, None where there is none above zero."""
        text = text_of(respondent, self.source.variables.weight)
        weight = float(text) if _NUMBER.fullmatch(text) else 0.0
        self.weights_seen += bool(text)
        self.weights_read += weight > 0
        return weight if weight > 0 else None

    def _drawn_from(self, respondent: Respondent, name: str) -> str | None:
        """Pseudonym of a stratum or primary unit; the same code in another sample is another one."""
        text, sample = text_of(respondent, name), self.source.sample or self.source.source_id
        return self.study.key.pseudonym("survey", f"{sample}\n{name}\n{text}") if text else None

    def row(self, respondent: Respondent) -> dict[str, Any]:
        """The row of one respondent, its free texts still in it; `_screen_free_text` deletes them."""
        variables = self.source.variables
        subject = text_of(respondent, variables.consent_subject)
        wave = text_of(respondent, variables.wave)
        is_rds, has_periods = self.source.sample_source == "rds", bool(self.plan.periods)
        may_be_followed = has_periods and self.study.allows(subject, RECONTACT)
        person = self.study.key.pseudonym("survey", identity_of(respondent, self.source))
        return {
            "respondent_pseudonym": self.study.key.pseudonym("survey", self.row_key(respondent)),
            "linkage_pseudonym": self.study.linkage(subject),
            "person_pseudonym": person if may_be_followed else None,
            "sample_source_code": self.source.sample_source,
            "interview_period_text": self.period(respondent) or None,
            "base_weight": self.base_weight(respondent),
            "stratum_pseudonym": self._drawn_from(respondent, variables.stratum),
            "cluster_pseudonym": self._drawn_from(respondent, variables.cluster),
            "wave": int(wave) if is_rds and re.fullmatch("[0-9]{1,3}", wave) else None,
            "survey_mode_code": self.source.mode,
            "interview_minutes": self._minutes(respondent),
            "is_recontact_allowed": self.study.allows(subject, RECONTACT),
            "is_microdata_allowed": self.study.allows(subject, MICRODATA),
            **{column: self._answer(respondent, column) for column in self.plan.columns},
        }

    def _minutes(self, respondent: Respondent) -> float | None:
        text = text_of(respondent, self.source.variables.duration)
        if not _NUMBER.fullmatch(text):
            return None
        minutes = float(text) / DURATION_UNITS[self.duration_unit]
        return round(minutes, 1) if minutes <= LONGEST_HOURS * 60 else None

    def _answer(self, respondent: Respondent, column: str) -> str:
        """The code of an answer, or a dot and the reason why there is none."""
        places = self.places.get(column)
        if not places:
            return ".not_exported"
        if places[0][1].item and places[0][1].item.is_multiple:
            return self._several(respondent, places)
        reading = self._one(respondent, places)
        if reading.missing:
            return f".{reading.missing.value}"
        if column == self.plan.place:
            return self.hosts.get((reading.code or "").casefold(), ".unknown_option")
        return reading.code if reading.code is not None else ".unknown_option"

    def _one(self, respondent: Respondent, places: list[tuple[str, Place]]) -> Reading:
        """The reading of the variable that was answered, where several stand for one item: a list in two columns."""
        readings = [self.instrument.read(place, respondent.answers[name]) for name, place in places]
        return next((each for each in readings if not each.missing), readings[0])

    def _several(self, respondent: Respondent, places: list[tuple[str, Place]]) -> str:
        """Chosen codes in the instrument's order: from the question's own variable, else from one variable a choice."""
        readings = [(place, self.instrument.read(place, respondent.answers[name])) for name, place in places]
        whole = next((reading for place, reading in readings if not place.part), None)
        if whole and whole.code:
            return _ordered(whole.code.split(), places[0][1].item)
        chosen = [place.part for place, reading in readings if place.part and reading.code == "chosen"]
        if chosen:
            return _ordered(chosen, places[0][1].item)
        missing = whole.missing if whole else readings[0][1].missing
        return f".{missing.value}" if missing else ".unknown_option" if whole else ".no_answer"


def _ordered(codes: list[str], item: Item | None) -> str:
    order = list(dict.fromkeys((item.options or {}).values())) if item else []
    return " ".join(sorted(set(codes), key=order.index))


def _screen_free_text(rows: list[dict[str, Any]], reader: _Reader) -> None:
    """Replace every free text by how it screened: nothing of the words remains."""
    columns = [name for name, (item, _) in reader.plan.columns.items() if item.free_text and name != reader.plan.place]
    for column in columns:
        for row, found in zip(rows, screened([row[column] for row in rows]), strict=True):
            row[column] = found
