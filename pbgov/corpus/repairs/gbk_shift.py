"""Text whose GBK bytes slid by one, re-aligned.

A page was once edited as bytes: one ASCII byte was put before every pair A3 A1 (the code of ！), which
also stands across the border of 。 (A1 A3) and any mark of row A1 (“ A1 B0). Read in pairs again, the
rest of the run is one byte off: A1 and the added byte give ``?``, A3 A1 gives ``!``, then come the
wrong characters, until an ASCII byte ends it: either the second byte of a character (區 is 85 5E, and
5E is ``^``), or another added one, which turns the byte before it into ``?``. Pairs of the user-defined
area were dropped on the way.

So ``?!`` and a run of odd characters are read as A1 A3 A1 + the bytes of the run. Nothing else is
taken for this damage than what reads far better so: the first character must be a mark, the words
likelier than those that stand there. Where bytes were dropped, they are filled from the document's
own words (``likely``) or from the standing phrases of ``phrases.csv`` (``inferred``), and only with
what the same slide would turn into what stands there. A character of which one byte is left is
filled in where a word asks for it; else it stays lost, as U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.corpus.document import CERTAINTIES
from pbgov.corpus.encodings import common_characters
from pbgov.corpus.repairs.change import HAN, Change, word_list
from pbgov.corpus.repairs.gbk_runs import (
    CONTEXT,
    MARKS,
    Debris,
    characters_with_lead,
    decoded,
    dropped_between,
    pair_of,
    runs_of_debris,
    slide,
)
from pbgov.corpus.repairs.likelihood import in_a_word, is_made_of_words, is_word, log_likelihood
from pbgov.corpus.repairs.pinyin import LETTERS, READING, has_tone, is_syllable, readings_of
from pbgov.corpus.repairs.traditional import RUN, to_simplified

if TYPE_CHECKING:
    from collections.abc import Iterator

HALVED = re.compile(
    rf"(?<=(?P<char>[{HAN}]))[?？](?P<first>[{LETTERS}]{{1,6}})[)）]"
    rf"(?:[?？](?P<second>[{LETTERS}]{{1,6}})[)）])?"
)
LONGEST_QUOTATION = 600
MOST_PLACES = 20  # of one phrase in a document that are looked at
IS_HAN = re.compile(f"[{HAN}]")
HAN_OR_NOT = re.compile(f"[{HAN}]+|[^{HAN}]+")
STOP_BEFORE_MARK = -2.3  # natural logarithm: a sentence ends before a tenth of such marks
CLEARLY = 2.0  # natural logarithms: about seven times as likely
BETTER = 1.5  # per character
POOR = -8.5  # per character; words give -4 to -7, single rare characters -10 and less
LONGEST_PHRASE = 14
NO_END = "，、：；“‘《〈（,:;("  # no sentence ends just after one of these
LOST = "\ufffd"
SYMBOLS = "·～％＋－＝／　"


class Reading(NamedTuple):
    """What a run of slid bytes is read as."""

    words: str
    certainty: str


def byte_shifts(text: str) -> Iterator[Change]:
    """Runs that are read with their bytes re-aligned, and readings that broke a character in two."""
    for _, read in _readings(text):
        if read:
            debris, reading = read
            yield Change(debris.start, debris.end, reading.words, "gbk_shift", reading.certainty)
    for match in HALVED.finditer(text):
        if change := _halved(match):
            yield change


def unread_shifts(text: str) -> Iterator[Change]:
    """Runs of odd characters that no re-aligning reads, marked ``unrepaired``."""
    for runs, read in _readings(text):
        odd = [] if read else [debris for debris in runs if _is_odd(debris)]
        if odd:
            start, end = odd[-1].start, odd[-1].end
            yield Change(start, end, text[start:end], "gbk_shift", "unrepaired")
    for match in HALVED.finditer(text):
        if _is_reading(match["first"]) and not _halved(match):
            yield Change(*match.span(), match.group(), "gbk_shift", "unrepaired")


@lru_cache(maxsize=2)  # asked several times for the present text, never for an earlier one
def _readings(text: str) -> list[tuple[list[Debris], tuple[Debris, Reading] | None]]:
    """For each ``?!`` the runs it may begin, and the first that can be read, with its words."""
    known: dict[tuple[object, ...], Reading | None] = {}
    plain = READING.sub("", text) if "(" in text or "（" in text else text

    def read(debris: Debris) -> Reading | None:
        key = debris[2:]
        if key not in known:
            known[key] = _read(debris, plain)
        return known[key]

    found = []
    for runs in runs_of_debris(text):
        first = next(((each, reading) for each in runs if (reading := read(each))), None)
        found.append((runs, first))
    proved = any(first for _, first in found)
    return [
        (
            runs,
            first
            or next(((each, m) for each in runs if (m := _lone_mark(each, text, proved))), None),
        )
        for runs, first in found
    ]


def _read(debris: Debris, text: str) -> Reading | None:
    """The words that slid into this run, or None where no reading is much better than what stands."""
    if not debris.slid:
        return None
    lead = bytes([0xA1]) + debris.slid
    mark = decoded(lead[:2])
    if mark not in MARKS:
        return None
    found = _aligned(lead, debris) or _gap_filled(lead, debris, text) or _phrase(mark, debris, text)
    if found is None:
        return None
    stop = _before_mark(debris.left, found.words)
    if stop is None:
        return None
    words = stop.words + found.words
    if LOST not in words and _folded(slide(words)) != _folded(debris.seen):
        return None
    return Reading(words, max(stop.certainty, found.certainty, key=CERTAINTIES.index))


def _aligned(lead: bytes, debris: Debris) -> Reading | None:
    """The reading without any dropped bytes."""
    if debris.tail != "?":
        words = decoded(lead + debris.tail.encode("ascii"))
        if not words or not _follows(words[-1], debris) or not _reads_well(words, debris):
            return None
        return Reading(words, _certainty(words, debris))
    words = decoded(lead[:-1])
    ending = _last_character(words, lead[-1], debris) if words else None
    return ending if ending and _reads_well(ending.words, debris) else None


def _last_character(words: str, lead: int, debris: Debris) -> Reading:
    """`words` with the character whose second byte was lost, if a word asks for it, else with U+FFFD."""
    left, right = words[-CONTEXT:], _chinese(debris.right)
    chars = [
        char
        for char in characters_with_lead(lead)
        if char in common_characters() and in_a_word(left + char + right, len(left))
    ]
    ranked = sorted(((log_likelihood(left + char + right), char) for char in chars), reverse=True)
    if not ranked:
        return Reading(words + LOST, "inferred")
    clear = len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= CLEARLY
    return Reading(words + ranked[0][1], "likely" if clear else "inferred")


def _gap_filled(lead: bytes, debris: Debris, text: str) -> Reading | None:
    """The reading with one dropped pair put back: by the document's own words, or by the only word that fits."""
    if debris.tail == "?":
        return None
    content = lead + debris.tail.encode("ascii")
    found, sensible = set(), set()
    for gap in range(3, len(content) - 1, 2):
        before, after = decoded(content[: gap - 1]), decoded(content[gap + 1 :])
        if before and after:
            for first, second in dropped_between(content[gap - 1], content[gap]):
                words = before + first + second + after
                if f"{before[-1]}{first}{second}{after[0]}" in text:
                    found.add(words)
                elif is_word(first + second) and _certainty(words, debris) == "exact":
                    sensible.add(words)
    for candidates, certainty in ((found, "likely"), (sensible, "inferred")):
        fitting = [
            words
            for words in candidates
            if _is_text(words) and _follows(words[-1], debris) and _is_better(words, debris)
        ]
        if len(fitting) == 1:
            return Reading(fitting[0], certainty)
    return None


