"""The title that a text states: behind a label, as its only first-level heading, or on a line of its own."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from pbgov.corpus.document import MetadataField, count_han
from pbgov.corpus.labels import is_labelled, readable
from pbgov.corpus.stated.dates import issues
from pbgov.corpus.stated.fields import at, missing
from pbgov.corpus.structure.notes import holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.corpus.document import Mark
    from pbgov.corpus.labels import Labelled, Line

# GB/T 9704-2012, 7.2.1 to 7.2.3 and 7.3.4: number, secrecy and urgency of a copy; 附件2 over an annex
ABOVE = re.compile(
    r"(?:编号|份号|密级|保密期限|紧急程度|档号|索引号)\s*[：:].*|附件\s*[\d一二三四五六七八九十]{0,3}\s*[：:]?"
    r"|(?:绝密|机密|秘密|特急|加急|平急|内部资料|内部文件|内部参考)(?:[★\s，,、].*)?"
)
PAPER = re.compile(
    r"《[^《》]{2,20}》\s*[（(]?(?:19|20)\d{2}\s*[-年.]"
)  # 《江东日报》2020年4月3日第2版
BREADCRUMB = re.compile(r"\S\s*[>›»＞]\s*\S|\A(?:当前位置|您的位置|首页)")
UNTITLED = re.compile(r"[。；;！!？?｡：:，,、]\Z|\A[（(\[［【<|+]|\A\d{4}[-年/.]")
SENTENCE_END = re.compile("[。！？｡]")
# GB/T 9704-2012, 7.2.4 and 7.2.5: the name of the organ with 文件, and the number of the document
LETTERHEAD = re.compile(r"\S+文件\Z")
DOC_NUMBER = re.compile(r"[^\s\d，。]{1,12}[〔\[（(［]\d{4}[〕\]）)］]\s*第?\d{1,4}\s*号")
KIND = re.compile(
    r"(?:决议|决定|命令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要)(?:[（(][^（）()]{1,12}[)）])?\Z"
)  # 党政机关公文处理工作条例, 第八条
ORGAN = re.compile(r"(?:委|委员会|政府|[室局部厅院会处办社])\Z")
BULLETIN_NUMBER = re.compile(r"[（(]?\s*第\s*[\d一二三四五六七八九十]{1,4}\s*期\s*[)）]?")
BULLETIN_LINE = re.compile(r"\A[（(]?总?\s*第\s*\S{1,4}\s*期\s*[)）]?\Z|[日号]\Z")
LONGEST_TITLE = 60
NOTE_SIGN = re.compile(r"[*＊①†]+\Z")


def title_in(
    raw: str, head: Sequence[Line], named: Sequence[Labelled], marks: Sequence[Mark]
) -> MetadataField:
    """The title and where it stands.

    That of an official document names organ, matter and kind (GB/T 9704-2012, 7.3.1) and may take
    two lines, one of them the organ. A bulletin has its name and number above its articles.
    """
    for each in named:
        if each.field == "title":
            return at("title", raw, each.start, each.end)
    headings = [mark for mark in marks if mark.kind == "heading"]
    first = headings[0] if headings and headings[0].level == 1 else None
    if first and sum(mark.level == 1 for mark in headings) == 1:
        return at("title", raw, first.start, first.end)
    mast = masthead(head)
    for line, below in zip_longest(head, head[1:]):
        if mast and (line.start <= mast.start or BULLETIN_LINE.search(line.text)):
            continue
        if (
            ABOVE.fullmatch(line.text)
            or PAPER.match(line.text)
            or BREADCRUMB.search(line.text)
            or DOC_NUMBER.fullmatch(line.text)
        ):
            continue
        if LETTERHEAD.match(line.text) and any(DOC_NUMBER.fullmatch(each.text) for each in head):
            continue
        if next((True for issue in issues([line]) if issue.end == line.end), False):
            continue
        words = re.sub(r"\A#[ \t]+", "", line.text)
        start = line.end - len(words)
        sign = NOTE_SIGN.search(words)
        end = line.end - (len(sign.group()) if sign else 0)
        if (
            not count_han(words)
            or len(words) > LONGEST_TITLE
            or UNTITLED.search(words)
            or is_labelled(words)
            or holds(words)
            or not _heads_prose(raw, line)
        ):
            break
        if below and _goes_on(words, below.text):
            whole = readable(raw[start:end]) + readable(below.text)
            return at("title", raw, start, below.end, whole)
        return at("title", raw, start, end)
    return missing("title")


def masthead(head: Sequence[Line]) -> Line | None:
    """The name of a bulletin: the line over its number, 第12期."""
    below = (place for place, line in enumerate(head) if BULLETIN_NUMBER.fullmatch(line.text))
    place = next(below, 0)
    return head[place - 1] if place else None


def _goes_on(words: str, below: str) -> bool:
    """True where the second line of a title names the kind of document, which the first does not."""
    if len(below) > LONGEST_TITLE or not KIND.search(below) or KIND.search(words):
        return False
    return "关于" in words or (below.startswith("关于") and ORGAN.search(words) is not None)


def _heads_prose(raw: str, line: Line) -> bool:
    """A title stands over sentences, and no numbered heading is one."""
    numbered = re.match(
        r"(?:第?[一二三四五六七八九十\d]{1,3}[、.．章节条编\s]|[（(][一二三四五六七八九十\d]+[)）])",
        line.text,
    )
    return not numbered and SENTENCE_END.search(raw, line.end) is not None
