"""The tokens, held against jieba's own: its dictionary file, its arithmetic, its tokenizer."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.errors import InputError
from pbgov.mining import engines
from pbgov.mining import tokens as tokens_module
from pbgov.mining.tokens import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Words = list[tuple[str, int]]

settings.register_profile("tokens", derandomize=True, database=None, deadline=None)
settings.load_profile("tokens")

HOSTILE = [
    *"中国人民党建引领，。！？ \t\n㐀㐁𠀀𠮷龥鿐鿕鿖鿿豈﨎Ａ１％😀é的一是在不了装最深",
    *["\r", "\r\n", "\x00", "\x0b", "\x1c", "\x85", "\xa0", "\u2028", "\u3000", "\u200b", "\ufeff"],
    *["\ud800", "\udfff", "\U0002ebf0", "\U00030000", "\U000323af", "\ue000"],
    *["1.5%", "2-3", "a_b", "C++", "AT&T", "T恤", ".5", "3.", "%", "-", "--", "#", "&", "1.5.2%"],
    *["UTF-8", "apt-get", "10%", "12345", "十六", "ABC", "a.b", "1-2.5%", "x_1.0-b%", "C#", "B超"],
    *["接诉即办", "吹哨报到", "“两新”", "街道", "工委", "网格员", "①", "γ射线", "卡拉ＯＫ"],
]


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Iterable[tuple[str, int]]], Any]:
    """Starts jieba its own way, from its dictionary file, and adds words by its `add_word`."""
    import jieba

    jieba.setLogLevel(60)
    first = jieba.Tokenizer()
    first.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    first.initialize()

    def start(words: Iterable[tuple[str, int]]) -> Any:
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = dict(first.FREQ), first.total
        tokenizer.initialized = True
        for word, frequency in words:
            tokenizer.add_word(word, frequency)
        return tokenizer

    return start


@pytest.fixture(scope="module")
def project_words(root: Path) -> Words:
    terms = pbgov.read_lexicon(root / "data" / "lexicon").terms
    return list(zip(terms["term"], terms["freq"].astype(int), strict=True))


@pytest.fixture(scope="module", params=["packaged words", "with the project's lexicon"])
def pair(request: pytest.FixtureRequest, peer: Any, project_words: Words) -> tuple[Tokenizer, Any]:
    words = [] if request.param == "packaged words" else project_words
    ours = Tokenizer(words)
    assert ours.engine == "rjieba", ours.engine_reason
    return ours, peer(words)


def differing(ours: Tokenizer, jieba: Any, texts: Iterable[str]) -> list[tuple[bool, str]]:
    """Texts whose (token, start, end) are not those of jieba, with the setting of HMM."""
    return [
        (hmm, text)
        for text in texts
        for hmm in (False, True)
        if ours.tokenize(text, hmm) != list(jieba.tokenize(text, HMM=hmm))
    ]


# ---- the words are jieba's ----------------------------------------------------------------------


def test_shipped_digests(pair: tuple[Tokenizer, Any], root: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "data/cases").glob("*"))]
    assert len(texts) == 5
    assert differing(*pair, texts) == []


def test_articles_and_regulations(pair: tuple[Tokenizer, Any], shared: Path) -> None:
    paths = [path for room in ("articles", "regulations") for path in (shared / room).rglob("*")]
    texts = [
        path.read_text(encoding="utf-8", errors="surrogateescape")
        for path in sorted(paths)
        if path.suffix in {".txt", ".md", ".csv"}
    ]
    assert texts
    assert differing(*pair, texts) == []


def test_hostile_texts(pair: tuple[Tokenizer, Any]) -> None:
    draw = random.Random(7)
    texts = ["".join(draw.choices(HOSTILE, k=draw.randrange(15))) for _ in range(12_000)]
    assert differing(*pair, texts) == []


@settings(max_examples=400)
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text(pair: tuple[Tokenizer, Any], text: str) -> None:
    assert differing(*pair, [text]) == []


@settings(max_examples=300)
@given(
    text=st.text(
        st.one_of(st.characters(max_codepoint=127), st.sampled_from("中国十六的-_.%\r\n㐀\ud8ab"))
    )
)
def test_latin_letters_signs_and_digits(pair: tuple[Tokenizer, Any], text: str) -> None:
    assert differing(*pair, [text]) == []


def test_every_character_beside_han_and_latin(peer: Any) -> None:
    points = [*range(0x1_0000), *range(0x1_0000, 0x11_0000, 16)]
    text = "".join(f"国{chr(point)}中{chr(point)}a" for point in points)
    assert Tokenizer([]).cut(text) == peer([]).lcut(text, HMM=False)


def test_rare_han_guessed_by_the_hidden_markov_model(pair: tuple[Tokenizer, Any]) -> None:
    from jieba.finalseg import emit_P

    han = [chr(point) for point in range(0x4E00, 0x9FD6)]
    unseen = [char for char in han if not any(char in seen for seen in emit_P.values())]
    assert len(unseen) > 1000
    draw = random.Random(3)
    texts = [
        "".join(draw.choices(pool, k=draw.randrange(1, 12)))
        for pool in (unseen, han, [*"的一是在不了", *unseen[:6]])
        for _ in range(1500)
    ]
    assert differing(*pair, texts) == []


def test_ties_are_broken_by_the_same_total(peer: Any) -> None:
    """装装装 is 装装|装 or 装|装装, equally probable but for the last bit, which the total decides."""
    plain = peer([])
    doubled = [word for word in plain.FREQ if len(word) == 2 and word[0] == word[1]]
    assert len(doubled) > 500
    draw = random.Random(11)
    texts = [draw.choice(doubled)[0] * 3 + "x" * draw.randrange(6) for _ in range(1000)]
    known = draw.sample([word for word in doubled if plain.FREQ[word]], 40)
    seen = set()
    for words in (
        [],
        [("没有的词", draw.randrange(1, 10**6)), ("没有的词", draw.randrange(1, 10**6))],
        [(word, draw.randrange(1, 5000)) for word in known],
        [("", 77), ("有 空格", 12345), ("㐀", 999), ("\ud800", 4321)],
    ):
        ours, jieba = Tokenizer(words), peer(words)
        assert differing(ours, jieba, texts) == []
        seen.add(tuple(len(ours.cut(text)[0]) for text in texts))
    assert len(seen) > 1  # the total does decide


def test_words_of_ones_own(peer: Any) -> None:
    draw = random.Random(29)
    packaged = draw.sample(sorted(peer([]).FREQ), 3000)
    signs = [*"abcXYZ0189.-_%+#&", "UTF-8", "2-3", "a.b", "1.5%", "Q&A-1", "A_b.c"]
    frequencies = [1, 2, 3, 50, 2000, 10**6, 10**9, 2**53 + 1]
    for _ in range(16):
        pool = [
            *draw.sample(packaged, 30),
            *("".join(draw.choices(packaged, k=2))[: draw.randrange(1, 6)] for _ in range(30)),
            *("".join(draw.choices(signs, k=draw.randrange(1, 4))) for _ in range(12)),
            *("".join(draw.choices(HOSTILE, k=draw.randrange(4))) for _ in range(12)),
        ]
        words = [(word, draw.choice(frequencies)) for word in draw.choices(pool, k=60)]
        ours = Tokenizer(words)
        assert ours.engine == "rjieba"
        texts = [
            "".join(draw.choices([*pool, *HOSTILE, *signs], k=draw.randrange(1, 9)))
            for _ in range(150)
        ]
        assert differing(ours, peer(words), texts) == [], words


def test_compound_of_the_lexicon_is_whole_only_where_the_dictionary_way_takes_it(
    peer: Any,
) -> None:
    """Single letters of great weight win over UTF-8, which is then guessed, and cut, by finalseg."""
    heavy = [(char, 10**15) for char in "UTF-8"]
    for words in ([("UTF-8", 1000)], [("UTF-8", 1), *heavy], [("a.b党", 5), ("a.b", 5)]):
        ours, jieba = Tokenizer(words), peer(words)
        texts = ["UTF-8", "xUTF-8", "UTF-8x", "用UTF-8写", "9UTF-8-3", "a.b党a.b", "a.bc.d-e党"]
        assert differing(ours, jieba, texts) == [], words


def test_the_dictionaries_are_the_same(peer: Any) -> None:
    """rjieba tells no frequency; it suggests the one it has (or one more), or a greater one."""
    jieba = peer([])
    compiled = engines._compiled_jieba()()
    frequencies = {word: frequency for word, frequency in jieba.FREQ.items() if frequency}
    assert len(frequencies) == 349_045
    suggested = {word: compiled.suggest_freq(word) for word in frequencies}
    greater = [word for word in frequencies if suggested[word] - frequencies[word] not in (0, 1)]
    assert len(greater) < 10_000
    assert [w for w in greater if abs(suggested[w] - jieba.suggest_freq(w)) > 1] == []
    assert [word for word in frequencies if not compiled.has_word(word)] == []


# ---- many texts ---------------------------------------------------------------------------------


def test_many_texts_are_cut_as_one_by_one(
    pair: tuple[Tokenizer, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, jieba = pair
    draw = random.Random(13)
    texts = ["".join(draw.choices(HOSTILE, k=draw.randrange(12))) for _ in range(3000)]
    texts += ["", "前\r", "\n后", "", "\x00", "\x00\x00", "党建", "引领", "UTF", "-8", ""]
    for size in (1, 40, 10_000_000):
        monkeypatch.setattr(tokens_module, "PIECE", size)
        for hmm in (False, True):
            run = ours.cut_many(texts, hmm)
            expected = [list(jieba.tokenize(text, HMM=hmm)) for text in texts]
            flat = [token for one in expected for token in one]
            assert run.counts.tolist() == [len(one) for one in expected]
            assert run.tokens == [token for token, _, _ in flat]
            assert run.starts.tolist() == [start for _, start, _ in flat]
            assert run.ends.tolist() == [end for _, _, end in flat]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_nothing_to_cut(texts: list[str]) -> None:
    run = Tokenizer([]).cut_many(texts)
    assert run.tokens == []
    assert run.counts.tolist() == [0] * len(texts)
    assert (run.starts.dtype, run.ends.dtype) == (np.int64, np.int64)


def test_segments_are_tiled_by_their_tokens(root: Path) -> None:
    lexicon = pbgov.read_lexicon(root / "data" / "lexicon")
    document = pbgov.read_document(sorted((root / "data/cases").glob("*.md"))[0])
    segments = pbgov.segment(document)
    tokens = lexicon.tokenize_segments(segments)
    for row in tokens.itertuples():
        assert document.text[row.start : row.end] == row.token
    joined = tokens.groupby("segment_id", sort=False)["token"].agg("".join)
    read = segments[segments["kind"].isin(["paragraph", "sentence", "table"])]
    assert joined.to_dict() == dict(zip(read["segment_id"], read["text"], strict=True))
    assert [str(dtype) for dtype in tokens.dtypes] == ["str", "str", "str", "Int64", "Int64"]
    empty = lexicon.tokenize_segments(segments.iloc[:0])
    pd.testing.assert_frame_equal(empty, tokens.iloc[:0])


# ---- engines ------------------------------------------------------------------------------------


def test_jieba_cuts_where_the_pair_was_not_checked(
    monkeypatch: pytest.MonkeyPatch, peer: Any, project_words: Words
) -> None:
    monkeypatch.setattr(engines, "RJIEBA", "0.0.0")
    ours = Tokenizer(project_words)
    assert ours.engine == "jieba"
    assert "核对" in ours.engine_reason[0]
    assert "not checked" in ours.engine_reason[1]
    assert "not checked" in repr(ours)
    draw = random.Random(17)
    texts = ["".join(draw.choices(HOSTILE, k=draw.randrange(12))) for _ in range(500)]
    jieba = peer(project_words)
    assert differing(ours, jieba, texts) == []
    assert ours.cut_many(texts).tokens == [
        token for text in texts for token in jieba.lcut(text, HMM=False)
    ]


def test_jieba_cuts_where_rjieba_is_missing(monkeypatch: pytest.MonkeyPatch, peer: Any) -> None:
    def missing() -> Any:
        raise ImportError("rjieba has no compiled module here")

    monkeypatch.setattr(engines, "_compiled_jieba", missing)
    ours = Tokenizer([("治理共同体建设", 1000)])
    assert ours.engine == "jieba"
    assert ours.cut("治理共同体建设") == ["治理共同体建设"]


def test_jieba_cuts_with_frequencies_that_rjieba_cannot_hold(peer: Any) -> None:
    words = [("治理共同体", 2**64), ("党建", 2**63 - 1)]
    ours = Tokenizer(words)
    assert ours.engine == "jieba"
    assert differing(ours, peer(words), ["治理共同体党建引领", "党治理建"]) == []


@pytest.mark.parametrize("frequency", [0, -1])
def test_frequency_that_would_split_words_everywhere_is_refused(frequency: int) -> None:
    from jieba.finalseg import Force_Split_Words

    before = set(Force_Split_Words)
    with pytest.raises(InputError, match="every tokenizer of the process"):
        Tokenizer([("党建", frequency)])
    assert before == Force_Split_Words


def test_lexicon_says_what_cuts(root: Path) -> None:
    lexicon = pbgov.read_lexicon(root / "data" / "lexicon")
    assert lexicon.engine == "rjieba"
    assert "engine='rjieba'" in repr(lexicon)
    assert len(lexicon.engine_reason) == 2


def test_guessing_is_asked_for(root: Path, peer: Any, project_words: Words) -> None:
    lexicon = pbgov.read_lexicon(root / "data" / "lexicon")
    text = "他来到了网易杭研大厦"
    assert lexicon.cut(text, hmm=True) == peer(project_words).lcut(text, HMM=True)
    assert "杭研" in lexicon.cut(text, hmm=True)
    assert "杭研" not in lexicon.cut(text)


def test_cutting_needs_neither_jieba_nor_a_tokenizer_of_the_process(root: Path) -> None:
    code = (
        "import sys; from pbgov.mining.tokens import Tokenizer;"
        " t = Tokenizer([('红色管家', 1000), ('党建', 5)]); print(t.cut('红色管家'));"
        " print([name for name in ('jieba', 'rjieba', 'pandas') if name in sys.modules]);"
        " import rjieba; print(rjieba.has_word('红色管家'), t.cut('红色管家'))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.splitlines() == ["['红色管家']", "[]", "False ['红色管家']"]
