"""Every verb of evaluation against every kind of bad input: a reason or an error, never a number.

pytest turns warnings into errors, so a warning in passing fails here too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import pbgov

N = 24


def good():
    """Twenty-four districts: a rate, an answer, a regressor, a control, a treatment."""
    random = np.random.default_rng(20)
    x = random.normal(size=N)
    score = 0.6 * x + random.normal(size=N)
    return pd.DataFrame(
        {
            "region_code": [f"1101{i:02d}" for i in range(N)],
            "x": x,
            "z": random.normal(size=N),
            "y": score,
            "rate": 1 / (1 + np.exp(-score)),
            "answer": np.digitize(score, [-0.7, 0.3]) + 1.0,
            "coded": (x > 0).astype(float),
        }
    )


def months():
    """The same districts over twelve months, six of them adopting in the seventh."""
    random = np.random.default_rng(21)
    table = good().loc[np.repeat(np.arange(N), 12)].reset_index(drop=True)
    table["month"] = np.tile([f"2024-{m:02d}" for m in range(1, 13)], N)
    table["y"] += random.normal(size=len(table))
    table["adopted"] = np.where(np.repeat(np.arange(N), 12) < 6, "2024-07", None)
    return table


def ring():
    codes = good()["region_code"]
    return pd.DataFrame({"region_code_a": codes, "region_code_b": np.roll(codes, 1)})


def series():
    random = np.random.default_rng(22)
    periods = [f"{2019 + k // 12}-{k % 12 + 1:02d}" for k in range(36)]
    return pd.DataFrame({"month": periods, "y": random.normal(size=36)})


def membership(values):
    return pbgov.calibrate(values, anchors=(-1.0, 0.05, 1.0))


OF_DISTRICTS = {
    "regress": lambda t: pbgov.regress(t, "y ~ x + z", permutations=99),
    "regress_weighted": lambda t: pbgov.regress(t, "y ~ z", weights="x", permutations=99),
    "fractional_logit": lambda t: pbgov.fractional_logit(t, "rate ~ x + z", permutations=99),
    "ordered_logit": lambda t: pbgov.ordered_logit(t, "answer ~ x + z", permutations=99),
    "proportional_odds": lambda t: pbgov.proportional_odds(t, "answer ~ x"),
    "beta_regression": lambda t: pbgov.beta_regression(t, "rate ~ x", permutations=99),
    "permutation_test": lambda t: pbgov.permutation_test(t, "y ~ x + z", "x", permutations=99),
    "step_down_max_t": lambda t: pbgov.step_down_max_t(
        t, ["y ~ x", "y ~ x + z"], "x", permutations=99
    ),
    "leave_one_out": lambda t: pbgov.leave_one_out(t, "y ~ x + z"),
    "moran": lambda t: pbgov.moran(t, "y ~ x", ring(), permutations=99),
    "multiverse": lambda t: pbgov.multiverse(
        t, outcomes=["y"], focal=["x"], controls=["z"], draws=99
    ),
    "correct_coding_error": lambda t: pbgov.correct_coding_error(
        t, "y ~ coded + x", "coded", None, None, permutations=99
    ),
    "truth_table": lambda t: pbgov.truth_table(
        t.assign(x=membership(t["x"]), z=membership(t["z"])), "rate", ["x", "z"],
        cases="region_code",
    ),
    "necessity": lambda t: pbgov.necessity(
        t.assign(x=membership(t["x"])), "rate", ["x"], cases="region_code"
    ),
    "necessity_ceiling": lambda t: pbgov.necessity_ceiling(t, "y", "x", draws=99),
}  # fmt: skip
OF_MONTHS = {
    "regress": lambda t: pbgov.regress(t, "y ~ x", "region_code", permutations=99),
    "regress_within": lambda t: pbgov.regress(
        t.assign(w=t["x"] + np.arange(len(t)) % 7), "y ~ w", fixed_effects="region_code"
    ),
    "mixed_model": lambda t: pbgov.mixed_model(t, "y ~ x", "region_code", permutations=99),
    "mundlak": lambda t: pbgov.mundlak(
        t.assign(w=t["x"] + np.arange(len(t)) % 7), "y ~ w", "region_code", permutations=99
    ),
    "permutation_test": lambda t: pbgov.permutation_test(
        t, "y ~ x", "x", cluster="region_code", permutations=99
    ),
    "wild_cluster_bootstrap": lambda t: pbgov.wild_cluster_bootstrap(
        t, "y ~ x", "x", "region_code", draws=99
    ),
}
SPOILED = {
    "constant": {"x": 3.0},
    "all_missing": {"x": np.nan},
    "infinite": {"x": lambda t: t["x"].where(t.index != 3, np.inf)},
    "string_numbers": {"x": lambda t: t["x"].round(2).astype(str)},
    "dates": {"x": pd.Timestamp("2024-01-01")},
    "no_outcome": {"y": np.nan, "rate": np.nan, "answer": np.nan},
    "constant_outcome": {"y": 1.0, "rate": 0.5, "answer": 2.0},
}


def refusal(call, table):
    """Why the verb gives no number: a reason, or an error of misuse; '' where it gives one."""
    try:
        found = call(table)
    except pbgov.InputError as error:
        return str(error)
    if isinstance(found, pbgov.Correction):
        found = found.naive
    if not isinstance(found, pbgov.NotEstimated):
        return ""
    assert found.reason
    assert "nan" not in found.reason_en.lower().split()
    return found.reason_en


def refused(call, table):
    return bool(refusal(call, table))


@pytest.mark.parametrize("verb", [*OF_DISTRICTS])
def test_good_tables_are_answered(verb):
    assert not refused(OF_DISTRICTS[verb], good().assign(x=lambda t: t["x"].abs() + 0.1))


@pytest.mark.parametrize("verb", [*OF_MONTHS])
def test_good_panels_are_answered(verb):
    assert not refused(OF_MONTHS[verb], months())


@pytest.mark.parametrize(
    ("verb", "fault"),
    [
        (verb, fault)
        for verb in OF_DISTRICTS
        for fault in SPOILED
        if (verb, fault) != ("regress_weighted", "constant")  # equal weights are no fault
    ],
)
def test_spoiled_tables_are_refused(verb, fault):
    if verb == "necessity_ceiling" and fault == "constant_outcome":
        fault = "constant"
    assert refused(OF_DISTRICTS[verb], good().assign(**SPOILED[fault]))


@pytest.mark.parametrize("fault", ["all_missing", "infinite", "no_outcome"])
@pytest.mark.parametrize("verb", [*OF_MONTHS])
def test_spoiled_panels_are_refused(verb, fault):
    assert refused(OF_MONTHS[verb], months().assign(**SPOILED[fault]))


@pytest.mark.parametrize("verb", [*OF_DISTRICTS])
def test_too_few_rows_are_refused(verb):
    if verb != "necessity":  # a description, which two cases have too
        assert refused(OF_DISTRICTS[verb], good().iloc[:2])
    assert refused(OF_DISTRICTS[verb], good().iloc[:0])


@pytest.mark.parametrize("verb", [*OF_MONTHS])
def test_two_clusters_are_refused(verb):
    two = months()[lambda t: t["region_code"].isin(["110100", "110101"])]
    assert refused(OF_MONTHS[verb], two)


@pytest.mark.parametrize(
    "verb",
    ["regress", "fractional_logit", "ordered_logit", "leave_one_out", "correct_coding_error"],
)
def test_collinear_regressors_are_refused(verb):
    collinear = good().assign(z=lambda t: 2 * t["x"] - 1)
    if verb == "correct_coding_error":
        collinear = good().assign(x=lambda t: t["coded"] * 3)
    assert refused(OF_DISTRICTS[verb], collinear)


def test_perfect_separation_is_refused():
    split = good().assign(rate=lambda t: (t["x"] > 0) * 1.0, answer=lambda t: (t["x"] > 0) + 1.0)
    for verb in ("fractional_logit", "ordered_logit"):
        assert refused(lambda t, v=verb: OF_DISTRICTS[v](t.assign(z=good()["z"])), split)


@pytest.mark.parametrize(
    "verb", ["fractional_logit", "beta_regression", "truth_table", "necessity"]
)
def test_rates_outside_zero_to_one_are_errors(verb):
    percent = good().assign(rate=lambda t: t["rate"] * 100)
    with pytest.raises(pbgov.InputError):
        OF_DISTRICTS[verb](percent)


@pytest.mark.parametrize(
    "verb",
    ["regress", "fractional_logit", "permutation_test", "leave_one_out", "moran", "multiverse",
     "truth_table", "necessity"],
)  # fmt: skip
def test_a_unit_in_several_rows_is_refused(verb):
    twice = pd.concat([good(), good().iloc[:3]], ignore_index=True)
    assert refused(OF_DISTRICTS[verb], twice)


def test_regions_that_do_not_match_are_named():
    strangers = ring().replace(r"^1101", "3101", regex=True)
    found = refusal(lambda t: pbgov.moran(t, "y ~ x", strangers, permutations=99), good())
    assert "1101" in found or "3101" in found


@pytest.mark.parametrize("fault", ["infinite", "no_outcome", "one_period", "twice", "all_adopted"])
def test_staggered_adoption_refuses(fault):
    table = months()
    spoiled = {
        "infinite": table.assign(y=table["y"].where(table.index != 3, np.inf)),
        "no_outcome": table.assign(y=np.nan),
        "one_period": table[table["month"] == "2024-07"],
        "twice": pd.concat([table, table.iloc[:5]]),
        "all_adopted": table.assign(adopted="2024-07"),
    }[fault]
    call = lambda t: pbgov.staggered_adoption(  # noqa: E731
        t, "y", "region_code", "month", "adopted", permutations=99
    )
    assert not refused(call, table)
    assert refused(call, spoiled)


@pytest.mark.parametrize(
    "fault", ["constant", "infinite", "no_outcome", "short", "twice", "strings"]
)
def test_interrupted_series_refuses(fault):
    table = series()
    spoiled = {
        "constant": table.assign(y=1.0),
        "infinite": table.assign(y=table["y"].where(table.index != 3, np.inf)),
        "no_outcome": table.assign(y=np.nan),
        "short": table.iloc[:20],
        "twice": pd.concat([table, table.iloc[:5]]),
        "strings": table.assign(y=table["y"].round(2).astype(str)),
    }[fault]
    call = lambda t: pbgov.interrupted_series(t, "y", "month", "2020-07")  # noqa: E731
    assert not refused(call, table)
    assert refused(call, spoiled)
