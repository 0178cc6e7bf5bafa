"""What was repaired in the texts, how certainly, and what stays damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.corpus.document import CERTAINTIES, REPAIR_KINDS
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.corpus.document import Corpus

KINDS = {
    "pinyin": "夹注拼音",
    "gbk_shift": "GBK 字节错位",
    "nbsp": "不间断空格",
    "stray_digit": "脱落的注码",
    "punctuation": "半角标点",
    "spacing": "排版空格",
    "line_break": "硬换行",
    "traditional": "繁体字",
    "compatibility": "兼容字形",
    "control": "不可见字符",
    "replacement": "替换符（已丢失）",
    "private_use": "专用区字符",
    "quote": "引号",
    "markup": "网页标记",
    "web_furniture": "网页附属文字",
}
CERTAINTY_NAMES = {"exact": "确定", "likely": "很可能", "inferred": "推断", "unrepaired": "未修复"}
LEFT = ("inferred", "unrepaired")
COLUMNS = ("文档", "位置", "种类", "原文", "处理")
NOTHING = "没有"
BESIDE = 12  # characters of context on either side
MOST_ROWS = 30  # that a page holds
ALL_DOCUMENTS = "全部文档"
LONGEST = 24  # characters of a damaged place that are printed
NOTE = (
    "“确定”：损坏的形式本身就能证明；“很可能”：依规则修复，规则可能有例外；"
    "“推断”：有字丢失，据上下文或成句补入；“未修复”：原样保留。"
)


def table_repairs(
    repairs: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    source: str,
    titles: Mapping[str, str] | None = None,
) -> Exhibit:
    """How many repairs of each kind the documents needed, by certainty.

    Parameters
    ----------
    repairs, documents : DataFrame
        ``Corpus.repairs`` and ``Corpus.documents`` of the same corpus.
    source : str
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``tab-repairs``, one row per document and kind of damage; where that is more than a page
        holds, one row per kind. The raw data are all repairs, each with its place in the raw text
        and what stood there.
    """
    require_columns("repairs", repairs, "doc_id", "kind", "certainty")
    require_columns("documents", documents, "doc_id")
    named = repairs["doc_id"].map(lambda doc_id: (titles or {}).get(doc_id, doc_id))
    order = repairs["kind"].map(REPAIR_KINDS.index)
    counts = pd.crosstab([repairs["doc_id"], named, order], repairs["certainty"])
    if len(counts) > MOST_ROWS:
        everything = named.where(named.isna(), ALL_DOCUMENTS)
        counts = pd.crosstab([everything, everything, order], repairs["certainty"])
    names = counts.index.get_level_values(1)
    kinds = counts.index.get_level_values(2)
    rows = [
        {
            "文档": name,
            "损坏种类": KINDS[REPAIR_KINDS[kind]],
            **{CERTAINTY_NAMES[each]: format_count(cells.get(each, 0)) for each in CERTAINTIES},
            "合计": format_count(sum(cells.values())),
        }
        for name, kind, cells in zip(names, kinds, counts.to_dict("records"), strict=True)
    ]
    n_untouched = int((~documents["doc_id"].isin(repairs["doc_id"])).sum())
    if not rows:
        zeros = dict.fromkeys([*CERTAINTY_NAMES.values(), "合计"], format_count(0))
        rows = [{"文档": ALL_DOCUMENTS, "损坏种类": NOTHING, **zeros}]
    return Exhibit(
        exhibit_id="tab-repairs",
        title="文本的损坏与修复",
        body=pd.DataFrame(rows),
        note=f"N = {len(documents)} 篇文档、{len(repairs)} 处，其中 {n_untouched} 篇没有需要修复的地方。"
        f"{NOTE}同一处经几步修改的只计一次。每一处修改都列在原始数据里，可以还原。",
        source=source,
        data=documents[["doc_id"]].merge(repairs, on="doc_id", how="left"),
    )


def table_unrepaired(
    corpus: Corpus, *, source: str, titles: Mapping[str, str] | None = None
) -> Exhibit:
    """The places that stay damaged, and those filled in by sense, with the words around them.

    Parameters
    ----------
    corpus : Corpus
    source : str
    titles : mapping, optional
        Short title of each ``doc_id``.

    Returns
    -------
    Exhibit
        ``tab-unrepaired``, one row per place: the raw words with their context, and what is read
        there now. Characters that cannot be printed are given by their code.
    """
    repairs = corpus.repairs
    left = repairs[repairs["certainty"].isin(LEFT)]
    rows = []
    for document in corpus:
        doc_id = document.doc_id
        for repair in document.repairs:
            if repair.certainty not in LEFT:
                continue
            before = document.raw[max(0, repair.raw_start - BESIDE) : repair.raw_start]
            after = document.raw[repair.raw_end : repair.raw_end + BESIDE]
            kept = repair.certainty == "unrepaired"
            rows.append(
                {
                    "文档": (titles or {}).get(doc_id, doc_id),
                    "位置": format_count(repair.raw_start),
                    "种类": KINDS[repair.kind],
                    "原文": f"{_printed(before)}【{_shown(repair.before)}】{_printed(after)}",
                    "处理": "原样保留" if kept else f"读作“{_shown(repair.after)}”",
                }
            )
    if not rows:
        rows.append(dict(zip(COLUMNS, (ALL_DOCUMENTS, "—", NOTHING, "—", "—"), strict=True)))
    return Exhibit(
        exhibit_id="tab-unrepaired",
        title="未能修复和据推断补入的地方",
        body=pd.DataFrame(rows, columns=list(COLUMNS)),
        note=f"N = {len(corpus)} 篇文档、{len(left)} 处。位置是原文里从 0 数起的字符序号；"
        "【】内是损坏处。没有列在这里的损坏，也可能没有被发现。引用这些地方时请核对原刊。",
        source=source,
        data=_with_every_document(corpus, left),
    )


def _with_every_document(corpus: Corpus, repairs: pd.DataFrame) -> pd.DataFrame:
    """One row is one repair, or one document without any."""
    return corpus.documents[["doc_id"]].merge(repairs, on="doc_id", how="left")


def _shown(words: str) -> str:
    printed = _printed(words)
    return printed if len(printed) <= LONGEST else printed[: LONGEST - 1] + "…"


def _printed(words: str) -> str:
    """Words on one line, what has no shape by its code."""
    return "".join(
        char if char.isprintable() and not "\ue000" <= char <= "\uf8ff" else _code(char)
        for char in words
    )


def _code(char: str) -> str:
    return " " if char.isspace() else f"〈U+{ord(char):04X}〉"
