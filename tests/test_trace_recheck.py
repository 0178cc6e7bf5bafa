"""Quotations held against their files: intact ones pass, every planted mismatch is named.

The damage in the documents is that of test_repair_planted: made from its description, so that
offsets into the raw text are not those into the repaired text.
"""

from __future__ import annotations

import dataclasses
import random
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from test_repair_planted import CLEAN, folded, slid, to_traditional, with_readings

from pbgov.corpus.readers import read_corpus
from pbgov.errors import InputError
from pbgov.reporting.ledger import Quotation, quotation_id
from pbgov.reporting.tracing.rechecking import recheck
from pbgov.study import Study

HOSTILE = '</script><!--{{result:x}} =HYPERLINK("x") \u202e 𠮷野家旁的社区设立了议事厅。\n'
DOCUMENTS = {
    "pinyin.txt": with_readings(to_traditional(CLEAN)).encode(),
    "slid.txt": slid(CLEAN)[0].encode("gb18030"),
    "crlf.txt": CLEAN.replace("\n", "\r\n").encode("gbk"),
    "bom.txt": b"\xef\xbb\xbf" + CLEAN.encode(),
    "astral.txt": ("𠮷" + CLEAN.replace("社区", "𠮷区\u200b")).encode(),
    "folded.txt": folded(CLEAN).encode("utf-16"),
    "hostile.txt": (CLEAN + HOSTILE).encode(),
    "rows.csv": f'text\n"{CLEAN.splitlines()[0]}"\n"{CLEAN.splitlines()[3]}"\n'.encode(),
}

WRONG = (
    ("E724", lambda one, document: {"end": len(document.text) + 1}),
    ("E724", lambda one, document: {"raw_end": len(document.raw) + 1}),
    ("E724", lambda one, document: {"start": -1}),
    ("E724", lambda one, document: {"end": one.start}),
    ("E725", lambda one, document: {"text": one.text + "的"}),
    ("E725", lambda one, document: {"text": "〇" + one.text[1:]}),
    ("E726", lambda one, document: {"raw_start": one.raw_end}),
    ("E726", lambda one, document: {"raw_end": one.raw_start}),
)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    cases = tmp_path / "data" / "cases"
    cases.mkdir(parents=True)
    for name, content in DOCUMENTS.items():
        (cases / name).write_bytes(content)
    return Study(tmp_path, "试验", "", 1, tmp_path / "reports", {"cases": cases})


def quotations(study: Study, of_each: int = 30) -> dict[str, Quotation]:
    """Stretches of every document, drawn with a seed."""
    drawn = random.Random(6)
    made = []
    for document in read_corpus(study.cases):
        for _ in range(of_each):
            start = drawn.randrange(len(document.text) - 1)
            end = drawn.randrange(start + 1, min(start + 90, len(document.text)) + 1)
            path = Path(document.path).relative_to(study.root).as_posix()
            made.append(
                Quotation(
                    quotation_id(document.doc_id, start, end),
                    document.doc_id,
                    "",
                    path,
                    1,
                    start,
                    end,
                    *document.to_raw(start, end),
                    document.text[start:end],
                )
            )
    return {one.quotation_id: one for one in made}


def codes(study: Study, given: dict[str, Quotation], *names: str) -> set[str]:
    """The codes found, after a check that only the files named are spoken of."""
    found = recheck(given, study)
    assert {Path(one.path.split("#")[0]).name for one in found} <= set(names)
    assert all(one.zh and one.en for one in found)
    return {one.code for one in found}


def test_what_was_not_touched_holds(study: Study) -> None:
    given = quotations(study, 150)
    shifted = {one.path for one in given.values() if one.start != one.raw_start}
    assert {Path(path).name for path in shifted} >= {"pinyin.txt", "slid.txt", "astral.txt"}
    assert len(given) > 1_000
    assert recheck(given, study) == []


def test_two_thousand_quotations_in_a_moment(study: Study) -> None:
    given = quotations(study, 260)
    assert len(given) > 1_900
    before = time.perf_counter()
    assert recheck(given, study) == []
    assert time.perf_counter() - before < 10


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.endswith(".txt")])
def test_a_sentence_put_in_front(study: Study, name: str) -> None:
    given = quotations(study)
    text = next(one for one in read_corpus(study.cases) if one.path.endswith(name)).raw
    (study.cases / name).write_text("后来加进一句话。\n" + text, encoding="utf-8")
    assert codes(study, given, name) & {"E725", "E724"}
    (moved,) = [one for one in recheck(given, study) if one.code == "E725"][:1]
    assert moved.column


