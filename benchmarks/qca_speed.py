"""Set-theoretic analysis: all models of forty data sets, and prime implicants of many conditions.

Wall-clock seconds. The data sets are those of ``tests/vectors``, whose models R's QCA listed; the
larger ones are uniform noise, seeded.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pbgov.inference.sets.minimisation import counterfactuals, minimise, prime_implicants
from pbgov.inference.sets.noise import noise_benchmark
from pbgov.inference.sets.rows import truth_rows

if TYPE_CHECKING:
    from collections.abc import Callable

VECTOR = Path(__file__).parents[1] / "tests" / "vectors" / "v23a_qca_random_corpus_dev.json"
GOAL_ALL, GOAL_PRIMES = 2.0, 1.0
SEED = 20260101


def seconds(work: Callable[[], Any], runs: int = 5) -> float:
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def all_models(entries: list[dict[str, Any]]) -> int:
    """How many models of the three types the data sets have together."""
    count = 0
    for entry in entries:
        data = np.array(entry["data"], dtype=float)
        truth = truth_rows(
            data[:, :-1], data[:, -1], incl_cut=entry["incl_cut"], pri_cut=0, n_cut=1
        )
        conservative = minimise(truth.positive, None, truth.levels)
        parsimonious = minimise(truth.positive, truth.negative, truth.levels)
        pairs = counterfactuals(conservative, parsimonious, [{way} for way in entry["dir_exp"]])
        between = {
            frozenset(tuple(term) for term in pair.minimum.terms(model).tolist())
            for pair in pairs
            for model in pair.minimum.models
        }
        count += len(conservative.models) + len(parsimonious.models) + len(between)
    return count


def primes_of_noise(k: int, n: int) -> Callable[[], int]:
    """Truth table and prime implicants of n noisy cases, half of whose rows or so are sufficient."""
    random = np.random.default_rng(SEED)
    memberships, outcome = random.random((n, k)), random.random(n)

    def work() -> int:
        truth = truth_rows(memberships, outcome, incl_cut=0.8, pri_cut=0.5, n_cut=1)
        return len(prime_implicants(truth.positive, truth.negative, truth.levels))

    return work


def main() -> None:
    entries = json.loads(VECTOR.read_text(encoding="utf-8"))["expected"]
    taken = seconds(lambda: all_models(entries))
    print(f"{'what':<62}{'seconds':>9}{'goal':>8}")
    what = f"{len(entries)} data sets, all {all_models(entries)} models of three solution types"
    print(f"{what:<62}{taken:>9.3f}{GOAL_ALL:>8.0f}")
    for k in (8, 10, 12, 14):
        work = primes_of_noise(k, 60)
        what = f"truth table and {work()} prime implicants, {k} conditions, n = 60"
        goal = f"{GOAL_PRIMES:>8.0f}" if k == 12 else ""
        print(f"{what:<62}{seconds(work):>9.3f}{goal}")
    random = np.random.default_rng(SEED)
    memberships, outcome = random.random((16, 4)), random.random(16)
    taken = seconds(
        lambda: noise_benchmark(memberships, outcome, incl_cut=0.8, pri_cut=0.5, n_cut=1, seed=SEED)
    )
    print(f"{'noise benchmark, 9,999 permutations, 4 conditions, n = 16':<62}{taken:>9.3f}")


if __name__ == "__main__":
    main()
