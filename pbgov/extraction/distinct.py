"""Which practices are one and the same: a pilot that five articles praise is one pilot."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.corpus.fingerprints import normal
from pbgov.datafiles import validate
from pbgov.schemas import PRACTICES, REUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

GRAM = 5  # characters
MOST = 0.5  # of the grams of the shorter paragraph: told in the same words


class Told(NamedTuple):
    """A practice as it is compared: where it stands, whose it is, and what its paragraph says."""

    practice_id: str
    start: int
    end: int
    organisation: str
    grams: frozenset[str]


def distinct_practices(practices: pd.DataFrame, reuse: pd.DataFrame) -> pd.Series[str]:
    """The practice that each row tells: rows that tell the same one get the same name.

    Two rows of different documents tell one practice where a passage of `reuse` stands in the
    paragraphs of both, more than half of the five-character stretches of the shorter paragraph stand
    in the other, and the name of one organisation contains that of the other (北京市朝霞公司党委, 朝霞公司
    党委); or where the paragraphs say the same throughout. Two streets that report in the same
    words stay two. What is told in other words is not found.

    A paragraph most of which is a quotation from another document of the corpus, in quotation marks
    or under an attribution, tells no practice of the quoting organisation: its name is NaN, unless
    the quoted paragraph tells the same practice.

    Parameters
    ----------
    practices : DataFrame
        `pbgov.schemas.PRACTICES`.
    reuse : DataFrame
        `pbgov.schemas.REUSE`, from `pbgov.corpus.reuse.find_reuse` of the same documents.

    Returns
    -------
    Series of str
        Indexed by ``practice_id`` in the order of `practices`: the ``practice_id`` of the first row that
        tells the practice. Without reuse every row has its own.
    """
    validate(practices, PRACTICES, path="practices")
    validate(reuse, REUSE, path="reuse")
    told = {str(doc_id): _told(rows) for doc_id, rows in practices.groupby("doc_id", sort=False)}
    first = {name: name for name in practices.practice_id}
    order = {name: place for place, name in enumerate(practices.practice_id)}
    quoting: set[str] = set()
    columns = (
        "doc_id_1",
        "start_1",
        "end_1",
        "quoted_1",
        "doc_id_2",
        "start_2",
        "end_2",
        "quoted_2",
    )
    for row in zip(*(reuse[name].tolist() for name in columns), strict=True):
        doc_1, start_1, end_1, quoted_1, doc_2, start_2, end_2, quoted_2 = row
        ones = list(_inside(told.get(doc_1, []), start_1, end_1))
        twos = list(_inside(told.get(doc_2, []), start_2, end_2))
        for one, two in product(ones, twos):
            if _same(one, two):
                roots = {_root(first, one.practice_id), _root(first, two.practice_id)}
                first[max(roots, key=order.__getitem__)] = min(roots, key=order.__getitem__)
        if quoted_1:
            quoting |= {one.practice_id for one in ones if _mostly(one, start_1, end_1)}
        if quoted_2:
            quoting |= {two.practice_id for two in twos if _mostly(two, start_2, end_2)}
    names = {name: _root(first, name) for name in first}
    sizes = Counter(names.values())
    told_of = [
        float("nan") if name in quoting and sizes[root] == 1 else root
        for name, root in names.items()
    ]
    index = pd.Index(practices.practice_id, name="practice_id")
    return pd.Series(told_of, index=index, name="distinct_practice").astype("str")


def _told(rows: pd.DataFrame) -> list[Told]:
    found = []
    for name, start, end, organisation, text in zip(
        *(rows[column] for column in ("practice_id", "start", "end", "organisation", "text")),
        strict=True,
    ):
        words = normal(text, [(0, len(text))]).words
        grams = frozenset(words[at : at + GRAM] for at in range(max(1, len(words) - GRAM + 1)))
        whose = normal(organisation, [(0, len(organisation))]).words
        found.append(Told(str(name), int(start), int(end), whose, grams))
    return sorted(found, key=lambda one: one.start)


def _inside(told: list[Told], start: int, end: int) -> Iterator[Told]:
    place = bisect_left([one.end for one in told], start + 1)
    while place < len(told) and told[place].start < end:
        yield told[place]
        place += 1


def _same(one: Told, two: Told) -> bool:
    named = one.organisation in two.organisation or two.organisation in one.organisation
    shared = len(one.grams & two.grams) / min(len(one.grams), len(two.grams))
    return one.grams == two.grams or (named and shared > MOST)


def _mostly(one: Told, start: int, end: int) -> bool:
    return 2 * (min(end, one.end) - max(start, one.start)) > one.end - one.start


def _root(first: dict[str, str], name: str) -> str:
    while first[name] != name:
        name = first[name]
    return name
