"""Coding sheets: what a colleague fills in comes back whole, and whatever was touched is named."""

from __future__ import annotations

import random
import shutil
import subprocess
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding.codings import read_codings, read_states
from pbgov.coding.journal import Journal, Stretch
from pbgov.errors import DataFileError, InputError
from pbgov.exchange.sheet import layout
from pbgov.exchange.sheet_reading import SheetReading, read_sheet
from pbgov.exchange.sheets import write_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NAN = float("nan")
FAMILIES = ("INNOV", "MODE", "PROB")
CODES = {
    "INNOV": {"ORG": "组织创新", "MGT": "管理创新", "ACT": "活动创新", "NONE": "其他"},
    "MODE": {"M1": "引领型", "M2": "共建型"},
    "PROB": {"FORM": "形式化", "WEAK": "力量弱"},
}
TEXTS = (
    "柳河街道把十二家小微企业的党员编成一个联合支部。",
    "澄湖社区每月办一次志愿集市，居民自己点单。",
    '=HYPERLINK("http://example.invalid","领奖")',
    "+86 是电话的开头，不是公式。",
    "-1 也不是。",
    "@所有人：周五开会。",
    "这里有制表\t符、回车\r\n换行和响铃\x07，还有扩展区的𠮷字。",
    "文件格式的转义写作_x0041_，应当照样显示。",
    "2024",
    "  前后有空格的一段。  ",
)


def codebook(version: str = "3", digest: str = "d1gest") -> pbgov.Codebook:
    codes = [
        (f"{family}.{code}", family, zh, f"{zh}的定义。", f"{zh}算什么。", f"{zh}不算什么。")
        for family, named in CODES.items()
        for code, zh in named.items()
    ]
    kinds = ["primary_plus_secondary", "single", "multi"]
    empty = pd.DataFrame(columns=["code_id", "term", "role", "replaced_by"])
    return pbgov.Codebook(
        folder="tiny",
        version=version,
        families=pd.DataFrame(
            {
                "family": FAMILIES,
                "zh": ["创新类别", "参与模式", "问题"],
                "exclusive": kinds,
                "residual": ["INNOV.NONE", NAN, NAN],
                "tie_rule": ["看新在哪里。", NAN, NAN],
            }
        ),
        codes=pd.DataFrame(
            codes, columns=["code_id", "family", "zh", "definition", "include", "exclude"]
        ),
        terms=empty,
        masks=empty,
        examples=empty,
        rules=empty,
        retired=empty,
        digest=digest,
    )


