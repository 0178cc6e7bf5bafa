"""Two families of codes crossed, as a mosaic: areas are counts, signs are residuals."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, WIDTH, text_width, with_count, wrap
from pbgov.exhibits.mosaic_words import WORDS, said_of
from pbgov.exhibits.point_labels import apart
from pbgov.exhibits.tables import require_columns
from pbgov.inference.crossings import crossing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.inference.crossings import Crossing

Lang = Literal["zh", "en"]
MOST_CODES = 10
KEYS = "①②③④⑤⑥⑦⑧⑨⑩"
RESIDUAL = "NONE"
"""Second part of the code that a family has for what is none of its kinds."""

CLEAR, STRONG = 2.0, 4.0
"""Pearson residuals from which a tile is marked once and twice (Meyer, Zeileis & Hornik 2006)."""

GAP_CM = 0.14  # between two rows
KEY_WIDTH = 64  # half-width characters of a line below the rows
ROW_WIDTH = 22  # and of the name of a row
LEAST_WIDTH = 8
SIDE_CM = 3.6  # taken by the labels of the rows
EDGE_CM = 0.35  # of which free, beside the labels
_NO_NAMES: Mapping[str, str] = {}


def figure_mosaic(
    codings: pd.DataFrame,
    families: tuple[str, str] = ("MODE", "INNOV"),
    *,
    source: str,
    practices: Mapping[str, str] | pd.Series | None = None,
    labels: Mapping[str, str] = _NO_NAMES,
    title: str = "",
    exhibit_id: str = "fig-mosaic",
    draws: int = 9_999,
    seed: int = 0,
    lang: Lang = "zh",
) -> Exhibit:
    """How two families of codes meet in the same practices: tiles as large as their counts.

    Parameters
    ----------
    codings : DataFrame
        segment_id, code_id, value and, where there are several, coder: the codings of practices,
        as `pbgov.code_by_rules` gives them. ``value`` 1 counts.
    families : tuple of str
        The part of ``code_id`` before the dot: rows first, tiles of a row second.
    source : str
    practices : mapping or Series, optional
        The practice that each ``segment_id`` tells, as `pbgov.distinct_practices` gives it, so
        that a practice told twice counts once; NaN tells none. Every segment its own where not
        given.
    labels : mapping, optional
        Printed name of each code, and of each family.
    title, exhibit_id : str
    draws, seed : int
        Of the permutation test.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        The residual code of a family (``INNOV.NONE``) is no kind and is not counted: a practice
        without a kind and one that nobody found a kind in are told alike, in the note. A practice
        with several codes of a family counts once in each pair of its codes; the
        permutations shuffle practices, so that these pairs stay together. Blue tiles with a solid
        edge and + hold more practices than independence would give, red ones with a broken edge
        and − fewer.

    Raises
    ------
    InputError
        For codings of several coders, families that never meet, or more than ten codes of one.
    """
    require_columns("codings", codings, "segment_id", "code_id", "value")
    carried = _carried(codings, practices, families)
    sides = [
        pd.crosstab(mine["practice"], mine["code_id"]).gt(0)
        for mine in (carried[carried["family"].eq(family)] for family in families)
    ]
    both = sides[0].index.intersection(sides[1].index)
    if not len(both):
        raise InputError(
            f"no practice carries codes of both {families[0]} and {families[1]};"
            f" families coded: {', '.join(sorted(carried['family'].unique())) or 'none'}"
        )
    first, second = (side.loc[both].loc[:, lambda held: held.any()] for side in sides)
    for family, side in zip(families, (first, second), strict=True):
        if side.shape[1] > MOST_CODES:
            raise InputError(
                f"{family} has {side.shape[1]} codes; a mosaic holds {MOST_CODES}."
                " Count codes of a higher level, or use figure_code_region_heatmap."
            )
    found = crossing(first.to_numpy(), second.to_numpy(), draws=draws, seed=seed)
    table = _table(found, list(first.columns), list(second.columns))
    names = [[labels.get(code, code) for code in side.columns] for side in (first, second)]
    words = WORDS[lang]
    _refuse_long(names, found)

    def draw() -> Figure:
        return _drawn(found, names, labels.get(families[1], families[1]), words)

    n_documents = (
        codings.loc[codings["segment_id"].isin(carried["segment_id"]), "doc_id"].nunique()
        if "doc_id" in codings
        else 0
    )
    counted = words["counted"].format(len(both))
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title or words["title"].format(*(labels.get(family, family) for family in families)),
        body=draw,
        note=said_of(
            found,
            names,
            counted,
            n_left=carried["practice"].nunique() - len(both),
            n_documents=n_documents,
            several=bool((first.sum(axis=1) * second.sum(axis=1)).gt(1).any()),
            seed=seed,
            lang=lang,
        ),
        source=source,
        data=table,
        footer=f"{counted} · {words['source']}{short_source(source)}",
        lang=lang,
        evidence=codings,
    )


def _carried(
    codings: pd.DataFrame,
    practices: Mapping[str, str] | pd.Series | None,
    families: tuple[str, str],
) -> pd.DataFrame:
    """segment_id, practice, family and code_id of what was found present."""
    if len(set(families)) < 2:
        raise InputError(f"families are {families!r}; a mosaic crosses two different ones")
    coders = sorted(codings["coder"].unique()) if "coder" in codings else []
    if len(coders) > 1:
        raise InputError(
            f"codings holds {len(coders)} coders ({', '.join(coders)}); pass those of one"
        )
    present = codings[codings["value"].eq(1) & codings["segment_id"].notna()]
    practice = present["segment_id"]
    if practices is not None:
        told = dict(practices)
        if strange := sorted(set(practice) - set(told)):
            raise InputError(
                f"practices has no entry for segment {strange[0]!r}; NaN says it tells none"
            )
        practice = practice.map(told)
    carried = present[["segment_id", "code_id"]].assign(
        practice=practice, family=present["code_id"].str.split(".").str[0]
    )
    kinds = carried["family"].isin(families) & carried["code_id"].ne(
        carried["family"] + f".{RESIDUAL}"
    )
    return carried[kinds].dropna(subset=["practice"])


def _refuse_long(names: list[list[str]], found: Crossing) -> None:
    """Refuse names of rows and keys that together leave no room for the tiles."""
    rows = max(len(with_count(name, "（10）", ROW_WIDTH)) for name in names[0]) * len(names[0])
    keys = sum(len(wrap(f"① {name}（{found.counts.sum()}）", KEY_WIDTH)) for name in names[1])
    if LINE_HEIGHT * (rows + keys) + 3 > PAGE_HEIGHT:
        raise InputError(
            f"the names of {len(names[0])} rows and {len(names[1])} kinds take {rows + keys} lines;"
            " a page does not hold them. Pass shorter names in labels."
        )


def _table(found: Crossing, rows: list[str], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first_code": np.repeat(rows, len(columns)),
            "second_code": np.tile(columns, len(rows)),
            "n_practices": found.counts.ravel(),
            "expected": found.expected.ravel(),
            "pearson_residual": found.residuals.ravel(),
        }
    )


def sign_of(residual: float) -> str:
    """One sign from 2, two from 4, none between.

    Examples
    --------
    >>> [sign_of(one) for one in (4.1, 2.5, -1.9, -2.1, -5.0)]
    ['++', '+', '', '−', '−−']
    """
    sign = "+" if residual > 0 else "−"
    return sign * (int(abs(residual) > CLEAR) + int(abs(residual) > STRONG))


def _drawn(
    found: Crossing, names: list[list[str]], second: str, words: Mapping[str, Any]
) -> Figure:
    """Rows as high as their counts, tiles as wide as their part of the row."""
    from matplotlib.patches import Patch

    from pbgov.exhibits.style import INK, MUTED, legend_layout, new_figure, printed_cm

    sums = words["sum"]
    totals = found.counts.sum(axis=1)
    rows = [
        _within(SIDE_CM - EDGE_CM, ROW_WIDTH, partial(with_count, name, sums.format(total)))
        for name, total in zip(names[0], totals, strict=True)
    ]
    keys = [
        f"{key} {name}{sums.format(total)}"
        for key, name, total in zip(KEYS, names[1], found.counts.sum(axis=0), strict=False)
    ]
    room = WIDTH - EDGE_CM - max(map(printed_cm, rows))
    below = _within(room, KEY_WIDTH, partial(_packed, f"{second}{words['colon']}", keys))
    looks = [_look(value) for value in (5.0, 3.0, 0.0, -3.0, -5.0)]
    said, columns, more = legend_layout(words["looks"])
    rest = 1.9 + more + LINE_HEIGHT * len(below)
    tall = min(_height_of_rows(totals, rows), max(5.5, PAGE_HEIGHT - rest))
    figure = new_figure(rest + tall)
    axes = figure.add_subplot()
    share = totals / totals.sum()
    free = 1 - GAP_CM / tall * (len(totals) - 1)
    top = 0.0
    middles = []
    for row, counts in enumerate(found.counts):
        high = float(share[row]) * free
        _draw_row(axes, counts, found.residuals[row], (top, high), tall)
        middles.append(top + high / 2)
        top += high + GAP_CM / tall
    axes.set_xlim(0, 1)
    axes.set_ylim(1, 0)
    lines = max(map(len, rows))
    axes.set_yticks(
        apart(np.array(middles), (LINE_HEIGHT * lines) / tall),
        ["\n".join(row) for row in rows],
        linespacing=1.2,
    )
    axes.set_xticks([])
    axes.set_xlabel("\n".join(below), loc="left", linespacing=1.3)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    handles: list[Any] = [
        Patch(fc=look["fc"], ec=look["ec"], ls=look["ls"], lw=look["lw"], label=text)
        for look, text in zip(looks, said, strict=False)
    ]
    handles.append(axes.plot([], [], "o", mfc="white", mec=MUTED, ms=4.5, label=said[-1])[0])
    figure.legend(
        handles=handles, loc="outside upper left", ncols=columns, labelcolor=INK, handlelength=1.6
    )
    return figure


def _within(room: float, columns: int, cut: Callable[[int], list[str]]) -> list[str]:
    """What `cut` gives for the most columns, up to `columns`, that are printed within `room` cm."""
    from pbgov.exhibits.style import printed_cm

    lines = cut(columns)
    while printed_cm(lines) > room and columns > LEAST_WIDTH:
        columns -= 1
        lines = cut(columns)
    return lines


def _height_of_rows(totals: np.ndarray, rows: list[list[str]]) -> float:
    """Height in cm that gives the rows' names their room, and most rows that of their tiles."""
    lines = LINE_HEIGHT * max(map(len, rows)) + 0.1
    return max(
        5.5, lines * len(totals) * 1.3, lines / max(float(totals.min() / totals.sum()), 0.08)
    )


