"""Step-down maxT against its definition, the exact numbers for ten rows, and R's adjustments."""

from __future__ import annotations

import json
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from pbgov.errors import InputError
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.doubts.step_down import STEP_DOWN_COLUMNS
from pbgov.evaluation.doubts.step_down import step_down_max_t as of_table
from pbgov.evaluation.estimate import NotEstimated
from pbgov.inference.resampling.permutation import freedman_lane
from pbgov.inference.resampling.step_down import step_down_max_t
from pbgov.marks import mark_simulated


def westfall_young(observed, every):
    """Algorithm 4.1 of Westfall and Young (1993), word by word; `every` is (relabelings, m)."""
    observed, every = np.abs(observed), np.abs(every)
    order = sorted(range(len(observed)), key=lambda j: -observed[j])
    counts = np.zeros(len(observed))
    for t in every:
        largest = 0.0
        for j in reversed(order):
            largest = max(largest, t[j])
            counts[j] += largest >= observed[j] * (1 - 1e-9)
    p = counts / len(every)
    for weaker, stronger in zip(order[1:], order, strict=False):
        p[weaker] = max(p[weaker], p[stronger])
    return (every >= observed * (1 - 1e-9)).mean(axis=0), p


def two_group_t(outcomes, treated, equal_var):
    return stats.ttest_ind(outcomes[treated], outcomes[~treated], equal_var=equal_var).statistic


def family(outcomes, treated, **options):
    ones = np.ones((len(outcomes), 1))
    m = outcomes.shape[1]
    return step_down_max_t(
        list(outcomes.T), [treated.astype(float)] * m, [ones] * m, seed=1, **options
    )


def test_six_outcomes_of_ten_rows(shared):
    """The exact adjusted p values of METHODS: .0635, .127, .222 for the strongest three."""
    table = pd.read_csv(shared / "vectors" / "data" / "maxT.csv")
    outcomes, treated = table.iloc[:, :6].to_numpy(), table.treat.to_numpy() == 1
    result = family(outcomes, treated)
    assert (result.exact, result.n_permutations, result.size) == (True, 252, 6)
    assert sorted(result.p_max_t)[:3] == pytest.approx([16 / 252, 32 / 252, 56 / 252])
    assert sorted(result.p_max_t)[:3] == pytest.approx([0.0635, 0.127, 0.222], abs=5e-4)


@pytest.mark.parametrize("robust", [False, True])
def test_outcomes_of_two_groups_by_definition(robust):
    """With `robust` the t of R's mt.maxT(test="t") (Welch), without that of test="t.equalvar"."""
    random = np.random.default_rng(7)
    common = random.normal(size=(9, 1))
    outcomes, treated = random.normal(size=(9, 5)) + common, np.arange(9) < 3
    outcomes[treated, 1] += 2.5
    result = family(outcomes, treated, robust=robust)
    every = []
    for group in combinations(range(9), 3):
        inside = np.isin(np.arange(9), group)
        every.append(two_group_t(outcomes, inside, not robust))
    observed = two_group_t(outcomes, treated, not robust)
    raw, adjusted = westfall_young(observed, np.array(every))
    assert result.statistic == pytest.approx(observed)
    np.testing.assert_allclose(result.p_raw, raw, atol=1e-12)
    np.testing.assert_allclose(result.p_max_t, adjusted, atol=1e-12)


def test_regressors_of_one_outcome_by_definition():
    """Correlated regressors, a control of their own each: one permutation of units for all."""
    random = np.random.default_rng(11)
    n, m = 6, 4
    regressors = random.normal(size=(m, n)) + random.normal(size=n)
    y, controls = random.normal(size=n), random.normal(size=(m, n))
    covariates = [np.column_stack([np.ones(n), z]) for z in controls]

    def t(outcome, x, z):
        design = np.column_stack([z, x])
        b, rss = np.linalg.lstsq(design, outcome, rcond=None)[:2]
        return b[-1] / np.sqrt(rss[0] / (n - 3) * np.linalg.inv(design.T @ design)[-1, -1])

    fitted = [z @ np.linalg.lstsq(z, y, rcond=None)[0] for z in covariates]
    every = np.array(
        [
            [
                t(f + (y - f)[list(order)], x, z)
                for f, x, z in zip(fitted, regressors, covariates, strict=True)
            ]
            for order in permutations(range(n))
        ]
    )
    raw, adjusted = westfall_young(every[0], every)
    result = step_down_max_t([y] * m, list(regressors), covariates, seed=1)
    assert (result.exact, result.n_permutations) == (True, 720)
    np.testing.assert_allclose(result.p_raw, raw, atol=1e-12)
    np.testing.assert_allclose(result.p_max_t, adjusted, atol=1e-12)


def test_family_of_one_is_the_test_alone():
    y, x, z = np.random.default_rng(3).normal(size=(3, 16))
    covariates = np.column_stack([np.ones(16), z])
    alone = freedman_lane(y, x, covariates, seed=5, draws=999)
    result = step_down_max_t([y], [x], [covariates], seed=5, draws=999)
    assert result.p_raw[0] == result.p_max_t[0] == alone.p_value
    assert result.statistic[0] == pytest.approx(alone.statistic)
    assert not result.exact


