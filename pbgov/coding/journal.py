"""The journal of one coder: every act a row, on disk before anybody is told that it was done.

Rows are only ever added. A judgement that is made anew, or taken back, is one more row, and what
stands is what `pbgov.read_codings` makes of all of them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from pbgov.coding.appending import (
    UNFINISHED,
    append_durably,
    cut_back,
    cut_off_unfinished,
    take_back,
    unfinished_line,
)
from pbgov.corpus.document import digest_text
from pbgov.datafiles import inspect_table
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

MACHINES = ("rules", "learned", "endpoint")
GOLD = "gold"
WHOLE = "*"
COLUMNS = (
    "doc_id",
    "start",
    "end",
    "code_id",
    "coder",
    "value",
    "status",
    "evidence_start",
    "evidence_end",
    "rule",
    "text_digest",
    "codebook_version",
    "memo",
    "act",
    "made_at",
)
NOT_CUT = ("E101", "E118", "E119")  # another encoding, rows of other lengths, other separators
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

Key = tuple[str, int, int, str]


@dataclass(frozen=True)
class Stretch:
    """The stretch of a document that is judged, with its text.

    Attributes
    ----------
    doc_id : str
    start, end : int
        Code points into ``Document.text``.
    text : str
        ``document.text[start:end]``.
    """

    doc_id: str
    start: int
    end: int
    text: str


class Journal:
    """One coder's file of judgements, open for adding to.

    Parameters
    ----------
    folder : path
        The folder of codings; the file is ``<coder>.csv`` in it and is made where it is absent.
    coder : str
        Who judges. One name is one person: nobody else may have this journal open.
    codebook_version : str
        Written into each row.
    clock : callable, optional
        Gives the time as ``2026-11-22T08:15:00Z``; the system's clock, in UTC, where not given.

    Attributes
    ----------
    path : Path
    coder : str
    rows : list of dict
        Every act of the file, in its order, with the columns of ``JOURNAL``; empty cells are "".
    remarks : list of Finding
        What was found on opening: a last line that a crash cut off (W257).

    Raises
    ------
    InputError
        Where the name cannot be a file's or is that of a machine coder, the journal is open
        elsewhere, or the folder cannot be written to or holds no locks.
    DataFileError
        Where a cell cannot be meant, as another program may have left it (E101 to E119), the file
        was not written by a journal, so that no row can be added to it (E219), or is signed by
        somebody else (E220).

    Notes
    -----
    `add` returns when the operating system has been told to put the row on the disk (``fsync``),
    so that a killed process, or a cut power line, loses no act that was confirmed. A line that was
    being written at that moment was never confirmed: it goes, byte for byte, to
    ``<coder>.csv.unfinished``.
    """

    def __init__(
        self,
        folder: str | Path,
        coder: str,
        codebook_version: str,
        *,
        clock: Callable[[], str] | None = None,
    ) -> None:
        refuse_coder_name(coder)
        folder = Path(folder)
        self.coder = coder
        self.path = folder / f"{coder}.csv"
        self.remarks: list[Finding] = []
        self._version = codebook_version
        self._clock = clock or utc_now
        self._lock = _locked(folder, coder)
        self._is_whole = True
        try:
            self.rows = self._open()
        except BaseException as error:
            self._lock.release()
            if not isinstance(error, OSError):
                raise
            raise InputError(
                f"{self.path}: the journal cannot be opened ({error}); close it in WPS or Excel, and see"
                " that you may write to it. 记录文件打不开，多半正在 WPS 或 Excel 里打开，请关掉再试。"
            ) from error

    def judge(
        self,
        stretch: Stretch,
        code_id: str,
        value: int = 1,
        *,
        evidence: tuple[int, int] | None = None,
        rule: str | None = None,
        memo: str | None = None,
    ) -> dict[str, str]:
        """Judge that a code is present in a stretch (`value` 1), or absent (0).

        Parameters
        ----------
        stretch : Stretch
        code_id : str
        value : {1, 0}
        evidence : tuple of int, optional
            Start and end of the words it rests on, inside the stretch; the whole stretch where not
            given.
        rule, memo : str, optional

        Returns
        -------
        dict
            The row, as it stands on disk.
        """
        if value not in (0, 1):
            raise InputError(f"value is {value!r}; a code is present (1) or absent (0).")
        if evidence is not None and not stretch.start <= evidence[0] < evidence[1] <= stretch.end:
            raise InputError(
                f"The evidence {evidence[0]}–{evidence[1]} lies outside the stretch"
                f" {stretch.start}–{stretch.end} of {stretch.doc_id!r}; select words inside it."
            )
        first, last = evidence or ("", "")
        row = self._row(stretch, code_id, "judge", "judged", memo)
        row |= {"value": str(value), "rule": rule or ""}
        row |= {"evidence_start": str(first), "evidence_end": str(last)}
        return self.add([row])[0]

    def withdraw(self, stretch: Stretch, code_id: str, memo: str | None = None) -> dict[str, str]:
        """Take the judgement of a code back, so that it stands neither for present nor absent."""
        return self.add([self._row(stretch, code_id, "withdraw", "judged", memo)])[0]

    def state(self, stretch: Stretch, state: str, memo: str | None = None) -> dict[str, str]:
        """Say how far one is with a stretch: ``read``, ``doubtful`` or ``open``."""
        from pbgov.schemas import READ_STATES

        if state not in READ_STATES:
            raise InputError(f"state is {state!r}; use one of {', '.join(READ_STATES)}.")
        return self.add([self._row(stretch, WHOLE, "state", state, memo)])[0]

    def add(self, rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
        """Append rows with one write, and return when they are on the disk.

        Parameters
        ----------
        rows : iterable of mapping
            With the columns of ``JOURNAL``; ``coder`` and ``made_at`` are filled in here.

        Raises
        ------
        OSError
            Where they are not on the disk. What was written of them is taken back; where that
            fails too, the journal takes no more rows until it is opened again.
        """
        if not self._is_whole:
            raise InputError(
                f"{self.path}: the last write failed and could not be taken back; close the"
                " journal and open it again. 上一次写入失败，请关闭后重新打开。"
            )
        filled = [
            {**{name: row.get(name, "") for name in COLUMNS}, "coder": self.coder}
            | {"made_at": row.get("made_at") or self._clock()}
            for row in rows
        ]
        if filled:
            self._append(_lines(filled))
            self.rows += filled
        return filled

    def standing(self) -> dict[Key, dict[str, str]]:
        """The last judgement of each stretch and code that was not taken back, states included."""
        found: dict[Key, dict[str, str]] = {}
        for row in self.rows:
            key = row["doc_id"], int(row["start"]), int(row["end"]), row["code_id"]
            found.pop(key, None)
            if row["act"] != "withdraw":
                found[key] = row
        return found

    def close(self) -> None:
        """Let others open the journal; closing twice does nothing."""
        self._lock.release()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _append(self, content: bytes) -> None:
        size = self.path.stat().st_size  # a file that is gone is not made anew, without its rows
        try:
            append_durably(self.path, content)
        except BaseException:
            self._is_whole = False
            take_back(self.path, size, content)
            self._is_whole = True
            raise

    def _row(
        self, stretch: Stretch, code_id: str, act: str, status: str, memo: str | None
    ) -> dict[str, str]:
        return {
            "doc_id": stretch.doc_id,
            "start": str(stretch.start),
            "end": str(stretch.end),
            "code_id": code_id,
            "value": "0",
            "status": status,
            "text_digest": digest_text(stretch.text),
            "codebook_version": self._version,
            "memo": memo or "",
            "act": act,
        }

    def _open(self) -> list[dict[str, str]]:
        if not self.path.exists():
            append_durably(self.path, ",".join(COLUMNS).encode() + b"\n")
            return []
        content = self.path.read_bytes()
        header = ",".join(COLUMNS).encode() + b"\n"
        if header.startswith(content):  # the very first write was cut off
            append_durably(self.path, header[len(content) :])
            return []
        whole, rest = cut_off_unfinished(content)
        rows = self._parse(whole)
        if rest:
            self.remarks.append(unfinished_line(self.path, whole, rest))
            append_durably(self.path.with_name(self.path.name + UNFINISHED), rest + b"\n")
            cut_back(self.path, len(whole))
        elif not content.endswith(b"\n"):
            append_durably(self.path, b"\n")
        return rows

    def _parse(self, content: bytes) -> list[dict[str, str]]:
        """The rows of the file, in which every cell can be meant; nothing of it is changed."""
        from pbgov.schemas import JOURNAL

        _, findings = inspect_table(self.path, JOURNAL, may_be_empty=True, content=content)
        if any(finding.code in NOT_CUT for finding in findings):
            raise DataFileError(findings)
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        if not lines or tuple(lines[0]) != COLUMNS:
            seen = ",".join(lines[0])[:80] if lines else ""
            raise DataFileError([Finding("E219", self.path.as_posix(), 1, seen=seen)])
        if findings:
            raise DataFileError(findings)
        rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines[1:] if any(line)]
        for number, row in enumerate(rows, 2):
            if row["coder"] != self.coder:
                path = self.path.as_posix()
                raise DataFileError(
                    [Finding("E220", path, number, "coder", row["coder"], self.coder)]
                )
        return rows


def _locked(folder: Path, coder: str) -> FileLock:
    """The lock of a coder's journal, held; the folder is made where it is absent."""
    lock = FileLock(folder / f".{coder}.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"{folder / coder}.csv: the journal of {coder!r} is open in another notebook or program."
            f" Close it there; if that is another person, choose another name."
            f" 编码者“{coder}”的记录正在别处打开：请先在那里关闭；若是另一个人，请换一个名字。"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise InputError(
            f"{folder}: no journal can be kept in this folder ({error}). Choose a folder that you may"
            " write to, on a disk of this machine: not every network drive can lock a file."
            " 这个文件夹不能写入或不能加锁（有的网络盘不能），请换成本机硬盘上可以写的文件夹。"
        ) from error
    return lock


def refuse_coder_name(coder: str) -> None:
    """Raise an InputError where `coder` cannot be the name of a person, and of a file."""
    if not coder.strip() or coder != unicodedata.normalize("NFKC", coder).strip():
        raise InputError(
            f"The coder name {coder!r} is blank, has spaces around it or full-width characters;"
            " write it in plain characters. 编码者名不能空，首尾不能有空格，字母数字用半角。"
        )
    if _UNSAFE.search(coder) or coder.startswith(".") or _DEVICES.fullmatch(coder):
        raise InputError(
            f'The coder name {coder!r} cannot be the name of a file; leave out \\ / : * ? " < > |.'
            ' 编码者名要能作文件名，请不要用 \\ / : * ? " < > |。'
        )
    if is_machine(coder):
        raise InputError(
            f"{coder!r} is the name of a machine coder; use the person's own."
            f" “{coder}”留给机器编码者，请用编码人自己的名字。"
        )


def is_machine(coder: str) -> bool:
    """True for the names under which programs, not people, code."""
    return coder.casefold() in MACHINES or coder.casefold().startswith("endpoint:")


def utc_now() -> str:
    """The time as the journal writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    lines = []
    for row in rows:
        text = io.StringIO(newline="")
        # before Python 3.13 only what is in the line ending is quoted: a cell may hold either
        csv.DictWriter(text, COLUMNS, lineterminator="\r\n").writerow(row)
        lines.append(text.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines).encode()
