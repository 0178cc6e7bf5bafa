"""The four ways of GB/T 7714 to print a reference: editions 2015 and 2025, by number or by author and year."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pbgov.errors import InputError
from pbgov.reporting.references.source import HAN
from pbgov.study import CITATIONS

_IN_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")


@dataclass(frozen=True)
class Style:
    """One edition and order, with its punctuation.

    In 2025 the point and square brackets are half-width and all other marks full-width, as the
    standard prints its own examples (its draft said so in clause 6; the text in force does not). In
    2015, which leaves the width open, they are half-width, with a space behind comma and colon.
    """

    edition: int
    by_number: bool

    @property
    def comma(self) -> str:
        """Between persons, before the year."""
        return "，" if self.edition == 2025 else ", "

    @property
    def colon(self) -> str:
        """Before a subtitle, a publisher, a page."""
        return "：" if self.edition == 2025 else ": "

    @property
    def semicolon(self) -> str:
        """Between several works."""
        return "；" if self.edition == 2025 else "; "

    def round(self, text: str) -> str:
        """`text` in round brackets."""
        return f"（{text}）" if self.edition == 2025 else f"({text})"

    def titled(self, title: str) -> str:
        """A title with the colon before its subtitle, and brackets around Han, as the edition has them."""
        text = re.sub(r"\s*：\s*|\s*(?<!\d):\s+|(?<=\d):\s+", self.colon, title.strip())
        return _IN_BRACKETS.sub(
            lambda found: self.round(found[1]) if HAN.search(found[1]) else found[0], text
        )


def style_named(name: str) -> Style:
    """The style that study.toml names.

    Raises
    ------
    InputError
        For a name that is none of `pbgov.study.CITATIONS`.
    """
    if name not in CITATIONS:
        raise InputError(f"citation style {name!r} is unknown; use one of {', '.join(CITATIONS)}")
    edition, _, order = name.partition("-")
    return Style(int(edition), order == "numeric")
