"""Dispersion, intervals, keywords and collocations, held against other libraries and published values."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.inference.words.rates import resampled_interval, wald_interval
from pbgov.mining.collocations import association, collocations, log_dice
from pbgov.mining.contrast import FEWEST_CLUSTERS, contrast
from pbgov.mining.keywords import keywords, page_rank
from pbgov.mining.terms import deviation_of_proportions, dispersion, juilland_d

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def lexicon(root: Path) -> pbgov.Lexicon:
    return pbgov.read_lexicon(root / "data" / "lexicon")


@pytest.fixture(scope="module")
def bare() -> pbgov.Lexicon:
    """No terms of its own and no stop words."""
    terms = pd.DataFrame({"term": [], "freq": [], "pos": [], "source": []})
    return pbgov.Lexicon(terms, frozenset(), "bare")


@pytest.fixture(scope="module")
def paragraphs(root: Path) -> pd.DataFrame:
    return segments_of(
        *((path.stem, path.read_text(encoding="utf-8")) for path in sorted_cases(root))
    )


def sorted_cases(root: Path) -> list[Path]:
    return sorted((root / "data" / "cases").glob("*.md"))


def segments_of(*documents: tuple[str, str]) -> pd.DataFrame:
    """One paragraph for every line of every document."""
    rows = []
    for doc_id, text in documents:
        start = 0
        for line in text.split("\n"):
            name = f"{doc_id}/p{len(rows):04d}"
            if line.strip():
                rows.append((doc_id, name, name, "paragraph", start, start + len(line), "", line))
            start += len(line) + 1
    names = ["doc_id", "segment_id", "paragraph_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=names).astype({"start": "Int64", "end": "Int64"})


def random_documents(seed: int, n_documents: int, n_lines: int = 4) -> pd.DataFrame:
    """Documents of single-character words, so that their words are known without cutting them."""
    random = np.random.default_rng(seed)
    words = np.array(list("天地玄黄宇宙洪荒日月盈昃"))
    texts = []
    for number in range(n_documents):
        lines = [" ".join(random.choice(words, random.integers(1, 12))) for _ in range(n_lines)]
        texts.append((f"d{number}", "\n".join(lines)))
    return segments_of(*texts)


# ---- dispersion -------------------------------------------------------------------------------

GRIES = "b a m n i b e u p|b a s a t b e w q n|b c a g a b e s t a|b a g h a b e a a t|b a h a a b e a x a t"


def test_dispersion_gives_the_published_values_of_the_textbook_corpus(bare: pbgov.Lexicon) -> None:
    """Gries (2008, 2020): five parts of 9, 10, 10, 10 and 11 words; 'a' stands 1 to 5 times."""
    segments = segments_of(*((f"part{i}", text) for i, text in enumerate(GRIES.split("|"))))
    table = dispersion(segments, bare, min_length=1).set_index("term")
    assert table.loc["a", ["count", "range", "n_units"]].tolist() == [15, 5, 5]
    assert table.loc["a", "dp"] == pytest.approx(0.18)
    assert table.loc["a", "dp_norm"] == pytest.approx(0.2195, abs=5e-5)
    assert table.loc["a", "juilland_d"] == pytest.approx(0.785, abs=5e-4)
    assert table.loc["a", "per_thousand"] == pytest.approx(300)
    assert table.loc["x", "dp"] == pytest.approx(1 - 11 / 50)  # in the last part only
    assert table.loc["m", "dp_norm"] == pytest.approx(1)  # in the smallest part only
    assert table.loc["m", "juilland_d"] == pytest.approx(0)
    assert list(table.index[:2]) == ["a", "b"]


def test_dispersion_measures_follow_their_definitions() -> None:
    random = np.random.default_rng(4)
    counts, sizes = random.integers(0, 9, (6, 30)), random.integers(20, 90, 6)
    counts[0] += 1
    for term, dp, evenness in zip(
        counts.T,
        deviation_of_proportions(counts, sizes),
        juilland_d(counts, sizes),
        strict=True,
    ):
        shares = [n / term.sum() for n in term]
        assert dp == pytest.approx(
            sum(abs(a - b / sizes.sum()) for a, b in zip(shares, sizes, strict=True)) / 2
        )
        rates = [n / size for n, size in zip(term, sizes, strict=True)]
        mean = sum(rates) / 6
        spread = math.sqrt(sum((rate - mean) ** 2 for rate in rates) / 6)
        assert evenness == pytest.approx(1 - spread / mean / math.sqrt(5))


def test_one_unit_has_no_dispersion_and_nothing_read_gives_no_row(bare: pbgov.Lexicon) -> None:
    alone = dispersion(segments_of(("甲", "天 地 天")), bare, min_length=1)
    assert alone["term"].tolist() == ["天", "地"]
    assert alone[["dp", "dp_norm", "juilland_d"]].isna().all(axis=None)
    headings = segments_of(("甲", "天 地")).assign(kind="heading")
    assert dispersion(headings, bare).empty


def test_units_without_words_are_left_out_of_the_dispersion(bare: pbgov.Lexicon) -> None:
    segments = segments_of(("甲", "天 地"), ("乙", "天 地 天 地"), ("丙", "……"))
    table = dispersion(segments, bare, min_length=1)
    assert table["n_units"].tolist() == [2, 2]
    assert table["dp"].tolist() == pytest.approx([0, 0])
    assert table["juilland_d"].tolist() == pytest.approx([1, 1])


# ---- intervals of the log-ratio ---------------------------------------------------------------


@pytest.mark.parametrize("table", [(20, 1000, 10, 1000), (3, 900, 40, 2500), (1, 50, 1, 60)])
def test_wald_interval_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    from scipy.stats.contingency import relative_risk

    count, total, other, other_total = table
    expected = relative_risk(count, total, other, other_total).confidence_interval(0.95)
    low, high = wald_interval(np.array([count]), total, np.array([other]), other_total)
    assert low[0] == pytest.approx(math.log2(expected.low), abs=1e-12)
    assert high[0] == pytest.approx(math.log2(expected.high), abs=1e-12)


def test_resampled_interval_is_the_bootstrap_of_scipy() -> None:
    """Ends agree with scipy's percentile bootstrap of two samples up to the noise of the draws."""
    from scipy.sparse import csr_array
    from scipy.stats import bootstrap

    random = np.random.default_rng(8)
    sizes = random.integers(80, 160, 60)
    hits = random.binomial(sizes, np.where(np.arange(60) < 30, 0.06, 0.03))
    first = np.arange(60) < 30

    def log_ratio(one: Any, other: Any) -> Any:
        return math.log2(
            hits[one].sum() / sizes[one].sum() / (hits[other].sum() / sizes[other].sum())
        )

    expected = bootstrap(
        (np.flatnonzero(first), np.flatnonzero(~first)),
        log_ratio,
        vectorized=False,
        method="percentile",
        n_resamples=4000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    column = hits[:, None].astype(float)
    low, high = resampled_interval(
        csr_array(column * first[:, None]),
        sizes * first,
        csr_array(column * ~first[:, None]),
        sizes * ~first,
        draws=4000,
        seed=2,
    )
    assert low[0] == pytest.approx(expected.low, abs=0.04)
    assert high[0] == pytest.approx(expected.high, abs=0.04)


def test_resampling_documents_covers_where_wald_does_not() -> None:
    """Words come in bursts: 95 % intervals should hold the planted ratio of 1 (log2: 0)."""
    from scipy.sparse import csr_array

    random = np.random.default_rng(3)
    n_terms, n_documents, words = 400, 30, 500
    bursts = random.gamma(0.5, 2.0, (2 * n_documents, n_terms))
    hits = random.poisson(2 * bursts)
    first = np.arange(2 * n_documents) < n_documents
    sizes = np.full(2 * n_documents, words)
    low, high = resampled_interval(
        csr_array((hits * first[:, None]).astype(float)),
        sizes * first,
        csr_array((hits * ~first[:, None]).astype(float)),
        sizes * ~first,
        draws=499,
        seed=6,
    )
    wald_low, wald_high = wald_interval(
        hits[first].sum(axis=0), words * n_documents, hits[~first].sum(axis=0), words * n_documents
    )
    assert np.mean((low <= 0) & (high >= 0)) > 0.9
    assert np.mean((wald_low <= 0) & (wald_high >= 0)) < 0.75


def test_a_cluster_on_both_sides_is_drawn_once_for_both() -> None:
    """Equal halves of every cluster: whatever is drawn, the two rates are equal."""
    from scipy.sparse import csr_array

    hits = csr_array(np.random.default_rng(0).poisson(3, (12, 5)).astype(float))
    sizes = np.arange(20, 32)
    low, high = resampled_interval(hits, sizes, hits, sizes, draws=50, seed=0)
    np.testing.assert_allclose([low, high], 0, atol=1e-12)


def test_contrast_says_why_it_gives_no_interval(bare: pbgov.Lexicon) -> None:
    table = contrast(
        segments_of(("甲", "天 天 地 玄"), ("乙", "天 地 地"), ("丙", "地")),
        bare,
        group="甲",
        min_length=1,
    ).set_index("term")
    assert table["resampled_low"].isna().all()
    assert table.loc["玄", ["wald_low", "wald_high"]].isna().all()
    assert "次数为 0" in table.loc["玄", "interval_reason"]
    assert "1 个和 2 个" in table.loc["天", "interval_reason"]
    assert np.isfinite(table.loc["天", "wald_low"])
    assert table.loc["天", ["cluster", "n_clusters_group", "n_clusters_against"]].tolist() == [
        "doc_id",
        1,
        2,
    ]


def test_contrast_resamples_the_clusters_that_are_named(bare: pbgov.Lexicon) -> None:
    segments = random_documents(9, 2 * FEWEST_CLUSTERS).assign(
        side=lambda table: np.where(table["doc_id"].str[1:].astype(int) % 2 == 0, "甲", "乙")
    )
    table = contrast(segments, bare, by="side", group="甲", min_length=1)
    assert table[["resampled_low", "resampled_high"]].notna().all(axis=None)
    assert table["interval_reason"].isna().all()
    assert (table["resampled_low"] <= table["log_ratio"]).all()
    assert (table["resampled_high"] >= table["log_ratio"]).all()
    assert table["n_clusters_group"].eq(FEWEST_CLUSTERS).all()
    shuffled = segments.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        table, contrast(shuffled, bare, by="side", group="甲", min_length=1)
    )
    finer = contrast(
        segments, bare, by="side", group="甲", min_length=1, cluster="segment_id", seed=4
    )
    assert finer["n_clusters_group"].eq(4 * FEWEST_CLUSTERS).all()
    pd.testing.assert_series_equal(table["log_ratio"], finer["log_ratio"])
    assert not np.allclose(table["resampled_low"], finer["resampled_low"])


