"""The coding desk without a screen: every message, hostile ones, crashes, changed texts."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding import journal as journal_module
from pbgov.coding.codings import is_secondary, read_states
from pbgov.coding.desk.material import gather
from pbgov.coding.desk.memos import names_rank, with_rank, words_of
from pbgov.coding.desk.messages import FIELDS, LONGEST_MEMO
from pbgov.coding.desk.session import DeskSession
from pbgov.coding.journal import Journal
from pbgov.corpus.document import Corpus, Document, digest_text

if TYPE_CHECKING:
    from pathlib import Path

FIRST = "𠮷街道组建联合党支部。"
SECOND = "柳河园区给每个支部发了责任清单。"
THIRD = "澄湖社区没有新的做法。"
TEXT = f"# 标题\n\n{FIRST}\n\n{SECOND}\n"


def document(doc_id: str, text: str, **metadata: object) -> Document:
    return Document(doc_id, f"{doc_id}.txt", text, text, "utf-8", "0", metadata)


@pytest.fixture(scope="module")
def codebook(root: Path) -> pbgov.Codebook:
    return pbgov.read_codebook(root / "data" / "codebook")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    first = document("甲", TEXT, title="甲篇", district="海淀区", unverified=["district"])
    return Corpus([first, document("乙", f"{THIRD}\n")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "codings"


@pytest.fixture
def session(corpus: Corpus, codebook: pbgov.Codebook, folder: Path):
    opened = DeskSession(gather(corpus, codebook), "李", folder)
    yield opened
    opened.close()


def ask(session: DeskSession, kind: str, **fields: object) -> dict[str, Any]:
    """The last answer to a message; every answer must go through JSON as the wire does."""
    answers = session.handle({"kind": kind, "id": 7, **fields})
    assert all(answer["re"] == 7 for answer in answers)
    last: dict[str, Any] = json.loads(json.dumps(answers))[-1]
    return last


def code(session: DeskSession, code_id: str, segment: int = 0, document: int = 0, evidence=None):
    place = {"document": document, "segment": segment}
    return ask(session, "code", **place, code_id=code_id, evidence=evidence)


def rows(folder: Path, coder: str = "李") -> list[dict[str, str]]:
    with (folder / f"{coder}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def given_codes(answer: dict[str, Any]) -> dict[str, bool]:
    """The codes that a segment has, and whether each is secondary."""
    return {one["code_id"]: one["secondary"] for one in answer["now"]["codes"] if one["value"]}


# what is laid on the desk


def test_the_desk_tells_one_document_with_its_headings_and_attributes(session: DeskSession) -> None:
    told = ask(session, "hello")
    assert (told["kind"], told["coder"]) == ("desk", "李")
    assert told["progress"] == {"total": 3, "done": 0, "read": 0, "doubtful": 0}
    shown = told["shown"]
    assert [(block["kind"], block["text"]) for block in shown["blocks"]] == [
        ("heading", "标题"),
        ("segment", FIRST),
        ("segment", SECOND),
    ]
    assert THIRD not in json.dumps(told, ensure_ascii=False)
    assert ["标题", "甲篇"] in shown["attributes"]
    assert ["区县", "海淀区（未核实）"] in shown["attributes"]
    hidden = ask(session, "headings", show=False)
    assert [block["kind"] for block in hidden["blocks"]] == ["segment", "segment"]


def test_stretches_within_a_paragraph_leave_the_rest_as_context(corpus, codebook, folder) -> None:
    start = TEXT.index("组建")
    part = {
        "doc_id": "甲",
        "start": start,
        "end": start + 4,
        "segment_id": "p1",
        "text": "组建联合",
    }
    session = DeskSession(gather(corpus, codebook, segments=pd.DataFrame([part])), "李", folder)
    shown = ask(session, "hello")["shown"]
    assert [(block["kind"], block["text"]) for block in shown["blocks"]] == [
        ("heading", "标题"),
        ("context", "𠮷街道"),
        ("segment", "组建联合"),
        ("context", "党支部。"),
        ("context", SECOND),
    ]
    assert shown["documents"] == 1
    code(session, "INNOV.ORG", evidence=[2, 4])
    (row,) = rows(folder)
    assert TEXT[int(row["evidence_start"]) : int(row["evidence_end"])] == "联合"
    session.close()


def test_a_blind_desk_sends_no_suggestion_attribute_name_or_heading(
    corpus: Corpus, codebook: pbgov.Codebook, folder: Path
) -> None:
    paragraphs = pbgov.segment(corpus, unit="paragraph")
    suggested = pbgov.code_by_rules(paragraphs, codebook)
    assert len(suggested)
    with Journal(folder, "王", codebook.version) as other:
        other.judge(gather(corpus, codebook).stretch(0, 0), "INNOV.ACT", memo="王的看法")
    material = gather(corpus, codebook, suggestions=suggested, blind=True)
    session = DeskSession(material, "李", folder)
    sent = json.dumps([session.handle({"kind": "hello"}), code(session, "INNOV.ORG")])
    told = json.dumps(json.loads(sent), ensure_ascii=False)
    assert FIRST in told
    for hidden in ("cue:", "甲篇", "海淀", '"甲"', '"标题"', "王"):
        assert hidden not in told, hidden
    session.close()
    open_eyes = DeskSession(gather(corpus, codebook, suggestions=suggested), "李", folder)
    assert "cue:" in json.dumps(ask(open_eyes, "hello"))
    open_eyes.close()


def test_only_the_families_asked_for_can_be_given(corpus, codebook, folder) -> None:
    session = DeskSession(gather(corpus, codebook, families=["MODE"]), "李", folder)
    assert [family["family"] for family in ask(session, "hello")["families"]] == ["MODE"]
    assert code(session, "INNOV.ORG")["kind"] == "refused"
    assert code(session, "MODE.M1")["kind"] == "saved"
    session.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"families": ["NONE"]}, "no family"),
        ({"families": []}, "no code to give"),
        ({"segments": pd.DataFrame({"doc_id": ["甲"]})}, "lacks start"),
        (
            {"segments": pd.DataFrame({"doc_id": ["丙"], "start": 0, "end": 1, "text": "字"})},
            "does not hold",
        ),
        (
            {"segments": pd.DataFrame({"doc_id": ["甲"], "start": 0, "end": 1, "text": "字"})},
            "not the text",
        ),
        (
            {
                "suggestions": pd.DataFrame(
                    [
                        {
                            "doc_id": "甲",
                            "start": 0,
                            "end": 1,
                            "code_id": "x",
                            "coder": "王",
                            "value": 1,
                        }
                    ]
                ).assign(status="judged")
            },
            "judgements of 王",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(corpus, codebook, change, said) -> None:
    with pytest.raises(pbgov.InputError, match=said):
        gather(corpus, codebook, **change)


def test_a_document_name_that_could_not_be_read_back_is_refused(codebook) -> None:
    with pytest.raises(pbgov.InputError, match="doc_id"):
        gather([document("甲\u202e", THIRD)], codebook)


# judging


def test_offsets_are_code_points_of_the_document(session: DeskSession, folder: Path) -> None:
    answer = code(session, "INNOV.ORG", evidence=[3, 9])
    assert (answer["kind"], answer["row"]) == ("saved", 2)
    (row,) = rows(folder)
    assert TEXT[int(row["start"]) : int(row["end"])] == FIRST
    assert TEXT[int(row["evidence_start"]) : int(row["evidence_end"])] == "组建联合党支"
    assert row["text_digest"] == digest_text(FIRST)
    assert answer["now"]["codes"][0]["evidence"] == [3, 9]


def test_the_same_key_takes_the_code_back_and_other_words_move_it(session, folder) -> None:
    code(session, "DIM.LAW", evidence=[0, 2])
    moved = code(session, "DIM.LAW", evidence=[3, 5])
    assert moved["now"]["codes"][0]["evidence"] == [3, 5]
    assert given_codes(code(session, "DIM.LAW", evidence=[3, 5])) == {}
    assert given_codes(code(session, "DIM.LAW")) == {"DIM.LAW": False}
    assert given_codes(code(session, "DIM.LAW")) == {}
    assert [row["act"] for row in rows(folder)] == [
        "judge",
        "judge",
        "withdraw",
        "judge",
        "withdraw",
    ]


def test_families_allow_what_families_csv_says(session: DeskSession, folder: Path) -> None:
    code(session, "MODE.M1")
    assert given_codes(code(session, "MODE.M2")) == {"MODE.M2": False}  # single
    code(session, "PROB.FORM", 1)
    both = code(session, "PROB.ONEWAY", 1)
    assert given_codes(both) == {"PROB.FORM": False, "PROB.ONEWAY": False}  # multi
    code(session, "INNOV.ORG", document=1)
    primary_and_secondary = code(session, "INNOV.MGT", document=1)
    assert given_codes(primary_and_secondary) == {"INNOV.ORG": False, "INNOV.MGT": True}
    place = {"document": 1, "segment": 0}
    turned = ask(session, "rank", **place, code_id="INNOV.MGT")
    assert given_codes(turned) == {"INNOV.ORG": True, "INNOV.MGT": False}
    assert ask(session, "rank", **place, code_id="MODE.M1")["kind"] == "refused"
    read = pbgov.read_codings(folder)
    ranks = dict(zip(read["code_id"], is_secondary(read), strict=True))
    assert ranks["INNOV.ORG"]
    assert not ranks["INNOV.MGT"]


def test_memos_keep_the_rank_and_their_words(session: DeskSession, folder: Path) -> None:
    place = {"document": 0, "segment": 0}
    code(session, "INNOV.ORG")
    code(session, "INNOV.MGT")
    memo = "先立规矩；\n“再”建队伍,\r\n=1+1"
    told = ask(session, "memo", **place, code_id="INNOV.MGT", memo=memo)
    (one,) = [one for one in told["now"]["codes"] if one["code_id"] == "INNOV.MGT"]
    assert one["memo"] == memo.replace("\r\n", "\n")
    assert one["secondary"]
    assert ask(session, "memo", **place, code_id=None, memo="整段存疑")["now"]["memo"] == "整段存疑"
    assert ask(session, "state", **place, state="doubtful")["now"]["memo"] == "整段存疑"
    assert ask(session, "memo", **place, code_id="DIM.LAW", memo="无")["kind"] == "refused"
    states = read_states(folder)
    assert list(states[["state", "memo"]].itertuples(index=False, name=None)) == [
        ("doubtful", "整段存疑")
    ]


@given(words=st.text(max_size=30), secondary=st.booleans())
def test_the_rank_is_read_back_from_the_memo(words: str, secondary: bool) -> None:
    words = words.strip()
    if not names_rank(words):
        memo = with_rank(words, secondary=secondary)
        assert names_rank(memo) == secondary
        assert words_of(memo) == (words if secondary is False else words.lstrip(";； ").strip())


def test_a_suggestion_is_accepted_with_its_rule_or_refused_as_absent(
    corpus: Corpus, codebook: pbgov.Codebook, folder: Path
) -> None:
    suggested = pbgov.code_by_rules(pbgov.segment(corpus, unit="paragraph"), codebook)
    session = DeskSession(gather(corpus, codebook, suggestions=suggested), "李", folder)
    offers = ask(session, "hello")["shown"]["segments"][0]["suggestions"]
    place = {"document": 0, "segment": 0}
    yes = ask(session, "answer", **place, suggestion=0, accept=True)
    no = ask(session, "answer", **place, suggestion=1, accept=False)
    assert (yes["kind"], no["kind"]) == ("saved", "saved")
    accepted, refused = rows(folder)
    assert (accepted["value"], refused["value"]) == ("1", "0")
    assert (accepted["rule"], refused["rule"]) == (offers[0]["rule"], offers[1]["rule"])
    assert accepted["status"] == refused["status"] == "judged"
    known = suggested[suggested["code_id"] == accepted["code_id"]].iloc[0]
    assert int(accepted["evidence_start"]) == known["evidence_start"]
    assert list(given_codes(no)) == [accepted["code_id"]]
    session.close()


def test_suggestions_on_other_words_are_named_not_shown(corpus, codebook, folder) -> None:
    suggested = pbgov.code_by_rules(pbgov.segment(corpus, unit="paragraph"), codebook)
    changed = suggested.assign(text_digest="0" * 16)
    material = gather(corpus, codebook, suggestions=changed)
    assert material.suggestions == {}
    assert str(len(suggested)) in material.remarks[0]


def test_states_progress_and_the_next_open_segment(session: DeskSession) -> None:
    place = {"document": 0, "segment": 0}
    read = ask(session, "state", **place, state="read")
    assert read["progress"] == {"total": 3, "done": 1, "read": 1, "doubtful": 0}
    assert (ask(session, "seek", **place)["segment"]) == 1
    coded = code(session, "INNOV.ORG", 1)
    assert coded["progress"]["done"] == 2
    assert coded["counts"]["INNOV.ORG"] == 1
    across = ask(session, "seek", **place)
    assert (across["kind"], across["document"]) == ("document", 1)
    ask(session, "state", document=1, segment=0, state="doubtful")
    left = ask(session, "seek", document=1, segment=0)  # coded, but not said to be read
    assert (left["document"], left["segment"]) == (0, 1)
    done = ask(session, "state", document=0, segment=1, state="read")
    assert done["progress"] == {"total": 3, "done": 3, "read": 2, "doubtful": 1}
    assert ask(session, "seek", **place)["kind"] == "notice"
    opened = ask(session, "state", **place, state="open")
    assert opened["now"]["state"] is None
    assert opened["progress"]["read"] == 1


def test_undo_brings_back_what_stood_by_adding_rows(session: DeskSession, folder: Path) -> None:
    place = {"document": 0, "segment": 0}
    history = [
        ask(session, "hello")["shown"]["segments"][0],
        code(session, "MODE.M1", evidence=[0, 2])["now"],
        code(session, "MODE.M2")["now"],
        ask(session, "memo", **place, code_id="MODE.M2", memo="理由")["now"],
        ask(session, "state", **place, state="read")["now"],
        ask(session, "memo", **place, code_id=None, memo="整段")["now"],
        code(session, "MODE.M2")["now"],
    ]
    before = (folder / "李.csv").read_bytes()
    for expected in reversed(history[:-1]):
        undone = ask(session, "undo")
        assert undone["kind"] == "saved"
        assert undone["now"] == expected
    assert (folder / "李.csv").read_bytes().startswith(before)
    assert ask(session, "undo")["kind"] == "refused"
    assert pbgov.read_codings(folder).empty
    assert read_states(folder).empty


def test_undo_shows_the_document_it_concerns(session: DeskSession) -> None:
    code(session, "INNOV.ORG")
    ask(session, "go", document=1, segment=0)
    answers = session.handle({"kind": "undo"})
    assert [answer["kind"] for answer in answers] == ["document", "saved"]
    assert answers[0]["document"] == 0


# messages that mean harm, or nothing

FIELD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["INNOV.ORG", "read", "../../x", "*", "\ud800", "<script>", "=1+1"]),
    st.lists(st.one_of(st.integers(-5, 50), st.floats(), st.text(max_size=2)), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def hostile_messages() -> st.SearchStrategy[object]:
    names = sorted({name for fields in FIELDS.values() for name in fields} | {"id"})
    kinds = st.one_of(st.sampled_from(sorted(FIELDS)), FIELD_VALUES)
    fields = st.dictionaries(st.sampled_from(names), FIELD_VALUES)
    whole = st.builds(lambda kind, rest: {**rest, "kind": kind}, kinds, fields)
    return st.one_of(whole, FIELD_VALUES)


@settings(deadline=None, max_examples=60)  # each opens a journal and reads it back
@given(message=hostile_messages())
def test_any_message_is_answered_and_only_sound_rows_are_written(
    corpus, codebook, tmp_path_factory, message
) -> None:
    folder = tmp_path_factory.mktemp("codings")
    session = DeskSession(gather(corpus, codebook), "李", folder)
    answers = session.handle(message)
    assert answers
    json.dumps(answers).encode()
    written = [answer for answer in answers if answer["kind"] == "saved"]
    assert len(rows(folder)) == (written[-1]["row"] - 1 if written else 0)
    session.close()
    pbgov.read_codings(folder, pbgov.segment(corpus, unit="paragraph"), codebook)


PLACE = {"document": 0, "segment": 0}


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "code",
        {},
        {"kind": "delete"},
        {"kind": "__init__"},
        {"kind": ["code"]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG"},
        {"kind": "code", **PLACE, "code_id": "NO.SUCH", "evidence": None},
        {"kind": "code", **PLACE, "code_id": "*", "evidence": None},
        {"kind": "code", **PLACE, "code_id": None, "evidence": None},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [0, len(FIRST) + 1]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [-1, 2]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [2, 2]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [3, 2]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [0.0, 2]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [False, True]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": ["0", "2"]},
        {"kind": "code", **PLACE, "code_id": "INNOV.ORG", "evidence": [0, 1, 2]},
        {"kind": "code", **PLACE, "document": 2, "code_id": "INNOV.ORG", "evidence": None},
        {"kind": "code", **PLACE, "segment": -1, "code_id": "INNOV.ORG", "evidence": None},
        {"kind": "code", **PLACE, "segment": True, "code_id": "INNOV.ORG", "evidence": None},
        {"kind": "code", **PLACE, "segment": 10**5000, "code_id": "INNOV.ORG", "evidence": None},
        {"kind": "code", **PLACE, "document": "甲", "code_id": "INNOV.ORG", "evidence": None},
        {"kind": "state", **PLACE, "state": "judged"},
        {"kind": "memo", **PLACE, "code_id": None, "memo": "长" * (LONGEST_MEMO + 1)},
        {"kind": "memo", **PLACE, "code_id": None, "memo": "\ud800"},
        {"kind": "memo", **PLACE, "code_id": None, "memo": "a\x00b"},
        {"kind": "memo", **PLACE, "code_id": None, "memo": "次要"},
        {"kind": "memo", **PLACE, "code_id": None, "memo": "见上；次要；"},
        {"kind": "memo", **PLACE, "code_id": None, "memo": 3},
        {"kind": "answer", **PLACE, "suggestion": 0, "accept": True},
        {"kind": "headings", "show": 1},
        {"kind": "retract", "row": 2},
        {"kind": "undo"},
    ],
)
def test_a_message_that_cannot_be_followed_writes_nothing(session, folder, message) -> None:
    before = (folder / "李.csv").read_bytes()
    (answer,) = session.handle(message)
    assert answer["kind"] == "refused"
    assert answer["reason"]
    assert (folder / "李.csv").read_bytes() == before


# the disk


class Disk:
    """Stands before the journal's writing, and fails as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: OSError | None = None
        self.bytes_before_failing = 0
        append = journal_module.append_durably

        def failing(path: Path, content: bytes) -> None:
            if self.error is None:
                append(path, content)
                return
            if self.bytes_before_failing:
                append(path, content[: self.bytes_before_failing])
            raise self.error

        monkeypatch.setattr(journal_module, "append_durably", failing)


