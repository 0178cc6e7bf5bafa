"""All benchmarks, one after another."""

from __future__ import annotations

from benchmarks import practice_detection, rejection_rates, segmentation, speed

speed.main()
segmentation.main()
practice_detection.main()
rejection_rates.main()
