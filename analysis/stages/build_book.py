"""The book, from the cleared release alone."""

from analysis.params import Params
from analysis.reading.book import Edition, stage_book
from analysis.reading.builder import build_book
from analysis.reading.tables import Release
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Stage chapters, figures and tables, build the pages, and replace `dist/book` when they are complete."""
    staging = store.root / "build/book/sources"
    edition = Edition(params.release.version, params.release.date)
    stage_book(store.root / "book", Release(store.root / "data/release"), edition, staging)
    build_book(staging, store.root / "build/book/workshop", store.root / "dist/book", params.release.date)
