"""The report as one HTML file that asks nothing of the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from pbgov.exhibits.markup import exhibit_markup
from pbgov.reporting.report import (
    CONFIDENCE_DOTS,
    CONFIDENCES,
    REALITIES,
    Heading,
    Mention,
    References,
    Report,
)

HERE = Path(__file__).parent


def page(report: Report) -> bytes:
    """The report as the bytes of an HTML file: styles and figures inside, every text escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string((HERE / "page.html").read_text(encoding="utf-8"))
    numbers = report.numbers
    written = template.render(
        report=report,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        blocks=[_with_anchor(place, block) for place, block in enumerate(report.blocks, 1)],
        contents=_contents(report),
        exhibits=[
            (exhibit.exhibit_id, exhibit.caption(numbers[exhibit.exhibit_id]))
            for exhibit in report.exhibits
        ],
        realities=REALITIES,
        confidences=CONFIDENCES,
        dots=CONFIDENCE_DOTS,
        prose=lambda text: _prose(report, text),
        figure=lambda exhibit: Markup(exhibit_markup(exhibit, numbers[exhibit.exhibit_id])),
    )
    return written.encode()


def _with_anchor(place: int, block: Any) -> dict[str, Any]:
    return {"kind": type(block).__name__, "anchor": f"s{place}", "it": block}


def _contents(report: Report) -> list[tuple[int, str, str]]:
    """Level, anchor and text of every heading."""
    contents = []
    for place, block in enumerate(report.blocks, 1):
        if isinstance(block, Heading):
            contents.append((block.level, f"s{place}", block.text))
        elif isinstance(block, References) and block.title:
            contents.append((1, f"s{place}", block.title))
    return contents


def _prose(report: Report, text: str) -> Markup:
    """Running text, escaped, with links where exhibits are named."""
    parts = [
        Markup('<a href="#{}">{}</a>').format(piece.exhibit_id, piece.printed)
        if isinstance(piece, Mention)
        else escape(piece if isinstance(piece, str) else report.plain_piece(piece))
        for piece in report.pieces(text)
    ]
    return Markup("").join(parts)
