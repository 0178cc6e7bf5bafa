"""How far two coders agree, with what chance and the majority alone would give beside it.

The numbers come from `pbgov.coding.reliability`; `agreement` and `confusion` put them into tables.
Nothing here calls an agreement good or bad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.codings import is_secondary
from pbgov.coding.reliability import (
    cluster_draws,
    cohen_kappa,
    kappas_of_draws,
    macro_f1,
    wilson_interval,
)
from pbgov.errors import InputError
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

OVERALL = "*"
ABSTAINED = "未判"
FEW_CLUSTERS = 10


def agreement(
    codings: pd.DataFrame,
    coders: tuple[str, str],
    segments: pd.DataFrame,
    *,
    family: str,
    seed: int,
    n_boot: int = 2000,
) -> pd.DataFrame:
    """Agreement of two coders on one family of codes, code by code and over all of them.

    Parameters
    ----------
    codings : DataFrame
        Judgements with ``segment_id``, as `pbgov.read_codings` and `pbgov.code_by_rules` give them.
    coders : tuple of str
        The reference first, then the coder held against it, such as ``("author", "rules")``.
    segments : DataFrame
        As `pbgov.segment` makes it, with the segments the codings name.
    family : str
        The code ids begin with it and a dot.
    seed : int
        Of the bootstrap.
    n_boot : int, default 2000

    Returns
    -------
    DataFrame
        One row per code of the family that any coder of `codings` uses, and a last row ``*`` for
        the family. The frame, ``n``, is every segment that the first coder judged in the family
        (present or absent); where the second coder gave nothing he abstained, which is a
        disagreement wherever the first gave a code. Only primary codes are compared.

        ``n_coder_a``, ``n_coder_b``, ``n_both`` count segments with the code (``*``: with any);
        ``accuracy`` is the share of equal judgements, in row ``*`` of equal sets of codes, with
        its Wilson interval (``wilson_*``) and bootstrap interval (``boot_*``); ``kappa`` treats
        abstaining as one more label; ``boot_undefined`` counts the draws in which kappa is
        undefined, which its interval leaves out. ``majority_code`` and ``majority_accuracy`` are
        what always answering the first coder's most frequent label (code rows: the more frequent
        of 1 and 0; row ``*``: a code, or codes joined by +, NaN where it is none of them) would
        give.

        In row ``*`` only: ``macro_f1``, ``coverage`` (share in which the second coder gave a
        code), ``accuracy_on_covered``, ``contained`` (share in which every code of the first
        coder is among all codes of the second, secondary ones included).

        ``resampled`` says whether documents or paragraphs were drawn: documents where the frame
        has several, else paragraphs; ``n_clusters`` how many. ``remark`` says in Chinese what the
        numbers leave out.

    Raises
    ------
    InputError
        Where a coder has no coding, the first judged no segment in the family, or `n_boot` < 1.

    Notes
    -----
    Where the rules were written by somebody who had read the texts that the author coded, as in
    the shipped codebook, this agreement is an upper bound of what they reach on new texts.
    """
    if n_boot < 1:
        raise InputError(f"n_boot is {n_boot}; give 1 or more.")
    frame = _frame(codings, coders, segments, family)
    draws = cluster_draws(frame.clusters, n_boot, seed)
    rows = [_code_row(frame, column, draws) for column in range(len(frame.codes))]
    table = pd.DataFrame([*rows, _overall_row(frame, draws)])
    table.insert(1, "coder_a", coders[0])
    table.insert(2, "coder_b", coders[1])
    return carry_mark(table.astype({"majority_code": "str", "remark": "str"}), codings, segments)


def confusion(
    codings: pd.DataFrame, coders: tuple[str, str], segments: pd.DataFrame, *, family: str
) -> pd.DataFrame:
    """How often each code of the first coder met each code of the second.

    Parameters
    ----------
    codings, coders, segments, family
        As for `agreement`.

    Returns
    -------
    DataFrame
        One row per pair: ``code_a``, ``code_b`` (未判 where the coder gave none) and ``n``
        segments, zeros included. Where a coder gives several primary codes, as a multi family
        allows, a segment counts once for each pair.
    """
    frame = _frame(codings, coders, segments, family)
    sides = [np.column_stack([side, ~side.any(axis=1)]) for side in (frame.a, frame.b)]
    counts = sides[0].T.astype(int) @ sides[1].astype(int)
    names = [*frame.codes, ABSTAINED]
    pairs = pd.DataFrame(
        [
            {"code_a": first, "code_b": second, "n": int(counts[row, column])}
            for row, first in enumerate(names)
            for column, second in enumerate(names)
        ]
    )
    return carry_mark(pairs, codings, segments)


@dataclass(frozen=True)
class _Frame:
    """Primary codes of both coders on the same segments; `b_any` has the secondary ones too."""

    codes: list[str]
    a: np.ndarray
    b: np.ndarray
    b_any: np.ndarray
    clusters: np.ndarray
    resampled: str
    left_out: int

    @property
    def remarks(self) -> list[str]:
        n_clusters = len(np.unique(self.clusters))
        said = []
        if self.left_out:
            said.append(f"另有 {self.left_out} 条参照编码没有对上片段，未计入")
        if self.resampled == "段落":
            said.append("全部出自一篇文档，区间不含文档之间的差别")
        if n_clusters < FEW_CLUSTERS:
            said.append(f"只有 {n_clusters} 个{self.resampled}可供重抽，自助区间往往偏窄")
        return said


def _frame(
    codings: pd.DataFrame, coders: tuple[str, str], segments: pd.DataFrame, family: str
) -> _Frame:
    present = set(codings["coder"])
    absent = [coder for coder in coders if coder not in present]
    if absent:
        raise InputError(f"No coding by {absent[0]!r}; coders here: {', '.join(sorted(present))}.")
    of_family = codings[codings["code_id"].str.startswith(f"{family}.")]
    reference = of_family[of_family["coder"] == coders[0]]
    known = segments.drop_duplicates("segment_id").set_index("segment_id")
    ids = sorted(set(reference["segment_id"].dropna()) & set(known.index))
    if not ids:
        raise InputError(
            f"{coders[0]!r} judged no segment of this table in family {family!r}; give the"
            " segments that the codings were read with, or another family."
        )
    codes = sorted(set(of_family["code_id"]))
    given = of_family[of_family["value"] == 1]
    primary = given[~is_secondary(given)]
    documents = known.loc[ids, "doc_id"].to_numpy(dtype=str)
    several = len(set(documents)) > 1
    paragraphs = known.loc[ids, "paragraph_id"].to_numpy(dtype=str)
    return _Frame(
        codes=codes,
        a=_matrix(primary[primary["coder"] == coders[0]], ids, codes),
        b=_matrix(primary[primary["coder"] == coders[1]], ids, codes),
        b_any=_matrix(given[given["coder"] == coders[1]], ids, codes),
        clusters=documents if several else paragraphs,
        resampled="文档" if several else "段落",
        left_out=int((~reference["segment_id"].isin(ids)).sum()),
    )


def _matrix(given: pd.DataFrame, ids: Sequence[str], codes: Sequence[str]) -> np.ndarray:
    given = given[given["segment_id"].isin(ids)]
    matrix = np.zeros((len(ids), len(codes)), dtype=bool)
    rows = {segment_id: row for row, segment_id in enumerate(ids)}
    columns = {code_id: column for column, code_id in enumerate(codes)}
    for segment_id, code_id in zip(given["segment_id"], given["code_id"], strict=True):
        matrix[rows[segment_id], columns[code_id]] = True
    return matrix


def _code_row(frame: _Frame, column: int, draws: np.ndarray) -> dict[str, Any]:
    a, b = frame.a[:, column], frame.b[:, column]
    row: dict[str, Any] = {
        "code_id": frame.codes[column],
        "n": len(a),
        "n_coder_a": int(a.sum()),
        "n_coder_b": int(b.sum()),
        "n_both": int((a & b).sum()),
    }
    row |= _agreement_of(a.astype(int), b.astype(int), draws)
    row |= {"macro_f1": np.nan, "coverage": np.nan, "accuracy_on_covered": np.nan}
    row |= {"contained": np.nan, "majority_code": np.nan}
    row["majority_accuracy"] = float(max(a.mean(), 1 - a.mean()))
    return row | _closing(frame, row)


def _overall_row(frame: _Frame, draws: np.ndarray) -> dict[str, Any]:
    a, b = _labels(frame.a), _labels(frame.b)
    gave_a, gave_b = frame.a.any(axis=1), frame.b.any(axis=1)
    majority, majority_accuracy = _majority(frame, a)
    row: dict[str, Any] = {
        "code_id": OVERALL,
        "n": len(a),
        "n_coder_a": int(gave_a.sum()),
        "n_coder_b": int(gave_b.sum()),
        "n_both": int((gave_a & gave_b).sum()),
    }
    row |= _agreement_of(a, b, draws)
    row |= {
        "macro_f1": macro_f1(frame.a, frame.b),
        "coverage": float(gave_b.mean()),
        "accuracy_on_covered": float((a == b)[gave_b].mean()) if gave_b.any() else np.nan,
        "contained": float((~frame.a | frame.b_any).all(axis=1)[gave_a].mean())
        if gave_a.any()
        else np.nan,
        "majority_code": majority,
        "majority_accuracy": majority_accuracy,
    }
    return row | _closing(frame, row)


def _majority(frame: _Frame, labels: np.ndarray) -> tuple[Any, float]:
    """The codes of the most frequent label, the earlier code where two tie, and its share."""
    found, counts = np.unique(labels, return_counts=True)
    label = max(found[counts == counts.max()])
    codes = [code for code, given in zip(frame.codes, label, strict=True) if given == "1"]
    return "+".join(codes) if codes else np.nan, float(counts.max() / len(labels))


def _labels(given: np.ndarray) -> np.ndarray:
    """Each segment's set of codes as one label."""
    return np.array(["".join("1" if code else "0" for code in row) for row in given])


