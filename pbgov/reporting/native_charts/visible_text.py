"""Text that any XML file may hold: characters it may not hold are named instead."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def visible_text(text: str) -> str:
    r"""`text` with a named mark, such as 〔U+0001〕, for every character that XML may not hold.

    Examples
    --------
    >>> visible_text("党建\x07引领")
    '党建〔U+0007〕引领'
    """
    return _ILLEGAL.sub(lambda found: f"〔U+{ord(found.group()):04X}〕", text)
