"""Plans for tests: the shipped one, that of the rehearsal, and small ones of other studies."""

from pathlib import Path

from analysis.corpora.instrument import instrument_of
from analysis.schemas import TABLES, with_items
from analysis.study import load_plan
from analysis.study.loading import parse_plan

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = load_plan(ROOT / "data/study/study.yml")
REHEARSAL = load_plan(ROOT / "data/study/rehearsal.yml")
INSTRUMENT = instrument_of(SHIPPED)
RESPONSES = with_items(TABLES["synthetic_survey_responses"], SHIPPED)


def edited(*changes):
    """The shipped plan after edits of its text: (what stands there, what shall)."""
    text = (ROOT / "data/study/study.yml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text, "study.yml", ROOT / "data/study")


def question(estimand, plan=SHIPPED):
    return plan.by_estimand[estimand]


def survey_only():
    """Twelve items, volunteers alone: no list, no experiment, no recruitment, no margins, no posts."""
    scale = "\n".join(
        f"  S{number}: {{construct: trust, asks: How far do you trust institution {number}, source: own, role: outcome,"
        " whole_number: [0, 10]}"
        for number in range(1, 8)
    )
    return parse_plan(
        f"""study: trust
title: Trust at the polls
provenance: "The team's own questionnaire"
population: adults who answered
period: May 2027
missing: {{refused: ["-98"], dont_know: ["-97"]}}
items:
  REGION: {{label: region, construct: place, asks: Where do you live, source: own, role: group, free_text: true}}
  GENDER: {{label: gender, construct: sex, asks: Gender, source: own, role: group, options: {{w: ["1"], m: ["2"]}}}}
  VOTE: {{construct: vote, asks: Did you vote, source: own, role: outcome, options: {{yes: ["1"], no: ["2"]}}}}
  TRUST: {{construct: trust, asks: Do you trust them, source: own, role: outcome,
    options: {{high: [], middle: [], low: []}}}}
  AWAKE: {{construct: attention, asks: Choose 2, source: own, role: quality, options: {{a: ["1"], b: ["2"]}}}}
{scale}
place: region
main_question: K01_trust
sensitivity: K01_trust
covariates: [gender, region]
quality: {{attention: {{item: awake, answer: b}}, speeder_share: 0.3, excluding_flags: 1}}
groups:
  - {{kind: region, item: region, words: region, is_domain: true}}
questions:
  - {{estimand: K01_trust, words: trust them, item: trust, yes: [high, middle], robust: all, modelled: true}}
  - {{estimand: K02_vote, words: voted, item: vote, yes: [yes]}}
scales:
  - {{name: trust in institutions, items: [s1, s2, s3, s4, s5, s6, s7], by: gender, first: w, second: m,
     words: two genders}}
""",
        "trust.yml",
    )


def one_list():
    """One list of four with one arm column, two endorsements, recruitment, margins of two items."""
    return parse_plan(
        """study: returns
title: Return and its endorsers
provenance: "The team's own questionnaire"
population: adults abroad who answered
period: June 2027
missing: {refused: ["-98"]}
items:
  LAND: {label: country, construct: place, asks: Where do you live, source: own, role: group, free_text: true}
  SEX: {label: sex, construct: sex, asks: Sex, source: own, role: group, options: {f: [], m: []}}
  KNOWN: {label: people known, construct: degree, asks: How many do you know, source: own, role: weight,
    whole_number: [0, 100]}
  VIEW: {construct: view, asks: Do you support return, source: own, role: outcome, options: {yes: [], no: []}}
  GROUPS: {construct: list, asks: How many of these, source: own, role: outcome, whole_number: [0, 5]}
  GROUPS_HALF: {construct: assignment, asks: Arm, source: own, role: assignment, options: {short: [], long: []}}
  P1: {construct: policy, asks: Policy one, source: own, role: outcome, whole_number: [0, 10]}
  P2: {construct: policy, asks: Policy two, source: own, role: outcome, whole_number: [0, 10]}
  P1_BY: {construct: assignment, asks: Endorser, source: own, role: assignment, options: {nobody: [], union: []}}
  P2_BY: {construct: assignment, asks: Endorser, source: own, role: assignment, options: {nobody: [], union: []}}
place: land
main_question: K11_return
covariates: [sex]
recruitment: {degree: known, homophily: [{item: land}, {item: view, question: K11_return}]}
margins: {crossed: [land, sex], words: country and sex}
quality: {speeder_share: 0.3, excluding_flags: 2}
groups:
  - {kind: country, item: land, words: country, is_domain: true}
questions:
  - {estimand: K11_return, words: support return, item: view, yes: [yes], network: [rds-ii, domains], modelled: true}
list_experiments:
  - estimand: K11_return
    lists: [{item: groups, label: the list, arm: groups_half, control: short, treatment: long, control_items: 4}]
endorsements:
  - estimand: K12_union
    words: shift of support when the union is named
    policies: [{item: p1, label: policy one, endorser: p1_by}, {item: p2, label: policy two, endorser: p2_by}]
    control: nobody
    endorsers: {union: the union}
""",
        "returns.yml",
    )


POSTS_ONLY = """study: reach
title: What foundations write about
provenance: "The team's own codebook"
population: posts of foundations and of persons who consented
period: January to December 2026
posts:
  first_day: 2026-01-05
  last_day: 2027-01-03
  accounts:
    - {code: foundation, words: Foundations, basis: institution}
    - {code: person, words: Persons who agreed, basis: consent}
    - {code: shop, words: Shops, basis: not_read}
  frames:
    - {code: RM, words: remittances, definition: Sending money, source: own,
       phrases: {en: [remittances, hawala], de: [Hawala]}}
    - {code: ED, words: schooling, definition: Schools, source: own, trap: sports schools,
       phrases: {en: [schools], de: [Schulen]}}
    - {code: VI, words: visas, definition: Visas, source: own, excluded: [visa card],
       phrases: {en: [visas], de: [Visa]}}
  together: [{words: money or papers, frames: [VI, RM]}]
  stances:
    - {code: praise, words: praises them, side: favourable}
    - {code: thanks, words: thanks them, side: favourable}
    - {code: critical, words: criticises them, side: opposed}
    - {code: unclear, words: not to be told, side: neither}
  events:
    - {name: the closure, on: 2026-09-02}
    - {name: the flood, on: 2026-05-01}
  must_not_jump: {accounts: [foundation], languages: [de]}
  frame_share: {estimand: K60_frame_share, words: share of posts that carry a frame}
  frame_change: {estimand: K61_frame_change, words: jump of a frame at an event}
  stance_share: {estimand: K62_stance_share, words: share of posts by stance}
  coordination: {estimand: K63_together, words: foundations that share the same things}
"""


def posts_only(*changes):
    """A study without a survey, with its own codebook, stances, accounts and events, after edits of its text."""
    text = POSTS_ONLY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text, "reach.yml")
