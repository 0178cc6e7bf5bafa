"""What one reader takes out of one file, before anything is repaired."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.corpus.document import Mark
    from pbgov.findings import Finding


@dataclass(frozen=True)
class Extract:
    """One document as it stands in a file.

    Attributes
    ----------
    text : str
        Every character of the document in reading order, one paragraph or table row to a line.
    encoding : str
        The encoding the bytes were decoded from; the container's name (``docx``, ``pdf``) where
        the container settles it.
    format : str
        The kind of file, as its ending names it: ``txt``, ``md``, ``html``, ``docx`` …
    metadata : mapping
        What the container itself states (front matter, document properties, columns of a table),
        under the names of `pbgov.corpus.document.METADATA_COLUMNS` and ``id``. Nothing is inferred.
    marks : tuple of Mark
        What the structure of the file says about stretches of `text`.
    findings : tuple of Finding
        Remarks on what was read otherwise than meant.
    place : str
        Which part of the file this is, such as a row or the member of an archive; '' for the whole.
    """

    text: str
    encoding: str
    format: str
    metadata: Mapping[str, object] = field(default_factory=dict, hash=False)
    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()
    place: str = ""
