"""What a report is made of, and the writing of it.

A report is a value: title, and blocks in reading order. Every statement of finding is a `Claim`
and carries two visible labels, whether it is real or simulated, and how sure it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pbgov.errors import InputError
from pbgov.marks import SIMULATED

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from pbgov.exhibits.exhibit import Exhibit

Reality: TypeAlias = Literal["真实", "模拟", "方法", "局限"]
Confidence: TypeAlias = Literal["高", "中", "低"]

REALITIES: dict[str, str] = {
    "真实": "来自可以核对的文章、公开指标，或由它们直接算出。",
    "模拟": "来自程序生成的数据，只用来检验方法，不说明任何地区的实际情况。",
    "方法": "说明数字是怎样得来的。",
    "局限": "说明这些数据不能说明什么。",
}
CONFIDENCES: dict[str, str] = {
    "高": "可以逐条核对，换一种合理的做法结果也不会变。",
    "中": "方向较清楚，但依赖编码规则、样本或方法的选择。",
    "低": "只是线索，样本太小或材料太偏，不能据此下结论。",
}
CONFIDENCE_DOTS = {"高": "●●●", "中": "●●○", "低": "●○○"}

_REFERENCE = re.compile(r"\{((?:tab|fig)-[a-z0-9-]+)\}")
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2 or 3."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise InputError(f"heading {self.text!r} has level {self.level}; use 1, 2 or 3")


@dataclass(frozen=True)
class Paragraph:
    """Plain prose; `reality` puts a visible label before it.

    ``{tab-…}`` and ``{fig-…}`` in a text become the number of that exhibit, with a link to it.
    """

    text: str
    reality: Reality | None = None

    def __post_init__(self) -> None:
        if self.reality is not None:
            _among(self.reality, REALITIES, self.text)


@dataclass(frozen=True)
class Claim:
    """One finding: what is stated, whether it is real or simulated, how sure it is and why.

    Raises
    ------
    InputError
        For an unknown label or an empty reason.
    """

    text: str
    reality: Literal["真实", "模拟"]
    confidence: Confidence
    reason: str

    def __post_init__(self) -> None:
        _among(self.reality, ("真实", "模拟"), self.text)
        _among(self.confidence, CONFIDENCES, self.text)
        if not self.reason.strip():
            raise InputError(
                f"the claim {self.text[:30]!r} gives no reason for its confidence; say what it rests on"
            )


@dataclass(frozen=True)
class ExhibitBlock:
    """A table or figure, at its place in the text."""

    exhibit: Exhibit


@dataclass(frozen=True)
class Box:
    """A framed passage, such as “这些数据不能说明什么”."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class References:
    """Numbered sources, under a heading of level 1 where `title` is given."""

    entries: tuple[str, ...]
    title: str = ""


Block: TypeAlias = Heading | Paragraph | Claim | ExhibitBlock | Box | References


@dataclass(frozen=True)
class Mention:
    """An exhibit named in running text: its id and what is printed ("表2")."""

    exhibit_id: str
    printed: str


