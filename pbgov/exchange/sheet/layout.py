"""How a coding sheet is laid out: its rows, its columns, and the key that belongs to it.

What `pbgov.exchange.sheets` writes and `pbgov.exchange.sheet_reading` reads back.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

from pbgov.corpus.document import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from pbgov.coding.codebook import Codebook

FORM = "pbgov coding sheet 1"
GUIDE, CODING, KEY, OPTIONS = "说明", "编码", "_key", "_options"
NUMBER, ID, HEADING, BEFORE, TEXT, AFTER, MEMO, STATUS = (
    "序号",
    "编号",
    "标题",
    "上文",
    "原文",
    "下文",
    "备注",
    "状态",
)
PLACES = (NUMBER, ID, HEADING, BEFORE, TEXT, AFTER)
STATES = {"看完": "read", "存疑": "doubtful"}
YES, NO = "有", "无"
FIELDS = ("form", "coder", "seed", "codebook_version", "codebook_digest", "families", "n", "check")
KEY_COLUMNS = ("id", "doc_id", "start", "end", "text_digest", "parts")
MOST_SECONDARY = 3
LINE_UNITS = 84  # of the column of the text: 42 Han characters
MOST_LINES = 24  # that a row of the greatest height a spreadsheet has (409 points) can show
SENTENCE_ENDS = "。！？；\n"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
_CONTROLS |= dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Column:
    """One column of judgements: the primary or a secondary code of a family, or one code.

    ``role`` is ``primary``, ``secondary`` or ``code``; ``code_id`` is '' but for the last.
    """

    header: str
    family: str
    role: str
    code_id: str = ""


@dataclass(frozen=True)
class Item:
    """One stretch to be judged, under its blind id; ``parts`` are the lengths of its rows."""

    blind_id: str
    doc_id: str
    start: int
    end: int
    text_digest: str
    parts: tuple[int, ...]

    def row_ids(self) -> list[str]:
        """The id of each of its rows; those after the first end with the number of the part."""
        later = range(2, len(self.parts) + 1)
        return [self.blind_id, *(f"{self.blind_id}·{number}" for number in later)]

    def shown_parts(self, text: str) -> list[str]:
        """The shown text of each of its rows."""
        whole, parts, start = shown(text), [], 0
        for length in self.parts:
            parts.append(whole[start : start + length])
            start += length
        return parts


@dataclass(frozen=True)
class SheetKey:
    """What the hidden sheet holds: for whom and from what the sheet was made, and its stretches."""

    coder: str
    seed: int
    codebook_version: str
    codebook_digest: str
    families: tuple[str, ...]
    items: tuple[Item, ...]

    def rows(self) -> list[list[str]]:
        """The rows of the hidden sheet, the checksum over all others included."""
        digest = self.codebook_digest or "-"
        values = [FORM, self.coder, str(self.seed), self.codebook_version, digest]
        values += [";".join(self.families), str(len(self.items))]
        fields = [[name, value] for name, value in zip(FIELDS, values, strict=False)]
        table = [list(KEY_COLUMNS)]
        for item in self.items:
            bounds = [item.blind_id, item.doc_id, str(item.start), str(item.end)]
            table.append([*bounds, item.text_digest, ",".join(map(str, item.parts))])
        return [*fields, ["check", checksum([*fields, *table])], *table]


def checksum(rows: Sequence[Sequence[str]]) -> str:
    """SHA-256 over rows of cells. It finds slips and edits; whoever can count it anew can forge it."""
    return sha256("\n".join("\t".join(row) for row in rows).encode()).hexdigest()


def read_key(rows: Sequence[Sequence[str]]) -> SheetKey | None:
    """The key that the rows of the hidden sheet hold; None where a cell of them was touched."""
    rows = [[cell for cell in row if cell] for row in rows if any(row)]
    fields, table = rows[: len(FIELDS)], rows[len(FIELDS) :]
    if [row[0] for row in fields] != list(FIELDS) or any(len(row) != 2 for row in fields):
        return None
    said = {row[0]: row[1] for row in fields}
    if said["form"] != FORM or said["check"] != checksum([*fields[:-1], *table]):
        return None
    items = [
        Item(blind_id, doc_id, int(start), int(end), digest, tuple(map(int, parts.split(","))))
        for blind_id, doc_id, start, end, digest, parts in table[1:]
    ]
    return SheetKey(
        coder=said["coder"],
        seed=int(said["seed"]),
        codebook_version=said["codebook_version"],
        codebook_digest=said["codebook_digest"],
        families=tuple(said["families"].split(";")),
        items=tuple(items),
    )


def make_items(segments: pd.DataFrame, *, coder: str, seed: int) -> list[Item]:
    """The stretches in the order of the coder's sheet, each under its blind id.

    Id and order come from a hash of seed, coder and place, so that they say nothing about the
    document, differ from coder to coder, and are the same wherever and whenever they are made.
    """
    names = ("doc_id", "start", "end", "text")
    hashed = []
    for doc_id, start, end, text in zip(*(segments[name] for name in names), strict=True):
        place = "\x1f".join((str(seed), coder, str(doc_id), str(start), str(end)))
        number = int.from_bytes(sha256(place.encode("utf-8", "surrogatepass")).digest())
        hashed.append((number, str(doc_id), int(start), int(end), str(text)))
    hashed.sort()
    length = 6
    while len({_blind_id(number, length) for number, *_ in hashed}) < len(hashed):
        length += 1
    return [
        Item(
            _blind_id(number, length),
            doc_id,
            start,
            end,
            digest_text(text),
            tuple(map(len, split_text(shown(text)))),
        )
        for number, doc_id, start, end, text in hashed
    ]


def _blind_id(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "S" + "".join(letters)  # a letter first: no spreadsheet takes it for a number


def sheet_columns(codebook: Codebook, families: Sequence[str]) -> list[Column]:
    """The columns of judgements, family by family."""
    named = dict(zip(codebook.families["family"], codebook.families["zh"], strict=True))
    return [column for one in families for column in _columns_of(codebook, one, named[one])]


def _columns_of(codebook: Codebook, family: str, zh: str) -> Iterator[Column]:
    name, kind = f"{zh} {family}", codebook.exclusive(family)
    if kind == "multi":
        for code_id, label in code_labels(codebook, family).items():
            yield Column(f"{zh}：{label}", family, "code", code_id)
        return
    if kind == "single":
        yield Column(name, family, "primary")
        return
    yield Column(f"{name} 主要", family, "primary")
    rows = codebook.families.set_index("family")["residual"].notna()
    others = len(codebook.codes_of(family)) - 1 - int(bool(rows[family]))
    for number in range(1, min(others, MOST_SECONDARY) + 1):
        yield Column(f"{name} 次要{number}", family, "secondary")


def code_labels(codebook: Codebook, family: str) -> dict[str, str]:
    """Each code id of a family with what the drop-down shows: 组织创新 INNOV.ORG."""
    names = dict(zip(codebook.codes["code_id"], codebook.codes["zh"], strict=True))
    return {code_id: f"{names[code_id]} {code_id}" for code_id in codebook.codes_of(family)}


def shown(text: str) -> str:
    """A text as a cell can hold it: line ends as LF, control characters as their pictures (␀)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def escaped(text: str) -> str:
    """`text` with what looks like an escape of the file format (_x0041_) escaped itself."""
    return _LOOKS_ESCAPED.sub("_x005F_", text)


