"""Which document of the study each source of a project is, and where its words stand there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pbgov.exchange.refi.written_text import WrittenText, written
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.corpus.document import Document
    from pbgov.exchange.refi.sources import SourceText


class Home(NamedTuple):
    """The document that a source is, line ends and byte order mark aside.

    ``form`` is that of the document's text; where the source is the document before its repair,
    ``raw_form`` is that of its raw text, and spans go by way of it.
    """

    doc_id: str
    text: str
    form: WrittenText
    source_form: WrittenText
    document: Document | None = None
    raw_form: WrittenText | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the document of a span of the source; empty where a repair took it away."""
        if self.raw_form is not None and self.document is not None:
            raw = (
                self.raw_form.to_original(self.source_form.to_written(at)) for at in (start, end)
            )
            return self.document.to_text(*raw)
        return self._at(start), self._at(end)

    def _at(self, offset: int) -> int:
        if self.form is self.source_form or offset == 0:
            return offset
        return self.form.to_original(self.source_form.to_written(offset))

    def same(self, span: tuple[int, int], words: tuple[int, int]) -> bool:
        """Whether two spans of the document are the same words, line ends aside."""
        if span == words:
            return True
        if not 0 <= span[0] <= span[1] <= len(self.text):
            return False
        return all(
            self.form.to_written(a) == self.form.to_written(b)
            for a, b in zip(span, words, strict=True)
        )


def find_homes(
    sources: Sequence[SourceText], documents: Sequence[Document] | None, path: str
) -> tuple[list[Home | None], list[Finding]]:
    """The home of each source; None where no document has its text."""
    findings: list[Finding] = []
    if documents is None:
        return _own_homes(sources), findings
    by_text: dict[str, list[Home]] = defaultdict(list)
    by_raw: dict[str, list[Home]] = defaultdict(list)
    empty = written("")
    for document in sorted(documents, key=lambda each: each.doc_id):
        form = written(document.text)
        by_text[form.text].append(Home(document.doc_id, document.text, form, empty, document))
        if document.raw != document.text:
            raw = written(document.raw)
            by_raw[raw.text].append(
                Home(document.doc_id, document.text, form, empty, document, raw)
            )
    homes: list[Home | None] = []
    for source in sources:
        form = written(source.text)
        found = by_text.get(form.text) or by_raw.get(form.text, [])
        stated = source.record.get("doc_id")
        exact = [each for each in found if each.doc_id in (stated, source.name)]
        if not found:
            homes.append(None)
            findings.append(Finding("W658", path, source.element.sourceline, seen=source.name))
            continue
        if len(found) > 1 and not exact:
            ids = ", ".join(each.doc_id for each in found)
            findings.append(
                Finding("W667", path, source.element.sourceline, seen=ids, wanted=source.name)
            )
        home = (exact or found)[0]._replace(source_form=form)
        homes.append(home._replace(form=form) if home.text == source.text else home)
    return homes, findings


def _own_homes(sources: Sequence[SourceText]) -> list[Home | None]:
    homes: list[Home | None] = []
    taken: set[str] = set()
    for source in sources:
        name = str(source.record.get("doc_id") or source.name or source.guid)
        if name in taken:
            name = f"{name}#{source.guid[:8]}"
        taken.add(name)
        form = written(source.text)
        homes.append(Home(name, source.text, form, form))
    return homes