def test_the_same_test_twelve_times_costs_nothing():
    """Perfectly dependent tests are one test; Holm would multiply by twelve."""
    y, x = np.random.default_rng(4).normal(size=(2, 16))
    result = step_down_max_t([y] * 12, [x] * 12, [np.ones((16, 1))] * 12, seed=1, draws=999)
    assert result.p_max_t == pytest.approx(result.p_raw)
    assert adjust_p(result.p_raw)[0] == pytest.approx(min(1, 12 * result.p_raw[0]))


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_no_less_than_raw_and_the_same_in_any_order(seed):
    random = np.random.default_rng(seed)
    outcomes, treated = random.normal(size=(8, 4)), np.arange(8) < 4
    result = family(outcomes, treated)
    assert (result.p_max_t >= result.p_raw - 1e-12).all()
    strongest = np.argsort(-np.abs(result.statistic))
    assert (np.diff(result.p_max_t[strongest]) >= 0).all()
    columns, rows = random.permutation(4), random.permutation(8)
    again = family((3 - 2 * outcomes)[rows][:, columns], treated[rows])
    np.testing.assert_allclose(again.p_max_t, result.p_max_t[columns], atol=1e-12)


def test_tests_that_cannot_be_made_are_not_in_the_family():
    random = np.random.default_rng(9)
    outcomes, treated = random.normal(size=(10, 3)), np.arange(10) < 4
    whole = family(outcomes, treated)
    with_constant = family(np.column_stack([np.ones(10), outcomes]), treated)
    assert np.isnan([with_constant.p_max_t[0], with_constant.p_raw[0]]).all()
    assert with_constant.size == 3
    np.testing.assert_array_equal(with_constant.p_max_t[1:], whole.p_max_t)
    x, ones = random.normal(size=10), np.ones((10, 1))
    some = step_down_max_t([x, x], [np.ones(10), treated * 1.0], [ones, ones], seed=1)
    assert np.isnan(some.p_raw[0])
    assert some.exact
    nothing = step_down_max_t([np.ones(10)], [x], [ones], seed=1)
    assert np.isnan(nothing.p_max_t).all()
    assert nothing.n_permutations == nothing.size == 0


def test_misuse_is_an_error():
    y, ones = np.arange(6.0), np.ones((6, 1))
    with pytest.raises(InputError, match="one of each"):
        step_down_max_t([y, y], [y], [ones], seed=1)
    with pytest.raises(InputError, match="want 6 rows"):
        step_down_max_t([y], [y[:5]], [ones], seed=1)
    with pytest.raises(InputError, match="not finite"):
        step_down_max_t([y], [np.append(y[1:], np.nan)], [ones], seed=1)


# -- the verb: a table and formulas --

INNOVATIONS = [f"创新{i}" for i in range(12)]


def districts(seed=0):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.normal(size=(16, 12)), columns=INNOVATIONS)
    return table.assign(
        区=[f"区{i:02d}" for i in range(16)],
        满意率=random.normal(size=16),
        密度=random.normal(size=16),
        试点=np.arange(16) < 5,
    )


def test_several_outcomes_of_one_pilot(shared):
    table = pd.read_csv(shared / "vectors" / "data" / "maxT.csv")
    outcomes = [name for name in table.columns if name != "treat"]
    result = of_table(table, [f"{name} ~ treat" for name in outcomes], "treat")
    assert tuple(result.table.columns) == STEP_DOWN_COLUMNS
    assert list(result.table.name) == outcomes
    assert sorted(result.table.p_max_t)[:3] == pytest.approx([16 / 252, 32 / 252, 56 / 252])
    assert result.p_value == result.table.p_max_t.min()
    assert result.statistic == result.table.statistic[result.table.p_max_t.idxmin()]
    assert (result.seed, result.n) == (None, 10)


def test_twelve_innovations_of_one_outcome():
    table = districts()
    formulas = [f"满意率 ~ {name} + 密度" for name in INNOVATIONS]
    result = of_table(table, formulas, INNOVATIONS, seed=3, permutations=499, unit_name="区")
    assert list(result.table.name) == INNOVATIONS
    assert (result.table.m == 12).all()
    np.testing.assert_allclose(
        result.table.p_holm, multipletests(result.table.p_raw, method="holm")[1]
    )
    np.testing.assert_allclose(
        result.table.p_bh, multipletests(result.table.p_raw, method="fdr_bh")[1]
    )
    assert [remark.rule for remark in result.remarks].count("family") == 1
    assert any("12 项检验" in sentence for sentence in result.limits())
    assert any("family of 12 tests" in sentence for sentence in result.limits("en"))
    turned = of_table(
        table.sample(frac=1, random_state=1), formulas[::-1], INNOVATIONS[::-1], seed=3,
        permutations=499,
    )  # fmt: skip
    np.testing.assert_array_equal(turned.table.p_max_t[::-1], result.table.p_max_t)


