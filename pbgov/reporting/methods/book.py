"""The numbers that a methods section states: each becomes a result, and prose names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.exhibits.numerals import format_count, format_number
from pbgov.reporting.ledger import Result
from pbgov.reporting.prose import result
from pbgov.reporting.results.naming import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.evaluation.remarks import Lang

DECIMALS = 2


class Book:
    """Results in the order in which they were stated, each once."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._results: dict[str, Result] = {}

    @property
    def results(self) -> tuple[Result, ...]:
        """What was stated."""
        return tuple(self._results.values())

    def say(self, zh: str, en: str) -> str:
        """The sentence of the book's language."""
        return zh if self.lang == "zh" else en

    def count(
        self,
        *name: str,
        value: Any,
        meaning: str,
        origin: str,
        mark: bool = False,
        rests_on: tuple[str, ...] = (),
    ) -> str:
        """A whole number, as prose names it."""
        printed = format_count(value)
        return self._state(name, int(value), printed, meaning, origin, mark, rests_on)

    def number(self, *name: str, value: Any, meaning: str, origin: str) -> str:
        """A number with two decimals, as prose names it."""
        return self._state(
            name, float(value), format_number(value, DECIMALS), meaning, origin, False
        )

    def word(self, *name: str, value: str, meaning: str, origin: str) -> str:
        """A version, a digest or a seed, as prose names it."""
        return self._state(name, value, value, meaning, origin, False)

    def _state(
        self,
        name: tuple[str, ...],
        value: float | str,
        printed: str,
        meaning: str,
        origin: str,
        mark: bool,
        rests_on: tuple[str, ...] = (),
    ) -> str:
        one = Result(
            name_of("method", *name), value, printed, meaning, "method", origin, mark, rests_on
        )
        self._results[one.result_id] = one
        return result(one.result_id)

    def listed(self, parts: Iterable[str]) -> str:
        """Several things in a row."""
        return self.say("、", ", ").join(parts)


def plural(value: int, one: str, many: str = "") -> str:
    """The English noun that goes with a number."""
    return one if value == 1 else many or f"{one}s"
