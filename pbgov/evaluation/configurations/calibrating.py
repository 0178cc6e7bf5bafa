"""Calibration of a column: raw values in, memberships out, the anchors kept beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.inference.sets.calibration import (
    INCLUSION_DEGREE,
    calibrate_bell,
    calibrate_crisp,
    calibrate_direct,
    calibrate_ecdf,
    calibrate_indirect,
    calibrate_linear,
    calibrate_multivalue,
    calibrate_tfr,
)
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable

Method = Literal["direct", "indirect", "linear", "bell", "crisp", "multivalue", "ecdf", "tfr"]
Anchors = Sequence[float] | Mapping[str, float] | float

_NAMED = {3: ("e", "c", "i"), 6: ("e1", "c1", "i1", "i2", "c2", "e2")}


def calibrate(
    values: pd.Series[Any],
    method: Method = "direct",
    *,
    anchors: Anchors | None = None,
    idm: float = INCLUSION_DEGREE,
    below: float = 1,
    above: float = 1,
) -> pd.Series[Any]:
    """Memberships of cases in a set, from raw values and the researcher's anchors.

    Parameters
    ----------
    values : Series
        Raw values, one a case; missing ones stay missing.
    method : str
        "direct" (logistic, the default), "linear", "ecdf": three anchors, full exclusion e,
        crossover c, full inclusion i, rising or falling. "bell": six, e1 c1 i1 i2 c2 e2. "crisp":
        one threshold. "multivalue" and "indirect": rising thresholds. "tfr": none, or the lowest
        grade.
    anchors : sequence of float, mapping or float
        In the order above, or by name: {"e": 400, "c": 550, "i": 900}.
    idm : float
        Membership at full inclusion of the direct method: log odds of 3 (0.9526) as in Ragin
        (2008), or .95.
    below, above : float
        Exponents of "linear" and "bell" below and above the crossover.

    Returns
    -------
    Series
        With the same name, index and mark of simulated data; whole numbers for "crisp" and
        "multivalue". ``attrs["calibration"]`` has the method, the anchors, and the cases at
        exactly .5 (``at_half``: neither in nor out) and without a value (``missing``).

    Raises
    ------
    InputError
        Where values are not numbers, infinite, all missing or all the same, anchors are out of
        order, or a setting belongs to another method.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of
    Chicago Press, chapter 5; and those named in `pbgov.inference.sets.calibration`.

    Examples
    --------
    >>> raw = pd.Series([400.0, 550.0, 900.0], index=["甲", "乙", "丙"], name="发展")
    >>> calibrate(raw, anchors=(400, 550, 900)).round(2).tolist()
    [0.05, 0.5, 0.95]
    """
    if method not in get_args(Method):
        raise InputError(f"method {method!r} is none of {', '.join(get_args(Method))}")
    _check_settings(method, idm, below, above)
    raw = _raw(values)
    given = _ordered(anchors, method)
    memberships = _calibrations(idm, below, above)[method](raw, given)
    calibrated = pd.Series(memberships, index=values.index, name=values.name)
    calibrated.attrs = {
        **values.attrs,
        **({"simulated": True} if is_simulated(values) else {}),
        "calibration": {
            "method": method,
            "anchors": given,
            **({"idm": float(idm)} if method == "direct" else {}),
            **({"below": below, "above": above} if method in {"linear", "bell"} else {}),
            "at_half": [str(label) for label in values.index[memberships == 0.5]],
            "missing": [str(label) for label in values.index[np.isnan(raw)]],
        },
    }
    return calibrated


def _calibrations(
    idm: float, below: float, above: float
) -> dict[str, Callable[[np.ndarray, list[float]], np.ndarray]]:
    return {
        "direct": lambda raw, given: calibrate_direct(raw, given, idm=idm),
        "linear": lambda raw, given: calibrate_linear(raw, given, below=below, above=above),
        "bell": lambda raw, given: calibrate_bell(raw, given, below=below, above=above),
        "ecdf": calibrate_ecdf,
        "indirect": calibrate_indirect,
        "multivalue": calibrate_multivalue,
        "crisp": lambda raw, given: calibrate_crisp(raw, given[0]),
        "tfr": lambda raw, given: calibrate_tfr(raw, given[0] if given else None),
    }


def is_number(value: object) -> bool:
    """Whether a value is one real number: no text, no truth value, no array."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _check_settings(method: str, idm: float, below: float, above: float) -> None:
    for name, value in (("idm", idm), ("below", below), ("above", above)):
        if not is_number(value):
            raise InputError(f"{name} is {value!r}; it is a number")
    if idm != INCLUSION_DEGREE and method != "direct":
        raise InputError(f"idm belongs to the direct method, not to {method!r}")
    if (below, above) != (1, 1) and method not in {"linear", "bell"}:
        raise InputError(f"below and above belong to 'linear' and 'bell', not to {method!r}")


def _raw(values: pd.Series[Any]) -> np.ndarray:
    if not isinstance(values, pd.Series):
        raise InputError(f"calibrate takes a column, not a {type(values).__name__}")
    numeric = pd.api.types.is_numeric_dtype(values)
    if not numeric or values.dtype.kind in "bc":
        seen = values.dropna()
        shown = f"such as {seen.iloc[0]!r}" if len(seen) else "all missing"
        raise InputError(f"column {values.name!r} is not of numbers ({shown}); make numbers of it")
    raw = values.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(raw).any():
        label = values.index[np.flatnonzero(np.isinf(raw))[0]]
        raise InputError(f"column {values.name!r}, row {label!r}: the value is infinite")
    known = raw[~np.isnan(raw)]
    if not len(known):
        raise InputError(f"column {values.name!r} has no value; there is nothing to calibrate")
    if np.ptp(known) == 0:
        raise InputError(
            f"column {values.name!r} is {known[0]:g} throughout; a set needs cases that differ"
        )
    return raw


def _ordered(anchors: Anchors | None, method: str) -> list[float]:
    if anchors is None:
        if method == "tfr":
            return []
        raise InputError(f"calibration {method!r} needs anchors; they are the researcher's to give")
    if isinstance(anchors, Mapping):
        if method not in {"direct", "linear", "ecdf", "bell"}:
            raise InputError(f"anchors of {method!r} have no names; pass them as a list")
        named = _NAMED[6 if method == "bell" else 3]
        if set(anchors) != set(named):
            raise InputError(
                f"anchors are named {', '.join(map(str, anchors))}; need {', '.join(named)}"
            )
        anchors = [anchors[name] for name in named]
    several = isinstance(anchors, (Sequence, np.ndarray, pd.Series))
    listed: list[Any] = list(anchors) if several else [anchors]  # type: ignore[arg-type]
    if not all(is_number(anchor) and np.isfinite(anchor) for anchor in listed):
        raise InputError(f"anchors {listed} are not all finite numbers")
    if method in {"crisp", "tfr"} and len(listed) != 1:
        raise InputError(f"calibration {method!r} takes one threshold; {len(listed)} were given")
    return [float(anchor) for anchor in listed]
