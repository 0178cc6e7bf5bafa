"""The authors that a text states: behind a label, or on a line of names at its head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.document import MetadataField
from pbgov.corpus.labels import HAN, is_name, labelled, names_in, readable
from pbgov.corpus.stated.fields import MASK, at, missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbgov.corpus.labels import Labelled, Line

FIRST_LINES = 8  # of a document, among which its authors stand
PICTURES = re.compile(r"\A\s*(?:图|摄影|摄)\s*[/／:：\s]")  # 文/图 李明
NO_NAME = re.compile("[。！？!?｡]")
AFTER_POST = re.compile(
    rf"\s*(?P<post>[{HAN}]{{5,}})\s+(?P<name>[{HAN}]{{2,4}})(?=\s|[《,，(（]|\Z)"
)
ANONYMOUS = ("佚名", "匿名")


def authors_in(
    raw: str, head: Sequence[Line], foot: Sequence[Line], beside: Sequence[Line] = ()
) -> MetadataField:
    """The names behind a label at the head, else the line of names there, else those at the foot.

    `beside` are lines that a page sets beside the article. Only the line of the source is asked,
    which tells the author next to the date or the source: 发布时间：… 来源：… 作者：….
    """
    glued = ""
    for lines in (head, [line for line in beside if _tells_source(line)][:1], foot):
        told: list[tuple[str, int, int]] = []
        for each in labelled(lines):
            if each.field != "authors":
                continue
            words = raw[each.start : each.end]
            names = list(_leading_names(raw, each))
            if not names and NO_NAME.search(words) and not MASK.search(words):
                continue  # 记者：, before what a reporter asks
            told += [one for one in names if one[0] not in [name for name, _, _ in told]]
            if MASK.search(words) or (not names and not _glued(words)):
                return at("authors", raw, each.start, each.end, [readable(words)])
            glued = glued or ("" if names else words)
        if told:
            return at("authors", raw, told[0][1], told[-1][2], [name for name, _, _ in told])
        for line in lines[:FIRST_LINES] if lines is head else ():
            names = names_in(line.text)
            if names and (len(names) > 1 or line.start > head[0].start):
                start, end = line.start + names[0][1], line.start + names[-1][2]
                return at("authors", raw, start, end, [name for name, _, _ in names])
            if line.text in ANONYMOUS:
                return at("authors", raw, line.start, line.end)
    if glued:
        zh, en = (
            f"姓名连写（{glued}），分不开",
            f"names run together ({glued}) and cannot be parted",
        )
        return MetadataField("authors", None, "missing", None, None, zh, en)
    return missing("authors")


def _tells_source(line: Line) -> bool:
    told = {each.field for each in labelled([line])}
    return "authors" in told and bool(told & {"venue", "published", "stamp"})


def _leading_names(raw: str, value: Labelled) -> Iterator[tuple[str, int, int]]:
    """The names that a value, and each of its parts after a ；, begins with: before a post or a year of birth."""
    for part in re.finditer("[^；;]+", raw[value.start : value.end]):
        words = PICTURES.sub(lambda match: " " * len(match.group()), part.group())
        stops = [match.start() for match in re.finditer(r"[，,（(\s]", words)]
        for stop in (len(words), *reversed(stops)):
            names = names_in(words[:stop])
            if names:
                first = value.start + part.start()
                yield from ((name, first + start, first + end) for name, start, end in names)
                break
        else:
            yield from _name_after_post(words, value.start + part.start())


def _name_after_post(words: str, at_: int) -> Iterator[tuple[str, int, int]]:
    """The name behind a post, which is longer than any name: 东江市委书记 陈立军 《求实》…."""
    match = AFTER_POST.match(words)
    if match and is_name(match["name"]) and not is_name(match["post"]):
        yield match["name"], at_ + match.start("name"), at_ + match.end("name")


def _glued(words: str) -> bool:
    """True where two or three names seem to run together."""
    return any(names_in(f"{words[:cut]} {words[cut:]}") for cut in (2, 3) if 4 <= len(words) <= 6)
