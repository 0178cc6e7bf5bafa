"""Group-time effects put together: one number, by cohort, by exposure, or by calendar period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.inference.timing.group_time import Cell, GroupTime

Kind = Literal["simple", "group", "dynamic", "calendar"]
KINDS: tuple[Kind, ...] = ("simple", "group", "dynamic", "calendar")


@dataclass(frozen=True, eq=False)
class Plan:
    """Which cells go into which average.

    Attributes
    ----------
    kind : {"simple", "group", "dynamic", "calendar"}
    at : tuple of float
        The cohort, exposure or period of each part; empty for "simple", which has one part.
    members : tuple of ndarray of int
        Positions of the cells of each part, which count by the size of their cohorts.
    overall : ndarray of int
        Positions of the parts that enter the overall effect; cohorts count by their size, all
        others alike.
    """

    kind: Kind
    at: tuple[float, ...]
    members: tuple[np.ndarray, ...]
    overall: np.ndarray


@dataclass(frozen=True, eq=False)
class Aggregate:
    """Averages of group-time effects with their influence functions.

    Attributes
    ----------
    kind : {"simple", "group", "dynamic", "calendar"}
    at : ndarray, shape (p,)
        The cohort, exposure (periods since adoption) or period of each part.
    att : ndarray, shape (p,)
    influence : ndarray, shape (n, p)
    overall : float
        The overall effect: of "group", each cohort's mean effect weighted by its size; of
        "dynamic", the plain mean over exposures of 0 and more; of "calendar", the plain mean over
        periods; of "simple", every cohort and period after adoption, weighted by cohort size.
    overall_influence : ndarray, shape (n,)
    """

    kind: Kind
    at: np.ndarray
    att: np.ndarray
    influence: np.ndarray
    overall: float
    overall_influence: np.ndarray


def plan(cells: Sequence[Cell], kind: Kind) -> Plan:
    """Which cells go into which average.

    Parameters
    ----------
    cells : sequence of Cell
    kind : {"simple", "group", "dynamic", "calendar"}

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        For any other kind.
    """
    after = np.array([cell.after for cell in cells])
    group = np.array([cell.group for cell in cells])
    period = np.array([cell.period for cell in cells])
    if kind == "simple":
        return Plan(kind, (), (np.flatnonzero(after),), np.array([0]))
    if kind == "group":
        key, entering = group, after
    elif kind == "dynamic":
        key, entering = period - group, np.full(len(cells), True)
    elif kind == "calendar":
        key, entering = period, after
    else:
        raise InputError(f"aggregation {kind!r} is none of {', '.join(KINDS)}")
    at = np.unique(key[entering])
    members = tuple(np.flatnonzero(entering & (key == value)) for value in at)
    overall = np.flatnonzero(at >= 0) if kind == "dynamic" else np.arange(len(at))
    return Plan(kind, tuple(float(value) for value in at), members, overall)


def averages(att: np.ndarray, sizes: np.ndarray, wanted: Plan) -> tuple[np.ndarray, np.ndarray]:
    """The averages that a plan asks for, of one data set or of many at once.

    Parameters
    ----------
    att : ndarray, shape (..., m)
        Effects of the m cells.
    sizes : ndarray, shape (..., m)
        Size of each cell's cohort.
    wanted : Plan

    Returns
    -------
    parts : ndarray, shape (..., p)
    overall : ndarray, shape (...)
    """
    parts = np.stack(
        [
            (att[..., rows] * sizes[..., rows]).sum(-1) / sizes[..., rows].sum(-1)
            for rows in wanted.members
        ],
        axis=-1,
    )
    entering = parts[..., wanted.overall]
    if wanted.kind != "group":
        return parts, entering.mean(-1)
    first = sizes[..., [rows[0] for rows in wanted.members]]
    return parts, (entering * first).sum(-1) / first.sum(-1)


def aggregate(effects: GroupTime, kind: Kind, *, as_did: bool = True) -> Aggregate:
    """Averages of group-time effects, with the error of the cohorts' shares accounted for.

    Parameters
    ----------
    effects : GroupTime
    kind : {"simple", "group", "dynamic", "calendar"}
    as_did : bool
        Concerns the influence function of the overall effect of "group" alone. True gives the
        number of R's `did` 2.1.2, which takes the error of the k-th cohort's share from the cohort
        of the k-th *cell*; False that of the paper. On the data set of the method's authors the
        two standard errors differ by 0.3 %; all other numbers are the same.

    Returns
    -------
    Aggregate
        A part, and the overall effect, is NaN where a cell it needs is.

    References
    ----------
    Callaway and Sant'Anna (2021), section 3, as in `group_time_effects`.
    """
    wanted = plan(effects.cells, kind)
    group = np.array([cell.group for cell in effects.cells])
    belongs = effects.adopted[:, None] == group
    share = belongs.mean(axis=0)
    parts, overall = averages(effects.att, share, wanted)
    influence = np.column_stack(
        [
            _of_part(effects, rows, share, belongs, estimated=kind != "group")
            for rows in wanted.members
        ]
    )
    if kind == "group":
        first = np.array([rows[0] for rows in wanted.members])
        weight = share[first] / share[first].sum()
        named = np.arange(len(first)) if as_did else first
        drawn = _of_weights(share[first], belongs[:, named])
        overall_influence = influence @ weight + drawn @ parts
    else:
        overall_influence = influence[:, wanted.overall].mean(axis=1)
    return Aggregate(
        kind=kind,
        at=np.array(wanted.at),
        att=parts,
        influence=influence,
        overall=float(overall),
        overall_influence=overall_influence,
    )


def _of_part(
    effects: GroupTime, rows: np.ndarray, share: np.ndarray, belongs: np.ndarray, *, estimated: bool
) -> np.ndarray:
    """Influence of one weighted average; `estimated` where its weights depend on the sample."""
    weight = share[rows] / share[rows].sum()
    along = effects.influence[:, rows] @ weight
    if not estimated:
        return np.asarray(along)
    return np.asarray(along + _of_weights(share[rows], belongs[:, rows]) @ effects.att[rows])


def _of_weights(share: np.ndarray, belongs: np.ndarray) -> np.ndarray:
    """Influence of weights that are the shares of cohorts in the sample, divided by their sum."""
    apart = belongs - share
    total = share.sum()
    return np.asarray(apart / total - apart.sum(axis=1)[:, None] * share / total**2)
