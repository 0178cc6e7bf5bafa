"""The parts of a Word file around its text: settings, footnotes, properties, and the packing."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from lxml import etree

from pbgov.exhibits.visible_text import printable
from pbgov.reporting.word.ooxml import element, paragraph, text_run
from pbgov.reporting.word.styles import FOOTNOTE_MARK, style_id, write_styles

if TYPE_CHECKING:
    from docx.document import Document

    from pbgov.reporting.word.layouts import WordLayout

EPOCH = datetime.datetime(1980, 1, 1)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
LONGEST_PROPERTY = 255
SEPARATORS = {-1: "separator", 0: "continuationSeparator"}
KEPT = ("/officeDocument", "/core-properties", "/extended-properties", "/styles", "/settings",
        "/theme")  # fmt: skip
_PROGRAM = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.'
    b'openxmlformats.org/officeDocument/2006/extended-properties"><Application>pbgov</Application>'
    b"</Properties>"
)


def empty_document(layout: WordLayout) -> Document:
    """A document without text: the styles and settings of `layout`, and no part it does not need."""
    document = docx.Document()
    for relations in (document.part.package.rels, document.part.rels):
        for key, relation in list(relations.items()):
            if not relation.reltype.endswith(KEPT):
                del relations[key]
            elif relation.reltype.endswith("/extended-properties"):
                relation.target_part._blob = _PROGRAM
    write_styles(document.styles.element, layout)
    _write_settings(document.settings.element, layout)
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    return document


def _write_settings(settings: Any, layout: WordLayout) -> None:
    """Settings in the standard's order; nothing that makes a program ask a question on opening."""
    for child in list(settings):
        settings.remove(child)
    modern = ("overrideTableStyleFontSizeAndJustification", "enableOpenTypeFeatures",
              "doNotFlipMirrorIndents", "differentiateMultirowTableHeaders")  # fmt: skip
    versions = [("compatibilityMode", 15), *((name, 1) for name in modern)]
    compatible = [
        element("w:compatSetting", name=name, uri="http://schemas.microsoft.com/office/word", val=n)
        for name, n in versions
    ]
    settings.append(element("w:zoom", percent=100))
    if layout.both_sides:
        settings.append(element("w:mirrorMargins"))
    settings.append(element("w:defaultTabStop", val=420))
    if layout.both_sides:
        settings.append(element("w:evenAndOddHeaders"))
    settings.append(element("w:characterSpacingControl", val="compressPunctuation"))
    separators = [element("w:footnote", id=number) for number in SEPARATORS]
    settings.append(element("w:footnotePr", *separators))
    settings.append(element("w:compat", *compatible))
    settings.append(element("w:themeFontLang", val="en-US", eastAsia="zh-CN"))
    colours = {f"accent{n}": f"accent{n}" for n in range(1, 7)}
    settings.append(
        element(
            "w:clrSchemeMapping",
            bg1="light1",
            t1="dark1",
            bg2="light2",
            t2="dark2",
            **colours,
            hyperlink="hyperlink",
            followedHyperlink="followedHyperlink",
        )
    )
    settings.append(element("w:decimalSymbol", val="."))
    settings.append(element("w:listSeparator", val=","))


class Footnotes:
    """The footnotes of a document, numbered in the order in which they are made."""

    def __init__(self) -> None:
        self._notes: list[str] = []

    def mark(self, text: str) -> Any:
        """The run that stands in the text for a new footnote."""
        self._notes.append(text)
        properties = element("w:rPr", element("w:rStyle", val=FOOTNOTE_MARK))
        return element("w:r", properties, element("w:footnoteReference", id=len(self._notes)))

    def attach(self, document: Document) -> None:
        """Put the notes, and the lines that part them from the text, into the package."""
        root = OxmlElement("w:footnotes", nsdecls={"w": nsmap["w"], "r": nsmap["r"]})
        for number, kind in SEPARATORS.items():
            line = paragraph(style_id("normal"), element("w:r", element(f"w:{kind}")))
            spacing = element("w:spacing", before=0, after=0, line=240, lineRule="auto")
            line.pPr.append(spacing)
            root.append(element("w:footnote", line, type=kind, id=number))
        for number, text in enumerate(self._notes, 1):
            properties = element("w:rPr", element("w:rStyle", val=FOOTNOTE_MARK))
            mark = element("w:r", properties, element("w:footnoteRef"))
            inside = paragraph(style_id("footnote"), mark, text_run(f" {text}"))
            root.append(element("w:footnote", inside, id=number))
        blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        package = document.part.package
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def set_properties(
    document: Document, title: str, subject: str, dated: datetime.date | None
) -> None:
    """Title, language and dates of the file; without a date, one that never changes."""
    properties = document.core_properties
    properties.title = _property(title)
    properties.subject = _property(subject)
    properties.author = properties.last_modified_by = "pbgov"
    properties.language = "zh-CN"
    properties.comments = properties.keywords = properties.category = ""
    properties.revision = 1
    moment = EPOCH if dated is None else datetime.datetime(dated.year, dated.month, dated.day)
    properties.created = properties.modified = moment


def _property(text: str) -> str:
    """`text` in the length that a property may have, the cut shown as …."""
    shown = printable(text)
    return shown if len(shown) <= LONGEST_PROPERTY else f"{shown[: LONGEST_PROPERTY - 1]}…"


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
