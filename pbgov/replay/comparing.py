"""Two runs of a study held side by side: which rows of each kind are not the same."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.corpus.document import digest_text
from pbgov.replay.runs import rows_of, same, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.replay.runs import Run

_CUES = re.compile(r"(?:cue|denied):(?P<cues>(?!rule:).+)")
SEGMENT = ("change", "doc_id", "segment_id", "kind", "text")
CODING = (
    "change", "stretch", "coder", "doc_id", "segment_id", "code_id", "value_before", "value_after",
    "rule_before", "rule_after", "words_before", "words_after", "text",
)  # fmt: skip
CUE = ("change", "coder", "code_id", "cue", "n_before", "n_after")
TERM = ("term", "before", "after", "n_units")
SCORE = (
    "by", "unit", "code_id", "n_segments_before", "n_segments_after", "n_coded_before",
    "n_coded_after", "share_before", "share_after",
)  # fmt: skip
OTHER = ("step", "table", "n_gone", "n_new")
TOLD = {
    ("read", "paragraphs"),
    ("code", "codings"),
    ("terms", "counts"),
    ("score", "documents"),
    ("score", "regions"),
    ("simulate", "recovery"),
    ("indicators", "indicators"),
    ("indicators", "assessment"),
}
"""Tables with a comparison of their own; of every other the rows that changed are counted."""
_PLACE = re.compile(r"(?:\w+_)?(?:start|end)|(?:segment|paragraph|practice)_id|practice")
"""Columns that say where something stands: a line put in above it is no other result."""


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
    for row in rows_of(run, "read", "paragraphs"):
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
        for row in rows_of(run, "read", "paragraphs")
    }
    judged = {
        (str(row["doc_id"]), str(row["text_digest"])) for row in rows_of(run, "code", "codings")
    }
    return paragraphs | judged


def _codings(run: Run) -> dict[tuple[str, ...], _Judgement]:
    """Each judgement by document, digest of its words, which of equal stretches, code and coder."""
    texts = {row["segment_id"]: row for row in rows_of(run, "read", "paragraphs")}
    rows = rows_of(run, "code", "codings")
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
            text_of(row.get("rule")),
            _words(row, segment),
            text_of(row.get("segment_id")),
            text_of(segment.get("text")),
        )
    return found


def cues_of(rule: str) -> tuple[str, ...]:
    """The cue words that the rule of a judgement names ("cue:协商+社区")."""
    named = [_CUES.fullmatch(part) for part in rule.split("; ")]
    return tuple(cue for part in named if part for cue in part["cues"].split("+"))


def changed_cues(before: Run, after: Run) -> pd.DataFrame:
    """Cue words on which judgements of a code rested in one run only (`CUE`).

    ``change`` is "gone" or "new"; ``n_before`` and ``n_after`` are how many judgements name the cue,
    one of them 0.
    """
    counts = [_cue_counts(run) for run in (before, after)]
    rows = []
    for key in sorted({*counts[0], *counts[1]}):
        n = [one[key] for one in counts]
        if 0 in n:
            rows.append(("gone" if n[0] else "new", *key, *n))
    return pd.DataFrame(rows, columns=list(CUE))


def _cue_counts(run: Run) -> Counter[tuple[str, str, str]]:
    return Counter(
        (str(row["coder"]), str(row["code_id"]), cue)
        for row in rows_of(run, "code", "codings")
        for cue in cues_of(text_of(row.get("rule")))
    )


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
    rows = rows_of(run, "terms", "counts")
    return {(str(row["unit"]), str(row["term"])): int(row["count"]) for row in rows}


def changed_scores(before: Run, after: Run) -> pd.DataFrame:
    """Counts and shares by document and by district (`SCORE`); a share that is missing is NaN."""
    rows = []
    for by in ("documents", "regions"):
        first, second = _scores(before, by), _scores(after, by)
        for key in sorted({*first, *second}):
            one, other = first.get(key, _NO_SCORE), second.get(key, _NO_SCORE)
            if not all(same(a, b) for a, b in zip(one, other, strict=True)):
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
        for row in rows_of(run, "score", by)
    }


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
    told_by = [column for column in value.columns if not _PLACE.fullmatch(str(column))]
    return Counter(
        tuple("" if pd.api.types.is_scalar(cell) and pd.isna(cell) else str(cell) for cell in row)
        for row in value[told_by].itertuples(index=False, name=None)
    )