def test_streets_are_compared_by_the_means_of_their_districts():
    table = districts(2)
    months = pd.concat([table.assign(月=month) for month in range(3)], ignore_index=True)
    months["满意率"] += np.tile([1.0, -2, 1], (16, 1)).T.ravel()  # means are as before
    formulas = [f"满意率 ~ {name}" for name in INNOVATIONS[:3]]
    alone = of_table(table, formulas, INNOVATIONS[:3], permutations=199)
    monthly = of_table(months, formulas, INNOVATIONS[:3], "区", permutations=199)
    assert (monthly.n, alone.n) == (16, 16)
    np.testing.assert_allclose(
        sorted(monthly.table.statistic), sorted(alone.table.statistic), atol=1e-9
    )
    varying = months.assign(创新0=np.arange(48.0))
    result = of_table(varying, formulas, INNOVATIONS[:3], "区", permutations=199)
    assert np.isnan(result.table.p_max_t[0])
    assert list(result.table.m) == [2, 2, 2]
    assert any("创新0" in sentence and "不计入" in sentence for sentence in result.limits())


def test_what_could_not_be_tested_is_named_and_not_counted():
    table = districts(3).assign(空=np.nan, 常=1.0, 倍=lambda each: 2 * each.密度)
    table.loc[4, "创新1"] = np.nan
    terms = ["创新0", "空", "常", "倍", "创新1"]
    formulas = [f"满意率 ~ 密度 + {name}" for name in terms]
    result = of_table(mark_simulated(table), formulas, terms, permutations=199)
    assert list(np.isnan(result.table.p_raw)) == [False, True, True, True, False]
    assert (result.table.m == 2).all()
    assert result.n == 15
    assert result.simulated
    assert any("丢弃 1 行" in sentence for sentence in result.limits())
    nothing = of_table(table, formulas[1:4], terms[1:4])
    assert isinstance(nothing, NotEstimated)
    assert "0 行" in nothing.reason
    flat = of_table(table.assign(满意率=0.1), ["满意率 ~ 密度"], "密度")
    assert "没有变化" in flat.reason
    inside = of_table(table.assign(满意率=table.密度), ["满意率 ~ 密度 + 创新0"], "创新0")
    assert "没有剩余" in inside.reason


def test_tests_are_named_by_what_tells_them_apart():
    table = districts(4)

    def names(formulas, terms):
        return list(of_table(table, formulas, terms, permutations=9).table.name)

    assert names(["满意率 ~ 创新0", "密度 ~ 创新0"], "创新0") == ["满意率", "密度"]
    assert names(["满意率 ~ 创新0", "满意率 ~ 创新0 + 密度"], "创新0") == [
        "满意率 ~ 创新0",
        "满意率 ~ 创新0 + 密度",
    ]
    crossed = ["满意率 ~ 创新0", "密度 ~ 创新0", "密度 ~ 创新1"]
    assert names(crossed, ["创新0", "创新0", "创新1"]) == crossed


@pytest.mark.parametrize(
    ("formulas", "terms", "message"),
    [
        ("满意率 ~ 创新0", "创新0", "give a list"),
        ([], "创新0", "give a list"),
        (["满意率 ~ 创新0"], ["创新0", "创新1"], "name one for each"),
        (["满意率 ~ 创新0"], "创新1", "no term"),
        (["满意率 ~ 没有"], "没有", "no column"),
    ],
)
def test_families_that_cannot_be_meant_are_errors(formulas, terms, message):
    with pytest.raises(InputError, match=message):
        of_table(districts(), formulas, terms)


# -- Holm and Benjamini-Hochberg --


@pytest.fixture(scope="module")
def vector(root):
    path = root / "tests/vectors/v10_multiple_testing_bh1995.json"
    return json.loads(path.read_text("utf-8"))


def as_floats(values):
    return [np.nan if value is None else value for value in values]


@pytest.mark.parametrize("method", ["holm", "bh"])
def test_adjusted_p_values_match_r(vector, method):
    name = {"holm": "holm", "bh": "BH"}[method]
    ours = adjust_p(vector["input"]["p"], method)
    np.testing.assert_allclose(ours, vector["expected"][name], atol=1e-12)
    edge = vector["edge_case"]
    np.testing.assert_allclose(adjust_p(as_floats(edge["p"]), method), as_floats(edge[name]))


def test_a_missing_test_counted_into_the_family_is_the_librarys_trap(vector):
    """P3: statsmodels takes the NaN of the edge case for a sixth test: .06 where R has .05."""
    p, holm = as_floats(vector["edge_case"]["p"]), as_floats(vector["edge_case"]["holm"])
    theirs = multipletests(p, method="holm")[1]
    assert theirs[0] == pytest.approx(6 * 0.01)
    assert adjust_p(p, "holm")[0] == pytest.approx(holm[0]) == pytest.approx(5 * 0.01)


def test_the_same_test_does_not_stand_twice_in_a_family():
    with pytest.raises(InputError, match="'x' in 'y~x' stands twice"):
        of_table(pd.DataFrame({"y": [1.0], "x": [2.0]}), ["y ~ x", "y~x"], "x")


def test_p_values_that_are_no_numbers_are_an_error():
    with pytest.raises(InputError, match="p values are numbers"):
        adjust_p(["<0.001", "0.2"])
