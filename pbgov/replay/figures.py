"""The figures of indicators and assessments that are not the same in two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.replay.runs import rows_of, text_of
from pbgov.reporting.tracing.records import ASSESSMENT, POINTS, printed_value

if TYPE_CHECKING:
    from pbgov.replay.runs import Run

FIGURE = ("indicator", "region_code", "period", "before", "after")


def changed_figures(before: Run, after: Run) -> pd.DataFrame:
    """Figures by indicator, region and period (`FIGURE`); '' where a run has none.

    ``before`` and ``after`` are value, unit and status as they are printed.
    """
    first, second = _figures(before), _figures(after)
    rows = [
        (*key, first.get(key, ""), second.get(key, ""))
        for key in sorted({*first, *second})
        if first.get(key) != second.get(key)
    ]
    return pd.DataFrame(rows, columns=list(FIGURE))


def _figures(run: Run) -> dict[tuple[str, str, str], str]:
    found = {}
    for row in rows_of(run, "indicators", "indicators"):
        key = (str(row["indicator"]), str(row["region_code"]), str(row["period"]))
        value = printed_value(row["value"])
        found[key] = f"{value} {text_of(row['unit'])}（{text_of(row['status'])}）"
    for row in rows_of(run, "indicators", "assessment"):
        key = (ASSESSMENT, str(row["region_code"]), str(row["period"]))
        bounds = dict.fromkeys(printed_value(row[name]) for name in ("score_low", "score_high"))
        found[key] = f"{'–'.join(bounds)} {POINTS}（{text_of(row['status'])}）"
    return found
