"""Where the book's evidence and its citations come from, as tables.

What must not be here: a judgement of a source.
"""

import re

from analysis.reading.fragments import cited, column_table, escaped, quoted, table_block
from analysis.reading.tables import Release
from analysis.reading.wording import count, sentence_case

SCRIPT = "source_tables.py"
HOST = re.compile(r"https?://(?:www\.)?([^/\s;,<>()]+)")
READ_AS = {
    "benchmarks_shown": "figures with their number",
    "benchmarks_context": "figures that are only named",
    "events_dated": "events",
}


def source_tables(release: Release) -> dict[str, str]:
    """The two tables by the key they are quoted with, and how many sites the evidence comes from."""
    sites = evidence_sites(release)
    return {
        "table_literature": literature(release),
        "text_evidence_sites": _sites_sentence(release, sites),
        "text_sites": "\n".join(f"* `{site}`" for site in sites),
    }


def literature(release: Release) -> str:
    """Every cited work, what for, and how much of it was seen."""
    seen = release.codes("literature", "seen_code")
    columns = {
        "Work": lambda row: f"{escaped(row.source)} {cited(row.source_address)}",
        "Cited for": lambda row: escaped(sentence_case(row.cited_for_text)),
        "Seen": lambda row: escaped(sentence_case(seen[row.seen_code])),
    }
    return table_block(column_table(release.table("literature"), columns), release, "literature", SCRIPT)


def evidence_sites(release: Release) -> list[str]:
    """Sites on which published figures and events were read, in alphabetical order."""
    texts = [
        text
        for name in READ_AS
        for rows in [release.table(name)]
        for column in ("source", "source_address")
        if column in rows.columns
        for text in rows[column].dropna()
    ]
    return sorted({match for text in texts for match in HOST.findall(text)})


def _sites_sentence(release: Release, sites: list[str]) -> str:
    parts = [f"{quoted(count(len(release.table(name))), name)} {words}" for name, words in READ_AS.items()]
    return f"The evidence holds {', '.join(parts[:-1])} and {parts[-1]}."
