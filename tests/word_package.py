"""What Word would ask to repair in a .docx file: the rules of ECMA-376 (ISO/IEC 29500-1), by hand.

Word shows its repair prompt for children in another order than the standard's sequences, for ids
that stand twice and for relationships that lead nowhere. The lists below are those of the standard's
schema (wml.xsd, transitional), whole, so that an element we do not know is a fault too.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

# 17.3.1.26, 17.3.2.28, 17.4.60, 17.4.70, 17.4.82, 17.6.17, 17.5.2.38, 17.15.1.78, 17.7.4.17
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers"
    " pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE"
    " autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents"
    " suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr"
    " sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint"
    " noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect"
    " bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc"
    " tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription"
    " tblPrChange",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText"
    " vAlign hideMark headers cellIns cellDel cellMerge tcPrChange",
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader"
    " tblCellSpacing jc hidden ins del trPrChange",
    "tcBorders": "top start left bottom end right insideH insideV tl2br tr2bl",
    "tblCellMar": "top start left bottom end right",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc"
    " pgBorders lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi"
    " rtlGutter docGrid printerSettings sectPrChange",
    "sdtPr": "rPr alias tag id lock placeholder temporary showingPlcHdr dataBinding label tabIndex"
    " equation comboBox date docPartObj docPartList dropDownList picture richText text citation"
    " group bibliography",
    "sdt": "sdtPr sdtEndPr sdtContent",
    "docPartObj": "docPartGallery docPartCategory docPartUnique",
    "footnotePr": "pos numFmt numStart numRestart footnote",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden"
    " unhideWhenUsed qFormat locked personal personalCompose personalReply rsid pPr rPr tblPr trPr"
    " tcPr tblStylePr",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
    "tbl": "tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "settings": "writeProtection view zoom removePersonalInformation removeDateAndTime"
    " doNotDisplayPageBoundaries displayBackgroundShape printPostScriptOverText"
    " printFractionalCharacterWidth printFormsData embedTrueTypeFonts embedSystemFonts"
    " saveSubsetFonts saveFormsData mirrorMargins alignBordersAndEdges bordersDoNotSurroundHeader"
    " bordersDoNotSurroundFooter gutterAtTop hideSpellingErrors hideGrammaticalErrors"
    " activeWritingStyle proofState formsDesign attachedTemplate linkStyles stylePaneFormatFilter"
    " stylePaneSortMethod documentType mailMerge revisionView trackRevisions doNotTrackMoves"
    " doNotTrackFormatting documentProtection autoFormatOverride styleLockTheme styleLockQFSet"
    " defaultTabStop autoHyphenation consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps"
    " showEnvelope summaryLength clickAndTypeStyle defaultTableStyle evenAndOddHeaders"
    " bookFoldRevPrinting bookFoldPrinting bookFoldPrintingSheets drawingGridHorizontalSpacing"
    " drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery"
    " doNotUseMarginsForDrawingGridOrigin drawingGridHorizontalOrigin drawingGridVerticalOrigin"
    " doNotShadeFormData noPunctuationKerning characterSpacingControl printTwoOnOne"
    " strictFirstAndLastChars noLineBreaksAfter noLineBreaksBefore savePreviewPicture"
    " doNotValidateAgainstSchema saveInvalidXml ignoreMixedContent alwaysShowPlaceholderText"
    " doNotDemarcateInvalidXml saveXmlDataOnly useXSLTWhenSaving saveThroughXslt showXMLTags"
    " alwaysMergeEmptyNamespace updateFields hdrShapeDefaults footnotePr endnotePr compat docVars"
    " rsids mathPr attachedSchema themeFontLang clrSchemeMapping doNotIncludeSubdocsInStats"
    " doNotAutoCompressPictures forceUpgrade captions readModeInkLockDown smartTagType"
    " schemaLibrary shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator",
}  # fmt: skip
REPEATED = {
    "headerReference", "footerReference", "footnote", "style", "tr", "tc", "tblStylePr",
}  # fmt: skip
FONTS = ("ascii", "hAnsi", "eastAsia", "cs")
MOST_COLUMNS = 63
LONGEST_LABEL = 64
BOOKMARK = re.compile(r"[A-Za-z_]\w{0,39}")


def w(name):
    return f"{{{W}}}{name}"


def local(part):
    return etree.QName(part).localname


def text_of(part):
    """All that is written in a part of a document."""
    return "".join(one.text or "" for one in part.iter(w("t")))


def bookmarks(document):
    """The start of each bookmark of an opened document, by its name."""
    return {one.get(w("name")): one for one in document.element.body.iter(w("bookmarkStart"))}


def row_at(document, name):
    """The table row in which a bookmark stands."""
    part = bookmarks(document)[name]
    while part.tag != w("tr"):
        part = part.getparent()
    return part


def parts_of(written):
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        return {name: package.read(name) for name in package.namelist()}


def trees_of(written):
    return {
        name: etree.fromstring(content)
        for name, content in parts_of(written).items()
        if name.endswith((".xml", ".rels"))
    }


def faults(written):
    """Every fault found in the package, as a list of sentences; [] for a sound one."""
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        names = package.namelist()
    found = [f"{name} stands twice in the archive" for name, n in Counter(names).items() if n > 1]
    try:
        trees = trees_of(written)
    except etree.XMLSyntaxError as error:
        return [*found, f"not well formed: {error}"]
    found += _content_types(trees, names)
    found += _relationships(trees, names)
    for name, tree in trees.items():
        found += [f"{name}: {fault}" for fault in (*_order(tree), *_fonts(tree), *_tables(tree))]
    return found + _text(trees)


def _content_types(trees, names):
    types = trees.get("[Content_Types].xml")
    if types is None:
        return ["no [Content_Types].xml"]
    endings = {one.get("Extension").lower() for one in types.iter(f"{{{TYPES}}}Default")}
    named = [one.get("PartName").lstrip("/") for one in types.iter(f"{{{TYPES}}}Override")]
    found = [f"a content type for {name}, which is not there" for name in set(named) - set(names)]
    for name in names:
        typed = name in named or name.rpartition(".")[2].lower() in endings
        if name != "[Content_Types].xml" and not typed:
            found.append(f"{name} has no content type")
    return found


def _relationships(trees, names):
    found = []
    used_by = {}
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        owner = posixpath.join(folder, posixpath.basename(name).removesuffix(".rels"))
        ids = [one.get("Id") for one in tree.iter(f"{{{RELS}}}Relationship")]
        used_by[owner] = set(ids)
        if len(ids) != len(set(ids)):
            found.append(f"{name}: an Id stands twice")
        for one in tree.iter(f"{{{RELS}}}Relationship"):
            target = one.get("Target")
            if one.get("TargetMode") == "External":
                found.append(f"{name}: leads outside, to {target}")
                continue
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            if path not in names:
                found.append(f"{name}: {target} is not there")
    for name, tree in trees.items():
        for part in tree.iter():
            for key, value in part.attrib.items():
                if key.startswith(f"{{{R}}}") and value not in used_by.get(name, set()):
                    found.append(f"{name}: relation {value} is not declared")
    return found


def _order(tree):
    found = []
    for parent in tree.iter(*(w(name) for name in ORDERS)):
        order = ORDERS[local(parent)].split()
        children = [local(child) for child in parent if isinstance(child.tag, str)]
        # a content control inside a run of rows or a bookmark may stand anywhere
        unknown = [child for child in children if child not in order]
        if unknown:
            found.append(f"{local(parent)} holds {unknown[0]}")
            continue
        places = [order.index(child) for child in children]
        if places != sorted(places):
            found.append(f"{local(parent)} in another order: {children}")
        twice = [c for c, n in Counter(children).items() if n > 1 and c not in REPEATED]
        if twice:
            found.append(f"{local(parent)} holds {twice[0]} twice")
    for parent, first in (("p", "pPr"), ("r", "rPr"), ("tc", "tcPr")):
        for one in tree.iter(w(parent)):
            if any(local(child) == first for child in list(one)[1:]):
                found.append(f"{first} is not the first child of {parent}")
    return found


def _fonts(tree):
    found = []
    for fonts in tree.iter(w("rFonts")):
        given = {etree.QName(key).localname for key in fonts.attrib}
        if not set(FONTS) <= given:
            found.append(f"rFonts names only {sorted(given)}")
        if any(name.lower().endswith("theme") for name in given):
            found.append("rFonts takes a font from the theme")
    return found


def _tables(tree):
    found = []
    for table in tree.iter(w("tbl")):
        columns = len(table.findall(f"{w('tblGrid')}/{w('gridCol')}"))
        if not 1 <= columns <= MOST_COLUMNS:
            found.append(f"a table of {columns} columns")
        widths = [int(one.get(w("w"))) for one in table.iter(w("gridCol"))]
        if min(widths, default=1) <= 0:
            found.append("a column without width")
        if not table.findall(w("tr")):
            found.append("a table without rows")
        for row in table.findall(w("tr")):
            spans = [
                int(one.find(f"{w('tcPr')}/{w('gridSpan')}").get(w("val")))
                if one.find(f"{w('tcPr')}/{w('gridSpan')}") is not None
                else 1
                for one in row.findall(w("tc"))
            ]
            if sum(spans) != columns:
                found.append(f"a row of {sum(spans)} cells in a table of {columns} columns")
        after = table.getnext()
        if after is not None and after.tag == w("tbl"):
            found.append("two tables without a paragraph between them")
    for cell in tree.iter(w("tc")):
        if not len(cell) or cell[-1].tag != w("p"):
            found.append("a cell does not end with a paragraph")
    return found


def _text(trees):
    found = []
    document = trees["word/document.xml"]
    notes = trees.get("word/footnotes.xml")
    styles = {one.get(w("styleId")) for one in trees["word/styles.xml"].iter(w("style"))}
    for name, tree in trees.items():
        for kind in ("pStyle", "rStyle", "tblStyle", "basedOn"):
            for one in tree.iter(w(kind)):
                if one.get(w("val")) not in styles:
                    found.append(f"{name}: style {one.get(w('val'))} is not there")
    starts = list(document.iter(w("bookmarkStart")))
    ends = [one.get(w("id")) for one in document.iter(w("bookmarkEnd"))]
    ids = [one.get(w("id")) for one in starts]
    names = [one.get(w("name")) for one in starts]
    if sorted(ids) != sorted(ends):
        found.append("bookmarks are not paired")
    found += [f"bookmark name {name}" for name in names if not BOOKMARK.fullmatch(name)]
    controls = [one.get(w("val")) for one in document.iterfind(f".//{w('sdtPr')}/{w('id')}")]
    drawings = [one.get("id") for tree in trees.values() for one in tree.iter(f"{{{WP}}}docPr")]
    for what, given in (
        ("bookmark id", ids), ("bookmark name", names), ("control id", controls),
        ("drawing id", drawings),
    ):  # fmt: skip
        found += [f"{what} {one} stands twice" for one, n in Counter(given).items() if n > 1]
    pointed = {one.get(w("anchor")) for one in document.iter(w("hyperlink"))}
    for code in document.iter(w("instrText")):
        words = code.text.split()
        if words[0] in ("REF", "PAGEREF"):
            pointed.add(words[1])
    found += [f"nothing stands at {name}" for name in sorted(map(str, pointed - set(names)))]
    for kind in ("tag", "alias"):
        for one in document.iter(w(kind)):
            if len(one.get(w("val"))) > LONGEST_LABEL:
                found.append(f"a {kind} of {len(one.get(w('val')))} characters")
    found += _footnotes(document, notes)
    return found + _fields(trees)


def _footnotes(document, notes):
    used = [one.get(w("id")) for one in document.iter(w("footnoteReference"))]
    there = [] if notes is None else [one.get(w("id")) for one in notes.iter(w("footnote"))]
    found = [f"footnote {one} stands twice" for one, n in Counter(there).items() if n > 1]
    found += [f"footnote {one} is not there" for one in used if one not in there]
    if len(used) != len(set(used)):
        found.append("two marks lead to one footnote")
    if notes is not None:
        kinds = [one.get(w("type")) for one in notes.iter(w("footnote"))]
        if kinds[:2] != ["separator", "continuationSeparator"]:
            found.append("the separators of the footnotes are missing")
    return found


def _fields(trees):
    found = []
    for name, tree in trees.items():
        depth, waiting = 0, []
        for one in tree.iter(w("fldChar")):
            kind = one.get(w("fldCharType"))
            if kind == "begin":
                depth += 1
                waiting.append("begin")
            elif not waiting:
                found.append(f"{name}: a field ends that never began")
            elif kind == "separate":
                waiting[-1] = "separate"
            else:
                depth -= 1
                waiting.pop()
        if depth:
            found.append(f"{name}: a field is not closed")
    if trees["word/settings.xml"].find(w("updateFields")) is not None:
        found.append("Word would ask whether to update the fields")
    return found
