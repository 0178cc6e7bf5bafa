"""The set-up files say the same thing: pyproject, constraints, environment.yml, noxfile, READMEs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

READMES = ("README.md", "README.zh-CN.md")


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


INSTALLED_EXTRAS = ("test", "lint")  # bench and ocr are for those who ask for them


def requirements(project: dict, extras: Iterable[str]) -> list[Requirement]:
    groups = (project["dependencies"], *(project["optional-dependencies"][name] for name in extras))
    return [Requirement(text) for group in groups for text in group]


def test_every_dependency_is_pinned_to_a_version_it_allows(project, pins):
    for requirement in requirements(project, project["optional-dependencies"]):
        pinned = pins[canonicalize_name(requirement.name)]
        for pin in pinned:
            (specifier,) = pin.specifier
            assert specifier.operator == "==", pin
            assert requirement.specifier.contains(specifier.version, prereleases=True), (
                requirement,
                pin,
            )


def test_constraints_pin_exactly_and_name_no_host(root):
    text = (root / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert all("==" in line for line in text.splitlines())


def test_the_installed_packages_are_the_pinned_ones(project, pins):
    from importlib.metadata import version

    for requirement in requirements(project, INSTALLED_EXTRAS):
        for pin in pins[canonicalize_name(requirement.name)]:
            if pin.marker is None or pin.marker.evaluate():
                assert pin.specifier.contains(version(requirement.name), prereleases=True), pin


def test_conda_users_get_the_same_python_and_the_same_pip_lines(root, project):
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    python, pip, section = environment["dependencies"]
    assert SpecifierSet(python.removeprefix("python ")) == SpecifierSet(project["requires-python"])
    assert pip == "pip"
    assert section == {"pip": ["-c constraints.txt", "-e .[test,lint]"]}
    assert '"-c", "constraints.txt", "-e", ".[test,lint]"' in (root / "noxfile.py").read_text(
        encoding="utf-8"
    )


def test_both_readmes_show_the_same_commands(root):
    fences = [
        re.findall(r"```(?:bash|shell)\n(.*?)```", (root / name).read_text(encoding="utf-8"), re.S)
        for name in READMES
    ]
    commands = [
        [line for fence in language for line in fence.splitlines() if not line.startswith("#")]
        for language in fences
    ]
    assert commands[0] == commands[1]
    assert "python -m pip install nox && python -m nox -s report" in commands[0]
    assert "python -m nox -s test" in commands[0]


def test_ci_runs_the_readme_test_command_then_lint(root):
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert script.index("python -m nox -s test") < script.index("python -m nox -s lint")


def test_readme_table_lists_every_public_name(root):
    import pbgov

    public = {name for names in pbgov.PUBLIC.values() for name in names}
    for readme in READMES:
        rows = re.findall(r"^\|.*\|$", (root / readme).read_text(encoding="utf-8"), re.M)
        listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
        assert public <= listed, public - listed


def test_every_public_name_exists_and_is_documented():
    import pbgov

    for name in pbgov.__all__:
        value = getattr(pbgov, name)
        if name != "__version__":
            assert value.__doc__, name


def test_importing_pbgov_loads_no_heavy_library():
    script = (
        "import sys, pbgov; heavy = {'numpy', 'pandas', 'matplotlib', 'statsmodels', 'jieba',"
        " 'pandera', 'docx'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_lab_is_chinese_by_default(root):
    overrides = yaml.safe_load((root / "pbgov/jupyter/overrides.json").read_text(encoding="utf-8"))
    assert overrides["@jupyterlab/translation-extension:plugin"]["locale"] == "zh_CN"
    from importlib.metadata import entry_points

    packs = {point.name for point in entry_points(group="jupyterlab.languagepack")}
    assert "zh_CN" in packs


def test_every_file_the_readmes_point_to_exists(root):
    for readme in READMES:
        text = (root / readme).read_text(encoding="utf-8")
        targets = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
        assert targets
        assert [link for link in targets if not (root / link).is_file()] == []


def test_every_data_file_has_its_line(root):
    text = (root / "data" / "README.md").read_text(encoding="utf-8")
    files = [
        file.relative_to(root / "data").as_posix()
        for file in (root / "data").rglob("*.*")
        if file.is_file() and "derived" not in file.parts and not file.name.startswith(".")
    ]
    told = {"README.md", "codebook/CHANGES.md"}
    unnamed = [
        name
        for name in files
        if name not in told and not name.startswith("cases/") and f"`{name}`" not in text
    ]
    assert len(files) > 25
    assert unnamed == []
