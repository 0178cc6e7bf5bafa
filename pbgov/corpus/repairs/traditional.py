"""Traditional characters to simplified ones, in text that is written in them.

A whole text is judged, and each paragraph of enough characters for itself: a simplified article
that quotes an inscription keeps a name but has the passage converted; a simplified line in a
traditional text is left alone, because OpenCC would turn its 显著 into 显着. Only the characters
that simplified text does not write change, one for one; where one traditional character stands for
several simplified ones (乾: 干, 乾) the dictionaries of OpenCC choose, and the repair is ``likely``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pbgov.corpus.repairs.change import HAN, LINE_BREAK, Change, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = re.compile(f"[^{LINE_BREAK}]+")
RUN = re.compile(rf"[{HAN}]+")
CHARACTER = re.compile(rf"[{HAN}]")
LEAST_SHARE = 0.15  # of the Han characters: traditional texts have a third, names far less
SHORTEST = 30  # Han characters: a paragraph that can be judged for itself


def traditional_characters(text: str) -> Iterator[Change]:
    """Each traditional character of traditional text, with the simplified one for it."""
    only_traditional, only_simplified = scripts()
    n_traditional = len(only_traditional.findall(text))
    if not n_traditional:
        return
    everywhere = n_traditional > LEAST_SHARE * len(CHARACTER.findall(text))
    for line in LINE.finditer(text):
        words = line.group()
        n_traditional = len(only_traditional.findall(words))
        if not n_traditional or len(only_simplified.findall(words)) >= n_traditional:
            continue
        n_han = len(CHARACTER.findall(words))
        if everywhere or (n_han >= SHORTEST and n_traditional > LEAST_SHARE * n_han):
            for run in RUN.finditer(words):
                yield from _simplified(run.group(), line.start() + run.start())


def _simplified(words: str, start: int) -> Iterator[Change]:
    converted = converter().convert(words)
    if len(converted) != len(words):
        converted = "".join(converter().convert(char)[:1] or char for char in words)
    for place, (before, after) in enumerate(zip(words, converted, strict=True), start):
        simplified = several().get(before, "")
        if before != after and (simplified or scripts()[0].match(before)):
            certainty = "likely" if len(simplified) > 1 else "exact"
            yield Change(place, place + 1, after, "traditional", certainty)


def to_simplified(words: str) -> str:
    """Words with their Han characters simplified, whatever else stands among them."""
    return RUN.sub(lambda run: str(converter().convert(run.group())), words)


@cache
def scripts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of the characters that only traditional text writes, and of those only simplified does.

    GB 2312 is taken as the set of the simplified script, Big5 and GBK together as that of both.
    """
    chars = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = {char for char in chars if _writes("gb2312", char)}
    big5 = {char for char in chars if _writes("big5", char)}
    wide = {char for char in chars if _writes("gbk", char)}
    traditional = sorted((big5 | wide) - simplified)
    return re.compile(f"[{''.join(traditional)}]"), re.compile(
        f"[{''.join(sorted(simplified - big5))}]"
    )


@cache
def several() -> dict[str, str]:
    """Traditional characters that stand for several, or that GB 2312 holds as well: what they may become."""
    return {row["character"]: row["simplified"] for row in word_list("traditional")}


@cache
def converter() -> Any:
    """OpenCC from the standard of Taiwan to simplified characters, its words left as they are."""
    import opencc

    return opencc.OpenCC("tw2s")


def _writes(encoding: str, char: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
