"""What an exchange loses, kind by kind, with the number of things and words a person reads."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

FILE = Path(__file__).with_suffix(".csv")
_MOST_NAMED = 5


def _catalogue() -> dict[str, tuple[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["kind"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)}


CATALOGUE = _catalogue()
"""The Chinese and the English sentence of each kind of loss, in the order in which they are told."""


class Losses:
    """Losses as they are met; `table` tells them."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._named: dict[str, list[str]] = {}

    def add(self, kind: str, count: int = 1, name: str = "") -> None:
        """Count `count` things of one kind, and name one of them."""
        if kind not in CATALOGUE:
            raise KeyError(kind)
        if count:
            self._count[kind] = self._count.get(kind, 0) + count
        if count and name:
            self._named.setdefault(kind, []).append(name)

    def table(self) -> pd.DataFrame:
        """One row is one kind of loss: ``kind``, ``count``, ``zh``, ``en``; none without a thing."""
        rows = []
        for kind, (zh, en) in CATALOGUE.items():
            if kind not in self._count:
                continue
            names = sorted(set(self._named.get(kind, [])))
            shown = "、".join(names[:_MOST_NAMED]) + ("…" if len(names) > _MOST_NAMED else "")
            count = self._count[kind]
            rows.append((kind, count, zh.format(count=count, names=shown or "—"),
                         en.format(count=count, names=shown or "—")))  # fmt: skip
        table = pd.DataFrame(rows, columns=["kind", "count", "zh", "en"])
        return table.astype({"kind": "str", "count": "Int64", "zh": "str", "en": "str"})
