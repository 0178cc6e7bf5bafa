"""What can go wrong, for the caller to catch: one root and a few children."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbgov.findings import Finding


class PbgovError(Exception):
    """Root of every error that pbgov raises on purpose."""


class InputError(PbgovError, ValueError):
    """A call was made with arguments that cannot be meant."""


class DataFileError(PbgovError):
    """A data file breaks its schema; nothing was read from it and nothing was changed.

    Parameters
    ----------
    findings : sequence of Finding
        Every fault found in the file, each with its fixed code, row and column.

    Attributes
    ----------
    findings : tuple of Finding
        The same, in the order of the file.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class StudyError(PbgovError):
    """study.toml asks for something that cannot be done."""


class ReportError(PbgovError):
    """A report states what its results do not bear; it was not written.

    Parameters
    ----------
    findings : sequence of Finding
        Every fault found, each with its fixed code (E701-E799) and its place in the report.

    Attributes
    ----------
    findings : tuple of Finding
        The same, in the order of the report.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class DataFileWarning(UserWarning):
    """A data file was read, with a remark the user should see (a W finding)."""
