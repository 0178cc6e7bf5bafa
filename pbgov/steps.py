"""The steps of the main job: what each reads, what it rests on, what it makes.

A step is a function of the study and of the results of earlier steps; it returns tables, and
estimates as JSON. It reads no file that it does not declare, so that its key tells the whole truth.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.cache import relative_name, table_of
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from pbgov.cache import Results
    from pbgov.study import Covariate, Study

    Make = Callable[[Study, Mapping[str, Results]], Results]

RULES = "rules"


@dataclass(frozen=True)
class Step:
    """One step: `reads` input folders, rests `after` other steps, `obeys` sections of study.toml."""

    name: str
    title: str
    reads: tuple[str, ...]
    after: tuple[str, ...]
    obeys: tuple[str, ...]
    make: Make


def _read(study: Study, _: Mapping[str, Results]) -> Results:
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.segments import segment

    corpus = read_corpus(study.cases)
    if not len(corpus):
        raise DataFileError(corpus.findings)
    documents, problems, remarks = (
        table.assign(path=[relative_name(Path(path), study.root) for path in table["path"]])
        for table in (corpus.documents, corpus.problems, corpus.remarks)
    )
    return {
        "documents": documents,
        "problems": problems.astype("str"),
        "remarks": remarks.astype("str"),
        "repairs": corpus.repairs,
        "alignments": corpus.alignments,
        "metadata": corpus.metadata,
        "paragraphs": segment(corpus, unit="paragraph"),
        "sentences": segment(corpus, unit="sentence"),
    }


def _practices(study: Study, _: Mapping[str, Results]) -> Results:
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.reuse import find_reuse
    from pbgov.extraction.distinct import distinct_practices
    from pbgov.extraction.practices import find_practices
    from pbgov.indicators.regions import read_regions

    regions = read_regions(study.regions)
    corpus = read_corpus(study.cases)
    practices, reuse = find_practices(corpus, regions), find_reuse(corpus)
    told = distinct_practices(practices, reuse)
    return {
        "practices": practices.assign(practice=told.to_numpy()).astype({"practice": "str"}),
        "regions": regions,
        "reuse": reuse,
    }


def _extract(_: Study, results: Mapping[str, Results]) -> Results:
    from pbgov.extraction.claims import find_claims
    from pbgov.extraction.formulas import find_formulas
    from pbgov.extraction.quantities import find_quantities

    paragraphs = table_of(results, "read", "paragraphs")
    return {
        "quantities": find_quantities(paragraphs),
        "formulas": find_formulas(paragraphs),
        "claims": find_claims(paragraphs),
    }


def _terms(study: Study, results: Mapping[str, Results]) -> Results:
    from pbgov.mining.contrast import contrast
    from pbgov.mining.lexicon import read_lexicon
    from pbgov.mining.terms import count_terms

    lexicon = read_lexicon(study.lexicon)
    paragraphs = table_of(results, "read", "paragraphs")
    counts = count_terms(paragraphs, lexicon)
    made: Results = {"counts": counts}
    if counts.loc[counts["n_tokens"] > 0, "unit"].nunique() > 1:
        made["contrast"] = contrast(paragraphs, lexicon)
    return made


def _code(study: Study, results: Mapping[str, Results]) -> Results:
    import pandas as pd

    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.codings import read_codings
    from pbgov.coding.rules import code_by_rules

    paragraphs = table_of(results, "read", "paragraphs")
    codebook = read_codebook(study.codebook)
    by_rules = code_by_rules(paragraphs, codebook)
    made: Results = {"codes": codebook.codes, "families": codebook.families}
    if study.codings is not None and any(study.codings.glob("*.csv")):
        by_people = read_codings(study.codings, paragraphs, codebook)
        made["codings"] = pd.concat([by_rules, by_people], ignore_index=True)
    else:
        made["codings"] = by_rules
    return made


def _agree(study: Study, results: Mapping[str, Results]) -> Results:
    import pandas as pd

    from pbgov.coding.agreement import agreement

    families = list(table_of(results, "code", "families")["family"])
    unknown = [name for name in study.families if name not in families]
    if unknown:
        wanted = " / ".join(families)
        raise DataFileError(
            [Finding("E508", "study.toml", seen=name, wanted=wanted) for name in unknown]
        )
    codings = table_of(results, "code", "codings")
    paragraphs = table_of(results, "read", "paragraphs")
    if RULES not in set(codings["coder"]):
        return {}
    judged = codings[codings["coder"].isin(study.references) & codings["segment_id"].notna()]
    pairs = set(zip(judged["coder"], judged["code_id"].str.split(".").str[0], strict=True))
    compared = [
        agreement(
            codings,
            coders=(coder, RULES),
            segments=paragraphs,
            family=family,
            seed=study.seed,
            frame="reference",
        )
        for coder in study.references
        for family in study.families
        if (coder, family) in pairs
    ]
    return {"agreement": pd.concat(compared, ignore_index=True)} if compared else {}


def _score(study: Study, results: Mapping[str, Results]) -> Results:
    """Shares by document among all practices; by region among those carried out, each once."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.rules import code_by_rules
    from pbgov.indicators.scores import score

    practices = table_of(results, "practices", "practices")
    regions = table_of(results, "practices", "regions")
    codebook = read_codebook(study.codebook)
    codes = list(codebook.codes["code_id"])
    frame = practices.assign(segment_id=practices["practice_id"], kind="paragraph")
    done = frame[frame["status"] == "已实施"]
    districts = regions.loc[regions["level"] == "district", "region_code"]
    return {
        "documents": score(code_by_rules(frame, codebook), frame, by="doc_id", codes=codes),
        "regions": score(
            code_by_rules(done, codebook),
            done,
            by="region_code",
            units=districts,
            codes=codes,
            distinct_practices="practice",
        ),
    }


