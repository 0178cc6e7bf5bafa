"""What is said of permutation tests: how many relabelings, what they assume, what has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import counted_en
from pbgov.evaluation.limits import LEVEL
from pbgov.evaluation.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.inference.resampling.permutation import PermutationResult


def sentences_on_permutation(
    permuted: dict[int, PermutationResult], unit_name: str, seed: int
) -> list[Remark]:
    """How the permutation tests were made, and what they assume."""
    made = [result for result in permuted.values() if result.n_permutations]
    if not made:
        return []
    how, how_en = set(), set()
    for result in made:
        n, least = result.n_permutations, result.floor
        how.add(
            (f"穷举全部 {n:,} 种" if result.exact else f"随机抽取 {n:,} 种，种子 {seed}")
            + f"，p 最小为 {least:.2g}"
        )
        how_en.add(
            (f"all {n:,} relabelings" if result.exact else f"{n:,} draws, seed {seed}")
            + f", least p {least:.2g}"
        )
    return [
        Remark(
            "p_values",
            f"置换检验在{unit_name}之间重排未解释的部分（{'；'.join(sorted(how))}），"
            f"假定没有关联时各{unit_name}可以互换；误差大小随解释变量而变时，它会偏松。",
            f"The permutation test shuffles what is unexplained between {_units_en(unit_name)}"
            f" ({'; '.join(sorted(how_en))}); it takes them for exchangeable where there is no"
            " association, and is too liberal where the spread of errors grows with the regressor.",
        ),
        *sentences_on_floor(made),
    ]


def sentences_on_floor(made: Sequence[PermutationResult]) -> list[Remark]:
    """Where no outcome whatever could have given p below 5 %."""
    least = max((result.floor for result in made), default=0.0)
    if least < LEVEL:
        return []
    return [
        Remark(
            "p_values",
            f"重排方式太少，p 不可能小于 {least:.2g}：无论数据如何都不会低于 5%。",
            f"With so few relabelings p cannot fall below {least:.2g}, whatever the data.",
        )
    ]


def sentences_on_untested(untested: list[str], unit_name: str) -> list[Remark]:
    """Which terms have no permutation test, because units cannot be shuffled for them."""
    if not untested:
        return []
    once = dict.fromkeys(untested)
    names = "、".join(f"“{name}”" for name in once)
    names_en = ", ".join(repr(name) for name in once)
    varies = "it varies" if len(once) == 1 else "each varies"
    return [
        Remark(
            "p_values",
            f"{names}在{unit_name}内变化，或无法与其他变量分开，没有相应的置换检验。",
            f"No permutation test for {names_en}: {varies} within {_units_en(unit_name)} or cannot"
            " be told apart from other regressors.",
        )
    ]


def _units_en(unit_name: str) -> str:
    return counted_en(2, unit_name)[2:]
