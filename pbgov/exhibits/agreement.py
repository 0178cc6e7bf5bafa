"""How well coders agree: the table and the figure of the share of equal judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

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
from pbgov.exhibits.chart_contents import agreement_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, balanced
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
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

Lang = Literal["zh", "en"]
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
    coders: Sequence[str] | None = None,
    lang: Lang = "zh",
) -> Exhibit:
    """How well coders agree, per code and overall, beside always guessing the majority.

    Parameters
    ----------
    agreement : DataFrame
        As `pbgov.agreement` or `pbgov.agreement_of_pairs` makes it: one row per code, and
        ``code_id`` "*" for all of them. A column that is empty throughout is not printed. Where
        the frame is ``read``, the segments that nobody coded and the positive agreement are
        printed too; with more than two coders the agreement of pairs of judgements.
    source : str
    labels : mapping, optional
        Printed name of each code, and of each family where there are several.
    coders : sequence of str, optional
        Names for the title, the judged coder before the reference; those of the table where not
        given.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        ``tab-agreement``
    """
    require_columns("agreement", agreement, *_COLUMNS)
    zh = lang == "zh"
    names = row_names(agreement, labels, "全部" if zh else "All")
    is_read, many = _is_read(agreement), _are_many(agreement)
    rows = []
    for name, row in zip(names, agreement.to_dict("records"), strict=True):
        printed = {"code_id": name, "n": format_count(row["n"])}
        if is_read:
            printed["uncoded"] = format_count(row["n_uncoded_by_all"])
            printed["missing"] = format_count(row["n_missing"]) if row["n_missing"] else MISSING
        printed |= {
            "accuracy": format_percent(row["accuracy"]),
            "wilson": _percent_interval(row, "wilson"),
            "boot": _percent_interval(row, "boot"),
            "percent": format_percent(row["percent"]) if many else MISSING,
            "majority": format_percent(row["majority_accuracy"]),
            "positive": format_percent(row["positive_agreement"]) if is_read else MISSING,
            "kappa": format_number(row["kappa"], 2),
            "kappa_interval": format_interval(row["kappa_low"], row["kappa_high"], 2),
            "macro_f1": format_number(row["macro_f1"], 2),
            "coverage": format_percent(row["coverage"]),
            "on_covered": format_percent(row["accuracy_on_covered"]),
        }
        rows.append(printed)
    body = pd.DataFrame(rows)
    body = body[[name for name in body if name in ("code_id", "n") or body[name].ne(MISSING).any()]]
    words = _WORDS[lang] | (_OF_MANY[lang] if many else {})
    return Exhibit(
        exhibit_id="tab-agreement",
        title=_title(agreement, coders, "一致性")
        if zh
        else f"Agreement of {' with '.join(coders or coders_of(agreement) or ['the coders'])}",
        body=body.rename(columns=words),
        note=_note(agreement, labels) if zh else _english_note(agreement),
        source=source,
        data=agreement,
        lang=lang,
    )


def _note(agreement: pd.DataFrame, labels: Mapping[str, str]) -> str:
    if _are_many(agreement):
        measured = (
            "一致率为全体编码者判断相同的片段所占比例，两两一致率为任取两人的判断相同的比例；"
            "κ 为 Conger’s kappa：1 为完全一致，0 为与随机相当。"
            "“多数类”是一律猜各人合计最多的一类，与任一人的一致率。"
        )
    else:
        measured = (
            "κ 为 Cohen’s kappa：1 为完全一致，0 为与随机相当。“多数类”是不读原文、一律猜最多的一类"
            "所得的一致率。"
        )
    if _is_read(agreement):
        measured += "“正一致率”是一人给出该码时另一人也给出的比例。"
    return (
        f"{counted(agreement, ' 段')}，{frame_sentence(agreement)}{measured}"
        f"{resampling_sentence(agreement)}{bound_sentence(agreement)}"
        f"{remarks_sentence(agreement, labels)}"
    )


def _english_note(agreement: pd.DataFrame) -> str:
    several = _are_many(agreement)
    frame = (
        "Every readable segment of the documents that all coders worked on"
        if _is_read(agreement)
        else "Segments that the first coder judged"
    )
    drawn = {"文档": "documents", "段落": "paragraphs"}
    resampled = " or ".join(
        f"{drawn.get(str(what), str(what))} ({rows['n_clusters'].max()})"
        for what, rows in agreement.groupby("resampled", sort=False)
    )
    return (
        f"{counted(agreement, ' paragraphs')}, uncoded ones included. {frame}. Majority: accuracy of"
        " always guessing the most frequent class."
        f" κ is {'Conger’s' if several else 'Cohen’s'} kappa. Bootstrap of whole {resampled}."
        + (
            " Rules whose terms were written with these texts in view agree with them at best."
            if bound_sentence(agreement)
            else ""
        )
    )


def figure_agreement(
    agreement: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: Sequence[str] | None = None,
) -> Exhibit:
    """Agreement with its interval, per code and overall, beside always guessing the majority.

    Parameters
    ----------
    agreement : DataFrame
        As for `table_agreement`.
    source : str
    labels : mapping, optional
        Printed name of each code.
    coders : sequence of str, optional
        As for `table_agreement`.

    Returns
    -------
    Exhibit
        ``fig-agreement``; the thick line is the bootstrap interval, the thin one Wilson's. With
        more than two coders it is the agreement of pairs of judgements, which has no thin line.
    """
    require_columns("agreement", agreement, *_COLUMNS)
    table = agreement.sort_values("code_id", key=lambda code: code.ne(OVERALL), kind="stable")
    many = _are_many(agreement)
    value, low_and_high = ("percent", "percent") if many else ("accuracy", "boot")
    rows = [
        balanced(f"{name}（n = {n}）", 34)
        for name, n in zip(row_names(table, labels), table["n"], strict=True)
    ]
    x_title = "两两一致率（%）" if many else "一致率（%）"
    lines = max(map(len, rows))
    n_overall = int(table["code_id"].eq(OVERALL).sum())

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, PALETTE, new_figure

        figure = new_figure(2.6 + len(table) * max(0.62, 0.2 + LINE_HEIGHT * lines))
        axes = figure.add_subplot()
        y = np.arange(len(table))
        share = 100 * table[value].to_numpy(dtype=float)
        majority = 100 * table["majority_accuracy"].to_numpy(dtype=float)
        for kind, width in (("wilson", 0.8), (low_and_high, 2.4))[many:]:
            low = 100 * table[f"{kind}_low"].to_numpy(dtype=float)
            high = 100 * table[f"{kind}_high"].to_numpy(dtype=float)
            axes.hlines(y, low, high, color=PALETTE[0], lw=width)
        axes.plot(share, y, "o", color=PALETTE[0], ms=6, mec="white", label="一致率与 95% 区间")
        axes.plot(majority, y, "|", color=PALETTE[1], ms=11, mew=2, label="一律猜多数类")
        axes.set_yticks(y, ["\n".join(row) for row in rows], linespacing=1.3)
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_xlim(0, 102)
        if 0 < n_overall < len(table):
            axes.axhline(n_overall - 0.5, color=INK, lw=0.4)
        axes.set_xlabel(x_title)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=2)
        return figure

    n = counted(agreement, " 段")
    lines_are = (
        "点为任取两人的判断相同的比例，粗线为自助法 95% 区间；"
        if many
        else "点为一致率，粗线为自助法 95% 区间，细线为 Wilson 95% 区间；"
    )
    return Exhibit(
        exhibit_id="fig-agreement",
        title=_title(agreement, coders, "一致率"),
        body=draw,
        note=f"{n}。{_frame_of_figure(agreement)}{lines_are}竖线为不读原文、"
        "一律猜最多的一类所得的一致率。任一区间碰到竖线的，不能说编码比猜测更好。"
        f"{resampling_sentence(agreement)}{bound_sentence(agreement)}"
        f"{remarks_sentence(agreement, labels)}",
        source=source,
        data=agreement,
        chart=agreement_chart(table, ["".join(row) for row in rows], value, low_and_high, x_title),
        footer=f"{n} · 来源：{short_source(source)}",
    )


def _frame_of_figure(agreement: pd.DataFrame) -> str:
    return frame_sentence(agreement) if "frame" in agreement else ""


_WORDS = {
    "zh": {
        "code_id": "编码",
        "n": "段数",
        "uncoded": "都未编码",
        "missing": "有人未判",
        "accuracy": "一致率",
        "wilson": "Wilson 95% 区间",
        "boot": "自助法 95% 区间",
        "percent": "两两一致率",
        "majority": "多数类",
        "positive": "正一致率",
        "kappa": "κ",
        "kappa_interval": "κ 的 95% 区间",
        "macro_f1": "宏 F1",
        "coverage": "判出率",
        "on_covered": "判出者一致率",
    },
    "en": {
        "code_id": "Code",
        "n": "n",
        "uncoded": "Uncoded by all",
        "missing": "Not judged by all",
        "accuracy": "Agreement",
        "wilson": "Wilson 95% CI",
        "boot": "Bootstrap 95% CI",
        "percent": "Pairwise agreement",
        "majority": "Majority",
        "positive": "Positive agreement",
        "kappa": "κ",
        "kappa_interval": "κ 95% CI",
        "macro_f1": "Macro F1",
        "coverage": "Coverage",
        "on_covered": "Agreement if covered",
    },
}


_OF_MANY = {
    "zh": {"accuracy": "全体一致率"},
    "en": {"accuracy": "All agree"},
}


def _percent_interval(row: Mapping[Any, Any], name: str) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    if is_missing(low) and is_missing(high):
        return MISSING
    return f"{format_percent(low)}–{format_percent(high)}"


def _is_read(agreement: pd.DataFrame) -> bool:
    return "frame" in agreement and bool(agreement["frame"].eq("read").any())


def _are_many(agreement: pd.DataFrame) -> bool:
    return "n_coders" in agreement and bool(agreement["n_coders"].gt(2).any())


def _title(agreement: pd.DataFrame, coders: Sequence[str] | None, what: str) -> str:
    named = list(coders or map(coder_name, coders_of(agreement)))
    return f"{listed(named)}的{what}" if named else f"编码者之间的{what}"
