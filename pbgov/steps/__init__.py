"""The steps of the main job: what each reads, what it rests on, what it makes.

A step is a function of the study and of the results of earlier steps; it returns tables, and
estimates as JSON. It reads no file that it does not declare, so that its key tells the whole truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.steps import coding, figures, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbgov.cache import Results
    from pbgov.study import Study

    Make = Callable[[Study, Mapping[str, Results]], Results]


@dataclass(frozen=True)
class Step:
    """One step: `reads` input folders, rests `after` other steps, `obeys` sections of study.toml."""

    name: str
    title: str
    reads: tuple[str, ...]
    after: tuple[str, ...]
    obeys: tuple[str, ...]
    make: Make


STEPS: tuple[Step, ...] = (
    Step("read", "读取与切分", ("cases",), (), (), texts.read),
    Step("practices", "查找做法", ("cases", "regions"), (), (), texts.practices),
    Step("extract", "数量、口号与成效说法", (), ("read",), (), texts.extract),
    Step("terms", "词频与对比", ("lexicon",), ("read",), (), texts.terms),
    Step("code", "编码", ("codebook", "codings"), ("read",), (), coding.code),
    Step("agree", "编码一致性", (), ("read", "code"), ("coding",), coding.agree),
    Step(
        "gold", "金标准的来历", ("codebook", "codings"), ("read", "code"), ("coding",), coding.gold
    ),
    Step("rival", "换一个框架", ("codebook", "rival"), ("read",), (), coding.rival),
    Step("score", "计分", ("codebook",), ("read", "practices"), (), coding.score),
    Step("indicators", "指标", ("indicators", "assessment", "regions"), (), (), figures.indicators),
    Step(
        "satisfaction",
        "满意率检验",
        (),
        ("score", "indicators"),
        ("satisfaction", "tests"),
        figures.satisfaction,
    ),
    Step("assess", "考核得分检验", (), ("indicators",), ("assessment", "tests"), figures.assess),
    Step(
        "simulate",
        "模拟演示",
        ("codebook",),
        ("read", "practices", "code", "indicators"),
        ("simulation", "coding"),
        figures.simulate,
    ),
)
