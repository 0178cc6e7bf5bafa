"""Characters that stand for others: radicals, compatibility ideographs, full-width Latin, ligatures.

Only what the Unicode Standard itself declares equivalent, and full-width letters and digits, which
are ASCII by convention. Full-width punctuation is how Chinese is written and stays, but for signs
within numbers (３．５, １８％, １＋１). Half-width kana and squared units (㎡) stay.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, Change, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDE = "０-９Ａ-Ｚａ-ｚ"
# 豈 and its like; Kangxi and other radicals; ligatures of Latin letters; then what its neighbours decide
FORMS = re.compile(
    "[\uf900-\ufaff\U0002f800-\U0002fa1f\u2f00-\u2fd5\u2e80-\u2ef3\ufb00-\ufb06]"
    f"|[{WIDE}]+|[．％＋｡｢｣､]"
)
WORD = re.compile(f"[0-9A-Za-z{WIDE}]")
BETWEEN_DIGITS, AFTER_DIGIT, BETWEEN_WORDS = "．", "％", "＋"
IS_HAN = re.compile(f"[{HAN}]")


def compatibility_forms(text: str) -> Iterator[Change]:
    """Each such character replaced by the one it stands for."""
    for match in FORMS.finditer(text):
        found = match.group()
        if not _to_be_replaced(
            found, text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        ):
            continue
        after = radicals().get(found) or unicodedata.normalize("NFKC", found)
        if after != found:
            yield Change(*match.span(), after, "compatibility", "exact")


def _to_be_replaced(found: str, before: str, after: str) -> bool:
    """Whether the characters beside a mark make it one of a number, or of Chinese."""
    if found == BETWEEN_DIGITS:
        return before.isdigit() and after.isdigit()
    if found == AFTER_DIGIT:
        return before.isdigit()
    if found == BETWEEN_WORDS:
        return bool(WORD.match(before) and WORD.match(after))
    if found in "｡｢｣､":
        return bool(IS_HAN.match(before) or IS_HAN.match(after))
    return True


@cache
def radicals() -> dict[str, str]:
    """The ideograph for each radical that NFKC leaves alone."""
    return {row["radical"]: row["ideograph"] for row in word_list("radicals")}
