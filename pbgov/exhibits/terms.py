"""Figures and tables of words: what sets groups apart, where words stand, what they keep company with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count, format_number
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_INDEPENDENT = "同一篇文章里的词并不独立，数值只用来排序，不能当作检验。"
METHOD_NAMES = {
    "tfidf": "TF-IDF：次数 ×（ln((1+N)/(1+用到它的单位数))+1），按单位归一；idf 来自这批文档本身，换一批文档就会变",
    "textrank": "TextRank：相邻的词连成图，取 PageRank（阻尼 0.85）；只看本单位，不与其他单位比较",
}
_NO_NAMES: Mapping[str, str] = {}


def table_keywords(
    keywords: pd.DataFrame, *, source: str, names: Mapping[str, str] = _NO_NAMES
) -> Exhibit:
    """The keywords of each unit on one line, each with its count.

    Parameters
    ----------
    keywords : DataFrame
        As `pbgov.keywords` makes it.
    source : str
    names : mapping, optional
        Printed name of each unit.

    Returns
    -------
    Exhibit
        ``tab-keywords``; the weights are in the raw data.
    """
    require_columns("keywords", keywords, "unit", "rank", "term", "weight", "count", "method")
    rows = [
        {
            "单位": names.get(str(unit), str(unit)),
            "关键词（次数）": "、".join(
                f"{term}（{format_count(count)}）"
                for term, count in zip(found["term"], found["count"], strict=True)
            ),
        }
        for unit, found in keywords.groupby("unit", sort=False)
    ]
    methods = [METHOD_NAMES.get(name, name) for name in dict.fromkeys(keywords["method"])]
    return Exhibit(
        exhibit_id="tab-keywords",
        title="各单位的关键词",
        body=pd.DataFrame(rows, columns=["单位", "关键词（次数）"]),
        note=f"N = {len(rows)} 个单位，各列权重最大的词，权重大的在前。{'；'.join(methods)}。"
        "停用词、单字和纯数字不列。关键词说明笔墨花在哪里，不说明做了什么、做得怎样。",
        source=source,
        data=keywords,
    )


_COLLOCATION_COLUMNS = {
    "term": "词",
    "collocate": "搭配词",
    "count": "同现",
    "n_before": "在前",
    "n_after": "在后",
    "n_documents": "文档数",
    "expected": "期望",
    "log_dice": "logDice",
    "g2": "G²",
    "pmi": "PMI",
}


def table_collocations(collocations: pd.DataFrame, *, source: str, top: int = 15) -> Exhibit:
    """The pairs of words that keep company, with the counts behind the measures.

    Parameters
    ----------
    collocations : DataFrame
        As `pbgov.collocations` makes it; its order is kept.
    source : str
    top : int
        Pairs printed; all of them are in the raw data.

    Returns
    -------
    Exhibit
        ``tab-collocations``
    """
    require_columns("collocations", collocations, *_COLLOCATION_COLUMNS, "window", "pairs_total")
    shown = collocations.head(top)
    body = pd.DataFrame(
        {
            printed: [
                value if isinstance(value, str) else _measured(name, value) for value in shown[name]
            ]
            for name, printed in _COLLOCATION_COLUMNS.items()
        }
    )
    windows = "、".join(str(width) for width in dict.fromkeys(collocations["window"]))
    return Exhibit(
        exhibit_id="tab-collocations",
        title="经常同现的词",
        body=body,
        note=f"N = {format_count(len(collocations))} 对{_first(len(shown), len(collocations))}。"
        f"同现：在同一片段里相距不超过 {windows} 个词的次数，不跨片段；在前、在后指搭配词的位置；"
        "期望：两词各自的次数所能带来的同现。logDice 最大约 14，加 1 表示密切一倍；"
        f"PMI 对少见的词偏大；G² 为负表示少于期望。{NOT_INDEPENDENT}",
        source=source,
        data=collocations,
    )


def table_discovered_terms(
    discovered: pd.DataFrame,
    *,
    source: str,
    names: Mapping[str, str] = _NO_NAMES,
    top: int = 20,
) -> Exhibit:
    """Strings proposed for the lexicon, with how they are cut now and one example each.

    Parameters
    ----------
    discovered : DataFrame
        As `pbgov.discover_terms` makes it; its order is kept.
    source : str
    names : mapping, optional
        Printed name of each ``doc_id``.
    top : int
        Proposals printed; all of them are in the raw data.

    Returns
    -------
    Exhibit
        ``tab-discovered-terms``
    """
    measures = {"cohesion": "凝固度", "left_entropy": "左熵", "right_entropy": "右熵"}
    wanted = ("term", "count", "n_documents", *measures, "split", "doc_id", "example")
    require_columns("discovered", discovered, *wanted)
    shown = discovered.head(top)
    body = pd.DataFrame(
        {
            "候选词": shown["term"],
            "次数": [format_count(value) for value in shown["count"]],
            "文档数": [format_count(value) for value in shown["n_documents"]],
            **{
                printed: [format_number(value, 1) for value in shown[name]]
                for name, printed in measures.items()
            },
            "现在切成": shown["split"],
            "一处原文": [
                f"{example}（{names.get(doc_id, doc_id)}）"
                for doc_id, example in zip(shown["doc_id"], shown["example"], strict=True)
            ],
        }
    )
    return Exhibit(
        exhibit_id="tab-discovered-terms",
        title="可能该收进词典的词（待审）",
        body=body,
        note=f"N = {format_count(len(discovered))} 个候选{_first(len(shown), len(discovered))}。"
        "凝固度：最松的一处接缝比偶然同现多几倍（以 2 为底的对数）；"
        "左熵、右熵：前后邻字的不确定程度（比特）；都大，才像一个能独立使用的词。"
        "词典和 jieba 里已有的、次数相同而更短的片段不列。"
        "候选只凭统计得出，收不收由人读过原文再定；程序不会自动改词典。",
        source=source,
        data=discovered,
    )


def table_concordance(
    hits: pd.DataFrame,
    *,
    source: str,
    names: Mapping[str, str] = _NO_NAMES,
    top: int = 20,
) -> Exhibit:
    """Lines of a concordance: what stands before the hit, the hit, and what stands after it.

    Parameters
    ----------
    hits : DataFrame
        As `pbgov.concordance` makes it; its order is kept.
    source : str
    names : mapping, optional
        Printed name of each ``doc_id``.
    top : int
        Lines printed; all of them are in the raw data.

    Returns
    -------
    Exhibit
        ``tab-concordance``

    Raises
    ------
    InputError
        Where there is no hit.
    """
    require_columns("hits", hits, "doc_id", "term", "left", "hit", "right", "start", "end")
    if hits.empty:
        raise InputError("the concordance has no hit; there is nothing to show")
    shown = hits.head(top)
    body = pd.DataFrame(
        {
            "文档": [names.get(doc_id, doc_id) for doc_id in shown["doc_id"]],
            "上文": [_one_line(text) for text in shown["left"]],
            "检索词": [_one_line(text) for text in shown["hit"]],
            "下文": [_one_line(text) for text in shown["right"]],
            "位置": [
                f"第 {start}–{end} 字符"
                for start, end in zip(shown["start"], shown["end"], strict=True)
            ],
        }
    )
    terms = "、".join(f"“{term}”" for term in dict.fromkeys(hits["term"]))
    return Exhibit(
        exhibit_id="tab-concordance",
        title=f"{terms}在原文中的位置",
        body=body,
        note=f"N = {format_count(len(hits))} 处，{hits['doc_id'].nunique()} 篇文档"
        f"{_first(len(shown), len(hits))}。上文、下文不跨段落；位置从 0 起数到修复后的文本，"
        "含起点、不含终点。出现一次不等于做法一项：可能是转述、批评或建议，要读原文再定。",
        source=source,
        data=hits,
    )


def _measured(name: str, value: float) -> str:
    if name in ("count", "n_before", "n_after", "n_documents"):
        return format_count(value)
    return "<0.1" if name == "expected" and value < 0.05 else format_number(value, 1)


def _first(shown: int, found: int) -> str:
    return f"，列出前 {shown} 行，其余见数据表" if shown < found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
