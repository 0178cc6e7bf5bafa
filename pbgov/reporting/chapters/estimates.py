"""Chapters on the numbers: indicators, satisfaction, the bounded assessment scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.exhibits.coefficients import figure_coefficients
from pbgov.exhibits.declared import table_declared_tests
from pbgov.exhibits.districts import figure_assessment
from pbgov.exhibits.estimates import table_estimate
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.missing import MOST_INDICATORS, figure_missing
from pbgov.exhibits.numerals import (
    decimals_for,
    format_count,
    format_interval,
    format_number,
    format_p,
)
from pbgov.exhibits.tables import table_data_coverage
from pbgov.reporting.chapters.main_claims import group_confounding
from pbgov.reporting.composition import cases
from pbgov.reporting.prose import given, result
from pbgov.reporting.report import Block, ExhibitBlock, Paragraph
from pbgov.reporting.results.estimates import focal_row, share_term

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings


def indicators(found: Findings) -> list[Block]:
    """The figures there are."""
    indicators = found.table("indicators", "indicators")
    register = found.table("indicators", "register")
    if indicators is None or register is None:
        return []
    used = found.indicators_used
    shown = indicators[indicators["indicator"].isin(used)] if used else indicators
    return [
        Paragraph(
            f"登记了 {result('indicators.n')} 个指标、{result('indicators.n_figures')} 个数字，每个数字都有出处和来源等级；"
            f"本报告列出其中 {result('indicators.n_used')} 个（{{tab-data-coverage}}）。",
            "真实",
        ),
        ExhibitBlock(
            table_data_coverage(shown, source="data/indicators（每个数字的 source_url 见原表）")
        ),
        *_missing(found, shown),
    ]


def _missing(found: Findings, shown: pd.DataFrame) -> list[Block]:
    """Which districts lack which of the figures, where there are districts and few enough figures."""
    regions = found.need("practices", "regions")
    districts = regions[regions["level"] == "district"]
    of_districts = shown[shown["region_code"].isin(districts["region_code"])]
    if of_districts.empty or of_districts["indicator"].nunique() > MOST_INDICATORS:
        return []
    provinces = of_districts["region_code"].str[:2].unique()
    units = districts.loc[districts["region_code"].str[:2].isin(provinces), "region_code"]
    return [
        ExhibitBlock(
            figure_missing(
                of_districts,
                source="data/indicators",
                units=units,
                names=found.region_names,
            )
        )
    ]


def satisfaction(found: Findings) -> list[Block]:
    """Real satisfaction rates against the share of each code, or why not."""
    plan = found.study.satisfaction
    answers = found.satisfaction_answers
    if plan is None or not answers:
        return []
    estimates = {code: one for code, one in answers.items() if isinstance(one, Estimate)}
    refused = {code: one for code, one in answers.items() if isinstance(one, NotEstimated)}
    source = f"{cases(found)}的规则编码；data/indicators 的“{plan.indicator}”"
    blocks: list[Block] = [
        Paragraph(
            f"按计划，用各区“{given(plan.indicator, 'study.toml')}”对每个编码的占比分别作回归，取有数字的区最多的一期；"
            "程序先数一数有几个区两样数据都有，不够就不估计，并写明理由。",
            "方法",
        )
    ]
    if plan.remark:
        remark = given(plan.remark, "study.toml [satisfaction] remark")
        blocks.append(Paragraph(remark, "局限"))
    if estimates:
        blocks += [
            ExhibitBlock(_table_of_satisfaction(found, estimates, plan.indicator, source)),
            ExhibitBlock(
                figure_coefficients(
                    {found.code_names.get(code, code): one for code, one in estimates.items()},
                    title=f"{plan.indicator}与各编码占比：系数与 95% 区间",
                    source=source,
                    unit="百分点，占比由 0 到 1",
                    exhibit_id="fig-satisfaction",
                    labels={share_term(code): found.code_names.get(code, code) for code in answers},
                )
            ),
        ]
    if refused:
        blocks.append(ExhibitBlock(_table_of_refusals(found, refused, plan.indicator, source)))
    return blocks


def declared_tests(found: Findings) -> list[Block]:
    """What came of the tests that were declared beforehand."""
    tests = found.study.tests
    if not tests:
        return []
    estimates = [
        one
        for step in ("satisfaction", "assess")
        for name in found.results[step]
        if (one := found.estimate(step, name)) is not None
    ]
    return [
        Paragraph(
            f"study.toml 在运行之前声明了 {result('study.n_tests')} 项检验；其余的检验都标为探索性的（{{tab-declared}}）。",
            "方法",
        ),
        ExhibitBlock(
            table_declared_tests(
                tests,
                estimates,
                source="study.toml；本报告各表",
                labels={share_term(code): name for code, name in found.code_names.items()},
            )
        ),
    ]


def _table_of_satisfaction(
    found: Findings, estimates: dict[str, Estimate], indicator: str, source: str
) -> Exhibit:
    terms = pd.concat(
        [focal_row(one, share_term(code)).to_frame().T for code, one in estimates.items()],
        ignore_index=True,
    ).assign(code_id=list(estimates), n=[one.n for one in estimates.values()])
    terms["p_holm"] = adjust_p(terms["p_permutation"].astype(float))
    rows = []
    for row in terms.to_dict("records"):
        places = decimals_for(row["std_error"])
        rows.append(
            {
                "编码": found.code_names.get(row["code_id"], row["code_id"]),
                "区数": format_count(row["n"]),
                "估计值": format_number(row["estimate"], places),
                "95% 区间": format_interval(row["conf_low"], row["conf_high"], places),
                "p": format_p(row["p_value"]),
                "置换 p": format_p(row["p_permutation"], row["n_permutations"]),
                "Holm p": format_p(row["p_holm"], row["n_permutations"]),
            }
        )
    first = next(iter(estimates.values()))
    limits = dict.fromkeys(sentence for one in estimates.values() for sentence in one.limits)
    return Exhibit(
        exhibit_id="tab-satisfaction",
        title=f"{indicator}与各编码的占比：逐个编码的回归",
        body=pd.DataFrame(rows),
        note=f"N = {first.n_units} 个{first.unit_name}。{first.method}，{first.covariance}；每行是一次单独的回归，"
        f"单位为百分点（占比由 0 到 1）；Holm p 按 {len(rows)} 次检验校正置换 p。"
        "占比由规则编码得出；没有按已知概率抽取的人工金标准样本，无法校正编码误差，系数可能偏小，错误随结果而变时"
        "也可能无中生有。抽了样本（pbgov gold）以后，用 pbgov.correct_scores 得出并列的校正值。"
        + "".join(limits),
        source=source,
        data=terms,
        evidence=tuple(estimates.values()),
    )


def _table_of_refusals(
    found: Findings, refused: dict[str, NotEstimated], indicator: str, source: str
) -> Exhibit:
    body = pd.DataFrame(
        {
            "编码": [found.code_names.get(code, code) for code in refused],
            "可用的区": [one.n for one in refused.values()],
            "结论": "不予估计",
            "理由": [
                one.reason.replace(share_term(code), f"{found.code_names.get(code, code)}的占比")
                for code, one in refused.items()
            ],
        }
    )
    return Exhibit(
        exhibit_id="tab-not-estimated",
        title=f"{indicator}与编码占比：不予估计的项目",
        body=body,
        note=f"N 为占比与{indicator}都有数字的区数（取有数字的区最多的一期）。不予估计不是“没有关系”。",
        source=source,
        data=body,
        evidence=tuple(refused.values()),
    )


def assessment(found: Findings) -> list[Block]:
    """The bounded assessment scores against district characteristics."""
    plan = found.study.assessment
    data = found.table("assess", "data")
    focal, wider = found.estimate("assess", "focal"), found.estimate("assess", "all")
    if plan is None or data is None or focal is None:
        return []
    source = (
        "data/assessment（首都环境建设管理考核，各媒体转载）；data/indicators（普查与统计数字）"
    )
    density = dict(zip(data["region_code"], data[plan.focal], strict=True))
    labels = found.region_names | _term_labels(data)
    return [
        Paragraph(
            "每组只公布第一名和最后一名的得分，其余各区只知道夹在两者之间。只用公布了的得分等于按结果挑选样本，"
            "所以用区间回归（最大似然）：公布的按确数，没有公布的按上下界（{fig-assessment}）。"
            "考核得分是对城市环境和接诉即办工作的考核，不是居民满意率。",
            "方法",
        ),
        ExhibitBlock(figure_assessment(data, density, source=source, names=found.region_names)),
        ExhibitBlock(
            table_estimate(
                focal,
                title=f"考核得分与{plan.focal}（区间回归）",
                source=source,
                exhibit_id="tab-assessment-focal",
                labels=labels,
            )
        ),
        *([] if wider is None else [ExhibitBlock(_table_of_all(wider, source, labels))]),
        *_within_groups(found, source, labels),
    ]


def _table_of_all(wider: Estimate | NotEstimated, source: str, labels: dict[str, str]) -> Exhibit:
    return table_estimate(
        wider,
        title="考核得分与全部声明的协变量（区间回归）",
        source=source,
        exhibit_id="tab-assessment-all",
        labels=labels,
    )


def _within_groups(found: Findings, source: str, labels: dict[str, str]) -> list[Block]:
    plan, grouped = found.study.assessment, found.estimate("assess", "grouped")
    if plan is None or grouped is None:
        return []
    return [
        Paragraph(f"{group_confounding(found)}。", "局限"),
        ExhibitBlock(
            table_estimate(
                grouped,
                title=f"考核得分与{plan.focal}，在考核分组之内（区间回归）",
                source=source,
                exhibit_id="tab-assessment-grouped",
                labels=labels,
            )
        ),
    ]


def _term_labels(data: pd.DataFrame) -> dict[str, str]:
    first, *others = sorted(data["period"].unique())
    labels = {f"C(period)[T.{period}]": f"{period} 月（对 {first}）" for period in others}
    reference, *groups = sorted(data["peer_group"].unique())
    labels |= {f"C(peer_group)[T.{group}]": f"{group}（对{reference}）" for group in groups}
    return {"Intercept": "常数项", **labels}
