"""What the book says about itself: which release it describes, where it and its source are found, and the article.

What must not be here: a number about anybody.
"""

from dataclasses import dataclass
from datetime import date

from analysis.reading.fragments import escaped, quoted
from analysis.reading.wording import day

ARTICLE_OUTLET = "Kauser News Agency"
ARTICLE_ADDRESS = (
    "https://kausernews.com/rising-concerns-as-former-afghan-soldiers-in-the-west-express-support-for-taliban-amid-"
    "afghanistan-pakistan-conflict"
)
UNSTATED = "not stated in this copy"


@dataclass(frozen=True)
class Edition:
    """A release and its places.

    `evidence_day` is the last day on which evidence was looked for; an address is "" where this copy has none.
    """

    version: str
    day: date
    evidence_day: date
    repository_address: str = ""
    issues_address: str = ""
    book_address: str = ""

    @property
    def words(self) -> dict[str, str]:
        """Version and day as a reader says them."""
        return {"version": self.version, "date": day(self.day)}


def edition_values(edition: Edition) -> dict[str, str]:
    """What chapters quote about the edition, its addresses and the article."""
    return {
        **{f"value_release_{name}": text for name, text in edition.words.items()},
        "value_release_evidence_day": day(edition.evidence_day),
        "text_article": f"[the article of the {ARTICLE_OUTLET}]({ARTICLE_ADDRESS})",
        "text_repository": _linked(edition.repository_address),
        "text_issues": _linked(edition.issues_address),
        "text_book_address": _linked(edition.book_address),
    }


def _linked(address: str) -> str:
    return f"[{escaped(address.partition('://')[2].rstrip('/'))}]({address})" if address else UNSTATED


def evidence_line(edition: Edition) -> str:
    """Until when evidence was looked for; it stands under every verdict."""
    return (
        f"Evidence looked for until {quoted(day(edition.evidence_day), 'release')}: "
        "[how we looked](../how_we_looked.md)."
    )
