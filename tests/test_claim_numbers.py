"""Numbers that no result binds: what is found, and what is left alone. The list was labelled by hand."""

from __future__ import annotations

import csv

import pytest

from pbgov.reporting.claims.numbers import FILE, unbound_numbers
from pbgov.reporting.claims.passages import Bound, Passage

with FILE.open(encoding="utf-8", newline="") as lines:
    RULES = list(csv.DictReader(lines))


def found(text: str) -> list[str]:
    return [text[a:b] for a, b in unbound_numbers(Passage(1, "", "prose", text))]


@pytest.mark.parametrize(
    "rule", RULES, ids=[f"{n}-{r['reason'][:12]}" for n, r in enumerate(RULES, 2)]
)
def test_every_rule_lets_its_example_pass_and_still_catches_the_other(rule):
    assert found(rule["allowed"]) == []
    assert found(rule["caught"]) != []


# what a reader would call a number that must come from a result, marked by ⟨ ⟩
LABELLED = [
    "查出⟨108 条⟩做法，分布在⟨三个⟩区。",
    "共有⟨１０８⟩条，占⟨１２.５％⟩。",
    "⟨十六个⟩区里有⟨两成⟩没有数字。",
    "⟨六成以上⟩的做法出自⟨一半⟩的文档。",
    "⟨百分之五⟩的段落没有判出。",
    "⟨三分之二⟩的区得分偏低，⟨过半数⟩的街道没有网格。",
    "只有⟨一个区⟩有数字。",
    "每⟨两户⟩里有⟨一户⟩。",  # 一户 is missed: after 有 it reads as an article
    "得分平均低⟨3.68⟩分，p = ⟨0.035⟩。",
    "共⟨一百零八条⟩，比去年多⟨两倍⟩。",
    "系数的区间为 [−⟨7.70⟩, ⟨0.33⟩]。",
    "满意率由⟨81.5%⟩升到⟨９０%⟩。",
    "N = ⟨25⟩ 段，一致率⟨88.0%⟩。",
    "⟨兩個⟩區的材料，⟨三萬⟩字。",
    "下降了⟨5%⟩，涉及⟨20⟩万人。",
    "We read ⟨12⟩ documents; ⟨three⟩ districts are missing, ⟨half⟩ of the rest agree.",
    "排在前⟨三名⟩的区。",
    "数量约⟨数百条⟩。",
    "2022 年查出⟨95⟩条，2023 年⟨12⟩条。",
    "据七普，⟨16⟩ 个区的人口密度不同。",
    # none
    "一、主要结论",
    "（二）材料与方法",
    "3.2 编码与一致性",
    "2018 年 6 月 3 日印发，2020—2022 年实施，“十四五”时期延续。",
    "95% 区间不含零，在 5% 水平上查得出，p 小于 0.05。",
    "引用格式按 GB/T 7714—2025，字符集为 UTF-8、GB18030。",
    "“12345”热线、“三位一体”和《十六区十年》都是名称。",
    "只公布第一名和最后一名的得分，第三批名单另发。",
    "两者一致，口径统一，一律照录，不作一般推断。",
    "按三线表排印，一致率见表 3 和图 12，第 4 页另有说明。",
    "换一个框架，结果会变；名次会变的结论，不能只凭一个框架来写。",
    "两种检验结论不一致，双侧检验，一阶自相关。",
    "没有读到，不等于 0；占比由 0 到 1，每增加 1 个占比。",
    "这项工作十分重要，百姓关心，万一失实须更正，一些地方已经更正。",
    "见 evidence/practices_2020.csv 和 https://example.org/a/2021/12 。",
    "分词用 jieba，自由度用 CR2，页面为 A4，回归用 HC2。",
    "有研究指出相反的结果[3]，也有人赞成[4,7]。",
    "李明伟等（2022）认为，宋贵伦 2017 年的文章更早。",
    "二〇二五年三月五日，第一轮通报。",
    "Two tests disagree; the two-sided p is printed with three decimals.",
]
MARKS = str.maketrans("", "", "⟨⟩")


def planted(text: str) -> list[tuple[int, int]]:
    spans, at, start = [], 0, 0
    for char in text:
        if char == "⟨":
            start = at
        elif char == "⟩":
            spans.append((start, at))
        else:
            at += 1
    return spans


def test_precision_and_recall_on_a_list_labelled_by_hand():
    wanted = caught = right = 0
    wrong = []
    for line in LABELLED:
        text = line.translate(MARKS)
        truth = planted(line)
        seen = unbound_numbers(Passage(1, "", "prose", text))
        hit = [a for a in seen if any(a[0] < end and start < a[1] for start, end in truth)]
        met = [b for b in truth if any(a[0] < b[1] and b[0] < a[1] for a in seen)]
        wanted, caught, right = wanted + len(truth), caught + len(seen), right + len(hit)
        if len(hit) < len(seen) or len(met) < len(truth):
            wrong.append((text, [text[a:b] for a, b in seen]))
    print(f"precision {right}/{caught}, recall {right}/{wanted}")
    assert caught == right, wrong
    assert (right, wanted) == (35, 36), wrong


def test_bound_numbers_are_left_alone_and_digits_glued_to_them_are_not():
    text = "共 1108 条"
    assert unbound_numbers(Passage(1, "", "prose", text, (Bound(3, 6, "x"),))) == [(2, 3)]
    assert unbound_numbers(Passage(1, "", "prose", text, (Bound(2, 6, "x"),))) == []


@pytest.mark.parametrize("digits", ["１０８", "٣٤", "𝟏𝟎𝟖", "१०"])
def test_digits_of_other_scripts_are_digits(digits):
    assert found(f"共 {digits} 条") != []


def test_a_long_text_takes_no_long_time():
    text = "查出 108 条做法，三个区的一致率为 88.0%。" * 2000
    assert len(found(text)) == 6000
