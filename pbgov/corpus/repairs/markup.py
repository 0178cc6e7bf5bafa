"""Remains of HTML in plain text: comments, tags, character references. Markdown stays."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import LINE_BREAK, Change

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCKS = (
    "p|div|br|hr|li|ul|ol|dl|dt|dd|tr|table|tbody|thead|h[1-6]|section|article|center|blockquote"
)
INLINE = (
    "span|b|i|u|s|em|strong|a|img|font|td|th|sub|sup|small|big|label|html|body|head|meta|link"
    "|script|style|iframe|input|form|nobr|wbr|o:p"
)
OPEN, CLOSE = "<!--", "-->"
TAG = re.compile(
    rf"</?(?P<name>{BLOCKS}|{INLINE})(?:\s[^<>]{{0,600}}|\s*/)?>", re.IGNORECASE | re.ASCII
)
BLOCK = re.compile(BLOCKS, re.IGNORECASE)
AMPERSAND = r"amp;|#0{0,5}38;|#[xX]0{0,4}26;"
REFERENCE = re.compile(
    rf"&(?:{AMPERSAND})*(?P<last>[A-Za-z][A-Za-z0-9]{{1,30}};|#[0-9]{{1,7}};|#[xX][0-9A-Fa-f]{{1,6}};)"
)


def stray_markup(text: str) -> Iterator[Change]:
    """Comments and tags go (a tag that ends a block leaves a line end), references are resolved."""
    yield from _comments(text)
    for match in TAG.finditer(text):
        ends_block = BLOCK.fullmatch(match["name"]) and not _at_edge(text, *match.span())
        yield Change(*match.span(), "\n" if ends_block else "", "markup", "exact")
    for match in REFERENCE.finditer(text):
        after = unescape(f"&{match['last']}")
        if after != match.group() and "\ufffd" not in after and after != "\0":
            yield Change(*match.span(), after, "markup", "exact")


def _comments(text: str) -> Iterator[Change]:
    start = text.find(OPEN)
    while start >= 0:
        end = text.find(CLOSE, start + len(OPEN))
        if end < 0:
            return
        yield Change(start, end + len(CLOSE), "", "markup", "exact")
        start = text.find(OPEN, end)


def _at_edge(text: str, start: int, end: int) -> bool:
    """Whether a line ends beside the tag already."""
    return (
        start == 0 or end == len(text) or text[start - 1] in LINE_BREAK or text[end] in LINE_BREAK
    )
