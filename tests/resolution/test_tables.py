"""Abbreviations and renamings are data, and wrong data is told with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import OntologyError
from kg.gazetteer import load_gazetteer
from kg.resolution import tables
from kg.resolution.tables import load_short_names, load_successions


def test_a_renamed_region_has_its_present_name_under_its_code() -> None:
    regions = load_gazetteer().by_code
    for succession in load_successions():
        if succession.type == "Place":
            assert regions[succession.code].name == succession.new


def test_a_former_name_is_no_present_one() -> None:
    former = [it.old for it in load_successions() if it.type == "Place"]
    present = {region.name for region in load_gazetteer().by_code.values()}
    assert not present.intersection(former)
    assert len(former) == len(set(former))


def test_a_full_name_leads_to_itself() -> None:
    names = load_short_names()
    for full_by_short in (names.central, names.company, names.organization, names.heads):
        assert all(full_by_short[full] == full for full in full_by_short.values())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tables, "ontology_path", lambda: tmp_path)
    load_short_names.cache_clear()
    load_successions.cache_clear()
    yield tmp_path
    load_short_names.cache_clear()
    load_successions.cache_clear()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "expected the columns kind,name,short"),
        ("kind,name,short\ncity,聊城市,聊城\n", r"short_names\.csv:2: unknown kind 'city'"),
        ("kind,name,short\ncentral,财政部\n", r"short_names\.csv:2: expected 3 cells"),
        (
            "kind,name,short\ncentral,财政部,财部\ncentral,财务部,财部\n",
            r"short_names\.csv:3: 财部 is short for 财政部 already",
        ),
    ],
)
def test_a_wrong_row_names_file_and_line(folder: Path, rows: str, message: str) -> None:
    (folder / "short_names.csv").write_text(rows, "utf-8")
    with pytest.raises(OntologyError, match=message):
        load_short_names()


def test_a_succession_needs_a_kind_and_a_year(folder: Path) -> None:
    header = "type,kind,old,new,code,year,source\n"
    (folder / "successions.csv").write_text(f"{header}Place,lost,甲县,乙县,1,then,\n", "utf-8")
    with pytest.raises(OntologyError, match="renamed or merged, and a year"):
        load_successions()


def test_a_missing_table_is_told(folder: Path) -> None:
    with pytest.raises(OntologyError, match="reinstall kg"):
        load_successions()
