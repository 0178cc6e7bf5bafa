"""Disagreements side by side, decisions with their reasons, and what they make of the gold codings.

Three invented coders judge five invented paragraphs; what each of them said, and what must follow
from it, is written out by hand.
"""

from __future__ import annotations

import csv
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding.adjudication import adjudicate, adjudications_file, read_adjudications
from pbgov.coding.codings import read_codings, read_states
from pbgov.coding.gold import adjudicated_share, gold_codings
from pbgov.coding.journal import Journal, Stretch
from pbgov.coding.side_by_side import disagreements
from pbgov.errors import DataFileError, DataFileWarning, InputError
from pbgov.exhibits.disagreements import table_adjudication, table_disagreements

if TYPE_CHECKING:
    from pathlib import Path

NAN = float("nan")
CODERS = ("甲", "乙", "丙")
TEXTS = (
    "柳河街道把十二家小微企业的党员编成一个联合支部，并按月考核。",
    "澄湖社区每月办一次志愿集市，居民自己点单。",
    "青溪镇把请示事项写成清单，限三日办结。",
    "这一段只讲背景，没有做法。",
    "东塘村的议事厅还在筹备。",
)
CODES = ["INNOV.ORG", "INNOV.MGT", "INNOV.ACT"]


def codebook(version: str = "3") -> pbgov.Codebook:
    empty = pd.DataFrame(columns=["code_id", "term", "role", "replaced_by"])
    families = [("INNOV", "primary_plus_secondary"), ("MODE", "single"), ("PROB", "multi")]
    return pbgov.Codebook(
        folder="tiny",
        version=version,
        families=pd.DataFrame(families, columns=["family", "exclusive"]),
        codes=pd.DataFrame(
            [
                (code, code.split(".")[0])
                for code in (*CODES, "MODE.M1", "MODE.M2", "PROB.A", "PROB.B")
            ],
            columns=["code_id", "family"],
        ),
        terms=empty,
        masks=empty,
        examples=empty,
        rules=empty,
        retired=empty,
        digest="",
    )


