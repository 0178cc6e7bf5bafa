"""A trace as text and as HTML: the number, its units, their sentences and figures, the files."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.numerals import MINUS
from pbgov.marks import SIMULATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.evaluation.remarks import Lang
    from pbgov.reporting.tracing.trace import Trace

MOST_UNITS = 40
MOST_SENTENCES = 6
_FIXED = ("unit", "name", "agrees", "residual", "leverage", "dfbetas", "without_it", "change")
_WORDS = {
    "zh": {
        "units": "单位",
        "sentences": "句子",
        "records": "指标",
        "sources": "文件",
        "read": "读了 {n} 段，其中 {k} 段带编码",
        "once": "；合 {n} 个不重复的做法，其中 {k} 个带编码",
        "raw": "原始文本 {0}–{1}",
        "more": "……另有 {n} 条",
        "without": "去掉它系数为 {x}",
        "residual": "残差 {x}",
        "found": "已在原始文件里重新找到",
        "lost": "没有核对上：{reason}",
        "unchecked": "没有核对",
        "differs": "【数值与追溯到的不符】",
    },
    "en": {
        "units": "Units",
        "sentences": "Sentences",
        "records": "Figures",
        "sources": "Files",
        "read": "{n} segments read, {k} of them carry the code",
        "once": "; {n} distinct practices, {k} of them carry it",
        "raw": "raw text {0}-{1}",
        "more": "… and {n} more",
        "without": "{x} without it",
        "residual": "residual {x}",
        "found": "found again in the file",
        "lost": "not found again: {reason}",
        "unchecked": "not checked",
        "differs": "[not what was traced]",
    },
}


def told(trace: Trace, lang: Lang = "zh") -> str:
    """The whole trace as text; long lists of units and sentences are cut, and said so."""
    words = _words(lang)
    lines = [head(trace)]
    units = list(_units(trace))
    for unit in units[:MOST_UNITS]:
        lines += _unit_lines(trace, unit, words, MOST_SENTENCES)
    if len(units) > MOST_UNITS:
        lines.append(words["more"].format(n=len(units) - MOST_UNITS))
    lines += _source_lines(trace, words)
    lines += [f"· {said.zh if lang == 'zh' else said.en}" for said in trace.remarks]
    return "\n".join(lines)


def chain(trace: Trace, unit: str, lang: Lang = "zh") -> str:
    """The trace of one unit, every sentence of it."""
    words = _words(lang)
    if unit not in _units(trace):
        listed = ", ".join(list(_units(trace))[:12])
        raise InputError(f"no unit {unit!r} in this trace; it has {listed or 'none'}.")
    lines = [head(trace), *_unit_lines(trace, unit, words, None)]
    docs = set(trace.practices.loc[trace.practices["unit"] == unit, "doc_id"])
    return "\n".join([*lines, *_source_lines(trace, words, docs)])


def head(trace: Trace) -> str:
    """What is traced, on one line, with the mark of simulated data."""
    mark = f"【{SIMULATED}】" if trace.simulated else ""
    term = f"  {trace.term}" if trace.term else ""
    return f"{mark}{on_one_line(trace.subject)}{on_one_line(term)} = {trace.printed}"


def _words(lang: Lang) -> dict[str, str]:
    if lang not in _WORDS:
        raise InputError(f"lang is {lang!r}; it is 'zh' or 'en'.")
    return _WORDS[lang]


def _units(trace: Trace) -> dict[str, None]:
    """The units of a trace in the order of its tables; '' is what has no unit."""
    tables = (trace.units, trace.practices, trace.records)
    found = (unit for one in tables if "unit" in one for unit in one["unit"])
    return dict.fromkeys("" if pd.isna(unit) else str(unit) for unit in found)


def _own(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    return table[table["unit"].fillna("") == unit] if "unit" in table else table


def _unit_lines(trace: Trace, unit: str, words: dict[str, str], most: int | None) -> Iterator[str]:
    rows = _own(trace.units, unit)
    if not len(rows):
        yield on_one_line(unit) or "—"
    for row in rows.to_dict("records"):
        values = [f"{name}={_number(row[name])}" for name in row if name not in _FIXED]
        if row.get("residual") is not None:
            values.append(words["residual"].format(x=_number(row["residual"])))
            values.append(words["without"].format(x=_number(row["without_it"])))
        wrong = words["differs"] if row.get("agrees") is False else ""
        yield on_one_line(
            f"{unit} {row.get('name', '')}".strip() + "：" + "，".join(values) + wrong
        )
    practices, sentences = _own(trace.practices, unit), _own(trace.sentences, unit)
    for column, read in practices.groupby("column", sort=False):
        if read["carries"].notna().any():
            yield f"  {on_one_line(str(column))}：" + _counts(read, words)
        own = sentences[sentences["column"] == column]
        yield from _stretch_lines(read, own, words, most)
    shown: dict[str, None] = {}
    for one in map(_named, _own(trace.records, unit).to_dict("records")):
        column = "" if one["column"] == one["indicator"] else f"（{one['column']}）"
        source = f"{one['status']}，{one['source']}{' ' + one['url'] if one['url'] else ''}"
        told = f"{one['indicator']}{column} {one['period']}：{one['value']} {one['unit_of']}"
        shown[on_one_line(f"  {told}（{source}）")] = None
    yield from shown


def _counts(read: pd.DataFrame, words: dict[str, str]) -> str:
    """How many segments of a unit were read and carry the code; practices where these count once."""
    carried = read["carries"].fillna(False).astype(bool)
    told = words["read"].format(n=len(read), k=int(carried.sum()))
    if read["practice"].isna().all():
        return told
    practices = words["once"].format(
        n=read["practice"].nunique(), k=read.loc[carried, "practice"].nunique()
    )
    return f"{told}{practices}"


def _stretch_lines(
    read: pd.DataFrame, judged: pd.DataFrame, words: dict[str, str], most: int | None
) -> Iterator[str]:
    """The stretches of one unit that carry the code (where none does, those read), each once."""
    stretches: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in map(_named, (judged if len(judged) else read).to_dict("records")):
        stretches.setdefault((row["doc_id"], row["start"], row["end"]), []).append(row)
    for number, rows in enumerate(stretches.values()):
        if number == most:
            yield "    " + words["more"].format(n=len(stretches) - number)
            return
        first = rows[0]
        place = f"{first['doc_id']}:{first['start']}-{first['end']}"
        if not pd.isna(first["raw_start"]):
            place += f"（{words['raw'].format(first['raw_start'], first['raw_end'])}）"
        yield "    " + on_one_line(place)
        if _is_there(first.get("text")):
            yield "      “" + on_one_line(str(first["text"])) + "”"
        for row in rows if len(judged) else ():
            by = [str(row[name]) for name in ("code_id", "coder", "rule") if _is_there(row[name])]
            yield "      " + on_one_line(" ".join([*by, *(["= 0"] if row["value"] == 0 else [])]))


def _named(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): cell for name, cell in row.items()}


def _source_lines(trace: Trace, words: dict[str, str], only: set[str] | None = None) -> list[str]:
    lines = []
    for row in trace.sources.to_dict("records"):
        if only is not None and row["doc_id"] not in only:
            continue
        if pd.isna(row["found"]):
            checked = words["unchecked"]
        else:
            checked = words["found"] if row["found"] else words["lost"].format(reason=row["reason"])
        title = f"《{row['title']}》{row['path']}" if _is_there(row["title"]) else ""
        digest = f" SHA-256 {str(row['digest'])[:16]}…" if _is_there(row["digest"]) else ""
        lines.append(on_one_line(f"{words['sources']} {row['doc_id']} {title}{digest}：{checked}"))
    return lines


def _is_there(value: Any) -> bool:
    return value is not None and not pd.isna(value) and str(value) != ""


def _number(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "—" if pd.isna(value) else f"{float(value):.4g}".replace("-", MINUS)


def on_one_line(text: str) -> str:
    """A text on one line, without characters that act on a screen or turn the direction of writing."""
    return "".join(char if char.isprintable() else " " for char in text)


def as_html(trace: Trace) -> str:
    """The trace for a notebook: units that open to their sentences; every text is escaped."""
    words = _words("zh")
    parts = [f"<p><b>{escape(head(trace))}</b></p>"]
    units = list(_units(trace))
    for unit in units[:MOST_UNITS]:
        first, *rest = _unit_lines(trace, unit, words, None)
        inside = "<br>".join(escape(line).replace("  ", "&emsp;") for line in rest)
        parts.append(f"<details><summary>{escape(first)}</summary><p>{inside}</p></details>")
    if len(units) > MOST_UNITS:
        parts.append(f"<p>{escape(words['more'].format(n=len(units) - MOST_UNITS))}</p>")
    listed = [*_source_lines(trace, words), *(said.zh for said in trace.remarks)]
    parts.append("<ul>" + "".join(f"<li>{escape(line)}</li>" for line in listed) + "</ul>")
    return "\n".join(parts)
