"""The check of a whole report: each planted lie is caught, a sound report is left alone."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest

from pbgov.errors import DataFileError, ReportError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.reporting.claims.checking import COLUMNS, check_claims, require_sound
from pbgov.reporting.claims.results_file import results_json
from pbgov.reporting.ledger import Ledger, Result
from pbgov.reporting.page.document import page
from pbgov.reporting.prose import literal
from pbgov.reporting.report import Box, Claim, ExhibitBlock, Heading, Paragraph, References, Report
from pbgov.reporting.word.document import word_document

HOSTILE = (
    "<script>alert(1)</script>", "</script><!--", '=HYPERLINK("x")', "@SUM(A1)", "\\input{x}",
    "#eval(1)", "{{result:x}}", "{tab-x}", "]]>", "\u202ertl", "𠮷",
)  # fmt: skip


def exhibit(name, **changes):
    table = pd.DataFrame({"区": ["甲区"], "占比": ["12.5%"]})
    plain = {
        "exhibit_id": name, "title": "各区占比", "body": table, "note": "N = 1 个区。",
        "source": "本研究", "data": pd.DataFrame({"share": [0.125]}),
    }  # fmt: skip
    return Exhibit(**{**plain, **changes})


LEDGER = Ledger(
    (
        Result("practices.n", 108, "108", "查出的做法条数", "count"),
        Result("documents.n", 5, "5", "文档篇数", "count"),
        Result("a.x.estimate", -3.68, "−3.68", "得分与密度：密度的系数", "association"),
        Result("a.x.p_value", 0.067, "= 0.067", "得分与密度：密度的p 值", "association"),
        Result("a.x.p_permutation", 0.035, "= 0.035", "得分与密度：密度的置换 p 值", "association"),
        Result("a.n_units", 16, "16 个区", "得分与密度：单位数", "count"),
        Result("simulate.n", 4, "4", "模拟：找回的效应个数", "count", simulated=True),
        Result("share.x", 0.125, "12.5%", "占比", "description"),
    )
)


def report(*blocks, **changes):
    placed = (ExhibitBlock(exhibit("tab-x")), ExhibitBlock(exhibit("tab-s", simulated=True)))
    sources = References(("甲：《十六区》，第 3 期。",), keys=("jia",))
    plain = {
        "title": "十六区报告",
        "subtitle": "五篇文档",
        "blocks": (*blocks, *placed, sources),
        "ledger": LEDGER,
    }
    return Report(**{**plain, **changes})


SOUND = (
    Heading(1, "一、主要结论"),
    Claim(
        "在 {{result:documents.n}} 篇文档中查出 {{result:practices.n=108}} 条做法（{tab-x}）。",
        "真实",
        "中",
        "由规则查找，没有逐条人工核对。",
    ),
    Paragraph(
        "密度每高 1，得分平均低 {{result:a.x.estimate}}（{{result:a.n_units}}）。这是相关，不是因果。"
    ),
    Paragraph("找回 {{result:simulate.n}} 个设定的效应（{tab-s}）。", "模拟"),
    Paragraph("模拟里找回 {{result:simulate.n}} 个。", "方法"),
    Paragraph(
        "满分 {{given:1000|考核办法}} 分；另有人数 40 人{{cite:jia}}。{{note:见 2020 年通报。}}"
    ),
    Box("这些数据不能说明什么", ("不能说明因果。", "95% 区间不含零，也不等于有效。")),
)


def test_a_sound_report_gives_an_empty_table():
    table = check_claims(report(*SOUND))
    assert table.empty
    assert tuple(table.columns) == COLUMNS
    assert require_sound(report(*SOUND)) is None


LIES = {
    "E701": Paragraph("查出 {{result:practices.n=109}} 条做法。"),
    "E704": Paragraph("查出 109 条做法。"),
    "E705": Paragraph("找回 {{result:simulate.n}} 个，共 {{result:documents.n}} 篇。", "方法"),
    "E706": Paragraph("密度高导致得分低（{{result:a.x.estimate}}，{{result:a.n_units}}）。"),
    "E707": Paragraph("密度与得分显著相关（{{result:a.x.estimate}}，{{result:a.n_units}}）。"),
    "E708": Claim("这证明密度与得分有关（{tab-x}）。", "真实", "低", "区少"),
    "E709": Paragraph("密度与得分没有关系（{{result:a.x.estimate}}，{{result:a.n_units}}）。"),
    "E710": Claim("全国各地都是如此（{tab-x}）。", "真实", "低", "区少"),
    "E711": Claim("联建模式最好（{tab-x}）。", "真实", "低", "区少"),
    "E712": Paragraph("满意率与组织创新没有达到统计显著。"),
    "W701": Paragraph("判为组织创新的占 {{result:share.x}}。"),
}


@pytest.mark.parametrize("code", LIES)
def test_each_planted_lie_is_caught_by_its_own_code(code):
    table = check_claims(report(*SOUND, LIES[code]))
    assert set(table["code"]) == {code}
    row = table.iloc[0]
    assert row["where"].startswith(f"第{len(SOUND) + 1}块")
    assert row["seen"]
    assert row["wanted"]
    assert row["suggestion"]
    if code.startswith("E"):
        with pytest.raises(ReportError) as refused:
            require_sound(report(*SOUND, LIES[code]))
        assert [one.code for one in refused.value.findings] == [code]
    else:
        require_sound(report(*SOUND, LIES[code]))


def test_all_lies_are_told_at_once_in_the_order_of_the_report():
    table = check_claims(report(*LIES.values()))
    assert list(dict.fromkeys(table["code"])) == list(LIES)
    with pytest.raises(ReportError) as refused:
        require_sound(report(*LIES.values()))
    assert len(refused.value.findings) == len(table) - 1, "the remark does not refuse"
    assert "E706" in str(refused.value)
    assert "导致" in str(refused.value)


def test_the_number_without_a_result_is_offered_the_results_that_print_so():
    (row,) = check_claims(report(Paragraph("查出 108 条。"))).itertuples()
    assert "{{result:practices.n}}" in row.suggestion
    assert row.seen == "108"


def test_lies_in_reasons_boxes_headings_and_footnotes_are_caught():
    made = report(
        Claim("占比不同（{tab-x}）。", "真实", "低", "只有 3 个区"),
        Box("四个区", ("有两成的区没有数字。",)),
        Heading(2, "（一）六成以上的区"),
        Paragraph("见注。{{note:共 7 个区。}}"),
        Paragraph("共 {{result:documents.n}} 篇。{{note:联建促进了满意率。}}"),
    )
    table = check_claims(made)
    assert list(table["seen"]) == ["3", "四个", "两成", "六成以上", "7", "促进"]
    assert list(table["where"])[-2:] == ["第4块（段落），脚注1", "第5块（段落），脚注1"]


def test_a_title_worded_as_an_effect_is_remarked_upon_and_refuses_nothing():
    made = report(ExhibitBlock(exhibit("tab-y", title="组织创新提升居民满意率")))
    assert list(check_claims(made)["code"]) == ["W702"]
    require_sound(made)


def test_a_heading_worded_as_an_effect_is_refused():
    made = report(Heading(2, "（一）组织创新提升居民满意率"))
    assert list(check_claims(made)["code"]) == ["E706"]


def test_given_names_and_printed_results_are_not_the_reports_own_words():
    name = Result("name", "x", "有效解决率促进数", "指标", "description")
    made = report(
        Claim(
            "{{given:诉求有效解决率|指标名}}与{{result:name}}各不相同（{tab-x}）。",
            "真实",
            "低",
            "区少",
        ),
        Paragraph("{{given:联建促进了满意率。|研究计划的附注}}"),
        ledger=Ledger((*LEDGER.values(), name)),
    )
    assert check_claims(made).empty


def test_a_claim_cannot_give_its_own_statement_as_anothers():
    made = report(Claim("{{given:联建提升了满意率|本文}}（{tab-x}）。", "真实", "低", "区少"))
    assert list(check_claims(made)["code"]) == ["E706"]


@pytest.mark.parametrize(
    "text",
    [
        "这不是模拟的：找回 {{result:simulate.n}} 个。",
        "并非模拟，找回 {{result:simulate.n}} 个（N）。",
    ],
)
def test_to_deny_the_mark_is_not_to_bear_it(text):
    assert "E705" in set(check_claims(report(Paragraph(text)))["code"])


def test_a_simulated_number_labelled_real_is_caught_whatever_the_sentence_says():
    made = report(Paragraph("模拟里找回 {{result:simulate.n}} 个。", "真实"))
    assert list(check_claims(made)["code"]) == ["E705"]


@pytest.mark.parametrize("nasty", HOSTILE)
def test_hostile_words_are_words(nasty):
    made = report(Paragraph(f"题名是“{literal(nasty)}”，照录。"), Paragraph(literal(nasty)))
    codes = set(check_claims(made)["code"])
    assert codes <= {"E704"}, "a digit outside of quotation marks is a number, nothing else happens"


# ---- read back from files -----------------------------------------------------------------------


@pytest.fixture
def written(tmp_path):
    made = report(*SOUND)
    (tmp_path / "report.docx").write_bytes(word_document(made))
    (tmp_path / "results.json").write_text(results_json(made), encoding="utf-8")
    return tmp_path / "report.docx"


def edited(path, change, part="word/document.xml"):
    """The file with one part changed, as an editor would leave it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == part:
                changed = change(content.decode())
                assert changed != content.decode(), "the edit changed nothing"
                content = changed.encode()
            new.writestr(member, content)
    path.write_bytes(packed.getvalue())
    return check_claims(path)


