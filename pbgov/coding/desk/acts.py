"""The rows that the coding desk has its journal write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.coding.journal import WHOLE
from pbgov.corpus.document import digest_text

if TYPE_CHECKING:
    from pbgov.coding.desk.material import Place
    from pbgov.coding.journal import Stretch

Row = dict[str, str]


@dataclass(frozen=True)
class Act:
    """One row to be written: a judgement, its withdrawal, or the state of a whole stretch.

    Attributes
    ----------
    place : tuple
        Document and bounds of the stretch.
    code_id : str
    row : dict
        With the columns of ``JOURNAL``; the record fills in who, when and, where it is empty, the
        version of the codebook.
    """

    place: Place
    code_id: str
    row: Row

    @classmethod
    def judge(
        cls,
        stretch: Stretch,
        code_id: str,
        evidence: tuple[int, int] | None,
        rule: str = "",
        memo: str = "",
        value: int = 1,
    ) -> Act:
        """A code is present (`value` 1) or absent (0)."""
        first, last = evidence or ("", "")
        told = {"act": "judge", "value": str(value), "status": "judged", "rule": rule, "memo": memo}
        evidence_told = {"evidence_start": str(first), "evidence_end": str(last)}
        return cls._of(stretch, code_id, told | evidence_told)

    @classmethod
    def withdraw(cls, stretch: Stretch, code_id: str) -> Act:
        """A judgement is taken back."""
        return cls._of(stretch, code_id, {"act": "withdraw", "value": "0", "status": "judged"})

    @classmethod
    def state(cls, stretch: Stretch, state: str, memo: str, families: str) -> Act:
        """How far the coder is with the whole stretch, asked about `families` ('': about all)."""
        told = {"act": "state", "value": "0", "status": state, "memo": memo, "rule": families}
        return cls._of(stretch, WHOLE, told)

    @classmethod
    def again(cls, stretch: Stretch, row: Row, *, memo: str) -> Act:
        """The judgement of `row` once more, with another memo."""
        told = {name: row[name] for name in ("value", "status", "rule")}
        spans = {name: row[name] for name in ("evidence_start", "evidence_end")}
        return cls._of(stretch, row["code_id"], {"act": "judge", "memo": memo} | told | spans)

    @classmethod
    def restoring(cls, row: Row) -> Act:
        """What stood before, word for word, at a new time."""
        place = row["doc_id"], int(row["start"]), int(row["end"])
        return cls(place, row["code_id"], {**row, "made_at": "", "act": row["act"] or "judge"})

    @classmethod
    def taking_back(cls, row: Row) -> Act:
        """The withdrawal of a row that may rest on a text there is no longer."""
        emptied = dict.fromkeys(("evidence_start", "evidence_end", "rule", "memo", "made_at"), "")
        told = {"act": "withdraw", "value": "0", "status": "judged", "codebook_version": ""}
        return cls.restoring({**row, **emptied, **told})

    @classmethod
    def _of(cls, stretch: Stretch, code_id: str, told: Row) -> Act:
        place = stretch.doc_id, stretch.start, stretch.end
        bounds = {"doc_id": stretch.doc_id, "start": str(stretch.start), "end": str(stretch.end)}
        own = {"code_id": code_id, "text_digest": digest_text(stretch.text)}
        return cls(place, code_id, bounds | own | told)
