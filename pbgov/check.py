"""Everything that is wrong or remarkable in a study's data files, in one list: ``pbgov check``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pbgov.errors import DataFileError, DataFileWarning

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.findings import Finding
    from pbgov.study import Study


def check_study(study: Study) -> list[Finding | str]:
    """Read every data file of a study and collect what its readers say; nothing is changed.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of Finding or str
        Findings in the order documents, codebook, lexicon, codings, regions, indicators; remarks
        that a reader gave as a `DataFileWarning` come as the text they were given in.
    """
    found: list[Finding | str] = []
    for check in (_documents, _codebook, _lexicon, _codings, _regions, _indicators):
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always", DataFileWarning)
            found += _findings_of(check, study)
        found += [str(one.message) for one in remarks if one.category is DataFileWarning]
    return found


def _findings_of(check: Callable[[Study], list[Finding]], study: Study) -> list[Finding]:
    try:
        return check(study)
    except DataFileError as error:
        return list(error.findings)


def _documents(study: Study) -> list[Finding]:
    from pbgov.corpus.readers import read_corpus

    return list(read_corpus(study.cases).findings)


def _codebook(study: Study) -> list[Finding]:
    from pbgov.coding.codebook import read_codebook

    return read_codebook(study.codebook).check()


def _lexicon(study: Study) -> list[Finding]:
    from pbgov.mining.lexicon import read_lexicon

    read_lexicon(study.lexicon)
    return []


def _codings(study: Study) -> list[Finding]:
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.journal import read_codings
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.segments import segment

    if study.codings is not None and any(study.codings.glob("*.csv")):
        segments = segment(read_corpus(study.cases), unit="paragraph")
        read_codings(study.codings, segments, read_codebook(study.codebook))
    return []


def _regions(study: Study) -> list[Finding]:
    from pbgov.indicators.regions import read_regions

    read_regions(study.regions)
    return []


def _indicators(study: Study) -> list[Finding]:
    from pbgov.indicators.regions import read_regions
    from pbgov.indicators.register import read_assessment, read_indicators, read_register

    regions = read_regions(study.regions)
    if study.indicators is not None:
        read_register(study.indicators)
        if any(file.name != "register.csv" for file in study.indicators.glob("*.csv")):
            read_indicators(study.indicators, regions)
    if "assessment" in study.inputs:
        read_assessment(study.inputs["assessment"], regions)
    return []
