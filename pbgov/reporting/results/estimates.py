"""Results of the declared analyses: every term of every estimate, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import Estimate, NotEstimated, counted
from pbgov.exhibits.numerals import (
    decimals_for,
    format_interval,
    format_number,
    format_p,
    format_percent,
    is_missing,
)
from pbgov.reporting.ledger import Nature, Result, record_id
from pbgov.reporting.results.naming import count, name_of, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pbgov.reporting.composition import Findings

LEVEL = 0.05


def share_term(code: str) -> str:
    """Name of the term that is the share of a code, in an estimate from a panel."""
    return f"share_{code}"


def focal_row(estimate: Estimate, term: str) -> pd.Series:
    """The row of the declared term."""
    return estimate.terms[estimate.terms["term"] == term].iloc[0]


def printed_p(value: float, draws: float | None = None) -> str:
    """A p value with its sign: = 0.032, or < 0.001."""
    printed = format_p(value, draws)
    return printed if printed[:1] in "<>" else f"= {printed}"


def on_indicators(found: Findings) -> Iterator[Result]:
    """How many indicators and figures are registered."""
    indicators = found.table("indicators", "indicators")
    register = found.table("indicators", "register")
    if indicators is None or register is None:
        return
    used = indicators["indicator"].isin(found.indicators_used)
    shown = indicators[used] if used.any() else indicators
    for name, value, meaning in (
        ("n", len(register), "登记的指标个数"),
        ("n_figures", len(indicators), "登记的数字个数"),
        ("n_used", shown["indicator"].nunique(), "本报告列出的指标个数"),
    ):
        yield count(f"indicators.{name}", value, meaning, origin="data/indicators")


def on_satisfaction(found: Findings) -> Iterator[Result]:
    """The real rates against the share of each code of the declared family."""
    plan = found.study.satisfaction
    answers = found.satisfaction_answers
    if plan is None or not answers:
        return
    estimates = {code: one for code, one in answers.items() if isinstance(one, Estimate)}
    origin, refused = "tables/tab-satisfaction.csv", "tables/tab-not-estimated.csv"
    counted_in = origin if estimates else refused
    practices = found.need("practices", "practices")
    done = stretches(practices[practices["status"] == "已实施"])
    yield from _adjusted(estimates, plan.indicator, origin, done)
    yield count(
        "satisfaction.n_codes", len(answers), "要与满意率作回归的编码个数", origin=counted_in
    )
    yield count(
        "satisfaction.n_estimated",
        len(estimates),
        "可以与满意率作回归的编码个数",
        origin=counted_in,
    )
    yield count(
        "satisfaction.n_clear",
        clear_of_zero(estimates),
        "95% 区间不含零、而且按 Holm 法校正后的置换 p 小于 0.05 的编码个数",
        origin=counted_in,
        nature="association",
        rests_on=done,
    )
    for code, one in answers.items():
        name = found.code_names.get(code, code)
        yield from _on_answer(
            one,
            ("satisfaction", code),
            f"{plan.indicator}与“{name}”占比",
            {share_term(code): f"“{name}”的占比"},
            origin if code in estimates else refused,
            done,
        )


def _adjusted(
    estimates: dict[str, Estimate], indicator: str, origin: str, rests_on: tuple[str, ...]
) -> Iterator[Result]:
    """The Holm-adjusted permutation p of each code, among those of the family that have one."""
    rows = {code: focal_row(one, share_term(code)) for code, one in estimates.items()}
    rows = {code: row for code, row in rows.items() if not is_missing(row["p_permutation"])}
    if not rows:
        return
    adjusted = adjust_p([float(row["p_permutation"]) for row in rows.values()])
    for (code, row), p in zip(rows.items(), adjusted, strict=True):
        yield Result(
            name_of("satisfaction", code, share_term(code), "p_holm"), float(p),
            printed_p(p, row["n_permutations"]),
            f"{indicator}与“{code}”占比：按 Holm 法校正后的置换 p", "association",
            origin=origin, simulated=estimates[code].simulated, rests_on=rests_on,
        )  # fmt: skip


def clear_of_zero(estimates: dict[str, Estimate]) -> int:
    """How many intervals exclude zero where the Holm-adjusted permutation p is below 0.05 too."""
    rows = [focal_row(one, share_term(code)) for code, one in estimates.items()]
    if not rows:
        return 0
    adjusted = adjust_p([float(row["p_permutation"]) for row in rows])
    return sum(
        bool(row["conf_low"] * row["conf_high"] > 0) and bool(p < LEVEL)
        for row, p in zip(rows, adjusted, strict=True)
    )


def on_assessment(found: Findings) -> Iterator[Result]:
    """The bounded assessment scores against district characteristics."""
    plan, data = found.study.assessment, found.table("assess", "data")
    if plan is None or data is None:
        return
    evidence = assessment_records(found)
    for name, meaning in (
        ("focal", f"考核得分与{plan.focal}"),
        ("all", "考核得分与全部声明的协变量"),
        ("grouped", f"考核得分与{plan.focal}，在考核分组之内"),
    ):
        one = found.estimate("assess", name)
        if one is not None:
            origin = f"tables/tab-assessment-{name}.csv"
            yield from _on_answer(one, ("assess", name), meaning, {}, origin, evidence)
    between = share_between_groups(data, plan.focal)
    if not is_missing(between):
        yield Result(
            "assess.between_groups",
            between,
            format_percent(between, 0),
            f"{plan.focal}的差别在考核分组之间的比例",
            "description",
            origin="data/indicators",
            rests_on=evidence,
        )
    focal = found.estimate("assess", "focal")
    if isinstance(focal, Estimate):
        yield count(
            "assess.focal.n_bounded",
            focal.n - int(focal.fit["n_exact"]),
            "只知上下界的得分个数",
            origin="tables/tab-assessment-focal.csv",
            rests_on=evidence,
        )


def share_between_groups(data: pd.DataFrame, focal: str) -> float:
    """Share of the variance of a district characteristic that lies between the peer groups."""
    districts = data.drop_duplicates("region_code")
    values = districts[focal]
    means = values.groupby(districts["peer_group"]).transform("mean")
    whole = ((values - values.mean()) ** 2).sum()
    return float(((means - values.mean()) ** 2).sum() / whole) if whole else float("nan")


def assessment_records(found: Findings) -> tuple[str, ...]:
    """Ids of the scores and of the covariates' figures that the assessment rests on."""
    plan, data = found.study.assessment, found.table("assess", "data")
    indicators = found.table("indicators", "indicators")
    if plan is None or data is None:
        return ()
    ids = [
        record_id(ASSESSMENT, str(row.region_code), str(row.period)) for row in data.itertuples()
    ]
    regions = set(data["region_code"])
    if indicators is None:
        return tuple(dict.fromkeys(ids))
    for covariate in plan.covariates:
        rows = indicators[
            (indicators["indicator"] == covariate.indicator)
            & (indicators["period"] == covariate.period)
            & indicators["region_code"].isin(regions)
        ]
        ids += [
            record_id(covariate.indicator, str(region), covariate.period)
            for region in rows["region_code"]
        ]
    return tuple(dict.fromkeys(ids))


