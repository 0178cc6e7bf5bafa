"""How wide a line of mixed Chinese and Latin text is, where it may break, and the room for it."""

from __future__ import annotations

import unicodedata

WIDTH = 14.0
"""Width of a figure in cm: one column of the report, so that it is printed at its own size."""

PAGE_HEIGHT = 21.0
"""Height in cm that a page of the report leaves for a figure with its caption and note."""

LINE_HEIGHT = 0.41
"""Height of a line of a tick label in cm, its spacing included."""


def text_width(text: str) -> int:
    """Printed width of `text` in half-width characters; a Han character counts two."""
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in text)
    return len(text) + wide


def wrap(text: str, columns: int) -> list[str]:
    """`text` cut into lines of at most `columns` half-width characters.

    Lines break between Han characters and after spaces, hyphens and slashes, never before closing
    punctuation and never inside a word or number unless it is longer than a line.
    """
    lines: list[str] = []
    line = ""
    for piece in pieces(text):
        if line and text_width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
        while text_width(line.rstrip()) > columns and len(line) > 1:
            cut = max(n for n in range(1, len(line)) if n == 1 or text_width(line[:n]) <= columns)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def balanced(text: str, columns: int) -> list[str]:
    """`text` in as few lines as `wrap` needs, of about the same width: no last line of one word.

    Examples
    --------
    >>> wrap("基层党组织怎样带动社会治理", 22), balanced("基层党组织怎样带动社会治理", 22)
    (['基层党组织怎样带动社会', '治理'], ['基层党组织怎样', '带动社会治理'])
    """
    lines = wrap(text, columns)
    for narrower in range(columns - 1, columns // 2, -1):
        evener = wrap(text, narrower)
        if len(evener) > len(lines):
            break
        lines = evener
    return lines


def with_count(name: str, count: str, columns: int) -> list[str]:
    """`name` and what is counted behind it; a name that fits a line is never cut for its count.

    Examples
    --------
    >>> with_count("朝阳区“两全治理”", "（读 22 段）", 26), with_count("朝阳区", "（2）", 26)
    (['朝阳区“两全治理”', '（读 22 段）'], ['朝阳区（2）'])
    """
    if text_width(name) <= columns < text_width(name + count):
        return [name, count]
    return balanced(name + count, columns)


_CLOSING = "，。；：、！？）》】”’％,.;:!?)]}%"
_OPENING = "（《【“‘([{"


def pieces(text: str) -> list[str]:
    """Stretches of `text` inside which a line may not break; together they are the text."""
    found: list[str] = []
    for char in text:
        glued = found and (
            char in _CLOSING
            or char == " "
            or found[-1][-1] in _OPENING
            or (text_width(char) == text_width(found[-1][-1]) == 1 and found[-1][-1] not in " -_/")
        )
        if glued:
            found[-1] += char
        else:
            found.append(char)
    return found
