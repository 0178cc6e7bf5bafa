"""A formula and a table become the arrays that inference works on.

Formulas are patsy's, the language statsmodels reads by default. Column names may be Chinese; a
name with a dot or a blank is written Q("MODE.M1"). Only arithmetic and a few named functions
may stand in a formula, since patsy would run any Python written there.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.errors import InputError
from pbgov.indicators.lineage import lineage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from patsy import ModelDesc

    from pbgov.indicators.lineage import Lineage

_FUNCTIONS = {name: getattr(np, name) for name in ("log", "log1p", "log10", "exp", "sqrt")}
_OF_PATSY = ("C", "I", "Q", "center", "standardize", "Treatment", "Sum")
UNMATCHED, PERIODS = "unmatched", "periods"
_LABEL, _UNIT = "\0label", "\0unit"  # no column of a file can be named so
_NUMBER = re.compile(r"np\.\w+\((-?[\d.]+?)(?:\.0)?\)")
_QUOTED = re.compile(r"""Q\(((?:'(?:[^'\\]|\\.)*')|(?:"(?:[^"\\]|\\.)*"))\)""")


@dataclass(frozen=True, eq=False)
class Design:
    """The complete rows of a table, in an order that does not depend on the table's.

    Attributes
    ----------
    formula : str
    outcome_name : str
        '' where the formula has no left side.
    outcome : ndarray, shape (n,)
        Empty where the formula has no left side.
    matrix : ndarray, shape (n, k)
        The column of ones first.
    columns : tuple of str
        Names of the k columns; the first is "Intercept".
    terms : tuple of str
        The formula's term that each column comes from.
    vanished : tuple of str
        Terms that gave no column: groupings with a single value.
    rows : DataFrame
        The columns used, n rows, sorted.
    labels : tuple of str
        What each row is called: its region_code, else its index.
    labelled_by : str
        The column they were taken from; '' for the index.
    dropped : tuple of str
        Labels of the rows left out because a value is missing.
    gaps : tuple of str
        The columns in which those values are missing.
    digest : str
        SHA-256 of `rows`.
    unmatched : tuple of str
        Units that the join of a panel left out.
    periods : dict of str to str
        The period of each column that is an indicator of a panel.
    lineage : Lineage or None
        What the values of the table came from, where it still carries that.
    units : tuple of str
        The unit of each row as `lineage` names it; empty where it has none.
    """

    formula: str
    outcome_name: str
    outcome: np.ndarray
    matrix: np.ndarray
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    vanished: tuple[str, ...]
    rows: pd.DataFrame
    labels: tuple[str, ...]
    labelled_by: str
    dropped: tuple[str, ...]
    gaps: tuple[str, ...]
    digest: str
    unmatched: tuple[str, ...] = ()
    periods: dict[str, str] = field(default_factory=dict)
    lineage: Lineage | None = field(default=None, repr=False)
    units: tuple[str, ...] = field(default=(), repr=False)


def read_design(
    table: pd.DataFrame, formula: str, others: Sequence[str] = (), labels: str | None = None
) -> Design:
    """The arrays that `formula` asks for.

    Parameters
    ----------
    table : DataFrame
    formula : str
        "结果 ~ 解释变量 + C(分组)", or only its right side, "~ …".
    others : sequence of str
        Further columns that must be there and not missing, such as the cluster.
    labels : str, optional
        Column that names the rows; region_code, or the index, where not given.

    Returns
    -------
    Design
        Values may be infinite or NaN only where the formula makes them so (the
        logarithm of 0); the caller judges them.

    Raises
    ------
    InputError
        Where the formula cannot be read, names a column that is not there, uses
        anything but the allowed functions, or leaves out the intercept; where a column
        holds neither numbers nor texts, or a mixture of both.
    """
    import patsy

    if not isinstance(formula, str):
        raise InputError(f"the formula is {formula!r}; write a text such as '结果 ~ 解释变量'")
    try:
        desc = patsy.ModelDesc.from_formula(formula)
    except patsy.PatsyError as error:
        raise InputError(f"formula {formula!r} cannot be read: {error}{_wide(formula)}") from None
    table = table.set_axis([str(name) for name in table.columns], axis=1)
    lineage = lineage_of(table)
    units = _units(table, lineage)
    hidden = [f"{_LABEL}{level}" for level in range(table.index.nlevels)]
    table = table.rename_axis(index=hidden)  # an index may be called as a column is
    if patsy.INTERCEPT not in desc.rhs_termlist:
        raise InputError(f"formula {formula!r} leaves out the intercept; the tests here need it")
    used = _used_columns(desc, table, formula)
    others = other_columns(*others)
    for name in (*others, *other_columns(labels)):
        _require(name, table, formula)
    wanted = list(dict.fromkeys([*used, *others]))
    for name in wanted:
        _refuse_odd_kinds(table[name], grouped=name in others or name in _grouped(desc))
    named = labels or ("region_code" if "region_code" in table.columns else "")
    complete, dropped, gaps = _complete_rows(table, wanted, named, units)
    complete = complete.sort_values([*sorted(wanted), _LABEL], kind="stable", ignore_index=True)
    rows = complete[wanted]
    environment = patsy.EvalEnvironment([{"np": np, **_FUNCTIONS}])
    keep_all = patsy.NAAction(on_NA="drop", NA_types=[])
    names: list[str] = ["Intercept"]
    terms: list[str] = ["Intercept"]
    vanished: list[str] = []
    outcome, matrix = np.empty(0), np.ones((len(rows), 1))
    if len(rows):
        with np.errstate(all="ignore"):
            try:
                left, right = _matrices(desc, rows, environment, keep_all)
            except patsy.PatsyError as error:
                raise InputError(f"formula {formula!r} does not fit the table: {error}") from None
        if left is not None and left.shape[1] != 1:
            raise InputError(f"{_outcome_name(desc)!r} is not a number; the outcome must be one")
        outcome = np.empty(0) if left is None else np.asarray(left, dtype=float)[:, 0]
        matrix = np.asarray(right, dtype=float)
        info = right.design_info
        names = [_shown(name) for name in info.column_names]
        widths = {
            _shown(term): place.stop - place.start for term, place in info.term_name_slices.items()
        }
        terms = [term for term, width in widths.items() for _ in range(width)]
        vanished = [term for term, width in widths.items() if width == 0]
    return Design(
        formula=formula,
        outcome_name=_outcome_name(desc),
        outcome=outcome,
        matrix=matrix,
        columns=tuple(names),
        terms=tuple(terms),
        vanished=tuple(vanished),
        rows=rows,
        labels=tuple(complete[_LABEL]),
        labelled_by=named,
        dropped=dropped,
        gaps=gaps,
        digest=hashlib.sha256(rows[sorted(wanted)].to_csv(index=False).encode()).hexdigest(),
        unmatched=tuple(table.attrs.get(UNMATCHED, ())),
        periods={k: v for k, v in table.attrs.get(PERIODS, {}).items() if k in wanted},
        lineage=lineage,
        units=tuple(complete[_UNIT]) if units else (),
    )


def _matrices(desc: ModelDesc, rows: pd.DataFrame, environment: Any, keep_all: Any) -> Any:
    import patsy

    data = {str(name): _plain(rows[name]) for name in rows.columns}
    if desc.lhs_termlist:
        return patsy.dmatrices(desc, data, eval_env=environment, NA_action=keep_all)
    return None, patsy.dmatrix(desc, data, eval_env=environment, NA_action=keep_all)


def _plain(values: pd.Series[Any]) -> np.ndarray:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=float)
    return np.array([str(value) for value in values], dtype=object)


