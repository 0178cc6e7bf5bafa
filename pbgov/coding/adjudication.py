"""Adjudication as data: who decided what, why, and which rule of the codebook changed with it.

Two files, both only ever added to. ``decisions/adjudications.csv`` in the folder of codings
holds the decisions with their reasons; ``gold.csv``, beside the codings, is the journal of the coder ``gold``
and holds what follows from them, so that every later step finds a decision as it finds any coding.
"""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.appending import (
    UNFINISHED,
    append_durably,
    cut_back,
    cut_off_unfinished,
    unfinished_line,
)
from pbgov.coding.journal import GOLD, Journal, refuse_coder_name, utc_now
from pbgov.coding.merging import changes, marks_secondary
from pbgov.coding.rules import SECONDARY
from pbgov.corpus.document import digest_text
from pbgov.datafiles import inspect_table
from pbgov.errors import DataFileError, DataFileWarning, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pbgov.coding.codebook import Codebook

FILE = Path("decisions") / "adjudications.csv"
NO_RULE = "无"


def adjudicate(
    folder: str | Path,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    segment_id: str,
    family: str,
    codes: Sequence[str],
    secondary: Sequence[str] = (),
    decided_by: str,
    reason: str,
    rule_change: str,
    clock: Callable[[], str] | None = None,
) -> dict[str, str]:
    """Record the decision on one stretch and family of codes, and what it makes of the gold codings.

    Parameters
    ----------
    folder : path
        The folder of codings; the decision goes to ``decisions/adjudications.csv``, the codings of
        ``gold`` to ``gold.csv`` in it.
    segments, codebook
        Those that were coded.
    segment_id : str
    family : str
    codes : sequence of str
        The (primary) codes; empty where no code of the family applies.
    secondary : sequence of str
        Secondary codes, in a family that has them.
    decided_by : str
        Who decided; several names as they are to be printed.
    reason : str
        Why.
    rule_change : str
        Which rule of the codebook changed with the decision; 无 or none where none did.
    clock : callable, optional
        As for `pbgov.coding.journal.Journal`.

    Returns
    -------
    dict
        The row of ``adjudications.csv``, as it stands on disk; the earlier one where it says the
        same.

    Raises
    ------
    InputError
        Where the stretch, the family or a code is not there, the codes are more than the family
        allows, or who, why or which rule is blank.
    DataFileError
        Where one of the files cannot be added to (E101, E118, E219).

    Notes
    -----
    The decision is on disk before the codings that follow from it; should the machine die in
    between, `read_adjudications` says so (W278) and deciding once more puts it right. All codes of
    the family are recorded, as present or absent. Deciding the same again, by the same person for
    the same reason, adds nothing to either file.
    """
    _refuse_blank(decided_by=decided_by, reason=reason, rule_change=rule_change)
    _refuse_codes(codebook, family, codes, secondary)
    stretch = segments[segments["segment_id"] == segment_id]
    if len(stretch) != 1:
        raise InputError(
            f"{len(stretch)} of the segments have the id {segment_id!r}; give one that is there."
        )
    place = stretch.iloc[0]
    about = {
        "doc_id": str(place["doc_id"]),
        "start": str(int(place["start"])),
        "end": str(int(place["end"])),
        "text_digest": digest_text(str(place["text"])),
        "codebook_version": codebook.version,
    }
    decision = about | {
        "family": family,
        "codes": ";".join(codes),
        "secondary": ";".join(secondary),
        "decided_by": decided_by.strip(),
        "reason": reason.strip(),
        "rule_change": rule_change.strip(),
        "made_at": (clock or utc_now)(),
    }
    wanted = [
        about | {"code_id": code_id, "status": "judged", "act": "judge"} | _value(code_id, decision)
        for code_id in codebook.codes_of(family)
    ]
    with Journal(folder, GOLD, codebook.version, clock=clock) as journal:
        _, rows = changes(wanted, journal.standing())
        row = _add(adjudications_file(folder), decision)
        journal.add(rows)
    return row


