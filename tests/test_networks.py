"""Networks: counts by brute force, chance against shuffling and scipy, planted pairs found, circular ones not."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, hypergeom

import pbgov
from pbgov.errors import InputError
from pbgov.exhibits.networks import figure_network
from pbgov.inference.words.overlap import overlap_test
from pbgov.mining.networks import cooccurrence

WORDS = ["养老", "护理", "垃圾", "分类", "企业", "投资", "绿化", "河道", "就业", "市场"]


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


def drawn(n: int = 80, seed: int = 0, together: tuple[str, str] | None = None) -> pd.DataFrame:
    """Paragraphs of four documents, each with three words at random, maybe one pair tied together."""
    random = np.random.default_rng(seed)
    units = []
    for number in range(n):
        words = list(random.choice(WORDS, 3, replace=False))
        if together and together[0] in words and random.random() < 0.9:
            words = [*dict.fromkeys([*words, together[1]])]
        units.append((f"d{number % 4}", "，".join(words)))
    return segments_of(units)


def codings_of(rows: list[tuple[str, int, int, str, str]], coder: str = "rules") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end", "code_id", "rule"])
    return table.assign(coder=coder, value=1, status="suggested")


# ---- chance -----------------------------------------------------------------------------------


def test_one_stratum_is_fishers_exact_test():
    random = np.random.default_rng(1)
    for _ in range(40):
        n = int(random.integers(4, 30))
        one, other = random.random((2, n)) < 0.4
        one[0], other[0], one[1], other[1] = True, False, False, True
        together = int((one & other).sum())
        test = overlap_test(together, np.array([n]), np.array([one.sum()]), np.array([other.sum()]))
        table = [
            [together, one.sum() - together],
            [other.sum() - together, n - one.sum() - other.sum() + together],
        ]
        assert test.p_above == pytest.approx(fisher_exact(table, "greater").pvalue)
        assert test.p_below == pytest.approx(fisher_exact(table, "less").pvalue)
        assert test.expected == pytest.approx(hypergeom.mean(n, one.sum(), other.sum()))


def test_strata_are_what_shuffling_within_documents_gives():
    """Every arrangement of two things in strata of 4 and 3 units, counted one by one."""
    sizes, first, second = (4, 3), (2, 1), (2, 2)
    one = [set(places) for places in itertools.combinations(range(4), 2)]
    other = [{place} for place in range(3)]
    met = [len(places & {0, 1}) + len(there & {0, 1}) for places in one for there in other]
    for together in range(4):
        test = overlap_test(together, *map(np.array, (sizes, first, second)))
        assert test.p_above == pytest.approx(np.mean([count >= together for count in met]))
        assert test.p_below == pytest.approx(np.mean([count <= together for count in met]))
    assert test.expected == pytest.approx(np.mean(met))
    assert (test.low, test.high) == (0, 3)


def test_many_strata_agree_with_random_shuffles():
    random = np.random.default_rng(4)
    documents = np.repeat([0, 1, 2], [12, 20, 9])
    one, other = random.random((2, 41)) < [[0.3], [0.5]]
    together = int((one & other).sum())
    counts = [
        np.bincount(documents, weights=held, minlength=3).astype(int) for held in (one, other)
    ]
    test = overlap_test(together, np.bincount(documents), *counts)
    met = []
    for _ in range(4000):
        shuffled = other.copy()
        for document in range(3):
            own = documents == document
            shuffled[own] = random.permutation(shuffled[own])
        met.append(int((one & shuffled).sum()))
    assert test.expected == pytest.approx(np.mean(met), abs=0.1)
    share = np.mean(np.array(met) >= together)
    assert test.p_above == pytest.approx(share, abs=4 * np.sqrt(0.25 / 4000))


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="allow 1 to 2"):
        overlap_test(0, np.array([3]), np.array([2]), np.array([2]))
    with pytest.raises(InputError, match="holds more"):
        overlap_test(0, np.array([3]), np.array([4]), np.array([2]))


# ---- edges and nodes --------------------------------------------------------------------------


def test_edges_count_what_a_loop_counts(lexicon):
    segments = drawn()
    network = cooccurrence(segments, lexicon, terms=WORDS)
    assert len(network.edges) == 45
    held = {word: set(segments.index[segments["text"].str.contains(word)]) for word in WORDS}
    for edge in network.edges.to_dict("records"):
        one, other = held[edge["source"]], held[edge["target"]]
        assert edge["together"] == len(one & other)
        assert (edge["n_source"], edge["n_target"]) == (len(one), len(other))
        assert edge["jaccard"] == pytest.approx(len(one & other) / len(one | other))
        assert edge["n_documents"] == segments.loc[sorted(one & other), "doc_id"].nunique()
        expected = sum(
            len(one & own) * len(other & own) / len(own)
            for own in (set(rows.index) for _, rows in segments.groupby("doc_id"))
        )
        assert edge["expected"] == pytest.approx(expected)
        table = [
            [len(one & other), len(one - other)],
            [len(other - one), len(segments) - len(one | other)],
        ]
        assert edge["g2"] == pytest.approx(_g2(table), abs=1e-9)


def _g2(table) -> float:
    from scipy.stats import chi2_contingency

    return float(chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic)


def test_a_planted_pair_is_above_chance_and_noise_is_not(lexicon):
    noise = cooccurrence(drawn(200, seed=2), lexicon, terms=WORDS)
    assert noise.edges["above_chance"].sum() == 0
    planted = cooccurrence(drawn(200, seed=2, together=("养老", "河道")), lexicon, terms=WORDS)
    above = planted.edges[planted.edges["above_chance"]]
    assert list(zip(above["source"], above["target"], strict=True)) == [("养老", "河道")]
    nodes = planted.nodes.set_index("node")
    assert nodes.loc[["养老", "河道"], "degree"].tolist() == [1, 1]
    assert nodes.loc[["养老", "河道"], "community"].tolist() == [1, 1]
    assert nodes["community"].drop(["养老", "河道"]).isna().all()


def test_what_only_shares_a_document_is_not_above_chance(lexicon):
    """Two words that fill one document and miss another meet often, but not more than they must."""
    random = np.random.default_rng(8)
    units = [
        ("a", "养老" * (random.random() < 0.7) + "，绿化" * (random.random() < 0.7))
        for _ in range(60)
    ]
    units += [("b", "投资，就业") for _ in range(60)]
    edges = cooccurrence(segments_of(units), lexicon, terms=["养老", "绿化"]).edges
    pooled = fisher_exact(
        [
            [edges["together"][0], edges["n_source"][0] - edges["together"][0]],
            [
                edges["n_target"][0] - edges["together"][0],
                120 - edges["n_source"][0] - edges["n_target"][0] + edges["together"][0],
            ],
        ],
        "greater",
    )
    assert pooled.pvalue < 1e-6
    assert edges["p_above"][0] > 0.05


def test_communities_and_betweenness_are_those_of_networkx(lexicon):
    units = []
    for number in range(120):
        words = ["养老，护理，就业", "垃圾，分类", "企业，投资", "绿化"][number % 4]
        units.append((f"d{number % 3}", words + "，" + WORDS[number % 10]))
    network = cooccurrence(segments_of(units), lexicon, terms=WORDS)
    above = network.edges[network.edges["above_chance"]]
    graph = nx.Graph(list(zip(above["source"], above["target"], strict=True)))
    nodes = network.nodes.set_index("node")
    for node, value in nx.betweenness_centrality(nx.Graph([*graph.edges])).items():
        scale = (len(graph) - 1) * (len(graph) - 2) / ((len(WORDS) - 1) * (len(WORDS) - 2))
        assert nodes.loc[node, "betweenness"] == pytest.approx(value * scale)
        assert nodes.loc[node, "degree"] == graph.degree(node)
    groups = nodes.dropna(subset="community").groupby("community").groups
    assert network.modularity == pytest.approx(nx.community.modularity(graph, groups.values()))
    assert nodes.loc["养老", "community"] == nodes.loc["护理", "community"]
    assert nodes.loc["企业", "community"] == nodes.loc["投资", "community"]
    assert nodes.loc["养老", "community"] != nodes.loc["企业", "community"]


def test_sentences_meet_inside_their_paragraph_and_never_across(lexicon):
    segments = segments_of([("a", "养老。"), ("a", "护理。"), ("a", "绿化。"), ("a", "河道。")])
    segments["kind"] = "sentence"
    segments["paragraph_id"] = ["a/p1", "a/p1", "a/p2", "a/p2"]
    edges = cooccurrence(segments, lexicon, terms=["养老", "护理", "绿化"]).edges
    met = edges.set_index(["source", "target"])["together"]
    assert met["养老", "护理"] == 1
    assert met["护理", "绿化"] == 0
    alone = cooccurrence(segments, lexicon, terms=["养老", "护理"], by="segment_id")
    assert alone.edges["together"].tolist() == [0]


def test_a_term_that_is_not_found_is_listed_with_its_reason(lexicon):
    network = cooccurrence(drawn(), lexicon, terms=["养老", "护理", "火星", "老，"])
    reasons = network.nodes.set_index("node")["reason"]
    assert "没有这个词" in reasons["火星"]
    assert "切词" in reasons["老，"]
    assert "火星" in str(network)
    assert network.nodes.set_index("node").loc["火星", "n_units"] == 0


# ---- codes ------------------------------------------------------------------------------------


def test_codes_on_the_same_words_meet_by_rule_and_not_above_chance(lexicon):
    segments = segments_of(
        [(f"d{n % 2}", "居民协商，企业投资" if n % 3 else "绿化") for n in range(60)]
    )
    rows = []
    for segment in segments.itertuples():
        if "协商" in segment.text:
            place = (segment.doc_id, segment.start, segment.end)
            rows += [
                (*place, "A", "cue:协商"),
                (*place, "B", "cue:居民协商"),
                (*place, "C", "cue:投资"),
            ]
    network = cooccurrence(segments, lexicon, codings=codings_of(rows), terms=["投资", "绿化"])
    edges = network.edges.set_index(["source", "target"])
    assert edges.loc[("A", "B"), "by_rule"] == 40
    assert not edges.loc[("A", "B"), "above_chance"]
    assert edges.loc[("A", "C"), "by_rule"] == 0
    assert edges.loc[("A", "C"), "above_chance"]
    assert edges.loc[("C", "投资"), "by_rule"] == 40
    assert not edges.loc[("C", "投资"), "above_chance"]
    assert edges.loc[("A", "投资"), "above_chance"]
    assert edges.loc[("A", "B"), "kind"] == "code-code"
    assert edges.loc[("A", "投资"), "kind"] == "code-term"


def test_judgements_of_people_have_no_rule_and_absence_does_not_count():
    segments = segments_of([("a", "养老护理"), ("a", "绿化河道"), ("b", "企业投资")])
    rows = [
        ("a", segments["start"][place], segments["end"][place], code, float("nan"))
        for place, code in [(0, "A"), (0, "B"), (1, "B")]
    ]
    codings = codings_of(rows, "author")
    codings.loc[2, "value"] = 0
    edges = cooccurrence(segments, codings=codings).edges
    assert edges[["together", "n_source", "n_target", "by_rule"]].iloc[0].tolist() == [1, 1, 1, 0]


def test_codings_are_laid_on_units_as_a_loop_would(root):
    segments = pbgov.segment(pbgov.read_corpus(root / "data" / "cases"), "paragraph")
    codings = pbgov.code_by_rules(segments, pbgov.read_codebook(root / "data" / "codebook"))
    edges = cooccurrence(segments, codings=codings).edges.set_index(["source", "target"])
    held = codings.groupby("code_id")["segment_id"].agg(set)
    for one, other in itertools.combinations(sorted(held.index), 2):
        assert edges.loc[(one, other), "together"] == len(held[one] & held[other])


def test_misuse_is_refused(lexicon):
    segments = drawn(20)
    with pytest.raises(InputError, match="lexicon, codings, or both"):
        cooccurrence(segments)
    with pytest.raises(InputError, match="span documents"):
        cooccurrence(segments.assign(district="x"), lexicon, by="district")
    with pytest.raises(InputError, match="needs two or more"):
        cooccurrence(segments, lexicon, terms=["养老"])
    codings = codings_of([("d0", 0, 4, "A", "cue:x"), ("d0", 900, 902, "B", "cue:x")])
    with pytest.raises(InputError, match="lies in no unit"):
        cooccurrence(segments, codings=codings)
    with pytest.raises(InputError, match="2 coders"):
        cooccurrence(segments, codings=codings.assign(coder=["x", "y"]))
    whole = codings_of([("d0", 0, 4, "养老", "cue:x")])
    with pytest.raises(InputError, match="term and a code"):
        cooccurrence(segments, lexicon, codings=whole, terms=["养老"])


def test_simulated_segments_give_a_simulated_network(lexicon):
    network = cooccurrence(pbgov.mark_simulated(drawn()), lexicon, terms=WORDS)
    assert pbgov.is_simulated([network.edges, network.nodes])


# ---- in print ---------------------------------------------------------------------------------


def boxes(figure, texts):
    from matplotlib.text import Text

    figure.draw_without_rendering()
    found = [artist for artist in figure.findobj(Text) if artist.get_text() in texts]
    return {artist.get_text(): artist.get_window_extent() for artist in found}


def test_the_figure_draws_edges_above_chance_with_labels_that_do_not_overlap(lexicon):
    random = np.random.default_rng(1)
    groups = [WORDS[:5], WORDS[5:]]
    units = [
        (f"d{n % 3}", "，".join(random.choice(groups[n % 2], 3, replace=False))) for n in range(200)
    ]
    network = cooccurrence(segments_of(units), lexicon, terms=WORDS)
    exhibit = figure_network(network, source="人造数据")
    figure = exhibit.draw()
    above = int(network.edges["above_chance"].sum())
    axes = figure.axes[0]
    assert len(axes.lines) == above > 10
    extents = boxes(figure, WORDS)
    assert set(extents) == set(WORDS)
    for one, other in itertools.combinations(extents.values(), 2):
        assert not one.overlaps(other)
    page = figure.bbox
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 for box in extents.values())
    assert f"实线 {above} 对" in exhibit.notes()[0]
    assert "〓" not in exhibit.notes()[0]
    assert exhibit.image("png") == figure_network(network, source="人造数据").image("png")


def test_the_figure_of_noise_says_that_nothing_is_above_chance(lexicon):
    network = cooccurrence(drawn(), lexicon, terms=WORDS)
    exhibit = figure_network(network, source="人造数据")
    assert boxes(exhibit.draw(), ["没有一对高于随机"])
    shown = figure_network(network, source="人造数据", unadjusted=True)
    pairs = int(network.edges["p_above"].le(0.05).sum())
    assert len(shown.draw().axes[0].lines) == pairs
    assert f"虚线 {pairs} 对" in shown.notes()[0]
    assert len(shown.data) == 45, "the data hold every pair"


def test_a_crowded_figure_says_what_it_leaves_out(lexicon):
    words = [row for row in lexicon.terms["term"] if len(row) == 4][:60]
    units = [(f"d{n % 2}", words[n % 60] + "，" + words[(n + 30) % 60]) for n in range(360)]
    network = cooccurrence(segments_of(units), lexicon, terms=words)
    shown = figure_network(network, source="人造数据").notes()[0]
    linked = int(network.nodes["degree"].gt(0).sum())
    assert linked > 45
    assert "个节点画不下" in shown
