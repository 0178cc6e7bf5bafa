"""Two files that should say the same, compared by what they say where their bytes differ.

Numbers are the same within a tolerance, because another machine may round the last digit otherwise;
words are the same letter by letter. Of pictures, layouts and whatever else a file holds besides its
words it is told that they differ, not how.
"""

from __future__ import annotations

import csv
import filecmp
import io
import json
import math
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Likeness: TypeAlias = Literal["identical", "same content", "other looks", "different", "unjudged"]

TOLERANCE = 1e-9
SMALLEST = 1e-12
SHOWN = 60
MOST_COMPARED = 256 * 1024 * 1024
_TEXT = (".txt", ".md", ".tex", ".css")
_OFFICE_TEXT = re.compile(r"(?:word|ppt)/.*\.xml\Z")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SAME_WORDS = "文字相同，版式、图片或看不见的部分不同"
_SAME_PARTS = "各个部分相同"


@dataclass(frozen=True)
class Comparison:
    """How alike two files are.

    Attributes
    ----------
    likeness : {"identical", "same content", "other looks", "different", "unjudged"}
        ``same content``: other bytes, the same cells, values, parts or pixels; ``other looks``: a
        picture drawn otherwise, or the same words with another layout or other parts that are not
        words (a script of a page, a link of a Word file); ``unjudged``: other bytes of a kind that
        cannot be read here.
    detail : str
        What was compared, or where they first differ (Chinese).
    """

    likeness: Likeness
    detail: str = ""


def compare_files(before: Path, after: Path, tolerance: float = TOLERANCE) -> Comparison:
    """How alike two files of the same kind are.

    Parameters
    ----------
    before, after : Path
    tolerance : float, default 1e-9
        Numbers of tables and results are the same where they differ by no more than this part of
        the larger one (or by 1e-12). Whole numbers are the same or they are not.

    Returns
    -------
    Comparison
    """
    if max(before.stat().st_size, after.stat().st_size) > MOST_COMPARED:
        same = filecmp.cmp(before, after, shallow=False)
        return Comparison("identical" if same else "unjudged")
    one, other = before.read_bytes(), after.read_bytes()
    if one == other:
        return Comparison("identical")
    judge = _judge(before.suffix.lower())
    if judge is None:
        return Comparison("unjudged")
    try:
        return judge(one, other, tolerance)
    except Exception as error:  # whatever a reader of a damaged file raises
        return Comparison("different", f"读不出内容：{type(error).__name__}")


def _judge(suffix: str) -> Callable[[bytes, bytes, float], Comparison] | None:
    judges: dict[str, Callable[[bytes, bytes, float], Comparison]] = {
        ".csv": _tables,
        ".json": _values,
        ".xlsx": _workbooks,
        ".docx": _office,
        ".pptx": _office,
        ".html": _pages,
        ".svg": _drawings,
        ".pdf": _pdf,
        ".png": _pictures,
    }
    return judges.get(suffix, _texts if suffix in _TEXT else None)


def _tables(one: bytes, other: bytes, tolerance: float) -> Comparison:
    before, after = (
        list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        for content in (one, other)
    )
    return _cells(before, after, tolerance)


def _cells(before: list[list[str]], after: list[list[str]], tolerance: float) -> Comparison:
    if len(before) != len(after):
        return Comparison("different", f"行数 {len(before)} → {len(after)}")
    header = before[0] if before else []
    differing = []
    for row, (left, right) in enumerate(zip(before, after, strict=True), 1):
        if len(left) != len(right):
            return Comparison("different", f"第 {row} 行列数 {len(left)} → {len(right)}")
        differing += [
            (row, place, mine, theirs)
            for place, (mine, theirs) in enumerate(zip(left, right, strict=True))
            if not _same_cell(mine, theirs, tolerance)
        ]
    if not differing:
        return Comparison("same content", "表格逐格相同")
    row, place, mine, theirs = differing[0]
    column = header[place] if place < len(header) else str(place + 1)
    first = f"先是第 {row} 行“{_short(column)}”：{_short(mine)} → {_short(theirs)}"
    return Comparison("different", f"{len(differing)} 格不同，{first}")


