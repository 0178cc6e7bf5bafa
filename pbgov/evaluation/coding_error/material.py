"""A table with machine codes and, where rows were drawn, hand codes becomes arrays."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.design import Design

_POSITION = "pbgov row"
_LABELLED = "pbgov drawn"
_CHANCE = "pbgov chance"
_HAND = "pbgov hand "
_OF_THE_COLUMN = ("C", "center", "standardize")
"""What a formula may do to a column only with all its values known."""


@dataclass(frozen=True, eq=False)
class Material:
    """The complete rows, as the machine coded them and, of those drawn, as people did.

    Attributes
    ----------
    design : Design
        With the machine codes.
    coded : tuple of str
    machine : ndarray, shape (n, len(coded))
    hand : ndarray, shape (g, len(coded))
    hand_rows : ndarray of int, shape (g,)
    hand_matrix, hand_outcome : ndarray, shapes (g, k) and (g,)
        The design of the rows drawn, with the hand codes.
    chance : ndarray, shape (g,)
        Probabilities of being drawn; NaN throughout where unknown.
    outcome_coded : bool
        Whether the outcome is among `coded`.
    """

    design: Design
    coded: tuple[str, ...]
    machine: np.ndarray
    hand: np.ndarray
    hand_rows: np.ndarray
    hand_matrix: np.ndarray
    hand_outcome: np.ndarray
    chance: np.ndarray
    outcome_coded: bool

    def with_codes(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Design matrix and outcome with other codes in the place of the machine's."""
        return _again(self.design, self.coded, codes)


def read_material(
    table: pd.DataFrame,
    formula: str,
    coded: str | Sequence[str],
    gold: str | Mapping[str, str] | None,
    probability: str | float | None,
    cluster: str | None,
) -> Material:
    """The arrays of a regression on machine codes.

    Parameters
    ----------
    table : DataFrame
    formula : str
    coded : str or sequence of str
        The machine-coded columns of the formula, numbers.
    gold : str, mapping of coded column to gold column, or None
        The hand codes, NaN in rows that were not drawn.
    probability : str, float or None
        Column of the probabilities of being drawn, or one for all rows; None where unknown.
    cluster : str or None

    Returns
    -------
    Material

    Raises
    ------
    InputError
        Where a column is missing or no number, a coded column does not stand in the formula or stands
        in C(...), a row has some gold codes and not others, machine codes are 0 and 1 but a
        gold code lies outside, or a probability is not above 0 and at most 1.
    """
    names = (coded,) if isinstance(coded, str) else tuple(coded)
    pairs = _pairs(names, gold)
    table = table.set_axis([str(name) for name in table.columns], axis=1).copy()
    _refuse_columns(table, [*names, *pairs.values()])
    if isinstance(probability, str):
        _refuse_columns(table, [probability])
    outcome_coded = _refuse_use(formula, names)
    for name in names:
        table[name] = _numbers(table, name)
    by_hand = {name: _numbers(table, pairs[name]) for name in pairs}
    for name in pairs:
        _refuse_scale(table, name, pairs[name], by_hand[name])
    drawn = pd.DataFrame(by_hand, index=table.index).notna()
    some = drawn.any(axis=1) & ~drawn.all(axis=1)
    if some.any():
        raise InputError(
            f"row {_label(table, some)} has some gold codes and not others ({int(some.sum())} such"
            " rows); a row drawn is coded for every coded column"
        )
    labelled = drawn.all(axis=1) if pairs else pd.Series(False, index=table.index)
    table[_LABELLED] = labelled.astype(float)
    table[_CHANCE] = _chances(table, probability, labelled)
    for name in names:
        table[_HAND + name] = by_hand[name].fillna(0.0) if pairs else 0.0
    beside = [_LABELLED, _CHANCE, *(_HAND + name for name in names)]
    design = read_design(table, formula, [*beside, *([cluster] if cluster else [])])
    rows = design.rows
    hand_rows = np.flatnonzero(rows[_LABELLED].to_numpy() == 1)
    machine = rows[list(names)].to_numpy(dtype=float)
    hand = rows[[_HAND + name for name in names]].to_numpy(dtype=float)
    mixed = machine.copy()
    mixed[hand_rows] = hand[hand_rows]
    matrix, outcome = _again(design, names, mixed)
    chance = rows[_CHANCE].to_numpy(dtype=float)[hand_rows]
    return Material(
        design=design,
        coded=names,
        machine=machine,
        hand=hand[hand_rows],
        hand_rows=hand_rows,
        hand_matrix=matrix[hand_rows],
        hand_outcome=outcome[hand_rows],
        chance=np.where(chance > 0, chance, np.nan),
        outcome_coded=outcome_coded,
    )


