"""How often terms are used, year by year, and why a difference of years may be one of documents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.errors import InputError
from pbgov.inference.words.word_rates import poisson_interval, ratio_interval
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_lexicon, check_segments, check_table, check_terms
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.mining.terms import word_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from pbgov.mining.lexicon import Lexicon

DATED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:(?:0[1-9]|1[0-2])(?:[0-3]\d)?)?(?!\d)")
HAN_DATED = re.compile(r"[一二][〇零○九][〇零○一二三四五六七八九]{2}(?=年)")
HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
CAUTION = (
    "年份是发表的年份，不是做法发生的年份。泊松区间把每个词当作独立的一次出现，偏窄；"
    "按文档的区间把每篇文档当作独立的一次抽取，不到十篇时只供参考。"
)


@dataclass(frozen=True, eq=False)
class Change:
    """Rates of terms by year.

    Attributes
    ----------
    rates : DataFrame
        One row is term x year in which something was read: ``term``, ``year``, ``count``,
        ``n_words``, ``per_thousand``, ``poisson_low``, ``poisson_high`` (exact, per thousand),
        ``documents_low``, ``documents_high`` (documents as draws, per thousand; NaN for one
        document, or none that uses the term), ``n_documents``, ``n_documents_with``.
    documents : DataFrame
        One row is one document: ``doc_id``, ``published``, ``year`` (NA where not told),
        ``n_words``, ``reason`` (why it has no year, or was not read; else NaN).
    terms : DataFrame
        One row is one term: ``term``, ``count`` (as a word), ``n_in_text`` (as a string of
        characters), ``reason`` (where the two differ, else NaN).
    """

    rates: pd.DataFrame
    documents: pd.DataFrame = field(repr=False)
    terms: pd.DataFrame = field(repr=False)
    caution: str = field(default=CAUTION, repr=False)

    @property
    def n_documents(self) -> pd.Series:
        """Documents read of each year."""
        counted = self.rates.drop_duplicates("year").set_index("year")
        return counted["n_documents"].sort_index()

    @property
    def confounded(self) -> bool:
        """True where every year has one document: year and document are then the same thing."""
        return bool(self.n_documents.eq(1).all())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the rates has to know, in Chinese; the caution is the last."""
        said = []
        alone = [str(year) for year in self.n_documents.index[self.n_documents.eq(1)]]
        if self.confounded:
            said.append(
                "每年只有一篇文档：年份与文档（及其作者、地区、体裁）完全重合，"
                "看到的差别可能只是文章之间的差别。"
            )
        elif alone:
            said.append(
                f"{'、'.join(alone)} 年只有一篇文档，与其他年份的差别可能只是文章之间的差别。"
            )
        if left := list(self.documents.loc[self.documents["reason"].notna(), "doc_id"]):
            said.append(f"没有计入的文档：{'、'.join(left)}（原因见各文档的数据）。")
        if unlike := list(self.terms.loc[self.terms["reason"].notna(), "term"]):
            said.append(f"切词与字面次数不一致的词：{'、'.join(unlike)}（原因见各词的数据）。")
        return (*said, self.caution)

    def __str__(self) -> str:
        years = "、".join(f"{year} 年 {n} 篇" for year, n in self.n_documents.items())
        wide = self.rates.pivot(index="term", columns="year", values="per_thousand")
        wide = wide.reindex(self.terms["term"]).rename_axis(index=None, columns="每千词")
        return "\n".join([f"逐年词频：{years}", wide.round(2).to_string(), *self.remarks])