def _packed(heading: str, entries: list[str], columns: int) -> list[str]:
    """Entries side by side as far as a line holds them, after the heading."""
    lines = wrap(heading, columns)
    for place, entry in enumerate(entries):
        if text_width(f"{lines[-1]}　{entry}") <= columns:
            lines[-1] += ("　" if place else "") + entry
        else:
            lines += wrap(entry, columns)
    return lines


def _look(residual: float) -> dict[str, Any]:
    from pbgov.exhibits.style import INK, MUTED

    strength = len(sign_of(residual))
    if not strength:
        return {"fc": "#eef1f3", "ec": MUTED, "ls": "-", "lw": 0.6}
    if residual > 0:
        return {"fc": ("#a9cbdf", "#2f6f9f")[strength - 1], "ec": INK, "ls": "-", "lw": 1.2}
    return {"fc": ("#f0c4b4", "#b4472e")[strength - 1], "ec": INK, "ls": (0, (3, 2)), "lw": 1.2}


def _draw_row(
    axes: Axes,
    counts: np.ndarray,
    residuals: np.ndarray,
    band: tuple[float, float],
    tall: float,
) -> None:
    from matplotlib.patches import Rectangle

    from pbgov.exhibits.style import LEAST_SIZE, MUTED, SMALL_SIZE, ink_on

    top, high = band
    across = WIDTH - SIDE_CM
    gap = 0.07 / across
    free = 1 - gap * (len(counts) - 1)
    left = 0.0
    circles = iter(_heights_of_circles(counts))
    for key, count, residual in zip(KEYS, counts, residuals, strict=False):
        wide = free * count / counts.sum()
        look = _look(float(residual))
        if count:
            axes.add_patch(Rectangle((left, top), wide, high, clip_on=False, **look))
            text = _fitting(key, count, sign_of(residual), wide * across, high * tall)
        else:
            axes.plot([left, left], [top, top + high], color=MUTED, lw=1.0, clip_on=False)
            middle = top + high * next(circles)
            axes.plot(left, middle, "o", mfc="white", mec=MUTED, ms=4.5, clip_on=False, zorder=4)
            text = ""
        if text:
            axes.text(
                left + wide / 2,
                top + high / 2,
                text,
                ha="center",
                va="center",
                fontsize=SMALL_SIZE if len(text) > 1 else LEAST_SIZE,
                color=ink_on(look["fc"]),
            )
        left += wide + gap


def _heights_of_circles(counts: np.ndarray) -> list[float]:
    """Where the circles of codes that never meet the row stand: neighbours one below the other.

    Examples
    --------
    >>> _heights_of_circles(np.array([0, 3, 0, 0, 0, 4]))
    [0.5, 0.25, 0.5, 0.75]
    """
    runs = [len(list(run)) for none, run in groupby(counts == 0) if none]
    return [place / (length + 1) for length in runs for place in range(1, length + 1)]


def _fitting(key: str, count: int, sign: str, wide: float, high: float) -> str:
    """As much of key, count and sign as a tile of so many cm holds."""
    if high < 0.32:
        return ""
    for text in (
        f"{key} {count} {sign}",
        f"{key}{count}{sign}",
        f"{key}\n{count}{sign}",
        f"{key}{sign}",
        sign,
    ):
        lines = text.split("\n")
        if max(map(text_width, lines)) * 0.135 + 0.06 <= wide and len(lines) * 0.32 <= high:
            return text.strip()
    return ""
