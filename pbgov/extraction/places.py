"""Places that a text names, keyed to regions, and only where it is certain which one is meant."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from pbgov.marks import carry_mark
from pbgov.mining.asked import check_segments, check_table
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.schemas import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = (
    "doc_id",
    "segment_id",
    "start",
    "end",
    "text",
    "region_code",
    "name",
    "level",
    "candidates",
    "basis",
    "reason",
    "district_code",
    "district_basis",
)
STATED, INFERRED = "stated", "inferred"
SHORT_NAME = "写的是简称“{}”"
IN_COMPANY = "同一段里只写到这些候选中的一个所在的上级地区"
ELSEWHERE = "本文别处写作“{}”"
BY_STREET = "由“{}”推出所在的区"
ENDING = re.compile(r"(?:街道|地区|[省市区县镇乡])\Z")
HAN = r"[\u4e00-\u9fff]"
# 南京路, 上海街: a city's name in the name of a road
ROAD = re.compile(r"[东西南北中]?(?:路|街|大街|大道|巷|胡同|里弄)(?!道)")
# What may follow a bare district name that stands for the district itself
INSTITUTION = re.compile(r"(?:人民)?(?:法院|检察院)|公安|分局|区委|区政府|两区|等区")
LOCATED = re.compile(r"(?:位于|地处|来自|坐落于|籍贯)\Z")
JOINED = re.compile(r"[、和与及]\Z|以及\Z")
# A city named right before a district, unless the word only means 'the city'
CITY_BEFORE = re.compile(rf"{HAN}{{2,3}}[市州盟]\Z")
NO_NAME = re.compile(r"(?:全|本|该|我|各|城|外|两|辖|级|同|省|县|区|个|了|到|在)市\Z")
LONGEST_BEFORE = 4  # characters that the patterns ending in \Z look back


class Region(NamedTuple):
    """One row of the regions table."""

    code: str
    name: str
    level: str
    parent: str


class Mention(NamedTuple):
    """A stretch that reads like the name of one or more regions."""

    start: int
    end: int
    codes: tuple[str, ...]
    bare: bool  # without its 区, 市, 街道


class Gazetteer:
    """The names of a regions table, longest first.

    Parameters
    ----------
    regions : DataFrame
        Of `pbgov.schemas.REGIONS`.
    """

    def __init__(self, regions: pd.DataFrame) -> None:
        check_table("regions", regions, tuple(REGIONS.columns), "pbgov.read_regions")
        table = REGIONS.validate(regions)
        rows = zip(
            table.region_code, table.name, table.level, table.parent_code.fillna(""), strict=True
        )
        self.regions = {code: Region(code, name, level, up) for code, name, level, up in rows}
        self._full: dict[str, list[str]] = defaultdict(list)
        self._bare: dict[str, list[str]] = defaultdict(list)
        for region in self.regions.values():
            self._full[region.name].append(region.code)
            short = ENDING.sub("", region.name)
            if len(short) >= 2:
                self._bare[short].append(region.code)
        names = sorted({*self._full, *self._bare}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")

    def mentions(self, text: str) -> list[tuple[Mention, str]]:
        """Mentions with cause to be read as places, each with its region code ('' where open)."""
        raw = [self._mention(match) for match in self._pattern.finditer(text)]
        kept: list[tuple[Mention, str]] = []
        for place, mention in enumerate(raw):
            following = raw[place + 1] if place + 1 < len(raw) else None
            before = kept[-1] if kept else None
            mention = self._with_cause(text, mention, before, following)
            if mention.codes:
                kept.append((mention, self._resolve(text, mention, before)))
        return self._by_company(kept)

    def chain(self, code: str) -> list[Region]:
        """The region and everything it lies in."""
        found = []
        while code in self.regions and self.regions[code] not in found:
            found.append(self.regions[code])
            code = found[-1].parent
        return found

    def district(self, code: str) -> str:
        """Code of the district a region is or lies in; '' where it is wider than a district."""
        return next((each.code for each in self.chain(code) if each.level == "district"), "")

    def _mention(self, match: re.Match[str]) -> Mention:
        name = match.group()
        bare = name not in self._full
        codes = tuple(self._bare[name] if bare else self._full[name])
        return Mention(match.start(), match.end(), codes, bare)

    def _with_cause(
        self,
        text: str,
        mention: Mention,
        before: tuple[Mention, str] | None,
        following: Mention | None,
    ) -> Mention:
        """The mention with the codes that its surroundings allow a bare name to mean."""
        if not mention.bare:
            return mention
        allowed = []
        for code in mention.codes:
            level = self.regions[code].level
            up = self._follows_parent(mention, before, code)
            if level in ("province", "city"):
                allowed += [code] if not ROAD.match(text, mention.end) else []
            elif level == "street":
                allowed += [code] if up else []
            elif up or self._district_meant(text, mention, following, code):
                allowed.append(code)
        return mention._replace(codes=tuple(allowed))

    def _district_meant(
        self, text: str, mention: Mention, following: Mention | None, code: str
    ) -> bool:
        if INSTITUTION.match(text, mention.end) or LOCATED.search(_before(text, mention)):
            return True
        if following is None:
            return False
        own = any(self.regions[each].parent == code for each in following.codes)
        if following.start == mention.end and own:
            return True
        return self._listed_with(text[mention.end : following.start], following)

    def _listed_with(self, between: str, other: Mention) -> bool:
        districts = any(self.regions[code].level == "district" for code in other.codes)
        return bool(districts and between and JOINED.fullmatch(between))

    def _follows_parent(
        self, mention: Mention, before: tuple[Mention, str] | None, code: str
    ) -> bool:
        if before is None or before[0].end != mention.start:
            return False
        above = self.chain(code)[1:]
        if mention.bare and self.regions[code].level == "street":
            above = above[:1]  # 北京四海… is no more than a name, 延庆四海 is the town
        return before[1] in {region.code for region in above}

    def _resolve(self, text: str, mention: Mention, before: tuple[Mention, str] | None) -> str:
        chained = [code for code in mention.codes if self._follows_parent(mention, before, code)]
        if len(chained) == 1:
            return chained[0]
        if self._in_another_city(text, mention, before):
            return ""
        return mention.codes[0] if len(mention.codes) == 1 else ""

    def _in_another_city(
        self, text: str, mention: Mention, before: tuple[Mention, str] | None
    ) -> bool:
        if self.regions[mention.codes[0]].level in ("province", "city"):
            return False
        if before is not None and before[0].end == mention.start:
            return True  # a region in which it does not lie stands right before it
        before_it = _before(text, mention)
        return bool(CITY_BEFORE.search(before_it) and not NO_NAME.search(before_it))

    def _by_company(self, kept: list[tuple[Mention, str]]) -> list[tuple[Mention, str]]:
        """Open names settled by the one candidate whose district the same text names."""
        named = {region.code for _, code in kept for region in self.chain(code)}
        settled = []
        for mention, code in kept:
            near = [each for each in mention.codes if self.regions[each].parent in named]
            open_name = not code and len(mention.codes) > 1
            settled.append((mention, near[0] if open_name and len(near) == 1 else code))
        return settled


def find_places(segments: pd.DataFrame | str, regions: pd.DataFrame) -> pd.DataFrame:
    """The places that segments, or one text, name.

    The regions table is the frame: a name that stands once in it means that region, unless another
    city's name stands right before it. The longest name wins. A name that several regions share
    is settled only by the district that stands before it, or by the one district the same segment
    names. Names without their 区 or 市 are read as places only with cause: 北京朝阳, 黄浦法院,
    朝阳、海淀两区, 房山窦店, but not 朝阳群众; names without 街道 or 镇 only right after their
    district.

    Parameters
    ----------
    segments : DataFrame or str
        Of `pbgov.schemas.SEGMENTS`; paragraphs, sentences and table rows are read.
    regions : DataFrame
        Of `pbgov.schemas.REGIONS`.

    Returns
    -------
    DataFrame
        One row is one mention: ``doc_id``, ``segment_id`` (NaN for a plain text), ``start``,
        ``end``, ``text``, ``region_code``, ``name``, ``level``, ``candidates``, ``basis``,
        ``reason``, ``district_code``, ``district_basis``. Where it is not certain which region is
        meant, the code, name and level are NaN and ``candidates`` lists the codes, separated by
        spaces; else ``candidates`` is NaN. ``basis`` is ``stated`` where the whole name stands
        there and only one region of the table has it, or its parent stands right before it; it is
        ``inferred``, with the ``reason`` in words, for a short name, a name settled by its
        company, and a shared name that the document elsewhere gives with its parent.
        ``district_code`` is the district that the region is or lies in, NaN for wider ones;
        ``district_basis`` is ``stated`` only where the district's own name stands there.
    """
    gazetteer = Gazetteer(regions)
    rows: list[dict[str, object]] = []
    for doc_id, segment_id, start, text in _texts(segments):
        mentions = gazetteer.mentions(text)
        for place, (mention, code) in enumerate(mentions):
            before = mentions[place - 1] if place else None
            region = gazetteer.regions.get(code)
            basis, reason = _basis(text, mention, code, before, gazetteer)
            rows.append(
                {
                    "doc_id": doc_id,
                    "segment_id": segment_id,
                    "start": start + mention.start,
                    "end": start + mention.end,
                    "text": text[mention.start : mention.end],
                    "region_code": region.code if region else None,
                    "candidates": None if region else " ".join(mention.codes),
                    "basis": basis,
                    "reason": reason,
                    "_chained": _chain_of(mention, code, before, gazetteer) is not None,
                }
            )
    _settle_elsewhere(rows)
    for row in rows:
        _describe(row, gazetteer)
    kinds = dict.fromkeys(COLUMNS, "str") | {"start": "Int64", "end": "Int64"}
    return carry_mark(pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds), segments)


def _chain_of(
    mention: Mention, code: str, before: tuple[Mention, str] | None, gazetteer: Gazetteer
) -> str | None:
    """Code of the region named right before a mention, in which it lies; None where there is none."""
    if before is None or not code or before[0].end != mention.start:
        return None
    above = {region.code for region in gazetteer.chain(code)[1:]}
    return before[1] if before[1] in above else None


def _basis(
    text: str,
    mention: Mention,
    code: str,
    before: tuple[Mention, str] | None,
    gazetteer: Gazetteer,
) -> tuple[str | None, str | None]:
    if not code:
        return None, None
    if mention.bare:
        return INFERRED, SHORT_NAME.format(text[mention.start : mention.end])
    if len(mention.codes) == 1 or _chain_of(mention, code, before, gazetteer):
        return STATED, None
    return INFERRED, IN_COMPANY


def _settle_elsewhere(rows: list[dict[str, object]]) -> None:
    """Open names that the same document gives elsewhere with one parent, and with no other."""
    known: dict[tuple[object, object], set[object]] = defaultdict(set)
    for row in rows:
        if row["_chained"] and row["basis"] == STATED:
            known[row["doc_id"], row["text"]].add(row["region_code"])
    for row in rows:
        codes = known[row["doc_id"], row["text"]]
        if row["region_code"] is None and len(codes) == 1:
            (code,) = codes
            if str(code) in str(row["candidates"]).split():
                row |= {"region_code": code, "candidates": None, "basis": INFERRED}
                row["reason"] = ELSEWHERE


def _describe(row: dict[str, object], gazetteer: Gazetteer) -> None:
    """Name, level and district of the region of a row."""
    code = row["region_code"]
    region = gazetteer.regions.get(str(code)) if code else None
    row["name"] = region.name if region else None
    row["level"] = region.level if region else None
    district = gazetteer.district(str(code)) if region else ""
    row["district_code"] = district or None
    row["district_basis"] = None
    if region and district:
        own = region.code == district or row["_chained"]
        row["district_basis"] = STATED if own and row["basis"] == STATED else INFERRED
        if row["reason"] == ELSEWHERE:
            row["reason"] = ELSEWHERE.format(gazetteer.regions[district].name + region.name)
        elif row["reason"] is None and row["district_basis"] == INFERRED:
            row["reason"] = BY_STREET.format(region.name)


def _before(text: str, mention: Mention) -> str:
    return text[max(0, mention.start - LONGEST_BEFORE) : mention.start]


def _texts(segments: pd.DataFrame | str) -> Iterable[tuple[str | None, str | None, int, str]]:
    if isinstance(segments, str):
        return [(None, None, 0, segments)]
    check_segments(segments)
    read: pd.DataFrame = segments[segments.kind.isin(READABLE_KINDS)]
    columns: Sequence[pd.Series[str]] = [read.doc_id, read.segment_id, read.start, read.text]
    return zip(*columns, strict=True)
