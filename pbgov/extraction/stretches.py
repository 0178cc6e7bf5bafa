"""Which sentences of a paragraph tell one practice: where the next practice begins.

A new practice begins with a sentence in which

another organisation does something
    one with a name of its own or a word of quantity (各, 一些), that the practice so far has not named as
    its actor or partner. A bare kind (公司, 街道), a pronoun (他们, 这一做法) and a sentence set in the
    circumstances just told (在这一背景下) go on with the practice before;
a list goes on
    to its next point (一是, 第二), to the next level or place (在社区层面, 在北桥社区), to the next
    sentence of the same frame (突出…深化。突出…深化。), or to the next measure where every sentence begins
    with one (建立…。推行…。). The points of one piece of advice are one practice;
the telling turns to what is to come
    (下一步) after what was done.

Everything else goes on with the practice before. A sentence that opens a paragraph and only sums up what
the practices after it show is a topic, see `is_topic`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.structure.sentences import sentence_ends
from pbgov.extraction.modality import (
    ADVISED,
    OPINION,
    PLANNED,
    SKIPPED,
    Reading,
    read_clause,
    read_sentence,
    undone,
)
from pbgov.extraction.organisations import Name, organisations
from pbgov.extraction.words import ENDS_CLAUSE, STOPS, Word, clause_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.extraction.cues import Cues

NUMBER = re.compile(r"[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)|[①-⑳]")
AFTER = "，,、：: "
WIDE = re.compile(
    r"(?:[省县旗]|(?<![城超])市|(?<![社小园片辖街校商景民])区)\Z"
)  # 社区 is no district
LONGEST_LEVEL = 12  # characters of 在…层面
FRAMED_CLAUSES = 2  # of a sentence, from its start
SHORTEST_FRAME = 3  # words
WHOLE = 2  # sentences: told, and not only summed up


class Sentence(NamedTuple):
    """One sentence of a paragraph, read; offsets into the paragraph."""

    start: int
    end: int
    words: list[Word]
    reading: Reading
    names: list[Name]
    undone: frozenset[int]


class Stretch(NamedTuple):
    """Sentences that follow one another and tell one practice, as far as their words show.

    ``point`` is True where a list marks the first of them; ``level`` bounds the organisation that the
    mark of a level names (在社区层面), as offsets into the paragraph. ``subjectless`` is True where the
    first sentence begins, after such marks, with a verb or what leads to one.
    """

    sentences: list[Sentence]
    point: bool = False
    level: tuple[int, int] | None = None
    subjectless: bool = False


def read_sentences(text: str, cues: Cues, regions: frozenset[str]) -> Iterator[Sentence]:
    """The sentences of a paragraph with their words, organisations and readings."""
    at = 0
    for end in sentence_ends(text):
        words = [
            word._replace(start=word.start + at, end=word.end + at)
            for word in words_of(text[at:end], cues)
        ]
        names = list(organisations(words, cues, regions))
        yield Sentence(at, end, words, read_sentence(words, cues), names, undone(words, cues))
        at = end


def stretches(text: str, cues: Cues, regions: frozenset[str]) -> list[Stretch]:
    """The stretches of one paragraph, in order; together they are its sentences.

    A paragraph ends, for this purpose, where it turns to troubles (还存在一些问题：一是…).
    """
    sentences = list(read_sentences(text, cues, regions))
    frames = [_frames(sentence, cues) for sentence in sentences]
    marks = [_marker(text, sentence, cues) for sentence in sentences]
    listed = sum(mark > each.start for mark, each in zip(marks, sentences, strict=True)) > 1
    measures = len(sentences) > 1 and all(starts_with_doing(each, cues) for each in sentences)
    found: list[Stretch] = []
    for place, sentence in enumerate(sentences):
        if _troubles(text, sentence, cues):
            break
        others = [*frames[:place], *frames[place + 1 :]]
        framed = any(frames[place] & other for other in others)
        level = _level(sentence, cues)
        marked = marks[place] > sentence.start and (listed or place > 0)
        point = does(sentence, 0, cues) and bool(level or framed or marked or measures)
        if found and not _begins(found[-1], sentence, point, cues):
            found[-1].sentences.append(sentence)
        else:
            bare = subjectless(sentence, marks[place] if level is None else level[1], cues)
            found.append(Stretch([sentence], point, level if point else None, bare))
    return found


def told(sentence: Sentence) -> int:
    """Place just after the last word that is not under an opinion."""
    opinion = sentence.reading.status == OPINION
    return sentence.reading.first if opinion else len(sentence.words)


def does(sentence: Sentence, first: int, cues: Cues) -> bool:
    """True where a verb of doing stands from one word on that nothing denies."""
    return any(
        sentence.words[place].text in cues.actions
        for place in range(first, told(sentence))
        if place not in sentence.undone
    )


def actor(sentence: Sentence, cues: Cues) -> Name | None:
    """The first organisation that is the subject of a doing in the sentence."""
    for name in sentence.names:
        if name.acts and not name.agent and name.end <= told(sentence):
            return name if does(sentence, name.end, cues) else None
    return None


def written(sentence: Sentence, name: Name) -> str:
    """A name as it stands in its sentence."""
    return "".join(word.text for word in sentence.words[name.first : name.end])


def is_topic(stretch: Stretch, following: Stretch, cues: Cues) -> bool:
    """True for one sentence that sums up what the practices after it show.

    It says nothing that a later sentence of the stretch goes into, and either the points of a list
    follow, or the examples that others give while its own actor is no single organisation: a region, or
    organisations of a kind.
    """
    acting = [sentence for sentence in stretch.sentences if actor(sentence, cues) is not None]
    if stretch.point or not acting:
        return not stretch.point
    if any(cues.plays(word.text, "例举") for word in acting[0].words[:1]):
        return False  # itself an example
    first = stretch.sentences.index(acting[0])
    going_on = [
        sentence
        for sentence in stretch.sentences[first + 1 :]
        if does(sentence, 0, cues)
        and (
            actor(sentence, cues)
            or refers_back(sentence, cues)
            or subjectless(sentence, sentence.start, cues)
        )
    ]
    if 1 + len(going_on) >= WHOLE:
        return False
    if following.point and following.level is None:
        return True
    name = actor(acting[0], cues)
    return name is not None and is_collective(acting[0], name, cues)


def is_collective(sentence: Sentence, name: Name, cues: Cues) -> bool:
    """True for a region, or for organisations of a kind (各社区, 北京市“两新”组织党组织)."""
    words = sentence.words[name.first : name.end]
    if WIDE.search(words[-1].text) or any(cues.plays(word.text, "限定") for word in words):
        return True
    places = [word for word in words if word.pos == "ns" and cues.ending(word.text) is None]
    rest = [word.text for word in words if word not in places and not WIDE.search(word.text)]
    return all(cues.plays(word, "类名", "并列") or word == "的" for word in rest)


def refers_back(sentence: Sentence, cues: Cues) -> bool:
    """True where a sentence begins with what was told (他们, 这一做法) or is set in it (在这一背景下)."""
    words = [word for word in sentence.words if word.text.strip()]
    while words and (cues.plays(words[0].text, "起句", "例举") or words[0].text in AFTER):
        words = words[1:]
    if words and _points_back(words[0], cues):
        return True
    for place, word in enumerate(sentence.words[1:], 1):
        if sentence.words[place - 1].text == "在" and _points_back(word, cues):
            clause = clause_of(sentence.words, place)
            return any(
                cues.plays(each.text, "境况") for each in sentence.words[place : clause.stop]
            )
    return False


def subjectless(sentence: Sentence, after: int, cues: Cues) -> bool:
    """True where what comes after a place begins with a verb, or with what leads to one."""
    for word in sentence.words:
        begins = word.start >= after and word.text not in AFTER and word.text.strip()
        if begins and not cues.plays(word.text, "层面", "起句", "例举"):
            return _opens(word, cues)
    return False


def starts_with_doing(sentence: Sentence, cues: Cues) -> bool:
    """True where nothing but an adverb of manner stands before a verb of doing (搭建平台)."""
    words = (word for word in sentence.words if not cues.plays(word.text, "方式"))
    first = next((word for word in words if word.text.strip()), None)
    return first is not None and cues.actions.get(first.text) is False


def _begins(stretch: Stretch, sentence: Sentence, point: bool, cues: Cues) -> bool:
    """True where a sentence after a stretch begins another."""
    if _advised(stretch, cues):
        point = False
    elif is_plan(sentence, cues):
        return not any(is_plan(each, cues) for each in stretch.sentences)
    name = actor(sentence, cues)
    if point or name is None or refers_back(sentence, cues) or _bare(sentence, name, cues):
        return point
    acting = [each for each in stretch.sentences if actor(each, cues) is not None]
    if not acting:
        return False  # what came before leads up to it
    own = {each for before in acting for each in _own(before, cues)}
    return not any(_same(written(sentence, name), each) for each in own)


def _advised(stretch: Stretch, cues: Cues) -> bool:
    """True where someone advises what a stretch tells, so that a list in it is part of the advice."""
    for sentence in stretch.sentences:
        if sentence.reading.status == ADVISED:
            return True
        for name in sentence.names:
            if name.acts and read_clause(sentence.words, name, cues).status == ADVISED:
                return True
    return False


def is_plan(sentence: Sentence, cues: Cues) -> bool:
    """True where a sentence tells a doing to come."""
    return sentence.reading.status == PLANNED and does(sentence, 0, cues)


def _bare(sentence: Sentence, name: Name, cues: Cues) -> bool:
    """True for a kind of organisation without a name or a quantity: 公司, 街道, 物业公司党组织."""
    words = sentence.words[name.first : name.end]
    if any(cues.plays(word.text, "限定") and not _points_back(word, cues) for word in words):
        return False
    return all(
        cues.plays(word.text, "通名", "类名", "并列", "限定") or word.text == "的" for word in words
    )


def _own(sentence: Sentence, cues: Cues) -> Iterator[str]:
    """Names of the actor of a sentence and of those it acts with."""
    for name in sentence.names:
        before = sentence.words[name.first - 1].text if name.first else ""
        if name == actor(sentence, cues) or cues.plays(before, "同伴", "并列"):
            yield written(sentence, name)


def _same(name: str, other: str) -> bool:
    """True for 朝阳区 and 北京市朝阳区, 街道 and 街道党工委; not for 朝阳区 and 朝阳区民政局."""
    if name in other or other in name:
        longer, shorter = sorted((name, other), key=len, reverse=True)
        return not (longer.startswith(shorter) and WIDE.search(shorter))
    return False


def _points_back(word: Word, cues: Cues) -> bool:
    return cues.plays(word.text, "回指")


def _marker(text: str, sentence: Sentence, cues: Cues) -> int:
    """Place just after the mark that opens a point (一是, 第二，, （三）), else the sentence's start."""
    at = sentence.start + len(text[sentence.start :]) - len(text[sentence.start :].lstrip())
    if match := NUMBER.match(text, at):
        return match.end()
    for term in sorted(cues.grammar.get("序次", ()), key=len, reverse=True):
        after = at + len(term)
        if text.startswith(term, at) and (term[-1] == "是" or text[after : after + 1] in AFTER):
            return after
    return sentence.start


