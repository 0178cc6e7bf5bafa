"""Writing a report: every format, and every exhibit's own files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.cache import Results
    from pbgov.evaluation.remarks import Lang
    from pbgov.reporting.report import Report
    from pbgov.study import Study

WRITERS = {
    "docx": ("pbgov.reporting.word.document", "word_document"),
    "html": ("pbgov.reporting.page.document", "page"),
    "pptx": ("pbgov.reporting.slides.deck", "slide_deck"),
    "xlsx": ("pbgov.reporting.workbook.report_workbook", "report_workbook"),
    "pdf": ("pbgov.reporting.typeset.pdf", "pdf_document"),
}
"""Module and function that give the bytes of each format."""
OPTIONAL = ("pdf",)  # written only where typst is installed


def write_files(
    report: Report, folder: str | Path, formats: Iterable[str] = ("docx", "html")
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write the report in each format, and every exhibit's own files, below `folder`.

    Parameters
    ----------
    report : Report
    folder : path
        Made where it does not exist.
    formats : iterable of str
        Some of `WRITERS`.

    Returns
    -------
    reports, exhibits : tuple of Path
        ``report.docx`` and so on in the order of `formats`; the files of the exhibits. The same
        report gives the same bytes.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    reports = []
    for kind in formats:
        module, function = WRITERS[kind]
        written = folder / f"report.{kind}"
        written.write_bytes(getattr(import_module(module), function)(report))
        reports.append(written)
    saved = [path for exhibit in report.exhibits for path in exhibit.save(folder)]
    return tuple(reports), tuple(saved)


def write_methods(study: Study, results: Mapping[str, Results], folder: Path) -> Path:
    """Write the methods section in Chinese and English as plain text, to be pasted into an article."""
    from pbgov.reporting.methods_paragraph import methods_paragraph

    languages: tuple[Lang, ...] = ("zh", "en")
    sections = [str(methods_paragraph(study, results, lang)) for lang in languages]
    file = folder / "methods.txt"
    file.write_text("\n\n".join(sections) + "\n", encoding="utf-8", newline="\n")
    return file


def unwritten() -> dict[str, str]:
    """The formats that cannot be written here, each with its reason in Chinese."""
    from pbgov.reporting.typeset.pdf import pdf_available

    if pdf_available():
        return {}
    return {"pdf": '没有写 report.pdf：没有装 typst；要 PDF，请运行 pip install "pbgov[pdf]"。'}
