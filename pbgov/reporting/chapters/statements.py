"""The chapter on what the documents state: slogans and what they list, figures, claims of effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.exhibits.formulas import table_formulas
from pbgov.exhibits.quantities import figure_quantities, table_claims
from pbgov.reporting.composition import cases
from pbgov.reporting.prose import result
from pbgov.reporting.report import Block, ExhibitBlock, Paragraph

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings


def statements(found: Findings) -> list[Block]:
    """Slogans that promise more than they list, changes with both ends stated, claims by evidence."""
    return [*_claims(found), *_changes(found), *_slogans(found)]


def _claims(found: Findings) -> list[Block]:
    claims = found.need("extract", "claims")
    if claims.empty:
        return []
    return [
        Paragraph(
            f"文档里说到成效的有 {result('claims.n')} 处，其中 {result('claims.n_bare')} 处没有给出任何数字"
            "（{tab-claims}）。"
            "没有数字不等于没有成效，只是读者无从核对。",
            "真实",
        ),
        ExhibitBlock(table_claims(claims, source=cases(found), titles=found.short_titles)),
    ]


def _changes(found: Findings) -> list[Block]:
    quantities = found.need("extract", "quantities")
    changes = quantities["from_value"].notna() & quantities["unit"].eq("%")
    if not changes.any():
        return []
    figure = figure_quantities(quantities, source=cases(found), titles=found.short_titles)
    said = f"写明“从多少到多少”的比例有 {result('quantities.n_changes')} 项（{{fig-quantities}}）；都是文档自述，没有另行核实。"
    return [Paragraph(said, "真实"), ExhibitBlock(figure)]


def _slogans(found: Findings) -> list[Block]:
    formulas = found.need("extract", "formulas")
    promising = formulas[formulas["promised"].notna() & formulas["form"].ne("count")]
    short = promising[promising["status"].ne("full")]
    if short.empty:
        return []
    return [
        Paragraph(
            f"带数字的口号和公式有 {result('formulas.n')} 个，其中 {result('formulas.n_short')} 个在附近没有列满它说的项数"
            "（{tab-formulas}）。同名的口号在不同文档里可能指不同的内容，不能按名称合并。",
            "真实",
        ),
        ExhibitBlock(table_formulas(short, source=cases(found), titles=found.short_titles)),
    ]
