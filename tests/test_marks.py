"""Each sign of simulated data is enough by itself, and real data carry none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.cache import load_table, save_table
from pbgov.marks import is_simulated, mark_simulated

REAL = pd.DataFrame({"region_code": ["110101", "110102"], "rate": [90.0, 92.0], "status": "实际"})


def test_real_data_carry_no_mark():
    assert not is_simulated(REAL)
    assert not is_simulated(REAL.merge(REAL, on="region_code"))
    assert not is_simulated(REAL["rate"])


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"x": [1.0], "status": ["模拟"]}),
        pd.DataFrame({"x": [1.0, 2.0], "status": ["实际", "模拟"]}),
        pd.DataFrame({"模拟满意率": [1.0]}),
        pd.DataFrame({"doc_id": ["模拟-110101"], "x": [1]}),
        pd.DataFrame({"segment_id": ["模拟-110101/p0001"], "x": [1]}),
        mark_simulated(REAL).drop(columns="status"),
        mark_simulated(REAL).rename(columns={"status": "note", "rate": "满意率"}),
        mark_simulated(REAL)[["region_code"]],
        mark_simulated(REAL).groupby("region_code", as_index=False)["rate"].mean(),
        mark_simulated(REAL).drop(columns="status").merge(REAL, on="region_code"),
        REAL.merge(mark_simulated(REAL), on="region_code"),
        pd.concat([REAL, mark_simulated(REAL)]),
        mark_simulated(REAL).drop(columns="status").pivot(index="region_code", columns="rate"),
        mark_simulated(REAL).drop(columns="status").groupby("region_code").size().reset_index(),
        mark_simulated(REAL)["rate"].rename("满意率").to_frame(),
        REAL.assign(source_tier="模拟"),
        REAL.assign(indicator="模拟满意率"),
        REAL.assign(unit="模拟-110101"),
        REAL.assign(status="模拟 "),
        REAL.assign(状态="模拟"),
        REAL.assign(status=pd.Categorical(["模拟", "实际"])),
        REAL.assign(doc_id="模拟-1").set_index("doc_id"),
        pd.DataFrame([["模拟", "实际"]], columns=["status", "status"]),
        pd.DataFrame({("a", "status"): ["模拟"], ("b", "x"): ["1"]}),
        [REAL, mark_simulated(REAL)],
        {"a": mark_simulated(REAL)},
    ],
)
def test_each_sign_is_enough(table):
    assert is_simulated(table)


def test_every_verb_hands_the_mark_on(root):
    """From simulated paragraphs whose status column is gone, nothing unmarked can be made."""
    read = pbgov.segment(pbgov.read_corpus(root / "data" / "cases"), unit="paragraph")
    read = read[read["kind"].eq("paragraph")].reset_index(drop=True)
    texts = mark_simulated(
        read.assign(
            region_code=["110101", "110102"] * (len(read) // 2) + ["110105"] * (len(read) % 2)
        )
    )
    texts = texts.drop(columns="status")
    lexicon = pbgov.read_lexicon(root / "data" / "lexicon")
    codebook = pbgov.read_codebook(root / "data" / "codebook")
    by_rules = pbgov.code_by_rules(read, codebook)
    judged = pd.concat([by_rules, by_rules.assign(coder="author")])
    scores = pbgov.score(by_rules, texts, by="region_code")
    figures = REAL.rename(columns={"rate": "value"}).assign(indicator="满意率", period="2024")
    panel = pbgov.join_panel(scores, figures)
    refused = pbgov.regress(panel, "满意率 ~ n_segments")
    asked = {"segments": texts, "coders": ("author", "rules"), "family": "MODE"}
    agreed = pbgov.agreement(judged, **asked, seed=1, n_boot=9)
    contrasted = pbgov.contrast(texts, lexicon, by="region_code")
    made = {
        "count_terms": pbgov.count_terms(texts, lexicon, by="region_code"),
        "contrast": contrasted,
        "agreement": agreed,
        "confusion": pbgov.confusion(judged, **asked),
        "score": scores,
        "score, pivoted": scores.pivot(index="unit", columns="code_id", values="share"),
        "join_panel": panel,
        "the panel's data": panel.data,
        "a panel of the data": pbgov.Panel(panel.data.drop(columns="status")),
        "replace": dataclasses.replace(panel, simulated=False),
        "regress": refused,
        "table_terms": pbgov.table_terms(contrasted, source="x"),
        "table_agreement": pbgov.table_agreement(agreed, source="x"),
        "table_estimate": pbgov.table_estimate(refused, title="x", source="x"),
    }
    assert [name for name, thing in made.items() if not is_simulated(thing)] == []
    assert scores.attrs["by"] == "region_code"
    assert contrasted.attrs["caution"]


def test_an_estimate_cannot_be_parted_from_its_mark():
    table = pd.DataFrame({"y": np.arange(16.0) ** 2, "x": np.arange(16.0), "status": "模拟"})
    estimate = pbgov.regress(table, "y ~ x", permutations=99)
    assert is_simulated(estimate.terms)
    assert is_simulated(estimate.beside)
    assert estimate.beside.attrs["covariance"] == "HC3 + t(n−k)"
    assert dataclasses.replace(estimate, simulated=False).simulated
    again = pbgov.Estimate.from_json(estimate.to_json())
    assert is_simulated(again.terms)
    shown = pbgov.Exhibit("tab-x", "t", estimate.terms, "N = 16", "s", estimate.terms[["estimate"]])
    assert shown.file_stem == "模拟_tab-x"


def test_the_cache_gives_the_mark_back(tmp_path):
    marked = mark_simulated(REAL).drop(columns="status").rename(columns={"rate": "满意率"})
    save_table(marked, tmp_path / "t.csv")
    again = load_table(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(again, marked)
    assert is_simulated(again.merge(REAL, on="region_code"))
    save_table(REAL, tmp_path / "t.csv")
    assert not is_simulated(load_table(tmp_path / "t.csv"))


def test_marking_leaves_the_original_alone():
    before = REAL.copy()
    mark_simulated(REAL)
    pd.testing.assert_frame_equal(REAL, before)
    assert not is_simulated(REAL)
