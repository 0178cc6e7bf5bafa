"""Where the project and, on the makers' machines, the shared reference material stand; one run of the study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference material beside the project; absent in a plain clone."""
    folder = ROOT.parent / "shared"
    if not (folder / "vectors").is_dir():
        pytest.skip(
            "no ../shared beside the project: reference articles and vectors are not shipped"
        )
    return folder


def _copy_study(root: Path, folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(root / "study.toml", folder)
    shutil.copytree(root / "data", folder / "data", ignore=shutil.ignore_patterns("derived"))
    return folder


@pytest.fixture(scope="session")
def ran(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped study, copied elsewhere and run once from nothing; tests change nothing in it."""
    from pbgov.run import run_study
    from pbgov.study import read_study

    folder = _copy_study(root, tmp_path_factory.mktemp("shipped") / "study")
    assert not run_study(read_study(folder)).unchanged
    return folder


@pytest.fixture
def copied(root: Path, tmp_path: Path) -> Path:
    """The shipped study's declaration and data in another folder, not run, to spoil at will."""
    return _copy_study(root, tmp_path / "copied")
