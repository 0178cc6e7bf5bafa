"""Strings that behave like words and that no dictionary has: proposals for the lexicon.

A string is a candidate where its characters hold together (cohesion) and what stands beside it is
free (branching entropy). Only runs of Han characters are read: nothing crosses punctuation, digits
or letters. A person decides; nothing is added to a lexicon here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.corpus.document import HAN_RANGES
from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_lexicon, check_segments, check_whole
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from pbgov.mining.lexicon import Lexicon

PROPOSED = "待审（proposed）"
PROPOSED_FREQ = 1000
UNKNOWN_POS = "x"
COLUMNS = (
    *("term", "count", "n_documents", "cohesion", "left_entropy", "right_entropy"),
    *("split", "doc_id", "segment_id", "start", "end", "example"),
)
WHOLE = ("count", "n_documents", "start", "end")
REAL = ("cohesion", "left_entropy", "right_entropy")
_BESIDE = 12
_ZERO = 0x3007  # 〇, which is no ideograph for Unicode but a numeral in running text


def discover_terms(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    max_length: int = 8,
    min_count: int = 5,
    min_cohesion: float = 4.0,
    min_entropy: float = 1.5,
) -> pd.DataFrame:
    """Strings that recur, hold together and stand freely, and that no dictionary knows.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it; paragraphs, sentences and table rows are read.
    lexicon : Lexicon
        Its terms, and those of jieba's dictionary, are not proposed.
    max_length : int, default 8
        Characters of the longest proposal.
    min_count : int, default 5
        Occurrences a proposal needs at least, 2 or more.
    min_cohesion : float, default 4.0
        In bits: 4 means that the weakest join inside the string is 16 times as frequent as its two
        sides lead one to expect.
    min_entropy : float, default 1.5
        In bits, on the poorer side: 1.5 is about three neighbours used alike.

    Returns
    -------
    DataFrame
        One row is one proposal: ``term``, ``count`` (overlapping occurrences included),
        ``n_documents``, ``cohesion``, ``left_entropy``, ``right_entropy`` (bits), ``split`` (how
        the lexicon cuts it now, joined by "/"), and its first place: ``doc_id``, ``segment_id``,
        ``start``, ``end`` (into the document's text) and ``example`` (the place with twelve
        characters on either side). Frequent ones first, then by cohesion.

    Raises
    ------
    InputError
        For `max_length` or `min_count` below 2.

    Notes
    -----
    Cohesion of ``w`` is the minimum over its cuts into two parts ``u v`` of
    ``log2(N * count(w) / (count(u) * count(v)))``, N all Han characters read. Branching entropy is
    that of the characters beside the occurrences; an end of a run (punctuation, a digit, an end of
    the segment) is a neighbour of its own each time, as in the accessor variety of Feng et al.

    Not proposed: what a longer string of the same count contains (社会治理共 beside 社会治理共同体);
    what jieba cuts so that its first or last piece is a stop word (的社区); and single characters.
    The thresholds are conventions: lower them to see more, and judge by the examples. A boilerplate
    sentence repeated word for word passes as a term where it is short enough.

    References
    ----------
    Feng, H., Chen, K., Deng, X., & Zheng, W. (2004). Accessor variety criteria for Chinese word
    extraction. *Computational Linguistics*, 30(1), 75-93.
    Jin, Z., & Tanaka-Ishii, K. (2006). Unsupervised segmentation of Chinese text by use of
    branching entropy. *Proceedings of COLING/ACL*, 428-435.
    Bouma, G. (2009). Normalized (pointwise) mutual information in collocation extraction.
    *Proceedings of GSCL*, 31-40.
    """
    for name, value in (("max_length", max_length), ("min_count", min_count)):
        check_whole(name, value, 2)
    check_segments(segments)
    check_lexicon(lexicon)
    read = segments[segments["kind"].isin(READABLE_KINDS)].reset_index(drop=True)
    characters = _Characters.of(read)
    grams = _count_strings(characters.han, max_length, min_count)
    parts = [
        _judged(grams, length, characters, min_cohesion, min_entropy)
        for length in range(2, len(grams) + 1)
    ]
    found = pd.concat([_none_judged(), *parts], ignore_index=True)
    found["term"] = pd.Series([characters.text(*row) for row in _spans(found)], dtype="str")
    known = set(lexicon.terms["term"])
    new = [
        term not in known and lexicon.part_of_speech(term) == UNKNOWN_POS for term in found["term"]
    ]
    found = found[pd.Series(new, dtype=bool)]
    cuts = ["/".join(lexicon.cut(term)) for term in found["term"]]
    found["split"] = pd.Series(cuts, index=found.index, dtype="str")
    edges = found["split"].str.split("/")
    stop = edges.str[0].isin(lexicon.stopwords) | edges.str[-1].isin(lexicon.stopwords)
    table = _with_examples(found[~stop], read, characters)
    order = table.assign(less=-table["count"], loose=-table["cohesion"].round(10))
    table = table.loc[order.sort_values(["less", "loose", "term"]).index]
    return carry_mark(table.reset_index(drop=True), segments)


def propose_entries(discovered: pd.DataFrame) -> pd.DataFrame:
    """Proposals as rows of a lexicon file, marked as proposed, for a person to accept or delete.

    Parameters
    ----------
    discovered : DataFrame
        As `discover_terms` makes it, all rows or those chosen.

    Returns
    -------
    DataFrame
        One row is one entry: ``term``, ``freq`` (1000, as the entries of the shipped lexicon),
        ``pos`` ("x", unknown, until a person says) and ``source``, which begins with
        待审（proposed） and names the count and an example by document and offsets. Write it with
        ``to_csv(path, index=False, encoding="utf-8")`` and move the rows you accept.

    Raises
    ------
    InputError
        Where a column is missing.
    """
    absent = [name for name in COLUMNS if name not in discovered.columns]
    if absent:
        raise InputError(f"no column {', '.join(absent)}; pass what discover_terms gave.")
    sources = [
        f"{PROPOSED}：出现 {row.count_} 次，{row.n_documents} 篇；例 {row.doc_id} [{row.start}, {row.end})"
        for row in discovered.rename(columns={"count": "count_"}).itertuples()
    ]
    entries = pd.DataFrame(
        {
            "term": pd.Series(list(discovered["term"]), dtype="str"),
            "freq": pd.Series([PROPOSED_FREQ] * len(discovered), dtype="Int64"),
            "pos": pd.Series([UNKNOWN_POS] * len(discovered), dtype="str"),
            "source": pd.Series(sources, dtype="str"),
        }
    )
    return carry_mark(entries, discovered)


@dataclass(frozen=True)
class _Characters:
    """All characters read, one 0 between segments, and where each of them stands."""

    codes: np.ndarray
    segment: np.ndarray
    offset: np.ndarray

    @classmethod
    def of(cls, read: pd.DataFrame) -> _Characters:
        codes = []
        for text in read["text"]:
            codes += [np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)]
        lengths = np.array([len(one) + 1 for one in codes], dtype=int)
        first = np.r_[0, lengths[:-1].cumsum()] if len(lengths) else lengths
        segment = np.repeat(np.arange(len(lengths)), lengths)
        joined = [part for one in codes for part in (one, np.zeros(1, dtype=np.uint32))]
        flat = np.concatenate([np.zeros(0, dtype=np.uint32), *joined])
        return cls(flat, segment, np.arange(len(flat)) - first[segment])

    @property
    def han(self) -> np.ndarray:
        """The code of each Han character, -1 for every other one."""
        is_han = self.codes == _ZERO
        for low, high in HAN_RANGES:
            is_han |= (self.codes >= low) & (self.codes <= high)
        return np.where(is_han, self.codes.astype(np.int64), -1)

    def text(self, first: int, length: int) -> str:
        return self.codes[first : first + length].tobytes().decode("utf-32-le", "surrogatepass")


@dataclass(frozen=True)
class _Strings:
    """The frequent strings of one length: which begins where (-1 for none), how often, where first."""

    at: np.ndarray
    count: np.ndarray
    first: np.ndarray


def _count_strings(han: np.ndarray, max_length: int, min_count: int) -> list[_Strings]:
    """The strings of 1, 2, … characters found `min_count` times; only such can be parts of longer ones."""
    singles = _numbered(han, 1)
    found = [singles, _numbered(_keys(singles.at, singles, 1), min_count)]
    while len(found) < max_length and len(found[-1].count):
        found.append(_numbered(_keys(found[-1].at, singles, len(found)), min_count))
    return found


def _keys(at: np.ndarray, singles: _Strings, length: int) -> np.ndarray:
    """A number for each string one character longer, -1 where there is none."""
    following = np.full(len(at), -1, dtype=np.int64)
    following[: max(0, len(at) - length)] = singles.at[length:]
    both = (at >= 0) & (following >= 0)
    return np.where(both, at * max(1, len(singles.count)) + following, -1)


def _numbered(keys: np.ndarray, min_count: int) -> _Strings:
    places = np.flatnonzero(keys >= 0)
    _, first, number, count = np.unique(
        keys[places], return_index=True, return_inverse=True, return_counts=True
    )
    frequent = count >= min_count
    renumbered = np.where(frequent, np.cumsum(frequent) - 1, -1)
    at = np.full(len(keys), -1, dtype=np.int64)
    at[places] = renumbered[number]
    return _Strings(at, count[frequent], places[first[frequent]])


def _judged(
    grams: list[_Strings],
    length: int,
    characters: _Characters,
    min_cohesion: float,
    min_entropy: float,
) -> pd.DataFrame:
    """The strings of one length that pass: number, count, cohesion, entropies and first place."""
    strings = grams[length - 1]
    cohesion = _cohesion(grams, length)
    left, most_left = _branching(strings, characters.han, -1)
    right, most_right = _branching(strings, characters.han, length)
    absorbed = np.maximum(most_left, most_right) == strings.count
    free = np.minimum(left, right) >= min_entropy
    passed = np.flatnonzero((cohesion >= min_cohesion) & free & ~absorbed)
    documents_of = characters.segment[np.flatnonzero(strings.at >= 0)]
    held = pd.DataFrame({"string": strings.at[strings.at >= 0], "segment": documents_of})
    held = held[held["string"].isin(passed)]
    segments = held.groupby("string")["segment"].unique()
    return pd.DataFrame(
        {
            "length": length,
            "first": strings.first[passed],
            "count": strings.count[passed],
            "cohesion": cohesion[passed],
            "left_entropy": left[passed],
            "right_entropy": right[passed],
            "segments": [segments[string] for string in passed],
        }
    )


def _none_judged() -> pd.DataFrame:
    whole = dict.fromkeys(("length", "first", "count"), "int64")
    real = dict.fromkeys(("cohesion", "left_entropy", "right_entropy"), "float64")
    columns = {**whole, **real, "segments": "object"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


def _cohesion(grams: list[_Strings], length: int) -> np.ndarray:
    """The weakest join of each string, in bits."""
    strings = grams[length - 1]
    n_characters = grams[0].count.sum()
    weakest = np.full(len(strings.count), np.inf)
    for cut in range(1, length):
        head, tail = grams[cut - 1], grams[length - cut - 1]
        head_count = head.count[head.at[strings.first]]
        tail_count = tail.count[tail.at[strings.first + cut]]
        join = np.log2(n_characters * strings.count / (head_count * tail_count))
        weakest = np.minimum(weakest, join)
    return weakest


def _branching(strings: _Strings, han: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Entropy of the neighbour `step` characters from the start, and its most frequent one's count."""
    places = np.flatnonzero(strings.at >= 0)
    beside = places + step
    inside = (beside >= 0) & (beside < len(han))
    neighbour = np.where(inside, han[np.clip(beside, 0, len(han) - 1)], -1)
    known = neighbour >= 0
    keys = strings.at[places[known]] * np.int64(0x110000) + neighbour[known]
    pairs, times = np.unique(keys, return_counts=True)
    string = pairs // 0x110000
    shared = np.bincount(string, times * np.log2(times), minlength=len(strings.count))
    most = np.zeros(len(strings.count), dtype=np.int64)
    np.maximum.at(most, string, times)
    return np.log2(strings.count) - shared / strings.count, most


def _spans(found: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(found["first"].astype(int), found["length"].astype(int), strict=True))


def _with_examples(
    found: pd.DataFrame, read: pd.DataFrame, characters: _Characters
) -> pd.DataFrame:
    documents = read["doc_id"].to_numpy()
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for row, (first, length) in zip(found.to_dict("records"), _spans(found), strict=True):
        place = int(characters.segment[first])
        within = int(characters.offset[first])
        segment = read.loc[place]
        start = int(read["start"].iloc[place]) + within
        text = segment["text"]
        row |= {
            "n_documents": len(set(documents[row["segments"]])),
            "doc_id": segment["doc_id"],
            "segment_id": segment["segment_id"],
            "start": start,
            "end": start + length,
            "example": text[max(0, within - _BESIDE) : within + length + _BESIDE],
        }
        for name, cells in columns.items():
            cells.append(row[name])
    kinds = dict.fromkeys(COLUMNS, "str") | dict.fromkeys(WHOLE, "Int64")
    return pd.DataFrame(columns).astype(kinds | dict.fromkeys(REAL, "float64"))
