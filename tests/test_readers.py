"""Reading office files, tables and archives: what was planted is found, and nothing else."""

from __future__ import annotations

import sys
import zipfile
from io import BytesIO
from pathlib import Path

import docx as python_docx
import openpyxl
import pytest

import pbgov
from pbgov.corpus.formats.opendocument import read_odt
from pbgov.corpus.formats.spreadsheet import read_xlsx, shown
from pbgov.corpus.formats.tables import read_csv
from pbgov.corpus.formats.word import read_docx
from pbgov.corpus.formats.word_numbers import FORMATS
from pbgov.corpus.readers import read_documents

sys.path.insert(0, str(Path(__file__).parent))
from office_files import DECLARED, STRICT_W, W, docx, listed, odt, p, r, table, zipped


def word(body, **parts):
    (extract,) = read_docx(docx(body, **parts), "a.docx")
    return extract


def lines(extract):
    return extract.text.split("\n")[:-1]


def marked(extract, kind):
    return [
        (extract.text[mark.start : mark.end], mark.level)
        for mark in extract.marks
        if mark.kind == kind
    ]


def codes(findings):
    return [finding.code for finding in findings]


# ---- .docx ------------------------------------------------------------------------------------


def test_what_a_reader_sees_is_kept_and_what_he_does_not_see_is_left_out():
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE x</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + r("结果")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = (
        p(
            "甲",
            f"<w:ins>{r('插入')}</w:ins>",
            "<w:del><w:r><w:delText>删去三字</w:delText></w:r></w:del>",
            f"<w:moveFrom>{r('移走')}</w:moveFrom>",
            f"<w:moveTo>{r('移来')}</w:moveTo>",
            f"<w:hyperlink>{r('链接')}</w:hyperlink>",
            f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{r('控件')}</w:sdtContent></w:sdt>",
            field,
            f"<w:fldSimple>{r('域')}</w:fldSimple>",
            r("隐藏", "<w:vanish/>"),
            r("不隐藏", '<w:vanish w:val="0"/>'),
        )
        + p(
            "一<!-- 注 -->二",
            "<w:r><w:tab/><w:t>三</w:t><w:br/><w:t>四</w:t><w:noBreakHyphen/></w:r>",
        )
        + p(
            "<w:r><w:ruby><w:rt><w:r><w:t>céng</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>层</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
    )
    extract = word(body)
    assert lines(extract) == [
        "甲插入移来链接控件结果域不隐藏",
        "一二\t三",
        "四-",
        "层",
    ]
    seen = {finding.code: finding.seen for finding in extract.findings}
    assert seen == {"W460": "6", "W461": "2", "W464": "注音 1"}


def test_a_text_box_is_read_once_and_after_its_paragraph():
    box = f"<w:txbxContent>{p('框里的字')}</w:txbxContent>"
    twice = (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    only_fallback = twice.replace("框里的字", "", 1).replace("框里的字", "后备")
    body = p("前", twice, "后") + p(only_fallback.replace(p(""), "", 1)) + p("尾")
    assert [line for line in lines(word(body)) if line] == ["前后", "框里的字", "后备", "尾"]


def test_deleted_paragraph_marks_and_rows_join_and_drop():
    gone = "<w:rPr><w:del/></w:rPr>"
    rows = table([p("留")], [p("删")]).replace(
        "<w:tr><w:tc><w:tcPr/>" + p("删"),
        "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:tcPr/>" + p("删"),
    )
    extract = word(p("前半", settings=gone) + p("后半") + rows + p("末段", settings=gone))
    assert lines(extract) == ["前半后半", "留", "末段"]


def test_headings_by_outline_level_style_and_name():
    styles = (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="我的标题"/><w:basedOn w:val="a"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="c"><w:name w:val="条"/>'
        '<w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="d"><w:name w:val="标题 1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="e"><w:name w:val="Title"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="f"><w:name w:val="x"/><w:basedOn w:val="f"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="t"><w:name w:val="toc 1"/></w:style>'
    )
    level_one = '<w:outlineLvl w:val="0"/>'
    body_text = '<w:outlineLvl w:val="9"/>'
    body = (
        p("题", style="e")
        + p("目录行", style="t")
        + p("一", style="d")
        + p("二", style="a")
        + p("继承", style="b")
        + p("四级", style="c")
        + p("直接", settings=level_one)
        + p("正文", style="a", settings=body_text)
        + p("自环", style="f")
        + p("", style="a")
    )
    extract = word(body, styles=styles)
    assert marked(extract, "heading") == [
        ("题", 1),
        ("一", 1),
        ("二", 2),
        ("继承", 2),
        ("四级", 4),
        ("直接", 1),
    ]
    assert marked(extract, "furniture") == [("目录行", 0)]


def test_tables_are_rows_unless_their_cells_hold_running_text():
    nested = p("外") + table([p("内一"), p("内二")])
    wide = table([p("合并")], [p("甲"), p("乙")]).replace(
        "<w:tcPr/>", '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>', 1
    )
    body = (
        table([p("指标"), p("数值")], [p("满意率"), p("81%")], [p(""), p("")])
        + wide
        + table([nested, p("旁")])
        + table([p("主要做法"), p("建立例会制度。") + p("设议事厅。")])
        + table([p("一段。") + p("又一段。")])
        + table([p("两"), p("街道") + p("社区")])
    )
    extract = word(body)
    assert marked(extract, "table") == [
        (row, 0)
        for row in [
            "指标\t数值",
            "满意率\t81%",
            "合并",
            "甲\t乙",
            "外\u3000内一 内二\t旁",
            "两\t街道\u3000社区",
        ]
    ]
    assert [
        line for line in lines(extract) if line in ("主要做法", "建立例会制度。", "设议事厅。")
    ] == [
        "主要做法",
        "建立例会制度。",
        "设议事厅。",
    ]


def test_notes_stand_at_the_end_in_the_order_of_the_text():
    footnotes = (
        f'<w:footnote w:id="-1" w:type="separator">{p("---")}</w:footnote>'
        f'<w:footnote w:id="2">{p(" 脚注乙")}</w:footnote>'
        f'<w:footnote w:id="1">{p(" 脚注甲")}{p("第二段")}</w:footnote>'
        f'<w:footnote w:id="9">{p("没有引用")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="1">{p("尾注")}</w:endnote>'
    body = p(
        "甲",
        '<w:r><w:footnoteReference w:id="1"/></w:r>',
        "乙",
        '<w:r><w:endnoteReference w:id="1"/><w:footnoteReference w:id="2"/></w:r>',
    )
    extract = word(body, footnotes=footnotes, endnotes=endnotes)
    assert lines(extract) == ["甲乙", "脚注甲", "第二段", "脚注乙", "尾注"]
    assert [text for text, _ in marked(extract, "note")] == ["脚注甲\n第二段", "脚注乙", "尾注"]


def test_headers_comments_and_formulas_are_told():
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>甲</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>乙</m:t></m:r></m:den></m:f></m:oMath>"
    )
    extract = word(
        p("比例", fraction),
        header1=p("内部资料"),
        footer1=p("— 3 —"),
        comments=f'<w:comment w:id="0">{p("改一下")}</w:comment>',
    )
    assert extract.text == "比例甲/乙\n"
    seen = {finding.code: finding.seen for finding in extract.findings}
    assert seen == {"W462": "1", "W463": "内部资料", "W464": "公式（写成一行） 1"}


LISTS = {
    1: [("chineseCounting", "%1、", ""), ("chineseCounting", "（%2）", ""), ("decimal", "%3.", "")],
    2: [("decimal", "%1", ""), ("decimal", "%1.%2", "")],
    3: [("bullet", "\uf0b7", "")],
    4: [("chineseCountingThousand", "第%1条", '<w:suff w:val="space"/>')],
    5: [("hebrew1", "%1", "")],
}


def numbering():
    kinds, uses = "", ""
    for name, levels in LISTS.items():
        inside = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{suffix}'
            f'<w:lvlText w:val="{template}"/></w:lvl>'
            for at, (form, template, suffix) in enumerate(levels)
        )
        kinds += f'<w:abstractNum w:abstractNumId="{name}">{inside}</w:abstractNum>'
        uses += f'<w:num w:numId="{name}"><w:abstractNumId w:val="{name}"/></w:num>'
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    uses += f'<w:num w:numId="9"><w:abstractNumId w:val="2"/>{again}</w:num>'
    return kinds + uses


def test_numbers_that_word_makes_are_put_in_and_told():
    order = [(1, 0), (1, 1), (1, 2), (1, 2), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (2, 1)]
    order += [(2, 1), (2, 0), (2, 1), (9, 0), (9, 1), (3, 0), (4, 0), (5, 0)]
    body = "".join(p("甲", settings=listed(*each)) for each in order)
    body += p("无", settings=listed(0))
    extract = word(body, numbering=numbering())
    assert lines(extract) == [
        *("一、甲", "（一）甲", "1. 甲", "2. 甲", "（二）甲", "1. 甲", "二、甲", "（一）甲"),
        *("1 甲", "1.1 甲", "1.2 甲", "2 甲", "2.1 甲", "1 甲", "1.1 甲"),
        *("甲", "第一条甲", "甲", "无"),
    ]
    seen = {finding.code: (finding.seen, finding.wanted) for finding in extract.findings}
    assert seen == {"W465": ("16", "一、"), "W466": ("1", "")}


def test_a_level_that_shows_no_number_is_no_number_that_word_made():
    levels = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="none"/><w:lvlText w:val=""/></w:lvl>'
    kinds = f'<w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
    uses = '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    extract = word(p("一、做法", settings=listed(1, 0)), numbering=kinds + uses)
    assert lines(extract) == ["一、做法"]
    assert extract.findings == ()


@pytest.mark.parametrize(
    ("form", "number", "spelled"),
    [  # examples of ISO/IEC 29500-1, 17.18.59, and of LibreOffice 7's own output
        ("chineseCountingThousand", 10, "十"),
        ("chineseCountingThousand", 21, "二十一"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographTraditional", 3, "丙"),
        ("ideographZodiac", 12, "亥"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("decimalEnclosedCircle", 36, "㊱"),
        ("decimalZero", 7, "07"),
        ("upperLetter", 27, "AA"),
        ("lowerRoman", 14, "xiv"),
    ],
)
def test_numbers_are_spelled_as_the_standard_says(form, number, spelled):
    assert FORMATS[form](number) == spelled


def test_a_strict_file_reads_like_a_transitional_one():
    body = p("甲", f"<w:ins>{r('乙')}</w:ins>")
    (strict,) = read_docx(docx(body, declared=DECLARED.replace(W, STRICT_W)), "a.docx")
    assert strict.text == word(body).text == "甲乙\n"


def test_the_words_are_those_that_python_docx_finds():
    made = python_docx.Document()
    made.core_properties.title, made.core_properties.author = "报告", "张三"
    made.add_heading("总标题", 0)
    made.add_heading("一、做法", 1)
    made.add_paragraph("街道\t建立\n议事厅。")
    rows = made.add_table(2, 2)
    for number, cell in enumerate(cell for row in rows.rows for cell in row.cells):
        cell.text = f"格{number}"
    held = BytesIO()
    made.save(held)
    (extract,) = read_docx(held.getvalue(), "a.docx")
    theirs = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert extract.text == f"{theirs}\n格0\t格1\n格2\t格3\n"
    assert marked(extract, "heading") == [("总标题", 1), ("一、做法", 1)]
    stated = extract.metadata["properties"]
    assert (stated["title"], stated["creator"]) == ("报告", "张三")


# ---- .odt -------------------------------------------------------------------------------------


def test_an_opendocument_text_is_read_whole():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>删去四字</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        '<text:h text:outline-level="2">一、做法</text:h>'
        '<text:p>甲<text:s text:c="3"/>乙<text:tab/>丙<text:line-break/>丁<text:span>戊</text:span>\n   己'
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>脚注</text:p></text:note-body></text:note>庚"
        "<office:annotation><text:p>批注</text:p></office:annotation>"
        "<draw:frame><draw:text-box><text:p>框</text:p></draw:text-box></draw:frame></text:p>"
        "<text:list><text:list-item><text:p>项</text:p></text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>指标</text:p></table:table-cell>"
        "<table:table-cell><text:p>数值</text:p></table:table-cell>"
        "</table:table-row></table:table-header-rows></table:table>"
        "<text:table-of-content><text:index-body><text:p>目录</text:p></text:index-body>"
        "</text:table-of-content>"
    )
    meta = "<dc:title>报告</dc:title><meta:initial-creator>张三</meta:initial-creator>"
    styles = (
        "<office:master-styles><style:master-page><style:header><text:p>内部资料</text:p>"
        "</style:header></style:master-page></office:master-styles>"
    )
    (extract,) = read_odt(odt(body, meta=meta, styles=styles), "a.odt")
    assert lines(extract) == [
        *("一、做法", "甲   乙\t丙", "丁戊 己庚", "框", "项", "指标\t数值", "目录", "脚注"),
    ]
    assert marked(extract, "heading") == [("一、做法", 2)]
    assert marked(extract, "table") == [("指标\t数值", 0)]
    assert marked(extract, "note") == [("脚注", 0)]
    assert marked(extract, "furniture") == [("目录", 0)]
    assert extract.metadata == {"properties": {"title": "报告", "creator": "张三"}}
    seen = {finding.code: finding.seen for finding in extract.findings}
    assert seen == {"W460": "4", "W462": "1", "W463": "内部资料", "W466": "1"}


# ---- tables -----------------------------------------------------------------------------------


def book(*sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def saved(made):
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def test_each_row_of_a_sheet_is_a_document():
    made = book(
        (
            "案例",
            [
                ["2024年典型案例汇总"],
                ["编号", "标题", "正文", "区", "发布日期", "区划代码", "经办人"],
                ["a1", "甲", "街道建立例会。", "朝阳区", 45000, 110105, "李四"],
                [None] * 7,
                ["a2", "乙", None, "海淀区"],
                ["", "丙", "社区设议事厅。"],
            ],
        )
    )
    sheet = made["案例"]
    sheet["E3"].number_format = "yyyy-mm-dd"
    sheet.merge_cells("A1:G1")
    sheet["D5"] = "朝阳区"
    sheet.merge_cells("D5:D6")
    found = read_xlsx(saved(made), "t.xlsx")
    first, second = found.extracts
    assert (first.text, first.place) == ("街道建立例会。", "row 3")
    assert first.metadata == {
        "id": "a1",
        "title": "甲",
        "district": "朝阳区",
        "published": "2023-03-15",
        "region_code": "110105",
        "columns": {"经办人": "李四"},
    }
    assert (second.text, second.place) == ("社区设议事厅。", "row 6")
    assert second.metadata == {"title": "丙", "district": "朝阳区"}
    assert [(finding.code, finding.seen) for finding in found.problems] == [("E419", "5")]
    assert [(each.code, each.seen, each.wanted) for each in first.findings] == [
        ("W467", "正文", "经办人")
    ]


def test_sheets_without_text_and_formulas_without_results_are_told():
    made = book(
        ("甲", [["正文", "标题"], ["第一篇。", "一"], ["=B2", "二"], ["第三篇。", "=A1"]]),
        ("乙", [["内容"], ["第四篇。"]]),
        ("说明", [["填表说明"]]),
    )
    found = read_xlsx(saved(made), "t.xlsx")
    assert [each.place for each in found.extracts] == ["甲!row 2", "甲!row 4", "乙!row 2"]
    assert [(each.code, each.seen) for each in found.problems] == [("E425", "甲!3")]
    assert [(each.code, each.seen) for each in found.extracts[0].findings] == [
        ("W469", "2"),
        ("W468", "说明"),
    ]


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [  # as Excel shows them; the serial numbers of dates are those of openpyxl
        ("45000", "m/d/yyyy", "2023-03-15"),
        ("45000.75", "yyyy-mm-dd hh:mm", "2023-03-15 18:00"),
        ("45000", 'yyyy"年"m"月"', "2023-03"),
        ("0.81", "0%", "81%"),
        ("3", "General", "3"),
        ("0.30000000000000004", "General", "0.3"),
        ("101", "000000", "000101"),
        ("1e400", "General", "1e400"),
        ("12", '0"人"', "12"),
    ],
)
def test_numbers_of_cells_are_written_as_they_are_seen(number, code, words):
    assert shown(number, code) == words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_each_row_of_a_csv_is_a_document(encoding, delimiter):
    rows = [["题名", "全文"], ["甲", '"第一行，\n有""引号"""'], [], ["乙", "第二篇，甲,乙;丙。"]]
    rows[3][1] = f'"{rows[3][1]}"'
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found = read_csv(text.encode(encoding), "t.csv")
    assert [(each.text, each.metadata, each.place) for each in found.extracts] == [
        ('第一行，\n有"引号"', {"title": "甲"}, "row 2"),
        ("第二篇，甲,乙;丙。", {"title": "乙"}, "row 4"),
    ]
    assert found.problems == []


def test_rows_wider_than_the_header_are_not_cut_off():
    found = read_csv("标题,正文\n甲,前半,后半\n乙,一句。\n".encode(), "t.csv")
    assert [each.text for each in found.extracts] == ["一句。"]
    assert [(each.code, each.seen) for each in found.problems] == [("E426", "2")]


def test_a_table_without_a_column_of_text_names_what_it_saw(tmp_path):
    (tmp_path / "t.csv").write_text("区,数值\n朝阳区,3\n", encoding="utf-8")
    with pytest.raises(pbgov.DataFileError, match="区、数值") as caught:
        read_documents(tmp_path / "t.csv")
    assert codes(caught.value.findings) == ["E418"]


# ---- archives and corpora ---------------------------------------------------------------------


def test_an_archive_is_read_like_a_folder(tmp_path):
    inner = {
        "语料/甲.txt": "街道建立例会。",
        "语料/报告.docx": docx(p("社区设议事厅。")),
        "语料/表.csv": "编号,正文\nx1,第一篇。\n,第二篇。\n",
        "../../外.txt": "名字指到外面。",
        "__MACOSX/._甲.txt": "x",
        "语料/.DS_Store": "x",
        "语料/Thumbs.db": "x",
        "包.zip": zipped({"a.txt": "x"}),
        "图.png": b"\x89PNG\r\n",
    }
    (tmp_path / "语料.zip").write_bytes(zipped(inner))
    corpus = pbgov.read_corpus(tmp_path)
    assert {document.doc_id: document.text.strip() for document in corpus} == {
        "语料-..-..-外": "名字指到外面。",
        "语料-报告": "社区设议事厅。",
        "语料-甲": "街道建立例会。",
        "x1": "第一篇。",
        "语料-表-0003": "第二篇。",
    }
    assert corpus["x1"].path == f"{tmp_path}/语料.zip#语料/表.csv#row 2"
    assert sorted(corpus.problems.code) == ["E412", "E420"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["语料.zip"]


def test_names_from_chinese_windows_are_read(tmp_path):
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as container:
        container.writestr("PLACEHOLD.txt", "正文。")
    content = held.getvalue().replace(b"PLACEHOLD", "基层治理".encode("gbk") + b"9")
    (tmp_path / "a.zip").write_bytes(content)
    (document,) = pbgov.read_corpus(tmp_path)
    assert document.doc_id == "a-基层治理9"


def test_a_file_of_several_documents_is_no_document(tmp_path):
    (tmp_path / "t.csv").write_text("正文\n甲。\n乙。\n", encoding="utf-8")
    with pytest.raises(pbgov.InputError, match="read_documents"):
        pbgov.read_document(tmp_path / "t.csv")
    assert [each.doc_id for each in read_documents(tmp_path / "t.csv")] == ["t-0002", "t-0003"]


def test_remarks_of_the_readers_are_those_of_the_corpus(tmp_path):
    body = p("留", "<w:del><w:r><w:delText>删</w:delText></w:r></w:del>")
    (tmp_path / "a.docx").write_bytes(docx(body))
    corpus = pbgov.read_corpus(tmp_path)
    assert corpus.remarks.code.tolist() == ["W460"]
    (document,) = corpus
    assert (document.raw, document.format, document.encoding) == ("留\n", "docx", "docx")
    assert all(0 <= mark.start <= mark.end <= len(document.raw) for mark in document.marks)


def test_progress_names_each_file(tmp_path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("正文。", encoding="utf-8")
    seen: list[str] = []
    pbgov.read_corpus(tmp_path, progress=seen.append)
    assert seen == ["a.txt", "b.txt"]
