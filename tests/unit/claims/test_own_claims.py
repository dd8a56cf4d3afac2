"""A study may bring claims of its own: frozen before the field, behind the register's, by the same conventions."""

import shutil
from datetime import date

import pytest

from analysis.claims.register import OWN, freeze_own, load_register, open_register
from analysis.errors import ClaimsError
from tests.studies import ROOT

TEMPLATE = ROOT / "data/codelists/claims_template.yml"


def own_claims(folder, *changes):
    """The project's register in a folder, and the template of a study's claims as its own, frozen."""
    shutil.copytree(ROOT / "data/claims", folder / "data/claims")
    path = folder / OWN
    path.parent.mkdir(parents=True)
    text = TEMPLATE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    register = load_register(folder / "data/claims/claims.yml", folder / "data/claims/FROZEN.sha256")
    freeze_own(register, path)
    return register


def test_claims_of_a_study_stand_behind_those_of_the_register(tmp_path):
    register = own_claims(tmp_path)
    joined = open_register(tmp_path, "vault")
    assert [claim.id for claim in joined.claims] == [*(claim.id for claim in register.claims), "C50"]
    assert joined.conventions.confirmatory_family == (*register.conventions.confirmatory_family, "C50")
    assert "ballot_secret" in joined.conventions.screens
    assert joined.frozen_on("C50") == date(2027, 1, 15)
    assert joined.frozen_on("C01.1") == register.history[-1].frozen_on
    assert joined.sha256 != register.sha256


def test_the_fiction_and_a_study_without_claims_have_the_register_alone(tmp_path):
    register = own_claims(tmp_path)
    assert open_register(tmp_path, "synthetic") == register
    (tmp_path / OWN).unlink()
    assert open_register(tmp_path, "vault") == register


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: C50\n", "id: C05\n"), r"claims.yml: claim C05, field id: received 'C05'; allowed: C50 to C99"),
        (("{id: E50_vote", "{id: E51_vote"), r"field estimands.*allowed: E50"),
        (("confirmatory_family: [C50]", "confirmatory_family: [C51]"), r"confirmatory_family.*'C51'"),
        (("screens: {ballot", "screens: {planned_n: x, ballot"), r"field screens.*'planned_n'.*each once"),
        (('{turnout: "Would', '{growth: x, turnout: "Would'), r"field topics.*'growth'"),
        (("threshold: 0.5", "threshhold: 0.5"), r"threshhold"),
        (("version: 1", "version: 2"), r"versions 1, 2, 3"),
    ],
)
def test_own_claims_that_do_not_fit_are_never_frozen(tmp_path, change, said):
    with pytest.raises(ClaimsError, match=said):
        own_claims(tmp_path, change)
    assert not (tmp_path / OWN).with_name("FROZEN.sha256").exists()


def test_own_claims_that_were_changed_after_the_freeze_stop_the_run(tmp_path):
    own_claims(tmp_path)
    path = tmp_path / OWN
    path.write_text(path.read_text(encoding="utf-8").replace("0.5", "0.4"), encoding="utf-8")
    with pytest.raises(ClaimsError, match=r"claims.yml: the register is frozen and its bytes have changed"):
        open_register(tmp_path, "vault")
