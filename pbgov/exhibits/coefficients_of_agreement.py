"""All coefficients of agreement side by side: the table, and small multiples of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.exhibits.agreement_rows import (
    OVERALL,
    bound_sentence,
    coder_name,
    coders_of,
    counted,
    frame_sentence,
    listed,
    remarks_sentence,
    resampling_sentence,
    row_names,
)
from pbgov.exhibits.chart_contents import measures_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, balanced
from pbgov.exhibits.numerals import MISSING, format_count, format_number, is_missing
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MEASURES = {
    "percent": "一致率",
    "positive_agreement": "正一致率",
    "kappa": "κ",
    "fleiss": "Fleiss κ",
    "alpha": "α",
    "ac1": "AC1",
    "pabak": "PABAK",
}
_SHARES = ("percent", "positive_agreement")
_COLUMNS = (
    "code_id",
    "frame",
    "n",
    "n_missing",
    "n_uncoded_by_all",
    "n_coders",
    "majority_accuracy",
    "resampled",
    "n_clusters",
    "remark",
    *(f"{name}{end}" for name in _MEASURES for end in ("", "_low", "_high")),
)
_NO_NAMES: Mapping[str, str] = {}


def table_agreement_coefficients(
    agreement: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: Sequence[str] | None = None,
) -> Exhibit:
    """Every coefficient of agreement with its interval, beside what says how to read it.

    Parameters
    ----------
    agreement : DataFrame
        As `pbgov.agreement` or `pbgov.agreement_of_pairs` makes it.
    source : str
    labels : mapping, optional
        Printed name of each code, and of each family where there are several.
    coders : sequence of str, optional
        Names for the title; those of the table where not given.

    Returns
    -------
    Exhibit
        ``tab-agreement-coefficients``; a coefficient that is missing throughout is not printed.
    """
    require_columns("agreement", agreement, *_COLUMNS)
    shown = _defined(agreement)
    rows = []
    for name, row in zip(row_names(agreement, labels), agreement.to_dict("records"), strict=True):
        printed = {
            "编码": name,
            "段数": format_count(row["n"]),
            "都未编码": format_count(row["n_uncoded_by_all"]),
            "有人未判": format_count(row["n_missing"]),
            "多数类": _two_places(row["majority_accuracy"]),
        }
        rows.append(
            printed | {_MEASURES[measure]: _with_interval(row, measure) for measure in shown}
        )
    body = pd.DataFrame(rows)
    if not agreement["n_missing"].any():
        body = body.drop(columns="有人未判")
    return Exhibit(
        exhibit_id="tab-agreement-coefficients",
        title=f"{_named(agreement, coders)}：各一致性系数",
        body=body,
        note=_note(agreement, labels, shown),
        source=source,
        data=agreement,
    )


def figure_agreement_coefficients(
    agreement: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: Sequence[str] | None = None,
) -> Exhibit:
    """Each coefficient of agreement in a panel of its own, with its interval and its baseline.

    Parameters
    ----------
    agreement, source, labels, coders
        As for `table_agreement_coefficients`.

    Returns
    -------
    Exhibit
        ``fig-agreement-coefficients``; the baseline of percent agreement is always guessing the
        majority, that of the coefficients is chance, 0. Positive agreement has none.
    """
    require_columns("agreement", agreement, *_COLUMNS)
    table = agreement.sort_values("code_id", key=lambda code: code.ne(OVERALL), kind="stable")
    shown = [name for name in _defined(agreement) if name not in ("pabak", "fleiss")]
    rows = [
        balanced(f"{name}（{n}）", 22)
        for name, n in zip(row_names(table, labels), table["n"], strict=True)
    ]
    n_overall = int(table["code_id"].eq(OVERALL).sum())
    against_chance = [
        f"{name}{end}" for name in shown if name not in _SHARES for end in ("", "_low")
    ]
    lowest = float(np.nanmin([-0.05, *table[against_chance].to_numpy(dtype=float).ravel()]))

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, new_figure

        height = len(table) * max(0.55, 0.15 + LINE_HEIGHT * max(map(len, rows)))
        figure = new_figure(2.8 + height)
        panels = figure.subplots(1, len(shown), sharey=True, squeeze=False).ravel()
        for axes, measure in zip(panels, shown, strict=True):
            _panel(axes, table, measure, lowest)
            if 0 < n_overall < len(table):
                axes.axhline(n_overall - 0.5, color=INK, lw=0.4)
        panels[0].set_yticks(range(len(rows)), ["\n".join(row) for row in rows], linespacing=1.3)
        panels[0].set_ylim(len(rows) - 0.5, -0.5)
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=3)
        return figure

    n = counted(agreement, " 段")
    return Exhibit(
        exhibit_id="fig-agreement-coefficients",
        title=f"{_named(agreement, coders)}：各一致性系数及区间",
        body=draw,
        note="括号里是段数。点为系数，横线为自助法 95% 区间；一致率一栏的竖短线为一律猜最多的一类所得，"
        f"κ、α、AC1 的虚线 0 为与随机相当。{_note(agreement, labels, shown)}",
        source=source,
        data=agreement,
        chart=measures_chart(
            table, ["".join(row) for row in rows], {name: _MEASURES[name] for name in shown}
        ),
        footer=f"{n} · 来源：{short_source(source)}",
    )


def _panel(axes: Axes, table: pd.DataFrame, measure: str, lowest: float) -> None:
    from pbgov.exhibits.style import MUTED, PALETTE

    y = np.arange(len(table))
    low, high = (table[f"{measure}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    axes.hlines(y, low, high, color=PALETTE[0], lw=1.4)
    points = table[measure].to_numpy(dtype=float)
    axes.plot(points, y, "o", color=PALETTE[0], ms=4, mew=0, label="系数与 95% 区间")
    if measure == "percent":
        majority = table["majority_accuracy"].to_numpy(dtype=float)
        axes.plot(majority, y, "|", color=PALETTE[1], ms=10, mew=2, label="一律猜多数类")
    axes.set_title(_MEASURES[measure])
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlim((0 if measure in _SHARES else lowest) - 0.05, 1.05)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    if measure not in _SHARES:
        axes.axvline(0, color=MUTED, lw=0.8, ls="--")


def _note(agreement: pd.DataFrame, labels: Mapping[str, str], shown: Sequence[str]) -> str:
    many = bool(agreement["n_coders"].gt(2).any())
    of = {
        "percent": "一致率为任取两人的判断相同的比例",
        "positive_agreement": "正一致率为一人给出该码时另一人也给出的比例",
        "kappa": f"κ 为 {'Conger' if many else 'Cohen'}’s kappa，只用每人都判过的片段",
        "fleiss": "Fleiss κ 假定各人频率相同",
        "alpha": "α 为 Krippendorff’s alpha（名义尺度，容许缺失）",
        "ac1": "AC1 为 Gwet’s AC1",
        "pabak": "PABAK 把随机一致定为各取值等可能（两个以上取值即 Brennan–Prediger）",
    }
    measured = "；".join(of[name] for name in shown)
    baseline = (
        "多数类为一律猜各人合计最多的一类所得的一致率。"
        if many
        else "多数类为一律猜第一位编码者最多的一类所得的一致率。"
    )
    corrected = [name for name in _MEASURES if name in shown and name not in _SHARES]
    chance = (
        f"{'、'.join(_MEASURES[name] for name in corrected)} 以 1 为完全一致、0 为与随机相当，"
        "“随机”的算法各不相同。"
        if corrected
        else ""
    )
    return (
        f"{counted(agreement, ' 段')}。{frame_sentence(agreement)}{measured}。{chance}{baseline}"
        f"方括号为 95% 区间。{resampling_sentence(agreement)}{bound_sentence(agreement)}"
        f"{remarks_sentence(agreement, labels)}"
    )


def _defined(agreement: pd.DataFrame) -> list[str]:
    """The measures to show: those with a value anywhere, and percent in any case."""
    return [name for name in _MEASURES if name == "percent" or agreement[name].notna().any()]


def _with_interval(row: Mapping[Any, Any], measure: str) -> str:
    value, low, high = (_two_places(row[f"{measure}{end}"]) for end in ("", "_low", "_high"))
    return value if low == MISSING else f"{value} [{low}, {high}]"


def _two_places(value: Any) -> str:
    return MISSING if is_missing(value) else format_number(round(float(value), 2) + 0.0, 2)


def _named(agreement: pd.DataFrame, coders: Sequence[str] | None) -> str:
    return listed(list(coders or map(coder_name, coders_of(agreement))) or ["编码者"])
