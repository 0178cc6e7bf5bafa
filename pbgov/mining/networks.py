"""Networks of terms and codes: which stand together more often than chance would have them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.inference.words.coherence import npmi
from pbgov.inference.words.overlap import least_overlap, overlap_test
from pbgov.marks import carry_mark
from pbgov.mining.asked import check_segments, check_terms
from pbgov.mining.contrast import log_likelihood_ratio
from pbgov.mining.lexicon import READABLE_KINDS
from pbgov.mining.matrix import documents_of, place_codings, term_matrix, units_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.mining.lexicon import Lexicon

LEVEL = 0.05
CAUTION = (
    "基准是在每篇文档之内把各词、各码的位置随机打乱；相邻片段往往讲同一件事，并不独立，"
    "所以 p 值偏小，边宜看作线索。规则编码用同一批线索词判出的相遇不算数。共现不说明谁影响谁。"
)


@dataclass(frozen=True, eq=False)
class Network:
    """Terms and codes as nodes, pairs of them as edges.

    Attributes
    ----------
    edges : DataFrame
        One row is one pair of nodes that both occur, also those that never meet: ``source``,
        ``target``, ``kind`` (term-term, code-code, code-term), ``together`` (units that hold
        both), ``n_source``, ``n_target`` (units that hold each), ``n_units``, ``n_documents``
        (documents in which they meet), ``by_rule`` (units of ``together`` in which the rule coder
        gave both codes, or the code, on the same words: a meeting by definition), ``expected``,
        ``null_low``, ``null_high`` (mean and 95 % of shuffling within documents, exact),
        ``p_above`` (of the meetings that are not by rule), ``p_below`` (of all), ``q``
        (``p_above`` adjusted after Benjamini and Hochberg over all pairs), ``npmi``, ``jaccard``,
        ``g2`` (over all units), ``above_chance`` (``q`` of 0.05 or less). Smallest q first.
    nodes : DataFrame
        One row is one node: ``node``, ``kind`` (term, code), ``n_units``, ``n_documents``,
        ``degree`` (edges above chance), ``betweenness`` (0 to 1, on edges above chance,
        unweighted), ``community`` (1 is the largest; NA for a node without an edge above chance),
        ``reason`` (why a node asked for is not found, else NaN).
    n_units, n_documents
        What was read.
    modularity : float
        Of the communities; NaN where there is no edge above chance.
    """

    edges: pd.DataFrame
    nodes: pd.DataFrame = field(repr=False)
    n_units: int
    n_documents: int
    modularity: float
    caution: str = field(default=CAUTION, repr=False)

    def __str__(self) -> str:
        above = int(self.edges["above_chance"].sum())
        communities = int(self.nodes["community"].nunique())
        missing = list(self.nodes.loc[self.nodes["reason"].notna(), "node"])
        lines = [
            f"共现网络：{len(self.nodes)} 个节点，{len(self.edges)} 对，其中 {above} 对高于随机"
            f"（q ≤ {LEVEL}）；{communities} 个社群；{self.n_units} 个单位，{self.n_documents} 篇文档"
        ]
        if missing:
            lines.append(f"没有找到的节点：{'、'.join(missing)}（原因见节点数据）。")
        return "\n".join([*lines, self.caution])


def cooccurrence(
    segments: pd.DataFrame,
    lexicon: Lexicon | None = None,
    *,
    codings: pd.DataFrame | None = None,
    terms: Sequence[str] | None = None,
    by: str = "paragraph_id",
    top: int = 40,
    names: pd.DataFrame | None = None,
) -> Network:
    """The network of terms, of codes, or of both, over units that lie in one document each.

    Parameters
    ----------
    segments : DataFrame
        As `pbgov.segment` makes it; paragraphs, sentences and table rows are read.
    lexicon : Lexicon, optional
        Needed for terms; without it the nodes are codes.
    codings : DataFrame, optional
        Of `pbgov.schemas.CODINGS`, of one coder; rows with value 1 count. Without it the nodes
        are terms.
    terms : sequence of str, optional
        Terms of interest; by default the `top` terms that most units hold.
    by : str, default "paragraph_id"
        Column of `segments` that names the unit in which two things stand together.
    top : int, default 40
    names : DataFrame, optional
        Spans whose words are left out, as in `pbgov.similarity`.

    Returns
    -------
    Network

    Raises
    ------
    InputError
        Where neither lexicon nor codings is given, a unit spans documents, codings hold several
        coders or lie outside the units, or fewer than two nodes occur.

    References
    ----------
    Clauset, A., Newman, M. E. J., & Moore, C. (2004). Finding community structure in very large
    networks. *Physical Review E*, 70, 066111.
    Brandes, U. (2001). A faster algorithm for betweenness centrality. *Journal of Mathematical
    Sociology*, 25(2), 163-177.
    """
    if lexicon is None and codings is None:
        raise InputError("cooccurrence needs a lexicon, codings, or both.")
    check_segments(segments)
    if terms is not None:
        check_terms("terms", terms)
        terms = [terms] if isinstance(terms, str) else terms
    read = segments[segments["kind"].isin(READABLE_KINDS)]
    units, codes = units_of(read, pd.Index(read["segment_id"]), by)
    documents = documents_of(read, by, units)
    if (documents == "").any():
        raise InputError(
            f"{by!r} names units that span documents (first: {units[documents == ''][0]!r});"
            " use units inside documents, such as 'paragraph_id'."
        )
    present: dict[str, np.ndarray] = {}
    kinds: dict[str, str] = {}
    reasons: dict[str, str] = {}
    if codings is not None:
        present |= _code_presence(codings, read, codes, len(units))
        kinds |= dict.fromkeys(present, "code")
    if lexicon is not None:
        found, reasons = _term_presence(read, lexicon, units, by, terms, top, names)
        if both := sorted(set(found) & set(kinds)):
            raise InputError(f"{both[0]!r} is a term and a code; rename the code.")
        present |= found
        kinds |= dict.fromkeys([*found, *reasons], "term")
    if len(present) < 2:
        raise InputError(f"{len(present)} node occurs; a network needs two or more.")
    strata = pd.factorize(documents)[0]
    grounds = {} if codings is None else _grounds(codings, read, codes)
    edges = _edges(present, kinds, strata, grounds)
    nodes, modularity = _nodes(present, kinds, reasons, strata, edges)
    return Network(
        edges=carry_mark(edges, segments, codings),
        nodes=carry_mark(nodes, segments, codings),
        n_units=len(units),
        n_documents=int(strata.max()) + 1,
        modularity=modularity,
    )


def _term_presence(
    read: pd.DataFrame,
    lexicon: Lexicon,
    units: pd.Index,
    by: str,
    terms: Sequence[str] | None,
    top: int,
    names: pd.DataFrame | None,
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Units that hold each term, and why a term asked for is in none."""
    length = 2 if terms is None else 1
    matrix = term_matrix(read, lexicon, by=by, min_length=length, names=names)
    held = (matrix.counts > 0).astype(int)
    in_units = np.asarray(held.sum(axis=0)).ravel()
    reasons: dict[str, str] = {}
    if terms is None:
        order = np.lexsort((np.arange(len(in_units)), -in_units))[:top]
        wanted = sorted(order)
    else:
        wanted = [
            matrix.terms.get_loc(term) for term in dict.fromkeys(terms) if term in matrix.terms
        ]
        text = "\n".join(read["text"])
        reasons = {term: _why_absent(term, text) for term in terms if term not in matrix.terms}
    columns = held[:, wanted].toarray().astype(bool)
    rows = units.get_indexer(matrix.units)
    present = {}
    for place, column in enumerate(wanted):
        present[str(matrix.terms[column])] = np.zeros(len(units), dtype=bool)
        present[str(matrix.terms[column])][rows] = columns[:, place]
    return present, reasons


