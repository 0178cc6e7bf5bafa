"""What no verb of mining can mean is refused in words, never by the library beneath."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.marks import as_simulated, is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "街道党组织召开社区议事会，协商停车问题。\n\n社区党员与居民一起议事，商定停车办法。\n"


@pytest.fixture(scope="module")
def lexicon(root: Path) -> pbgov.Lexicon:
    return pbgov.read_lexicon(root / "data" / "lexicon")


@pytest.fixture(scope="module")
def corpus() -> pbgov.Corpus:
    documents = [pbgov.Document(name, name, TEXT, TEXT, "utf-8", digest="") for name in "ab"]
    return pbgov.Corpus(documents)


VERBS: dict[str, Callable[..., object]] = {
    "keywords": pbgov.keywords,
    "count_terms": pbgov.count_terms,
    "dispersion": pbgov.dispersion,
    "contrast": pbgov.contrast,
    "collocations": pbgov.collocations,
    "discover_terms": pbgov.discover_terms,
    "topics": lambda segments, lexicon: pbgov.topics(segments, lexicon, 2, seed=1),
    "compare_topics": lambda segments, lexicon: pbgov.compare_topics(segments, lexicon, seed=1),
    "cooccurrence": pbgov.cooccurrence,
    "similarity": lambda segments, lexicon: pbgov.similarity(segments, lexicon, seed=1),
    "lexicon_report": lambda segments, lexicon: pbgov.lexicon_report(lexicon, segments),
}


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_table_of_segments_is_refused(verb, corpus, lexicon):
    for wrong in (corpus, TEXT, pbgov.segment(corpus, "paragraph").drop(columns="kind")):
        with pytest.raises(InputError, match=r"pbgov\.segment"):
            VERBS[verb](wrong, lexicon)


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_lexicon_is_refused(verb, corpus):
    with pytest.raises(InputError, match=r"read_lexicon"):
        VERBS[verb](pbgov.segment(corpus, "paragraph"), "data/lexicon")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda s, x, c: pbgov.keywords(s, x, top="5"), "top is '5'"),
        (lambda s, x, c: pbgov.contrast(s, x, seed=-1), "seed is -1"),
        (lambda s, x, c: pbgov.collocations(s, x, node=5), "node is 5"),
        (lambda s, x, c: pbgov.concordance(s, 5), "terms is 5"),
        (lambda s, x, c: pbgov.topics(s, x, 2.5, seed=1), "k is 2.5"),
        (lambda s, x, c: pbgov.topics(s, x, 2, seed=None), "seed is None"),
        (lambda s, x, c: pbgov.compare_topics(s, x, seed=1, ks=3), "ks is 3"),
        (lambda s, x, c: pbgov.cooccurrence(s, codings=s), "codings has no column"),
        (lambda s, x, c: pbgov.similarity(s, x, seed="a"), "seed is 'a'"),
        (
            lambda s, x, c: pbgov.similarity(s, x, seed=1, min_words=1, groups={"z": "东"}),
            "groups names no unit",
        ),
        (
            lambda s, x, c: pbgov.similarity(s, x, seed=1, min_words=1, years={"a": "二〇二〇"}),
            "give a number",
        ),
        (lambda s, x, c: pbgov.change_over_years(s, c, x, ["社区"]), "Corpus.documents"),
        (lambda s, x, c: pbgov.change_over_years(s, c.documents, x, [3]), "terms is"),
        (lambda s, x, c: pbgov.table_topics(s, source="试例"), "give the TopicModel"),
        (lambda s, x, c: pbgov.figure_network(s, source="试例"), "give the Network"),
        (lambda s, x, c: pbgov.figure_similarity(s, source="试例"), "give the Similarity"),
        (lambda s, x, c: pbgov.figure_change(s, source="试例"), "give the Change"),
        (lambda s, x, c: pbgov.table_lexicon(s, source="试例"), "give the LexiconReport"),
        (lambda s, x, c: pbgov.find_quantities(5), "holds no documents"),
        (lambda s, x, c: pbgov.find_formulas([TEXT]), "holds no documents"),
        (lambda s, x, c: pbgov.find_modality(None), "holds no documents"),
        (lambda s, x, c: pbgov.find_quantities(pd.DataFrame({"a": [1]})), "pbgov.segment"),
        (lambda s, x, c: pbgov.find_claims(TEXT, lexicon="nowhere"), "no such folder"),
        (lambda s, x, c: pbgov.find_places(s, s), "regions has no column"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(ask, said, corpus, lexicon):
    with pytest.raises(InputError) as refusal:
        ask(pbgov.segment(corpus, "paragraph"), lexicon, corpus)
    assert said in str(refusal.value)


def test_no_note_names_a_table_in_english(corpus, lexicon):
    documents = corpus.documents.assign(published=["2019", "2020"])
    segments = pbgov.segment(corpus, "paragraph")
    change = pbgov.change_over_years(segments, documents, lexicon, ["社区", "党"])
    note = pbgov.figure_change(change, source="试例").note
    assert "不一致的词：党" in note
    assert "terms" not in note


SLOGAN = "推行“三微”工作法，即微平台、微话题、微活动，满意率由72%提高到89%。\n\n实现“两个覆盖”。\n"
EXTRACTORS = {
    "find_quantities": pbgov.find_quantities,
    "find_formulas": pbgov.find_formulas,
    "find_claims": pbgov.find_claims,
    "find_modality": pbgov.find_modality,
}


@pytest.fixture(scope="module")
def slogans() -> pd.DataFrame:
    documents = [pbgov.Document(name, name, SLOGAN, SLOGAN, "utf-8", digest="") for name in "ab"]
    return pbgov.segment(pbgov.Corpus(documents), "paragraph")


@pytest.mark.parametrize("verb", EXTRACTORS)
def test_what_is_extracted_from_simulated_text_is_simulated(verb, slogans):
    found = EXTRACTORS[verb](as_simulated(slogans))
    assert len(found)
    assert is_simulated(found)
    assert not is_simulated(EXTRACTORS[verb](slogans))


@pytest.mark.parametrize("verb", EXTRACTORS)
def test_rows_in_any_order_are_read_in_the_order_of_the_text(verb, slogans):
    """The documents may change places; what is found in each of them may not."""
    found = EXTRACTORS[verb](slogans)
    shuffled = EXTRACTORS[verb](slogans.sort_values(["start", "doc_id"]).iloc[::-1])
    for name in "ab":
        own, other = (
            table[table.doc_id == name].reset_index(drop=True) for table in (found, shuffled)
        )
        pd.testing.assert_frame_equal(own, other)


def test_exhibits_of_simulated_text_say_so(slogans, lexicon):
    simulated = as_simulated(slogans)
    formulas = pbgov.find_formulas(simulated)
    for exhibit in (
        pbgov.table_formulas(formulas, source="试例"),
        pbgov.figure_formula_status(formulas, source="试例"),
        pbgov.figure_quantities(pbgov.find_quantities(simulated), source="试例"),
        pbgov.table_claims(pbgov.find_claims(simulated), source="试例"),
        pbgov.table_lexicon(pbgov.lexicon_report(lexicon, simulated), source="试例"),
    ):
        assert "【模拟】" in exhibit.caption(1)


def test_topics_do_not_hang_on_the_order_of_rows(lexicon):
    words = ["社区", "党员", "议事", "停车", "物业", "楼宇", "网格", "居民"]
    lines = ["、".join(words[(at + step) % 8] for step in (0, 1, 2, at % 5)) for at in range(24)]
    text = "\n\n".join(line + "。" for line in lines)
    document = pbgov.Document("a", "a", text, text, "utf-8", digest="")
    segments = pbgov.segment(document, "paragraph")
    first = pbgov.topics(segments, lexicon, 2, seed=1, n_seeds=2).topics
    again = pbgov.topics(segments.iloc[::-1], lexicon, 2, seed=1, n_seeds=2).topics
    pd.testing.assert_frame_equal(first, again)


def test_the_labels_of_thirty_years_stay_apart(lexicon):
    names = [f"d{at:02}" for at in range(30)]
    documents = [pbgov.Document(name, name, TEXT, TEXT, "utf-8", digest="") for name in names]
    corpus = pbgov.Corpus(documents)
    dated = corpus.documents.assign(published=[str(1991 + at) for at in range(30)])
    segments = pbgov.segment(corpus, "paragraph")
    change = pbgov.change_over_years(segments, dated, lexicon, ["社区", "议事"])
    figure = pbgov.figure_change(change, source="试例").draw()
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert len(boxes) == 30
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))
