"""Files that were made to do harm, or were damaged, are refused with a finding; nothing is opened."""

from __future__ import annotations

import io
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest

import pbgov
from pbgov.corpus.document import Document, digest_text
from pbgov.errors import DataFileError
from pbgov.exchange.qdpx import read_qdc, read_qdpx, write_qdpx
from pbgov.exchange.refi import archive, structure
from pbgov.exchange.refi.written_text import restore

sys.path.insert(0, str(Path(__file__).parent))
from qdpx_files import CODE, SOURCE, gid, project, qdpx, selection, text_source

XML = project(text_source([selection(0, 2, "党建")]))
FILES = {f"{SOURCE}.txt": "党建引领".encode()}


def refused(path: Path) -> str:
    with pytest.raises(DataFileError) as error:
        read_qdpx(path)
    (finding,) = error.value.findings
    assert finding.zh
    assert finding.en
    return finding.code


def archived(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return path


def test_what_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    for content in (b"", b"PK\x03\x04", b"<Project/>", b"\0" * 1000):
        path.write_bytes(content)
        assert refused(path) == "E601"


def test_no_project_or_several(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    assert refused(archived(path, ("inside/project.qde", XML.encode()))) == "E602"
    assert refused(archived(path, (".project.qde", XML.encode()))) == "E602"
    both = ("project.qde", XML.encode()), ("other.QDE", XML.encode())
    assert refused(archived(path, *both)) == "E603"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "sources/../../evil.txt",
        "/etc/evil",
        "C:/evil.txt",
        "sources\\..\\evil.txt",
        "a\nb",
    ],
)
def test_names_that_lead_out(name: str, tmp_path: Path) -> None:
    path = archived(tmp_path / "a.qdpx", ("project.qde", XML.encode()), (name, b"x"))
    assert refused(path) == "E604"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.qdpx"]


def test_one_name_twice(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archived(tmp_path / "a.qdpx", ("project.qde", XML.encode()), ("project.qde", b"x"))
    assert refused(path) == "E605"


def test_encrypted_and_linked_members(tmp_path: Path) -> None:
    path = qdpx(tmp_path / "a.qdpx", XML, FILES)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(bytes(content))
    assert refused(path) == "E606"
    link = zipfile.ZipInfo(f"sources/{SOURCE}.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(archived(path, ("project.qde", XML.encode()), (link, b"/etc/passwd"))) == "E607"


def with_sizes(path: Path, name: str, stated: int) -> Path:
    """State another size of a member in the headers than it has."""
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.find(magic)
        while at >= 0:
            length = struct.unpack_from("<H", content, at + (28 if offset == 24 else 26))[0]
            begin = at + (46 if offset == 24 else 30)
            if content[begin : begin + length] == name.encode():
                struct.pack_into("<I", content, at + offset, stated)
            at = content.find(magic, at + 4)
    path.write_bytes(bytes(content))
    return path


def test_bombs_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.qdpx"
    bomb = b"\0" * (20 * archive.MEGABYTE)
    assert refused(archived(path, ("project.qde", XML.encode()), ("sources/b.txt", bomb))) == "E608"
    file = qdpx(path, XML, FILES)
    assert refused(with_sizes(file, f"sources/{SOURCE}.txt", 2**31)) == "E608"  # 2 GB and a byte
    many = [(f"sources/{number}.txt", b"x") for number in range(20)]
    archived(path, ("project.qde", XML.encode()), *many)
    monkeypatch.setattr(archive, "MOST_MEMBERS", 20)
    assert refused(path) == "E608"
    monkeypatch.setattr(archive, "MOST_MEMBERS", 21)
    assert read_qdpx(path).losses["count"].max() == 20
    monkeypatch.setattr(archive, "MOST_UNPACKED", 500)
    noise = bytes(range(256)) * 100
    archived(path, ("project.qde", XML.encode()), ("sources/b.txt", noise))
    assert refused(path) == "E608"


def test_headers_that_lie_are_found_out(tmp_path: Path) -> None:
    name = f"sources/{SOURCE}.txt"
    long = {f"{SOURCE}.txt": "党建引领".encode() * 1000}
    small = with_sizes(qdpx(tmp_path / "a.qdpx", XML, long), name, 12)
    assert refused(small) == "E609"
    large = with_sizes(qdpx(tmp_path / "b.qdpx", XML, FILES), name, 5000)
    assert refused(large) == "E609"


def test_damaged_members_and_other_packings(tmp_path: Path) -> None:
    path = qdpx(tmp_path / "a.qdpx", XML, {f"{SOURCE}.txt": bytes(range(256)) * 40})
    content = bytearray(path.read_bytes())
    at = content.index(f"sources/{SOURCE}.txt".encode()) + 60
    content[at : at + 40] = b"\xff" * 40
    path.write_bytes(bytes(content))
    assert refused(path) == "E609"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr("project.qde", XML)
    assert refused(path) == "E609"


DOCTYPES = {
    "another file": '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "another computer": '<!DOCTYPE Project SYSTEM "http://127.0.0.1:9/x.dtd">',
    "parameter entity": '<!DOCTYPE Project [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
    "laughs": "<!DOCTYPE Project [<!ENTITY a 'haha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1 if n else str()};' * 10}'>" for n in range(9))
    + "]>",
    "nothing": "<!DOCTYPE Project>",
}


@pytest.mark.parametrize("kind", DOCTYPES)
def test_no_doctype_is_read(kind: str, tmp_path: Path) -> None:
    entity = "&a8;" if kind == "laughs" else "&x;" if "ENTITY x" in DOCTYPES[kind] else ""
    hostile = XML.replace("?>\n", f"?>\n{DOCTYPES[kind]}\n", 1)
    hostile = hostile.replace("</Project>", f"<Description>{entity}</Description></Project>")
    for encoding in ("utf-8", "utf-16"):
        xml = hostile.replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding)
        assert refused(qdpx(tmp_path / "a.qdpx", xml, FILES)) == "E610"
    book = hostile.replace("urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0")
    (tmp_path / "a.qdc").write_text(book, encoding="utf-8")
    with pytest.raises(DataFileError, match="E610"):
        read_qdc(tmp_path / "a.qdc")


