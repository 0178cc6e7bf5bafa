"""How the writer of a file counted characters, found out from the words his selections name.

The standard counts code points of the file from 0, the end exclusive (its own example shows so).
Programs count otherwise: line ends as two characters or as one whatever the file holds, the byte
order mark as the first character, UTF-16 units in place of code points, the last character as the
end. Many write the words selected into the name of a selection, and these decide. Where names are
labels nothing is guessed: the selections are held back until somebody says how they were counted.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pbgov.corpus.structure.sentences import sentence_ends
from pbgov.exchange.refi.characters import spell
from pbgov.exchange.refi.written_text import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXACT, SPACED, TRIMMED = 3, 2, 1
CUT = ("…", "...")
_WHITE = re.compile(r"\s+")

Span = tuple[int, int]


class Counting(NamedTuple):
    """One way of counting the characters of a text.

    ``line_ends`` is ``as_is``, ``one`` (CRLF counts as one) or ``two`` (LF counts as two).
    """

    line_ends: str = "as_is"
    mark: bool = False
    utf16: bool = False
    inclusive: bool = False

    @property
    def name(self) -> str:
        """As it is written in tables and given to `read_qdpx`, for example ``two+mark``."""
        parts = [self.line_ends, *(part for part in self._fields[1:] if getattr(self, part))]
        return "+".join(parts)


STANDARD = Counting()
COUNTINGS = tuple(
    sorted(
        (
            Counting(ends, mark, utf16, inclusive)
            for ends, mark, utf16, inclusive in product(
                ("as_is", "one", "two"), (False, True), (False, True), (False, True)
            )
        ),
        key=lambda each: (sum(each[1:]) + (each[0] != "as_is"), each[0], each[1:]),
    )
)
"""Every way that is tried, the plainest first; of two that explain as much the first is taken."""
NAMES = {each.name: each for each in COUNTINGS}


class Selection(NamedTuple):
    """A selection as it stands in the file: two numbers and a name."""

    start: int
    end: int
    name: str | None


class Verdict(NamedTuple):
    """Where selections stand in the text, and how well that is known.

    Attributes
    ----------
    counting : Counting or None
        None where it could not be found out.
    basis : str
        ``names`` (the words named stand there), ``same`` (every way of counting gives the same),
        ``others`` (what the other sources of the file allow gives the same), ``told`` (by the
        caller), ``unknown``.
    spans : list of tuple or None
        Offsets into the text; None where a selection lies outside it.
    standing : list of str
        ``verified``, ``label``, ``unnamed``, ``moved`` (the words named stand elsewhere) or
        ``outside`` of each selection.
    n_verified : int
    allowed : frozenset of Counting
        Those that explain the names equally well.
    likely : Counting or None
        Where the counting is unknown: the one whose selections best begin and end with sentences.
    n_bounds : int
        How many of its beginnings and ends are those of sentences.
    """

    counting: Counting | None
    basis: str
    spans: list[Span | None]
    standing: list[str]
    n_verified: int
    allowed: frozenset[Counting]
    likely: Counting | None = None
    n_bounds: int = 0


class Ruler:
    """A text with the position of each of its characters under each way of counting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self._positions: dict[Counting, np.ndarray] = {}

    def spans(self, selections: Sequence[Selection], counting: Counting) -> list[Span | None]:
        """Offsets into the text; None where a position is no boundary of a character of it."""
        key = counting._replace(inclusive=False)
        if key not in self._positions:
            self._positions[key] = self._measure(key)
        positions = self._positions[key]
        starts = np.array([each.start for each in selections], dtype=np.int64)
        ends = np.array([each.end for each in selections], dtype=np.int64) + counting.inclusive
        firsts = np.searchsorted(positions, starts).clip(max=len(positions) - 1)
        lasts = np.searchsorted(positions, ends).clip(max=len(positions) - 1)
        exact = (positions[firsts] == starts) & (positions[lasts] == ends) & (starts <= ends)
        return [
            (first, last) if fits else None
            for first, last, fits in zip(
                firsts.tolist(), lasts.tolist(), exact.tolist(), strict=True
            )
        ]

    def _measure(self, counting: Counting) -> np.ndarray:
        widths = np.ones(len(self._codes), dtype=np.int64)
        if counting.utf16:
            widths[self._codes > 0xFFFF] = 2
        feed = self._codes == 0x0A
        after_return = np.zeros_like(feed)
        after_return[1:] = self._codes[:-1] == 0x0D
        if counting.line_ends == "two":
            widths[feed & ~after_return] = 2
        elif counting.line_ends == "one":
            widths[np.flatnonzero(feed & after_return) - 1] = 0
        return np.concatenate(([0], np.cumsum(widths))) + int(counting.mark)


