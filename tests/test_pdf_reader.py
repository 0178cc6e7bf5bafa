"""PDF files made here: planted sentences come out in order, planted damage comes out listed."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pbgov.corpus.formats.pdf import read_pdf
from pbgov.corpus.formats.pdf_second import apart
from pbgov.errors import DataFileError, InputError

if TYPE_CHECKING:
    from pathlib import Path

EM = 10.0
WIDTH, HEIGHT = 595, 842
SENTENCES = [
    "清河街道把一楼的旧仓库腾了出来，改成了居民说事的会客厅，每周三下午有干部坐班。",
    "起初来的人不多，社区书记便挨家敲门，请大家先来喝一杯茶，再慢慢说心里的难处。",
    "三个月以后，楼道堆物、停车抢位、晾晒扰邻这几件老大难，都在桌边谈出了办法。",
    "驻区的银行出了桌椅，学校派来志愿者，物业公司则把公示栏换成了能随时更新的屏幕。",
    "到了秋天，隔壁两个街道前来参观，回去以后各建了四处，名字不同，做法大体一样。",
    "也有人提醒，靠热情办起来的事情，若没有固定经费，过一两年就可能慢慢冷下去。",
    "区里因此定下规矩：每处每年补助五万元，钱从党建经费里列支，用途须向居民公布。",
    "统计显示，全区共办结诉求四千二百余件，其中七成不出社区就得到了答复与解决。",
    "研究者走访后写道，真正起作用的并非房间本身，而是书记有没有权力当场拍板定事。",
    "来年打算把写字楼纳入进来，让上班的年轻人午休时也能找到人反映自己遇到的问题。",
]


class Words(NamedTuple):
    """Words set at a place, by the matrix of PDF that turns them."""

    text: str
    x: float
    y: float
    size: float = EM
    turn: tuple[int, int, int, int] = (1, 0, 0, 1)


def made(pages: list[list[Words]], **how: object) -> bytes:
    """A PDF file that sets words in a Chinese font every reader knows, without embedding it.

    How: ``encoding`` names the map of characters; ``image`` puts a picture on the pages listed;
    ``raw`` replaces the instructions of a page; ``info`` is the document information.
    """
    encoding = str(how.get("encoding", "UniGB-UTF16-H"))
    images, raw = how.get("image", ()), how.get("raw", {})
    assert isinstance(images, tuple | list)
    assert isinstance(raw, dict)
    objects: list[bytes] = [b""] * 6
    kids = []
    for number, page in enumerate(pages):
        content = b"q 595 0 0 842 0 0 cm /I Do Q\n" if number in images else b""
        for words in page:
            a, b, c, d = words.turn
            code = words.text.encode("utf-16-be").hex()
            content += (
                f"BT /F {words.size} Tf {a} {b} {c} {d} {words.x} {words.y} Tm <{code}> Tj ET\n"
            ).encode()
        packed = raw.get(number, zlib.compress(content))
        objects.append(
            b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
        )
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>/XObject<</I 6 0 R>>>>>>" % (WIDTH, HEIGHT, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    objects[2] = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/%s/DescendantFonts[4 0 R]>>"
        % (encoding.encode())
    )
    objects[3] = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500]/FontDescriptor 5 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement 4>>>>"
        % str(how.get("ordering", "GB1")).encode()
    )
    objects[4] = (
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/Ascent 880/Descent -120/CapHeight 700"
        b"/ItalicAngle 0/StemV 80/FontBBox[0 -120 1000 880]>>"
    )
    picture = zlib.compress(bytes(64))
    objects[5] = (
        b"<</Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(picture), picture)
    )
    info = str(how.get("info", "")).encode("utf-16").hex()
    objects.append(b"<</Title<%s>>>" % info.encode())
    file, places = io.BytesIO(b"%PDF-1.5\n"), []
    file.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj%s\nendobj\n" % (number, body))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    ends = b"/Info %d 0 R" % len(objects) if info else b""
    file.write(
        b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, ends, start)
    )
    return file.getvalue()


def set_in(
    paragraphs: list[str], left: float, top: float, n: int, size: float = EM, *, lead: float = 1.6
) -> list[Words]:
    """Paragraphs in lines of n characters, the first of each indented by two."""
    words = []
    for paragraph in paragraphs:
        at, first = 0, True
        while at < len(paragraph):
            room = n - 2 * first
            x = left + 2 * size * first
            words.append(Words(paragraph[at : at + room], x, top, size))
            at, first, top = at + room, False, top - lead * size
    return words


def read(content: bytes, **how: bool) -> object:
    (extract,) = read_pdf(content, "x.pdf", **how)
    return extract


def text_of(extract: object, *kinds: str) -> list[str]:
    """The paragraphs of a text outside notes and furniture (or of some kinds), line ends undone."""
    wraps = {mark.start for mark in extract.marks if mark.kind == "wrap"}
    raw = "".join(char for at, char in enumerate(extract.text) if at not in wraps)
    moved = [at - sum(wrap < at for wrap in wraps) for at in range(len(extract.text) + 1)]
    stretches = {
        (moved[mark.start], moved[mark.end]): mark.kind
        for mark in extract.marks
        if mark.kind != "wrap"
    }
    found, at = [], 0
    for paragraph in raw.rstrip("\n").split("\n\n"):
        kind = stretches.get((at, at + len(paragraph)), "")
        if (kind in kinds) if kinds else not kind:
            found.append(paragraph)
        at += len(paragraph) + 2
    return found


def codes(extract: object) -> list[str]:
    return [finding.code for finding in extract.findings]


def test_paragraphs_set_in_lines_come_out_whole_with_their_line_ends_marked():
    extract = read(made([set_in(SENTENCES, 70, 780, 30)], info="任务分工"))
    assert text_of(extract) == SENTENCES
    assert codes(extract) == []
    assert extract.metadata == {"properties": {"Title": "任务分工"}}
    wraps = [mark for mark in extract.marks if mark.kind == "wrap"]
    assert len(wraps) == sum(28 < len(sentence) <= 58 for sentence in SENTENCES)
    assert all(extract.text[mark.start : mark.end] == "\n" for mark in wraps)


@pytest.mark.parametrize("interleaved", [False, True])
def test_the_left_column_is_read_before_the_right_one(interleaved):
    title = Words("关于年度任务分工的说明", 150, 800, 20)
    left, right = set_in(SENTENCES[:5], 60, 750, 22), set_in(SENTENCES[5:], 310, 750, 22)
    columns = (
        [words for pair in zip(left, right, strict=True) for words in pair]
        if interleaved
        else left + right
    )
    extract = read(made([[title, *columns]]))
    assert text_of(extract) == ["关于年度任务分工的说明", *SENTENCES]


def test_a_paragraph_goes_on_over_columns_and_pages_and_the_furniture_stands_behind_it():
    text = ["".join(SENTENCES[:4]), "".join(SENTENCES[4:])]
    lines = set_in(text, 60, 0, 22)
    pages = []
    for number in range(4):
        body = lines[number * 5 : number * 5 + 5] if number < 3 else lines[15:]
        body = [words._replace(y=750 - 16 * place) for place, words in enumerate(body)]
        header = Words("某区治理年报", 250, 810)
        footer = Words(f"第{number + 1}页", 280, 30)
        pages.append([header, *body, footer])
    extract = read(made(pages))
    assert text_of(extract) == text
    furniture = text_of(extract, "furniture")
    assert sorted(furniture) == sorted(["某区治理年报"] * 4 + [f"第{n}页" for n in range(1, 5)])


def test_what_stands_on_two_pages_only_is_no_furniture():
    pages = [
        [Words("某区治理年报", 250, 810), *set_in(SENTENCES[:2], 60, 700, 30)] for _ in range(2)
    ]
    extract = read(made(pages))
    assert text_of(extract, "furniture") == []


@pytest.mark.parametrize(
    ("foot", "is_number"),
    [("— 1 —", True), ("- 12 -", True), ("第 3 页 共 9 页", True), ("第3条", False), ("30", False)],
)
def test_a_page_number_that_shows_itself_is_furniture_on_a_single_page(foot, is_number):
    extract = read(made([[*set_in(SENTENCES[:2], 60, 700, 30), Words(foot, 280, 30)]]))
    assert text_of(extract, "furniture") == [foot] * is_number
    assert text_of(extract) == [*SENTENCES[:2], *[foot] * (not is_number)]


def test_what_a_browser_prints_at_head_and_foot_is_furniture():
    head, foot = Words("3/9/24, 7:15 PM", 30, 820, 8), Words("https://a.cn/b.html 1/1", 30, 15, 8)
    body = set_in(SENTENCES[:2], 60, 700, 30)
    extract = read(made([[head, *body, foot]]))
    assert text_of(extract, "furniture") == [head.text, foot.text]
    assert text_of(read(made([[head, *body]])), "furniture") == []


def test_lines_flush_right_are_lines_of_their_own():
    lines = [
        *set_in([SENTENCES[0]], 60, 700, 30),
        Words("某区民政局", 310, 660),
        Words("2024年3月20日", 297, 644),
    ]
    assert text_of(read(made([lines]))) == [SENTENCES[0], "某区民政局", "2024年3月20日"]


def test_a_numbered_heading_under_a_full_line_begins_a_paragraph():
    full = SENTENCES[0][:29] + "。"
    rows = [full[:30], "二、经费保障", SENTENCES[1][:30], SENTENCES[1][30:]]
    lines = [Words(words, 60, 700 - 16 * n) for n, words in enumerate(rows)]
    assert text_of(read(made([lines])))[:2] == [full, "二、经费保障"]


def test_a_mark_that_hangs_into_the_gutter_joins_no_columns():
    left, right = set_in(SENTENCES[:5], 60, 750, 22), set_in(SENTENCES[5:], 308, 750, 22)
    row = left[1].y
    hanging = [
        each._replace(text=each.text.ljust(24, "—")) if each.y == row else each for each in left
    ]
    found = "".join(text_of(read(made([hanging + right]))))
    assert found.replace("—", "") == "".join(SENTENCES)


def test_a_row_in_the_middle_of_three_pages_is_no_furniture():
    pages = [
        [Words(SENTENCES[n], 60, 700), Words("合计", 60, 400), Words(SENTENCES[n + 3], 60, 100)]
        for n in range(3)
    ]
    assert text_of(read(made(pages)), "furniture") == []


def test_a_watermark_across_every_page_is_furniture():
    pages = [
        [*set_in(SENTENCES[n : n + 2], 60, 700, 30), Words("内部资料", 200, 300, 40, (1, 1, -1, 1))]
        for n in range(3)
    ]
    extract = read(made(pages))
    assert text_of(extract, "furniture") == ["内部资料"] * 3
    assert text_of(extract) == [s for n in range(3) for s in SENTENCES[n : n + 2]]


def test_notes_at_the_foot_are_marked_and_do_not_cut_the_paragraph():
    text = "".join(SENTENCES[:3])
    lines = [w._replace(y=700 - 16 * n) for n, w in enumerate(set_in([text], 60, 0, 30))]
    note = Words("①本刊资料，转引自该区年报。", 60, 60, 7)
    rest = [words._replace(y=760 - 16 * n) for n, words in enumerate(lines[2:])]
    extract = read(made([[*lines[:2], note], rest]))
    assert text_of(extract) == [text]
    assert text_of(extract, "note") == ["①本刊资料，转引自该区年报。"]


@pytest.mark.parametrize("turn", [(0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)], ids=[90, 180, 270])
def test_a_page_whose_text_is_turned_is_read_in_its_own_direction(turn):
    a, b, c, d = turn
    upright = set_in(SENTENCES[:4], 60, 700, 30)
    words = [
        each._replace(
            x=300 + a * (each.x - 200) + c * (each.y - 650),
            y=400 + b * (each.x - 200) + d * (each.y - 650),
            turn=turn,
        )
        for each in upright
    ]
    assert text_of(read(made([words]))) == SENTENCES[:4]


def test_writing_from_top_to_bottom_is_read_by_columns_from_the_right():
    columns = ["".join(SENTENCES)[at : at + 30] for at in range(0, 120, 30)]
    one_by_one = [
        Words(char, 500 - 20 * n, 700 - 12 * m)
        for n, column in enumerate(columns)
        for m, char in enumerate(column)
    ]
    assert "".join(text_of(read(made([one_by_one])))) == "".join(columns)
    vertical = [Words(column, 500 - 20 * n, 700) for n, column in enumerate(columns)]
    assert "".join(text_of(read(made([vertical], encoding="UniGB-UTF16-V")))) == "".join(columns)


def test_cells_of_a_table_are_read_by_rows():
    rows = [
        ("朝阳区", "12", "93.5"),
        ("海淀区", "9", "91.0"),
        ("丰台区", "11", "90.2"),
        ("通州区", "8", "88.1"),
    ]
    words = [
        Words(cell, 60 + 150 * column, 700 - 20 * row)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]
    assert text_of(read(made([words]))) == ["\t".join(row) for row in rows]


def test_a_glyph_printed_twice_to_look_bold_is_one():
    words = [Words(SENTENCES[0], 60, 700), Words(SENTENCES[0], 60.4, 700)]
    extract = read(made([words]))
    assert text_of(extract) == [SENTENCES[0]]
    assert codes(extract) == ["W476"]  # the second reading has every character twice


def test_a_space_between_letters_and_a_doubled_character_survive():
    words = [Words("看看 two words 渐渐", 60, 700)]
    assert text_of(read(made([words]))) == ["看看 two words 渐渐"]


def test_a_scan_is_refused_with_the_number_of_its_pages():
    with pytest.raises(DataFileError) as refused:
        read_pdf(made([[], []], image=(0, 1)), "x.pdf")
    (finding,) = refused.value.findings
    assert (finding.code, finding.seen) == ("E430", "2")


def test_the_stamp_of_a_scanning_program_is_no_text_of_the_page():
    with pytest.raises(DataFileError) as refused:
        read_pdf(made([[Words("某某扫描王 创建", 400, 20)]] * 2, image=(0, 1)), "x.pdf")
    assert refused.value.findings[0].code == "E430"


def test_scanned_pages_among_others_are_listed():
    pages = [set_in(SENTENCES[:2], 60, 700, 30), [], set_in(SENTENCES[2:4], 60, 700, 30), [], []]
    extract = read(made(pages, image=(0, 1, 3, 4)))  # the first has a picture behind its text
    assert text_of(extract) == SENTENCES[:4]
    assert [(each.code, each.seen) for each in extract.findings] == [("W477", "2, 4-5")]


def test_an_empty_page_and_an_empty_file_hold_no_text():
    with pytest.raises(DataFileError) as refused:
        read_pdf(made([[]]), "x.pdf")
    assert refused.value.findings[0].code == "E402"


def encrypted(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made([set_in(SENTENCES[:3], 60, 700, 30)]))))
    writer.encrypt(password, "owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_a_locked_file_is_refused_and_one_without_a_password_to_open_is_read():
    with pytest.raises(DataFileError) as refused:
        read_pdf(encrypted("secret"), "x.pdf")
    assert refused.value.findings[0].code == "E413"
    assert text_of(read(encrypted(""))) == SENTENCES[:3]


def test_a_file_cut_short_is_read_as_far_as_it_goes_and_said():
    pages = [set_in(SENTENCES[n : n + 1], 60, 700, 30) for n in range(10)]
    content = made(pages)
    cut = read(content[: content.index(b"xref")])
    assert "W475" in codes(cut)
    assert text_of(cut) == SENTENCES
    with pytest.raises(DataFileError) as refused:
        read_pdf(content[:100], "x.pdf")
    assert refused.value.findings[0].code in ("E414", "E402")


def test_glyphs_without_a_character_stay_and_are_counted():
    pages = [[Words("任务", 60, 700)], set_in(SENTENCES[:1], 60, 700, 30)]
    extract = read(made(pages, encoding="Identity-H", ordering="Identity"))
    (finding,) = [each for each in extract.findings if each.code == "W478"]
    assert (finding.seen, finding.wanted) == ("1-2", str(2 + len(SENTENCES[0])))
    assert extract.text.count("(cid:") == 2 + len(SENTENCES[0])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"[" * 200_000,
        b"no PDF at all",
        b"%PDF-1.7\n" + b"<<" * 100_000,
    ],
)
def test_what_is_no_pdf_is_refused(content):
    with pytest.raises(DataFileError) as refused:
        read_pdf(content, "x.pdf")
    assert refused.value.findings[0].code in ("E414", "E402")


def test_a_stream_that_unpacks_beyond_measure_is_refused():
    bomb = zlib.compress(bytes(250_000_000), 9)
    with pytest.raises(DataFileError) as refused:
        read_pdf(
            made([[], SENTENCES and set_in(SENTENCES[:1], 60, 700, 30)], raw={0: bomb}), "x.pdf"
        )
    assert refused.value.findings[0].code == "E415"


def test_a_page_with_too_many_instructions_is_left_out_and_listed():
    heavy = zlib.compress(b"0 0 m\n" * 4_000_000, 9)
    extract = read(made([[], set_in(SENTENCES[:1], 60, 700, 30)], raw={0: heavy}))
    assert text_of(extract) == SENTENCES[:1]
    assert [(each.code, each.seen) for each in extract.findings] == [("W479", "1")]


def test_a_page_too_dense_to_be_text_is_left_out_and_listed():
    dense = zlib.compress(b"BT /F 1 Tf <" + b"4e00" * 100_001 + b"> Tj ET")
    extract = read(made([[], set_in(SENTENCES[:1], 60, 700, 30)], raw={0: dense}))
    assert [(each.code, each.seen) for each in extract.findings] == [("W479", "1")]


def test_pages_are_left_out_once_the_file_has_unpacked_too_much(monkeypatch):
    monkeypatch.setattr("pbgov.corpus.formats.pdf_glyphs.MOST_UNPACKED_IN_ALL", 9_000)
    extract = read(made([set_in(SENTENCES, 60, 750 - 30 * n, 30) for n in range(4)]))
    assert text_of(extract)[:10] == SENTENCES
    (finding,) = [each for each in extract.findings if each.code == "W479"]
    assert finding.seen.endswith("4")


def test_pages_beyond_the_bound_are_listed(monkeypatch):
    monkeypatch.setattr("pbgov.corpus.formats.pdf_glyphs.MOST_PAGES", 2)
    monkeypatch.setattr("pbgov.corpus.formats.pdf.MOST_PAGES", 2)
    extract = read(made([set_in(SENTENCES[n : n + 1], 60, 700, 30) for n in range(4)]))
    assert text_of(extract) == SENTENCES[:2]
    assert [(each.code, each.seen) for each in extract.findings] == [("W479", "3-4")]


def test_text_laid_under_a_scan_is_read_and_said_to_be_recognised():
    hidden = "".join(
        f"BT 3 Tr /F 10 Tf 1 0 0 1 60 {700 - 20 * n} Tm <{s.encode('utf-16-be').hex()}> Tj ET\n"
        for n, s in enumerate(SENTENCES[:2])
    )
    picture = "q 595 0 0 842 0 0 cm /I Do Q\n"
    extract = read(made([[]], raw={0: zlib.compress((picture + hidden).encode())}))
    assert "".join(text_of(extract)) == "".join(SENTENCES[:2])
    assert [(each.code, each.seen, each.wanted) for each in extract.findings] == [
        ("W473", "1", "PDF")
    ]


def test_a_drawing_that_draws_itself_ends():
    content = made([[Words("一", 60, 700)]])
    looped = content.replace(
        b"/Subtype/Image/Width 8/Height 8", b"/Subtype/Form/BBox[0 0 9 9]/Wi 8"
    )
    assert text_of(read(looped)) == ["一"]


def test_the_distance_of_two_readings_is_what_its_definition_says():
    text = "".join(SENTENCES)
    assert apart(text, text) == (0.0, 0.0)
    lost = apart(text, text[: len(text) // 2])
    assert lost.characters == pytest.approx(0.5, abs=0.02)
    left, right = "".join(SENTENCES[:5]), "".join(SENTENCES[5:])
    assert apart(left + right, right + left).order == pytest.approx(0.5, abs=0.05)
    assert apart("短", "") == (0.0, 0.0)


def test_two_readings_that_differ_in_order_are_remarked_upon():
    left, right = set_in(SENTENCES[:5], 60, 750, 22), set_in(SENTENCES[5:], 310, 750, 22)
    mixed = [words for pair in zip(left, right, strict=True) for words in pair]
    assert codes(read(made([mixed, set_in(SENTENCES, 60, 750, 30)]))) == ["W476"]


def scanned_page(lines: list[str], fonts: Path) -> bytes:
    """A PDF file of one page that is nothing but a picture of some lines."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (1240, 1754), 255)
    font = ImageFont.truetype(str(fonts / "PBGovSansSC-Regular.ttf"), 34)
    for place, line in enumerate(lines):
        ImageDraw.Draw(picture).text((120, 200 + 60 * place), line, font=font, fill=0)
    file = io.BytesIO()
    picture.save(file, "PDF", resolution=150)
    return file.getvalue()


def test_text_recognition_is_asked_for_by_name_where_it_is_not_installed(monkeypatch, root):
    monkeypatch.setattr("pbgov.corpus.formats.ocr.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pbgov\[ocr\]"):
        read_pdf(scanned_page(["一"], root / "pbgov/exhibits/fonts"), "x.pdf", ocr=True)


def test_a_scan_is_read_by_text_recognition_without_a_network(monkeypatch, root):
    for part in ("rapidocr", "onnxruntime", "pypdfium2"):
        pytest.importorskip(part, reason="the extra ocr is not installed")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a network was asked"))
    one, other = SENTENCES[:2]
    lines = ["　　" + one[:24], one[24:], "　　" + other[:24], other[24:]]
    extract = read(scanned_page(lines, root / "pbgov/exhibits/fonts"), ocr=True)
    assert text_of(extract) == SENTENCES[:2]
    (finding,) = extract.findings
    assert (finding.code, finding.seen) == ("W473", "1")
