"""The bookmarks of a report: a name for everything that something in the file points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.reporting.report import Number, References
from pbgov.reporting.word.ooxml import bookmarked, link

if TYPE_CHECKING:
    from pbgov.reporting.ledger import Result
    from pbgov.reporting.report import Report


def stated_results(report: Report) -> tuple[Result, ...]:
    """The results that the prose of a report states, in the order in which they come up."""
    stated: dict[str, Result] = {}
    for _, text in report.texts():
        for piece in report.pieces(text):
            if isinstance(piece, Number):
                stated.setdefault(piece.result.result_id, piece.result)
    return tuple(stated.values())


class Anchors:
    """Names and numbers of bookmarks, the same ones for the same report.

    Parameters
    ----------
    report : Report, optional
        Without one there is nothing to point at but what `caption` names.

    Attributes
    ----------
    stated : tuple of Result
        The results that the prose states, in the order in which they come up.
    """

    def __init__(self, report: Report | None = None) -> None:
        self._bookmarks = 0
        self._controls = 0
        self._used: set[str] = set()
        self.stated = () if report is None else stated_results(report)
        exhibits = () if report is None else report.exhibits
        blocks = () if report is None else report.blocks
        self._exhibits = _named("_Ref", [one.exhibit_id for one in exhibits])
        self._captions = _named("_TocExhibit", list(self._exhibits))
        self._results = _named("_Result", [one.result_id for one in self.stated])
        keys = [
            key for block in blocks if isinstance(block, References) for key in block.keys if key
        ]
        self._sources = _named("_Source", list(dict.fromkeys(keys)))

    def exhibit(self, exhibit_id: str) -> str:
        """Bookmark around label and number of an exhibit's caption."""
        return self._exhibits.setdefault(exhibit_id, "_Ref00000001")

    def caption(self, exhibit_id: str) -> str:
        """Bookmark around an exhibit's caption, for the lists of tables and figures."""
        return self._captions.setdefault(exhibit_id, "_TocExhibit00000001")

    def result(self, result_id: str) -> str:
        """Bookmark of a result's row in the annex."""
        return self._results[result_id]

    def place(self, result_id: str) -> str:
        """Bookmark of the first place in the prose that states a result."""
        return self.result(result_id).replace("_Result", "_Place")

    def source(self, key: str) -> str:
        """Bookmark of an entry of the references."""
        return self._sources[key]

    @staticmethod
    def heading(place: int) -> str:
        """Bookmark of a heading, counted from 1."""
        return f"_Toc{place:08d}"

    @staticmethod
    def evidence(kind: str, number: int) -> str:
        """Bookmark of a quotation ("Q") or record ("R") of the annex."""
        return f"_{'Quotation' if kind == 'Q' else 'Record'}{number:08d}"

    def mark(self, name: str, *inside: Any) -> list[Any]:
        """`inside` with the bookmark `name` around it; a name already given is not given again."""
        if name in self._used:
            return list(inside)
        self._used.add(name)
        self._bookmarks += 1
        return bookmarked(self._bookmarks, name, *inside)

    def next_control(self) -> int:
        """The number of one more content control."""
        self._controls += 1
        return self._controls

    def to_result(self, result_id: str, *runs: Any) -> Any:
        """A link to a result's row in the annex."""
        return link(self.result(result_id), *runs)


def _named(prefix: str, things: list[str]) -> dict[str, str]:
    return {thing: f"{prefix}{number:08d}" for number, thing in enumerate(things, 1)}
