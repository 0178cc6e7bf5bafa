"""Make docs/repair-004.md: the repair of one published article, before and after.

Needs the reference material beside the project (``../shared``). Run from the project's root:
``python docs/make_repair_page.py``.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.corpus.document import CERTAINTIES, REPAIR_KINDS
from pbgov.corpus.repair import Repaired, repair_text
from pbgov.corpus.repairs.gbk_runs import slide
from pbgov.exhibits.repairs import CERTAINTY_NAMES, KINDS

if TYPE_CHECKING:
    from pbgov.corpus.document import Repair

PAGE = Path("docs/repair-004.md")
SHARED = Path("../shared")
LONGEST = 20  # characters of the article in one excerpt
SOURCE = "王灏，期刊文章编号 0529-1445(2020)04-0071-04，2020 年第 4 期，第 71—74 页"
EXAMPLE = "。”“建設"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(SHARED), encoding="utf-8")


def page(shared: Path) -> str:
    """The page, with every number counted anew."""
    raw = (shared / "articles" / "004_two-wholes-chaoyang.txt").read_text(encoding="utf-8")
    repaired = repair_text(raw)
    shifts = [each for each in repaired.listed if each.kind == "gbk_shift"]
    return "\n".join(
        [
            "# 一篇文章的修复：前与后",
            "",
            "本页由 `python docs/make_repair_page.py` 生成，数字都是重新数出来的。",
            f"例文：{SOURCE}。下面只引用若干不超过 {LONGEST} 字的片段，用来说明损坏和修复。",
            "",
            f"原文 {len(raw)} 个字符，修复后 {len(repaired.text)} 个，列出 {len(repaired.listed)} 处修复；"
            "每一处都记有种类、原文位置、改前、改后和把握，按清单改原文，得到的正是修复后的文本。",
            "",
            "## 损坏的种类与把握",
            "",
            *_counts(repaired),
            "",
            "“确定”是损坏的形式本身就能证明；“很可能”是依规则修复，规则可能有例外；“推断”是有字丢失，"
            "据成句补入；“未修复”是原样保留。同一处经几步修改的只计一次，归入改动最大的一种，把握取最低的。",
            "",
            "## 前后对照",
            "",
            "| 种类 | 把握 | 位置 | 原文片段 | 修复后 |",
            "|---|---|--:|---|---|",
            *(_excerpt(raw, repaired, each) for each in _chosen(repaired)),
            "",
            "## GBK 字节错位是怎么来的",
            "",
            "网页曾被当作 GBK 字节来修改：程序在每一对字节 `A3 A1`（全角“！”的编码）前面插进了一个 ASCII 字节。"
            "可是 `A3 A1` 不只出现在“！”里：句号是 `A1 A3`，引号是 `A1 B0`、`A1 B1`，句号后面紧跟引号时，"
            "两个字的交界处恰好也是 `A3 A1`。插入以后再两个字节两个字节地读，后面的字就全部错开了一个字节，"
            "直到遇上一个 ASCII 字节才重新对齐。",
            "",
            f"以“{EXAMPLE}”为例：",
            "",
            *_worked(),
            "",
            "修复反过来做：见到 `?!` 和后面一串生僻字，就在这串字节前面补上 `A1 A3 A1`，重新两两解码，"
            "再检查三件事：第一个字必须是标点；解出来的必须是词，而且比眼前的生僻字可能得多；"
            "把解出来的字按上面的办法再弄坏一遍，要和原文一模一样。",
            "",
            f"文中这样的地方连同一处被拼音拆开的字共 {len(shifts)} 处：",
            "",
            "| 位置 | 原文 | 读作 | 把握 | 依据 |",
            "|--:|---|---|---|---|",
            *(
                f"| {each.raw_start} | `{each.before}` | {each.after} | {CERTAINTY_NAMES[each.certainty]}"
                f" | {_ground(each)} |"
                for each in shifts
            ),
            "",
            "## 没有修复的和不敢断定的",
            "",
            *_left(repaired),
            "",
            "## 与参考读法比较",
            "",
            *_compared(raw, repaired, shared),
            "",
        ]
    )


def _counts(repaired: Repaired) -> list[str]:
    counts = Counter((each.kind, each.certainty) for each in repaired.listed)
    lines = [
        f"| 种类 | {' | '.join(CERTAINTY_NAMES.values())} | 合计 |",
        f"|---|{'--:|' * (len(CERTAINTIES) + 1)}",
    ]
    for kind in REPAIR_KINDS:
        numbers = [counts[kind, certainty] for certainty in CERTAINTIES]
        if any(numbers):
            lines.append(f"| {KINDS[kind]} | {' | '.join(map(str, numbers))} | {sum(numbers)} |")
    return lines


def _chosen(repaired: Repaired) -> list[Repair]:
    """The first repair of each kind and certainty; of slid bytes they all stand below."""
    first: dict[tuple[str, str], Repair] = {}
    for each in repaired.listed:
        if each.kind not in ("gbk_shift", "web_furniture"):
            first.setdefault((each.kind, each.certainty), each)
    order = [(kind, certainty) for kind in REPAIR_KINDS for certainty in CERTAINTIES]
    return [first[key] for key in order if key in first]


def _excerpt(raw: str, repaired: Repaired, repair: Repair) -> str:
    beside = (LONGEST - len(repair.before)) // 4
    start, end = max(0, repair.raw_start - beside), min(len(raw), repair.raw_end + beside)
    before = raw[start:end].replace("\n", "⏎")
    after = repaired.text[slice(*repaired.alignment.to_result(start, end))].replace("\n", "⏎")
    certainty = CERTAINTY_NAMES[repair.certainty]
    return f"| {KINDS[repair.kind]} | {certainty} | {repair.raw_start} | `{before}` | `{after}` |"


def _worked() -> list[str]:
    content = EXAMPLE.encode("gbk")
    place = content.index(b"\xa3\xa1")
    spaced = content[:place].hex(" ").upper() + " [20] " + content[place:].hex(" ").upper()
    rows = [
        ("原来的字节", " ".join(f"{char}={char.encode('gbk').hex().upper()}" for char in EXAMPLE)),
        ("插入一个字节以后", spaced),
    ]
    pairs, at = [], 0
    changed = content[:place] + b" " + content[place:]
    while at < len(changed):
        pair = changed[at : at + 2]
        if pair[0] < 0x80:
            pairs.append(f"{pair[:1].hex().upper()}→{chr(pair[0])}")
            at += 1
        else:
            shown = pair.decode("gbk") if pair[1:] >= b"\x40" else "?（不成字）"
            pairs.append(f"{pair.hex().upper()}→{shown}")
            at += 2
    rows.append(("再两两解码", "，".join(pairs)))
    rows.append(("全角标点折成半角，就是看到的", slide(EXAMPLE)))
    return ["| 步骤 | 内容 |", "|---|---|", *(f"| {name} | `{value}` |" for name, value in rows)]


def _ground(repair: Repair) -> str:
    if repair.certainty == "inferred":
        return "丢了若干字节；补入的成句弄坏以后与原文一模一样，但别的字也可能如此"
    if repair.after.endswith("”") and len(repair.after) == 2:
        return "引号只剩一个字节；前面的引文还没有收尾"
    if repair.certainty == "likely":
        return "丢了一对字节；别处原样写着的词只有一种补法"
    if ")" in repair.before:
        return "拼音插在一个字的两个字节中间；前后两个读音合起来只有这一个字"
    return "没有丢字节，解出来的都是词"


def _left(repaired: Repaired) -> list[str]:
    left = [each for each in repaired.listed if each.certainty == "unrepaired"]
    inferred = [each for each in repaired.listed if each.certainty == "inferred"]
    lines = [f"- 未修复 {len(left)} 处，推断 {len(inferred)} 处。"]
    lines += [
        f"- 位置 {each.raw_start}：`{each.before}` 读作“{each.after}”，是推断。中间丢了好几对字节，能看见的只有"
        "头尾；引用前请核对原刊。"
        for each in inferred
    ]
    lines += [
        "- 引文后面脱落的注码“1”删去了，是“很可能”：它指的注文不在这份文本里。",
        "- 正文没有标出的参考文献条目照样保留，里面的半角标点是著录格式，不改。",
    ]
    return lines


def _compared(raw: str, repaired: Repaired, shared: Path) -> list[str]:
    gold = (shared / "gold" / "004_repaired_simplified.txt").read_text(encoding="utf-8")
    offsets = json.loads((shared / "gold" / "004_repaired_offsets.json").read_text())
    gone = {
        place
        for each in repaired.listed
        if each.kind == "web_furniture"
        for place in range(each.raw_start, each.raw_end)
    }
    kept = [char for char, place in zip(gold, offsets, strict=True) if place not in gone]
    wanted, found = (
        "".join(unicodedata.normalize("NFKC", text).split())
        for text in ("".join(kept), repaired.text)
    )
    pairs = Counter(
        f"{theirs}→{ours}" for theirs, ours in zip(wanted, found, strict=True) if ours != theirs
    )
    listed = "、".join(f"{pair} {number} 处" for pair, number in sorted(pairs.items()))
    return [
        f"另有一份手工核对的参考读法，{len(gold)} 个字符。不计空白和全角半角之别，并除去本项目作为网页附属文字"
        f"删掉的 {len(gold) - len(kept)} 个字符，逐字比较 {len(found)} 个，{len(found) - sum(pairs.values())} 个相同；"
        f"不同的是{listed}。",
        "",
        "参考读法用 OpenCC 的 `t2s` 转换，保留“著力”；本项目用 `tw2s`，写作“着力”，合乎今天的规范。"
        "参考读法不改半角标点和空格，本项目改。",
    ]


if __name__ == "__main__":
    main()
