"""Quantities that documents state, and what their claims of success rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import changes_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, balanced
from pbgov.exhibits.numerals import MINUS, format_count
from pbgov.exhibits.tables import require_columns
from pbgov.schemas import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

_NO_NAMES: Mapping[str, str] = {}
NO_START = "起始年未写"
_YEAR = r"(?:19|20)[0-9]{2}|[一二][〇零○一二三四五六七八九]{3}"
COLUMNS = 34  # half-width characters of a line of a label


def figure_quantities(
    quantities: pd.DataFrame,
    *,
    source: str,
    titles: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Changes from one value to another, one dumbbell each, flagged where no start year is written.

    Parameters
    ----------
    quantities : DataFrame
        Rows of `pbgov.schemas.QUANTITIES`; those with a ``from_value`` in percent are drawn.
    source : str
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``fig-quantities``. Where a page cannot hold all changes, the first are drawn, and the note
        says how many are not.

    Raises
    ------
    InputError
        Where no quantity in percent has a start value.
    """
    require_columns("quantities", quantities, "doc_id", "value", "from_value", "unit", "period")
    changes = quantities[quantities.from_value.notna() & quantities.unit.eq("%")]
    if changes.empty:
        raise InputError("no quantity in percent has a from_value; find_quantities gives them.")
    dated = changes.period.fillna("").str.contains(_YEAR)
    labels = [
        balanced(_name(indicator, doc_id, titles), COLUMNS)
        for indicator, doc_id in zip(changes.indicator, changes.doc_id, strict=True)
    ]
    height = 0.5 + LINE_HEIGHT * max(map(len, labels))
    most = max(1, int((PAGE_HEIGHT - 4) / height))
    drawn, shown, years = changes.iloc[:most], labels[:most], dated.iloc[:most].tolist()
    other = int((quantities.from_value.notna() & quantities.unit.ne("%")).sum())

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, LEAST_SIZE, MUTED, PALETTE, SMALL_SIZE, new_figure

        figure = new_figure(2.2 + height * len(drawn))
        axes = figure.add_subplot()
        for y, row in enumerate(drawn.itertuples()):
            start, end = float(row.from_value), float(row.value)  # type: ignore[arg-type]
            axes.plot(
                [start, end], [y, y], color=MUTED, lw=1.6, ls="-" if years[y] else "--", zorder=1
            )
            axes.scatter(
                [start], [y], s=38, facecolor="white", edgecolor=PALETTE[0], lw=1.3, zorder=2
            )
            axes.scatter([end], [y], s=42, color=PALETTE[0], zorder=2)
            for value, left in ((start, start <= end), (end, end < start)):
                axes.annotate(
                    f"{value:g}".replace("-", MINUS),
                    (value, y),
                    xytext=(-7 if left else 7, 0),
                    textcoords="offset points",
                    ha="right" if left else "left",
                    va="center",
                    fontsize=SMALL_SIZE,
                    color=INK,
                )
            if not years[y]:
                axes.annotate(
                    NO_START,
                    ((start + end) / 2, y),
                    xytext=(0, 5),
                    textcoords="offset points",
                    ha="center",
                    va="bottom",
                    fontsize=LEAST_SIZE,
                    color=PALETTE[1],
                )
        axes.set_yticks(range(len(drawn)), ["\n".join(lines) for lines in shown], linespacing=1.3)
        axes.set_ylim(len(drawn) - 0.4, -0.6)
        ends = [*drawn.from_value, *drawn.value]
        low, high = min(0.0, *ends), max(100.0, *ends)
        of_parts = (low, high) == (0.0, 100.0)
        room = (0.08 if of_parts else 0.16) * (high - low)
        axes.set_xlim(low - room, high + room)
        if of_parts:
            axes.set_xticks(range(0, 101, 20))
        axes.set_xlabel("百分比（%）；空心为原来的值，实心为后来的值")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        return figure

    left = f"另有 {len(changes) - len(drawn)} 项没有画出。" if len(changes) > len(drawn) else ""
    units = f"单位不是百分比的变化 {other} 项，没有画出。" if other else ""
    return Exhibit(
        exhibit_id="fig-quantities",
        title="文档自报的前后变化",
        body=draw,
        note=f"N = {len(changes)} 项写明前后两个值的百分比，其中 {int((~dated).sum())} 项同一句里没有写年份"
        f"（虚线）。{left}{units}数值照录原文，未经核实；没有年份就不能算年均变化，也不能同别处比较。",
        source=source,
        data=changes,
        chart=changes_chart(drawn, ["".join(lines) for lines in shown]),
        footer=f"N = {len(changes)} 项 · 来源：{short_source(source)}",
    )


def table_claims(
    claims: pd.DataFrame,
    *,
    source: str,
    titles: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Claims of success by document and level of evidence.

    Parameters
    ----------
    claims : DataFrame
        Rows of `pbgov.schemas.CLAIMS`.
    source : str
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``tab-claims``; the raw data are `claims`, whole.

    Raises
    ------
    InputError
        Where there is no claim.
    """
    require_columns("claims", claims, "doc_id", "level", "evidence")
    if claims.empty:
        raise InputError("claims holds no row: find_claims found no claim of success to count.")
    named = claims.doc_id.fillna("（未命名）")
    counts = pd.crosstab(named, claims.evidence).reindex(columns=list(EVIDENCE), fill_value=0)
    rows = [
        {
            "文档": titles.get(str(doc_id), str(doc_id)),
            **{word: format_count(counts.loc[doc_id, word]) for word in EVIDENCE},
            "合计": format_count(counts.loc[doc_id].sum()),
        }
        for doc_id in counts.index
    ]
    rows.append(
        {
            "文档": "合计",
            **{word: format_count(counts[word].sum()) for word in EVIDENCE},
            "合计": format_count(len(claims)),
        }
    )
    return Exhibit(
        exhibit_id="tab-claims",
        title="成效说法依据什么",
        body=pd.DataFrame(rows),
        note=f"N = {len(claims)} 处成效说法，按语句里的词由规则找出，会有遗漏和误判。"
        "四级由弱到强，依次为 0 至 3 级。无数据：只有说法；单点数字：有一个数；前后对比：有前后两个数或同比；"
        "有对照或来源：写明与谁比较或数字从哪里来。没有成效说法的文档不在表中。"
        "级别只说旁边写了什么，不说成效是真是假。",
        source=source,
        data=claims,
    )


def _name(indicator: object, doc_id: object, titles: Mapping[str, str]) -> str:
    named = indicator if isinstance(indicator, str) else "未写明指标"
    return f"{named}（{titles.get(doc_id, doc_id)}）" if isinstance(doc_id, str) else named
