"""The rows of indicators and assessments that a run read, as records that results can rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from pbgov.cache import table_of
from pbgov.errors import InputError
from pbgov.exhibits.numerals import MINUS
from pbgov.reporting.ledger import Record, record_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.cache import Results

ASSESSMENT = "考核得分"
"""What the bounded scores of the assessment are called in the ids of their records."""
POINTS = "分"


def records_of(results: Mapping[str, Results]) -> dict[str, Record]:
    """Every row of the indicators and of the assessment that a run read.

    Parameters
    ----------
    results : mapping of str to Results
        Of `pbgov.run.compute`.

    Returns
    -------
    dict of str to Record
        By `pbgov.reporting.ledger.record_id`, indicators first, in the order of their files; empty
        where the study has neither. ``printed`` has every digit of the value; a score of the
        assessment is printed as its bounds, 833–861, where it is only known to lie between them.

    Raises
    ------
    InputError
        Where an indicator is named as the scores of the assessment are.
    """
    made: dict[str, Record] = {}
    if "indicators" not in results:
        return made
    names = _names(results)
    if "indicators" in results["indicators"]:
        for row in _rows(table_of(results, "indicators", "indicators")):
            one = indicator_record(row, names)
            made[one.record_id] = one
    if "assessment" in results["indicators"]:
        for row in _rows(table_of(results, "indicators", "assessment")):
            one = _assessment_record(row, names)
            if one.record_id in made:
                raise InputError(
                    f"an indicator is named {ASSESSMENT!r}, as the scores of the assessment are;"
                    " rename it."
                )
            made[one.record_id] = one
    return made


def indicator_record(row: Mapping[str, Any], names: Mapping[str, str]) -> Record:
    """The record of one row of `pbgov.schemas.INDICATORS`; `names` of the regions by their codes."""
    place, url = _place(_told(row, "source_url"))
    tier = _told(row, "source_tier")
    graded = f"{place}（{tier} 级）" if tier and place else place or tier
    region = str(row["region_code"])
    return Record(
        record_id=record_id(str(row["indicator"]), region, str(row["period"])),
        region=names.get(region, region),
        indicator=str(row["indicator"]),
        period=str(row["period"]),
        printed=printed_value(row["value"]),
        unit=_told(row, "unit"),
        status=_told(row, "status"),
        source="；".join(part for part in (graded, _told(row, "note")) if part),
        url=url,
    )


def _assessment_record(row: Mapping[str, Any], names: Mapping[str, str]) -> Record:
    place, url = _place(_told(row, "source_url"))
    region = str(row["region_code"])
    low, high = printed_value(row["score_low"]), printed_value(row["score_high"])
    return Record(
        record_id=record_id(ASSESSMENT, region, str(row["period"])),
        region=names.get(region, region),
        indicator=ASSESSMENT,
        period=str(row["period"]),
        printed=low if low == high else f"{low}–{high}",
        unit=POINTS,
        status=_told(row, "status"),
        source="；".join(part for part in (place, _told(row, "peer_group")) if part),
        url=url,
    )


def printed_value(value: Any) -> str:
    """A figure with every digit it was recorded with, a true minus, thousands grouped.

    Examples
    --------
    >>> printed_value(16876.9), printed_value(-0.2287), printed_value(861.0)
    ('16,876.9', '−0.2287', '861')
    """
    return f"{float(value):,}".removesuffix(".0").replace("-", MINUS)


def _names(results: Mapping[str, Results]) -> dict[str, str]:
    regions = table_of(results, "practices", "regions")
    return dict(zip(map(str, regions["region_code"]), map(str, regions["name"]), strict=True))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _told(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    return "" if value is None or pd.isna(value) else str(value)


def _place(source: str) -> tuple[str, str]:
    """What to call a source, and its address where it is one on the web."""
    if not source.startswith(("http://", "https://")):
        return source, ""
    return urlsplit(source).netloc or source, source
