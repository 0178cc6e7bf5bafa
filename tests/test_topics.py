"""Topics: planted ones come back, noise is told from structure, every measure by hand or by gensim's formula."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.exhibits.topics import figure_topic_choice, table_topics
from pbgov.extraction.names import find_names
from pbgov.inference.words.coherence import (
    matched_overlap,
    npmi,
    npmi_coherence,
    umass_coherence,
)
from pbgov.mining import factors
from pbgov.mining.matrix import term_matrix
from pbgov.mining.topics import compare_topics, topics

VOCABULARIES = tuple(
    words.split()
    for words in (
        "养老 护理 健康 老人 医院 康复 保健 疾病 医生 药品 残疾 生病",
        "垃圾 分类 环境 绿化 河道 卫生 污染 清洁 树木 空气 噪声 环保",
        "企业 投资 税收 楼宇 贸易 就业 市场 产业 资本 商业 金融 工业",
    )
)


def segments_of(texts: list[str], documents: list[str]) -> pd.DataFrame:
    """One paragraph per text; a document's paragraphs follow one another without a gap."""
    table = pd.DataFrame({"doc_id": documents, "text": texts})
    lengths = table["text"].str.len()
    ends = lengths.groupby(table["doc_id"]).cumsum()
    table["segment_id"] = [f"{doc}/p{row:04d}" for row, doc in enumerate(documents)]
    table["paragraph_id"] = table["segment_id"]
    table = table.assign(kind="paragraph", start=ends - lengths, end=ends, heading="")
    return table.astype({"start": "Int64", "end": "Int64"})


def planted(n: int = 60, words: int = 8, seed: int = 0) -> pd.DataFrame:
    """Paragraphs that draw their words from one of three disjoint vocabularies, in turn."""
    random = np.random.default_rng(seed)
    texts = ["，".join(random.choice(VOCABULARIES[row % 3], words)) for row in range(n)]
    return segments_of(texts, [f"d{row // 2:02d}" for row in range(n)])


@pytest.fixture(scope="module")
def lexicon(root):
    return pbgov.read_lexicon(root / "data" / "lexicon")


# ---- arithmetic -------------------------------------------------------------------------------

PRESENCE = np.array(
    [[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1], [0, 0, 0]]
)


def test_npmi_coherence_by_hand():
    # D(a) = 4, D(b) = 4, D(c) = 3; D(ab) = 3, D(ac) = 2, D(bc) = 1; 8 segments
    ab = math.log((3 / 8) / (1 / 2 * 1 / 2)) / -math.log(3 / 8)
    ac = math.log((2 / 8) / (1 / 2 * 3 / 8)) / -math.log(2 / 8)
    bc = math.log((1 / 8) / (1 / 2 * 3 / 8)) / -math.log(1 / 8)
    assert npmi_coherence(PRESENCE) == pytest.approx((ab + ac + bc) / 3)


def test_umass_coherence_by_hand_with_the_heavier_term_below():
    expected = (math.log(4 / 4) + math.log(3 / 4) + math.log(2 / 4)) / 3
    assert umass_coherence(PRESENCE) == pytest.approx(expected)
    turned = (math.log(4 / 4) + math.log(3 / 3) + math.log(2 / 3)) / 3  # c, b, a
    assert umass_coherence(PRESENCE[:, ::-1]) == pytest.approx(turned)


def test_npmi_at_its_limits():
    always, never = npmi(np.array([5]), np.array([5]), np.array([5]), 5), np.array([0])
    assert np.isnan(always).all()
    assert np.isnan(npmi(never, never, np.array([2]), 5)).all()
    assert npmi(never, np.array([2]), np.array([2]), 5) == [-1]
    assert math.isnan(npmi_coherence(np.ones((4, 1))))
    assert math.isnan(umass_coherence(np.ones((4, 1))))


