"""The styles of a Word file, written from its layout: every font named, none from a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.reporting.word.ooxml import element, fonts, twips

if TYPE_CHECKING:
    from pbgov.reporting.word.layouts import TextStyle, WordLayout

# role in the layout: id in the file, name in Word's list of styles
PARAGRAPHS = {
    "normal": ("Normal", "Normal"),
    "title": ("Title", "Title"),
    "subtitle": ("Subtitle", "Subtitle"),
    "heading1": ("Heading1", "heading 1"),
    "heading2": ("Heading2", "heading 2"),
    "heading3": ("Heading3", "heading 3"),
    "caption": ("Caption", "caption"),
    "contents_title": ("ContentsTitle", "目录标题"),
    "contents1": ("TOC1", "toc 1"),
    "contents2": ("TOC2", "toc 2"),
    "contents3": ("TOC3", "toc 3"),
    "exhibit_list": ("TableofFigures", "table of figures"),
    "footnote": ("FootnoteText", "footnote text"),
    "header": ("Header", "header"),
    "footer": ("Footer", "footer"),
    "even_footer": ("EvenFooter", "双页页码"),
    "body": ("BodyProse", "正文段落"),
    "claim": ("Claim", "论断"),
    "reason": ("Reason", "把握的依据"),
    "note": ("ExhibitNote", "图表注"),
    "picture": ("Picture", "图片"),
    "chart_note": ("ChartNote", "可编辑图说明"),
    "cell": ("TableCell", "表格文字"),
    "box_title": ("BoxTitle", "方框标题"),
    "box": ("BoxText", "方框文字"),
    "reference": ("Reference", "文献条目"),
    "annex_heading": ("AnnexHeading", "附录小标题"),
    "annex_note": ("AnnexNote", "附录说明"),
    "annex_cell": ("AnnexCell", "附录表格文字"),
}
FOOTNOTE_MARK = "FootnoteReference"
NUMBER = "ReportNumber"
LINK = "Hyperlink"
OUTLINE = {"heading1": 0, "heading2": 1, "heading3": 2}
OFF_GRID = (
    "cell", "note", "caption", "picture", "chart_note", "footnote", "header", "footer",
    "even_footer", "annex_heading", "annex_note", "annex_cell", "exhibit_list", "contents1",
    "contents2", "contents3", "reference", "title",
)  # fmt: skip
"""Roles that a page's grid of lines and characters does not hold: their type is smaller or larger."""


def style_id(role: str) -> str:
    """Id of the paragraph style of a role."""
    return PARAGRAPHS[role][0]


def write_styles(styles: Any, layout: WordLayout) -> None:
    """Put the styles of `layout` in the place of whatever `styles` (``w:styles``) holds."""
    for child in list(styles):
        styles.remove(child)
    normal = layout.styles["normal"]
    language = element("w:lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")
    inside = [fonts(normal.east_asian), *_sizes(normal.size), language]
    defaults = element("w:rPrDefault", element("w:rPr", *inside))
    styles.append(element("w:docDefaults", defaults, element("w:pPrDefault")))
    for role, text in layout.styles.items():
        styles.append(_paragraph_style(role, text, layout))
    styles.extend(
        [
            _plain_style("character", "DefaultParagraphFont", "Default Paragraph Font"),
            _plain_style("table", "TableNormal", "Normal Table", _table_defaults()),
            _plain_style("numbering", "NoList", "No List"),
            _character_style(FOOTNOTE_MARK, "footnote reference", raised=True),
            _character_style(NUMBER, "报告数字"),
            _character_style(LINK, "Hyperlink", colour="1F4E79" if layout.framed else "000000"),
        ]
    )


def _paragraph_style(role: str, text: TextStyle, layout: WordLayout) -> Any:
    identity, name = PARAGRAPHS[role]
    style = element("w:style", type="paragraph", styleId=identity)
    style.append(element("w:name", val=name))
    if role == "normal":
        style.set(_w("default"), "1")
    else:
        style.append(element("w:basedOn", val="Normal"))
    style.append(element("w:qFormat"))
    properties = _paragraph_properties(role, text, layout)
    run = element("w:rPr", fonts(text.east_asian, text.latin))
    if role != "normal":
        run.extend([element(f"w:{name}", val=int(text.bold)) for name in ("b", "bCs")])
    if layout.grid and role in OFF_GRID:
        run.append(element("w:snapToGrid", val=0))
    run.append(element("w:color", val="000000"))
    if text.spacing:
        run.append(element("w:spacing", val=twips(text.spacing)))
    run.extend(_sizes(text.size))
    style.extend([properties, run])
    return style


def _paragraph_properties(role: str, text: TextStyle, layout: WordLayout) -> Any:
    made = element("w:pPr")
    if text.keep_next:
        made.append(element("w:keepNext"))
    if role in OUTLINE:
        made.append(element("w:keepLines"))
    made.append(element("w:widowControl", val=int(not text.exact)))
    if role.startswith("contents") or role == "exhibit_list":
        place = round(layout.text_width * 1440 / 25.4)
        made.append(element("w:tabs", element("w:tab", val="right", leader="dot", pos=place)))
    if layout.grid and role in OFF_GRID:
        made.append(element("w:snapToGrid", val=0))
    line, rule = (twips(text.exact), "exact") if text.exact else (round(240 * text.line), "auto")
    room = {"before": twips(text.before), "after": twips(text.after)}
    made.append(element("w:spacing", **room, line=line, lineRule=rule))
    indents = _indents(text)
    if indents:
        made.append(element("w:ind", **indents))
    made.append(element("w:jc", val=text.align))
    if role in OUTLINE:
        made.append(element("w:outlineLvl", val=OUTLINE[role]))
    return made


def _indents(text: TextStyle) -> dict[str, int]:
    """Indents in characters carry their length too, for programs that know no characters."""
    indents: dict[str, int] = {}
    for name, characters in (
        ("left", text.left_characters),
        ("right", text.right_characters),
        ("firstLine", text.first_characters),
    ):
        if characters:
            indents[f"{name}Chars"] = 100 * characters
            indents[name] = twips(characters * text.size)
    if text.left:
        indents["left"] = twips(text.left)
    if text.hanging:
        indents["hanging"] = twips(text.hanging)
    return indents


def _sizes(size: float) -> list[Any]:
    return [element(f"w:{name}", val=round(2 * size)) for name in ("sz", "szCs")]


def _plain_style(kind: str, identity: str, name: str, *inside: Any) -> Any:
    style = element("w:style", type=kind, styleId=identity, default=1)
    style.extend([element("w:name", val=name), element("w:uiPriority", val=99), *inside])
    return style


def _character_style(identity: str, name: str, *, raised: bool = False, colour: str = "") -> Any:
    style = element("w:style", type="character", styleId=identity)
    style.extend([element("w:name", val=name), element("w:basedOn", val="DefaultParagraphFont")])
    look = element("w:rPr")
    if colour:
        look.append(element("w:color", val=colour))
    if raised:
        look.append(element("w:vertAlign", val="superscript"))
    if len(look):
        style.append(look)
    return style


def _table_defaults() -> Any:
    sides = (("top", 0), ("left", 108), ("bottom", 0), ("right", 108))
    margins = [element(f"w:{side}", w=width, type="dxa") for side, width in sides]
    return element(
        "w:tblPr",
        element("w:tblInd", w=0, type="dxa"),
        element("w:tblCellMar", *margins),
    )


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"w:{name}")
