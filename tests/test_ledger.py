"""The ledger of results and the grammar of prose: what is named is bound, and text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.reporting.claims.grading import grade_count, grade_result
from pbgov.reporting.ledger import (
    LONGEST_ID,
    Ledger,
    Quotation,
    Record,
    Result,
    quotation_id,
    record_id,
)
from pbgov.reporting.prose import (
    ExhibitName,
    GivenText,
    NoteText,
    ResultName,
    SourceName,
    given,
    literal,
    parsed,
    result,
)
from pbgov.reporting.report import (
    Box,
    Citation,
    Claim,
    Footnote,
    Number,
    Paragraph,
    References,
    Report,
)
from pbgov.reporting.results.naming import name_of, stem_of

HOSTILE = (
    "{{result:practices.n}}",
    "{tab-scores}",
    "{{note:<script>alert(1)</script>}}",
    "{{cite:a}}",
    "{{given:9|x}}",
    "{{brace}}",
    "}}{{",
)


def quotation(text="健全党建机制。", start=0):
    return Quotation(
        quotation_id("doc", start, start + len(text)),
        "doc",
        "题名",
        "data/cases/doc.md",
        1,
        start,
        start + len(text),
        start,
        start + len(text),
        text,
    )


def ledger(**changes):
    plain = {
        "results": (
            Result("practices.n", 108, "108", "查出的做法条数", "count", rests_on=("doc:0-7",)),
            Result("share", 0.5, "50.0%", "占比", "description", rests_on=("doc:0-7", "率/1/2020")),
        ),
        "quotations": (quotation(),),
        "records": (Record("率/1/2020", "东城区", "率", "2020", "95.1", "%", "实际", "某表"),),
    }
    return Ledger(**(plain | changes))


def report(*texts, **changes):
    blocks = tuple(Paragraph(text) for text in texts)
    return Report("题", "", changes.pop("blocks", blocks), ledger=ledger(), **changes)


def test_every_kind_of_name_is_read_in_its_place():
    text = "有{{result:practices.n}}条、{{ result:x}}，{{result:share=50.0%}}见{tab-a}{{cite:k}}{{note:注}}{{given:9|表}}。"
    assert parsed(text) == [
        "有",
        ResultName("practices.n"),
        "条、{{ result:x}}，",
        ResultName("share", "50.0%"),
        "见",
        ExhibitName("tab-a"),
        SourceName("k"),
        NoteText("注"),
        GivenText("9", "表"),
        "。",
    ]


@forall(
    st.text(alphabet="{}:|=result cite note given brace tab-fig 党建 0123456789.-", max_size=60)
)
def test_literal_text_names_nothing_and_comes_back_as_it_was(text):
    pieces = parsed(f"前{literal(text)}后")
    assert pieces == [f"前{text}后"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_that_looks_like_a_name_stays_a_title(text):
    assert report(f"《{literal(text)}》").plain(f"《{literal(text)}》") == f"《{text}》"


@forall(
    st.text(alphabet="{}|:= given result note brace 3党", max_size=40),
    st.text(alphabet="{}| 表a", max_size=10).map("表".__add__),
)
def test_given_words_are_printed_as_they_are_and_name_nothing(printed, whence):
    text = f"甲{given(printed, whence)}乙"
    assert report(text).plain(text) == f"甲{printed}乙"
    assert {type(piece) for piece in parsed(text)} <= {str, GivenText}


def test_a_number_is_printed_from_the_ledger_and_carries_what_its_writer_expected():
    one = report("有{{result:practices.n=99}}条。")
    number = one.pieces("有{{result:practices.n=99}}条。")[1]
    assert isinstance(number, Number)
    assert (number.printed, number.expected, number.result.value) == ("108", "99", 108)
    assert one.plain("有{{result:practices.n=99}}条。") == "有108条。"


def test_the_reason_of_a_claim_and_the_text_of_a_box_are_prose_too():
    blocks = (
        Claim("{{result:share}}", "真实", "低", "只有{{result:practices.n}}条"),
        Box("框", ("{{result:share}}",)),
    )
    one = report(blocks=blocks)
    assert [one.plain(text) for _, text in one.texts()] == ["50.0%", "只有108条", "50.0%"]


@pytest.mark.parametrize(
    "text",
    ["{{result:nothing}}", "{{cite:nobody}}", "{tab-nothing}", "{{given:9|}}", "{{given:|表}}"],
)
def test_what_is_not_there_cannot_be_named(text):
    with pytest.raises(InputError):
        report(text)


def test_sources_print_their_marks_and_notes_are_footnotes():
    sources = References(("甲[J].", "乙[M]."), keys=("a", "b"))
    named = References(("丙[M].",), keys=("c",), marks=("（丙，2020）",))
    one = report(blocks=(Paragraph("见{{cite:b}}{{cite:c}}{{note:说明}}"), sources, named))
    pieces = one.pieces("见{{cite:b}}{{cite:c}}{{note:说明}}")
    assert pieces[1:] == [Citation("b", "[2]"), Citation("c", "（丙，2020）"), Footnote("说明")]
    with pytest.raises(InputError, match="2 references have 1 keys"):
        References(("甲", "乙"), keys=("a",))


def test_a_result_rests_only_on_what_is_there_and_the_way_back_is_the_same():
    whole = ledger()
    for name, one in whole.items():
        for evidence in one.rests_on:
            assert name in [back.result_id for back in whole.resting_on(evidence)]
    assert [one.result_id for one in whole.resting_on("率/1/2020")] == ["share"]
    with pytest.raises(InputError, match="rests on 'doc:9-10'"):
        ledger(results=(Result("n", 1, "1", "数", "count", rests_on=("doc:9-10",)),))
    with pytest.raises(InputError, match="stands twice"):
        ledger(quotations=(quotation(), quotation()))


@pytest.mark.parametrize(
    "name", ["", "a b", "a..b", ".a", "a{b", "x" * (LONGEST_ID + 1), "a|b", "a=b"]
)
def test_an_id_that_prose_or_word_could_not_hold_is_refused(name):
    with pytest.raises(InputError):
        Result(name, 1, "1", "数", "count")


@forall(st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_any_words_make_an_id(parts):
    made = Result(name_of(*parts), 1, "1", "数", "count")
    assert parsed(result(made.result_id)) == [ResultName(made.result_id)]


def test_numbers_about_one_thing_have_one_stem_however_long_or_odd_its_name_is():
    for coder in ("李敏", "@SUM(1) {{result}} ]]& #eval('1')", "甲" * 100):
        of = ("agreement", "INNOV", coder)
        grade = grade_result(stem_of(*of), grade_count(documents=1))
        assert name_of(*of, "accuracy") == f"{stem_of(*of)}.accuracy"
        assert grade.result_id == f"{stem_of(*of)}.grade"
    assert stem_of("agreement", "INNOV", "甲" * 100) != stem_of("agreement", "INNOV", "甲" * 99)


def test_two_long_names_stay_apart():
    assert name_of("a" * 60, "estimate") != name_of("a" * 61, "estimate")
    assert record_id("率", "110101", "2020") == "率/110101/2020"
