"""Office files put together by hand for the tests, so that what stands in them is known."""

from __future__ import annotations

import zipfile
from io import BytesIO

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
NAMESPACES = {
    "w": W,
    "r": f"{OFFICE}/relationships",
    "m": f"{OFFICE}/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}:1.0"'
    for name, rest in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "meta": "meta",
        "svg": "svg-compatible",
        "manifest": "manifest",
    }.items()
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(files: dict[str, str | bytes]) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return held.getvalue()


def relations(targets: dict[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="r{order}" Type="{OFFICE}/relationships/{role}" Target="{target}"/>'
        for order, (role, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def docx(body: str, *, declared: str = DECLARED, core: str = "", **parts: str) -> bytes:
    """A Word file with this body; each part is the inside of its root element."""
    roots = {"header1": "hdr", "footer1": "ftr"}
    top = {"officeDocument": "word/document.xml"} | (
        {"core-properties": "docProps/core.xml"} if core else {}
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(top),
        "word/document.xml": f"<w:document {declared}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            {name.rstrip("1"): f"{name}.xml" for name in parts}
        ),
    }
    for name, inside in parts.items():
        root = roots.get(name, name)
        files[f"word/{name}.xml"] = f"<w:{root} {declared}>{inside}</w:{root}>"
    if core:
        files["docProps/core.xml"] = (
            '<c:coreProperties xmlns:c="urn:c" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            f' xmlns:dcterms="http://purl.org/dc/terms/">{core}</c:coreProperties>'
        )
    return zipped(files)


def p(*runs: str, style: str = "", settings: str = "") -> str:
    """A paragraph; runs that are not XML become plain text."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inside = "".join(each if each.startswith("<") else r(each) for each in runs)
    return f"<w:p><w:pPr>{named}{settings}</w:pPr>{inside}</w:p>"


def r(text: str, settings: str = "") -> str:
    return f'<w:r><w:rPr>{settings}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def listed(list_id: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def table(*rows: list[str]) -> str:
    """Rows of cells; a cell is the XML of its paragraphs."""
    body = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{body}</w:tbl>"


def odt(body: str, *, meta: str = "", styles: str = "", manifest: str = "") -> bytes:
    """An OpenDocument text with this body."""
    files: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {ODF}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>",
    }
    if meta:
        files["meta.xml"] = (
            f'<office:document-meta {ODF} xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<office:meta>{meta}</office:meta></office:document-meta>"
        )
    if styles:
        files["styles.xml"] = f"<office:document-styles {ODF}>{styles}</office:document-styles>"
    if manifest:
        files["META-INF/manifest.xml"] = f"<manifest:manifest {ODF}>{manifest}</manifest:manifest>"
    return zipped(files)
