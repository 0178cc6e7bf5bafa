"""Regressions on district shares of a code, freed of machine error and of the sampling of texts."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.accuracy import accuracy_table, remarks_on_accuracy
from pbgov.evaluation.coding_error.correction import Correction
from pbgov.evaluation.coding_error.counts import Counts, checked_audit, read_counts, with_counted
from pbgov.evaluation.coding_error.differential import check_errors
from pbgov.evaluation.coding_error.fitted import told_apart_by_few
from pbgov.evaluation.coding_error.sample import (
    reason_against,
    remarks_on_naive,
    remarks_on_sample,
)
from pbgov.evaluation.coding_error.share_remarks import (
    BIAS_OF_SHARES,
    against_audit,
    against_fit,
    against_units,
    remarks_on_shares,
    remarks_on_units,
)
from pbgov.evaluation.design import read_design
from pbgov.evaluation.estimate import Estimate, NotEstimated, counted_en
from pbgov.evaluation.limits import (
    sentences_on_gaps,
    sentences_on_simulation,
    sentences_on_size,
)
from pbgov.evaluation.regression import SEED, regress, table_of, terms_table
from pbgov.inference.coding_error.shares import (
    audited_by_unit,
    regress_on_shares,
    rogan_gladen_shares,
)
from pbgov.inference.linear import coefficient_tests
from pbgov.inference.resampling.relabelings import DRAWS, check_draws
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.checks import CheckResult
    from pbgov.evaluation.design import Design
    from pbgov.evaluation.remarks import Remark
    from pbgov.indicators.panel import Panel
    from pbgov.inference.coding_error.shares import AuditedShares


@dataclass(frozen=True, eq=False)
class _Frame:
    """What the estimates of one call share."""

    design: Design
    column: int
    counts: Counts
    unit_name: str
    seed: int
    simulated: bool
    remarks: tuple[Remark, ...]
    all_read: bool

    def refused(self, reason: str, reason_en: str) -> NotEstimated:
        """A refusal, in Chinese and in English."""
        n = len(self.design.rows)
        return NotEstimated(self.design.formula, n, reason, reason_en, self.simulated)


def correct_scores(
    data: pd.DataFrame | Panel,
    formula: str,
    score: str,
    audit: pd.DataFrame,
    *,
    unit: str = "region_code",
    document: str | None = "doc_id",
    all_read: bool = False,
    unit_name: str = "区",
    seed: int = SEED,
    permutations: int = DRAWS,
    allow_regressors: int | None = None,
) -> Correction | NotEstimated:
    """A regression on district shares of a machine code, naive and corrected, side by side.

    Parameters
    ----------
    data : DataFrame or Panel
        One row per district: outcome, covariates, and `score` if it is there already.
    formula : str
        As for `pbgov.regress`; the score stands in it as it is, ``满意率 ~ Q("share_MODE.M1")``.
    score : str
        Name of the share in the formula.
    audit : DataFrame
        One row per stretch, as `machine_beside_gold` gives it: `unit`, `document`, ``machine``,
        ``gold``, ``inclusion_probability``.
    unit : str
        Column of the district in `data` and `audit`.
    document : str or None
        Column of the document: stretches of one vary together. None takes stretches for
        independent.
    all_read : bool
        False: the documents are a sample of what there is about a district, and their
        sampling is taken out too. True: they are all there is, and the outcome goes with
        the share of these very stretches; only the machine's errors are taken out, which
        are taken for independent, so that `document` is of no account.
    unit_name, seed, permutations, allow_regressors
        As in `pbgov.regress`, which gives the naive estimate.

    Returns
    -------
    Correction or NotEstimated
        NotEstimated where even the naive estimate cannot be made. ``corrected``: shares by Rogan and
        Gladen's formula with one sensitivity and specificity for all districts, then
        errors in variables; ``per_unit``: each district's share corrected by its own part of
        the audit, then the same, which holds where the machine errs more in some districts.
        Standard errors leave out one district at a time, with its audit; t(G - k).
        ``differential`` says whether errors go with the outcome or the district; where
        they may, ``corrected`` says so in its remarks.

    Raises
    ------
    InputError
        Where a column is missing, codes are not 0 and 1, a district stands twice, the shares of `data`
        are not those of `audit`, no district is in both, or the score stands in the
        formula otherwise than by itself.

    Notes
    -----
    Not corrected: fewer than 30 audited stretches, fewer than five with or without the code,
    sensitivity + specificity - 1 under 0.2, reliability of the shares under 0.1, fewer than
    ten documents a district (harmonic mean; stretches where they count for themselves). Per district at least five audited stretches.

    References
    ----------
    Rogan and Gladen (1978), Fuller (1987), as in `pbgov.inference.coding_error.shares`.
    """
    if not isinstance(all_read, bool):
        raise InputError(f"all_read is {all_read!r}; say True or False")
    check_draws(permutations, seed)
    document = None if all_read else document
    table, simulated = table_of(data)
    stretches = checked_audit(audit, unit, document)
    simulated = simulated or is_simulated(audit)
    table = with_counted(table, score, unit, stretches)
    design = read_design(table, formula, [unit])
    column = _column(design, score) if len(design.rows) else -1  # no row: regress says why
    naive = regress(
        table, formula, unit_name=unit_name, seed=seed, permutations=permutations,
        allow_regressors=allow_regressors,
    )  # fmt: skip
    if isinstance(naive, NotEstimated):
        return NotEstimated(formula, naive.n, naive.reason, naive.reason_en, simulated)
    names = [str(name) for name in design.rows[unit]]
    counts = read_counts(stretches, names, unit, document)
    drawn = bool(len(counts.hand))
    weight = np.where(np.isnan(counts.chance), 1.0, 1 / counts.chance)
    said_by_machine = counts.machine[counts.hand_rows]
    accuracy = accuracy_table([score], said_by_machine[:, None], counts.hand[:, None], weight)
    check = _differential(score, design, counts, unit_name, seed, simulated)
    said = list(remarks_on_units(stretches, names, unit, unit_name))
    if drawn:
        plan = str(audit.attrs.get("gold_design", ""))
        said += remarks_on_sample(len(counts.hand), len(counts.machine), counts.chance, plan)
        said += remarks_on_accuracy(accuracy)
    frame = _Frame(design, column, counts, unit_name, seed, simulated, tuple(said), all_read)
    pooled, corrected = _pooled(frame, score, check)
    beside = remarks_on_naive(drawn=drawn, bias=BIAS_OF_SHARES)
    return Correction(
        formula=formula,
        coded=(score,),
        naive=naive.with_remarks(*said, *beside, *sentences_on_simulation(simulated)),
        corrected=corrected,
        gold_only=None,
        per_unit=_per_unit(frame, score),
        differential=check,
        accuracy=accuracy,
        shares=_shares(frame, names, pooled),
        remarks=(*sentences_on_simulation(simulated), *said, *beside),
        simulated=simulated,
    )


def _pooled(
    frame: _Frame, score: str, check: CheckResult | None
) -> tuple[AuditedShares | None, Estimate | NotEstimated]:
    counts = frame.counts
    if reason := _cannot(frame, score):
        return None, frame.refused(*reason)
    shares = rogan_gladen_shares(
        counts.machine, counts.units, counts.hand_rows, counts.hand, counts.chance,
        documents=counts.documents, all_read=frame.all_read,
    )  # fmt: skip
    if reason := against_audit(shares):
        return None, frame.refused(*reason)
    doubted = check is not None and check.passed is False
    return shares, _estimate(frame, shares, by_unit=False, doubted=doubted)


def _per_unit(frame: _Frame, score: str) -> Estimate | NotEstimated:
    counts = frame.counts
    reason = _cannot(frame, score) or against_units(counts, frame.unit_name)
    if reason:
        return frame.refused(*reason)
    shares = audited_by_unit(
        counts.machine, counts.units, counts.hand_rows, counts.hand, counts.chance,
        documents=counts.documents, all_read=frame.all_read,
    )  # fmt: skip
    return _estimate(frame, shares, by_unit=True, doubted=False)


def _cannot(frame: _Frame, score: str) -> tuple[str, str] | None:
    counts = frame.counts
    return reason_against(
        [score], counts.hand[:, None], counts.chance, len(counts.machine)
    ) or against_fit(counts, frame.unit_name)


def _estimate(
    frame: _Frame, shares: AuditedShares, *, by_unit: bool, doubted: bool
) -> Estimate | NotEstimated:
    design, column = frame.design, frame.column
    others = np.delete(design.matrix, column, axis=1)
    fit = regress_on_shares(others, shares, design.outcome)
    if reason := against_fit(frame.counts, frame.unit_name, fit):
        return frame.refused(*reason)
    order = np.insert(np.arange(others.shape[1]), column, others.shape[1])
    covariance = fit.covariance[np.ix_(order, order)]
    tests = coefficient_tests(fit.coefficients[order], covariance, fit.df)
    n = len(design.rows)
    refused, refusals = told_apart_by_few(design, np.arange(n), frame.unit_name)
    one = counted_en(1, frame.unit_name)[2:]
    method = (
        ("最小二乘，每个单位按自己的抽查校正占比，再扣除占比的误差方差", "least squares; shares corrected"
         " by each unit's own audit, their error variance subtracted")
        if by_unit
        else ("最小二乘，占比按 Rogan–Gladen 校正，再扣除占比的误差方差", "least squares; shares by"
              " Rogan-Gladen, their error variance subtracted (errors in variables)")
    )  # fmt: skip
    return Estimate(
        formula=design.formula,
        outcome=design.outcome_name,
        terms=terms_table(design.columns, fit.coefficients[order], tests, refused, {}),
        n=n,
        n_units=n,
        unit_name=frame.unit_name,
        method=method[0],
        method_en=method[1],
        covariance=f"每次去掉一个{frame.unit_name}（连同它的抽查）的刀切法 + t(G−k)",
        covariance_en=f"delete-one-{one} jackknife (with its audit) + t(G−k)",
        beside=pd.DataFrame(),
        fit={
            "reliability": fit.reliability,
            "sensitivity": shares.sensitivity,
            "specificity": shares.specificity,
            "n_gold": float(len(frame.counts.hand)),
        },
        remarks=(
            *sentences_on_simulation(frame.simulated),
            *sentences_on_size(n, n, frame.unit_name, clustered=False, detectable=False),
            *sentences_on_gaps(design),
            *refusals,
            *frame.remarks,
            *remarks_on_shares(
                frame.counts,
                shares,
                fit,
                frame.unit_name,
                by_unit=by_unit,
                doubted=doubted,
                all_read=frame.all_read,
            ),
        ),
        simulated=frame.simulated,
        inputs_digest=design.digest,
        lineage=design,
        seed=frame.seed,
    )


def _differential(
    score: str, design: Design, counts: Counts, unit_name: str, seed: int, simulated: bool
) -> CheckResult | None:
    if not len(counts.hand) or np.isnan(counts.chance).any():
        return None
    owner = counts.units[counts.hand_rows]
    names = design.labels if len(set(design.labels)) == len(design.labels) else None
    labels = np.array(names if names else range(len(design.rows)), dtype=object).astype(str)
    return check_errors(
        score,
        counts.machine[counts.hand_rows],
        counts.hand,
        counts.chance,
        outcome=design.outcome[owner],
        clusters=labels[owner],
        unit_name=unit_name,
        seed=seed,
        simulated=simulated,
    )


def _shares(frame: _Frame, names: list[str], pooled: AuditedShares | None) -> pd.DataFrame:
    counts, count = frame.counts, len(names)
    segments = np.bincount(counts.units, minlength=count)
    nan = np.full(count, np.nan)
    return pd.DataFrame(
        {
            "unit": pd.Series(names, dtype="str"),
            "n_segments": segments,
            "n_gold": np.bincount(counts.units[counts.hand_rows], minlength=count),
            "counted": np.bincount(counts.units, counts.machine, minlength=count) / segments,
            "corrected": nan if pooled is None else pooled.shares,
            "sampling_sd": nan if pooled is None else np.sqrt(pooled.sampling_variance),
        }
    ).sort_values("unit", ignore_index=True)


def _column(design: Design, score: str) -> int:
    """Where the score stands in the design."""
    if score == design.outcome_name:
        raise InputError(
            f"{score!r} is the outcome here; a share's error in the outcome only widens intervals,"
            " and machine-coded outcomes are what correct_coding_error is for"
        )
    others = [term for term in design.terms if term != score and score in _names(term)]
    if score not in design.columns or others:
        where = others[0] if others else design.formula
        raise InputError(
            f"the score {score!r} must stand in the formula by itself, not as in {where!r}: the"
            " sampling error of a share is known, that of what is made from it is not"
        )
    return design.columns.index(score)


def _names(term: str) -> set[str]:
    found: set[str] = set()
    for part in term.split(":"):
        try:
            parsed = ast.parse(part, mode="eval")
        except SyntaxError:
            found.add(part)
            continue
        found |= {part} | {node.id for node in ast.walk(parsed) if isinstance(node, ast.Name)}
    return found
