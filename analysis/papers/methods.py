"""How a study was done, under the headings of the standards that journals ask for, with the numbers of its release.

Sources: AAPOR Code of Professional Ethics and Practices (2021), III.A, items for immediate disclosure; CHERRIES
(Eysenbach 2004, J Med Internet Res 6:e34); STROBE-RDS (White and others 2015, J Clin Epidemiol 68:1463). What must not
be here: a number that no released table holds, an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.papers.collection import MODES, SAMPLES, Collected, randomised, samples, sources
from analysis.papers.document import Paper, Point, bullets, table
from analysis.study import Plan
from analysis.study.posts import Posts

Rows = list[tuple[object, ...]]
NONE_YET = "No release is built yet: after `./run repro` this paper holds its numbers."


@dataclass(frozen=True)
class Numbers:
    """What a release says about how a study was done.

    Attributes
    ----------
    tables : name of a released table of the study, without tier and study, to its rows
    rates : sample to AAPOR's outcome rates, from the dispositions that the team states
    is_fictional : whether nobody was asked
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    rates: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    is_fictional: bool = False

    def rows(self, name: str, columns: Sequence[str]) -> Rows:
        """Columns of a table; nothing where it was not released."""
        if name not in self.tables:
            return []
        chosen = self.tables[name][list(columns)].astype(object)
        return [tuple(row) for row in chosen.where(chosen.notna(), "not shown").itertuples(index=False)]


def methods_statement(plan: Plan, collected: tuple[Collected, ...], numbers: Numbers) -> Paper:
    """The paper; sections on respondents, on web surveys, on recruitment and on posts where the study has them.

    Parameters
    ----------
    plan : Plan
    collected : tuple of Collected
        Exports of the manifest.
    numbers : Numbers
        Of the study's release; empty before the first.
    """
    sections: dict[str, list[Point]] = {}
    if plan.has_survey:
        sections["Disclosure (AAPOR Code III.A)"] = _disclosure(plan, collected, numbers)
    if any(each.mode == "web" for each in collected):
        sections["Web survey (CHERRIES)"] = _cherries(plan, numbers)
    if plan.recruitment:
        sections["Respondent-driven sampling (STROBE-RDS)"] = _strobe(plan, numbers)
    if plan.posts:
        sections["Posts"] = _of_posts(plan, plan.posts, numbers)
    about = "Drafted from the plan, the manifest and the release of the study; every number stands in a released table."
    if not numbers.tables:
        about += f" {NONE_YET}"
    if numbers.is_fictional:
        about = f"**The study is fictional: nobody was asked, and every number below is invented.** {about}"
    return Paper(f"How it was done: {plan.title}", about, sections)


def _disclosure(plan: Plan, collected: tuple[Collected, ...], numbers: Numbers) -> list[Point]:
    languages = sorted({language for item in plan.items.values() for language in item.wording})
    modes = [MODES[mode] for mode in dict.fromkeys(each.mode for each in collected)]
    return [
        Point("Data collection strategy", bullets(samples(collected))),
        Point("Who sponsored the research and who conducted it", wanted="sponsor, conductor, and sources of funding."),
        Point(
            "Measurement tools/instruments",
            [*bullets(f"{item_id}: {item.asks}" for item_id, item in plan.items.items()), *_randomised(plan)],
            "" if languages else "the exact wording in every language: the plan has none.",
        ),
        Point("Population under study", [plan.population]),
        Point(
            "Method used to generate and recruit the sample",
            [*bullets(samples(collected)), *_rates(numbers)],
            "frame, invitation, reminders, incentives, and quotas if there were any.",
        ),
        Point(
            "Method(s) and mode(s) of data collection",
            [*bullets(modes), *([f"Languages: {', '.join(languages)}."] if languages else [])],
            "" if languages else "the languages of the interviews.",
        ),
        Point(
            "Dates of data collection",
            [plan.period, *bullets(f"{each.words}: {each.first} to {each.last}" for each in plan.periods.values())],
        ),
        Point("Sample sizes and precision of the results", _sizes(numbers)),
        Point("How the data were weighted", _weighting(plan, numbers)),
        Point("How the data were processed and procedures to ensure data quality", _quality(numbers)),
        Point(
            "A general statement acknowledging limitations of the design and data collection",
            _limits(plan, collected),
            "what else limits this study.",
        ),
    ]


