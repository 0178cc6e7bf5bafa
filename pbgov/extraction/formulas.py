"""Numbered slogans and formulas: the number they promise against the items that stand near them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.extraction.cues import Cues, read_cues
from pbgov.extraction.expansions import Expansion
from pbgov.extraction.labels import Label, Part, labels
from pbgov.extraction.measured import NOT_COUNTS
from pbgov.extraction.numerals import read_numeral
from pbgov.extraction.passages import Passage, paragraphs
from pbgov.extraction.scales import Scales, alternatives, read_scales
from pbgov.marks import carry_mark
from pbgov.schemas import FORMULAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbgov.extraction.passages import Source

Span = tuple[int, int]
COLUMNS = list(FORMULAS.columns)
GAPS = re.compile(r"[ \u3000]")
SAME = 0.5  # share of common items from which two lists are the same list
AROUND = 40  # paragraphs before and after in which the items of a label are looked for
STATUS = ("full", "partial", "none", "")
LONGEST_NOUN = 8
NOUN_TAGS = ("n", "j", "e", "z", "l", "b", "vn", "x")


@dataclass
class Found:
    """A label at one place, with the items that stand there for each of its parts."""

    passage: Passage
    whole: str
    first: int
    label: Label
    items: list[list[Span]]
    mentions: int = 1

    @property
    def name(self) -> str:
        """The label without the spaces of typesetting."""
        return GAPS.sub("", self.whole[self.label.start : self.label.end])

    @property
    def listed(self) -> int:
        """How many items stand near the label; for a sum, how many of its terms are explained."""
        return sum(map(len, self.items))

    @property
    def promised(self) -> int | None:
        """The number that the label names; the terms of a sum; None for a pair."""
        if self.label.form == "pair":
            return None
        if self.label.form == "sum":
            return len(self.label.parts)
        return sum(part.number or 0 for part in self.label.parts)

    @property
    def status(self) -> str | None:
        """Whether each part of the label has as many items as it promises."""
        if self.promised is None:
            return None
        if not self.listed:
            return "none"
        pairs = zip(self.label.parts, self.items, strict=True)
        if self.label.form == "sum":
            return "full" if all(items for _, items in pairs) else "partial"
        met = all(part.number in (None, len(items)) for part, items in pairs)
        return "full" if met else "partial"

    def words(self) -> frozenset[str]:
        """The items as the text says them."""
        text = self.whole
        return frozenset(text[start:end] for part in self.items for start, end in part)


def find_formulas(source: Source, *, lexicon: str | Path | None = None) -> pd.DataFrame:
    """The numbered slogans and formulas of documents: number promised against items listed.

    Four forms are read. A *label* is a coined name with numerals, in quotation marks or before a
    head noun of ``formulas.csv`` (“三微”工作法, 五社联动机制, “三进两促”). A *sum* is made of terms (1+4+X),
    a *pair* of words (社区+楼宇). A *count* is a plainly counted noun that closes or opens a list (甲、乙、
    丙三级; 三个方面：…); without a list it is only a quantity, see `find_quantities`, which leaves labels
    and sums to this verb. 一 alone promises nothing (“一网通办”), nor do plain years (“十四五”).

    Items are looked for in apposition before the label; after 即, 包括, ： …; where a part is named
    again and explained (“四网”即…); among phrases that begin or end with what is counted (自治、法治、
    德治 for 三治); and as 一是…二是… from the label on, in the next paragraphs too. The first list of the
    promised length is taken, else the longest shorter one.

    Parameters
    ----------
    source : Document, Corpus, DataFrame or str
        A DataFrame is of `pbgov.schemas.SEGMENTS`; headings are read too.
    lexicon : path, optional
        A folder with cues of one's own, see `pbgov.extraction.scales`.

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.FORMULAS`, in the order of the text. Mentions of a label without a list
        of their own count as mentions of its first list in the document; a mention with another
        list is a row of its own, marked ``homonym``. ``status`` is ``full`` where every part has as
        many items as it promises, ``none`` where no item stands near it, else ``partial``; NaN for
        pairs, which are their own items.
    """
    cues, scales = read_cues(lexicon), read_scales(lexicon)
    rows: list[Found] = []
    for _, each in groupby(paragraphs(source, headings=True), key=lambda passage: passage.doc_id):
        rows += _gathered(list(_in_document(list(each), cues, scales)))
    table = pd.DataFrame([_cells(row) for row in rows], columns=COLUMNS)
    order = table.groupby(table.doc_id.fillna("")).cumcount() + 1
    prefix = table.doc_id.fillna("") + "/f"
    table["formula_id"] = [f"{a}{b:04d}" for a, b in zip(prefix, order, strict=True)]
    table["homonym"] = _homonyms(rows)
    return carry_mark(FORMULAS.validate(table), source)


def _in_document(passages: Sequence[Passage], cues: Cues, scales: Scales) -> Iterator[Found]:
    for place, passage in enumerate(passages):
        known = frozenset(word for word in cues.words.cut(passage.text) if len(word) > 3)
        coined = list(labels(passage.text, scales, known))
        counted = list(_counts(passage.text, coined, cues, scales))
        if not coined and not counted:
            continue
        whole, first = _surroundings(passages, place)
        last = first + len(passage.text)
        if passage.is_heading and place + 1 < len(passages):
            after = passages[place + 1]
            last = first + after.start + len(after.text) - passage.start
        expansion = Expansion(whole, first, last, cues, scales)
        for label in coined:
            if label.form == "pair" and not label.quoted:
                label = _nouns_of_pair(passage.text, label, cues)
            label = label._replace(start=label.start + first, end=label.end + first)
            yield Found(passage, whole, first, label, expansion.of_label(label))
        for label in counted:
            label = label._replace(start=label.start + first, end=label.end + first)
            items = expansion.of_count(label)
            if items:
                yield Found(passage, whole, first, label, [items])


def _surroundings(passages: Sequence[Passage], place: int) -> tuple[str, int]:
    """The text around a passage, each neighbour at its own distance, and where the passage begins."""
    near = passages[max(0, place - AROUND) : place + 1 + AROUND]
    text = ""
    for each in near:
        text += "\n" * (each.start - near[0].start - len(text)) + each.text
    return text, passages[place].start - near[0].start


def _nouns_of_pair(text: str, label: Label, cues: Cues) -> Label:
    """社区+村 of 探索社区+村党建模式: the nouns next to the first and the last plus sign."""
    signs = [at for at in range(label.start, label.end) if text[at] in "+＋"]
    start = signs[0]
    for token in reversed(list(cues.words.cut(text[label.start : signs[0]]))):
        if start < signs[0] and not cues.words.part_of_speech(token).startswith(NOUN_TAGS):
            break
        start -= len(token)
    after = signs[-1] + 1
    after += len(text[after:]) - len(text[after:].lstrip())
    end = after + len(next(iter(cues.words.cut(text[after : label.end]))))
    words = re.split(r"[+＋]", text[start:end])
    return Label(start, end, "pair", tuple(Part(None, word.strip()) for word in words), False)


def _counts(text: str, coined: Sequence[Label], cues: Cues, scales: Scales) -> Iterator[Label]:
    """Plainly counted nouns of two or more, outside labels: 四级网格, 6大领域, 三个."""
    parts_of = [term for term, kind in scales.measures.items() if kind == "结构"]
    measure = alternatives((*parts_of, *scales.formula_roles["量"]))
    number = r"[二两三四五六七八九十]+|[0-9０-９]{1,2}"
    counted = re.compile(
        rf"(?<![第至到—~～十百千万几数0-9０-９.．])({number})[ ]?{measure}(?!{measure}?[多余以])"
    )
    fixed = [match.span() for match in re.finditer(scales.any_of("非数"), text)]
    fixed += [match.span() for match in NOT_COUNTS.finditer(text)]
    for match in counted.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in fixed):
            continue
        count = read_numeral(match.group(1))
        inside = any(each.start < match.end() and match.start() < each.end for each in coined)
        if count is None or count < 2 or inside:
            continue
        part = Part(int(count), text[match.end(1) : match.end()].strip())
        end = match.end()
        for token in cues.words.cut(text[end : end + LONGEST_NOUN]):
            if not cues.words.part_of_speech(token).startswith(NOUN_TAGS[:-1]):
                break
            end += len(token)
        yield Label(match.start(), end, "count", (part,), False)


def _gathered(found: list[Found]) -> list[Found]:
    """One row for each label and each list of items that stands for it in a document."""
    by_name: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        by_name[each.name].append(each)
    rows: list[Found] = []
    for same in by_name.values():
        form = max((each.label.form for each in same), key=("count", "pair", "sum", "label").index)
        for each in same:
            each.label = each.label._replace(form=form)
        own: list[Found] = []
        for each in (one for one in same if one.listed or one.label.form == "pair"):
            like = next((row for row in own if _alike(row, each)), None)
            if like is None:
                own.append(each)
                continue
            like.mentions += 1
            if _better(each, like):
                own[own.index(like)] = each
                each.mentions = like.mentions
        own = own or [same[0]]
        own[0].mentions = len(same) - sum(row.mentions for row in own[1:])
        rows += own
    return sorted(
        rows, key=lambda row: (row.passage.start - row.first + row.label.start, row.label.end)
    )


def _alike(one: Found, other: Found) -> bool:
    """True for the same list, or one that is part of the other."""
    first, second = one.words(), other.words()
    common = len(first & second)
    return common == min(len(first), len(second)) or common / len(first | second) >= SAME


def _better(one: Found, other: Found) -> bool:
    return STATUS.index(one.status or "") < STATUS.index(other.status or "")


def _homonyms(rows: list[Found]) -> list[bool]:
    """True for every label that stands for other items in another row."""
    lists: dict[str, list[frozenset[str]]] = defaultdict(list)
    for row in rows:
        if row.listed and row.label.form in ("label", "sum"):
            lists[row.name].append(row.words())
    several = {name for name, found in lists.items() if len(set(found)) > 1}
    return [row.name in several and row.label.form in ("label", "sum") for row in rows]


def _cells(row: Found) -> list[object]:
    """The cells of a row in the order of the schema."""
    at, spans = row.passage.start - row.first, [span for part in row.items for span in part]
    each = zip(row.label.parts, row.items, strict=True)
    parts = (
        "、".join(f"{part.what} {len(items)}/{part.number or '不定'}" for part, items in each)
        if row.label.form == "label" and len(row.label.parts) > 1
        else None
    )
    return [
        "",
        row.passage.doc_id,
        row.passage.segment_id,
        at + row.label.start,
        at + row.label.end,
        row.name,
        row.label.form,
        row.promised,
        row.listed,
        row.status,
        parts,
        " | ".join(row.whole[start:end] for start, end in spans) or None,
        " ".join(f"{at + start}-{at + end}" for start, end in spans) or None,
        row.mentions,
        False,
    ]
