"""Each attack on the files of a release, on files that are made here."""

import hashlib
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.disclosure.audit import release_files as audit
from analysis.disclosure.audit.findings import Finding


def bare(table, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, write_statistics=False, use_dictionary=False, store_schema=False, **options)


def leaks(tmp_path, table, entries=(), row_group_size=10, **options):
    settings = {"write_statistics": False, "use_dictionary": False} | options
    with pq.ParquetWriter(tmp_path / "t.parquet", table.schema, **settings) as writer:
        writer.write_table(table, row_group_size=row_group_size)
        writer.add_key_value_metadata(dict.fromkeys(entries, "x"))
    found = audit.parquet_metadata(tmp_path)
    assert {(finding.attack, finding.file) for finding in found} <= {("parquet_metadata", "t.parquet")}
    return [finding.text for finding in found]


class TestParquet:
    """A table alone is clean; whatever stands beside it is named."""

    def test_a_bare_table_with_its_title_is_clean(self, tmp_path):
        assert leaks(tmp_path, pa.table({"x": [1]}), ["title", "row_is", "source"], store_schema=False) == []

    def test_a_foreign_entry_is_named(self, tmp_path):
        table = pa.table({"x": [1]})
        assert leaks(tmp_path, table, ["title", "made_by"], store_schema=False) == ["key-value entry 'made_by'"]
        assert leaks(tmp_path, pa.table({"x": [1]})) == ["key-value entry 'ARROW:schema'"]

    def test_clocks_and_dictionaries_are_named_with_their_column(self, tmp_path):
        table = pa.table(
            {
                "when": pa.array([0], pa.timestamp("s")),
                "at": pa.array([0], pa.time32("ms")),
                "day": pa.array([0], pa.date32()),
                "word": pa.array(["a"]).dictionary_encode(),
            }
        )
        assert leaks(tmp_path, table) == [
            "key-value entry 'ARROW:schema'",
            "column 'when' holds times finer than a day",
            "column 'at' holds times finer than a day",
            "column 'word' carries a dictionary, which can list unused values",
        ]

    def test_statistics_are_named_in_every_column_and_row_group(self, tmp_path):
        table = pa.table({"x": [1, 2], "y": [3, 4]})
        found = leaks(tmp_path, table, store_schema=False, write_statistics=True, row_group_size=1)
        assert found == ["column 'x' carries statistics", "column 'y' carries statistics"] * 2
        assert leaks(tmp_path, table, store_schema=False, write_statistics=["y"]) == ["column 'y' carries statistics"]


def summed(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        lines.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return folder


def test_checksums_are_compared_file_by_file_in_order(tmp_path):
    release = summed(tmp_path / "release", a="1", b="2", c="3")
    assert audit.checksums(release) == []
    (release / "b").write_text("changed", encoding="utf-8")
    (release / "c").unlink()
    (release / "deep").mkdir()
    (release / "deep/d").write_text("4", encoding="utf-8")
    assert audit.checksums(release) == [
        Finding("checksums", "b", "bytes differ from the listed hash"),
        Finding("checksums", "c", "listed but missing"),
        Finding("checksums", "deep/d", "present but not listed"),
    ]


def test_strings_are_found_in_files_and_entries_and_an_empty_one_is_not_looked_for(tmp_path):
    folder = summed(tmp_path / "release", a="in /home/x and Übung", b="none")
    assert audit.strings(folder, ["/home/x", "", "Übung", "nowhere"]) == [
        Finding("strings", "a", "holds '/home/x'"),
        Finding("strings", "a", "holds 'Übung'"),
    ]
    bundle = tmp_path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("top/home_x.txt", "none")
        archive.writestr("top/b.txt", "in home_x")
        archive.writestr("top/c.txt", "none")
    assert audit.strings_in_bundle(bundle, ["home_x", "", "nowhere"]) == [
        Finding("strings", "bundle.zip:top/home_x.txt", "holds 'home_x'"),
        Finding("strings", "bundle.zip:top/b.txt", "holds 'home_x'"),
    ]
    # A name and the content behind it are two things.
    assert audit.strings_in_bundle(bundle, ["c.txtnone"]) == []


def design(folder, *rows):
    """A release whose table of estimates has these rows: estimand, usable, value."""
    names = ("estimand_id", "is_usable", "value")
    table = pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})
    bare(table, folder / "tables/open__estimates.parquet")
    return folder


FAILED = (("E1", True, 0.314), ("E1", False, None), ("E2", True, 0.271))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("31.4 %", ["31.4 %"]),
        ("31.40%", ["31.40%"]),
        ("31,4 %", ["31,4 %"]),
        ("31.4&#37;", ["31.4&#37;"]),
        ("31.4 per cent, 31.4 percent", ["31.4 per cent", "31.4 percent"]),
        ("31.4 Percentage points", ["31.4 Percent"]),
        ("31 %", []),
        ("31.400 %", []),
        ("131.4 %", []),
        ("0.31.4 %", []),
        ("31.4 years", []),
        ("31x4 %", []),
        ("27.1 %", []),
    ],
)
def test_a_value_of_a_failed_design_is_found_as_a_percentage(tmp_path, text, shown):
    release = design(tmp_path / "release", *FAILED)
    (release / "page.md").write_text(text, encoding="utf-8")
    assert audit.failed_designs(release, release) == [
        Finding("failed_designs", "page.md", f"shows {found!r}") for found in shown
    ]


