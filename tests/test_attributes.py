"""Attributes of documents beside their segments: rules that ask for them are applied in a run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

SEGMENTS = pd.DataFrame(
    {"doc_id": ["a", "b", "a"], "text": ["一", "二", "三"], "district": ["x", "y", "z"]},
    index=[5, 7, 9],
)


def test_each_segment_gets_what_is_known_of_its_document() -> None:
    documents = pd.DataFrame({"doc_id": ["a"], "city": ["北京市"], "district": ["东城区"]})
    joined = pbgov.with_attributes(SEGMENTS, documents)
    assert joined["city"].fillna("?").to_dict() == {5: "北京市", 7: "?", 9: "北京市"}
    assert joined["district"].tolist() == ["x", "y", "z"]  # a column of the segments stays


def test_a_document_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'a' stands twice"):
        pbgov.with_attributes(SEGMENTS, pd.DataFrame({"doc_id": ["a", "a"], "city": ["x", "y"]}))


def test_a_run_applies_rules_on_attributes_and_headings(tmp_path: Path, root: Path) -> None:
    for part in ("data", "study.toml"):
        source = root / part
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / part)
    rules = "rule_id,code_id,condition,note,source\n"
    rules += "R1,META.RHET,attribute(city) = 上海市 and heading(精细化),,试\n"
    (tmp_path / "data/codebook/rules.csv").write_text(rules, encoding="utf-8")
    with pytest.warns(pbgov.DataFileWarning, match="W263"):  # simulated texts have no city
        pbgov.run_study(pbgov.read_study(tmp_path))
    judged = pd.read_csv(tmp_path / "reports/evidence/judgements.csv")
    by_rule = judged[judged["rule"].str.contains("rule:R1", na=False)]
    corpus = pbgov.read_corpus(tmp_path / "data/cases")
    city = corpus.documents.set_index("doc_id")["city"]
    paragraphs = pbgov.segment(corpus, unit="paragraph").query("kind == 'paragraph'")
    of_city = paragraphs["doc_id"].map(city).eq("上海市")
    wanted = paragraphs[of_city & paragraphs["heading"].str.contains("精细化", na=False)]
    assert len(wanted) > 0
    assert sorted(by_rule["segment_id"]) == sorted(wanted["segment_id"])