def test_matching_is_the_best_of_all_permutations():
    random = np.random.default_rng(3)
    words = list("甲乙丙丁戊己庚辛")
    for _ in range(30):
        one = [list(random.choice(words, 3, replace=False)) for _ in range(4)]
        other = [list(random.choice(words, 3, replace=False)) for _ in range(4)]
        match, jaccard = matched_overlap(one, other)
        overlap = [[len({*a} & {*b}) / len({*a} | {*b}) for b in other] for a in one]
        best = max(
            sum(overlap[row][column] for row, column in enumerate(order))
            for order in itertools.permutations(range(4))
        )
        assert sorted(match) == [0, 1, 2, 3]
        assert jaccard.sum() == pytest.approx(best)
        assert list(jaccard) == [overlap[row][column] for row, column in enumerate(match)]


# ---- the matrix -------------------------------------------------------------------------------


def test_the_matrix_holds_the_counts_of_count_terms(root, lexicon):
    segments = pbgov.segment(pbgov.read_corpus(root / "data" / "cases"))
    matrix = term_matrix(segments, lexicon, by="doc_id")
    counts = pbgov.count_terms(segments, lexicon).pivot(
        index="unit", columns="term", values="count"
    )
    expected = counts.loc[matrix.units, matrix.terms].to_numpy(dtype=int)
    assert (matrix.counts.toarray() == expected).all()
    assert list(matrix.terms) == sorted(counts.columns)
    assert matrix.n_documents == 5


def test_names_are_left_out_also_where_a_word_only_overlaps_them(lexicon):
    segments = segments_of(["朝阳区建设社区", "社区服务老人"], ["a", "b"])
    whole = term_matrix(segments, lexicon, by="doc_id")
    assert "朝阳区" in whole.terms
    inner = pd.DataFrame({"doc_id": ["a", "a"], "start": [1, 0], "end": [2, 1]})
    masked = term_matrix(segments, lexicon, by="doc_id", names=inner)
    assert set(whole.terms) - set(masked.terms) == {"朝阳区"}
    assert masked.n_words.tolist() == whole.n_words.tolist()
    touching = pd.DataFrame({"doc_id": ["a", "b"], "start": [3, 0], "end": [3, 0]})
    assert list(term_matrix(segments, lexicon, by="doc_id", names=touching).terms) == list(
        whole.terms
    )


def test_a_matrix_refuses_a_segment_twice_and_names_without_columns(lexicon):
    segments = planted(4)
    with pytest.raises(InputError, match="more than once"):
        term_matrix(pd.concat([segments, segments.iloc[:1]]), lexicon, by="doc_id")
    with pytest.raises(InputError, match="no column end"):
        term_matrix(segments, lexicon, by="doc_id", names=pd.DataFrame(columns=["doc_id", "start"]))


def test_names_of_places_and_bodies_but_not_of_everybody(root):
    regions = pbgov.read_regions(root / "data" / "regions")
    texts = [
        "通州区梨园镇党委组织居委会清理河道，北京云帆物业公司出资。",
        "通州的居委会和街道工委商量。",
    ]
    names = find_names(segments_of(texts, ["a", "a"]), regions)
    found = set(zip(names["text"], names["kind"], strict=True))
    assert ("通州区", "地名") in found
    assert ("通州", "地名") in found, "the document names 通州区 in full elsewhere"
    assert any("云帆" in text and kind == "机构" for text, kind in found)
    assert not any(text in ("居委会", "街道工委") for text, _ in found)
    joined = "".join(texts)
    assert all(
        joined[start:end] == text
        for start, end, text in zip(names["start"], names["end"], names["text"], strict=True)
    )


# ---- planted topics ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["nmf", "lda"])
def test_disjoint_vocabularies_come_back_as_topics(lexicon, method):
    segments = planted()
    model = topics(segments, lexicon, 3, seed=1, method=method, n_seeds=4)
    tops = model.topics[model.topics["rank"] <= 10].groupby("topic")["term"].agg(set)
    homes = [
        [place for place, words in enumerate(VOCABULARIES) if top <= set(words)] for top in tops
    ]
    assert sorted(homes) == [[0], [1], [2]]
    shares = model.weights.pivot(index="unit", columns="topic", values="share")
    own = shares.loc[segments["segment_id"]].to_numpy().argmax(axis=1)
    assert all(len(set(own[start::3])) == 1 for start in range(3))
    assert len(set(own[:3])) == 3
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert model.stability["sampled_mean"].min() > 0.5
    assert model.stability["seeds_mean"].min() > 0.5
    assert model.unstable == []


