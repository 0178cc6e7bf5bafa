"""The methods section in Chinese or English, from what a study declares and what a run recorded."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbgov.cache import library_versions
from pbgov.errors import InputError
from pbgov.reporting.composition import Findings
from pbgov.reporting.methods.book import Book
from pbgov.reporting.methods.coding import on_agreement, on_coders, on_scores
from pbgov.reporting.methods.material import on_material, on_practices, on_repairs
from pbgov.reporting.methods.testing import (
    on_declared,
    on_estimates,
    on_rival,
    on_simulation,
    on_software,
)
from pbgov.reporting.prose import ResultName, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.cache import Results
    from pbgov.evaluation.remarks import Lang
    from pbgov.reporting.ledger import Result
    from pbgov.study import Study


@dataclass(frozen=True)
class MethodsText:
    """A methods section and the numbers it states.

    Attributes
    ----------
    paragraphs : tuple of str
        In the grammar of `pbgov.reporting.prose`: every number is named as a result.
    results : tuple of Result
        What is named, for the ledger of the report that prints the paragraphs.
    """

    paragraphs: tuple[str, ...]
    results: tuple[Result, ...]

    def __str__(self) -> str:
        """The paragraphs as they are printed."""
        printed = {one.result_id: one.printed for one in self.results}
        return "\n".join(_plain(text, printed) for text in self.paragraphs)


def methods_paragraph(
    study: Study, results: Mapping[str, Results], lang: Lang = "zh"
) -> MethodsText:
    """What was read, repaired, cut, coded by whom, compared, declared, estimated, with what software.

    Parameters
    ----------
    study : Study
    results : mapping of str to Results
        What `pbgov.run.compute` gives.
    lang : {"zh", "en"}

    Returns
    -------
    MethodsText
        What a study did not do is not in it: one without codings of people says so, one without
        estimates names no method.

    Raises
    ------
    InputError
        For another language.
    """
    if lang not in ("zh", "en"):
        raise InputError(f"lang is {lang!r}; a methods section is written in 'zh' or 'en'")
    from pbgov import __version__

    found, book = Findings(study, results), Book(lang)
    versions = {"Python": platform.python_version(), "pbgov": __version__, **library_versions()}
    groups = (
        (on_material(found, book), on_repairs(found, book)),
        (on_practices(found, book), on_coders(found, book), on_rival(found, book)),
        (on_agreement(found, book), on_scores(found, book)),
        (on_declared(found, book), on_estimates(found, book), on_simulation(found, book)),
        (on_software(versions, book),),
    )
    gap = "" if lang == "zh" else " "
    paragraphs = (gap.join(part for part in group if part) for group in groups)
    return MethodsText(tuple(text for text in paragraphs if text), book.results)


def _plain(text: str, printed: Mapping[str, str]) -> str:
    out = ""
    for part in parsed(text):
        if isinstance(part, str):
            out += part
        elif isinstance(part, ResultName):
            out += printed[part.result_id]
        else:
            out += part.printed  # type: ignore[union-attr]  # only words of the record stand beside
    return out
