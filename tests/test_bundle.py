"""Bundles: a study exported and checked, and each planted lie named."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from pbgov.commands import bundles
from pbgov.corpus.document import digest_text
from pbgov.errors import DataFileError, DataFileWarning, InputError, StudyError
from pbgov.replay.bundle import _files_of, bundle_remarks, export_bundle, said_of
from pbgov.replay.checking import check_bundle
from pbgov.run import run_study
from pbgov.study import read_study
from pbgov.template import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbgov.replay.verdict import BundleCheck
    from pbgov.study import Study


REPORT = """
[report]
formats = ["docx", "html"]
template = "report.md"
references = "own.bib"
"""
TEMPLATE = """# 概况

读出{{result:practices.n}}条做法{{cite:own}}。

{fig-codes-by-document}
"""


def export(folder: Path, target: Path, **options: Any) -> tuple[Path, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bundle = export_bundle(read_study(folder), target, **options)
    told = [str(one.message) for one in caught if issubclass(one.category, DataFileWarning)]
    return bundle, told


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The empty study of ``pbgov new`` with a template and references of its own, run once."""
    folder = tmp_path_factory.mktemp("bundled") / "study"
    lay_out(folder)
    toml = folder / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + REPORT, encoding="utf-8")
    (folder / "report.md").write_text(TEMPLATE, encoding="utf-8")
    (folder / "own.bib").write_text("@book{own, title={治理}, year={2020}}\n", encoding="utf-8")
    run_study(read_study(folder))
    return folder