def paragraphs(texts: tuple[str, ...] = TEXTS) -> pd.DataFrame:
    rows, position = [], 0
    for number, text in enumerate(texts):
        for kind, piece in (("paragraph", text), ("blank", "\n\n")):
            end = position + len(piece)
            rows.append(("d", f"d/{kind[0]}{number}", kind, position, end, "三 做法", piece))
            position = end
    columns = ["doc_id", "segment_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})


SEGMENTS = paragraphs()


def stretch(number: int) -> Stretch:
    row = SEGMENTS.iloc[2 * number]
    return Stretch("d", int(row["start"]), int(row["end"]), row["text"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The journals of three coders.

    Paragraph 0: 甲 ORG, 乙 ORG and MGT as secondary, 丙 MGT. Paragraph 1: all ACT. Paragraph 2: 甲
    and 乙 MGT, 丙 nothing yet. Paragraph 3: all read, none gave a code. Paragraph 4: only 甲 read it.
    """
    path = tmp_path / "data" / "codings"
    given = {
        "甲": {0: ["INNOV.ORG"], 1: ["INNOV.ACT"], 2: ["INNOV.MGT"]},
        "乙": {0: ["INNOV.ORG", "INNOV.MGT"], 1: ["INNOV.ACT"], 2: ["INNOV.MGT"]},
        "丙": {0: ["INNOV.MGT"], 1: ["INNOV.ACT"]},
    }
    read = {"甲": [0, 1, 2, 3, 4], "乙": [0, 1, 2, 3], "丙": [0, 1, 3]}
    for coder, judged in given.items():
        with Journal(path, coder, "3") as journal:
            for number, codes in judged.items():
                place = stretch(number)
                for code_id in codes:
                    second = code_id == "INNOV.MGT" and len(codes) > 1
                    evidence = (place.start, place.start + 4) if coder == "甲" else None
                    memo = "次要；看考核" if second else None
                    journal.judge(place, code_id, evidence=evidence, memo=memo)
            for number in read[coder]:
                journal.state(
                    stretch(number), "read", memo="拿不准" if (coder, number) == ("丙", 0) else None
                )
    return path


def tables(folder: Path) -> dict[str, Any]:
    codings = read_codings(folder, SEGMENTS, codebook())
    return {"codings": codings, "coders": CODERS, "states": read_states(folder, SEGMENTS)}


def decide(folder: Path, **changes: Any) -> dict[str, str]:
    arguments: dict[str, Any] = {
        "segment_id": "d/p0",
        "family": "INNOV",
        "codes": ["INNOV.ORG"],
        "decided_by": "丁",
        "reason": "新的是支部的设置，考核只是附带",
        "rule_change": "无",
        "clock": lambda: "2026-02-01T09:00:00Z",
    } | changes
    segments = arguments.pop("segments", SEGMENTS)
    book = arguments.pop("codebook", codebook())
    return adjudicate(folder, segments, book, **arguments)


def gold(folder: Path, **changes: Any) -> pbgov.coding.gold.Gold:
    arguments = tables(folder) | {"families": ["INNOV"]} | changes
    decided = read_adjudications(folder, SEGMENTS, codebook())
    return gold_codings(adjudications=decided, segments=SEGMENTS, codebook=codebook(), **arguments)


# ---- disagreements ----------------------------------------------------------------------------


def test_the_stretch_they_differ_on_stands_with_what_each_said(folder: Path) -> None:
    (row,) = disagreements(segments=SEGMENTS, **tables(folder)).to_dict("records")
    assert row["segment_id"] == "d/p0"
    assert (row["family"], row["heading"], row["text"]) == ("INNOV", "三 做法", TEXTS[0])
    assert [row[f"codes_{coder}"] for coder in CODERS] == [
        "INNOV.ORG",
        "INNOV.ORG; INNOV.MGT（次要）",
        "INNOV.MGT",
    ]
    assert row["evidence_甲"] == TEXTS[0][:4]
    assert pd.isna(row["evidence_乙"])
    assert row["memo_乙"] == "看考核"
    assert row["memo_丙"] == "拿不准"


def test_what_was_never_opened_is_missing_and_what_was_read_is_none_given(folder: Path) -> None:
    with Journal(folder, "乙", "3") as journal:
        journal.judge(stretch(3), "INNOV.ACT")
        journal.judge(stretch(4), "INNOV.ORG")
    table = disagreements(segments=SEGMENTS, **tables(folder)).set_index("segment_id")
    assert list(table.index) == ["d/p0", "d/p3", "d/p4"]
    assert table.at["d/p3", "codes_甲"] == "无"
    assert pd.isna(table.at["d/p4", "codes_丙"])
    assert table.at["d/p4", "codes_甲"] == "无"


def test_without_states_a_coder_has_read_the_documents_he_worked_on(folder: Path) -> None:
    known = tables(folder) | {"states": None}
    table = disagreements(segments=SEGMENTS, **known).set_index("segment_id")
    assert list(table.index) == ["d/p0", "d/p2"]  # 丙 gave nothing to paragraph 2
    assert table.at["d/p2", "codes_丙"] == "无"


def test_machine_coders_stand_beside_people(folder: Path) -> None:
    codings = tables(folder)["codings"]
    rules = codings[codings["coder"] == "甲"].assign(coder="rules", status="suggested")
    both = pd.concat([codings, rules[rules["segment_id"] == "d/p0"]], ignore_index=True)
    table = disagreements(both, ("甲", "rules"), SEGMENTS, states=tables(folder)["states"])
    assert list(table["segment_id"]) == ["d/p1", "d/p2"]
    assert set(table["codes_rules"]) == {"无"}


def test_another_family_is_compared_by_itself(folder: Path) -> None:
    with Journal(folder, "甲", "3") as journal:
        journal.judge(stretch(1), "MODE.M1")
    table = disagreements(segments=SEGMENTS, family="MODE", **tables(folder))
    assert list(table["codes_乙"]) == ["无"]
    both = disagreements(segments=SEGMENTS, **tables(folder))
    assert list(both["family"]) == ["INNOV", "MODE"]


@pytest.mark.parametrize("coders", [("甲",), "甲乙", ("甲", "甲"), ("甲", "戊")])
def test_coders_that_cannot_be_compared_are_refused(folder: Path, coders: Any) -> None:
    with pytest.raises(InputError):
        disagreements(segments=SEGMENTS, **tables(folder) | {"coders": coders})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([None, "", *CODES])] * 3), min_size=1, max_size=8))
def test_a_disagreement_is_two_different_judgements(
    answers: list[tuple[str | None, str | None, str | None]],
) -> None:
    """Against the definition, stretch by stretch: None never opened, '' read and none given."""
    segments = paragraphs(tuple(f"第{number}段。" for number in range(len(answers))))
    rows, states = [], []
    for number, answer in enumerate(answers):
        for coder, code in zip(CODERS, answer, strict=True):
            about = {"doc_id": "d", "segment_id": f"d/p{number}", "coder": coder, "memo": NAN}
            if code is not None:
                states.append(about | {"state": "read"})
            if code:
                rows.append(
                    about
                    | {"code_id": code, "value": 1, "evidence_start": NAN, "evidence_end": NAN}
                )
    columns = ["doc_id", "segment_id", "coder", "memo", "code_id", "value"]
    codings = pd.DataFrame(rows, columns=[*columns, "evidence_start", "evidence_end"])
    codings = codings.astype({"coder": "str", "code_id": "str", "memo": "str"})
    every = [{"doc_id": "-", "coder": coder, "state": "read"} for coder in CODERS]
    marked = pd.DataFrame(
        states + every, columns=["doc_id", "segment_id", "coder", "memo", "state"]
    )
    table = disagreements(codings, CODERS, segments, family="INNOV", states=marked)
    expected = [
        f"d/p{number}"
        for number, answer in enumerate(answers)
        if len({code for code in answer if code is not None}) > 1
    ]
    assert list(table["segment_id"]) == expected


# ---- decisions --------------------------------------------------------------------------------


def test_a_decision_is_kept_with_who_why_and_which_rule(folder: Path) -> None:
    row = decide(folder, secondary=["INNOV.MGT"], rule_change="INNOV.MGT 的排除规则加一条")
    with adjudications_file(folder).open(encoding="utf-8", newline="") as lines:
        (written,) = csv.DictReader(lines)
    assert written == row
    assert written["decided_by"] == "丁"
    assert written["reason"].startswith("新的是支部")
    assert written["rule_change"] == "INNOV.MGT 的排除规则加一条"
    assert (written["codes"], written["secondary"]) == ("INNOV.ORG", "INNOV.MGT")
    codings = read_codings(folder, SEGMENTS, codebook())
    own = codings[codings["coder"] == "gold"].set_index("code_id")
    assert own["value"].to_dict() == {"INNOV.ORG": 1, "INNOV.MGT": 1, "INNOV.ACT": 0}
    assert own.at["INNOV.MGT", "memo"].startswith("次要；裁定（丁）")


def test_decisions_are_only_ever_added_and_the_last_stands(folder: Path) -> None:
    decide(folder)
    path, journal = adjudications_file(folder), folder / "gold.csv"
    first, gold_rows = path.read_bytes(), journal.read_bytes()
    again = decide(folder, clock=lambda: "2026-02-02T09:00:00Z")
    assert again["made_at"] == "2026-02-01T09:00:00Z"
    assert (path.read_bytes(), journal.read_bytes()) == (first, gold_rows)  # nothing new was said
    decide(folder, codes=["INNOV.MGT"], reason="改以考核为主")
    assert path.read_bytes().startswith(first)
    assert journal.read_bytes().startswith(gold_rows)
    decided = read_adjudications(folder, SEGMENTS, codebook())
    assert list(decided["codes"]) == ["INNOV.MGT"]
    codings = read_codings(folder, SEGMENTS, codebook())
    own = codings[(codings["coder"] == "gold") & (codings["value"] == 1)]
    assert list(own["code_id"]) == ["INNOV.MGT"]


def test_no_code_can_be_the_decision(folder: Path) -> None:
    decide(folder, codes=[])
    decided = read_adjudications(folder, SEGMENTS, codebook())
    assert decided["codes"].isna().all()
    own = read_codings(folder, SEGMENTS, codebook()).query("coder == 'gold'")
    assert set(own["value"]) == {0}
    assert len(own) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"decided_by": ""},
        {"rule_change": "\t"},
        {"decided_by": "rules"},
        {"reason": "次要"},
        {"codes": ["INNOV.NEW"]},
        {"codes": ["MODE.M1"]},
        {"codes": ["INNOV.ORG", "INNOV.MGT"]},
        {"codes": ["INNOV.ORG"], "secondary": ["INNOV.ORG"]},
        {"codes": [], "secondary": ["INNOV.ORG"]},
        {"codes": "INNOV.ORG"},
        {"family": "MODE", "codes": ["MODE.M1"], "secondary": ["MODE.M2"]},
        {"family": "PROB", "codes": ["PROB.A"], "secondary": ["PROB.B"]},
        {"family": "NOPE"},
        {"segment_id": "d/p9"},
    ],
)
def test_what_no_decision_can_be_is_refused_and_nothing_written(
    folder: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        decide(folder, **changes)
    assert not adjudications_file(folder).exists()
    assert not (folder / "gold.csv").exists()


def test_a_multi_family_takes_several_codes(folder: Path) -> None:
    decide(folder, family="PROB", codes=["PROB.B", "PROB.A"])
    settled = gold(folder, families=["PROB"])
    own = settled.codings[settled.codings["segment_id"] == "d/p0"]
    assert own.set_index("code_id")["value"].to_dict() == {"PROB.A": 1, "PROB.B": 1}


def test_a_decision_on_a_text_that_changed_is_named_and_does_not_count(folder: Path) -> None:
    decide(folder)
    edited = SEGMENTS.assign(text=SEGMENTS["text"].str.replace("十二家", "二十家"))
    with pytest.warns(DataFileWarning, match="W277"):
        decided = read_adjudications(folder, edited)
    assert decided["segment_id"].isna().all()
    assert list(decided["decided_by"]) == ["丁"]  # and is not lost


def test_a_decision_on_a_stretch_that_is_cut_otherwise_is_named(folder: Path) -> None:
    decide(folder)
    halves = paragraphs((TEXTS[0][:10], *TEXTS[1:]))
    with pytest.warns(DataFileWarning, match="W277"):
        read_adjudications(folder, halves)
    sample = SEGMENTS[SEGMENTS["segment_id"] == "d/p3"]  # it lies outside these: no fault
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_adjudications(folder, sample)["segment_id"].isna().all()


def test_a_decision_for_a_code_that_left_is_named(folder: Path) -> None:
    decide(folder)
    book = codebook("4")
    object.__setattr__(book, "codes", book.codes[book.codes["code_id"] != "INNOV.ORG"])
    with pytest.warns(DataFileWarning, match="W279"):
        decided = read_adjudications(folder, SEGMENTS, book)
    assert decided["segment_id"].isna().all()


def test_a_crash_between_the_two_files_is_named_and_put_right(folder: Path) -> None:
    decide(folder)
    (folder / "gold.csv").unlink()  # as if it had died before the codings were written
    with pytest.warns(DataFileWarning, match="W278"):
        read_adjudications(folder, SEGMENTS)
    decide(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_adjudications(folder, SEGMENTS)


def test_a_half_written_decision_is_named_and_set_aside(folder: Path) -> None:
    decide(folder)
    path = adjudications_file(folder)
    whole = path.read_bytes()
    path.write_bytes(whole + "d,0,29,INNOV,INNOV.MGT,,丁,写到一".encode())
    with pytest.warns(DataFileWarning, match="W257"):
        assert len(read_adjudications(folder, SEGMENTS)) == 1
    decide(folder, segment_id="d/p1", codes=["INNOV.ACT"])
    assert path.read_bytes().startswith(whole)
    assert "写到一" in path.with_name("adjudications.csv.unfinished").read_text(encoding="utf-8")
    assert len(read_adjudications(folder, SEGMENTS)) == 2


def test_a_file_of_another_kind_is_not_added_to(folder: Path) -> None:
    path = adjudications_file(folder)
    path.parent.mkdir()
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="E219"):
        decide(folder)
    assert path.read_text(encoding="utf-8") == "a,b\n1,2\n"
    path.write_bytes("doc_id,理由\n".encode("gbk"))
    with pytest.raises(DataFileError, match="E101"):
        decide(folder)


def test_a_decision_without_a_reason_in_the_file_is_a_fault(folder: Path) -> None:
    decide(folder)
    path = adjudications_file(folder)
    path.write_text(
        path.read_text(encoding="utf-8").replace("新的是支部的设置，考核只是附带", ""),
        encoding="utf-8",
    )
    with pytest.raises(DataFileError, match="E110"):
        read_adjudications(folder)


def test_nothing_decided_yet_is_no_fault(folder: Path) -> None:
    assert read_adjudications(folder, SEGMENTS, codebook()).empty


# ---- gold -------------------------------------------------------------------------------------


def test_gold_is_what_is_unanimous_or_decided_and_the_rest_is_open(folder: Path) -> None:
    settled = gold(folder)
    outcomes = settled.outcomes.set_index("segment_id")["outcome"].to_dict()
    assert outcomes == {
        "d/p0": "disputed",
        "d/p1": "unanimous",
        "d/p2": "unanimous",  # 甲 and 乙; 丙 has not read it
        "d/p3": "unanimous",  # all read it and gave nothing
        "d/p4": "unjudged",
    }
    given = settled.codings[settled.codings["value"] == 1]
    assert dict(zip(given["segment_id"], given["code_id"], strict=True)) == {
        "d/p1": "INNOV.ACT",
        "d/p2": "INNOV.MGT",
    }
    assert set(settled.codings["segment_id"]) == {"d/p1", "d/p2", "d/p3"}
    assert set(settled.codings["coder"]) == {"gold"}
    assert list(settled.open["segment_id"]) == ["d/p0", "d/p4"]
    assert "意见不同 1，不足两人判过 1" in str(settled)


def test_a_decision_settles_what_was_disputed(folder: Path) -> None:
    decide(folder, secondary=["INNOV.MGT"])
    settled = gold(folder)
    assert settled.outcomes.set_index("segment_id").at["d/p0", "outcome"] == "adjudicated"
    own = settled.codings[settled.codings["segment_id"] == "d/p0"].set_index("code_id")
    assert own["value"].to_dict() == {"INNOV.ORG": 1, "INNOV.MGT": 1, "INNOV.ACT": 0}
    written = read_codings(folder, SEGMENTS, codebook()).query("coder == 'gold'")
    pd.testing.assert_frame_equal(  # what the file says and what is worked out are the same
        own[["value", "memo", "text_digest"]].sort_index(),
        written.set_index("code_id")[["value", "memo", "text_digest"]].sort_index(),
        check_names=False,
    )


def test_the_share_of_decisions_is_of_the_whole_frame(folder: Path) -> None:
    decide(folder)
    share = adjudicated_share(gold(folder, families=["INNOV", "MODE"])).set_index("family")
    row = share.loc["INNOV"]
    assert row[["n", "n_unanimous", "n_adjudicated", "n_disputed", "n_unjudged"]].to_list() == [
        5,
        3,
        1,
        0,
        1,
    ]
    assert row["adjudicated_share"] == pytest.approx(1 / 5)
    assert row["open_share"] == pytest.approx(1 / 5)
    assert share.loc["MODE", "n_unanimous"] == 4  # nobody saw a mode in what two of them read
    assert share.loc["*", "n"] == 10


def test_machines_and_gold_itself_make_no_gold(folder: Path) -> None:
    decide(folder)
    codings = tables(folder)["codings"]
    for coder in ("gold", "rules"):
        both = pd.concat([codings, codings[codings["coder"] == "甲"].assign(coder="rules")])
        with pytest.raises(InputError, match="no person"):
            gold(folder, codings=both, coders=("甲", coder))


# ---- exhibits ---------------------------------------------------------------------------------


def test_the_exhibit_shows_the_sentence_and_what_each_coder_said(folder: Path) -> None:
    table = disagreements(segments=SEGMENTS, **tables(folder))
    labels = {"INNOV.ORG": "组织创新", "INNOV.MGT": "管理创新", "INNOV": "创新类别"}
    shown = table_disagreements(
        table, source="三位虚构的编码者", labels=labels, titles={"d": "甲镇"}
    )
    assert shown.header() == ["序", "文档", "编码族", "原文", "所在标题", *CODERS]
    assert shown.rows() == [
        [
            "1",
            "甲镇",
            "创新类别",
            TEXTS[0],
            "三 做法",
            f"组织创新「{TEXTS[0][:4]}」",
            "组织创新；管理创新（次要）（看考核）",
            "管理创新（拿不准）",
        ]
    ]
    with pytest.raises(InputError, match="no data"):
        table_disagreements(table.iloc[:0], source="无")


def test_the_exhibit_of_the_share_counts_what_is_open(folder: Path) -> None:
    decide(folder)
    shown = table_adjudication(adjudicated_share(gold(folder)), source="三位虚构的编码者")
    assert shown.rows() == [["INNOV", "5", "3", "1", "20.0%", "0", "1", "20.0%"]]
    assert "N = 5 项" in shown.note
    two = table_adjudication(
        adjudicated_share(gold(folder, families=["INNOV", "MODE"])), source="三位虚构的编码者"
    )
    assert [row[0] for row in two.rows()] == ["INNOV", "MODE", "全部"]
    assert "N = 10 项" in two.note


def test_of_a_coder_without_states_only_what_he_coded_counts(root: Path) -> None:
    text = "一二三四"
    segments = pd.DataFrame(
        {
            "doc_id": "d",
            "segment_id": list(text),
            "start": range(4),
            "end": range(1, 5),
            "text": list(text),
            "heading": "",
        }
    )
    given = [("甲", "一"), ("甲", "二"), ("乙", "一"), ("乙", "三")]
    codings = pd.DataFrame(
        {
            "doc_id": "d",
            "start": [text.index(place) for _, place in given],
            "end": [text.index(place) + 1 for _, place in given],
            "code_id": "INNOV.ORG",
            "coder": [coder for coder, _ in given],
            "value": 1,
            "memo": pd.Series([None] * 4, dtype="str"),
            "segment_id": [place for _, place in given],
        }
    )
    codebook = pbgov.read_codebook(root / "data/codebook")
    none = pbgov.read_adjudications(root / "nowhere")
    gold = pbgov.gold_codings(codings, ["甲", "乙"], none, segments, codebook, families=["INNOV"])
    outcomes = gold.outcomes.set_index("segment_id")[["outcome", "n_coders"]]
    assert outcomes.to_numpy().tolist() == [
        ["unanimous", 2],
        ["unjudged", 1],
        ["unjudged", 1],
        ["unjudged", 0],
    ]


def as_a_spreadsheet_saves_it(path: Path) -> None:
    content = path.read_bytes().decode().replace("\n", "\r\n")
    path.write_bytes(content.encode("utf-8-sig"))


@pytest.mark.filterwarnings("ignore:.*W151")
def test_files_that_a_spreadsheet_saved_are_read_and_added_to(folder: Path) -> None:
    first = decide(folder)
    for file in (folder / "gold.csv", folder / "decisions" / "adjudications.csv"):
        as_a_spreadsheet_saves_it(file)
    assert decide(folder) == first
    decide(folder, codes=["INNOV.MGT"], reason="看了全文")
    (row,) = pbgov.read_adjudications(folder, SEGMENTS, codebook()).to_dict("records")
    assert (row["codes"], row["reason"]) == ("INNOV.MGT", "看了全文")


def test_a_torn_row_or_another_encoding_is_named_and_nothing_added(folder: Path) -> None:
    decide(folder)
    file = folder / "decisions" / "adjudications.csv"
    sound = file.read_bytes()
    for spoilt, code in (
        (sound.rstrip(b"\n") + b",more\n", "E118"),
        (sound.decode().encode("gbk"), "E101"),
    ):
        file.write_bytes(spoilt)
        with pytest.raises(DataFileError, match=code):
            decide(folder, codes=["INNOV.MGT"])
        assert file.read_bytes() == spoilt


def test_a_model_that_could_not_tell_differs_from_nobody(folder: Path) -> None:
    known = tables(folder)["codings"]
    own = known[known["coder"] == "甲"].assign(coder="endpoint:m", status="suggested", value=0)
    both = pd.concat([known, own[own["segment_id"] == "d/p0"]], ignore_index=True)
    table = disagreements(both, ("甲", "endpoint:m"), SEGMENTS, states=tables(folder)["states"])
    assert list(table["segment_id"]) == ["d/p0"]
    assert list(table["codes_endpoint:m"]) == ["无"]


def test_silence_in_a_family_that_a_coder_never_used_is_no_judgement(folder: Path) -> None:
    codings = tables(folder)["codings"]
    other = codings[codings["coder"] == "甲"].assign(code_id="MODE.M1")
    both = pd.concat([codings, other], ignore_index=True)
    assert disagreements(both, ("甲", "乙"), SEGMENTS, family="MODE").empty


def test_a_judgement_that_stands_twice_is_no_disagreement(folder: Path) -> None:
    known = tables(folder)
    twice = pd.concat([known["codings"], known["codings"]], ignore_index=True)
    plain = disagreements(segments=SEGMENTS, **known)
    again = disagreements(segments=SEGMENTS, **known | {"codings": twice})
    assert again["segment_id"].tolist() == plain["segment_id"].tolist()


def test_a_decision_that_the_coders_have_since_agreed_against_is_told(folder: Path) -> None:
    decide(folder, codes=["INNOV.ORG"])
    assert not gold(folder).outcomes["against_unanimity"].any()
    for coder in CODERS:
        with Journal(folder, coder, "3") as journal:
            for code in CODES:
                journal.judge(stretch(0), code, int(code == "INNOV.ACT"))
    settled = gold(folder)
    told = settled.outcomes.set_index("segment_id")["against_unanimity"]
    assert told[told].index.tolist() == ["d/p0"]
    assert "1 项裁定与各人现在一致的判断不同" in str(settled)
    kept = settled.codings.query("value == 1 and segment_id == 'd/p0'")
    assert kept["code_id"].tolist() == ["INNOV.ORG"]
