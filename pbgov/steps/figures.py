"""The steps on figures: indicators, the declared tests, the simulated demonstration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pbgov.cache import table_of
from pbgov.coding.rules import CODER

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pbgov.cache import Results
    from pbgov.study import Covariate, Study


def indicators(study: Study, _: Mapping[str, Results]) -> Results:
    """Indicators, their register and the assessment scores."""
    from pbgov.indicators.regions import read_regions
    from pbgov.indicators.register import read_assessment, read_indicators, read_register

    if study.indicators is None:
        return {}
    made: Results = {"register": read_register(study.indicators)}
    regions = read_regions(study.regions)
    if any(file.name != "register.csv" for file in study.indicators.glob("*.csv")):
        made["indicators"] = read_indicators(study.indicators, regions)
    if "assessment" in study.inputs:
        made["assessment"] = read_assessment(study.inputs["assessment"], regions)
    return made


def satisfaction(study: Study, results: Mapping[str, Results]) -> Results:
    """Regress the latest real rates on the share of each mode, or say why that cannot be done."""
    from pbgov.evaluation.declared import label_declared
    from pbgov.evaluation.estimate import NotEstimated
    from pbgov.evaluation.regression import regress
    from pbgov.indicators.panel import join_panel

    plan = study.satisfaction
    if plan is None:
        return {}
    families = table_of(results, "code", "families").set_index("family")
    codes = table_of(results, "code", "codes").query("family == @plan.family")["code_id"]
    codes = codes[codes != families["residual"].get(plan.family)]
    rates = _district_rates(plan.indicator, results)
    if rates is None:
        reason = (
            f"没有分区的“{plan.indicator}”数据",
            f"there are no district figures of {plan.indicator}",
        )
        return {
            code: NotEstimated(f"{plan.indicator} ~ {code}", 0, *reason, simulated=False).to_json()
            for code in codes
        }
    panel = join_panel(table_of(results, "score", "regions"), rates)
    answers = {
        code: regress(
            panel, f"Q('{plan.indicator}') ~ Q('share_{code}')", unit_name="区", seed=study.seed
        )
        for code in codes
    }
    return {code: one.to_json() for code, one in label_declared(answers, study.tests).items()}


def _district_rates(indicator: str, results: Mapping[str, Results]) -> pd.DataFrame | None:
    """The figures of the period that has the most districts; the latest of those."""
    if "indicators" not in results["indicators"]:
        return None
    regions = table_of(results, "practices", "regions")
    districts = regions.loc[regions["level"] == "district", "region_code"]
    figures = table_of(results, "indicators", "indicators")
    rates = figures[(figures["indicator"] == indicator) & figures["region_code"].isin(districts)]
    if rates.empty:
        return None
    counts = rates.groupby("period")["region_code"].nunique()
    latest: str = max(str(period) for period in counts[counts == counts.max()].index)
    return figures.loc[rates.index[rates["period"] == latest]]


def assess(study: Study, results: Mapping[str, Results]) -> Results:
    """The declared test on the bounded scores: the focal covariate alone, with all, within groups.

    Where it is the only covariate there is no second specification to make.

    Scores are compared within peer groups when they are given, so a difference between districts may
    be one between groups. The last specification spends more regressors than sixteen districts
    usually carry; it is there to show whether the sign survives, not to find anything.
    """
    from pbgov.evaluation.declared import label_declared
    from pbgov.evaluation.outcomes.bounded import regress_bounded

    plan = study.assessment
    if plan is None or "assessment" not in results["indicators"]:
        return {}
    data = table_of(results, "indicators", "assessment")
    for covariate in plan.covariates:
        data = data.merge(_covariate(covariate, results), on="region_code", how="left")
    others = [c.name for c in plan.covariates if c.name != plan.focal]
    made: Results = {"data": data}
    specifications = {
        "focal": [plan.focal],
        **({"all": [plan.focal, *others]} if others else {}),
        "grouped": [plan.focal, "C(peer_group)"],
    }
    n_groups = data["peer_group"].nunique()
    estimates = {
        name: regress_bounded(
            data,
            "score_low",
            "score_high",
            " + ".join([*terms, "C(period)"]),
            "region_code",
            unit_name="区",
            seed=study.seed,
            permutations=plan.permutations,
            allow_regressors=n_groups if name == "grouped" else None,
        )
        for name, terms in specifications.items()
    }
    labelled = label_declared(estimates, study.tests)
    return made | {name: one.to_json() for name, one in labelled.items()}


def _covariate(covariate: Covariate, results: Mapping[str, Results]) -> pd.DataFrame:
    import numpy as np

    figures = table_of(results, "indicators", "indicators")
    found = figures[
        (figures["indicator"] == covariate.indicator) & (figures["period"] == covariate.period)
    ]
    column = found.set_index("region_code")["value"].rename(covariate.name)
    if covariate.transform == "log":
        column = np.log(column)
    return column.reset_index()


def simulate(study: Study, results: Mapping[str, Results]) -> Results:
    """Plant known effects in simulated rates, send simulated texts through the chain, compare."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.rules import code_by_rules
    from pbgov.coding.sampling import draw_gold
    from pbgov.evaluation.recovery import CORRECTED, audit_simulation, recovery_table
    from pbgov.indicators.scores import score
    from pbgov.indicators.simulation import simulate_panel

    plan = study.simulation
    if plan is None or "indicators" not in results["indicators"] or not study.references:
        return {}
    simulation = simulate_panel(
        _covariate(plan.density, results),
        _text_pool(results, study.references[0], tuple(plan.effects)),
        _city_path(plan.city_path, results),
        plan.effects,
        seed=study.seed,
        paragraphs=plan.segments_per_district,
    )
    coded = code_by_rules(simulation.segments, read_codebook(study.codebook))
    scores = score(coded, simulation.segments, by="region_code", codes=list(plan.effects))
    sample = draw_gold(simulation.segments, plan.audited, seed=study.seed, strata=["region_code"])
    audits = audit_simulation(simulation, coded, sample)
    return {
        "panel": simulation.panel,
        "recovery": recovery_table(simulation, {"规则": scores}, {CORRECTED: audits}),
        "parameters": json.dumps(dict(simulation.parameters)),
    }


