"""The declared tests, each with what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.declarations import declared_digest, plain_formula
from pbgov.evaluation.declared import SHOWN_DIGITS, family_of_tests
from pbgov.evaluation.estimate import Estimate
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import decimals_for, format_number, format_p
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.evaluation.declarations import DeclaredTest
    from pbgov.evaluation.estimate import NotEstimated

Lang = Literal["zh", "en"]
_WORDS = {
    "zh": ("声明的检验", "变量", "结果", "估计值", "p", "置换 p", "Holm p"),
    "en": ("Declared test", "Term", "Outcome", "Estimate", "p", "Permutation p", "Holm p"),
}
_OUTCOMES = {
    "made": ("已作", "made"),
    "refused": ("不予估计", "not estimated"),
    "absent": ("没有运行", "not run"),
}
_NO_NAMES: Mapping[str, str] = {}


def table_declared_tests(
    tests: Sequence[DeclaredTest],
    estimates: Sequence[Estimate | NotEstimated],
    *,
    source: str,
    exhibit_id: str = "tab-declared",
    labels: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Every test that was declared beforehand: made, not estimated, or not run at all.

    Parameters
    ----------
    tests : sequence of DeclaredTest
        ``study.tests``.
    estimates : sequence of Estimate or NotEstimated
        Everything that was estimated; what was not declared does not come into this table.
    source : str
    exhibit_id : str
    labels : mapping, optional
        Printed name of each term.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        One row is one declared test, in the order of the declaration; the p values are
        corrected (Holm) for the number of declared tests that were made. The note holds the
        digest of the list.

    Raises
    ------
    InputError
        Where nothing was declared, two tests have one name, or a declared formula was estimated
        twice.
    """
    if not tests:
        raise InputError("no test was declared; write [[tests]] in study.toml")
    found = _found(tests, estimates)
    mine = {test.name: found[test.key[0]] for test in tests if test.key[0] in found}
    terms = {test.name: test.term for test in tests}
    numbers = family_of_tests(mine, terms, tests).set_index("name")
    rows = []
    for test in tests:
        one = mine.get(test.name)
        state = "absent" if one is None else "made" if isinstance(one, Estimate) else "refused"
        row = numbers.loc[test.name] if one is not None else pd.Series(dtype=float)
        places, draws = _places(one, test.term)
        rows.append(
            (
                test.name,
                labels.get(test.term, test.term),
                _OUTCOMES[state][lang == "en"],
                format_number(row.get("estimate"), places),
                format_p(row.get("p_value")),
                format_p(row.get("p_permutation"), draws),
                format_p(row.get("p_holm"), draws),
            )
        )
    made = sum(isinstance(one, Estimate) for one in mine.values())
    digest = declared_digest(tests)[:SHOWN_DIGITS]
    note = (
        f"N = {len(tests)} 项声明的检验，作出 {made} 项（清单摘要 {digest}）。Holm p 按作出的项数校正置换 p"
        "（没有置换检验的校正 p）；"
        "报告里其余的检验都是探索性的。不予估计不是“没有关系”。"
        if lang == "zh"
        else f"N = {len(tests)} declared test{'' if len(tests) == 1 else 's'}, {made} made (digest"
        f" {digest}). Holm p corrects the permutation p (p itself where nothing was permuted) for the"
        " tests made; all other tests are exploratory. Not estimated is not"
        " the same as no association."
    )
    body = pd.DataFrame(rows, columns=list(_WORDS[lang]))
    return Exhibit(
        exhibit_id=exhibit_id,
        title="事先声明的检验" if lang == "zh" else "Tests declared beforehand",
        body=body,
        note=note,
        source=source,
        data=numbers.reset_index(),
        lang=lang,
        simulated=is_simulated(list(mine.values())),
        evidence=tuple(mine.values()),
    )


def _found(
    tests: Sequence[DeclaredTest], estimates: Sequence[Estimate | NotEstimated]
) -> dict[str, Estimate | NotEstimated]:
    """What was estimated of each declared formula."""
    names = [test.name for test in tests]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"two declared tests are named {twice!r}; give each its own name")
    declared = {test.key[0] for test in tests}
    found: dict[str, Estimate | NotEstimated] = {}
    for one in estimates:
        key = plain_formula(one.formula)
        if key in found:
            raise InputError(
                f"{one.formula!r} was declared and estimated twice; pass the estimate that was meant"
            )
        if key in declared:
            found[key] = one
    return found


def _places(one: Estimate | NotEstimated | None, term: str) -> tuple[int, float | None]:
    if not isinstance(one, Estimate):
        return 2, None
    row = one.terms[one.terms["term"] == term].iloc[0]
    return decimals_for(row["std_error"]), row["n_permutations"]