def test_one_character_changed_inside_a_quotation(study: Study) -> None:
    one = next(one for one in quotations(study).values() if one.doc_id == "crlf" and one.end > 200)
    text = DOCUMENTS["crlf.txt"].decode("gbk")
    at = one.raw_start
    changed = text[:at] + ("误" if text[at] not in "误\r\n" else "谬") + text[at + 1 :]
    (study.cases / "crlf.txt").write_bytes(changed.encode("gbk"))
    (found,) = recheck([one], study)
    assert found.code == "E725"
    assert found.column == f"{one.start}-{one.end}"
    assert found.seen[0] != found.wanted[0]


def test_a_text_cut_short(study: Study) -> None:
    given = {key: one for key, one in quotations(study).items() if one.doc_id == "bom"}
    (study.cases / "bom.txt").write_text(CLEAN[:40], encoding="utf-8")
    assert "E724" in codes(study, given, "bom.txt")


def test_a_file_gone_or_unreadable_is_told_once(study: Study) -> None:
    given = quotations(study)
    (study.cases / "bom.txt").unlink()
    (study.cases / "astral.txt").write_bytes(b"")
    found = recheck(given, study)
    assert sorted(one.code for one in found) == ["E720", "E721"]
    assert {Path(one.path).name: one.code for one in found} == {
        "bom.txt": "E720",
        "astral.txt": "E721",
    }


def test_no_folder_at_all(study: Study) -> None:
    given = quotations(study)
    for name in DOCUMENTS:
        (study.cases / name).unlink()
    assert {one.code for one in recheck(given, study)} == {"E720"}
    study.cases.rmdir()
    assert {one.code for one in recheck(given, study)} == {"E720"}


def test_another_document_in_the_file(study: Study) -> None:
    given = quotations(study)
    front = '+++\nid = "other"\n+++\n'
    (study.cases / "bom.txt").write_text(front + CLEAN, encoding="utf-8")
    (found,) = recheck(given, study)
    assert (found.code, found.seen, found.wanted) == ("E722", "other", "bom")


def test_a_row_of_a_table_gone(study: Study) -> None:
    given = quotations(study)
    (study.cases / "rows.csv").write_text(f'text\n"{CLEAN.splitlines()[0]}"\n', encoding="utf-8")
    assert codes(study, given, "rows.csv") == {"E722"}


def test_two_files_with_one_id(study: Study) -> None:
    given = quotations(study)
    front = '+++\nid = "pinyin"\n+++\n'
    (study.cases / "a.txt").write_text(front + CLEAN, encoding="utf-8")  # read before pinyin.txt
    (found,) = recheck(given, study)
    assert (found.code, Path(found.path).name) == ("E723", "pinyin.txt")
    assert found.seen.endswith("a.txt")


def test_every_wrong_number_or_word_in_a_quotation(study: Study) -> None:
    documents = read_corpus(study.cases)
    given = quotations(study, 12).values()
    for code, change in WRONG:
        planted = [dataclasses.replace(one, **change(one, documents[one.doc_id])) for one in given]
        wrong = {(one.path, f"{one.start}-{one.end}") for one in set(planted) - set(given)}
        found = recheck(planted, study)
        assert {one.code for one in found} == {code}, change
        assert {(one.path, one.column) for one in found} == wrong


def test_raw_words_that_no_listed_repair_makes_into_the_quotation(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pbgov.reporting.tracing import rechecking

    given = {key: one for key, one in quotations(study).items() if one.doc_id == "pinyin"}
    corpus = read_corpus(study.cases)

    def without_repairs(folder: Path) -> list[object]:
        return [dataclasses.replace(one, repairs=()) for one in corpus]

    class Listed(list):  # a corpus whose documents do not tell what was repaired
        findings = ()

    monkeypatch.setattr(rechecking, "read_corpus", lambda folder: Listed(without_repairs(folder)))
    assert {one.code for one in recheck(given, study)} == {"E727"}


def test_what_are_no_quotations(study: Study) -> None:
    with pytest.raises(InputError, match="quotations_of"):
        recheck(["pinyin:1-2"], study)  # type: ignore[list-item]


def test_findings_do_not_act_on_a_screen(study: Study) -> None:
    given = {key: one for key, one in quotations(study, 90).items() if one.doc_id == "hostile"}
    (study.cases / "hostile.txt").write_text((CLEAN + HOSTILE)[::-1], encoding="utf-8")
    for found in recheck(given, study):
        assert "\u202e" not in str(found)
        assert "\n" not in found.zh
