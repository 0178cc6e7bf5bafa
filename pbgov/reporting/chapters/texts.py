"""Chapters on the documents: what was read, which practices, which words, which codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.coding.rules import CODER
from pbgov.exhibits.agreement import figure_agreement, table_agreement
from pbgov.exhibits.figures import figure_code_region_heatmap, figure_codes_by_document
from pbgov.exhibits.maps import figure_districts
from pbgov.exhibits.mosaic import RESIDUAL, figure_mosaic
from pbgov.exhibits.repairs import table_repairs
from pbgov.exhibits.tables import table_corpus, table_practices, table_terms
from pbgov.indicators.regions import read_boundaries
from pbgov.reporting.chapters.judgement import adjudicated, rival_framework
from pbgov.reporting.composition import cases
from pbgov.reporting.prose import given, result
from pbgov.reporting.report import Block, ExhibitBlock, Paragraph
from pbgov.reporting.results.coding import overall

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings


METADATA_NAMES = {
    "title": "题名",
    "authors": "作者",
    "venue": "刊物",
    "published": "刊期",
    "city": "城市",
    "district": "区",
    "genre": "体裁",
}


def documents(found: Findings) -> list[Block]:
    """What was read, and what could not be."""
    documents = found.need("read", "documents")
    problems = found.need("read", "problems")
    shown = documents.assign(doc_id=[found.short_titles[name] for name in documents["doc_id"]])
    blocks: list[Block] = [
        Paragraph(
            f"读入 {result('documents.n')} 篇文档，切成 {result('documents.n_sentences')} 个句子；各片段首尾相接，拼起来与"
            "修复后的文本一字不差。关于文档的每个数字都由这些片段算出（{tab-corpus}）。",
            "真实",
        ),
        ExhibitBlock(table_corpus(shown, source=cases(found))),
        *_repairs(found),
    ]
    if len(problems):
        blocks.append(
            Paragraph(
                f"有 {result('documents.n_problems')} 个文件没有读入："
                + "；".join(
                    given(f"{row.path}（{row.code}，{row.zh}）", "evidence/problems.csv")
                    for row in problems.itertuples()
                ),
                "局限",
            )
        )
    remarks = found.need("read", "remarks")
    if len(remarks):
        blocks.append(
            Paragraph(
                f"读入时有 {result('documents.n_remarks')} 条提醒（没有照收的内容、没有把握的修复等），逐条见 evidence/remarks.csv。",
                "局限",
            )
        )
    unverified = documents.dropna(subset=["unverified"])
    if len(unverified):
        listed = "；".join(
            f"{_titled(found, str(row.doc_id))}：{given(_in_chinese(str(row.unverified)), 'evidence')}"
            for row in unverified.itertuples()
        )
        blocks.append(Paragraph(f"元数据里有未经核实的项目（{listed}），引用前请核对。", "局限"))
    return blocks


def _repairs(found: Findings) -> list[Block]:
    """What had to be repaired in the texts, and what stays damaged."""
    repairs = found.need("read", "repairs")
    if repairs.empty:
        return [Paragraph("这些文档没有发现需要修复的损坏。", "真实")]
    return [
        Paragraph(
            f"文本有损坏，列出 {result('repairs.n')} 处：{result('repairs.inferred')} 处是据上下文推断补入的，"
            f"{result('repairs.unrepaired')} 处没有把握、"
            "原样保留，其余已经修复（{tab-repairs}）。逐处的改前、改后和在原文的位置见 evidence/repairs.csv；"
            "引用推断和原样保留的地方之前，请核对原刊。",
            "真实",
        ),
        ExhibitBlock(
            table_repairs(
                repairs,
                found.need("read", "documents"),
                source=cases(found),
                titles=found.short_titles,
            )
        ),
    ]


def _titled(found: Findings, doc_id: str) -> str:
    """Author and year of a document, as they are printed."""
    return given(found.short_titles[doc_id], "evidence/metadata.csv")


def _in_chinese(keys: str) -> str:
    return "、".join(METADATA_NAMES.get(key, key) for key in keys.split("、"))


def practices(found: Findings) -> list[Block]:
    """The practices found, by document and by district."""
    practices = found.need("practices", "practices")
    if practices.empty:
        return [
            Paragraph(
                "没有找到做法：没有一个段落既写到组织，又写到这个组织做了、要做或应做什么。",
                "局限",
            )
        ]
    blocks: list[Block] = [
        Paragraph(
            "做法逐段查找：一段可以写到几个做法，每个做法是其中连续的几句，要有组织，组织要有动作；没有主语的措施"
            "归上文写到的组织，并且注明。带有“建议”“计划”一类用语的分别归类，其余按已实施计（{tab-practices}）。",
            "方法",
        ),
        ExhibitBlock(
            table_practices(
                practices, source=cases(found), names=found.region_names, titles=found.short_titles
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
                note=f"共 {int(counts.sum())} 条做法能确定在本图的某个区（其他城市的不在图上）。斜线为没有读到做法的区："
                "没有读到，不等于没有做。条数取决于收入了哪些文档，不能比较各区的工作。",
                source=cases(found),
            )
        )
    ]


def terms(found: Findings) -> list[Block]:
    """The words that set each document apart."""
    contrast = found.table("terms", "contrast")
    if contrast is None:
        return []
    return [
        Paragraph(
            "分词用 jieba 的词典和算法（不猜新词，结果可以重现）。下表是每篇文档比其他文档用得更多的词"
            "（{tab-terms}）；一篇文档里的词并不相互独立，数值只用来排序。",
            "方法",
        ),
        ExhibitBlock(table_terms(contrast, source=cases(found), names=found.short_titles)),
    ]


def coding(found: Findings) -> list[Block]:
    """What the rule coder found, and how far it agrees with people."""
    if found.need("practices", "practices").empty:
        return [Paragraph("没有找到做法，各编码的占比无从算起。", "局限")]
    scores = found.need("score", "documents")
    regions = found.need("score", "regions")
    family = found.study.families[0] if found.study.families else str(scores["code_id"].iloc[0])
    family = family.split(".")[0]
    of_family = scores["code_id"].str.startswith(f"{family}.") & scores["code_id"].ne(
        f"{family}.{RESIDUAL}"
    )
    name = found.family_names.get(family, family)
    source = cases(found) + "；规则编码"
    blocks: list[Block] = [
        Paragraph(
            "规则编码者只看段落正文，不看标题；线索词见编码手册，机构名称里的“组织”等字样先行屏蔽。"
            "一个段落线索打平时不判。每个判断都记下所依据的字词和位置。按地区计算占比时，只算已实施的做法。",
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
        blocks.append(_not_compared(found))
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
        judged = f"{cases(found)}；data/codings（{coders_named}）"
        coders = ("规则编码", "人工编码")
        blocks += [
            ExhibitBlock(table_agreement(summary, source=judged, labels=labels, coders=coders)),
            ExhibitBlock(figure_agreement(summary, source=judged, labels=labels, coders=coders)),
        ]
    blocks += [*adjudicated(found), *_mosaic(found)]
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
            f"以“{given(name, 'data/codebook')}”为例，各文档的做法分布如下；全部编码族的判断和占比见 evidence 文件夹。",
            "真实",
        ),
    )
    return [*blocks, *rival_framework(found)]


def _mosaic(found: Findings) -> list[Block]:
    """The first two compared families crossed, where practices carry codes of both."""
    families = found.study.families[:2]
    codings = found.need("score", "codings")
    given = codings[(codings["value"] == 1) & ~codings["code_id"].str.endswith(f".{RESIDUAL}")]
    held = [given["code_id"].str.startswith(f"{family}.") for family in families]
    if len(families) < 2 or not set(given["segment_id"][held[0]]) & set(
        given["segment_id"][held[1]]
    ):
        return []
    practices = found.need("practices", "practices")
    figure = figure_mosaic(
        codings,
        (families[0], families[1]),
        source=f"{cases(found)}；规则编码",
        practices=practices.set_index("practice_id")["practice"],
        labels=found.code_names | found.family_names,
        seed=found.study.seed,
    )
    return [
        Paragraph(
            "同一条做法可以既判为一种模式、又判为一类创新；两族编码合在一起的多少见{fig-mosaic}。"
            "图上的符号说明比互不相关时多还是少，不说明哪一种带来哪一种。",
            "方法",
        ),
        ExhibitBlock(figure),
    ]


def _not_compared(found: Findings) -> Paragraph:
    coders = set(found.need("code", "codings")["coder"])
    people = "、".join(sorted(coders - {CODER}))
    if not people:
        why = "没有人工编码"
    elif CODER not in coders:
        why = "规则编码没有给出任何判断（编码手册没有线索词，或者线索词都没有出现）"
    else:
        why = (
            f"{given(people, 'data/codings')} 的人工编码没有与规则编码比较上（study.toml 的 references 没有写他们，"
            "或者他们判的不是整段）"
        )
    return Paragraph(f"{why}，无法检验规则编码的一致性；上图只能当作线索。", "局限")
