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
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.corpus.document import CERTAINTIES
from pbgov.corpus.encodings import common_characters
from pbgov.corpus.repairs.change import HAN, Change, word_list
from pbgov.corpus.repairs.likelihood import in_a_word, is_made_of_words, is_word, log_likelihood
from pbgov.corpus.repairs.pinyin import LETTERS, READING, has_tone, is_syllable, readings_of
from pbgov.corpus.repairs.traditional import converter

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS = "“”‘’《》〈〉「」『』【】〔〕—…、。"
STOPS = f"{re.escape(MARKS)}，；：？！（）"
HEAD = re.compile("[?？][!！]")
HALVED = re.compile(
    rf"(?<=(?P<char>[{HAN}]))[?？](?P<first>[{LETTERS}]{{1,6}})[)）]"
    rf"(?:[?？](?P<second>[{LETTERS}]{{1,6}})[)）])?"
)
LONGEST_RUN = 60
CONTEXT = 4  # characters on either side by which a reading is judged
STOP_BEFORE_MARK = -2.3  # natural logarithm: a sentence ends before a tenth of such marks
CLEARLY = 2.0  # natural logarithms: about seven times as likely
BETTER = 1.5  # per character
POOR = -8.5  # per character; words give -4 to -7, single rare characters -10 and less
LONGEST_PHRASE = 14
ADDED = b" "
LOST = "\ufffd"
SYMBOLS = "·～％＋－＝／　"


class Debris(NamedTuple):
    """One run of slid bytes: where it stands, its bytes, and the ASCII character that ended it."""

    start: int
    end: int
    slid: bytes
    tail: str
    left: str
    right: str


class Reading(NamedTuple):
    """What a run of slid bytes is read as."""

    words: str
    certainty: str


def byte_shifts(text: str) -> Iterator[Change]:
    """Runs that are read with their bytes re-aligned, and readings that broke a character in two."""
    for runs in _debris(text):
        for debris in runs:
            if reading := _read(debris, text):
                yield Change(
                    debris.start, debris.end, reading.words, "gbk_shift", reading.certainty
                )
                break
    for match in HALVED.finditer(text):
        if change := _halved(match):
            yield change


def unread_shifts(text: str) -> Iterator[Change]:
    """Runs of odd characters that no re-aligning reads, marked ``unrepaired``."""
    for runs in _debris(text):
        if not any(_read(debris, text) for debris in runs):
            odd = [debris for debris in runs if _is_odd(debris)]
            if odd:
                start, end = odd[-1].start, odd[-1].end
                yield Change(start, end, text[start:end], "gbk_shift", "unrepaired")
    for match in HALVED.finditer(text):
        if _is_reading(match["first"]) and not _halved(match):
            yield Change(*match.span(), match.group(), "gbk_shift", "unrepaired")


def slide(words: str) -> str:
    """What the damage makes of words that begin with a character ending in A3 and a mark of row A1.

    Examples
    --------
    >>> slide("。”因此")
    '?!币虼?'
    """
    content = words.encode("gb18030")
    place = content.find(b"\xa3\xa1")
    content = content[:place] + ADDED + content[place:] + ADDED
    result, at = [], 0
    while at < len(content):
        if content[at] < 0x80:
            result.append(content[at : at + 1].decode("ascii"))
            at += 1
            continue
        try:
            char = content[at : at + 2].decode("gb18030")
        except UnicodeDecodeError:
            char = "?"
        result.append("" if "\ue000" <= char <= "\uf8ff" else char)
        at += 2
    return "".join(result).replace("！", "!").removesuffix(" ")


def _debris(text: str) -> Iterator[list[Debris]]:
    """For each ``?!`` the runs it may begin, from the shortest."""
    for match in HEAD.finditer(text):
        left = READING.sub("", text[max(0, match.start() - 40) : match.start()])[-CONTEXT:]
        found = []
        for end, slid, tail in _runs(text, match.end()):
            right = READING.sub("", text[end : end + 60])[: 3 * CONTEXT]
            found.append(Debris(match.start(), end, slid, tail, left, right))
        if found:
            yield found


