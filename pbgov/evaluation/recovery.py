"""Whether the chain from text to share to regression finds the effects that were put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.journal import GOLD
from pbgov.errors import InputError
from pbgov.evaluation.coding_error.audit import machine_beside_gold
from pbgov.evaluation.coding_error.scores import correct_scores
from pbgov.evaluation.doubts.multiplicity import adjust_p
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.indicators.simulation import LOG_DENSITY, RATE_LOGIT, share_column
from pbgov.inference.resampling.relabelings import DRAWS
from pbgov.marks import mark_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.coding.sampling import GoldSample
    from pbgov.indicators.simulation import Simulation

TRUE_LABELS = "真值"
CORRECTED = "规则，校正"
"""What the study calls the corrected rows of the rule coder."""
LEVELS = ("区均值", "区×期")
NUMBERS = ("estimate", "conf_low", "conf_high", "p_value", "p_permutation")
COLUMNS = (
    "labels",
    "level",
    "mode",
    "truth",
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "p_permutation",
    "p_holm",
    "covers_truth",
    "n_units",
    "reason",
)


def recovery_table(
    simulation: Simulation,
    scores_by_coder: Mapping[str, pd.DataFrame] | None = None,
    audits_by_coder: Mapping[str, Mapping[str, pd.DataFrame]] | None = None,
    *,
    permutations: int = DRAWS,
) -> pd.DataFrame:
    """Estimates of each mode's effect beside the effect that was put in.

    Each mode is regressed on its own, with log density beside it, once among the districts'
    means over the periods and once in the panel clustered by district.

    Parameters
    ----------
    simulation : Simulation
    scores_by_coder : mapping of str to DataFrame, optional
        `pbgov.schemas.SCORES` of the simulated segments by region_code, keyed by what the
        table should call the coder, such as 规则. The true labels (真值) always come first.
    audits_by_coder : mapping of str to mapping of str to DataFrame, optional
        What `audit_simulation` gives, keyed by what the table should call the corrected
        estimates, such as 规则，校正; among the districts' means only.
    permutations : int
        Draws of each permutation test.

    Returns
    -------
    DataFrame
        One row is labels x level x mode: labels, level, mode, truth, estimate, conf_low,
        conf_high (logits of the rate per unit share), p_value, p_permutation, p_holm (of
        the permutation p within labels and level; of p_value where nothing was permuted, as
        for corrected estimates), covers_truth, n_units, reason (why
        there is no estimate, else NaN). Marked simulated. Where a coder errs at
        random, estimates are pulled towards 0; where it misses paragraphs, shares shrink
        and slopes grow: the rows of a coder show the sum of both.

    Raises
    ------
    InputError
        Where a coder's scores lack a mode.
    """
    modes = sorted(simulation.truth)
    truth = simulation.panel[["region_code", *map(share_column, modes)]].drop_duplicates()
    shares = {TRUE_LABELS: pd.DataFrame(truth)}
    for labels, scores in (scores_by_coder or {}).items():
        shares[labels] = _shares(scores, modes, labels)
    rows = []
    for labels, wide in shares.items():
        panel = simulation.panel.drop(columns=[share_column(mode) for mode in modes]).merge(
            wide, on="region_code", how="left", validate="many_to_one"
        )
        for level in LEVELS:
            family = [_row(simulation, panel, mode, labels, level, permutations) for mode in modes]
            rows += _with_holm(family)
    for labels, audits in (audits_by_coder or {}).items():
        rows += _with_holm(
            [_corrected_row(simulation, audits, mode, labels, permutations) for mode in modes]
        )
    table = pd.DataFrame(rows)
    table["covers_truth"] = table["covers_truth"].astype("boolean")
    table["reason"] = table["reason"].astype("str")
    return mark_simulated(table[list(COLUMNS)])


def audit_simulation(
    simulation: Simulation, codings: pd.DataFrame, sample: GoldSample
) -> dict[str, pd.DataFrame]:
    """What the machine said of each simulated paragraph, and the truth of those that were drawn.

    Parameters
    ----------
    simulation : Simulation
    codings : DataFrame
        The machine's codings of ``simulation.segments``.
    sample : GoldSample
        From `pbgov.draw_gold` on the same segments; the true mode stands for the person.

    Returns
    -------
    dict of str to DataFrame
        By mode, as `pbgov.machine_beside_gold` gives it.
    """
    segments = simulation.segments
    drawn = segments[segments["segment_id"].isin(sample.table["segment_id"])]
    place = drawn[["segment_id", "doc_id", "start", "end"]]
    audits = {}
    for mode in sorted(simulation.truth):
        known = drawn["模拟模式"].eq(mode).astype(int)
        gold = place.assign(code_id=mode, coder=GOLD, value=known)
        audits[mode] = machine_beside_gold(segments, codings, mode, sample, gold)
    return audits


def _with_holm(family: list[dict[str, Any]]) -> list[dict[str, Any]]:
    tested = pd.Series([row["p_permutation"] for row in family]).fillna(
        pd.Series([row["p_value"] for row in family])
    )
    adjusted = adjust_p(tested.to_numpy(dtype=float), "holm")
    return [{**row, "p_holm": p} for row, p in zip(family, adjusted, strict=True)]


def _corrected_row(
    simulation: Simulation,
    audits: Mapping[str, pd.DataFrame],
    mode: str,
    labels: str,
    permutations: int,
) -> dict[str, Any]:
    if mode not in audits:
        raise InputError(f"the audits of {labels!r} lack {mode!r}; they have {sorted(audits)}")
    used = ["region_code", RATE_LOGIT, LOG_DENSITY]
    means = mark_simulated(simulation.panel[used].groupby("region_code", as_index=False).mean())
    column = share_column(mode)
    found = correct_scores(
        means,
        f"{RATE_LOGIT} ~ {column} + {LOG_DENSITY}",
        column,
        audits[mode],
        document=None,
        all_read=True,
        unit_name="区",
        seed=simulation.seed,
        permutations=permutations,
    )
    corrected = found if isinstance(found, NotEstimated) else found.corrected
    return _as_row(simulation, corrected, mode, labels, LEVELS[0])


def _shares(scores: pd.DataFrame, modes: list[str], labels: str) -> pd.DataFrame:
    absent = sorted(set(modes) - set(scores["code_id"]))
    if absent:
        raise InputError(
            f"the scores of {labels!r} lack {absent[0]!r}; pass codes={modes} to score()"
        )
    wide = scores[scores["code_id"].isin(modes)].pivot(
        index="unit", columns="code_id", values="share"
    )
    wide = wide.rename(columns=share_column).rename_axis(index="region_code", columns=None)
    return wide.astype(float).reset_index()


def _row(
    simulation: Simulation,
    panel: pd.DataFrame,
    mode: str,
    labels: str,
    level: str,
    permutations: int,
) -> dict[str, Any]:
    column = share_column(mode)
    formula, cluster = f"{RATE_LOGIT} ~ {column} + {LOG_DENSITY}", None
    if level == LEVELS[0]:
        used = ["region_code", RATE_LOGIT, column, LOG_DENSITY]
        panel = panel[used].groupby("region_code", as_index=False).mean()
    else:
        formula, cluster = f"{formula} + C(period)", "region_code"
    result = regress(
        panel,
        formula,
        cluster,
        unit_name="区",
        seed=simulation.seed,
        permutations=permutations,
    )
    return _as_row(simulation, result, mode, labels, level)


def _as_row(
    simulation: Simulation, result: Estimate | NotEstimated, mode: str, labels: str, level: str
) -> dict[str, Any]:
    column, truth = share_column(mode), simulation.truth[mode]
    row: dict[str, Any] = {"labels": labels, "level": level, "mode": mode, "truth": truth}
    if not isinstance(result, Estimate):
        nothing = dict.fromkeys(NUMBERS, float("nan"))
        return {**row, **nothing, "covers_truth": None, "n_units": 0, "reason": result.reason}
    (term,) = result.terms[result.terms["term"] == column].to_dict("records")
    refused = pd.isna(term["conf_low"])
    return {
        **row,
        **{name: term[name] for name in NUMBERS},
        "covers_truth": None if refused else term["conf_low"] <= truth <= term["conf_high"],
        "n_units": result.n_units,
        "reason": float("nan"),
    }
