"""Links from figures to claims name only what the register has."""

import re
from pathlib import Path

import pytest

from analysis.claims.entries import Register
from analysis.claims.register import LINK_COLUMNS, load_links
from analysis.errors import ClaimsError
from tests.unit.claims.registers import LINKS


def write_links(folder: Path, *rows: str, header: str = ",".join(LINK_COLUMNS)) -> Path:
    path = folder / "evidence_links.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


GOOD_LINK = "C01.1,B060,dw,E01a_existence,false,true,false,It does not state residence."


def test_committed_links_name_only_what_the_register_has(register: Register) -> None:
    links = load_links(LINKS, register)
    assert {link.claim_id for link in links} >= {"C01.1", "C05.1", "C09", "C13.1", "C14.1", "C14.2"}
    matched = [link.source_id for link in links if link.is_population_matched and link.is_period_matched]
    assert matched == [
        *("V04", "B201", "B202", "B051", "B052"),
        *("population_host_year", "asylum_protection"),
    ]


def test_good_link_loads(tmp_path: Path, register: Register) -> None:
    (link,) = load_links(write_links(tmp_path, GOOD_LINK), register)
    assert (link.report_group, link.is_period_matched, link.is_qualifying) == ("dw", True, False)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (GOOD_LINK.replace("C01.1", "C99"), "row 2, column claim_id: received 'C99'"),
        (GOOD_LINK.replace("B060", "60"), "row 2, column source_id: received '60'"),
        (GOOD_LINK.replace("E01a_existence", "E02_change"), "row 2, column estimand_id: received 'E02_change'"),
        (GOOD_LINK.replace("E01a_existence", ""), "row 2, column estimand_id: received ''"),
        (GOOD_LINK.replace("false,true", "no,true"), "row 2, column is_population_matched: received 'no'"),
        (GOOD_LINK.replace("It does not state residence.", " "), "row 2, column relation"),
        (GOOD_LINK + ",more", "row 2: received 'another number of cells'"),
        (GOOD_LINK.rsplit(",", 1)[0], "row 2: received 'another number of cells'"),
        ("C09,B049,,E09_any,false,false,false,No estimand.", "row 2, column estimand_id: received 'E09_any'"),
    ],
)
def test_malformed_link_is_refused(tmp_path: Path, register: Register, row: str, message: str) -> None:
    with pytest.raises(ClaimsError, match=re.escape(message)):
        load_links(write_links(tmp_path, row), register)


def test_same_source_twice_for_one_estimand_is_refused(tmp_path: Path, register: Register) -> None:
    with pytest.raises(ClaimsError, match="B060"):
        load_links(write_links(tmp_path, GOOD_LINK, GOOD_LINK), register)


def test_other_header_is_refused(tmp_path: Path, register: Register) -> None:
    with pytest.raises(ClaimsError, match="restore the header"):
        load_links(write_links(tmp_path, GOOD_LINK, header="claim_id,source_id"), register)
