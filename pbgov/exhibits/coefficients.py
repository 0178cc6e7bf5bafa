"""Coefficients with their intervals as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.exhibits.chart_contents import coefficients_chart
from pbgov.exhibits.estimates import INTERCEPT, count_recovered, count_units
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, balanced, wrap
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NO_COEFFICIENT = r"\||\(phi\)"  # thresholds of ordered answers, precision of beta regression
AXIS = "估计值与 95% 区间（{}）"
RECOVERED_UNIT = "满意率的 logit"
NO_INTERVAL = "有点没有线的，自由度太少，不给出区间。"
_NO_NAMES: Mapping[str, str] = {}


def figure_coefficients(
    estimates: Mapping[str, Estimate | NotEstimated],
    *,
    title: str,
    source: str,
    unit: str,
    exhibit_id: str = "fig-coefficients",
    labels: Mapping[str, str] = _NO_NAMES,
    beside: bool = True,
) -> Exhibit:
    """Estimates with their 95 % intervals, several side by side.

    Parameters
    ----------
    estimates : mapping of str to Estimate or NotEstimated
        The key is the name in the legend; what could not be estimated is named in the note.
    title, source : str
    unit : str
        Unit of the coefficients, for the axis ("百分点").
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term.
    beside : bool
        Draw the second opinion's interval too, thin, below the first.

    Returns
    -------
    Exhibit
        The intercept is not drawn.

    Raises
    ------
    InputError
        Where nothing was estimated.
    """
    table = _coefficients(estimates, with_beside=beside)
    refused = [
        f"{name}（{one.reason.rstrip('。')}）"
        for name, one in estimates.items()
        if isinstance(one, NotEstimated)
    ]
    fitted = {name: one for name, one in estimates.items() if isinstance(one, Estimate)}
    counted = "；".join(f"{name} N = {count_units(one)}" for name, one in fitted.items())
    methods = sorted({f"{one.method}，{one.covariance}" for one in fitted.values()})
    note = f"{counted}。点为估计值，粗线为 95% 区间（{'；'.join(methods)}）。截距未画。"
    if "second" in set(table["opinion"]):
        second = sorted({str(one.beside.attrs.get("covariance", "")) for one in fitted.values()})
        note += f"细线为第二算法的 95% 区间（{'；'.join(filter(None, second))}）。"
    if table.loc[table["opinion"].eq("first"), "conf_low"].isna().any():
        note += NO_INTERVAL
    if refused:
        note += f"没有估计：{'；'.join(refused)}。"
    note += "系数表示相关，不表示因果。"

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(_height(table, labels))
        axes = figure.add_subplot()
        _draw_coefficients(axes, table, unit, labels)
        if table["series"].nunique() > 1:
            _legend(figure, axes)
        return figure

    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=note,
        source=source,
        data=table,
        chart=coefficients_chart(table, labels, AXIS.format(unit)),
        footer=f"{counted} · 来源：{short_source(source)}",
        evidence=tuple(estimates.values()),
    )


def figure_recovery(
    recovery: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    label_names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Planted effects (open diamonds) against estimates with intervals; always simulated.

    Parameters
    ----------
    recovery : DataFrame
        As for `table_recovery`.
    source : str
    labels, label_names : mapping, optional
        As for `table_recovery`.

    Returns
    -------
    Exhibit
        ``fig-recovery``
    """
    table = pd.DataFrame(
        {
            "term": recovery["mode"],
            "series": _recovery_series(recovery, label_names),
            "opinion": "first",
            "estimate": recovery["estimate"],
            "conf_low": recovery["conf_low"],
            "conf_high": recovery["conf_high"],
        }
    )
    truths = dict(zip(recovery["mode"], recovery["truth"], strict=True))
    counted = count_recovered(recovery)

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, new_figure

        figure = new_figure(_height(table, labels))
        axes = figure.add_subplot()
        positions = _draw_coefficients(axes, table, RECOVERED_UNIT, labels)
        for term, (low, high) in positions.items():
            axes.plot([truths[term]] * 2, [low - 0.3, high + 0.3], color=INK, lw=1, ls="--")
        axes.plot([], [], color=INK, lw=1, ls="--", label="设定的效应")
        _legend(figure, axes)
        return figure

    return Exhibit(
        exhibit_id="fig-recovery",
        title="估计能否找回设定的效应",
        body=draw,
        note=f"{counted}。虚线为程序设定的效应，点和线为估计值与 95% 区间。{NO_INTERVAL}"
        "只检验方法，不说明任何地区的实际情况。",
        source=source,
        data=recovery,
        chart=coefficients_chart(table, labels, AXIS.format(RECOVERED_UNIT), truths),
        simulated=True,
        footer=f"{counted} · 来源：{short_source(source)}",
    )


