"""What a declared test is, and the digest of a list of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED_OR_DARK = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\S""")


@dataclass(frozen=True)
class DeclaredTest:
    """One test, as study.toml declares it.

    Attributes
    ----------
    name : str
        What it is called in a report.
    formula : str
        As it will be given to the verb that fits it; blanks and the kind of quotes do not count.
    term : str
        The coefficient that is tested.
    """

    name: str
    formula: str
    term: str

    @property
    def key(self) -> tuple[str, str]:
        """Formula and term as they are compared and hashed."""
        return plain_formula(self.formula), self.term


def declared_digest(tests: Sequence[DeclaredTest]) -> str:
    """SHA-256 of the declared tests, whatever their order and names.

    Examples
    --------
    >>> first = DeclaredTest("密度", "得分 ~ 密度", "密度")
    >>> declared_digest([first]) == declared_digest([DeclaredTest("", "得分~密度", "密度")])
    True
    """
    lines = sorted("\t".join(test.key) for test in tests)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def plain_formula(formula: str) -> str:
    """A formula without blanks outside its quotes, which are all of one kind."""
    parts = _QUOTED_OR_DARK.findall(formula)
    return "".join(part if "'" in part else part.replace('"', "'") for part in parts)
