"""Moran's I and Geary's C against spdep (R), by enumeration, and the power of the test."""

from __future__ import annotations

import json
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.evaluation.checks import CheckResult
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.spatial import moran
from pbgov.inference.panels.spatial import (
    geary_test,
    moran_power,
    moran_test,
    row_standardised,
)
from pbgov.marks import is_simulated

NEAR = {"rel": 1e-4}


@pytest.fixture(scope="module")
def columbus(root):
    table = pd.read_csv(root / "tests/vectors/data/columbus_oldcol.csv")
    pairs = pd.read_csv(root / "tests/vectors/data/columbus_oldcol_neighbours.csv")
    neighbours = np.zeros((len(table), len(table)))
    neighbours[pairs.i - 1, pairs.j - 1] = 1
    return table, pairs, row_standardised(neighbours)


@pytest.fixture(scope="module")
def expected(root):
    path = root / "tests/vectors/v14_spatial_columbus.json"
    return json.loads(path.read_text("utf-8"))["expected"]


def lattice(side=4):
    place = np.array([(i // side, i % side) for i in range(side * side)])
    apart = np.abs(place[:, None] - place[None]).max(axis=2)
    return row_standardised((apart == 1).astype(float))


def beijing(root, seed=1, strength=0.0):
    pairs = pbgov.read_adjacency(root / "data/regions")
    random = np.random.default_rng(seed)
    codes = sorted(set(pairs.region_code_a) | set(pairs.region_code_b))
    neighbours = np.zeros((16, 16))
    for a, b in zip(pairs.region_code_a, pairs.region_code_b, strict=True):
        neighbours[codes.index(a), codes.index(b)] = neighbours[codes.index(b), codes.index(a)] = 1
    spill = np.linalg.inv(np.eye(16) - strength * row_standardised(neighbours))
    table = pd.DataFrame({"region_code": codes, "占比": random.uniform(size=16)})
    return table.assign(满意率=80 + spill @ random.normal(size=16)), pairs


def value(result, quantity):
    return result.table.set_index("quantity").loc[quantity, "value"]


def test_moran_and_geary_match_spdep(columbus, expected):
    table, _, weights = columbus
    found = moran_test(table.CRIME.to_numpy(), weights, seed=1, draws=999)
    there = expected["moran"]
    assert found.statistic == pytest.approx(there["I"], **NEAR)
    assert found.expected == pytest.approx(there["E"], **NEAR)
    assert found.variance_randomisation == pytest.approx(there["var_randomisation"], **NEAR)
    assert found.z_randomisation == pytest.approx(there["z_randomisation"], **NEAR)
    assert found.p_randomisation == pytest.approx(there["p_two_sided_randomisation"], **NEAR)
    assert found.z_normality == pytest.approx(there["z_normality"], **NEAR)
    assert found.p_normality == pytest.approx(there["p_two_sided_normality"], **NEAR)
    assert found.p_permutation == 1 / 1000  # never 0
    geary = geary_test(table.CRIME.to_numpy(), weights)
    assert geary.statistic == pytest.approx(expected["geary"]["C"], **NEAR)
    assert geary.z == pytest.approx(expected["geary"]["z"], **NEAR)


def test_moran_of_residuals_matches_spdep(columbus, expected):
    table, _, weights = columbus
    design = np.column_stack([np.ones(len(table)), table.HOVAL, table.INC])
    found = moran_test(table.CRIME.to_numpy(), weights, design, seed=1, draws=4999)
    there = expected["residual_moran"]
    assert found.statistic == pytest.approx(there["I"], **NEAR)
    assert found.expected == pytest.approx(there["E"], **NEAR)
    assert found.z_normality == pytest.approx(there["z"][0][0], **NEAR)
    assert found.p_normality == pytest.approx(there["p"][0][0], **NEAR)
    assert np.isnan(found.p_randomisation)
    assert found.p_permutation == pytest.approx(found.p_normality, abs=0.004)


def test_seven_regions_are_enumerated_and_two_sided():
    chain = np.diag(np.ones(6), 1)
    weights = row_standardised(chain + chain.T)
    values = np.array([1.0, 2, 2.5, 4, 7, 6, 9])

    def statistic(x):
        x = x - x.mean()
        return (x @ weights @ x) / (x @ x)

    every = np.array([statistic(values[list(order)]) for order in permutations(range(7))])
    found = moran_test(values, weights, seed=1, draws=9)
    # all orders give the expectation and the variance of the randomisation formulas exactly
    assert every.mean() == pytest.approx(found.expected)
    assert every.var() == pytest.approx(found.variance_randomisation)
    distance = np.abs(every - found.expected)
    two_sided = (distance >= abs(found.statistic - found.expected) - 1e-12).mean()
    assert found.p_permutation == pytest.approx(two_sided)
    assert (found.exact, found.n_permutations) == (True, 5040)
    one_sided = (every >= found.statistic - 1e-12).mean()
    assert found.p_permutation > one_sided  # what esda prints as p_sim would be smaller


def test_esda_prints_one_side():
    esda = pytest.importorskip("esda")
    libpysal = pytest.importorskip("libpysal")
    weights = libpysal.weights.lat2W(4, 4, rook=False)
    values = np.random.default_rng(3).normal(size=16)
    theirs = esda.Moran(values, weights, permutations=4999)
    ours = moran_test(values, lattice(), seed=1, draws=4999)
    assert ours.statistic == pytest.approx(theirs.I)
    assert theirs.p_rand == pytest.approx(ours.p_randomisation)
    assert theirs.p_sim < ours.p_permutation


def test_size_and_power_on_the_published_lattice():
    """One-sided power .046, .134, .263, .371 at 0, .3, .5, .7, simulated outside by the plain
    permutation of residuals of one regressor that is itself spatial; ours knows the
    expectation of I under the regressors and sees a little more."""
    weights, random = lattice(), np.random.default_rng(7)
    found = []
    for strength in (0.0, 0.3, 0.5, 0.7):
        spill = np.linalg.inv(np.eye(16) - strength * weights)
        power = [
            moran_power(
                weights,
                (strength,),
                np.column_stack([np.ones(16), spill @ random.normal(size=16)]),
                seed=seed,
                draws=400,
                two_sided=False,
            )[0]
            for seed in range(40)
        ]
        found.append(np.mean(power))
    np.testing.assert_allclose(found, [0.046, 0.134, 0.263, 0.371], atol=0.09)
    assert found[0] == pytest.approx(0.05, abs=0.01)
    assert np.diff(found).min() > 0.05
    two_sided = moran_power(weights, (0.0, 0.5), seed=1, draws=20_000)
    one_sided = moran_power(weights, (0.0, 0.5), seed=1, draws=20_000, two_sided=False)
    assert two_sided[0] == pytest.approx(0.05, abs=0.006)
    assert two_sided[1] < one_sided[1]


def test_the_permutation_of_residuals_keeps_its_size():
    weights, random = lattice(), np.random.default_rng(5)
    design = np.column_stack([np.ones(16), random.normal(size=16), np.arange(16.0)])
    p_values = [
        moran_test(random.normal(size=16), weights, design, seed=seed, draws=199).p_permutation
        for seed in range(300)
    ]
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.035)


# ---- tables -----------------------------------------------------------------------------------


def test_the_vector_as_a_table(columbus, expected):
    table, pairs, _ = columbus
    pairs = pairs.rename(columns={"i": "region_code_a", "j": "region_code_b"})  # both orders
    result = moran(table, "CRIME ~ 1", pairs, region="row", permutations=99)
    assert result.statistic == pytest.approx(expected["moran"]["I"], **NEAR)
    assert value(result, "z_randomisation") == pytest.approx(
        expected["moran"]["z_randomisation"], **NEAR
    )
    assert value(result, "geary") == pytest.approx(expected["geary"]["C"], **NEAR)
    residuals = moran(table, "CRIME ~ HOVAL + INC", pairs, region="row", permutations=99)
    assert value(residuals, "z_normality") == pytest.approx(
        expected["residual_moran"]["z"][0][0], **NEAR
    )
    assert "geary" not in set(residuals.table.quantity)


def test_sixteen_districts_are_told_what_they_could_have_seen(root):
    table, pairs = beijing(root)
    result = moran(table, "满意率 ~ 占比", pairs, permutations=499)
    assert isinstance(result, CheckResult), str(result)
    assert result.n == 16
    assert result.passed is None
    powers = [value(result, f"power_{strength}") for strength in (0.3, 0.5, 0.7)]
    assert powers == sorted(powers)
    assert 0.1 < powers[1] < 0.5
    assert {remark.rule for remark in result.remarks} == {"size", "p_values", "design"}
    said = next(remark for remark in result.remarks if remark.rule == "design")
    assert f"λ=0.5 时 100 次中查出 {100 * powers[1]:.0f} 次" in said.zh
    assert f"0.5 in {100 * powers[1]:.0f} of 100" in said.en
    shuffled = moran(
        table.sample(frac=1, random_state=2), "满意率 ~ 占比", pairs.iloc[::-1], permutations=499
    )
    pd.testing.assert_frame_equal(shuffled.table, result.table)


def test_islands_strangers_and_gaps_are_named(root):
    table, pairs = beijing(root)
    far = pd.concat(
        [table, pd.DataFrame({"region_code": ["460300"], "占比": [0.5], "满意率": [81.0]})]
    )
    far = far[far.region_code != "110119"].reset_index(drop=True)
    far.loc[far.region_code == "110101", "占比"] = np.nan
    result = moran(far, "满意率 ~ 占比", pairs, permutations=99)
    assert result.n == 14
    gaps = " ".join(remark.zh for remark in result.remarks if remark.rule == "gaps")
    for code in ("460300", "110119", "110101"):
        assert code in gaps
    strangers = moran(table.assign(region_code=range(16)), "满意率 ~ 占比", pairs)
    assert isinstance(strangers, NotEstimated)
    assert "核对代码" in strangers.reason
    empty = moran(table, "满意率 ~ 1", pairs.head(0))
    assert isinstance(empty, NotEstimated)


def test_simulated_data_stay_marked(root):
    table, pairs = beijing(root)
    result = moran(table.assign(status="模拟"), "满意率 ~ 1", pairs, permutations=99)
    assert result.simulated
    assert is_simulated(result.table)
    assert "simulated" in {remark.rule for remark in result.remarks}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"满意率": 80.0}, "没有变化"),
        ({"占比": 1.0}, "没有变化"),
        ({"占比": np.nan}, "只有 0 个区"),
        ({"占比": np.inf}, "没有有限的数值"),
        ({"满意率": lambda t: 2 * t["占比"]}, "没有残差"),
    ],
)
def test_what_cannot_be_tested_is_not(root, change, reason):
    table, pairs = beijing(root)
    found = moran(table.assign(**change), "满意率 ~ 占比", pairs)
    assert isinstance(found, NotEstimated)
    assert reason in found.reason


