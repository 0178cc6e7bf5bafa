"""指标: register, regions, scores, panel, simulation."""
