"""The shipped codebook is whole and codes its own examples; each check finds what it is for."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pbgov
from pbgov.coding.codebooks import checks, hierarchy
from pbgov.coding.rules import Rules
from pbgov.errors import DataFileError, InputError
from pbgov.findings import CATALOGUE

FOLDER = Path(__file__).resolve().parents[1] / "data" / "codebook"
README = FOLDER.parent / "README.md"


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
    assert codebook.version == "0.4"
    sizes = codebook.codes.groupby("family", sort=False).size().to_dict()
    assert sizes == {"INNOV": 4, "MODE": 4, "PROB": 4, "DIM": 4, "MECH": 8, "LQ": 5, "META": 4}
    assert codebook.codes_of("MODE") == ["MODE.M1", "MODE.M2", "MODE.M3", "MODE.M4"]


def test_it_has_nothing_to_remark_on(codebook: pbgov.Codebook) -> None:
    assert codebook.check() == []


def judged_right(rules: Rules, row: dict[str, str]) -> bool:
    given = {one.code_id: one for one in rules.judge(row["text"]) if one.value}
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
    faulty = changed(codebook, "examples", 2, expected=0, correct_code=float("nan"))
    (finding,) = faulty.check()
    assert (finding.code, finding.row, finding.wanted) == ("E203", 2, "0")


def test_term_shared_inside_an_exclusive_family(codebook: pbgov.Codebook) -> None:
    row = row_of(codebook.terms, code_id="MODE.M4", term="扶贫")
    faulty = changed(codebook, "terms", row, term="疫情")
    (finding,) = checks.term_shared_inside_an_exclusive_family(faulty)
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


# ---- a codebook made by hand ----------------------------------------------------------------------

NAN = float("nan")
COLUMNS = {
    "families": ["family", "zh", "en", "exclusive", "residual", "tie_rule", "source"],
    "codes": ["code_id", "family", "parent_id", "zh", "en", "definition", "include", "exclude",
              "indicators", "source"],
    "terms": ["code_id", "term", "role", "facet", "source"],
    "masks": ["term", "reason", "source"],
    "examples": ["code_id", "expected", "text", "correct_code", "by_rule", "why", "source"],
    "rules": ["rule_id", "code_id", "condition", "note", "source"],
    "retired": ["code_id", "retired_in", "replaced_by", "reason", "source"],
}  # fmt: skip


def by_hand(exclusive: str = "single", **rows: list[tuple[Any, ...]]) -> pbgov.Codebook:
    """Family F with codes F.A and F.B, and whatever rows are given, filled up to their columns."""
    rows = {
        "families": [("F", "一族", "first", exclusive)],
        "codes": [code_row("F.A", "甲"), code_row("F.B", "乙")],
        **rows,
    }
    tables = {}
    for name, columns in COLUMNS.items():
        cells = [[*row, *[NAN] * (len(columns) - len(row))] for row in rows.get(name, [])]
        table = pd.DataFrame(cells, columns=columns, index=range(2, 2 + len(cells)))
        tables[name] = table
    return pbgov.Codebook(folder="手册", version="1", digest="", changes="## 1", **tables)


def code_row(code_id: str, zh: str, parent: Any = NAN, family: str = "F") -> tuple[Any, ...]:
    return (code_id, family, parent, zh, code_id, "定义", "纳入", "排除")


def found(check: Any, codebook: pbgov.Codebook) -> list[tuple[str, int | None, str, str]]:
    return [(one.code, one.row, one.seen, one.wanted) for one in check(codebook)]


def test_a_sound_codebook_made_by_hand_has_only_its_cues_missing() -> None:
    assert [(one.code, one.seen) for one in by_hand().check()] == [("W251", "F.A"), ("W251", "F.B")]


def test_cue_inside_a_term_of_another_code() -> None:
    terms = [("F.A", "党支部", "cue"), ("F.B", "联合党支部", "cue")]
    check = checks.cue_inside_a_term_of_another_code
    assert found(check, by_hand(terms=terms)) == [("W265", 2, "党支部", "F.B 联合党支部")]
    assert found(check, by_hand("multi", terms=terms)) == []
    assert found(check, by_hand(terms=[*terms, ("F.A", "联合党支部", "veto")])) == []
    assert found(check, by_hand(terms=terms, masks=[("合党支", "", "")])) == []
    assert len(found(check, by_hand(terms=[*terms, ("F.A", "合作社", "veto")]))) == 1
    one_code = [("F.A", "党支部", "cue"), ("F.A", "联合党支部", "cue")]
    assert found(check, by_hand(terms=one_code)) == []
    longer_is_ambiguous = [("F.A", "党支部", "cue"), ("F.B", "联合党支部", "ambiguous")]
    assert len(found(check, by_hand(terms=longer_is_ambiguous))) == 1
    shorter_is_ambiguous = [("F.A", "党支部", "ambiguous"), ("F.B", "联合党支部", "cue")]
    assert found(check, by_hand(terms=shorter_is_ambiguous)) == []


def test_a_cue_that_a_veto_hides_once_but_not_twice_is_still_seen() -> None:
    terms = [("F.A", "支部", "cue"), ("F.B", "联合支部支部", "cue"), ("F.A", "联合支部", "veto")]
    check = checks.cue_inside_a_term_of_another_code
    assert found(check, by_hand(terms=terms)) == [("W265", 2, "支部", "F.B 联合支部支部")]


def test_nested_cues_tie_and_the_veto_settles_it() -> None:
    terms = [("F.A", "党支部", "cue"), ("F.B", "联合党支部", "cue")]
    text = "街道组建联合党支部。"
    assert Rules(by_hand(terms=terms)).judge(text) == []
    settled = Rules(by_hand(terms=[*terms, ("F.A", "联合党支部", "veto")]))
    assert [one.code_id for one in settled.judge(text)] == ["F.B"]


def test_parents_that_turn_back() -> None:
    codes = [
        code_row("F.A", "甲", "F.B"),
        code_row("F.B", "乙", "F.A"),
        code_row("F.C", "丙", "F.A"),
    ]
    codebook = by_hand(codes=codes)
    assert found(hierarchy.parents_that_turn_back, codebook) == [
        ("E225", 2, "F.A", "F.A → F.B → F.A"),
        ("E225", 3, "F.B", "F.B → F.A → F.B"),
    ]
    alone = by_hand(codes=[code_row("F.A", "甲", "F.A")])
    assert found(hierarchy.parents_that_turn_back, alone) == [("E225", 2, "F.A", "F.A → F.A")]


def test_parent_of_another_family() -> None:
    codes = [code_row("F.A", "甲"), code_row("G.B", "乙", "F.A", "G")]
    families = [("F", "一族", "first", "multi"), ("G", "二族", "second", "multi")]
    codebook = by_hand(families=families, codes=codes)
    assert found(hierarchy.parent_of_another_family, codebook) == [("E226", 3, "F.A", "G")]


@pytest.mark.parametrize(
    ("exclusive", "n", "said"),
    [("single", 0, True), ("single", 1, True), ("single", 2, False), ("multi", 0, True),
     ("multi", 1, False), ("primary_plus_secondary", 1, True)],
)  # fmt: skip
def test_family_without_a_choice(exclusive: str, n: int, said: bool) -> None:
    codes = [code_row("F.A", "甲"), code_row("F.B", "乙")][:n]
    codebook = by_hand(exclusive, codes=codes)
    expected = [("W284", 2, "F", str(n))] if said else []
    assert found(checks.family_without_a_choice, codebook) == expected


def test_residual_of_another_family() -> None:
    families = [("F", "一族", "first", "single", "G.B"), ("G", "二族", "second", "multi", "G.B")]
    codes = [code_row("F.A", "甲"), code_row("G.B", "乙", NAN, "G")]
    codebook = by_hand(families=families, codes=codes)
    assert found(checks.residual_of_another_family, codebook) == [("E246", 2, "G.B", "F")]


def test_name_repeated() -> None:
    codes = [code_row("F.A", "甲"), code_row("F.B", "甲 ")]
    assert found(checks.name_repeated, by_hand(codes=codes)) == [("W269", 3, "甲 ", "F.A")]


def test_code_without_exclusion_rule() -> None:
    codes = [code_row("F.A", "甲"), code_row("F.B", "乙")[:-1]]
    codebook = by_hand(codes=codes)
    assert found(checks.code_without_exclusion_rule, codebook) == [("W267", 3, "F.B", "")]


def test_code_with_cues_without_examples() -> None:
    terms = [("F.A", "组建", "cue"), ("F.B", "派单", "cue")]
    examples = [("F.A", 1, "街道组建专班。", "F.A", 1)]
    codebook = by_hand(terms=terms, examples=examples)
    assert found(checks.code_with_cues_without_examples, codebook) == [
        ("W268", 2, "F.A", "反例"),
        ("W268", 3, "F.B", "正例和反例"),
    ]
    assert found(checks.code_with_cues_without_examples, by_hand()) == []


@pytest.mark.parametrize(
    ("exclusive", "examples", "rows"),
    [
        ("single", [("F.A", 1, "句。", "F.B", 1)], [2]),
        ("single", [("F.A", 0, "句。", "F.A", 1)], [2]),
        ("single", [("F.A", 0, "句。", NAN, 1)], []),
        ("single", [("F.A", 1, "句。", "F.A", 1), ("F.B", 1, "句。", "F.B", 1)], [3]),
        ("primary_plus_secondary", [("F.A", 1, "句。", NAN, 1), ("F.B", 1, "句。", NAN, 1)], [3]),
        ("multi", [("F.A", 1, "句。", NAN, 1), ("F.B", 1, "句。", NAN, 1)], []),
        ("single", [("F.A", 1, "句。", "F.A", 1), ("F.B", 0, "句。", "F.A", 1)], []),
        ("single", [("F.A", 0, "句。", "F.B", 1), ("F.B", 0, "句。", "F.A", 1)], [3]),
    ],
)
def test_example_contradicts_itself(exclusive: str, examples: list[Any], rows: list[int]) -> None:
    codebook = by_hand(exclusive, examples=examples)
    findings = list(checks.example_contradicts_itself(codebook))
    assert [(one.code, one.row) for one in findings] == [("E247", row) for row in rows]


def test_example_that_is_a_cue() -> None:
    terms = [("F.A", "“一户一策”", "cue"), ("F.B", "派单", "cue")]
    examples = [("F.A", 1, "一户一策。", NAN, 1), ("F.B", 1, "街道派单。", NAN, 1)]
    codebook = by_hand(terms=terms, examples=examples)
    assert found(checks.example_that_is_a_cue, codebook) == [
        ("W285", 2, "一户一策。", "“一户一策”")
    ]


def test_retired_code_comes_back() -> None:
    codebook = by_hand(retired=[("F.A", "0.9", "F.B", "并入"), ("F.Z", "0.9", NAN, "不用")])
    assert found(checks.retired_code_comes_back, codebook) == [("E228", 2, "F.A", "0.9")]


def test_unknown_successor() -> None:
    retired = [
        ("F.X", "0.8", "F.Y", "并入"),  # by way of F.Y to F.A
        ("F.Y", "0.9", "F.A", "并入"),
        ("F.Z", "0.9", NAN, "不用"),
        ("F.U", "0.9", "F.V", "写错"),
        ("F.P", "0.9", "F.Q", "互指"),
        ("F.Q", "0.9", "F.P", "互指"),
        ("F.R", "0.8", "F.Z", "接替者后来也撤了"),
    ]
    findings = found(checks.unknown_successor, by_hand(retired=retired))
    assert findings == [
        ("E227", 5, "F.V", ""),
        ("E227", 6, "F.Q", ""),
        ("E227", 7, "F.P", ""),
    ]


def test_retired_code_still_named() -> None:
    codebook = by_hand(
        retired=[("F.Z", "0.9", "F.A", "并入")],
        terms=[("F.Z", "派单", "cue")],
        examples=[("F.B", 0, "街道派单。", "F.Z", 1)],
    )
    assert found(checks.retired_code_still_named, codebook) == [
        ("E248", 2, "F.Z", "F.A"),
        ("E248", 2, "F.Z", "F.A"),
    ]
    assert found(checks.unknown_code, codebook) == []
    with pytest.raises(DataFileError, match="E248"):
        pbgov.code_by_rules(pbgov.segment(pbgov.read_document(README)), codebook)


def test_a_parent_without_cues_is_reached_by_its_children() -> None:
    codes = [code_row("F.A", "甲"), code_row("F.B", "乙", "F.A")]
    codebook = by_hand(codes=codes, terms=[("F.B", "派单", "cue")])
    assert found(checks.code_without_cue, codebook) == []


def test_checks_of_every_kind_say_nothing_of_the_rival_framework() -> None:
    assert pbgov.read_codebook(FOLDER.parent / "rival").check() == []


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
    (copy / "versions.csv").unlink()
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


# ---- what the page on codebooks says --------------------------------------------------------------

PAGE = FOLDER.parents[1] / "docs" / "codebook.md"
OF_CROSSWALKS = ("E229", "E249", "W286", "W287")


def test_the_page_explains_every_check_in_the_words_of_the_catalogue() -> None:
    said = {(check.__doc__ or "").split(":")[0] for check in checks.CHECKS}
    expected = {
        f"| {code} | {CATALOGUE[code][0].format(seen='…', wanted='…')} |"
        for code in (*said, *OF_CROSSWALKS)
    }
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] in ("| E", "| W")
    ]
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_every_check_has_a_test_named_after_it() -> None:
    tests = Path(__file__).parent
    written = "".join(file.read_text(encoding="utf-8") for file in sorted(tests.glob("test_*.py")))
    own = [check.__name__ for check in checks.CHECKS if "rule_checks" not in check.__module__]
    assert [name for name in own if f"def test_{name}(" not in written] == []


def test_the_template_describes_every_file_of_a_codebook() -> None:
    template = Path(pbgov.__file__).parent / "template" / "files" / "data" / "codebook"
    readme = (template / "README.md").read_text(encoding="utf-8")
    for name, columns in COLUMNS.items():
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| {name}.csv ")]
        assert [column for column in columns if column not in row] == []
        assert (template / f"{name}.csv").is_file()
    assert pbgov.read_codebook(template).check() == []
