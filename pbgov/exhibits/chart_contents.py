"""What each figure shows, as `ChartData`: the same numbers as drawn, for charts that can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.exhibits.charts import ChartData, Series
from pbgov.exhibits.numerals import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def values(numbers: Iterable[Any], times: float = 1.0) -> tuple[float | None, ...]:
    """Numbers as floats, None where missing, multiplied by `times`."""
    return tuple(None if is_missing(one) else times * float(one) for one in numbers)


def known(numbers: Iterable[Any], times: float = 1.0) -> tuple[float, ...]:
    """Numbers none of which is missing, as floats, multiplied by `times`."""
    return tuple(times * float(one) for one in numbers)


def shares_chart(
    shares: pd.DataFrame, categories: Sequence[str], names: Sequence[str], x_title: str
) -> ChartData:
    """Lying bars of percentages: a series a column of `shares` (0 to 1), a category a row."""
    series = tuple(
        Series(name, values(shares[column], 100))
        for column, name in zip(shares.columns, names, strict=True)
    )
    return ChartData("bar", series, tuple(categories), x_title=x_title, number_format="0.0")


def agreement_chart(
    table: pd.DataFrame, categories: Sequence[str], value: str, interval: str, x_title: str
) -> ChartData:
    """The share of equal judgements with its interval, beside always guessing the majority."""
    low, high = (values(table[f"{interval}_{end}"], 100) for end in ("low", "high"))
    share = Series("一致率与 95% 区间", values(table[value], 100), (), low, high)
    majority = Series("一律猜多数类", values(table["majority_accuracy"], 100))
    return ChartData(
        "bar", (share, majority), tuple(categories), x_title=x_title, number_format="0.0"
    )


def measures_chart(
    table: pd.DataFrame, categories: Sequence[str], measures: Mapping[str, str]
) -> ChartData:
    """Several coefficients of agreement with their intervals, and the majority's share."""
    series = [
        Series(
            name, values(table[column]), (), values(table[f"{column}_low"]), values(table[f"{column}_high"])
        )
        for column, name in measures.items()
    ]  # fmt: skip
    if "percent" in measures:
        series.append(Series("一律猜多数类", values(table["majority_accuracy"])))
    return ChartData("bar", tuple(series), tuple(categories), number_format="0.00")


def coefficients_chart(
    table: pd.DataFrame,
    labels: Mapping[str, str],
    x_title: str,
    truths: Mapping[str, float] | None = None,
    truth_name: str = "设定的效应",
) -> ChartData:
    """Estimates with intervals: a series each, a category a term; planted effects where given.

    `table` holds term, series, opinion, estimate, conf_low and conf_high; intervals of a second
    opinion are left to the picture.
    """
    terms = list(dict.fromkeys(table["term"]))
    first = table[table["opinion"].eq("first")]
    series = []
    for name in dict.fromkeys(first["series"]):
        mine = first[first["series"].eq(name)].set_index("term").reindex(terms)
        low, high = (values(mine[column]) for column in ("conf_low", "conf_high"))
        series.append(Series(str(name), values(mine["estimate"]), (), low, high))
    if truths:
        series.append(Series(truth_name, values(truths.get(term) for term in terms)))
    categories = tuple(str(labels.get(term, term)) for term in terms)
    return ChartData("bar", tuple(series), categories, x_title=x_title)


def ways_chart(
    table: pd.DataFrame,
    ways: Mapping[str, str],
    labels: Mapping[str, str],
    x_title: str,
    truths: Mapping[str, float],
    truth_name: str,
) -> ChartData:
    """Naive and corrected coefficients side by side; `ways` names the columns of `table`."""
    parts = [
        pd.DataFrame(
            {
                "term": table["term"],
                "series": name,
                "opinion": "first",
                "estimate": table[way],
                "conf_low": table[f"{way}_low"],
                "conf_high": table[f"{way}_high"],
            }
        )
        for way, name in ways.items()
    ]
    return coefficients_chart(pd.concat(parts), labels, x_title, truths, truth_name)


