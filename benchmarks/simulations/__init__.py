"""Monte-Carlo studies of the tests, corrections and designs: what each keeps of its promise.

`benchmarks.validity` runs all of them and prints one table; a smaller version runs in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

SEED = 20260101


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    check : str
        What was simulated, such as "HC2 + BM, lognormal score, heteroskedastic".
    goal : str
        As printed, such as "2-7 %".
    low, high : float
        The goal as a range of shares, between 0 and 1.
    value : float
        The share of data sets in which it happened.
    replications : int
        Data sets drawn.
    """

    check: str
    goal: str
    low: float
    high: float
    value: float
    replications: int

    @property
    def standard_error(self) -> float:
        """Monte-Carlo standard error of the value."""
        return float((self.value * (1 - self.value) / self.replications) ** 0.5)

    @property
    def holds(self) -> bool:
        """Whether the value lies in the range of the goal."""
        return self.low <= self.value <= self.high
