"""Sources of what the study itself reads: its documents and the pages its figures come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.cache import digest_bytes
from pbgov.errors import InputError
from pbgov.reporting.references.dates import read_date
from pbgov.reporting.references.source import Date, Name, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISSUE = re.compile(
    r"(\d{4})\s*年?\s*(?:第\s*(\d+)\s*卷)?\s*[,，]?\s*第\s*([\d/—-]+)\s*期(?:\s*第\s*([\d、—-]+)\s*页)?"
)
_NEWSPAPER = re.compile(r"(?<!学)报(?:[（(].*[)）])?\Z|Daily\Z|Times\Z")
_SITE = re.compile(r"网|公众号|平台|客户端|\.(?:cn|com|org|net)\b|\Ahttps?://")
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[（(]\d{4}[〕\]）)]\d+号")
_ADDRESS = re.compile(r"https?://\S+")
_MOST_NAMES = 3


def source_of_document(row: Mapping[str, Any] | Any) -> Source:
    """The source of one row of `Corpus.documents`; what the document does not state stays out.

    Parameters
    ----------
    row : mapping or named tuple
        With ``doc_id`` and, as far as they are known, ``title``, ``original_title``, ``authors``
        (parted by 、), ``venue``, ``published`` (2022年第5期, 2017-01-25), ``url``, ``number``,
        ``rights`` and ``unverified``.

    Returns
    -------
    Source
        Its key is the doc_id. A number of an issue makes it an article of a journal, a venue that
        ends in 报 (not 学报) one of a newspaper, a website or an address a web page, a document
        number (京政办发〔2005〕37号) a regulation; anything else is other, [Z]. The title of a
        digest whose original title is not known stands in square brackets, as GB/T 7714-2025,
        7.2.1 wants for titles that are not the author's own. What the digest calls unverified
        stands in ``note``.

    Raises
    ------
    InputError
        For a row without doc_id.
    """
    known = _known(row)
    if "doc_id" not in known:
        raise InputError("the row has no doc_id; give a row of Corpus.documents")
    title = known.get("original_title", "")
    if not title:
        title = known.get("title", known["doc_id"])
        if "rights" in known:
            title = f"[{title}]"
    venue = known.get("venue", "")
    facts: dict[str, Any] = _published(known.get("published", ""))
    number = known.get("number", "") or "".join(_DOCUMENT_NUMBER.findall(venue)[:1])
    kind = _kind(venue, known.get("url", ""), number, facts)
    return Source(
        known["doc_id"],
        kind,
        title,
        author=tuple(Name(literal=name) for name in _names(known.get("authors", ""))),
        container_title=venue,
        number=number,
        url=known.get("url", ""),
        medium="OL" if kind == "webpage" else "",
        note=f"未核实：{known['unverified']}" if "unverified" in known else "",
        **facts,
    )


def sources_of_figures(table: pd.DataFrame, *, what: str = "") -> tuple[Source, ...]:
    """The sources of the rows of an indicators table: one for each ``source_url``.

    Parameters
    ----------
    table : DataFrame
        With ``source_url`` and ``indicator``.
    what : str
        What the figures are, where the table has no ``indicator``.

    Returns
    -------
    tuple of Source
        In the order of the addresses. The pages' own titles are not known: the names of the figures
        stand in square brackets. An address that is none (北京青年报转载（无网址）) is printed as it is.
    """
    found = []
    for address, rows in table.dropna(subset=["source_url"]).groupby("source_url", sort=True):
        names = sorted(rows["indicator"].unique()) if "indicator" in rows else []
        more = f"等 {len(names)} 项指标" if len(names) > _MOST_NAMES else ""
        title = f"[{'、'.join(names[:_MOST_NAMES])}{more}]" if names else f"[{what or '数据'}]"
        url = str(address).strip()
        online = _ADDRESS.fullmatch(url) is not None
        found.append(
            Source(
                f"figures-{digest_bytes(url.encode())[:8]}",
                "webpage" if online else "document",
                title,
                url=url if online else "",
                container_title="" if online else url,
            )
        )
    return tuple(found)


def _known(row: Mapping[str, Any] | Any) -> dict[str, str]:
    fields = row._asdict() if hasattr(row, "_asdict") else dict(row)
    known = {}
    for name, value in fields.items():
        if isinstance(value, (list, tuple)):
            value = "、".join(map(str, value))
        if pd.notna(value) and str(value).strip():
            known[name] = str(value).strip()
    return known


def _names(authors: str) -> list[str]:
    return [name.strip() for name in re.split("[、;；]", authors) if name.strip()]


def _published(stated: str) -> dict[str, Any]:
    found = _ISSUE.fullmatch(stated)
    if not found:
        return {"issued": read_date(stated)}
    facts = {
        "issued": Date((int(found[1]),)),
        "volume": found[2],
        "issue": found[3],
        "page": found[4],
    }
    return {name: value for name, value in facts.items() if value}


def _kind(venue: str, url: str, number: str, facts: dict[str, Any]) -> str:
    if facts.get("issue"):
        return "article-journal"
    if number:
        return "regulation"
    if _NEWSPAPER.search(venue):
        return "article-newspaper"
    if url or _SITE.search(venue):
        return "webpage"
    return "article-journal" if venue and facts.get("issued") and _is_serial(venue) else "document"


def _is_serial(venue: str) -> bool:
    return bool(re.search("学报|杂志|学刊|月刊|季刊|研究|评论|Journal|Review", venue))