def paragraphs(texts: Sequence[str] = TEXTS, doc_id: str = "某市2023/报告") -> pd.DataFrame:
    """Paragraphs that follow one another, joined by a blank line each."""
    rows, position = [], 0
    for number, text in enumerate(texts):
        for kind, piece in (("paragraph", text), ("blank", "\n\n")):
            end = position + len(piece)
            segment_id = f"{doc_id}/{kind[0]}{number:04d}"
            rows.append((doc_id, segment_id, kind, position, end, "一、组织创新", piece))
            position = end
    columns = ["doc_id", "segment_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})


SEGMENTS = paragraphs()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return written(tmp_path / "甲.xlsx")


def written(path: Path, segments: pd.DataFrame = SEGMENTS, **changes: Any) -> Path:
    arguments: dict[str, Any] = {"families": FAMILIES, "coder": "甲", "seed": 11} | changes
    return write_sheet(segments, codebook(), path, **arguments)


def edit(path: Path, change: Callable[[Any], None], sheet: str = layout.CODING) -> Path:
    book = openpyxl.load_workbook(path)
    change(book[sheet])
    book.save(path)
    return path


def column(sheet: Any, header: str) -> int:
    return [cell.value for cell in sheet[1]].index(header) + 1


def row_of(sheet: Any, text: str) -> int:
    """The row of the judged text that begins with `text`."""
    place = column(sheet, layout.TEXT)
    return next(
        row
        for row in range(2, sheet.max_row + 1)
        if str(sheet.cell(row, place).value).startswith(text)
    )


def fill(path: Path, filled: dict[str, dict[str, str]]) -> Path:
    """Fill in rows, found by how their texts begin."""

    def change(sheet: Any) -> None:
        for text, cells in filled.items():
            for header, value in cells.items():
                sheet.cell(row_of(sheet, text), column(sheet, header)).value = value

    return edit(path, change)


def read(path: Path, **changes: Any) -> SheetReading:
    arguments: dict[str, Any] = {"segments": SEGMENTS, "codebook": codebook()} | changes
    return read_sheet(path, **arguments)


def findings(path: Path, **changes: Any) -> list[str]:
    with pytest.raises(DataFileError) as caught:
        read(path, **changes)
    for finding in caught.value.findings:
        assert finding.zh
        assert finding.en
    return [finding.code for finding in caught.value.findings]


PRIMARY, SECOND = "创新类别 INNOV 主要", "创新类别 INNOV 次要1"
MODE = "参与模式 MODE"
FORM, WEAK = "问题：形式化 PROB.FORM", "问题：力量弱 PROB.WEAK"


# ---- what is written --------------------------------------------------------------------------


def test_the_first_sheet_tells_and_the_key_is_hidden(sheet: Path) -> None:
    book = openpyxl.load_workbook(sheet)
    assert book.sheetnames == ["说明", "编码", "_options", "_key"]
    states = [book[name].sheet_state for name in book.sheetnames]
    assert states == ["visible", "visible", "hidden", "veryHidden"]
    guide = "\n".join(str(cell.value) for row in book["说明"] for cell in row if cell.value)
    for zh in (
        "组织创新的定义。",
        "组织创新算什么。",
        "组织创新不算什么。",
        "看新在哪里。",
        "INNOV.ORG",
    ):
        assert zh in guide
    assert all(book[name].protection.sheet for name in book.sheetnames)
    assert all(book[name].protection.password is None for name in book.sheetnames)


def test_ids_are_blind_and_orders_differ_between_coders(tmp_path: Path) -> None:
    orders = {}
    for coder in ("甲", "乙", "丙"):
        book = openpyxl.load_workbook(written(tmp_path / f"{coder}.xlsx", coder=coder))
        shown = [str(cell.value) for name in ("说明", "编码") for row in book[name] for cell in row]
        for telling in ("某市2023", "p0001", "一、组织创新"):
            assert not any(telling in cell for cell in shown)
        rows = list(book["编码"].iter_rows(min_row=2, values_only=True))
        orders[coder] = [row[1] for row in rows], [row[2] for row in rows]
        assert len(set(orders[coder][0])) == len(TEXTS)
    ids = [set(orders[coder][0]) for coder in orders]
    assert not ids[0] & ids[1] | ids[0] & ids[2] | ids[1] & ids[2]
    assert len({tuple(texts) for _, texts in orders.values()}) == 3


def test_headings_and_context_are_shown_only_where_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", SEGMENTS.iloc[2:3], show_headings=True, context=SEGMENTS)
    row = next(openpyxl.load_workbook(path)["编码"].iter_rows(min_row=2, values_only=True))
    assert row[2:6] == ("一、组织创新", TEXTS[0], TEXTS[1], TEXTS[2])


def test_texts_are_strings_whatever_they_look_like(sheet: Path) -> None:
    coding = openpyxl.load_workbook(sheet)["编码"]
    place = column(coding, layout.TEXT)
    kinds = {coding.cell(row, place).data_type for row in range(2, coding.max_row + 1)}
    assert kinds == {"s"}
    assert b"<f>" not in zipfile.ZipFile(sheet).read("xl/worksheets/sheet2.xml")


def test_only_the_cells_to_be_filled_in_are_unlocked_and_have_drop_downs(sheet: Path) -> None:
    coding = openpyxl.load_workbook(sheet)["编码"]
    open_to = [coding.cell(1, c.column).value for c in coding[2] if not c.protection.locked]
    second = "创新类别 INNOV 次要2"
    assert open_to == [PRIMARY, SECOND, second, MODE, FORM, WEAK, layout.MEMO, layout.STATUS]
    rules = {str(rule.sqref).rstrip("0123456789").split("2:")[0]: rule.formula1
             for rule in coding.data_validations.dataValidation}  # fmt: skip
    letter = coding.cell(1, column(coding, PRIMARY)).column_letter
    options = openpyxl.load_workbook(sheet)["_options"]
    assert rules[letter] == "'_options'!$A$1:$A$4"
    assert [cell.value for cell in options["A"]] == [
        "组织创新 INNOV.ORG",
        "管理创新 INNOV.MGT",
        "活动创新 INNOV.ACT",
        "其他 INNOV.NONE",
    ]


def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a.xlsx"), written(tmp_path / "b.xlsx")
    assert first.read_bytes() == second.read_bytes()
    shuffled = SEGMENTS.sample(frac=1, random_state=3)
    assert written(tmp_path / "c.xlsx", shuffled).read_bytes() == first.read_bytes()
    assert written(tmp_path / "d.xlsx", seed=12).read_bytes() != first.read_bytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"families": ["NOPE"]}, "no family 'NOPE'"),
        ({"families": []}, "No families"),
        ({"families": ["MODE", "MODE"]}, "named twice"),
        ({"coder": "rules"}, "machine coder"),
        ({"segments": SEGMENTS.iloc[:0]}, "No segments"),
        ({"segments": SEGMENTS.iloc[[0, 0]]}, "stands twice"),
        ({"segments": paragraphs([" \n"])}, "no visible character"),
        ({"path": "a.xls"}, ".xlsx"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    path = tmp_path / changes.pop("path", "a.xlsx")
    with pytest.raises(InputError, match=words):
        written(path, **changes)
    assert not path.exists()


def test_a_sheet_that_may_hold_work_is_not_overwritten(sheet: Path) -> None:
    before = sheet.read_bytes()
    with pytest.raises(InputError, match="there already"):
        written(sheet)
    assert sheet.read_bytes() == before


# ---- what comes back --------------------------------------------------------------------------


def test_judgements_come_back_with_their_texts(sheet: Path) -> None:
    fill(
        sheet,
        {
            "柳河": {
                PRIMARY: "组织创新 INNOV.ORG",
                SECOND: "INNOV.MGT",
                FORM: "有",
                layout.MEMO: "新设支部",
            },
            "=HYPER": {MODE: "引领型 MODE.M1", layout.STATUS: "看完"},
            "@所有人": {WEAK: "无", layout.STATUS: "存疑", layout.MEMO: "看不懂"},
        },
    )
    reading = read(sheet)
    given = {
        (row["segment_id"][-4:], row["code_id"]): (row["value"], row["memo"])
        for row in reading.codings.to_dict("records")
    }
    nothing = dict.fromkeys(
        [("0002", f"INNOV.{code}") for code in CODES["INNOV"]]
        + [("0002", f"PROB.{code}") for code in CODES["PROB"]],
        0,
    )
    assert {key: value for key, (value, _) in given.items()} == nothing | {
        ("0000", "INNOV.ORG"): 1,
        ("0000", "INNOV.MGT"): 1,
        ("0000", "PROB.FORM"): 1,
        ("0002", "MODE.M1"): 1,
        ("0005", "PROB.WEAK"): 0,
    }
    assert given["0000", "INNOV.ORG"][1] == "新设支部"
    assert given["0000", "INNOV.MGT"][1] == "次要"
    digests = dict(zip(reading.codings["segment_id"], reading.codings["text_digest"], strict=True))
    for segment_id, seen in digests.items():
        text = SEGMENTS.set_index("segment_id").at[segment_id, "text"]
        assert seen == sha256(text.encode()).hexdigest()[:16]
    states = {row["segment_id"][-4:]: row["state"] for row in reading.states.to_dict("records")}
    assert states == {"0002": "read", "0005": "doubtful"}
    assert "看完 1 段，存疑 1 段，有判断的 3 段" in str(reading)


def test_a_blank_cell_is_no_judgement_unless_the_row_was_read(sheet: Path) -> None:
    assert read(sheet).codings.empty
    assert read(sheet).states.empty
    fill(sheet, {"柳河": {layout.STATUS: "看完"}})
    values = read(sheet).codings.set_index("code_id")["value"]
    every = {f"{family}.{code}" for family, codes in CODES.items() for code in codes}
    assert set(values.index) == every
    assert set(values) == {0}


def test_a_text_too_long_for_a_row_runs_on_and_comes_back(tmp_path: Path) -> None:
    rng = random.Random(5)
    long = "".join(rng.choice("治理街道社区支部，。；\n党ab𠮷") for _ in range(40_000))
    segments = paragraphs(["短的一段。", f"始{long}终"])
    path = written(tmp_path / "a.xlsx", segments)
    coding = openpyxl.load_workbook(path)["编码"]
    place = column(coding, layout.TEXT)
    cells = [coding.cell(row, place) for row in range(2, coding.max_row + 1)]
    assert len(cells) > 20
    assert all(len(cell.value) < 32_767 for cell in cells)
    assert all(coding.row_dimensions[cell.row].height <= 409 for cell in cells)
    rows = {coding.cell(cell.row, 2).value: cell.value for cell in cells}
    longest = max(rows, key=lambda row_id: row_id.count("·"))[:7]
    parts = [value for row_id, value in rows.items() if row_id.startswith(longest)]
    assert "".join(parts) == f"始{long}终"
    fill(path, {"始": {MODE: "MODE.M2"}})
    (row,) = read(path, segments=segments).codings.to_dict("records")
    assert row["text_digest"] == sha256(f"始{long}终".encode()).hexdigest()[:16]

    def delete(sheet: Any) -> None:
        number = next(r for r in range(2, sheet.max_row) if "·3" in str(sheet.cell(r, 2).value))
        sheet.delete_rows(number)

    assert findings(edit(path, delete), segments=segments) == ["E235"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=6, unique=True))
