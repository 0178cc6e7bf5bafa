"""What a text denies: 没有建立联席会, 尚未组建, 联席会一直没有成立.

The words stand in ``cues/negation.csv``: term, role, source. Roles, by how a word governs:

否定, 否定动词, 紧邻
    deny what follows: to the end of the clause, or (紧邻: 不, 无) the next word, and with a verb of
    doing (存现) what it is done to, or the nouns that follow 无;
后置
    deny what stands before them at the end of the clause (议事会缺位), as 没有 does in 连议事会都没有;
转肯, 限制
    take a denial back: 没有停止考核, 不是简单地组建支部;
虚设, 承接, 反问
    suppose only: 如果没有网格员, 没有联席会就没有今天;
遍指
    with a second denial means all of them: 没有一个支部不开会;
转折, 并列, 另起
    end what a denial holds for; 方位 are no subjects before it (七日内未办结的…), 句尾 the words that may
    still follow a verb.

A clause is what stands between two commas, stops or parentheses. A denial in a short quotation is
part of a name (“没有围墙的党校”). Two denials of one word take each other back.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandera.pandas as pa

from pbgov.coding.ruling.matching import Matcher
from pbgov.datafiles import read_table
from pbgov.extraction.cues import Cues, read_cues
from pbgov.extraction.words import LONGEST_NAME_PART, QUOTED, Word
from pbgov.schemas import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FILE = Path(__file__).parent / "cues" / "negation.csv"
ROLES = (
    *("否定", "否定动词", "紧邻", "后置", "转肯", "限制", "虚设", "转折"),
    *("并列", "承接", "反问", "遍指", "另起", "方位", "存现", "句尾"),
)
CLAUSE = re.compile(r"[^，。；：！？,;:!?…（）()\n]+")
UNABLE = re.compile("[^不]+不[^不]+")  # 解决不了, one word in the dictionary
LONGEST_DENIAL = 3  # tokens that may make up one word of the list: 没|能
FOR = ("为", "为了", "因", "因为")
SOON = 3  # words from 就 to the second denial in 没有…就没有…
NOUNS = "nrjba"

NEGATION = pa.DataFrameSchema(
    {"term": text(), "role": text(among=ROLES), "source": text()},
    unique=["term", "role"],
    name="negation",
)


class Denial(NamedTuple):
    """A word of denial: places of its first word and of the word after it, and its text."""

    first: int
    after: int
    text: str


class Grammar(NamedTuple):
    """The list, by role; what finds where tokenizing is worth while; and the tokenizer.

    ``trigger`` finds words of denial in one text, ``matcher`` in many; ``denying`` are all of
    them, ``openings`` the characters with which one begins.
    """

    roles: dict[str, frozenset[str]]
    trigger: re.Pattern[str]
    matcher: Matcher
    denying: frozenset[str]
    openings: frozenset[str]
    cues: Cues

    def plays(self, word: str, *roles: str) -> bool:
        """True where a word plays one of some roles."""
        return any(word in self.roles[role] for role in roles)


def denied_stretches(
    text: str, concerned: Iterable[tuple[int, int]] | None = None
) -> list[tuple[int, int]]:
    """The stretches of a text that it says do not exist or are not done.

    Parameters
    ----------
    text : str
        A sentence or a paragraph.
    concerned : iterable of (start, end), optional
        The stretches one asks about, ascending: clauses that hold none of them are passed over,
        which takes far less time.

    Returns
    -------
    list of (start, end)
        Code points into `text`, ascending. A word that lies in one of them is denied.

    Examples
    --------
    >>> [
    ...     "村里没有建立联席会，只有网格。"[start:end]
    ...     for start, end in denied_stretches("村里没有建立联席会，只有网格。")
    ... ]
    ['建立联席会']
    """
    grammar = _grammar()
    clauses = list(CLAUSE.finditer(text))
    concerned = [(0, len(text))] if concerned is None else list(concerned)
    found: list[tuple[int, int]] = []
    for clause, following in zip_longest(clauses, clauses[1:]):
        first, last = clause.span()
        if not grammar.trigger.search(text, first, last):
            continue
        if any(start < last and first < end for start, end in concerned):
            after = following.group() if following is not None else ""
            if not _supposes(clause.group(), grammar) and not _supposes(after, grammar):
                tokens = grammar.cues.words.cut(clause.group())
                if any(_denial_at(tokens, place, grammar) for place in range(len(tokens))):
                    words = _words(tokens, first, grammar.cues)
                    denials = _denials(words, text, grammar)
                    found += _stretches(words, _odd(words, denials, grammar))
    return found


def may_deny(texts: Sequence[str]) -> np.ndarray:
    """Which texts hold a word of denial at all: an array of bool."""
    held = np.zeros(len(texts), dtype=bool)
    held[_grammar().matcher.find(texts).text] = True
    return held


def is_denial(word: str) -> bool:
    """True for a word of denial: 没有, 尚未, 不是."""
    return word in _grammar().denying


@lru_cache(maxsize=1)
def _grammar() -> Grammar:
    table = read_table(FILE, NEGATION)
    roles = {role: frozenset(table.loc[table["role"] == role, "term"]) for role in ROLES}
    denying = roles["否定"] | roles["否定动词"] | roles["紧邻"] | roles["后置"]
    shortest = sorted(
        term for term in denying if not any(each in term for each in denying if each != term)
    )
    trigger = re.compile("|".join(map(re.escape, shortest)))
    openings = frozenset(term[0] for term in denying)
    return Grammar(roles, trigger, Matcher(shortest), denying, openings, read_cues())


def _words(tokens: list[str], start: int, cues: Cues) -> list[Word]:
    words, at = [], start
    for token in tokens:
        words.append(Word(token, at, at + len(token), cues.words.part_of_speech(token)))
        at += len(token)
    return words


def _denials(words: list[Word], text: str, grammar: Grammar) -> list[Denial]:
    """The words of denial in a clause, the longest at each place; none of A不A and suppositions."""
    if any(grammar.plays(word.text, "虚设") for word in words):
        return []
    found: list[Denial] = []
    names = [match.span() for match in QUOTED.finditer(text) if _is_name(match.group())]
    tokens = [word.text for word in words]
    place = 0
    while place < len(words):
        length = _denial_at(tokens, place, grammar)
        if not length:
            place += 1
            continue
        after = place + length
        question = place > 0 and after < len(words) and words[place - 1].text == words[after].text
        if not question and not any(start < words[place].start < end for start, end in names):
            found.append(Denial(place, after, "".join(tokens[place:after])))
        place = after
    return found


def _denial_at(tokens: list[str], place: int, grammar: Grammar) -> int:
    """Of how many tokens the longest word of denial at a place is made; 0 where there is none."""
    if tokens[place][0] not in grammar.openings:
        return 0
    for length in range(LONGEST_DENIAL, 0, -1):
        joined = "".join(tokens[place : place + length])
        if joined in grammar.denying:
            return length
    return 0


def _is_name(quotation: str) -> bool:
    return len(quotation) - 2 <= LONGEST_NAME_PART and CLAUSE.fullmatch(quotation) is not None


def _supposes(clause: str, grammar: Grammar) -> bool:
    """True for 就没有今天 and 谈何治理, which make of the denial before them a supposition."""
    if clause.startswith(tuple(grammar.roles["反问"])):
        return True
    concludes = clause.startswith(tuple(grammar.roles["承接"]))
    return concludes and grammar.trigger.search(clause) is not None


def _odd(words: list[Word], denials: list[Denial], grammar: Grammar) -> set[int]:
    """Places of the words that an odd number of denials holds for."""
    counts: Counter[int] = Counter()
    taken_back: set[int] = set()
    for number, denial in enumerate(denials):
        following = denials[number + 1] if number + 1 < len(denials) else None
        if number in taken_back or _is_taken_back(words, denial, grammar):
            continue
        if following is not None and _means_all(words, denial, following, grammar):
            taken_back.add(number + 1)
            continue
        stop = _end_of_scope(words, denial, following, grammar)
        counts.update(range(denial.after, stop))
        counts.update(set(_topics(words, denial, grammar)))
    return {place for place, count in counts.items() if count % 2}


def _is_taken_back(words: list[Word], denial: Denial, grammar: Grammar) -> bool:
    """True where what is denied is a stop or a limit, or the denial only leads to 就没有."""
    later = words[denial.after :]
    for place, word in enumerate(later):
        if grammar.plays(word.text, "反问"):
            return True
        soon = later[place + 1 : place + 1 + SOON]
        if grammar.plays(word.text, "承接") and _denies(soon, grammar):
            return True
    concluding = denial.first and grammar.plays(words[denial.first - 1].text, "承接")
    if concluding and _denies(words[: denial.first], grammar):
        return True
    any_of_them = _points_at_any(words, denial, grammar)
    if any_of_them and any(UNABLE.fullmatch(word.text) for word in later):
        return True
    caused = any_of_them or (bool(later) and later[0].pos in ("p", "c"))
    for word in later:
        if grammar.plays(word.text, "转肯", "限制"):
            return True
        if not caused and (word.pos == "v" or word.pos[0] in "nj"):
            return False
    return False


def _denies(words: list[Word], grammar: Grammar) -> bool:
    return any(grammar.plays(word.text, "否定", "紧邻") for word in words)


def _means_all(words: list[Word], denial: Denial, following: Denial, grammar: Grammar) -> bool:
    """True for 没有一个支部不开会 and 不能不开会, which say that it is done, and 不培训不上岗."""
    if following.first == denial.after:
        return True
    if following.text == "不" and following.first == denial.after + 1:
        return True
    joined = grammar.plays(words[following.first - 1].text, "并列")
    return not joined and _points_at_any(words, denial, grammar)


def _points_at_any(words: list[Word], denial: Denial, grammar: Grammar) -> bool:
    pointed = "".join(word.text for word in words[denial.after : denial.after + 2])
    return pointed.startswith(tuple(grammar.roles["遍指"]))


def _end_of_scope(
    words: list[Word], denial: Denial, following: Denial | None, grammar: Grammar
) -> int:
    if not grammar.plays(denial.text, "否定", "否定动词", "紧邻"):
        return denial.after
    stop = _end_of_clause_part(words, denial, grammar)
    if following is not None and following.first < stop:
        joined = grammar.plays(words[following.first - 1].text, "并列")
        if joined or following.text == denial.text:
            stop = following.first
    if not grammar.plays(denial.text, "紧邻"):
        return stop
    first = words[denial.after] if denial.after < len(words) else None
    if first is None or grammar.plays(first.text, "存现"):
        return stop
    if denial.text != "无":
        return min(denial.after + 1, stop)
    place = denial.after
    while place < stop and (words[place].pos[0] in NOUNS + "cmqx" or words[place].pos == "vn"):
        place += 1
    return max(place, min(denial.after + 1, stop))


def _end_of_clause_part(words: list[Word], denial: Denial, grammar: Grammar) -> int:
    """Where 而 turns, 就 goes on, or 的 ends an attribute: 没有党员的商铺|联合组建了支部."""
    earlier = words[: denial.first]
    governed = any(
        grammar.cues.plays(word.text, "引出宾语") or word.text in grammar.cues.actions
        for word in earlier
    )
    subject = any(word.pos[0] in "njr" and not grammar.plays(word.text, "方位") for word in earlier)
    for place in range(denial.after, len(words)):
        purpose = any(word.text in FOR for word in words[:place])
        turned = grammar.plays(words[place].text, "转折")
        if turned and not (purpose and words[place].text == "而"):
            return place
        acted = any(word.pos == "v" for word in words[denial.after : place])
        if grammar.plays(words[place].text, "承接") and acted and not purpose:
            return place  # 没培训就上岗; 没有因为缺钱就减员 denies what follows
        if words[place].text == "的":
            rest = words[place + 1 :]
            anew = any(grammar.plays(word.text, "另起") for word in rest)
            acts = any(word.pos == "v" for word in rest) or (rest and rest[-1].pos == "a")
            headless = bool(rest) and rest[0].pos in ("d", "v", "p")
            if governed or anew or headless or (acts and not subject):
                return place
    return len(words)


def _topics(words: list[Word], denial: Denial, grammar: Grammar) -> Iterator[int]:
    """Places of the nouns before a denial that says of them that they are not there.

    联席会一直没有成立, 工会和妇联尚未建立的企业, 连议事会都没有, 联席会制度缺失.
    """
    rest = words[denial.after :]
    tail = [word for word in rest if not grammar.plays(word.text, "句尾") and word.text.strip()]
    if rest and any(word.text == "的" for word in rest):
        until = next(place for place, word in enumerate(rest) if word.text == "的")
        tail = [word for word in rest[:until] if not grammar.plays(word.text, "句尾")]
    comes_into_being = len(tail) == 1 and grammar.plays(tail[0].text, "存现")
    stands_alone = not rest and denial.text in ("没有", "没", "无", "还没有", "从没有")
    says_so = not rest and grammar.plays(denial.text, "后置")
    if not (comes_into_being or stands_alone or says_so):
        return
    place = denial.first - 1
    while place >= 0 and words[place].pos[0] == "d":
        place -= 1
    yield from _nominals(words, range(place, -1, -1))
    acts = [word for word in words[: denial.first] if word.pos == "v"]
    if not says_so or all(grammar.plays(word.text, "存现") for word in acts):  # not 补上了空缺
        yield from _nominals(words, range(denial.first))


def _nominals(words: list[Word], places: range) -> Iterator[int]:
    """The unbroken run of nouns at the beginning of some places."""
    for place in places:
        word = words[place]
        if not (word.pos[0] in NOUNS + "z" or word.pos == "vn" or word.text in "、和与及的"):
            return
        yield place


def _stretches(words: list[Word], places: set[int]) -> list[tuple[int, int]]:
    """Neighbouring words put together."""
    found: list[tuple[int, int]] = []
    for place in sorted(places):
        word = words[place]
        if found and found[-1][1] == word.start:
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return found
