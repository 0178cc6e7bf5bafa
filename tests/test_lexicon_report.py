"""What entries and terms change, held against leaving each of them out and doing everything anew."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import pbgov
from pbgov.coding.ablation import codings_without_each_term
from pbgov.errors import InputError
from pbgov.exhibits.lexicon import table_codebook_terms, table_lexicon, table_lexicon_conflicts
from pbgov.mining import engines
from pbgov.mining.lexicon import Lexicon
from pbgov.mining.lexicon_report import BETWEEN, LexiconReport, lexicon_report
from pbgov.mining.tokens import Tokenizer, leaving_out_each

if TYPE_CHECKING:
    from pathlib import Path


def segments_of(*texts: str) -> pd.DataFrame:
    rows, start = [], 0
    for number, text in enumerate(texts):
        rows.append(("甲", f"甲/p{number:04d}", "paragraph", start, start + len(text), "", text))
        start += len(text) + 1
    columns = ["doc_id", "segment_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})


def lexicon_of(*words: tuple[str, int]) -> Lexicon:
    terms = pd.DataFrame(words, columns=["term", "freq"]).assign(pos="n", source="手拟")
    return Lexicon(terms, frozenset({"来了"}), "0" * 16)


@pytest.fixture(scope="module")
def shipped(root: Path) -> pd.DataFrame:
    paths = sorted((root / "data/cases").glob("*.md"))
    tables = [pbgov.segment(pbgov.read_document(path)) for path in paths]
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def codebook(root: Path) -> pbgov.Codebook:
    return pbgov.read_codebook(root / "data" / "codebook")


@pytest.fixture(scope="module")
def planted() -> LexiconReport:
    lexicon = lexicon_of(
        ("红色管家", 1000),  # two words of the dictionary become one
        ("家来", 10**8),  # cuts 管家 in two
        ("管家", 5000),  # a word of the dictionary, listed as well
        ("色管", 1),  # never wins
        ("接诉即办", 1000),  # does not occur
    )
    return lexicon_report(lexicon, segments_of("红色管家办事", "有管家来了", "天气", "找管家。"))


# ---- planted ------------------------------------------------------------------------------------


def test_effects_of_planted_entries(planted: LexiconReport) -> None:
    entries = planted.entries.set_index("term")
    assert entries["effect"].to_dict() == {
        "红色管家": "changes",
        "家来": "changes",
        "管家": "none",
        "色管": "hidden",
        "接诉即办": "absent",
    }
    assert entries["n_places"].tolist() == [1, 1, 3, 1, 0]
    assert entries["n_tokens"].tolist() == [1, 1, 1, 0, 0]
    assert entries["n_changes"].tolist() == [1, 1, 0, 0, 0]
    assert entries.at["红色管家", "example"] == "红色｜管家 → 红色管家"
    assert entries["example"].isna().tolist() == [False, False, True, True, True]


def test_places_of_planted_changes(planted: LexiconReport) -> None:
    changes = planted.changes.set_index("term")
    assert changes.loc["红色管家"].tolist() == ["甲", "甲/p0000", 0, 4, "红色｜管家", "红色管家"]
    assert changes.loc["家来"].tolist()[:3] == ["甲", "甲/p0001", 8]
    assert changes.loc["家来", "with"].split(BETWEEN)[:2] == ["管", "家来"]


def test_planted_conflicts(planted: LexiconReport) -> None:
    rows = {tuple(row) for row in planted.conflicts.itertuples(index=False)}
    assert ("家来", "管家", "splits", True, 1) in rows
    assert ("红色管家", "红色", "swallows", False, 1) in rows
    assert ("红色管家", "管家", "swallows", True, 1) in rows
    assert ("红色管家", "管家", "covers", True, 1) in rows
    assert ("红色管家", "色管", "covers", True, 1) in rows


def test_planted_counts(planted: LexiconReport) -> None:
    rows = {tuple(row) for row in planted.term_counts.itertuples(index=False)}
    assert ("红色管家", "红色管家", 1, 0) in rows
    assert ("红色管家", "红色", 0, 1) in rows
    assert ("家来", "管家", 1, 2) in rows
    assert not {term for _, term, _, _ in rows} & {"来了", "来"}  # stop words and single characters


def test_nothing_listed_and_nothing_read() -> None:
    for report in (
        lexicon_report(lexicon_of(), segments_of("红色管家")),
        lexicon_report(lexicon_of(("红色管家", 1000)), segments_of("红色管家").iloc[:0]),
        lexicon_report(lexicon_of(("红色管家", 1000)), segments_of("", "")),
    ):
        assert report.changes.empty
        assert report.conflicts.empty
        assert report.codings is None
    assert report.entries["effect"].tolist() == ["absent"]


# ---- everything anew ----------------------------------------------------------------------------


def tokens_of(lexicon: Lexicon, segments: pd.DataFrame) -> dict[str, list[tuple[int, int, str]]]:
    table = lexicon.tokenize_segments(segments)
    cut: dict[str, list[tuple[int, int, str]]] = {}
    for _, segment_id, token, start, end in table.itertuples(index=False):
        cut.setdefault(segment_id, []).append((start, end, token))
    return cut


def replayed(
    cut: dict[str, list[tuple[int, int, str]]], changes: pd.DataFrame
) -> dict[str, list[tuple[int, int, str]]]:
    """The cut with the lexicon, every changed place put back to what it is without the entry."""
    put_back = {segment_id: list(tokens) for segment_id, tokens in cut.items()}
    for row in changes.to_dict("records"):
        words, at = [], row["start"]
        for token in row["without"].split(BETWEEN):
            words.append((at, at + len(token), token))
            at += len(token)
        tokens = put_back[row["segment_id"]]
        inside = [token for token in tokens if row["start"] <= token[0] and token[1] <= row["end"]]
        assert [token for *_, token in inside] == row["with"].split(BETWEEN)
        assert at == row["end"]
        outside = [token for token in tokens if token not in inside]
        put_back[row["segment_id"]] = sorted(outside + words)
    return put_back


def test_changes_are_those_of_a_lexicon_without_the_entry(
    root: Path, shipped: pd.DataFrame
) -> None:
    project = pbgov.read_lexicon(root / "data" / "lexicon")
    odd = pd.DataFrame(
        [("党组", 10**9), ("的", 1), ("有 空格", 10**8), ("㐀", 7), ("龥鿐", 9), ("了解情", 10**7)],
        columns=["term", "freq"],
    ).assign(pos="n", source="手拟")
    sample = project.terms.sample(8, random_state=5)
    lexicon = dataclasses.replace(project, terms=pd.concat([odd, sample], ignore_index=True))
    segments = pd.concat([shipped, segments_of("龥鿐龥鿐在㐀地", "有 空格的话")], ignore_index=True)
    report = lexicon_report(lexicon, segments)
    cut = tokens_of(lexicon, segments)
    counts = pbgov.count_terms(segments.assign(whole="全部"), lexicon, by="whole")
    counted = dict(zip(counts["term"], counts["count"], strict=True))
    for place, term in enumerate(lexicon.terms["term"]):
        reduced = dataclasses.replace(lexicon, terms=lexicon.terms.drop(index=place))
        changes = report.changes[report.changes["term"] == term]
        assert replayed(cut, changes) == tokens_of(reduced, segments), term
        assert not (changes["without"] == changes["with"]).any()
        without = pbgov.count_terms(segments.assign(whole="全部"), reduced, by="whole")
        counted_without = dict(zip(without["term"], without["count"], strict=True))
        rows = report.term_counts[report.term_counts["entry"] == term]
        assert {
            row.term: (row.count, row.count_without) for row in rows.itertuples(name="Row")
        } == {
            word: (counted.get(word, 0), counted_without.get(word, 0))
            for word in counted.keys() | counted_without.keys()
            if counted.get(word, 0) != counted_without.get(word, 0)
        }
    assert len(report.changes) > 20


def odd_words() -> tuple[list[tuple[str, int]], list[str]]:
    draw = random.Random(23)
    pieces = [
        *"党建引领社区治理龥鿐㐀深装的",
        "深深",
        "装装",
        "接诉即办",
        "a-b",
        "T恤",
        " ",
        "治理",
    ]
    words = [
        ("".join(draw.choices(pieces, k=draw.randrange(1, 4))), draw.choice([1, 3, 900, 10**7]))
        for _ in range(6)
    ]
    texts = ["".join(draw.choices(pieces, k=draw.randrange(9))) for _ in range(400)]
    return [*words, ("鿐", 5), ("党建", 2), words[0], ("", 10**6)], texts


def test_leaving_out_is_starting_anew() -> None:
    words, texts = odd_words()
    expected = [
        Tokenizer([pair for pair in words if pair[0] != word]).cut_many(texts).tokens
        for word, _ in words
    ]
    assert [t.cut_many(texts).tokens for t in leaving_out_each(words)] == expected


def test_leaving_out_with_jieba_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    words, texts = odd_words()
    expected = [t.cut_many(texts).tokens for t in leaving_out_each(words)]
    monkeypatch.setattr(engines, "RJIEBA", "0.0.0")
    seen = [(t.engine, t.cut_many(texts).tokens) for t in leaving_out_each(words)]
    assert seen == [("jieba", tokens) for tokens in expected]


def test_codings_are_those_of_a_codebook_without_the_term(
    shipped: pd.DataFrame, codebook: pbgov.Codebook
) -> None:
    found = codings_without_each_term(shipped, codebook)
    assert set(found["effect"]) >= {"vanishes", "appears"}

    def judged(book: pbgov.Codebook) -> dict[tuple[str, str], bool]:
        codings = pbgov.code_by_rules(shipped, book)
        keys = zip(codings["segment_id"], codings["code_id"], strict=True)
        return dict(zip(keys, codings["memo"].notna(), strict=True))

    whole = judged(codebook)
    appearing = found.loc[found["effect"] != "vanishes", "term"]
    for place in range(len(codebook.terms)):
        row = codebook.terms.iloc[place]
        if place % 12 and row["term"] not in set(appearing):
            continue
        others = codebook.terms.drop(index=codebook.terms.index[place])
        without = judged(dataclasses.replace(codebook, terms=others))
        expected = {
            (key, "vanishes" if key not in without else "appears" if key not in whole else "other")
            for key in whole.keys() | without.keys()
            if whole.get(key) != without.get(key)
        }
        rows = found[
            (found["code_id"] == row["code_id"])
            & (found["role"] == row["role"])
            & (found["term"] == row["term"])
        ]
        assert {
            ((r.segment_id, r.judged), r.effect if r.effect in ("vanishes", "appears") else "other")
            for r in rows.itertuples()
        } == expected, tuple(row)


# ---- exhibits -----------------------------------------------------------------------------------


def test_tables(planted: LexiconReport, shipped: pd.DataFrame, codebook: Any, root: Path) -> None:
    table = table_lexicon(planted, source="手拟")
    assert [row[0] for row in table.rows()] == ["家来", "红色管家"]
    assert "文中没有 1 条" in table.note
    assert "改变切分 2 条" in table.note
    assert len(table.data) == 5
    conflicts = table_lexicon_conflicts(planted, source="手拟")
    assert conflicts.rows()[0] == ["家来", "切断", "管家", "是", "1"]
    with pytest.raises(InputError, match="codebook"):
        table_codebook_terms(planted, source="手拟")
    report = lexicon_report(lexicon_of(("红色管家", 9)), shipped, codebook)
    terms = table_codebook_terms(report, source="手拟", top=5)
    assert len(terms.rows()) == 5
    assert sum(int(cell) for cell in terms.rows()[0][3:]) == max(
        report.codings.groupby(["code_id", "role", "term"]).size()
    )
    nothing = lexicon_report(lexicon_of(), segments_of("红色管家"))
    with pytest.raises(InputError, match="nothing to show"):
        table_lexicon_conflicts(nothing, source="手拟")
