"""Further examples of the two editions of GB/T 7714: kinds of sources, languages and gaps.

gb7714_examples.json holds their facts as CSL-JSON beside the entries that the standards print: of 2025
those of its clauses 5 to 9 and annex B, of 2015 those of its annex A and clause 10, as authors of
styles retyped them (hushidong/biblatex-gb7714-2025, zotero-chinese/styles,
zepinglee/gb-t-7714-csl-style). Long addresses are cut; articles with an e-number or a bare DOI are ours.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pbgov.reporting.references import format_reference, read_references

EXAMPLES = json.loads(
    (Path(__file__).parent / "data/gb7714_examples.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["entry"][:24])
def test_further_entries_of_the_standard(example: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps([example["item"]]), encoding="utf-8")
    (source,) = read_references(path)
    assert format_reference(source, str(example["style"])) == example["entry"]
