"""Everything that is wrong or remarkable in a study's data files, in one list: ``pbgov check``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pbgov.datafiles import table_files
from pbgov.errors import DataFileError, DataFileWarning
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.corpus.document import Corpus
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
    for check in (_documents, _codebook, _lexicon, _codings, _declared, _regions, _indicators):
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always", DataFileWarning)
            found += _findings_of(check, study)
        found += [str(one.message) for one in remarks if one.category is DataFileWarning]
    return list({str(one): one for one in found}.values())  # files that two checks read speak twice


def _findings_of(check: Callable[[Study], list[Finding]], study: Study) -> list[Finding]:
    try:
        return check(study)
    except DataFileError as error:
        return list(error.findings)


def _documents(study: Study) -> list[Finding]:
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.remarks import remarks_on

    corpus = read_corpus(study.cases)
    return [*corpus.findings, *remarks_on(corpus), *_places_of(corpus, study)]


def _places_of(corpus: Corpus, study: Study) -> list[Finding]:
    """W456 for each place of the metadata that the table of regions does not hold."""
    from pbgov.indicators.regions import read_regions

    try:
        regions = read_regions(study.regions)
    except DataFileError:
        return []  # said by the check of the regions
    known = {
        "city": set(regions.loc[regions["level"].isin(["province", "city"]), "name"]),
        "district": set(regions.loc[regions["level"] == "district", "name"]),
        "region_code": set(regions["region_code"]),
    }
    return [
        Finding("W456", document.path, seen=f"{name} = {told!r}")
        for document in corpus
        for name, names in known.items()
        if (told := document.metadata.get(name)) and told not in names
    ]


def _codebook(study: Study) -> list[Finding]:
    from pbgov.coding.codebook import read_codebook

    codebook = read_codebook(study.codebook)
    if "rival" not in study.inputs:
        return codebook.check()
    from pbgov.coding.codebooks.crosswalk import CROSSWALK_FILE, read_crosswalk

    folder = study.inputs["rival"]
    rival = read_codebook(folder)
    remarks = read_crosswalk(folder / CROSSWALK_FILE, codebook, rival).remarks
    return [*codebook.check(), *rival.check(), *remarks]


def _lexicon(study: Study) -> list[Finding]:
    from pbgov.mining.lexicon import read_lexicon

    read_lexicon(study.lexicon)
    return []


def _codings(study: Study) -> list[Finding]:
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.codings import check_codings
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.segments import segment

    if study.codings is None or not table_files(study.codings):
        return []
    segments = segment(read_corpus(study.cases), unit="paragraph")
    return check_codings(study.codings, segments, read_codebook(study.codebook))


def _declared(study: Study) -> list[Finding]:
    """Names in [coding] of study.toml that the codebook or the codings do not have."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.codings import read_codings

    file = (study.root / "study.toml").as_posix()
    families = list(read_codebook(study.codebook).families["family"])
    found = [
        Finding("E508", file, seen=name, wanted=" / ".join(families))
        for name in study.families
        if name not in families
    ]
    if study.codings is None or not table_files(study.codings):
        return found
    coders = list(dict.fromkeys(read_codings(study.codings)["coder"]))
    return found + [
        Finding("W551", file, seen=name, wanted="、".join(coders))
        for name in study.references
        if coders and name not in coders
    ]


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
