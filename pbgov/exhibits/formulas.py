"""Numbered slogans and formulas: what they promise, what stands beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import status_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, PAGE_HEIGHT, balanced
from pbgov.exhibits.numerals import format_cell, format_count
from pbgov.exhibits.tables import require_columns
from pbgov.marks import carry_mark
from pbgov.schemas import FORMULA_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

_NO_NAMES: Mapping[str, str] = {}
_STATUS = {"full": "列全", "partial": "列出一部分", "none": "没有列"}
_FORMS = {"label": "口号", "count": "计数", "sum": "数字公式", "pair": "组合"}
X_TITLE = "编号口号与数字公式（个）"
MOST_ITEMS = 60  # characters of the items that a printed cell holds
_LIMITS = (
    "“列全”只说附近列出的项数与口号里的数相等，不说各项是否做到；"
    "在文档别处展开、或用图表展开的，可能算作“没有列”。"
)


def table_formulas(
    formulas: pd.DataFrame,
    *,
    source: str,
    titles: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Slogan, number promised, items listed, status and place, one row a formula.

    Parameters
    ----------
    formulas : DataFrame
        Rows of `pbgov.schemas.FORMULAS`; pairs (社区+楼宇) promise no number and are not printed.
    source : str
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``tab-formulas``; the raw data are `formulas`, whole.

    Raises
    ------
    InputError
        Where no formula promises a number.
    """
    require_columns("formulas", formulas, "doc_id", "label", "form", "promised", "listed", "status")
    shown = _promising(formulas)
    names = [
        label + ("＊" if homonym else "")
        for label, homonym in zip(shown.label, shown.homonym, strict=True)
    ]
    body = pd.DataFrame(
        {
            "口号": names,
            "形式": [_FORMS[form] for form in shown.form],
            "说了几项": [format_count(value) for value in shown.promised],
            "列了几项": [format_count(value) for value in shown.listed],
            "结果": [_STATUS[status] for status in shown.status],
            "所列各项": [_cut(items) for items in shown["items"]],
            "文档": [titles.get(str(doc_id), format_cell(doc_id)) for doc_id in shown.doc_id],
            "位置": [f"{start}–{end}" for start, end in zip(shown.start, shown.end, strict=True)],
        }
    )
    homonyms = (
        "＊表示同一个口号在别处列的是另外几项，不能只按名称合并。" if shown.homonym.any() else ""
    )
    return Exhibit(
        exhibit_id="tab-formulas",
        title="编号口号与公式：说了几项，列了几项",
        body=body,
        note=f"N = {len(shown)} 个口号或公式。{_LIMITS}{homonyms}"
        "数字公式的“项”是它的各个数字或字母，列了几项是指其中几个得到解释。位置是文档中的字符区间。",
        source=source,
        data=formulas,
    )


def figure_formula_status(
    formulas: pd.DataFrame,
    *,
    source: str,
    titles: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """How many slogans of each document are filled with content, one bar a document.

    Parameters
    ----------
    formulas : DataFrame
        Rows of `pbgov.schemas.FORMULAS`; pairs are not counted, nor plain counts, which are rows
        only where a list stands beside them.
    source : str
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``fig-formula-status``. Where a page cannot hold all documents, those with the most
        slogans are drawn, and the note says how many are not.

    Raises
    ------
    InputError
        Where there is no slogan.
    """
    require_columns("formulas", formulas, "doc_id", "form", "promised", "status")
    shown = _promising(formulas)
    shown = shown[shown.form != "count"]
    if shown.empty:
        raise InputError("formulas hold no label and no sum; find_formulas gives them.")
    counts = pd.crosstab(shown.doc_id.fillna("（未命名）"), shown.status)
    counts = counts.reindex(columns=list(FORMULA_STATUS), fill_value=0)
    labels = {doc_id: balanced(titles.get(str(doc_id), str(doc_id)), 24) for doc_id in counts.index}
    row = 0.45 + LINE_HEIGHT * max(map(len, labels.values()))
    most = max(1, int((PAGE_HEIGHT - 4) / row))
    kept = set(counts.sum(axis=1).sort_values(ascending=False, kind="stable").index[:most])
    drawn = counts[[doc_id in kept for doc_id in counts.index]]
    left_out = len(counts) - len(drawn)

    def draw() -> Figure:
        from pbgov.exhibits.style import HATCHES, PALETTE, SMALL_SIZE, ink_on, new_figure

        figure = new_figure(2.4 + row * len(drawn))
        axes = figure.add_subplot()
        base = [0] * len(drawn)
        for place, status in enumerate(FORMULA_STATUS):
            colour = PALETTE[(0, 2, 4)[place]]
            values = drawn[status].tolist()
            axes.barh(
                range(len(drawn)),
                values,
                0.62,
                left=base,
                color=colour,
                hatch=HATCHES[place],
                edgecolor="white",
                lw=0.4,
                label=_STATUS[status],
            )
            for y, (value, start) in enumerate(zip(values, base, strict=True)):
                if value:
                    axes.text(
                        start + value / 2,
                        y,
                        str(value),
                        ha="center",
                        va="center",
                        fontsize=SMALL_SIZE,
                        color=ink_on(colour),
                        bbox={"facecolor": colour, "edgecolor": "none", "pad": 0.8},
                    )
            base = [start + value for start, value in zip(base, values, strict=True)]
        axes.set_yticks(
            range(len(drawn)), ["\n".join(labels[each]) for each in drawn.index], linespacing=1.3
        )
        axes.set_ylim(len(drawn) - 0.5, -0.5)
        axes.set_xlim(0, max(base) * 1.04)
        axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
        axes.set_xlabel(X_TITLE)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=3)
        return figure

    left = f"另有 {left_out} 篇口号较少的文档没有画出。" if left_out else ""
    return Exhibit(
        exhibit_id="fig-formula-status",
        title="各文档的编号口号有没有列出内容",
        body=draw,
        note=f"N = {len(shown)} 个口号或公式，{len(counts)} 篇文档。{left}{_LIMITS}",
        source=source,
        data=carry_mark(counts.reset_index(), formulas),
        chart=status_chart(
            drawn, ["".join(labels[each]) for each in drawn.index], _STATUS, X_TITLE
        ),
        footer=f"N = {len(shown)} 个口号或公式 · 来源：{short_source(source)}",
    )


def _promising(formulas: pd.DataFrame) -> pd.DataFrame:
    shown = formulas[formulas.promised.notna() & formulas.status.notna()]
    if shown.empty:
        raise InputError("no formula here promises a number; find_formulas gives them.")
    return shown


def _cut(items: object) -> str:
    text = format_cell(items).replace(" | ", "；")
    return text if len(text) <= MOST_ITEMS else text[: MOST_ITEMS - 1] + "…"
