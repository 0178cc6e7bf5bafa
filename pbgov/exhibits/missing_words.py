"""What stands around the map of missing figures."""

from __future__ import annotations

from typing import Any

STATES = ("实际", "推算", "预计", "模拟", "缺", "不适用")
"""What a cell can be; the first four are `pbgov.schemas.INDICATOR_STATUS`."""

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": "哪些数有，哪些数缺",
        "states": ("实际数值", "推算", "预计", "模拟", "缺", "不适用"),
        "counted": "N = {} 个单位，{} 个指标，{} 个指标·时期",
        "state": "{} {} 格（{}）",
        "between": "；",
        "note": "{counted}，共 {cells} 格：{said}。斜线为缺，不等于 0。单位（分组的在组内）和指标由全到缺排列，时期由早到晚；"
        "一个指标只列资料里出现过的时期，别的时期没有画，不等于没有。",
        "empty": "{} 个单位一个数值也没有。",
        "thin": "单位太多，行里不写单位名，见数据表。",
        "in full": "图中没有写全的指标：{}。",
        "rows": "{} 个单位，由全到缺",
        "source": "来源：",
    },
    "en": {
        "title": "Which figures there are and which are missing",
        "states": ("Measured", "Derived", "Projected", "Simulated", "Missing", "Not applicable"),
        "counted": "N = {} units, {} indicators, {} columns",
        "state": "{} {} cells ({})",
        "between": "; ",
        "note": "{counted}, {cells} cells: {said}. Hatched is missing, which is not 0. Units (within"
        " their groups) and indicators run from complete to empty, periods from early to late; of an"
        " indicator only periods that occur in the data are drawn.",
        "empty": " {} units have no figure at all.",
        "thin": " Rows are too many to be named; see the data.",
        "in full": " Indicators whose names are cut in the figure: {}.",
        "rows": "{} units, from complete to empty",
        "source": "Source: ",
    },
}
