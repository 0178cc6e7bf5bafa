"""What rests on a sentence, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.exhibits.numerals import format_percent
from pbgov.reporting.tracing.telling import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.tracing.back import TraceBack

MOST = 12
_TITLES = {
    "practices": ("做法", "Practices"),
    "codings": ("判断", "Judgements"),
    "scores": ("进入的占比（带编码的）", "Shares it enters (codes it carries)"),
    "estimates": ("系数", "Coefficients"),
    "results": ("报告里的结果", "Results of the report"),
    "exhibits": ("图表", "Exhibits"),
    "claims": ("论断", "Statements"),
    "would_change": ("改判会变的结果", "What would change"),
}


def told_back(trace: TraceBack, lang: str) -> str:
    """The trace as text; long lists are cut, and said so."""
    english = lang == "en"
    place = f"{trace.doc_id}:{trace.start}-{trace.end}"
    raw = f"raw {trace.raw_start}-{trace.raw_end}"
    raw = f"({raw})" if english else f"（原始文本 {trace.raw_start}–{trace.raw_end}）"
    lines = [on_one_line(place + raw), f"“{on_one_line(trace.text)}”"]
    for name, titles in _TITLES.items():
        rows = list(_rows(name, trace, english))
        lines.append(f"{titles[english]}：{len(rows)}")
        lines += [f"  {on_one_line(row)}" for row in rows[:MOST]]
        if len(rows) > MOST:
            more = len(rows) - MOST
            lines.append(f"  … and {more} more" if english else f"  ……另有 {more} 条")
    lines += [f"· {said.en if english else said.zh}" for said in trace.remarks]
    return "\n".join(lines)


def _rows(name: str, trace: TraceBack, english: bool) -> Iterator[str]:
    table: pd.DataFrame = getattr(trace, name)
    if name == "scores":
        table = table[table["carries"].fillna(False)]
    if name == "results":
        table = table.drop_duplicates("result_id")
    for one in table.to_dict("records"):
        yield _row(name, {str(key): _shown(value) for key, value in one.items()}, english)


def _row(name: str, row: dict[str, Any], english: bool) -> str:
    match name:
        case "practices":
            return f"{row['practice_id']} {row['region_code']} {row['status']}"
        case "codings":
            place = f"{row['start']}-{row['end']}"
            return f"{place} {row['code_id']} = {row['value']} {row['coder']} {row['rule']} [{row['of']}]"
        case "scores":
            share = format_percent(row["share"]) if row["share"] != "" else "—"
            return f"{row['unit']} {row['code_id']} {share} [{row['of']}]"
        case "estimates":
            term = row["term"] or ("not estimated" if english else "未估计")
            return f"{row['formula']}  {term} [{row['unit']}]"
        case "results":
            return f"{row['result_id']} = {row['printed']}（{row['meaning']}）"
        case "exhibits":
            return f"{row['exhibit_id']} {row['title']}"
        case "claims":
            return f"{row['text']}（{row['results']}）"
    return str(row["en" if english else "zh"])


def _shown(value: Any) -> Any:
    return "" if pd.isna(value) else value
