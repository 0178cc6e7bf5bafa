"""How alike documents or districts are (模式趋同), against a baseline of shuffled segments.

Any two texts of one field share words, and long texts look more alike than short ones. So every
cosine stands beside those of units of the same size, put together at random from the same segments.
That baseline is the likeness of units that nothing tells apart: it is a ceiling, not a floor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_number
from scipy.sparse import csr_matrix, diags

from pbgov.errors import InputError
from pbgov.inference.words.likeness import inverse_frequency, pair_cosines, shuffled_cosines
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_segments, check_whole
from pbgov.mining.baseline import (
    BOUNDS,
    EMPTY,
    FIXED,
    TAILS,
    against,
    judged,
    overall_questions,
)
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.mining.matrix import place_codings, term_matrix, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.mining.lexicon import Lexicon

DRAWS = 999
MOST_CELLS = 100_000_000  # pairs times draws that are kept, 400 MB
PAIR_COLUMNS = (
    *("measure", "unit_a", "unit_b", "cosine", "null_mean", *BOUNDS, "relative", *TAILS),
    *("q", "outside", "n_draws", "reason"),
)
CAUTION = (
    "基准是把片段在单位之间随机调换（各单位的片段数不变），也就是完全混在一起、分不出彼此时的相似度。"
    "低于基准，说明两个单位各有特点；在基准之内，只说明分不出，可能是趋同，也可能是文字太少。"
    "片段之间并不独立，区间偏窄。"
)


@dataclass(frozen=True, eq=False)
class Similarity:
    """Likeness of every pair of units.

    Attributes
    ----------
    pairs : DataFrame
        One row is one measure of one pair: ``measure`` (terms, codes), ``unit_a``, ``unit_b``,
        ``cosine`` (0 to 1), ``null_mean``, ``null_low``, ``null_high`` (mean and 95 % of the
        shuffles), ``relative`` (cosine / null_mean: 1 is as alike as units that nothing tells
        apart, whatever their size), ``p_above``, ``p_below`` (share of shuffles as large or larger, as small or
        smaller, the observed one counted in; never 0), ``q`` (the smaller of the two, doubled, and
        adjusted after Benjamini and Hochberg over the pairs of the measure), ``outside`` (高于,
        低于 or 之内 the 95 % band), ``n_draws`` (shuffles in which the cosine is defined),
        ``reason`` (why something is not given, else NaN).
    overall : DataFrame
        One row is one question of one measure: ``measure``, ``question``, ``value``,
        ``null_mean``, ``null_low``, ``null_high``, ``p_value`` (two-sided), ``n_units``,
        ``n_pairs``, ``n_permutations``, ``exact``, ``reason``. Questions: ``all pairs`` (mean
        cosine, against shuffled segments), ``within minus between`` (mean relative likeness of
        pairs of one group minus that of others, groups shuffled among units), ``change per year``
        (slope of the relative likeness on the mean year of the pair, years shuffled among units;
        above 0 is 趋同).
    units : DataFrame
        One row is one unit: ``unit``, ``n_words``, ``n_segments``, ``n_movable`` (blocks that
        another unit could have had), ``group``, ``year``, ``compared``, ``reason``.
    by, block, within, names_masked, draws, seed
        What was done; ``names_masked`` is False where no `names` were given.
    """

    pairs: pd.DataFrame
    overall: pd.DataFrame = field(repr=False)
    units: pd.DataFrame = field(repr=False)
    by: str
    block: str
    within: str | None
    names_masked: bool
    draws: int
    seed: int
    caution: str = field(default=CAUTION, repr=False)

    def __str__(self) -> str:
        compared = int(self.units["compared"].sum())
        lines = [f"相似度：{compared} 个单位（{self.by}），置换 {self.draws} 次，种子 {self.seed}"]
        for measure, pairs in self.pairs.groupby("measure", sort=False):
            counts = pairs["outside"].value_counts()
            name = {"terms": "用词", "codes": "编码"}[str(measure)]
            lines.append(
                f"{name}：{len(pairs)} 对，{counts.get('低于', 0)} 对低于基准，"
                f"{counts.get('高于', 0)} 对高于基准（纯属偶然时约 {0.05 * len(pairs):.1f} 对出界）"
            )
        left_out = self.units[~self.units["compared"]]
        lines += [f"没有比较 {row.unit}：{row.reason}" for row in left_out.itertuples()]
        if not self.names_masked:
            lines.append("没有遮蔽地名和机构名：同一个地名也算作相似。")
        return "\n".join([*lines, self.caution])


class Compared(NamedTuple):
    """The units of one comparison, with their blocks."""

    names: pd.Index
    block_names: pd.Index
    blocks: np.ndarray  # block of each segment
    units: np.ndarray  # unit of each block
    strata: np.ndarray  # stratum of each block


def similarity(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    seed: int,
    by: str = "doc_id",
    codings: pd.DataFrame | None = None,
    names: pd.DataFrame | None = None,
    block: str = "paragraph_id",
    within: str | None = None,
    groups: Mapping[str, str] | None = None,
    years: Mapping[str, float] | None = None,
    min_words: int = 200,
    draws: int = DRAWS,
) -> Similarity:
    """The cosine of every pair of units, of their words and of their codes, against shuffles.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    lexicon : Lexicon
    seed : int
    by : str, default "doc_id"
        Column of `segments` that names the unit: doc_id, region_code ….
    codings : DataFrame, optional
        Of one coder; then the codes of the units are compared too.
    names : DataFrame, optional
        Spans (``doc_id``, ``start``, ``end``) whose words are left out, so that to name the same
        district is no likeness; `pbgov.find_names` and `pbgov.find_places` give such spans.
    block : str, default "paragraph_id"
        Column of `segments` that names what is shuffled as a whole, inside one unit. For units of
        several documents take "doc_id": paragraphs of a document belong together.
    within : str, optional
        Column of `segments`; blocks change places only within it (a year, a genre).
    groups, years : mapping, optional
        Group, and year, of each unit; without a unit in it, the unit is left out of that question.
    min_words : int, default 200
        Units with fewer words are listed, not compared.
    draws : int, default 999

    Returns
    -------
    Similarity

    Raises
    ------
    InputError
        Where a column is missing, a block lies in two units or strata, or fewer than two units
        have enough words.

    Notes
    -----
    Words are weighted by TF-IDF with the frequencies of segments, which shuffling leaves alone;
    `pbgov.inference.words.likeness.inverse_frequency` has the formula. Codes are counted by segment.
    A district described by one document is that document: the two cannot be told apart.
    """
    for name, value, least in (("draws", draws, 1), ("seed", seed, 0), ("min_words", min_words, 0)):
        check_whole(name, value, least)
    check_segments(segments)
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    matrix = term_matrix(read, lexicon, by="segment_id", names=names)
    units = _units(read, matrix.units, matrix.n_words, by, min_words, groups, years)
    kept = read[read[by].astype("str").isin(units.loc[units["compared"], "unit"])]
    rows = matrix.units.get_indexer(pd.Index(kept["segment_id"]))
    compared = _compared(kept, by, block, within)
    counts = matrix.counts[rows]
    words = _adding(compared.blocks) @ counts
    measures = {"terms": words @ diags(inverse_frequency(counts))}
    if codings is not None:
        measures["codes"] = _code_counts(codings, read, block, compared)
    n_pairs = len(compared.names) * (len(compared.names) - 1) // 2
    if n_pairs * draws > MOST_CELLS:
        raise InputError(
            f"{n_pairs} pairs in {draws} draws; give fewer draws or put units together."
        )
    movable = _movable(compared)
    units["n_movable"] = (
        pd.Series(np.bincount(compared.units, weights=movable).astype(int), index=compared.names)
        .reindex(units["unit"])
        .astype("Int64")
        .to_numpy()
    )
    pairs, overall = [], []
    for measure, features in measures.items():
        table, rows_overall = _measured(measure, features, compared, units, movable, draws, seed)
        pairs.append(table)
        overall += rows_overall
    sources = segments, codings
    return Similarity(
        pairs=carry_mark(pd.concat(pairs, ignore_index=True), *sources),
        overall=carry_mark(pd.DataFrame(overall), *sources),
        units=carry_mark(units, *sources),
        by=by,
        block=block,
        within=within,
        names_masked=names is not None,
        draws=draws,
        seed=seed,
    )


def _units(
    read: pd.DataFrame,
    segment_ids: pd.Index,
    n_words: np.ndarray,
    by: str,
    min_words: int,
    groups: Mapping[str, str] | None,
    years: Mapping[str, float] | None,
) -> pd.DataFrame:
    names, codes = units_of(read, segment_ids, by)
    for given, told in (("groups", groups), ("years", years)):
        if told is not None and not set(told) & set(names):
            raise InputError(f"{given} names no unit of {by!r}; they are {', '.join(names[:5])} ….")
    for name, year in (years or {}).items():
        if not is_number(year):
            raise InputError(f"years says {year!r} of {name!r}; give a number, such as 2020.")
    words = np.bincount(codes, weights=n_words).astype(int)
    table = pd.DataFrame(
        {
            "unit": names.astype("str"),
            "n_words": words,
            "n_segments": np.bincount(codes),
            "group": pd.Series([(groups or {}).get(name) for name in names], dtype="str"),
            "year": pd.Series([(years or {}).get(name) for name in names], dtype=float),
            "compared": words >= min_words,
        }
    )
    short = f"不足 {min_words} 词，文字太少"
    table["reason"] = pd.Series(
        [float("nan") if enough else short for enough in table["compared"]], dtype="str"
    )
    if table["compared"].sum() < 2:
        raise InputError(
            f"{int(table['compared'].sum())} unit has {min_words} words or more; two are needed."
            " Lower min_words, or give more text."
        )
    return table


def _compared(kept: pd.DataFrame, by: str, block: str, within: str | None) -> Compared:
    segment_ids = pd.Index(kept["segment_id"])
    names, units = units_of(kept, segment_ids, by)
    block_names, blocks = units_of(kept, segment_ids, block)
    strata = np.zeros(len(kept), dtype=int)
    if within is not None:
        _, strata = units_of(kept, segment_ids, within)
    first = np.unique(blocks, return_index=True)[1]
    for name, codes in ((by, units), (within, strata)):
        torn = codes != codes[first][blocks]
        if torn.any():
            raise InputError(
                f"{block!r} {kept[block].iloc[int(np.flatnonzero(torn)[0])]!r} lies in several"
                f" {name!r}; shuffle something that lies in one, such as 'segment_id'."
            )
    return Compared(names, block_names, blocks, units[first], strata[first])


def _adding(codes: np.ndarray) -> csr_matrix:
    """Groups x members: 1 where the member belongs to the group."""
    shape = int(codes.max()) + 1, len(codes)
    return csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape)


def _code_counts(
    codings: pd.DataFrame, read: pd.DataFrame, block: str, compared: Compared
) -> csr_matrix:
    """Blocks x codes: stretches of each block that carry each code."""
    names, blocks = units_of(read, pd.Index(read["segment_id"]), block)
    placed = place_codings(codings, read, blocks)
    rows = compared.block_names.get_indexer(names[placed["place"]])
    codes, found = pd.factorize(placed["code_id"], sort=True)
    kept = rows >= 0  # the others lie in units with too few words
    shape = len(compared.block_names), len(found)
    return csr_matrix((np.ones(int(kept.sum())), (rows[kept], codes[kept])), shape)


def _movable(compared: Compared) -> np.ndarray:
    """Blocks whose stratum holds blocks of another unit."""
    pairs = pd.DataFrame({"stratum": compared.strata, "unit": compared.units})
    several = pairs.groupby("stratum")["unit"].transform("nunique").gt(1)
    return several.to_numpy(dtype=bool)


def _measured(
    measure: str,
    features: csr_matrix,
    compared: Compared,
    units: pd.DataFrame,
    movable: np.ndarray,
    draws: int,
    seed: int,
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    observed = pair_cosines(_adding(compared.units) @ features)
    shuffled = np.empty((draws, len(observed)), dtype=np.float32)
    strata = compared.strata
    for row, cosines in enumerate(
        shuffled_cosines(features, compared.units, strata, draws=draws, seed=seed)
    ):
        shuffled[row] = cosines
    one, other = np.triu_indices(len(compared.names), k=1)
    moves = np.bincount(compared.units, weights=movable) > 0
    fixed = ~(moves[one] | moves[other])
    shuffled[:, fixed] = np.nan
    reason = np.where(np.isnan(observed), EMPTY, np.where(fixed, FIXED, ""))
    table = against(observed, shuffled)
    pairs = judged(table).assign(
        measure=measure,
        unit_a=compared.names[one],
        unit_b=compared.names[other],
        reason=pd.Series(reason, dtype="str").replace("", np.nan),
    )
    own = units[units["compared"]].set_index("unit").loc[compared.names]
    return pairs[list(PAIR_COLUMNS)], overall_questions(measure, table, shuffled, own, draws, seed)
