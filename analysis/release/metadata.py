"""The release described in the formats that machines look for; each is made from the declarations and nothing else.

What belongs here: Frictionless, Croissant, schema.org, RO-Crate, DataCite and DDI-Codebook. What must not: prose that
is not in a declaration or the citation file; an identifier that nobody has assigned.
"""

from __future__ import annotations

import hashlib
import html
import json
import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from analysis.release.description import (
    LICENCE_ADDRESS,
    LICENCE_NAME,
    LICENCE_TITLE,
    NAME,
    Description,
    Maker,
    ReleasedTable,
)
from analysis.schemas.declaration import Column
from analysis.schemas.publish import frictionless_resource

CROISSANT_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
CROISSANT_TYPES = {
    "text": "sc:Text", "code": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean",
    "date": "sc:Date",
}  # fmt: skip
ORCID_SCHEME = "https://orcid.org"
DDI_NAMESPACE = "ddi:codebook:2_5"
DDI_SCHEMA = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
MEDIA_TYPES = {".parquet": "application/vnd.apache.parquet", ".cff": "application/yaml", ".md": "text/markdown"}


def media_type(path: str) -> str:
    """Media type by the ending of a file name."""
    suffix = f".{path.rpartition('.')[2]}"
    return MEDIA_TYPES.get(suffix) or mimetypes.types_map.get(suffix, "text/plain")


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def as_json(content: Mapping[str, Any]) -> bytes:
    """Indented UTF-8 JSON with a final newline, keys in the order given."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def data_package(about: Description, tables: Sequence[ReleasedTable]) -> dict[str, Any]:
    """Frictionless Tabular Data Package (v1) over the CSV files."""
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": about.title,
        "description": about.abstract,
        "version": about.version,
        "created": f"{about.day.isoformat()}T00:00:00Z",
        "keywords": list(about.keywords),
        "licenses": [{"name": LICENCE_NAME, "path": LICENCE_ADDRESS, "title": LICENCE_TITLE}],
        "contributors": [{"title": maker.name, "role": "author"} for maker in about.makers],
        "resources": [frictionless_resource(t.table, t.csv_path, sha256(t.csv), len(t.csv)) for t in tables],
    }


def croissant(about: Description, tables: Sequence[ReleasedTable]) -> dict[str, Any]:
    """Croissant 1.0: the CSV files as file objects, every table as a record set."""
    return {
        "@context": CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        **_schema_org_core(about),
        "citeAs": f"{_names(about)} ({about.day.year}). {about.title}. Version {about.version}.",
        "distribution": [_file_object(table) for table in tables],
        "recordSet": [_record_set(table) for table in tables],
    }


def _schema_org_core(about: Description) -> dict[str, Any]:
    return {
        "name": about.title,
        "description": about.abstract,
        "version": about.version,
        "datePublished": about.day.isoformat(),
        "license": LICENCE_ADDRESS,
        "keywords": list(about.keywords),
        "creator": [_agent(maker) for maker in about.makers],
        "inLanguage": "en",
        "isAccessibleForFree": True,
    }


def _names(about: Description) -> str:
    return ", ".join(maker.name for maker in about.makers)


def _agent(maker: Maker) -> dict[str, Any]:
    """A maker in schema.org's terms."""
    person = {"givenName": maker.given, "familyName": maker.family} if maker.is_person else {}
    orcid = {"identifier": f"{ORCID_SCHEME}/{maker.orcid}"} if maker.orcid else {}
    works = {"affiliation": {"@type": "Organization", "name": maker.affiliation}} if maker.affiliation else {}
    stated = {name: text for name, text in person.items() if text}
    return {"@type": "Person" if person else "Organization", "name": maker.name, **stated, **orcid, **works}


def _file_object(released: ReleasedTable) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": released.csv_path,
        "name": released.csv_path,
        "description": released.table.title,
        "contentUrl": released.csv_path,
        "contentSize": f"{len(released.csv)} B",
        "encodingFormat": "text/csv",
        "sha256": sha256(released.csv),
    }


def _record_set(released: ReleasedTable) -> dict[str, Any]:
    name = released.table.name
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{released.table.title}. One record is {released.table.row_is}.",
        "key": [{"@id": f"{name}/{key}"} for key in released.table.key],
        "field": [_field(released, column) for column in released.table.columns],
    }


