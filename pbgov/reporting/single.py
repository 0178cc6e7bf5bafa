"""One exhibit as one file, in the form its name asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.errors import InputError
from pbgov.marks import SIMULATED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.exhibits.exhibit import Exhibit


def write_exhibit(exhibit: Exhibit, path: str | Path) -> Path:
    """Write one table or figure as the file that the ending of `path` asks for.

    Parameters
    ----------
    exhibit : Exhibit
    path : path
        A table ends in .docx, .xlsx, .html, .pptx, .csv, .md or .tex; a figure in .docx, .xlsx,
        .html, .pptx, .csv, .png, .svg or .pdf. The CSV holds the raw numbers behind the exhibit,
        unrounded. The folder is made where it does not exist.

    Returns
    -------
    Path
        The file written. Where the exhibit is simulated its name holds 模拟, which is put before
        the name unless it is there already.

    Raises
    ------
    InputError
        For another ending, for a table as a picture, and for a figure as .md or .tex.
    """
    path = Path(path)
    ending = path.suffix.lower()
    of_kind = _OF_TABLES if exhibit.kind == "table" else _OF_FIGURES
    possible = {**_OF_BOTH, **of_kind}
    if ending not in possible:
        what = (
            f"the exhibit {exhibit.exhibit_id!r} is a {exhibit.kind}"
            if ending in {**_OF_TABLES, **_OF_FIGURES}
            else f"no exhibit is written as {ending!r}"
        )
        raise InputError(
            f"{path}: {what}; a {exhibit.kind} can be written as {', '.join(sorted(possible))}"
        )
    if exhibit.simulated and SIMULATED not in path.name:
        path = path.with_name(f"{SIMULATED}_{path.name}")
    content = possible[ending](exhibit)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _word(exhibit: Exhibit) -> bytes:
    from pbgov.reporting.word.document import exhibit_document

    return exhibit_document(exhibit)


def _page(exhibit: Exhibit) -> bytes:
    from pbgov.reporting.page.document import exhibit_page

    return exhibit_page(exhibit)


def _slides(exhibit: Exhibit) -> bytes:
    from pbgov.reporting.slides.deck import exhibit_slides

    return exhibit_slides(exhibit)


def _workbook(exhibit: Exhibit) -> bytes:
    from pbgov.reporting.workbook.report_workbook import exhibit_workbook

    return exhibit_workbook(exhibit)


def _markdown(exhibit: Exhibit) -> bytes:
    from pbgov.exhibits.printing.markdown import markdown

    return markdown(exhibit).encode()


def _latex(exhibit: Exhibit) -> bytes:
    from pbgov.exhibits.printing.latex import latex

    return latex(exhibit).encode()


def _csv(exhibit: Exhibit) -> bytes:
    from pbgov.exhibits.exhibit import guard_formulas

    raw = guard_formulas(exhibit.data).to_csv(index=False, lineterminator="\n")
    return raw.encode("utf-8-sig")


_OF_BOTH: dict[str, Callable[[Exhibit], bytes]] = {
    ".docx": _word,
    ".xlsx": _workbook,
    ".html": _page,
    ".pptx": _slides,
    ".csv": _csv,
}
_OF_TABLES: dict[str, Callable[[Exhibit], bytes]] = {".md": _markdown, ".tex": _latex}
_OF_FIGURES: dict[str, Callable[[Exhibit], bytes]] = {
    ".png": lambda exhibit: exhibit.image("png"),
    ".svg": lambda exhibit: exhibit.image("svg"),
    ".pdf": lambda exhibit: exhibit.image("pdf"),
}
