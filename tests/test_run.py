"""The main job: what a run writes, when it computes, and what it refuses to overwrite."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pbgov.cli import main
from pbgov.errors import DataFileError, InputError, StudyError
from pbgov.run import run_study
from pbgov.study import read_study
from pbgov.template import lay_out

if TYPE_CHECKING:
    from pathlib import Path


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def text_of(docx: Path) -> str:
    """Every paragraph of the document, what stands in tables and content controls among them."""
    import docx as office
    from docx.oxml.ns import qn

    body = office.Document(str(docx)).element.body
    paragraphs = body.iter(qn("w:p"))
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paragraphs)


@pytest.fixture
def rerunnable(ran, tmp_path) -> Path:
    """A copy of the finished run, cache and reports included, to spoil at will."""
    return shutil.copytree(ran, tmp_path / "study")


def test_writes_word_html_figures_tables_and_provenance(ran):
    written = digests(ran / "reports")
    reports = {f"report.{kind}" for kind in ("docx", "html", "pptx", "xlsx", "pdf")}
    assert {*reports, "results.json", "methods.txt", "provenance.json"} <= set(written)
    sections = (ran / "reports" / "methods.txt").read_text(encoding="utf-8")
    assert "研究材料是 5 篇文档" in sections
    assert "5 documents" in sections
    for folder, suffix in (("figures", ".png"), ("figures", ".svg"), ("tables", ".csv")):
        assert any(name.startswith(folder) and name.endswith(suffix) for name in written)


def test_provenance_tells_the_digest_of_each_input_and_output(ran):
    provenance = json.loads((ran / "reports" / "provenance.json").read_text(encoding="utf-8"))
    inputs = {
        f"data/{name}": digest
        for name, digest in digests(ran / "data").items()
        if name.split("/")[0]
        in {"cases", "codebook", "lexicon", "codings", "regions", "indicators", "assessment"}
    }
    assert inputs.items() <= provenance["inputs"].items()
    written = digests(ran / "reports")
    written.pop("provenance.json")
    assert provenance["outputs"] == written
    assert provenance["seed"] == read_study(ran).seed
    assert {"pandas", "jieba", "statsmodels"} <= set(provenance["versions"])


def test_a_second_run_computes_nothing_and_touches_nothing(ran):
    before = {file: file.stat().st_mtime_ns for file in ran.rglob("*") if file.is_file()}
    outcome = run_study(read_study(ran))
    assert outcome.unchanged
    assert outcome.made == ()
    assert {file: file.stat().st_mtime_ns for file in ran.rglob("*") if file.is_file()} == before


def test_the_same_study_elsewhere_gives_the_same_bytes(ran, copied):
    run_study(read_study(copied))
    assert digests(copied / "reports") == digests(ran / "reports")


def test_a_changed_document_recomputes_what_rests_on_it_and_nothing_else(rerunnable):
    case = sorted((rerunnable / "data" / "cases").glob("*.md"))[0]
    text = case.read_text(encoding="utf-8")
    case.write_text(text + "\n补记：本段为测试所加，不含做法。\n", encoding="utf-8")
    outcome = run_study(read_study(rerunnable))
    assert {"读取与切分", "编码"} <= set(outcome.made)
    assert not {"指标", "考核得分检验"} & set(outcome.made)


def test_deleted_output_is_written_again_without_recomputing(rerunnable):
    (rerunnable / "reports" / "report.html").unlink()
    outcome = run_study(read_study(rerunnable))
    assert outcome.made == ("图表与报告",)
    assert (rerunnable / "reports" / "report.html").is_file()


def test_a_report_somebody_edited_is_kept_under_another_name(rerunnable):
    report = rerunnable / "reports" / "report.docx"
    report.write_bytes(report.read_bytes() + b"edited")
    outcome = run_study(read_study(rerunnable))
    (kept,) = outcome.kept
    assert kept.read_bytes().endswith(b"edited")
    assert zipfile.is_zipfile(report)
    assert not report.read_bytes().endswith(b"edited")


def test_an_unreadable_document_is_named_in_the_report_and_stops_nothing(rerunnable):
    (rerunnable / "data" / "cases" / "坏文件.txt").write_bytes(b"\x00\xff\x00\xfe\x81")
    run_study(read_study(rerunnable))
    assert "坏文件.txt" in text_of(rerunnable / "reports" / "report.docx")


def test_a_rate_of_135_percent_stops_the_run_and_leaves_the_reports_alone(rerunnable):
    hotline = rerunnable / "data" / "indicators" / "hotline.csv"
    table = pd.read_csv(hotline, dtype=str)
    row = table.index[table["indicator"] == "接诉即办满意率"][0]
    table.loc[row, "value"] = "135"
    table.to_csv(hotline, index=False)
    before = digests(rerunnable / "reports")
    with pytest.raises(DataFileError) as caught:
        run_study(read_study(rerunnable))
    (finding,) = caught.value.findings
    assert (finding.code, finding.row, finding.column) == ("E106", row + 2, "value")
    assert "135" in finding.zh
    assert "135" in finding.en
    assert digests(rerunnable / "reports") == before


def test_evidence_stands_in_the_documents_at_its_offsets(ran):
    texts = {
        file.stem: file.read_bytes().decode("utf-8") for file in (ran / "data" / "cases").iterdir()
    }
    practices = pd.read_csv(ran / "reports" / "evidence" / "practices.csv")
    assert len(practices) > 50
    for row in practices.itertuples():
        assert texts[row.doc_id][row.start : row.end] == row.text
        at = texts[row.doc_id][row.organisation_start : row.organisation_end]
        assert at == row.organisation
    judgements = pd.read_csv(ran / "reports" / "evidence" / "judgements.csv")
    cited = judgements.dropna(subset=["evidence"])
    assert set(judgements["coder"]) == {"rules", "author", "draft"}
    assert (judgements.loc[judgements["coder"] == "rules", "evidence"].notna()).all()
    for row in cited.itertuples():
        words = texts[row.doc_id][int(row.evidence_start) : int(row.evidence_end)]
        assert words == row.evidence
        assert row.start <= row.evidence_start < row.evidence_end <= row.end


def test_documents_without_metadata_get_labels_that_differ(tmp_path):
    lay_out(tmp_path / "study")
    cases = tmp_path / "study" / "data" / "cases"
    for number in (1, 2):
        text = (
            f"+++\ntitle = '同名文章'\nauthors = ['王五']\npublished = '2020'\n+++\n第{number}篇。"
        )
        (cases / f"{number}.md").write_text(text, encoding="utf-8")
    (cases / "无题.txt").write_text("东河街道办事处建立责任清单。", encoding="utf-8")
    run_study(read_study(tmp_path / "study"))
    text = text_of(tmp_path / "study" / "reports" / "report.docx")
    assert "王五 2020a" in text
    assert "王五 2020b" in text
    assert "无题" in text
    assert not re.search(r"\bnan\b", text)


def test_everything_simulated_says_so_in_file_name_caption_and_table(ran):
    reports = ran / "reports"
    simulated = [file for file in reports.rglob("*") if file.name.startswith("模拟_")]
    assert {file.suffix for file in simulated} >= {".png", ".svg", ".csv"}
    for table in (reports / "tables").glob("*.csv"):
        content = pd.read_csv(table, dtype=str)
        holds = any(str(column).startswith("模拟") for column in content) or (
            "status" in content and content["status"].eq("模拟").any()
        )
        assert holds == table.name.startswith("模拟_"), table.name
    for file in simulated:
        if file.suffix in {".csv", ".svg"}:
            assert "模拟" in file.read_text(encoding="utf-8")


def test_the_report_says_what_is_real_what_is_simulated_and_how_sure(ran):
    text = text_of(ran / "reports" / "report.docx")
    for words in ("【真实】", "【模拟】", "把握", "这些数据不能说明什么", "没有检索到"):
        assert words in text


def test_an_empty_study_runs(tmp_path, capsys):
    folder = tmp_path / "my-study"
    assert main(["new", str(folder)]) == 0
    assert main(["check", str(folder)]) == 0
    assert main(["run", str(folder)]) == 0
    assert (folder / "reports" / "report.docx").is_file()
    assert "没有人工编码" in text_of(folder / "reports" / "report.docx")
    assert main(["run", str(folder)]) == 0
    assert "没有变化" in capsys.readouterr().out


def test_a_new_study_is_never_laid_over_something(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"不是空的"):
        lay_out(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("line", "replacement", "code", "seen"),
    [
        ("seed = 20261122", "seed = 'today'", "E506", "today"),
        ("seed = 20261122", "", "E503", "seed"),
        ("[coding]", "[codding]", "E504", "codding"),
        ('cases = "data/cases"', 'cases = "data/none"', "E505", "data/none"),
        ("[study]", "[study", "E502", "line"),
    ],
)
def test_a_wrong_study_file_is_refused_with_a_code(copied, line, replacement, code, seen):
    file = copied / "study.toml"
    text = file.read_text(encoding="utf-8")
    assert line in text
    file.write_text(text.replace(line, replacement, 1), encoding="utf-8")
    with pytest.raises(StudyError, match=code) as caught:
        read_study(copied)
    assert seen in str(caught.value)


def test_check_lists_findings_with_their_codes(copied, capsys):
    assert main(["check", str(copied)]) == 0
    register = copied / "data" / "indicators" / "register.csv"
    register.write_bytes(register.read_text(encoding="utf-8").encode("gb18030"))
    assert main(["check", str(copied)]) == 1
    shown = capsys.readouterr().out
    assert "E101" in shown
    assert "GBK" in shown


def test_a_missing_study_is_one_clear_line_not_a_traceback(tmp_path, capsys):
    assert main(["run", str(tmp_path)]) == 1
    shown = capsys.readouterr().err
    assert "E501" in shown
    assert "pbgov new" in shown


def test_doctor_reports_on_this_machine(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    main(["doctor"])
    shown = capsys.readouterr().out
    for subject in ("Python 版本", "依赖的包", "中文字体", "分词词典", "研究文件"):
        assert f"正常  {subject}" in shown
