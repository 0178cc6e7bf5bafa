"""Reports made by hand for the tests of the page and of the PDF."""

from __future__ import annotations

import pandas as pd

from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.style import new_figure
from pbgov.reporting.ledger import Judgement, Ledger, Quotation, Record, Result, quotation_id
from pbgov.reporting.prose import literal
from pbgov.reporting.report import (
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "</script><!--<script>window.hacked = 1",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    '=HYPERLINK("http://example.invalid","x")',
    "@SUM(1+1)",
    "\\input{/etc/passwd}",
    '#eval("1+1") #read("/etc/passwd") $x^2$ *粗* _斜_ `码` <标签> @引用 // 注',
    "{{result:x}} {tab-x} {{cite:y}} {{note:z}} {{ 7*7 }} {% for %}",
    "]]>",
    "甲\u202e乙丙",
    "𠮷街道",
    "</style><style>*{display:none}</style>",
    "</title></textarea></bdi></li></ol></section></main>",
    "a\u2028b\u2029c",
)
SHOWN = [text.replace("\u202e", "〔U+202E〕") for text in HOSTILE]


def quotation(doc_id, start, text, **changes):
    plain = {
        "title": f"{doc_id} 的题名",
        "path": f"data/documents/{doc_id}.txt",
        "paragraph": 2,
        "raw_start": start + 7,
        "raw_end": start + 7 + len(text),
        "region_code": "110101",
        "region": "东城区",
        "status": "已实施",
        "judgements": (Judgement("INNOV.ORG", "组织创新", "author", "组织.联合", 1),),
    }
    end = start + len(text)
    return Quotation(
        quotation_id(doc_id, start, end), doc_id, start=start, end=end, text=text, **plain | changes
    )


def record(name="密度/110101/2020", **changes):
    plain = {
        "region": "东城区",
        "indicator": "人口密度",
        "period": "2020-11-01",
        "printed": "16,931",
        "unit": "人/平方千米",
        "status": "实际",
        "source": "第七次人口普查公报",
        "url": "https://example.org/census?a=1&b=2",
    }
    return Record(name, **plain | changes)


