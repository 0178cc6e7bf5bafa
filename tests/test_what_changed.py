"""What changed and why: edits with known consequences, planted in small studies."""

from __future__ import annotations

import json
import math
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from pbgov.cli import main
from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.replay.changes import Changes, kept_results, what_changed
from pbgov.reporting.ledger import Result
from pbgov.run import FORMER, PROVENANCE, compute, state_of
from pbgov.study import read_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbgov.cache import Results

STUDY = """
[study]
title = "三篇文档"
seed = 7

[inputs]
cases = "data/cases"
codebook = "data/codebook"
lexicon = "data/lexicon"
regions = "data/regions"
codings = "data/codings"

[coding]
references = ["reader"]
families = ["INNOV"]
"""
CASES = {
    "a.txt": "东城区柳河街道组建物业联席会。\n\n柳河街道开展消防培训。\n\n柳河街道印发责任清单。\n",
    "b.txt": "西城区白榆街道组建调解队。\n\n白榆街道开展法律培训。\n",
    "c.txt": "天气很好。\n",
}
ORG, MGT, ACT = "INNOV.ORG", "INNOV.MGT", "INNOV.ACT"
TERMS = f"""code_id,term,role,facet,source
{ORG},组建,cue,,测试
{MGT},清单,cue,,测试
{ACT},培训,cue,,测试
"""