def test_contrast_refuses_unknown_clusters_and_no_draws(bare: pbgov.Lexicon) -> None:
    segments = segments_of(("甲", "天"), ("乙", "地"))
    with pytest.raises(InputError, match="no column 'district'"):
        contrast(segments, bare, cluster="district")
    with pytest.raises(InputError, match="draws is 0"):
        contrast(segments, bare, draws=0)


# ---- keywords ---------------------------------------------------------------------------------


def test_tfidf_weights_are_those_of_scikit_learn(
    lexicon: pbgov.Lexicon, paragraphs: pd.DataFrame
) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    counts = pbgov.count_terms(paragraphs, lexicon)
    ready = [
        [term for row in unit.itertuples() for term in [row.term] * int(row.count_)]
        for _, unit in counts.rename(columns={"count": "count_"}).groupby("unit", sort=False)
    ]
    vectorizer = TfidfVectorizer(analyzer=lambda tokens: tokens)
    matrix = vectorizer.fit_transform(ready).toarray()
    table = keywords(paragraphs, lexicon, top=10_000)
    units = list(dict.fromkeys(counts["unit"]))
    assert len(table) == np.count_nonzero(matrix)
    column = vectorizer.vocabulary_
    expected = [matrix[units.index(row.unit), column[row.term]] for row in table.itertuples()]
    np.testing.assert_allclose(table["weight"], expected, rtol=0, atol=1e-12)
    assert table.groupby("unit")["weight"].apply(lambda w: w.is_monotonic_decreasing).all()


