"""Declared tests: what is hashed, what is exploratory, and how families are corrected."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from pbgov.errors import InputError, StudyError
from pbgov.evaluation.declarations import DeclaredTest, declared_digest, plain_formula
from pbgov.evaluation.declared import family_of_tests, label_declared
from pbgov.evaluation.regression import regress
from pbgov.exhibits.declared import table_declared_tests
from pbgov.study import read_study


@pytest.fixture(scope="module")
def estimates():
    random = np.random.default_rng(3)
    table = pd.DataFrame(random.normal(size=(16, 5)), columns=["y", "a", "b", "c", "d"])
    made = {name: regress(table, f"y ~ {name}", permutations=199) for name in "abc"}
    made["none"] = regress(table.assign(d=1.0), "y ~ d")
    return made


def test_the_digest_is_the_sha256_of_the_sorted_formulas_and_terms():
    tests = [DeclaredTest("二", "y ~ b", "b"), DeclaredTest("一", 'y ~ Q("a.1")', "a.1")]
    wanted = hashlib.sha256(b"y~Q('a.1')\ta.1\ny~b\tb").hexdigest()
    assert declared_digest(tests) == wanted
    assert declared_digest(tests[::-1]) == wanted
    assert declared_digest(tests[:1]) != wanted


def test_what_was_not_declared_is_called_exploratory(estimates):
    labelled = label_declared(estimates, [DeclaredTest("甲", "y~a", "a")])
    assert labelled["a"].declared is True
    assert labelled["b"].declared is False
    assert labelled["none"] is estimates["none"]
    digest = declared_digest([DeclaredTest("", "y ~ a", "a")])[:12]
    assert digest in str(labelled["a"])
    assert "探索性的检验：不在事先声明的 1 项之列" in str(labelled["b"])
    assert "Exploratory: not among the 1 test declared beforehand" in labelled["b"].render("en")
    assert "Declared beforehand: 'a'" in labelled["a"].render("en")
    assert "Exploratory" not in labelled["a"].render("en")
    assert estimates["a"].declared is None


def test_a_declared_formula_with_another_term_is_not_declared(estimates):
    labelled = label_declared(estimates, [DeclaredTest("甲", "y ~ a", "b")])
    assert labelled["a"].declared is False


def test_families_are_corrected_apart(estimates):
    terms = {"a": "a", "b": "b", "c": "c", "none": "d"}
    table = family_of_tests(estimates, terms, [DeclaredTest("甲", "y ~ a", "a")]).set_index("name")
    p = [estimates[name].terms.p_permutation[1] for name in "bc"]
    assert table.p_holm["a"] == estimates["a"].terms.p_permutation[1]
    np.testing.assert_allclose(table.p_holm[["b", "c"]], multipletests(p, method="holm")[1])
    np.testing.assert_allclose(table.p_bh[["b", "c"]], multipletests(p, method="fdr_bh")[1])
    assert table.m.to_dict() == {"a": 1, "b": 2, "c": 2, "none": 2}
    assert np.isnan(table.p_holm["none"])
    with pytest.raises(InputError, match="no term is named for 'b'"):
        family_of_tests(estimates, {"a": "a"})
    with pytest.raises(InputError, match="has no term 'z'"):
        family_of_tests({"a": estimates["a"]}, {"a": "z"})


def test_the_study_holds_its_declared_tests(root, tmp_path):
    study = read_study(root)
    assert study.tests
    assert study.tests_digest == declared_digest(study.tests)
    text = (root / "study.toml").read_text(encoding="utf-8")
    for folder in study.inputs.values():
        (tmp_path / folder.relative_to(root)).mkdir(parents=True, exist_ok=True)
    for wrong, code in (
        ('\n[[tests]]\nname = "a"\nformula = "y ~ a"\n', "E503"),
        ('\n[[tests]]\nname = "a"\nformula = "y ~ a"\nterm = 1\n', "E506"),
        ('\n[[tests]]\nname = "a"\nformula = "y ~ a"\nterm = "a"\nwhy = ""\n', "E504"),
        ('\n[[tests]]\nname = "a"\nformula = "y ~ a"\nterm = "a"' * 2, "E506"),
    ):
        (tmp_path / "study.toml").write_text(text + wrong, encoding="utf-8")
        with pytest.raises(StudyError, match=code):
            read_study(tmp_path)


def test_every_declared_test_stands_in_the_table_made_or_not(estimates):
    tests = [
        DeclaredTest("甲", "y ~ a", "a"),
        DeclaredTest("乙", "y ~ d", "d"),
        DeclaredTest("丙", "y ~ e", "e"),
        DeclaredTest("丁", "y ~ b", "b"),
    ]
    made = table_declared_tests(tests, list(estimates.values()), source="源")
    assert list(made.body["结果"]) == ["已作", "不予估计", "没有运行", "已作"]
    p = [estimates[name].terms.p_permutation[1] for name in "ab"]
    wanted = multipletests(p, method="holm")[1]
    np.testing.assert_allclose(made.data.p_holm.dropna(), wanted)
    assert "作出 2 项" in made.note
    assert declared_digest(tests)[:12] in made.note
    english = table_declared_tests(tests, list(estimates.values()), source="s", lang="en")
    assert list(english.body["Outcome"])[1:3] == ["not estimated", "not run"]
    with pytest.raises(InputError, match="no test was declared"):
        table_declared_tests([], [], source="s")


def test_blanks_in_the_name_of_a_column_count():
    assert plain_formula('y ~ Q("a b") + C( g )') == plain_formula("y~Q('a b')+C(g)")
    assert plain_formula("y ~ Q('a b')") != plain_formula("y ~ Q('ab')")
    assert plain_formula('y ~ Q("it\'s")') == 'y~Q("it\'s")'


def test_where_nothing_was_declared_no_list_is_spoken_of(estimates):
    shown = label_declared(estimates, [])["a"]
    assert shown.declared is False
    assert "探索性的检验：事先没有声明任何检验。" in shown.limits
    assert "Exploratory: no test was declared beforehand." in shown.limits_en


def test_a_second_label_takes_the_place_of_the_first(estimates):
    first = label_declared(estimates, [DeclaredTest("甲", "y~a", "a")])
    second = label_declared(first, [DeclaredTest("乙", "y~b", "b")])
    families = [one.zh for one in second["a"].remarks if one.rule == "family"]
    assert len(families) == 1
    assert families[0].startswith("探索性的检验")


def test_a_table_of_declared_tests_is_never_ambiguous(estimates):
    tests = [DeclaredTest("甲", "y ~ a", "a"), DeclaredTest("甲", "y ~ b", "b")]
    with pytest.raises(InputError, match="two declared tests are named '甲'"):
        table_declared_tests(tests, [estimates["a"]], source="测试")
    with pytest.raises(InputError, match="'y ~ a' was declared and estimated twice"):
        table_declared_tests(tests[:1], [estimates["a"], estimates["a"]], source="测试")
    twice = [estimates["a"], estimates["b"], estimates["b"]]  # exploratory ones may be many
    shown = table_declared_tests(tests[:1], twice, source="测试", lang="en")
    assert "N = 1 declared test, 1 made" in shown.notes()[0]
