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
# 豈 and its like; Kangxi and other radicals; ligatures of Latin letters
FORMS = re.compile(
    "[\uf900-\ufaff\U0002f800-\U0002fa1f\u2f00-\u2fd5\u2e80-\u2ef3\ufb00-\ufb06]"
    f"|[{WIDE}]+|(?<=[0-9０-９])[．％](?![．])|(?<=[0-9A-Za-z{WIDE}])＋(?=[0-9A-Za-z{WIDE}])"
    f"|(?<=[{HAN}])[\uff61\uff64]|[\uff62\uff63](?=[{HAN}])|(?<=[{HAN}\uff61])\uff63"
)


def compatibility_forms(text: str) -> Iterator[Change]:
    """Each such character replaced by the one it stands for."""
    for match in FORMS.finditer(text):
        found = match.group()
        if found == "．" and not text[match.end() : match.end() + 1].isdigit():
            continue
        after = radicals().get(found) or unicodedata.normalize("NFKC", found)
        if after != found:
            yield Change(*match.span(), after, "compatibility", "exact")


@cache
def radicals() -> dict[str, str]:
    """The ideograph for each radical that NFKC leaves alone."""
    return {row["radical"]: row["ideograph"] for row in word_list("radicals")}