def _runs(text: str, start: int) -> Iterator[tuple[int, bytes, str]]:
    """Where a run of slid bytes may end: its bytes up to there, and the character that ended it.

    An ASCII character in it may be the full-width one of row A3, folded since.
    """
    slid = b""
    for place in range(start, min(start + LONGEST_RUN, len(text))):
        char = text[place]
        if char in "?？":
            yield place + 1, slid, "?"
            return
        if "@" <= char <= "~":
            yield place + 1, slid, char
        pair = bytes([0xA3, ord(char) + 0x80]) if "!" <= char <= "~" else _bytes(char)
        if len(pair) != 2 or char in MARKS or READING.match(text, place):
            return
        slid += pair


def _read(debris: Debris, text: str) -> Reading | None:
    """The words that slid into this run, or None where no reading is much better than what stands."""
    if not debris.slid:
        return _lone_mark(debris, text)
    lead = bytes([0xA1]) + debris.slid
    mark = _decoded(lead[:2])
    if mark not in MARKS:
        return None
    found = _aligned(lead, debris) or _gap_filled(lead, debris, text) or _phrase(mark, debris, text)
    if found is None:
        return None
    stop = _before_mark(debris.left, found.words)
    if stop is None:
        return None
    certainty = max(stop.certainty, found.certainty, key=CERTAINTIES.index)
    return Reading(stop.words + found.words, certainty)


def _aligned(lead: bytes, debris: Debris) -> Reading | None:
    """The reading without any dropped bytes."""
    if debris.tail != "?":
        words = _decoded(lead + debris.tail.encode("ascii"))
        if not words or not _follows(words[-1], debris) or not _reads_well(words, debris):
            return None
        return Reading(words, _certainty(words, debris))
    words = _decoded(lead[:-1])
    ending = _last_character(words, lead[-1], debris) if words else None
    return ending if ending and _reads_well(ending.words, debris) else None


def _last_character(words: str, lead: int, debris: Debris) -> Reading:
    """`words` with the character whose second byte was lost, if a word asks for it, else with U+FFFD."""
    left, right = words[-CONTEXT:], _chinese(debris.right)
    chars = [
        char
        for char in _with_lead(lead)
        if char in common_characters() and in_a_word(left + char + right, len(left))
    ]
    ranked = sorted(((log_likelihood(left + char + right), char) for char in chars), reverse=True)
    if not ranked:
        return Reading(words + LOST, "inferred")
    clear = len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= CLEARLY
    return Reading(words + ranked[0][1], "likely" if clear else "inferred")


def _gap_filled(lead: bytes, debris: Debris, text: str) -> Reading | None:
    """The reading with one dropped pair put back, where the document says the same words elsewhere."""
    if debris.tail == "?":
        return None
    content = lead + debris.tail.encode("ascii")
    found = set()
    for gap in range(3, len(content) - 1, 2):
        before, after = _decoded(content[: gap - 1]), _decoded(content[gap + 1 :])
        if before and after and before[-1] in text and after[0] in text:
            for first, second in _dropped_between(content[gap - 1], content[gap]):
                if f"{before[-1]}{first}{second}{after[0]}" in text:
                    found.add(before + first + second + after)
    fitting = [
        words
        for words in found
        if _is_text(words) and _follows(words[-1], debris) and _is_better(words, debris)
    ]
    return Reading(fitting[0], "likely") if len(fitting) == 1 else None


@lru_cache(maxsize=4096)
def _dropped_between(lead: int, trail: int) -> tuple[tuple[str, str], ...]:
    """Pairs of common characters, of one lead and one second byte, whose inner bytes were dropped."""
    firsts = [char for char in _with_lead(lead) if char in common_characters()]
    seconds = [_decoded(bytes([byte, trail])) for byte in range(0x81, 0xFF)]
    return tuple(
        (first, second)
        for first in firsts
        for second in seconds
        if second in common_characters() and _is_dropped(_bytes(first)[1:] + _bytes(second)[:1])
    )


