"""Claims of success, and what each rests on: nothing, a figure, a figure and what it was before.

The words stand in ``claims.csv`` beside the files of `pbgov.extraction.cues`: term, role, source.
Roles: 成效 (verbs of effect), 程度 (degrees), 成语 (set phrases), 对照
(comparison), 来源 (where figures come from), 目的 (aims, which are no effects), 成果 (verbs whose counted
object is an effect: 化解126起), 得誉 and 赞誉 (受到 … 好评), 否定 (what stands before it did not happen).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.extraction.cues import PACKAGED
from pbgov.extraction.quantities import find_quantities
from pbgov.extraction.scales import alternatives, read_scales
from pbgov.extraction.voices import find_modality
from pbgov.extraction.words import QUOTED
from pbgov.marks import carry_mark
from pbgov.schemas import CLAIMS, EVIDENCE, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.extraction.passages import Source

ROLES = ("成效", "程度", "成语", "对照", "来源", "目的", "成果", "得誉", "赞誉", "否定")
COLUMNS = list(CLAIMS.columns)
NO_CLAIMS = ("计划", "建议", "引述", "否定")
FIGURES = ("数量", "占比", "变化", "倍数")
CLAUSE = re.compile(r"[^，,；;。！？!?]+")

CLAIM_WORDS = pa.DataFrameSchema(
    {"term": text(), "role": text(among=ROLES), "source": text()},
    unique=["term", "role"],
    name="claim words",
)


def find_claims(source: Source, *, lexicon: str | Path | None = None) -> pd.DataFrame:
    """The clauses that claim an effect, each with the level of its evidence.

    A clause claims an effect where a verb of effect is done (提升了) or said to a degree (有效推动,
    显著增强); where a set phrase says so (取得明显成效, 得到提升, 受到居民好评); where a figure is said to
    have risen or fallen (由18%上升到81%, 增长三倍); or where a problem is solved by the number
    (化解纠纷126起). Aims and requirements are no claims: sentences that plan, advise, deny or quote,
    what stands after 为了, 旨在, 力争 in its clause, and what is said not to have happened.

    Parameters
    ----------
    source : Document, Corpus, DataFrame or str
        A DataFrame is of `pbgov.schemas.SEGMENTS`.
    lexicon : path, optional
        A folder with cues of one's own.

    Returns
    -------
    DataFrame
        Of `pbgov.schemas.CLAIMS`; a clause that claims nothing has no row. ``level`` is that of
        META.CLAIM in the codebook, ``evidence`` its name:

        ===== ============ ==========================================================
        level evidence     what stands beside the claim
        ===== ============ ==========================================================
        0     无数据       an assertion: no figure
        1     单点数字     a figure, without what it was before
        2     前后对比     a figure with its base: what it was before, or by how much it
                           changed against another time
        3     有对照或来源 a figure with a comparison to others, or with a source
        ===== ============ ==========================================================

        The figure is the nearest one of the same clause, else of the next one, else of the one
        before where that is no claim itself; ``quantity_id`` is its id in `find_quantities` of the same source. 全覆盖 is no
        figure, nor are dates, durations and counts of parts.

    Notes
    -----
    The level says what stands beside the claim, not whether the claim is true. That a figure rose is
    read as a claim even where nobody is praised for it (人口增长16.7%): the words do not tell.
    """
    scales = read_scales(lexicon)
    folder = PACKAGED if lexicon is None else Path(lexicon)
    table = read_table(folder / "claims.csv", CLAIM_WORDS)
    words = {str(role): frozenset(group.term) for role, group in table.groupby("role")}
    words["升降"] = scales.roles["升"] | scales.roles["降"]
    quantities = find_quantities(source, lexicon=lexicon)
    figures = quantities[quantities.kind.isin(FIGURES) & ~_only_said(quantities)]
    by_document = dict(list(figures.groupby(figures.doc_id.fillna(""))))
    said = find_modality(source, lexicon=lexicon)
    rows: list[list[object]] = []
    counts: dict[str, int] = {}
    for doc_id, segment_id, at, end, sentence in _sentences(said):
        own = _within(by_document.get(doc_id, figures.iloc[:0]), at, end)
        claimed = 0
        for first, last, cue in _claiming(sentence, own, at, words):
            counts[doc_id] = counts.get(doc_id, 0) + 1
            level, figure, basis = _evidence(sentence, first, last, claimed, own, at, words)
            claimed = last
            rows.append(
                [
                    f"{doc_id}/c{counts[doc_id]:04d}",
                    doc_id or None,
                    segment_id,
                    at + first,
                    at + last,
                    sentence[slice(*cue)],
                    at + cue[0],
                    at + cue[1],
                    level,
                    EVIDENCE[level],
                    figure,
                    basis,
                    sentence[first:last],
                ]
            )
    return carry_mark(CLAIMS.validate(pd.DataFrame(rows, columns=COLUMNS)), source)


def _sentences(said: pd.DataFrame) -> Iterator[tuple[str, str | None, int, int, str]]:
    """The sentences that may claim something: not those that plan, advise, deny or quote."""
    read = said[~said.status.isin(NO_CLAIMS)]
    ids = read.segment_id.astype(object).where(read.segment_id.notna(), None)
    yield from zip(read.doc_id.fillna(""), ids, read.start, read.end, read.text, strict=True)


def _only_said(quantities: pd.DataFrame) -> pd.Series:
    """True for 全覆盖, which is a word and no figure."""
    return (
        quantities.ambiguous
        & quantities.unit.eq("%")
        & ~quantities.text.str.contains(r"[0-9０-９一二三四五六七八九十半]")
    )


def _within(figures: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    return figures[(figures.start >= start) & (figures.end <= end)]


def _claiming(
    text: str, figures: pd.DataFrame, at: int, words: dict[str, frozenset[str]]
) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Clauses that claim an effect, and where the words stand that do."""
    plain = QUOTED.sub(lambda match: "“" + "　" * (len(match.group()) - 2) + "”", text)
    effect, degree = alternatives(words["成效"]), alternatives(words["程度"])
    aims = re.compile(alternatives(words["目的"]))
    claim = re.compile(
        rf"{alternatives(words['成语'])}|(?:取得|收到|见到)[^，,。；;]{{0,14}}?(?:成效|成绩|效果|实效)"
        rf"|{degree}地?{effect}了?|{effect}了|得到了?[^，,。；;]{{0,4}}?{effect}"
        rf"|{alternatives(words['得誉'])}了?[^，,。；;]{{0,10}}?{alternatives(words['赞誉'])}"
    )
    denied = re.compile(rf"{alternatives(words['否定'])}\Z")
    solved = re.compile(rf"{alternatives(words['成果'])}[^，,。；;的]{{0,12}}\Z")
    moved = figures[(figures.kind == "变化") | ((figures.kind == "倍数") & figures.ambiguous)]
    spans = [(start - at, end - at) for start, end in zip(moved.start, moved.end, strict=True)]
    risen_to = re.compile(rf"{alternatives(words['升降'])}了?(?:到|至|为)\Z")
    for start, end in zip(figures.start, figures.end, strict=True):
        if risen_to.search(text[: start - at]) or solved.search(plain[: start - at]):
            spans.append((start - at, end - at))
    for clause in CLAUSE.finditer(plain):
        start = clause.start() + len(clause.group()) - len(clause.group().lstrip())
        match = claim.search(plain, start, clause.end())
        if match and denied.search(plain, start, match.start()):
            continue
        if match and not aims.search(plain, start, match.start()):
            yield start, clause.end(), match.span()
            continue
        risen = next((span for span in spans if start <= span[0] < clause.end()), None)
        if risen is not None and not aims.search(plain, start, risen[0]):
            yield start, clause.end(), risen


