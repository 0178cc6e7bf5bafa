"""What a report is made of.

A report is a value: title, and blocks in reading order. Every statement of finding is a `Claim`
and carries two visible labels, whether it is real or simulated, and how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from pbgov.errors import InputError
from pbgov.marks import SIMULATED
from pbgov.reporting.ledger import Ledger, Result
from pbgov.reporting.prose import ExhibitName, GivenText, NoteText, ResultName, parsed

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from pbgov.exhibits.exhibit import Exhibit

Reality: TypeAlias = Literal["真实", "模拟", "方法", "局限"]
Confidence: TypeAlias = Literal["高", "中", "低"]
Layout: TypeAlias = Literal["journal", "official"]

REALITIES: dict[str, str] = {
    "真实": "来自可以核对的文章、公开指标，或由它们直接算出。",
    "模拟": "来自程序生成的数据，只用来检验方法，不说明任何地区的实际情况。",
    "方法": "说明数字是怎样得来的。",
    "局限": "说明这些数据不能说明什么。",
}
CONFIDENCES: dict[Confidence, str] = {
    "高": "可以逐条核对，换一种合理的做法结果也不会变。",
    "中": "方向较清楚，但依赖编码规则、样本或方法的选择。",
    "低": "只是线索，样本太小或材料太偏，不能据此下结论。",
}
CONFIDENCE_DOTS = {"高": "●●●", "中": "●●○", "低": "●○○"}


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

    Texts are written in the grammar of `pbgov.reporting.prose`: exhibits, results, sources and
    footnotes are named in them.
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
    """Numbered sources, under a heading of level 1 where `title` is given.

    `keys` names the entries for ``{{cite:key}}``, in the same order, or is empty; `marks` is what
    such a name prints ("[1]", or "（李明伟，2022）"), by default the number in brackets.
    """

    entries: tuple[str, ...]
    title: str = ""
    keys: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("keys", "marks"):
            given = len(getattr(self, name))
            if given not in (0, len(self.entries)):
                raise InputError(f"{len(self.entries)} references have {given} {name}")


Block: TypeAlias = Heading | Paragraph | Claim | ExhibitBlock | Box | References


@dataclass(frozen=True)
class Mention:
    """An exhibit named in running text: its id and what is printed ("表2")."""

    exhibit_id: str
    printed: str


@dataclass(frozen=True)
class Number:
    """A result stated in running text, what is printed for it, and what the writer expected."""

    result: Result
    printed: str
    expected: str | None = None


@dataclass(frozen=True)
class Citation:
    """A source cited in running text: its key and what is printed ("[1]")."""

    key: str
    printed: str


@dataclass(frozen=True)
class Footnote:
    """A footnote at its place in running text."""

    text: str


Piece: TypeAlias = str | Mention | Number | Citation | Footnote


@dataclass(frozen=True, eq=False)
class Report:
    """A report, whole and checked, before it is written.

    Parameters
    ----------
    title, subtitle : str
        ``subtitle`` may be empty.
    blocks : tuple of Heading, Paragraph, Claim, ExhibitBlock, Box, References
        In reading order; every exhibit stands once.
    ledger : Ledger
        The results that texts may state, and the evidence they rest on.
    layout : {"journal", "official"}
        How Word and PDF files look: a journal article, or an official document after GB/T 9704.
    dated : date, optional
        Printed under the title; None prints no date and keeps the bytes of the report the same
        from day to day.

    Raises
    ------
    InputError
        Where an exhibit stands twice; where a text names an exhibit, result or source that is not
        there; where a statement labelled 真实, or the reason given for it, names a simulated
        exhibit.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    ledger: Ledger = field(default_factory=Ledger, repr=False)
    layout: Layout = "journal"
    dated: datetime.date | None = None

    def __post_init__(self) -> None:
        ids = [exhibit.exhibit_id for exhibit in self.exhibits]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise InputError(
                f"exhibit {', '.join(twice)} stands twice; name it in the text as {{{twice[0]}}}"
            )
        for where, text in self.texts():
            self._refuse_unknown(text, where)
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

    @property
    def citations(self) -> dict[str, str]:
        """What is printed for each key that a text may cite."""
        printed: dict[str, str] = {}
        for block in self.blocks:
            if isinstance(block, References):
                marks = block.marks or tuple(f"[{n}]" for n in range(1, len(block.entries) + 1))
                printed |= dict(zip(block.keys, marks, strict=False))
        return printed

    def pieces(self, text: str) -> list[Piece]:
        """`text` cut into plain stretches and what is named in it, the mark behind simulated exhibits."""
        exhibits = {exhibit.exhibit_id: exhibit for exhibit in self.exhibits}
        numbers, citations = self.numbers, self.citations
        pieces: list[Piece] = []
        for part in parsed(text):
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, ExhibitName):
                exhibit = exhibits[part.exhibit_id]
                pieces.append(
                    Mention(part.exhibit_id, f"{exhibit.label}{numbers[part.exhibit_id]}")
                )
                pieces += [f"【{SIMULATED}】"] if exhibit.simulated else []
            elif isinstance(part, ResultName):
                result = self.ledger[part.result_id]
                pieces.append(Number(result, result.printed, part.expected))
            elif isinstance(part, GivenText):
                pieces.append(part.printed)
            elif isinstance(part, NoteText):
                pieces.append(Footnote(part.text))
            else:
                pieces.append(Citation(part.key, citations[part.key]))
        return pieces

    def plain(self, text: str) -> str:
        """`text` as it is printed, without links; footnotes stand in brackets."""
        return "".join(map(self.plain_piece, self.pieces(text)))

    @staticmethod
    def plain_piece(piece: Piece) -> str:
        """What is printed for one piece where no link can stand."""
        if isinstance(piece, str):
            return piece
        return f"（注：{piece.text}）" if isinstance(piece, Footnote) else piece.printed

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text written in the grammar of prose, with where it stands ("block 3 (Claim)")."""
        for place, block in enumerate(self.blocks, 1):
            where = f"block {place} ({type(block).__name__})"
            if isinstance(block, Paragraph):
                yield where, block.text
            elif isinstance(block, Claim):
                yield where, block.text
                yield f"{where}, reason", block.reason
            elif isinstance(block, Box):
                for text in block.paragraphs:
                    yield where, text
            elif isinstance(block, References):
                for text in block.entries:
                    yield where, text

    def _refuse_unknown(self, text: str, where: str) -> None:
        known = {
            ExhibitName: [one.exhibit_id for one in self.exhibits],
            ResultName: list(self.ledger),
        }
        for part in parsed(text):
            if isinstance(part, GivenText) and not (part.printed.strip() and part.whence):
                raise InputError(
                    f"{where} gives {part.printed!r} without saying whence;"
                    " write {{given:1000|whence it is}}"
                )
            if isinstance(part, (str, NoteText, GivenText)):
                continue
            name = (
                part.exhibit_id
                if isinstance(part, ExhibitName)
                else (part.result_id if isinstance(part, ResultName) else part.key)
            )
            there = known.get(type(part), list(self.citations))
            if name not in there:
                shown = ", ".join(there[:40]) + (" …" if len(there) > 40 else "")
                raise InputError(
                    f"{where} names {name!r}, which is not in the report; it holds {shown or 'none'}"
                )

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


def _among(label: str, allowed: Iterable[str], text: str) -> None:
    if label not in allowed:
        raise InputError(
            f"the label {label!r} of {text[:30]!r} is unknown; use {' / '.join(allowed)}"
        )
