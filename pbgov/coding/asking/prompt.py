"""The codebook as instructions to a language model, and a text as what they are applied to."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from pbgov.coding.codebook import Codebook

NUMBER_OF_CODES = {
    "single": "至多一个编码，role 写 primary。",
    "primary_plus_secondary": "有一个主编码（role 写 primary），另可有若干次编码（role 写 secondary）。",
    "multi": "可以有多个编码，role 都写 primary。",
}
INSTRUCTIONS = Path(__file__).with_name("instructions.txt")


@dataclass(frozen=True)
class Choice:
    """What may be chosen in one family.

    Attributes
    ----------
    family : str
    exclusive : str
        How many codes: single, primary_plus_secondary or multi.
    residual : str or None
        The code for what fits no other, which is what `none` means.
    codes : tuple of str
        All of them, the residual one too.
    """

    family: str
    exclusive: str
    residual: str | None
    codes: tuple[str, ...]

    @property
    def offered(self) -> tuple[str, ...]:
        """The codes but the residual one."""
        return tuple(code for code in self.codes if code != self.residual)


@dataclass(frozen=True)
class Prompt:
    """What is said to the model before any text.

    Attributes
    ----------
    system : str
        The instructions, the same for every segment.
    mark : str
        Eight hex digits in the first line of `system`, which the answer has to repeat: a server
        that cuts off the beginning of what does not fit shows itself.
    choices : tuple of Choice
        The families asked for.
    known : frozenset of str
        Every code of the codebook.
    digest : str
        First 16 hex digits of the SHA-256 of the instructions and of the form of the question.
    """

    system: str
    mark: str
    choices: tuple[Choice, ...]
    known: frozenset[str]
    digest: str

    def question(self, text: str, heading: str | None = None) -> str:
        """Heading and text between lines that carry the digest of both, which neither can hold."""
        said = f"{heading or ''}\0{text}".encode("utf-8", "surrogatepass")
        fence = sha256(said).hexdigest()[:12]
        parts = [] if heading is None else [f"<标题 {fence}>\n{heading}\n</标题 {fence}>"]
        return "\n".join([*parts, f"<片段 {fence}>\n{text}\n</片段 {fence}>"])


def make_prompt(codebook: Codebook, families: Iterable[str] | None = None) -> Prompt:
    """The instructions for some families of a codebook, the same for the same codebook.

    Parameters
    ----------
    codebook : Codebook
    families : iterable of str, optional
        All that have codes where not given; their order is that of the codebook.

    Raises
    ------
    InputError
        Where `families` is one text, the codebook has no such family, or the family has no code to choose.
    """
    if isinstance(families, str):
        raise InputError(f"families is the text {families!r}; pass a list, as [{families!r}].")
    wanted = None if families is None else list(families)
    for family in wanted or ():
        if not _choice(codebook, family).offered:
            raise InputError(f"Family {family!r} has no code to choose; leave it out of families.")
    choices = tuple(
        choice
        for family in codebook.families["family"]
        if (choice := _choice(codebook, str(family))).offered
        and (wanted is None or family in wanted)
    )
    if not choices:
        raise InputError("No family is asked for; name at least one in families.")
    sections = "\n\n".join("\n".join(_family(codebook, choice)) for choice in choices)
    rules = INSTRUCTIONS.read_text(encoding="utf-8").strip()
    body = f"{rules}\n\n【编码手册】\n\n{sections}\n\n【输出格式】\n"
    mark = sha256(body.encode()).hexdigest()[:8]
    system = f"核对码：{mark}\n{body}{_form(choices, mark)}"
    known = frozenset(codebook.codes["code_id"])
    prompt = Prompt(system, mark, choices, known, "")
    said = f"{system}\0{prompt.question('', '')}"
    return replace(prompt, digest=sha256(said.encode()).hexdigest()[:16])


def _choice(codebook: Codebook, family: str) -> Choice:
    exclusive = codebook.exclusive(family)
    row = codebook.families.loc[codebook.families["family"] == family, "residual"]
    residual = None if row.isna().all() else str(row.iloc[0])
    return Choice(family, exclusive, residual, tuple(codebook.codes_of(family)))


def _family(codebook: Codebook, choice: Choice) -> Iterator[str]:
    row = codebook.families.set_index("family").loc[choice.family]
    yield f"【类别 {choice.family}：{row['zh']}】{NUMBER_OF_CODES[choice.exclusive]}"
    if isinstance(row["tie_rule"], str):
        yield f"拿不准时：{row['tie_rule']}"
    codes = {str(row["code_id"]): row for row in codebook.codes.to_dict("records")}
    for code in choice.offered:
        yield from _code(code, codes[code], codebook.examples)
    if choice.residual in codes:
        definition = codes[choice.residual]["definition"]
        yield f"都不适用时写 none，手册记作 {choice.residual}：{definition}"


def _code(code: str, row: dict[Any, Any], examples: pd.DataFrame) -> Iterator[str]:
    parent = f"（属于 {row['parent_id']}）" if isinstance(row["parent_id"], str) else ""
    yield f"- {code} {row['zh']}{parent}：{row['definition']}"
    for column, label in (("include", "包括"), ("exclude", "不包括")):
        if isinstance(row[column], str):
            yield f"  {label}：{row[column]}"
    for example in examples[examples["code_id"] == code].itertuples():
        why = f"；{example.why}" if isinstance(example.why, str) else ""
        better = example.correct_code
        instead = f"，应为 {better}" if isinstance(better, str) and better != code else ""
        label = "是" if example.expected == 1 else f"不是{instead}"
        yield f"  例（{label}{why}）：{example.text}"


def _form(choices: tuple[Choice, ...], mark: str) -> str:
    """The answer for a text without anything, and one code written out."""
    nothing = {"verdict": "none", "codes": []}
    answer = {"mark": mark, "families": {choice.family: nothing for choice in choices}}
    code = {"code": choices[0].offered[0], "role": "primary", "quote": "片段里的原文"}
    some = {"verdict": "coded", "codes": [code | {"occurrence": 1}]}
    return (
        f"{json.dumps(answer, ensure_ascii=False)}\n有编码适用的类别写成：\n"
        f"{json.dumps(some, ensure_ascii=False)}\noccurrence 可以不写；其余的键一个不能多，一个不能少。"
    )
