"""The words of the field, and cutting text into words with them.

jieba 0.42.1 cuts with its packaged dictionary plus the terms of the lexicon, without guessing new
words (``HMM=False``), so that the same text gives the same words on every machine. Every lexicon
has a tokenizer of its own: neither jieba's global one nor another lexicon ever changes it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.datafiles import read_numbered
from pbgov.errors import DataFileError, InputError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TERMS_FILE = "governance.csv"
STOPWORDS_FILE = "stopwords.csv"
READABLE_KINDS = ("paragraph", "sentence", "table")

_ALWAYS_CUT = re.compile(r"[^\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]")  # jieba's own block boundary
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
        tokens = self.cut(text)
        starts, ends = _spans(tokens)
        return pd.DataFrame(
            {
                "token": pd.Series(tokens, dtype="str"),
                "start": pd.Series(starts, dtype="Int64"),
                "end": pd.Series(ends, dtype="Int64"),
                "pos": pd.Series([self.part_of_speech(token) for token in tokens], dtype="str"),
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
        columns: dict[str, list[str]] = {"doc_id": [], "segment_id": [], "token": []}
        starts: list[int] = []
        ends: list[int] = []
        for doc_id, segment_id, first, text in zip(
            read["doc_id"], read["segment_id"], read["start"], read["text"], strict=True
        ):
            tokens = self.cut(text)
            columns["doc_id"] += [doc_id] * len(tokens)
            columns["segment_id"] += [segment_id] * len(tokens)
            columns["token"] += tokens
            within_starts, within_ends = _spans(tokens)
            starts += [int(first) + offset for offset in within_starts]
            ends += [int(first) + offset for offset in within_ends]
        table = pd.DataFrame(
            {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
        )
        table["start"] = pd.Series(starts, dtype="Int64")
        table["end"] = pd.Series(ends, dtype="Int64")
        return table

    def cut(self, text: str) -> list[str]:
        """The words of `text` as a list; joined they are the text."""
        tokens: list[str] = self._tokenizer.lcut(text, HMM=False)
        return tokens

    def part_of_speech(self, token: str) -> str:
        """The tag jieba gives one token, ``eng`` for letters and digits, ``x`` where nothing is known."""
        if len(token) == 1 and _ALPHANUMERIC.match(token):
            return "eng"
        tag = self._tags.get(token) or _packaged_tags().get(token)
        return tag or ("eng" if _ALPHANUMERIC.fullmatch(token) else "x")

    @cached_property
    def _tokenizer(self) -> Any:
        import jieba

        frequencies, total = _packaged_frequencies()
        tokenizer = jieba.Tokenizer()
        # jieba.initialize() would trust a jieba.cache in the shared temporary folder, unchecked
        tokenizer.FREQ, tokenizer.total = dict(frequencies), total
        tokenizer.initialized = True
        for term, freq, pos in zip(
            self.terms["term"], self.terms["freq"], self.terms["pos"], strict=True
        ):
            tokenizer.add_word(term, int(freq), pos)
        return tokenizer

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
        cut_at = _ALWAYS_CUT.search(term)
        if cut_at:
            yield Finding("E302", path, int(number), "term", seen=term, wanted=cut_at.group())
        if term in stopwords:
            yield Finding("E303", path, int(number), "term", seen=term)


def _spans(tokens: Iterable[str]) -> tuple[list[int], list[int]]:
    starts, ends, position = [], [], 0
    for token in tokens:
        starts.append(position)
        position += len(token)
        ends.append(position)
    return starts, ends


@cache
def _packaged_frequencies() -> tuple[dict[str, int], int]:
    import jieba

    frequencies, total = jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())
    return frequencies, total


@cache
def _packaged_tags() -> dict[str, str]:
    import jieba

    with jieba.Tokenizer().get_dict_file() as lines:
        entries = (line.decode("utf-8").split() for line in lines)
        return {word: tag for word, _, tag in entries}