@pytest.mark.parametrize("window", [1, 4])
def test_textrank_is_networkx_pagerank_of_the_graph_of_its_definition(
    bare: pbgov.Lexicon, window: int
) -> None:
    networkx = pytest.importorskip("networkx")
    segments = random_documents(2, 3, n_lines=6)
    table = keywords(
        segments, bare, method="textrank", window=window, min_length=1, top=100
    ).set_index(["unit", "term"])
    for doc_id, rows in segments.groupby("doc_id"):
        graph = networkx.Graph()
        for text in rows["text"]:
            words = text.split()
            graph.add_nodes_from(words)
            for one, other in itertools.combinations(range(len(words)), 2):
                if other - one <= window and words[one] != words[other]:
                    edge = words[one], words[other]
                    times = graph.get_edge_data(*edge, {"weight": 0})["weight"]
                    graph.add_edge(*edge, weight=times + 1)
        expected = networkx.pagerank(graph, alpha=0.85, tol=1e-15, max_iter=10_000)
        got = table.loc[doc_id, "weight"]
        assert set(got.index) == set(expected)
        np.testing.assert_allclose(got, [expected[term] for term in got.index], atol=1e-12)


def test_page_rank_shares_out_what_nodes_without_edges_hold() -> None:
    networkx = pytest.importorskip("networkx")
    graph = networkx.Graph([(0, 1), (1, 2)])
    graph.add_nodes_from([3, 4])
    expected = networkx.pagerank(graph, tol=1e-15, max_iter=1000)
    got = page_rank(np.array([0, 1]), np.array([1, 2]), np.array([1.0, 1.0]), 5)
    np.testing.assert_allclose(got, [expected[node] for node in range(5)], atol=1e-12)


