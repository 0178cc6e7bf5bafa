"""The journal of a coder: nothing confirmed is ever lost, nothing is ever rewritten."""

from __future__ import annotations

import csv
import errno
import io
import itertools
import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding import journal as module
from pbgov.coding.appending import cut_off_unfinished
from pbgov.coding.codings import check_codings, read_states
from pbgov.coding.journal import COLUMNS, Journal, Stretch
from pbgov.errors import DataFileError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = Stretch("甲", 0, 6, "街道组建支部")
SECOND = Stretch("甲", 6, 10, "𠮷祥社区")
SEGMENTS = pd.DataFrame(
    {
        "doc_id": "甲",
        "segment_id": ["甲:1", "甲:2"],
        "start": [0, 6],
        "end": [6, 10],
        "text": [FIRST.text, SECOND.text],
    }
)


def clock() -> str:
    return "2026-11-22T08:15:00Z"


def journal(folder: Path, coder: str = "王芳") -> Journal:
    return Journal(folder, coder, "0.2", clock=clock)


def test_what_stands_is_the_last_judgement_of_each_stretch_and_code(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.ORG", evidence=(2, 4), memo="他说：“好”，\n又一行")
        mine.judge(FIRST, "INNOV.MGT")
        mine.judge(FIRST, "INNOV.ORG", 0, rule="cue:组建")
        mine.withdraw(FIRST, "INNOV.MGT")
        mine.judge(SECOND, "INNOV.ACT", evidence=(6, 7))
    assert mine.path.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
    standing = pbgov.read_codings(tmp_path, SEGMENTS)
    assert standing[["segment_id", "code_id", "value"]].to_numpy().tolist() == [
        ["甲:1", "INNOV.ORG", 0],
        ["甲:2", "INNOV.ACT", 1],
    ]
    assert standing["made_at"].tolist() == [clock()] * 2
    assert standing["rule"].tolist()[0] == "cue:组建"
    assert len(mine.standing()) == 2


def test_a_judgement_taken_back_and_made_again_stands(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A")
        mine.withdraw(FIRST, "F.A")
        mine.judge(FIRST, "F.A", memo="还是它")
    assert pbgov.read_codings(tmp_path)["memo"].tolist() == ["还是它"]


def test_states_are_no_codings(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.state(FIRST, "doubtful")
        mine.state(SECOND, "read")
        mine.state(FIRST, "open")
        mine.state(FIRST, "read", memo="看了两遍")
        mine.judge(SECOND, "F.A")
    assert pbgov.read_codings(tmp_path, SEGMENTS)["code_id"].tolist() == ["F.A"]
    states = read_states(tmp_path, SEGMENTS).set_index("segment_id")
    assert states["state"].to_dict() == {"甲:1": "read", "甲:2": "read"}
    assert states.loc["甲:1", "memo"] == "看了两遍"


def test_an_open_stretch_has_no_state(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.state(FIRST, "read")
        mine.state(FIRST, "open")
    assert read_states(tmp_path).empty


def test_rows_are_only_added(tmp_path: Path) -> None:
    contents = []
    with journal(tmp_path) as mine:
        for act in (
            lambda: mine.judge(FIRST, "F.A"),
            lambda: mine.withdraw(FIRST, "F.A"),
            lambda: mine.state(FIRST, "read"),
        ):
            act()
            contents.append(mine.path.read_bytes())
    for before, after in itertools.pairwise(contents):
        assert after.startswith(before)


def test_reopening_goes_on_where_one_stopped(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A", memo='一个"引号", 一个逗号')
    with journal(tmp_path) as again:
        assert again.remarks == []
        assert [row["memo"] for row in again.rows] == ['一个"引号", 一个逗号']
        again.judge(SECOND, "F.B")
    assert len(pbgov.read_codings(tmp_path, SEGMENTS)) == 2


def test_a_memo_with_a_carriage_return_stays_one_cell(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A", memo="前\r后")
    with journal(tmp_path) as again:
        assert [row["memo"] for row in again.rows] == ["前\r后"]
    assert pbgov.read_codings(tmp_path, SEGMENTS)["memo"].tolist() == ["前\r后"]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), memo=st.text(st.sampled_from('备忘a",\n\r𠮷 '), max_size=8))
def test_a_line_cut_off_at_any_byte_is_set_aside_whole(
    data: st.DataObject, memo: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    with journal(folder) as mine:
        mine.judge(FIRST, "F.A", memo="前一条\n两行")
        before = mine.path.read_bytes()
        mine.judge(SECOND, "F.B", memo=memo)
        line = mine.path.read_bytes()[len(before) :]
    cut = data.draw(st.integers(1, len(line) - 1))
    mine.path.write_bytes(before + line[:cut])
    with journal(folder) as again:
        kept = [row["code_id"] for row in again.rows]
        again.judge(SECOND, "F.C")
    aside = folder / "王芳.csv.unfinished"
    if cut == len(line) - 1:  # only the line break is missing: the act is whole
        assert kept == ["F.A", "F.B"]
        assert not aside.exists()
    else:
        assert kept == ["F.A"]
        assert [finding.code for finding in again.remarks] == ["W257"]
        assert aside.read_bytes() == line[:cut] + b"\n"
    codes = pbgov.read_codings(folder, SEGMENTS)["code_id"].tolist()
    assert codes == [*kept, "F.C"]


def test_reading_names_a_line_that_was_cut_off_and_changes_nothing(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A")
        mine.judge(SECOND, "F.B")
    cut = mine.path.read_bytes()[:-30]
    mine.path.write_bytes(cut)
    with pytest.warns(pbgov.DataFileWarning, match="W257"):
        codings = pbgov.read_codings(tmp_path, SEGMENTS)
    assert codings["code_id"].tolist() == ["F.A"]
    assert mine.path.read_bytes() == cut


def test_a_header_cut_off_at_the_first_write_is_completed(tmp_path: Path) -> None:
    (tmp_path / "王芳.csv").write_bytes(b"doc_id,start,e")
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A")
    assert pbgov.read_codings(tmp_path)["code_id"].tolist() == ["F.A"]


def test_files_that_no_journal_wrote_are_left_alone() -> None:
    content = b"doc_id,start\n\xe7\x94\xb2,1"
    assert cut_off_unfinished(content) == (content, b"")


def test_killing_the_writer_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    writer = textwrap.dedent(
        """
        import sys
        from pbgov.coding.journal import Journal, Stretch

        mine = Journal(sys.argv[1], "王芳", "0.2")
        number = 0
        while True:
            mine.judge(Stretch("甲", number, number + 2, "街道"), "F.A", memo="长" * 500)
            number += 1
            print(number, flush=True)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", writer, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    confirmed = 0
    while confirmed < 25:
        confirmed = int(process.stdout.readline())
    process.kill()
    rest, _ = process.communicate()
    confirmed = max([confirmed, *map(int, rest.split())])
    with journal(tmp_path) as again:  # the lock died with its holder
        assert len(again.rows) >= confirmed
        assert [int(row["start"]) for row in again.rows] == list(range(len(again.rows)))


def test_one_name_is_one_person_at_a_time(tmp_path: Path) -> None:
    with journal(tmp_path), pytest.raises(InputError, match="open in another"):
        journal(tmp_path)
    with journal(tmp_path, "李强"), journal(tmp_path):
        pass


@pytest.mark.parametrize(
    "name",
    ["", " 王芳", "王芳 ", "a/b", "..", ".王", "rules", "Learned", "endpoint:x", "ＡＢ", "nul"],
)
def test_names_that_cannot_be_a_persons_file_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="编码者"):
        journal(tmp_path / "codings", name)
    assert not (tmp_path / "codings").exists()


def test_a_file_of_another_kind_is_not_added_to(tmp_path: Path) -> None:
    file = tmp_path / "author.csv"
    file.write_text("doc_id,start\nx,1\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="E219"):
        journal(tmp_path, "author")
    assert file.read_text(encoding="utf-8") == "doc_id,start\nx,1\n"


def test_somebody_elses_row_is_named(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A")
    mine.path.rename(tmp_path / "李强.csv")
    with pytest.raises(DataFileError, match=r"E220.*\n.*王芳"):
        journal(tmp_path, "李强")


def test_one_coder_in_two_files_is_named(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "F.A")
    copy = tmp_path / "王芳(1).csv"
    copy.write_bytes(mine.path.read_bytes().replace(b"F.A", b"F.B"))
    with pytest.warns(pbgov.DataFileWarning, match="W258"):
        assert len(pbgov.read_codings(tmp_path)) == 2
    copy.write_bytes(mine.path.read_bytes())
    with pytest.raises(DataFileError, match="E104"):
        pbgov.read_codings(tmp_path)


def test_names_that_differ_only_in_their_typing_are_named(tmp_path: Path) -> None:
    for coder in ("Li Na", "li  na"):
        with journal(tmp_path, coder) as one:
            one.judge(FIRST, "F.A")
    with pytest.warns(pbgov.DataFileWarning, match="W258"):
        assert set(pbgov.read_codings(tmp_path)["coder"]) == {"Li Na", "li  na"}


def test_a_code_that_left_the_codebook_is_kept_and_named(tmp_path: Path, root: Path) -> None:
    shipped = pbgov.read_codebook(root / "data/codebook")
    left = pd.DataFrame({"code_id": ["INNOV.OLD"], "replaced_by": ["INNOV.ORG"]})
    codebook = pbgov.Codebook(**{**vars(shipped), "retired": left})
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.OLD")
        mine.judge(FIRST, "INNOV.NEVER")
    with pytest.raises(DataFileError, match=r"E212[^E]*INNOV\.NEVER") as refusal:
        pbgov.read_codings(tmp_path, SEGMENTS, codebook)
    assert len(refusal.value.findings) == 1
    mine.path.write_bytes(b"\n".join(mine.path.read_bytes().split(b"\n")[:2]) + b"\n")
    with pytest.warns(pbgov.DataFileWarning, match=r"W259[\s\S]*INNOV\.ORG"):
        kept = pbgov.read_codings(tmp_path, SEGMENTS, codebook)
    assert kept["code_id"].tolist() == ["INNOV.OLD"]
    assert "W259" in {finding.code for finding in check_codings(tmp_path, SEGMENTS, codebook)}


@pytest.mark.parametrize("written", [0, 1, 30, 10_000])
def test_a_write_that_fails_half_way_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    append = module.append_durably

    def fails(path: Path, content: bytes) -> None:
        append(path, content[:written])
        raise OSError(errno.ENOSPC, "No space left on device")

    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.ORG")
        before = mine.path.read_bytes()
        monkeypatch.setattr(module, "append_durably", fails)
        with pytest.raises(OSError, match="No space"):
            mine.judge(FIRST, "INNOV.MGT")
        assert mine.path.read_bytes() == before
        monkeypatch.setattr(module, "append_durably", append)
        mine.judge(SECOND, "INNOV.ACT")
        assert [row["code_id"] for row in mine.rows] == ["INNOV.ORG", "INNOV.ACT"]
    assert pbgov.read_codings(tmp_path)["code_id"].tolist() == ["INNOV.ORG", "INNOV.ACT"]


def test_a_half_line_that_cannot_be_taken_back_takes_no_row_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = module.append_durably

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.ORG")
        monkeypatch.setattr(
            module, "append_durably", lambda path, content: append(path, content[:9]) or fails()
        )
        monkeypatch.setattr(module, "take_back", fails)
        with pytest.raises(OSError, match="Input/output"):
            mine.judge(FIRST, "INNOV.MGT")
        monkeypatch.undo()
        with pytest.raises(InputError, match="open it again"):
            mine.judge(SECOND, "INNOV.ACT")
    with journal(tmp_path) as mine:
        assert [finding.code for finding in mine.remarks] == ["W257"]
        mine.judge(SECOND, "INNOV.ACT")
    assert pbgov.read_codings(tmp_path)["code_id"].tolist() == ["INNOV.ORG", "INNOV.ACT"]


def test_a_journal_whose_file_is_gone_takes_no_row(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        mine.path.unlink()
        with pytest.raises(FileNotFoundError):
            mine.judge(FIRST, "INNOV.ORG")
        assert not mine.path.exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EROFS, errno.EACCES])
def test_a_folder_without_locks_or_leave_to_write_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.FileLock, "acquire", refuses)
    with pytest.raises(InputError, match="不能加锁"):
        journal(tmp_path)
    (tmp_path / "是个文件").write_text("")
    with pytest.raises(InputError, match="本机硬盘"):
        journal(tmp_path / "是个文件")


def resaved(content: bytes, *, encoding: str = "utf-8-sig", end: str = "\r\n", **how: int) -> bytes:
    """The same cells as a spreadsheet program writes them."""
    text = io.StringIO(newline="")
    cells = csv.reader(io.StringIO(content.decode(), newline=""))
    csv.writer(text, lineterminator=end, **how).writerows(cells)
    return text.getvalue().encode(encoding)


@pytest.mark.filterwarnings("ignore:W151")
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_file_saved_again_by_a_spreadsheet_goes_on(
    tmp_path: Path, quoting: int, end: str
) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.ORG", evidence=(2, 4), memo="他说：“好”，\n又一行")
    mine.path.write_bytes(resaved(mine.path.read_bytes(), quoting=quoting, end=end))
    with journal(tmp_path) as mine:
        mine.judge(SECOND, "INNOV.ACT")
    read = pbgov.read_codings(tmp_path, SEGMENTS)
    assert read["segment_id"].tolist() == ["甲:1", "甲:2"]
    assert read["memo"][0].replace("\r", "") == "他说：“好”，\n又一行"


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda content: resaved(content, encoding="gbk"), "E101", "GBK"),
        (lambda content: resaved(content, encoding="utf-16"), "E101", "UTF-16"),
        (lambda content: content.replace(b",", b";"), "E119", ";"),
        (lambda content: content.replace(b",0,6,", b",0.0,6.0,"), "E103", "6.0"),
        (lambda content: content.replace(b",1,judged", b",TRUE,judged"), "E103", "TRUE"),
        (lambda content: content.replace(b"\n", b",\n"), "E219", "doc_id"),
    ],
)
def test_what_a_spreadsheet_spoilt_is_named_and_left_as_it_is(
    tmp_path: Path, change: Callable[[bytes], bytes], code: str, said: str
) -> None:
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.ORG", memo="好")
    spoilt = change(mine.path.read_bytes())
    mine.path.write_bytes(spoilt)
    with pytest.raises(DataFileError, match=code) as error:
        journal(tmp_path)
    assert said in str(error.value)
    assert mine.path.read_bytes() == spoilt
    mine.path.write_bytes(b"")
    journal(tmp_path).close()  # the lock was let go


def test_evidence_outside_the_stretch_is_refused_and_not_written(tmp_path: Path) -> None:
    with journal(tmp_path) as mine:
        before = mine.path.read_bytes()
        for evidence in ((0, 7), (-1, 2), (3, 3)):
            with pytest.raises(InputError, match="select words inside"):
                mine.judge(FIRST, "F.A", evidence=evidence)
        with pytest.raises(InputError, match="present"):
            mine.judge(FIRST, "F.A", 2)
        with pytest.raises(InputError, match="doubtful"):
            mine.state(FIRST, "done")
        assert mine.path.read_bytes() == before


def test_a_residual_code_beside_another_one_is_remarked_on(tmp_path: Path, root: Path) -> None:
    codebook = pbgov.read_codebook(root / "data/codebook")
    with journal(tmp_path) as mine:
        mine.judge(FIRST, "INNOV.NONE")
        mine.judge(FIRST, "INNOV.ACT", memo="次要")
        mine.judge(FIRST, "MODE.M1")
        mine.judge(SECOND, "INNOV.NONE")
        mine.judge(SECOND, "INNOV.ORG", 0)
    found = [f for f in check_codings(tmp_path, SEGMENTS, codebook) if f.code == "W260"]
    assert [(f.row, f.seen, f.wanted) for f in found] == [(2, "INNOV.NONE", "INNOV.ACT")]
