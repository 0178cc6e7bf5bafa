"""The words of the exhibits of timing designs, in Chinese and in English."""

from __future__ import annotations

from typing import Any

from pbgov.evaluation.timing.adoption_tables import CALLAWAY_SANTANNA, IMPUTATION

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "estimators": {CALLAWAY_SANTANNA: "Callaway–Sant'Anna", IMPUTATION: "插补估计"},
        "before": "采用前（空心）",
        "exposure": "距采用的期数（0 为采用当期）",
        "effect": "效应与 95% 区间（{unit}）",
        "adoption": "采用",
        "points": "点为估计值，竖线为 95% 区间；没有竖线的点没有可用的标准误（采用或对照的{unit}"
        "太少，有的队列只有一个，或该期就是基期），只看置换 p（见数据）。竖虚线之前为采用前的对比，应在 0 附近。",
        "fitted": "拟合线",
        "without": "若无变化（延长线）",
        "comparison": "对照序列 {name}",
        "difference": "两者之差",
        "axis": "{name}（{unit}）",
        "date": "{date} 起",
        "lines": "实线为拟合，虚线为该日期之前的线延长到之后。{numbers}。",
        "level": "水平变化 {value} {interval}，{p}",
        "slope": "每期斜率变化 {value} {interval}，{p}",
        "columns": (
            "汇总方式",
            "估计",
            "标准误",
            "95% 区间",
            "p",
            "置换 p",
            "八成把握查得出",
            "采用的{unit}",
        ),
        "kinds": {
            "simple": "总体（队列×时期，按规模加权）",
            "group": "先按队列，再按规模平均",
            "dynamic": "按采用时长平均",
            "calendar": "按时期平均",
            "imputation": "插补估计（所有采用后观测）",
        },
        "two_way": "双向固定效应系数 {value} 不列入本表",
        "refused": "未估计",
        "reason": "原因",
    },
    "en": {
        "estimators": {CALLAWAY_SANTANNA: "Callaway–Sant'Anna", IMPUTATION: "Imputation"},
        "before": "before adoption (hollow)",
        "exposure": "Periods since adoption (0: period of adoption)",
        "effect": "Effect and 95% interval ({unit})",
        "adoption": "adoption",
        "points": "Points are estimates, bars 95% intervals; a point without a bar has no usable"
        " standard error (too few units treated or compared with, a cohort of one, or the base period"
        " itself) and only a permutation p (see the data)."
        " Left of the dashed line are comparisons before adoption, which should lie near 0.",
        "fitted": "fitted",
        "without": "without a change (line prolonged)",
        "comparison": "comparison series {name}",
        "difference": "difference of the two",
        "axis": "{name} ({unit})",
        "date": "from {date} on",
        "lines": "Solid: fitted; dashed: the line before the date, prolonged. {numbers}.",
        "level": "Level change {value} {interval}, {p}",
        "slope": "change of slope per period {value} {interval}, {p}",
        "columns": (
            "Average",
            "Estimate",
            "Std. error",
            "95% interval",
            "p",
            "Permutation p",
            "Detectable (80%)",
            "Treated",
        ),
        "kinds": {
            "simple": "Overall (cohorts x periods, by size)",
            "group": "By cohort, then by size",
            "dynamic": "Over exposures",
            "calendar": "Over periods",
            "imputation": "Imputation (all treated observations)",
        },
        "two_way": "The two-way fixed effects coefficient, {value}, is not part of this table",
        "refused": "Not estimated",
        "reason": "Reason",
    },
}
