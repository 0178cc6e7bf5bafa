"""Calibrations that can be made again with one anchor moved, or without one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.calibrating import calibrate
from pbgov.evaluation.regression import table_of
from pbgov.indicators.panel import Panel

if TYPE_CHECKING:
    from pbgov.evaluation.configurations.cases import Cases

_TOLD = ("method", "anchors", "idm", "below", "above")
_FOUND = ("at_half", "missing")
_SAME = 1e-6
_NAMED = {"direct": "eci", "linear": "eci", "ecdf": "eci", "crisp": "t", "tfr": "t"}
_BELL = ("e1", "c1", "i1", "i2", "c2", "e2")


@dataclass(frozen=True, eq=False)
class Calibration:
    """How one set of a solution was calibrated.

    Attributes
    ----------
    name : str
        Of the set.
    column : int or None
        Its place among the conditions; None for the outcome.
    negated : bool
        Whether the solution takes the negation of the set.
    raw : ndarray, shape (n,)
        Raw values in the order of the solution's cases.
    method : str
    anchors : tuple of float
        Empty for "tfr" without a lowest grade.
    settings : dict
        What else `calibrate` was told.
    """

    name: str
    column: int | None
    negated: bool
    raw: np.ndarray
    method: str
    anchors: tuple[float, ...]
    settings: dict[str, Any]


def read_calibrations(
    cases: Cases,
    raw: pd.DataFrame | Panel | None,
    calibrations: Mapping[str, Mapping[str, Any]] | None,
    names: str | None,
) -> list[Calibration]:
    """The calibrations of a solution's sets, each checked against its memberships.

    Raises
    ------
    InputError
        Where a set is unknown, a setting is not one of `calibrate`, `raw` lacks a case or a
        column, or the memberships are others.
    """
    if (raw is None) != (not calibrations):
        raise InputError("raw values and calibrations go together; pass both or neither")
    if raw is None or not calibrations:
        return []
    table = _of_cases(cases, raw, names)
    outcome = cases.outcome_name.removeprefix("~")
    found = []
    for name, told in calibrations.items():
        if not isinstance(told, Mapping):
            raise InputError(f"calibration of {name!r} is {told!r}; write {{'anchors': {told!r}}}")
        if name not in (*cases.conditions, outcome):
            raise InputError(f"calibrations name {name!r}, which is no set of the solution")
        if name not in table.columns:
            raise InputError(f"the table of raw values has no column {name!r}")
        column = None if name == outcome else cases.conditions.index(name)
        negated = column is None and cases.outcome_name.startswith("~")
        one = _read(name, column, negated, table[name], told)
        wanted = cases.outcome if column is None else cases.memberships[:, column]
        again = recalibrated(one, 0, one.anchors[0] if one.anchors else 0.0)
        if again is None or not np.abs(again - wanted).max() <= _SAME:  # a missing one differs too
            raise InputError(
                f"calibrating {name!r} by {dict(told)} does not give the memberships of the"
                " solution; pass what calibrate was told, and the same raw values"
            )
        found.append(one)
    return found


def recalibrated(
    one: Calibration, place: int, moved: float, kept: np.ndarray | None = None
) -> np.ndarray | None:
    """The memberships with one anchor moved, of all cases or of those kept.

    Returns
    -------
    ndarray or None
        None where these anchors or cases allow no calibration.
    """
    anchors = list(one.anchors)
    if anchors:
        anchors[place] = moved
    raw = one.raw if kept is None else one.raw[kept]
    try:
        memberships = calibrate(
            pd.Series(raw, name=one.name),
            one.method,  # type: ignore[arg-type]
            anchors=anchors or None,
            **one.settings,
        ).to_numpy(dtype=float)
    except InputError:
        return None
    return 1 - memberships if one.negated else memberships


def outer_limits(one: Calibration, place: int) -> tuple[float, float]:
    """How far down and up an anchor may go: to its neighbours, or a range beyond the raw values."""
    width = float(np.ptp(one.raw))
    anchors = one.anchors
    around = [anchors[near] for near in (place - 1, place + 1) if 0 <= near < len(anchors)]
    value = anchors[place]
    lower = [near for near in around if near < value]
    upper = [near for near in around if near > value]
    equal = [near for near in around if near == value]
    lowest = min(float(one.raw.min()), value) - width
    highest = max(float(one.raw.max()), value) + width
    below = max(lower) if lower else lowest
    above = min(upper) if upper else highest
    if equal:  # two anchors of a bell that fall together: neither may cross the other
        first = place + 1 < len(anchors) and anchors[place + 1] == value
        return (below, value) if first else (value, above)
    return below, above


def anchor_names(method: str, count: int) -> tuple[str, ...]:
    """How the anchors of a calibration are called."""
    if method == "bell":
        return _BELL
    if method in _NAMED:
        return tuple(_NAMED[method])[:count]
    return tuple(f"t{number + 1}" for number in range(count))


def _read(
    name: str, column: int | None, negated: bool, values: pd.Series[Any], told: Mapping[str, Any]
) -> Calibration:
    unknown = [key for key in told if key not in (*_TOLD, *_FOUND)]
    if unknown:
        raise InputError(f"calibration of {name!r}: {unknown[0]!r} is no setting of calibrate")
    made = calibrate(values, **{key: told[key] for key in _TOLD if key in told})
    said = made.attrs["calibration"]
    return Calibration(
        name=name,
        column=column,
        negated=negated,
        raw=values.to_numpy(dtype=float),
        method=said["method"],
        anchors=tuple(said["anchors"]),
        settings={key: said[key] for key in ("idm", "below", "above") if key in said},
    )


def _of_cases(cases: Cases, raw: pd.DataFrame | Panel, names: str | None) -> pd.DataFrame:
    table, _ = table_of(raw)
    if names is None and isinstance(raw, Panel) and raw.unit in table.columns:
        names = raw.unit
    if names is not None and names not in table.columns:
        raise InputError(f"cases: the table of raw values has no column {names!r}")
    labels = pd.Index([str(one) for one in (table.index if names is None else table[names])])
    twice = sorted(set(labels[labels.duplicated()]))
    if twice:
        raise InputError(f"case {twice[0]!r} stands in two rows of the raw values; keep one")
    missing = [name for name in cases.names if name not in labels]
    if missing:
        raise InputError(
            f"the table of raw values has no case {missing[0]!r}; name the cases as in the solution"
        )
    return table.set_axis(labels, axis=0).loc[list(cases.names)]
