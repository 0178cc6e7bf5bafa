"""One coder's sitting at the coding desk: what is asked, written to the journal, and answered.

The session knows nothing of widgets. `DeskSession.handle` takes a message and returns the
messages that answer it; an answer that a judgement is saved is made only after the journal has
put it on the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.coding.desk.acts import Act
from pbgov.coding.desk.memos import names_rank, with_rank, words_of
from pbgov.coding.desk.messages import RefusedError, Request, number_of, understand
from pbgov.coding.desk.record import Record
from pbgov.coding.journal import WHOLE, Stretch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbgov.coding.desk.material import Material

Message = dict[str, Any]


class DeskSession:
    """What a coder does at the desk, without the screen.

    Parameters
    ----------
    material : Material
        What is judged, as `pbgov.coding.desk.material.gather` puts it together.
    coder : str
        The coder's name; the journal is ``<coder>.csv``.
    folder : path
        The folder of codings.
    show_headings : bool, optional
        Whether headings are shown at first; they are, except on a blind desk.
    clock : callable, optional
        As for `pbgov.coding.journal.Journal`.

    Raises
    ------
    InputError, DataFileError
        As `Journal`: the name is no coder's, the journal is open elsewhere, or its file is not one.
    """

    def __init__(
        self,
        material: Material,
        coder: str,
        folder: str | Path,
        *,
        show_headings: bool | None = None,
        clock: Callable[[], str] | None = None,
    ) -> None:
        self.material = material
        self.show_headings = not material.blind if show_headings is None else show_headings
        self.record = Record(material, coder, folder, clock)
        self.document, self.segment = self.record.first_unread()
        self._done: list[list[Act]] = []

    def close(self) -> None:
        """Let others open the coder's journal; closing twice does nothing."""
        self.record.close()

    def handle(self, message: object) -> list[Message]:
        """Do what a message asks, and say what came of it.

        Parameters
        ----------
        message : object
            What the browser sent; see `pbgov.coding.desk.messages.FIELDS`.

        Returns
        -------
        list of dict
            Messages for the screen, in order. Of kind ``desk`` (everything, after hello),
            ``document``, ``place``, ``saved`` (with the ``row`` of the file, and the segment as it
            now stands) or ``refused`` (with the reason in Chinese; nothing was written).
        """
        try:
            request = understand(message, self.material)
            answers = _HANDLERS[request.kind](self, request)
        except RefusedError as refusal:
            answers = [{"kind": "refused", "reason": str(refusal), **self._segment_told(message)}]
        if self.record.take_reloaded():
            answers = [self._desk(), *answers]
        number = number_of(message)
        return [{**answer, "re": number} for answer in answers]

    def _hello(self, request: Request) -> list[Message]:
        return [self._desk()]

    def _go(self, request: Request) -> list[Message]:
        return self._place(request.document, request.segment)

    def _seek(self, request: Request) -> list[Message]:
        found = self.record.next_open(request.document, request.segment)
        if found is None:
            return [{"kind": "notice", "text": "所有片段都已看完或存疑。"}]
        return self._place(*found)

    def _headings(self, request: Request) -> list[Message]:
        self.show_headings = request.show
        return [self._document()]

    def _code(self, request: Request) -> list[Message]:
        stretch, code_id = self._focus(request), request.code_id
        evidence = _absolute(request.evidence, stretch)
        standing = self.record.standing(stretch, code_id)
        if standing is None or standing["value"] != "1":
            return self._write(request, self._give(stretch, code_id, evidence))
        if evidence is None or evidence == _evidence_of(standing):
            return self._write(request, [Act.withdraw(stretch, code_id)])
        moved = Act.judge(stretch, code_id, evidence, standing["rule"], standing["memo"])
        return self._write(request, [moved])

    def _rank(self, request: Request) -> list[Message]:
        stretch, code_id = self._focus(request), request.code_id
        family = self.material.codes[code_id]
        if self.material.kind_of(family) != "primary_plus_secondary":
            raise RefusedError("这个编码族不分主要和次要，没有写入。")
        standing = self.record.standing(stretch, code_id)
        if standing is None or standing["value"] != "1":
            return self._write(
                request, [Act.judge(stretch, code_id, None, "", with_rank("", secondary=True))]
            )
        if not names_rank(standing["memo"]):
            return self._write(request, [_reranked(stretch, standing, secondary=True)])
        acts = [
            _reranked(stretch, other, secondary=True)
            for other in self._others(stretch, code_id)
            if not names_rank(other["memo"])
        ]
        return self._write(request, [*acts, _reranked(stretch, standing, secondary=False)])

    def _answer(self, request: Request) -> list[Message]:
        stretch = self._focus(request)
        place = stretch.doc_id, stretch.start, stretch.end
        offer = self.material.suggestions[place][request.suggestion]
        if request.accept:
            acts = self._give(
                stretch, offer.code_id, offer.evidence, offer.rule, secondary=offer.secondary
            )
        else:
            acts = [Act.judge(stretch, offer.code_id, offer.evidence, offer.rule, value=0)]
        return self._write(request, acts)

    def _state(self, request: Request) -> list[Message]:
        stretch = self._focus(request)
        before = self.record.standing(stretch, WHOLE)
        memo, state, own = (
            before["memo"] if before else "",
            request.state,
            set(self.material.families),
        )
        earlier: set[str] = set()  # what an earlier sitting said of other families goes on standing
        if before and before["status"] != "open":
            earlier = self.material.asked(before["rule"])
        if state != "open":
            own |= earlier
        elif before and earlier - own:
            state, own = before["status"], earlier - own
        told = self.material.told_asked(own)
        return self._write(request, [Act.state(stretch, state, memo, told)])

    def _memo(self, request: Request) -> list[Message]:
        stretch = self._focus(request)
        standing = self.record.standing(stretch, request.code_id or WHOLE)
        if not request.code_id:
            state = standing["status"] if standing else "open"
            told = (
                standing["rule"]
                if standing
                else self.material.told_asked(set(self.material.families))
            )
            return self._write(request, [Act.state(stretch, state, request.memo, told)])
        if standing is None:
            raise RefusedError("这个片段还没有给这个编码，备忘无处可记；请先编码。没有写入。")
        memo = with_rank(request.memo, secondary=names_rank(standing["memo"]))
        return self._write(request, [Act.again(stretch, standing, memo=memo)])

    def _retract(self, request: Request) -> list[Message]:
        acts = self.record.taking_back(request.row)
        written = self._written(acts)
        return [{**self._saved(written), "document": None}]

    def _undo(self, request: Request) -> list[Message]:
        if not self._done:
            raise RefusedError("这次打开编码台以来，没有可以撤销的操作。")
        acts = self._done[-1]
        written = self.record.write(acts)
        self._done.pop()
        found = self.material.positions.get(acts[0].place)
        if found is None:
            return [{**self._saved(written), "document": None}]
        answers = [] if found[0] == self.document else self._place(*found)
        self.document, self.segment = found
        return [*answers, {**self._saved(written), **self._now(*found), "undone": True}]

    def _give(
        self,
        stretch: Stretch,
        code_id: str,
        evidence: tuple[int, int] | None,
        rule: str = "",
        *,
        secondary: bool = False,
    ) -> list[Act]:
        """The acts that give a code as its family allows: alone, as primary or secondary, or beside others."""
        kind = self.material.kind_of(self.material.codes[code_id])
        others = self._others(stretch, code_id)
        acts = []
        if kind == "single":
            acts = [Act.withdraw(stretch, other["code_id"]) for other in others]
        elif kind == "primary_plus_secondary":
            secondary = secondary or any(not names_rank(other["memo"]) for other in others)
        memo = with_rank("", secondary=secondary and kind == "primary_plus_secondary")
        return [*acts, Act.judge(stretch, code_id, evidence, rule, memo)]

    def _others(self, stretch: Stretch, code_id: str) -> list[dict[str, str]]:
        """The other codes of the family that the stretch has."""
        family = self.material.codes[code_id]
        return [
            row
            for other, row in self.record.standing_of(stretch).items()
            if other != code_id and self.material.codes.get(other) == family and row["value"] == "1"
        ]

    def _focus(self, request: Request) -> Stretch:
        self.document, self.segment = request.document, request.segment
        return self.material.stretch(request.document, request.segment)

    def _write(self, request: Request, acts: list[Act]) -> list[Message]:
        row = self._written(acts)
        return [{**self._saved(row), **self._now(request.document, request.segment)}]

    def _written(self, acts: list[Act]) -> int:
        undoing = self.record.undoing(acts)
        row = self.record.write(acts)
        self._done.append(undoing)
        return row

    def _saved(self, row: int) -> Message:
        return {"kind": "saved", "row": row, "undoable": len(self._done), **self._tallies()}

    def _now(self, document: int, number: int) -> Message:
        return {
            "document": document,
            "segment": number,
            "now": self._told(document, number),
        }

    def _segment_told(self, message: object) -> Message:
        """With a refusal: how the segment stands on disk, so that the screen can go back to it."""
        try:
            request = understand(message, self.material)
        except RefusedError:
            return {}
        if request.kind in ("code", "rank", "answer", "state", "memo"):
            return self._now(request.document, request.segment)
        return {}

    def _place(self, document: int, number: int) -> list[Message]:
        changed = document != self.document
        self.document, self.segment = document, number
        if changed:
            return [self._document()]
        return [{"kind": "place", "document": document, "segment": number}]

    def _tallies(self) -> Message:
        return {
            "progress": self.record.progress(),
            "counts": dict(self.record.counts),
            "rejudge": self.record.to_rejudge(),
        }

    def _desk(self) -> Message:
        material = self.material
        return {
            "kind": "desk",
            "coder": self.record.coder,
            "path": self.record.path.as_posix(),
            "version": material.codebook.version,
            "blind": material.blind,
            "families": material.told_families(),
            "remarks": [*material.remarks, *self.record.remarks],
            "undoable": len(self._done),
            **self._tallies(),
            "shown": self._document(),
        }

    def _document(self) -> Message:
        document = self.document
        return {
            "kind": "document",
            "document": document,
            "documents": len(self.material.documents),
            "segment": self.segment,
            "attributes": self.material.attributes(document),
            "headings": self.show_headings,
            "blocks": self.material.blocks(document, headings=self.show_headings),
            "segments": [
                self._told(document, number)
                for number in range(len(self.material.stretches[document]))
            ],
        }

    def _told(self, document: int, number: int) -> Message:
        stretch = self.material.stretch(document, number)
        rows = self.record.standing_of(stretch)
        state = rows.get(WHOLE)
        place = stretch.doc_id, stretch.start, stretch.end
        return {
            "state": self.record.state_of(stretch) or None,
            "memo": state["memo"] if state else "",
            "codes": [
                {
                    "code_id": code_id,
                    "value": int(row["value"]),
                    "secondary": names_rank(row["memo"]),
                    "evidence": _relative(_evidence_of(row), stretch),
                    "memo": words_of(row["memo"]),
                    "rule": row["rule"],
                }
                for code_id, row in rows.items()
                if code_id in self.material.codes
            ],
            "suggestions": [
                {
                    "code_id": offer.code_id,
                    "coder": offer.coder,
                    "rule": offer.rule,
                    "secondary": offer.secondary,
                    "evidence": _relative(offer.evidence, stretch),
                }
                for offer in self.material.suggestions.get(place, ())
            ],
        }


_HANDLERS: dict[str, Callable[[DeskSession, Request], list[Message]]] = {
    "hello": DeskSession._hello,
    "go": DeskSession._go,
    "seek": DeskSession._seek,
    "headings": DeskSession._headings,
    "code": DeskSession._code,
    "rank": DeskSession._rank,
    "answer": DeskSession._answer,
    "state": DeskSession._state,
    "memo": DeskSession._memo,
    "retract": DeskSession._retract,
    "undo": DeskSession._undo,
}


def _reranked(stretch: Stretch, row: dict[str, str], *, secondary: bool) -> Act:
    return Act.again(stretch, row, memo=with_rank(words_of(row["memo"]), secondary=secondary))


def _evidence_of(row: dict[str, str]) -> tuple[int, int] | None:
    first, last = row["evidence_start"], row["evidence_end"]
    return (int(first), int(last)) if first and last else None


def _absolute(span: tuple[int, int] | None, stretch: Stretch) -> tuple[int, int] | None:
    return span and (span[0] + stretch.start, span[1] + stretch.start)


def _relative(span: tuple[int, int] | None, stretch: Stretch) -> list[int] | None:
    return span and [span[0] - stretch.start, span[1] - stretch.start]
