"""What a notebook's outputs say: their words and numbers, apart from how they look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TEXT, HTML = "text/plain", "text/html"
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-−+]?\d+)?(?![A-Za-z0-9_]|\.\d)"
)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_PICTURE = re.compile(r"<Figure size [\d.]+x[\d.]+ with (\d+) Axes>")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_RULE = re.compile(r"[-=─━_]{3,}")
_CONTEXT = 4


@dataclass(frozen=True)
class Said:
    """One output: what kind it is, and what it says."""

    kind: str
    text: str
    beside: str = ""
    """The plain text beside a page of HTML."""


@dataclass(frozen=True)
class Difference:
    """Where two texts differ: what stood before it, what each says."""

    what: str
    before: str
    stored: str
    rerun: str


def outputs_of(cell: Mapping[str, Any]) -> list[Said]:
    """The outputs of a code cell; what a program printed piece by piece is one output."""
    said: list[Said] = []
    for output in cell.get("outputs", ()):
        kind = str(output["output_type"])
        if kind == "stream":
            name = f"stream {output['name']}"
            text = _joined(output["text"])
            if said and said[-1].kind == name:
                said[-1] = Said(name, said[-1].text + text)
            else:
                said.append(Said(name, text))
        elif kind == "error":
            said.append(Said("error", f"{output['ename']}: {output['evalue']}"))
        else:
            said.append(_shown(output.get("data", {})))
    return said


def _shown(data: Mapping[str, Any]) -> Said:
    plain = _joined(data.get(TEXT, ""))
    if HTML in data:
        return Said("page", text_of_page(_joined(data[HTML])), plain)
    pictures = [kind for kind in data if kind.startswith("image/")]
    return Said("picture" if pictures else "value", plain)


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


def text_of_page(page: str) -> str:
    """The words of a piece of HTML, cell by cell; no pictures, scripts or styles."""
    from lxml import html

    if not page.strip():
        return ""
    root = html.fragment_fromstring(page, create_parent="div")
    for skipped in root.xpath(".//script | .//style | .//svg | .//comment()"):
        skipped.drop_tree()
    return "\n".join(text.strip() for text in root.itertext() if text.strip())


def differences(stored: str, rerun: str, tolerance: float) -> list[Difference]:
    """Where the words differ, or numbers by more than `tolerance` of the larger of the two.

    Blanks, the lengths of ruled lines, addresses of memory and the size of a picture are nothing
    that is said.
    """
    first, second = _tokens(stored), _tokens(rerun)
    found = []
    matcher = SequenceMatcher(None, _shapes(first), _shapes(second), autojunk=False)
    for same, a, b, c, d in matcher.get_opcodes():
        if same != "equal":
            found.append(
                Difference("words", _before(first, a), " ".join(first[a:b]), " ".join(second[c:d]))
            )
            continue
        for place, (one, other) in enumerate(zip(first[a:b], second[c:d], strict=True), a):
            if _NUMBER.fullmatch(one) and not _close(one, other, tolerance):
                found.append(Difference("number", _before(first, place), one, other))
    return found


def _tokens(text: str) -> list[str]:
    plain = _PICTURE.sub(r"<Figure with \1 Axes>", _ADDRESS.sub("0x…", _COLOUR.sub("", text)))
    tokens: list[str] = []
    for word in _RULE.sub(" — ", plain).split():
        last = 0
        for found in _NUMBER.finditer(word):
            tokens += [word[last : found.start()], found.group()]
            last = found.end()
        tokens.append(word[last:])
    return [token for token in tokens if token]


def _shapes(tokens: Sequence[str]) -> list[str]:
    return ["#" if _NUMBER.fullmatch(token) else f"w{token}" for token in tokens]


def _close(one: str, other: str, tolerance: float) -> bool:
    first, second = _value(one), _value(other)
    return abs(first - second) <= tolerance * max(abs(first), abs(second))


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("−", "-"))


def _before(tokens: Sequence[str], place: int) -> str:
    return " ".join(tokens[max(0, place - _CONTEXT) : place])


def code_cells(notebook: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The cells that are run, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
