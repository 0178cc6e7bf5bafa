"""A small study whose every text is hostile: titles, names, definitions, cells, entries, file names."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pbgov
from pbgov.corpus.document import digest_text

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>alert(1)</script>"
CLOSING = "</script><!--<script>alert(1)"
GRAMMAR = "{{result:x}} {{note:y}} {{brace}} {tab-x} {{cite:z}} {{given:9|w}}"
FORMULA = '=HYPERLINK("http://x")'
SUM = "@SUM(1)"
COMMAND = "+cmd|' /C calc'!A0"
LATEX = r"\input{/etc/passwd}$x^2$%"
TYPST = '#eval("1") #read("/etc/passwd") *粗*'
CDATA = "]]>"
TURNED = "甲\u202e乙丙\u202c丁"
ASTRAL = "𠮷家"
BAD = "坏\u0001字\ufffe符"
LONG = "长题" * 150

STUDY = """
[study]
title = {title}
subtitle = {subtitle}
seed = 5

[inputs]
cases = "data/cases"
codebook = "data/codebook"
lexicon = "data/lexicon"
codings = "data/codings"
regions = "data/regions"
indicators = "data/indicators"

[coding]
references = [{coder}]
families = ["INNOV"]
seen_text = true

[satisfaction]
indicator = {indicator}
family = "INNOV"
remark = {remark}

[report]
references = "references.bib"
"""
TITLE = f"题 {SCRIPT} {GRAMMAR} {BAD} {TURNED} {ASTRAL}"
SUBTITLE = f"{FORMULA} {LATEX} {TYPST} {CDATA} {CLOSING}"
REMARK = f"{SCRIPT} {GRAMMAR} {BAD} {COMMAND} 没有另外的数据。"
CODER = "@SUM(1) {{result}} {{brace}} {tab-x} ]]& #eval('1')"
"""A coder's name names a file, which may hold no \\ / : * ? " < > |."""

INDICATOR = f"满意率 <b>|{{{{result:x}}}} {{tab-x}} {CDATA}"
DOCUMENTS = {
    "=cmd {{result:x}} {tab-x} <b>&": f"{SCRIPT} {GRAMMAR}",
    "@SUM(1) ]]> ' #eval": f"{FORMULA} | {LATEX} {TYPST}",
    "+1 𠮷": f"{CLOSING} {CDATA} {BAD} {TURNED} {ASTRAL}",
    "plain": f"{COMMAND} {LONG}",
}
REGIONS = {
    "110101": f"东城区 {SCRIPT}",
    "110102": f"{FORMULA}",
    "110105": f"朝阳区 {GRAMMAR}",
    "110106": f"丰台区 {BAD} {TURNED}",
    "110107": f"{COMMAND} {LATEX}",
}
CODE_NAME = f"组织创新 {SCRIPT} {GRAMMAR} {BAD}"
CODE_DEFINITION = f"{CLOSING} | 甲\n乙 {LATEX} {TYPST} {TURNED} {BAD}"
SAID = f"并写明{SCRIPT}{GRAMMAR}{CDATA}{TYPST}{LATEX}{ASTRAL}"
REFERENCES = r"""
@article{hostile1,
  author = {{<script>alert(1)</script>}},
  title = {\{\{result:x\}\} \{tab-x\} =HYPERLINK("http://x") ]]> #eval("1") 坏字𠮷},
  journal = {\input{/etc/passwd}},
  year = {2024},
  volume = {1},
  number = {2},
  pages = {3--4}
}
"""


