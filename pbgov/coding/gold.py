"""The gold standard: what all coders said alike, what was adjudicated, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.coding.adjudication import codes_decided
from pbgov.coding.frames import in_family, readable, refuse_coders
from pbgov.coding.journal import GOLD, is_machine
from pbgov.coding.rules import SECONDARY
from pbgov.coding.side_by_side import Said, said_by
from pbgov.corpus.document import digest_text
from pbgov.errors import InputError
from pbgov.marks import carry_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.coding.codebook import Codebook

UNANIMOUS, ADJUDICATED, DISPUTED, UNJUDGED = "unanimous", "adjudicated", "disputed", "unjudged"
OVERALL = "*"


@dataclass(frozen=True, eq=False)
class Gold:
    """The gold codings, and how each stretch came to have them or not.

    Attributes
    ----------
    codings : DataFrame
        Of ``CODINGS`` (`pbgov.schemas`), with ``segment_id``, all by ``gold``: every code of the
        family, present or absent, of each stretch that is decided.
    outcomes : DataFrame
        One row per stretch and family: ``segment_id``, ``doc_id``, ``start``, ``end``, ``family``,
        ``outcome`` (unanimous, adjudicated, disputed, unjudged), ``n_coders`` who judged it, and
        ``against_unanimity``: it was decided, and all who judged it now agree on something else.
    """

    codings: pd.DataFrame = field(repr=False)
    outcomes: pd.DataFrame = field(repr=False)

    @property
    def open(self) -> pd.DataFrame:
        """The rows of ``outcomes`` without a decision: disputed, or judged by fewer than two."""
        table = self.outcomes
        return table[table["outcome"].isin([DISPUTED, UNJUDGED])].reset_index(drop=True)

    def __str__(self) -> str:
        counted = self.outcomes["outcome"].value_counts()
        decided = "，".join(
            f"{zh} {counted.get(name, 0)}"
            for name, zh in ((UNANIMOUS, "一致"), (ADJUDICATED, "裁定"))
        )
        left = f"意见不同 {counted.get(DISPUTED, 0)}，不足两人判过 {counted.get(UNJUDGED, 0)}"
        against = int(self.outcomes["against_unanimity"].sum())
        doubt = f"；{against} 项裁定与各人现在一致的判断不同，请复核" if against else ""
        return f"金标准：片段×编码族 {len(self.outcomes)} 项；{decided}；未定：{left}{doubt}"


def gold_codings(
    codings: pd.DataFrame,
    coders: Sequence[str],
    adjudications: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    families: Sequence[str],
    states: pd.DataFrame | None = None,
) -> Gold:
    """What is settled, by unanimity or by decision; what is not is listed, never guessed.

    Parameters
    ----------
    codings : DataFrame
        As `pbgov.read_codings` gives them.
    coders : sequence of str
        Two people or more.
    adjudications : DataFrame
        As `pbgov.read_adjudications` gives them for these `segments`.
    segments : DataFrame
        The frame; rows of a ``kind`` that coders do not judge are passed over.
    codebook : Codebook
    families : sequence of str
    states : DataFrame, optional
        As `pbgov.read_states` gives them. Of a coder without states only the stretches that he
        coded in the family count as judged: what else he read is not known.

    Returns
    -------
    Gold
        A stretch is unanimous where two coders or more judged it in the family and all who did gave
        the same primary and secondary codes, or none. A decision goes before unanimity.

    Raises
    ------
    InputError
        Where fewer than two coders are named, one twice, one who did nothing, ``gold`` itself or a
        machine coder.
    """
    refuse_coders(codings, coders, states)
    for coder in coders:
        if coder == GOLD or is_machine(coder):
            raise InputError(f"{coder!r} is no person; a gold standard is what people agree on.")
    known = segments[readable(segments)].sort_values(["doc_id", "start", "end"])
    rows: list[dict[str, Any]] = []
    outcomes: list[tuple[Any, ...]] = []
    places = list(zip(*(known[name] for name in _PLACE), known["text"], strict=True))
    for family in families:
        codes = codebook.codes_of(family)
        said = [_judged_by(codings, coder, known, family, states) for coder in coders]
        decided = _decisions(adjudications, family)
        for *place, text in places:
            segment_id = str(place[0])
            who = [coder for coder, one in zip(coders, said, strict=True) if segment_id in one]
            judged = {one[segment_id] for one in said if segment_id in one}
            settled: tuple[Said, str] | None = decided.get(segment_id)
            outcome = ADJUDICATED
            if settled is None:
                outcome = DISPUTED if len(judged) > 1 else UNANIMOUS
                outcome = UNJUDGED if len(who) < 2 else outcome
                if outcome == UNANIMOUS:
                    settled = next(iter(judged)), f"一致：{'、'.join(who)}"
            agreed = len(who) > 1 and len(judged) == 1
            against = agreed and settled is not None and settled[0] not in judged
            outcomes.append((*place, family, outcome, len(who), against))
            if settled is not None:
                about = dict(zip(_PLACE, place, strict=True)) | {"text_digest": digest_text(text)}
                rows += [about | _judgement(code_id, *settled) for code_id in codes]
    table = pd.DataFrame(outcomes, columns=[*_PLACE, *_ABOUT])
    gold = _validated(rows, codebook.version)
    return Gold(carry_mark(gold, codings, segments), carry_mark(table, codings, segments))


def adjudicated_share(gold: Gold) -> pd.DataFrame:
    """How many stretches of the frame were settled by unanimity, how many by decision, how many not.

    Parameters
    ----------
    gold : Gold

    Returns
    -------
    DataFrame
        One row per family, and a last row ``*`` over all pairs of stretch and family: ``family``,
        ``n``, ``n_unanimous``, ``n_adjudicated``, ``n_disputed`` (still open), ``n_unjudged``
        (judged by fewer than two coders), and the shares ``adjudicated_share`` and ``open_share``
        of ``n``; NaN where the frame is empty.
    """
    rows = []
    groups = [*gold.outcomes.groupby("family", sort=False), (OVERALL, gold.outcomes)]
    for family, table in groups:
        counted = table["outcome"].value_counts()
        counts = {name: int(counted.get(name, 0)) for name in _OUTCOMES}
        n = len(table)
        still_open = counts[DISPUTED] + counts[UNJUDGED]
        rows.append(
            {"family": str(family), "n": n}
            | {f"n_{name}": counts[name] for name in _OUTCOMES}
            | {"adjudicated_share": counts[ADJUDICATED] / n if n else float("nan")}
            | {"open_share": still_open / n if n else float("nan")}
        )
    return carry_mark(pd.DataFrame(rows), gold.outcomes)


_PLACE = ("segment_id", "doc_id", "start", "end")
_ABOUT = ("family", "outcome", "n_coders", "against_unanimity")
_OUTCOMES = (UNANIMOUS, ADJUDICATED, DISPUTED, UNJUDGED)


def _judged_by(
    codings: pd.DataFrame,
    coder: str,
    segments: pd.DataFrame,
    family: str,
    states: pd.DataFrame | None,
) -> dict[str, Said]:
    said = said_by(codings, coder, segments, family, states)
    if states is not None and coder in set(states["coder"]):
        return said
    own = in_family(codings[codings["coder"] == coder], family)
    return {name: one for name, one in said.items() if name in set(own["segment_id"])}


def _decisions(adjudications: pd.DataFrame, family: str) -> dict[str, tuple[Said, str]]:
    """What was decided for each stretch, with who and why; decisions that do not count are left out."""
    own = adjudications[adjudications["family"] == family].dropna(subset=["segment_id"])
    found = {}
    for row in own.to_dict("records"):
        decision = {str(key): value for key, value in row.items()}
        memo = f"裁定（{decision['decided_by']}）：{decision['reason']}"
        found[str(decision["segment_id"])] = Said(*codes_decided(decision)), memo
    return found


def _judgement(code_id: str, said: Said, memo: str) -> dict[str, Any]:
    given = code_id in (*said.primary, *said.secondary)
    mark = f"{SECONDARY}；" if code_id in said.secondary else ""
    return {"code_id": code_id, "value": int(given), "memo": mark + memo}


def _validated(rows: list[dict[str, Any]], version: str) -> pd.DataFrame:
    from pbgov.schemas import CODINGS

    table = pd.DataFrame(rows, columns=[*CODINGS.columns, "segment_id"])
    table = table.assign(coder=GOLD, status="judged", codebook_version=version)
    table = table.astype({"evidence_start": "float", "evidence_end": "float", "segment_id": "str"})
    return CODINGS.validate(table)