@dataclass(frozen=True, eq=False)
class Report:
    """A report, whole and checked, before it is written.

    Parameters
    ----------
    title, subtitle : str
        ``subtitle`` may be empty.
    blocks : tuple of Heading, Paragraph, Claim, ExhibitBlock, Box, References
        In reading order; every exhibit stands once.
    dated : date, optional
        Printed under the title; None prints no date and keeps the bytes of the report the same
        from day to day.

    Raises
    ------
    InputError
        Where an exhibit stands twice or a text names one that is not there; where a statement
        labelled 真实, or the reason given for it, names a simulated exhibit; where a text holds a character that no Word file
        may hold.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    dated: datetime.date | None = None

    def __post_init__(self) -> None:
        ids = [exhibit.exhibit_id for exhibit in self.exhibits]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise InputError(
                f"exhibit {', '.join(twice)} stands twice; name it in the text as {{{twice[0]}}}"
            )
        for where, text in self._texts():
            require_printable(text, where)
            for piece in self.pieces(text):
                if isinstance(piece, Mention) and piece.exhibit_id not in ids:
                    raise InputError(
                        f"{where} names {{{piece.exhibit_id}}}, which is not in the report;"
                        f" it holds {', '.join(ids) or 'no exhibit'}"
                    )
        self._refuse_simulated_as_real()

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Every exhibit, in the order of the report."""
        return tuple(block.exhibit for block in self.blocks if isinstance(block, ExhibitBlock))

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each exhibit id; tables and figures are counted apart."""
        seen: dict[str, int] = {}
        numbers = {}
        for exhibit in self.exhibits:
            seen[exhibit.label] = seen.get(exhibit.label, 0) + 1
            numbers[exhibit.exhibit_id] = seen[exhibit.label]
        return numbers

    @property
    def simulated(self) -> tuple[str, ...]:
        """What is printed for each simulated exhibit, such as "图3"."""
        numbers = self.numbers
        return tuple(
            f"{one.label}{numbers[one.exhibit_id]}" for one in self.exhibits if one.simulated
        )

    def pieces(self, text: str) -> list[str | Mention]:
        """`text` cut into plain stretches and mentions of exhibits, the mark behind simulated ones."""
        exhibits = {exhibit.exhibit_id: exhibit for exhibit in self.exhibits}
        numbers = self.numbers
        pieces: list[str | Mention] = []
        for place, part in enumerate(_REFERENCE.split(text)):
            if place % 2 and part in exhibits:
                pieces.append(Mention(part, f"{exhibits[part].label}{numbers[part]}"))
                pieces += [f"【{SIMULATED}】"] if exhibits[part].simulated else []
            elif place % 2:
                pieces.append(Mention(part, ""))
            elif part:
                pieces.append(part)
        return pieces

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "the title", self.title
        yield "the subtitle", self.subtitle
        for place, block in enumerate(self.blocks, 1):
            where = f"block {place} ({type(block).__name__})"
            if isinstance(block, ExhibitBlock):
                exhibit = block.exhibit
                printed = [exhibit.title, *exhibit.notes(), *exhibit.header()]
                for row in exhibit.rows():
                    printed += row
                for text in printed:
                    require_printable(text, f"{where}, exhibit {exhibit.exhibit_id!r}")
                continue
            for field in fields(block):
                value = getattr(block, field.name)
                for text in value if isinstance(value, tuple) else (value,):
                    if isinstance(text, str):
                        yield where, text

    def _refuse_simulated_as_real(self) -> None:
        simulated = {one.exhibit_id for one in self.exhibits if one.simulated}
        for block in self.blocks:
            if not isinstance(block, (Claim, Paragraph)) or block.reality != "真实":
                continue
            stated = block.text + (block.reason if isinstance(block, Claim) else "")
            for piece in self.pieces(stated):
                if isinstance(piece, Mention) and piece.exhibit_id in simulated:
                    raise InputError(
                        f"the statement {block.text[:30]!r} is labelled 真实 but rests on"
                        f" {piece.exhibit_id!r}, which is simulated; label it 模拟"
                    )


def write_files(report: Report, folder: str | Path) -> tuple[Path, ...]:
    """Write ``report.docx``, ``report.html`` and every exhibit's own files below `folder`.

    Parameters
    ----------
    report : Report
    folder : path
        Made where it does not exist.

    Returns
    -------
    tuple of Path
        The files written: the two reports first. The same report gives the same bytes.
    """
    from pbgov.reporting.page import page
    from pbgov.reporting.word import word_document

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / "report.docx": word_document(report), folder / "report.html": page(report)}
    for path, content in files.items():
        path.write_bytes(content)
    saved = [path for exhibit in report.exhibits for path in exhibit.save(folder)]
    return (*files, *saved)


def require_printable(text: str, where: str) -> None:
    """Refuse a text that holds a character no Word or HTML file may hold.

    Raises
    ------
    InputError
        Naming `where` it stands, the character and its place in the text.
    """
    found = _ILLEGAL.search(text)
    if found:
        at = found.start()
        raise InputError(
            f"{where} holds the character U+{ord(found.group()):04X} at position {at}"
            f" ({text[max(0, at - 8) : at + 8]!r}), which no Word file may hold; remove it"
        )


def _among(label: str, allowed: dict[str, str] | tuple[str, ...], text: str) -> None:
    if label not in allowed:
        raise InputError(
            f"the label {label!r} of {text[:30]!r} is unknown; use {' / '.join(allowed)}"
        )