def _indicators(study: Study, _: Mapping[str, Results]) -> Results:
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


def _satisfaction(study: Study, results: Mapping[str, Results]) -> Results:
    """Regress the latest real rates on the share of each mode, or say why that cannot be done."""
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
    return {
        code: regress(
            panel, f"Q('{plan.indicator}') ~ Q('share_{code}')", unit_name="区", seed=study.seed
        ).to_json()
        for code in codes
    }


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


def _assess(study: Study, results: Mapping[str, Results]) -> Results:
    """The declared test on the bounded scores: the focal covariate alone, with all, within groups.

    Scores are compared within peer groups when they are given, so a difference between districts may
    be one between groups. The last specification spends more regressors than sixteen districts
    usually carry; it is there to show whether the sign survives, not to find anything.
    """
    from pbgov.evaluation.bounded_outcomes import regress_bounded

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
        "all": [plan.focal, *others],
        "grouped": [plan.focal, "C(peer_group)"],
    }
    n_groups = data["peer_group"].nunique()
    for name, terms in specifications.items():
        made[name] = regress_bounded(
            data,
            "score_low",
            "score_high",
            " + ".join([*terms, "C(period)"]),
            "region_code",
            unit_name="区",
            seed=study.seed,
            permutations=plan.permutations,
            allow_regressors=n_groups if name == "grouped" else None,
        ).to_json()
    return made


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


def _simulate(study: Study, results: Mapping[str, Results]) -> Results:
    """Plant known effects in simulated rates, send simulated texts through the chain, compare."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.rules import code_by_rules
    from pbgov.evaluation.recovery import recovery_table
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
    return {
        "panel": simulation.panel,
        "recovery": recovery_table(simulation, {"规则": scores}),
        "parameters": json.dumps(dict(simulation.parameters)),
    }


def _text_pool(
    results: Mapping[str, Results], reference: str, modes: tuple[str, ...]
) -> pd.DataFrame:
    """Paragraphs the reference coder labelled with a mode, and paragraphs that hold no practice."""
    paragraphs = table_of(results, "read", "paragraphs").query("kind == 'paragraph'")
    practices = table_of(results, "practices", "practices")
    codings = table_of(results, "code", "codings").query("value == 1")
    judged = codings[codings["coder"] != RULES]
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


STEPS: tuple[Step, ...] = (
    Step("read", "读取与切分", ("cases",), (), (), _read),
    Step("practices", "查找做法", ("cases", "regions"), (), (), _practices),
    Step("extract", "数量、口号与成效说法", (), ("read",), (), _extract),
    Step("terms", "词频与对比", ("lexicon",), ("read",), (), _terms),
    Step("code", "编码", ("codebook", "codings"), ("read",), (), _code),
    Step("agree", "编码一致性", (), ("read", "code"), ("coding",), _agree),
    Step("score", "计分", ("codebook",), ("practices",), (), _score),
    Step("indicators", "指标", ("indicators", "assessment", "regions"), (), (), _indicators),
    Step(
        "satisfaction", "满意率检验", (), ("score", "indicators"), ("satisfaction",), _satisfaction
    ),
    Step("assess", "考核得分检验", (), ("indicators",), ("assessment",), _assess),
    Step(
        "simulate",
        "模拟演示",
        ("codebook",),
        ("read", "practices", "code", "indicators"),
        ("simulation", "coding"),
        _simulate,
    ),
)
