"""Codings that were made elsewhere put on record, each coder's in the coder's own journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.codings import texts_of
from pbgov.coding.journal import COLUMNS, WHOLE, Journal, is_machine, refuse_coder_name
from pbgov.coding.merging import MERGE_COLUMNS, changes, key_of, with_earlier_families
from pbgov.corpus.document import digest_text
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pbgov.coding.codebook import Codebook
    from pbgov.coding.journal import Key


def save_codings(
    codings: pd.DataFrame,
    folder: str | Path,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    states: pd.DataFrame | None = None,
    clock: Callable[[], str] | None = None,
) -> pd.DataFrame:
    """Add codings of people to their journals, and say what that changed.

    Parameters
    ----------
    codings : DataFrame
        ``CODINGS`` (`pbgov.schemas`), with ``made_at`` where it is known; several coders may stand
        in it. Codings of machine coders are not saved: they are made anew from the texts.
    folder : path
        The folder of codings.
    segments : DataFrame
        As `pbgov.segment` makes it: the texts that were judged.
    codebook : Codebook
    states : DataFrame, optional
        As `pbgov.read_states` gives them.
    clock : callable, optional
        As for `pbgov.coding.journal.Journal`; the time of rows that have none.

    Returns
    -------
    DataFrame
        One row per judgement or state: ``coder``, ``doc_id``, ``start``, ``end``, ``code_id`` (``*``
        for a state), ``change`` (new, changed, same), ``before`` and ``after``. Saving the same
        again adds nothing.

    Raises
    ------
    InputError
        Where a text is not that which was judged, the codebook never had a code, or a coder's name
        cannot be a file's (nothing of anybody is written then), or a journal is open elsewhere.
    DataFileError
        Where a coder's file is no journal (E219).
    """
    _refuse_unknown(codings, codebook)
    rows = [*_judgements(codings), *([] if states is None else _states(states))]
    people = sorted({row["coder"] for row in rows if not is_machine(row["coder"])})
    for coder in people:
        refuse_coder_name(coder)
    texts = texts_of(segments)
    rows = [_with_digest(row, texts) for row in rows if row["coder"] in people]
    reports = [pd.DataFrame(columns=["coder", *MERGE_COLUMNS])]
    for coder in people:
        with Journal(folder, coder, codebook.version, clock=clock) as journal:
            standing = journal.standing()
            own = [_with_version(row, standing, codebook) for row in rows if row["coder"] == coder]
            report, added = changes(with_earlier_families(own, standing), standing)
            journal.add(added)
        reports.append(report.assign(coder=coder))
    return pd.concat(reports, ignore_index=True)[["coder", *MERGE_COLUMNS]]


def _refuse_unknown(codings: pd.DataFrame, codebook: Codebook) -> None:
    """A journal with such a code could not be read any more (E212)."""
    known = {*codebook.codes["code_id"], *codebook.retired["code_id"]}
    if unknown := sorted(set(codings["code_id"]) - known):
        raise InputError(
            f"The codebook does not have {', '.join(unknown)}; add them to it, or leave their"
            " codings out. 编码手册里没有这些编码，请先加进手册，或不记它们。"
        )


def _judgements(codings: pd.DataFrame) -> list[dict[str, str]]:
    return _as_text(codings.assign(act="judge"))


def _states(states: pd.DataFrame) -> list[dict[str, str]]:
    acts = states.assign(act="state", code_id=WHOLE, value=0, status=states["state"])
    return _as_text(acts.assign(rule=states.get("families"), codebook_version=None))


def _with_version(
    row: dict[str, str], standing: Mapping[Key, Mapping[str, str]], codebook: Codebook
) -> dict[str, str]:
    """A state under the version that it stands with already, since its table does not say which."""
    if row["codebook_version"]:
        return row
    known = standing.get(key_of(row))
    return row | {"codebook_version": known["codebook_version"] if known else codebook.version}


def _as_text(rows: pd.DataFrame) -> list[dict[str, str]]:
    cells = rows.reindex(columns=list(COLUMNS))
    numbers = ["start", "end", "value", "evidence_start", "evidence_end"]
    cells = cells.astype(dict.fromkeys(numbers, "Int64")).astype("str").fillna("")
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells.itertuples(index=False)]


def _with_digest(row: dict[str, str], texts: dict[str, str]) -> dict[str, str]:
    """The row with the digest of its text, which must be the one that it was judged with."""
    place = f"{row['doc_id']} {row['start']}–{row['end']}"
    text = texts.get(row["doc_id"], "")[int(row["start"]) : int(row["end"])]
    digest = digest_text(text)
    if not text or row["text_digest"] not in ("", digest):
        raise InputError(
            f"{row['coder']!r} judged {row['code_id']} at {place}, where these segments have"
            f" {'another text' if text else 'no text'}; give the segments that were judged."
        )
    return row | {"text_digest": digest}
