"""Where the project and, on the makers' machines, the shared reference material stand."""

from __future__ import annotations

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