def _pairs(names: tuple[str, ...], gold: str | Mapping[str, str] | None) -> dict[str, str]:
    pairs = _gold_of_each(names, gold)
    if own := [name for name in pairs.values() if name in names]:
        raise InputError(f"{own[0]!r} is named as machine codes and as gold; they are two columns")
    return pairs


def _gold_of_each(names: tuple[str, ...], gold: str | Mapping[str, str] | None) -> dict[str, str]:
    if not names or len(set(names)) < len(names):
        raise InputError(f"coded is {list(names)}; name each machine-coded column once")
    if gold is None:
        return {}
    if isinstance(gold, str):
        if len(names) > 1:
            raise InputError(
                f"{len(names)} coded columns but one gold column; write gold={{coded: gold, …}}"
            )
        return {names[0]: gold}
    if set(gold) != set(names):
        raise InputError(f"gold names {sorted(gold)}, coded {sorted(names)}; they must be the same")
    return {name: gold[name] for name in names}


def _refuse_columns(table: pd.DataFrame, wanted: list[str]) -> None:
    for name in wanted:
        if list(table.columns).count(name) != 1:
            there = list(table.columns).count(name)
            raise InputError(f"the table has {there} columns named {name!r}; it needs one")


def _refuse_scale(table: pd.DataFrame, name: str, gold: str, by_hand: pd.Series[float]) -> None:
    """Such as 9 for what could not be judged, beside machine codes of 0 and 1."""
    outside = by_hand.notna() & ~by_hand.between(0, 1)
    if table[name].dropna().isin([0, 1]).all() and outside.any():
        raise InputError(
            f"column {gold!r} holds {by_hand[outside].iloc[0]:g} in row {_label(table, outside)}, but"
            f" the machine codes {name!r} are 0 and 1; decide on 0 or 1 for every row that was drawn"
        )


def _refuse_use(formula: str, names: tuple[str, ...]) -> bool:
    """Whether the outcome is coded; refuse uses of a coded column that need all its values."""
    import patsy

    try:
        desc = patsy.ModelDesc.from_formula(formula)
    except (patsy.PatsyError, AttributeError):
        return False  # read_design says what is wrong with it
    left = {name for term in desc.lhs_termlist for factor in term.factors for name in _in(factor)}
    right = {name for term in desc.rhs_termlist for factor in term.factors for name in _in(factor)}
    for term in desc.rhs_termlist:
        for factor in term.factors:
            whole = factor.code.startswith(tuple(f"{name}(" for name in _OF_THE_COLUMN))
            if whole and (found := _in(factor) & set(names)):
                raise InputError(
                    f"formula {formula!r}: the machine-coded {sorted(found)[0]!r} stands in"
                    f" {factor.code!r}; use it as a number (0 and 1), one column per code"
                )
    if absent := [name for name in names if name not in left | right]:
        raise InputError(f"formula {formula!r} does not use the coded column {absent[0]!r}")
    return bool(left & set(names))


def _in(factor: Any) -> set[str]:
    try:
        parsed = ast.walk(ast.parse(factor.code, mode="eval"))
    except SyntaxError:
        return set()
    found: set[str] = set()
    for node in parsed:
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _numbers(table: pd.DataFrame, name: str) -> pd.Series[float]:
    values = table[name]
    if not (is_numeric_dtype(values.dtype) or is_bool_dtype(values.dtype)):
        if values.notna().any():
            raise InputError(
                f"column {name!r} holds {values.dropna().iloc[0]!r}; codes are numbers"
            )
        return pd.Series(np.nan, index=table.index)
    numbers = values.astype("Float64").astype("float64")
    wrong = numbers.abs().eq(np.inf)
    if wrong.any():
        raise InputError(f"column {name!r} is infinite in row {_label(table, wrong)}; correct it")
    return numbers


