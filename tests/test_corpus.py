"""Reading documents: no character lost, no file that fails without a word."""

from __future__ import annotations

import random
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

import pbgov
from pbgov.corpus.document import count_han, digest_text
from pbgov.corpus.encodings import common_characters, decode

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "青石街道党工委建立楼门长例会，居民反映的问题当月答复。\n第二季度起，社区设议事厅。\n"
TRADITIONAL = "青石街道黨工委建立樓門長例會，居民反映的問題當月答覆。\n第二季度起，社區設議事廳。\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_every_character_of_a_file_survives(tmp_path):
    hostile = "甲\r\n乙\r丙\u2028丁\x85戊\u00a0己\u3000\ufeff庚\u200b𠀀🧭\t \n\n"
    document = pbgov.read_document(write(tmp_path, "a.txt", hostile))
    assert document.raw == hostile
    assert "".join(char for char in document.text if char.isalnum()) == "甲乙丙丁戊己庚𠀀"
    for place, char in enumerate(hostile):
        if char.isalnum():
            start, end = document.to_text(place, place + 1)
            assert char in document.text[start:end]
    assert document.digest == sha256(hostile.encode()).hexdigest()
    assert document.encoding == "utf-8"
    assert document.doc_id == "a"
    assert document.metadata == {}


@pytest.mark.parametrize(
    ("encoding", "text", "named"),
    [
        ("utf-8", PLAIN, "utf-8"),
        ("utf-8-sig", PLAIN, "utf-8-sig"),
        ("utf-16", PLAIN, "utf-16"),
        ("utf-32", PLAIN, "utf-32"),
        ("gb2312", PLAIN, "gb18030"),
        ("gb18030", PLAIN, "gb18030"),
        ("gb18030", TRADITIONAL, "gb18030"),
        ("big5", TRADITIONAL, "big5"),
        ("utf-16-le", PLAIN, "utf-16-le"),
        ("utf-16-be", TRADITIONAL, "utf-16-be"),
        ("hz", PLAIN, "hz"),
    ],
)
def test_a_file_is_read_in_the_encoding_it_was_written_in(tmp_path, encoding, text, named):
    document = pbgov.read_document(write(tmp_path, "a.txt", text.encode(encoding)))
    assert (document.raw, document.encoding) == (text, named)


@pytest.mark.parametrize("length", [20, 60, 200, 2000])
def test_encodings_of_stretches_of_real_articles(shared, length):
    def chinese(name):
        found = (shared / "articles" / name).read_text(encoding="utf-8")
        return "".join(char for char in found if ord(char) > 127)

    simplified = chinese("000_two-new-beijing.txt")
    traditional = chinese("004_two-wholes-chaoyang.txt")
    draw = random.Random(length)
    for text, encoding in [
        (simplified, "gb18030"),
        (traditional, "gb18030"),
        (traditional, "big5"),
        (traditional, "big5hkscs"),
    ]:
        for _ in range(50):
            start = draw.randrange(len(text) - length)
            content = text[start : start + length].encode(encoding, errors="ignore")
            assert decode(content)[0] == content.decode(encoding)


def test_the_common_characters_come_from_the_standards():
    common = common_characters()
    assert {"的", "治", "們", "會", "。"} <= common
    assert not {"鎭", "乂", "\ue000"} <= common
    # GB 2312-1980 puts 3755 characters in its first level, Big5 5401
    assert 5401 < len(common) < 3755 + 5401


