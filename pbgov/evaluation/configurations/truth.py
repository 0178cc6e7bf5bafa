"""The truth table: combinations of conditions, the cases in each, and whether the outcome goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.configurations.calibrating import is_number
from pbgov.evaluation.configurations.cases import Cases, read_cases
from pbgov.evaluation.configurations.sayings import remarks_on_table
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.remarks import Remark, in_order, sentences
from pbgov.inference.sets.rows import truth_rows
from pbgov.marks import SIMULATED, as_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.remarks import Lang
    from pbgov.indicators.panel import Panel
    from pbgov.inference.sets.rows import TruthRows

INCL_CUT = 0.8
PRI_CUT = 0.0
N_CUT = 1
_OUT = {1: "1", 0: "0", -1: "?"}


@dataclass(frozen=True, eq=False)
class TruthTable:
    """A truth table and the cases it was made from.

    Attributes
    ----------
    rows : DataFrame
        One row is one combination: row (1 + the number its conditions write, the first most
        significant), one column a condition (its value), OUT ("1" sufficient, "0" not, "?" a
        remainder), n (cases with membership over .5), incl, PRI (0–1, NaN where no case is a
        member), both (sufficient for the outcome and for its negation), cases (their names).
    cases : Cases
        The memberships.
    truth : TruthRows
        The table as arrays, with all rows.
    incl_cut, pri_cut : float
    n_cut : int
    remarks : tuple of Remark
        What must be said beside the table.
    simulated : bool
    """

    rows: pd.DataFrame
    cases: Cases
    truth: TruthRows
    incl_cut: float
    pri_cut: float
    n_cut: int
    remarks: tuple[Remark, ...]
    simulated: bool

    def __post_init__(self) -> None:
        if self.simulated:
            object.__setattr__(self, "rows", as_simulated(self.rows))

    @property
    def outcome(self) -> str:
        """Name of the outcome, with ~ before it where it is negated."""
        return self.cases.outcome_name

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions."""
        return self.cases.conditions

    @property
    def remainder_share(self) -> float:
        """Share of the combinations that are remainders, 0–1: limited diversity."""
        return float((self.truth.output == -1).mean())

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks in Chinese."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks, "en")

    def render(self, lang: Lang = "zh") -> str:
        """The table as text, with what must be said beside it."""
        mark = "" if not self.simulated else f"【{SIMULATED}】" if lang == "zh" else "[simulated] "
        title = "真值表" if lang == "zh" else "Truth table"
        return "\n".join(
            [
                f"{mark}{title}: {self.cases.formula}",
                self.rows.to_string(index=False, float_format=lambda value: f"{value:.3f}"),
                *(f"· {sentence}" for sentence in sentences(self.remarks, lang)),
            ]
        )

    def __str__(self) -> str:
        return self.render()


def truth_table(
    data: pd.DataFrame | Panel,
    outcome: str,
    conditions: Sequence[str],
    *,
    incl_cut: float = INCL_CUT,
    pri_cut: float = PRI_CUT,
    n_cut: int = N_CUT,
    negate: bool = False,
    cases: str | None = None,
    levels: Mapping[str, int] | None = None,
    complete: bool = False,
    allow_conditions: int | None = None,
) -> TruthTable | NotEstimated:
    """The truth table of calibrated cases.

    Parameters
    ----------
    data : DataFrame or Panel
        One row is one case; memberships in [0, 1], from `calibrate`.
    outcome : str
        Column of the outcome.
    conditions : sequence of str
        Columns of the conditions, the most significant first.
    incl_cut, pri_cut : float
        A row is sufficient where its inclusion and its PRI reach these. Without a PRI cut a row
        may be sufficient for the outcome and for its negation; such rows are flagged.
    n_cut : int
        Rows with fewer cases are remainders.
    negate : bool
        True for the negation of the outcome.
    cases : str, optional
        Column that names the cases; a panel's unit or the index, if not given.
    levels : mapping of str to int, optional
        Conditions of three values or more (0, 1, 2, …), and how many values each has.
    complete : bool
        True to list the combinations without a case as well.
    allow_conditions : int, optional
        As many conditions as the caller answers for. Otherwise there may be k where half of the
        2**k combinations are fewer than the cases: 4 at 16 districts.

    Returns
    -------
    TruthTable or NotEstimated
        NotEstimated where a condition or the outcome does not vary, or there are too few cases
        for the conditions.

    Raises
    ------
    InputError
        Where a column is not there or not of numbers, a membership is outside its range, a case
        is named twice, or a cut-off makes no sense.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of
    Chicago Press, chapter 7. Marx, A., & Dușa, A. (2011). Crisp-set qualitative comparative
    analysis (csQCA), contradictions and consistency benchmarks for model specification.
    *Methodological Innovations Online*, 6(2), 103-148.
    """
    _check_cuts(incl_cut, pri_cut, n_cut)
    found = read_cases(data, outcome, conditions, cases, levels)
    if negate:
        found = found.negated()
    reason = refusal(found, allow_conditions)
    if reason is not None:
        return NotEstimated(found.formula, len(found), *reason, found.simulated)
    return tabulate(found, float(incl_cut), float(pri_cut), int(n_cut), complete=complete)


