"""Panel: scores beside indicators, one row per unit, with everything the join lost listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pbgov.errors import InputError
from pbgov.indicators.lineage import LINEAGE, Lineage, lineage_of
from pbgov.indicators.scores import need_columns, unit_names
from pbgov.marks import carry_mark, is_simulated

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 8  # unmatched units printed one by one; the rest as a count


@dataclass(frozen=True, eq=False)
class Panel:
    """Scores and indicators of the units that have both.

    Attributes
    ----------
    data : DataFrame
        One row is one unit: its key (named as `unit`), ``n_segments``, ``share_<code>`` for each
        code (0–1, NaN where nothing was read), and one column per indicator (NaN where the
        figure is not recorded).
    unit : str
        What the units are, ``"region_code"`` as a rule.
    periods : dict of str to str
        The period each indicator was taken at.
    only_scores, only_indicators : tuple of str
        Units that stand on one side only, and so are not in `data`.
    simulated : bool
        True where any score or figure in `data` was simulated; False is overridden where `data`
        says so itself.
    lineage : Lineage or None
        The segments, judgements and rows of indicators that the values came from, for
        `pbgov.trace`; it rides on `data` too, as long as that is not merged by hand.
    """

    data: pd.DataFrame
    unit: str = "region_code"
    periods: Mapping[str, str] = field(default_factory=dict)
    only_scores: tuple[str, ...] = ()
    only_indicators: tuple[str, ...] = ()
    simulated: bool = False
    lineage: Lineage | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "simulated", self.simulated or is_simulated(self.data))

    def __str__(self) -> str:
        parts = [f"{len(self.data)} joined"]
        if self.only_scores:
            parts.append(f"scores only: {_shown(self.only_scores)}")
        if self.only_indicators:
            parts.append(f"indicators only: {_shown(self.only_indicators)}")
        gaps = {name: int(self.data[name].isna().sum()) for name in self.periods}
        if any(gaps.values()):
            listed = ", ".join(f"{name} {count}" for name, count in gaps.items() if count)
            parts.append(f"figures missing: {listed}")
        mark = "【模拟】" if self.simulated else ""
        return f"{mark}Panel: {'; '.join(parts)}"


def join_panel(
    scores: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    periods: str | Mapping[str, str] | None = None,
    on: str = "region_code",
) -> Panel:
    """Scores and indicators side by side, one row per unit that has both.

    Parameters
    ----------
    scores : DataFrame
        `pbgov.schemas.SCORES`, from ``score(…, by="region_code")``.
    indicators : DataFrame
        `pbgov.schemas.INDICATORS`.
    periods : str, mapping of indicator to period, or None
        A mapping picks indicators and the period of each,
        ``{"人口密度": "2020-11-01", "接诉即办满意率": "2024"}``; a string picks every indicator of
        that period. With None, `indicators` is taken as it stands, and each indicator in it
        must have one period only.
    on : str
        The column of `indicators` that holds the unit.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        Where a column, an indicator or a period is not there, an indicator would have two periods
        or a unit two figures for it, an indicator is named as a column of the panel is, a unit
        is missing or a number with decimals, or where no unit at all is on both sides.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"unit": ["110101", "110118"], "code_id": "DIM.LAW",
    ...                        "n_segments": [2, 3], "n_coded": [1, 0], "share": [0.5, 0.0]})
    >>> figures = pd.DataFrame({"region_code": ["110101", "110119"], "period": "2020",
    ...                         "indicator": "人口密度", "value": [16876.9, 173.3]})
    >>> print(join_panel(scores, figures))
    Panel: 1 joined; scores only: ['110118']; indicators only: ['110119']
    """
    need_columns(scores, ["unit", "code_id", "n_segments", "share"], "scores")
    need_columns(indicators, [on, "period", "indicator", "value"], "indicators")
    named = unit_names(indicators[on], "indicators")
    if named.isna().any():
        raise InputError(f"indicators has {named.isna().sum()} rows without {on}; fill them in.")
    period = indicators.period.astype("string").astype("str")
    chosen = _choose(indicators.assign(**{on: named, "period": period}), periods, on)
    wide_scores = _widen_scores(scores, on)
    taken = _periods_taken(chosen, periods)
    if clash := sorted({*wide_scores.columns, "status"} & set(taken)):
        raise InputError(
            f"An indicator is named {clash[0]!r}, as a column of the panel is; rename it."
        )
    wide_figures = chosen.pivot(index=on, columns="indicator", values="value")
    wide_figures = wide_figures[list(taken)].rename_axis(columns=None).reset_index()

    only_scores = _absent(wide_scores[on], wide_figures[on])
    only_indicators = _absent(wide_figures[on], wide_scores[on])
    data = wide_scores.merge(wide_figures, on=on, how="inner", validate="one_to_one")
    if data.empty:
        raise InputError(
            f"No unit is both in scores (such as {only_scores[:1]}) and in column {on} of "
            f"indicators (such as {only_indicators[:1]}); make the scores with by={on!r}."
        )
    data = carry_mark(data, scores, chosen)
    lineage = (lineage_of(scores) or Lineage(on)).with_records(
        chosen[chosen[on].isin(data[on])], on
    )
    data.attrs[LINEAGE] = lineage
    return Panel(
        data=data,
        unit=on,
        periods=taken,
        only_scores=only_scores,
        only_indicators=only_indicators,
        lineage=lineage,
    )


def _choose(
    indicators: pd.DataFrame, periods: str | Mapping[str, str] | None, on: str
) -> pd.DataFrame:
    if periods is None:
        chosen = indicators
    elif isinstance(periods, str):
        chosen = indicators[indicators.period == periods]
        if chosen.empty:
            there = ", ".join(sorted(map(str, indicators.period.unique())))
            raise InputError(f"indicators holds nothing for period {periods!r}; it has {there}.")
    elif not isinstance(periods, Mapping):
        raise InputError(
            f"periods is {periods!r}; write one period as text, or {{indicator: period, …}}."
        )
    else:
        for indicator, period in periods.items():
            _check_there(indicators, indicator, period)
        chosen = indicators[indicators.indicator.map(periods) == indicators.period]
    if chosen.empty:
        raise InputError("No indicator is chosen; indicators or periods is empty.")
    several = chosen.groupby("indicator").period.unique()
    several = several[several.map(len) > 1]
    if len(several):
        name, found = several.index[0], sorted(map(str, several.iloc[0]))
        raise InputError(
            f"{name} has {len(found)} periods ({', '.join(found)}); "
            f"choose one: periods={{{name!r}: …}}."
        )
    twice = chosen[chosen.duplicated([on, "indicator"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError(f"indicators holds {first.indicator} of {first[on]} more than once.")
    return chosen


def _check_there(indicators: pd.DataFrame, indicator: str, period: str) -> None:
    found = sorted(map(str, indicators.period[indicators.indicator == indicator].unique()))
    if not found:
        raise InputError(f"indicators holds no {indicator!r}.")
    if period not in found:
        raise InputError(f"{indicator} has no period {period!r}; it has {', '.join(found)}.")


def _widen_scores(scores: pd.DataFrame, on: str) -> pd.DataFrame:
    twice = scores[scores.duplicated(["unit", "code_id"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError(f"scores holds {first.code_id} of {first.unit} more than once.")
    read = scores.groupby("unit", sort=False).n_segments
    unequal = read.nunique()
    if (unequal > 1).any():
        raise InputError(
            f"scores of {unequal.idxmax()} rest on different numbers of segments for different "
            "codes; score all codes on the same segments."
        )
    shares = scores.pivot(index="unit", columns="code_id", values="share")
    shares = shares[list(dict.fromkeys(scores.code_id))].add_prefix("share_")
    wide = read.first().to_frame().join(shares.rename_axis(columns=None))
    return wide.rename_axis(index=on).reset_index()


def _absent(units: pd.Series[str], elsewhere: pd.Series[str]) -> tuple[str, ...]:
    return tuple(units[~units.isin(elsewhere)])


def _periods_taken(chosen: pd.DataFrame, periods: str | Mapping[str, str] | None) -> dict[str, str]:
    """The one period of each indicator, in the order asked for, else in that of the table."""
    if periods is None or isinstance(periods, str):
        return dict(zip(chosen.indicator, chosen.period, strict=True))
    return dict(periods)


def _shown(units: tuple[str, ...]) -> str:
    listed = list(units[:SHOWN])
    rest = len(units) - len(listed)
    return f"{listed}" + (f" and {rest} more" if rest else "")