def _of_posts(plan: Plan, posts: Posts, numbers: Numbers) -> list[Point]:
    admitted = table(
        ("platform", "what became of a post", "posts"),
        numbers.rows("posts_admission", ("platform_code", "admission_code", "posts_n")),
    )
    agreement = table(
        ("labels", "alpha", "lower end", "use"),
        numbers.rows("label_agreement", ("agreement_scope_text", "value", "ci_low", "standing_code")),
    )
    return [
        Point(
            "Accounts and exports",
            bullets(sources(plan, ())),
            "how accounts were found, and on which ground they are read.",
        ),
        Point("Codebook of frames", bullets(f"{each.code}, {each.words}: {each.definition}" for each in posts.frames)),
        Point(
            "Labels of stance",
            bullets(f"{each.code}: {each.words}" for each in posts.stances),
            "who labelled, and how they were trained.",
        ),
        Point("Posts by what became of them", admitted or NONE_YET),
        Point("Agreement of readers (Krippendorff's alpha)", agreement or NONE_YET),
        Point("How shares are corrected", CORRECTED),
        Point("Limits", LIMITS_OF_POSTS, "what else limits this study."),
    ]


CORRECTED = (
    "Shares of a stance rest on labels of a sample with known probabilities (design-based supervised learning); a "
    "classifier alone decides nothing. Shares of frames are those of posts in which the codebook finds a phrase that "
    "is not denied."
)
LIMITS_OF_POSTS = "Posts are no opinions, and accounts that are listed are no sample of people."


def _randomised(plan: Plan) -> tuple[str, ...]:
    lines = bullets(randomised(plan))
    return ("Assigned at random:", *lines) if lines else ()


def _rates(numbers: Numbers) -> tuple[str, ...]:
    rows = [
        (SAMPLES[sample].partition(":")[0], name, f"{rate:.3f}")
        for sample, found in numbers.rates.items()
        for name, rate in found.items()
    ]
    return table(("sample", "AAPOR rate", "value"), rows)


def _sizes(numbers: Numbers) -> list[str]:
    admitted = numbers.rows("survey_admission", ("sample_source_code", "admission_code", "respondents_n"))
    columns = (
        "estimand_id",
        "item_text",
        "weighting_code",
        "estimator_text",
        "value",
        "ci_low",
        "ci_high",
        "respondents_n",
    )
    estimates = numbers.tables.get("survey_estimates", pd.DataFrame(columns=[*columns, "group_kind_code"]))
    whole = Numbers({"whole": estimates[estimates.group_kind_code == "all"]}).rows("whole", columns)
    return [
        *table(("sample", "what became of a row", "respondents"), admitted),
        *table(("estimand", "item", "weights", "estimator", "value", "low", "high", "n"), whole),
    ] or [NONE_YET]


def _weighting(plan: Plan, numbers: Numbers) -> list[str]:
    raked = [f"Raked to totals of {plan.margins.words}."] if plan.margins else ["No population totals are used."]
    chained = [f"Recruits are weighted by the inverse of {plan.recruitment.degree}."] if plan.recruitment else []
    columns = ("weighting_code", "respondents_n", "kish_design_effect", "effective_n")
    return [
        *raked,
        *chained,
        *table(
            ("weights", "respondents", "Kish design effect", "effective n"), numbers.rows("weight_diagnostics", columns)
        ),
    ]


def _quality(numbers: Numbers) -> list[str]:
    columns = ("sample_source_code", "quality_rule_text", "respondents_n")
    flags = table(("sample", "rule, fixed before the data", "respondents"), numbers.rows("quality_flags", columns))
    checks = table(
        ("item", "check", "passed"), numbers.rows("survey_diagnostics", ("item_text", "check_text", "is_passed"))
    )
    return [*flags, *checks, "Counts are floored to fives, and small ones hidden, so that they tell of nobody."]


