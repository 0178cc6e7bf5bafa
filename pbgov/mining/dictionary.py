"""jieba's packaged dictionary, read straight from its file: jieba itself need not be loaded for it."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import MappingProxyType

DICTIONARY_FILE = "dict.txt"


def dictionary_digest() -> str:
    """The SHA-256 of the dictionary file, in hex digits."""
    return hashlib.sha256(_content()).hexdigest()


def frequencies_of(words: Collection[str]) -> dict[str, int]:
    """The frequency of each of `words` that the dictionary holds; the others are left out.

    Notes
    -----
    For the dictionary of jieba 0.42.1, whose every line holds exactly three fields; ask
    `dictionary_digest` first.
    """
    fields = _content().split()
    wanted = {word.encode("utf-8", "surrogatepass") for word in words}
    return {
        word.decode("utf-8"): int(frequency)
        for word, frequency in zip(fields[::3], fields[1::3], strict=True)
        if word in wanted
    }


@cache
def packaged_tags() -> Mapping[str, str]:
    """The part of speech of every word of the dictionary, read-only."""
    entries = (line.split() for line in _content().decode("utf-8").splitlines())
    return _read_only({word: tag for word, _, tag in entries})


def _content() -> bytes:
    package = importlib.util.find_spec("jieba")
    if package is None or not package.submodule_search_locations:
        raise InputError("jieba is not installed; install pbgov with its dependencies again.")
    return Path(package.submodule_search_locations[0], DICTIONARY_FILE).read_bytes()


def _read_only(tags: dict[str, str]) -> MappingProxyType[str, str]:
    from types import MappingProxyType

    return MappingProxyType(tags)