def test_any_text_goes_out_and_comes_back(tmp_path: Path, texts: list[str]) -> None:
    segments = paragraphs(texts)
    visible = segments["text"].map(lambda text: bool(layout.comparable(text)))
    segments = segments[visible & segments["kind"].eq("paragraph")]
    if segments.empty:
        return
    path = tmp_path / "any.xlsx"
    path.unlink(missing_ok=True)
    written(path, segments)
    edit(path, lambda sheet: [
        setattr(sheet.cell(row, column(sheet, layout.STATUS)), "value", "看完")
        for row in range(2, sheet.max_row + 1)
    ])  # fmt: skip
    reading = read(path, segments=segments)
    assert set(reading.states["segment_id"]) == set(segments["segment_id"])


# ---- what was touched is named ----------------------------------------------------------------


def test_an_edited_text_is_refused_with_its_row_and_what_changed(sheet: Path) -> None:
    def change(coding: Any) -> None:
        cell = coding.cell(row_of(coding, "柳河"), column(coding, layout.TEXT))
        cell.value = str(cell.value).replace("十二家", "二十家")

    with pytest.raises(DataFileError) as caught:
        read(edit(sheet, change))
    (finding,) = caught.value.findings
    coding = openpyxl.load_workbook(sheet)["编码"]
    assert (finding.code, finding.row) == ("E234", row_of(coding, "柳河"))
    assert "二十家" in finding.seen
    assert "十二家" in finding.wanted


