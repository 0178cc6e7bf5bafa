"""What a grade rests on, and what it is: facts, reasons, and the level they allow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pbgov.errors import InputError
from pbgov.reporting.prose import given, literal

if TYPE_CHECKING:
    from pbgov.reporting.report import Confidence

About: TypeAlias = Literal["count", "share", "agreement", "association"]

HIGH: Confidence = "高"
MIDDLE: Confidence = "中"
LOW: Confidence = "低"
ORDER: tuple[Confidence, ...] = (LOW, MIDDLE, HIGH)
_NUMBER = re.compile(r"[0-9][0-9,.]*%?")
_WHENCE = "把握分级所依据的事实"


@dataclass(frozen=True)
class Agreement:
    """How far the coding that a claim rests on agrees with people.

    Attributes
    ----------
    n : int
        Segments compared.
    beats_guessing : bool
        Both intervals of the agreement lie above always guessing the majority.
    coefficient, low, high : float or None
        Agreement (0 to 1) and its interval, for the sentence.
    upper_bound : bool
        The cues were written after these texts had been read.
    """

    n: int
    beats_guessing: bool
    coefficient: float | None = None
    low: float | None = None
    high: float | None = None
    upper_bound: bool = False


@dataclass(frozen=True)
class Facts:
    """What a grade rests on; None where a fact is not known, or nobody looked.

    Attributes
    ----------
    about : {"count", "share", "agreement", "association"}
    n_units : int or None
        At the level of the regressor.
    unit_name : str
    tests_agree : bool or None
        Whether sandwich and permutation p lie on one side of 0.05; None where one was refused.
    tested : bool
        Whether there is a p value at all.
    specifications_agree : bool or None
        Whether sign and side of 0.05 are those of every other specification; None without others.
    sign_without_one : bool or None
        Whether the sign stays whichever unit is left out.
    same_sign : float or None
        Share of the multiverse's specifications that have the sign (0 to 1).
    declared : bool or None
    rests_on_codes : bool
    agreement : Agreement or None
    corrected : bool or None
        Whether the error of the codes was corrected; None where codes are a person's.
    documents, practices : int or None
        Distinct ones behind the claim.
    checked : bool
        A person looked at each counted item.
    unread : float
        Share of units (0 to 1) of which nothing was read.
    simulated : bool

    Raises
    ------
    InputError
        For a share outside 0 to 1 or a negative count.
    """

    about: About
    n_units: int | None = None
    unit_name: str = "区"
    tests_agree: bool | None = None
    tested: bool = True
    specifications_agree: bool | None = None
    sign_without_one: bool | None = None
    same_sign: float | None = None
    declared: bool | None = None
    rests_on_codes: bool = False
    agreement: Agreement | None = None
    corrected: bool | None = None
    documents: int | None = None
    practices: int | None = None
    checked: bool = False
    unread: float = 0.0
    simulated: bool = False

    def __post_init__(self) -> None:
        for name in ("same_sign", "unread"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InputError(f"{name} is {value!r}; give a share from 0 to 1")
        for name in ("n_units", "documents", "practices"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise InputError(f"{name} is {value!r}; give a count of 0 or more")


@dataclass(frozen=True)
class Reason:
    """One rule's word on a grade.

    Attributes
    ----------
    rule : str
        As in the table of `pbgov.reporting.claims.grade_rules`.
    at_most : {"高", "中", "低"}
        What this fact allows.
    zh, en : str
        The fact, as a clause without a full stop.
    """

    rule: str
    at_most: Confidence
    zh: str
    en: str


@dataclass(frozen=True)
class Grade:
    """How sure a claim is, with every reason, what holds it down first."""

    level: Confidence
    reasons: tuple[Reason, ...]

    @property
    def zh(self) -> str:
        """The reasons as one Chinese sentence."""
        return "；".join(reason.zh for reason in self.reasons) + "。"

    @property
    def en(self) -> str:
        """The reasons as one English sentence."""
        said = "; ".join(reason.en for reason in self.reasons) + "."
        return said[0].upper() + said[1:]

    @property
    def prose(self) -> str:
        """`zh` for a claim's reason: its numbers are given with their origin."""
        return given_numbers(self.zh)


def given_numbers(reasons: str) -> str:
    """Reasons of a grade in the grammar of prose: their numbers are given with their origin."""
    whole = literal(reasons)
    return _NUMBER.sub(lambda found: given(found.group(), _WHENCE), whole)