def _why_absent(term: str, text: str) -> str:
    if term not in text:
        return "读到的文字里没有这个词"
    return f"文字里有 {text.count(term)} 处，但切词时不是一个词（或是停用词、已遮蔽）；可加入词典"


def _code_presence(
    codings: pd.DataFrame, read: pd.DataFrame, units: np.ndarray, n_units: int
) -> dict[str, np.ndarray]:
    """Units that hold each code."""
    placed = place_codings(codings, read, units)
    present = {}
    for code, rows in placed.groupby("code_id", sort=True):
        present[str(code)] = np.zeros(n_units, dtype=bool)
        present[str(code)][rows["place"].to_numpy()] = True
    return present


def _grounds(
    codings: pd.DataFrame, read: pd.DataFrame, units: np.ndarray
) -> dict[tuple[str, int], set[str]]:
    """The words for which the rule coder gave a code in a unit, by code and unit."""
    grounds: dict[tuple[str, int], set[str]] = {}
    if "rule" in codings.columns:
        ruled = place_codings(codings, read, units).dropna(subset=["rule"])
        for code, unit, rule in zip(ruled["code_id"], ruled["place"], ruled["rule"], strict=True):
            cues = str(rule).removeprefix("cue:").split("+")
            grounds.setdefault((str(code), int(unit)), set()).update(cues)
    return grounds


