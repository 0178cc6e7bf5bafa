"""All benchmarks, one after another."""

from __future__ import annotations

from benchmarks import (
    agreement_intervals,
    bootstrap_speed,
    coding_speed,
    extraction,
    learned_coder,
    masking,
    qca_speed,
    rejection_rates,
    repair,
    segmentation,
    specification_speed,
    speed,
    validity,
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
bootstrap_speed.main()
specification_speed.main()
qca_speed.main()
validity.main()
