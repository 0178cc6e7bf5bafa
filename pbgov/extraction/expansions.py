"""Where the items that a numbered label promises stand: before it, after it, or taken up again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.extraction.enumerations import (
    CONJUNCTIONS,
    clauses,
    list_before,
    ordered,
    strung,
    without_lead,
)
from pbgov.extraction.labels import QUOTED, Label, Part
from pbgov.extraction.scales import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.extraction.cues import Cues
    from pbgov.extraction.scales import Scales

Span = tuple[int, int]

OPEN, CLOSED = '“"「‘（(', '”"」’'
SENTENCE_END = re.compile(r"[。！？!?]")
BOUND = r"(?=[、，,；;。：:“”（）()]|[和与及]|\Z)"
NEAR = 40  # characters from a label to the 一是 that begins its list
HAN = "[\u3400-\u9fff]"
NUMBERS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2, "十": 10}


class Expansion:
    """A passage searched for the items of its labels.

    Parameters
    ----------
    whole : str
        The passage between what stands before and after it; all offsets count from its start.
    first, last : int
        Where the passage begins and ends in it.
    cues : Cues
    scales : Scales
    """

    def __init__(self, whole: str, first: int, last: int, cues: Cues, scales: Scales) -> None:
        self.text, self.first, self.last = whole, first, last
        self.cues, self.scales = cues, scales
        plain = frozenset(
            term for term in scales.formula_roles["引列"] if len(term) > 1 or term in "即：:"
        )
        self._tails = f"(?:{scales.any_of('标签尾')})*"
        self._marks = scales.any_of("引列")
        self._sure_marks = alternatives(plain)

    def of_label(self, label: Label) -> list[list[Span]]:
        """The items of each part of a label, in the order of the parts; no item is in two."""
        if label.form == "sum":
            return self._terms(label)
        if label.form == "pair":
            return [[span] for span in self._words(label)]
        if len(label.parts) == 1:
            (part,) = label.parts
            return [self._best(part.number or 0, list(self._lists(label, part)))]
        found = [self._part(label, part) for part in label.parts]
        alone = sum(map(bool, found)) == 1
        doubtful = [alone and len(part.what) == 1 and part.number == 2 for part in label.parts]
        return [[] if doubt else items for doubt, items in zip(doubtful, found, strict=True)]

    def of_count(self, label: Label) -> list[Span]:
        """The list that a counted noun closes (甲、乙、丙三级) or opens (三个方面：…); [] for none."""
        (part,) = label.parts
        before = list_before(self.text, label.start, self.cues, self.scales)
        lists = [before, self._last_of(before, part.number or 0)]
        in_order = self._ordered(label.end)
        if len(in_order) == part.number:
            lists.append(in_order)
        items = self._best(part.number or 0, [*lists, *self._introduced(label.end)])
        return items if len(items) in (part.number, *range(3, part.number or 0)) else []

    def _lists(self, label: Label, part: Part) -> Iterator[list[Span]]:
        before = label.start - (1 if label.quoted else 0)
        ends = re.compile(rf"[{CLOSED}]?{self._tails}(?:[、，,；;。：:！？的]|\Z)")
        named = ends.match(self.text, label.end, self.last) is not None
        found = list_before(self.text, before, self.cues, self.scales, named=named)
        yield found
        yield self._last_of(found, part.number or 0)
        yield from self._introduced(label.end)
        yield self._ordered(label.end)
        yield from self._restated(label, part)
        if len(part.what) > 1 or (part.number or 0) > 2:
            yield from self._parallel(label, part)
        yield from self._nearby(label, part.number or 0)

    def _part(self, label: Label, part: Part) -> list[Span]:
        if part.number is None:
            return []
        found = [*self._restated(label, part), *self._parallel(label, part)]
        return self._best(part.number, found)

    def _best(self, count: int, lists: list[list[Span]]) -> list[Span]:
        """The first list of the promised length, else the longest shorter one, else a longer one."""
        exact = [items for items in lists if len(items) == count]
        if exact:
            return exact[0]
        shorter = [items for items in lists if 1 < len(items) < count]
        return max(shorter, key=len, default=[])

    def _last_of(self, items: list[Span], count: int) -> list[Span]:
        """The end of a longer list, where a conjunction begins it: …的模式和|甲站、乙站、丙站."""
        if not 1 < count < len(items):
            return []
        (start, end), *others = items[-count:]
        at, begins = start, 0
        for token in self.cues.words.cut(self.text[start:end]):
            at += len(token)
            begins = at if token in CONJUNCTIONS and at < end else begins
        return [(begins, end), *others] if begins else []

    def _introduced(self, end: int) -> Iterator[list[Span]]:
        """Lists that 即, 包括, ： … open right after a label and its head noun."""
        text = self.text
        head = rf"[{CLOSED}]?(?:{self._tails}[，,]?[ ]?{self._marks}"
        head += rf"|{HAN}{{0,8}}?[，,]?[ ]?{self._sure_marks})"
        match = re.compile(head).match(text, end)
        first = match.end() if match else end
        if match:
            yield from self._after(first, bracket=match.group()[-1] in "（(")

    def _ordered(self, end: int) -> list[Span]:
        """What 一是…二是… says, where it begins soon after a label; [] where it does not."""
        marked = ordered(self.text, end)
        return marked if marked and marked[0][0] - end <= NEAR else []

    def _after(self, first: int, *, bracket: bool = False) -> Iterator[list[Span]]:
        for items in self._opened(first, bracket=bracket):
            yield (
                self._closed(without_lead(self.text, items, self.cues)) if len(items) > 1 else items
            )

    def _closed(self, items: list[Span]) -> list[Span]:
        """The items without the 等四个层面 that closes their list."""
        *others, (start, end) = items
        measure = self.scales.any_of("量")
        if re.fullmatch(
            rf"(?:一共|共|共计|合计|总共|这)?(?:{_written(None)}){measure}.{{0,3}}",
            self.text[start:end],
        ):
            return others
        close = re.compile(rf"{self.scales.any_of('等')}").search(self.text, start + 1, end)
        return [*others, (start, close.start() if close else end)]

    def _opened(self, first: int, *, bracket: bool) -> Iterator[list[Span]]:
        text = self.text
        stop = re.compile(r"[)）]" if bracket else SENTENCE_END.pattern).search(text, first)
        last = min(stop.start() if stop else self.last, self.last)
        quote = QUOTED.match(text, first)
        if quote:
            yield strung(text, *quote.span(), self.cues)
            yield clauses(text, quote.start() + 1, quote.end() - 1)
            run = strung(
                text, first, self._next(first, last, "，,；;。", skip_quotes=True), self.cues
            )
            yield run
        if re.compile("[；;]").search(text, first, last):
            yield clauses(text, first, last)
        yield strung(text, first, self._next(first, last, "，,；;"), self.cues)
        yield clauses(text, first, last)
        yield strung(text, first, self._next(first, last, "；;"), self.cues)

    def _next(self, first: int, last: int, marks: str, *, skip_quotes: bool = False) -> int:
        inside = [m.span() for m in QUOTED.finditer(self.text, first, last)] if skip_quotes else []
        for match in re.compile(f"[{marks}]").finditer(self.text, first, last):
            if not any(left < match.start() < right for left, right in inside):
                return match.start()
        return last

    def _nearby(self, label: Label, count: int) -> Iterator[list[Span]]:
        """A list of exactly the promised length, three or more, in a later clause of the sentence."""
        stop = SENTENCE_END.search(self.text, label.end, self.last)
        last = stop.start() if stop else self.last
        at = self._next(label.end, last, "，,；;")
        while at < last and count > 2:
            end = self._next(at + 1, last, "，,；;")
            items = strung(self.text, at + 1, end, self.cues)
            if len(items) == count:
                yield self._closed(without_lead(self.text, items, self.cues, ragged=True))
            at = end

    def _restated(self, label: Label, part: Part) -> Iterator[list[Span]]:
        """Lists where the part is named again and explained: “四网”即…, 四治为…."""
        numeral = _written(part.number)
        again = re.compile(
            rf"[{OPEN}]?(?:{numeral})(?:{self.scales.any_of('量')})?{re.escape(part.what)}[{CLOSED}]?[ ]?{self._marks}"
        )
        for match in again.finditer(self.text, self.first, self.last):
            if match.start() < label.end and match.end() > label.start:
                continue
            if part.number == 1:
                yield [(match.end(), self._next(match.end(), self.last, "；;。"))]
            else:
                yield from self._after(match.end())

    def _parallel(self, label: Label, part: Part) -> Iterator[list[Span]]:
        """Phrases that begin or end alike: 进农村、进社区、进企业 for 三进, 自治、法治、德治 for 三治."""
        if part.number is None or part.number < 2:
            return
        left = max(
            (m.end() for m in SENTENCE_END.finditer(self.text, self.first, label.start)),
            default=self.first,
        )
        stop = SENTENCE_END.search(self.text, label.end, self.last)
        right = stop.end() if stop else self.last
        yield from self._run(part, left, right)
        yield from self._run(part, self.first, self.last)
        apart = len(part.what) > 1
        scopes = [(left, right)] if apart or part.number > 2 else []
        scopes += [(label.end, self.last), (self.first, self.last)] if apart else []
        for scope in scopes:
            items = self._scattered(label, part, *scope)
            if len(items) == part.number:
                yield items
        if apart:
            yield from self._run(part, 0, len(self.text))

    def _run(self, part: Part, first: int, last: int) -> Iterator[list[Span]]:
        """As many phrases side by side as promised, each ending, or each beginning, alike."""
        key, others = re.escape(part.what), (part.number or 0) - 1
        joint = "(?:[、，,]|[和与及]|以及)"
        word = "[^、，,；;。：:！？“”（）()\n]"
        ending = re.compile(
            rf"(?:{word}{{1,12}}?{key}{joint}){{{others}}}{word}{{1,12}}?{key}(?!{joint}{word}{{1,12}}{key})"
        )
        beginning = re.compile(
            rf"(?:{key}{word}{{1,10}}?{joint}){{{others}}}{key}{word}{{1,10}}?(?={joint}|[；;。：:！？”）)的]|\Z)"
        )
        for pattern in (ending, beginning):
            for match in pattern.finditer(self.text, first, last):
                items = strung(self.text, *match.span(), self.cues)
                if len(items) != others + 1:
                    items = clauses(self.text, *match.span())
                longer = re.search(
                    rf"{key}{joint}\Z", self.text[max(0, match.start() - 12) : match.start()]
                )
                if len(items) == others + 1 and not longer:
                    yield (
                        without_lead(self.text, items, self.cues, ragged=True)
                        if pattern is ending
                        else items
                    )

    def _scattered(self, label: Label, part: Part, first: int, last: int) -> list[Span]:
        """Phrases that fill a clause from or up to what is counted: 激活主体，…；完善载体，…."""
        key = re.escape(part.what)
        suffix = re.compile(rf"(?:(?<=[、，,；;。：:“（(和与及])|\A)({HAN}{{1,12}}?{key}){BOUND}")
        numbered = re.compile(rf"(?:{_written(None)})(?:{self.scales.any_of('量')})?{key}")
        found: dict[str, Span] = {}
        for match in suffix.finditer(self.text, first, last):
            start, end = match.span(1)
            overlaps = start < label.end and label.start < end
            if not overlaps and not numbered.search(match.group(1)):
                found.setdefault(match.group(1), (start, end))
        return list(found.values())

    def _words(self, label: Label) -> Iterator[Span]:
        for match in re.compile(r"[^+＋ \u3000]+").finditer(self.text, label.start, label.end):
            yield match.span()

    def _terms(self, label: Label) -> list[list[Span]]:
        """What each term of a sum stands for: “1”是…, or numerals in the same order after it."""
        named = self._named_terms(label)
        counted = self._counted_terms(label)
        return named if sum(map(bool, named)) >= sum(map(bool, counted)) else counted

    def _named_terms(self, label: Label) -> list[list[Span]]:
        found: list[list[Span]] = []
        used: set[int] = set()
        for part in label.parts:
            pattern = re.compile(rf"[“\"]{re.escape(part.what)}[”\"](?:{self._marks})")
            matches = [
                m
                for m in pattern.finditer(self.text, label.end, self.last)
                if m.start() not in used
            ]
            if not matches:
                found.append([])
                continue
            used.add(matches[0].start())
            first = matches[0].end()
            found.append([(first, self._next(first, self.last, "，,；;。"))])
        return found

    def _counted_terms(self, label: Label) -> list[list[Span]]:
        stop = SENTENCE_END.search(self.text, label.end)
        last = min(stop.start() if stop else self.last, self.last)
        at, found = label.end, list[list[Span]]()
        measure = alternatives(tuple(self.scales.measures))
        for part in label.parts:
            numeral = _written(part.number) if part.number is not None else "[NnXx多]|若干"
            match = re.compile(rf"(?<![{''.join(NUMBERS)}0-9])(?:{numeral}){measure}").search(
                self.text, at, last
            )
            if match is None:
                return [[] for _ in label.parts]
            at = self._next(match.end(), last, "，,；;、")
            found.append([(match.start(), at)])
        return found


def _written(count: int | None) -> str:
    """A regular expression for a small number in Han or Arabic numerals; for any where None."""
    if count is None:
        return f"[{''.join(NUMBERS)}]|[0-9]"
    return "|".join([str(count), *(char for char, value in NUMBERS.items() if value == count)])
