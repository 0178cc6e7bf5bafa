"""Agreement held against scikit-learn, statsmodels, published vectors and small counts by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.coding.agreement import confusion
from pbgov.coding.reliability import (
    cluster_draws,
    cohen_kappa,
    kappas_of_draws,
    macro_f1,
    wilson_interval,
)
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    )
    return {row["code_id"]: row for row in table.to_dict("records")}


# ---- functions of arrays ------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [2, 3, 6])
def test_kappa_is_that_of_scikit_learn(labels: int) -> None:
    from sklearn.metrics import cohen_kappa_score

    generator = np.random.default_rng(labels)
    for _ in range(50):
        a, b = generator.integers(0, labels, (2, 40))
        assert cohen_kappa(a, b) == pytest.approx(cohen_kappa_score(a, b), abs=1e-12)


def test_kappa_of_published_tables(shared: Path) -> None:
    vector = json.loads((shared / "vectors" / "v16_kappa.json").read_text(encoding="utf-8"))
    two = vector["expected"]["cohen_2x2"]
    a, b = spread(np.array(two["table_rows_A_columns_B"]))
    assert cohen_kappa(a, b) == pytest.approx(two["kappa"], abs=1e-6)
    three = vector["expected"]["cohen_1968_3x3"]
    a, b = spread(np.array(three["counts_column_major"]).reshape(3, 3).T)
    assert cohen_kappa(a, b) == pytest.approx(three["unweighted"], abs=1e-6)
    ratings = pd.read_csv(shared / "vectors" / "data" / "anxiety.csv")
    pair = ratings[["rater1", "rater2"]].to_numpy()
    expected = vector["expected"]["anxiety_rater1_2"]["unweighted"]
    assert cohen_kappa(pair[:, 0], pair[:, 1]) == pytest.approx(expected, abs=1e-6)


def spread(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two label vectors whose cross table is `table`."""
    rows, columns = np.indices(table.shape)
    times = table.ravel()
    return np.repeat(rows.ravel(), times), np.repeat(columns.ravel(), times)


def test_kappa_without_variation_is_undefined_but_zero_where_one_coder_varies() -> None:
    ones, mixed = np.ones(5, dtype=int), np.array([1, 1, 0, 1, 1])
    assert np.isnan(cohen_kappa(ones, ones))
    assert cohen_kappa(ones, mixed) == 0
    assert np.isnan(cohen_kappa(np.array([]), np.array([])))


def test_draws_count_segments_as_often_as_they_are_drawn() -> None:
    from sklearn.metrics import cohen_kappa_score

    generator = np.random.default_rng(8)
    a, b = generator.integers(0, 3, (2, 25))
    draws = cluster_draws(np.arange(25), 30, seed=4)
    expected = [
        cohen_kappa_score(np.repeat(a, times), np.repeat(b, times)) for times in draws.astype(int)
    ]
    np.testing.assert_allclose(kappas_of_draws(a, b, draws), expected, atol=1e-12)


def test_draws_keep_clusters_together() -> None:
    clusters = np.array(["甲", "乙", "甲", "丙", "乙"])
    draws = cluster_draws(clusters, 500, seed=2)
    assert (draws[:, 0] == draws[:, 2]).all()
    assert (draws[:, 1] == draws[:, 4]).all()
    assert (draws[:, [0, 1, 3]].sum(axis=1) == 3).all()
    np.testing.assert_allclose(draws.mean(axis=0), 1, atol=0.15)


@pytest.mark.parametrize(("k", "n"), [(0, 9), (9, 9), (23, 70), (1, 1), (41, 70)])
def test_wilson_interval_is_that_of_statsmodels(k: int, n: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    expected = proportion_confint(k, n, method="wilson")
    assert wilson_interval(k, n) == pytest.approx(expected, abs=1e-12)


def test_wilson_interval_of_nothing_is_undefined() -> None:
    assert np.isnan(wilson_interval(0, 0)).all()


def test_macro_f1_is_that_of_scikit_learn_over_the_codes_in_use() -> None:
    from sklearn.metrics import f1_score

    generator = np.random.default_rng(5)
    for _ in range(30):
        a, b = generator.random((2, 20, 4)) < 0.3
        a[:, 3] = False
        used = a.any(axis=0)
        expected = f1_score(a[:, used], b[:, used], average="macro", zero_division=0)
        assert macro_f1(a, b) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(macro_f1(np.zeros((3, 2), bool), np.ones((3, 2), bool)))


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
    table = pbgov.agreement(codings, CODERS, segments_of(2), family="F", seed=1, n_boot=50)
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
    forth = pbgov.agreement(codings, CODERS, segments, family="F", seed=9, n_boot=100)
    back = pbgov.agreement(
        codings.sample(frac=1, random_state=1),
        CODERS,
        segments[::-1],
        family="F",
        seed=9,
        n_boot=100,
    )
    pd.testing.assert_frame_equal(forth, back)


def test_judgements_on_no_segment_are_counted_in_the_remark() -> None:
    codings = codings_of({"p00": "A", "p01": "B", "p99": "A"}, {"p00": "A", "p01": "B"})
    table = pbgov.agreement(codings, CODERS, segments_of(2), family="F", seed=1, n_boot=50)
    assert table["n"].eq(2).all()
    assert table["remark"].str.contains("另有 1 条").all()


def test_impossible_comparisons_are_refused() -> None:
    codings, segments = codings_of({"p00": "A"}, {"p00": "A"}), segments_of(1)
    with pytest.raises(InputError, match="No coding by 'zhang'"):
        pbgov.agreement(codings, ("author", "zhang"), segments, family="F", seed=1)
    with pytest.raises(InputError, match="judged no segment"):
        pbgov.agreement(codings, CODERS, segments, family="G", seed=1)
    with pytest.raises(InputError, match="judged no segment"):
        pbgov.agreement(codings, CODERS, segments.assign(segment_id="x"), family="F", seed=1)
    with pytest.raises(InputError, match="n_boot"):
        pbgov.agreement(codings, CODERS, segments, family="F", seed=1, n_boot=0)


def test_confusion_counts_every_pair_abstaining_included() -> None:
    codings = codings_of(
        {"p00": "A", "p01": "A", "p02": "B", "p03": "B"}, {"p00": "A", "p01": "B", "p02": "B+A?"}
    )
    table = confusion(codings, CODERS, segments_of(4), family="F")
    wide = table.pivot(index="code_a", columns="code_b", values="n")
    assert wide.loc["F.A"].to_dict() == {"F.A": 1, "F.B": 1, "未判": 0}
    assert wide.loc["F.B"].to_dict() == {"F.A": 0, "F.B": 1, "未判": 1}
    assert wide.loc["未判"].sum() == 0


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
        table = pbgov.agreement(codings, CODERS, segments, family=family, seed=1, n_boot=50)
        assert set(table["code_id"]) <= {*codebook.codes_of(family), "*"}
        assert table["n"].eq(n).all()
        assert table["accuracy"].between(0, 1).all()
