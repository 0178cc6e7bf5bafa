"""The few pieces of WordprocessingML that python-docx does not write itself."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

LATIN = "Times New Roman"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_THEMED = ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme")


def element(tag: str, **attributes: object) -> Any:
    """An element such as ``w:top``; attribute ``val`` becomes ``w:val``."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_fonts(holder: Any, east_asian: str, size: float | None = None) -> None:
    """Give a run or a style its Latin and East Asian fonts, and its size in points.

    The theme's fonts are removed: where they stand, Word prefers them to the named ones.
    """
    properties = holder.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = element("w:rFonts")
        properties.insert(0, fonts)
    name_fonts(fonts, east_asian)
    if size is not None:
        holder.font.size = Pt(size)


def name_fonts(fonts: Any, east_asian: str) -> None:
    """Fill a ``w:rFonts`` element with named fonts only."""
    for themed in _THEMED:
        fonts.attrib.pop(qn(themed), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LATIN)
    fonts.set(qn("w:eastAsia"), east_asian)


def set_defaults(document: Document, east_asian: str) -> None:
    """Fonts and language of everything that no style says otherwise; no theme font anywhere."""
    styles = document.styles.element
    for fonts in styles.iter(qn("w:rFonts")):
        name_fonts(fonts, east_asian)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
    for language in document.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field such as ``PAGE`` or ``SEQ 表``, showing `shown` until Word updates it."""
    for kind in ("begin", instruction, "separate", None, "end"):
        run = paragraph.add_run()
        if kind is None:
            run.text = shown
        elif kind == instruction:
            code = element("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
            run._r.append(code)
        else:
            run._r.append(element("w:fldChar", fldCharType=kind))


def start_bookmark(paragraph: Paragraph, number: int, name: str) -> None:
    """Open a bookmark that a cross-reference can point at."""
    paragraph._p.append(element("w:bookmarkStart", id=number, name=name))


def end_bookmark(paragraph: Paragraph, number: int) -> None:
    """Close the bookmark with the same number."""
    paragraph._p.append(element("w:bookmarkEnd", id=number))


def frame_run(run: Run, *, fill: str, line: str, style: str) -> None:
    """A border and a background around a run: a label that can be told apart in greyscale."""
    properties = run._r.get_or_add_rPr()
    properties.append(element("w:bdr", val=style, sz=6, space=0, color=line))
    properties.append(element("w:shd", val="clear", color="auto", fill=fill))


def colour_run(run: Run, hexadecimal: str) -> None:
    """The colour of a run's text."""
    run.font.color.rgb = RGBColor.from_string(hexadecimal)


def set_cell(cell: Any, *, borders: dict[str, int], fill: str | None = None) -> None:
    """Borders of a table cell in eighths of a point, and its background."""
    properties = cell._tc.get_or_add_tcPr()
    lines = element("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side in borders:
            line = element(f"w:{side}", val="single", sz=borders[side], space=0, color="000000")
            lines.append(line)
    properties.append(lines)
    if fill is not None:
        properties.append(element("w:shd", val="clear", color="auto", fill=fill))


def set_table(table: Any, *, title: str, description: str, padding: int) -> None:
    """Fixed columns, padding in twentieths of a point, and the text for those who cannot see."""
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblLayout")):
        properties.remove(old)
    margins = element("w:tblCellMar")
    for side, width in (("top", 30), ("left", padding), ("bottom", 30), ("right", padding)):
        margins.append(element(f"w:{side}", w=width, type="dxa"))
    look = properties.find(qn("w:tblLook"))
    new = [
        element("w:tblLayout", type="fixed"),
        margins,
        *([] if look is None else [look]),
        element("w:tblCaption", val=title),
        element("w:tblDescription", val=description),
    ]
    for part in new:
        properties.append(part)


def set_row(row: Any, *, header: bool) -> None:
    """A row that is not split between pages; a header row is repeated on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("w:cantSplit"))
    if header:
        properties.append(element("w:tblHeader"))


def left_rule(paragraph: Paragraph, *, style: str, colour: str) -> None:
    """A rule along the left side of a paragraph."""
    borders = element("w:pBdr")
    borders.append(element("w:left", val=style, sz=18, space=6, color=colour))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def indent_characters(paragraph_format: Any, characters: int, size: float) -> None:
    """A first-line indent measured in characters, as Chinese typesetting has it."""
    paragraph_format.first_line_indent = Pt(characters * size)
    indent = paragraph_format._element.pPr.find(qn("w:ind"))
    indent.set(qn("w:firstLineChars"), str(100 * characters))


def drop_thumbnail(document: Document) -> None:
    """Leave out the preview picture of python-docx's template, which shows another document."""
    relations = document.part.package.rels
    for key, relation in list(relations.items()):
        if relation.reltype.endswith("/thumbnail"):
            del relations[key]


def packed(document: Document) -> bytes:
    """The document as a .docx file whose bytes do not depend on the clock."""
    written = io.BytesIO()
    document.save(written)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            member = zipfile.ZipInfo(entry.filename, ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            target.writestr(member, source.read(entry))
    return packed.getvalue()
