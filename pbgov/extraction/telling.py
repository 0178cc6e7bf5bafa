"""What a paragraph tells: its practices, each with whose it is and whether it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbgov.extraction.modality import ADVISED, DONE, PLANNED, Reading, read_clause
from pbgov.extraction.stretches import (
    Sentence,
    Stretch,
    actor,
    does,
    is_plan,
    is_topic,
    read_sentences,
    starts_with_doing,
    stretches,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.extraction.cues import Cues
    from pbgov.extraction.organisations import Name

STATED, CARRIED = "stated", "carried"
POINTS = 2  # of a paragraph that names nobody: a list of measures

Ahead = tuple[Sentence, Reading]


class Found(NamedTuple):
    """The organisation of a practice and the status of what it does.

    ``start``, ``end`` and ``cue`` are offsets into the paragraph; those of an organisation carried over
    from elsewhere in the document may lie before it.
    """

    organisation: str
    start: int
    end: int
    basis: str
    status: str
    cue: tuple[int, int] | None


class Practice(NamedTuple):
    """One practice: the stretch of a paragraph that tells it, and what was found there."""

    start: int
    end: int
    found: Found


def practices_of(
    text: str, default: str, before: Found | None, cues: Cues, regions: Sequence[str]
) -> list[Practice]:
    """The practices of one paragraph, in order.

    Parameters
    ----------
    text : str
        The paragraph.
    default : str
        Status where no cue says another.
    before : Found or None
        Whose doings the paragraph goes on with where it names nobody; offsets into the paragraph.
    cues : Cues
    regions : sequence of str
        Names of regions.
    """
    parts = stretches(text, cues, frozenset(regions))
    stated = (
        _find(part.sentences, None, default, cues) or _at_level(part, None, default, cues)
        for part in parts
    )
    if not any(stated):
        listed = sum(part.point and _may_carry(part, cues) for part in parts) >= POINTS
        if before is None or not (listed or _starts_with_measure(parts, cues)):
            return []
    found: list[Practice] = []
    whose, ahead, summed_up = before, None, False
    for place, part in enumerate(parts):
        start, end = part.sentences[0].start, part.sentences[-1].end
        one = _find(part.sentences, ahead, default, cues) or _at_level(part, ahead, default, cues)
        if one is not None:
            one = one._replace(organisation=text[one.start : one.end])
            if whose is None or not part.point:  # what a point names does not pass to the next
                whose = one
        ahead = _still_ahead(part.sentences, ahead)
        if place == 0 and len(parts) > 1 and is_topic(part, parts[1], cues):
            summed_up = one is not None
            continue
        if one is None and whose is not None and _may_carry(part, cues):
            one = _carried(whose, ahead, default)
        if one is not None:
            found.append(Practice(start if part.point else _opening(part, one), end, one))
        elif found:
            found[-1] = found[-1]._replace(end=end)
    if len(found) == 1 and not summed_up:
        return [Practice(0, parts[-1].sentences[-1].end, found[0].found)]
    return found


def named_in(heading: str, cues: Cues, regions: Sequence[str]) -> Found | None:
    """The organisation that a heading says does something (青禾街道推进…), or None."""
    for sentence in read_sentences(heading, cues, frozenset(regions)):
        name = actor(sentence, cues)
        if name is not None:
            found = _found(sentence, name, None, DONE)
            return found._replace(organisation=heading[found.start : found.end])
    return None


def _find(
    sentences: Sequence[Sentence], ahead: Ahead | None, default: str, cues: Cues
) -> Found | None:
    """The first doing of an organisation that the sentences state, or None."""
    agent: Found | None = None
    topic: tuple[Sentence, Name] | None = None
    for sentence in sentences:
        if sentence.reading.status in (ADVISED, PLANNED):
            ahead, topic = (sentence, sentence.reading), None
        for name in sentence.names:
            if not name.acts or name.end > told(sentence):
                continue
            own = read_clause(sentence.words, name, cues)
            if own.status != DONE:
                ahead = sentence, own
            if not does(sentence, name.end, cues):
                topic = topic or (sentence, name)
                continue
            found = _found(sentence, name, ahead, default)
            if not name.agent:
                return found
            agent = agent or found
        if ahead and topic is None and sentence.names:
            topic = sentence, sentence.names[0]
        if topic and (ahead or topic[0] is not sentence) and does(sentence, 0, cues):
            return _found(*topic, ahead, default)
    return agent


def _found(sentence: Sentence, name: Name, ahead: Ahead | None, default: str) -> Found:
    start, end = sentence.words[name.first].start, sentence.words[name.end - 1].end
    return Found("", start, end, STATED, *_status(ahead, default))


def _at_level(part: Stretch, ahead: Ahead | None, default: str, cues: Cues) -> Found | None:
    """The organisations of a level (在社区层面), where its measures name no other."""
    if part.level is None:
        return None
    words = [word for word in part.sentences[0].words if word.start < part.level[1]]
    ending = cues.ending(words[-1].text)
    if ending is None or not cues.organisations[ending]:
        return None
    return Found("", *part.level, STATED, *_status(ahead, default))


def _carried(whose: Found, ahead: Ahead | None, default: str) -> Found:
    status, cue = _status(ahead, default)
    return whose._replace(basis=CARRIED, status=status, cue=cue)


def _status(ahead: Ahead | None, default: str) -> tuple[str, tuple[int, int] | None]:
    if ahead is None:
        return default, None
    sentence, reading = ahead
    if reading.cue is None:
        return reading.status, None
    word = sentence.words[reading.cue]
    return reading.status, (word.start, word.end)


def _still_ahead(sentences: Sequence[Sentence], ahead: Ahead | None) -> Ahead | None:
    """The advice or plan that later sentences still stand under: that of whole sentences."""
    for sentence in sentences:
        if sentence.reading.status in (ADVISED, PLANNED):
            ahead = sentence, sentence.reading
    return ahead


def _may_carry(part: Stretch, cues: Cues) -> bool:
    """True where a stretch that names nobody tells measures without a subject, or plans."""
    first = part.sentences[0]
    if is_plan(first, cues):
        return True
    required = cues.terms(ADVISED, "情态", "弱情态")
    if any(word.text in required for word in first.words):
        return False  # a duty of nobody in particular
    if any(name.acts or name.agent for name in first.names):
        return False  # the doing of another
    return does(first, 0, cues) and first.reading.status == DONE and part.subjectless


def _starts_with_measure(parts: Sequence[Stretch], cues: Cues) -> bool:
    first = parts[0] if parts else None
    return first is not None and (
        starts_with_doing(first.sentences[0], cues) and _may_carry(first, cues)
    )


def _opening(part: Stretch, found: Found) -> int:
    """Start of the sentence that names whose practice it is; what leads up to it is left out."""
    return next(each.start for each in part.sentences if found.start < each.end)
