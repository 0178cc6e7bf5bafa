"""Set-theoretic analysis of noise and of planted paths: what the benchmark lets pass, what it finds."""

from __future__ import annotations

import numpy as np

from benchmarks.simulations import SEED, Row
from pbgov.inference.sets.noise import noise_benchmark, noise_figure

CASES, CONDITIONS = 16, 4
INCLUSION, PRI, CASES_IN_ROW = 0.8, 0.5, 1
LEVEL = 0.05
DATA_SETS = 2_000
PERMUTATIONS = 499
FIGURE_DATA_SETS = 8_000

POWER = {0.05: 0.78, 0.15: 0.40, 0.25: 0.22}
"""Power that is asked for at each standard deviation of the noise."""

NOISE_CELLS = (
    (3, 0.8, 0.0, 1, False, 0.85, 0.51),
    (3, 0.8, 0.5, 1, False, 0.83, 0.53),
    (3, 0.9, 0.65, 1, True, 0.98, 0.78),
    (4, 0.8, 0.0, 1, False, 0.93, 0.59),
    (4, 0.8, 0.5, 1, False, 0.91, 0.66),
    (4, 0.8, 0.65, 1, False, 0.80, 0.52),
    (4, 0.8, 0.5, 2, False, 0.76, 0.37),
    (4, 0.8, 0.5, 1, True, 1.00, 0.97),
    (4, 0.9, 0.65, 1, True, 0.99, 0.85),
    (5, 0.8, 0.65, 1, False, 0.89, 0.62),
    (6, 0.8, 0.5, 1, False, 0.98, 0.83),
    (6, 0.8, 0.5, 2, False, 0.50, 0.03),
)
"""k, inclusion, PRI and frequency cuts, skewed outcome; share of 2,000 noise data sets with a
sufficient row, and with a solution that covers half of the outcome. They were published without
the distributions behind them; `noise_figure` says which ones it draws from."""

_NEAR, _NEAR_SKEWED = 0.04, 0.05


def rows(scale: float = 1.0) -> list[Row]:
    """Size and power of the noise benchmark, and how often noise alone gives a solution.

    Noise: conditions and outcome are independent draws. Planted: four conditions, uniform on
    [0, 1]; the outcome is the fuzzy OR of two paths, A*B + C*~D, plus normal noise, clipped to
    [0, 1]. Noise and planted outcomes are compared with 499 permutations each.
    """
    data_sets = max(20, round(DATA_SETS * scale))
    made = [
        Row(name, "<= 6 %", 0, 0.06, _rejections(None, skewed, data_sets), data_sets)
        for name, skewed in (
            ("QCA benchmark: size, uniform outcome", False),
            ("QCA benchmark: size, skewed outcome", True),
        )
    ]
    for sd, power in POWER.items():
        found = _rejections(sd, False, data_sets)
        name = f"QCA benchmark: power, two paths, noise sd {sd}"
        made.append(Row(name, f">= {power:.2f}", power, 1, found, data_sets))
    figures = max(200, round(FIGURE_DATA_SETS * scale))
    for k, inclusion, pri, n_cut, skewed, with_row, with_solution in NOISE_CELLS:
        figure = noise_figure(CASES, k, inclusion, pri, n_cut, skewed, SEED, figures)
        setting = f"k={k}, incl {inclusion}, PRI {pri}, n.cut {n_cut}" + ", skewed" * skewed
        for what, cell, value in (
            ("a sufficient row", with_row, figure.with_row),
            ("a solution", with_solution, figure.with_solution),
        ):
            name = f"QCA on noise: {what}, {setting}"
            near = _NEAR_SKEWED if skewed else _NEAR
            low, high = max(0.0, cell - near), min(1.0, cell + near)
            made.append(Row(name, f"{cell:.0%} ± {near:.0%}", low, high, value, figures))
    return made


def planted(random: np.random.Generator, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Memberships of 16 cases in A, B, C, D and in A*B + C*~D, blurred by noise."""
    conditions = random.random((CASES, CONDITIONS))
    a, b, c, d = conditions.T
    outcome = np.maximum(np.minimum(a, b), np.minimum(c, 1 - d))
    return conditions, np.clip(outcome + random.normal(0, sd, CASES), 0, 1)


def _rejections(sd: float | None, skewed: bool, data_sets: int) -> float:
    random = np.random.default_rng(SEED)
    rejected = 0
    for number in range(data_sets):
        if sd is None:
            conditions, outcome = random.random((CASES, CONDITIONS)), random.random(CASES)
            outcome = np.sqrt(outcome) if skewed else outcome
        else:
            conditions, outcome = planted(random, sd)
        test = noise_benchmark(
            conditions,
            outcome,
            incl_cut=INCLUSION,
            pri_cut=PRI,
            n_cut=CASES_IN_ROW,
            seed=SEED + number,
            draws=PERMUTATIONS,
        )
        rejected += test.p_value <= LEVEL
    return rejected / data_sets
