"""Quotations held against the files they were taken from, which are read anew for it."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.cache import relative_name
from pbgov.corpus.alignment import Edit, apply_edits
from pbgov.corpus.readers import read_corpus
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.corpus.document import Corpus, Document, Repair
    from pbgov.reporting.ledger import Quotation
    from pbgov.study import Study

_SHOWN = 40
TWO_OF_ONE_ID = "E405"


def recheck(
    quotations: Mapping[str, Quotation] | Iterable[Quotation], study: Study
) -> list[Finding]:
    """What is wrong with quotations when the files of the study are read again.

    Every file of the study's documents is read once, from the disk and not from a cache. A
    quotation holds where ``text[start:end]`` is its text, where ``raw_start`` and ``raw_end`` are
    what the map between both texts gives for it, and where the raw words there, changed by the
    listed repairs and nothing else, hold its text.

    Parameters
    ----------
    quotations : mapping of str to Quotation, or iterable of Quotation
        As `quotations_of` gives them.
    study : Study

    Returns
    -------
    list of Finding
        In the order of the quotations, the first fault of each; empty where all hold. E720 the
        file is gone, E721 it cannot be read any more, E722 it holds another document, E723 its id
        belongs to another file, E724 the offsets lie outside, E725 other words stand there, E726
        other places in the raw text, E727 the raw words do not give the quotation. A file that
        is gone, cannot be read or holds another document is told once.

    Raises
    ------
    InputError
        Where `quotations` is neither.
    """
    listed = list(getattr(quotations, "values", lambda: quotations)())
    if not all(hasattr(one, "quotation_id") for one in listed):
        raise InputError("recheck takes quotations, such as quotations_of(results, study) gives.")
    files = _Files(study)
    findings: dict[tuple[str, str, str], Finding] = {}
    for one in listed:
        found = files.fault(one) or _fault(one, files.documents[one.path])
        if found is not None:
            findings.setdefault((found.code, found.path, found.column or ""), found)
    return list(findings.values())


class _Files:
    """The documents of a study as its files give them now, by their paths."""

    def __init__(self, study: Study) -> None:
        try:
            corpus: Corpus | None = read_corpus(study.cases)
            problems = corpus.findings if corpus else ()
        except (DataFileError, InputError) as error:
            corpus, problems = None, getattr(error, "findings", ())
        self._root = study.root
        self.documents = {self._name(one.path): one for one in corpus or ()}
        self._problems = {self._name(one.path): one for one in problems}
        self._paths = {one.doc_id: path for path, one in self.documents.items()}

    def _name(self, path: str) -> str:
        return relative_name(Path(path), self._root)

    def fault(self, one: Quotation) -> Finding | None:
        """Why the document of a quotation is not there as it was, or None."""
        document = self.documents.get(one.path)
        if document is not None and document.doc_id != one.doc_id:
            return Finding("E722", one.path, seen=document.doc_id, wanted=one.doc_id)
        if document is not None:
            return None
        file = one.path if one.path in self._problems else one.path.partition("#")[0]
        problem = self._problems.get(file)
        elsewhere = self._paths.get(one.doc_id)
        if elsewhere is not None:
            return Finding("E723", one.path, seen=elsewhere, wanted=one.doc_id)
        if problem is not None:
            return Finding("E721", one.path, seen=f"{problem.code} {problem.zh}")
        if (self._root / file).is_file():
            return Finding("E722", one.path, seen="—", wanted=one.doc_id)
        return Finding("E720", one.path, seen=one.path)


def _fault(one: Quotation, document: Document) -> Finding | None:
    """The first way in which a quotation is not what stands in its document."""
    place = f"{one.start}-{one.end}"
    inside = 0 <= one.start < one.end <= len(document.text)
    raw_inside = 0 <= one.raw_start <= one.raw_end <= len(document.raw)
    if not (inside and raw_inside):
        seen = f"{place}（raw {one.raw_start}-{one.raw_end}）"
        wanted = f"{len(document.text)}（raw {len(document.raw)}）"
        return Finding("E724", one.path, column=place, seen=seen, wanted=wanted)
    words = document.text[one.start : one.end]
    if words != one.text:
        moved = document.text.find(one.text)
        now = f"→ {moved}-{moved + len(one.text)}" if moved >= 0 else ""
        wanted = f"{_shown(one.text)}{now}"
        return Finding("E725", one.path, column=place, seen=_shown(words), wanted=wanted)
    raw = document.to_raw(one.start, one.end)
    if raw != (one.raw_start, one.raw_end):
        seen, wanted = f"{one.raw_start}-{one.raw_end}", f"{raw[0]}-{raw[1]}"
        return Finding("E726", one.path, column=place, seen=seen, wanted=wanted)
    repaired = _repaired(document, one.raw_start, one.raw_end)
    if one.text not in repaired:
        seen, wanted = _shown(repaired), _shown(one.text)
        return Finding("E727", one.path, column=place, seen=seen, wanted=wanted)
    return None


def _repaired(document: Document, start: int, end: int) -> str:
    """``raw[start:end]`` after the repairs that the document lists inside it."""
    repairs: tuple[Repair, ...] = document.repairs
    first = bisect_left(repairs, start, key=lambda repair: repair.raw_start)
    edits = []
    for repair in repairs[first:]:
        if repair.raw_start > end:
            break
        if repair.raw_end <= end and repair.certainty != "unrepaired":
            edits.append(Edit(repair.raw_start - start, repair.raw_end - start, repair.after))
    return apply_edits(document.raw[start:end], edits)


def _shown(words: str) -> str:
    """The beginning of a quotation, on one line and without characters that act on a screen."""
    short = words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)
