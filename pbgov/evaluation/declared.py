"""Tests that were declared beforehand; every other one is exploratory.

A declaration is a formula and the term in it that is tested. The digest of the declared list is
printed beside the estimates, so that a list changed afterwards shows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.declarations import declared_digest, plain_formula
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from pbgov.evaluation.declarations import DeclaredTest

SHOWN_DIGITS = 12
FAMILY_COLUMNS = (
    "name",
    "term",
    "declared",
    "estimate",
    "p_value",
    "p_permutation",
    "p_holm",
    "p_bh",
    "family",
    "m",
)


def label_declared(
    estimates: Mapping[str, Estimate | NotEstimated], tests: Sequence[DeclaredTest]
) -> dict[str, Estimate | NotEstimated]:
    """The estimates with the mark: declared beforehand, or exploratory.

    Parameters
    ----------
    estimates : mapping of str to Estimate or NotEstimated
    tests : sequence of DeclaredTest
        ``study.tests``.

    Returns
    -------
    dict of str to Estimate or NotEstimated
        `Estimate.declared` is set, and a remark says which term was declared, how many tests
        were, and the digest of the list; it takes the place of an earlier mark. A `NotEstimated`
        is handed on as it is.
    """
    terms: dict[str, list[str]] = {}
    for test in tests:
        terms.setdefault(test.key[0], []).append(test.term)
    digest = declared_digest(tests)[:SHOWN_DIGITS]
    labelled: dict[str, Estimate | NotEstimated] = {}
    for name, one in estimates.items():
        if isinstance(one, NotEstimated):
            labelled[name] = one
            continue
        own = [
            term
            for term in terms.get(plain_formula(one.formula), [])
            if term in set(one.terms.term)
        ]
        remark = _remark(own, len(tests), digest)
        unlabelled = [said for said in one.remarks if one.declared is None or said.rule != "family"]
        labelled[name] = replace(one, declared=bool(own), remarks=(*unlabelled, remark))
    return labelled


def family_of_tests(
    estimates: Mapping[str, Estimate | NotEstimated],
    terms: Mapping[str, str],
    tests: Sequence[DeclaredTest] = (),
) -> pd.DataFrame:
    """The tests of several estimates as families, with p values corrected for their number.

    Parameters
    ----------
    estimates : mapping of str to Estimate or NotEstimated
    terms : mapping of str to str
        The term tested in each estimate.
    tests : sequence of DeclaredTest
        What was declared; declared tests are one family, exploratory ones another.

    Returns
    -------
    DataFrame
        One row is one test: name, term, declared, estimate, p_value, p_permutation, p_holm and
        p_bh (of the permutation p, and of p_value where nothing was permuted), family
        (declared or exploratory) and m, the number of tests made in it. NaN where a test was
        not made; it does not count.

    Raises
    ------
    InputError
        Where an estimate has no term named for it, or does not hold that term.
    """
    declared = {test.key for test in tests}
    rows = []
    for name, one in estimates.items():
        if name not in terms:
            raise InputError(f"no term is named for {name!r}; terms has {sorted(terms)}")
        rows.append(
            {
                "name": name,
                "term": terms[name],
                "declared": (plain_formula(one.formula), terms[name]) in declared,
                **_numbers(one, terms[name]),
            }
        )
    table = pd.DataFrame(rows, columns=[*FAMILY_COLUMNS[:6]])
    table["family"] = table["declared"].map({True: "declared", False: "exploratory"})
    tested = table["p_permutation"].fillna(table["p_value"])
    methods: dict[str, Literal["holm", "bh"]] = {"p_holm": "holm", "p_bh": "bh"}
    for column, method in methods.items():
        table[column] = float("nan")
        for rows_of_family in table.groupby("family").groups.values():
            p = tested.loc[rows_of_family].to_numpy(dtype=float)
            table.loc[rows_of_family, column] = adjust_p(p, method)
    table["m"] = tested.notna().groupby(table["family"]).transform("sum").astype("int64")
    return table[list(FAMILY_COLUMNS)]


def _numbers(one: Estimate | NotEstimated, term: str) -> dict[str, float]:
    names = ("estimate", "p_value", "p_permutation")
    if isinstance(one, NotEstimated):
        return dict.fromkeys(names, float("nan"))
    found = one.terms[one.terms["term"] == term]
    if found.empty:
        raise InputError(f"{one.formula!r} has no term {term!r}; it has {list(one.terms.term)}")
    return {name: float(found[name].iloc[0]) for name in names}


def _remark(own: list[str], declared: int, digest: str) -> Remark:
    if not declared:
        return Remark(
            "family",
            "探索性的检验：事先没有声明任何检验。",
            "Exploratory: no test was declared beforehand.",
        )
    tests = "1 test" if declared == 1 else f"{declared} tests"
    if not own:
        return Remark(
            "family",
            f"探索性的检验：不在事先声明的 {declared} 项之列（清单摘要 {digest}）。",
            f"Exploratory: not among the {tests} declared beforehand (digest {digest}).",
        )
    names, names_en = "、".join(f"“{term}”" for term in own), ", ".join(map(repr, own))
    return Remark(
        "family",
        f"事先声明的是{names}（共声明 {declared} 项，清单摘要 {digest}）；其余各项是探索性的。",
        f"Declared beforehand: {names_en} ({tests} declared in all, digest {digest});"
        " all other terms are exploratory.",
    )
