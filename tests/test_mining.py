"""Cutting, counting and contrasting, held against jieba itself, scipy and plain arithmetic."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import DataFileError, InputError
from pbgov.mining.contrast import CAUTION, log_likelihood_ratio, log_odds_z

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "“两新”组织党组织\r\n推进T恤C++与AT&T，1.5%、2-3、a_b；满意率98.7%。\u3000𠀀㐀党🙂建\t\x85引领\n\n"
    "ABC-def.123 一轴四网，１２３％\u200b"
)


def write_lexicon(folder: Path, terms: str, stopwords: str = "通过,功能词\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "governance.csv").write_text("term,freq,pos,source\n" + terms, encoding="utf-8")
    (folder / "stopwords.csv").write_text("term,source\n" + stopwords, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lexicon(root: Path) -> pbgov.Lexicon:
    return pbgov.read_lexicon(root / "data" / "lexicon")


@pytest.fixture
def jieba_with_same_words(lexicon: pbgov.Lexicon, tmp_path: Path) -> Any:
    """jieba started its own way, from its dictionary file, with the same words added."""
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path)
    jieba.setLogLevel(60)
    tokenizer.initialize()
    for row in lexicon.terms.itertuples():
        tokenizer.add_word(row.term, int(row.freq), row.pos)
    return tokenizer


def cases(root: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((root / "data/cases").glob("*.md"))]


def segments_of(*texts: tuple[str, str], kind: str = "paragraph") -> pd.DataFrame:
    rows = []
    for number, (doc_id, text) in enumerate(texts):
        rows.append((doc_id, f"{doc_id}/p{number:04d}", kind, 0, len(text), "", text))
    columns = ["doc_id", "segment_id", "kind", "start", "end", "heading", "text"]
    table = pd.DataFrame(rows, columns=columns)
    table["paragraph_id"] = table["segment_id"]
    return table.astype({"start": "Int64", "end": "Int64"})


# ---- words ------------------------------------------------------------------------------------


def test_tokens_are_those_of_jieba_with_the_same_words(
    root: Path, lexicon: pbgov.Lexicon, jieba_with_same_words: Any
) -> None:
    for text in [*cases(root), HOSTILE]:
        assert lexicon.cut(text) == jieba_with_same_words.lcut(text, HMM=False)


def test_tokens_are_those_of_jieba_on_the_reference_articles(
    shared: Path, lexicon: pbgov.Lexicon, jieba_with_same_words: Any
) -> None:
    for path in sorted((shared / "articles").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert lexicon.cut(text) == jieba_with_same_words.lcut(text, HMM=False), path.name


def test_parts_of_speech_are_those_of_jieba_posseg(
    root: Path, lexicon: pbgov.Lexicon, jieba_with_same_words: Any
) -> None:
    from jieba.posseg import POSTokenizer

    tagger = POSTokenizer(jieba_with_same_words)
    for text in cases(root):
        tokens = lexicon.tokenize(text)
        assert list(zip(tokens["token"], tokens["pos"], strict=True)) == [
            (pair.word, pair.flag) for pair in tagger.lcut(text, HMM=False)
        ]


@pytest.mark.parametrize("text", ["", "党", HOSTILE, HOSTILE[::-1]])
def test_tokens_tile_the_text(lexicon: pbgov.Lexicon, text: str) -> None:
    tokens = lexicon.tokenize(text)
    assert "".join(tokens["token"]) == text
    for row in tokens.itertuples():
        assert text[row.start : row.end] == row.token
    assert list(tokens["start"][1:]) == list(tokens["end"][:-1])


def test_every_shipped_term_stays_whole(lexicon: pbgov.Lexicon) -> None:
    assert [term for term in lexicon.terms["term"] if lexicon.cut(term) != [term]] == []


def test_lexicons_leave_each_other_and_jieba_alone(tmp_path: Path) -> None:
    import jieba

    words_before = dict(jieba.dt.FREQ)
    one = pbgov.read_lexicon(write_lexicon(tmp_path / "one", "治理共同体建设,1000,n,甲\n"))
    other = pbgov.read_lexicon(write_lexicon(tmp_path / "other", "共同体建设者,1000,n,乙\n"))
    text = "治理共同体建设者"
    plain = other.cut("治理共同体建设")
    assert one.cut("治理共同体建设") == ["治理共同体建设"]
    assert other.cut("治理共同体建设") == plain != ["治理共同体建设"]
    assert other.cut(text)[-1] == "共同体建设者"
    assert dict(jieba.dt.FREQ) == words_before
    assert not jieba.dt.user_word_tag_tab
    assert one.digest != other.digest


def test_no_cache_file_is_read_or_written_and_nothing_is_logged(
    root: Path, tmp_path: Path, lexicon: pbgov.Lexicon
) -> None:
    import marshal
    import os

    planted = tmp_path / "jieba.cache"
    planted.write_bytes(marshal.dumps(({"党": 0, "党建": 0, "引领": 0}, 1)))
    code = "import pbgov, sys; print(pbgov.read_lexicon(sys.argv[1]).cut('党建引领基层治理'))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(root / "data/lexicon")],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == str(lexicon.cut("党建引领基层治理"))
    assert done.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]


def test_tokens_of_segments_carry_offsets_into_the_document(lexicon: pbgov.Lexicon) -> None:
    segments = segments_of(("甲", "党建引领。"), ("乙", "接诉即办"))
    segments["start"] += 40
    segments["end"] += 40
    heading = segments_of(("乙", "标题"), kind="heading").assign(segment_id="乙/h0001")
    tokens = lexicon.tokenize_segments(pd.concat([segments, heading], ignore_index=True))
    assert tokens.to_dict("list") == {
        "doc_id": ["甲", "甲", "乙"],
        "segment_id": ["甲/p0000", "甲/p0000", "乙/p0001"],
        "token": ["党建引领", "。", "接诉即办"],
        "start": [40, 44, 40],
        "end": [44, 45, 44],
    }


# ---- lexicon files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "code", "row"),
    [
        ("党建,1000,n,甲\n治理,0,n,甲\n", "E301", 3),
        ("“两新”组织,1000,n,甲\n", "E302", 2),
        ("街道 工委,1000,n,甲\n", "E302", 2),
        ("通过,1000,v,甲\n", "E303", 2),
        ("党建,1000,n,甲\n党建,5,n,乙\n", "E104", 3),
        ("党建,,n,甲\n", "E110", 2),
        ("党建,多,n,甲\n", "E103", 2),
    ],
)
def test_faulty_lexicon_is_refused(tmp_path: Path, terms: str, code: str, row: int) -> None:
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_lexicon(write_lexicon(tmp_path / "lexicon", terms))
    assert [(finding.code, finding.row) for finding in refusal.value.findings] == [(code, row)]


def test_missing_lexicon_folder_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"governance\.csv"):
        pbgov.read_lexicon(tmp_path / "nowhere")


# ---- counts -----------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path) -> pbgov.Lexicon:
    return pbgov.read_lexicon(
        write_lexicon(tmp_path / "tiny", "红色管家,1000,n,甲\n接诉即办,1000,n,甲\n")
    )


def test_counts_by_hand(tiny: pbgov.Lexicon) -> None:
    segments = pd.concat(
        [
            segments_of(
                ("甲", "红色管家，红色管家！"), ("甲", "通过红色管家"), ("乙", "接诉即办 2019")
            ),
            segments_of(("丙", "红色管家"), kind="heading").assign(segment_id="丙/h0001"),
        ],
        ignore_index=True,
    )
    counts = pbgov.count_terms(segments, tiny).set_index(["unit", "term"])
    assert counts.index.tolist() == [
        ("甲", "红色管家"),
        ("甲", "接诉即办"),
        ("乙", "接诉即办"),
        ("乙", "红色管家"),
        ("丙", "接诉即办"),
        ("丙", "红色管家"),
    ]
    assert counts.loc[("甲", "红色管家")].tolist() == [3, 4, 750.0, 2]
    assert counts.loc[("甲", "接诉即办")].tolist() == [0, 4, 0.0, 0]
    assert counts.loc[("乙", "接诉即办")].tolist() == [1, 2, 500.0, 1]
    unread = counts.loc["丙"]
    assert unread["count"].isna().all()
    assert unread["n_segments"].isna().all()
    assert unread["per_thousand"].isna().all()
    assert unread["n_tokens"].eq(0).all()


def test_short_terms_are_counted_as_words_only(tiny: pbgov.Lexicon) -> None:
    segments = segments_of(("甲", "党红色管家"))
    assert pbgov.count_terms(segments, tiny)["term"].tolist() == ["红色管家"]
    assert sorted(pbgov.count_terms(segments, tiny, min_length=1)["term"]) == ["党", "红色管家"]


def test_unit_can_be_any_column_but_must_be_known(tiny: pbgov.Lexicon) -> None:
    segments = segments_of(("甲", "红色管家"), ("乙", "红色管家")).assign(region=["110105", None])
    with pytest.raises(InputError, match="have no 'region'"):
        pbgov.count_terms(segments, tiny, by="region")
    with pytest.raises(InputError, match="no column 'place'"):
        pbgov.count_terms(segments, tiny, by="place")
    merged = pbgov.count_terms(segments.assign(region="110105"), tiny, by="region")
    assert merged[["unit", "count", "n_segments"]].values.tolist() == [["110105", 2, 2]]


def test_nothing_to_read_gives_no_row(tiny: pbgov.Lexicon) -> None:
    counts = pbgov.count_terms(segments_of(("甲", "红色管家"), kind="heading"), tiny)
    assert counts.empty
    assert list(counts) == ["unit", "term", "count", "n_tokens", "per_thousand", "n_segments"]


# ---- contrasts --------------------------------------------------------------------------------


def test_g2_is_the_likelihood_ratio_of_scipy() -> None:
    from scipy.stats import chi2_contingency

    generator = np.random.default_rng(11)
    count, other = generator.integers(0, 60, 200), generator.integers(0, 60, 200)
    count[0], other[1] = 0, 0
    used = (count + other) > 0
    count, other = count[used], other[used]
    expected = [
        chi2_contingency(
            [[a, 900 - a], [b, 2500 - b]], correction=False, lambda_="log-likelihood"
        ).statistic
        for a, b in zip(count, other, strict=True)
    ]
    np.testing.assert_allclose(log_likelihood_ratio(count, 900, other, 2500), expected, atol=1e-9)


def test_g2_is_zero_for_equal_rates_and_undefined_without_words() -> None:
    assert log_likelihood_ratio(np.array([10]), 100, np.array([20]), 200) == pytest.approx(0)
    assert np.isnan(log_likelihood_ratio(np.array([0]), 0, np.array([2]), 20)).all()


def test_log_odds_z_follows_the_published_formula() -> None:
    """Monroe, Colaresi and Quinn (2008), written out term by term."""
    counts = {"增收": (7, 2), "治理": (30, 61), "罕见": (1, 0)}
    n_one, n_two, a_zero = 400, 900, 500.0
    for y_one, y_two in counts.values():
        a_word = a_zero * (y_one + y_two) / (n_one + n_two)
        odds_one = (y_one + a_word) / (n_one + a_zero - y_one - a_word)
        odds_two = (y_two + a_word) / (n_two + a_zero - y_two - a_word)
        variance = 1 / (y_one + a_word) + 1 / (y_two + a_word)
        expected = (math.log(odds_one) - math.log(odds_two)) / math.sqrt(variance)
        z = log_odds_z(
            np.array([y_one]), n_one, np.array([y_two]), n_two, np.array([a_word]), a_zero
        )
        assert z[0] == pytest.approx(expected, rel=1e-12)


def test_contrast_by_hand(tiny: pbgov.Lexicon) -> None:
    segments = segments_of(
        ("甲", "红色管家红色管家接诉即办"), ("乙", "接诉即办"), ("丙", "接诉即办接诉即办党")
    )
    table = pbgov.contrast(segments, tiny, group="甲")
    red = table[table["term"] == "红色管家"].iloc[0]
    assert table["term"].tolist() == ["红色管家", "接诉即办"]
    assert (red["group"], red["against"]) == ("甲", "其余")
    assert (red["count_group"], red["count_against"]) == (2, 0)
    assert (red["n_tokens_group"], red["n_tokens_against"]) == (3, 4)
    assert red["rate_group"] == pytest.approx(2000 / 3)
    assert red["log_ratio"] == pytest.approx(math.log2((2 / 3) / (0.5 / 4)))
    assert (red["n_documents_group"], red["n_documents_against"]) == (1, 0)
    assert table.iloc[1]["n_documents_against"] == 2
    assert table.attrs["caution"] == CAUTION


def test_contrast_changes_sign_with_its_sides(tiny: pbgov.Lexicon) -> None:
    segments = segments_of(("甲", "红色管家红色管家接诉即办"), ("乙", "接诉即办接诉即办红色管家"))
    forth = pbgov.contrast(segments, tiny, group="甲", against="乙").set_index("term").sort_index()
    back = pbgov.contrast(segments, tiny, group="乙", against="甲").set_index("term").sort_index()
    np.testing.assert_allclose(forth["z"], -back["z"])
    np.testing.assert_allclose(forth["log_ratio"], -back["log_ratio"])
    np.testing.assert_allclose(forth["g2"], back["g2"])


def test_contrast_of_every_unit_ignores_the_order_of_rows(
    root: Path, lexicon: pbgov.Lexicon
) -> None:
    segments = segments_of(*((f"d{i}", text) for i, text in enumerate(cases(root))))
    table = pbgov.contrast(segments, lexicon)
    shuffled = pbgov.contrast(segments.sample(frac=1, random_state=3), lexicon)
    keys = ["group", "term"]
    pd.testing.assert_frame_equal(
        table.sort_values(keys, ignore_index=True), shuffled.sort_values(keys, ignore_index=True)
    )
    assert table["group"].unique().tolist() == [f"d{i}" for i in range(5)]
    assert np.isfinite(table[["log_ratio", "g2", "z"]]).all(axis=None)


@pytest.mark.parametrize(
    ("group", "against", "message"),
    [
        ("丁", None, "Nothing was read of '丁'"),
        (["甲", "乙"], ["乙"], "stands in group and in against"),
        (["甲", "乙"], None, "at least one unit"),
        (None, ["甲", "乙"], "nothing is left"),
        (["甲", "甲"], None, "'甲' stands twice"),
    ],
)
def test_contrast_refuses_impossible_sides(
    tiny: pbgov.Lexicon, group: Any, against: Any, message: str
) -> None:
    segments = segments_of(("甲", "红色管家"), ("乙", "接诉即办"))
    with pytest.raises(InputError, match=message):
        pbgov.contrast(segments, tiny, group=group, against=against)


def test_a_term_that_is_every_word_has_no_odds() -> None:
    one = np.array([2])
    assert np.isnan(log_odds_z(one, 2, one, 2, np.array([500.0]), 500.0)).all()
    assert log_likelihood_ratio(one, 2, one, 2).tolist() == [0.0]


def test_jieba_cuts_random_hostile_text_alike(
    lexicon: pbgov.Lexicon, jieba_with_same_words: Any
) -> None:
    draw = random.Random(5)
    for _ in range(2_000):
        text = "".join(
            draw.choices(HOSTILE + "党建引领社区网格\x00\u2028\ufeff", k=draw.randrange(30))
        )
        tokens = lexicon.cut(text)
        assert tokens == jieba_with_same_words.lcut(text, HMM=False)
        assert "".join(tokens) == text
