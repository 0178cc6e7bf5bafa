"""The organisation that acts: whose name stands where a subject stands, before a verb.

A name is found from its end, a word of ``organisations.csv`` (党委, 公司, 街道 …) or the name of a
region, and grown to the left over nouns and the like, up to a mark, a preposition, an adverb, a verb
of doing or a cue. No list of particular organisations is used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.words import STOPS, leads_to_verb, takes_object

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pbgov.extraction.cues import Cues
    from pbgov.extraction.words import Word

AREA = re.compile(r"(?!.*(?:城市|社区|地区)).{2,}[省市区县旗州镇乡]\Z")
NOUN_TAGS = "nmqbjailstzhkgev"
POINT = re.compile(r"[（(][一二三四五六七八九十\d]+[)）]")
NUMBERED = re.compile(r"[一二三四五六七八九十]是\Z|其[一二三四五]\Z")


class Name(NamedTuple):
    """An organisation's name: places of its first word and just after its last."""

    first: int
    end: int
    acts: bool
    agent: bool  # named after 由


def organisations(words: list[Word], cues: Cues, regions: Container[str] = ()) -> Iterator[Name]:
    """The organisations that a sentence names, in the order of the text.

    Parameters
    ----------
    words : list of Word
        Of one sentence.
    cues : Cues
    regions : container of str
        Names of regions, which may act as a government does.
    """
    reached = 0
    for place in range(len(words)):
        if not _ends_name(words, place, cues, regions) or _grows_right(words, place, cues, regions):
            continue
        first = _first(words, place, reached, cues, regions)
        if first == place and not _stands_alone(words[place], cues, regions):
            continue
        if _vague(words, first, cues):
            continue
        agent = first > 0 and cues.plays(words[first - 1].text, "施事")
        subject = agent or _may_be_subject(words, first, cues)
        yield Name(first, place + 1, subject and _predicate_follows(words, place + 1, cues), agent)
        reached = place + 1


def _ends_name(words: list[Word], place: int, cues: Cues, regions: Container[str]) -> bool:
    word = words[place]
    if word.pos == "quote":
        return False
    if word.text in regions or (word.pos in ("ns", "nr") and AREA.match(word.text)):
        return True  # jieba takes 石桥镇 for a person
    if word.text == "组织" and place > 0 and words[place - 1].pos == "name":
        after = words[place + 1].text if place + 1 < len(words) else ""
        return after not in ("起来", "起", "了")  # “两新”组织, a noun
    if word.pos == "name":
        return False
    ending = cues.ending(word.text)
    noun = word.pos in ("n", "ns", "nt", "nz", "j")  # not the idioms 顾全大局, 一手包办
    return ending is not None and (noun or len(ending) > 1 or ending == word.text)


def _grows_right(words: list[Word], place: int, cues: Cues, regions: Container[str]) -> bool:
    """True where a longer name goes on: 朝阳区|党群服务中心, 街道|“两新”|组织, 甲|、|乙."""
    for later in range(place + 1, len(words)):
        word = words[later]
        if _ends_name(words, later, cues, regions):
            return True
        joins = word.text == "的" or cues.plays(word.text, "并列", "限定")
        tagged = word.pos in ("vn", "name", "eng") or word.pos[0] in "nbjmqahkzl"
        nounlike = cues.actions.get(word.text, tagged)  # 新建 is a county too, and no name here
        governs = cues.plays(word.text, "方式", "引出宾语", "引出谓语")
        governs = governs or (word.text in cues.actions and _quoted_next(words, later))
        if governs or not (joins or nounlike or _unknown(word)):
            return False
    return False


def _quoted_next(words: list[Word], place: int) -> bool:
    """True where a short quotation follows: 党委|创新|“两新”组织的设置, not a longer name."""
    return place + 1 < len(words) and words[place + 1].pos == "name"


def _unknown(word: Word) -> bool:
    """A word of no dictionary, as the parts of many names are."""
    return word.pos == "x" and word.text.isalnum()


