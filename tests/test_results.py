"""The ledger of the shipped study, held against counts made from its evidence files with pandas."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pbgov.reporting.composition import Findings
from pbgov.reporting.ledger import LONGEST_ID
from pbgov.reporting.results.coding import on_agreement
from pbgov.reporting.results.naming import name_of
from pbgov.run import compute, state_of
from pbgov.study import read_study

if TYPE_CHECKING:
    from pathlib import Path

    from pbgov.reporting.ledger import Ledger


@pytest.fixture(scope="module")
def found(ran: Path) -> Findings:
    study = read_study(ran)
    return Findings(study, compute(study, state_of(study), lambda title, made: None)[0])


@pytest.fixture(scope="module")
def ledger(found: Findings) -> Ledger:
    return found.ledger


@pytest.fixture(scope="module")
def files(ran: Path) -> dict[str, pd.DataFrame]:
    """The evidence files and tables as a reader of the report opens them."""
    folder = ran / "reports"
    paths = [*(folder / "evidence").glob("*.csv"), *(folder / "tables").glob("*.csv")]
    text = {"region_code": str, "unit": str, "codebook_version": str}
    return {path.stem: pd.read_csv(path, dtype=text) for path in paths}


def places(table: pd.DataFrame) -> set[str]:
    return {f"{row.doc_id}:{row.start}-{row.end}" for row in table.itertuples()}


def test_practices_are_those_of_the_evidence_file(ledger: Ledger, files, ran: Path) -> None:
    practices = files["practices"]
    regions = pd.read_csv(ran / "data" / "regions" / "regions.csv", dtype=str)
    districts = set(regions.loc[regions["level"] == "district", "region_code"])
    placed = practices[practices["region_code"].isin(districts)]
    wanted = {
        "practices.n": practices,
        "practices.placed": placed,
        "method.practices": practices,
        "method.placed": practices[practices["region_code"].notna()],
        "method.done": practices[practices["status"] == "已实施"],
    }
    wanted |= {
        f"practices.status.{status}": rows for status, rows in practices.groupby("status")
    } | {f"practices.region.{region}": rows for region, rows in placed.groupby("region_code")}
    for name, rows in wanted.items():
        assert ledger[name].value == len(rows) > 0, name
        assert set(ledger[name].rests_on) == places(rows), name
    assert ledger["practices.n_distinct"].value == len(set(practices["practice"]))
    read = placed["region_code"].nunique()
    assert ledger["practices.districts"].value == read
    assert ledger["practices.districts_unread"].value == len(districts) - read


def test_documents_and_statements_are_those_of_the_evidence_files(ledger, files, ran) -> None:
    assert ledger["documents.n"].value == len(list((ran / "data" / "cases").glob("*.md")))
    assert ledger["documents.n"].value == files["metadata"]["doc_id"].nunique()
    assert ledger["repairs.n"].value == len(files["repairs"])
    claims, quantities = files["claims"], files["quantities"]
    bare = claims[claims["evidence"] == "无数据"]
    changes = quantities[quantities["from_value"].notna() & (quantities["unit"] == "%")]
    for name, rows in (
        ("claims.n", claims),
        ("claims.n_bare", bare),
        ("quantities.n_changes", changes),
    ):
        assert ledger[name].value == len(rows) > 0
        assert set(ledger[name].rests_on) == places(rows)
    slogans = files["formulas"][lambda one: one["promised"].notna() & (one["form"] != "count")]
    assert ledger["formulas.n"].value == len(slogans)
    assert ledger["formulas.n_short"].value == (slogans["listed"] < slogans["promised"]).sum()


def test_shares_are_judged_practices_over_practices_of_the_district(ledger, files) -> None:
    """Each practice once; a judgement of the rules on exactly that stretch counts."""
    practices, quotations = files["practices"], files["trace"]
    done = practices[practices["status"] == "已实施"]
    judged = {
        one.quotation_id: {j.code_id for j in one.judgements if j.coder == "rules" and j.value == 1}
        for one in ledger.quotations.values()
    }
    shares = [name for name in ledger if name.startswith("share.")]
    assert len(shares) > 100
    for name in shares:
        _, region, code = name.split(".", 2)
        own = done[done["region_code"] == region]
        told = [f"{row.doc_id}:{row.start}-{row.end}" for row in own.itertuples()]
        given = sum(code in judged[place] for place in told)
        assert ledger[name].value == pytest.approx(given / len(told)), name
        assert set(quotations.loc[quotations["result_id"] == name, "evidence_id"]) == set(told)


def test_agreement_is_counted_over_the_paragraphs_that_a_person_judged(ledger, files) -> None:
    judgements = files["judgements"]
    given = judgements[judgements["value"].eq(1) & judgements["segment_id"].notna()]
    for family, coder in (("MODE", "author"), ("INNOV", "author"), ("MECH", "author")):
        of_family = given[given["code_id"].str.startswith(f"{family}.")]
        sets = {
            who: rows.groupby("segment_id")["code_id"].agg(set)
            for who, rows in of_family.groupby("coder")
        }
        same = sum(sets["rules"].get(one, set()) == codes for one, codes in sets[coder].items())
        at = f"agreement.{family}.{coder}"
        assert ledger[f"{at}.n"].value == len(sets[coder])
        assert ledger[f"{at}.accuracy"].value == pytest.approx(same / len(sets[coder]))


def test_estimates_and_the_simulation_are_those_of_their_tables(ledger, files) -> None:
    for row in files["tab-assessment-focal"].itertuples():
        if row.term == "人口密度对数":
            stem = f"assess.focal.{row.term}"
            assert ledger[f"{stem}.estimate"].value == pytest.approx(row.estimate)
            assert ledger[f"{stem}.p_permutation"].value == pytest.approx(row.p_permutation)
            assert ledger[f"{stem}.estimate"].nature == "association"
            assert set(ledger[f"{stem}.estimate"].rests_on) <= set(ledger.records)
            break
    else:
        raise AssertionError("the declared term is not in its table")
    recovery = files["模拟_tab-recovery"]
    for at, labels in zip(
        ("truth", "coded", "corrected"), recovery["labels"].unique(), strict=True
    ):
        rows = recovery[recovery["labels"] == labels]
        inside = rows["truth"].between(rows["conf_low"], rows["conf_high"])
        assert ledger[f"simulate.{at}.n_covered"].value == inside.sum()
        assert ledger[f"simulate.{at}.n_given"].value == rows["conf_low"].notna().sum()
        assert ledger[f"simulate.{at}.n_covered"].simulated


def test_nobody_judged_what_the_settlement_calls_open(ledger, found: Findings) -> None:
    """The number of items is not that of items that two people judged."""
    outcomes = found.need("gold", "outcomes")
    assert ledger["gold.n"].value == len(outcomes)
    assert (
        ledger["gold.n_open"].value
        == (~outcomes["outcome"].isin(["unanimous", "adjudicated"])).sum()
    )
    assert "两个人判过" not in ledger["gold.n"].meaning


def test_every_result_says_whence_it_is_and_prints_a_value(ledger: Ledger, ran: Path) -> None:
    meanings = Counter(
        one.meaning for one in ledger.values() if not one.result_id.startswith("method.")
    )
    for one in ledger.values():
        assert len(one.result_id) <= LONGEST_ID
        assert one.rests_on or one.origin or one.result_id.endswith(".grade"), one.result_id
        assert not {"nan", "None", "NaN", "<NA>"} & set(one.printed.replace("–", " ").split())
        if one.origin and not one.origin.startswith("data/") and one.origin != "study.toml":
            assert (ran / "reports" / one.origin).exists(), one
    named = {one for one in meanings if meanings[one] > 1 and not one.endswith("不同。")}
    told = [one for one in ledger.values() if one.meaning in named and one.nature != "method"]
    assert [one.result_id for one in told] == [], "two results of one meaning"


def test_names_that_are_long_or_alike_stay_apart() -> None:
    parts = [
        ("assess", "focal", "人口" * 40, "estimate"),
        ("assess", "focal", "人口" * 41, "estimate"),
    ]
    parts += [("a", "b c"), ("a", "bc"), ("a", "b/c"), ("a.b",), ("a", "b", ""), ("share", "𠮷{}|")]
    names = [name_of(*one) for one in parts]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST_ID


def test_no_judgement_stands_twice_on_one_quotation(ledger: Ledger) -> None:
    for one in ledger.quotations.values():
        said = Counter((j.code_id, j.coder, j.value) for j in one.judgements)
        assert max(said.values(), default=0) <= 1, one


def test_results_are_the_same_in_the_file(ledger: Ledger, ran: Path) -> None:
    written = json.loads((ran / "reports" / "results.json").read_text(encoding="utf-8"))
    assert {one["result_id"]: one["printed"] for one in written["results"]} == {
        name: one.printed for name, one in ledger.items()
    }


def test_an_agreement_that_is_undefined_prints_no_number(found: Findings) -> None:
    undefined = found.need("agree", "agreement").assign(
        accuracy=float("nan"), wilson_low=float("nan"), wilson_high=float("nan"),
        majority_accuracy=float("nan"),
    )  # fmt: skip
    results = {**found.results, "agree": {**found.results["agree"], "agreement": undefined}}
    for one in on_agreement(replace(found, results=results)):
        assert "nan" not in f"{one.printed} {one.value}".lower()
