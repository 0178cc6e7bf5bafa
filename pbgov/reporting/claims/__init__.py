"""What prose may say: numbers bound to results, wording held to the design, graded confidence."""

from __future__ import annotations

from pbgov.reporting.claims.checking import check_claims, require_sound

__all__ = ["check_claims", "require_sound"]
