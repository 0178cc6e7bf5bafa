"""The chapters of the main job's report, in order; each gives its blocks, or none.

The list of sources (`sources`) comes last, in the order in which these chapters cite them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.reporting.chapters.estimates import (
    assessment,
    declared_tests,
    indicators,
    satisfaction,
)
from pbgov.reporting.chapters.frame import conclusions, method, simulation
from pbgov.reporting.chapters.statements import statements
from pbgov.reporting.chapters.texts import coding, documents, practices, terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.reporting.composition import Findings
    from pbgov.reporting.report import Block

CHAPTERS: tuple[tuple[str, Callable[[Findings], list[Block]]], ...] = (
    ("主要结论", conclusions),
    ("材料", documents),
    ("做法", practices),
    ("口号、数字与成效说法", statements),
    ("用词", terms),
    ("编码与一致性", coding),
    ("指标", indicators),
    ("真实数据：模式与满意率", satisfaction),
    ("真实数据：考核得分", assessment),
    ("事先声明的检验", declared_tests),
    ("模拟演示", simulation),
    ("方法与复现", method),
)