def _refuse_odd_kinds(values: pd.Series[Any], *, grouped: bool) -> None:
    """Refuse what is neither numbers nor texts, or texts that are meant as numbers."""
    kinds = {
        "a number"
        if isinstance(value, (int, float, np.integer, np.floating))
        else type(value).__name__
        for value in values.dropna()
    } - {"bool"}
    if kinds - {"a number", "str"}:
        raise InputError(
            f"column {values.name!r} holds {', '.join(sorted(kinds))}; make numbers or texts of it"
        )
    if len(kinds) > 1:
        raise InputError(f"column {values.name!r} holds texts and numbers; make one kind of them")
    as_numbers = pd.to_numeric(values, errors="coerce") if kinds == {"str"} else None
    if not grouped and as_numbers is not None and as_numbers[values.notna()].notna().all():
        raise InputError(
            f"column {values.name!r} holds numbers written as text; make numbers of it, or write"
            f" C({values.name}) where they name groups"
        )


def _grouped(desc: ModelDesc) -> set[str]:
    """Columns that stand in C(…)."""
    factors = {factor.code for term in desc.rhs_termlist for factor in term.factors}
    return {name for code in factors if code.startswith("C(") for name in _names(code, code)}


def _complete_rows(
    table: pd.DataFrame, wanted: list[str], named: str, units: list[str]
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """The complete rows with their names, the names of the others, and where values are missing."""
    names = np.array(names_of(table[named] if named else table.index), dtype=object)
    missing = table[wanted].isna()
    incomplete = missing.any(axis=1).to_numpy()
    complete = table.loc[~incomplete, wanted].assign(**{_LABEL: names[~incomplete]})
    if units:
        complete[_UNIT] = np.array(units, dtype=object)[~incomplete]
    gaps = tuple(name for name in wanted if missing[name].any())
    return complete, tuple(sorted(names[incomplete])), gaps


def _units(table: pd.DataFrame, lineage: Lineage | None) -> list[str]:
    """What a lineage calls the unit of each row; empty where the table does not say."""
    if lineage is None:
        return []
    if list(table.columns).count(lineage.unit) == 1:
        return names_of(table[lineage.unit])
    return names_of(table.index) if table.index.names == [lineage.unit] else []


def columns_of(design: Design, term: str | None) -> tuple[str, ...]:
    """The columns of the table that a coefficient, a term or (None) the outcome was made of.

    `term` is one of ``design.columns`` (``C(片区)[T.远郊]``) or of ``design.terms`` (``C(片区)``).
    An interaction gives each of its columns, a transformation the column itself; the intercept,
    and what is no term of the formula, none.
    """
    import patsy

    desc = patsy.ModelDesc.from_formula(design.formula)
    if term in design.columns:
        term = design.terms[design.columns.index(term)]
    of_term = [one for one in desc.rhs_termlist if _shown(one.name()) == term]
    factors = [one for each in (of_term if term else desc.lhs_termlist) for one in each.factors]
    return tuple(dict.fromkeys(name for one in factors for name in _names(one.code, one.code)))


def other_columns(*names: str | None) -> list[str]:
    """The columns that a verb needs beside its formula, each once."""
    for name in names:
        if name is not None and not isinstance(name, str):
            raise InputError(f"{name!r} is no name of a column; give one column's name as a text")
    return [name for name in dict.fromkeys(names) if name]


def names_of(values: Iterable[Any]) -> list[str]:
    """What units are called: 110101 also where a missing value made decimals of whole codes."""
    return [
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        for value in values
    ]


def _outcome_name(desc: ModelDesc) -> str:
    return _shown(" + ".join(term.name() for term in desc.lhs_termlist))


def _shown(name: str) -> str:
    """A name without patsy's quotes and numpy's way of printing numbers."""
    plain = _QUOTED.sub(lambda found: str(ast.literal_eval(found[1])), name)
    return _NUMBER.sub(r"\1", plain)


def _used_columns(desc: ModelDesc, table: pd.DataFrame, formula: str) -> list[str]:
    used: dict[str, None] = {}
    for term in (*desc.lhs_termlist, *desc.rhs_termlist):
        for factor in term.factors:
            for name in _names(factor.code, formula):
                _require(name, table, formula)
                used[name] = None
    called = [name for name in used if name in (*_FUNCTIONS, *_OF_PATSY)]
    if called and any("(" in factor.code for term in desc.rhs_termlist for factor in term.factors):
        raise InputError(
            f"a column is named {called[0]!r}, as a function of formulas is; rename it"
        )
    return list(used)


def _require(name: str, table: pd.DataFrame, formula: str) -> None:
    columns = [str(column) for column in table.columns]
    if columns.count(name) == 1:
        return
    if name in columns:
        raise InputError(f"the table has {columns.count(name)} columns named {name!r}; keep one")
    near = difflib.get_close_matches(name, columns, n=3, cutoff=0.3)
    hint = f"; near it: {', '.join(near)}" if near else ""
    raise InputError(f"formula {formula!r}: the table has no column {name!r}{hint}")


def _wide(formula: str) -> str:
    """A hint at full-width signs, which look like those of a formula and are none."""
    sign = next((sign for sign in "～＋－＊（）：＝" if sign in formula), "")
    return f" (it holds the full-width sign {sign}; write it in half width)" if sign else ""


def _names(code: str, formula: str) -> list[str]:
    """Columns one factor of a formula reads, after a check that it does nothing else."""
    found: list[str] = []
    try:
        parsed = ast.parse(code, mode="eval").body
    except SyntaxError:
        raise InputError(
            f"formula {formula!r}: {code!r} cannot be read; it wants one ~ between outcome and"
            f' regressors, and a column name with a dot or a blank as Q("name"){_wide(formula)}'
        ) from None

    def read(node: ast.AST) -> None:
        match node:
            case ast.Call(func=ast.Name(id="Q"), args=[ast.Constant(value=str(name))]):
                found.append(name)
            case ast.Call(func=function, args=arguments, keywords=[]) if _allowed(function):
                for argument in arguments:
                    read(argument)
            case ast.Name(id="Treatment" | "Sum"):
                pass
            case ast.Name(id=name):
                found.append(name)
            case ast.Constant(value=int() | float() | str()):
                pass
            case ast.BinOp(left=left, right=right):
                read(left)
                read(right)
            case ast.UnaryOp(operand=operand):
                read(operand)
            case _:
                allowed = ", ".join([*_FUNCTIONS, *_OF_PATSY])
                raise InputError(
                    f"formula {formula!r}: {ast.unparse(node)!r} is not allowed; use columns,"
                    f" arithmetic and {allowed}. A column name with a dot or a blank is written"
                    ' Q("name").'
                )

    read(parsed)
    return found


def _allowed(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in _FUNCTIONS or name in _OF_PATSY
        case ast.Attribute(value=ast.Name(id="np"), attr=name):
            return name in _FUNCTIONS
    return False
