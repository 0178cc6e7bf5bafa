"""The command line: pbgov run | new | check | read | doctor, and the commands of the rooms."""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.commands import (
    bundles,
    codebooks,
    comparing,
    exchanging,
    machine_coding,
    replaying,
    tracing,
)
from pbgov.errors import DataFileWarning, PbgovError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when data or machine stand in the way."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console cannot show every character
    options = _parser().parse_args(arguments)
    logging.getLogger("pbgov").addHandler(logging.NullHandler())  # the run's notices say it all
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataFileWarning)  # `_check` tells each of them
            return int(options.command(options))
    except PbgovError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever was reading the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        seen = f"{error.filename or ''} {error.strerror or error}".strip()
        print(f"\n{Finding('E509', str(error.filename or '-'), seen=seen)}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pbgov", description="党建治理研究工作台：从材料和指标到可追溯的报告"
    )
    commands = parser.add_subparsers(required=True, metavar="命令")
    run = commands.add_parser("run", help="读取研究、计算、写出报告（没有变化的步骤不重算）")
    run.add_argument(
        "study", nargs="?", default=".", help="研究文件夹或 study.toml，默认当前文件夹"
    )
    run.set_defaults(command=_run)
    new = commands.add_parser("new", help="新建一个空的、可以直接运行的研究")
    new.add_argument("folder", help="新文件夹的名字")
    new.set_defaults(command=_new)
    check = commands.add_parser("check", help="检查研究的数据文件；或者核对、重算同事交来的包")
    check.add_argument(
        "study", nargs="?", default=".", help="研究文件夹、study.toml 或 .zip 包，默认当前文件夹"
    )
    check.set_defaults(command=_check)
    read = commands.add_parser("read", help="读一个文件夹或一个文件：修复了什么，什么没有读入")
    read.add_argument("path", help="文件夹，或者一个文件（txt md html docx odt pdf xlsx csv zip）")
    read.add_argument("--to", metavar="文件夹", help="把修复后的文本和修复清单写到这里")
    read.set_defaults(command=_read)
    for room in (codebooks, machine_coding, comparing, exchanging, tracing, bundles, replaying):
        room.add_commands(commands)
    doctor = commands.add_parser("doctor", help="看看这台电脑还缺什么")
    doctor.set_defaults(command=_doctor)
    return parser


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from pbgov.check import check_study
    from pbgov.run import REPORT_STEP, run_study
    from pbgov.steps import STEPS
    from pbgov.study import read_study

    started = time.perf_counter()
    console = Console()
    study = read_study(options.study)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(STEPS[0].title, total=len(STEPS) + 1)
        following = {step.title: after.title for step, after in itertools.pairwise(STEPS)}

        def show(title: str, made: bool) -> None:
            progress.update(task, description=following.get(title, REPORT_STEP), advance=1)
            console.print(f"  {'计算' if made else '未变'}  {title}", highlight=False)

        outcome = run_study(study, on_step=show)
    seconds = time.perf_counter() - started
    if outcome.unchanged:
        console.print(f"输入没有变化，报告是最新的（{seconds:.1f} 秒）。", highlight=False)
    else:
        console.print(f"完成（{seconds:.1f} 秒）。", highlight=False)
    for file in outcome.kept:
        console.print(f"  您改过的旧文件已另存为 {file}", highlight=False, soft_wrap=True)
    for notice in outcome.notices:
        console.print(f"  注意：{notice}", highlight=False, soft_wrap=True)
    for file in outcome.reports:
        console.print(f"  {file}", highlight=False, soft_wrap=True)
    if not outcome.unchanged:
        findings = check_study(study)
        if findings:
            faults = _faults(findings)
            said = f"材料和数据文件有错误 {faults} 条、提醒 {len(findings) - faults} 条"
            console.print(f"{said}，运行 pbgov check 查看。", highlight=False, soft_wrap=True)
    return 0


def _new(options: argparse.Namespace) -> int:
    from pbgov.template import lay_out

    folder = Path(options.folder)
    lay_out(folder)
    print(f"已新建 {folder}。把材料放进 {folder / 'data' / 'cases'}，然后运行：")
    print(f"  cd {folder}\n  pbgov run")
    return 0


def _check(options: argparse.Namespace) -> int:
    from pbgov.check import check_study
    from pbgov.study import read_study

    if bundles.is_bundle(options.study):
        return bundles.check(options)
    findings = [str(finding) for finding in check_study(read_study(options.study))]
    for finding in findings:
        print(finding)
    faults = _faults(findings)
    print(f"错误 {faults} 条，提醒 {len(findings) - faults} 条。")
    return 1 if faults else 0


def _read(options: argparse.Namespace) -> int:
    from pbgov.reading import describe, read_path, write_reading

    corpus = read_path(options.path)
    for line in describe(corpus):
        print(line)
    if options.to is not None:
        for file in write_reading(corpus, options.to):
            print(f"  {file}")
    return 1 if len(corpus.problems) else 0


def _faults(findings: Sequence[Finding | str]) -> int:
    return sum(str(finding).startswith("E") for finding in findings)


def _doctor(options: argparse.Namespace) -> int:
    from pbgov.doctor import diagnose

    diagnoses = diagnose(Path())
    for diagnosis in diagnoses:
        print(
            f"{'正常' if diagnosis.healthy else '注意'}  {diagnosis.subject}：{diagnosis.finding}"
        )
    return 0 if all(diagnosis.healthy for diagnosis in diagnoses) else 1


if __name__ == "__main__":
    sys.exit(main())
