"""What each district does to a coefficient, and what so many districts could show, as exhibits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.doubts.detectable import DETECTABLE_COLUMNS
from pbgov.evaluation.doubts.influence import LEAVE_ONE_OUT_COLUMNS
from pbgov.evaluation.estimate import Estimate, NotEstimated, counted_en
from pbgov.exhibits.chart_contents import without_chart
from pbgov.exhibits.estimates import INTERCEPT
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import wrap
from pbgov.exhibits.numerals import MISSING, decimals_for, format_number, format_percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from pbgov.evaluation.checks import CheckResult

    Lang = Literal["zh", "en"]

_NO_NAMES: Mapping[str, str] = {}
_MOST = 40  # units on one page
_COLUMNS = {
    "zh": (
        "剔除",
        "项",
        "剔除后的系数",
        "变化",
        "变号",
        "Cook 距离",
        "DFBETAS",
        "杠杆值",
        "学生化残差",
    ),
    "en": (
        "Left out",
        "Term",
        "Coefficient without it",
        "Change",
        "Sign changes",
        "Cook's distance",
        "DFBETAS",
        "Leverage",
        "Studentised residual",
    ),
}
_OF_DETECTABLE = {
    "zh": ("量", "单个检验（5%）", "Holm 第一步"),
    "en": ("Quantity", "Single test (5%)", "First step of Holm"),
}
_WORDS = {
    "zh": {
        "changes": "是",
        "axis": "剔除该{unit}后“{term}”的系数",
        "full": "全部{units}的系数",
        "interval": "其 95% 区间",
        "without": "剔除后的系数",
        "note": "每行结果剔除{one}。",
        "figure": "点为剔除该{unit}后的系数，实线为全部{units}的系数{band}。",
        "band": "，阴影为其 95% 区间",
        "source": "来源",
        "sep": "",
    },
    "en": {
        "changes": "yes",
        "axis": "Coefficient of {term} without the {unit}",
        "full": "Coefficient of all {units}",
        "interval": "its 95% interval",
        "without": "Coefficient without it",
        "note": "Each row leaves out {one}. ",
        "figure": "Points: coefficient without the {unit}; line: coefficient of all {units}{band}. ",
        "band": "; shaded: its 95% interval",
        "source": "Source",
        "sep": " ",
    },
}


def table_leave_one_out(
    result: CheckResult | NotEstimated,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-leave-one-out",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """The coefficients without each unit, with Cook's distance, DFBETAS and residuals.

    Parameters
    ----------
    result : CheckResult or NotEstimated
        From `pbgov.leave_one_out`.
    title, source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term or unit.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        One row per unit and term, the most influential units first; the intercept stands
        in the data only. For a `NotEstimated` one row that gives the reason.

    Raises
    ------
    InputError
        For another check.
    """
    if isinstance(result, NotEstimated):
        return _refused(result, title, source, exhibit_id, lang)
    table = _leave_one_out_table(result)
    words, columns = _WORDS[lang], _COLUMNS[lang]
    order = table.sort_values(["cooks_distance", "unit"], ascending=[False, True], kind="stable")
    printed = order["unit"].drop_duplicates().head(_MOST)
    rows = []
    for row in order[order["unit"].isin(printed)].to_dict("records"):
        decimals = _decimals(table.loc[table["term"].eq(row["term"])])
        rows.append(
            (
                labels.get(row["unit"], row["unit"]),
                labels.get(row["term"], row["term"]),
                format_number(row["without_it"], decimals),
                format_number(row["change"], decimals),
                words["changes"] if row["sign_changes"] else "",
                *(format_number(row[name], 2) for name in LEAVE_ONE_OUT_COLUMNS[6:]),
            )
        )
    body = pd.DataFrame(rows, columns=list(columns))
    if table["term"].nunique() == 1:
        body = body.drop(columns=columns[1])
    if body[columns[-1]].eq(MISSING).all():
        body = body.drop(columns=columns[-1])
    if not table["sign_changes"].any():
        body = body.drop(columns=columns[4])
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=_note(
            result,
            words["note"].format(one=_one(result, lang)) + _shortened(result.n, lang),
            lang,
        ),
        source=source,
        data=result.table,
        lang=lang,
        evidence=result,
    )


def figure_leave_one_out(
    result: CheckResult | NotEstimated,
    term: str,
    *,
    title: str,
    source: str,
    estimate: Estimate | None = None,
    exhibit_id: str = "fig-leave-one-out",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """The coefficient of one term without each unit, against that of all units.

    Parameters
    ----------
    result : CheckResult
        From `pbgov.leave_one_out`.
    term : str
        Which term is drawn.
    title, source : str
    estimate : Estimate, optional
        Of the same formula; its 95 % interval is shaded.
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term or unit.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Units from the lowest coefficient to the highest; one without which there is none is
        named in the note.

    Raises
    ------
    InputError
        Where nothing was estimated, `term` is not in the result, or `estimate` is of something else.
    """
    if isinstance(result, NotEstimated):
        raise InputError(f"nothing was estimated: {result.reason_en}")
    table = _leave_one_out_table(result)
    if term not in set(table["term"]):
        raise InputError(f"no term {term!r} here; there is {', '.join(table['term'].unique())}")
    mine = table[table["term"].eq(term)].sort_values(["without_it", "unit"], ignore_index=True)
    low, high = _interval(estimate, term, float(mine["estimate"].iloc[0]))
    words = _WORDS[lang]
    unit, units = _unit(result, lang, 1), _unit(result, lang, 2)
    lost = [labels.get(name, name) for name in mine.loc[mine["without_it"].isna(), "unit"]]
    drawn = mine.dropna(subset="without_it")
    nearest = drawn["change"].abs().sort_values(ascending=False, kind="stable").index[_MOST:]
    drawn = drawn.drop(index=nearest)
    if drawn.empty:
        raise InputError(f"without any single unit {term!r} has no coefficient to draw")
    named = str(labels.get(term, term))

    def draw() -> Figure:
        from pbgov.exhibits.style import INK, PALETTE, new_figure

        figure = new_figure(2.9 + 0.45 * len(drawn))
        axes = figure.add_subplot()
        places = np.arange(len(drawn))
        full = drawn["estimate"].iloc[0]
        if not np.isnan(low):
            axes.axvspan(low, high, color=PALETTE[4], lw=0, zorder=0, label=words["interval"])
        axes.axvline(full, color=PALETTE[0], lw=1.2, label=words["full"].format(units=units))
        axes.hlines(places, full, drawn["without_it"], color=PALETTE[0], lw=0.7)
        signs = (drawn["sign_changes"], ~drawn["sign_changes"])
        for chosen, marker, colour in zip(signs, ("D", "o"), (PALETTE[1], PALETTE[0]), strict=True):
            axes.plot(
                drawn.loc[chosen, "without_it"],
                places[chosen],
                marker,
                ms=5,
                color=colour,
                mec="white",
                mew=0.5,
            )
        axes.plot([], [], "o", ms=5, color=PALETTE[0], label=words["without"])
        edges = [*drawn["without_it"], full, *([] if np.isnan(low) else [low, high])]
        if min(edges) < 0 < max(edges):
            axes.axvline(0, color=INK, lw=0.8, ls=":", zorder=1)
        axes.set_yticks(places, [str(labels.get(name, name)) for name in drawn["unit"]])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(drawn) - 0.4, -0.6)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("\n".join(wrap(words["axis"].format(unit=unit, term=named), 70)))
        handles, names = axes.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=3, handletextpad=0.5)
        return figure

    band = "" if np.isnan(low) else words["band"]
    said = words["figure"].format(unit=unit, units=units, band=band) + _shortened(result.n, lang)
    if drawn["sign_changes"].any():
        said += (
            "菱形为剔除后变号的。" if lang == "zh" else "Diamonds: the sign changes without it. "
        )
    if lost:
        said += (
            f"没有画出：{'、'.join(lost)}，没有它系数定不下来。"
            if lang == "zh"
            else f"Not drawn: {', '.join(lost)}, without which there is no coefficient. "
        )
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=_note(result, said, lang),
        source=source,
        data=mine,
        chart=without_chart(
            drawn,
            [str(labels.get(name, name)) for name in drawn["unit"]],
            (words["without"], words["full"].format(units=units)),
            words["axis"].format(unit=unit, term=named),
        ),
        footer=f"N = {result.n} · {words['source']}{'：' if lang == 'zh' else ': '}"
        f"{short_source(source)}",
        lang=lang,
        evidence=(result, estimate) if estimate is not None else result,
    )


def table_detectable(
    result: CheckResult,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-detectable",
    lang: Lang = "zh",
) -> Exhibit:
    """What so many units could show: the smallest detectable sizes, power and exaggeration.

    Parameters
    ----------
    result : CheckResult
        From `pbgov.minimum_detectable`.
    title, source : str
    exhibit_id : str
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        One row per quantity; a second column for a family of tests.

    Raises
    ------
    InputError
        For another check.
    """
    if list(result.table.columns[: len(DETECTABLE_COLUMNS)]) != list(DETECTABLE_COLUMNS):
        raise InputError(f"{result.name_en!r} is not a minimum_detectable; pass one")
    columns = _OF_DETECTABLE[lang]
    rows = []
    for row in result.table.to_dict("records"):
        shares = row["quantity"] in ("power", "type_s")
        cells = [
            format_percent(row[name]) if shares else format_number(row[name], 2)
            for name in ("value", "after_holm")
        ]
        rows.append((row["what"] if lang == "zh" else row["what_en"], *cells))
    body = pd.DataFrame(rows, columns=list(columns))
    if result.table["after_holm"].isna().all():
        body = body.drop(columns=columns[-1])
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=body,
        note=_note(result, "", lang),
        source=source,
        data=result.table,
        lang=lang,
        evidence=result,
    )


def _shortened(n: int, lang: Lang) -> str:
    if n <= _MOST:
        return ""
    if lang == "zh":
        return f"只列影响最大的 {_MOST} 个，其余在数据文件里。"
    return f"Only the {_MOST} most influential are shown, the others stand in the data file. "


def _leave_one_out_table(result: CheckResult) -> pd.DataFrame:
    if list(result.table.columns[: len(LEAVE_ONE_OUT_COLUMNS)]) != list(LEAVE_ONE_OUT_COLUMNS):
        raise InputError(f"{result.name_en!r} is not a leave_one_out; pass one")
    return pd.DataFrame(result.table[~result.table["term"].isin(INTERCEPT)])


def _interval(estimate: Estimate | None, term: str, full: float) -> tuple[float, float]:
    if estimate is None:
        return float("nan"), float("nan")
    rows = estimate.terms[estimate.terms["term"].eq(term)]
    if rows.empty or not np.isclose(rows["estimate"].iloc[0], full, rtol=1e-6, atol=1e-12):
        raise InputError(
            f"the estimate's {term!r} is not the coefficient that units were left out of;"
            " pass the estimate of the same formula and data"
        )
    return float(rows["conf_low"].iloc[0]), float(rows["conf_high"].iloc[0])


def _decimals(rows: pd.DataFrame) -> int:
    return decimals_for(rows["without_it"].std())


def _unit(result: CheckResult, lang: Lang, n: int) -> str:
    return result.unit_name if lang == "zh" else counted_en(n, result.unit_name).split(" ", 1)[1]


def _one(result: CheckResult, lang: Lang) -> str:
    if lang == "en":
        return f"one {_unit(result, lang, 1)}"
    return "一行" if result.unit_name == "行" else f"一个{result.unit_name}"


def _note(result: CheckResult, said: str, lang: Lang) -> str:
    return said + _WORDS[lang]["sep"].join(result.limits(lang))


def _refused(result: NotEstimated, title: str, source: str, exhibit_id: str, lang: Lang) -> Exhibit:
    reason, name = (
        (result.reason, "没有估计") if lang == "zh" else (result.reason_en, "Not estimated")
    )
    rows = f"{result.n} 行" if lang == "zh" else f"{result.n} rows"
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame({name: [reason]}),
        note=f"N = {rows}。" if lang == "zh" else f"N = {rows}.",
        source=source,
        data=pd.DataFrame({"formula": [result.formula], "n": [result.n], "reason": [reason]}),
        simulated=result.simulated,
        lang=lang,
    )
