"""What stands around a mosaic: legend, note, and what was tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pbgov.exhibits.numerals import format_count, format_number, format_p

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.inference.crossings import Crossing

SMALL = 5.0
"""Expected counts below this make the chi-squared distribution untrustworthy."""

MOST_NAMED = 12
WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": "{}与{}：哪些在同一个做法里相遇",
        "counted": "N = {} 个不同的做法",
        "source": "来源：",
        "sum": "（{}）",
        "colon": "：",
        "looks": [
            "++ 残差大于 4",
            "+ 大于 2",
            "在 ±2 之间",
            "− 小于 −2",
            "−− 小于 −4",
            "没有一个做法",
        ],
        "left": "另有 {} 个做法只有其中一族的编码（“无此类别”不算一类），不在图中。",
        "documents": "做法来自 {} 篇文档；同篇的做法不互相独立，随机调换没有把文档分开。",
        "several": "有的做法在一族里有几个编码，它的每一对编码各计一次，共 {} 对：各块所含的做法有重叠，"
        "各块之和大于 N。",
        "single": "每个做法在每一族里各有一个编码。",
        "reading": "块的面积是做法数，括号内为该行、该类之和；带圈的线是一个也没有。颜色与正负号是 Pearson 残差：比两族互相独立时"
        "多（蓝、实线、+）或少（红、虚线、−），太窄的块只有颜色和边线。",
        "small": "期望数小于 {} 的有 {} 格：{}{}；所以不用 χ² 的渐近分布。",
        "more": " 等",
        "tested": "把一族的编码在做法之间随机调换（做法为单位，同一做法的几个编码一起走）{}：残差平方和 {}，p {}。",
        "drawn": " {} 次，种子 {}",
        "every": "，比较了全部 {} 种排列",
        "untested": "有一族只有一种编码，无从检验是否独立。",
        "association": "这里说的是哪些编码相伴出现，不是一个使另一个发生。",
        "pair": "{}×{}（{}）",
        "between": "、",
        "gap": "",
    },
    "en": {
        "title": "{} by {}: which meet in the same practice",
        "counted": "N = {} distinct practices",
        "source": "Source: ",
        "sum": " ({})",
        "colon": ": ",
        "looks": [
            "++ residual above 4",
            "+ above 2",
            "within ±2",
            "− below −2",
            "−− below −4",
            "no practice",
        ],
        "left": "{} more practices carry codes of one family only (“none of these” is no code) and are not"
        " drawn.",
        "documents": "The practices stand in {} documents; those of one document are not independent,"
        " and the shuffles did not keep documents apart.",
        "several": "Some practices carry several codes of a family; each pair of a practice's codes"
        " counts once, {} pairs in all, so tiles share practices and add up to more than N.",
        "single": "Every practice carries one code of each family.",
        "reading": "Areas are numbers of practices, in brackets the sums; a line with a circle holds"
        " none. Colours and signs are Pearson residuals: more (blue, solid, +) or fewer (red, broken,"
        " −) than if the families were independent; tiles too narrow for words have colour and edge"
        " only.",
        "small": "Expected counts are below {} in {} cells: {}{}; hence no asymptotic χ².",
        "more": " and others",
        "tested": "Codes of one family were shuffled among practices, all codes of a practice"
        " together{}: sum of squared residuals {}, p {}.",
        "drawn": ", {} times, seed {}",
        "every": ", in all {} orders",
        "untested": "One family has a single pattern of codes, so independence cannot be tested.",
        "association": "This is association; it does not say that one brings about the other.",
        "pair": "{} × {} ({})",
        "between": ", ",
        "gap": " ",
    },
}


def said_of(
    found: Crossing,
    names: Sequence[Sequence[str]],
    counted: str,
    *,
    n_left: int,
    n_documents: int,
    several: bool,
    seed: int,
    lang: Literal["zh", "en"],
) -> str:
    """The note of a mosaic."""
    words = WORDS[lang]
    parts = [counted + ("。" if lang == "zh" else ".")]
    if n_left:
        parts.append(words["left"].format(format_count(n_left)))
    if n_documents:
        parts.append(words["documents"].format(n_documents))
    parts.append(words["several"].format(found.counts.sum()) if several else words["single"])
    parts.append(words["reading"])
    small = np.argwhere(found.expected < SMALL)
    if len(small):
        pairs = [
            words["pair"].format(
                names[0][row], names[1][column], format_number(found.expected[row, column], 1)
            )
            for row, column in small[:MOST_NAMED]
        ]
        more = words["more"] if len(small) > MOST_NAMED else ""
        parts.append(
            words["small"].format(f"{SMALL:g}", len(small), words["between"].join(pairs), more)
        )
    if found.n_permutations:
        number = format_count(found.n_permutations)
        how = words["every"].format(number) if found.exact else words["drawn"].format(number, seed)
        p = format_p(found.p_value, None if found.exact else found.n_permutations)
        said = p if p[0] in "<>" else f"= {p}"
        parts.append(words["tested"].format(how, format_number(found.statistic, 1), said))
    else:
        parts.append(words["untested"])
    gap: str = words["gap"]
    return gap.join([*parts, words["association"]])
