"""How a Word file looks: the journal layout, and the official one after GB/T 9704-2012."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pbgov.errors import InputError
from pbgov.reporting.word.document import word_document

sys.path.insert(0, str(Path(__file__).parent))

from word_package import text_of, trees_of, w
from word_reports import opened, report

MM = 1440 / 25.4


@pytest.fixture(scope="module")
def journal():
    return opened(report())


@pytest.fixture(scope="module")
def official():
    return opened(report(layout="official"))


def style(document, style_id):
    return next(
        one for one in document.styles.element.iter(w("style")) if one.get(w("styleId")) == style_id
    )


def fonts_and_size(document, style_id):
    look = style(document, style_id).find(w("rPr"))
    fonts = look.find(w("rFonts"))
    return (
        fonts.get(w("eastAsia")),
        fonts.get(w("ascii")),
        int(look.find(w("sz")).get(w("val"))) / 2,
    )


def test_the_official_page_is_that_of_the_standard(official):
    """GB/T 9704-2012, 5.2.1: A4, head margin 37 mm, binding margin 28 mm, text 156 mm by 225 mm."""
    section = official.element.body.sectPr
    size, margins = section.find(w("pgSz")), section.find(w("pgMar"))

    def read(part, name):
        return int(part.get(w(name))) / MM

    assert (read(size, "w"), read(size, "h")) == pytest.approx((210, 297), abs=0.1)
    assert read(margins, "top") == pytest.approx(37, abs=0.1)
    assert read(margins, "left") == pytest.approx(28, abs=0.1)
    wide = read(size, "w") - read(margins, "left") - read(margins, "right")
    high = read(size, "h") - read(margins, "top") - read(margins, "bottom")
    assert (wide, high) == pytest.approx((156, 225), abs=0.1)


def test_official_type_is_that_of_the_standard(official):
    """5.2.2, 7.3.1, 7.3.3: 三号 is 16 pt, 二号 is 22 pt."""
    assert fonts_and_size(official, "BodyProse") == ("仿宋", "Times New Roman", 16)
    assert fonts_and_size(official, "Title")[::2] == ("方正小标宋简体", 22)
    assert fonts_and_size(official, "Heading1")[::2] == ("黑体", 16)
    assert fonts_and_size(official, "Heading2")[::2] == ("楷体", 16)
    assert fonts_and_size(official, "Heading3")[::2] == ("仿宋", 16)
    bold = {
        n: style(official, f"Heading{n}").find(f"{w('rPr')}/{w('b')}").get(w("val"))
        for n in (1, 2, 3)
    }
    assert bold == {1: "0", 2: "0", 3: "1"}
    assert style(official, "Title").find(f"{w('pPr')}/{w('jc')}").get(w("val")) == "center"
    spacing = style(official, "BodyProse").find(f"{w('pPr')}/{w('spacing')}")
    assert spacing.get(w("lineRule")) == "exact"
    pitch = int(spacing.get(w("line")))
    assert 22 * pitch <= 225 * MM < 22.1 * pitch, "22 lines fill the text area"
    for name in ("TableCell", "ExhibitNote", "Caption"):
        assert fonts_and_size(official, name)[2] < 16


def test_official_colours_are_black_and_nothing_is_framed(official):
    """5.2.4: characters are black."""
    for part in (official.element, official.styles.element):
        assert {one.get(w("val")) for one in part.iter(w("color"))} <= {"000000"}
        assert not list(part.iter(w("bdr")))
        assert not list(part.iter(w("pBdr")))
        assert not list(part.iter(w("shd")))


def test_official_page_numbers_stand_outside(official):
    """7.5: 四号 (14 pt) half-width 宋体 between dashes, odd pages right, even pages left, one in."""
    settings = official.settings.element
    assert settings.find(w("evenAndOddHeaders")) is not None
    assert settings.find(w("mirrorMargins")) is not None
    section = official.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (line,) = footer.paragraphs
        assert line.text == "— 1 —"
        assert [one.text.strip() for one in line._p.iter(w("instrText"))] == ["PAGE"]
        name = line.style.style_id
        assert fonts_and_size(official, name) == ("宋体", "宋体", 14)
        look = style(official, name).find(w("pPr"))
        assert look.find(w("jc")).get(w("val")) == side
        assert look.find(w("ind")).get(w(f"{side}Chars")) == "100"
    assert not section.header.paragraphs[0].text


def test_the_layouts_differ_and_hold_the_same_words(journal, official):
    def words(document):
        body = document.element.body
        return [text_of(one).replace("●", "").replace("○", "") for one in body.iter(w("p"))]

    told = set(words(journal))
    assert len(told) > 40
    assert {one for one in words(official) if one} == {one for one in told if one}
    assert fonts_and_size(journal, "BodyProse")[::2] == ("宋体", 12)


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_no_font_comes_from_a_theme_in_any_part(layout):
    trees = trees_of(word_document(report(layout=layout)))
    named = {
        fonts.get(w("eastAsia")) for tree in trees.values() for fonts in tree.iter(w("rFonts"))
    }
    assert named <= {"宋体", "黑体", "楷体", "仿宋", "方正小标宋简体"}
    for name in ("word/footnotes.xml", "word/footer1.xml"):
        for line in trees[name].iter(w("p")):
            used = line.find(f"{w('pPr')}/{w('pStyle')}").get(w("val"))
            told = trees["word/styles.xml"].xpath(
                f"//w:style[@w:styleId='{used}']/w:rPr/w:rFonts", namespaces={"w": w("")[1:-1]}
            )
            assert len(told) == 1


def test_an_unknown_layout_is_refused():
    with pytest.raises(InputError, match="'poster' is unknown; use journal or official"):
        word_document(report(layout="poster"))
