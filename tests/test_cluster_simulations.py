"""A small version of the Monte-Carlo study of tests among districts; the whole is a benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulations.clusters import rows

SCALE = 0.03


@pytest.fixture(scope="module")
def found():
    return rows(SCALE)


def test_no_true_null_is_rejected_much_more_often_than_promised(found):
    """Four standard errors of the promise: what so few data sets can tell."""
    for row in found:
        if row.goal != "100 %":
            slack = 4 * np.sqrt(row.high * (1 - row.high) / row.replications)
            assert row.value <= row.high + slack, row.check


def test_sandwich_is_refused_for_few_treated_districts_without_exception(found):
    refused = [row for row in found if row.check.startswith("sandwich refused")]
    assert len(refused) == 4
    assert all(row.value == 1 for row in refused)


def test_every_row_of_the_goals_is_there(found):
    checks = [row.check for row in found]
    assert len(set(checks)) == len(checks) == 30
    for beginning, number in [
        ("CR2", 6),
        ("wild cluster bootstrap", 6),
        ("district permutation", 4),
        ("CR1", 3),
        ("randomisation inference", 4),
        ("12 innovations", 3),
    ]:
        assert sum(check.startswith(beginning) for check in checks) == number
