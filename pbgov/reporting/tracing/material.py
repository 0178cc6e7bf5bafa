"""A study as it was run: its results from the cache, and its shares with what they came from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.cache import table_of
from pbgov.evaluation.design import read_design
from pbgov.evaluation.regression import table_of as table_of_panel
from pbgov.indicators.lineage import LINEAGE, Lineage, lineage_of
from pbgov.reporting.composition import Findings
from pbgov.reporting.tracing.columns import names_column
from pbgov.reporting.tracing.documents import Documents
from pbgov.reporting.tracing.records import ASSESSMENT, POINTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbgov.cache import Results
    from pbgov.evaluation.design import Design
    from pbgov.evaluation.estimate import Estimate, NotEstimated
    from pbgov.reporting.ledger import Ledger
    from pbgov.reporting.report import Report
    from pbgov.study import Study

MOST_PERIODS = 500
BOUNDS = ("score_low", "score_high")


@dataclass(frozen=True, eq=False)
class Material:
    """A study with the results of its run."""

    study: Study
    results: Mapping[str, Results]

    @cached_property
    def documents(self) -> Documents:
        """The documents as they were read."""
        return Documents(self.results)

    @cached_property
    def findings(self) -> Findings:
        """The results as the report asks for them."""
        return Findings(self.study, self.results)

    @cached_property
    def ledger(self) -> Ledger:
        """Every result of the run, with what it rests on."""
        return self.findings.ledger

    @cached_property
    def report(self) -> Report:
        """The report of the run."""
        from pbgov.reporting.composition import compose

        return compose(self.study, self.results)

    @cached_property
    def scores(self) -> dict[str, pd.DataFrame]:
        """The shares of the run, made anew: they carry the segments and judgements behind them."""
        from pbgov.steps.coding import score

        made = score(self.study, self.results)
        return {name: value for name, value in made.items() if isinstance(value, pd.DataFrame)}

    @cached_property
    def regions(self) -> dict[str, str]:
        """Name of each region code."""
        return self.findings.region_names

    def estimates(self) -> Iterator[tuple[str, str, Estimate | NotEstimated]]:
        """Every estimate of the run, with its step and its name."""
        for step in ("satisfaction", "assess"):
            for name in self.results.get(step, {}):
                one = self.findings.estimate(step, name)
                if one is not None:
                    yield step, name, one

    def rows_of(self, estimate: Estimate) -> Design | None:
        """The rows that an estimate of the run was fitted on; None where it is not of this run.

        They are known by their digest: the tables of the run are built again until one has it.
        """
        for table, formula, others in self._tables(estimate):
            if set(others) <= set(table.columns):
                design = read_design(table, formula, others)
                if design.digest == estimate.inputs_digest:
                    return design
        return None

    def _tables(self, estimate: Estimate) -> Iterator[tuple[pd.DataFrame, str, list[str]]]:
        left, _, right = estimate.formula.partition("~")
        if left.strip().startswith("["):
            if "data" in self.results.get("assess", {}):
                yield self.assessment(), f"~{right}", [*BOUNDS, "region_code"]
            return
        for panel in self.panels(estimate.formula):
            yield panel, estimate.formula, []

    def panels(self, formula: str) -> Iterator[pd.DataFrame]:
        """Shares by region beside the indicators that a formula names, one table for each choice of periods."""
        from pbgov.indicators.panel import join_panel

        if "indicators" not in self.results["indicators"]:
            return
        figures = table_of(self.results, "indicators", "indicators")
        scores = self.scores["regions"]
        placed = figures["region_code"].isin(scores["unit"])
        named = figures["indicator"].map(lambda name: names_column(formula, str(name))).astype(bool)
        figures = figures[placed & named]
        if figures.empty:
            return
        periods = {
            str(name): sorted(map(str, own.unique()), reverse=True)
            for name, own in figures.groupby("indicator")["period"]
        }
        for number, chosen in enumerate(product(*periods.values())):
            if number >= MOST_PERIODS:
                return
            of_each = dict(zip(periods, chosen, strict=True))
            yield table_of_panel(join_panel(scores, figures, periods=of_each))[0]

    def assessment(self) -> pd.DataFrame:
        """The table of the assessment, with the rows of indicators behind its columns."""
        data = table_of(self.results, "assess", "data").copy()
        plan = self.study.assessment
        scores = table_of(self.results, "indicators", "assessment")
        of_scores = [
            scores.assign(
                column=bound,
                indicator=ASSESSMENT,
                value=scores[bound],
                taken=scores[bound],
                unit=POINTS,
            ).drop(columns=list(BOUNDS))
            for bound in BOUNDS
        ]
        tables = of_scores
        if plan is not None and "indicators" in self.results["indicators"]:
            figures = table_of(self.results, "indicators", "indicators")
            for one in plan.covariates:
                own = figures[
                    (figures["indicator"] == one.indicator)
                    & (figures["period"] == one.period)
                    & figures["region_code"].isin(data["region_code"])
                ]
                taken = np.log(own["value"]) if one.transform == "log" else own["value"]
                tables.append(own.assign(column=one.name, taken=taken))
        records = pd.concat([pd.DataFrame(table) for table in tables], ignore_index=True)
        data.attrs[LINEAGE] = Lineage("region_code", records=records)
        return data

    def lineage(self) -> Lineage | None:
        """Where the shares of regions came from."""
        return lineage_of(self.scores["regions"])


def material_of(study: Study | Material | str | Path) -> Material:
    """A study, read and run as far as its cache does not have it; that is told on one line of stderr."""
    from pbgov.run import compute, state_of
    from pbgov.steps import STEPS
    from pbgov.study import read_study

    if isinstance(study, Material):
        return study
    read = read_study(study) if isinstance(study, (str, Path)) else study
    told: list[str] = []

    def tell(title: str, made: bool) -> None:
        if made or told:
            told.append(title)
            done = [step.title for step in STEPS].index(title) + 1
            end = "\n" if done == len(STEPS) else ""
            print(f"\r  {done}/{len(STEPS)} {title:　<12}", end=end, file=sys.stderr, flush=True)

    results, _ = compute(read, state_of(read), tell)
    return Material(read, results)
