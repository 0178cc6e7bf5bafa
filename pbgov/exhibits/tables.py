"""Tables of what was read, coded and recorded, each with its N and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import (
    format_cell,
    format_count,
    format_number,
    format_percent,
)
from pbgov.schemas import INDICATOR_STATUS, PRACTICE_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping

Lang = Literal["zh", "en"]
MOST_CODES = 8
_NO_NAMES: Mapping[str, str] = {}

_CORPUS_COLUMNS = {
    "title": "题名",
    "authors": "原作者",
    "venue": "刊物",
    "published": "刊期",
    "city": "城市",
    "genre": "体裁",
    "n_han": "汉字数",
}


def table_corpus(documents: pd.DataFrame, *, source: str) -> Exhibit:
    """What was read: one row per document.

    Parameters
    ----------
    documents : DataFrame
        ``Corpus.documents``: ``doc_id`` and the metadata columns; title, authors, venue, published,
        city, genre and the number of Han characters are printed, all of them are in the raw data.
    source : str

    Returns
    -------
    Exhibit
        ``tab-corpus``
    """
    require_columns("documents", documents, "doc_id", *_CORPUS_COLUMNS)
    body = pd.DataFrame({"文档": documents["doc_id"]})
    for name, printed in _CORPUS_COLUMNS.items():
        body[printed] = [format_cell(value) for value in documents[name]]
    counted = f"，共 {format_count(documents['n_han'].sum())} 个汉字"
    return Exhibit(
        exhibit_id="tab-corpus",
        title="纳入分析的文档",
        body=body,
        note=f"N = {len(documents)} 篇文档{counted}。文档不是随机抽取的，"
        "只能说明这些文档写了什么，不能推及没有纳入的地区和文章。",
        source=source,
        data=documents,
    )


def table_practices(
    practices: pd.DataFrame,
    *,
    source: str,
    names: Mapping[str, str] = _NO_NAMES,
    titles: Mapping[str, str] = _NO_NAMES,
) -> Exhibit:
    """Counts of practices by document and status, with the regions they belong to.

    Parameters
    ----------
    practices : DataFrame
        Rows of `pbgov.schemas.PRACTICES`.
    source : str
    names : mapping, optional
        Name of each ``region_code``.
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``tab-practices``; the raw data are the counts by document, status and region code.
    """
    require_columns("practices", practices, "doc_id", "status", "region_code")
    counts = pd.crosstab(practices["doc_id"], practices["status"])
    counts = counts.reindex(columns=list(PRACTICE_STATUS), fill_value=0)
    rows = []
    for doc_id, found in practices.groupby("doc_id", sort=True):
        codes = sorted(set(found["region_code"].dropna()))
        rows.append(
            {
                "文档": titles.get(str(doc_id), str(doc_id)),
                **{status: format_count(counts[status][doc_id]) for status in counts},
                "合计": format_count(len(found)),
                "涉及地区": "、".join(names.get(code, code) for code in codes) or "未写明",
                "地区不明": format_count(found["region_code"].isna().sum()),
            }
        )
    rows.append(
        {
            "文档": "合计",
            **{status: format_count(counts[status].sum()) for status in counts},
            "合计": format_count(len(practices)),
            "涉及地区": f"{practices['region_code'].nunique()} 个地区",
            "地区不明": format_count(practices["region_code"].isna().sum()),
        }
    )
    keys = ["doc_id", "status", "region_code"]
    return Exhibit(
        exhibit_id="tab-practices",
        title="各文档写到的做法：已实施、建议与计划",
        body=pd.DataFrame(rows),
        note=f"N = {len(practices)} 条做法，{len(counts)} 篇文档。没有出现建议或计划用语的，"
        "按“已实施”计；文档写到做法，不等于做法有效。",
        source=source,
        data=practices.groupby(keys, dropna=False).size().rename("n_practices").reset_index(),
        evidence=practices,
    )


def table_scores(
    scores: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    names: Mapping[str, str] = _NO_NAMES,
    lang: Lang = "zh",
) -> Exhibit:
    """Share of coded segments, one row per unit and one column per code.

    Parameters
    ----------
    scores : DataFrame
        Rows of `pbgov.schemas.SCORES`, at most eight codes (one family).
    source : str
    labels, names : mapping, optional
        Printed name of each code and of each unit.
    lang : {"zh", "en"}

    Returns
    -------
    Exhibit
        ``tab-scores``; a unit that nobody read shows "—", not zero.

    Raises
    ------
    InputError
        For more than eight codes.
    """
    require_columns("scores", scores, "unit", "code_id", "n_segments", "n_coded", "share")
    codes = list(dict.fromkeys(scores["code_id"]))
    if len(codes) > MOST_CODES:
        raise InputError(
            f"scores hold {len(codes)} codes; a page holds {MOST_CODES}. Pass one code family."
        )
    zh = lang == "zh"
    named = [labels.get(code, code) for code in codes]
    heads = {
        code: f"{name}（{code}）" if named.count(name) > 1 else name
        for code, name in zip(codes, named, strict=True)
    }
    rows = []
    for unit, group in scores.groupby("unit", sort=False):
        by_code = group.set_index("code_id")
        row: dict[str, str] = {"单位" if zh else "Unit": names.get(str(unit), str(unit))}
        row["已读片段" if zh else "Segments read"] = format_count(group["n_segments"].max())
        for code in codes:
            share = by_code["share"].get(code, float("nan"))
            row[heads[code]] = format_percent(share)
        rows.append(row)
    unread = int(scores.groupby("unit")["n_segments"].max().eq(0).sum())
    note = (
        f"N = {len(rows)} 个单位，其中 {unread} 个没有读到任何片段。"
        "数字是编有该码的片段占已读片段的百分比，不是做法的多少，更不是成效。"
        if zh
        else f"N = {len(rows)} units, {unread} of them with nothing read. Percentages of the"
        " segments read that carry the code; they measure text, not performance."
    )
    return Exhibit(
        exhibit_id="tab-scores",
        title="各单位的编码占比" if zh else "Share of coded segments by unit",
        body=pd.DataFrame(rows),
        note=note,
        source=source,
        data=scores,
        lang=lang,
    )


_TERM_COLUMNS = ["文档", "词", "次数", "其余文档的次数", "每千词", "其余每千词", "log₂ 比", "z"]


def table_terms(
    contrast: pd.DataFrame, *, source: str, names: Mapping[str, str] = _NO_NAMES, top: int = 5
) -> Exhibit:
    """The terms that set each group of documents apart, with counts on both sides.

    Parameters
    ----------
    contrast : DataFrame
        As `pbgov.contrast` makes it.
    source : str
    names : mapping, optional
        Printed name of each group.
    top : int
        Terms printed for each group, those with the largest z; all are in the raw data.

    Returns
    -------
    Exhibit
        ``tab-terms``; terms that a group uses less than the others are not printed.
    """
    rates = ("rate_group", "rate_against")
    require_columns("contrast", contrast, "group", "term", "z", "log_ratio", *rates)
    rows = []
    for group, terms in contrast[contrast["z"].gt(0)].groupby("group", sort=False):
        first = terms.sort_values(["z", "term"], ascending=[False, True]).head(top)
        for term in first.to_dict("records"):
            printed = (
                names.get(str(group), str(group)),
                str(term["term"]),
                format_count(term["count_group"]),
                format_count(term["count_against"]),
                format_number(term["rate_group"], 1),
                format_number(term["rate_against"], 1),
                format_number(term["log_ratio"], 1),
                format_number(term["z"], 1),
            )
            rows.append(dict(zip(_TERM_COLUMNS, printed, strict=True)))
    groups = contrast["group"].nunique()
    return Exhibit(
        exhibit_id="tab-terms",
        title="各文档比其余文档更常用的词",
        body=pd.DataFrame(rows, columns=_TERM_COLUMNS),
        note=f"N = {groups} 组，{format_count(contrast['term'].nunique())} 个词；每组列出 z 最大的 {top} 个。"
        f"{contrast.attrs.get('caution', '')}",
        source=source,
        data=contrast,
    )


def table_indicators(register: pd.DataFrame, *, source: str) -> Exhibit:
    """The definition of each indicator: unit, kind, bounds, denominator, limits.

    Parameters
    ----------
    register : DataFrame
        Rows of `pbgov.schemas.REGISTER`.
    source : str

    Returns
    -------
    Exhibit
        ``tab-indicators``
    """
    require_columns(
        "register", register, "indicator", "definition", "unit", "denominator", "limits"
    )
    body = pd.DataFrame(
        {
            "指标": register["indicator"],
            "单位": register["unit"],
            "定义": register["definition"],
            "分母": [format_cell(value) for value in register["denominator"]],
            "局限": [format_cell(value) for value in register["limits"]],
        }
    )
    return Exhibit(
        exhibit_id="tab-indicators",
        title="指标的定义、单位与局限",
        body=body,
        note=f"N = {len(register)} 个指标。满意率是比率，满意度是评分，两者不能混用。",
        source=source,
        data=register,
    )


def table_data_coverage(indicators: pd.DataFrame, *, source: str) -> Exhibit:
    """Which figures there are: regions, periods, status and source tier of each indicator.

    Parameters
    ----------
    indicators : DataFrame
        Rows of `pbgov.schemas.INDICATORS`.
    source : str

    Returns
    -------
    Exhibit
        ``tab-data-coverage``
    """
    require_columns(
        "indicators", indicators, "indicator", "region_code", "period", "status", "source_tier"
    )
    rows = []
    for indicator, found in indicators.groupby("indicator", sort=True):
        periods = sorted(set(found["period"]))
        status = found["status"].value_counts().reindex(list(INDICATOR_STATUS)).dropna()
        rows.append(
            {
                "指标": str(indicator),
                "地区数": format_count(found["region_code"].nunique()),
                "时期": periods[0] if len(periods) == 1 else f"{periods[0]} 至 {periods[-1]}",
                "时期数": format_count(len(periods)),
                "数值个数": format_count(len(found)),
                "状态": "、".join(f"{word} {int(n)}" for word, n in status.items()),
                "来源等级": "、".join(sorted(set(found["source_tier"]))),
            }
        )
    return Exhibit(
        exhibit_id="tab-data-coverage",
        title="指标数据的覆盖范围",
        body=pd.DataFrame(rows),
        note=f"N = {format_count(len(indicators))} 个数值，{len(rows)} 个指标。来源等级：A 政府公开文件或统计机构，"
        "B 媒体或网站转载，E 由公开数据计算。时期之间可能有空缺，列出的是首末时期。",
        source=source,
        data=indicators,
    )


def require_columns(what: str, table: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that lacks one of `columns`, naming `what` was passed and what it has."""
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise InputError(
            f"{what} has no column {', '.join(absent)}; it has {', '.join(map(str, table.columns))}"
        )


def require_kind(what: str, value: object, kind: str, verb: str) -> None:
    """Refuse what is not of the class that a verb returns, named so that it need not be imported."""
    if type(value).__name__ != kind:
        raise InputError(
            f"{what} is a {type(value).__name__}; give the {kind} that pbgov.{verb} returns."
        )
