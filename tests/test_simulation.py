"""The simulated chain: what was put in comes out, and nothing simulated passes as real."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from pbgov.coding.sampling import draw_gold
from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate
from pbgov.evaluation.recovery import CORRECTED, audit_simulation, recovery_table
from pbgov.evaluation.regression import regress
from pbgov.indicators.panel import join_panel
from pbgov.indicators.register import read_indicators
from pbgov.indicators.scores import score
from pbgov.indicators.simulation import (
    DEFAULT_EFFECTS,
    LOG_DENSITY,
    RATE,
    RATE_LOGIT,
    share_column,
    simulate_panel,
    simulate_practices,
    true_shares,
)
from pbgov.marks import is_simulated
from pbgov.schemas import SEGMENTS

MODES = sorted(DEFAULT_EFFECTS)


@pytest.fixture(scope="module")
def figures(root):
    return read_indicators(root / "data/indicators")


@pytest.fixture(scope="module")
def covariates(figures):
    density = figures[(figures.indicator == "人口密度") & (figures.period == "2020-11-01")]
    return density[["region_code", "value"]].rename(columns={"value": "人口密度"})


@pytest.fixture(scope="module")
def city(figures):
    rate = figures[(figures.indicator == "接诉即办满意率") & (figures.region_code == "110000")]
    return rate[rate.period.isin(["2019-01", "2019-10", "2021-11", "2024"])]


@pytest.fixture(scope="module")
def pool():
    modes = [*MODES, np.nan] * 6
    return pd.DataFrame(
        {
            "segment_id": [f"s{i:02d}" for i in range(30)],
            "text": [f"第{i}段写了{mode}。" for i, mode in enumerate(modes)],
            "mode": modes,
        }
    )


@pytest.fixture(scope="module")
def simulation(covariates, pool, city):
    return simulate_panel(covariates, pool, city, seed=20260101)


# ---- what is drawn -----------------------------------------------------------------------------


def test_the_panel_has_the_real_districts_and_the_real_path(simulation, city):
    panel = simulation.panel
    assert panel.region_code.nunique() == 16
    assert sorted(panel.period.unique()) == ["2019-01", "2019-10", "2021-11", "2024"]
    assert panel[RATE].between(0, 100, inclusive="neither").all()
    paths = panel.groupby("period")[RATE].mean()
    np.testing.assert_allclose(paths, city.sort_values("period").value, atol=4)
    np.testing.assert_allclose(
        panel[RATE_LOGIT], np.log(panel[RATE] / (100 - panel[RATE])), rtol=1e-9
    )
    assert (panel.status == "模拟").all()


def test_segments_keep_their_schema_and_tile_each_document(simulation, pool):
    SEGMENTS.validate(simulation.segments)
    for _, document in simulation.segments.groupby("doc_id"):
        assert len(document) == 60
        text = "".join(document.text)
        for row in document.itertuples():
            assert text[row.start : row.end] == row.text
    by_source = simulation.segments.merge(
        pool, left_on="source_segment_id", right_on="segment_id", suffixes=("", "_pool")
    )
    assert (by_source.text == by_source.text_pool).all()
    assert (by_source["模拟模式"].fillna("") == by_source["mode"].fillna("")).all()


def test_shares_of_the_panel_are_those_of_the_texts(simulation):
    shares = true_shares(simulation.segments, MODES)
    for mode in MODES:
        stated = simulation.panel.groupby("region_code")[share_column(mode)].first()
        pd.testing.assert_series_equal(stated, shares[mode], check_names=False)
        assert stated.between(0, 0.25).all()


def test_modes_are_drawn_independently_of_one_another(pool):
    shares = [
        true_shares(simulate_practices(pool, map(str, range(200)), MODES, seed=seed), MODES)
        for seed in range(5)
    ]
    correlations = pd.concat(shares).corr().to_numpy()[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 3.5 / np.sqrt(1000)


def test_same_seed_same_draw_whatever_the_row_order(simulation, covariates, pool, city):
    again = simulate_panel(
        covariates.sample(frac=1, random_state=1),
        pool.sample(frac=1, random_state=2),
        city.sample(frac=1, random_state=3),
        seed=20260101,
    )
    pd.testing.assert_frame_equal(again.panel, simulation.panel)
    pd.testing.assert_frame_equal(again.segments, simulation.segments)
    other = simulate_panel(covariates, pool, city, seed=7)
    assert not np.allclose(other.panel[RATE], simulation.panel[RATE])


def test_inputs_that_cannot_be_meant_are_refused(covariates, pool, city):
    with pytest.raises(InputError, match=r"no paragraph of 'MODE\.M2'"):
        simulate_panel(covariates, pool[pool["mode"] != "MODE.M2"], city, seed=1)
    with pytest.raises(InputError, match="no background"):
        simulate_panel(covariates, pool.dropna(), city, seed=1)
    with pytest.raises(InputError, match="lacks the columns"):
        simulate_panel(covariates.drop(columns="人口密度"), pool, city, seed=1)
    with pytest.raises(InputError, match="more than one row"):
        simulate_panel(pd.concat([covariates, covariates.head(1)]), pool, city, seed=1)
    with pytest.raises(InputError, match="outside 0 to 100"):
        simulate_panel(covariates, pool, city.assign(value=100.0), seed=1)


# ---- what comes out ----------------------------------------------------------------------------


def test_known_effects_are_recovered(covariates, pool, city):
    modes = {"MODE.M1": 0.0, "MODE.M2": 6.0}
    found = {mode: [] for mode in modes}
    covered, rejected = [], {mode: [] for mode in modes}
    for seed in range(150):
        panel = simulate_panel(covariates, pool, city, seed=seed).panel
        means = panel.drop(columns=["period", "status"]).groupby("region_code").mean()
        for mode, truth in modes.items():
            formula = f"{RATE_LOGIT} ~ {share_column(mode)} + {LOG_DENSITY}"
            row = regress(means, formula, permutations=199).terms.loc[1]
            found[mode].append(row.estimate)
            rejected[mode].append(row.p_permutation < 0.05)
            if not np.isnan(row.conf_low):
                covered.append(row.conf_low <= truth <= row.conf_high)
    for mode, truth in modes.items():
        assert DEFAULT_EFFECTS[mode] == truth
        error = np.std(found[mode]) / np.sqrt(len(found[mode]))
        assert abs(np.mean(found[mode]) - truth) < 3 * error, mode
    assert 0.90 <= np.mean(covered) <= 0.98
    assert np.mean(rejected["MODE.M2"]) > 0.75
    assert np.mean(rejected["MODE.M1"]) < 0.10


def test_recovery_table_sets_a_coder_beside_the_truth(simulation):
    judged = simulation.segments.dropna(subset=["模拟模式"])
    codings = pd.DataFrame(
        {
            "doc_id": judged.doc_id,
            "start": judged.start,
            "end": judged.end,
            "code_id": judged["模拟模式"],
            "coder": "rules",
            "value": 1,
        }
    )
    perfect = score(codings, simulation.segments, by="region_code", codes=MODES)
    wrong = codings.assign(
        code_id=np.where(np.arange(len(codings)) % 2, codings.code_id, "MODE.M3")
    )
    blurred = score(wrong, simulation.segments, by="region_code", codes=MODES)
    table = recovery_table(simulation, {"规则": perfect, "粗心": blurred}, permutations=99)
    assert is_simulated(table)
    assert list(table.labels.unique()) == ["真值", "规则", "粗心"]
    by_label = table.set_index(["labels", "level", "mode"])
    np.testing.assert_allclose(
        by_label.loc["规则"].estimate, by_label.loc["真值"].estimate, rtol=1e-9
    )
    assert not np.allclose(by_label.loc["粗心"].estimate, by_label.loc["真值"].estimate)
    # the same number of paragraphs in every district and the same months: both levels agree
    np.testing.assert_allclose(
        by_label.loc["真值"].loc["区均值"].estimate,
        by_label.loc["真值"].loc["区×期"].estimate,
        rtol=1e-9,
    )
    with pytest.raises(InputError, match=r"lack 'MODE\.M1'"):
        recovery_table(simulation, {"规则": perfect[perfect.code_id != "MODE.M1"]})


def codings_of(simulation, wrong=0.0):
    """What a coder says who takes `wrong` of the paragraphs of a mode for background."""
    judged = simulation.segments.dropna(subset=["模拟模式"])
    right = np.random.default_rng(4).random(len(judged)) >= wrong
    return judged[right].assign(code_id=judged["模拟模式"], coder="rules", value=1)


def test_audit_of_a_simulation_tells_the_truth_of_what_was_drawn_and_no_more(simulation):
    sample = draw_gold(simulation.segments, 320, seed=5, strata=["region_code"])
    audits = audit_simulation(simulation, codings_of(simulation), sample)
    assert sorted(audits) == MODES
    for mode, audit in audits.items():
        assert is_simulated(audit)
        drawn = audit["gold"].notna()
        assert set(audit.loc[drawn, "segment_id"]) == set(sample.table["segment_id"])
        truth = simulation.segments.set_index("segment_id")["模拟模式"].eq(mode)
        expected = truth.loc[audit["segment_id"]].to_numpy(dtype=float)
        np.testing.assert_array_equal(audit["machine"], expected)
        np.testing.assert_array_equal(audit.loc[drawn, "gold"], expected[drawn.to_numpy()])
        assert audit.attrs["not_drawn"] == 0


def test_corrected_rows_of_a_coder_without_error_are_those_of_the_truth(simulation):
    sample = draw_gold(simulation.segments, 320, seed=5, strata=["region_code"])
    audits = audit_simulation(simulation, codings_of(simulation), sample)
    table = recovery_table(simulation, {}, {CORRECTED: audits}, permutations=99)
    rows = table.set_index(["labels", "level", "mode"])
    ours = rows.loc[CORRECTED]
    assert list(ours.index.get_level_values("level").unique()) == ["区均值"]
    np.testing.assert_allclose(ours.estimate, rows.loc["真值"].loc[["区均值"]].estimate, rtol=1e-9)
    np.testing.assert_allclose(ours.p_holm, multipletests(ours.p_value, method="holm")[1])
    assert ours.p_permutation.isna().all()
    assert list(table.labels.unique()) == ["真值", CORRECTED]
    with pytest.raises(InputError, match="lack"):
        recovery_table(simulation, {}, {CORRECTED: {MODES[0]: audits[MODES[0]]}}, permutations=99)


def test_corrected_rows_undo_what_a_coder_misses(simulation):
    """Missing 40 % of the paragraphs shrinks shares and stretches slopes; the audit finds it out."""
    missed = codings_of(simulation, wrong=0.4)
    scores = score(missed, simulation.segments, by="region_code", codes=MODES)
    sample = draw_gold(simulation.segments, 800, seed=5, strata=["region_code"])
    audits = audit_simulation(simulation, missed, sample)
    table = recovery_table(simulation, {"规则": scores}, {CORRECTED: audits}, permutations=99)
    slopes = table[table.level.eq("区均值")].pivot(
        index="mode", columns="labels", values="estimate"
    )
    strong = slopes["真值"].abs().idxmax()
    off = (slopes.loc[strong] / slopes.loc[strong, "真值"] - 1).abs()
    assert off[CORRECTED] < 0.25 < off["规则"]


# ---- the mark ----------------------------------------------------------------------------------


def renamed(panel):
    return panel.rename(columns=lambda name: str(name).replace("模拟", ""))


WAYS = {
    "as it is": lambda panel, real: panel,
    "without status": lambda panel, real: panel.drop(columns="status"),
    "renamed": lambda panel, real: renamed(panel),
    "renamed without status": lambda panel, real: renamed(panel).drop(columns="status"),
    "selected": lambda panel, real: renamed(panel)[["region_code", "满意率", "占比_M2"]],
    "merged into": lambda panel, real: (
        renamed(panel).drop(columns="status").merge(real, on="region_code")
    ),
    "merged into a real table": lambda panel, real: real.merge(panel.drop(columns="status")),
    "renamed and merged into a real table": lambda panel, real: real.merge(
        renamed(panel), on="region_code"
    ),
    "averaged": lambda panel, real: (
        renamed(panel).groupby("region_code", as_index=False)[["满意率", "占比_M2"]].mean()
    ),
    "named aggregates": lambda panel, real: panel.groupby("region_code", as_index=False).agg(
        满意率=(RATE, "mean"), 占比_M2=("模拟占比_M2", "first")
    ),
    "one period": lambda panel, real: renamed(panel).query("period == '2024'"),
    "sorted and copied": lambda panel, real: (
        renamed(panel).drop(columns="status").sort_values("满意率").reset_index(drop=True).copy()
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_estimate_from_simulated_rates_is_unmarked(way, simulation, covariates):
    table = WAYS[way](simulation.panel, covariates.assign(status="实际"))
    rate, share = (RATE, "模拟占比_M2") if RATE in table.columns else ("满意率", "占比_M2")
    cluster = "region_code" if table.region_code.duplicated().any() else None
    estimate = regress(table, f"{rate} ~ {share}", cluster, permutations=99)
    assert estimate.simulated
    assert Estimate.from_json(estimate.to_json()).simulated
    assert str(estimate).startswith("【模拟】")
    assert estimate.limits[0].startswith("模拟数据")


def test_scores_and_panels_of_simulated_segments_are_marked(simulation, figures):
    codings = simulation.segments.assign(code_id="MODE.M1", coder="author", value=1)
    scores = score(codings, simulation.segments, by="region_code")
    assert is_simulated(scores)
    panel = join_panel(scores, figures[figures.indicator == "人口密度"])
    assert panel.simulated


def test_log_density_is_the_real_one(simulation, covariates):
    stated = simulation.panel.groupby("region_code")[LOG_DENSITY].first()
    real = np.log(covariates.set_index("region_code").value_counts().reset_index().人口密度)
    np.testing.assert_allclose(sorted(stated), sorted(real))
