"""Many tests at once: twelve innovations and one outcome, or several outcomes and one pilot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.declarations import plain_formula
from pbgov.evaluation.design import read_design
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.doubts.tested import column_of, untestable
from pbgov.evaluation.estimate import NotEstimated, counted
from pbgov.evaluation.limits import sentences_on_gaps, sentences_on_simulation, sentences_on_size
from pbgov.evaluation.permutation_remarks import sentences_on_permutation
from pbgov.evaluation.regression import SEED, table_of
from pbgov.evaluation.remarks import Remark, in_order
from pbgov.inference.linear import dependent_columns
from pbgov.inference.resampling.permutation import (
    PermutationResult,
    is_mirrored,
    unit_means,
    varies_between_only,
)
from pbgov.inference.resampling.reduced_models import rounded
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.inference.resampling.step_down import step_down_max_t as max_t_of_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbgov.evaluation.design import Design
    from pbgov.indicators.panel import Panel

STEP_DOWN_COLUMNS = ("name", "statistic", "p_raw", "p_max_t", "p_holm", "p_bh", "m")


def step_down_max_t(
    data: pd.DataFrame | Panel,
    formulas: Sequence[str],
    terms: str | Sequence[str],
    cluster: str | None = None,
    *,
    robust: bool = False,
    unit_name: str | None = None,
    seed: int = SEED,
    permutations: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> CheckResult | NotEstimated:
    """Permutation tests of a family, with p values that hold for the family as a whole.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per unit, or per unit and period or street with `cluster`.
    formulas : sequence of str
        One for each test, as in `pbgov.regress`. Twelve innovations: twelve formulas with the
        same outcome and controls. Several outcomes: as many formulas with the same right side.
    terms : str or sequence of str
        The regressor tested in each formula; one name where it is the same in all.
    cluster : str, optional
        Column of the unit that rows belong to; units are then compared by their means.
    robust : bool
        Divide by the HC2 standard error; with two groups and no control Welch's t, as R's
        ``mt.maxT`` does by default.
    unit_name : str, optional
        What a unit is called in sentences; 行, or 组 with `cluster`.
    seed, permutations : int
        Of the draws where there are more than 50,000 relabelings.
    progress : callable, optional
        Called with the relabelings done and their number.

    Returns
    -------
    CheckResult or NotEstimated
        ``table`` has one row per test, in the order given: name (the term, the outcome, or both,
        whichever tells the tests apart), statistic (t among units), p_raw (of the test alone),
        p_max_t (step-down maxT: bounds the chance of any false finding, with regard to how the
        tests hang together), p_holm and p_bh (of p_raw), m (tests in the family). NaN for a
        test that could not be made; it does not count into m. ``statistic`` and ``p_value``
        are those of the strongest test, the latter p_max_t. The tests are made with the units
        that are complete in all of them, since one relabeling must serve all. NotEstimated
        where no test could be made.

    Raises
    ------
    InputError
        Where formulas and terms do not fit one another or the table.

    References
    ----------
    As in `pbgov.inference.resampling.step_down`.
    """
    if isinstance(formulas, str) or not len(formulas):
        raise InputError(f"formulas is {formulas!r}; give a list with a formula for each test")
    tested = [terms] * len(formulas) if isinstance(terms, str) else list(terms)
    if len(tested) != len(formulas):
        raise InputError(f"{len(formulas)} formulas and {len(tested)} terms; name one for each")
    tests = [(plain_formula(str(one)), term) for one, term in zip(formulas, tested, strict=True)]
    twice = next((place for place, test in enumerate(tests) if test in tests[:place]), None)
    if twice is not None:
        raise InputError(
            f"{tested[twice]!r} in {formulas[twice]!r} stands twice; a family holds each test once"
        )
    table, simulated = table_of(data)
    unit_name = unit_name or ("组" if cluster else "行")
    designs = _on_common_rows(table, list(formulas), cluster)
    asked = [_asked(*each, cluster, unit_name) for each in zip(designs, tested, strict=True)]
    made = [j for j, each in enumerate(asked) if isinstance(each, _Arrays)]
    kept = [each for each in asked if isinstance(each, _Arrays)]
    if not kept:
        zh, en = next(each for each in asked if not isinstance(each, _Arrays))
        return NotEstimated(formulas[0], len(designs[0].rows), zh, en, simulated)
    result = max_t_of_arrays(
        [each.outcome for each in kept],
        [each.regressor for each in kept],
        [each.covariates for each in kept],
        seed=seed,
        draws=permutations,
        robust=robust,
        progress=progress,
    )
    design = designs[made[0]]
    if not result.size:
        zh, en = "各项检验的变量都没有剩余的差异可以检验", "the regressors leave nothing to permute"
        return NotEstimated(design.formula, len(design.rows), zh, en, simulated)
    statistic, p_raw, p_max_t = np.full((3, len(asked)), np.nan)
    statistic[made], p_raw[made], p_max_t[made] = result.statistic, result.p_raw, result.p_max_t
    names = _names(designs, tested)
    strongest = int(np.nanargmax(np.abs(statistic)))
    n_units = len(kept[0].outcome)
    one = kept[0].regressor
    mirrored = all(
        np.array_equal(each.regressor, one) and is_mirrored(one, each.covariates) for each in kept
    )
    found = PermutationResult(0.0, 1.0, result.n_permutations, result.exact, mirrored=mirrored)
    remarks = [
        *sentences_on_simulation(simulated),
        *sentences_on_size(
            len(design.rows), n_units, unit_name, clustered=cluster is not None, detectable=True
        ),
        *_on_family(result.size),
        *_on_tests_not_made(names, asked, statistic, robust),
        *sentences_on_gaps(design),
        *sentences_on_permutation({0: found}, unit_name, seed),
    ]
    return CheckResult(
        name="步降 maxT 多重检验",
        name_en="step-down maxT over a family of tests",
        statistic=float(statistic[strongest]),
        p_value=float(p_max_t[strongest]),
        passed=None,
        n=n_units,
        unit_name=unit_name,
        table=pd.DataFrame(
            {
                "name": pd.Series(names, dtype="str"),
                "statistic": statistic,
                "p_raw": p_raw,
                "p_max_t": p_max_t,
                "p_holm": adjust_p(p_raw, "holm"),
                "p_bh": adjust_p(p_raw, "bh"),
                "m": result.size,
            }
        ),
        remarks=in_order(remarks),
        seed=None if result.exact else seed,
        simulated=simulated,
    )


@dataclass(frozen=True, eq=False)
class _Arrays:
    """One test among units."""

    outcome: np.ndarray
    regressor: np.ndarray
    covariates: np.ndarray


def _on_common_rows(table: pd.DataFrame, formulas: list[str], cluster: str | None) -> list[Design]:
    """The designs of all tests, each with the rows that are complete in every one that has any."""
    alone = [read_design(table, formula, [cluster] if cluster else []) for formula in formulas]
    used = sorted({name for each in alone if len(each.rows) for name in each.rows.columns})
    return [read_design(table, each.formula, used) if len(each.rows) else each for each in alone]


def _asked(
    design: Design, term: str, cluster: str | None, unit_name: str
) -> _Arrays | tuple[str, str]:
    """The arrays of one test, or why it cannot be made."""
    column = column_of(design, term)
    reason = untestable(design, term, column, unit_name, rows_are_units=cluster is None)
    if reason is not None or column is None:
        return reason or ("", "")
    matrix, outcome = design.matrix, design.outcome
    if cluster is not None:
        units = design.rows[cluster].to_numpy()
        if not varies_between_only(matrix[:, column], units):
            return f"“{term}”在{unit_name}内变化", f"{term!r} varies within units"
        if len(np.unique(units)) < 3:
            return f"只有不到 3 个{unit_name}", "fewer than 3 units"
        matrix, outcome = unit_means(matrix, units), unit_means(outcome, units)
    others = np.delete(matrix, column, axis=1)
    others = np.delete(others, dependent_columns(rounded(others)), axis=1)
    n, q = others.shape
    if n - q - 1 < 1:
        return (
            f"{counted(n, unit_name)}要估计 {q + 1} 个系数，没有残差可以重排",
            f"{n} units for {q + 1} coefficients; no residual is left to permute",
        )
    if dependent_columns(np.column_stack([others, matrix[:, column]])):
        return f"“{term}”无法与其他变量分开", f"{term!r} cannot be told from the other regressors"
    return _Arrays(outcome, matrix[:, column], others)


def _names(designs: list[Design], terms: list[str]) -> list[str]:
    """What tells the tests apart: their terms, their outcomes, both, or the whole formulas."""
    outcomes = [design.outcome_name for design in designs]
    both = [f"{outcome} ~ {term}" for outcome, term in zip(outcomes, terms, strict=True)]
    formulas = [design.formula for design in designs]
    ways = (terms, outcomes, both)
    return next((names for names in ways if len(set(names)) == len(names)), formulas)


def _on_family(size: int) -> list[Remark]:
    return [
        Remark(
            "family",
            f"这一族共 {size} 项检验，同一次重排用于所有检验；步降 maxT 与 Holm 控制出现任何一项"
            "误报的机会，BH 控制误报所占的比例；未校正的 p 值不能单独引用。",
            f"A family of {size} test{'' if size == 1 else 's'}, all from the same relabelings; step-down maxT and Holm bound"
            " the chance of any false finding, BH the expected share of false findings; no raw p"
            " stands alone.",
        )
    ]


def _on_tests_not_made(
    names: list[str], asked: list[_Arrays | tuple[str, str]], statistic: np.ndarray, robust: bool
) -> list[Remark]:
    """Which tests could not be made, and why; they do not count into the family."""
    left = "没有剩余的差异可以检验", "nothing is left to permute"
    if robust:
        left = (
            f"{left[0]}，或有的行独自决定一个系数",
            f"{left[1]}, or a row decides a coefficient alone",
        )
    reasons = [
        (name, left if isinstance(each, _Arrays) else each)
        for name, each, value in zip(names, asked, statistic, strict=True)
        if np.isnan(value)
    ]
    return [
        Remark(
            "family",
            f"“{name}”没有检验，不计入这一族：{zh}。",
            f"{name!r} was not tested and is not in the family: {en}.",
        )
        for name, (zh, en) in reasons
    ]