ASSESSMENT = "考核得分"


def on_simulation(found: Findings) -> Iterator[Result]:
    """How many planted effects the chain found, for each way of labelling."""
    recovery = found.table("simulate", "recovery")
    if recovery is None:
        return
    origin = "tables/模拟_tab-recovery.csv"
    districts = recovery[recovery["level"] == recovery["level"].iloc[0]]

    def simulated(name: str, value: Any, meaning: str) -> Result:
        return count(
            name_of("simulate", name), value, f"模拟：{meaning}", origin=origin, simulated=True
        )

    yield simulated("n_districts", districts["n_units"].max(), "编造满意率的区数")
    for place, (labels, rows) in enumerate(districts.groupby("labels", sort=False)):
        told = f"标签来自“{labels}”"
        at = ("truth", "coded", "corrected")[place] if place < 3 else str(place)
        given = rows["conf_low"].notna()
        yield simulated(f"{at}.n_modes", len(rows), f"{told}时检验的模式效应个数")
        yield simulated(f"{at}.n_given", given.sum(), f"{told}时给出区间的估计个数")
        yield simulated(
            f"{at}.n_refused", (~given).sum(), f"{told}时自由度不足、不给区间的估计个数"
        )
        covered = rows["covers_truth"].eq(True).sum()
        yield simulated(f"{at}.n_covered", covered, f"{told}时包含设定值的 95% 区间个数")


