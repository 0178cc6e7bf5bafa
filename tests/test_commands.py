"""The commands of the coding room, each on a small study of invented texts, held against hand counts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import pbgov
from pbgov.cli import main
from pbgov.coding.journal import Journal, Stretch
from pbgov.template import lay_out

sys.path.insert(0, str(Path(__file__).parent))
from model_server import completion, serving
from qdpx_files import gid, project, qdpx, selection, text_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

ORG = ["柳河街道组建联合党支部。", "𠮷祥社区成立物业联席会，由书记召集。"]
MGT = ["白榆街道建立责任清单。", "荷塘社区的来件七天内办结。"]
ACT = ["青石街道举办志愿服务。", "云水镇上线小程序😀，老人预约更方便。"]
NONE = ["槐安里社区地处两区交界。", "杏石口社区共有居民三千户。"]
TEXTS = {"通州区札记": [*ORG, *MGT], "海淀区札记": [*ACT, *NONE]}
CODES = (
    dict.fromkeys(ORG, "INNOV.ORG")
    | dict.fromkeys(MGT, "INNOV.MGT")
    | dict.fromkeys(ACT, "INNOV.ACT")
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two documents of four paragraphs, one of them with the line ends of Windows."""
    folder = tmp_path / "study"
    lay_out(folder)
    cases = folder / "data" / "cases"
    for file in cases.iterdir():
        file.unlink()
    for doc_id, paragraphs in TEXTS.items():
        text = "\n\n".join(paragraphs) + "\n"
        ends = "\r\n" if doc_id.startswith("海淀") else "\n"
        (cases / f"{doc_id}.txt").write_bytes(text.replace("\n", ends).encode())
    return folder


