"""pbgov agree | adjudicate | gold: how far coders agree, what was decided, what to code by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.commands.forms import read_form, record, write_form
from pbgov.commands.material import DERIVED, GOLD_SAMPLE, add_command, read_material, write_table

if TYPE_CHECKING:
    import argparse

    from pbgov.commands.material import Commands

FORM = "disagreements.csv"
SHOWN = ["family", "code_id", "n", "n_missing", "accuracy", "boot_low", "boot_high", "kappa",
         "kappa_low", "kappa_high", "alpha", "ac1", "positive_agreement", "majority_accuracy"]  # fmt: skip


def add_commands(commands: Commands) -> None:
    """Add ``agree``, ``adjudicate`` and ``gold`` to the parser of `pbgov.cli`."""
    agree = add_command(commands, "agree", "编码一致性、分歧和裁定的进度", _agree)
    agree.add_argument(
        "--coders",
        nargs="+",
        required=True,
        help="两位或更多编码者，机器的也行（rules learned endpoint:…）",
    )
    agree.add_argument("--family", nargs="+", help="编码族，默认他们都判过的")
    agree.add_argument("--frame", choices=("read", "reference"), default="read")
    agree.add_argument("--to", metavar="DIR", help="写到这个文件夹，默认 data/derived/agreement")

    adjudicate = add_command(commands, "adjudicate", "把填好的分歧表记为裁定", _adjudicate)
    adjudicate.add_argument("form", help=f"填好的 {FORM}（pbgov agree 写出）")

    gold = add_command(commands, "gold", "按已知概率抽取要人工编码的段落", _gold)
    gold.add_argument("--n", type=int, required=True, help="抽多少段")
    gold.add_argument("--strata", nargs="+", default=["doc_id"], help="按哪些列分层")
    gold.add_argument("--family", help="并按规则编码是否给出这个编码族分层")


def _agree(options: argparse.Namespace) -> int:
    import pandas as pd

    from pbgov.coding.adjudication import read_adjudications
    from pbgov.coding.agreement import agreement
    from pbgov.coding.gold import adjudicated_share, gold_codings
    from pbgov.coding.journal import GOLD, is_machine
    from pbgov.coding.side_by_side import disagreements

    material = read_material(options)
    codings, states = material.codings_with(options.coders), material.states()
    table = agreement(
        codings,
        options.coders,
        material.paragraphs,
        family=options.family,
        seed=material.study.seed,
        states=states,
        frame=options.frame,
    )
    print(table[[name for name in SHOWN if name in table]].round(3).to_string(index=False))
    for row in table.dropna(subset=["remark"]).itertuples():
        print(f"  {row.family} {row.code_id}：{row.remark}")
    families = list(dict.fromkeys(table["family"]))
    pieces = [
        disagreements(codings, options.coders, material.paragraphs, family=name, states=states)
        for name in families
    ]
    people = [coder for coder in options.coders if coder != GOLD and not is_machine(coder)]
    decided = read_adjudications(material.folder, material.paragraphs, material.codebook)
    gold = (
        gold_codings(
            codings,
            people,
            decided,
            material.paragraphs,
            material.codebook,
            families=families,
            states=states,
        )
        if len(people) > 1
        else None
    )
    folder = Path(options.to) if options.to else material.study.root / DERIVED / "agreement"
    write_table(table, folder / "agreement.csv")
    form = pd.concat(pieces, ignore_index=True)
    n_open = write_form(form, decided, folder / FORM)
    print(f"分歧 {len(form)} 处，还没有裁定的 {n_open} 处", end="")
    print("；填好表里的空列，再运行 pbgov adjudicate。" if n_open else "。")
    if gold is not None:
        print(gold)
        if silent := [coder for coder in people if coder not in set(states["coder"])]:
            print(
                f"  {'、'.join(silent)} 没有留下“看完”的记录：空白在一致性里算作没有，在金标准里不算。"
            )
        print(adjudicated_share(gold).round(3).to_string(index=False))
    return 0


def _adjudicate(options: argparse.Namespace) -> int:
    material, path = read_material(options), Path(options.form)
    decisions, n_open = read_form(path)
    n_new = record(decisions, material, path)
    already = len(decisions) - n_new
    print(f"新记入 {n_new} 条裁定，早已记入的 {already} 条；还空着 {n_open} 条。")
    return 0


def _gold(options: argparse.Namespace) -> int:
    from pbgov.coding.frameworks import select_families
    from pbgov.coding.rules import code_by_rules
    from pbgov.coding.sampling import draw_gold

    material = read_material(options)
    codings = None
    if options.family:
        codebook = select_families(material.codebook, [options.family])
        codings = code_by_rules(material.paragraphs, codebook)
    sample = draw_gold(
        material.paragraphs,
        options.n,
        seed=material.study.seed,
        strata=options.strata,
        codings=codings,
    )
    print(sample)
    for file in sample.save(material.study.root / GOLD_SAMPLE):
        print(f"  {file}")
    return 0
