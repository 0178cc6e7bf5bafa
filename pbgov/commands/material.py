"""What the commands of a room work on, and how they print and write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pbgov.datafiles import table_files
from pbgov.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    import pandas as pd

    from pbgov.coding.codebook import Codebook
    from pbgov.corpus.document import Corpus
    from pbgov.study import Study

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DERIVED = Path("data/derived")
GOLD_SAMPLE = Path("data/gold")


class Material(NamedTuple):
    """What every command of the coding room works on."""

    study: Study
    corpus: Corpus
    paragraphs: pd.DataFrame
    codebook: Codebook

    @property
    def folder(self) -> Path:
        """Where people's codings stand; ``data/codings`` where the study declares none yet."""
        return self.study.codings or self.study.root / "data" / "codings"

    @property
    def has_codings(self) -> bool:
        """Whether anybody has coded yet."""
        return bool(table_files(self.folder))

    def codings(self) -> pd.DataFrame:
        """The standing judgements of people."""
        from pbgov.coding.codings import read_codings

        if not self.has_codings:
            raise InputError(f"{self.folder}: no codings yet. 还没有编码记录。")
        return read_codings(self.folder, self.paragraphs, self.codebook)

    def codings_with(self, coders: Sequence[str]) -> pd.DataFrame:
        """The standing judgements of people, and of the machine coders among `coders`.

        Raises
        ------
        InputError
            Where one of them coded nothing, or a machine coded other texts than the present.
        """
        import pandas as pd

        from pbgov.coding.journal import is_machine

        people = [coder for coder in coders if not is_machine(coder)]
        tables = [self.codings()] if people or self.has_codings else []
        tables += [self._of_machine(coder) for coder in coders if is_machine(coder)]
        known = set().union(*(table["coder"] for table in tables))
        if self.folder.is_dir():
            known |= set(self.states()["coder"])
        if absent := [coder for coder in coders if coder not in known]:
            names = "、".join(sorted(map(str, known)))
            raise InputError(
                f"No coding by {absent[0]!r}; coders here: {names}."
                f" 没有“{absent[0]}”的编码；现有编码者：{names}。"
            )
        return pd.concat(tables, ignore_index=True)

    def _of_machine(self, coder: str) -> pd.DataFrame:
        """What a machine coder says: the rules now, others as ``pbgov code`` wrote it."""
        from pbgov.coding.rules import CODER, code_by_rules
        from pbgov.corpus.document import digest_text
        from pbgov.datafiles import read_numbered
        from pbgov.schemas import CODINGS

        if coder == CODER:
            return code_by_rules(self.paragraphs, self.codebook)
        path = self.machine_file(coder.split(":")[0].casefold())
        if not path.is_file():
            raise InputError(
                f"{coder!r} has coded nothing yet; run 'pbgov code'."
                f" “{coder}”还没有编码，请先运行 pbgov code。"
            )
        table = read_numbered(path, CODINGS, may_be_empty=True)
        table = table[table["coder"] == coder]
        bounds = ["doc_id", "start", "end"]
        now = self.paragraphs[[*bounds, "segment_id", "text"]].drop_duplicates(bounds)
        table = table.drop(columns="segment_id", errors="ignore").merge(now, on=bounds, how="left")
        digests = table.pop("text").map(digest_text, na_action="ignore")
        if (digests != table["text_digest"]).any():
            raise InputError(
                f"{path}: the texts have changed since; run 'pbgov code' again."
                " 原文已经变了，请重新运行 pbgov code。"
            )
        return table

    def machine_file(self, name: str) -> Path:
        """Where the codings of a machine coder stand: rules, learned or endpoint."""
        return self.study.root / DERIVED / "codings" / f"{name}.csv"

    def states(self) -> pd.DataFrame:
        """What people marked as read."""
        from pbgov.coding.codings import read_states

        if not self.folder.is_dir():
            raise InputError(f"{self.folder}: no such folder. 没有这个文件夹。")
        return read_states(self.folder, self.paragraphs)


def add_command(
    commands: Commands,
    name: str,
    said: str,
    command: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """A command with the study it works on as its option."""
    parser = commands.add_parser(name, help=said, description=said)
    parser.add_argument("--study", default=".", help="研究文件夹或 study.toml，默认当前文件夹")
    parser.set_defaults(command=command)
    return parser


def read_material(options: argparse.Namespace) -> Material:
    """The study that the options name, with its documents and its codebook."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.corpus.readers import read_corpus
    from pbgov.corpus.segments import segment
    from pbgov.study import read_study

    study = read_study(options.study)
    corpus = read_corpus(study.cases)
    return Material(study, corpus, segment(corpus, unit="paragraph"), read_codebook(study.codebook))


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table for WPS and Excel, and say where."""
    from pbgov.exhibits.exhibit import guard_formulas

    path.parent.mkdir(parents=True, exist_ok=True)
    content = guard_formulas(table).to_csv(index=False, lineterminator="\n")
    path.write_bytes(content.encode("utf-8-sig"))  # WPS and Excel take plain UTF-8 for GBK
    print(f"  {path}")


def counting(unit: str) -> Callable[[int, int], None]:
    """A counter on the screen for long work."""

    def show(done: int, of: int) -> None:
        print(f"\r  {done}/{of} {unit}", end="\n" if done == of else "", file=sys.stderr)

    return show


def say(name: str) -> None:
    """Name what is being worked on."""
    print(f"  {name}", file=sys.stderr)
