"""Persons and bodies as GB/T 7714 prints them, and the words that go with them by language."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pbgov.reporting.references.pinyin import is_pinyin
from pbgov.reporting.references.source import HAN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pbgov.reporting.references.source import Name
    from pbgov.reporting.references.style import Style

MOST = 3
AND_OTHERS = {"zh": "等", "ja": "他", "ko": "등", "ru": "и др.", "en": "et al."}
TRANSLATED = {"zh": "译", "ja": "訳", "ko": "역", "ru": "пер.", "en": "trans."}
EDITED = {"zh": "编", "ja": "編", "ko": "편", "ru": "ред.", "en": "ed."}
ANONYMOUS = {"zh": "佚名", "ja": "佚名", "ko": "佚名", "ru": "Anon", "en": "Anon"}
OTHERS = "others"
_EAST_ASIAN = re.compile("[\u3041-\u30fa\uac00-\ud7a3]")


def name_list(names: Sequence[Name], language: str, style: Style) -> str:
    """Up to three names; of four and more the first three and 等, et al. … by language."""
    shown = list(names)
    more = bool(shown) and shown[-1].literal.casefold() == OTHERS
    if more:
        shown.pop()
    if len(shown) > MOST:
        shown, more = shown[:MOST], True
    printed = [one_name(name, style) for name in shown]
    return style.comma.join([*printed, AND_OTHERS[language]] if more else printed)


def one_name(name: Name, style: Style) -> str:
    """One person or body: Han names whole, others family first, given names as initials.

    GB/T 7714-2025, 7.1.1 would have Chinese given names in Pinyin whole (宜用全称) and of family
    names the first letter alone in capitals; its examples keep the hyphen between initials (Godard
    J-L). 2015 writes family names in capitals and drops the hyphen. Neither has a point behind Jr.
    """
    if name.literal:
        return name.literal
    if _is_east_asian(name.family + name.given):
        if name.given and not _is_east_asian(name.given):
            return f"{name.family} {initials(name.given, hyphen=style.edition == 2025)}"
        return name.family + name.given
    family = name.family if style.edition == 2025 else name.family.upper()
    given = (
        _joined(name.given)
        if style.edition == 2025 and is_pinyin(name.family, name.given)
        else initials(name.given, hyphen=style.edition == 2025)
    )
    printed = f"{family} {given}".strip()
    suffix = name.suffix.rstrip(".")
    if not suffix:
        return printed
    return f"{printed} {suffix}" if style.edition == 2025 else f"{printed}, {suffix}"


def one_surname(name: Name, style: Style) -> str:
    """The family name of a person; Han names and bodies whole."""
    if name.literal:
        return name.literal
    if _is_east_asian(name.family + name.given):
        return name.family + name.given
    return name.family if style.edition == 2025 else name.family.upper()


def short_name(
    names: Sequence[Name], language: str, style: Style, shared: Collection[str] = ()
) -> str:
    """What a citation in running text calls the authors: the first, and 等 or et al.

    A family name that is among `shared` has the initials with it.
    """
    if not names:
        return ANONYMOUS[language]
    alone = one_surname(names[0], style)
    if alone in shared:
        alone = one_name(names[0], style)
    if len(names) == 1:
        return alone
    return f"{alone} {AND_OTHERS['zh' if HAN.search(alone) and language == 'zh' else language]}"


def initials(given: str, *, hyphen: bool) -> str:
    """``Jean-Luc`` as J-L or J L, ``P. Z.`` and ``PZ`` as P Z; no points."""
    words = re.split(r"[\s.]+", given.strip())
    return " ".join(filter(None, (_initial(word, hyphen) for word in words)))


def _initial(word: str, hyphen: bool) -> str:
    parts = [part for part in re.split("[-‐‑]", word) if part]
    if len(parts) > 1:
        return ("-" if hyphen else " ").join(_initial(part, hyphen) for part in parts)
    if not parts:
        return ""
    only = parts[0]
    if only.isupper() and 1 < len(only) <= 3 and only.isalpha() and only.isascii():
        return " ".join(only)  # "PZ": initials written together
    letters = unicodedata.normalize("NFC", only).lstrip("'’")
    return letters[:1] if letters[:1].islower() and len(letters) <= 3 else letters[:1].upper()


def _joined(given: str) -> str:
    """A given name in Pinyin as GB/T 28039 spells it: one word, an apostrophe or hyphen kept."""
    first, *rest = given.split()
    return first + "".join(word.lower() for word in rest)


def _is_east_asian(text: str) -> bool:
    return bool(HAN.search(text) or _EAST_ASIAN.search(text))
