"""pbgov sheet | qdpx: coding sheets for a colleague with Excel, projects for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.commands.material import (
    DERIVED,
    GOLD_SAMPLE,
    Material,
    add_command,
    read_material,
    say,
    write_table,
)
from pbgov.errors import InputError

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from pbgov.commands.material import Commands
    from pbgov.exchange.refi.project import QdpxMatch

QDC = ".qdc"


def add_commands(commands: Commands) -> None:
    """Add ``sheet`` and ``qdpx`` to the parser of `pbgov.cli`."""
    sheet = add_command(commands, "sheet", "Excel 编码表：写出，或收回", _sheet)
    sheet.add_argument("do", choices=("write", "read"))
    sheet.add_argument("file", help="xlsx 文件")
    sheet.add_argument("--coder", help="write：给谁")
    sheet.add_argument("--family", nargs="+", help="write：判哪些编码族")
    sheet.add_argument("--gold", action="store_true", help="write：只放金标准样本里的段落")
    sheet.add_argument("--save", action="store_true", help="read：记入他的编码记录")

    qdpx = add_command(commands, "qdpx", "与 NVivo、MAXQDA、ATLAS.ti 交换（REFI-QDA）", _qdpx)
    qdpx.add_argument("do", choices=("write", "read"))
    qdpx.add_argument("file", help="qdpx 文件；write 也可以是 qdc（只有编码手册）")
    qdpx.add_argument("--counting", help="read：对方怎样数字符（问到时再答）")
    qdpx.add_argument("--save", action="store_true", help="read：记入各人的编码记录")


def _sheet(options: argparse.Namespace) -> int:
    from pbgov.coding.sampling import read_gold_sample
    from pbgov.exchange.sheet_reading import read_sheet
    from pbgov.exchange.sheets import write_sheet

    material = read_material(options)
    if options.do == "read":
        known = material.codings() if material.has_codings else None
        reading = read_sheet(options.file, material.paragraphs, material.codebook, codings=known)
        if options.save:
            reading = reading.save(material.folder)
        print(reading)
        print("已记入。" if options.save else "还没有记入；核对之后加 --save。")
        return 0
    if not options.coder or not options.family:
        raise InputError(
            "sheet write needs --coder and --family. 请写明 --coder（给谁）和 --family（判什么）。"
        )
    asked = material.paragraphs
    if options.gold:
        if not (material.study.root / GOLD_SAMPLE).is_dir():
            raise InputError(
                "No gold sample was drawn yet; run 'pbgov gold'. 还没有抽金标准样本，请先运行 pbgov gold。"
            )
        sample = read_gold_sample(material.study.root / GOLD_SAMPLE, asked)
        asked = asked[asked["segment_id"].isin(sample.table["segment_id"])]
    path = write_sheet(
        asked,
        material.codebook,
        options.file,
        families=options.family,
        coder=options.coder,
        seed=material.study.seed,
        context=material.paragraphs,
    )
    print(f"  {path}")
    return 0


def _qdpx(options: argparse.Namespace) -> int:
    material = read_material(options)
    if options.do == "write":
        return _write_qdpx(material, Path(options.file))
    return _read_qdpx(material, Path(options.file), options)


def _read_qdpx(material: Material, path: Path, options: argparse.Namespace) -> int:
    import pandas as pd

    from pbgov.coding.journal import is_machine
    from pbgov.exchange.qdpx import read_qdc, read_qdpx

    if path.suffix.lower() == QDC:
        codes = read_qdc(path)
        print(f"{path}：编码 {len(codes.code_table)} 个（只有编码手册，没有编码记录可记）")
        print(codes.code_table[["code_id", "zh"]].to_string(index=False))
        for finding in codes.findings:
            print(finding)
        _print_losses(codes.losses)
        return 0
    project = read_qdpx(path, counting=options.counting, progress=say)
    found = project.match(material.corpus, material.codebook, material.paragraphs)
    machines = int(found.codings["coder"].map(is_machine).sum())
    print(f"编码 {len(found.codings)} 条（其中机器编码 {machines} 条，不记入），", end="")
    print(f"状态 {len(found.states)} 条，裁定 {len(found.adjudications)} 条。")
    print(f"没有确定位置的 {len(found.held_back)} 条，文本已变而另放的 {len(found.set_aside)} 条。")
    for finding in [*project.findings, *found.findings]:
        print(finding)
    _print_losses(pd.concat([project.losses, found.losses], ignore_index=True))
    aside = material.study.root / DERIVED / "qdpx"
    for name, table in (("held_back", found.held_back), ("set_aside", found.set_aside)):
        if len(table):
            write_table(table, aside / f"{path.stem}.{name}.csv")
    if options.save:
        _save(material, found)
    else:
        print("还没有记入；核对之后加 --save。")
    return 0


def _save(material: Material, found: QdpxMatch) -> None:
    """Put on record what people judged, where the codebook has the code."""
    from pbgov.coding.journal import GOLD
    from pbgov.coding.merging import CHANGES
    from pbgov.coding.saving import save_codings

    known = {*material.codebook.codes["code_id"], *material.codebook.retired["code_id"]}
    is_known = found.codings["code_id"].isin(known)
    of_people = found.codings["coder"] != GOLD
    report = save_codings(
        found.codings[is_known & of_people],
        material.folder,
        material.paragraphs,
        material.codebook,
        states=found.states,
    )
    if left := int((~is_known).sum()):
        print(f"  编码手册里没有的编码 {left} 条没有记入；先把编码加进手册，再读一遍。")
    for (coder, change), rows in report.groupby(["coder", "change"]):
        print(f"  {coder}：{CHANGES[str(change)]} {len(rows)} 条")
    if not of_people.all() or len(found.adjudications):
        print(f"  裁定和它得出的编码（{GOLD}）没有记入：请在本研究里用 pbgov adjudicate 记。")


def _write_qdpx(material: Material, path: Path) -> int:
    import pandas as pd

    from pbgov.coding.adjudication import read_adjudications
    from pbgov.coding.rules import code_by_rules
    from pbgov.exchange.qdpx import write_qdc, write_qdpx

    if path.suffix.lower() == QDC:
        written = write_qdc(path, material.codebook)
    else:
        by_rules = code_by_rules(material.paragraphs, material.codebook)
        has_people = material.has_codings
        by_people = [material.codings()] if has_people else []
        written = write_qdpx(
            path,
            material.corpus,
            pd.concat([*by_people, by_rules], ignore_index=True),
            material.codebook,
            states=material.states() if has_people else None,
            adjudications=read_adjudications(material.folder) if has_people else None,
            name=material.study.title,
            progress=say,
        )
    print(f"  {written.path}：{written.n_documents} 篇，{written.n_codings} 条编码")
    for finding in written.findings:
        print(finding)
    _print_losses(written.losses)
    return 0


def _print_losses(losses: pd.DataFrame) -> None:
    for row in losses.to_dict("records"):
        print(f"  没有带过去：{row['zh']}（{row['count']}）")
