"""The prose of a written report, read back from its .docx or .html file.

In Word a stated result stands in a content control with the tag ``result:<id>`` (LibreOffice drops
these when it saves: its numbers then stand unbound); in HTML in an
element with ``data-result="<id>"``. What is neither prose nor heading (tables, notes of exhibits,
references, contents, the annex of evidence) is passed over. Nothing in a file is carried out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pbgov.corpus.formats.container import Container
from pbgov.errors import DataFileError
from pbgov.exhibits.visible_text import printable
from pbgov.findings import Finding
from pbgov.reporting.claims.passages import Bound, Kind, Named, Passage, cited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbgov.reporting.claims.results_file import Account

MOST_BYTES = 256 * 1024 * 1024
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
TAG = "result:"
PASSED_OVER = {
    *("title", "subtitle", "目录标题", "table of figures", "图表注", "图片", "可编辑图说明"),
    *(
        "表格文字",
        "文献条目",
        "附录小标题",
        "附录说明",
        "附录表格文字",
        "header",
        "footer",
        "双页页码",
    ),
}
"""Names of Word styles of what is not prose; toc 1 … too."""
_LABEL = re.compile(r"\s*【(真实|模拟|方法|局限)】(?:\s*【把握：[高中低]】[●○]*)?\s*")
_REASON = "把握的依据："
_CITATION = re.compile(r"\[[0-9]{1,3}(?:[,，–-][0-9]{1,3})*\]")
_BLOCKS = (
    "p",
    "li",
    "dd",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "div",
    "section",
)
_NOT_PROSE = {
    *("table", "script", "style", "nav", "header", "footer", "template", "svg", "dialog", "form"),
    *("head", "button", "noscript"),
}
_NOT_PROSE_CLASSES = {"references", "evidence", "exhibit-note", "tools", "skip", "noteref"}


class _Text:
    """One paragraph as it is put together: its text, and where results stand in it."""

    def __init__(self) -> None:
        self.text = ""
        self.bound: list[Bound] = []

    def bind(self, start: int, result_id: str) -> None:
        self.bound.append(Bound(start, len(self.text), result_id))


def passages_in(path: Path, account: Account) -> list[Passage]:
    """The prose of a written report.

    Parameters
    ----------
    path : Path
        A .docx or .html file.
    account : Account
        Of ``results.json`` beside it.

    Returns
    -------
    list of Passage

    Raises
    ------
    DataFileError
        Where the file cannot be read: E713, or the findings of a damaged container (E413-E416).
    """
    if not path.is_file():
        raise DataFileError([Finding("E113", str(path))])
    if path.stat().st_size > MOST_BYTES:
        raise _refused(path, "文件过大")
    content = path.read_bytes()
    if path.suffix.lower() == ".docx":
        return _word_passages(Container(content, str(path)), account)
    if path.suffix.lower() in (".html", ".htm"):
        return _page_passages(content, path, account)
    raise _refused(path, path.suffix or "没有扩展名")


def _refused(path: Path, seen: str) -> DataFileError:
    return DataFileError([Finding("E713", str(path), seen=seen, wanted=".docx 或 .html 的报告")])


# ---- Word ---------------------------------------------------------------------------------------


def _word_passages(container: Container, account: Account) -> list[Passage]:
    names = _style_names(container)
    found: list[Passage] = []
    reality: str | None = None
    for place, paragraph in enumerate(_word_paragraphs(container.root("word/document.xml")), 1):
        name = names.get(_style_of(paragraph), "")
        if name in PASSED_OVER or name.startswith("toc "):
            continue
        kind: Kind = "claim" if name == "论断" else "prose"
        if name.startswith("heading"):
            kind = "heading"
        elif name == "caption":
            kind = "title"
        passage = _passage(_word_text(paragraph), place, f"第{place}段", kind, reality, account)
        reality = passage.reality if passage.text.startswith("【") else None
        found += [passage] if passage.text.strip() else []
    if "word/footnotes.xml" in container:
        notes = container.root("word/footnotes.xml")
        for number, paragraph in enumerate(notes.iter(f"{W}p"), 1):
            text = _word_text(paragraph)
            if text.text.strip():
                found.append(
                    _passage(text, len(found) + 1, f"脚注第{number}段", "prose", None, account)
                )
    return found


def _word_paragraphs(root: Any) -> Iterator[Any]:
    """The paragraphs outside of tables, and those of frames (tables of one cell)."""
    for paragraph in root.iter(f"{W}p"):
        table = next(paragraph.iterancestors(f"{W}tbl"), None)
        if table is not None and len(list(table.iter(f"{W}tc"))) > 1:
            continue
        if next(paragraph.iterancestors(f"{W}txbxContent", f"{MC}Fallback"), None) is None:
            yield paragraph


def _style_names(container: Container) -> dict[str, str]:
    if "word/styles.xml" not in container:
        return {}
    names = {}
    for style in container.root("word/styles.xml").iter(f"{W}style"):
        name = style.find(f"{W}name")
        if name is not None:
            names[style.get(f"{W}styleId", "")] = str(name.get(f"{W}val", "")).casefold()
    return names


def _style_of(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else str(style.get(f"{W}val", ""))


def _word_text(paragraph: Any) -> _Text:
    text = _Text()
    _add_word(paragraph, text)
    return text


def _add_word(element: Any, text: _Text) -> None:
    """What a reader sees of an element: deleted and hidden runs and field codes are not shown."""
    for part in element:
        tag = part.tag
        if tag == f"{W}t":
            text.text += part.text or ""
        elif tag in (f"{W}tab", f"{W}br", f"{W}cr"):
            text.text += " "
        elif tag == f"{W}noBreakHyphen":
            text.text += "-"
        elif tag == f"{W}r":
            if not _is_hidden(part):
                _add_word(part, text)
        elif tag == f"{W}sdt":
            mark = part.find(f"{W}sdtPr/{W}tag")
            tagged = "" if mark is None else str(mark.get(f"{W}val", ""))
            start = len(text.text)
            inside = part.find(f"{W}sdtContent")
            if inside is not None:
                _add_word(inside, text)
            if tagged.startswith(TAG):
                text.bind(start, tagged.removeprefix(TAG))
        elif tag in (f"{W}ins", f"{W}hyperlink", f"{W}smartTag", f"{W}fldSimple", f"{W}moveTo"):
            _add_word(part, text)


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "true") not in ("0", "false", "off")


# ---- HTML ---------------------------------------------------------------------------------------


def _page_passages(content: bytes, path: Path, account: Account) -> list[Passage]:
    from lxml import etree, html

    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        root = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise _refused(path, " ".join(str(error).split())[:120]) from error
    texts: list[tuple[Any, _Text]] = []
    body = root.find("body")
    _add_page(body if body is not None else root, texts, None)
    found: list[Passage] = []
    reality: str | None = None
    for place, (element, text) in enumerate(texts, 1):
        if not text.text.strip():
            continue
        kind: Kind = "heading" if re.fullmatch("h[1-6]", str(element.tag)) else "prose"
        if element.tag == "figcaption":
            kind = "title"
        elif "claim" in str(element.getparent().get("class", "")).split():
            kind = "prose" if "reason" in str(element.get("class", "")).split() else "claim"
        passage = _passage(text, place, f"第{place}段", kind, reality, account)
        reality = passage.reality if passage.text.startswith("【") else None
        found.append(passage)
    return found


def _add_page(element: Any, texts: list[tuple[Any, _Text]], text: _Text | None) -> None:
    """The running text of an element and of what stands in it, a block at a time."""
    if not isinstance(element.tag, str) or element.tag in _NOT_PROSE:
        return
    if _NOT_PROSE_CLASSES & set(str(element.get("class", "")).split()):
        return
    if element.get("hidden") is not None:
        return
    if text is None or element.tag in (*_BLOCKS, "figcaption"):
        text = _Text()
        texts.append((element, text))
    start = len(text.text)
    text.text += _flat(element.text)
    for part in element:
        before = len(texts)
        _add_page(part, texts, text)
        if len(texts) > before and part.tail and part.tail.strip():
            text = _Text()  # words behind a block are a paragraph of their own
            texts.append((element, text))
        text.text += " " if part.tag == "br" else ""
        text.text += _flat(part.tail)
    result_id = element.get("data-result")
    if result_id is not None:
        text.bind(start, result_id)


def _flat(text: str | None) -> str:
    """White space as a browser shows it."""
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")


# ---- both ---------------------------------------------------------------------------------------


def _passage(
    text: _Text, place: int, where: str, kind: Kind, before: str | None, account: Account
) -> Passage:
    """A passage of what was read; a reason has the label of the claim before it."""
    printed = text.text
    label = _LABEL.match(printed)
    exempt = [label.span()] if label else []
    for mark in _CITATION.finditer(printed):
        exempt += [mark.span(), *cited(printed[: mark.start()])]
    for given in account.given:
        words = r"\s+".join(map(re.escape, printable(given).split()))
        alone = rf"(?<![0-9０-９.,]){words}(?![0-9０-９]|[.,][0-9])"
        exempt += [one.span() for one in re.finditer(alone, printed)] if words else []
    named = [
        Named(one.start(), one.end(), one.group(), True)
        for name in account.simulated
        for one in re.finditer(rf"{re.escape(name)}(?![0-9])", printed)
    ]
    reality = label[1] if label else before if printed.strip().startswith(_REASON) else None
    return Passage(
        place, where, kind, printed, tuple(text.bound), tuple(named), tuple(exempt), reality
    )
