"""No-break and other odd spaces, and the question marks that some of them were turned into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pbgov.corpus.repairs.change import HAN, OPENING, Change

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
# D616 ? ? ? ? [文献: no sentence consists of nothing but question marks.
CHAIN = re.compile(r"(?<=\S)(?: [?？]){2,}(?= )")
# 甲; ?乙: no question ends just after the mark that ends what went before.
ALONE = re.compile(rf"(?<=[;；,，、:：。] )[?？](?=[{HAN}{OPENING}\[])")


def odd_spaces(text: str) -> Iterator[Change]:
    """Spaces of odd kinds become plain ones; question marks that stand for them go."""
    for match in ODD.finditer(text):
        yield Change(*match.span(), " ", "nbsp", "exact")
    for match in CHAIN.finditer(text):
        for place in range(match.start() + 1, match.end(), 2):
            yield Change(place, place + 1, "", "nbsp", "exact")
    for match in ALONE.finditer(text):
        yield Change(*match.span(), "", "nbsp", "likely")
