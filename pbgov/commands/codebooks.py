"""pbgov codebook: what the codebook holds, what changed in it, and its version written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.commands.material import add_command

if TYPE_CHECKING:
    import argparse

    from pbgov.commands.material import Commands


def add_commands(commands: Commands) -> None:
    """Add ``codebook`` to the parser of `pbgov.cli`."""
    codebook = add_command(
        commands, "codebook", "编码手册：有哪些编码，改了什么，登记版本", _codebook
    )
    codebook.add_argument("--since", metavar="版本", help="列出自这一版以来定义改过的编码")
    codebook.add_argument("--record", metavar="说明", help="定稿：把现在这一版登记到 versions.csv")


def _codebook(options: argparse.Namespace) -> int:
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.codebooks.versions import changed_codes, record_version
    from pbgov.study import read_study

    folder = read_study(options.study).codebook
    codebook = read_codebook(folder)
    if options.record is not None:
        added = record_version(folder, options.record)
        print(
            f"登记了 {codebook.version} 版，{len(added)} 行。"
            if len(added)
            else f"{codebook.version} 版已经登记过，没有变化。"
        )
        return 0
    if options.since is not None:
        changed = changed_codes(codebook, options.since)
        print(f"自 {options.since} 版以来，定义改过、新增或撤去的编码 {len(changed)} 个。")
        for row in changed.itertuples():
            print(f"  {row.code_id}  {row.change}")
        return 0
    names = dict(zip(codebook.codes["code_id"], codebook.codes["zh"], strict=True))
    print(f"编码手册 {codebook.version} 版（{codebook.digest}）")
    for family in codebook.families.itertuples():
        print(f"{family.family} {family.zh}（{family.exclusive}）")
        for code_id in codebook.codes_of(str(family.family)):
            depth = len(codebook.ancestors(code_id))
            print(f"  {'  ' * depth}{code_id} {names[code_id]}")
    return 0
