"""What a package of estimators says it offers is there."""

import importlib
import pkgutil

import pytest

import analysis.estimators

PACKAGES = [m.name for m in pkgutil.walk_packages(analysis.estimators.__path__, "analysis.estimators.") if m.ispkg]
OFFERING = [
    "analysis.estimators.coordination",
    "analysis.estimators.list_experiment",
    "analysis.estimators.text_prevalence",
]


def test_these_packages_offer_names():
    assert [name for name in PACKAGES if hasattr(importlib.import_module(name), "__all__")] == OFFERING


@pytest.mark.parametrize("name", OFFERING)
def test_a_package_offers_what_it_imports_and_nothing_else(name):
    package = importlib.import_module(name)
    imported = {
        key for key, value in vars(package).items()
        if not key.startswith("_") and getattr(value, "__module__", "").startswith(name)
    }  # fmt: skip
    assert imported <= set(package.__all__)
    assert [key for key in package.__all__ if not hasattr(package, key)] == []
    assert sorted(set(package.__all__)) == sorted(package.__all__)
