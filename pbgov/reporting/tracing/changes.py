"""Which coefficients would turn if a sentence were judged otherwise, where a check says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.doubts.fragility import Fragility, fragility
from pbgov.evaluation.estimate import Estimate
from pbgov.indicators.lineage import SHARE
from pbgov.reporting.tracing.columns import Said, traced_column
from pbgov.reporting.tracing.units import units_table

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.evaluation.design import Design
    from pbgov.indicators.lineage import Lineage
    from pbgov.reporting.tracing.material import Material
    from pbgov.reporting.tracing.place import Place

OF_CHANGES = {
    "by": "str",
    "step": "str",
    "name": "str",
    "term": "str",
    "unit": "str",
    "question": "str",
    "fewest": "Int64",
    "alone": "boolean",
    "zh": "str",
    "en": "str",
}
SIGN = "sign"


def changes_of(
    place: Place, estimates: list[dict[str, Any]], material: Material
) -> tuple[list[dict[str, Any]], tuple[Said, ...]]:
    """What `fragility` and leaving out units say of the coefficients that rest on a place.

    Parameters
    ----------
    place : Place
    estimates : list of dict
        The rows of `TraceBack.estimates`.
    material : Material

    Returns
    -------
    changes : list of dict
        Rows of `OF_CHANGES`.
    remarks : tuple of Said
        Where neither could be asked.
    """
    by_key = {(step, name): one for step, name, one in material.estimates()}
    rows: list[dict[str, Any]] = []
    remarks: dict[Said, None] = {}
    asked: dict[tuple[str, str, str], list[str]] = {}
    for row in estimates:
        if row["estimated"] and str(row["term"]).startswith(SHARE):
            asked.setdefault((row["step"], row["name"], row["term"]), []).append(row["unit"])
    for (step, name, term), units in asked.items():
        estimate = by_key[step, name]
        design = material.rows_of(estimate) if isinstance(estimate, Estimate) else None
        if design is None or not isinstance(estimate, Estimate) or design.lineage is None:
            continue
        own = {"step": step, "name": name, "term": term}
        rows += [own | one for one in _without_units(estimate, term, design, units)]
        column = traced_column(term, design)
        found = _fragility(estimate, term, column.code, design)
        if isinstance(found, Fragility):
            rows += [own | one for one in _recoded(place, found)]
        elif found is not None:
            remarks[found] = None
    return rows, tuple(remarks)


def _without_units(
    estimate: Estimate, term: str, design: Design, units: list[str]
) -> list[dict[str, Any]]:
    """The units of the place without which the coefficient has the other sign."""
    told, _ = units_table(estimate, term, design, (), {})
    if "without_it" not in told:
        return []
    value = float(estimate.terms.set_index("term")["estimate"][term])
    turned = told[
        told["unit"].isin(units)
        & told["without_it"].notna()
        & (np.sign(told["without_it"]) != np.sign(value))
    ]
    return [
        {
            "by": "leave_one_out",
            "unit": unit,
            "question": SIGN,
            "fewest": 1,
            "alone": False,
            "zh": f"去掉 {unit} 之后“{term}”的系数变号；这个位置是 {unit} 的材料。",
            "en": f"Without {unit} the coefficient of {term!r} has the other sign; the place is one of"
            f" {unit}.",
        }
        for unit in dict.fromkeys(turned["unit"])
    ]


def _fragility(estimate: Estimate, term: str, code: str, design: Design) -> Fragility | Said | None:
    """What it takes to turn a coefficient, or why that cannot be asked."""
    lineage = design.lineage
    if lineage is None or not design.units:
        return None
    if lineage.once and not _practice_is_segment(lineage):
        return Said(
            f"“{term}”每个做法只计一次，有的做法讲了几段；fragility 只对按段计的占比作答，没有问。",
            f"{term!r} counts each practice once and some are told in several segments; fragility, which"
            " knows shares of segments only, was not asked.",
        )
    segments, codings = _readable(lineage, code)
    data = design.rows.assign(**{lineage.unit: list(design.units)})
    try:
        found = fragility(
            codings, segments, data, estimate.formula, code=code, term=term, by=lineage.unit
        )
    except InputError as error:
        return Said(f"没有问改判几段会变号：{error}", f"fragility was not asked: {error}")
    if isinstance(found, Fragility):
        return found
    return Said(
        f"没有问改判几段“{term}”会变号：{found.reason}。",
        f"fragility gives no answer for {term!r}: {found.reason_en}.",
    )


def _practice_is_segment(lineage: Lineage) -> bool:
    """Whether each practice of each unit is told in one segment, and each segment tells one."""
    practices = lineage.read[["unit", "practice"]]
    return not (practices["practice"].isna().any() or practices.duplicated().any())


def _readable(lineage: Lineage, code: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Segments and judgements as `score` takes them."""
    segments = lineage.read.assign(**{lineage.unit: lineage.read["unit"]})
    for name in ("segment_id", "text"):
        if name not in segments:
            segments[name] = ""
    codings = lineage.codings
    kept = codings[codings["code_id"] == code] if len(codings) else codings
    return segments, kept


def _recoded(place: Place, found: Fragility) -> list[dict[str, Any]]:
    """The questions whose list of sentences to read again has the place."""
    rows = []
    listed = found.sentences[place.meets(found.sentences)] if len(found.sentences) else None
    if listed is None or not len(listed):
        return []
    fewest = found.table[found.table["by"] == "recoding"].set_index("question")
    for question, own in listed.groupby("question"):
        n = int(fewest["fewest"][question])
        what = "变号" if question == SIGN else "跨过 0.05"
        rows.append(
            {
                "by": "fragility",
                "unit": str(own["unit"].iloc[0]),
                "question": str(question),
                "fewest": n,
                "alone": n == 1,
                "zh": f"改判 {n} 段就能使“{found.term}”{what}，这个位置在建议重读的句子里。",
                "en": f"Recoding {n} segments turns {found.term!r} ({question}); the place is among the"
                " sentences to read again.",
            }
        )
    return rows
