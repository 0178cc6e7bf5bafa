"""Searching specifications of a true null: the best one misleads, the median does not."""

from __future__ import annotations

import numpy as np

from benchmarks.simulations import SEED, Row
from pbgov.inference.curves import LEVEL, curve_test
from pbgov.inference.specifications import specifications

DISTRICTS = 16
OUTCOMES, FOCAL, CONTROLS = 2, 6, 4
DATA_SETS = 500
PERMUTATIONS = 199


def multiverse_rows(scale: float = 1.0) -> list[Row]:
    """How often 192 specifications of no association look like one, at 16 districts.

    Two correlated outcomes, six codings of one innovation (correlated .7), all subsets of four
    controls; HC2 with Bell-McCaffrey degrees of freedom.
    """
    random = np.random.default_rng(SEED)
    data_sets = max(20, round(DATA_SETS * scale))
    found = np.zeros((data_sets, 3))
    for number in range(data_sets):
        outcomes = _alike(random, OUTCOMES)
        focal = _alike(random, FOCAL)
        controls = random.normal(size=(DISTRICTS, CONTROLS))
        test = curve_test(outcomes, focal, controls, seed=SEED + number, draws=PERMUTATIONS)
        p = specifications(outcomes, focal, controls).p_value
        found[number] = test.p_median <= LEVEL, (p < LEVEL).any(), np.median(p) < LEVEL
    size, somewhere, median = map(float, found.mean(axis=0))
    return [
        Row("multiverse: permutation p of the median", "<= 6 %", 0, 0.06, size, data_sets),
        Row("multiverse: p < .05 somewhere", "for contrast", 0, 1, somewhere, data_sets),
        Row("multiverse: median p < .05", "<= 6 %", 0, 0.06, median, data_sets),
    ]


def _alike(random: np.random.Generator, columns: int) -> np.ndarray:
    """Columns that measure one thing: each pair correlated .7."""
    shared = random.normal(size=(DISTRICTS, 1))
    own = random.normal(size=(DISTRICTS, columns))
    return np.asarray(np.sqrt(0.7) * shared + np.sqrt(0.3) * own)
