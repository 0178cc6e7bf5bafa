"""Grades of the claims a study makes: of an estimate, of a count, of an agreement between coders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.correction import NO_GOLD
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.limits import LEVEL
from pbgov.exhibits.estimates import INTERCEPT
from pbgov.exhibits.numerals import is_missing
from pbgov.reporting.claims.grade_rules import grade
from pbgov.reporting.claims.grades import HIGH, Agreement, Facts, Grade, Reason
from pbgov.reporting.ledger import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GRADE = "grade"
"""Last part of the name of a result that is a grade: ``assess.focal.人口密度对数.grade``."""
P_VALUES = ("p_value", "p_permutation")


def grade_estimate(
    estimate: Estimate | NotEstimated,
    others: Iterable[Estimate | NotEstimated | None] = (),
    *,
    term: str | None = None,
    agreement: Agreement | None = None,
    rests_on_codes: bool = False,
    corrected: bool = False,
    same_sign: float | None = None,
    documents: int | None = None,
    practices: int | None = None,
    unread: float = 0.0,
) -> Grade:
    """The grade of a claim about one coefficient.

    Parameters
    ----------
    estimate : Estimate or NotEstimated
        That something cannot be estimated is a claim about the data, and graded 高.
    others : iterable of Estimate, NotEstimated or None
        The other specifications made; those that were not estimated are passed over.
    term : str, optional
        The coefficient; may be left out where there is one beside the constant.
    agreement : Agreement, optional
        Of the codes that the regressor is made of. Given, the estimate rests on codes.
    rests_on_codes : bool
        The regressor is made of codes, also where no `agreement` is known. A remark of the
        estimate that no correction is possible says so too.
    corrected : bool
        Whether the error of the codes was corrected.
    same_sign : float, optional
        Share of the multiverse's specifications that have this sign, 0 to 1.
    documents, practices : int, optional
        Distinct ones behind the regressor.
    unread : float
        Share of units of which nothing was read, 0 to 1.

    Returns
    -------
    Grade

    Raises
    ------
    InputError
        Where the term is not in the estimate or in one of the others.
    """
    if isinstance(estimate, NotEstimated):
        said = f"这是对数据本身的判断：{estimate.reason}"
        return Grade(
            HIGH, (Reason("size", HIGH, said, f"a fact about the data: {estimate.reason}"),)
        )
    name = _term(estimate, term)
    row = _row(estimate, name)
    sides = [side for p in P_VALUES if (side := _side(row, p)) is not None]
    rows = [_row(one, name) for one in others if isinstance(one, Estimate)]
    uncorrectable = any(
        remark.rule == "coding" and NO_GOLD in remark.zh for remark in estimate.remarks
    )
    on_codes = rests_on_codes or agreement is not None or uncorrectable
    return grade(
        Facts(
            "association",
            n_units=estimate.n_units,
            unit_name=estimate.unit_name,
            tested=bool(sides),
            tests_agree=len(set(sides)) == 1 if len(sides) == len(P_VALUES) else None,
            specifications_agree=all(_agree(row, one) for one in rows) if rows else None,
            sign_without_one=_sign_stays(estimate, name),
            same_sign=same_sign,
            declared=estimate.declared,
            rests_on_codes=on_codes,
            agreement=agreement,
            corrected=(corrected and not uncorrectable) if on_codes else None,
            documents=documents,
            practices=practices,
            unread=unread,
            simulated=estimate.simulated,
        )
    )


def grade_count(
    *,
    documents: int | None = None,
    checked: bool = False,
    simulated: bool = False,
) -> Grade:
    """The grade of a claim that says how many there are.

    Parameters
    ----------
    documents : int, optional
        Distinct documents in which they were counted.
    checked : bool
        Each is registered as it stands in the source, or a person looked at each.
    simulated : bool
    """
    return grade(Facts("count", documents=documents, checked=checked, simulated=simulated))


def grade_share(
    *,
    agreement: Agreement | None,
    documents: int | None = None,
    practices: int | None = None,
    unread: float = 0.0,
    unit_name: str = "区",
    simulated: bool = False,
) -> Grade:
    """The grade of a claim about the share of a code; arguments as in `grade_estimate`."""
    return grade(
        Facts(
            "share",
            unit_name=unit_name,
            rests_on_codes=True,
            agreement=agreement,
            corrected=False,
            documents=documents,
            practices=practices,
            unread=unread,
            simulated=simulated,
        )
    )


def grade_agreement(agreement: Agreement) -> Grade:
    """The grade of a claim about how far coders agree."""
    return grade(Facts("agreement", agreement=agreement))


def grade_result(of: str, graded: Grade, *, simulated: bool = False) -> Result:
    """A grade as a result of the ledger, from which a template's claims take it.

    Parameters
    ----------
    of : str
        What was graded, as results name it: ``assess.focal.人口密度对数``.
    graded : Grade
    simulated : bool

    Returns
    -------
    Result
        ``<of>.grade``, which prints 高, 中 or 低 and means its reasons.
    """
    return Result(
        f"{of}.{GRADE}", graded.level, graded.level, graded.zh, "method", simulated=simulated
    )


def agreement_of(row: Mapping[Any, Any], *, upper_bound: bool = False) -> Agreement:
    """What a row of the table of `pbgov.agreement` says of one family.

    Parameters
    ----------
    row : mapping
        With n, accuracy, wilson_low, wilson_high, boot_low and majority_accuracy.
    upper_bound : bool
        The cues were written after the texts had been read.
    """
    lows = [float(row[name]) for name in ("wilson_low", "boot_low") if not is_missing(row[name])]
    return Agreement(
        n=int(row["n"]),
        beats_guessing=bool(lows) and min(lows) > float(row["majority_accuracy"]),
        coefficient=float(row["accuracy"]),
        low=float(row["wilson_low"]),
        high=float(row["wilson_high"]),
        upper_bound=upper_bound,
    )


def _term(estimate: Estimate, term: str | None) -> str:
    names = [str(name) for name in estimate.terms["term"]]
    if term is None:
        slopes = [name for name in names if name not in INTERCEPT]
        if len(slopes) == 1:
            return slopes[0]
        raise InputError(f"the estimate has {', '.join(slopes)}; say which with term=")
    return term


def _row(estimate: Estimate, term: str) -> dict[Any, Any]:
    found = estimate.terms[estimate.terms["term"] == term]
    if found.empty:
        there = ", ".join(map(str, estimate.terms["term"]))
        raise InputError(f"term {term!r} is not in {estimate.formula!r}, which has {there}")
    row: dict[Any, Any] = found.iloc[0].to_dict()
    return row


def _side(row: Mapping[Any, Any], name: str) -> bool | None:
    """True below 0.05; None where the p value was refused."""
    return None if is_missing(row[name]) else bool(row[name] < LEVEL)


def _agree(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> bool:
    """Whether two specifications have one sign, and each p value that both have one side."""
    if (first["estimate"] > 0) != (second["estimate"] > 0):
        return False
    sides = [(_side(first, name), _side(second, name)) for name in P_VALUES]
    return all(one == other for one, other in sides if one is not None and other is not None)


def _sign_stays(estimate: Estimate, term: str) -> bool | None:
    if estimate.influence.empty:
        return None
    found = estimate.influence[estimate.influence["term"] == term]
    return None if found.empty else not bool(found["sign_changes"].iloc[0])
