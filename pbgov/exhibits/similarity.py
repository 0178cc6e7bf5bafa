"""A heat map of likeness beside the likeness of shuffled segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, WIDTH, balanced
from pbgov.exhibits.numerals import format_number, format_p
from pbgov.exhibits.tables import require_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.mining.similarity import Similarity

MOST_UNITS = 24
MOST_WRITTEN = 12
SIGNS = {"低于": "▼", "高于": "▲"}
NAMED = {"terms": "用词", "codes": "编码"}
QUESTIONS = {
    "within minus between": "同组与异组的相对相似度之差",
    "change per year": "相对相似度每年的变化",
}
_NO_NAMES: Mapping[str, str] = {}


def figure_similarity(
    similarity: Similarity,
    *,
    source: str,
    measure: str = "terms",
    names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Cosines of all pairs below the diagonal, those of shuffled segments above it.

    Parameters
    ----------
    similarity : Similarity
        As `pbgov.similarity` gives it.
    source : str
    measure : {"terms", "codes"}
    names : mapping, optional
        Printed name of each unit.

    Returns
    -------
    Exhibit
        ``fig-similarity-terms`` or ``fig-similarity-codes``; pairs outside the 95 % band of the
        shuffles carry a mark.

    Raises
    ------
    InputError
        Where the measure was not taken, or there are more than 24 units.
    """
    require_kind("similarity", similarity, "Similarity", "similarity")
    pairs = similarity.pairs[similarity.pairs["measure"].eq(measure)]
    if pairs.empty:
        raise InputError(
            f"similarity holds no measure {measure!r}; it has"
            f" {', '.join(dict.fromkeys(similarity.pairs['measure']))}."
        )
    units = list(dict.fromkeys([*pairs["unit_a"], *pairs["unit_b"]]))
    if len(units) > MOST_UNITS:
        raise InputError(f"{len(units)} units; a page holds {MOST_UNITS}. Put units together.")
    cells, signs = np.full((len(units),) * 2, np.nan), {}
    for pair in pairs.to_dict("records"):
        one, other = units.index(pair["unit_a"]), units.index(pair["unit_b"])
        cells[other, one], cells[one, other] = pair["cosine"], pair["null_mean"]
        if pair["outside"] in SIGNS:
            signs[other, one] = SIGNS[pair["outside"]]
    rows = [balanced(names.get(unit, unit), 22) for unit in units]
    heads = [balanced(names.get(unit, unit), max(4, 84 // len(units) - 2)) for unit in units]

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        side = min(1.6, (WIDTH - 4.5) / len(units))
        above = LINE_HEIGHT * max(map(len, heads))
        tall = max(side, 0.1 + LINE_HEIGHT * max(map(len, rows)))
        figure = new_figure(2.6 + above + tall * len(units))
        axes = figure.add_subplot()
        _draw_pairs(axes, cells, signs)
        axes.set_yticks(range(len(units)), ["\n".join(row) for row in rows], linespacing=1.2)
        axes.set_xticks(range(len(units)), ["\n".join(head) for head in heads], linespacing=1.2)
        return figure

    outside = pairs["outside"].value_counts()
    counted = f"N = {len(units)} 个单位，{len(pairs)} 对"
    masked = "" if similarity.names_masked else "地名和机构名没有遮蔽，同名也算作相似。"
    return Exhibit(
        exhibit_id=f"fig-similarity-{measure}",
        title=f"单位之间{NAMED[measure]}的相似度，与随机调换片段后的相似度",
        body=draw,
        note=f"{counted}；余弦相似度，0 到 1。左下为实际，右上为片段随机调换 {similarity.draws} 次的平均"
        f"（种子 {similarity.seed}）。▼ 低于、▲ 高于随机调换的 95% 区间：{outside.get('低于', 0)} 对低于，"
        f"{outside.get('高于', 0)} 对高于；纯属偶然时约有 {0.05 * len(pairs):.1f} 对出界。"
        f"{_questions(similarity, measure)}{masked}{similarity.caution}",
        source=source,
        data=pairs.reset_index(drop=True),
        footer=f"{counted} · 来源：{short_source(source)}",
        evidence=similarity.units,
    )


def _questions(similarity: Similarity, measure: str) -> str:
    """What the groups and years of the units tell, in sentences."""
    told = []
    asked = similarity.overall[similarity.overall["measure"].eq(measure)]
    for row in asked[asked["question"].isin(list(QUESTIONS))].to_dict("records"):
        said = QUESTIONS[row["question"]]
        if isinstance(row["reason"], str):
            told.append(f"{said}：没有估计（{row['reason']}）。")
        else:
            draws = None if row["exact"] else row["n_permutations"]
            told.append(
                f"{said} {format_number(row['value'], 3)}（{row['n_units']} 个单位置换，"
                f"p = {format_p(row['p_value'], draws)}）。"
            )
    return "".join(told).replace("p = <", "p < ").replace("p = >", "p > ")


def _draw_pairs(axes: Axes, cells: np.ndarray, signs: Mapping[tuple[int, int], str]) -> None:
    from matplotlib.patches import Rectangle

    from pbgov.exhibits.style import (
        GRID,
        INK,
        LEAST_SIZE,
        MUTED,
        SMALL_SIZE,
        UNREAD_HATCH,
        ink_on,
        sequential,
    )

    n = len(cells)
    image = axes.imshow(cells, cmap=sequential(), vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(cells):
        if row != column and np.isnan(value):
            axes.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5), 1, 1, fc="white", ec=MUTED, lw=0, hatch=UNREAD_HATCH
                )
            )
        if row == column or np.isnan(value):
            continue
        sign = signs.get((row, column), "")
        written = f"{value:.2f}" if n <= MOST_WRITTEN else ""
        axes.text(
            column,
            row,
            "\n".join(part for part in (written, sign) if part),
            ha="center",
            va="center",
            fontsize=SMALL_SIZE if n <= MOST_WRITTEN else LEAST_SIZE,
            color=ink_on(image.to_rgba(value)[:3]),
            linespacing=1.25,
        )
    edges = np.arange(n + 1) - 0.5
    axes.vlines(edges, -0.5, n - 0.5, color=GRID, lw=0.6)
    axes.hlines(edges, -0.5, n - 0.5, color=GRID, lw=0.6)
    axes.plot([-0.5, n - 0.5], [-0.5, n - 0.5], color=INK, lw=0.8)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for side in axes.spines.values():
        side.set_visible(False)
    bar = axes.figure.colorbar(image, ax=axes, location="bottom", shrink=0.5, aspect=35, pad=0.02)
    bar.set_label("余弦相似度（左下：实际；右上：随机调换的平均）")
    bar.outline.set_visible(False)
