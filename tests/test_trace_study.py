"""A study that was run: from results to sentences and back, its evidence files, its command."""

from __future__ import annotations

import dataclasses
import random
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from trace_studies import DISTRICTS, lay_out

from pbgov.cache import table_of
from pbgov.corpus.readers import read_corpus
from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.reporting.evidence import write_evidence
from pbgov.reporting.ledger import quotation_id
from pbgov.reporting.tracing.back import TraceBack, trace_back
from pbgov.reporting.tracing.material import Material, material_of
from pbgov.reporting.tracing.quotations import quotations_of
from pbgov.reporting.tracing.rechecking import recheck
from pbgov.reporting.tracing.records import ASSESSMENT, records_of
from pbgov.reporting.tracing.trace import Trace, trace


@pytest.fixture(scope="module")
def material(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material_of(lay_out(tmp_path_factory.mktemp("traced"), root))


def first_estimate(material: Material) -> tuple[Estimate, str]:
    for _, code, one in material.estimates():
        if isinstance(one, Estimate):
            return one, f"share_{code}"
    raise AssertionError("the study estimates nothing")


def meets(table: pd.DataFrame, place: tuple[str, int, int]) -> bool:
    doc_id, start, end = place
    same = table[table["doc_id"] == doc_id]
    return bool(((same["start"] < end) & (same["end"] > start)).any())


def test_every_quotation_is_what_stands_in_its_file(material: Material) -> None:
    quotations = quotations_of(material.results, material.study)
    corpus = read_corpus(material.study.cases)
    assert len(quotations) > 50
    moved = 0
    for name, one in quotations.items():
        document = corpus[one.doc_id]
        assert name == one.quotation_id == quotation_id(one.doc_id, one.start, one.end)
        assert document.passage(one.start, one.end) == one.text
        assert (one.raw_start, one.raw_end) == document.to_raw(one.start, one.end)
        assert (material.study.root / one.path).is_file()
        moved += one.raw_start != one.start
        lines = list(document.text[: one.start].split("+++", 2)[-1].splitlines())
        before = sum(bool(line.strip()) for line in lines)
        inside = bool(lines) and document.text[one.start - 1] not in "\r\n"
        assert one.paragraph in (before, before + 1) if inside else one.paragraph == before + 1
    assert moved > 50
    assert recheck(quotations, material.study) == []


def test_a_stretch_of_several_tables_is_one_quotation(material: Material) -> None:
    quotations = quotations_of(material.results, material.study)
    practices = table_of(material.results, "practices", "practices")
    codings = table_of(material.results, "code", "codings")
    names = dict(
        zip(
            *(table_of(material.results, "code", "codes")[c] for c in ("code_id", "zh")),
            strict=False,
        )
    )
    for row in practices.itertuples():
        one = quotations[quotation_id(row.doc_id, row.start, row.end)]
        assert (one.region_code, one.region) == (row.region_code, DISTRICTS[row.region_code])
        assert one.status == row.status
    for row in codings.itertuples():
        one = quotations[quotation_id(row.doc_id, row.start, row.end)]
        (judged,) = [each for each in one.judgements if each.code_id == row.code_id]
        assert (judged.coder, judged.rule, judged.value) == (row.coder, row.rule, row.value)
        assert judged.code == names[row.code_id]
    tables = [practices, codings]
    tables += [
        table_of(material.results, "extract", name) for name in ("quantities", "formulas", "claims")
    ]
    places = {(row.doc_id, row.start, row.end) for table in tables for row in table.itertuples()}
    assert len(quotations) == len(places)


def test_records_are_the_rows_of_the_files(material: Material) -> None:
    records = records_of(material.results)
    assert len(records) == 32
    one = records["接诉即办满意率/110105/2024"]
    assert (one.region, one.status, one.unit) == ("朝阳区", "实际", "%")
    assert one.url == "https://example.org/110105"
    assert "A 级" in one.source


def test_bounded_scores_and_a_clash_of_names(material: Material) -> None:
    results = {name: dict(made) for name, made in material.results.items()}
    row = {
        "region_code": "110105",
        "period": "2022-06",
        "peer_group": "中心城区",
        "score_low": 833.0,
        "score_high": 861.5,
        "status": "实际",
        "source_url": "一份报纸（无网址）",
    }
    results["indicators"]["assessment"] = pd.DataFrame(
        [row, row | {"period": "2022-12", "score_high": 833.0}]
    )
    made = records_of(results)
    assert made[f"{ASSESSMENT}/110105/2022-06"].printed == "833–861.5"
    assert made[f"{ASSESSMENT}/110105/2022-12"].printed == "833"
    assert made[f"{ASSESSMENT}/110105/2022-06"].url == ""
    figures = table_of(results, "indicators", "indicators")
    results["indicators"]["indicators"] = figures.assign(indicator=ASSESSMENT, period="2022-06")
    with pytest.raises(InputError, match=ASSESSMENT):
        records_of(results)
    assert records_of({}) == {}


def test_a_stored_estimate_is_traced_with_its_study(material: Material) -> None:
    estimate, term = first_estimate(material)
    assert estimate.lineage is None
    found = trace(estimate, term, material.study.root)
    assert len(found.units) == 16
    assert found.units["agrees"].all()
    assert set(found.units["name"]) == set(DISTRICTS.values())
    practices = table_of(material.results, "practices", "practices")
    for unit, own in found.practices.groupby("unit"):
        done = practices[(practices["region_code"] == unit) & (practices["status"] == "已实施")]
        assert set(zip(own["doc_id"], own["start"], strict=False)) == set(
            zip(done["doc_id"], done["start"], strict=False)
        )
        share = own.groupby("practice")["carries"].max().astype(float).mean()
        held = found.units.set_index("unit")[term][unit]
        assert share == pytest.approx(held, abs=1e-12)
    corpus = read_corpus(material.study.cases)
    for row in found.sentences.itertuples():
        document = corpus[row.doc_id]
        assert document.passage(row.start, row.end) == row.text
        assert document.to_raw(row.start, row.end) == (row.raw_start, row.raw_end)
        assert document.passage(row.evidence_start, row.evidence_end) == row.evidence
    assert found.sources["found"].all()
    assert set(found.sources["digest"]) == {document.digest for document in corpus}
    assert set(found.records["period"]) == {"2024"}


def test_an_estimate_of_another_study_is_not_passed_off(material: Material) -> None:
    estimate, term = first_estimate(material)
    other = dataclasses.replace(estimate, inputs_digest="0" * 64)
    found = trace(other, term, material)
    assert len(found.sentences) == 0
    assert any("摘要" in said.zh for said in found.remarks)


def test_what_was_not_estimated_is_traced_to_what_there_was(material: Material) -> None:
    refusals = [one for _, _, one in material.estimates() if isinstance(one, NotEstimated)]
    assert refusals
    found = trace(refusals[0], study=material)
    assert refusals[0].reason in found.told()
    assert len(found.practices)
    assert set(found.records["indicator"]) == {"接诉即办满意率"}


def test_a_file_edited_since_is_told(root: Path, tmp_path: Path) -> None:
    own = material_of(lay_out(tmp_path, root))
    estimate, term = first_estimate(own)
    file = own.study.cases / "article-1.md"
    file.write_bytes(file.read_bytes().replace("朝阳区".encode(), "朝陽区".encode()))
    found = trace(estimate, term, own)
    lost = found.sources.set_index("doc_id")["found"]
    assert lost["article-0"]
    assert not lost["article-1"]
    assert "E725" in found.told()


def test_from_results_to_sentences_and_back(material: Material) -> None:
    """s is in the trace of r if, and only if, r is among what rests on s."""
    drawn = random.Random(1)
    practices = table_of(material.results, "practices", "practices")
    sentences = table_of(material.results, "read", "sentences")
    sentences = sentences[sentences["kind"].isin(["sentence", "heading"])]
    places = [
        (row.doc_id, row.start, row.end)
        for table, n in ((practices, 4), (sentences, 4))
        for row in table.sample(n, random_state=drawn.randrange(99)).itertuples()
    ]
    traces: dict[str, Trace] = {
        name: trace(name, study=material)
        for name in [*drawn.sample(sorted(material.ledger), 40), "practices.n"]
    }
    coefficients = {
        (step, name, term): trace(one, term, material)
        for step, name, one in material.estimates()
        if isinstance(one, Estimate)
        for term in one.terms["term"]
    }
    assert any(len(one.practices) for one in traces.values())
    seen = 0
    for place in places:
        back = trace_back(place, material)
        resting = set(back.results["result_id"])
        for name, one in traces.items():
            assert meets(one.practices, place) == (name in resting), (name, place)
            seen += name in resting
        rows = back.estimates[back.estimates["estimated"]]
        terms = set(zip(rows["step"], rows["name"], rows["term"], strict=False))
        for key, one in coefficients.items():
            assert meets(one.practices, place) == (key in terms), (key, place)
            seen += key in terms
        shares = back.scores[(back.scores["of"] == "regions") & back.scores["carries"]]
        for key, one in coefficients.items():
            if key[2] != "Intercept":
                assert meets(one.sentences, place) == (key[1] in set(shares["code_id"]))
    assert seen > 8


def test_a_place_is_named_in_four_ways(material: Material) -> None:
    practice = table_of(material.results, "practices", "practices").iloc[5]
    place = practice["doc_id"], int(practice["start"]), int(practice["end"])
    by_offsets = trace_back(place, material)
    assert isinstance(by_offsets, TraceBack)
    for named in (
        "{}:{}-{}".format(*place),
        practice["practice_id"],
    ):
        assert trace_back(named, material).told() == by_offsets.told()
    everything = "".join(table_of(material.results, "read", "paragraphs")["text"])
    words = next(
        text
        for text in table_of(material.results, "read", "sentences")["text"]
        if len(text) > 9 and everything.count(text) == 1
    )
    once = trace_back(words, material)
    assert once.text == words
    with pytest.raises(InputError, match="places"):
        trace_back("社区", material)
    with pytest.raises(InputError, match="no place"):
        trace_back("这些字材料里没有", material)
    with pytest.raises(InputError, match="no document"):
        trace_back(("nowhere", 0, 3), material)
    with pytest.raises(InputError, match="no stretch"):
        trace_back((place[0], 5, 5_000_000), material)


def test_a_title_rests_on_nothing_but_is_a_place(material: Material) -> None:
    back = trace_back(("article-0", 0, 4), material)
    assert len(back.practices) == len(back.codings) == len(back.estimates) == 0
    assert "article-0:0-4" in back.told()


def test_claims_and_exhibits_name_what_rests_on_it(material: Material) -> None:
    practice = table_of(material.results, "practices", "practices").iloc[0]
    back = trace_back(practice["practice_id"], material)
    resting = set(back.results["result_id"])
    assert len(back.claims)
    for row in back.claims.itertuples():
        assert set(row.results.split("、")) <= resting
    known = {one.exhibit_id for one in material.report.exhibits}
    assert set(back.exhibits["exhibit_id"]) <= known
    assert "&lt;" not in back.told()
    assert "<script" not in back._repr_html_()


def test_unknown_results_are_refused_with_near_names(material: Material) -> None:
    with pytest.raises(InputError, match=r"practices\.n"):
        trace("practice.n", study=material)
    with pytest.raises(InputError, match="no terms"):
        trace("practices.n", "share_MODE.M1", material)


def test_evidence_files_of_the_ledger(material: Material, tmp_path: Path) -> None:
    before = [file.name for file in write_evidence(material.results, tmp_path / "a")]
    written = write_evidence(material.results, tmp_path / "b", material.ledger)
    names = [file.name for file in written]
    assert names[: len(before)] == before
    assert names[len(before) :] == ["results.csv", "quotations.csv", "records.csv", "trace.csv"]
    rows = pd.read_csv(tmp_path / "b" / "evidence" / "trace.csv", dtype=str)
    pairs = {(one.result_id, name) for one in material.ledger.values() for name in one.rests_on}
    assert set(zip(rows["result_id"], rows["evidence_id"], strict=False)) == pairs
    quoted = pd.read_csv(tmp_path / "b" / "evidence" / "quotations.csv", dtype=str)
    assert set(quoted["quotation_id"]) == set(material.ledger.quotations)
    again = write_evidence(material.results, tmp_path / "c", material.ledger)
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in written]


