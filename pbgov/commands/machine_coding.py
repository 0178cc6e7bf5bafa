"""pbgov code: codings by rules, by what was learned from a person, by a model of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.commands.material import (
    DERIVED,
    Material,
    add_command,
    counting,
    read_material,
    write_table,
)
from pbgov.errors import InputError

if TYPE_CHECKING:
    import argparse

    from pbgov.commands.material import Commands


def add_commands(commands: Commands) -> None:
    """Add ``code`` to the parser of `pbgov.cli`."""
    code = add_command(commands, "code", "机器编码：按规则、按学习、或用自己的模型服务", _code)
    code.add_argument("--by", choices=("rules", "learned", "endpoint"), default="rules")
    code.add_argument("--family", nargs="+", help="编码族，默认全部（learned 只能一个）")
    code.add_argument("--coder", help="learned：跟谁的编码学")
    code.add_argument("--group", default="paragraph", help="learned：检验时一起留出的单位")
    code.add_argument("--endpoint", metavar="URL", help="endpoint：自己的服务地址，不写就不发送")
    code.add_argument("--model", help="endpoint：模型名")
    code.add_argument("--key-variable", metavar="NAME", help="endpoint：存放密钥的环境变量名")
    code.add_argument("--preview", action="store_true", help="endpoint：只看要发送什么，不发送")
    code.add_argument("--to", metavar="FILE", help="写到这个 csv，默认 data/derived/codings")


def _code(options: argparse.Namespace) -> int:
    by = {"rules": _code_by_rules, "learned": _code_by_learning, "endpoint": _code_by_endpoint}
    return by[options.by](read_material(options), options)


def _code_by_rules(material: Material, options: argparse.Namespace) -> int:
    from pbgov.coding.frameworks import select_families
    from pbgov.coding.rules import code_by_rules

    codebook = material.codebook
    if options.family:
        codebook = select_families(codebook, options.family)
    codings = code_by_rules(material.paragraphs, codebook)
    given = int(codings["value"].eq(1).sum())
    print(f"规则编码：{given} 条建议，另有 {len(codings) - given} 条是原文写明没有的。")
    write_table(codings, _machine_file(material, options, "rules"))
    return 0


def _code_by_learning(material: Material, options: argparse.Namespace) -> int:
    from pbgov.coding.learned import LearnedCoder, train_coder
    from pbgov.mining.lexicon import read_lexicon

    if not options.coder or not options.family or len(options.family) != 1:
        raise InputError(
            "--by learned needs --coder and one --family: whose codings of what to learn from."
            " --by learned 要写明 --coder 和一个 --family：跟谁学、学哪个编码族。"
        )
    coder = train_coder(
        material.codings(),
        material.paragraphs,
        material.codebook,
        family=options.family[0],
        coder=options.coder,
        seed=material.study.seed,
        group=options.group,
        lexicon=read_lexicon(material.study.lexicon),
        states=material.states(),
        progress=counting("折"),
    )
    print(coder)
    if not isinstance(coder, LearnedCoder):
        return 1
    write_table(coder.code(material.paragraphs), _machine_file(material, options, "learned"))
    return 0


def _code_by_endpoint(material: Material, options: argparse.Namespace) -> int:
    from pbgov.coding.endpoint import code_by_endpoint, preview_request

    if not options.endpoint or not options.model:
        raise InputError(
            "--by endpoint needs --endpoint and --model; nothing was sent."
            " 请写明 --endpoint 和 --model；没有发送任何内容。"
        )
    answers = material.study.root / DERIVED / "answers"
    if options.preview:
        preview = preview_request(
            material.paragraphs,
            material.codebook,
            endpoint=options.endpoint,
            model=options.model,
            families=options.family,
        )
        print(f"将发送 {len(preview)} 次，共 {preview['characters'].sum()} 字符；现在没有发送。")
        print(preview.iloc[0]["instructions"], preview.iloc[0]["question"], sep="\n\n")
        write_table(preview, answers / "preview.csv")
        return 0
    outcome = code_by_endpoint(
        material.paragraphs,
        material.codebook,
        endpoint=options.endpoint,
        model=options.model,
        families=options.family,
        key_variable=options.key_variable,
        cache=answers,
        progress=counting("段"),
    )
    print(outcome)
    for row in outcome.rejections.itertuples():
        print(f"  拒收 {row.segment_id}：{row.zh}（{row.seen}）")
    for remark in outcome.remarks:
        print(f"  {remark}")
    write_table(outcome.codings, _machine_file(material, options, "endpoint"))
    return 0


def _machine_file(material: Material, options: argparse.Namespace, name: str) -> Path:
    return Path(options.to) if options.to else material.machine_file(name)