def test_keywords_count_units_and_documents_apart(bare: pbgov.Lexicon) -> None:
    segments = segments_of(("a", "天 天 地"), ("b", "天"), ("c", "玄")).assign(
        region=["甲", "甲", "乙"]
    )
    table = keywords(segments, bare, by="region", min_length=1).set_index(["unit", "term"])
    assert table.loc[("甲", "天"), ["rank", "count", "n_units", "n_documents"]].tolist() == [
        1,
        3,
        1,
        2,
    ]
    assert table.index.get_level_values("unit").tolist() == ["甲", "甲", "乙"]
    assert table.loc[("甲", "天"), "weight"] == pytest.approx(3 / math.sqrt(10))


def test_keywords_of_equal_weight_stand_in_a_fixed_order(bare: pbgov.Lexicon) -> None:
    forward = keywords(segments_of(("a", "天 地 玄 黄")), bare, min_length=1, method="textrank")
    reverse = keywords(segments_of(("a", "黄 玄 地 天")), bare, min_length=1, method="textrank")
    assert forward["term"].tolist() == reverse["term"].tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [({"method": "yake"}, "method"), ({"top": 0}, "top"), ({"window": 0}, "window")],
)
def test_keywords_refuse_what_cannot_be_meant(
    bare: pbgov.Lexicon, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        keywords(segments_of(("a", "天")), bare, **options)


# ---- collocations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "published"),
    [
        ((110, 2442, 111, 29114), 270.72),  # the swiss
        ((29, 13, 123, 31612), 263.90),  # can be
        ((31, 23, 139, 31584), 256.84),  # previous year
        ((10, 0, 3, 31764), 167.23),  # mineral water
    ],
)
def test_g2_gives_dunnings_published_values(
    cells: tuple[int, int, int, int], published: float
) -> None:
    """Dunning (1993), table 1."""
    both, first, second, _ = cells
    got = association(
        np.array([both]), np.array([both + first]), np.array([both + second]), sum(cells)
    )
    assert got["g2"][0] == pytest.approx(published, abs=0.005)


def test_log_dice_gives_published_values() -> None:
    """Values that M. Sugiura's R script for Rychlý (2008) prints in its documentation."""
    together = np.array([8, 3, 6, 300, 300])
    one = np.array([389, 3000, 3000, 3000, 300])
    other = np.array([230, 3000, 3000, 3000, 300])
    expected = [8.726204, 4.034216, 5.034216, 10.67807, 14]
    np.testing.assert_allclose(log_dice(together, one, other), expected, atol=5e-6)


def test_pmi_and_t_score_by_hand() -> None:
    """20 together where 8 were expected: 2 * 20 = 5 * 8, so the PMI is log2(2.5)."""
    got = association(np.array([20, 2]), np.array([80, 80]), np.array([100, 100]), 1000)
    assert got["expected"].tolist() == [8, 8]
    assert got["pmi"].tolist() == pytest.approx([math.log2(2.5), -2])
    assert got["t_score"].tolist() == pytest.approx([12 / math.sqrt(20), -6 / math.sqrt(2)])
    assert got["g2"][0] > 0 > got["g2"][1]


def windows(segments: pd.DataFrame, window: int) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
    """Ordered pairs (node, collocate, side), what begins a pair, and words: counted one by one."""
    pairs: Counter[Any] = Counter()
    begins: Counter[Any] = Counter()
    counts: Counter[Any] = Counter()
    for text in segments["text"]:
        words = text.split()
        counts.update(words)
        for at, word in enumerate(words):
            for other in range(max(0, at - window), min(len(words), at + window + 1)):
                if other != at:
                    begins[word] += 1
                    pairs[word, words[other], "after" if other > at else "before"] += 1
    return pairs, begins, counts


