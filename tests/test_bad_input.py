"""Files that cannot be read: each is named with what is wrong, the rest of the corpus is read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

import pbgov
from pbgov.corpus.encodings import MixedEncodingError, decode
from pbgov.corpus.formats.container import MOST_MEMBERS, Container
from pbgov.corpus.formats.signature import kind_of

sys.path.insert(0, str(Path(__file__).parent))
from office_files import DECLARED, docx, odt, p, zipped

SENTENCE = "青石街道党工委建立楼门长例会，居民反映的问题当月答复。\n"
GOOD = docx(p("街道建立例会。"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MEGABYTE = 1024 * 1024
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and modes of files are POSIX's")
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is counted as Linux does")


def stream(name):
    return OLE + name.encode("utf-16-le") + bytes(64)


def part(content, name="word/document.xml"):
    """A Word file whose main part is these bytes."""
    with zipfile.ZipFile(BytesIO(GOOD)) as container:
        files = {each: container.read(each) for each in container.namelist()}
    return zipped(files | {name: content})


def flagged(content, bit, at_local=6, at_central=8):
    """The same zip with some bits of every member's headers set, by default of its flags."""
    found = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", at_local), (b"PK\x01\x02", at_central)):
        at = found.find(signature)
        while at >= 0:
            found[at + offset] |= bit
            at = found.find(signature, at + 4)
    return bytes(found)


def workbook():
    made = openpyxl.Workbook()
    made.active.append(["正文"])
    made.active.append(["第一篇。"])
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def laughs(root):
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "哈" * 10}">' for n in range(10)
    )
    return f"<!DOCTYPE x [{entities}]>{root.replace('TEXT', '&l9;')}"


