"""What the browser may ask of the coding desk, checked before anything is done with it.

A message is whatever somebody sent: it is taken apart field by field, and one that does not say
exactly what is wanted is answered with a reason and writes nothing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from pbgov.coding.desk.memos import names_rank
from pbgov.schemas import READ_STATES

if TYPE_CHECKING:
    from pbgov.coding.desk.material import Material

LONGEST_MEMO = 2000
FIELDS = {
    "hello": (),
    "go": ("document", "segment"),
    "seek": ("document", "segment"),
    "headings": ("show",),
    "code": ("document", "segment", "code_id", "evidence"),
    "rank": ("document", "segment", "code_id"),
    "answer": ("document", "segment", "suggestion", "accept"),
    "state": ("document", "segment", "state"),
    "memo": ("document", "segment", "code_id", "memo"),
    "retract": ("row",),
    "undo": (),
}


class RefusedError(Exception):
    """A message that cannot be followed; its text is the reason, in Chinese, for the screen."""


@dataclass(frozen=True)
class Request:
    """One message that can be followed.

    Attributes
    ----------
    kind : str
        One of `FIELDS`.
    document, segment : int
        Positions in ``Material.stretches``; 0 where the kind has none.
    code_id : str
        '' for the whole stretch, in messages of kind ``memo``.
    evidence : tuple of int, or None
        Code points into the text of the stretch; None for all of it.
    suggestion : int
        Position among the suggestions of the stretch.
    state, memo : str
    row : int
        Of the coder's file, as a spreadsheet counts.
    accept, show : bool
    """

    kind: str
    document: int = 0
    segment: int = 0
    code_id: str = ""
    evidence: tuple[int, int] | None = None
    suggestion: int = 0
    state: str = ""
    memo: str = ""
    row: int = 0
    accept: bool = False
    show: bool = False


def understand(message: object, material: Material) -> Request:
    """What a message asks for.

    Raises
    ------
    RefusedError
        Where it is no message of the desk, or names a document, segment, code or span there is not.
    """
    if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
        raise RefusedError("收到一条看不懂的消息，没有执行。")
    kind = message["kind"]
    if kind not in FIELDS:
        raise RefusedError(f"没有“{_shown(kind)}”这种操作，没有执行。")
    fields: dict[str, Any] = {}
    for name in FIELDS[kind]:
        if name not in message:
            raise RefusedError(f"消息里缺少“{name}”，没有执行。")
        read = _READ.get(f"{kind}.{name}") or _READ[name]
        fields[name] = read(message[name], fields, material)
    return Request(kind, **fields)


def number_of(message: object) -> int | None:
    """The number the browser gave its message, to be named in the answer; None where it has none."""
    number = message.get("id") if isinstance(message, dict) else None
    return number if _is_whole(number) else None


def _document(value: object, fields: dict[str, Any], material: Material) -> int:
    if not _is_whole(value) or not 0 <= value < len(material.stretches):
        raise RefusedError(f"没有第 {_shown(value)} 篇文档，没有写入。")
    return value


def _segment(value: object, fields: dict[str, Any], material: Material) -> int:
    if not _is_whole(value) or not 0 <= value < len(material.stretches[fields["document"]]):
        raise RefusedError(f"这篇文档里没有第 {_shown(value)} 个片段，没有写入。")
    return value


def _code(value: object, fields: dict[str, Any], material: Material) -> str:
    if not isinstance(value, str) or value not in material.codes:
        raise RefusedError(f"编码“{_shown(value)}”不在这张编码台的手册里，没有写入。")
    return value


def _evidence(value: object, fields: dict[str, Any], material: Material) -> tuple[int, int] | None:
    if value is None:
        return None
    length = len(material.stretch(fields["document"], fields["segment"]).text)
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(map(_is_whole, value)):
        raise RefusedError("选中的起止位置不是两个整数，没有写入。")
    first, last = value
    if not 0 <= first < last <= length:
        raise RefusedError(
            f"选中的起止位置 {first}–{last} 不在片段之内（共 {length} 字），没有写入。"
        )
    return first, last


def _suggestion(value: object, fields: dict[str, Any], material: Material) -> int:
    one = material.stretch(fields["document"], fields["segment"])
    offered = material.suggestions.get((one.doc_id, one.start, one.end), [])
    if not _is_whole(value) or not 0 <= value < len(offered):
        raise RefusedError("这个片段没有这条机器建议，没有写入。")
    return value


def _state(value: object, fields: dict[str, Any], material: Material) -> str:
    if not isinstance(value, str) or value not in READ_STATES:
        raise RefusedError(f"没有“{_shown(value)}”这种状态，没有写入。")
    return value


def _memo(value: object, fields: dict[str, Any], material: Material) -> str:
    if not isinstance(value, str):
        raise RefusedError("备忘不是文字，没有写入。")
    memo = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(memo) > LONGEST_MEMO:
        raise RefusedError(f"备忘有 {len(memo)} 字，最多 {LONGEST_MEMO} 字，没有写入；请写短一些。")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in memo):
        raise RefusedError("备忘里有看不见的控制字符，没有写入；请重新输入，不要粘贴。")
    if names_rank(memo):
        raise RefusedError("“次要”请用 Shift+数字键标出，不要单独写在备忘里；没有写入。")
    return memo


def _memo_code(value: object, fields: dict[str, Any], material: Material) -> str:
    return "" if value is None or value == "" else _code(value, fields, material)


def _row(value: object, fields: dict[str, Any], material: Material) -> int:
    if not _is_whole(value):
        raise RefusedError("行号不是整数，没有写入。")
    return value


def _truth(value: object, fields: dict[str, Any], material: Material) -> bool:
    if not isinstance(value, bool):
        raise RefusedError("消息里该是“是”或“否”的地方写了别的，没有写入。")
    return value


_READ: dict[str, Any] = {
    "document": _document,
    "segment": _segment,
    "code_id": _code,
    "memo.code_id": _memo_code,
    "evidence": _evidence,
    "suggestion": _suggestion,
    "state": _state,
    "memo": _memo,
    "row": _row,
    "accept": _truth,
    "show": _truth,
}


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    told = isinstance(value, str) or (_is_whole(value) and abs(value) < 10**15)
    words = str(value) if told else "?"
    return "".join(char if char.isprintable() else "?" for char in words[:40])