def _text_pool(
    results: Mapping[str, Results], reference: str, modes: tuple[str, ...]
) -> pd.DataFrame:
    """Paragraphs the reference coder labelled with a mode, and paragraphs that hold no practice."""
    paragraphs = table_of(results, "read", "paragraphs").query("kind == 'paragraph'")
    practices = table_of(results, "practices", "practices")
    codings = table_of(results, "code", "codings").query("value == 1")
    judged = codings[codings["coder"] != CODER]
    labels = judged[(judged["coder"] == reference) & judged["code_id"].isin(modes)]
    practised = set(practices["segment_id"]) | set(judged["segment_id"])
    pool = paragraphs.merge(
        labels[["segment_id", "code_id"]].rename(columns={"code_id": "mode"}),
        on="segment_id",
        how="left",
    )
    usable = pool["mode"].notna() | ~pool["segment_id"].isin(practised)
    return pool.loc[usable, ["segment_id", "text", "mode"]]


def _city_path(indicator: str, results: Mapping[str, Results]) -> pd.DataFrame:
    """The city's real figures at single points of time (averages over spans are left out)."""
    regions = table_of(results, "practices", "regions")
    cities = regions.loc[regions["level"].isin(["province", "city"]), "region_code"]
    figures = table_of(results, "indicators", "indicators")
    path = figures[(figures["indicator"] == indicator) & figures["region_code"].isin(cities)]
    return path.loc[~path["period"].str.contains("..", regex=False), ["period", "value"]]