def judge(
    ruler: Ruler, selections: Sequence[Selection], *, marked: bool, told: Counting | None = None
) -> Verdict:
    """Find out how the selections of one text were counted.

    Parameters
    ----------
    ruler : Ruler
    selections : sequence of Selection
    marked : bool
        Whether the file began with a byte order mark.
    told : Counting, optional
        What the caller says; nothing is tried then.
    """
    if told is not None:
        return _verdict(ruler, selections, told, "told", frozenset((told,)))
    if _is_quoted(ruler, selections, STANDARD):  # nothing can explain the names better
        allowed = frozenset(way for way in COUNTINGS if _is_quoted(ruler, selections, way))
        return _verdict(ruler, selections, STANDARD, "names", allowed)
    scores = {}
    for counting in COUNTINGS:
        ranks = _ranks(ruler.text, selections, ruler.spans(selections, counting))
        scores[counting] = (sum(rank > 0 for rank in ranks), sum(ranks))
    best = max(scores.values())
    allowed = frozenset(each for each in COUNTINGS if scores[each] == best)
    if best[0]:
        first = next(each for each in COUNTINGS if each in allowed)
        return _verdict(ruler, selections, first, "names", allowed)
    likely = _plausible(marked)
    if _agree(ruler, selections, likely):
        return _verdict(ruler, selections, STANDARD, "same", frozenset(COUNTINGS))
    return _unknown(ruler, selections, likely)


def judge_by_others(
    ruler: Ruler, selections: Sequence[Selection], allowed: frozenset[Counting]
) -> Verdict | None:
    """What the counting of the other sources says about one that does not say; None where it cannot."""
    ways = [each for each in COUNTINGS if each in allowed]
    if not ways or not _agree(ruler, selections, ways):
        return None
    return _verdict(ruler, selections, ways[0], "others", allowed)


def _is_quoted(ruler: Ruler, selections: Sequence[Selection], way: Counting) -> bool:
    """Whether every selection is named, with just the words that it selects."""
    spans = ruler.spans(selections, way)
    return bool(spans) and all(
        span is not None and span[0] < span[1] and ruler.text[span[0] : span[1]] == selection.name
        for selection, span in zip(selections, spans, strict=True)
    )


def _plausible(marked: bool) -> list[Counting]:
    """Ways that may be meant where no word speaks for any."""
    ways = [each for each in COUNTINGS if not each.inclusive]
    return ways if marked else [each for each in ways if not each.mark]


def _agree(ruler: Ruler, selections: Sequence[Selection], ways: Sequence[Counting]) -> bool:
    first = ruler.spans(selections, ways[0])
    return all(ruler.spans(selections, way) == first for way in ways[1:])


def _verdict(
    ruler: Ruler,
    selections: Sequence[Selection],
    counting: Counting,
    basis: str,
    allowed: frozenset[Counting],
) -> Verdict:
    spans = ruler.spans(selections, counting)
    ranks = _ranks(ruler.text, selections, spans)
    folded = _folded(ruler.text)
    standing = [
        _standing(ruler.text, folded, selection, span, rank)
        for selection, span, rank in zip(selections, spans, ranks, strict=True)
    ]
    return Verdict(counting, basis, spans, standing, sum(rank > 0 for rank in ranks), allowed)


def _unknown(ruler: Ruler, selections: Sequence[Selection], ways: Sequence[Counting]) -> Verdict:
    starts, ends = _sentence_bounds(ruler.text)
    fits: dict[Counting, int] = {}
    for way in ways:
        spans = ruler.spans(selections, way)
        fits[way] = sum((s[0] in starts) + (s[1] in ends) for s in spans if s is not None)
    likely = max(ways, key=lambda way: fits[way])  # of equals the first, which is the plainest
    found = _verdict(ruler, selections, likely, "unknown", frozenset())
    return found._replace(counting=None, likely=likely, n_bounds=fits[likely])


def _ranks(text: str, selections: Sequence[Selection], spans: Sequence[Span | None]) -> list[int]:
    return [
        _rank(selection.name, text[span[0] : span[1]]) if span and selection.name else 0
        for selection, span in zip(selections, spans, strict=True)
    ]


def _rank(name: str, passage: str) -> int:
    """How well a name agrees with the words selected, 0 not at all."""
    if not passage:
        return 0
    if name in (passage, spell(passage)):
        return EXACT
    folded, wanted = _folded(passage), _folded(name)
    if folded == wanted:
        return SPACED
    if folded.strip() == wanted.strip():
        return TRIMMED
    for dots in CUT:
        begun = wanted.rstrip().removesuffix(dots)
        if begun.strip() and begun != wanted.rstrip():
            if len(begun) < len(folded) and folded.startswith(begun):
                return SPACED
            if folded.strip().startswith(begun.strip()):
                return TRIMMED
    return 0


def _standing(text: str, folded: str, selection: Selection, span: Span | None, rank: int) -> str:
    if span is None:
        return "outside"
    if rank:
        return "verified"
    name = _folded(selection.name or "").strip()
    if not name:
        return "unnamed"
    claim = next((name.removesuffix(dots) for dots in CUT if name.endswith(dots)), name).strip()
    within = claim in _folded(text[span[0] : span[1]])
    return "moved" if claim and claim in folded and not within else "label"


def _folded(text: str) -> str:
    return _WHITE.sub(" ", text.removeprefix(MARK))


def _sentence_bounds(text: str) -> tuple[set[int], set[int]]:
    """Where sentences begin and end, white space around them left out."""
    starts, ends = set(), set()
    for start, end in _sentences(text):
        passage = text[start:end]
        if passage.strip():
            starts.add(end - len(passage.lstrip()))
            ends.add(start + len(passage.rstrip()))
    return starts, ends


def _sentences(text: str) -> Iterator[Span]:
    at = 0
    for line in text.splitlines(keepends=True):
        before = 0
        for end in sentence_ends(line):
            yield at + before, at + end
            before = end
        at += len(line)