def _phrase(mark: str, debris: Debris, text: str) -> Reading | None:
    """A passage of the document, or a standing phrase, whose damage looks exactly like this."""
    right = debris.right[:CONTEXT]
    if len(right) < CONTEXT:
        return None
    seen = _folded(debris.seen)
    for source, certainty in ((text, "likely"), (_phrases(), "inferred")):
        wanted = right if certainty == "likely" else to_simplified(right)
        fitting = {
            words
            for match in islice(re.finditer(re.escape(wanted), source), MOST_PLACES)
            for length in range(1, LONGEST_PHRASE)
            for words in _scripts(source[max(0, match.start() - length) : match.start()])
            if _folded(slide("。" + mark + words)) == seen
        }
        if len(fitting) == 1:
            return Reading(mark + fitting.pop(), certainty)
    return None


def _lone_mark(debris: Debris, text: str, proved: bool) -> Reading | None:
    """``?!?``: 。 and a mark whose second byte was lost. A quotation that stands open needs its end.

    It is ``likely`` where another run of the document is `proved` to have slid.
    """
    if debris.slid or debris.tail != "?":
        return None
    paragraph = text[max(0, debris.start - LONGEST_QUOTATION) : debris.start]
    line = re.split("[\n\r]", paragraph)[-1]
    stop = _before_mark(debris.left, "”")
    if line.rfind("“") <= line.rfind("”") or stop is None or stop.words != "。":
        return None
    return Reading("。”", "likely" if proved and stop.certainty != "inferred" else "inferred")


