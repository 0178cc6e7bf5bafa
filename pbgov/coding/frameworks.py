"""Frameworks: families of a codebook taken alone, and what another framework makes of the texts."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pbgov.coding.codebooks.expectations import STRETCH, expectations, kept, keys_of
from pbgov.coding.codebooks.hierarchy import with_those_below
from pbgov.errors import InputError
from pbgov.marks import carry_mark
from pbgov.mining.lexicon import READABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbgov.coding.codebook import Codebook
    from pbgov.coding.codebooks.crosswalk import Crosswalk
    from pbgov.coding.codebooks.expectations import Given


@dataclass(frozen=True, eq=False)
class FrameworkChange:
    """What changes in the results when one framework takes the place of another.

    Attributes
    ----------
    crosswalk : Crosswalk
    n_segments : int
        Segments read, coded or not.
    counts : DataFrame
        One row is a code of the first framework x one of the second: ``first_code``,
        ``second_code`` (NaN: none was given) and ``n``, the segments with both as primary codes.
        Where both families are exclusive, ``n`` adds up to `n_segments`.
    expectations : DataFrame
        One row is segment x row of the crosswalk x direction, where a code was given that implies
        some of the other framework: ``doc_id``, ``start``, ``end``, ``segment_id``, ``text``,
        ``direction`` (first→second, second→first), ``given``, ``relation``, ``expected`` (one of
        these, joined by ``+``), ``found`` (the codes of their family that were given, joined by
        ``+``; NaN where none was) and ``verdict`` (相符 kept, 不符 broken, 另一框架未判出 silent).
    kept : DataFrame
        One row is an expectation of the crosswalk: ``direction``, ``given``, ``relation``,
        ``expected``, ``n`` (the segments that raise it), ``n_kept``, ``n_broken`` and ``n_silent``
        among them, and ``baseline``: of all segments in which the other framework gave a code of
        the family, the share with one of the expected (NaN where it gave none). A share of kept
        ones no higher than that says nothing for the crosswalk.
    shares : DataFrame
        One row is unit x code: ``unit``, ``framework`` (first, second), ``code_id``,
        ``n_segments``, ``n_coded`` and ``share`` (0-1). Primary and secondary codes count alike,
        and a code below another one counts for it too.
    ranks : DataFrame
        One row is unit x pair of the crosswalk: ``from_code``, ``relation``, ``to_code``, ``unit``,
        the two shares, ``rank_first`` and ``rank_second`` (1: the largest share; equal shares have
        the mean of their ranks) and ``change`` (positive: the unit stands higher under the second).
    """

    crosswalk: Crosswalk
    n_segments: int
    counts: pd.DataFrame
    expectations: pd.DataFrame
    kept: pd.DataFrame
    shares: pd.DataFrame
    ranks: pd.DataFrame


def select_families(codebook: Codebook, families: Iterable[str]) -> Codebook:
    """The codebook of some families alone, as a framework of its own.

    Parameters
    ----------
    codebook : Codebook
    families : iterable of str
        In any order; those of the shipped codebook are INNOV, MODE, PROB, DIM, MECH, LQ and META.

    Returns
    -------
    Codebook
        With the same ids, order, version and masks, so that rules give the same codes as under the
        whole codebook. A ``correct_code`` outside the families is left empty: it explains an
        example and decides nothing. ``digest`` is its own.

    Raises
    ------
    InputError
        Where no family is named, the codebook lacks one, or a rule of theirs rests on a code of a
        family left out.
    """
    wanted = {families} if isinstance(families, str) else set(families)
    if not wanted:
        raise InputError("No family is named; a framework has at least one.")
    for family in sorted(wanted):
        codebook.exclusive(family)
    codes = codebook.codes[codebook.codes["family"].isin(wanted)]
    kept = set(codes["code_id"])
    rules = codebook.rules[codebook.rules["code_id"].isin(kept)]
    _refuse_rules_resting_on(set(codebook.codes["code_id"]) - kept, rules)
    examples = codebook.examples[codebook.examples["code_id"].isin(kept)]
    correct = examples["correct_code"]
    named = ",".join([codebook.digest, *sorted(wanted)])
    return dataclasses.replace(
        codebook,
        families=codebook.families[codebook.families["family"].isin(wanted)],
        codes=codes,
        terms=codebook.terms[codebook.terms["code_id"].isin(kept)],
        examples=examples.assign(correct_code=correct.where(correct.isin(kept))),
        rules=rules,
        retired=_of_families(codebook.retired, wanted),
        versions=_of_families(codebook.versions, wanted),
        digest=hashlib.sha256(named.encode()).hexdigest()[:16],
        content="",
    )


def compare_frameworks(
    segments: pd.DataFrame,
    crosswalk: Crosswalk,
    *,
    by: str = "doc_id",
    first_codings: pd.DataFrame | None = None,
    second_codings: pd.DataFrame | None = None,
) -> FrameworkChange:
    """The same segments under two frameworks, and what the crosswalk makes one expect.

    Parameters
    ----------
    segments : DataFrame
        What was read under both: one row is one segment with doc_id, start, end, segment_id, text
        and the column `by`. Headings and blank lines (by ``kind``) do not count as read. Where
        codings of a person are given, only the segments he read belong here.
    crosswalk : Crosswalk
        Its two frameworks are compared in the families that it names; rows that lead from a
        retired code are passed over.
    by : str
        The column that names the unit: doc_id, region_code …. Segments without one enter no share.
    first_codings, second_codings : DataFrame, optional
        Codings under the first and the second framework, each of one coder; those of the rule
        coder where not given.

    Returns
    -------
    FrameworkChange
        Simulated segments or codings hand their mark on to its tables.

    Raises
    ------
    InputError
        Where a column is missing, segments stand twice, or codings are those of several coders,
        lie outside the segments or name codes that the framework does not have.

    Notes
    -----
    A code is expected where the crosswalk, if true and complete, implies it: of the second
    framework along ``same`` and ``narrower``, of the first along ``same`` and ``broader``. Where it
    implies none outright, one of the codes it links the given one to is expected. A code below the
    expected one meets it. An expectation that is broken speaks against the crosswalk or against one
    of the two codings; the sentence shows which.
    """
    read = _what_was_read(segments, by)
    retired = crosswalk.table["from_code"].isin(crosswalk.first.retired["code_id"])
    links = crosswalk.table[~retired]
    names = ("from_code", "to_code")
    books = [
        _spoken_of(codebook, links[name])
        for codebook, name in zip((crosswalk.first, crosswalk.second), names, strict=True)
    ]
    wholes = (crosswalk.first, crosswalk.second)
    for whole, codes in zip(wholes, (first_codings, second_codings), strict=True):
        if codes is not None:
            _refuse_codes_outside(whole, codes)
    codings = [
        _codings(read, codebook, given)
        for codebook, given in zip(books, (first_codings, second_codings), strict=True)
    ]
    given = [_given(table) for table in codings]
    shares = _shares(read, dict(zip(("first", "second"), given, strict=True)), books, by)
    raised = expectations(read, links, books, given)
    tables = {
        "counts": _counts(read, *(_given(table, primary=True) for table in codings)),
        "expectations": raised,
        "kept": kept(raised, links, books, given),
        "shares": shares,
        "ranks": _ranks(shares, links),
    }
    marked = {name: carry_mark(table, segments, *codings) for name, table in tables.items()}
    return FrameworkChange(crosswalk, len(read), **marked)


def _refuse_rules_resting_on(dropped: set[str], rules: pd.DataFrame) -> None:
    from pbgov.coding.ruling.condition_tokens import ConditionError
    from pbgov.coding.ruling.conditions import CodeGiven, TermsOf, parse_condition, walk

    for rule_id, condition in zip(rules["rule_id"], rules["condition"], strict=True):
        try:
            nodes = list(walk(parse_condition(condition)))
        except ConditionError:
            continue  # said by E221
        named = {node.code_id for node in nodes if isinstance(node, CodeGiven | TermsOf)}
        if named & dropped:
            raise InputError(
                f"Rule {rule_id!r} rests on {min(named & dropped)!r}, whose family was left out;"
                " take that family too."
            )


def _of_families(table: pd.DataFrame, families: set[str]) -> pd.DataFrame:
    """Rows of codes that are, or once were, of these families; an id begins with its family."""
    return table[table["code_id"].str.split(".").str[0].isin(families)]


def _what_was_read(segments: pd.DataFrame, by: str) -> pd.DataFrame:
    missing = [name for name in (*STRETCH, "segment_id", "text", by) if name not in segments]
    if missing:
        raise InputError(f"segments have no column {missing[0]!r}.")
    read = segments
    if "kind" in read:
        read = read[read["kind"].isin(READABLE_KINDS)]
    if read.duplicated(STRETCH).any():
        raise InputError("segments hold a stretch twice; each is to be read once.")
    if read.empty:
        raise InputError("segments hold nothing that was read.")
    return read.reset_index(drop=True)


def _refuse_codes_outside(codebook: Codebook, codings: pd.DataFrame) -> None:
    outside = sorted(set(codings["code_id"]) - set(codebook.codes["code_id"]))
    if outside:
        raise InputError(
            f"codings name {', '.join(outside)}, no codes of {codebook.folder}; carry codings of"
            " retired codes over to their successors with translate first, or leave them out."
        )


def _spoken_of(codebook: Codebook, codes: pd.Series) -> Codebook:
    spoken = set(codes.dropna())
    families = codebook.codes.loc[codebook.codes["code_id"].isin(spoken), "family"]
    if families.empty:
        raise InputError(f"The crosswalk names no code of {codebook.folder}.")
    return select_families(codebook, set(families))


def _codings(read: pd.DataFrame, codebook: Codebook, given: pd.DataFrame | None) -> pd.DataFrame:
    """The presences under one framework, on the segments read."""
    if given is None:
        from pbgov.coding.rules import code_by_rules

        kind = read.get("kind", "paragraph")
        given = code_by_rules(read.assign(kind=kind), codebook)
    codings = given[given["code_id"].isin(codebook.codes["code_id"]) & given["value"].eq(1)]
    coders = sorted(set(codings["coder"]))
    if len(coders) > 1:
        raise InputError(f"codings are those of several coders ({', '.join(coders)}); take one.")
    outside = set(keys_of(codings)) - set(keys_of(read))
    if outside:
        raise InputError(f"{len(outside)} stretches of the codings are not among the segments.")
    return codings


def _given(codings: pd.DataFrame, *, primary: bool = False) -> Given:
    from pbgov.coding.codings import is_secondary

    table = codings[~is_secondary(codings)] if primary else codings
    given: Given = {}
    for key, code in zip(keys_of(table), table["code_id"], strict=True):
        given[key] = (*given.get(key, ()), code)
    return given


def _counts(read: pd.DataFrame, first: Given, second: Given) -> pd.DataFrame:
    nothing = (float("nan"),)
    pairs = [
        (one, other)
        for key in keys_of(read)
        for one in first.get(key, nothing)
        for other in second.get(key, nothing)
    ]
    table = pd.DataFrame(pairs, columns=["first_code", "second_code"], dtype="str")
    counted = table.groupby(["first_code", "second_code"], dropna=False).size()
    return counted.rename("n").reset_index()


def _shares(
    read: pd.DataFrame, given: Mapping[str, Given], books: list[Codebook], by: str
) -> pd.DataFrame:
    placed = read.dropna(subset=[by])
    rows = []
    for unit, segments in placed.groupby(by, sort=False):
        keys = keys_of(segments)
        for (framework, codes_of), codebook in zip(given.items(), books, strict=True):
            for code, meant in with_those_below(codebook).items():
                n_coded = sum(bool(meant & set(codes_of.get(key, ()))) for key in keys)
                share = n_coded / len(keys)
                rows.append((str(unit), framework, code, len(keys), n_coded, share))
    columns = ["unit", "framework", "code_id", "n_segments", "n_coded", "share"]
    return pd.DataFrame(rows, columns=columns)


def _ranks(shares: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    share = shares.set_index(["framework", "code_id", "unit"])["share"]
    units = list(dict.fromkeys(shares["unit"]))
    tables = []
    for first, second, relation in links.loc[
        links["relation"].ne("none"), ["from_code", "to_code", "relation"]
    ].itertuples(index=False, name=None):
        table = pd.DataFrame(
            {
                "from_code": first,
                "relation": relation,
                "to_code": second,
                "unit": units,
                "share_first": [share["first", first, unit] for unit in units],
                "share_second": [share["second", second, unit] for unit in units],
            }
        )
        for side in ("first", "second"):
            table[f"rank_{side}"] = table[f"share_{side}"].rank(ascending=False)
        tables.append(table.assign(change=table["rank_first"] - table["rank_second"]))
    columns = ["from_code", "relation", "to_code", "unit", "share_first", "share_second"]
    empty = pd.DataFrame(columns=[*columns, "rank_first", "rank_second", "change"])
    return pd.concat(tables, ignore_index=True) if tables else empty
