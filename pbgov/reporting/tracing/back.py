"""From a sentence to everything that rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pbgov.cache import table_of
from pbgov.evaluation.design import columns_of
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.indicators.lineage import SHARE, STRETCH, lineage_of
from pbgov.reporting.report import Claim, Number
from pbgov.reporting.tracing.changes import OF_CHANGES, changes_of
from pbgov.reporting.tracing.columns import traced_column
from pbgov.reporting.tracing.evidence_rows import columns_in
from pbgov.reporting.tracing.material import material_of
from pbgov.reporting.tracing.place import Place, place_of
from pbgov.reporting.tracing.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from pbgov.reporting.ledger import Result
    from pbgov.reporting.tracing.material import Material
    from pbgov.study import Study

OF_PRACTICES = {
    "practice_id": "str",
    "doc_id": "str",
    "start": "Int64",
    "end": "Int64",
    "region_code": "str",
    "status": "str",
    "text": "str",
}
OF_CODINGS = {
    "doc_id": "str",
    "start": "Int64",
    "end": "Int64",
    "code_id": "str",
    "coder": "str",
    "rule": "str",
    "value": "Int64",
    "of": "str",
}
OF_SCORES = {
    "of": "str",
    "unit": "str",
    "code_id": "str",
    "carries": "boolean",
    "share": "float64",
    "n_segments": "Int64",
}
OF_ESTIMATES = {
    "step": "str",
    "name": "str",
    "formula": "str",
    "term": "str",
    "unit": "str",
    "estimated": "boolean",
}
OF_RESULTS = {"result_id": "str", "printed": "str", "meaning": "str", "evidence": "str"}
OF_EXHIBITS = {"exhibit_id": "str", "title": "str"}
OF_CLAIMS = {"text": "str", "confidence": "str", "results": "str"}


@dataclass(frozen=True, eq=False)
class TraceBack:
    """Everything in a run that rests on one place of the documents.

    Attributes
    ----------
    doc_id : str
    start, end, raw_start, raw_end : int
    text : str
    practices : DataFrame
        The practices that share a character with the place.
    codings : DataFrame
        The judgements on stretches that do: ``of`` is paragraphs, or the units whose shares they
        enter (regions, documents).
    scores : DataFrame
        One row is unit x code of a share that such a stretch was read for; ``carries`` says
        whether one of them counts for the code.
    estimates : DataFrame
        One row is a coefficient that rests on such a share; ``term`` is missing where nothing could
        be estimated.
    results : DataFrame
        The results of the report, and the evidence through which they rest on the place.
    exhibits : DataFrame
        The exhibits that show such results.
    claims : DataFrame
        The statements of the report that name such results.
    would_change : DataFrame
        Coefficients of which `fragility` or leaving out one unit says that they turn: ``by`` is
        one of these, ``fewest`` how many judgements or units it takes, ``alone`` whether this
        place alone does it. Empty where neither says so: then nothing is known, not that
        nothing would change.
    remarks : tuple of Said
        Where neither could be asked, and why.
    """

    doc_id: str
    start: int
    end: int
    raw_start: int
    raw_end: int
    text: str
    practices: pd.DataFrame
    codings: pd.DataFrame
    scores: pd.DataFrame
    estimates: pd.DataFrame
    results: pd.DataFrame
    exhibits: pd.DataFrame
    claims: pd.DataFrame
    would_change: pd.DataFrame
    remarks: tuple[Any, ...] = ()

    def told(self, lang: str = "zh") -> str:
        """The trace as text of one language."""
        from pbgov.reporting.tracing.telling_back import told_back

        return told_back(self, lang)

    def __str__(self) -> str:
        return self.told()

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.told())}</pre>"


def trace_back(
    place: str | tuple[str, int, int], study: Study | Material | str | Path
) -> TraceBack:
    """What rests on a sentence: practices, judgements, shares, coefficients, results, statements.

    Parameters
    ----------
    place : str or tuple
        ``"doc:12-40"``, ``("doc", 12, 40)``, the id of a segment or practice, or words that stand
        in the documents once.
    study : Study, Material or path
        A study that was run; what its cache does not have is computed. A `Material` (of
        `material_of`) saves that for the next call.

    Returns
    -------
    TraceBack

    Raises
    ------
    InputError
        Where there is no such place, or the words stand in several.
    """
    material = material_of(study)
    found = place_of(place, material)
    estimates = list(_estimates(found, material))
    results = _results(found, material)
    ids = list(dict.fromkeys(one["result_id"] for one in results))
    changes, remarks = changes_of(found, estimates, material)
    raw = material.documents.raw(*found)
    return TraceBack(
        *found,
        *raw,
        text=material.documents.words(*found),
        practices=_practices(found, material),
        codings=_codings(found, material),
        scores=_scores(found, material),
        estimates=table(estimates, OF_ESTIMATES),
        results=table(results, OF_RESULTS),
        exhibits=_exhibits([material.ledger[one] for one in ids], material),
        claims=_claims(set(ids), material),
        would_change=table(changes, OF_CHANGES),
        remarks=remarks,
    )


def _practices(place: Place, material: Material) -> pd.DataFrame:
    practices = table_of(material.results, "practices", "practices")
    return practices.loc[place.meets(practices), list(OF_PRACTICES)].reset_index(drop=True)


def _codings(place: Place, material: Material) -> pd.DataFrame:
    codings = table_of(material.results, "code", "codings")
    parts = [codings[place.meets(codings)].assign(of="paragraphs")]
    for name, scores in material.scores.items():
        lineage = lineage_of(scores)
        if lineage is not None:
            own = lineage.codings[place.meets(lineage.codings)]
            parts.append(own.assign(of=name))
    rows = [
        {str(name): cell for name, cell in row.items()}
        for part in parts
        for row in part.to_dict("records")
    ]
    return table(rows, OF_CODINGS)


def _scores(place: Place, material: Material) -> pd.DataFrame:
    rows = []
    for name, scores in material.scores.items():
        lineage = lineage_of(scores)
        if lineage is None:
            continue
        read = lineage.read[place.meets(lineage.read)]
        units = set(read["unit"])
        given = lineage.codings[place.meets(lineage.codings)]
        given = read.merge(given[given["value"] == 1], on=STRETCH)
        carrying = set(zip(given["unit"], given["code_id"], strict=True))
        for row in scores[scores["unit"].isin(units)].to_dict("records"):
            carries = (str(row["unit"]), str(row["code_id"])) in carrying
            rows.append({"of": name, "carries": carries} | {str(k): v for k, v in row.items()})
    return table(rows, OF_SCORES)


def _estimates(place: Place, material: Material) -> Iterator[dict[str, Any]]:
    """Every coefficient whose columns are shares that the place was read for."""
    for step, name, one in material.estimates():
        own = {"step": step, "name": name, "formula": one.formula}
        if isinstance(one, NotEstimated):
            lineage = material.lineage()
            named = [] if lineage is None else columns_in(one.formula, lineage)
            if lineage is not None and any(column.startswith(SHARE) for column in named):
                for unit in _units_at(place, lineage.read):
                    yield own | {"unit": unit, "estimated": False}
            continue
        yield from _terms(place, own, one, material)


def _terms(
    place: Place, own: dict[str, Any], estimate: Estimate, material: Material
) -> Iterator[dict[str, Any]]:
    design = material.rows_of(estimate)
    if design is None or design.lineage is None:
        return
    units = [one for one in _units_at(place, design.lineage.read) if one in set(design.units)]
    outcome = columns_of(design, None)
    for term in map(str, estimate.terms["term"]):
        columns = dict.fromkeys((*columns_of(design, term), *outcome))
        if any(traced_column(column, design).code for column in columns):
            for unit in units:
                yield own | {"term": term, "unit": unit, "estimated": True}


def _units_at(place: Place, read: pd.DataFrame) -> list[str]:
    if not len(read):
        return []
    return list(dict.fromkeys(map(str, read.loc[place.meets(read), "unit"])))


def _results(place: Place, material: Material) -> list[dict[str, Any]]:
    """The results that rest on a quotation which shares a character with the place."""
    rows = []
    for name, quotation in material.ledger.quotations.items():
        if quotation.doc_id != place.doc_id:
            continue
        if quotation.start < place.end and quotation.end > place.start:
            rows += [
                {
                    "result_id": one.result_id,
                    "printed": one.printed,
                    "meaning": one.meaning,
                    "evidence": name,
                }
                for one in material.ledger.resting_on(name)
            ]
    return rows


def _exhibits(results: list[Result], material: Material) -> pd.DataFrame:
    """The exhibits whose tables hold such results."""
    shown = {PurePosixPath(one.origin).stem for one in results}
    rows = [
        {"exhibit_id": one.exhibit_id, "title": one.title}
        for one in material.report.exhibits
        if one.exhibit_id in shown
    ]
    return table(rows, OF_EXHIBITS)


def _claims(ids: set[str], material: Material) -> pd.DataFrame:
    report = material.report
    rows = []
    for block in report.blocks:
        if not isinstance(block, Claim):
            continue
        named = [
            piece.result.result_id
            for text in (block.text, block.reason)
            for piece in report.pieces(text)
            if isinstance(piece, Number) and piece.result.result_id in ids
        ]
        if named:
            listed = "、".join(dict.fromkeys(named))
            rows.append(
                {
                    "text": report.plain(block.text),
                    "confidence": block.confidence,
                    "results": listed,
                }
            )
    return table(rows, OF_CLAIMS)
