"""The empty 16:9 presentation: two layouts, Chinese fonts in theme and master, fixed properties."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

import pptx
from lxml import etree
from pptx.oxml.ns import qn
from pptx.util import Cm

from pbgov.exhibits.visible_text import printable
from pbgov.reporting.native_charts.drawing import EAST_ASIAN, LATIN
from pbgov.reporting.slides.room import FOOT, OPENING_SUBTITLE, OPENING_TITLE, SLIDE, TITLE, Box

if TYPE_CHECKING:
    from pptx.presentation import Presentation

EPOCH = datetime.datetime(1980, 1, 1)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
OPENING, PLAIN = "标题页", "标题和内容"
_KEPT = {"Title Slide": OPENING, "Title Only": PLAIN}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def empty_presentation(title: str, subject: str, dated: datetime.date | None) -> Presentation:
    """A presentation without slides, its master and layouts set for Chinese on 16:9."""
    made = pptx.Presentation()
    made.slide_width, made.slide_height = Cm(SLIDE.width), Cm(SLIDE.height)
    for layout in list(made.slide_layouts):
        if layout.name in _KEPT:
            layout.name = _KEPT[layout.name]
            _arrange(layout)
        else:
            made.slide_layouts.remove(layout)
    master = made.slide_master
    _arrange(master)
    for part in (master, *made.slide_layouts):
        name_fonts(part._element)
    name_fonts(made.part._element)
    name_theme_fonts(master.part)
    for relations in (made.part.rels, made.part.package._rels):
        for key, relation in list(relations.items()):
            if relation.reltype.endswith(("/printerSettings", "/thumbnail")):
                relations.pop(key)
    _set_properties(made, title, subject, dated)
    return made


def _arrange(page: Any) -> None:
    """Placeholders of a master or layout at their places on 16:9; no date, no footer."""
    for placeholder in list(page.placeholders):
        kind = placeholder.element.find(".//" + qn("p:ph")).get("type")
        if kind in ("dt", "ftr"):
            placeholder.element.getparent().remove(placeholder.element)
            continue
        box = {
            "title": TITLE,
            "ctrTitle": OPENING_TITLE,
            "subTitle": OPENING_SUBTITLE,
            "sldNum": Box(SLIDE.width - 3.2, FOOT.bottom - 0.7, 2.0, 0.7),
        }.get(kind, Box(TITLE.left, TITLE.bottom, TITLE.width, FOOT.top - TITLE.bottom))
        placeholder.left, placeholder.top = Cm(box.left), Cm(box.top)
        placeholder.width, placeholder.height = Cm(box.width), Cm(box.height)


def name_fonts(element: Any) -> None:
    """Name both fonts, and Chinese as language, in every set of text properties below `element`."""
    for tag in ("a:defRPr", "a:rPr", "a:endParaRPr"):
        for properties in element.iter(qn(tag)):
            properties.set("lang", "zh-CN")
            properties.set("altLang", "en-US")
            for old in properties.findall(qn("a:latin")) + properties.findall(qn("a:ea")):
                properties.remove(old)
            before = [
                child
                for name in ("a:ln", "a:solidFill", "a:noFill", "a:effectLst", "a:highlight")
                for child in properties.findall(qn(name))
            ]
            at = max((list(properties).index(child) + 1 for child in before), default=0)
            properties.insert(at, _font("a:latin", LATIN))
            properties.insert(at + 1, _font("a:ea", EAST_ASIAN))


def _font(tag: str, name: str) -> Any:
    made = etree.Element(qn(tag))
    made.set("typeface", name)
    return made


def name_theme_fonts(owner: Any) -> None:
    """Name both fonts in the theme that belongs to a slide master or notes master."""
    theme = next(one for one in owner.rels.values() if one.reltype.endswith("/theme")).target_part
    root = theme._element if hasattr(theme, "_element") else etree.fromstring(theme.blob, _PARSER)
    for fonts in (*root.iter(qn("a:majorFont")), *root.iter(qn("a:minorFont"))):
        fonts.find(qn("a:latin")).set("typeface", LATIN)
        fonts.find(qn("a:ea")).set("typeface", EAST_ASIAN)
        for script in fonts.findall(qn("a:font")):
            if script.get("script") == "Hans":
                script.set("typeface", EAST_ASIAN)
    if not hasattr(theme, "_element"):
        theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _set_properties(
    made: Presentation, title: str, subject: str, dated: datetime.date | None
) -> None:
    properties = made.core_properties
    properties.title, properties.subject = (printable(text)[:255] for text in (title, subject))
    properties.author = properties.last_modified_by = "pbgov"
    properties.language = "zh-CN"
    properties.comments = properties.keywords = properties.category = ""
    properties.revision = 1
    moment = EPOCH if dated is None else datetime.datetime(dated.year, dated.month, dated.day)
    properties.created = properties.modified = moment


def packed(made: Presentation) -> bytes:
    """The presentation as a .pptx file whose bytes do not depend on the clock."""
    written = io.BytesIO()
    made.save(written)
    target = io.BytesIO()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for entry in source.infolist():
            member = zipfile.ZipInfo(entry.filename, ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            archive.writestr(member, source.read(entry))
    return target.getvalue()
