"""The wild cluster bootstrap: R, a refit of every draw, and the traps of libraries."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.evaluation.doubts.wild_bootstrap import WILD_COLUMNS, wild_cluster_bootstrap
from pbgov.evaluation.estimate import NotEstimated
from pbgov.inference.clusters import cr1
from pbgov.inference.linear import least_squares
from pbgov.inference.resampling.weight_vectors import WeightVectors
from pbgov.inference.resampling.wild_bootstrap import wild_bootstrap, wild_bootstrap_interval
from pbgov.marks import mark_simulated

WEBB = [-np.sqrt(1.5), -1, -np.sqrt(0.5), np.sqrt(0.5), 1, np.sqrt(1.5)]


@pytest.fixture(scope="module")
def vector(root):
    path = root / "tests/vectors/v04_wild_cluster_bootstrap_enumerated.json"
    return json.loads(path.read_text("utf-8"))


def grunfeld(root, firms=10):
    table = pd.read_csv(root / "tests/vectors/data/Grunfeld.csv")
    table = table[table.firm <= firms]
    design = np.column_stack([np.ones(len(table)), table.value, table.capital])
    return design, table.inv.to_numpy(), table.firm.to_numpy()


def small(seed, n_clusters=4, k=3):
    random = np.random.default_rng(seed)
    sizes = random.integers(2, 6, size=n_clusters)
    clusters = np.repeat(np.arange(n_clusters), sizes)
    design = np.column_stack([np.ones(len(clusters)), random.normal(size=(len(clusters), k - 1))])
    outcome = random.normal(size=n_clusters)[clusters] + random.normal(size=len(clusters))
    return design, outcome, clusters


def refitted(design, outcome, clusters, column, vectors, null=0.0, impose_null=True):
    """The t of every bootstrap sample, each refitted in full (CR0)."""

    def t(values, against):
        fit = least_squares(design, values)
        g = len(np.unique(clusters))
        variance = cr1(fit, clusters)[column, column] * (g - 1) / g
        return (fit.coefficients[column] - against) / np.sqrt(variance)

    others = np.delete(design, column, axis=1)
    if impose_null:
        moved = outcome - null * design[:, column]
        fitted = others @ np.linalg.lstsq(others, moved, rcond=None)[0] + null * design[:, column]
        centre = null
    else:
        fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
        centre = least_squares(design, outcome).coefficients[column]
    residuals = outcome - fitted
    stars = [t(fitted + np.array(v)[clusters] * residuals, centre) for v in vectors]
    return t(outcome, null), np.array(stars)


@pytest.mark.parametrize(
    "case",
    [
        f"{kind}_{weights}_{name}"
        for kind in ("WCR", "WCU")
        for weights in ("rademacher", "webb_G5", "rademacher_G5")
        for name in ("value", "capital")
        if (kind, weights) != ("WCU", "rademacher_G5")
    ]
    + ["WCR_rademacher_value_r0.1"],
)
def test_every_enumerated_case_matches_r(root, vector, case):
    parts = case.split("_")
    expected, tolerance = vector["expected"][case], vector["tolerance"]["abs"]
    design, outcome, firms = grunfeld(root, 5 if "G5" in parts else 10)
    result = wild_bootstrap(
        design,
        outcome,
        firms,
        1 if "value" in parts else 2,
        null=0.1 if parts[-1] == "r0.1" else 0.0,
        weights=parts[1],
        impose_null=parts[0] == "WCR",
        seed=1,
    )
    assert result.enumerated
    assert result.n_draws == expected["n_draws"]
    assert result.n_ties == expected["n_ties"]
    # the file's own numbers are printed to 15 digits
    assert result.statistic == pytest.approx(expected["t"], abs=max(tolerance, 1e-12))
    assert result.p_value == pytest.approx(expected["p_ge"], abs=tolerance)
    assert result.p_strict == pytest.approx(expected["p_strict_gt"], abs=tolerance)
    assert result.p_equal_tail == pytest.approx(expected["p_equal_tail"], abs=tolerance)
    quantiles = np.quantile(np.abs(result.t_star), [0.9, 0.95, 0.99])
    wanted = list(expected["quantiles_abs_t"].values())
    np.testing.assert_allclose(quantiles, wanted, atol=tolerance)


@pytest.mark.parametrize("column", [1, 2])
@pytest.mark.parametrize("null", [0.0, 0.3])
@pytest.mark.parametrize("impose_null", [True, False])
@pytest.mark.parametrize("weights", ["rademacher", "webb"])
def test_every_t_is_that_of_a_refit(column, null, impose_null, weights):
    design, outcome, clusters = small(3, n_clusters=4 if weights == "webb" else 7)
    n_clusters = clusters.max() + 1
    values = WEBB if weights == "webb" else [-1, 1]
    t, stars = refitted(
        design,
        outcome,
        clusters,
        column,
        product(values, repeat=n_clusters),
        null=null,
        impose_null=impose_null,
    )
    result = wild_bootstrap(
        design,
        outcome,
        clusters,
        column,
        null=null,
        weights=weights,
        impose_null=impose_null,
        seed=1,
    )
    assert result.statistic == pytest.approx(t, abs=1e-10)
    np.testing.assert_allclose(np.sort(result.t_star), np.sort(stars), atol=1e-10)
    assert result.p_value == np.mean(np.abs(stars) >= abs(t) * (1 - 1e-9))
    assert result.p_strict == np.mean(np.abs(stars) > abs(t) * (1 + 1e-9))


def test_drawn_vectors_give_the_t_of_a_refit():
    design, outcome, clusters = small(5, n_clusters=11)
    drawn = wild_bootstrap(design, outcome, clusters, 1, seed=4, draws=50, enumerate_up_to=1)
    signs = np.random.default_rng(4).integers(0, 2, (11, 50))  # what the seed gives
    stars = refitted(design, outcome, clusters, 1, (1 - 2 * signs).T)[1]
    np.testing.assert_allclose(drawn.t_star, stars, atol=1e-10)
    count = np.sum(np.abs(stars) >= abs(drawn.statistic) * (1 - 1e-9))
    assert drawn.p_value == (count + 1) / 51
    assert (drawn.enumerated, drawn.floor) == (False, 1 / 51)


def test_draws_come_near_all_vectors():
    design, outcome, clusters = small(9, n_clusters=12)
    every = wild_bootstrap(design, outcome, clusters, 1, seed=1)
    drawn = wild_bootstrap(design, outcome, clusters, 1, seed=1, draws=9_999, enumerate_up_to=1)
    assert every.enumerated
    spread = np.sqrt(every.p_value * (1 - every.p_value) / 9_999)
    assert drawn.p_value == pytest.approx(every.p_value, abs=4 * spread)


def test_how_many_vectors_there_are_decides_whether_they_are_drawn():
    def vectors(kind, n_clusters):
        return WeightVectors(kind, n_clusters, 99, 1)

    assert vectors("rademacher", 20).enumerated
    assert not vectors("rademacher", 21).enumerated
    assert vectors("webb", 8).enumerated
    assert not vectors("webb", 9).enumerated
    pieces = np.concatenate(list(vectors("rademacher", 14).times(np.zeros(14), np.eye(14))), axis=1)
    both = np.concatenate([pieces[1:], -pieces[1:]], axis=1).T
    assert len(np.unique(both, axis=0)) == 2**14  # each vector once
    webb = np.concatenate(list(vectors("webb", 6).times(np.zeros(6), np.eye(6))), axis=1)[1:]
    assert len(np.unique(np.concatenate([webb, -webb], axis=1).T.round(9), axis=0)) == 6**6


def test_webb_is_taken_below_ten_clusters():
    for n_clusters, kind in [(9, "webb"), (10, "rademacher")]:
        result = wild_bootstrap(*small(1, n_clusters), 1, seed=1, draws=99)
        assert (result.weights, result.n_clusters) == (kind, n_clusters)


@given(st.integers(0, 10_000), st.floats(0.01, 100))
@settings(max_examples=20, deadline=None)
def test_order_scale_and_labels_change_nothing(seed, scale):
    design, outcome, clusters = small(seed, n_clusters=6)
    once = wild_bootstrap(design, outcome, clusters, 1, seed=1)
    order = np.random.default_rng(seed).permutation(len(outcome))
    names = np.array([f"街道{9 - code}" for code in clusters])
    turned = design * np.array([1, -scale, 3])
    again = wild_bootstrap(turned[order], 5 + 2 * outcome[order], names[order], 1, seed=1)
    assert again.p_value == once.p_value
    assert again.statistic == pytest.approx(-once.statistic, rel=1e-7)


@pytest.mark.parametrize("treated", [1, 2])
@pytest.mark.parametrize("level", [0.0, 1e3, 1e6])
def test_ties_far_from_zero_are_still_ties(treated, level):
    """+1 and -1 throughout give the data again, wherever the outcome begins to count."""
    random = np.random.default_rng(1)
    clusters = np.repeat(np.arange(12), 10)
    outcome = random.normal(size=12)[clusters] + random.normal(size=120)
    design = np.column_stack([np.ones(120), clusters < treated])
    near = wild_bootstrap(design, outcome, clusters, 1, seed=1)
    far = wild_bootstrap(design, level + outcome, clusters, 1, seed=1)
    assert near.n_ties == far.n_ties >= 2
    assert near.p_value == far.p_value


def test_interval_holds_what_the_test_does_not_reject():
    design, outcome, clusters = small(2, n_clusters=11)

    def p(null):
        return wild_bootstrap(design, outcome, clusters, 1, null=null, seed=1).p_value

    low, high = wild_bootstrap_interval(design, outcome, clusters, 1, seed=1)
    length = high - low
    for inside, outside in [(low, low - 1e-6 * length), (high, high + 1e-6 * length)]:
        assert p(inside + (1e-6 if inside == low else -1e-6) * length) > 0.05
        assert p(outside) <= 0.05
    estimate = least_squares(design, outcome).coefficients[1]
    assert low < estimate < high


def test_interval_of_the_vector_lies_where_strict_counting_crosses(root, vector):
    """boottest counts strictly; its ends are where p_strict crosses .05, ours one step outside."""
    design, outcome, firms = grunfeld(root)
    for column, name in [(1, "value"), (2, "capital")]:
        expected = vector["boottest_full_enumeration"][name]
        low, high = expected["conf_int"]

        def strict(null, column=column):
            return wild_bootstrap(design, outcome, firms, column, null=null, seed=1).p_strict

        for end, inwards in [(low, 1), (high, -1)]:
            assert strict(end + inwards * 2e-5) > 0.05 >= strict(end - inwards * 2e-5)
        ours = wild_bootstrap_interval(design, outcome, firms, column, seed=1)
        assert ours[0] <= low < high <= ours[1]
        assert ours == pytest.approx((low, high), abs=0.02 * (high - low))


def test_interval_without_end_where_p_cannot_fall_to_the_level():
    """Five clusters of signs: p is 2/32 at least, so no value is ever rejected at 5 %."""
    design, outcome, clusters = small(4, n_clusters=5)
    low, high = wild_bootstrap_interval(design, outcome, clusters, 1, weights="rademacher", seed=1)
    assert (low, high) == (-np.inf, np.inf)
    low, high = wild_bootstrap_interval(design, outcome, clusters, 1, weights="webb", seed=1)
    assert np.isfinite([low, high]).all()


@pytest.mark.parametrize("n_clusters", [2, 3, 4, 5])
def test_the_floor_is_reached_and_never_undercut(n_clusters):
    """Whatever the effect, +1 and -1 throughout give the observed t: p >= 2 / 2^G."""
    design, outcome, clusters = small(6, n_clusters)
    huge = outcome + 1e6 * design[:, 1]
    result = wild_bootstrap(design, huge, clusters, 1, weights="rademacher", seed=1)
    assert result.floor == 2 / 2**n_clusters
    assert result.p_value >= result.floor
    assert wild_bootstrap(design, huge, clusters, 1, weights="webb", seed=1).floor == pytest.approx(
        6 / 6**n_clusters
    )


def test_p_of_zero_is_the_librarys_trap(root, vector):
    """P7: strict counting gives p = 0 with five clusters; two of 32 vectors tie with the data."""
    design, outcome, firms = grunfeld(root, 5)
    ours = wild_bootstrap(design, outcome, firms, 1, weights="rademacher", seed=1)
    assert ours.p_value == ours.floor == 0.0625
    assert ours.p_strict == vector["expected"]["WCR_rademacher_G5_value"]["p_strict_gt"] == 0
    library = pytest.importorskip("wildboottest.wildboottest")
    boot = library.WildboottestCL(
        X=design, Y=outcome, cluster=firms, R=np.array([0.0, 1.0, 0.0]), B=9999, seed=1
    )
    boot.get_scores(bootstrap_type="11", impose_null=True)
    boot.get_weights(weights_type="rademacher")
    boot.get_numer()
    boot.get_denom()
    boot.get_tboot()
    boot.get_vcov()
    boot.get_tstat()
    boot.get_pvalue(pval_type="two-tailed")
    assert boot.pvalue == 0


def test_no_variance_between_clusters_is_not_tested():
    design, outcome, clusters = small(1, n_clusters=5)
    perfect = design @ np.array([1.0, 2, 3])
    for values, matrix, column in [
        (perfect, design, 1),
        (outcome, np.column_stack([np.ones(len(outcome)), np.eye(5)[clusters][:, 1:]]), 3),
    ]:
        result = wild_bootstrap(matrix, values, clusters, column, seed=1)
        assert np.isnan([result.statistic, result.p_value, result.p_strict, result.floor]).all()
        assert result.n_draws == len(result.t_star) == 0
        assert np.isnan(wild_bootstrap_interval(matrix, values, clusters, column, seed=1)).all()


def test_misuse_is_an_error():
    design, outcome, clusters = small(1)
    with pytest.raises(InputError, match="use 'rademacher' or 'webb'"):
        wild_bootstrap(design, outcome, clusters, 1, weights="mammen", seed=1)
    with pytest.raises(InputError, match="draws is a whole number"):
        wild_bootstrap(design, outcome, clusters, 1, draws=0, seed=1)
    with pytest.raises(InputError, match="1 cluster"):
        wild_bootstrap(design, outcome, np.zeros(len(outcome)), 1, seed=1)
    with pytest.raises(InputError, match="linear combination"):
        wild_bootstrap(np.column_stack([design, design[:, 1]]), outcome, clusters, 1, seed=1)
    with pytest.raises(InputError, match="not finite"):
        wild_bootstrap(design, np.append(outcome[1:], np.nan), clusters, 1, seed=1)


# -- the verb: a table and a formula --


def streets(seed=0, n_units=16, n_rows=6):
    random = np.random.default_rng(seed)
    codes = np.repeat(np.arange(n_units), n_rows)
    n = len(codes)
    return pd.DataFrame(
        {
            "区": [f"区{code:02d}" for code in codes],
            "街道": [f"街{row // 2:03d}" for row in range(n)],
            "满意率": random.normal(size=n_units)[codes] + random.normal(size=n),
            "占比": random.normal(size=n_units)[codes],
            "投诉": random.normal(size=n),
            "试点": codes < 2,
        }
    )


def test_verb_matches_r_with_its_interval(root, vector):
    table = pd.read_csv(root / "tests/vectors/data/Grunfeld.csv")
    for name in ("value", "capital"):
        result = wild_cluster_bootstrap(table, "inv ~ value + capital", name, "firm")
        row, expected = result.table.iloc[0], vector["expected"][f"WCR_rademacher_{name}"]
        assert tuple(result.table.columns) == WILD_COLUMNS
        assert (row.term, row.n_draws, row.enumerated) == (name, 1024, True)
        assert row.t == result.statistic == pytest.approx(expected["t"])
        assert row.p == result.p_value == pytest.approx(expected["p_ge"], abs=1e-12)
        assert (row.conf_low > 0) == (result.p_value <= 0.05)
        design, outcome, firms = grunfeld(root)
        column = 1 if name == "value" else 2
        interval = wild_bootstrap_interval(design, outcome, firms, column, seed=1)
        assert (row.conf_low, row.conf_high) == pytest.approx(interval, rel=1e-9)
    moved = wild_cluster_bootstrap(table, "inv ~ value + capital", "value", "firm", null=0.1)
    expected = vector["expected"]["WCR_rademacher_value_r0.1"]
    assert moved.p_value == pytest.approx(expected["p_ge"], abs=1e-12)
    assert moved.seed is None


def test_verb_takes_levels_out_as_dummies_would():
    table = streets(1)
    within = wild_cluster_bootstrap(table, "满意率 ~ 投诉", "投诉", "区", fixed_effects="街道")
    dummies = np.eye(48)[np.repeat(np.arange(48), 2)]
    design = np.column_stack([dummies, table.投诉])
    expected = wild_bootstrap(design, table.满意率.to_numpy(), table.区.to_numpy(), 48, seed=1)
    assert within.p_value == expected.p_value
    assert within.statistic == pytest.approx(expected.statistic)


def test_verb_names_the_floor_and_few_treated_districts():
    few = wild_cluster_bootstrap(streets(2, 5), "满意率 ~ 投诉", "投诉", "区", unit_name="区")
    assert few.table.weights[0] == "webb"
    assert any("0.062" in sentence and "Webb" in sentence for sentence in few.limits())
    signs = wild_cluster_bootstrap(
        streets(2, 5), "满意率 ~ 投诉", "投诉", "区", weights="rademacher"
    )
    assert signs.table.floor[0] == 0.0625
    assert (signs.table.conf_low[0], signs.table.conf_high[0]) == (-np.inf, np.inf)
    assert any("不会低于 5%" in sentence for sentence in signs.limits())
    assert any("没有端点" in sentence for sentence in signs.limits())
    pilot = wild_cluster_bootstrap(streets(3), "满意率 ~ 试点", "试点", "区", unit_name="区")
    assert any("几乎从不拒绝" in sentence for sentence in pilot.limits())
    assert any("hardly ever rejects" in sentence for sentence in pilot.limits("en"))
    many = wild_cluster_bootstrap(
        streets(4, 21, 3), "满意率 ~ 占比", "占比", "区", seed=3, draws=199
    )
    assert (many.seed, many.table.n_draws[0], many.table.floor[0]) == (3, 199, 1 / 200)
    assert many.p_value >= 1 / 200


@pytest.mark.parametrize(
    ("changed", "formula", "reason"),
    [
        ({"投诉": 1.0}, "满意率 ~ 投诉", "没有变化"),
        ({"满意率": 1.0}, "满意率 ~ 投诉", "没有变化"),
        ({"投诉": np.nan}, "满意率 ~ 投诉", "0 行"),
        ({"投诉": [np.inf] + [0.0] * 95}, "满意率 ~ 投诉", "有限"),
        ({"另": lambda table: 2 * table.投诉}, "满意率 ~ 另 + 投诉", "共线"),
        ({"区": ["甲"] * 48 + ["乙"] * 48}, "满意率 ~ 投诉", "只有 2 个"),
        ({"区": "甲"}, "满意率 ~ 投诉", "只有 1 个"),
        ({"满意率": lambda table: table.投诉}, "满意率 ~ 投诉", "没有留下误差"),
    ],
)
def test_what_the_data_cannot_carry_is_not_estimated(changed, formula, reason):
    result = wild_cluster_bootstrap(streets().assign(**changed), formula, "投诉", "区")
    assert isinstance(result, NotEstimated)
    assert reason in result.reason


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"term": "占比"}, "no term"),
        ({"cluster": "没有"}, "no column"),
        ({"null": float("nan")}, "null is nan"),
        ({"weights": "mammen"}, "use 'rademacher' or 'webb'"),
        ({"draws": 0}, "draws is a whole number"),
    ],
)
def test_what_cannot_be_meant_is_an_error(options, message):
    asked = {"formula": "满意率 ~ 投诉", "term": "投诉", "cluster": "区", **options}
    with pytest.raises(InputError, match=message):
        wild_cluster_bootstrap(streets(), **asked)


def test_gaps_and_marks_are_handed_on():
    table = streets()
    table.loc[3, "投诉"] = np.nan
    result = wild_cluster_bootstrap(mark_simulated(table), "满意率 ~ 投诉", "投诉", "区")
    assert result.simulated
    assert any("丢弃 1 行" in sentence for sentence in result.limits())