def changes_chart(drawn: pd.DataFrame, categories: Sequence[str]) -> ChartData:
    """Quantities before and after."""
    return ChartData(
        "bar",
        (
            Series("原来的值", values(drawn["from_value"])),
            Series("后来的值", values(drawn["value"])),
        ),
        tuple(categories),
        x_title="百分比（%）",
    )


def status_chart(
    counts: pd.DataFrame, categories: Sequence[str], names: Mapping[str, str], x_title: str
) -> ChartData:
    """Counts of each status, stacked: a series a column of `counts`."""
    series = tuple(Series(name, values(counts[status])) for status, name in names.items())
    return ChartData(
        "bar", series, tuple(categories), x_title=x_title, stacked=True, number_format="0"
    )


def path_chart(wide: pd.DataFrame, y_title: str) -> ChartData:
    """Mean, lowest and highest of all units in each period (a row of `wide`)."""
    series = (
        Series("各区简单平均", values(wide.mean(axis=1))),
        Series("最低的区", values(wide.min(axis=1)), marked=False),
        Series("最高的区", values(wide.max(axis=1)), marked=False),
    )
    return ChartData("line", series, tuple(map(str, wide.index)), y_title=y_title)


def ratios_chart(drawn: pd.DataFrame, categories: Sequence[str], x_title: str) -> ChartData:
    """Logarithms of ratios with the resampled interval, or Wald's where that is missing."""
    low, high = (
        values(drawn[f"resampled_{end}"].fillna(drawn[f"wald_{end}"])) for end in ("low", "high")
    )
    series = Series(x_title, values(drawn["log_ratio"]), (), low, high)
    return ChartData("bar", (series,), tuple(categories), x_title=x_title)


def curve_chart(table: pd.DataFrame) -> ChartData:
    """A learning curve in per cent, with its interval, and the majority's share as a line."""
    x = known(table["n_groups"])
    low, high = (values(table[end], 100) for end in ("low", "high"))
    majority = 100 * float(table["majority"].iloc[0])
    return ChartData(
        "scatter",
        (
            Series("正确率与 95% 区间", values(table["accuracy"], 100), x, low, high, joined=True),
            Series("一律猜多数类", (majority, majority), (x[0], x[-1]), joined=True, marked=False),
        ),
        x_title="用来学的组数",
        y_title="留出文字的正确率（%）",
    )


def calibration_chart(table: pd.DataFrame) -> ChartData:
    """Probabilities said and shares that came true, in per cent, beside the line of equality."""
    low, high = (values(table[f"wilson_{end}"], 100) for end in ("low", "high"))
    x, y = known(table["predicted"], 100), values(table["observed"], 100)
    return ChartData(
        "scatter",
        (
            Series("实际说中的份额与 95% 区间", y, x, low, high),
            Series("说几成就中几成", (0.0, 100.0), (0.0, 100.0), joined=True, marked=False),
        ),
        x_title="所说的概率（%）",
        y_title="实际说中的份额（%）",
    )


def rates_chart(
    rates: pd.DataFrame, terms: Sequence[str], documents: pd.Series, few: int, y_title: str
) -> ChartData:
    """Rates of terms by year, with the interval drawn: of documents where there are enough."""
    years = list(documents.index)
    series = []
    for term in terms:
        mine = rates[rates["term"].eq(term)].set_index("year").reindex(years)
        enough = mine["n_documents"].ge(few) & mine["documents_low"].notna()
        low, high = (
            values(mine[f"documents_{end}"].where(enough, mine[f"poisson_{end}"]))
            for end in ("low", "high")
        )
        joined = bool(documents.min() > 1)
        series.append(Series(str(term), values(mine["per_thousand"]), (), low, high, joined=joined))
    categories = tuple(f"{year}（{n} 篇）" for year, n in documents.items())
    return ChartData("line", tuple(series), categories, y_title=y_title)


def choice_chart(table: pd.DataFrame, measures: Mapping[str, str]) -> ChartData:
    """Measures of each number of topics, of the texts and of shuffled words."""
    series = tuple(
        Series(f"{name}，{told}", values(table[f"{measure}{ending}"]))
        for measure, name in measures.items()
        for ending, told in (("", "实际文字"), ("_shuffled", "打乱的文字"))
    )
    categories = tuple(str(int(k)) for k in table["k"])
    return ChartData("line", series, categories, x_title="主题数", number_format="0.00")