def test_everything_wrong_is_named_at_once_and_nothing_is_saved(
    sheet: Path, tmp_path: Path
) -> None:
    fill(
        sheet,
        {
            "柳河": {PRIMARY: "组织创斩 INNOV.ORG"},
            "澄湖": {SECOND: "INNOV.ACT"},
            "@所有人": {PRIMARY: "INNOV.ORG", SECOND: "INNOV.ORG"},
            "-1": {layout.STATUS: "看了"},
            "+86": {FORM: "也许"},
            "2024": {layout.MEMO: "次要"},
        },
    )

    def change(coding: Any) -> None:
        coding.delete_rows(row_of(coding, "=HYPER"))
        last = coding.max_row
        for place in range(1, coding.max_column + 1):  # one row twice, one row added
            coding.cell(last + 1, place).value = coding.cell(2, place).value
        coding.cell(last + 2, 3).value = "自己加的一行"

    codes = findings(edit(sheet, change))
    assert sorted(codes) == ["E235"] * 3 + ["E236"] * 3 + ["E237"] * 3
    assert not (tmp_path / "codings").exists()


TOUCHED = {
    "coder": (2, 2),
    "digest of the codebook": (5, 2),
    "checksum": (8, 2),
    "header": (9, 1),
    "start": (11, 3),
    "digest of a text": (12, 5),
    "length of a part": (13, 6),
}


