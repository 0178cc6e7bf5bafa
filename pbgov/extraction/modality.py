"""Whether a sentence says what was done, what is advised, what is planned, or what someone thinks.

A cue of ``modality.csv`` counts only where it governs:

言说
    a verb of advice or opinion with its speaker before it (作者建议, 报告指出), or at the head of a
    clause (建议街道设立…); not the noun of 落实建议 or 工作建议, not after 没有;
情态, 弱情态
    a modal verb; a weak one (要, 可) only right after the organisation that acts;
时间
    a time to come at the head of the sentence (下一步，…), not in 部署下一步;
标题, 标题末
    a word in (or at the end of) a heading, for the paragraphs under it.

Quotations and titles are another voice: cues inside “…” and 《…》 are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.words import STOPS, clause_of

if TYPE_CHECKING:
    from pbgov.extraction.cues import Cues
    from pbgov.extraction.organisations import Name
    from pbgov.extraction.words import Word

DONE = "已实施"
ADVISED = "建议"
PLANNED = "计划"
OPINION = "见解"
SKIPPED = "不计"


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
    clause = clause_of(words, actor.end - 1)
    for place in range(actor.end, clause.stop):
        word = words[place]
        following = words[place + 1] if place + 1 < len(words) else None
        if word.pos == "quote" or cues.plays(words[place - 1].text, "否定"):
            continue
        noun = (
            following is None or following.text in STOPS or cues.plays(following.text, "使成名词")
        )
        if (
            word.text in cues.terms(PLANNED, "情态")
            and not noun
            and _right_after(words, actor, place)
        ):
            return Reading(PLANNED, actor.first, place)
        if word.text in cues.terms(ADVISED, "情态") and not noun:
            return Reading(ADVISED, actor.first, place)
        weak = word.text in cues.terms(ADVISED, "弱情态")
        if weak and not noun and _right_after(words, actor, place):
            return Reading(ADVISED, actor.first, place)
    return Reading(DONE, actor.first, None)


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


def _time_to_come(words: list[Word], cues: Cues) -> int | None:
    for place, word in enumerate(words):
        if word.text in cues.terms(PLANNED, "时间"):
            return place
        if word.text not in STOPS and word.text.strip():
            return None
    return None


def _speaks(words: list[Word], place: int, before: list[Word], status: str, cues: Cues) -> bool:
    following = words[place + 1].text if place + 1 < len(words) else ""
    if cues.plays(following, "使成名词") or (before and cues.plays(before[-1].text, "否定")):
        return False
    speakers = cues.terms(status, "说话人")
    if any(words[place].text.startswith(speaker) for speaker in speakers):
        return True  # 实践证明
    if any(word.text in speakers or word.text[-3:] in speakers for word in before):
        return True
    alone = status == ADVISED and words[place].text != "提出"
    return (
        alone
        and all(cues.plays(word.text, "起句") for word in before)
        and bool(following.strip(STOPS))
    )


def _right_after(words: list[Word], actor: Name, place: int) -> bool:
    return all(word.pos[0] in "dtfnx" for word in words[actor.end : place])
