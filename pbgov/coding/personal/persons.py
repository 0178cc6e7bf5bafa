"""Where a text names a person.

Chinese writes no capital letters, so a name is told by signs: a surname, characters that given names
are made of, what stands before it (a post, a pause) and behind it (a form of address, a verb of
speaking), and that the dictionary knows no word across it. Each sign counts one, a strong one two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pbgov.coding.personal.lists import NameLists, read_name_lists
from pbgov.extraction.cues import read_cues
from pbgov.mining.dictionary import packaged_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbgov.mining.lexicon import Lexicon

Span = tuple[int, int]

ENOUGH = 4  # signs a full name asks for
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
LIFE = re.compile(
    r"[，,、（(]\s*(?:男|女|[\u4e00-\u9fff]{1,4}族|(?:19|20)\d\d年|现年|年仅|\d{2,3}岁|中共党员)"
)
DOT = "[·•‧・]"
LATIN = re.compile(r"[A-Z][a-z]+(?:[ ·.-]+[A-Z][a-z]*)*")
NAMELESS = re.compile(
    r"某{1,2}(?!些|种|个|项|类|处|地|日|年|月|天)|[×XxＸｘ*＊]{1,2}(?![A-Za-z0-9])"
)
NAME_TAGS = ("nr", "nrt", "nrfg")
SEVERAL = re.compile(r"等?[两二三四五六七八九十]+[位名]")
MANY = re.compile(r"等|[两二三四五六七八九十]?[人位名]")
COUNTED = re.compile(r"[一二两三四五六七八九十百千][人位名个]")
LEADING = ("v", "p", "c", "u")  # tags of words a name may stand behind
FOLLOWING = "vpcudmr"  # tags of words that may stand behind a name
LONGEST_WORD = 8
FOLLOWS = "一的和与及等也在是都又就还正把被为对向将已从两三"


@dataclass(frozen=True)
class Cut:
    """A text as the dictionary cuts it."""

    text: str
    starts: dict[int, str]  # where a word begins: the word
    ends: frozenset[int]
    tags: dict[str, str]

    def words(self, start: int, end: int) -> list[str] | None:
        """The words between two places; None where a word crosses one of them."""
        if start not in self.starts or end not in self.ends:
            return None
        found = []
        while start < end:
            found.append(self.starts[start])
            start += len(found[-1])
        return found

    def tag_before(self, place: int) -> str:
        """The first letter of the tag of the word that ends at a place; "" where none does."""
        for length in range(1, min(place, LONGEST_WORD) + 1):
            word = self.starts.get(place - length, "")
            if len(word) == length:
                return self.tags[word][0]
        return ""

    def is_name(self, word: str) -> bool:
        """True where the dictionary has the word as a person's."""
        return self.tags[word] in NAME_TAGS


def find_persons(text: str, known: Iterable[str] = ()) -> list[Span]:
    """Where a text names persons, in its order, without overlaps.

    Parameters
    ----------
    text : str
    known : iterable of str
        Names that are persons' wherever they stand.

    Returns
    -------
    list of (start, end)
        Code points. Of a surname with a form of address (王书记, 老周) only the surname.
    """
    lists = read_name_lists()
    cut = _cut(text)
    full = _names(cut, lists)
    names = {*_everywhere(cut, full), *known}
    longest_first = sorted(filter(None, names), key=lambda name: (-len(name), name))
    for name in longest_first:
        full |= {found.span() for found in re.finditer(re.escape(name), text)}
    chosen = without_overlaps(full)
    only = [span for span in _surnames_alone(cut, lists) if not _touches(span, chosen)]
    return sorted([*chosen, *only])


def names_in(texts: Iterable[str]) -> set[str]:
    """The full names found in some texts that are no everyday words: names wherever they stand."""
    lists = read_name_lists()
    found: set[str] = set()
    for text in texts:
        cut = _cut(text)
        found |= _everywhere(cut, _names(cut, lists))
    return found


def _names(cut: Cut, lists: NameLists) -> set[Span]:
    full = _full_names(cut, lists)
    for _ in range(2):  # a name beside a name in a list is one, and so on to both sides
        full |= _listed(cut, lists, full)
    return full | set(_foreign(cut, lists)) | set(_without_surname(cut, lists))


