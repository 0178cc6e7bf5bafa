"""One table crossed with every choice of specification: outcomes, focal regressors, controls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.limits import (
    FEW_TREATED,
    LEAST_DF,
    RESIDUAL_DF,
    UNITS_PER_REGRESSOR,
    constant_in_clusters,
)
from pbgov.inference.clusters import cr2
from pbgov.inference.linear import coefficient_tests, least_squares
from pbgov.inference.specifications import ESTIMATED, specifications

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_ROW = "row of the table"

NOT_FINITE, CROWDED, FEW_UNITS, NO_TABLE, FEW_LEFT = 10, 11, 12, 13, 14
WHY = {
    ESTIMATED: ("", ""),
    1: ("行数不多于系数", "no more rows than coefficients"),
    2: ("控制变量之间完全共线，或没有变化", "controls are collinear or constant"),
    3: ("解释变量没有变化，或可由控制变量推出", "the focal regressor is constant or collinear"),
    4: ("结果没有变化，或被完全拟合", "the outcome is constant or fitted without residual"),
    5: ("有的行独自决定一个系数", "a row alone decides a coefficient"),
    NOT_FINITE: ("有的数值不是有限数（例如对 0 取对数）", "a value is not finite"),
    CROWDED: (
        "单位太少，撑不起这么多解释变量（确有理由时写 allow_regressors）",
        "too few units for so many regressors (with good reason say allow_regressors)",
    ),
    FEW_LEFT: (
        f"残差自由度不足 {RESIDUAL_DF}",
        f"fewer than {RESIDUAL_DF} residual degrees of freedom",
    ),
    FEW_UNITS: ("不足 2 个单位有完整数据", "fewer than two units have complete data"),
    NO_TABLE: ("没有按这一组编码选择做成的表", "no table was made by these coding choices"),
}
"""Reasons without an estimate, in Chinese and in English; the first six as in `REASONS`."""


@dataclass(frozen=True, eq=False)
class Columns:
    """What one term of a formula is in each row of a table.

    Attributes
    ----------
    values : ndarray, shape (n, width)
        0 where missing.
    missing, undefined : ndarray of bool, shape (n,)
        Rows where the table has no value, and rows where the term has no finite one.
    """

    values: np.ndarray
    missing: np.ndarray
    undefined: np.ndarray


@dataclass(frozen=True, eq=False)
class Block:
    """One table and one choice of rows, ready to be crossed.

    Attributes
    ----------
    outcomes, focal, controls : tuple of Columns
        One a term; those of outcomes and focal regressors are one column wide.
    subsets : ndarray of bool, shape (S, number of controls)
    units : ndarray of int, shape (n,)
        Number of the unit of each row.
    clustered : bool
        Whether a unit may have several rows.
    allow_regressors : int or None
    """

    outcomes: tuple[Columns, ...]
    focal: tuple[Columns, ...]
    controls: tuple[Columns, ...]
    subsets: np.ndarray
    units: np.ndarray
    clustered: bool
    allow_regressors: int | None


@dataclass(frozen=True, eq=False)
class Crossed:
    """The numbers of one block, each of shape (subsets, focal regressors, outcomes).

    ``p_value``, ``conf_low`` and ``conf_high`` are NaN where a sandwich is refused: under four
    degrees of freedom, or with three units or fewer in the smaller of two groups.
    """

    n: np.ndarray
    n_units: np.ndarray
    reason: np.ndarray
    estimate: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    p_value: np.ndarray
    partial_r: np.ndarray


def read_columns(table: pd.DataFrame, term: str, *, single: bool = False) -> Columns:
    """A term of a formula, row by row.

    Raises
    ------
    InputError
        As `read_design`; where `single` and the term is more than one column.
    """
    numbered = table.assign(**{_ROW: np.arange(len(table))})
    design = read_design(numbered, f"~ {term}", labels=_ROW)
    width = design.matrix.shape[1] - 1
    if single and width > 1:
        raise InputError(f"{term!r} makes {width} columns; an outcome or focal regressor is one")
    rows = np.array([int(label) for label in design.labels], dtype=int)
    values = np.zeros((len(table), max(width, 1)))
    missing = np.ones(len(table), dtype=bool)
    undefined = np.zeros(len(table), dtype=bool)
    missing[rows] = False
    if width:
        undefined[rows] = ~np.isfinite(design.matrix[:, 1:]).all(axis=1)
        values[rows] = np.where(undefined[rows][:, None], 0, design.matrix[:, 1:])
    return Columns(values, missing, undefined)


def cross(block: Block, focal: Columns | None = None) -> Crossed:
    """Every specification of a block, with the fast standard errors.

    Parameters
    ----------
    block : Block
    focal : Columns, optional
        Focal columns in the place of those of the block: `values` has one a permutation and
        focal regressor; `missing` and `undefined` are then of the shape of `values`.

    Returns
    -------
    Crossed
        HC2 with Bell-McCaffrey degrees of freedom; CR1S with t(G - 1) where clustered.
    """
    if focal is None:
        focal = Columns(
            *(_side_by_side(block.focal, name) for name in Columns.__dataclass_fields__)
        )
    outcome = Columns(
        *(_side_by_side(block.outcomes, name) for name in Columns.__dataclass_fields__)
    )
    shape = (len(block.subsets), focal.values.shape[1], outcome.values.shape[1])
    made = {
        name: np.full(shape, np.nan)
        for name in ("estimate", "std_error", "df", "p_value", "partial_r")
    }
    counts = {name: np.zeros(shape, dtype=int) for name in ("n", "n_units", "reason")}
    for rows, subsets, pairs in _alike(block, focal, outcome):
        chosen, wanted_outcomes = (np.unique(each) for each in zip(*pairs, strict=True))
        part = np.ix_(subsets, chosen, wanted_outcomes)
        wanted = np.zeros((len(chosen), len(wanted_outcomes)), dtype=bool)
        for f, o in pairs:
            wanted[np.searchsorted(chosen, f), np.searchsorted(wanted_outcomes, o)] = True
        numbers, counted = _fit(block, focal, outcome, rows, part)
        for store, found in ((made, numbers), (counts, counted)):
            for name, values in found.items():
                store[name][part] = np.where(wanted, values, store[name][part])
    return Crossed(**counts, **made)


def with_cr2(block: Block, crossed: Crossed) -> Crossed:
    """The same specifications with CR2 standard errors and Satterthwaite degrees of freedom."""
    std_error, df, p_value = (
        np.full(crossed.estimate.shape, np.nan) for _ in ("std_error", "df", "p_value")
    )
    few = np.isnan(crossed.p_value)
    for place in zip(*np.nonzero(crossed.reason == ESTIMATED), strict=True):
        s, f, o = place
        used = [block.controls[c] for c in np.flatnonzero(block.subsets[s])]
        parts = [*used, block.focal[f]]
        rows = _complete([*parts, block.outcomes[o]])
        design = [np.ones((rows.sum(), 1)), *(each.values[rows] for each in parts)]
        fit = least_squares(np.hstack(design), block.outcomes[o].values[rows, 0])
        tests = coefficient_tests(fit.coefficients, *cr2(fit, block.units[rows]))
        std_error[place], df[place] = tests.std_error[-1], tests.df[-1]
        if tests.df[-1] >= LEAST_DF and not few[place]:
            p_value[place] = tests.p_value[-1]
    return Crossed(
        n=crossed.n,
        n_units=crossed.n_units,
        reason=crossed.reason,
        estimate=crossed.estimate,
        std_error=std_error,
        df=df,
        p_value=p_value,
        partial_r=crossed.partial_r,
    )


def _complete(parts: Sequence[Columns]) -> np.ndarray:
    return np.asarray(~np.any([each.missing for each in parts], axis=0))


def _side_by_side(parts: Sequence[Columns], name: str) -> np.ndarray:
    return np.column_stack([getattr(each, name) for each in parts])


def _alike(
    block: Block, focal: Columns, outcome: Columns
) -> list[tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]]:
    """Specifications that use the same rows: the rows, the subsets, and pairs of focal and outcome."""
    gaps = np.zeros((len(block.controls), len(block.units)), dtype=int)
    for number, control in enumerate(block.controls):
        gaps[number] = control.missing
    held = block.subsets.astype(int) @ gaps == 0
    patterns, of_subset = np.unique(held, axis=0, return_inverse=True)
    groups: dict[tuple[int, bytes], list[tuple[int, int]]] = defaultdict(list)
    packed = [~each for each in focal.missing.T]
    for f, there in enumerate(packed):
        for o, known in enumerate(outcome.missing.T):
            both = there & ~known
            for number, pattern in enumerate(patterns):
                groups[number, (both & pattern).tobytes()].append((f, o))
    return [
        (np.frombuffer(rows, dtype=bool), np.flatnonzero(of_subset.ravel() == number), pairs)
        for (number, rows), pairs in groups.items()
    ]


def _fit(
    block: Block,
    focal: Columns,
    outcome: Columns,
    rows: np.ndarray,
    part: tuple[np.ndarray, ...],
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Numbers and counts of all subsets, focal columns and outcomes in `part` on the same rows."""
    subsets, chosen, wanted = part[0][:, 0, 0], part[1][0, :, 0], part[2][0, 0]
    shape = (len(subsets), len(chosen), len(wanted))
    names, units = np.unique(block.units[rows], return_inverse=True)
    n, n_units = int(rows.sum()), len(names)
    counts = {"n": np.full(shape, n), "n_units": np.full(shape, n_units)}
    nothing = {
        name: np.full(shape, np.nan)
        for name in ("estimate", "std_error", "df", "p_value", "partial_r")
    }
    if n_units < 2:
        return nothing, counts | {"reason": np.full(shape, FEW_UNITS)}
    columns, owner = _control_columns(block, rows)
    made = specifications(
        outcome.values[np.ix_(rows, wanted)],
        focal.values[np.ix_(rows, chosen)],
        columns,
        subsets=block.subsets[subsets][:, owner],
        clusters=units if block.clustered else None,
    )
    x = focal.values[np.ix_(rows, chosen)]
    reason = made.reason.astype(int)
    crowded = _crowded(block, block.subsets[subsets][:, owner], columns, x, units)
    reason[(crowded == CROWDED) & (reason == ESTIMATED)] = CROWDED
    reason[(crowded == FEW_LEFT) & (reason == ESTIMATED)] = FEW_LEFT
    bad_controls = np.array([each.undefined[rows].any() for each in block.controls], dtype=bool)
    bad = (block.subsets[subsets] & bad_controls).any(axis=1)[:, None, None]
    bad = bad | focal.undefined[np.ix_(rows, chosen)].any(axis=0)[:, None]
    reason[bad | outcome.undefined[np.ix_(rows, wanted)].any(axis=0)] = NOT_FINITE
    refused = (reason != ESTIMATED) | _few_treated(x, units)[:, None] | ~(made.df >= LEAST_DF)
    numbers = {
        name: np.where(reason == ESTIMATED, getattr(made, name), np.nan)
        for name in ("estimate", "std_error", "df", "partial_r")
    }
    numbers["p_value"] = np.where(refused, np.nan, made.p_value)
    return numbers, counts | {"reason": reason}


