"""The hits of a concordance in their paragraphs, to be opened and read in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pbgov.corpus.document import Document
from pbgov.errors import InputError
from pbgov.exhibits.tables import require_columns
from pbgov.marks import SIMULATED_NOTE, is_simulated
from pbgov.mining.concordance import document_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

_NO_NAMES: Mapping[str, str] = {}
_LINE = "cursor:pointer;white-space:nowrap;overflow-x:auto"
_SIDE = "display:inline-block;overflow:hidden;vertical-align:bottom;width:{}em;text-align:{}"
_BELOW = "margin:0.3em 0 0.8em 1.5em;line-height:1.7"
_FAINT = "color:#5f6b76;font-size:0.9em"


@dataclass(frozen=True)
class ConcordanceView:
    """A list of hits, each of which opens to its paragraph; shown by JupyterLab as HTML.

    Attributes
    ----------
    n_hits, n_shown : int
        Hits found, and hits in the list.
    html : str
        The list. It needs nothing from outside, and every text in it is escaped.
    """

    n_hits: int
    n_shown: int
    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        return self.html


def view_concordance(
    hits: pd.DataFrame,
    documents: Document | Sequence[Document],
    *,
    names: Mapping[str, str] = _NO_NAMES,
    top: int = 50,
) -> ConcordanceView:
    """The hits one under the other; a click opens the whole paragraph and says where it stands.

    Parameters
    ----------
    hits : DataFrame
        As `pbgov.concordance` makes it; its order is kept.
    documents : Document or Corpus
        The documents the segments were cut from.
    names : mapping, optional
        Printed name of each ``doc_id``.
    top : int, default 50
        Hits listed; the first line says how many there are.

    Returns
    -------
    ConcordanceView

    Raises
    ------
    InputError
        For `top` below 1, a document that is not there, or other words at the place of a hit.
    """
    ends = ("start", "end", "paragraph_start", "paragraph_end")
    require_columns("hits", hits, "doc_id", "heading", "left", "hit", "right", *ends)
    if top < 1:
        raise InputError(f"top is {top}; give 1 or more.")
    listed = [documents] if isinstance(documents, Document) else list(documents)
    by_id = {document.doc_id: document for document in listed}
    shown = hits.head(top)
    widths = {
        side: max(2, int(shown[side].str.len().max()) if len(shown) else 0)
        for side in ("left", "right")
    }
    parts = [f"<p>{_counted(hits, len(shown))}</p>"]
    if is_simulated(hits):
        parts.insert(0, f"<p><strong>{escape(SIMULATED_NOTE)}</strong></p>")
    for hit in shown.to_dict("records"):
        document = document_of(by_id, hit["doc_id"])
        name = names.get(document.doc_id, document.doc_id)
        parts.append(_opened_by_click(hit, document, name, widths))
    return ConcordanceView(len(hits), len(shown), f"<div>{''.join(parts)}</div>")


def _counted(hits: pd.DataFrame, n_shown: int) -> str:
    told = f"共 {len(hits):,} 处，{hits['doc_id'].nunique()} 篇文档"
    more = f"；列出前 {n_shown} 处" if n_shown < len(hits) else ""
    return f"{told}{more}。点开一行，读它所在的段落。"


def _opened_by_click(
    hit: Mapping[Hashable, Any], document: Document, name: str, widths: Mapping[str, int]
) -> str:
    start, end = int(hit["start"]), int(hit["end"])
    first, last = int(hit["paragraph_start"]), int(hit["paragraph_end"])
    words = hit["hit"]
    if document.passage(start, end) != words:
        raise InputError(
            f"{document.doc_id}: other words stand at [{start}, {end}) than {words!r}; the hits"
            " were found in another version of the document."
        )
    raw_start, raw_end = document.to_raw(start, end)
    line = (
        f'<bdi style="{_SIDE.format(widths["left"], "right")}">{_shown(hit["left"])}</bdi>'
        f"<mark><bdi>{_shown(words)}</bdi></mark>"
        f'<bdi style="{_SIDE.format(widths["right"], "left")}">{_shown(hit["right"])}</bdi> '
        f'<bdi style="{_FAINT}">{_shown(name)}</bdi>'
    )
    paragraph = (
        f"<bdi>{_shown(document.passage(first, start))}<mark>{_shown(words)}</mark>"
        f"{_shown(document.passage(end, last))}</bdi>"
    )
    heading = f"{hit['heading']} · " if hit["heading"] else ""
    place = (
        f"{heading}{PurePath(document.path).name} · 文本第 {start}–{end} 字符 · "
        f"原文件第 {raw_start}–{raw_end} 字符"
    )
    return (
        f'<details><summary style="{_LINE}">{line}</summary>'
        f'<div style="{_BELOW}">{paragraph}<br><span style="{_FAINT}">{_shown(place)}</span></div>'
        "</details>"
    )


def _shown(text: str) -> str:
    """Escaped; half a surrogate pair, which no HTML file can hold, becomes U+FFFD."""
    return escape(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