@pytest.mark.parametrize("suffix", [".html", ".md", ".csv", ".js", ".svg", ".txt", ".ipynb"])
def test_every_kind_of_page_is_read(tmp_path, suffix):
    release = design(tmp_path / "release", *FAILED)
    (tmp_path / "book/deep").mkdir(parents=True)
    (tmp_path / f"book/deep/a{suffix}").write_text("31.4 %", encoding="utf-8")
    (tmp_path / "book/b.png").write_bytes(b"31.4 %\xff")
    assert [finding.file for finding in audit.failed_designs(release, tmp_path / "book")] == [f"deep/a{suffix}"]


def test_a_page_that_names_a_table_with_the_same_share_may_show_it(tmp_path):
    release = design(tmp_path / "release", *FAILED)
    page = release / "page.md"
    for column in ("value", "ci_low", "ci_high", "bound_low", "bound_high"):
        bare(pa.table({column: [None, 0.3138], "other": [1, 2]}), release / "tables/open__vault_b.parquet")
        page.write_text("31.4 %, see open__vault_b", encoding="utf-8")
        assert audit.failed_designs(release, release) == [], column
        page.write_text("31.4 %, see another", encoding="utf-8")
        assert len(audit.failed_designs(release, release)) == 1, column
    bare(pa.table({"other": [0.314], "value": [0.3146]}), release / "tables/open__vault_b.parquet")
    page.write_text("31.4 %, see open__vault_b", encoding="utf-8")
    assert len(audit.failed_designs(release, release)) == 1


def test_a_table_of_no_study_is_no_excuse(tmp_path):
    release = design(tmp_path / "release", *FAILED)
    bare(pa.table({"value": [0.314]}), release / "tables/open__replication_b.parquet")
    (release / "page.md").write_text("31.4 %, see open__replication_b", encoding="utf-8")
    assert len(audit.failed_designs(release, release)) == 1


def types_table(release, *rows):
    """Answer types of the arms of one experiment: arm, holds the item, share."""
    columns = ("arm_code", "holds_item", "type_share")
    table = pa.table(
        {"experiment_code": ["land_2011"] * len(rows)} | {n: [r[i] for r in rows] for i, n in enumerate(columns)}
    )
    bare(table, release / "tables/open__list_experiment_types.parquet")


def test_a_failed_design_in_pieces_is_found(tmp_path):
    release = design(
        tmp_path / "release", ("K01_list_red_land_2011", True, 0.1), ("K02_list_blue_land_2011", True, 0.2244),
        ("K02_list_blue_land_2011", False, None),
    )  # fmt: skip
    types_table(release, ("red", True, 0.06), ("red", True, 0.04), ("red", False, 0.9))
    assert audit.failed_designs_in_parts(release) == []
    types_table(release, ("red", True, 0.1), ("blue", True, 0.2), ("blue", True, 0.0244), ("blue", False, 0.7756))
    assert [(finding.file, finding.text) for finding in audit.failed_designs_in_parts(release)] == [
        (
            "tables/open__list_experiment_types.parquet",
            "column 'type_share' adds up to the difference 0.2244 of a failed design",
        )
    ]
    types_table(release, ("blue", True, 0.05), ("red", True, 0.1))
    assert audit.failed_designs_in_parts(release)[0].text == "column 'type_share' has shares of a failed design"
    types_table(release, ("blue", True, None), ("red", True, 0.1))
    assert audit.failed_designs_in_parts(release) == []


def test_bundle_and_release_are_compared_both_ways(tmp_path):
    release = summed(tmp_path / "release", a="1", b="2")
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("top/a", "1")
        archive.writestr("top/b", "other")
        archive.writestr("top/c", "3")
    assert audit.bundle_differences(release, tmp_path / "bundle.zip") == [
        Finding("bundle_differences", name, "differs between release and bundle") for name in ("SHA256SUMS", "b", "c")
    ]


def test_every_attack_is_made_on_release_and_publication(tmp_path):
    release = design(summed(tmp_path / "release", a="/home/x"), *FAILED)
    pq.write_table(pa.table({"x": [1]}), release / "tables/leak.parquet", store_schema=False)
    (release / "page.md").write_text("31.4 %", encoding="utf-8")
    found = audit.attack_release(release, iter(["/home/x"]))
    assert [finding.attack for finding in found] == [
        "parquet_metadata", *["checksums"] * 3, "strings", "failed_designs",
    ]  # fmt: skip
    (tmp_path / "book").mkdir()
    (tmp_path / "book/index.html").write_text("/home/x 31.4 %", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("top/a", "/home/x")
    found = audit.attack_publication(release, tmp_path / "book", tmp_path / "bundle.zip", iter(["/home/x"]))
    assert [finding.attack for finding in found] == [
        "strings", "strings", "failed_designs", *["bundle_differences"] * 4,
    ]  # fmt: skip


def test_the_folders_of_this_machine_are_looked_for_unless_they_are_short(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/roots"))
    assert audit.strings_of_this_machine(tmp_path) == [str(tmp_path.resolve()), "/roots"]
    monkeypatch.setattr(Path, "home", lambda: Path("/root"))
    assert audit.strings_of_this_machine(tmp_path) == [str(tmp_path.resolve())]
