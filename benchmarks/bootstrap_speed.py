"""The wild cluster bootstrap beside wildboottest, exact permutation beside scipy.

Run as ``python -m benchmarks.bootstrap_speed``. Medians of a few runs on this machine; read the
ratios, not the milliseconds. wildboottest is timed warm, after its first call has compiled it.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from pbgov.inference.linear import least_squares
from pbgov.inference.resampling.permutation import mean_difference_test
from pbgov.inference.resampling.wild_bootstrap import wild_bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 20260101
CLUSTERS, ROWS, COLUMNS, DRAWS = 16, 960, 8, 9_999


def example() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sixteen clusters of sixty rows, seven regressors, no association."""
    random = np.random.default_rng(SEED)
    clusters = np.repeat(np.arange(CLUSTERS), ROWS // CLUSTERS)
    design = np.column_stack([np.ones(ROWS), random.normal(size=(ROWS, COLUMNS - 1))])
    outcome = random.normal(size=CLUSTERS)[clusters] + random.normal(size=ROWS)
    return design, outcome, clusters


def wildboottest_p(design: np.ndarray, outcome: np.ndarray, clusters: np.ndarray) -> float:
    """The library's p value of the second column, by 9,999 draws."""
    from wildboottest.wildboottest import WildboottestCL

    tested = np.zeros(COLUMNS)
    tested[1] = 1
    boot = WildboottestCL(
        X=design, Y=outcome, cluster=clusters, R=tested, B=DRAWS, seed=SEED, parallel=False
    )
    boot.get_scores(bootstrap_type="11", impose_null=True)
    boot.get_weights(weights_type="rademacher")
    boot.get_numer()
    boot.get_denom()
    boot.get_tboot()
    boot.get_vcov()
    boot.get_tstat()
    boot.get_pvalue(pval_type="two-tailed")
    return float(boot.pvalue)


def largest_difference_to_refits(
    design: np.ndarray, outcome: np.ndarray, clusters: np.ndarray, refits: int = 200
) -> float:
    """The largest |t* - refit| over some drawn vectors, each bootstrap sample fitted in full."""
    drawn = wild_bootstrap(design, outcome, clusters, 1, seed=SEED, draws=refits, enumerate_up_to=1)
    signs = 1 - 2 * np.random.default_rng(SEED).integers(0, 2, (CLUSTERS, refits))
    others = np.delete(design, 1, axis=1)
    restricted = least_squares(others, outcome)
    fitted = outcome - restricted.residuals
    worst = 0.0
    for vector, ours in zip(signs.T, drawn.t_star, strict=True):
        fit = least_squares(design, fitted + vector[clusters] * restricted.residuals)
        scores = np.bincount(clusters, fit.weights[:, 1] * fit.residuals)
        worst = max(worst, abs(fit.coefficients[1] / np.sqrt(scores @ scores) - ours))
    return worst


def milliseconds(call: Callable[[], object], runs: int = 9) -> float:
    """Median of `runs`, after one call that is not counted."""
    call()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def main() -> None:
    data = example()
    library = milliseconds(lambda: wildboottest_p(*data))
    drawn = milliseconds(
        lambda: wild_bootstrap(*data, 1, seed=SEED, draws=DRAWS, enumerate_up_to=1)
    )
    every = milliseconds(lambda: wild_bootstrap(*data, 1, seed=SEED))
    print(f"wild cluster bootstrap, {CLUSTERS} clusters, {ROWS} rows, {COLUMNS} columns")
    print(
        f"  wildboottest, {DRAWS:,} draws, warm   {library:8.2f} ms   p {wildboottest_p(*data):.4f}"
    )
    for name, taken, options in (
        (f"pbgov, {DRAWS:,} draws", drawn, {"draws": DRAWS, "enumerate_up_to": 1}),
        (f"pbgov, all {2**CLUSTERS:,} vectors", every, {}),
    ):
        p = wild_bootstrap(*data, 1, seed=SEED, **options).p_value
        print(f"  {name:<32} {taken:8.2f} ms   p {p:.4f}   {library / taken:5.0f} times faster")
    print(f"  largest |t* - refit| {largest_difference_to_refits(*data):.1e}")

    outcome = np.random.default_rng(SEED).normal(size=CLUSTERS)
    treated = np.arange(CLUSTERS) < 5
    ours = milliseconds(lambda: mean_difference_test(outcome, treated, seed=SEED), 25)
    scipys = milliseconds(
        lambda: stats.permutation_test(
            (outcome[treated], outcome[~treated]),
            lambda first, second, axis: first.mean(axis=axis) - second.mean(axis=axis),
            vectorized=True,
            n_resamples=np.inf,
        )
    )
    n = mean_difference_test(outcome, treated, seed=SEED).n_permutations
    print(f"exact permutation of {CLUSTERS} units, all {n:,} relabelings")
    print(f"  scipy {scipys:.2f} ms, pbgov {ours:.2f} ms: {scipys / ours:.0f} times faster")


if __name__ == "__main__":
    main()
