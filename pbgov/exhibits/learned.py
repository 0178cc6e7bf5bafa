"""The learned coder beside its baselines, its learning curve, and what its probabilities are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.chart_contents import calibration_chart, curve_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.numerals import (
    MISSING,
    format_count,
    format_interval,
    format_number,
    format_percent,
    is_missing,
)
from pbgov.exhibits.tables import require_columns, require_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from pbgov.coding.learned import LearnedCoder
    from pbgov.coding.learning.remarks import NotTrained

OVERALL = "*"
METHODS = {
    "learned": "学习编码者（全部作答）",
    "learned, covered": "学习编码者（只算有把握的）",
    "majority of the other folds": "猜其他折的多数类",
    "majority of all": "猜全体的多数类",
    "rules": "规则编码",
    "learned, groups torn": "不整组留出（错误做法）",
}
BY_CODE = ("learned", "majority of all")
CURVE = ("n_groups", "accuracy", "low", "high", "draw_low", "draw_high", "n_draws", "majority", "n")
_NO_NAMES: Mapping[str, str] = {}


def table_learned_coder(
    result: LearnedCoder | NotTrained, *, source: str, labels: Mapping[str, str] = _NO_NAMES
) -> Exhibit:
    """How often the learned coder is right on held-out texts, beside every baseline.

    Parameters
    ----------
    result : LearnedCoder or NotTrained
        As `pbgov.train_coder` gives it; of the latter the table tells the reason.
    source : str
    labels : mapping, optional
        Printed name of each code and of the family.

    Returns
    -------
    Exhibit
        ``tab-learned-coder`` with the family behind it.
    """
    family = labels.get(result.family, result.family)
    exhibit_id = f"tab-learned-coder-{result.family.lower()}"
    title = f"学习编码者与各种基准：{family}"
    if type(result).__name__ == "NotTrained":
        return _table_untaught(result, exhibit_id, title, source)
    require_kind("result", result, "LearnedCoder", "train_coder")
    coder: Any = result
    figures = coder.figures
    shown = figures[figures["code_id"].eq(OVERALL) | figures["method"].isin(BY_CODE)]
    body = pd.DataFrame([_printed(row, labels) for row in shown.to_dict("records")])
    if figures["code_id"].eq(OVERALL).all():
        body = body.drop(columns="编码")
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=f"{_counted(coder)}。{coder.verdict[0]}检验方式：{coder.folds[0]}；区间整组重抽。"
        f"概率不到 {coder.confidence:g} 的不作答，判出率即作答的份额。“多对”是学习编码者比该行多答对的"
        "份额，在同样的重抽里算。“不整组留出”把同一组的文字拆到两边，高出的部分来自认出了组，不是读懂了"
        f"文字。{_rules_note(figures)}{_collapsed(shown, labels)}{_remarks(coder)}",
        source=source,
        data=figures,
        evidence=coder,
    )


def figure_learning_curve(curve: pd.DataFrame, *, source: str) -> Exhibit:
    """Accuracy on held-out groups against the number of groups that taught.

    Parameters
    ----------
    curve : DataFrame
        As `pbgov.learning_curve` gives it.
    source : str

    Returns
    -------
    Exhibit
        ``fig-learning-curve``
    """
    require_columns("curve", curve, *CURVE)
    table = curve.sort_values("n_groups")
    first = table.iloc[0]

    def draw() -> Figure:
        from matplotlib.ticker import MaxNLocator

        from pbgov.exhibits.style import PALETTE, new_figure

        figure = new_figure(7.0)
        axes = figure.add_subplot()
        shares = {name: 100 * table[name].to_numpy(dtype=float) for name in CURVE[1:6]}
        x = table["n_groups"].to_numpy(dtype=float)
        axes.vlines(x, shares["low"], shares["high"], color=PALETTE[0], lw=0.8)
        axes.vlines(x, shares["draw_low"], shares["draw_high"], color=PALETTE[2], lw=4.0)
        axes.plot(
            x,
            shares["accuracy"],
            color=PALETTE[0],
            marker="o",
            ms=5,
            mec="white",
            label="正确率（细线：整组重抽 95% 区间；粗线：各次抽组）",
        )
        axes.axhline(
            100 * float(first["majority"]), color=PALETTE[1], ls="--", lw=1.2, label="一律猜多数类"
        )
        axes.set_ylim(0, 103)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.set_xlabel("用来学的组数")
        axes.set_ylabel("留出文字的正确率（%）")
        axes.grid(axis="y")
        figure.legend(loc="outside upper left", ncols=2)
        return figure

    counted = f"N = {format_count(first['n'])} 条留出的文字"
    draws = format_count(table["n_draws"].max())
    return Exhibit(
        exhibit_id="fig-learning-curve",
        title="学习曲线：多编一些是否值得",
        body=draw,
        note=f"{counted}；每个组数随机抽组 {draws} 次，最右一点用尽全部。全部文字都作答，不论有无把握。"
        "各点用的是同一批留出的文字，区间彼此不独立，不能用来说一点高于另一点。细线压在虚线上的，"
        "不能说比一律猜多数类更准。",
        source=source,
        data=curve,
        chart=curve_chart(table),
        footer=f"{counted} · 来源：{short_source(source)}",
    )


def figure_calibration(coder: LearnedCoder, *, source: str) -> Exhibit:
    """Predicted probabilities of held-out texts against the share that came true.

    Parameters
    ----------
    coder : LearnedCoder
    source : str

    Returns
    -------
    Exhibit
        ``fig-calibration``

    Raises
    ------
    InputError
        Where there were too few texts to check probabilities.
    """
    require_kind("coder", coder, "LearnedCoder", "train_coder")
    calibration = coder.calibration
    if calibration.reason is not None:
        raise InputError(
            f"The probabilities were not checked: {calibration.reason[1]}. 概率没有核对："
            f"{calibration.reason[0]}。"
        )
    table = calibration.table

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, PALETTE, is_wide, new_figure

        figure = new_figure(9.0)
        axes = figure.add_subplot()
        shares = {name: 100 * table[name].to_numpy(dtype=float) for name in table.columns[2:]}
        axes.plot([0, 100], [0, 100], color=INK, lw=0.6, ls="--", label="说几成就中几成")
        axes.hlines(shares["observed"], shares["low"], shares["high"], color=PALETTE[2], lw=3.0)
        axes.vlines(
            shares["predicted"],
            shares["wilson_low"],
            shares["wilson_high"],
            color=PALETTE[0],
            lw=0.9,
        )
        axes.plot(
            shares["predicted"],
            shares["observed"],
            "o",
            color=PALETTE[0],
            ms=6,
            mec="white",
            label="答案按概率分成五份（竖线：Wilson 95% 区间；横线：概率的范围）",
        )
        axes.set_xlim(-2, 102)
        axes.set_ylim(-2, 102)
        axes.set_aspect("auto" if is_wide() else "equal")
        axes.set_xlabel("所说的概率（%）")
        axes.set_ylabel("实际说中的份额（%）")
        axes.grid()
        figure.legend(loc="outside upper left", ncols=1)
        return figure

    counted = f"N = {format_count(calibration.n)} 个答案"
    return Exhibit(
        exhibit_id="fig-calibration",
        title="学习编码者说的概率与实际说中的份额",
        body=draw,
        note=f"{counted}，{_counted(coder).removeprefix('N = ')}，均为没有学过该组的模型所说。Brier 分 "
        f"{format_number(calibration.brier, 3)}（只报各类份额者 "
        f"{format_number(calibration.brier_prior, 3)}，越小越好），期望校准误差 "
        f"{format_percent(calibration.expected_error)}。Wilson 区间把各条看作互不相关，同组的文字并不如此，"
        "区间偏窄。",
        source=source,
        data=table,
        chart=calibration_chart(table),
        footer=f"{counted} · 来源：{short_source(source)}",
        evidence=coder,
    )


def _table_untaught(result: Any, exhibit_id: str, title: str, source: str) -> Exhibit:
    row = {
        "编码族": result.family,
        "编码者": result.coder,
        "条数": format_count(result.n),
        "组数": format_count(result.n_groups),
        "结果": "没有学成",
    }
    data = pd.DataFrame(
        [{"family": result.family, "coder": result.coder, "n": result.n, "reason": result.reason}]
    )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame([row]),
        note=f"N = {format_count(result.n)} 条编码。{result.verdict[0]}",
        source=source,
        data=data,
        evidence=result,
    )


def _printed(row: Mapping[Any, Any], labels: Mapping[str, str]) -> dict[str, str]:
    code = str(row["code_id"])
    return {
        "编码": "全部" if code == OVERALL else labels.get(code, code),
        "做法": METHODS[row["method"]],
        "条数": format_count(row["n"]),
        "组数": format_count(row["n_groups"]),
        "判出率": format_percent(row["coverage"]),
        "正确率": format_percent(row["accuracy"]),
        "正确率 95% 区间": _percent_interval(row, "boot"),
        "宏 F1": _with_interval(row, "macro_f1"),
        "κ": _with_interval(row, "kappa"),
        "多对": _gain(row),
    }


def _percent_interval(row: Mapping[Any, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if is_missing(low):
        return MISSING
    return f"{format_percent(low)}–{format_percent(high)}"


def _with_interval(row: Mapping[Any, Any], name: str) -> str:
    if is_missing(row[name]):
        return MISSING
    interval = format_interval(row[f"{name}_low"], row[f"{name}_high"], 2)
    return f"{format_number(row[name], 2)} {interval}"


def _gain(row: Mapping[Any, Any]) -> str:
    """In percentage points, with its interval."""
    if is_missing(row["gain"]):
        return MISSING
    gain, low, high = (100 * float(row[name]) for name in ("gain", "gain_low", "gain_high"))
    return f"{format_number(gain, 1)} {format_interval(low, high, 1)}"


def _counted(coder: Any) -> str:
    return f"N = {format_count(coder.n)} 条，{format_count(coder.n_groups)} 组"


def _rules_note(figures: pd.DataFrame) -> str:
    if not figures["method"].eq("rules").any():
        return ""
    return "规则的线索词若是读过这些文字后写的，其正确率只是上限。"


def _collapsed(shown: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Wilson's interval where every draw gives the same share, so that resampling has no width."""
    same = shown[shown["boot_low"].eq(shown["boot_high"]) & shown["accuracy"].notna()]
    said = [
        f"“{METHODS[row['method']]}”{'' if row['code_id'] == OVERALL else _of(row, labels)}的 Wilson"
        f" 区间为 {_percent_interval(row, 'wilson')}"
        for row in same.to_dict("records")
    ]
    return f"有的行重抽不出差别，区间缩成一点：{'，'.join(said)}。" if said else ""


def _of(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    code = str(row["code_id"])
    return f"（{labels.get(code, code)}）"


def _remarks(coder: Any) -> str:
    return "".join(f"{remark}。" for remark in coder.remarks)
