"""A new report takes the former one's place as a whole, and nothing that a person made is lost."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from pbgov.cache import Cache
from pbgov.errors import ReportError, StudyError
from pbgov.findings import Finding
from pbgov.reporting.handover import Handover
from pbgov.reporting.writing import WRITERS
from pbgov.run import FORMER, recorded, run_study
from pbgov.study import read_study
from pbgov.template import lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

STOOD = {f"report.{kind}": f"former {kind}" for kind in WRITERS} | {
    "figures/图1.png": "former picture",
    "tables/gone.csv": "former table",
}
NEW = {f"report.{kind}": f"new {kind}" for kind in WRITERS} | {
    "figures/图1.png": "new picture",
    "figures/图2.png": "another picture",
}


def lay(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def there(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }


def hand_over(output: Path, former: dict[str, str]) -> tuple[Path, ...]:
    with Handover(output, former) as handover:
        lay(handover.folder, NEW)
        return handover.finish()


def test_the_new_report_stands_alone(tmp_path: Path) -> None:
    assert hand_over(tmp_path, lay(tmp_path, STOOD)) == ()
    assert there(tmp_path) == NEW


def test_a_first_report_needs_no_folder(tmp_path: Path) -> None:
    hand_over(tmp_path / "报告 一", {})
    assert there(tmp_path / "报告 一") == NEW


def test_what_a_person_changed_or_put_there_stays(tmp_path: Path) -> None:
    former = lay(tmp_path, STOOD)
    (tmp_path / "report.docx").write_text("mine", encoding="utf-8")
    lay(tmp_path, {"figures/图2.png": "my picture", "notes.txt": "my notes"})
    kept = hand_over(tmp_path, former)
    mine = {
        "report.改动1.docx": "mine",
        "figures/图2.改动1.png": "my picture",
        "notes.txt": "my notes",
    }
    assert there(tmp_path) == NEW | mine
    assert {file.name for file in kept} == {"report.改动1.docx", "图2.改动1.png"}


@pytest.mark.parametrize("kind", sorted(WRITERS))
@pytest.mark.parametrize("edited", [False, True])
def test_a_file_open_in_word_leaves_everything_as_it_was(
    kind: str, edited: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = lay(tmp_path, STOOD)
    if edited:
        lay(tmp_path, {f"report.{kind}": "being edited", "report.html": "edited too"})
    before = there(tmp_path)
    rename = Path.rename

    def held(self: Path, target: Path) -> Path:
        if self == tmp_path / f"report.{kind}":
            raise PermissionError(13, "being used by another process", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(StudyError, match="E507") as refused:
        hand_over(tmp_path, former)
    assert f"report.{kind}" in str(refused.value)
    assert there(tmp_path) == before
    monkeypatch.undo()
    hand_over(tmp_path, former)
    assert NEW.items() <= there(tmp_path).items()


def test_a_report_that_fails_half_way_leaves_the_former_one(tmp_path: Path) -> None:
    former = lay(tmp_path, STOOD)

    def fail() -> None:
        with Handover(tmp_path, former) as handover:
            lay(handover.folder, {"report.docx": "half"})
            raise MemoryError

    with pytest.raises(MemoryError):
        fail()
    assert there(tmp_path) == STOOD


def test_a_record_that_names_files_elsewhere_reaches_none(tmp_path: Path) -> None:
    own = lay(tmp_path, {"precious.txt": "precious", "also.txt": "precious"})
    output = tmp_path / "reports"
    hand_over(output, {f"../{name}": digest for name, digest in own.items()})
    assert (tmp_path / "precious.txt").read_text(encoding="utf-8") == "precious"
    assert sorted(file.name for file in tmp_path.glob("*.txt")) == ["also.txt", "precious.txt"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"outputs": 3}', "[" * 100_000, json.dumps({"inputs": {}})]
)
def test_a_broken_record_of_a_run_is_named_with_the_way_out(content: str, tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match=r"E511.*provenance\.json"):
        recorded(tmp_path / "provenance.json")


def test_two_former_states_stay_and_a_half_written_one_is_made_again(tmp_path: Path) -> None:
    made = {"x": '"1"'}
    for key in ("a", "b", "c"):
        Cache(tmp_path, "", kept=[{"s": "a"}, {"s": "b"}]).fetch("s", key, lambda: dict(made))
    cache = Cache(tmp_path, "", kept=[{"s": "b"}, {"s": "c"}])
    (tmp_path / "s" / "b" / "complete").unlink()
    assert cache.fetch("s", "b", lambda: dict(made)) == (made, True)
    cache.fetch("s", "d", lambda: dict(made))
    assert cache.load("s", "a") is None
    assert cache.load("s", "b") == cache.load("s", "c") == made


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty study whose steps and writers write a word, so that only the run itself is tried."""
    folder = tmp_path / "研究"
    lay_out(folder)
    report = SimpleNamespace(exhibits=(), ledger={})

    def write_files(report: object, output: Path, formats: tuple[str, ...]) -> None:
        lay(output, {f"report.{kind}": "written" for kind in formats})

    monkeypatch.setattr("pbgov.run.compute", lambda *told: ({}, {"read": "key"}))
    monkeypatch.setattr("pbgov.run.sound_report", lambda *told: report)
    monkeypatch.setattr("pbgov.reporting.writing.write_files", write_files)
    monkeypatch.setattr("pbgov.reporting.evidence.write_evidence", lambda *told: [])
    monkeypatch.setattr("pbgov.reporting.writing.write_methods", lambda *told: None)
    monkeypatch.setattr("pbgov.reporting.claims.results_file.results_json", lambda report: "{}\n")
    (folder / "data" / "derived").mkdir(parents=True)
    return folder


def edit(folder: Path) -> None:
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write("# edited\n")


def test_a_refused_report_leaves_the_former_one_and_what_changed_before_it(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_study(read_study(small))
    edit(small)
    run_study(read_study(small))
    stood, former = there(small / "reports"), small / "data" / "derived" / FORMER
    told = former.read_bytes()

    def refuse(*told: object) -> None:
        raise ReportError([Finding("E701", "reports")])

    edit(small)
    monkeypatch.setattr("pbgov.run.sound_report", refuse)
    with pytest.raises(ReportError):
        run_study(read_study(small))
    assert there(small / "reports") == stood
    assert former.read_bytes() == told


def test_writing_a_lost_file_again_is_no_change_to_tell(small: Path) -> None:
    run_study(read_study(small))
    edit(small)
    run_study(read_study(small))
    former = small / "data" / "derived" / FORMER
    told = former.read_bytes()
    (small / "reports" / "report.html").unlink()
    assert not run_study(read_study(small)).unchanged
    assert former.read_bytes() == told


def test_a_format_is_written_once_it_can_be(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbgov.reporting.writing.unwritten", lambda: {"pdf": "没有装 typst"})
    for unchanged in (False, True):
        outcome = run_study(read_study(small))
        assert outcome.unchanged == unchanged
        assert outcome.notices == ("没有装 typst",)
        assert not (small / "reports" / "report.pdf").exists()
    monkeypatch.setattr("pbgov.reporting.writing.unwritten", dict)
    outcome = run_study(read_study(small))
    assert not outcome.unchanged
    assert outcome.notices == ()
    assert (small / "reports" / "report.pdf").is_file()
    assert run_study(read_study(small)).unchanged
    toml = small / "study.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8") + '\n[report]\nformats = ["docx"]\n', encoding="utf-8"
    )
    assert [file.name for file in run_study(read_study(small)).reports] == ["report.docx"]
    assert {file.name for file in (small / "reports").glob("report.*")} == {"report.docx"}
