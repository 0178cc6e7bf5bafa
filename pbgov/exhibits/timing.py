"""Timing designs as exhibits: effects by exposure, a series with its break, the adoption table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import sentences
from pbgov.evaluation.timing.series import SeriesTable, read_series
from pbgov.exhibits.chart_contents import exposures_chart, interrupted_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import wrap
from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_count,
    format_interval,
    format_number,
    format_p,
)
from pbgov.exhibits.timing_drawing import (
    LINES,
    draw_both,
    draw_exposures,
    draw_series,
    label_time,
    mark_date,
)
from pbgov.exhibits.timing_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from pbgov.evaluation.timing.staggered import StaggeredAdoption

Lang = Literal["zh", "en"]


def figure_event_study(
    adoption: StaggeredAdoption | NotEstimated,
    *,
    title: str,
    source: str,
    unit: str,
    exhibit_id: str = "fig-event-study",
    lang: Lang = "zh",
) -> Exhibit:
    """Effects by periods since adoption, before and after, of both estimators.

    Parameters
    ----------
    adoption : StaggeredAdoption
    title, source : str
    unit : str
        Unit of the outcome, for the axis ("百分点").
    exhibit_id : str
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit

    Raises
    ------
    InputError
        Where nothing was estimated.
    """
    if isinstance(adoption, NotEstimated):
        raise InputError(f"nothing was estimated: {adoption.reason_en}")
    words = WORDS[lang]
    table = adoption.by_exposure

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(7.6)
        axes = figure.add_subplot()
        draw_exposures(axes, table, words, unit)
        figure.legend(loc="outside upper left", ncols=3, handletextpad=0.4)
        return figure

    size = adoption.size if lang == "zh" else adoption.size_en
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=_note(size, words["points"].format(unit=adoption.unit_name), adoption.remarks, lang),
        source=source,
        data=table,
        chart=exposures_chart(
            table, words["estimators"], words["exposure"], words["effect"].format(unit=unit)
        ),
        footer=f"N = {size} · {_of(source, lang)}",
        lang=lang,
        evidence=adoption,
    )


def figure_interrupted_series(
    estimate: Estimate | NotEstimated,
    data: pd.DataFrame,
    period: str,
    date: Any,
    comparison: str | None = None,
    *,
    title: str,
    source: str,
    unit: str,
    outcome: str | None = None,
    covariates: Sequence[str] = (),
    exhibit_id: str = "fig-interrupted-series",
    lang: Lang = "zh",
) -> Exhibit:
    """The series, what was fitted, and the line without a change; with the comparison series.

    Parameters
    ----------
    estimate : Estimate
        Of `interrupted_series` on the same data, period, date, comparison and covariates.
    data : DataFrame
    period, date, comparison, covariates
        As they were passed to `interrupted_series`.
    title, source : str
    unit : str
        Unit of the outcome, for the axis.
    outcome : str, optional
        Printed name of the outcome.
    exhibit_id : str
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        Two panels with a comparison series: both series, and their difference with the fit.

    Raises
    ------
    InputError
        Where nothing was estimated, or the estimate is of other rows.
    """
    if isinstance(estimate, NotEstimated):
        raise InputError(f"nothing was estimated: {estimate.reason_en}")
    read = read_series(data, estimate.outcome, period, date, comparison, covariates)
    if isinstance(read, NotEstimated) or read.digest != estimate.inputs_digest:
        raise InputError("the estimate is of other rows; pass what interrupted_series was given")
    words = WORDS[lang]
    drawn = _drawn(read, estimate)
    name = outcome or estimate.outcome
    below = name if comparison is None else words["difference"]

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        panels = 1 if comparison is None else 2
        figure = new_figure(4.4 + 3.4 * panels)
        axes = figure.subplots(panels, 1, squeeze=False, sharex=True).ravel()
        if comparison is not None:
            draw_both(axes[0], read, name, comparison, words)
            axes[0].set_ylabel(
                "\n".join(wrap(words["axis"].format(name=name, unit=unit), 30)), linespacing=LINES
            )
        draw_series(axes[-1], read, drawn, name if comparison is None else None, words)
        axes[-1].set_ylabel(
            "\n".join(wrap(words["axis"].format(name=below, unit=unit), 30)), linespacing=LINES
        )
        mark_date(axes[0], read, words["date"].format(date=date))
        for one in axes[1:]:
            mark_date(one, read)
        label_time(axes[-1], read)
        legend = figure.legend(loc="outside upper left", ncols=3, handletextpad=0.5)
        for text in legend.get_texts():
            text.set_linespacing(LINES)
        return figure

    size = estimate.size if lang == "zh" else estimate.size_en
    said = words["lines"].format(numbers=_changes(estimate, words, lang))
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=draw,
        note=_note(size, said, estimate.remarks, lang),
        source=source,
        data=drawn,
        chart=interrupted_chart(
            drawn,
            list(read.time >= read.start),
            (below, words["fitted"], words["without"]),
            words["axis"].format(name=below, unit=unit),
        ),
        footer=f"N = {size} · {_of(source, lang)}",
        lang=lang,
        evidence=(estimate, data),
    )


def table_adoption(
    adoption: StaggeredAdoption | NotEstimated,
    *,
    title: str,
    source: str,
    exhibit_id: str = "tab-adoption",
    lang: Lang = "zh",
) -> Exhibit:
    """Every overall effect with its interval, both p values and what could have been found.

    Parameters
    ----------
    adoption : StaggeredAdoption or NotEstimated
    title, source : str
    exhibit_id : str
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        For a `NotEstimated` one row that gives the reason.
    """
    words = WORDS[lang]
    if isinstance(adoption, NotEstimated):
        reason = adoption.reason if lang == "zh" else adoption.reason_en
        return Exhibit(
            exhibit_id=exhibit_id,
            title=title,
            body=pd.DataFrame({words["columns"][0]: [words["refused"]], words["reason"]: [reason]}),
            note=f"N = {adoption.n}。{reason}。"
            if lang == "zh"
            else f"N = {adoption.n}. {reason}.",
            source=source,
            data=pd.DataFrame({"formula": [adoption.formula], "reason": [reason]}),
            lang=lang,
            evidence=adoption,
        )
    columns = [one.format(unit=adoption.unit_name) for one in words["columns"]]
    rows = []
    for row in adoption.overall.to_dict("records"):
        least = row["minimum_detectable"]
        decimals = decimals_for(row["std_error"] if row["std_error"] > 0 else least)
        printed = (
            words["kinds"][row["estimator"]],
            format_number(row["estimate"], decimals),
            format_number(row["std_error"], decimals),
            format_interval(row["conf_low"], row["conf_high"], decimals),
            format_p(row["p_value"]),
            format_p(row["p_permutation"], row["n_permutations"]),
            format_number(least, decimals),
            format_count(row["n_treated"]),
        )
        rows.append(dict(zip(columns, printed, strict=True)))
    stop = "。" if lang == "zh" else "."
    left_out = words["two_way"].format(value=format_number(adoption.refused.coefficient, 3)) + stop
    return Exhibit(
        exhibit_id=exhibit_id,
        title=title,
        body=pd.DataFrame(rows),
        note=_note(
            adoption.size if lang == "zh" else adoption.size_en, left_out, adoption.remarks, lang
        ),
        source=source,
        data=adoption.overall,
        lang=lang,
        evidence=adoption,
    )


def _drawn(read: SeriesTable, estimate: Estimate) -> pd.DataFrame:
    """Period, series, fit and the line without a change, raw."""
    slopes = estimate.terms["estimate"].to_numpy(dtype=float)
    unchanged = read.design.copy()
    unchanged[:, 2:4] = 0
    table = pd.DataFrame({"period": read.labels, "outcome": read.outcome})
    if read.comparison is not None:
        table["comparison"] = read.comparison
        table["difference"] = read.explained
    table["fitted"] = read.design @ slopes
    table["without_change"] = np.where(read.time >= read.start, unchanged @ slopes, np.nan)
    return table


def _changes(estimate: Estimate, words: dict[str, Any], lang: Lang) -> str:
    terms = estimate.terms.set_index("term")
    said = []
    for term, word in (("level_change", "level"), ("slope_change", "slope")):
        row = terms.loc[term].to_dict()
        decimals = decimals_for(row["std_error"])
        p = format_p(row["p_value"])
        said.append(
            words[word].format(
                value=format_number(row["estimate"], decimals),
                interval=format_interval(row["conf_low"], row["conf_high"], decimals),
                p=f"p{p}" if p.startswith(("<", ">")) else f"p={p}" if p != MISSING else MISSING,
            )
        )
    return ("；" if lang == "zh" else "; ").join(said)


def _note(size: str, said: str, remarks: Any, lang: Lang) -> str:
    limits = [one for one in remarks if one.rule not in {"simulated", "size"}]
    parts = [f"N = {size}{'。' if lang == 'zh' else '.'}", said, *sentences(limits, lang)]
    return ("" if lang == "zh" else " ").join(parts)


def _of(source: str, lang: Lang) -> str:
    return f"{'来源：' if lang == 'zh' else 'Source: '}{short_source(source)}"
