"""The methods section: every number against the files it speaks of, and nothing that was not done."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.reporting.methods_paragraph import MethodsText, methods_paragraph
from pbgov.reporting.prose import ResultName, parsed
from pbgov.run import compute, state_of
from pbgov.study import read_study

if TYPE_CHECKING:
    from pathlib import Path

SMALL = """
[study]
title = "一篇文档"
seed = 7

[inputs]
cases = "data/cases"
codebook = "data/codebook"
lexicon = "data/lexicon"
regions = "data/regions"
"""
DOCUMENT = """东城区建国门街道党工委建立党建工作协调委员会，把辖区单位组织起来。

朝阳区双井街道动员党员认领服务岗位。居民{{result:x}}参与议事。
"""


def copied(root: Path, folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copytree(root / "data" / name, folder / "data" / name)
    return folder


def written(folder: Path, lang: str = "zh") -> MethodsText:
    study = read_study(folder)
    results, _ = compute(study, state_of(study), lambda title, made: None)
    return methods_paragraph(study, results, lang)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole(ran: Path) -> Path:
    """The shipped study, run once for all tests."""
    return ran


@pytest.fixture(scope="module")
def small(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One document and the rules; no people, figures, tests or simulation."""
    folder = copied(
        root, tmp_path_factory.mktemp("small") / "study", "codebook", "lexicon", "regions"
    )
    (folder / "data" / "cases").mkdir()
    (folder / "data" / "cases" / "a.txt").write_text(DOCUMENT, encoding="utf-8")
    (folder / "study.toml").write_text(SMALL, encoding="utf-8")
    return folder


def stated(text: MethodsText) -> dict[str, float | str]:
    return {one.result_id.removeprefix("method."): one.value for one in text.results}


def test_documents_and_coders_are_counted_as_the_files_have_them(whole: Path) -> None:
    numbers = stated(written(whole))
    cases = list((whole / "data" / "cases").glob("*.md"))
    bodies = [
        re.sub(r"\A\+\+\+\n.*?\n\+\+\+\n", "", one.read_text("utf-8"), flags=re.S) for one in cases
    ]
    assert numbers["documents"] == numbers["format.md"] == len(cases)
    han = sum(len(re.findall(r"[\u3400-\u9fff]", one)) for one in bodies)
    assert numbers["n_han"] == han
    for coder in ("author", "draft"):
        rows = pd.read_csv(whole / "data" / "codings" / f"{coder}.csv")
        assert numbers[f"coder.{coder}.codings"] == len(rows)
        assert numbers[f"coder.{coder}.segments"] == len(rows.drop_duplicates(["doc_id", "start"]))
        assert f"codebook.{coder}.{rows['codebook_version'].astype(str).iloc[0]}" in numbers


def test_agreement_is_that_of_a_table_made_by_hand(whole: Path) -> None:
    """Share of the author's paragraphs of a family to which the rules give the same code."""
    from sklearn.metrics import cohen_kappa_score

    study = read_study(whole)
    results, _ = compute(study, state_of(study), lambda title, made: None)
    codings = results["code"]["codings"]
    assert isinstance(codings, pd.DataFrame)
    given = codings[codings["code_id"].str.startswith("MODE.") & codings["value"].eq(1)]
    sets = {
        coder: rows.groupby("segment_id")["code_id"].agg(lambda codes: "+".join(sorted(codes)))
        for coder, rows in given.groupby("coder")
    }
    author = sets["author"]
    rules = sets["rules"].reindex(author.index).fillna("无")
    numbers = stated(methods_paragraph(study, results))
    assert numbers["agreement.MODE.author.rules.n"] == len(author)
    assert numbers["agreement.MODE.author.rules.accuracy"] == pytest.approx(
        (author == rules).mean()
    )
    assert numbers["agreement.MODE.author.rules.kappa"] == pytest.approx(
        cohen_kappa_score(author, rules)
    )


