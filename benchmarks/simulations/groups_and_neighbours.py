"""Mixed models, Moran's I and design analysis: sizes under the null, power where it is foretold."""

from __future__ import annotations

import numpy as np
from scipy import stats

from benchmarks.simulations import SEED, Row
from pbgov.inference.panels.mixed import fit_mixed
from pbgov.inference.panels.spatial import moran_test, row_standardised
from pbgov.inference.power import correlation_exaggeration

SIZES = np.array([9, 11, 12, 14, 15, 17, 18, 19, 20, 21, 23, 25, 28, 31, 34, 43])
DISTRICTS = np.repeat(np.arange(16), SIZES)
LEVEL = 0.05


def groups_and_neighbours(scale: float = 1.0) -> list[Row]:
    """Every study of this module; at scale 1 about half a minute.

    Parameters
    ----------
    scale : float
        Multiplies the replications.

    Returns
    -------
    list of Row
    """

    def many(replications: int) -> int:
        return max(10, round(replications * scale))

    return [
        *(_mixed(icc, many(400)) for icc in (0.05, 0.2)),
        _moran(many(1_500)),
        *(_correlation(r, many(20_000)) for r in (0.3, 0.5, 0.7)),
    ]


def _mixed(icc: float, replications: int) -> Row:
    """A district dummy, 8 of 16, in 340 streets of unequal districts."""
    random = np.random.default_rng([SEED, 1, round(100 * icc)])
    design = np.column_stack([np.ones(len(DISTRICTS)), DISTRICTS % 2])
    rejected = 0
    for _ in range(replications):
        level = random.normal(0, np.sqrt(icc), 16)[DISTRICTS]
        outcome = level + random.normal(0, np.sqrt(1 - icc), len(DISTRICTS))
        fit = fit_mixed(design, outcome, DISTRICTS)
        if fit is None:
            raise RuntimeError("the search for the variances failed on a regular table")
        t = fit.whitened.coefficients[1] / np.sqrt(fit.covariance[1, 1])
        rejected += int(2 * stats.t.sf(abs(t), 14) < LEVEL)
    check = f"mixed model t(G-k), district dummy 8 of 16, icc {icc}"
    return Row(check, "3-7 %", 0.03, 0.07, rejected / replications, replications)


def _moran(replications: int) -> Row:
    """Residuals of a spatial regressor on a 4 x 4 queen lattice, independent errors."""
    places = np.array([(i // 4, i % 4) for i in range(16)])
    near = np.abs(places[:, None] - places[None]).max(axis=2) == 1
    weights = row_standardised(near.astype(float))
    random = np.random.default_rng([SEED, 2])
    spill = np.linalg.inv(np.eye(16) - 0.5 * weights)
    rejected = 0
    for place in range(replications):
        design = np.column_stack([np.ones(16), spill @ random.normal(size=16)])
        found = moran_test(random.normal(size=16), weights, design, seed=place, draws=199)
        rejected += int(found.p_permutation <= LEVEL)
    check = "Moran's I of residuals, two-sided permutation, 16 districts"
    return Row(check, "3-7 %", 0.03, 0.07, rejected / replications, replications)


def _correlation(r: float, replications: int) -> Row:
    """Share of significant correlations among 16 normal pairs, against the exact power."""
    random = np.random.default_rng([SEED, 3, round(100 * r)])
    first = random.normal(size=(replications, 16))
    second = r * first + np.sqrt(1 - r**2) * random.normal(size=(replications, 16))
    first -= first.mean(axis=1)[:, None]
    second -= second.mean(axis=1)[:, None]
    seen = (first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    t = seen * np.sqrt(14 / (1 - seen**2))
    power = correlation_exaggeration(r, 16).power
    return Row(
        f"power of a correlation of {r}, 16 districts",
        f"{100 * power:.1f} % by the exact distribution",
        power - 0.015,
        power + 0.015,
        float((2 * stats.t.sf(np.abs(t), 14) < LEVEL).mean()),
        replications,
    )
