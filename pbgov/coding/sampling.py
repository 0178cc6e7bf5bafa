"""The gold sample: stretches drawn for coding by hand, each with a known chance of being drawn.

What a machine coder gets wrong can only be corrected with stretches that people coded and that were
drawn with known, positive probabilities. The draw here is stratified: within each stratum every
stretch has the same chance n_h / N_h, whatever its coder or its region.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.coding.sample_strata import allocate, code_labels, column_labels, score_labels
from pbgov.corpus.document import digest_text
from pbgov.datafiles import inspect_table
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_whole
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FRAME_FILE, DESIGN_FILE = "gold_frame.csv", "gold_sample.csv"
_AS_SHOWN = 1e-8  # spreadsheets save the nine digits that they show
_PLACE = ["segment_id", "doc_id", "start", "end", "text_digest"]


@dataclass(frozen=True, eq=False)
class GoldSample:
    """A stratified sample of stretches and the frame it was drawn from.

    Attributes
    ----------
    table : DataFrame
        The stretches drawn, in the order in which they are to be coded: the columns of ``frame``
        and ``weight``, one over the probability. Only the whole sample has these probabilities;
        one that is coded in part has not.
    frame : DataFrame
        Of ``GOLD_FRAME`` (`pbgov.schemas`), sorted by place: every stretch that could have been
        drawn, its stratum, ``inclusion_probability`` and ``drawn_order`` (missing: not drawn).
    strata : DataFrame
        One row per stratum: ``stratum``, ``n_frame`` (N_h), ``n_drawn`` (n_h) and
        ``inclusion_probability``.
    seed : int
    frame_digest : str
        Of the stretches, their words and their strata.
    design : str
        The design in words.
    remarks : tuple of str
        What the sample cannot say.
    """

    table: pd.DataFrame = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    strata: pd.DataFrame = field(repr=False)
    seed: int
    frame_digest: str
    design: str
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.design]
        for stratum, n_frame, n_drawn, chance in self.strata.itertuples(index=False):
            lines.append(f"  {stratum}：{n_frame} 段里抽 {n_drawn} 段，入样概率 {chance:.4f}")
        return "\n".join([*lines, *(f"  {remark}" for remark in self.remarks)])

    def save(self, folder: str | Path) -> tuple[Path, Path]:
        """Write ``gold_sample.csv`` (how it was drawn) and ``gold_frame.csv`` (every stretch).

        Raises
        ------
        InputError
            Where the folder holds another sample: one that people may be coding is not overwritten.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        frame, design = folder / FRAME_FILE, folder / DESIGN_FILE
        about = {
            "seed": self.seed,
            "n": len(self.table),
            "n_frame": len(self.frame),
            "frame_digest": self.frame_digest,
            "design": self.design,
        }
        rows = {"item": list(about), "value": list(map(str, about.values()))}
        content = {frame: _csv(self.frame), design: _csv(pd.DataFrame(rows))}
        if any(path.exists() and path.read_bytes() != now for path, now in content.items()):
            raise InputError(
                f"{folder} holds another gold sample already; move it, or save to another folder."
                " 文件夹里已有另一份金标准样本：请移走它，或另选文件夹。"
            )
        for path, written in content.items():
            path.write_bytes(written)
        return design, frame


