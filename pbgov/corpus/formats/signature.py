"""What a file is, by its first bytes, whatever its name says."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from pbgov.errors import DataFileError
from pbgov.findings import Finding

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"CAJ", "caj"),
)
STREAMS = (  # names of streams inside the container of Office 97-2003
    ("EncryptedPackage", "locked"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)
MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
MAIN_PARTS = ("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml")
PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S
)
MAIL = re.compile(rb"\s*(?:From:|MIME-Version:|Subject:).{0,2000}?multipart/related", re.I | re.S)
WORD_2003 = b'<?mso-application progid="Word.Document"?>'
HEAD = 4096

READABLE = ("docx", "odt", "pdf", "xlsx", "html", "mhtml", "zip")
WHAT_TO_SAVE_AS = {
    **dict.fromkeys(
        ("doc", "dot", "docm", "dotx", "dotm", "wps", "wpt", "rtf", "word xml"), ".docx"
    ),
    **dict.fromkeys(("pages", "epub", "uof", "uot"), ".docx"),
    **dict.fromkeys(("xls", "xlsm", "xlsb", "xltx", "et", "ett", "ods", "numbers"), ".xlsx"),
    **dict.fromkeys(("ppt", "pptx", "dps", "odp", "key", "caj", "kdh", "nh", "ofd"), ".pdf"),
    **dict.fromkeys(("rar", "7z", "gz", "tar", "tgz"), ".zip"),
    **dict.fromkeys(("png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff"), ".pdf（带文字层）"),
}
TEXT_ENDINGS = (".txt", ".md", ".csv")


def kind_of(content: bytes) -> str:
    """The kind of file that some bytes are, '' where the first of them do not tell.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7"), kind_of(b"<!DOCTYPE html><p>"), kind_of("正文".encode())
    ('pdf', 'html', '')
    """
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith(ZIP):
        return _kind_of_zip(content)
    if content.startswith(OLE):
        found = (kind for name, kind in STREAMS if name.encode("utf-16-le") in content)
        return next(found, "doc")
    head = content[:HEAD]
    if WORD_2003 in head:
        return "word xml"
    if MAIL.match(head):
        return "mhtml"
    return "html" if PAGE.match(head) else ""


def check_kind(content: bytes, ending: str, path: str) -> None:
    """Refuse a file whose content is of another kind than its ending says.

    Raises
    ------
    DataFileError
        The content is of another kind that can be read (E411), of one that cannot (E412), or
        locked by a password (E413).
    """
    kind = kind_of(content)
    if kind == "locked":
        raise DataFileError([Finding("E413", path, seen="Office")])
    if ending in TEXT_ENDINGS and kind in ("", "html", "mhtml"):
        return
    if kind in ("", "zip?") or kind == ending.lstrip(".") or f".{kind}" in _same_as(ending):
        return
    if kind in READABLE:
        raise DataFileError([Finding("E411", path, seen=f".{kind}", wanted=f".{kind}")])
    wanted = WHAT_TO_SAVE_AS.get(kind, ".txt")
    raise DataFileError([Finding("E412", path, seen=f".{kind}", wanted=wanted)])


def _same_as(ending: str) -> tuple[str, ...]:
    pages = (".html", ".htm", ".mhtml", ".mht", ".shtml")
    return pages if ending in pages else (ending,)


def _kind_of_zip(content: bytes) -> str:
    """The kind of a zip container; ``zip?`` where it is damaged."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as container:
            names = container.namelist()
            if "mimetype" in names and container.getinfo("mimetype").file_size < 100:
                stated = container.read("mimetype").strip()
                return MIMETYPES.get(stated, "zip")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return "zip?"
    if not {"[Content_Types].xml", *MAIN_PARTS} & set(names):
        return "zip"
    return next(
        (kind for folder, kind in FOLDERS if any(name.startswith(folder) for name in names)), "zip"
    )
