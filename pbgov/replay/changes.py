"""What changed and why, after an edit: inputs, segments, codings, words, scores, estimates, prose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.cache import Cache
from pbgov.errors import InputError
from pbgov.marks import as_simulated
from pbgov.replay.comparing import (
    changed_codings,
    changed_cues,
    changed_files,
    changed_scores,
    changed_segments,
    changed_tables,
    changed_terms,
)
from pbgov.replay.estimates import changed_estimates
from pbgov.replay.figures import changed_figures
from pbgov.replay.runs import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pbgov.cache import Results
    from pbgov.evaluation.remarks import Lang
    from pbgov.reporting.ledger import Result

PRINTED = ("result_id", "meaning", "before", "after", "simulated")


@dataclass(frozen=True, eq=False)
class Changes:
    """The chain from an edit to what it changed, link by link.

    Attributes
    ----------
    inputs : DataFrame or None
        Files that are not the same: ``path``, ``change`` ("added", "removed", "edited"); None
        where the digests of the two runs were not given.
    conditions : DataFrame or None
        The seed and the software where they are not the same: ``what``, ``before``, ``after``; None
        where they were not given.
    segments, codings, cues, terms, figures, scores, estimates, tables : DataFrame
        One row is one thing that is not the same; the columns are those of
        `pbgov.replay.comparing`, `pbgov.replay.figures` and `pbgov.replay.estimates`. ``tables``
        counts the rows of everything else.
    printed : DataFrame or None
        Results of the report that print otherwise now: ``result_id``, ``meaning``, ``before``,
        ``after`` ('' where there is none), ``simulated``; None where no ledgers were given.
    names : dict of str to str
        Names of codes and regions.
    """

    inputs: pd.DataFrame | None
    conditions: pd.DataFrame | None
    segments: pd.DataFrame
    codings: pd.DataFrame
    cues: pd.DataFrame
    terms: pd.DataFrame
    figures: pd.DataFrame
    scores: pd.DataFrame
    estimates: pd.DataFrame
    tables: pd.DataFrame
    printed: pd.DataFrame | None
    names: dict[str, str]

    @property
    def any_result(self) -> bool:
        """Whether anything that a run makes of its inputs is not the same."""
        made = (
            self.segments, self.codings, self.terms, self.scores, self.estimates, self.tables,
            self.printed,
        )  # fmt: skip
        return any(table is not None and len(table) > 0 for table in made)

    def story(self, lang: Lang = "zh") -> tuple[str, ...]:
        """The changes as sentences, from the edited file to the printed number.

        Parameters
        ----------
        lang : {"zh", "en"}
        """
        from pbgov.replay.story import story_of

        return story_of(self, lang)

    def __str__(self) -> str:
        return "\n".join(self.story("zh"))


def what_changed(
    before: Mapping[str, Results],
    after: Mapping[str, Results],
    *,
    inputs: tuple[Mapping[str, str], Mapping[str, str]] | None = None,
    conditions: tuple[Mapping[str, str], Mapping[str, str]] | None = None,
    ledgers: tuple[Mapping[str, Result], Mapping[str, Result]] | None = None,
) -> Changes:
    """What an edit of a document, a lexicon, a codebook or a coding changed, and by which way.

    Parameters
    ----------
    before, after : mapping of str to Results
        The results of each step, as `pbgov.run.compute` or `kept_results` gives them.
    inputs : pair of mapping of str to str, optional
        Digests of the input files of both runs, as provenance.json keeps them.
    conditions : pair of mapping of str to str, optional
        What both runs were made with, as `pbgov.replay.runs.conditions_of` gives it.
    ledgers : pair of mapping of str to Result, optional
        The ledgers of both reports.

    Returns
    -------
    Changes
        Stretches are known by their words, not their places, so that a line put in at the top of a
        document does not change everything below it.
    """
    estimates = changed_estimates(before, after)
    simulated = bool(estimates["simulated"].any())
    return Changes(
        inputs=None if inputs is None else changed_files(*inputs),
        conditions=None if conditions is None else _changed_conditions(*conditions),
        segments=changed_segments(before, after),
        codings=changed_codings(before, after),
        cues=changed_cues(before, after),
        terms=changed_terms(before, after),
        figures=changed_figures(before, after),
        scores=changed_scores(before, after),
        estimates=as_simulated(estimates) if simulated else estimates,
        tables=changed_tables(before, after),
        printed=None if ledgers is None else _changed_prints(*ledgers),
        names={**_names(before), **_names(after)},
    )


def kept_results(derived: Path, steps: Mapping[str, str]) -> dict[str, Results]:
    """The results of a run that are still kept.

    Parameters
    ----------
    derived : Path
        The folder ``data/derived`` of the study.
    steps : mapping of str to str
        Key of each step, as provenance.json keeps them.

    Raises
    ------
    InputError
        Naming the steps whose results are no longer there.
    """
    cache = Cache(derived, base="")
    loaded = {step: cache.load(step, key) for step, key in steps.items()}
    lost = [step for step, results in loaded.items() if results is None]
    if lost:
        raise InputError(
            f"{derived}: the results of {', '.join(lost)} in that state are no longer kept;"
            " run the study as it was, then as it is."
            " 前后两次运行的中间结果已经不全（data/derived 被清理过），说不出变化怎样传下来；"
            "请把材料改回去运行一次，再改过来运行一次。"
        )
    return {step: results for step, results in loaded.items() if results is not None}


def _changed_prints(before: Mapping[str, Result], after: Mapping[str, Result]) -> pd.DataFrame:
    rows = []
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        printed = [side.printed if side else "" for side in (one, other)]
        if printed[0] != printed[1]:
            told = [side for side in (other, one) if side]
            rows.append((name, told[0].meaning, *printed, any(side.simulated for side in told)))
    return pd.DataFrame(rows, columns=list(PRINTED))


def _changed_conditions(before: Mapping[str, str], after: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        (name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    return pd.DataFrame(rows, columns=list(CONDITIONS))


def _names(run: Mapping[str, Results]) -> dict[str, str]:
    names: dict[str, str] = {}
    for step, table, key, name in (
        ("code", "codes", "code_id", "zh"),
        ("practices", "regions", "region_code", "name"),
    ):
        value = run.get(step, {}).get(table)
        if isinstance(value, pd.DataFrame):
            names |= dict(zip(value[key].astype(str), value[name].astype(str), strict=True))
    return names
