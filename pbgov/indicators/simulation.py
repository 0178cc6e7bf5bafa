"""Simulated satisfaction rates of the real districts, with a known effect of each mode.

No district of Beijing has published enough satisfaction rates for a regression. So the chain
from text to mode share to satisfaction rate is run on rates that are drawn here: real districts,
real covariates, the real path of the city's rate, and effects that are known because they were
put in. Everything drawn is marked 模拟, in type, ``status`` and column names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from pbgov.errors import InputError
from pbgov.marks import SIMULATED, mark_simulated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RATE = "模拟满意率"
RATE_LOGIT = "模拟满意率_logit"
DENSITY = "人口密度"
LOG_DENSITY = "对数人口密度"

DEFAULT_EFFECTS: Mapping[str, float] = MappingProxyType(
    {"MODE.M1": 0.0, "MODE.M2": 6.0, "MODE.M3": 0.0, "MODE.M4": 6.0}
)
"""Logits per unit share: ten points more of a mode's paragraphs go with 0.6 logits, which near a
rate of 85 % is about six points. One mode at a time and log density beside it, the permutation
test among 16 districts finds an effect of this size in 87 of 100 draws (67 after Holm over four
modes); two modes are left without any."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """Simulated texts and rates, and the truth they were drawn from.

    Attributes
    ----------
    panel : DataFrame
        One row is one district and period: region_code, period, 模拟满意率 (percent),
        模拟满意率_logit, one column per mode with its true share of the district's
        paragraphs (`share_column`), 对数人口密度 and the other covariates, status 模拟.
    segments : DataFrame
        `pbgov.schemas.SEGMENTS` with region_code, 模拟模式 (the true mode, NaN in
        background), source_segment_id and status 模拟.
    truth : mapping of str to float
        Effect of each mode: logits of the rate per unit share.
    parameters : mapping of str to float
        density_effect (logits per standard deviation of log density), district_sd and
        period_sd (logits), paragraphs per district.
    seed : int
    simulated : bool
        Always True.
    """

    panel: pd.DataFrame
    segments: pd.DataFrame
    truth: Mapping[str, float]
    parameters: Mapping[str, float]
    seed: int
    simulated: bool = field(default=True, init=False)


def share_column(mode: str) -> str:
    """Column of a panel that holds the true share of one mode: MODE.M2 gives 模拟占比_M2."""
    return f"{SIMULATED}占比_{mode.removeprefix('MODE.').replace('.', '_')}"


def simulate_practices(
    pool: pd.DataFrame,
    regions: Iterable[str],
    modes: Iterable[str],
    *,
    seed: int,
    paragraphs: int = 60,
) -> pd.DataFrame:
    """Paragraphs for each region, drawn with replacement from labelled ones.

    Each mode's number of paragraphs is drawn for each region from 0 to ``paragraphs``
    divided by the number of modes, every number as likely and independently of the other
    modes; background fills the rest. So the share of one mode says nothing about another's,
    and a regression on one mode at a time is unbiased.

    Parameters
    ----------
    pool : DataFrame
        Columns segment_id, text, mode (code id, NaN for background).
    regions : iterable of str
        Region codes.
    modes : iterable of str
        Code ids of the modes to be drawn; each must stand in `pool`.
    seed : int
    paragraphs : int
        Per region.

    Returns
    -------
    DataFrame
        `pbgov.schemas.SEGMENTS`, marked simulated, with region_code, 模拟模式 and
        source_segment_id. The paragraphs of a region make one simulated document and tile
        its text.

    Raises
    ------
    InputError
        Where a column is missing, or the pool has no paragraph of a mode or no background.
    """
    regions, modes = sorted(set(regions)), sorted(set(modes))
    missing = {"segment_id", "text", "mode"} - set(pool.columns)
    if missing:
        raise InputError(f"pool lacks the columns {sorted(missing)}; it has {list(pool.columns)}")
    pool = pool.sort_values("segment_id", ignore_index=True)
    sources = {mode: np.flatnonzero(pool["mode"] == mode) for mode in modes}
    background = np.flatnonzero(pool["mode"].isna())
    empty = [mode for mode, rows in sources.items() if not len(rows)]
    if empty or not len(background):
        raise InputError(
            f"pool has no paragraph of {empty[0]!r}"
            if empty
            else "pool has no background paragraph (mode NaN)"
        )
    random = _streams(seed)[0]
    most = paragraphs // len(modes)
    orders = []
    for _ in regions:
        counts = random.integers(0, most + 1, size=len(modes))
        chosen = [random.choice(sources[m], n) for m, n in zip(modes, counts, strict=True)]
        chosen.append(random.choice(background, paragraphs - counts.sum()))
        orders.append(random.permutation(np.concatenate(chosen)))
    drawn = pool.loc[np.concatenate(orders)].reset_index(drop=True)
    return _documents(np.repeat(regions, paragraphs), drawn)


def simulate_panel(
    covariates: pd.DataFrame,
    pool: pd.DataFrame,
    city_path: pd.DataFrame,
    effects: Mapping[str, float] = DEFAULT_EFFECTS,
    *,
    seed: int,
    paragraphs: int = 60,
    density_effect: float = -0.2,
    district_sd: float = 0.15,
    period_sd: float = 0.10,
) -> Simulation:
    """Simulated texts and satisfaction rates of real districts, with known effects.

    The rate of district d in period t is drawn from
    ``logit(rate) = logit(city_t) + sum_k effect_k (share_dk - mean_k)
    + density_effect z_d + u_d + e_dt``, where share_dk is the true share of mode k among the
    district's simulated paragraphs, z_d its standardised log density, and u, e are normal.

    Parameters
    ----------
    covariates : DataFrame
        One row per district: region_code, 人口密度 (persons per km²), and any others, which
        are handed on.
    pool : DataFrame
        As in `simulate_practices`.
    city_path : DataFrame
        The city's real rate: columns period, value (percent, strictly between 0 and 100).
    effects : mapping of str to float
        Mode (code id) to logits per unit share.
    seed : int
        Texts and rates have random streams of their own.
    paragraphs : int
        Per district.
    density_effect, district_sd, period_sd : float
        In logits.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        Where a table lacks a column, repeats a district or period, or holds an impossible
        value.
    """
    covariates = _one_row_each(covariates, "region_code", [DENSITY])
    city = _one_row_each(city_path, "period", ["value"])
    rates = city["value"].to_numpy(dtype=float)
    density = covariates[DENSITY].to_numpy(dtype=float)
    if not ((rates > 0) & (rates < 100)).all():
        raise InputError("city_path: a rate lies outside 0 to 100 percent (exclusive)")
    if not (density > 0).all():
        raise InputError(f"covariates: {DENSITY} is missing or not above 0 in some district")
    segments = simulate_practices(
        pool, covariates["region_code"], effects, seed=seed, paragraphs=paragraphs
    )
    shares = true_shares(segments, effects)
    log_density = np.log(density)
    beta = np.array([effects[mode] for mode in sorted(effects)])
    random = _streams(seed)[1]
    districts = (
        (shares.to_numpy() - shares.to_numpy().mean(axis=0)) @ beta
        + density_effect * (log_density - log_density.mean()) / log_density.std()
        + district_sd * random.normal(size=len(covariates))
    )
    noise = period_sd * random.normal(size=(len(covariates), len(city)))
    value = logit(rates / 100)[None, :] + districts[:, None] + noise
    panel = pd.DataFrame(
        {
            "region_code": np.repeat(covariates["region_code"].to_numpy(), len(city)),
            "period": np.tile(city["period"].to_numpy(), len(covariates)),
            RATE: 100 * expit(value.ravel()),
            RATE_LOGIT: value.ravel(),
        }
    )
    beside = covariates.assign(**{LOG_DENSITY: log_density})
    beside = beside.drop(columns="status", errors="ignore").merge(
        shares.rename(columns=share_column), left_on="region_code", right_index=True
    )
    panel = panel.merge(beside, on="region_code", validate="many_to_one")
    return Simulation(
        panel=mark_simulated(panel),
        segments=segments,
        truth=MappingProxyType(dict(effects)),
        parameters=MappingProxyType(
            {
                "density_effect": density_effect,
                "district_sd": district_sd,
                "period_sd": period_sd,
                "paragraphs": float(paragraphs),
            }
        ),
        seed=seed,
    )


def true_shares(segments: pd.DataFrame, modes: Iterable[str]) -> pd.DataFrame:
    """Share of each mode among each region's simulated paragraphs, by the true labels.

    Parameters
    ----------
    segments : DataFrame
        Of `simulate_practices`.
    modes : iterable of str

    Returns
    -------
    DataFrame
        Index region_code, one column per mode in sorted order; between 0 and 1.
    """
    labels = segments["模拟模式"]
    return pd.DataFrame(
        {
            mode: labels.eq(mode).groupby(segments["region_code"]).mean()
            for mode in sorted(set(modes))
        }
    )


def _streams(seed: int) -> list[np.random.Generator]:
    return np.random.default_rng(seed).spawn(2)


def _documents(regions: np.ndarray, drawn: pd.DataFrame) -> pd.DataFrame:
    region = pd.Series(regions, dtype="str")
    doc_id = SIMULATED + "-" + region
    ordinal = doc_id.groupby(doc_id).cumcount() + 1
    segment_id = doc_id + "/p" + ordinal.astype(str).str.zfill(4)
    length = drawn["text"].str.len().astype("Int64")
    end = length.groupby(doc_id).cumsum()
    segments = pd.DataFrame(
        {
            "doc_id": doc_id,
            "segment_id": segment_id,
            "paragraph_id": segment_id,
            "kind": "paragraph",
            "start": end - length,
            "end": end,
            "heading": "",
            "text": drawn["text"],
            "region_code": region,
            "模拟模式": drawn["mode"],
            "source_segment_id": drawn["segment_id"],
        }
    )
    return mark_simulated(segments)


def _one_row_each(table: pd.DataFrame, key: str, needed: list[str]) -> pd.DataFrame:
    missing = {key, *needed} - set(table.columns)
    if missing:
        raise InputError(f"the table lacks the columns {sorted(missing)}; it has {list(table)}")
    repeated = table[key][table[key].duplicated()]
    if len(repeated):
        raise InputError(f"{key} {repeated.iloc[0]!r} stands in more than one row; keep one")
    if table[needed].isna().any().any():
        raise InputError(f"{needed} is missing in some row; fill it in or leave the row out")
    return table.sort_values(key, ignore_index=True)