def draw_gold(
    segments: pd.DataFrame,
    n: int,
    *,
    seed: int,
    score: Mapping[str, float] | pd.Series | None = None,
    strata: Sequence[str] = (),
    codings: pd.DataFrame | None = None,
) -> GoldSample:
    """Draw stretches for coding by hand, with known probabilities of being drawn.

    Parameters
    ----------
    segments : DataFrame
        The frame: ``segment_id``, ``doc_id``, ``start``, ``end``, ``text`` and the columns named in
        `strata`. Where they have a ``kind``, only those kinds that coders judge are in the frame.
    n : int
        How many stretches to draw.
    seed : int
    score : mapping or Series, optional
        The probability that a coder gives to a code, by ``segment_id``. It is cut into up to four
        classes of equal size; a stretch without a score is in a class of its own.
    strata : sequence of str, optional
        Columns of `segments` to draw within, such as ``["region_code"]``.
    codings : DataFrame, optional
        What a machine coder gave, with ``segment_id``, kept to the codes in question. The primary
        codes of a stretch make its stratum, 无 where it denied every code that it judged, and 未判
        where there is neither.

    Returns
    -------
    GoldSample

    Raises
    ------
    InputError
        Where `n` or `seed` is no whole number, `n` is more than the frame holds or less than it has
        strata, the scores are not numbers, scores or `codings` belong to no stretch of the frame, a
        stretch stands twice, or `codings` are of several coders.

    Notes
    -----
    Strata are what `strata`, `codings` and `score` together tell apart. Each gets two stretches (one
    where it holds no more, or where `n` does not suffice), so that no stretch has probability 0;
    the rest is shared out in proportion to the square root of N_h, by highest averages. That lies
    between equal and proportional numbers, so that a rare code is drawn more often than its share.
    Within a stratum the n_h stretches with the smallest hashes of seed and place are drawn, which
    is simple random sampling without replacement with exactly n_h / N_h, does not depend on the
    order of the rows, and keeps the stretches drawn where more are drawn with the same seed.

    References
    ----------
    Bankier, M. D. (1988). Power allocations: determining sample sizes for subnational areas.
    *The American Statistician*, 42(3), 174-177.

    Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2023). Using imperfect surrogates for downstream
    inference: design-based supervised learning for social science applications of large language
    models. *Advances in Neural Information Processing Systems*, 36.

    Ohlsson, E. (1995). Coordination of samples using permanent random numbers. In *Business Survey
    Methods*, 153-169. Wiley.

    Särndal, C.-E., Swensson, B., & Wretman, J. (1992). *Model Assisted Survey Sampling*, sections
    3.3 and 3.7. Springer.
    """
    check_whole("seed", seed, 0)
    frame = _frame(segments)
    if not 1 <= n <= len(frame):
        raise InputError(
            f"n is {n}, but the frame holds {len(frame)} stretches; draw from 1 to {len(frame)}."
        )
    check_whole("n", n, 1)
    labels = [
        *(column_labels(segments, frame, name) for name in strata),
        *([] if codings is None else [code_labels(codings, frame)]),
        *([] if score is None else [score_labels(score, frame)]),
    ]
    frame["stratum"] = [" · ".join(parts) for parts in zip(*labels, strict=True)] or "全部"
    sizes = frame["stratum"].value_counts().sort_index()
    if len(sizes) > n:
        raise InputError(
            f"There are {len(sizes)} strata for n = {n}, so that some could not be drawn from at"
            f" all; draw at least {len(sizes)} ({2 * len(sizes)} to know their variance) or"
            " stratify by less."
        )
    design = _design(n, sizes, strata, by_codes=codings is not None, by_score=score is not None)
    return _drawn(frame, n, seed, design, sources=(segments, codings))


def read_gold_sample(folder: str | Path, segments: pd.DataFrame | None = None) -> GoldSample:
    """A stored gold sample, after it was drawn again and compared.

    Parameters
    ----------
    folder : path
        Where `GoldSample.save` wrote it.
    segments : DataFrame, optional
        As `draw_gold` had them; where given, the frame is held against them.

    Returns
    -------
    GoldSample

    Raises
    ------
    InputError
        Where the folder does not hold both files.
    DataFileError
        Where a file breaks its schema, the stretches of the study are no longer those of the frame
        (E238), or what is stored is not what the seed draws (E239).
    """
    from pbgov.schemas import GOLD_DESIGN, GOLD_FRAME

    path, about_path = Path(folder) / FRAME_FILE, Path(folder) / DESIGN_FILE
    for file in (path, about_path):
        if not file.is_file():
            raise InputError(f"{file}: no such file; 'draw_gold(...).save(folder)' writes it.")
    stored, findings = inspect_table(path, GOLD_FRAME)
    table, faults = inspect_table(about_path, GOLD_DESIGN)
    about = dict(zip(table["item"], table["value"], strict=True))
    lacking = [name for name in ("seed", "n", "frame_digest", "design") if name not in about]
    numbers = [name for name in ("seed", "n") if not about.get(name, "0").lstrip("-").isdecimal()]
    findings += faults
    findings += [Finding("E239", str(about_path), seen=name) for name in lacking + numbers]
    if findings:
        raise DataFileError(findings)
    stored = stored.reset_index(drop=True)
    frame = stored[[*_PLACE, "stratum"]].copy()
    digest, n = _frame_digest(frame), int(about["n"])
    if digest != about["frame_digest"]:
        seen, wanted = digest, about["frame_digest"]
        raise DataFileError([Finding("E239", str(path), seen=seen, wanted=wanted)])
    if not frame["stratum"].nunique() <= n <= len(frame):
        raise DataFileError([Finding("E239", str(about_path), seen=str(n), wanted="n")])
    again = _drawn(frame, n, int(about["seed"]), about["design"], sources=(segments,))
    findings = [*_not_as_drawn(stored, again.frame, path), *_moved(frame, segments, path)]
    if findings:
        raise DataFileError(findings)
    return again


def _frame(segments: pd.DataFrame) -> pd.DataFrame:
    if "kind" in segments:
        segments = segments[segments["kind"].isin(READABLE_KINDS)]
    for key in (["segment_id"], ["doc_id", "start", "end"]):
        twice = segments[segments.duplicated(key)]
        if len(twice):
            raise InputError(f"The segment {twice['segment_id'].iloc[0]!r} stands twice; keep one.")
    frame = pd.DataFrame(segments[["segment_id", "doc_id", "start", "end"]])
    frame = frame.astype({"segment_id": "str", "doc_id": "str", "start": "Int64", "end": "Int64"})
    frame["text_digest"] = [digest_text(str(text)) for text in segments["text"]]
    return frame.sort_values(["doc_id", "start", "end"]).reset_index(drop=True)


