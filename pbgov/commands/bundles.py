"""pbgov export, and pbgov check of a bundle: what a colleague gets, and whether it reproduces."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.commands.material import add_command
from pbgov.errors import DataFileWarning

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from pbgov.commands.material import Commands
    from pbgov.replay.verdict import BundleCheck

MOST_SHOWN = 30


def add_commands(commands: Commands) -> None:
    """Add ``export`` to the parser of `pbgov.cli`."""
    export = add_command(commands, "export", "把研究和报告装成一个别人可以核对的包", _export)
    export.add_argument("bundle", help="包的名字：.zip 文件，或一个文件夹")
    export.add_argument(
        "--without-documents", action="store_true", help="不放文档原文（对方只能核对，不能复算）"
    )


def is_bundle(path: str | Path) -> bool:
    """Whether ``pbgov check`` is given a bundle rather than a study: a zip file, or a folder with a list."""
    from pbgov.replay.bundle import MANIFEST

    path = Path(path)
    return (path.is_dir() and (path / MANIFEST).is_file()) or path.suffix.lower() == ".zip"


def check(options: argparse.Namespace) -> int:
    """Check the bundle that ``options.study`` names; 0 where it is whole and reproduces."""
    from pbgov.replay.checking import check_bundle

    found = check_bundle(options.study, on_step=_teller("重新计算"))
    for line in described(found):
        print(line)
    return found.exit_code


def described(found: BundleCheck) -> list[str]:
    """A check in lines: the verdict in both languages, then what differs and why."""
    from pbgov.replay.contents import on_one_line

    lines = [
        f"《{on_one_line(found.title)}》",
        f"清单指纹 {found.fingerprint}",
        found.verdict_zh,
        found.verdict_en,
    ]
    lines += [f"  {one.code}  {on_one_line(one.zh)}" for one in found.findings[:MOST_SHOWN]]
    if len(found.findings) > MOST_SHOWN:
        lines.append(f"  …… 另有 {len(found.findings) - MOST_SHOWN} 条")
    return lines


def _export(options: argparse.Namespace) -> int:
    from pbgov.replay.bundle import export_bundle
    from pbgov.study import read_study

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", DataFileWarning)
        bundle = export_bundle(
            read_study(options.study),
            options.bundle,
            documents=not options.without_documents,
            on_step=_teller("读取"),
        )
    for one in told:
        if issubclass(one.category, DataFileWarning):
            print(one.message)
    print(f"已写出 {bundle}；对方安装 pbgov 后运行 pbgov check 即可核对。")
    return 0


def _teller(verb: str) -> Callable[[str, bool], None]:
    def tell(title: str, made: bool) -> None:
        print(f"  {verb if made else '未变'}  {title}", flush=True)

    return tell
