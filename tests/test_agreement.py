"""The table of agreement held against scikit-learn, small counts by hand and planted coders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.coding.agreement import agreement_of_pairs, confusion
from pbgov.coding.measures.chance_corrected import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
)
from pbgov.coding.measures.reliability import (
    bootstrap_interval,
    percent_agreement,
    specific_agreement,
)
from pbgov.coding.measures.unitizing import unitizing_alpha
from pbgov.coding.span_agreement import agreement_of_spans
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CODERS = ("author", "rules")
Given = dict[str, str]


def segments_of(n: int, documents: int = 1) -> pd.DataFrame:
    ids = [f"p{number:02d}" for number in range(n)]
    doc_ids = [f"d{number % documents}" for number in range(n)]
    return pd.DataFrame({"segment_id": ids, "paragraph_id": ids, "doc_id": doc_ids})


def codings_of(first: Mapping[str, str], second: Mapping[str, str]) -> pd.DataFrame:
    """Codings from 'segment: codes' of both coders.

    Codes are joined by +; a ? marks a secondary code, a ! one that was judged absent.
    """
    rows = [
        (segment, f"F.{code.rstrip('?!')}", coder, int(not code.endswith("!")), memo)
        for coder, given in zip(CODERS, (first, second), strict=True)
        for segment, codes in given.items()
        for code in codes.split("+")
        for memo in ["次要" if code.endswith("?") else None]
    ]
    columns = ["segment_id", "code_id", "coder", "value", "memo"]
    return pd.DataFrame(rows, columns=columns).astype({"memo": "str"})


def compare(
    first: Given, second: Given, *, documents: int = 1, n_boot: int = 200
) -> dict[str, dict]:
    table = pbgov.agreement(
        codings_of(first, second),
        CODERS,
        segments_of(30, documents),
        family="F",
        seed=1,
        n_boot=n_boot,
        frame="reference",
    )
    return {row["code_id"]: row for row in table.to_dict("records")}


# ---- the table ------------------------------------------------------------------------------------


def test_counts_and_shares_by_hand() -> None:
    first = {"p00": "A", "p01": "A", "p02": "A", "p03": "B", "p04": "B"}
    second = {"p00": "A", "p01": "A", "p02": "B", "p03": "B", "p07": "A"}  # p04: abstained
    rows = compare(first, second)
    assert list(rows) == ["F.A", "F.B", "*"]
    a, overall = rows["F.A"], rows["*"]
    assert (a["n"], a["n_coder_a"], a["n_coder_b"], a["n_both"]) == (5, 3, 2, 2)
    assert a["accuracy"] == pytest.approx(4 / 5)
    assert a["kappa"] == pytest.approx((0.8 - 0.48) / (1 - 0.48))
    assert a["majority_accuracy"] == pytest.approx(3 / 5)
    assert overall["accuracy"] == pytest.approx(3 / 5)
    assert overall["coverage"] == pytest.approx(4 / 5)
    assert overall["accuracy_on_covered"] == pytest.approx(3 / 4)
    assert overall["macro_f1"] == pytest.approx((4 / 5 + 2 / 4) / 2)
    assert (overall["majority_code"], overall["majority_accuracy"]) == ("F.A", pytest.approx(3 / 5))
    # labels A A A B B against A A B B -: chance (3*2 + 2*2 + 0*1) / 25
    assert overall["kappa"] == pytest.approx((0.6 - 0.4) / (1 - 0.4))
    assert overall["wilson_low"] < overall["accuracy"] < overall["wilson_high"]


def test_overall_kappa_is_that_of_scikit_learn_with_abstaining_as_a_label() -> None:
    from sklearn.metrics import accuracy_score, cohen_kappa_score

    generator = np.random.default_rng(6)
    names = np.array(["A", "B", "C", ""])
    a, b = names[generator.integers(0, 3, 30)], names[generator.integers(0, 4, 30)]
    first = {f"p{i:02d}": code for i, code in enumerate(a)}
    second = {f"p{i:02d}": code for i, code in enumerate(b) if code}
    overall = compare(first, second)["*"]
    assert overall["kappa"] == pytest.approx(cohen_kappa_score(a, b))
    assert overall["accuracy"] == pytest.approx(accuracy_score(a, b))
    assert overall["kappa_low"] <= overall["kappa"] <= overall["kappa_high"]


def test_a_segment_judged_absent_belongs_to_the_frame() -> None:
    rows = compare({"p00": "A", "p01": "A!", "p02": "B"}, {"p00": "A", "p02": "B"})
    assert rows["*"]["n"] == 3
    assert rows["*"]["accuracy"] == 1
    assert rows["F.A"]["n_coder_a"] == 1


def test_only_primary_codes_are_compared_and_secondary_ones_can_contain_the_answer() -> None:
    rows = compare({"p00": "A", "p01": "B"}, {"p00": "B+A?", "p01": "B+A?"})
    assert rows["*"]["accuracy"] == 0.5
    assert rows["*"]["contained"] == 1
    assert rows["F.A"]["n_coder_b"] == 0


def test_a_memo_that_merely_mentions_the_word_is_no_mark() -> None:
    codings = codings_of({"p00": "A", "p01": "B"}, {"p00": "A", "p01": "B"})
    codings.loc[0, "memo"] = "次要矛盾；参见 secondary school"
    codings.loc[2, "memo"] = "low; secondary; 两可"
    table = pbgov.agreement(
        codings, CODERS, segments_of(2), family="F", seed=1, n_boot=50, frame="reference"
    )
    a = table.set_index("code_id").loc["F.A"]
    assert (a["n_coder_a"], a["n_coder_b"]) == (1, 0)


def test_sets_of_codes_are_one_answer_in_a_multi_family() -> None:
    rows = compare({"p00": "A", "p01": "A+B", "p02": "B"}, {"p00": "A+B", "p01": "A+B", "p02": "B"})
    assert rows["*"]["accuracy"] == pytest.approx(2 / 3)
    assert rows["*"]["contained"] == 1
    assert rows["F.B"]["accuracy"] == pytest.approx(2 / 3)
    assert rows["*"]["majority_accuracy"] == pytest.approx(1 / 3)


def test_the_majority_is_the_most_frequent_label_not_the_most_frequent_code():
    """By hand: A and B together three times, A alone twice; A is in five, yet A+B is the best guess."""
    first = {f"p{n:02d}": "A+B" for n in range(3)} | {"p03": "A", "p04": "A"}
    overall = compare(first, first)["*"]
    assert overall["majority_code"] == "F.A+F.B"
    assert overall["majority_accuracy"] == pytest.approx(3 / 5)


def test_the_majority_may_be_that_no_code_applies():
    first = {"p00": "A!", "p01": "A!", "p02": "A"}
    overall = compare(first, {"p02": "A"})["*"]
    assert np.isnan(overall["majority_code"])
    assert overall["majority_accuracy"] == pytest.approx(2 / 3)


def test_kappa_without_variation_is_missing_and_said_so() -> None:
    rows = compare({"p00": "A", "p01": "A"}, {"p00": "A", "p01": "A", "p05": "B"})
    assert np.isnan(rows["F.A"]["kappa"])
    assert "κ 无定义" in rows["F.A"]["remark"]
    assert rows["F.A"]["boot_undefined"] == 200
    assert np.isnan(rows["F.B"]["kappa"])
    assert rows["F.B"]["accuracy"] == 1


def test_documents_are_resampled_where_there_are_several() -> None:
    first = {f"p{i:02d}": "A" if i % 2 else "B" for i in range(12)}
    rows = compare(first, {"p00": "B", "p01": "A"}, documents=3)
    assert (rows["*"]["resampled"], rows["*"]["n_clusters"]) == ("文档", 3)
    assert "只有 3 个文档" in rows["*"]["remark"]
    rows = compare(first, {"p00": "B", "p01": "A"})
    assert (rows["*"]["resampled"], rows["*"]["n_clusters"]) == ("段落", 12)
    assert "一篇文档" in rows["*"]["remark"]


def test_bootstrap_interval_of_a_share_is_the_binomial_one() -> None:
    """30 independent paragraphs, 24 agree: the draws are binomial(30, 0.8)."""
    from scipy.stats import binom

    first = {f"p{i:02d}": "A" if i % 3 else "B" for i in range(30)}
    second = {key: code for i, (key, code) in enumerate(first.items()) if i < 24}
    overall = compare(first, second, n_boot=20000)["*"]
    low, high = binom.ppf([0.025, 0.975], 30, 0.8) / 30
    assert (overall["boot_low"], overall["boot_high"]) == pytest.approx((low, high))


def test_shuffled_codings_give_the_same_table() -> None:
    first = {f"p{i:02d}": "ABC"[i % 3] for i in range(20)}
    second = {f"p{i:02d}": "ABC"[i % 2] for i in range(18)}
    codings, segments = codings_of(first, second), segments_of(20)
    asked = {"coders": CODERS, "family": "F", "seed": 9, "n_boot": 100, "frame": "reference"}
    forth = pbgov.agreement(codings, segments=segments, **asked)
    shuffled = codings.sample(frac=1, random_state=1)
    back = pbgov.agreement(shuffled, segments=segments[::-1], **asked)
    pd.testing.assert_frame_equal(forth, back)


def test_judgements_on_no_segment_are_counted_in_the_remark() -> None:
    codings = codings_of({"p00": "A", "p01": "B", "p99": "A"}, {"p00": "A", "p01": "B"})
    table = pbgov.agreement(
        codings, CODERS, segments_of(2), family="F", seed=1, n_boot=50, frame="reference"
    )
    assert table["n"].eq(2).all()
    assert table["remark"].str.contains("另有 1 条").all()


def test_impossible_comparisons_are_refused() -> None:
    codings, segments = codings_of({"p00": "A"}, {"p00": "A"}), segments_of(1)
    with pytest.raises(InputError, match="'zhang' neither coded nor read"):
        pbgov.agreement(codings, ("author", "zhang"), segments, family="F", seed=1)
    asked = {"family": "F", "seed": 1, "frame": "reference"}
    with pytest.raises(InputError, match="judged no segment"):
        pbgov.agreement(codings, CODERS, segments, **{**asked, "family": "G"})
    with pytest.raises(InputError, match="judged no segment"):
        pbgov.agreement(codings, CODERS, segments.assign(segment_id="x"), **asked)
    with pytest.raises(InputError, match="n_boot"):
        pbgov.agreement(codings, CODERS, segments, **asked, n_boot=0)
    with pytest.raises(InputError, match="two coders or more"):
        pbgov.agreement(codings, ("rules",), segments, **asked)
    with pytest.raises(InputError, match="twice: rules, rules"):
        pbgov.agreement(codings, ("rules", "rules"), segments, **asked)
    with pytest.raises(InputError, match="frame is 'all'"):
        pbgov.agreement(codings, CODERS, segments, **{**asked, "frame": "all"})
    with pytest.raises(InputError, match="No coding uses a code of family 'G'"):
        pbgov.agreement(codings.assign(doc_id="d0"), CODERS, segments, family="G", seed=1)


def test_tables_that_cannot_be_meant_are_refused() -> None:
    segments = read_segments(4)
    codings = judged(segments, 甲={"p00": "A", "p01": "A!"}, 乙={"p00": "A"})
    compare_them = (pbgov.agreement, agreement_of_pairs, agreement_of_spans)
    for verb in compare_them:
        for who in ({"甲", "乙"}, None, "甲乙", (coder for coder in ("甲", "乙"))):
            with pytest.raises(InputError, match="name two coders or more"):
                verb(codings, who, segments)
        with pytest.raises(InputError, match="codings has no column 'coder', 'code_id'"):
            verb(segments, ("甲", "乙"), codings)
        for column in ("segment_id", "doc_id", "value", "memo"):
            with pytest.raises(InputError, match=f"codings has no column '{column}'"):
                verb(codings.drop(columns=column), ("甲", "乙"), segments)
        with pytest.raises(InputError, match="segments has no column 'doc_id'"):
            verb(codings, ("甲", "乙"), segments.drop(columns="doc_id"))
        with pytest.raises(InputError, match=r"value '1' .* the number 1 or 0"):
            verb(codings.assign(value=codings["value"].astype("str")), ("甲", "乙"), segments)
        with pytest.raises(InputError, match=r"'甲' both gave and denied F.A in 'p00'"):
            verb(
                pd.concat([codings, codings.assign(value=1 - codings["value"])]),
                ("甲", "乙"),
                segments,
            )
    twice = pbgov.agreement(pd.concat([codings, codings]), ("甲", "乙"), segments)
    pd.testing.assert_frame_equal(twice, pbgov.agreement(codings, ("甲", "乙"), segments))


def test_who_was_asked_about_a_family_was_asked_about_its_branches() -> None:
    segments = read_segments(4)
    codings = judged(segments, 甲={"p00": "X.A"}, 乙={"p01": "X.A"})
    states = states_of(segments, 甲="p00 p01 p02", 乙="p00 p01 p02").assign(families="F;G")
    row = by_code(codings, ("甲", "乙"), segments, family="F.X", states=states)["F.X.A"]
    assert (row["n"], row["n_missing"]) == (4, 1)


def test_confusion_counts_every_pair_abstaining_included() -> None:
    codings = codings_of(
        {"p00": "A", "p01": "A", "p02": "B", "p03": "B"}, {"p00": "A", "p01": "B", "p02": "B+A?"}
    )
    table = confusion(codings, CODERS, segments_of(4), family="F", frame="reference")
    wide = table.pivot(index="code_a", columns="code_b", values="n")
    assert wide.loc["F.A"].to_dict() == {"F.A": 1, "F.B": 1, "无": 0}
    assert wide.loc["F.B"].to_dict() == {"F.A": 0, "F.B": 1, "无": 1}
    assert wide.loc["无"].sum() == 0


def test_the_shipped_rules_on_the_shipped_gold(root: Path) -> None:
    """The chain holds together; what it measures is printed in the report, not asserted here."""
    segments = pbgov.segment(pbgov.read_corpus(root / "data" / "cases"), unit="paragraph")
    codebook = pbgov.read_codebook(root / "data" / "codebook")
    codings = pd.concat(
        [
            pbgov.code_by_rules(segments, codebook),
            pbgov.read_codings(root / "data" / "codings", segments, codebook),
        ],
        ignore_index=True,
    )
    sizes = {"MODE": 25, "INNOV": 14, "DIM": 13, "MECH": 12}
    for family, n in sizes.items():
        table = pbgov.agreement(
            codings, CODERS, segments, family=family, seed=1, n_boot=50, frame="reference"
        )
        assert set(table["code_id"]) <= {*codebook.codes_of(family), "*"}
        assert table["n"].eq(n).all()
        assert table["accuracy"].between(0, 1).all()


# ---- every segment that was read ------------------------------------------------------------------


def read_segments(n: int, documents: int = 1) -> pd.DataFrame:
    """`n` paragraphs over `documents`, with a heading and a blank row in each document."""
    rows = []
    for document in range(documents):
        rows.append((f"d{document}", f"d{document}/h", "heading"))
        rows.append((f"d{document}", f"d{document}/b", "blank"))
    rows += [(f"d{place % documents}", f"p{place:02d}", "paragraph") for place in range(n)]
    table = pd.DataFrame(rows, columns=["doc_id", "segment_id", "kind"])
    starts = table.groupby("doc_id").cumcount() * 10
    return table.assign(start=starts, end=starts + 10)


def judged(segments: pd.DataFrame, **given_by: Given) -> pd.DataFrame:
    """Codings from coder = 'segment: codes'; a ! marks a code that was judged absent."""
    rows = [
        (segment, f"F.{code.rstrip('!')}", coder, int(not code.endswith("!")))
        for coder, given in given_by.items()
        for segment, codes in given.items()
        for code in codes.split("+")
    ]
    table = pd.DataFrame(rows, columns=["segment_id", "code_id", "coder", "value"])
    table = table.assign(memo=None, evidence_start=np.nan, evidence_end=np.nan)
    return table.merge(segments, on="segment_id", how="left").astype({"memo": "str"})


def states_of(segments: pd.DataFrame, **seen_by: str) -> pd.DataFrame:
    rows = [
        (segment, coder, "doubtful" if segment.endswith("?") else "read")
        for coder, seen in seen_by.items()
        for segment in seen.split()
    ]
    table = pd.DataFrame(rows, columns=["segment_id", "coder", "state"])
    return table.assign(segment_id=table["segment_id"].str.rstrip("?")).merge(segments)


def by_code(codings: pd.DataFrame, coders: Sequence[str], segments: pd.DataFrame, **asked) -> dict:
    asked = {"family": "F", "seed": 1, "n_boot": 100, **asked}
    table = pbgov.agreement(codings, coders, segments, **asked)
    return {row["code_id"]: row for row in table.to_dict("records")}


def test_uncoded_segments_belong_to_the_frame_and_are_counted() -> None:
    segments = read_segments(20)
    codings = judged(segments, 甲={"p00": "A", "p01": "A"}, 乙={"p00": "A", "p02": "B"})
    rows = by_code(codings, ("甲", "乙"), segments)
    a, overall = rows["F.A"], rows["*"]
    assert (a["n"], a["n_uncoded_by_all"], a["n_missing"]) == (20, 18, 0)
    assert (a["n_coder_a"], a["n_coder_b"], a["n_both"]) == (2, 1, 1)
    assert (overall["n"], overall["n_uncoded_by_all"]) == (20, 17)
    assert a["accuracy"] == a["percent"] == pytest.approx(19 / 20)
    assert a["positive_agreement"] == pytest.approx(2 / 3)
    assert overall["positive_agreement"] == pytest.approx(2 * 1 / (3 + 1))
    assert a["pabak"] == pytest.approx(2 * 19 / 20 - 1)
    assert a["kappa"] == pytest.approx((0.95 - 0.86) / (1 - 0.86))  # (2 x 1 + 18 x 19) / 400
    few = by_code(codings, ("甲", "乙"), segments, frame="reference")
    assert few["F.A"]["n"] == 2
    assert few["F.A"]["frame"] == "reference"


def test_every_measure_is_that_of_the_plain_functions() -> None:
    generator = np.random.default_rng(12)
    segments = read_segments(40, documents=5)
    names = np.array(["A", "B", "A+B", ""])
    drawn = names[generator.integers(0, 4, (3, 40))]
    given_by = {
        coder: {f"p{i:02d}": codes for i, codes in enumerate(row) if codes}
        for coder, row in zip("甲乙丙", drawn, strict=True)
    }
    rows = by_code(judged(segments, **given_by), ("甲", "乙", "丙"), segments)
    for code, values in (
        ("F.A", np.char.find(drawn, "A") >= 0),
        ("F.B", np.char.find(drawn, "B") >= 0),
        ("*", drawn),
    ):
        row, judgements = rows[code], values.T
        assert row["kappa"] == pytest.approx(conger_kappa(judgements))
        assert row["fleiss"] == pytest.approx(fleiss_kappa(judgements))
        assert row["alpha"] == pytest.approx(krippendorff_alpha(judgements))
        assert row["ac1"] == pytest.approx(gwet_ac1(judgements))
        assert row["pabak"] == pytest.approx(brennan_prediger(judgements))
        assert row["percent"] == pytest.approx(percent_agreement(judgements))
        assert row["accuracy"] == pytest.approx((values == values[0]).all(axis=0).mean())
        if code != "*":
            assert row["positive_agreement"] == pytest.approx(specific_agreement(judgements, True))
        for name in ("kappa", "fleiss", "alpha", "ac1", "pabak", "percent", "positive_agreement"):
            assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
    assert np.isnan(rows["*"]["macro_f1"])
    assert rows["*"]["coder_b"] == "乙|丙"
    assert rows["*"]["n_coders"] == 3


def test_the_intervals_are_those_of_repeated_segments() -> None:
    generator = np.random.default_rng(4)
    segments = read_segments(24, documents=6)
    a, b = generator.integers(0, 2, (2, 24))
    first = {f"p{i:02d}": "A" for i in np.flatnonzero(a)}
    second = {f"p{i:02d}": "A" for i in np.flatnonzero(b)}
    row = by_code(judged(segments, 甲=first, 乙=second), ("甲", "乙"), segments, n_boot=400)["F.A"]
    documents = np.array([f"d{i % 6}" for i in range(24)])
    values = np.column_stack([a, b])
    for name, coefficient in (("alpha", krippendorff_alpha), ("ac1", gwet_ac1)):
        low, high, _ = bootstrap_interval(coefficient, values, documents, seed=1, n_boot=400)
        assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((low, high))


def test_a_segment_that_a_coder_never_opened_is_missing_not_absent() -> None:
    segments = read_segments(6)
    codings = judged(segments, 甲={"p00": "A", "p01": "A"}, 乙={"p00": "A"})
    states = states_of(segments, 甲="p02 p03?", 乙="p00 p01 p02 p03 p04 p05")
    row = by_code(codings, ("甲", "乙"), segments, states=states)["F.A"]
    assert (row["n"], row["n_missing"], row["n_uncoded_by_all"]) == (6, 2, 2)
    assert row["accuracy"] == pytest.approx(3 / 4)  # p04 and p05 are missing for 甲
    assert "2 段有编码者没有判" in row["remark"]
    matrix = [[1, 1], [1, 0], [0, 0], [0, 0], [None, 0], [None, 0]]
    assert row["alpha"] == pytest.approx(krippendorff_alpha(matrix))
    assert row["ac1"] == pytest.approx(gwet_ac1(matrix))
    silent = by_code(codings, ("甲", "乙"), segments)["F.A"]
    assert (silent["n_missing"], silent["n_uncoded_by_all"]) == (0, 4)
    assert silent["accuracy"] == pytest.approx(5 / 6)


def test_a_coder_who_only_read_counts_as_one_who_saw_nothing() -> None:
    segments = read_segments(4)
    codings = judged(segments, 甲={"p00": "A"})
    states = states_of(segments, 乙="p00 p01 p02")
    row = by_code(codings, ("甲", "乙"), segments, states=states)["F.A"]
    assert (row["n"], row["n_missing"], row["n_coder_b"]) == (4, 1, 0)
    assert row["accuracy"] == pytest.approx(2 / 3)
    assert row["kappa"] == 0
    assert row["positive_agreement"] == 0


def test_only_documents_that_all_worked_on_are_compared_and_machines_read_everything() -> None:
    segments = read_segments(12, documents=3)  # p00, p03 … in d0, p01, p04 … in d1
    codings = judged(
        segments,
        甲={"p00": "A", "p01": "A"},
        乙={"p00": "A", "p02": "A"},
        rules={"p03": "A", "p05": "A"},
    )
    rows = by_code(codings, ("甲", "乙"), segments)
    assert rows["*"]["n"] == 4
    assert "2 篇文档不是每位编码者都做过" in rows["*"]["remark"]
    with_machine = by_code(codings, ("甲", "rules"), segments)["F.A"]
    assert (with_machine["n"], with_machine["n_coder_b"]) == (8, 1)
    pairs = agreement_of_pairs(
        codings, ("甲", "乙", "rules"), segments, family="F", seed=1, n_boot=20
    )
    overall = pairs[pairs["code_id"] == "*"].set_index(["coder_a", "coder_b"])["n"].to_dict()
    assert overall == {("甲", "乙"): 4, ("甲", "rules"): 8, ("乙", "rules"): 8}


def test_adjudicators_judged_what_they_decided_and_nothing_else() -> None:
    segments = read_segments(10)
    codings = judged(
        segments,
        甲={"p00": "A", "p01": "A", "p05": "A"},
        gold={"p00": "A", "p01": "A!", "p02": "A!"},
    )
    row = by_code(codings, ("gold", "甲"), segments)["F.A"]
    assert (row["n"], row["n_missing"], row["n_uncoded_by_all"]) == (10, 7, 1)
    assert row["accuracy"] == pytest.approx(2 / 3)


def test_a_model_that_could_not_tell_is_missing_and_rules_that_say_nothing_deny() -> None:
    segments = read_segments(6)
    given = {"p00": "A", "p01": "A!", "p02": "A!"}
    codings = judged(segments, 甲={"p00": "A", "p04": "A"}, rules=given, **{"endpoint:m": given})
    row = by_code(codings, ("甲", "endpoint:m"), segments)["F.A"]
    assert (row["n"], row["n_missing"], row["accuracy"]) == (6, 3, 1)
    row = by_code(codings, ("甲", "rules"), segments)["F.A"]
    assert (row["n_missing"], row["accuracy"]) == (0, pytest.approx(5 / 6))
    of_reference = by_code(codings, ("甲", "endpoint:m"), segments, frame="reference")["F.A"]
    assert (of_reference["n"], of_reference["n_missing"]) == (2, 1)
    other = codings.replace({"F.A": "G.A"})
    other = pd.concat([codings, other[other["coder"].eq("甲")]])
    assert set(pbgov.agreement(other, ("甲", "endpoint:m"), segments)["family"]) == {"F"}
    assert set(pbgov.agreement(other, ("甲", "rules"), segments)["family"]) == {"F", "G"}


def test_a_model_that_was_asked_about_one_document_is_compared_on_it() -> None:
    segments = read_segments(4, documents=2)
    codings = judged(segments, 甲={"p00": "A", "p01": "A"}, **{"endpoint:m": {"p00": "A"}})
    row = by_code(codings, ("甲", "endpoint:m"), segments)["F.A"]
    assert (row["n"], row["n_missing"]) == (2, 1)
    assert "1 篇文档不是每位编码者都做过" in row["remark"]


def test_three_arguments_are_enough_and_the_seed_is_0() -> None:
    segments = read_segments(12, documents=3)
    codings = judged(
        segments, 甲={"p00": "A", "p01": "A", "p02": "A"}, 乙={"p00": "A", "p02": "A", "p04": "A"}
    )
    for compare_them in (pbgov.agreement, agreement_of_pairs, agreement_of_spans):
        plain = compare_them(codings, ["甲", "乙"], segments)
        pd.testing.assert_frame_equal(plain, compare_them(codings, ["甲", "乙"], segments, seed=0))
        for seed in (-1, 1.5, None, True):
            with pytest.raises(InputError, match="seed is"):
                compare_them(codings, ["甲", "乙"], segments, seed=seed)


def test_no_overlap_is_a_row_with_a_reason() -> None:
    segments = read_segments(4, documents=2)
    codings = judged(segments, 甲={"p00": "A"}, 乙={"p01": "A"})
    for row in by_code(codings, ("甲", "乙"), segments).values():
        assert row["n"] == 0
        measures = ("accuracy", "kappa", "alpha", "ac1", "pabak", "percent", "majority_accuracy")
        assert np.isnan([row[name] for name in measures]).all()
        assert "没有共同做过的文档" in row["remark"]


def test_whoever_coded_nothing_in_a_family_did_not_judge_it_absent() -> None:
    segments = read_segments(4)
    codings = judged(segments, 甲={"p00": "A"}, 乙={"p00": "A"})
    only_first = judged(segments, 甲={"p01": "A"}).replace({"F.A": "G.A"})
    both = pd.concat([codings, only_first])
    row = by_code(both, ("甲", "乙"), segments, family="G")["G.A"]
    assert row["n"] == 0
    assert "乙 在这一族没有编码" in row["remark"]
    table = pbgov.agreement(both, ("甲", "乙"), segments, seed=1, n_boot=20)
    assert set(table["family"]) == {"F"}
    asked = pbgov.agreement(both, ("甲", "乙"), segments, family=["G", "F"], seed=1, n_boot=20)
    assert list(dict.fromkeys(asked["family"])) == ["G", "F"]


def test_without_variation_it_is_said_in_words() -> None:
    segments = read_segments(5)
    codings = judged(segments, 甲={"p00": "A", "p01": "B!"}, 乙={"p00": "A", "p02": "B!"})
    row = by_code(codings, ("甲", "乙"), segments)["F.B"]
    assert np.isnan([row["kappa"], row["alpha"], row["positive_agreement"]]).all()
    assert "给出同一个取值，κ 无定义；α 同样无定义" in row["remark"]
    assert "AC1 和 PABAK 为 1 只说明没有变化" in row["remark"]


def test_codings_on_headings_or_on_no_segment_are_counted_in_the_remark() -> None:
    segments = read_segments(4)
    codings = judged(segments, 甲={"p00": "A", "d0/h": "A"}, 乙={"p00": "A"})
    row = by_code(codings, ("甲", "乙"), segments)["F.A"]
    assert (row["n"], row["n_coder_a"]) == (4, 1)
    assert "另有 1 条编码没有对上可读的片段" in row["remark"]


def test_practice_stretches_without_kind_or_paragraph_are_segments_too() -> None:
    segments = read_segments(8, documents=2).query("kind == 'paragraph'").drop(columns="kind")
    codings = judged(segments, 甲={"p00": "A", "p01": "A"}, 乙={"p00": "A", "p01": "A", "p02": "A"})
    row = by_code(codings, ("甲", "乙"), segments)["F.A"]
    assert (row["n"], row["resampled"], row["n_clusters"]) == (8, "文档", 2)


# ---- spans ----------------------------------------------------------------------------------------


def spans_of(**marked: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    """Codings from coder = [(segment, code, evidence start and end)]; 0, 0 for the whole segment."""
    segments = read_segments(6, documents=2)
    rows = [
        (coder, segment, f"F.{code}", start or np.nan, end or np.nan)
        for coder, spans in marked.items()
        for segment, code, start, end in spans
    ]
    columns = ["coder", "segment_id", "code_id", "evidence_start", "evidence_end"]
    table = pd.DataFrame(rows, columns=columns).assign(value=1, memo=None)
    return table.merge(segments, on="segment_id").astype({"memo": "str"})


def test_agreement_of_spans_is_that_of_the_plain_function() -> None:
    """p00 is 20–30 of d0, p02 30–40, p04 40–50; heading and blank before them are no text to mark."""
    codings = spans_of(
        甲=[("p00", "A", 22, 26), ("p02", "B", 0, 0), ("p01", "A", 21, 23)],
        乙=[("p00", "A", 24, 28), ("p02", "B", 0, 0), ("p01", "A", 21, 23)],
    )
    table = agreement_of_spans(
        codings, ("甲", "乙"), read_segments(6, documents=2), family="F", seed=1, n_boot=50
    )
    rows = {(row["code_id"], row["doc_id"]): row for row in table.to_dict("records")}
    assert set(rows) == {(c, d) for c in ("F.A", "F.B", "*") for d in ("*", "d0", "d1")}
    first, second = [(2, 6, "A")], [(4, 8, "A")]
    assert rows["F.A", "d0"]["alpha_u"] == pytest.approx(unitizing_alpha([first, second], 30))
    assert (rows["F.A", "d0"]["n_characters"], rows["F.A", "d0"]["n_units"]) == (30, 2)
    assert rows["F.A", "d0"]["share_marked"] == pytest.approx(4 / 30)
    assert rows["F.B", "d0"]["alpha_u"] == rows["F.A", "d1"]["alpha_u"] == 1
    b = (10, 20, "B")
    assert rows["*", "d0"]["alpha_u"] == pytest.approx(
        unitizing_alpha([[*first, b], [*second, b]], 30)
    )
    further = (31, 33, "A")
    joined = unitizing_alpha([[*first, b, further], [*second, b, further]], 60)
    assert rows["*", "*"]["alpha_u"] == pytest.approx(joined)
    assert rows["*", "*"]["alpha_u_low"] <= joined <= rows["*", "*"]["alpha_u_high"]
    assert np.isnan(rows["F.B", "d1"]["alpha_u"])
    assert "没有人标出任何文字" in rows["F.B", "d1"]["remark"]
    assert "2 条编码没有标出所依据的文字，按整段计" in rows["F.B", "d0"]["remark"]


def test_spans_with_several_codes_count_as_marked_with_the_set() -> None:
    segments = read_segments(6, documents=2)
    same = [("p00", "A", 20, 28), ("p00", "B", 24, 30), ("p01", "A", 21, 22)]
    table = agreement_of_spans(
        spans_of(甲=same, 乙=same), ("甲", "乙"), segments, family="F", seed=1, n_boot=20
    )
    assert table.loc[table["code_id"] == "*", "alpha_u"].eq(1).all()
    other = spans_of(甲=same, 乙=[("p00", "A", 20, 24), ("p00", "B", 24, 30), ("p01", "A", 21, 22)])
    found = agreement_of_spans(other, ("甲", "乙"), segments, family="F", seed=1, n_boot=20)
    expected = unitizing_alpha(
        [[(0, 4, "A"), (4, 8, "AB"), (8, 10, "B")], [(0, 4, "A"), (4, 10, "B")]], 30
    )
    row = found.set_index(["code_id", "doc_id"]).loc[("*", "d0")]
    assert row["alpha_u"] == pytest.approx(expected)


def test_stretches_that_overlap_or_were_not_read_by_all_are_told() -> None:
    segments = read_segments(6, documents=2)
    codings = spans_of(
        甲=[("p00", "A", 20, 25), ("p00", "A", 24, 28), ("p02", "A", 31, 33), ("p01", "A", 21, 22)],
        乙=[("p00", "A", 20, 28), ("p01", "A", 21, 22)],
    )
    states = states_of(segments, 乙="p00 p01 p03 p04 p05")  # never opened p02
    table = agreement_of_spans(
        codings, ("甲", "乙"), segments, family="F", seed=1, n_boot=20, states=states
    )
    row = table.set_index(["code_id", "doc_id"]).loc[("F.A", "d0")]
    assert (row["n_characters"], row["alpha_u"]) == (20, 1)
    assert "1 条编码标在共同读过的文字之外" in row["remark"]
    assert "1 条编码与同一人同一编码的另一条重叠" in row["remark"]


def test_one_document_has_no_interval_and_says_so() -> None:
    segments = read_segments(3)
    codings = judged(segments, 甲={"p00": "A"}, 乙={"p01": "A"})
    overall = agreement_of_spans(codings, ("甲", "乙"), segments, family="F", seed=1).iloc[0]
    assert overall["doc_id"] == "*"
    assert np.isnan([overall["alpha_u_low"], overall["alpha_u_high"]]).all()
    assert "只有一篇文档" in overall["remark"]
