"""How the changes between two runs are worded: one language, names, lists that stay short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.exhibits.numerals import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbgov.evaluation.remarks import Lang
    from pbgov.replay.changes import Changes

LISTED = 12
"""Things that are named one by one; of more, the first so many and their number."""


class Speaker:
    """Changes, and the language they are told in."""

    def __init__(self, changes: Changes, lang: Lang) -> None:
        self.changes = changes
        self.zh = lang == "zh"

    def say(self, zh: str, en: str) -> str:
        """The words of the language."""
        return zh if self.zh else en

    def listed(self, names: Iterable[str]) -> str:
        """Things by their names, the first so many of a long row."""
        every = list(names)
        shown = self.say("、", ", ").join(every[:LISTED])
        more = format_count(len(every))
        return shown + (
            self.say(f"等 {more} 个", f" and others, {more} in all") if len(every) > LISTED else ""
        )

    def name(self, code: str) -> str:
        """A code or region with its Chinese name, where it has one."""
        given = self.changes.names.get(code)
        if given is None:
            return self.say(f"{code} ", code)
        return self.say(f"{code}（{given}）", f"{code} ({given})")

    def counted(self, n: int, noun: str) -> str:
        """A number with its English noun."""
        return f"{format_count(n)} {noun if n == 1 else noun + 's'}"