def test_misuse_is_told(root):
    table, pairs = beijing(root)
    with pytest.raises(InputError, match="several rows"):
        moran(pd.concat([table, table]), "满意率 ~ 占比", pairs)
    with pytest.raises(InputError, match="no column 'region_code_b'"):
        moran(table, "满意率 ~ 占比", pairs.drop(columns="region_code_b"))
    with pytest.raises(InputError, match="with itself"):
        moran(table, "满意率 ~ 1", pairs.assign(region_code_b=pairs.region_code_a))
    with pytest.raises(InputError, match="code missing"):
        moran(table, "满意率 ~ 1", pairs.assign(region_code_b=None))
    with pytest.raises(InputError, match="numbers written as text"):
        moran(table.assign(占比=table["占比"].astype(str)), "满意率 ~ 占比", pairs)
    with pytest.raises(InputError, match="pass a table of pairs"):
        moran(table, "满意率 ~ 1", "adjacency.csv")
    with pytest.raises(InputError, match="has no neighbour"):
        row_standardised(np.zeros((4, 4)))
    with pytest.raises(InputError, match="its own neighbour"):
        row_standardised(np.eye(4))
    with pytest.raises(InputError, match="negative"):
        row_standardised(-np.ones((4, 4)))
    with pytest.raises(InputError, match="four or more"):
        moran_test(np.arange(3.0), np.ones((3, 3)), seed=1, draws=9)
    with pytest.raises(InputError, match="nothing varies"):
        moran_test(np.ones(16), lattice(), seed=1, draws=9)
    with pytest.raises(InputError, match="between -1 and 1"):
        moran_power(lattice(), (1.0,), seed=1, draws=9)


def test_a_region_without_data_is_told_as_such_beside_an_island(root):
    table, pairs = beijing(root)
    table.loc[3, "满意率"] = np.nan
    code, island = table.region_code[3], table.region_code[0]
    pairs = pairs[(pairs.region_code_a != island) & (pairs.region_code_b != island)]
    result = moran(table, "满意率 ~ 1", pairs)
    said = " ".join(result.limits())
    assert result.n == 14
    assert f"满意率 缺失（{code}）" in said
    assert island in said
    assert f"{code} 不在数据中" not in said


def test_regions_that_are_all_neighbours_are_refused(root):
    table, _ = beijing(root)
    codes = table.region_code
    full = pd.DataFrame(
        [(a, b) for a in codes for b in codes if a < b], columns=["region_code_a", "region_code_b"]
    )
    assert "两两相邻" in moran(table, "满意率 ~ 1", full).reason


def test_any_regressor_may_be_tested(root):
    table, pairs = beijing(root)
    for values in (np.arange(16.0) ** 3, np.arange(16.0)):
        result = moran(table.assign(占比=values), "满意率 ~ 占比", pairs)
        assert isinstance(result, CheckResult)
