"""The shipped codebook is whole and codes its own examples; each check finds what it is for."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pbgov
from pbgov.coding import checks
from pbgov.coding.rules import Rules
from pbgov.errors import DataFileError, InputError
from pbgov.findings import CATALOGUE

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).resolve().parents[1] / "data" / "codebook"


def example_rows() -> list[dict[str, str]]:
    with (FOLDER / "examples.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BY_RULE = [row for row in example_rows() if row["by_rule"] == "1"]
BEYOND_RULES = [row for row in example_rows() if row["by_rule"] == "0"]


@pytest.fixture(scope="module")
def codebook() -> pbgov.Codebook:
    return pbgov.read_codebook(FOLDER)


@pytest.fixture(scope="module")
def rules(codebook: pbgov.Codebook) -> Rules:
    return Rules(codebook)


# ---- the shipped codebook -----------------------------------------------------------------------


def test_it_has_33_codes_in_7_families(codebook: pbgov.Codebook) -> None:
    assert codebook.version == "0.2"
    sizes = codebook.codes.groupby("family", sort=False).size().to_dict()
    assert sizes == {"INNOV": 4, "MODE": 4, "PROB": 4, "DIM": 4, "MECH": 8, "LQ": 5, "META": 4}
    assert codebook.codes_of("MODE") == ["MODE.M1", "MODE.M2", "MODE.M3", "MODE.M4"]


def test_it_has_nothing_to_remark_on(codebook: pbgov.Codebook) -> None:
    assert codebook.check() == []


def judged_right(rules: Rules, row: dict[str, str]) -> bool:
    given = {judgement.code_id: judgement for judgement in rules.judge(row["text"])}
    if row["expected"] == "0":
        return row["code_id"] not in given
    return row["code_id"] in given and not given[row["code_id"]].secondary


@pytest.mark.parametrize(
    "row", BY_RULE, ids=[f"{row['code_id']}-{row['expected']}-{row['text']}" for row in BY_RULE]
)
def test_example_is_coded_as_the_codebook_says(rules: Rules, row: dict[str, str]) -> None:
    assert judged_right(rules, row)


def test_examples_beyond_the_rules_are_few_and_truly_beyond_them(rules: Rules) -> None:
    changes = (FOLDER / "CHANGES.md").read_text(encoding="utf-8")
    assert f"**规则判不了的例句**：{len(BEYOND_RULES)} 条" in changes
    assert len(BEYOND_RULES) <= 3
    assert [row["text"] for row in BEYOND_RULES if judged_right(rules, row)] == []
    assert all(row["why"] for row in BEYOND_RULES)


def test_every_code_has_examples_of_both_kinds(codebook: pbgov.Codebook) -> None:
    counts = codebook.examples.groupby(["code_id", "expected"]).size().unstack()
    assert counts.notna().all(axis=None)
    assert set(counts.index) == set(codebook.codes["code_id"])


def test_changes_count_what_is_there(codebook: pbgov.Codebook) -> None:
    changes = (FOLDER / "CHANGES.md").read_text(encoding="utf-8")
    new = codebook.terms[codebook.terms["source"] == "手册示例 v0.2"]["role"].value_counts()
    said = [
        f"{len(codebook.examples)} 条例句",
        f"{len(codebook.terms)} 个词条",
        f"{len(codebook.masks)} 个屏蔽词",
        f"线索词 {new['cue']} 个，排除词 {new['veto']} 个",
    ]
    assert [words for words in said if words not in changes] == []


def test_new_cues_are_words_not_sentences(codebook: pbgov.Codebook) -> None:
    new = codebook.terms[codebook.terms["source"] == "手册示例 v0.2"]
    assert new["term"].str.len().max() <= 6
    assert not new["term"].isin(codebook.examples["text"]).any()


def test_sources_name_the_articles(codebook: pbgov.Codebook) -> None:
    assert not codebook.codes["source"].str.contains("seed").any()
    assert not codebook.families["source"].str.contains("seed").any()


# ---- checks ---------------------------------------------------------------------------------------


def changed(codebook: pbgov.Codebook, table: str, row: int, **cells: Any) -> pbgov.Codebook:
    """The codebook with some cells of one row (as the file numbers it) changed."""
    copy = getattr(codebook, table).copy()
    for column, value in cells.items():
        copy.loc[row, column] = value
    return dataclasses.replace(codebook, **{table: copy})


def row_of(table: pd.DataFrame, **cells: str) -> int:
    found = table
    for column, value in cells.items():
        found = found[found[column] == value]
    return int(found.index[0])


def test_code_without_inclusion_rule(codebook: pbgov.Codebook) -> None:
    faulty = changed(codebook, "codes", 4, include=float("nan"))
    (finding,) = faulty.check()
    assert (finding.code, finding.row, finding.seen) == ("E201", 4, "INNOV.ACT")
    assert finding.path.endswith("codebook/codes.csv")


def test_example_miscoded_by_its_own_rule(codebook: pbgov.Codebook) -> None:
    faulty = changed(codebook, "examples", 2, expected=0)
    (finding,) = faulty.check()
    assert (finding.code, finding.row, finding.wanted) == ("E203", 2, "0")


def test_term_shared_inside_an_exclusive_family(codebook: pbgov.Codebook) -> None:
    row = row_of(codebook.terms, code_id="MODE.M4", term="扶贫")
    faulty = changed(codebook, "terms", row, term="疫情")
    (finding,) = faulty.check()
    assert (finding.code, finding.row) == ("E204", row)
    assert finding.wanted == "MODE.M3 / MODE.M4"


def test_mask_hides_a_cue(codebook: pbgov.Codebook) -> None:
    row = row_of(codebook.terms, code_id="MECH.JOINT", term="民营企业")
    faulty = changed(codebook, "terms", row, term="枢纽型社会组织")
    (finding,) = faulty.check()
    assert (finding.code, finding.row, finding.wanted) == ("E205", row, "社会组织")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("terms", "code_id"),
        ("examples", "correct_code"),
        ("codes", "parent_id"),
        ("families", "residual"),
    ],
)
def test_unknown_code(codebook: pbgov.Codebook, table: str, column: str) -> None:
    faulty = changed(codebook, table, 2, **{column: "MODE.M9"})
    findings = list(checks.unknown_code(faulty))
    assert [(f.code, f.row, f.column, f.seen) for f in findings] == [("E206", 2, column, "MODE.M9")]


def test_unknown_family(codebook: pbgov.Codebook) -> None:
    faulty = changed(codebook, "codes", 2, family="INOV")
    codes = [(finding.code, finding.row) for finding in faulty.check()]
    assert codes[0] == ("E207", 2)


def test_code_named_outside_its_family(codebook: pbgov.Codebook) -> None:
    faulty = changed(codebook, "codes", 2, family="MODE")
    assert ("E214", 2) in [(finding.code, finding.row) for finding in faulty.check()]


def test_term_repeated_under_one_code(codebook: pbgov.Codebook) -> None:
    first = codebook.terms.loc[2, "term"]
    faulty = changed(codebook, "terms", 3, term=first)
    assert [(f.code, f.row) for f in checks.term_repeated_under_one_code(faulty)] == [("E208", 3)]


def test_a_veto_hides_a_cue_of_its_code(codebook: pbgov.Codebook) -> None:
    row = row_of(codebook.terms, code_id="MECH.GRID", term="督办")
    faulty = changed(codebook, "terms", row, term="网格员督办")
    assert ("E205", row, "网格员") in [(f.code, f.row, f.wanted) for f in faulty.check()]


@pytest.mark.parametrize("term", ["楼宇\n党建", "楼宇\u200b党建"])
def test_term_with_an_invisible_character(codebook: pbgov.Codebook, term: str) -> None:
    faulty = changed(codebook, "terms", 2, term=term)
    found = checks.term_with_an_invisible_character(faulty)
    assert [(f.code, f.row) for f in found] == [("E115", 2)]


@pytest.mark.parametrize("term", [" ", "楼宇 ", float("nan")])
def test_blank_term(codebook: pbgov.Codebook, term: Any) -> None:
    faulty = changed(codebook, "terms", 2, term=term)
    assert [(f.code, f.row) for f in checks.blank_term(faulty)] == [("E209", 2)]


def test_code_without_cue(codebook: pbgov.Codebook) -> None:
    terms = codebook.terms[codebook.terms["code_id"] != "META.RHET"]
    faulty = dataclasses.replace(codebook, terms=terms)
    assert [(f.code, f.seen) for f in checks.code_without_cue(faulty)] == [("W251", "META.RHET")]


def test_example_now_within_the_rules(codebook: pbgov.Codebook) -> None:
    faulty = changed(codebook, "examples", 2, by_rule=0)
    (finding,) = faulty.check()
    assert (finding.code, finding.row) == ("W252", 2)


def test_every_check_says_its_code_and_the_catalogue_knows_it() -> None:
    said = [(check.__doc__ or "").split(":")[0] for check in checks.CHECKS]
    assert len(set(said)) == len(said)
    assert set(said) <= set(CATALOGUE)


# ---- reading ----------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "codebook"))


def test_digest_follows_every_file(copy: Path) -> None:
    before = pbgov.read_codebook(copy).digest
    assert before == pbgov.read_codebook(FOLDER).digest
    with (copy / "masks.csv").open("a", encoding="utf-8") as file:
        file.write("居民自治组织,名称,试\n")
    assert pbgov.read_codebook(copy).digest != before


def test_duplicate_code_is_refused_with_its_row(copy: Path) -> None:
    lines = (copy / "codes.csv").read_text(encoding="utf-8").splitlines()
    (copy / "codes.csv").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_codebook(copy)
    assert [(f.code, f.row) for f in refusal.value.findings] == [("E104", 35)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E210"),
        (b"version = 2\n", "E210"),
        (b'version = " "\n', "E210"),
        (b"version = ", "E218"),
        ('version = "第二版"'.encode("gb18030"), "E217"),
    ],
)
def test_version_must_be_named(copy: Path, content: bytes, code: str) -> None:
    (copy / "codebook.toml").write_bytes(content)
    with pytest.raises(DataFileError, match=code):
        pbgov.read_codebook(copy)


def test_a_codebook_for_people_alone_needs_no_terms_masks_or_examples(copy: Path) -> None:
    for name in ("terms", "masks", "examples"):
        header = (copy / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        (copy / f"{name}.csv").write_text(header + "\n", encoding="utf-8")
    codebook = pbgov.read_codebook(copy)
    assert {finding.code for finding in codebook.check()} == {"W251"}
    assert Rules(codebook).judge("街道组建联合党支部。") == []


def test_every_file_that_is_wrong_is_named_at_once(copy: Path) -> None:
    for name in ("families", "masks"):
        (copy / f"{name}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (copy / "codebook.toml").write_text("", encoding="utf-8")
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_codebook(copy)
    named = {Path(finding.path).name for finding in refusal.value.findings}
    assert named == {"families.csv", "masks.csv", "codebook.toml"}


def test_an_example_is_expected_or_not(copy: Path) -> None:
    text = (copy / "examples.csv").read_text(encoding="utf-8")
    (copy / "examples.csv").write_text(text.replace("INNOV.ORG,1,", "INNOV.ORG,2,", 1), "utf-8")
    with pytest.raises(DataFileError, match=r"E106 .*examples\.csv:2"):
        pbgov.read_codebook(copy)


def test_missing_file_or_folder_is_named(copy: Path) -> None:
    (copy / "masks.csv").unlink()
    with pytest.raises(DataFileError, match=r"masks\.csv"):
        pbgov.read_codebook(copy)
    with pytest.raises(InputError, match="no such folder"):
        pbgov.read_codebook(copy / "nowhere")


def test_unknown_family_is_the_callers_mistake(codebook: pbgov.Codebook) -> None:
    with pytest.raises(InputError, match="no family 'MOD'"):
        codebook.codes_of("MOD")