@pytest.mark.parametrize("place", TOUCHED.values(), ids=TOUCHED)
def test_a_touched_key_is_refused(sheet: Path, place: tuple[int, int]) -> None:
    def change(key: Any) -> None:
        key.cell(*place).value = f"{key.cell(*place).value}0"

    assert findings(edit(sheet, change, "_key")) == ["E231"]


def test_a_row_deleted_from_the_key_is_found(sheet: Path) -> None:
    assert findings(edit(sheet, lambda key: key.delete_rows(12), "_key")) == ["E231"]


def test_another_codebook_and_another_study_are_refused(sheet: Path) -> None:
    assert findings(sheet, codebook=codebook("4")) == ["E232"]
    other = paragraphs(["别的研究的一段话。", "又一段。"], doc_id="别处")
    assert findings(sheet, segments=other) == ["E233"]
    changed = SEGMENTS.assign(text=SEGMENTS["text"].str.replace("联合支部", "联合党支部"))
    assert findings(sheet, segments=changed) == ["E233"]
    assert [one.code for one in read(sheet, codebook=codebook(digest="other")).remarks] == ["W270"]


@pytest.mark.parametrize("name", [layout.CODING, layout.KEY])
def test_a_workbook_without_its_sheets_is_no_coding_sheet(sheet: Path, name: str) -> None:
    book = openpyxl.load_workbook(sheet)
    del book[name]
    book.save(sheet)
    assert findings(sheet) == ["E230"]


def test_missing_columns_are_named_and_added_ones_remarked_upon(sheet: Path) -> None:
    def add(coding: Any) -> None:
        coding.cell(1, coding.max_column + 1).value = "我的意见"
        coding.cell(2, coding.max_column).value = "这段写得好"

    assert [one.code for one in read(edit(sheet, add)).remarks] == ["W273"]
    edit(sheet, lambda coding: coding.delete_cols(column(coding, MODE)))
    assert findings(sheet) == ["E230"]


def test_a_stray_cell_far_away_is_named_and_the_table_never_built(sheet: Path) -> None:
    def stray(one: Any) -> None:
        one.cell(1_048_576, 16_384, "手滑")

    with pytest.raises(DataFileError, match="手滑") as caught:
        read(edit(sheet, stray))
    (finding,) = caught.value.findings
    assert (finding.code, finding.row, finding.column) == ("E240", 1_048_576, "XFD1048576")


