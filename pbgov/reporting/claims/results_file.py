"""``results.json``: the ledger of a report as a file beside it, read back to the same ledger."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from pbgov.errors import DataFileError
from pbgov.findings import Finding
from pbgov.reporting.ledger import Judgement, Ledger, Quotation, Record, Result
from pbgov.reporting.prose import GivenText, parsed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pbgov.reporting.report import Report

NAME = "results.json"
FORM = "pbgov-results-1"
MOST_BYTES = 256 * 1024 * 1024
_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class Account:
    """What is needed to check a written report.

    Attributes
    ----------
    ledger : Ledger
    given : tuple of str
        What the report's prose gives as no result, as it is printed.
    simulated : tuple of str
        What is printed for each simulated exhibit: 图3.
    """

    ledger: Ledger
    given: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()


def results_json(report: Report) -> str:
    """The account of a report: its ledger, what its prose gives as no result, simulated exhibits.

    Returns
    -------
    str
        The content of ``results.json``; the same report gives the same text.
    """
    given = dict.fromkeys(
        part.printed
        for _, text in report.texts()
        for part in parsed(text)
        if isinstance(part, GivenText)
    )
    return ledger_to_json(report.ledger, given=tuple(given), simulated=report.simulated)


def ledger_to_json(
    ledger: Ledger, *, given: Sequence[str] = (), simulated: Sequence[str] = ()
) -> str:
    """A ledger as JSON, in its own order; `ledger_from_json` gives the same ledger back.

    Values keep every digit; NaN and infinities are written as ``{"number": "nan"}``. ``<``, ``>``
    and ``&`` are escaped, so that the text may stand in a page.
    """
    content = {
        "form": FORM,
        "results": [
            {**asdict(one), "value": _value_out(one.value), "rests_on": list(one.rests_on)}
            for one in ledger.values()
        ],
        "quotations": [asdict(one) for one in ledger.quotations.values()],
        "records": [asdict(one) for one in ledger.records.values()],
        "given": list(given),
        "simulated": list(simulated),
    }
    written = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    for char in "<>&\u2028\u2029":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return written + "\n"


def ledger_from_json(content: str, path: str = NAME) -> Ledger:
    """The ledger that `ledger_to_json` wrote.

    Parameters
    ----------
    content : str
    path : str
        How findings name the file.

    Raises
    ------
    DataFileError
        E713 where it is no such file.
    """
    return account_from_json(content, path).ledger


def account_from_json(content: str, path: str = NAME) -> Account:
    """The account that `results_json` wrote.

    Raises
    ------
    DataFileError
        E713 where it is no such file.
    """
    try:
        told = json.loads(content)
        if told["form"] != FORM:
            raise ValueError(f"form {told['form']!r}")
        ledger = Ledger(
            tuple(_result(one) for one in told["results"]),
            tuple(
                _made(
                    Quotation,
                    {**one, "judgements": tuple(_made(Judgement, j) for j in one["judgements"])},
                )
                for one in told["quotations"]
            ),
            tuple(_made(Record, one) for one in told["records"]),
        )
        return Account(ledger, _texts(told["given"]), _texts(told["simulated"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = " ".join(str(error).split())[:120]
        raise DataFileError(
            [
                Finding(
                    "E713",
                    path,
                    seen=f"{type(error).__name__}: {said}",
                    wanted="运行写出的 results.json",
                )
            ]
        ) from error


def read_account(folder: Path) -> Account:
    """The account in ``results.json`` of a folder.

    Raises
    ------
    DataFileError
        E713 where it is missing, too large, or no such file.
    """
    path = folder / NAME
    if not path.is_file():
        raise DataFileError(
            [Finding("E713", str(path), seen="没有这个文件", wanted="报告旁边的 results.json")]
        )
    if path.stat().st_size > MOST_BYTES:
        raise DataFileError(
            [Finding("E713", str(path), seen="文件过大", wanted="运行写出的 results.json")]
        )
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataFileError(
            [Finding("E713", str(path), seen="不是 UTF-8", wanted="运行写出的 results.json")]
        ) from error
    return account_from_json(content, str(path))


def _value_out(value: float | str) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    number = float(value)
    if math.isfinite(number):
        return number
    return {"number": "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"}


def _result(told: dict[str, Any]) -> Result:
    value = told["value"]
    if isinstance(value, dict):
        value = _NUMBERS[value["number"]]
    if not isinstance(value, (int, float, str)) or isinstance(value, bool):
        raise TypeError(f"value {value!r}")
    made: Result = _made(Result, {**told, "value": value, "rests_on": _texts(told["rests_on"])})
    return made


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError("a list of texts was wanted")
    return tuple(values)


def _made(kind: type[Any], told: dict[str, Any]) -> Any:
    """A value of some kind: every field there, of its type, and no other."""
    wanted = {one.name: one.type for one in fields(kind)}
    if set(told) != set(wanted):
        raise KeyError(f"{kind.__name__} has {sorted(set(told) ^ set(wanted))}")
    for name, value in told.items():
        plain = {"str": str, "int": int, "bool": bool}.get(str(wanted[name]))
        if plain is not None and type(value) is not plain:
            raise TypeError(f"{kind.__name__}.{name} is {value!r}")
    return kind(**told)
