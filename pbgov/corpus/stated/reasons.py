"""Why a field of the metadata is empty, in Chinese and in English."""

from __future__ import annotations

ABSENT = {
    "title": ("正文开头没有单独成行的题目", "no line of its own heads the text"),
    "authors": ("没有写明作者", "no author is named at its head or foot"),
    "venue": ("没有写明出处", "no venue is named at its head or foot"),
    "published": ("没有写明日期或刊期", "no date or issue is stated at its head or foot"),
    "city": ("题目、关键词和摘要没有写明是哪座城市", "title, keywords and abstract name no city"),
    "district": (
        "题目、关键词和摘要没有写明是哪个区县",
        "title, keywords and abstract name no district",
    ),
}
MASKED = ("原文此处作了隐去（{seen}）", "masked in the text ({seen})")
LEFT_EMPTY = ("文件自带的元数据里这一项空着", "left empty in the metadata of the file itself")
PROPERTY = (
    "据文件属性，可能是模板或最后编辑者留下的",
    "from the file properties, which a template or the last editor may have left",
)
NO_NAME = (
    "没有写明作者；文件属性里写的“{seen}”不是姓名，是账号或软件留下的",
    "no author is named; {seen!r} in the file properties is no personal name but that of an account or program",
)