def test_a_word_file_as_it_was_written_is_sound(written):
    assert check_claims(written).empty
    require_sound(written)


def control(xml: str, result_id: str) -> tuple[int, int]:
    """Where the content control of a result stands in the XML."""
    tag = xml.index(f'w:val="result:{result_id}"')
    return xml.rindex("<w:sdt>", 0, tag), xml.index("</w:sdt>", tag) + len("</w:sdt>")


def test_a_number_edited_by_hand_is_caught(written):
    def lie(xml):
        start, end = control(xml, "practices.n")
        return xml[:start] + xml[start:end].replace(">108<", ">208<") + xml[end:]

    table = edited(written, lie)
    assert [tuple(row) for row in table[["code", "seen"]].itertuples(index=False)] == [
        ("E702", "208")
    ]
    assert "108" in table["wanted"].iloc[0]


def test_a_deleted_control_leaves_an_unbound_number(written):
    def lie(xml):
        start, end = control(xml, "practices.n")
        return xml[:start] + "<w:r><w:t>108</w:t></w:r>" + xml[end:]

    (row,) = edited(written, lie).itertuples()
    assert (row.code, row.seen) == ("E704", "108")
    assert "practices.n" in row.suggestion


def test_a_tag_that_names_no_result_is_caught(written):
    table = edited(written, lambda xml: xml.replace("result:practices.n", "result:practices.m"))
    assert list(table["code"]) == ["E703"]
    assert list(table["seen"]) == ["practices.m"]


