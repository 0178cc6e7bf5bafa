"""Numbers against their results: what the writer expected, what a file shows, what is marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.marks import SIMULATED
from pbgov.reporting.claims.fault import Fault
from pbgov.reporting.claims.numbers import unbound_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.claims.passages import Passage, Sentence
    from pbgov.reporting.ledger import Ledger

_NO_MARK = re.compile(
    rf"(?:不是|并非|而非|绝非|非|没有|不含|不属于|不用|未)(?:任何)?(?:经过)?【?{SIMULATED}"
    r"|\b(?:no|not|non|never|without)\b[ -](?:\w+ )?simulat\w+",
    re.IGNORECASE,
)
_MARK = re.compile(rf"{SIMULATED}|\bsimulat(?:ed|ions?)\b", re.IGNORECASE)
MOST_NAMED = 3


def misstated(passage: Passage, ledger: Ledger) -> Iterator[Fault]:
    """E701-E703: results that print otherwise than expected or shown, and names of no result."""
    for one in passage.bound:
        shown = passage.text[one.start : one.end]
        result = ledger.get(one.result_id)
        if result is None:
            known = "、".join(list(ledger)[:MOST_NAMED])
            yield Fault(
                "E703", passage, one.start, one.end, one.result_id, f"账目里的编号（如 {known}）",
                "改成账目里的编号，或重新运行",
            )  # fmt: skip
        elif one.expected is not None and one.expected != result.printed:
            yield Fault(
                "E701", passage, one.start, one.end, one.expected, result.printed,
                f"{{{{result:{one.result_id}={result.printed}}}}}",
            )  # fmt: skip
        elif _plain(shown) != _plain(result.printed):
            yield Fault(
                "E702", passage, one.start, one.end, shown, result.printed,
                f"改回 {result.printed}（{result.meaning}）",
            )  # fmt: skip


def _plain(printed: str) -> str:
    """What is printed, whatever spaces a program put between."""
    return re.sub(r"\s+", "", printed)


def unbound(passage: Passage, ledger: Ledger) -> Iterator[Fault]:
    """E704: numbers that no result binds. Titles are names and are passed over."""
    if passage.kind == "title":
        return
    for start, end in unbound_numbers(passage):
        seen = passage.text[start:end]
        number = re.sub(r"[^0-9.,%％−-]", "", seen) or seen
        alike = [one.result_id for one in ledger.values() if _plain(one.printed) == _plain(number)]
        named = "、".join(f"{{{{result:{name}}}}}" for name in alike[:MOST_NAMED])
        more = f" 等 {len(alike)} 个" if len(alike) > MOST_NAMED else ""
        suggestion = (
            f"账目里印作这个数的有 {named}{more}"
            if alike
            else f"绑定结果；不是结果的写 {{{{given:{seen}|出处}}}}"
        )
        yield Fault(
            "E704", passage, start, end, seen, "绑定结果，或写明出处 {{given:…|出处}}", suggestion
        )


def unmarked(passage: Passage, ledger: Ledger) -> Iterator[Fault]:
    """E705: simulated results and exhibits that are stated as though they were measured."""
    for sentence in passage.sentences():
        stated = [
            (one.start, one.end)
            for one in sentence.bound
            if one.result_id in ledger and ledger[one.result_id].simulated
        ]
        stated += [(one.start, one.end) for one in sentence.named if one.simulated]
        if not stated or passage.reality == SIMULATED:
            continue
        if passage.reality == "真实" or not _says_simulated(sentence):
            start, end = min(stated)
            yield Fault(
                "E705", passage, start, end, passage.text[start:end],
                f"这一段标作【{SIMULATED}】，或同一句里写明是{SIMULATED}", f"在这个数前写“{SIMULATED}”",
            )  # fmt: skip


def _says_simulated(sentence: Sentence) -> bool:
    """Whether a sentence says 模拟 (simulated) and does not deny it."""
    return _MARK.search(_NO_MARK.sub("", sentence.text)) is not None
