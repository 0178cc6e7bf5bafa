"""A finding under all other defensible choices of coding and of specification.

Every choice of coding is crossed with every choice of specification, all of them are estimated, and
what is told is the median, the range and the shares: never the best one. Searching 192 specifications
of no association finds p < .05 somewhere in four of ten data sets; the median is not so misled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.evaluation.doubts.coding_choices import CodingTables
from pbgov.evaluation.doubts.crossing import NO_TABLE, WHY, Block, cross, read_columns, with_cr2
from pbgov.evaluation.doubts.curve import OUTSIDE, Crossing, judge_curve
from pbgov.evaluation.doubts.multiverse_result import (
    INCLUDED,
    NUMBERS,
    WITH,
    Multiverse,
    put_together,
)
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.regression import SEED, table_of
from pbgov.indicators.scores import unit_names
from pbgov.inference.specifications import all_subsets
from pbgov.marks import as_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.doubts.crossing import Columns, Crossed
    from pbgov.indicators.panel import Panel

Choices = Mapping[str, str]
Named = Sequence[str] | Mapping[str, str]
RowChoice = Callable[[pd.DataFrame], "pd.Series[bool]"] | None

DRAWS = 1_999
ALL_ROWS: Mapping[str, RowChoice] = {"全部": None}
_RESERVED = ("outcome", "focal", "controls", "rows", *NUMBERS)


def multiverse(
    tables: CodingTables
    | pd.DataFrame
    | Panel
    | Mapping[Any, pd.DataFrame]
    | Callable[[dict[str, str]], pd.DataFrame],
    *,
    outcomes: Named,
    focal: Named,
    controls: Named = (),
    control_sets: Mapping[str, Sequence[str]] | None = None,
    rows: Mapping[str, RowChoice] = ALL_ROWS,
    coding: Mapping[str, Sequence[str]] | None = None,
    unit: str = "region_code",
    unit_name: str = "区",
    cluster: str | None = None,
    allow_regressors: int | None = None,
    seed: int = SEED,
    draws: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> Multiverse | NotEstimated:
    """Every choice of coding crossed with every choice of specification.

    Parameters
    ----------
    tables : CodingTables, DataFrame, Panel, mapping or callable
        What `coding_tables` made; or one table; or one table for each combination of coding
        choices, by the tuple of choices in the order of `coding` (by the choice alone where
        there is one axis); or a function that makes the table of ``{axis: choice}``.
    outcomes, focal : sequence of str, or mapping of name to term
        Terms of a formula, one column each: ``["满意率"]``, ``{"对数": "np.log1p(编码量)"}``.
    controls : sequence of str, or mapping of name to term
        All their subsets are taken, the empty one too.
    control_sets : mapping of name to sequence of str, optional
        These sets of terms and no others; in the place of `controls`.
    rows : mapping of name to callable or None
        Which rows are used: a function of the table that gives True for them, or None for all.
    coding : mapping of axis to choices, optional
        The coding choices, where `tables` is a mapping or a callable.
    unit : str
        Column that names the units that exchange their focal values under permutation.
    unit_name : str
    cluster : str, optional
        In the place of `unit` where a unit has several rows: standard errors are then CR2 with
        Satterthwaite degrees of freedom. Without it each row is a unit: HC2 with
        Bell-McCaffrey degrees of freedom.
    allow_regressors : int, optional
        More regressors than one per eight units, taken on by name.
    seed, draws : int
        Of the permutations, where there are more than 50,000.
    progress : callable, optional
        Told how many steps are done, and of how many.

    Returns
    -------
    Multiverse or NotEstimated
        NotEstimated where no specification could be estimated, or a unit has several rows and
        no `cluster` is named.

    Raises
    ------
    InputError
        Where a term cannot be read or names a column that is not there, choices and tables do
        not fit, or an axis has the name of a column of the result.

    Notes
    -----
    The curve is made of partial correlations: outcomes and measures of a code have different
    units, and only numbers without units can be ordered and have a median. The estimate in its own
    units stands beside. Under permutation the units exchange their focal values, of all codings
    and measures together, and everything else stays (Freedman and Lane's residuals do not exist
    for many models at once).

    References
    ----------
    Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis.
    *Nature Human Behaviour*, 4(11), 1208-1214.
    Steegen, S., Tuerlinckx, F., Gelman, A., & Vanpaemel, W. (2016). Increasing transparency
    through a multiverse analysis. *Perspectives on Psychological Science*, 11(5), 702-712.
    """
    if control_sets is not None and controls:
        raise InputError("both controls and control_sets are given; give one of them")
    own_limit = allow_regressors is None or isinstance(allow_regressors, Integral)
    if not own_limit or isinstance(allow_regressors, bool):
        raise InputError(f"allow_regressors is {allow_regressors!r}; it is a whole number")
    terms = {
        "outcome": _by_name(outcomes, "outcomes"),
        "focal": _by_name(focal, "focal"),
        "controls": _by_name(
            controls if control_sets is None else _all_terms(control_sets), "controls", empty=True
        ),
    }
    if control_sets is None:
        subsets = all_subsets(len(terms["controls"]))
    else:
        subsets = np.array(
            [[term in held for term in terms["controls"]] for held in control_sets.values()],
            dtype=bool,
        ).reshape(len(control_sets), len(terms["controls"]))
    axes, made = _made(tables, coding)
    if clash := [name for name in axes if name in _RESERVED or name.startswith(WITH)]:
        raise InputError(f"a coding axis is named {clash[0]!r}, as a column of the result is")
    if not rows:
        raise InputError("rows is empty; give {'全部': None} for all rows")
    key = cluster or unit
    formula = f"{' | '.join(terms['outcome'])} ~ {' | '.join(terms['focal'])}"
    simulated = any(marked for _, marked in made.values() if marked is not None)
    if (twice := _repeated(made, key)) and cluster is None:
        return NotEstimated(
            formula,
            twice[1],
            f"“{unit}”里 {twice[0]} 等单位有多行；请写 cluster={unit!r}，或先合并成一行",
            f"units such as {twice[0]} have several rows; say cluster={unit!r}, or make one row of"
            " each",
            simulated,
        )

    places = list(product(made, rows))
    names = sorted({str(name) for table, _ in made.values() for name in _units(table, key)})
    blocks: list[tuple[int, Crossing]] = []
    done: list[tuple[tuple[str, ...], str, Crossed | None]] = []
    for number, (choice, chosen) in enumerate(places):
        table = made[choice][0]
        crossed = None
        if table is not None:
            crossing = _crossing(
                table, rows[chosen], terms, subsets, key, names, cluster, allow_regressors
            )
            blocks.append((number, crossing))
            crossed = cross(crossing.block)
            crossed = with_cr2(crossing.block, crossed) if cluster else crossed
        done.append((choice, chosen, crossed))
        if progress is not None:
            progress(number + 1, 2 * len(places))
    frame = _table(done, axes, terms, subsets, control_sets)
    if not frame["reason"].eq("").any():
        common = frame["reason"].value_counts().index[0]
        english = frame.loc[frame["reason"].eq(common), "reason_en"].iloc[0]
        return NotEstimated(
            formula,
            int(frame["n"].max()),
            f"{len(frame):,} 个设定没有一个能估计；最常见的原因：{common}",
            f"none of {len(frame):,} specifications could be estimated; most often: {english}",
            simulated,
        )

    def told(share: float) -> None:
        if progress is not None:
            progress(len(places) + int(share * len(places)), 2 * len(places))

    judged = judge_curve([crossing for _, crossing in blocks], seed, draws, told)
    return put_together(
        as_simulated(frame) if simulated else frame,
        judged,
        formula=formula,
        axes=_varying(frame, axes, control_sets),
        n_units=len(names),
        unit_name=unit_name,
        clustered=cluster is not None,
        seed=seed,
        simulated=simulated,
    )


def _by_name(terms: Named, parameter: str, *, empty: bool = False) -> dict[str, str]:
    if isinstance(terms, str):
        raise InputError(f"{parameter} is one text, {terms!r}; write a list, [{terms!r}]")
    named = dict(terms) if isinstance(terms, Mapping) else {str(each): each for each in terms}
    if not (named or empty):
        raise InputError(f"{parameter} is empty; name one term or more")
    if not isinstance(terms, Mapping) and len(named) < len(list(terms)):
        raise InputError(f"{parameter} names a term twice: {', '.join(map(str, terms))}")
    return named


def _all_terms(control_sets: Mapping[str, Sequence[str]]) -> list[str]:
    if not control_sets:
        raise InputError("control_sets is empty; give {'无': []} for no controls")
    for name, held in control_sets.items():
        if isinstance(held, str):
            raise InputError(f"control_sets[{name!r}] is one text; write a list, [{held!r}]")
    return list(dict.fromkeys(term for held in control_sets.values() for term in held))


_Made = dict[tuple[str, ...], tuple[pd.DataFrame | None, bool | None]]


def _made(tables: Any, coding: Mapping[str, Sequence[str]] | None) -> tuple[tuple[str, ...], _Made]:
    """The coding axes, and for each combination of choices its table (None: there is none)."""
    if isinstance(tables, CodingTables):
        coding, tables = tables.coding, tables.tables
    if not (isinstance(tables, Mapping) or callable(tables)):
        if coding:
            raise InputError("coding is given, but only one table; give a table for each choice")
        return (), {(): table_of(tables)}
    if coding is None and isinstance(tables, Mapping):
        if any(not isinstance(name, str) for name in tables):
            raise InputError("tables has tuples of choices; name their axes: coding={axis: […]}")
        coding = {"编码": list(tables)}
    if not coding or any(isinstance(each, str) or not len(each) for each in coding.values()):
        raise InputError(f"coding is {coding!r}; write {{axis: [choice, …]}}")
    axes = tuple(map(str, coding))
    combinations = [tuple(map(str, each)) for each in product(*coding.values())]
    if callable(tables):
        built = {each: tables(dict(zip(axes, each, strict=True))) for each in combinations}
    else:
        built = {(name,) if isinstance(name, str) else tuple(name): t for name, t in tables.items()}
        if unknown := [each for each in built if each not in combinations]:
            raise InputError(f"tables has {unknown[0]}, which is no combination of {dict(coding)}")
    if not built:
        raise InputError("tables is empty; there is nothing to cross")
    return axes, {
        each: table_of(built[each]) if each in built else (None, None) for each in combinations
    }


def _units(table: pd.DataFrame | None, key: str) -> pd.Series[Any]:
    if table is None:
        return pd.Series([], dtype="str")
    if key not in table.columns:
        columns = ", ".join(map(str, table.columns))
        raise InputError(f"a table has no column {key!r} that names its units; it has {columns}")
    if table[key].isna().any():
        raise InputError(f"{int(table[key].isna().sum())} rows have no {key}; fill it in")
    return unit_names(table[key], "a table")


def _repeated(made: _Made, key: str) -> tuple[str, int] | None:
    """A unit with several rows, and how many rows its table has."""
    for table, _ in made.values():
        units = _units(table, key)
        if units.duplicated().any() and table is not None:
            return str(units[units.duplicated()].iloc[0]), len(table)
    return None


def _crossing(
    table: pd.DataFrame,
    chosen: RowChoice,
    terms: dict[str, dict[str, str]],
    subsets: np.ndarray,
    key: str,
    names: list[str],
    cluster: str | None,
    allow_regressors: int | None,
) -> Crossing:
    """One table and choice of rows as arrays, with the focal value of every unit of the table."""
    units = np.searchsorted(names, _units(table, key).to_numpy())
    kept = np.ones(len(table), dtype=bool) if chosen is None else _kept(chosen, table)
    focal = [read_columns(table, term, single=True) for term in terms["focal"].values()]
    block = Block(
        outcomes=tuple(
            _rows(read_columns(table, term, single=True), kept)
            for term in terms["outcome"].values()
        ),
        focal=tuple(_rows(each, kept) for each in focal),
        controls=tuple(read_columns(table[kept], term) for term in terms["controls"].values()),
        subsets=subsets,
        units=units[kept],
        clustered=cluster is not None,
        allow_regressors=allow_regressors,
    )
    coded = np.column_stack([np.where(each.missing, OUTSIDE, each.values[:, 0]) for each in focal])
    coded[np.column_stack([each.undefined for each in focal])] = np.inf
    by_unit = np.full((len(names), len(focal)), OUTSIDE)
    by_unit[units] = coded
    constant = np.array_equal(by_unit[units], coded, equal_nan=True)
    return Crossing(block, by_unit, constant)


def _rows(columns: Columns, kept: np.ndarray) -> Columns:
    return type(columns)(columns.values[kept], columns.missing[kept], columns.undefined[kept])


def _kept(chosen: Callable[[pd.DataFrame], pd.Series[bool]], table: pd.DataFrame) -> np.ndarray:
    kept = pd.Series(chosen(table))
    if len(kept) != len(table) or not pd.api.types.is_bool_dtype(kept.dtype) or kept.isna().any():
        raise InputError("a choice of rows gave no True or False for each row of the table")
    return kept.to_numpy(dtype=bool)


def _table(
    done: list[tuple[tuple[str, ...], str, Crossed | None]],
    axes: tuple[str, ...],
    terms: dict[str, dict[str, str]],
    subsets: np.ndarray,
    control_sets: Mapping[str, Sequence[str]] | None,
) -> pd.DataFrame:
    """One row a specification, in the order in which `judge_curve` counts them."""
    names = list(terms["controls"])
    shown = (
        list(control_sets)
        if control_sets is not None
        else [" + ".join(np.array(names, dtype=object)[held]) or "无" for held in subsets]
    )
    grid = list(product(range(len(subsets)), terms["focal"], terms["outcome"]))
    parts = []
    for choice, chosen, crossed in done:
        part = pd.DataFrame(dict(zip(axes, choice, strict=True)), index=range(len(grid)))
        part["outcome"] = [outcome for *_, outcome in grid]
        part["focal"] = [focal for _, focal, _ in grid]
        part["controls"] = [shown[s] for s, *_ in grid]
        part["rows"] = chosen
        if control_sets is None:
            for c, name in enumerate(names):
                part[WITH + name] = [INCLUDED[int(subsets[s, c])] for s, *_ in grid]
        reason = np.full(len(grid), NO_TABLE) if crossed is None else crossed.reason.ravel()
        for name in ("n", "n_units"):
            part[name] = 0 if crossed is None else getattr(crossed, name).ravel()
        for name in ("estimate", "std_error", "df", "p_value", "partial_r"):
            part[name] = np.nan if crossed is None else getattr(crossed, name).ravel()
        part["reason"] = [WHY[int(each)][0] for each in reason]
        part["reason_en"] = [WHY[int(each)][1] for each in reason]
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    texts = [name for name in table.columns if name not in NUMBERS or name.startswith("reason")]
    return table.astype(dict.fromkeys(texts, "str"))


def _varying(
    table: pd.DataFrame,
    axes: tuple[str, ...],
    control_sets: Mapping[str, Sequence[str]] | None,
) -> tuple[str, ...]:
    """The columns of choices that have two choices or more."""
    controls = (
        ["controls"]
        if control_sets is not None
        else [name for name in table.columns if str(name).startswith(WITH)]
    )
    candidates = [*axes, "outcome", "focal", *controls, "rows"]
    return tuple(str(name) for name in candidates if table[name].nunique() > 1)
