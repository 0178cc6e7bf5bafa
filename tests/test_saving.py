"""Codings made elsewhere and put on record: what is written, what is refused, what adds nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import pbgov
from pbgov.coding.codings import read_states
from pbgov.coding.saving import save_codings
from pbgov.corpus.document import Document, digest_text

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "柳河街道𠮷姓书记牵头组建联席会。\n\n白榆街道规定来件七日内办结。\n"
FIRST = (0, TEXT.index("\n"))
TIME = "2026-05-01T08:00:00Z"


@pytest.fixture
def codebook(root: Path) -> pbgov.Codebook:
    return pbgov.read_codebook(root / "data" / "codebook")


@pytest.fixture
def segments() -> pd.DataFrame:
    document = Document("甲", "甲.txt", TEXT, TEXT, "utf-8", digest_text(TEXT), {})
    return pbgov.segment(document, "paragraph")


def coding(code_id: str = "INNOV.ORG", coder: str = "张三", **more: object) -> dict[str, object]:
    start, end = FIRST
    return {
        "doc_id": "甲", "start": start, "end": end, "code_id": code_id, "coder": coder, "value": 1,
        "status": "judged", "evidence_start": None, "evidence_end": None, "rule": None,
        "text_digest": digest_text(TEXT[start:end]), "codebook_version": "0.3", "memo": None,
        "made_at": TIME, **more,
    }  # fmt: skip


def state(families: str | None, coder: str = "张三", state: str = "read") -> dict[str, object]:
    start, end = FIRST
    return {"doc_id": "甲", "start": start, "end": end, "coder": coder, "state": state,
            "families": families, "memo": None, "made_at": TIME}  # fmt: skip


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def test_each_coder_gets_a_journal_and_a_second_time_adds_nothing(tmp_path, segments, codebook):
    made = table(
        coding(evidence_start=4.0, evidence_end=5.0, memo="𠮷，“引号”\n第二行"),
        coding("INNOV.ACT", value=0),
        coding(coder="李四"),
        coding(coder="rules", status="suggested"),
    )
    report = save_codings(made, tmp_path, segments, codebook)
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["张三.csv", "李四.csv"]
    assert list(report["coder"]) == ["张三", "张三", "李四"]
    assert list(report["after"]) == ["有", "无", "有"]
    read = pbgov.read_codings(tmp_path, segments, codebook)
    kept = read.set_index(["coder", "code_id"])
    assert kept.loc[("张三", "INNOV.ACT"), "value"] == 0
    assert kept.loc[("张三", "INNOV.ORG"), "memo"] == "𠮷，“引号”\n第二行"
    assert set(read["made_at"]) == {TIME}
    content = {file.name: file.read_bytes() for file in tmp_path.glob("*.csv")}
    assert b",4,5," in content["张三.csv"]  # whole numbers, whatever the table kept them as
    again = save_codings(read, tmp_path, segments, codebook)
    assert set(again["change"]) == {"same"}
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*.csv")} == content


def test_a_state_keeps_the_families_that_were_asked_about(tmp_path, segments, codebook):
    made = table(coding())
    save_codings(made, tmp_path, segments, codebook, states=table(state("INNOV")))
    assert list(read_states(tmp_path)["families"]) == ["INNOV"]
    save_codings(made, tmp_path, segments, codebook, states=table(state("MODE")))
    assert list(read_states(tmp_path)["families"]) == ["INNOV;MODE"]
    save_codings(made, tmp_path, segments, codebook, states=table(state(None)))
    assert read_states(tmp_path)["families"].isna().all()  # all of the codebook
    report = save_codings(made, tmp_path, segments, codebook, states=read_states(tmp_path))
    assert set(report["change"]) == {"same"}


def test_states_without_the_column_are_about_the_whole_codebook(tmp_path, segments, codebook):
    states = table(state("INNOV")).drop(columns="families")
    save_codings(table(coding())[:0], tmp_path, segments, codebook, states=states)
    assert read_states(tmp_path)["families"].isna().all()


def test_a_new_version_of_the_codebook_changes_no_state(tmp_path, segments, codebook):
    states = table(state("INNOV"))
    save_codings(table(coding())[:0], tmp_path, segments, codebook, states=states)
    later = dataclasses.replace(codebook, version="9.9")
    report = save_codings(table(coding())[:0], tmp_path, segments, later, states=states)
    assert list(report["change"]) == ["same"]


def test_other_words_under_the_same_code_are_a_change(tmp_path, segments, codebook):
    save_codings(table(coding(evidence_start=0, evidence_end=4)), tmp_path, segments, codebook)
    moved = table(coding(evidence_start=4, evidence_end=8))
    assert list(save_codings(moved, tmp_path, segments, codebook)["change"]) == ["changed"]
    read = pbgov.read_codings(tmp_path, segments, codebook)
    assert list(read["evidence_start"]) == [4]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (coding(coder="李四", text_digest="0123456789abcdef"), "another text"),
        (coding(coder="李四", doc_id="乙"), "no text"),
        (coding(coder="李/四"), "file"),
        (coding("INNOV.NEW", coder="李四"), "INNOV.NEW"),
    ],
)
def test_one_that_cannot_be_meant_and_nothing_of_anybody_is_written(
    fault, said, tmp_path, segments, codebook
):
    folder = tmp_path / "codings"
    with pytest.raises(pbgov.InputError, match=said):
        save_codings(table(coding(), fault), folder, segments, codebook)
    assert not folder.exists()
