"""All occurrences of all terms are those of a plain loop with ``in`` and ``find``."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.coding.ruling import matching
from pbgov.coding.ruling.matching import Matcher
from pbgov.errors import InputError

Found = set[tuple[int, int, int, int]]


def found(terms: list[str], texts: list[str]) -> list[tuple[int, int, int, int]]:
    hits = Matcher(terms).find(texts)
    return list(
        zip(
            hits.text.tolist(),
            hits.term.tolist(),
            hits.start.tolist(),
            hits.end.tolist(),
            strict=True,
        )
    )


def by_loop(terms: list[str], texts: list[str]) -> Found:
    """Every place at which a text, cut off before it, begins with the term."""
    return {
        (number, place, at, at + len(term))
        for number, text in enumerate(texts)
        for place, term in enumerate(terms)
        if term in text
        for at in range(len(text))
        if text[at:].startswith(term)
    }


def test_nested_overlapping_and_self_overlapping_terms() -> None:
    texts = ["党组织组织", "哈哈哈", "", "一\x00二", "𠮷𠮷党"]
    terms = ["党组织", "组织", "织组", "哈哈", "\x00", "𠮷", "𠮷党"]
    assert set(found(terms, texts)) == {
        (0, 0, 0, 3),
        (0, 1, 1, 3),
        (0, 2, 2, 4),
        (0, 1, 3, 5),
        (1, 3, 0, 2),
        (1, 3, 1, 3),
        (3, 4, 1, 2),
        (4, 5, 0, 1),
        (4, 5, 1, 2),
        (4, 6, 1, 3),
    }


def test_nothing_is_found_across_two_texts() -> None:
    assert found(["联席会", "会议"], ["联席", "会", "议联席", "会议"]) == [(3, 1, 0, 2)]


def test_a_term_given_twice_is_found_under_either_number() -> None:
    assert found(["组织", "组织"], ["组织"]) == [(0, 0, 0, 2), (0, 1, 0, 2)]


def test_no_text_and_no_term_are_no_hit() -> None:
    assert found(["组织"], []) == []
    assert found([], ["组织"]) == []
    assert found(["组织"], ["", ""]) == []


@pytest.mark.parametrize("wrong", ["", float("nan"), "\ud800"])
def test_a_term_that_cannot_be_looked_for_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="term 1"):
        Matcher(["组织", wrong])


def test_a_sieve_that_lets_everything_through_changes_no_hit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terms, texts = ["党组织", "组织", "织", "党"], ["党组织组织", "织"]
    sieved = found(terms, texts)
    monkeypatch.setattr(matching, "SIEVE", 1)
    assert found(terms, texts) == sieved
    assert set(sieved) == by_loop(terms, texts)


alphabet = "组织党哈a\x00\n𠮷😀é"
words = st.text(alphabet, min_size=1, max_size=4)


@settings(max_examples=300)
@given(
    st.lists(words, max_size=8),
    st.lists(st.text(alphabet, max_size=12), max_size=8),
    st.integers(1, 4),
)
def test_hits_are_those_of_a_plain_loop(terms: list[str], texts: list[str], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "TOGETHER", together)
        hits = found(terms, texts)
    assert len(set(hits)) == len(hits)
    assert set(hits) == by_loop(terms, texts)
    assert hits == sorted(hits, key=lambda hit: (hit[0], hit[3], hit[2], hit[1]))


@settings(max_examples=100)
@given(
    st.lists(words, max_size=5),
    st.lists(st.text(alphabet + "\ud800\udc00", max_size=8), max_size=5),
)
def test_half_a_surrogate_pair_loses_nothing(terms: list[str], texts: list[str]) -> None:
    hits = found(terms, texts)
    assert set(hits) == by_loop(terms, texts)
    assert hits == sorted(hits, key=lambda hit: (hit[0], hit[3], hit[2], hit[1]))


def test_offsets_are_those_of_regular_expressions_on_a_long_text() -> None:
    text = ("街道😀组建联合支部，支部再组建网格。" * 500) + "\x00组建"
    spans = [match.span() for match in re.finditer("组建", text)]
    assert [(start, end) for _, _, start, end in found(["组建"], [text])] == spans
