"""Whether the chain from text to share to regression finds the effects that were put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.estimate import Estimate
from pbgov.evaluation.multiplicity import adjust_p
from pbgov.evaluation.regression import regress
from pbgov.indicators.simulation import LOG_DENSITY, RATE_LOGIT, share_column
from pbgov.inference.relabelings import DRAWS
from pbgov.marks import mark_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.indicators.simulation import Simulation

TRUE_LABELS = "真值"
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
    permutations : int
        Draws of each permutation test.

    Returns
    -------
    DataFrame
        One row is labels x level x mode: labels, level, mode, truth, estimate, conf_low,
        conf_high (logits of the rate per unit share), p_value, p_permutation, p_holm (of
        the permutation p within labels and level), covers_truth, n_units, reason (why
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
            adjusted = adjust_p([row["p_permutation"] for row in family], "holm")
            rows += [{**row, "p_holm": p} for row, p in zip(family, adjusted, strict=True)]
    table = pd.DataFrame(rows)
    table["covers_truth"] = table["covers_truth"].astype("boolean")
    table["reason"] = table["reason"].astype("str")
    return mark_simulated(table[list(COLUMNS)])


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
    column, truth = share_column(mode), simulation.truth[mode]
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
