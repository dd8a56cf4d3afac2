"""A vault whose study has posts alone: its own codebook, stances, kinds of accounts and dated events; two platforms.

Everything is invented: the posts are sentences with a phrase of a frame and a made-up token for a stance.
"""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import yaml

from analysis.custody.ledger import ConsentEvent, append_all
from analysis.vendors.platforms import mastodon, x_api_v2
from analysis.vendors.post import PostRow
from tests.unit.custody.test_governance import VALID

FIRST_DAY, WEEKS = date(2025, 6, 2), 70
EVENT_WEEKS = (40, 58)
LIFT = 5
"""How often the frame of money is written about in the week of an event, beside other weeks."""
FOUNDATIONS, PERSONS, SHOPS, PER_WEEK = 24, 24, 6, 80
PHRASES = {
    "en": {"RM": "remittances", "ED": "the schools", "VI": "visas", "NONE": "the weather today"},
    "de": {"RM": "Geldtransfer", "ED": "die Schulen", "VI": "Visa", "NONE": "das Wetter heute"},
}
SENTENCES = {"en": "Made-up text {} is about {} {}", "de": "Erfundener Text {} handelt von {} {}"}
TOKENS = {"praise": "tokenalpha", "thanks": "tokendelta", "critical": "tokenbeta", "unclear": "tokengamma"}
SHARES = {"foundation": (0.4, 0.2, 0.1, 0.3), "person": (0.1, 0.1, 0.5, 0.3), "shop": (0.25, 0.25, 0.25, 0.25)}

FRAMES = """\
frame_code,frame_name,definition,phrases_en,phrases_de,excluded_phrases,trap,source
RM,money sent home,Money that is sent home,remittances; hawala,Geldtransfer; Hawala,,none,own codebook
ED,schooling,Schools and lessons,schools,Schulen; Schule,,sports schools,own codebook
VI,visas,Permission to travel,visas,Visa,visa card,payment cards,own codebook
"""
PLAN = """\
study: reach
title: What foundations write about
provenance: The team's own codebook
population: posts of foundations and of persons who agreed
period: June 2025 to October 2026
posts:
  first_day: 2025-06-02
  last_day: 2026-10-04
  accounts:
    - {code: foundation, words: Foundations, basis: institution}
    - {code: person, words: Persons who agreed, basis: consent}
    - {code: shop, words: Shops, basis: not_read}
  frames: frames.csv
  together: [{words: money or papers, frames: [VI, RM]}]
  main_frame: RM
  main_language: en
  stances:
    - {code: praise, words: praises them, side: favourable}
    - {code: thanks, words: thanks them, side: favourable}
    - {code: critical, words: criticises them, side: opposed}
    - {code: unclear, words: not to be told, side: neither}
  main_stance: favourable
  events:
    - {name: the flood, on: 2026-03-11}
    - {name: the closure, on: 2026-07-15}
  must_not_jump: {accounts: [foundation], languages: [de]}
  frame_share: {estimand: K60_frame_share, words: share of posts that carry a frame}
  frame_change: {estimand: K61_frame_change, words: jump of a frame at an event}
  stance_share: {estimand: K62_stance_share, words: share of posts by stance}
  coordination: {estimand: K63_together, words: foundations that share the same things}
  evidence:
    - {estimand: E50_thankful, words: praise or thank, accounts: foundation, stance: favourable}
    - {estimand: E51_money, words: write about money or papers, accounts: person, frame: RM or VI}
"""
CLAIM = """  - id: {claim}
    topic: posts
    kind: claim
    constructs: []
    article: {statement}
    paragraphs: [1]
    statement: {statement}
    estimands:
      - {{id: {estimand}, meaning: "{statement}"}}
    population: Posts of accounts that are listed.
    period: June 2025 to October 2026.
    evidence_needed:
      data: posts of such accounts
      requirements: ["Two readers or more."]
    rule:
      type: threshold
      estimand: {estimand}
      threshold: {threshold}
      screens: [{screen}]
      support_conditions: []
    supported_if: The lower end of the interval lies above the threshold.
    contradicted_if: The upper end of the interval lies below the threshold.
    inconclusive_if: The interval contains the threshold, or a screen fails.
    scopes:
      - {{id: claim, meaning: The claim as stated.}}
    not_answerable: []
    beyond_reach: []
    threats: ["Posts are not opinions."]
    decides: ["Posts of a whole year."]
    can_say: ["What listed accounts wrote."]
    cannot_say: ["What anybody thinks."]
    notes: []
"""
CLAIMS = """history:
  - {version: 1, frozen_on: 2025-05-01, change: "First version, before the first post."}
topics: {posts: "What do accounts write?"}
screens: {readers_agree: "Two readers agree on the labels.", codebook_read: "A sample of matches was read."}
confirmatory_family: []
claims:
""" + "".join(
    CLAIM.format(claim=claim, statement=statement, estimand=estimand, threshold=threshold, screen=screen)
    for claim, statement, estimand, threshold, screen in (
        ("C50", "Most posts of foundations praise or thank.", "E50_thankful", 0.5, "readers_agree"),
        ("C51", "Most posts of persons are about money or papers.", "E51_money", 0.9, "codebook_read"),
    )
)
LINKS = """claim_id,estimand_id,is_population_matched,is_period_matched,screens_passed,decided_by,decided_on,reason
C50,E50_thankful,true,true,readers_agree,the investigators,2026-11-01,The accounts and the months are the claim's.
C51,E51_money,true,true,codebook_read,the investigators,2026-11-01,The accounts and the months are the claim's.
"""


