"""Do the tests, corrections and designs keep their promises? One table, with the goals beside.

Run as ``python -m benchmarks.validity [SCALE]``: at scale 1 within about fifteen minutes on two
cores; the tests run a smaller version. Every study draws data of which the truth is known, with a
recorded seed, and counts. The functions called are those that the verbs of the package call.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from benchmarks.simulations import (
    clusters,
    coding_error,
    groups_and_neighbours,
    multiverse,
    outcomes,
    sets,
    timing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.simulations import Row

WIDTH = 112
STUDIES: tuple[Callable[[float], list[Row]], ...] = (
    coding_error.coding_error,
    clusters.rows,
    outcomes.simulate,
    sets.rows,
    timing.rows,
    groups_and_neighbours.groups_and_neighbours,
    multiverse.multiverse_rows,
)


def rows(scale: float = 1.0) -> Iterator[Row]:
    """The rows of all studies; `scale` multiplies the data sets drawn."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # small matrices: two threads only wait for each other
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for found in [pool.submit(study, scale) for study in STUDIES]:
            yield from found.result()


def main(scale: float = 1.0) -> None:
    """Print the table."""
    print(f"{'check':<{WIDTH}}{'goal':>16}{'found':>9}{'s.e.':>7}{'data sets':>11}")
    missed = 0
    for row in rows(scale):
        missed += not row.holds
        print(
            f"{row.check:<{WIDTH}}{row.goal:>16}{row.value:>9.1%}{row.standard_error:>7.1%}"
            f"{row.replications:>11,}{'' if row.holds else '  ' + how_far(row)}",
            flush=True,
        )
    print(f"goals missed: {missed}")


def how_far(row: Row) -> str:
    """Whether a missed goal lies within two standard errors of what was found."""
    distance = max(row.low - row.value, row.value - row.high)
    return "missed, within 2 s.e." if distance <= 2 * row.standard_error else "missed"


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
