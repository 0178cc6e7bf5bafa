"""All benchmarks, one after another."""

from __future__ import annotations

from benchmarks import speed

speed.main()
