"""How far coders agree on the very words that they mark: alpha for unitizing, code by code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.agreement import BETWEEN, OVERALL
from pbgov.coding.codings import is_secondary
from pbgov.coding.frames import (
    FEW_CLUSTERS,
    build_frame,
    families_to_compare,
    in_family,
    readable,
    refuse_impossible,
)
from pbgov.coding.measures.reliability import draw_clusters, percentile_interval
from pbgov.coding.measures.unitizing import (
    ContinuumSums,
    continuum_sums,
    cut_by_values,
    merge_overlapping,
    unitizing_alpha_of,
)
from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_table, check_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.coding.measures.unitizing import Spans

ALL_DOCUMENTS = "*"
_BOUNDS = ("start", "end", "evidence_start", "evidence_end")


def agreement_of_spans(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    *,
    family: str | Sequence[str] | None = None,
    seed: int = 0,
    n_boot: int = 2000,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Agreement of two or more coders on which words to mark, over all documents and in each.

    Parameters
    ----------
    codings : DataFrame
        As for `pbgov.agreement`; ``evidence_start`` and ``evidence_end`` bound the words marked,
        the whole judged stretch where they are NaN.
    coders, segments, family, seed, n_boot, states
        As for `pbgov.agreement`. The text is that of the readable segments of the documents that
        all coders worked on and that no coder left unread, laid end to end within a document.

    Returns
    -------
    DataFrame
        For each family, one row per code of it that any coder of `codings` uses, and ``*`` for the
        family, where words marked with several codes count as marked with that set; each of them
        over all documents (``doc_id`` is ``*``) and in each document. Only primary codes count.
        ``coders`` names the coders, joined by |.

        ``n_documents`` and ``n_characters`` measure the text, ``n_units`` counts the stretches
        marked by all coders together, ``share_marked`` is the share of characters marked, the mean
        over coders. ``alpha_u`` is Krippendorff's alpha for unitizing
        (`pbgov.coding.measures.unitizing.unitizing_alpha`), with the 95 % interval ``alpha_u_low``,
        ``alpha_u_high`` from draws of whole documents where there are several, else NaN;
        ``boot_undefined`` counts draws without a value. ``remark`` says in Chinese what the numbers
        leave out, and why one is missing.

    Raises
    ------
    InputError
        As `pbgov.agreement`.
    """
    check_whole("n_boot", n_boot, 1)
    check_whole("seed", seed, 0)
    refuse_impossible(codings, coders, segments, states, "read")
    check_table("codings", codings, ("doc_id", *_BOUNDS), "pbgov.read_codings")
    check_table("segments", segments, ("start", "end"), "pbgov.segment")
    families = families_to_compare(codings, coders, family, states, "read")
    if not families:
        raise InputError("There is no family that all of these coders worked in; name one.")
    rows: list[dict[str, Any]] = []
    for name in families:
        texts, said = _texts_of(codings, coders, segments, name, states)
        codes = sorted(set(in_family(codings, name)["code_id"]))
        for code in [*codes, OVERALL]:
            for row in _rows_of(texts, codes if code == OVERALL else [code], code, seed, n_boot):
                remark = "；".join([*row.pop("said"), *said])
                rows.append({**row, "family": name, "remark": remark or np.nan})
    table = pd.DataFrame(rows)
    table.insert(1, "family", table.pop("family"))
    table.insert(2, "coders", BETWEEN.join(coders))
    return carry_mark(table.astype({"remark": "str"}), codings, segments)


@dataclass(frozen=True)
class _Text:
    """What each coder marked in one document, in characters of the text that all of them read."""

    doc_id: str
    length: int
    marked: list[Spans]


def _texts_of(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    family: str,
    states: pd.DataFrame | None,
) -> tuple[list[_Text], list[str]]:
    frame = build_frame(codings, coders, segments, family, "read", states)
    known = segments[readable(segments)].drop_duplicates("segment_id").set_index("segment_id")
    read = known.loc[np.array(frame.segment_ids)[frame.judged.all(axis=0)]]
    given = in_family(codings, family)
    given = given[given["value"].eq(1) & given["coder"].isin(coders) & ~is_secondary(given)]
    whole = given["evidence_start"].isna()
    first = given["evidence_start"].where(~whole, given["start"]).astype(int)
    last = given["evidence_end"].where(~whole, given["end"]).astype(int)
    given = given.assign(first=first, last=last, whole=whole)
    texts, n_outside, n_merged, n_whole = [], 0, 0, 0
    for doc_id, stretches in read.groupby("doc_id", sort=True):
        covered = _union(zip(stretches["start"], stretches["end"], strict=True))
        here = given[given["doc_id"] == doc_id]
        places = _places(covered, here[["first", "last"]].to_numpy(dtype=int))
        inside = places[:, 0] < places[:, 1]
        n_outside += int((~inside).sum())
        n_whole += int((here["whole"].to_numpy() & inside).sum())
        marked: list[Spans] = []
        for coder in coders:
            spans: Spans = {}
            mine = inside & here["coder"].eq(coder).to_numpy()
            codes = here.loc[mine, "code_id"]
            for code, place in zip(codes, places[mine].tolist(), strict=True):
                spans.setdefault(str(code), []).append((place[0], place[1]))
            marked.append({code: merge_overlapping(found) for code, found in spans.items()})
            n_merged += int(mine.sum()) - sum(map(len, marked[-1].values()))
        texts.append(_Text(str(doc_id), sum(end - start for start, end in covered), marked))
    said = [sentence for sentence in frame.said if "文档" in sentence]
    if n_outside:
        said.append(f"{n_outside} 条编码标在共同读过的文字之外，未计入")
    if n_merged:
        said.append(f"{n_merged} 条编码与同一人同一编码的另一条重叠，已并成一段")
    if n_whole:
        said.append(f"{n_whole} 条编码没有标出所依据的文字，按整段计")
    return texts, said