@pytest.mark.parametrize(("window", "node"), [(1, None), (3, None), (3, ["天", "地"]), (50, None)])
def test_collocations_count_what_a_reader_counts(
    bare: pbgov.Lexicon, window: int, node: list[str] | None
) -> None:
    segments = random_documents(5, 4)
    pairs, begins, counts = windows(segments, window)
    table = collocations(segments, bare, node=node, window=window, min_count=1, min_length=1)
    assert len(table)
    for row in table.to_dict("records"):
        term, other = row["term"], row["collocate"]
        assert row["n_after"] == pairs[term, other, "after"]
        assert row["n_before"] == pairs[term, other, "before"]
        assert row["count"] == row["n_after"] + row["n_before"]
        assert (row["pairs_term"], row["pairs_collocate"]) == (begins[term], begins[other])
        assert row["pairs_total"] == sum(begins.values())
        assert (row["count_term"], row["count_collocate"]) == (counts[term], counts[other])
        assert row["expected"] == pytest.approx(begins[term] * begins[other] / sum(begins.values()))
        assert row["log_dice"] == pytest.approx(
            14 + math.log2(2 * row["count"] / (counts[term] + counts[other]))
        )
        if node is None:
            assert row["n_after"] >= row["n_before"]
    wanted = {frozenset(pair[:2]) for pair in pairs if pair[0] != pair[1]}
    if node is None:
        assert {
            frozenset(pair) for pair in zip(table["term"], table["collocate"], strict=True)
        } == wanted
        assert len(table) == len(wanted)
    else:
        expected = {pair[:2] for pair in pairs if pair[0] in node and pair[0] != pair[1]}
        assert set(zip(table["term"], table["collocate"], strict=True)) == expected


def test_collocations_never_cross_the_end_of_a_segment(bare: pbgov.Lexicon) -> None:
    segments = segments_of(("a", "天 地\n玄 黄"), ("b", "玄 宇"))
    table = collocations(segments, bare, window=9, min_count=1, min_length=1)
    assert sorted(zip(table["term"], table["collocate"], strict=True)) == [
        ("天", "地"),
        ("玄", "宇"),
        ("玄", "黄"),
    ]


def test_collocations_tell_documents_from_occurrences(bare: pbgov.Lexicon) -> None:
    segments = segments_of(("a", "天 地 天 地\n天 地"), ("b", "地 天"))
    row = collocations(segments, bare, window=1, min_count=1, min_length=1).iloc[0]
    assert (row["term"], row["collocate"]) == ("天", "地")
    assert row[["count", "n_after", "n_before", "n_segments", "n_documents"]].tolist() == [
        5,
        3,
        2,
        3,
        2,
    ]


def test_stop_words_fill_the_window_but_are_not_listed() -> None:
    terms = pd.DataFrame({"term": [], "freq": [], "pos": [], "source": []})
    lexicon = pbgov.Lexicon(terms, frozenset("的"), "stop")
    segments = segments_of(("a", "天 的 地"))
    assert collocations(segments, lexicon, window=1, min_count=1, min_length=1).empty
    near = collocations(segments, lexicon, window=2, min_count=1, min_length=1)
    assert near[["term", "collocate", "pairs_total"]].values.tolist() == [["天", "地", 6]]


@pytest.mark.parametrize("measure", ["g2", "log_dice", "pmi", "t_score"])
def test_collocations_come_in_the_order_asked_for(bare: pbgov.Lexicon, measure: str) -> None:
    table = collocations(random_documents(1, 5), bare, measure=measure, min_length=1)
    assert len(table) > 5
    assert (table["count"] >= 3).all()
    assert np.diff(table[measure]).max() <= 1e-9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "z"}, "measure"),
        ({"window": 0}, "window"),
        ({"node": "玄黄"}, "not a word"),
        ({"node": []}, "no term"),
    ],
)
def test_collocations_refuse_what_cannot_be_meant(
    bare: pbgov.Lexicon, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        collocations(segments_of(("a", "天 地")), bare, **options)


def test_simulated_documents_give_simulated_tables(bare: pbgov.Lexicon) -> None:
    segments = segments_of(("模拟甲", "天 地 天 地"), ("模拟乙", "天 地 玄"))
    for table in (
        dispersion(segments, bare, min_length=1),
        keywords(segments, bare, min_length=1),
        collocations(segments, bare, min_count=1, min_length=1),
        contrast(segments, bare, min_length=1),
    ):
        assert pbgov.is_simulated(table)