@pytest.mark.parametrize("written", [0, 1, 40, 100_000])
def test_a_failed_write_is_not_shown_and_the_next_one_is_whole(
    session: DeskSession, folder: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    code(session, "DIM.LAW")
    disk = Disk(monkeypatch)
    disk.error, disk.bytes_before_failing = OSError(errno.ENOSPC, "No space left"), written
    answer = code(session, "INNOV.ORG")
    assert answer["kind"] == "refused"
    assert "磁盘满了" in answer["reason"]
    assert given_codes(answer) == {"DIM.LAW": False}
    disk.error = PermissionError(errno.EACCES, "denied")
    disk.bytes_before_failing = 0
    assert "WPS" in code(session, "DIM.FINE")["reason"]
    disk.error = None
    answers = session.handle({"kind": "code", **PLACE, "code_id": "DIM.FINE", "evidence": None})
    assert [one["kind"] for one in answers] == ["desk", "saved"]
    on_disk = [row["code_id"] for row in rows(folder)]
    assert on_disk == ["DIM.LAW", "DIM.FINE"]
    assert list(given_codes(answers[-1])) == on_disk
    assert answers[-1]["row"] == len(on_disk) + 1


def test_a_file_changed_meanwhile_is_read_again_before_writing(session, folder) -> None:
    code(session, "DIM.LAW")
    path = folder / "李.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("DIM.LAW", "DIM.SMART"), encoding="utf-8-sig")
    with pytest.warns(pbgov.DataFileWarning, match="W151"):
        answers = session.handle({"kind": "code", **PLACE, "code_id": "DIM.FINE", "evidence": None})
    assert [one["kind"] for one in answers] == ["desk", "saved"]
    assert set(given_codes(answers[-1])) == {"DIM.SMART", "DIM.FINE"}


def test_a_file_that_is_gone_or_broken_takes_no_row(session, folder) -> None:
    code(session, "DIM.LAW")
    path = folder / "李.csv"
    content = path.read_bytes()
    path.unlink()
    assert "不见了" in code(session, "DIM.FINE")["reason"]
    assert not path.exists()
    path.write_bytes(content.replace(b",1,judged", b",x,judged"))
    assert "第 2 行" in code(session, "DIM.FINE")["reason"]
    path.write_bytes(content)
    assert code(session, "DIM.FINE")["kind"] == "saved"


def test_a_second_desk_with_the_same_name_is_refused(session, corpus, codebook, folder) -> None:
    with pytest.raises(pbgov.InputError, match="正在别处打开"):
        DeskSession(gather(corpus, codebook), "李", folder)
    session.close()
    assert "已经关闭" in code(session, "DIM.LAW")["reason"]
    DeskSession(gather(corpus, codebook), "李", folder).close()


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import pbgov
from pbgov.coding import journal
from pbgov.coding.desk.material import gather
from pbgov.coding.desk.session import DeskSession
from pbgov.corpus.document import Document
text = {text!r}
document = Document("甲", "甲", text, text, "utf-8", "0")
session = DeskSession(gather([document], pbgov.read_codebook({codebook!r})), "李", {folder!r})
def give(code_id):
    place = dict(document=0, segment=0, code_id=code_id, evidence=[0, 3])
    return session.handle(dict(kind="code", **place))[-1]
assert give("DIM.LAW")["kind"] == "saved"
to_disk = os.fsync
def die(descriptor):
    to_disk(descriptor)
    os.kill(os.getpid(), signal.SIGKILL)
{moment}
give("DIM.FINE")
"""
AFTER_WRITING = "os.fsync = die"
HALF_WAY = """
def half(path, content):
    with open(path, "ab") as file:
        file.write(content[: len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
journal.append_durably = half
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize(("moment", "kept"), [(AFTER_WRITING, 2), (HALF_WAY, 1)])
def test_a_killed_process_loses_nothing_confirmed(
    root: Path, corpus, codebook, folder: Path, moment: str, kept: int
) -> None:
    arguments = {"text": TEXT, "codebook": str(root / "data" / "codebook"), "folder": str(folder)}
    program = KILLED.format(tests=str(root), moment=textwrap.dedent(moment), **arguments)
    ended = subprocess.run([sys.executable, "-c", program], cwd=root, check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    session = DeskSession(gather(corpus, codebook), "李", folder)
    told = ask(session, "hello")
    found = [one["code_id"] for one in told["shown"]["segments"][0]["codes"]]
    assert found == ["DIM.LAW", "DIM.FINE"][:kept]
    assert bool(told["remarks"]) == (kept == 1)  # the half line is named …
    assert (folder / "李.csv.unfinished").exists() == (kept == 1)  # … and kept
    session.close()


def test_the_desk_opens_at_the_first_segment_not_read(corpus, codebook, folder) -> None:
    session = DeskSession(gather(corpus, codebook), "李", folder)
    ask(session, "state", **PLACE, state="read")
    code(session, "INNOV.ORG", 1)
    ask(session, "go", document=1, segment=0)
    session.close()
    again = DeskSession(gather(corpus, codebook), "李", folder)
    told = ask(again, "hello")
    assert (told["shown"]["document"], told["shown"]["segment"]) == (0, 1)
    assert told["progress"] == {"total": 3, "done": 2, "read": 1, "doubtful": 0}
    again.close()


def test_a_stretch_is_read_in_the_families_of_each_sitting(corpus, codebook, folder) -> None:
    def sitting(*families: str) -> DeskSession:
        return DeskSession(gather(corpus, codebook, families=families or None), "李", folder)

    first = sitting("MODE")
    ask(first, "state", **PLACE, state="read")
    first.close()
    assert list(read_states(folder)["families"]) == ["MODE"]
    second = sitting("PROB", "DIM")
    assert ask(second, "hello")["progress"]["read"] == 0
    assert second.segment == 0
    assert ask(second, "state", **PLACE, state="read")["progress"]["read"] == 1
    assert list(read_states(folder)["families"]) == ["MODE;PROB;DIM"]
    assert ask(second, "memo", **PLACE, code_id=None, memo="两轮")["now"]["state"] == "read"
    assert ask(second, "state", **PLACE, state="open")["progress"]["read"] == 0
    states = read_states(folder)
    assert list(states[["state", "families", "memo"]].iloc[0]) == ["read", "MODE", "两轮"]
    second.close()
    whole = sitting()
    assert ask(whole, "state", **PLACE, state="read")["progress"]["read"] == 1
    assert read_states(folder)["families"].isna().all()
    whole.close()
    third = sitting("LQ")
    assert ask(third, "hello")["progress"]["read"] == 1
    third.close()


# texts and codes that changed


def test_judgements_on_a_changed_text_are_listed_kept_and_can_be_taken_back(
    corpus, codebook, folder
) -> None:
    session = DeskSession(gather(corpus, codebook), "李", folder)
    code(session, "INNOV.ORG")
    ask(session, "state", **PLACE, state="read")
    code(session, "INNOV.MGT", 1)
    session.close()
    before = (folder / "李.csv").read_bytes()

    changed = Corpus([document("甲", TEXT.replace("联合", "两个")), corpus["乙"]])
    paragraphs = pbgov.segment(changed, unit="paragraph")
    session = DeskSession(gather(changed, codebook), "李", folder)
    told = ask(session, "hello")
    assert [(one["row"], one["code_id"], one["position"]) for one in told["rejudge"]] == [
        (2, "INNOV.ORG", [0, 0]),
        (3, "", [0, 0]),
    ]
    assert "2" in " ".join(told["remarks"])
    assert told["shown"]["segments"][0]["codes"] == []
    assert told["shown"]["segments"][0]["state"] is None
    assert [one["code_id"] for one in told["shown"]["segments"][1]["codes"]] == ["INNOV.MGT"]
    with pytest.raises(pbgov.DataFileError, match="E211"):
        pbgov.read_codings(folder, paragraphs, codebook)

    ask(session, "state", **PLACE, state="read")
    taken = ask(session, "retract", row=2)
    assert taken["rejudge"] == []
    assert [one["row"] for one in ask(session, "undo")["rejudge"]] == [7]
    assert ask(session, "retract", row=7)["rejudge"] == []
    assert (folder / "李.csv").read_bytes().startswith(before)
    assert list(pbgov.read_codings(folder, paragraphs, codebook)["code_id"]) == ["INNOV.MGT"]
    session.close()


def test_codes_that_left_the_codebook_are_listed(root, corpus, codebook, folder, tmp_path) -> None:
    session = DeskSession(gather(corpus, codebook), "李", folder)
    code(session, "DIM.LAW")
    code(session, "DIM.SMART", 1)
    code(session, "DIM.FINE")
    session.close()
    copy = tmp_path / "codebook"
    shutil.copytree(root / "data" / "codebook", copy)
    for name in ("codes", "terms", "examples"):
        file = copy / f"{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("DIM.LAW,", "DIM.SMART,"))]
        file.write_text("".join(kept), encoding="utf-8")
    (copy / "retired.csv").write_text(
        "code_id,retired_in,replaced_by,reason,source\nDIM.LAW,9,DIM.FINE,并入,测试\n", "utf-8"
    )
    session = DeskSession(gather(corpus, pbgov.read_codebook(copy)), "李", folder)
    told = ask(session, "hello")
    listed = {one["code_id"]: one["reason"] for one in told["rejudge"]}
    assert set(listed) == {"DIM.LAW", "DIM.SMART"}
    assert "DIM.FINE" in listed["DIM.LAW"]
    assert [one["code_id"] for one in told["shown"]["segments"][0]["codes"]] == ["DIM.FINE"]
    assert len(rows(folder)) == 3
    session.close()


def test_judgements_of_other_units_are_counted_and_kept(corpus, codebook, folder) -> None:
    sentences = pbgov.segment(corpus, unit="sentence")
    with Journal(folder, "李", codebook.version) as other:
        start = TEXT.index("组建")
        stretch = journal_module.Stretch("甲", start, start + 2, "组建")
        other.judge(stretch, "INNOV.ORG")
        other.judge(journal_module.Stretch("丙", 0, 1, "字"), "INNOV.ORG")
    session = DeskSession(gather(corpus, codebook, segments=sentences), "李", folder)
    told = ask(session, "hello")
    assert told["rejudge"] == []
    assert "2 条" in told["remarks"][0]
    session.close()


def test_a_journal_edited_by_hand_is_refused_row_by_row(corpus, codebook, folder) -> None:
    session = DeskSession(gather(corpus, codebook), "李", folder)
    code(session, "DIM.LAW")
    session.close()
    path = folder / "李.csv"
    path.write_bytes(path.read_bytes().replace(b",1,judged", b",maybe,judged"))
    with pytest.raises(pbgov.DataFileError, match="E103"):
        DeskSession(gather(corpus, codebook), "李", folder)
    assert not list(folder.glob("*.unfinished"))


# the widget, without a browser


def test_the_widget_answers_messages_and_closing_it_frees_the_journal(
    corpus: Corpus, codebook: pbgov.Codebook, folder: Path
) -> None:
    from pbgov.coding.desk.widget import CodingDesk

    desk = CodingDesk(corpus, codebook, coder="李", folder=folder)
    assert repr(desk) == f"CodingDesk(coder='李', 0 of 3 segments done, {desk.path.as_posix()!r})"
    sent: list[Any] = []
    desk.send = sent.append
    desk._handle_custom_msg({"kind": "code", **PLACE, "code_id": "DIM.LAW", "evidence": None}, [])
    assert [answer["kind"] for answer in sent] == ["saved"]
    state = json.dumps({name: desk.get_state()[name] for name in ("modules", "_esm", "_css")})
    assert FIRST not in state
    with pytest.raises(pbgov.InputError, match="正在别处打开"):
        CodingDesk(corpus, codebook, coder="李", folder=folder)
    desk.close()
    desk.close()
    again = CodingDesk(corpus, codebook, coder="李", folder=folder)
    assert again._session.record.progress()["done"] == 1
    again.close()


def test_nothing_of_the_front_end_writes_markup_or_asks_the_network(root: Path) -> None:
    sources = [file.read_text("utf-8") for file in (root / "pbgov/coding/desk").glob("*.[jc]s*")]
    assert len(sources) == 7
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("):
        assert not any(forbidden in source for source in sources), forbidden
    for address in ("http:", "https:", "fetch(", "XMLHttpRequest", "@import", "url("):
        assert not any(address in source for source in sources), address
