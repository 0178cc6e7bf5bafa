"""Projects as other programs write them; every file here is written by hand, none by pbgov."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from office_files import docx, p
from qdpx_files import CODE, SOURCE, USER, gid, project, qdpx, selection, text_source

import pbgov
from pbgov.coding.saving import save_codings
from pbgov.corpus.document import Document, digest_text
from pbgov.errors import InputError
from pbgov.exchange.qdpx import read_qdpx

TEXT = (
    "某街道探索“一站式”服务。\n𠮷祥社区成立居民议事会，推行网格化管理。\n\n"
    "居民满意率有所提高。议事会每月开一次。\n第二社区也成立了居民议事会。\n"
)
QUOTES = ("居民议事会", "推行网格化管理", "居民满意率有所提高。议事会每月开一次。", "每月开一次")
ACROSS = "服务。\n𠮷祥社区"  # a quotation with a line end in it


def document(doc_id: str, text: str) -> Document:
    return Document(doc_id, f"{doc_id}.txt", text, text, "utf-8", digest_text(text))


def places(text: str, quotes: tuple[str, ...] = (*QUOTES, ACROSS)) -> list[tuple[int, int, str]]:
    return [(text.index(quote), text.index(quote) + len(quote), quote) for quote in quotes]


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def utf16(text: str, offset: int) -> int:
    return len(text[:offset].encode("utf-16-le")) // 2


def cut(quote: str) -> str:
    """As ATLAS.ti cuts: at so many characters, and three dots in one."""
    return quote if len(quote) <= 10 else quote[:10] + "…"


# how each writer puts the text into the file, and how it counts
WRITERS = {
    "as the standard says": (TEXT.encode(), "as_is", places(TEXT)),
    "MAXQDA: LF in the file, two characters in the count": (
        TEXT.encode(),
        "two",
        [
            (s, e, q.replace("\r\n", "\n"))
            for s, e, q in places(crlf(TEXT), (*QUOTES, crlf(ACROSS)))
        ],
    ),
    "ATLAS.ti: CRLF in the file, one character in the count": (
        crlf(TEXT).encode(),
        "one",
        [(s, e, cut(q)) for s, e, q in places(TEXT)],
    ),
    "CRLF in the file and in the count": (
        crlf(TEXT).encode(),
        "as_is",
        places(crlf(TEXT), (*QUOTES, crlf(ACROSS))),
    ),
    "QualCoder: a mark in the file, not in the count": (
        TEXT.encode("utf-8-sig"),
        "as_is",
        places(TEXT),
    ),
    "a mark in the file and in the count": (
        TEXT.encode("utf-8-sig"),
        "as_is+mark",
        places("\ufeff" + TEXT),
    ),
    "UTF-16 units": (
        TEXT.encode(),
        "as_is+utf16",
        [(utf16(TEXT, s), utf16(TEXT, e), q) for s, e, q in places(TEXT)],
    ),
    "UTF-16 units, CRLF in the count": (
        TEXT.encode(),
        "two+utf16",
        [
            (utf16(crlf(TEXT), s), utf16(crlf(TEXT), e), q)
            for s, e, q in places(crlf(TEXT), (*QUOTES, crlf(ACROSS)))
        ],
    ),
    "the last character as the end": (
        TEXT.encode(),
        "as_is+inclusive",
        [(s, e - 1, q) for s, e, q in places(TEXT)],
    ),
    "line ends of names made spaces": (
        crlf(TEXT).encode(),
        "one",
        [(s, e, q.replace("\n", " ")) for s, e, q in places(TEXT)],
    ),
    "a text in UTF-16": (TEXT.encode("utf-16"), "as_is", places(TEXT)),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_positions_of_every_writer_come_to_the_same_words(writer: str, tmp_path: Path) -> None:
    content, counting, selections = WRITERS[writer]
    xml = project(text_source(selection(*each) for each in selections))
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, {f"{SOURCE}.txt": content}))
    source = reading.sources.iloc[0]
    assert source["counting"] == counting
    assert source["n_verified"] == len(selections)
    assert source["basis"] == "names"
    told = [finding.code for finding in reading.findings]
    assert told == ([] if counting == "as_is" else ["W660"])
    matched = reading.match([document("一", TEXT)])
    words = {TEXT[row.start : row.end] for row in matched.codings.itertuples()}
    assert words == {*QUOTES, ACROSS}
    for row in matched.codings.itertuples():
        assert row.text_digest == digest_text(TEXT[row.start : row.end])
        assert (row.coder, row.value, row.status) == ("王编码", 1, "judged")
        assert row.made_at == "2026-05-01T08:00:00Z"


def test_words_land_in_a_document_with_other_line_ends(tmp_path: Path) -> None:
    xml = project(text_source(selection(*each) for each in places(TEXT)))
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, {f"{SOURCE}.txt": TEXT.encode()}))
    for home in (crlf(TEXT), TEXT.replace("\n", "\r"), "\ufeff" + TEXT):
        codings = reading.match([document("一", home)]).codings
        words = {home[row.start : row.end] for row in codings.itertuples()}
        ends = "\r\n" if "\r\n" in home else "\r" if "\r" in home else "\n"
        assert words == {*QUOTES, ACROSS.replace("\n", ends)}


def test_labels_are_asked_about_and_not_guessed(tmp_path: Path) -> None:
    sentences = (
        "𠮷祥社区成立居民议事会，推行网格化管理。",
        "议事会每月开一次。",
        "第二社区也成立了居民议事会。",
    )
    counted = places(crlf(TEXT), sentences)
    labelled = [selection(s, e, f"Quote {i}") for i, (s, e, _) in enumerate(counted)]
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source(labelled)), {f"{SOURCE}.txt": TEXT.encode()}
    )
    reading = read_qdpx(file)
    (asked,) = [finding for finding in reading.findings if finding.code == "E625"]
    assert "two（6/6）" in asked.zh  # every one begins and ends with a sentence when counted so
    assert reading.sources["counting"].isna().all()
    matched = reading.match([document("一", TEXT)])
    assert matched.codings.empty
    assert list(matched.held_back["reason"]) == ["E625"] * 3
    assert list(matched.held_back["name"]) == ["Quote 0", "Quote 1", "Quote 2"]
    answered = read_qdpx(file, counting="two").match([document("一", TEXT)]).codings
    assert {TEXT[row.start : row.end] for row in answered.itertuples()} == set(sentences)
    with pytest.raises(InputError, match="two\\+utf16"):
        read_qdpx(file, counting="MAXQDA")


def test_labels_need_no_answer_where_every_counting_agrees(tmp_path: Path) -> None:
    line = "第二社区也成立了居民议事会。"
    file = qdpx(
        tmp_path / "a.qdpx",
        project(text_source([selection(8, 13, "Quote 1")])),
        {f"{SOURCE}.txt": line.encode()},
    )
    reading = read_qdpx(file)
    assert (reading.sources["basis"] == "same").all()
    codings = reading.match([document("一", line)]).codings
    assert [line[row.start : row.end] for row in codings.itertuples()] == ["居民议事会"]


def test_labels_are_read_as_the_other_sources_of_the_project_count(tmp_path: Path) -> None:
    other = gid("other")
    counted = places(crlf(TEXT), (*QUOTES, crlf(ACROSS)))
    sure = text_source(selection(*each) for each in counted)
    labelled = text_source(
        [selection(*counted[0][:2], "标签"), selection(*counted[2][:2], None)], "二", other
    )
    files = {f"{SOURCE}.txt": TEXT.encode(), f"{other}.txt": (TEXT + "完。").encode()}
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", project(sure + labelled), files))
    assert [f.code for f in reading.findings] == ["W660", "W661"]
    codings = reading.match([document("一", TEXT), document("二", TEXT + "完。")]).codings
    words = {TEXT[row.start : row.end] for row in codings.itertuples() if row.doc_id == "二"}
    assert words == {QUOTES[0], QUOTES[2]}


def test_a_quotation_that_stands_elsewhere_is_held_back(tmp_path: Path) -> None:
    start, end, _ = places(TEXT)[0]
    selections = [selection(start, end, "居民议事会"), selection(start + 7, end + 7, "每月开一次")]
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source(selections)), {f"{SOURCE}.txt": TEXT.encode()}
    )
    reading = read_qdpx(file)
    assert [finding.code for finding in reading.findings] == ["E624"]
    matched = reading.match([document("一", TEXT)])
    assert len(matched.codings) == 1
    assert list(matched.held_back["reason"]) == ["E624"]
    assert list(matched.losses["kind"]) == ["held_back"]


def test_names_of_files_and_guids_as_other_programs_write_them(tmp_path: Path) -> None:
    start, end, quote = places(TEXT)[0]
    source = text_source([selection(start, end, quote)])
    loud = source.replace(f'"{CODE}"', f'"{{{CODE.upper()}}}"').replace(
        f'"{USER}"', f'"{USER.upper()}"'
    )
    file = qdpx(
        tmp_path / "a.qdpx",
        project(loud),
        {f"{SOURCE.upper()}.TXT": TEXT.encode(), ".root": b"", "unused.txt": b"x"},
        project_name="我的研究.qde",
        folder="Sources/",
    )
    reading = read_qdpx(file)
    assert reading.findings == ()
    assert reading.losses.set_index("kind")["count"].to_dict() == {"unused_files": 1}
    codings = reading.match([document("一", TEXT)]).codings
    assert list(codings["coder"]) == ["王编码"]
    assert list(codings["code_id"]) == ["议事协商"]


def test_an_archive_of_windows_with_backslashes(tmp_path: Path) -> None:
    xml = project(text_source(selection(*each) for each in places(TEXT)))
    plain = qdpx(tmp_path / "a.qdpx", xml, {f"{SOURCE}.txt": TEXT.encode()})
    content = plain.read_bytes().replace(b"sources/", b"sources\\")
    plain.write_bytes(content)
    reading = read_qdpx(plain)
    assert reading.findings == ()
    assert reading.losses.empty
    assert list(reading.texts.values()) == [TEXT]


def test_what_was_coded_on_notes_and_pages_is_counted(tmp_path: Path) -> None:
    note, page, coding = gid("note"), gid("page"), selection(0, 1, "批")
    inside = f'<Representation guid="{gid("r")}"><PlainTextContent>页</PlainTextContent>{selection(0, 1, "页")}</Representation>'
    whole = f'<Coding guid="{gid("whole")}"><CodeRef targetGUID="{CODE}"/></Coding>'
    pdf = (
        f'<PDFSource guid="{gid("pdf")}" name="甲.pdf"><PDFSelection guid="{page}" page="0" firstX="1"'
        f' firstY="2" secondX="3" secondY="4">{inside}{whole.replace(gid("whole"), gid("w2"))}'
        "</PDFSelection></PDFSource>"
    )
    notes = (
        f'<Notes><Note guid="{note}" name="批注"><PlainTextContent>批注的话</PlainTextContent>'
        f"{coding}{whole}</Note></Notes>"
    )
    xml = project(text_source([selection(*places(TEXT)[0])]) + pdf, after_sources=notes)
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, {f"{SOURCE}.txt": TEXT.encode()}))
    lost = reading.losses.set_index("kind")["count"].to_dict()
    assert lost == {"pdf": 1, "pdf_source": 1, "unread_codings": 4, "unread_selections": 2}
    assert len(reading.match().codings) == 1


def test_xml_in_utf_16_and_text_in_the_xml(tmp_path: Path) -> None:
    start, end, quote = places(TEXT)[0]
    inline = (
        f'<TextSource guid="{SOURCE}" name="一"><PlainTextContent>{TEXT}</PlainTextContent>'
        f"{selection(start, end, quote)}</TextSource>"
    )
    xml = project(inline).replace('encoding="utf-8"', 'encoding="utf-16"').encode("utf-16")
    codings = read_qdpx(qdpx(tmp_path / "a.qdpx", xml)).match([document("一", TEXT)]).codings
    assert [TEXT[row.start : row.end] for row in codings.itertuples()] == [quote]


def test_two_coders_with_one_name_are_named_and_kept_apart(tmp_path: Path) -> None:
    second, third = gid("second"), gid("third")
    users = (
        f'<Users><User guid="{USER}" name="Wang Li"/><User guid="{second}" name="ｗang  li"/>'
        f'<User guid="{third}" name="rules"/></Users>'
    )
    start, end, quote = places(TEXT)[0]
    selections = [
        selection(start, end, quote, user=user) for user in (USER, second, third, gid("?"))
    ]
    unsigned = selection(start, end, quote).replace(f' creatingUser="{USER}"', "")
    file = qdpx(
        tmp_path / "a.qdpx",
        project(text_source([*selections, unsigned]), users=users),
        {f"{SOURCE}.txt": TEXT.encode()},
    )
    reading = read_qdpx(file)
    assert list(reading.users["coder"]) == ["Wang Li", "ｗang li (2)", "rules (2)"]
    told = [finding.code for finding in reading.findings]
    assert {"W651", "W664"} <= set(told)
    matched = reading.match([document("一", TEXT)])
    coders = set(matched.codings["coder"])
    assert {"Wang Li", "ｗang li (2)", "rules (2)", "未署名"} < coders
    assert len(coders) == 5  # the user that is nowhere is somebody too
    assert (matched.codings["status"] == "judged").all()
    assert "W653" in [finding.code for finding in matched.findings]


def test_repeated_and_overlapping_codings_are_named_and_nothing_is_lost(tmp_path: Path) -> None:
    at = TEXT.index("居民议事会")
    selections = [
        selection(at, at + 5, "居民议事会"),
        selection(at, at + 5, "居民议事会", user=USER.upper()),  # other GUIDs, the same coder
        selection(at + 2, at + 5, "议事会"),
    ]
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source(selections)), {f"{SOURCE}.txt": TEXT.encode()}
    )
    matched = read_qdpx(file).match([document("一", TEXT)])
    spans = sorted((row.start, row.end) for row in matched.codings.itertuples())
    assert spans == [(at, at + 5), (at + 2, at + 5)]
    assert [finding.code for finding in matched.findings] == ["W654", "W655"]


def test_with_segments_a_coding_judges_its_segment(tmp_path: Path) -> None:
    home = document("一", TEXT)
    segments = pbgov.segment(home, "sentence")
    at, again = TEXT.index("居民议事会"), TEXT.index("社区成立")
    selections = [
        selection(at, at + 5, "居民议事会"),
        selection(again, again + 4, "社区成立"),
        selection(*places(TEXT, (ACROSS,))[0]),
    ]
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source(selections)), {f"{SOURCE}.txt": TEXT.encode()}
    )
    matched = read_qdpx(file).match([home], segments=segments)
    one = matched.codings[matched.codings["segment_id"].notna()].iloc[0]
    assert TEXT[one["start"] : one["end"]].strip() == "𠮷祥社区成立居民议事会，推行网格化管理。"
    assert TEXT[one["evidence_start"] : one["evidence_end"]] == "社区成立"
    assert one["memo"] == f"又见 {at}–{at + 5}"
    assert {"W654", "W666"} <= {finding.code for finding in matched.findings}
    assert len(matched.codings) == 2


def test_what_stands_beside_a_coding_becomes_its_memo(tmp_path: Path) -> None:
    start, end, quote = places(TEXT)[0]
    notes = [gid("note", number) for number in range(3)]
    coded = (
        selection(start, end, quote)
        .replace('startPosition="', 'creatingUser="' + USER + '" startPosition="')
        .replace("<Coding ", "<Description>选区的话</Description><Coding ")
        .replace("</Coding>", f'<NoteRef targetGUID="{notes[0]}"/></Coding>')
        .replace(
            "</PlainTextSelection>", f'<NoteRef targetGUID="{notes[1]}"/></PlainTextSelection>'
        )
    )
    written = (
        "".join(
            f'<Note guid="{note}" name="备忘"><PlainTextContent>第{i}条&lt;&amp;"</PlainTextContent></Note>'
            for i, note in enumerate(notes[:2])
        )
        + f'<Note guid="{notes[2]}" name="远处" plainTextPath="internal://{notes[2]}.txt"/>'
    )
    xml = project(text_source([coded]), after_sources=f"<Notes>{written}</Notes>")
    files = {f"{SOURCE}.txt": TEXT.encode(), f"{notes[2]}.txt": "别处的备忘".encode()}
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, files))
    assert reading.findings == ()
    matched = reading.match([document("一", TEXT)])
    memo = matched.codings["memo"].iloc[0]
    assert sorted(memo.split("\n")) == ['第0条<&"', '第1条<&"', "选区的话"]
    assert matched.losses.set_index("kind")["count"].to_dict() == {"shared_notes": 1}
    assert "别处的备忘" in set(reading.notes["text"])


def test_a_whole_source_can_be_coded(tmp_path: Path) -> None:
    whole = text_source([]).replace(
        "</TextSource>",
        f'<Coding guid="{gid("w")}"><CodeRef targetGUID="{CODE}"/></Coding></TextSource>',
    )
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", project(whole), {f"{SOURCE}.txt": TEXT.encode()}))
    (row,) = reading.match([document("一", TEXT)]).codings.itertuples()
    assert (row.start, row.end) == (0, len(TEXT))


def test_codes_are_known_by_name_where_only_one_has_it(tmp_path: Path) -> None:
    codebook = pbgov.read_codebook(Path(__file__).parents[1] / "data" / "codebook")
    known, unknown = gid("known"), gid("unknown")
    codes = (
        f'<CodeBook><Codes><Code guid="{known}" name="活动创新" isCodable="true" color="#f00"/>'
        f'<Code guid="{unknown}" name="自拟" isCodable="false"><Description>新的</Description>'
        f'<Code guid="{CODE}" name="自拟之下" isCodable="true"/></Code></Codes></CodeBook>'
    )
    start, end, quote = places(TEXT)[0]
    selections = [selection(start, end, quote, code) for code in (known, unknown, CODE)]
    file = qdpx(
        tmp_path / "a.qdpx",
        project(text_source(selections), codes=codes),
        {f"{SOURCE}.txt": TEXT.encode()},
    )
    reading = read_qdpx(file)
    assert [finding.code for finding in reading.findings] == ["E620"]  # a folder was used as a code
    matched = reading.match([document("一", TEXT)], codebook)
    assert sorted(matched.codings["code_id"]) == ["INNOV.ACT", "自拟", "自拟/自拟之下"]
    assert [f.code for f in matched.findings] == ["W659", "W659"]
    assert set(matched.codings["codebook_version"]) == {codebook.version}
    assert list(reading.families["family"]) == ["自拟", "导入"]
    assert list(reading.code_table["family"]) == ["导入", "自拟"]


def test_what_is_not_text_is_named_and_counted(tmp_path: Path) -> None:
    pdf, page, inside = gid("pdf"), gid("page"), gid("inside")
    start, end, quote = places(TEXT)[0]
    coding = f'<Coding guid="{gid("pc")}"><CodeRef targetGUID="{CODE}"/></Coding>'
    sources = (
        f'<PDFSource guid="{pdf}" name="文件.pdf" path="internal://{pdf}.pdf" currentPath="absolute:///C:/a.pdf">'
        f'<PDFSelection guid="{page}" page="0" firstX="1" firstY="2" secondX="3" secondY="4">{coding}</PDFSelection>'
        f'<Representation guid="{inside}" plainTextPath="internal://{inside}.txt">{selection(start, end, quote)}'
        "</Representation></PDFSource>"
        f'<PDFSource guid="{gid("p2")}" name="扫描.pdf" path="internal://{gid("p2")}.pdf"/>'
        f'<PictureSource guid="{gid("i")}" name="照片" path="internal://{gid("i")}.png"/>'
        f'<AudioSource guid="{gid("a")}" name="录音" path="relative:///a.m4a"/>'
        f'<VideoSource guid="{gid("v")}" name="录像" path="absolute:///C:/v.mp4">'
        f"{coding.replace(gid('pc'), gid('vc'))}</VideoSource>"
    )
    graph = f'<Graphs><Graph guid="{gid("g")}" name="图"/></Graphs>'
    xml = project(sources, after_sources=graph, attributes='name="x" basePath="C:/Users/somebody"')
    files = {f"{pdf}.pdf": b"%PDF", f"{inside}.txt": TEXT.encode()}
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", xml, files))
    lost = reading.losses.set_index("kind")["count"].to_dict()
    assert lost == {
        "pdf": 1, "pdf_source": 1, "pictures": 1, "audio": 1, "video": 1, "external": 2,
        "graphs": 1, "paths": 2, "unread_codings": 2,
    }  # fmt: skip
    assert [f.code for f in reading.findings] == ["E622", "E622"]
    codings = reading.match([document("一", TEXT)]).codings
    assert [TEXT[row.start : row.end] for row in codings.itertuples()] == [quote]


def test_a_styled_text_without_a_plain_one_is_held_against_the_names(tmp_path: Path) -> None:
    content = docx("".join(p(line) for line in ("第一段话。", "第二社区成立了居民议事会。")))
    text = "第一段话。\n第二社区成立了居民议事会。\n"
    at = text.index("居民议事会")
    source = (
        f'<TextSource guid="{SOURCE}" name="a.docx" richTextPath="internal://{SOURCE}.docx">'
        f"{selection(at, at + 5, '居民议事会')}</TextSource>"
    )
    reading = read_qdpx(qdpx(tmp_path / "a.qdpx", project(source), {f"{SOURCE}.docx": content}))
    assert "E619" in [finding.code for finding in reading.findings]
    assert list(reading.losses["kind"]) == ["rich_text"]
    codings = reading.match([document("一", text)]).codings
    assert [text[row.start : row.end] for row in codings.itertuples()] == ["居民议事会"]


def test_sources_that_the_corpus_does_not_have(tmp_path: Path) -> None:
    file = qdpx(
        tmp_path / "a.qdpx",
        project(text_source(selection(*each) for each in places(TEXT))),
        {f"{SOURCE}.txt": TEXT.encode()},
    )
    reading = read_qdpx(file)
    matched = reading.match([document("一", TEXT.replace("每月", "每周"))])
    assert matched.codings.empty
    assert set(matched.held_back["reason"]) == {"W658"}
    twice = reading.match([document("乙", TEXT), document("甲", TEXT)])
    assert set(twice.codings["doc_id"]) == {"乙"}
    assert [f.code for f in twice.findings] == ["W667", "W655"]  # 每月开一次 lies within another
    own = reading.match()  # the project's own texts stand for documents
    assert {TEXT[row.start : row.end] for row in own.codings.itertuples()} == {*QUOTES, ACROSS}
    assert set(own.codings["doc_id"]) == {"访谈一"}
    assert reading.texts[SOURCE] == TEXT


def test_empty_and_impossible_selections_have_no_place(tmp_path: Path) -> None:
    selections = [selection(*places(TEXT)[0]), selection(4, 4, None), selection(3, 9999, None)]
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source(selections)), {f"{SOURCE}.txt": TEXT.encode()}
    )
    reading = read_qdpx(file)
    assert sorted(finding.code for finding in reading.findings) == ["E618", "E627"]
    matched = reading.match([document("一", TEXT)])
    assert len(matched.codings) == 1
    assert sorted(matched.held_back["reason"]) == ["E618", "E627"]


def test_users_and_codes_may_be_missing_altogether(tmp_path: Path) -> None:
    file = qdpx(tmp_path / "a.qdpx", project(users="", codes=""))
    reading = read_qdpx(file)
    assert reading.match([document("一", TEXT)]).codings.empty
    assert reading.findings == ()


def test_what_is_wrong_in_the_same_way_everywhere_is_said_once(tmp_path: Path) -> None:
    selections = "".join(selection(*each) for each in places(TEXT))
    selections = selections.replace("08:00:00Z", "08:00:00").replace(
        "<Coding ", '<Coding memo="x" '
    )
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source([selections])), {f"{SOURCE}.txt": TEXT.encode()}
    )
    reading = read_qdpx(file)
    assert [finding.code for finding in reading.findings] == ["E614", "W652"]
    assert all("×5" in finding.zh for finding in reading.findings)
    matched = reading.match([document("一", TEXT)])
    assert set(matched.codings["made_at"]) == {"2026-05-01T08:00:00"}
    for text in (str(reading), str(matched)):
        assert "5 条" in text
    assert "数法 as_is，引文核对上 5/5" in str(reading)
    assert "W652" in str(reading)


def test_what_was_coded_on_the_raw_text_comes_to_the_repaired_one(tmp_path: Path) -> None:
    raw = "某街道成立了居民议事会，\u00a0推行网格化管理。\n居民满 意率有所提高。朝阳區(qū)\n" * 3
    (tmp_path / "访谈.txt").write_text(raw, encoding="utf-8")
    home = pbgov.read_document(tmp_path / "访谈.txt")
    assert home.raw == raw != home.text
    at = raw.rindex("推行网格化管理")
    across = raw.index("议事会，\u00a0推行")
    selections = [
        selection(at, at + 7, "推行网格化管理"),
        selection(across, across + 7, raw[across : across + 7]),
    ]
    file = qdpx(
        tmp_path / "a.qdpx", project(text_source(selections)), {f"{SOURCE}.txt": raw.encode()}
    )
    codings = read_qdpx(file).match([home]).codings
    words = [home.text[row.start : row.end] for row in codings.itertuples()]
    assert words[1] == "推行网格化管理"
    assert words[0].replace("\u00a0", "").replace(" ", "") == "议事会，推行"
    raw_places = [home.to_raw(row.start, row.end) for row in codings.itertuples()]
    assert raw_places == [(across, across + 7), (at, at + 7)]


def test_what_was_imported_goes_into_the_journals(tmp_path: Path) -> None:
    codebook = pbgov.read_codebook(Path(__file__).parents[1] / "data" / "codebook")
    codes = f'<CodeBook><Codes><Code guid="{CODE}" name="活动创新" isCodable="true"/></Codes></CodeBook>'
    xml = project(text_source(selection(*each) for each in places(TEXT)), codes=codes)
    file = qdpx(tmp_path / "a.qdpx", xml, {f"{SOURCE}.txt": TEXT.encode()})
    home = document("一", TEXT)
    segments = pbgov.segment(home, "paragraph")
    matched = read_qdpx(file).match([home], codebook)
    folder = tmp_path / "codings"
    report = save_codings(matched.codings, folder, segments, codebook, states=matched.states)
    assert set(report["change"]) == {"new"}
    read = pbgov.read_codings(folder, segments, codebook)
    words = {TEXT[row.start : row.end] for row in read.itertuples()}
    assert words == {*QUOTES, ACROSS}
    assert set(read["made_at"]) == {"2026-05-01T08:00:00Z"}
    again = save_codings(matched.codings, folder, segments, codebook, states=matched.states)
    assert set(again["change"]) == {"same"}
