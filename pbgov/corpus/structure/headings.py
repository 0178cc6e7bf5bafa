"""What each line of a document is: a heading, a paragraph with or without a heading glued to it, a note.

Headings are found in this order, and what an earlier rule says a later one does not change:

marked
    what the structure of the file says (`pbgov.corpus.document.Mark`), and Markdown (``## 二、做法``).
    Marked headings that follow one another directly and are repeated below are a table of contents.
articles
    第…条 of a statute; its number is the heading, what stands behind it the first paragraph under it.
numbered
    short lines that begin with a number (第一章, 一、, （一）, 1.1, 1.) and hold no sentence. Such lines that
    follow one another directly are a list; those that stand again below, page numbers aside, are a
    table of contents. 附件：1.… begins a list as well. A bare number (``1 引言``) heads a
    section only in a document that also numbers ``1.1``.
glued
    see `pbgov.corpus.structure.glued`.
unnumbered
    a line that is nothing but 结语, 参考文献 …; and, in a document that marks no headings, a short line
    without a mark at its end that stands over a paragraph, and under another or under a heading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pbgov.corpus.labels import HAN, is_labelled, names_in
from pbgov.corpus.structure.glued import LONGEST, glued_headings
from pbgov.corpus.structure.notes import holds, note_lines, section_title
from pbgov.corpus.structure.numbering import articles, number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

ATX = re.compile(r"(?P<marks>#{1,6})[ \t\u3000]+(?P<title>.*?)(?:[ \t]+#+)?\Z", re.DOTALL)
DEEPEST_MARK = 9
TITLE = 0
NOTE_SIGNS = "*＊†①"
TOP = DEEPEST_MARK + 5  # rank of 一、 and of unnumbered headings where nothing is numbered
HALF = 0.5
GLUED = DEEPEST_MARK + 9  # rank of a phrase without a number: below all numbers
FEWEST_MARKED = 2  # headings; one alone is the title
SENTENCE_MARK = re.compile(r"[。；;！!｡]|[：:，,、]\Z")
ENDS = re.compile(r"[。！？!?｡：:]\s*(?:[”’」』）)\]］】\d\[［①-⑳]*)\Z")
NO_HEADING = re.compile(
    rf"(?:图|表|附图|附表|Figure|Table|Fig)\s*[\d一二三四五六七八九十]|[^：:]{{1,6}}[：:]"
    rf"|.*\d{{4}}\s*[年./-]\s*\d{{1,2}}|[\d（(\[［【〔<>＊*|+=—-]|.*[？?]|.*\t|(?!.*[{HAN}])",
    re.DOTALL,
)
BRACKETED = re.compile(r"\A【([^【】]+)】\Z")  # 【主要做法】 on a line of its own
LISTING = re.compile(r"(?:附件|附表|附)\s*[：:]\s*(?=\S)")
PAGE_NUMBER = re.compile(r"(?<=\D)[.．·…‥]*[（(]?\d{1,4}[)）]?\Z")
FEWEST_NAMES = 2  # 融合力 is built like a name, two of that kind on a line are authors
SHORTEST_PROSE = 20  # characters of the paragraph under an unnumbered heading
SPACED = re.compile(rf"(?<![^\s])([{HAN}])[ \t\u00a0\u3000]+(?=[{HAN}](?!\S))")


class Reading(NamedTuple):
    """What a line is.

    ``kind`` is heading, paragraph or note. ``rank`` orders headings, the widest being the lowest; that
    of the title is `TITLE`. ``length`` is how much of the line is the heading: all of
    it, or less where a paragraph follows it on the line. ``leave`` is the rank of the headings that
    end before the line, where it is no heading.
    """

    kind: str
    rank: float | None = None
    title: str = ""
    length: int = 0
    leave: float | None = None


def read_lines(
    lines: Sequence[str],
    marked: Mapping[int, tuple[int, int]],
    title: Collection[int] = (),
    told: Collection[int] = (),
) -> list[Reading]:
    """What each of the visible lines of a document is.

    Parameters
    ----------
    lines : sequence of str
        Without the white space at their ends; '' for a row of a table or a note, which heads nothing.
    marked : mapping
        Place of a line to the level (1 to 9) and the length of the heading that the file marks there.
    title : collection of int
        The lines that are the title of the document.
    told : collection of int
        The lines that state its authors, venue or date, or go on with its title: no headings.
    """
    read: list[Reading | None] = [None] * len(lines)
    notes, after_notes = note_lines(lines)
    for place in notes:
        read[place] = Reading("note")
    for place, (level, length) in _not_contents(lines, {**_markdown(lines), **marked}).items():
        read[place] = Reading("heading", level, _title(lines[place][:length]), length)
    for place in title:
        if read[place] is None:
            words = lines[place]
            read[place] = Reading("heading", TITLE, _title(words).rstrip(NOTE_SIGNS), len(words))
    own_marks = sum(_is_heading(each) for place, each in enumerate(read) if place not in title)
    own = articles([line if read[i] is None else "" for i, line in enumerate(lines)])
    for place, length in own.items():
        words = lines[place][:length]
        read[place] = Reading("heading", DEEPEST_MARK + 4, _title(words), length)
    for place, rank in _numbered_lines(lines, read).items():
        read[place] = Reading("heading", rank, _title(lines[place]), len(lines[place]))
    for place in range(len(lines)):
        if read[place] is None and holds(lines[place]):
            words = section_title(lines[place])
            read[place] = Reading("heading", _top(read), words, len(lines[place]))
    guessing = own_marks < FEWEST_MARKED and not own
    if guessing:
        for place in _with_siblings(_between_prose(lines, read), title, told):
            words = lines[place]
            read[place] = Reading("heading", _below(read, place), _title(words), len(words))
    if not own:
        _glue(lines, read, unnumbered=guessing)
    for place in _outside_sections(lines, read, after_notes):
        read[place] = Reading("paragraph", leave=_top(read))
    return [each or Reading("paragraph") for each in read]


def _outside_sections(
    lines: Sequence[str], read: Sequence[Reading | None], after_notes: set[int]
) -> Iterator[int]:
    """Lines that belong to no section: after the notes, labelled ones at the foot or below an abstract."""
    prose = [place for place, each in enumerate(read) if each is None and _is_prose(lines[place])]
    foot = prose[-1] if prose else len(lines)
    abstract = False
    for place, each in enumerate(read):
        if each and each.kind == "heading":
            abstract = holds(each.title) == "abstract"
        elif each is None and (
            place in after_notes or ((abstract or place > foot) and is_labelled(lines[place]))
        ):
            yield place


def _is_prose(line: str) -> bool:
    return len(line) >= SHORTEST_PROSE and ENDS.search(line[-LONGEST:]) is not None


def _title(words: str) -> str:
    """A heading as its path names it: on one line, 总　则 without the space that spreads it."""
    marked = ATX.match(words)
    plain = marked["title"] if marked else words
    return SPACED.sub(r"\1", " ".join(plain.split())).rstrip("。｡ ")


def _markdown(lines: Sequence[str]) -> dict[int, tuple[int, int]]:
    found = {}
    for place, line in enumerate(lines):
        match = ATX.match(line)
        if match and match["title"].strip():
            found[place] = len(match["marks"]), len(line)
    return found


def _not_contents(
    lines: Sequence[str], marked: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """The marked headings without those of a table of contents, each of which stands again below."""
    kept = dict(marked)
    last = {_plain(lines[place]): place for place in sorted(marked)}
    run: list[int] = []
    for place in [*sorted(marked), len(lines) + 1]:
        again = place in marked and last[_plain(lines[place])] > place
        if not (again and (not run or place == run[-1] + 1)):
            for each in run if len(run) > 1 else ():
                del kept[each]
            run = []
        if again:
            run.append(place)
    return kept


def _plain(line: str) -> str:
    return "".join(line.replace("#", "").split())


def _numbered_lines(lines: Sequence[str], read: Sequence[Reading | None]) -> dict[int, float]:
    kinds: list[str | None] = []
    ranks: dict[int, float] = {}
    contents = _contents(lines, read)
    for place, line in enumerate(lines):
        if place in contents:
            kinds.append(None)
            continue
        short = read[place] is None and len(line) <= LONGEST and not SENTENCE_MARK.search(line)
        listing = LISTING.match(line) if read[place] is None else None
        number = number_of(line[listing.end() :] if listing else line) if short or listing else None
        kinds.append(number.kind if number else None)
        if number and not listing:
            ranks[place] = DEEPEST_MARK + number.rank
    decimal = {"1.1", "1.1.1"} & set(kinds)
    return {
        place: rank
        for place, rank in ranks.items()
        if kinds[place] not in (kinds[place - 1] if place else None, *kinds[place + 1 : place + 2])
        and (kinds[place] != "1" or decimal)
    }


def _contents(lines: Sequence[str], read: Sequence[Reading | None]) -> set[int]:
    """Numbered lines that follow one another, each of which stands again below: a table of contents."""
    entries = [
        PAGE_NUMBER.sub("", _plain(line)) if read[place] is None and number_of(line) else ""
        for place, line in enumerate(lines)
    ]
    last = {_plain(line): place for place, line in enumerate(lines)}
    found: set[int] = set()
    run: list[int] = []
    for place, entry in enumerate([*entries, ""]):
        if entry and last.get(entry, -1) > place:
            run.append(place)
            continue
        found |= set(run) if len(run) > 1 else set()
        run = []
    return found


def _between_prose(lines: Sequence[str], read: Sequence[Reading | None]) -> list[int]:
    """Short lines without a mark at their end, between two paragraphs or a heading and a paragraph."""
    prose = [read[place] is None and _is_prose(line) for place, line in enumerate(lines)]
    return [
        place
        for place in range(1, len(lines) - 1)
        if read[place] is None
        and (prose[place - 1] or _is_heading(read[place - 1]))
        and prose[place + 1]
        and 1 < len(lines[place]) <= LONGEST
        and len(lines[place + 1]) > len(lines[place])
        and not SENTENCE_MARK.search(lines[place])
        and not NO_HEADING.match(BRACKETED.sub(r"\1", lines[place]))
        and number_of(lines[place]) is None
        and not is_labelled(lines[place])
        and len(names_in(lines[place])) < FEWEST_NAMES
    ]


def _with_siblings(
    found: Sequence[int], title: Collection[int], told: Collection[int]
) -> list[int]:
    """A line right under the title is a heading where others head paragraphs further down."""
    kept = [place for place in found if place not in told]
    if title and kept == [max(title) + 1]:
        return []
    return kept


def _top(read: Sequence[Reading | None]) -> float:
    """The rank of the widest headings by number, or of 一、 where nothing is numbered."""
    ranks = [each.rank for each in read if each and each.rank and each.rank > DEEPEST_MARK]
    marked = sorted(
        {each.rank for each in read if each and each.rank and each.rank <= DEEPEST_MARK}
    )
    if len(marked) > 1:
        return marked[1] if marked[0] == 1 else marked[0]
    return min(ranks, default=TOP)


def _below(read: Sequence[Reading | None], place: int) -> float:
    """The rank of an unnumbered heading: just below the number before it, or that of 一、.

    Sections such as 四、结语 or 附录 have none below them; what follows stands beside them.
    """
    for earlier in reversed(read[:place]):
        if earlier is None or not earlier.rank:
            continue
        number = number_of(earlier.title)
        if holds(earlier.title[number.end :] if number else earlier.title):
            return earlier.rank
        if number:
            return earlier.rank + HALF
    return TOP


def _glue(lines: Sequence[str], read: list[Reading | None], *, unnumbered: bool) -> None:
    """Cut off the headings that are glued to paragraphs."""
    plain = [
        line if read[place] is None or _is_heading(read[place]) else ""
        for place, line in enumerate(lines)
    ]
    barriers = [
        each.rank - DEEPEST_MARK if each and each.rank is not None else None for each in read
    ]
    for place, each in glued_headings(plain, barriers, unnumbered=unnumbered).items():
        own = DEEPEST_MARK + each.number.rank if each.number else GLUED
        read[place] = Reading("heading", own, _title(lines[place][: each.length]), each.length)
    for last, rank in _rows_of_one_paragraph(lines, read):
        if last + 1 < len(read) and read[last + 1] is None:
            read[last + 1] = Reading("paragraph", leave=rank)


def _rows_of_one_paragraph(
    lines: Sequence[str], read: Sequence[Reading | None]
) -> Iterator[tuple[int, float]]:
    """The last of each row of glued headings that hold one paragraph each, and their rank.

    What stands below the last one belongs to the section that holds the row.
    """
    row: list[int] = []
    rank: float | None = None
    for place, each in enumerate([*read, Reading("heading", TITLE)]):
        if each is None or each.rank is None:
            continue
        glued = place < len(lines) and each.length < len(lines[place])
        if glued and each.rank == rank:
            row.append(place)
            continue
        if rank is None or each.rank <= rank or glued:
            if rank is not None and len(row) > 1 and row[-1] - row[0] == len(row) - 1:
                yield row[-1], rank
            row, rank = ([place], each.rank) if glued else ([], None)


def _is_heading(reading: Reading | None) -> bool:
    return reading is not None and reading.kind == "heading"
