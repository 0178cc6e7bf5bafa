"""The word lists of the corpus room: every row with its source, none twice, each known to its reader."""

from __future__ import annotations

import csv

import pytest

from pbgov.corpus.labels import WORDING, surnames

FILES = sorted(path.name for path in WORDING.glob("*.csv"))


def table(name):
    with (WORDING / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", FILES)
def test_every_word_stands_once_and_has_a_source(name):
    rows = table(name)
    words = [next(iter(row.values())) for row in rows]
    assert len(set(words)) == len(words)
    assert all(value and value.strip() == value for row in rows for value in row.values())
    assert all(row["source"] for row in rows)


def test_the_cities_are_those_of_the_standard():
    rows = table("cities.csv")
    simplified = {row["city"] for row in rows}
    # 4 municipalities and 293 cities of prefecture level, as the Ministry of Civil Affairs counts them
    assert len(simplified) == 297
    assert {row["stated"] for row in rows} >= simplified
    assert all(row["city"].endswith("市") for row in rows)


def test_surnames_are_one_or_two_characters():
    assert {"王", "欧阳", "歐陽", "李"} <= surnames()
    assert {len(name) for name in surnames()} == {1, 2}
