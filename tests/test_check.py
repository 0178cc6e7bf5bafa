"""``pbgov check`` on studies that are spoiled in one way each: every fault named, none twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbgov.check import check_study
from pbgov.cli import main
from pbgov.corpus.document import digest_text
from pbgov.study import read_study
from pbgov.template import lay_out

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path / "study")
    return tmp_path / "study"


def codes(folder: Path) -> list[str]:
    return [str(finding).split(maxsplit=1)[0] for finding in check_study(read_study(folder))]


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_new_study_has_nothing_to_say(folder):
    assert codes(folder) == []


def test_an_empty_folder_of_cases_is_a_finding_among_the_others(folder):
    for file in (folder / "data" / "cases").iterdir():
        file.unlink()
    change(folder / "data" / "codebook" / "terms.csv", "INNOV.ORG,组建,cue", "INNOV.XX,组建,cue")
    assert codes(folder)[0] == "E408"
    assert "E206" in codes(folder)


def test_a_file_that_two_checks_read_is_named_once(folder):
    change(
        folder / "data" / "regions" / "regions.csv", "110101,东城区,district", "110101,东城区,区"
    )
    change(folder / "data" / "codebook" / "families.csv", "primary_plus_secondary", "互斥")
    assert codes(folder) == ["E107", "E107"]


@pytest.mark.parametrize("place", ['city = "北京"', 'district = "朝阳"', 'region_code = "110199"'])
def test_a_place_that_the_regions_do_not_know_is_remarked_on(folder, place):
    document = folder / "data" / "cases" / "新.md"
    document.write_text(f"+++\n{place}\n+++\n\n青石街道建立责任清单。\n", encoding="utf-8")
    assert codes(folder) == ["W456"]


def test_full_names_of_places_are_known(folder):
    document = folder / "data" / "cases" / "新.md"
    places = 'city = "北京市"\ndistrict = "朝阳区"\nregion_code = "110105"'
    document.write_text(f"+++\n{places}\n+++\n\n青石街道建立责任清单。\n", encoding="utf-8")
    assert codes(folder) == []


def test_a_family_or_coder_that_nobody_knows_is_named(folder, root):
    change(folder / "study.toml", 'families = ["INNOV"]', 'families = ["INOV"]')
    assert codes(folder) == ["E508"]
    header = (root / "data" / "codings" / "author.csv").read_text("utf-8").splitlines()[0]
    row = "别的,0,2,INNOV.ORG,张三,1,judged,,,,e3b0c44298fc1c14,0.1,"
    (folder / "data" / "codings" / "张三.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert codes(folder) == ["W253", "E508", "W551"]


def test_families_are_a_list(folder, capsys):
    change(folder / "study.toml", 'families = ["INNOV"]', 'families = "INNOV"')
    assert main(["check", str(folder)]) == 1
    assert "E506" in capsys.readouterr().err


def test_a_run_says_that_there_is_something_to_check(folder, capsys):
    (folder / "data" / "cases" / "旧.docx").write_bytes(b"PK")
    terms = folder / "data" / "codebook" / "terms.csv"
    terms.write_bytes(b"\xef\xbb\xbf" + terms.read_bytes())
    assert main(["run", str(folder)]) == 0
    said = capsys.readouterr()
    assert "错误 1 条、提醒 1 条" in said.out
    assert said.err == ""


def test_a_run_without_a_readable_document_says_why(folder, capsys):
    for file in (folder / "data" / "cases").iterdir():
        file.unlink()
    (folder / "data" / "cases" / "旧.docx").write_bytes(b"PK")
    assert main(["run", str(folder)]) == 1
    assert "E414" in capsys.readouterr().err


def test_codings_that_match_no_paragraph_stop_no_run(folder, root, capsys):
    header = (root / "data" / "codings" / "author.csv").read_text("utf-8").splitlines()[0]
    row = "别的,0,2,INNOV.ORG,coder1,1,judged,,,,e3b0c44298fc1c14,0.1,"
    (folder / "data" / "codings" / "c.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert main(["run", str(folder)]) == 0
    assert "提醒 1 条" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["# 只有标题\n", "hello world\n", "的了着过。\n", "成立联席会。\n"]
)
def test_a_study_without_a_practice_still_gets_its_report(folder, text):
    for file in (folder / "data" / "cases").iterdir():
        file.unlink()
    (folder / "data" / "cases" / "a.md").write_text(text, encoding="utf-8")
    assert main(["run", str(folder)]) == 0
    assert "没有找到做法" in (folder / "reports" / "report.html").read_text(encoding="utf-8")


def test_codings_that_nothing_was_compared_with_are_not_called_absent(folder, root):
    header = (root / "data" / "codings" / "author.csv").read_text("utf-8").splitlines()[0]
    row = "别的,0,2,INNOV.ORG,张三,1,judged,,,,e3b0c44298fc1c14,0.1,"
    (folder / "data" / "codings" / "c.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert main(["run", str(folder)]) == 0
    report = (folder / "reports" / "report.html").read_text(encoding="utf-8")
    assert "张三 的人工编码没有与规则编码比较上" in report
    assert "没有人工编码，" not in report


def test_a_family_that_nobody_knows_stops_the_run(folder, capsys):
    change(folder / "study.toml", 'families = ["INNOV"]', 'families = ["INOV"]')
    assert main(["run", str(folder)]) == 1
    assert "E508" in capsys.readouterr().err


def test_an_open_quote_is_found_in_the_row_that_opens_it(folder, capsys):
    terms = folder / "data" / "codebook" / "terms.csv"
    rows = len(terms.read_text(encoding="utf-8").splitlines())
    with terms.open("a", encoding="utf-8") as file:
        file.write('INNOV.ORG,"断开,cue,,甲\nINNOV.ORG,合上,cue,,甲\n')
    assert main(["check", str(folder)]) == 1
    assert f"terms.csv:{rows + 1}" in capsys.readouterr().out


def test_documents_without_a_word_are_left_out_of_the_contrast(folder):
    (folder / "data" / "cases" / "a.md").write_text("# 只有标题\n", encoding="utf-8")
    assert main(["run", str(folder)]) == 0


def test_people_alone_may_code(folder, root):
    terms = folder / "data" / "codebook" / "terms.csv"
    terms.write_text(terms.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (folder / "data" / "codebook" / "examples.csv").write_text(
        "code_id,expected,text,correct_code,by_rule,why,source\n", encoding="utf-8"
    )
    text = "青石街道组建联席会。"
    (folder / "data" / "cases" / "a.txt").write_text(text, encoding="utf-8")
    header = (root / "data" / "codings" / "author.csv").read_text("utf-8").splitlines()[0]
    row = f"a,0,{len(text)},INNOV.ORG,coder1,1,judged,,,,{digest_text(text)},0.1,"
    (folder / "data" / "codings" / "c.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert main(["run", str(folder)]) == 0
    report = (folder / "reports" / "report.html").read_text(encoding="utf-8")
    assert "规则编码没有给出任何判断" in report