def test_broken_utf8_is_refused_not_read_as_something_else(tmp_path):
    content = PLAIN.encode()
    path = write(tmp_path, "a.txt", content[:31] + content[32:])
    with pytest.raises(pbgov.DataFileError, match=r"E401.*") as caught:
        pbgov.read_document(path)
    assert "第 31 字节" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "code", "seen"),
    [
        ("a.txt", "Ω".encode("cp1253") * 9, "E401", "1"),
        ("a.txt", b"", "E402", ""),
        ("a.md", " \r\n\u3000\n", "E402", ""),
        ("a.md", "+++\nid = 'x'\n+++\n\n", "E402", ""),
        ("a.txt", b"PK\x03\x04\x00\x00", "E403", "4"),
        ("a.md", "+++\nid = 'x'\n正文。\n", "E404", "+++"),
        ("a.md", "+++\nid = 'x'\ntitle = \n+++\n正文。\n", "E404", "line 3"),
        ("a.md", "+++\nid = 7\n+++\n正文。\n", "E404", "id = 7"),
        ("a.md", "+++\nid = ''\n+++\n正文。\n", "E404", "id"),
        ("a.md", "+++\nauthors = [1]\n+++\n正文。\n", "E404", "authors"),
        ("a.xyz", b"PK", "E406", ".xyz"),
    ],
)
def test_a_bad_file_is_named_with_its_code(tmp_path, name, content, code, seen):
    path = write(tmp_path, name, content)
    with pytest.raises(pbgov.DataFileError) as caught:
        pbgov.read_document(path)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert finding.path == str(path)
    assert seen in finding.seen
    write(tmp_path, "good.txt", PLAIN)
    corpus = pbgov.read_corpus(tmp_path)
    assert [document.doc_id for document in corpus] == ["good"]
    assert corpus.problems[["path", "code"]].to_numpy().tolist() == [[str(path), code]]
    assert corpus.problems.zh.str.len().gt(5).all()


def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(pbgov.DataFileError, match="E407"):
        pbgov.read_document(tmp_path / "none.txt")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter_becomes_metadata_and_stays_text(tmp_path, end):
    lines = [
        "+++",
        'id = "demo"',
        'title = "甲"',
        'authors = ["乙", "丙"]',
        "published = 2021-03-04",
    ]
    lines += ['district = ""', 'city = "云州市"', 'kept = "as it is"', "+++ ", "", "正文。"]
    text = end.join(lines)
    document = pbgov.read_document(write(tmp_path, "file.md", text))
    assert document.raw == document.text == text
    assert document.doc_id == "demo"
    assert document.metadata["kept"] == "as it is"
    row = pbgov.Corpus([document]).documents.iloc[0]
    assert row[["title", "authors", "published", "city"]].tolist() == [
        "甲",
        "乙、丙",
        "2021-03-04",
        "云州市",
    ]
    assert row[["district", "region_code", "venue", "unverified"]].isna().all()


def test_empty_front_matter_is_no_fault(tmp_path):
    assert pbgov.read_document(write(tmp_path, "a.md", "+++\n+++\n正文。")).doc_id == "a"


def test_a_corpus_is_in_order_of_name_and_lists_what_it_left(tmp_path):
    for name in ["b.txt", "a.md", "10.TXT"]:
        write(tmp_path, name, PLAIN)
    write(tmp_path, "z.md", '+++\nid = "a"\n+++\n正文。')
    for hidden in [".DS_Store", "~$a.docx", "Thumbs.db", "desktop.ini"]:
        write(tmp_path, hidden, b"\x00")
    (tmp_path / "older").mkdir()
    corpus = pbgov.read_corpus(tmp_path)
    assert [document.doc_id for document in corpus] == ["10", "a", "b"]
    assert corpus.problems.code.tolist() == ["W451", "E405"]
    assert "a.md" in corpus.problems.zh[1]
    assert corpus["a"] is corpus[1]
    assert "a" in corpus
    assert "z" not in corpus
    assert corpus.text_of("b", 0, 4) == "青石街道"
    assert [document.doc_id for document in corpus[1:]] == ["a", "b"]
    with pytest.raises(pbgov.InputError, match="'z'"):
        corpus["z"]
    with pytest.raises(pbgov.InputError, match="not a stretch"):
        corpus.text_of("b", 0, 10_000)


