"""What a text denies, on sentences written by hand, and what follows for the codes."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pbgov
from pbgov.coding.rules import Rules
from pbgov.coding.ruling.negation import FILE, NEGATION, ROLES, denied_stretches
from pbgov.datafiles import read_table

SENTENCES = Path(__file__).parent / "data" / "negation.csv"


def sentences() -> list[dict[str, str]]:
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def book(
    terms: list[tuple[str, str]], exclusive: str = "multi", masks: tuple[str, ...] = ()
) -> pbgov.Codebook:
    codes = list(dict.fromkeys(code for code, _ in terms))
    return pbgov.Codebook(
        folder="tiny",
        version="7",
        families=pd.DataFrame(
            {"family": ["F"], "exclusive": [exclusive], "residual": [float("nan")]}
        ),
        codes=pd.DataFrame({"code_id": codes, "family": "F"}),
        terms=pd.DataFrame(
            [(code, "cue", term) for code, term in terms], columns=["code_id", "role", "term"]
        ),
        masks=pd.DataFrame({"term": list(masks)}),
        examples=pd.DataFrame(),
        rules=pd.DataFrame(columns=["rule_id", "code_id", "condition"]),
        retired=pd.DataFrame(columns=["code_id", "replaced_by"]),
        digest="",
    )


def told(
    terms: list[tuple[str, str]], text: str, exclusive: str = "multi"
) -> list[tuple[str, str]]:
    return [(each.code_id, each.named) for each in Rules(book(terms, exclusive)).judge(text)]


@pytest.mark.parametrize("row", sentences(), ids=lambda row: f"{row['term']} {row['text']}")
def test_a_sentence_is_read_as_a_person_reads_it(row: dict[str, str]) -> None:
    given = told([("A", row["term"])], row["text"])
    read_as_denied = given == [("A", f"denied:{row['term']}")]
    assert read_as_denied or given == [("A", f"cue:{row['term']}")]
    as_labelled = read_as_denied == (row["denied"] == "1")
    assert as_labelled == (row["beyond"] == "0")


def test_sentences_are_of_both_kinds_and_few_are_beyond_the_words() -> None:
    rows = sentences()
    for name in "一二三":
        denied = [row["denied"] for row in rows if row["list"] == name]
        assert len(denied) >= 40
        assert 0.35 <= denied.count("1") / len(denied) <= 0.65
    beyond = [row["denied"] for row in rows if row["beyond"] == "1"]
    assert beyond.count("0") <= 1  # a real practice said to be absent
    assert beyond.count("1") <= 13  # a denial not heard: the term counts, as it does without rules


def test_one_cue_that_is_not_denied_carries_the_code() -> None:
    terms = [("A", "联席会"), ("A", "网格")]
    assert told(terms, "没有联席会，只有网格") == [("A", "cue:网格")]
    assert told(terms, "没有联席会、网格") == [("A", "denied:联席会+网格")]
    assert told(terms, "过去没有联席会，今年成立了联席会") == [("A", "cue:联席会")]
    assert told(terms, "什么也没有说") == []


def test_a_denied_code_does_not_stand_in_the_way_of_another() -> None:
    terms = [("A", "联席会"), ("A", "议事会"), ("B", "网格")]
    assert told(terms, "没有联席会和议事会，只有网格", "single") == [
        ("B", "cue:网格"),
        ("A", "denied:联席会+议事会"),
    ]


def test_a_cue_that_is_itself_a_denial_is_not_denied_by_itself() -> None:
    assert told([("A", "没有回应")], "诉求没有回应") == [("A", "cue:没有回应")]
    assert told([("A", "流于形式")], "会议不再流于形式") == [("A", "denied:流于形式")]


def test_evidence_and_value_of_a_denied_code() -> None:
    segments = pd.DataFrame(
        {"doc_id": "d", "segment_id": ["d/1"], "kind": "sentence", "start": [10], "end": [20]}
    ).assign(text="村里尚未组建联席会。")
    (row,) = pbgov.code_by_rules(segments, book([("A", "联席会")])).to_dict("records")
    assert (row["value"], row["rule"], row["status"]) == (0, "denied:联席会", "suggested")
    assert (row["evidence_start"], row["evidence_end"]) == (16, 19)
    assert row["modality"] == "否定"


def test_the_word_list_is_whole_and_names_its_sources() -> None:
    table = read_table(FILE, NEGATION)
    assert set(table["role"]) == set(ROLES)
    assert table["source"].str.len().min() >= 8


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("送来的不是老人眼下最急的东西。", 1),
        ("办的并不是居民所需。", 1),
        ("小区最急的是电梯，街道却办了书画展。", 1),
        ("供需不再错位。", 0),
    ],
)
def test_a_mismatch_told_by_a_denial_is_none_denied(text: str, value: int) -> None:
    codebook = pbgov.read_codebook(Path(__file__).parents[1] / "data" / "codebook")
    told = {each.code_id: each.value for each in Rules(codebook).judge(text)}
    assert told["PROB.MISM"] == value


@given(st.text("没有不是未就的，。“”（）支部组建联席会而也", max_size=24))
def test_stretches_lie_in_the_text_in_order_and_apart(text: str) -> None:
    stretches = denied_stretches(text)
    edges = [0, *(edge for stretch in stretches for edge in stretch), len(text)]
    assert edges == sorted(edges)
    assert all(start < end for start, end in stretches)
    for start, end in stretches:
        asked = [each for each in denied_stretches(text, [(start, end)]) if each[0] >= start]
        assert (start, end) in asked
