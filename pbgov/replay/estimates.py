"""Coefficients of two runs held side by side, and what a reader would say otherwise."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.evaluation.estimate import Estimate, NotEstimated, read_estimate
from pbgov.replay.runs import number_of, rows_of, same, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.replay.runs import Run

LEVEL = 0.05
NUMBERS = ("estimate", "conf_low", "conf_high", "p_value", "p_permutation")
ESTIMATE = (
    "step", "name", "term",
    *(f"{name}_{when}" for name in NUMBERS for when in ("before", "after")),
    "crossed", "reason_before", "reason_after", "reason_en_before", "reason_en_after", "simulated",
)  # fmt: skip


def changed_estimates(before: Run, after: Run) -> pd.DataFrame:
    """Coefficients that are not the same, estimated or not (`ESTIMATE`).

    ``crossed`` names what a reader would say otherwise now: "sign", "zero" (the interval began or
    ceased to hold 0), "level" (p fell on the other side of 0.05), "refused" (estimated in one run
    only).
    """
    first, second = _coefficients(before), _coefficients(after)
    rows = []
    for key in [*first, *(key for key in second if key not in first)]:
        one, other = first.get(key, _Nothing), second.get(key, _Nothing)
        alike = all(same(one[name], other[name]) for name in NUMBERS)
        if alike and one["reason"] == other["reason"]:
            continue
        sides = [side[name] for name in NUMBERS for side in (one, other)]
        reasons = [side[name] for name in ("reason", "reason_en") for side in (one, other)]
        simulated = bool(one["simulated"] or other["simulated"])
        rows.append((*key, *sides, _crossed(one, other), *reasons, simulated))
    table = pd.DataFrame(rows, columns=list(ESTIMATE))
    return _without_refused_halves(table)


_Nothing: dict[str, Any] = {
    **dict.fromkeys(NUMBERS, math.nan),
    "reason": "",
    "reason_en": "",
    "simulated": False,
}


def _without_refused_halves(table: pd.DataFrame) -> pd.DataFrame:
    """Terms that vanish because the whole was refused are told by the refusal alone."""
    whole = [step + "/" + name for step, name in zip(table["step"], table["name"], strict=True)]
    refused = {name for name, term in zip(whole, table["term"], strict=True) if term == ""}
    told = [
        term == "" or name not in refused for name, term in zip(whole, table["term"], strict=True)
    ]
    return table.loc[pd.Series(told, index=table.index, dtype=bool)].reset_index(drop=True)


def _coefficients(run: Run) -> dict[tuple[str, str, str], dict[str, Any]]:
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for step, results in run.items():
        for name, value in results.items():
            if (
                isinstance(value, str)
                and isinstance(json.loads(value), dict)
                and "formula" in value
            ):
                found |= _of_fit(step, name, read_estimate(value))
    for row in rows_of(run, "simulate", "recovery"):
        key = ("simulate", f"{row['labels']} / {row['level']}", str(row["mode"]))
        found[key] = {
            **{name: number_of(row.get(name)) for name in NUMBERS},
            "reason": text_of(row.get("reason")),
            "reason_en": text_of(row.get("reason")),
            "simulated": True,
        }
    return found


def _of_fit(
    step: str, name: str, fit: Estimate | NotEstimated
) -> dict[tuple[str, str, str], dict[str, Any]]:
    if isinstance(fit, NotEstimated):
        refused = {"reason": fit.reason, "reason_en": fit.reason_en, "simulated": fit.simulated}
        return {(step, name, ""): {**_Nothing, **refused}}
    return {
        (step, name, str(row["term"])): {
            **{column: number_of(row.get(column)) for column in NUMBERS},
            "reason": "",
            "reason_en": "",
            "simulated": fit.simulated,
        }
        for row in fit.terms.to_dict("records")
    }


def _crossed(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    crossed = []
    known = [not math.isnan(side["estimate"]) for side in (one, other)]
    if known[0] != known[1] or one["reason"] != other["reason"]:
        return "refused"
    if one["estimate"] * other["estimate"] < 0:
        crossed.append("sign")
    held = [_holds_zero(side) for side in (one, other)]
    if None not in held and held[0] != held[1]:
        crossed.append("zero")
    for name in ("p_value", "p_permutation"):
        ps = (one[name], other[name])
        if not any(map(math.isnan, ps)) and (ps[0] < LEVEL) != (ps[1] < LEVEL):
            crossed.append("level")
    return " ".join(dict.fromkeys(crossed))


def _holds_zero(side: Mapping[str, Any]) -> bool | None:
    low, high = side["conf_low"], side["conf_high"]
    return None if math.isnan(low) or math.isnan(high) else bool(low <= 0 <= high)
