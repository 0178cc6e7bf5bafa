"""Each sign of simulated data is enough by itself, and real data carry none."""

from __future__ import annotations

import pandas as pd
import pytest

from pbgov.marks import is_simulated, mark_simulated

REAL = pd.DataFrame({"region_code": ["110101", "110102"], "rate": [90.0, 92.0], "status": "实际"})


def test_real_data_carry_no_mark():
    assert not is_simulated(REAL)
    assert not is_simulated(REAL.merge(REAL, on="region_code"))
    assert not is_simulated(REAL["rate"])


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"x": [1.0], "status": ["模拟"]}),
        pd.DataFrame({"x": [1.0, 2.0], "status": ["实际", "模拟"]}),
        pd.DataFrame({"模拟满意率": [1.0]}),
        pd.DataFrame({"doc_id": ["模拟-110101"], "x": [1]}),
        pd.DataFrame({"segment_id": ["模拟-110101/p0001"], "x": [1]}),
        mark_simulated(REAL).drop(columns="status"),
        mark_simulated(REAL).rename(columns={"status": "note", "rate": "满意率"}),
        mark_simulated(REAL)[["region_code"]],
        mark_simulated(REAL).groupby("region_code", as_index=False)["rate"].mean(),
        mark_simulated(REAL).drop(columns="status").merge(REAL, on="region_code"),
        REAL.merge(mark_simulated(REAL), on="region_code"),
        pd.concat([REAL, mark_simulated(REAL)]),
    ],
)
def test_each_sign_is_enough(table):
    assert is_simulated(table)


def test_marking_leaves_the_original_alone():
    before = REAL.copy()
    mark_simulated(REAL)
    pd.testing.assert_frame_equal(REAL, before)
    assert not is_simulated(REAL)
