"""Saved web pages: planted sentences come through as text, planted furniture comes marked."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pbgov.corpus.formats.page import read_page
from pbgov.errors import DataFileError

ARTICLE = [
    "清河街道去年建成十二个社区会客厅，居民在那里和干部面对面商量事情。",
    "街道党工委书记说：“先把人请进来，再把事办下去。”",
    "每个会客厅配两名专职工作者，经费由街道和驻区单位各出一半。",
    "到年底，共收到诉求三千一百件，办结率为百分之九十四。",
    "专家认为，这一做法能否推广，要看社区有没有稳定的人手。",
    "下一步，街道打算把会客厅延伸到商务楼宇和新建小区。",
]
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in ARTICLE)
LINKS = [f"第{n}条别的新闻标题" for n in "一二三四五六七八"]
LIST = (
    "<ul>"
    + "".join(f'<li><a href="/n/{n}.html">{t}</a></li>' for n, t in enumerate(LINKS))
    + "</ul>"
)

NOTICE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>关于会客厅的通知_清河街道办事处</title>
<meta name="SiteName" content="清河街道办事处"><meta name="ArticleTitle" content="关于会客厅的通知">
<meta name="PubDate" content="2024-03-05 09:30"><meta name="ContentSource" content="街道党政办">
<meta name="Author" content="王某"></head><body>
<div class="header"><a href="/">首页</a><a href="/zw">政务公开</a><a href="/hd">互动交流</a></div>
<div class="mianbaoxie">当前位置：<a href="/">首页</a> &gt; <a href="/tz">通知公告</a></div>
<table width="960"><tr><td><h1>关于会客厅的通知</h1></td></tr><tr><td><div id="zoom">{PARAGRAPHS}
<p>附件：<a href="/files/1.docx">会客厅名单.docx</a></p></div></td></tr></table>
<div class="share">分享到：<a href="#">微信</a><a href="#">微博</a></div>
<div class="footer"><p>版权所有：清河街道办事处</p><p>网站标识码：0000000000</p></div></body></html>"""

NEWS = f"""<html><head><meta charset="utf-8"><title>会客厅里话治理-晨光网</title>
<meta property="og:title" content="会客厅里话治理"><meta property="article:published_time" content="2024-05-06T08:00:00+08:00">
</head><body><nav><a href="/a">国内</a><a href="/b">社会</a></nav>
<div class="wrap"><div class="main"><h2>会客厅里话治理</h2><div class="intro">导语：社区会客厅让议事有了地方。</div>
<div class="content">{PARAGRAPHS}<p>相关阅读：</p>{LIST}</div></div>
<div class="sidebar"><h3>热点排行</h3>{LIST}<p>本周阅读量最高的十篇报道都在这里。</p></div></div>
<footer><p>未经授权，不得转载本网内容。</p></footer></body></html>"""

WECHAT = f"""<html><head><meta charset="utf-8"><meta property="og:title" content="会客厅里话治理">
<meta property="og:article:author" content="李某"></head><body id="activity-detail"><div class="rich_media">
<h1 class="rich_media_title" id="activity-name">会客厅里话治理</h1>
<div id="meta_content" class="rich_media_meta_list"><span>原创</span> <a href="javascript:void(0);">清河之声</a></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0; ">
{"".join(f"<section><section><span>{s}</span></section></section>" for s in ARTICLE)}</div>
<div style="display:none" id="js_pc_qr_code">微信扫一扫关注该公众号</div></div></body></html>"""

TABLE = """<html><head><meta charset="utf-8"><title>任务清单</title></head><body>
<nav><a href="/">首页</a></nav><h1>任务清单</h1><table border="1"><tr><th>任务</th><th>责任单位</th></tr>
<tr><td>建设会客厅</td><td>党建办</td></tr><tr><td>培训工作者</td><td><p>社区办</p><p>人社所</p></td></tr></table></body></html>"""


def told(page: str | bytes, path: str = "page.html") -> tuple[list[str], list[str], object]:
    """The lines of a page outside and inside its furniture."""
    content = page if isinstance(page, bytes) else page.encode()
    (extract,) = read_page(content, path)
    beside = {mark.start for mark in extract.marks if mark.kind == "furniture"}
    lines, at = ([], []), 0
    for line in extract.text.splitlines():
        lines[at in beside].append(line)
        at += len(line) + 1
    return *lines, extract


def codes(extract: object) -> list[str]:
    return [finding.code for finding in extract.findings]


