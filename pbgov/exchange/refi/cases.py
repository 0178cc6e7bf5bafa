"""Districts as cases, figures and the attributes of documents as variables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pbgov.corpus.document import METADATA_COLUMNS
from pbgov.errors import InputError
from pbgov.exchange.refi.characters import guid, spell
from pbgov.exchange.refi.elements import add
from pbgov.exchange.refi.records import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from pbgov.corpus.document import Document
    from pbgov.exchange.refi.losses import Losses

ATTRIBUTES = dict(zip(METADATA_COLUMNS, (
    "题名", "原题名", "作者", "刊物或来源", "发表时间", "城市", "区县", "地区代码", "文体", "未核实", "权利说明",
), strict=True))  # fmt: skip
FIGURE_COLUMNS = ("region_code", "period", "indicator", "value", "unit", "status")
BESIDE = ("source_tier", "source_url", "note")


def attribute_variables(documents: Iterable[Document]) -> dict[str, str]:
    """The GUIDs of the attributes that at least one document has, by their names in the metadata."""
    present = {name for each in documents for name in ATTRIBUTES if _told(each.metadata.get(name))}
    return {name: guid("attribute", name) for name in ATTRIBUTES if name in present}


def add_attributes(source: Any, document: Document, attributes: Mapping[str, str]) -> None:
    """The attributes of a document below its source."""
    for name, variable in attributes.items():
        told = _told(document.metadata.get(name))
        if told:
            _value(source, variable, "TextValue", spell(told))


def add_cases(
    root: Any,
    attributes: Mapping[str, str],
    documents: Iterable[Document],
    indicators: pd.DataFrame | None,
    regions: pd.DataFrame | None,
    losses: Losses,
) -> None:
    """The variables of a project, and a case for each region that has figures or documents.

    A figure is a variable of its indicator, period, unit and status, so that no simulated or
    expected value can pass for a recorded one.
    """
    figures = _figures(indicators)
    sources: dict[str, list[str]] = {}
    for document in documents:
        region = document.metadata.get("region_code")
        if isinstance(region, str) and region:
            sources.setdefault(region, []).append(guid("source", document.doc_id))
    names = (
        {} if regions is None else dict(zip(regions["region_code"], regions["name"], strict=True))
    )
    kinds = sorted({figure[1] for figure in figures})
    if attributes or kinds:
        variables = add(root, "Variables")
        for name, variable in attributes.items():
            add(variables, "Variable", guid=variable, name=ATTRIBUTES[name], typeOfVariable="Text")
        for kind in kinds:
            indicator, period, unit, status = kind
            element = add(variables, "Variable", guid=guid("figure", *kind),
                           name=f"{indicator}（{period}，{status}）", typeOfVariable="Float")  # fmt: skip
            fields = (("指标", indicator), ("时期", period), ("单位", unit), ("性质", status))
            add(element, "Description").text = described(fields)
    codes = sorted({figure[0] for figure in figures} | set(sources))
    if not codes:
        return
    cases = add(root, "Cases")
    for code in codes:
        if code not in names and any(figure[0] == code for figure in figures):
            losses.add("unlisted_regions", name=code)
        case = add(cases, "Case", guid=guid("case", code), name=str(names.get(code, code)))
        add(case, "Description").text = described([("地区代码", code)])
        for region, kind, value in figures:
            if region == code:
                _value(case, guid("figure", *kind), "FloatValue", value)
        for source in sorted(sources.get(code, ())):
            add(case, "SourceRef", targetGUID=source)
    if indicators is not None:
        beside = [name for name in BESIDE if name in indicators.columns]
        losses.add("indicator_notes", int(indicators[beside].notna().any(axis=1).sum()))


def _figures(table: pd.DataFrame | None) -> list[tuple[str, tuple[str, str, str, str], str]]:
    if table is None:
        return []
    missing = [name for name in FIGURE_COLUMNS if name not in table.columns]
    if missing:
        raise InputError(f"indicators has no column {', '.join(missing)}; see read_indicators.")
    rows = (
        table[list(FIGURE_COLUMNS)].astype(object).where(table[list(FIGURE_COLUMNS)].notna(), None)
    )
    figures = []
    for region, period, indicator, value, unit, status in rows.itertuples(index=False):
        if value is not None:
            kind = str(indicator), str(period), str(unit or ""), str(status or "")
            figures.append((str(region), kind, f"{Decimal(str(float(value))):f}"))
    repeated = len(figures) - len({figure[:2] for figure in figures})
    if repeated:
        raise InputError(
            f"indicators: {repeated} figures of one region, period and indicator repeat."
        )
    return sorted(figures)


def _value(parent: Any, variable: str, kind: str, text: str) -> None:
    value = add(parent, "VariableValue")
    add(value, "VariableRef", targetGUID=variable)
    add(value, kind).text = text


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
