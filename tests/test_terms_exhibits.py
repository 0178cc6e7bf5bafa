"""Exhibits of words: what they print, what they say of their limits, and hostile text."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.exhibits.concordance import view_concordance
from pbgov.exhibits.term_figures import figure_dispersion, figure_keyness
from pbgov.exhibits.terms import (
    table_collocations,
    table_concordance,
    table_discovered_terms,
    table_keywords,
)
from pbgov.mining.collocations import collocations
from pbgov.mining.concordance import concordance
from pbgov.mining.discovery import discover_terms
from pbgov.mining.keywords import keywords

SOURCE = "data/cases"
HOSTILE = "<script>alert(1)</script>社区<b onclick='x()'>&amp;\"党建\"𠀀\u202e"


@pytest.fixture(scope="module")
def lexicon(root: Path) -> pbgov.Lexicon:
    return pbgov.read_lexicon(root / "data" / "lexicon")


@pytest.fixture(scope="module")
def corpus(root: Path) -> pbgov.Corpus:
    return pbgov.read_corpus(root / "data" / "cases")


@pytest.fixture(scope="module")
def paragraphs(corpus: pbgov.Corpus) -> pd.DataFrame:
    return pbgov.segment(corpus, unit="paragraph")


@pytest.fixture(scope="module")
def by_segment(paragraphs: pd.DataFrame, lexicon: pbgov.Lexicon) -> pd.DataFrame:
    return pbgov.contrast(paragraphs, lexicon, cluster="segment_id", draws=99)


def hostile(tmp_path: Path) -> tuple[pbgov.Document, pd.DataFrame]:
    """A document whose text holds markup, as if repair had left it there."""
    raw = f"{HOSTILE}。\n\n第二段没有。\n"
    path = str(tmp_path / "a&b.txt")
    document = pbgov.Document("a&b", path, raw, raw, "utf-8", digest="")
    return document, pbgov.segment(document)


class Seen(HTMLParser):
    """The tags, attributes and text of a page, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


# ---- the concordance in a notebook ------------------------------------------------------------


def test_hostile_text_and_titles_stay_text(tmp_path: Path) -> None:
    document, segments = hostile(tmp_path)
    hits = concordance(segments, "社区", documents=document)
    view = view_concordance(hits, document, names={document.doc_id: HOSTILE})
    seen = Seen(view._repr_html_())
    assert seen.tags <= {"div", "p", "details", "summary", "bdi", "mark", "span", "br"}
    assert seen.attributes == {"style"}
    assert seen.words.count(HOSTILE) == 2  # the paragraph and the title, each whole
    assert "a&b.txt" in seen.words
    start = document.text.index("社区")
    assert f"文本第 {start}–{start + 2} 字符" in seen.words


def test_a_view_opens_to_the_whole_paragraph(
    corpus: pbgov.Corpus, paragraphs: pd.DataFrame
) -> None:
    hits = concordance(paragraphs, "吹哨", documents=corpus)
    view = view_concordance(hits, corpus, top=3)
    assert (view.n_hits, view.n_shown) == (len(hits), 3)
    seen = Seen(view.html)
    assert f"共 {len(hits)} 处" in seen.words
    assert "列出前 3 处" in seen.words
    assert view.html.count("<details>") == 3
    texts = paragraphs.set_index("segment_id")["text"]
    for segment_id in hits["segment_id"].head(3):
        assert texts[segment_id] in seen.words
    assert view.html == view_concordance(hits, corpus, top=3).html
    assert str(Path(corpus[0].path).parent) not in view.html


def test_half_a_surrogate_pair_can_be_shown(tmp_path: Path) -> None:
    document, segments = hostile(tmp_path)
    view = view_concordance(
        concordance(segments, "社区"), document, names={document.doc_id: "题\ud800𠀀"}
    )
    assert "题\ufffd𠀀" in view.html
    assert view.html.encode("utf-8").decode("utf-8") == view.html


def test_views_of_nothing_and_of_other_versions(tmp_path: Path) -> None:
    document, segments = hostile(tmp_path)
    assert "共 0 处" in view_concordance(concordance(segments, "绝无"), document).html
    hits = concordance(segments, "社区")
    moved = hits.assign(start=hits["start"] + 1, end=hits["end"] + 1)
    with pytest.raises(InputError, match="another version"):
        view_concordance(moved, document)
    with pytest.raises(InputError, match="documents lack"):
        view_concordance(hits, [])
    with pytest.raises(InputError, match="top"):
        view_concordance(hits, document, top=0)