def test_topics_are_the_same_whatever_the_order_of_calls_and_other_with_other_words(lexicon):
    segments = planted()
    first = topics(segments, lexicon, 3, seed=1, n_seeds=2)
    topics(segments, lexicon, 4, seed=9, n_seeds=2)
    again = topics(segments, lexicon, 3, seed=1, n_seeds=2)
    for name in ("topics", "weights", "coherence", "stability", "documents", "runs"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))


def test_shuffled_words_are_incoherent_and_unstable_beside_planted_ones(lexicon):
    table = compare_topics(planted(90, 12), lexicon, seed=1, ks=[3], n_seeds=4)
    row = table.iloc[0]
    assert row["npmi"] > 0.2
    assert abs(row["npmi_shuffled"]) < 0.1, "words that are independent have an NPMI near 0"
    assert row["sampled"] > 0.7, "ten terms out of twelve that are equally frequent"
    assert row["sampled_shuffled"] < row["sampled"] - 0.2


def test_shuffling_keeps_lengths_and_totals(lexicon):
    material = factors.read_material(planted(), lexicon, "segment_id", 1, None)
    shuffled = material.shuffled(3)
    for axis in (0, 1):
        assert (shuffled.counts.sum(axis=axis) == material.counts.sum(axis=axis)).all()
    assert (shuffled.counts != material.counts).nnz > 0


def test_every_number_of_topics_is_shown_and_none_chosen(lexicon):
    table = compare_topics(planted(90, 12), lexicon, seed=1, ks=[5, 2, 3, 3], n_seeds=2)
    assert table["k"].tolist() == [2, 3, 5]
    assert table["n_runs"].eq(2).all()
    model = topics(planted(90, 12), lexicon, 3, seed=1, n_seeds=2)
    row = table.iloc[1]
    assert row["npmi"] == pytest.approx(model.coherence["npmi"].mean())
    assert row["sampled"] == pytest.approx(model.stability["sampled_mean"].mean())


def test_units_are_added_up_and_documents_share_a_topic_out(lexicon):
    segments = planted(60)
    by_document = topics(segments, lexicon, 3, seed=1, by="doc_id", n_seeds=2)
    assert by_document.n_units == 30
    assert by_document.weights["n_terms"].sum() == 3 * 60 * 8
    documents = topics(segments, lexicon, 3, seed=1, n_seeds=2).documents
    np.testing.assert_allclose(documents.groupby("topic")["of_topic"].sum(), 1)
    np.testing.assert_allclose(documents.groupby("topic")["of_units"].sum(), 1)
    across = segments.assign(district=["x", "y"] * 30)
    assert topics(across, lexicon, 2, seed=1, by="district", n_seeds=2).documents.empty


# ---- said aloud -------------------------------------------------------------------------------


def test_few_documents_and_topics_of_one_document_are_said(lexicon):
    segments = planted(60).assign(doc_id=[f"d{row % 3}" for row in range(60)])
    segments["start"] = segments.groupby("doc_id").cumcount() * 1000
    segments["end"] = segments["start"] + segments["text"].str.len()
    printed = str(topics(segments, lexicon, 3, seed=1, n_seeds=3))
    assert "只有 3 篇文档" in printed
    assert "主题 1、2、3 有一半以上出自同一篇文档" in printed
    assert "不稳定" not in printed


def test_unstable_topics_and_a_single_seed_are_said(lexicon):
    random = np.random.default_rng(5)
    words = [word for vocabulary in VOCABULARIES for word in vocabulary]
    texts = ["，".join(random.choice(words, 4)) for _ in range(40)]
    noise = segments_of(texts, [f"d{row:02d}" for row in range(40)])
    model = topics(noise, lexicon, 6, seed=1, n_seeds=5)
    assert model.unstable
    assert "不稳定" in str(model)
    alone = topics(noise, lexicon, 3, seed=1, n_seeds=1)
    assert alone.stability["seeds_mean"].isna().all()
    assert "只用了一个种子" in str(alone)


