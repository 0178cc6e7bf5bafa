"""The conditions of ``rules.csv``: what may be written, and what it is read as.

::

    condition  = part {"or" part}
    part       = factor {"and" factor}
    factor     = {"not"} ("(" condition ")" | place | test)
    place      = word | "quoted words" | terms(CODE) | phrase(places) | seq[n](places) | near[n](places)
    test       = count(places) sign number | heading(words) | attribute(name) sign value | code(CODE)
    places     = alternatives {"," alternatives}
    alternatives = place {"or" place}, in parentheses or not

``docs/rules.md`` tells what each form means, with examples. Full-width punctuation, as Chinese
keyboards give it, is read as what it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.coding.ruling.condition_tokens import WHOLE_SIGNS, ConditionError, Token, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_NEAR = 5  # items of near[…]: each order of them is looked for
SIGNS = {"=": "=", "==": "=", "!=": "!=", ">=": ">=", ">": ">", "<=": "<=", "<": "<"}


@dataclass(frozen=True)
class Term:
    """A word, wherever it stands."""

    text: str


@dataclass(frozen=True)
class TermsOf:
    """Any cue that ``terms.csv`` lists for a code."""

    code_id: str


@dataclass(frozen=True)
class Sequence:
    """Each item after the one before, with at most `gap` characters between neighbours."""

    gap: int
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Near:
    """A `Sequence` in any order of its items."""

    gap: int
    items: tuple[Node, ...]


@dataclass(frozen=True)
class And:
    """All of the parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    """One of the parts holds, or stands there."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Node


@dataclass(frozen=True)
class Count:
    """The occurrences of the items together, held against a number."""

    items: tuple[Node, ...]
    sign: str
    number: int


@dataclass(frozen=True)
class Heading:
    """One of the words stands in a heading above the segment."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Attribute:
    """A column of the segments has this value, or (`equal` False) has another one."""

    name: str
    equal: bool
    value: str


@dataclass(frozen=True)
class CodeGiven:
    """The terms or rules of another code are met in the segment."""

    code_id: str


Node = Term | TermsOf | Sequence | Near | And | Or | Not | Count | Heading | Attribute | CodeGiven


def parse_condition(condition: str) -> Node:
    """The condition as a tree.

    Parameters
    ----------
    condition : str

    Returns
    -------
    Node

    Raises
    ------
    ConditionError
        Naming the place in the condition and what was expected there.

    Examples
    --------
    >>> parse_condition("near[4](组建, 支部) and not 撤销")
    And(parts=(Near(gap=4, items=(Term(text='组建'), Term(text='支部'))), Not(part=Term(text='撤销'))))
    """
    try:
        return _Parser(condition).whole()
    except RecursionError:
        raise ConditionError(condition, 0, "层数少一些的条件 fewer levels") from None


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    yield node
    match node:
        case And(parts) | Or(parts):
            below = parts
        case Sequence(_, items) | Near(_, items) | Count(items, _, _):
            below = items
        case Not(part):
            below = (part,)
        case _:
            below = ()
    for each in below:
        yield from walk(each)


def is_place(node: Node) -> bool:
    """True for what stands somewhere in a text: words, and words beside words."""
    if isinstance(node, Or):
        return all(is_place(part) for part in node.parts)
    return isinstance(node, Term | TermsOf | Sequence | Near)


