"""Which encoding a file of Chinese text is in.

A byte order mark decides; then strict UTF-8; then GB18030 against Big5, by the share of characters
that everyday Chinese is written with. Those are not listed here: both national standards
(GB 2312-1980 and Big5) put the common characters in a first level and the rare ones in a second,
so the tables of the codecs themselves say which characters are common. A text decoded with the
wrong one is full of second-level and symbol characters.
"""

from __future__ import annotations

import codecs
from functools import cache

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEGACY = ("gb18030", "big5", "big5hkscs")
LEAST_SHARE = 0.5  # most of a Chinese text is written in common characters
PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】「」『』—…·～％＋－＝／　"


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was in.

    Returns
    -------
    text, encoding : str
        A byte order mark is left out of the text.

    Raises
    ------
    UnicodeDecodeError
        Where no encoding fits. A UTF-8 file with a few broken bytes is refused, with the place of
        the first, rather than read as a wall of rare GB18030 characters. Korean EUC-KR cannot be
        told from GB 2312 by this measure; the corpus is taken to be Chinese.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as broken:
        read = {"utf-8": content.decode("utf-8", errors="replace")}
        for encoding in LEGACY:
            try:
                read[encoding] = content.decode(encoding)
            except UnicodeDecodeError:
                continue
        likeliest = max(read, key=lambda name: common_share(read[name]))
        if likeliest == "utf-8" or common_share(read[likeliest]) < LEAST_SHARE:
            raise broken from None
        return read[likeliest], likeliest


def common_share(text: str) -> float:
    """Share of the non-ASCII characters that are common in Chinese; 0 where there is none."""
    wide = [char for char in text if ord(char) > 127]
    return sum(char in common_characters() for char in wide) / len(wide) if wide else 0.0


@cache
def common_characters() -> frozenset[str]:
    """The first levels of GB 2312 and Big5, and the punctuation of both."""
    simplified = _plane("gb2312", 0xB0A1, 0xD7F9)
    traditional = _plane("big5", 0xA440, 0xC67E)
    return simplified | traditional | frozenset(PUNCTUATION)


def _plane(encoding: str, first: int, last: int) -> frozenset[str]:
    found = set()
    for code in range(first, last + 1):
        try:
            decoded = code.to_bytes(2, "big").decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(decoded) == 1:
            found.add(decoded)
    return frozenset(found)
