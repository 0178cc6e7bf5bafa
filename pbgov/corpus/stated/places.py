"""The city and district that a title or an abstract names, where it names one."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pbgov.corpus.labels import HAN, SOUND, SOUNDED, rows

NO_DISTRICT = re.compile(r"(?:社|地|城|小|园|街|片|市|辖|景|校|郊|山|库|灾|全|各|我|本)区\Z")
INSTITUTION = r"(?!大学|日报|晚报|晨报|青年报|师范|理工|工业|[东西南北中]?路|站)"


class Place(NamedTuple):
    """A city by its full name, where it is named, and where a district of it is."""

    name: str
    city: tuple[int, int]
    district: tuple[int, int] | None


def place_in(raw: str, start: int, end: int) -> Place | None:
    """The one city that a stretch names; None where it names none or several."""
    found = [(match, _city(match.group())) for match in _pattern().finditer(raw, start, end)]
    if len({name for _, name in found}) != 1:
        return None
    districts = [
        match.span(1)
        for city, _ in found
        if (match := _district().match(raw, city.end(), end)) and not NO_DISTRICT.search(match[1])
    ]
    named = {raw[first:last] for first, last in districts}
    return Place(found[0][1], found[0][0].span(), districts[0] if len(named) == 1 else None)


def _city(words: str) -> str:
    plain = "".join(SOUNDED.sub("", words).split())
    return _cities()[plain if plain.endswith("市") else f"{plain}市"]


@cache
def _cities() -> dict[str, str]:
    """The names of cities as they may stand, in either script, to the name in simplified characters."""
    return {row["stated"]: row["city"] for row in rows("cities.csv")}


@cache
def _pattern() -> re.Pattern[str]:
    bare = [row["stated"].removesuffix("市") for row in rows("cities.csv") if row["bare"] == "是"]
    full = [_sounded(name) for name in _cities()]
    return re.compile("|".join([*full, *(_sounded(name) + INSTITUTION for name in bare)]))


def _sounded(name: str) -> str:
    return f"(?:{SOUND})?".join(name)


@cache
def _district() -> re.Pattern[str]:
    return re.compile(rf"((?:[{HAN}](?:{SOUND})?){{2,4}}?[区县區縣])")
