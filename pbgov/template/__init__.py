"""An empty study that runs: ``pbgov new``."""

from __future__ import annotations

import shutil
from pathlib import Path

from pbgov.errors import InputError


def lay_out(folder: Path) -> None:
    """Copy the empty study into `folder`, which must not exist or be empty.

    Raises
    ------
    InputError
        Where something already stands there; nothing is overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{folder} 已经存在而且不是空的；请换一个名字。"
            f" / {folder} exists and is not empty; choose another name."
        )
    shutil.copytree(Path(__file__).parent / "files", folder, dirs_exist_ok=True)