def tabulate(
    cases: Cases, incl_cut: float, pri_cut: float, n_cut: int, *, complete: bool = False
) -> TruthTable:
    """The truth table of cases that are fit for one."""
    truth = truth_rows(
        cases.memberships,
        cases.outcome,
        incl_cut=incl_cut,
        pri_cut=pri_cut,
        n_cut=n_cut,
        levels=cases.levels,
    )
    return TruthTable(
        rows=_rows(cases, truth, complete),
        cases=cases,
        truth=truth,
        incl_cut=incl_cut,
        pri_cut=pri_cut,
        n_cut=n_cut,
        remarks=in_order(remarks_on_table(cases, truth, incl_cut, pri_cut, n_cut)),
        simulated=cases.simulated,
    )


def most_conditions(n: int) -> int:
    """The most conditions n cases carry: half of the 2**k combinations are fewer than the cases.

    Examples
    --------
    >>> [most_conditions(n) for n in (8, 16, 17, 30, 60)]
    [3, 4, 5, 5, 6]
    """
    return max(n - 1, 0).bit_length()


def refusal(cases: Cases, allow_conditions: int | None) -> tuple[str, str] | None:
    """Why there is no truth table, in Chinese and in English; None where there is one."""
    n, k = len(cases), len(cases.conditions)
    if not n:
        return "没有隶属度完整的案例", "no case has all its memberships"
    columns = [*cases.memberships.T, cases.outcome]
    names = [*cases.conditions, cases.outcome_name]
    for name, values in zip(names, columns, strict=True):
        if np.ptp(values) == 0:
            return (
                f"“{name}”在全部 {n} 个案例中都是 {values[0]:g}，没有变化",
                f"{name!r} is {values[0]:g} in all {n} cases",
            )
    most = most_conditions(n)
    if allow_conditions is None and k > most:
        return (
            f"{n} 个案例至多支持 {most} 个条件，这里有 {k} 个（{2**k} 种组合）；"
            f"噪声也几乎总能给出“充分”的组合。确需如此，请写明 allow_conditions={k}",
            f"{n} cases carry {most} conditions and there are {k} ({2**k} combinations), where"
            " noise finds a sufficient row almost always; write"
            f" allow_conditions={k} to answer for it",
        )
    if allow_conditions is not None and k > allow_conditions:
        return (
            f"条件有 {k} 个，而 allow_conditions={allow_conditions}",
            f"there are {k} conditions and allow_conditions={allow_conditions}",
        )
    return None


def _check_cuts(incl_cut: float, pri_cut: float, n_cut: int) -> None:
    for name, cut in (("incl_cut", incl_cut), ("pri_cut", pri_cut)):
        if not is_number(cut) or not 0 <= cut <= 1:
            raise InputError(f"{name} is {cut!r}; it is a number between 0 and 1")
    if isinstance(n_cut, bool) or not isinstance(n_cut, (int, np.integer)) or n_cut < 1:
        raise InputError(f"n_cut is {n_cut!r}; it is a number of cases, 1 or more")


def _rows(cases: Cases, truth: TruthRows, complete: bool) -> pd.DataFrame:
    shown = np.arange(len(truth.n)) if complete else np.flatnonzero(truth.n > 0)
    values = np.unravel_index(shown, truth.levels)
    empty = truth.n[shown] == 0
    members: dict[int, list[str]] = {}
    for name, place in zip(cases.names, truth.row_of_case, strict=True):
        members.setdefault(int(place), []).append(name)
    return pd.DataFrame(
        {
            "row": shown + 1,
            **dict(zip(cases.conditions, values, strict=True)),
            "OUT": pd.Series([_OUT[int(truth.output[place])] for place in shown], dtype="str"),
            "n": truth.n[shown],
            "incl": np.where(empty, np.nan, truth.inclusion[shown]),
            "PRI": np.where(empty, np.nan, truth.pri[shown]),
            "both": truth.both[shown],
            "cases": pd.Series(
                [",".join(members.get(int(place), [])) for place in shown], dtype="str"
            ),
        }
    )
