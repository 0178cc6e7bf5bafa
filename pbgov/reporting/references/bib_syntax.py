"""The syntax of .bib files: entries, @string, @comment, braces and quotes, ``#`` between parts."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from pbgov.findings import Finding

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = re.compile(r"[^\s,{}()=\"#%'\\@]+")
_KEY = re.compile(r"[^\s,{}]*")
_BLANK = re.compile(r"\s*")
_NUMBER = re.compile(r"\d+")
_NEXT_ENTRY = re.compile(r"^[ \t]*@", re.M)
MOST_FAULTS = 100


@dataclass(frozen=True)
class Entry:
    """One entry: its kind, key and fields (names in small letters), and the line it begins at."""

    kind: str
    key: str
    fields: tuple[tuple[str, str], ...]
    line: int


class _SyntaxError(Exception):
    def __init__(self, at: int, seen: str, wanted: str) -> None:
        self.at, self.seen, self.wanted = at, seen, wanted
        super().__init__(seen)


def parse(text: str, path: str) -> tuple[list[Entry], list[Finding]]:
    """The entries of a .bib file, and its faults.

    What stands between entries is a comment, as BibTeX has it. After a fault reading goes on at the
    next line that begins with ``@``; after a hundred it stops.
    """
    parser = _Parser(text, path)
    entries: list[Entry] = []
    faults = 0
    while faults < MOST_FAULTS and (start := text.find("@", parser.at)) >= 0:
        parser.at = start + 1
        try:
            entry = parser.entry(start)
        except _SyntaxError as fault:
            ended = fault.at >= len(text.rstrip())
            line = parser.line(start if ended else fault.at)
            parser.findings.append(
                Finding("E730", path, line, seen=fault.seen, wanted=fault.wanted)
            )
            faults += 1
            again = _NEXT_ENTRY.search(text, start + 1)
            parser.at = again.start() if again else len(text)
            continue
        if entry is not None:
            entries.append(entry)
    return entries, parser.findings


class _Parser:
    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.at = 0
        self.ends_of_lines = [found.start() for found in re.finditer("\n", text)]
        self.strings = {name: f"{number:02d}" for number, name in enumerate(MONTHS, 1)}
        self.findings: list[Finding] = []

    def line(self, at: int) -> int:
        return bisect_left(self.ends_of_lines, at) + 1

    def entry(self, start: int) -> Entry | None:
        found = _NAME.match(self.text, self.at)
        if found is None or not re.match(r"\s*[{(]", self.text[found.end() : found.end() + 80]):
            return None  # an @ in a comment, such as an address
        kind = found.group().casefold()
        self.at = found.end()
        self.blank()
        opening = self.text[self.at]
        if kind in ("comment", "preamble"):
            self.balanced() if opening == "{" else self.to_end_of_line()
            return None
        closing = {"{": "}", "(": ")"}[opening]
        self.at += 1
        self.blank()
        if kind == "string":
            name, value = self.field()
            self.strings[name] = value
            self.blank()
            self.expect(closing)
            return None
        key = _KEY.match(self.text, self.at)
        assert key is not None
        self.at = key.end()
        self.blank()
        if not key.group() or self.char() not in (",", closing):
            raise _SyntaxError(start, f"@{kind}{{{key.group()}", "@article{key, …}")
        return Entry(kind, key.group(), tuple(self.fields(closing)), self.line(start))

    def fields(self, closing: str) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        while True:
            self.blank()
            while self.char() == ",":
                self.at += 1
                self.blank()
            if self.char() == closing:
                self.at += 1
                return list(found.items())
            here = self.at
            name, value = self.field()
            if name in found:
                self.findings.append(Finding("W739", self.path, self.line(here), name, seen=value))
                number = 2
                while f"{name}-{number}" in found:
                    number += 1
                name = f"{name}-{number}"
            found[name] = value.strip()
            self.blank()
            if self.char() not in (",", closing):
                raise _SyntaxError(
                    self.at, self.text[self.at : self.at + 20] or "…", f", {closing}"
                )

    def field(self) -> tuple[str, str]:
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise _SyntaxError(self.at, self.text[self.at : self.at + 20] or "…", "name = {…}")
        self.at = name.end()
        self.blank()
        self.expect("=")
        value = self.part()
        self.blank()
        while self.char() == "#":
            self.at += 1
            value += self.part()
            self.blank()
        return name.group().casefold(), re.sub(r"\s+", " ", value)

    def part(self) -> str:
        self.blank()
        if self.char() == "{":
            return self.balanced()
        if self.char() == '"':
            return self.quoted()
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return number.group()
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise _SyntaxError(self.at, self.text[self.at : self.at + 20] or "…", '{…} "…"')
        if name.group().casefold() not in self.strings:
            raise _SyntaxError(self.at, name.group(), "@string")
        self.at = name.end()
        return self.strings[name.group().casefold()]

    def balanced(self) -> str:
        start, depth = self.at, 0
        for found in re.compile(r"[{}]").finditer(self.text, start):
            depth += 1 if found.group() == "{" else -1
            if depth == 0:
                self.at = found.end()
                return self.text[start + 1 : found.start()]
        raise _SyntaxError(start, self.text[start : start + 20], "}")

    def quoted(self) -> str:
        start, depth = self.at, 0
        for found in re.compile(r'[{}"]').finditer(self.text, start + 1):
            if found.group() == '"' and depth == 0:
                self.at = found.end()
                return self.text[start + 1 : found.start()]
            depth += {"{": 1, "}": -1}.get(found.group(), 0)
        raise _SyntaxError(start, self.text[start : start + 20], '"')

    def blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def char(self) -> str:
        return self.text[self.at : self.at + 1]

    def expect(self, sign: str) -> None:
        if self.char() != sign:
            raise _SyntaxError(self.at, self.text[self.at : self.at + 20] or "…", sign)
        self.at += 1

    def to_end_of_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end
