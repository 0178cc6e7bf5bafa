"""How far coders agree, with what chance and the majority alone would give beside it.

Who is compared on which segments is decided in `pbgov.coding.frames`; the numbers come from
`pbgov.coding.measures.reliability` and `pbgov.coding.measures.chance_corrected`; here they are put into tables.
Nothing here calls an agreement good or bad.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.frames import (
    Frame,
    FrameKind,
    build_frame,
    families_to_compare,
    refuse_impossible,
)
from pbgov.coding.measures.chance_corrected import ac1_of, alpha_of, conger_of, fleiss_of, pabak_of
from pbgov.coding.measures.ratings import Totals, ratio, totals
from pbgov.coding.measures.reliability import (
    draw_clusters,
    macro_f1,
    percentile_interval,
    wilson_interval,
)
from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

OVERALL = "*"
ABSTAINED = "无"
BETWEEN = "|"  # no coder's name has it: names are names of files


def agreement(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    *,
    family: str | Sequence[str] | None = None,
    seed: int = 0,
    n_boot: int = 2000,
    states: pd.DataFrame | None = None,
    frame: FrameKind = "read",
) -> pd.DataFrame:
    """Agreement of two or more coders, code by code and over each family of codes.

    Parameters
    ----------
    codings : DataFrame
        Judgements with ``segment_id``, as `pbgov.read_codings` and `pbgov.code_by_rules` give them.
    coders : sequence of str
        Two or more; the reference first, where there is one, as in ``("author", "rules")``.
    segments : DataFrame
        As `pbgov.segment` makes it, with the segments the codings name.
    family : str or sequence of str, optional
        The code ids begin with it and a dot. Without it, every family that each of the coders
        worked in; in the frame ``reference``, that the first of them judged in.
    seed : int, default 0
        Of the bootstrap: the same seed gives the same intervals.
    n_boot : int, default 2000
    states : DataFrame, optional
        As `pbgov.read_states` makes it. For a coder with states, a segment that he neither marked
        as read (or doubtful) nor coded in the family is missing. Without states a coder is taken
        to have read every readable segment of the documents he coded, if he coded anything in the
        family; the rules and the learned coder read every readable segment, and ``gold`` and a
        model on an endpoint judged those only for which they give a row of the family, present or
        absent: one that could not be asked, or could not tell, is missing.
    frame : {"read", "reference"}
        ``read``: every readable segment of the documents that all coders worked on, whether anybody
        coded it or not. ``reference``: the segments that the first coder judged in the family,
        present or absent, or marked as seen; where another coder gave nothing there, he abstained.

    Returns
    -------
    DataFrame
        For each family, one row per code of it that any coder of `codings` uses and a last row
        ``*`` for the family, whose label is the set of codes of a segment. Only primary codes are
        compared. ``coder_b`` names all coders but the first, joined by |, and ``n_coders`` counts
        all of them.

        Counts of segments: ``n`` the frame; ``n_missing`` of them not judged by every coder;
        ``n_uncoded_by_all`` judged by every coder and given the code (``*``: any code) by none:
        they raise kappa and percent agreement, not ``positive_agreement``; ``n_coder_a``,
        ``n_coder_b`` and ``n_both`` with the code (``*``: with any) from the first coder, from any
        of the others, and from all.

        ``accuracy`` is the share of the segments judged by all on which all agree, with its Wilson
        interval (``wilson_*``) and bootstrap interval (``boot_*``). The other measures have their
        bootstrap interval in ``…_low`` and ``…_high``: ``percent`` (equal pairs of judgements),
        ``positive_agreement`` (where one coder gives a code, how often another one gives it too;
        ``*``: all codes together), ``kappa`` (Cohen's, of more than two coders Conger's; on the
        segments judged by all), ``fleiss`` (more than two coders), ``alpha`` (Krippendorff's,
        nominal), ``ac1`` (Gwet's) and ``pabak`` (Brennan and Prediger's, with two coders PABAK).
        The last two take two labels as possible in the rows of codes, and in row ``*`` those that
        were given, ``n_labels``. ``boot_undefined`` counts the draws in which kappa is undefined,
        which its interval leaves out.

        ``majority_code`` and ``majority_accuracy`` are what always answering the most frequent
        label of the first coder, of more than two those of all of them, would give (code rows: the
        more frequent of 1 and 0; row ``*``: a code, or codes joined by +, NaN where it is none).

        In row ``*`` of two coders only: ``macro_f1``, ``coverage`` (share in which the second coder
        gave a code), ``accuracy_on_covered``, ``contained`` (share in which every code of the first
        coder is among all codes of the second, secondary ones included).

        ``resampled`` says whether documents or paragraphs were drawn: documents where the frame
        has several, else paragraphs; ``n_clusters`` how many. ``remark`` says in Chinese what the
        numbers leave out, and why one is missing.

    Raises
    ------
    InputError
        Where fewer than two coders are named, one twice, or one who neither coded nor read; where a
        table lacks a column, a value is neither 0 nor 1, or one coder both gave and denied a code;
        where no coding
        uses a code of the family, or, in the frame ``reference``, the first coder judged no segment
        in it; where `n_boot` < 1, or `seed` is no whole number from 0.

    Notes
    -----
    Where the rules were written by somebody who had read the texts that the author coded, as in
    the shipped codebook, this agreement is an upper bound of what they reach on new texts.
    With few clusters the intervals are too short: `benchmarks/agreement_intervals.py`.
    """
    check_whole("n_boot", n_boot, 1)
    check_whole("seed", seed, 0)
    refuse_impossible(codings, coders, segments, states, frame)
    families = families_to_compare(codings, coders, family, states, frame)
    if not families:
        raise InputError("There is no family that all of these coders worked in; name one.")
    tables = [
        _table(build_frame(codings, coders, segments, name, frame, states), seed, n_boot)
        for name in families
    ]
    table = pd.concat(tables, ignore_index=True)
    table.insert(5, "frame", frame)
    table = table.astype({"majority_code": "str", "remark": "str"})
    return carry_mark(table, codings, segments)


def agreement_of_pairs(
    codings: pd.DataFrame,
    coders: Sequence[str],
    segments: pd.DataFrame,
    *,
    family: str | Sequence[str] | None = None,
    seed: int = 0,
    n_boot: int = 2000,
    states: pd.DataFrame | None = None,
    frame: FrameKind = "read",
) -> pd.DataFrame:
    """Agreement of each two of the coders, as `agreement` gives it.

    Parameters
    ----------
    codings, coders, segments, family, seed, n_boot, states, frame
        As for `agreement`. Each pair has a frame of its own, so that a document that a third coder
        never opened still counts for the two who did.

    Returns
    -------
    DataFrame
        The rows of `agreement` for each pair, in the order of `coders`.

    Raises
    ------
    InputError
        As `agreement`.
    """
    refuse_impossible(codings, coders, segments, states, frame)
    tables = [
        agreement(
            codings,
            pair,
            segments,
            family=family,
            seed=seed,
            n_boot=n_boot,
            states=states,
            frame=frame,
        )
        for pair in combinations(coders, 2)
    ]
    return carry_mark(pd.concat(tables, ignore_index=True), codings, segments)


def confusion(
    codings: pd.DataFrame,
    coders: tuple[str, str],
    segments: pd.DataFrame,
    *,
    family: str,
    states: pd.DataFrame | None = None,
    frame: FrameKind = "read",
) -> pd.DataFrame:
    """How often each code of the first coder met each code of the second.

    Parameters
    ----------
    codings, coders, segments, family, states, frame
        As for `agreement`, with two coders and one family.

    Returns
    -------
    DataFrame
        One row per pair: ``code_a``, ``code_b`` (无 where the coder gave none) and ``n``
        segments that both judged, zeros included. Where a coder gives several primary codes, as a
        multi family allows, a segment counts once for each pair.
    """
    refuse_impossible(codings, coders, segments, states, frame)
    if len(coders) != 2:
        raise InputError(f"coders names {len(coders)}; a confusion table has two.")
    compared = build_frame(codings, coders, segments, family, frame, states)
    both = compared.judged.all(axis=0)
    sides = [np.column_stack([side, ~side.any(axis=1)]) for side in compared.given[:, both]]
    counts = sides[0].T.astype(int) @ sides[1].astype(int)
    names = [*compared.codes, ABSTAINED]
    pairs = pd.DataFrame(
        [
            {"code_a": first, "code_b": second, "n": int(counts[row, column])}
            for row, first in enumerate(names)
            for column, second in enumerate(names)
        ]
    )
    return carry_mark(pairs, codings, segments)


def _table(frame: Frame, seed: int, n_boot: int) -> pd.DataFrame:
    drawn, clusters = draw_clusters(frame.clusters, n_boot, seed)
    once = np.ones((1, drawn.shape[1]))
    drawn = np.vstack([once, drawn])  # the first draw is the data themselves
    rows, positive = [], [np.zeros(n_boot + 1), np.zeros(n_boot + 1)]
    for column in range(len(frame.codes)):
        sums = totals(frame.of_code(column), 2, clusters, drawn)
        positive[0] += sums.equal_pairs[:, 1]
        positive[1] += sums.label_pairs[:, 1]
        rows.append(_code_row(frame, column, sums))
    labels, sets = frame.labels
    sums = totals(labels, len(sets), clusters, drawn)
    rows.append(_overall_row(frame, sets, sums, ratio(positive[0], positive[1])))
    for row in rows:
        row |= _closing(frame, row)
    table = pd.DataFrame(rows)
    table.insert(1, "family", frame.family)
    table.insert(2, "coder_a", frame.coders[0])
    table.insert(3, "coder_b", BETWEEN.join(frame.coders[1:]))
    table.insert(4, "n_coders", len(frame.coders))
    return table


def _code_row(frame: Frame, column: int, sums: Totals) -> dict[str, Any]:
    given = frame.given[:, :, column] & frame.judged
    row = {"code_id": frame.codes[column], **_counts(frame, given)}
    row |= _measures(sums, 2, ratio(sums.equal_pairs[:, 1], sums.label_pairs[:, 1]))
    row |= {"macro_f1": np.nan, "coverage": np.nan, "accuracy_on_covered": np.nan}
    row |= {"contained": np.nan, "majority_code": np.nan}
    share = float(_label_shares(sums)[1])
    row["majority_accuracy"] = max(share, 1 - share)
    return row


def _overall_row(
    frame: Frame, sets: np.ndarray, sums: Totals, positive: np.ndarray
) -> dict[str, Any]:
    row = {"code_id": OVERALL, **_counts(frame, frame.given.any(axis=2) & frame.judged)}
    row |= _measures(sums, len(sets), positive)
    row |= _against_reference(frame)
    shares = _label_shares(sums)
    row |= {"majority_code": np.nan, "majority_accuracy": np.nan}
    if len(shares) and not np.isnan(shares).any():
        likeliest = np.flatnonzero(shares == shares.max())[-1]
        chosen = [code for code, given in zip(frame.codes, sets[likeliest], strict=True) if given]
        row["majority_code"] = "+".join(chosen) if chosen else np.nan
        row["majority_accuracy"] = float(shares.max())
    return row


def _counts(frame: Frame, given: np.ndarray) -> dict[str, Any]:
    complete = frame.judged.all(axis=0)
    return {
        "n": given.shape[1],
        "n_missing": int((~complete).sum()),
        "n_uncoded_by_all": int((complete & ~given.any(axis=0)).sum()),
        "n_coder_a": int(given[0].sum()),
        "n_coder_b": int(given[1:].any(axis=0).sum()),
        "n_both": int(given.all(axis=0).sum()),
    }


def _measures(sums: Totals, n_labels: int, positive: np.ndarray) -> dict[str, Any]:
    """Every measure with its interval; the first draw is the data themselves."""
    n_complete, unanimous = int(sums.n_complete[0]), int(sums.unanimous[0])
    agreed = ratio(sums.unanimous, sums.n_complete)
    wilson_low, wilson_high = wilson_interval(unanimous, n_complete)
    boot_low, boot_high = percentile_interval(agreed[1:])
    row: dict[str, Any] = {
        "accuracy": float(agreed[0]),
        "wilson_low": wilson_low,
        "wilson_high": wilson_high,
        "boot_low": boot_low,
        "boot_high": boot_high,
    }
    kappas = conger_of(sums)
    none = np.full(len(kappas), np.nan)
    measures = {
        "kappa": kappas,
        "percent": ratio(sums.equal_pairs.sum(axis=1), sums.pairs),
        "positive_agreement": positive,
        "fleiss": fleiss_of(sums) if sums.n_coders > 2 else none,
        "alpha": alpha_of(sums),
        "ac1": ac1_of(sums, n_labels),
        "pabak": pabak_of(sums, n_labels),
    }
    for name, found in measures.items():
        low, high = percentile_interval(found[1:])
        row |= {name: float(found[0]), f"{name}_low": low, f"{name}_high": high}
        if name == "kappa":
            row["boot_undefined"] = int(np.isnan(found[1:]).sum())
    return row | {"n_labels": n_labels}


def _label_shares(sums: Totals) -> np.ndarray:
    """How often each label was given by the first coder, or by more than two together.

    On the segments that both judged, or that at least two of more coders did.
    """
    if sums.n_coders == 2:
        counts, n = sums.marginals[0, 0], sums.n_complete[0]
    else:
        counts, n = sums.paired[0], sums.paired[0].sum()
    shares: np.ndarray = ratio(counts, n)
    return shares


def _against_reference(frame: Frame) -> dict[str, float]:
    """What only makes sense of one coder held against another, on the segments both judged."""
    row = dict.fromkeys(("macro_f1", "coverage", "accuracy_on_covered", "contained"), np.nan)
    both = frame.judged.all(axis=0)
    if len(frame.coders) > 2 or not both.any():
        return row
    a, b = frame.given[:, both]
    gave_a, gave_b = a.any(axis=1), b.any(axis=1)
    row |= {"macro_f1": macro_f1(a, b), "coverage": float(gave_b.mean())}
    if gave_b.any():
        row["accuracy_on_covered"] = float((a == b).all(axis=1)[gave_b].mean())
    if gave_a.any():
        held = (~a | frame.given_any[1, both]).all(axis=1)
        row["contained"] = float(held[gave_a].mean())
    return row


def _closing(frame: Frame, row: dict[str, Any]) -> dict[str, Any]:
    remarks = frame.remarks
    who = "两位编码者" if len(frame.coders) == 2 else "各位编码者"
    if not row["n"]:
        remarks = [f"没有一个片段可供比较，{who}没有共同做过的文档", *remarks]
    elif row["n_missing"] == row["n"]:
        remarks = ["没有一个片段是每位编码者都判过的，κ 和一致率无定义", *remarks]
    elif np.isnan(row["kappa"]):
        same = f"{who}对全部片段给出同一个取值，κ 无定义"
        remarks = [same, *_of_the_others(row), *remarks]
    elif row["boot_undefined"]:
        remarks.append(f"{row['boot_undefined']} 次重抽 κ 无定义，未计入 κ 的区间")
    if row["accuracy"] == 1:
        remarks.append("全部一致，重抽不出差别，自助区间缩成一点，请看 Wilson 区间")
    if row["n_missing"]:
        remarks.append(
            f"{row['n_missing']} 段有编码者没有判（没有读到，或判不出），按缺失处理，不算作没有"
        )
    return {
        "resampled": frame.resampled,
        "n_clusters": len(np.unique(frame.clusters)),
        "remark": "；".join(remarks) if remarks else np.nan,
    }


def _of_the_others(row: dict[str, Any]) -> list[str]:
    """What the other coefficients are worth where kappa is undefined for want of variation."""
    said = ["α 同样无定义"] if np.isnan(row["alpha"]) else []
    if row["ac1"] == 1:
        said.append("AC1 和 PABAK 为 1 只说明没有变化")
    return said
