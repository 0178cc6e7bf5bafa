"""Text recognition for scanned pages, with the optional extra ``pbgov[ocr]``.

RapidOCR runs the PP-OCR models that its wheel carries; nothing is fetched. Every line keeps the
confidence the recogniser gives it, the mean over its characters. Lines below `SURE` are listed:
they hold most of the wrong characters, and nothing below it is dropped.
"""

from __future__ import annotations

import unicodedata
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.corpus.formats.pdf_glyphs import Glyph
from pbgov.errors import InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = ("rapidocr", "onnxruntime", "pypdfium2")
MODELS = (
    "PP-OCRv6_det_small.onnx",
    "PP-OCRv6_rec_small.onnx",
    "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
)
SURE = 0.90
MOST_LISTED = 20
LONGEST_SIDE = 2200  # pixels of a page image: 190 dots an inch on A4
SAME_SIZE = 0.2  # share by which lines of one size of type may come out apart


class Recognised(NamedTuple):
    """One line found on a page image: its text, its confidence from 0 to 1, its place in pixels."""

    text: str
    confidence: float
    left: float
    right: float
    bottom: float


def recognise(
    content: bytes, pages: Sequence[int], path: str
) -> tuple[dict[int, list[Glyph]], list[Finding]]:
    """The glyphs recognised on some pages of a PDF file, and a remark on how sure they are.

    Parameters
    ----------
    content : bytes
    pages : sequence of int
        Numbers of the pages, from 1.
    path : str
        For the remark.

    Raises
    ------
    InputError
        Where the extra is not installed whole.
    """
    if not pages:
        return {}, []
    engine = _engine()
    found = {number: _lines(engine, _image(content, number)) for number in pages}
    lines = [(number, line) for number in pages for line in found[number]]
    if not lines:
        return {}, []
    unsure = [
        f"{number}: {line.text} {line.confidence:.2f}"
        for number, line in lines
        if line.confidence < SURE
    ]
    more = [f"+ {len(unsure) - MOST_LISTED}"] if len(unsure) > MOST_LISTED else []
    mean = sum(line.confidence for _, line in lines) / len(lines)
    told = f"{mean:.2f}; < {SURE:.2f}: " + ("; ".join([*unsure[:MOST_LISTED], *more]) or "0")
    read = [number for number in pages if found[number]]
    remark = Finding("W473", path, seen=", ".join(map(str, read)), wanted=told)
    return {number: _glyphs(found[number]) for number in read}, [remark]


def _engine() -> Any:
    missing = [part for part in PARTS if find_spec(part) is None]
    if missing:
        raise InputError(
            f"ocr=True needs {', '.join(missing)}; install text recognition with"
            ' pip install "pbgov[ocr]".'
        )
    rapidocr: Any = import_module("rapidocr")
    folder = Path(rapidocr.__file__).parent / "models"
    absent = [name for name in MODELS if not (folder / name).is_file()]
    if absent:  # rapidocr would fetch them, and pbgov fetches nothing
        raise InputError(
            f"rapidocr is installed without {', '.join(absent)}; install it again as"
            ' pip install "pbgov[ocr]" names it.'
        )
    return rapidocr.RapidOCR(params={"Global.log_level": "critical", "Global.text_score": 0.0})


def _image(content: bytes, number: int) -> Any:
    """One page as an array of pixels, whatever its scan is packed in."""
    document = import_module("pypdfium2").PdfDocument(content)
    try:
        page = document[number - 1]
        scale = LONGEST_SIDE / max(page.get_width(), page.get_height(), 1)
        return page.render(scale=scale).to_numpy().copy()
    finally:
        document.close()


def _lines(engine: Any, image: Any) -> list[Recognised]:
    result = engine(image)
    if result.txts is None:
        return []
    return [
        Recognised(
            text.strip(),
            float(score),
            float(box[:, 0].min()),
            float(box[:, 0].max()),
            float(box[:, 1].max()),
        )
        for text, score, box in zip(result.txts, result.scores, result.boxes, strict=True)
        if text.strip()
    ]


def _glyphs(lines: Sequence[Recognised]) -> list[Glyph]:
    """The characters of recognised lines, evenly set over the width of each line."""
    sizes = [(line.right - line.left) / _ems(line.text) for line in lines]
    usual = median(sizes)
    glyphs = []
    for line, size in zip(lines, sizes, strict=True):
        em = usual if abs(size - usual) <= SAME_SIZE * usual else size
        along, space = line.left, ""
        for char in line.text:
            width = size * _ems(char)
            if char.isspace():
                space += char
            else:
                glyphs.append(Glyph(char, along, line.bottom, width, em, space))
                space = ""
            along += width
    return glyphs


def _ems(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(char) in "FW" else 0.5 for char in text)