def _on_the_same_words(
    one: str, other: str, units: np.ndarray, grounds: dict[tuple[str, int], set[str]]
) -> int:
    """In how many units two nodes rest on words of which one is, or holds, the other."""
    shared = 0
    for unit in units.tolist():
        words, others = (grounds.get((node, unit), {node}) for node in (one, other))
        shared += all(word in cue or cue in word for word in words for cue in others)
    return shared


def _edges(
    present: dict[str, np.ndarray],
    kinds: dict[str, str],
    strata: np.ndarray,
    grounds: dict[tuple[str, int], set[str]],
) -> pd.DataFrame:
    nodes = sorted(present, key=lambda node: (kinds[node], node))
    holds = np.column_stack([present[node] for node in nodes]).astype(int)
    n_units, sizes = len(holds), np.bincount(strata)
    by_document = np.stack([np.bincount(strata, weights=column) for column in holds.T]).astype(int)
    counts = holds.sum(axis=0)
    rows = []
    for one, other in zip(*np.triu_indices(len(nodes), k=1), strict=True):
        if not (counts[one] and counts[other]):
            continue
        margins = sizes, by_document[one], by_document[other]
        meeting = np.flatnonzero(holds[:, one] & holds[:, other])
        by_rule = 0
        if kinds[nodes[one]] == "code":  # codes stand before terms
            by_rule = _on_the_same_words(nodes[one], nodes[other], meeting, grounds)
        test = overlap_test(len(meeting), *margins)
        apart = max(len(meeting) - by_rule, least_overlap(*margins))
        rows.append(
            {
                "source": nodes[one],
                "target": nodes[other],
                "kind": f"{kinds[nodes[one]]}-{kinds[nodes[other]]}",
                "together": test.together,
                "n_source": int(counts[one]),
                "n_target": int(counts[other]),
                "n_units": n_units,
                "n_documents": len(np.unique(strata[meeting])),
                "by_rule": by_rule,
                "expected": test.expected,
                "null_low": test.low,
                "null_high": test.high,
                "p_above": overlap_test(apart, *margins).p_above,
                "p_below": test.p_below,
            }
        )
    return _with_associations(pd.DataFrame(rows), n_units)


def _with_associations(edges: pd.DataFrame, n_units: int) -> pd.DataFrame:
    from scipy.stats import false_discovery_control

    together, one, other = (
        edges[name].to_numpy(dtype=int) for name in ("together", "n_source", "n_target")
    )
    q = false_discovery_control(edges["p_above"])
    table = edges.assign(
        q=q,
        npmi=npmi(together, one, other, n_units),
        jaccard=together / (one + other - together),
        g2=log_likelihood_ratio(together, one, other - together, n_units - one),
        above_chance=q <= LEVEL,
    )
    return table.sort_values(["q", "source", "target"]).reset_index(drop=True)


def _nodes(
    present: dict[str, np.ndarray],
    kinds: dict[str, str],
    reasons: dict[str, str],
    strata: np.ndarray,
    edges: pd.DataFrame,
) -> tuple[pd.DataFrame, float]:
    import networkx as nx

    above = edges[edges["above_chance"]]
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(present))
    graph.add_edges_from(sorted(zip(above["source"], above["target"], strict=True)))
    between = nx.betweenness_centrality(graph)
    linked = graph.subgraph(sorted(node for node in graph if graph.degree(node)))
    communities: list[set[str]] = []
    if linked.number_of_edges():
        found = nx.community.greedy_modularity_communities(nx.Graph(linked))
        communities = sorted(map(set, found), key=lambda group: (-len(group), min(group)))
    home = {node: number for number, group in enumerate(communities, 1) for node in group}
    rows = [
        {
            "node": node,
            "kind": kinds[node],
            "n_units": int(held.sum()),
            "n_documents": len(np.unique(strata[held])),
            "degree": graph.degree(node),
            "betweenness": between[node],
            "community": home.get(node, pd.NA),
            "reason": float("nan"),
        }
        for node, held in present.items()
    ]
    rows += [
        {"node": node, "kind": kinds[node], "n_units": 0, "n_documents": 0, "reason": reason}
        for node, reason in reasons.items()
    ]
    table = pd.DataFrame(rows).astype({"community": "Int64", "degree": "Int64", "reason": "str"})
    table = table.sort_values(["n_units", "kind", "node"], ascending=[False, True, True])
    modularity = nx.community.modularity(linked, communities) if communities else float("nan")
    return table.reset_index(drop=True), float(modularity)