def test_the_command(material: Material, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    from pbgov.commands.tracing import add_commands

    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    estimate, term = first_estimate(material)
    practice = table_of(material.results, "practices", "practices").iloc[0]

    def run(*words: str) -> str:
        options = parser.parse_args(["trace", "--study", str(material.study.root), *words])
        assert options.command(options) == 0
        return capsys.readouterr().out

    assert estimate.formula in run(term)
    assert practice["text"] in run("practices.n")
    told = run("--sentence", "{doc_id}:{start}-{end}".format(**practice))
    assert practice["practice_id"] in told
    assert "practices.n" in told
    told.encode("gb18030")  # a Windows terminal can show it
    with pytest.raises(InputError, match="相近"):
        run("practices.m")
    with pytest.raises(InputError, match="--sentence"):
        run()


def test_a_practice_that_is_part_of_a_paragraph_has_its_judgements(
    root: Path, tmp_path: Path
) -> None:
    folder = lay_out(tmp_path, root)
    both = (
        "朝阳区建立居民议事会，就停车难问题开展协商，形成居民公约。"
        "海淀区成立党建工作协调委员会，与驻区单位签订共建协议，建立联席会议制度。"
    )
    for file in (folder / "data" / "cases").iterdir():
        file.unlink()
    (folder / "data" / "cases" / "one.txt").write_text(f"经验介绍\n\n{both}\n", encoding="utf-8")
    own = material_of(folder)
    practices = table_of(own.results, "practices", "practices")
    bounds = ["doc_id", "start", "end"]
    whole = table_of(own.results, "read", "paragraphs")[bounds]
    parts = practices.merge(whole, on=bounds, how="left", indicator=True)
    assert (parts["_merge"] == "left_only").any()
    quotations = quotations_of(own.results, own.study)
    codes = {
        row.region_code: {
            each.code_id
            for each in quotations[quotation_id(row.doc_id, row.start, row.end)].judgements
        }
        for row in practices.itertuples()
    }
    scores = table_of(own.results, "score", "regions")
    for region, given in codes.items():
        carried = scores[(scores["unit"] == region) & (scores["share"] > 0)]
        assert given == set(carried["code_id"])
        assert given
    assert recheck(quotations, own.study) == []
