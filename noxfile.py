"""The project's tasks: `python -m pip install nox`, then `python -m nox -s report` (test, lab …).

All of them share one environment, `.venv`, made by the Python that runs nox and filled by pip from
pyproject.toml and constraints.txt: whatever package mirror pip is set up for is used.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import nox

nox.options.sessions = ["report"]

ENVIRONMENT = Path(".venv")
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
INSTALLED = ENVIRONMENT / "installed.txt"


@nox.session(venv_backend="none")
def report(session: nox.Session) -> None:
    """The main job: documents and indicators in, reports/report.docx and report.html out."""
    run(session, "pbgov", "run", *session.posargs)


@nox.session(venv_backend="none")
def test(session: nox.Session) -> None:
    """All tests, the notebooks executed from top to bottom among them."""
    run(session, "pytest", *session.posargs)


@nox.session(venv_backend="none")
def lab(session: nox.Session) -> None:
    """JupyterLab in Chinese, opened on the first notebook."""
    run(session, "jupyter", "lab", "notebooks/00_start_here.ipynb", *session.posargs)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Style and types: ruff and mypy."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    run(session, "mypy")


@nox.session(venv_backend="none")
def bench(session: nox.Session) -> None:
    """The speed and error-rate figures of benchmarks/, measured here and now."""
    install(session)
    pip(session, "install", "-c", "constraints.txt", "-e", ".[bench]")
    run(session, "python", "-m", "benchmarks", *session.posargs)


def run(session: nox.Session, program: str, *arguments: str) -> None:
    """Run a program of the shared environment, which is made or brought up to date first."""
    install(session)
    path = os.pathsep.join([str(PROGRAMS.resolve()), os.environ.get("PATH", "")])
    # some machines switch bytecode off; every notebook kernel would then compile pandas anew
    environment = {"PATH": path, "PYTHONDONTWRITEBYTECODE": ""}
    session.run(str(PROGRAMS / program), *arguments, env=environment, external=True)


def install(session: nox.Session) -> None:
    """Make the environment anew where Python, pyproject.toml or constraints.txt have changed."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        session.error("pbgov 需要 Python 3.11、3.12 或 3.13 / pbgov needs Python 3.11 to 3.13")
    state = hashlib.sha256(sys.version.encode())
    for file in ("pyproject.toml", "constraints.txt"):
        state.update(Path(file).read_bytes())
    if INSTALLED.is_file() and INSTALLED.read_text() == state.hexdigest():
        return
    session.run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT), external=True)
    pip(session, "install", "--compile", "-c", "constraints.txt", "-e", ".[test,lint]")
    INSTALLED.write_text(state.hexdigest())


def pip(session: nox.Session, *arguments: str) -> None:
    """Run the pip of the shared environment."""
    python = str(PROGRAMS / "python")
    session.run(python, "-m", "pip", "--disable-pip-version-check", *arguments, external=True)
