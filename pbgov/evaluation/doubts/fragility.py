"""How few sentences the finding hangs on, and which ones to read again."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.design import read_design
from pbgov.evaluation.doubts.fragility_remarks import remarks_on_fragility
from pbgov.evaluation.doubts.rereading import judged_segments, sentences_to_reread
from pbgov.evaluation.estimate import NotEstimated, counted, counted_en
from pbgov.evaluation.limits import RESIDUAL_DF, refusal
from pbgov.evaluation.regression import table_of
from pbgov.evaluation.remarks import Remark, sentences
from pbgov.indicators.scores import need_columns, unit_names
from pbgov.inference.recodings import (
    BEAM,
    Recodings,
    enough_for_p,
    fewest_for_sign,
    fewest_removals,
    focal_tests,
)
from pbgov.marks import SIMULATED, as_simulated, is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.evaluation.design import Design
    from pbgov.evaluation.remarks import Lang
    from pbgov.indicators.panel import Panel
    from pbgov.inference.recodings import Question, Removal

_NOT_TRIED = (
    f"没有试：去掉一个就不足 {RESIDUAL_DF} 个残差自由度",
    f"not tried: without one fewer than {RESIDUAL_DF} residual degrees of freedom are left",
)
TABLE = ("question", "by", "fewest", "of", "exact", "estimate", "p_value", "reason", "reason_en")
_SAME = 1e-9
_CANDIDATES = 4_000
_SETS = 20_000


@dataclass(frozen=True, eq=False)
class Fragility:
    """What it takes to turn a coefficient of a coded share.

    Attributes
    ----------
    formula, term, code : str
    estimate, p_value : float
        Of the term as it stands, HC2 with Bell-McCaffrey degrees of freedom; p is NaN under four.
    n, n_segments : int
        Units in the regression, and segments read about them.
    unit_name : str
    table : DataFrame
        One row is one question and what is changed: question (sign: the coefficient gets the other
        sign; p: its p value passes .05), by (recoding: judgements of the code; removal: units left
        out), fewest (missing where nothing was found), ``of`` how many, exact (True: no fewer
        do; False: enough, fewer may do), estimate and p_value afterwards, reason, reason_en ('' where
        found).
    units : DataFrame
        One row is one unit of a question: question, unit (several joined with +, where a segment
        speaks of them all), n_segments, n_coded, becomes (1 or 0: what is recoded to it), n_change.
    sentences : DataFrame
        The segments to read again, one row each: question, unit, n_change (how many of this unit's
        would have to change), order (1: the most doubtful), doc_id, start, end, segment_id, text,
        judged (as it stands), rule, probability, disagree (coders who judge otherwise), doubt,
        doubt_en.
    removals : DataFrame
        One row is one smallest set of units without which the answer is another one: question,
        units (joined with 、), estimate, p_value; the furthest first.
    remarks : tuple of Remark
    simulated : bool
    """

    formula: str
    term: str
    code: str
    estimate: float
    p_value: float
    n: int
    n_segments: int
    unit_name: str
    table: pd.DataFrame
    units: pd.DataFrame
    sentences: pd.DataFrame
    removals: pd.DataFrame
    remarks: tuple[Remark, ...]
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            for name in ("table", "units", "sentences", "removals"):
                object.__setattr__(self, name, as_simulated(getattr(self, name)))

    def limits(self, lang: Lang = "zh") -> tuple[str, ...]:
        """The remarks as sentences of one language."""
        return sentences(self.remarks, lang)

    def __str__(self) -> str:
        head = f"【{SIMULATED}】" if self.simulated else ""
        return "\n".join([f"{head}{self.formula}", *(f"· {said}" for said in self.limits())])


def fragility(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    data: pd.DataFrame | Panel,
    formula: str,
    *,
    code: str,
    term: str | None = None,
    by: str = "region_code",
    coder: str | None = None,
    probabilities: pd.DataFrame | None = None,
    unit_name: str = "区",
    allow_regressors: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Fragility | NotEstimated:
    """The fewest recodings that turn a coefficient, and the sentences to read again for them.

    Parameters
    ----------
    codings, segments : DataFrame
        As for `score`, which makes the shares; `segments` with its ``text``. Where `codings` holds
        several coders the others tell where judgements are doubtful.
    data : DataFrame or Panel
        Outcome and other regressors, one row per unit, with the column `by`. Where it has
        the column `term`, this must be the share that the codings give.
    formula : str
        With `term` standing alone: ``'满意率 ~ Q("share_INNOV.ORG") + 密度'``.
    code : str
        The code whose judgements are recoded.
    term : str, optional
        Column of the share; ``share_<code>`` as `join_panel` names it where not given.
    by : str
        Column of `segments` and `data` that names the units.
    coder : str, optional
        Whose codings count; needed where `codings` holds those of several.
    probabilities : DataFrame, optional
        ``segment_id`` and a column named as `code`, as ``LearnedCoder.probabilities`` gives it.
    unit_name : str
    allow_regressors : int, optional
        More regressors than one per eight units, taken on by name.
    progress : callable, optional
        Told how many steps are done, of three hundred: a hundred for each of the two
        kinds of recodings, and for the removals.

    Returns
    -------
    Fragility or NotEstimated
        NotEstimated where `regress` would refuse the formula.

    Raises
    ------
    InputError
        Where a column is missing, the term does not stand alone in the formula, or the share in
        `data` is not that of the codings; otherwise as `score` and `regress`.

    Notes
    -----
    The fewest recodings for the sign are exact; those for the p value are found by a search and
    are an upper bound: see `pbgov.inference.recodings`. Units are left out as long as ten residual
    degrees of freedom remain. A finding that two sentences turn is not thereby false, nor one that
    needs fifty thereby true: the list says what to read again before it is told.
    """
    table, _ = table_of(data)
    need_columns(table, [by], "data")
    simulated = is_simulated([data, table, codings, segments])
    term = term or f"share_{code}"
    judged = judged_segments(codings, segments, code=code, by=by, coder=coder)
    table = _with_share(table, judged.shares, by, term)
    design = read_design(table, formula, labels=by)
    n = len(design.rows)
    place = _place_of(design, table, formula, term, by) if n else -1  # no row: `refusal` says so
    reason = _repeated(design, by) or refusal(design, None, unit_name, allow_regressors)
    if reason is None:
        controls = np.delete(design.matrix, (0, place), axis=1)
        regressor = design.matrix[:, place]
        estimate, p = (
            float(each[0]) for each in focal_tests(design.outcome, controls, regressor[:, None])
        )
        if np.isnan(estimate):
            reason = (
                "解释变量完全拟合了结果，或有一行独自决定系数",
                "the fit leaves no residual, or a row alone decides a coefficient",
            )
    if reason is not None:
        return NotEstimated(formula, n, reason[0], reason[1], simulated)

    kinds = judged.kinds(design.labels)
    effects, available = kinds.effects, kinds.available
    arrays = (design.outcome, controls, regressor)
    told = _Told(progress)
    found: dict[Question, Recodings | None] = {"sign": fewest_for_sign(*arrays, effects, available)}
    told.next()
    beam = max(1, min(BEAM, _CANDIDATES // len(available)))
    found["p"] = enough_for_p(*arrays, effects, available, beam=beam, progress=told)
    told.next()
    most = _most_removed(n, design.matrix.shape[1])
    removed = fewest_removals(*arrays, most=most, progress=told)
    told.next()
    result_table = _table(found, removed, int(available.sum()), n, most, p, unit_name)
    units = kinds.table({question: made.flips for question, made in found.items() if made})
    return Fragility(
        formula=formula,
        term=term,
        code=code,
        estimate=estimate,
        p_value=p,
        n=n,
        n_segments=int(available.sum()),
        unit_name=unit_name,
        table=result_table,
        units=units,
        sentences=sentences_to_reread(judged, kinds, units, codings, segments, probabilities),
        removals=_removals(removed, design.labels),
        remarks=remarks_on_fragility(
            result_table, units, design, estimate, p, unit_name, simulated=simulated
        ),
        simulated=simulated,
    )


class _Told:
    """Hands on the progress of three searches, one after another, as one."""

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self._progress = progress
        self._searched = 0

    def __call__(self, done: int, total: int) -> None:
        """The present search has come so far."""
        if self._progress is not None:
            self._progress(100 * self._searched + min(99, 100 * done // total), 300)

    def next(self) -> None:
        """The search is over."""
        self._searched += 1
        if self._progress is not None:
            self._progress(100 * self._searched, 300)


def _most_removed(n: int, k: int) -> int:
    """Units that may be left out: ten residual degrees of freedom remain, and not too many sets."""
    most = 0
    while most < n - k - RESIDUAL_DF and comb(n, most + 1) <= _SETS:
        most += 1
    return most


def _with_share(table: pd.DataFrame, shares: pd.Series[float], by: str, term: str) -> pd.DataFrame:
    """The table with the share that the codings give; refused where it has another one."""
    units = unit_names(table[by], "data")
    made = units.map(shares).astype(float)
    if not units.isin(shares.index).any():
        raise InputError(f"no unit in column {by} of data was read about; compare their names.")
    if term in table.columns:
        if not pd.api.types.is_numeric_dtype(table[term].dtype):
            raise InputError(f"column {term!r} of data holds text; a share is a number")
        there = table[term]
        same = np.isclose(there.astype(float), made, rtol=_SAME, atol=_SAME, equal_nan=True)
        if not same.all():
            at = int(np.flatnonzero(~same)[0])
            raise InputError(
                f"column {term!r} of data says {there.iloc[at]} for {units.iloc[at]}, the codings"
                f" give {made.iloc[at]}; make the share by score(codings, segments, by={by!r}), or"
                " name the coder: coder=…"
            )
    with_share = table.assign(**{term: made})
    with_share[by] = units
    return with_share


def _repeated(design: Design, by: str) -> tuple[str, str] | None:
    """A unit with several rows: its share would be recoded in each of them."""
    labels = pd.Series(design.labels)
    if not labels.duplicated().any():
        return None
    twice = labels[labels.duplicated()].iloc[0]
    return (
        f"“{by}”里 {twice} 等单位有多行；先合并成一个单位一行",
        f"units such as {twice} have several rows; make one row of each first",
    )


def _place_of(design: Design, table: pd.DataFrame, formula: str, term: str, by: str) -> int:
    """The column of the share, which must stand in the formula alone and once."""
    wanted = f"the share {term!r} must stand alone in {formula!r}: not transformed, no interaction"
    if design.outcome_name == "":
        raise InputError(f"formula {formula!r} has no outcome; write 'outcome ~ regressors'")
    if term not in design.columns:
        raise InputError(wanted)
    place = design.columns.index(term)
    moved = read_design(table.assign(**{term: 2 * table[term] + 1}), formula, labels=by)
    rows = {label: row for row, label in enumerate(moved.labels)}
    if len(rows) == len(design.labels):  # else a unit has several rows, which `_repeated` tells
        other = moved.matrix[[rows[label] for label in design.labels]]
        expected = design.matrix.copy()
        expected[:, place] = 2 * expected[:, place] + 1
        outcome = moved.outcome[[rows[label] for label in design.labels]]
        if not (
            np.allclose(other, expected, equal_nan=True)
            and np.allclose(outcome, design.outcome, equal_nan=True)
        ):
            raise InputError(wanted)
    return place


def _table(
    found: dict[Question, Recodings | None],
    removed: dict[Question, list[Removal]],
    n_segments: int,
    n: int,
    most: int,
    p: float,
    unit_name: str,
) -> pd.DataFrame:
    nan = float("nan")
    no_p = (
        "现在没有稳健标准误的 p 值（有效自由度不足 4）",
        "there is no sandwich p value to begin with",
    )
    none = {
        "sign": ("全部改判也不变号", "not even recoding all of them turns the sign"),
        "p": ("逐条搜索没有找到", "the search found no way"),
    }
    rows: list[tuple[object, ...]] = []
    for question, made in found.items():
        if made is not None:
            numbers = (made.n, n_segments, made.exact, made.estimate, made.p_value)
            rows.append((question, "recoding", *numbers, "", ""))
        else:
            why = no_p if question == "p" and np.isnan(p) else none[question]
            rows.append(
                (question, "recoding", None, n_segments, question == "sign", nan, nan, *why)
            )
    for question, sets in removed.items():
        if sets:
            first = sets[0]
            numbers = (len(first.rows), n, True, first.estimate, first.p_value)
            rows.append((question, "removal", *numbers, "", ""))
        else:
            why = (
                _NOT_TRIED
                if not most
                else (
                    f"去掉不超过 {counted(most, unit_name)}都不改变（再多就不足 {RESIDUAL_DF} 个残差自由度，"
                    "或组合太多，没有试）",
                    f"leaving out up to {counted_en(most, unit_name)} does not (more were not tried: fewer than"
                    f" {RESIDUAL_DF} residual degrees of freedom, or too many sets)",
                )
            )
            why = no_p if question == "p" and np.isnan(p) else why
            rows.append((question, "removal", None, n, True, nan, nan, *why))
    table = pd.DataFrame(rows, columns=list(TABLE))
    texts = dict.fromkeys(("question", "by", "reason", "reason_en"), "str")
    return table.astype({**texts, "fewest": "Int64", "of": "int64", "exact": "bool"})


def _removals(removed: dict[Question, list[Removal]], labels: tuple[str, ...]) -> pd.DataFrame:
    rows = [
        (question, "、".join(sorted(labels[row] for row in one.rows)), one.estimate, one.p_value)
        for question, sets in removed.items()
        for one in sets
    ]
    table = pd.DataFrame(rows, columns=["question", "units", "estimate", "p_value"])
    return table.astype({"question": "str", "units": "str", "estimate": float, "p_value": float})
