"""The report as one HTML file that asks nothing of the network.

Every text passes through autoescaping; the only script and the only style are those of this folder,
named by their digests in the page's Content-Security-Policy, so that nothing else can run. No font is
embedded: a Chinese face is 3.6 MB, a subset would have to be made anew for every report, and every
system that shows Chinese pages has a face of its own.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pbgov.exhibits.markup import numeric_columns
from pbgov.exhibits.visible_text import printable
from pbgov.reporting.page.annex import annex
from pbgov.reporting.page.running_text import RunningText
from pbgov.reporting.report import (
    CONFIDENCE_DOTS,
    CONFIDENCES,
    REALITIES,
    Box,
    Claim,
    ExhibitBlock,
    Heading,
    Paragraph,
    References,
    Report,
)

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.reporting.report import Block

HERE = Path(__file__).parent


def page(report: Report) -> bytes:
    """The report as the bytes of an HTML file: styles, script, figures and evidence inside.

    Parameters
    ----------
    report : Report

    Returns
    -------
    bytes
        The same report gives the same bytes.

    """
    evidence = annex(report)
    prose = RunningText(report, evidence.anchors)
    numbers = report.numbers
    blocks = [
        _written(place, block, prose, numbers) for place, block in enumerate(report.blocks, 1)
    ]
    return _rendered(
        "page.html",
        report=report,
        blocks=blocks,
        contents=[
            (block["level"], block["anchor"], block["title"]) for block in blocks if block["level"]
        ],
        exhibits=[
            (exhibit.exhibit_id, exhibit.caption(numbers[exhibit.exhibit_id]))
            for exhibit in report.exhibits
        ],
        realities=REALITIES,
        confidences=CONFIDENCES,
        dots=CONFIDENCE_DOTS,
        footnotes=prose.footnotes,
        mentions=prose.mentions,
        evidence=evidence,
    )


def exhibit_page(exhibit: Exhibit) -> bytes:
    """One exhibit as an HTML file of its own, with caption, note and source."""
    return _rendered("exhibit.html", shown=_shown(exhibit, exhibit.caption_text))


def _rendered(template: str, **values: Any) -> bytes:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = (HERE / "page.js").read_text(encoding="utf-8")
    written = environment.get_template(template).render(
        style=Markup(style),
        script=Markup(script),
        policy=(
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:;"
            f" style-src '{_digest(style)}'; script-src '{_digest(script)}'"
        ),
        **values,
    )
    return printable(written).encode()


def _digest(text: str) -> str:
    """A digest as Content-Security-Policy writes it (CSP level 3, hash-source)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _written(
    place: int, block: Block, prose: RunningText, numbers: dict[str, int]
) -> dict[str, Any]:
    """A block as the template needs it: its texts as markup, in reading order."""
    plain = {"kind": type(block).__name__, "anchor": f"block_{place}", "level": 0, "title": ""}
    if isinstance(block, Heading):
        return {**plain, "level": block.level, "title": block.text}
    if isinstance(block, Paragraph):
        return {**plain, "reality": block.reality, "text": prose.markup(block.text, block.reality)}
    if isinstance(block, Claim):
        return {
            **plain,
            "reality": block.reality,
            "confidence": block.confidence,
            "text": prose.markup(block.text, block.reality),
            "reason": prose.markup(block.reason, block.reality),
        }
    if isinstance(block, ExhibitBlock):
        exhibit = block.exhibit
        return {**plain, "shown": _shown(exhibit, exhibit.caption(numbers[exhibit.exhibit_id]))}
    if isinstance(block, Box):
        texts = [prose.markup(text) for text in block.paragraphs]
        return {**plain, "title": block.title, "texts": texts}
    return {
        **plain,
        "level": 1 if block.title else 0,
        "title": block.title,
        "entries": [
            (f"source_{place}_{n}", mark, prose.markup(entry))
            for n, (mark, entry) in enumerate(
                zip(_entry_marks(block), block.entries, strict=True), 1
            )
        ],
    }


def _entry_marks(references: References) -> list[str]:
    """The number before each entry; none where sources are cited by author and year."""
    numbered = [f"[{n}]" for n in range(1, len(references.entries) + 1)]
    if references.marks and not any(mark.startswith("[") for mark in references.marks):
        return [""] * len(numbered)
    return numbered


def _shown(exhibit: Exhibit, caption: str) -> dict[str, Any]:
    """What the template shows of an exhibit."""
    note, source = exhibit.notes()
    header, rows = exhibit.header(), exhibit.rows()
    picture = ""
    if exhibit.kind == "figure":
        encoded = base64.b64encode(exhibit.image("svg")).decode()
        picture = f"data:image/svg+xml;base64,{encoded}"
    return {
        "anchor": exhibit.exhibit_id,
        "kind": exhibit.kind,
        "simulated": exhibit.simulated,
        "lang": "en" if exhibit.lang == "en" else "zh-CN",
        "caption": caption,
        "note": note,
        "source": source,
        "header": header,
        "rows": rows,
        "numeric": numeric_columns(header, rows),
        "picture": picture,
    }
