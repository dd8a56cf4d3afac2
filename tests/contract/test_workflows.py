"""Who may do what in a workflow: actions by commit, rights by job, and no right to write where dependencies run."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
DEPENDENCIES = re.compile(r"\./run|\.ci/run|pip install|apt-get")


def faults(workflow):
    """What a workflow does that it may not."""
    if workflow.get("permissions") != {}:
        yield "rights are given to every job"
    for name, job in workflow["jobs"].items():
        rights = job.get("permissions")
        if rights is None:
            yield f"{name}: rights are not stated"
        steps = job["steps"]
        runs = any(DEPENDENCIES.search(step.get("run", "")) for step in steps)
        if runs and set((rights or {}).values()) - {"read"}:
            yield f"{name}: may write, and runs dependencies"
        if runs and "token" in yaml.safe_dump(steps):
            yield f"{name}: holds a token, and runs dependencies"
        yield from (f"{name}: {fault}" for step in steps for fault in faults_of_step(step))


def faults_of_step(step):
    if "uses" in step and not PINNED.fullmatch(step["uses"]):
        yield f"{step['uses']} is not pinned by commit"
    if "actions/checkout" in step.get("uses", "") and step.get("with", {}).get("persist-credentials") is not False:
        yield "checkout leaves its token behind"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_no_more_than_it_must(path):
    assert list(faults(yaml.safe_load(path.read_text(encoding="utf-8")))) == []
    assert "guard-commit" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda w: w.update(permissions={"contents": "write"}), "rights are given to every job"),
        (lambda w: w["jobs"]["build"].pop("permissions"), "build: rights are not stated"),
        (lambda w: w["jobs"]["build"]["permissions"].update(pages="write"), "build: may write, and runs dependencies"),
        (lambda w: w["jobs"]["build"]["steps"][4].update(env={"T": "${{ github.token }}"}), "build: holds a token"),
        (lambda w: w["jobs"]["build"]["steps"][1].update(uses="actions/setup-python@v7"), "is not pinned by commit"),
        (lambda w: w["jobs"]["build"]["steps"][0].pop("with"), "build: checkout leaves its token behind"),
    ],
)
def test_the_check_notices(change, fault):
    workflow = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text(encoding="utf-8"))
    change(workflow)
    assert [each for each in faults(workflow) if fault in each]