def furnish_posts(project: Path) -> Path:
    """Write what a team writes after `new-study --has posts`: plan, codebook, manifest, papers, ledger, exports."""
    vault, rows = project / "data/vault", post_rows()
    (vault / "exports").mkdir(parents=True, exist_ok=True)
    (vault / "study.yml").write_text(PLAN, encoding="utf-8")
    (vault / "frames.csv").write_text(FRAMES, encoding="utf-8")
    (vault / "claims.yml").write_text(CLAIMS, encoding="utf-8")
    (vault / "evidence_links.csv").write_text(LINKS, encoding="utf-8")
    (vault / "governance.yml").write_text(yaml.safe_dump(VALID), encoding="utf-8")
    halves = {"m.json": rows[::2], "x.jsonl": rows[1::2]}
    (vault / "exports/m.json").write_bytes(mastodon(halves["m.json"]))
    (vault / "exports/x.jsonl").write_bytes(x_api_v2(halves["x.jsonl"]))
    sources = [_source(name) for name in halves]
    (vault / "sources.yml").write_text(yaml.safe_dump({"ledger": "ledger.jsonl", "posts": sources}), encoding="utf-8")
    append_all(vault / "ledger.jsonl", [_agreed(f"P-{n}") for n in range(PERSONS)])
    return vault


def post_rows() -> list[PostRow]:
    """Posts of all accounts in order of time."""
    g = np.random.default_rng(5)
    weekly = [PER_WEEK + (LIFT * PER_WEEK // 4 if week in EVENT_WEEKS else 0) for week in range(WEEKS)]
    start = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())
    rows = []
    for week, posts_n in enumerate(weekly):
        for place, second in enumerate(sorted(g.integers(0, 7 * 86_400, posts_n).tolist())):
            account = int(g.integers(0, FOUNDATIONS + PERSONS + SHOPS))
            language = str(g.choice(["en", "de"], p=[0.6, 0.4]))
            frame = "RM" if place >= PER_WEEK else str(g.choice(list(PHRASES["en"])))
            token = TOKENS[str(g.choice(list(TOKENS), p=SHARES[kind_of(account)]))]
            text = SENTENCES[language].format(len(rows), PHRASES[language][frame], token)
            rows.append(
                PostRow(
                    len(rows), account, f"own_{account}", 10, start + week * 7 * 86_400 + second, language, text, ""
                )
            )
    return rows


def kind_of(account: int) -> str:
    return "foundation" if account < FOUNDATIONS else "person" if account < FOUNDATIONS + PERSONS else "shop"


def _source(name: str) -> dict[str, object]:
    return {
        "source_id": name.partition(".")[0],
        "file": f"exports/{name}",
        "platform_terms_basis": "written_permission",
        "accounts": [_account(number) for number in range(FOUNDATIONS + PERSONS + SHOPS)],
    }


def _account(number: int) -> dict[str, str]:
    listed = {"account": str(9_000_000_000_000 + number), "kind": kind_of(number)}
    subject = {"consent_subject": f"P-{number - FOUNDATIONS}"} if listed["kind"] == "person" else {}
    return listed | subject


def _agreed(subject: str) -> ConsentEvent:
    return ConsentEvent(
        subject, "granted", ("aggregate_publication",), "form 1", "0" * 64, "en", date(2026, 1, 2), "folder 1"
    )


def label_sheet(path: Path) -> None:
    """Fill in a sheet as a reader would who knows the tokens."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    for row in rows:
        row["label"] = next(label for label, token in TOKENS.items() if token in row["post_text"])
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
