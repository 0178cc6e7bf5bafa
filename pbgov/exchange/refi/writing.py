"""A study as the XML of a project."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pbgov.coding.journal import GOLD
from pbgov.corpus.document import digest_text
from pbgov.exchange.refi.cases import add_attributes, add_cases, attribute_variables
from pbgov.exchange.refi.characters import count_illegal, guid, spell
from pbgov.exchange.refi.codes import write_codes
from pbgov.exchange.refi.elements import add
from pbgov.exchange.refi.grammar import CODEBOOK, PROJECT
from pbgov.exchange.refi.judgements import Note, arrange, link_adjudications, moment
from pbgov.exchange.refi.records import DOCUMENT, described, record_line
from pbgov.exchange.refi.written_text import MARK, written
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from pbgov.coding.codebook import Codebook
    from pbgov.corpus.document import Document
    from pbgov.exchange.refi.judgements import Judgements
    from pbgov.exchange.refi.losses import Losses
    from pbgov.exchange.refi.rows import Row

ORIGIN = "pbgov"
SINGLE = "single"


class Project:
    """A project in the making.

    Parameters
    ----------
    name, path : str
    documents : sequence of Document
    codebook : Codebook
    losses : Losses
        What cannot be written is counted here.
    progress : callable, optional
        Called with the name of each document before it is written.
    """

    def __init__(
        self,
        name: str,
        path: str,
        documents: Sequence[Document],
        codebook: Codebook,
        losses: Losses,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self.name, self.path, self.codebook, self.losses = name, path, codebook, losses
        self.documents = {each.doc_id: each for each in sorted(documents, key=lambda d: d.doc_id)}
        self.texts = {name: written(each.text) for name, each in self.documents.items()}
        self.findings: list[Finding] = []
        self._progress = progress or (lambda name: None)

    def build(
        self,
        codings: Sequence[Row],
        states: Sequence[Row],
        adjudications: Sequence[Row],
        indicators: pd.DataFrame | None,
        regions: pd.DataFrame | None,
    ) -> tuple[bytes, dict[str, bytes]]:
        """The XML, and the files it names by their names."""
        from lxml import etree

        import pbgov

        root = etree.Element(f"{{{PROJECT}}}Project", nsmap={None: PROJECT})
        root.set("name", spell(self.name))
        root.set("origin", f"{ORIGIN} {pbgov.__version__}")
        times = sorted(filter(None, (moment(row.get("made_at")) for row in codings)))
        if times:
            root.set("creationDateTime", times[0])
        names = dict(zip(self.codebook.codes["code_id"], self.codebook.codes["zh"], strict=True))
        families = dict(
            zip(self.codebook.codes["code_id"], self.codebook.codes["family"], strict=True)
        )
        made = arrange(codings, states, self.documents, self.texts, names)
        links, whys, loose = link_adjudications(codings, adjudications, made.places, families)
        self._users(root, [*codings, *states], bool(links))
        self._codes(root, codings)
        attributes = attribute_variables(self.documents.values())
        add_cases(root, attributes, self.documents.values(), indicators, regions, self.losses)
        notes = [*made.notes, *whys, *self._document_notes()]
        self._sources(root, made, attributes)
        self._notes(root, notes)
        self._links(root, links)
        self._sets(root, codings)
        self._description(root, [*made.set_aside.get("", []), *loose])
        self._tell(codings, states, made)
        xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
        files = {
            f"{guid('file', name)}.txt": form.text.encode() for name, form in self.texts.items()
        }
        return xml, files

    def _users(self, root: Any, rows: Sequence[Row], adjudicated: bool) -> None:
        coders = {str(row["coder"]) for row in rows} | ({GOLD} if adjudicated else set())
        if coders:
            users = add(root, "Users")
            for coder in sorted(coders):
                add(users, "User", guid=guid("user", coder), name=coder)

    def _codes(self, root: Any, codings: Sequence[Row]) -> None:
        used = {str(row["code_id"]) for row in codings}
        unknown = sorted(used - set(self.codebook.codes["code_id"]))
        for code_id in unknown:
            self.losses.add("unknown_codes", name=code_id)
            self.findings.append(Finding("W663", self.path, column="code_id", seen=code_id))
        if used or len(self.codebook.families):
            codes = add(add(root, "CodeBook"), "Codes")
            write_codes(codes, self.codebook, used, PROJECT)

    def _sources(self, root: Any, made: Judgements, attributes: Mapping[str, str]) -> None:
        if not self.documents:
            return
        sources = add(root, "Sources")
        for doc_id, document in self.documents.items():
            self._progress(doc_id)
            source = add(
                sources,
                "TextSource",
                guid=guid("source", doc_id),
                name=doc_id,
                plainTextPath=f"internal://{guid('file', doc_id)}.txt",
            )
            for _, selected in sorted(made.selections.get(doc_id, {}).items()):
                selection = add(
                    source,
                    "PlainTextSelection",
                    guid=selected.guid,
                    name=selected.name,
                    startPosition=str(selected.start),
                    endPosition=str(selected.end),
                )
                for name, row, note in selected.codings:
                    coding = add(
                        selection,
                        "Coding",
                        guid=name,
                        creatingUser=guid("user", str(row["coder"])),
                        creationDateTime=moment(row.get("made_at")),
                    )
                    add(coding, "CodeRef", targetGUID=guid("code", str(row["code_id"])))
                    add(coding, "NoteRef", targetGUID=note)
                for note in selected.notes:
                    add(selection, "NoteRef", targetGUID=note)
            for note in [guid("document note", doc_id), *made.set_aside.get(doc_id, [])]:
                add(source, "NoteRef", targetGUID=note)
            add_attributes(source, document, attributes)

    def _document_notes(self) -> list[Note]:
        notes = []
        for doc_id, document in self.documents.items():
            form = self.texts[doc_id]
            fields = {"doc_id": doc_id, "digest": digest_text(document.text), **form.record}
            words = "这篇文档在 pbgov 里的编号和文字摘要"
            if form.record:
                words += "；行尾等写法与原来不同，读回时复原"
            text = f"{words}\n\n{record_line(DOCUMENT, fields)}"
            notes.append(Note(guid("document note", doc_id), "文档", text, None, None))
        return notes

    def _notes(self, root: Any, notes: Sequence[Note]) -> None:
        if not notes:
            return
        parent = add(root, "Notes")
        for note in sorted(notes, key=lambda each: each.guid):
            element = add(
                parent,
                "Note",
                guid=note.guid,
                name=note.name,
                creatingUser=None if note.coder is None else guid("user", note.coder),
                creationDateTime=note.made_at,
            )
            add(element, "PlainTextContent").text = note.text

    def _links(self, root: Any, links: Sequence[tuple[str, str, str, list[str]]]) -> None:
        if not links:
            return
        parent = add(root, "Links")
        for name, origin, target, notes in sorted(links):
            link = add(parent, "Link", guid=name, name="裁定", direction="OneWay",
                       originGUID=origin, targetGUID=target)  # fmt: skip
            for note in notes:
                add(link, "NoteRef", targetGUID=note)

    def _sets(self, root: Any, codings: Sequence[Row]) -> None:
        """Each code of a family of which a unit has just one, with the documents it was given in."""
        given: dict[str, set[str]] = defaultdict(set)
        for row in codings:
            if row["value"] == 1 and row["doc_id"] in self.documents:
                given[str(row["code_id"])].add(str(row["doc_id"]))
        write_sets(root, self.codebook, PROJECT, given)

    def _description(self, root: Any, notes: Sequence[str]) -> None:
        fields = [("编码手册版本", self.codebook.version), ("编码手册摘要", self.codebook.digest)]
        add(root, "Description").text = described(fields)
        for note in notes:
            add(root, "NoteRef", targetGUID=note)

    def _tell(self, codings: Sequence[Row], states: Sequence[Row], made: Judgements) -> None:
        losses = self.losses
        for name in ("terms", "masks", "examples", "rules"):
            losses.add(name, len(getattr(self.codebook, name)))
        present = [row for row in codings if row["value"] == 1]
        losses.add("absent", len(codings) - len(present))
        losses.add("suggested", sum(row["status"] == "suggested" for row in present))
        losses.add("states", len(states))
        losses.add("evidence", sum(row["evidence_start"] is not None for row in present))
        losses.add("set_aside", made.n_set_aside)
        if made.n_set_aside:
            self.findings.append(Finding("W662", self.path, seen=str(made.n_set_aside)))
        times = (row.get("made_at") for row in (*codings, *states))
        losses.add("times", sum(time is not None and moment(time) is None for time in times))
        for doc_id, document in self.documents.items():
            record = self.texts[doc_id].record
            losses.add("line_ends", "line_ends" in record or "marks" in record, doc_id)
            losses.add("surrogates", "surrogates" in record, doc_id)
            losses.add("raw", document.raw.lstrip(MARK) != document.text.lstrip(MARK), doc_id)
            losses.add("illegal", sum(
                count_illegal(self.texts[doc_id].text[each.start : each.end])
                for each in made.selections.get(doc_id, {}).values()
            ))  # fmt: skip
        told = ("memo", "rule", "code_id", "coder", "doc_id")
        losses.add("illegal", sum(
            count_illegal(str(row[name]))
            for row in (*codings, *states) for name in told if row.get(name) is not None
        ))  # fmt: skip


def write_sets(
    root: Any, codebook: Codebook, namespace: str, given: Mapping[str, set[str]]
) -> None:
    """A set for each code of the families in which a unit has exactly one code (such as 模式)."""
    kinds = codebook.families.set_index("family")
    rows = [
        (code_id, f"{kinds.loc[family, 'zh']}：{zh}")
        for code_id, family, zh in zip(
            *(codebook.codes[name] for name in ("code_id", "family", "zh")), strict=True
        )
        if family in kinds.index and kinds.loc[family, "exclusive"] == SINGLE
    ]
    if not rows:
        return
    member = "guid" if namespace == CODEBOOK else "targetGUID"
    sets = add(root, "Sets", namespace)
    for code_id, name in rows:
        one = add(sets, "Set", namespace, guid=guid("set", code_id), name=name)
        add(one, "MemberCode", namespace, **{member: guid("code", code_id)})
        for doc_id in sorted(given.get(code_id, ())):
            add(one, "MemberSource", namespace, targetGUID=guid("source", doc_id))