def _limits(plan: Plan, collected: tuple[Collected, ...]) -> list[str]:
    kinds = {each.sample for each in collected}
    found = []
    if "opt_in" in kinds:
        found.append(
            "Volunteers differ from others in ways that weights do not see; no margin of sampling error describes that."
        )
    if plan.recruitment:
        found.append("Weights of recruits rest on reported acquaintances and on recruitment as if at random.")
    if not plan.margins:
        found.append("Nothing ties the sample to the population's make-up.")
    if plan.list_experiments:
        found.append("A longer list is answered with more error; estimates of lists carry an envelope for it.")
    return [*bullets(found)]


def _cherries(plan: Plan, numbers: Numbers) -> list[Point]:
    screened = [f"{len(plan.items)} items." if plan.items else ""]
    unfinished = numbers.rows("survey_admission", ("sample_source_code", "admission_code", "respondents_n"))
    partial = [row for row in unfinished if row[1] == "interview_not_complete"]
    return [
        Point("Describe survey design", [plan.population], "whether the sample is one of convenience, and from where."),
        Point("IRB approval", wanted="board, number and day, as in governance.yml."),
        Point(
            "Informed consent",
            "Each respondent's consent stands in a ledger, with the hash of the wording that was shown.",
            "what respondents were told about length, storage, investigators and purpose.",
        ),
        Point(
            "Data protection",
            "Ids become keyed pseudonyms when an export is read; free texts are screened and deleted; "
            "only aggregates that pass the disclosure gate are released.",
        ),
        Point("Development and testing", wanted="how usability and technical function were tested before the field."),
        Point("Open survey versus closed survey", wanted="open to every visitor, or by invitation."),
        Point(
            "Contact mode and advertising the survey", wanted="where, and with which words; attach the announcement."
        ),
        Point("Incentives", wanted="what was offered, and when."),
        Point("Randomization of items or questionnaires", bullets(randomised(plan)) or ("None.",)),
        Point(
            "Number of items; completeness check; review step",
            screened,
            "items per screen, mandatory items, back button.",
        ),
        Point(
            "View, participation and completion rate",
            table(("sample", "what", "respondents"), partial),
            "visitors of the first page, who agreed to take part, and who reached the end.",
        ),
        Point(
            "Preventing multiple entries from the same individual",
            "A second row of one id is left out; answers that equal another respondent's throughout are "
            "flagged as duplicates.",
            "cookies, log-in, or checks of the address, if there were any.",
        ),
        Point(
            "Handling of incomplete questionnaires",
            "Only complete interviews count, unless the manifest asks for partial ones.",
        ),
        Point("Questionnaires submitted with an atypical timestamp", _speeders(plan)),
        Point("Statistical correction", _weighting(plan, Numbers())),
    ]


def _speeders(plan: Plan) -> list[str]:
    share = f"{plan.quality.speeder_share:.0%}" if plan.quality else "no share"
    return [f"Interviews shorter than {share} of the median of their sample are flagged."]


def _strobe(plan: Plan, numbers: Numbers) -> list[Point]:
    waves = table(("waves", "respondents"), numbers.rows("recruitment_waves", ("wave_text", "respondents_n")))
    homophily = numbers.rows("recruitment_homophily", ("item_text", "level_text", "homophily_ratio"))
    degree = plan.recruitment.degree if plan.recruitment else ""
    asks = plan.columns[degree][0].asks if degree in plan.columns else degree
    return [
        Point(
            "Why the design was chosen, and formative research",
            wanted="whether the network is one, and how that was found out.",
        ),
        Point("Seeds", wanted="number, how they were chosen, and why these."),
        Point(
            "Coupons and incentives",
            wanted="coupons per recruiter, expiry, both incentives, coupons issued and returned.",
        ),
        Point(
            "Eligibility and checks against repeat participation",
            "A second row of one id in a period is left out.",
            "who may take part, and how that was checked.",
        ),
        Point("Personal network size", f"{degree}: {asks}", "the wording that was shown, with its period and place."),
        Point(
            "Statistical methods",
            "RDS-II (Volz–Heckathorn) with a bootstrap of the tree; missing network sizes are set to the "
            "median, and counted.",
        ),
        Point("Recruitment by wave", waves or (NONE_YET,)),
        Point(
            "Homophily, convergence and bottlenecks",
            table(("item", "level", "recruitment homophily"), homophily) or (NONE_YET,),
        ),
        Point("Weighted and unweighted estimates", "Both stand in the table of estimates above."),
    ]
