"""What the rehearsal writes in a vendor's format comes back through the readers under the plan's codes."""

from dataclasses import replace

import pytest

from analysis.admission.study import Study
from analysis.admission.survey import admit_survey
from analysis.commands.rehearsal_studies import CHANGED, LEDGER, write_vault
from analysis.custody.ledger import read_ledger, standing_consents
from analysis.custody.manifest import load_manifest
from analysis.custody.pseudonyms import published_test_key
from analysis.rehearsal import world
from analysis.rehearsal.exports import form_of
from analysis.study.items import MissingKind
from analysis.vendors import WRITERS
from tests.rehearsals import design_of, one_source

RESPONDENTS, SEED = 90, 11


@pytest.fixture
def handed_out(monkeypatch):
    """Rows as they were written, by source."""
    seen = {}

    def written(source, plan, rows):
        seen[source.source_id] = rows
        return actual(source, plan, rows)

    actual = world.written
    monkeypatch.setattr(world, "written", written)
    return seen


def admitted(design, folder):
    write_vault(design, world.make_world(design, RESPONDENTS, SEED), folder)
    consents = standing_consents(read_ledger(folder / LEDGER), CHANGED, CHANGED)
    study = Study(folder, load_manifest(folder / "sources.yml"), consents, published_test_key())
    return admit_survey(study, design.plan).rows.set_index("respondent_pseudonym")


def expected(answer, form, vendor):
    """A missing answer that the plan has no spelling for is an empty cell."""
    if not answer.startswith(".") or form.missing.get(answer) or (vendor == "stata" and answer in form.letters):
        return answer
    is_system = vendor in ("spss", "stata")
    return f".{(MissingKind.SYSTEM_MISSING if is_system else MissingKind.NO_ANSWER).value}"


@pytest.mark.parametrize("study", ["shipped", "returns", "trust"])
@pytest.mark.parametrize("vendor", sorted(WRITERS))
def test_every_answer_comes_back_under_its_code(study, vendor, handed_out, tmp_path):
    design = design_of(study)
    kind = "rds" if design.plan.recruitment else "opt_in"
    design = replace(design, sources=one_source(vendor, kind))
    rows, form = admitted(design, tmp_path), form_of(design.sources[0], design.plan)
    items = {name: item for name, (item, _) in design.plan.columns.items()
             if not item.free_text or name == design.plan.place}  # fmt: skip
    compared = 0
    for row in {row.respondent_id: row for row in handed_out["one"]}.values():
        within = [code for code, each in design.plan.periods.items() if str(each.first) <= row.day <= str(each.last)]
        pseudonym = published_test_key().pseudonym("survey", "\n".join([row.respondent_id, *within]))
        if pseudonym in rows.index:
            for name, item in items.items():
                came, said = rows.loc[pseudonym, name], expected(row.answers[name], form, vendor)
                if item.multiple and said.startswith(".") and vendor != "kobo":
                    assert came.startswith("."), name
                    continue
                assert set(came.split()) == set(said.split()), (name, row.answers[name])
                compared += 1
    assert compared > 0.8 * RESPONDENTS * len(items)


@pytest.mark.parametrize("vendor", sorted(WRITERS))
def test_a_code_that_the_plan_does_not_know_does_not_come_back(vendor, tmp_path):
    """The comparison above can fail: a plan that spells an option otherwise reads it as unknown."""
    design = replace(design_of("returns"), sources=one_source(vendor))
    write_vault(design, world.make_world(design, RESPONDENTS, SEED), tmp_path)
    item = design.plan.items["PUBLIC"].model_copy(update={"options": {"never": ("8",), "often": ("9",)}})
    plan = type(design.plan).model_construct(
        **{name: getattr(design.plan, name) for name in type(design.plan).model_fields if name != "items"},
        items={**design.plan.items, "PUBLIC": item},
    )
    consents = standing_consents(read_ledger(tmp_path / LEDGER), CHANGED, CHANGED)
    study = Study(tmp_path, load_manifest(tmp_path / "sources.yml"), consents, published_test_key())
    assert set(admit_survey(study, plan).rows.public) & {"never", "often", "yes", "no"} == set()