def _field(released: ReleasedTable, column: Column) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{released.table.name}/{column.name}",
        "name": f"{released.table.name}/{column.name}",
        "description": meaning(column),
        "dataType": CROISSANT_TYPES[column.kind],
        "source": {"fileObject": {"@id": released.csv_path}, "extract": {"column": column.name}},
    }


def meaning(column: Column) -> str:
    """What a column means, in one line with unit, codes and what an empty cell stands for."""
    codes = "; ".join(f"{code}: {text}" for code, text in column.codes.items())
    parts = [column.meaning, f"unit: {column.unit}" if column.unit else "", codes]
    parts.append(f"empty: {column.null_means}" if column.null_means else "")
    return ". ".join(part for part in parts if part)


def schema_org(about: Description, tables: Sequence[ReleasedTable]) -> dict[str, Any]:
    """schema.org Dataset as JSON-LD, as search engines read it."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **_schema_org_core(about),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": column.meaning, "unitText": column.unit}
            for column in {c.name: c for t in tables for c in t.table.columns if c.role == "measure"}.values()
        ],
        "distribution": [
            {"@type": "DataDownload", "name": path, "contentUrl": path, "encodingFormat": media_type(path)}
            for table in tables
            for path in (table.csv_path, table.parquet_path)
        ],
    }


def ro_crate(about: Description, files: Mapping[str, bytes]) -> dict[str, Any]:
    """RO-Crate 1.1: every file of the release as a part of the root dataset.

    Parameters
    ----------
    about
        Description.
    files
        Path inside the release → bytes.
    """
    makers = [{"@id": f"{ORCID_SCHEME}/{maker.orcid}" if maker.orcid else f"#maker-{number}"}
              for number, maker in enumerate(about.makers, start=1)]  # fmt: skip
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
                "about": {"@id": "./"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                **{k: v for k, v in _schema_org_core(about).items() if k not in ("license", "creator")},
                "license": {"@id": LICENCE_ADDRESS},
                "author": makers,
                "hasPart": [{"@id": path} for path in sorted(files)],
            },
            {
                "@id": LICENCE_ADDRESS,
                "@type": "CreativeWork",
                "name": LICENCE_TITLE,
                "description": "Reuse with attribution.",
            },
            *(
                {"@id": reference["@id"], "@type": "Person" if maker.is_person else "Organization", "name": maker.name}
                for reference, maker in zip(makers, about.makers, strict=True)
            ),
            *(_file_entity(path, files[path]) for path in sorted(files)),
        ],
    }


def _file_entity(path: str, data: bytes) -> dict[str, Any]:
    return {
        "@id": path,
        "@type": "File",
        "name": path,
        "encodingFormat": media_type(path),
        "contentSize": str(len(data)),
        "sha256": sha256(data),
    }


def datacite(about: Description) -> dict[str, Any]:
    """DataCite metadata 4.5 without an identifier: none has been assigned."""
    return {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "creators": [_creator(maker) for maker in about.makers],
        "titles": [{"title": about.title, "lang": "en"}],
        "publisher": {"name": about.makers[0].name},
        "publicationYear": str(about.day.year),
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Aggregate tables"},
        "subjects": [{"subject": keyword} for keyword in about.keywords],
        "dates": [{"date": about.day.isoformat(), "dateType": "Issued"}],
        "language": "en",
        "version": about.version,
        "rightsList": [{"rights": LICENCE_TITLE, "rightsUri": LICENCE_ADDRESS, "rightsIdentifier": LICENCE_NAME}],
        "descriptions": [{"description": about.abstract, "descriptionType": "Abstract"}],
    }


def _creator(maker: Maker) -> dict[str, Any]:
    """A maker in DataCite's terms."""
    person = {"givenName": maker.given, "familyName": maker.family} if maker.is_person else {}
    found: dict[str, Any] = {"name": maker.listed, "nameType": "Personal" if person else "Organizational"}
    found |= {name: text for name, text in person.items() if text}
    if maker.orcid:
        named = {"nameIdentifier": f"{ORCID_SCHEME}/{maker.orcid}", "nameIdentifierScheme": "ORCID"}
        found["nameIdentifiers"] = [named | {"schemeUri": ORCID_SCHEME}]
    return found | ({"affiliation": [{"name": maker.affiliation}]} if maker.affiliation else {})


