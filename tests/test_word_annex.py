"""Numbers in a Word file lead to the sentences and records they rest on, and back."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from pbgov.reporting.ledger import Ledger
from pbgov.reporting.report import Paragraph, Report
from pbgov.reporting.word.document import word_document
from pbgov.reporting.word.evidence_numbers import MOST_PRINTED, number_evidence

sys.path.insert(0, str(Path(__file__).parent))

from word_package import bookmarks, faults, row_at, text_of, w
from word_reports import ledger, opened, quotation, record, report, result


@pytest.fixture(scope="module")
def journal():
    return opened(report())


def controls(document):
    return {
        one.find(f"{w('sdtPr')}/{w('tag')}").get(w("val")): one
        for one in document.element.body.iter(w("sdt"))
        if one.find(f"{w('sdtPr')}/{w('tag')}") is not None
    }


def test_each_number_is_a_control_that_can_be_read_back(journal):
    told = [
        (one.find(f"{w('sdtPr')}/{w('tag')}").get(w("val")), text_of(one))
        for one in journal.element.body.iter(w("sdt"))
        if one.find(f"{w('sdtPr')}/{w('tag')}") is not None
    ]
    assert told == [
        ("result:practices.n", "12"),
        ("result:practices.some", "4"),
        ("result:practices.n", "12"),
        ("result:density.mean", "−2,500"),
        ("result:simulate.n", "16"),
    ]
    aliases = {
        tag: one.find(f"{w('sdtPr')}/{w('alias')}").get(w("val"))
        for tag, one in controls(journal).items()
    }
    assert aliases["result:practices.n"] == "查出的做法条数"
    assert aliases["result:simulate.n"] == "【模拟】编造的区数"
    assert all(one.getparent().tag == w("p") for one in controls(journal).values())


def test_a_result_without_evidence_says_where_it_comes_from_and_no_number_is_broken():
    interval = "[−1,234.50, 894.24]"
    made = Report(
        "题", "",
        (Paragraph("{{result:a}}、{{result:b}}、【模拟】{{result:c}}、{{result:d}}。"),),
        Ledger(
            (
                result("a", (), printed=interval, origin="tables/tab-a.csv"),
                result("b", (), origin=""),
                result("c", (), simulated=True, origin="tables/模拟_tab-c.csv"),
                result("d", (), printed="长" * 200),
            )
        ),
    )  # fmt: skip
    document = opened(made)
    where = bookmarks(document)
    rows = [row_at(document, f"_Result{n:08d}") for n in (1, 2, 3, 4)]
    assert where
    told = [text_of(list(row.iter(w("tc")))[-1]) for row in rows]
    assert told[:3] == [
        "没有单条依据，见所在文件",
        "没有单条依据",
        "由程序生成，见所在文件",
    ]
    width = int(list(rows[0].iter(w("tcW")))[1].get(w("w"))) / 20  # in points
    assert len(interval) * 0.636 * 7.5 <= width < 0.3 * 15.4 * 72 / 2.54


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_the_trace_goes_from_number_to_quotation_and_back(layout):
    document = opened(report(layout=layout))
    where = bookmarks(document)
    (link,) = controls(document)["result:practices.some"].iter(w("hyperlink"))
    row = row_at(document, link.get(w("anchor")))
    assert "明说组织创新的条数" in text_of(row)
    assert "evidence/practices.csv" in text_of(row)
    anchors = {text_of(one): one.get(w("anchor")) for one in row.iter(w("hyperlink"))}
    assert set(anchors) == {"4", "Q2", "Q4", "Q9"}, "three neighbours and one apart"
    quoted = row_at(document, anchors["Q9"])
    assert "第3条：街道建立联席会议制度。" in text_of(quoted)
    back = {text_of(one): one.get(w("anchor")) for one in quoted.iter(w("hyperlink"))}
    assert back["N2"] == link.get(w("anchor"))
    prose = where[anchors["4"]].getparent()
    assert prose.find(f"{w('pPr')}/{w('pStyle')}").get(w("val")) == "BodyProse"


def test_a_quotation_stands_with_its_source(journal):
    text = text_of(row_at(journal, "_Quotation00000002"))
    for told in (
        "Q2", "“第2条：街道建立联席会议制度。”", "第 2 段", "文 200–215", "原 202–217",
        "甲编码者 给出 组织创新 INNOV.ORG（cue:联席会议）", "乙编码者 否认 活动创新 INNOV.ACT",
    ):  # fmt: skip
        assert told in text, told
    rows = [text_of(one) for one in journal.element.body.iter(w("tr"))]
    assert "《题名doc-a》  data/documents/doc-a.txt" in rows


def test_records_stand_with_unit_period_status_and_source(journal):
    row = row_at(journal, "_Record00000003")
    assert [text_of(one) for one in row.iter(w("tc"))] == [
        "R3",
        "第3区",
        "2020",
        "3,000",
        "实际",
        "N3",
    ]
    rows = [text_of(one) for one in journal.element.body.iter(w("tr"))]
    assert "人口密度（人/平方公里）  来源：第七次全国人口普查公报" in rows


def test_only_stated_results_are_in_the_annex(journal):
    text = text_of(journal.element.body)
    assert "没有写进正文的数" not in text
    assert "【模拟】16" in text


def test_a_report_that_states_no_result_has_no_annex():
    for kept in (Ledger(), ledger()):
        made = report(ledger=kept, blocks=(Paragraph("没有数字。"),))
        assert "附录" not in text_of(opened(made).element.body)


def test_many_scattered_quotations_are_cut_visibly():
    told = [quotation(n) for n in range(1, 201)]
    odd = [one.quotation_id for one in told[::2]]
    stated = result("a.n", odd)
    blocks = (Paragraph("{{result:a.n}}"),)
    made = Report(title="题", subtitle="", blocks=blocks, ledger=Ledger((stated,), tuple(told)))
    row = text_of(row_at(opened(made), "_Result00000001"))
    assert "Q1–Q100（100 条）" in row
    other = result("b.n", [one.quotation_id for one in told[1::2]])
    blocks = (Paragraph("{{result:a.n}}和{{result:b.n}}"),)
    both = Ledger((stated, other), tuple(told))
    row = text_of(row_at(opened(Report(title="题", subtitle="", blocks=blocks, ledger=both)),
                         "_Result00000001"))  # fmt: skip
    assert row.endswith("等 100 条，全部见 evidence/practices.csv")


def test_beyond_the_limit_every_result_keeps_its_first_evidence():
    told = [quotation(n) for n in range(1, 1001)]
    ids = [one.quotation_id for one in told]
    stated = (result("all.n", ids), result("last.n", ids[-3:]), result("none.n"))
    numbers = number_evidence(Ledger(stated, tuple(told)), stated)
    assert len(numbers.quotations) <= MOST_PRINTED
    assert len(numbers.quotations) > MOST_PRINTED - len(stated)
    assert set(ids[-3:]) <= set(numbers.quotations)
    assert numbers.all_quotations == 1000
    made = Report(
        title="题", subtitle="", ledger=Ledger(stated, tuple(told)),
        blocks=(Paragraph("{{result:all.n}}、{{result:last.n}}、{{result:none.n}}"),),
    )  # fmt: skip
    text = text_of(opened(made).element.body)
    assert "引文共 1,000 条" in text
    assert "等 1,000 条，全部见 evidence/practices.csv" in text


def test_a_long_quotation_is_cut_visibly():
    long = quotation(1, text="长" * 1000)
    stated = result("a.n", [long.quotation_id])
    made = Report(title="题", subtitle="", blocks=(Paragraph("{{result:a.n}}"),),
                  ledger=Ledger((stated,), (long,)))  # fmt: skip
    assert "……〔共 1,000 字〕”" in text_of(opened(made).element.body)


def test_simulated_records_and_results_carry_their_mark():
    made = record(1, status="模拟")
    stated = result("a.n", [made.record_id], simulated=True)
    document = opened(
        Report(title="题", subtitle="", blocks=(Paragraph("{{result:a.n}}"),),
               ledger=Ledger((stated,), (), (made,)))
    )  # fmt: skip
    assert "【模拟】12" in text_of(row_at(document, "_Result00000001"))
    assert "【模拟】1,000" in text_of(row_at(document, "_Record00000001"))


def test_five_hundred_quotations_are_quick():
    told = tuple(quotation(n, text="字" * 150) for n in range(1, 501))
    ids = [one.quotation_id for one in told]
    stated = tuple(result(f"a{n}.n", ids[n % 7 :: 2]) for n in range(60))
    text = "、".join(f"{{{{result:a{n}.n}}}}" for n in range(60))
    made = Report(title="题", subtitle="", blocks=(Paragraph(text),), ledger=Ledger(stated, told))
    began = time.perf_counter()
    written = word_document(made)
    assert time.perf_counter() - began < 10
    assert faults(written) == []
