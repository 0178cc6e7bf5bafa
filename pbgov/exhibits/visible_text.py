"""Text as it is printed: characters that a file cannot hold, or that nobody would see, are named.

Every printed form (Word, slides, workbook, page, PDF, LaTeX, Markdown) passes its texts through here;
the data files beside them (CSV, JSON) hold the characters themselves.
"""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSEEN = re.compile("[\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible_text(text: str) -> str:
    r"""`text` with a named mark, such as 〔U+0001〕, for every character that XML may not hold.

    Examples
    --------
    >>> visible_text("党建\x07引领")
    '党建〔U+0007〕引领'
    """
    return _ILLEGAL.sub(_named, text)


def printable(text: str) -> str:
    r"""`visible_text`, with a mark also for controls of old terminals and what turns a line round.

    For running text and text files, where U+202E would reverse words beside its own.

    Examples
    --------
    >>> printable("甲\u202e乙\x01")
    '甲〔U+202E〕乙〔U+0001〕'
    """
    return _UNSEEN.sub(_named, visible_text(text))


def _named(found: re.Match[str]) -> str:
    return f"〔U+{ord(found.group()):04X}〕"
