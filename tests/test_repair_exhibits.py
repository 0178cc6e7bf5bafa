"""The tables of repairs: every repair is counted once, every damaged place is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.corpus.document import REPAIR_KINDS
from pbgov.corpus.readers import read_corpus
from pbgov.exhibits.repairs import KINDS, table_repairs, table_unrepaired

if TYPE_CHECKING:
    from pathlib import Path


def corpus_of(folder: Path, **texts: str):
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return read_corpus(folder)


def test_repairs_are_counted_by_document_kind_and_certainty(tmp_path) -> None:
    corpus = corpus_of(
        tmp_path, a="基层,治理(试行)见效,\n又\ufffd一事。\n", b="没有损坏的文本，一切照旧。\n"
    )
    exhibit = table_repairs(
        corpus.repairs, corpus.documents, source="两篇试验文本", titles={"a": "甲文"}
    )
    assert exhibit.body.values.tolist() == [
        ["甲文", "半角标点", "3", "1", "0", "0", "4"],
        ["甲文", "替换符（已丢失）", "0", "0", "0", "1", "1"],
    ]
    assert "1 篇没有需要修复的地方" in exhibit.note
    assert len(exhibit.data) == 5 + 1


def test_damaged_places_are_shown_in_their_context(tmp_path) -> None:
    corpus = corpus_of(tmp_path, a="街道把\ufffd层治理抓\ue123实，群众满意。\n")
    body = table_unrepaired(corpus, source="一篇试验文本").body
    assert body["原文"].tolist() == [
        "街道把【\ufffd】层治理抓〈U+E123〉实，群众满意。",
        "街道把\ufffd层治理抓【〈U+E123〉】实，群众满意。 ",
    ]
    assert set(body["处理"]) == {"原样保留"}


def test_without_damage_the_tables_say_so(tmp_path) -> None:
    corpus = corpus_of(tmp_path, a="没有损坏的文本，一切照旧。\n")
    body = table_repairs(corpus.repairs, corpus.documents, source="一篇试验文本").body
    assert body["损坏种类"].tolist() == ["没有"]
    assert "1 篇文档、0 处" in table_unrepaired(corpus, source="一篇试验文本").note


def test_more_documents_than_a_page_holds_are_counted_together(tmp_path) -> None:
    corpus = corpus_of(tmp_path, **{f"t{n:02d}": "基层,治理见效。\n" for n in range(31)})
    body = table_repairs(corpus.repairs, corpus.documents, source="试验文本").body
    assert body.values.tolist() == [["全部文档", "半角标点", "31", "0", "0", "0", "31"]]


def test_every_kind_has_a_name() -> None:
    assert tuple(KINDS) == REPAIR_KINDS
