"""The chapters around them: conclusions and limits, the simulation, methods, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.recovery import CORRECTED, TRUE_LABELS
from pbgov.exhibits.coefficients import figure_recovery
from pbgov.exhibits.districts import figure_simulated_path
from pbgov.exhibits.estimates import table_recovery
from pbgov.reporting.chapters.main_claims import main_claims
from pbgov.reporting.prose import given, result
from pbgov.reporting.report import Block, Box, ExhibitBlock, Paragraph

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings


def conclusions(found: Findings) -> list[Block]:
    """The main statements, and what the data cannot say."""
    return [*main_claims(found), limits_box(found)]


def limits_box(found: Findings) -> Box:
    """What the data cannot say; every report has it."""
    practices = found.need("practices", "practices")
    sentences = [
        "文档写到一种做法，不等于做法有效；没有写到，也不等于没有做。",
        "文档不是随机抽取的，多为作者认可的成功做法，反例很少，不能推及别处。",
        "规则编码会判错，按区计算的占比带着编码误差；相关不等于因果，这里没有任何一个数字是“效果”。",
    ]
    answers = found.satisfaction_answers
    if answers and all(isinstance(answer, NotEstimated) for answer in answers.values()):
        sentences.insert(
            0,
            "手头的数据里没有足够多的区有可以比较的满意率，所以“哪种模式更让群众满意”这个问题，"
            "真实数据不能回答。",
        )
    if found.table("simulate", "panel") is not None:
        sentences.append("带【模拟】字样的表、图和文字都由程序生成，只检验方法，不能引用为事实。")
    if found.estimate("assess", "focal") is not None:
        sentences.append("区数很少时，只看得出很大的差别；没有发现差别，不等于没有差别。")
    if practices["status"].ne("已实施").any():
        sentences.append("“建议”和“计划”是文章的主张或打算，不是已经做到的事。")
    return Box("这些数据不能说明什么", tuple(sentences))


def simulation(found: Findings) -> list[Block]:
    """Planted effects, and whether the chain finds them."""
    plan = found.study.simulation
    panel, recovery = found.table("simulate", "panel"), found.table("simulate", "recovery")
    if plan is None or panel is None or recovery is None:
        return []
    source = (
        f"程序生成，种子 {found.study.seed}；区名、人口密度和全市{plan.city_path}走势是真实的"
        "（data/indicators），各区的段落和满意率是编造的"
    )

    def declared(number: float) -> str:
        return given(f"{number:g}", "study.toml [simulation]")

    planted = "、".join(
        f"{given(found.code_names.get(code, code), 'data/codebook')} {declared(effect)}"
        for code, effect in plan.effects.items()
    )
    levels = recovery["level"].unique()
    districts = recovery[recovery["level"] == levels[0]]
    label_names = {
        name: "规则编码，校正后" if name == CORRECTED else f"{name}编码"
        for name in recovery["labels"].unique()
        if name != TRUE_LABELS
    }
    return [
        Paragraph(
            f"为每个区从本研究的段落里随机抽取 {declared(plan.segments_per_district)} 段，再按设定的效应生成满意率"
            f"（效应以 logit 计，占比由 0 到 1：{planted}）。各模式的占比互不相关，所以可以一次检验一个模式。",
            "模拟",
        ),
        Paragraph(
            "然后假装不知道真值，把这些段落交给同一套规则编码、计分和回归，看能不能找回设定的效应"
            "（{fig-recovery}、{tab-recovery}）。真实标签一栏没有编码误差；规则编码一栏带着编码误差；"
            f"校正后一栏按已知概率抽 {declared(plan.audited)} 段由人核对（模拟里“人”就是真值），把规则编码的误差算进系数和区间。",
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


def method(found: Findings) -> list[Block]:
    """How the numbers were made, from the study's own record, and how to make them again."""
    return [
        *(Paragraph(text, "方法") for text in found.methods.paragraphs),
        Paragraph(
            "工作台的通行做法：夹心标准误配 Bell–McCaffrey 自由度{{cite:bell2002}}{{cite:imbens2016}}，置换 p 按“不小于”计数、不会为零"
            "{{cite:phipson2010}}，多重检验按 Holm 法校正{{cite:holm1979}}，比例的区间按 Wilson 法{{cite:wilson1927}}；"
            "区数太少、自由度不足时不给出 p 值，写明理由。",
            "方法",
        ),
        Paragraph(
            "evidence 文件夹里有每条做法和每个判断：在哪篇文档、从第几个字到第几个字、依据哪条规则、原文是什么；"
            "正文里由文字或指标数出来的数字，都可以由附录追到它所依据的引文和指标记录；其余的写明出在哪个文件。",
            "方法",
        ),
        Paragraph(
            f"随机数种子为 {result('study.seed')}。provenance.json 记下每个输入文件的摘要、软件版本和种子；"
            "输入、种子和软件版本都不变时，重新运行得到的表格一个字节也不会变。",
            "方法",
        ),
    ]