DOCUMENT = f"<w:document {DECLARED}><w:body>{p('TEXT')}</w:body></w:document>"
OUTSIDE = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{DOCUMENT.replace("TEXT", "&e;")}'
LOCKED_ODT = odt(
    "<text:p>x</text:p>",
    manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>",
)
BAD = {
    "empty": ("a.docx", b"", "E402"),
    "empty pdf": ("a.pdf", b"", "E402"),
    "white space": ("a.txt", " \n\u3000\t\n".encode(), "E402"),
    "no words in a docx": ("a.docx", docx(p("") + p(" ")), "E402"),
    "pictures only": ("a.docx", docx(p("<w:r><w:drawing><pic:pic/></w:drawing></w:r>")), "E417"),
    "binary": ("a.txt", bytes(range(256)) * 8, "E403"),
    "binary docx": ("a.docx", bytes(range(256)) * 8, "E414"),
    "cut docx": ("a.docx", GOOD[: len(GOOD) // 2], "E414"),
    "cut xlsx": ("a.xlsx", workbook()[:3000], "E414"),
    "cut zip": ("a.zip", zipped({"a.txt": SENTENCE * 99})[:-40], "E414"),
    "cut part": ("a.docx", part(DOCUMENT[:-20]), "E414"),
    "no main part": ("a.docx", zipped({"[Content_Types].xml": "", "word/x.xml": ""}), "E414"),
    "wrong sum": ("a.docx", flagged(GOOD, 0x55, 14, 16), "E414"),
    "locked docx": ("a.docx", stream("EncryptedPackage"), "E413"),
    "locked zip": ("a.zip", flagged(zipped({"a.txt": SENTENCE}), 1), "E413"),
    "locked odt": ("a.odt", LOCKED_ODT, "E413"),
    "old doc": ("a.doc", stream("WordDocument"), "E412"),
    "doc called docx": ("a.docx", stream("WordDocument"), "E412"),
    "rtf called docx": ("a.docx", b"{\\rtf1\\ansi x}", "E412"),
    "pdf called docx": ("a.docx", b"%PDF-1.7\n", "E411"),
    "page called docx": ("a.docx", b"<html><body>x</body></html>", "E411"),
    "docx called txt": ("a.txt", GOOD, "E411"),
    "docx called zip": ("a.zip", GOOD, "E411"),
    "wps": ("a.wps", b"x", "E412"),
    "caj": ("a.caj", b"CAJ", "E412"),
    "rar": ("a.rar", b"Rar!", "E412"),
    "outside entity": ("a.docx", part(OUTSIDE), "E416"),
    "outside entity in UTF-16": ("a.docx", part(OUTSIDE.encode("utf-16")), "E416"),
    "laughs": ("a.docx", part(laughs(DOCUMENT)), "E416"),
    "laughs in styles": ("a.xlsx", None, "E416"),
    "huge text": ("a.docx", part(DOCUMENT.replace("TEXT", "x" * 11 * MEGABYTE)), "E415"),
    "bomb": ("a.docx", part(b"<a>" + b" " * 70 * MEGABYTE + b"</a>"), "E415"),
    "bomb in a zip": ("a.zip", zipped({"a.txt": b"a" * 20 * MEGABYTE}), "E415"),
    "many members": ("a.zip", zipped({f"{n}.txt": "" for n in range(MOST_MEMBERS + 1)}), "E415"),
    "archive in archive": ("a.zip", zipped({"b.zip": zipped({"a.txt": SENTENCE})}), "E420"),
    "nothing in archive": ("a.zip", zipped({".DS_Store": "x"}), "E421"),
    "no text column": ("a.csv", "区,数值\n甲,3\n".encode(), "E418"),
    "open quote": ("a.csv", '标题,正文\n甲,"没有关上\n'.encode(), "E424"),
    "too large": ("a.txt", "街".encode() * 6 * MEGABYTE, "E410"),
}
with zipfile.ZipFile(BytesIO(workbook())) as _whole:
    _files = {name: _whole.read(name) for name in _whole.namelist()}
_files["xl/styles.xml"] = laughs("<styleSheet>TEXT</styleSheet>").encode()
BAD["laughs in styles"] = ("a.xlsx", zipped(_files), "E416")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_problem_and_the_rest_is_read(tmp_path, name):
    file, content, code = BAD[name]
    (tmp_path / file).write_bytes(content)
    (tmp_path / "good.txt").write_text(SENTENCE, encoding="utf-8")
    corpus = pbgov.read_corpus(tmp_path)
    assert [document.doc_id for document in corpus] == ["good"]
    assert corpus.problems.code.tolist() == [code]
    (row,) = corpus.problems.itertuples()
    assert row.path.startswith(str(tmp_path / file))
    assert "。" in row.zh
    assert row.en.endswith(".")


def test_half_utf8_and_half_gbk_is_refused_with_the_place():
    good, other = SENTENCE.encode(), SENTENCE.encode("gb18030")
    with pytest.raises(MixedEncodingError) as caught:
        decode(good * 9 + other * 3)
    assert (caught.value.encoding, caught.value.start) == ("utf-8", len(good) * 9)
    with pytest.raises(MixedEncodingError) as caught:
        decode(other * 9 + good * 3)
    assert (caught.value.encoding, caught.value.start) == ("gb18030", len(other) * 9)


def test_the_sentence_on_mixed_encodings_names_the_byte(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"ab\n" + SENTENCE.encode() * 5 + SENTENCE.encode("gbk"))
    with pytest.raises(pbgov.DataFileError, match=f"第 {3 + 5 * len(SENTENCE.encode()) + 1} 字节"):
        pbgov.read_document(tmp_path / "a.txt")


def test_a_size_that_the_header_hides_is_not_unpacked():
    bomb = bytearray(zipped({"a.txt": b"a" * 20 * MEGABYTE}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.index(signature) + offset
        bomb[at : at + 4] = (1000).to_bytes(4, "little")
    container = Container(bytes(bomb), "a.zip")
    with pytest.raises(pbgov.DataFileError, match="E414"):
        container.read("a.txt")


@posix
def test_what_is_no_regular_file_does_not_hold_up_the_reading(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    with socket.socket(socket.AF_UNIX) as bound:
        before = Path.cwd()
        os.chdir(tmp_path)
        try:
            bound.bind("socket.txt")
        finally:
            os.chdir(before)
    (tmp_path / "good.txt").write_text(SENTENCE, encoding="utf-8")
    corpus = pbgov.read_corpus(tmp_path)
    assert [document.doc_id for document in corpus] == ["good"]
    problems = {Path(row.path).name: row.code for row in corpus.problems.itertuples()}
    assert problems == {
        "pipe.txt": "E422",
        "device.txt": "E422",
        "socket.txt": "E422",
        "loop.txt": "E407",
        "gone.txt": "E407",
    }


@posix
def test_a_file_that_may_not_be_read_is_a_problem(tmp_path):
    (tmp_path / "a.txt").write_text(SENTENCE, encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    if os.access(tmp_path / "a.txt", os.R_OK):
        pytest.skip("the superuser may read everything")
    assert pbgov.read_corpus(tmp_path).problems.code.tolist() == ["E407"]


def test_a_folder_that_may_not_be_opened_is_said(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(pbgov.DataFileError, match="E407"):
        pbgov.read_corpus(tmp_path)


def test_names_of_every_kind_are_shown(tmp_path):
    names = ["a\nb.txt", "🧭 '\"{}.txt", "a%s#c.txt", "é.txt"]
    for name in names:
        (tmp_path / name).write_text(SENTENCE + name, encoding="utf-8")
    written = os.fsencode(tmp_path) + b"/" + "基层".encode("gbk")
    Path(os.fsdecode(written + b".txt")).write_text(SENTENCE, encoding="utf-8")
    Path(os.fsdecode(written + b".xyz")).write_text(SENTENCE, encoding="utf-8")
    corpus = pbgov.read_corpus(tmp_path)
    assert {document.doc_id for document in corpus} == {
        *(name.removesuffix(".txt") for name in names),
        "基层",
    }
    assert corpus.documents.path.str.len().gt(0).all()
    assert corpus.problems.path.tolist() == [f"{tmp_path}/基层.xyz"]


def test_a_thousand_files_are_read(tmp_path):
    for number in range(1000):
        (tmp_path / f"{number:04d}.txt").write_text(f"街道建立第{number}个议事厅。", "utf-8")
    corpus = pbgov.read_corpus(tmp_path)
    assert [document.doc_id for document in corpus] == [f"{n:04d}" for n in range(1000)]
    assert corpus.problems.empty


LARGE = """
import resource, sys, zipfile
from pathlib import Path
import pbgov, pbgov.corpus.readers, openpyxl, lxml.etree
folder = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
corpus = pbgov.read_corpus(folder)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(corpus), ",".join(corpus.problems.code), (after - before) // 1024)
"""


def written(folder, kind):
    if kind == "one line of 100 MB":
        with (folder / "a.txt").open("wb") as lines:
            for _ in range(100):
                lines.write("街道".encode() * (MEGABYTE // 6))
        return
    paragraphs = "".join(f"<w:p><w:r><w:t>{n * 7919:x}</w:t></w:r></w:p>" for n in range(600_000))
    cell = f"<w:tbl><w:tr><w:tc>{paragraphs}</w:tc></w:tr></w:tbl>"
    (folder / "a.docx").write_bytes(docx(cell))


@linux
@pytest.mark.parametrize(
    ("kind", "code"), [("one line of 100 MB", "E410"), ("a cell of 600,000 paragraphs", "E415")]
)
def test_memory_stays_bounded(tmp_path, kind, code):
    written(tmp_path, kind)
    run = [sys.executable, "-c", LARGE, str(tmp_path)]
    said = subprocess.run(run, capture_output=True, text=True, check=True, timeout=120).stdout
    n_read, codes, megabytes = said.split()
    assert (n_read, codes) == ("0", code)
    assert int(megabytes) < 500


@pytest.mark.parametrize(
    ("content", "kind"),
    [  # signatures as the makers of the formats publish them
        (b"\x1f\x8b\x08\x00", "gz"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x", "mhtml"),
        (b"\xef\xbb\xbfx", ""),
        (b"PK\x03\x04", "zip?"),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(content, kind):
    assert kind_of(content) == kind
