"""All specifications at once: the curve with its choices, and how far each choice moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.doubts.multiverse_result import INCLUDED, WITH, axis_name
from pbgov.evaluation.estimate import NotEstimated
from pbgov.exhibits.chart_contents import specifications_chart
from pbgov.exhibits.estimates import table_estimate
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, balanced
from pbgov.exhibits.numerals import format_count, format_number, format_percent, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.evaluation.doubts.multiverse_result import Multiverse

Lang = Literal["zh", "en"]
_NO_NAMES: Mapping[str, str] = {}
_CURVE, _REST = 5.6, 3.2  # cm
_LOW_CURVE = 3.0  # cm of the curve on a low canvas
_LABEL = 30  # half-width characters of a line of a label
_LEVEL = 0.05


def figure_specification_curve(
    multiverse: Multiverse,
    *,
    source: str,
    title: str = "",
    exhibit_id: str = "fig-specification-curve",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """All specifications from the lowest to the highest, and below the choices that made each.

    Parameters
    ----------
    multiverse : Multiverse
    source : str
    title, exhibit_id : str
    labels : mapping, optional
        Printed name of axes and choices.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Above partial correlations with 95 % intervals, their median, and the band in which
        95 % of the permuted curves lie; below a mark for each choice of each specification. Axes for
        which the page is too short, those that move the curve least, are named in the note.
        The data are all specifications, those not estimated too.

    Raises
    ------
    InputError
        For a `NotEstimated`: there is no curve to draw.
    """
    if isinstance(multiverse, NotEstimated):
        raise InputError(f"nothing was estimated, so there is no curve: {multiverse.reason_en}")
    words = _WORDS[lang]
    drawn = multiverse.table.dropna(subset=["partial_r"])
    drawn = drawn.sort_values("partial_r", kind="stable").reset_index(drop=True)
    rows, left_out = _choice_rows(multiverse, labels, lang)
    note = (" " if lang == "en" else "").join(multiverse.limits(lang))
    note += words["how"].format(covariance=_covariance(multiverse, lang))
    if 0 < multiverse.n_band < multiverse.summary.n_permutations:
        note += words["band"].format(format_count(multiverse.n_band))
    if left_out:
        names = [_name(axis, labels, lang) for axis in left_out]
        note += words["left_out"].format("、".join(names) if lang == "zh" else ", ".join(names))

    def draw() -> Figure:
        from pbgov.exhibits.style import CM, new_figure

        below = LINE_HEIGHT * max(1, _lines(rows))
        figure = new_figure(_REST + _CURVE + below)
        curve = max(_LOW_CURVE, float(figure.get_size_inches()[1]) / CM - _REST - below)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[curve, below])
        _draw_curve(figure, upper, drawn, multiverse, words)
        _draw_choices(lower, drawn, rows, words)
        return figure

    summary = multiverse.summary
    footer = words["footer"].format(
        format_count(summary.n_estimated),
        format_count(summary.n_specifications),
        short_source(source),
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title or words["title"],
        body=draw,
        note=note,
        source=source,
        data=multiverse.table,
        chart=specifications_chart(
            drawn, float(summary.median), words["names"], _LEVEL, (words["x"], words["y"])
        ),
        footer=footer,
        lang=lang,
        evidence=multiverse,
    )


def table_multiverse(
    multiverse: Multiverse | NotEstimated,
    *,
    source: str,
    title: str = "",
    exhibit_id: str = "tab-multiverse",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """The median and the shares of all specifications, and of those with each choice.

    Parameters
    ----------
    multiverse : Multiverse or NotEstimated
    source : str
    title, exhibit_id : str
    labels : mapping, optional
        Printed name of axes and choices.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
    """
    words = _WORDS[lang]
    title = title or words["title"]
    if isinstance(multiverse, NotEstimated):
        return table_estimate(
            multiverse, title=title, source=source, exhibit_id=exhibit_id, lang=lang
        )
    summary = multiverse.summary
    everything: dict[Any, Any] = {
        "axis": words["all"],
        "choice": "",
        "n_specifications": summary.n_specifications,
        "n_estimated": summary.n_estimated,
        "median": summary.median,
        "shift": None,
        "share_same_sign": summary.share_same_sign,
        "share_significant": summary.share_significant,
        "variance_share": None,
    }
    rows = []
    before = ""
    for row in [everything, *multiverse.by_choice.to_dict("records")]:
        first = row["axis"] != before
        before = str(row["axis"])
        values = (
            _name(before, labels, lang) if first else "",
            _choice(str(row["choice"]), labels, lang),
            f"{format_count(row['n_estimated'])}/{format_count(row['n_specifications'])}",
            format_number(row["median"], 2),
            ""
            if is_missing(row["shift"]) and not row["choice"]
            else format_number(row["shift"], 2),
            format_percent(row["share_same_sign"], 0),
            format_percent(row["share_significant"], 0),
            format_percent(row["variance_share"], 0) if first and row["choice"] else "",
        )
        rows.append(dict(zip(words["columns"], values, strict=True)))
    gap = " " if lang == "en" else ""
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows),
        note=gap.join(multiverse.limits(lang)) + gap + words["table_note"],
        source=source,
        data=multiverse.by_choice if len(multiverse.by_choice) else multiverse.table,
        lang=lang,
        evidence=multiverse,
    )


_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": "各种编码选择与设定选择下的估计",
        "all": "全部设定",
        "how": "点为偏相关系数，竖线为 95% 区间（{covariance}，折算到偏相关的尺度，可超出 ±1）。",
        "band": "灰带只用了前 {} 种重排。",
        "left_out": "版面所限，下半图未画：{}；它们见数据。",
        "footer": "{}/{} 个设定 · 来源：{}",
        "y": "偏相关系数",
        "x": "设定（从低到高）",
        "names": ("p<0.05", "p≥0.05", "不给 p 值", "中位数", "重排解释变量时 95% 的曲线"),
        "columns": ("选择", "取值", "估计/全部", "中位数", "与总中位数之差", "与其同号", "p<0.05", "占方差"),
        "table_note": "“占方差”为该项选择解释的偏相关系数方差；其余为各项选择的交互。",
    },
    "en": {
        "title": "Estimates under all choices of coding and specification",
        "all": "All specifications",
        "how": " Points are partial correlations, bars 95% intervals ({covariance}, on the scale of the"
        " partial correlation; they may pass ±1).",
        "band": " The band rests on the first {} permutations only.",
        "left_out": " For want of space the lower panel leaves out: {}; see the data.",
        "footer": "{}/{} specifications · Source: {}",
        "y": "Partial correlation",
        "x": "Specifications, from low to high",
        "names": ("p<.05", "p≥.05", "no p value", "Median", "95% of permuted curves"),
        "columns": (
            "Choice", "Value", "Estimated/all", "Median", "Shift", "Same sign", "p<.05", "Variance",
        ),
        "table_note": "“Variance”: share of the variance of the partial correlations between the values"
        " of this choice; the rest is interplay.",
    },
}  # fmt: skip


_CHOICES_EN = {
    INCLUDED[0]: "left out",
    INCLUDED[1]: "included",
    "无": "none",
    "全部": "all",
    "有无": "presence",
    "次数": "count",
    "占比": "share",
}


def _covariance(multiverse: Multiverse, lang: Lang) -> str:
    return multiverse.covariance if lang == "zh" else multiverse.covariance_en


def _name(axis: str, labels: Mapping[str, str], lang: Lang) -> str:
    bare = axis.removeprefix(WITH)
    if axis.startswith(WITH) and bare in labels:
        return axis_name(WITH + labels[bare], lang)
    return labels.get(axis, axis_name(axis, lang))


def _choice(choice: str, labels: Mapping[str, str], lang: Lang) -> str:
    if choice in labels or lang == "zh":
        return labels.get(choice, choice)
    return _CHOICES_EN.get(choice, choice).replace("占比≥", "share ≥ ")


def _choice_rows(
    multiverse: Multiverse, labels: Mapping[str, str], lang: Lang
) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Rows of the lower panel, and axes left out.

    A row is the column, the choice and the label; a heading has '' in the place of a choice.
    """
    shares = multiverse.by_choice.groupby("axis", sort=False)["variance_share"].first()
    rows_of: dict[str, list[tuple[str, str, str]]] = {}
    for axis in multiverse.axes:
        if axis.startswith(WITH):
            bare = axis.removeprefix(WITH)
            rows_of[axis] = [(axis, INCLUDED[1], labels.get(bare, bare))]
            continue
        values = list(dict.fromkeys(multiverse.table[axis]))
        named = [(axis, value, _choice(value, labels, lang)) for value in values]
        rows_of[axis] = [(axis, "", _name(axis, labels, lang)), *named]
    kept: list[str] = []
    room = int((PAGE_HEIGHT - _REST - _CURVE) / LINE_HEIGHT) - 1  # less the heading of the controls
    for axis in shares.sort_values(ascending=False, kind="stable").index:
        if _lines(rows_of[axis]) <= room:
            kept.append(axis)
            room -= _lines(rows_of[axis])
    rows = [row for axis in multiverse.axes if axis in kept for row in rows_of[axis]]
    controls = [at for at, (axis, *_) in enumerate(rows) if axis.startswith(WITH)]
    if controls:
        rows.insert(controls[0], ("controls", "", _name("controls", labels, lang)))
    return rows, [axis for axis in multiverse.axes if axis not in kept]