def _phrase(mark: str, debris: Debris, text: str) -> Reading | None:
    """A passage of the document, or a standing phrase, whose damage looks exactly like this."""
    right = debris.right[:CONTEXT]
    if len(right) < CONTEXT:
        return None
    seen = text[debris.start : debris.end].replace("？", "?").replace("！", "!")
    for source, certainty in ((text, "likely"), (_phrases(), "inferred")):
        wanted = right if certainty == "likely" else converter().convert(right)
        fitting = {
            words
            for match in re.finditer(re.escape(wanted), source)
            for length in range(1, LONGEST_PHRASE)
            for words in _scripts(source[max(0, match.start() - length) : match.start()])
            if slide("。" + mark + words) == seen
        }
        if len(fitting) == 1:
            return Reading(mark + fitting.pop(), certainty)
    return None


def _lone_mark(debris: Debris, text: str) -> Reading | None:
    """``?!?``: 。 and a mark whose second byte was lost. A quotation that stands open needs its end."""
    line = text[max(text.rfind(end, 0, debris.start) for end in "\n\r") + 1 : debris.start]
    is_open = line.count("“") == line.count("”") + 1
    if debris.tail != "?" or not is_open or not re.match(f"[{HAN}“《]", debris.right):
        return None
    stop = _before_mark(debris.left, "”")
    others = any(run.slid and _read(run, text) for runs in _debris(text) for run in runs)
    if stop is None or stop.words != "。":
        return None
    return Reading("。”", "likely" if others and stop.certainty != "inferred" else "inferred")


def _before_mark(left: str, following: str) -> Reading | None:
    """The character before the mark, of which only the second byte, A3, is left.

    It is 。, unless another such character completes a word there; the less that is excluded, the
    less certain. Before 。 and after which ”， stands, it cannot be 。.
    """
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
    found = (_decoded(bytes([first, 0xA3])) for first in range(0x81, 0xFF))
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
    standing, n_words = _standing(debris), len(re.findall(f"[{HAN}]", words))
    if not n_words or not standing:
        return False
    return log_likelihood(words) / n_words >= log_likelihood(standing) / len(standing) + BETTER


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
    """Whether the characters after ``?!`` are no text as they stand."""
    standing = _standing(debris)
    if not standing:
        return debris.tail == "?" and bool(re.match(f"[{HAN}“《]", debris.right))
    rare = sum(char not in common_characters() for char in standing)
    return rare > 0 and (len(standing) == 1 or log_likelihood(standing) / len(standing) < POOR)


def _standing(debris: Debris) -> str:
    """The Han characters that the slide left."""
    return "".join(re.findall(f"[{HAN}]", debris.slid.decode("gbk", errors="ignore")))


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
    trail = _bytes(match["char"])[1:]
    found = set()
    for char, readings in readings_of().items():
        across = _decoded(trail + _bytes(char)[:1])
        if match["second"] in readings and match["first"] in readings_of().get(across, ()):
            found.add(char)
    if len(found) != 1:
        return None
    return Change(*match.span(), found.pop(), "gbk_shift", "exact")


def _is_reading(letters: str) -> bool:
    return has_tone(letters) and is_syllable(letters)


def _scripts(words: str) -> set[str]:
    """Words as they stand, and in the traditional characters they may have been written in."""
    return {words, *(_to_traditional(name).convert(words) for name in ("s2t", "s2tw", "s2hk"))}


@lru_cache
def _to_traditional(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


@lru_cache
def _phrases() -> str:
    return "\n".join(row["phrase"] for row in word_list("phrases"))


@lru_cache(maxsize=128)
def _with_lead(lead: int) -> tuple[str, ...]:
    found = (_decoded(bytes([lead, trail])) for trail in range(0x40, 0xFF))
    return tuple(char for char in found if char and re.match(f"[{HAN}]", char))


def _is_dropped(pair: bytes) -> bool:
    """Whether GBK has a user-defined character there, which was dropped."""
    try:
        char = pair.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return "\ue000" <= char <= "\uf8ff"


def _decoded(content: bytes) -> str:
    """Pairs of GBK as text; '' where they are none."""
    try:
        return content.decode("gbk")
    except UnicodeDecodeError:
        return ""


def _bytes(char: str) -> bytes:
    try:
        return char.encode("gbk")
    except UnicodeEncodeError:
        return b""
