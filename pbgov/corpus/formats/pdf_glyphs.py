"""Every glyph a PDF file sets on its pages, by pdfminer.six, within stated bounds.

A glyph keeps its place in the frame of its own reading direction: ``along`` grows as one reads,
``down`` from line to line. Upright text, text turned by a quarter and vertical writing are then
the same to whoever puts lines together.
"""

from __future__ import annotations

import io
import math
import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect, PDFXRefFallback
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser, PDFSyntaxError
from pdfminer.pdftypes import PDFStream, resolve1

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pdfminer.pdffont import PDFFont

MOST_PAGES = 3000
MOST_GLYPHS = 100_000  # on one page; a newspaper page has some twenty thousand
MOST_FORMS = 5_000  # drawings within drawings, on one page
MOST_UNPACKED = (
    200_000_000  # bytes of one stream; an A4 page at 600 dpi in colour takes 104 million
)
MOST_UNPACKED_CONTENT = 6_000_000  # bytes of the instructions of one page, drawings included
MOST_UNPACKED_IN_ALL = (
    150_000_000  # bytes of the instructions of all pages; a book has some 50 million
)
A_LINE = 20  # glyphs; stamps of scanning programs are shorter
COVERED = 0.5
STREAM = re.compile(rb"stream\r?\n")
CATALOG = re.compile(
    rb"(\d{1,8}\s{1,4}\d{1,5})\s{1,4}obj\s{0,4}<<[^<>]{0,2000}/Type\s{0,4}/Catalog"
)
NO_OBJECT = 99_999_999  # a number that no file gives to an object of its own
CHUNK = 1 << 20
SLANT = 10  # degrees off a right angle from which text counts as slanted: a watermark
FLATE = ("FlateDecode", "Fl")
INVISIBLE = 3  # the rendering mode of text laid under a scan by text recognition


class LockedError(Exception):
    """The file opens with a password only."""


class TooLargeError(Exception):
    """A stream or a page passes its bound; the message says which."""


class Glyph(NamedTuple):
    """One glyph: its text, its place and its size in points, and the white space set before it."""

    text: str
    along: float
    down: float
    width: float
    size: float
    space: str


class Page(NamedTuple):
    """The glyphs of one page by reading direction (None: slanted), and what else was seen on it.

    ``pictured`` is the share of the page that pictures cover; ``lost`` counts glyphs without a
    character, ``invisible`` those laid under a scan; ``fault`` says why a page could not be read.
    """

    number: int
    glyphs: dict[int | None, list[Glyph]]
    pictured: float = 0.0
    lost: int = 0
    invisible: int = 0
    fault: str = ""

    @property
    def n_glyphs(self) -> int:
        """How many glyphs the page holds."""
        return sum(map(len, self.glyphs.values()))

    @property
    def is_scanned(self) -> bool:
        """True for a page of pictures: with no text, or most of it covered and less than a line."""
        few = self.n_glyphs < A_LINE and self.pictured >= COVERED
        return few or (self.pictured > 0 and not self.glyphs)


class PdfPages(NamedTuple):
    """The pages of a file, how many it has in all, its properties, and whether it was mended."""

    pages: list[Page]
    n_pages: int
    properties: dict[str, str]
    is_mended: bool


def read_pages(content: bytes) -> PdfPages:
    """The glyphs of every page.

    Raises
    ------
    LockedError
        Where it takes a password to open the file.
    TooLargeError
        Where a stream unpacks beyond `MOST_UNPACKED`.
    PSException, ValueError
        Where the file holds no page that can be found.
    """
    _check_streams(content)
    document = _opened(content)
    resources = _Resources()
    pages: list[Page] = []
    n_pages = n_bytes = 0
    for page in PDFPage.create_pages(document):
        n_pages += 1
        if n_pages <= MOST_PAGES:
            collector = _Collector(resources, MOST_UNPACKED_IN_ALL - n_bytes)
            pages.append(_read_page(page, n_pages, resources, collector))
            n_bytes += collector.n_bytes
    if not pages:
        raise ValueError("no page")
    mended = any(isinstance(each, PDFXRefFallback) for each in document.xrefs)
    return PdfPages(pages, n_pages, _properties(document.info), mended)


