"""What of a model's answer is accepted: codes of the codebook, each with words that stand in the text.

Tolerated are white space around the JSON, one code fence around it (three backticks, with or without
``json``) and one ``<think>`` block before it, as reasoning models write it. Nothing else is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pbgov.coding.asking.reasons import Fault, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.coding.asking.prompt import Choice, Prompt

VERDICTS = ("coded", "none", "cannot_tell")
THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
FENCE = re.compile(r"```(?:json|JSON)?[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
ASK_AGAIN = frozenset({"not_json", "trailing_prose", "not_a_number", "duplicate_key"})


@dataclass(frozen=True)
class Given:
    """One code that was given and accepted.

    Attributes
    ----------
    code_id : str
    start, end : int
        The quotation, code points into the text that was shown.
    secondary : bool
    occurrences : int
        How often the quotation stands in the text where the answer did not say which one it means
        and the first was taken; 1 otherwise.
    """

    code_id: str
    start: int
    end: int
    secondary: bool = False
    occurrences: int = 1


@dataclass(frozen=True)
class Answer:
    """What was accepted of one answer, and what was not.

    Attributes
    ----------
    given : tuple of Given
    judged : tuple of str
        Codes about which the answer says something that was accepted; those among them that are
        not given were judged absent.
    none : tuple of str
        Families of which no code applies.
    cannot_tell : tuple of str
        Families that the text alone does not decide.
    faults : tuple of Fault
    """

    given: tuple[Given, ...] = ()
    judged: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    cannot_tell: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class _NotAcceptedError(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.reason)


def read_answer(content: str, text: str, prompt: Prompt) -> Answer:
    """What is accepted of an answer about a text.

    Parameters
    ----------
    content : str
        What the model wrote.
    text : str
        The text it was shown, as it was shown.
    prompt : Prompt

    Returns
    -------
    Answer
        A fault of form (not JSON, another shape, another mark) leaves nothing of the answer. A
        fault in a family that takes one primary code leaves nothing of the family; in a ``multi``
        family the code that has it is left out, and counts as not judged.
    """
    try:
        families = _families(content, prompt)
    except _NotAcceptedError as stop:
        return Answer(faults=(stop.fault,))
    asked = {choice.family for choice in prompt.choices}
    found = [_unknown(family) for family in families if family not in asked]
    for choice in prompt.choices:
        if choice.family in families:
            found.append(_family(choice, families[choice.family], text, prompt.known))
        else:
            found.append(Answer(faults=(Fault("missing_family", family=choice.family),)))
    return Answer(
        tuple(given for part in found for given in part.given),
        tuple(code for part in found for code in part.judged),
        tuple(family for part in found for family in part.none),
        tuple(family for part in found for family in part.cannot_tell),
        tuple(fault for part in found for fault in part.faults),
    )


def fault_of_form(content: str) -> Fault | None:
    """What keeps an answer from being JSON at all, so that asking again may help; else None."""
    try:
        parse_json(content)
    except _NotAcceptedError as stop:
        return stop.fault
    return None


def parse_json(content: str) -> Any:
    """The JSON value of an answer, without what is tolerated around it."""
    body = THOUGHTS.sub("", content, count=1) if THOUGHTS.match(content) else content
    body = body.strip()
    fenced = FENCE.fullmatch(body)
    body = fenced[1].strip() if fenced else body
    decoder = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_only_once)
    try:
        value, end = decoder.raw_decode(body)
    except (ValueError, RecursionError):
        _refuse("not_json", content)
    if body[end:].strip():
        _refuse("trailing_prose", body[end:].strip())
    return value


def _families(content: str, prompt: Prompt) -> dict[str, Any]:
    value = parse_json(content)
    if not isinstance(value, dict) or set(value) != {"mark", "families"}:
        _refuse("wrong_shape", content)
    if value["mark"] != prompt.mark:
        _refuse("wrong_mark", value["mark"])
    families = value["families"]
    if not isinstance(families, dict):
        _refuse("wrong_shape", families)
    return families


def _unknown(family: str) -> Answer:
    return Answer(faults=(Fault("unknown_family", shown(family)),))


def _family(choice: Choice, value: Any, text: str, known: frozenset[str]) -> Answer:
    try:
        verdict, codes = _verdict(choice.family, value)
    except _NotAcceptedError as stop:
        return Answer(faults=(stop.fault,))
    if verdict == "none":
        return Answer(judged=choice.codes, none=(choice.family,))
    if verdict == "cannot_tell":
        return Answer(cannot_tell=(choice.family,))
    given: list[Given] = []
    faults: list[Fault] = []
    for entry in codes:
        try:
            given.append(_code(choice, entry, text, known))
        except _NotAcceptedError as stop:
            faults.append(stop.fault)
    faults += _faults_together(choice, given)
    if choice.exclusive != "multi" and faults:
        return Answer(faults=tuple(faults))
    faulty = {fault.code_id for fault in faults}
    return Answer(
        tuple(one for one in given if one.code_id not in faulty),
        tuple(code for code in choice.codes if code not in faulty),
        faults=tuple(faults),
    )


def _verdict(family: str, value: Any) -> tuple[str, list[Any]]:
    if not isinstance(value, dict) or set(value) != {"verdict", "codes"}:
        _refuse("wrong_shape", value, family)
    verdict, codes = value["verdict"], value["codes"]
    if verdict not in VERDICTS or not isinstance(codes, list):
        _refuse("wrong_shape", value, family)
    if verdict == "coded" and not codes:
        _refuse("coded_without_codes", "", family)
    if verdict != "coded" and codes:
        _refuse("codes_beside_none", value, family)
    return verdict, codes


def _code(choice: Choice, entry: Any, text: str, known: frozenset[str]) -> Given:
    family = choice.family
    keys = {"code", "role", "quote"}
    if not isinstance(entry, dict) or set(entry) - {"occurrence"} != keys:
        _refuse("wrong_shape", entry, family)
    code, role, quote = entry["code"], entry["role"], entry["quote"]
    if not isinstance(code, str) or code not in known:
        _refuse("unknown_code", code, family)
    if code not in choice.codes:
        _refuse("other_family", code, family)
    if role not in ("primary", "secondary") or not isinstance(quote, str):
        _refuse("wrong_shape", entry, family, code)
    if role == "secondary" and choice.exclusive != "primary_plus_secondary":
        _refuse("secondary_not_allowed", code, family, code)
    if not any(character.isalnum() for character in quote):
        _refuse("empty_quote", quote, family, code)
    places = _places(quote, text)
    if not places:
        _refuse("quote_not_in_text", quote, family, code)
    which = entry.get("occurrence")
    if "occurrence" in entry and (not isinstance(which, int) or isinstance(which, bool)):
        _refuse("wrong_shape", entry, family, code)
    if which is not None and not 1 <= which <= len(places):
        _refuse("no_such_occurrence", f"{which}: {quote}", family, code)
    start = places[0 if which is None else which - 1]
    unsaid = len(places) if which is None else 1
    return Given(code, start, start + len(quote), role == "secondary", unsaid)


def _faults_together(choice: Choice, given: list[Given]) -> Iterator[Fault]:
    """What is wrong about codes that are each in order."""
    codes = [one.code_id for one in given]
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield Fault("repeated_code", code, choice.family, code)
    family, residual = choice.family, choice.residual
    if residual in codes and len(set(codes)) > 1:
        yield Fault("residual_with_others", "、".join(codes), family, residual)
    if choice.exclusive == "multi" or not given:
        return
    primary = [one.code_id for one in given if not one.secondary]
    if len(primary) > 1:
        yield Fault("two_primary_codes", "、".join(primary), family)
    elif not primary:
        yield Fault("no_primary_code", "、".join(codes), family)


def _places(quote: str, text: str) -> list[int]:
    """Every place where a quotation begins in a text, overlapping ones too."""
    places, start = [], text.find(quote)
    while start >= 0:
        places.append(start)
        start = text.find(quote, start + 1)
    return places


def _only_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            _refuse("duplicate_key", key)
        found[key] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    _refuse("not_a_number", name)


def _refuse(
    reason: str, seen: object, family: str | None = None, code: str | None = None
) -> NoReturn:
    raise _NotAcceptedError(Fault(reason, shown(seen), family, code))
