"""The words and marks of a condition of ``rules.csv``, and the error that marks a fault in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = str.maketrans("（），、“”＂［］＝！＞＜≥≤≠", '(),,“”"[]=!><≥≤≠')  # one character for one
WHOLE_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!="}
TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<sign>[<>=!≥≤≠]{1,2})|(?P<mark>[(),\[\]])|(?P<word>[^\s<>=!≥≤≠(),\[\]\"“”；;：:。？?&|＆｜'‘’「」『』【】{}｛｝*＊]+)"
)
INSTEAD = {"&": "and", "＆": "and", "|": "or", "｜": "or", "!": "not"}  # the signs of KH Coder


class ConditionError(ValueError):
    """A condition that cannot be read.

    Attributes
    ----------
    at : int
        Where: characters before the fault.
    marked : str
        The condition with ▲ at the fault.
    wanted : str
        What was expected there, Chinese and English.
    """

    def __init__(self, condition: str, at: int, wanted: str) -> None:
        self.at = at
        self.marked = f"{condition[:at]}▲{condition[at:]}"
        self.wanted = wanted
        super().__init__(f"{self.marked}: {wanted}")


class Token(NamedTuple):
    """``kind`` is word, quoted, sign, mark or end."""

    kind: str
    text: str
    start: int


def tokens_of(condition: str) -> Iterator[Token]:
    """The tokens of a condition, the last of kind ``end``.

    Raises
    ------
    ConditionError
        Where a quotation is not closed, or a mark has no meaning outside of one.
    """
    plain = condition.translate(PLAIN)
    at = 0
    while at < len(plain):
        if plain[at] in '"“”':
            end = _end_of_quote(condition, plain, at)
            yield Token("quoted", condition[at + 1 : end], at)
            at = end + 1
            continue
        match = TOKEN.match(plain, at)
        if match is None:
            raise ConditionError(condition, at, _wanted_instead_of(condition[at]))
        if match.lastgroup == "word":
            yield Token("word", condition[at : match.end()], at)
        elif match.lastgroup in ("sign", "mark"):
            yield Token(match.lastgroup, match.group(), at)
        at = match.end()
    yield Token("end", "", len(condition))


def _wanted_instead_of(char: str) -> str:
    quoted = f"“{char}”要放进引号 put it in quotes"
    if char in INSTEAD:
        return f"{INSTEAD[char]}（{char} 不能代替它 instead of {char}）；词里的{quoted}"
    if char in "'‘’「」『』":
        return "引号要用 “” 或双引号 quotes of the form “” or double ones"
    return quoted


def _end_of_quote(condition: str, plain: str, start: int) -> int:
    """Quotes of the form “…“…”…” may hold one another."""
    if plain[start] == '"':
        end = plain.find('"', start + 1)
    else:
        depth, end = 1, start + 1
        while end < len(plain) and depth:
            depth += {"“": 1, "”": -1}.get(plain[end], 0)
            end += 1
        end = -1 if depth or plain[start] == "”" else end - 1
    if end < 0:
        raise ConditionError(condition, start, "成对的引号 a closing quote")
    if not condition[start + 1 : end].strip():
        raise ConditionError(condition, start + 1, "引号里的词语 words in the quotes")
    return end
