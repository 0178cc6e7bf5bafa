"""Sources: their entries, their formats, and how GB/T 7714 prints them."""

from pbgov.reporting.references.bibliography import (
    Bibliography,
    format_bibliography,
    format_citation,
)
from pbgov.reporting.references.documents import source_of_document, sources_of_figures
from pbgov.reporting.references.entry import format_reference
from pbgov.reporting.references.files import read_references, write_references
from pbgov.reporting.references.source import Date, Name, Source

__all__ = [
    "Bibliography",
    "Date",
    "Name",
    "Source",
    "format_bibliography",
    "format_citation",
    "format_reference",
    "read_references",
    "source_of_document",
    "sources_of_figures",
    "write_references",
]