def test_a_digit_before_a_control_and_a_hidden_number_are_caught(written):
    def glued(xml):
        start, _ = control(xml, "practices.n")
        return xml[:start] + "<w:r><w:t>1</w:t></w:r>" + xml[start:]

    assert list(edited(written, glued)["code"]) == ["E704"]


def test_a_hidden_number_is_no_number(written):
    def hidden(xml):
        start, end = control(xml, "practices.n")
        inside = xml[start:end]
        run = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>108</w:t></w:r><w:r><w:t>9</w:t></w:r>"
        content = inside.index("<w:sdtContent>") + len("<w:sdtContent>")
        return xml[:start] + inside[:content] + run + "</w:sdtContent></w:sdt>" + xml[end:]

    table = edited(written, hidden)
    assert list(table["code"]) == ["E702"]
    assert list(table["seen"]) == ["9"]


def test_a_paragraph_written_into_the_file_is_checked(written):
    lie = "<w:p><w:r><w:t>联建使满意率提高了三成。</w:t></w:r></w:p>"

    def add(xml):
        start, _ = control(xml, "practices.n")
        at = xml.rindex("<w:p>", 0, start)
        return xml[:at] + lie + xml[at:]

    assert set(edited(written, add)["code"]) == {"E704", "E706"}


def test_the_mark_of_a_simulated_exhibit_cannot_be_taken_away(written):
    table = edited(written, lambda xml: xml.replace("【模拟】", "").replace("模拟", ""))
    assert "E705" in set(table["code"])