def test_a_corpus_needs_a_folder_with_something_in_it(tmp_path):
    with pytest.raises(pbgov.InputError, match="no such folder"):
        pbgov.read_corpus(tmp_path / "none")
    write(tmp_path, ".DS_Store", b"\x00")
    with pytest.raises(pbgov.DataFileError, match="E408"):
        pbgov.read_corpus(tmp_path)


def test_two_documents_of_one_id_are_refused(tmp_path):
    document = pbgov.read_document(write(tmp_path, "a.txt", PLAIN))
    with pytest.raises(pbgov.InputError, match="'a'"):
        pbgov.Corpus([document, document])


def test_a_corpus_without_a_readable_document_keeps_its_columns(tmp_path):
    write(tmp_path, "a.xyz", b"%PDF")
    corpus = pbgov.read_corpus(tmp_path)
    assert len(corpus) == 0
    assert "n_han" in corpus.documents
    assert len(corpus.problems) == 1


def test_han_characters_of_the_articles_as_counted_by_hand(shared):
    # DOMAIN.md, section 0
    for name, characters, han in [
        ("000_two-new-beijing", 12289, 10688),
        ("001_urban-party-building-beijing", 4897, 4217),
    ]:
        document = pbgov.read_document(shared / "articles" / f"{name}.txt")
        assert (len(document.raw), count_han(document.raw)) == (characters, han)


def test_the_shipped_documents_are_read_without_a_problem(root):
    corpus = pbgov.read_corpus(root / "data" / "cases")
    assert len(corpus) == 5
    assert corpus.problems.empty
    assert corpus.documents.set_index("doc_id").district.dropna().to_dict() == {
        "street-governance-shanghai-2024": "黄浦区",
        "two-wholes-chaoyang-2020": "朝阳区",
    }


def test_text_digests_are_those_of_sha256():
    # published vector: SHA-256("abc"), FIPS 180-2
    assert digest_text("abc") == "ba7816bf8f01cfea"


# ---- remarks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("---\ntitle: 甲\ncity: 云州市\n---\n\n正文。", ["W452"]),
        ("---\r\ntitle：甲\r\n---\r\n正文。", ["W452"]),
        ('\n+++\ntitle = "甲"\n+++\n正文。', ["W452"]),
        ("---\n\n正文没有元数据。\n\n---\n", []),
        ("正文。\n\n---\nnote: 甲\n---\n", []),
        ('+++\ntitle = "甲"\ntitel = "乙"\n+++\n正文。', ["W453"]),
        ('+++\ntitle = "甲"\npublished = 2020-01-02\n+++\n正文。', []),
        ("".join(f"第{n}条　业主享有权利。\n" for n in "一二三四五"), ["W455"]),
        ("按照第一条、第二条、第三条、第四条和第五条办理。", []),
        ("街道建立責任清單，將居民反映事項逐項派到科室。", []),
        (
            "街道党工委书记朱镕基、陶喆、黄燊与里辦公處座谈，建立了联席会议制度，每月议事一次。"
            * 2,
            [],
        ),
        ("正文。", []),
    ],
)
def test_what_was_read_otherwise_than_meant_is_remarked_on(tmp_path, text, codes):
    write(tmp_path, "a.md", text)
    corpus = pbgov.read_corpus(tmp_path)
    assert corpus.remarks.code.tolist() == codes
    assert corpus.problems.empty
    assert corpus[0].raw == text


def test_one_text_in_two_files_is_remarked_on(tmp_path):
    write(tmp_path, "a.md", '+++\ncity = "云州市"\n+++\n\n' + PLAIN)
    write(tmp_path, "b.txt", PLAIN.replace("\n", "\r\n").encode("gb18030"))
    write(tmp_path, "c.txt", PLAIN + "另有一句。")
    remarks = pbgov.read_corpus(tmp_path).remarks
    assert remarks.code.tolist() == ["W454"]
    assert remarks.path.str.endswith("b.txt").all()
    assert "与 a 完全相同" in remarks.zh[0]
