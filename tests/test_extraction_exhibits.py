"""Exhibits of formulas, quantities and claims, on sentences counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from pbgov.corpus.document import Document
from pbgov.errors import InputError
from pbgov.exhibits.formulas import figure_formula_status, table_formulas
from pbgov.exhibits.quantities import figure_quantities, table_claims
from pbgov.extraction.claims import find_claims
from pbgov.extraction.formulas import find_formulas
from pbgov.extraction.quantities import find_quantities

TEXTS = {
    "甲": "形成自治、法治、德治“三治融合”。开展工会、妇联、统战等工作“五站合一”。推行“1+1+N”。",
    "乙": "探索社区+村模式。物业覆盖率由2015年的62%提高到2020年的95%，增强了居民的归属感。"
    "近几年，重复投诉率由40%下降到12%。",
}
DOCUMENTS = [Document(name, name, text, text, "utf-8", "0") for name, text in TEXTS.items()]


def test_the_formula_table_prints_what_was_promised_and_listed():
    exhibit = table_formulas(find_formulas(DOCUMENTS), source="试例", titles={"甲": "甲文"})
    assert exhibit.body["口号"].tolist() == ["三治融合", "五站合一", "1+1+N"]
    assert exhibit.body["列了几项"].tolist() == ["3", "3", "0"]
    assert exhibit.body["结果"].tolist() == ["列全", "列出一部分", "没有列"]
    assert set(exhibit.body["文档"]) == {"甲文"}
    assert "N = 3" in exhibit.note
    assert len(exhibit.data) == 4  # the pair stays in the raw data


def test_the_status_figure_counts_each_document():
    exhibit = figure_formula_status(find_formulas(DOCUMENTS), source="试例")
    counts = exhibit.data.set_index("doc_id").loc["甲"]
    assert counts[["full", "partial", "none"]].tolist() == [1, 1, 1]
    assert exhibit.image("png") == exhibit.image("png")
    assert exhibit.image("png")[:4] == b"\x89PNG"


def test_the_change_figure_flags_what_has_no_year():
    exhibit = figure_quantities(find_quantities(DOCUMENTS), source="试例")
    assert exhibit.data[["from_value", "value"]].to_numpy().tolist() == [[62, 95], [40, 12]]
    assert "N = 2" in exhibit.note
    assert "其中 1 项同一句里没有写年份" in exhibit.note
    drawn = [text.get_text() for text in exhibit.draw().axes[0].texts]
    assert drawn.count("起始年未写") == 1


def test_claims_are_counted_by_level():
    claims = find_claims(DOCUMENTS)
    exhibit = table_claims(claims, source="试例")
    total = exhibit.body.iloc[-1]
    assert total["合计"] == str(len(claims))
    assert (total["无数据"], total["前后对比"]) == ("1", "2")


def test_nothing_to_show_is_refused():
    empty = find_formulas("没有口号。")
    with pytest.raises(InputError, match="find_formulas"):
        table_formulas(empty, source="试例")
    with pytest.raises(InputError, match="find_formulas"):
        figure_formula_status(empty, source="试例")
    with pytest.raises(InputError, match="find_quantities"):
        figure_quantities(find_quantities("共33家。"), source="试例")
    with pytest.raises(InputError):
        table_claims(pd.DataFrame({"doc_id": []}), source="试例")


def test_no_claim_is_said_in_words():
    with pytest.raises(InputError, match="no claim of success"):
        table_claims(find_claims("街道召开了部署会。"), source="测试")