def test_xml_that_is_none_or_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.qdpx"
    for broken in (XML[:-20], "", "no xml", XML.replace("王编码", "\x01"), XML + "<x/>"):
        assert refused(qdpx(path, broken, FILES)) == "E611"
    assert (
        refused(qdpx(path, XML.encode()[:300] + b"\xff\xfe" + XML.encode()[300:], FILES)) == "E611"
    )
    assert refused(qdpx(path, XML.replace('"utf-8"', '"klingon"'), FILES)) == "E611"
    deep = "<Code>" * 3000
    assert refused(qdpx(path, XML.replace("<Codes>", f"<Codes>{deep}"), FILES)) == "E611"
    assert refused(qdpx(path, XML.replace(":project:1.0", ":project:9.0"), FILES)) == "E612"
    assert refused(qdpx(path, '<html xmlns="http://www.w3.org/1999/xhtml"/>', FILES)) == "E612"
    codebook = '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes/></CodeBook>'
    assert refused(qdpx(path, codebook, FILES)) == "E612"
    monkeypatch.setattr(structure, "MOST_ELEMENTS", 5)
    assert refused(qdpx(path, XML, FILES)) == "E608"


def test_codebooks_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.qdc"
    for content, code in ((XML, "E612"), ("<x", "E611"), ("", "E611")):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataFileError, match=code):
            read_qdc(path)


@pytest.mark.parametrize(
    "path",
    [
        "absolute:///etc/passwd",
        "relative:///../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/x",
    ],
)
def test_files_outside_are_never_opened(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = XML.replace(f"internal://{SOURCE}.txt", path)
    file = qdpx(tmp_path / "a.qdpx", xml, FILES)
    opened: list[str] = []
    monkeypatch.setattr(Path, "open", lambda self, *_: opened.append(str(self)))
    reading = read_qdpx(file)
    assert opened == []
    assert [finding.code for finding in reading.findings] == ["E622"]
    assert reading.texts == {}
    assert reading.losses.set_index("kind")["count"].to_dict() == {
        "external": 1, "broken": 1, "unread_selections": 1, "unread_codings": 1, "unused_files": 1
    }  # fmt: skip


@pytest.mark.parametrize("name", ["../project.qde", "a/b.txt", "missing.txt", "..\\x"])
def test_internal_names_stay_inside_sources(name: str, tmp_path: Path) -> None:
    xml = XML.replace(f"internal://{SOURCE}.txt", f"internal://{name}")
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, FILES))
    assert [finding.code for finding in reading.findings] == ["E621"]
    assert reading.texts == {}


def test_text_in_no_known_encoding(tmp_path: Path) -> None:
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", XML, {f"{SOURCE}.txt": "党建引领".encode("gbk")}))
    assert [finding.code for finding in reading.findings] == ["E623"]
    assert reading.texts == {}