def _evidence(
    text: str,
    start: int,
    end: int,
    claimed: int,
    figures: pd.DataFrame,
    at: int,
    words: dict[str, frozenset[str]],
) -> tuple[int, str | None, str | None]:
    """Level of the evidence, the id of the figure it rests on, and the words of comparison or source.

    The clause before lends its figure only where it lies behind `claimed`, the end of the claim before.
    """
    following = CLAUSE.search(text, end + 1)
    earlier = [clause.span() for clause in CLAUSE.finditer(text, claimed, start)]
    own = _within(figures, at + start, at + end)
    if own.empty and following:
        own = _within(figures, at + following.start(), at + following.end())
    if own.empty and earlier:
        own = _within(figures, at + earlier[-1][0], at + earlier[-1][1])
    if own.empty:
        return 0, None, None
    changed = own[own.from_value.notna()]
    figure = (changed if len(changed) else own).iloc[0]
    reach = following.end() if following else end
    compared = re.search(alternatives(words["对照"]), text[start:reach])
    told = re.search(alternatives(words["来源"]), text)
    before = pd.notna(figure.from_value)
    if told or (compared and not re.match("同比|环比|比|较|相比", compared.group())):
        return 3, str(figure.quantity_id), (told or compared).group()  # type: ignore[union-attr]
    if before or (compared and figure.kind in ("变化", "倍数")):
        return 2, str(figure.quantity_id), compared.group() if compared else None
    return 1, str(figure.quantity_id), None
