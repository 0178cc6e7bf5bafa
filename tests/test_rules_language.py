"""The conditions of rules.csv: what docs/rules.md promises, and a slow, obvious reference."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding.ablation import codings_without_each_term
from pbgov.coding.codebooks.checks import term_with_an_invisible_character
from pbgov.coding.rules import Rules
from pbgov.coding.ruling import rule_checks
from pbgov.coding.ruling.condition_tokens import ConditionError
from pbgov.coding.ruling.conditions import parse_condition
from pbgov.coding.ruling.negation import denied_stretches
from pbgov.errors import DataFileError, DataFileWarning
from pbgov.findings import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
NAN = float("nan")


def book(
    terms: list[tuple[str, str, str]] = (),  # type: ignore[assignment]
    rules: list[tuple[str, str]] = (),  # type: ignore[assignment]
    *,
    exclusive: str = "multi",
    residual: Any = NAN,
    masks: list[str] = (),  # type: ignore[assignment]
    codes: str = "ABC",
) -> pbgov.Codebook:
    """One family F with codes A, B, C; rules are (code, condition), named R1, R2 …, from row 2 on."""
    table = pd.DataFrame(rules, columns=["code_id", "condition"], index=range(2, len(rules) + 2))
    table.insert(0, "rule_id", [f"R{number + 1}" for number in range(len(rules))])
    return pbgov.Codebook(
        folder="tiny",
        version="7",
        families=pd.DataFrame({"family": ["F"], "exclusive": [exclusive], "residual": [residual]}),
        codes=pd.DataFrame({"code_id": list(codes), "family": "F"}),
        terms=pd.DataFrame(terms, columns=["code_id", "role", "term"]),
        masks=pd.DataFrame({"term": list(masks)}),
        examples=pd.DataFrame(),
        rules=table,
        retired=pd.DataFrame(columns=["code_id", "replaced_by"]),
        digest="",
    )


def paragraphs(texts: list[str], **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"text": pd.array(texts, dtype="str")})
    names = [f"d/p{number:04d}" for number in range(len(texts))]
    ends = frame["text"].str.len().cumsum()
    starts = ends - frame["text"].str.len()
    return frame.assign(
        doc_id="d", segment_id=names, kind="paragraph", start=starts, end=ends, **columns
    )


# ---- what the documentation promises ----------------------------------------------------------


def documented() -> Iterator[Any]:
    lines = DOCS.read_text(encoding="utf-8").split("## 例子")[1].splitlines()
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            condition = cells[0].strip("`")
            yield pytest.param(condition, *cells[1:], id=f"{condition} {cells[1]}")


TERMS = [("A", "cue", "组建"), ("A", "cue", "联席会"), ("B", "cue", "考核")]
CONTEXT = {"heading": "三、主要经验", "region_code": 110105}


@pytest.mark.parametrize(("condition", "text", "holds", "words"), list(documented()))
def test_an_example_of_the_documentation(condition: str, text: str, holds: str, words: str) -> None:
    rules = Rules(book(TERMS, [("C", condition)], masks=["党组织"]))
    given = [
        "" if each.start is None else text[each.start : each.end]
        for each in rules.judge(text, CONTEXT)
        if each.code_id == "C" and each.value
    ]
    assert given == ([words] if holds == "是" else [])


def test_every_form_is_documented_with_an_example() -> None:
    conditions = " ".join(str(each.values[0]) for each in documented())
    forms = ("and", "or", "not", "near", "seq", "phrase", "count", "heading", "attribute", "code")
    assert [form for form in (*forms, "terms") if form not in conditions] == []
    assert len(list(documented())) >= 30


# ---- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "marked", "wanted"),
    [
        ("组建 支部", "组建 ▲支部", "and"),
        ("(组建", "(组建▲", ")"),
        ("组建)", "组建▲)", "and"),
        ("", "▲", "词语"),
        ("组建 and and 支部", "组建 and ▲and 支部", "词语"),
        ("near(组建, 支部)", "near▲(组建, 支部)", "[字数]"),
        ("near[多](组建, 支部)", "near[▲多](组建, 支部)", "整数"),
        ("near[3](组建)", "near[3](组建▲)", "逗号"),
        ("near[3](组建, 支部 and 网格)", "near[3](组建, ▲支部 and 网格)", "and"),
        ("near[1](a,b,c,d,e,f)", "near[1]▲(a,b,c,d,e,f)", "5"),
        ("count(党员)", "count(党员)▲", ">="),
        ("count(党员) >= 两", "count(党员) >= ▲两", "整数"),
        ("attribute(x) > 3", "attribute(x) ▲> 3", "!="),
        ("nah[3](组建, 支部)", "▲nah[3](组建, 支部)", "near"),
        ("“组建", "▲“组建", "引号"),
        ('""', '"▲"', "引号"),
        ("组建；支部", "组建▲；支部", "引号"),
        ("组建 & 支部", "组建 ▲& 支部", "and"),
        ("组建｜支部", "组建▲｜支部", "or"),
        ("!组建", "▲!组建", "not"),
        ("'组建'", "▲'组建'", "“”"),
        ("「组建」 and 支部", "▲「组建」", "“”"),
        ("党*部", "党▲*部", "引号"),
        ("(" * 5000 + "组建" + ")" * 5000, "▲" + "(" * 5000, "层"),
    ],
)
def test_a_fault_in_a_condition_is_marked_and_told(
    condition: str, marked: str, wanted: str
) -> None:
    with pytest.raises(ConditionError) as fault:
        parse_condition(condition)
    assert fault.value.marked.startswith(marked)
    assert wanted in fault.value.wanted
    (finding,) = rule_checks.condition_that_cannot_be_read(book([], [("A", condition)]))
    assert (finding.code, finding.path, finding.row) == ("E221", "tiny/rules.csv", 2)
    assert finding.column == "condition"
    assert fault.value.wanted in finding.zh
    assert fault.value.wanted in finding.en


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([
    *("not", "and", "or", "(", ")", "（", "）", "，", "near[2]", "seq［３］", "count", "phrase", ">=", "≥"),
    *("2", "支部", "“党 建”", '"', "“", "”", "heading", "attribute", "=", "code", "terms", "𠮷", " ", "？"),
]), max_size=14).map(" ".join) | st.text(max_size=12))  # fmt: skip
def test_whatever_is_typed_is_read_or_marked(condition: str) -> None:
    codebook = book([("A", "cue", "支部")], [("B", condition)])
    told = list(rule_checks.condition_that_cannot_be_read(codebook))
    assert [each.seen.replace("▲", "", 1) for each in told] in ([], [condition])
    for check in rule_checks.RULE_CHECKS:
        assert all(each.zh and each.en for each in check(codebook))
    Rules(codebook).judge("支部𠮷，党 建2", {"heading": "支部", "2": 2})


def test_a_long_row_of_denials_and_a_deep_nest_are_read_or_refused() -> None:
    many = book([], [("A", "not " * 5001 + "支部")])
    assert [each.code_id for each in Rules(many).judge("")] == ["A"]
    deep = book([], [("A", "not (" * 150 + "支部" + ")" * 150)])
    assert [each.code_id for each in Rules(deep).judge("支部")] == ["A"]


@pytest.mark.parametrize(
    "term",
    ["and", "or", "not", "（试行）", "a,b", "𠮷", "近[2]", "“两新”组织", "x=1", "near", "①？"],
)
def test_any_words_can_be_asked_for_in_quotes(term: str) -> None:
    rules = [
        ("A", f'"{term}"'),
        ("B", f"“{term}”"),
        ("C", f"phrase(“{term}”, '、')".replace("'", '"')),
    ]
    text = f"在{term}、里"
    given = {each.code_id: each for each in Rules(book([], rules)).judge(text)}
    assert list(given) == ["A", "B", "C"]
    assert {text[each.start : each.end] for each in given.values()} == {term, f"{term}、"}


def found(check: Any, codebook: pbgov.Codebook) -> list[tuple[Any, ...]]:
    return [(each.code, each.row, each.column, each.seen, each.wanted) for each in check(codebook)]


def test_unknown_code_in_a_rule() -> None:
    rules = [("A", "code(Z) or terms(Y) or code(B)"), ("Q", "组建")]
    assert found(rule_checks.unknown_code_in_a_rule, book([], rules)) == [
        ("E222", 2, "condition", "Z", ""),
        ("E222", 2, "condition", "Y", ""),
        ("E222", 3, "code_id", "Q", ""),
    ]


def test_a_rule_that_names_a_retired_code_is_told_its_successor() -> None:
    codebook = book([], [("OLD", "组建"), ("A", "code(OLD) or terms(GONE)")])
    gone = pd.DataFrame({"code_id": ["OLD", "GONE"], "replaced_by": ["A", NAN]})
    codebook = dataclasses.replace(codebook, retired=gone)
    assert found(rule_checks.unknown_code_in_a_rule, codebook) == [
        ("E248", 2, "code_id", "OLD", "A"),
        ("E248", 3, "condition", "OLD", "A"),
        ("E248", 3, "condition", "GONE", "—"),
    ]
    with pytest.raises(DataFileError, match="E248"):
        pbgov.code_by_rules(paragraphs(["组建"]), codebook)


@pytest.mark.parametrize("condition", ["\ufeff支部", "支部 and\u200b 网格"])
def test_an_invisible_character_in_a_condition_is_told(condition: str) -> None:
    codebook = book([], [("A", condition)])
    (finding,) = term_with_an_invisible_character(codebook)
    assert (finding.code, finding.path, finding.row) == ("E115", "tiny/rules.csv", 2)


def test_rule_that_leads_back_to_its_code() -> None:
    rules = [("A", "code(B)"), ("B", "支部 and not code(C)"), ("C", "code(A)"), ("C", "网格")]
    assert [
        each[:2] for each in found(rule_checks.rule_that_leads_back_to_its_code, book([], rules))
    ] == [
        ("E223", 2),
        ("E223", 3),
        ("E223", 4),
    ]
    (finding,) = rule_checks.rule_that_leads_back_to_its_code(book([], [("A", "code(A)")]))
    assert finding.seen == "A → A"
    open_chain = [("A", "code(B)"), ("B", "code(C)"), ("C", "terms(A)")]
    assert found(rule_checks.rule_that_leads_back_to_its_code, book([], open_chain)) == []


def test_masked_word_in_a_rule() -> None:
    codebook = book([], [("A", "支部 or near[2](党组织书记, 组织)")], masks=["党组织"])
    assert found(rule_checks.masked_word_in_a_rule, codebook) == [
        ("E224", 2, "condition", "党组织书记", "党组织")
    ]


def test_remarks_on_rules_that_say_nothing_or_everything() -> None:
    terms = [("A", "cue", "组建"), ("A", "cue", "支部"), ("B", "veto", "网格员")]
    rules = [
        ("A", "组建 or terms(A)"),
        ("A", "组建 and 网格"),
        ("A", "near[2](terms(B), 网格)"),
        ("B", "not 组建"),
        ("B", "count(组建) < 2 or 网格"),
        ("B", "网格 and not 组建"),
    ]
    codebook = book(terms, rules)
    assert found(rule_checks.rule_that_asks_for_cues_that_are_not_there, codebook) == [
        ("W261", 4, "condition", "B", "")
    ]
    assert found(rule_checks.rule_that_says_what_the_cues_say, codebook) == [
        ("W262", 2, "condition", "R1", "A")
    ]
    assert [each[:2] for each in found(rule_checks.rule_that_holds_without_a_word, codebook)] == [
        ("W264", 5),
        ("W264", 6),
    ]


def test_every_check_of_rules_says_its_code_and_the_catalogue_knows_it() -> None:
    said = [(check.__doc__ or "").split(":")[0] for check in rule_checks.RULE_CHECKS]
    assert len(set(said)) == len(said)
    assert {*said, "W263"} == {f"E22{n}" for n in range(1, 5)} | {f"W26{n}" for n in range(1, 5)}
    assert set(said) <= set(CATALOGUE)


@pytest.mark.parametrize("condition", ["组建 支部", "code(Z)", "code(A)"])
def test_faulty_rules_are_refused_and_never_guessed(condition: str) -> None:
    codebook = book(TERMS, [("A", condition)])
    with pytest.raises(DataFileError, match=r"E22\d tiny/rules\.csv:2"):
        pbgov.code_by_rules(paragraphs(["组建"]), codebook)
    assert [each.cues for each in Rules(codebook).judge("组建支部")] == [("组建",)]


# ---- the table --------------------------------------------------------------------------------


def test_the_table_names_terms_and_rules_and_points_at_the_text() -> None:
    codebook = book(
        TERMS, [("A", "near[4](联席会, 考核)"), ("C", "seq[9](网格, 上报)"), ("C", "上报")]
    )
    texts = ["联席会定考核", "由网格员上报", "无关"]
    table = pbgov.code_by_rules(paragraphs(texts), codebook).set_index(["segment_id", "code_id"])
    assert table["rule"].to_dict() == {
        ("d/p0000", "A"): "cue:联席会; rule:R1",
        ("d/p0000", "B"): "cue:考核",
        ("d/p0001", "C"): "rule:R2+R3",
    }
    spans = table.loc[("d/p0001", "C"), ["evidence_start", "evidence_end"]].tolist()
    assert "".join(texts)[spans[0] : spans[1]] == "网格员上报"


def test_a_condition_counts_like_one_more_distinct_term() -> None:
    terms = [("A", "cue", "组建"), ("B", "cue", "考核")]
    text = "组建支部，定考核"
    assert Rules(book(terms, exclusive="single")).judge(text) == []
    (given,) = Rules(book(terms, [("B", "支部")], exclusive="single")).judge(text)
    assert (given.code_id, given.named) == ("B", "cue:考核; rule:R1")


def test_what_a_segment_lacks_is_remarked_upon_and_the_rule_not_applied() -> None:
    rules = [
        ("A", "not attribute(region_code) = 110105"),
        ("B", "heading(经验) or 支部"),
        ("C", "支部"),
    ]
    codebook = book([], rules)
    with pytest.warns(DataFileWarning) as remarks:
        table = pbgov.code_by_rules(paragraphs(["支部"]), codebook)
    assert [str(each.message).split("\n")[0] for each in remarks] == [
        "W263 tiny/rules.csv:3 [condition]",
        "W263 tiny/rules.csv:2 [condition]",
    ]
    assert table["code_id"].tolist() == ["C"]


def test_attributes_are_compared_as_a_table_shows_them() -> None:
    codebook = book([], [("A", "attribute(unit) = 110105"), ("B", "attribute(unit) != 110105")])
    by_text = pd.array(["110105", "110106", None], dtype="str")
    for values in ([110105.0, 110106.0, NAN], by_text, pd.array([110105, 110106, None], "Int64")):
        table = pbgov.code_by_rules(paragraphs(["甲", "乙", "丙"], unit=values), codebook)
        assert table[["segment_id", "code_id"]].values.tolist() == [
            ["d/p0000", "A"],
            ["d/p0001", "B"],
        ]
        assert table["evidence_start"].isna().all()
        assert table["modality"].isna().all()


@pytest.mark.parametrize(
    ("values", "condition"),
    [
        (pd.to_datetime(["2024-05-01", None, "2024-05-02"]), "2024-05-01"),
        (pd.array([1.5, None, 2.0], dtype="Float64"), "1.5"),
        (["一（甲）", None, "乙"], "“一(甲)”"),
        (pd.array([110105, None, 1], dtype="Int64"), "１１０１０５"),
        (pd.Categorical(["东城区", None, "西城区"]), "东城区"),
        (pd.array([True, None, False], dtype="boolean"), "True"),
    ],
)
def test_an_attribute_of_any_kind_is_one_value_another_or_missing(
    values: Any, condition: str
) -> None:
    rules = [("A", f"attribute(x) = {condition}"), ("B", f"attribute(x) != {condition}")]
    table = pbgov.code_by_rules(paragraphs(["甲", "乙", "丙"], x=values), book([], rules))
    assert table["segment_id"].str[-1].str.cat(table["code_id"]).tolist() == ["0A", "2B"]


def test_beside_a_word_of_denial_the_denied_counts() -> None:
    for condition, text in (
        ("seq[6](没有, 台账)", "支部没有建立台账"),
        ("near[9](不是, 居民 or 最急)", "办的不是他们眼下最急的事"),
        ("phrase(尚未 or 没有, 组建)", "至今尚未组建"),
    ):
        given = Rules(book([("A", "cue", "组建")], [("C", condition)])).judge(text)
        assert [(each.value, each.rules) for each in given if each.code_id == "C"] == [(1, ("R1",))]
    given = Rules(book([], [("C", "seq[6](建立, 台账)")])).judge("支部没有建立台账")
    assert [each.value for each in given] == [0]


def test_modality_is_that_of_the_sentence_that_holds_the_evidence() -> None:
    texts = [
        "白榆街道建立了联席会。下一步，街道将组建专班。",
        "下一步，白榆街道将组建专班。",
        "建议街道组建专班。",
        "白榆街道尚未组建专班。",
    ]
    table = pbgov.code_by_rules(paragraphs(texts, heading=""), book(TERMS))
    assert table["modality"].tolist() == ["已实施", "计划", "建议", "否定"]
    assert table["value"].tolist() == [1, 1, 1, 0]
    for place, text in enumerate(texts[1:], start=1):
        assert pbgov.find_modality(text)["status"].tolist() == [table["modality"][place]]
    without = pbgov.code_by_rules(paragraphs(texts), book(TERMS), modality=False)
    pd.testing.assert_frame_equal(without, table.drop(columns="modality"))


def test_leaving_out_a_term_is_coding_anew_without_its_row() -> None:
    terms = [*TERMS, ("A", "veto", "联席会议"), ("C", "ambiguous", "网格"), ("C", "cue", "上报")]
    rules = [
        ("B", "code(A) and not terms(C)"),
        ("C", "near[6](terms(A), terms(B))"),
        ("A", "count(terms(A)) > 1 or 网格"),
    ]
    texts = [
        "组建联席会议",
        "联席会考核",
        "网格上报",
        "没有组建联席会，组建",
        "考核",
        "未组建，上报",
    ]
    for exclusive in ("multi", "single", "primary_plus_secondary"):
        codebook = book(terms, rules, exclusive=exclusive)
        segments = paragraphs(texts)
        told = codings_without_each_term(segments, codebook)
        for place, (code_id, role, term) in enumerate(terms):
            fewer = book(terms[:place] + terms[place + 1 :], rules, exclusive=exclusive)
            wanted = differences(present(segments, codebook), present(segments, fewer))
            of_term = (told[["code_id", "role", "term"]] == [code_id, role, term]).all(axis=1)
            rows = told[of_term][["segment_id", "judged", "effect"]]
            assert set(map(tuple, rows.values.tolist())) == wanted


def test_leaving_out_a_term_tells_of_rules_that_cannot_be_applied() -> None:
    codebook = book(TERMS, [("C", "attribute(unit) = 甲 or 联席会")])
    with pytest.warns(DataFileWarning, match="W263"):
        told = codings_without_each_term(paragraphs(["组建", "联席会"]), codebook)
    assert set(told["judged"]) == {"A"}


def present(segments: pd.DataFrame, codebook: pbgov.Codebook) -> dict[tuple[str, str], bool]:
    table = pbgov.code_by_rules(segments, codebook, modality=False)
    table = table[table["value"] == 1]
    return {
        (segment_id, code_id): memo == "次要"
        for segment_id, code_id, memo in zip(
            table["segment_id"], table["code_id"], table["memo"].fillna(""), strict=True
        )
    }


def differences(
    before: dict[tuple[str, str], bool], after: dict[tuple[str, str], bool]
) -> set[tuple[str, str, str]]:
    told = {(*key, "vanishes") for key in before.keys() - after.keys()}
    told |= {(*key, "appears") for key in after.keys() - before.keys()}
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            told.add((*key, "becomes secondary" if after[key] else "becomes primary"))
    return told


# ---- a slow, obvious reference ----------------------------------------------------------------
# A condition is a nested tuple; it is written out for the product and judged here by definition.

Span = tuple[int, int]
SIGNS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
WORDS = ["甲", "乙", "甲乙", "丙", "乙丙", "没有"]


def written(tree: Any) -> str:
    kind, *rest = tree
    if kind == "term":
        return str(rest[0])
    if kind in ("terms", "code", "heading"):
        return f"{kind}({rest[0]})"
    if kind in ("and", "or"):
        return "(" + f" {kind} ".join(map(written, rest[0])) + ")"
    if kind == "not":
        return f"not {written(rest[0])}"
    if kind == "count":
        return f"count({', '.join(map(written, rest[0]))}) {rest[1]} {rest[2]}"
    return f"{kind}[{rest[0]}]({', '.join(map(written, rest[1]))})"


class Reference:
    """One text, judged by definition; spans are tuples, everything is tried."""

    def __init__(
        self,
        text: str,
        terms: list[tuple[str, str, str]],
        rules: Any,
        masks: list[str],
        heading: str,
    ) -> None:
        self.text, self.terms, self.rules, self.heading = text, terms, rules, heading
        self.masked = [span for mask in masks for span in self.occurrences(mask)]
        self.denied = denied_stretches(text)

    def occurrences(self, term: str) -> list[Span]:
        return [
            (at, at + len(term)) for at in range(len(self.text)) if self.text[at:].startswith(term)
        ]

    def visible(self, term: str, vetoes: list[str], affirmed: bool) -> list[Span]:
        hidden = self.masked + [span for veto in vetoes for span in self.occurrences(veto)]
        return [
            (a, b)
            for a, b in self.occurrences(term)
            if not any(a < d and c < b for c, d in hidden)
            and not (affirmed and any(c <= a and b <= d for c, d in self.denied))
        ]

    def of_role(self, code: str, role: str) -> list[str]:
        return [term for owner, played, term in self.terms if (owner, played) == (code, role)]

    def cues(self, code: str, role: str, affirmed: bool) -> list[tuple[int, int, str]]:
        return [
            (a, -b, term)
            for term in self.of_role(code, role)
            for a, b in self.visible(term, self.of_role(code, "veto"), affirmed)
        ]

    def denies(self, tree: Any) -> bool:
        kind, rest = tree[0], tree[1]
        return all(map(self.denies, rest)) if kind == "or" else (kind, rest) == ("term", "没有")

    def spans(self, tree: Any, affirmed: bool) -> set[Span]:
        kind, *rest = tree
        if kind == "term":
            return set(self.visible(rest[0], [], affirmed))
        if kind == "terms":
            return {(a, -b) for a, b, _ in self.cues(rest[0], "cue", affirmed)}
        if kind == "or":
            return set().union(*(self.spans(each, affirmed) for each in rest[0]))
        gap, items = rest
        affirmed = affirmed and not any(map(self.denies, items))
        options = [self.spans(each, affirmed) for each in items]
        orders = itertools.permutations(options) if kind == "near" else [tuple(options)]
        return {
            (chosen[0][0], chosen[-1][1])
            for order in orders
            for chosen in itertools.product(*order)
            if all(0 <= b[0] - a[1] <= gap for a, b in itertools.pairwise(chosen))
        }

    def holds(self, tree: Any, affirmed: bool) -> bool:
        kind, *rest = tree
        if kind == "and":
            return all(self.holds(each, affirmed) for each in rest[0])
        if kind == "or":
            return any(self.holds(each, affirmed) for each in rest[0])
        if kind == "not":
            return self.fails(rest[0], affirmed)
        if kind == "code":
            return bool(self.code(rest[0], affirmed))
        if kind == "heading":
            return rest[0] in self.heading
        if kind == "count":
            items, sign, number = rest
            some = (
                (sign in (">=", ">")) or (sign == "=" and number) or (sign == "!=" and not number)
            )
            lower = affirmed and bool(some)
            n = len(set().union(*(self.spans(each, lower) for each in items)))
            return bool(SIGNS[sign](n, number))
        return bool(self.spans(tree, affirmed))

    def fails(self, tree: Any, affirmed: bool) -> bool:
        """That a condition does not hold, with ``not`` moved inwards to the words."""
        kind, *rest = tree
        if kind == "and":
            return any(self.fails(each, affirmed) for each in rest[0])
        if kind == "or":
            return all(self.fails(each, affirmed) for each in rest[0])
        if kind == "not":
            return self.holds(rest[0], affirmed)
        if kind == "count":
            items, sign, number = rest
            other = {"=": "!=", "!=": "=", ">=": "<", "<": ">=", ">": "<=", "<=": ">"}[sign]
            return self.holds(("count", items, other, number), affirmed)
        return not self.holds(tree, False)

    def code(self, code: str, affirmed: bool) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        hits = self.cues(code, "cue", affirmed)
        if hits and affirmed:
            hits = hits + self.cues(code, "ambiguous", affirmed)
        names = tuple(dict.fromkeys(term for *_, term in sorted(hits)))
        fired = tuple(
            f"R{number + 1}"
            for number, (owner, tree) in enumerate(self.rules)
            if owner == code and self.holds(tree, affirmed)
        )
        return (names, fired) if names or fired else None

    def judge(self, exclusive: str, residual: str) -> list[tuple[Any, ...]]:
        found = {code: each for code in "ABC" if (each := self.code(code, True))}
        weight = {code: len(names) + len(fired) for code, (names, fired) in found.items()}
        given = [code for code in found if code != residual or len(found) == 1]
        if exclusive != "multi":
            given.sort(key=lambda code: -weight[code])
            if len(given) > 1 and weight[given[0]] == weight[given[1]]:
                given = []
            if exclusive == "single":
                given = given[:1]
        told = [
            (code, *found[code], exclusive != "multi" and place > 0, 1)
            for place, code in enumerate(given)
        ]
        for code in "ABC":
            stated = self.code(code, False)
            if code not in found and stated:
                told.append((code, *stated, False, 0))
        return told


terms_of_books = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["cue", "cue", "ambiguous", "veto"]),
        st.sampled_from(WORDS[:5]),
    ),
    max_size=7,
    unique_by=lambda row: (row[0], row[2]),
)
word = st.sampled_from(WORDS).map(lambda text: ("term", text)) | st.sampled_from("ABC").map(
    lambda code: ("terms", code)
)
place = st.recursive(
    word,
    lambda inner: (
        st.tuples(st.just("or"), st.lists(inner, min_size=2, max_size=3))
        | st.tuples(
            st.sampled_from(["near", "seq"]),
            st.integers(0, 4),
            st.lists(inner, min_size=2, max_size=3),
        )
    ),
    max_leaves=4,
)
signs = st.sampled_from(["=", "!=", ">", ">=", "<", "<="])
leaf = place | st.tuples(
    st.just("count"), st.lists(place, min_size=1, max_size=2), signs, st.integers(0, 3)
)
leaf |= st.just(("heading", "子"))


def trees(below: str) -> st.SearchStrategy[Any]:
    """Conditions that may name the codes `below`: no code leads back to itself."""
    first = leaf | st.sampled_from(below).map(lambda code: ("code", code)) if below else leaf
    return st.recursive(
        first,
        lambda inner: (
            st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
            | st.tuples(st.just("not"), inner)
        ),
        max_leaves=5,
    )


rules_of_books = st.lists(
    st.sampled_from("ABC").flatmap(
        lambda code: st.tuples(st.just(code), trees("ABC"[: "ABC".index(code)]))
    ),
    max_size=4,
)
texts_to_judge = st.lists(st.text("甲乙丙没有，x", max_size=14), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(
    terms_of_books,
    rules_of_books,
    st.lists(st.sampled_from(["丙甲", "乙乙"]), unique=True),
    texts_to_judge,
    st.sampled_from(["multi", "single", "primary_plus_secondary"]),
    st.sampled_from("CX"),
    st.sampled_from(["", "甲子"]),
)
def test_judgements_are_those_of_the_definition(
    terms: Any, rules: Any, masks: Any, texts: Any, exclusive: str, residual: str, heading: str
) -> None:
    codebook = book(
        terms,
        [(code, written(tree)) for code, tree in rules],
        exclusive=exclusive,
        residual=residual,
        masks=masks,
    )
    by_rules = Rules(codebook)
    together = defaultdict(list)
    for number, judgement in by_rules.judge_all(texts, {"heading": [heading] * len(texts)}):
        together[number].append(judgement)
    for number, text in enumerate(texts):
        alone = by_rules.judge(text, {"heading": heading})
        assert alone == together[number]
        told = [(each.code_id, each.cues, each.rules, each.secondary, each.value) for each in alone]
        reference = Reference(text, terms, rules, masks, heading)
        assert told == reference.judge(exclusive, residual)
        for each in alone:
            if each.cues:
                hits = reference.cues(each.code_id, "cue", bool(each.value))
                if each.value:
                    hits += reference.cues(each.code_id, "ambiguous", True)
                first = min(hits)
                assert (each.start, each.end) == (first[0], -first[1])


@settings(max_examples=150, deadline=None)
@given(trees(""), trees(""), st.integers(0, 3), st.text("甲乙丙没有，x", max_size=14))
def test_conditions_that_say_the_same_hold_of_the_same_texts(
    one: Any, other: Any, number: int, text: str
) -> None:
    def holds(condition: str) -> bool:
        rules = Rules(book([("A", "cue", "甲")], [("C", condition)]))
        given = rules.judge(text, {"heading": "甲子"})
        return any(each.code_id == "C" and each.value for each in given)

    first, second = written(one), written(other)
    assert holds(f"not (not ({first}))") == holds(first)
    assert holds(f"not ({first} and {second})") == holds(f"not ({first}) or not ({second})")
    assert holds(f"not ({first} or {second})") == holds(f"not ({first}) and not ({second})")
    assert holds(f"not count(甲) < {number}") == holds(f"count(甲) >= {number}")
    assert holds(f"not count(甲) = {number}") == holds(f"count(甲) != {number}")
    assert holds("count(甲) = 0") == holds("count(甲) < 1") == holds("not 甲")
    assert holds("count(甲) != 0") == holds("count(甲) > 0") == holds("甲")


@settings(max_examples=200, deadline=None)
@given(place, st.text("甲乙丙没有，x", max_size=14))
def test_the_evidence_of_words_beside_words_is_one_of_their_stretches(tree: Any, text: str) -> None:
    codebook = book([("A", "cue", "甲"), ("B", "cue", "乙丙")], [("C", written(tree))])
    spans = Reference(text, [("A", "cue", "甲"), ("B", "cue", "乙丙")], [], [], "").spans(
        tree, True
    )
    given = [each for each in Rules(codebook).judge(text) if each.code_id == "C" and each.value]
    assert bool(given) == bool(spans)
    for each in given:
        assert (each.start, each.end) in spans
        assert each.start == min(spans)[0]