def test_simulated_hits_say_so(tmp_path: Path) -> None:
    document, segments = hostile(tmp_path)
    hits = pbgov.mark_simulated(concordance(segments, "社区"))
    assert "模拟数据" in view_concordance(hits, document).html
    assert table_concordance(hits, source=SOURCE).simulated


# ---- tables -----------------------------------------------------------------------------------


def test_concordance_table_prints_the_line_around_the_hit(tmp_path: Path) -> None:
    document, segments = hostile(tmp_path)
    exhibit = table_concordance(concordance(segments, "社区"), source=SOURCE)
    start = document.text.index("社区")
    assert exhibit.rows() == [
        [
            document.doc_id,
            HOSTILE[:25][-20:],
            "社区",
            HOSTILE[27:47],
            f"第 {start}–{start + 2} 字符",
        ]
    ]
    assert Seen(exhibit._repr_html_()).words.count("<script>alert(1)</script>"[-20:]) == 1
    assert "N = 1 处，1 篇文档" in exhibit.notes()[0]
    with pytest.raises(InputError, match="no hit"):
        table_concordance(concordance(segments, "绝无"), source=SOURCE)


def test_keyword_table_has_a_line_for_each_unit(
    paragraphs: pd.DataFrame, lexicon: pbgov.Lexicon
) -> None:
    table = keywords(paragraphs, lexicon, top=3)
    exhibit = table_keywords(table, source=SOURCE, names={table["unit"][0]: "第一篇"})
    assert len(exhibit.rows()) == 5
    first = table[table["unit"] == table["unit"][0]]
    assert exhibit.rows()[0] == [
        "第一篇",
        "、".join(f"{row.term}（{first.loc[row.Index, 'count']}）" for row in first.itertuples()),
    ]
    assert "idf 来自这批文档本身" in exhibit.notes()[0]
    ranked = table_keywords(keywords(paragraphs, lexicon, method="textrank"), source=SOURCE)
    assert "PageRank" in ranked.notes()[0]


def test_collocation_table_says_what_its_columns_are(
    corpus: pbgov.Corpus, lexicon: pbgov.Lexicon
) -> None:
    table = collocations(pbgov.segment(corpus), lexicon, window=4)
    exhibit = table_collocations(table, source=SOURCE, top=5)
    note = exhibit.notes()[0]
    assert "不超过 4 个词" in note
    assert "词并不独立" in note
    assert f"N = {len(table)} 对，列出前 5 行" in note
    assert [row[:2] for row in exhibit.rows()] == table[
        ["term", "collocate"]
    ].head().values.tolist()
    assert all("e−" not in cell for row in exhibit.rows() for cell in row)


def test_table_of_proposals_leaves_the_decision_to_a_person(
    paragraphs: pd.DataFrame, lexicon: pbgov.Lexicon
) -> None:
    table = discover_terms(paragraphs, lexicon)
    exhibit = table_discovered_terms(table, source=SOURCE, top=4)
    assert [row[0] for row in exhibit.rows()] == table["term"].head(4).tolist()
    assert all(row[0] in row[-1] for row in exhibit.rows())
    assert "由人读过原文再定" in exhibit.notes()[0]


@pytest.mark.parametrize(
    "make", [table_keywords, table_collocations, table_discovered_terms, table_concordance]
)
def test_tables_refuse_other_tables(make: Any) -> None:
    with pytest.raises(InputError, match="has no column"):
        make(pd.DataFrame({"a": [1]}), source=SOURCE)


# ---- figures ----------------------------------------------------------------------------------


