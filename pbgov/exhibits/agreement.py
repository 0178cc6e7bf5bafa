"""How well two coders agree: the table and the figure of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, wrap
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
_COLUMNS = (
    "code_id",
    "n",
    "accuracy",
    "wilson_low",
    "wilson_high",
    "boot_low",
    "boot_high",
    "kappa",
    "kappa_low",
    "kappa_high",
    "majority_accuracy",
    "macro_f1",
    "coverage",
    "accuracy_on_covered",
    "resampled",
    "n_clusters",
    "remark",
)
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
        As `pbgov.agreement` makes it: one row per code, and ``code_id`` "*" for all of them. A
        column that is empty throughout is not printed.
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
    require_columns("agreement", agreement, *_COLUMNS)
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
            "majority": format_percent(row["majority_accuracy"]),
            "kappa": format_number(row["kappa"], 2),
            "kappa_interval": format_interval(row["kappa_low"], row["kappa_high"], 2),
            "macro_f1": format_number(row["macro_f1"], 2),
            "coverage": format_percent(row["coverage"]),
            "on_covered": format_percent(row["accuracy_on_covered"]),
        }
        rows.append(printed)
    body = pd.DataFrame(rows)
    body = body[[name for name in body if name in ("code_id", "n") or body[name].ne(MISSING).any()]]
    note = (
        f"{_count(agreement, ' 段')}，没有判出任何码的段落也计入。κ 为 Cohen’s kappa：1 为完全一致，"
        "0 为与随机相当。“多数类”是不读原文、一律猜最多的一类所得的一致率。"
        f"{_resampling(agreement)}{_remarks(agreement, labels)}"
        if zh
        else f"{_count(agreement, ' paragraphs')}, uncoded ones included. Majority: accuracy of"
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
        As for `table_agreement`.
    source : str
    labels : mapping, optional
        Printed name of each code.
    coders : tuple of str
        The judged coder and the reference, for the title.

    Returns
    -------
    Exhibit
        ``fig-agreement``; the thick line is the bootstrap interval, the thin one Wilson's.
    """
    require_columns("agreement", agreement, *_COLUMNS)
    table = agreement.sort_values("code_id", key=lambda code: code.ne(OVERALL), kind="stable")
    rows = [
        wrap(f"{_code_name(str(code), labels)}（n = {n}）", 34)
        for code, n in zip(table["code_id"], table["n"], strict=True)
    ]
    lines = max(map(len, rows))

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, PALETTE, new_figure

        figure = new_figure(2.6 + len(table) * max(0.62, 0.2 + LINE_HEIGHT * lines))
        axes = figure.add_subplot()
        y = np.arange(len(table))
        value = 100 * table["accuracy"].to_numpy(dtype=float)
        majority = 100 * table["majority_accuracy"].to_numpy(dtype=float)
        for kind, width in (("wilson", 0.8), ("boot", 2.4)):
            low = 100 * table[f"{kind}_low"].to_numpy(dtype=float)
            high = 100 * table[f"{kind}_high"].to_numpy(dtype=float)
            axes.hlines(y, low, high, color=PALETTE[0], lw=width)
        axes.plot(value, y, "o", color=PALETTE[0], ms=6, mec="white", label="一致率与 95% 区间")
        axes.plot(majority, y, "|", color=PALETTE[1], ms=11, mew=2, label="一律猜多数类")
        axes.set_yticks(y, ["\n".join(row) for row in rows], linespacing=1.3)
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_xlim(0, 102)
        if len(table) > 1 and table["code_id"].iloc[0] == OVERALL:
            axes.axhline(0.5, color=INK, lw=0.4)
        axes.set_xlabel("一致率（%）")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=2)
        return figure

    counted = _count(agreement, " 段")
    first, second = coders
    return Exhibit(
        exhibit_id="fig-agreement",
        title=f"{first}与{second}的一致率",
        body=draw,
        note=f"{counted}。点为一致率，粗线为自助法 95% 区间，细线为 Wilson 95% 区间；竖线为不读原文、"
        "一律猜最多的一类所得的一致率。任一区间碰到竖线的，不能说编码比猜测更好。"
        f"{_resampling(agreement)}{_remarks(agreement, labels)}",
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
        "coverage": "判出率",
        "on_covered": "判出者一致率",
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
        "on_covered": "Agreement if covered",
    },
}


def _count(agreement: pd.DataFrame, unit: str) -> str:
    """N of the whole, or the range of N over the rows."""
    overall = agreement.loc[agreement["code_id"].eq(OVERALL), "n"]
    return f"N = {_span(overall if len(overall) else agreement['n'])}{unit}"


def _resampling(agreement: pd.DataFrame) -> str:
    said = [
        f"{resampled}（{_span(rows['n_clusters'])} 个）"
        for resampled, rows in agreement.groupby("resampled", sort=False)
    ]
    return f"自助法整体重抽{'或'.join(said)}。"


def _span(counts: pd.Series) -> str:
    """The lowest and the highest count, or the one there is."""
    return "–".join(format_count(n) for n in dict.fromkeys((counts.min(), counts.max())))


def _remarks(agreement: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What the numbers leave out, each remark once with the rows it concerns."""
    concerned: dict[str, list[str]] = {}
    remarks = agreement.set_index("code_id")["remark"].dropna()
    for code, remark in remarks.items():
        for sentence in str(remark).split("；"):
            concerned.setdefault(sentence, []).append(_code_name(str(code), labels))
    return "".join(
        f"{sentence}。" if len(rows) == len(agreement) else f"{'、'.join(rows)}：{sentence}。"
        for sentence, rows in concerned.items()
    )


def _percent_interval(row: Mapping[Any, Any], name: str) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    if is_missing(low) and is_missing(high):
        return MISSING
    return f"{format_percent(low)}–{format_percent(high)}"


def _code_name(code: str, labels: Mapping[str, str]) -> str:
    return "全部" if code == OVERALL else labels.get(code, code)
