"""The book, from the cleared release alone."""

from analysis.params import Params
from analysis.reading.book import stage_book
from analysis.reading.builder import build_book
from analysis.reading.edition import Edition
from analysis.reading.tables import Release
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Stage chapters, figures and tables, build the pages, and replace `dist/book` when they are complete."""
    staging = store.root / "build/book/sources"
    places = params.publication
    edition = Edition(
        params.release.version, params.release.date, places.evidence_day, places.repository_address,
        places.issues_address, places.book_address,
    )  # fmt: skip
    bundle = store.root / "dist/afghan-diaspora-attitudes.zip"
    stage_book(store.root / "book", Release(store.root / "data/release"), bundle, edition, staging)
    build_book(staging, store.root / "build/book/workshop", store.root / "dist/book", params.release.date)
