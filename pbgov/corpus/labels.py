"""What a text says about itself at its head and foot: labelled values, names of authors, issues.

Works on the raw text, damaged as it may be: a label is found through spaces between its characters
(摘 要) and through pronunciations put after them (作者簡(jiǎn)介).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORDING = Path(__file__).parent / "wording"
LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
SOUND = r"\s?[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêɡńňǹḿ]{1,7}[)）]"
SOUNDED = re.compile(rf"(?<=[{HAN}]){SOUND}")
GAP = rf"(?:{SOUND})?[ \t\u00a0\u3000]*"
PROSE = re.compile(r"[。！？!?｡][”’」』）)\]\d［\[］]*\Z")
LONGEST_LINE = 5000  # characters; no abstract or list of names is longer
SHORTEST_PROSE = 40  # characters; a paragraph, not a caption or a remark
ENTRY = re.compile(r"\s*[\[［〔【]?\d{1,3}[\]］〕】.]")
EDGE = " \t\u00a0\u3000;；,，|｜/／"
OPENED = {")": "(", "）": "（", "]": "[", "］": "［", "】": "【"}
WITHOUT_COLON = ("abstract", "keywords")
NAME_GAP = r"[ \t\u00a0\u3000、,，;；]+"
BYLINE = re.compile(r"\A(?:文\s*[/／|｜:：]|[□■◎●]|作者[:：]?)?\s*(?P<names>.+)\Z")
ROLE = re.compile(r"(?:本报|本刊|本台|特约|见习|实习)*(?:记者|通讯员|撰稿人?|实习生)[:：]?")
AFTER_NAME = re.compile(r"[\d*＊†‡①-⑳¹²³,，\s]*\Z")
LONGEST_NAME = 4  # Han characters, with a double surname


class Line(NamedTuple):
    """One visible line of a raw text, without the white space at its ends."""

    start: int
    end: int
    text: str


class Labelled(NamedTuple):
    """A value with a label before it: its field, and where the value stands."""

    field: str
    start: int
    end: int


class Edges(NamedTuple):
    """The lines before the first paragraph of prose and those after the last."""

    head: tuple[Line, ...]
    foot: tuple[Line, ...]


def edges(raw: str, start: int = 0) -> Edges:
    """The lines at the head and the foot of a text, where it speaks about itself.

    A text without a paragraph of prose has no foot.
    """
    lines = tuple(_lines(raw, start))
    prose = [place for place, line in enumerate(lines) if _is_prose(line.text)]
    if not prose:
        return Edges(lines, ())
    return Edges(lines[: prose[0]], lines[prose[-1] + 1 :])


def is_labelled(line: str) -> bool:
    """True for a line that begins with a label."""
    return _opening(line) is not None


def labelled(lines: Sequence[Line]) -> Iterator[Labelled]:
    """The labelled values of some lines, in their order.

    A line begins with a label, or holds no sentence; entries of a reference list hold none.
    """
    for line in lines:
        if ENTRY.match(line.text) and not is_labelled(line.text):
            continue
        first = _opening(line.text)
        if not first and ("。" in line.text or len(line.text) > 3 * SHORTEST_PROSE):
            continue
        found = [first] if first else []
        if not first or "。" not in line.text:
            found += _inner(line.text, first.end() if first else 0)
        for place, match in enumerate(found):
            after = found[place + 1].start() if place + 1 < len(found) else len(line.text)
            start, end = _trimmed(line.text, match.end(), after)
            if start < end:
                field = _fields()[_plain(match["label"])]
                yield Labelled(field, line.start + start, line.start + end)


def readable(words: str) -> str:
    """A value without inserted pronunciations and with single spaces.

    Examples
    --------
    >>> readable("共同體建設(shè) ")
    '共同體建設'
    """
    return " ".join(SOUNDED.sub("", words).replace("?", " ").split())


def names_in(line: str) -> list[tuple[str, int, int]]:
    """The names a line consists of, with their places; empty where it holds anything else.

    Names that stand without a mark between them are not parted.

    Examples
    --------
    >>> names_in("李　明　王小红*")
    [('李明', 0, 3), ('王小红', 4, 7)]
    >>> names_in("李明王小红")
    []
    """
    match = BYLINE.match(line)
    if not match:
        return []
    offset = match.start("names")
    line = ROLE.sub(lambda role: " " * len(role.group()), match["names"])
    tokens = [
        (part.group(), offset + part.start(), offset + part.end())
        for part in re.finditer(rf"[{HAN}·•]+", line)
    ]
    between = re.sub(rf"[{HAN}·•]+", " ", line)
    if not tokens or not AFTER_NAME.match(re.sub(r"[、;；]", " ", between)):
        return []
    names: list[tuple[str, int, int]] = []
    while tokens:
        word, start, end = tokens.pop(0)
        if len(word) == 1 and tokens and len(tokens[0][0]) == 1:
            second, _, end = tokens.pop(0)
            word += second
        if not is_name(word):
            return []
        names.append((word, start, end))
    return names


def is_name(word: str) -> bool:
    """True for what is built like a Chinese name: a surname and one or two characters, or parts joined by ·."""
    if "·" in word or "•" in word:
        return all(re.split("[·•]", word))
    if word[:2] in surnames():
        return len(word) in (3, LONGEST_NAME)
    return word[:1] in surnames() and len(word) in (2, 3)


@cache
def surnames() -> frozenset[str]:
    """Chinese surnames, simple and double, simplified and traditional."""
    return frozenset(row["surname"] for row in rows("surnames.csv"))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one word list of this room."""
    with (WORDING / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _lines(raw: str, start: int) -> Iterator[Line]:
    for match in LINE.finditer(raw, start):
        words = match.group()
        visible = words.strip()
        if visible:
            first = match.start() + len(words) - len(words.lstrip())
            yield Line(first, first + len(visible), visible)


def _is_prose(line: str) -> bool:
    return len(line) > LONGEST_LINE or (
        len(line) >= SHORTEST_PROSE
        and bool(PROSE.search(line[-SHORTEST_PROSE:]))
        and not is_labelled(line)
    )


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    """The edges of a value without the marks around it; a bracket stays where it was opened inside."""
    while start < end and line[start] in EDGE + "?":
        start += 1
    while end > start:
        last = line[end - 1]
        unopened = last in OPENED and OPENED[last] not in line[start:end]
        opening = last in OPENED.values()
        if not (last in EDGE + "?" or unopened or opening):
            break
        end -= 1
    return start, end


@cache
def _fields() -> dict[str, str]:
    return {row["label"]: row["field"] for row in rows("labels.csv")}


def _plain(label: str) -> str:
    return "".join(SOUNDED.sub("", label).split())


def _label_pattern(fields: dict[str, str]) -> str:
    longest_first = sorted(fields, key=lambda label: (-len(label), label))
    return "|".join(GAP.join(map(re.escape, label)) for label in longest_first)


@cache
def _label() -> re.Pattern[str]:
    """A label with the bracket before it and the bracket or colon after it, if there are any."""
    return re.compile(
        rf"[\[［【〔(（]?\s*(?P<label>{_label_pattern(_fields())}){GAP}"
        rf"(?P<mark>[\]］】〕)）]\s*[:：]?|[:：/／])?"
    )


def _opening(line: str) -> re.Match[str] | None:
    """The label a line begins with; 摘要 and 关键词 may have a space for a colon."""
    match = _label().match(line)
    if match is None:
        return None
    spaced = line[match.end() - 1].isspace() and match.end() < len(line)
    bare = spaced and _fields()[_plain(match["label"])] in WITHOUT_COLON
    return match if match["mark"] or bare else None


def _inner(line: str, at: int) -> Iterator[re.Match[str]]:
    """The labels inside a line; each with a mark behind it and none within a word."""
    for match in _label().finditer(line, at):
        before = line[match.start("label") - 1 : match.start("label")]
        if match["mark"] and not re.match(rf"[{HAN}]", before):
            yield match
