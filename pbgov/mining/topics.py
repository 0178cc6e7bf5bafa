"""Topics of a corpus, with what speaks against believing them: coherence, stability, documents.

A topic model always gives k topics, of noise as well. So every fit is repeated with other seeds, the
coherence of each topic stands beside it, and `compare_topics` fits the same corpus with its words
shuffled as the benchmark that any structure has to pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.inference.words.coherence import matched_overlap, npmi_coherence, umass_coherence
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_whole
from pbgov.mining.factors import best_run, fit_runs, fit_samples, read_material, unit_shares

if TYPE_CHECKING:
    from pbgov.mining.factors import Material, Method, Run
    from pbgov.mining.lexicon import Lexicon

TOP = 10
STABLE = 0.5
"""Mean Jaccard below which a topic is called unstable; seven shared terms of ten give 0.54."""
FEW_DOCUMENTS = 30
"""Convention: with fewer documents the note says that topics may be no more than the documents."""
CAUTION = (
    "主题是词的共现模式，名称由人来起；主题数是选出来的，不是数据给出的。"
    "一致性在同一批片段上计算，只宜相互比较。"
)


@dataclass(frozen=True, eq=False)
class TopicModel:
    """Topics, where they stand, and how far they can be trusted.

    Attributes
    ----------
    topics : DataFrame
        One row is one of the ten heaviest terms of one topic: ``topic`` (1 has the largest share),
        ``rank``, ``term``, ``weight`` (share of the topic's weight, 0 to 1), ``n_segments``
        (segments that hold the term).
    weights : DataFrame
        One row is unit x topic: ``unit``, ``topic``, ``share`` (of the unit, adds up to 1; NaN
        where the unit holds no term of the model), ``n_terms`` (occurrences of terms of the model).
    coherence : DataFrame
        One row is one topic: ``topic``, ``share`` (mean over units), ``npmi``, ``u_mass``; see
        `pbgov.inference.words.coherence`. Both are taken over the segments that were fitted.
    stability : DataFrame
        One row is one topic: overlap (Jaccard) of its ten terms with the matching topic of each other
        run, ``topic``, ``seeds_mean``, ``seeds_min`` (other seeds, the same units; NaN with one
        seed), ``sampled_mean``, ``sampled_min`` (half of the units), ``n_seeds``,
        ``n_samples`` (runs compared). Seeds alone prove little: on words shuffled at random NMF
        often finds one solution again and again. Samples ask what other text would have given.
    documents : DataFrame
        One row is topic x document: ``topic``, ``doc_id``, ``n_units``, ``share`` (mean over the
        document's units), ``of_topic`` (the document's part of the topic, adds up to 1 over
        documents), ``of_units`` (its part of all units, which is what to compare with). Empty where
        a unit spans several documents.
    runs : DataFrame
        One row is one run: ``seed``, ``loss`` (NMF: Frobenius norm of what is left; LDA: perplexity
        on the same text), ``n_iter``, ``converged``, ``reported``. The run with the smallest loss
        is reported, the earliest of those within one in ten thousand of it.
    method, k, by, seed, n_units, n_documents, n_terms
        What was fitted.
    """

    topics: pd.DataFrame
    weights: pd.DataFrame = field(repr=False)
    coherence: pd.DataFrame = field(repr=False)
    stability: pd.DataFrame = field(repr=False)
    documents: pd.DataFrame = field(repr=False)
    runs: pd.DataFrame = field(repr=False)
    method: str
    k: int
    by: str
    seed: int
    n_units: int
    n_documents: int
    n_terms: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the topics has to know, in Chinese; the caution is always the last."""
        said = []
        if unstable := self.unstable:
            listed = "、".join(map(str, unstable))
            said.append(
                f"主题 {listed} 不稳定（换种子或只用一半单位，前十词的平均重合不到 {STABLE}），"
                "不宜解读。"
            )
        if len(self.runs) == 1:
            said.append("只用了一个种子，换种子是否稳定没有检验。")
        if stuck := int((~self.runs["converged"]).sum()):
            said.append(f"{len(self.runs)} 次拟合中有 {stuck} 次没有收敛。")
        if self.n_documents < FEW_DOCUMENTS:
            said.append(
                f"只有 {self.n_documents} 篇文档，太少：主题可能只是各篇文章的题目，不能推及其他文章。"
            )
        if narrow := self._topics_of_one_document():
            listed = "、".join(map(str, narrow))
            said.append(f"主题 {listed} 有一半以上出自同一篇文档。")
        return (*said, CAUTION)

    @property
    def unstable(self) -> list[int]:
        """Topics whose mean overlap over seeds or over samples is below `STABLE`."""
        lower = self.stability[["seeds_mean", "sampled_mean"]].min(axis=1)
        return [int(topic) for topic in self.stability.loc[lower < STABLE, "topic"]]

    def _topics_of_one_document(self) -> list[int]:
        if self.n_documents < 2 or self.documents.empty:
            return []
        largest = self.documents.groupby("topic")["of_topic"].max()
        return [int(topic) for topic in largest.index[largest > 0.5]]

    def __str__(self) -> str:
        terms = self.topics.groupby("topic")["term"].agg(" ".join)
        beside = self.coherence.merge(self.stability, on="topic")
        lines = [
            f"{self.method.upper()} 主题 {self.k} 个：{self.n_units} 个单位（{self.by}），"
            f"{self.n_documents} 篇文档，{self.n_terms} 个词，{len(self.runs)} 个种子"
        ]
        for row in beside.to_dict("records"):
            lines.append(
                f"{row['topic']:>3}  占 {row['share']:.1%}  NPMI {row['npmi']:.2f}  换种子"
                f" {_two(row['seeds_mean'])}（最低 {_two(row['seeds_min'])}）  换样本"
                f" {_two(row['sampled_mean'])}（最低 {_two(row['sampled_min'])}）  {terms[row['topic']]}"
            )
        return "\n".join([*lines, *self.remarks])


def _two(value: float) -> str:
    return "—" if np.isnan(value) else f"{value:.2f}"


def topics(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    k: int,
    *,
    seed: int,
    method: Method = "nmf",
    by: str = "segment_id",
    n_seeds: int = 10,
    min_segments: int = 2,
    names: pd.DataFrame | None = None,
) -> TopicModel:
    """The topics of a corpus, fitted from several seeds.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it; paragraphs carry topics better than sentences.
    lexicon : Lexicon
    k : int
        Number of topics, 2 or more; `compare_topics` shows what speaks for which.
    seed : int
        Seeds are `seed`, `seed` + 1, …
    method : {"nmf", "lda"}
        Non-negative matrix factorisation of TF-IDF weights, or latent Dirichlet allocation of
        counts, both as scikit-learn has them, from random starts.
    by : str, default "segment_id"
        Column of `segments` that names the unit whose words belong together.
    n_seeds : int, default 10
        Runs; with one, stability is not known.
    min_segments : int, default 2
        Terms that stand in fewer segments are left out.
    names : DataFrame, optional
        Spans whose words are left out, as in `pbgov.similarity`.

    Returns
    -------
    TopicModel

    Raises
    ------
    InputError
        For an unknown method, a number below its least, or more topics than the units or terms
        can carry.

    References
    ----------
    Lee, D. D., & Seung, H. S. (1999). Learning the parts of objects by non-negative matrix
    factorization. *Nature*, 401, 788-791.
    Blei, D. M., Ng, A. Y., & Jordan, M. I. (2003). Latent Dirichlet allocation. *Journal of
    Machine Learning Research*, 3, 993-1022.
    """
    material = read_material(segments, lexicon, by, min_segments, names)
    runs = fit_runs(material, k, method, seed, n_seeds)
    reported = best_run(runs)
    tables = {
        "topics": _top_terms(reported, material),
        "weights": _weights(reported, material),
        "coherence": _coherence(reported, material),
        "stability": _stability(
            reported, runs, fit_samples(material, k, method, seed, n_seeds), material
        ),
        "documents": _documents(reported, material),
        "runs": _listed(runs, reported.seed),
    }
    return TopicModel(
        **{name: carry_mark(table, segments) for name, table in tables.items()},
        method=method,
        k=k,
        by=by,
        seed=seed,
        n_units=len(material.units),
        n_documents=len(np.unique(material.documents)),
        n_terms=len(material.terms),
    )


def compare_topics(
    segments: pd.DataFrame,
    lexicon: Lexicon,
    *,
    seed: int,
    ks: Iterable[int] = range(2, 11),
    method: Method = "nmf",
    by: str = "segment_id",
    n_seeds: int = 10,
    min_segments: int = 2,
    names: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coherence and stability for each number of topics, beside those of shuffled words.

    Nothing is chosen: look for a k that is coherent and stable, above the shuffled corpus on both,
    and whose topics say something.

    Parameters
    ----------
    segments, lexicon, seed, method, by, n_seeds, min_segments, names
        As in `topics`.
    ks : iterable of int, default 2 to 10

    Returns
    -------
    DataFrame
        One row is one k: ``k``, ``npmi``, ``u_mass`` (means over topics of the reported run),
        ``npmi_min`` (its least coherent topic), ``seeds`` and ``sampled`` (stability over seeds and
        over samples, mean over topics), ``sampled_min`` (its least stable topic),
        ``npmi_shuffled``, ``seeds_shuffled``, ``sampled_shuffled`` (the same for the corpus with
        its words dealt out anew, segment lengths and term totals kept),
        ``n_converged``, ``n_runs``, ``n_units``, ``n_documents``, ``n_terms``.
        ``attrs["caution"]`` belongs under any display.
    """
    if not isinstance(ks, Iterable):
        raise InputError(f"ks is {ks!r}; give several numbers of topics, such as range(2, 11).")
    wanted = sorted(set(ks))
    check_whole("seed", seed, 0)
    if not wanted:
        raise InputError("ks is empty; name at least one number of topics.")
    material = read_material(segments, lexicon, by, min_segments, names)
    shuffled = material.shuffled(seed)
    rows = []
    for k in wanted:
        found, runs = _judged(material, k, method, seed, n_seeds)
        chance, _ = _judged(shuffled, k, method, seed, n_seeds)
        rows.append(
            {
                "k": k,
                "npmi": found["npmi"].mean(),
                "u_mass": found["u_mass"].mean(),
                "npmi_min": found["npmi"].min(),
                "seeds": found["seeds_mean"].mean(),
                "sampled": found["sampled_mean"].mean(),
                "sampled_min": found["sampled_mean"].min(),
                "npmi_shuffled": chance["npmi"].mean(),
                "seeds_shuffled": chance["seeds_mean"].mean(),
                "sampled_shuffled": chance["sampled_mean"].mean(),
                "n_converged": sum(run.converged for run in runs),
                "n_runs": len(runs),
                "n_units": len(material.units),
                "n_documents": len(np.unique(material.documents)),
                "n_terms": len(material.terms),
            }
        )
    table = pd.DataFrame(rows)
    table.attrs |= {"caution": CAUTION, "method": method, "by": by, "seed": seed}
    return carry_mark(table, segments)


def _judged(
    material: Material, k: int, method: Method, seed: int, n_seeds: int
) -> tuple[pd.DataFrame, list[Run]]:
    runs = fit_runs(material, k, method, seed, n_seeds)
    best = best_run(runs)
    samples = fit_samples(material, k, method, seed, n_seeds)
    stability = _stability(best, runs, samples, material)
    return _coherence(best, material).merge(stability, on="topic"), runs


def _top_places(run: Run) -> list[np.ndarray]:
    """Columns of the heaviest terms of each topic; a term without weight is none of its terms."""
    tops = [np.argsort(-weights, kind="stable")[:TOP] for weights in run.by_term]
    return [top[weights[top] > 0] for top, weights in zip(tops, run.by_term, strict=True)]


def _top_terms(run: Run, material: Material) -> pd.DataFrame:
    held = material.counts.getnnz(axis=0)
    rows = [
        {
            "topic": topic,
            "rank": rank,
            "term": material.terms[place],
            "weight": weights[place] / weights.sum(),
            "n_segments": int(held[place]),
        }
        for topic, (top, weights) in enumerate(
            zip(_top_places(run), run.by_term, strict=True), start=1
        )
        for rank, place in enumerate(top, start=1)
    ]
    return pd.DataFrame(rows)


def _weights(run: Run, material: Material) -> pd.DataFrame:
    n_units, k = run.by_unit.shape
    return pd.DataFrame(
        {
            "unit": pd.Series(material.units.repeat(k), dtype="str"),
            "topic": np.tile(np.arange(1, k + 1), n_units),
            "share": unit_shares(run.by_unit).ravel(),
            "n_terms": np.repeat(np.asarray(material.by_unit().sum(axis=1)).ravel(), k),
        }
    )


def _coherence(run: Run, material: Material) -> pd.DataFrame:
    shares = np.nanmean(unit_shares(run.by_unit), axis=0)
    rows: list[dict[str, Any]] = []
    for topic, (top, share) in enumerate(zip(_top_places(run), shares, strict=True), start=1):
        presence = material.counts[:, top].toarray() > 0
        rows.append(
            {
                "topic": topic,
                "share": share,
                "npmi": npmi_coherence(presence),
                "u_mass": umass_coherence(presence),
            }
        )
    return pd.DataFrame(rows)


def _stability(run: Run, runs: list[Run], samples: list[Run], material: Material) -> pd.DataFrame:
    others = [other for other in runs if other.seed != run.seed]
    table = {"topic": np.arange(1, len(run.by_term) + 1)}
    for name, compared in (("seeds", others), ("sampled", samples)):
        own = _term_lists(run, material)
        overlap = np.array(
            [matched_overlap(own, _term_lists(other, material))[1] for other in compared]
        )
        unknown = np.full(len(own), np.nan)
        table[f"{name}_mean"] = overlap.mean(axis=0) if compared else unknown
        table[f"{name}_min"] = overlap.min(axis=0) if compared else unknown
    return pd.DataFrame(table).assign(n_seeds=len(others), n_samples=len(samples))


def _term_lists(run: Run, material: Material) -> list[list[str]]:
    return [list(material.terms[top]) for top in _top_places(run)]


def _documents(run: Run, material: Material) -> pd.DataFrame:
    columns = ["topic", "doc_id", "n_units", "share", "of_topic", "of_units"]
    homes = pd.Series(material.documents).groupby(material.codes).agg(["first", "nunique"])
    shares = pd.DataFrame(unit_shares(run.by_unit), columns=range(1, run.by_unit.shape[1] + 1))
    if homes["nunique"].gt(1).any():
        return pd.DataFrame(columns=columns)
    long = shares.assign(doc_id=homes["first"].to_numpy()).dropna().melt("doc_id", var_name="topic")
    table = long.groupby(["topic", "doc_id"])["value"].agg(["size", "mean", "sum"]).reset_index()
    table.columns = pd.Index(["topic", "doc_id", "n_units", "share", "of_topic"])
    table["of_topic"] /= table.groupby("topic")["of_topic"].transform("sum")
    table["of_units"] = table["n_units"] / table.groupby("topic")["n_units"].transform("sum")
    return table.astype({"topic": int})


def _listed(runs: list[Run], reported: int) -> pd.DataFrame:
    rows = [(run.seed, run.loss, run.n_iter, run.converged, run.seed == reported) for run in runs]
    return pd.DataFrame(rows, columns=["seed", "loss", "n_iter", "converged", "reported"])
