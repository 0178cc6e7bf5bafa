"""What the commands of a room work on, and how they print and write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pbgov.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

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

    def codings(self) -> pd.DataFrame:
        """The standing judgements of people."""
        from pbgov.coding.codings import read_codings

        if not self.folder.is_dir():
            raise InputError(f"{self.folder}: no codings yet. 还没有编码记录。")
        return read_codings(self.folder, self.paragraphs, self.codebook)

    def states(self) -> pd.DataFrame:
        """What people marked as read."""
        from pbgov.coding.codings import read_states

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
