"""Which segments coders are compared on, and who judged which of them.

A segment without any code belongs to the comparison: not to see a code is a judgement too. A segment
that a coder never opened is missing for him, which is not the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pbgov.coding.codings import is_secondary, states_in_family
from pbgov.coding.journal import GOLD, is_machine
from pbgov.coding.measures.ratings import MISSING
from pbgov.errors import InputError
from pbgov.mining.asked import check_table
from pbgov.mining.lexicon import READABLE_KINDS

FrameKind = Literal["read", "reference"]
FRAMES = ("read", "reference")
FEW_CLUSTERS = 10
_LEARNED, _ENDPOINT = "learned", "endpoint"
_ORDERED = (Sequence, np.ndarray, pd.Index, pd.Series)
_JUDGED = ["coder", "segment_id", "code_id"]
_OF_CODINGS = (*_JUDGED, "value", "memo")
_SEEN = ("read", "doubtful")  # without the doubtful ones the hard segments would be left out


@dataclass(frozen=True)
class Frame:
    """What each coder said of each segment, for the codes of one family.

    ``segment_ids`` names the segments. ``given`` (coders x segments x codes) has the primary codes,
    ``given_any`` the secondary ones too; ``judged`` (coders x segments) is False where a segment is
    missing for a coder. ``said`` is what the comparison leaves out, in Chinese.
    """

    family: str
    coders: tuple[str, ...]
    codes: list[str]
    segment_ids: list[str]
    given: np.ndarray
    given_any: np.ndarray
    judged: np.ndarray
    clusters: np.ndarray
    resampled: str
    said: tuple[str, ...]

    @property
    def labels(self) -> tuple[np.ndarray, np.ndarray]:
        """Number of the set of codes of each segment (segments x coders; -1: missing), and the sets.

        The sets (labels x codes) are those that were given, the one of no code among them.
        """
        sets, numbers = np.unique(self.given[self.judged], axis=0, return_inverse=True)
        labels = np.full(self.judged.shape, MISSING)
        labels[self.judged] = numbers.ravel()
        return labels.T, sets

    def of_code(self, column: int) -> np.ndarray:
        """1 and 0 for one code (segments x coders), -1 where missing."""
        return np.where(self.judged, self.given[:, :, column].astype(int), MISSING).T

    @property
    def remarks(self) -> list[str]:
        """What is left out, and what the resampling cannot show."""
        n_clusters = len(np.unique(self.clusters))
        said = list(self.said)
        if self.resampled == "段落" and n_clusters:
            said.append("全部出自一篇文档，区间不含文档之间的差别")
        if 0 < n_clusters < FEW_CLUSTERS:
            said.append(f"只有 {n_clusters} 个{self.resampled}可供重抽，自助区间往往偏窄")
        return said


def refuse_impossible(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    states: pd.DataFrame | None,
    frame: str,
) -> None:
    """Raise an InputError where these coders cannot be compared."""
    if frame not in FRAMES:
        raise InputError(f"frame is {frame!r}; use one of {', '.join(FRAMES)}.")
    check_table("segments", segments, ("segment_id", "doc_id"), "pbgov.segment")
    refuse_coders(codings, coders, states)
    if frame == "read":
        check_table("codings", codings, ("doc_id",), "pbgov.read_codings")


def refuse_coders(
    codings: pd.DataFrame, coders: Sequence[str], states: pd.DataFrame | None
) -> None:
    """Raise an InputError where these coders, or what they said, cannot stand side by side."""
    check_table("codings", codings, _OF_CODINGS, "pbgov.read_codings")
    if states is not None:
        check_table("states", states, ("coder", "segment_id", "doc_id", "state"), "read_states")
    if isinstance(coders, str) or not isinstance(coders, _ORDERED) or len(coders) < 2:
        raise InputError(f"coders is {coders!r}; name two coders or more, as ['甲', '乙'].")
    if len(set(coders)) < len(coders):
        raise InputError(f"coders names somebody twice: {', '.join(coders)}.")
    present = set(codings["coder"].dropna()) | (set() if states is None else set(states["coder"]))
    absent = [coder for coder in coders if coder not in present]
    if absent:
        known = ", ".join(sorted(present))
        raise InputError(f"{absent[0]!r} neither coded nor read anything; coders here: {known}.")
    own = codings[codings["coder"].isin(list(coders))]
    odd = own[~own["value"].isin([0, 1])]
    if len(odd):
        raise InputError(
            f"codings holds the value {odd['value'].tolist()[0]!r} ({odd['code_id'].iloc[0]}, by"
            f" {odd['coder'].iloc[0]!r}); a judgement is the number 1 or 0."
        )
    placed = own.dropna(subset=["segment_id"]).drop_duplicates([*_JUDGED, "value"])
    torn = placed[placed.duplicated(_JUDGED)]
    if len(torn):
        row = torn.iloc[0]
        raise InputError(
            f"{row['coder']!r} both gave and denied {row['code_id']} in {row['segment_id']!r}"
            f" ({len(torn)} such judgements); keep the one that stands."
        )


def families_to_compare(
    codings: pd.DataFrame,
    coders: Sequence[str],
    family: str | Sequence[str] | None,
    states: pd.DataFrame | None,
    frame: str,
) -> list[str]:
    """The families asked for, or where none is, those that every coder worked in, sorted.

    In the frame ``reference`` it is the first coder who has to have judged in them.
    """
    if isinstance(family, str):
        return [family]
    if family is not None:
        return list(dict.fromkeys(family))
    placed = codings[codings["segment_id"].notna()]
    used = {
        coder: set(placed.loc[placed["coder"] == coder, "code_id"].str.split(".").str[0])
        for coder in coders
    }
    if frame == "reference":
        return sorted(used[coders[0]])
    silent = [
        coder for coder in coders if not reads_all(coder) and not _keeps_states(coder, states)
    ]
    return sorted(set.union(*used.values()).intersection(*(used[coder] for coder in silent)))


def reads_all(coder: str) -> bool:
    """True for the machine coders that read whatever they are given, so that silence denies.

    A model on an endpoint is asked stretch by stretch, may fail or be unable to tell, and gives a
    row where it saw no code: its silence is no judgement.
    """
    return is_machine(coder) and not coder.casefold().startswith(_ENDPOINT)


def judges_by_row(coder: str) -> bool:
    """True for those who give a row to whatever they judge, present or absent."""
    return coder == GOLD or (is_machine(coder) and not reads_all(coder))


def in_family(codings: pd.DataFrame, family: str) -> pd.DataFrame:
    """The codings whose code is `family` itself or begins with it and a dot."""
    code_ids = codings["code_id"]
    return codings[code_ids.str.startswith(f"{family}.") | code_ids.eq(family)]


def build_frame(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    family: str,
    kind: FrameKind,
    states: pd.DataFrame | None,
) -> Frame:
    """What the coders said of the segments that they are compared on.

    Raises
    ------
    InputError
        Where nobody in `codings` uses a code of the family, or, in the frame ``reference``, the
        first coder judged no segment in it.
    """
    of_family = in_family(codings, family)
    known = segments.drop_duplicates("segment_id").set_index("segment_id")
    said: list[str] = []
    if kind == "reference":
        ids = _judged_by_reference(of_family, coders[0], known, family, states, said)
    else:
        if of_family.empty:
            raise InputError(f"No coding uses a code of family {family!r}; name another family.")
        shared = _shared_documents(codings, of_family, coders, segments, states, said)
        ids = sorted(known.index[readable(known) & known["doc_id"].isin(shared)])
        mine = of_family[of_family["coder"].isin(coders) & of_family["doc_id"].isin(shared)]
        if outside := int((~mine["segment_id"].isin(ids)).sum()):
            said.append(f"另有 {outside} 条编码没有对上可读的片段，未计入")
    if _LEARNED in coders:
        said.append(f"{_LEARNED} 没有把握就不作答，不作答的片段按没有编码计")
    codes = sorted(set(of_family["code_id"]))
    given = of_family[of_family["value"] == 1]
    primary = given[~is_secondary(given)]
    documents = known.loc[ids, "doc_id"].to_numpy(dtype=str)
    several = len(set(documents)) > 1
    paragraphs = np.array(ids, dtype=str)
    if "paragraph_id" in known:
        paragraphs = known.loc[ids, "paragraph_id"].to_numpy(dtype=str)
    judged = [_judged(of_family, coder, ids, family, states) for coder in coders]
    if kind == "reference":
        judged[0][:] = True
    return Frame(
        family=family,
        coders=tuple(coders),
        codes=codes,
        segment_ids=list(ids),
        given=np.array([_matrix(primary, coder, ids, codes) for coder in coders]),
        given_any=np.array([_matrix(given, coder, ids, codes) for coder in coders]),
        judged=np.array(judged),
        clusters=documents if several else paragraphs,
        resampled="文档" if several else "段落",
        said=tuple(said),
    )


def readable(segments: pd.DataFrame) -> pd.Series:
    """True for the rows that are read, neither heading nor blank; all of them without a kind."""
    if "kind" not in segments:
        return pd.Series(True, segments.index)
    return segments["kind"].isin(READABLE_KINDS)


def _shared_documents(
    codings: pd.DataFrame,
    of_family: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    states: pd.DataFrame | None,
    said: list[str],
) -> set[str]:
    """The documents that every coder worked on.

    A coder without states who coded nothing in the family did not work in it: his silence cannot be
    told from that of somebody who looked and saw nothing.
    """
    everything = set(segments["doc_id"])
    worked: list[set[str]] = []
    for coder in coders:
        if reads_all(coder):
            continue
        if not _keeps_states(coder, states) and coder not in set(of_family["coder"]):
            said.append(f"{coder} 在这一族没有编码，也没有阅读记录，不能当作看过而没有")
            worked.append(set())
            continue
        documents = set(codings.loc[codings["coder"] == coder, "doc_id"])
        if states is not None:
            documents |= set(states.loc[states["coder"] == coder, "doc_id"])
        worked.append(documents & everything)
    shared = set.intersection(everything, *worked)
    if left := len(set().union(*worked) - shared):
        said.append(f"{left} 篇文档不是每位编码者都做过，未计入")
    return shared


def _keeps_states(coder: str, states: pd.DataFrame | None) -> bool:
    return states is not None and coder in set(states["coder"])


def _judged_by_reference(
    of_family: pd.DataFrame,
    coder: str,
    known: pd.DataFrame,
    family: str,
    states: pd.DataFrame | None,
    said: list[str],
) -> list[str]:
    reference = of_family[of_family["coder"] == coder]
    ids = sorted(_opened(of_family, coder, family, states) & set(known.index))
    if not ids:
        raise InputError(
            f"{coder!r} judged no segment of this table in family {family!r}; give the"
            " segments that the codings were read with, or another family."
        )
    if left_out := int((~reference["segment_id"].isin(ids)).sum()):
        said.append(f"另有 {left_out} 条参照编码没有对上片段，未计入")
    return ids


def _judged(
    of_family: pd.DataFrame,
    coder: str,
    ids: Sequence[str],
    family: str,
    states: pd.DataFrame | None,
) -> np.ndarray:
    """Which segments a coder judged.

    Adjudicators and endpoints judged those that they gave a row, other machines all of them, and
    people those that they marked as read or coded; all of them where a person keeps no states.
    """
    keeps = judges_by_row(coder) or _keeps_states(coder, states)
    if reads_all(coder) or not keeps:
        return np.ones(len(ids), dtype=bool)
    opened = _opened(of_family, coder, family, states)
    return np.array([segment_id in opened for segment_id in ids], dtype=bool)


def _opened(
    of_family: pd.DataFrame, coder: str, family: str, states: pd.DataFrame | None
) -> set[str]:
    """The segments that a coder gave a row in the family, or marked as seen when asked about it."""
    opened = set(of_family.loc[of_family["coder"] == coder, "segment_id"].dropna())
    if states is not None:
        marked = states_in_family(states, coder, family)
        opened |= set(marked.loc[marked["state"].isin(_SEEN), "segment_id"].dropna())
    return opened


def _matrix(
    given: pd.DataFrame, coder: str, ids: Sequence[str], codes: Sequence[str]
) -> np.ndarray:
    given = given[given["segment_id"].isin(ids) & given["coder"].eq(coder)]
    matrix = np.zeros((len(ids), len(codes)), dtype=bool)
    rows = {segment_id: row for row, segment_id in enumerate(ids)}
    columns = {code_id: column for column, code_id in enumerate(codes)}
    for segment_id, code_id in zip(given["segment_id"], given["code_id"], strict=True):
        matrix[rows[segment_id], columns[code_id]] = True
    return matrix
