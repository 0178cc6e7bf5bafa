"""The list of sources: documents, methods that were cited, the study's own literature, figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.reporting.references import Source, format_bibliography, read_references
from pbgov.reporting.references.documents import source_of_document, sources_of_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.reporting.composition import Findings
    from pbgov.reporting.report import References

METHODS = Path(__file__).with_name("sources.bib")
ASSESSMENT = "首都环境建设管理考核得分"


def references(found: Findings, cited: Sequence[str]) -> References:
    """Every source of the report: what the text cites first, then documents, then figures.

    A key that is no source is passed over here: the report, or its template, says where it stands.
    """
    literature = list_of_literature(found)
    keys = set(cited)
    sources = [source for source in literature if source.key in keys]
    documents = found.need("read", "documents")
    sources += [source_of_document(row) for row in documents.to_dict("records")]
    sources += _of_figures(found)
    unlike = {source.key: source for source in reversed(sources)}
    ordered = [source for source in sources if unlike[source.key] is source]
    style = found.study.report.citations
    known = tuple(key for key in dict.fromkeys(cited) if key in unlike)
    return format_bibliography(ordered, style, cited=known).references()


def list_of_literature(found: Findings) -> list[Source]:
    """The methods that the built-in chapters cite, and the study's own file of references."""
    own = found.study.report.references
    return [*read_references(METHODS), *(read_references(own) if own is not None else ())]


def _of_figures(found: Findings) -> list[Source]:
    assessment, indicators = (
        found.table("indicators", name) for name in ("assessment", "indicators")
    )
    sources: list[Source] = []
    if assessment is not None:
        sources += sources_of_figures(assessment, what=ASSESSMENT)
    if indicators is not None:
        used = indicators[indicators["indicator"].isin(found.indicators_used)]
        sources += sources_of_figures(used)
    return sources
