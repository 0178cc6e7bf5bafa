"""The coding desk 编码台: a person reads, judges and is sure that each judgement is on the disk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from pbgov.coding.desk.material import gather
from pbgov.coding.desk.session import DeskSession

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pbgov.coding.codebook import Codebook
    from pbgov.corpus.document import Corpus, Document

FRONT = Path(__file__).parent
_OPEN: set[CodingDesk] = set()
PARTS = ("text", "frame", "reader", "panel", "actions")


class CodingDesk(anywidget.AnyWidget):
    """A screen in JupyterLab on which one coder reads documents and gives codes.

    Each judgement is a row of ``<coder>.csv``, on the disk (``fsync``) before the screen shows it
    as saved. Killing the kernel or the browser loses none that was shown as saved; the desk opens
    again at the first stretch not yet read.

    Parameters
    ----------
    corpus : Corpus or sequence of Document
    codebook : Codebook
    coder : str
        Who judges: the name of one person, and of the file.
    folder : path, optional
        The folder of codings.
    segments : DataFrame, optional
        What is judged, with ``doc_id``, ``start``, ``end`` and ``text``; where it has a ``kind``,
        only what can be read (paragraphs, sentences, rows of tables). The paragraphs of the
        corpus where not given.
    suggestions : DataFrame, optional
        Codings of machine coders, as `pbgov.code_by_rules` makes them, to be accepted or
        rejected. A rejected one is a judgement with value 0; an accepted one has value 1; both
        name its rule.
    blind : bool
        Shows neither suggestions nor what the documents state about themselves, and hides the
        headings at first. What is not shown is not sent to the browser either.
    show_headings : bool, optional
        Whether headings are shown at first; they are, except on a blind desk.
    families : sequence of str, optional
        The families to code; all of the codebook where not given.

    Attributes
    ----------
    path : Path
        The coder's file.

    Raises
    ------
    InputError
        Where the coder's journal is open elsewhere, the name is no person's, or the arguments
        cannot be meant.
    DataFileError
        Where the coder's file was written by something else, or is broken.

    Notes
    -----
    `docs/coding-desk.md` lists the keys. `close` lets others open the journal; so does the end of
    the kernel, however it comes about. Running the cell of a desk again closes the desk it made
    before; a desk made elsewhere for the same coder stays, and the new one is refused.
    """

    modules = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        corpus: Corpus | Sequence[Document],
        codebook: Codebook,
        coder: str,
        folder: str | Path = "data/codings",
        segments: pd.DataFrame | None = None,
        suggestions: pd.DataFrame | None = None,
        *,
        blind: bool = False,
        show_headings: bool | None = None,
        families: Sequence[str] | None = None,
    ) -> None:
        material = gather(
            corpus,
            codebook,
            segments=segments,
            suggestions=suggestions,
            families=families,
            blind=blind,
        )
        self._cell = _running_cell()
        for desk in [one for one in _OPEN if self._cell and one._cell == self._cell]:
            desk.close()  # the same cell was run again: its old desk is off the screen
        self._session = DeskSession(material, coder, folder, show_headings=show_headings)
        _OPEN.add(self)
        self._esm = _front("desk.js")
        self._css = _front("desk.css")
        super().__init__()
        self.set_trait("modules", {name: _front(f"{name}.js") for name in PARTS})
        self.on_msg(_answer)

    @property
    def path(self) -> Path:
        """The coder's file."""
        return self._session.record.path

    def close(self) -> None:
        """Take the desk off the screen and let others open the journal."""
        session = getattr(self, "_session", None)
        if session is not None:
            session.close()
        _OPEN.discard(self)
        super().close()

    def __repr__(self) -> str:
        record = self._session.record
        progress = record.progress()
        return (
            f"CodingDesk(coder={record.coder!r}, {progress['done']} of {progress['total']}"
            f" segments done, {record.path.as_posix()!r})"
        )


def _running_cell() -> str:
    """The id of the notebook cell that is being run; '' outside a notebook."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    parent = kernel.get_parent() if kernel is not None else {}
    return str(parent.get("metadata", {}).get("cellId", ""))


def _answer(desk: CodingDesk, message: Any, buffers: Any) -> None:
    for answer in desk._session.handle(message):
        desk.send(answer)


def _front(name: str) -> str:
    return (FRONT / name).read_text(encoding="utf-8")
