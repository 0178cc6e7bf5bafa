"""One field of the metadata as the text states it, masks it, or leaves it out."""

from __future__ import annotations

import re

from pbgov.corpus.document import MetadataField
from pbgov.corpus.labels import readable
from pbgov.corpus.stated.reasons import ABSENT, MASKED

MASK = re.compile(
    r"[Xx×✕＊*某]+(?=[省市区县街镇乡年月日])|[×✕＊]{2,}|(?<![A-Za-z])[XxＸ]{2,}(?![A-Za-z])|\*{2,}|佚名|某某|匿名"
)
OPEN_FIELDS = ("title", "original_title", "abstract", "keywords")  # words, which may speak of 某市


def at(name: str, raw: str, start: int, end: int, value: object = None) -> MetadataField:
    """The field that stands at ``raw[start:end]``; empty where that is masked."""
    told = readable(raw[start:end]) if value is None else value
    if name not in OPEN_FIELDS and MASK.search(raw[start:end]):
        seen = readable(raw[start:end])[:20]
        reasons = [reason.format(seen=seen) for reason in MASKED]
        return MetadataField(name, None, "masked", start, end, *reasons)
    return MetadataField(name, told, "text", start, end)


def missing(name: str) -> MetadataField:
    """The field that stands nowhere."""
    return MetadataField(name, None, "missing", None, None, *ABSENT[name])
