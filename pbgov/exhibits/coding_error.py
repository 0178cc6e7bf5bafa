"""Estimates on machine codes beside the corrected ones, as a table and as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import in_order, sentences
from pbgov.exhibits.chart_contents import ways_chart
from pbgov.exhibits.estimates import INTERCEPT
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import LINE_HEIGHT, balanced, wrap
from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_count,
    format_interval,
    format_number,
    format_p,
    format_percent,
    is_missing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.evaluation.checks import CheckResult
    from pbgov.evaluation.coding_error.correction import Correction
    from pbgov.evaluation.remarks import Lang

_NO_NAMES: Mapping[str, str] = {}
_NO_TRUTH: Mapping[str, float] = {}
WAYS = ("naive", "corrected", "per_unit", "gold_only")
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "naive": "未校正", "corrected": "校正后", "per_unit": "各自抽查校正", "gold_only": "只用人工",
        "term": "变量", "interval": "95% 区间", "ratio": "校正后/未校正",
        "truth": "设定的真值", "axis": "估计值与 95% 区间（{}）",
        "none": "没有校正，原因见注", "no": "没有校正：{}。", "not": "“{}”没有估计：{}。",
        "groups": ("按", "组", "人工样本", "其中有此码", "灵敏度", "95% 区间", "特异度", "95% 区间", "p"),
        "by": {"outcome": "结果", "regressors": "所推的结果", "cluster": "单位"},
        "reading": "空心为未校正，实心为校正后，细线为只用人工编码（或各单位按自己的抽查校正）。"
        "线为 95% 区间，有点没有线的不给出区间。截距未画。",
        "association": "系数表示相关，不表示因果。",
    },
    "en": {
        "naive": "Naive", "corrected": "Corrected", "per_unit": "By own audit", "gold_only": "Gold only",
        "term": "Term", "interval": "95% CI", "ratio": "Corrected / naive",
        "truth": "True value", "axis": "Estimate and 95% CI ({})",
        "none": "no correction, see the note", "no": "No correction: {}.", "not": "{} not estimated: {}.",
        "groups": (
            "By", "Group", "Gold rows", "with the code", "Sensitivity", "95% CI", "Specificity", "95% CI ", "p",
        ),
        "by": {"outcome": "outcome", "regressors": "expected outcome", "cluster": "unit"},
        "reading": "Hollow: naive; filled: corrected; thin: hand codes alone, or each unit by its own"
        " audit. Lines are 95% CIs; a point without a line has none. The intercept is not drawn.",
        "association": "Associations, not effects.",
    },
}  # fmt: skip


def table_naive_corrected(
    correction: Correction,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-naive-corrected",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Each coefficient as it is naively, corrected, and from hand codes alone.

    Parameters
    ----------
    correction : Correction
        As `pbgov.correct_coding_error` or `pbgov.correct_scores` gives it.
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        For each way an estimate with its interval and p value, and corrected over naive. Where there
        is no correction a column says so, and why.
    """
    words = _WORDS[lang]
    table = correction.side_by_side
    ways = _made(correction)
    rows = []
    for row in table.to_dict("records"):
        name = labels.get(str(row["term"]), str(row["term"]))
        printed: dict[str, str] = {words["term"]: name}
        decimals = _decimals(correction, str(row["term"]))
        for way in ways:
            printed[words[way]] = format_number(row[way], decimals)
            interval = format_interval(row[f"{way}_low"], row[f"{way}_high"], decimals)
            printed[f"{words[way]} {words['interval']}"] = interval
            printed[f"{words[way]} p"] = format_p(row[f"{way}_p"])
        if isinstance(correction.corrected, NotEstimated):
            printed[words["corrected"]] = str(row["note" if lang == "zh" else "note_en"])
        else:
            printed[words["ratio"]] = format_number(row["ratio"], 2)
        rows.append(printed)
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows),
        note=_note(correction, labels, lang),
        source=source,
        data=table,
        lang=lang,
        evidence=_evidence(correction),
    )