def zenodo(about: Description, notes: str) -> dict[str, Any]:
    """Metadata of a deposit as Zenodo's deposit interface takes it, without an identifier: Zenodo assigns one.

    Parameters
    ----------
    about
        Description.
    notes
        What the deposit is of, beside the abstract.

    Source
    ------
    Zenodo's legacy deposit schema (`legacyrecord.json`), and `version` and `language` of its developers' page.
    """
    creators = [{key: text for key, text in (("name", maker.listed), ("affiliation", maker.affiliation),
                                             ("orcid", maker.orcid)) if text} for maker in about.makers]  # fmt: skip
    return {
        "metadata": {
            "upload_type": "dataset",
            "publication_date": about.day.isoformat(),
            "title": about.title,
            "creators": creators,
            "description": f"<p>{html.escape(about.abstract)}</p>",
            "access_right": "open",
            "license": LICENCE_NAME.lower(),
            "keywords": list(about.keywords),
            "notes": notes,
            "version": about.version,
            "language": "eng",
        }
    }


def ddi_codebook(about: Description, tables: Sequence[ReleasedTable]) -> bytes:
    """DDI-Codebook 2.5: the study, one file per table, one variable per column of each table."""
    schema = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
    ElementTree.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")
    root = ElementTree.Element(
        "codeBook", {"xmlns": DDI_NAMESPACE, "version": "2.5", schema: f"{DDI_NAMESPACE} {DDI_SCHEMA}"}
    )
    _study_description(root, about)
    for table in tables:
        _file_description(root, table)
    variables = ElementTree.SubElement(root, "dataDscr")
    for table in tables:
        for column in table.table.columns:
            _variable(variables, table, column)
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _texts(parent: ElementTree.Element, *path: str, text: str, **attributes: str) -> None:
    """Add nested elements; the last one holds the text."""
    for name in path:
        found = parent.find(name) if name != path[-1] else None
        parent = ElementTree.SubElement(parent, name) if found is None else found
    parent.text = text
    parent.attrib.update(attributes)


def _study_description(root: ElementTree.Element, about: Description) -> None:
    study = ElementTree.SubElement(root, "stdyDscr")
    _texts(study, "citation", "titlStmt", "titl", text=about.title)
    for maker in about.makers:
        _texts(study, "citation", "rspStmt", "AuthEnty", text=maker.listed)
    _texts(study, "citation", "prodStmt", "prodDate", text=about.day.isoformat(), date=about.day.isoformat())
    _texts(study, "citation", "verStmt", "version", text=about.version, date=about.day.isoformat())
    for keyword in about.keywords:
        _texts(study, "stdyInfo", "subject", "keyword", text=keyword)
    _texts(study, "stdyInfo", "abstract", text=about.abstract)
    _texts(study, "stdyInfo", "sumDscr", "dataKind", text="aggregate data")
    _texts(
        study, "dataAccs", "useStmt", "conditions", text=f"{LICENCE_TITLE}, {LICENCE_ADDRESS}; see RESPONSIBLE_USE.md"
    )


def _file_description(root: ElementTree.Element, released: ReleasedTable) -> None:
    described = ElementTree.SubElement(root, "fileDscr", {"ID": f"file_{released.table.name}"})
    _texts(described, "fileTxt", "fileName", text=released.csv_path)
    _texts(described, "fileTxt", "fileCont", text=f"{released.table.title}. One row is {released.table.row_is}.")
    _texts(described, "fileTxt", "dimensns", "caseQnty", text=str(released.rows_n))
    _texts(described, "fileTxt", "dimensns", "varQnty", text=str(len(released.table.columns)))
    _texts(described, "fileTxt", "fileType", text="text/csv; charset=utf-8")


def _variable(parent: ElementTree.Element, released: ReleasedTable, column: Column) -> None:
    attributes = {
        "ID": f"var_{released.table.name}_{column.name}",
        "name": column.name,
        "files": f"file_{released.table.name}",
        "intrvl": "contin" if column.kind == "number" else "discrete",
    }
    variable = ElementTree.SubElement(parent, "var", attributes)
    _texts(variable, "labl", text=column.meaning)
    if column.null_means:
        _texts(variable, "txt", text=f"An empty cell means: {column.null_means}.")
    for code, text in column.codes.items():
        category = ElementTree.SubElement(variable, "catgry")
        _texts(category, "catValu", text=code)
        _texts(category, "labl", text=text)
    kind = "numeric" if column.kind in ("integer", "number") else "character"
    ElementTree.SubElement(variable, "varFormat", {"type": kind})
    if column.unit:
        _texts(variable, "notes", text=f"Unit: {column.unit}.")
