"""What a crosswalk makes one expect of a segment under the other framework, and what is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.codebooks.crosswalk import CARRIES_ABSENCE, CARRIES_PRESENCE
from pbgov.coding.codebooks.hierarchy import with_those_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pbgov.coding.codebook import Codebook

STRETCH = ["doc_id", "start", "end"]
DIRECTIONS = ("first→second", "second→first")
VERDICTS = ("相符", "不符", "另一框架未判出")
EXPECTATION = ["direction", "given", "relation", "expected"]

Key = tuple[str, int, int]
Given = dict[Key, tuple[str, ...]]
"""The codes given to each stretch."""


def keys_of(table: pd.DataFrame) -> list[Key]:
    """The stretch of each row."""
    keys = table[STRETCH].itertuples(index=False, name=None)
    return [(str(doc), int(start), int(end)) for doc, start, end in keys]


def implied(links: pd.DataFrame) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
    """What the rows of a crosswalk imply, in both directions.

    Yields
    ------
    side : int
        0 where the code is one of the first framework, 1 of the second.
    code, relation : str
    expected : tuple of str
        Codes of the other side, one of which is to be expected. Each code that is implied outright
        stands by itself; where none is, all that the crosswalk links the code to stand together.
    """
    for side, code, other, implies in (
        (0, "from_code", "to_code", CARRIES_PRESENCE),
        (1, "to_code", "from_code", CARRIES_ABSENCE),  # the relation read the other way round
    ):
        for name, rows in links[links["relation"] != "none"].groupby(code, sort=False):
            outright = rows[rows["relation"].isin(implies)]
            for expected, relation in zip(outright[other], outright["relation"], strict=True):
                yield side, str(name), str(relation), (str(expected),)
            if outright.empty:
                yield side, str(name), "+".join(dict.fromkeys(rows["relation"])), tuple(rows[other])


def expectations(
    read: pd.DataFrame,
    links: pd.DataFrame,
    books: Sequence[Codebook],
    given: Sequence[Given],
) -> pd.DataFrame:
    """One row is segment x expectation it raises, see `pbgov.coding.frameworks.FrameworkChange`.

    Parameters
    ----------
    read : DataFrame
        The segments, with ``STRETCH``, segment_id and text.
    links : DataFrame
        The table of a crosswalk.
    books, given : sequence of two
        The frameworks, and the codes given under each.
    """
    below = [with_those_below(codebook) for codebook in books]
    families = [_families(codebook) for codebook in books]
    asked = list(implied(links))
    rows = []
    for key, place in zip(keys_of(read), read.to_dict("records"), strict=True):
        for side, code, relation, expected in asked:
            if not below[side][code] & set(given[side].get(key, ())):
                continue
            meant = _meant(expected, below[1 - side])
            found = _of_their_families(given[1 - side].get(key, ()), expected, families[1 - side])
            verdict = VERDICTS[0 if meant & set(found) else 1 if found else 2]
            rows.append(
                {
                    **{name: place[name] for name in (*STRETCH, "segment_id", "text")},
                    "direction": DIRECTIONS[side],
                    "given": code,
                    "relation": relation,
                    "expected": "+".join(expected),
                    "found": "+".join(found) or float("nan"),
                    "verdict": verdict,
                }
            )
    columns = [*STRETCH, "segment_id", "text", *EXPECTATION, "found", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def kept(
    raised: pd.DataFrame, links: pd.DataFrame, books: Sequence[Codebook], given: Sequence[Given]
) -> pd.DataFrame:
    """How each expectation fares, see `pbgov.coding.frameworks.FrameworkChange`.

    Parameters
    ----------
    raised : DataFrame
        As `expectations` makes it, of the same `links`, `books` and `given`.
    """
    verdicts = raised.groupby([*EXPECTATION, "verdict"]).size().to_dict()
    rows = []
    for side, code, relation, expected in implied(links):
        told = (DIRECTIONS[side], code, relation, "+".join(expected))
        counts = [verdicts.get((*told, verdict), 0) for verdict in VERDICTS]
        meant = _meant(expected, with_those_below(books[1 - side]))
        family_of = _families(books[1 - side])
        others = [
            found
            for codes in given[1 - side].values()
            if (found := _of_their_families(codes, expected, family_of))
        ]
        met = sum(bool(meant & set(found)) for found in others)
        rows.append((*told, sum(counts), *counts, met / len(others) if others else float("nan")))
    columns = [*EXPECTATION, "n", "n_kept", "n_broken", "n_silent", "baseline"]
    return pd.DataFrame(rows, columns=columns)


def _meant(expected: Sequence[str], below: Mapping[str, set[str]]) -> set[str]:
    return set().union(*(below[one] for one in expected))


def _families(codebook: Codebook) -> dict[str, str]:
    return dict(zip(codebook.codes["code_id"], codebook.codes["family"], strict=True))


def _of_their_families(
    codes: Sequence[str], expected: Sequence[str], family_of: Mapping[str, str]
) -> list[str]:
    """Those of `codes` that belong to a family of the expected ones."""
    families = {family_of[one] for one in expected}
    return [one for one in codes if family_of[one] in families]
