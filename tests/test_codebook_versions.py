"""A version of a codebook is what it was: changes are noticed, and traced to the codes they touch."""

from __future__ import annotations

import csv
import dataclasses
import shutil
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
import yaml

import pbgov
from pbgov.coding.codebooks import versions
from pbgov.coding.codebooks.versions import changed_codes, record_version, rests_on_other_definition
from pbgov.errors import DataFileError, InputError

FOLDER = Path(__file__).resolve().parents[1] / "data" / "codebook"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "codebook"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def new_version(folder: Path, version: str) -> None:
    toml = folder / "codebook.toml"
    lines = toml.read_text(encoding="utf-8").splitlines()
    lines = [f'version = "{version}"' if one.startswith("version") else one for one in lines]
    toml.write_text("\n".join(lines), encoding="utf-8")
    with (folder / "CHANGES.md").open("a", encoding="utf-8") as file:
        file.write(f"\n## {version}\n\n试。\n")


def codes_of(folder: Path) -> list[str]:
    return [finding.code for finding in pbgov.read_codebook(folder).check()]


def test_the_shipped_versions_are_recorded_and_unchanged() -> None:
    codebook = pbgov.read_codebook(FOLDER)
    assert list(dict.fromkeys(codebook.versions["version"])) == ["0.1", "0.2", "0.3", "0.4"]
    assert changed_codes(codebook, "0.1").empty
    assert changed_codes(codebook, "0.2").empty
    assert changed_codes(codebook, "0.4").empty


def test_definitions_are_those_of_the_draft_that_people_coded_with(shared: Path) -> None:
    draft = yaml.safe_load((shared / "gold" / "codebook_draft.yaml").read_text(encoding="utf-8"))

    def plain(text: str) -> str:
        return "".join(unicodedata.normalize("NFKC", text).split())

    with (FOLDER / "codes.csv").open(encoding="utf-8", newline="") as file:
        now = {row["code_id"]: row for row in csv.DictReader(file)}
    assert len(draft["codes"]) == len(now) == 33
    for code in draft["codes"]:
        row = now[code["id"]]
        assert plain(row["definition"]) == plain(code["definition"])
        for column in ("include", "exclude"):
            assert plain(row[column]) == plain("；".join(code.get(column) or [])), code["id"]


def test_the_shipped_codings_rest_on_definitions_that_still_stand() -> None:
    codebook = pbgov.read_codebook(FOLDER)
    codings = pbgov.read_codings(FOLDER.parent / "codings")
    assert set(codings["codebook_version"]) == {"0.1"} != {codebook.version}
    assert not rests_on_other_definition(codings, codebook).any()


# ---- what counts as a change ------------------------------------------------------------------


def test_the_order_of_rows_and_how_files_are_written_do_not_count(copy: Path) -> None:
    before = pbgov.read_codebook(copy)
    header, *rows = (copy / "terms.csv").read_text(encoding="utf-8").splitlines()
    (copy / "terms.csv").write_bytes("\r\n".join([header, *reversed(rows), ""]).encode())
    after = pbgov.read_codebook(copy)
    assert after.digest != before.digest
    assert after.content == before.content
    change(copy / "terms.csv", "手册 v0.1", "另一种说法")
    assert pbgov.read_codebook(copy).content == before.content


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("terms.csv", "组建,cue", "组建,ambiguous"),
        ("terms.csv", "组建,cue", "新建,cue"),
        ("masks.csv", "党组织", "党的组织"),
        ("codes.csv", "覆盖、层级关系", "覆盖与层级关系"),
        ("codes.csv", "INNOV.ORG,INNOV,,", "INNOV.ORG,INNOV,INNOV.MGT,"),
        ("families.csv", "single", "multi"),
        ("examples.csv", "INNOV.ORG,1,", "INNOV.ORG,0,"),
    ],
)
def test_content_changed_under_its_version(copy: Path, name: str, old: str, new: str) -> None:
    change(copy / name, old, new)
    assert "E245" in codes_of(copy)


