"""What is known of its document put beside each segment, for rules that ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.errors import InputError
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    import pandas as pd


def with_attributes(segments: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """The segments with the attributes of their documents, so that rules can ask for them.

    Parameters
    ----------
    segments : DataFrame
        With ``doc_id``; columns that it has already stay as they are.
    documents : DataFrame
        One row a document, such as ``Corpus.documents``, or a table of one's own with ``doc_id``.

    Returns
    -------
    DataFrame
        In the order of `segments`; an attribute of a document that is not in `documents` is NaN.

    Raises
    ------
    InputError
        Where a document stands twice in `documents`.
    """
    if documents["doc_id"].duplicated().any():
        twice = documents.loc[documents["doc_id"].duplicated(), "doc_id"].iloc[0]
        raise InputError(f"documents: {twice!r} stands twice; give one row a document.")
    new = [name for name in documents.columns if name not in segments.columns]
    joined = segments.merge(documents[["doc_id", *new]], on="doc_id", how="left")
    return carry_mark(joined.set_axis(segments.index), segments)
