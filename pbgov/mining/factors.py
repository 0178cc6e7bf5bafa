"""Fitting topics: the material, and one run of NMF or LDA from one seed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from pbgov.errors import InputError
from pbgov.mining.asked import check_segments, check_whole
from pbgov.mining.matrix import term_matrix, units_of

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.mining.lexicon import Lexicon

Method = Literal["nmf", "lda"]
ITERATIONS = {"nmf": 1000, "lda": 200}
SAME_LOSS = 1e-4  # relative; losses closer than this are one solution, rounded otherwise
SAMPLED = 0.5
"""Part of the units that a sample holds. Greene et al. (2014) take 0.8; on samples that share most of
their units even shuffled words look stable, so half are left out."""


class Run(NamedTuple):
    """One fit from one seed."""

    seed: int
    loss: float
    n_iter: int
    converged: bool
    by_unit: np.ndarray  # units x topics
    by_term: np.ndarray  # topics x terms


class Material(NamedTuple):
    """What is fitted: counts by unit, and by segment for the coherence."""

    units: pd.Index
    codes: np.ndarray  # unit of each segment
    documents: np.ndarray  # document of each segment
    terms: pd.Index
    counts: csr_matrix  # segments x terms

    def by_unit(self) -> csr_matrix:
        """Counts of the segments added up for each unit."""
        return _adding(self.codes, len(self.units)) @ self.counts

    def shuffled(self, seed: int) -> Material:
        """The same words dealt out anew: each segment keeps its length, each term its total."""
        cells = self.counts.tocoo()
        rows = np.repeat(cells.row, cells.data)
        columns = np.random.default_rng(seed).permutation(np.repeat(cells.col, cells.data))
        counts = csr_matrix((np.ones(len(rows), dtype=int), (rows, columns)), cells.shape)
        counts.sum_duplicates()
        return self._replace(counts=counts)


def read_material(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    by: str,
    min_segments: int,
    names: pd.DataFrame | None,
) -> Material:
    """The counts of `segments`, and the units they are added up to."""
    check_segments(segments)
    segments = segments.sort_values(
        ["doc_id", "start"], kind="stable"
    )  # seeds count from the first
    matrix = term_matrix(segments, lexicon, by="segment_id", min_units=min_segments, names=names)
    units, codes = units_of(segments, matrix.units, by)
    return Material(units, codes, matrix.documents, matrix.terms, matrix.counts)


def _adding(codes: np.ndarray, n_units: int) -> csr_matrix:
    """Units x segments: 1 where the segment belongs to the unit."""
    ones = np.ones(len(codes), dtype=int)
    return csr_matrix((ones, (codes, np.arange(len(codes)))), (n_units, len(codes)))


def fit_runs(material: Material, k: int, method: Method, seed: int, n_seeds: int) -> list[Run]:
    """One run from each of `n_seeds` seeds, the first of which is `seed`."""
    counts = _checked(material, k, method, seed, n_seeds)
    return [FITS[method](counts, k, each) for each in range(seed, seed + n_seeds)]


def fit_samples(material: Material, k: int, method: Method, seed: int, n_seeds: int) -> list[Run]:
    """One run for each seed on half of the units, drawn with the same seed.

    ``by_unit`` of such a run has the rows of its sample.
    """
    counts = _checked(material, k, method, seed, n_seeds)
    filled = np.flatnonzero(counts.getnnz(axis=1))
    size = max(k, int(np.ceil(SAMPLED * len(filled))))
    return [
        FITS[method](counts[np.sort(_drawn(filled, size, each))], k, each)
        for each in range(seed, seed + n_seeds)
    ]


def best_run(runs: list[Run]) -> Run:
    """The earliest run whose loss is the smallest, its topics in the order of their mean share."""
    limit = min(run.loss for run in runs) * (1 + SAME_LOSS)
    best = next(run for run in runs if run.loss <= limit)
    order = np.argsort(-np.nanmean(unit_shares(best.by_unit), axis=0), kind="stable")
    return best._replace(by_unit=best.by_unit[:, order], by_term=best.by_term[order])


def unit_shares(by_unit: np.ndarray) -> np.ndarray:
    """Weights of topics as shares of each unit; NaN where a unit has none."""
    total = by_unit.sum(axis=1, keepdims=True)
    shares = np.full(by_unit.shape, np.nan)
    np.divide(by_unit, total, out=shares, where=total > 0)
    return shares


def _drawn(rows: np.ndarray, size: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(rows, size, replace=False)


def _checked(material: Material, k: int, method: Method, seed: int, n_seeds: int) -> csr_matrix:
    if method not in FITS:
        raise InputError(f"method {method!r} is unknown; use 'nmf' or 'lda'.")
    for name, value, least in (("k", k, 2), ("n_seeds", n_seeds, 1), ("seed", seed, 0)):
        check_whole(name, value, least)
    counts = material.by_unit()
    held = int((counts.getnnz(axis=1) > 0).sum())
    if k > min(held, len(material.terms)):
        raise InputError(
            f"{k} topics from {held} units with words and {len(material.terms)} terms that stand in"
            " enough segments; ask for fewer topics, or lower min_segments."
        )
    return counts


def _fit_nmf(counts: csr_matrix, k: int, seed: int) -> Run:
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfTransformer

    weighted = TfidfTransformer().fit_transform(counts)
    estimator = NMF(k, init="random", random_state=seed, max_iter=ITERATIONS["nmf"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        by_unit = estimator.fit_transform(weighted)
    for warning in caught:
        if not issubclass(warning.category, ConvergenceWarning):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    converged = not any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    loss, n_iter = float(estimator.reconstruction_err_), int(estimator.n_iter_)
    return Run(seed, loss, n_iter, converged, by_unit, estimator.components_)


def _fit_lda(counts: csr_matrix, k: int, seed: int) -> Run:
    from sklearn.decomposition import LatentDirichletAllocation

    most = ITERATIONS["lda"]
    estimator = LatentDirichletAllocation(k, random_state=seed, max_iter=most, evaluate_every=5)
    by_unit = estimator.fit_transform(counts)
    by_unit[counts.getnnz(axis=1) == 0] = 0.0  # the prior alone, which says nothing of the unit
    n_iter = int(estimator.n_iter_)  # `most` where the perplexity never settled
    loss = float(estimator.bound_)
    return Run(seed, loss, n_iter, n_iter < most, by_unit, estimator.components_)


FITS = {"nmf": _fit_nmf, "lda": _fit_lda}
