"""The citable download."""

from analysis.params import Params
from analysis.release.bundle import write_bundle
from analysis.release.description import NAME
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Zip the release folder under a name that carries the version."""
    top = f"{NAME}-{params.release.version}"
    write_bundle(
        store.root / "data/release", top, params.release.date, store.root / "dist/afghan-diaspora-attitudes.zip"
    )