def figure_naive_corrected(
    correction: Correction,
    *,
    title: str,
    source: str,
    unit: str,
    exhibit_id: str = "fig-naive-corrected",
    labels: Mapping[str, str] = _NO_NAMES,
    truth: Mapping[str, float] = _NO_TRUTH,
    lang: Lang = "zh",
) -> Exhibit:
    """Naive, corrected and gold-only coefficients in pairs, with their 95 % intervals.

    Parameters
    ----------
    correction : Correction
    title, source : str
    unit : str
        Unit of the coefficients, for the axis.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term.
    truth : mapping, optional
        The true coefficients, where the data are simulated.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit

    Raises
    ------
    InputError
        Where `truth` is given for data that are not simulated, or names a term that is not there.
    """
    words = _WORDS[lang]
    if truth and not correction.simulated:
        raise InputError("truth is given, but the data are not simulated; nobody knows the truth")
    table = correction.side_by_side
    drawn = table[~table["term"].isin(INTERCEPT)].reset_index(drop=True)
    if absent := sorted(set(truth) - set(drawn["term"])):
        raise InputError(
            f"truth names {absent[0]!r}, which is no term; terms: {list(drawn['term'])}"
        )
    ways = _made(correction)

    def draw() -> Figure:
        from pbgov.exhibits.style import legend_layout, new_figure

        shown = [words[way] for way in ways] + ([words["truth"]] if truth else [])
        lines = max(len(balanced(labels.get(t, t), 24)) for t in drawn["term"])
        rows = len(drawn) * max(0.62 * len(ways), 0.3 + LINE_HEIGHT * lines)
        figure = new_figure(2.8 + legend_layout(shown)[2] + rows)
        axes = figure.add_subplot()
        _draw_ways(axes, drawn, ways, labels, truth, lang)
        axes.set_xlabel("\n".join(wrap(words["axis"].format(unit), 70)))
        handles, names = axes.get_legend_handles_labels()
        wrapped, columns, _ = legend_layout(names)
        figure.legend(handles, wrapped, loc="outside upper left", ncols=columns, handletextpad=0.5)
        return figure

    size = correction.naive.size if lang == "zh" else correction.naive.size_en
    source_word = "来源：" if lang == "zh" else "Source: "
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=_joined([words["reading"], _note(correction, labels, lang)], lang),
        source=source,
        data=drawn,
        chart=ways_chart(
            drawn,
            {way: words[way] for way in ways},
            labels,
            words["axis"].format(unit),
            truth,
            words["truth"],
        ),
        footer=f"N = {size} · {source_word}{short_source(source)}",
        lang=lang,
        evidence=_evidence(correction),
    )


