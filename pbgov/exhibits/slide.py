"""Figures for the picture box of a 16:9 slide: drawn anew, as large as their words allow."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.text import Text

from pbgov.exhibits.lines import WIDTH
from pbgov.exhibits.style import (
    CM,
    Canvas,
    add_footer,
    drawn_on,
    footer_height,
    footer_lines,
    replace_unprintable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

SLIDE_WIDTH, SLIDE_HEIGHT = 24.0, 12.5
"""Of the picture box, in cm."""

LARGEST = SLIDE_WIDTH / WIDTH
"""How much larger than in a report column: 7 points become 12."""

STEPS = 6
TOUCHING = 0.3
"""Points by which two boxes of text may reach into one another: they hold room above their letters."""


def slide_figure(body: Callable[[], Figure], footer: str) -> tuple[Figure, float]:
    """The figure redrawn for a slide, and how much it is to be enlarged when it is rendered.

    Of `STEPS` enlargements the largest is taken at which no text covers another and none is cut:
    the very largest first, since most figures bear it, then by halving. A figure that is too full
    for any is the one of the report column, scaled to the box.

    Parameters
    ----------
    body : callable
        Draws the figure with `pbgov.exhibits.style.new_figure`.
    footer : str
        Written below it.

    Returns
    -------
    figure : Figure
        In the measures of a report column.
    scale : float
        Width and height times `scale` are at most 24 and 12.5 cm.
    """
    column = body()
    add_footer(column, footer)
    width, height = column.get_size_inches() / CM
    least = float(min(SLIDE_WIDTH / width, SLIDE_HEIGHT / height))
    scales = np.geomspace(LARGEST, least, STEPS)[:-1].tolist() if least < LARGEST else []
    best, place = (column, least), 0
    while scales:
        scale = scales[place]
        figure = _try(body, footer, Canvas(SLIDE_WIDTH / scale, SLIDE_HEIGHT / scale))
        if figure is not None:
            best = figure, scale
        scales = scales[place + 1 :] if figure is None else scales[:place]
        place = len(scales) // 2
    return best


def _try(body: Callable[[], Figure], footer: str, canvas: Canvas) -> Figure | None:
    """The figure on `canvas`, None where its words or axes find no room."""
    band = footer_height(footer_lines(footer, canvas.width))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # "axes sizes collapsed to zero"
        try:
            with drawn_on(canvas._replace(most_height=canvas.most_height - band)):
                figure = body()
            add_footer(figure, footer)
            width, height = figure.get_size_inches() / CM
            too_large = width > canvas.width + 0.01 or height > canvas.most_height + 0.01
            if too_large or crowded_texts(figure):
                return None
        except UserWarning:
            return None
    return figure


def crowded_texts(figure: Figure) -> list[tuple[str, str]]:
    """Texts that cover one another, and texts cut by the edge, which are paired with ""."""
    replace_unprintable(figure)
    figure.draw_without_rendering()
    boxes = _boxes(figure)
    slack = TOUCHING * figure.dpi / 72
    edge = figure.bbox
    crowded = [
        (text, "")
        for text, box in boxes
        if box.x0 < edge.x0 - slack
        or box.y0 < edge.y0 - slack
        or box.x1 > edge.x1 + slack
        or box.y1 > edge.y1 + slack
    ]
    sides = np.array([box.extents for _, box in boxes]).reshape(-1, 4)
    for place, (text, box) in enumerate(boxes):
        rest = sides[place + 1 :]
        across = np.minimum(rest[:, 2], box.x1) - np.maximum(rest[:, 0], box.x0)
        along = np.minimum(rest[:, 3], box.y1) - np.maximum(rest[:, 1], box.y0)
        covered = np.flatnonzero((across > slack) & (along > slack))
        crowded += [(text, boxes[place + 1 + at][0]) for at in covered]
    return crowded


def _boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Text and box of everything written, as drawn."""
    elsewhere = {id(text) for axes in figure.axes for text in _all_of_axis(axes)}
    shown = [text for axes in figure.axes for text in _shown_of_axis(axes)]
    for axes in figure.axes:
        if not axes.get_visible():
            elsewhere |= {id(text) for text in axes.findobj(Text)}
    shown += [text for text in figure.findobj(Text) if id(text) not in elsewhere]
    return [
        (text.get_text(), _box(text))
        for text in shown
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip()
    ]


def _box(text: Text) -> Bbox:
    """Of the text, or of the plate it stands on."""
    plate = text.get_bbox_patch()
    return text.get_window_extent() if plate is None else plate.get_window_extent()


def _all_of_axis(axes: Axes) -> list[Artist]:
    return [*axes.xaxis.findobj(Text), *axes.yaxis.findobj(Text)]


def _shown_of_axis(axes: Axes) -> list[Artist]:
    """Labels of the axes and of those ticks that lie inside them."""
    if not (axes.get_visible() and axes.axison):
        return []
    shown: list[Artist] = []
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        for place, tick in zip(axis.get_majorticklocs(), axis.get_major_ticks(), strict=True):
            if low - 1e-9 <= place <= high + 1e-9:
                shown += [tick.label1, tick.label2]
        shown += [axis.label, axis.get_offset_text()]
    return shown
