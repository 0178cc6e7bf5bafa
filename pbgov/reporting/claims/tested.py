"""What the ledger says about a stated result: its p values, its units, its interval.

Results of one term stand together under one name: ``assess.focal.x.estimate``, ``.p_value``,
``.p_permutation``, ``.p_holm``, ``.interval``; those of the whole estimate one part higher:
``assess.focal.n_units``. Where a name was shortened they are found by their meaning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.evaluation.limits import LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.reporting.ledger import Ledger, Result

CORRECTED = ("p_holm", "p_adjusted", "p_maxt", "p_stepdown")
UNCORRECTED = ("p_value", "p_permutation", "p_wild", "p")
SIZES = ("n_units", "n", "n_districts", "n_segments")
_ENDS = re.compile(r"(?<!\d)[−-]?[0-9.]+(?:e[−+-]?[0-9]+)?")


def relatives(result: Result, ledger: Ledger, names: Iterable[str]) -> list[Result]:
    """The results of the same term, else of what it is part of, that have one of some last names."""
    wanted = set(names)
    parts = result.result_id.split(".")
    for length in range(len(parts) - 1, 0, -1):
        stem = ".".join(parts[:length])
        found = [ledger[f"{stem}.{name}"] for name in wanted if f"{stem}.{name}" in ledger]
        if found:
            return sorted(found, key=lambda one: one.result_id)
    about = result.meaning.rpartition("的")[0]
    return [
        one
        for one in ledger.values()
        if about
        and one.meaning.rpartition("的")[0] == about
        and one.result_id.rpartition(".")[2].rpartition("-")[2] in wanted
    ]


def is_significant(result: Result, ledger: Ledger) -> bool | None:
    """Whether the test of a result falls below 0.05; None where the ledger holds no test of it.

    A corrected p decides alone; without one all the tests made (sandwich, permutation) must.
    """
    own = result.result_id.rpartition(".")[2]
    tests = [result] if own in (*CORRECTED, *UNCORRECTED) else []
    tests = relatives(result, ledger, CORRECTED) or relatives(result, ledger, UNCORRECTED) or tests
    values = [one.value for one in tests if isinstance(one.value, (int, float))]
    return all(value < LEVEL for value in values) if values else None


def units_of(result: Result, ledger: Ledger) -> float | None:
    """N at the level of the regressor; None where the ledger does not hold it."""
    for name in SIZES:
        for one in relatives(result, ledger, (name,)):
            if isinstance(one.value, (int, float)):
                return float(one.value)
    return None


def bounds_of(result: Result, ledger: Ledger) -> tuple[float, float] | None:
    """The interval of a result; None where the ledger holds none."""
    ends = [relatives(result, ledger, (name,)) for name in ("conf_low", "conf_high")]
    if all(ends) and all(isinstance(one[0].value, (int, float)) for one in ends):
        return float(ends[0][0].value), float(ends[1][0].value)
    for one in relatives(result, ledger, ("interval",)):
        numbers = re.split(r"(?<=[0-9])–", str(one.value))
        if len(numbers) == 2 and all(_ENDS.fullmatch(number.strip()) for number in numbers):
            low, high = (float(number.replace("−", "-")) for number in numbers)
            return low, high
    return None


def is_size(result: Result) -> bool:
    """True for a result that says how many there are."""
    last = result.result_id.rpartition(".")[2]
    return last in SIZES or last.startswith("n_") or result.nature == "count"
