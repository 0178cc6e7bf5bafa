"""Templates: read, never executed; every fault with its line; a report made of them is a report."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import DataFileError, ReportError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.reporting.claims.checking import check_claims, require_sound
from pbgov.reporting.claims.grades import Grade, Reason
from pbgov.reporting.claims.grading import grade_result
from pbgov.reporting.ledger import Ledger, Result
from pbgov.reporting.report import Box, Claim, ExhibitBlock, Heading, Paragraph, References
from pbgov.reporting.template_report import report_from_template
from pbgov.reporting.template_text import MOST_BYTES, read_template, template_blocks

GRADED = Grade("中", (Reason("size", "中", "只有 16 个区", "only 16 districts"),))
LEDGER = Ledger(
    (
        Result("n", 108, "108", "做法条数", "count"),
        Result("assess.x.estimate", -3.68, "−3.68", "密度的系数", "association"),
        Result("assess.n_units", 16, "16 个区", "单位数", "count"),
        Result("simulate.n", 4, "4", "模拟：个数", "count", simulated=True),
        grade_result("assess", GRADED),
    )
)
SOURCES = References(("甲：《题》。",), keys=("jia",))


def exhibit(name, **changes):
    table = pd.DataFrame({"区": ["甲区"]})
    return Exhibit(
        name, "占比", table, "N = 1 个区。", "本研究", pd.DataFrame({"x": [1]}), **changes
    )


EXHIBITS = {name: exhibit(name) for name in ("tab-a", "fig-b")} | {
    "tab-s": exhibit("tab-s", simulated=True)
}
TEMPLATE = """\
# 一、主要结论

{{claim:真实|assess.x.estimate}} 密度与得分相关，系数 {{result:assess.x.estimate}}，
{{result:assess.n_units}}（{tab-a}）。

{{label:方法}} 查出 {{result:n=108}} 条，
written over lines,
每条可核对{{cite:jia}}。
{tab-a}
## （一）模拟
{{label:模拟}} 找回 {{result:simulate.n}} 个（{tab-s}）。

{tab-s}

> 这些数据不能说明什么
> 不能说明因果。
>
> 满分 {{given:1000|考核办法}} 分。

{{references}}

