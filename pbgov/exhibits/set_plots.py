"""XY plots: memberships in a solution, a path or a condition against memberships in the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.solutions import Solution
from pbgov.evaluation.configurations.terms import read_expression
from pbgov.exhibits.chart_contents import memberships_chart
from pbgov.exhibits.configuration_notes import (
    anchors_said,
    check_labels,
    kind_in_words,
    note_of,
    outcome_in_words,
    term_in_words,
)
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import text_width, wrap
from pbgov.exhibits.numerals import format_number
from pbgov.exhibits.point_labels import is_far, label_halves, place_labels, together
from pbgov.inference.sets.fit import term_memberships
from pbgov.inference.sets.rows import SetFit, set_fit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.evaluation.configurations.cases import Cases

Lang = Literal["zh", "en"]
MOST_LABELS = 60
MANY_LABELS = 25
_NO_NAMES: Mapping[str, str] = {}
MOST_TOGETHER = 6
_LABEL_WIDTH = 26
_MARGIN = 0.06
_HEIGHT = 13.0
_KINDS = {
    "typical": ("典型案例", "typical"),
    "deviant": ("一致性偏离", "deviant in inclusion"),
    "uncovered": ("未被覆盖", "not covered"),
    "irrelevant": ("无关", "irrelevant"),
}


def figure_xy(
    solution: Solution,
    *,
    title: str,
    source: str,
    calibrations: Mapping[str, Mapping[str, Any]],
    x: str = "M1",
    exhibit_id: str = "fig-xy",
    labels: Mapping[str, str] = _NO_NAMES,
    names: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Cases by their memberships in a set and in the outcome; above the diagonal X includes in Y.

    Parameters
    ----------
    solution : Solution
    title, source : str
    calibrations : mapping of str to mapping
        What `calibrate` was told for each set, for the note; {} where the data are memberships.
    x : str
        A model of the solution ("M1"), or an expression of its conditions ("DEV*~URB + LIT").
    exhibit_id : str
    labels : mapping, optional
        Printed name of each condition and of the outcome.
    names : mapping, optional
        Printed name of each case.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        The raw data are the memberships of every case and its kind. Where there are more than
        sixty cases only those that speak against the solution are named.

    Raises
    ------
    InputError
        Where `solution` is none, or `x` is neither a model nor an expression of its conditions.
    """
    if not isinstance(solution, Solution):
        raise InputError(
            f"figure_xy draws a solution, not a {type(solution).__name__}; where there is none,"
            " there is nothing to draw"
        )
    cases = solution.table.cases
    check_labels((*cases.conditions, cases.outcome_name), labels)
    text = _expression(solution, x)
    table, fit = _memberships(cases, text, names)
    printed = term_in_words(text, cases, labels)
    axis = f"{x}：{printed}" if x != text and lang == "zh" else printed
    axis = f"{x}: {printed}" if x != text and lang == "en" else axis
    outcome = outcome_in_words(cases, labels)
    named = _named(table)

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(_HEIGHT)
        _draw(figure, table, named, fit, (axis, outcome), lang)
        return figure

    counts = "、" if lang == "zh" else ", "
    kinds = counts.join(
        f"{_KINDS[kind][lang == 'en']} {int((table['kind'] == kind).sum())}"
        for kind in _KINDS
        if (table["kind"] == kind).any()
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=note_of(
            solution.remarks,
            labels,
            lang,
            _explained(fit, kind_in_words(solution, lang), kinds, named, lang),
            anchors_said(calibrations, (*cases.conditions, cases.outcome_name), labels, lang),
        ),
        source=source,
        data=table.drop(columns="label"),
        chart=memberships_chart(
            table, {kind: said[lang == "en"] for kind, said in _KINDS.items()}, named, axis, outcome
        ),
        footer=(
            f"N = {solution.n} · 来源：{short_source(source)}"
            if lang == "zh"
            else f"N = {solution.n} · Source: {short_source(source)}"
        ),
        lang=lang,
        evidence=solution,
    )


def _expression(solution: Solution, x: str) -> str:
    models = dict(zip(solution.models["model"], solution.models["expression"], strict=True))
    if x in models and x in solution.table.conditions:
        raise InputError(f"{x!r} names a model and a condition; rename the condition")
    return str(models.get(x, x))


def _memberships(cases: Cases, text: str, names: Mapping[str, str]) -> tuple[pd.DataFrame, SetFit]:
    terms = read_expression(text, cases.conditions, cases.levels)
    x = term_memberships(cases.memberships, terms, cases.levels).max(axis=1)
    y = cases.outcome
    kind = np.select(
        [(x > 0.5) & (y > 0.5), (x > 0.5), (y > 0.5)],
        ["typical", "deviant", "uncovered"],
        "irrelevant",
    )
    table = pd.DataFrame(
        {
            "case": list(cases.names),
            "x": x,
            "y": y,
            "kind": kind,
            "label": [names.get(name, name) for name in cases.names],
        }
    )
    return table, set_fit(x, y)


def _named(table: pd.DataFrame) -> pd.Series[bool]:
    if len(table) <= MOST_LABELS:
        return pd.Series(True, index=table.index)
    return table["kind"].eq("deviant") | (table["x"].gt(table["y"]) & table["x"].gt(0.5))


