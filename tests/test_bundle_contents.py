"""Bundles that must not be opened, and files compared by what they say."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from pbgov.errors import DataFileError
from pbgov.replay.checking import check_bundle
from pbgov.replay.contents import MOST_MEMBERS, Contents, clashes, is_safe_name
from pbgov.replay.likeness import compare_files

if TYPE_CHECKING:
    from pathlib import Path


def zipped(path: Path, members: list[tuple[str, bytes]], attributes: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = attributes << 16
            archive.writestr(info, content)
    return path


def codes(path: Path) -> set[str]:
    with pytest.raises(DataFileError) as raised:
        check_bundle(path)
    return {one.code for one in raised.value.findings}


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "study/../../evil",
        "/etc/passwd",
        "C:/evil",
        "a\\..\\b",
        "study//x",
        "study/./x",
        "nul",
        "study/CON.txt",
        "study/x.",
        "study/x ",
        "study/a\x01b",
        "a:b",
        "study/a|b",
        "study/con .txt",
        "study/CONIN$",
        "study/COM¹.csv",
        "study/a\u202egpj.md",
        "study/study\u200b.toml",
        "study/" + "x" * 256,
    ],
)
def test_names_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    assert not is_safe_name(name)
    assert codes(zipped(tmp_path / "b.zip", [(name, b"x")])) == {"E811"}
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize(
    "name", ["study/data/cases/示例 文档（一）.md", "a", "𠮷/街.csv", "x..y/.hidden"]
)
def test_plain_names_are_taken(name: str) -> None:
    assert is_safe_name(name)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    bundle = zipped(tmp_path / "b.zip", [("study/link", b"/etc/passwd")], kind | 0o777)
    assert codes(bundle) == {"E811"}


def test_links_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "BUNDLE.json").symlink_to("/etc/passwd")
    assert codes(folder) == {"E811"}


@pytest.mark.parametrize(
    "names", [["a", "a"], ["study/A.md", "study/a.md"], ["a/b", "a"], ["e\u0301", "\u00e9"]]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_are_one_file_somewhere_are_refused(tmp_path: Path, names: list[str]) -> None:
    assert codes(zipped(tmp_path / "b.zip", [(name, b"x") for name in names])) == {"E812"}


def test_clashes() -> None:
    assert clashes(["a/b", "a/c", "b"]) == []
    assert clashes(["a", "A"]) == ["A"]
    assert clashes(["a/b", "a"]) == ["a/b"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bundle = zipped(tmp_path / "b.zip", [("study/zeros", b"\0" * 20_000_000)])
    assert bundle.stat().st_size < 100_000
    assert codes(bundle) == {"E813"}


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    bundle = tmp_path / "b.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for number in range(MOST_MEMBERS + 1):
            archive.writestr(f"f{number}", b"")
    assert codes(bundle) == {"E813"}


def test_a_member_that_holds_more_than_it_states_is_refused(tmp_path: Path) -> None:
    content = b"x" * 50_000
    bundle = zipped(tmp_path / "b.zip", [("BUNDLE.json", content)])
    raw = bytearray(bundle.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)  # the size stated in the directory
    bundle.write_bytes(raw)
    assert codes(bundle) == {"E814"}


def test_damage_is_told(tmp_path: Path) -> None:
    bundle = zipped(tmp_path / "b.zip", [("BUNDLE.json", json.dumps({"a": "b" * 999}).encode())])
    raw = bytearray(bundle.read_bytes())
    raw[60:70] = b"\xff" * 10
    bundle.write_bytes(raw)
    assert codes(bundle) == {"E814"}
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04nonsense")
    assert codes(tmp_path / "no.zip") == {"E810"}
    assert codes(tmp_path / "absent.zip") == {"E810"}
    assert codes(zipped(tmp_path / "c.zip", [("other", b"")])) == {"E810"}


@pytest.mark.parametrize(
    "manifest",
    [
        b"{",
        b"[]",
        b'{"bundle": 2}',
        b'{"bundle": 1}',
        b'{"bundle": 1, "title": "x", "study": "study", "output": "../x", "files": []}',
        b'{"bundle": 1, "title": "x", "study": "study", "output": "r",'
        b' "files": [{"path": "../x", "sha256": ""}]}',
        b"[" * 100_000,
    ],
)
def test_a_list_that_cannot_be_understood_is_refused(tmp_path: Path, manifest: bytes) -> None:
    assert codes(zipped(tmp_path / "b.zip", [("BUNDLE.json", manifest)])) == {"E815"}


def test_reading_gives_what_was_packed(tmp_path: Path) -> None:
    contents = Contents(zipped(tmp_path / "b.zip", [("b/c", b"two"), ("a", b"one")]))
    assert contents.sizes == {"a": 3, "b/c": 3}
    assert contents.read("a", 10) == b"one"
    with pytest.raises(DataFileError, match="E813"):
        contents.read("a", 2)
    contents.unpack("b/c", tmp_path / "out" / "c")
    assert (tmp_path / "out" / "c").read_bytes() == b"two"
    contents.close()


@pytest.mark.parametrize(
    ("ending", "one", "other", "likeness", "detail"),
    [
        (".csv", "a,b\n1,0.5\n", "a,b\r\n1,0.50000000001\r\n", "same content", "逐格"),
        (".csv", "a,b\n1,0.5\n", "a,b\n1,0.51\n", "different", "第 2 行“b”：0.5 → 0.51"),
        (".csv", "a\n110101\n", "a\n110102\n", "different", "110101"),
        (".csv", "a\n861000000000\n", "a\n861000000001\n", "different", "861"),
        (".csv", "a\n1\n", "a\n1\n2\n", "different", "行数 2 → 3"),
        (".csv", "a,b\n1,2\n", "a,b\n1\n", "different", "列数"),
        (".csv", "a\n甲\n", "a\n乙\n", "different", "甲 → 乙"),
        (".json", '{"a": [1, 0.1]}', '{"a": [1, 0.10000000000001]}', "same content", "数值"),
        (".json", '{"a": [1, 2]}', '{"a": [1, 3]}', "different", "a[1]：2 → 3"),
        (".json", '{"a": NaN}', '{ "a": NaN}', "same content", "数值"),
        (".json", '{"a": 1}', '{"b": 1}', "different", "项目"),
        (".json", '{"a": true}', '{"a": 1}', "different", "a：True → 1"),
        (".txt", "一 二", "一  二\n", "same content", "文字"),
        (".txt", "一 二 三", "一 二 四", "different", "“三”变成“四”"),
        (
            ".html",
            "<p>x<script>1</script></p>",
            "<p>x<script>2</script></p>",
            "other looks",
            "看不见",
        ),
        (".html", "<p>x 1</p>", "<p>x 2</p>", "different", "“1”变成“2”"),
        (".svg", "<svg><g id='a'/></svg>", "<svg> <g id='a'></g></svg>", "same content", "元素"),
        (".svg", "<svg><g id='a'/></svg>", "<svg><g id='b'/></svg>", "other looks", "元素"),
        (".bin", "a", "b", "unjudged", ""),
        (".json", "{", "[", "different", "读不出"),
    ],
)
def test_files_are_compared_by_what_they_say(
    tmp_path: Path, ending: str, one: str, other: str, likeness: str, detail: str
) -> None:
    before, after = tmp_path / f"one{ending}", tmp_path / f"other{ending}"
    before.write_bytes(one.encode())
    after.write_bytes(other.encode())
    found = compare_files(before, after)
    assert found.likeness == likeness
    assert detail in found.detail
    assert compare_files(before, before).likeness == "identical"


def test_office_files_workbooks_and_pictures(tmp_path: Path) -> None:
    import docx
    import openpyxl
    from PIL import Image

    def word(name: str, text: str, author: str) -> Path:
        document = docx.Document()
        document.add_paragraph(text)
        document.core_properties.author = author
        document.save(str(tmp_path / name))
        return tmp_path / name

    first = word("a.docx", "共 108 条", "x")
    assert compare_files(first, word("b.docx", "共 108 条", "y")).likeness == "other looks"
    repacked = tmp_path / "r.docx"
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(repacked, "w") as new:
        for member in old.namelist():
            new.writestr(member, old.read(member))
    assert compare_files(first, repacked).likeness == "same content"
    changed = compare_files(first, word("c.docx", "共 109 条", "x"))
    assert changed.likeness == "different"
    assert "108" in changed.detail

    def workbook(name: str, value: float) -> Path:
        book = openpyxl.Workbook()
        book.properties.created = datetime(2026, 1, 1)
        book.properties.modified = datetime(2026, 1, 1)
        book.active.append(["区", value])
        book.save(tmp_path / name)
        return tmp_path / name

    cells = workbook("a.xlsx", 0.5)
    assert compare_files(cells, workbook("b.xlsx", 0.5 + 1e-13)).likeness == "same content"
    assert "0.5 → 0.6" in compare_files(cells, workbook("c.xlsx", 0.6)).detail

    def picture(name: str, shade: int, **options: object) -> Path:
        Image.new("RGB", (4, 4), (shade, 0, 0)).save(tmp_path / name, **options)
        return tmp_path / name

    red = picture("a.png", 9)
    assert compare_files(red, picture("b.png", 9, compress_level=0)).likeness == "same content"
    assert compare_files(red, picture("c.png", 8)).likeness == "other looks"


def test_a_damaged_docx_is_no_crash(tmp_path: Path) -> None:
    for name, content in (("a.docx", b"PK"), ("b.docx", io.BytesIO(b"x").getvalue())):
        (tmp_path / name).write_bytes(content)
    assert compare_files(tmp_path / "a.docx", tmp_path / "b.docx").likeness == "different"
