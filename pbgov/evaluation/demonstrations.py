"""Three demonstrations on simulated data: why a naive table of regressions is not to be believed.

Default standard errors at sixteen units, many tests of which the best is shown, and codes assigned by a
machine whose errors go with the outcome. Everything made here is marked simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from pbgov.errors import InputError
from pbgov.evaluation.limits import LEAST_DF, LEVEL
from pbgov.inference.linear import bell_mccaffrey_df, coefficient_tests, hc2, least_squares
from pbgov.marks import SIMULATED, mark_simulated

OUTCOME, REGRESSOR = f"{SIMULATED}结果", f"{SIMULATED}变量"
RATE, MACHINE, HAND = f"{SIMULATED}满意率", f"{SIMULATED}机器编码", f"{SIMULATED}人工编码"
_SPREAD_OF_SCORE = 0.8
_MOST_SCANS = 1_000


def false_findings(*, n_units: int = 16, draws: int = 300, seed: int) -> pd.DataFrame:
    """How often no association at all comes out significant, by the usual default and by ours.

    The regressor is a skewed score; the outcome has nothing to do with it, but scatters more
    where the score is high.

    Parameters
    ----------
    n_units : int
    draws : int
        Data sets drawn.
    seed : int

    Returns
    -------
    DataFrame
        One row is one way: way, rejected (share of data sets with p < 0.05), draws. 默认 is HC1
        with the normal table, as common programs print it when asked for robust errors; 本工作台 is
        HC2 with Bell-McCaffrey degrees of freedom, where fewer than four refuse the p value.
    """
    if n_units < 4 or draws < 1:
        raise InputError(f"{n_units} units, {draws} draws; need four units and one draw or more")
    random = np.random.default_rng(seed)
    naive = ours = 0
    for _ in range(draws):
        score = random.lognormal(sigma=_SPREAD_OF_SCORE, size=n_units)
        outcome = random.normal(size=n_units) * (1 + score)
        fit = least_squares(np.column_stack([np.ones(n_units), score]), outcome)
        pushes = fit.weights[:, 1] * fit.residuals
        hc1 = np.sqrt(pushes @ pushes * n_units / (n_units - fit.k))
        naive += 2 * stats.norm.sf(abs(fit.coefficients[1]) / hc1) < LEVEL
        df = bell_mccaffrey_df(fit)
        tests = coefficient_tests(fit.coefficients, hc2(fit), df)
        ours += bool(tests.p_value[1] < LEVEL and df[1] >= LEAST_DF)
    table = pd.DataFrame({"way": ["默认", "本工作台"], "rejected": [naive / draws, ours / draws]})
    return mark_simulated(table.assign(draws=draws))


@dataclass(frozen=True, eq=False)
class ScanOfNothing:
    """Regressors that have nothing to do with the outcome, tested one by one.

    Attributes
    ----------
    table : DataFrame
        One row per unit: 模拟结果 and 模拟做法1, 模拟做法2, …; the first data set drawn in which one
        of them has p < 0.05.
    formulas, terms : list of str
        One regression for each.
    tried : int
        Data sets drawn until then.
    any_found : float
        Share of `draws` further data sets in which at least one has p < 0.05.
    draws : int
    """

    table: pd.DataFrame
    formulas: list[str]
    terms: list[str]
    tried: int
    any_found: float
    draws: int


def scan_of_nothing(
    *, n_units: int = 16, regressors: int = 12, draws: int = 1_000, seed: int
) -> ScanOfNothing:
    """Many regressors, no association: how often something is found, and one such data set.

    Parameters
    ----------
    n_units, regressors, draws : int
    seed : int

    Returns
    -------
    ScanOfNothing

    Raises
    ------
    InputError
        Where there are fewer than four units, or no regressor.
    """
    if n_units < 4 or regressors < 1:
        raise InputError(f"{n_units} units, {regressors} regressors; need four units and one")
    random = np.random.default_rng(seed)
    t = stats.t.isf(LEVEL / 2, n_units - 2)
    critical = t / np.sqrt(n_units - 2 + t**2)

    def drawn() -> tuple[np.ndarray, bool]:
        values = random.normal(size=(1 + regressors, n_units))
        correlations = np.asarray(np.corrcoef(values))[0, 1:]
        return values, bool((np.abs(correlations) > critical).any())

    tried, found = 0, False
    while not found and tried < _MOST_SCANS:
        values, found = drawn()
        tried += 1
    names = [f"{SIMULATED}做法{k}" for k in range(1, regressors + 1)]
    table = pd.DataFrame(values.T, columns=[OUTCOME, *names])
    return ScanOfNothing(
        table=mark_simulated(table),
        formulas=[f"{OUTCOME} ~ {name}" for name in names],
        terms=names,
        tried=tried,
        any_found=float(np.mean([drawn()[1] for _ in range(draws)])),
        draws=draws,
    )


def simulate_coded_streets(
    *, n_streets: int = 340, n_districts: int = 16, hand_coded: int = 100, seed: int
) -> pd.DataFrame:
    """Streets with a rate and a machine code whose errors go with the rate; no association.

    The machine is right in about 85 of 100 streets, and says "yes" more often where the rate is
    high. A simple random sample of streets is coded by hand.

    Parameters
    ----------
    n_streets, n_districts, hand_coded : int
    seed : int

    Returns
    -------
    DataFrame
        One row is one street: region_code (of the simulated district), 模拟满意率 (0 to 1),
        模拟机器编码 (0, 1), 模拟人工编码 (the truth where drawn, else NaN), inclusion_probability.
    """
    if not 0 < hand_coded <= n_streets or not 2 <= n_districts <= n_streets:
        raise InputError(
            f"{n_streets} streets in {n_districts} districts, {hand_coded} coded by hand;"
            " need two districts, and no more hand codes than streets"
        )
    random = np.random.default_rng(seed)
    district = np.arange(n_streets) % n_districts
    truth = random.random(n_streets) < 0.3
    shocks = random.normal(size=n_districts)[district] + random.normal(size=n_streets)
    lean = (shocks - shocks.mean()) / shocks.std()
    wrong = random.random(n_streets) < np.clip(0.15 + 0.12 * np.where(truth, -lean, lean), 0, 1)
    drawn = random.permutation(n_streets) < hand_coded
    return mark_simulated(
        pd.DataFrame(
            {
                "region_code": [f"{SIMULATED}{number + 1:02d}" for number in district],
                RATE: np.clip(0.9 + 0.03 * lean, 0, 1),
                MACHINE: (truth ^ wrong).astype(float),
                HAND: np.where(drawn, truth, np.nan),
                "inclusion_probability": hand_coded / n_streets,
            }
        )
    )
