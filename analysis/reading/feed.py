"""Changes of verdicts as an Atom feed. What must not be here: a verdict that the history does not hold."""

from xml.sax.saxutils import escape

from analysis.reading.edition import Edition
from analysis.reading.tables import Release
from analysis.reading.wording import claim_page, mark, scope, subject

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'


def verdict_feed(release: Release, edition: Edition) -> str:
    """One entry per verdict that is new or another than before, the newest release first.

    Addresses are those of the book where it has one, else relative to the feed's place in the book.
    """
    past = release.table("verdict_history").sort_values(
        ["release_date", "release_version_text", "claim_id", "scope_code"], kind="stable"
    )
    top = f"{edition.book_address.rstrip('/')}/" if edition.book_address else ""
    register = release.table("claims_register")
    names = {row.claim_id: subject(row.claim_id, row.subject_text) for row in register.itertuples()}
    before: dict[tuple[str, str], str] = {}
    entries = []
    for row in past.itertuples():
        place = (row.claim_id, row.scope_code)
        if before.get(place) != row.verdict_code:
            entries.append(_entry(row, names.get(row.claim_id) or subject(row.claim_id), before.get(place), top))
        before[place] = row.verdict_code
    name = escape(release.package["title"])
    return "\n".join(
        [
            HEAD,
            f"<title>Changes of verdicts: {name}</title>",
            "<id>urn:afghan-diaspora-attitudes:verdicts</id>",
            f"<updated>{edition.day:%Y-%m-%d}T00:00:00Z</updated>",
            "<author><name>Contributors to afghan-diaspora-attitudes</name></author>",
            *reversed(entries),
            "</feed>\n",
        ]
    )


def _entry(row: object, name: str, before: str | None, top: str) -> str:
    claim, part, version = (str(getattr(row, name)) for name in ("claim_id", "scope_code", "release_version_text"))
    now = mark(str(row.verdict_code)).word  # type: ignore[attr-defined]
    about = f", {scope(part)}" if scope(part) else ""
    was = f"It was: {mark(before).word}." if before else "First release of this verdict."
    return (
        f"<entry><title>{escape(f'{claim} {name}'.strip() + f'{about}: {now}')}</title>"
        f"<id>urn:afghan-diaspora-attitudes:{escape(f'{version}:{claim}:{part}')}</id>"
        f"<updated>{row.release_date:%Y-%m-%d}T00:00:00Z</updated>"  # type: ignore[attr-defined]
        f'<link href="{escape(top)}{claim_page(claim)}.html"/>'
        f"<summary>{escape(f'Release {version}. {was}')}</summary></entry>"
    )
