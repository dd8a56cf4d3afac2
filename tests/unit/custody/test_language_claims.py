"""How often the language that is claimed is the one that was written, on sentences of our own; docs say the same."""

import csv
from collections import Counter
from pathlib import Path

from analysis.custody.language import family

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "tests/unit/custody/language_sample.csv"
PAGE = ROOT / "docs/language.md"
WRITTEN = {
    "dari": "Dari", "pashto": "Pashto", "urdu": "Urdu", "uzbek": "Uzbek, Latin letters",
    "hazaragi": "Hazaragi spelling",
    "german": "German", "english": "English", "romanised": "Dari, Pashto, Urdu in Latin letters",
    "neighbour": "Arabic, Turkish, French and others",
}  # fmt: skip
MOST_WRONG = 0.03
"""Share of sentences that were not looked at when thresholds were set and may be called another of our languages."""


def claims():
    with SAMPLE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row, family(row["text"])


def verdict(row, claim):
    if claim == row["claim_code"]:
        return "right"
    return "other" if claim == "other" else "wrong"


def table_rows():
    counts = {}
    for row, claim in claims():
        key = (row["written_code"], row["length_code"], row["part_code"])
        counts.setdefault(key, Counter())[verdict(row, claim)] += 1
    for written, title in WRITTEN.items():
        for length in ("short", "sentence"):
            found = [counts.get((written, length, part), Counter()) for part in ("tuning", "held_out")]
            cells = (f"{n['right']} / {n['other']} / {n['wrong']}" for n in found)
            yield f"| {title} | {length} | " + " | ".join(cells) + " |"


def test_the_page_states_what_is_counted():
    page = PAGE.read_text(encoding="utf-8")
    missing = [row for row in table_rows() if row not in page]
    assert not missing, "\n".join(table_rows())


def test_a_claim_is_seldom_wrong_on_sentences_that_set_no_threshold():
    told = [(row["length_code"], verdict(row, claim)) for row, claim in claims() if row["part_code"] == "held_out"]
    held_out = [verdict for _, verdict in told]
    assert ("sentence", "wrong") not in told
    assert held_out.count("wrong") <= MOST_WRONG * len(held_out)
    assert held_out.count("right") >= 0.9 * len(held_out)


def test_the_sample_has_every_way_of_writing_in_both_lengths_and_no_text_twice():
    rows = [row for row, _ in claims()]
    assert {row["written_code"] for row in rows} == set(WRITTEN)
    assert len({row["text"] for row in rows}) == len(rows)
    assert min(Counter((row["written_code"], row["length_code"]) for row in rows).values()) >= 12
