"""Dated events that a change in the texts or the figures may be read beside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbgov.datafiles import read_table
from pbgov.schemas import TIMELINE

if TYPE_CHECKING:
    import pandas as pd

TIMELINE_FILE = "policy_timeline.csv"


def read_timeline(folder: str | Path) -> pd.DataFrame:
    """The policy events of a study, from ``policy_timeline.csv`` in `folder`.

    Parameters
    ----------
    folder : path

    Returns
    -------
    DataFrame
        `pbgov.schemas.TIMELINE`: one row is one event, dated to the year, month or day.

    Raises
    ------
    DataFileError
        Where the file is missing or breaks its schema.
    """
    return read_table(Path(folder) / TIMELINE_FILE, TIMELINE)
