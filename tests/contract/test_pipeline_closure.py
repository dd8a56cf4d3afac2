"""DVC notices only what is listed: every import, parameter and table of a stage must stand in dvc.yaml."""

import shutil
from pathlib import Path

import pytest
import yaml

from analysis.params import STUDIES
from analysis.schemas import STUDIES as STUDIES_WITH_TABLES
from analysis.store import Store
from analysis.study import PLANS
from tests.contract.closure import (
    ROOT,
    for_study,
    import_closure,
    parameters_read,
    paths_named,
    stage_modules,
    tables_named,
)

ENVIRONMENT = {"requirements.lock", "reproducible.env", "analysis/stages/__init__.py"}
"""Every output depends on the packages, on the stated environment and on the stage runner."""


def pipeline(root: Path = ROOT, study: str = STUDIES[0]) -> dict[str, dict]:
    """The stages as DVC resolves them for one study."""
    return yaml.safe_load(for_study((root / "dvc.yaml").read_text(encoding="utf-8"), study))["stages"]


def listed(entries: list) -> list[str]:
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def is_covered(path: str, deps: list[str]) -> bool:
    return any(path == dep or path.startswith(f"{dep}/") for dep in deps)


def closure_gaps(stage: str, root: Path) -> set[str]:
    deps = listed(pipeline(root)[stage]["deps"])
    wanted = import_closure(stage, root) | import_closure_of_runner(root) | ENVIRONMENT
    return {path for path in wanted if not is_covered(path, deps)}


def import_closure_of_runner(root: Path) -> set[str]:
    """Files that `analysis/stages/__init__.py` pulls in for every stage."""
    return {"analysis/__init__.py", "analysis/errors.py", "analysis/params.py", "analysis/store.py"}


def table_gaps(stage: str, root: Path, study: str = STUDIES[0]) -> set[str]:
    block, store = pipeline(root, study)[stage], Store(root)
    gaps = set()
    for verb, entries in (("read", block["deps"]), ("write", block["outs"])):
        for name in (for_study(each, study) for each in tables_named(stage, verb, root)):
            path = store.path(name).relative_to(root).as_posix()
            if not is_covered(path, listed(entries)):
                gaps.add(f"{verb} {name}")
    return gaps


def parameter_gaps(stage: str, root: Path) -> set[str]:
    return parameters_read(stage, root) ^ set(pipeline(root)[stage].get("params", []))


def test_stages_modules_and_blocks_are_the_same():
    assert sorted(pipeline()) == stage_modules()


@pytest.mark.parametrize("stage", stage_modules())
def test_every_import_of_a_stage_is_listed(stage):
    assert closure_gaps(stage, ROOT) == set()


@pytest.mark.parametrize("stage", stage_modules())
def test_no_listed_source_file_is_superfluous(stage):
    wanted = import_closure(stage) | import_closure_of_runner(ROOT) | ENVIRONMENT
    sources = [dep for dep in listed(pipeline()[stage]["deps"]) if dep.startswith("analysis")]
    assert [dep for dep in sources if not any(path == dep or path.startswith(f"{dep}/") for path in wanted)] == []


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("stage", stage_modules())
def test_every_table_of_a_stage_is_listed(stage, study):
    assert table_gaps(stage, ROOT, study) == set()


def test_parameters_and_tables_know_the_same_studies():
    assert STUDIES == STUDIES_WITH_TABLES


def test_a_table_of_one_study_is_never_a_file_of_another():
    """But for the fictional world itself, which is written whatever the study."""
    own = {study: study_paths(study) for study in STUDIES}
    assert own["synthetic"]
    assert own["vault"]
    assert not own["synthetic"] & own["vault"]
    assert all("vault" in path for path in own["vault"])


def study_paths(study):
    raw = pipeline(study="${study}").values()
    entries = {entry for block in raw for entry in listed(block["deps"]) + listed(block["outs"])}
    return {for_study(entry, study) for entry in entries if "${study}" in entry}


