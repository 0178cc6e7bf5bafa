"""All benchmarks, one after another."""

from __future__ import annotations

from benchmarks import (
    agreement_intervals,
    coding_speed,
    extraction,
    learned_coder,
    masking,
    rejection_rates,
    repair,
    segmentation,
    speed,
)

speed.main()
segmentation.main()
repair.main()
extraction.main()
coding_speed.main()
agreement_intervals.main()
learned_coder.main()
masking.main()
rejection_rates.main()