@pytest.mark.parametrize("method", ["nmf", "lda"])
def test_a_fit_that_does_not_converge_is_a_recorded_fact(lexicon, monkeypatch, method):
    monkeypatch.setitem(factors.ITERATIONS, method, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = topics(planted(), lexicon, 3, seed=1, method=method, n_seeds=2)
    assert not model.runs["converged"].any()
    assert model.runs["n_iter"].tolist() == [2, 2]
    assert "2 次拟合中有 2 次没有收敛" in str(model)


def test_a_unit_without_terms_has_no_shares(lexicon):
    segments = planted(30)
    segments.loc[7, "text"] = "，，"
    for method in ("nmf", "lda"):
        model = topics(segments, lexicon, 3, seed=1, method=method, n_seeds=2)
        empty = model.weights[model.weights["unit"].eq(segments.loc[7, "segment_id"])]
        assert empty["share"].isna().all()
        assert empty["n_terms"].eq(0).all()


def test_a_simulated_corpus_gives_simulated_topics(lexicon):
    segments = pbgov.mark_simulated(planted(30))
    model = topics(segments, lexicon, 3, seed=1, n_seeds=2)
    assert pbgov.is_simulated(model.topics)
    assert pbgov.is_simulated(compare_topics(segments, lexicon, seed=1, ks=[2], n_seeds=2))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"k": 1}, "k is 1; give a whole number, 2 or more"),
        ({"k": 40}, "fewer topics"),
        ({"n_seeds": 0}, "n_seeds is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"method": "bertopic"}, "unknown"),
        ({"by": "district"}, "no column"),
    ],
)
def test_misuse_is_refused(lexicon, changed, said):
    with pytest.raises(InputError, match=said):
        topics(planted(), lexicon, **{"k": 3, "seed": 1, **changed})
    with pytest.raises(InputError, match="ks is empty"):
        compare_topics(planted(), lexicon, seed=1, ks=[])


# ---- in print ---------------------------------------------------------------------------------


def test_the_table_prints_words_stability_and_the_main_document(lexicon):
    model = topics(planted(), lexicon, 3, seed=1, n_seeds=3)
    exhibit = table_topics(model, source="人造数据", top=4)
    assert exhibit.body["主题"].tolist() == ["1", "2", "3"]
    for printed, (_, terms) in zip(
        exhibit.body["权重最大的词"], model.topics.groupby("topic")["term"], strict=True
    ):
        assert printed == "、".join(list(terms)[:4])
    assert len(exhibit.data) == len(model.topics)
    note = exhibit.notes()[0]
    assert "60 个单位" in note
    assert all(remark in note for remark in model.remarks)


def test_an_unstable_topic_is_marked_in_the_table(lexicon):
    random = np.random.default_rng(5)
    words = [word for vocabulary in VOCABULARIES for word in vocabulary]
    texts = ["，".join(random.choice(words, 4)) for _ in range(40)]
    model = topics(segments_of(texts, ["a"] * 40), lexicon, 6, seed=1, n_seeds=5)
    marked = table_topics(model, source="人造数据").body["主题"]
    assert [int(cell.split("（")[0]) for cell in marked if "不稳定" in cell] == model.unstable


def test_the_choice_of_k_shows_the_corpus_beside_shuffled_words(lexicon):
    table = compare_topics(planted(), lexicon, seed=1, ks=[2, 3, 4], n_seeds=2)
    exhibit = figure_topic_choice(table, source="人造数据")
    panels = exhibit.draw().axes
    drawn = [[list(line.get_ydata()) for line in panel.lines] for panel in panels]
    assert drawn == [
        [list(table[name]), list(table[f"{name}_shuffled"])]
        for name in ("npmi", "seeds", "sampled")
    ]
    assert "共 6 次，其中 6 次收敛" in exhibit.notes()[0]
