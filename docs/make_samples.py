"""Make data/samples: small documents of every kind, damaged in the ways real ones are.

Everything in them is invented (示例区, 样例街道): they show what reading and repair do, they are no
data. Run from the project's root: ``python docs/make_samples.py``.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

SAMPLES = Path("data/samples")
STAMP = (2026, 11, 22, 0, 0, 0)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
NOTICE = "虚构样例，只用来演示读取和修复"


def main() -> None:
    """Write every sample."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for name, content in {
        "annotated_traditional.txt": annotated_traditional(),
        "briefing_gbk.txt": briefing(),
        "notice.docx": notice(),
        "web_page.html": web_page(),
        "two_columns.pdf": two_columns(),
        "scan.pdf": scan(),
        "ledger.xlsx": ledger(),
        "archive.zip": archive(),
        "empty.txt": b"\n",
    }.items():
        (SAMPLES / name).write_bytes(content)


def annotated_traditional() -> bytes:
    """Traditional characters with pinyin after them, GBK bytes slid at 。“, and folded punctuation."""
    clean = (
        f"[摘要] {NOTICE}。示例區依托區、街道、社區三級黨組織,把駐區單位組織起來。\n"
        "樣例街道建立聯席會議。“議事協商”由居民代表(含租戶)、物業和商戶三方參加,每月一次。\n"
        "街道按照“1+1+N”的辦法配備力量:一個總支、一個服務站和若干支隊伍。\n"
        "[關鍵詞] 聯席會議; 議事協商\n"
    )
    slid = clean.encode("gbk").replace(b"\xa3\xa1", b"?\xa3\xa1").decode("gbk", "replace")
    slid = slid.replace("\ufffd?", "?").replace(
        "！", "!"
    )  # a pair that is no character became one ?
    for char, reading in {
        "區": "qū",
        "黨": "dǎng",
        "樣": "yàng",
        "聯": "lián",
        "總": "zǒng",
    }.items():
        slid = slid.replace(char, f"{char}({reading})")
    return slid.replace("; ", "; ?").encode("utf-8")


def briefing() -> bytes:
    """A page saved as text in GB18030: breadcrumb, counter, hard-wrapped lines, related links."""
    body = (
        f"（{NOTICE}）样例街道把矛盾调解摆到楼门口。街道党工委牵头，司法所、派出所和物业公司共同"
        "组成调解小组，小事不出楼门，大事不出社区。2025年共受理纠纷三百二十件，调解成功率由"
        "百分之七十二上升到百分之九十一。"
    )
    second = (
        "居民代表提出，调解室离家远、开门晚。街道随后把值班时间延长到晚上八点，并在6个小区增设"
        "流动调解点，近万名居民可以就近反映问题。"
    )
    third = (
        "为了让小矛盾早一点露头，样例街道给每个楼门配了一名信息员，由社区党员和热心居民担任，每周走访一遍，"
        "把听到的难处记进台账，能当场解决的当场解决，解决不了的报到社区，社区三天之内给出答复，并在公告栏里公布"
        "办理结果。示例区准备明年把这套办法写进社区工作规范，请各街道先行试点，摸索出来的经验按季度汇总。"
    )
    lines = [
        "当前位置：首页 > 工作动态 > 基层治理",
        "",
        "样例街道：把调解室搬到楼门口",
        "",
        "发布日期：2025年12月08日    来源：示例区融媒体中心    浏览次数：1024",
        "",
        *_wrapped(body),
        "",
        *_wrapped(second),
        "",
        *_wrapped(third),
        "",
        "责任编辑：某某",
        "",
        "相关链接",
        "示例区召开年度工作会议",
        "一图读懂接诉即办",
    ]
    return "\r\n".join(lines).encode("gb18030")


def _wrapped(paragraph: str, width: int = 30) -> list[str]:
    return [paragraph[at : at + width] for at in range(0, len(paragraph), width)]


def notice() -> bytes:
    """A Word file with headings, a tracked insertion and deletion, a table, a text box, a footnote."""

    def run(words: str, tag: str = "t") -> str:
        return f'<w:r><w:{tag} xml:space="preserve">{words}</w:{tag}></w:r>'

    def paragraph(inner: str, level: int | None = None) -> str:
        style = "" if level is None else f'<w:pPr><w:outlineLvl w:val="{level}"/></w:pPr>'
        return f"<w:p>{style}{inner}</w:p>"

    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{paragraph(run(cell))}</w:tc>' for cell in cells)}</w:tr>"

    body = "".join(
        [
            paragraph(run("关于开展楼门议事的通知"), 0),
            paragraph(run(f"（{NOTICE}）")),
            paragraph(run("一、总体要求"), 1),
            paragraph(
                run("各社区党委要在年底前建立楼门议事会")
                + f'<w:ins w:id="1" w:author="甲">{run("，每季度至少召开一次")}</w:ins>'
                + f'<w:del w:id="2" w:author="甲">{run("，视情况召开", "delText")}</w:del>'
                + run("。")
                + '<w:r><w:footnoteReference w:id="2"/></w:r>'
            ),
            paragraph(run("二、任务分工"), 1),
            f"<w:tbl>{row('事项', '责任单位')}{row('组建议事会', '社区党委')}"
            f"{row('提供场地', '街道办事处')}</w:tbl>",
            paragraph(
                "<w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox>"
                f"<w:txbxContent>{paragraph(run('联系人：街道党群办'))}</w:txbxContent>"
                "</v:textbox></v:shape></w:pict></w:r>"
            ),
        ]
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.footnotes+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Target="footnotes.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/footnotes"/></Relationships>',
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">'
        f"{paragraph(run('楼门议事会由居民自愿组成。'))}</w:footnote></w:footnotes>",
    }
    return _zipped({name: text.encode("utf-8") for name, text in parts.items()})