def _agreement_of(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> dict[str, Any]:
    equal = a == b
    wilson_low, wilson_high = wilson_interval(int(equal.sum()), len(equal))
    shares = draws @ equal.astype(float) / draws.sum(axis=1)
    kappas = kappas_of_draws(a, b, draws)
    boot_low, boot_high = np.percentile(shares, [2.5, 97.5])
    defined = kappas[~np.isnan(kappas)]
    kappa_low, kappa_high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (np.nan,) * 2
    return {
        "accuracy": float(equal.mean()),
        "wilson_low": wilson_low,
        "wilson_high": wilson_high,
        "boot_low": float(boot_low),
        "boot_high": float(boot_high),
        "kappa": cohen_kappa(a, b),
        "kappa_low": float(kappa_low),
        "kappa_high": float(kappa_high),
        "boot_undefined": int(len(kappas) - len(defined)),
    }


def _closing(frame: _Frame, row: dict[str, Any]) -> dict[str, Any]:
    remarks = frame.remarks
    if np.isnan(row["kappa"]):
        remarks = ["两位编码者对全部片段给出同一个取值，κ 无定义", *remarks]
    elif row["boot_undefined"]:
        remarks.append(f"{row['boot_undefined']} 次重抽 κ 无定义，未计入 κ 的区间")
    if row["accuracy"] == 1:
        remarks.append("全部一致，重抽不出差别，自助区间缩成一点，请看 Wilson 区间")
    return {
        "resampled": frame.resampled,
        "n_clusters": len(np.unique(frame.clusters)),
        "remark": "；".join(remarks) if remarks else np.nan,
    }