@pytest.mark.parametrize("page", [NOTICE, NEWS, WECHAT], ids=["notice", "news", "wechat"])
def test_every_article_sentence_is_read_once_in_order_outside_the_furniture(page):
    article, _, extract = told(page)
    assert [line for line in article if line in ARTICLE] == ARTICLE
    assert codes(extract) in ([], ["W472"])


def test_the_furniture_of_a_notice_is_marked_and_its_title_and_attachments_are_not():
    article, furniture, extract = told(NOTICE)
    assert furniture == [
        "首页政务公开互动交流",
        "当前位置：首页 > 通知公告",
        "分享到：微信微博",
        "版权所有：清河街道办事处",
        "网站标识码：0000000000",
    ]
    assert article == ["关于会客厅的通知", *ARTICLE, "附件：会客厅名单.docx"]
    assert extract.metadata == {
        "title": "关于会客厅的通知",
        "authors": ["王某"],
        "venue": "街道党政办",
        "published": "2024-03-05 09:30",
    }


def test_the_sidebar_and_related_links_of_a_news_page_are_marked_and_its_lead_is_not():
    article, furniture, extract = told(NEWS)
    assert article == ["会客厅里话治理", "导语：社区会客厅让议事有了地方。", *ARTICLE]
    assert furniture == [
        "国内社会",
        "相关阅读：",
        *LINKS,
        "热点排行",
        *LINKS,
        "本周阅读量最高的十篇报道都在这里。",
        "未经授权，不得转载本网内容。",
    ]
    assert extract.metadata == {"title": "会客厅里话治理", "published": "2024-05-06T08:00:00+08:00"}


def test_an_article_that_a_script_was_still_to_fade_in_is_read_and_the_hidden_counted():
    article, _, extract = told(WECHAT)
    assert set(ARTICLE) <= set(article)
    assert "微信扫一扫" not in extract.text
    (finding,) = extract.findings
    assert (finding.code, finding.seen, finding.wanted) == ("W472", "11", "0")
    assert extract.metadata == {"title": "会客厅里话治理", "authors": ["李某"]}


def test_an_article_set_as_not_displayed_is_read_and_said():
    page = f'<html><body><p>请稍候</p><div style="DISPLAY:none !important">{PARAGRAPHS}</div></body></html>'
    article, _, extract = told(page)
    assert [line for line in article if line in ARTICLE] == ARTICLE
    assert "W472" in codes(extract)


def test_rows_of_a_data_table_are_lines_with_their_cells_and_are_marked():
    article, furniture, extract = told(TABLE)
    assert article == [
        "任务清单",
        "任务\t责任单位",
        "建设会客厅\t党建办",
        "培训工作者\t社区办 人社所",
    ]
    assert furniture == ["首页"]
    kinds = [(m.kind, m.level, extract.text[m.start : m.end]) for m in extract.marks]
    assert [kind for kind in kinds if kind[0] != "furniture"] == [
        ("heading", 1, "任务清单"),
        *(("table", 0, line) for line in article[1:]),
    ]


def test_a_table_that_lays_out_the_page_is_read_cell_by_cell():
    page = (
        f"<table><tr><td>左栏</td><td>{PARAGRAPHS}</td></tr><tr><td>甲</td><td>乙</td></tr></table>"
    )
    article, furniture, extract = told(page)
    assert not [mark for mark in extract.marks if mark.kind == "table"]
    assert [line for line in article if line in ARTICLE] == ARTICLE
    assert sorted([*article, *furniture]) == sorted(["左栏", *ARTICLE, "甲", "乙"])


GB = NEWS.replace('<meta charset="utf-8">', "")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "gb18030"),
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta charset="utf-8">', "gb18030"),
        ('<meta charset="big5">', "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "utf-8"),
        ('<meta charset="no-such-code">', "utf-8"),
        ('<meta charset="utf-16">', "utf-8"),
    ],
)
def test_what_a_page_says_of_its_encoding_does_not_win_over_its_bytes(declared, encoding):
    page = GB.replace("<head>", f"<head>{declared}").encode(encoding)
    article, _, extract = told(page)
    assert [line for line in article if line in ARTICLE] == ARTICLE
    assert extract.encoding == encoding


def test_characters_outside_gb2312_on_a_page_that_says_gb2312_are_read():
    page = NOTICE.replace("王某", "朱镕").replace('charset="utf-8"', 'charset="gb2312"')
    assert told(page.encode("gb18030"))[2].metadata["authors"] == ["朱镕"]


