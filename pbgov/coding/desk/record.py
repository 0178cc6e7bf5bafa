"""What a coder has judged so far, as the journal on disk says, and the writing of more.

Every act goes through `pbgov.coding.journal.Journal`; what the desk shows as standing is changed
only after the journal has returned.
"""

from __future__ import annotations

import errno
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.coding.desk.acts import Act, Row
from pbgov.coding.desk.messages import RefusedError
from pbgov.coding.journal import WHOLE, Journal
from pbgov.corpus.document import digest_text
from pbgov.errors import DataFileError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbgov.coding.desk.material import Material, Place
    from pbgov.coding.journal import Stretch

FULL = (errno.ENOSPC, errno.EDQUOT)
LONGEST_LIST = 200

Key = tuple["Place", str]


class Doubted(NamedTuple):
    """A standing row that no longer fits: its number in the file, and why."""

    row: Row
    number: int
    reason: str


class Record:
    """One coder's journal as the desk sees it.

    Parameters
    ----------
    material : Material
    coder, folder, clock
        As for `Journal`.

    Attributes
    ----------
    counts : Counter
        How many stretches of the desk have each code.
    remarks : list of str
        What was found on opening, in Chinese.
    """

    def __init__(
        self, material: Material, coder: str, folder: str | Path, clock: Callable[[], str] | None
    ) -> None:
        self._material = material
        self._asked = set(material.families)
        self._folder, self.coder, self._clock = Path(folder), coder, clock
        self._sound, self._reloaded, self._closed = True, False, False
        self._open()

    @property
    def path(self) -> Path:
        """The coder's file."""
        return self._journal.path

    def close(self) -> None:
        """Let others open the journal."""
        self._closed = True
        self._journal.close()

    def standing_of(self, stretch: Stretch) -> dict[str, Row]:
        """What stands of a stretch, by code; its state is under ``*``."""
        return self._rows.get((stretch.doc_id, stretch.start, stretch.end), {})

    def standing(self, stretch: Stretch, code_id: str) -> Row | None:
        """What stands of one code of a stretch, or of its state."""
        return self.standing_of(stretch).get(code_id)

    def state_of(self, stretch: Stretch) -> str:
        """``read`` or ``doubtful``, where the coder said so of every family of the desk; else ''."""
        return self._state((stretch.doc_id, stretch.start, stretch.end))

    def undoing(self, acts: list[Act]) -> list[Act]:
        """The acts that would bring back what stands now, once `acts` are done."""
        found = []
        for act in reversed(acts):
            doubted = self._doubted.get((act.place, act.code_id))
            before = self._rows.get(act.place, {}).get(act.code_id) or (doubted and doubted.row)
            found.append(Act.restoring(before) if before else Act.taking_back(act.row))
        return found

    def taking_back(self, number: int) -> list[Act]:
        """The withdrawal of a row on the list of what must be judged anew."""
        for doubted in self._doubted.values():
            if doubted.number == number:
                return [Act.taking_back(doubted.row)]
        raise RefusedError(f"“重新判断”的单子里没有第 {number} 行，没有写入。")

    def write(self, acts: list[Act]) -> int:
        """Put acts on the disk together, and only then let them stand.

        Returns
        -------
        int
            The number of the last one's row in the file, as a spreadsheet counts.

        Raises
        ------
        RefusedError
            Where they are not on the disk, with the reason.
        """
        self._be_current()
        version = self._material.codebook.version
        rows = [
            {**act.row, "codebook_version": act.row.get("codebook_version") or version}
            for act in acts
        ]
        try:
            written = self._journal.add(rows)
        except OSError as error:
            self._sound = False
            raise RefusedError(f"没有存下：{_told(error)}屏幕上不作已存。") from error
        self._stamp = _stamp(self.path)
        first = len(self._journal.rows) + 2 - len(written)
        for number, (act, row) in enumerate(zip(acts, written, strict=True), first):
            self._stand(act.place, act.code_id, row, number)
        return first + len(written) - 1

    def take_reloaded(self) -> bool:
        """Whether the file was read anew since this was last asked."""
        reloaded, self._reloaded = self._reloaded, False
        return reloaded

    def progress(self) -> dict[str, int]:
        """How many stretches there are, are done (read, doubtful or coded), read, and doubtful."""
        total = sum(map(len, self._material.stretches))
        return {
            "total": total,
            **{name: self._progress[name] for name in ("done", "read", "doubtful")},
        }

    def first_unread(self) -> tuple[int, int]:
        """The first stretch not said to be read or doubtful; else the first doubtful one, or the first."""
        states = {place: self._state(place) for place in self._material.positions}
        for wanted in ("", "doubtful"):
            for place, position in self._material.positions.items():
                if states[place] == wanted:
                    return position
        return 0, 0

    def next_open(self, document: int, number: int) -> tuple[int, int] | None:
        """The next stretch, round the corpus, that is neither read, doubtful nor coded.

        Where there is none, the next that is coded but not said to be read; None where all is.
        """
        untouched = (
            position
            for position in self._around(document, number)
            if not self._is_done(self._place(position))
        )
        unread = (
            position
            for position in self._around(document, number)
            if not self._state(self._place(position))
        )
        return next(untouched, None) or next(unread, None)

    def _place(self, position: tuple[int, int]) -> Place:
        one = self._material.stretch(*position)
        return one.doc_id, one.start, one.end

    def _around(self, document: int, number: int) -> Iterator[tuple[int, int]]:
        """Every position once, from the one after the given one round to it."""
        stretches = self._material.stretches
        yield from ((document, place) for place in range(number + 1, len(stretches[document])))
        for each in [*range(document + 1, len(stretches)), *range(document)]:
            yield from ((each, place) for place in range(len(stretches[each])))
        yield from ((document, place) for place in range(number + 1))

    def to_rejudge(self) -> list[dict[str, Any]]:
        """Rows that stand but no longer fit, the first `LONGEST_LIST`, each with its reason."""
        listed = sorted(self._doubted.values(), key=lambda doubted: doubted.number)
        return [
            {
                "row": doubted.number,
                "code_id": "" if doubted.row["code_id"] == WHOLE else doubted.row["code_id"],
                "reason": doubted.reason,
                "position": self._nearest(doubted.row),
                "left": len(listed),
            }
            for doubted in listed[:LONGEST_LIST]
        ]

    def _open(self) -> None:
        self._journal = Journal(
            self._folder, self.coder, self._material.codebook.version, clock=self._clock
        )
        self._stamp = _stamp(self.path)
        self._rows: dict[Place, dict[str, Row]] = {}
        self._doubted: dict[Key, Doubted] = {}
        self._progress: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.remarks = [finding.zh for finding in self._journal.remarks]
        last: dict[Key, tuple[Row, int]] = {}
        for number, row in enumerate(self._journal.rows, 2):
            place = row["doc_id"], int(row["start"]), int(row["end"])
            last.pop((place, row["code_id"]), None)
            last[place, row["code_id"]] = row, number
        elsewhere = 0
        for (place, code_id), (row, number) in last.items():
            self._stand(place, code_id, row, number)
            known = place in self._rows or (place, code_id) in self._doubted
            elsewhere += row["act"] != "withdraw" and not known
        if elsewhere:
            self.remarks.append(
                f"记录里另有 {elsewhere} 条判断属于别的文档，或起止与这里的片段不同，照样保留，不在这里显示。"
            )
        if self._doubted:
            self.remarks.append(f"有 {len(self._doubted)} 条判断要重新判断，见“重新判断”。")

    def _be_current(self) -> None:
        """Read the file anew where writing failed, or somebody else changed it."""
        if self._closed:
            raise RefusedError("编码台已经关闭，没有写入；请重新运行打开它的单元格。")
        try:
            stamp = _stamp(self.path)
            if self._sound and stamp == self._stamp:
                return
            known = len(self._journal.rows)
            self._sound = False
            self._journal.close()
            self._open()
        except FileNotFoundError as error:
            raise RefusedError(
                f"没有存下：记录文件 {self.path.as_posix()} 不见了；请放回原处再试。"
            ) from error
        except OSError as error:
            raise RefusedError(f"没有存下：{_told(error)}屏幕上不作已存。") from error
        except InputError as error:
            raise RefusedError(f"没有存下：记录文件打不开。{error}") from error
        except DataFileError as error:
            told = "；".join(f"第 {one.row} 行：{one.zh}" for one in error.findings[:3])
            raise RefusedError(f"没有存下：记录文件被改坏了。{told}") from error
        self._sound, self._reloaded = True, True
        more = len(self._journal.rows) - known
        told = f"，比屏幕上多 {more} 条" if more > 0 else ""
        self.remarks.append(f"记录文件已重新读入{told}；屏幕上是文件里现有的判断。")

    def _stand(self, place: Place, code_id: str, row: Row, number: int) -> None:
        """Let a row that is on the disk stand, in the place of what stood before."""
        self._tally(place, -1)
        self._doubted.pop((place, code_id), None)
        self._rows.get(place, {}).pop(code_id, None)
        if row["act"] != "withdraw":
            reason = self._reason_to_doubt(place, row)
            if reason:
                self._doubted[place, code_id] = Doubted(row, number, reason)
            elif place in self._material.positions:
                self._rows.setdefault(place, {})[code_id] = row
        self._tally(place, 1)

    def _reason_to_doubt(self, place: Place, row: Row) -> str:
        text = self._material.texts.get(place[0])
        if text is None:
            return ""
        if digest_text(text[place[1] : place[2]]) != row["text_digest"]:
            return "所判的文字已经变了，请对照原文重新判断"
        code_id = row["code_id"]
        if code_id == WHOLE or code_id in self._material.known_codes:
            return ""
        if code_id not in self._material.successors:
            return "编码手册里没有这个编码，请核对或重新判断"
        successor = self._material.successors[code_id]
        told = f"，由 {successor} 接替" if successor else ""
        return f"这个编码已从编码手册中撤下{told}，请重新判断"

    def _tally(self, place: Place, sign: int) -> None:
        if place not in self._material.positions:
            return
        self._progress["done"] += sign * self._is_done(place)
        state = self._state(place)
        if state:
            self._progress[state] += sign
        for code_id in self._given(place):
            self.counts[code_id] += sign

    def _is_done(self, place: Place) -> bool:
        return bool(self._state(place) or self._given(place))

    def _state(self, place: Place) -> str:
        state = self._rows.get(place, {}).get(WHOLE)
        if state is None or state["status"] == "open":
            return ""
        return state["status"] if self._asked <= self._material.asked(state["rule"]) else ""

    def _given(self, place: Place) -> list[str]:
        rows = self._rows.get(place, {})
        return [
            code_id
            for code_id, row in rows.items()
            if code_id in self._material.codes and row["value"] == "1"
        ]

    def _nearest(self, row: Row) -> list[int] | None:
        """The stretch of the same document that a row overlaps, or that comes after it."""
        place = row["doc_id"], int(row["start"]), int(row["end"])
        if place in self._material.positions:
            return list(self._material.positions[place])
        document = self._material.numbers.get(place[0])
        if document is None:
            return None
        after = [
            number
            for number, one in enumerate(self._material.stretches[document])
            if one.end > place[1]
        ]
        return [document, after[0]] if after else None


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _told(error: OSError) -> str:
    """What the operating system said, in words a coder can act on."""
    if error.errno in FULL:
        return "磁盘满了，请腾出空间再试；"
    if isinstance(error, PermissionError):
        return "记录文件不许写入，多半正在 WPS 或 Excel 里打开，请关掉再试；"
    return f"磁盘报错（{error.strerror or error}），请再试一次；"
