"""From a number to what it rests on: units, practices, sentences, figures, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import columns_of
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.marks import as_simulated
from pbgov.reporting.tracing.columns import Said, traced_column
from pbgov.reporting.tracing.evidence_rows import behind_evidence, behind_formula
from pbgov.reporting.tracing.material import material_of
from pbgov.reporting.tracing.tables import TABLES, Behind, behind_columns
from pbgov.reporting.tracing.units import units_table

if TYPE_CHECKING:
    from pathlib import Path

    from pbgov.evaluation.design import Design
    from pbgov.evaluation.remarks import Lang
    from pbgov.reporting.tracing.material import Material
    from pbgov.study import Study

INTERCEPT = "Intercept"


@dataclass(frozen=True, eq=False)
class Trace:
    """What a number rests on.

    Attributes
    ----------
    subject : str
        What is traced: the formula, or the id of a result.
    term : str
        The coefficient; '' for a result.
    printed : str
        Its value.
    units : DataFrame
        One row is one row of the regression: unit, name, one column for each column traced (the
        regressors of the term, then the outcome), ``agrees`` (whether what was traced gives these
        values; missing where nothing was), then, where they are at hand, residual, leverage,
        dfbetas, without_it and change (the coefficient without the unit, and minus it with).
    practices : DataFrame
        One row is one segment that was read about a unit for the share of a code: unit, column,
        code_id, doc_id, segment_id, practice, start, end, raw_start, raw_end, carries (whether it
        counts), text. The share of a unit is made of these rows.
    sentences : DataFrame
        One row is one judgement by which a segment carries the code: as `practices`, with coder,
        rule, evidence_start, evidence_end and evidence, the words it rests on.
    records : DataFrame
        One row is one figure: unit, column, indicator, period, value, unit_of, status, source, url.
    sources : DataFrame
        One row is one document: doc_id, title, path, digest (SHA-256 of the file), n (rows of
        `practices` in it), found (whether all were found again in the file just now; missing
        without a study), reason.
    remarks : tuple of Said
        What could not be traced, and why.
    simulated : bool
    """

    subject: str
    term: str
    printed: str
    units: pd.DataFrame
    practices: pd.DataFrame
    sentences: pd.DataFrame
    records: pd.DataFrame
    sources: pd.DataFrame
    remarks: tuple[Said, ...] = ()
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.simulated:
            for name in TABLES:
                table = getattr(self, name)
                if len(table):
                    object.__setattr__(self, name, as_simulated(table))

    def told(self, lang: Lang = "zh") -> str:
        """The trace as text: the number, its units with their sentences and figures, the files."""
        from pbgov.reporting.tracing.telling import told

        return told(self, lang)

    def chain(self, unit: str, lang: Lang = "zh") -> str:
        """From the number through one unit to its sentences and figures, as text.

        Raises
        ------
        InputError
            Where no such unit is in the trace.
        """
        from pbgov.reporting.tracing.telling import chain

        return chain(self, unit, lang)

    def __str__(self) -> str:
        return self.told()

    def _repr_html_(self) -> str:
        from pbgov.reporting.tracing.telling import as_html

        return as_html(self)


def trace(
    estimate: Estimate | NotEstimated | str,
    term: str | None = None,
    study: Study | Material | str | Path | None = None,
) -> Trace:
    """What a coefficient, or a result of a report, rests on: districts, practices, sentences, files.

    Parameters
    ----------
    estimate : Estimate, NotEstimated or str
        An estimate of a table that `score` and `join_panel` made, or the id of a result of the
        report, such as ``"practices.n"``, which needs `study`.
    term : str, optional
        Name of a coefficient, as in ``estimate.terms``; needed for an estimate. An interaction, a
        transformation or a group is traced to each column it is made of.
    study : Study, Material or path, optional
        Gives titles, files and places in the raw texts, and holds the sentences against the files.
        With it an estimate that was read back from a run can be traced too.

    Returns
    -------
    Trace
        What is lost (a table merged by hand, a column changed after scoring) stands in its
        ``remarks`` with the way out; nothing is guessed.

    Raises
    ------
    InputError
        Where the term or the result is not there, or `study` is missing for a result.
    """
    material = None if study is None else material_of(study)
    if isinstance(estimate, str):
        return _of_result(estimate, term, material)
    if isinstance(estimate, NotEstimated):
        return _of_refusal(estimate, material)
    if not isinstance(estimate, Estimate):
        raise InputError(
            f"cannot trace a {type(estimate).__name__}; pass an Estimate (of a correction: its naive"
            " or its corrected one) or the id of a result."
        )
    names = list(estimate.terms["term"])
    if term not in names:
        raise InputError(f"the estimate has no term {term!r}; its terms: {', '.join(names)}.")
    return _of_term(estimate, str(term), material)


def _of_term(estimate: Estimate, term: str, material: Material | None) -> Trace:
    row = estimate.terms[estimate.terms["term"] == term].iloc[0]
    design, remarks = _rows(estimate, material)
    columns = []
    if design is not None:
        made_of = columns_of(design, term)
        remarks += _on_term(term, made_of)
        outcome = columns_of(design, None) or _bounds(design, estimate.outcome)
        columns = [traced_column(name, design) for name in dict.fromkeys((*made_of, *outcome))]
        remarks += [one.reason for one in columns if one.reason is not None]
    names = {} if material is None else material.regions
    units, said = units_table(estimate, term, design, columns, names)
    lineage = None if design is None else design.lineage
    behind = behind_columns(columns, () if design is None else design.units, lineage, material)
    return Trace(
        subject=estimate.formula,
        term=term,
        printed=f"{row['estimate']:.6g}".replace("-", "−"),
        units=units,
        **behind.tables(),
        remarks=tuple(dict.fromkeys([*remarks, *said, *behind.remarks])),
        simulated=estimate.simulated,
    )


def _rows(estimate: Estimate, material: Material | None) -> tuple[Design | None, list[Said]]:
    """The rows of an estimate: those it carries, else those of the study with their digest."""
    carried = estimate.lineage
    if carried is not None and carried.lineage is not None:
        return carried, []
    if material is not None:
        found = material.rows_of(estimate)
        if found is not None:
            return found, []
        unknown = Said(
            "这个估计所用的表不是这次运行里的（摘要对不上），追溯不到句子。",
            "The table of this estimate is none of this run (its digest is another one).",
        )
        return carried, [unknown]
    if carried is not None:
        return carried, []
    stored = Said(
        "这个估计是从文件读回的，不带来源；请写 study=（研究文件夹），由运行结果里找回。",
        "This estimate was read from a file and carries no lineage; name its study: study=…",
    )
    return None, [stored]


def _bounds(design: Design, outcome: str) -> tuple[str, ...]:
    """The columns of an outcome that is known by its bounds."""
    return tuple(name for name in design.rows.columns if name in outcome)


def _on_term(term: str, made_of: tuple[str, ...]) -> list[Said]:
    if made_of == (term,):
        return []
    if term == INTERCEPT:
        return [
            Said(
                "截距不来自哪一列；下面是全部单位的结果。",
                "The intercept comes from no column; what follows is the outcome of all units.",
            )
        ]
    if not made_of:
        return [
            Said(
                f"“{term}”不来自表里的哪一列（由时期或模型本身算出）；下面只有结果。",
                f"{term!r} comes from no column of the table (periods or the model make it); what"
                " follows is the outcome.",
            )
        ]
    listed = "、".join(made_of)
    return [Said(f"“{term}”由列 {listed} 得来。", f"{term!r} is made of {', '.join(made_of)}.")]


def _of_refusal(refusal: NotEstimated, material: Material | None) -> Trace:
    """What there was where nothing could be estimated."""
    said = Said(
        f"没有估计出来（完整的只有 {refusal.n} 行）：{refusal.reason}。",
        f"Not estimated ({refusal.n} complete rows): {refusal.reason_en}.",
    )
    behind = Behind() if material is None else behind_formula(refusal.formula, material)
    return Trace(
        subject=refusal.formula,
        term="",
        printed="未估计",
        units=pd.DataFrame(),
        **behind.tables(),
        remarks=(said, *behind.remarks),
        simulated=refusal.simulated,
    )


def _of_result(result_id: str, term: str | None, material: Material | None) -> Trace:
    import difflib

    if material is None:
        raise InputError(f"name the study whose result {result_id!r} is: study=…")
    if term is not None:
        raise InputError(f"a result such as {result_id!r} has no terms; leave out {term!r}.")
    if result_id not in material.ledger:
        near = difflib.get_close_matches(result_id, list(material.ledger), n=5, cutoff=0.3)
        raise InputError(f"no result {result_id!r}; near it: {', '.join(near) or 'none'}.")
    result = material.ledger[result_id]
    behind = behind_evidence(result.rests_on, material)
    nothing = Said("这个结果不依据单个句子或指标。", "No sentence or figure is behind this result.")
    return Trace(
        subject=f"{result_id}（{result.meaning}）",
        term="",
        printed=result.printed,
        units=pd.DataFrame(),
        **behind.tables(),
        remarks=(() if result.rests_on else (nothing,)) + behind.remarks,
        simulated=result.simulated,
    )