def _everywhere(cut: Cut, spans: Iterable[Span]) -> set[str]:
    """Names but those that are also words (方圆): elsewhere in the text they may be the word."""
    names = {cut.text[start:end] for start, end in spans}
    tags = packaged_tags()
    return {name for name in names if len(name) > 1 and tags.get(name, "nr") in NAME_TAGS}


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The longest spans first, each that overlaps none before it; in the order of the text."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if not _touches(span, chosen):
            chosen.append(span)
    return sorted(chosen)


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return read_cues().words


def _cut(text: str) -> Cut:
    words = _lexicon()
    starts: dict[int, str] = {}
    at = 0
    for word in words.cut(text):
        starts[at] = word
        at += len(word)
    tags = {word: words.part_of_speech(word) for word in set(starts.values())}
    return Cut(text, starts, frozenset(at + len(word) for at, word in starts.items()), tags)


def _candidates(cut: Cut, lists: NameLists) -> Iterator[tuple[int, int, int]]:
    """Where a name could stand: its start, the end of the surname, its end; the longer ones first."""
    for start in range(len(cut.text)):
        for length in (2, 1):
            surname_end = start + length
            if cut.text[start:surname_end] not in lists.surnames:
                continue
            if _is_title(cut.text[surname_end:], lists):
                continue
            for end in (surname_end + 2, surname_end + 1):
                given = cut.text[surname_end:end]
                usable = len(given) == end - surname_end and all(map(HAN.match, given))
                if usable and not any(character in lists.roles["非名"] for character in given):
                    yield start, surname_end, end


def _is_title(text: str, lists: NameLists) -> bool:
    titles = (title for role in ("职务", "称谓", "亲称") for title in lists.roles[role])
    return any(len(title) > 1 and text.startswith(title) for title in titles)


def _full_names(cut: Cut, lists: NameLists, listed: frozenset[int] = frozenset()) -> set[Span]:
    best: dict[int, tuple[int, int]] = {}
    for start, surname_end, end in _candidates(cut, lists):
        before = 2 if start in listed else _before(cut, start, lists)
        after = 2 if end in listed else _behind(cut, end, lists)
        strong = 2 in (before, after)
        signs = before + after + _inside(cut, start, surname_end, end, lists, strong=strong)
        if before + after > 1 and signs >= ENOUGH and signs > best.get(start, (0, 0))[0]:
            best[start] = (signs, end)
    return {(start, end) for start, (_, end) in best.items()}


def _listed(cut: Cut, lists: NameLists, names: set[Span]) -> set[Span]:
    """Names that stand in a row with others, between 、 or 和."""
    row = {end + 1 for _, end in names if cut.text[end : end + 1] in "、和与及"}
    row |= {start - 1 for start, _ in names if cut.text[max(start - 1, 0) : start] in "、和与及"}
    return _full_names(cut, lists, frozenset(row))


def _before(cut: Cut, start: int, lists: NameLists) -> int:
    before = cut.text[max(start - 12, 0) : start].rstrip(" \u3000")
    if lists.ends(before.rstrip("：:为是"), "职务", "身份"):
        return 2
    if not before or not before[-1].isalnum():
        return 1
    if lists.ends(before, "引入"):
        return 1
    return int(HAN.match(before[-1]) is not None and cut.tag_before(start) in LEADING)


def _behind(cut: Cut, end: int, lists: NameLists) -> int:
    behind = cut.text[end : end + 12].lstrip(" \u3000")
    if LIFE.match(behind) or lists.begins(behind.removeprefix("副"), "职务", "称谓", "亲称"):
        return 2
    if SEVERAL.match(behind) and lists.begins(SEVERAL.sub("", behind, count=1), "职务", "称谓"):
        return 2
    if lists.begins(behind, "言说", "任职"):
        return 2
    if not behind or not HAN.match(behind[0]) or behind[0] in FOLLOWS:
        return 1
    follows = end in cut.starts and cut.tags[cut.starts[end]][0] in FOLLOWING
    return int(follows or bool(MANY.match(behind)) or lists.begins(behind, "任事"))


