"""Figures of words: log-ratios with their intervals, and where words stand in each document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import ratios_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, balanced, wrap
from pbgov.exhibits.numerals import format_count
from pbgov.exhibits.tables import require_columns
from pbgov.exhibits.terms import NOT_INDEPENDENT
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TERMS = 4
_TITLE = 40  # half-width characters of each of the two titles above the axes
_LANE = 0.34  # cm that one term takes in the row of a document
_CLUSTERS = {"doc_id": "篇文档", "paragraph_id": "个段落", "segment_id": "个片段"}
_NO_NAMES: Mapping[str, str] = {}


def figure_keyness(
    contrast: pd.DataFrame,
    *,
    source: str,
    group: str | None = None,
    names: Mapping[str, str] = _NO_NAMES,
    top: int = 10,
) -> Exhibit:
    """Log-ratios of the words that one group uses more, and of those it uses less, with intervals.

    Parameters
    ----------
    contrast : DataFrame
        As `pbgov.contrast` makes it.
    source : str
    group : str, optional
        The group to draw, where `contrast` holds several.
    names : mapping, optional
        Printed name of each group.
    top : int, default 10
        Words drawn in each direction: those with the largest and the smallest z.

    Returns
    -------
    Exhibit
        ``fig-keyness``; the raw data are the words drawn.

    Raises
    ------
    InputError
        Where `group` is not in `contrast`, or is not given and there are several.
    """
    wanted = ("group", "against", "term", "z", "log_ratio", "count_group", "count_against")
    ends = ("wald_low", "wald_high", "resampled_low", "resampled_high", "cluster")
    require_columns("contrast", contrast, *wanted, *ends, "n_clusters_group", "n_clusters_against")
    groups = list(dict.fromkeys(contrast["group"]))
    if group is None and len(groups) > 1:
        raise InputError(f"contrast holds {len(groups)} groups; name one of {', '.join(groups)}.")
    chosen = groups[0] if group is None and groups else group
    if chosen not in groups:
        raise InputError(f"contrast has no group {chosen!r}; it has {', '.join(groups)}.")
    found = contrast[contrast["group"] == chosen].sort_values(
        ["z", "term"], ascending=[False, True]
    )
    more, less = found[found["z"] > 0].head(top), found[found["z"] < 0].tail(top)
    drawn = pd.concat([more, less]).sort_values(
        ["log_ratio", "z", "term"], ascending=[False, False, True], ignore_index=True
    )
    if drawn.empty:
        raise InputError(f"no word of {chosen!r} is used more or less than by the others.")
    one, other = names.get(str(chosen), str(chosen)), _against(drawn, names)
    labels = [
        balanced(f"{term}（{count} : {against}）", 30)
        for term, count, against in zip(
            drawn["term"], drawn["count_group"], drawn["count_against"], strict=True
        )
    ]

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        tallest = max(map(len, labels))
        figure = new_figure(2.6 + (0.08 + LINE_HEIGHT * tallest) * len(drawn))
        _draw_ratios(figure.add_subplot(), drawn, labels, one, other)
        return figure

    first = found.iloc[0]
    sizes = f"{one} {format_count(first['n_tokens_group'])} 词，{other} {format_count(first['n_tokens_against'])} 词"
    return Exhibit(
        exhibit_id="fig-keyness",
        title=f"{one}与{other}的用词差别",
        body=draw,
        note=f"N = {format_count(len(found))} 个词（{sizes}），画出两个方向 z 最大的各 {top} 个以内；"
        "括号内为两边的次数。横轴是每千词次数之比的对数，以 2 为底：1 表示多一倍，−1 表示少一半。"
        f"{_intervals_told(drawn)}{NOT_INDEPENDENT}每个区间只管自己那个词，看的词多了，总有碰巧不含 0 的。",
        source=source,
        data=drawn,
        chart=ratios_chart(drawn, ["".join(lines) for lines in labels], X_TITLE),
        footer=f"{sizes} · 来源：{short_source(source)}",
        evidence=contrast,
    )


def figure_dispersion(
    hits: pd.DataFrame,
    segments: pd.DataFrame,
    *,
    source: str,
    names: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Where in each document the hits stand: one row per document, as long as the document.

    Parameters
    ----------
    hits : DataFrame
        As `pbgov.concordance` makes it, for at most four terms.
    segments : DataFrame
        The segments that were searched: they give the documents and their lengths, so that a
        document without a hit is seen to have none.
    source : str
    names : mapping, optional
        Printed name of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``fig-dispersion``; one row of the raw data is one hit with its ``position`` from the start
        of what was read. Of more documents than a page holds those with the most hits are drawn.

    Raises
    ------
    InputError
        For no hit, more than four terms, or hits in documents that `segments` lack.
    """
    require_columns("hits", hits, "doc_id", "term", "start", "end")
    terms = list(dict.fromkeys(hits["term"]))
    if not 1 <= len(terms) <= MOST_TERMS:
        raise InputError(f"hits hold {len(terms)} terms; the figure tells one to four apart.")
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    extent = read.groupby("doc_id", sort=False).agg(first=("start", "min"), last=("end", "max"))
    strange = sorted(set(hits["doc_id"]) - set(extent.index))
    if strange:
        raise InputError(f"segments lack {strange[0]!r}, in which there is a hit.")
    length = (extent["last"] - extent["first"]).astype(int)
    found = hits.assign(
        position=hits["start"] - hits["doc_id"].map(extent["first"]),
        length=hits["doc_id"].map(length),
    )
    printed = {
        doc_id: [
            *balanced(names.get(str(doc_id), str(doc_id)), 26),
            f"（{format_count(size)} 字符）",
        ]
        for doc_id, size in length.items()
    }
    row = 0.3 + max(_LANE * len(terms), LINE_HEIGHT * max(map(len, printed.values())))
    counts = found.groupby("doc_id").size().reindex(length.index, fill_value=0)
    most = max(1, int((PAGE_HEIGHT - 3.4) / row))
    kept = set(counts.sort_values(ascending=False, kind="stable").index[:most])
    shown = [doc_id for doc_id in length.index if doc_id in kept]

    def draw() -> Figure:
        from pbgov.exhibits.style import legend_layout, new_figure

        legend, columns, more = legend_layout(terms)
        figure = new_figure(2.4 + more + row * len(shown))
        axes = figure.add_subplot()
        _draw_places(axes, found, length[shown], dict(zip(terms, legend, strict=True)))
        axes.set_yticks(
            range(len(shown)), ["\n".join(printed[doc_id]) for doc_id in shown], linespacing=1.3
        )
        figure.legend(loc="outside upper left", ncols=columns)
        return figure

    left = len(length) - len(shown)
    held = "；".join(
        f"“{term}” {format_count(len(one))} 处，{one['doc_id'].nunique()} 篇"
        for term, one in found.groupby("term", sort=False)
    )
    return Exhibit(
        exhibit_id="fig-dispersion",
        title="词语在各篇文档中的位置",
        body=draw,
        note=f"N = {len(length)} 篇文档。{held}。"
        + (f"图中只画出现最多的 {len(shown)} 篇，其余 {left} 篇见数据表。" if left else "")
        + "每条横带是一篇文档，长短按字符数；竖线是一处出现，右边的数字是次数，从上到下与图例次序相同；没有竖线的文档读过而没有出现。"
        "集中在一处的词，次数再多也只说明那一节在谈它。",
        source=source,
        data=found,
        footer=f"N = {len(length)} 篇文档 · 来源：{short_source(source)}",
    )