def _control_columns(block: Block, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns of all controls on these rows, and the control that each belongs to."""
    widths = [each.values.shape[1] for each in block.controls]
    owner = np.repeat(np.arange(len(widths)), widths)
    columns = [each.values[rows] for each in block.controls]
    return np.hstack([np.empty((int(rows.sum()), 0)), *columns]), owner


def _crowded(
    block: Block, subsets: np.ndarray, columns: np.ndarray, x: np.ndarray, units: np.ndarray
) -> np.ndarray:
    """Where the rule of one regressor per eight units, or of ten residual degrees, is broken."""
    own = subsets.sum(axis=1)[:, None]
    levels = [(len(units), np.broadcast_to(own + 1, (len(subsets), x.shape[1])))]
    if block.clustered:
        between = (subsets & constant_in_clusters(columns, units)).sum(axis=1)[:, None]
        shared = constant_in_clusters(x, units)
        levels.append((int(units.max()) + 1, np.where(shared, between + 1, between)))
    crowded = np.full((len(subsets), x.shape[1]), ESTIMATED)
    for n, regressors in levels:
        most = max(1, n // UNITS_PER_REGRESSOR, block.allow_regressors or 0)
        crowded[(regressors > most) & (crowded == ESTIMATED)] = CROWDED
        crowded[(regressors > 0) & (n < regressors + 1 + RESIDUAL_DF)] = FEW_LEFT
    return crowded[:, :, None]


def _few_treated(x: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Focal columns with two values, one of which three units or fewer have."""
    high, low = x == x.max(axis=0), x == x.min(axis=0)
    order = np.argsort(units, kind="stable")
    firsts = np.searchsorted(units[order], np.arange(units.max() + 1))
    smaller = np.minimum(
        *(np.maximum.reduceat(kind[order].astype(int), firsts).sum(axis=0) for kind in (high, low))
    )
    return np.asarray((high | low).all(axis=0) & (smaller <= FEW_TREATED))
