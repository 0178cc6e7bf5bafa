"""A study: what study.toml declares, checked before anything runs.

The root of this repository is one; ``pbgov new`` lays out another. What a run does with it stands
in `pbgov.run`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from pbgov.errors import StudyError
from pbgov.evaluation.declarations import DeclaredTest, declared_digest
from pbgov.findings import Finding

INPUTS = (
    "cases",
    "codebook",
    "rival",
    "lexicon",
    "codings",
    "regions",
    "indicators",
    "assessment",
)
NEEDED_INPUTS = ("cases", "codebook", "lexicon", "regions")
KNOWN_KEYS = {
    "study": ("title", "subtitle", "seed", "output"),
    "inputs": INPUTS,
    "coding": ("references", "families", "seen_text"),
    "assessment": ("covariates", "focal", "permutations"),
    "satisfaction": ("indicator", "family", "remark"),
    "tests": ("name", "formula", "term"),
    "report": ("layout", "formats", "template", "references", "citations"),
    "simulation": ("city_path", "density", "segments_per_district", "audited", "effects"),
}


@dataclass(frozen=True)
class Covariate:
    """One district covariate: which figure of the register, of which period, on which scale."""

    name: str
    indicator: str
    period: str
    transform: str = "none"


@dataclass(frozen=True)
class AssessmentPlan:
    """The declared test on the bounded assessment scores."""

    covariates: tuple[Covariate, ...]
    focal: str
    permutations: int


@dataclass(frozen=True)
class SatisfactionPlan:
    """The regression of real rates on the share of each code of a family.

    ``remark`` is what the study knows about the availability of such rates; the report prints it.
    """

    indicator: str
    family: str
    remark: str = ""


@dataclass(frozen=True)
class SimulationPlan:
    """What the simulated demonstration plants, and how many paragraphs are checked by hand."""

    city_path: str
    density: Covariate
    segments_per_district: int
    audited: int
    effects: dict[str, float]


LAYOUTS = ("journal", "official")
FORMATS = ("docx", "html", "pptx", "xlsx", "pdf")
CITATIONS = ("2025-numeric", "2025-author-year", "2015-numeric", "2015-author-year")


@dataclass(frozen=True)
class ReportPlan:
    """How the report is written.

    ``layout`` is one of `LAYOUTS`: a journal article, or an official document after GB/T 9704;
    ``formats`` are some of `FORMATS` (pdf is left out where typst is not installed, and said so);
    ``template`` is a text file in the grammar of `pbgov.reporting.prose` that takes the place of
    the built-in chapters, ``references`` a file of sources (.bib, .ris or .json) that it may cite;
    ``citations`` is how GB/T 7714 prints them.
    """

    layout: Literal["journal", "official"] = "journal"
    formats: tuple[str, ...] = FORMATS
    template: Path | None = None
    references: Path | None = None
    citations: str = "2025-numeric"


@dataclass(frozen=True)
class Study:
    """One study, as declared in its study.toml.

    Attributes
    ----------
    root : Path
        The folder that holds study.toml; every other path is below it.
    title, subtitle : str
        What stands on the report.
    seed : int
        Seed of every draw the study makes.
    output : Path
        Where the report goes.
    inputs : dict of str to Path
        Folders of cases, codebook, lexicon, regions and, where declared, codings, indicators, and
        a rival codebook with its crosswalk.csv.
    references, families, seen_text
        Whose codings the rule coder is compared with, the most trusted first, in which code families, and whether the cue
        words were drafted after reading these texts (then the agreement is an upper bound).
    assessment, satisfaction, simulation
        The declared analyses; None where study.toml does not declare one.
    tests : tuple of DeclaredTest
        The tests declared beforehand; every other one is exploratory.
    report : ReportPlan
        How the report looks, in which formats it is written.
    """

    root: Path
    title: str
    subtitle: str
    seed: int
    output: Path
    inputs: dict[str, Path]
    references: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    seen_text: bool = True
    assessment: AssessmentPlan | None = None
    satisfaction: SatisfactionPlan | None = None
    simulation: SimulationPlan | None = None
    tests: tuple[DeclaredTest, ...] = ()
    report: ReportPlan = ReportPlan()
    declared: dict[str, Any] = field(default_factory=dict)

    @property
    def tests_digest(self) -> str:
        """SHA-256 of the declared tests."""
        return declared_digest(self.tests)

    @property
    def cases(self) -> Path:
        """Folder of the documents."""
        return self.inputs["cases"]

    @property
    def codebook(self) -> Path:
        """Folder of the codebook."""
        return self.inputs["codebook"]

    @property
    def lexicon(self) -> Path:
        """Folder of the lexicon."""
        return self.inputs["lexicon"]

    @property
    def regions(self) -> Path:
        """Folder of regions, boundaries and adjacency."""
        return self.inputs["regions"]

    @property
    def codings(self) -> Path | None:
        """Folder of human codings, or None."""
        return self.inputs.get("codings")

    @property
    def indicators(self) -> Path | None:
        """Folder of indicators and their register, or None."""
        return self.inputs.get("indicators")


def read_study(path: str | Path = "study.toml") -> Study:
    """The study declared in a study.toml, or in the folder that holds one.

    Parameters
    ----------
    path : path
        The file, or its folder.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        Naming the file, the key, what was seen, and what would be right (E501-E510).
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.toml"
    declared = _parse(file)
    _refuse_unknown(declared, file)
    study = _section(declared, "study", file)
    inputs = _inputs(_section(declared, "inputs", file), file)
    coding = declared.get("coding", {})
    return Study(
        root=file.parent,
        title=_need(study, "study", "title", str, file),
        subtitle=study.get("subtitle", ""),
        seed=_need(study, "study", "seed", int, file),
        output=file.parent / study.get("output", "reports"),
        inputs=inputs,
        references=_names(coding, "references", file),
        families=_names(coding, "families", file),
        seen_text=bool(coding.get("seen_text", True)),
        assessment=_assessment(declared["assessment"], file) if "assessment" in declared else None,
        satisfaction=(
            SatisfactionPlan(
                _need(declared["satisfaction"], "satisfaction", "indicator", str, file),
                _need(declared["satisfaction"], "satisfaction", "family", str, file),
                str(declared["satisfaction"].get("remark", "")),
            )
            if "satisfaction" in declared
            else None
        ),
        simulation=_simulation(declared["simulation"], file) if "simulation" in declared else None,
        tests=_tests(declared.get("tests", []), file),
        report=_report(declared.get("report", {}), file),
        declared=declared,
    )


