"""A map of districts coloured by a value, with the districts that have none hatched."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import WIDTH, wrap
from pbgov.exhibits.numerals import format_number, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    District = dict[str, Any]

Lang = Literal["zh", "en"]
MAP_WARNING = "公开发表地图须先取得审图号"
_WORDS = {
    "zh": {
        "counted": "N = {} 个区有数值，{} 个区没有（画斜线，不等于 0）",
        "notice": MAP_WARNING + "，本图仅供内部研究，边界为示意。",
        "warning": MAP_WARNING,
        "stop": "。",
        "source": "来源：",
        "enlarged": "方框内放大",
        "unknown": "没有数值",
        "unnamed": "区域多，小的没有写名，见数据表。",
    },
    "en": {
        "counted": "N = {} districts with a value, {} without (hatched, which is not 0)",
        "notice": "A map published in China needs a map approval number (审图号);"
        " this one is for internal research, its boundaries are schematic.",
        "warning": "not to be published without a map approval number (审图号)",
        "stop": ". ",
        "source": "Source: ",
        "enlarged": "Enlarged from the frame",
        "unknown": "No value",
        "unnamed": " Of so many districts the small ones are not named; see the data.",
    },
}
LABEL_CM = 1.1  # what a district must measure across for its name to fit
LABEL_GAP = 3.0
MOST_LABELS = (
    40  # districts of which the small ones are enlarged; of more, only large ones are named
)


def figure_districts(
    values: Mapping[str, float] | pd.Series,
    boundaries: Mapping[str, Any],
    *,
    title: str,
    unit: str,
    note: str,
    source: str,
    exhibit_id: str = "fig-districts",
    decimals: int = 0,
    lang: Lang = "zh",
) -> Exhibit:
    """Districts coloured by a value; those without one are hatched.

    Parameters
    ----------
    values : mapping or Series
        Value of each ``region_code``; NaN, or no entry, where it is not known.
    boundaries : mapping
        GeoJSON FeatureCollection of polygons in degrees, each with the properties ``region_code``
        and ``name``, and ``label_lon``, ``label_lat`` where the label stands.
    title, unit, note, source : str
        ``unit`` labels the legend; ``note`` says what the value is.
    exhibit_id : str
    decimals : int
        Decimals of the values under the names.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Districts too small for their name are enlarged in a second panel. Footer and
        `Exhibit.export_notice` say that a map may not be published without a map approval number
        (审图号).

    Raises
    ------
    InputError
        For a value that is infinite or whose region is not on the map, or where no district has
        a value.
    """
    by_code = {str(code): float(value) for code, value in dict(values).items()}
    districts = _districts(boundaries)
    strangers = sorted(set(by_code) - set(districts))
    if strangers:
        raise InputError(
            f"values for region {', '.join(strangers)}, which the boundaries do not hold;"
            " pass codes of the same level as the map"
        )
    data = pd.DataFrame(
        {
            "region_code": list(districts),
            "name": [district["name"] for district in districts.values()],
            "value": [by_code.get(code, np.nan) for code in districts],
        }
    )
    if data["value"].isna().all():
        raise InputError("no district has a value; there is nothing to map")
    if np.isinf(data["value"]).any():
        raise InputError("a district has an infinite value, for which there is no colour")
    data.attrs.update(getattr(values, "attrs", {}))
    known = int(data["value"].notna().sum())
    words = _WORDS[lang]
    unnamed = words["unnamed"] if len(data) > MOST_LABELS else ""

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(11.5)
        values = data.set_index("region_code")["value"]
        _draw_map(figure, districts, values, unit, decimals, words)
        return figure

    counted = words["counted"].format(known, len(data) - known)
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=f"{counted}{words['stop']}{note.strip()}{unnamed}",
        source=source,
        data=data,
        footer=f"{counted} · {words['source']}{short_source(source)} · {words['warning']}",
        lang=lang,
        export_notice=words["notice"],
        evidence=values,
    )


def _districts(boundaries: Mapping[str, Any]) -> dict[str, District]:
    """Name, rings and label position of each district, keyed by region code."""
    districts: dict[str, District] = {}
    for feature in boundaries["features"]:
        properties = feature["properties"]
        geometry = feature["geometry"]
        polygons = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        rings = [np.asarray(ring, dtype=float)[:, :2] for polygon in polygons for ring in polygon]
        largest = max(rings, key=_extent)
        middle = (largest.min(axis=0) + largest.max(axis=0)) / 2
        districts[str(properties["region_code"])] = {
            "name": str(properties["name"]),
            "rings": rings,
            "largest": largest,
            "label": (
                float(properties.get("label_lon", middle[0])),
                float(properties.get("label_lat", middle[1])),
            ),
        }
    return districts


def _extent(ring: Any) -> float:
    return float(np.ptp(ring, axis=0).prod())


def _draw_map(
    figure: Figure,
    districts: Mapping[str, District],
    values: pd.Series,
    unit: str,
    decimals: int,
    words: Mapping[str, str],
) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    from pbgov.exhibits.style import is_wide, sequential

    low, high = float(values.min()), float(values.max())
    paint = ScalarMappable(Normalize(low, high if high > low else low + 1), sequential())
    centimetres = 0.6 * WIDTH / float(max(np.ptp(_points(districts), axis=0)))
    small = {
        code: district
        for code, district in districts.items()
        if float(np.ptp(district["largest"], axis=0).min()) * centimetres < LABEL_CM
    }
    labels = {
        code: f"{district['name']}\n{format_number(values[code], decimals)}"
        for code, district in districts.items()
    }
    if len(districts) > MOST_LABELS:  # names for those with room, and no enlarged panel
        labels = {code: text for code, text in labels.items() if code not in small}
        small = {}
    grid = figure.add_gridspec(1, 1 + bool(small), width_ratios=[1.6, 1][: 1 + bool(small)])
    whole = figure.add_subplot(grid[0])
    _draw_districts(whole, districts, values, paint)
    large = {code: districts[code] for code in labels if code not in small}
    written = [_label(whole, large, labels)]
    if small:
        enlarged = figure.add_subplot(grid[1])
        _enlarge(enlarged, whole, districts, small, values, paint)
        enlarged.set_title(words["enlarged"])
        written.append(_label(enlarged, small, labels))
    side: Any = "left" if is_wide() else "bottom"  # where the map needs less of the room
    bar = figure.colorbar(paint, ax=whole, location=side, shrink=0.6, aspect=30, pad=0.02)
    bar.set_label("\n".join(wrap(unit, 30 if is_wide() else 44)))
    bar.outline.set_visible(False)
    if values.isna().any():
        _explain_hatching(figure, words["unknown"])
    figure.draw_without_rendering()  # places the axes, so that the labels have a size
    for names in written:
        _push_apart(names, figure)


def _draw_districts(
    axes: Axes, districts: Mapping[str, District], values: pd.Series, paint: ScalarMappable
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    from pbgov.exhibits.style import MUTED, UNREAD_HATCH

    for code, district in districts.items():
        outline = Path.make_compound_path(*(Path(ring, closed=True) for ring in district["rings"]))
        value = values[code]
        if is_missing(value):
            patch = PathPatch(outline, fc="white", ec=MUTED, lw=0.5, hatch=UNREAD_HATCH)
        else:
            patch = PathPatch(outline, fc=paint.to_rgba(value), ec=MUTED, lw=0.5)
        axes.add_patch(patch)
    axes.autoscale_view()
    latitude = float(_points(districts)[:, 1].mean())
    axes.set_aspect(1 / np.cos(np.radians(latitude)))
    axes.set_axis_off()


def _label(
    axes: Axes, districts: Mapping[str, District], labels: Mapping[str, str]
) -> list[Annotation]:
    """Names and values on white plates, readable on any colour and on hatching."""
    from pbgov.exhibits.style import LEAST_SIZE

    return [
        axes.annotate(
            labels[code],
            district["label"],
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=LEAST_SIZE,
            linespacing=1.1,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85},
        )
        for code, district in districts.items()
    ]


def _push_apart(names: list[Annotation], figure: Figure) -> None:
    """Shift labels that overlap away from one another along the line where it takes least."""
    points = 72 / figure.dpi
    boxes = np.array([name.get_window_extent().extents for name in names]).reshape(-1, 4)
    moves = np.zeros((len(names), 2))
    for _ in range(20):
        moved = False
        for first, second in combinations(range(len(names)), 2):
            one, other = (boxes[at] + np.tile(moves[at], 2) for at in (first, second))
            reach = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]) + LABEL_GAP
            if (reach <= 0).any():
                continue
            moved = True
            line = int(reach[1] <= reach[0])
            step = reach[line] / 2 * (-1 if one[line] < other[line] else 1)
            moves[first, line] += step
            moves[second, line] -= step
        if not moved:
            break
    for name, (x, y) in zip(names, moves * points, strict=True):
        name.xyann = (x, y)


def _enlarge(
    axes: Axes,
    whole: Axes,
    districts: Mapping[str, District],
    small: Mapping[str, District],
    values: pd.Series,
    paint: ScalarMappable,
) -> None:
    """The small districts in a panel of their own, framed on the whole map."""
    from matplotlib.patches import Rectangle

    from pbgov.exhibits.style import INK

    _draw_districts(axes, districts, values, paint)
    inside = np.vstack([district["largest"] for district in small.values()])
    margin = 0.12 * np.ptp(inside, axis=0)
    (left, bottom), (right, top) = inside.min(axis=0) - margin, inside.max(axis=0) + margin
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_on()
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color(INK)
    frame = Rectangle((left, bottom), right - left, top - bottom, fc="none", ec=INK, lw=0.8)
    whole.add_patch(frame)


def _explain_hatching(figure: Figure, said: str) -> None:
    from matplotlib.patches import Patch

    from pbgov.exhibits.style import MUTED, UNREAD_HATCH

    unread = Patch(fc="white", ec=MUTED, hatch=UNREAD_HATCH, lw=0.5, label=said)
    figure.legend(handles=[unread], loc="outside upper left")


def _points(districts: Mapping[str, District]) -> Any:
    return np.vstack([ring for district in districts.values() for ring in district["rings"]])
