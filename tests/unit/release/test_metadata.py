"""Every metadata format is valid by its own validator; those that need older packages live in build/validators."""

import json
import subprocess
from xml.etree import ElementTree

import pytest

from analysis.errors import ReleaseError
from analysis.release.description import read_description
from analysis.schemas import TABLES
from tests.unit.release.conftest import EDITION, ROOT

VALIDATORS = ROOT / "build/validators/bin"
DDI = "{ddi:codebook:2_5}"
DATACITE = """
import json, os, sys, datacite, jsonschema
path = os.path.join(os.path.dirname(datacite.__file__), "schemas/datacite-v4.5.json")
schema = json.load(open(path, encoding="utf-8"))
jsonschema.Draft7Validator(schema).validate(json.load(open(sys.argv[1], encoding="utf-8")))
"""
COMMANDS = {
    "croissant.json": lambda path: [VALIDATORS / "mlcroissant", "validate", "--jsonld", path],
    "datacite.json": lambda path: [VALIDATORS / "python", "-c", DATACITE, path],
    "ro-crate-metadata.json": lambda path: [VALIDATORS / "python", ROOT / "tests/validators/ro_crate.py", path.parent],
}
NEEDED = {"croissant.json": "recordSet", "datacite.json": "creators", "ro-crate-metadata.json": "@graph"}


def is_valid(path):
    if not (VALIDATORS / "mlcroissant").is_file():
        pytest.skip("no validators: install requirements-validators.lock into build/validators")
    command = [str(part) for part in COMMANDS[path.name](path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_its_own_validator_accepts_it(release, name):
    assert is_valid(release / name)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_own_validator_rejects_a_broken_one(release, name):
    content = json.loads((release / name).read_text(encoding="utf-8"))
    if name == "croissant.json":
        content["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere"
    else:
        del content[NEEDED[name]]
    (release / name).write_text(json.dumps(content), encoding="utf-8")
    assert not is_valid(release / name)


def test_ddi_describes_every_table_and_column_once(release, cleared):
    root = ElementTree.parse(release / "ddi-codebook.xml").getroot()
    assert root.tag == f"{DDI}codeBook"
    assert [child.tag.removeprefix(DDI) for child in root] == [
        "stdyDscr",
        *["fileDscr"] * len(cleared.tables),
        "dataDscr",
    ]
    described = [(v.get("files"), v.get("name")) for v in root.iter(f"{DDI}var")]
    assert described == [(f"file_{name}", c.name) for name in cleared.tables for c in TABLES[name].columns]
    identifiers = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(identifiers) == len(set(identifiers))


def test_schema_org_names_every_file_that_exists(release):
    content = json.loads((release / "schema-org.json").read_text(encoding="utf-8"))
    for download in content["distribution"]:
        assert (release / download["contentUrl"]).is_file()


def test_no_identifier_is_made_up(release):
    for name in (*COMMANDS, "schema-org.json", "datapackage.json", "ddi-codebook.xml"):
        assert "doi.org/10.5281" not in (release / name).read_text(encoding="utf-8")
    assert "identifiers" not in json.loads((release / "datacite.json").read_text(encoding="utf-8"))


def test_a_citation_of_another_version_or_without_makers_is_refused(tmp_path):
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match="make them agree"):
        read_description(tmp_path / "CITATION.cff", "9.9.9", EDITION.day)
    (tmp_path / "CITATION.cff").write_text(text.replace("authors:", "writers:"), encoding="utf-8")
    with pytest.raises(ReleaseError, match="unreadable or incomplete"):
        read_description(tmp_path / "CITATION.cff", EDITION.version, EDITION.day)