def _before_mark(left: str, following: str) -> Reading | None:
    """The character before the mark, of which only the second byte, A3, is left.

    It is 。, unless another such character completes a word there; the less that is excluded, the
    less certain. Before 。 and after which ”， stands, it cannot be 。.
    """
    if left and left[-1] in NO_END:
        return None
    match = re.search(f"[{HAN}]{{1,{CONTEXT}}}\\Z", left)
    words = match.group() if match else ""
    found = [char for char in _ending_a3() if words and is_word(words[-1] + char)]
    no_stop = following[0] in "。、" or following[1:2] in tuple("。，、；：")
    if not found:
        return None if no_stop else Reading("。", "exact")
    char = max(found, key=lambda char: (log_likelihood(words + char), char))
    gain = log_likelihood(words + char) - log_likelihood(words) - STOP_BEFORE_MARK
    if no_stop or gain > 0:
        return Reading(char, "inferred")
    return Reading("。", "inferred" if gain > -2 * CLEARLY else "likely")


@lru_cache
def _ending_a3() -> tuple[str, ...]:
    found = (decoded(bytes([first, 0xA3])) for first in range(0x81, 0xFF))
    return tuple(char for char in found if char in common_characters() and char not in MARKS)


def _reads_well(words: str, debris: Debris) -> bool:
    """Whether re-aligned words are words, and likelier than the characters that stand there."""
    right, told = _chinese(debris.right), words.replace(LOST, "")
    return (
        _is_text(told)
        and any(is_made_of_words(told + right[:length]) for length in range(len(right) + 1))
        and _is_better(told, debris)
    )


def _is_better(words: str, debris: Debris) -> bool:
    """Whether words are likelier, character by character, than what the slide left."""
    standing, n_words, right = _standing(debris), len(IS_HAN.findall(words)), _chinese(debris.right)
    if not n_words or not standing:
        return False
    gained = log_likelihood(words + right) - log_likelihood(right)
    return gained / n_words >= log_likelihood(standing) / len(standing) + BETTER


def _certainty(words: str, debris: Debris) -> str:
    """How certain it is that no character is missing: none that stands alone may be half of a word."""
    whole = words + _chinese(debris.right)
    han = [place for place, char in enumerate(words) if re.match(f"[{HAN}]", char)]
    alone = sum(not in_a_word(whole, place) for place in han)
    if not alone:
        return "exact"
    return "likely" if 3 * alone <= len(han) else "inferred"


def _is_text(words: str) -> bool:
    """Whether words hold nothing but common characters and the marks of sentences."""
    return all(char in common_characters() and char not in SYMBOLS for char in words)


def _is_odd(debris: Debris) -> bool:
    """Whether a mark slid here and the characters after ``?!`` are no text as they stand."""
    standing = _standing(debris)
    if not standing:
        return debris.tail == "?"
    if decoded(bytes([0xA1]) + debris.slid[:1]) not in MARKS:
        return False
    rare = any(char not in common_characters() for char in standing)
    return rare or log_likelihood(standing) / len(standing) < POOR


def _standing(debris: Debris) -> str:
    """The Han characters that the slide left."""
    return "".join(re.findall(f"[{HAN}]", debris.slid.decode("gb18030", errors="ignore")))


def _chinese(right: str) -> str:
    """The Chinese with which the words after a run begin."""
    match = re.match(f"[{HAN}]{{0,{CONTEXT}}}", right)
    return match.group() if match else ""


def _follows(char: str, debris: Debris) -> bool:
    """Whether a reading after the run, if there is one, is that of its last character."""
    known = readings_of().get(char)
    reading = READING.match(char + debris.right, 1)
    return not (known and reading and has_tone(reading["reading"])) or reading["reading"] in known


def _halved(match: re.Match[str]) -> Change | None:
    """府?dāng)?shù): a reading put between the two bytes of a character, found across a border."""
    if not _is_reading(match["first"]) or not match["second"]:
        return None
    trail = pair_of(match["char"])[1:]
    found = set()
    for char, readings in readings_of().items():
        across = decoded(trail + pair_of(char)[:1])
        if match["second"] in readings and match["first"] in readings_of().get(across, ()):
            found.add(char)
    if len(found) != 1:
        return None
    return Change(*match.span(), found.pop(), "gbk_shift", "exact")


def _is_reading(letters: str) -> bool:
    return has_tone(letters) and is_syllable(letters)


def _folded(words: str) -> str:
    """Words with full-width forms as ASCII, so that it does not matter whether a page was folded."""
    return unicodedata.normalize("NFKC", words)


def _scripts(words: str) -> set[str]:
    """Words as they stand, and in the traditional characters they may have been written in."""
    found = {words}
    for name in ("s2t", "s2tw", "s2hk"):
        parts = HAN_OR_NOT.findall(words)
        found.add(
            "".join(str(_to_traditional(name).convert(p)) if RUN.match(p) else p for p in parts)
        )
    return found


@lru_cache
def _to_traditional(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


@lru_cache
def _phrases() -> str:
    return "\n".join(row["phrase"] for row in word_list("phrases"))
