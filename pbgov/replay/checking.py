"""``pbgov check BUNDLE``: whether a bundle is whole, whether it reproduces, what differs and why."""

from __future__ import annotations

import json
import platform
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbgov.errors import DataFileWarning, PbgovError
from pbgov.findings import Finding
from pbgov.replay.bundle import CONSTRAINTS, MANIFEST, README, STUDY
from pbgov.replay.contents import Contents
from pbgov.replay.likeness import TOLERANCE, compare_files
from pbgov.replay.record import declared_in, manifest_of, paths_in, provenance_of
from pbgov.replay.verdict import DIFFERENT, UNMADE, BundleCheck, HeldFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pbgov.replay.verdict import Listed, Rerun, Role

PROVENANCE = "provenance.json"
CACHE = f"{STUDY}/data/derived/"


def check_bundle(
    path: str | Path,
    *,
    tolerance: float = TOLERANCE,
    on_step: Callable[[str, bool], None] | None = None,
) -> BundleCheck:
    """Verify a bundle, compute its study again and compare.

    The files are held against the list and against what the run recorded; then the study is
    computed from its inputs alone, in a temporary folder, with the pbgov that is installed here.
    Nothing in the bundle is run: it holds data, and stored results of former runs are not used.

    Parameters
    ----------
    path : path
        A zip file or folder written by `export_bundle`.
    tolerance : float, default 1e-9
        See `pbgov.replay.likeness.compare_files`.
    on_step : callable, optional
        Told each step of the computation, as by `pbgov.run.run_study`.

    Returns
    -------
    BundleCheck

    Raises
    ------
    DataFileError
        Where the bundle must not be opened: it is none (E810), leads outside or holds links (E811),
        names clash (E812), it is too large (E813), damaged (E814), its list cannot be understood
        (E815) or its study.toml leads outside (E816).
    """
    contents = Contents(Path(path))
    try:
        return _Check(contents, tolerance, on_step).done()
    finally:
        contents.close()


