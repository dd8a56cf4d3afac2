"""A plan as a pre-registration, under the headings of the OSF Preregistration template.

Source of the headings: Open Science Framework, "OSF Preregistration" template. What must not be here: a result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.measures.quality import sentence
from analysis.papers.collection import Collected, estimands, randomised, sources
from analysis.papers.document import Paper, Point, bullets, table
from analysis.study import Plan

ABOUT = (
    "Drafted from the plan of the study, under the headings of the OSF Preregistration template. The plan itself, its "
    "SHA-256 {sha256}, belongs to the registration: whatever is estimated stands in it."
)


@dataclass(frozen=True)
class Hypothesis:
    """A claim of a register that an estimand of the plan speaks to, with the rule that was fixed for it."""

    claim_id: str
    estimand: str
    statement: str
    supported_if: str
    contradicted_if: str


def preregistration(
    plan: Plan, sha256: str, collected: tuple[Collected, ...], hypotheses: Sequence[Hypothesis], alpha: float
) -> Paper:
    """The paper.

    Parameters
    ----------
    plan : Plan
    sha256 : str
        Of the bytes of the plan's file.
    collected : tuple of Collected
        Exports that the manifest expects; empty where there is none.
    hypotheses : sequence of Hypothesis
        Claims that the plan's estimands speak to.
    alpha : float
        Level of the register's tests, after Holm.
    """
    return Paper(
        f"Pre-registration: {plan.title}",
        ABOUT.format(sha256=sha256),
        {
            "Study Information": _study(plan, hypotheses),
            "Design Plan": _design(plan),
            "Sampling Plan": _sampling(plan, collected),
            "Variables": _variables(plan),
            "Analysis Plan": _analysis(plan, alpha),
            "Other": [Point("Other", wanted="what a reader of the registration should know besides; or: nothing.")],
        },
    )


def _study(plan: Plan, hypotheses: Sequence[Hypothesis]) -> list[Point]:
    rows = [
        (each.claim_id, each.estimand, each.statement, each.supported_if, each.contradicted_if) for each in hypotheses
    ]
    heads = ("claim", "estimand", "statement", "supported if", "contradicted if")
    estimated = bullets(f"{estimand}: {words}" for estimand, words in estimands(plan))
    wanted = "" if rows else "hypotheses with their direction, or that the study only describes."
    return [
        Point("Title", [plan.title]),
        Point("Authors", wanted="who registers the study."),
        Point("Description", f"{plan.provenance.rstrip('.')}. Population: {plan.population}. Period: {plan.period}."),
        Point("Hypotheses", [*table(heads, rows), *estimated], wanted),
    ]


def _design(plan: Plan) -> list[Point]:
    chance = bullets(randomised(plan))
    kinds = ["Experiment: parts of the questionnaire are assigned at random."] if chance else []
    kinds += ["Observational study: what is compared otherwise was not assigned."]
    masked = ["Respondents do not know that others are shown something else."] if chance else []
    return [
        Point("Study type", kinds),
        Point("Blinding", masked or ["Nothing is assigned, so nobody is blinded."]),
        Point(
            "Is there any additional blinding in this study?", wanted="who sees the arms before the analysis; or: none."
        ),
        Point("Study design", _periods(plan), ORDER if plan.has_survey else ""),
        Point(
            "Randomization",
            chance or "Nothing is assigned at random.",
            "how the survey system draws the arms, and with which chances." if chance else "",
        ),
    ]


ORDER = "the order of the questionnaire's parts, if it is not that of the plan."


def _periods(plan: Plan) -> tuple[str, ...]:
    periods = bullets(f"{each.words}: {each.first} to {each.last}" for each in plan.periods.values())
    asked = periods or (("One cross-section: the plan has no periods.",) if plan.has_survey else ())
    events = bullets(f"{event.name}: {event.on}" for event in plan.posts.dated) if plan.posts else ()
    return (*asked, *(("Posts by week, before and after events:", *events) if events else ()))


REHEARSED = "`./run rehearse` prints how wide every interval would be at a size, and which claims it could decide."


def _sampling(plan: Plan, collected: tuple[Collected, ...]) -> list[Point]:
    planned = bullets(
        f"{estimand}: at least {count} respondents or posts, or no verdict is moved"
        for estimand, count in plan.planned_n.items()
    )
    asked = [f"First interview: {plan.asked_from}."] if plan.asked_from else []
    return [
        Point(
            "Existing data",
            wanted="whether any of the data exist on the day of the registration, and who has seen them.",
        ),
        Point("Explanation of existing data", wanted="if some do: what is known from them; or: none exist."),
        Point(
            "Data collection procedures",
            [*bullets(sources(plan, collected)), *asked],
            "eligibility, invitation, incentives, and languages of the interview."
            if plan.has_survey
            else "how the exports are obtained.",
        ),
        Point("Sample size", planned, "the number of respondents or posts that is aimed at."),
        Point(
            "Sample size rationale",
            REHEARSED if plan.has_survey else "",
            "the size at which the intervals are as narrow as is needed.",
        ),
        Point("Stopping rule", wanted="when the fieldwork ends, whatever the answers say."),
    ]


def _variables(plan: Plan) -> list[Point]:
    rows = [
        (item_id, item.measures, item.asks, item.role, _answers(item.codes, item.whole_number))
        for item_id, item in plan.items.items()
    ]
    scales = bullets(f"{scale.name}: {scale.range}" for scale in plan.scales)
    batteries = bullets(
        f"{each.words}: mean over {len(each.messages)} messages minus {each.foil}" for each in plan.batteries
    )
    return [
        Point("Manipulated variables", bullets(randomised(plan)) or ("None.",)),
        Point(
            "Measured variables",
            [*table(("item", "construct", "asks", "role", "answers"), rows), *_measured_posts(plan)],
        ),
        Point("Indices", [*scales, *batteries] or ["None."]),
    ]


def _measured_posts(plan: Plan) -> tuple[str, ...]:
    if plan.posts is None:
        return ()
    frames = ", ".join(each.code for each in plan.posts.frames) or "none"
    stances = ", ".join(each.code for each in plan.posts.stances) or "none"
    return (f"Posts: frames {frames}; labels of stance {stances}; kind of account, language and week of each.",)


def _answers(codes: tuple[str, ...], bounds: tuple[int, int] | None) -> str:
    return ", ".join(codes) or (f"{bounds[0]} to {bounds[1]}" if bounds else "own words")


ANSWERS = "Answers enter as the codes of the plan; a share is of the answers that it names as yes."
MISSING = "Refusals, don't knows and empty answers stay apart; a share is of those who answered."
UNANSWERED = "what follows if many do not answer: `estimate nonresponse-bounds` gives the widest honest range."


def _analysis(plan: Plan, alpha: float) -> list[Point]:
    return [
        Point("Statistical models", bullets(words for part, words in MODELS.items() if getattr(plan, part))),
        Point(
            "Transformations",
            ANSWERS
            if plan.has_survey
            else "A post counts once for every frame of which it has a phrase that is not denied.",
        ),
        Point(
            "Inference criteria",
            f"Verdicts on claims follow from their rules at a level of {alpha:g}, after Holm's procedure "
            "over the register's confirmatory family, from the robust interval where a claim is about a "
            "share. Other estimates have 95% intervals.",
        ),
        Point("Data exclusion", bullets(_excluded(plan)) or ("Nobody is left out but for consent and readability.",)),
        Point(
            "Missing data",
            MISSING if plan.has_survey else "Posts whose text the vendor cut are counted apart.",
            UNANSWERED if plan.has_survey else "",
        ),
        Point("Exploratory analysis", "Whatever is not among the estimands above is exploratory."),
    ]


MODELS = {
    "questions": "Shares of direct answers, weighted; a robust interval over weightings, bogus answers and a design "
    "effect where the plan asks for it.",
    "margins": "Raking to population totals.",
    "recruitment": "RDS-II (Volz–Heckathorn) weights; successive sampling where the plan asks for it.",
    "list_experiments": "Lists: difference in means, linear regression, maximum likelihood; an envelope that allows "
    "for the error of length.",
    "endorsements": "Endorsements: differences in means of standardised support.",
    "devices": "Randomised response: moment estimator of the design.",
    "split_ballots": "Wordings: difference of the shares of the two versions.",
    "batteries": "Batteries: mean share of the real messages minus that of the invented one.",
    "differences": "Differences of two shares on the same respondents.",
    "contrasts": "Contrasts of modes or languages, adjusted for the covariates.",
    "gradients": "Linear probability models on a standardised answer.",
    "posts": "Posts: shares of frames by week, event regressions with placebo dates, shares of stances corrected by "
    "the labels of readers.",
}
"""Part of a plan to how it is estimated."""


def _excluded(plan: Plan) -> Iterator[str]:
    screen = plan.quality
    if screen is None:
        return
    yield sentence(screen, "excluded")
    rules = {
        "duplicate_answers": True,
        "speeder": True,
        "straight_liner": screen.agreement,
        "inattentive": screen.attention,
        "foil_claimed": screen.foil,
        "text_repeated": screen.free_text,
    }
    yield from (sentence(screen, rule) for rule, is_asked in rules.items() if is_asked)