def test_a_changed_definition_is_named(copy: Path) -> None:
    change(copy / "codes.csv", "覆盖、层级关系", "覆盖与层级关系")
    finding = next(one for one in pbgov.read_codebook(copy).check() if one.code == "E245")
    assert (finding.seen, finding.wanted) == ("0.4", "INNOV.ORG")
    assert finding.path.endswith("versions.csv")
    assert finding.row is not None
    recorded = (copy / "versions.csv").read_text(encoding="utf-8").splitlines()[finding.row - 1]
    assert recorded.startswith("0.4,*,")


def test_spaces_and_width_change_no_definition(copy: Path) -> None:
    new_version(copy, "0.5")
    change(copy / "codes.csv", "（→MGT）", "(→ MGT)")
    assert changed_codes(pbgov.read_codebook(copy), "0.4").empty


def test_changed_added_and_removed_codes(copy: Path) -> None:
    new_version(copy, "0.5")
    change(copy / "codes.csv", "覆盖、层级关系", "覆盖与层级关系")
    lines = (copy / "codes.csv").read_text(encoding="utf-8").splitlines()
    lines = [one.replace("META.PLAN", "META.TODO") for one in lines]
    (copy / "codes.csv").write_text("\n".join(lines), encoding="utf-8")
    table = changed_codes(pbgov.read_codebook(copy), "0.4")
    assert dict(zip(table["code_id"], table["change"], strict=True)) == {
        "INNOV.ORG": "changed",
        "META.TODO": "added",
        "META.PLAN": "removed",
    }


def test_a_new_tie_rule_changes_every_code_of_its_family(copy: Path) -> None:
    new_version(copy, "0.5")
    change(copy / "families.csv", "看这句话里“新”在哪里", "看“新”在哪里")
    table = changed_codes(pbgov.read_codebook(copy), "0.4")
    assert list(table["code_id"]) == ["INNOV.ORG", "INNOV.MGT", "INNOV.ACT", "INNOV.NONE"]


def test_an_unrecorded_version_cannot_be_compared(copy: Path) -> None:
    with pytest.raises(
        InputError, match=r"does not record version '0.9' \(recorded: 0.1, 0.2, 0.3"
    ):
        changed_codes(pbgov.read_codebook(copy), "0.9")
    (copy / "versions.csv").unlink()
    codebook = pbgov.read_codebook(copy)
    assert changed_codes(codebook, "0.4").empty
    with pytest.raises(InputError, match="recorded: none"):
        changed_codes(codebook, "0.2")


def test_only_codings_of_changed_definitions_are_doubted(copy: Path) -> None:
    new_version(copy, "0.5")
    change(copy / "codes.csv", "覆盖、层级关系", "覆盖与层级关系")
    codings = pd.DataFrame(
        {
            "code_id": ["INNOV.ORG", "INNOV.MGT", "INNOV.ORG", "INNOV.MGT", "GONE.X"],
            "codebook_version": ["0.1", "0.1", "0.5", "0.0", "0.1"],
        },
        index=[3, 5, 7, 8, 9],
    )
    doubted = rests_on_other_definition(codings, pbgov.read_codebook(copy))
    assert doubted.to_dict() == {3: True, 5: False, 7: False, 8: True, 9: True}


# ---- recording --------------------------------------------------------------------------------


def test_a_version_is_recorded_once_and_nothing_is_rewritten(copy: Path) -> None:
    before = (copy / "versions.csv").read_bytes()
    assert record_version(copy).empty
    assert (copy / "versions.csv").read_bytes() == before
    new_version(copy, "0.5")
    change(copy / "terms.csv", "组建,cue", "新建,cue")
    assert "W288" in codes_of(copy)
    added = record_version(copy, note="2026-12，试用")
    assert next(iter(added["code_id"])) == "*"
    assert len(added) == 1 + 33
    after = (copy / "versions.csv").read_bytes()
    assert after.startswith(before)
    assert not {"W288", "E245"} & set(codes_of(copy))
    assert set(pbgov.read_codebook(copy).versions["note"].dropna()) == {"草案", "2026-12，试用"}
    assert record_version(copy).empty


def test_the_first_version_makes_the_file(copy: Path) -> None:
    (copy / "versions.csv").unlink()
    assert codes_of(copy) == []
    record_version(copy)
    assert (
        (copy / "versions.csv")
        .read_text(encoding="utf-8")
        .startswith("version,code_id,digest,note\n")
    )
    assert codes_of(copy) == []


