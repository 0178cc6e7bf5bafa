"""Damage planted in clean text: what comes back, and that nothing else is claimed.

The damage is made here, byte by byte, from its description, not with the code that repairs it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import pytest

from pbgov.corpus.repair import Repaired, repair_text

# Written for this test; simplified, full-width, without spaces.
PARAGRAPHS = (
    "本市各区把党建引领作为基层治理的主线，街道党工委牵头协调，社区党委具体落实，居民有了说话的地方。",
    "有干部说：“过去是群众跑腿，现在是干部上门。”“服务群众要讲方法，也要讲感情。”这些话说到了居民心里。",
    "街道负责人介绍：“先把问题摸清楚，再把责任分清楚。”因此，各部门按照清单办理，办结之后由群众评价。",
    "会议要求“统筹推进、分类指导”，既要解决停车难，也要解决养老难。“建设美好家园，人人都有责任。”",
    "老人们说：“食堂开在家门口，吃饭不用愁。”组织生活也搬进了楼宇，党员的作用更加明显。",
    "“治理不是管理，要靠大家。”居民代表这样理解协商民主。“发展为了群众，成果由群众共享。”",
    "社区设立了议事厅，每月召开会议，讨论维修、绿化、充电等事项，形成意见之后报街道备案。",
    "经过三年努力，各项制度逐步健全，服务质量明显提高，企业和居民都得到了实惠。",
)
CLEAN = "\n".join(PARAGRAPHS) + "\n"
READINGS = {
    "區": "qū",
    "領": "lǐng",
    "導": "dǎo",
    "協": "xié",
    "責": "zé",
    "務": "wù",
    "議": "yì",
    "設": "shè",
}


def to_traditional(text: str) -> str:
    import opencc

    return opencc.OpenCC("s2tw").convert(text)


def with_readings(text: str) -> str:
    return "".join(f"{char}({READINGS[char]})" if char in READINGS else char for char in text)


def folded(text: str) -> str:
    return text.translate(str.maketrans("，：；？！（）", ",:;?!()"))


def slid(text: str) -> tuple[str, int]:
    """The text after one byte was put before every A3 A1 in its GBK bytes, and how often that was."""
    content = text.encode("gbk")
    n_places = content.count(b"\xa3\xa1")
    content = content.replace(b"\xa3\xa1", b"\x01\xa3\xa1")
    for mark in "，、：":  # and before other marks: so runs end at the next one
        content = content.replace(mark.encode("gbk"), b"\x01" + mark.encode("gbk"))
    result, at = [], 0
    while at < len(content):
        byte = content[at]
        if byte < 0x80:
            result.append("" if byte == 1 else chr(byte))
            at += 1
        else:
            pair = content[at : at + 2]
            try:
                char = pair.decode("gb18030")
            except UnicodeDecodeError:
                char = "?"
            result.append("" if "\ue000" <= char <= "\uf8ff" else char)
            at += 2
    return "".join(result), n_places


def test_the_planted_slide_is_the_one_that_was_seen() -> None:
    """The published example: 币虼 for 因此 after a closing quote."""
    damaged, n_places = slid("办成了。”因此，又办。")
    assert (damaged, n_places) == ("办成了?！币虼?，又办。", 1)


def certainties(repaired: Repaired, kind: str) -> Counter[str]:
    return Counter(each.certainty for each in repaired.listed if each.kind == kind)


@pytest.mark.parametrize("text", [CLEAN, to_traditional(CLEAN)])
def test_slid_bytes_come_back_or_are_marked(text: str) -> None:
    damaged, n_places = slid(text)
    assert n_places == 9
    repaired = repair_text(damaged)
    shifts = [each for each in repaired.listed if each.kind == "gbk_shift"]
    for head in re.finditer("[?？][!！]", damaged):
        assert any(each.raw_start <= head.start() < each.raw_end for each in shifts)
    right = 0
    for each in shifts:
        if each.certainty != "unrepaired":
            start, end = repaired.alignment.to_result(each.raw_start, each.raw_end)
            known = repaired.text[max(0, start - 3) : end].removesuffix("\ufffd")
            assert known in CLEAN, known
            right += 1
    assert right >= 5


class Planted(NamedTuple):
    """A damage: how it is made, and the kinds of repair that answer it."""

    damage: object
    kinds: set[str]


DAMAGES = {
    "traditional": Planted(to_traditional, {"traditional"}),
    "readings": Planted(
        lambda text: with_readings(to_traditional(text)), {"traditional", "pinyin"}
    ),
    "folded": Planted(folded, {"punctuation"}),
    "spaces": Planted(lambda text: re.sub("([。，；])(?=.)", r"\1 ", text), {"spacing"}),
    "zero width": Planted(lambda text: "\u200b".join(text), {"control"}),
    "no-break": Planted(lambda text: text.replace("，", "，\u00a0"), {"nbsp", "spacing"}),
    "references": Planted(
        lambda text: text.replace("“", "&ldquo;").replace("”", "&rdquo;"), {"markup"}
    ),
    "tags": Planted(
        lambda text: "".join(f"<p>{line}</p>\n" for line in text.splitlines()), {"markup"}
    ),
    "straight quotes": Planted(lambda text: re.sub("[“”]", '"', text), {"quote"}),
    "one-way quotes": Planted(lambda text: text.replace("“", "”"), {"quote"}),
    "radicals": Planted(
        lambda text: text.replace("老", "⽼").replace("见", "⻅"), {"compatibility"}
    ),
    "all folded": Planted(
        lambda text: folded(with_readings(to_traditional(text))),
        {"traditional", "pinyin", "punctuation"},
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_planted_damage_comes_back(name: str) -> None:
    planted = DAMAGES[name]
    damaged = planted.damage(CLEAN)
    assert damaged != CLEAN
    repaired = repair_text(damaged)
    assert repaired.text == CLEAN
    # a stretch that several passes changed is listed under one of them
    assert {each.kind for each in repaired.listed} <= planted.kinds
    assert "unrepaired" not in {each.certainty for each in repaired.listed}


def test_wrapped_lines_come_back() -> None:
    wide = "\n".join(line[at : at + 24] for line in PARAGRAPHS for at in range(0, len(line), 24))
    indented = "".join(
        "　　"
        + "\n".join([line[:22], *(line[at : at + 24] for at in range(22, len(line), 24))])
        + "\n"
        for line in PARAGRAPHS
    )
    assert repair_text(indented).text == "".join(f"　　{line}\n" for line in PARAGRAPHS)
    assert set(certainties(repair_text(indented), "line_break")) == {"likely"}
    # Without indents or blank lines a full line that ends a sentence may end a paragraph: it stays.
    joined = repair_text(wide).text
    assert joined.replace("\n", "") == CLEAN.replace("\n", "")
    assert joined.count("\n") < wide.count("\n")


def test_lost_characters_are_listed() -> None:
    damaged = CLEAN.replace("基层", "\ufffd层").replace("楼宇", "\ue123宇")
    repaired = repair_text(damaged)
    assert repaired.text == damaged
    left = [(each.kind, each.before) for each in repaired.listed]
    assert Counter(left) == {("replacement", "\ufffd"): 1, ("private_use", "\ue123"): 1}
    assert {each.certainty for each in repaired.listed} == {"unrepaired"}


def test_a_run_that_cannot_be_read_is_marked() -> None:
    damaged = CLEAN + "他们把工作做实了?!保鴣鶿?，后来又改了。\n"
    (left,) = repair_text(damaged).listed
    assert (left.kind, left.certainty, left.before) == ("gbk_shift", "unrepaired", "?!保鴣鶿?")


def test_genuine_question_and_exclamation_marks_are_no_slide() -> None:
    text = "谁来办？！把责任分清。怎么办?！百姓最清楚。" * 20
    assert certainties(repair_text(text), "gbk_shift") == {}