def test_a_byte_order_mark_is_left_out_of_the_text():
    assert told(NOTICE.encode("utf-8-sig"))[2].encoding == "utf-8-sig"
    assert told(NOTICE.encode("utf-16"))[0] == told(NOTICE)[0]


def test_a_page_with_a_few_broken_bytes_is_read_as_shown_and_they_are_counted():
    broken = NEWS.encode().replace(
        "第一条别的新闻标题".encode(), "第一条别的".encode() + b"\xe6\x96"
    )
    article, _, extract = told(broken)
    assert [line for line in article if line in ARTICLE] == ARTICLE
    (finding,) = extract.findings
    assert finding.code == "W470"
    assert extract.text.count("\ufffd") == int(finding.seen) == 2


def test_a_page_stated_in_another_encoding_than_chinese_ones_is_read_in_it():
    page = '<meta charset="windows-1252"><p>Café au lait, s\u2019il vous plaît. Où ça? Élève.</p>'
    assert (
        told(page.encode("cp1252"))[2].text == "Café au lait, s\u2019il vous plaît. Où ça? Élève.\n"
    )


def test_white_space_is_collapsed_as_a_browser_shows_it():
    page = "<p>基层\n   治理 <b> and </b> two\nwords&nbsp;x</p><pre>一 行\n  二  行</pre>甲<br/>乙"
    assert told(page)[2].text == "基层治理 and two words\xa0x\n一 行\n二  行\n甲\n乙\n"


def test_pronunciations_above_the_text_are_left_out_and_counted():
    page = (
        f"<p><ruby>陽<rp>(</rp><rt>yáng</rt><rp>)</rp>光<rt>guāng</rt></ruby>社區。</p>{PARAGRAPHS}"
    )
    _, _, extract = told(page)
    assert extract.text.startswith("陽光社區。\n")
    (finding,) = [each for each in extract.findings if each.code == "W474"]
    assert (finding.seen, finding.wanted) == ("2", "yáng")


def test_scripts_comments_templates_and_descriptions_are_no_text():
    page = (
        "<p>前<!-- 注释 -->后<script>var 文 = '脚本'</script><style>p{}</style><noscript>无脚本</noscript>"
        '<template>模板</template><img alt="图片"><input value="值">&lt;标签&gt;&#20013;</p>'
    )
    assert told(page)[2].text == "前后<标签>中\n"


def test_notes_named_so_are_marked():
    notes = '<section role="doc-endnotes"><ol><li id="n1">本刊资料。</li></ol></section>'
    extract = told(f"<article>{PARAGRAPHS}{notes}</article>")[2]
    (note,) = [mark for mark in extract.marks if mark.kind == "note"]
    assert extract.text[note.start : note.end] == "本刊资料。"


@pytest.mark.parametrize(
    "page",
    [
        f"<html><body><nav><a href='/'>首页</a></nav>{LIST}</body></html>",
        "<html><body><nav><a href='/'>首页</a></nav><p>本周五停电</p></body></html>",
    ],
    ids=["list", "short"],
)
def test_where_no_article_can_be_told_only_the_certain_is_marked_and_it_is_said(page):
    _, furniture, extract = told(page)
    assert furniture == ["首页"]
    assert codes(extract) == ["W471"]


def test_an_article_in_two_halves_far_apart_loses_neither():
    half = len(ARTICLE) // 2
    parts = (ARTICLE[:half], ARTICLE[half:])
    first, second = ("".join(f"<p>{sentence}</p>" for sentence in part) for part in parts)
    page = (
        f"<div class='one'>{first}</div><table><tr><td>{LIST}</td></tr></table><div>{second}</div>"
    )
    article, furniture, _ = told(page)
    assert article == ARTICLE
    assert furniture == LINKS


def test_a_second_half_that_holds_a_tenth_of_the_text_is_not_furniture():
    page = (
        f"<div><div class='a'>{PARAGRAPHS}</div></div><div><div><p>他补充了一句话。</p></div></div>"
    )
    assert told(page)[0] == [*ARTICLE, "他补充了一句话。"]


def test_text_parted_by_line_breaks_beside_a_column_of_links_is_read():
    page = f"<table><tr><td>{LIST}</td><td>{'<br><br>　　'.join(ARTICLE)}</td></tr></table>"
    article, furniture, _ = told(page)
    assert [line.strip("　") for line in article] == ARTICLE
    assert furniture == LINKS


