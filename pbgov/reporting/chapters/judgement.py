"""Parts of the chapter on codes: how the gold codings came about, and what a rival framework changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pbgov.coding.codebook import read_codebook
from pbgov.coding.codebooks.crosswalk import CROSSWALK_FILE, read_crosswalk
from pbgov.coding.frameworks import FrameworkChange
from pbgov.exhibits.disagreements import table_adjudication
from pbgov.exhibits.frameworks import figure_framework_heatmap, table_framework_change
from pbgov.reporting.composition import cases
from pbgov.reporting.prose import result
from pbgov.reporting.report import Block, ExhibitBlock, Paragraph

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings


def adjudicated(found: Findings) -> list[Block]:
    """The share of stretches settled by unanimity and by decision; nothing where one person coded."""
    share = found.table("gold", "share")
    if share is None or not share["n"].sum():
        return []
    total = share.iloc[-1]
    source = f"{cases(found)}；data/codings"
    settled = int(total["n_unanimous"] + total["n_adjudicated"])
    said = (
        f"{result('gold.n')} 项（片段×编码族）里，各人一致的 {result('gold.n_unanimous')} 项，经裁定的 "
        f"{result('gold.n_adjudicated')} 项（{result('gold.share')}），其余 {result('gold.n_open')} 项没有定论"
        "（{tab-adjudication}），不作推测。"
    )
    against = int(found.need("gold", "outcomes")["against_unanimity"].sum())
    if against:
        said += f"其中 {result('gold.n_against')} 项的裁定与各人后来一致的判断不同，应当复核。"
    if not settled:
        said += "也就是说，还没有一个片段是两个人都判过、并且有了定论的：金标准是空的，上面的比较都只是与一个人的判断相比。"
    return [
        Paragraph(said, "方法" if settled else "局限"),
        ExhibitBlock(table_adjudication(share, source=source, labels=found.family_names)),
    ]


def rival_framework(found: Findings) -> list[Block]:
    """What changes when the rival framework takes the codebook's place, where the study has one."""
    tables = ("counts", "expectations", "kept", "shares", "ranks")
    results = {name: found.table("rival", name) for name in tables}
    kept = {name: table for name, table in results.items() if table is not None}
    if len(kept) < len(tables):
        return []
    folder = found.study.inputs["rival"]
    crosswalk = read_crosswalk(
        folder / CROSSWALK_FILE, read_codebook(found.study.codebook), read_codebook(folder)
    )
    n_segments = json.loads(str(found.results["rival"]["n_segments"]))
    change = FrameworkChange(crosswalk, n_segments, **kept)
    source = f"{cases(found)}；规则编码；{folder.name}"
    return [
        Paragraph(
            f"换一个框架，结果会变：用另一本编码手册给同样的 {result('rival.n_segments')} 段重新编码，"
            f"各文档在对应编码上的 {result('rival.n_ranks')} 个名次里有 {result('rival.n_moved')} 个变了"
            "（{tab-framework-change}，{fig-framework-heatmap}）。名次会变的结论，不能只凭一个框架来写。",
            "真实",
        ),
        ExhibitBlock(table_framework_change(change, source=source)),
        ExhibitBlock(figure_framework_heatmap(change, source=source)),
    ]
