"""The source of a saved web page: out of its archive, decoded.

What a page says about its encoding is often wrong, so that it is heard last: a byte order mark
decides, then strict UTF-8, then the measure of `pbgov.corpus.encodings`; the declared encoding
speaks only where none of these does. A page with a few broken bytes, as lists that cut their
titles by bytes have them, is read with U+FFFD in their place, as a browser shows it.
"""

from __future__ import annotations

import codecs
import re
from email import message_from_bytes, policy
from email.errors import MessageError
from pathlib import PurePath
from typing import NamedTuple

from pbgov.corpus.encodings import (
    BYTE_ORDER_MARKS,
    LEAST_SHARE,
    LEGACY,
    MixedEncodingError,
    common_share,
    decode,
)
from pbgov.errors import DataFileError
from pbgov.findings import Finding

ARCHIVES = (".mhtml", ".mht")
PAGES = ("text/html", "application/xhtml+xml")
MOST_BYTES = 50_000_000  # with its pictures inside; the text of a page is below one
MOST_TAGS = 500_000  # an article has some thousands; each takes some hundred bytes of memory
LARGEST_BROKEN_SHARE = 0.01  # of the characters that are not ASCII
DECLARED = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE)
DECLARED_WITHIN = 4096  # bytes; a browser looks at 1024
MEANT = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030"}


class PageSource(NamedTuple):
    """The markup of a page, the encoding it was in, and remarks on both.

    ``frames`` is the markup of the pages that an archive shows inside the page.
    """

    markup: str
    encoding: str
    frames: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def open_page(content: bytes, path: str) -> PageSource:
    """The markup of a page, taken out of its archive where it is one.

    Raises
    ------
    DataFileError
        Where the page is too large (E410), no encoding fits (E401, E423), it holds NUL bytes
        (E403), or an archive holds no page (E432).
    """
    if len(content) > MOST_BYTES:
        raise _refusal("E410", path, seen=_size(len(content)), wanted=_size(MOST_BYTES))
    if PurePath(path).suffix.lower() not in ARCHIVES:
        return _decoded(content, path, _declared(content))
    (page, charset), *frames = _unpacked(content, path)
    source = _decoded(page, path, charset or _declared(page))
    return source._replace(frames=tuple(_decoded(each, path, said).markup for each, said in frames))


def _unpacked(content: bytes, path: str) -> list[tuple[bytes, str | None]]:
    """The pages of an MHTML archive, the outermost first, each with the charset stated for it."""
    pages = []
    try:
        for part in message_from_bytes(content, policy=policy.compat32).walk():
            payload = part.get_payload(decode=True)
            if part.get_content_type() in PAGES and isinstance(payload, bytes):
                charset = part.get_content_charset()
                pages.append((payload, _known(charset) if charset else None))
    except (MessageError, LookupError, ValueError, RecursionError) as error:
        raise _refusal("E432", path) from error
    if not pages:
        raise _refusal("E432", path)
    return pages


def _declared(content: bytes) -> str | None:
    said = DECLARED.search(content[:DECLARED_WITHIN])
    return _known(said[1].decode("ascii", "replace")) if said else None


def _known(name: str) -> str | None:
    """The codec that a stated charset means; None where Python has no such text encoding."""
    try:
        "".encode(MEANT.get(name.lower(), name.lower()))
    except (LookupError, ValueError):
        return None
    return codecs.lookup(MEANT.get(name.lower(), name.lower())).name


def _decoded(content: bytes, path: str, declared: str | None) -> PageSource:
    if content.count(b"<") > MOST_TAGS:
        raise _refusal("E410", path, seen=f"{content.count(b'<')} <…>", wanted=f"{MOST_TAGS} <…>")
    try:
        text, encoding = decode(content)
    except MixedEncodingError as error:
        seen = str(error.start + 1)
        raise _refusal("E423", path, seen=seen, wanted=error.encoding) from error
    except UnicodeDecodeError as error:
        return _as_shown(content, path, declared, error)
    marked = any(content.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    if "\0" in text and not marked:
        raise _refusal("E403", path, seen=str(content.index(b"\0") + 1))
    return PageSource(text, encoding)


def _as_shown(
    content: bytes, path: str, declared: str | None, broken: UnicodeDecodeError
) -> PageSource:
    """A page that no encoding fits to the last byte, read as a browser would show it."""
    if declared and declared not in (*LEGACY, "utf-8"):
        try:
            return PageSource(content.decode(declared), declared)
        except UnicodeDecodeError:
            pass  # the declaration is wrong as well
    read = {name: content.decode(name, errors="replace") for name in ("utf-8", *LEGACY)}
    encoding = max(read, key=lambda name: (common_share(read[name]), name == declared))
    markup = read[encoding]
    lost, wide = markup.count("\ufffd"), sum(char > "\x7f" for char in markup)
    if common_share(markup) < LEAST_SHARE or lost > LARGEST_BROKEN_SHARE * wide:
        raise _refusal("E401", path, seen=str(broken.start + 1))
    remark = Finding("W470", path, seen=str(lost), wanted=encoding)
    return PageSource(markup, encoding, findings=(remark,))


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.0f} MB"


def _refusal(code: str, path: str, *, seen: str = "", wanted: str = "") -> DataFileError:
    return DataFileError([Finding(code, path, seen=seen, wanted=wanted)])