def _first(words: list[Word], place: int, reached: int, cues: Cues, regions: Container[str]) -> int:
    first = place
    while first > reached:
        word = words[first - 1]
        if word.text == "的" or cues.plays(word.text, "并列"):
            whole = first - 2 >= reached and (
                _ends_name(words, first - 2, cues, regions)
                or cues.plays(words[first - 2].text, "人")
            )
            if not whole:
                break
        elif not (_part_of_name(word, cues) or _within_place_name(words, first - 1)):
            break
        first -= 1
    while first < place and _cannot_begin(words[first]):
        first += 1
    return first


def _cannot_begin(word: Word) -> bool:
    point = POINT.fullmatch(word.text) is not None  # （四）卫生部门, a point of a list
    return point or word.text in STOPS or word.text == "的" or word.pos in ("t", "v")


def _part_of_name(word: Word, cues: Cues) -> bool:
    if cues.plays(word.text, "限定") or word.pos in ("name", "eng"):
        return True
    if not cues.actions.get(word.text, True) or word.text in STOPS:
        return False
    if cues.plays(word.text, "引出宾语", "引出谓语", "施事", "状态", "方式") or _is_cue(word, cues):
        return False
    if word.pos == "x":
        return _unknown(word)
    return word.pos[0] in NOUN_TAGS


def _within_place_name(words: list[Word], place: int) -> bool:
    """东四南社区, 锦绣里社区: a word of direction after the name of a place."""
    if words[place].pos != "f" or place == 0:
        return False
    before = words[place - 1].pos
    return before in ("ns", "nr", "nz") or (words[place].text == "里" and before[0] in "nazil")


def _is_cue(word: Word, cues: Cues) -> bool:
    return any(
        word.text in terms for (_, form), terms in cues.modality.items() if "标题" not in form
    )


def _stands_alone(word: Word, cues: Cues, regions: Container[str]) -> bool:
    if word.text in regions or word.pos == "ns":
        return True
    ending = cues.ending(word.text)
    return bool(ending and (cues.organisations[ending] or ending != word.text))


def _vague(words: list[Word], first: int, cues: Cues) -> bool:
    before = "".join(word.text for word in words[max(0, first - 2) : first])
    terms = cues.terms("泛指", "限定")
    return words[first].text in terms or any(before.endswith(term) for term in terms)


def _may_be_subject(words: list[Word], first: int, cues: Cues) -> bool:
    if first == 0:
        return True
    before = words[first - 1]
    if cues.plays(before.text, "引出宾语"):
        return bool(
            NUMBERED.search("".join(word.text for word in words[max(0, first - 2) : first]))
        )
    if before.pos[0] == "v":
        said = cues.terms("见解", "言说") | cues.terms("建议", "言说")
        return before.text in said
    return not cues.plays(before.text, "并列")


def _predicate_follows(words: list[Word], place: int, cues: Cues) -> bool:
    """A verb of more than state, or a preposition that opens a predicate, comes next."""
    led_in = False
    for at in range(place, len(words)):
        word = words[at]
        if cues.plays(word.text, "引出谓语") or _is_modal(words, at, cues):
            return True
        if cues.plays(word.text, "状态") or word.text in STOPS:
            return False
        if word.text in cues.actions and not cues.actions[word.text]:
            return True
        if word.pos == "vn" and not led_in:
            return word.text in cues.actions and takes_object(words, at)
        if word.pos[0] == "v" or (word.pos[0] in "il" and len(word.text) >= 4):
            return not word.text.startswith("不")
        how = word.pos[0] in "dca" or cues.plays(word.text, "方式", "往昔")
        led_in = led_in or how
        people = cues.plays(word.text, "人", "并列") or word.text == "等"
        if word.text == "的" or word.pos[0] == "b":  # 街道的党员, 街道主要领导; not 街道的做法
            following = words[at + 1].text if at + 1 < len(words) else ""
            people = cues.plays(following, "人")
        aside = word.pos == "name" or word.pos[0] in "tf"
        if not (how or people or aside):
            return False
    return False


def _is_modal(words: list[Word], place: int, cues: Cues) -> bool:
    """A modal word before a verb, as in 计划建立; the noun of 计划书 is none."""
    modal = cues.terms("建议", "情态", "弱情态") | cues.terms("计划", "情态")
    if words[place].text not in modal:
        return False
    following = words[place + 1].pos[0] if place + 1 < len(words) else ""
    return following in tuple("vpdar") or leads_to_verb(words, place, cues)