def _design(
    n: int, sizes: pd.Series, strata: Sequence[str], *, by_codes: bool, by_score: bool
) -> str:
    by = [
        *strata,
        *(["机器所给的编码"] if by_codes else []),
        *(["机器所给的分数"] if by_score else []),
    ]
    if len(sizes) == 1:
        return f"不放回简单随机抽样：{sizes.sum()} 段里抽 {n} 段，每段的入样概率相同。"
    return (
        f"按{'、'.join(by) or '层'}分为 {len(sizes)} 层的不放回简单随机抽样：{sizes.sum()} 段里抽 {n} 段；"
        "各层先保底，其余按层内段数的平方根分配，层内每段的入样概率为 n/N，都大于 0。"
    )


def _drawn(
    frame: pd.DataFrame,
    n: int,
    seed: int,
    design: str,
    *,
    sources: Sequence[pd.DataFrame | None],
) -> GoldSample:
    from pbgov.schemas import GOLD_FRAME

    sizes = frame["stratum"].value_counts().sort_index()
    allotted = allocate(sizes.to_numpy(), n)
    chance = dict(zip(sizes.index, allotted / sizes.to_numpy(), strict=True))
    places = list(frame[_PLACE[1:]].itertuples(index=False, name=None))
    is_drawn = select(
        places, list(frame["stratum"]), dict(zip(sizes.index, allotted, strict=True)), seed
    )
    order = pd.Series([_random_key(f"order {seed}", place) for place in places])[is_drawn].rank()
    frame = frame.assign(
        inclusion_probability=frame["stratum"].map(chance),
        drawn_order=order.astype("Int64").reindex(frame.index),
    )
    frame = carry_mark(GOLD_FRAME.validate(frame), *sources)
    table = frame[is_drawn].sort_values("drawn_order").reset_index(drop=True)
    table = table.assign(weight=1 / table["inclusion_probability"])
    strata = pd.DataFrame({"stratum": sizes.index, "n_frame": sizes.to_numpy()})
    strata = strata.assign(n_drawn=allotted, inclusion_probability=list(chance.values()))
    lone = strata[(strata["n_drawn"] == 1) & (strata["n_frame"] > 1)]
    remarks = []
    if len(lone):
        remarks.append(
            f"{len(lone)} 层各只抽了 1 段，层内方差估计不出：{'、'.join(lone['stratum'])}"
        )
    return GoldSample(table, frame, strata, seed, _frame_digest(frame), design, tuple(remarks))


def select(
    places: Sequence[tuple[object, ...]],
    strata: Sequence[str],
    allotted: Mapping[str, int],
    seed: int,
) -> np.ndarray:
    """Which stretches a seed draws: in each stratum those with the smallest hashes.

    Parameters
    ----------
    places : sequence of tuple, length n_frame
        What tells one stretch from every other.
    strata : sequence of str, length n_frame
    allotted : mapping
        n_h of each stratum.
    seed : int

    Returns
    -------
    ndarray of bool, shape (n_frame,)
    """
    left = dict(allotted)
    drawn = np.zeros(len(places), dtype=bool)
    for _, number in sorted((_random_key(seed, place), i) for i, place in enumerate(places)):
        if left[strata[number]]:
            left[strata[number]] -= 1
            drawn[number] = True
    return drawn


def _random_key(seed: int | str, place: Sequence[object]) -> str:
    """A number that nobody chose, the same for one stretch and seed on every machine."""
    words = "\x1f".join(map(str, (seed, *place)))
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _frame_digest(frame: pd.DataFrame) -> str:
    return digest_text(_csv(frame[[*_PLACE, "stratum"]]).decode())


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8", "surrogatepass")


def _not_as_drawn(stored: pd.DataFrame, again: pd.DataFrame, path: Path) -> list[Finding]:
    """E239 for the first row whose chance or place in the draw is not what the seed gives."""
    for name in ("drawn_order", "inclusion_probability"):
        gap = (stored[name].fillna(-1) - again[name].fillna(-1)).abs()
        differs = ~gap.lt(_AS_SHOWN).to_numpy()
        if differs.any():
            row = int(differs.argmax())
            seen, wanted = str(stored[name].iloc[row]), str(again[name].iloc[row])
            return [Finding("E239", str(path), row + 2, name, seen, wanted)]
    return []


def _moved(frame: pd.DataFrame, segments: pd.DataFrame | None, path: Path) -> list[Finding]:
    """E238 where the study has other stretches than the frame had, or others words in them."""
    if segments is None:
        return []
    now, then = (
        set(table[_PLACE].itertuples(index=False, name=None)) for table in (_frame(segments), frame)
    )
    gone, come = sorted(then - now), sorted(now - then)
    if not gone and not come:
        return []
    first = (gone or come)[0]
    seen = f"−{len(gone)} +{len(come)}（{first[0]}）"
    return [Finding("E238", str(path), seen=seen)]
