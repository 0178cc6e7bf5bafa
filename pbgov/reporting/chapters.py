"""The chapters of the main job's report; each gives the blocks of one chapter, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.evaluation.estimate import NotEstimated
from pbgov.exhibits.agreement import figure_agreement, table_agreement
from pbgov.exhibits.coefficients import figure_recovery
from pbgov.exhibits.districts import figure_assessment, figure_simulated_path
from pbgov.exhibits.estimates import table_estimate, table_recovery
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.figures import figure_code_region_heatmap, figure_codes_by_document
from pbgov.exhibits.maps import figure_districts
from pbgov.exhibits.tables import table_corpus, table_data_coverage, table_practices, table_terms
from pbgov.indicators.regions import read_boundaries
from pbgov.reporting.claims import main_claims, overall, satisfaction_answers
from pbgov.reporting.report import Block, Box, ExhibitBlock, Paragraph, References

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.reporting.composition import Findings

NOT_SATISFACTION = "考核得分是对城市环境和接诉即办工作的考核，不是居民满意率。"


def _conclusions(found: Findings) -> list[Block]:
    return [*main_claims(found), _limits(found)]


def _limits(found: Findings) -> Box:
    practices = found.need("practices", "practices")
    sentences = [
        "文档写到一种做法，不等于做法有效；没有写到，也不等于没有做。",
        "文档不是随机抽取的，多为作者认可的成功做法，反例很少，不能推及别处。",
        "规则编码会判错，按区计算的占比带着编码误差；报告里没有用它得出任何真实的效应。",
    ]
    if found.study.satisfaction is not None:
        sentences.insert(
            0,
            "没有公开的数据表给出各区可以比较的满意率，所以“哪种模式更让群众满意”这个问题，"
            "现有真实数据不能回答。",
        )
    if found.table("simulate", "panel") is not None:
        sentences.append("带【模拟】字样的表、图和文字都由程序生成，只检验方法，不能引用为事实。")
    if found.estimate("assess", "focal") is not None:
        sentences.append("十几个区只看得出很大的差别；没有发现差别，不等于没有差别。")
    if practices["status"].ne("已实施").any():
        sentences.append("“建议”和“计划”是文章的主张或打算，不是已经做到的事。")
    return Box("这些数据不能说明什么", tuple(sentences))


def _documents(found: Findings) -> list[Block]:
    documents = found.need("read", "documents")
    problems = found.need("read", "problems")
    sentences = found.need("read", "sentences")
    n_sentences = int(sentences["kind"].eq("sentence").sum())
    shown = documents.assign(doc_id=[found.short_titles[name] for name in documents["doc_id"]])
    blocks: list[Block] = [
        Paragraph(
            f"读入 {len(documents)} 篇文档，切成 {n_sentences} 个句子；各片段首尾相接，拼起来与原文一字不差。"
            "关于文档的每个数字都由这些片段算出（{tab-corpus}）。",
            "真实",
        ),
        ExhibitBlock(table_corpus(shown, source=_cases(found))),
    ]
    if len(problems):
        blocks.append(
            Paragraph(
                f"有 {len(problems)} 个文件没有读入："
                + "；".join(f"{row.path}（{row.code}，{row.zh}）" for row in problems.itertuples()),
                "局限",
            )
        )
    unverified = documents.dropna(subset=["unverified"])
    if len(unverified):
        listed = "；".join(
            f"{found.short_titles[str(row.doc_id)]}：{row.unverified}"
            for row in unverified.itertuples()
        )
        blocks.append(Paragraph(f"元数据里有未经核实的项目（{listed}），引用前请核对。", "局限"))
    return blocks


def _practices(found: Findings) -> list[Block]:
    practices = found.need("practices", "practices")
    blocks: list[Block] = [
        Paragraph(
            "做法按段落查找：段落里要有组织，组织要有动作。段落带有“建议”“计划”一类用语的分别归类，"
            "其余按已实施计（{tab-practices}）。",
            "方法",
        ),
        ExhibitBlock(
            table_practices(
                practices, source=_cases(found), names=found.region_names, titles=found.short_titles
            )
        ),
    ]
    if (found.study.regions / "beijing_districts.geojson").is_file():
        blocks += _map_of_practices(found)
    return blocks


def _map_of_practices(found: Findings) -> list[Block]:
    boundaries = read_boundaries(found.study.regions)
    drawn = {feature["properties"]["region_code"] for feature in boundaries["features"]}
    regions = found.need("practices", "practices")["region_code"]
    counts = regions[regions.isin(drawn)].value_counts()
    if counts.empty:
        return []
    return [
        ExhibitBlock(
            figure_districts(
                counts.astype(float),
                boundaries,
                title="各区读到的做法条数",
                unit="条",
                note=f"共 {int(counts.sum())} 条做法能确定所在的区。斜线为没有读到做法的区："
                "没有读到，不等于没有做。条数取决于收入了哪些文档，不能比较各区的工作。",
                source=_cases(found),
            )
        )
    ]


def _terms(found: Findings) -> list[Block]:
    contrast = found.table("terms", "contrast")
    if contrast is None:
        return []
    return [
        Paragraph(
            "分词用 jieba 的词典和算法（不猜新词，结果可以重现）。下表是每篇文档比其他文档用得更多的词"
            "（{tab-terms}）；一篇文档里的词并不相互独立，数值只用来排序。",
            "方法",
        ),
        ExhibitBlock(table_terms(contrast, source=_cases(found), names=found.short_titles)),
    ]


def _coding(found: Findings) -> list[Block]:
    scores = found.need("score", "documents")
    regions = found.need("score", "regions")
    family = found.study.families[0] if found.study.families else str(scores["code_id"].iloc[0])
    family = family.split(".")[0]
    of_family = scores["code_id"].str.startswith(f"{family}.") & scores["code_id"].ne(
        f"{family}.NONE"
    )
    name = found.family_names.get(family, family)
    source = _cases(found) + "；规则编码"
    blocks: list[Block] = [
        Paragraph(
            "规则编码者只看段落正文，不看标题；线索词见编码手册，机构名称里的“组织”等字样先行屏蔽。"
            "一个段落线索打平时不判。每个判断都记下所依据的字词和位置。",
            "方法",
        ),
        ExhibitBlock(
            figure_codes_by_document(
                scores[of_family], source=source, labels=found.code_names, names=found.short_titles
            )
        ),
    ]
    agreement = found.table("agree", "agreement")
    if agreement is None:
        blocks.append(
            Paragraph("没有人工编码，无法检验规则编码的一致性；上图只能当作线索。", "局限")
        )
    else:
        summary = overall(agreement)
        summary = summary.assign(code_id=summary["family"] + "/" + summary["coder_a"])
        labels = {
            f"{family}/{coder}": f"{found.family_names.get(family, family)}·{coder}"
            for family, coder in zip(summary["family"], summary["coder_a"], strict=True)
        }
        coders_named = "；".join(
            f"{coder} 为{found.coder_name(coder)}" for coder in summary["coder_a"].unique()
        )
        judged = f"{_cases(found)}；data/codings（{coders_named}）"
        coders = ("规则编码", "人工编码")
        blocks += [
            ExhibitBlock(table_agreement(summary, source=judged, labels=labels, coders=coders)),
            ExhibitBlock(figure_agreement(summary, source=judged, labels=labels, coders=coders)),
        ]
    read = regions[regions["n_segments"] > 0]
    if len(read):
        of_family = regions["code_id"].isin(scores.loc[of_family, "code_id"])
        blocks.append(
            ExhibitBlock(
                figure_code_region_heatmap(
                    regions[of_family],
                    source=source,
                    labels=found.code_names,
                    names=found.region_names,
                )
            )
        )
    blocks.insert(
        1,
        Paragraph(
            f"以“{name}”为例，各文档的做法分布如下；全部编码族的判断和占比见 evidence 文件夹。",
            "真实",
        ),
    )
    return blocks


def _indicators(found: Findings) -> list[Block]:
    indicators = found.table("indicators", "indicators")
    register = found.table("indicators", "register")
    if indicators is None or register is None:
        return []
    used = _indicators_used(found)
    shown = indicators[indicators["indicator"].isin(used)] if used else indicators
    kept = indicators["indicator"].nunique()
    return [
        Paragraph(
            f"登记了 {len(register)} 个指标、{len(indicators)} 个数字，每个数字都有出处和来源等级；"
            f"本报告用到其中 {shown['indicator'].nunique()} 个（共 {kept} 个，{{tab-data-coverage}}）。",
            "真实",
        ),
        ExhibitBlock(
            table_data_coverage(shown, source="data/indicators（每个数字的 source_url 见原表）")
        ),
    ]


def _indicators_used(found: Findings) -> set[str]:
    study = found.study
    used = set()
    if study.assessment is not None:
        used |= {covariate.indicator for covariate in study.assessment.covariates}
    if study.satisfaction is not None:
        used.add(study.satisfaction.indicator)
    if study.simulation is not None:
        used |= {study.simulation.city_path, study.simulation.density.indicator}
    return used


def _satisfaction(found: Findings) -> list[Block]:
    plan = found.study.satisfaction
    answers = satisfaction_answers(found)
    if plan is None or not answers:
        return []
    rows = [
        {
            "编码": found.code_names.get(code, code),
            "可用的区": answer.n,
            "结论": "不予估计" if isinstance(answer, NotEstimated) else "已估计",
            "理由": answer.reason if isinstance(answer, NotEstimated) else "见正文",
        }
        for code, answer in answers.items()
    ]
    body = pd.DataFrame(rows)
    return [
        Paragraph(
            f"按计划，要用各区“{plan.indicator}”对各模式的占比作回归。程序先数一数有几个区两样数据都有，"
            "不够就不估计，并写明理由（{tab-satisfaction}）。",
            "方法",
        ),
        ExhibitBlock(
            Exhibit(
                exhibit_id="tab-satisfaction",
                title=f"模式占比与{plan.indicator}：能不能估计",
                body=body,
                note=f"N 为占比与{plan.indicator}都有数字的区数（取有数字的区最多的一期）。"
                "没有公开的数据表给出北京 16 个区的满意率：没有一年有两个区公布过。",
                source=f"{_cases(found)}；data/indicators 的“{plan.indicator}”",
                data=body,
            )
        ),
    ]


def _assessment(found: Findings) -> list[Block]:
    plan = found.study.assessment
    data = found.table("assess", "data")
    focal, wider = found.estimate("assess", "focal"), found.estimate("assess", "all")
    if plan is None or data is None or focal is None or wider is None:
        return []
    source = (
        "data/assessment（首都环境建设管理考核，各媒体转载）；data/indicators（普查与统计数字）"
    )
    density = dict(zip(data["region_code"], data[plan.focal], strict=True))
    labels = _period_labels(data)
    return [
        Paragraph(
            "每组只公布第一名和最后一名的得分，其余各区只知道夹在两者之间。只用公布了的得分等于按结果挑选样本，"
            "所以用区间回归（最大似然）：公布的按确数，没有公布的按上下界（{fig-assessment}）。"
            + NOT_SATISFACTION,
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
        ExhibitBlock(
            table_estimate(
                wider,
                title="考核得分与全部声明的协变量（区间回归）",
                source=source,
                exhibit_id="tab-assessment-all",
                labels=labels,
            )
        ),
    ]


def _period_labels(data: pd.DataFrame) -> dict[str, str]:
    first, *others = sorted(data["period"].unique())
    labels = {f"C(period)[T.{period}]": f"{period} 月（对 {first}）" for period in others}
    return {"Intercept": "常数项", **labels}


def _simulation(found: Findings) -> list[Block]:
    plan = found.study.simulation
    panel, recovery = found.table("simulate", "panel"), found.table("simulate", "recovery")
    if plan is None or panel is None or recovery is None:
        return []
    source = (
        f"程序生成，种子 {found.study.seed}；区名、人口密度和全市{plan.city_path}走势是真实的"
        "（data/indicators），各区的段落和满意率是编造的"
    )
    planted = "、".join(
        f"{found.code_names.get(code, code)} {effect:g}" for code, effect in plan.effects.items()
    )
    levels = recovery["level"].unique()
    districts = recovery[recovery["level"] == levels[0]]
    label_names = {name: f"{name}编码" for name in recovery["labels"].unique() if name != "真值"}
    return [
        Paragraph(
            f"为每个区从本研究的段落里随机抽取 {plan.segments_per_district} 段，再按设定的效应生成满意率"
            f"（效应以 logit 计，每增加 1 个占比：{planted}）。各模式的占比互不相关，所以可以一次检验一个模式。",
            "模拟",
        ),
        Paragraph(
            "然后假装不知道真值，把这些段落交给同一套规则编码、计分和回归，看能不能找回设定的效应"
            "（{fig-recovery}、{tab-recovery}）。真实标签一栏没有编码误差；规则编码一栏带着编码误差。",
            "模拟",
        ),
        ExhibitBlock(figure_simulated_path(panel, source=source, names=found.region_names)),
        ExhibitBlock(
            figure_recovery(
                districts, source=source, labels=found.code_names, label_names=label_names
            )
        ),
        ExhibitBlock(
            table_recovery(
                districts, source=source, labels=found.code_names, label_names=label_names
            )
        ),
    ]


def _method(found: Findings) -> list[Block]:
    study = found.study
    return [
        Paragraph(
            "文档按原样读入（UTF-8、GB18030 或 Big5），切成段落和句子，不丢一个字；做法、编码、词频都记下原文位置。"
            "编码手册、词典、编码记录和指标都是可以用 WPS 或 Excel 打开的表格，读入时逐行检查。",
            "方法",
        ),
        Paragraph(
            "回归默认用 HC2 稳健标准误和 Bell–McCaffrey 自由度（分组数据用 CR2），旁边并列置换检验；"
            "区数太少、自由度不足时不给出 p 值，写明理由。多个检验用 Holm 法校正。",
            "方法",
        ),
        Paragraph(
            "evidence 文件夹里有每条做法和每个判断：在哪篇文档、从第几个字到第几个字、依据哪条规则、原文是什么。",
            "方法",
        ),
        Paragraph(
            f"随机数种子为 {study.seed}。provenance.json 记下每个输入文件的摘要、软件版本和种子；"
            "输入不变，重新运行得到的表格一个字节也不会变。",
            "方法",
        ),
    ]


def _references(found: Findings) -> list[Block]:
    entries = [_document_entry(row) for row in found.need("read", "documents").itertuples()]
    assessment, indicators = (
        found.table("indicators", name) for name in ("assessment", "indicators")
    )
    if assessment is not None:
        entries += [
            f"首都环境建设管理考核得分，{'、'.join(sorted(rows['period'].unique()))}：{address}"
            for address, rows in assessment.groupby("source_url")
        ]
    if indicators is not None:
        used = indicators[indicators["indicator"].isin(_indicators_used(found))]
        entries += [
            f"{'、'.join(sorted(rows['indicator'].unique()))}：{address}"
            for address, rows in used.groupby("source_url")
        ]
    return [References(tuple(entries))]


def _document_entry(document: Any) -> str:
    known = {
        name: str(getattr(document, name))
        for name in ("authors", "original_title", "title", "venue", "published", "rights")
        if pd.notna(getattr(document, name, None)) and str(getattr(document, name))
    }
    title = known.get("original_title") or known.get("title", document.doc_id)
    missing = (
        "（原题名缺失，此为摘编题名）"
        if "rights" in known and "original_title" not in known
        else ""
    )
    return (
        f"{known.get('authors', '作者缺失')}：《{title}》{missing}，{known.get('venue', '出处缺失')}，"
        f"{known.get('published', '时间缺失')}。"
    )


def _cases(found: Findings) -> str:
    return f"本研究的 {len(found.need('read', 'documents'))} 篇文档"


CHAPTERS: tuple[tuple[str, Callable[[Findings], list[Block]]], ...] = (
    ("主要结论", _conclusions),
    ("材料", _documents),
    ("做法", _practices),
    ("用词", _terms),
    ("编码与一致性", _coding),
    ("指标", _indicators),
    ("真实数据：模式与满意率", _satisfaction),
    ("真实数据：考核得分", _assessment),
    ("模拟演示", _simulation),
    ("方法与复现", _method),
    ("资料来源", _references),
)