def _chances(
    table: pd.DataFrame, probability: str | float | None, labelled: pd.Series[bool]
) -> np.ndarray:
    """Probabilities of the rows drawn, 0 elsewhere and where unknown."""
    if probability is None:
        return np.zeros(len(table))
    if isinstance(probability, str):
        values = _numbers(table, probability).to_numpy()
        source = f"column {probability!r}"
    else:
        if isinstance(probability, bool) or not isinstance(probability, (int, float)):
            raise InputError(f"probability is {probability!r}; name a column or write a number")
        values, source = np.full(len(table), float(probability)), "probability"
    wrong = labelled & ~pd.Series((values > 0) & (values <= 1), index=table.index)
    if wrong.any():
        seen = values[wrong.to_numpy()][0]
        raise InputError(
            f"{source} is {seen} in row {_label(table, wrong)}, which was coded by hand; a known"
            " probability is above 0 and at most 1"
        )
    return np.where(labelled, values, 0.0)


def _label(table: pd.DataFrame, chosen: pd.Series[bool]) -> str:
    label = table.index[chosen.to_numpy()][0]
    return repr(label) if isinstance(label, str) else str(label)


def _again(
    design: Design, names: tuple[str, ...], codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The design with other codes, in the order of the first."""
    rows = design.rows.assign(**{_POSITION: np.arange(len(design.rows), dtype=float)})
    for number, name in enumerate(names):
        rows[name] = codes[:, number]
    other = read_design(rows, design.formula, [_POSITION])
    order = np.argsort(other.rows[_POSITION].to_numpy(), kind="stable")
    return other.matrix[order], other.outcome[order] if len(other.outcome) else other.outcome


def columns_of(name: str | None) -> tuple[str, ...]:
    """A column that may not be asked for, as a tuple."""
    return () if name is None else (name,)


def read_hand_rows(
    table: pd.DataFrame,
    coded: str,
    gold: str,
    probability: str | float,
    numbers: tuple[str, ...],
    groups: tuple[str, ...],
) -> pd.DataFrame:
    """The rows coded by hand: ``machine``, ``hand`` (0 and 1), ``chance``, and further columns.

    ``attrs["left_out"]`` counts those that lack a machine code, number or group.

    Raises
    ------
    InputError
        Where a column is missing, codes are not 0 and 1, a probability is not above 0 and at most 1,
        a group column holds texts and numbers, or no row is coded by hand.
    """
    table = table.set_axis([str(name) for name in table.columns], axis=1)
    _refuse_columns(table, [coded, gold, *numbers, *groups])
    if isinstance(probability, str):
        _refuse_columns(table, [probability])
    for name in groups:
        if pd.api.types.infer_dtype(table[name], skipna=True).startswith("mixed"):
            raise InputError(f"column {name!r} holds texts and numbers; make one kind of them")
    hand = _numbers(table, gold)
    labelled = hand.notna()
    if not labelled.any():
        raise InputError(f"column {gold!r} holds no gold code; nothing can be compared")
    rows = pd.DataFrame(
        {
            "machine": _numbers(table, coded),
            "hand": hand,
            "chance": _chances(table, probability, labelled),
            **{name: _numbers(table, name) for name in numbers},
            **{name: table[name] for name in groups},
        }
    )[labelled]
    for column, name in (("machine", coded), ("hand", gold)):
        odd = rows[column].notna() & ~rows[column].isin([0, 1])
        if odd.any():
            raise InputError(
                f"column {name!r} holds {rows.loc[odd, column].iloc[0]} in row {_label(rows, odd)};"
                " codes here are 0 and 1"
            )
    whole = rows.dropna()
    kept = pd.DataFrame(whole.sort_values(list(whole.columns), kind="stable", ignore_index=True))
    kept.attrs["left_out"] = len(rows) - len(whole)
    return kept
