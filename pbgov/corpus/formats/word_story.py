"""One story of a Word file (its body, a note, a header), read block by block."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from pbgov.corpus.formats.lines import Line, row_lines
from pbgov.corpus.formats.word_names import child, named, switched_on, value, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbgov.corpus.formats.word_numbers import Numbering
    from pbgov.corpus.formats.word_styles import Styles

SIGNS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
    "w:softHyphen": "\u00ad",
}
DELETED = ("w:del", "w:moveFrom")
NO_TEXT = ("w:pPr", "w:rPr", "w:instrText", "w:delInstrText", "w:delText", "w:fldData", "w:sdtPr")
BETWEEN = {"m:f": ("m:num", "/", "m:den"), "m:sSup": ("m:e", "^", "m:sup")} | {
    "m:sSub": ("m:e", "_", "m:sub")
}
COUNTED = {
    "m:oMath": "formulas",
    "picture:pic": "pictures",
    "vml:imagedata": "pictures",
    "chart:chart": "objects",
    "diagram:relIds": "objects",
    "office:OLEObject": "objects",
    "w:altChunk": "objects",
}


class Story:
    """Turns the blocks of a story into lines, and keeps count of what it leaves out.

    Parameters
    ----------
    styles : Styles
    numbering : Numbering

    Attributes
    ----------
    counts : Counter
        Of ``deleted`` and ``hidden`` characters, ``numbered`` paragraphs, and of what stands in
        `NOT_TEXT`.
    notes : dict
        The names of the foot- and endnotes referred to, in order.
    """

    NOT_TEXT: ClassVar[dict[str, str]] = {
        "formulas": "公式（写成一行）",
        "objects": "图表和嵌入对象",
        "symbols": "符号字体的字符",
        "readings": "注音",
    }

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.styles, self.numbering = styles, numbering
        self.counts: Counter[str] = Counter()
        self.notes: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self.first_number = ""
        self._fields: list[bool] = []  # for each open field: are we past its instruction?
        self._boxes: list[Line] = []
        self._carried = ""
        self._inline: dict[str, Callable[[Any], Iterator[str]]] = {
            "w:t": self._words,
            "m:t": self._words,
            "w:r": self._run,
            "w:sym": self._symbol,
            "w:fldChar": self._field,
            "w:footnoteReference": self._reference,
            "w:endnoteReference": self._reference,
            "w:txbxContent": self._box,
            "w:ruby": self._ruby,
            "mc:AlternateContent": self._alternative,
        } | dict.fromkeys(BETWEEN, self._formula_part)

    def block(self, element: Any) -> list[Line]:
        """The lines of a paragraph, a table, or whatever holds some of these."""
        name = named(element.tag)
        if name == "w:p":
            return self._paragraph(element)
        if name == "w:tbl":
            return [line for row in _rows(element) for line in self._row(row)]
        if name in DELETED or name in NO_TEXT:
            return []
        if name == "mc:AlternateContent":
            return self._first_with_text(element)
        self.counts[COUNTED.get(name, "")] += 1
        return [line for each in element for line in self.block(each)]

    def ending(self) -> list[Line]:
        """What a deleted last paragraph mark left to be joined to a paragraph that never came."""
        carried, self._carried = self._carried, ""
        return [Line(carried)] if carried else []

    def note_name(self, element: Any) -> str | None:
        """How the text refers to a note; None for the lines that part notes from text."""
        kind = value(element, "w:type")
        return value(element, "w:id") if kind in (None, "normal") else None

    def note(self, element: Any) -> list[Line]:
        """The lines of one note, without the space that Word puts after its number."""
        lines = [line for each in element for line in self.block(each)] + self.ending()
        written = [line._replace(text=line.text.strip(), kind="") for line in lines]
        return [line for line in written if line.text]

    def _paragraph(self, element: Any) -> list[Line]:
        boxes, self._boxes = self._boxes, []
        text = self._carried + "".join(self._children(element))
        own, self._boxes = self._boxes, boxes
        self._fields = [
            past for past in self._fields if past
        ]  # no instruction outlasts a paragraph
        settings = child(element, "w:pPr")
        mark = None if settings is None else child(settings, "w:rPr")
        joined = mark is not None and any(named(each.tag) in DELETED for each in mark)
        self._carried = text if joined else ""
        if joined:
            return own
        line = self._line(text, settings)
        return [line, *own]

    def _line(self, text: str, settings: Any | None) -> Line:
        style, outline = self.styles.default, None
        if settings is not None:
            style = value(child(settings, "w:pStyle")) or style
            outline = whole(value(child(settings, "w:outlineLvl")))
        text = self._number(style, settings, bool(text.strip())) + text
        if self.styles.is_contents(style):
            return Line(text, "furniture")
        level = self.styles.heading_level(style, outline)
        return Line(text, "heading", level) if level and text.strip() else Line(text)

    def _number(self, style: str | None, settings: Any | None, has_words: bool) -> str:
        listed = None if settings is None else child(settings, "w:numPr")
        list_id, level = self.styles.numbering(style)
        if list_id:
            lineage = self.styles.lineage(style)
            of_style = self.numbering.level_of_style(list_id, lineage)
            level = level if of_style is None else of_style
        if listed is not None:
            own_id = whole(value(child(listed, "w:numId")))
            own_level = whole(value(child(listed, "w:ilvl")))
            list_id = list_id if own_id is None else own_id
            level = level if own_level is None else own_level
        number = self.numbering.number(list_id, level or 0) if list_id else None
        if number is None or not has_words:
            return ""
        if number.text != "":  # a level of a list may show no number
            self.counts["not_numbered" if number.text is None else "numbered"] += 1
        self.first_number = self.first_number or (number.text or "").strip()
        return number.text or ""

    def _row(self, row: Any) -> list[Line]:
        settings = child(row, "w:trPr")
        if settings is not None and child(settings, "w:del") is not None:
            self.counts["deleted"] += sum(map(len, _texts(row)))
            return []
        cells: list[list[Line]] = []
        for cell in _cells(row):
            cells.append([line for each in cell for line in self.block(each)] + self.ending())
            format_ = child(cell, "w:tcPr")
            span = None if format_ is None else whole(value(child(format_, "w:gridSpan")))
            if span and len(_cells(row)) > 1:
                cells += [[] for _ in range(min(span, 100) - 1)]
        return row_lines(cells) if cells else []

    def _children(self, element: Any) -> Iterator[str]:
        for each in element:
            name = named(each.tag)
            if name in NO_TEXT:
                continue
            if name in DELETED:
                self.counts["deleted"] += sum(map(len, _texts(each)))
            elif name in SIGNS:
                yield from self._shown(SIGNS[name])
            else:
                self.counts[COUNTED.get(name, "")] += 1
                yield from self._inline.get(name, self._children)(each)

    def _shown(self, text: str) -> tuple[str, ...]:
        """The text, or nothing inside the instruction of a field."""
        return (text,) if text and all(self._fields) else ()

    def _words(self, element: Any) -> Iterator[str]:
        yield from self._shown(element.text or "")

    def _run(self, run: Any) -> Iterator[str]:
        settings = child(run, "w:rPr")
        hidden = None
        if settings is not None:
            hidden = switched_on(child(settings, "w:vanish"))
            if hidden is None:
                hidden = self.styles.hidden(value(child(settings, "w:rStyle")))
        if hidden is None:
            hidden = self._hidden_by_paragraph(run)
        if not hidden:
            yield from self._children(run)
        else:
            self.counts["hidden"] += sum(map(len, self._children(run)))

    def _hidden_by_paragraph(self, run: Any) -> bool | None:
        paragraph = run.getparent()
        settings = None if paragraph is None else child(paragraph, "w:pPr")
        style = None if settings is None else value(child(settings, "w:pStyle"))
        return self.styles.hidden(style)

    def _symbol(self, element: Any) -> Iterator[str]:
        """A sign of a symbol font, as the code it has in the file: what it looks like is not said."""
        try:
            code = bytes.fromhex(value(element, "w:char") or "")
            sign = code.decode("utf-16-be").strip("\0")
        except ValueError:
            sign = ""
        if "\ue000" <= sign <= "\uf8ff":
            self.counts["symbols"] += 1
        yield from self._shown(sign)

    def _field(self, element: Any) -> Iterator[str]:
        kind = value(element, "w:fldCharType")
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()
        yield from ()

    def _reference(self, element: Any) -> Iterator[str]:
        name = value(element, "w:id")
        if name is not None and all(self._fields):
            self.notes[named(element.tag)[2:].removesuffix("Reference")].append(name)
        yield from ()

    def _box(self, element: Any) -> Iterator[str]:
        """A text box: its lines follow the paragraph that it hangs on."""
        carried, self._carried = self._carried, ""
        self._boxes += [line for each in element for line in self.block(each)] + self.ending()
        self._carried = carried
        yield from ()

    def _ruby(self, element: Any) -> Iterator[str]:
        self.counts["readings"] += 1
        for each in element:
            if named(each.tag) == "w:rubyBase":
                yield from self._children(each)

    def _formula_part(self, element: Any) -> Iterator[str]:
        first, sign, second = BETWEEN[named(element.tag)]
        for each in element:
            if named(each.tag) == second:
                yield from self._shown(sign)
            if named(each.tag) in (first, second):
                yield from self._children(each)

    def _alternative(self, element: Any) -> Iterator[str]:
        """One of several ways to write the same: the first that holds text."""
        for branch in element:
            before, counts = len(self._boxes), self.counts.copy()
            text = "".join(self._children(branch))
            if text or len(self._boxes) > before:
                yield text
                return
            if branch is not element[-1]:
                self.counts = counts

    def _first_with_text(self, element: Any) -> list[Line]:
        for branch in element:
            lines = [line for each in branch for line in self.block(each)]
            if any(line.text for line in lines):
                return lines
        return []


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, also those inside content controls and insertions."""
    for each in table:
        if named(each.tag) == "w:tr":
            yield each
        elif named(each.tag) not in ("w:tblPr", "w:tblGrid", *DELETED):
            yield from _rows(each)


def _cells(row: Any) -> list[Any]:
    found = []
    for each in row:
        if named(each.tag) == "w:tc":
            found.append(each)
        elif named(each.tag) not in ("w:trPr", "w:tblPrEx", *DELETED):
            found += _cells(each)
    return found


def _texts(element: Any) -> Iterator[str]:
    for each in element.iter():
        if named(each.tag) in ("w:t", "w:delText"):
            yield each.text or ""