def test_merged_cells_are_refused_since_a_judgement_is_lost_in_them(sheet: Path) -> None:
    fill(sheet, {"柳河": {PRIMARY: "组织创新 INNOV.ORG", layout.STATUS: "看完"}})

    def merge(one: Any) -> None:
        place, row = column(one, PRIMARY), row_of(one, "柳河")
        one.merge_cells(start_row=row - 1, start_column=place, end_row=row, end_column=place)

    assert findings(edit(sheet, merge)) == ["E241"]


def test_a_merged_range_of_a_whole_sheet_is_not_opened(sheet: Path) -> None:
    with zipfile.ZipFile(sheet) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet2.xml"
    merged = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    parts[name] = parts[name].replace(b"<dataValidations", merged + b"<dataValidations", 1)
    with zipfile.ZipFile(sheet, "w") as packed:
        for one, content in parts.items():
            packed.writestr(one, content)
    assert findings(sheet) == ["E241"]


def test_files_that_are_no_workbooks_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.xlsx")
    (tmp_path / "a.xlsx").write_text("不是表", encoding="utf-8")
    assert findings(tmp_path / "a.xlsx") == ["E414"]
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as empty:
        empty.writestr("hello.txt", "x")
    assert findings(tmp_path / "b.xlsx") == ["E411"]
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    for stream, code in (("EncryptedPackage", "E413"), ("Workbook", "E412")):
        (tmp_path / "c.xlsx").write_bytes(ole + stream.encode("utf-16-le"))
        assert findings(tmp_path / "c.xlsx") == [code]


def test_a_memo_alone_is_remarked_upon(sheet: Path) -> None:
    fill(sheet, {"柳河": {layout.MEMO: "待议"}})
    assert [one.code for one in read(sheet).remarks] == ["W271"]


def test_a_formula_typed_into_a_judgement_is_no_code(sheet: Path) -> None:
    fill(sheet, {"柳河": {PRIMARY: "=1+1"}})
    assert findings(sheet) == ["E236"]


# ---- merging and saving -----------------------------------------------------------------------


