"""What can be wrong with ``rules.csv``: one function per finding, its docstring is the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.coding.ruling.condition_tokens import ConditionError
from pbgov.coding.ruling.conditions import (
    And,
    CodeGiven,
    Count,
    Not,
    Or,
    Term,
    TermsOf,
    parse_condition,
    walk,
)
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbgov.coding.codebook import Codebook
    from pbgov.coding.ruling.conditions import Node


def condition_that_cannot_be_read(codebook: Codebook) -> Iterator[Finding]:
    """E221: a condition breaks the rule language; ▲ marks the place."""
    for row, _, _, condition in _rows(codebook):
        try:
            parse_condition(condition)
        except ConditionError as error:
            yield _finding(codebook, "E221", row, error.marked, error.wanted)


def unknown_code_in_a_rule(codebook: Codebook) -> Iterator[Finding]:
    """E222: a rule names a code that codes.csv does not define; E248, one that is retired."""
    known = set(codebook.codes["code_id"])
    retired = codebook.retired
    gone = dict(zip(retired["code_id"], retired["replaced_by"].fillna("—"), strict=True))
    for row, _, code_id, condition in _rows(codebook):
        named = [("condition", name) for name in dict.fromkeys(_named(_read(condition)))]
        for column, name in [("code_id", code_id), *named]:
            if name in gone and name not in known:
                yield _finding(codebook, "E248", row, name, gone[name], column)
            elif name not in known:
                yield _finding(codebook, "E222", row, name, column=column)


def rule_that_leads_back_to_its_code(codebook: Codebook) -> Iterator[Finding]:
    """E223: the rules of a code name it through code(…), directly or by way of other codes."""
    asked: dict[str, dict[str, None]] = {}
    for _, _, code_id, condition in _rows(codebook):
        names = [each.code_id for each in _read(condition) if isinstance(each, CodeGiven)]
        asked.setdefault(code_id, {}).update(dict.fromkeys(names))
    for row, _, code_id, condition in _rows(codebook):
        for each in _read(condition):
            if isinstance(each, CodeGiven):
                way = _way(asked, each.code_id, code_id)
                if way:
                    yield _finding(codebook, "E223", row, " → ".join([code_id, *way]))
                    break


def masked_word_in_a_rule(codebook: Codebook) -> Iterator[Finding]:
    """E224: a word of a condition holds a mask and can never be found."""
    for row, _, _, condition in _rows(codebook):
        for term in dict.fromkeys(each.text for each in _read(condition) if isinstance(each, Term)):
            masks = [mask for mask in codebook.masks["term"] if mask in term]
            if masks:
                yield _finding(codebook, "E224", row, term, masks[0])


def rule_that_asks_for_cues_that_are_not_there(codebook: Codebook) -> Iterator[Finding]:
    """W261: terms(…) names a code without a cue, and finds nothing."""
    terms = codebook.terms
    with_cue = set(terms.loc[terms["role"] == "cue", "code_id"])
    for row, _, _, condition in _rows(codebook):
        for each in dict.fromkeys(_read(condition)):
            if isinstance(each, TermsOf) and each.code_id not in with_cue:
                yield _finding(codebook, "W261", row, each.code_id)


def rule_that_says_what_the_cues_say(codebook: Codebook) -> Iterator[Finding]:
    """W262: a condition holds only where a cue of its code stands anyway; it adds nothing."""
    terms = codebook.terms
    for row, rule_id, code_id, condition in _rows(codebook):
        own = (terms["code_id"] == code_id) & (terms["role"] == "cue")
        nodes = _read(condition)
        if nodes and _rests_on_cues(nodes[0], code_id, set(terms.loc[own, "term"])):
            yield _finding(codebook, "W262", row, rule_id, code_id)


def rule_that_holds_without_a_word(codebook: Codebook) -> Iterator[Finding]:
    """W264: a condition holds where nothing is written, so that it gives its code nearly everywhere."""
    for row, rule_id, _, condition in _rows(codebook):
        nodes = _read(condition)
        if nodes and _holds_in_silence(nodes[0]):
            yield _finding(codebook, "W264", row, rule_id)


FAULTS: tuple[Callable[[Codebook], Iterator[Finding]], ...] = (
    condition_that_cannot_be_read,
    unknown_code_in_a_rule,
    rule_that_leads_back_to_its_code,
)
"""The findings with which the rule coder cannot work."""

RULE_CHECKS: tuple[Callable[[Codebook], Iterator[Finding]], ...] = (
    *FAULTS,
    masked_word_in_a_rule,
    rule_that_asks_for_cues_that_are_not_there,
    rule_that_says_what_the_cues_say,
    rule_that_holds_without_a_word,
)


def _rows(codebook: Codebook) -> Iterator[tuple[int, str, str, str]]:
    rules = codebook.rules
    yield from zip(
        map(int, rules.index), rules["rule_id"], rules["code_id"], rules["condition"], strict=True
    )


def _finding(
    codebook: Codebook, code: str, row: int, seen: str, wanted: str = "", column: str = "condition"
) -> Finding:
    return Finding(code, f"{codebook.folder}/rules.csv", row, column, seen, wanted)


def _read(condition: str) -> list[Any]:
    """All nodes of a condition, the whole first; none where it cannot be read."""
    try:
        return list(walk(parse_condition(condition)))
    except ConditionError:
        return []


def _named(nodes: list[Node]) -> Iterator[str]:
    for each in nodes:
        if isinstance(each, TermsOf | CodeGiven):
            yield each.code_id


def _way(asked: dict[str, dict[str, None]], start: str, end: str) -> list[str]:
    """A shortest way of codes that ask for one another, both ends in it; none where there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        for each in asked.get(way[-1], ()):
            if each not in seen:
                seen.add(each)
                ways.append([*way, each])
    return []


def _rests_on_cues(node: Node, code_id: str, cues: set[str]) -> bool:
    match node:
        case Term(term):
            return term in cues
        case TermsOf(named) | CodeGiven(named):
            return isinstance(node, TermsOf) and named == code_id
        case Or(parts):
            return all(_rests_on_cues(part, code_id, cues) for part in parts)
    return False


def _holds_in_silence(node: Node) -> bool:
    match node:
        case And(parts):
            return all(map(_holds_in_silence, parts))
        case Or(parts):
            return any(map(_holds_in_silence, parts))
        case Not(part):
            return not _holds_in_silence(part)
        case Count(_, sign, number):
            return (sign in ("<=", ">=", "=") and not number) or (
                sign in ("<", "<=", "!=") and number > 0
            )
    return False