def _inside(
    cut: Cut, start: int, surname_end: int, end: int, lists: NameLists, *, strong: bool
) -> int:
    surname, given = cut.text[start:surname_end], cut.text[surname_end:end]
    signs = int(lists.is_written_with(given, "名字"))
    signs += int(surname in lists.frequent) + int(surname not in lists.everyday)
    signs += len(surname) - 1
    signs -= 2 * int(given[-1] in lists.roles["地尾"])
    if surname in lists.roles["非名"] or COUNTED.match(cut.text, end - 1):
        signs -= 2
    words = cut.words(start, end)
    if words is None:
        return signs - 2
    if len(words) == 1:
        return signs + _as_one_word(words[0], surname, given, cut, lists, strong=strong)
    if len(words[0]) > len(surname):  # the surname is part of a longer word
        return signs - 1
    others = [word for word in words[1:] if len(word) > 1]
    if not others and len(words) > 2:  # the dictionary knows no word in it
        signs += 1
    return signs + sum(1 if cut.is_name(word) else -1 for word in others)


def _as_one_word(
    word: str, surname: str, given: str, cut: Cut, lists: NameLists, *, strong: bool
) -> int:
    """What it says that the dictionary has the whole name as one word; its tags of persons err."""
    if not cut.is_name(word):
        return -3
    usual = lists.is_written_with(given, "名字")
    if not usual and packaged_tags().get(word[:2], "nr") not in NAME_TAGS:
        return -2  # 许可|证, 幸福|感
    if len(word) > 2:
        return 1 if usual or surname not in lists.everyday else int(strong) - 1
    return -1 if usual or surname in lists.frequent - lists.everyday else -2


def _foreign(cut: Cut, lists: NameLists) -> Iterator[Span]:
    """阿不都热西提·买买提, 史密斯先生, Mr Smith as 专家John Smith."""
    sound = "[" + re.escape("".join(lists.roles["译音"])) + "]{1,7}"
    for match in re.finditer(f"{sound}(?:{DOT}{sound})+", cut.text):
        yield match.span()
    for match in LATIN.finditer(cut.text):
        before, behind = cut.text[: match.start()].rstrip(), cut.text[match.end() :].lstrip()
        if lists.ends(before, "职务", "身份") or lists.begins(behind, "称谓", "言说"):
            yield match.span()
    for start, word in cut.starts.items():
        yield from _sounding_name(cut, start, word, lists)


def _sounding_name(cut: Cut, start: int, word: str, lists: NameLists) -> Iterator[Span]:
    end = start + len(word)
    known = cut.tags[word] == "nrt" or (cut.is_name(word) and lists.is_written_with(word, "译音"))
    if not known or len(word) < 2:
        return
    if _before(cut, start, lists) + _behind(cut, end, lists) >= 3:
        yield start, end


def _without_surname(cut: Cut, lists: NameLists) -> Iterator[Span]:
    """扎西平措, and 卓玛 beside a post or a form of address."""
    parts = "|".join(map(re.escape, lists.roles["民族名"]))
    for match in re.finditer(rf"(?:{parts})+", cut.text):
        start, end = match.span()
        several = len(match.group()) > 3
        if several or _before(cut, start, lists) == 2 or _behind(cut, end, lists) == 2:
            yield start, end


def _surnames_alone(cut: Cut, lists: NameLists) -> Iterator[Span]:
    """The surname of 王书记, 老周, 赵大爷 and 邢某."""
    for start in range(len(cut.text)):
        for length in (2, 1):
            end = start + length
            surname = cut.text[start:end]
            if surname in lists.surnames and _is_addressed(cut, start, end, lists):
                yield start, end
                break


def _is_addressed(cut: Cut, start: int, end: int, lists: NameLists) -> bool:
    text, surname = cut.text, cut.text[start:end]
    behind = text[end : end + 6]
    if surname not in lists.everyday and NAMELESS.match(behind):
        return True
    prefix = text[start - 1 : start]
    if prefix and prefix in lists.roles["前称"]:
        own = surname in lists.frequent - lists.everyday
        return own and start - 1 in cut.starts and end in cut.ends
    if not lists.begins(behind.removeprefix("副"), "职务", "称谓", "亲称"):
        return False
    if surname in lists.everyday:  # 金主任, but neither 向主任 nor 都说高主任
        is_word = any(surname in lists.roles[role] for role in ("非名", "引入", "任事"))
        opens = not HAN.match(text[start - 1 : start])
        return opens and surname in lists.frequent and not is_word and end in cut.ends
    return start in cut.starts and (end in cut.ends or cut.is_name(cut.starts[start]))
