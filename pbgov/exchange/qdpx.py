"""REFI-QDA 1.5: projects (.qdpx) and codebooks (.qdc) for NVivo, MAXQDA, ATLAS.ti and back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.errors import DataFileError, InputError
from pbgov.exchange.refi.archive import MOST_UNPACKED, Archive, write_archive
from pbgov.exchange.refi.characters import bare, spell, unspell
from pbgov.exchange.refi.codes import read_codes, write_codes
from pbgov.exchange.refi.counting import NAMES
from pbgov.exchange.refi.elements import add
from pbgov.exchange.refi.grammar import CODEBOOK, PROJECT
from pbgov.exchange.refi.losses import Losses
from pbgov.exchange.refi.project import (
    Parts,
    QdcReading,
    QdpxReading,
    tables_of_codes,
    tables_of_sources,
    told,
)
from pbgov.exchange.refi.reading import (
    document_records,
    note_owners,
    read_codings_of,
    read_notes,
    read_tables,
    read_users,
)
from pbgov.exchange.refi.rows import adjudication_rows, coding_rows, state_rows
from pbgov.exchange.refi.sources import Reader, read_sources
from pbgov.exchange.refi.structure import check_tree, parse
from pbgov.exchange.refi.writing import ORIGIN, Project, write_sets
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbgov.coding.codebook import Codebook
    from pbgov.corpus.document import Document


@dataclass(frozen=True, eq=False)
class QdpxWritten:
    """What was written, and what was not.

    Attributes
    ----------
    path : str
    n_documents, n_codings, n_bytes : int
        Documents and judgements that went in, absences included, and the size of the file.
    losses : DataFrame
        One row is one kind of loss: ``kind``, ``count``, ``zh``, ``en``.
    findings : tuple of Finding
        Codes that the codebook does not have (W663), judgements whose text changed (W662).
    """

    path: str
    n_documents: int
    n_codings: int
    n_bytes: int
    losses: pd.DataFrame
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        what = f"文档 {self.n_documents} 篇，判断 {self.n_codings} 条，{self.n_bytes:,} 字节"
        return told(f"{self.path}：{what}", self.losses, self.findings)


def write_qdpx(
    path: str | Path,
    corpus: Sequence[Document],
    codings: pd.DataFrame,
    codebook: Codebook,
    *,
    states: pd.DataFrame | None = None,
    adjudications: pd.DataFrame | None = None,
    indicators: pd.DataFrame | None = None,
    regions: pd.DataFrame | None = None,
    name: str = "pbgov",
    progress: Callable[[str], None] | None = None,
) -> QdpxWritten:
    """Write a project that other QDA programs open.

    Coders become users, families folders of codes, documents text sources (LF, no byte order
    mark), the words a coding rests on selections named with them, codings codings of their coder;
    memo, rule and status stand in a note of the coding. Districts become cases, figures and the
    attributes of documents variables, codes of single-choice families (such as 模式) sets. Codes
    judged absent and the states of stretches have no place in the standard and stand in notes that
    `read_qdpx` reads back. Adjudicated codings (coder ``gold``) are linked from those they decide.

    The same study gives the same bytes, whatever the order of its rows.

    Parameters
    ----------
    path : path
        Ends in ``.qdpx``; what stands there is replaced.
    corpus : Corpus or sequence of Document
    codings : DataFrame
        ``CODINGS`` of `pbgov.schemas`, from `read_codings`; ``made_at`` and any further column
        (such as the modality that `code_by_rules` states) are kept too.
    codebook : Codebook
    states : DataFrame, optional
        From `pbgov.coding.codings.read_states`.
    adjudications : DataFrame, optional
        From `read_adjudications`.
    indicators : DataFrame, optional
        From `read_indicators`; one case for each region in it.
    regions : DataFrame, optional
        From `read_regions`; names the cases.
    name : str
        The name of the project.
    progress : callable, optional
        Called with the id of each document before it is written.

    Returns
    -------
    QdpxWritten

    Raises
    ------
    InputError
        Where a table lacks columns or judges the same thing twice, or `path` ends otherwise.
    DataFileError
        Where a file passes the limit of the standard (E626), or `path` cannot be written (E630).

    References
    ----------
    REFI-QDA (2019). *Exchange of processed data between qualitative data analysis software
    packages*, version 1.5. Ed. F. van Blommestein.
    """
    path = _ending(path, ".qdpx")
    rows = coding_rows(codings)
    losses = Losses()
    project = Project(name, path.as_posix(), corpus, codebook, losses, progress)
    xml, files = project.build(
        rows, state_rows(states), adjudication_rows(adjudications), indicators, regions
    )
    write_archive(path, xml, files)
    return QdpxWritten(
        path=path.as_posix(),
        n_documents=len(files),
        n_codings=len(rows),
        n_bytes=path.stat().st_size,
        losses=losses.table(),
        findings=tuple(project.findings),
    )


def write_qdc(path: str | Path, codebook: Codebook) -> QdpxWritten:
    """Write the codes of a codebook, without documents and codings.

    Parameters
    ----------
    path : path
        Ends in ``.qdc``; what stands there is replaced.
    codebook : Codebook

    Returns
    -------
    QdpxWritten
        Its losses name what a codebook of the standard does not hold: terms, masks, rules,
        examples.

    Raises
    ------
    InputError
        Where `path` ends otherwise, or the codebook has no code.
    DataFileError
        Where `path` cannot be written (E630).
    """
    from lxml import etree

    import pbgov

    path = _ending(path, ".qdc")
    if codebook.families.empty:
        raise InputError("The codebook has no family and no code; a .qdc needs at least one.")
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK})
    root.set("origin", f"{ORIGIN} {pbgov.__version__}")
    write_codes(add(root, "Codes", CODEBOOK), codebook, (), CODEBOOK)
    write_sets(root, codebook, CODEBOOK, {})
    losses = Losses()
    for table in ("terms", "masks", "examples", "rules"):
        losses.add(table, len(getattr(codebook, table)))
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    try:
        path.write_bytes(content)
    except OSError as error:
        seen = spell(str(error))[:120]
        raise DataFileError([Finding("E630", path.as_posix(), seen=seen)]) from error
    return QdpxWritten(path.as_posix(), 0, 0, len(content), losses.table(), ())


def read_qdpx(
    path: str | Path,
    *,
    counting: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> QdpxReading:
    """Read a project of any QDA program, and find out how it counted characters.

    Positions are tried as code points and as UTF-16 units, with line ends as they are, as one
    character (ATLAS.ti) and as two (MAXQDA), with and without the byte order mark (QualCoder), the
    end exclusive and inclusive, and held against the words that selections name. Where the names
    are labels (such as “Quote 1”) and the ways of counting differ, selections are held back and a
    finding asks (E625). Nothing outside the file is opened, nothing is unpacked to the disk.

    Parameters
    ----------
    path : path
        A ``.qdpx`` file.
    counting : str, optional
        The answer to E625: ``as_is``, ``one`` or ``two`` (line ends), and ``+mark``, ``+utf16``,
        ``+inclusive`` where they hold, for example ``two+utf16``. Used only where the file does
        not say it.
    progress : callable, optional
        Called with the name of what is read next.

    Returns
    -------
    QdpxReading
        What was left out stands in its ``losses`` and ``findings``.

    Raises
    ------
    InputError
        Where there is no such file, or `counting` is no way of counting.
    DataFileError
        Where the file is no archive, hostile or damaged (E601-E612); nothing was read then.

    References
    ----------
    REFI-QDA (2019), as for `write_qdpx`.
    """
    if counting is not None and counting not in NAMES:
        raise InputError(f"counting={counting!r}; use one of {', '.join(NAMES)}.")
    say = progress or (lambda name: None)
    losses = Losses()
    with Archive(Path(path)) as archive:
        say(archive.project)
        root = parse(archive.read(archive.project), archive.path)
        if root.tag != f"{{{PROJECT}}}Project":
            raise DataFileError([Finding("E612", archive.path, seen=root.tag)])
        findings = check_tree(root, archive.path)
        reader = Reader(archive, losses, say)
        notes = read_notes(root, reader)
        answer = None if counting is None else NAMES[counting]
        sources = read_sources(root, reader, document_records(notes.values()), answer)
        for name in archive.unused:
            losses.add("unused_files", name=name)
    users, coders, said = read_users(root, archive.path)
    origin, ours = root.get("origin", ""), root.get("origin", "").startswith(f"{ORIGIN} ")
    tree = root.find(f"{{{PROJECT}}}CodeBook/{{{PROJECT}}}Codes")
    codes = [] if tree is None else read_codes(tree, PROJECT, ours)
    names = [code.guid for code in codes]
    sure = {name for name, count in Counter(names).items() if count == 1}
    codings = read_codings_of(root, sources, sure, losses)
    tables = read_tables(root, notes, losses)
    code_tables = tables_of_codes(codes, origin)
    source_tables = tables_of_sources(sources)
    description = root.findtext(f"{{{PROJECT}}}Description") or ""
    return QdpxReading(
        path=archive.path,
        name=unspell(root.get("name", "")) if ours else root.get("name", ""),
        origin=origin,
        description=description,
        texts={source.guid: source.text for source in sources},
        sources=source_tables[0],
        selections=source_tables[1],
        users=users,
        codes=code_tables[0],
        families=code_tables[1],
        code_table=code_tables[2],
        losses=losses.table(),
        findings=(*findings, *said, *reader.findings),
        _parts=Parts(
            sources=sources,
            notes=notes,
            owners=note_owners(root),
            codes=codes,
            coders=coders,
            codings=codings,
            adjudication_links=_adjudication_links(root, ours),
        ),
        **tables,
    )


def read_qdc(path: str | Path) -> QdcReading:
    """Read the codes of a codebook that any QDA program wrote.

    Parameters
    ----------
    path : path
        A ``.qdc`` file.

    Returns
    -------
    QdcReading

    Raises
    ------
    InputError
        Where there is no such file.
    DataFileError
        Where it is too large (E608), hostile or damaged (E610, E611) or no codebook (E612).
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file. 没有这个文件。")
    if path.stat().st_size > MOST_UNPACKED:
        seen, wanted = f"{path.stat().st_size:,}", f"{MOST_UNPACKED:,}"
        raise DataFileError([Finding("E608", path.as_posix(), seen=seen, wanted=wanted)])
    root = parse(path.read_bytes(), path.as_posix())
    if root.tag != f"{{{CODEBOOK}}}CodeBook":
        raise DataFileError([Finding("E612", path.as_posix(), seen=root.tag)])
    losses = Losses()
    origin = root.get("origin", "")
    tree = root.find(f"{{{CODEBOOK}}}Codes")
    codes = [] if tree is None else read_codes(tree, CODEBOOK, origin.startswith(f"{ORIGIN} "))
    losses.add("colors", sum(code.color is not None for code in codes))
    table, families, code_table = tables_of_codes(codes, origin)
    sets = [
        (bare(each.get("guid", "")), each.get("name"), each.findtext(f"{{{CODEBOOK}}}Description"),
         " ".join(bare(member.get("guid") or "")
                  for member in each.findall(f"{{{CODEBOOK}}}MemberCode")))
        for each in root.iterfind(f"{{{CODEBOOK}}}Sets/{{{CODEBOOK}}}Set")
    ]  # fmt: skip
    return QdcReading(
        path=path.as_posix(),
        origin=origin,
        codes=table,
        families=families,
        code_table=code_table,
        sets=pd.DataFrame(sets, columns=["guid", "name", "description", "codes"]).astype("str"),
        losses=losses.table(),
        findings=tuple(check_tree(root, path.as_posix())),
    )


def _adjudication_links(root: Any, ours: bool) -> frozenset[str]:
    links = root.iterfind(f"{{{PROJECT}}}Links/{{{PROJECT}}}Link")
    return frozenset(
        bare(each.get("guid", "")) for each in links if ours and each.get("name") == "裁定"
    )


def _ending(path: str | Path, wanted: str) -> Path:
    path = Path(path)
    if path.suffix.lower() != wanted:
        raise InputError(
            f"{path}: name the file with the ending {wanted}. 文件名请以 {wanted} 结尾。"
        )
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder. 没有这个文件夹。")
    return path