def labels_of(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_keyness_draws_both_directions_with_counts(by_segment: pd.DataFrame) -> None:
    group = by_segment["group"][0]
    exhibit = figure_keyness(by_segment, source=SOURCE, group=group, top=4)
    axes = exhibit.draw().axes[0]
    one = by_segment[by_segment["group"] == group].sort_values(["z", "term"])
    drawn = pd.concat([one.head(4), one.tail(4)])
    assert set(exhibit.data["term"]) == set(drawn["term"])
    expected = {
        f"{row.term}（{row.count_group} : {row.count_against}）" for row in drawn.itertuples()
    }
    assert set(labels_of(axes)) == expected
    points = np.concatenate([line.get_xdata() for line in axes.lines if line.get_marker() in "os"])
    np.testing.assert_allclose(sorted(points), sorted(drawn["log_ratio"]))
    note = exhibit.notes()[0]
    assert "同一篇文章里的词并不独立" in note
    assert "重抽样" in note
    assert "个片段" in note


def test_keyness_without_resampling_says_why(
    paragraphs: pd.DataFrame, lexicon: pbgov.Lexicon
) -> None:
    table = pbgov.contrast(paragraphs, lexicon, group="two-new-beijing-2022")
    note = figure_keyness(table, source=SOURCE).notes()[0]
    assert "两边可抽的单位是 1 个和 4 个" in note
    assert "粗线" not in note


def test_keyness_names_the_groups_it_could_draw(by_segment: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="holds 5 groups"):
        figure_keyness(by_segment, source=SOURCE)
    with pytest.raises(InputError, match="no group '丁'"):
        figure_keyness(by_segment, source=SOURCE, group="丁")


def test_dispersion_draws_every_hit_at_its_place(
    corpus: pbgov.Corpus, paragraphs: pd.DataFrame
) -> None:
    hits = concordance(paragraphs, ["宝兴", "网格"])
    exhibit = figure_dispersion(hits, paragraphs, source=SOURCE)
    axes = exhibit.draw().axes[0]
    assert len(labels_of(axes)) == len(corpus)  # documents without a hit too
    drawn = sorted(x for lines in axes.collections for (x, _), _ in lines.get_segments())
    first = {
        doc_id: min(rows["start"])
        for doc_id, rows in paragraphs[paragraphs["kind"] == "paragraph"].groupby("doc_id")
    }
    assert drawn == sorted(
        start - first[doc_id] for doc_id, start in zip(hits["doc_id"], hits["start"], strict=True)
    )
    assert (exhibit.data["position"] < exhibit.data["length"]).all()
    texts = {text.get_text() for text in axes.texts}
    assert {str(n) for n in hits.groupby(["doc_id", "term"]).size()} <= texts
    assert "“宝兴” " in exhibit.notes()[0]


def test_dispersion_refuses_what_it_cannot_show(paragraphs: pd.DataFrame) -> None:
    hits = concordance(paragraphs, ["党建", "社区", "网格", "物业", "街道"])
    with pytest.raises(InputError, match="5 terms"):
        figure_dispersion(hits, paragraphs, source=SOURCE)
    with pytest.raises(InputError, match="0 terms"):
        figure_dispersion(hits.head(0), paragraphs, source=SOURCE)
    one = hits[hits["term"] == "党建"]
    with pytest.raises(InputError, match="segments lack"):
        figure_dispersion(one, paragraphs[paragraphs["doc_id"] != one["doc_id"][0]], source=SOURCE)


def test_of_many_documents_those_with_most_hits_are_drawn(paragraphs: pd.DataFrame) -> None:
    copies = pd.concat(
        [
            paragraphs.assign(
                doc_id=paragraphs["doc_id"] + f"-{n}",
                segment_id=paragraphs["segment_id"] + f"-{n}",
                paragraph_id=paragraphs["paragraph_id"] + f"-{n}",
            )
            for n in range(12)
        ],
        ignore_index=True,
    )
    hits = concordance(copies, "宝兴")
    exhibit = figure_dispersion(hits, copies, source=SOURCE)
    figure = exhibit.draw()
    drawn = labels_of(figure.axes[0])
    assert figure.get_size_inches()[1] * 2.54 < 23
    assert f"其余 {60 - len(drawn)} 篇" in exhibit.notes()[0]
    assert 5 < len(drawn) <= 12
    assert all("street" in label for label in drawn)


def test_rare_characters_in_figures_are_named(tmp_path: Path) -> None:
    document, segments = hostile(tmp_path)
    hits = concordance(segments, "𠀀")
    exhibit = figure_dispersion(hits, segments, source=SOURCE)
    exhibit.draw()
    assert exhibit.image("png") == exhibit.image("png")
    assert "〓" in exhibit.notes()[0] or "𠀀" in exhibit.notes()[0]
    assert document.text[hits["start"][0]] == "𠀀"
