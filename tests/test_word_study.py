"""The Word report of the shipped study, whole: sound, traced, and quick enough."""

from __future__ import annotations

import io
import sys
import time
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from pbgov.reporting.composition import compose
from pbgov.reporting.report import Number
from pbgov.reporting.word.document import word_document
from pbgov.run import compute, state_of
from pbgov.study import read_study

sys.path.insert(0, str(Path(__file__).parent))

from word_package import faults, row_at, text_of, w

LONGEST_SECONDS = 12
"""Of the processor, pictures drawn."""


@pytest.fixture(scope="module")
def whole(ran):
    """The report of the shipped study."""
    study = read_study(ran)
    results, _ = compute(study, state_of(study), lambda title, made: None)
    return compose(study, results)


@pytest.mark.parametrize("layout", ["journal", "official"])
def test_the_whole_report_is_sound_and_every_number_is_traced(whole, layout):
    made = replace(whole, layout=layout)
    began = time.process_time()
    written = word_document(made)
    assert time.process_time() - began < LONGEST_SECONDS
    assert faults(written) == []
    document = docx.Document(io.BytesIO(written))
    stated = [
        piece.result
        for _, text in made.texts()
        for piece in made.pieces(text)
        if isinstance(piece, Number)
    ]
    assert stated
    held = [
        one for one in document.element.body.iter(w("sdt"))
        if one.find(f"{w('sdtPr')}/{w('tag')}") is not None
    ]  # fmt: skip
    assert len(held) == len(stated)
    for control, result in zip(held, stated, strict=True):
        assert (
            control.find(f"{w('sdtPr')}/{w('tag')}").get(w("val")) == f"result:{result.result_id}"
        )
        assert text_of(control) == result.printed
        (link,) = control.iter(w("hyperlink"))
        cells = [text_of(one) for one in row_at(document, link.get(w("anchor"))).iter(w("tc"))]
        assert result.printed in cells[1]
        assert cells[2] == result.meaning
        assert ("没有单条依据" in cells[-1] or "由程序生成" in cells[-1]) == (not result.rests_on)
