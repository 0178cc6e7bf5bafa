"""Every Word file opens without a repair prompt; and the check would notice if it did not."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pbgov.reporting.ledger import Ledger
from pbgov.reporting.prose import literal
from pbgov.reporting.report import ExhibitBlock, Heading, Paragraph, Report
from pbgov.reporting.word.document import exhibit_document, word_document

sys.path.insert(0, str(Path(__file__).parent))

from word_package import faults
from word_reports import (
    HOSTILE,
    figure,
    ledger,
    quotation,
    record,
    report,
    result,
    table,
)

LAYOUTS = ("journal", "official")


@pytest.fixture(scope="module")
def sound():
    return word_document(report())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_report_of_every_kind_of_block_is_sound(layout):
    assert faults(word_document(report(layout=layout))) == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "blocks",
    [
        (),
        (Paragraph("只有一段。"),),
        (ExhibitBlock(table(columns=24)),),
        (Heading(1, "一、宽表"), ExhibitBlock(table(columns=24)), Paragraph("后文。")),
        (ExhibitBlock(table(columns=24)), ExhibitBlock(table("tab-two", columns=30))),
        (ExhibitBlock(table(columns=150)),),
        (ExhibitBlock(table(rows=60, columns=12)),),
        (ExhibitBlock(table(columns=1)),),
        (ExhibitBlock(table(body=pd.DataFrame({"空": []}))),),
        (ExhibitBlock(figure(lang="en", title="Path")), ExhibitBlock(table(lang="en"))),
    ],
    ids=["nothing", "text", "wide", "heading", "wide twice", "very wide", "12 columns", "one column",
         "no rows", "English"],
)  # fmt: skip
def test_odd_reports_are_sound(layout, blocks):
    made = Report(title="题", subtitle="", blocks=blocks, layout=layout)
    assert faults(word_document(made)) == []


def test_hostile_texts_stay_texts():
    cells = pd.DataFrame({text: [text] for text in HOSTILE})
    notes = "；".join(HOSTILE)
    bad = table("tab-bad", body=cells, title="".join(HOSTILE), note=notes, source=notes)
    drawn = figure("fig-bad", title="".join(HOSTILE), note=notes, source=notes)
    told = [
        quotation(n, doc_id=f"d{n}", text=text, title=text, path=text, region=text, status=text)
        for n, text in enumerate(HOSTILE, 1)
    ]
    stated = result(
        "a.n", [one.quotation_id for one in told], meaning=notes, origin=HOSTILE[2],
        printed=HOSTILE[0],
    )  # fmt: skip
    made = Report(
        title="".join(HOSTILE),
        subtitle=HOSTILE[1],
        blocks=(
            Heading(1, literal("".join(HOSTILE))),
            Paragraph(literal("".join(HOSTILE)) + "{{result:a.n}}{{note:]]> & <b>}}"),
            ExhibitBlock(bad),
            ExhibitBlock(drawn),
        ),
        ledger=Ledger((stated,), tuple(told), (record(1),)),
    )
    written = word_document(made)
    assert faults(written) == []
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        text = package.read("word/document.xml").decode()
    assert "\u202e" not in text
    assert "〔U+202E〕" in text
    assert "𠮷野家" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "{{result:x}}" in text


def test_characters_that_xml_cannot_hold_are_named():
    told = quotation(1, text="坏\x07字\x00", title="题\x0b")
    made = Report(
        title="题", subtitle="", blocks=(Paragraph("{{result:a.n}}"),),
        ledger=Ledger((result("a.n", [told.quotation_id], meaning="数\x01"),), (told,)),
    )  # fmt: skip
    written = word_document(made)
    assert faults(written) == []
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        text = package.read("word/document.xml").decode()
    assert all(name in text for name in ("〔U+0007〕", "〔U+0000〕", "〔U+000B〕", "〔U+0001〕"))


@pytest.mark.parametrize("exhibit", [table(), table(columns=24), figure(), figure(simulated=True)])
def test_one_exhibit_alone_is_sound(exhibit):
    assert faults(exhibit_document(exhibit)) == []


def test_a_long_meaning_and_a_long_id_fit_their_control():
    name = "a" * 56
    made = Report(
        title="题", subtitle="", blocks=(Paragraph(f"{{{{result:{name}}}}}"),),
        ledger=Ledger((result(name, meaning="长" * 200),)),
    )  # fmt: skip
    assert faults(word_document(made)) == []


PLANTED = {
    "another order": (
        "word/document.xml", '<w:pStyle w:val="Title"/>',
        '<w:jc w:val="left"/><w:pStyle w:val="Title"/>', "pPr in another order",
    ),
    "unknown child": (
        "word/document.xml", '<w:pStyle w:val="Title"/>', '<w:pStyle w:val="Title"/><w:sz w:val="1"/>',
        "pPr holds sz",
    ),
    "lost style": ("word/document.xml", '"Subtitle"', '"Untertitel"', "style Untertitel is not"),
    "lost target": ("word/_rels/document.xml.rels", "footnotes.xml", "notes.xml", "is not there"),
    "undeclared relation": ("word/document.xml", 'r:embed="', 'r:embed="x', "is not declared"),
    "outside": (
        "word/_rels/document.xml.rels", 'Target="footnotes.xml"',
        'Target="http://x" TargetMode="External"', "leads outside",
    ),
    "no content type": ("[Content_Types].xml", 'Extension="png"', 'Extension="gif"', "content type"),
    "bookmark twice": ("word/document.xml", '"_Ref00000002"', '"_Ref00000001"', "stands twice"),
    "lost anchor": ("word/document.xml", '"_Result00000001" w:history', '"_R" w:history', "at _R"),
    "unpaired bookmark": ("word/document.xml", '<w:bookmarkEnd w:id="1"/>', "", "not paired"),
    "control id twice": (
        "word/document.xml", '<w:id w:val="3"/>', '<w:id w:val="2"/>', "control id 2",
    ),
    "drawing id twice": ("word/document.xml", 'docPr id="2"', 'docPr id="1"', "drawing id 1"),
    "long tag": ("word/document.xml", "result:practices.n", "result:" + "x" * 60, "a tag of"),
    "theme font": (
        "word/styles.xml", "<w:rFonts ", '<w:rFonts w:asciiTheme="minorHAnsi" ', "theme",
    ),
    "unnamed font": ("word/styles.xml", 'w:cs="Times New Roman" ', "", "names only"),
    "lost footnote": ("word/footnotes.xml", '<w:footnote w:id="2">', '<w:footnote w:id="9">', "2 is"),
    "open field": ("word/document.xml", '<w:fldChar w:fldCharType="end"/>', "", "not closed"),
    "question on opening": (
        "word/settings.xml", "<w:footnotePr>", '<w:updateFields w:val="1"/><w:footnotePr>', "ask",
    ),
    "broken XML": ("word/document.xml", "</w:body>", "", "not well formed"),
    "lost column": ("word/document.xml", "<w:tblGrid><w:gridCol", "<w:tblGrid><w:x", "in a table"),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_the_check_finds_what_is_planted(planted, sound):
    name, old, new, told = PLANTED[planted]
    broken = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sound)) as source,
        zipfile.ZipFile(broken, "w") as target,
    ):
        for entry in source.namelist():
            content = source.read(entry)
            if entry == name:
                assert old.encode() in content, f"{old} is not in {name}"
                content = content.replace(old.encode(), new.encode(), 1)
            target.writestr(entry, content)
    assert any(told in fault for fault in faults(broken.getvalue())), faults(broken.getvalue())


def test_the_same_report_gives_the_same_bytes(sound):
    assert word_document(report()) == sound
    assert word_document(replace(report(), ledger=ledger())) == sound
