"""What can be wrong with a codebook: one function per finding, its docstring is the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.coding.codebooks.hierarchy import HIERARCHY_CHECKS, parents_of
from pbgov.coding.codebooks.versions import VERSION_CHECKS
from pbgov.coding.rules import Rules
from pbgov.coding.ruling.rule_checks import RULE_CHECKS
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
    family_of = _exclusive_families(codebook)
    owners: dict[tuple[str, str], str] = {}
    for row, code_id, term, role in _rows(codebook.terms, "code_id", "term", "role"):
        if role != "cue" or code_id not in family_of:
            continue
        owner = owners.setdefault((family_of[code_id], term), code_id)
        if owner != code_id:
            wanted, path = f"{owner} / {code_id}", _path(codebook, "terms")
            yield Finding("E204", path, row, "term", seen=term, wanted=wanted)


def cue_inside_a_term_of_another_code(codebook: Codebook) -> Iterator[Finding]:
    """W265: a cue is part of a term of another code of its exclusive family, and the two tie.

    Nothing is said where a veto of the code, or a mask, hides the cue inside the longer term.
    """
    family_of = _exclusive_families(codebook)
    terms = codebook.terms[codebook.terms["code_id"].isin(list(family_of))]
    longer = [
        (family_of[code], code, term)
        for code, term, role in zip(terms["code_id"], terms["term"], terms["role"], strict=True)
        if role != "veto"
    ]
    hiding = _hiding(codebook)
    for row, code_id, cue, role in _rows(terms, "code_id", "term", "role"):
        if role != "cue" or not _is_filled(cue):
            continue
        holders = [
            f"{code} {term}"
            for family, code, term in longer
            if family == family_of[code_id]
            and code != code_id
            and term != cue
            and cue in term
            and _shows(cue, term, hiding[code_id])
        ]
        if holders:
            wanted = "、".join(holders)
            yield Finding("W265", _path(codebook, "terms"), row, "term", cue, wanted)


def mask_hides_a_cue(codebook: Codebook) -> Iterator[Finding]:
    """E205: a cue that holds a mask, or a veto of its code, can never be found; delete one of them."""
    hiding = _hiding(codebook)
    for row, code_id, term, role in _rows(codebook.terms, "code_id", "term", "role"):
        masks = [mask for mask in hiding[code_id] if mask in term]
        if masks and role != "veto":
            path = _path(codebook, "terms")
            yield Finding("E205", path, row, "term", seen=term, wanted=masks[0])


def unknown_code(codebook: Codebook) -> Iterator[Finding]:
    """E206: a code is named that codes.csv does not define; check the spelling or add it first."""
    for table, column in NAMED_IN:
        yield from _undefined(codebook, table, column)


def unknown_code_of_a_term(codebook: Codebook) -> Iterator[Finding]:
    """The part of E206 and E248 without which the rule coder cannot work."""
    yield from _undefined(codebook, "terms", "code_id")
    yield from _naming_retired(codebook, "terms", "code_id")


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
    """E115: a term, or a word of a rule, holds an invisible character and is found nowhere."""
    for table, column in (("terms", "term"), ("masks", "term"), ("rules", "condition")):
        for row, term in _rows(getattr(codebook, table), column):
            if any(is_invisible(char) for char in str(term)):
                yield Finding("E115", _path(codebook, table), row, column, seen=str(term))


def code_without_cue(codebook: Codebook) -> Iterator[Finding]:
    """W251: a code has no cue, so the rule coder never gives it; fine where only people judge it.

    Nothing is said of a code with codes below it: it is counted by `roll_up`.
    """
    reached = set(codebook.terms.loc[codebook.terms["role"] == "cue", "code_id"])
    reached |= {*codebook.rules["code_id"], *parents_of(codebook).values()}
    for row, code_id in _rows(codebook.codes, "code_id"):
        if code_id not in reached:
            yield Finding("W251", _path(codebook, "codes"), row, "code_id", seen=code_id)


def example_now_within_the_rules(codebook: Codebook) -> Iterator[Finding]:
    """W252: an example marked as beyond the rules now comes out right; set by_rule to 1."""
    for row, code_id, _, wanted_by_rule, right in _judged_examples(codebook):
        if right and not wanted_by_rule:
            yield Finding("W252", _path(codebook, "examples"), row, "by_rule", seen=code_id)


def residual_of_another_family(codebook: Codebook) -> Iterator[Finding]:
    """E246: the residual code of a family is none of its own codes."""
    family_of = dict(zip(codebook.codes["code_id"], codebook.codes["family"], strict=True))
    for row, family, residual in _rows(codebook.families, "family", "residual"):
        if residual in family_of and family_of[residual] != family:
            path = _path(codebook, "families")
            yield Finding("E246", path, row, "residual", seen=residual, wanted=family)


def family_without_a_choice(codebook: Codebook) -> Iterator[Finding]:
    """W284: a family has no code, or an exclusive one has a single code."""
    sizes = codebook.codes["family"].value_counts()
    for row, family, exclusive in _rows(codebook.families, "family", "exclusive"):
        size = int(sizes.get(family, 0))
        if size < (1 if exclusive == "multi" else 2):
            path = _path(codebook, "families")
            yield Finding("W284", path, row, "family", seen=family, wanted=str(size))


def code_without_exclusion_rule(codebook: Codebook) -> Iterator[Finding]:
    """W267: a code has no exclusion rule; say what is easily taken for it and does not count."""
    for row, exclude, code_id in _rows(codebook.codes, "exclude", "code_id"):
        if not _is_filled(exclude):
            yield Finding("W267", _path(codebook, "codes"), row, "exclude", seen=code_id)


def code_with_cues_without_examples(codebook: Codebook) -> Iterator[Finding]:
    """W268: a code with cues has no example, or only examples of one kind."""
    with_cue = set(codebook.terms.loc[codebook.terms["role"] == "cue", "code_id"])
    examples = codebook.examples
    shown = set(zip(examples["code_id"], examples["expected"], strict=True))
    for row, code_id in _rows(codebook.codes, "code_id"):
        kinds = ((1, "正例"), (0, "反例"))
        missing = [kind for value, kind in kinds if (code_id, value) not in shown]
        if code_id in with_cue and missing:
            path, wanted = _path(codebook, "codes"), "和".join(missing)
            yield Finding("W268", path, row, "code_id", seen=code_id, wanted=wanted)


def name_repeated(codebook: Codebook) -> Iterator[Finding]:
    """W269: two codes, or two families, have one Chinese or one English name."""
    for table, key in (("families", "family"), ("codes", "code_id")):
        rows = getattr(codebook, table)
        for column in ("zh", "en"):
            first: dict[str, str] = {}
            for row, one, name in _rows(rows, key, column):
                owner = first.setdefault(" ".join(str(name).casefold().split()), one)
                if owner != one:
                    path = _path(codebook, table)
                    yield Finding("W269", path, row, column, seen=str(name), wanted=owner)


def example_contradicts_itself(codebook: Codebook) -> Iterator[Finding]:
    """E247: an example asks for what another row, or its own correct_code, rules out.

    One text may be expected under several codes of a ``multi`` family only.
    """
    family_of = _exclusive_families(codebook)
    first: dict[tuple[str, str], tuple[str, str]] = {}
    path = _path(codebook, "examples")
    for row, code_id, expected, text, correct in _rows(
        codebook.examples, "code_id", "expected", "text", "correct_code"
    ):
        if _is_filled(correct) and bool(expected) != (correct == code_id):
            seen, wanted = f"expected = {expected}", f"correct_code = {correct}"
            yield Finding("E247", path, row, "correct_code", seen, wanted)
            continue
        asked = code_id if expected else correct
        if asked in family_of:
            claim = f"{code_id} = {expected}, correct_code = {asked}"
            other, said = first.setdefault((family_of[asked], text), (asked, f"{claim} ({row})"))
            if other != asked:
                yield Finding("E247", path, row, "correct_code", claim, said)


def example_that_is_a_cue(codebook: Codebook) -> Iterator[Finding]:
    """W285: an example is nothing but a term of its code, so that it tests no rule."""
    for row, code_id, text in _rows(codebook.examples, "code_id", "text"):
        bare = "".join(char for char in text if char.isalnum())
        own = codebook.terms.loc[codebook.terms["code_id"] == code_id, "term"]
        same = [term for term in own if bare and bare in "".join(filter(str.isalnum, str(term)))]
        if same:
            yield Finding("W285", _path(codebook, "examples"), row, "text", text, same[0])


def retired_code_comes_back(codebook: Codebook) -> Iterator[Finding]:
    """E228: a retired id stands in codes.csv again; old codings would take on a new meaning."""
    retired = dict(zip(codebook.retired["code_id"], codebook.retired["retired_in"], strict=True))
    for row, code_id in _rows(codebook.codes, "code_id"):
        if code_id in retired:
            path = _path(codebook, "codes")
            yield Finding("E228", path, row, "code_id", seen=code_id, wanted=retired[code_id])


def unknown_successor(codebook: Codebook) -> Iterator[Finding]:
    """E227: the code that is to take the place of a retired one leads to no code of codes.csv."""
    successor = dict(zip(codebook.retired["code_id"], codebook.retired["replaced_by"], strict=True))
    known = set(codebook.codes["code_id"])
    for row, code_id in _rows(codebook.retired, "code_id"):
        passed, last = {code_id}, successor[code_id]
        while last in successor and last not in known and last not in passed:
            passed.add(last)
            last = successor[last]
        if _is_filled(successor[code_id]) and last not in known and _is_filled(last):
            path = _path(codebook, "retired")
            yield Finding("E227", path, row, "replaced_by", seen=str(successor[code_id]))


def retired_code_still_named(codebook: Codebook) -> Iterator[Finding]:
    """E248: a term, an example, a parent or a family still names a retired code."""
    for table, column in NAMED_IN:
        yield from _naming_retired(codebook, table, column)


NAMED_IN = (
    ("codes", "parent_id"),
    ("families", "residual"),
    ("terms", "code_id"),
    ("examples", "code_id"),
    ("examples", "correct_code"),
)


def _judged_examples(codebook: Codebook) -> Iterator[tuple[int, str, int, bool, bool]]:
    """Row, code, expected, whether rules should decide it, whether they do so rightly.

    Expected 1 asks for the code as the primary one; expected 0 refuses it as secondary too. A code
    that a text denies is not given.
    """
    if any(unknown_family(codebook)):
        return
    examples = codebook.examples
    given = [
        (place, judgement.code_id, judgement.secondary)
        for place, judgement in Rules(codebook).judge_all(examples["text"].tolist(), {})
        if judgement.value
    ]
    primary = {(place, code_id) for place, code_id, secondary in given if not secondary}
    at_all = {(place, code_id) for place, code_id, _ in given}
    rows = _rows(examples, "code_id", "expected", "by_rule")
    for place, (row, code_id, expected, by_rule) in enumerate(rows):
        right = (place, code_id) in primary if expected else (place, code_id) not in at_all
        yield row, code_id, int(expected), bool(by_rule), right


def _undefined(codebook: Codebook, table: str, column: str) -> Iterator[Finding]:
    known = {*codebook.codes["code_id"], *codebook.retired["code_id"]}
    for row, code_id in _rows(getattr(codebook, table), column):
        if _is_filled(code_id) and code_id not in known:
            yield Finding("E206", _path(codebook, table), row, column, seen=code_id)


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    yield from zip(map(int, table.index), *(table[column] for column in columns), strict=True)


def _path(codebook: Codebook, table: str) -> str:
    return f"{codebook.folder}/{table}.csv"


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _naming_retired(codebook: Codebook, table: str, column: str) -> Iterator[Finding]:
    retired = codebook.retired
    gone = dict(zip(retired["code_id"], retired["replaced_by"].fillna("—"), strict=True))
    known = set(codebook.codes["code_id"])
    for row, code_id in _rows(getattr(codebook, table), column):
        if code_id in gone and code_id not in known:
            yield Finding("E248", _path(codebook, table), row, column, code_id, gone[code_id])


def _exclusive_families(codebook: Codebook) -> dict[str, str]:
    """The family of each code of which a text can have but one as its primary code."""
    exclusive = codebook.families.loc[codebook.families["exclusive"] != "multi", "family"]
    codes = codebook.codes[codebook.codes["family"].isin(exclusive)]
    return dict(zip(codes["code_id"], codes["family"], strict=True))


def _hiding(codebook: Codebook) -> dict[str, list[str]]:
    """The masks and the vetoes that hide the cues of each code of ``terms.csv``."""
    terms = codebook.terms
    hiding = {code_id: list(codebook.masks["term"]) for code_id in terms["code_id"]}
    for code_id, term, role in zip(terms["code_id"], terms["term"], terms["role"], strict=True):
        if role == "veto":
            hiding[code_id].append(term)
    return hiding


def _shows(cue: str, term: str, hiding: list[str]) -> bool:
    """Whether `cue` is found in `term` at a place that nothing of `hiding` overlaps there."""
    hidden = [span for one in hiding if _is_filled(one) for span in _places(one, term)]
    return any(
        not any(start < last and first < end for first, last in hidden)
        for start, end in _places(cue, term)
    )


def _places(part: str, text: str) -> list[tuple[int, int]]:
    starts = [at for at in range(len(text)) if text.startswith(part, at)]
    return [(at, at + len(part)) for at in starts]


CHECKS: tuple[Callable[[Codebook], Iterator[Finding]], ...] = (
    unknown_family,
    unknown_code,
    code_named_outside_its_family,
    *HIERARCHY_CHECKS,
    family_without_a_choice,
    residual_of_another_family,
    name_repeated,
    code_without_inclusion_rule,
    code_without_exclusion_rule,
    retired_code_comes_back,
    unknown_successor,
    retired_code_still_named,
    blank_term,
    term_with_an_invisible_character,
    term_repeated_under_one_code,
    term_shared_inside_an_exclusive_family,
    cue_inside_a_term_of_another_code,
    mask_hides_a_cue,
    *RULE_CHECKS,
    code_without_cue,
    code_with_cues_without_examples,
    example_contradicts_itself,
    example_that_is_a_cue,
    example_miscoded_by_its_own_rule,
    example_now_within_the_rules,
    *VERSION_CHECKS,
)
