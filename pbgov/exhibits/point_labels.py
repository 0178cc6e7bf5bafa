"""Where the names of points stand in a figure, so that none covers another or a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.exhibits.lines import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

CM_PER_HALF_WIDTH = 7.5 / 2 * 2.54 / 72
LINE_CM = 7.5 * 1.25 * 2.54 / 72
POINT_CM = 0.11
GAP_CM = 0.03
CLEARLY_CM = 0.1
"""How much nearer a label without a line stands to its own point than to any other."""

FAR_CM = 0.3
"""Distance between point and label from which a line joins the two."""

_ON_LINE = 25
_REACHES = (0.0, 0.1, 0.25, 0.45, 0.7, 1.0, 1.4, 1.9, 2.5)
_ANGLES = np.radians(np.concatenate([np.arange(0, 360, 45), np.arange(22.5, 360, 45)]))


def together(points: np.ndarray) -> list[list[int]]:
    """Points that fall on one another, as lists of places; they share one label.

    Examples
    --------
    >>> together(np.array([[1.0, 1.0], [3.0, 1.0], [1.0, 1.05]]))
    [[0, 2], [1]]
    """
    groups: list[list[int]] = []
    for place, point in enumerate(points):
        for group in groups:
            if np.hypot(*(points[group[0]] - point)) <= POINT_CM:
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def label_halves(labels: Sequence[str]) -> np.ndarray:
    """Half the width and height of each label in cm, shape (n, 2); lines are parted by newlines."""
    return np.array(
        [
            (
                max(map(text_width, label.split("\n"))) * CM_PER_HALF_WIDTH / 2,
                (label.count("\n") + 1) * LINE_CM / 2,
            )
            for label in labels
        ]
    ).reshape(-1, 2)


def apart(middles: np.ndarray, least: float, end: float = 1.0) -> np.ndarray:
    """Places of names along a line, in their order and at least `least` apart.

    Examples
    --------
    >>> apart(np.array([0.1, 0.15, 0.9]), 0.2).round(2).tolist()
    [0.1, 0.3, 0.9]
    """
    places = np.array(middles, dtype=float)
    reached = -np.inf
    for at, place in enumerate(places):
        places[at] = max(place, least / 2, reached + least)
        reached = places[at]
    limit = end - least / 2
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - least
    return places


def place_labels(
    points: np.ndarray,
    halves: np.ndarray,
    size: tuple[float, float],
    unnamed: np.ndarray | None = None,
) -> np.ndarray:
    """Centres of the labels of points.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        In cm from the lower left corner of the field.
    halves : ndarray, shape (n, 2)
        From `label_halves`.
    size : tuple of float
        Width and height of the field in cm, which no label leaves.
    unnamed : ndarray, shape (m, 2), optional
        Points without a label, which no label may cover either.

    Returns
    -------
    ndarray, shape (n, 2)
        In cm; NaN for a label that finds no free place within 2.5 cm of its point. Labels of
        points with few neighbours are placed last: they have room.
    """
    dots = points if unnamed is None else np.concatenate([points, unnamed])
    centres = np.full((len(points), 2), np.nan)
    distances = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    crowd = (distances < 1.0).sum(axis=1)
    for one in sorted(range(len(points)), key=lambda place: (-crowd[place], *points[place])):
        free = [
            centre
            for centre in _candidates(points[one], halves[one])
            if _is_free(centre, halves[one], dots, centres, halves, size)
        ]
        clear = (c for c in free if _is_clear(c, one, dots, centres, halves))
        centres[one] = next(clear, free[0] if free else centres[one])
    return centres


def is_far(points: np.ndarray, centres: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """Which labels stand so far off that a line must join them to their points."""
    between = np.maximum(np.abs(centres - points) - halves, 0)
    return np.asarray(np.hypot(between[:, 0], between[:, 1]) > FAR_CM)


def _candidates(point: np.ndarray, half: np.ndarray) -> list[np.ndarray]:
    """Places around a point from near to far, right and above first."""
    found = []
    for reach in _REACHES:
        for angle in _ANGLES:
            towards = np.array([np.cos(angle), np.sin(angle)])
            edge = np.where(np.abs(towards) < 1e-9, 0, np.sign(towards)) * half
            found.append(point + towards * (POINT_CM + GAP_CM + reach) + edge)
    return found


def _is_free(
    centre: np.ndarray,
    half: np.ndarray,
    points: np.ndarray,
    centres: np.ndarray,
    halves: np.ndarray,
    size: tuple[float, float],
) -> bool:
    """Whether a label would stand inside the field, on no other label and on no point."""
    if (centre - half < 0).any() or (centre + half > np.asarray(size)).any():
        return False
    placed = ~np.isnan(centres[:, 0])
    apart = np.abs(centres[placed] - centre) - halves[placed] - half - GAP_CM
    off = np.abs(points - centre) - half - POINT_CM
    return not ((apart < 0).all(axis=1).any() or (off < 0).all(axis=1).any())


def _is_clear(
    centre: np.ndarray, one: int, points: np.ndarray, centres: np.ndarray, halves: np.ndarray
) -> bool:
    """Whether a label would be read as its own point's: nearest to it, or joined past no other.

    It also stands on no line that joins another label to its point. The first of the points are
    those with labels.
    """
    away = np.hypot(*np.maximum(np.abs(points - centre) - halves[one], 0).T)
    others = np.delete(np.arange(len(points)), one)
    placed = ~np.isnan(centres[:, 0])
    far = np.flatnonzero(placed)
    far = far[is_far(points[far], centres[far], halves[far])]
    drawn = [_line(points[other], centres[other], halves[other]) for other in far]
    if any((np.abs(line - centre) < halves[one]).all(axis=1).any() for line in drawn):
        return False
    if away[one] <= FAR_CM:
        return bool((away[others] >= away[one] + CLEARLY_CM).all())
    line = _line(points[one], centre, halves[one])
    to_points = np.hypot(*(line[:, None, :] - points[others][None, :, :]).transpose(2, 0, 1))
    in_labels = np.abs(line[:, None, :] - centres[placed][None, :, :]) < halves[placed]
    past_points = (to_points > POINT_CM).all() and (away[others] > CLEARLY_CM + POINT_CM).all()
    if not past_points or in_labels.all(axis=2).any():
        return False
    return all(
        np.hypot(*(line[:, None, :] - other[None, :, :]).transpose(2, 0, 1)).min() > POINT_CM / 2
        for other in drawn
    )


def _line(point: np.ndarray, centre: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Places along the line from a point to the nearest edge of its label."""
    edge = np.clip(point, centre - half, centre + half)
    return np.asarray(point + np.linspace(0, 1, _ON_LINE)[:, None] * (edge - point))
