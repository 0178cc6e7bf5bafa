"""Names that stay the same, and characters that XML cannot hold."""

from __future__ import annotations

import json
import re
import uuid

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:pbgov:refi-qda")
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPELLED = re.compile(r"\\u\{([0-9A-F]{1,6})\}")
_OPENING = "\\u{"


def guid(kind: str, *key: object) -> str:
    """The GUID of one thing, the same whenever and wherever it is written.

    Examples
    --------
    >>> guid("user", "甲") == guid("user", "甲") != guid("code", "甲")
    True
    """
    return str(uuid.uuid5(NAMESPACE, json.dumps([kind, *map(str, key)])))


def bare(value: str) -> str:
    """A GUID as it is compared: without braces and spaces, in lower case.

    Examples
    --------
    >>> bare(" {1DDD235C-9E58-4451-8C49-17013D5C3655} ")
    '1ddd235c-9e58-4451-8c49-17013d5c3655'
    """
    return value.strip().strip("{}").lower()


def spell(text: str) -> str:
    r"""A text as XML can hold it: what it cannot hold is spelled ``\u{0}``; `unspell` undoes it.

    Examples
    --------
    >>> spell("a\0b")
    'a\\u{0}b'
    """
    if _ILLEGAL.search(text) is None and _OPENING not in text:
        return text
    text = text.replace(_OPENING, "\\u{5C}u{")
    return _ILLEGAL.sub(lambda match: f"\\u{{{ord(match.group()):X}}}", text)


def unspell(text: str) -> str:
    r"""The text that `spell` spelled.

    Examples
    --------
    >>> unspell(spell("\\u{0}\0")) == "\\u{0}\0"
    True
    """
    return _SPELLED.sub(_character, text)


def count_illegal(text: str) -> int:
    """How many characters of a text XML cannot hold."""
    return len(_ILLEGAL.findall(text))


def legal_json(value: object) -> str:
    """JSON in one line that XML can hold; nothing is lost."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


def _character(match: re.Match[str]) -> str:
    number = int(match.group(1), 16)
    return chr(number) if number <= 0x10FFFF else match.group()
