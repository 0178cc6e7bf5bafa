"""Reports made up for the tests of the Word files."""

from __future__ import annotations

import io

import docx
import pandas as pd

from pbgov.exhibits.charts import ChartData, Series
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.style import new_figure
from pbgov.reporting.ledger import (
    Judgement,
    Ledger,
    Quotation,
    Record,
    Result,
    quotation_id,
    record_id,
)
from pbgov.reporting.report import (
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.word.document import word_document

HOSTILE = (
    "<script>alert(1)</script>", "</script><!--", '=HYPERLINK("http://x","y")', "@SUM(A1)",
    r"\input{/etc/passwd}", "#eval(1)", "{{result:x}}", "{tab-x}", "]]>", "甲\u202e乙", "𠮷野家",
    "&amp;\u2028行",
)  # fmt: skip


def table(exhibit_id="tab-scores", rows=3, columns=3, **changes):
    names = ["区", *(f"第{n}列" for n in range(1, columns))]
    cells = [
        [f"第{row}区", *(f"{row + n / 7:.3f}" for n in range(1, columns))] for row in range(rows)
    ]
    plain = {
        "exhibit_id": exhibit_id,
        "title": "各区占比",
        "body": pd.DataFrame(cells, columns=names),
        "note": f"N = {rows} 个区。",
        "source": "本研究的文档",
        "data": pd.DataFrame({"share": range(rows)}),
    }
    return Exhibit(**{**plain, **changes})


def figure(exhibit_id="fig-path", kind="column", **changes):
    def draw():
        drawn = new_figure(4)
        drawn.add_subplot().plot([0, 1], [0, 1])
        return drawn

    if kind == "scatter":
        chart = ChartData("scatter", (Series("点", (1.0, 2.0), x=(0.0, 1.0)),))
    else:
        chart = ChartData(kind, (Series("占比", (0.1, None, 0.3)),), ("甲", "乙", "丙"))
    return table(exhibit_id, **{"body": draw, "title": "走势", "chart": chart, **changes})


def quotation(number, doc_id="doc-a", **changes):
    start = 100 * number
    text = f"第{number}条：街道建立联席会议制度。"
    plain = {
        "quotation_id": quotation_id(doc_id, start, start + len(text)),
        "doc_id": doc_id,
        "title": f"题名{doc_id}",
        "path": f"data/documents/{doc_id}.txt",
        "paragraph": number,
        "start": start,
        "end": start + len(text),
        "raw_start": start + 2,
        "raw_end": start + 2 + len(text),
        "text": text,
        "judgements": (
            Judgement("INNOV.ORG", "组织创新", "甲编码者", "cue:联席会议", 1),
            Judgement("INNOV.ACT", "活动创新", "乙编码者", "", 0),
        ),
    }
    return Quotation(**{**plain, **changes})


def record(number, **changes):
    plain = {
        "record_id": record_id("人口密度", f"1101{number:02d}", "2020"),
        "region": f"第{number}区",
        "indicator": "人口密度",
        "period": "2020",
        "printed": f"{number},000",
        "unit": "人/平方公里",
        "status": "实际",
        "source": "第七次全国人口普查公报",
    }
    return Record(**{**plain, **changes})


def result(result_id="practices.n", rests_on=(), **changes):
    plain = {
        "result_id": result_id,
        "value": 12,
        "printed": "12",
        "meaning": "查出的做法条数",
        "nature": "count",
        "origin": "evidence/practices.csv",
        "rests_on": tuple(rests_on),
    }
    return Result(**{**plain, **changes})


def ledger():
    quotations = tuple(quotation(n, doc) for doc in ("doc-a", "doc-b") for n in range(1, 7))
    records = tuple(record(n) for n in range(1, 5))
    ids = [one.quotation_id for one in quotations]
    results = (
        result("practices.n", ids),
        result("practices.some", ids[1:4] + ids[8:9], printed="4", meaning="明说组织创新的条数"),
        result("density.mean", [one.record_id for one in records], printed="−2,500",
               meaning="人口密度的均值", nature="description", origin="data/indicators"),
        result("simulate.n", (), printed="16", meaning="编造的区数", simulated=True,
               origin="tables/模拟_tab.csv"),
        result("unstated.n", ids[-1:], printed="99", meaning="没有写进正文的数"),
    )  # fmt: skip
    return Ledger(results, quotations, records)


def report(**changes):
    """Every kind of block, both kinds of exhibit, simulated ones, notes, citations and numbers."""
    plain = {
        "title": "北京城市基层治理",
        "subtitle": "示范报告",
        "ledger": ledger(),
        "blocks": (
            Heading(1, "一、材料"),
            Paragraph(
                "共{{result:practices.n}}条{{note:做法是可以核对的举措。}}，其中"
                "{{result:practices.some=4}}条{{note:第二个脚注 & <b>。}}，见{tab-scores}"
                "{{cite:li2022}}。再说一遍：{{result:practices.n}}条。"
            ),
            Paragraph("全部数字由程序算出。", "方法"),
            Claim("密度均值{{result:density.mean}}，见{tab-scores}。", "真实", "中", "只有三个区"),
            ExhibitBlock(table()),
            Heading(2, "（一）模拟"),
            Claim(
                "走势能够找回（{{result:simulate.n}}个区），见{fig-path}和{tab-long}。",
                "模拟", "高", "效应是自己设定的{{note:脚注也可以在依据里。}}",
            ),
            ExhibitBlock(figure(simulated=True)),
            Heading(3, "1. 长表"),
            ExhibitBlock(table("tab-long", rows=60)),
            Paragraph("没有分区满意率。", "局限"),
            ExhibitBlock(table("tab-wide", rows=4, columns=24)),
            ExhibitBlock(figure("fig-points", "scatter")),
            Box("这些数据不能说明什么", ("不能说明因果{{note:方框里的脚注。}}。", "见{tab-long}。")),
            References(
                ("甲. 题名[J]. 刊名，2022(5).", "见 https://example.org/x"),
                title="二、来源", keys=("li2022", "x"),
            ),
        ),
    }  # fmt: skip
    return Report(**{**plain, **changes})


def opened(made):
    """A report as an independent reader of Word files has it."""
    return docx.Document(io.BytesIO(word_document(made)))
