"""The project's tasks: `python -m pip install nox`, then `python -m nox -s report` (test, lab …).

All sessions share one environment, `.venv`, made by pip from pyproject.toml and constraints.txt, so
that whatever package mirror pip is set up for is used. `--db uv` makes it with uv instead.
"""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["report"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True

ENVIRONMENT = {"UV_COMPILE_BYTECODE": "1", "PYTHONDONTWRITEBYTECODE": ""}


def task(function):
    return nox.session(venv_location=".venv", reuse_venv=True)(function)


def install(session: nox.Session) -> None:
    """Everything every session needs, pinned; a second call only checks."""
    if not {(3, 11), (3, 12), (3, 13)} & {python_version(session)}:
        session.error(
            "pbgov 需要 Python 3.11、3.12 或 3.13 / pbgov needs Python 3.11, 3.12 or 3.13"
        )
    session.env.update(ENVIRONMENT)
    session.install("-c", "constraints.txt", "-e", ".[test,lint]")
    session.run("python", "-m", "compileall", "-q", "pbgov", silent=True)


def python_version(session: nox.Session) -> tuple[int, int]:
    printed = session.run(
        "python", "-c", "import sys; print(*sys.version_info[:2])", silent=True, log=False
    )
    major, minor = str(printed).split()
    return int(major), int(minor)


@task
def report(session: nox.Session) -> None:
    """The main job: documents and indicators in, reports/report.docx and report.html out."""
    install(session)
    session.run("pbgov", "run", *session.posargs)


@task
def test(session: nox.Session) -> None:
    """All tests, the notebooks executed from top to bottom among them."""
    install(session)
    session.run("python", "-m", "pytest", *session.posargs)


@task
def lab(session: nox.Session) -> None:
    """JupyterLab in Chinese, opened on the first notebook."""
    install(session)
    session.run("jupyter", "lab", "notebooks/00_start_here.ipynb", *session.posargs)


@task
def lint(session: nox.Session) -> None:
    """Style and types: ruff and mypy."""
    install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@task
def bench(session: nox.Session) -> None:
    """The speed and error-rate figures of benchmarks/, measured here and now."""
    install(session)
    session.run("python", "-m", "benchmarks", *session.posargs)