def _same_cell(mine: str, theirs: str, tolerance: float) -> bool:
    if mine == theirs:
        return True
    if not (_NUMBER.fullmatch(mine) and _NUMBER.fullmatch(theirs)):
        return False
    if mine.lstrip("+-").isdecimal() and theirs.lstrip("+-").isdecimal():
        return False
    return math.isclose(float(mine), float(theirs), rel_tol=tolerance, abs_tol=SMALLEST)


def _values(one: bytes, other: bytes, tolerance: float) -> Comparison:
    found = _first_difference(json.loads(one), json.loads(other), tolerance, "")
    if found:
        return Comparison("different", found)
    return Comparison("same content", "数值逐个相同")


def _first_difference(mine: Any, theirs: Any, tolerance: float, where: str) -> str:
    here = where or "最外层"
    if isinstance(mine, dict) and isinstance(theirs, dict):
        if mine.keys() != theirs.keys():
            odd = sorted(map(str, mine.keys() ^ theirs.keys()))
            return f"{here} 的项目不同：{_short('、'.join(odd))}"
        pairs = [(f"{where}.{key}".lstrip("."), mine[key], theirs[key]) for key in mine]
    elif isinstance(mine, list) and isinstance(theirs, list):
        if len(mine) != len(theirs):
            return f"{here} 的个数 {len(mine)} → {len(theirs)}"
        pairs = [
            (f"{where}[{at}]", a, b) for at, (a, b) in enumerate(zip(mine, theirs, strict=True))
        ]
    elif _same_value(mine, theirs, tolerance):
        return ""
    else:
        return f"{here}：{_short(str(mine))} → {_short(str(theirs))}"
    return next(filter(None, (_first_difference(a, b, tolerance, at) for at, a, b in pairs)), "")


def _same_value(mine: Any, theirs: Any, tolerance: float) -> bool:
    if isinstance(mine, float) and isinstance(theirs, float):
        if math.isnan(mine) or math.isnan(theirs):
            return math.isnan(mine) and math.isnan(theirs)
        return math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=SMALLEST)
    return type(mine) is type(theirs) and bool(mine == theirs)


def _texts(one: bytes, other: bytes, tolerance: float) -> Comparison:
    apart = _words_apart(one.decode("utf-8-sig"), other.decode("utf-8-sig"), tolerance)
    return Comparison("different", apart) if apart else Comparison("same content", "文字相同")