class _Check:
    def __init__(
        self,
        contents: Contents,
        tolerance: float,
        on_step: Callable[[str, bool], None] | None,
    ) -> None:
        self.contents, self.tolerance, self.on_step = contents, tolerance, on_step
        self.manifest = manifest_of(contents)
        self.output = f"{STUDY}/{self.manifest['output']}"
        self.where = str(contents.path)
        self.paths = paths_in(contents)
        if self.manifest["output"] != (stated := self.paths["[study] output"]):
            raise contents.refusal("E815", f"output = {self.manifest['output']!r}", repr(stated))
        self.held = self.listed()
        self.findings: list[Finding] = []

    def done(self) -> BundleCheck:
        self.tell_files()
        provenance, told = provenance_of(self.contents, self.manifest)
        self.findings += told
        if provenance:
            self.against_record(provenance)
        rerun: Rerun = "impossible"
        if all(one.listed not in ("missing", "left out") for one in self.held):
            software = self.software(provenance)
            with tempfile.TemporaryDirectory(prefix="pbgov-check-") as folder:
                rerun = self.compute(Path(folder))
                if rerun == "done":
                    self.compare(Path(folder))
                    self.judge_looks(software)
                    self.tell_outputs()
                    self.why(Path(folder), provenance, software)
            self.findings += software
        apart = any(one.rerun in DIFFERENT for one in self.held)
        return BundleCheck(
            path=self.where,
            title=str(self.manifest["title"]),
            fingerprint=self.contents.digest(MANIFEST),
            intact=all(
                one.listed in ("same", "left out")
                for one in self.held
                if one.rerun not in ("new", "not made there")
            ),
            rerun=rerun,
            reproduces={"done": not apart, "failed": False, "impossible": None}[rerun],
            held=tuple(self.held),
            findings=tuple(dict.fromkeys(self.findings)),
        )

    def listed(self) -> list[HeldFile]:
        """Each file of the bundle or of its list, and whether the list knows it."""
        listed = {one["path"]: one["sha256"] for one in self.manifest["files"]}
        left_out = self.manifest.get("left_out", {})
        sizes = self.contents.sizes
        held = []
        for name in sorted({*listed, *sizes, *left_out} - {MANIFEST}):
            state: Listed = "same"
            if name not in sizes:
                state = "left out" if name in left_out else "missing"
            elif name not in listed:
                state = "added"
            elif self.contents.digest(name) != listed[name]:
                state = "altered"
            held.append(HeldFile(name, self.role(name), state))
        return held

    def role(self, name: str) -> Role:
        if name.startswith(f"{self.output}/"):
            return "other" if name == f"{self.output}/{PROVENANCE}" else "output"
        return "input" if name.startswith(f"{STUDY}/") else "other"

    def tell_files(self) -> None:
        codes = {"altered": "E820", "missing": "E821", "added": "E822"}
        self.findings += [
            Finding(codes[one.listed], self.where, seen=one.path)
            for one in self.held
            if one.listed in codes
        ]
        own = (README, CONSTRAINTS, f"{self.output}/{PROVENANCE}")
        self.findings += [
            Finding("E829", self.where, seen=one.path)
            for one in self.held
            if one.role == "other" and one.listed != "added" and one.path not in own
        ]

    def against_record(self, provenance: Mapping[str, Any]) -> None:
        """Inputs that are not those of the run, and outputs edited since."""
        left_out = self.manifest.get("left_out", {})
        for names, folder, code in (
            (provenance["inputs"], STUDY, "E823"),
            (provenance["outputs"], self.output, "E824"),
        ):
            for name, digest in names.items():
                full = f"{folder}/{name}"
                there = full in self.contents.sizes
                here = self.contents.digest(full) if there else left_out.get(full)
                if here is not None and here != digest:
                    self.findings.append(Finding(code, self.where, seen=full))
        expected = {f"{STUDY}/{name}" for name in provenance["inputs"]}
        expected |= {f"{STUDY}/{path}" for path in self.paths.values()}
        self.findings += [
            Finding("E823", self.where, seen=one.path)
            for one in self.held
            if one.role == "input" and one.listed != "added" and one.path not in expected
        ]
        seed = declared_in(self.contents).get("study", {}).get("seed")
        if seed != provenance.get("seed"):
            wanted = str(provenance.get("seed"))
            self.findings.append(Finding("E825", self.where, seen=str(seed), wanted=wanted))

    def compute(self, folder: Path) -> Rerun:
        """Put the listed inputs into `folder` and run the study there."""
        from pbgov.run import run_study
        from pbgov.study import read_study

        for one in self.held:
            if one.role == "input" and one.listed != "added" and not one.path.startswith(CACHE):
                self.contents.unpack(one.path, folder / one.path)
        for key, path in self.paths.items():
            if key.startswith("[inputs]"):  # a folder without files is not in a zip
                (folder / STUDY / path).mkdir(parents=True, exist_ok=True)
        try:
            study = read_study(folder / STUDY)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DataFileWarning)
                run_study(study, self.on_step)
        except Exception as error:  # whatever a library makes of data that nobody here vouches for
            said = str(error).replace(str(folder), "").strip()
            if not isinstance(error, PbgovError):
                said = f"{type(error).__name__}: {said}"
            self.findings.append(Finding("E817", self.where, seen=said))
            return "failed"
        return "done"

    def compare(self, folder: Path) -> None:
        """Fill in how each output came out."""
        from pbgov.reporting.writing import OPTIONAL, unwritten

        unmade = {f"{self.output}/report.{kind}": why for kind, why in unwritten().items()}
        optional = {f"{self.output}/report.{kind}" for kind in OPTIONAL}
        made = folder / STUDY / self.paths["[study] output"]
        there = {
            f"{self.output}/{file.relative_to(made).as_posix()}": file
            for file in made.rglob("*")
            if file.is_file() and file != made / PROVENANCE
        }
        for one in self.held:
            if one.role != "output" or one.listed == "added":
                continue
            if one.path not in there:
                one.rerun, one.detail = "gone", "重新计算没有写出这个文件"
                if one.path in unmade:
                    one.rerun, one.detail = "not made here", unmade[one.path]
                continue
            before = folder / "held" / one.path
            self.contents.unpack(one.path, before)
            found = compare_files(before, there.pop(one.path), self.tolerance)
            before.unlink()
            one.rerun, one.detail = found.likeness, found.detail
        known = {one.path for one in self.held}
        for name in sorted(there.keys() - known):
            new = HeldFile(name, "output", "missing", "new", "包里没有这个文件")
            if name in optional:
                new.rerun, new.detail = "not made there", "生成报告的电脑没有写这种格式"
            self.held.append(new)

    def judge_looks(self, software: list[Finding]) -> None:
        """What the same software draws or lays out otherwise was edited."""
        if not software:
            for one in self.held:
                if one.rerun == "other looks":
                    one.rerun = "different"

    def tell_outputs(self) -> None:
        codes = dict.fromkeys(DIFFERENT, "E826")
        codes |= {"same content": "W813", "unjudged": "W815", "other looks": "W816"}
        codes |= dict.fromkeys(UNMADE, "W817")
        self.findings += [
            Finding(codes[one.rerun], self.where, seen=one.path, wanted=one.detail)
            for one in self.held
            if one.rerun in codes
        ]

    def software(self, provenance: Mapping[str, Any]) -> list[Finding]:
        """The software that is otherwise here than where the report was made."""
        if not provenance:
            return []
        from pbgov.cache import code_digest, library_versions

        versions = {
            "python": platform.python_version(),
            "pbgov": version("pbgov"),
            **library_versions(),
        }
        recorded = provenance["versions"] | {"pbgov": self.manifest.get("pbgov", "–")}
        software = [
            Finding("W811", self.where, seen=f"{name} {versions.get(name, '–')}", wanted=str(then))
            for name, then in sorted(recorded.items())
            if versions.get(name) != then
        ]
        if (code := code_digest()) != provenance.get("code"):
            wanted = str(provenance.get("code"))[:12]
            software.append(Finding("W812", self.where, seen=code[:12], wanted=wanted))
        return software

    def why(self, folder: Path, provenance: Mapping[str, Any], software: Sequence[Finding]) -> None:
        """What is otherwise of the computation itself: the tests declared, the first step."""
        if not provenance:
            return
        made = folder / STUDY / self.paths["[study] output"] / PROVENANCE
        here = json.loads(made.read_text(encoding="utf-8"))
        if here.get("declared_tests") != provenance.get("declared_tests"):
            self.findings.append(Finding("E827", self.where))
        if not software:
            steps = provenance["steps"]
            changed = (name for name, key in here["steps"].items() if steps.get(name) != key)
            if (first := next(changed, None)) is not None:
                self.findings.append(Finding("W814", self.where, seen=_title_of(first)))


def _title_of(step: str) -> str:
    from pbgov.steps import STEPS

    return next((one.title for one in STEPS if one.name == step), step)
