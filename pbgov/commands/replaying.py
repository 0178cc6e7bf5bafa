"""pbgov claims | changes | replay: what a report says, what changed, what a notebook says again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.commands.material import add_command, counting
from pbgov.errors import InputError

if TYPE_CHECKING:
    import argparse

    from pbgov.commands.material import Commands
    from pbgov.reporting.ledger import Ledger
    from pbgov.study import Study

OTHER_VERSION = (
    "The former run was made by another version of pbgov, which kept its results otherwise; run the"
    " study as it was with this one, then as it is. 前一次是用另一个版本的 pbgov 运行的，中间结果的写法"
    "不同，比不了；请用现在的版本把材料改回去运行一次，再改过来运行一次。"
)


def add_commands(commands: Commands) -> None:
    """Add ``claims``, ``changes`` and ``replay`` to the parser of `pbgov.cli`."""
    claims = commands.add_parser("claims", help="检查一份（改过的）报告：数字对不对，话过不过")
    claims.add_argument("report", help="report.docx 或 report.html，旁边要有 results.json")
    claims.set_defaults(command=_claims)
    add_command(commands, "changes", "与上一次运行相比什么变了，为什么", _changes)
    replay = commands.add_parser("replay", help="重新运行笔记本，按意思与存下的输出比较")
    replay.add_argument("notebooks", nargs="+", help="一个或几个 .ipynb")
    replay.set_defaults(command=_replay)


def _claims(options: argparse.Namespace) -> int:
    from pbgov.reporting.claims.checking import check_claims

    found = check_claims(options.report)
    for row in found.itertuples():
        print(f"{row.code}  {row.where}：{row.sentence}")
        print(f"      “{row.seen}”——{row.suggestion}")
    faults = int(found["code"].str.startswith("E").sum())
    print(f"错误 {faults} 条，提醒 {len(found) - faults} 条。")
    return 1 if faults else 0


def _changes(options: argparse.Namespace) -> int:
    from pbgov.replay.changes import kept_results, what_changed
    from pbgov.replay.runs import conditions_of
    from pbgov.run import FORMER, PROVENANCE, recorded, state_of
    from pbgov.study import read_study

    study = read_study(options.study)
    derived = study.root / "data" / "derived"
    before, after = recorded(derived / FORMER), recorded(study.output / PROVENANCE)
    if not before or not after:
        raise InputError(
            f"{study.root}: there are not two runs to compare; run, edit, run again."
            " 还没有两次运行可以比较：运行一次，改动，再运行一次。"
        )
    if state_of(study)["inputs"] != after["inputs"]:
        print(
            "注意：材料在上一次写出报告之后又改过，那些改动还没有算进来；下面说的是写出的两份报告之间的变化。"
            "要算进来，请运行 pbgov run（如果它报了错，先照它说的改正）。"
        )
    runs = [kept_results(derived, run["steps"]) for run in (before, after)]
    try:
        changed = what_changed(
            *runs,
            inputs=(before["inputs"], after["inputs"]),
            conditions=(conditions_of(before), conditions_of(after)),
            ledgers=_ledgers(study),
        )
    except (LookupError, TypeError, ValueError) as error:
        if before["code"] == after["code"]:
            raise
        raise InputError(OTHER_VERSION) from error
    for sentence in changed.story("zh"):
        print(sentence)
    return 0


def _ledgers(study: Study) -> tuple[Ledger, Ledger] | None:
    """The ledgers of the former and of the last report, where both are kept."""
    from pbgov.reporting.claims.results_file import ledger_from_json
    from pbgov.run import FORMER_RESULTS, RESULTS

    files = (study.root / "data" / "derived" / FORMER_RESULTS, study.output / RESULTS)
    if not all(file.is_file() for file in files):
        return None
    one, other = (ledger_from_json(file.read_text(encoding="utf-8"), str(file)) for file in files)
    return one, other


def _replay(options: argparse.Namespace) -> int:
    from pbgov.replay.notebooks import replay_notebook

    same = True
    for notebook in options.notebooks:
        replayed = replay_notebook(notebook, on_cell=counting(f"个代码单元（{notebook}）"))
        print(replayed)
        same = same and replayed.same
    return 0 if same else 1