def test_a_study_table_under_a_fixed_name_is_caught(copy):
    """A stage that named the study itself would read fictional rows in a vault study."""
    module = copy / "analysis/stages/measure_respondents.py"
    text = module.read_text(encoding="utf-8")
    fixed = text.replace(
        'study_table(params.study, "restricted__survey_responses")', '"restricted__synthetic_survey_responses"'
    )
    assert fixed != text
    module.write_text(fixed, encoding="utf-8")
    assert table_gaps("measure_respondents", copy, "synthetic") == set()
    assert table_gaps("measure_respondents", copy, "vault") == {"read restricted__synthetic_survey_responses"}


@pytest.mark.parametrize("stage", stage_modules())
def test_every_path_of_a_stage_is_listed(stage):
    """But for the vault: its hashes would confirm membership, and a lock that holds them is public."""
    block = pipeline()[stage]
    entries = listed(block["deps"]) + listed(block["outs"])
    public = {path for path in paths_named(stage) if not path.startswith("data/vault")}
    wanted = {path for path in public if not any(entry.startswith(f"{path}/") for entry in entries)}
    assert {path for path in wanted if not is_covered(path, entries)} == set()


@pytest.mark.parametrize("stage", stage_modules())
def test_parameters_are_listed_exactly(stage):
    assert parameter_gaps(stage, ROOT) == set()


@pytest.mark.parametrize("stage", stage_modules())
def test_command_is_the_stage_itself(stage):
    assert pipeline()[stage]["cmd"] == f"python -m analysis stage {stage}"


def test_no_output_holds_the_vault():
    """DVC deletes a stage's outputs before it runs the stage."""
    for name, block in pipeline().items():
        for out in listed(block["outs"]):
            assert not "data/vault".startswith(out.rstrip("/")), f"{name}: {out} would delete the vault"
            assert not out.startswith("data/vault"), f"{name}: {out} lies in the vault"


@pytest.mark.parametrize("stage", stage_modules())
def test_a_stage_that_needs_the_plan_depends_on_it(stage):
    """Rows of respondents have the columns that the plan states, whoever reads or writes them."""
    source = (ROOT / f"analysis/stages/{stage}.py").read_text(encoding="utf-8")
    needs = "open_plan(" in source or "restricted__survey_responses" in source
    assert is_covered(PLANS["synthetic"], listed(pipeline()[stage]["deps"])) == needs


def test_every_relied_on_file_exists():
    for name, block in pipeline().items():
        for dep in listed(block["deps"]):
            if not dep.startswith(("data/candidate", "data/restricted", "data/fiction", "data/release", "dist")):
                assert (ROOT / dep).exists(), f"{name} lists {dep}, which does not exist"


@pytest.fixture
def copy(tmp_path):
    for name in ("analysis", "dvc.yaml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def test_an_unlisted_import_is_caught(copy):
    module = copy / "analysis/stages/collect_published.py"
    module.write_text(
        "from analysis.measures import population\n" + module.read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert "analysis/measures/population.py" in closure_gaps("collect_published", copy)


def test_an_unlisted_import_two_steps_away_is_caught(copy):
    module = copy / "analysis/measures/published.py"
    module.write_text("import analysis.measures.population\n" + module.read_text(encoding="utf-8"), encoding="utf-8")
    assert "analysis/measures/population.py" in closure_gaps("collect_published", copy)


def test_an_unlisted_parameter_is_caught(copy):
    module = copy / "analysis/stages/collect_published.py"
    module.write_text(module.read_text(encoding="utf-8") + "    print(params.release.version)\n", encoding="utf-8")
    assert parameter_gaps("collect_published", copy) == {"release.version"}


def test_an_unlisted_table_is_caught(copy):
    module = copy / "analysis/stages/collect_published.py"
    module.write_text(
        module.read_text(encoding="utf-8") + '    store.read("reference__series_breaks")\n', encoding="utf-8"
    )
    assert table_gaps("collect_published", copy) == {"read reference__series_breaks"}
