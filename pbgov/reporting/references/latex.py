r"""LaTeX in the fields of .bib files, to plain text and back: ``\'e``, ``\&``, ``{AI}``, ``--``."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
    "j": "ȷ",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "dj": "đ",
    "DJ": "Đ",
    "textendash": "–",
    "textemdash": "—",
    "textquoteleft": "‘",
    "textquoteright": "’",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "ldots": "…",
    "dots": "…",
    "quad": " ",
    "newline": "\n",
    "par": "\n",
    "relax": "",
    "TeX": "TeX",
    "LaTeX": "LaTeX",
}
_STYLES = re.compile(
    "emph|text(?:it|bf|sc|rm|tt|sf|up|sl)|math(?:rm|it|bf)|url|path|nolinkurl|it|em|bf|sc|rm|tt"
)
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", "\u00a0"))
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\u00a0": "~",
    "\n": r"\newline{}",
    **{char: "\\" + char for char in "&%$#_"},
}
_WORD = re.compile(r"[A-Za-z]+")
_PLAIN = re.compile(r"[^\\{}$~`'-]+")


def decoded(text: str) -> str:
    """Plain text of a field: accents and signs resolved, braces and emphasis taken off.

    A command that is not known stays as it is written, so that nothing is lost unseen.
    """
    return unicodedata.normalize("NFC", _Decoder(text).run()) if text else text


def encoded(text: str) -> str:
    """A field that `decoded` gives back as `text`."""
    safe = "".join(_ESCAPED.get(char, char) for char in text)
    for sign in ("-", "`", "'"):
        while sign * 2 in safe:
            safe = safe.replace(sign * 2, f"{sign}{{}}{sign}")
    return safe


class _Decoder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def run(self) -> str:
        pieces = []
        while self.at < len(self.text):
            if plain := _PLAIN.match(self.text, self.at):
                pieces.append(plain.group())
                self.at = plain.end()
            else:
                pieces.append(self.piece())
        return "".join(pieces)

    def piece(self) -> str:
        char = self.text[self.at]
        if char == "\\":
            return self.command()
        for written, meant in _LIGATURES:
            if self.text.startswith(written, self.at):
                self.at += len(written)
                return meant
        self.at += 1
        return "" if char in "{}$" else char

    def command(self) -> str:
        self.at += 1
        if self.at >= len(self.text):
            return "\\"
        sign = self.text[self.at]
        if sign in _ACCENTS and not sign.isalpha():
            self.at += 1
            return self.accented(_ACCENTS[sign])
        word = _WORD.match(self.text, self.at)
        if word is None:
            self.at += 1
            return " " if sign in ", ;/" else sign  # \& \% \_ … and the thin spaces
        self.at = word.end()
        name = word.group()
        if name in _ACCENTS:
            return self.accented(_ACCENTS[name])
        if name in _LETTERS:
            self.end_of_name()
            return _LETTERS[name]
        if _STYLES.fullmatch(name):
            self.end_of_name()
            return ""
        return "\\" + name

    def end_of_name(self) -> None:
        """Pass over what ends a command: ``{}`` or blanks."""
        if self.text.startswith("{}", self.at):
            self.at += 2
            return
        while self.text.startswith(" ", self.at):
            self.at += 1

    def accented(self, mark: str) -> str:
        while self.text[self.at : self.at + 1] in (" ", "{") and self.at < len(self.text):
            self.at += 1
        if self.at >= len(self.text):
            return ""
        base = self.piece()
        base = {"ı": "i", "ȷ": "j"}.get(base, base)
        return unicodedata.normalize("NFC", base[:1] + mark) + base[1:]
