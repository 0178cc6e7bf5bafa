"""Likeness: cosines of scikit-learn, p values that are uniform under a planted null, planted likeness found."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import binom
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics.pairwise import cosine_similarity

import pbgov
from pbgov.errors import InputError
from pbgov.exhibits.similarity import figure_similarity
from pbgov.inference.words.likeness import (
    inverse_frequency,
    mantel_test,
    pair_cosines,
    shuffled_cosines,
)
from pbgov.mining.baseline import against
from pbgov.mining.matrix import term_matrix
from pbgov.mining.similarity import similarity

WORDS = [
    "养老",
    "护理",
    "垃圾",
    "分类",
    "企业",
    "投资",
    "绿化",
    "河道",
    "就业",
    "市场",
    "医院",
    "税收",
]


@pytest.fixture(scope="module")
def lexicon(root):
    return pbgov.read_lexicon(root / "data" / "lexicon")


def segments_of(units: list[tuple[str, str]]) -> pd.DataFrame:
    rows, at = [], {}
    for number, (doc_id, text) in enumerate(units):
        start = at.get(doc_id, 0)
        at[doc_id] = start + len(text)
        name = f"{doc_id}/p{number:04d}"
        rows.append((doc_id, name, name, "paragraph", start, at[doc_id], "", text))
    columns = ["doc_id", "segment_id", "paragraph_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})


def drawn(shares: dict[str, np.ndarray], n: int = 25, words: int = 8, seed: int = 0):
    """Each document draws the words of its paragraphs with its own shares."""
    random = np.random.default_rng(seed)
    return segments_of(
        [
            (doc_id, "，".join(random.choice(WORDS, words, p=share)))
            for doc_id, share in shares.items()
            for _ in range(n)
        ]
    )


FLAT = np.full(12, 1 / 12)
CARE = np.repeat([0.15, 0.02], [6, 6]) / np.repeat([0.15, 0.02], [6, 6]).sum()
TRADE = CARE[::-1]


# ---- cosines ----------------------------------------------------------------------------------


def test_cosines_of_tfidf_are_those_of_scikit_learn(lexicon):
    segments = drawn({"a": FLAT, "b": CARE, "c": TRADE})
    pairs = similarity(segments, lexicon, seed=1, draws=9, min_words=1).pairs
    matrix = term_matrix(segments, lexicon, by="segment_id")
    weights = TfidfTransformer(norm=None).fit(matrix.counts)
    owners = segments["doc_id"].to_numpy()
    summed = np.vstack([matrix.counts[owners == unit].sum(axis=0) for unit in "abc"])
    expected = cosine_similarity(weights.transform(csr_matrix(np.asarray(summed))))
    assert list(zip(pairs["unit_a"], pairs["unit_b"], strict=True)) == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    np.testing.assert_allclose(pairs["cosine"], expected[np.triu_indices(3, k=1)])
    np.testing.assert_allclose(inverse_frequency(matrix.counts), weights.idf_)


def test_cosines_of_codes_by_hand(lexicon):
    segments = drawn({"a": FLAT, "b": FLAT}, n=3)
    rows = [(0, "X"), (1, "X"), (1, "Y"), (3, "X"), (4, "Y"), (5, "Y")]
    codings = pd.DataFrame(
        {
            "doc_id": [segments["doc_id"][place] for place, _ in rows],
            "start": [segments["start"][place] for place, _ in rows],
            "end": [segments["end"][place] for place, _ in rows],
            "code_id": [code for _, code in rows],
            "coder": "author",
            "value": 1,
        }
    )
    found = similarity(segments, lexicon, seed=1, codings=codings, draws=9, min_words=1).pairs
    cosine = found.loc[found["measure"].eq("codes"), "cosine"]
    assert cosine.tolist() == pytest.approx([(2 * 1 + 1 * 2) / 5])


def test_an_empty_row_has_no_cosine():
    table = csr_matrix(np.array([[1, 0, 2], [0, 0, 0], [2, 0, 4]]))
    assert np.isnan(pair_cosines(table)).tolist() == [True, False, True]
    assert pair_cosines(table)[1] == pytest.approx(1)
    assert pair_cosines(table)[1] <= 1


# ---- shuffles ---------------------------------------------------------------------------------


def test_shuffles_are_the_mean_over_every_way_to_deal_the_blocks():
    random = np.random.default_rng(2)
    blocks = random.integers(0, 4, (6, 5)).astype(float)
    units = np.array([0, 0, 0, 0, 1, 1])
    every = []
    for chosen in itertools.combinations(range(6), 2):
        second = blocks[list(chosen)].sum(axis=0)
        first = blocks.sum(axis=0) - second
        every.append(first @ second / np.linalg.norm(first) / np.linalg.norm(second))
    draws = np.array(
        list(shuffled_cosines(csr_matrix(blocks), units, np.zeros(6), draws=3000, seed=5))
    )
    assert set(draws.ravel().round(9)) <= set(np.round(every, 9)), "unit sizes are kept"
    assert draws.mean() == pytest.approx(np.mean(every), abs=4 * np.std(every) / np.sqrt(3000))


def test_blocks_stay_in_their_stratum():
    blocks = csr_matrix(np.eye(4))
    units, strata = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    tagged = csr_matrix(np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    for cosines in shuffled_cosines(tagged, units, strata, draws=20, seed=1):
        assert cosines[0] == pytest.approx(0.5), "each unit has one block of each stratum"
    assert blocks.shape == (4, 4)


def test_the_p_value_counts_the_observed_one_and_is_never_zero():
    observed = np.array([0.9, 0.1, np.nan, 0.5])
    shuffled = np.array([[0.2, 0.2, 0.1, np.nan]] * 4)
    table = against(observed, shuffled)
    assert table["p_above"].tolist()[:2] == [1 / 5, 1.0]
    assert table["p_below"].tolist()[:2] == [1.0, 1 / 5]
    assert table["p_above"].isna().tolist() == [False, False, True, True]
    assert table["n_draws"].tolist() == [4, 4, 4, 0]


def test_under_a_planted_null_p_values_are_uniform():
    """Two units that draw their blocks from one source: 5 % and 20 % of p values fall below."""
    random = np.random.default_rng(11)
    units, strata, n = np.repeat([0, 1], 8), np.zeros(16), 300
    p_values = []
    for seed in range(n):
        blocks = csr_matrix(random.poisson(1.5, (16, 6)).astype(float))
        observed = pair_cosines(
            csr_matrix(np.vstack([blocks[:8].sum(axis=0), blocks[8:].sum(axis=0)]))
        )
        shuffled = np.array(list(shuffled_cosines(blocks, units, strata, draws=19, seed=seed)))
        p_values.append(float(against(observed, shuffled)["p_above"].iloc[0]))
    for level in (0.05, 0.2, 0.5):
        rejected = int(np.sum(np.array(p_values) <= level + 1e-12))
        low, high = binom.ppf([0.0005, 0.9995], n, level)
        assert low <= rejected <= high, (level, rejected)


def test_planted_likeness_is_at_the_baseline_and_planted_difference_below(lexicon):
    shares = {"a": CARE, "b": CARE, "c": TRADE, "d": TRADE}
    pairs = similarity(drawn(shares), lexicon, seed=1, draws=199).pairs
    side = pairs.set_index(["unit_a", "unit_b"])["outside"]
    across = [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]
    assert set(side[across]) == {"低于"}
    assert "低于" not in set(side.drop(across))
    relative = pairs.set_index(["unit_a", "unit_b"])["relative"]
    assert relative.drop(across).min() > relative[across].max() + 0.2


def test_shuffling_whole_documents_asks_another_question(lexicon):
    """Two districts of three documents each: paragraphs are not alike by chance, documents are."""
    random = np.random.default_rng(3)
    shares = {f"d{number}": random.dirichlet(np.full(12, 0.3)) for number in range(6)}
    segments = drawn(shares)
    segments["district"] = np.where(segments["doc_id"].isin(["d0", "d1", "d2"]), "x", "y")
    by_paragraph = similarity(segments, lexicon, seed=1, by="district", draws=199)
    by_document = similarity(segments, lexicon, seed=1, by="district", block="doc_id", draws=199)
    assert by_paragraph.pairs["outside"].tolist() == ["低于"]
    assert by_document.pairs["outside"].tolist() == ["之内"]
    assert by_document.units["n_movable"].tolist() == [3, 3]
    width = [
        float((found.pairs["null_high"] - found.pairs["null_low"]).iloc[0])
        for found in (by_paragraph, by_document)
    ]
    assert width[1] > width[0], "paragraphs of a document are not independent"


def test_a_name_that_all_share_is_no_likeness_once_masked(lexicon):
    segments = drawn({"a": CARE, "b": TRADE})
    named = segments.assign(text=["朝阳区，" + text for text in segments["text"]])
    named["end"] = named.groupby("doc_id")["text"].transform(lambda texts: texts.str.len().cumsum())
    named["start"] = named["end"] - named["text"].str.len()
    spans = pd.DataFrame(
        {"doc_id": named["doc_id"], "start": named["start"], "end": named["start"] + 3}
    )
    plain, masked, without = (
        similarity(table, lexicon, seed=1, draws=9, names=names)
        for table, names in ((named, None), (named, spans), (segments, None))
    )
    assert plain.pairs["cosine"][0] > masked.pairs["cosine"][0] + 0.01
    assert masked.pairs["cosine"][0] == pytest.approx(without.pairs["cosine"][0])
    assert "没有遮蔽" in str(plain)
    assert "没有遮蔽" not in str(masked)


# ---- questions over all pairs -----------------------------------------------------------------


def test_mantel_by_brute_force_and_by_the_difference_of_means():
    random = np.random.default_rng(6)
    likeness = random.random((5, 5))
    likeness = likeness + likeness.T
    group = np.array([0, 0, 1, 1, 1])
    same = (group[:, None] == group).astype(float)
    test = mantel_test(likeness, same, seed=1, draws=9)
    pairs = np.triu_indices(5, k=1)
    inside = same[pairs] == 1
    difference = likeness[pairs][inside].mean() - likeness[pairs][~inside].mean()
    assert test.slope == pytest.approx(difference)
    assert test.correlation == pytest.approx(np.corrcoef(likeness[pairs], same[pairs])[0, 1])
    values = []
    for order in itertools.permutations(range(5)):
        moved = group[list(order)]
        inside = (moved[:, None] == moved)[pairs]
        values.append(abs(likeness[pairs][inside].mean() - likeness[pairs][~inside].mean()))
    expected = np.mean(np.array(values) >= abs(difference) - 1e-12)
    assert test.p_value == pytest.approx(expected)
    assert test.exact
    assert test.n_permutations == 120


def test_mantel_rejects_a_true_null_as_often_as_it_says():
    random = np.random.default_rng(7)
    rejected, n = 0, 300
    same = np.equal.outer(np.repeat([0, 1, 2], 4), np.repeat([0, 1, 2], 4)).astype(float)
    for seed in range(n):
        places = random.normal(size=(12, 2))
        likeness = -np.linalg.norm(places[:, None] - places, axis=2)
        rejected += mantel_test(likeness, same, seed=seed, draws=99).p_value <= 0.05
    low, high = binom.ppf([0.0005, 0.9995], n, 0.05)
    assert low <= rejected <= high


def test_groups_that_are_alike_and_years_that_converge_are_found(lexicon):
    random = np.random.default_rng(9)
    shares, years, groups = {}, {}, {}
    for number in range(12):
        far = random.dirichlet(np.full(12, 0.2))
        part = number / 11  # the later, the closer to what all others do
        shares[f"d{number:02d}"] = part * FLAT + (1 - part) * far
        years[f"d{number:02d}"] = 2010 + number
        groups[f"d{number:02d}"] = "早" if number < 6 else "晚"
    found = similarity(
        drawn(shares), lexicon, seed=1, draws=299, years=years, groups=groups, min_words=1
    )
    overall = found.overall.set_index("question")
    assert overall.loc["change per year", "value"] > 0
    assert overall.loc["change per year", "p_value"] < 0.05
    assert overall.loc["all pairs", "value"] == pytest.approx(found.pairs["cosine"].mean())
    assert overall.loc["within minus between", "n_units"] == 12


def test_longer_texts_are_not_read_as_more_alike(lexicon):
    """Documents of one source that grow longer every year: the cosines rise, the relative ones do not."""
    random = np.random.default_rng(12)
    units = [
        (f"d{number}", "，".join(random.choice(WORDS, 6)))
        for number in range(8)
        for _ in range(2 + 8 * number)
    ]
    years = {f"d{number}": 2015 + number for number in range(8)}
    found = similarity(segments_of(units), lexicon, seed=1, years=years, draws=199, min_words=1)
    middle = found.pairs["unit_a"].map(years) + found.pairs["unit_b"].map(years)
    assert np.corrcoef(middle, found.pairs["cosine"])[0, 1] > 0.5
    row = found.overall.set_index("question").loc["change per year"]
    assert row["p_value"] > 0.05
    assert found.pairs["relative"].mean() == pytest.approx(1, abs=0.05)


def test_groups_are_compared_by_their_relative_likeness(lexicon):
    shares = {name: CARE if name in "abcd" else TRADE for name in "abcdefgh"}
    groups = {name: "x" if name in "abcd" else "y" for name in "abcdefgh"}
    found = similarity(drawn(shares), lexicon, seed=1, groups=groups, draws=99)
    same = found.pairs["unit_a"].map(groups) == found.pairs["unit_b"].map(groups)
    relative = found.pairs["relative"]
    row = found.overall.set_index("question").loc["within minus between"]
    assert row["value"] == pytest.approx(relative[same].mean() - relative[~same].mean())
    assert row["p_value"] == pytest.approx(2 * 24 * 24 / 40320), "only the two halves, both ways"


def test_questions_that_cannot_be_asked_say_why(lexicon):
    found = similarity(
        drawn({"a": FLAT, "b": FLAT, "c": CARE, "d": CARE}),
        lexicon,
        seed=1,
        draws=19,
        groups={"a": "x", "b": "x"},
        years=dict.fromkeys("abcd", 2020),
    )
    overall = found.overall.set_index("question")
    assert "只有 2 个单位" in overall.loc["within minus between", "reason"]
    assert "没有差别" in overall.loc["change per year", "reason"]
    assert overall.loc["change per year", "p_value"] != overall.loc["change per year", "p_value"]


# ---- what is not compared ---------------------------------------------------------------------


def test_a_unit_with_little_text_is_listed_not_compared(lexicon):
    segments = pd.concat([drawn({"a": FLAT, "b": FLAT}), segments_of([("c", "养老，护理")])])
    found = similarity(segments, lexicon, seed=1, draws=9)
    units = found.units.set_index("unit")
    assert units["compared"].tolist() == [True, True, False]
    assert "不足 200 词" in units.loc["c", "reason"]
    assert len(found.pairs) == 1
    assert "没有比较 c" in str(found)
    with pytest.raises(InputError, match="two are needed"):
        similarity(segments, lexicon, seed=1, min_words=10_000)


def test_a_stratum_of_one_unit_leaves_nothing_to_shuffle(lexicon):
    segments = drawn({"a": FLAT, "b": FLAT, "c": FLAT})
    segments["genre"] = segments["doc_id"].map({"a": "论文", "b": "讲话", "c": "讲话"})
    found = similarity(segments, lexicon, seed=1, within="genre", draws=19)
    assert found.units["n_movable"].tolist() == [0, 25, 25]
    alone = similarity(
        segments[segments["doc_id"] != "c"], lexicon, seed=1, within="genre", draws=19
    )
    assert alone.pairs[["null_mean", "p_above", "q", "outside"]].isna().all(axis=None)
    assert "无从调换" in alone.pairs["reason"][0]
    assert "无从调换" in alone.overall["reason"][0]


def test_results_repeat_and_another_seed_gives_other_shuffles(lexicon):
    segments = drawn({"a": FLAT, "b": CARE, "c": TRADE})
    first, again, other = (
        similarity(segments, lexicon, seed=seed, draws=99).pairs for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert (first["null_mean"] != other["null_mean"]).any()
    assert first["cosine"].equals(other["cosine"])


def test_misuse_is_refused(lexicon):
    segments = drawn({"a": FLAT, "b": FLAT})
    with pytest.raises(InputError, match="no column 'district'"):
        similarity(segments, lexicon, seed=1, by="district")
    with pytest.raises(InputError, match="several 'doc_id'"):
        similarity(segments.assign(paragraph_id="same"), lexicon, seed=1)
    with pytest.raises(InputError, match="fewer draws"):
        similarity(segments, lexicon, seed=1, draws=200_000_000)
    with pytest.raises(InputError, match="whole number"):
        similarity(segments, lexicon, seed=1, draws=0)
    with pytest.raises(InputError, match="four or more"):
        mantel_test(np.ones((3, 3)), np.ones((3, 3)), seed=1, draws=9)
    with pytest.raises(InputError, match="does not vary"):
        mantel_test(np.ones((4, 4)), np.ones((4, 4)), seed=1, draws=9)
    with pytest.raises(InputError, match="not finite"):
        mantel_test(np.full((4, 4), np.nan), np.ones((4, 4)), seed=1, draws=9)


def test_simulated_segments_give_simulated_likeness(lexicon):
    found = similarity(
        pbgov.mark_simulated(drawn({"a": FLAT, "b": FLAT})), lexicon, seed=1, draws=9
    )
    assert pbgov.is_simulated([found.pairs])
    assert pbgov.is_simulated([found.overall])
    assert pbgov.is_simulated([found.units])


# ---- in print ---------------------------------------------------------------------------------


def test_the_heat_map_marks_what_lies_outside_the_band(lexicon):
    shares = {"a": CARE, "b": CARE, "c": TRADE, "d": TRADE}
    found = similarity(
        drawn(shares), lexicon, seed=1, draws=99, groups=dict(zip("abcd", "xxyy", strict=True))
    )
    exhibit = figure_similarity(found, source="人造数据", names={"a": "甲区"})
    axes = exhibit.draw().axes[0]
    image = np.asarray(axes.images[0].get_array())
    for pair in found.pairs.to_dict("records"):
        one, other = "abcd".index(pair["unit_a"]), "abcd".index(pair["unit_b"])
        assert image[other, one] == pytest.approx(pair["cosine"])
        assert image[one, other] == pytest.approx(pair["null_mean"])
    marks = {text.get_position() for text in axes.texts if "▼" in text.get_text()}
    assert marks == {(0, 2), (1, 2), (0, 3), (1, 3)}
    assert axes.get_yticklabels()[0].get_text() == "甲区"
    note = exhibit.notes()[0]
    assert "4 对低于" in note
    assert "p = 0.333" in note, "8 of 24 orders of four units keep the halves together"
    assert "没有遮蔽" in note


def test_a_measure_that_was_not_taken_and_too_many_units_are_refused(lexicon):
    found = similarity(drawn({"a": FLAT, "b": FLAT}), lexicon, seed=1, draws=9)
    with pytest.raises(InputError, match="it has terms"):
        figure_similarity(found, source="人造数据", measure="codes")
    many = similarity(
        drawn({f"d{n:02d}": FLAT for n in range(25)}, n=3), lexicon, seed=1, draws=9, min_words=1
    )
    with pytest.raises(InputError, match="25 units"):
        figure_similarity(many, source="人造数据")
