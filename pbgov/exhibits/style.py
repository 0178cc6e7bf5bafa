"""How every figure looks: shipped Chinese fonts, palette, sizes, and bytes that do not change.

Nothing is set when this module is imported; `figure_style` sets it for the length of a ``with``
block. A character that no font can draw becomes 〓 in the figure and is named in its note.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from pbgov.exhibits.lines import LINE_HEIGHT, WIDTH, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FONTS = Path(__file__).parent / "fonts"
FAMILY = "PBGov Sans SC"
FAMILIES = (FAMILY, "DejaVu Sans")
GETA = "〓"
"""What Chinese typesetters put in the place of a character they have no type for."""

CM = 1 / 2.54
DPI = 300
Kind = Literal["png", "svg", "pdf"]
PALETTE = ("#14345c", "#b4472e", "#3c96b4", "#e3b23c", "#cfdbe5")
"""From dark to light: each step is visible in greyscale and to colour-blind readers."""

MARKERS = ("o", "s", "D", "^", "v")
HATCHES = ("", "///", "...", "xxx", "")
INK = "#222222"
MUTED = "#5f6b76"
GRID = "#d9dde1"
UNREAD_HATCH = "////"

TEXT_SIZE = 8.5
SMALL_SIZE = 7.5
LEAST_SIZE = 7.0
"""No text of a figure is smaller, in points, so that it stays legible on paper and on a slide."""

_RC: dict[str, Any] = {
    "font.family": list(FAMILIES),
    "font.size": TEXT_SIZE,
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.titlesize": TEXT_SIZE,
    "axes.labelsize": TEXT_SIZE,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "xtick.labelsize": SMALL_SIZE,
    "ytick.labelsize": TEXT_SIZE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": SMALL_SIZE,
    "legend.frameon": False,
    "text.color": INK,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.facecolor": "white",
    "savefig.dpi": DPI,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "pbgov",
}


@contextmanager
def figure_style() -> Iterator[None]:
    """The settings of pbgov's figures, for the length of a ``with`` block.

    Whatever was set before (seaborn themes, a notebook's own settings) is back afterwards.
    """
    register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)  # type: ignore[arg-type]
        yield


def register_fonts() -> None:
    """Make the shipped regular and bold faces known to matplotlib, once."""
    known = {Path(entry.fname) for entry in font_manager.fontManager.ttflist}
    for path in sorted(FONTS.glob("*.ttf")):
        if path not in known:
            font_manager.fontManager.addfont(path)


class Canvas(NamedTuple):
    """What a figure may take, in cm, instead of a report column of any height."""

    width: float
    most_height: float


_CANVAS: ContextVar[Canvas | None] = ContextVar("canvas", default=None)


@contextmanager
def drawn_on(canvas: Canvas) -> Iterator[None]:
    """New figures get the size of `canvas`, for the length of a ``with`` block."""
    token = _CANVAS.set(canvas)
    try:
        yield
    finally:
        _CANVAS.reset(token)


def is_wide() -> bool:
    """Whether figures are drawn on a canvas much wider than high, as on a slide."""
    canvas = _CANVAS.get()
    return canvas is not None and canvas.width > 1.5 * canvas.most_height


def new_figure(height: float) -> Figure:
    """An empty figure, one report column wide and `height` cm high, outside pyplot's list.

    Within `drawn_on` it is as wide as that canvas, and no higher.
    """
    canvas = _CANVAS.get() or Canvas(WIDTH, height)
    size = (canvas.width * CM, min(height, canvas.most_height) * CM)
    return Figure(figsize=size, layout="constrained")


def legend_layout(names: Sequence[str]) -> tuple[list[str], int, float]:
    """Names cut into lines, columns that fit side by side, and cm that all but the first row take."""
    lines = [wrap(name, 76) for name in names]
    widest = max((text_width(line) for wrapped in lines for line in wrapped), default=0)
    columns = int(WIDTH / (CM_PER_COLUMN * (widest + LEGEND_SIGN)))
    columns = max(1, min(columns, len(names)))
    rows = -(-len(names) // columns)
    height = LINE_HEIGHT * (rows * max(map(len, lines), default=1) - 1)
    return ["\n".join(wrapped) for wrapped in lines], columns, height


CM_PER_COLUMN = SMALL_SIZE / 2 * 2.54 / 72
LEGEND_SIGN = 10  # half-width characters that the sign of a legend entry and its gaps take


def printed_cm(lines: Sequence[str], size: float = TEXT_SIZE) -> float:
    """Width in cm of the widest of `lines` as the fonts draw it at `size` points.

    `pbgov.exhibits.lines.text_width` counts; capitals and letters such as m and w are wider.
    """
    register_fonts()
    kind = FontProperties(family=list(FAMILIES), size=size)
    drawable = _drawable()
    widths = [
        text_to_path.get_text_width_height_descent(
            "".join(char if ord(char) in drawable else GETA for char in line), kind, ismath=False
        )[0]
        for line in lines
    ]
    return float(max(widths, default=0.0)) / 72 / CM


def footer_lines(text: str, width: float) -> list[str]:
    """`text` cut into the lines it takes below a figure `width` cm wide."""
    return wrap(text, int(width * CM * 72 / SMALL_SIZE * 2) - 2)  # half-width characters


def footer_height(lines: Sequence[str]) -> float:
    """Room of the lines below a figure, in cm."""
    return (len(lines) * SMALL_SIZE * 1.5 + 5) / 72 / CM


def add_footer(figure: Figure, text: str) -> None:
    """Write `text` below the figure, which grows by the height of the lines."""
    width, height = figure.get_size_inches()
    lines = footer_lines(text, width / CM)
    band = footer_height(lines) * CM
    figure.set_size_inches(width, height + band)
    share = band / (height + band)
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0, share, 1, 1 - share))  # type: ignore[call-arg]
    figure.text(
        3 / 72 / width,
        3 / 72 / (height + band),
        "\n".join(lines),
        fontsize=SMALL_SIZE,
        color=MUTED,
        va="bottom",
        ha="left",
        linespacing=1.3,
        gid="footer",
    )


def replace_unprintable(figure: Figure) -> list[str]:
    """Put 〓 for every character that no font can draw; gives these characters, each once."""
    replaced: dict[str, None] = {}

    def printable(text: str) -> str:
        unknown = [char for char in text if char != "\n" and ord(char) not in _drawable()]
        replaced.update(dict.fromkeys(unknown))
        for char in set(unknown):
            text = text.replace(char, GETA)
        return text

    for axes in [part for one in figure.axes for part in (one, *one.child_axes)]:
        for axis in (axes.xaxis, axes.yaxis):
            shown = [label.get_text() for label in axis.get_ticklabels()]
            drawn = [printable(label) for label in shown]
            if drawn != shown:
                axis.set_ticks(axis.get_ticklocs(), drawn)
    for artist in figure.findobj(Text):
        if isinstance(artist, Text):
            artist.set_text(printable(artist.get_text()))
    return list(replaced)


@cache
def _drawable() -> frozenset[int]:
    """Code points of all characters in the fonts of a figure."""
    register_fonts()
    fonts = [font_manager.get_font(font_manager.findfont(family)) for family in FAMILIES]
    return frozenset().union(*(font.get_charmap() for font in fonts))


def render(figure: Figure, kind: Kind, scale: float = 1.0) -> bytes:
    """The figure as bytes, the same ones every time, enlarged as a whole by `scale`."""
    buffer = io.BytesIO()
    if kind == "png":
        figure.savefig(
            buffer,
            format="png",
            dpi=DPI * scale,
            metadata={"Software": None},
            pil_kwargs={"dpi": (DPI, DPI)},
        )
        return buffer.getvalue()
    dated = {"svg": ("Date", "Creator"), "pdf": ("CreationDate", "Creator", "Producer")}[kind]
    metadata: dict[str, Any] = dict.fromkeys(dated)
    figure.savefig(buffer, format=kind, metadata=metadata)
    if scale == 1:
        return buffer.getvalue()
    return (_larger_svg if kind == "svg" else _larger_pdf)(buffer.getvalue(), scale)


def _larger_svg(drawn: bytes, scale: float) -> bytes:
    """The same drawing, whose root says a larger size."""

    def larger(match: re.Match[bytes]) -> bytes:
        return b'%s="%.6fpt"' % (match[1], float(match[2]) * scale)

    root = drawn.index(b"<svg ")
    end = drawn.index(b">", root)
    said = re.sub(rb'\b(width|height)="([0-9.]+)pt"', larger, drawn[root:end])
    return drawn[:root] + said + drawn[end:]


def _larger_pdf(drawn: bytes, scale: float) -> bytes:
    """The same page on larger paper; hatches belong to the paper and are enlarged by themselves."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject

    writer = PdfWriter()
    page = writer.add_page(PdfReader(io.BytesIO(drawn)).pages[0])
    page.scale_by(scale)
    resources: Any = page["/Resources"]
    for pattern in resources.get("/Pattern", DictionaryObject()).get_object().values():
        sheet = pattern.get_object()
        matrix = [FloatObject(float(part) * scale) for part in sheet["/Matrix"]]
        sheet[NameObject("/Matrix")] = ArrayObject(matrix)
    writer.metadata = None
    larger = io.BytesIO()
    writer.write(larger)
    return larger.getvalue()


def sequential() -> LinearSegmentedColormap:
    """Light to dark blue, monotone in lightness; even its lowest value is not white."""
    return LinearSegmentedColormap.from_list("pbgov", ["#e6eef5", "#7fb0cd", "#2f6f9f", "#14345c"])


def ink_on(colour: Any) -> str:
    """Black or white, whichever can be read on `colour`."""
    red, green, blue = to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK
