"""A user's own template of a report: plain text, read into blocks, each with its line.

| written | becomes |
|---|---|
| ``# 题``, ``## 题``, ``### 题`` | a heading of level 1, 2 or 3 |
| lines up to a blank one | a paragraph, in the grammar of `pbgov.reporting.prose` |
| ``{{label:方法}} 文字`` | a paragraph labelled 真实, 模拟, 方法 or 局限 |
| ``{{claim:真实|编号}} 文字`` | a claim, 真实 or 模拟; its grade and reason are those of the result |
| ``> 题`` and further lines ``> 文字`` | a framed passage: its title, then a paragraph a line |
| ``{tab-…}`` or ``{fig-…}`` alone | that exhibit, at this place |
| ``{{references}}`` alone | the references, at this place; else they stand at the end |

Nothing else has a meaning and nothing is carried out: ``{% … %}``, HTML and ``**`` are printed as
they stand. What looks like a name in double braces and is none is refused, and so are lists and
tables of Markdown, which would lose their form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pbgov.errors import DataFileError
from pbgov.exhibits.visible_text import visible_text
from pbgov.findings import Finding
from pbgov.reporting.prose import GivenText, parsed
from pbgov.reporting.report import REALITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

BlockKind: TypeAlias = Literal["heading", "paragraph", "claim", "box", "exhibit", "references"]

MOST_BYTES = 4 * 1024 * 1024
DEEPEST = 3
LONGEST_SHOWN = 40
CLAIM_REALITIES = ("真实", "模拟")
_HEADING = re.compile(r"(#{1,9})[ \t\u3000]+(.+)")
_EXHIBIT = re.compile(r"\{((?:tab|fig)-[a-z0-9-]+)\}")
_LABEL = re.compile(r"\{\{label:([^{}|]*)\}\}\s*")
_CLAIM = re.compile(r"\{\{claim:([^{}|]*)(?:\|([^{}]*))?\}\}\s*")
_REFERENCES = re.compile(r"\{\{references\}\}")
_UNSUPPORTED = re.compile(r"(?:[-*+][ \t]|[0-9]+\.[ \t]|\||```|~~~|!\[|={3,}|-{3,})")
_BRACES = re.compile(r"\{\{[^{}]*\}\}?|\{\{")
_WIDE = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class TemplateBlock:
    """One block of a template.

    Attributes
    ----------
    kind : {"heading", "paragraph", "claim", "box", "exhibit", "references"}
    line : int
        Line of the file on which it begins, counted from 1.
    text : str
        Its text; the title of a box; the id of an exhibit.
    level : int
        Of a heading; else 0.
    label : str
        真实, 模拟, 方法 or 局限; empty for none.
    graded_by : str
        Of a claim: the result whose grade it has.
    paragraphs : tuple of str
        Of a box.
    """

    kind: BlockKind
    line: int
    text: str = ""
    level: int = 0
    label: str = ""
    graded_by: str = ""
    paragraphs: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Everything in it that is written in the grammar of prose."""
        return self.paragraphs if self.kind == "box" else (self.text,)


def read_template(path: str | Path) -> tuple[TemplateBlock, ...]:
    """The blocks of a template file.

    Parameters
    ----------
    path : path
        A UTF-8 text file in the form of this module's table.

    Returns
    -------
    tuple of TemplateBlock

    Raises
    ------
    DataFileError
        With every fault at once, each with its line: E714 (what cannot be understood), E715
        (headings), E718 (claims), E719 (characters), E101, E113, E120 (the file itself).
    """
    path = Path(path)
    if not path.is_file():
        raise DataFileError([Finding("E120" if path.is_dir() else "E113", str(path))])
    size = path.stat().st_size
    if size > MOST_BYTES:
        seen, most = f"{size:,} 字节", f"{MOST_BYTES:,} 字节以内"
        raise DataFileError([Finding("E714", str(path), seen=seen, wanted=most)])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError([Finding("E101", str(path), seen="不是 UTF-8")]) from None
    return template_blocks(text, str(path))


def template_blocks(text: str, path: str = "模板") -> tuple[TemplateBlock, ...]:
    """The blocks of a template's text; `path` is how findings name it. Raises as `read_template`."""
    findings: list[Finding] = []
    blocks = []
    for line, lines in _groups(text):
        findings += _faults(line, lines, path)
        blocks.append(_block(line, lines, path, findings))
    if findings:
        raise DataFileError(sorted(findings, key=lambda one: one.row or 0))
    return tuple(block for block in blocks if block is not None)


