"""What can be wrong with a codebook: one function per finding, its docstring is the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.coding.rules import Rules
from pbgov.datafiles import is_invisible
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from pbgov.coding.codebook import Codebook


def code_without_inclusion_rule(codebook: Codebook) -> Iterator[Finding]:
    """E201: a code has no inclusion rule; say what counts, at least once."""
    for row, include, code_id in _rows(codebook.codes, "include", "code_id"):
        if not _is_filled(include):
            yield Finding("E201", _path(codebook, "codes"), row, "include", seen=code_id)


def example_miscoded_by_its_own_rule(codebook: Codebook) -> Iterator[Finding]:
    """E203: the rule coder gets an example wrong; revise the terms, or set by_rule to 0 and say why."""
    for row, code_id, expected, wanted_by_rule, right in _judged_examples(codebook):
        if wanted_by_rule and not right:
            path, wanted = _path(codebook, "examples"), str(expected)
            yield Finding("E203", path, row, "expected", seen=code_id, wanted=wanted)


def term_shared_inside_an_exclusive_family(codebook: Codebook) -> Iterator[Finding]:
    """E204: a cue stands under two codes of one exclusive family; leave it to one of them."""
    exclusive = codebook.families.loc[codebook.families["exclusive"] != "multi", "family"]
    codes = codebook.codes[codebook.codes["family"].isin(exclusive)]
    family_of = dict(zip(codes["code_id"], codes["family"], strict=True))
    owners: dict[tuple[str, str], str] = {}
    for row, code_id, term, role in _rows(codebook.terms, "code_id", "term", "role"):
        if role != "cue" or code_id not in family_of:
            continue
        owner = owners.setdefault((family_of[code_id], term), code_id)
        if owner != code_id:
            wanted, path = f"{owner} / {code_id}", _path(codebook, "terms")
            yield Finding("E204", path, row, "term", seen=term, wanted=wanted)


def mask_hides_a_cue(codebook: Codebook) -> Iterator[Finding]:
    """E205: a cue that holds a mask, or a veto of its code, can never be found; delete one of them."""
    vetoes = codebook.terms[codebook.terms["role"] == "veto"]
    for row, code_id, term, role in _rows(codebook.terms, "code_id", "term", "role"):
        hiding = [*codebook.masks["term"], *vetoes.loc[vetoes["code_id"] == code_id, "term"]]
        masks = [mask for mask in hiding if mask in term]
        if masks and role != "veto":
            path = _path(codebook, "terms")
            yield Finding("E205", path, row, "term", seen=term, wanted=masks[0])


def unknown_code(codebook: Codebook) -> Iterator[Finding]:
    """E206: a code is named that codes.csv does not define; check the spelling or add it first."""
    yield from _undefined(codebook, "codes", "parent_id")
    yield from _undefined(codebook, "families", "residual")
    yield from unknown_code_of_a_term(codebook)
    yield from _undefined(codebook, "examples", "code_id")
    yield from _undefined(codebook, "examples", "correct_code")


def unknown_code_of_a_term(codebook: Codebook) -> Iterator[Finding]:
    """The part of E206 without which the rule coder cannot work."""
    yield from _undefined(codebook, "terms", "code_id")


def unknown_family(codebook: Codebook) -> Iterator[Finding]:
    """E207: a code belongs to a family that families.csv does not define."""
    known = set(codebook.families["family"])
    for row, family in _rows(codebook.codes, "family"):
        if family not in known:
            yield Finding("E207", _path(codebook, "codes"), row, "family", seen=family)


def code_named_outside_its_family(codebook: Codebook) -> Iterator[Finding]:
    """E214: a code id does not begin with its family and a dot, by which its family is told."""
    for row, code_id, family in _rows(codebook.codes, "code_id", "family"):
        if not code_id.startswith(f"{family}."):
            path, wanted = _path(codebook, "codes"), f"{family}."
            yield Finding("E214", path, row, "code_id", seen=code_id, wanted=wanted)


def term_repeated_under_one_code(codebook: Codebook) -> Iterator[Finding]:
    """E208: a term stands more than once under one code; keep one row."""
    seen = set()
    for row, code_id, term in _rows(codebook.terms, "code_id", "term"):
        if (code_id, term) in seen:
            yield Finding("E208", _path(codebook, "terms"), row, "term", seen=term)
        seen.add((code_id, term))


def blank_term(codebook: Codebook) -> Iterator[Finding]:
    """E209: a term is blank or has spaces around it, so that it finds nothing or too much."""
    for table in ("terms", "masks"):
        for row, term in _rows(getattr(codebook, table), "term"):
            if not _is_filled(term) or term != term.strip():
                yield Finding("E209", _path(codebook, table), row, "term", seen=str(term))


def term_with_an_invisible_character(codebook: Codebook) -> Iterator[Finding]:
    """E115: a term holds a line break or an invisible character and is found in no paragraph."""
    for table in ("terms", "masks"):
        for row, term in _rows(getattr(codebook, table), "term"):
            if any(is_invisible(char) for char in str(term)):
                yield Finding("E115", _path(codebook, table), row, "term", seen=str(term))


def code_without_cue(codebook: Codebook) -> Iterator[Finding]:
    """W251: a code has no cue, so the rule coder never gives it; fine where only people judge it."""
    with_cue = set(codebook.terms.loc[codebook.terms["role"] == "cue", "code_id"])
    for row, code_id in _rows(codebook.codes, "code_id"):
        if code_id not in with_cue:
            yield Finding("W251", _path(codebook, "codes"), row, "code_id", seen=code_id)


def example_now_within_the_rules(codebook: Codebook) -> Iterator[Finding]:
    """W252: an example marked as beyond the rules now comes out right; set by_rule to 1."""
    for row, code_id, _, wanted_by_rule, right in _judged_examples(codebook):
        if right and not wanted_by_rule:
            yield Finding("W252", _path(codebook, "examples"), row, "by_rule", seen=code_id)


CHECKS: tuple[Callable[[Codebook], Iterator[Finding]], ...] = (
    unknown_family,
    unknown_code,
    code_named_outside_its_family,
    code_without_inclusion_rule,
    blank_term,
    term_with_an_invisible_character,
    term_repeated_under_one_code,
    term_shared_inside_an_exclusive_family,
    mask_hides_a_cue,
    code_without_cue,
    example_miscoded_by_its_own_rule,
    example_now_within_the_rules,
)


def _judged_examples(codebook: Codebook) -> Iterator[tuple[int, str, int, bool, bool]]:
    """Row, code, expected, whether rules should decide it, whether they do so rightly.

    Expected 1 asks for the code as the primary one; expected 0 refuses it as secondary too.
    """
    if any(unknown_family(codebook)):
        return
    rules = Rules(codebook)
    examples = codebook.examples
    for row, code_id, expected, by_rule, text in _rows(
        examples, "code_id", "expected", "by_rule", "text"
    ):
        given = {judgement.code_id: judgement for judgement in rules.judge(text)}
        primary = code_id in given and not given[code_id].secondary
        right = primary if expected else code_id not in given
        yield row, code_id, int(expected), bool(by_rule), right


def _undefined(codebook: Codebook, table: str, column: str) -> Iterator[Finding]:
    known = set(codebook.codes["code_id"])
    for row, code_id in _rows(getattr(codebook, table), column):
        if _is_filled(code_id) and code_id not in known:
            yield Finding("E206", _path(codebook, table), row, column, seen=code_id)


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    yield from zip(map(int, table.index), *(table[column] for column in columns), strict=True)


def _path(codebook: Codebook, table: str) -> str:
    return f"{codebook.folder}/{table}.csv"


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
