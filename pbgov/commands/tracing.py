"""The command that follows a number to its sentences, and a sentence to its numbers: pbgov trace."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from pbgov.commands.material import add_command, say
from pbgov.errors import InputError

if TYPE_CHECKING:
    import argparse

    from pbgov.commands.material import Commands
    from pbgov.reporting.tracing.material import Material

_NEAR = 6


def add_commands(commands: Commands) -> None:
    """The command of this room."""
    parser = add_command(
        commands, "trace", "从一个数字查到它依据的句子和指标；用 --sentence 反过来查", _trace
    )
    parser.add_argument(
        "number",
        nargs="?",
        metavar="结果或项",
        help="报告里结果的编号（如 practices.n），或回归里的项（如 share_MODE.M2）",
    )
    parser.add_argument(
        "--sentence",
        metavar="句子",
        help="位置（文档:起-止）、片段编号，或只出现一次的原文：哪些判断、占比、结果依据它",
    )


def _trace(options: argparse.Namespace) -> int:
    from pbgov.reporting.tracing.back import trace_back
    from pbgov.reporting.tracing.material import material_of

    if (options.number is None) == (options.sentence is None):
        raise InputError(
            "Name one result or term, or a sentence with --sentence."
            " 请写一个结果编号或回归项，或者用 --sentence 写一个句子。"
        )
    material = material_of(options.study)
    if options.sentence is not None:
        say("查依据它的结果 looking for what rests on it")
        print(trace_back(options.sentence, material))
        return 0
    for told in _numbers(options.number, material):
        print(told)
        print()
    return 0


def _numbers(named: str, material: Material) -> list[str]:
    """The trace of a result, or of every coefficient of that name."""
    from pbgov.evaluation.estimate import Estimate
    from pbgov.reporting.tracing.trace import trace

    if named in material.ledger:
        return [trace(named, study=material).told()]
    fitted = [one for _, _, one in material.estimates() if isinstance(one, Estimate)]
    own = [one for one in fitted if named in set(one.terms["term"])]
    if own:
        return [trace(one, named, material).told() for one in own]
    terms = [str(term) for one in fitted for term in one.terms["term"]]
    known = list(dict.fromkeys([*material.ledger, *terms]))
    near = "、".join(difflib.get_close_matches(named, known, n=_NEAR, cutoff=0.3))
    raise InputError(
        f"Neither a result nor a term is called {named!r}; near it: {near or 'none'}."
        f" 没有叫“{named}”的结果或回归项；相近的：{near or '无'}。"
    )
