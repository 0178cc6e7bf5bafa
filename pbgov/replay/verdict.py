"""What the check of a bundle found, and how it is said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

if TYPE_CHECKING:
    from pbgov.findings import Finding

Role: TypeAlias = Literal["input", "output", "other"]
Listed: TypeAlias = Literal["same", "altered", "missing", "added", "left out"]
Rerun: TypeAlias = Literal["done", "failed", "impossible"]

DIFFERENT = ("different", "gone", "new")
UNMADE = ("not made here", "not made there")
RECORD_CODES = ("E823", "E824", "E825", "E827", "E828", "E829")
SOFTWARE_CODES = ("W811", "W812")


@dataclass
class HeldFile:
    """One file of a bundle: whether the list knows it, and how it came out when computed again."""

    path: str
    role: Role
    listed: Listed
    rerun: str = ""
    detail: str = ""


@dataclass(frozen=True)
class BundleCheck:
    """What the check of a bundle found.

    Attributes
    ----------
    path, title, fingerprint : str
        ``fingerprint`` is the SHA-256 of the list BUNDLE.json: who made the bundle can name it.
    intact : bool
        Every file is the one the list names, and none was added.
    rerun : {"done", "failed", "impossible"}
        ``impossible`` where documents were left out or files are missing.
    reproduces : bool or None
        Whether every output came out the same in content; None where nothing could be computed.
        A picture or layout that looks otherwise under other software is told of and not counted,
        nor is a format that could be written on one of the two computers only.
    held : tuple of HeldFile
    findings : tuple of Finding
        What differs and why; each in Chinese and English.
    """

    path: str
    title: str
    fingerprint: str
    intact: bool
    rerun: Rerun
    reproduces: bool | None
    held: tuple[HeldFile, ...]
    findings: tuple[Finding, ...]

    @property
    def files(self) -> pd.DataFrame:
        """One row a file: ``path``, ``role``, ``listed``, ``rerun``, ``detail``.

        ``role`` is input, output or other; ``listed`` same, altered, missing, added or left out;
        ``rerun`` identical, same content, other looks, different, unjudged, gone, new, not made here
        or not made there, and empty for what no run writes.
        """
        columns = list(HeldFile.__dataclass_fields__)
        return pd.DataFrame([asdict(one) for one in self.held], columns=columns, dtype="str")

    @property
    def exit_code(self) -> int:
        """0 where the bundle is as it was made and reproduces; else 1."""
        faults = any(finding.code.startswith("E") for finding in self.findings)
        return 0 if self.intact and self.reproduces and not faults else 1

    @property
    def verdict_zh(self) -> str:
        """The verdict in one Chinese sentence."""
        whole = "文件与清单一致" if self.intact else "文件与清单不一致"
        since = "，与生成报告时的记录不符" if self._disagrees() else ""
        software = "这里的软件与生成报告时不同，见下。" if self._elsewhere() else ""
        return f"{whole}{since}；{self._outcome()[0]}{software}"

    @property
    def verdict_en(self) -> str:
        """The verdict in one English sentence."""
        whole = f"The files are {'' if self.intact else 'not '}those of the list"
        since = ", not those the report was made with" if self._disagrees() else ""
        software = " The software here is not that which made the report; see below."
        return f"{whole}{since}; {self._outcome()[1]}{software if self._elsewhere() else ''}"

    def _disagrees(self) -> bool:
        return any(finding.code in RECORD_CODES for finding in self.findings)

    def _elsewhere(self) -> bool:
        return any(finding.code in SOFTWARE_CODES for finding in self.findings)

    def _outcome(self) -> tuple[str, str]:
        compared = [one for one in self.held if one.rerun and one.rerun not in UNMADE]
        n = len(compared)
        identical = sum(one.rerun == "identical" for one in compared)
        apart = sum(one.rerun in DIFFERENT for one in compared)
        looks = sum(one.rerun == "other looks" for one in compared)
        if self.rerun == "impossible":
            return (
                "包里缺少文件，没有重新计算，不能判断能否复算。",
                "files are wanting, so nothing was computed: whether it reproduces is not known.",
            )
        if self.rerun == "failed":
            return "没能从头算完，不能复算。", "it could not be computed again."
        if not self.reproduces:
            return (
                f"从头算一遍，{n} 个输出文件里有 {apart} 个不同：不能复算。",
                f"computed again, {apart} of {n} outputs differ: it does not reproduce.",
            )
        zh, en = (
            (
                f"，{looks} 个画面或版式不同而软件也不同",
                f", {looks} look otherwise under other software",
            )
            if looks
            else ("", "")
        )
        return (
            f"从头算一遍，{n} 个输出文件内容相同（{identical} 个逐字节相同{zh}）：能够复算。",
            f"computed again, all {n} outputs say the same ({identical} byte by byte{en}):"
            " it reproduces.",
        )
