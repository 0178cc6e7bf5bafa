"""All benchmarks, one after another."""

from __future__ import annotations

from benchmarks import extraction, rejection_rates, repair, segmentation, speed

speed.main()
segmentation.main()
repair.main()
extraction.main()
rejection_rates.main()
