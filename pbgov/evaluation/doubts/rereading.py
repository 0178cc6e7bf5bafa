"""Judgements of one code, what recoding each would move, and which are doubtful."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.side_by_side import said_by
from pbgov.errors import InputError
from pbgov.indicators.lineage import STRETCH
from pbgov.indicators.scores import need_columns, score, unit_names
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

TOGETHER = "+"
_UNITS = ("question", "unit", "n_segments", "n_coded", "becomes", "n_change")
_SENTENCES = (
    "question",
    "unit",
    "n_change",
    "order",
    "doc_id",
    "start",
    "end",
    "segment_id",
    "text",
    "judged",
    "rule",
    "probability",
    "disagree",
    "doubt",
    "doubt_en",
)
_TEXTS = (
    "question",
    "unit",
    "doc_id",
    "segment_id",
    "text",
    "rule",
    "disagree",
    "doubt",
    "doubt_en",
)


@dataclass(frozen=True, eq=False)
class Kinds:
    """Recodings that move the regressor alike.

    Attributes
    ----------
    units : list of tuple of str
        The units that a segment of the kind speaks of.
    judged : ndarray of {0, 1}, shape (K,)
        What is recoded.
    effects : ndarray, shape (K, n)
        What one recoding adds to the share of each row of the regression.
    available : ndarray of int, shape (K,)
        Segments of the kind.
    """

    units: list[tuple[str, ...]]
    judged: np.ndarray
    effects: np.ndarray
    available: np.ndarray

    def table(self, flips: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """How many judgements of which units are recoded for each question."""
        rows = []
        for question, changes in flips.items():
            for kind in np.flatnonzero(changes):
                alike = [k for k, units in enumerate(self.units) if units == self.units[kind]]
                coded = sum(int(self.available[k]) for k in alike if self.judged[k])
                rows.append(
                    (
                        question,
                        TOGETHER.join(self.units[kind]),
                        sum(int(self.available[k]) for k in alike),
                        coded,
                        1 - int(self.judged[kind]),
                        int(changes[kind]),
                    )
                )
        table = pd.DataFrame(rows, columns=list(_UNITS))
        table = table.astype(dict.fromkeys(("question", "unit"), "str"))
        order = ["question", "n_change", "unit"]
        table = table.sort_values(order, ascending=[False, False, True], kind="stable")
        return table.reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Judged:
    """The segments read, and whether each carries the code.

    Attributes
    ----------
    segments : DataFrame
        One row is one segment: doc_id, start, end, units (a tuple), judged (1 or 0), in the order of
        the text.
    shares, read : Series
        By unit: the share of its segments that carry the code, and how many there are.
    code, coder : str
    """

    segments: pd.DataFrame
    shares: pd.Series[float]
    read: pd.Series[int]
    code: str
    coder: str

    def kinds(self, labels: tuple[str, ...]) -> Kinds:
        """The kinds of recodings that move the share of any of the units `labels`."""
        row_of = {label: row for row, label in enumerate(labels)}
        pairs = Counter(zip(self.segments["units"], self.segments["judged"], strict=True))
        units: list[tuple[str, ...]] = []
        judged: list[int] = []
        available: list[int] = []
        effects: list[np.ndarray] = []
        for (named, value), count in sorted(pairs.items()):
            effect = np.zeros(len(labels))
            for unit in named:
                if unit in row_of:
                    effect[row_of[unit]] = (1 - 2 * value) / self.read[unit]
            if effect.any():
                units.append(named)
                judged.append(value)
                available.append(count)
                effects.append(effect)
        return Kinds(units, np.array(judged), np.array(effects), np.array(available))


def judged_segments(
    codings: pd.DataFrame, segments: pd.DataFrame, *, code: str, by: str, coder: str | None
) -> Judged:
    """What one coder judged of one code, segment by segment; shares as `score` makes them.

    Raises
    ------
    InputError
        As `score`; or where `segments` has no text.
    """
    need_columns(segments, [*STRETCH, by, "text"], "segments")
    scores = score(codings, segments, by, codes=[code], coder=coder).set_index("unit")
    counted = coder if coder is not None else str(codings["coder"].iloc[0])
    kept = segments[segments["kind"].isin(READABLE_KINDS)] if "kind" in segments else segments
    placed = kept[STRETCH].assign(unit=unit_names(kept[by], "segments")).dropna(subset=["unit"])
    own = codings[codings["coder"].eq(counted) & codings["code_id"].eq(code)]
    given = pd.MultiIndex.from_frame(own.loc[own["value"].eq(1), STRETCH])
    named = [
        (place, tuple(sorted(part))) for place, part in placed.groupby(STRETCH, sort=False)["unit"]
    ]
    table = pd.DataFrame([place for place, _ in named], columns=STRETCH)
    table["units"] = [units for _, units in named]
    table["judged"] = pd.MultiIndex.from_frame(table[STRETCH]).isin(given).astype(int)
    return Judged(table, scores["share"], scores["n_segments"], code, counted)


def sentences_to_reread(
    judged: Judged,
    kinds: Kinds,
    units: pd.DataFrame,
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    probabilities: pd.DataFrame | None,
) -> pd.DataFrame:
    """The segments among which recodings are sought, the most doubtful of each unit first.

    Doubtful is, in this order: a judgement from which more coders differ; a probability near one
    half; a code given for a single term; then the order of the text.
    """
    named = {TOGETHER.join(each): each for each in kinds.units}
    known = _with_doubts(judged, codings, segments, probabilities)
    parts = []
    for row in units.to_dict("records"):
        same = known["units"].map(lambda units, wanted=named[row["unit"]]: units == wanted)
        mine = known[same & known["judged"].eq(1 - row["becomes"])]
        mine = mine.sort_values(["n_disagree", "from_half", "single", "place"], kind="stable")
        parts.append(
            mine.assign(
                question=row["question"],
                unit=row["unit"],
                n_change=row["n_change"],
                order=np.arange(1, len(mine) + 1),
            )
        )
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(_SENTENCES))
    return table[list(_SENTENCES)].astype(dict.fromkeys(_TEXTS, "str"))


def _with_doubts(
    judged: Judged,
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    probabilities: pd.DataFrame | None,
) -> pd.DataFrame:
    """The judged segments with text, rule, probability, who differs, and the order of doubt."""
    names = [name for name in ("segment_id", "text") if name in segments]
    table = judged.segments.merge(
        segments.drop_duplicates(STRETCH)[[*STRETCH, *names]], on=STRETCH, how="left"
    )
    if "segment_id" not in table:
        table["segment_id"] = np.nan
    own = codings[codings["coder"].eq(judged.coder) & codings["code_id"].eq(judged.code)]
    rules = own[[*STRETCH, "rule"]] if "rule" in own else own[STRETCH].assign(rule=np.nan)
    table = table.merge(rules.drop_duplicates(STRETCH), on=STRETCH, how="left")
    table["rule"] = table["rule"].astype("string").astype("str")
    table["probability"] = _probabilities(table["segment_id"], judged.code, probabilities)
    differing = _differing(table, judged, codings, segments)
    table["disagree"] = ["、".join(each) for each in differing]
    table["n_disagree"] = [-len(each) for each in differing]
    table["from_half"] = (table["probability"] - 0.5).abs()
    terms = [_terms(rule) for rule in table["rule"]]
    table["single"] = [0 if len(each) == 1 else 1 for each in terms]
    table["place"] = np.arange(len(table))
    said = [
        _doubt(who, probability, found)
        for who, probability, found in zip(differing, table["probability"], terms, strict=True)
    ]
    return table.assign(doubt=[zh for zh, _ in said], doubt_en=[en for _, en in said])


def _probabilities(
    ids: pd.Series[Any], code: str, probabilities: pd.DataFrame | None
) -> pd.Series[float]:
    if probabilities is None:
        return pd.Series(np.nan, index=ids.index)
    need_columns(probabilities, ["segment_id", code], "probabilities")
    by_id = probabilities.drop_duplicates("segment_id").set_index("segment_id")[code].astype(float)
    if not by_id.dropna().between(0, 1).all():
        raise InputError(f"probabilities of {code} lie outside 0 to 1")
    return ids.map(by_id).astype(float)


def _differing(
    table: pd.DataFrame, judged: Judged, codings: pd.DataFrame, segments: pd.DataFrame
) -> list[list[str]]:
    """For each segment the coders who read it and judged otherwise."""
    others = sorted(set(codings["coder"].dropna()) - {judged.coder})
    found: list[list[str]] = [[] for _ in range(len(table))]
    if not others or "segment_id" not in segments:
        return found
    ids = segments.drop_duplicates(STRETCH)[[*STRETCH, "segment_id"]]
    placed = codings.drop(columns="segment_id", errors="ignore").merge(ids, on=STRETCH, how="left")
    memo = placed["memo"] if "memo" in placed else pd.Series(None, index=placed.index)
    placed = placed.assign(memo=memo.astype("string").astype("str"))
    for other in others:
        family = judged.code.split(".")[0]
        said = said_by(placed, other, segments.drop_duplicates("segment_id"), family, None)
        for number, (segment_id, value) in enumerate(
            zip(table["segment_id"], table["judged"], strict=True)
        ):
            if segment_id in said:
                codes = (*said[segment_id].primary, *said[segment_id].secondary)
                if (judged.code in codes) != bool(value):
                    found[number].append(other)
    return found


def _terms(rule: Any) -> list[str]:
    """The cues a judgement of the rule coder rests on; empty where a condition speaks for it too."""
    parts = [] if pd.isna(rule) else str(rule).split("; ")
    if len(parts) != 1 or not parts[0].startswith("cue:"):
        return []
    return parts[0].removeprefix("cue:").split("+")


def _doubt(who: list[str], probability: float, terms: list[str]) -> tuple[str, str]:
    zh, en = [], []
    if who:
        zh.append(f"编码者不一致（{'、'.join(who)}）")
        en.append(f"coders differ ({', '.join(who)})")
    if not np.isnan(probability):
        zh.append(f"机器概率 {probability:.2f}")
        en.append(f"machine probability {probability:.2f}")
    if len(terms) == 1:
        zh.append(f"只凭一个词：{terms[0]}")
        en.append(f"a single term: {terms[0]}")
    return "；".join(zh), "; ".join(en)
