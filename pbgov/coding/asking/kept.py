"""Answers kept in a folder, one file each, so that nothing answered is sent again."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pbgov.errors import InputError
from pbgov.findings import Finding

FORM = 1


@dataclass(frozen=True)
class KeptAnswer:
    """One answer as the model gave it, accepted or not.

    Attributes
    ----------
    content : str
        What the model wrote; masked data stands in it masked.
    cut_off : bool
    host, model, answered_at : str or None
        Which server answered, the model's name as it gives it, and when (UTC).
    attempts : int
    retried : list of str
        Why it was asked again, in order.
    seconds : float
        Over all attempts.
    prompt_tokens, completion_tokens : int or None
        Over all attempts; None where the server did not say for each.
    """

    content: str
    cut_off: bool
    host: str
    model: str | None
    answered_at: str
    attempts: int
    retried: list[str]
    seconds: float
    prompt_tokens: int | None
    completion_tokens: int | None


class AnswerFolder:
    """The folder of answers; each file is named by the digest of all that the answer rests on."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(f"{self.folder} is a file; name a folder to keep the answers in.")

    def path(self, key: str) -> Path:
        """The file of one answer."""
        return self.folder / f"{key}.json"

    def fetch(self, key: str) -> KeptAnswer | Finding | None:
        """The answer of a key; None where there is none, W280 where its file is spoilt."""
        path = self.path(key)
        if not path.is_file():
            return None
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            answer = KeptAnswer(**entry["answer"])
            whole = entry["form"] == FORM and entry["digest"] == _digest(key, entry["answer"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            whole = False
        return answer if whole else Finding("W280", path.as_posix(), seen=path.name)

    def keep(self, key: str, answer: KeptAnswer) -> None:
        """Write one answer; the file is whole or absent, whenever the machine stops."""
        self.folder.mkdir(parents=True, exist_ok=True)
        value = asdict(answer)
        entry = {"form": FORM, "digest": _digest(key, value), "answer": value}
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(entry, indent=1, sort_keys=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _digest(key: str, answer: dict[str, Any]) -> str:
    return sha256(json.dumps([key, answer], sort_keys=True).encode()).hexdigest()