@pytest.fixture(scope="module")
def study(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents, three codes with one cue each, one reader who coded one paragraph."""
    folder = tmp_path_factory.mktemp("changes") / "study"
    template = root / "pbgov" / "template" / "files" / "data"
    shutil.copytree(template / "codebook", folder / "data" / "codebook")
    for name in ("lexicon", "regions"):
        shutil.copytree(root / "data" / name, folder / "data" / name)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "data" / "cases").mkdir()
    for name, text in CASES.items():
        (folder / "data" / "cases" / name).write_text(text, encoding="utf-8")
    codebook = folder / "data" / "codebook"
    (codebook / "terms.csv").write_text(TERMS, encoding="utf-8")
    examples = (codebook / "examples.csv").read_text(encoding="utf-8").splitlines()[0]
    (codebook / "examples.csv").write_text(examples + "\n", encoding="utf-8")
    (codebook / "masks.csv").write_text("term,reason,source\n", encoding="utf-8")
    (folder / "data" / "codings").mkdir()
    write_coding(folder, ACT)
    return folder


def write_coding(folder: Path, code: str) -> None:
    """The reader's one judgement, of the second paragraph of a.txt."""
    from pbgov.corpus.document import digest_text

    words = "柳河街道开展消防培训。"
    start = CASES["a.txt"].index(words)
    head = "doc_id,start,end,code_id,coder,value,status,evidence_start,evidence_end,rule,text_digest,codebook_version,memo"
    row = f"a,{start},{start + len(words)},{code},reader,1,judged,,,,{digest_text(words)},0.1,"
    (folder / "data" / "codings" / "reader.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")


def computed(folder: Path) -> tuple[dict[str, Results], dict[str, str], dict[str, str]]:
    declared = read_study(folder)
    state = state_of(declared)
    results, keys = compute(declared, state, lambda title, made: None)
    return results, keys, state["inputs"]


@pytest.fixture(scope="module")
def before(study: Path) -> tuple[dict[str, Results], dict[str, str], dict[str, str]]:
    return computed(study)


@pytest.fixture
def after_edit(
    study: Path, before: Any, tmp_path: Path
) -> Callable[[Callable[[Path], None]], Changes]:
    def changes(edit: Callable[[Path], None]) -> Changes:
        folder = shutil.copytree(study, tmp_path / "study")
        edit(folder)
        results, _, inputs = computed(folder)
        return what_changed(before[0], results, inputs=(before[2], inputs))

    return changes


def replace_in(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        file = folder / "data" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return edit


def test_the_same_run_twice_changed_nothing(before: Any) -> None:
    changes = what_changed(before[0], before[0], inputs=(before[2], before[2]))
    assert not changes.any_result
    assert changes.story() == ("输入文件没有变。", "没有一个结果变了。")


def test_deleting_a_cue_is_told_to_the_last_share(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    """“培训” stands in one paragraph of a.txt and one of b.txt: of 3 and of 2."""
    changes = after_edit(replace_in("codebook/terms.csv", f"{ACT},培训,cue,,测试\n", ""))
    assert changes.inputs is not None
    assert list(changes.inputs.itertuples(index=False, name=None)) == [
        ("data/codebook/terms.csv", "edited")
    ]
    assert changes.segments.empty
    assert changes.terms.empty
    gone = changes.codings
    assert set(gone["change"]) == {"gone"}
    assert set(gone["rule_before"]) == {"cue:培训"}
    assert set(gone["words_before"]) == {"培训"}
    assert list(gone["text"]) == ["柳河街道开展消防培训。", "白榆街道开展法律培训。"]
    shares = changes.scores.query("by == 'documents' and code_id == @ACT").set_index("unit")
    assert dict(shares["n_coded_after"]) == {"a": 0, "b": 0}
    assert dict(shares["n_coded_before"]) == {"a": 1, "b": 1}
    story = "\n".join(changes.story())
    assert "改动的输入：data/codebook/terms.csv（内容变了）。" in story
    assert f"规则编码里，线索词“培训”不再用于 {ACT}（活动创新）（原先有 2 处判定用到）" in story
    assert f"：2 段不再判为 {ACT}（活动创新）（a/p0002、b/p0002）。" in story
    assert "2 篇文档的得分变了" in story
    english = "\n".join(changes.story("en"))
    assert (
        "the cue “培训” no longer serves INNOV.ACT (活动创新) (formerly 2 judgements): 2 segments"
        in english
    )


def test_another_cue_for_the_same_paragraph_is_another_basis(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    changes = after_edit(replace_in("codebook/terms.csv", f"{ACT},培训,cue", f"{ACT},法律培训,cue"))
    told = changes.codings.set_index("text")["change"]
    assert dict(told) == {"柳河街道开展消防培训。": "gone", "白榆街道开展法律培训。": "basis"}
    story = str(changes)
    assert "1 段仍有判定，只是依据少了它（b/p0002）" in story
    assert (
        "线索词“法律培训”新用于 INNOV.ACT（活动创新）（现在有 1 处判定用到）：1 段原已判定" in story
    )


def test_another_judgement_of_a_person_changes_no_rule(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    changes = after_edit(lambda folder: write_coding(folder, MGT))
    told = changes.codings
    assert list(zip(told["change"], told["code_id"], told["coder"], strict=True)) == [
        ("gone", ACT, "reader"), ("new", MGT, "reader"),
    ]  # fmt: skip
    assert set(told["stretch"]) == {"both"}
    assert changes.scores.empty
    assert "编码一致性（agreement）" in "\n".join(changes.story())


def test_a_lexicon_entry_changes_counts_of_words_only(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    def edit(folder: Path) -> None:
        file = folder / "data" / "lexicon" / "governance.csv"
        head = file.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        row = {"term": "消防培训", "freq": "1000", "pos": "n"}
        line = ",".join(row.get(name, "测试") for name in head)
        file.write_text(
            file.read_text(encoding="utf-8").rstrip("\n") + f"\n{line}\n", encoding="utf-8"
        )

    changes = after_edit(edit)
    told = changes.terms.set_index("term")
    assert told.loc["消防培训", ["before", "after"]].tolist() == [0, 1]
    assert told.loc["培训", ["before", "after"]].tolist() == [2, 1]
    assert changes.codings.empty
    assert changes.scores.empty
    assert "“消防培训”由 0 到 1" in str(changes)


def test_a_paragraph_put_in_front_moves_everything_and_changes_one_thing(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    changes = after_edit(replace_in("cases/b.txt", "西城区", "新的一段。\n\n西城区"))
    assert list(zip(changes.segments["change"], changes.segments["text"], strict=True)) == [
        ("new", "新的一段。")
    ]
    assert changes.codings.empty
    moved = changes.tables[changes.tables["table"].isin(["practices", "quantities", "claims"])]
    (sentences,) = changes.tables[changes.tables["table"] == "sentences"].to_dict("records")
    assert (sentences["n_gone"], sentences["n_new"]) == (
        0,
        2,
    )  # the sentence and the blank after it
    assert "b/p0001“新的一段。”" in str(changes)
    assert moved.empty


def test_a_paragraph_cut_out_takes_its_coding_with_it(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    changes = after_edit(replace_in("cases/b.txt", "白榆街道开展法律培训。\n", ""))
    assert list(changes.segments["change"]) == ["gone"]
    told = changes.codings
    assert list(zip(told["change"], told["stretch"], told["code_id"], strict=True)) == [
        ("gone", "gone", ACT)
    ]
    assert "因为片段不再有" in str(changes)


def test_an_edit_that_changes_no_result_says_so(
    after_edit: Callable[[Callable[[Path], None]], Changes],
) -> None:
    changes = after_edit(replace_in("codebook/terms.csv", "清单,cue,,测试", "清单,cue,,另一出处"))
    assert not changes.any_result
    assert changes.story()[-1].startswith("输入变了，但没有一个结果变")
    assert changes.story("en")[-1].startswith("Inputs changed but no result did")


def test_former_results_are_loaded_by_their_keys(study: Path, before: Any) -> None:
    loaded = kept_results(study / "data" / "derived", before[1])
    assert not what_changed(before[0], loaded).any_result
    with pytest.raises(InputError, match="code"):
        kept_results(study / "data" / "derived", {**before[1], "code": "0" * 24})


def test_the_command_says_what_is_not_yet_counted_and_by_what_the_runs_differ(
    study: Path, before: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(study, tmp_path / "研究 一")
    record = state_of(read_study(folder)) | {"outputs": {"report.html": "0"}}
    former = folder / "data" / "derived" / FORMER
    former.parent.mkdir(exist_ok=True)

    def told(one: dict[str, Any], other: dict[str, Any]) -> str:
        for file, run in ((former, one), (folder / "reports" / PROVENANCE, other)):
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps({"steps": before[1]} | run), encoding="utf-8")
        code = main(["changes", "--study", str(folder)])
        out, err = capsys.readouterr()
        assert code == bool(err)
        return out + err

    assert main(["changes", "--study", str(folder)]) == 1
    assert "还没有两次运行可以比较" in capsys.readouterr().err
    assert told(record, record) == "输入文件没有变。\n没有一个结果变了。\n"
    other = record | {"seed": 8, "versions": record["versions"] | {"numpy": "9.9"}}
    assert "运行的条件变了：随机种子由 7 到 8、numpy由 " in told(record, other)
    (folder / "data" / "cases" / "d.txt").write_text("后来加的。", encoding="utf-8")
    assert told(record, record).startswith("注意：材料在上一次写出报告之后又改过")
    lost = {"steps": {**before[1], "score": "0" * 24}}
    assert "请把材料改回去运行一次" in told(record | lost, record)
    derived = folder / "data" / "derived" / "code"
    shutil.copytree(derived / before[1]["code"], derived / "old")
    older = {"code": "0", "steps": {**before[1], "code": "old"}}
    assert "pbgov 的程序由 0 到 " in told(record | older, record)
    for name in ("codings.csv", "codings.types"):
        shutil.copy(derived / "old" / name.replace("codings", "codes"), derived / "old" / name)
    assert "另一个版本的 pbgov" in told(record | older, record)
    (derived / "old" / "codings.csv").unlink()
    assert "另一个版本的 pbgov" in told(record | older, record)


def test_a_changed_figure_is_told_with_its_unit_and_status() -> None:
    def run(value: float, status: str) -> dict[str, Results]:
        row = {
            "region_code": "110101", "period": "2020", "indicator": "人口", "value": value,
            "unit": "人", "status": status,
        }  # fmt: skip
        return {"indicators": {"indicators": pd.DataFrame([row])}}

    changes = what_changed(run(1200, "实际"), run(1300.5, "模拟"))
    (told,) = [one for one in changes.story() if "指标" in one and "个" in one]
    assert told.startswith(
        "1 个指标数值变了：人口 110101  2020 由 1,200 人（实际） 到 1,300.5 人（模拟）"
    )
    assert not changes.any_result
    assert what_changed(run(1, "实际"), run(1, "实际")).figures.empty


# ---- estimates, on hand-made numbers --------------------------------------------------------------


def fit(estimate: float, low: float, high: float, p: float, **told: Any) -> str:
    row = {
        "term": "x", "estimate": estimate, "std_error": 1.0, "df": 9.0, "statistic": 1.0,
        "p_value": p, "conf_low": low, "conf_high": high, "p_permutation": p, "n_permutations": 99,
        "minimum_detectable": 1.0,
    }  # fmt: skip
    given = {
        "formula": "y ~ x", "outcome": "y", "n": 20, "n_units": 20, "unit_name": "区", "method": "m",
        "covariance": "c", "beside": pd.DataFrame(), "fit": {}, "remarks": (), "simulated": False,
        "inputs_digest": "0", "seed": 1, **told,
    }  # fmt: skip
    return Estimate(terms=pd.DataFrame([row]), **given).to_json()


def told_of(one: str, other: str) -> tuple[str, str]:
    changes = what_changed({"assess": {"focal": one}}, {"assess": {"focal": other}})
    assert len(changes.estimates) == 1
    return changes.estimates["crossed"].iloc[0], changes.story()[0]


def test_what_a_reader_would_say_otherwise_is_named() -> None:
    start = fit(1.0, 0.2, 1.8, 0.02)
    assert told_of(start, fit(0.9, 0.1, 1.7, 0.03)) == (
        "",
        "考核得分检验（focal）中“x”的系数由 1.00 到 0.90，p 由 0.020 到 0.030，置换 p 由 0.020 到 0.030；读法不变。",
    )
    crossed, said = told_of(start, fit(0.5, -0.4, 1.4, 0.2))
    assert crossed == "zero level"
    assert said.endswith("；区间原来不含 0，现在含 0，p 落到了 0.05 的另一侧。")
    assert told_of(fit(0.5, -0.4, 1.4, 0.2), start)[1].count("区间原来含 0，现在不含 0") == 1
    assert told_of(start, fit(-1.0, -1.8, -0.2, 0.02))[0] == "sign"


def test_an_estimate_that_is_refused_now_is_told_with_its_reason() -> None:
    refused = NotEstimated("y ~ x", 1, "只有 1 个区的数据是完整的", "only 1", False).to_json()
    crossed, said = told_of(fit(1.0, 0.2, 1.8, 0.02), refused)
    assert crossed == "refused"
    assert said == "考核得分检验（focal）：原先有估计，现在没有估计（只有 1 个区的数据是完整的）。"


def test_a_simulated_estimate_keeps_its_mark() -> None:
    _, said = told_of(
        fit(1.0, 0.2, 1.8, 0.02, simulated=True), fit(2.0, 0.2, 3.8, 0.02, simulated=True)
    )
    assert said.startswith("【模拟】")


def test_noise_in_the_last_digits_is_no_change() -> None:
    one = fit(1.0, 0.2, 1.8, 0.02)
    same = fit(1.0 + 1e-13, 0.2, 1.8, 0.02)
    assert not what_changed({"a": {"f": one}}, {"a": {"f": same}}).any_result
    nothing = fit(1.0, math.nan, math.nan, math.nan)
    assert not what_changed({"a": {"f": nothing}}, {"a": {"f": nothing}}).any_result


def test_printed_results_are_held_side_by_side() -> None:
    def ledger(**printed: str) -> dict[str, Result]:
        return {
            name: Result(name, text, text, f"{name} 的数", "count")
            for name, text in printed.items()
        }

    changes = what_changed({}, {}, ledgers=(ledger(a="1", b="2"), ledger(a="1", b="3", c="4")))
    assert changes.printed is not None
    assert list(zip(changes.printed["result_id"], changes.printed["before"], changes.printed["after"], strict=True)) == [
        ("b", "2", "3"), ("c", "", "4"),
    ]  # fmt: skip
    assert "报告里 2 个数字变了：b 的数由 2 到 3、c 的数由 — 到 4。" in changes.story()
