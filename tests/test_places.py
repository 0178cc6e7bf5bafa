"""What is stated of a place and what is inferred, on a table of invented regions."""

from __future__ import annotations

import pandas as pd
import pytest

import pbgov
from pbgov.corpus.document import Document


def table(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    regions = pd.DataFrame(rows, columns=["region_code", "name", "level", "parent_code"])
    return regions.assign(kind="试例", zone=None, area_km2=None, source="本测试").astype(
        {"zone": "str"}
    )


REGIONS = table(
    ("900000", "云州市", "province", None),
    ("900101", "朝阳区", "district", "900000"),
    ("900102", "青石区", "district", "900000"),
    ("900101001", "柳荫街道", "street", "900101"),
    ("900101002", "团结街道", "street", "900101"),
    ("900102001", "团结街道", "street", "900102"),
)


def documents(*texts: str) -> pd.DataFrame:
    return pd.concat(
        [
            pbgov.segment(Document(f"d{number}", "d.md", text, text, "utf-8", "0"))
            for number, text in enumerate(texts)
        ]
    )


@pytest.mark.parametrize(
    ("text", "basis", "district", "district_basis"),
    [
        ("青石区", ["stated"], ["900102"], ["stated"]),
        ("柳荫街道", ["stated"], ["900101"], ["inferred"]),
        ("朝阳区柳荫街道", ["stated"] * 2, ["900101"] * 2, ["stated"] * 2),
        ("云州市", ["stated"], [None], [None]),
        ("青石法院", ["inferred"], ["900102"], ["inferred"]),
        ("团结街道", [None], [None], [None]),
        ("朝阳区的团结街道", ["stated", "inferred"], ["900101"] * 2, ["stated", "inferred"]),
    ],
)
def test_what_is_inferred_says_so_and_why(text, basis, district, district_basis):
    found = pbgov.find_places(text, REGIONS)
    for column, wanted in [
        ("basis", basis),
        ("district_code", district),
        ("district_basis", district_basis),
    ]:
        assert [None if pd.isna(value) else value for value in found[column]] == wanted
    inferred = (found.basis == "inferred") | (found.district_basis == "inferred")
    assert (found.reason.notna() == inferred).all()


def test_a_shared_name_is_settled_by_its_parent_elsewhere_in_the_document():
    segments = documents("团结街道建站。\n\n青石区团结街道在南。", "团结街道建站。")
    found = pbgov.find_places(segments, REGIONS)
    first, last = found.iloc[0], found.iloc[-1]
    assert (first.region_code, first.basis) == ("900102001", "inferred")
    assert "青石区团结街道" in first.reason
    assert pd.isna(first.candidates)
    assert pd.isna(last.region_code)  # another document says nothing
    assert last.candidates == "900101002 900102001"


def test_two_parents_elsewhere_settle_nothing():
    segments = documents("团结街道建站。\n\n青石区团结街道在南。\n\n朝阳区团结街道在北。")
    found = pbgov.find_places(segments, REGIONS)
    assert pd.isna(found.region_code[0])
    assert found.candidates[0] == "900101002 900102001"