@pytest.fixture(scope="module")
def bundle(ran: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(ran, tmp_path_factory.mktemp("out") / "bundle.zip")[0]


STEPS: list[str] = []


@pytest.fixture(scope="module")
def sound(bundle: Path) -> BundleCheck:
    """The check of the bundle as it was made, with a real computation; its steps go into `STEPS`."""
    return check_bundle(bundle, on_step=lambda title, made: STEPS.append(title))


@pytest.fixture
def remembered(ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The computation gives what the run gave: for tests of what is said about it, not of it."""

    def run(study: Study, on_step: Callable[[str, bool], None] | None = None) -> None:
        shutil.copytree(
            ran / "reports", study.output, dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(".gitkeep"),
        )  # fmt: skip

    monkeypatch.setattr("pbgov.run.run_study", run)


def spoiled(bundle: Path, folder: Path, change: Callable[[Path], None]) -> Path:
    """The bundle as a folder, with something changed in it."""
    target = folder / "spoiled"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(target)
    change(target)
    return target


def relisted(target: Path) -> None:
    """Write new digests into the list, as somebody would who wants to hide a change."""
    file = target / "BUNDLE.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        content = (target / entry["path"]).read_bytes()
        entry |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    file.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def rewrite_provenance(target: Path, **changes: Any) -> None:
    file = target / "study/reports/provenance.json"
    recorded = json.loads(file.read_text(encoding="utf-8")) | changes
    file.write_text(json.dumps(recorded), encoding="utf-8")


def told(check: BundleCheck, code: str) -> list[str]:
    return [one.seen for one in check.findings if one.code == code]


def test_what_is_exported_is_listed_with_its_digest(bundle: Path, ran: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("BUNDLE.json"))
        for entry in manifest["files"]:
            content = archive.read(entry["path"])
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            assert len(content) == entry["size"]
        readme = archive.read("README.md").decode()
        pins = archive.read("constraints.txt").decode()
    assert names == sorted(names)
    assert sorted(names) == sorted([*(one["path"] for one in manifest["files"]), "BUNDLE.json"])
    assert {
        "study/study.toml",
        "study/reports/report.docx",
        "study/reports/provenance.json",
        "study/report.md",
        "study/own.bib",
    } <= set(names)
    inputs = {f"study/data/{file.relative_to(ran / 'data').as_posix()}" for file in
              (ran / "data").rglob("*") if file.is_file() and "derived" not in file.parts}  # fmt: skip
    assert inputs <= set(names)
    assert not any("derived" in name for name in names)
    assert manifest["bundle"] == 1
    assert "pbgov check" in readme
    assert "pandas==" in pins


def test_the_same_study_gives_the_same_bytes(bundle: Path, ran: Path, tmp_path: Path) -> None:
    again, _ = export(ran, tmp_path / "again.zip")
    assert again.read_bytes() == bundle.read_bytes()
    with pytest.raises(InputError, match="overwritten"):
        export_bundle(read_study(ran), again)


def test_a_sound_bundle_reproduces(sound: BundleCheck, bundle: Path) -> None:
    assert sound.intact
    assert sound.reproduces
    assert sound.exit_code == 0
    assert sound.findings == ()
    assert len(STEPS) > 3
    outputs = sound.files[sound.files["role"].eq("output")]
    assert len(outputs) > 5
    assert set(outputs["rerun"]) == {"identical"}
    assert "能够复算" in sound.verdict_zh
    assert sound.verdict_en.endswith("it reproduces.")
    with zipfile.ZipFile(bundle) as archive:
        assert sound.fingerprint == hashlib.sha256(archive.read("BUNDLE.json")).hexdigest()


def test_an_altered_input_is_named_and_what_follows_from_it(bundle: Path, tmp_path: Path) -> None:
    case = "study/data/cases/示例文档.md"

    def lie(target: Path) -> None:
        text = (target / case).read_text(encoding="utf-8")
        (target / case).write_text(
            text + "\n\n社区党委建立了党群服务中心，服务群众500人。\n", encoding="utf-8"
        )

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    assert not check.intact
    assert check.exit_code == 1
    assert told(check, "E820") == [case]
    assert told(check, "E823") == [case]
    assert check.reproduces is False
    assert "study/reports/report.docx" in told(check, "E826")
    assert "不能复算" in check.verdict_zh


@pytest.mark.usefixtures("remembered")
def test_a_change_hidden_in_the_list_is_found_in_the_record(bundle: Path, tmp_path: Path) -> None:
    case = "study/data/cases/示例文档.md"

    def lie(target: Path) -> None:
        text = (target / case).read_text(encoding="utf-8")
        (target / case).write_text(text + "\n\n居民议事会每月召开。\n", encoding="utf-8")
        relisted(target)

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    assert check.intact
    assert told(check, "E820") == []
    assert told(check, "E823") == [case]
    assert check.exit_code == 1


@pytest.mark.usefixtures("remembered")
def test_an_altered_table_of_the_report_is_named_with_its_cell(
    bundle: Path, tmp_path: Path
) -> None:
    def lie(target: Path) -> None:
        table = next(
            file for file in sorted((target / "study/reports/evidence").glob("*.csv"))
            if file.name == "practices.csv"
        )  # fmt: skip
        rows = table.read_text(encoding="utf-8-sig").splitlines()
        rows[1] = rows[1].replace(",", "篡改,", 1)
        table.write_text("\n".join(rows) + "\n", encoding="utf-8-sig")
        relisted(target)

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    name = "study/reports/evidence/practices.csv"
    assert told(check, "E824") == [name]
    assert told(check, "E826") == [name]
    row = check.files.set_index("path").loc[name]
    assert row["rerun"] == "different"
    assert "第 2 行" in row["detail"]
    assert "篡改" in row["detail"]
    assert check.reproduces is False


@pytest.mark.usefixtures("remembered")
def test_a_changed_seed_is_told(bundle: Path, tmp_path: Path) -> None:
    def lie(target: Path) -> None:
        file = target / "study/study.toml"
        text = file.read_text(encoding="utf-8")
        assert "seed = 20260101" in text
        file.write_text(text.replace("seed = 20260101", "seed = 7"), encoding="utf-8")

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    (seed,) = [one for one in check.findings if one.code == "E825"]
    assert (seed.seen, seed.wanted) == ("7", "20260101")
    assert told(check, "E820") == ["study/study.toml"]
    assert check.exit_code == 1


@pytest.mark.usefixtures("remembered")
def test_other_software_is_told_as_the_reason(bundle: Path, tmp_path: Path) -> None:
    def lie(target: Path) -> None:
        recorded = json.loads(
            (target / "study/reports/provenance.json").read_text(encoding="utf-8")
        )
        rewrite_provenance(
            target, versions=recorded["versions"] | {"pandas": "0.1.0"}, code="0" * 64
        )
        relisted(target)

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    (version,) = [one for one in check.findings if one.code == "W811"]
    assert version.seen.startswith("pandas ")
    assert version.wanted == "0.1.0"
    assert "软件与生成报告时不同" in check.verdict_zh
    assert "software here" in check.verdict_en
    assert [one.wanted for one in check.findings if one.code == "W812"] == ["0" * 12]
    assert check.reproduces
    assert check.exit_code == 0


@pytest.mark.usefixtures("remembered")
def test_files_added_and_missing_are_named_and_not_used(bundle: Path, tmp_path: Path) -> None:
    def add(target: Path) -> None:
        (target / "study/data/cases/后来的.md").write_text("党建引领。\n" * 9, encoding="utf-8")
        cache = target / "study/data/derived/read/x"
        cache.mkdir(parents=True)
        (cache / "complete").write_text("")
        (target / "evil.ipynb").write_text("{}")

    check = check_bundle(spoiled(bundle, tmp_path, add))
    assert told(check, "E822") == [
        "evil.ipynb",
        "study/data/cases/后来的.md",
        "study/data/derived/read/x/complete",
    ]
    assert check.reproduces
    assert not check.intact
    assert check.exit_code == 1


def test_a_missing_file_leaves_the_question_open(bundle: Path, tmp_path: Path) -> None:
    gone = "study/data/codebook/codes.csv"
    check = check_bundle(spoiled(bundle, tmp_path, lambda target: (target / gone).unlink()))
    assert told(check, "E821") == [gone]
    assert check.rerun == "impossible"
    assert check.reproduces is None
    assert check.exit_code == 1
    assert "不能判断" in check.verdict_zh


def test_a_study_that_cannot_be_computed_is_told(bundle: Path, tmp_path: Path) -> None:
    def lie(target: Path) -> None:
        (target / "study/data/codebook/codes.csv").write_text("nonsense\n", encoding="utf-8")

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    assert check.rerun == "failed"
    assert check.reproduces is False
    assert "codes.csv" in told(check, "E817")[0]
    assert "pbgov-check" not in told(check, "E817")[0]


@pytest.mark.usefixtures("remembered")
def test_provenance_lost_is_told(bundle: Path, tmp_path: Path) -> None:
    def lie(target: Path) -> None:
        (target / "study/reports/provenance.json").write_text("[]")
        relisted(target)

    check = check_bundle(spoiled(bundle, tmp_path, lie))
    assert len(told(check, "E828")) == 1
    assert check.reproduces
    assert check.exit_code == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('cases = "data/cases"', 'cases = "../../etc"'),
        lambda text: text.replace('cases = "data/cases"', 'cases = "/etc"'),
        lambda text: text.replace('output = "reports"', 'output = "../out"'),
        lambda text: text.replace('references = "own.bib"', 'references = "/etc/passwd"'),
        lambda text: text.replace('cases = "data/cases"', 'cases = "C:\\\\x"'),
    ],
)
def test_a_study_that_leads_outside_is_not_run(
    bundle: Path, tmp_path: Path, change: Callable[[str], str]
) -> None:
    def lie(target: Path) -> None:
        file = target / "study/study.toml"
        text = file.read_text(encoding="utf-8")
        assert change(text) != text
        file.write_text(change(text), encoding="utf-8")
        relisted(target)

    with pytest.raises(DataFileError, match="E816"):
        check_bundle(spoiled(bundle, tmp_path, lie))


def test_without_documents_only_digests_can_be_verified(ran: Path, tmp_path: Path) -> None:
    bundle, remarks = export(ran, tmp_path / "thin.zip", documents=False)
    assert any(one.startswith("W803") for one in remarks)
    assert not any(one.startswith("W801") for one in remarks)
    with zipfile.ZipFile(bundle) as archive:
        assert not any(name.startswith("study/data/cases/") for name in archive.namelist())
        readme = archive.read("README.md").decode()
    assert "不能从头再算" in readme
    assert "从头算一遍" not in readme
    assert "left out" in readme
    check = check_bundle(bundle)
    assert check.intact
    assert check.rerun == "impossible"
    assert check.reproduces is None
    assert set(check.files[check.files["listed"].eq("left out")]["path"]) == {
        f"study/data/cases/{file.name}" for file in (ran / "data/cases").iterdir()
    }
    assert told(check, "E823") == []


def test_what_states_no_rights_and_whose_codings_go_along_is_named(
    ran: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(ran, tmp_path / "study")
    stated = '+++\nid = "own"\ntitle = "甲"\nrights = "own words"\n+++\n\n社区治理。\n'
    silent = '+++\nid = "theirs"\ntitle = "乙"\n+++\n\n社区治理创新。\n'
    (folder / "data/cases/own.md").write_text(stated, encoding="utf-8")
    (folder / "data/cases/theirs.md").write_text(silent, encoding="utf-8")
    codes = pd.read_csv(folder / "data/codebook/codes.csv")["code_id"]
    row = dict.fromkeys(["evidence_start", "evidence_end", "rule", "memo"], "") | {
        "doc_id": "own",
        "start": 0,
        "end": 2,
        "code_id": codes.iloc[-1],
        "coder": "王小明",
    }
    row |= {
        "value": 1,
        "status": "judged",
        "codebook_version": "1",
        "text_digest": digest_text("++"),
    }
    pd.DataFrame([row]).to_csv(folder / "data/codings/wang.csv", index=False)
    study = read_study(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataFileWarning)
        remarks = bundle_remarks(study)
    assert "theirs" in remarks.rights
    assert "own" not in remarks.rights
    assert remarks.coders == ("王小明",)
    rights, coders = said_of(remarks, study, [])
    assert (rights.code, coders.code) == ("W801", "W802")
    assert "theirs" in rights.zh
    assert "王小明" in coders.zh


def test_a_report_that_is_not_current_is_not_exported(ran: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ran, tmp_path / "study")
    (folder / "data/cases/新的.md").write_text("新的一篇。\n", encoding="utf-8")
    with pytest.raises(StudyError, match="E801"):
        export_bundle(read_study(folder), tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    (folder / "data/cases/新的.md").unlink()
    report = folder / "reports/report.html"
    report.write_bytes(report.read_bytes() + b" ")
    with pytest.raises(StudyError, match="E801"):
        export_bundle(read_study(folder), tmp_path / "a.zip")


@pytest.mark.usefixtures("remembered")
def test_a_picture_drawn_otherwise_counts_only_under_the_same_software(
    ran: Path, bundle: Path, tmp_path: Path
) -> None:
    from PIL import Image

    name = "study/reports/" + next(
        file.relative_to(ran / "reports").as_posix()
        for file in sorted((ran / "reports").rglob("*.png"))
    )

    def draw(target: Path) -> None:
        picture = Image.open(target / name).convert("RGB")
        picture.putpixel((0, 0), (1, 2, 3))
        picture.save(target / name)

    def draw_elsewhere(target: Path) -> None:
        draw(target)
        recorded = json.loads(
            (target / "study/reports/provenance.json").read_text(encoding="utf-8")
        )
        digest = hashlib.sha256((target / name).read_bytes()).hexdigest()
        outputs = recorded["outputs"] | {name.removeprefix("study/reports/"): digest}
        versions = recorded["versions"] | {"matplotlib": "0.1"}
        rewrite_provenance(target, outputs=outputs, versions=versions)
        relisted(target)

    same = check_bundle(spoiled(bundle, tmp_path / "a", draw))
    assert told(same, "E826") == [name]
    assert same.reproduces is False
    other = check_bundle(spoiled(bundle, tmp_path / "b", draw_elsewhere))
    assert told(other, "W816") == [name]
    assert [one.seen.split()[0] for one in other.findings if one.code == "W811"] == ["matplotlib"]
    assert other.reproduces
    assert other.exit_code == 0
    assert "画面或版式不同" in other.verdict_zh


@pytest.mark.usefixtures("remembered")
def test_the_commands(ran: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    bundles.add_commands(parser.add_subparsers())
    target = tmp_path / "x.zip"
    options = parser.parse_args(["export", str(target), "--study", str(ran)])
    assert options.command(options) == 0
    assert str(target) in capsys.readouterr().out
    assert bundles.is_bundle(target)
    assert not bundles.is_bundle(ran)
    assert bundles.check(argparse.Namespace(study=str(target))) == 0
    said = capsys.readouterr().out
    assert "能够复算" in said
    assert "it reproduces" in said
    target.write_bytes(b"x")
    with pytest.raises(DataFileError, match="E810"):
        bundles.check(argparse.Namespace(study=str(target)))


@pytest.mark.parametrize(
    ("name", "error", "code"),
    [
        ("../elsewhere/a.md", StudyError, "E802"),
        ("data/cases/a.", DataFileError, "E803"),
        ("data/cases/con.md", DataFileError, "E803"),
        ("data/cases/示例文档.MD", DataFileError, "E803"),
    ],
)
def test_names_that_no_bundle_can_hold_are_refused(
    ran: Path, name: str, error: type[Exception], code: str
) -> None:
    recorded = {"inputs": {"data/cases/示例文档.md": "", name: ""}, "outputs": {}}
    with pytest.raises(error, match=code):
        _files_of(read_study(ran), recorded)


def test_another_pbgov_is_told_as_the_reason(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def age(target: Path) -> None:
        file = target / "BUNDLE.json"
        manifest = json.loads(file.read_text(encoding="utf-8")) | {"pbgov": "0.0.1"}
        file.write_text(json.dumps(manifest), encoding="utf-8")

    def fail(study: Study, on_step: object = None) -> None:
        raise KeyError("a column that this version lacks")

    monkeypatch.setattr("pbgov.run.run_study", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    check = check_bundle(spoiled(bundle, tmp_path, age))
    assert check.rerun == "failed"
    assert told(check, "E817") == ["KeyError: 'a column that this version lacks'"]
    (version,) = [one for one in check.findings if one.code == "W811"]
    assert (version.seen.split()[0], version.wanted) == ("pbgov", "0.0.1")
    assert "软件与生成报告时不同" in check.verdict_zh
    assert not list(tmp_path.glob("pbgov-check-*"))  # the temporary folder is gone after a failure


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("name", ["report.html", "report.docx"])
def test_what_is_not_words_is_compared_too(bundle: Path, tmp_path: Path, name: str) -> None:
    def hide(target: Path) -> None:
        file = target / "study/reports" / name
        if name.endswith("html"):
            page = file.read_text(encoding="utf-8")
            script = "<script>fetch('http://x')</script></body>"
            assert "</body>" in page
            file.write_text(page.replace("</body>", script), encoding="utf-8")
        else:
            with zipfile.ZipFile(file, "a") as package:
                package.writestr("word/media/more.bin", b"x")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        recorded = json.loads(
            (target / "study/reports/provenance.json").read_text(encoding="utf-8")
        )
        rewrite_provenance(target, outputs=recorded["outputs"] | {name: digest})
        relisted(target)

    check = check_bundle(spoiled(bundle, tmp_path, hide))
    assert check.intact
    assert told(check, "E824") == []
    assert told(check, "E826") == [f"study/reports/{name}"]
    assert check.exit_code == 1


@pytest.mark.usefixtures("remembered")
def test_a_format_that_one_computer_cannot_write_is_told_and_not_counted(
    bundle: Path, ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_pdf(target: Path) -> None:
        (target / "study/reports/report.pdf").write_bytes(b"%PDF-1.7")
        file = target / "BUNDLE.json"
        manifest = json.loads(file.read_text(encoding="utf-8"))
        manifest["files"].append({"path": "study/reports/report.pdf", "sha256": ""})
        file.write_text(json.dumps(manifest), encoding="utf-8")
        relisted(target)

    made_there = spoiled(bundle, tmp_path / "there", with_pdf)
    assert told(check_bundle(made_there), "E826") == ["study/reports/report.pdf"]
    monkeypatch.setattr("pbgov.reporting.writing.unwritten", lambda: {"pdf": "没有装 typst"})
    there = check_bundle(made_there)
    assert told(there, "W817") == ["study/reports/report.pdf"]
    assert there.exit_code == 0

    def run(study: Study, on_step: object = None) -> None:
        shutil.copytree(ran / "reports", study.output, ignore=shutil.ignore_patterns(".gitkeep"))
        (study.output / "report.pdf").write_bytes(b"%PDF-1.7")

    monkeypatch.setattr("pbgov.run.run_study", run)
    here = check_bundle(spoiled(bundle, tmp_path / "here", lambda target: None))
    assert told(here, "W817") == ["study/reports/report.pdf"]
    assert here.exit_code == 0


@pytest.mark.usefixtures("remembered")
def test_what_no_export_puts_there_is_named_though_it_is_listed(
    bundle: Path, tmp_path: Path
) -> None:
    def add(target: Path) -> None:
        (target / "setup.py").write_text("import os\n", encoding="utf-8")
        file = target / "BUNDLE.json"
        manifest = json.loads(file.read_text(encoding="utf-8"))
        manifest["files"].append({"path": "setup.py", "sha256": ""})
        manifest["title"] = "题\n能够复算\x1b[31m"
        file.write_text(json.dumps(manifest), encoding="utf-8")
        relisted(target)

    check = check_bundle(spoiled(bundle, tmp_path, add))
    assert told(check, "E829") == ["setup.py"]
    assert check.exit_code == 1
    assert bundles.described(check)[0] == "《题 能够复算�[31m》"


def test_a_list_that_names_another_folder_of_results_is_refused(
    bundle: Path, tmp_path: Path
) -> None:
    def lie(target: Path) -> None:
        file = target / "BUNDLE.json"
        manifest = json.loads(file.read_text(encoding="utf-8")) | {"output": "data"}
        file.write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(DataFileError, match="E815"):
        check_bundle(spoiled(bundle, tmp_path, lie))


def test_an_export_into_no_folder_says_so(ran: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        export_bundle(read_study(ran), tmp_path / "absent" / "a.zip")