def _draw(
    figure: Figure,
    table: pd.DataFrame,
    named: pd.Series[bool],
    fit: SetFit,
    axis_names: tuple[str, str],
    lang: Lang,
) -> None:
    from pbgov.exhibits.style import GRID, INK, MARKERS, MUTED, PALETTE, SMALL_SIZE, is_wide

    axes = figure.add_subplot()
    ends = (-_MARGIN, 1 + _MARGIN)
    axes.set(xlim=ends, ylim=ends, aspect="auto" if is_wide() else "equal")
    axes.plot([0, 1], [0, 1], color=INK, lw=0.8, zorder=1)
    axes.axhline(0.5, color=GRID, lw=0.8, ls="--", zorder=0)
    axes.axvline(0.5, color=GRID, lw=0.8, ls="--", zorder=0)
    for place, (kind, words) in enumerate(_KINDS.items()):
        mine = table[table["kind"].eq(kind)]
        if len(mine):
            axes.plot(
                mine["x"],
                mine["y"],
                ls="",
                marker=MARKERS[place],
                ms=5,
                color=PALETTE[place] if kind != "irrelevant" else MUTED,
                mec="white",
                mew=0.5,
                label=words[lang == "en"],
                zorder=3,
            )
    axes.set_xlabel("\n".join(wrap(axis_names[0], 66)))
    axes.set_ylabel("\n".join(wrap(axis_names[1], 50)))
    axes.tick_params(labelsize=SMALL_SIZE)
    said = ("一致性", "PRI", "覆盖度") if lang == "zh" else ("Inclusion", "PRI", "Coverage")
    numbers = "   ".join(
        f"{word} {format_number(value, 3)}"
        for word, value in zip(said, (fit.inclusion, fit.pri, fit.coverage), strict=True)
    )
    axes.set_title(numbers, loc="left")
    figure.legend(loc="outside upper left", ncols=4, handletextpad=0.3)
    figure.draw_without_rendering()  # places the axes, so that distances have a size
    _label(axes, table, named, lang)


def _label(axes: Axes, table: pd.DataFrame, named: pd.Series[bool], lang: Lang) -> None:
    """Names beside their points, joined by a line where they had to go far."""
    from pbgov.exhibits.style import INK, MUTED, SMALL_SIZE

    box = axes.get_window_extent()
    per_cm = axes.get_figure(root=True).dpi / 2.54  # type: ignore[union-attr]
    size = np.array([box.width, box.height]) / per_cm
    span = 1 + 2 * _MARGIN
    values = table.loc[named, ["x", "y"]].to_numpy()
    points = (values + _MARGIN) / span * size
    unnamed = (table.loc[~named, ["x", "y"]].to_numpy() + _MARGIN) / span * size
    groups = together(points)
    written = list(table.loc[named, "label"])
    labels = [_names([written[place] for place in group], lang) for group in groups]
    first = [group[0] for group in groups]
    halves = label_halves(labels)
    centres = place_labels(points[first], halves, (size[0], size[1]), unnamed)
    far = is_far(points[first], centres, halves)
    edges = np.clip(points[first], centres - halves, centres + halves) / size * span - _MARGIN
    places = centres / size * span - _MARGIN
    for label, (x, y), (across, up), edge, needs_line in zip(
        labels, values[first], places, edges, far, strict=True
    ):
        if np.isnan(across):
            continue
        if needs_line:
            axes.plot([x, edge[0]], [y, edge[1]], color=MUTED, lw=0.4, zorder=2)
        axes.text(
            across,
            up,
            label,
            ha="center",
            va="center",
            fontsize=SMALL_SIZE,
            linespacing=1.1,
            color=INK,
            zorder=4,
            bbox={"boxstyle": "square,pad=0.02", "fc": "white", "ec": "none", "alpha": 0.7},
        )


def _names(names: list[str], lang: Lang) -> str:
    """The names of cases that fall on one another, as one label of short lines."""
    left = len(names) - MOST_TOGETHER
    shown = names[:MOST_TOGETHER]
    if left > 0:
        shown.append(f"等 {len(names)} 个" if lang == "zh" else f"and {left} more")
    lines: list[str] = []
    between = "、" if lang == "zh" else ", "
    for name in shown:
        if lines and text_width(lines[-1] + between + name) <= _LABEL_WIDTH:
            lines[-1] += between + name
        else:
            lines.append(name)
    return "\n".join(lines)


def _explained(fit: SetFit, kind: str, kinds: str, named: pd.Series[bool], lang: Lang) -> str:
    n_unnamed, many = int((~named).sum()), len(named) > MANY_LABELS
    numbers = [format_number(value, 3) for value in (fit.inclusion, fit.pri, fit.coverage)]
    if lang == "zh":
        said = (
            f"{kind}。横轴集合的一致性 {numbers[0]}，PRI {numbers[1]}，覆盖度 {numbers[2]}；"
            f"对角线以上的案例符合“充分”，以下的不符合。{kinds}。"
        )
        said += f"案例多，未标名 {n_unnamed} 个。" if n_unnamed else ""
        return said + ("挤在一起而放不下的名字也未标出，见原始数据。" if many else "")
    said = (
        f"{kind.capitalize()}. Inclusion {numbers[0]}, PRI {numbers[1]}, coverage {numbers[2]} of"
        f" the set on the horizontal axis; cases above the diagonal fit sufficiency. {kinds}."
    )
    said += f" {n_unnamed} of the many cases are not named." if n_unnamed else ""
    return said + (" Names that found no room are in the raw data only." if many else "")