def lay_out(folder: Path, root: Path) -> Path:
    """The study in `folder`: four documents, five districts with hostile names, one coder."""
    shutil.copytree(root / "pbgov" / "template" / "files", folder)
    data = folder / "data"
    shutil.rmtree(data / "cases")
    (data / "cases").mkdir()
    settings = {
        "title": TITLE,
        "subtitle": SUBTITLE,
        "coder": CODER,
        "indicator": INDICATOR,
        "remark": REMARK,
    }
    (folder / "study.toml").write_text(
        STUDY.format(**{name: _toml(text) for name, text in settings.items()}), encoding="utf-8"
    )
    for number, (name, title) in enumerate(DOCUMENTS.items()):
        district = list(REGIONS.values())[number]
        text = _document(number, title, district)
        (data / "cases" / f"{name}.md").write_text(text, encoding="utf-8")
    _rename(data / "regions" / "regions.csv", "region_code", "name", REGIONS)
    _rename(data / "codebook" / "codes.csv", "code_id", "zh", {"INNOV.ORG": CODE_NAME})
    _rename(
        data / "codebook" / "codes.csv", "code_id", "definition", {"INNOV.ORG": CODE_DEFINITION}
    )
    _write_rates(data / "indicators")
    _write_codings(data)
    (folder / "references.bib").write_text(REFERENCES, encoding="utf-8")
    return folder


def _toml(text: str) -> str:
    """A text as a basic string of TOML, its control characters written as escapes."""
    kept = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if ord(c) >= 32 else f"\\u{ord(c):04x}" for c in kept) + '"'


def _document(number: int, title: str, district: str) -> str:
    places = ("东城区", "西城区", "朝阳区", "丰台区", "石景山区")
    practices = [
        f"{place}第{number}街道党工委组建了第{at}个联合党支部，{SAID}。"
        if (number + at) % 3
        else f"{place}第{number}街道建立责任清单，按季考核，{SAID}。"
        for at, place in enumerate(places)
    ]
    front = (
        f"+++\ntitle = {_toml(title)}\nauthors = [{_toml(SCRIPT)}, {_toml(FORMULA)}]\n"
        f'venue = {_toml(SUM + " " + GRAMMAR)}\npublished = "2024"\ncity = "北京市"\n'
        f"district = {_toml(district)}\n+++\n\n"
    )
    return front + "\n\n".join(practices) + "\n"


def _rename(file: Path, key: str, column: str, names: dict[str, str]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        row[column] = names.get(row[key], row[column])
    _write(file, rows)


def _write(file: Path, rows: list[dict[str, object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        written = csv.DictWriter(opened, list(rows[0]))
        written.writeheader()
        written.writerows(rows)


def _write_rates(folder: Path) -> None:
    register = {
        "indicator": INDICATOR,
        "definition": f"{CODE_DEFINITION}",
        "kind": "rate",
        "unit": "%",
        "low": 0,
        "high": 100,
        "denominator": FORMULA,
        "limits": SCRIPT,
    }
    _write(folder / "register.csv", [register])
    rows = [
        {
            "region_code": code,
            "period": "2030",
            "indicator": INDICATOR,
            "value": 80 + n,
            "unit": "%",
            "status": "实际",
            "source_tier": "A",
            "source_url": f"javascript:alert(1) {SCRIPT} {GRAMMAR}",
            "note": COMMAND,
        }
        for n, code in enumerate(REGIONS)
    ]
    _write(folder / "rates.csv", rows)


def _write_codings(data: Path) -> None:
    """One coder's judgement of every paragraph that begins with 东城区 or 西城区."""
    paragraphs = pbgov.segment(pbgov.read_corpus(data / "cases"), unit="paragraph")
    rows = [
        {
            "doc_id": one.doc_id,
            "start": one.start,
            "end": one.end,
            "code_id": "INNOV.ORG",
            "coder": CODER,
            "value": 1,
            "status": "judged",
            "rule": f"{FORMULA} {GRAMMAR}",
            "memo": f"{SCRIPT} {GRAMMAR}",
            "evidence_start": "",
            "evidence_end": "",
            "text_digest": digest_text(one.text),
            "codebook_version": "0.1",
        }
        for one in paragraphs.itertuples()
        if one.text.startswith(("东城区", "西城区"))
    ]
    _write(data / "codings" / f"{CODER}.csv", rows)
