"""Which encoding a file of Chinese text is in.

A byte order mark decides; then HZ, which is all ASCII; then strict UTF-8; then GB18030, Big5 and
UTF-16 without a mark against each other, by the share of characters that everyday Chinese is
written with. Those are not listed here: both national standards (GB 2312-1980 and Big5) put the
common characters in a first level and the rare ones in a second, so the tables of the codecs
themselves say which characters are common. A text decoded with the wrong one is full of
second-level and symbol characters.
"""

from __future__ import annotations

import codecs
from collections import Counter
from functools import cache

from pbgov.errors import PbgovError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEGACY = ("gb18030", "big5", "big5hkscs")
UNMARKED = ("utf-16-le", "utf-16-be")
LEAST_SHARE = 0.5  # most of a Chinese text is written in common characters
LEAST_SHARE_UNMARKED = 0.9  # any pair of bytes is a character of UTF-16: nearly all must be common
SAMPLE = 500_000  # bytes to each side of a broken one that show whether the rest is UTF-8
PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】「」『』—…·～％＋－＝／　"
HZ_OPENING = b"~{"


class MixedEncodingError(PbgovError):
    """Most of a file is in one encoding, and one of its lines in another.

    Attributes
    ----------
    encoding : str
        The one that most of it is in.
    start : int
        Offset of the first byte that is not.
    """

    def __init__(self, encoding: str, start: int) -> None:
        self.encoding, self.start = encoding, start
        super().__init__(f"{encoding}, but not at byte {start}")


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
    MixedEncodingError
        Where lines in UTF-8 stand among lines in GB18030 or Big5.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding), encoding
    for encoding in UNMARKED if b"\0" in content else ():
        text = _decoded(content, encoding)
        if text and _readable_share(text) >= LEAST_SHARE_UNMARKED:
            return text, encoding
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as broken:
        return _decode_legacy(content, broken)
    spelled_out = _decoded(content, "hz") if HZ_OPENING in content and text.isascii() else None
    if spelled_out and common_share(spelled_out) >= LEAST_SHARE:
        return spelled_out, "hz"
    return text, "utf-8"


def common_share(text: str) -> float:
    """Share of the non-ASCII characters that are common in Chinese; 0 where there is none."""
    counts = Counter(text)
    wide = {char: n for char, n in counts.items() if ord(char) > 127}
    common = sum(n for char, n in wide.items() if char in common_characters())
    return common / sum(wide.values()) if wide else 0.0


@cache
def common_characters() -> frozenset[str]:
    """The first levels of GB 2312 and Big5, and the punctuation of both."""
    simplified = _plane("gb2312", 0xB0A1, 0xD7F9)
    traditional = _plane("big5", 0xA440, 0xC67E)
    return simplified | traditional | frozenset(PUNCTUATION)


def _decode_legacy(content: bytes, broken: UnicodeDecodeError) -> tuple[str, str]:
    """What is not UTF-8, read as what it looks most like."""
    around = content[max(0, broken.start - SAMPLE) : broken.start + SAMPLE]
    read = {"utf-8": around.decode("utf-8", errors="replace")}
    for encoding in LEGACY:
        text = _decoded(content, encoding)
        if text is not None:
            read[encoding] = text
    for encoding in UNMARKED:
        text = _decoded(content, encoding)
        if text is not None and _readable_share(text) >= LEAST_SHARE_UNMARKED:
            read[encoding] = text
    shares = {encoding: common_share(text) for encoding, text in read.items()}
    likeliest = max(shares, key=shares.__getitem__)
    if likeliest == "utf-8" or shares[likeliest] < LEAST_SHARE:
        _refuse_mixture(content)
        raise broken from None
    if likeliest in LEGACY:
        _refuse_mixture(content)
    return read[likeliest], likeliest


def _refuse_mixture(content: bytes) -> None:
    """Some lines are common Chinese as UTF-8 only, others as GB18030 or Big5 only: a mixture."""
    sizes: Counter[str] = Counter()
    first: dict[str, int] = {}
    at = 0
    for line in content.splitlines(keepends=True):
        if not line.isascii():
            fitting = [name for name in ("utf-8", *LEGACY[:2]) if _is_common(line, name)]
            if fitting and (len(fitting) == 1 or fitting[0] != "utf-8"):
                sizes[fitting[0]] += len(line)
                first.setdefault(fitting[0], at + _first_wide(line))
        at += len(line)
    most = max(sizes, key=sizes.__getitem__, default="")
    others = [name for name in sizes if (name == "utf-8") != (most == "utf-8")]
    if others:
        raise MixedEncodingError(most, min(first[name] for name in others))


def _is_common(line: bytes, encoding: str) -> bool:
    text = _decoded(line, encoding) or ""
    return len(text.strip()) > 1 and common_share(text) >= LEAST_SHARE_UNMARKED


def _first_wide(line: bytes) -> int:
    return next(place for place, byte in enumerate(line) if byte > 127)


def _readable_share(text: str) -> float:
    """Share of all characters that are common in Chinese or printable ASCII; 0 with a NUL."""
    counts = Counter(text)
    if counts["\0"]:
        return 0.0
    good = sum(
        n
        for char, n in counts.items()
        if char in common_characters() or " " <= char <= "~" or char in "\t\r\n"
    )
    return good / len(text)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


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
