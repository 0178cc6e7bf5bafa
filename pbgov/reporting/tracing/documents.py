"""The documents of a run, as its results keep them: words, titles, paragraphs, places in raw texts."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.cache import table_of
from pbgov.corpus.alignment import Alignment
from pbgov.corpus.document import alignments_of
from pbgov.reporting.ledger import Quotation, quotation_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbgov.cache import Results

_UNNUMBERED = ("blank", "front_matter")


class Documents:
    """Looked up by ``doc_id``; iterating gives the ids in the order of the corpus."""

    def __init__(self, results: Mapping[str, Results]) -> None:
        self._about = table_of(results, "read", "documents").set_index("doc_id")
        self._alignments = alignments_of(table_of(results, "read", "alignments"))
        paragraphs = table_of(results, "read", "paragraphs")
        self._texts = {
            str(doc_id): "".join(own["text"]) for doc_id, own in paragraphs.groupby("doc_id")
        }
        lines = paragraphs[~paragraphs["kind"].isin(_UNNUMBERED)]
        self._starts = {
            str(doc_id): sorted(map(int, own["start"])) for doc_id, own in lines.groupby("doc_id")
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._about.index)

    def __contains__(self, doc_id: str) -> bool:
        return doc_id in self._texts

    def about(self, doc_id: str) -> dict[str, str]:
        """Title, path and digest of a document."""
        row = self._about.loc[doc_id]
        title: str = doc_id if pd.isna(row["title"]) else str(row["title"])
        return {"title": title, "path": str(row["path"]), "digest": str(row["digest"])}

    def raw(self, doc_id: str, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` of a document stands in its raw text."""
        return self._alignments.get(doc_id, Alignment()).to_source(start, end)

    def length(self, doc_id: str) -> int:
        """How many characters the text of a document has."""
        return len(self._texts[doc_id])

    def holding(self, words: str) -> list[tuple[str, int]]:
        """Every place where a fragment begins: document and offset."""
        found = []
        for doc_id, text in self._texts.items():
            at = text.find(words)
            while at >= 0:
                found.append((doc_id, at))
                at = text.find(words, at + 1)
        return found

    def words(self, doc_id: str, start: int, end: int) -> str:
        """``text[start:end]`` of a document."""
        return self._texts[doc_id][start:end]

    def quotation(self, doc_id: str, start: int, end: int, **told: Any) -> Quotation:
        """A stretch with where it stands, and what is told of it."""
        about = self.about(doc_id)
        raw = self.raw(doc_id, start, end)
        return Quotation(
            quotation_id=quotation_id(doc_id, start, end),
            doc_id=doc_id,
            title=about["title"],
            path=about["path"],
            paragraph=max(1, bisect_right(self._starts.get(doc_id, []), start)),
            start=start,
            end=end,
            raw_start=raw[0],
            raw_end=raw[1],
            text=self.words(doc_id, start, end),
            **told,
        )
