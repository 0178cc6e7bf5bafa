"""How every figure looks: shipped Chinese fonts, palette, sizes, and bytes that do not change.

Nothing is set when this module is imported; `figure_style` sets it for the length of a ``with``
block. A character that no font can draw becomes 〓 in the figure and is named in its note.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from pbgov.exhibits.lines import LINE_HEIGHT, WIDTH, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FONTS = Path(__file__).parent / "fonts"
FAMILY = "PBGov Sans SC"
FAMILIES = (FAMILY, "DejaVu Sans")
GETA = "〓"
"""What Chinese typesetters put in the place of a character they have no type for."""

CM = 1 / 2.54
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
    "savefig.dpi": 300,
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


def new_figure(height: float) -> Figure:
    """An empty figure, one report column wide and `height` cm high, outside pyplot's list."""
    return Figure(figsize=(WIDTH * CM, height * CM), layout="constrained")


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


def add_footer(figure: Figure, text: str) -> None:
    """Write `text` below the figure, which grows by the height of the lines."""
    width, height = figure.get_size_inches()
    columns = int(width * 72 / SMALL_SIZE * 2) - 2  # half-width characters that fit on a line
    lines = wrap(text, columns)
    band = (len(lines) * SMALL_SIZE * 1.5 + 5) / 72
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

    for axes in figure.axes:
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


def render(figure: Figure, kind: Literal["png", "svg"]) -> bytes:
    """The figure as bytes, the same ones every time."""
    metadata: dict[str, Any] = {"Software": None}
    if kind == "svg":
        metadata = {"Date": None, "Creator": None}
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def sequential() -> LinearSegmentedColormap:
    """Light to dark blue, monotone in lightness; even its lowest value is not white."""
    return LinearSegmentedColormap.from_list("pbgov", ["#e6eef5", "#7fb0cd", "#2f6f9f", "#14345c"])


def ink_on(colour: Any) -> str:
    """Black or white, whichever can be read on `colour`."""
    red, green, blue = to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK
