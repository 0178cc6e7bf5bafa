"""Characters that say only that something was lost: U+FFFD, private use, lone surrogates.

They stand as they are and are listed as ``unrepaired``; but for the private-use characters to which
older versions of GB 18030 gave a meaning.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import Change, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
LOST = re.compile("[\ufffd\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")
PRIVATE_RUN = re.compile(f"{PRIVATE.pattern}+")


def known_private_use(text: str) -> Iterator[Change]:
    """Private-use characters that GB 18030 once mapped a character to."""
    for match in PRIVATE.finditer(text):
        if after := gb18030_characters().get(match.group()):
            yield Change(*match.span(), after, "private_use", "likely")


def unreadable_characters(text: str) -> Iterator[Change]:
    """The runs of lost characters that stay, marked ``unrepaired``."""
    for kind, pattern in (("private_use", PRIVATE_RUN), ("replacement", LOST)):
        for match in pattern.finditer(text):
            yield Change(*match.span(), match.group(), kind, "unrepaired")


@cache
def gb18030_characters() -> dict[str, str]:
    """The character that each of those private-use characters stands for."""
    return {chr(int(row["code"], 16)): row["character"] for row in word_list("private_use")}
