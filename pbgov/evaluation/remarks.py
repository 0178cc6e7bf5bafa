"""What must be said beside an estimate, in Chinese and in English, by which rule of honest reporting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Lang = Literal["zh", "en"]

RULES = (
    "simulated",
    "size",
    "detectable",
    "tests",
    "family",
    "influence",
    "coding",
    "multiverse",
    "rates",
    "design",
    "sets",
    "p_values",
    "gaps",
)
"""The mark of simulated data, then the twelve rules in the order in which they are printed:
N at the level of the regressor and the word association; what could have been detected; two tests
and whether they agree; the family of tests; one district's influence; error of the codes; all
specifications; rates and their denominators; timing designs; sets; how p values were counted;
weights, periods and what was left out."""


@dataclass(frozen=True)
class Remark:
    """One sentence that belongs under every exhibit of an estimate.

    Attributes
    ----------
    rule : str
        One of `RULES`.
    zh, en : str
        The same statement in Chinese and in English, each with its full stop.
    """

    rule: str
    zh: str
    en: str

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"rule {self.rule!r} is none of {', '.join(RULES)}")


def in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The remarks in the order of `RULES`, each once."""
    return tuple(sorted(dict.fromkeys(remarks), key=lambda remark: RULES.index(remark.rule)))


def sentences(remarks: Iterable[Remark], lang: Lang) -> tuple[str, ...]:
    """The remarks as sentences of one language."""
    return tuple(remark.zh if lang == "zh" else remark.en for remark in remarks)