def _opened(content: bytes) -> PDFDocument:
    """The file, and where its end is cut off, with the trailer that it must have had."""
    try:
        return PDFDocument(PDFParser(io.BytesIO(content)), password="")
    except PDFPasswordIncorrect as error:
        raise LockedError from error
    except PDFSyntaxError:
        catalogs = CATALOG.findall(content)
        made = b"" if catalogs else b"%d 0 obj<</Type/Catalog>>endobj\n" % NO_OBJECT
        root = catalogs[-1] if catalogs else b"%d 0" % NO_OBJECT
        mended = b"\nendstream endobj\n%strailer<</Root %s R>>\n" % (made, root)
        return PDFDocument(PDFParser(io.BytesIO(content + mended)), password="")


def _read_page(
    page: PDFPage, number: int, resources: PDFResourceManager, collector: _Collector
) -> Page:
    try:
        collector.take(page.contents)
        _Interpreter(resources, collector).process_page(page)
    except (TooLargeError, MemoryError) as error:
        return Page(number, {}, fault=str(error) or type(error).__name__)
    except Exception as error:  # damaged files make pdfminer.six fail in any way; each is listed
        return Page(number, {}, fault=type(error).__name__)
    x0, y0, x1, y1 = page.mediabox
    pictured = min(collector.pictured / max(abs((x1 - x0) * (y1 - y0)), 1), 1.0)
    return Page(number, collector.glyphs, pictured, collector.lost, collector.invisible)


class _Collector(PDFLayoutAnalyzer):
    """Keeps glyphs as they are set; lines and curves are of no use here."""

    def __init__(self, resources: PDFResourceManager, most_bytes: int) -> None:
        super().__init__(resources)
        self._most_bytes = min(most_bytes, MOST_UNPACKED_CONTENT)
        self.n_bytes = 0
        self.glyphs: dict[int | None, list[Glyph]] = {}
        self.lost = self.invisible = self.forms = 0
        self.pictured = 0.0  # square points
        self._count = 0
        self._space = ""
        self._is_invisible = False

    def take(self, streams: Sequence[object]) -> None:
        """Count the instructions of the page that come next, before they are followed."""
        try:
            self.n_bytes += _check_unpacked(streams, self._most_bytes - self.n_bytes)
        except TooLargeError as error:
            bounds = (MOST_UNPACKED_CONTENT, MOST_UNPACKED_IN_ALL)
            raise TooLargeError("> " + " / ".join(f"{n / 1e6:.0f} MB" for n in bounds)) from error

    def render_string(self, textstate: Any, *rest: Any) -> None:
        self._is_invisible = textstate.render == INVISIBLE
        super().render_string(textstate, *rest)

    def render_char(
        self,
        matrix: tuple[float, float, float, float, float, float],
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        *rest: Any,
    ) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = f"(cid:{cid})"
            self.lost += 1
        advance = font.char_width(cid) * fontsize * scaling
        if text.isspace():
            self._space += text
        elif text:
            self._count += 1
            self.invisible += self._is_invisible
            self._add(text, matrix, advance, fontsize, font.is_vertical())
        if self._count > MOST_GLYPHS:
            raise TooLargeError(f"> {MOST_GLYPHS} glyphs")
        return advance

    def _add(
        self,
        text: str,
        matrix: tuple[float, float, float, float, float, float],
        advance: float,
        fontsize: float,
        vertical: bool,
    ) -> None:
        a, b, c, d, x, y = matrix
        sign = -1 if fontsize < 0 else 1
        reading = (-c * sign, -d * sign) if vertical else (a * sign, b * sign)
        turn = _turn(*reading)
        length = math.hypot(*reading)
        if turn is None:
            ahead = (reading[0] / length, reading[1] / length) if length else (1.0, 0.0)
        else:
            ahead = (round(math.cos(math.radians(turn))), round(math.sin(math.radians(turn))))
        glyph = Glyph(
            text,
            x * ahead[0] + y * ahead[1],
            x * ahead[1] - y * ahead[0],
            abs(advance) * length,
            abs(fontsize) * (math.hypot(a, b) if vertical else math.hypot(c, d)),
            self._space,
        )
        self._space = ""
        if all(map(math.isfinite, glyph[1:5])):
            self.glyphs.setdefault(turn, []).append(glyph)
        else:
            raise TooLargeError("no place")

    def render_image(self, name: str, stream: PDFStream) -> None:
        self.pictured += max(self.cur_item.width * self.cur_item.height, 0.01)

    def paint_path(self, *rest: Any) -> None:
        pass


