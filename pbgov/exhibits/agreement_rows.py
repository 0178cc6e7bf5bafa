"""What the rows of a table of agreement are called, and what their numbers rest on, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbgov.exhibits.numerals import format_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

OVERALL = "*"
_MACHINES = {"rules": "规则编码", "learned": "学习编码", "gold": "裁定编码"}
_ENDPOINT = "endpoint:"


def row_names(
    agreement: pd.DataFrame, labels: Mapping[str, str], overall: str = "全部"
) -> list[str]:
    """The printed name of each row: its code, and the family and the coders where they differ."""
    names = [overall if code == OVERALL else labels.get(code, code) for code in _codes(agreement)]
    if "family" in agreement and agreement["family"].nunique() > 1:
        names = [
            f"{labels.get(family, family)}·{name}" if code == OVERALL else name
            for name, code, family in zip(
                names, _codes(agreement), agreement["family"].astype(str), strict=True
            )
        ]
    if "coder_b" in agreement and agreement.duplicated(_key(agreement)).any():
        pairs = zip(agreement["coder_a"], agreement["coder_b"], strict=True)
        of_pairs = ["—".join(coder_name(c) for c in (a, *str(b).split("|"))) for a, b in pairs]
        names = [f"{pair}：{name}" for pair, name in zip(of_pairs, names, strict=True)]
    return names


def coder_name(coder: object) -> str:
    """What a coder is called in an exhibit: people by their name, machines by what they are."""
    name = str(coder)
    if name.casefold().startswith(_ENDPOINT):
        return f"语言模型 {name[len(_ENDPOINT) :]}"
    return _MACHINES.get(name, name)


def coders_of(agreement: pd.DataFrame) -> list[str]:
    """The names of all coders of a table, in its order; [] where it does not say."""
    if "coder_b" not in agreement:
        return []
    named = [
        coder
        for a, b in zip(agreement["coder_a"], agreement["coder_b"], strict=True)
        for coder in (str(a), *str(b).split("|"))
    ]
    return list(dict.fromkeys(named))


def listed(coders: Sequence[str]) -> str:
    """Names joined as in a sentence: 甲、乙与丙."""
    return "与".join(filter(None, ("、".join(coders[:-1]), coders[-1])))


def counted(agreement: pd.DataFrame, unit: str) -> str:
    """N of the whole, or the range of N over the rows."""
    overall = agreement.loc[agreement["code_id"].eq(OVERALL), "n"]
    return f"N = {_span(overall if len(overall) else agreement['n'])}{unit}"


def frame_sentence(agreement: pd.DataFrame) -> str:
    """Which segments were compared, and what those without any code do to the numbers."""
    frames = set(agreement["frame"]) if "frame" in agreement else set()
    if frames == {"read"}:
        return (
            "每位编码者都做过的文档里，每个可读的片段都计入，谁都没有编码的也在内；"
            "没有编码的片段一多，一致率、κ、α 和 AC1 往往随之升高，正一致率不受影响。"
        )
    if frames == {"reference"}:
        return "只比较第一位编码者判过的片段，没有判出任何码的段落也计入。"
    return "没有判出任何码的段落也计入。"


def resampling_sentence(agreement: pd.DataFrame) -> str:
    """What was resampled, and how many of it there are."""
    said = [
        f"{resampled}（{_span(rows['n_clusters'])} 个）"
        for resampled, rows in agreement.groupby("resampled", sort=False)
    ]
    return f"自助法整体重抽{'或'.join(said)}。"


def bound_sentence(agreement: pd.DataFrame) -> str:
    """That rules written with the text in view agree with it better than with any other."""
    if "rules" not in coders_of(agreement):
        return ""
    return "规则的线索词若是读过这些文字后拟定的，与规则的一致性只是上限。"


def remarks_sentence(agreement: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What the numbers leave out, each remark once with the rows it concerns."""
    concerned: dict[str, list[str]] = {}
    names = row_names(agreement, labels)
    for name, remark in zip(names, agreement["remark"], strict=True):
        for sentence in str(remark).split("；") if isinstance(remark, str) else ():
            concerned.setdefault(sentence, []).append(name)
    return "".join(
        f"{sentence}。" if len(rows) == len(agreement) else f"{'、'.join(rows)}：{sentence}。"
        for sentence, rows in concerned.items()
    )


def _codes(agreement: pd.DataFrame) -> list[str]:
    return [str(code) for code in agreement["code_id"]]


def _key(agreement: pd.DataFrame) -> list[str]:
    return ["code_id", "family"] if "family" in agreement else ["code_id"]


def _span(counts: Any) -> str:
    """The lowest and the highest count, or the one there is."""
    return "–".join(format_count(n) for n in dict.fromkeys((counts.min(), counts.max())))
