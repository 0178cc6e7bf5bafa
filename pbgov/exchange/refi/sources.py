"""The texts of a project, and where its selections stand in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pbgov.corpus.document import digest_text
from pbgov.errors import DataFileError
from pbgov.exchange.refi.characters import bare
from pbgov.exchange.refi.counting import (
    STANDARD,
    Ruler,
    Selection,
    Verdict,
    judge,
    judge_by_others,
)
from pbgov.exchange.refi.grammar import PROJECT, is_valid
from pbgov.exchange.refi.structure import local
from pbgov.exchange.refi.written_text import restore, written
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbgov.exchange.refi.archive import Archive
    from pbgov.exchange.refi.counting import Counting
    from pbgov.exchange.refi.losses import Losses

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):/{1,}(.*)", re.DOTALL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOST = {"PictureSource": "pictures", "AudioSource": "audio", "VideoSource": "video"}


class Passage(NamedTuple):
    """One selection: where it says it stands, where it stands, and how well that is known.

    ``standing`` is ``verified``, ``label``, ``unnamed``, ``moved``, ``outside``, ``empty`` or
    ``unknown`` (it cannot be told how it was counted).
    """

    element: Any
    start: int | None
    end: int | None
    written_start: int | None
    written_end: int | None
    name: str
    standing: str


class SourceText(NamedTuple):
    """One source with its text and its selections.

    ``text`` is what was written, where pbgov wrote the file and nobody changed it since; else the
    text of the file, its line ends as they are and no byte order mark. ``record`` is what a note of
    pbgov says about it.
    """

    element: Any
    guid: str
    name: str
    kind: str
    text: str
    verdict: Verdict
    passages: list[Passage]
    record: dict[str, object]
    is_changed: bool


class Reader:
    """Reads the files that a project names."""

    def __init__(self, archive: Archive, losses: Losses, progress: Callable[[str], None]) -> None:
        self.archive, self.losses, self.progress = archive, losses, progress
        self.findings: list[Finding] = []

    def text_of(self, element: Any, name: str) -> tuple[str, bool] | None:
        """The text of a source or note, and whether its file began with a mark; None without one."""
        plain, rich = element.get("plainTextPath"), element.get("richTextPath")
        inline = element.find(f"{{{PROJECT}}}PlainTextContent")
        if rich is not None:
            self.losses.add("rich_text", name=name)
        if inline is not None:
            return inline.text or "", False
        if plain is not None:
            content = self._content(plain, element)
            if content is not None:
                return self._decoded(content, name, element)
        if rich is not None and rich.lower().endswith(".docx"):
            content = self._content(rich, element)
            if content is not None:
                return self._styled(content, name)
        return None

    def note_file(self, path: str | None) -> None:
        """Note that a file is named by the project, though nothing reads it."""
        match = _SCHEME.fullmatch(path or "")
        member = self.archive.find(match.group(2)) if match else None
        if member is not None:
            self.archive.use(member)

    def _content(self, path: str, element: Any) -> bytes | None:
        match = _SCHEME.fullmatch(path)
        scheme, name = (match.group(1).lower(), match.group(2)) if match else ("internal", path)
        if scheme != "internal":
            self.losses.add("external", name=path)
            self.say("E622", element, path)
            return None
        member = self.archive.find(name)
        if member is None:
            self.say("E621", element, name)
            return None
        return self.archive.read(member)

    def _decoded(self, content: bytes, name: str, element: Any) -> tuple[str, bool] | None:
        encoding = next((e for mark, e in _MARKS if content.startswith(mark)), "utf-8")
        try:
            return content.decode(encoding), encoding != "utf-8"
        except UnicodeDecodeError as error:
            self.say("E623", element, name, f"{encoding}: {error.start}")
            return None

    def _styled(self, content: bytes, name: str) -> tuple[str, bool] | None:
        from pbgov.corpus.formats.word import read_docx

        try:
            return "\n".join(extract.text for extract in read_docx(content, name)), False
        except DataFileError as error:
            self.findings += error.findings
            return None

    def say(self, code: str, element: Any, seen: str, wanted: str = "") -> None:
        """Note a finding at the line of an element."""
        path = self.archive.path
        self.findings.append(Finding(code, path, element.sourceline, None, seen[:200], wanted))


class _Draft(NamedTuple):
    element: Any
    text_element: Any
    kind: str
    ruler: Ruler
    marked: bool
    placed: list[tuple[Any, Selection]]
    misplaced: list[Any]


def read_sources(
    root: Any,
    reader: Reader,
    records: dict[str, dict[str, object]],
    told: Counting | None,
) -> list[SourceText]:
    """The sources of a project that have a text.

    Parameters
    ----------
    root : Element
    reader : Reader
    records : dict
        What the notes of pbgov say about documents, by the GUID of the note.
    told : Counting, optional
        How selections were counted, where the file does not say it.
    """
    drafts = [draft for element in _sources(root) if (draft := _draft(element, reader))]
    verdicts = [
        judge(draft.ruler, [each for _, each in draft.placed], marked=draft.marked)
        for draft in drafts
    ]
    known = [each.allowed for each in verdicts if each.basis == "names"]
    common = frozenset.intersection(*known) if known else frozenset()
    found = []
    for draft, verdict in zip(drafts, verdicts, strict=True):
        if verdict.basis == "unknown":
            selections = [each for _, each in draft.placed]
            if told is not None:
                verdict = judge(draft.ruler, selections, marked=draft.marked, told=told)
            else:
                verdict = judge_by_others(draft.ruler, selections, common) or verdict
        source = _source(draft, verdict, records)
        _remark(source, reader)
        found.append(source)
    return found


def note_references(element: Any) -> list[str]:
    """The GUIDs of the notes that hang on an element."""
    return [bare(each.get("targetGUID", "")) for each in element.findall(f"{{{PROJECT}}}NoteRef")]


def _sources(root: Any) -> Iterator[Any]:
    for group in root.findall(f"{{{PROJECT}}}Sources"):
        yield from group


def _draft(element: Any, reader: Reader) -> _Draft | None:
    kind, name = local(element), element.get("name", "")
    text_element, losses = element, reader.losses
    reader.progress(name)
    reader.note_file(element.get("path"))
    if kind == "PDFSource":
        pages = element.findall(f"{{{PROJECT}}}PDFSelection")
        losses.add("pdf", len(pages), name)
        text_element = element.find(f"{{{PROJECT}}}Representation")
        if text_element is None:
            losses.add("pdf_source", name=name)
    elif kind != "TextSource":
        losses.add(_LOST.get(kind, "broken"), name=name or kind)
        text_element = None
    path = element.get("path", "")
    if path and not path.lower().startswith("internal:"):
        losses.add("external", name=path)
        reader.say("E622", element, path)
    text = None if text_element is None else reader.text_of(text_element, name)
    if text is None:
        if text_element is not None:
            losses.add("broken", name=name or kind)
        return None
    placed, misplaced = [], []
    for each in text_element.findall(f"{{{PROJECT}}}PlainTextSelection"):
        start, end = (each.get(name, "") for name in ("startPosition", "endPosition"))
        fits = all(is_valid(value, "integer") and len(value) < 18 for value in (start, end))
        if fits and 0 <= int(start) <= int(end):
            placed.append((each, Selection(int(start), int(end), each.get("name"))))
        else:
            misplaced.append(each)
    return _Draft(element, text_element, kind, Ruler(text[0]), text[1], placed, misplaced)


def _source(draft: _Draft, verdict: Verdict, records: dict[str, dict[str, object]]) -> SourceText:
    own = next((records[n] for n in note_references(draft.text_element) if n in records), {})
    text, original = draft.ruler.text, None
    form = written(text)
    if own:
        original = restore(form.text, own)
        if original is not None and digest_text(original) != own["digest"]:
            original = None
    back = None if original is None else written(original)
    passages = []
    for (element, selection), span, standing in zip(
        draft.placed, verdict.spans, verdict.standing, strict=True
    ):
        if span is not None and back is not None:
            span = tuple(back.to_original(form.to_written(place)) for place in span)  # type: ignore[assignment]
        if verdict.counting is None and standing != "moved":
            standing = "unknown"
        elif span is not None and span[0] == span[1]:
            standing = "empty"
        first, last = span if span is not None else (None, None)
        passages.append(
            Passage(
                element, first, last, selection.start, selection.end, selection.name or "", standing
            )
        )
    passages += [
        Passage(element, None, None, None, None, element.get("name", ""), "outside")
        for element in draft.misplaced
    ]
    return SourceText(
        element=draft.element,
        guid=bare(draft.element.get("guid", "")),
        name=draft.element.get("name", ""),
        kind=draft.kind,
        text=text if original is None else original,
        verdict=verdict,
        passages=passages,
        record=own,
        is_changed=bool(own) and original is None,
    )


def _remark(source: SourceText, reader: Reader) -> None:
    verdict, element, name = source.verdict, source.element, source.name or source.guid
    if source.is_changed:
        reader.say("W657", element, name)
    moved = sum(passage.standing == "moved" for passage in source.passages)
    if moved:
        reader.say("E624", element, name, str(moved))
    if any(passage.standing == "unknown" for passage in source.passages):
        likely = verdict.likely or STANDARD
        fit = f"{likely.name}（{verdict.n_bounds}/{2 * len(verdict.spans)}）"
        reader.say("E625", element, name, fit)
    if verdict.counting is None:
        return
    if verdict.basis == "names" and verdict.counting != STANDARD:
        fit = f"{verdict.counting.name}（{verdict.n_verified}/{len(verdict.spans)}）"
        reader.say("W660", element, name, fit)
    if verdict.basis == "others":
        reader.say("W661", element, name, verdict.counting.name)
    for passage in source.passages:
        if passage.standing == "outside" and passage.written_start is not None:
            seen = f"{passage.written_start}–{passage.written_end}"
            reader.say("E618", passage.element, seen, str(len(source.text)))
        elif passage.standing == "empty":
            reader.say("E627", passage.element, f"{name} {passage.written_start}")