class _Interpreter(PDFPageInterpreter):
    """Follows drawings within drawings, but not without end."""

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802 - the name of the instruction
        collector = self.device
        assert isinstance(collector, _Collector)
        collector.forms += 1
        if collector.forms > MOST_FORMS:
            raise TooLargeError(f"> {MOST_FORMS} drawings")
        name = getattr(xobjid_arg, "name", None)
        form = resolve1(self.xobjmap.get(name)) if name else None
        if isinstance(form, PDFStream) and getattr(form.get("Subtype"), "name", "") == "Form":
            collector.take([form])
        super().do_Do(xobjid_arg)


class _Resources(PDFResourceManager):
    """Fonts, whose tables are looked at before they are unpacked."""

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        inner = resolve1(spec.get("DescendantFonts")) or []
        fonts = [spec, *(each for each in map(resolve1, inner) if isinstance(each, dict))]
        for font in fonts:
            described = resolve1(font.get("FontDescriptor"))
            tables = [*font.values(), *(described.values() if isinstance(described, dict) else ())]
            streams = [each for each in map(resolve1, tables) if isinstance(each, PDFStream)]
            _check_unpacked(streams, MOST_UNPACKED)
        return super().get_font(objid, spec)


def _turn(dx: float, dy: float) -> int | None:
    """The reading direction in degrees, a multiple of 90, or None where it is slanted."""
    angle = math.degrees(math.atan2(dy, dx)) % 360
    nearest = round(angle / 90) * 90
    return nearest % 360 if abs(angle - nearest) <= SLANT else None


def _check_streams(content: bytes) -> None:
    """Refuse a file of which one compressed stream grows beyond all measure."""
    for found in STREAM.finditer(content):
        if content[found.end() : found.end() + 1] in (b"x", b"h", b"X", b"H"):  # as zlib begins
            _inflate(memoryview(content)[found.end() :], MOST_UNPACKED, keep=False)


def _check_unpacked(streams: Sequence[object], limit: int) -> int:
    """How many bytes streams unpack to; refused where it is beyond a limit."""
    total = 0
    for stream in map(resolve1, streams):
        if isinstance(stream, PDFStream):
            total += _unpacked_size(stream, limit)
        if total > limit:
            raise TooLargeError(f"> {limit / 1e6:.0f} MB")
    return total


def _unpacked_size(stream: PDFStream, limit: int) -> int:
    if stream.data is not None:
        return len(stream.data)
    data = stream.rawdata or b""
    if stream.decipher and stream.objid is not None and stream.genno is not None:
        data = stream.decipher(stream.objid, stream.genno, data, stream.attrs)
    for name, _ in stream.get_filters():
        if getattr(name, "name", "") not in FLATE:
            break
        data = _inflate(memoryview(data), limit, keep=True)
    return len(data)


def _inflate(packed: memoryview, limit: int, *, keep: bool) -> bytes:
    unpacker = zlib.decompressobj()
    parts: list[bytes] = []
    size = at = 0
    try:
        while not unpacker.eof and (at < len(packed) or unpacker.unconsumed_tail):
            given = unpacker.unconsumed_tail or packed[at : at + CHUNK]
            at += 0 if unpacker.unconsumed_tail else CHUNK
            part = unpacker.decompress(given, CHUNK)
            size += len(part)
            if size > limit:
                raise TooLargeError(f"> {limit / 1e6:.0f} MB")
            if keep:
                parts.append(part)
    except zlib.error:
        pass  # a damaged stream; its reader says what becomes of it
    return b"".join(parts)


def _properties(info: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """The document information, decoded; what is no text is left out."""
    found: dict[str, str] = {}
    for each in info:
        for name, value in each.items():
            value = resolve1(value)
            if isinstance(value, bytes):
                text = _decoded(value).strip("\0 \t\r\n")
                if text and name not in found:
                    found[name] = text
    return dict(sorted(found.items()))


def _decoded(value: bytes) -> str:
    """A text string of PDF: UTF-16 or UTF-8 with its mark, else, as files have it, GBK or Latin."""
    from pbgov.corpus.encodings import decode
    from pbgov.errors import PbgovError

    try:
        return decode(value)[0]
    except (UnicodeDecodeError, PbgovError):
        return value.decode("latin-1")
