"""How well two coders agree: the table and the figure of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import wrap
from pbgov.exhibits.numerals import (
    MISSING,
    format_count,
    format_interval,
    format_number,
    format_percent,
    is_missing,
)
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

Lang = Literal["zh", "en"]
OVERALL = "*"
_NO_NAMES: Mapping[str, str] = {}


def table_agreement(
    agreement: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: tuple[str, str] = ("规则编码", "原作者"),
    lang: Lang = "zh",
) -> Exhibit:
    """How well two coders agree, per code and overall, beside always guessing the majority.

    Parameters
    ----------
    agreement : DataFrame
        One row per code, and ``code_id`` "*" for all of them: n, accuracy, wilson_low,
        wilson_high, boot_low, boot_high, kappa, kappa_low, kappa_high, macro_f1, coverage,
        majority_accuracy. Columns that are not there are not printed.
    source : str
    labels : mapping, optional
        Printed name of each code.
    coders : tuple of str
        The judged coder and the reference, for the title.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        ``tab-agreement``
    """
    require_columns("agreement", agreement, "code_id", "n", "accuracy", "kappa")
    zh = lang == "zh"
    words = _WORDS[lang]
    overall = "全部" if zh else "All"
    rows = []
    for row in agreement.to_dict("records"):
        code = str(row["code_id"])
        printed = {
            "code_id": overall if code == OVERALL else labels.get(code, code),
            "n": format_count(row["n"]),
            "accuracy": format_percent(row["accuracy"]),
            "wilson": _percent_interval(row, "wilson"),
            "boot": _percent_interval(row, "boot"),
            "majority": format_percent(row.get("majority_accuracy")),
            "kappa": format_number(row["kappa"], 2),
            "kappa_interval": format_interval(row.get("kappa_low"), row.get("kappa_high"), 2),
            "macro_f1": format_number(row.get("macro_f1"), 2),
            "coverage": format_percent(row.get("coverage")),
        }
        rows.append(printed)
    body = pd.DataFrame(rows)
    body = body[[name for name in body if name in ("code_id", "n") or body[name].ne(MISSING).any()]]
    n = agreement.loc[agreement["code_id"].eq(OVERALL), "n"]
    counted = "" if n.empty else f"N = {format_count(n.iloc[0])}"
    note = (
        f"{counted or '各行 N 见表'} 段。没有编出任何码的段落也计入。κ 为 Cohen’s kappa："
        "1 为完全一致，0 为与随机相当。“多数类”是不读原文、一律猜最多的一类所得的一致率。"
        if zh
        else f"{counted or 'N per row'} paragraphs, uncoded ones included. Majority: accuracy of"
        " always guessing the most frequent class. κ is Cohen’s kappa."
    )
    first, second = coders
    return Exhibit(
        exhibit_id="tab-agreement",
        title=f"{first}与{second}的一致性" if zh else f"Agreement of {first} with {second}",
        body=body.rename(columns=words),
        note=note,
        source=source,
        data=agreement,
        lang=lang,
    )


def figure_agreement(
    agreement: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: tuple[str, str] = ("规则编码", "原作者"),
) -> Exhibit:
    """Agreement with its interval, per code and overall, beside always guessing the majority.

    Parameters
    ----------
    agreement : DataFrame
        As for `pbgov.exhibits.tables.table_agreement`; the interval is the bootstrap one where
        there, else Wilson's.
    source : str
    labels : mapping, optional
        Printed name of each code.
    coders : tuple of str
        The judged coder and the reference, for the title.

    Returns
    -------
    Exhibit
        ``fig-agreement``
    """
    require_columns("agreement", agreement, "code_id", "n", "accuracy", "wilson_low", "wilson_high")
    table = agreement.sort_values("code_id", key=lambda code: code.ne(OVERALL), kind="stable")
    kind = "boot" if "boot_low" in table and table["boot_low"].notna().any() else "wilson"
    word = "自助法" if kind == "boot" else "Wilson"

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, PALETTE, new_figure

        figure = new_figure(2.6 + 0.62 * len(table))
        axes = figure.add_subplot()
        y = np.arange(len(table))
        value = 100 * table["accuracy"].to_numpy(dtype=float)
        low, high = (100 * table[f"{kind}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        axes.hlines(y, low, high, color=PALETTE[0], lw=2)
        axes.plot(
            value, y, "o", color=PALETTE[0], ms=6, mec="white", label=f"一致率与 95% 区间（{word}）"
        )
        if "majority_accuracy" in table:
            majority = 100 * table["majority_accuracy"].to_numpy(dtype=float)
            axes.plot(majority, y, "|", color=PALETTE[1], ms=11, mew=2, label="一律猜多数类")
        axes.set_yticks(
            y,
            [
                "\n".join(wrap(f"{_code_name(code, labels)}（n = {n}）", 30))
                for code, n in zip(table["code_id"], table["n"], strict=True)
            ],
            linespacing=1.3,
        )
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_xlim(0, 102)
        if len(table) > 1:
            axes.axhline(0.5, color=INK, lw=0.4)
        axes.set_xlabel("一致率（%）")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=2)
        return figure

    overall = agreement.loc[agreement["code_id"].eq(OVERALL), "n"]
    counted = f"N = {int(overall.iloc[0])} 段" if len(overall) else f"{len(table)} 个编码"
    first, second = coders
    return Exhibit(
        exhibit_id="fig-agreement",
        title=f"{first}与{second}的一致率",
        body=draw,
        note=f"{counted}。点为一致率，线为 95% 区间（{word}）；竖线为不读原文、一律猜最多的一类"
        "所得的一致率。区间碰到竖线的，不能说编码比猜测更好。",
        source=source,
        data=agreement,
        footer=f"{counted} · 来源：{short_source(source)}",
    )


_WORDS = {
    "zh": {
        "code_id": "编码",
        "n": "段数",
        "accuracy": "一致率",
        "wilson": "Wilson 95% 区间",
        "boot": "自助法 95% 区间",
        "majority": "多数类",
        "kappa": "κ",
        "kappa_interval": "κ 的 95% 区间",
        "macro_f1": "宏 F1",
        "coverage": "覆盖率",
    },
    "en": {
        "code_id": "Code",
        "n": "n",
        "accuracy": "Agreement",
        "wilson": "Wilson 95% CI",
        "boot": "Bootstrap 95% CI",
        "majority": "Majority",
        "kappa": "κ",
        "kappa_interval": "κ 95% CI",
        "macro_f1": "Macro F1",
        "coverage": "Coverage",
    },
}


def _percent_interval(row: Mapping[Any, Any], name: str) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    if is_missing(low) and is_missing(high):
        return MISSING
    return f"{format_percent(low)}–{format_percent(high)}"


def _code_name(code: str, labels: Mapping[str, str]) -> str:
    return "全部" if code == OVERALL else labels.get(code, code)
