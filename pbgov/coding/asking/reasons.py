"""Why an answer, or a part of it, was not accepted: a fixed word, one Chinese and one English phrase."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".csv")
LONGEST_SEEN = 200


@lru_cache(maxsize=1)
def reasons() -> dict[str, tuple[str, str]]:
    """The Chinese and the English phrase of each reason."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)}


@dataclass(frozen=True)
class Fault:
    """Something that was not accepted.

    Attributes
    ----------
    reason : str
        A key of `reasons`.
    seen : str
        What stood there, its beginning.
    family, code_id : str or None
        None where the fault concerns the whole answer, or the whole family.
    """

    reason: str
    seen: str = ""
    family: str | None = None
    code_id: str | None = None

    @property
    def zh(self) -> str:
        """The reason as a Chinese phrase."""
        return reasons()[self.reason][0]


def shown(value: object) -> str:
    """The beginning of what was seen, fit to be written to any file."""
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= LONGEST_SEEN else text[: LONGEST_SEEN - 1] + "…"