def read_adjudications(
    folder: str | Path,
    segments: pd.DataFrame | None = None,
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """The decisions that stand: the last on each stretch and family of codes.

    Parameters
    ----------
    folder : path
        The folder of codings, in which ``decisions/adjudications.csv`` stands.
    segments : DataFrame, optional
        Where given, each decision is held against the text it was made on.
    codebook : Codebook, optional
        Where given, the codes of each decision are held against it.

    Returns
    -------
    DataFrame
        The columns of ``ADJUDICATIONS`` (`pbgov.schemas`) and ``segment_id``, missing where the
        decision does not count: the text has changed, a code has left its family, or its stretch is
        none of `segments`, as where these are a sample. No row where nothing was decided yet.

    Raises
    ------
    DataFileError
        Where the file breaks its schema.

    Warns
    -----
    DataFileWarning
        For each decision that does not count (W277, W279) or that the codings of ``gold`` do not
        agree with (W278), and for a last line that a crash cut off (W257).
    """
    from pbgov.schemas import ADJUDICATIONS

    path = adjudications_file(folder)
    if not path.is_file():
        table = ADJUDICATIONS.validate(pd.DataFrame(columns=list(ADJUDICATIONS.columns)))
        return table.assign(segment_id=pd.Series(dtype="str"))
    content = path.read_bytes()
    whole, rest = cut_off_unfinished(content)
    table, findings = inspect_table(path, ADJUDICATIONS, may_be_empty=True, content=whole)
    if findings:
        raise DataFileError(findings)
    table = table.drop_duplicates(["doc_id", "start", "end", "family"], keep="last")
    remarks = [unfinished_line(path, whole, rest)] if rest else []
    moved = [] if segments is None else list(_moved(table, segments, path))
    left = [] if codebook is None else list(_left(table, codebook, path))
    remarks += [*moved, *left, *_not_in_gold(table, Path(folder), path)]
    for remark in remarks:
        warnings.warn(str(remark), DataFileWarning, stacklevel=2)
    stale = {finding.row for finding in [*moved, *left]}
    ids = _segment_ids(table, segments)
    ids = [float("nan") if row in stale else one for row, one in zip(table.index, ids, strict=True)]
    table = table.assign(segment_id=pd.Series(ids, table.index, dtype="str"))
    return table.reset_index(drop=True)


def adjudications_file(folder: str | Path) -> Path:
    """Where the decisions stand that belong to a folder of codings."""
    return Path(folder) / FILE


def codes_decided(decision: dict[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The primary and the secondary codes of one row of decisions."""
    cells = (decision["codes"], decision["secondary"])
    primary, secondary = (
        tuple(sorted(cell.split(";"))) if isinstance(cell, str) and cell else () for cell in cells
    )
    return primary, secondary


def _value(code_id: str, decision: dict[str, str]) -> dict[str, str]:
    primary, secondary = codes_decided(dict(decision))
    mark = f"{SECONDARY}；" if code_id in secondary else ""
    memo = f"{mark}裁定（{decision['decided_by']}）：{decision['reason']}"
    given = code_id in primary or code_id in secondary
    return {"value": str(int(given)), "memo": memo}


def _refuse_blank(**said: str) -> None:
    for name, value in said.items():
        if not value.strip():
            raise InputError(
                f"{name} is blank; a decision says who decided, why, and which rule of the codebook"
                f" changed ({NO_RULE} where none did). 裁定要写明谁裁定、理由和改动的规则（没有就写“无”）。"
            )
        if marks_secondary(value):
            raise InputError(f"{name} is {value!r}; {SECONDARY} alone would mark a secondary code.")
    refuse_coder_name(said["decided_by"].strip())


def _refuse_codes(
    codebook: Codebook, family: str, codes: Sequence[str], secondary: Sequence[str]
) -> None:
    if isinstance(codes, str) or isinstance(secondary, str):
        raise InputError("codes and secondary are lists of code ids, such as ['INNOV.ORG'].")
    known, kind = codebook.codes_of(family), codebook.exclusive(family)
    given = [*codes, *secondary]
    for code_id in given:
        if code_id not in known:
            raise InputError(f"{code_id!r} is no code of {family!r}; it has {', '.join(known)}.")
    if len(set(given)) < len(given):
        raise InputError(f"A code is named twice: {', '.join(given)}.")
    if kind != "multi" and len(codes) > 1:
        raise InputError(f"{family!r} allows one primary code, not {', '.join(codes)}; choose one.")
    if secondary and (kind != "primary_plus_secondary" or not codes):
        raise InputError(
            f"Secondary codes ({', '.join(secondary)}) stand beside a primary one, in a family that"
            f" has them; {family!r} is {kind}."
        )


def _add(path: Path, decision: dict[str, str]) -> dict[str, str]:
    from pbgov.schemas import ADJUDICATIONS

    columns = list(ADJUDICATIONS.columns)
    content = path.read_bytes() if path.exists() else b""
    whole, rest = cut_off_unfinished(content)
    try:
        said = whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError(inspect_table(path, ADJUDICATIONS, content=whole)[1]) from None
    header = said.split("\n", 1)[0].rstrip("\r")
    if whole and header.split(",") != columns:
        raise DataFileError([Finding("E219", path.as_posix(), 1, seen=header[:80])])
    if rest:  # it was never confirmed; kept aside, as a journal does
        append_durably(path.with_name(path.name + UNFINISHED), rest + b"\n")
        cut_back(path, len(whole))
    if (standing := _standing(path, said, decision)) is not None:
        return standing
    before = "" if not whole or whole.endswith(b"\n") else "\n"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    if not whole:
        writer.writeheader()
    writer.writerow(decision)
    append_durably(path, (before + text.getvalue()).encode())
    return {name: decision[name] for name in columns}


def _standing(path: Path, content: str, decision: dict[str, str]) -> dict[str, str] | None:
    """The last decision on the same stretch and family, where it says the same; else None."""
    last = None
    rows = csv.reader(io.StringIO(content, newline=""))
    header = next(rows, [])
    for cells in filter(None, rows):
        if len(cells) != len(header):
            seen, wanted = str(len(cells)), str(len(header))
            raise DataFileError([Finding("E118", str(path), rows.line_num, None, seen, wanted)])
        row = dict(zip(header, cells, strict=True))
        if all(row[name] == decision[name] for name in ("doc_id", "start", "end", "family")):
            last = row
    if last is None or any(last[name] != decision[name] for name in last if name != "made_at"):
        return None
    return last


def _segment_ids(table: pd.DataFrame, segments: pd.DataFrame | None) -> list[object]:
    if segments is None:
        return [float("nan")] * len(table)
    known = {place: row[0] for place, row in _places(segments).items()}
    return [known.get(place, float("nan")) for place in _keys(table)]


def _places(segments: pd.DataFrame) -> dict[tuple[str, int, int], tuple[str, str]]:
    rows = zip(segments["segment_id"], segments["text"], strict=True)
    return dict(zip(_keys(segments), rows, strict=True))


def _keys(table: pd.DataFrame) -> list[tuple[str, int, int]]:
    bounds = zip(table["doc_id"], table["start"], table["end"], strict=True)
    return [(str(doc_id), int(start), int(end)) for doc_id, start, end in bounds]


def _moved(table: pd.DataFrame, segments: pd.DataFrame, path: Path) -> Iterator[Finding]:
    """W277 for each decision whose words these segments have otherwise, or cut otherwise."""
    known = _places(segments)
    for row, place, digest in zip(table.index, _keys(table), table["text_digest"], strict=True):
        doc_id, start, end = place
        if place in known:
            is_stale = digest_text(str(known[place][1])) != digest
        else:
            overlaps = (segments["start"] < end) & (segments["end"] > start)
            is_stale = bool((overlaps & (segments["doc_id"] == doc_id)).any())
        if is_stale:
            seen = f"{place[0]} {place[1]}–{place[2]}"
            yield Finding("W277", path.as_posix(), int(row), "text_digest", seen=seen)


def _left(table: pd.DataFrame, codebook: Codebook, path: Path) -> Iterator[Finding]:
    families = dict(zip(codebook.codes["code_id"], codebook.codes["family"], strict=True))
    for row, decision in zip(table.index, table.to_dict("records"), strict=True):
        primary, secondary = codes_decided({str(key): value for key, value in decision.items()})
        family = str(decision["family"])
        gone = [one for one in (*primary, *secondary) if families.get(one) != family]
        if family not in set(codebook.families["family"]):
            gone = gone or [family]
        if gone:
            seen = ", ".join(gone)
            yield Finding("W279", path.as_posix(), int(row), "codes", seen, family)


def _not_in_gold(table: pd.DataFrame, folder: Path, path: Path) -> Iterator[Finding]:
    """W278 for each decision that the journal of ``gold`` does not say."""
    from pbgov.schemas import JOURNAL

    file = folder / f"{GOLD}.csv"
    given: dict[tuple[str, int, int], set[tuple[str, bool]]] = {}
    if file.is_file():
        whole, _ = cut_off_unfinished(file.read_bytes())
        journal, findings = inspect_table(file, JOURNAL, may_be_empty=True, content=whole)
        if findings:
            raise DataFileError(findings)
        last = journal.drop_duplicates(["doc_id", "start", "end", "code_id"], keep="last")
        last = last[(last["value"] == 1) & (last["act"] != "withdraw")]
        for place, code_id, memo in zip(_keys(last), last["code_id"], last["memo"], strict=True):
            said = str(code_id), marks_secondary("" if pd.isna(memo) else str(memo))
            given.setdefault(place, set()).add(said)
    for row, place, decision in zip(
        table.index, _keys(table), table.to_dict("records"), strict=True
    ):
        primary, secondary = codes_decided({str(key): value for key, value in decision.items()})
        wanted = {(one, False) for one in primary} | {(one, True) for one in secondary}
        prefix = f"{decision['family']}."
        if {one for one in given.get(place, set()) if one[0].startswith(prefix)} != wanted:
            seen = f"{place[0]} {place[1]}–{place[2]}"
            yield Finding("W278", path.as_posix(), int(row), "codes", seen=seen)
