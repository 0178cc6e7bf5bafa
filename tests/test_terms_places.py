"""Discovery of terms and the concordance: planted words, brute-force counts, offsets in the text."""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.mining.concordance import concordance
from pbgov.mining.discovery import PROPOSED, discover_terms, propose_entries
from pbgov.schemas import LEXICON

if TYPE_CHECKING:
    from pathlib import Path

# the last 240 characters of the basic block: hardly a word of jieba's dictionary is made of them
RARE = "".join(map(chr, range(0x9EB0, 0x9FA0)))


@pytest.fixture(scope="module")
def lexicon(root: Path) -> pbgov.Lexicon:
    return pbgov.read_lexicon(root / "data" / "lexicon")


def segments_of(*documents: tuple[str, str]) -> pd.DataFrame:
    """One paragraph for every line of every document."""
    rows = []
    for doc_id, text in documents:
        start = 0
        for line in text.split("\n"):
            name = f"{doc_id}/p{len(rows):04d}"
            if line:
                rows.append((doc_id, name, name, "paragraph", start, start + len(line), "题", line))
            start += len(line) + 1
    names = ["doc_id", "segment_id", "paragraph_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=names).astype({"start": "Int64", "end": "Int64"})


# ---- discovery --------------------------------------------------------------------------------


def planted(seed: int, words: list[str], times: int) -> list[tuple[str, str]]:
    """Four documents of random characters into which each word was put `times` times."""
    draw = random.Random(seed)
    pieces = [word for word in words for _ in range(times)]
    pieces += ["".join(draw.choices(RARE, k=draw.randrange(1, 6))) for _ in range(3 * len(pieces))]
    draw.shuffle(pieces)
    ends = draw.choices(["", "", "", "，", "。\n"], k=len(pieces))
    text = [piece + end for piece, end in zip(pieces, ends, strict=True)]
    quarter = len(text) // 4 + 1
    return [(f"d{n}", "".join(text[n * quarter : (n + 1) * quarter])) for n in range(4)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_words_and_nothing_else_are_found(lexicon: pbgov.Lexicon, seed: int) -> None:
    draw = random.Random(seed)
    fresh = draw.sample(RARE, 40)
    words = [
        "".join(fresh[at : at + size]) for at, size in ((0, 2), (2, 3), (5, 4), (9, 6), (15, 8))
    ]
    documents = planted(seed, words, times=25)
    table = discover_terms(segments_of(*documents), lexicon)
    assert sorted(table["term"]) == sorted(words)
    texts = dict(documents)
    for row in table.itertuples():
        assert row.n_documents == sum(row.term in text for text in texts.values())
        assert texts[row.doc_id][row.start : row.end] == row.term
        assert row.term in row.example


def brute_force(texts: list[str], max_length: int, min_count: int) -> dict[str, tuple[float, ...]]:
    """Count, cohesion and the two entropies of every string, from the definitions."""
    runs = [run for text in texts for run in re.findall(r"[\u4e00-\u9fff]+", text)]
    counts: Counter[str] = Counter()
    beside: dict[str, tuple[Counter[Any], Counter[Any]]] = defaultdict(
        lambda: (Counter(), Counter())
    )
    for number, run in enumerate(runs):
        for start in range(len(run)):
            for end in range(start + 1, min(len(run), start + max_length) + 1):
                string = run[start:end]
                counts[string] += 1
                left = run[start - 1] if start else ("edge", number, start)
                right = run[end] if end < len(run) else ("edge", number, end)
                beside[string][0][left] += 1
                beside[string][1][right] += 1
    total = sum(map(len, runs))

    def entropy(neighbours: Counter[Any]) -> float:
        n = sum(neighbours.values())
        return -sum(k / n * math.log2(k / n) for k in neighbours.values())

    return {
        string: (
            count,
            min(
                math.log2(total * count / (counts[string[:cut]] * counts[string[cut:]]))
                for cut in range(1, len(string))
            ),
            entropy(beside[string][0]),
            entropy(beside[string][1]),
        )
        for string, count in counts.items()
        if len(string) > 1
        and count >= min_count
        and all(max(side.values()) < count for side in beside[string])
    }


def test_counts_cohesion_and_entropy_are_those_of_the_definitions(lexicon: pbgov.Lexicon) -> None:
    draw = random.Random(7)
    texts = ["".join(draw.choices("乂乇亍仂仉，。7", k=90)) for _ in range(12)]
    segments = segments_of(*((f"d{n}", text) for n, text in enumerate(texts)))
    table = discover_terms(
        segments, lexicon, max_length=4, min_count=2, min_cohesion=-99.0, min_entropy=0.0
    )
    expected = brute_force(texts, 4, 2)
    assert len(expected) > 50
    assert set(table["term"]) == set(expected)
    for row in table.itertuples():
        got = (table.loc[row.Index, "count"], row.cohesion, row.left_entropy, row.right_entropy)
        assert got == pytest.approx(expected[row.term])
        assert row.n_documents == sum(row.term in text for text in texts)


def test_a_part_of_a_longer_string_of_the_same_count_is_not_proposed(
    lexicon: pbgov.Lexicon,
) -> None:
    lines = [f"{RARE[2 * n]}{RARE[60:64]}{RARE[2 * n + 1]}" for n in range(6)]
    table = discover_terms(
        segments_of(("甲", "\n".join(lines))), lexicon, min_cohesion=0.0, min_entropy=0.0
    )
    assert table["term"].tolist() == [RARE[60:64]]


def test_known_words_and_words_between_stop_words_are_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "governance.csv").write_text(
        "term,freq,pos,source\n乂乇,1000,n,甲\n", encoding="utf-8"
    )
    (tmp_path / "stopwords.csv").write_text("term,source\n的,甲\n", encoding="utf-8")
    lexicon = pbgov.read_lexicon(tmp_path)
    lines = [
        f"{RARE[n + 9]}{word}{RARE[n + 90]}"
        for n in range(6)
        for word in ("乂乇", "社区", "的夤", "亍仂")
    ]
    table = discover_terms(
        segments_of(("甲", "\n".join(lines))), lexicon, min_cohesion=0.0, min_entropy=0.5
    )
    assert table["term"].tolist() == ["亍仂"]
    assert table["split"].tolist() == ["亍/仂"]


def test_strings_do_not_cross_punctuation_digits_or_segments(lexicon: pbgov.Lexicon) -> None:
    text = "\n".join(["乂，乇", "乂3乇", "乂 乇", "乂a乇", "乂", "乇"] * 5)
    options = {"min_cohesion": -99.0, "min_entropy": 0.0, "min_count": 2}
    assert discover_terms(segments_of(("甲", text)), lexicon, **options).empty


def test_discovery_counts_code_points_beyond_the_basic_plane(lexicon: pbgov.Lexicon) -> None:
    lines = [f"🙂{RARE[n]}𠀀𠀁{RARE[n + 30]}" for n in range(8)]
    text = "\n".join(lines) + "\n\ud800"
    row = discover_terms(segments_of(("甲", text)), lexicon, min_cohesion=1.0).iloc[0]
    assert (row["term"], row["count"], row["start"], row["end"]) == ("𠀀𠀁", 8, 2, 4)


def test_nothing_read_proposes_nothing(lexicon: pbgov.Lexicon) -> None:
    empty = discover_terms(segments_of(("甲", "社区")).assign(kind="heading"), lexicon)
    assert empty.empty
    assert discover_terms(segments_of(("甲", "……")), lexicon).columns.tolist() == list(empty)
    assert propose_entries(empty).empty


def test_discovery_ignores_the_order_of_rows(root: Path, lexicon: pbgov.Lexicon) -> None:
    corpus = pbgov.read_corpus(root / "data" / "cases")
    segments = pbgov.segment(corpus, unit="paragraph")
    columns = ["term", "count", "n_documents", "cohesion", "left_entropy", "right_entropy"]
    table = discover_terms(segments, lexicon)
    shuffled = discover_terms(segments.sample(frac=1, random_state=5), lexicon)
    pd.testing.assert_frame_equal(table[columns], shuffled[columns])
    for row in table.itertuples():
        assert corpus.text_of(row.doc_id, row.start, row.end) == row.term
        assert lexicon.cut(row.term) == row.split.split("/") != [row.term]


def test_proposals_become_lexicon_rows_that_a_person_can_accept(
    lexicon: pbgov.Lexicon, tmp_path: Path
) -> None:
    words = [RARE[0:3], RARE[10:14]]
    segments = segments_of(*planted(4, words, times=20))
    found = discover_terms(segments, lexicon)
    before = lexicon.terms.copy()
    entries = propose_entries(found)
    pd.testing.assert_frame_equal(lexicon.terms, before)
    LEXICON.validate(entries)
    assert entries["source"].str.startswith(PROPOSED).all()
    entries.to_csv(tmp_path / "governance.csv", index=False, encoding="utf-8")
    (tmp_path / "stopwords.csv").write_text("term,source\n的,甲\n", encoding="utf-8")
    accepted = pbgov.read_lexicon(tmp_path)
    assert [accepted.cut(word) for word in words] == [[word] for word in words]
    assert discover_terms(segments, accepted).empty


@pytest.mark.parametrize("options", [{"max_length": 1}, {"min_count": 1}])
def test_discovery_refuses_what_cannot_be_meant(
    lexicon: pbgov.Lexicon, options: dict[str, int]
) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        discover_terms(segments_of(("甲", "社区")), lexicon, **options)
    with pytest.raises(InputError, match="discover_terms"):
        propose_entries(pd.DataFrame({"term": ["社区"]}))


# ---- concordance ------------------------------------------------------------------------------


def test_hits_are_all_occurrences_in_the_text(root: Path) -> None:
    corpus = pbgov.read_corpus(root / "data" / "cases")
    segments = pbgov.segment(corpus)
    table = concordance(segments, ["治理", "社会治理"], documents=corpus)
    read = segments[segments["kind"].isin(["sentence", "paragraph", "table"])]
    assert len(table) == sum(
        len(re.findall(f"(?={term})", text))
        for term in ("治理", "社会治理")
        for text in read["text"]
    )
    for row in table.itertuples():
        document = corpus[row.doc_id]
        assert document.text[row.start : row.end] == row.hit == row.term
        assert document.raw[row.raw_start : row.raw_end] == row.hit
        around = document.text[row.start - len(row.left) : row.end + len(row.right)]
        assert around == row.left + row.hit + row.right
        assert row.path == document.path
        assert row.paragraph_start <= row.start < row.end <= row.paragraph_end
        segment = segments.set_index("segment_id").loc[row.segment_id]
        assert segment["start"] <= row.start < segment["end"]
        assert segment["heading"] == row.heading


def test_sentences_and_paragraphs_give_the_same_lines(root: Path) -> None:
    corpus = pbgov.read_corpus(root / "data" / "cases")
    columns = ["left", "hit", "right", "start", "end", "paragraph_start", "paragraph_end"]
    by_sentence = concordance(pbgov.segment(corpus), "党建", width=60)
    by_paragraph = concordance(pbgov.segment(corpus, unit="paragraph"), "党建", width=60)
    pd.testing.assert_frame_equal(by_sentence[columns], by_paragraph[columns])


def test_overlapping_hits_are_all_listed() -> None:
    segments = segments_of(("甲", "人人人人"))
    assert concordance(segments, "人人")["start"].tolist() == [0, 1, 2]
    assert concordance(segments, re.compile("人.人"))["start"].tolist() == [0, 1]
    nested = concordance(segments_of(("甲", "社会治理")), ["治理", "社会治理"])
    assert nested[["term", "start"]].values.tolist() == [["社会治理", 0], ["治理", 2]]


def test_a_pattern_does_not_find_the_tails_of_its_own_matches() -> None:
    table = concordance(segments_of(("甲", "2019年至2021年")), re.compile(r"\d+年"))
    assert table["hit"].tolist() == ["2019年", "2021年"]


def test_a_string_is_no_pattern() -> None:
    segments = segments_of(("甲", "1+4+X 与 14"))
    assert concordance(segments, "1+4")["start"].tolist() == [0]
    assert concordance(segments, ".").empty


def test_context_stops_at_the_paragraph_and_at_missing_rows() -> None:
    segments = segments_of(("甲", "第一段写社区。\n第二段写社区。"))
    table = concordance(segments, "社区", width=50)
    assert table["left"].tolist() == ["第一段写", "第二段写"]
    assert table["right"].tolist() == ["。", "。"]
    sentences = segments.assign(
        kind="sentence", paragraph_id="甲/p0000", start=[0, 7], end=[7, 14]
    ).astype({"start": "Int64", "end": "Int64"})
    assert concordance(sentences, "社区", width=50)["left"].tolist() == [
        "第一段写",
        "第一段写社区。第二段写",
    ]
    apart = sentences.assign(start=[0, 9], end=[7, 16]).astype({"start": "Int64", "end": "Int64"})
    assert concordance(apart, "社区", width=50)["left"].tolist() == ["第一段写", "第二段写"]


def test_words_of_a_lexicon_are_not_found_inside_longer_words(tmp_path: Path) -> None:
    (tmp_path / "governance.csv").write_text(
        "term,freq,pos,source\n乂乇,1000,n,甲\n", encoding="utf-8"
    )
    (tmp_path / "stopwords.csv").write_text("term,source\n", encoding="utf-8")
    lexicon = pbgov.read_lexicon(tmp_path)
    segments = segments_of(("甲", "印度尼西亚和印度。"))
    assert concordance(segments, "印度")["start"].tolist() == [0, 6]
    assert concordance(segments, "印度", lexicon=lexicon)["start"].tolist() == [6]


def test_offsets_are_code_points_beyond_the_basic_plane() -> None:
    row = concordance(segments_of(("甲", "𠀀🙂社区\n🙂🙂社区")), "社区").iloc[1]
    assert (row["start"], row["end"], row["left"]) == (7, 9, "🙂🙂")


def test_hits_can_be_sorted_by_what_stands_beside_them() -> None:
    segments = segments_of(("甲", "丁甲人丙，乙甲人甲，甲乙人乙"))
    assert concordance(segments, "人", sort="right")["right"].str[0].tolist() == ["丙", "乙", "甲"]
    assert concordance(segments, "人", sort="left", width=2)["left"].tolist() == [
        "甲乙",
        "丁甲",
        "乙甲",
    ]
    assert concordance(segments, "人", width=0)[["left", "right"]].eq("").all(axis=None)


def test_no_hit_gives_no_row(root: Path) -> None:
    corpus = pbgov.read_corpus(root / "data" / "cases")
    empty = concordance(pbgov.segment(corpus), "绝无此语", documents=corpus)
    assert empty.empty
    assert {"path", "raw_start", "left"} <= set(empty.columns)


def test_segments_of_another_version_are_refused(root: Path) -> None:
    corpus = pbgov.read_corpus(root / "data" / "cases")
    segments = pbgov.segment(corpus, unit="paragraph")
    moved = segments.assign(start=segments["start"] + 1, end=segments["end"] + 1)
    with pytest.raises(InputError, match="another version"):
        concordance(moved, "治理", documents=corpus)
    with pytest.raises(InputError, match="documents lack"):
        concordance(segments, "治理", documents=corpus[:1])


@pytest.mark.parametrize(
    ("terms", "options", "message"),
    [
        ("", {}, "empty term"),
        (["社区", ""], {}, "empty term"),
        ([], {}, "empty term"),
        ("社区", {"width": -1}, "width"),
        ("社区", {"sort": "time"}, "sort"),
    ],
)
def test_concordance_refuses_what_cannot_be_meant(
    terms: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        concordance(segments_of(("甲", "社区")), terms, **options)