@pytest.fixture
def run(study: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def one(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        command, *rest = map(str, arguments)
        code = main([command, "--study", str(study), *rest])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return one


def segments(study: Path) -> pd.DataFrame:
    return pbgov.segment(pbgov.read_corpus(study / "data" / "cases"), "paragraph")


def paragraphs(study: Path) -> pd.DataFrame:
    table = segments(study)
    return table[table["kind"] == "paragraph"]


def code_by_hand(study: Path, coder: str, otherwise: dict[str, str | None] | None = None) -> None:
    """The journal of a coder who reads everything and sees what `CODES` says, or `otherwise`."""
    with Journal(study / "data" / "codings", coder, "0.1") as journal:
        for row in paragraphs(study).itertuples():
            stretch = Stretch(row.doc_id, row.start, row.end, row.text)
            words = row.text.strip()
            given = {**CODES, **(otherwise or {})}.get(words)
            if given is not None:
                journal.judge(stretch, given)
            journal.state(stretch, "read")


def decide(form: Path, **filled: str) -> pd.DataFrame:
    table = pd.read_csv(form, dtype="str", encoding="utf-8-sig")
    table.loc[0, list(filled)] = list(filled.values())
    table.to_csv(form, index=False, encoding="utf-8-sig")
    return table


def test_code_by_rules_writes_what_the_cues_say(study: Path, run: Run) -> None:
    assert run("code")[0] == 0
    table = pd.read_csv(study / "data/derived/codings/rules.csv", encoding="utf-8-sig")
    words = dict(
        zip(paragraphs(study)["segment_id"], paragraphs(study)["text"].str.strip(), strict=True)
    )
    given = {words[row.segment_id]: row.code_id for row in table[table["value"] == 1].itertuples()}
    assert given == {ORG[0]: "INNOV.ORG", ORG[1]: "INNOV.ORG", MGT[0]: "INNOV.MGT", MGT[1]: "INNOV.MGT",
                     ACT[0]: "INNOV.ACT", ACT[1]: "INNOV.ACT"}  # fmt: skip
    code, _, error = run("code", "--family", "没有")
    assert code == 1
    assert "INNOV" in error
    code, _, error = run("code", "--to", study)
    assert code == 1
    assert "E509" in error


def test_agree_adjudicate_agree(study: Path, run: Run) -> None:
    code, _, error = run("agree", "--coders", "李一", "周二")
    assert code == 1
    assert "还没有编码记录" in error
    code_by_hand(study, "李一")
    code_by_hand(study, "周二", {ORG[1]: "INNOV.MGT", NONE[0]: "INNOV.ACT"})
    code, _, error = run("agree", "--coders", "李一", "王五")
    assert code == 1
    assert "没有“王五”的编码；现有编码者：周二、李一" in error

    code, out, _ = run("agree", "--coders", "李一", "周二")
    assert code == 0
    assert "一致 6，裁定 0；未定：意见不同 2，不足两人判过 0" in out
    folder = study / "data/derived/agreement"
    table = pd.read_csv(folder / "agreement.csv", encoding="utf-8-sig").set_index("code_id")
    # of 8 paragraphs both see the code in 1, one of them in another, neither in 6
    expected, observed = (2 * 1 + 6 * 7) / 64, 7 / 8
    assert table.loc["INNOV.ORG", "n"] == 8
    assert table.loc["INNOV.ORG", "accuracy"] == observed
    assert table.loc["INNOV.ORG", "kappa"] == pytest.approx((observed - expected) / (1 - expected))
    assert table.loc["*", "accuracy"] == 6 / 8
    assert (
        run("agree", "--coders", "李一", "周二", "--frame", "reference", "--to", study / "b")[0]
        == 0
    )
    same = pd.read_csv(study / "b" / "agreement.csv", encoding="utf-8-sig").set_index("code_id")
    assert same.loc["*", "n"] == 8  # what was read and got no code is judged too
    assert same.loc["*", "accuracy"] == 6 / 8

    form = folder / "disagreements.csv"
    asked = decide(
        form, codes="INNOV.ORG", decided_by="赵六", reason="是新设机构", rule_change="无"
    )
    assert len(asked) == 2
    assert "还没有裁定的 1 处" in run("agree", "--coders", "李一", "周二")[1]
    kept = pd.read_csv(
        form, dtype="str", encoding="utf-8-sig"
    )  # nothing that was filled in is lost
    assert list(kept["decided_by"].fillna("")) == list(asked["decided_by"].fillna(""))

    code, out, _ = run("adjudicate", form)
    assert code == 0
    assert "新记入 1 条裁定，早已记入的 0 条；还空着 1 条" in out
    assert "新记入 0 条裁定，早已记入的 1 条；还空着 1 条" in run("adjudicate", form)[1]
    form.unlink()
    out = run("agree", "--coders", "李一", "周二")[1]
    assert "一致 6，裁定 1；未定：意见不同 1，不足两人判过 0" in out
    assert " 0.125 " in out.splitlines()[-1]  # 1 of 8 adjudicated
    told = pd.read_csv(form, dtype="str", encoding="utf-8-sig")
    assert list(told["codes"].fillna("")) == ["INNOV.ORG", ""]  # what is on record is filled in
    assert main(["check", str(study)]) == 0


def test_a_form_written_anew_keeps_what_is_no_disagreement_any_more(study: Path, run: Run) -> None:
    code_by_hand(study, "李一")
    code_by_hand(study, "周二", {ORG[1]: None})
    code_by_hand(study, "吴三", {MGT[1]: None})
    assert run("agree", "--coders", "李一", "周二")[0] == 0
    form = study / "data/derived/agreement/disagreements.csv"
    decide(form, codes="INNOV.ORG", decided_by="赵六", reason="新设", rule_change="无")
    out = run("agree", "--coders", "李一", "吴三")[1]
    aside = form.with_name("disagreements.旧1.csv")
    assert str(aside) in out
    assert "赵六" in aside.read_text("utf-8-sig")
    assert "赵六" not in form.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"codes": "INNOV.ZZZ"}, "INNOV.ZZZ"),
        ({"codes": ""}, "没有合适的就写“无”"),
        ({"decided_by": ""}, "decided_by"),
        ({"reason": ""}, "reason"),
        ({"secondary": "INNOV.ORG"}, "twice"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_named_and_none_is_recorded(
    filled: dict[str, str], said: str, study: Path, run: Run
) -> None:
    code_by_hand(study, "李一")
    code_by_hand(study, "周二", {ORG[0]: None, ORG[1]: "INNOV.MGT"})
    run("agree", "--coders", "李一", "周二")
    form = study / "data/derived/agreement/disagreements.csv"
    sound = {"codes": "INNOV.ORG", "decided_by": "赵六", "reason": "定义", "rule_change": "无"}
    table = pd.read_csv(form, dtype="str", encoding="utf-8-sig")
    for row, cells in ((0, sound), (1, sound | filled)):
        table.loc[row, list(cells)] = list(cells.values())
    table.to_csv(form, index=False, encoding="utf-8-sig")
    code, _, error = run("adjudicate", form)
    assert code == 1
    assert f"{form}:3: " in error
    assert said in error
    assert "一条也没有记入" in error
    assert not (study / "data/codings/decisions").exists()


def test_no_code_applies_is_written_out(study: Path, run: Run) -> None:
    code_by_hand(study, "李一")
    code_by_hand(study, "周二", {NONE[1]: "INNOV.ACT"})
    run("agree", "--coders", "李一", "周二")
    form = study / "data/derived/agreement/disagreements.csv"
    decide(form, codes="无", decided_by="赵六", reason="只是人口", rule_change="无")
    assert run("adjudicate", form)[0] == 0
    gold = pd.read_csv(study / "data/codings/gold.csv")
    assert list(gold["value"]) == [0, 0, 0]


def test_a_form_that_is_none(study: Path, run: Run, tmp_path: Path) -> None:
    code_by_hand(study, "李一")
    other = tmp_path / "form.csv"
    for content, code in (
        ("段落,裁定\n甲,无\n".encode("gbk"), "E101"),
        (b"segment_id,family\n", "E102"),
    ):
        other.write_bytes(content)
        assert code in run("adjudicate", other)[2]
    assert "E113" in run("adjudicate", tmp_path / "no.csv")[2]
    assert "E120" in run("adjudicate", tmp_path)[2]


def test_machines_stand_beside_people(study: Path, run: Run) -> None:
    code_by_hand(study, "李一")
    assert "请先运行 pbgov code" in run("agree", "--coders", "李一", "learned")[2]
    code, out, _ = run("agree", "--coders", "李一", "rules", "--family", "INNOV")
    assert code == 0
    assert "分歧 0 处" in out
    assert "金标准" not in out  # one person
    code, out, _ = run("code", "--by", "learned", "--coder", "李一", "--family", "INNOV")
    assert code == 0
    assert "不能当编码者用，结果仅供参考" in out  # 8 paragraphs
    assert "没有“learned”的编码" in run("agree", "--coders", "李一", "learned")[2]  # it gave none
    written = study / "data/derived/codings/rules.csv"
    run("code")
    table = pd.read_csv(written, encoding="utf-8-sig").assign(coder="learned")
    table.to_csv(written.with_name("learned.csv"), index=False)
    assert "分歧 0 处" in run("agree", "--coders", "李一", "learned")[1]
    (study / "data/codings/李一.csv").unlink()
    text = study / "data/cases/通州区札记.txt"
    text.write_text(text.read_text("utf-8").replace("清单", "名单"), encoding="utf-8")
    assert "请重新运行 pbgov code" in run("agree", "--coders", "rules", "learned")[2]
    assert run("code", "--by", "learned", "--coder", "李一")[0] == 1
    assert "没有发送" in run("code", "--by", "endpoint")[2]


def test_a_model_of_ones_own_is_asked_and_compared(study: Path, run: Run) -> None:
    code_by_hand(study, "李一")
    with serving(lambda received, number: completion("不是 JSON")) as server:
        at = ("--by", "endpoint", "--endpoint", server.url, "--model", "stub", "--family", "INNOV")
        assert run("code", *at, "--preview")[0] == 0
        assert not server.received
        code, out, _ = run("code", *at)
    assert code == 0
    assert len(server.received) >= 8
    assert "拒收" in out
    assert "没有“endpoint:stub”" in run("agree", "--coders", "李一", "endpoint:stub")[2]


def test_gold_draws_with_known_probabilities_and_a_sheet_asks_about_them(
    study: Path, run: Run
) -> None:
    sheet = study / "周二.xlsx"
    assert (
        "pbgov gold"
        in run("sheet", "write", sheet, "--coder", "周二", "--family", "INNOV", "--gold")[2]
    )
    assert run("gold", "--n", 0)[0] == 1
    assert run("gold", "--n", 4)[0] == 0
    frame = pd.read_csv(study / "data/gold/gold_frame.csv", encoding="utf-8-sig")
    assert list(frame["inclusion_probability"]) == [0.5] * 8
    assert frame.groupby("doc_id")["drawn_order"].count().tolist() == [2, 2]
    assert run("gold", "--n", 3)[0] == 1  # another draw does not replace the first
    assert run("sheet", "write", sheet, "--coder", "周二", "--family", "INNOV", "--gold")[0] == 0
    assert len(coded_rows(sheet)) == 4


def coded_rows(path: Path) -> list[str]:
    import openpyxl

    sheet = openpyxl.load_workbook(path)["编码"]
    column = [cell.value for cell in sheet[1]].index("原文") + 1
    return [str(sheet.cell(row, column).value) for row in range(2, sheet.max_row + 1)]


def test_a_sheet_goes_out_and_comes_back(study: Path, run: Run) -> None:
    import openpyxl

    path = study / "周二.xlsx"
    assert "--coder" in run("sheet", "write", path)[2]
    assert run("sheet", "write", path, "--coder", "周二", "--family", "INNOV")[0] == 0
    assert "已经存在" in run("sheet", "write", path, "--coder", "周二", "--family", "INNOV")[2]
    assert (
        "E509"
        in run("sheet", "write", study / "没有" / "a.xlsx", "--coder", "周二", "--family", "INNOV")[
            2
        ]
    )
    book = openpyxl.load_workbook(path)
    sheet = book["编码"]
    header = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        words = str(sheet.cell(row, header.index("原文") + 1).value)
        sheet.cell(row, header.index("创新类别 INNOV 主要") + 1).value = CODES.get(words)
        sheet.cell(row, header.index("状态") + 1).value = "看完"
    book.save(path)
    code, out, error = run("sheet", "read", path)
    assert error == ""
    assert code == 0
    assert "加 --save" in out
    assert not (study / "data/codings/周二.csv").exists()
    assert run("sheet", "read", path, "--save")[0] == 0
    code_by_hand(study, "李一")
    assert "一致 8，裁定 0；未定：意见不同 0" in run("agree", "--coders", "李一", "周二")[1]


def test_a_project_of_another_program_is_read_and_saved(
    study: Path, run: Run, tmp_path: Path
) -> None:
    codes = "".join(
        f'<Code guid="{gid(code)}" name="{name}" isCodable="true"/>'
        for code, name in (("INNOV.ORG", "组织创新"), ("NEW", "自创的编码"))
    )
    text = (study / "data/cases/海淀区札记.txt").read_bytes().decode()
    places = [
        (text.index(words), text.index(words) + len(words), words) for words in (*ACT, NONE[0])
    ]
    marked = [selection(*places[0], gid("INNOV.ORG")), selection(*places[1], gid("NEW"))]
    xml = project(
        text_source([*marked, selection(*places[2], gid("INNOV.ORG"))], name="海淀区札记"),
        codes=f"<CodeBook><Codes>{codes}</Codes></CodeBook>",
    )
    source = gid("source")
    file = qdpx(tmp_path / "a.qdpx", xml, {f"{source}.txt": text.encode()})
    code, out, _ = run("qdpx", "read", file)
    assert code == 0
    assert "编码 3 条（其中机器编码 0 条，不记入），状态 0 条，裁定 0 条" in out
    assert "W659" in out
    code, out, _ = run("qdpx", "read", file, "--save")
    assert code == 0
    assert "编码手册里没有的编码 1 条没有记入" in out
    assert "王编码：新增 2 条" in out
    assert main(["check", str(study)]) == 0
    read = pbgov.read_codings(study / "data/codings", segments(study))
    assert list(read["code_id"]) == ["INNOV.ORG", "INNOV.ORG"]
    assert "王编码：相同 2 条" in run("qdpx", "read", file, "--save")[1]

    moved = qdpx(
        tmp_path / "b.qdpx", xml.replace(ACT[1], NONE[1]), {f"{source}.txt": text.encode()}
    )
    code, out, _ = run("qdpx", "read", moved)
    assert code == 0
    assert "没有确定位置的 1 条" in out
    held = pd.read_csv(study / "data/derived/qdpx/b.held_back.csv", encoding="utf-8-sig")
    assert list(held["reason"]) == ["E624"]


def test_a_project_goes_out_and_comes_home(study: Path, run: Run, tmp_path: Path) -> None:
    code_by_hand(study, "李一")
    code_by_hand(study, "周二", {ORG[1]: "INNOV.MGT"})
    run("agree", "--coders", "李一", "周二")
    form = study / "data/derived/agreement/disagreements.csv"
    decide(form, codes="INNOV.ORG", decided_by="赵六", reason="新设", rule_change="无")
    run("adjudicate", form)
    folder = study / "data/codings"
    before = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    path = tmp_path / "a.qdpx"
    assert run("qdpx", "write", path)[0] == 0
    code, out, _ = run("qdpx", "read", path, "--save")
    assert code == 0
    assert "其中机器编码 6 条，不记入），状态 16 条，裁定 1 条" in out
    assert "李一：相同 14 条" in out  # 6 codings and 8 states
    assert {file.name: file.read_bytes() for file in folder.glob("*.csv")} == before
    for file in folder.glob("*.csv"):
        file.unlink()
    assert run("qdpx", "read", path, "--save")[0] == 0
    assert {file.name for file in folder.glob("*.csv")} == {"李一.csv", "周二.csv"}
    assert "意见不同 0" in run("agree", "--coders", "李一", "周二")[1]  # the decision stands still

    book = tmp_path / "a.QDC"
    assert run("qdpx", "write", book)[0] == 0
    assert "编码 3 个" in run("qdpx", "read", book)[1]
    assert "E601" in run("qdpx", "read", study / "study.toml")[2]
    assert run("qdpx", "write", tmp_path / "a.zip")[0] == 1


def test_a_study_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for command in (["code"], ["agree", "--coders", "甲", "乙"], ["gold", "--n", "3"]):
        assert main([*command, "--study", str(tmp_path / "no")]) == 1
        assert "E501" in capsys.readouterr().err


def test_the_codebook_is_shown_and_its_version_recorded(run: Run, study: Path) -> None:
    folder = study / "data" / "codebook"
    codes = pd.read_csv(folder / "codes.csv")
    code, said, _ = run("codebook")
    assert code == 0
    assert all(code_id in said for code_id in codes["code_id"])
    assert run("codebook", "--record", "定稿")[0] == 0
    rows = pd.read_csv(folder / "versions.csv", dtype=str)
    assert set(codes["code_id"]) < set(rows.iloc[:, 1])
    assert "已经登记过" in run("codebook", "--record", "定稿")[1]
    version = pbgov.read_codebook(folder).version
    assert " 0 个" in run("codebook", "--since", version)[1]
    changed = (folder / "codes.csv").read_text("utf-8").replace("改变", "改动", 1)
    (folder / "codes.csv").write_text(changed, "utf-8")
    toml = folder / "codebook.toml"
    toml.write_text(toml.read_text("utf-8").replace(version, "9.9"), "utf-8")
    assert " 1 个" in run("codebook", "--since", version)[1]
    code, _, error = run("codebook", "--record", "又一版")  # CHANGES.md says nothing of 9.9
    assert code == 1
    assert "9.9" in error