def test_a_docx_without_its_results_cannot_be_checked(written):
    (written.parent / "results.json").unlink()
    with pytest.raises(DataFileError, match="E713"):
        check_claims(written)


@pytest.mark.parametrize("name", ["report.pdf", "report"])
def test_other_files_are_refused_by_name(written, name):
    other = written.with_name(name)
    other.write_bytes(b"x")
    with pytest.raises(DataFileError, match="E713"):
        check_claims(other)


def test_a_file_that_is_no_word_file_is_refused(written):
    written.write_bytes(b"PK not a zip")
    with pytest.raises(DataFileError, match="E414"):
        check_claims(written)


def test_entities_are_not_resolved(written):
    def bomb(xml):
        head, _, rest = xml.partition("?>")
        return f'{head}?><!DOCTYPE w [<!ENTITY a "aaaa">]>{rest}'

    with pytest.raises(DataFileError, match="E41"):
        edited(written, bomb)


PAGE = """<!DOCTYPE html><html><head><title>3 个</title><style>p{{margin:9px}}</style></head><body>
<nav><p>7 个</p></nav><main>
<div class="claim"><p><span>【真实】</span> <span>【把握：中】●●○</span> 查出 <a data-result="{tag}">{shown}</a> 条做法。{more}</p>
<p class="reason">把握的依据：由规则查找。</p></div>
<table><tr><td>44</td></tr></table>
<ol class="references"><li>第 3 期，12 条</li></ol></main>
<section class="evidence"><p>共 9 条。</p></section><script>var x = 5;</script></body></html>"""


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"shown": "208"}, ["E702"]),
        ({"tag": "practices.m"}, ["E703"]),
        ({"more": "分布在 7 个区。"}, ["E704"]),
        ({"more": "<b>联建</b>促进了协商。"}, ["E706"]),
        ({"more": "<span hidden>共 3 条</span><!-- 共 4 条 -->"}, []),
        ({"shown": "1<i>08</i>"}, []),
    ],
)
def test_a_page_is_read_back_as_a_browser_shows_it(tmp_path, changes, codes):
    page = PAGE.format(**{"tag": "practices.n", "shown": "108", "more": "", **changes})
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    (tmp_path / "results.json").write_text(results_json(report(*SOUND)), encoding="utf-8")
    assert list(check_claims(tmp_path / "report.html")["code"]) == codes


@pytest.fixture
def written_page(tmp_path):
    made = report(*SOUND)
    (tmp_path / "report.html").write_bytes(page(made))
    (tmp_path / "results.json").write_text(results_json(made), encoding="utf-8")
    return tmp_path / "report.html"


def test_a_page_as_it_was_written_is_sound(written_page):
    assert check_claims(written_page).empty


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (">108</a>", ">208</a>", {"E702"}),
        ('data-result="practices.n"', "", {"E704"}),
        ('data-result="practices.n"', 'data-result="lost"', {"E703"}),
        ("这是相关，不是因果。", "密度导致得分下降。", {"E706"}),
        ("每高 1，", "每高 1，下降 5%，", {"E704"}),
    ],
)
def test_a_page_edited_by_hand_is_caught(written_page, before, after, codes):
    content = written_page.read_text(encoding="utf-8")
    assert before in content
    written_page.write_text(content.replace(before, after), encoding="utf-8")
    assert set(check_claims(written_page)["code"]) == codes


def test_one_report_gives_one_table_every_time():
    first, second = (check_claims(report(*LIES.values())) for _ in range(2))
    assert first.equals(second)


def test_a_study_may_call_things_what_it_likes_but_a_template_may_not_give_its_claim_a_name():
    named = Result("assess.f.n", 3, "3", "考核得分与疫情导致的缺勤率：行数", "count")
    ledger = Ledger((*LEDGER.values(), named))
    name = "{{given:疫情导致的缺勤率|study.toml}}每高 1，得分平均低（N = {{result:assess.f.n}}）。"
    made = report(Claim(name, "真实", "低", "—"), title="全国最好的区", ledger=ledger)
    assert list(check_claims(made)["code"]) == []
    lie = "{{given:密度导致的缺勤上升了|study.toml}}（N = {{result:assess.f.n}}）。"
    made = report(Claim(lie, "真实", "低", "—"), ledger=ledger)
    assert set(check_claims(made)["code"]) == {"E706"}