### 尾声
**不是粗体** <b>x</b> {% for x in y %} {{note:脚注}}
"""


def made(text=TEMPLATE, **changes):
    plain = {
        "title": "题名", "subtitle": "副题", "exhibits": EXHIBITS, "ledger": LEDGER,
        "references": SOURCES, "path": "t.md",
    }  # fmt: skip
    return report_from_template(text, **{**plain, **changes})


def test_a_template_becomes_the_blocks_it_names():
    blocks = made().blocks
    assert [type(one) for one in blocks] == [
        Heading, Claim, Paragraph, ExhibitBlock, Heading, Paragraph, ExhibitBlock, Box,
        References, Heading, Paragraph,
    ]  # fmt: skip
    claim, method = blocks[1], blocks[2]
    assert (claim.reality, claim.confidence) == ("真实", "中")
    assert made().plain(claim.reason) == "只有 16 个区。"
    assert method.reality == "方法"
    assert made().plain(method.text) == "查出 108 条，written over lines, 每条可核对[1]。".replace(
        ", 每", ",每"
    )
    assert blocks[7] == Box(
        "这些数据不能说明什么", ("不能说明因果。", "满分 {{given:1000|考核办法}} 分。")
    )
    assert made().plain(blocks[-1].text) == "**不是粗体** <b>x</b> {% for x in y %} （注：脚注）"
    assert check_claims(made()).empty


def test_references_stand_at_the_end_where_the_template_names_no_place():
    assert made("# 题").blocks[-1] is SOURCES
    assert made("# 题", references=None).blocks == (Heading(1, "题"),)


def test_lines_are_counted_from_one_whatever_ends_them(tmp_path):
    path = tmp_path / "模板.md"
    path.write_bytes("﻿# 题\r\n\r\n甲\r\n乙\r\n# 丙\r\n".encode())
    assert [(one.kind, one.line, one.text) for one in read_template(path)] == [
        ("heading", 1, "题"), ("paragraph", 3, "甲乙"), ("heading", 5, "丙"),
    ]  # fmt: skip


FAULTS = [
    ("#### 太深", "E715"),
    ("{{resutl:n}} 条", "E714"),
    ("{{ 7*7 }}", "E714"),
    ("没有合上 {{result:n", "E714"),
    ("{{given:1000}} 分", "E714"),
    ("{{label:不明}} 文字", "E714"),
    ("{{label:方法}}", "E714"),
    ("- 列举", "E714"),
    ("1. 列举", "E714"),
    ("| 表 | 头 |", "E714"),
    ("```", "E714"),
    ("> 只有题", "E714"),
    ("{{claim:方法|assess}} 文字", "E718"),
    ("{{claim:真实}} 文字", "E718"),
    ("{{claim:真实|assess}}", "E718"),
    ("{{claim:真实|n}} 没有把握的结果", "E716"),
    ("{{claim:真实|lost}} 没有的结果", "E716"),
    ("见{{result:lost}}。", "E716"),
    ("见{{cite:lost}}。", "E716"),
    ("见{fig-b}，它没有放进来。", "E716"),
    ("{tab-lost}", "E716"),
    ("{tab-a}", "E717"),
    ("{{references}}", "E717"),
    ("{{label:真实}} 找回 {{result:simulate.n}} 个。", "E705"),
    ("{{claim:真实|assess}} 见{tab-s}。", "E705"),
    ("坏\x00字", "E719"),
    ("坏\ufffe字", "E719"),
]


@pytest.mark.parametrize(("text", "code"), FAULTS)
def test_each_fault_is_told_with_its_line(text, code):
    with pytest.raises(DataFileError) as refused:
        made(f"{TEMPLATE}\n\n{text}\n")
    found = refused.value.findings
    assert [(one.code, one.path, one.row) for one in found] == [
        (code, "t.md", TEMPLATE.count("\n") + 3)
    ]


def test_all_faults_of_the_form_are_told_at_once():
    with pytest.raises(DataFileError) as refused:
        template_blocks("#### 深\n\n- 列举\n\n甲\n{{x}}\n", "t.md")
    assert [(one.code, one.row) for one in refused.value.findings] == [
        ("E715", 1), ("E714", 3), ("E714", 6),
    ]  # fmt: skip


def test_files_that_cannot_be_read_are_refused_by_name(tmp_path):
    path = tmp_path / "t.md"
    for content, code in (
        (None, "E113"), ("甲".encode("gb18030"), "E101"), (b"x" * (MOST_BYTES + 1), "E714"),
    ):  # fmt: skip
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DataFileError, match=code):
            read_template(path)
    with pytest.raises(DataFileError, match="E120"):
        read_template(tmp_path)


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>", "</script><!--", '=HYPERLINK("http://x")', "@SUM(A1)",
        "\\input{/etc/passwd}", "#eval(read(\"x\"))", "]]>", "\u202e倒写", "𠮷", "{% include 'x' %}",
        "${jndi:x}", "{tab-X}", "{{{result:n}}}", "%(x)s {0} {x}",
    ],
)  # fmt: skip
def test_hostile_words_are_printed_as_they_stand(nasty):
    text = f"写作 {nasty} 的题名。"
    report = made(text)
    plain = report.plain(report.blocks[0].text)
    assert plain == text.replace("{{result:n}}", "108")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_blocks_or_findings_and_nothing_else(text):
    findings, blocks = (), ()
    try:
        blocks = template_blocks(text)
    except DataFileError as error:
        findings = error.findings
    assert {one.code for one in findings} <= {"E714", "E715", "E718", "E719"}
    assert all(one.row for one in findings)
    assert all(block.text or block.kind == "references" for block in blocks)
    assert findings or blocks or not text.strip().strip("\ufeff")


def test_a_lie_in_a_template_is_refused_with_its_file_and_line(tmp_path):
    file = tmp_path / "report.md"
    file.write_text("# 一、结论\n\n材料。\n\n密度导致占比下降。\n", encoding="utf-8")
    made = report_from_template(
        file.read_text(encoding="utf-8"), title="题", subtitle="", exhibits={}, ledger=Ledger()
    )
    with pytest.raises(ReportError) as caught:
        require_sound(made, file)
    (finding,) = caught.value.findings
    assert (finding.code, finding.path, finding.row) == ("E706", str(file), 5)
