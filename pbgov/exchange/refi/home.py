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
    """The document that a source is, line ends and byte order mark aside."""

    doc_id: str
    text: str
    form: WrittenText
    source_form: WrittenText

    def at(self, offset: int) -> int:
        """The offset into the document of an offset into the source."""
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
    by_text: dict[str, list[tuple[Document, WrittenText]]] = defaultdict(list)
    for document in sorted(documents, key=lambda each: each.doc_id):
        form = written(document.text)
        by_text[form.text].append((document, form))
    homes: list[Home | None] = []
    for source in sources:
        form = written(source.text)
        found = by_text.get(form.text, [])
        stated = source.record.get("doc_id")
        exact = [each for each in found if each[0].doc_id in (stated, source.name)]
        if not found:
            homes.append(None)
            findings.append(Finding("W658", path, source.element.sourceline, seen=source.name))
            continue
        if len(found) > 1 and not exact:
            ids = ", ".join(each[0].doc_id for each in found)
            findings.append(
                Finding("W667", path, source.element.sourceline, seen=ids, wanted=source.name)
            )
        document, target = (exact or found)[0]
        target = form if document.text == source.text else target
        homes.append(Home(document.doc_id, document.text, target, form))
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
