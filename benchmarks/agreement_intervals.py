"""How often the bootstrap intervals of agreement hold the true value, with few clusters.

Two planted coders judge the segments of clusters (documents, or paragraphs cut into sentences). How
common the code is, and how often each coder errs, differ from cluster to cluster. The true value is
that of a population of 40,000 clusters. A 95 % interval should hold it 95 times in a hundred.
"""

from __future__ import annotations

import time

import numpy as np

from pbgov.coding.measures.chance_corrected import ac1_of, alpha_of, conger_of
from pbgov.coding.measures.ratings import ratio, totals
from pbgov.coding.measures.reliability import draw_clusters, percentile_interval

SIZE = 12  # segments in a cluster
CLUSTERS = (10, 20, 40)
REPLICATIONS = 400
N_BOOT = 500
MEASURES = ("kappa", "alpha", "ac1", "positive")


def plant(generator: np.random.Generator, n_clusters: int) -> np.ndarray:
    """Judgements of two coders, shape (n_clusters, SIZE, 2), of a code that comes in bunches."""
    common = generator.beta(1.2, 2.8, (n_clusters, 1))
    truth = generator.random((n_clusters, SIZE)) < common
    errs = generator.beta(1.5, 8.5, (n_clusters, 1, 2))
    wrong = generator.random((n_clusters, SIZE, 2)) < errs
    return (truth[:, :, None] ^ wrong).astype(int)


def measures(
    judged: np.ndarray, clusters: np.ndarray | None = None, drawn: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    sums = totals(judged.reshape(-1, 2), 2, clusters, drawn)
    return {
        "kappa": conger_of(sums),
        "alpha": alpha_of(sums),
        "ac1": ac1_of(sums, 2),
        "positive": ratio(sums.equal_pairs[:, 1], sums.label_pairs[:, 1]),
    }


def true_values(seed: int) -> dict[str, float]:
    generator = np.random.default_rng(seed)
    return {name: float(found[0]) for name, found in measures(plant(generator, 40_000)).items()}


def coverage(
    n_clusters: int, true: dict[str, float], *, replications: int, n_boot: int, seed: int
) -> dict[str, tuple[float, float]]:
    """For each measure, coverage of the interval from whole clusters, and from single segments."""
    generator = np.random.default_rng(seed)
    held = {name: np.zeros((replications, 2)) for name in true}
    for replication in range(replications):
        judged = plant(generator, n_clusters)
        for column, units in enumerate(
            (np.arange(n_clusters).repeat(SIZE), np.arange(judged[..., 0].size))
        ):
            drawn, member_of = draw_clusters(units, n_boot, int(generator.integers(2**31)))
            for name, found in measures(judged, member_of, drawn).items():
                low, high = percentile_interval(found)
                held[name][replication, column] = low <= true[name] <= high
    return {
        name: (float(rows[:, 0].mean()), float(rows[:, 1].mean())) for name, rows in held.items()
    }


def main() -> None:
    started = time.perf_counter()
    true = true_values(seed=1)
    print("Coverage of the 95 % bootstrap intervals of agreement, in percent")
    print(f"{REPLICATIONS} replications, {N_BOOT} draws, {SIZE} segments a cluster;")
    print(
        "resampling whole clusters (what pbgov does) | resampling single segments (for comparison)"
    )
    print("true " + ", ".join(f"{name} {value:.3f}" for name, value in true.items()) + "\n")
    print(f"{'clusters':>9}" + "".join(f"{name:>18}" for name in MEASURES))
    for n_clusters in CLUSTERS:
        found = coverage(
            n_clusters, true, replications=REPLICATIONS, n_boot=N_BOOT, seed=n_clusters
        )
        cells = (f"{100 * found[name][0]:.1f} | {100 * found[name][1]:.1f}" for name in MEASURES)
        print(f"{n_clusters:>9}" + "".join(f"{cell:>18}" for cell in cells))
    error = 100 * np.sqrt(0.9 * 0.1 / REPLICATIONS)
    print(f"\nA coverage of 90 has a standard error of {error:.1f}.")
    print(f"{time.perf_counter() - started:.0f} seconds")


if __name__ == "__main__":
    main()
