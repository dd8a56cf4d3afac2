"""How data are managed and people protected, as drafts of the papers that funders, boards and the law ask for.

Sources of the headings: Science Europe, Core Requirements for Data Management Plans (2021); Regulation (EU) 2016/679,
Article 35(7). What must not be here: legal advice, an answer that only the controller can give.
"""

from collections.abc import Mapping
from datetime import date

from analysis.papers.collection import Collected, estimands, sources
from analysis.papers.document import Paper, Point, bullets
from analysis.study import Plan

Governance = Mapping[str, Mapping[str, str | date]]
"""Answers of governance.yml by section and field; empty before it is filled in."""

KEPT = {
    "raw_exports_until": "raw exports",
    "key_until": "the key of the pseudonyms",
    "restricted_rows_until": "restricted rows",
}


def data_management(plan: Plan, collected: tuple[Collected, ...], governance: Governance) -> Paper:
    """A data management plan.

    Parameters
    ----------
    plan : Plan
    collected : tuple of Collected
    governance : mapping
        As `Governance`.
    """
    systems = ", ".join(dict.fromkeys(each.system for each in collected if each.system))
    exports = [f"Exports of {systems}."] if systems else []
    return Paper(
        f"Data management plan: {plan.title}",
        "Drafted under the core requirements of Science Europe, from the plan of the study and what the pipeline does.",
        {
            "1. Data description and collection or re-use": [
                Point("How new data are collected", [*bullets(sources(plan, collected)), *exports]),
                Point("Kinds of data", [_kinds(plan)], "the volume that is expected."),
            ],
            "2. Documentation and data quality": [
                Point(
                    "Metadata and documentation",
                    "Codebook (DDI), data package, a page per table and a definition of every column are written "
                    "with each release.",
                ),
                Point(
                    "Quality control",
                    "Rules against careless and repeated answers are fixed in the plan; every broken row is "
                    "counted by reason.",
                ),
            ],
            "3. Storage and backup during the research": [
                Point(
                    "Storage",
                    "Exports, consent ledger and restricted rows stay in one closed folder, outside version "
                    "control; the key of the pseudonyms lies outside the project.",
                    "the machine, its encryption and its backups.",
                ),
                Point("Access", wanted="who may open the folder and the key, and who decides."),
            ],
            "4. Legal and ethical requirements, codes of conduct": [
                Point("Personal data", "See the draft of the data protection impact assessment."),
                _answered(
                    governance,
                    "approval_reference",
                    "Ethics",
                    "Approved by {board}, {number}, on {approved_on}.",
                    "board, number and day of the approval.",
                ),
            ],
            "5. Data sharing and long-term preservation": [
                Point(
                    "What is shared",
                    "Aggregates that pass the disclosure gate, as Parquet and CSV with checksums. Rows of persons "
                    "are not, but for a file under an agreement where the plan has one and its rules hold.",
                    "the archive, and the licence.",
                ),
                _kept(governance, "How long data are kept"),
            ],
            "6. Responsibilities and resources": [
                Point("Who is responsible", wanted="names, and the cost of keeping the data.")
            ],
        },
    )


def data_protection(plan: Plan, collected: tuple[Collected, ...], governance: Governance) -> Paper:
    """A draft of a data protection impact assessment, under the four parts of Article 35(7).

    Parameters
    ----------
    plan : Plan
    collected : tuple of Collected
    governance : mapping
        As `Governance`.
    """
    return Paper(
        f"Data protection impact assessment, draft: {plan.title}",
        "A draft for the controller and the data protection officer; it is no legal advice and decides nothing.",
        {
            "(a) Systematic description of the processing and its purposes": _processing(plan, collected, governance),
            "(b) Necessity and proportionality": _necessity(governance),
            "(c) Risks to the rights and freedoms of data subjects": _risks(governance),
            "(d) Measures envisaged to address the risks": _measures(governance),
        },
    )


def _processing(plan: Plan, collected: tuple[Collected, ...], governance: Governance) -> list[Point]:
    return [
        Point("Purposes", f"To estimate, for groups only: {'; '.join(words for _, words in estimands(plan))}."),
        Point("Data subjects and data", [f"{plan.population}. {_kinds(plan)}", *_special(plan)]),
        Point("Sources", bullets(sources(plan, collected))),
        Point(
            "Flow",
            "Exports are read once; ids become keyed pseudonyms, free texts are screened and deleted, "
            "posts are scrubbed; estimates pass a disclosure gate, and only what passes leaves the "
            "folder.",
        ),
        _answered(
            governance,
            "controller",
            "Controller",
            "{name}, {country}; data protection officer: {data_protection_officer}.",
            "controller, contact and data protection officer.",
        ),
    ]


def _necessity(governance: Governance) -> list[Point]:
    return [
        _answered(
            governance,
            "legal_basis",
            "Legal basis",
            "Article 6: {article_6}; Article 9: {article_9}. {explanation}",
            "the basis under Articles 6 and 9, and why.",
        ),
        Point(
            "Minimisation",
            "Variables that are not in the plan are not kept; variables that point at a person are "
            "counted and never read.",
        ),
        Point(
            "Consent and withdrawal",
            "Consent is held in a ledger by scope; `withdraw --erase` removes a person from exports, "
            "tables and digests, and searches every byte afterwards.",
        ),
        _kept(governance, "Retention"),
    ]


def _risks(governance: Governance) -> list[Point]:
    return [
        Point(
            "Re-identification and retaliation",
            "Political views of people who fled, and of their relatives, could be held against them: by "
            "authorities of the country they left, by employers and neighbours, and in their asylum case.",
            "how likely each is for these people, and how grave.",
        ),
        _answered(
            governance,
            "compelled_disclosure_plan",
            "Compelled disclosure",
            "{responsible}: {steps}",
            "who decides when an authority demands data, and what happens then.",
        ),
        Point(
            "Breach of the machine or the key",
            wanted="how likely, how grave, and who is told within which time.",
        ),
    ]


def _measures(governance: Governance) -> list[Point]:
    return [
        Point(
            "Technical measures",
            "Keyed pseudonyms, closed file modes, no private hash outside the folder, a gate whose floors "
            "no plan can lower, an audit that attacks the finished files.",
        ),
        Point(
            "Organisational measures",
            wanted="training, access, two-person rules, and how people reach the team.",
        ),
        _answered(
            governance,
            "dpia",
            "Residual risk",
            "{residual_risk}, as of {completed_on} ({reference}).",
            "low or medium; with a high one the authority is consulted first (Article 36).",
        ),
    ]


def _answered(governance: Governance, section: str, heading: str, words: str, wanted: str) -> Point:
    """A point that a section of the governance file answers, and the team while nobody has filled it in."""
    return Point(heading, words.format(**governance[section])) if governance else Point(heading, wanted=wanted)


def _kept(governance: Governance, heading: str) -> Point:
    if not governance:
        return Point(heading, wanted="days until which each part is kept.")
    days = governance["retention"]
    return Point(heading, bullets(f"{words}: until {days[name]}" for name, words in KEPT.items()))


def _kinds(plan: Plan) -> str:
    survey = f"Answers to {len(plan.items)} items" if plan.has_survey else ""
    posts = "posts of listed accounts" if plan.posts else ""
    return f"{' and '.join(filter(None, (survey, posts)))}.".capitalize()


def _special(plan: Plan) -> list[str]:
    sensitive = [group.words for group in plan.groups if group.is_sensitive]
    political = ["Political opinions are special categories of personal data (Article 9(1))."]
    return political + ([f"Sensitive groups of the plan: {', '.join(sensitive)}."] if sensitive else [])
