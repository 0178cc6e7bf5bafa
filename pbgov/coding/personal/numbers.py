"""Where a text gives a number, an account or an address that leads to a person.

Numbers are told by their form, as the rules that issue them fix it; those of a form that many
numbers share (an old bank account, a local telephone) only behind a word that says what they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms
PLAIN |= dict.fromkeys([0xA0, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000, 0xFEFF], ord(" "))
PLAIN |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63], ord("-"))


class Found(NamedTuple):
    """One item: its kind in Chinese, and code points."""

    kind: str
    start: int
    end: int


DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
GAP = r"[ -]?"
NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4})"
MORE = r"\d|[元万亿]"  # what shows a number to be longer, or an amount
IDENTITY = (  # of the day of birth, the digits may stand apart as the others
    rf"(?<![\dA-Za-z])[1-9](?:{GAP}\d){{5}}{GAP}(?:1{GAP}[89]|2{GAP}0)(?:{GAP}\d){{2}}"
    rf"{GAP}(?:0{GAP}[1-9]|1{GAP}[0-2]){GAP}(?:0{GAP}[1-9]|[12]{GAP}\d|3{GAP}[01])"
    rf"(?:{GAP}\d){{3}}{GAP}[\dXx](?![\dA-Za-z元万亿])"
)
BUILDING = rf"{NUMERAL}(?:号院|号楼|号|弄|支弄|栋|幢|座|楼|层|单元|门|组|室|户)"
HOME = rf"(?:\d{{1,4}}|{NUMERAL}(?=室|户|号房))(?:室|户|号房)?"

# The first pattern that takes a place keeps it. The group, where there is one, is what is masked.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("邮箱", r"(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("证件号", IDENTITY),
    ("证件号", rf"(?<!\d)[1-9]\d{{5}}\d{{2}}{DAY}\d{{3}}(?!{MORE})"),
    (
        "证件号",
        r"(?:军官|士兵|文职|警官)证(?:号码?)?[:为是 ]{0,2}([\u4e00-\u9fff]字第?\d{5,10}号?)",
    ),
    (
        "证件号",
        r"(?:护照|通行证|军官证|居住证|证件)(?:号码?)?[:为是 ]{0,2}([A-Z]{0,2}\d{7,10})(?!\d)",
    ),
    (
        "银行卡号",
        rf"(?:卡号?|账号|账户|帐号|帐户)[:为是 ]{{0,3}}(\d{{4}}(?:{GAP}\d){{8,17}})(?!\d)",
    ),
    (
        "电话",
        rf"(?<!\d)(?:(?:\+|00)?86{GAP})?1[3-9]\d(?:{GAP}\d{{4}}{GAP}\d{{4}}|{GAP}\d{{3}}{GAP}\d{{5}}"
        rf"|\.\d{{4}}\.\d{{4}}|\d{GAP}\d{{3}}{GAP}\d{{4}}|\d{GAP}\d{{4}}{GAP}\d{{3}})(?!{MORE})",
    ),
    (
        "电话",
        r"(?<![〇零一二三四五六七八九])[一幺][三四五六七八九][〇零○一二三四五六七八九幺]{9}"
        r"(?![〇零一二三四五六七八九])",
    ),
    (
        "电话",
        r"(?<!\d)(?:\+?86[ -]?)?(?:\(0\d{2,3}\)|0\d{2,3}[ -])[ ]?\d{3,4}[ -]?\d{4}(?:[转-]\d{1,6})?(?!\d)",
    ),
    ("电话", r"(?<!\d)0\d{2,3}\d{7,8}(?!\d)"),
    (
        "电话",
        r"(?:电话|座机|热线|手机|联系方式|传真|号码)(?:号码?)?[:为是 ]{0,2}(\d{3,4}[ -]?\d{4}|\d{11})(?!\d)",
    ),
    ("微信号", r"(?<![A-Za-z0-9_])wxid_[A-Za-z0-9]+"),
    (
        "微信号",
        r"(?i:微 ?信(?!公众)|威信|薇信|wechat|weixin|(?<![a-z])(?:vx|wx|v信)|(?<=加)v)"
        r"[ ]?(?i:号码?|账号|id)?[:为是加 ]{0,3}"
        r"([A-Za-z][A-Za-z0-9_-]{5,19})",
    ),
    ("QQ号", r"(?i:QQ)(?:号码?)?[:为是 ]{0,3}([1-9]\d{4,10})(?!\d)"),
    (
        "车牌",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Z][·•・ -]?"
        r"(?=[A-Z]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])",
    ),
    ("地址", rf"{BUILDING}(?:[ ,-]?{BUILDING})+(?:[ -]?{HOME})?"),
    ("地址", rf"{BUILDING}(?:[ -]?\d{{3,4}})(?!\d)室?"),
    ("地址", r"(?<![\d零〇])\d{3,4}室"),
    ("地址", rf"(?<=[路街巷道里弄村])({NUMERAL}号)(?!线|公告|令|文|通知|提案)"),
    ("地址", rf"(?<=胡同)({NUMERAL}号)"),
)
CARD = re.compile(
    rf"(?<!\d)[3-6]\d{{3}}(?:{GAP}\d{{4}}){{2}}{GAP}\d{{3,4}}(?:{GAP}\d{{1,3}})?(?!\d)"
)
_PATTERNS = tuple((kind, re.compile(pattern, re.ASCII)) for kind, pattern in PATTERNS)


def find_numbers(text: str) -> list[Found]:
    """Numbers, accounts and addresses of persons in a text, in its order, without overlaps.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Found
        ``kind`` is 电话, 证件号, 银行卡号, 邮箱, 微信号, QQ号, 车牌 or 地址. Full-width letters and digits,
        and other spaces and dashes, are read as the plain ones.

    Notes
    -----
    Identity numbers are taken by their form (region, day of birth) whether or not the check
    character fits: a mistyped one still leads to its owner. A bank card without a word before it is
    taken where its check digit fits.

    References
    ----------
    GB 11643-1999, Citizen identification number. GA 36-2018, Plates of motor vehicles.
    ISO/IEC 7812-1, Identification cards: Luhn's formula.
    """
    folded = text.translate(PLAIN)
    found: list[Found] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            _add(found, Found(kind, *match.span(pattern.groups)))
        if kind == "银行卡号":
            for match in CARD.finditer(folded):
                if has_luhn_digit(re.sub(r"\D", "", match.group())):
                    _add(found, Found(kind, *match.span()))
    return sorted(found, key=lambda item: item.start)


def has_luhn_digit(digits: str) -> bool:
    """True where the last digit checks the others by Luhn's formula.

    Examples
    --------
    >>> has_luhn_digit("4111111111111111"), has_luhn_digit("4111111111111112")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _add(found: list[Found], new: Found) -> None:
    if not any(new.start < old.end and old.start < new.end for old in found):
        found.append(new)
