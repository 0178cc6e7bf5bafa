"""What a multiverse tells: the median and the shares first, and which choices move it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from pbgov.evaluation.doubts.multiverse_remarks import remarks_on_multiverse
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.inference.curves import LEVEL
from pbgov.marks import SIMULATED, SIMULATED_NOTE, SIMULATED_NOTE_EN, as_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.doubts.curve import JudgedCurve
    from pbgov.evaluation.remarks import Lang

WITH = "with_"
INCLUDED = ("不纳入", "纳入")
NUMBERS = (
    "n",
    "n_units",
    "estimate",
    "std_error",
    "df",
    "p_value",
    "conf_low",
    "conf_high",
    "partial_r",
    "partial_r_low",
    "partial_r_high",
    "reason",
    "reason_en",
)
BY_CHOICE = (
    "axis",
    "choice",
    "n_specifications",
    "n_estimated",
    "median",
    "shift",
    "share_same_sign",
    "share_significant",
    "variance_share",
)
AXIS_NAMES = {
    "outcome": ("结果", "Outcome"),
    "focal": ("解释变量", "Focal regressor"),
    "controls": ("控制变量", "Controls"),
    "rows": ("样本", "Rows"),
    "编码": ("编码", "Coding"),
    "编码者": ("编码者", "Coder"),
    "分析单位": ("分析单位", "Segmentation"),
    "计量": ("计量", "Measure"),
}


def axis_name(axis: str, lang: Lang) -> str:
    """What a column of choices is called in print; coding axes keep the caller's name."""
    if axis.startswith(WITH):
        control = axis.removeprefix(WITH)
        return f"控制 {control}" if lang == "zh" else f"Control {control}"
    return AXIS_NAMES.get(axis, (axis, axis))[lang == "en"]


@dataclass(frozen=True)
class MultiverseSummary:
    """A multiverse in numbers; the curve is one of partial correlations.

    Attributes
    ----------
    n_specifications, n_estimated, n_tested : int
        All of them; those with an estimate; those with a p value (a sandwich is refused under
        four degrees of freedom or with three units or fewer in a group).
    median, low, high : float
        Of the partial correlations.
    share_same_sign : float
        Share of those estimated that have the sign of the median.
    share_significant : float
        Share of those tested with p < .05; NaN where none is.
    p_median, p_same_sign, p_significant : float
        Permutation p values of the median, of the share of the commoner sign, and of the
        share with p < .05 (with clusters by CR1S and t(G - 1), which are fast). NaN where units
        cannot exchange their focal values; the last also where no specification has a p value.
    n_permutations : int
    exact : bool
    """

    n_specifications: int
    n_estimated: int
    n_tested: int
    median: float
    low: float
    high: float
    share_same_sign: float
    share_significant: float
    p_median: float
    p_same_sign: float
    p_significant: float
    n_permutations: int
    exact: bool


@dataclass(frozen=True, eq=False)
class Multiverse:
    """Every specification, and what they say together.

    Attributes
    ----------
    formula : str
        Outcomes ~ focal regressors, alternatives between bars.
    table : DataFrame
        One row is one specification: the choices (the coding axes, outcome, focal, controls,
        rows, and ``with_<control>`` 纳入 or 不纳入), n, n_units, estimate and its interval (units
        of the outcome per unit of the focal regressor), std_error, df, p_value, partial_r with
        its interval, reason and reason_en ('' where estimated, else all numbers are NaN). The
        interval of ``partial_r`` is that of the estimate in other units (times the length of
        what the controls leave of the focal regressor, by that of the outcome): it holds 0
        where the other does, and may pass -1 or 1.
    by_choice : DataFrame
        One row is one choice of one axis: n_specifications, n_estimated, median, ``shift`` (of
        the median from that of all), share_same_sign (as the median of all),
        share_significant, and ``variance_share`` of its axis: the variance of the partial
        correlations that lies between the choices of this axis, 0 to 1; what the axes do not
        have is their interplay.
    summary : MultiverseSummary
    axes : tuple of str
        Columns of `table` that hold choices and have two or more.
    band : DataFrame
        rank, low, high: where 95 % of the permuted curves lie at each rank; empty without them.
    n_band : int
        Permutations that the band rests on: all, or the first where memory is short.
    n_units : int
        Units of all tables together.
    unit_name, covariance, covariance_en : str
    remarks : tuple of Remark
    seed : int
    simulated : bool
    """

    formula: str
    table: pd.DataFrame
    by_choice: pd.DataFrame
    summary: MultiverseSummary
    axes: tuple[str, ...]
    band: pd.DataFrame
    n_band: int
    n_units: int
    unit_name: str
    covariance: str
    covariance_en: str
    remarks: tuple[Remark, ...]
    seed: int
    simulated: bool

    def limits(self, lang: Lang = "zh") -> tuple[str, ...]:
        """The remarks as sentences of one language."""
        return sentences(self.remarks, lang)

    def __str__(self) -> str:
        head = f"【{SIMULATED}】" if self.simulated else ""
        moved = self.by_choice.drop_duplicates("axis").sort_values(
            "variance_share", ascending=False, kind="stable"
        )
        first = [remark for remark in self.remarks if remark.rule == "multiverse"]
        others = [remark for remark in self.remarks if remark.rule != "multiverse"]
        lines = [f"· {remark.zh}" for remark in (*first, *others)]
        if len(moved):
            shares = "，".join(
                f"{axis_name(axis, 'zh')} {share:.0%}"
                for axis, share in zip(moved["axis"], moved["variance_share"], strict=True)
            )
            lines.append(f"· 各项选择占偏相关系数方差的比例：{shares}。")
        return "\n".join([f"{head}{self.formula}", *lines])