def table(exhibit_id="tab-scores", rows=3, **changes):
    body = pd.DataFrame(
        {"区": [f"第{n}区" for n in range(rows)], "占比": ["12.5%", "—", "−0.5%"] * (rows // 3)}
    )
    plain = {
        "exhibit_id": exhibit_id,
        "title": "各区占比",
        "body": body,
        "note": f"N = {rows} 个区。",
        "source": "https://example.org/a?b=1&c=2",
        "data": pd.DataFrame({"share": range(rows)}),
    }
    return Exhibit(**plain | changes)


def figure(exhibit_id="fig-path", **changes):
    def draw():
        drawn = new_figure(5)
        axes = drawn.add_subplot()
        axes.bar(["东城区", "西城区", "朝阳区"], [1, -2, 3], hatch="////")
        axes.set_ylabel("分数 −")
        return drawn

    return table(exhibit_id, **{"body": draw, "title": "走势"} | changes)


def ledger():
    quotations = (
        quotation("doc-a", 10, "柳河街道组建联合党支部，Grid  Management 全覆盖。"),
        quotation("doc-a", 80, "园区给每个支部发了责任清单。", paragraph=5),
        quotation(
            "doc-b",
            3,
            "澄湖社区计划设立议事厅。",
            region="",
            region_code="",
            status="计划",
            judgements=(
                Judgement("INNOV.MGT", "管理创新", "draft", "", 0),
                Judgement("PROB.FORM", "形式主义", "小王", "", 1),
            ),
        ),
    )
    records = (record(), record("满意率/110101/2023", indicator="满意率", printed="93.2", unit="%"))
    a, b, c = (one.quotation_id for one in quotations)
    results = (
        Result("practices.n", 3, "3", "查出的做法条数", "count", "evidence/practices.csv", rests_on=(a, b, c)),
        Result("share.110101", 2 / 3, "66.7%", "东城区做法所占的份额", "description", "evidence/shares_by_region.csv", rests_on=(a, b)),
        Result("assess.slope", -0.1234567, "−0.123", "密度与得分的斜率", "association", "tables/x.csv", rests_on=("密度/110101/2020",)),
        Result("toy.effect", 0.5, "0.50", "模拟里设定的效应", "effect", "tables/x.csv", simulated=True),
        Result("never.stated", "未估计", "未估计", "没有估计出来的系数", "method", rests_on=(c, "满意率/110101/2023")),
    )  # fmt: skip
    return Ledger(results, quotations, records)


def report(**changes):
    plain = {
        "title": "北京城市基层治理",
        "subtitle": "示范报告",
        "ledger": ledger(),
        "blocks": (
            Heading(1, "一、材料"),
            Paragraph(
                "共查出{{result:practices.n}}条做法{{cite:li}}，见{tab-scores}；{{note:重复的做法只算一次。}}"
                "其中东城区占{{result:share.110101}}。"
            ),
            Claim(
                "密度与得分的斜率为{{result:assess.slope}}，{{result:practices.n}}条做法都读过{{note:第二条脚注。}}。",
                "真实", "低", "N 只有 3，见{tab-scores}",
            ),
            ExhibitBlock(table()),
            Heading(2, "（一）模拟"),
            Claim("设定的效应{{result:toy.effect}}能够找回，见{fig-path}。", "模拟", "高", "效应是自己设定的"),
            Paragraph("不带标签的句子提到{{result:toy.effect}}。"),
            ExhibitBlock(figure(simulated=True)),
            ExhibitBlock(table("tab-long", rows=60)),
            Paragraph("没有分区满意率。", "局限"),
            Box("这些数据不能说明什么", ("不能说明因果{{note:框里的脚注。}}。",)),
            References(
                ("李明. 题名[J]. 刊名，2022(5).", "王某. 见 https://example.org/x"),
                title="二、来源",
                keys=("li", "wang"),
            ),
        ),
    }  # fmt: skip
    return Report(**plain | changes)


def hostile_report():
    """Every hostile text wherever a text can stand."""
    quotations = tuple(
        quotation(
            f"doc{n}{text}", 10 * n, text, title=text, path=f"{text}.txt", region=text, region_code=str(n),
            status=text, judgements=(Judgement(text, text, text, text, 1),),
        )
        for n, text in enumerate(HOSTILE)
    )  # fmt: skip
    records = tuple(
        Record(f"{n}{text}", text, text, text, text, text, text, text, text)
        for n, text in enumerate(HOSTILE)
    )
    results = tuple(
        Result(f"r.{n}", text, text, text, "count", text, rests_on=(q.quotation_id, d.record_id))
        for n, (text, q, d) in enumerate(zip(HOSTILE, quotations, records, strict=True))
    )
    body = pd.DataFrame({text: list(HOSTILE) for text in HOSTILE[:3]})
    hostile = table(
        "tab-hostile", body=body, title=HOSTILE[1], note=HOSTILE[0] + HOSTILE[13], source=HOSTILE[4]
    )

    def draw():
        drawn = new_figure(4)
        drawn.add_subplot().set_title("𠮷".join(HOSTILE[:2]))
        return drawn

    blocks = [Heading(1, "一、材料")]
    for n, text in enumerate(HOSTILE):
        blocks += [
            Heading(2, text),
            Paragraph(f"{literal(text)}：{{{{result:r.{n}}}}}{{{{note:{text.replace('{', '').replace('}', '')}}}}}"),
            Claim(literal(text) + "{{cite:k}}", "真实", "低", literal(text)),
        ]  # fmt: skip
    return Report(
        title=HOSTILE[0] + HOSTILE[13],
        subtitle=HOSTILE[9],
        ledger=Ledger(results, quotations, records),
        blocks=(
            *blocks,
            ExhibitBlock(hostile),
            ExhibitBlock(table("fig-hostile", body=draw, title=HOSTILE[12], note=HOSTILE[2])),
            Box(HOSTILE[12], tuple(map(literal, HOSTILE))),
            References(tuple(map(literal, HOSTILE)), title=HOSTILE[3], keys=("k", *HOSTILE[1:])),
        ),
    )


def large_report(count=2000, results=30):
    """A report on many quotations, one in fifty of which names the 柳荫 network."""
    quotations = tuple(
        quotation(
            f"doc-{n // 100:03d}",
            60 * n,
            f"第{n}条：{'柳荫网络' if n % 50 == 0 else '社区网格'}定期走访居民，收集意见并逐条答复。"
            * 3,
            region=f"第{n % 16}区",
            region_code=f"1101{n % 16:02d}",
        )
        for n in range(count)
    )
    ids = [one.quotation_id for one in quotations]
    made = tuple(
        Result(f"many.{n}", len(ids[n::results]), str(len(ids[n::results])), f"第{n}组条数", "count", rests_on=tuple(ids[n::results]))
        for n in range(results)
    )  # fmt: skip
    every = Result("many.all", count, f"{count:,}", "全部条数", "count", rests_on=tuple(ids))
    return Report(
        title="很多引文",
        subtitle="",
        ledger=Ledger((every, *made), quotations),
        blocks=(Heading(1, "一、条数"), Paragraph("共{{result:many.all}}条。")),
    )


def wide_report():
    """A table of ten columns, nine of them intervals."""
    header = ["变量名称", *[f"模型（{n}）" for n in range(1, 10)]]
    body = pd.DataFrame([["人口密度对数", *["[−1.23, 4.56]"] * 9]] * 6, columns=header)
    return Report("宽表", "", (Heading(1, "一、表"), ExhibitBlock(table("tab-wide", body=body))))
