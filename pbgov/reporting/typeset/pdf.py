"""The report as a PDF: set by typst, every text handed over as data, every font embedded.

typst is an optional extra. It sees a template of this folder, a JSON file with the texts, the drawn
figures, and the fonts of figures; no text is ever part of a typst source, so none can be carried out.

The layout "official" keeps the page of GB/T 9704-2012 (head margin 37 mm, binding margin 28 mm, text
156 mm by 225 mm, 22 lines of 28 characters, page numbers at the outer side), but not its faces: 仿宋,
楷体 and 小标宋 are proprietary, and one free family, PBGov Sans SC, is shipped. The Word file names them.
"""

from __future__ import annotations

import json
import shutil
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.exhibits.style import FAMILIES, GETA, register_fonts
from pbgov.exhibits.visible_text import printable
from pbgov.reporting.typeset.content import content

if TYPE_CHECKING:
    from pbgov.reporting.report import Report

HERE = Path(__file__).parent


def pdf_available() -> bool:
    """Whether a PDF can be made here: typst is installed."""
    return find_spec("typst") is not None


def pdf_document(report: Report) -> bytes:
    """The report as the bytes of a tagged PDF with bookmarks, links and embedded subset fonts.

    A character that the fonts lack is printed as 〓 and named on the first page; controls, and what
    would turn the order of others, are named where they stand (〔U+202E〕).

    Parameters
    ----------
    report : Report

    Returns
    -------
    bytes
        The same report gives the same bytes.

    Raises
    ------
    InputError
        Where typst is not installed.
    """
    if not pdf_available():
        raise InputError(
            'a PDF needs typst, which is not installed; run pip install "pbgov[pdf]",'
            " or take pdf out of the formats of study.toml"
        )
    import typst

    undrawn: dict[str, None] = {}
    told = _drawable(content(report), undrawn)
    told["file-title"] = printable(report.title)  # a viewer has fonts of its own
    told["fonts"] = list(FAMILIES)
    told["undrawn"] = [f"U+{ord(char):04X}" for char in undrawn]
    with TemporaryDirectory(prefix="pbgov-") as name:
        folder = Path(name)
        shutil.copyfile(HERE / "report.typ", folder / "report.typ")
        (folder / "report.json").write_text(json.dumps(told), encoding="utf-8")
        for number, exhibit in enumerate(report.exhibits, 1):
            if exhibit.kind == "figure":
                (folder / f"figure_{number}.pdf").write_bytes(exhibit.image("pdf"))
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=_folders()
        )
        written: bytes = typst.compile(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=fonts,
            format="pdf",
            timestamp=0,
        )
    return written


def _drawable(value: Any, undrawn: dict[str, None]) -> Any:
    """`value` with 〓 for every character that the font lacks; those met are put into `undrawn`."""
    if isinstance(value, str):
        text = printable(value).replace("\r\n", "\n").replace("\r", "\n")
        for separator in ("\t", "\u2028", "\u2029"):
            text = text.replace(separator, " ")
        unknown = dict.fromkeys(char for char in text if char != "\n" and not _can_draw(char))
        undrawn.update(unknown)
        for char in unknown:
            text = text.replace(char, GETA)
        return text
    if isinstance(value, dict):
        return {key: _drawable(one, undrawn) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_drawable(one, undrawn) for one in value]
    return value


@cache
def _can_draw(char: str) -> bool:
    """Whether a face has the character; controls of direction and joining have no shape of their own."""
    if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn"):
        return False
    return any(ord(char) in face for face in _faces())


@cache
def _faces() -> tuple[frozenset[int], ...]:
    """For each family, the code points that both its regular and its bold face have."""
    from matplotlib import font_manager

    return tuple(
        frozenset.intersection(
            *(frozenset(font_manager.get_font(file).get_charmap()) for file in files)
        )
        for files in _files().values()
    )


@cache
def _files() -> dict[str, list[str]]:
    """The regular and the bold file of each family."""
    from matplotlib import font_manager

    register_fonts()
    return {
        family: [
            font_manager.findfont(
                font_manager.FontProperties(family=family, weight=weight), fallback_to_default=False
            )
            for weight in ("normal", "bold")
        ]
        for family in FAMILIES
    }


def _folders() -> list[str]:
    return sorted({str(Path(file).parent) for files in _files().values() for file in files})