def test_a_sheet_taken_in_twice_adds_nothing_and_a_change_adds_a_row(
    sheet: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "codings"
    times = iter(f"2026-01-0{day}T00:00:00Z" for day in range(1, 9))
    clock = lambda: next(times)  # noqa: E731
    fill(sheet, {"柳河": {PRIMARY: "INNOV.ORG", MODE: "MODE.M1"}, "-1": {FORM: "有"}})
    saved = read(sheet).save(folder, clock=lambda: "2026-01-01T00:00:00Z")
    assert list(saved.merge["change"]) == ["new"] * 3
    before = (folder / "甲.csv").read_bytes()
    again = read(sheet).save(folder, clock=clock)
    assert list(again.merge["change"]) == ["same"] * 3
    assert (folder / "甲.csv").read_bytes() == before
    fill(sheet, {"柳河": {PRIMARY: "INNOV.MGT", layout.STATUS: "看完"}})
    codings = read_codings(folder, SEGMENTS, None)
    reading = read(sheet, codings=codings)
    first = reading.merge["start"] == 0
    assert reading.merge[first].set_index("code_id")["change"].to_dict() == {
        "INNOV.ORG": "withdrawn",
        "INNOV.MGT": "new",
        "MODE.M1": "same",
        "PROB.FORM": "new",
        "PROB.WEAK": "new",
    }
    assert list(reading.merge.loc[~first, "change"]) == ["same"]
    reading.save(folder, clock=lambda: "2026-01-02T00:00:00Z")
    assert (folder / "甲.csv").read_bytes().startswith(before)  # only ever added to
    now = read_codings(folder, SEGMENTS, None)
    first = now[(now["segment_id"] == SEGMENTS["segment_id"][0]) & (now["value"] == 1)]
    assert set(first["code_id"]) == {"INNOV.MGT", "MODE.M1"}
    assert list(read_states(folder, SEGMENTS)["state"]) == ["read"]


def test_what_was_judged_before_stands_where_the_row_is_blank(sheet: Path, tmp_path: Path) -> None:
    row = SEGMENTS.iloc[0]
    stretch = Stretch(row["doc_id"], int(row["start"]), int(row["end"]), row["text"])
    with Journal(tmp_path / "codings", "甲", "3") as journal:
        journal.judge(stretch, "INNOV.ORG", memo="在编码台上判的")
    codings = read_codings(tmp_path / "codings", SEGMENTS)
    reading = read(sheet, codings=codings)
    assert [one.code for one in reading.remarks] == ["W272"]
    saved = read(sheet).save(tmp_path / "codings")  # held against the journal itself
    assert [one.code for one in saved.remarks] == ["W272"]
    assert len(read_codings(tmp_path / "codings", SEGMENTS)) == 1
    fill(sheet, {"柳河": {layout.STATUS: "看完"}})
    reading = read(sheet, codings=codings)
    assert reading.merge.set_index("code_id").at["INNOV.ORG", "change"] == "changed"
    reading.save(tmp_path / "codings")
    now = read_codings(tmp_path / "codings", SEGMENTS).set_index("code_id")["value"]
    assert now["INNOV.ORG"] == 0


def test_two_sheets_of_some_families_each_say_which_they_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "codings"
    for families in (["MODE"], ["PROB"]):
        path = written(tmp_path / f"{families[0]}.xlsx", families=families)
        fill(path, {"柳河": {layout.STATUS: "看完"}})
        read(path).save(folder)
    with Journal(folder, "甲", "3") as journal:
        (state,) = [row for row in journal.standing().values() if row["act"] == "state"]
    assert state["rule"] == "MODE;PROB"


def test_three_coders_merge_into_three_journals(tmp_path: Path) -> None:
    answers = {"甲": "INNOV.ORG", "乙": "INNOV.MGT", "丙": "INNOV.ORG"}
    for coder, code in answers.items():
        path = fill(
            written(tmp_path / f"{coder}.xlsx", coder=coder),
            {"柳河": {PRIMARY: code, layout.STATUS: "看完"}},
        )
        read(path).save(tmp_path / "codings")
    codings = read_codings(tmp_path / "codings", SEGMENTS)
    given = codings[(codings["value"] == 1)]
    assert dict(zip(given["coder"], given["code_id"], strict=True)) == answers


# ---- other programs ---------------------------------------------------------------------------


def test_rich_text_numbers_and_line_ends_of_other_programs_are_no_edits(sheet: Path) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    def change(coding: Any) -> None:
        place = column(coding, layout.TEXT)
        number = coding.cell(row_of(coding, "2024"), place)
        number.value = 2024
        rich = coding.cell(row_of(coding, "柳河"), place)
        text = str(rich.value)
        rich.value = CellRichText(TextBlock(InlineFont(b=True), text[:3]), text[3:])
        broken = coding.cell(row_of(coding, "这里有"), place)
        broken.value = str(broken.value).replace("\n", "_x000D_\n")
        spaced = coding.cell(row_of(coding, "  前后"), place)
        spaced.value = str(spaced.value).strip()

    assert read(edit(sheet, change)).codings.empty


def test_a_sheet_saved_by_libreoffice_still_reads(sheet: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed; its re-saved files are not tried")
    fill(
        sheet,
        {
            "柳河": {PRIMARY: "组织创新 INNOV.ORG", layout.STATUS: "看完"},
            "=HYPER": {FORM: "有", layout.MEMO: "像公式"},
        },
    )
    expected = read(sheet)
    command = [office, "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(sheet)], capture_output=True, timeout=180, check=False)
    saved = tmp_path / "out" / sheet.name
    if not saved.exists():
        pytest.skip("this LibreOffice has no Calc; its re-saved files are not tried")
    assert saved.read_bytes() != sheet.read_bytes()
    reading = read(saved)
    pd.testing.assert_frame_equal(reading.codings, expected.codings)
    pd.testing.assert_frame_equal(reading.states, expected.states)
