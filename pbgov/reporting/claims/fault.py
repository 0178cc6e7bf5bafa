"""One fault or remark of a report's prose, as the checks find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbgov.reporting.claims.passages import Passage


@dataclass(frozen=True)
class Fault:
    """What is wrong with one stretch of a passage.

    Attributes
    ----------
    code : str
        E701-E713 or W701, as in findings.csv.
    passage : Passage
    start, end : int
        Code points into the passage's text.
    seen : str
        What stands there.
    wanted : str
        What would be right, in Chinese.
    suggestion : str
        Words that could stand there instead, or what to do.
    """

    code: str
    passage: Passage
    start: int
    end: int
    seen: str
    wanted: str
    suggestion: str
