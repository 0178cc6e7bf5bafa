"""Lists as Chinese prose strings them together, each item with its place in the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.extraction.labels import QUOTED

if TYPE_CHECKING:
    from pbgov.extraction.cues import Cues
    from pbgov.extraction.scales import Scales

Span = tuple[int, int]

STRONG = re.compile(r"、|—+|-{2,}|→|–")
COMMA = re.compile(r"[，,]")
SEMICOLON = re.compile(r"[；;]")
CONJUNCTIONS = ("和", "与", "及", "以及", "跟", "同")
ENDS = "。！？!?\n"
JOINTS = re.compile(r"(?:[、，, ]|以及|[和与及跟同])*")
EDGE = " \u3000，,；;：:、。"
PAIRS = {"“": "”", "「": "」", "‘": "’", '"': '"'}
SHORTEST_OBJECT = 2  # 组织覆盖 is a noun, 依靠街道 a verb and its object
ORDERS = (
    ("一是", "二是", "三是", "四是", "五是", "六是", "七是", "八是", "九是", "十是"),
    ("一要", "二要", "三要", "四要", "五要", "六要", "七要", "八要", "九要", "十要"),
    ("其一", "其二", "其三", "其四", "其五", "其六", "其七", "其八", "其九", "其十"),
    ("第一", "第二", "第三", "第四", "第五", "第六", "第七", "第八", "第九", "第十"),
    (
        "（一）",
        "（二）",
        "（三）",
        "（四）",
        "（五）",
        "（六）",
        "（七）",
        "（八）",
        "（九）",
        "（十）",
    ),
    ("(一)", "(二)", "(三)", "(四)", "(五)", "(六)", "(七)", "(八)", "(九)", "(十)"),
    ("1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.", "9.", "10."),
    ("1．", "2．", "3．", "4．", "5．", "6．", "7．", "8．", "9．", "10．"),
    ("①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "⑩"),
)
ENDING_ORDER = re.compile(r"(?:首先|其次|再次|再者|最后(?!一))(?![、”])")
MEASURED = re.compile(r"(?:[项个条点类种层步](?:是|，)?)?")


def strung(text: str, start: int, end: int, cues: Cues) -> list[Span]:
    """The items of one list that fills ``text[start:end]``: 甲、乙和丙, “甲”“乙”, 甲——乙——丙.

    Conjunctions divide only the last stretch, or the whole where nothing else does; marks inside
    quotations and brackets divide nothing. One item where nothing divides.
    """
    quotes = _side_by_side(text, start, end)
    if len(quotes) > 1:
        return [(first + 1, last - 1) for first, last in quotes]
    whole = QUOTED.fullmatch(text, start, end)
    if whole:
        return strung(text, start + 1, end - 1, cues)
    pieces = _divided(text, start, end, STRONG)
    last = pieces.pop()
    pieces += _joined(text, *last, cues)
    return _trimmed(text, pieces)


def clauses(text: str, start: int, end: int) -> list[Span]:
    """The stretches between semicolons, or between commas where there are none."""
    found = _trimmed(text, _divided(text, start, end, SEMICOLON))
    return found if len(found) > 1 else _trimmed(text, _divided(text, start, end, COMMA))


def ordered(text: str, start: int) -> list[Span]:
    """What 一是…二是…, （一）…（二）… or 首先…其次…最后 say after one place, up to their first stop."""
    best: list[Span] = []
    for marks in ORDERS:
        found: list[int] = []
        at = start
        for mark in marks:
            place = re.compile(rf"(?<![0-9.]){re.escape(mark)}(?![0-9])").search(text, at)
            if place is None:
                break
            found.append(place.end())
            at = place.end()
        if len(found) > max(1, len(best)):
            best = [(first, _stop(text, first)) for first in found]
    if not best:
        found = _in_turn(text, start)
        best = [(first, _stop(text, first)) for first in found]
    best = [(MEASURED.match(text, first).end(), last) for first, last in best]  # type: ignore[union-attr]
    return _trimmed(text, best)


def _in_turn(text: str, start: int) -> list[int]:
    """Where 首先, 其次 … and 最后 end, each said once and in this order."""
    found: list[int] = []
    for match in ENDING_ORDER.finditer(text, start):
        if not found and match.group() != "首先":
            return []
        if found and match.group() == "首先":
            break
        found.append(match.end())
        if match.group() == "最后":
            break
    return found if len(found) > 1 else []


def list_before(
    text: str, end: int, cues: Cues, scales: Scales, *, named: bool = True
) -> list[Span]:
    """The list that ends just before one place: 甲、乙、丙等, “甲”“乙”, 甲管…、乙管…的.

    Where the place ends its clause it may be `named` from the list: 甲、乙、丙，合称….
    """
    name = rf"(?:[，,]?{scales.any_of('称')})?" if named else ""
    bridge = re.compile(
        rf"(?:{scales.any_of('等')}(?:[\u3400-\u9fff]{{0,6}})?|的|这|共)?{name}[“\"「（(，,—]?\Z"
    )
    match = bridge.search(text, max(0, end - 12), end)
    last = match.start() if match else end
    start = last
    depth = 0
    while start > 0:
        char = text[start - 1]
        depth += (char in "”」)）") - (char in "“「(（")
        if depth < 0 or (depth == 0 and (char in ENDS or char in "，,；;：:")):
            break
        start -= 1
    items = strung(text, start, last, cues)
    explicit = match is not None and match.end() - match.start() > 1
    if len(items) == 2 and not explicit and not _noun_last(text, items, cues):
        return []
    return without_lead(text, items, cues, ragged=True) if len(items) > 1 else []


def _noun_last(text: str, items: list[Span], cues: Cues) -> bool:
    """False where the last item ends in a verb, as a clause does whose object comes next."""
    last = _tokens(text[slice(*items[-1])], cues)[-1]
    tag = cues.words.part_of_speech(last)
    return not (tag in ("v", "p", "d", "c", "r") or tag.startswith("u"))


def without_lead(text: str, items: list[Span], cues: Cues, *, ragged: bool = False) -> list[Span]:
    """The items without the verb or preposition that governs the whole list: 依靠|街道、社区.

    A list found from its end is `ragged`: its first item reaches back to the last such word.
    """
    first, last = items[0]
    tokens = _tokens(text[first:last], cues)
    others = [_tokens(text[start:end], cues)[:1] for start, end in items[1:]]
    if sum(bool(each) and _governs(each[0], cues) for each in others) * 2 >= len(others):
        return items
    kept = 0
    for place, token in enumerate(tokens[:-1]):
        rest = sum(map(len, tokens[place + 1 :]))
        part_of_name = cues.actions.get(token, False)
        if _governs(token, cues) and (rest > SHORTEST_OBJECT or not part_of_name):
            kept = last - first - rest
        elif not ragged:
            break
    return [(first + kept, last), *items[1:]]


def _governs(token: str, cues: Cues) -> bool:
    verb = token in cues.actions and not cues.actions[token]
    tag = cues.words.part_of_speech(token)
    return (
        verb
        or tag in ("v", "p", "d")
        or tag.startswith("u")
        or cues.plays(token, "引出宾语", "引出谓语", "施事", "状态")
    )


def _joined(text: str, start: int, end: int, cues: Cues) -> list[Span]:
    at, pieces, first = start, [], start
    for token in _tokens(text[start:end], cues):
        if token in CONJUNCTIONS and at > first and at + len(token) < end:
            pieces.append((first, at))
            first = at + len(token)
        at += len(token)
    return [*pieces, (first, end)]


def _tokens(text: str, cues: Cues) -> list[str]:
    return list(cues.words.cut(text))


def _divided(text: str, start: int, end: int, mark: re.Pattern[str]) -> list[Span]:
    """The stretches between marks that stand outside quotations and brackets."""
    closed = [
        match.span()
        for match in re.finditer(f"{QUOTED.pattern}|[（(][^（()）]*[)）]", text[start:end])
    ]
    pieces, first = [], start
    for match in mark.finditer(text, start, end):
        inside = any(left <= match.start() - start < right for left, right in closed)
        if not inside:
            pieces.append((first, match.start()))
            first = match.end()
    return [*pieces, (first, end)]


def _side_by_side(text: str, start: int, end: int) -> list[Span]:
    """Quotations with nothing but conjunctions between them, that begin or end the stretch."""
    quotes = [match.span() for match in QUOTED.finditer(text, start, end)]
    run: list[Span] = []
    for span in quotes:
        if run and not JOINTS.fullmatch(text, run[-1][1], span[0]):
            if run[0][0] == start and len(run) > 1:
                return run
            run = []
        run.append(span)
    return run if run and (run[0][0] == start or run[-1][1] == end) else []


def _stop(text: str, start: int) -> int:
    match = re.compile(r"[，,。；;：:！？\n]").search(text, start + 1)
    return match.start() if match else len(text)


def _trimmed(text: str, spans: list[Span]) -> list[Span]:
    found = []
    for start, end in spans:
        words = text[start:end]
        start += len(words) - len(words.lstrip(EDGE))
        end -= len(words) - len(words.rstrip(EDGE))
        if end - start > 1 and PAIRS.get(text[start]) == text[end - 1]:
            start, end = start + 1, end - 1
        if start < end:
            found.append((start, end))
    return found
