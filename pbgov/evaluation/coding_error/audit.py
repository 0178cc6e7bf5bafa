"""Machine codes beside gold codes, one row per stretch: what a correction is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.gold import Gold
from pbgov.coding.journal import GOLD
from pbgov.errors import InputError
from pbgov.indicators.scores import need_columns, unit_names
from pbgov.marks import carry_mark
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from pbgov.coding.sampling import GoldSample

_PLACE = ["segment_id", "doc_id", "start", "end"]


def machine_beside_gold(
    segments: pd.DataFrame,
    codings: pd.DataFrame,
    code_id: str,
    sample: GoldSample | None = None,
    gold: Gold | pd.DataFrame | None = None,
    *,
    by: str = "region_code",
    coder: str | None = None,
) -> pd.DataFrame:
    """What the machine and what people said of one code, stretch by stretch.

    Parameters
    ----------
    segments : DataFrame
        The stretches that the machine read, with ``segment_id`` and the column `by`; those of a
        ``kind`` that coders do not judge are passed over.
    codings : DataFrame
        The machine's, of ``CODINGS`` with ``segment_id``; a stretch without a coding of `code_id`
        was read and found without it.
    code_id : str
    sample : GoldSample, optional
        The stretches drawn for coding by hand, as `pbgov.draw_gold` gives them.
    gold : Gold or DataFrame, optional
        Gold codings, as `pbgov.gold_codings` gives them.
    by : str
        The column of `segments` that names the unit; stretches without one are left out.
    coder : str, optional
        Whose codings count, where `codings` holds those of several machines.

    Returns
    -------
    DataFrame
        One row per stretch: ``segment_id``, ``doc_id``, ``start``, ``end``, `by`, ``machine`` (0, 1),
        ``gold`` (0, 1; NaN where not drawn) and ``inclusion_probability`` (NaN without a
        sample). ``attrs``: ``gold_design``, ``unplaced`` (stretches without a unit) and
        ``not_drawn`` (gold codes of stretches that were not drawn; with a sample they
        are not used, since they have no known probability).

    Raises
    ------
    InputError
        Where a column is missing, a stretch stands twice, codings are of several coders or lie
        outside `segments`, a gold stretch is not in them, the code was never coded, or a
        stretch that was drawn is not decided: a sample coded in part has no known probabilities.

    Examples
    --------
    >>> read = pd.DataFrame({"segment_id": ["a1", "a2"], "doc_id": "a", "start": [0, 5],
    ...                      "end": [5, 9], "region_code": "110101"})
    >>> found = pd.DataFrame({"segment_id": ["a2"], "code_id": "DIM.LAW", "coder": "rules",
    ...                       "value": 1})
    >>> machine_beside_gold(read, found, "DIM.LAW")[["segment_id", "machine", "gold"]]
      segment_id  machine  gold
    0         a1      0.0   NaN
    1         a2      1.0   NaN
    """
    need_columns(segments, [*_PLACE, by], "segments")
    need_columns(codings, ["segment_id", "code_id", "coder", "value"], "codings")
    table = _read_stretches(segments, by)
    own = _one_machine(codings, coder, code_id)
    known = set(segments["segment_id"].astype("str"))
    _refuse_strangers(own, known, "codings")
    table["machine"] = table["segment_id"].map(_values(own, "codings")).fillna(0.0)
    table["gold"], table["inclusion_probability"] = float("nan"), float("nan")
    said = None if gold is None else _gold_of(gold, code_id)
    not_drawn = 0
    if said is not None:
        _refuse_strangers(said, known, "gold")
        table["gold"] = table["segment_id"].map(_values(said, "gold"))
    if sample is not None:
        chance = sample.frame.set_index(sample.frame["segment_id"].astype("str"))
        _refuse_strangers(sample.table, known, "the gold sample")
        table["inclusion_probability"] = table["segment_id"].map(chance["inclusion_probability"])
        drawn = table["segment_id"].isin(set(sample.table["segment_id"].astype("str")))
        open_ = table.loc[drawn & table["gold"].isna(), "segment_id"]
        if said is not None and len(open_):
            raise InputError(
                f"{len(open_)} of {int(drawn.sum())} stretches of the gold sample have no gold code of"
                f" {code_id} (such as {open_.iloc[0]!r}); a sample coded in part has no known"
                " probabilities. Decide the rest (Gold.open lists them), or pass sample=None: then"
                " nothing can be corrected."
            )
        not_drawn = int((table["gold"].notna() & ~drawn).sum())
        table["gold"] = table["gold"].where(drawn)
    unplaced = int(table[by].isna().sum())
    table = table.dropna(subset=[by]).reset_index(drop=True)
    source = gold.codings if isinstance(gold, Gold) else gold
    marked = carry_mark(table, segments, codings, source, None if sample is None else sample.frame)
    marked.attrs |= {
        "gold_design": "" if sample is None else sample.design,
        "unplaced": unplaced,
        "not_drawn": not_drawn,
    }
    return marked


def _read_stretches(segments: pd.DataFrame, by: str) -> pd.DataFrame:
    if "kind" in segments:
        segments = segments[segments["kind"].isin(READABLE_KINDS)]
    table = pd.DataFrame(segments[list(dict.fromkeys([*_PLACE, by]))]).reset_index(drop=True)
    table["segment_id"] = table["segment_id"].astype("str")
    if by not in _PLACE:
        table[by] = unit_names(table[by], "segments")
    twice = table[table.duplicated(list(dict.fromkeys(["segment_id", by])))]
    if len(twice):
        raise InputError(f"segments holds {twice['segment_id'].iloc[0]!r} twice; keep one")
    return table


def _one_machine(codings: pd.DataFrame, coder: str | None, code_id: str) -> pd.DataFrame:
    present = sorted(codings["coder"].astype("str").unique())
    if coder is None and len(present) > 1:
        raise InputError(
            f"codings holds {len(present)} coders ({', '.join(present)}); name the machine: coder=…"
        )
    if coder is not None and coder not in present:
        raise InputError(f"codings holds nothing by {coder!r}; coders: {', '.join(present)}")
    own = codings if coder is None else codings[codings["coder"] == coder]
    return own[own["code_id"] == code_id]


def _gold_of(gold: Gold | pd.DataFrame, code_id: str) -> pd.DataFrame:
    codings = gold.codings if isinstance(gold, Gold) else gold
    need_columns(codings, ["segment_id", "code_id", "coder", "value"], "gold")
    others = sorted(set(codings["coder"].astype("str")) - {GOLD})
    if others:
        raise InputError(
            f"gold holds codings by {others[0]!r}; pass what gold_codings gives, all by {GOLD!r}"
        )
    own = codings[codings["code_id"] == code_id]
    if own.empty:
        raise InputError(f"gold holds no judgement of {code_id!r}; was its family coded by hand?")
    return own


def _values(own: pd.DataFrame, name: str) -> pd.Series[float]:
    ids = own["segment_id"].astype("str")
    if ids.duplicated().any():
        raise InputError(
            f"{name} judges {ids[ids.duplicated()].iloc[0]!r} more than once; keep one"
        )
    if not own["value"].isin([0, 1]).all():
        raise InputError(f"{name} holds a value other than 0 and 1")
    return pd.Series(own["value"].to_numpy(dtype=float), index=ids.to_numpy())


def _refuse_strangers(own: pd.DataFrame, known: set[str], name: str) -> None:
    strange = [one for one in own["segment_id"].astype("str") if one not in known]
    if strange:
        raise InputError(
            f"{name} holds {strange[0]!r}, which is not among the segments ({len(strange)} such)"
        )