def on_method(found: Findings) -> Iterator[Result]:
    """The seed and the number of declared tests."""
    study = found.study
    yield Result(
        "study.seed", study.seed, str(study.seed), "随机数种子", "method", origin="study.toml"
    )
    yield count(
        "study.n_tests",
        len(study.tests),
        "事先声明的检验项数",
        origin="study.toml",
        nature="method",
    )


def _on_answer(
    answer: Estimate | NotEstimated,
    at: tuple[str, ...],
    meaning: str,
    labels: dict[str, str],
    origin: str,
    rests_on: tuple[str, ...],
) -> Iterator[Result]:
    nature: Nature = "association"
    if isinstance(answer, NotEstimated):
        yield count(
            name_of(*at, "n"), answer.n, f"{meaning}：可用的行数", origin=origin,
            simulated=answer.simulated, rests_on=rests_on,
        )  # fmt: skip
        yield Result(
            name_of(*at, "reason"), answer.reason, answer.reason, f"{meaning}：不予估计的理由",
            "description", origin=origin, simulated=answer.simulated,
            rests_on=rests_on,
        )  # fmt: skip
        return
    for size, n, printed, what in (
        ("n", answer.n, f"{answer.n:,}", "行数"),
        ("n_units", answer.n_units, counted(answer.n_units, answer.unit_name), "单位数"),
    ):
        yield Result(
            name_of(*at, size), n, printed, f"{meaning}：{what}", "count", origin=origin,
            simulated=answer.simulated, rests_on=rests_on,
        )  # fmt: skip
    for row in answer.terms.to_dict("records"):
        term = str(row["term"])
        about = f"{meaning}：{labels.get(term, term)}"
        for name, value, printed, what in _numbers_of(row):
            yield Result(
                name_of(*at, term, name), value, printed, f"{about}的{what}", nature,
                origin=origin, simulated=answer.simulated, rests_on=rests_on,
            )  # fmt: skip


def _numbers_of(row: dict[Any, Any]) -> Iterator[tuple[str, float | str, str, str]]:
    """Name, value, print and meaning of each number of a term that is there."""
    places = decimals_for(row["std_error"])
    for name, what in (
        ("estimate", "系数"),
        ("std_error", "标准误"),
        ("minimum_detectable", "可查出的最小系数"),
    ):
        if not is_missing(row.get(name)):
            yield name, float(row[name]), format_number(row[name], places), what
    if not is_missing(row["estimate"]):
        size = abs(float(row["estimate"]))
        yield "size", size, format_number(size, places), "系数的绝对值"
    if not (is_missing(row["conf_low"]) and is_missing(row["conf_high"])):
        interval = format_interval(row["conf_low"], row["conf_high"], places)
        yield "interval", f"{row['conf_low']}–{row['conf_high']}", interval, "系数的 95% 区间"
    draws = row.get("n_permutations")
    for name, what, of_draws in (
        ("p_value", "p 值", None),
        ("p_permutation", "置换 p 值", draws),
    ):
        if not is_missing(row.get(name)):
            yield name, float(row[name]), printed_p(row[name], of_draws), what