def put_together(
    table: pd.DataFrame,
    judged: JudgedCurve,
    *,
    formula: str,
    axes: tuple[str, ...],
    n_units: int,
    unit_name: str,
    clustered: bool,
    seed: int,
    simulated: bool,
) -> Multiverse:
    """A multiverse from its table and the permutations of its curve."""
    table = _with_intervals(table)
    summary = _summary(table, judged)
    covariance, covariance_en = "HC2 + Bell–McCaffrey 自由度", "HC2 + Bell–McCaffrey df"
    if clustered:
        covariance = f"CR2（按{unit_name}聚类）+ Satterthwaite 自由度"
        covariance_en = "CR2 + Satterthwaite df"
    by_choice = _by_choice(table, axes, summary.median)
    ranks = np.arange(1, len(judged.band) + 1)
    band = pd.DataFrame({"rank": ranks, "low": judged.band[:, 0], "high": judged.band[:, 1]})
    if simulated:
        table, by_choice, band = map(as_simulated, (table, by_choice, band))
    remarks = [
        *([Remark("simulated", SIMULATED_NOTE, SIMULATED_NOTE_EN)] if simulated else []),
        *remarks_on_multiverse(
            table, summary, judged, n_units, unit_name, seed, clustered=clustered
        ),
    ]
    return Multiverse(
        formula=formula,
        table=table,
        by_choice=by_choice,
        summary=summary,
        axes=axes,
        band=band,
        n_band=judged.n_band,
        n_units=n_units,
        unit_name=unit_name,
        covariance=covariance,
        covariance_en=covariance_en,
        remarks=in_order(remarks),
        seed=seed,
        simulated=simulated,
    )


def _with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Intervals where there is a p value, and the columns in their order."""
    half = stats.t.ppf(0.975, table["df"]) * table["std_error"].where(table["p_value"].notna())
    estimate = table["estimate"]
    ratio = (table["partial_r"] / estimate.where(estimate.ne(0))).abs()
    table = table.assign(
        conf_low=estimate - half,
        conf_high=estimate + half,
        partial_r_low=table["partial_r"] - half * ratio,
        partial_r_high=table["partial_r"] + half * ratio,
    )
    choices = [name for name in table.columns if name not in NUMBERS]
    return table[[*choices, *NUMBERS]]


def _summary(table: pd.DataFrame, judged: JudgedCurve) -> MultiverseSummary:
    r, p = table["partial_r"].dropna(), table["p_value"].dropna()
    median = float(r.median())
    test = judged.test
    nan = float("nan")
    return MultiverseSummary(
        n_specifications=len(table),
        n_estimated=len(r),
        n_tested=len(p),
        median=median,
        low=float(r.min()),
        high=float(r.max()),
        share_same_sign=float((np.sign(r) == np.sign(median)).mean()),
        share_significant=float((p < LEVEL).mean()) if len(p) else nan,
        p_median=test.p_median if test else nan,
        p_same_sign=test.p_same_sign if test else nan,
        p_significant=test.p_significant if test and len(p) else nan,
        n_permutations=test.n_permutations if test else 0,
        exact=test.exact if test else False,
    )


def _by_choice(table: pd.DataFrame, axes: tuple[str, ...], median: float) -> pd.DataFrame:
    r = table["partial_r"]
    total = float(((r - r.mean()) ** 2).sum())
    rows = []
    for axis in axes:
        means = r.groupby(table[axis]).transform("mean")[r.notna()]
        between = float(((means - r.mean()) ** 2).sum())
        for choice, part in table.groupby(axis, sort=False):
            mine, p = part["partial_r"].dropna(), part["p_value"].dropna()
            centre = float(mine.median()) if len(mine) else float("nan")
            same = float((np.sign(mine) == np.sign(median)).mean()) if len(mine) else float("nan")
            rows.append(
                (
                    axis,
                    str(choice),
                    len(part),
                    len(mine),
                    centre,
                    centre - median,
                    same,
                    float((p < LEVEL).mean()) if len(p) else float("nan"),
                    between / total if total > 0 else float("nan"),
                )
            )
    made = pd.DataFrame(rows, columns=list(BY_CHOICE))
    return made.astype({"axis": "str", "choice": "str"})