def _level(sentence: Sentence, cues: Cues) -> tuple[int, int] | None:
    """Bounds of the level (在社区层面，) or place (在北桥社区，) that a first clause names, or None."""
    words = [word for word in sentence.words if word.text.strip()]
    while words and (cues.plays(words[0].text, "起句", "例举") or words[0].text in AFTER):
        words = words[1:]
    if words and words[0].text == "在":
        words = words[1:]
        for name in sentence.names:
            stop = sentence.words[name.end].text if name.end < len(sentence.words) else ""
            at_place = words and sentence.words[name.first].start == words[0].start
            if at_place and stop in ("，", ",") and not _bare(sentence, name, cues):
                return words[0].start, sentence.words[name.end - 1].end
    for place, word in enumerate(words[:LONGEST_LEVEL]):
        if cues.plays(word.text, "层面") and place:
            stop = words[place + 1].text if place + 1 < len(words) else ""
            return (words[0].start, words[place - 1].end) if stop in "，," else None
        if word.text in STOPS:
            return None
    return None


def _frames(sentence: Sentence, cues: Cues) -> frozenset[tuple[int, str, str]]:
    """Place, first and last word of the first clauses that begin with a verb or preposition."""
    clauses: list[list[Word]] = [[]]
    for word in sentence.words:
        if word.text in ENDS_CLAUSE:
            clauses.append([])
        elif word.text.strip():
            clauses[-1].append(word)
    if not clauses[0] or not _opens(clauses[0][0], cues):
        return frozenset()
    return frozenset(
        (place, clause[0].text, clause[-1].text)
        for place, clause in enumerate(clauses[:FRAMED_CLAUSES])
        if len(clause) >= SHORTEST_FRAME
    )


def _opens(word: Word, cues: Cues) -> bool:
    """True for a word that opens a sentence without a subject."""
    if word.pos in ("name", "quote") or cues.plays(word.text, "状态", "否定", "未然"):
        return False
    leads = cues.plays(word.text, "引出谓语", "引出宾语", "方式")
    return leads or word.text in cues.actions or word.pos == "v"


def _troubles(text: str, sentence: Sentence, cues: Cues) -> bool:
    """True where a sentence announces troubles: 还存在一些问题：."""
    for place, word in enumerate(sentence.words[:-1]):
        if word.text in cues.terms(SKIPPED, "标题末") and sentence.words[place + 1].text in "：:":
            clause = sentence.words[clause_of(sentence.words, place).start : place]
            return any(cues.plays(each.text, "状态") for each in clause)
    return False