def test_comments_of_readers_longer_than_the_article_are_furniture():
    comments = "".join(f"<li>读者{n}：写得好，我们那里也该这么办。</li>" for n in range(20))
    article, furniture, _ = told(f"<div>{PARAGRAPHS}</div><ul class='comment-list'>{comments}</ul>")
    assert article == ARTICLE
    assert len(furniture) == 20


def test_a_page_whose_wrapper_has_a_name_of_furniture_is_no_furniture():
    assert told(f"<div id='print'><p>导语两句。</p>{PARAGRAPHS}</div>")[0] == [
        "导语两句。",
        *ARTICLE,
    ]
    assert told(f"<nav>{PARAGRAPHS}</nav>")[0] == ARTICLE


def test_a_paragraph_that_is_one_link_stays_in_the_article():
    page = f"<div>{PARAGRAPHS}<p><a href='/more'>全文刊于本报第三版，共四千字。</a></p></div>"
    assert told(page)[0] == [*ARTICLE, "全文刊于本报第三版，共四千字。"]


def test_an_author_stated_as_a_number_is_no_name():
    page = NOTICE.replace('content="王某"', 'content="104363"')
    assert "authors" not in told(page)[2].metadata


def test_marks_tile_no_line_twice_and_cover_whole_lines():
    for page in (NOTICE, NEWS, WECHAT, TABLE):
        extract = told(page)[2]
        assert all(one.end < other.start for one, other in pairwise(extract.marks))
        ends = {0, *(n + 1 for n, char in enumerate(extract.text) if char == "\n")}
        assert all(mark.start in ends and mark.end + 1 in ends for mark in extract.marks)


def test_an_archive_is_read_and_the_pages_in_its_frames_are_furniture():
    from email.message import EmailMessage

    archive = EmailMessage()
    archive["From"] = "<Saved by Blink>"
    archive.set_content(NOTICE, subtype="html", charset="utf-8", cte="quoted-printable")
    archive.make_related()
    archive.add_related("<p>广告内容。</p>", subtype="html", charset="gb18030", cte="base64")
    article, furniture, _ = told(archive.as_bytes(), "page.mhtml")
    assert article == ["关于会客厅的通知", *ARTICLE, "附件：会客厅名单.docx"]
    assert furniture[-1] == "广告内容。"


def test_the_name_of_the_site_is_no_part_of_a_title_that_stands_on_the_page():
    page = f"<html><head><title>会客厅-新变化-晨光网</title></head><body><b>会客厅-新变化</b>{PARAGRAPHS}</body></html>"
    assert told(page)[2].metadata == {"title": "会客厅-新变化"}
    other = page.replace("<b>会客厅-新变化</b>", "")
    assert told(other)[2].metadata == {"title": "会客厅-新变化-晨光网"}


def test_a_hostile_title_stays_a_string_and_entities_reach_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("不该读到", encoding="utf-8")
    page = (
        f"<!DOCTYPE html [<!ENTITY x SYSTEM \"{secret.as_uri()}\">]><title>=cmd|'/c calc'!A1</title>"
        f"<p>&x;<img src=x onerror=alert(1)></p>{PARAGRAPHS}"
    )
    extract = told(page)[2]
    assert extract.metadata["title"] == "=cmd|'/c calc'!A1"
    assert "不该读到" not in extract.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E402"),
        (b"   \n", "E402"),
        (b"<html><body><script>1</script></body></html>", "E402"),
        (b"<!-- -->", "E402"),
        (b"<frameset><frame src='http://example.org/'></frameset>", "E402"),
        (b"\x00\x01\x02\x03" * 50, "E403"),
        (bytes(range(128, 256)) * 20, "E401"),
        (b"<div>" * 100_000 + b"x", "E431"),
        (b" " * 50_000_001, "E410"),
        (b"<p>x" * 500_001, "E410"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content, code):
    with pytest.raises(DataFileError) as refused:
        read_page(content, "x.html")
    assert [finding.code for finding in refused.value.findings] == [code]


def test_an_archive_without_a_page_is_refused():
    with pytest.raises(DataFileError) as refused:
        read_page(b"MIME-Version: 1.0\nContent-Type: text/plain\n\nx", "x.mht")
    assert [finding.code for finding in refused.value.findings] == ["E432"]


@pytest.mark.parametrize("depth", [300, 2000])
def test_deep_nesting_is_read_whole(depth):
    page = "<div>" * depth + PARAGRAPHS + "</div>" * depth
    assert [line for line in told(page)[0] if line in ARTICLE] == ARTICLE