class _Parser:
    def __init__(self, condition: str) -> None:
        self._condition = condition
        self._tokens = list(tokens_of(condition))
        self._at = 0

    def whole(self) -> Node:
        node = self._either()
        if self._next.kind != "end":
            raise self._error("and、or 或结尾 and, or, or the end")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _error(self, wanted: str, token: Token | None = None) -> ConditionError:
        return ConditionError(self._condition, (token or self._next).start, wanted)

    def _is_word(self, *words: str) -> bool:
        return self._next.kind == "word" and self._next.text.lower() in words

    def _mark(self, mark: str) -> None:
        if self._next.kind != "mark" or self._next.text != mark:
            raise self._error(mark)
        self._take()

    def _is_mark(self, mark: str) -> bool:
        return self._next.kind == "mark" and self._next.text == mark

    def _either(self) -> Node:
        return self._joined("or", self._both)

    def _both(self) -> Node:
        return self._joined("and", self._factor)

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self._is_word(word):
            self._take()
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return Or(tuple(parts)) if word == "or" else And(tuple(parts))

    def _factor(self) -> Node:
        opposite = False
        while self._is_word("not"):
            self._take()
            opposite = not opposite
        node = self._single()
        return Not(node) if opposite else node

    def _single(self) -> Node:
        if self._is_mark("("):
            self._take()
            node = self._either()
            self._mark(")")
            return node
        token = self._next
        if token.kind == "quoted":
            return Term(self._take().text)
        if token.kind != "word" or token.text.lower() in ("and", "or", "not"):
            kh_coder = "（非写作 not，! 不行 not for !）" if token.text == "!" else ""
            raise self._error(f"词语、( 或 not a word, ( or not{kh_coder}")
        self._take()
        if not (self._is_mark("(") or self._is_mark("[")):
            return Term(token.text)
        form = FORMS.get(token.text.lower())
        if form is None:
            raise self._error(f"{'、'.join(FORMS)} 之一 one of these", token)
        return form(self)

    def _sequence(self) -> Node:
        gap = self._gap()
        return Sequence(gap, self._items(least=2))

    def _near(self) -> Node:
        gap, opening = self._gap(), self._next
        items = self._items(least=2)
        if len(items) > MOST_NEAR:
            raise self._error(f"near 里最多 {MOST_NEAR} 项 at most {MOST_NEAR} items", opening)
        return Near(gap, items)

    def _phrase(self) -> Node:
        return Sequence(0, self._items(least=2))

    def _gap(self) -> int:
        if not self._is_mark("["):
            raise self._error("[字数] [number of characters]")
        self._take()
        number = self._number()
        self._mark("]")
        return number

    def _number(self) -> int:
        if self._next.kind != "word" or not self._next.text.isdecimal() or len(self._next.text) > 6:
            raise self._error("不超过六位的整数 a whole number of up to six digits")
        return int(self._take().text)

    def _items(self, least: int) -> tuple[Node, ...]:
        self._mark("(")
        items = [self._item()]
        while self._is_mark(","):
            self._take()
            items.append(self._item())
        if len(items) < least:
            raise self._error(f"逗号和又一项（至少 {least} 项） a comma and one more item")
        self._mark(")")
        return tuple(items)

    def _item(self) -> Node:
        token = self._next
        node = self._either()
        if not is_place(node):
            wanted = (
                "词语、terms、phrase、seq 或 near，不能有 and、not 和其他判断 words, not a test"
            )
            raise self._error(wanted, token)
        return node

    def _count(self) -> Node:
        items = self._items(least=1)
        return Count(items, self._sign(*SIGNS.values()), self._number())

    def _sign(self, *allowed: str) -> str:
        text = "".join(WHOLE_SIGNS.get(char, char) for char in self._next.text)
        sign = SIGNS.get(text)
        if self._next.kind != "sign" or sign not in allowed:
            raise self._error(" ".join(dict.fromkeys(allowed)))
        self._take()
        return sign

    def _heading(self) -> Node:
        self._mark("(")
        words = [self._name("标题里的词 a word of the heading")]
        while self._is_mark(","):
            self._take()
            words.append(self._name("标题里的词 a word of the heading"))
        self._mark(")")
        return Heading(tuple(words))

    def _attribute(self) -> Node:
        name = self._named("列名 the name of a column")
        return Attribute(name, self._sign("=", "!=") == "=", self._name("值 a value"))

    def _terms(self) -> Node:
        return TermsOf(self._named("编码 a code"))

    def _code(self) -> Node:
        return CodeGiven(self._named("编码 a code"))

    def _named(self, wanted: str) -> str:
        self._mark("(")
        name = self._name(wanted)
        self._mark(")")
        return name

    def _name(self, wanted: str) -> str:
        if self._next.kind not in ("word", "quoted"):
            raise self._error(wanted)
        return self._take().text


FORMS = {
    "near": _Parser._near,
    "seq": _Parser._sequence,
    "phrase": _Parser._phrase,
    "count": _Parser._count,
    "heading": _Parser._heading,
    "attribute": _Parser._attribute,
    "code": _Parser._code,
    "terms": _Parser._terms,
}
