"""How every figure looks: shipped Chinese fonts, palette, sizes, and bytes that do not change.

Nothing is set when this module is imported; `figure_style` sets it for the length of a ``with``
block. A figure that would show a box instead of a character is refused by `render`.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from pbgov.errors import InputError
from pbgov.exhibits.lines import wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

FONTS = Path(__file__).parent / "fonts"
FAMILY = "PBGov Sans SC"

CM = 1 / 2.54
WIDTH = 14.0
"""Width of a figure in cm: one column of the report, so that it is printed at its own size."""

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
LINE_HEIGHT = 0.41
"""Height of a line of a tick label in cm, its spacing included."""

_RC: dict[str, Any] = {
    "font.family": [FAMILY, "DejaVu Sans"],
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


def add_footer(figure: Figure, text: str) -> None:
    """Write `text` along the lower edge of the canvas, below every axis."""
    width, height = figure.get_size_inches()
    columns = int(width * 72 / SMALL_SIZE * 2) - 2  # half-width characters that fit on a line
    lines = wrap(text, columns)
    band = (len(lines) * SMALL_SIZE * 1.5 + 5) / 72 / height
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0, band, 1, 1 - band))  # type: ignore[call-arg]
    figure.text(
        3 / 72 / width,
        3 / 72 / height,
        "\n".join(lines),
        fontsize=SMALL_SIZE,
        color=MUTED,
        va="bottom",
        ha="left",
        linespacing=1.3,
        gid="footer",
    )


def render(figure: Figure, kind: Literal["png", "svg"]) -> bytes:
    """The figure as bytes, the same ones every time.

    Raises
    ------
    InputError
        Where no font has a glyph for a character: a box would be printed in its place.
    """
    metadata: dict[str, Any] = {"Software": None}
    if kind == "svg":
        metadata = {"Date": None, "Creator": None}
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=r"Glyph .* missing")
        try:
            figure.savefig(buffer, format=kind, metadata=metadata)
        except UserWarning as missing:
            raise InputError(
                f"the figure holds a character that {FAMILY} cannot draw: {str(missing).rstrip('.')}."
                " Replace it in the title, label or note that holds it."
            ) from None
    return buffer.getvalue()


def sequential() -> LinearSegmentedColormap:
    """Light to dark blue, monotone in lightness; even its lowest value is not white."""
    return LinearSegmentedColormap.from_list("pbgov", ["#e6eef5", "#7fb0cd", "#2f6f9f", "#14345c"])


def ink_on(colour: Any) -> str:
    """Black or white, whichever can be read on `colour`."""
    red, green, blue = to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK
