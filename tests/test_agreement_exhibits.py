"""Exhibits of agreement: what they print of many coders, of uncoded text and of what is undefined."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.coding.agreement import agreement_of_pairs
from pbgov.coding.span_agreement import agreement_of_spans
from pbgov.errors import InputError
from pbgov.exhibits.agreement import figure_agreement, table_agreement
from pbgov.exhibits.agreement_of_spans import table_agreement_of_spans
from pbgov.exhibits.agreement_rows import row_names
from pbgov.exhibits.coefficients_of_agreement import (
    figure_agreement_coefficients,
    table_agreement_coefficients,
)
from pbgov.exhibits.style import figure_style

SOURCE = "data/codings"
LABELS = {"F.A": "区域统筹型", "F.B": "条块联动型", "F": "模式"}
EXHIBITS = (
    table_agreement,
    figure_agreement,
    table_agreement_coefficients,
    figure_agreement_coefficients,
)
VERDICTS = "良好|优秀|较高|中等|几乎完全|可接受|substantial|moderate|excellent|acceptable|fair|good"


def codings_of(*coders: str, n: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Coders who err one time in seven on paragraphs of five documents."""
    generator = np.random.default_rng(21)
    segments = pd.DataFrame({"segment_id": [f"p{i:02d}" for i in range(n)], "kind": "paragraph"})
    segments = segments.assign(doc_id=[f"d{i % 5}" for i in range(n)], start=0, end=10)
    truth = generator.integers(0, 4, n)
    rows = []
    for coder in coders:
        seen = np.where(generator.random(n) < 1 / 7, generator.integers(0, 4, n), truth)
        rows += [
            (segment, doc, f"F.{'AB'[code]}", coder, 1, None)
            for segment, doc, code in zip(
                segments["segment_id"], segments["doc_id"], seen, strict=True
            )
            if code < 2
        ]
    columns = ["segment_id", "doc_id", "code_id", "coder", "value", "memo"]
    return pd.DataFrame(rows, columns=columns).astype({"memo": "str"}), segments


def agreed(*coders: str, **asked) -> pd.DataFrame:
    codings, segments = codings_of(*coders)
    return pbgov.agreement(codings, coders, segments, family="F", seed=1, n_boot=200, **asked)


def test_the_table_of_many_coders_says_what_its_shares_are() -> None:
    made = table_agreement(agreed("甲", "乙", "丙"), source=SOURCE, labels=LABELS)
    assert made.title == "甲、乙与丙的一致性"
    assert made.header()[:4] == ["编码", "段数", "都未编码", "全体一致率"]
    assert {"两两一致率", "正一致率", "多数类", "κ"} <= set(made.header())
    note = made.notes()[0]
    assert "Conger’s kappa" in note
    assert "自助法整体重抽文档（5 个）" in note
    assert "谁都没有编码的也在内" in note


def test_the_reference_frame_prints_what_it_always_did() -> None:
    made = table_agreement(agreed("甲", "rules", frame="reference"), source=SOURCE, labels=LABELS)
    assert made.header() == [
        "编码", "段数", "一致率", "Wilson 95% 区间", "自助法 95% 区间", "多数类", "κ", "κ 的 95% 区间",
        "宏 F1", "判出率", "判出者一致率",
    ]  # fmt: skip
    note = made.notes()[0]
    assert "只比较第一位编码者判过的片段" in note
    assert "只是上限" in note
    assert made.title == "甲与规则编码的一致性"


@pytest.mark.parametrize("exhibit", EXHIBITS)
def test_no_exhibit_calls_an_agreement_good_or_bad(exhibit) -> None:
    for coders in (("甲", "乙"), ("甲", "乙", "rules")):
        made = exhibit(agreed(*coders), source=SOURCE, labels=LABELS)
        said = " ".join([made.title, *made.notes(), *map(" ".join, made.rows())])
        assert re.search(VERDICTS, said, re.IGNORECASE) is None
        assert "N = 60 段" in said
        assert "重抽文档（5 个）" in said
        assert ("只是上限" in said) == ("rules" in coders)


def test_the_note_explains_the_coefficients_that_are_shown_and_no_other() -> None:
    table = agreed("甲", "endpoint:本地模型")
    figure = figure_agreement_coefficients(table, source=SOURCE)
    assert "κ、α、AC1 以 1 为完全一致" in figure.notes()[0]
    assert "PABAK" not in figure.notes()[0]
    made = table_agreement_coefficients(table, source=SOURCE)
    assert "κ、α、AC1、PABAK 以 1 为完全一致" in made.notes()[0]
    assert made.title == "甲与语言模型 本地模型：各一致性系数"
    learned = table_agreement(agreed("甲", "learned"), source=SOURCE)
    assert "不作答的片段按没有编码计" in learned.notes()[0]


def test_coefficients_stand_side_by_side_with_their_intervals() -> None:
    table = agreed("甲", "乙", "丙")
    made = table_agreement_coefficients(table, source=SOURCE, labels=LABELS)
    assert made.header() == [
        "编码", "段数", "都未编码", "多数类", "一致率", "正一致率", "κ", "Fleiss κ", "α", "AC1", "PABAK",
    ]  # fmt: skip
    row = table.iloc[-1]
    printed = dict(zip(made.header(), made.rows()[-1], strict=True))
    alpha = [f"{row[name]:.2f}" for name in ("alpha", "alpha_low", "alpha_high")]
    assert printed["α"] == "{} [{}, {}]".format(*alpha)
    two = table_agreement_coefficients(agreed("甲", "乙"), source=SOURCE)
    assert "Fleiss κ" not in two.header()


def test_what_is_undefined_is_a_dash_and_has_its_reason_in_the_note() -> None:
    codings, segments = codings_of("甲", "乙")
    absent = codings.iloc[[0]].assign(code_id="F.C", value=0)
    table = pbgov.agreement(
        pd.concat([codings, absent]), ("甲", "乙"), segments, family="F", seed=1, n_boot=50
    )
    made = table_agreement_coefficients(table, source=SOURCE)
    row = dict(zip(made.header(), made.rows()[2], strict=True))
    assert (row["编码"], row["κ"], row["α"], row["正一致率"]) == ("F.C", "—", "—", "—")
    assert "F.C：两位编码者对全部片段给出同一个取值，κ 无定义" in made.notes()[0]
    assert figure_agreement_coefficients(table, source=SOURCE).image("png")


def test_rows_of_several_pairs_and_families_are_told_apart() -> None:
    codings, segments = codings_of("甲", "乙", "rules")
    pairs = agreement_of_pairs(
        codings, ("甲", "乙", "rules"), segments, family="F", seed=1, n_boot=20
    )
    names = row_names(pairs, LABELS)
    assert len(set(names)) == len(names) == 9
    assert names[0] == "甲—乙：区域统筹型"
    assert names[-1] == "乙—规则编码：全部"
    other = codings.assign(code_id=codings["code_id"].str.replace("F.", "G."))
    both = pbgov.agreement(pd.concat([codings, other]), ("甲", "乙"), segments, seed=1, n_boot=20)
    assert [name for name in row_names(both, LABELS) if "全部" in name] == ["模式·全部", "G·全部"]
    with pytest.raises(InputError, match="no column frame"):
        table_agreement_coefficients(pairs.drop(columns="frame"), source=SOURCE)


@pytest.mark.parametrize("exhibit", [figure_agreement, figure_agreement_coefficients])
@pytest.mark.parametrize("coders", [("甲", "乙"), ("甲", "乙", "丙")])
def test_no_text_of_a_figure_is_cut(exhibit, coders) -> None:
    labels = {**LABELS, "F.A": "一个名字很长的编码" * 4}
    figure = exhibit(agreed(*coders), source=SOURCE, labels=labels).draw()
    with figure_style():
        figure.draw_without_rendering()
    texts = [text for axes in figure.axes for text in (axes.title, *axes.get_yticklabels())]
    texts += [text for legend in figure.legends for text in legend.get_texts()]
    boxes = [text.get_window_extent() for text in texts if text.get_text() and text.get_visible()]
    assert len(boxes) >= 5
    for box in boxes:
        assert min(box.x0, box.y0) >= -0.5
        assert box.x1 <= figure.bbox.x1 + 0.5
        assert box.y1 <= figure.bbox.y1 + 0.5


def test_the_table_of_spans_prints_all_documents_together_and_keeps_each_in_its_data() -> None:
    codings, segments = codings_of("甲", "乙")
    starts = segments.groupby("doc_id").cumcount() * 10
    segments = segments.assign(start=starts, end=starts + 10)
    placed = codings.merge(segments[["segment_id", "start", "end"]], on="segment_id")
    placed = placed.assign(evidence_start=placed["start"] + 2, evidence_end=placed["start"] + 6)
    spans = agreement_of_spans(placed, ("甲", "乙"), segments, family="F", seed=1, n_boot=100)
    made = table_agreement_of_spans(spans, source=SOURCE, labels=LABELS)
    assert made.title == "甲与乙标出的文字有多一致"
    assert [row[0] for row in made.rows()] == ["区域统筹型", "条块联动型", "全部"]
    overall = spans[(spans["code_id"] == "*") & (spans["doc_id"] == "*")].iloc[0]
    assert made.rows()[-1][3] == f"{overall['alpha_u']:.2f}"
    assert "N = 600 字，5 篇文档" in made.notes()[0]
    assert len(made.data) == 3 * 6