def _lines(rows: Sequence[tuple[str, str, str]]) -> int:
    """Lines that the labels of these rows take."""
    return sum(len(balanced(label, _LABEL)) for *_, label in rows)


def _draw_curve(
    figure: Figure,
    axes: Axes,
    drawn: pd.DataFrame,
    multiverse: Multiverse,
    words: Mapping[str, Any],
) -> None:
    from pbgov.exhibits.style import INK, MUTED, PALETTE, legend_layout

    at = np.arange(1, len(drawn) + 1)
    size = float(np.clip(90 / np.sqrt(len(drawn)) / 2.2, 1.2, 5))
    if len(multiverse.band):
        band = multiverse.band
        axes.fill_between(
            band["rank"], band["low"], band["high"], color="#dfe3e6", lw=0, label=words["names"][4]
        )
    p = drawn["p_value"]
    kinds = (
        (p < _LEVEL, PALETTE[0], PALETTE[0], words["names"][0]),
        (p >= _LEVEL, "white", PALETTE[2], words["names"][1]),
        (p.isna(), MUTED, MUTED, words["names"][2]),
    )
    for chosen, fill, edge, name in kinds:
        if not chosen.any():
            continue
        mine, x = drawn[chosen], at[chosen.to_numpy()]
        thin = float(np.clip(120 / len(drawn), 0.25, 1.0))
        ends = mine["partial_r_low"], mine["partial_r_high"]
        axes.vlines(
            x, *ends, color=edge, lw=thin, alpha=0.85 if len(drawn) < 100 else 0.45, zorder=2
        )
        marker = "x" if name == words["names"][2] else "o"
        axes.plot(
            x, mine["partial_r"], marker, ms=size, mfc=fill, mec=edge, mew=0.7, label=name, zorder=3
        )
    axes.axhline(0, color=INK, lw=0.6, zorder=1)
    axes.axhline(
        multiverse.summary.median,
        color=PALETTE[1],
        lw=1,
        ls="--",
        zorder=4,
        label=words["names"][3],
    )
    axes.set_ylabel(words["y"])
    axes.grid(axis="y")
    axes.set_xlim(0.3, len(drawn) + 0.7)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    handles, names = axes.get_legend_handles_labels()
    wrapped, columns, _ = legend_layout(names)
    figure.legend(handles, wrapped, loc="outside upper left", ncols=columns, handletextpad=0.5)