def comparable(cell: str) -> str:
    """What a cell says, whoever saved it: escapes undone, line ends as LF, no white space around."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    return shown(plain).strip()


def tidy(cell: str) -> str:
    """A judgement as typed, in plain characters with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", comparable(cell)).split())


def split_text(text: str) -> list[str]:
    """The rows of a shown text: as few as can be seen whole, cut after a sentence where one ends."""
    parts = []
    while (fits := _fitting(text)) < len(text):
        ends = [place + 1 for place in range(fits // 2, fits) if text[place] in SENTENCE_ENDS]
        cut = ends[-1] if ends else fits
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]


def count_lines(text: str) -> int:
    """How many lines a text takes in the column of the text."""
    return sum(max(1, ceil(units(line) / LINE_UNITS)) for line in text.split("\n"))


def _fitting(text: str) -> int:
    """How many characters of a text fill `MOST_LINES` lines."""
    lines, used = 1, 0
    for place, char in enumerate(text):
        width = units(char)
        if char == "\n" or used + width > LINE_UNITS:
            lines, used = lines + 1, 0
        if lines > MOST_LINES:
            return place
        used += 0 if char == "\n" else width
    return len(text)


def units(text: str) -> int:
    """How wide a text is: 2 for a full-width character, 1 for others."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
