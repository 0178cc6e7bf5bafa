"""How sure a claim is: 高, 中 or 低, and by which rules.

Every rule looks at one fact and says how high a claim may be graded at most; the grade is the lowest
of these. So worsening a fact never raises a grade, and each reason names the fact it rests on.

| rule | concerns | 高 | 中 at most | 低 |
|---|---|---|---|---|
| size | associations: units at the level of the regressor | 43 and more | 12 to 42 | fewer, or unknown |
| tests | associations: permutation and sandwich p | on one side of 0.05 | only one of them | on both sides, or none |
| specifications | associations: sign and side of 0.05 | kept in all others | none other made | not kept |
| leave_one_out | associations: sign without any one unit | kept | not tried | turns |
| multiverse | associations: share of specifications of one sign | 95 % and more | 80 to 95 %, or not made | less |
| declared | associations: test declared beforehand | declared | exploratory, or unknown | |
| agreement | codes, and claims about them | beats guessing, n 100 and more | n 30 to 99 | no better, fewer, unknown, upper bound |
| coding_error | what rests on codes | corrected | shares not corrected | associations not corrected |
| evidence | counts, shares, associations: documents behind them | 5 and more | 2 to 4 | one |
| practices | shares and associations: distinct practices | 30 and more | 10 to 29 | fewer |
| checked | counts: looked at one by one by a person | all | found by rule | |
| unread | shares and associations: units that were not read | none | up to a half | more |
| simulated | everything | real | simulated | |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.exhibits.numerals import format_percent
from pbgov.exhibits.stars import LEAST_UNITS
from pbgov.reporting.claims.grades import HIGH, LOW, MIDDLE, ORDER, Facts, Grade, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.reporting.report import Confidence

FEWEST_UNITS = 12
"""Ten residual degrees of freedom and two coefficients: under this no regression is estimated."""
MANY_SEGMENTS, FEW_SEGMENTS = 100, 30
MANY_DOCUMENTS, MANY_PRACTICES, FEW_PRACTICES = 5, 30, 10
STEADY, MOSTLY = 0.95, 0.80
HALF = 0.5


def grade(facts: Facts) -> Grade:
    """The grade of a claim.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Grade
        高, 中 or 低; an association among fewer than 43 units is never above 中.

    Examples
    --------
    >>> grade(Facts("count", documents=5, checked=True)).level
    '高'
    >>> grade(Facts("association", n_units=16, tests_agree=False)).level
    '低'
    """
    said = [rule(facts) for rule in RULES]
    reasons = sorted(
        (reason for reason in said if reason is not None),
        key=lambda reason: ORDER.index(reason.at_most),
    )
    level = min((reason.at_most for reason in reasons), key=ORDER.index, default=HIGH)
    return Grade(level, tuple(reasons))


def _size(facts: Facts) -> Reason | None:
    if facts.about != "association":
        return None
    n = facts.n_units
    if n is None:
        return Reason("size", LOW, "不知道有多少个单位", "the number of units is not known")
    level: Confidence = HIGH if n >= LEAST_UNITS else MIDDLE if n >= FEWEST_UNITS else LOW
    few = "" if level == HIGH else "只"
    return Reason(
        "size",
        level,
        f"{few}有 {n:,} 个{facts.unit_name}",
        f"{'only ' if few else ''}{n:,} units at the level of the regressor",
    )


def _tests(facts: Facts) -> Reason | None:
    if facts.about != "association":
        return None
    if not facts.tested:
        return Reason("tests", LOW, "没有能给出的 p 值", "no p value can be given")
    if facts.tests_agree is None:
        return Reason(
            "tests", MIDDLE, "两种检验里只有其一给出 p 值", "only one of two tests gives a p value"
        )
    if facts.tests_agree:
        return Reason(
            "tests", HIGH, "聚类（或稳健）检验和置换检验的 p 在 0.05 同一侧",
            "sandwich and permutation p lie on one side of 0.05",
        )  # fmt: skip
    return Reason(
        "tests", LOW, "聚类（或稳健）检验和置换检验的 p 分在 0.05 两侧，不稳健",
        "sandwich and permutation p lie on both sides of 0.05",
    )  # fmt: skip


def _specifications(facts: Facts) -> Reason | None:
    return _kept(
        facts, "specifications", facts.specifications_agree,
        ("换一种设定，符号和检验的结论不变", "sign and verdict are kept in the other specifications"),
        ("没有别的设定可比", "no other specification was made"),
        ("换一种设定，符号或检验的结论会变", "sign or verdict change with the specification"),
    )  # fmt: skip


def _leave_one_out(facts: Facts) -> Reason | None:
    unit = facts.unit_name
    return _kept(
        facts, "leave_one_out", facts.sign_without_one,
        (f"去掉任何一个{unit}，符号不变", "the sign stays whichever unit is left out"),
        (f"没有试过去掉一个{unit}", "no unit was left out for trial"),
        (f"去掉某一个{unit}，符号会变", "the sign turns when one unit is left out"),
    )  # fmt: skip


def _kept(
    facts: Facts,
    rule: str,
    fact: bool | None,
    yes: tuple[str, str],
    unknown: tuple[str, str],
    no: tuple[str, str],
) -> Reason | None:
    """A fact about associations that is true, unknown or false."""
    if facts.about != "association":
        return None
    if fact is None:
        return Reason(rule, MIDDLE, *unknown)
    return Reason(rule, HIGH, *yes) if fact else Reason(rule, LOW, *no)


def _multiverse(facts: Facts) -> Reason | None:
    if facts.about != "association":
        return None
    share = facts.same_sign
    if share is None:
        return Reason("multiverse", MIDDLE, "没有作全部设定", "no multiverse was made")
    level: Confidence = HIGH if share >= STEADY else MIDDLE if share >= MOSTLY else LOW
    printed = format_percent(share, 0)
    return Reason(
        "multiverse", level, f"全部设定里符号相同的占 {printed}",
        f"{printed} of all specifications have this sign",
    )  # fmt: skip


def _declared(facts: Facts) -> Reason | None:
    if facts.about != "association":
        return None
    if facts.declared:
        return Reason("declared", HIGH, "事先声明的检验", "declared beforehand")
    if facts.declared is None:
        return Reason("declared", MIDDLE, "没有说明是否事先声明", "not known to be declared")
    return Reason("declared", MIDDLE, "探索性的检验，没有事先声明", "exploratory, not declared")


def _agreement(facts: Facts) -> Reason | None:
    if not facts.rests_on_codes and facts.about != "agreement":
        return None
    told = facts.agreement
    if told is None:
        return Reason(
            "agreement", LOW, "没有人工编码可比，编码的一致性不明",
            "no codes by people to compare with: agreement unknown",
        )  # fmt: skip
    share = "" if told.coefficient is None else f"一致率 {format_percent(told.coefficient)}"
    if told.low is not None and told.high is not None:
        share += f"（95% 区间 {format_percent(told.low)}–{format_percent(told.high)}）"
    zh = f"编码与人工在 {told.n:,} 段上比较{'，' + share if share else ''}"
    en = f"codes compared with people on {told.n:,} segments"
    if not told.beats_guessing:
        return Reason(
            "agreement", LOW, f"{zh}，不能说比一律猜最多的一类更准",
            f"{en}: no better than guessing the majority can be claimed",
        )  # fmt: skip
    if told.upper_bound:
        return Reason(
            "agreement", LOW, f"{zh}；线索词拟定时已读过这些文字，数字很可能偏高",
            f"{en}: an upper bound, since the cues were written after reading them",
        )  # fmt: skip
    level: Confidence = (
        HIGH if told.n >= MANY_SEGMENTS else MIDDLE if told.n >= FEW_SEGMENTS else LOW
    )
    return Reason(
        "agreement",
        level,
        f"{zh}，比一律猜最多的一类更准",
        f"{en}: better than guessing the majority",
    )


def _coding_error(facts: Facts) -> Reason | None:
    if not facts.rests_on_codes or facts.corrected is None:
        return None
    if facts.corrected:
        return Reason("coding_error", HIGH, "编码误差已校正", "error of the codes corrected")
    level: Confidence = LOW if facts.about == "association" else MIDDLE
    return Reason("coding_error", level, "编码误差没有校正", "error of the codes not corrected")


def _evidence(facts: Facts) -> Reason | None:
    if facts.about == "agreement" or facts.documents is None:
        return None
    n = facts.documents
    level: Confidence = HIGH if n >= MANY_DOCUMENTS else MIDDLE if n > 1 else LOW
    return Reason("evidence", level, f"依据出自 {n:,} 篇文档", f"evidence from {n:,} documents")


def _practices(facts: Facts) -> Reason | None:
    if facts.about not in ("share", "association") or facts.practices is None:
        return None
    n = facts.practices
    level: Confidence = HIGH if n >= MANY_PRACTICES else MIDDLE if n >= FEW_PRACTICES else LOW
    return Reason("practices", level, f"不同的做法有 {n:,} 条", f"{n:,} distinct practices")


def _checked(facts: Facts) -> Reason | None:
    if facts.about != "count":
        return None
    if facts.checked:
        return Reason("checked", HIGH, "逐条可以核对", "each can be checked one by one")
    return Reason(
        "checked", MIDDLE, "由规则查找，没有逐条人工核对，会有遗漏和误收",
        "found by rule and not checked one by one",
    )  # fmt: skip


def _unread(facts: Facts) -> Reason | None:
    if facts.about not in ("share", "association") or not facts.unread:
        return None
    level: Confidence = MIDDLE if facts.unread <= HALF else LOW
    printed = format_percent(facts.unread, 0)
    return Reason(
        "unread", level, f"有 {printed} 的{facts.unit_name}没有读到材料",
        f"nothing was read of {printed} of the units",
    )  # fmt: skip


def _simulated(facts: Facts) -> Reason | None:
    if not facts.simulated:
        return None
    return Reason(
        "simulated", MIDDLE, "模拟数据，只检验方法，不说明任何地区的实际情况",
        "simulated data, which test the method only",
    )  # fmt: skip


RULES: tuple[Callable[[Facts], Reason | None], ...] = (
    *(_size, _tests, _specifications, _leave_one_out, _multiverse, _declared),
    *(_agreement, _coding_error, _evidence, _practices, _checked, _unread, _simulated),
)
