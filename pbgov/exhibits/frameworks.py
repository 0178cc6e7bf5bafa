"""Two frameworks side by side: their crosswalk, and what changes when one takes the other's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, WIDTH, balanced
from pbgov.exhibits.numerals import MISSING, format_count, format_number, format_percent
from pbgov.exhibits.tables import require_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.coding.codebook import Codebook
    from pbgov.coding.codebooks.crosswalk import Crosswalk
    from pbgov.coding.frameworks import FrameworkChange

RELATIONS = {
    "same": "相同",
    "narrower": "前者较窄",
    "broader": "前者较宽",
    "overlaps": "部分重合",
    "none": "没有对应",
}
NOT_GIVEN = "未判出"
MOST_CODES = 16
_NO_NAMES: Mapping[str, str] = {}
_SWAPPED = {"narrower": "broader", "broader": "narrower"}


def table_crosswalk(crosswalk: Crosswalk, *, source: str) -> Exhibit:
    """How the codes of two frameworks stand to one another, and why.

    Parameters
    ----------
    crosswalk : Crosswalk
        As `pbgov.read_crosswalk` gives it.
    source : str

    Returns
    -------
    Exhibit
        ``tab-crosswalk``
    """
    require_kind("crosswalk", crosswalk, "Crosswalk", "read_crosswalk")
    first, second = _names(crosswalk.first), _names(crosswalk.second)
    table = crosswalk.table
    body = pd.DataFrame(
        {
            "第一框架": [_named(code, first) for code in table["from_code"]],
            "关系": [RELATIONS[relation] for relation in table["relation"]],
            "第二框架": [_named(code, second) for code in table["to_code"]],
            "理由": table["reason"].to_list(),
        }
    )
    carried = table["relation"].isin(["same", "narrower"]).sum()
    remarks = "".join(f"{remark.zh}" for remark in crosswalk.remarks)
    return Exhibit(
        exhibit_id="tab-crosswalk",
        title="两套框架的编码对照",
        body=body,
        note=f"N = {len(table)} 行。关系由读两边的定义得出，是假定，不是事实。“相同”“前者较窄”的 {carried} 行"
        "可以把第一框架判“有”的编码带到第二框架；“部分重合”“前者较宽”的推不出来，须按第二框架重新判断。"
        f"{remarks}",
        source=source,
        data=table.reset_index(drop=True),
    )


def table_framework_change(change: FrameworkChange, *, source: str) -> Exhibit:
    """How far each expectation of the crosswalk is met by what was given under both frameworks.

    Parameters
    ----------
    change : FrameworkChange
        As `pbgov.compare_frameworks` gives it.
    source : str

    Returns
    -------
    Exhibit
        ``tab-framework-change``; the raw data are the single segments with their text.

    Raises
    ------
    InputError
        Where nothing was given that makes one expect anything.
    """
    require_kind("change", change, "FrameworkChange", "compare_frameworks")
    from pbgov.coding.measures.reliability import wilson_interval

    if change.expectations.empty:
        raise InputError("No segment carries a code from which the crosswalk lets anything follow.")
    sides = (_names(change.crosswalk.first), _names(change.crosswalk.second))
    rows = []
    for row in change.kept.to_dict("records"):
        judged = int(row["n_kept"] + row["n_broken"])
        low, high = wilson_interval(int(row["n_kept"]), judged) if judged else (0.0, 0.0)
        within = f"{format_percent(low)}–{format_percent(high)}"
        forward = row["direction"] == "first→second"
        given, other = sides if forward else reversed(sides)
        rows.append(
            {
                "方向": "一→二" if forward else "二→一",
                "判出": given[row["given"]],
                "关系": _relation(row["relation"], forward=forward),
                "另一框架应判出其一": "、".join(other[one] for one in row["expected"].split("+")),
                "段数": format_count(row["n"]),
                "相符": format_count(row["n_kept"]),
                "不符": format_count(row["n_broken"]),
                NOT_GIVEN: format_count(row["n_silent"]),
                "相符占已判出": format_percent(row["n_kept"] / judged) if judged else MISSING,
                "95% 区间": within if judged else MISSING,
                "基准": format_percent(row["baseline"]),
            }
        )
    return Exhibit(
        exhibit_id="tab-framework-change",
        title="换一套框架之后：对照表的预期与两边的判断",
        body=pd.DataFrame(rows),
        note=f"N = {change.n_segments} 段，没有判出任何编码的也计入读过的段落。主要、次要编码都算；一段有几个编码就在几行里。"
        "“未判出”是另一框架在这一段没有给出这一族的编码，不算不符。“不符”说明对照表错了，或者两边有一边判错了，须看原句。"
        "“基准”是不看这一边、在另一框架判出了这一族的全部段落里，本来就有“应判出”编码的占比；相符的区间碰到基准的，"
        "不能说对照表得到了印证。区间为 Wilson 95%，没有计入同一篇文章的段落彼此相似，真实的不确定更大。",
        source=source,
        data=change.expectations,
    )


def table_framework_ranks(
    change: FrameworkChange, *, source: str, names: Mapping[str, str] = _NO_NAMES
) -> Exhibit:
    """Shares and ranks of each unit under either framework, pair by pair of the crosswalk.

    Parameters
    ----------
    change : FrameworkChange
        As `pbgov.compare_frameworks` gives it.
    source : str
    names : mapping, optional
        Printed name of each unit.

    Returns
    -------
    Exhibit
        ``tab-framework-ranks``

    Raises
    ------
    InputError
        Where the crosswalk links no code to another, or no segment has a unit.
    """
    require_kind("change", change, "FrameworkChange", "compare_frameworks")
    table = change.ranks
    if table.empty:
        raise InputError("The crosswalk links no codes, or no segment has a unit to be ranked.")
    first, second = _names(change.crosswalk.first), _names(change.crosswalk.second)
    body = pd.DataFrame(
        {
            "第一框架": [first[code] for code in table["from_code"]],
            "关系": [RELATIONS[relation] for relation in table["relation"]],
            "第二框架": [second[code] for code in table["to_code"]],
            "单位": [names.get(unit, unit) for unit in table["unit"]],
            "占比一": [format_percent(share) for share in table["share_first"]],
            "占比二": [format_percent(share) for share in table["share_second"]],
            "名次一": [_rank(rank) for rank in table["rank_first"]],
            "名次二": [_rank(rank) for rank in table["rank_second"]],
            "名次升降": [_moved(change) for change in table["change"]],
        }
    )
    read = change.shares.drop_duplicates("unit")
    fewest, most = read["n_segments"].min(), read["n_segments"].max()
    moved = int(table["change"].ne(0).sum())
    return Exhibit(
        exhibit_id="tab-framework-ranks",
        title="换一套框架之后各单位的占比与名次",
        body=body,
        note=f"N = {len(read)} 个单位，各有 {fewest}–{most} 段；{len(table)} 个名次里有 {moved} 个变了。占比为判出该码（含其下级编码）"
        "的段落占已读段落；名次 1 为占比最高，并列取平均。正的升降表示在第二框架下更靠前。"
        "不是“相同”的两个编码本来就不必同名次；段落少的单位，名次很不稳定。",
        source=source,
        data=table,
        evidence=change.shares,
    )


def figure_framework_heatmap(change: FrameworkChange, *, source: str) -> Exhibit:
    """How many segments have each pair of codes; pairs that the crosswalk links are framed.

    Parameters
    ----------
    change : FrameworkChange
        As `pbgov.compare_frameworks` gives it.
    source : str

    Returns
    -------
    Exhibit
        ``fig-framework-heatmap``

    Raises
    ------
    InputError
        For more than sixteen codes on a side.
    """
    require_kind("change", change, "FrameworkChange", "compare_frameworks")
    spoken = change.shares.groupby("framework", sort=False)["code_id"].unique()
    rows, columns = (list(spoken[side]) for side in ("first", "second"))
    if max(len(rows), len(columns)) > MOST_CODES:
        raise InputError(
            f"{max(len(rows), len(columns))} codes; a page holds {MOST_CODES}. Take fewer families."
        )
    counts = change.counts.fillna({"first_code": "", "second_code": ""})
    wide = counts.pivot(index="first_code", columns="second_code", values="n")
    cells = wide.reindex(index=[*rows, ""], columns=[*columns, ""]).fillna(0).to_numpy(dtype=float)
    linked = _linked(change.crosswalk, rows, columns)
    first, second = _names(change.crosswalk.first), _names(change.crosswalk.second)
    sides = [
        [*(first[code] for code in rows), NOT_GIVEN],
        [*(second[code] for code in columns), NOT_GIVEN],
    ]
    printed = [balanced(name, 18) for name in sides[0]]
    heads = [balanced(name, max(4, 84 // len(sides[1]) - 2)) for name in sides[1]]

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        side = min(1.1, (WIDTH - 4.5) / len(sides[1]))
        tall = max(side, 0.15 + LINE_HEIGHT * max(map(len, printed)))
        above = LINE_HEIGHT * max(map(len, heads))
        figure = new_figure(min(PAGE_HEIGHT, 3.2 + above + tall * len(printed)))
        axes = figure.add_subplot()
        _draw_counts(axes, cells, linked)
        axes.set_yticks(range(len(printed)), ["\n".join(one) for one in printed], linespacing=1.2)
        axes.set_xticks(range(len(heads)), ["\n".join(one) for one in heads], linespacing=1.2)
        axes.set_ylabel(f"第一框架：{_spoken(change, 'first')}")
        axes.set_xlabel(f"第二框架：{_spoken(change, 'second')}")
        axes.xaxis.set_label_position("top")
        return figure

    inside = cells[:-1, :-1]
    outside = int(inside.sum() - sum(inside[place] for place in linked))
    both = int(inside.sum())
    counted = f"N = {change.n_segments} 段"
    return Exhibit(
        exhibit_id="fig-framework-heatmap",
        title="同一批段落在两套框架下的主要编码",
        body=draw,
        note=f"{counted}。格内为段数，行为第一框架，列为第二框架；只计主要编码，多选的编码族一段可以落在几格。"
        f"粗框为对照表说可以对应的编码（上级编码的框包括其下级）。两边都判出的 {both} 段次里，{outside} 段次落在粗框之外：对照表错了，"
        "或者两边有一边判错了，须看原句。规则只认词，“未判出”不等于没有创新。",
        source=source,
        data=change.counts,
        footer=f"{counted} · 来源：{short_source(source)}",
    )


def _draw_counts(axes: Axes, cells: np.ndarray, linked: list[tuple[int, int]]) -> None:
    from matplotlib.patches import Patch, Rectangle

    from pbgov.exhibits.style import GRID, INK, PALETTE, SMALL_SIZE, ink_on, sequential

    rows, columns = cells.shape
    image = axes.imshow(
        cells, cmap=sequential(), vmin=0, vmax=max(1.0, float(cells.max())), aspect="auto"
    )
    for (row, column), value in np.ndenumerate(cells):
        axes.text(
            column,
            row,
            format_count(value),
            ha="center",
            va="center",
            fontsize=SMALL_SIZE,
            color=ink_on(image.to_rgba(value)[:3]),
        )
    axes.vlines(np.arange(columns + 1) - 0.5, -0.5, rows - 0.5, color=GRID, lw=0.6)
    axes.hlines(np.arange(rows + 1) - 0.5, -0.5, columns - 0.5, color=GRID, lw=0.6)
    axes.axhline(rows - 1.5, color=INK, lw=1)
    axes.axvline(columns - 1.5, color=INK, lw=1)
    for row, column in linked:
        place = (column - 0.45, row - 0.44)
        axes.add_patch(Rectangle(place, 0.9, 0.88, fill=False, ec=PALETTE[1], lw=1.8))
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for side in axes.spines.values():
        side.set_visible(False)
    frame = Patch(fc="white", ec=PALETTE[1], lw=1.8, label="对照表说可以对应的编码")
    axes.figure.legend(handles=[frame], loc="outside upper left")


def _linked(crosswalk: Crosswalk, rows: list[str], columns: list[str]) -> list[tuple[int, int]]:
    """Places of the pairs that the crosswalk links, a link holding for the codes below it."""
    pairs = set()
    for first, second, relation in crosswalk.table[["from_code", "to_code", "relation"]].itertuples(
        index=False, name=None
    ):
        if relation != "none":
            pairs.add((first, second))
    return [
        (row, column)
        for row, one in enumerate(rows)
        for column, other in enumerate(columns)
        if any(
            (first, second) in pairs
            for first in (one, *crosswalk.first.ancestors(one))
            for second in (other, *crosswalk.second.ancestors(other))
        )
    ]


def _spoken(change: FrameworkChange, side: str) -> str:
    """The names of the families that are compared on one side."""
    codebook = change.crosswalk.first if side == "first" else change.crosswalk.second
    codes = set(change.shares.loc[change.shares["framework"] == side, "code_id"])
    families = set(codebook.codes.loc[codebook.codes["code_id"].isin(codes), "family"])
    table = codebook.families
    return "、".join(table.loc[table["family"].isin(families), "zh"])


def _names(codebook: Codebook) -> dict[str, str]:
    return dict(zip(codebook.codes["code_id"], codebook.codes["zh"], strict=True))


def _named(code: object, names: Mapping[str, str]) -> str:
    if not isinstance(code, str):
        return MISSING
    return f"{names[code]}（{code}）" if code in names else f"{code}（已撤下）"


def _relation(relation: str, *, forward: bool) -> str:
    """The relations in words, as seen from the code that was given."""
    seen = [one if forward else _SWAPPED.get(one, one) for one in relation.split("+")]
    return "、".join(RELATIONS[one] for one in seen)


def _rank(rank: float) -> str:
    return format_number(rank, 0 if float(rank).is_integer() else 1)


def _moved(change: float) -> str:
    if change == 0:
        return "0"
    sign = "+" if change > 0 else ""
    return sign + _rank(change)
