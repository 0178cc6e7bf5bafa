"""Whether a sentence says what was done, what is advised, what is planned, or what someone thinks.

A cue of ``modality.csv`` counts only where it governs:

言说
    a verb of advice or opinion with its speaker before it (作者建议, 报告指出), or at the head of a
    clause (建议街道设立…); not the noun of 落实建议 or 工作建议, not after 没有;
    or after nouns alone and before an organisation (居民建议街道…);
情态, 弱情态
    a modal verb; one of plans (将, 计划) and a weak one (要, 可) only between the organisation that
    acts and a verb (计划建立, not 准备工作), and 将 only where it does not mean 把;
时间
    a time to come at the head of the sentence (下一步，…) or between the organisation and its verb
    (街道明年新建…), not in 部署下一步;
标题, 标题末
    a word in (or at the end of) a heading, for the paragraphs under it.

Quotations and titles are another voice: cues inside “…” and 《…》 are not read. `undone` tells which
words a negation (尚未建立…) or a plan since given up (原计划…) holds for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.words import STOPS, clause_of, leads_to_verb

if TYPE_CHECKING:
    from pbgov.extraction.cues import Cues
    from pbgov.extraction.organisations import Name
    from pbgov.extraction.words import Word

DONE = "已实施"
ADVISED = "建议"
PLANNED = "计划"
OPINION = "见解"
SKIPPED = "不计"
RESULT = "为到至成给入进在"  # ends a verb that disposes of what 将 puts before it: 纳入, 划分为


class Reading(NamedTuple):
    """How a stretch of a sentence is to be read, from one word on; ``cue`` is the word that says so."""

    status: str
    first: int
    cue: int | None


def read_sentence(words: list[Word], cues: Cues) -> Reading:
    """The reading that a sentence is opened under, from the first word that it holds for.

    Returns
    -------
    Reading
        ``first`` is the place of the first word under an opinion or advice; 已实施 with ``first`` 0
        and no cue where there is none. A sentence may report first and give an opinion later.
    """
    opening = _time_to_come(words, cues)
    if opening is not None:
        return Reading(PLANNED, 0, opening)
    for place, word in enumerate(words):
        if word.pos == "quote" or word.text not in cues.terms(ADVISED, "言说") | cues.terms(
            OPINION, "言说"
        ):
            continue
        clause = clause_of(words, place)
        before = words[clause.start : place]
        for status in (ADVISED, OPINION):
            if word.text in cues.terms(status, "言说") and _speaks(
                words, place, before, status, cues
            ):
                return Reading(status, clause.start, place)
    return Reading(DONE, 0, None)


def read_clause(words: list[Word], actor: Name, cues: Cues) -> Reading:
    """The reading that the modal words around an acting organisation give its clause."""
    for place in range(actor.end, clause_of(words, actor.end - 1).stop):
        before = words[place - 1].text
        if words[place].pos == "quote" or cues.plays(before, "否定", "未然", "往昔"):
            continue
        status = _modal_status(words, place, actor, cues)
        if status is not None:
            return Reading(status, actor.first, place)
    return Reading(DONE, actor.first, None)


def undone(words: list[Word], cues: Cues) -> frozenset[int]:
    """Places of the words that a negation, or a plan since given up, holds for.

    未, 没有 and 原计划 hold to the end of their clause, but within an attribute only to its 的
    (对未建立支部的企业开展走访); 不 and 无 hold for the next word.
    """
    found: set[int] = set()
    for place, word in enumerate(words):
        before = words[place - 1].text if place else ""
        given_up = cues.plays(before, "往昔") and word.text in cues.terms(PLANNED, "情态")
        if cues.plays(word.text, "未然") or given_up:
            clause = clause_of(words, place)
            earlier = words[clause.start : place]
            attribute = not any(each.pos[0] in "nj" for each in earlier) or any(
                cues.plays(each.text, "引出宾语") or each.text in cues.actions for each in earlier
            )
            for later in range(place + 1, clause.stop):
                if attribute and words[later].text == "的":
                    break
                found.add(later)
        elif cues.plays(word.text, "否定"):
            found.add(place + 1)
    return frozenset(found)


def read_heading(heading: str, cues: Cues) -> str:
    """The status that the headings above give a paragraph; 不计 where no practice is told there."""
    titles = heading.split(" > ") if heading else []
    for title in reversed(titles):
        tail = title.rstrip("。：: ”》）)")
        if any(term in title for term in cues.terms(SKIPPED, "标题")):
            return SKIPPED
        trouble = any(tail.endswith(term) for term in cues.terms(SKIPPED, "标题末"))
        if trouble and not any(verb in title for verb in cues.grammar.get("克服", ())):
            return SKIPPED
        for status in (PLANNED, ADVISED):
            if any(term in title for term in cues.terms(status, "标题")):
                return status
    return DONE


def _modal_status(words: list[Word], place: int, actor: Name, cues: Cues) -> str | None:
    text = words[place].text
    before_verb = leads_to_verb(words, place, cues)
    if text in cues.terms(ADVISED, "情态"):
        preposition = cues.plays(text, "引出宾语") and not before_verb  # 应居民要求
        return None if preposition or _is_noun(words, place, cues) else ADVISED
    if not before_verb or not all(word.pos[0] in "dtfnx" for word in words[actor.end : place]):
        return None
    if text in cues.terms(PLANNED, "情态", "时间"):
        disposal = cues.plays(text, "引出宾语") and disposes(words, place, cues)
        return None if disposal else PLANNED
    return ADVISED if text in cues.terms(ADVISED, "弱情态") else None


def _is_noun(words: list[Word], place: int, cues: Cues) -> bool:
    following = words[place + 1].text if place + 1 < len(words) else ""
    return following in STOPS or cues.plays(following, "使成名词")


def disposes(words: list[Word], place: int, cues: Cues) -> bool:
    """True where 将 means 把: 将新建小区纳入网格, 将收集到的意见报送街道."""
    object_ended = attribute = False
    for word in words[place + 1 : clause_of(words, place).stop]:
        if cues.plays(word.text, "引出谓语", "并列", "起句"):
            return False
        attribute = attribute or word.text == "的"
        verb = word.pos == "v" or cues.actions.get(word.text) is False
        if object_ended and verb and (attribute or word.text[-1] in RESULT):
            return True
        object_ended = object_ended or word.pos[0] in "nrjl" or word.pos == "vn"
    return False


def _time_to_come(words: list[Word], cues: Cues) -> int | None:
    for place, word in enumerate(words):
        if word.text in cues.terms(PLANNED, "时间"):
            return place
        if word.text not in STOPS and word.text.strip():
            return None
    return None


def _speaks(words: list[Word], place: int, before: list[Word], status: str, cues: Cues) -> bool:
    following = words[place + 1] if place + 1 < len(words) else None
    negated = bool(before) and cues.plays(before[-1].text, "否定", "未然")
    if negated or (following is not None and cues.plays(following.text, "使成名词")):
        return False
    speakers = cues.terms(status, "说话人")
    if any(words[place].text.startswith(speaker) for speaker in speakers):
        return True  # 实践证明
    if any(word.text in speakers or word.text[-3:] in speakers for word in before):
        return True
    if status == OPINION or words[place].text == "提出" or following is None:
        return False
    if all(cues.plays(word.text, "起句") for word in before):
        return bool(following.text.strip(STOPS))
    if not all(word.pos[0] in "nrj" for word in before):
        return False
    return following.text in "，：,:" or _names_organisation(words, place + 1, cues)


def _names_organisation(words: list[Word], place: int, cues: Cues) -> bool:
    """True where an organisation is named next: 居民建议白榆街道…, not 居民建议办理情况."""
    for word in words[place:]:
        if cues.ending(word.text):
            return True
        if word.pos[0] not in "nbaj":
            return False
    return False
