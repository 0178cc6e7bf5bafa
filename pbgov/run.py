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
from pbgov.errors import ReportError, StudyError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pbgov.reporting.report import Report
    from pbgov.study import Study

PROVENANCE = "provenance.json"
RESULTS = "results.json"
FORMER = "former.json"
FORMER_RESULTS = "former_results.json"
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
    notices : tuple of str
        What a reader should know before the files go out: a format that was left out and why, a
        map that needs a number before it is published.
    """

    unchanged: bool
    made: tuple[str, ...]
    reports: tuple[Path, ...]
    kept: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()


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
    from pbgov.reporting.writing import unwritten

    state = state_of(study)
    lacking = {kind: why for kind, why in unwritten().items() if kind in study.report.formats}
    formats = tuple(kind for kind in study.report.formats if kind not in lacking)
    reports = tuple(study.output / f"report.{kind}" for kind in formats)
    if is_current(study.output, state) and all(file.is_file() for file in reports):
        return Outcome(True, (), reports, notices=tuple(lacking.values()))
    made: list[str] = []

    def tell(title: str, was_made: bool) -> None:
        if was_made:
            made.append(title)
        if on_step is not None:
            on_step(title, was_made)

    results, state["steps"] = compute(study, state, tell)
    report = sound_report(study, results)
    kept = _write(study, report, results, formats, state)
    tell(REPORT_STEP, True)
    maps = dict.fromkeys(one.export_notice for one in report.exhibits if one.export_notice)
    return Outcome(False, tuple(made), reports, kept, (*lacking.values(), *maps))


def _write(
    study: Study,
    report: Report,
    results: Mapping[str, Results],
    formats: tuple[str, ...],
    state: dict[str, Any],
) -> tuple[Path, ...]:
    """Write everything beside the former report, then let it take that one's place.

    Returns the new names of the files that were no longer as the former run had left them.
    """
    from pbgov.reporting.claims.results_file import results_json
    from pbgov.reporting.evidence import write_evidence
    from pbgov.reporting.handover import Handover
    from pbgov.reporting.writing import write_files, write_methods

    last = recorded(study.output / PROVENANCE)
    former = dict(last.get("outputs", {})) | digest_files(_there(study, PROVENANCE), study.output)
    ledgers = [file.read_bytes() for file in _there(study, RESULTS)]
    with Handover(study.output, former) as handover:
        folder = handover.folder
        write_files(report, folder, formats)
        write_evidence(results, folder, report.ledger)
        write_methods(study, results, folder)
        (folder / RESULTS).write_text(results_json(report), encoding="utf-8", newline="\n")
        state["outputs"] = digest_files([folder], folder)
        _write_json(folder / PROVENANCE, state)
        kept = handover.finish()
    if last and _without_outputs(last) != _without_outputs(state):
        _keep_former(study.root / "data" / "derived", last, ledgers)
    return kept


def _there(study: Study, name: str) -> list[Path]:
    file = study.output / name
    return [file] if file.is_file() else []


def _without_outputs(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "outputs"}


def _keep_former(derived: Path, last: dict[str, Any], ledgers: list[bytes]) -> None:
    """Keep what the last run recorded beside its results, so that what changed can be told."""
    _write_json(derived / FORMER, last)
    (derived / FORMER_RESULTS).unlink(missing_ok=True)
    for content in ledgers:
        (derived / FORMER_RESULTS).write_bytes(content)


def sound_report(study: Study, results: Mapping[str, Results]) -> Report:
    """The report of a run, once its quotations were found again and its statements hold.

    Raises
    ------
    ReportError
        Where a quotation no longer stands in its file, or prose states what no result bears.
    """
    from pbgov.reporting.claims.checking import require_sound
    from pbgov.reporting.composition import compose
    from pbgov.reporting.tracing.rechecking import recheck

    report = compose(study, results)
    lost = recheck(report.ledger.quotations, study)
    if lost:
        raise ReportError(lost)
    require_sound(report, study.report.template)
    return report


def write_report(study: Study) -> tuple[Path, ...]:
    """Bring a study's report up to date and give the paths of its documents, report.docx first."""
    return run_study(study).reports


def compute(
    study: Study, state: dict[str, Any], tell: Callable[[str, bool], None]
) -> tuple[dict[str, Results], dict[str, str]]:
    """The results of every step, and the key each stands under."""
    from pbgov.steps import STEPS

    cache = cache_of(study, state)
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


def cache_of(study: Study, state: Mapping[str, Any]) -> Cache:
    """Where the results of a study's steps are kept, those of its last two states among them."""
    derived = study.root / "data" / "derived"
    kept = [
        recorded(file).get("steps", {}) for file in (study.output / PROVENANCE, derived / FORMER)
    ]
    return Cache(derived, base=digest_json([state["code"], state["versions"]]), kept=kept)


def recorded(file: Path) -> dict[str, Any]:
    """What provenance.json, or the copy of the one before it, records; empty where there is none.

    Raises
    ------
    StudyError
        Where it is not what a run writes (E511).
    """
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise StudyError(str(Finding("E511", str(file), seen=file.name))) from error
    if not isinstance(found, dict) or not all(
        isinstance(found.get(name), dict) for name in ("inputs", "outputs", "steps", "versions")
    ):
        raise StudyError(str(Finding("E511", str(file), seen=file.name)))
    return found


def state_of(study: Study) -> dict[str, Any]:
    """What a run rests on: digests of inputs and code, versions, seed."""
    plan = study.report
    own = [file for file in (plan.template, plan.references) if file is not None]
    return {
        "title": study.title,
        "seed": study.seed,
        "declared_tests": study.tests_digest,
        "inputs": digest_files(
            [*study.inputs.values(), study.root / "study.toml", *own], study.root
        ),
        "code": code_digest(),
        "versions": {"python": platform.python_version(), **library_versions()},
    }


def is_current(output: Path, state: dict[str, Any]) -> bool:
    """Whether the report stands as the last run left it, made of what is there now."""
    last = recorded(output / PROVENANCE)
    outputs = last.get("outputs", {})
    return (
        all(last.get(key) == value for key, value in state.items())
        and bool(outputs)
        and all((output / name).is_file() for name in outputs)
        and digest_files([output / name for name in outputs], output) == outputs
    )


def _digests_of(study: Study, inputs: tuple[str, ...], digests: dict[str, str]) -> dict[str, str]:
    folders = [study.inputs[name] for name in inputs if name in study.inputs]
    prefixes = tuple(f"{relative_name(folder, study.root)}/" for folder in folders)
    return {path: digest for path, digest in digests.items() if path.startswith(prefixes)}


def _write_json(path: Path, value: Any) -> None:
    content = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(content, encoding="utf-8", newline="\n")