def _against(drawn: pd.DataFrame, names: Mapping[str, str]) -> str:
    against = str(drawn["against"].iloc[0])
    return names.get(against, against)


def _intervals_told(drawn: pd.DataFrame) -> str:
    told = "细线是把词当作互相独立时的 95% 区间（Wald），词成堆出现时偏窄。"
    if drawn["resampled_low"].notna().any():
        first = drawn.iloc[0]
        cluster = _CLUSTERS.get(first["cluster"], f"组（{first['cluster']}）")
        told = (
            f"粗线是整{cluster[0]}抽取{cluster[1:]}的重抽样 95% 区间（两边 {first['n_clusters_group']} "
            f"和 {first['n_clusters_against']} {cluster}）；{told}"
        )
    reasons = drawn["interval_reason"].dropna().unique()
    if len(reasons):
        told += f"空心点缺区间：{'；'.join(reasons)}。"
    return told


def _draw_ratios(
    axes: Axes, drawn: pd.DataFrame, labels: list[list[str]], one: str, other: str
) -> None:
    from pbgov.exhibits.style import MUTED, PALETTE, SMALL_SIZE

    dark, accent, light = PALETTE[0], PALETTE[1], PALETTE[2]
    at = np.arange(len(drawn))
    axes.axvline(0, color=MUTED, lw=0.8)
    axes.hlines(at, drawn["wald_low"], drawn["wald_high"], color=light, lw=0.9)
    axes.hlines(at, drawn["resampled_low"], drawn["resampled_high"], color=dark, lw=2.2)
    ratio = drawn["log_ratio"].to_numpy(dtype=float)
    bounded = drawn["wald_low"].notna().to_numpy()
    for positive, colour, marker in ((True, dark, "o"), (False, accent, "s")):
        side = (ratio >= 0) == positive
        for solid in (True, False):
            these = side & (bounded == solid)
            face = colour if solid else "white"
            axes.plot(ratio[these], at[these], marker, ms=5, mfc=face, mec=colour, ls="")
    axes.set_yticks(at, ["\n".join(lines) for lines in labels], linespacing=1.3)
    axes.set_ylim(len(drawn) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_xlabel(X_TITLE)
    reach = 1.05 * float(np.nanmax(np.abs(drawn[[*_ENDS, "log_ratio"]].to_numpy(dtype=float))))
    axes.set_xlim(-reach if ratio.min() < 0 else -0.5, reach if ratio.max() > 0 else 0.5)
    if ratio.max() > 0:
        more = "\n".join(wrap(f"{one}更常用 →", _TITLE))
        axes.set_title(more, loc="right", fontsize=SMALL_SIZE, color=dark)
    if ratio.min() < 0:
        less = "\n".join(wrap(f"← {other}更常用", _TITLE))
        axes.set_title(less, loc="left", fontsize=SMALL_SIZE, color=accent)


X_TITLE = "每千词次数之比（以 2 为底的对数）"
_ENDS = ["wald_low", "wald_high", "resampled_low", "resampled_high"]


def _draw_places(
    axes: Axes, found: pd.DataFrame, length: pd.Series, legend: Mapping[str, str]
) -> None:
    from pbgov.exhibits.style import GRID, INK, LEAST_SIZE, PALETTE

    lane = 0.8 / len(legend)
    longest = int(length.max())
    for place, (doc_id, size) in enumerate(length.items()):
        axes.barh(place, size, 0.8, color="#f1f3f5", ec=GRID, lw=0.6)
        here = found[found["doc_id"] == doc_id]
        for number, (term, name) in enumerate(legend.items()):
            at = place - 0.4 + lane * (number + 0.5)
            spots = here.loc[here["term"] == term, "position"].to_numpy(dtype=float)
            axes.vlines(
                spots,
                at - 0.45 * lane,
                at + 0.45 * lane,
                color=PALETTE[number],
                lw=0.9,
                label="" if place else name,
            )
            axes.text(
                size + 0.01 * longest,
                at,
                str(len(spots)),
                va="center",
                fontsize=LEAST_SIZE,
                color=INK,
            )
    axes.set_ylim(len(length) - 0.5, -0.5)
    axes.set_xlim(0, 1.06 * longest)
    axes.set_xlabel("从正文开头数起的字符数")
    axes.tick_params(axis="y", length=0)
