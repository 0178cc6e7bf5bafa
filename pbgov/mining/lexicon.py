"""The words of the field, and cutting text into words with them.

The words are those of jieba 0.42.1 with its packaged dictionary plus the terms of the lexicon,
without guessing new words (``HMM=False``), so that the same text gives the same words on every
machine; `pbgov.mining.tokens` cuts them. Every lexicon has a tokenizer of its own: neither jieba's
global one nor another lexicon ever changes it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.datafiles import read_numbered
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding
from pbgov.mining.dictionary import packaged_tags
from pbgov.mining.engines import NEVER_IN_A_WORD
from pbgov.mining.tokens import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

TERMS_FILE = "governance.csv"
STOPWORDS_FILE = "stopwords.csv"
READABLE_KINDS = ("paragraph", "sentence", "table")

_ALPHANUMERIC = re.compile(r"[a-zA-Z0-9]+")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Terms that are cut as one word, and the function words that counts leave out.

    Attributes
    ----------
    terms : DataFrame
        One row is one term: term, freq, pos, source.
    stopwords : frozenset of str
    digest : str
        First 16 hex digits of the SHA-256 of the files read, so that a result can name its lexicon.
    """

    terms: pd.DataFrame
    stopwords: frozenset[str]
    digest: str

    def tokenize(self, text: str) -> pd.DataFrame:
        """The words of `text`; together they are the text, no character is lost.

        Parameters
        ----------
        text : str

        Returns
        -------
        DataFrame
            One row is one token: ``token``, ``start``, ``end`` (code points into `text`) and
            ``pos``, jieba's part of speech: the dictionary's tag, ``eng`` for Latin letters and
            digits, ``x`` for what no dictionary knows (punctuation, white space, rare words).
        """
        run = self._tokenizer.cut_many([text])
        tag = {token: self.part_of_speech(token) for token in set(run.tokens)}
        return pd.DataFrame(
            {
                "token": pd.array(run.tokens, dtype="str"),
                "start": pd.array(run.starts, dtype="Int64"),
                "end": pd.array(run.ends, dtype="Int64"),
                "pos": pd.array([tag[token] for token in run.tokens], dtype="str"),
            }
        )

    def tokenize_segments(self, segments: pd.DataFrame) -> pd.DataFrame:
        """The words of every paragraph, sentence and table row of `segments`.

        Headings, blank lines and front matter are not read.

        Parameters
        ----------
        segments : DataFrame
            As `pbgov.segment` makes it.

        Returns
        -------
        DataFrame
            One row is one token, in the order of `segments`: ``doc_id``, ``segment_id``, ``token``,
            ``start``, ``end``; offsets are code points into the document's text.
        """
        read = segments[segments["kind"].isin(READABLE_KINDS)]
        run = self._tokenizer.cut_many(read["text"].tolist())
        first = np.repeat(read["start"].to_numpy(dtype=np.int64), run.counts)
        return pd.DataFrame(
            {
                "doc_id": read["doc_id"].astype("str").array.repeat(run.counts),
                "segment_id": read["segment_id"].astype("str").array.repeat(run.counts),
                "token": pd.array(run.tokens, dtype="str"),
                "start": pd.array(first + run.starts, dtype="Int64"),
                "end": pd.array(first + run.ends, dtype="Int64"),
            }
        )

    def cut(self, text: str, hmm: bool = False) -> list[str]:
        """The words of `text` as a list; joined they are the text.

        Parameters
        ----------
        text : str
        hmm : bool, default False
            True to guess words that neither dictionary nor lexicon holds, as jieba's ``HMM=True``.
        """
        return self._tokenizer.cut(text, hmm)

    def part_of_speech(self, token: str) -> str:
        """The tag jieba gives one token, ``eng`` for letters and digits, ``x`` where nothing is known."""
        if len(token) == 1 and _ALPHANUMERIC.match(token):
            return "eng"
        tag = self._tags.get(token) or packaged_tags().get(token)
        return tag or ("eng" if _ALPHANUMERIC.fullmatch(token) else "x")

    @property
    def engine(self) -> str:
        """What cuts: ``rjieba``, or ``jieba`` where rjieba cannot; the words are the same."""
        return self._tokenizer.engine

    @property
    def engine_reason(self) -> tuple[str, str]:
        """Why it is that engine, in Chinese and in English."""
        return self._tokenizer.engine_reason

    def __repr__(self) -> str:
        return (
            f"Lexicon({len(self.terms)} terms, {len(self.stopwords)} stop words,"
            f" digest={self.digest!r}, engine={self.engine!r})"
        )

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer(zip(self.terms["term"], self.terms["freq"], strict=True))

    @cached_property
    def _tags(self) -> dict[str, str]:
        return dict(zip(self.terms["term"], self.terms["pos"], strict=True))


def read_lexicon(folder: str | Path) -> Lexicon:
    """The lexicon of a study: ``governance.csv`` and ``stopwords.csv`` of `folder`.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Lexicon

    Raises
    ------
    InputError
        Where `folder` is no folder.
    DataFileError
        Where a file breaks its schema, a frequency is below 1 (E301), a term can never be one
        word (E302), or a term is also a stop word (E303).
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; it should hold {TERMS_FILE} and {STOPWORDS_FILE}."
        )
    from pbgov.schemas import LEXICON, STOPWORDS

    terms = read_numbered(folder / TERMS_FILE, LEXICON, may_be_empty=True)
    stopwords = frozenset(
        read_numbered(folder / STOPWORDS_FILE, STOPWORDS, may_be_empty=True)["term"]
    )
    findings = list(_findings(terms, stopwords, str(folder / TERMS_FILE)))
    if findings:
        raise DataFileError(findings)
    content = b"".join((folder / name).read_bytes() for name in (TERMS_FILE, STOPWORDS_FILE))
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Lexicon(terms.reset_index(drop=True), stopwords, digest)


def _findings(terms: pd.DataFrame, stopwords: frozenset[str], path: str) -> Iterator[Finding]:
    for number, term, freq in zip(terms.index, terms["term"], terms["freq"], strict=True):
        if freq < 1:
            yield Finding("E301", path, int(number), "freq", seen=term, wanted=str(freq))
        cut_at = NEVER_IN_A_WORD.search(term)
        if cut_at:
            yield Finding("E302", path, int(number), "term", seen=term, wanted=cut_at.group())
        if term in stopwords:
            yield Finding("E303", path, int(number), "term", seen=term)
