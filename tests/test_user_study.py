"""A user's own study with rates for all districts: the planted association comes out, with its limits."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from pbgov.indicators.regions import read_regions
from pbgov.run import run_study
from pbgov.study import read_study

if TYPE_CHECKING:
    from pathlib import Path

SLOPE = 8.0  # percentage points of the rate per unit share of organisation innovation
PRACTICES = 12
STUDY = """
[study]
title = "各区满意率（测试用，数字为虚构）"
seed = 7

[inputs]
cases = "data/cases"
codebook = "data/codebook"
lexicon = "data/lexicon"
regions = "data/regions"
indicators = "data/indicators"

[coding]
families = ["INNOV"]

[satisfaction]
indicator = "接诉即办满意率"
family = "INNOV"
"""


@pytest.fixture(scope="module")
def ran(root, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("user") / "study"
    for name in ("codebook", "lexicon", "regions"):
        shutil.copytree(root / "data" / name, folder / "data" / name)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    regions = read_regions(folder / "data" / "regions")
    districts = regions[(regions["level"] == "district") & (regions["parent_code"] == "110000")]
    counts = np.arange(len(districts)) % (PRACTICES + 1)
    noise = np.random.default_rng(1).normal(0, 0.4, len(districts))
    write_cases(folder / "data" / "cases", districts["name"], counts)
    write_rates(
        folder / "data" / "indicators",
        districts["region_code"],
        85 + SLOPE * counts / PRACTICES + noise,
    )
    run_study(read_study(folder))
    return folder


def write_cases(folder: Path, names: pd.Series, counts: np.ndarray) -> None:
    """One invented document per district: some practices of organisation, the rest of activity."""
    folder.mkdir(parents=True)
    for name, count in zip(names, counts, strict=True):
        practices = [
            f"{name}某街道党工委组建了第{number}个联合党支部。"
            if number < count
            else f"{name}某街道党工委举办了第{number}期志愿服务培训。"
            for number in range(PRACTICES)
        ]
        text = f'+++\ntitle = "{name}材料（虚构）"\ndistrict = "{name}"\n+++\n\n' + "\n\n".join(
            practices
        )
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def write_rates(folder: Path, codes: pd.Series, rates: np.ndarray) -> None:
    folder.mkdir()
    register = {
        "indicator": ["接诉即办满意率"],
        "definition": ["虚构"],
        "kind": ["rate"],
        "unit": ["%"],
        "low": [0],
        "high": [100],
        "denominator": ["回访"],
        "limits": [""],
    }
    pd.DataFrame(register).to_csv(folder / "register.csv", index=False)
    figures = pd.DataFrame({"region_code": codes, "period": "2030", "value": rates})
    figures = figures.assign(indicator="接诉即办满意率", unit="%", status="实际", source_tier="A")
    figures.assign(source_url="虚构", note="").to_csv(folder / "rates.csv", index=False)


def test_the_planted_slope_is_estimated_among_sixteen_districts(ran):
    table = pd.read_csv(ran / "reports" / "tables" / "tab-satisfaction.csv").set_index("code_id")
    row = table.loc["INNOV.ORG"]
    assert row["n"] == 16
    assert row["conf_low"] < SLOPE < row["conf_high"]
    assert row["estimate"] == pytest.approx(SLOPE, abs=0.8)
    assert row["p_holm"] < 0.05


def test_a_code_that_nobody_used_is_refused_with_its_reason(ran):
    refused = pd.read_csv(ran / "reports" / "tables" / "tab-not-estimated.csv")
    assert refused.set_index("编码").loc["管理创新", "理由"].endswith("没有变化")


def test_the_report_calls_it_an_association_and_names_its_limits(ran):
    import docx

    text = "\n".join(
        paragraph.text
        for paragraph in docx.Document(str(ran / "reports" / "report.docx")).paragraphs
    )
    assert "这是相关，不是因果" in text
    assert "没有按已知概率抽取的人工金标准样本，无法校正编码误差" in text
    assert "N = 16 个区" in text
    assert "【把握：低】" in text
    for overclaim in ("导致", "促进了", "提升了", "有效地"):
        assert overclaim not in text
