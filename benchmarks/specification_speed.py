"""4,096 specifications with cluster errors against a loop over statsmodels, in one run.

Run as ``python -m benchmarks.specification_speed``. Goal: 30 times per specification, and equal to
1e-10. The loop builds its arrays itself and is not charged for reading formulas.
"""

from __future__ import annotations

import time

import numpy as np
import statsmodels.api as sm

from pbgov.inference.specifications import Specifications, specifications

ROWS, CLUSTERS, CONTROLS = 960, 16, 10
COMPARED = 512
REPEATS = 7
SEED = 20260101


def main() -> None:
    """Print both times per specification, their ratio, and the largest differences."""
    random = np.random.default_rng(SEED)
    clusters = np.repeat(np.arange(CLUSTERS), ROWS // CLUSTERS)
    shared = random.normal(size=(CLUSTERS, CONTROLS))[clusters]
    controls = shared + random.normal(size=(ROWS, CONTROLS))
    focal = controls[:, :2] + random.normal(size=(ROWS, 2))
    outcomes = focal @ random.normal(size=(2, 2)) + random.normal(size=(ROWS, 2))
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        ours = specifications(outcomes, focal, controls, clusters=clusters)
        times.append(time.perf_counter() - started)
    ours_each = float(np.median(times)) / ours.estimate.size
    chosen = random.choice(ours.estimate.size, COMPARED, replace=False)
    theirs_each, differences = _loop(ours, chosen, outcomes, focal, controls, clusters)
    print(f"{ours.estimate.size} specifications, n = {ROWS}, G = {CLUSTERS}")
    print(f"pbgov        {ours_each * 1e3:8.4f} ms each ({np.median(times) * 1e3:.1f} ms in all)")
    print(f"statsmodels  {theirs_each * 1e3:8.4f} ms each ({COMPARED} of them, plain arrays)")
    print(f"ratio        {theirs_each / ours_each:8.0f}  (goal: 30)")
    print(f"largest difference: coefficient {differences[0]:.1e}, std. error {differences[1]:.1e}")


def _loop(
    ours: Specifications,
    chosen: np.ndarray,
    outcomes: np.ndarray,
    focal: np.ndarray,
    controls: np.ndarray,
    clusters: np.ndarray,
) -> tuple[float, np.ndarray]:
    """Time of statsmodels per specification, and its largest differences to `ours`."""
    found = np.empty((len(chosen), 2))
    ones = np.ones(ROWS)
    places = np.column_stack(np.unravel_index(chosen, ours.estimate.shape))
    started = time.perf_counter()
    for number, (s, f, o) in enumerate(places):
        design = np.column_stack([ones, focal[:, f], controls[:, ours.subsets[s]]])
        fit = sm.OLS(outcomes[:, o], design).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        found[number] = fit.params[1], fit.bse[1]
    elapsed = time.perf_counter() - started
    mine = np.column_stack([each[tuple(places.T)] for each in (ours.estimate, ours.std_error)])
    return elapsed / len(chosen), np.asarray(np.abs(found - mine).max(axis=0))


if __name__ == "__main__":
    main()