def web_page() -> bytes:
    """A page in GB2312 with navigation, counter and related links around the article."""
    article = "".join(
        f"<p>{sentence}</p>"
        for sentence in (
            f"（{NOTICE}）示例区推行“街巷长”制度，全区共配备街巷长和小巷管家1.2万人。",
            "区委社会工作部负责统筹，各街道按月通报，问题响应率达到95%以上。",
            "下一步，示例区计划把街巷长制度延伸到商务楼宇，探索“楼长”试点。",
        )
    )
    links = "".join(
        f'<li><a href="#">{title}</a></li>' for title in ("示例区召开动员会", "便民服务指南")
    )
    page = (
        '<!DOCTYPE html><html><head><meta charset="gb2312">'
        '<meta name="ArticleTitle" content="示例区推行街巷长制度">'
        '<meta name="PubDate" content="2024-06-18"><meta name="ContentSource" content="示例日报">'
        "<title>示例区推行街巷长制度</title></head><body>"
        '<div class="nav"><a href="#">首页</a> &gt; <a href="#">新闻</a></div>'
        f'<div id="article"><h1>示例区推行街巷长制度</h1>{article}</div>'
        f'<div class="related"><h3>相关阅读</h3><ul>{links}</ul></div>'
        '<div class="footer">版权所有 示例区人民政府 访问量：88888</div></body></html>'
    )
    return page.encode("gb2312")


def two_columns() -> bytes:
    """A page set in two columns."""
    left = [
        "一、做法",
        *_wrapped(
            f"（{NOTICE}）样例社区成立联合党支部，把四家物业公司的党员编入三个党小组，每周碰头。",
            16,
        ),
    ]
    right = [
        "二、成效",
        *_wrapped(
            "2025年投诉量比上年下降百分之十八，居民满意率为94.6%。社区计划明年推广到全部小区。", 16
        ),
    ]
    return _pdf(
        lambda axes: [
            axes.text(x, 0.9 - 0.022 * place, line, fontsize=12)
            for x, column in ((0.05, left), (0.55, right))
            for place, line in enumerate(column)
        ]
    )


def scan() -> bytes:
    """A page that is only a picture of its words."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from pbgov.exhibits.style import figure_style

    words = _wrapped(f"（{NOTICE}）样例街道年度总结：走访居民1200户，办结诉求860件。", 20)
    with figure_style():
        figure = Figure(figsize=(6, 2), dpi=100)
        for place, line in enumerate(words):
            figure.text(0.05, 0.75 - 0.25 * place, line, fontsize=15)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        picture = np.asarray(canvas.buffer_rgba())[:, :, 0]
    return _pdf(lambda axes: axes.imshow(picture, cmap="gray", vmin=0, vmax=255))


def _pdf(draw) -> bytes:
    from matplotlib import pyplot

    from pbgov.exhibits.style import figure_style

    with figure_style():
        pyplot.rcParams["pdf.fonttype"] = 42
        figure = pyplot.figure(figsize=(8.27, 11.69))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.axis("off")
        draw(axes)
        content = io.BytesIO()
        figure.savefig(content, format="pdf", metadata={"CreationDate": None})
        pyplot.close(figure)
    return content.getvalue()


def ledger() -> bytes:
    """A table with one document in each row."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["编号", "题名", "来源", "正文"])
    sheet.append(
        [
            "sample-a",
            "红色物业（虚构）",
            "示例区",
            "甲社区党委与物业公司签订共建协议，设立2个服务点。",
        ]
    )
    sheet.append(
        [
            "sample-b",
            "银发食堂（虚构）",
            "示例区",
            "乙社区把闲置用房改成老年食堂，建议各社区参照办理。",
        ]
    )
    sheet.append(["sample-c", "没有正文的一行", "示例区", None])
    content = io.BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts.pop("docProps/core.xml")  # it holds the time of making
    for name in ("[Content_Types].xml", "_rels/.rels"):
        parts[name] = re.sub(rb"<[^<>]*core\.xml[^<>]*/>", b"", parts[name])
    return _zipped(parts)


def archive() -> bytes:
    """A zip of a text in UTF-16 and a briefing that repeats a sentence of the other samples."""
    repost = f"（{NOTICE}）转载：示例区推行“街巷长”制度，全区共配备街巷长和小巷管家1.2万人。\n"
    own = f"（{NOTICE}）丙社区成立志愿服务队，队员由38人增加到120人。\n"
    return _zipped({"repost.txt": repost.encode("utf-8"), "volunteers.txt": own.encode("utf-16")})


def _zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), member, zipfile.ZIP_DEFLATED)
    return content.getvalue()


if __name__ == "__main__":
    main()