def change_over_years(
    segments: pd.DataFrame,
    documents: pd.DataFrame,
    lexicon: Lexicon,
    terms: Sequence[str],
) -> Change:
    """How often each term is used per 1,000 words, by year of publication.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it.
    documents : DataFrame
        ``Corpus.documents``: ``doc_id`` and ``published``; `year_of` reads the year.
    lexicon : Lexicon
    terms : sequence of str
        Terms to follow. A term that the lexicon does not cut as one word counts 0; ``terms`` of
        the result then says how often its characters stand in the text.

    Returns
    -------
    Change

    Raises
    ------
    InputError
        Where no term is named, a column is missing, a document of `segments` is not in
        `documents`, or no document that was read has a year.
    """
    check_terms("terms", terms)
    wanted = list(dict.fromkeys(terms))
    if isinstance(terms, str) or not wanted:
        raise InputError(f"terms is {terms!r}; give a list of terms, such as ['网格', '协商'].")
    check_table("documents", documents, ("doc_id", "published"), "Corpus.documents")
    check_segments(segments)
    check_lexicon(lexicon)
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    tokens = word_tokens(read, lexicon, by="doc_id")
    if strangers := sorted(set(read["doc_id"]) - set(documents["doc_id"])):
        raise InputError(f"documents has no row for {strangers[0]!r}, which segments holds.")
    told = _documents(documents, tokens)
    dated = told.dropna(subset=["year"]).query("n_words > 0").set_index("doc_id")
    if dated.empty:
        raise InputError("No document that was read has a year; fill in 'published'.")
    found = tokens[tokens["token"].isin(wanted)]
    counts = found.groupby(["doc_id", "token"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=dated.index, columns=wanted, fill_value=0)
    by_year = [(int(year), dated[dated["year"].eq(year)]) for year in sorted(set(dated["year"]))]
    rows = [
        _rate(term, year, counts.loc[own.index, term].to_numpy(), own["n_words"].to_numpy(int))
        for term in wanted
        for year, own in by_year
    ]
    sources = segments, documents
    return Change(
        rates=carry_mark(pd.DataFrame(rows), *sources),
        documents=carry_mark(told, *sources),
        terms=carry_mark(_terms(wanted, found, read), *sources),
    )


def year_of(published: str | float | None) -> tuple[int | None, str]:
    """The year that a date of publication names, and why there is none.

    The year is the one number from 1900 to 2099 that stands by itself (2020年第5期, 2017-01-25) or
    begins a date without separators (20240112, 202401), or four Han digits before 年
    (二〇二〇年). Two different years name none.

    Parameters
    ----------
    published : str or missing

    Returns
    -------
    year : int or None
    reason : str
        Chinese; '' where there is a year.

    Examples
    --------
    >>> year_of("2020年第5期"), year_of("第5期")
    ((2020, ''), (None, '“第5期”里没有年份'))
    """
    if pd.isna(published) or not str(published).strip():
        return None, "没有发表时间"
    text = str(published)
    years = {int(match.group(1)) for match in DATED.finditer(text)}
    years |= {int(match.group().translate(HAN_DIGITS)) for match in HAN_DATED.finditer(text)}
    if len(years) == 1:
        return years.pop(), ""
    if years:
        return None, f"“{text}”里有不止一个年份"
    return None, f"“{text}”里没有年份"


def _documents(documents: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    n_words = tokens.groupby("doc_id").size()
    rows = []
    for doc_id, published in zip(documents["doc_id"], documents["published"], strict=True):
        year, reason = year_of(published)
        words = int(n_words.get(doc_id, 0))
        reason = reason or ("" if words else "没有读到正文")
        rows.append((doc_id, published, year, words, reason or float("nan")))
    table = pd.DataFrame(rows, columns=["doc_id", "published", "year", "n_words", "reason"])
    return table.astype({"doc_id": "str", "published": "str", "year": "Int64", "reason": "str"})


def _rate(term: str, year: int, counts: np.ndarray, sizes: np.ndarray) -> dict[str, object]:
    count, size = int(counts.sum()), int(sizes.sum())
    poisson = poisson_interval(count, size)
    by_document = ratio_interval(counts, sizes)
    return {
        "term": term,
        "year": year,
        "count": count,
        "n_words": size,
        "per_thousand": 1000 * count / size,
        "poisson_low": 1000 * poisson[0],
        "poisson_high": 1000 * poisson[1],
        "documents_low": 1000 * by_document[0],
        "documents_high": 1000 * by_document[1],
        "n_documents": len(counts),
        "n_documents_with": int((counts > 0).sum()),
    }


def _terms(wanted: list[str], found: pd.DataFrame, read: pd.DataFrame) -> pd.DataFrame:
    """Each term as a word and as characters, over everything read."""
    counts = found.groupby("token").size()
    rows = []
    for term in wanted:
        count, in_text = (
            int(counts.get(term, 0)),
            int(read["text"].str.count(re.escape(term)).sum()),
        )
        reason = f"文字里有 {in_text} 处，切成一个词的有 {count} 处；可把它加入词典"
        rows.append((term, count, in_text, reason if count != in_text else float("nan")))
    table = pd.DataFrame(rows, columns=["term", "count", "n_in_text", "reason"])
    return table.astype({"term": "str", "reason": "str"})