def test_tests_estimates_and_simulation_are_those_of_the_study(whole: Path) -> None:
    text = written(whole)
    numbers = stated(text)
    study = read_study(whole)
    assert numbers["declared"] == (whole / "study.toml").read_text("utf-8").count("[[tests]]")
    assert numbers["digest"] == study.tests_digest[:12]
    assert numbers["estimates.1.permutations.1"] == 1999
    assert numbers["estimates.1.seed.1"] == "20261122"
    assert numbers["not_estimated"] == 4
    marked = {one.result_id for one in text.results if one.simulated}
    assert {"method.simulation.effects", "method.simulation.audited"} <= marked
    assert "【模拟】" in str(text)
    assert "[SIMULATED 模拟]" in str(written(whole, "en"))


def test_versions_are_those_installed(whole: Path) -> None:
    from importlib.metadata import version

    numbers = stated(written(whole))
    for name in ("pandas", "numpy", "python-docx"):
        assert numbers[f"version.{name}"] == version(name)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_of_the_prose_is_a_result(whole: Path, lang: str) -> None:
    text = written(whole, lang)
    ledger = {one.result_id for one in text.results}
    for paragraph in text.paragraphs:
        parts = parsed(paragraph)
        assert all(part.result_id in ledger for part in parts if isinstance(part, ResultName))
        bare = "".join(part for part in parts if isinstance(part, str))
        assert set(re.findall(r"\d+%?", bare)) <= {"95%"}, bare


def test_both_languages_state_the_same_numbers(whole: Path) -> None:
    zh, en = stated(written(whole)), stated(written(whole, "en"))
    assert list(zh) == list(en)
    differing = {name for name in zh if zh[name] != en[name]}
    assert all(name.startswith("estimates.") for name in differing)
    assert not re.search(
        "[一-鿿]",
        re.sub(r"“[^”]*”|Sources: .*?\\. ", "", str(written(whole, "en")).split("Sources")[0]),
    )


def test_a_study_that_did_little_has_a_short_section(small: Path) -> None:
    text = str(written(small))
    assert text.startswith("研究材料是 1 篇文档（txt 1 篇）")
    assert "1 篇没有写明出处。" in text
    assert "没有人工编码。" in text
    for absent in ("κ", "检验", "模拟", "金标准", "估计", "框架", "编码者“"):
        assert absent not in text
    english = str(written(small, "en"))
    assert "There are no codings by people." in english
    for absent in ("κ", "estimate", "SIMULATED", "declared", "Gold"):
        assert absent not in english


def test_repairs_are_counted_by_kind_and_certainty(small: Path, tmp_path: Path) -> None:
    """Two planted damages: two replacement signs that cannot be repaired."""
    folder = shutil.copytree(small, tmp_path / "study")
    (folder / "data" / "cases" / "a.txt").write_text(
        DOCUMENT.replace("居民", "居\ufffd民\ufffd"), encoding="utf-8"
    )
    text = written(folder)
    numbers = stated(text)
    assert numbers["repairs"] == numbers["repairs.replacement"] == 2
    left = [
        name
        for name in ("exact", "likely", "inferred", "unrepaired")
        if numbers[f"certainty.{name}"]
    ]
    assert sum(int(numbers[f"certainty.{name}"]) for name in left) == 2
    assert "文字损坏列出 2 处：替换符（已丢失） 2" in str(text)


def test_names_from_files_name_nothing(small: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small, tmp_path / "study")
    (folder / "data" / "cases" / "a.txt").unlink()
    (folder / "data" / "cases" / "b.md").write_text(
        '+++\ntitle = "x"\nvenue = "{{result:practices.n}} <b> {tab-x}"\n+++\n\n' + DOCUMENT,
        encoding="utf-8",
    )
    text = written(folder)
    names = [
        part for one in text.paragraphs for part in parsed(one) if isinstance(part, ResultName)
    ]
    assert {one.result_id for one in names} == {one.result_id for one in text.results}
    assert "出处：{{result:practices.n}} <b> {tab-x}。" in str(text)


def test_a_third_language_is_refused(small: Path) -> None:
    with pytest.raises(InputError, match="'zh' or 'en'"):
        written(small, "fr")