def table_differential_error(
    check: CheckResult,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-differential-error",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Sensitivity and specificity of a machine coder by third of the outcome and by unit.

    Parameters
    ----------
    check : CheckResult
        As `pbgov.differential_error` gives it, or ``Correction.differential``.
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each unit.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        One row per third and per unit; p is that of the question, the same in all its rows.

    Raises
    ------
    InputError
        Where the check found nothing to compare.
    """
    words = _WORDS[lang]
    if check.table.empty:
        raise InputError("the check has no rows: the gold sample holds nothing to compare")
    rows = []
    for row in check.table.to_dict("records"):
        group = str(row["group" if lang == "zh" else "group_en"])
        if row["by"] != "cluster":
            group += f" [{row['low']:.4g}, {row['high']:.4g}]"
        cells = (
            words["by"][row["by"]],
            labels.get(group, group),
            format_count(row["n_gold"]),
            format_count(row["n_with"]),
            format_percent(row["sensitivity"]),
            _percents(row["sensitivity_low"], row["sensitivity_high"]),
            format_percent(row["specificity"]),
            _percents(row["specificity_low"], row["specificity_high"]),
            format_p(row["p_value"]),
        )
        rows.append(cells)
    body = pd.DataFrame(rows)
    body.columns = pd.Index(_distinct(words["groups"]))
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=_joined(list(check.limits(lang)), lang),
        source=source,
        data=check.table,
        lang=lang,
        evidence=check,
    )


def _distinct(names: tuple[str, ...]) -> list[str]:
    """Column names of a table, the second interval told from the first."""
    return [name if names.index(name) == place else f"{name} " for place, name in enumerate(names)]


def _percents(low: float, high: float) -> str:
    if is_missing(low):
        return MISSING
    return f"[{format_percent(low)}, {format_percent(high)}]"


def _made(correction: Correction) -> list[str]:
    """The ways that gave an estimate, and the corrected one in any case."""
    return [
        way for way in WAYS if way == "corrected" or isinstance(getattr(correction, way), Estimate)
    ]


def _decimals(correction: Correction, term: str) -> int:
    naive = correction.naive.terms.set_index("term")["std_error"]
    return decimals_for(naive.get(term, float("nan")))


def _evidence(correction: Correction) -> tuple[Any, ...]:
    parts = (correction, correction.naive, correction.corrected, correction.differential)
    return tuple(part for part in parts if part is not None)


def _note(correction: Correction, labels: Mapping[str, str], lang: Lang) -> str:
    """N, method, why something is missing, and every remark on codes and correction."""
    words = _WORDS[lang]
    naive, corrected = correction.naive, correction.corrected
    if lang == "zh":
        parts = [
            f"N = {naive.size}；公式 {naive.formula}；{words['naive']}：{naive.method}，{naive.covariance}。"
        ]
    else:
        parts = [
            f"N = {naive.size_en}; {naive.formula}; naive: {naive.method_en}, {naive.covariance_en}."
        ]
    remarks = list(correction.remarks)
    for way in WAYS[1:]:
        one = getattr(correction, way)
        if isinstance(one, Estimate):
            said = (
                (one.method, one.covariance) if lang == "zh" else (one.method_en, one.covariance_en)
            )
            colon, comma, stop = ("：", "，", "。") if lang == "zh" else (": ", ", ", ".")
            parts.append(f"{words[way]}{colon}{comma.join(said)}{stop}")
            remarks += [
                remark for remark in one.remarks if remark.rule in ("coding", "gaps", "tests")
            ]
        elif isinstance(one, NotEstimated) and isinstance(corrected, Estimate):
            reason = (one.reason if lang == "zh" else one.reason_en).rstrip("。.")
            parts.append(words["not"].format(words[way], reason))
    if isinstance(corrected, NotEstimated):
        reason = (corrected.reason if lang == "zh" else corrected.reason_en).rstrip("。.")
        told = [one.zh if lang == "zh" else one.en for one in correction.remarks]
        if not any(reason.lower() in one.lower() for one in told):
            parts.append(words["no"].format(reason))
    if correction.differential is not None:
        remarks += correction.differential.remarks
    said_once = in_order(remark for remark in remarks if remark.rule != "simulated")
    parts += [one for one in sentences(said_once, lang) if one not in parts]
    named = [
        f"{term} = {name}" for term, name in labels.items() if term in set(naive.terms["term"])
    ]
    if named and lang == "zh":
        parts.append(f"变量：{'；'.join(named)}。")
    return _joined([*parts, words["association"]], lang)


def _joined(parts: list[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(part for part in parts if part)


def _draw_ways(
    axes: Axes,
    table: pd.DataFrame,
    ways: list[str],
    labels: Mapping[str, str],
    truth: Mapping[str, float],
    lang: Lang,
) -> None:
    from pbgov.exhibits.style import GRID, INK, MUTED, PALETTE, SMALL_SIZE

    words = _WORDS[lang]
    looks: dict[str, dict[str, Any]] = {
        "naive": {"marker": "o", "mfc": "white", "color": PALETTE[1], "lw": 1.6},
        "corrected": {"marker": "s", "mfc": PALETTE[0], "color": PALETTE[0], "lw": 2.4},
        "per_unit": {"marker": "D", "mfc": MUTED, "color": MUTED, "lw": 0.8, "ms": 4},
        "gold_only": {"marker": "^", "mfc": MUTED, "color": MUTED, "lw": 0.8, "ms": 4},
    }
    gap = len(ways) + 0.8
    for at, row in enumerate(table.to_dict("records")):
        for shift, way in enumerate(ways):
            look, y = dict(looks[way]), at * gap + shift
            if is_missing(row[way]):
                axes.text(
                    0.5, y, words["none"], transform=axes.get_yaxis_transform(), color=MUTED,
                    fontsize=SMALL_SIZE, ha="center", va="center",
                )  # fmt: skip
                continue
            width = look.pop("lw")
            ends = [row[f"{way}_low"], row[f"{way}_high"]]
            axes.plot(ends, [y, y], color=look["color"], lw=width, zorder=1)
            axes.plot(
                row[way], y, ls="", ms=look.pop("ms", 5.5), mew=1.2, zorder=2, **look,
                label=words[way] if at == 0 else None,
            )  # fmt: skip
        if row["term"] in truth:
            band = [at * gap - 0.35, at * gap + len(ways) - 0.65]
            name = words["truth"] if row["term"] == next(iter(truth)) else None
            axes.plot([truth[row["term"]]] * 2, band, color=INK, lw=1, ls="--", label=name)
    axes.axvline(0, color=INK, lw=0.6, zorder=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    middle = [at * gap + (len(ways) - 1) / 2 for at in range(len(table))]
    names = ["\n".join(balanced(labels.get(term, term), 24)) for term in table["term"]]
    axes.set_yticks(middle, names, linespacing=1.3)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim((len(table) - 1) * gap + len(ways) - 1 + 0.8, -0.8)
    axes.hlines(
        [at * gap - 0.9 for at in range(1, len(table))], 0, 1,
        transform=axes.get_yaxis_transform(), color=GRID, lw=0.5,
    )  # fmt: skip