def _parse(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise _error("E501", file, str(file))
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise _error("E502", file, str(error)) from error
    except UnicodeDecodeError as error:
        raise _error("E502", file, "not UTF-8") from error


def _refuse_unknown(declared: dict[str, Any], file: Path) -> None:
    for section, keys in declared.items():
        if section not in KNOWN_KEYS:
            raise _error("E504", file, f"[{section}]", " / ".join(KNOWN_KEYS))
        for entry in keys if isinstance(keys, list) else [keys]:
            for key in entry:
                if key not in KNOWN_KEYS[section]:
                    wanted = " / ".join(KNOWN_KEYS[section])
                    raise _error("E504", file, f"[{section}] {key}", wanted)


def _section(declared: dict[str, Any], name: str, file: Path) -> dict[str, Any]:
    if not isinstance(declared.get(name), dict):
        raise _error("E503", file, f"[{name}]")
    section: dict[str, Any] = declared[name]
    return section


def _need(section: dict[str, Any], name: str, key: str, kind: type, file: Path) -> Any:
    if key not in section:
        raise _error("E503", file, f"[{name}] {key}")
    if not isinstance(section[key], kind):
        raise _error("E506", file, f"[{name}] {key} = {section[key]!r}", kind.__name__)
    return section[key]


def _names(section: dict[str, Any], key: str, file: Path) -> tuple[str, ...]:
    names = section.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _error("E506", file, f"[coding] {key} = {names!r}", '["…", "…"]')
    return tuple(names)


def _inputs(section: dict[str, Any], file: Path) -> dict[str, Path]:
    for key in NEEDED_INPUTS:
        _need(section, "inputs", key, str, file)
    folders = {key: file.parent / value for key, value in section.items()}
    for key, folder in folders.items():
        if not folder.is_dir():
            raise _error("E505", file, f"[inputs] {key} = {section[key]!r}")
    return folders


def _covariate(declared: dict[str, Any], where: str, file: Path) -> Covariate:
    indicator = _need(declared, where, "indicator", str, file)
    transform = declared.get("transform", "none")
    if transform not in ("none", "log"):
        raise _error("E506", file, f"[{where}] transform = {transform!r}", "none / log")
    return Covariate(
        name=declared.get("name", indicator),
        indicator=indicator,
        period=_need(declared, where, "period", str, file),
        transform=transform,
    )


def _assessment(section: dict[str, Any], file: Path) -> AssessmentPlan:
    covariates = tuple(
        _covariate(declared, "assessment", file)
        for declared in _need(section, "assessment", "covariates", list, file)
    )
    focal = _need(section, "assessment", "focal", str, file)
    names = [covariate.name for covariate in covariates]
    if focal not in names:
        raise _error("E506", file, f"[assessment] focal = {focal!r}", " / ".join(names))
    return AssessmentPlan(covariates, focal, int(section.get("permutations", 1_999)))


def _tests(entries: Any, file: Path) -> tuple[DeclaredTest, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _error("E506", file, "[tests]", "[[tests]]")
    tests = tuple(
        DeclaredTest(*(_need(entry, "tests", key, str, file) for key in KNOWN_KEYS["tests"]))
        for entry in entries
    )
    twice = [test.name for test in tests if [other.key for other in tests].count(test.key) > 1]
    if twice:
        raise _error("E506", file, f"[[tests]] {twice[0]} × {len(twice)}", "× 1")
    return tests


def _report(section: Any, file: Path) -> ReportPlan:
    if not isinstance(section, dict):
        raise _error("E506", file, f"report = {section!r}", "[report]")
    formats = section.get("formats", list(FORMATS))
    if not isinstance(formats, list) or not formats or not set(formats) <= set(FORMATS):
        raise _error("E506", file, f"[report] formats = {formats!r}", " / ".join(FORMATS))
    files: dict[str, Path | None] = {"template": None, "references": None}
    for key in files:
        if key in section:
            files[key] = file.parent / str(section[key])
            if not (file.parent / str(section[key])).is_file():
                raise _error("E510", file, f"[report] {key} = {section[key]!r}")
    return ReportPlan(
        layout=cast('Literal["journal", "official"]', _one_of(section, "layout", LAYOUTS, file)),
        formats=tuple(name for name in FORMATS if name in formats),
        template=files["template"],
        references=files["references"],
        citations=_one_of(section, "citations", CITATIONS, file),
    )


def _one_of(section: dict[str, Any], key: str, allowed: tuple[str, ...], file: Path) -> str:
    given = section.get(key, allowed[0])
    if given not in allowed:
        raise _error("E506", file, f"[report] {key} = {given!r}", " / ".join(allowed))
    return str(given)


def _simulation(section: dict[str, Any], file: Path) -> SimulationPlan:
    effects = _need(section, "simulation", "effects", dict, file)
    return SimulationPlan(
        city_path=_need(section, "simulation", "city_path", str, file),
        density=_covariate(_need(section, "simulation", "density", dict, file), "simulation", file),
        segments_per_district=int(section.get("segments_per_district", 60)),
        audited=int(section.get("audited", 320)),
        effects={code: float(effect) for code, effect in effects.items()},
    )


def _error(code: str, file: Path, seen: str, wanted: str = "") -> StudyError:
    return StudyError(str(Finding(code, str(file), seen=seen, wanted=wanted)))