def _words_apart(mine: str, theirs: str, tolerance: float) -> str:
    """Where two texts first differ in a word; nothing where they do not."""
    before, after = mine.split(), theirs.split()
    at = next(
        (
            at
            for at, (a, b) in enumerate(zip(before, after, strict=False))
            if not _same_cell(a, b, tolerance)
        ),
        min(len(before), len(after)),
    )
    if at == len(before) == len(after):
        return ""
    left, right = " ".join(before[at : at + 4]), " ".join(after[at : at + 4])
    apart = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    start = max(0, apart - SHOWN // 4)
    return f"文字从“{_short(left[start:])}”变成“{_short(right[start:])}”"


def _looks(apart: str) -> Comparison:
    """Of files whose bytes differ: different where their words do, else of other looks."""
    return Comparison("different", apart) if apart else Comparison("other looks", _SAME_WORDS)


def _pages(one: bytes, other: bytes, tolerance: float) -> Comparison:
    return _looks(_words_apart(_page_text(one), _page_text(other), tolerance))


def _page_text(content: bytes) -> str:
    from lxml import html

    tree = html.document_fromstring(content.decode("utf-8"))
    for element in list(tree.iter("script", "style")):
        element.drop_tree()
    return "\n".join(tree.itertext())


def _drawings(one: bytes, other: bytes, tolerance: float) -> Comparison:
    if _same_shapes(one, other, tolerance):
        return Comparison("same content", "图形元素相同")
    return Comparison("other looks", "图形元素不同")


def _same_shapes(one: bytes, other: bytes, tolerance: float) -> bool:
    """Whether two XML files have the same elements, attributes and texts, numbers within tolerance."""
    before, after = _shapes(one), _shapes(other)
    return len(before) == len(after) and all(
        left[:2] == right[:2] and _same_cell(left[2], right[2], tolerance)
        for left, right in zip(before, after, strict=True)
    )


def _shapes(content: bytes) -> list[tuple[str, list[tuple[str, str]], str]]:
    return [
        (str(element.tag), sorted(element.attrib.items()), (element.text or "").strip())
        for element in _xml(content).iter()
        if isinstance(element.tag, str)
    ]


def _xml(content: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _office(one: bytes, other: bytes, tolerance: float) -> Comparison:
    before, after = _parts(one), _parts(other)
    apart = _words_apart(_office_text(before), _office_text(after), tolerance)
    if not apart and _same_parts(before, after, tolerance):
        return Comparison("same content", _SAME_PARTS)
    return _looks(apart)


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts of an Office file by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MOST_COMPARED:
            raise ValueError("too large")
        parts = {member.filename: archive.read(member) for member in members}
    if len(parts) < len(members):
        raise ValueError("two parts of one name")
    return parts


def _same_parts(before: dict[str, bytes], after: dict[str, bytes], tolerance: float) -> bool:
    return before.keys() == after.keys() and all(
        _same_part(name, part, after[name], tolerance) for name, part in before.items()
    )


def _same_part(name: str, one: bytes, other: bytes, tolerance: float) -> bool:
    if one == other:
        return True
    if name.endswith((".xml", ".rels")):
        return _same_shapes(one, other, tolerance)
    judge = _judge(Path(name).suffix.lower())
    return judge is not None and judge(one, other, tolerance).likeness == "same content"


def _office_text(parts: dict[str, bytes]) -> str:
    words = []
    for name in sorted(filter(_OFFICE_TEXT.match, parts)):
        tree = _xml(parts[name])
        words += [element.text for element in tree.iter("{*}t", "{*}v") if element.text]
    return "\n".join(words)


def _workbooks(one: bytes, other: bytes, tolerance: float) -> Comparison:
    parts = _parts(one), _parts(other)
    before, after = _sheets(one), _sheets(other)
    if list(before) != list(after):
        odd = sorted(before.keys() ^ after.keys()) or list(after)
        return Comparison("different", f"工作表不同：{_short('、'.join(odd))}")
    for name, rows in before.items():
        found = _cells(rows, after[name], tolerance)
        if found.likeness == "different":
            return Comparison("different", f"工作表“{name}”{found.detail}")
    if _same_parts(*parts, tolerance):
        return Comparison("same content", "各工作表逐格相同")
    return Comparison("other looks", "各工作表逐格相同，版式、图或看不见的部分不同")


def _sheets(content: bytes) -> dict[str, list[list[str]]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return {
        sheet.title: [
            ["" if cell is None else str(cell) for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book.worksheets
    }


def _pdf(one: bytes, other: bytes, tolerance: float) -> Comparison:
    import pypdf

    before, after = (
        "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        for content in (one, other)
    )
    return _looks(_words_apart(before, after, tolerance))


def _pictures(one: bytes, other: bytes, tolerance: float) -> Comparison:
    from PIL import Image

    before, after = (Image.open(io.BytesIO(content)).convert("RGBA") for content in (one, other))
    if before.size != after.size:
        return Comparison("other looks", f"图片大小 {before.size} → {after.size}")
    if before.tobytes() == after.tobytes():
        return Comparison("same content", "像素相同")
    return Comparison("other looks", "图片的像素不同")


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= SHOWN else joined[: SHOWN - 1] + "…"
