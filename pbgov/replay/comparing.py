"""Two runs of a study held side by side: which rows of each kind are not the same."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.corpus.document import digest_text
from pbgov.evaluation.estimate import Estimate, NotEstimated, read_estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.cache import Results

    Run = Mapping[str, Results]

NOISE = 1e-9
"""Estimates closer than this part of the larger one are the same."""
LEVEL = 0.05
SEGMENT = ("change", "doc_id", "segment_id", "kind", "text")
CODING = (
    "change", "stretch", "coder", "doc_id", "segment_id", "code_id", "value_before", "value_after",
    "rule_before", "rule_after", "words_before", "words_after", "text",
)  # fmt: skip
TERM = ("term", "before", "after", "n_units")
SCORE = (
    "by", "unit", "code_id", "n_segments_before", "n_segments_after", "n_coded_before",
    "n_coded_after", "share_before", "share_after",
)  # fmt: skip
NUMBERS = ("estimate", "conf_low", "conf_high", "p_value", "p_permutation")
ESTIMATE = (
    "step", "name", "term",
    *(f"{name}_{when}" for name in NUMBERS for when in ("before", "after")),
    "crossed", "reason_before", "reason_after", "reason_en_before", "reason_en_after", "simulated",
)  # fmt: skip
OTHER = ("step", "table", "n_gone", "n_new")
TOLD = {
    ("read", "paragraphs"),
    ("code", "codings"),
    ("terms", "counts"),
    ("score", "documents"),
    ("score", "regions"),
    ("simulate", "recovery"),
}
"""Tables with a comparison of their own; of every other the rows that changed are counted."""


def changed_files(before: Mapping[str, str], after: Mapping[str, str]) -> pd.DataFrame:
    """Files by their digests: ``path`` and ``change`` ("added", "removed", "edited")."""
    rows = []
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            change = "added" if path not in before else "removed" if path not in after else "edited"
            rows.append((path, change))
    return pd.DataFrame(rows, columns=["path", "change"])


def changed_segments(before: Run, after: Run) -> pd.DataFrame:
    """Paragraphs and headings by their words (`SEGMENT`), wherever they stand in their document."""
    first, second = _segments(before), _segments(after)
    rows = [("gone", *first[key]) for key in first if key not in second]
    rows += [("new", *second[key]) for key in second if key not in first]
    return pd.DataFrame(rows, columns=list(SEGMENT))


def _segments(run: Run) -> dict[tuple[str, ...], tuple[str, ...]]:
    seen: Counter[tuple[str, str, str]] = Counter()
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in _rows(run, "read", "paragraphs"):
        if row["kind"] == "blank":
            continue
        key = (str(row["doc_id"]), str(row["kind"]), str(row["text"]))
        found[(*key, str(seen[key]))] = (key[0], str(row["segment_id"]), key[1], key[2])
        seen[key] += 1
    return found


def changed_codings(before: Run, after: Run) -> pd.DataFrame:
    """Judgements by stretch, code and coder (`CODING`).

    ``change`` is "gone", "new", "value" (given became denied, or the reverse) or "basis" (the same
    judgement by another rule or other words); ``stretch`` says whether its words are in both runs.
    """
    first, second = _codings(before), _codings(after)
    stand = (_stretches(before), _stretches(after))
    rows = []
    for key in [*first, *(key for key in second if key not in first)]:
        one, other = first.get(key), second.get(key)
        if one == other:
            continue
        there = [key[:2] in places for places in stand]
        stretch = "both" if all(there) else "gone" if there[0] else "new"
        old, new = one or _NOT_JUDGED, other or _NOT_JUDGED
        sides = (old.value, new.value, old.rule, new.rule, old.words, new.words)
        told = other or old
        rows.append(
            (_kind(one, other), stretch, key[4], key[0], told.segment_id, key[3], *sides, told.text)
        )
    table = pd.DataFrame(rows, columns=list(CODING))
    return table.astype({"value_before": "Int64", "value_after": "Int64"})


@dataclass(frozen=True)
class _Judgement:
    """What was judged and by what; where it stands makes no difference."""

    value: int | None
    rule: str
    words: str
    segment_id: str = field(compare=False)
    text: str = field(compare=False)


_NOT_JUDGED = _Judgement(None, "", "", "", "")


def _kind(one: _Judgement | None, other: _Judgement | None) -> str:
    if one is None:
        return "new"
    if other is None:
        return "gone"
    return "value" if one.value != other.value else "basis"


def _stretches(run: Run) -> set[tuple[str, ...]]:
    """Document and digest of the words of every paragraph, and of every judged stretch."""
    paragraphs = {
        (str(row["doc_id"]), digest_text(str(row["text"])))
        for row in _rows(run, "read", "paragraphs")
    }
    judged = {
        (str(row["doc_id"]), str(row["text_digest"])) for row in _rows(run, "code", "codings")
    }
    return paragraphs | judged


def _codings(run: Run) -> dict[tuple[str, ...], _Judgement]:
    """Each judgement by document, digest of its words, which of equal stretches, code and coder."""
    texts = {row["segment_id"]: row for row in _rows(run, "read", "paragraphs")}
    rows = _rows(run, "code", "codings")
    starts: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        place = (str(row["doc_id"]), str(row["text_digest"]))
        starts.setdefault(place, set()).add(int(row["start"]))
    found: dict[tuple[str, ...], _Judgement] = {}
    for row in rows:
        place = (str(row["doc_id"]), str(row["text_digest"]))
        nth = sorted(starts[place]).index(int(row["start"]))
        segment = texts.get(row["segment_id"], {})
        found[(*place, str(nth), str(row["code_id"]), str(row["coder"]))] = _Judgement(
            int(row["value"]),
            _text(row.get("rule")),
            _words(row, segment),
            _text(row.get("segment_id")),
            _text(segment.get("text")),
        )
    return found


def _words(row: Mapping[str, Any], segment: Mapping[str, Any]) -> str:
    start, end = row.get("evidence_start"), row.get("evidence_end")
    if not segment or start is None or end is None or pd.isna(start) or pd.isna(end):
        return ""
    begin = int(segment["start"])
    return str(segment["text"])[int(start) - begin : int(end) - begin]


def changed_terms(before: Run, after: Run) -> pd.DataFrame:
    """Words whose counts are not the same (`TERM`), the largest change first."""
    first, second = _counts(before), _counts(after)
    sums: dict[str, list[int]] = {}
    for unit, term in sorted({*first, *second}):
        one, other = first.get((unit, term), 0), second.get((unit, term), 0)
        if one != other:
            total = sums.setdefault(term, [0])
            total[0] += 1
    rows = []
    for term, (n_units,) in sums.items():
        totals = [
            sum(count for (_, word), count in counts.items() if word == term)
            for counts in (first, second)
        ]
        rows.append((term, *totals, n_units))
    table = pd.DataFrame(rows, columns=list(TERM))
    size = (table["after"] - table["before"]).abs()
    return table.assign(size=-size).sort_values(["size", "term"], ignore_index=True)[list(TERM)]


def _counts(run: Run) -> dict[tuple[str, str], int]:
    rows = _rows(run, "terms", "counts")
    return {(str(row["unit"]), str(row["term"])): int(row["count"]) for row in rows}


def changed_scores(before: Run, after: Run) -> pd.DataFrame:
    """Counts and shares by document and by district (`SCORE`); a share that is missing is NaN."""
    rows = []
    for by in ("documents", "regions"):
        first, second = _scores(before, by), _scores(after, by)
        for key in sorted({*first, *second}):
            one, other = first.get(key, _NO_SCORE), second.get(key, _NO_SCORE)
            if not all(_same(a, b) for a, b in zip(one, other, strict=True)):
                rows.append(
                    (by, *key, *(side for pair in zip(one, other, strict=True) for side in pair))
                )
    return pd.DataFrame(rows, columns=list(SCORE))


_NO_SCORE = (math.nan, math.nan, math.nan)


def _scores(run: Run, by: str) -> dict[tuple[str, str], tuple[float, ...]]:
    return {
        (str(row["unit"]), str(row["code_id"])): tuple(
            math.nan if pd.isna(row[name]) else float(row[name])
            for name in ("n_segments", "n_coded", "share")
        )
        for row in _rows(run, "score", by)
    }


def changed_estimates(before: Run, after: Run) -> pd.DataFrame:
    """Coefficients that are not the same, estimated or not (`ESTIMATE`).

    ``crossed`` names what a reader would say otherwise now: "sign", "zero" (the interval began or
    ceased to hold 0), "level" (p fell on the other side of 0.05), "refused" (estimated in one run
    only).
    """
    first, second = _coefficients(before), _coefficients(after)
    rows = []
    for key in [*first, *(key for key in second if key not in first)]:
        one, other = first.get(key, _Nothing), second.get(key, _Nothing)
        same = all(_same(one[name], other[name]) for name in NUMBERS)
        if same and one["reason"] == other["reason"]:
            continue
        sides = [side[name] for name in NUMBERS for side in (one, other)]
        reasons = [side[name] for name in ("reason", "reason_en") for side in (one, other)]
        simulated = bool(one["simulated"] or other["simulated"])
        rows.append((*key, *sides, _crossed(one, other), *reasons, simulated))
    table = pd.DataFrame(rows, columns=list(ESTIMATE))
    return _without_refused_halves(table)


_Nothing: dict[str, Any] = {
    **dict.fromkeys(NUMBERS, math.nan),
    "reason": "",
    "reason_en": "",
    "simulated": False,
}


def _without_refused_halves(table: pd.DataFrame) -> pd.DataFrame:
    """Terms that vanish because the whole was refused are told by the refusal alone."""
    refused = {(row["step"], row["name"]) for row in table.to_dict("records") if row["term"] == ""}
    half = [
        (row["step"], row["name"]) in refused and row["term"] != ""
        for row in table.to_dict("records")
    ]
    return table[[not one for one in half]].reset_index(drop=True)


def _coefficients(run: Run) -> dict[tuple[str, str, str], dict[str, Any]]:
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for step, results in run.items():
        for name, value in results.items():
            if (
                isinstance(value, str)
                and isinstance(json.loads(value), dict)
                and "formula" in value
            ):
                found |= _of_fit(step, name, read_estimate(value))
    for row in _rows(run, "simulate", "recovery"):
        key = ("simulate", f"{row['labels']} / {row['level']}", str(row["mode"]))
        found[key] = {
            **{name: _number(row.get(name)) for name in NUMBERS},
            "reason": _text(row.get("reason")),
            "reason_en": _text(row.get("reason")),
            "simulated": True,
        }
    return found


def _of_fit(
    step: str, name: str, fit: Estimate | NotEstimated
) -> dict[tuple[str, str, str], dict[str, Any]]:
    if isinstance(fit, NotEstimated):
        refused = {"reason": fit.reason, "reason_en": fit.reason_en, "simulated": fit.simulated}
        return {(step, name, ""): {**_Nothing, **refused}}
    return {
        (step, name, str(row["term"])): {
            **{column: _number(row.get(column)) for column in NUMBERS},
            "reason": "",
            "reason_en": "",
            "simulated": fit.simulated,
        }
        for row in fit.terms.to_dict("records")
    }


def _crossed(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    crossed = []
    known = [not math.isnan(side["estimate"]) for side in (one, other)]
    if known[0] != known[1] or one["reason"] != other["reason"]:
        return "refused"
    if one["estimate"] * other["estimate"] < 0:
        crossed.append("sign")
    held = [_holds_zero(side) for side in (one, other)]
    if None not in held and held[0] != held[1]:
        crossed.append("zero")
    for name in ("p_value", "p_permutation"):
        ps = (one[name], other[name])
        if not any(map(math.isnan, ps)) and (ps[0] < LEVEL) != (ps[1] < LEVEL):
            crossed.append("level")
    return " ".join(dict.fromkeys(crossed))


def _holds_zero(side: Mapping[str, Any]) -> bool | None:
    low, high = side["conf_low"], side["conf_high"]
    return None if math.isnan(low) or math.isnan(high) else bool(low <= 0 <= high)


def changed_tables(before: Run, after: Run) -> pd.DataFrame:
    """How many rows of every other table are gone or new (`OTHER`)."""
    rows = []
    for step in [*before, *(step for step in after if step not in before)]:
        names = {*before.get(step, {}), *after.get(step, {})}
        for name in sorted(names):
            if (step, name) in TOLD:
                continue
            first, second = (_lines(run, step, name) for run in (before, after))
            if first != second:
                gone, new = first - second, second - first
                rows.append((step, name, gone.total(), new.total()))
    return pd.DataFrame(rows, columns=list(OTHER))


def _lines(run: Run, step: str, name: str) -> Counter[Any]:
    value = run.get(step, {}).get(name)
    if value is None:
        return Counter()
    if isinstance(value, str):
        loaded = json.loads(value)
        told = isinstance(loaded, dict) and "formula" in loaded
        return Counter() if told else Counter([value])
    return Counter(
        tuple("" if pd.api.types.is_scalar(cell) and pd.isna(cell) else str(cell) for cell in row)
        for row in value.itertuples(index=False, name=None)
    )


def _rows(run: Run, step: str, name: str) -> list[dict[str, Any]]:
    table = run.get(step, {}).get(name)
    if not isinstance(table, pd.DataFrame):
        return []
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _number(value: Any) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _same(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= NOISE * max(abs(one), abs(other))
