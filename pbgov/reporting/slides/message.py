"""The message of a claim's slide: what its title says, and what stands below one another under it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pbgov.reporting.slides.canvas import ELSEWHERE, add_notes, text_box
from pbgov.reporting.slides.room import (
    TITLE,
    Box,
    height_of,
    lines_in,
    lines_of,
    shortened,
    size_for,
)

LEAST_BESIDE, LEAST_ALONE = 20.0, 28.0
"""Points of a title that says the whole claim, beside an exhibit and alone on its slide."""

GAP = 0.3
"""Between two parts, in cm."""

_SENTENCE_END = re.compile(r"[。！？]|[.!?](?= [A-Z])")


@dataclass(frozen=True)
class Part:
    """Texts that stand together; labels are bold and never cut, of another text the notes hold all."""

    name: str
    texts: tuple[str, ...]
    labels: bool = False

    def height(self, width: float, size: float) -> float:
        """In cm, in a column `width` cm wide at `size` points."""
        return height_of(sum(len(lines_of(one, width, size)) for one in self.texts), size)

    def cut(self, width: float, size: float, most: int) -> Part:
        """The part in `most` lines of each text."""
        shown = tuple(shortened(one, width, size, most, ELSEWHERE) for one in self.texts)
        return replace(self, texts=shown)


def message_of(text: str, room: Box) -> tuple[str, str]:
    """What of a claim stands in the title, and what follows under it.

    All of it where it can be set large; of a longer claim the first sentence, where it has several.
    """
    end = _SENTENCE_END.search(text)
    if end is None or size_for(text, room, (LEAST_BESIDE if room is TITLE else LEAST_ALONE,)):
        return text, ""
    return text[: end.end()], text[end.end() :].strip()


def write_parts(slide: Any, parts: list[Part], room: Box, sizes: tuple[float, ...]) -> None:
    """Texts below one another in the largest of `sizes` that has room for all.

    Where none has, the texts that are not labels are cut to equal shares. The notes hold all.
    """
    free = room.height - GAP * (len(parts) - 1)
    fitting = (one for one in sizes if sum(part.height(room.width, one) for part in parts) <= free)
    size = next(fitting, None)
    for part in parts:
        if not part.labels:
            add_notes(slide, "\n".join(part.texts))
    if size is None:
        size = sizes[-1]
        free -= sum(part.height(room.width, size) for part in parts if part.labels)
        share = lines_in(free / sum(len(part.texts) for part in parts if not part.labels), size)
        parts = [part if part.labels else part.cut(room.width, size, share) for part in parts]
    top = room.top
    for part in parts:
        box = Box(room.left, top, room.width, part.height(room.width, size))
        text_box(slide, part.name, box, list(part.texts), size, bold=part.labels)
        top += box.height + GAP