def without_chart(
    drawn: pd.DataFrame, categories: Sequence[str], names: tuple[str, str], x_title: str
) -> ChartData:
    """Coefficients without each unit beside that of all units."""
    series = (
        Series(names[0], values(drawn["without_it"])),
        Series(names[1], values(drawn["estimate"])),
    )
    return ChartData("bar", series, tuple(categories), x_title=x_title)


def exposures_chart(
    table: pd.DataFrame, estimators: Mapping[str, str], x_title: str, y_title: str
) -> ChartData:
    """Effects by periods since adoption, with intervals: a series an estimator, points not joined."""
    there = sorted(set(table["exposure"].astype(float)))
    series = []
    for estimator, name in estimators.items():
        mine = table[table["estimator"].eq(estimator)]
        if mine.empty:
            continue
        mine = mine.assign(exposure=mine["exposure"].astype(float)).set_index("exposure")
        mine = mine.reindex(there)
        low, high = (values(mine[end]) for end in ("conf_low", "conf_high"))
        series.append(Series(name, values(mine["estimate"]), (), low, high, joined=False))
    categories = tuple(f"{one:g}".replace("-", "−") for one in there)
    return ChartData("line", tuple(series), categories, x_title=x_title, y_title=y_title)


def interrupted_chart(
    drawn: pd.DataFrame, after: Sequence[bool], names: tuple[str, str, str], y_title: str
) -> ChartData:
    """A series (or its difference from another), the fit before and after, the line prolonged.

    `names` are those of the series, the fit and the prolonged line.
    """
    measured = drawn["difference" if "difference" in drawn else "outcome"]
    later = pd.Series(list(after), index=drawn.index)
    series = (
        Series(names[0], values(measured), joined=False),
        Series(f"{names[1]} 1", values(drawn["fitted"].mask(later)), marked=False),
        Series(f"{names[1]} 2", values(drawn["fitted"].where(later)), marked=False),
        Series(names[2], values(drawn["without_change"].where(later)), marked=False),
    )
    return ChartData("line", series, tuple(map(str, drawn["period"])), y_title=y_title)


def memberships_chart(
    table: pd.DataFrame, kinds: Mapping[str, str], named: pd.Series, x_title: str, y_title: str
) -> ChartData:
    """Cases by two memberships, a series a kind, with the diagonal."""
    series = []
    for kind, name in kinds.items():
        mine = table[table["kind"].eq(kind)]
        if mine.empty:
            continue
        told = tuple(
            str(label) if shown else ""
            for label, shown in zip(mine["label"], named.loc[mine.index], strict=True)
        )
        series.append(Series(name, values(mine["y"]), known(mine["x"]), point_names=told))
    series.append(Series("y = x", (0.0, 1.0), (0.0, 1.0), joined=True, marked=False))
    return ChartData(
        "scatter", tuple(series), x_title=x_title, y_title=y_title, number_format="0.0"
    )


def specifications_chart(
    drawn: pd.DataFrame, median: float, names: Sequence[str], level: float, titles: tuple[str, str]
) -> ChartData:
    """The curve of all specifications: a series a kind of p value, and the median as a line.

    `names` are those of: below `level`, not below, without p, median.
    """
    p = drawn["p_value"]
    ranks = pd.Series(range(1, len(drawn) + 1), index=drawn.index)
    series = []
    for chosen, name in ((p < level, names[0]), (p >= level, names[1]), (p.isna(), names[2])):
        mine = drawn[chosen]
        if len(mine):
            low, high = (values(mine[f"partial_r_{end}"]) for end in ("low", "high"))
            series.append(Series(name, values(mine["partial_r"]), known(ranks[chosen]), low, high))
    across = (1.0, float(len(drawn)))
    series.append(Series(names[3], (median, median), across, joined=True, marked=False))
    return ChartData("scatter", tuple(series), x_title=titles[0], y_title=titles[1])