def _draw_choices(
    axes: Axes,
    drawn: pd.DataFrame,
    rows: Sequence[tuple[str, str, str]],
    words: Mapping[str, Any],
) -> None:
    from pbgov.exhibits.style import GRID, INK, PALETTE

    at = np.arange(1, len(drawn) + 1)
    wide = float(np.clip(180 / max(1, len(drawn)), 0.4, 2.4))
    tall = np.array([len(balanced(label, _LABEL)) for *_, label in rows], dtype=float)
    tops = np.concatenate([[0.0], np.cumsum(tall)])
    middles = (tops[:-1] + tops[1:]) / 2
    for top, y, (axis, choice, _) in zip(tops[:-1], middles, rows, strict=True):
        if choice:
            chosen = at[drawn[axis].eq(choice).to_numpy()]
            axes.vlines(chosen, y - 0.32, y + 0.32, color=PALETTE[0], lw=wide)
        elif top:
            axes.axhline(top, color=GRID, lw=0.5)
    printed = ["\n".join(balanced(label, _LABEL)) for *_, label in rows]
    axes.set_yticks(middles, printed, linespacing=1.1)
    for label, (_, choice, _) in zip(axes.get_yticklabels(), rows, strict=True):
        if not choice:
            label.set_fontweight("bold")
        label.set_color(INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(tops[-1], 1), -0.1)
    axes.set_xlabel(words["x"])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    if not rows:
        axes.set_axis_off()
