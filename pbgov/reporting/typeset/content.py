"""What the PDF says: the report and its annex as plain lists and words, for the template to set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.exhibits.markup import numeric_columns
from pbgov.marks import SIMULATED
from pbgov.reporting.page.annex import NO_DISTRICT, annex
from pbgov.reporting.report import (
    CONFIDENCE_DOTS,
    CONFIDENCES,
    REALITIES,
    Box,
    Citation,
    Claim,
    ExhibitBlock,
    Footnote,
    Heading,
    Mention,
    Number,
    Paragraph,
    References,
)
from pbgov.reporting.word.columns import column_groups, column_widths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.exhibits.exhibit import Exhibit
    from pbgov.reporting.page.annex import Annex, Link
    from pbgov.reporting.report import Block, Piece, Report

TEXT_CM = {"journal": 15.4, "official": 15.6}
TURNED_CM = 24.0
"""Width of a line on a page turned on its side, for tables that are too wide for an upright one."""

TABLE_SIZES = (10.5, 9.0, 8.0, 7.5, 7.0)


def content(report: Report) -> dict[str, Any]:
    """Everything that the PDF prints, ready for JSON."""
    evidence = annex(report, only_stated=True)
    prose = _Prose(report, evidence.anchors)
    drawn = {one.exhibit_id: f"figure_{n}.pdf" for n, one in enumerate(report.exhibits, 1)}
    blocks = [_block(place, one, report, prose, drawn) for place, one in enumerate(report.blocks)]
    dated = report.dated
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "dated": f"{dated.year}年{dated.month}月{dated.day}日" if dated else "",
        "date": [dated.year, dated.month, dated.day] if dated else [],
        "layout": report.layout,
        "realities": [[word, meaning] for word, meaning in REALITIES.items()],
        "confidences": [
            [f"【把握：{word}】{CONFIDENCE_DOTS[word]}", meaning]
            for word, meaning in CONFIDENCES.items()
        ],
        "simulated": "、".join(report.simulated),
        "blocks": blocks,
        "annex": _annex(evidence, prose.mentions),
    }


class _Prose:
    """Cuts running text into what the template sets, and counts where each result is stated."""

    def __init__(self, report: Report, anchors: dict[str, str]) -> None:
        self._report = report
        self._anchors = anchors
        self._sources = {
            key: f"source_{place}_{n}"
            for place, block in enumerate(report.blocks)
            if isinstance(block, References)
            for n, key in enumerate(block.keys)
        }
        self.mentions: dict[str, list[str]] = {}

    def pieces(self, text: str, reality: str | None = None) -> list[dict[str, Any]]:
        return [self._piece(piece, reality) for piece in self._report.pieces(text)]

    def _piece(self, piece: Piece, reality: str | None) -> dict[str, Any]:
        if isinstance(piece, str):
            return {"kind": "text", "text": piece}
        if isinstance(piece, Footnote):
            return {"kind": "note", "text": piece.text}
        if isinstance(piece, Mention):
            return {"kind": "link", "text": piece.printed, "to": f"exhibit_{piece.exhibit_id}"}
        if isinstance(piece, Citation):
            raised = piece.printed.startswith("[")
            to = self._sources[piece.key]
            return {"kind": "cite", "text": piece.printed, "to": to, "raised": raised}
        return self._number(piece, reality)

    def _number(self, number: Number, reality: str | None) -> dict[str, Any]:
        """A result; a simulated one carries its mark where no label before it says so."""
        result = number.result
        to = self._anchors[result.result_id]
        places = self.mentions.setdefault(to, [])
        at = f"at_{to}_{len(places) + 1}"
        places.append(at)
        mark = f"【{SIMULATED}】" if result.simulated and reality != SIMULATED else ""
        return {"kind": "number", "text": number.printed, "to": to, "at": at, "mark": mark}


def _block(
    place: int, block: Block, report: Report, prose: _Prose, drawn: dict[str, str]
) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Paragraph):
        text = prose.pieces(block.text, block.reality)
        return {"kind": "paragraph", "reality": block.reality or "", "text": text}
    if isinstance(block, Claim):
        return {
            "kind": "claim",
            "reality": block.reality,
            "confidence": f"【把握：{block.confidence}】{CONFIDENCE_DOTS[block.confidence]}",
            "text": prose.pieces(block.text, block.reality),
            "reason": prose.pieces(block.reason, block.reality),
        }
    if isinstance(block, ExhibitBlock):
        exhibit = block.exhibit
        caption = exhibit.caption(report.numbers[exhibit.exhibit_id])
        return _exhibit(exhibit, caption, drawn[exhibit.exhibit_id], TEXT_CM[report.layout])
    if isinstance(block, Box):
        texts = [prose.pieces(text) for text in block.paragraphs]
        return {"kind": "box", "title": block.title, "texts": texts}
    numbered = not block.marks or any(mark.startswith("[") for mark in block.marks)
    return {
        "kind": "references",
        "title": block.title,
        "numbered": numbered,
        "entries": [
            {"at": f"source_{place}_{n}", "text": prose.pieces(entry)}
            for n, entry in enumerate(block.entries)
        ],
    }


def _exhibit(exhibit: Exhibit, caption: str, picture: str, text_cm: float) -> dict[str, Any]:
    header, rows = exhibit.header(), exhibit.rows()
    bar = 0.5 if exhibit.simulated else 0.0  # a bar stands beside what is simulated
    turned = len(column_groups(header, rows, text_cm - bar, TABLE_SIZES)) > 1
    width = (TURNED_CM if turned else text_cm) - bar
    groups = column_groups(header, rows, width, TABLE_SIZES) if header else []
    note, source = exhibit.notes()
    return {
        "kind": exhibit.kind,
        "at": f"exhibit_{exhibit.exhibit_id}",
        "caption": caption,
        "simulated": exhibit.simulated,
        "lang": exhibit.lang,
        "note": note,
        "source": source,
        "picture": picture,
        "turned": turned,
        "tables": [_table(header, rows, group, width) for group in groups],
    }


def _table(
    header: list[str], rows: list[list[str]], columns: Sequence[int], text_cm: float
) -> dict[str, Any]:
    """Some columns of a table, with their widths in cm and the type size that gives them room."""
    names = [header[n] for n in columns]
    cells = [[row[n] for n in columns] for row in rows]
    widths, size = column_widths(names, cells, text_cm, TABLE_SIZES)
    return {
        "header": names,
        "rows": cells,
        "widths": widths,
        "size": size,
        "numeric": numeric_columns(names, cells),
    }


def _annex(evidence: Annex, mentions: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "unstated": evidence.unstated,
        "results": [
            {
                **_link(entry.link),
                "printed": entry.result.printed,
                "mark": f"【{SIMULATED}】" if entry.result.simulated else "",
                "meaning": entry.result.meaning,
                "told": _joined(
                    f"未取整：{entry.exact}",
                    entry.nature,
                    "模拟数据" if entry.result.simulated else "真实数据",
                    f"文件：{entry.result.origin}" if entry.result.origin else "",
                    f"编号：{entry.result.result_id}",
                ),
                "mentions": mentions.get(entry.link.anchor, []),
                "grounds": [
                    {
                        "head": _joined(ground.heading, ground.document),
                        "links": _stretches(ground.links),
                    }
                    for ground in entry.grounds
                ],
            }
            for entry in evidence.results
        ],
        "quotations": [
            {
                **_link(entry.link),
                "head": _joined(
                    entry.quotation.region or NO_DISTRICT,
                    entry.quotation.title,
                    entry.quotation.status,
                ),
                "text": entry.quotation.text,
                "judgements": [
                    _joined(
                        f"{'判为有' if one.value else '判为没有'}：{one.code}（{one.code_id}）",
                        f"编码者：{one.coder}",
                        f"规则：{one.rule}" if one.rule else "",
                    )
                    for one in entry.quotation.judgements
                ],
                "place": _joined(
                    f"第 {entry.quotation.paragraph} 段",
                    f"校订文本 {entry.quotation.start}–{entry.quotation.end}",
                    f"原文 {entry.quotation.raw_start}–{entry.quotation.raw_end}",
                    entry.quotation.path,
                ),
                "results": _stretches(entry.results),
            }
            for entry in evidence.quotations
        ],
        "records": [
            {
                **_link(entry.link),
                "head": _joined(entry.record.region, entry.record.indicator, entry.record.period),
                "printed": f"{entry.record.printed} {entry.record.unit}".strip(),
                "mark": f"【{SIMULATED}】" if entry.record.status == SIMULATED else "",
                "place": _joined(
                    entry.record.status,
                    f"来源：{entry.record.source}" if entry.record.source else "",
                    entry.record.url,
                ),
                "results": _stretches(entry.results),
            }
            for entry in evidence.records
        ],
    }


def _link(link: Link) -> dict[str, str]:
    return {"at": link.anchor, "sign": link.printed}


def _stretches(links: Sequence[Link]) -> list[list[dict[str, str]]]:
    """Links by number; three or more in a row are given by the first and the last (Q3–Q7)."""
    ordered = sorted(links, key=_number_of)
    runs: list[list[Link]] = []
    for link in ordered:
        if runs and _number_of(link) == _number_of(runs[-1][-1]) + 1:
            runs[-1].append(link)
        else:
            runs.append([link])
    return [
        [_link(one) for one in ends]
        for run in runs
        for ends in ([[run[0], run[-1]]] if len(run) > 2 else [[one] for one in run])
    ]


def _number_of(link: Link) -> int:
    return int(link.anchor.rpartition("_")[2])


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