def _union(stretches: Any) -> list[tuple[int, int]]:
    """The stretches in order, those that overlap made into one."""
    return merge_overlapping((int(start), int(end)) for start, end in stretches)


def _places(covered: list[tuple[int, int]], offsets: np.ndarray) -> np.ndarray:
    """Where offsets into the document stand in the covered stretches laid end to end."""
    starts = np.array([start for start, _ in covered], dtype=int)
    lengths = np.array([end - start for start, end in covered], dtype=int)
    places: np.ndarray = np.clip(offsets[..., None] - starts, 0, lengths).sum(axis=-1)
    return places


def _rows_of(
    texts: list[_Text], codes: list[str], name: str, seed: int, n_boot: int
) -> list[dict[str, Any]]:
    """The row of one code, or of the family, over all documents, and those of each document."""
    chosen = [[{c: of[c] for c in codes if c in of} for of in text.marked] for text in texts]
    cut = [[cut_by_values(spans) for spans in of_text] for of_text in chosen]
    values = sorted({unit[2] for of_text in cut for of in of_text for unit in of}, key=sorted)
    sums = [
        continuum_sums(of_text, text.length, values)
        for of_text, text in zip(cut, texts, strict=True)
    ]
    units = [sum(len(found) for of in marked for found in of.values()) for marked in chosen]
    rows = [
        _row(name, text.doc_id, [text], [one], [n])
        for text, one, n in zip(texts, sums, units, strict=True)
    ]
    overall = _row(name, ALL_DOCUMENTS, texts, sums, units)
    overall |= _interval(sums, [text.doc_id for text in texts], seed, n_boot, overall["said"])
    return [overall, *rows]


def _row(
    name: str, doc_id: str, texts: list[_Text], sums: list[ContinuumSums], units: list[int]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code_id": name,
        "doc_id": doc_id,
        "n_documents": len(texts),
        "n_characters": sum(text.length for text in texts),
        "n_units": sum(units),
        "share_marked": np.nan,
        "alpha_u": np.nan,
        "alpha_u_low": np.nan,
        "alpha_u_high": np.nan,
        "boot_undefined": 0,
        "said": [],
    }
    if not row["n_characters"]:
        row["said"].append("没有每位编码者都读过的文字，无从比较")
        return row
    coincidences, squares = _added(sums, np.ones((1, len(sums))))
    row["share_marked"] = float(1 - coincidences[0, 0].sum() / coincidences[0].sum())
    row["alpha_u"] = float(unitizing_alpha_of(coincidences, squares)[0])
    if np.isnan(row["alpha_u"]):
        row["said"].append(
            "没有人标出任何文字，α 无定义"
            if not row["n_units"]
            else "各位编码者把全部文字标成同一种，α 无定义"
        )
    return row


def _interval(
    sums: list[ContinuumSums], doc_ids: list[str], seed: int, n_boot: int, said: list[str]
) -> dict[str, Any]:
    if len(sums) < 2:
        said.append("只有一篇文档，无从重抽，没有区间")
        return {}
    drawn, member_of = draw_clusters(np.array(doc_ids), n_boot, seed)
    found = unitizing_alpha_of(*_added(sums, drawn[:, member_of]))
    low, high = percentile_interval(found)
    undefined = int(np.isnan(found).sum())
    if 0 < undefined < n_boot:
        said.append(f"{undefined} 次重抽 α 无定义，未计入区间")
    if len(sums) < FEW_CLUSTERS:
        said.append(f"只有 {len(sums)} 个文档可供重抽，自助区间往往偏窄")
    return {"alpha_u_low": low, "alpha_u_high": high, "boot_undefined": undefined}


def _added(sums: list[ContinuumSums], times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums of the documents, each as often as it is drawn."""
    coincidences = np.array([one.coincidences for one in sums])
    squares = np.array([one.squares for one in sums])
    return np.tensordot(times, coincidences, 1), times @ squares