def _groups(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that belong together, each with the number of its first line."""
    held: list[str] = []
    first = 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        stripped = line.strip()
        alone = bool(_HEADING.fullmatch(stripped) or _EXHIBIT.fullmatch(stripped))
        quoted = stripped.startswith(">")
        turns = bool(held) and quoted != held[0].startswith(">")
        if held and (not stripped or alone or turns):
            yield first, held
            held = []
        if alone:
            yield number, [stripped]
        elif stripped:
            first = first if held else number
            held.append(stripped)
    if held:
        yield first, held


def _faults(line: int, lines: list[str], path: str) -> Iterator[Finding]:
    """What no block may hold: characters that cannot be printed, names that are none."""
    for number, text in enumerate(lines, line):
        bad = sorted({f"U+{ord(char):04X}" for char in text if visible_text(char) != char})
        if bad:
            yield Finding("E719", path, number, seen="、".join(bad), wanted="删去")
    whole = "\n".join(lines)
    body = _CLAIM.sub("", _LABEL.sub("", whole, count=1), count=1)
    if _REFERENCES.fullmatch(body):
        return
    for part in parsed(body):
        if isinstance(part, GivenText) and not (part.printed.strip() and part.whence):
            at = line + whole[: max(whole.find("{{given:"), 0)].count("\n")
            yield Finding("E714", path, at, seen=_shown(f"{{{{given:{part.printed}}}}}"),
                          wanted="{{given:数|出处}}")  # fmt: skip
        if not isinstance(part, str):
            continue
        for found in _BRACES.finditer(part):
            if found.group() in whole:
                at = line + whole[: max(whole.find(found.group()), 0)].count("\n")
                yield Finding("E714", path, at, seen=_shown(found.group()),
                              wanted="{{result:…}}、{{cite:…}}、{{note:…}}、{{given:…|…}} 之一")  # fmt: skip


def _block(line: int, lines: list[str], path: str, findings: list[Finding]) -> TemplateBlock | None:
    """The block that some lines make; None, and a finding more, where they make none."""
    first = lines[0]
    if heading := _HEADING.fullmatch(first):
        level = len(heading[1])
        if level > DEEPEST:
            findings.append(Finding("E715", path, line, seen=_shown(first), wanted="#、## 或 ###"))
            return None
        return TemplateBlock("heading", line, heading[2].strip(), level=level)
    if exhibit := _EXHIBIT.fullmatch(first):
        return TemplateBlock("exhibit", line, exhibit[1])
    if first.startswith(">"):
        return _box(line, lines, path, findings)
    text = _joined(lines)
    if _REFERENCES.fullmatch(text):
        return TemplateBlock("references", line)
    if unsupported := [number for number, one in enumerate(lines, line) if _UNSUPPORTED.match(one)]:
        seen = _shown(lines[unsupported[0] - line])
        wanted = "写成段落，列举写作（一）（二）；表格用 {tab-…}"
        findings.append(Finding("E714", path, unsupported[0], seen=seen, wanted=wanted))
        return None
    return _labelled(line, text, path, findings)


def _box(line: int, lines: list[str], path: str, findings: list[Finding]) -> TemplateBlock | None:
    texts = [text for one in lines if (text := one.lstrip(">").strip())]
    if len(texts) < 2:
        wanted = "> 题，下一行 > 文字"
        findings.append(Finding("E714", path, line, seen=_shown(lines[0]), wanted=wanted))
        return None
    return TemplateBlock("box", line, texts[0], paragraphs=tuple(texts[1:]))


def _labelled(line: int, text: str, path: str, findings: list[Finding]) -> TemplateBlock | None:
    if claim := _CLAIM.match(text):
        reality, graded_by = claim[1].strip(), (claim[2] or "").strip()
        said = text[claim.end() :]
        if reality not in CLAIM_REALITIES or not graded_by or not said:
            wanted = "{{claim:真实|结果编号}} 文字（或 模拟）"
            findings.append(Finding("E718", path, line, seen=_shown(text), wanted=wanted))
            return None
        return TemplateBlock("claim", line, said, label=reality, graded_by=graded_by)
    if label := _LABEL.match(text):
        reality, said = label[1].strip(), text[label.end() :]
        if reality not in REALITIES or not said:
            wanted = f"{{{{label:…}}}} 文字，标签为 {'、'.join(REALITIES)}"
            findings.append(Finding("E714", path, line, seen=_shown(text), wanted=wanted))
            return None
        return TemplateBlock("paragraph", line, said, label=reality)
    return TemplateBlock("paragraph", line, text)


def _joined(lines: list[str]) -> str:
    """Lines as one text: Chinese is joined without a space, other words with one."""
    text = lines[0]
    for line in lines[1:]:
        together = _WIDE.match(line[0]) or _WIDE.match(text[-1])
        text += line if together else f" {line}"
    return text


def _shown(text: str) -> str:
    """The beginning of a text, as findings show it."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
