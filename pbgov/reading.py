"""What a folder of documents came through as, written down for a person to look at."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.corpus.readers import read_corpus, read_documents
from pbgov.errors import InputError
from pbgov.exhibits.exhibit import guard_formulas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.corpus.document import Corpus

NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\\/:*?"<>|]')


def read_path(path: str | Path) -> Corpus:
    """The documents of a folder, or of one file.

    Raises
    ------
    DataFileError
        Where the one file cannot be read, or the folder is empty.
    InputError
        Where nothing has this name.
    """
    path = Path(path)
    return read_corpus(path) if path.is_dir() else read_documents(path)


def describe(corpus: Corpus) -> Iterator[str]:
    """One Chinese line for each document, then one for each problem and remark."""
    table = corpus.documents
    for document, n_han, done, left in zip(
        corpus, table["n_han"], table["n_repairs"], table["n_unrepaired"], strict=True
    ):
        told = f"{document.doc_id}（{document.format}，{document.encoding}）：{n_han} 个汉字，修复 {done} 处"
        yield f"{told}，{left} 处损坏没有把握修复" if left else told
    for found in (corpus.problems, corpus.remarks):
        for row in found.itertuples():
            yield f"{row.code}  {row.path}：{row.zh}"


def write_reading(corpus: Corpus, folder: str | Path) -> list[Path]:
    """Write the repaired texts, and tables of what was repaired, stated and refused.

    Parameters
    ----------
    corpus : Corpus
    folder : path
        Made where it is missing.

    Returns
    -------
    list of Path
        ``<doc_id>.txt`` for each document (UTF-8, the text that offsets count in), then
        documents.csv, repairs.csv, metadata.csv, problems.csv, remarks.csv.

    Raises
    ------
    InputError
        Where the folder already holds something, which is never overwritten.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new folder, nothing is overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for document in corpus:
        name: str = NOT_IN_FILE_NAMES.sub("_", document.doc_id)
        file = folder / f"{name}.txt"
        for number in itertools.count(2):
            if not file.exists():
                break
            file = folder / f"{name}-{number}.txt"
        file.write_bytes(document.text.encode("utf-8", "surrogatepass"))
        written.append(file)
    tables = {
        "documents": corpus.documents,
        "repairs": corpus.repairs,
        "metadata": corpus.metadata,
        "problems": corpus.problems,
        "remarks": corpus.remarks,
    }
    for name, table in tables.items():
        file = folder / f"{name}.csv"
        content = guard_formulas(table).to_csv(index=False, lineterminator="\n")
        file.write_bytes(content.encode("utf-8-sig", "replace"))
        written.append(file)
    return written
