"""What a file that holds several documents gives: those that could be read, and what could not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pbgov.corpus.formats.extract import Extract
    from pbgov.findings import Finding


class Parts(NamedTuple):
    """The documents of one file.

    ``extracts`` stand in the order of the file, each with its ``place``; ``problems`` are the rows
    or members that are no document here, and why.
    """

    extracts: list[Extract]
    problems: list[Finding]