def test_codings_of_nothing_are_left_out_and_named(tmp_path: Path) -> None:
    nowhere = XML.replace(f'targetGUID="{CODE}"', f'targetGUID="{gid("nowhere")}"')
    twice = XML.replace("</Codes>", f'<Code guid="{CODE}" name="另一个" isCodable="true"/></Codes>')
    for xml, code in ((nowhere, "E616"), (twice, "E617")):
        reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, FILES))
        assert [finding.code for finding in reading.findings] == [code]
        assert list(reading.losses["kind"]) == ["broken"]
        assert reading.match().codings.empty


HOSTILE_RECORDS = (
    'pbgov:coding {"doc_id":1}',
    'pbgov:coding {"doc_id":"访谈一","start":-1,"end":2,"code_id":"x","coder":"y","value":1,'
    '"status":"judged","text_digest":"d","codebook_version":"1"}',
    'pbgov:coding {"doc_id":"访谈一","start":true,"end":2,"code_id":"x","coder":"y","value":1,'
    '"status":"judged","text_digest":"d","codebook_version":"1"}',
    'pbgov:coding {"doc_id":"访谈一","start":0,"end":2,"code_id":"x","coder":"y","value":7,'
    '"status":"judged","text_digest":"d","codebook_version":"1"}',
    "pbgov:state " + '{"a":' * 3000 + "1" + "}" * 3000,
    'pbgov:document {"doc_id":"x","digest":"y","line_ends":[["crlf",999999999999]],"marks":10000000}',
    'pbgov:document {"doc_id":"x","digest":"y","surrogates":[["a",1]],"line_ends":7,"marks":"x"}',
    'pbgov:document {"doc_id":"x","digest":"y","line_ends":[["crlf",1],["cr",-5]]}',
)


@pytest.mark.parametrize("record", HOSTILE_RECORDS)
def test_records_that_lie_harm_nothing(record: str, tmp_path: Path) -> None:
    note = gid("note")
    words = record.replace("&", "&amp;").replace("<", "&lt;")
    written = (
        f'<Notes><Note guid="{note}"><PlainTextContent>{words}</PlainTextContent></Note></Notes>'
    )
    source = text_source([selection(0, 2, "党建")])
    source = source.replace("</Coding>", f'<NoteRef targetGUID="{note}"/></Coding>')
    source = source.replace("</TextSource>", f'<NoteRef targetGUID="{note}"/></TextSource>')
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", project(source, after_sources=written), FILES))
    assert list(reading.texts.values()) == ["党建引领"]
    codings = reading.match().codings
    assert [(c.start, c.end, c.code_id, c.coder) for c in codings.itertuples()] == [
        (0, 2, "议事协商", "王编码")
    ]


def test_a_record_cannot_fill_the_memory() -> None:
    runs = [["crlf", 1_000_000]] * 1000
    assert restore("甲\n乙", {"line_ends": runs}) is None
    assert restore("甲\n乙", {"line_ends": [["crlf", 1]]}) == "甲\r\n乙"
    assert len(restore("甲", {"marks": 10**12}) or "") < 10_000


def test_too_large_a_file_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    assert archive.MOST_OF_A_FILE == 2_147_483_647
    monkeypatch.setattr(archive, "MOST_OF_A_FILE", 200_000)
    text = "党" * 100_000
    home = Document("a", "a.txt", text, text, "utf-8", digest_text(text))
    codebook = pbgov.read_codebook(root / "data" / "codebook")
    codings = pbgov.read_codings(root / "data" / "codings")[:0]
    with pytest.raises(DataFileError, match="E626"):
        write_qdpx(tmp_path / "a.qdpx", [home], codings, codebook)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, root: Path) -> None:
    codebook = pbgov.read_codebook(root / "data" / "codebook")
    codings = pbgov.read_codings(root / "data" / "codings")[:0]
    folder = tmp_path / "a.qdpx"
    folder.mkdir()
    with pytest.raises(DataFileError, match="E630"):
        write_qdpx(folder, [], codings, codebook)
    assert folder.is_dir()
    assert [each.name for each in tmp_path.iterdir()] == ["a.qdpx"]


def test_bytes_at_random_never_do_worse_than_a_finding(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("project.qde", XML)
        made.writestr(f"sources/{SOURCE}.txt", FILES[f"{SOURCE}.txt"])
    content, path = whole.getvalue(), tmp_path / "a.qdpx"
    outcomes = set()
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(bytes(damaged))
        try:
            read_qdpx(path)
            outcomes.add("read")
        except DataFileError as error:
            outcomes |= {finding.code for finding in error.findings}
    assert "E609" in outcomes
    for length in range(0, len(content), 11):
        path.write_bytes(content[:length])
        assert refused(path) == "E601"