def _recovery_series(recovery: pd.DataFrame, label_names: Mapping[str, str]) -> list[str]:
    """Who labelled, and at which level where there are several."""
    series = [label_names.get(name, name) for name in recovery["labels"]]
    if recovery["level"].nunique() == 1:
        return series
    return [f"{name}（{level}）" for name, level in zip(series, recovery["level"], strict=True)]


def _coefficients(
    estimates: Mapping[str, Estimate | NotEstimated], *, with_beside: bool
) -> pd.DataFrame:
    """term, series, opinion, estimate and interval of everything that was estimated."""
    parts = []
    for name, one in estimates.items():
        if isinstance(one, NotEstimated):
            continue
        first = one.terms[["term", "estimate", "conf_low", "conf_high"]]
        parts.append(first.assign(series=name, opinion="first"))
        if with_beside and len(one.beside):
            values = one.terms[["term", "estimate"]]
            second = values.merge(one.beside[["term", "conf_low", "conf_high"]], on="term")
            parts.append(second.assign(series=name, opinion="second"))
    if not parts:
        raise InputError("nothing was estimated, so there is no coefficient to draw")
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    aside = table["term"].isin(INTERCEPT) | table["term"].str.contains(_NO_COEFFICIENT)
    table = table[~aside].reset_index(drop=True)
    table.attrs["simulated"] = any(map(is_simulated, estimates.values()))
    return table[["term", "series", "opinion", "estimate", "conf_low", "conf_high"]]


def _printed(term: str, labels: Mapping[str, str]) -> list[str]:
    return balanced(str(labels.get(term, term)), 24)


def _height(table: pd.DataFrame, labels: Mapping[str, str]) -> float:
    """Height in cm that gives every interval and every line of a label its room."""
    from pbgov.exhibits.style import legend_layout

    series = list(dict.fromkeys(table["series"]))
    lines = max(len(_printed(term, labels)) for term in table["term"])
    rows = table["term"].nunique() * max(0.62 * len(series), 0.3 + LINE_HEIGHT * lines)
    return 2.8 + legend_layout(series)[2] + rows


def _draw_coefficients(
    axes: Axes, table: pd.DataFrame, unit: str, labels: Mapping[str, str]
) -> dict[str, tuple[float, float]]:
    """Points and intervals, terms from top to bottom; gives the band of each term on the y axis."""
    from pbgov.exhibits.style import GRID, INK, MARKERS, PALETTE

    terms = list(dict.fromkeys(table["term"]))
    series = list(dict.fromkeys(table["series"]))
    gap = len(series) + 0.8
    bands = {}
    for at, term in enumerate(terms):
        bands[term] = (at * gap, at * gap + len(series) - 1)
        for shift, name in enumerate(series):
            mine = table[table["term"].eq(term) & table["series"].eq(name)]
            y = at * gap + shift
            colour = PALETTE[shift % 4]
            for row in mine.to_dict("records"):
                first = row["opinion"] == "first"
                offset, width = (y, 2.2) if first else (y + 0.26, 0.8)
                axes.plot([row["conf_low"], row["conf_high"]], [offset] * 2, color=colour, lw=width)
                if first:
                    axes.plot(
                        row["estimate"],
                        y,
                        marker=MARKERS[shift % 5],
                        ms=5.5,
                        ls="",
                        color=colour,
                        mec="white",
                        mew=0.6,
                        label=name if at == 0 else None,
                    )
    axes.axvline(0, color=INK, lw=0.6, zorder=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_yticks(
        [(low + high) / 2 for low, high in bands.values()],
        ["\n".join(_printed(term, labels)) for term in terms],
        linespacing=1.3,
    )
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(bands[terms[-1]][1] + 0.8, -0.8)
    axes.hlines(
        [bands[term][0] - 0.9 for term in terms[1:]],
        0,
        1,
        transform=axes.get_yaxis_transform(),
        color=GRID,
        lw=0.5,
    )
    axes.set_xlabel("\n".join(wrap(AXIS.format(unit), 70)))
    return bands


def _legend(figure: Figure, axes: Axes) -> None:
    from pbgov.exhibits.style import legend_layout

    handles, names = axes.get_legend_handles_labels()
    wrapped, columns, _ = legend_layout(names)
    figure.legend(handles, wrapped, loc="outside upper left", ncols=columns, handletextpad=0.5)
