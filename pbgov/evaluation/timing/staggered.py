"""Staggered adoption: districts take up a policy at different dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.estimate import NotEstimated, counted, counted_en
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.evaluation.timing.adoption_gaps import MISSING
from pbgov.evaluation.timing.adoption_remarks import adoption_remarks
from pbgov.evaluation.timing.adoption_tables import by_exposure_table, overall_table, table_of_cells
from pbgov.evaluation.timing.panels import AdoptionPanel, Unusable, read_adoption_panel
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.inference.timing.aggregation import KINDS, aggregate
from pbgov.inference.timing.group_time import (
    BASES,
    CONTROLS,
    GroupTime,
    PreTest,
    group_time_effects,
    pre_test,
    usable,
)
from pbgov.inference.timing.imputation import impute
from pbgov.inference.timing.randomisation import randomise_adoption
from pbgov.inference.timing.two_periods import METHODS
from pbgov.inference.timing.two_way import TwoWay, two_way_effect
from pbgov.marks import SIMULATED, as_simulated, is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from pbgov.evaluation.remarks import Lang
    from pbgov.indicators.panel import Panel
    from pbgov.inference.timing.group_time import Base, Control
    from pbgov.inference.timing.two_periods import Method

SEED = 20260101
_NO_CHANGE = 1e-12
_TABLES = ("group_time", "by_exposure", "overall")


@dataclass(frozen=True, eq=False)
class StaggeredAdoption:
    """Effects under parallel trends of a policy taken up at different dates.

    Attributes
    ----------
    outcome : str
    overall : DataFrame
        One row is one overall effect (`OVERALL_COLUMNS`), the headline "simple" first: "simple",
        "group", "dynamic", "calendar" after Callaway and Sant'Anna, and "imputation". Estimates are
        in units of the outcome. p_value, interval and minimum_detectable are NaN where the
        standard error cannot be trusted; p_permutation is that of randomisation inference.
    by_exposure : DataFrame
        One row is one estimator and one exposure, in periods since adoption (`EXPOSURE_COLUMNS`);
        exposures below 0 are pre-trends, with what they could have shown.
    group_time : DataFrame
        One row is one cohort and period (`GROUP_TIME_COLUMNS`); `missing` says why an effect is
        not estimated. std_error is 0 where a period is its own base.
    pre_test : PreTest
        Joint Wald test of all effects before adoption, as `did` prints it; with few clusters it
        rejects far too often.
    p_before : float
        Joint permutation test of the same, which holds its level; NaN where there is none.
    refused : TwoWay
        The two-way fixed effects coefficient, which is not an estimate of the effect.
    n : int
        Rows used.
    n_units, n_periods : int
        Units and periods of the balanced panel.
    n_clusters, n_treated, n_cohorts, n_never : int
        Clusters (districts); those that adopt within the panel after its first period; the dates at
        which they do; those that never adopt.
    unit_name : str
        What a cluster is, such as 区.
    control, method, base : str
    remarks : tuple of Remark
    simulated : bool
    inputs_digest : str
    seed : int
    n_permutations : int
    exact : bool
        Whether all dealings of the dates were compared.
    """

    outcome: str
    overall: pd.DataFrame
    by_exposure: pd.DataFrame
    group_time: pd.DataFrame
    pre_test: PreTest
    p_before: float
    refused: TwoWay
    n: int
    n_units: int
    n_periods: int
    n_clusters: int
    n_treated: int
    n_cohorts: int
    n_never: int
    unit_name: str
    control: str
    method: str
    base: str
    remarks: tuple[Remark, ...]
    simulated: bool
    inputs_digest: str
    seed: int
    n_permutations: int
    exact: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "remarks", in_order(self.remarks))
        if self.simulated or is_simulated([getattr(self, name) for name in _TABLES]):
            object.__setattr__(self, "simulated", True)
            for name in _TABLES:
                object.__setattr__(self, name, as_simulated(getattr(self, name)))

    @property
    def size(self) -> str:
        """N in Chinese: the districts, how many adopted, and the rows."""
        return (
            f"{counted(self.n_clusters, self.unit_name)}（其中 {self.n_treated} 个先后采用）"
            f" × {self.n_periods} 期，{self.n:,} 行"
        )

    @property
    def size_en(self) -> str:
        """N in English."""
        return (
            f"{counted_en(self.n_clusters, self.unit_name)} ({self.n_treated} adopting)"
            f" x {self.n_periods} periods, {self.n:,} rows"
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks as Chinese sentences."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks as English sentences."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """The result as text: how many districts, overall effects, exposures, every limit."""
        zh = lang == "zh"
        mark = (f"【{SIMULATED}】" if zh else "[simulated] ") if self.simulated else ""
        head = (
            f"{mark}{self.outcome}：先后采用的设计，N = {self.size}"
            if zh
            else f"{mark}{self.outcome}: staggered adoption; N = {self.size_en}"
        )
        tables = [
            table.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="—")
            for table in (self.overall, self.by_exposure)
        ]
        return "\n".join([head, *tables, *(f"· {one}" for one in sentences(self.remarks, lang))])

    def __str__(self) -> str:
        return self.render("zh")


def staggered_adoption(
    data: pd.DataFrame | Panel,
    outcome: str,
    unit: str,
    period: str,
    adopted: str,
    *,
    covariates: Sequence[str] = (),
    control: Control = "never",
    method: Method = "dr",
    base: Base = "varying",
    cluster: str | None = None,
    unit_name: str = "单位",
    seed: int = SEED,
    permutations: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> StaggeredAdoption | NotEstimated:
    """Effects of a policy that units take up at different dates, under parallel trends.

    Group-time effects after Callaway and Sant'Anna, the imputation estimator beside them, a
    randomisation test that deals the dates anew among districts, and the two-way fixed effects
    coefficient only to show how far it is off.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit and period.
    outcome, unit, period : str
        Columns. Periods are numbers, or texts all written 2019, 2019-Q1, 2019-01 or 2019-01-31.
    adopted : str
        Either the period of adoption, the same in all rows of a unit, missing (or 0, before all
        periods) where it never adopts; or 0 and 1, from adoption on 1.
    covariates : sequence of str
        Terms of a formula, such as "log(人口)"; values of the earlier of two periods are used.
        Trends need then be parallel among units with the same covariates only. Imputation,
        the randomisation test and the two-way coefficient do without.
    control : {"never", "not_yet"}
        Compare with units that never adopt, or also with those that have not yet.
    method : {"dr", "reg", "ipw"}
        How covariates enter: doubly robust, outcome regression or weights.
    base : {"varying", "universal"}
        What effects before adoption are compared with: the period before, or the last one before
        adoption.
    cluster : str, optional
        Column of the district that adopts, where units are its streets. Standard errors and the
        randomisation test are then at the level of the district.
    unit_name : str
        What a cluster, or without `cluster` a unit, is called in sentences.
    seed, permutations : int
        Of the dealings drawn where there are more than 50,000.
    progress : callable, optional
        Called with the dealings done and their number.

    Returns
    -------
    StaggeredAdoption or NotEstimated
        p values and intervals use t with one degree of freedom less than there are clusters. They
        are refused where three clusters or fewer are treated or compared with, or where a cohort
        has a single cluster: randomisation inference alone is left. NotEstimated where nothing
        can be compared: one period, no adoption within the panel, no unit left untreated, a
        constant outcome, values that are not finite.

    Raises
    ------
    InputError
        Where a column is missing or cannot be meant, a unit has several rows in a period, adoption
        reverses, or units of a cluster adopt at different dates.

    References
    ----------
    Callaway and Sant'Anna (2021), Borusyak, Jaravel and Spiess (2024), Goodman-Bacon (2021), as in
    `pbgov.inference.timing`.
    """
    from pbgov.evaluation.regression import table_of

    if control not in CONTROLS or method not in METHODS or base not in BASES:
        raise InputError(
            f"control {control!r}, method {method!r}, base {base!r}: control is one of"
            f" {', '.join(CONTROLS)}, method one of {', '.join(METHODS)}, base one of"
            f" {', '.join(BASES)}"
        )
    covariates = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    table, simulated = table_of(data)
    formula = f"{outcome} ~ {adopted} | {unit} + {period}"
    panel = read_adoption_panel(table, outcome, unit, period, adopted, covariates, cluster)
    if isinstance(panel, Unusable):
        return NotEstimated(formula, panel.n, panel.zh, panel.en, simulated)
    _refuse_mixed_clusters(panel, cluster)
    reason = _incomparable(panel, outcome, control)
    if reason is not None:
        return NotEstimated(formula, panel.outcome.size, *_with_gaps(reason, panel), simulated)

    given = panel.outcome, panel.periods, panel.adopted
    effects = group_time_effects(
        *given, panel.covariates, control=control, method=method, base=base
    )
    if np.isnan(effects.att).all():
        return NotEstimated(
            formula, panel.outcome.size, *_with_gaps(_nothing_left(effects), panel), simulated
        )
    clusters = panel.clusters[effects.units]
    aggregates = {kind: aggregate(effects, kind) for kind in KINDS}
    imputed = impute(*given, panel.clusters, leave_one_out=True)
    dealt = randomise_adoption(
        *given,
        panel.clusters,
        control=control,
        base=base,
        seed=seed,
        draws=permutations,
        progress=progress,
    )
    untreated = panel.periods < panel.adopted[:, None]
    refused = two_way_effect(panel.outcome, ~untreated)
    tested = pre_test(effects, clusters)
    overall, refusals = overall_table(panel, effects, aggregates, imputed, dealt)
    by_exposure = by_exposure_table(panel, effects, aggregates["dynamic"], imputed, dealt)
    remarks = adoption_remarks(
        panel,
        effects,
        imputed=imputed,
        dealt=dealt,
        refused=refused,
        tested=tested,
        overall=overall,
        refusals=refusals,
        by_exposure=by_exposure,
        covariates=covariates,
        clustered=cluster is not None,
        control=control,
        base=base,
        unit_name=unit_name,
        seed=seed,
        simulated=simulated,
    )
    inside = np.isfinite(panel.adopted) & (panel.adopted > panel.periods[0])
    return StaggeredAdoption(
        outcome=outcome,
        overall=overall,
        by_exposure=by_exposure,
        group_time=table_of_cells(panel, effects),
        pre_test=tested,
        p_before=dealt.p_before,
        refused=refused,
        n=panel.outcome.size,
        n_units=len(panel.units),
        n_periods=len(panel.periods),
        n_clusters=len(np.unique(panel.clusters)),
        n_treated=len(np.unique(panel.clusters[inside])),
        n_cohorts=len(np.unique(panel.adopted[inside])),
        n_never=len(np.unique(panel.clusters[np.isinf(panel.adopted)])),
        unit_name=unit_name,
        control=control,
        method=method,
        base=base,
        remarks=tuple(remarks),
        simulated=simulated,
        inputs_digest=panel.digest,
        seed=seed,
        n_permutations=dealt.n_dealings,
        exact=dealt.exact,
    )


def _refuse_mixed_clusters(panel: AdoptionPanel, cluster: str | None) -> None:
    if cluster is None:
        return
    names, first, codes = np.unique(panel.clusters, return_index=True, return_inverse=True)
    mixed = np.flatnonzero(panel.adopted != panel.adopted[first][codes])
    if len(mixed):
        raise InputError(
            f"{cluster} {names[codes[mixed[0]]]!r} has units that adopt at different dates; take as"
            " cluster the level at which the policy is adopted, or leave cluster out"
        )


def _incomparable(panel: AdoptionPanel, outcome: str, control: str) -> tuple[str, str] | None:
    """Why nothing can be compared, in Chinese and English."""
    if len(panel.periods) < 2:
        return "只有一个时期，看不到变化", "there is only one period, so no change to see"
    if np.ptp(panel.outcome) == 0:
        return f"结果变量“{outcome}”没有变化", f"the outcome {outcome!r} does not vary"
    if not np.isfinite(panel.adopted).any():
        return "面板的时期内没有单位采用", "no unit adopts within the periods of the panel"
    units, times = usable(panel.adopted, panel.periods)
    if not units.any() or not np.isfinite(panel.adopted[units]).any():
        return (
            "采用的单位在第一个时期就已经采用，没有采用之前的数据",
            "all that adopt did so by the first period; nothing is known of them before",
        )
    left = panel.adopted[units]
    if not times.any() or not (left <= panel.periods[times][-1]).any():
        return (
            "所有单位在同一时点采用，没有尚未采用的单位可作对照",
            "all units adopt at the same date; none is left untreated to compare with",
        )
    if control == "never" and not np.isinf(left).any():
        return (
            "没有始终不采用的单位；可改用尚未采用的单位作对照（control='not_yet'）",
            "no unit stays untreated; compare with those not yet treated (control='not_yet')",
        )
    if (n := len(np.unique(panel.clusters[units]))) < 4:
        return f"只有 {n} 个单位可以比较，至少需要 4 个", f"only {n} units to compare; need 4"
    change = panel.outcome[units] - panel.outcome[units][:, :1]
    nothing = _NO_CHANGE * np.ptp(panel.outcome[units])
    if np.ptp(change) <= nothing:
        return (
            f"“{outcome}”在各单位内部从不变化",
            f"{outcome!r} never changes within a unit",
        )
    if np.ptp(change, axis=0).max() <= nothing:
        return (
            f"各单位的“{outcome}”变化完全相同，采用与否分不出差别",
            f"{outcome!r} changes by the same amounts in all units, whether they adopt or not",
        )
    return None


def _with_gaps(reason: tuple[str, str], panel: AdoptionPanel) -> tuple[str, str]:
    """A reason, followed by what was left out before: it may be why."""
    zh = [one.zh.rstrip("。") for one in panel.remarks]
    en = [one.en.rstrip(".") for one in panel.remarks]
    return "；".join([reason[0], *zh]), "; ".join([reason[1], *en])


def _nothing_left(effects: GroupTime) -> tuple[str, str]:
    why = sorted({one for one in effects.missing if one})
    return (
        "给定协变量后没有一个队列可以比较（" + "；".join(MISSING[one][0] for one in why) + "）",
        f"given the covariates no cohort can be compared ({'; '.join(why)})",
    )