def test_a_file_without_a_last_line_end_is_continued(copy: Path) -> None:
    file = copy / "versions.csv"
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    new_version(copy, "0.5")
    record_version(copy)
    assert len(pbgov.read_codebook(copy).versions) == 135 + 34


def test_changed_content_needs_a_new_version(copy: Path) -> None:
    change(copy / "terms.csv", "组建,cue", "新建,cue")
    with pytest.raises(InputError, match=r"'0\.4' with other content"):
        record_version(copy)


def test_a_version_without_its_section_is_not_recorded(copy: Path) -> None:
    new_version(copy, "0.5")
    change(copy / "CHANGES.md", "## 0.5", "0.5")
    with pytest.raises(InputError, match="no section for version"):
        record_version(copy)


@pytest.mark.parametrize(
    ("changes", "version", "said"),
    [
        ("## 0.2\n", "0.2", False),
        ("# v0.2（2026 年）\n", "0.2", False),
        ("## 版本0.2\n", "0.2", False),
        ("## [0.2] 试用\n", "0.2", False),
        ("## 0.2 与 0.3\n", "0.3", False),
        ("## 第二版\n", "第二版", False),
        ("## 0.2.1\n", "0.2", True),
        ("## 10.2\n", "0.2", True),
        ("## 0.21\n", "0.2", True),
        ("0.2\n", "0.2", True),
        ("", "0.2", True),
    ],
)
def test_version_without_a_section(changes: str, version: str, said: bool) -> None:
    codebook = pbgov.read_codebook(FOLDER)
    codebook = dataclasses.replace(codebook, version=version, changes=changes)
    findings = list(versions.version_without_a_section(codebook))
    assert [(one.code, one.seen) for one in findings] == ([("W266", version)] if said else [])


def test_version_not_recorded(copy: Path) -> None:
    new_version(copy, "0.5")
    findings = list(versions.version_not_recorded(pbgov.read_codebook(copy)))
    assert [(one.code, one.seen) for one in findings] == [("W288", "0.5")]


def test_code_gone_without_a_word(copy: Path) -> None:
    lines = (copy / "codes.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("META.PLAN,")]
    (copy / "codes.csv").write_text("\n".join(kept), encoding="utf-8")
    findings = list(versions.code_gone_without_a_word(pbgov.read_codebook(copy)))
    assert [(one.code, one.seen, one.wanted) for one in findings] == [("E250", "META.PLAN", "0.4")]
    recorded = (copy / "versions.csv").read_text(encoding="utf-8").splitlines()
    assert recorded[(findings[0].row or 0) - 1].startswith("0.4,META.PLAN,")
    header = "code_id,retired_in,replaced_by,reason,source\n"
    (copy / "retired.csv").write_text(f"{header}META.PLAN,0.4,,不用了,试\n", encoding="utf-8")
    assert list(versions.code_gone_without_a_word(pbgov.read_codebook(copy))) == []


def test_an_empty_file_that_may_be_absent_changes_nothing(copy: Path) -> None:
    (copy / "rules.csv").unlink()
    before = pbgov.read_codebook(copy).content
    header = "rule_id,code_id,condition,note,source\n"
    (copy / "rules.csv").write_text(header, encoding="utf-8")
    assert pbgov.read_codebook(copy).content == before


def test_a_blank_definition_is_refused_when_the_file_is_read(copy: Path) -> None:
    change(copy / "codes.csv", "不断加强、全面提升一类句", "")
    pbgov.read_codebook(copy)
    change(copy / "codes.csv", "领导人讲话、会议文件或他人文献的引文句。", " ")
    with pytest.raises(DataFileError, match=r"E110 .*codes\.csv"):
        pbgov.read_codebook(copy)


def test_spoiled_version_files_are_named(copy: Path) -> None:
    (copy / "versions.csv").write_text("version,code_id\n0.1,*\n", encoding="utf-8")
    (copy / "CHANGES.md").write_bytes("## 第一版".encode("gb18030"))
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_codebook(copy)
    named = [(one.code, Path(one.path).name) for one in refusal.value.findings]
    assert set(named) == {("E102", "versions.csv"), ("E217", "CHANGES.md")}
