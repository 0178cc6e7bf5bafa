"""The steps on documents: read and cut, practices, what they state, words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.cache import relative_name, table_of
from pbgov.errors import DataFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbgov.cache import Results
    from pbgov.study import Study


def read(study: Study, _: Mapping[str, Results]) -> Results:
    """The documents, what was repaired in them, and their segments."""
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.segments import segment

    corpus = read_corpus(study.cases)
    if not len(corpus):
        raise DataFileError(corpus.findings)
    documents, problems, remarks = (
        table.assign(path=[relative_name(Path(path), study.root) for path in table["path"]])
        for table in (corpus.documents, corpus.problems, corpus.remarks)
    )
    return {
        "documents": documents,
        "problems": problems.astype("str"),
        "remarks": remarks.astype("str"),
        "repairs": corpus.repairs,
        "alignments": corpus.alignments,
        "metadata": corpus.metadata,
        "paragraphs": segment(corpus, unit="paragraph"),
        "sentences": segment(corpus, unit="sentence"),
    }


def practices(study: Study, _: Mapping[str, Results]) -> Results:
    """The practices, each told from the others, and the passages that documents share."""
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.reuse import find_reuse
    from pbgov.extraction.distinct import distinct_practices
    from pbgov.extraction.practices import find_practices
    from pbgov.indicators.regions import read_regions

    regions = read_regions(study.regions)
    corpus = read_corpus(study.cases)
    practices, reuse = find_practices(corpus, regions), find_reuse(corpus)
    told = distinct_practices(practices, reuse)
    return {
        "practices": practices.assign(practice=told.to_numpy()).astype({"practice": "str"}),
        "regions": regions,
        "reuse": reuse,
    }


def extract(_: Study, results: Mapping[str, Results]) -> Results:
    """Quantities, slogans and claims of effect."""
    from pbgov.extraction.claims import find_claims
    from pbgov.extraction.formulas import find_formulas
    from pbgov.extraction.quantities import find_quantities

    paragraphs = table_of(results, "read", "paragraphs")
    return {
        "quantities": find_quantities(paragraphs),
        "formulas": find_formulas(paragraphs),
        "claims": find_claims(paragraphs),
    }


def terms(study: Study, results: Mapping[str, Results]) -> Results:
    """Counts of terms and what sets documents apart."""
    from pbgov.mining.contrast import contrast
    from pbgov.mining.lexicon import read_lexicon
    from pbgov.mining.terms import count_terms

    lexicon = read_lexicon(study.lexicon)
    paragraphs = table_of(results, "read", "paragraphs")
    counts = count_terms(paragraphs, lexicon)
    made: Results = {"counts": counts}
    if counts.loc[counts["n_tokens"] > 0, "unit"].nunique() > 1:
        made["contrast"] = contrast(paragraphs, lexicon)
    return made
