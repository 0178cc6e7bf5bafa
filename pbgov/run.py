"""Running a study: its steps in order, each made once per state of its inputs, then the report."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pbgov.cache import (
    Cache,
    Results,
    code_digest,
    digest_files,
    digest_json,
    library_versions,
    relative_name,
)
from pbgov.errors import StudyError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbgov.study import Study

PROVENANCE = "provenance.json"
REPORT_STEP = "图表与报告"


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    unchanged : bool
        True where inputs, code and outputs stood as the last run left them; nothing was made.
    made : tuple of str
        Titles of the steps that had to be computed.
    reports : tuple of Path
        The documents written, or found up to date.
    kept : tuple of Path
        Files of the former run that somebody had edited, under the names they have now.
    """

    unchanged: bool
    made: tuple[str, ...]
    reports: tuple[Path, ...]
    kept: tuple[Path, ...] = ()


def run_study(study: Study, on_step: Callable[[str, bool], None] | None = None) -> Outcome:
    """Compute what has changed and write the report into ``study.output``.

    Parameters
    ----------
    study : Study
    on_step : callable, optional
        Told each step's title and whether it had to be made.

    Returns
    -------
    Outcome
    """
    state = _state(study)
    reports = (study.output / "report.docx", study.output / "report.html")
    if _is_current(study.output, state):
        return Outcome(unchanged=True, made=(), reports=reports)
    made: list[str] = []

    def tell(title: str, was_made: bool) -> None:
        if was_made:
            made.append(title)
        if on_step is not None:
            on_step(title, was_made)

    results, state["steps"] = compute(study, state, tell)

    from pbgov.reporting.composition import compose
    from pbgov.reporting.evidence import write_evidence
    from pbgov.reporting.writing import write_files

    kept = _clear_former(study.output)
    reports_written, saved = write_files(compose(study, results), study.output)
    written = [*reports_written, *saved]
    written += write_evidence(results, study.output)
    state["outputs"] = digest_files(written, study.output)
    _write_json(study.output / PROVENANCE, state)
    tell(REPORT_STEP, True)
    return Outcome(unchanged=False, made=tuple(made), reports=reports, kept=kept)


def write_report(study: Study) -> tuple[Path, ...]:
    """Bring a study's report up to date and give the paths of report.docx and report.html."""
    return run_study(study).reports


def compute(
    study: Study, state: dict[str, Any], tell: Callable[[str, bool], None]
) -> tuple[dict[str, Results], dict[str, str]]:
    """The results of every step, and the key each stands under."""
    from pbgov.steps import STEPS

    cache = Cache(
        study.root / "data" / "derived", base=digest_json([state["code"], state["versions"]])
    )
    results: dict[str, Results] = {}
    keys: dict[str, str] = {}
    for step in STEPS:
        keys[step.name] = cache.key(
            step.name,
            {
                "files": _digests_of(study, step.reads, state["inputs"]),
                "after": [keys[name] for name in step.after],
                "declared": [study.declared.get(section) for section in step.obeys],
                "seed": study.seed,
            },
        )
        results[step.name], made = cache.fetch(
            step.name, keys[step.name], partial(step.make, study, results)
        )
        tell(step.title, made)
    return results, keys


def _state(study: Study) -> dict[str, Any]:
    return {
        "title": study.title,
        "seed": study.seed,
        "declared_tests": study.tests_digest,
        "inputs": digest_files([*study.inputs.values(), study.root / "study.toml"], study.root),
        "code": code_digest(),
        "versions": {"python": platform.python_version(), **library_versions()},
    }


def _is_current(output: Path, state: dict[str, Any]) -> bool:
    file = output / PROVENANCE
    if not file.is_file():
        return False
    recorded = json.loads(file.read_text(encoding="utf-8"))
    outputs = recorded.get("outputs", {})
    return (
        all(recorded.get(key) == value for key, value in state.items())
        and bool(outputs)
        and all((output / name).is_file() for name in outputs)
        and digest_files([output / name for name in outputs], output) == outputs
    )


def _digests_of(study: Study, inputs: tuple[str, ...], digests: dict[str, str]) -> dict[str, str]:
    folders = [study.inputs[name] for name in inputs if name in study.inputs]
    prefixes = tuple(f"{relative_name(folder, study.root)}/" for folder in folders)
    return {path: digest for path, digest in digests.items() if path.startswith(prefixes)}


def _clear_former(output: Path) -> tuple[Path, ...]:
    """Delete what the last run wrote, so that no stale exhibit stays; keep what a person edited.

    Returns the new names of the files that were no longer as the run had left them.
    """
    file = output / PROVENANCE
    if not file.is_file():
        return ()
    recorded = json.loads(file.read_text(encoding="utf-8")).get("outputs", {})
    kept = []
    for name, digest in recorded.items():
        written = output / name
        if not written.is_file():
            continue
        try:
            if digest_files([written], output)[name] == digest:
                written.unlink()
            else:
                kept.append(written.rename(_free_name(written)))
        except PermissionError as error:
            raise StudyError(str(Finding("E507", str(written), seen=written.name))) from error
    file.unlink()
    return tuple(kept)


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.stem}.改动{number}{path.suffix}")).exists():
        number += 1
    return free


def _write_json(path: Path, value: Any) -> None:
    content = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(content, encoding="utf-8", newline="\n")
