import pytest

from analysis.reading.book import FIGURES
from analysis.reading.tables import Release
from tests.unit.reading.miniature import write_miniature


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    return Release(write_miniature(tmp_path_factory.mktemp("release") / "miniature"))


@pytest.fixture(scope="session")
def drawings(release):
    """Every figure, drawn once."""
    return {drawing.name: drawing for drawing in (draw(release) for draw in FIGURES)}


@pytest.fixture
def release_with(tmp_path):
    """A release in which some tables hold other rows."""
    return lambda **changed: Release(write_miniature(tmp_path / "changed", **changed))
