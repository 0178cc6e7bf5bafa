"""All benchmarks, one after another."""

from __future__ import annotations

from benchmarks import extraction, rejection_rates, segmentation, speed

speed.main()
segmentation.main()
extraction.main()
rejection_rates.main()
